"""Random expressions of Spark's SQL, typed: what an edge query does, and nasty at the edges.

An expression is (type, template, arguments); `{}` in the template stands for an argument. Types are DDL names in lower case.
"""

INTEGRAL = ["tinyint", "smallint", "int", "bigint"]
NUMERIC = INTEGRAL + ["float", "double", "decimal(10,2)", "decimal(38,10)"]
DECIMALS = ["decimal(10,2)", "decimal(38,10)", "decimal(5,4)", "decimal(20,0)"]
SIMPLE = NUMERIC + ["string", "boolean", "date", "timestamp"]

LITERALS = {
    "tinyint": ["1Y", "-128Y", "127Y", "0Y"],
    "smallint": ["1S", "-32768S", "32767S", "0S"],
    "int": ["0", "1", "2", "3", "7", "-1", "-5", "10", "100", "4", "12", "2147483647", "(-2147483647 - 1)"],
    "bigint": ["0L", "1L", "-1L", "1000L", "9223372036854775807L", "(-9223372036854775807L - 1L)", "1709294400L", "3000000000L"],
    "float": ["CAST(1.5 AS FLOAT)", "0.1F", "-2.5F", "1e-40F", "CAST('NaN' AS FLOAT)", "0F"],
    "double": ["0D", "1.5D", "-2.5D", "0.1D", "1e10", "1e-7", "1e300", "-0.0D", "CAST('NaN' AS DOUBLE)", "CAST('Infinity' AS DOUBLE)", "1234567.891D", "100D"],
    "decimal(10,2)": ["CAST(1.25 AS DECIMAL(10,2))", "CAST(-99999999.99 AS DECIMAL(10,2))", "CAST(0 AS DECIMAL(10,2))"],
    "decimal(38,10)": ["CAST(1.0000000001 AS DECIMAL(38,10))", "CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38,10))", "CAST(-7.5 AS DECIMAL(38,10))"],
    "string": ["''", "'a'", "'abc'", "' x '", "'Spark SQL'", "'12'", "'-3.5'", "'2024-03-01'", "'2024-03-01 12:34:56.789'", "'true'", "'äöü ß'", "'😀x'", "'a,b,,c'", "'%'",
               "'NaN'", "'1e3'", "'{\"a\":1}'", "'x\\ty'", "'it''s'"],
    "boolean": ["true", "false"],
    "date": ["DATE '2024-02-29'", "DATE '1970-01-01'", "DATE '1969-12-31'", "DATE '2024-12-31'", "DATE '1582-10-15'", "DATE '0001-01-01'"],
    "timestamp": ["TIMESTAMP '2024-03-01 12:00:00'", "TIMESTAMP '1969-12-31 23:59:59.5'", "TIMESTAMP '2024-03-31 02:30:00'", "TIMESTAMP '2024-10-27 02:30:00.123456'",
                  "TIMESTAMP '2024-03-01 12:00:00Z'", "TIMESTAMP '1900-01-01 00:00:00'"],
    "timestamp_ntz": ["TIMESTAMP_NTZ '2024-03-31 02:30:00'", "TIMESTAMP_NTZ '1969-12-31 23:59:59.999999'"],
    "binary": ["X'00FF41'", "CAST('abc' AS BINARY)", "X''"],
    "array<int>": ["array(1, 2, 3)", "array(3, NULL, 1, 3)", "CAST(array() AS ARRAY<INT>)"],
    "array<string>": ["array('a', 'b')", "array('b', NULL, 'a', '')", "split('x,y,z', ',')"],
    "map<string,int>": ["map('a', 1, 'b', 2)", "map('x', CAST(NULL AS INT))"],
}

