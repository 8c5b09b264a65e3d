"""The cases of several sources: UNION ALL, several watermarks, tables. make_cases.py writes them.

`sources`: name → what `source` makes. Files of a source are one a batch; their rows are dicts or a text.
"""
import json
import os

import cases_subquery

CASES = []
ROW = "ts TIMESTAMP, k STRING, v INT"


def source(files, schema=ROW, watermark=None, runs=None, most=1, fmt="json", **options):
    """`runs`: for each file the run before which it appears."""
    s = {"format": fmt, "schema": schema}
    if most and not options.get("static"):
        s["maxFilesPerTrigger"] = most
    if watermark:
        s["watermark"] = {"column": watermark[0], "delay": watermark[1]}
    s.update(options)
    return s, files, runs


def case(name, query, sources, mode="append", about="", ordered=False, conf=None, zone=None):
    CASES.append((name, query, sources, mode, about, ordered, conf, zone))


def write(top):
    for name, query, sources, mode, about, ordered, conf, zone in CASES:
        d = os.path.join(top, name)
        p = {"name": name, "sources": {}, "query": query, "outputMode": mode, "trigger": {"availableNow": True}}
        meta = {"group": name.split("_")[0], "about": about, "ordered": ordered, "files": []}
        for table, (s, files, runs) in sources.items():
            folder = "input/" + table
            p["sources"][table] = dict([("format", s["format"]), ("path", folder)] + list(s.items()))
            os.makedirs(os.path.join(d, folder), exist_ok=True)
            if not files:
                meta.setdefault("dirs", []).append(folder)
            for i, rows in enumerate(files):
                path = "%s/%02d.%s" % (folder, i, s["format"])
                text = rows if isinstance(rows, str) else "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
                with open(os.path.join(d, path), "w", encoding="utf-8") as out:
                    out.write(text)
                item = {"path": path, "mtime": 1700000000 + 10 * len(meta["files"])}
                if runs and runs[i] > 1:
                    item["run"] = runs[i]
                    meta["runs"] = max(runs[i], meta.get("runs", 1))
                meta["files"].append(item)
        if zone:
            p["timeZone"] = zone
        if conf:
            p["conf"] = conf
        p["sinks"] = {"out": {"format": "json", "path": "-", "metadata": True}}
        for file, what in (("pipeline.json", p), ("case.json", meta)):
            with open(os.path.join(d, file), "w", encoding="utf-8") as out:
                json.dump(what, out, indent=1 if what is p else None, ensure_ascii=False)
                out.write("\n")


def t(text, k=None, v=None, **more):
    r = {} if text is None else {"ts": "2024-03-01T" + text + "Z"}
    if k is not None:
        r["k"] = k
    if v is not None:
        r["v"] = v
    r.update(more)
    return r


# ---------------------------------------------------------------- several watermarks

W = ("ts", "10 seconds")
MAX = {"spark.sql.streaming.multipleWatermarkPolicy": "max"}
FAST = [[t("12:00:01", "a", 1), t("12:00:15", "a", 2)], [t("12:00:45", "b", 4), t("12:00:02", "a", 8)],
        [t("12:00:03", "a", 16), t("12:01:50", "b", 64)], [t("12:00:04", "a", 128), t("12:02:30", "b", 1024)]]
SLOW = [[t("12:00:02", "x", 1), t("12:00:05", "x", 2)], [t("12:00:25", "y", 4), t("12:00:02", "x", 8)],
        [t("12:00:36", "x", 16), t("12:00:04", "y", 64)], [t("12:00:04", "x", 128), t("12:01:10", "y", 1024)]]
BOTH = "SELECT ts, k, v FROM a UNION ALL SELECT ts, k, v FROM b"
COUNT = ("SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM (%s) GROUP BY "
         "window(ts, '10 seconds'), k")


def two(a=FAST, b=SLOW, wa=W, wb=W, **more):
    return {"a": source(a, watermark=wa, **more), "b": source(b, watermark=wb, **more)}


for m in ("append", "update", "complete"):
    case("watermark_two_sources_min_" + m, COUNT % BOTH, two(), mode=m)
    case("watermark_two_sources_max_" + m, COUNT % BOTH, two(), mode=m, conf=MAX)
    case("watermark_two_sources_delays_" + m, COUNT % BOTH, two(wa=("ts", "1 minute"), wb=("ts", "0 seconds")), mode=m)
    case("watermark_union_second_without_" + m, COUNT % BOTH, two(wb=None), mode=m)
    case("watermark_union_first_without_" + m, COUNT % BOTH, two(wa=None), mode=m)
    case("watermark_union_neither_" + m, COUNT % BOTH, two(wa=None, wb=None), mode=m)
    case("watermark_two_sources_silent_" + m, COUNT % BOTH, two(b=[]), mode=m)
    case("watermark_two_sources_silent_max_" + m, COUNT % BOTH, two(b=[]), mode=m, conf=MAX)
    case("watermark_two_sources_nulls_" + m, COUNT % BOTH, two(b=[[t(None, "x", 1)], [t(None, "y", 2), {}]]), mode=m)
    case("watermark_union_itself_" + m, COUNT % "SELECT * FROM a UNION ALL SELECT * FROM a", two(), mode=m)
    case("watermark_union_itself_filtered_" + m,
         COUNT % "SELECT * FROM a WHERE k = 'a' UNION ALL SELECT * FROM a WHERE k = 'b'", two(), mode=m)
    case("watermark_union_itself_half_" + m, COUNT % "SELECT * FROM a UNION ALL SELECT * FROM a WHERE k = 'a'", two(), mode=m)
    case("watermark_union_itself_max_" + m,
         COUNT % "SELECT * FROM a WHERE k = 'a' UNION ALL SELECT * FROM a WHERE k = 'b'", two(), mode=m, conf=MAX)
    case("watermark_union_groups_" + m, (COUNT % "SELECT * FROM a") + " UNION ALL " + (COUNT % "SELECT * FROM b"), two(), mode=m)
    case("watermark_union_rows_and_groups_" + m,
         "SELECT ts, k, v AS n FROM a UNION ALL SELECT w.start, k, n FROM (" + (COUNT % "SELECT * FROM b") + ")", two(), mode=m)
    case("watermark_union_groups_and_rows_" + m,
         "SELECT w.start AS ts, k, n FROM (" + (COUNT % "SELECT * FROM b") + ") UNION ALL SELECT ts, k, v FROM a", two(), mode=m)
    case("watermark_with_twice_" + m, "WITH q AS (SELECT ts, k, v FROM a WHERE v <> 8) " +
         COUNT % "SELECT ts, k, v FROM q UNION ALL SELECT ts, 'all', v FROM q WHERE k = 'b'", two(), mode=m)
    case("watermark_two_sources_filter_" + m, COUNT % BOTH + " HAVING k <> 'b'", two(), mode=m)
    case("watermark_two_sources_where_" + m, COUNT % ("SELECT * FROM (" + BOTH + ") WHERE v < 1000 AND k <> 'q'"), two(), mode=m)
    case("watermark_union_distinct_" + m, "SELECT ts, k FROM a UNION SELECT ts, k FROM b", two(), mode=m)
    case("watermark_union_global_" + m, "SELECT count(*) AS n, sum(v) AS s FROM (" + BOTH + ")", two(), mode=m)
    case("watermark_union_outer_groups_" + m,
         "SELECT w, count(*) AS groups, sum(n) AS n FROM (" + (COUNT % "SELECT * FROM a") + " UNION ALL " +
         (COUNT % "SELECT * FROM b") + ") GROUP BY w", two(), mode=m)

