"""The cases of ROLLUP, CUBE, GROUPING SETS, GROUP BY ALL and a MAP as a key. make_cases.py writes them."""
import json


def rows(*values):
    return "".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values)


def t(text, **more):
    return dict({"ts": "2024-03-01T" + text + "Z"}, **more)


FILES = [
    rows(t("12:00:01", k="a", j="x", v=1), t("12:00:02", k="a", j="y", v=2), t("12:00:03", k="b", j="x", v=4), t("12:00:04", j="x", v=8), t("12:00:12", k="a", v=16)),
    rows(t("12:00:35", k="a", j="x", v=32), t("12:00:05", k="b", j="y", v=64), {"k": "a", "j": "x", "v": 128}),
    rows(t("12:00:06", k="b", j="x", v=256), t("12:01:30", k="c", j="x", v=512), t("12:00:36", v=1024)),
]
SCHEMA = "ts TIMESTAMP, k STRING, j STRING, v INT"
W10 = ("ts", "10 seconds")
MAPS = [
    rows({"k": "a", "m": {"x": 1, "y": 2}, "s": {"m": {"p": 1}}, "l": [{"x": 1}], "v": 1}, {"k": "b", "m": {"y": 2, "x": 1}, "s": {"m": {"p": 1}}, "l": [{"x": 1}], "v": 2}, {"k": "c", "m": {}, "l": [], "v": 4}, {"k": "d", "v": 8}),
    rows({"k": "e", "m": {"x": 1}, "s": {"m": {"p": None}}, "l": [{"x": 1}, {"y": 1}], "v": 16}, {"k": "f", "m": {"y": 2, "x": 1}, "s": {}, "v": 32}, {"k": "g", "m": {"x": None}, "v": 64}, {"k": "h", "m": {"x": None}, "v": 128}),
]
MAPS_SCHEMA = "k STRING, m MAP<STRING, INT>, s STRUCT<m: MAP<STRING, INT>>, l ARRAY<MAP<STRING, INT>>, v INT"


