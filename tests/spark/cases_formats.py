"""Cases of how json, csv and text are read: part of make_cases.py."""

S3 = "i INT, s STRING, d DOUBLE"
S3C = S3 + ", _corrupt_record STRING"
ALL = "SELECT * FROM events"
MODES = ("PERMISSIVE", "DROPMALFORMED", "FAILFAST")


def lines(*text):
    return "".join(x + "\n" for x in text)


def add(case):
    def csv(name, files, query=ALL, schema=S3C, **options):
        more = {k: options.pop(k) for k in ("mode_out", "zone", "names", "ordered") if k in options}
        if "mode_out" in more:
            more["mode"] = more.pop("mode_out")
        case("csv_" + name, query, files if isinstance(files, list) else [files], schema=schema, fmt="csv", source=options, **more)

    def json(name, files, query=ALL, schema=S3C, **options):
        more = {k: options.pop(k) for k in ("mode_out", "zone", "names", "ordered") if k in options}
        if "mode_out" in more:
            more["mode"] = more.pop("mode_out")
        case("json_" + name, query, files if isinstance(files, list) else [files], schema=schema, fmt="json", source=options, **more)

    def text(name, files, query=ALL, **options):
        more = {k: options.pop(k) for k in ("mode_out", "names", "ordered") if k in options}
        if "mode_out" in more:
            more["mode"] = more.pop("mode_out")
        case("text_" + name, query, files if isinstance(files, list) else [files], fmt="text", source=options, **more)

    csv_types(csv)
    csv_quotes(csv)
    csv_records(csv)
    csv_options(csv)
    csv_multi_line(csv)
    csv_errors(csv)
    json_options(json)
    json_values(json)
    texts(text)
    files_options(csv, json, text)
    functions(case)


# ---------------------------------------------------------------- csv