case("watermark_two_sources_rows", BOTH, two(), about="no state: no batch without data")
case("watermark_two_sources_rows_filter", "SELECT * FROM (" + BOTH + ") WHERE v > 2", two())
case("watermark_two_sources_times", COUNT % "SELECT ts, k, v FROM a UNION ALL SELECT at, k, v FROM b",
     {"a": source(FAST, watermark=W), "b": source([[dict(at=r["ts"], k=r["k"], v=r["v"]) for r in f] for f in SLOW],
                                                  schema="at TIMESTAMP, k STRING, v INT", watermark=("at", "5 seconds"))})
case("watermark_union_other_column", "SELECT at, count(*) AS n FROM (SELECT ts AS at, v FROM a UNION ALL SELECT at, v FROM b) GROUP BY at",
     {"a": source(FAST, watermark=W), "b": source([[dict(at=r["ts"], k=r["k"], v=r["v"]) for r in f] for f in SLOW],
                                                  schema="at TIMESTAMP, k STRING, v INT")})
case("watermark_union_cast_loses", COUNT % "SELECT ts, k, v FROM a UNION ALL SELECT CAST('2024-03-01' AS DATE), k, v FROM b", two())
case("watermark_union_cast_date_first", COUNT % "SELECT CAST(ts AS DATE) AS ts, k, v FROM a UNION ALL SELECT ts, k, v FROM b", two())
for policy, conf in (("min", None), ("max", MAX)):
    case("watermark_restart_two_sources_" + policy, COUNT % BOTH,
         {"a": source(FAST, watermark=W, runs=[1, 1, 2, 3]), "b": source(SLOW, watermark=W, runs=[1, 2, 2, 4])}, conf=conf)
    case("watermark_restart_one_silent_" + policy, COUNT % BOTH,
         {"a": source(FAST, watermark=W, runs=[1, 1, 2, 2]), "b": source(SLOW, watermark=W, runs=[1, 1, 1, 1])}, conf=conf)
case("watermark_two_sources_uneven", COUNT % BOTH, {"a": source(FAST, watermark=W), "b": source(SLOW[:1], watermark=W)})
case("watermark_two_sources_uneven_files", COUNT % BOTH,
     {"a": source(FAST, watermark=W), "b": source(SLOW, watermark=W, most=3)}, mode="update")
case("watermark_two_sources_all_files", COUNT % BOTH,
     {"a": source(FAST, watermark=W), "b": source(SLOW, watermark=W, most=None)}, mode="update")
case("watermark_two_sources_no_data_off", COUNT % BOTH, two(), conf={"spark.sql.streaming.noDataMicroBatches.enabled": "false"})
case("watermark_three_sources", COUNT % (BOTH + " UNION ALL SELECT ts, k, v FROM c"),
     dict(two(), c=source([[t("12:00:20", "c", 5)], [], [t("12:03:00", "c", 6)], [t("12:00:40", "c", 7)]], watermark=("ts", "1 second"))))
case("watermark_two_sources_unused", COUNT % "SELECT ts, k, v FROM a", two(), about="a source that the query does not name")
case("watermark_two_sources_sliding",
     "SELECT window(ts, '20 seconds', '10 seconds') AS w, count(*) AS n FROM (" + BOTH + ") GROUP BY window(ts, '20 seconds', '10 seconds')", two())

# ---------------------------------------------------------------- UNION

X = source([[{"i": 1, "l": 2, "d": 1.5, "s": "x", "b": True, "t": "2024-03-01T12:00:00Z", "n": 7}], [{"s": "2"}]],
           schema="i INT, l BIGINT, d DOUBLE, s STRING, b BOOLEAN, t TIMESTAMP, dt DATE, f FLOAT, y TINYINT, e DECIMAL(5,2), "
                  "a ARRAY<INT>, al ARRAY<BIGINT>, q STRUCT<x: INT>, ql STRUCT<x: BIGINT>, m MAP<STRING, INT>, z BINARY")
Y = source([[{"i": 10, "l": 20, "d": 0.1, "s": "y", "b": False, "dt": "2024-03-02", "f": 0.1, "y": 3, "e": 3.30, "a": [1, None],
              "al": [5000000000], "q": {"x": 1}, "ql": {"x": 2}, "m": {"k": 1}, "z": "QUI="}], [], [{"i": -1, "e": 9.9}]],
           schema=X[0]["schema"])
XY = {"x": X, "y": Y}
for name, left, right in (("int_bigint", "i", "l"), ("int_double", "i", "d"), ("bigint_double", "l", "d"), ("int_string", "i", "s"),
                          ("string_double", "s", "d"), ("float_double", "f", "d"), ("int_decimal", "i", "e"),
                          ("bigint_decimal", "l", "e"), ("decimal_double", "e", "d"), ("tinyint_int", "y", "i"),
                          ("date_timestamp", "dt", "t"), ("timestamp_string", "t", "s"), ("date_string", "dt", "s"),
                          ("null", "NULL", "i"), ("null_string", "s", "NULL"), ("arrays", "a", "al"), ("structs", "q", "ql"),
                          ("map_null", "m", "NULL"), ("literals", "1", "2.5"), ("decimals", "e", "CAST(i AS DECIMAL(10,0))"),
                          ("bool_int", "b", "i"), ("bool_string", "b", "s"), ("binary_string", "z", "s"), ("array_int", "a", "i"),
                          ("float_bigint", "f", "l"), ("date_int", "dt", "i")):
    case("union_types_" + name, "SELECT %s AS c, typeof(%s) AS t FROM x UNION ALL SELECT %s, typeof(%s) FROM y" % (left, left, right, right), XY)