# parameters that Spark wants as literals, or that only make sense as such
PARAMETERS = {
    "@small": ["0", "1", "2", "3", "-1", "5", "10"],
    "@digits": ["0", "1", "2", "-1", "3", "-2"],
    "@format": ["'yyyy-MM-dd'", "'yyyy-MM-dd HH:mm:ss.SSS'", "'HH:mm'", "'dd/MM/yyyy'", "'EEE, d MMM yyyy'", "'D'", "'yyyyMMdd'", "'h:mm a'", "'yyyy''T''HH'", "'Q'", "'MMMM'",
                "\"yyyy-MM-dd'T'HH:mm:ssXXX\"", "'SSSSSS'", "'y-M-d H:m:s'", "'VV'", "'XX'", "'EEEE'"],
    "@parse": ["'yyyy-MM-dd'", "'yyyy-MM-dd HH:mm:ss.SSS'", "'dd/MM/yyyy'", "'yyyy-M-d'", "'yyyyMMdd'"],
    "@zone": ["'Europe/Berlin'", "'America/New_York'", "'UTC'", "'Asia/Kolkata'", "'+05:30'", "'Australia/Lord_Howe'"],
    "@unit": ["'year'", "'quarter'", "'month'", "'week'", "'day'", "'hour'", "'minute'", "'second'", "'millisecond'", "'MON'", "'DD'"],
    "@dateunit": ["'year'", "'month'", "'week'", "'quarter'", "'MM'"],
    "@regex": ["'a'", "'[0-9]+'", "'^a'", "'(\\\\w)(\\\\w*)'", "'[aeiou]'", "'\\\\s+'", "'x|y'", "'b$'", "'.'", "'(a)(b)?'", "''", "'[^a-z]'", "'\\\\d'", "'(?i)A'", "'ä'"],
    "@like": ["'%a%'", "'a_c'", "'%'", "''", "'_'", "'a%'", "'%x'", "'\\\\%'", "'%\\\\_%'"],
    "@field": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DOY", "HOUR", "MINUTE", "SECOND", "YEAROFWEEK", "DOW_ISO"],
    "@datefield": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DOY", "YEAROFWEEK", "DOW_ISO"],
    "@interval": ["INTERVAL 1 DAY", "INTERVAL 2 HOURS", "INTERVAL 1 MONTH", "INTERVAL '1 02:03:04.005' DAY TO SECOND", "INTERVAL 1 YEAR", "INTERVAL -1 MONTH", "INTERVAL 90 MINUTES",
                  "INTERVAL 1 WEEK", "INTERVAL 1 MICROSECOND"],
    "@dateinterval": ["INTERVAL 1 DAY", "INTERVAL 1 MONTH", "INTERVAL 1 YEAR", "INTERVAL 2 WEEKS"],
    "@path": ["'$.a'", "'$.b.c'", "'$.a[0]'", "'$'", "'$.x[*]'", "'$[\"a\"]'"],
    "@printf": ["'%d'", "'%5d|'", "'%x'", "'%,d'", "'%05d'", "'%+d'"],
    "@printfs": ["'%s'", "'%10s|'", "'%-5s|'", "'%.2s'", "'%S'"],
    "@sep": ["','", "' '", "''", "'ab'"],
    "@chars": ["'a'", "'xy '", "'äb'"],
    "@base": ["2", "10", "16", "36", "-10"],
    "@bits": ["0", "224", "256", "384", "512", "1"],
    "@charset": ["'UTF-8'", "'UTF-16BE'", "'UTF-16LE'", "'UTF-16'"],
}

