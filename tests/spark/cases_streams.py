"""Cases of streams seen afresh: WATERMARK in the query, edges of watermarks and windows, aggregates, joins with tables, refusals.
make_cases.py writes them."""

W10 = ("ts", "10 seconds")
MAX = {"spark.sql.streaming.multipleWatermarkPolicy": "max"}
NO_DATA = {"spark.sql.streaming.noDataMicroBatches.enabled": False}
MODES = ("append", "update", "complete")


def t(text, k=None, v=None, **more):
    r = {"ts": "2024-03-01T" + text + "Z", "k": k, "v": v}
    return dict([(n, x) for n, x in r.items() if x is not None], **more)


def clauses(case, many, source):
    """WATERMARK … DELAY OF, STREAM."""
    schema = "ts TIMESTAMP, k STRING, v INT, st STRUCT<t: TIMESTAMP>, m MAP<STRING, TIMESTAMP>"
    files = [[t("10:00:01", "a", 1, st={"t": "2024-03-01T10:00:01Z"}, m={"x": "2024-03-01T10:00:01Z"}), t("10:00:42", "b", 0, st={"t": "2024-03-01T10:00:50Z"}), t("10:00:03", "a", 5)],
             [t("10:00:05", "true", 7), t("10:02:00", "c", 2, st={"t": "2024-03-01T10:00:21Z"})], [t("10:01:00", "zz", 1)]]
    delay = " DELAY OF INTERVAL 10 SECONDS"
    count = "SELECT window(%s, '10 seconds') AS w, count(*) AS n FROM %s GROUP BY 1"

    def ask(name, query, **more):
        case("watermark_clause_" + name, query, files, schema=schema, **more)

    for name, time, of in (("plain", "ts", "events WATERMARK ts" + delay), ("as_behind", "ts", "events WATERMARK ts" + delay + " AS e"), ("alias_behind", "e.ts", "events WATERMARK ts" + delay + " e"),
                           ("qualified", "x", "events WATERMARK e.ts AS x" + delay + " e"), ("table_qualified", "x", "events WATERMARK events.ts AS x" + delay), ("named", "x", "events WATERMARK ts AS x" + delay),
                           ("other_column", "ts", "events WATERMARK ts AS x" + delay), ("field", "t", "events WATERMARK st.t" + delay), ("stream", "ts", "STREAM events WATERMARK ts" + delay),
                           ("stream_parenthesis", "e.ts", "STREAM(events) WATERMARK ts" + delay + " AS e"), ("parenthesis", "ts", "(events) WATERMARK ts" + delay), ("inside_parenthesis", "ts", "(events WATERMARK ts" + delay + ")"),
                           ("subquery", "u", "(SELECT ts + INTERVAL 1 HOUR AS u FROM events) WATERMARK u DELAY OF INTERVAL '10' SECOND"), ("filter_below", "x", "events WATERMARK ts + INTERVAL 1 MINUTE AS x" + delay + " WHERE k <> 'c'"),
                           ("filter_on_origin", "x", "events WATERMARK ts + INTERVAL 1 MINUTE AS x" + delay + " WHERE ts < '2024-03-01 10:01:50'"), ("filter_on_time", "x", "events WATERMARK ts + INTERVAL 1 MINUTE AS x" + delay + " WHERE x < '2024-03-01 10:02:50'"),
                           ("case", "x", "events WATERMARK CASE WHEN k = 'a' THEN ts END AS x" + delay), ("months", "ts", "events WATERMARK ts DELAY OF INTERVAL 1 MONTH"), ("year_to_month", "ts", "events WATERMARK ts DELAY OF INTERVAL '1-1' YEAR TO MONTH"),
                           ("units", "ts", "events WATERMARK ts DELAY OF INTERVAL 1 HOUR 30 MINUTES"), ("lateral", "ts", "events WATERMARK ts" + delay + " e LATERAL VIEW explode(array(k, 'q')) z AS x"),
                           ("union_twice", "ts", "(SELECT ts FROM events WATERMARK ts DELAY OF INTERVAL 0 SECONDS UNION ALL SELECT ts FROM events WATERMARK ts DELAY OF INTERVAL 1 MINUTE)"),
                           ("of_union", "q.ts", "(SELECT ts FROM events UNION ALL SELECT ts FROM events) WATERMARK ts DELAY OF INTERVAL 0 SECONDS q")):
        ask(name, count % (time, of))
    ask("with", "WITH e AS (SELECT * FROM events WATERMARK ts" + delay + ") SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM e GROUP BY 1")
    ask("with_twice", "WITH q AS (SELECT ts FROM events WATERMARK ts" + delay + ") SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT * FROM q UNION ALL SELECT ts FROM q) GROUP BY 1")
    ask("of_with", "WITH q AS (SELECT * FROM events) SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM q WATERMARK ts" + delay + " GROUP BY 1")
    ask("star", "SELECT * FROM events WATERMARK ts AS x" + delay)
    ask("star_same_name", "SELECT * FROM events WATERMARK ts AS k" + delay)
    ask("columns_renamed", "SELECT b FROM events WATERMARK b" + delay + " AS e(b, c, d, f, g)")
    ask("update", count % ("x", "events WATERMARK ts + INTERVAL 1 MINUTE AS x" + delay), mode="update")
    ask("global", "SELECT count(*) AS n FROM events WATERMARK ts" + delay, mode="update")
    ask("distinct", "SELECT DISTINCT ts, k FROM events WATERMARK ts" + delay)
    ask("session", "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events WATERMARK ts" + delay + " GROUP BY 1, 2")
    ask("dedup_below", count % ("ts", "events WATERMARK ts" + delay), source={"dropDuplicates": ["k"]})
    ask("restart", count % ("x", "events WATERMARK to_timestamp(concat('2024-03-01 10:0', v % 5, ':00')) AS x" + delay), runs=[1, 2, 2])
    ask("no_keyword", "SELECT watermark.k FROM events watermark WHERE v > 1")
    ask("no_keyword_columns", "SELECT watermark, delay FROM (SELECT k AS watermark, v AS delay FROM events) watermark")
    ask("stream_no_keyword", "SELECT stream.k FROM events stream")
    for name, what in {"number": "v", "unknown": "nope", "unnamed": "ts + INTERVAL 1 SECOND", "generator": "explode(array(ts))", "string_named": "k AS x"}.items():
        case("error_watermark_clause_" + name, "SELECT * FROM events WATERMARK " + what + delay, files, schema=schema)
    for name, what in {"negative": "OF INTERVAL -1 SECOND", "text": "OF '10 seconds'", "interval_text": "OF INTERVAL '10 seconds'", "bare": "OF 10 SECONDS", "no_of": "INTERVAL 10 SECONDS"}.items():
        case("error_watermark_clause_delay_" + name, "SELECT * FROM events WATERMARK ts DELAY " + what, files, schema=schema)
    case("error_watermark_clause_behind_alias", count % ("ts", "events e WATERMARK ts" + delay), files, schema=schema)
    case("error_watermark_clause_behind_source", count % ("ts", "events WATERMARK ts" + delay), files, schema=schema, watermark=("ts", "1 minute"))

    names = source([[{"k": "a", "u": "2024-03-01T10:00:00Z"}]], schema="k STRING, u TIMESTAMP", static=True)
    joined = {"events": source(files, schema=schema), "names": names}
    many("watermark_clause_table", "SELECT e.k, n.u FROM events e JOIN names WATERMARK u" + delay + " n ON e.k = n.k", joined)
    many("error_watermark_clause_stream_of_table", "SELECT e.k, n.u FROM events e JOIN STREAM(names) n ON e.k = n.k", joined)
    many("watermark_clause_of_join", count % ("ts", "(events e LEFT JOIN names n ON e.k = n.k) WATERMARK ts" + delay), joined)
    many("watermark_clause_in_join", count % ("ts", "events WATERMARK ts" + delay + " e JOIN names n ON e.k = n.k"), joined)
    two = {"a": source(files, schema=schema), "b": source(files[:2], schema=schema)}
    for name, conf in (("", None), ("_max", MAX)):
        many("watermark_clause_two_sources" + name, count % ("ts", "(SELECT ts FROM a WATERMARK ts" + delay + " UNION ALL SELECT ts FROM b WATERMARK ts DELAY OF INTERVAL 1 MINUTE)"), two, conf=conf)
        many("watermark_clause_beside_source" + name, count % ("ts", "(SELECT ts FROM a UNION ALL SELECT ts FROM b WATERMARK ts DELAY OF INTERVAL 1 MINUTE)"),
             {"a": source(files, schema=schema, watermark=("ts", "0 seconds")), "b": source(files[:2], schema=schema)}, conf=conf)
    many("watermark_clause_union_below", count % ("ts", "(SELECT ts FROM a UNION ALL SELECT ts FROM b) WATERMARK ts" + delay), two)


