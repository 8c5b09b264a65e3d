"""Cases of the readers' corners: every type against every token, what is asked while a record is read, patterns."""
import gzip
import json as j

from cases_formats import MODES, lines

CORRUPT = ", _corrupt_record STRING"
S3 = "i INT, s STRING, d DOUBLE"
TOKENS = ['1', '-1', '1.5', '1e2', '1E400', '""', '"x"', '"1"', '" 1 "', '"1.5"', 'true', '"true"', 'null', '[]', '[1]', '{}', '{"a":1}', '"NaN"', 'NaN', '-Infinity', '"2024-03-01"', '"2024-03-01T10:00:00"', '"AQID"', '"A"', '-0', '-0.0', '0', '"P1D"', '[null]', '[[1]]', '{"a":null}', '{"a":"x"}', '{"x":1}',
       '"1 day"', '99999999999999999999', '0.1e1', '"1,000"', '"+1"', '"0x10"', '"1e2"', '"10:11:12"', "\"INTERVAL '1' DAY\"", "\"INTERVAL '1 02:03:04' DAY TO SECOND\"", "\"1 02:03:04\"", '"1-2"', "\"INTERVAL '1-2' YEAR TO MONTH\""]
TYPES = {"boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INT", "bigint": "BIGINT", "float": "FLOAT", "double": "DOUBLE", "decimal": "DECIMAL(5,2)", "decimal_whole": "DECIMAL(3,0)", "decimal_fine": "DECIMAL(38,18)", "string": "STRING", "binary": "BINARY", "date": "DATE", "timestamp": "TIMESTAMP",
         "ntz": "TIMESTAMP_NTZ", "array": "ARRAY<INT>", "array_string": "ARRAY<STRING>", "array_array": "ARRAY<ARRAY<INT>>", "map": "MAP<STRING, INT>", "map_string": "MAP<STRING, STRING>", "map_array": "MAP<STRING, ARRAY<INT>>", "struct": "STRUCT<a: INT>", "struct2": "STRUCT<a: STRING, x: DOUBLE>", "array_struct": "ARRAY<STRUCT<a: INT>>", "void": "VOID"}