def csv_types(csv):
    def one(name, type_, values, **options):
        csv("type_" + name, lines(*["%d,%s,z" % (n, v) for n, v in enumerate(values)]), schema="n INT, v %s, z STRING, _corrupt_record STRING" % type_, **options)
    whole = ["1", "-1", "+5", "", "-0", "007", " 1", "1 ", "1.0", "1e2", "0x1", "1L", "1_0", "--1", "+", "-", '"2"', '" 2"', "\u0661", "\uff11", "127", "128", "-128", "-129", "255", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648",
             "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "00000000000000000000001", "null", "NULL", "true"]
    for name in ("TINYINT", "SMALLINT", "INT", "BIGINT"):
        one(name.lower(), name, whole)
    real = ["1", "1.5", "-1.5", "+1.5", ".5", "5.", ".", "", " 2 ", "1d", "1f", "1.5D", "1F", "1L", "1e5", "1E-5", "1e", "e5", "1e400", "-1e400", "1e-400", "3.4028236e38", "3.5e38", "1e39", "NaN", "nan", "+NaN", "-NaN", "Inf", "-Inf", "+Inf", "inf", "Infinity",
            "-Infinity", "+Infinity", "infinity", "INF", "0x1p3", "0x1.8p1", "0x1", "0x.8p0d", "1,5", '"2.5"', '"1,5"', "1_000", "1 2", "-0.0", "-0", "123456789012345678901234567890", "0.1", "4.9e-324", "\u0661", "1e+5", "1e+", "\t3", "NaNd", "Infinityf", " NaN", " Inf"]
    one("float", "FLOAT", real)
    one("double", "DOUBLE", real)
    one("decimal", "DECIMAL(10,2)", ["1", "1.5", "1.005", "-1.005", "1.004999", "12345678.99", "99999999.99", "99999999.995", "123456789", "1e3", "1E-3", "1e8", '"1,000.5"', '"1,2,3"', '","', ".5", "5.", "+7", "", " 1", "1 ", "x", "NaN", "0x1", "1d", "-0", "--1", "1e", "0e999999999", "1e2147483648"])
    one("decimal_big", "DECIMAL(38,10)", ["1234567890123456789012345678.1234567890", "1234567890123456789012345678.12345678905", "12345678901234567890123456789", "0.00000000005", "1e27", "1e28", "-1e27"])
    one("boolean", "BOOLEAN", ["true", "false", "TRUE", "False", "tRuE", "t", "f", "1", "0", "yes", "no", " true", "true ", "", '"true"', "null"])
    one("date", "DATE", ["2024-03-01", "2024-3-1", "2024-03", "2024", "2024-02-30", "2024-13-01", "0001-01-01", "9999-12-31", "10000-01-01", "+10000-01-01", "-0001-01-01", "2024-03-01T10:00:00", "2024-03-01 10:00:00", "2024-03-01x", "2024-03-01T", " 2024-03-01", "2024-03-01 ", "19000", "", "03/01/2024",
                         "2024/03/01", "epoch", "2024-03-01GMT", "GMT2024-03-01", "1582-10-10", "1500-02-29", '"2024-03-01"', "20240301"])
    stamps = ["2024-03-01 12:34:56", "2024-03-01T12:34:56", "2024-03-01T12:34:56.789", "2024-03-01T12:34:56.123456789", "2024-03-01T12:34:56Z", "2024-03-01T12:34:56+02:00", "2024-03-01T12:34:56 Europe/Berlin", "2024-03-01", "2024-03", "2024", "2024-03-01T12", "2024-03-01T12:34", "2024-3-1 1:2:3",
              "2024-03-01T24:00:00", "2024-03-01T12:60:00", "1709294400", "1.5", "", " 2024-03-01", "x", "2024-03-01T12:34:56GMT+02:00", "2024-03-01 12:34:56 GMT", "GMT", "2024-03-01T12:34:56z", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00", "294247-01-10T04:00:54.775807Z", "294248-01-01T00:00:00Z",
              "2024-03-31T02:30:00", "2024-10-27T02:30:00", '"2024-03-01 00:00:00"', "2024-03-01T12:34:56+1", "2024-03-01T12:34:56.", "now", "03/01/2024", "2024-03-01T12:34:56.789+0200", "2024-03-01T12:34:56 UTC"]
    one("timestamp", "TIMESTAMP", stamps)
    one("timestamp_berlin", "TIMESTAMP", stamps, zone="Europe/Berlin")
    one("timestamp_ntz", "TIMESTAMP_NTZ", stamps)
    csv("type_binary", lines("1,abc,z", "2,,z", '3,"",z', "4,ä,z", '5,"a,b",z'), query="SELECT n, v, hex(v) AS h, z FROM events", schema="n INT, v BINARY, z STRING")
    csv("type_string", lines("1,  a ,z", "2,null,z", "3,NULL,z", '4,"",z', '5," ",z', "6,\\N,z", "7,ä😀,z", "8,a\tb,z", "9,a\\nb,z", '10,a"b,z', "11,'q',z", "12,-,z"), query="SELECT n, v, length(v) AS l, z FROM events", schema="n INT, v STRING, z STRING")
    csv("timestamp_format", lines("1,01/03/2024 12:30,2024|03|01", "2,1/3/2024 12:30,2024|3|1", "3,2024-03-01T12:30:00Z,2024-03-01", "4,1709294400,19000", "5,,", "6,01/03/2024 12:30 ,2024|03|01 ", "7,31/02/2024 00:00,2024|02|30"),
        schema="n INT, t TIMESTAMP, d DATE, _corrupt_record STRING", timestampFormat="dd/MM/yyyy HH:mm", dateFormat="yyyy|MM|dd")
    csv("timestamp_format_zone", lines("1,2024-03-01 12:30:00 +0100", "2,2024-03-01 12:30:00 +0000", "3,2024-03-01 12:30:00", "4,2024-03-01 12:30:00 Z"), schema="n INT, t TIMESTAMP, _corrupt_record STRING", timestampFormat="yyyy-MM-dd HH:mm:ss Z", zone="America/New_York")
    csv("timestamp_format_fraction", lines("1,2024-03-01 12:30:00.123", "2,2024-03-01 12:30:00.1", "3,2024-03-01 12:30:00", "4,2024-03-01 12:30:00.123456"), schema="n INT, t TIMESTAMP, _corrupt_record STRING", timestampFormat="yyyy-MM-dd HH:mm:ss[.SSS]")
    csv("timestamp_format_text", lines("1,Mar 1 2024 1:05 PM", "2,mar 01 2024 1:05 pm", "3,Mar 10 2024 11:05 AM"), schema="n INT, t TIMESTAMP, _corrupt_record STRING", timestampFormat="MMM d yyyy h:mm a")
    csv("timestamp_ntz_format", lines("1,01.03.2024 12:30", "2,2024-03-01T12:30:00"), schema="n INT, t TIMESTAMP_NTZ, _corrupt_record STRING", timestampNTZFormat="dd.MM.yyyy HH:mm")
    csv("date_format_only", lines("1,01.03.2024,2024-03-01 12:00:00", "2,2024-03-01,2024-03-01"), schema="n INT, d DATE, t TIMESTAMP, _corrupt_record STRING", dateFormat="dd.MM.yyyy")
    csv("date_format_default", lines("1,2024-03-01", "2,2024-3-1", "3,2024-03-01T00:00:00"), schema="n INT, d DATE, _corrupt_record STRING", dateFormat="yyyy-MM-dd")


QUOTES = lines('1,"plain",z', '2,"a,b",z', '3,"say ""hi""",z', '4,"say \\"hi\\"",z', '5,"back\\\\slash",z', '6,"back\\slash",z', '7,a"b,z', '8,a""b,z', '9,"a"b,z', '10,"a" b,z', '11,"a" ,z', '12, "a",z', '13,"a"  "b",z', '14,"",z', '15,"""",z', '16,"""""",z',
               '17,"\\"",z', '18,"a\\",z', '19,"a\\"', '20,"open,z', '21,"open', '22,\\"a\\",z', '23,a\\,b,z', "24,'a,b',z", '25,"a"",b",z', '26,"a\\"b,z', '27,"a\\\\",z', '28,"a\\\\"b",z', '29,"a\\\\\\"b",z', '30,"",""', '31,"a","b"', '32,"a","b', '33,"a" "b","c"', '34,"x"y"z,w',
               '35,"x"y"z",w', '36,"\ta\t",z', '37,"a"\t,z', '38,"a"\tb,z', '39,"a", "b"', '40,"a"x,"b"', '41,"""a""",z', '42,"a\\""",z', '43,\\,z', '44,"\\",z', '45,"\\\\",z', '46,"a""b"c,z', '47,"a,b"c,d",z', '48,"a,"b",c",z', '49,z"', '50,"z"', '"51","q",z', '"52",q', '53," ",z', '54,"a"",z', '55,"a""",z',
               '56,"a,\\"b\\",c",z', '57,"a\\,b",z', '58,"é"x,z', '59,"é",é', '60,""x,z', '61,""x"",z', '62,"a"b"c"d,z', '63,"""x,y""",z', '64,x"y,z"w,z', '65,"a\\x",z', '66,"a" "",z', '67,"a" \\",z', '68,"a",', '69,"",', '70,"\\"', '71,"\\\\"', '72,"a\\"",z"', '73,"1","2","3"')
QS = "n STRING, s STRING, z STRING, _corrupt_record STRING"


def csv_quotes(csv):
    csv("quotes", QUOTES, schema=QS)
    csv("quotes_first_and_last", lines(*[l.split(",", 1)[1] for l in QUOTES.split("\n") if "," in l]), schema="s STRING, z STRING, _corrupt_record STRING")
    csv("quotes_single_column", lines(*[l.split(",", 1)[1] for l in QUOTES.split("\n") if "," in l]), schema="s STRING, _corrupt_record STRING")
    csv("quotes_pruned_last", QUOTES, query="SELECT z FROM events", schema=QS)
    csv("quotes_pruned_first", QUOTES, query="SELECT n, _corrupt_record FROM events", schema=QS)
    csv("quotes_pruned_middle", QUOTES, query="SELECT s FROM events", schema=QS)
    csv("quotes_escape_quote", QUOTES, schema=QS, escape='"')
    csv("quotes_escape_quote_pruned", QUOTES, query="SELECT z FROM events", schema=QS, escape='"')
    csv("quotes_escape_other", QUOTES.replace("\\", "^"), schema=QS, escape="^")
    csv("quotes_escape_none", QUOTES, schema=QS, escape="")
    csv("quotes_none", QUOTES, schema=QS, quote="")
    csv("quotes_single", QUOTES.replace('"', "'"), schema=QS, quote="'")
    csv("quotes_escape_escape", QUOTES, schema=QS, charToEscapeQuoteEscaping="^")
    csv("quotes_escape_escape_same", QUOTES, schema=QS, charToEscapeQuoteEscaping="\\")
    csv("quotes_escape_escape_quote", QUOTES, schema=QS, escape='"', charToEscapeQuoteEscaping="\\")
    for h in ("STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "SKIP_VALUE", "STOP_AT_DELIMITER"):
        csv("quotes_" + h.lower(), QUOTES, schema=QS, unescapedQuoteHandling=h)
        csv("quotes_%s_escape_quote" % h.lower(), QUOTES, schema=QS, unescapedQuoteHandling=h, escape='"')
    csv("quotes_skip_value_pruned", QUOTES, query="SELECT z FROM events", schema=QS, unescapedQuoteHandling="SKIP_VALUE")
    csv("quotes_raise_error_good", lines('1,"a",z', "2,b,z", '3,"x y",z'), schema=QS, unescapedQuoteHandling="RAISE_ERROR")
    csv("quotes_raise_error_bad", lines('1,"a",z', '2,"b"c,z', "3,x,z"), schema=QS, unescapedQuoteHandling="RAISE_ERROR")
    csv("quotes_trim", QUOTES, schema=QS, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
    csv("quotes_trim_leading", QUOTES, schema=QS, ignoreLeadingWhiteSpace=True)
    csv("quotes_trim_trailing", QUOTES, schema=QS, ignoreTrailingWhiteSpace=True)
    csv("quotes_null_value", QUOTES, schema=QS, nullValue="a", emptyValue="EMPTY")
    for name, sep in {"tab": "\t", "tab_escaped": "\\t", "pipe": "|", "semicolon": ";", "blank": " ", "colon": ":", "two": "||", "mixed": "<>", "three": "aab", "control": "\u0001", "section": "§"}.items():
        real = "\t" if sep == "\\t" else sep
        q = QUOTES.replace("|", "!").replace(",", real)
        csv("sep_" + name, q, schema=QS, sep=sep)
    csv("sep_two_trim", QUOTES.replace(",", " || "), schema=QS, sep="||", ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
    csv("sep_two_pruned", QUOTES.replace(",", "||"), query="SELECT z FROM events", schema=QS, sep="||")
    csv("sep_two_partial", lines("1|a||b||c", "2||a|b||c", "3|||a||b", "4||a|||b", "5||||", "|||", "||", "|", "6||a|", '7||"a"|b||c', '8||"a||b"||c', '9||"a"||"b"'), schema=QS, sep="||")
    csv("sep_two_escape_quote", QUOTES.replace(",", "||"), schema=QS, sep="||", escape='"')
    csv("delimiter", lines("1;a;b"), schema=QS, delimiter=";")


RAGGED = lines("1,a,1.5", "2,b", "3", "", "4,d,4.5,x", "5,e,5.5,", ",,", ",", ",,,", "   ", "\t", " , , ", "x,f,6", "7,g,y", "x,h,y,z", "8,", ",i", "9,j,9.5,k,l,m", "\u00a0", "\x1f", "\x0b", "\x00", "\x00x,1,2", "10,k,10", "#11,l,1", "12,\x00,1", "13,a\x00b,1")


def csv_records(csv):
    for m in MODES:
        n = m.lower()
        csv("ragged_" + n, RAGGED, mode=m)
        csv("ragged_no_corrupt_column_" + n, RAGGED, schema=S3, mode=m)
        csv("ragged_pruned_i_" + n, RAGGED, query="SELECT i FROM events", schema=S3, mode=m)
        csv("ragged_pruned_s_" + n, RAGGED, query="SELECT s FROM events", schema=S3, mode=m)
        csv("ragged_pruned_d_corrupt_" + n, RAGGED, query="SELECT d, _corrupt_record FROM events", mode=m)
        csv("ragged_all_columns_no_corrupt_" + n, RAGGED, query="SELECT i, s, d FROM events", mode=m)
        csv("count_" + n, RAGGED, query="SELECT count(*) AS n FROM events", mode=m, mode_out="complete")
        csv("count_d_" + n, RAGGED, query="SELECT count(d) AS n, count(*) AS m FROM events", mode=m, mode_out="complete")
        csv("where_" + n, lines("1,a,1.5", "2,b,2.5", "9,c,3.5"), query="SELECT i FROM events WHERE i < 5", mode=m)
    csv("where_failfast_other_column", lines("1,a,1.5", "2,skip,y", "x,skip,3", "3,c,3"), query="SELECT i, s, d FROM events WHERE s <> 'skip'", schema=S3, mode="FAILFAST")
    csv("where_corrupt_null", RAGGED, query="SELECT i, s, d, _corrupt_record FROM events WHERE _corrupt_record IS NULL")
    csv("where_corrupt_not_null", RAGGED, query="SELECT i, s, d, _corrupt_record FROM events WHERE _corrupt_record IS NOT NULL")
    csv("where_on_bad", RAGGED, query="SELECT i, s, d, _corrupt_record FROM events WHERE i IS NULL")
    csv("failfast_good", lines("1,a,1.5", "2,,", ",,"), mode="FAILFAST")
    csv("failfast_bad_first", lines("x,a,1.5", "2,b,2"), mode="FAILFAST")
    csv("failfast_second_file", [lines("1,a,1"), lines("2,b,2", "3,c,x"), lines("4,d,4")], mode="FAILFAST")
    csv("corrupt_named", RAGGED, schema="i INT, s STRING, bad STRING", columnNameOfCorruptRecord="bad")
    csv("corrupt_in_the_middle", RAGGED, schema="i INT, _corrupt_record STRING, s STRING, d DOUBLE")
    csv("corrupt_case", RAGGED, schema="i INT, s STRING, _Corrupt_Record STRING")
    csv("corrupt_quoted", lines('1,"a,b",x', '2,"say \\"hi\\"",x', '"3","open,x'))
    csv("not_null_schema", lines("1,a", ",b", "x,c"), schema="i INT NOT NULL, s STRING")
    csv("one_column", lines("a", "", "b,c", '"d,e"', " "), schema="s STRING")
    csv("line_ends", [b"1,a,1\r\n2,b,2\r3,c,3\n\n4,d,4", b"5,e,5\r\n\r\n6,f,6\r", b"\n\n7,g,7\n\r8,h,x\r\n"])
    csv("bom", [b"\xef\xbb\xbf1,a,1\n\xef\xbb\xbf2,b,2\n"])
    csv("bom_header", [b"\xef\xbb\xbfi,s,d\n1,a,1\n"], header=True, enforceSchema=False, schema=S3)
    csv("invalid_utf8", [b"1,a\xffb,1\n2,\xc0\x80,2\n3,\xe2\x82,3\n4,\xc3\xa4,4\n5,\xed\xa0\x80,x\n6,\xf0\x9f\x98\x80,6\n7,\"\xff\",7\n8,\xf0\x9f,8\n9,\"a\xff\"\"\",9\n\xff,a,1\n"], query="SELECT i, s, hex(s) AS h, d, _corrupt_record FROM events")
    csv("long_value", lines("1,%s,1" % ("x" * 70000), '2,"%s",2' % ("y," * 40000), "3,c,3"), query="SELECT i, length(s) AS n, d FROM events")
    csv("many_columns", lines(",".join(str(k) for k in range(300)), ",".join(str(k) for k in range(299))), schema=", ".join("c%d INT" % k for k in range(300)), query="SELECT c0, c150, c299 FROM events")
    csv("too_many_columns", lines("1,a,1", "," * 20480, "2,b,2"))
    csv("max_columns", lines("1,a,1", "2,b,2,c", "3,c,3"), maxColumns=3)
    csv("max_chars_per_column", lines("1,abcde,1", "2,abcdef,2", "3,c,3"), maxCharsPerColumn=5)
    csv("empty_files", ["", lines("1,a,1"), "\n\n", "2,b,2"])
    csv("last_line_without_end", ["1,a,1\n2,b,2", "3,c,x"])
    csv("not_csv", ['{"i":1}\n', "<a>1</a>\n", "x\n"])
    csv("aggregate", [lines("1,a,1", "2,b,2"), lines("3,a,x", "y,b,2")], query="SELECT s, count(*) AS n, sum(i) AS t FROM events GROUP BY s", mode_out="update")
    csv("nested_query", lines("1,a b,1", "2,c,2"), query="SELECT i, w FROM (SELECT i, explode(split(s, ' ')) AS w FROM events)")


def csv_options(csv):
    H = lines("i,s,d", "1,a,1", "2,b,2")
    csv("header", [H, H, "", "i,s,d\n", "\n\ni,s,d\n3,c,3\n", "only", lines("x", "4,d,4")], header=True)
    csv("header_of_other_names", [lines("a,b", "1,a,1")], header=True)
    csv("header_pruned", [H], query="SELECT d FROM events", header=True)
    csv("header_count", [H], query="SELECT count(*) AS n FROM events", header=True, mode_out="complete")
    csv("header_enforce_good", [H, lines("I,S,D", "3,c,3")], schema=S3, header=True, enforceSchema=False)
    csv("header_enforce_bad", [H, lines("i,d,s", "3,c,3")], schema=S3, header=True, enforceSchema=False)
    csv("header_enforce_short", [lines("i,s", "3,c")], schema=S3, header=True, enforceSchema=False)
    csv("header_enforce_pruned_good", [lines("i,other,d", "3,c,3")], query="SELECT i, d FROM events", schema=S3, header=True, enforceSchema=False)
    csv("header_enforce_pruned_bad", [lines("i,other,x", "3,c,3")], query="SELECT i, d FROM events", schema=S3, header=True, enforceSchema=False)
    csv("header_enforce_corrupt_column", [H], header=True, enforceSchema=False)
    csv("header_enforce_count", [lines("q,w", "3,c")], query="SELECT count(*) AS n FROM events", schema=S3, header=True, enforceSchema=False, mode_out="complete")
    csv("header_quoted", [lines('"i","s,t",d', "1,a,1")], schema="i INT, `s,t` STRING, d DOUBLE", header=True, enforceSchema=False)
    csv("header_comment", [lines("# c", "", " # d", "i,s,d", "#1,a,1", " #2,b,2", "3,c,3")], header=True, comment="#")
    csv("comment", lines("1,a,1", "#2,b,2", " #3,c,3", '"#4",d,4', "5,#e,5", "#", "6,f,6 # x"), comment="#")
    csv("comment_empty", lines("#1,a,1", "\x00x", "2,b,2"), comment="")
    csv("comment_pruned", lines("1,a,1", "#2,b,2", "3,#c,3"), query="SELECT s FROM events", comment="#")
    B = lines("1,  a  ,1", "2,b, 2 ", " 3 ,c,3", "4,   ,4", "5,e,   ", '6," f ",6', '7, "g" ,7', '8,"h"  ,8', "  9,i,9", "10,j", "11,  ", "  ", "12,\t k\t,12", '13,  "", 13', "14,l\u00a0,14")
    for n, l, t in (("leading", True, False), ("trailing", False, True), ("both", True, True)):
        csv("white_" + n, B, ignoreLeadingWhiteSpace=l, ignoreTrailingWhiteSpace=t)
        csv("white_%s_null" % n, B, ignoreLeadingWhiteSpace=l, ignoreTrailingWhiteSpace=t, nullValue="N", emptyValue="E")
        csv("white_%s_tab" % n, B.replace("\t", "!").replace(",", "\t"), ignoreLeadingWhiteSpace=l, ignoreTrailingWhiteSpace=t, sep="\t")
        csv("white_%s_pruned" % n, B, query="SELECT d FROM events", schema=S3, ignoreLeadingWhiteSpace=l, ignoreTrailingWhiteSpace=t)
    V = lines("1,NA,1", '2,"NA",2', "3,,3", '4,"",4', "NA,x,NA", "5,na,5", "6, NA,6", "7,NA ,7", "8,NA", "9,-,9", "10,a,", '11,a,""', ",,", "12")
    csv("null_value", V, nullValue="NA")
    csv("null_value_empty_value", V, nullValue="NA", emptyValue="E")
    csv("empty_value", V, emptyValue="E")
    csv("empty_value_same", V, nullValue="-", emptyValue="-")
    csv("empty_value_number", V, emptyValue="0")
    csv("null_value_number", V, nullValue="1")
    csv("nan_value", lines("1,nix,nix", "2,a,NaN", "3,b,plus", "4,c,minus", "5,d,Inf", "6,e,-Inf", "7,f,Infinity", "8,g, nix"), nanValue="nix", positiveInf="plus", negativeInf="minus")
    csv("options_any_case", lines("1;a;1", "x;b;2"), SEP=";", Mode="dropmalformed")
    csv("mode_any_case", lines("1,a,1", "x,b,2"), mode="dropMalformed")
    csv("encoding", lines("1,ä,1"), encoding="UTF-8")
    csv("charset", lines("1,ä,1"), charset="utf-8")
    csv("locale", lines("1,ä,1"), locale="en-US")
    csv("line_sep", "1,a,1\r\n2,b\r,x\r\n\n3,c,3\r", lineSep="\n")
    csv("column_pruning_off", RAGGED, query="SELECT i FROM events", schema=S3, columnPruning=False)
    csv("column_pruning_off_count", RAGGED, query="SELECT count(*) AS n FROM events", schema=S3, columnPruning=False, mode="DROPMALFORMED", mode_out="complete")
    csv("column_pruning_off_failfast", RAGGED, query="SELECT i FROM events", schema=S3, columnPruning=False, mode="FAILFAST")
    csv("prefer_date_off", lines("1,2024-03-01", "2,2024-3-1", "3,x"), schema="n INT, d DATE, _corrupt_record STRING", preferDate=False)
    csv("fallback_on", lines("1,2024-03-01,2024-03-01 12:00:00", "2,01.03.2024,01.03.2024 12:00", "3,x,y"), schema="n INT, d DATE, t TIMESTAMP, _corrupt_record STRING", dateFormat="dd.MM.yyyy", timestampFormat="dd.MM.yyyy HH:mm", enableDateTimeParsingFallback=True)
    csv("fallback_off", lines("1,2024-03-01,2024-03-01 12:00:00", "2,2024-3-1,2024-03-01T12:00:00GMT", "3,2024,2024"), schema="n INT, d DATE, t TIMESTAMP, _corrupt_record STRING", enableDateTimeParsingFallback=False)
    csv("time_zone", lines("1,2024-03-01 12:00:00", "2,2024-03-01 12:00:00Z"), schema="n INT, t TIMESTAMP, _corrupt_record STRING", timeZone="Asia/Tokyo")


MULTI = '1,"a\nb",1\n2,b,2\n\n3,"c\n\nd,e",3\n\n  \n4,"say ""x""\ny",4\n5,"say \\"x\\"\ny",5\n6,f\n7,g,7,8\nx,h,8\n9,"i" ,9\n10,"j"k\n11,k,11\n12,"l\n",12\n13,"m"\n#14,n,14\n15,"",\n,,\n16,p,16 \n'


def csv_multi_line(csv):
    for n, end in (("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")):
        csv("multi_" + n, MULTI.replace("\n", end), multiLine=True)
        csv("multi_%s_no_last_end" % n, MULTI.replace("\n", end)[:-len(end)], multiLine=True)
        csv("multi_%s_escape_quote" % n, MULTI.replace("\n", end), multiLine=True, escape='"')
    csv("multi_mixed_ends", '1,a,1\r\n2,"b\nc",2\r\n3,d\re,3\r\n4,"f\r\ng",4\r\n5,h,5\n6,i\nj,6\r\n', multiLine=True)
    csv("multi_mixed_ends_lf", '1,a,1\n2,"b\r\nc",2\r\n3,d\re,3\n', multiLine=True)
    csv("multi_open", '1,a,1\n2,"b,2\n3,c,3\n', multiLine=True)
    csv("multi_open_end", '1,a,1\n2,"b', multiLine=True)
    for m in MODES:
        csv("multi_%s" % m.lower(), MULTI, multiLine=True, mode=m)
        csv("multi_pruned_%s" % m.lower(), MULTI, query="SELECT s FROM events", schema=S3, multiLine=True, mode=m)
        csv("multi_count_%s" % m.lower(), MULTI, query="SELECT count(*) AS n FROM events", schema=S3, multiLine=True, mode=m, mode_out="complete")
    csv("multi_header", ['i,s,d\n1,"a\nb",1\n', '\n\n"i\nx",s,d\n2,b,2\n', "", "i,s,d\n", "i,s,d"], multiLine=True, header=True)
    csv("multi_header_enforce", ["i,s,d\n1,a,1\n", "i,x,d\n1,a,1\n"], schema=S3, multiLine=True, header=True, enforceSchema=False)
    csv("multi_comment", MULTI, multiLine=True, comment="#")
    csv("multi_comment_header", "#c\n# d\ni,s,d\n#e\n1,a,1\n", multiLine=True, comment="#", header=True)
    csv("multi_trim", MULTI, multiLine=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
    csv("line_sep_semicolon", "1,a,1;2,b\nc,2;;3,d\r,x;\n;4,\"e;f\",4;5,g,5", lineSep=";")
    csv("line_sep_semicolon_header", "i,s,d;1,a,1;", lineSep=";", header=True)
    csv("multi_line_sep", '1,a,1;2,"b;c",2;3,d\ne,3;\n4,f,4', multiLine=True, lineSep=";")
    csv("multi_line_sep_crlf", '1,a,1\r\n2,"b\r\nc",2\r\n3,d\ne,3\r\n', multiLine=True, lineSep="\r\n")
    csv("multi_bom", [b"\xef\xbb\xbf1,a,1\n2,b,x\n", b"\xef\xbb\xbf\"3\",c,3\n"], multiLine=True)
    csv("multi_invalid_utf8", [b"1,a\xffb,1\n2,\"\xc0\x80\",2\n3,\xe2\x82,x\n"], query="SELECT i, s, hex(s) AS h, _corrupt_record FROM events", multiLine=True)
    csv("multi_blank", ["", "\n", "\n\n\n", "  \n", "\r\n\r\n", " "], multiLine=True)
    csv("multi_null_value", '1,"",1\n2,,2\n3,N,3\n4,"N",4\n5,"\n",5\n', multiLine=True, nullValue="N", emptyValue="E")
    csv("multi_sep_two", MULTI.replace(",", "||"), multiLine=True, sep="||")
    csv("multi_quotes", QUOTES, schema=QS, multiLine=True)
    csv("multi_quotes_escape_quote", QUOTES, schema=QS, multiLine=True, escape='"')
    for h in ("STOP_AT_CLOSING_QUOTE", "SKIP_VALUE"):
        csv("multi_quotes_" + h.lower(), QUOTES, schema=QS, multiLine=True, unescapedQuoteHandling=h)
    csv("multi_ragged", RAGGED, multiLine=True)


def csv_errors(csv):
    one = lines("1,a,1")
    csv("error_array", one, schema="i INT, a ARRAY<INT>")
    csv("error_struct_unused", one, query="SELECT i FROM events", schema="i INT, a STRUCT<x: INT>")
    csv("error_map", one, schema="m MAP<STRING, INT>")
    csv("error_corrupt_only", one, query="SELECT _corrupt_record FROM events")
    csv("error_corrupt_type", one, schema="i INT, _corrupt_record INT")
    csv("error_sep_empty", one, sep="")
    csv("error_sep_backslash", one, sep="\\")
    csv("error_sep_escape", one, sep="\\q")
    csv("error_quote_long", one, quote="''")
    csv("error_escape_long", one, escape="ab")
    csv("error_comment_long", one, comment="//")
    csv("error_header", one, header="maybe")
    csv("error_timestamp_format", one, schema="t TIMESTAMP", timestampFormat="YYYY-MM-dd")
    csv("error_encoding", one, encoding="no-such")
    csv("error_handling", one, unescapedQuoteHandling="SOMETIMES")
    csv("error_line_sep_long", one, lineSep="abc")
    csv("error_max_columns", one, maxColumns="x")


# ---------------------------------------------------------------- json

def json_options(json):
    C = lines('{"i":1} // c', '/* c */ {"i":2}', '{"i":3 /* x */, "s":"y"}', '# x', '{"i":4} # x', '// only', '{/*a*/"i"/*b*/:/*c*/5/*d*/}', '{"i":6,"s":"/* no */"}', '/* open', '{"i":7 /* open', '/', '{"s":"x"//\n}')
    json("allow_comments", C, allowComments=True)
    json("allow_comments_off", C)
    U = lines("{i:1}", "{i:2,s:'x'}", "{$i_1:1,i:3}", "{'i':4}", "{i-x:1,i:5}", "{ i :6}", "{i:x}", "{1:2,i:7}", "{é:1,i:8}", "{:1}", '{"i":9}', "{i}")
    json("allow_unquoted_names", U, allowUnquotedFieldNames=True)
    json("allow_unquoted_names_off", U)
    json("single_quotes_off", lines("{'i':1}", "{\"s\":'x'}", '{"s":"it\'s"}', '{"s":"it\\\'s"}', '{"i":1}'), allowSingleQuotes=False)
    json("single_quotes", lines("{'i':1}", "{\"s\":'x'}", '{"s":"it\'s"}', '{"s":"it\\\'s"}', "{'s':'a\"b'}", "{'s':'a\\'b'}", "{'s\\'':1,'i':2}", "{'s':'open}", "{'s':'a\tb'}"))
    Z = lines('{"i":01}', '{"i":-01}', '{"i":00}', '{"d":007.5}', '{"d":00}', '{"i":0}', '{"s":01}', '{"d":-00.5}', '{"d":00e1}')
    json("leading_zeros", Z, allowNumericLeadingZeros=True)
    json("leading_zeros_off", Z)
    N = lines('{"d":NaN}', '{"d":Infinity}', '{"d":-Infinity}', '{"d":+Infinity}', '{"d":INF}', '{"d":+INF}', '{"d":-INF}', '{"d":"NaN"}', '{"d":"Infinity"}', '{"d":"+Infinity"}', '{"d":"-INF"}', '{"d":"INF"}', '{"s":NaN}', '{"i":NaN}', '{"d":nan}', '{"d":-NaN}', '{"d":"nan"}', '{"d":"1.5"}')
    json("non_numeric", N)
    json("non_numeric_off", N, allowNonNumericNumbers=False)
    E = lines('{"s":"\\a"}', '{"s":"\\x41"}', '{"s":"\\$"}', '{"s":"\\\\"}', '{"s":"\\n"}', '{"s":"\\é"}', '{"s\\q":1,"i":2}', '{"s":"\\u00e9"}', '{"s":"\\u12"}')
    json("backslash_any", E, allowBackslashEscapingAnyCharacter=True)
    json("backslash_any_off", E)
    K = lines('{"s":"a\tb"}', '{"s":"a\x01b"}', '{"s\t":1,"i":2}', '{"s":"a\x7fb"}', '{"s":"a\x00b"}')
    json("control_chars", K, allowUnquotedControlChars=True)
    json("control_chars_off", K)
    json("line_sep", '{"i":1};{"i":2};;{"s":"a\nb"};{"i":\n3}', lineSep=";")
    json("line_sep_two", '{"i":1}||{"i":2}|{"i":3}||', lineSep="||")
    json("line_sep_lf", '{"i":1}\r\n{"i":2}\r{"i":3}\n', lineSep="\n")
    json("encoding", lines('{"s":"ä"}'), encoding="UTF-8")
    json("time_zone", lines('{"t":"2024-03-01 12:00:00"}', '{"t":"2024-03-01 12:00:00Z"}'), schema="t TIMESTAMP, _corrupt_record STRING", timeZone="Asia/Tokyo")
    json("timestamp_ntz_format", lines('{"t":"01.03.2024 12:30"}', '{"t":"2024-03-01T12:30:00"}', '{"t":5}'), schema="t TIMESTAMP_NTZ, _corrupt_record STRING", timestampNTZFormat="dd.MM.yyyy HH:mm")
    json("fallback_on", lines('{"d":"2024-03-01","t":"2024-03-01 12:00:00"}', '{"d":"01.03.2024","t":"01.03.2024 12:00"}', '{"d":"19000"}', '{"d":"x"}', '{"t":"y"}'), schema="d DATE, t TIMESTAMP, _corrupt_record STRING", dateFormat="dd.MM.yyyy", timestampFormat="dd.MM.yyyy HH:mm", enableDateTimeParsingFallback=True)
    json("fallback_off", lines('{"d":"2024-03-01","t":"2024-03-01 12:00:00"}', '{"d":"19000"}', '{"d":"2024-03-01T00:00:00"}', '{"t":"2024-03-01T12:00:00GMT"}'), schema="d DATE, t TIMESTAMP, _corrupt_record STRING", enableDateTimeParsingFallback=False)
    W = ['{"i":1}', '{"i":1}\n{"i":2}', '[{"i":1},\n{"i":"x"},{"i":3}]', "not json", "", "  \n", '{"i":\n4,"s":"x\\ny"}\n', '[]', '[[{"i":1}]]', '[{"i":1}, 5]', '{"i":"x"}', "null", "7", '{"s":"open', b'\xef\xbb\xbf{"i":5}', '{"s":"a\nb"}', '{"i":6}x', '[{"i":7}']
    json("multi_permissive", W, multiLine=True)
    json("multi_dropmalformed", W, multiLine=True, mode="DROPMALFORMED")
    json("multi_failfast", W[:3], multiLine=True, mode="FAILFAST")
    json("multi_count", W, query="SELECT count(*) AS n FROM events", multiLine=True, mode_out="complete")
    json("multi_pruned", W, query="SELECT s FROM events", multiLine=True)
    json("where_failfast", lines('{"i":1,"s":"a"}', '{"i":"x","s":"skip"}', '{"i":3,"s":"c"}'), query="SELECT i, s FROM events WHERE s <> 'skip'", schema=S3, mode="FAILFAST")
    json("where_failfast_order", lines('{"i":1,"s":"a"}', '{"s":"skip","i":"x"}', '{"i":3,"s":"c"}'), query="SELECT i, s FROM events WHERE s <> 'skip'", schema=S3, mode="FAILFAST")
    json("where_permissive", lines('{"i":1,"s":"a"}', '{"i":"x","s":"skip"}', '{"i":"x","s":"c"}', "bad"), query="SELECT i, s, _corrupt_record FROM events WHERE s <> 'skip' OR s IS NULL")
    json("where_dropmalformed", lines('{"i":1,"s":"a"}', '{"i":"x","s":"skip"}', '{"i":"x","s":"c"}', "bad"), query="SELECT i, s FROM events WHERE i > 0", mode="DROPMALFORMED")


def json_values(json):
    json("partial_nested", lines('{"a":{"x":"bad","y":2},"b":1}', '{"a":{"x":1,"y":"bad"},"b":"bad"}', '{"a":5,"b":2}', '{"a":"s","b":3}', '{"a":[1],"b":4}', '{"a":{"x":1,"y":2},"b":5}', '{"a":{"x":{},"y":2},"b":6}'), schema="a STRUCT<x: INT, y: INT>, b INT, _corrupt_record STRING")
    json("partial_array", lines('{"a":[1,"x",3],"b":1}', '{"a":[{"x":1}],"b":2}', '{"a":1,"b":3}', '{"a":{"x":1},"b":4}', '{"a":["1"],"b":5}', '{"a":[null,2],"b":6}', '{"a":[[1]],"b":7}', '{"a":[1,2,"x"],"b":"y"}'), schema="a ARRAY<INT>, b INT, _corrupt_record STRING")
    json("partial_array_of_structs", lines('{"a":[{"x":1,"y":"q"},{"x":"bad","y":"r"},{"x":3}],"b":1}', '{"a":{"x":1},"b":2}', '{"a":[5,{"x":2}],"b":3}', '{"a":[null],"b":4}', '{"a":[[{"x":1}]],"b":5}'), schema="a ARRAY<STRUCT<x: INT, y: STRING>>, b INT, _corrupt_record STRING")
    json("partial_map", lines('{"m":{"k":1,"l":"x","n":3},"b":1}', '{"m":{"k":"x"},"b":2}', '{"m":[1],"b":3}', '{"m":{"k":null},"b":4}', '{"m":{"k":1,"k":2},"b":5}', '{"m":{"":1},"b":6}', '{"m":5,"b":7}'), schema="m MAP<STRING, INT>, b INT, _corrupt_record STRING")
    json("partial_deep", lines('{"a":{"b":{"c":"x","d":1},"e":2},"f":3}', '{"a":{"b":{"c":1,"d":"x"},"e":"y"},"f":"z"}', '{"a":{"b":[{"c":1}],"e":2},"f":3}'), schema="a STRUCT<b: STRUCT<c: INT, d: INT>, e: INT>, f INT, _corrupt_record STRING")
    for m in ("DROPMALFORMED", "FAILFAST"):
        json("partial_nested_" + m.lower(), lines('{"a":{"x":1,"y":2},"b":5}', '{"a":{"x":"bad","y":2},"b":1}', '{"a":{"x":3},"b":6}'), schema="a STRUCT<x: INT, y: INT>, b INT", mode=m)
    json("empty_strings", lines('{"i":"","s":"","d":""}', '{"b":"","t":"","x":"","c":"","h":""}', '{"a":"","m":"","r":""}'), schema="i INT, s STRING, d DOUBLE, b BOOLEAN, t TIMESTAMP, x DATE, c DECIMAL(5,1), h BINARY, a ARRAY<INT>, m MAP<STRING, INT>, r STRUCT<x: INT>, _corrupt_record STRING")
    json("string_of_anything", lines('{"s":{"a" : [1, 2.50, "x\\u0041"]}}', '{"s":[ ]}', '{"s":1e5}', '{"s":-0.0}', '{"s":false}', '{"s":"q"}', '{"s":{"é":"\\n","b":null}}', '{"s":12345678901234567890.10}', '{"s":[{"x":"\\/"}]}', "{\"s\":{'a':1}}", '{"s":{"a":NaN}}'))
    json("escapes", lines('{"s":"\\"\\\\\\/\\b\\f\\n\\r\\t"}', '{"s":"\\u00e9\\u4e2d\\ud83d\\ude00"}', '{"s":"\\ud83dx"}', '{"s":"\\ude00\\ud83d"}', '{"s":"\\u0000a"}', '{"s":"\\uD83D\\uDE00"}', '{"s":"\\uFFFF"}', '{"\\u0073":"name"}', '{"s":"\\u"}', '{"s":"\\U0041"}'), query="SELECT s, hex(s) AS h, _corrupt_record FROM events")
    json("big_numbers", lines('{"l":9223372036854775807,"c":12345678901234567890123456789012345678,"d":123456789012345678901234567890}', '{"l":-9223372036854775809}', '{"l":1e3}', '{"l":1.0}', '{"c":1e37}', '{"c":1e38}', '{"c":0.5}', '{"c":-0.5}', '{"c":"1,000"}', '{"f":1e40}', '{"f":-1e40}', '{"d":1e-400}', '{"d":' + "9" * 400 + '}', '{"d":' + "9" * 1001 + '}', '{"l":' + "9" * 1001 + '}', '{"s":' + "1" * 1000 + '}', '{"s":' + "1" * 1001 + '}'),
         schema="l BIGINT, c DECIMAL(38,0), d DOUBLE, f FLOAT, s STRING, _corrupt_record STRING")
    json("date_forms", lines(*['{"d":%s}' % x for x in ('"2024-03-01"', '"2024-3-1"', '"2024"', '"2024-03-01T10:00:00Z"', '"2024-03-01 x"', '"2024-03-01x"', '"0"', '"-1"', '"19000"', '"99999999999"', '19000', 'true', '""', '"epoch"', '" 2024-03-01 "', '"1582-10-10"', '"2024-02-30"', '"-100000"')]), schema="d DATE, _corrupt_record STRING")
    json("timestamp_strings", lines(*['{"t":"%s"}' % x for x in ("2024-03-01T12:34:56Z", "2024-03-01 12:34:56", "2024-03-01T12:34:56.123456789Z", "2024-03-01T12:34:56+0530", "2024-03-01T12:34:56 GMT", "2024-03-01", "12:34", "T12:34:56", "2024-03-01T12:34:56[Europe/Berlin]", "1709294400", "x", "", "2024-03-01T12:34:56,5Z", "2024-03-01T12:34:56.5 Z", "2024-03-01T25:00:00Z")][0:6] +
         ['{"t":"%s"}' % x for x in ("2024-03-01T12:34:56[Europe/Berlin]", "1709294400", "x", "", "2024-03-01T12:34:56,5Z", "2024-03-01T12:34:56.5 Z", "2024-03-01T25:00:00Z")] + ['{"t":1709294400.5}', '{"t":1709294400}', '{"t":{"a":1}}', '{"t":[1]}', '{"t":-62135596800}']), schema="t TIMESTAMP, _corrupt_record STRING", zone="Europe/Berlin")
    json("timestamp_ntz", lines('{"t":"2024-03-01T12:34:56"}', '{"t":"2024-03-01T12:34:56Z"}', '{"t":"2024-03-01"}', '{"t":5}', '{"t":"x"}', '{"t":"2024-03-31T02:30:00"}'), schema="t TIMESTAMP_NTZ, _corrupt_record STRING", zone="Europe/Berlin")
    json("names_case", lines('{"I":1,"i":2}', '{"i":1,"I":2}', '{"S":"x"}', '{"s ":"x"}'))
    json("duplicate_schema_names_nested", lines('{"a":{"x":1,"x":2}}', '{"a":{"x":1},"a":{"y":2}}', '{"a":{"x":1},"a":null}', '{"a":{"x":1},"a":5}'), schema="a STRUCT<x: INT, y: INT>, _corrupt_record STRING")
    json("array_top_level", lines('[{"i":1},{"i":2,"s":"x"}]', '[{"i":"x"},{"i":3}]', '[{"i":4},null]', '[null]', '[[{"i":5}]]', '[{"i":6}', '[{"i":7}]]', '[{"i":8}] x', '[ ]', '[{}]', '[{"i":9},{"i":"y"},{"i":10}]'))
    for m in ("DROPMALFORMED", "FAILFAST"):
        json("array_top_level_" + m.lower(), lines('[{"i":1},{"i":2,"s":"x"}]', '[ ]', '[{"i":"x"},{"i":3}]', '{"i":5}'), mode=m)
    json("array_top_level_pruned", lines('[{"i":1},{"i":2,"s":"x"}]', '[{"i":"x","s":"y"},{"i":3}]'), query="SELECT s FROM events")
    json("array_top_level_count", lines('[{"i":1},{"i":2,"s":"x"}]', '[ ]', "bad", "", "5"), query="SELECT count(*) AS n FROM events", mode_out="complete")
    json("whitespace", "  {\"i\":1}  \n\t{\"i\" : 2 }\t\n\x0b{\"i\":3}\n\x00\n \n\x0c\n\xa0\n{\"i\":\r4}\n")
    json("corrupt_in_the_middle", lines('{"i":1,"s":"a","_corrupt_record":"given"}', '{"i":"x","s":"b"}', "bad"), schema="i INT, _corrupt_record STRING, s STRING")
    json("corrupt_where", lines('{"i":1}', '{"i":"x"}', "bad"), query="SELECT i, _corrupt_record FROM events WHERE _corrupt_record IS NOT NULL")
    json("corrupt_case", lines('{"i":1}', "bad"), schema="i INT, _Corrupt_Record STRING")
    json("error_corrupt_type", lines('{"i":1}'), schema="i INT, _corrupt_record INT")
    json("error_map_key", lines('{"m":{"1":1}}'), schema="m MAP<INT, INT>")
    json("error_timestamp_format", lines('{"t":"2024"}'), schema="t TIMESTAMP", timestampFormat="YYYY")
    json("error_line_sep_empty", lines('{"i":1}'), lineSep="")
    json("long_line", lines('{"s":"%s","i":1}' % ("x" * 200000), '{"i":2}'), query="SELECT i, length(s) AS n FROM events")
    json("mode_any_case", lines('{"i":1}', "bad"), mode="dropmalformed")


# ---------------------------------------------------------------- text

def texts(text):
    text("line_sep", "a;b\nc;;d;", lineSep=";")
    text("line_sep_two", "a||b|c||d", lineSep="||")
    text("line_sep_lf", "a\r\nb\rc\nd", lineSep="\n", query="SELECT value, hex(value) AS h FROM events")
    text("line_sep_crlf", "a\r\nb\rc\nd\r\n", lineSep="\r\n", query="SELECT value, hex(value) AS h FROM events")
    text("bom", [b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n"], query="SELECT value, hex(value) AS h FROM events")
    text("wholetext_empty", ["", "\n", b"\xef\xbb\xbfa\r\n", "x"], query="SELECT value, hex(value) AS h FROM events", wholetext=True)
    text("wholetext_line_sep", "a;b", wholetext=True, lineSep=";")
    text("blank_lines", "\n\n \n\t\n\r\n\x00\n", query="SELECT value, length(value) AS n FROM events")
    text("where", "error: a\nok\nerror: b\n", query="SELECT value FROM events WHERE value LIKE 'error%'")
    text("aggregate", ["a\nb\na\n", "b\n"], query="SELECT value, count(*) AS n FROM events GROUP BY value", mode_out="update")
    text("count", ["a\nb\n", "\n", ""], query="SELECT count(*) AS n FROM events", mode_out="complete")
    text("encoding", "ä\n", encoding="UTF-8")
    text("error_line_sep_empty", "a\n", lineSep="")
    text("long_line", "x" * 300000 + "\ny\n", query="SELECT length(value) AS n FROM events")


# ---------------------------------------------------------------- files

def files_options(csv, json, text):
    names = ["a.csv", "b.txt", "_hidden.csv", ".dot.csv", "sub/c.csv", "d.CSV", "_SUCCESS", "sub/_e.csv", "_sub/f.csv", "g.csv.tmp", "h.csv._COPYING_"]
    rows = [lines("%d,%s,1" % (n, x)) for n, x in enumerate(names)]
    csv("files_names", rows, names=names)
    csv("files_filter", rows, names=names, pathGlobFilter="*.csv")
    csv("files_filter_alternatives", rows, names=names, pathGlobFilter="{a,d}.[cC]*")
    csv("files_recursive", rows, names=names, recursiveFileLookup=True)
    csv("files_recursive_filter", rows, names=names, recursiveFileLookup=True, pathGlobFilter="*.csv")
    csv("files_latest_first", [lines("%d,x,1" % n) for n in range(4)], latestFirst=True)
    csv("files_two_a_batch", [lines("%d,x,1" % n) for n in range(5)], maxFilesPerTrigger=2)
    csv("files_bytes", [lines("%d,x,1" % n) * (n + 1) for n in range(5)], maxFilesPerTrigger=None, maxBytesPerTrigger="20")
    csv("files_max_age", [lines("%d,x,1" % n) for n in range(5)], maxFileAge="15s")
    import gzip
    csv("files_gz", [gzip.compress(b"1,a,1\n2,b,x\n", mtime=0), gzip.compress(b"3,c,3", mtime=0) + gzip.compress(b",4\n5,e,5\n", mtime=0), gzip.compress(b"", mtime=0)], names=["a.csv.gz", "b.csv.gz", "c.csv.gz"])
    json("files_gz", [gzip.compress(b'{"i":1}\n{"i":2}', mtime=0)], names=["a.json.gz"])
    text("files_gz", [gzip.compress(b"a\nb\n\n", mtime=0)], names=["a.txt.gz"])
    csv("files_gz_multi", [gzip.compress(b'1,"a\nb",1\n', mtime=0)], names=["a.csv.gz"], multiLine=True)


# ---------------------------------------------------------------- functions

def functions(case):
    V = "value STRING"

    def fn(name, query, values, **more):
        import json as j
        case(name, query, ["".join(j.dumps({"value": v} if v is not None else {}, ensure_ascii=False) + "\n" for v in values)], schema=V, **more)
    C = ["1,a,1.5", "2,b", "3", "", " ", "4,d,4.5,x", "x,e,5", '5,"a,b",1', '6,"say ""x""",2', ",,", None, "7,g,7\n8,h,8", "9,i,9\n", "#1,2,3", "\u0000"]
    fn("csv_from_csv", "SELECT value, from_csv(value, 'i INT, s STRING, d DOUBLE') AS r FROM events", C)
    fn("csv_from_csv_corrupt", "SELECT from_csv(value, 'i INT, s STRING, d DOUBLE, _corrupt_record STRING') AS r FROM events", C[:-4])
    fn("csv_from_csv_named_corrupt", "SELECT from_csv(value, 'i INT, bad STRING', map('columnNameOfCorruptRecord', 'bad')) AS r FROM events", C[:-4])
    fn("csv_from_csv_field", "SELECT from_csv(value, 'i INT, s STRING, d DOUBLE').s AS s FROM events", C[:-4])
    fn("csv_from_csv_sep", "SELECT from_csv(value, 'i INT, s STRING', map('sep', ';', 'nullValue', 'NA')) AS r FROM events", ["1;a", "NA;b", "2;NA", "x"])
    fn("csv_from_csv_time", "SELECT from_csv(value, 't TIMESTAMP, d DATE', map('timestampFormat', 'dd/MM/yyyy HH:mm')) AS r FROM events", ["01/03/2024 10:00,2024-03-01", "2024-03-01,x"])
    fn("csv_from_csv_failfast", "SELECT from_csv(value, 'i INT', map('mode', 'FAILFAST')) AS r FROM events", ["1", "x"])
    fn("csv_from_csv_dropmalformed", "SELECT from_csv(value, 'i INT', map('mode', 'DROPMALFORMED')) AS r FROM events", ["1"])
    fn("csv_from_csv_array", "SELECT from_csv(value, 'a ARRAY<INT>') AS r FROM events", ["1"])
    J = ['{"a":1,"b":"x"}', '{"a":"x","b":"y"}', "bad", "", "null", "[]", '[{"a":1}]', '[{"a":1},{"a":2}]', '{"a":1}x', "5", None, " ", '{"a":1.0}', "{'a':2}", '{"b":1.50}']
    fn("json_from_json", "SELECT value, from_json(value, 'a INT, b STRING') AS r FROM events", J)
    fn("json_from_json_corrupt", "SELECT from_json(value, 'a INT, b STRING, _corrupt_record STRING') AS r FROM events", J)
    fn("json_from_json_named_corrupt", "SELECT from_json(value, 'a INT, bad STRING', map('columnNameOfCorruptRecord', 'bad')) AS r FROM events", J)
    fn("json_from_json_array", "SELECT from_json(value, 'ARRAY<STRUCT<a: INT>>') AS r FROM events", J)
    fn("json_from_json_ints", "SELECT from_json(value, 'ARRAY<INT>') AS r FROM events", ["[1,2]", "[1,\"x\"]", "5", "[]", "null", "{}", "bad", "[[1]]"])
    fn("json_from_json_map", "SELECT from_json(value, 'MAP<STRING, STRING>') AS r FROM events", ['{"a":1,"b":1.50,"c":{"x": 1},"d":[1, 2],"e":null}', "[]", "bad", "{}", "5"])
    fn("json_from_json_options", "SELECT from_json(value, 't TIMESTAMP, d DATE', map('timestampFormat', 'dd/MM/yyyy', 'dateFormat', 'yyyyMMdd')) AS r FROM events", ['{"t":"01/03/2024","d":"20240301"}', '{"t":"2024-03-01","d":"2024-03-01"}'])
    fn("json_from_json_allow", "SELECT from_json(value, 'a INT', map('allowUnquotedFieldNames', 'true', 'allowNumericLeadingZeros', 'true', 'allowComments', 'true')) AS r FROM events", ["{a:1}", '{"a":01}', '/* c */ {"a":3}'])
    fn("json_from_json_failfast", "SELECT from_json(value, 'a INT', map('mode', 'FAILFAST')) AS r FROM events", ['{"a":1}', "bad"])
    fn("json_from_json_dropmalformed", "SELECT from_json(value, 'a INT', map('mode', 'DROPMALFORMED')) AS r FROM events", ['{"a":1}'])
    fn("json_from_json_field", "SELECT from_json(value, 'a INT, b STRING').b AS b FROM events", J)
    TS = "i INT, s STRING, d DOUBLE, t TIMESTAMP, dt DATE, b BOOLEAN, c DECIMAL(5,2), h BINARY"
    import json as j
    T = ["".join(j.dumps(r) + "\n" for r in [{"i": 1, "s": "a", "d": 1.5, "t": "2024-03-01T12:34:56.789Z", "dt": "2024-03-01", "b": True, "c": 1.5}, {}, {"s": ""}, {"s": " "}, {"s": " a "}, {"s": "a,b"}, {"s": 'say "x"'}, {"s": "a\nb"}, {"s": "a\\b"}, {"s": '"'}, {"s": '\\"'}, {"s": "#x"}, {"s": "a;b"}, {"s": "é"},
                                             {"s": '"quoted"'}, {"s": "a\rb"}, {"s": "\t"}, {"s": '""'}, {"s": "x\\"}, {"s": '\\,'}, {"s": ' "a" '}, {"s": "a\\\"b,c"}, {"d": "NaN"}, {"d": 1e10}, {"t": "1969-12-31T23:59:59.5Z"}, {"t": "2024-03-01T12:34:56.789123Z"}])]
    case("csv_to_csv", "SELECT i, s, to_csv(struct(i, s, d, t, dt, b, c)) AS r FROM events", T, schema=TS)
    case("csv_to_csv_options", "SELECT s, to_csv(struct(s, i, t, dt), map('sep', ';', 'nullValue', 'NA', 'emptyValue', 'E', 'timestampFormat', 'dd/MM/yyyy HH:mm', 'dateFormat', 'dd.MM')) AS r FROM events", T, schema=TS, zone="Europe/Berlin")
    case("csv_to_csv_quote", "SELECT s, to_csv(struct(s, i), map('quote', '\\'', 'escape', '^')) AS a, to_csv(struct(s, i), map('quoteAll', 'true')) AS b, to_csv(struct(s, i), map('escapeQuotes', 'false')) AS c, to_csv(struct(s, i), map('escape', '\"')) AS d FROM events", T, schema=TS)
    case("csv_to_csv_white", "SELECT s, to_csv(struct(s, i), map('ignoreLeadingWhiteSpace', 'false', 'ignoreTrailingWhiteSpace', 'false')) AS a, to_csv(struct(s, i), map('ignoreLeadingWhiteSpace', 'false')) AS b FROM events", T, schema=TS)
    case("csv_to_csv_binary", "SELECT to_csv(struct(CAST('ab' AS BINARY) AS h, i)) AS r FROM events", [lines('{"i":1}')], schema=TS)
