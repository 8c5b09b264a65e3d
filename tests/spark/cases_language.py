"""Cases of the expression language: make_cases.py writes them."""
import json


def rows(*values):
    return "".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values)


LISTS = [
    rows({"k": "a", "n": 3, "a": [1, None, 3], "m": {"x": 1, "y": None}, "s": [{"p": 1, "q": "u"}, None, {"q": "v"}], "w": ["b", "A", None]},
         {"k": "b", "n": 0, "a": [], "m": {}, "s": [], "w": []}, {"k": "c", "n": -1}, {"k": None, "n": 70, "a": [None], "m": {"": 5}, "s": [None], "w": ["ä😀"]}),
    rows({"k": "d", "n": 5000, "a": [5, 4, 4, -7, 2147483647], "m": {"x": 2, "z": -3}, "s": [{"p": 9}], "w": ["zz", "y", "x", "zz"]}),
]
LISTS_SCHEMA = "k STRING, n INT, a ARRAY<INT>, m MAP<STRING, INT>, s ARRAY<STRUCT<p: INT, q: STRING>>, w ARRAY<STRING>"


def lambdas(case):
    def ask(name, select, **more):
        case("expr_lambda_" + name, "SELECT " + select + " FROM events", LISTS, schema=LISTS_SCHEMA, **more)

    ask("transform", "k, transform(a, x -> x + n) AS a, transform(a, (x, i) -> i * 10 + coalesce(x, 0)) AS b, transform(w, x -> concat(upper(x), k)) AS c, transform(s, e -> e.p) AS d, transform(s, e -> named_struct('z', e.q, 'n', n)) AS e, transform(a, x -> n) AS f, transform(a, n) AS g")
    ask("filter", "k, filter(a, x -> x > 2) AS a, filter(a, (x, i) -> i % 2 = 0) AS b, filter(s, e -> e.p IS NOT NULL) AS c, filter(w, x -> x <> k) AS d, size(filter(a, x -> x IS NULL)) AS e, filter(a, x -> NULL) AS f")
    ask("exists", "k, exists(a, x -> x = 3) AS a, exists(a, x -> x IS NULL) AS b, forall(a, x -> x < 100) AS c, forall(w, x -> length(x) > 0) AS d, exists(s, e -> e.q = 'v') AS e")
    ask("aggregate", "k, aggregate(a, 0, (acc, x) -> acc + coalesce(x, 0)) AS a, aggregate(a, CAST(0 AS BIGINT), (acc, x) -> acc + x) AS b, aggregate(w, '', (acc, x) -> concat(acc, coalesce(x, '-')), acc -> concat(acc, k)) AS c, reduce(a, n, (acc, x) -> greatest(acc, x)) AS d, "
        "aggregate(a, named_struct('s', 0, 'c', 0), (acc, x) -> named_struct('s', acc.s + coalesce(x, 0), 'c', acc.c + 1), acc -> acc.s / acc.c) AS e, aggregate(w, CAST(array() AS ARRAY<STRING>), (acc, x) -> array_append(acc, lower(x))) AS f")
    ask("maps", "k, map_filter(m, (p, v) -> v > 1 OR p = 'y') AS a, transform_keys(m, (p, v) -> concat(p, n)) AS b, transform_values(m, (p, v) -> coalesce(v, 0) + n) AS c, map_zip_with(m, map('x', 100, 'q', n), (p, u, v) -> coalesce(u, -1) + v) AS d, transform_values(m, (p, v) -> transform(a, x -> x + v)) AS e")
    ask("zip_sort", "k, zip_with(a, w, (x, y) -> concat(y, x)) AS a, zip_with(a, array(1, 2), (x, y) -> x + y) AS b, array_sort(a, (x, y) -> CASE WHEN x IS NULL THEN 1 WHEN y IS NULL THEN -1 WHEN x < y THEN 1 WHEN x > y THEN -1 ELSE 0 END) AS c, "
        "array_sort(w, (x, y) -> coalesce(length(x), 0) - coalesce(length(y), 0)) AS d, array_sort(w) AS e")
    ask("nested", "k, transform(a, x -> transform(w, y -> concat(y, x, k))) AS a, filter(transform(a, x -> x * 2), y -> exists(a, z -> z < y)) AS b, transform(a, x -> aggregate(a, 0, (s, y) -> s + coalesce(y, 0) * coalesce(x, 1))) AS c, transform(a, a -> a + n) AS d, transform(s, s -> transform(array(s.p, n), n -> n + s.p)) AS e")
    ask("long", "k, aggregate(sequence(1, greatest(n, 1)), 0L, (s, x) -> s + x) AS a, size(filter(sequence(0, 9000), x -> x % 7 = n % 7)) AS b, aggregate(transform(sequence(1, 5000), x -> x * n), 0L, (s, x) -> s + x) AS c, slice(array_sort(transform(sequence(1, 5000), x -> (x * 7919) % 5003), (x, y) -> y - x), 1, 5) AS d, "
        "forall(sequence(1, 4097), x -> x <> n) AS e, element_at(zip_with(sequence(1, 5000), sequence(2, 4000), (x, y) -> x * coalesce(y, -1)), -1) AS f")
    ask("names", "transform(a, x -> x + 1), filter(a, (x, i) -> i > 0), exists(a, x -> x IS NULL), aggregate(a, 0, (acc, x) -> acc + x), aggregate(a, 0, (acc, x) -> acc + x, acc -> acc * 2), reduce(a, 0, (acc, x) -> acc), zip_with(a, a, (x, y) -> x), map_filter(m, (p, v) -> v > n), transform(s, e -> e.p), "
        "array_sort(a, (l, r) -> 0), array_sort(a), forall(a, x -> true), transform_keys(m, (p, v) -> p), transform_values(m, (p, v) -> v), map_zip_with(m, m, (p, u, v) -> u)")
    case("expr_lambda_grouped", "SELECT k, transform(collect_list(n), x -> x + count(n)) AS a, filter(collect_list(n), x -> x >= min(n)) AS b, aggregate(collect_list(n), 0, (s, x) -> s + x) AS c, transform(array(1, 2), x -> x + length(k)) AS d FROM events GROUP BY k", LISTS, schema=LISTS_SCHEMA, mode="complete")
    case("expr_lambda_in_where", "SELECT k, a FROM events WHERE exists(a, x -> x > 2) AND forall(w, x -> x <> 'q' OR x IS NULL)", LISTS, schema=LISTS_SCHEMA)
    case("expr_lambda_in_aggregate", "SELECT sum(aggregate(a, 0, (s, x) -> s + coalesce(x, 0))) AS a, max(size(filter(w, x -> x = k))) AS b FROM events", LISTS, schema=LISTS_SCHEMA, mode="complete")
    case("expr_lambda_explode", "SELECT k, explode(transform(a, x -> x * n)) AS x FROM events", LISTS, schema=LISTS_SCHEMA)
    case("expr_lambda_key", "SELECT exists(a, x -> x IS NULL) AS e, count(*) AS c FROM events GROUP BY exists(a, y -> y IS NULL)", LISTS, schema=LISTS_SCHEMA, mode="complete")
    case("error_lambda_not_grouped", "SELECT k, transform(array(1), x -> x + n) AS a FROM events GROUP BY k", LISTS, schema=LISTS_SCHEMA, mode="complete")
    case("error_lambda_condition", "SELECT filter(a, x -> x) AS a FROM events", LISTS, schema=LISTS_SCHEMA)
    case("error_lambda_plain_function", "SELECT upper(x -> x) AS a FROM events", LISTS, schema=LISTS_SCHEMA)
    case("error_lambda_name", "SELECT transform(a, x -> y) AS a FROM events", LISTS, schema=LISTS_SCHEMA)