EVENTS = [[t("10:00:03", "a", 1), t("10:00:07.5", "b", 2), {"v": 9}], [t("10:00:41", "a", 3), t("10:00:09.999999", "c", 4)], [t("10:00:30", "z", 5), t("10:00:29.999999", "z", 6), t("10:00:31", "a", 7)], [t("10:02:00", "k", 1)],
          [t("10:01:49", "k", 2), t("10:01:50", None, 3)]]


def watermarks(case, many, source):
    edge = [[t("10:00:20", "a", 1)], [t("10:00:10", "a", 2), t("10:00:09.999", "a", 4), t("10:00:09.999999", "a", 8)], [t("10:00:20.001", "a", 16)], [t("10:00:30", "b", 1), t("10:00:09.9", "b", 2)], [t("10:00:10", "c", 3), t("10:00:19.9999", "c", 1)]]
    keyed = "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY window(ts, '10 seconds'), k"
    for m in MODES:
        case("watermark_edge_five_%s" % m, keyed, edge, watermark=W10, mode=m)
        case("watermark_edge_five_restart_%s" % m, keyed, edge, watermark=W10, mode=m, runs=[1, 2, 3, 4, 5])
        case("watermark_edge_five_restart_no_data_off_%s" % m, keyed, edge, watermark=W10, mode=m, runs=[1, 1, 2, 2, 3], conf=NO_DATA)
    # what Spark's check of append mode does not see: a CAST to the type that it is already
    for m in ("append", "update"):
        for n, q in {"subquery": "SELECT window(u, '10 seconds') AS w, count(*) AS n FROM (SELECT CAST(ts AS TIMESTAMP) AS u FROM events) GROUP BY 1", "window": "SELECT window(CAST(ts AS TIMESTAMP), '10 seconds') AS w, count(*) AS n FROM events GROUP BY 1",
                     "key": "SELECT CAST(ts AS TIMESTAMP) AS u, count(*) AS n FROM events GROUP BY CAST(ts AS TIMESTAMP)", "parentheses": "SELECT u, count(*) AS n FROM (SELECT (ts) AS u FROM events) GROUP BY u",
                     "function": "SELECT timestamp(ts) AS u, count(*) AS n FROM events GROUP BY timestamp(ts)", "distinct": "SELECT DISTINCT CAST(ts AS TIMESTAMP) AS u FROM events", "ordinal": "SELECT to_timestamp(ts) AS u, count(*) AS n FROM events GROUP BY 1"}.items():
            case("watermark_cast_%s_%s" % (n, m), q, EVENTS, watermark=W10, mode=m)
    for n, w in {"or_null": "v > 2 OR ts IS NULL", "mixed": "k LIKE 'a%' AND v < 100 AND hour(ts) = 10", "sum_with_time": "v + second(ts) > 5", "never": "1 = 0", "apart": "ts <> '2024-03-01 10:00:41' AND k <> 'z'"}.items():
        case("watermark_where_" + n, "SELECT window(ts, '10 seconds') AS w, count(*) AS n, sum(v) AS s FROM events WHERE %s GROUP BY window(ts, '10 seconds')" % w, EVENTS, watermark=W10)
    case("watermark_with_chain", "WITH a AS (SELECT ts, k, v FROM events WHERE v <> 5), b AS (SELECT ts AS u, concat(k, '!') AS k FROM a WHERE k <> 'c!') SELECT window(u, '10 seconds') AS w, k, count(*) AS n FROM b GROUP BY 1, 2", EVENTS, watermark=W10)
    case("watermark_explode_then_filter", "SELECT window(ts, '10 seconds') AS w, x, count(*) AS n FROM (SELECT ts, explode(split(k, '')) AS x FROM events) WHERE x <> 'z' GROUP BY window(ts, '10 seconds'), x", EVENTS, watermark=W10)
    one, other = [[t("10:00:01", "a", 1)], [t("10:01:00", "a", 2)], [t("10:02:00", "a", 4)]], [[t("10:00:05", "b", 10)], [t("10:00:25", "b", 20)], [t("10:00:55", "b", 40)], [t("10:01:01", "b", 80)]]
    both = "SELECT window(ts, '10 seconds') AS w, count(*) AS n, sum(v) AS s FROM (SELECT ts, v FROM a UNION ALL SELECT ts, v FROM b) GROUP BY window(ts, '10 seconds')"
    for n, conf in (("min", None), ("max", MAX)):
        many("watermark_two_restart_" + n, both, {"a": source(one, watermark=("ts", "5 seconds"), runs=[1, 2, 2]), "b": source(other, watermark=("ts", "20 seconds"), runs=[1, 1, 3, 3])}, conf=conf)
        many("watermark_two_no_data_off_" + n, both, {"a": source(one, watermark=("ts", "5 seconds")), "b": source(other, watermark=("ts", "20 seconds"))}, conf=dict(conf or {}, **NO_DATA))
    many("watermark_two_null_times", both, {"a": source(one, watermark=("ts", "5 seconds")), "b": source([[{"v": 1}], [{"v": 2}]], watermark=("ts", "20 seconds"))})