case("union_names", "SELECT i AS a, s FROM x UNION ALL SELECT l AS b, s AS z FROM y", XY)
case("union_names_outside", "SELECT u.c + 1 AS d, v FROM (SELECT i AS c, s AS v FROM x UNION ALL SELECT l, s FROM y) u WHERE c IS NOT NULL", XY)
case("union_names_given", "SELECT p, q FROM (SELECT i, s FROM x UNION ALL SELECT i, s FROM y) AS u(p, q)", XY)
case("union_names_second_unknown", "SELECT b FROM (SELECT i AS a FROM x UNION ALL SELECT i AS b FROM y)", XY)
case("union_star", "SELECT * FROM x UNION ALL SELECT * FROM y", XY)
case("union_count_differs", "SELECT i, s FROM x UNION ALL SELECT i FROM y", XY)
case("union_three_types", "SELECT i AS c FROM x UNION ALL SELECT l FROM y UNION ALL SELECT d FROM y", XY)
case("union_three_types_string", "SELECT i AS c FROM x UNION ALL SELECT d FROM y UNION ALL SELECT s FROM y", XY)
case("union_parentheses", "(SELECT i AS c FROM x) UNION ALL (SELECT l FROM y UNION ALL SELECT y FROM y)", XY)
case("union_same_column_twice", "SELECT i AS a, i AS b FROM x UNION ALL SELECT i, l FROM y", XY)
case("union_column_twice_unnamed", "SELECT i, i FROM x UNION ALL SELECT i, l FROM y", XY)
case("union_constant", "SELECT 'x' AS source, i FROM x UNION ALL SELECT 'y', i FROM y", XY)
case("union_where_constant", "SELECT * FROM (SELECT 'x' AS source, i FROM x UNION ALL SELECT 'y', i FROM y) WHERE source = 'y'", XY)
case("union_explode", "SELECT i FROM x UNION ALL SELECT explode(a) FROM y", XY)
case("union_limit", "SELECT i FROM x UNION ALL SELECT i FROM y LIMIT 3", XY)
case("union_limit_inside", "SELECT i FROM x UNION ALL (SELECT i FROM y LIMIT 1)", XY)
case("union_order_append", "SELECT i FROM x UNION ALL SELECT i FROM y ORDER BY i", XY)
case("union_complete_ordered", "SELECT s, count(*) AS n FROM (SELECT s FROM x UNION ALL SELECT s FROM y) GROUP BY s ORDER BY s", XY,
     mode="complete", ordered=True)
case("union_complete_ordered_outside",
     "SELECT s, count(*) AS n FROM x GROUP BY s UNION ALL SELECT s, count(*) FROM y GROUP BY s ORDER BY s, n", XY, mode="complete", ordered=True)
case("union_complete_one_grouped", "SELECT s, count(*) AS n FROM x GROUP BY s UNION ALL SELECT s, i FROM y", XY, mode="complete")
case("union_complete_none_grouped", "SELECT s FROM x UNION ALL SELECT s FROM y", XY, mode="complete")
case("union_update_rows", "SELECT s FROM x UNION ALL SELECT s FROM y", XY, mode="update")
case("union_update_groups_over_groups",
     "SELECT n, count(*) AS m FROM (SELECT s, count(*) AS n FROM x GROUP BY s UNION ALL SELECT s, count(*) FROM y GROUP BY s) GROUP BY n", XY, mode="update")
case("union_update_groups_over_groups_one_side",
     "SELECT c, count(*) AS m FROM (SELECT count(*) AS c FROM x GROUP BY s UNION ALL SELECT i FROM y) GROUP BY c", XY, mode="update")
case("union_update_having", "SELECT s, count(*) AS n FROM (SELECT s FROM x UNION ALL SELECT s FROM y UNION ALL SELECT s FROM y) GROUP BY s HAVING n > 1", XY, mode="update")
for m in ("append", "update", "complete"):
    case("union_distinct_plain_" + m, "SELECT s FROM x UNION SELECT s FROM y", XY, mode=m)
case("union_distinct_then_all", "SELECT s FROM x UNION SELECT s FROM y UNION ALL SELECT s FROM x", XY, mode="update")
case("union_distinct_map", "SELECT m FROM x UNION SELECT m FROM y", XY, mode="update")
case("union_except", "SELECT s FROM x EXCEPT SELECT s FROM y", XY)
case("union_intersect", "SELECT s FROM x INTERSECT SELECT s FROM y", XY, mode="update")
case("union_minus", "SELECT s FROM x MINUS SELECT s FROM y", XY, mode="complete")
case("union_with_twice", "WITH q(a, b) AS (SELECT i, upper(s) FROM x WHERE i > 0 OR s = '2') SELECT a FROM q UNION ALL SELECT b FROM q", XY)
case("union_with_in_with", "WITH q AS (SELECT i FROM x), r AS (SELECT i FROM q UNION ALL SELECT i FROM q) SELECT * FROM r UNION ALL SELECT i + 100 FROM q", XY)
case("union_stream_and_table", "SELECT i FROM x UNION ALL SELECT i FROM n", dict(XY, n=source(Y[1], schema=X[0]["schema"], static=True)))
case("union_table_and_stream", "SELECT i FROM n UNION ALL SELECT i FROM x", dict(XY, n=source(Y[1], schema=X[0]["schema"], static=True)))
case("union_only_tables", "SELECT i FROM n UNION ALL SELECT i FROM n", dict(XY, n=source(Y[1], schema=X[0]["schema"], static=True)))
case("union_empty_sources", "SELECT count(*) AS n FROM (SELECT i FROM x UNION ALL SELECT i FROM y)", {
    "x": source([], schema="i INT"), "y": source([[]], schema="i INT")}, mode="update")
case("union_corrupt_each", "SELECT i, _corrupt_record AS c FROM x UNION ALL SELECT 0, s FROM x",
     {"x": source(['{"i":1,"s":"a"}\n{"i":"q","s":"b"}\n{"i":2\n'], schema="i INT, s STRING, _corrupt_record STRING")})
case("union_drop_malformed_each", "SELECT i, NULL AS s FROM x UNION ALL SELECT NULL, s FROM x",
     {"x": source(['{"i":1,"s":"a"}\n{"i":"q","s":"b"}\n{"i":2\n'], schema="i INT, s STRING", mode="DROPMALFORMED")})
case("union_text_and_json", "SELECT value FROM w UNION ALL SELECT s FROM y",
     dict(XY, w=({"format": "text", "maxFilesPerTrigger": 1}, ["one\ntwo\n", "three\n"], None)))