NESTED = [
    rows({"k": "a", "s": [{"p": 1, "q": "u"}, None, {"q": "v"}], "j": '{"x":1,"y":"t","z":{"w":[1,2.50]},"x":null}'}, {"k": "b", "s": [], "j": "{bad"}, {"k": "c"}),
    rows({"k": "d", "s": [{"p": 9}], "j": '{"y":null,"z":true,"x":"1"}'}, {"k": "e", "s": [None], "j": "[1]"}),
]
NESTED_SCHEMA = "k STRING, s ARRAY<STRUCT<p: INT, q: STRING>>, j STRING"


def generators(case):
    def ask(name, query):
        case("explode_" + name, query, NESTED, schema=NESTED_SCHEMA)

    ask("inline", "SELECT k, inline(s) FROM events")
    ask("inline_outer", "SELECT k, inline_outer(s) AS (a, b) FROM events")
    ask("inline_lateral", "SELECT k, t.q, p FROM events LATERAL VIEW inline(s) t")
    ask("inline_lateral_outer", "SELECT k, t.b, a FROM events LATERAL VIEW OUTER inline(s) t AS a, b")
    ask("stack", "SELECT k, stack(2, 'x', 1, 'y', size(s)) FROM events")
    ask("stack_lateral", "SELECT k, t.n, t.v FROM events LATERAL VIEW stack(3, 'x', 1, 'y', size(s), k) t AS n, v")
    ask("json_tuple", "SELECT k, json_tuple(j, 'x', 'y', 'z', 'q') FROM events")
    ask("json_tuple_lateral", "SELECT k, t.a, t.b FROM events LATERAL VIEW json_tuple(j, 'y', 'x') t AS a, b")
    ask("posexplode_outer", "SELECT k, posexplode_outer(s) FROM events")
    case("error_stack_types", "SELECT stack(2, 1, 'x') FROM events", NESTED, schema=NESTED_SCHEMA)
    case("error_inline_type", "SELECT inline(array(1)) FROM events", NESTED, schema=NESTED_SCHEMA)
    case("error_inline_names", "SELECT inline(s) AS (a) FROM events", NESTED, schema=NESTED_SCHEMA)