def windows(case):
    files = [[t("10:00:03", "a", 1), t("10:00:07.5", "b", 2), t("10:00:03", "a", 4), {"v": 9}], [t("10:00:41", "a", 3), t("10:00:09.999999", "c", 4)], [t("10:01:30", "z", 5), t("10:00:33", "a", 6), t("10:00:31", "a", 7)], [t("10:02:30", "k", 1)]]
    for n, w in {"offset_beyond_slide": "ts, '10 seconds', '5 seconds', '5 seconds'", "odd_slide_offset": "ts, '10 seconds', '3 seconds', '1 second'", "offset_17": "ts, '10 seconds', '10 seconds', '17 seconds'", "numbers": "ts, 10000000, 5000000, 1000000",
                 "text_computed": "ts, concat('10', ' seconds')", "of_literal": "TIMESTAMP'2024-03-01 10:00:03', '10 seconds'"}.items():
        case("window_fresh_" + n, "SELECT window(%s) AS w, count(*) AS n, sum(v) AS s FROM events GROUP BY window(%s)" % (w, w), files, watermark=W10, mode="update")
    case("window_fresh_having_order_limit", "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY window(ts, '10 seconds'), k HAVING sum(v) > 2 ORDER BY s DESC, k, w LIMIT 3", files, mode="complete", ordered=True)
    case("window_fresh_order_by_aggregate", "SELECT k FROM events GROUP BY window(ts, '10 seconds'), k ORDER BY max(v) DESC, min(ts), k LIMIT 4", files, mode="complete", ordered=True)
    case("window_fresh_of_its_fields", "SELECT unix_timestamp(window.end) - unix_timestamp(window.start) AS len, CAST(window AS STRING) AS s, to_json(window) AS j, window.start + INTERVAL 5 SECONDS AS mid, count(*) AS n FROM events GROUP BY window(ts, '10 seconds')",
         files, watermark=W10)
    inner = "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k"
    case("window_fresh_three_aggregates", "SELECT window(window_time(x), '5 minutes') AS y, sum(g) AS g FROM (SELECT window(window_time(w), '30 seconds') AS x, count(*) AS g FROM (%s) GROUP BY 1) GROUP BY 1" % inner,
         files + [[t("10:20:00", "q", 1)], [t("10:30:00", "q", 1)]], watermark=W10)
    case("window_fresh_two_aggregates_restart", "SELECT window(window_time(w), '30 seconds') AS x, count(*) AS groups, sum(n) AS n FROM (%s) GROUP BY window(window_time(w), '30 seconds')" % inner, files, watermark=W10, runs=[1, 2, 2, 3])
    zone = [[{"ts": x, "v": i} for i, x in enumerate(("2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z", "2024-03-31 02:30:00", "2024-03-31 03:30:00", "2024-03-30T23:30:00+01:00"))],
            [{"ts": x, "v": i} for i, x in enumerate(("2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z", "2024-10-27 02:30:00", "2024-10-27T03:00:00"))]]
    for z in ("Australia/Lord_Howe", "America/Sao_Paulo", "+05:45"):
        case("window_fresh_zone_" + z.replace("/", "_").replace("+", "").replace(":", "").lower(), "SELECT CAST(window.start AS STRING) AS a, date_format(window.end, 'yyyy-MM-dd HH:mm XXX') AS b, hour(window.start) AS h, count(*) AS n "
             "FROM events GROUP BY window(ts, '3 hours', '3 hours', '1 hour')", zone, mode="complete", zone=z)
    sessions = [[t("10:00:00", "a", 1), t("10:00:20", "a", 2), t("10:00:09", "a", 4), t("10:00:01", "b", 8)], [t("10:00:15", "a", 16), t("10:00:30", "a", 32), t("10:01:00", "b", 64)], [t("10:00:40", "a", 128), t("10:00:25", "a", 256), t("10:00:24.9", "b", 512)],
                [t("10:02:00", "z", 1)], [t("10:02:09.9", "z", 2), t("10:01:45", "y", 1)]]
    gap = "session_window(ts, CASE WHEN k = 'a' THEN '5 seconds' WHEN v > 8 THEN '20 seconds' ELSE '10 seconds' END)"
    for d in ("0 seconds", "15 seconds", "1 minute"):
        case("window_fresh_session_gaps_" + d.replace(" ", "_"), "SELECT %s AS w, k, count(*) AS n, sum(v) AS s, min(ts) AS f FROM events GROUP BY %s, k" % (gap, gap), sessions, watermark=("ts", d))
    case("window_fresh_session_restart", "SELECT %s AS w, k, count(*) AS n FROM events GROUP BY %s, k" % (gap, gap), sessions, watermark=("ts", "30 seconds"), runs=[1, 2, 2, 3, 3])