# result type → [(weight, template, argument types)]; `num` is any number, `any` any simple type, `same` all the same one
TEMPLATES = {
    "boolean": [
        (6, "({} = {})", ["same", "same"]), (4, "({} < {})", ["same", "same"]), (2, "({} >= {})", ["same", "same"]), (2, "({} <> {})", ["same", "same"]), (2, "({} <=> {})", ["same", "same"]),
        (2, "({} > {})", ["num", "num"]), (1, "({} = {})", ["num", "string"]), (1, "({} = {})", ["timestamp", "string"]), (1, "({} < {})", ["date", "timestamp"]),
        (3, "({} AND {})", ["boolean", "boolean"]), (3, "({} OR {})", ["boolean", "boolean"]), (2, "(NOT {})", ["boolean"]), (3, "({} IS NULL)", ["any"]), (2, "({} IS NOT NULL)", ["any"]),
        (2, "({} IN ({}, {}, NULL))", ["same", "same", "same"]), (2, "({} IN ({}, {}))", ["same", "same", "same"]), (2, "({} BETWEEN {} AND {})", ["same", "same", "same"]),
        (2, "({} LIKE {})", ["string", "@like"]), (1, "({} RLIKE {})", ["string", "@regex"]), (1, "({} ILIKE {})", ["string", "@like"]), (1, "startswith({}, {})", ["string", "string"]),
        (1, "contains({}, {})", ["string", "string"]), (1, "endswith({}, {})", ["string", "string"]), (1, "isnan({})", ["double"]), (1, "array_contains({}, {})", ["array<int>", "int"]),
        (1, "array_contains({}, {})", ["array<string>", "string"]), (1, "map_contains_key({}, 'a')", ["map<string,int>"]), (1, "equal_null({}, {})", ["same", "same"]), (1, "({} NOT LIKE {})", ["string", "@like"]), (1, "({} NOT IN ({}, {}))", ["same", "same", "same"]),
        (1, "({} LIKE ANY ('%a%', '1%'))", ["string"]), (1, "({} IS UNKNOWN)", ["boolean"]), (1, "exists({}, x -> x LIKE {})", ["array<string>", "@like"]), (1, "(NOT {} BETWEEN {} AND {})", ["num", "num", "num"]),
        (1, "({} IS TRUE)", ["boolean"]), (1, "({} IS NOT FALSE)", ["boolean"]), (1, "({} IS DISTINCT FROM {})", ["same", "same"]), (1, "arrays_overlap({}, {})", ["array<int>", "array<int>"]), (1, "exists({}, x -> x > {})", ["array<int>", "int"]), (1, "forall({}, x -> x IS NULL OR x < {})", ["array<int>", "int"]),
    ],
    "int": [
        (4, "({} + {})", ["int", "int"]), (3, "({} - {})", ["int", "int"]), (3, "({} * {})", ["int", "int"]), (3, "({} % {})", ["int", "int"]), (1, "(- {})", ["int"]), (1, "abs({})", ["int"]),
        (1, "pmod({}, {})", ["int", "int"]), (3, "length({})", ["string"]), (1, "instr({}, {})", ["string", "string"]), (1, "locate({}, {}, {})", ["string", "string", "@small"]), (1, "ascii({})", ["string"]),
        (2, "year({})", ["date"]), (1, "month({})", ["timestamp"]), (1, "dayofweek({})", ["date"]), (1, "dayofyear({})", ["timestamp"]), (1, "weekofyear({})", ["date"]), (2, "hour({})", ["timestamp"]),
        (1, "minute({})", ["timestamp"]), (1, "second({})", ["timestamp"]), (1, "weekday({})", ["date"]), (1, "quarter({})", ["date"]), (2, "datediff({}, {})", ["date", "date"]), (1, "size({})", ["array<int>"]),
        (1, "size({})", ["map<string,int>"]), (1, "{}[{}]", ["array<int>", "@small"]), (1, "element_at({}, 'a')", ["map<string,int>"]), (1, "hash({}, {})", ["any", "any"]), (1, "levenshtein({}, {})", ["string", "string"]),
        (1, "bit_count({})", ["bigint"]), (1, "({} & {})", ["int", "int"]), (1, "({} | {})", ["int", "int"]), (1, "({} ^ {})", ["int", "int"]), (1, "(~ {})", ["int"]), (1, "shiftleft({}, {})", ["int", "@small"]),
        (1, "shiftright({}, {})", ["int", "@small"]), (1, "extract({} FROM {})", ["@datefield", "date"]), (1, "octet_length({})", ["string"]), (1, "array_max({})", ["array<int>"]),
        (1, "array_min({})", ["array<int>"]), (1, "regexp_count({}, {})", ["string", "@regex"]), (1, "find_in_set({}, {})", ["string", "string"]), (1, "round({}, {})", ["int", "@digits"]),
        (1, "json_array_length({})", ["string"]), (1, "unix_date({})", ["date"]), (1, "{}['b']", ["map<string,int>"]), (1, "array_position({}, {})", ["array<int>", "int"]),
        (1, "nullif({}, {})", ["int", "int"]), (1, "nvl2({}, {}, {})", ["any", "int", "int"]), (1, "greatest({}, {}, {})", ["int", "int", "int"]), (1, "least({}, {})", ["int", "int"]), (1, "try_add({}, {})", ["int", "int"]), (1, "try_multiply({}, {})", ["int", "int"]),
        (1, "cardinality({})", ["array<string>"]), (1, "array_size({})", ["array<int>"]), (1, "get({}, {})", ["array<int>", "@small"]), (1, "try_element_at({}, {})", ["array<int>", "@pickone"]), (1, "({} << {})", ["int", "@small"]), (1, "({} >> {})", ["int", "@small"]),
        (1, "date_part('DOY', {})", ["date"]), (1, "position({} IN {})", ["string", "string"]), (1, "char_length({})", ["string"]), (1, "dayofmonth({})", ["date"]), (1, "ifnull({}, {})", ["int", "int"]), (1, "zeroifnull({})", ["int"]), (1, "nullifzero({})", ["int"]),
        (1, "decode({}, 'a', 1, 'b', 2, 0)", ["string"]), (1, "reduce({}, 0, (acc, x) -> greatest(acc, length(x)), acc -> acc + 1)", ["array<string>"]), (1, "named_struct('p', {}, 'q', {}).p", ["int", "string"]), (1, "struct({}, {}).col1", ["int", "int"]), (1, "(CASE {} WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE {} END)", ["string", "int"]),
        (1, "bit_length({})", ["string"]), (1, "aggregate({}, {}, (acc, x) -> acc + coalesce(x, 0))", ["array<int>", "int"]), (1, "width_bucket({}, 0D, 10D, 5)", ["double"]),
    ],
    "bigint": [
        (3, "({} + {})", ["bigint", "bigint"]), (2, "({} * {})", ["bigint", "bigint"]), (2, "({} - {})", ["bigint", "int"]), (2, "({} div {})", ["bigint", "bigint"]), (2, "({} % {})", ["bigint", "bigint"]),
        (1, "floor({})", ["double"]), (1, "ceil({})", ["double"]), (1, "unix_timestamp({})", ["timestamp"]), (1, "unix_millis({})", ["timestamp"]), (1, "unix_micros({})", ["timestamp"]),
        (1, "unix_seconds({})", ["timestamp"]), (1, "xxhash64({}, {})", ["any", "any"]), (1, "crc32({})", ["binary"]), (1, "abs({})", ["bigint"]), (1, "unix_timestamp({}, {})", ["string", "@parse"]), (1, "(- {})", ["bigint"]),
        (1, "timestampdiff({}, {}, {})", ["@span", "timestamp", "timestamp"]), (1, "factorial({})", ["tinyint"]), (1, "pmod({}, {})", ["bigint", "bigint"]), (1, "coalesce({}, {})", ["bigint", "int"]), (1, "bit_get({}, 3)", ["bigint"]), (1, "({} >>> {})", ["bigint", "@small"]),
        (1, "shiftright({}, {})", ["bigint", "@small"]), (1, "shiftrightunsigned({}, {})", ["bigint", "@small"]), (1, "({} ^ {})", ["bigint", "int"]), (1, "round({}, {})", ["bigint", "@digits"]),
    ],
    "double": [
        (3, "({} + {})", ["double", "double"]), (2, "({} * {})", ["double", "num"]), (3, "({} / {})", ["num", "num"]), (2, "({} - {})", ["double", "double"]), (1, "({} % {})", ["double", "double"]), (1, "(- {})", ["double"]),
        (1, "abs({})", ["double"]), (1, "sqrt({})", ["double"]), (1, "exp({})", ["double"]), (1, "ln({})", ["double"]), (1, "log10({})", ["double"]), (1, "log({}, {})", ["double", "double"]), (1, "pow({}, {})", ["double", "double"]),
        (2, "round({}, {})", ["double", "@digits"]), (1, "bround({}, {})", ["double", "@digits"]), (1, "sin({})", ["double"]), (1, "atan2({}, {})", ["double", "double"]), (1, "cbrt({})", ["double"]),
        (1, "pmod({}, {})", ["double", "double"]), (1, "sign({})", ["double"]), (1, "degrees({})", ["double"]), (1, "signum({})", ["int"]), (1, "greatest({}, {}, {})", ["double", "double", "double"]), (1, "hypot({}, {})", ["double", "double"]),
        (1, "least({}, {})", ["double", "double"]), (1, "nanvl({}, {})", ["double", "double"]), (1, "({} + {})", ["int", "string"]), (1, "rint({})", ["double"]), (1, "months_between({}, {})", ["timestamp", "timestamp"]),
        (1, "floor({}, 1)", ["double"]), (1, "try_divide({}, {})", ["num", "num"]), (1, "cos({})", ["double"]), (1, "atan({})", ["double"]), (1, "radians({})", ["double"]), (1, "sinh({})", ["double"]), (1, "positive({})", ["double"]), (1, "({} / {})", ["int", "int"]),
        (1, "get_json_object({}, '$.x') + 0D", ["string"]), (1, "extract(SECOND FROM {}) * 1D", ["timestamp"]), (1, "aggregate({}, 0D, (acc, x) -> acc + x)", ["array<int>"]),
        (1, "log2({})", ["double"]), (1, "log1p({})", ["double"]), (1, "expm1({})", ["double"]), (1, "tanh({})", ["double"]),
    ],
    "float": [(2, "(- {})", ["float"]), (2, "({} + {})", ["float", "float"]), (2, "({} * {})", ["float", "float"]), (1, "abs({})", ["float"]), (1, "({} - {})", ["float", "int"])],
    "tinyint": [(1, "({} + {})", ["tinyint", "tinyint"]), (1, "({} % {})", ["tinyint", "tinyint"]), (1, "(- {})", ["tinyint"]), (1, "abs({})", ["tinyint"])],
    "smallint": [(1, "({} + {})", ["smallint", "smallint"]), (1, "({} * {})", ["smallint", "tinyint"]), (1, "(- {})", ["smallint"])],
    "decimal": [
        (3, "({} + {})", ["dec", "dec"]), (3, "({} * {})", ["dec", "dec"]), (3, "({} / {})", ["dec", "dec"]), (2, "({} - {})", ["dec", "int"]), (2, "({} % {})", ["dec", "dec"]), (1, "(- {})", ["dec"]), (1, "abs({})", ["dec"]),
        (1, "round({}, {})", ["dec", "@digits"]), (1, "floor({})", ["dec"]), (1, "ceil({})", ["dec"]), (1, "({} * {})", ["dec", "bigint"]), (1, "bround({}, 1)", ["dec"]), (1, "pmod({}, {})", ["dec", "dec"]),
        (1, "greatest({}, {})", ["dec", "dec"]), (1, "({} div {})", ["dec", "dec"]), (1, "coalesce({}, {})", ["dec", "int"]),
    ],
    "string": [
        (4, "concat({}, {})", ["string", "string"]), (2, "concat({}, '-', {})", ["any", "any"]), (2, "({} || {})", ["string", "any"]), (3, "upper({})", ["string"]), (3, "lower({})", ["string"]), (3, "trim({})", ["string"]),
        (3, "substring({}, {}, {})", ["string", "@small", "@small"]), (1, "substring({}, {})", ["string", "int"]), (1, "left({}, {})", ["string", "@small"]), (1, "right({}, {})", ["string", "@small"]),
        (2, "replace({}, {}, {})", ["string", "string", "string"]), (2, "regexp_replace({}, {}, '<$0>')", ["string", "@regex"]), (1, "regexp_replace({}, {}, '')", ["string", "@regex"]), (2, "regexp_extract({}, '([a-z]+)([0-9]*)', {})", ["string", "@pick012"]),
        (1, "lpad({}, {}, {})", ["string", "@small", "string"]), (1, "rpad({}, {}, '*')", ["string", "@small"]), (1, "reverse({})", ["string"]), (1, "repeat({}, {})", ["string", "@small"]), (1, "initcap({})", ["string"]),
        (1, "translate({}, 'abc', 'x')", ["string"]), (1, "split_part({}, ',', {})", ["string", "@pick123"]), (1, "substring_index({}, ',', {})", ["string", "@small"]), (1, "concat_ws({}, {}, {})", ["@sep", "string", "string"]),
        (1, "concat_ws(',', {}, {})", ["array<string>", "string"]), (2, "date_format({}, {})", ["timestamp", "@format"]), (1, "from_unixtime({}, {})", ["bigint", "@format"]), (1, "hex({})", ["bigint"]), (1, "hex({})", ["string"]), (1, "md5({})", ["binary"]),
        (1, "sha2({}, {})", ["binary", "@bits"]), (1, "sha1({})", ["binary"]), (1, "base64({})", ["binary"]), (1, "format_number({}, 2)", ["double"]), (1, "format_string({}, {})", ["@printf", "int"]), (1, "format_string({}, {})", ["@printfs", "string"]),
        (1, "get_json_object({}, {})", ["string", "@path"]), (1, "bin({})", ["bigint"]), (1, "conv({}, {}, {})", ["string", "@base", "@base"]), (1, "element_at({}, {})", ["array<string>", "@pickone"]), (1, "array_join({}, ',')", ["array<string>"]),
        (1, "nvl({}, {})", ["string", "string"]), (1, "to_json(named_struct('a', {}, 'b', {}))", ["any", "any"]), (1, "to_json({})", ["map<string,int>"]), (1, "overlay({} PLACING '_' FROM {})", ["string", "@small"]), (1, "ltrim({})", ["string"]),
        (1, "soundex({})", ["string"]), (1, "chr({})", ["bigint"]), (1, "decode(encode({}, 'UTF-8'), 'UTF-8')", ["string"]), (1, "elt({}, {}, {})", ["int", "string", "string"]), (1, "dayname({})", ["date"]), (1, "monthname({})", ["date"]),
        (1, "btrim({}, {})", ["string", "@chars"]), (1, "space({})", ["@small"]), (1, "mask({})", ["string"]), (1, "regexp_substr({}, {})", ["string", "@regex"]), (1, "sort_array({})[0]", ["array<string>"]), (1, "typeof({})", ["any"]),
        (1, "concat_ws('-', {})", ["array<string>"]), (1, "lower(hex({}))", ["binary"]), (1, "date_format({}, {})", ["date", "@parse"]), (1, "to_char({}, '999,990.00')", ["int"]), (1, "array_join({}, '|', '?')", ["array<int>"]), (1, "trim(BOTH 'a' FROM {})", ["string"]),
        (1, "ifnull({}, '')", ["string"]), (1, "coalesce({}, {}, 'none')", ["string", "string"]), (1, "url_encode({})", ["string"]), (1, "to_json(struct({}))", ["array<int>"]), (1, "CAST({} AS STRING)", ["struct"]), (1, "to_csv(struct({}, {}))", ["int", "string"]), (1, "concat('<', {}, '>')", ["string"]),
        (1, "if({} IS NULL, 'none', 'some')", ["any"]), (1, "array_max({})", ["array<string>"]), (1, "regexp_replace({}, '(\\\\d)', '[$1]')", ["string"]), (1, "from_json({}, 'a STRING').a", ["string"]), (1, "CAST({} - {} AS STRING)", ["timestamp", "timestamp"]), (1, "named_struct('x', {}, 'y', {}).y", ["int", "string"]),
        (1, "nullif({}, {})", ["string", "string"]), (1, "map_keys({})[0]", ["map<string,int>"]),
    ],
    "date": [
        (2, "date_add({}, {})", ["date", "int"]), (1, "date_sub({}, {})", ["date", "int"]), (1, "add_months({}, {})", ["date", "smallint"]), (2, "to_date({})", ["timestamp"]), (1, "to_date({}, {})", ["string", "@parse"]), (1, "last_day({})", ["date"]),
        (1, "next_day({}, 'MON')", ["date"]), (1, "trunc({}, {})", ["date", "@dateunit"]), (1, "make_date({}, {}, {})", ["int", "@small", "@small"]), (1, "({} + {})", ["date", "@dateinterval"]), (1, "to_date({})", ["string"]),
        (1, "date_from_unix_date({})", ["smallint"]), (1, "({} - {})", ["date", "@dateinterval"]), (1, "date({})", ["timestamp"]), (1, "greatest({}, {})", ["date", "date"]), (1, "coalesce({}, {})", ["date", "date"]),
    ],
    "timestamp": [
        (3, "({} + {})", ["timestamp", "@interval"]), (2, "({} - {})", ["timestamp", "@interval"]), (2, "date_trunc({}, {})", ["@unit", "timestamp"]), (2, "to_timestamp({})", ["string"]), (1, "to_timestamp({}, {})", ["string", "@parse"]),
        (1, "timestamp_seconds({})", ["int"]), (1, "timestamp_millis({})", ["int"]), (1, "timestamp_micros({})", ["int"]), (1, "from_utc_timestamp({}, {})", ["timestamp", "@zone"]), (1, "to_utc_timestamp({}, {})", ["timestamp", "@zone"]),
        (1, "timestampadd({}, {}, {})", ["@span", "@small", "timestamp"]), (1, "greatest({}, {})", ["timestamp", "timestamp"]), (1, "coalesce({}, {})", ["timestamp", "timestamp"]),
        (1, "make_timestamp({}, 3, 31, {}, {}, 1.5)", ["int", "@small", "@small"]),
    ],
    "timestamp_ntz": [(1, "({} + {})", ["timestamp_ntz", "@interval"]), (1, "({} - {})", ["timestamp_ntz", "@interval"])],
    "binary": [(1, "encode({}, {})", ["string", "@charset"]), (1, "unhex({})", ["string"]), (1, "concat({}, {})", ["binary", "binary"]), (1, "unbase64(base64({}))", ["binary"]), (1, "substring({}, {}, {})", ["binary", "@small", "@small"])],
    "array<int>": [
        (1, "array({}, {})", ["int", "int"]), (1, "sort_array({})", ["array<int>"]), (1, "array_distinct({})", ["array<int>"]), (1, "slice({}, {}, 2)", ["array<int>", "@pickone"]), (1, "array_union({}, {})", ["array<int>", "array<int>"]),
        (1, "array_except({}, {})", ["array<int>", "array<int>"]), (1, "array_intersect({}, {})", ["array<int>", "array<int>"]), (1, "array_remove({}, {})", ["array<int>", "int"]), (1, "concat({}, {})", ["array<int>", "array<int>"]),
        (1, "reverse({})", ["array<int>"]), (1, "array_repeat({}, {})", ["int", "@small"]), (1, "sequence({}, {})", ["@small", "@small"]) , (1, "map_values({})", ["map<string,int>"]), (1, "array_sort({})", ["array<int>"]),
        (2, "transform({}, x -> x + {})", ["array<int>", "int"]), (1, "filter({}, x -> x > {})", ["array<int>", "int"]), (1, "transform({}, (x, n) -> x * n)", ["array<int>"]), (1, "zip_with({}, {}, (x, y) -> coalesce(x, y))", ["array<int>", "array<int>"]),
        (1, "filter({}, (x, n) -> n % 2 = 0 AND x IS NOT NULL)", ["array<int>"]), (1, "transform({}, s -> length(s))", ["array<string>"]),
        (1, "array_insert({}, {}, {})", ["array<int>", "@pickone", "int"]), (1, "array_prepend({}, {})", ["array<int>", "int"]), (1, "sort_array({}, false)", ["array<int>"]), (1, "array_sort({}, (x, y) -> y - x)", ["array<int>"]), (1, "transform({}, e -> e.x)", ["array<struct>"]),
        (1, "transform(filter({}, x -> x > 1), x -> x * x)", ["array<int>"]), (1, "from_json({}, 'ARRAY<INT>')", ["string"]),
        (1, "flatten(array({}, {}))", ["array<int>", "array<int>"]), (1, "array_compact({})", ["array<int>"]), (1, "array_append({}, {})", ["array<int>", "int"]),
    ],
    "array<string>": [(1, "transform({}, x -> upper(x))", ["array<string>"]), (1, "filter({}, x -> x <> '')", ["array<string>"]), (2, "split({}, {})", ["string", "@regex"]), (1, "array({}, {})", ["string", "string"]), (1, "split({}, ',', {})", ["string", "@small"]), (1, "regexp_extract_all({}, {}, 0)", ["string", "@regex"]), (1, "map_keys({})", ["map<string,int>"]),
                      (1, "array_distinct({})", ["array<string>"]), (1, "transform({}, (x, n) -> concat(n, ':', x))", ["array<string>"]), (1, "sort_array({})", ["array<string>"]), (1, "array_except({}, {})", ["array<string>", "array<string>"]), (1, "array_repeat({}, 2)", ["string"]),
                      (1, "json_object_keys({})", ["string"])],
    "map<string,int>": [(1, "map('a', {}, 'b', {})", ["int", "int"]), (1, "map_from_arrays(array('p', 'q'), array({}, {}))", ["int", "int"]), (1, "map_filter({}, (k, v) -> v > {})", ["map<string,int>", "int"]), (1, "transform_values({}, (k, v) -> v + length(k))", ["map<string,int>"]), (1, "map_concat(map('y', {}), map('z', 1))", ["int"]), (1, "transform_keys({}, (k, v) -> concat(k, '!'))", ["map<string,int>"]), (1, "map_from_entries(array(struct('p', {})))", ["int"]),
                         (1, "map_zip_with({}, {}, (k, x, y) -> coalesce(x, 0) - coalesce(y, 0))", ["map<string,int>", "map<string,int>"]), (1, "from_json({}, 'MAP<STRING, INT>')", ["string"])],
    "struct": [(2, "struct({} AS x, {} AS y)", ["int", "string"]), (2, "named_struct('x', {}, 'y', {})", ["int", "string"])],
    "array<struct>": [(2, "array(named_struct('x', {}, 'y', {}), named_struct('x', {}, 'y', 'last'))", ["int", "string", "int"])],
    "nested": [  # made for the SELECT list only
        (2, "struct({}, {})", ["any", "any"]), (2, "named_struct('p', {}, 'q', {})", ["any", "array<int>"]), (1, "array({}, {})", ["struct", "struct"]), (1, "map('a', {})", ["struct"]), (1, "struct(struct({}) AS s, {} AS t)", ["any", "any"]), (1, "array(array({}), {})", ["int", "array<int>"]),
        (1, "arrays_zip({}, {})", ["array<int>", "array<string>"]), (1, "map_entries({})", ["map<string,int>"]), (1, "transform({}, x -> named_struct('v', x, 'w', {}))", ["array<int>", "int"]), (1, "str_to_map({})", ["string"]), (1, "from_json({}, 'a INT, b STRING, x DOUBLE')", ["string"]),
        (1, "from_json({}, 'a STRUCT<b: INT>, x ARRAY<INT>')", ["string"]), (1, "from_csv({}, 'p INT, q STRING')", ["string"]), (1, "filter({}, e -> e.x IS NOT NULL)", ["array<struct>"]), (1, "map({}, {})", ["@keytext", "double"]), (1, "sort_array({})", ["array<struct>"]), (1, "split({}, ',')", ["string"]),
        (1, "sequence(to_date({}), date_add(to_date({}), 2))", ["@today", "@today"]), (1, "aggregate({}, array(0), (acc, x) -> array_append(acc, x))", ["array<int>"]),
    ],
}
PARAMETERS["@span"] = ["MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "YEAR", "WEEK"]
PARAMETERS["@keytext"] = ["'p'", "'q'", "concat('p', 'q')"]
PARAMETERS["@today"] = ["'2024-03-01'", "DATE '2024-02-28'"]
PARAMETERS["@pick012"] = ["0", "1", "2"]
PARAMETERS["@pick123"] = ["1", "2", "3", "-1"]
PARAMETERS["@pickone"] = ["1", "2", "-1"]

CASTS = {  # to → from
    "string": SIMPLE + ["binary", "timestamp_ntz", "array<int>", "map<string,int>"],
    "boolean": NUMERIC + ["string"],
    "date": ["string", "timestamp", "timestamp_ntz"],
    "timestamp": ["string", "date", "decimal(10,2)", "timestamp_ntz", "int"],
    "timestamp_ntz": ["string", "date", "timestamp"],
    "binary": ["string", "int", "bigint"],
    "array<string>": ["array<int>"],
    "array<int>": ["array<string>"],
}
for _t in INTEGRAL + ["float", "double"]:
    CASTS[_t] = [x for x in NUMERIC if x != _t] + ["string", "boolean", "timestamp"]
for _t in DECIMALS:
    CASTS[_t] = [x for x in NUMERIC if x != _t] + ["string", "boolean"]


UNNAMED = ("struct", "array<struct>", "nested")  # there is no CAST to them, and no literal


class Expr:
    """A tree; `text` is its SQL."""

    def __init__(self, type, template, args=()):
        self.type, self.template, self.args = type, template, list(args)

    @property
    def text(self):
        return self.template.format(*[a.text for a in self.args]) if self.args else self.template

    def depth(self):
        return 1 + max((a.depth() for a in self.args), default=0)


class Maker:
    """Makes expressions over the given columns: type → [names]."""

    def __init__(self, random, columns):
        self.random, self.columns = random, columns

    def weighted(self, choices):
        total = sum(c[0] for c in choices)
        at = self.random.randrange(total)
        for c in choices:
            at -= c[0]
            if at < 0:
                return c
        return choices[-1]

    def leaf(self, type):
        names = self.columns.get(type)
        if names and self.random.random() < 0.8:
            return Expr(type, self.random.choice(names))
        if self.random.random() < 0.05:
            return Expr(type, "CAST(NULL AS %s)" % type.upper())
        if type in LITERALS:
            return Expr(type, self.random.choice(LITERALS[type]))
        return Expr(type, "CAST(%s AS %s)" % (self.random.choice(["1", "0", "-7.5", "'12.345'", "99999"]), type.upper()))

    def argument(self, kind, depth, same):
        if kind.startswith("@"):
            return Expr(kind, self.random.choice(PARAMETERS[kind]))
        if kind == "same":
            return self.make(same, depth)
        if kind == "num":
            return self.make(self.random.choice(NUMERIC), depth)
        if kind == "any":
            return self.make(self.random.choice(SIMPLE), depth)
        if kind == "dec":
            return self.make(self.random.choice(DECIMALS), depth)
        return self.make(kind, depth)

    def make(self, type, depth):
        r = self.random
        if type not in UNNAMED and (depth <= 0 or r.random() < 0.15):
            return self.leaf(type)
        roll = r.random()
        if roll < 0.12 and type in CASTS:
            return Expr(type, "CAST({} AS %s)" % type.upper(), [self.make(r.choice(CASTS[type]), depth - 1)])
        if roll < 0.2 and not type.startswith("map") and type not in UNNAMED:
            form = r.randrange(4)
            if form == 0:
                return Expr(type, "CASE WHEN {} THEN {} ELSE {} END", [self.make("boolean", depth - 1), self.make(type, depth - 1), self.make(type, depth - 1)])
            if form == 1:
                return Expr(type, "coalesce({}, {})", [self.make(type, depth - 1), self.make(type, depth - 1)])
            if form == 2:
                return Expr(type, "if({}, {}, {})", [self.make("boolean", depth - 1), self.make(type, depth - 1), self.make(type, depth - 1)])
            return Expr(type, "CASE WHEN {} THEN {} END", [self.make("boolean", depth - 1), self.make(type, depth - 1)])
        if type.startswith("decimal"):
            if roll < 0.5:
                _, template, kinds = self.weighted(TEMPLATES["decimal"])
                return Expr(type, "CAST(%s AS %s)" % (template, type.upper()), [self.argument(k, depth - 1, None) for k in kinds])
            return self.leaf(type)
        choices = TEMPLATES.get(type, [])
        if not choices:
            return self.leaf(type)
        _, template, kinds = self.weighted(choices)
        same = r.choice(SIMPLE)
        return Expr(type, template, [self.argument(k, depth - 1, same) for k in kinds])

    def any(self, depth):
        r = self.random
        kinds = SIMPLE + ["int", "string", "double", "timestamp", "boolean", "date", "bigint", "string", "array<int>", "array<string>", "timestamp_ntz", "binary", "map<string,int>", "nested", "nested"]
        type = r.choice(kinds)
        if r.random() < 0.07:  # a decimal with the type that Spark gives it
            _, template, args = self.weighted(TEMPLATES["decimal"])
            return Expr("decimal", template, [self.argument(k, depth - 1, None) for k in args])
        return self.make(type, depth)


AGGREGATES = [  # template, argument types
    (8, "count(*)", []), (4, "count({})", ["any"]), (1, "count({}, {})", ["any", "any"]), (8, "sum({})", ["int"]), (3, "sum({})", ["bigint"]), (3, "sum({})", ["double"]), (3, "sum({})", ["dec"]), (1, "sum({})", ["string"]), (1, "try_sum({})", ["bigint"]), (1, "try_sum({})", ["dec"]), (4, "avg({})", ["int"]), (3, "avg({})", ["double"]),
    (2, "avg({})", ["dec"]), (1, "mean({})", ["bigint"]), (1, "try_avg({})", ["dec"]), (1, "sum({})", ["float"]), (1, "avg({})", ["tinyint"]), (1, "sum({})", ["smallint"]), (6, "min({})", ["any"]), (6, "max({})", ["any"]), (2, "first({})", ["any"]), (2, "last({})", ["any"]), (1, "first({}, true)", ["any"]), (1, "last({}, true)", ["any"]),
    (1, "first_value({}) IGNORE NULLS", ["any"]), (1, "any_value({})", ["any"]), (1, "stddev({})", ["double"]), (1, "variance({})", ["int"]), (1, "var_pop({})", ["double"]), (1, "stddev_pop({})", ["double"]), (1, "std({})", ["int"]), (1, "var_samp({})", ["dec"]), (1, "corr({}, {})", ["double", "double"]), (1, "covar_samp({}, {})", ["double", "double"]),
    (1, "covar_pop({}, {})", ["double", "int"]), (2, "collect_list({})", ["any"]), (1, "array_agg({})", ["any"]), (2, "sort_array(collect_set({}))", ["any"]), (1, "bool_and({})", ["boolean"]), (1, "bool_or({})", ["boolean"]), (1, "every({})", ["boolean"]), (1, "some({})", ["boolean"]), (1, "bit_and({})", ["int"]), (1, "bit_or({})", ["bigint"]),
    (1, "bit_xor({})", ["int"]), (2, "count_if({})", ["boolean"]), (2, "min_by({}, {})", ["any", "int"]), (2, "max_by({}, {})", ["any", "timestamp"]), (1, "approx_count_distinct({})", ["any"]), (1, "approx_count_distinct({}, 0.1)", ["string"]), (1, "percentile_approx({}, 0.5)", ["int"]), (1, "percentile_approx({}, array(0.25, 0.75), 100)", ["double"]),
    (1, "percentile({}, 0.25)", ["int"]), (1, "percentile({}, array(0, 0.5, 1))", ["double"]), (1, "median({})", ["double"]), (1, "mode({}, true)", ["int"]), (1, "mode({}, true)", ["string"]), (1, "skewness({})", ["double"]), (1, "kurtosis({})", ["double"]), (1, "listagg({}, ',')", ["string"]), (1, "string_agg({})", ["string"]),
    (1, "regr_count({}, {})", ["double", "double"]), (1, "regr_avgx({}, {})", ["double", "double"]), (1, "regr_avgy({}, {})", ["double", "int"]), (1, "regr_r2({}, {})", ["double", "double"]), (1, "regr_slope({}, {})", ["double", "double"]), (1, "regr_intercept({}, {})", ["double", "double"]), (1, "regr_sxx({}, {})", ["double", "double"]),
    (1, "regr_syy({}, {})", ["double", "double"]), (1, "regr_sxy({}, {})", ["double", "double"]), (1, "max(struct({}, {}))", ["any", "any"]), (1, "min(named_struct('p', {}, 'q', {}))", ["int", "string"]), (1, "collect_list(struct({}, {}))", ["int", "string"]), (1, "max({})", ["array<int>"]), (1, "first({})", ["map<string,int>"]), (1, "last({})", ["array<string>"]),
    (1, "max_by(struct({}, {}), {})", ["int", "string", "timestamp"]), (1, "min({})", ["binary"]), (1, "max({})", ["timestamp_ntz"]),
    # and expressions of them
    (2, "round(avg({}), 2)", ["double"]), (1, "(max({}) - min({}))", ["int", "int"]), (1, "(max({}) - min({}))", ["timestamp", "timestamp"]), (1, "coalesce(sum({}), 0)", ["int"]), (1, "concat(min({}), '/', max({}))", ["string", "string"]), (1, "if(count(*) > 1, 'many', 'one')", []), (1, "size(collect_list({}))", ["any"]),
    (1, "array_join(sort_array(collect_set({})), '-')", ["string"]), (1, "(count(*) / 2)", []), (1, "date_format(max({}), 'HH:mm:ss')", ["timestamp"]), (1, "map('n', count(*), 'm', count({}))", ["any"]), (1, "named_struct('n', count(*), 'm', max({}))", ["any"]), (1, "to_json(struct(count(*) AS n, max({}) AS m))", ["any"]),
    (1, "CAST(sum({}) AS STRING)", ["double"]), (1, "(sum({}) + count(*))", ["int"]), (1, "CASE WHEN sum({}) > 3 THEN 'high' WHEN count(*) > 1 THEN 'low' END", ["int"]), (1, "transform(collect_list({}), x -> x + 1)", ["int"]), (1, "(sum({}) / sum({}))", ["double", "int"]), (1, "(100 * count_if({}) / count(*))", ["boolean"]),
    (1, "CAST(avg({}) AS DECIMAL(10,3))", ["dec"]), (1, "max(upper({}))", ["string"]), (1, "sum(CASE WHEN {} THEN 1 ELSE 0 END)", ["boolean"]), (1, "sum(size({}))", ["array<int>"]), (1, "max({}[0])", ["array<int>"]), (1, "sum(if({}, {}, 0))", ["boolean", "int"]),
]