TIMES = [
    rows({"t": "2024-03-30T01:30:00Z", "u": "2024-04-02T00:00:00Z", "n": 3}, {"t": "1969-12-31T23:59:59.5Z", "u": "1970-01-01T00:00:00Z", "n": -2}, {"t": "2024-10-27T00:30:00Z", "n": 7}, {"n": 1}),
    rows({"t": "0001-01-01T00:00:00Z", "u": "9999-12-31T23:59:59.999999Z", "n": 2147483647}, {"t": "2024-02-29T12:34:56.789012Z", "u": "2023-02-28T12:34:56.789012Z", "n": 0}),
]
TIMES_SCHEMA = "t TIMESTAMP, u TIMESTAMP, n INT"


def intervals(case):
    def ask(name, select, **more):
        case("time_interval_" + name, "SELECT " + select + " FROM events WHERE n < 100", TIMES, schema=TIMES_SCHEMA, **more)

    ask("units", "INTERVAL '1' DAY AS a, INTERVAL '26' HOUR AS b, INTERVAL '1:30' HOUR TO MINUTE AS c, INTERVAL '3' YEAR AS d, INTERVAL '1-2' YEAR TO MONTH AS e, INTERVAL 1 DAY 2 HOURS AS f, INTERVAL 90 SECONDS AS g, INTERVAL 1 WEEK AS h, INTERVAL '-5.25' SECOND AS i")
    ask("arithmetic", "u - t AS a, CAST(u AS DATE) - CAST(t AS DATE) AS b, (u - t) * 2 AS c, (u - t) / 3 AS d, -(u - t) AS e, abs(u - t) AS f, INTERVAL '1' HOUR * n AS g, n * INTERVAL '1' MONTH AS h, INTERVAL '7' MONTH / 2 AS i", zone="Europe/Berlin")
    ask("added", "t + INTERVAL '1' HOUR * n AS a, t + INTERVAL '1' DAY * n AS b, CAST(t AS DATE) + INTERVAL '1' DAY AS c, CAST(t AS DATE) + INTERVAL '1' HOUR AS d, t + (u - t) AS e, t - make_dt_interval(1, 2, 3, 4.5) AS f, t + make_ym_interval(0, 1) AS g", zone="America/New_York")
    ask("parts", "extract(DAY FROM u - t) AS a, extract(HOUR FROM u - t) AS b, extract(SECOND FROM u - t) AS c, CAST(u - t AS STRING) AS d, CAST(u - t AS INTERVAL DAY) AS e, CAST(u - t AS INTERVAL HOUR) AS f, CAST(CAST(u - t AS INTERVAL MINUTE) AS BIGINT) AS g, CAST(n AS INTERVAL DAY) AS h")
    ask("compared", "u - t > INTERVAL '1' DAY AS a, u - t BETWEEN INTERVAL '0' SECOND AND INTERVAL '5' DAY AS b, greatest(u - t, INTERVAL '1' HOUR) AS c, coalesce(u - t, INTERVAL '0' DAY) AS d, array(u - t, INTERVAL '1' DAY) AS e")
    case("agg_interval", "SELECT sum(u - t) AS a, avg(u - t) AS b, min(u - t) AS c, max(INTERVAL '1' MONTH) AS d, sum(INTERVAL '1' DAY) AS e, avg(INTERVAL '1' YEAR) AS f, count(u - t) AS g FROM events WHERE n < 100", TIMES, schema=TIMES_SCHEMA, mode="complete")
    case("agg_interval_key", "SELECT CAST(u - t AS INTERVAL DAY) AS d, count(*) AS c FROM events GROUP BY CAST(u - t AS INTERVAL DAY)", TIMES, schema=TIMES_SCHEMA, mode="complete")
    case("time_interval_names", "SELECT INTERVAL '1' DAY, INTERVAL 1 DAY 2 HOURS, u - t, t + INTERVAL '1' HOUR, INTERVAL '1' DAY * n, -INTERVAL '1' DAY, (u - t) / 2, make_dt_interval(1), make_dt_interval(1, 2, 3, 4), make_ym_interval(), CAST(u - t AS INTERVAL DAY), extract(DAY FROM u - t), CAST(t AS DATE) - CAST(u AS DATE) FROM events WHERE n = 3", TIMES, schema=TIMES_SCHEMA)


def add(case):
    lambdas(case)
    generators(case)
    intervals(case)