def aggregates(case):
    schema = "k STRING, i INT, d DOUBLE, s STRING, b BOOLEAN, q DECIMAL(38,10), st STRUCT<x: INT, y: STRING>"
    big = "9999999999999999999999999999.9999999999"
    rows = [[{"k": "a", "i": 5, "d": 1.5, "s": "b", "b": True, "st": {"x": 1, "y": "q"}}, {"k": "a", "i": -5, "d": -0.0, "s": "é", "st": {"x": 1}}, {"k": "b"}, {"k": "true", "i": 1, "s": ""}],
            [{"k": "a", "i": 5, "s": "b", "b": False}, {"k": "b", "i": 7, "s": "z"}, {"i": 9, "s": "none"}], [{"k": "b", "i": 2147483647, "d": 1e308}, {"k": "b", "i": 2147483647, "d": 1e308}]]
    # HAVING is cast to BOOLEAN unless it is a predicate
    for n, h in {"sum": "sum(i)", "text": "max(k)", "average": "avg(i)", "difference": "count(*) - 1", "list": "collect_list(i)", "and_number": "max(k) = 'a' AND count(*)", "literal": "'true'", "one": "1", "key": "k", "not_key": "i"}.items():
        case("agg_having_cast_" + n, "SELECT k, count(*) AS n FROM events GROUP BY k HAVING " + h, rows, schema=schema, mode="update")
    for n, s in {"decimal_overflow": "sum(q) AS a, avg(q) AS b, try_sum(q) AS e, try_avg(q) AS g", "interval_overflow": "try_sum(INTERVAL '106751990' DAY) AS a, try_sum(INTERVAL '178956969' YEAR) AS b, try_avg(INTERVAL '106751990' DAY) AS c"}.items():
        case("agg_fresh_" + n, "SELECT k, " + s + " FROM events GROUP BY k", [[{"k": "a", "q": big}] * 3, [{"k": "a", "q": "-" + big}] * 2, [{"k": "a"}, {"k": "b"}]], schema=schema, mode="update")
    case("agg_fresh_all_restart", "SELECT k, stddev(i) AS c, percentile_approx(i, 0.5) AS e, collect_list(s) AS g, mode(i) AS h, max_by(s, i) AS j, approx_count_distinct(s) AS m, first(s) AS n, last(s, true) AS o, corr(i, d) AS r, bit_xor(i) AS t, "
         "collect_set(i) AS u, median(d) AS v, min_by(st, i) AS x, avg(INTERVAL '1' HOUR * i) AS y FROM events GROUP BY k", [rows[0], rows[1]], schema=schema, mode="update", runs=[1, 2])
    for n, s in {"count_nothing": "count()", "ignore_nulls_of_sum": "sum(i) IGNORE NULLS", "nested": "sum(max(i))", "over": "sum(i) OVER (PARTITION BY k)", "over_from": "count(*) OVER"}.items():
        case("error_agg_fresh_" + n, "SELECT k, %s FROM events GROUP BY k" % s, rows, schema=schema, mode="update")
    for n, q in {"case_of_case": "SELECT lower(upper(k)) AS g, count(*) AS n FROM events GROUP BY upper(k)", "part_of_key": "SELECT i + 1 + 2 AS g, count(*) AS n FROM events GROUP BY i + 1"}.items():
        case("agg_fresh_key_" + n, q, rows, schema=schema, mode="update")