case("union_of_four", " UNION ALL ".join("SELECT '%s%d' AS f, count(*) AS n FROM %s GROUP BY b" % (s, i, s) for s in "xy" for i in (1, 2)), XY, mode="update")

# ---------------------------------------------------------------- a stream and tables

EVENTS = [[t("12:00:01", "a", 1), t("12:00:02", "b", 2), t("12:00:03", "z", 3), t("12:00:04", None, 4)],
          [t("12:00:35", "A", 5), t("12:00:06", "a", 6), t("12:00:37", "c", None), t(None, "b", 8)],
          [t("12:00:05", "b", 9), t("12:01:30", "q", 1), t("12:00:58", "a", 20)]]
NAMES = [[{"id": "a", "name": "Alpha", "w": 1.5, "n": 1}, {"id": "b", "name": "Beta", "w": 2, "n": 2},
          {"id": "b", "name": "Bravo", "w": 3, "n": 1}],
         [{"id": "c", "w": None, "n": 3}, {"name": "Nobody", "w": 9}, {"id": "q", "name": "Quiet", "w": 0, "n": 9},
          {"id": "a", "name": None, "n": 5}]]
CODES = [[{"c": 1, "label": "one"}, {"c": 2, "label": "two"}, {"c": 9, "label": "nine"}, {"label": "none"}, {"c": 1, "label": "uno"}]]


def tables(watermark=None, **more):
    s = {"events": source(EVENTS, watermark=watermark),
         "names": source(NAMES, schema="id STRING, name STRING, w DOUBLE, n INT", static=True),
         "codes": source(CODES, schema="c INT, label STRING", static=True)}
    s.update(more)
    return s


def join(name, query, mode="append", sources=None, **more):
    case("join_static_" + name, query, sources or tables(), mode=mode, **more)


J = "SELECT e.k, e.v, n.name, n.w FROM events e %s names n ON %s"
T = "FROM events e LEFT JOIN (SELECT id, max(w) AS w FROM names GROUP BY id) t ON e.k = t.id GROUP BY e.k"
join("aggregated_table_update", "SELECT e.k, count(*) AS n, max(t.w) AS w " + T, mode="update")
join("aggregated_table_complete", "SELECT e.k, count(*) AS n, max(t.w) AS w " + T + " ORDER BY n, e.k", mode="complete")
join("aggregated_table_total", "SELECT count(*) AS n FROM events e JOIN (SELECT DISTINCT id FROM names) t ON e.k = t.id", mode="update")
for name, kind in (("inner", "JOIN"), ("left_own", "LEFT JOIN"), ("right", "RIGHT JOIN"), ("full", "FULL JOIN"), ("cross_on", "CROSS JOIN")):
    join(name, J % (kind, "e.k = n.id"))
    if name == "cross_on":
        continue
    join(name + "_residual", J % (kind, "e.k = n.id AND e.v < n.w"))
    join(name + "_other_way", "SELECT e.k, e.v, n.name, n.w FROM names n %s events e ON n.id = e.k" % kind)
    if name in ("right", "full"):
        continue
    join(name + "_side_conditions", J % (kind, "e.k = n.id AND e.v > 1 AND n.w >= 1.5"))
    join(name + "_where_stream", J % (kind, "e.k = n.id") + " WHERE e.v > 1")
    join(name + "_where_table", J % (kind, "e.k = n.id") + " WHERE n.w > 1")
    join(name + "_where_table_null", J % (kind, "e.k = n.id") + " WHERE n.name IS NULL")
    join(name + "_range", J % (kind, "e.v < n.n"))
    join(name + "_or", J % (kind, "e.k = n.id OR e.v = n.n"))
    join(name + "_true", J % (kind, "true"))
    join(name + "_false", J % (kind, "1 = 2"))
    join(name + "_null", J % (kind, "NULL"))
    join(name + "_only_stream", J % (kind, "e.v > 3"))
    join(name + "_only_table", J % (kind, "n.w > 2"))
    join(name + "_nothing", "SELECT e.k, n.name FROM events e %s names n" % kind)
    join(name + "_null_safe", J % (kind, "e.k <=> n.id"))
    join(name + "_expressions", J % (kind, "lower(e.k) = n.id AND e.v + 1 = n.n + 0"))
    join(name + "_int_string", "SELECT e.k, e.v, n.name FROM events e %s names n ON e.v = n.name" % kind)
for name, kind in (("semi", "LEFT SEMI JOIN"), ("anti", "LEFT ANTI JOIN"), ("semi_short", "SEMI JOIN"), ("anti_short", "ANTI JOIN")):
    join(name, "SELECT * FROM events e %s names n ON e.k = n.id" % kind)
    if name.endswith("_short"):
        continue
    join(name + "_residual", "SELECT k, v FROM events e %s names n ON e.k = n.id AND e.v < n.w" % kind)
    join(name + "_other_way", "SELECT * FROM names n %s events e ON e.k = n.id" % kind)
    join(name + "_range", "SELECT k, v FROM events e %s names n ON e.v > n.n" % kind)
    join(name + "_only_stream", "SELECT k, v FROM events e %s names n ON e.v > 3" % kind)
    join(name + "_only_table", "SELECT k, v FROM events e %s names n ON n.w > 3" % kind)
    join(name + "_sees_right", "SELECT e.k, n.name FROM events e %s names n ON e.k = n.id" % kind)
    join(name + "_nothing", "SELECT k, v FROM events e %s names n" % kind)
    join(name + "_null_safe", "SELECT k, v FROM events e %s names n ON e.k <=> n.id" % kind)

U = "SELECT * FROM (SELECT ts, k AS id, v FROM events) e %s names n USING (id)"
for name, kind in (("inner", "JOIN"), ("left", "LEFT JOIN"), ("right", "RIGHT JOIN"), ("full", "FULL JOIN"), ("semi", "LEFT SEMI JOIN"), ("anti", "LEFT ANTI JOIN")):
    join("using_" + name, U % kind)
    join("using_%s_other_way" % name, "SELECT * FROM names n %s (SELECT ts, k AS id, v FROM events) e USING (id)" % kind)
    join("using_%s_named" % name, (U % kind).replace("*", "id, e.id AS eid, v"))
    join("natural_" + name, "SELECT * FROM (SELECT k AS id, v FROM events) e NATURAL %s names n" % kind)