def add(case):
    def ask(name, query, mode="complete", watermark=None, files=None, **more):
        case(name, query, files or FILES, schema=SCHEMA, mode=mode, watermark=watermark, **more)

    def both(name, query, **more):
        ask("agg_" + name + "_complete", query, **more)
        ask("agg_" + name + "_update", query, mode="update", **more)

    def once(name, query, **more):
        ask("agg_" + name + "_complete", query, **more)

    S = "SELECT k, j, count(*) AS n, sum(v) AS s FROM events GROUP BY "
    both("rollup", S + "ROLLUP (k, j)")
    once("rollup_with", S + "k, j WITH ROLLUP")
    both("cube", S + "CUBE (k, j)")
    once("cube_with", S + "k, j WITH CUBE")
    both("sets", S + "GROUPING SETS ((k, j), (k), ())")
    once("sets_single", S + "GROUPING SETS (k, j)")
    once("sets_twice", S + "GROUPING SETS ((k), (k), (j))")
    once("sets_behind", S + "k, j GROUPING SETS ((k, j), (j))")
    once("sets_nested", S + "GROUPING SETS (ROLLUP (k, j), CUBE (j))")
    once("sets_deeper", S + "GROUPING SETS (GROUPING SETS ((k), (j)), (k, j))")
    once("sets_and_key", S + "k, ROLLUP (j)")
    once("sets_and_sets", S + "ROLLUP (k), CUBE (j)")
    once("sets_and_sets_all", S + "GROUPING SETS ((k), ()), GROUPING SETS ((j), ())")
    once("rollup_pairs", S + "ROLLUP ((k, j), v)".replace(", v)", ", v % 2)"))
    both("grouping", "SELECT k, j, grouping(k) AS gk, grouping(j) AS gj, grouping_id() AS g, grouping_id(k, j) AS h, count(*) AS n FROM events GROUP BY CUBE (k, j)")
    once("grouping_expression", "SELECT CASE WHEN grouping(k) = 1 THEN 'all' ELSE k END AS k, grouping(k) + grouping(j) AS level, count(*) AS n FROM events GROUP BY ROLLUP (k, j)")
    once("grouping_names", "SELECT grouping(k), grouping_id(), grouping_id(k, j), grouping(k) + 1, count(*) FROM events GROUP BY k, j WITH CUBE")
    both("grouping_having", "SELECT k, j, count(*) AS n FROM events GROUP BY CUBE (k, j) HAVING grouping(k) = 1 AND n > 1")
    once("grouping_having_id", "SELECT k, j, count(*) AS n FROM events GROUP BY ROLLUP (k, j) HAVING grouping_id() < 3 AND k = 'a'")
    once("rollup_expressions", "SELECT upper(k) AS u, v % 2 AS o, count(*) AS n, max(v) AS m FROM events GROUP BY ROLLUP (upper(k), v % 2)")
    once("rollup_alias", "SELECT upper(k) AS u, v % 2 AS o, count(*) AS n FROM events GROUP BY ROLLUP (u, o)")
    once("rollup_ordinals", "SELECT k, v % 2, count(*) AS n FROM events GROUP BY ROLLUP (1, 2)")
    once("sets_ordinals", "SELECT k, j, count(*) AS n FROM events GROUP BY GROUPING SETS ((1, 2), (2), ())")
    once("rollup_aggregate_of_key", "SELECT k, count(k) AS n, max(j) AS m, collect_set(k) AS l, count(j) FILTER (WHERE k IS NULL) AS f FROM events GROUP BY ROLLUP (k, j)")
    once("rollup_key_in_expression", "SELECT k, concat(k, '/', j) AS b, coalesce(j, 'all') AS c, count(*) AS n FROM events GROUP BY ROLLUP (k, j)")
    both("sets_no_aggregate", "SELECT k, j FROM events GROUP BY GROUPING SETS ((k), (j), ())")
    both("sets_only_empty", "SELECT count(*) AS n FROM events GROUP BY GROUPING SETS (())")
    once("sets_all_empty", "SELECT count(*) AS n FROM events GROUP BY ROLLUP (k), GROUPING SETS (())")
    once("sets_empty_group_by", "SELECT count(*) AS n FROM events GROUP BY ()")
    once("rollup_where", "SELECT k, count(*) AS n FROM events WHERE v > 2 GROUP BY ROLLUP (k)")
    once("rollup_constant", "SELECT k, 1 AS one, 'x' AS x, count(*) AS n FROM events GROUP BY ROLLUP (k)")
    once("rollup_distinct_keys", "SELECT k, k AS kk, count(*) AS n FROM events GROUP BY ROLLUP (k, k)")
    once("rollup_of_subquery", "SELECT kk, count(*) AS n FROM (SELECT concat(k, j) AS kk, v FROM events) GROUP BY ROLLUP (kk)")
    once("cube_three", "SELECT k, j, v % 3 AS r, grouping_id() AS g, sum(v) AS s FROM events GROUP BY CUBE (k, j, v % 3)")
    ask("agg_rollup_order", "SELECT k, j, count(*) AS n FROM events GROUP BY ROLLUP (k, j) ORDER BY grouping_id(), k, j", ordered=True)
    ask("agg_rollup_order_grouping", "SELECT k, count(*) AS n FROM events GROUP BY ROLLUP (k) ORDER BY grouping(k) DESC, n, k LIMIT 3", ordered=True)
    ask("agg_rollup_restart", S + "ROLLUP (k, j)", mode="update", runs=[1, 2, 3])
    ask("agg_rollup_empty_first", S + "ROLLUP (k, j)", files=["", FILES[0]])
    ask("agg_rollup_empty_first_update", S + "ROLLUP (k, j)", files=["", FILES[0]], mode="update")
    w = "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY "
    for m in ("append", "update", "complete"):
        ask("watermark_rollup_window_" + m, w + "ROLLUP (window(ts, '10 seconds'), k)", mode=m, watermark=W10)
        ask("watermark_key_and_rollup_" + m, w + "window(ts, '10 seconds'), ROLLUP (k)", mode=m, watermark=W10)
        ask("watermark_sets_window_" + m, w + "GROUPING SETS ((window(ts, '10 seconds'), k), (window(ts, '10 seconds')))", mode=m, watermark=W10)
        ask("watermark_cube_window_" + m, w + "window(ts, '10 seconds'), k WITH CUBE", mode=m, watermark=W10)
        ask("watermark_rollup_time_" + m, "SELECT ts, k, count(*) AS n FROM events GROUP BY ROLLUP (ts, k)", mode=m, watermark=W10)
        ask("watermark_rollup_other_" + m, S + "ROLLUP (k, j)", mode=m, watermark=W10)
        ask("watermark_rollup_sliding_" + m, "SELECT window(ts, '20 seconds', '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY ROLLUP (k), window(ts, '20 seconds', '10 seconds')", mode=m, watermark=W10)
        ask("watermark_rollup_having_" + m, w + "window(ts, '10 seconds'), ROLLUP (k) HAVING k = 'a' OR grouping(k) = 1", mode=m, watermark=W10)
        ask("watermark_rollup_having_key_" + m, w + "window(ts, '10 seconds'), ROLLUP (k) HAVING k = 'a'", mode=m, watermark=W10)
        ask("watermark_rollup_restart_" + m, w + "window(ts, '10 seconds'), ROLLUP (k)", mode=m, watermark=W10, runs=[1, 2, 3])
        ask("watermark_rollup_session_" + m, "SELECT session_window(ts, '10 seconds') AS w, k, j, count(*) AS n FROM events GROUP BY session_window(ts, '10 seconds'), k, ROLLUP (j)", mode=m, watermark=W10)
    ask("error_rollup_append", S + "ROLLUP (k, j)", mode="append")
    ask("error_grouping_without_sets", "SELECT k, grouping(k) AS g FROM events GROUP BY k")
    ask("error_grouping_id_without_sets", "SELECT k, grouping_id() AS g FROM events GROUP BY k")
    ask("error_grouping_no_group", "SELECT grouping(k) AS g FROM events")
    ask("error_grouping_other_column", "SELECT k, grouping(v) AS g FROM events GROUP BY ROLLUP (k)")
    ask("error_grouping_id_other_column", "SELECT k, grouping_id(k) AS g FROM events GROUP BY ROLLUP (k, j)")
    ask("error_grouping_id_order", "SELECT k, grouping_id(j, k) AS g FROM events GROUP BY ROLLUP (k, j)")
    ask("error_grouping_in_where", "SELECT k FROM events WHERE grouping(k) = 1 GROUP BY ROLLUP (k)")
    ask("agg_grouping_in_aggregate", "SELECT k, sum(grouping(k)) AS g FROM events GROUP BY ROLLUP (k)")
    ask("error_grouping_two_arguments", "SELECT k, grouping(k, j) AS g FROM events GROUP BY ROLLUP (k, j)")
    ask("error_rollup_missing", "SELECT k, v FROM events GROUP BY ROLLUP (k)")
    ask("error_rollup_aggregate", "SELECT k FROM events GROUP BY ROLLUP (count(*))")
    ask("error_rollup_empty", "SELECT count(*) AS n FROM events GROUP BY ROLLUP ()")
    ask("error_sets_behind_unknown", S + "k GROUPING SETS ((k, j))")
    ask("error_rollup_ordinal", "SELECT k, count(*) AS n FROM events GROUP BY ROLLUP (3)")
    ask("agg_rollup_all", "SELECT k, j, count(*) AS n FROM events GROUP BY ALL WITH ROLLUP")

    # GROUP BY ALL
    both("by_all", "SELECT k, upper(j) AS u, count(*) AS n, sum(v) + 1 AS s FROM events GROUP BY ALL")
    once("by_all_mixed", "SELECT k, v % 2 + count(*) AS x, count(*) AS n FROM events GROUP BY ALL")
    both("by_all_mixed_key", "SELECT k, concat(k, count(*)) AS x FROM events GROUP BY ALL")
    once("by_all_mixed_key_expression", "SELECT v % 2 AS o, v % 2 + count(*) AS x FROM events GROUP BY ALL")
    once("by_all_no_aggregate", "SELECT k, j FROM events GROUP BY ALL")
    both("by_all_only_aggregate", "SELECT count(*) AS n FROM events GROUP BY ALL")
    once("by_all_constant", "SELECT 1 AS one, k, count(*) AS n FROM events GROUP BY ALL")
    once("by_all_constant_only", "SELECT 1 AS one, count(*) AS n FROM events GROUP BY ALL")
    once("by_all_star", "SELECT * FROM events GROUP BY ALL")
    once("by_all_having", "SELECT k, count(*) AS n FROM events GROUP BY ALL HAVING n > 1")
    once("by_all_lateral", "SELECT k AS a, upper(a) AS b, count(*) AS n FROM events GROUP BY ALL")
    ask("watermark_by_all", "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY ALL", mode="append", watermark=W10)
    ask("agg_by_all_order", "SELECT k, count(*) AS n FROM events GROUP BY ALL ORDER BY n DESC, k", ordered=True)
    ask("agg_by_column_all", "SELECT `all`, count(*) AS n FROM (SELECT k AS `all` FROM events) GROUP BY `all`")

    # ORDER BY ALL
    ask("agg_order_by_all", "SELECT k, j, count(*) AS n FROM events GROUP BY k, j ORDER BY ALL", ordered=True)
    ask("agg_order_by_all_desc", "SELECT k, j, count(*) AS n FROM events GROUP BY k, j ORDER BY ALL DESC NULLS LAST", ordered=True)
    ask("agg_order_by_all_limit", "SELECT j, k, count(*) AS n FROM events GROUP BY k, j ORDER BY ALL LIMIT 3", ordered=True)
    ask("agg_order_by_all_and", "SELECT j, k, count(*) AS n FROM events GROUP BY k, j ORDER BY ALL, n", ordered=True)
    ask("agg_order_by_column_all", "SELECT k AS `all`, count(*) AS n FROM events GROUP BY k ORDER BY `all`", ordered=True)
    ask("agg_order_by_column_all_bare", "SELECT count(*) AS n, k AS all FROM events GROUP BY k ORDER BY all", ordered=True)
    ask("error_order_by_all_append", "SELECT k, j FROM events ORDER BY ALL", mode="append")

    # a MAP as a key
    def mapped(name, query, **more):
        case("agg_map_key_" + name, query, MAPS, schema=MAPS_SCHEMA, mode="complete", **more)

    mapped("column", "SELECT m, count(*) AS n, sum(v) AS s FROM events GROUP BY m")
    mapped("made", "SELECT map('k', v % 4, 'j', 1) AS x, count(*) AS n FROM events GROUP BY map('k', v % 4, 'j', 1)")
    mapped("with_other", "SELECT v % 3 AS r, m, collect_list(k) AS l FROM events GROUP BY v % 3, m")
    mapped("nested_struct", "SELECT s, count(*) AS n FROM events GROUP BY s")
    mapped("nested_array", "SELECT l, count(*) AS n FROM events GROUP BY l")
    mapped("of_map", "SELECT map('a', m) AS x, count(*) AS n FROM events GROUP BY 1")
    mapped("double", "SELECT map('a', CAST(v AS DOUBLE) * 0 * -1, 'b', 0D) AS x, count(*) AS n FROM events GROUP BY 1")
    mapped("expression", "SELECT size(m) AS z, m['x'] AS x, count(*) AS n FROM events GROUP BY m")
    mapped("having", "SELECT m, count(*) AS n FROM events GROUP BY m HAVING size(m) = 2")
    mapped("distinct", "SELECT DISTINCT m FROM events")
    mapped("all", "SELECT m, count(*) AS n FROM events GROUP BY ALL")
    mapped("rollup", "SELECT m, count(*) AS n FROM events GROUP BY ROLLUP (m)")
    mapped("order", "SELECT m, count(*) AS n FROM events GROUP BY m ORDER BY n, size(m)")
    mapped("order_by_map", "SELECT m, count(*) AS n FROM events GROUP BY m ORDER BY m")
    case("agg_map_key_restart", "SELECT m, count(*) AS n FROM events GROUP BY m", MAPS, schema=MAPS_SCHEMA, mode="update", runs=[1, 2])

    # SELECT * EXCEPT, a struct of a star
    def plain(name, query, **more):
        case(name, query, FILES[:2], schema=SCHEMA, **more)

    plain("expr_star_except", "SELECT * EXCEPT (k, ts) FROM events")
    plain("expr_star_except_case", "SELECT * EXCEPT (K, Ts) FROM events")
    plain("expr_star_except_qualified", "SELECT e.* EXCEPT (e.k, ts), 1 AS one FROM events e")
    plain("expr_star_except_all", "SELECT * EXCEPT (k, ts, j, v), 1 AS one FROM events")
    plain("expr_star_except_everything", "SELECT * EXCEPT (k, ts, j, v) FROM events")
    plain("expr_star_except_field", "SELECT * EXCEPT (s.a, ts) FROM (SELECT ts, k, named_struct('a', j, 'b', v) AS s FROM events)")
    plain("expr_star_except_field_deep", "SELECT * EXCEPT (s.t.a) FROM (SELECT k, named_struct('t', named_struct('a', j, 'c', 1), 'b', v) AS s FROM events)")
    plain("expr_star_except_fields", "SELECT * EXCEPT (s.a, s.b) FROM (SELECT k, named_struct('a', j, 'b', v) AS s FROM events)")
    plain("expr_star_except_of_struct", "SELECT s.* EXCEPT (a) FROM (SELECT k, named_struct('a', j, 'b', v) AS s FROM events)")
    plain("expr_star_except_window", "SELECT * EXCEPT (w, ts) FROM (SELECT window(ts, '10 seconds') AS w, * FROM events)")
    plain("expr_star_except_in_function", "SELECT struct(* EXCEPT (ts)) AS s, array(* EXCEPT (ts, v)) AS a FROM events")
    plain("error_star_except_unknown", "SELECT * EXCEPT (zz) FROM events")
    plain("error_star_except_twice", "SELECT * EXCEPT (k, k) FROM events")
    plain("error_star_except_overlap", "SELECT * EXCEPT (s, s.a) FROM (SELECT k, named_struct('a', j, 'b', v) AS s FROM events)")
    plain("error_star_except_empty", "SELECT * EXCEPT () FROM events")
    plain("error_star_except_not_field", "SELECT * EXCEPT (k.a) FROM events")
    plain("union_except_query", "SELECT k FROM events EXCEPT (SELECT j FROM events)")
    plain("expr_struct_star_alias", "SELECT struct(*, v + 1 AS z) AS s, struct(k AS a, *) AS t, struct(e.*, 1 AS o) AS u FROM events e")
    plain("expr_struct_star_alias_except", "SELECT struct(* EXCEPT (ts), v AS z) AS s FROM events")
    plain("expr_struct_star_names", "SELECT struct(*, v AS z), struct(k AS a, v), struct(*), named_struct('a', k) FROM events")
    plain("expr_struct_star_json", "SELECT to_json(struct(*, current_date() IS NULL AS z, v * 2)) AS j FROM events")
    plain("expr_parenthesis_star", "SELECT (*, 1 AS z) AS s FROM events")