def joins(many, source):
    events = [[t("10:00:01", "a", 1), t("10:00:02", "b", 2), t("10:00:03", "z", 3), {"v": 4}], [t("10:00:31", "a", 5), t("10:00:03", "B", 6), t("10:00:32", None, 7)], [t("10:01:40", "c", 1)]]
    names = [{"k": "a", "name": "Ann", "lim": 3}, {"k": "b", "name": "Bob", "lim": 1}, {"k": "a", "name": "Abe"}, {"name": "nul", "lim": 9}, {"k": "q", "name": "unused"}]
    s = {"events": source(events, watermark=W10), "names": source([names], schema="k STRING, name STRING, lim INT", static=True)}
    for n, on in {"upper_and_limit": "upper(e.k) = upper(n.k) AND v > coalesce(lim, 0)", "between": "v BETWEEN lim AND lim + 2", "or": "e.k = n.k OR v = lim", "null_safe": "n.k <=> e.k AND v <> 7", "null": "NULL", "false": "false",
                  "is_null": "e.k = n.k AND n.lim IS NULL", "like": "name LIKE concat(upper(e.k), '%')", "case": "CASE WHEN v > 2 THEN e.k = n.k ELSE lim = v END", "structs": "struct(e.k, v) = struct(n.k, lim)", "arrays": "array(e.k) = array(n.k)"}.items():
        for kind in ("JOIN", "LEFT JOIN"):
            many("join_fresh_%s_%s" % (n, kind.split()[0].lower()), "SELECT e.k, v, name FROM events e %s names n ON %s" % (kind, on), s)
    for h in ("BROADCAST(n)", "MERGE(e), BROADCAST(nope)", "SHUFFLE_REPLICATE_NL(n)", "NOSUCH(n)"):
        many("join_fresh_hint_" + h.split("(")[0].lower(), "SELECT /*+ %s */ e.k, name FROM events e JOIN names n ON e.k = n.k" % h, s)
    for m in MODES:
        many("join_fresh_window_anti_" + m, "SELECT window(ts, '10 seconds') AS w, e.k, count(*) AS n FROM events e LEFT ANTI JOIN names n ON e.k = n.k GROUP BY 1, 2", s, mode=m)
    for n, q in {"full": "FULL JOIN", "right": "RIGHT JOIN"}.items():
        many("error_join_table_" + n, "SELECT e.k, name FROM events e %s names n ON e.k = n.k" % q, s)