join("using_two", "SELECT * FROM (SELECT k AS id, v AS n, ts FROM events) JOIN names USING (id, n)")
join("using_qualified_right", "SELECT n.id, e.id, id FROM (SELECT k AS id FROM events) e LEFT JOIN names n USING (id)")
join("using_star_each", "SELECT e.*, n.* FROM (SELECT k AS id, v FROM events) e JOIN names n USING (id)")
join("using_unknown", "SELECT * FROM events JOIN names USING (id)")
join("using_types", "SELECT * FROM (SELECT v AS c, k FROM events) JOIN (SELECT CAST(c AS BIGINT) AS c, label FROM codes) USING (c)")
join("using_string_int", "SELECT * FROM (SELECT v AS c, k FROM events) JOIN (SELECT CAST(c AS STRING) AS c, label FROM codes) USING (c)")
join("natural_none", "SELECT * FROM (SELECT v FROM events) NATURAL JOIN (SELECT label FROM codes)")
join("using_where", "SELECT id, name FROM (SELECT k AS id, v FROM events) JOIN names USING (id) WHERE id > 'a'")
join("using_three", "SELECT * FROM (SELECT k AS id, v FROM events) JOIN names USING (id) LEFT JOIN (SELECT id, max AS m FROM (SELECT id, n AS max FROM names)) USING (id)")
join("using_group", "SELECT id, count(*) AS n FROM (SELECT k AS id, v FROM events) JOIN names USING (id) GROUP BY id", mode="update")

join("two", "SELECT e.k, n.name, c.label FROM events e JOIN names n ON e.k = n.id LEFT JOIN codes c ON e.v = c.c")
join("two_left", "SELECT e.k, n.name, c.label FROM events e LEFT JOIN names n ON e.k = n.id LEFT JOIN codes c ON n.n = c.c")
join("two_left_then_inner", "SELECT e.k, n.name, c.label FROM events e LEFT JOIN names n ON e.k = n.id JOIN codes c ON n.n = c.c")
join("two_comma", "SELECT e.k, n.name, c.label FROM events e, names n, codes c WHERE e.k = n.id AND n.n = c.c")
join("comma_condition", "SELECT e.k, n.name FROM events e, names n WHERE e.k = n.id AND e.v > 1")
join("comma_cross", "SELECT e.k, c.label FROM events e, codes c WHERE e.v = 1")
join("same_table_twice", "SELECT e.k, a.name, b.w FROM events e JOIN names a ON e.k = a.id LEFT JOIN names b ON a.n = b.n AND b.w > 1")
join("tables_first", "SELECT e.k, x.name, x.label FROM (SELECT * FROM names JOIN codes ON n = c) x JOIN events e ON e.k = x.id")
join("tables_joined_left", "SELECT e.k, x.name, x.label FROM events e JOIN (SELECT * FROM names LEFT JOIN codes ON n = c) x ON e.k = x.id")
join("tables_joined_right", "SELECT e.k, x.name, x.label FROM events e JOIN (SELECT * FROM codes RIGHT JOIN names ON n = c) x ON e.k = x.id")
join("tables_joined_semi", "SELECT e.k, x.name FROM events e JOIN (SELECT * FROM names LEFT SEMI JOIN codes ON n = c) x ON e.k = x.id")
join("tables_joined_anti", "SELECT e.k, x.name FROM events e JOIN (SELECT * FROM names LEFT ANTI JOIN codes ON n = c) x ON e.k = x.id")
join("tables_parenthesized", "SELECT e.k, n.name, c.label FROM events e LEFT JOIN (names n JOIN codes c ON n.n = c.c) ON e.k = n.id")
join("tables_crossed", "SELECT e.k, x.name, x.label FROM events e JOIN (SELECT * FROM names, codes) x ON e.k = x.id AND x.c = e.v")
join("tables_union", "SELECT e.k, x.t FROM events e JOIN (SELECT id, name AS t FROM names UNION ALL SELECT label, 'code' FROM codes UNION ALL SELECT id, id FROM names) x ON e.k = x.id")
join("table_filtered", "SELECT e.k, n.name FROM events e JOIN (SELECT id, upper(name) AS name FROM names WHERE w > 1) n ON e.k = n.id")
join("table_with", "WITH n AS (SELECT id, name FROM names WHERE name IS NOT NULL) SELECT e.k, n.name FROM events e LEFT JOIN n ON e.k = n.id")
join("table_exploded", "SELECT e.k, x.s FROM events e JOIN (SELECT id, explode(split(name, 'a')) AS s FROM names) x ON e.k = x.id")
join("table_windowed", "SELECT e.k, x.w.start AS s FROM events e JOIN (SELECT id, window(TIMESTAMP '2024-03-01 12:00:00', '1 hour') AS w FROM names) x ON e.k = x.id")
join("table_grouped", "SELECT e.k, x.n, x.w FROM events e JOIN (SELECT id, count(*) AS n, max(w) AS w FROM names GROUP BY id) x ON e.k = x.id")
join("table_grouped_left", "SELECT e.k, x.n, x.w FROM events e LEFT JOIN (SELECT id, count(*) AS n, max(w) AS w FROM names GROUP BY id HAVING max(w) > 1) x ON e.k = x.id")
join("table_global", "SELECT e.k, x.n, x.w FROM events e CROSS JOIN (SELECT count(*) AS n, max(w) AS w FROM names) x")
join("table_distinct", "SELECT e.k, x.n FROM events e JOIN (SELECT DISTINCT n FROM names) x ON e.v = x.n")
join("table_ordered", "SELECT e.k, x.name FROM events e JOIN (SELECT * FROM names ORDER BY w) x ON e.k = x.id")
join("table_limited", "SELECT e.k, x.name FROM events e JOIN (SELECT * FROM names WHERE w IS NOT NULL ORDER BY w DESC LIMIT 2) x ON e.k = x.id")
join("stream_only_table", "SELECT * FROM names")
join("table_only_tables", "SELECT * FROM names JOIN codes ON n = c")
join("empty_table", "SELECT e.k, n.x FROM events e LEFT JOIN nothing n ON e.k = n.x", sources=tables(nothing=source([], schema="x STRING", static=True)))
join("empty_table_inner", "SELECT e.k, n.x FROM events e JOIN nothing n ON e.k = n.x", sources=tables(nothing=source([""], schema="x STRING", static=True)))
join("empty_table_anti", "SELECT e.k FROM events e LEFT ANTI JOIN nothing n ON e.k = n.x", sources=tables(nothing=source([""], schema="x STRING", static=True)))
join("empty_table_cross", "SELECT e.k FROM events e CROSS JOIN nothing n", sources=tables(nothing=source([""], schema="x STRING", static=True)))
join("empty_table_global", "SELECT count(*) AS n FROM events e JOIN nothing n ON e.k = n.x", mode="update", sources=tables(nothing=source([""], schema="x STRING", static=True)))
join("grows_while_running", "SELECT e.k, n.name FROM events e JOIN names n ON e.k = n.id",
     sources={"events": source(EVENTS, runs=[1, 2, 2]), "names": source(NAMES, schema="id STRING, name STRING, w DOUBLE, n INT", static=True, runs=[1, 2])},
     about="the second run reads the table anew")
