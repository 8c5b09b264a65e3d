"""The cases of several sources: UNION ALL, several watermarks, tables. make_cases.py writes them.

`sources`: name → what `source` makes. Files of a source are one a batch; their rows are dicts or a text.
"""
import json
import os

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
