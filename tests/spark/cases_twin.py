"""Cases that the twin test found: make_cases.py writes them."""
import json


def lines(*values):
    return "".join((v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) + "\n" for v in values)


def add(case):
    pairs = [lines('{"k":"same x","x":1,"y":2}', '{"k":"same x","x":1,"y":3}', '{"k":"same y","x":1,"y":2}', '{"k":"same y","x":7,"y":2}', '{"k":"one","x":1,"y":2}', '{"k":"nan","x":1,"y":"NaN"}', '{"k":"nan","x":2,"y":1}',
                   '{"k":"nan same x","x":1,"y":"NaN"}', '{"k":"nan same x","x":1,"y":3}', '{"k":"tiny","x":5e-324,"y":1}', '{"k":"tiny","x":0,"y":2}', '{"k":"good","x":1,"y":2}', '{"k":"good","x":2,"y":3.5}'),
             lines('{"k":"same x","x":1,"y":9}', '{"k":"good","x":-2,"y":0.5}')]
    for mode in ("update", "complete"):
        case("agg_corr_of_what_does_not_move_" + mode, "SELECT k, corr(x, y) AS c, covar_pop(x, y) AS p, covar_samp(x, y) AS s FROM events GROUP BY k", pairs, schema="k STRING, x DOUBLE, y DOUBLE", mode=mode)
    decimals = [lines(*['{"a":%s,"b":%s,"i":%s}' % v for v in (("-7.5", "2", "3"), ("7.5", "-2", "-3"), ("-7.5", "-2.5", "0"), ("0", "1.0001", "7"), ("99999999.99", "0.0001", "2147483647"), ("-99999999.99", "9.9999", "-2147483648"),
                                                               ("1.25", "0", "1"), ("null", "1", "1"), ("1", "null", "null"))])]
    case("expr_pmod_decimal", "SELECT pmod(a, b) AS ab, pmod(a, i) AS ai, pmod(i, b) AS ib, pmod(a, 2.5) AS al, pmod(a, 2D) AS ad, pmod(CAST(a AS DECIMAL(38,10)), b) AS wide, typeof(pmod(a, b)) AS t FROM events",
         decimals, schema="a DECIMAL(10,2), b DECIMAL(5,4), i INT")
    case("error_float_literal_beyond", "SELECT 3.4028235E38F AS f FROM events", [lines("{}")], schema="i INT")
    case("expr_float_literal_greatest", "SELECT 3.4028234E38F AS f, -3.4028234663852886E38F AS g FROM events", [lines("{}")], schema="i INT")
    case("expr_make_date_out_of_range", "SELECT make_date(i, 3, 1) AS a, make_date(2024, i, 1) AS b FROM events", [lines(*['{"i":%d}' % i for i in (2147483647, -2147483648, 1000000000, -1000000000, 0, -1, 12, 13)])], schema="i INT")
    case("expr_add_months_far", "SELECT add_months(t, i) AS a FROM events", [lines(*['{"t":"2024-02-29","i":%d}' % i for i in (12, -12, 1, 60000000, -60000000)])], schema="t DATE, i INT")
    case("time_from_unixtime_wraps", "SELECT from_unixtime(l, 'yyyy-MM-dd HH:mm:ss VV') AS a, from_unixtime(l) AS b FROM events", [lines(*['{"l":%d}' % i for i in (-2 ** 63, 2 ** 63 - 1, 0, -1, 1 << 40)])], schema="l BIGINT")
    case("expr_format_number_of_doubles", "SELECT format_number(d, 0) AS a, format_number(d, 2) AS b, format_number(d, 12) AS c, format_number(CAST(d AS FLOAT), 3) AS f FROM events",
         [lines(*['{"d":%s}' % d for d in ("1e38", "-1e38", "1.7976931348623157e308", "0.1", "0.125", "0.375", "2.5", "3.5", "-0.0", "-0.001", "1e-7", "123456.789", "0.3", "1e15", "1e22", "999999.995", "1.005", "9007199254740993", "0.0000005", "5e-324")])], schema="d DOUBLE")
    case("expr_case_of_case", "SELECT lower(upper(s)) AS a, upper(lower(s)) AS b, upper(upper(s)) AS c, lower(upper('\u00df')) AS d, initcap(upper(s)) AS e, lower(trim(upper(s))) AS f FROM events",
         [lines(*[{"s": x} for x in ("\u00df", "\u0130", "\u03a3\u0391\u03a3", "aB", "\u01c5")])], schema="s STRING")
    case("expr_decimal_with_computed_literal", "SELECT c / (60 * 60) AS a, c / 3600 AS b, c / CAST(7 AS INT) AS d, c / (1709294400L % 3000000000L) AS e, typeof(c / (60 * 60)) AS ta, typeof(c / 3600) AS tb, typeof(c + (1 + 1)) AS td, "
         "typeof(c * -5) AS te, typeof(c * -(5)) AS tf, typeof(coalesce(c, 1 + 1)) AS tg, c > (2 + 3) AS h, typeof(array(c, 1 + 1)) AS ti, typeof(array(c, 2)) AS tj FROM events", [lines('{"c":1.25}', '{"c":99999999.99}')], schema="c DECIMAL(10,2)")
    case("expr_get_json_object_of_a_number", "SELECT s, get_json_object(s, '$') AS a, get_json_object(s, '$.a') AS b, json_array_length(s) AS n FROM events",
         [lines(*[{"s": x} for x in ("2024", "2024 ", "2024-03", "1.5x", "-1,2", "12]", "3}", "true-", "nullx", "7\t8", "0x1F", "1e5e", '"a"b', "{}x", "[1]2")])], schema="s STRING")
    case("expr_decimal_negated", "SELECT -d AS a, abs(d) AS b, negative(w) AS c, abs(w) AS e, 0 - d AS f, -CAST(d AS DECIMAL(20,2)) AS g FROM events",
         [lines(*['{"d":%s,"w":%s}' % v for v in (("1234567890123456789012345678.0123456789", "12345678901234567890123456789012345678"), ("-1234567890123456789012345678.0123455000", "-12345678901234567890123456789012345650"),
                                                  ("123456789012345678901234.0123456785", "1234567890123456789012345678901234"), ("-0.0000000001", "-99999999999999999999999999999999990000"), ("null", "12345678901234567890123456789012345"))])],
         schema="d DECIMAL(38,10), w DECIMAL(38,0)")
    case("names_of_truth_values", "SELECT (NOT false) IS UNKNOWN, (i > 1) IS UNKNOWN, (true OR false) IS NOT UNKNOWN, true IS UNKNOWN, b IS NOT UNKNOWN FROM events", [lines('{"i":1}', '{"b":true}')], schema="i INT, b BOOLEAN")
    case("names_of_first_value", "SELECT k, first_value(i) IGNORE NULLS, last_value(i) IGNORE NULLS, first_value(i), last_value(i) RESPECT NULLS, any_value(i) IGNORE NULLS FROM events GROUP BY k", [lines('{"k":"a"}', '{"k":"a","i":1}', '{"k":"a","i":2}', '{"k":"a"}')],
         schema="k STRING, i INT", mode="update")
    wrong = [lines('{"k":"a","i":"x","d":1}', '{"k":"b","i":1,"d":[]}', '{"k":"c","i":2,"d":2.5}')]
    for name, item in (("null", "i + NULL"), ("if", "if(true, 1, i)"), ("else", "if(1 > 2, i, 5)"), ("case", "CASE WHEN 1 > 2 THEN i WHEN true THEN 7 ELSE i END"), ("no_case", "CASE WHEN false THEN i END"), ("case_some", "CASE WHEN false THEN i WHEN k = 'a' THEN 1 WHEN true THEN 2 ELSE i END"), ("same", "if(i > 1, k, k)"), ("case_same", "CASE WHEN k = 'b' THEN 'x' WHEN i > 1 THEN k WHEN i > 2 THEN k ELSE k END"), ("case_null", "CASE WHEN i > 1 THEN NULL END"), ("coalesce", "coalesce(NULL, 'x', CAST(i AS STRING))"), ("or", "(i > 3) OR true"), ("and", "1 = 2 AND i = 1"),
                       ("concat", "concat(k, NULL, CAST(i AS STRING))"), ("nested", "if(NULL > 1, i, k) || CAST(NULL + i AS STRING)"), ("in", "NULL IN (i, 1)"), ("least", "least(NULL, 1)")):
        case("json_constants_decide_" + name, "SELECT k, %s AS x FROM events" % item, wrong, schema="k STRING, i INT, d DOUBLE", source={"mode": "DROPMALFORMED"})
    for f in ("regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy", "regr_count", "corr"):
        case("json_constants_decide_" + f, "SELECT k, %s(ln(0D), d) AS x, %s(d, ln(0D)) AS y FROM events GROUP BY k" % (f, f), wrong, schema="k STRING, i INT, d DOUBLE", source={"mode": "DROPMALFORMED"}, mode="update")
    case("error_shift_behind_array", "SELECT array(1) AS c, i >> 1 AS a FROM events", [lines('{"i":5}')], schema="i INT")
    case("expr_shift_before_array", "SELECT i >> 1 AS a, i >>> 1 AS b, array(1) AS c, 3 > 2 AS d, i >> 1 AS e, CAST(NULL AS ARRAY<ARRAY<INT>>) AS f, i >>> 2 AS g FROM events", [lines('{"i":-5}')], schema="i INT")
    case("names_of_from_json_to_map", "SELECT from_json(j, 'MAP<STRING, INT>'), map_values(from_json(j, 'MAP<STRING, INT>')), from_json(j, 'a INT'), from_json(j, 'ARRAY<INT>'), from_json(j, 'MAP<STRING, INT>')['a'] FROM events", [lines({"j": '{"a":1}'})], schema="j STRING")