join("restart", "SELECT n.name, count(*) AS c FROM events e JOIN names n ON e.k = n.id GROUP BY n.name", mode="update",
     sources={"events": source(EVENTS, runs=[1, 2, 3]), "names": source(NAMES, schema="id STRING, name STRING, w DOUBLE, n INT", static=True)})
join("one_file", "SELECT e.k, n.name FROM events e JOIN names n ON e.k = n.id",
     sources=tables(names=source(NAMES, schema="id STRING, name STRING, w DOUBLE, n INT", static=True, maxFilesPerTrigger=1)))
join("names_star", "SELECT * FROM events e LEFT JOIN names n ON e.k = n.id")
join("names_star_side", "SELECT n.*, e.v FROM events e LEFT JOIN names n ON e.k = n.id")
join("ambiguous", "SELECT id FROM (SELECT k AS id FROM events) e JOIN names n ON e.id = n.id")
join("ambiguous_in_on", "SELECT e.id FROM (SELECT k AS id FROM events) e JOIN names n ON id = n.id")
join("unknown_in_on", "SELECT e.k FROM events e JOIN names n ON e.k = n.idd")
join("on_not_boolean", "SELECT e.k FROM events e JOIN names n ON e.v")
join("on_aggregate", "SELECT e.k FROM events e JOIN names n ON count(*) = n.n")
join("on_window", "SELECT e.k, n.id FROM events e JOIN names n ON window(e.ts, '1 minute').start > TIMESTAMP '2024-03-01' AND e.k = n.id")
join("on_sees_later", "SELECT e.k FROM events e JOIN names n ON e.k = c.label JOIN codes c ON n.n = c.c")
join("same_name_tables", "SELECT * FROM events JOIN events ON true")
join("nullability", "SELECT e.k, 1 AS one, x.two FROM events e LEFT JOIN (SELECT id, 2 AS two FROM names) x ON e.k = x.id")
join("lateral_view", "SELECT e.k, n.name, s FROM events e JOIN names n ON e.k = n.id LATERAL VIEW explode(split(n.name, 'a')) q AS s")
join("where_mixed", "SELECT e.k, e.v, n.name FROM events e LEFT JOIN names n ON e.k = n.id WHERE e.v > n.w OR n.w IS NULL")
join("where_coalesce", "SELECT e.k, e.v, n.name FROM events e LEFT JOIN names n ON e.k = n.id WHERE coalesce(n.name, '?') <> 'Beta'")

T = {"x": source([[{"i": 1, "l": 1, "d": 1.0, "s": "1", "f": 0.1, "e": 1.0, "t": "2024-03-01T12:00:00Z", "dt": "2024-03-01", "b": True, "z": "QQ==", "a": [1], "q": {"x": 1}, "y": 1},
                   {"i": 2, "l": 5000000000, "d": -0.0, "s": "2.0", "f": "NaN", "e": 2.50, "t": "2024-03-01T00:00:00Z", "dt": "2024-02-29", "b": False, "a": [1, None], "q": {"x": None}, "y": -1},
                   {"s": "010", "d": "NaN"}, {"s": "x", "d": 0.0}, {"s": "true"}, {"s": "2024-03-01"}]],
                 schema="i INT, l BIGINT, d DOUBLE, s STRING, f FLOAT, e DECIMAL(5,2), t TIMESTAMP, dt DATE, b BOOLEAN, z BINARY, a ARRAY<INT>, q STRUCT<x: INT>, y TINYINT, m MAP<STRING, INT>")}
T["o"] = source([[dict(r, tag="%d" % i) for i, r in enumerate(T["x"][1][0])] + [{"i": 10, "tag": "10"}, {"d": 0.0, "tag": "zero"}, {"d": "NaN", "f": "NaN", "tag": "nan"}]],
                schema=T["x"][0]["schema"] + ", tag STRING", static=True)
for left, right in ("ii", "il", "li", "id", "di", "dd", "ss", "is", "si", "ls", "ds", "sd", "ff", "fd", "ee", "ei", "ie", "ed", "es", "tt", "ts", "st", "bb", "bs", "zz", "aa", "qq", "yi", "bi", "mm", "ai", "zs"):
    join("types_%s_%s" % (left, right), "SELECT x.%s AS l, o.%s AS r, o.tag FROM x JOIN o ON x.%s = o.%s" % (left, right, left, right), sources=T)
for left, right in (("dt", "dt"), ("dt", "t"), ("t", "dt"), ("dt", "s"), ("s", "dt")):
    join("types_%s_%s" % (left, right), "SELECT x.%s AS l, o.%s AS r, o.tag FROM x JOIN o ON x.%s = o.%s" % (left, right, left, right), sources=T)
join("types_null_safe", "SELECT x.i, x.d, o.tag FROM x JOIN o ON x.i <=> o.i AND x.d <=> o.d", sources=T)
join("types_several", "SELECT x.i, x.s, o.tag FROM x LEFT JOIN o ON x.i = o.i AND x.s = o.s AND x.b = o.b", sources=T)
join("types_struct_of", "SELECT x.i, o.tag FROM x JOIN o ON struct(x.i, x.s) = struct(o.i, o.s)", sources=T)

