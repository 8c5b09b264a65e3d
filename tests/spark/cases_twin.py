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