INTERVALS = {"day_second": "INTERVAL DAY TO SECOND", "day": "INTERVAL DAY", "year_month": "INTERVAL YEAR TO MONTH", "hour_minute": "INTERVAL HOUR TO MINUTE", "second": "INTERVAL SECOND", "month": "INTERVAL MONTH"}
NESTED = lines('{"a":{"b":[{"c":1},{"c":"x","d":"y"}],"e":2},"f":3}', '{"a":{"b":[{"c":1},5],"e":2},"f":3}', '{"a":{"b":{"c":1},"e":2},"f":"x"}', '{"m":{"k":{"x":1},"l":{"x":"bad","y":1}},"f":1}', '{"m":{"k":5},"f":2}', '{"m":{"k":[1]},"f":"q"}', '{"l":[[1],[2,"x"]],"f":4}', '{"l":[[1],2],"f":5}', '{"a":{"b":[],"e":"bad"},"m":{"k":{"x":"bad"}},"l":[["x"]],"f":6}', '{"a":{"b":null,"e":null},"m":{"k":null},"l":[null],"f":7}', '{"a":{"b":[{"c":1},{"c":2}', '{"m":{"k":{"x":1},"k":{"x":"bad"}},"f":8}', '{"a":{"e":1},"a":{"e":"x","b":[]},"f":9}', '{"a":{"e":1,"e":"x"},"f":10}')
NESTED_SCHEMA = "a STRUCT<b: ARRAY<STRUCT<c: INT, d: STRING>>, e: INT>, m MAP<STRING, STRUCT<x: INT, y: INT>>, l ARRAY<ARRAY<INT>>, f INT"
PATTERNS = {"iso": "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "x": "yyyy-MM-dd HH:mm:ssX", "xx": "yyyy-MM-dd HH:mm:ssXX", "z": "yyyy-MM-dd HH:mm:ss z", "zzzz": "yyyy-MM-dd HH:mm:ss zzzz", "v": "yyyy-MM-dd HH:mm:ss VV", "o": "yyyy-MM-dd HH:mm:ss O", "us": "M/d/yyyy h:mm:ss a", "us2": "MM/dd/yy hh:mm a", "frac": "yyyy-MM-dd HH:mm:ss.SSSSSS", "frac1": "yyyy-MM-dd HH:mm:ss.S", "frac9": "yyyy-MM-dd HH:mm:ss.SSSSSSSSS", "compact": "yyyyMMddHHmmss", "compact_ms": "yyyyMMddHHmmssSSS", "year": "yyyy", "month": "yyyy-MM", "hour": "yyyy-MM-dd HH", "time": "HH:mm", "name": "EEE, dd MMM yyyy HH:mm:ss", "name_full": "EEEE dd MMMM yyyy", "doy": "yyyy-DDD", "doy1": "yyyy-D", "quarter": "yyyy-'Q'q", "lit": "'at' yyyy ''MM''", "era": "G yyyy-MM-dd", "u": "u-M-d", "kk": "yyyy-MM-dd kk:mm", "KK": "yyyy-MM-dd KK:mm a", "opt": "yyyy[-MM[-dd]]", "opt2": "[yyyy/MM/dd][yyyy-MM-dd] HH:mm", "yyyyy": "yyyyy-MM-dd", "y": "y-M-d", "yyy": "yyy-MM-dd", "L": "yyyy-L-d", "LLL": "d LLL yyyy", "B": "yyyy-MM-dd hh B", "ns": "yyyy-MM-dd HH:mm:ss.n", "epochlike": "ss.SSS"}
TIMES = ["2024-03-01T12:30:45", "2024-03-01T12:30:45.123", "2024-03-01T12:30:45+02:00", "2024-03-01T12:30:45.5Z", "2024-03-01T12:30:45Z", "2024-03-01 12:30:45+02", "2024-03-01 12:30:45Z", "2024-03-01 12:30:45+0200", "2024-03-01 12:30:45+02:00", "2024-03-01 12:30:45 CET", "2024-03-01 12:30:45 UTC", "2024-03-01 12:30:45 PST", "2024-07-01 12:30:45 Pacific Daylight Time", "2024-03-01 12:30:45 Europe/Berlin", "2024-03-01 12:30:45 GMT+2", "2024-03-01 12:30:45 GMT+02:00", "3/1/2024 1:05:06 PM", "03/01/2024 01:05:06 pm", "3/1/2024 13:05:06 PM", "03/01/24 01:05 AM", "03/01/70 12:05 AM", "2024-03-01 12:30:45.123456", "2024-03-01 12:30:45.1", "2024-03-01 12:30:45.123456789", "20240301123045", "20240301123045123", "2024", "2024-03", "2024-3", "2024-03-01", "2024-3-1", "2024-03-01 12", "2024-03-01 24:00", "2024-03-01 00:00", "2024-03-01 12:00 AM", "2024-03-01 00:30 PM", "12:30", "Fri, 01 Mar 2024 12:30:45", "Thu, 01 Mar 2024 12:30:45", "Friday 01 March 2024", "2024-061", "2024-61", "2023-366", "2024-Q1", "2024-Q5", "at 2024 'MM'", "at 2024 '03'", "AD 2024-03-01", "BC 0044-03-15", "02024-03-01", "12024-03-01", "+12024-03-01", "-0044-03-15", "2024/03/01 12:30", "2024-03-01 12:30", "1 Mar 2024", "1 March 2024", "44.123", "2024-02-30", "2024-13-01", "", " 2024-03-01", "2024-03-01 ", "0000-01-01", "10000-01-01", "9999-12-31", "1", "99", "-1"]
PUSHED_JSON = lines('{"i":1,"s":"a","d":1}', '{"i":5,"s":"b","d":"x"}', '{"i":1,"s":"b","d":"x"}', '{"d":"x","i":1}', '{"d":"x","i":5}', '{"i":1,', '{"i":5,', '{"i":1,"i":5}', '{"i":5,"i":1}', '{"i":5,"i":6}', '{"i":"x","s":"c"}', '{"s":"c"}', '{"s":"z","i":5', '{"i":null,"s":', '{"i":1}}', 'bad', '[{"i":1},{"i":5}]', '[{"i":1},{"i":"x"}]', '{"i":4,"s":"q","d":2}')
CONDITIONS = {"gt": "i > 3", "isnull": "i IS NULL", "notnull": "i IS NOT NULL", "or": "i > 3 OR s = 'b'", "and": "i > 3 AND s = 'b'", "not": "NOT (i > 3)", "in": "i IN (1, 4)", "eqns": "i <=> NULL", "like": "s LIKE 'b%'", "like_any": "s LIKE '%b'", "func": "abs(i) > 3", "expr": "i + 1 > 3", "dbl": "d > 1", "cast": "i > 3.5", "str": "i = '5'", "corr": "_corrupt_record IS NOT NULL AND i > 3", "corr_only": "_corrupt_record IS NOT NULL", "cols": "i > d", "true": "true", "lit_left": "3 < i", "between": "i BETWEEN 2 AND 4", "notin": "i NOT IN (1, 2)", "ne": "i <> 1", "isnull_or": "i IS NULL OR i > 3", "bool": "i > 3 = true", "neg": "i > -1", "case": "CASE WHEN i > 3 THEN true ELSE false END", "coal": "coalesce(i, 0) > 3", "instr": "contains(s, 'b')", "starts": "startswith(s, 'b')", "double_not": "NOT (NOT (i > 3))"}
PUSHED_CSV = lines("1,a,1", "5,b,x", "1,b,x", "1,c", "5,d", "x,e,1", ",f,1", "1,g,1,2", "5,h,1,2", "4,q,2", "", ",", "x", "1")


def add(case):
    def of(fmt):
        def one(name, files, query="SELECT * FROM events", schema=S3 + CORRUPT, **options):
            more = {k: options.pop(k) for k in ("mode_out", "zone", "names", "runs") if k in options}
            if "mode_out" in more:
                more["mode"] = more.pop("mode_out")
            case("%s_%s" % (fmt, name), query, files if isinstance(files, list) else [files], schema=schema, fmt=fmt, source=options, **more)
        return one
    json, csv, text = of("json"), of("csv"), of("text")
    tokens(json, csv)
    nested(json)
    pushed(json, csv)
    patterns(json, csv)
    records(json, csv, text)
    files(json, csv, text)
    casts(case)


def tokens(json, csv):
    for n, t in dict(TYPES, **{"interval_" + k: v for k, v in INTERVALS.items()}).items():
        timeless = [x for x in TOKENS if t != "TIMESTAMP" or x != '"10:11:12"']  # which is of the day that it is read on
        json("token_" + n, lines(*['{"n":%d,"v":%s,"z":"z"}' % (k, v) for k, v in enumerate(timeless)]), schema="n INT, v %s, z STRING" % t + CORRUPT)
    texts = [t[1:-1] for t in TOKENS if t[0] == '"' and "," not in t] + ["", "-1", "INTERVAL '-3' DAY", "interval '1' day", " 1 ", "INTERVAL '01:02' HOUR TO MINUTE", "01:02", "1 02", "5", "-5.25", "INTERVAL '5.25' SECOND", "-1-2", "INTERVAL -'1-2' YEAR TO MONTH", "+7", "99999999999"]
    for n, t in INTERVALS.items():
        csv("interval_" + n, lines(*["%d,%s,z" % (k, v) for k, v in enumerate(texts)]), schema="n INT, v %s, z STRING" % t + CORRUPT)
    for n, t in {"interval": "INTERVAL", "time": "TIME"}.items():
        json("error_type_" + n, lines('{"v":"1"}'), schema="v " + t)
        csv("error_type_" + n, lines("1"), schema="v " + t)
    for n in ("int", "double", "decimal_fine"):
        json("leading_zeros_" + n, lines(*['{"v":%s}' % x for x in ("01", "-01", "007.5", "00", "-00", "000.10", "01e2", "00e-1", "0x1", "0000000000000000000000000000000000001", "-0")]), schema="v " + TYPES[n] + CORRUPT, allowNumericLeadingZeros=True)
    numbers = ("1e0", "10e-1", "1.0", "1e10", "1e-10", "1e18", "1e19", "12345.6789", "0.0005", "0.00049", "9999999.9995", "-9999999.9995", "1e-400", "1e309", "1e999999999", "1e-999999999", "1e9999999999", "2147483648", "9223372036854775808", "0.30000000000000004", "1.7976931348623159e308")
    for n, t in {"double": "DOUBLE", "decimal": "DECIMAL(10,3)", "bigint": "BIGINT"}.items():
        json("exponents_" + n, lines(*['{"v":%s}' % x for x in numbers]), schema="v " + t + CORRUPT)
        csv("exponents_" + n, lines(*["%s,z" % x for x in numbers]), schema="v %s, z STRING" % t + CORRUPT)


def nested(json):
    for m in MODES:
        for n, q in {"all": "*", "f": "f", "a": "a.e AS e", "ab": "a.b AS b", "abc": "a.b.c AS c", "m": "m['k'] AS k, size(l) AS n"}.items():
            if n != "all" or m != "FAILFAST":
                json("nested_%s_%s" % (n, m.lower()), NESTED, query="SELECT %s FROM events" % q, schema=NESTED_SCHEMA + CORRUPT, mode=m)
    one = "a STRUCT<x: INT, y: INT>, b INT"
    bad = lines('{"a":{"x":1,"y":"bad"},"b":1}', '{"a":{"x":"bad","y":2},"b":2}', '{"a":5,"b":3}', '{"b":4}', '{"a":{},"b":5}')
    for n, q in {"field": "a.x AS x", "where": "b FROM events WHERE a.x > 0", "there": "b FROM events WHERE a IS NOT NULL", "corrupt": "a.x AS x, _corrupt_record AS c"}.items():
        json("pruned_" + n, bad, query="SELECT %s" % q + ("" if "FROM" in q else " FROM events"), schema=one + CORRUPT if n == "corrupt" else one, **({} if n == "corrupt" else {"mode": "DROPMALFORMED"}))
    json("pruned_array", lines('{"a":[{"x":1,"y":"bad"}],"b":1}', '{"a":[{"x":"bad","y":2}],"b":2}'), query="SELECT a.x AS x FROM events", schema="a ARRAY<STRUCT<x: INT, y: INT>>, b INT", mode="DROPMALFORMED")
    json("pruned_map", lines('{"a":{"k":{"x":1,"y":"bad"}},"b":1}', '{"a":{"k":{"x":"bad","y":2}},"b":2}'), query="SELECT a['k'].x AS x FROM events", schema="a MAP<STRING, STRUCT<x: INT, y: INT>>, b INT", mode="DROPMALFORMED")


def pushed(json, csv):
    for n, w in CONDITIONS.items():
        few = n in ("gt", "isnull", "or")
        for m in MODES[:2 if few else 1]:
            json("pushed_%s_%s" % (n, m.lower()), PUSHED_JSON, query="SELECT i, s, d, _corrupt_record AS c FROM events WHERE " + w, mode=m)
        if few:
            csv("pushed_%s_permissive" % n, PUSHED_CSV, query="SELECT i, s, d, _corrupt_record AS c FROM events WHERE " + w)
        json("pushed_%s_failfast" % n, lines('{"i":1,"s":"a","d":"x"}', '{"i":4,"s":"b","d":2}'), query="SELECT i, s, d FROM events WHERE " + w, mode="FAILFAST")
        csv("pushed_%s_failfast" % n, lines("1,a,x", "4,b,2"), query="SELECT i, s, d FROM events WHERE " + w, mode="FAILFAST")
    fail = {"mode": "FAILFAST"}
    two = lines('{"i":1,"s":"a","d":"x"}', '{"i":4,"s":"b","d":2}')
    csv("pushed_bad_before", lines("x,a,1", "4,b,2"), query="SELECT i, s, d FROM events WHERE d > 1", schema=S3, **fail)
    csv("pushed_short", lines("1,a", "1", "4,b,2"), query="SELECT i, s, d FROM events WHERE i > 3", schema=S3, **fail)
    csv("pushed_short_last", lines("1,a", "4,b,2"), query="SELECT i, s, d FROM events WHERE d > 1", schema=S3, **fail)
    csv("pushed_short_pruned", lines("1", "x", "4,b,2"), query="SELECT s FROM events WHERE s = 'b'", schema=S3, **fail)
    csv("pushed_multi_line", lines("1,a,x", "4,b,2"), query="SELECT i, s, d FROM events WHERE i > 3", schema=S3, multiLine=True, **fail)
    csv("pushed_quoted", lines('1,"a""",x', '4,"b""",2'), query="SELECT i, s, d FROM events WHERE i > 3", schema=S3, **fail)
    json("pushed_multi_line", ['{"i":1,\n"d":"x"}', '{"i":4,\n"d":2}'], query="SELECT i, d FROM events WHERE i > 3", schema=S3, multiLine=True, **fail)
    json("pushed_aggregate", two, query="SELECT s, sum(d) AS n FROM events WHERE i > 3 GROUP BY s", mode_out="update", **fail)
    json("pushed_subquery", two, query="SELECT * FROM (SELECT i AS j, s, d FROM events) WHERE j > 3", **fail)
    json("pushed_having", two, query="SELECT i, sum(d) AS n FROM events GROUP BY i HAVING i > 3", mode_out="update", **fail)
    json("pushed_field", lines('{"a":{"x":1},"d":"x"}', '{"a":{"x":5},"d":2}'), query="SELECT d FROM events WHERE a.x > 3", schema="a STRUCT<x: INT>, d DOUBLE", **fail)
    json("pushed_time", lines('{"t":"2024-01-01T00:00:00Z","d":"x"}', '{"t":"2024-03-01T00:00:00Z","d":2}'), query="SELECT t, d FROM events WHERE t > '2024-02-01'", schema="t TIMESTAMP, d DOUBLE", **fail)
    json("pushed_explode", lines('{"a":[],"d":"x"}', '{"a":[5],"d":2}'), query="SELECT explode(a) AS q, d FROM events", schema="a ARRAY<INT>, d DOUBLE", **fail)
    json("pushed_name_with_dot", lines('{"a.b":1,"d":"x"}', '{"a.b":5,"d":2}'), query="SELECT d FROM events WHERE `a.b` > 3", schema="`a.b` INT, d DOUBLE", **fail)
    json("pushed_boolean", lines('{"b":false,"d":"x"}', '{"b":true,"d":2}'), query="SELECT d FROM events WHERE b", schema="b BOOLEAN, d DOUBLE", **fail)
    json("pushed_boolean_equal", lines('{"b":false,"d":"x"}', '{"b":true,"d":2}'), query="SELECT d FROM events WHERE b = true", schema="b BOOLEAN, d DOUBLE", **fail)
    json("pushed_union", two, query="SELECT s FROM events WHERE i > 3 UNION ALL SELECT s FROM events WHERE i > 5", **fail)
    wide = "l BIGINT, f FLOAT, c DECIMAL(5,2), y TINYINT, dt DATE, d DOUBLE"
    for n, w in {"bigint_double": "l > 3.5D", "bigint_decimal": "l > 3.5", "bigint_text": "l > '3'", "float_double": "f > 3.5D", "float": "f > 3.5", "decimal": "c > 3.5", "decimal_int": "c > 3", "tiny_int": "y > 3", "tiny_int_wide": "y > 3000", "date": "dt > '2024-02-01'", "date_typed": "dt > DATE '2024-02-01'",
                 "date_time": "dt > TIMESTAMP '2024-02-01 00:00:00'", "like_both": "CAST(l AS STRING) LIKE '4'"}.items():
        json("pushed_type_" + n, lines('{"l":1,"f":1,"c":1,"y":1,"dt":"2024-01-01","d":"x"}', '{"l":4,"f":4,"c":4,"y":4,"dt":"2024-03-01","d":2}'), query="SELECT d FROM events WHERE " + w, schema=wide, **fail)
    for n, w in {"middle": "s LIKE 'b%c'", "any": "s LIKE '%'", "one": "s LIKE 'b_'", "escaped": "s LIKE 'b\\\\%'", "exact": "s LIKE 'bc'", "both": "s LIKE '%bc%'", "not": "s NOT LIKE 'a%'", "not_middle": "s NOT LIKE 'a%a'", "ilike": "s ILIKE 'B%'", "rlike": "s RLIKE '^b'"}.items():
        json("pushed_like_" + n, lines('{"s":"aa","d":"x"}', '{"s":"bc","d":2}'), query="SELECT d FROM events WHERE " + w, schema="s STRING, d DOUBLE", **fail)


def patterns(json, csv):
    shown = "SELECT n, t, CAST(t AS STRING) AS s, _corrupt_record IS NULL AS ok FROM events"
    for n, p in PATTERNS.items():
        if n in ("z", "zzzz", "quarter", "B", "ns"):
            continue  # refused by name
        json("pattern_" + n, lines(*['{"n":%d,"t":%s}' % (k, j.dumps(x)) for k, x in enumerate(TIMES)]), schema="n INT, t TIMESTAMP" + CORRUPT, query=shown, timestampFormat=p, zone="America/New_York")
        if n in ("iso", "v", "us2", "compact", "era", "opt2", "doy1", "y", "KK"):
            csv("pattern_date_" + n, lines(*["%d|%s" % (k, x) for k, x in enumerate(TIMES)]), schema="n INT, t DATE" + CORRUPT, query=shown, dateFormat=p, sep="|", zone="America/New_York")
    for n in ("iso", "x", "v", "us", "compact", "opt", "time", "doy"):
        csv("pattern_ntz_" + n, lines(*["%d|%s" % (k, x) for k, x in enumerate(TIMES)]), schema="n INT, t TIMESTAMP_NTZ" + CORRUPT, query=shown, timestampNTZFormat=PATTERNS[n], sep="|", zone="America/New_York")
    zones = ["2024-03-01 00:30:00 %s" % z for z in ("UTC", "UT", "GMT", "UTC+2", "UTC+02", "UTC+02:00", "UTC+02:00:30", "UT-03:00", "GMT0", "GMTZ", "UTCZ", "Z", "z", "+02:00", "+02", "-0200", "PST", "EST", "MST", "CST", "CET", "EST5EDT", "Etc/GMT+5", "Asia/Kolkata", "Zulu", "Nowhere/City", "UTC Europe", "America/New_York", "GMT-18:00", "UTC+19:00", "")]
    json("pattern_zone_ids", lines(*['{"n":%d,"t":"%s","d":"%s"}' % (k, x, x) for k, x in enumerate(zones)]), schema="n INT, t TIMESTAMP, d DATE" + CORRUPT, query="SELECT n, t, d, _corrupt_record IS NULL AS ok FROM events", timestampFormat="yyyy-MM-dd HH:mm:ss VV", dateFormat="yyyy-MM-dd HH:mm:ss VV", zone="America/New_York")
    json("pattern_date_with_offset", lines(*['{"d":"2024-03-01 %s"}' % x for x in ("00:30+02:00", "23:30-02:00", "12:00Z")]), schema="d DATE" + CORRUPT, dateFormat="yyyy-MM-dd HH:mmXXX", zone="Asia/Tokyo")


def records(json, csv, text):
    json("mode_unknown", lines('{"i":1}', "bad", '{"i":"x"}'), mode="LENIENT")
    csv("mode_unknown", lines("1,a,1", "x,b,2", "3,c"), mode=" FAILFAST")
    json("guessing_options", lines('{"i":1,"s":1.50,"d":true}', '{"i":"1"}'), primitivesAsString=True, prefersDecimal=True, dropFieldIfAllNull=True, samplingRatio="0.5")
    csv("guessing_options", lines("1,a,1", "x,b,2"), inferSchema=True, samplingRatio="1.0")
    json("locale_en", lines('{"t":"01 Mar 2024"}'), schema="t TIMESTAMP" + CORRUPT, locale="en", timestampFormat="dd MMM yyyy")
    json("control_chars_single_quotes", lines("{'s':'\ttab'}", "{'s\t':1,'i':2}", "{'s':'\\\ttab'}", '{"s":"\ttab"}'), allowUnquotedControlChars=True, allowBackslashEscapingAnyCharacter=True)
    json("trailing", lines('{"i":1},', '{"i":2}]', '{"i":3}{"i":4}', '{"i":5} garbage "', '{"i":6},{"i":"x"}', '  {"i":7}  ', '{"i":8}\x00', '\x00{"i":9}', '{"i":1 1}', '{"i" 1}', '{"i":}', '{"i"}', '{,"i":1}', '{"i":1,,"s":"x"}', '{{"i":1}}', '{"i":1;"s":"x"}', '{"i":1]', '[{"i":1}}', '({"i":1})', '{"i":1', "{", "}", "[", "]",
                           '"', "'", ",", ":", '[{}]', '[[]]', '{"s":"x\\"}', '{"s":"x\\\\"}', '{"s":"\\u00"}', '{"s":"\\uzzzz"}', "tru", "true", "-", "1.", ".5", "+1", "0x1", "01", "1 2"))
    json("names_odd", lines('{"a b":1,"c.d":2,"é":3,"":4,"e`f":5}', '{"\\u0061 b":6}', '{"\\ud83d\\ude00":7}'), query="SELECT `a b`, `c.d`, `é`, `e``f`, `😀` FROM events", schema="`a b` INT, `c.d` INT, `é` INT, `e``f` INT, `😀` INT")
    csv("line_sep_crlf", "1,a,1\r\n2,b\n,2\r\n3,\"c\r\nd\",3\r\n\r\n4,e,x\r\n", lineSep="\r\n")
    csv("line_sep_crlf_header", "i,s,d\r\n1,a,1\r\n2,b,x\r\n", lineSep="\r\n", header=True)
    csv("line_sep_pair", "1,a,1;;2,b;c,2;;3,\"d\",3;;;;4,e,x", lineSep=";;")
    csv("max_columns_pruned", lines("1,a,1", "2,b,2,c,d,e"), maxColumns=4, query="SELECT i FROM events", schema=S3)
    csv("error_sep_nul", lines("1,a,1"), sep="\\u0000")


def files(json, csv, text):
    names = ["a.json", "b.jsonl", "_c.json", ".d.json", "e", "f.json.crc", "sub/g.json", "_sub/h.json", "sub/_i.json", "_metadata/l.json", "m m.json", "n#n.json", "o%20o.json", "p+p.json", "q,q.json", "é.json", "[r].json", "{s}.json", "_COPYING_/t.json", "u._COPYING_", "_u._COPYING_", "_metadata.json", "_common_metadata", "_metadata2"]
    rows = ['{"i":%d}\n' % n for n in range(len(names))]
    for n, o in {"plain": {}, "recursive": {"recursiveFileLookup": True}, "star": {"pathGlobFilter": "*"}, "one": {"pathGlobFilter": "?.json"}, "class": {"pathGlobFilter": "[a-e]*"}, "not": {"pathGlobFilter": "[^a]*.json"}, "bang": {"pathGlobFilter": "[!a]*.json"}, "either": {"pathGlobFilter": "{a,b}.*"},
                 "escaped": {"pathGlobFilter": "\\[r\\].json"}, "exact": {"pathGlobFilter": "a.json"}, "nested": {"pathGlobFilter": "{a,{b,e}}*"}, "below": {"pathGlobFilter": "sub/*"}, "recursive_glob": {"pathGlobFilter": "*.json", "recursiveFileLookup": True},
                 "path_star": {"path": "input/events/*.json"}, "path_directory": {"path": "input/*/sub"}, "path_hidden": {"path": "input/events/_*.json"}, "path_either": {"path": "input/events/{a,e}*"}, "path_class": {"path": "input/events/[a-b]*"}}.items():
        json("names_" + n, rows, names=names, schema="i INT", **o)
    text("gz_upper", [gzip.compress(b"a\nb", mtime=0)], names=["a.txt.GZ"])
    text("gz_multi_member", [gzip.compress(b"a\nb", mtime=0) + gzip.compress(b"c\nd\n", mtime=0)], names=["a.txt.gz"])
    text("gz_wholetext", [gzip.compress(b"a\nb\n", mtime=0)], names=["a.txt.gz"], wholetext=True)
    text("gz_not", [b"a\nb\n"], names=["a.txt.gz"])


def casts(case):
    numbers = ["1", " 1 ", "1.5", "-1.5", "1e2", "1E-2", ".5", "5.", "+5", "NaN", "Infinity", "-inf", "1d", "1L", "0x10", "1_0", "１", "1２.５", "٣", "٣.٤", "１e１", "", " ", "\t1\n", "1e400", "1e-400", "999999.995", "99999999999999999999", "-0", "-0.0", "1,5", "--1", "+-1", "1e", "e1", "1e+5", "1.2.3", "\u00a01",
               "12345678901234567890123456789012345678", "123456789012345678901234567890123456789", "𝟏"]
    case("cast_string_to_numbers", "SELECT s, CAST(s AS TINYINT) AS t, CAST(s AS INT) AS i, CAST(s AS BIGINT) AS l, CAST(s AS DOUBLE) AS d, CAST(s AS DECIMAL(10,2)) AS c, CAST(s AS DECIMAL(38,0)) AS w, CAST(s AS BOOLEAN) AS b FROM events",
         ["".join(j.dumps({"s": v}, ensure_ascii=False) + "\n" for v in numbers)], schema="s STRING")