# joins and the watermark
G = "SELECT window(e.ts, '10 seconds') AS w, %s AS x, count(*) AS n, sum(e.v) AS s FROM events e %s GROUP BY window(e.ts, '10 seconds'), %s"
for m in ("append", "update", "complete"):
    s = tables(W)
    join("watermark_inner_" + m, G % ("n.name", "JOIN names n ON e.k = n.id", "n.name"), mode=m, sources=s)
    join("watermark_left_" + m, G % ("n.name", "LEFT JOIN names n ON e.k = n.id", "n.name"), mode=m, sources=s)
    join("watermark_right_" + m, (G % ("n.name", "", "n.name")).replace("events e", "names n RIGHT JOIN events e ON e.k = n.id"), mode=m, sources=s)
    join("watermark_semi_" + m, G % ("e.k", "LEFT SEMI JOIN names n ON e.k = n.id", "e.k"), mode=m, sources=s)
    join("watermark_anti_" + m, G % ("e.k", "LEFT ANTI JOIN names n ON e.k = n.id", "e.k"), mode=m, sources=s)
    join("watermark_cross_" + m, G % ("c.label", "CROSS JOIN codes c", "c.label"), mode=m, sources=s)
    join("watermark_global_" + m, "SELECT count(*) AS n FROM events e JOIN names n ON e.k = n.id", mode=m, sources=s)
    join("watermark_of_groups_" + m, "SELECT g.w, g.k, g.n, n.name FROM (" + COUNT % "SELECT * FROM events" + ") g LEFT JOIN names n ON g.k = n.id", mode=m, sources=s)
    join("watermark_of_groups_inner_" + m, "SELECT g.w, g.k, g.n, n.name FROM (" + COUNT % "SELECT * FROM events" + ") g JOIN names n ON g.k = n.id AND g.n > 1", mode=m, sources=s)
    join("watermark_groups_of_groups_" + m, "SELECT w, name, sum(n) AS n FROM (SELECT g.w, g.n, n.name FROM (" + COUNT % "SELECT * FROM events" + ") g LEFT JOIN names n ON g.k = n.id) GROUP BY w, name", mode=m, sources=s)
    join("watermark_distinct_" + m, "SELECT DISTINCT e.ts, n.w FROM events e JOIN names n ON e.k = n.id", mode=m, sources=s)
join("watermark_rows", "SELECT e.ts, e.k, n.name FROM events e JOIN names n ON e.k = n.id", sources=tables(W))


# What is filtered below the watermark does not move it: the last row of each file is far ahead and only the push decides.
def ahead(**row):
    return {"events": source([[t("12:00:01", "a", 1), t("12:00:02", "b", 2), dict({"ts": "2024-03-01T12:10:00Z"}, **row)],
                              [t("12:00:03", "a", 1), t("12:00:04", "b", 2)], [t("12:00:05", "b", 1)]], watermark=W, schema=ROW + ", u INT"),
            "names": tables()["names"], "codes": tables()["codes"]}