def laterals(case):
    schema = "id INT, k STRING, a ARRAY<INT>, m MAP<STRING, INT>, st ARRAY<STRUCT<x: INT, y: STRING>>"
    rows = [[{"id": 1, "k": "x y", "a": [1, None, 3], "m": {"u": 1, "v": None}, "st": [{"x": 1, "y": "a"}, None, {"y": "b"}]}, {"id": 2}, {"id": 3, "a": [], "m": {}, "st": []}], [{"id": 4, "k": "", "a": [9], "st": [{"x": 5}]}]]
    for n, q in {"comma": "events, LATERAL explode(a) AS t(e)", "cross": "events CROSS JOIN LATERAL explode(a) t(e)", "join": "events JOIN LATERAL explode(a) t(e)", "unnamed": "events, LATERAL explode(a)", "position": "events e, LATERAL posexplode(e.a) t(p, c)",
                 "inline": "events, LATERAL inline(st)", "outer": "events, LATERAL explode_outer(a) t(e)", "stack": "events, LATERAL stack(2, id, id + 1) t(e)", "two": "events, LATERAL explode(m) t(kk, vv), LATERAL explode(a) u(e)",
                 "of_lateral": "events, LATERAL explode(a) t(e) JOIN LATERAL explode(array(e, 7)) u(f)", "where": "events, LATERAL explode(split(k, ' ')) t(e) WHERE e <> ''"}.items():
        case("explode_lateral_call_" + n, "SELECT * FROM " + q, rows, schema=schema)
    for n, q in {"right": "events RIGHT JOIN LATERAL explode(a) t(e)", "names": "events, LATERAL explode(m) t(kk)", "no_generator": "events, LATERAL upper(k) t(e)", "natural": "events NATURAL JOIN LATERAL explode(a) t(e)"}.items():
        case("error_lateral_call_" + n, "SELECT * FROM " + q, rows, schema=schema)