PUSH = "SELECT window(e.ts, '10 seconds') AS w, count(*) AS n FROM events e %s GROUP BY window(e.ts, '10 seconds')"
for name, row, on in (
        ("null_key_inner", {"v": 1}, "JOIN names n ON e.k = n.id"),
        ("null_key_left", {"v": 1}, "LEFT JOIN names n ON e.k = n.id"),
        ("null_key_semi", {"v": 1}, "LEFT SEMI JOIN names n ON e.k = n.id"),
        ("null_key_anti", {"v": 1}, "LEFT ANTI JOIN names n ON e.k = n.id"),
        ("null_key_cross", {"v": 1}, "CROSS JOIN names n"),
        ("null_key_comma", {"v": 1}, ", names n WHERE e.k = n.id"),
        ("null_key_safe", {"v": 1}, "JOIN names n ON e.k <=> n.id"),
        ("null_key_left_where", {"v": 1}, "LEFT JOIN names n ON e.k = n.id WHERE n.w > 0"),
        ("null_key_left_where_null", {"v": 1}, "LEFT JOIN names n ON e.k = n.id WHERE n.w IS NULL OR n.w > 0"),
        ("null_key_left_where_coalesce", {"v": 1}, "LEFT JOIN names n ON e.k = n.id WHERE coalesce(n.w, 1) > 0"),
        ("null_key_left_where_not_null", {"v": 1}, "LEFT JOIN names n ON e.k = n.id WHERE n.id IS NOT NULL"),
        ("null_key_left_then_inner", {"v": 1}, "LEFT JOIN names n ON e.k = n.id JOIN codes c ON n.n = c.c"),
        ("null_key_left_then_inner_stream", {"k": "a"}, "LEFT JOIN names n ON e.k = n.id JOIN codes c ON e.v = c.c"),
        ("null_key_two", {"k": "a"}, "JOIN names n ON e.k = n.id AND e.v = n.n"),
        ("null_key_expression", {"v": 1}, "JOIN names n ON upper(e.k) = upper(n.id)"),
        ("null_key_concat", {"v": 1}, "JOIN names n ON concat(e.k, 'x') = concat(n.id, 'x')"),
        ("null_key_coalesce", {"v": 1}, "JOIN names n ON coalesce(e.k, 'a') = n.id"),
        ("null_key_cast", {"k": "a"}, "JOIN names n ON e.v = n.name"),
        ("null_key_bigint", {"k": "a"}, "JOIN names n ON e.v = CAST(n.n AS BIGINT)"),
        ("null_range", {"k": "a"}, "JOIN names n ON e.v < n.n"),
        ("null_range_left", {"k": "a"}, "LEFT JOIN names n ON e.v < n.n"),
        ("null_or", {"k": "a"}, "JOIN names n ON e.v < n.n OR e.u = n.n"),
        ("stream_condition_inner", {"k": "a", "v": 99}, "JOIN names n ON e.k = n.id AND e.v < 50"),
        ("stream_condition_left", {"k": "a", "v": 99}, "LEFT JOIN names n ON e.k = n.id AND e.v < 50"),
        ("stream_condition_semi", {"k": "a", "v": 99}, "LEFT SEMI JOIN names n ON e.k = n.id AND e.v < 50"),
        ("stream_condition_anti", {"k": "a", "v": 99}, "LEFT ANTI JOIN names n ON e.k = n.id AND e.v < 50"),
        ("stream_where_left", {"k": "a", "v": 99}, "LEFT JOIN names n ON e.k = n.id WHERE e.v < 50"),
        ("stream_where_anti", {"k": "a", "v": 99}, "LEFT ANTI JOIN names n ON e.k = n.id WHERE e.v < 50"),
        ("time_condition_inner", {"k": "a", "v": 1}, "JOIN names n ON e.k = n.id AND e.ts < TIMESTAMP '2024-03-01 12:05:00'"),
        ("literal_key_table", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE n.id = 'a'"),
        ("literal_key_stream", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE e.k = 'a'"),
        ("literal_key_on", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id AND n.id = 'a'"),
        ("literal_key_left_on", {"k": "zzz", "v": 1}, "LEFT JOIN names n ON e.k = n.id AND n.id = 'a'"),
        ("literal_key_left_where", {"k": "zzz", "v": 1}, "LEFT JOIN names n ON e.k = n.id WHERE n.id = 'a'"),
        ("literal_key_semi", {"k": "zzz", "v": 1}, "LEFT SEMI JOIN names n ON e.k = n.id AND n.id = 'a'"),
        ("literal_key_anti", {"k": "zzz", "v": 1}, "LEFT ANTI JOIN names n ON e.k = n.id AND n.id = 'a'"),
        ("range_key_table", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE n.id < 'm'"),
        ("range_key_subquery", {"k": "zzz", "v": 1}, "JOIN (SELECT * FROM names WHERE id < 'm') n ON e.k = n.id"),
        ("range_key_subquery_semi", {"k": "zzz", "v": 1}, "LEFT SEMI JOIN (SELECT * FROM names WHERE id < 'm') n ON e.k = n.id"),
        ("range_key_subquery_left", {"k": "zzz", "v": 1}, "LEFT JOIN (SELECT * FROM names WHERE id < 'm') n ON e.k = n.id"),
        ("range_key_alias", {"k": "zzz", "v": 1}, "JOIN (SELECT id AS x, w FROM names WHERE id < 'm') n ON e.k = n.x"),
        ("range_key_computed", {"k": "zzz", "v": 1}, "JOIN (SELECT upper(id) AS x, w FROM names WHERE id < 'm') n ON e.k = n.x"),
        ("in_key_table", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE n.id IN ('a', 'b')"),
        ("like_key_table", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE n.id LIKE 'a%'"),
        ("key_two_tables", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id JOIN (SELECT id FROM names WHERE id < 'm') x ON n.id = x.id"),
        ("cast_key_table", {"k": "a", "v": 99}, "JOIN names n ON e.v = CAST(n.n AS BIGINT) WHERE n.n < 50"),
        ("int_key_table", {"k": "a", "v": 99}, "JOIN names n ON e.v = n.n WHERE n.n < 50"),
        ("or_both_sides", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id WHERE (e.k = 'a' AND n.w > 0) OR (e.k = 'b' AND n.w > 1)"),
        ("literal_true", {"k": "zzz", "v": 1}, "JOIN names n ON true"),
        ("literal_false", {"k": "zzz", "v": 1}, "JOIN names n ON false"),
        ("where_time_key", {"k": "zzz", "v": 1}, "JOIN names n ON e.k = n.id AND e.ts = TIMESTAMP '2024-03-01 12:00:01'"),
        ("table_group_key", {"k": "zzz", "v": 1}, "JOIN (SELECT id, max(w) AS w FROM names WHERE id < 'm' GROUP BY id) n ON e.k = n.id")):
    case("watermark_join_" + name, PUSH % on, ahead(**row))
case("watermark_join_right_null_key", (PUSH % "").replace("events e", "names n RIGHT JOIN events e ON e.k = n.id"), ahead(v=1))
case("watermark_join_using_null_key", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT ts, k AS id FROM events) JOIN names USING (id) GROUP BY 1", ahead(v=1))
case("watermark_join_having_key", "SELECT window(e.ts, '10 seconds') AS w, n.id, count(*) AS n FROM events e JOIN names n ON e.k = n.id GROUP BY 1, n.id HAVING n.id < 'm'", ahead(k="zzz"))
case("watermark_join_having_key_left", "SELECT window(e.ts, '10 seconds') AS w, n.id, count(*) AS n FROM events e LEFT JOIN names n ON e.k = n.id GROUP BY 1, n.id HAVING n.id < 'm'", ahead(k="zzz"))
case("watermark_join_filtered_outside", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT e.ts, n.id, e.v FROM events e JOIN names n ON e.k = n.id) WHERE id < 'm' AND v < 5 GROUP BY 1", ahead(k="zzz"))
case("watermark_join_union", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT e.ts FROM events e JOIN names n ON e.k = n.id UNION ALL SELECT ts FROM events WHERE k IS NOT NULL) GROUP BY 1", ahead(v=1))
case("watermark_join_with_twice", "WITH q AS (SELECT e.ts, n.name FROM events e LEFT JOIN names n ON e.k = n.id) SELECT window(ts, '10 seconds') AS w, name, count(*) AS n FROM (SELECT * FROM q UNION ALL SELECT ts, upper(name) FROM q) GROUP BY 1, 2", ahead(k="a"))
case("watermark_join_table_has_watermark", PUSH % "JOIN names n ON e.k = n.id", dict(ahead(k="a"), names=source([[{"id": "a", "at": "2024-03-01T12:00:00Z"}]], schema="id STRING, at TIMESTAMP", watermark=("at", "1 second"), static=True)))

# ---------------------------------------------------------------- all together

for m in ("append", "update", "complete"):
    join("having_" + m, "SELECT window(e.ts, '10 seconds') AS w, n.name, max(n.w) AS mw, count(*) AS c FROM events e JOIN names n ON e.k = n.id GROUP BY 1, 2 HAVING max(n.w) > 1 AND n.name LIKE 'B%'", mode=m, sources=tables(W))
    join("filter_agg_" + m, "SELECT window(e.ts, '1 minute') AS w, count(*) FILTER (WHERE n.name IS NULL) AS missing, count(n.name) AS c, collect_list(n.name) AS l FROM events e LEFT JOIN names n ON e.k = n.id GROUP BY 1", mode=m, sources=tables(W))
join("explode", "SELECT e.k, x FROM events e JOIN (SELECT id, collect_list(name) AS l FROM names GROUP BY id) n ON e.k = n.id LATERAL VIEW explode(n.l) q AS x")
join("array_contains", "SELECT e.k, n.l FROM events e JOIN (SELECT n, collect_set(id) AS l FROM names GROUP BY n) n ON array_contains(n.l, e.k)")
join("between", "SELECT e.v, n.id FROM events e JOIN names n ON e.v BETWEEN n.n AND n.w * 2")
join("case_key", "SELECT e.v, n.id FROM events e JOIN names n ON CASE WHEN e.v > 3 THEN 'a' ELSE e.k END = n.id")
join("duplicate_names", "SELECT k, id AS k, name FROM events JOIN names ON k = id")
join("comma_then_join", "SELECT e.k, n.name, c.label FROM codes c, events e JOIN names n ON e.k = n.id WHERE c.c = e.v")
join("comma_then_join_sees_all", "SELECT e.k FROM codes c, events e JOIN names n ON e.v = c.c")
join("agg_on_stream_then_two", "SELECT g.k, g.c, n.name, c.label FROM (SELECT k, count(*) AS c FROM events GROUP BY k) g LEFT JOIN names n ON g.k = n.id LEFT JOIN codes c ON g.c = c.c", mode="update")
join("agg_both", "SELECT g.k, g.c, x.m FROM (SELECT k, count(*) AS c FROM events GROUP BY k) g JOIN (SELECT id, max(w) AS m FROM names GROUP BY id) x ON g.k = x.id", mode="complete")

cases_subquery.add(case, source, tables, ahead, W)
cases_subquery.add_values(case, source, tables)