def unions(many, source):
    rows = [[{"v": 1, "k": "a"}]]
    for n, (x, y) in {"names": ("struct(v AS p)", "struct(v AS q)"), "wider": ("struct(v AS p)", "struct(CAST(v AS DOUBLE) AS P)"), "wider_names": ("struct(v AS p)", "struct(CAST(v AS DOUBLE) AS q)"), "array_names": ("array(struct(v AS p))", "array(struct(v AS q))"),
                      "map_names": ("map(k, struct(v AS p))", "map(k, struct(v AS q))"), "count": ("struct(v AS p)", "struct(v AS p, k AS q)")}.items():
        many("union_structs_" + n, "SELECT %s AS x FROM a UNION ALL SELECT %s FROM b" % (x, y), {t: source(rows, schema="k STRING, v INT") for t in "ab"})
    many("expr_structs_compared", "SELECT array(struct(v AS p)) = array(struct(1 AS q)) AS e, struct(v AS p) <=> struct(1 AS q) AS f FROM a", {"a": source(rows, schema="k STRING, v INT")})


def refusals(case):
    schema = "ts TIMESTAMP, k STRING, v INT, d DOUBLE, a ARRAY<INT>, b BOOLEAN, m MAP<STRING, INT>, st STRUCT<x: INT, y: STRING>"
    rows = [[{"ts": "2024-03-01T10:00:00Z", "k": "a", "v": 1, "d": 1.5, "a": [1], "b": True, "m": {"x": 1}, "st": {"x": 1, "y": "z"}}]]
    for n, q in {"with_name_twice": "WITH q AS (SELECT k FROM events), Q AS (SELECT v FROM events) SELECT * FROM q", "boolean_and_int": "SELECT b AND v FROM events", "ints_or": "SELECT v OR v FROM events", "contains_foreign": "SELECT array_contains(a, 'x') FROM events",
                 "index_of_int": "SELECT v[0] FROM events", "field_of_array": "SELECT a.x FROM events", "struct_name": "SELECT named_struct(k, 1) FROM events", "from_json_int": "SELECT from_json(v, 'x INT') FROM events", "row_number": "SELECT row_number() FROM events",
                 "qualify": "SELECT k FROM events QUALIFY row_number() OVER (ORDER BY v) = 1", "only_comment": "-- nothing", "order_before_append": "SELECT k, count(*) FROM events GROUP BY k ORDER BY k", "generator_in_group": "SELECT count(*) FROM events GROUP BY explode(a)",
                 "field_of_map": "SELECT m.x.y FROM events", "compare_struct_int": "SELECT st = 1 FROM events", "star_qualifier": "SELECT x.* FROM events", "hyphen": "SELECT k FROM my-table", "interval_mixed": "SELECT ts + INTERVAL 1 MONTH 2 DAYS FROM events",
                 "lambda_arity": "SELECT transform(a, (x, y, z) -> x) FROM events", "case_types": "SELECT CASE WHEN b THEN a ELSE 1 END FROM events", "union_count": "SELECT k, v FROM events UNION ALL SELECT k FROM events", "limit_column": "SELECT k FROM events LIMIT v"}.items():
        case("error_fresh_" + n, q, rows, schema=schema)
    case("error_fresh_mode", "SELECT k FROM events", rows, schema=schema, mode="apend")
    case("error_fresh_watermark_field", "SELECT k FROM events", rows, schema=schema, watermark=("st.x", "1 minute"))
    case("error_fresh_dedup_column", "SELECT k FROM events", rows, schema=schema, source={"dropDuplicates": ["nope"]})
    case("error_fresh_policy", "SELECT k FROM events", rows, schema=schema, conf={"spark.sql.streaming.multipleWatermarkPolicy": "avg"})


def add(case, many, source):
    clauses(case, many, source)
    watermarks(case, many, source)
    windows(case)
    aggregates(case)
    joins(many, source)
    laterals(case)
    unions(many, source)
    refusals(case)
