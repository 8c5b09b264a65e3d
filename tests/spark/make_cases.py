#!/usr/bin/env python3
"""Writes the cases that are ours into tests/spark/cases; record.py then asks Spark for the answers.

    make_cases.py CASES_DIR
"""
import json
import os
import sys

import cases_formats
import cases_grouping
import cases_language
import cases_streams
import cases_reading
import cases_twin
import source_cases

CASES = []


def case(name, query, files=None, schema="ts TIMESTAMP, k STRING, v INT", mode="append", watermark=None, ordered=False,
         about="", fmt="json", source=None, runs=None, zone=None, conf=None, names=None):
    """`files`: one a batch; a list of rows (dicts), or a text. `runs`: for each file the run before which it appears;
    `names`: what each is called."""
    s = {"format": fmt, "path": "input/events"}
    if fmt != "text":
        s["schema"] = schema
    s["maxFilesPerTrigger"] = 1
    if watermark:
        s["watermark"] = {"column": watermark[0], "delay": watermark[1]}
    s.update(source or {})
    s = {k: v for k, v in s.items() if v is not None}
    p = {"name": name, "sources": {"events": s}, "query": query, "outputMode": mode, "trigger": {"availableNow": True}}
    if zone:
        p["timeZone"] = zone
    if conf:
        p["conf"] = conf
    p["sinks"] = {"out": {"format": "json", "path": "-", "metadata": True}}
    CASES.append((name, p, files or [], ordered, about, runs, names or ["%02d.%s" % (i, "txt" if fmt == "text" else fmt) for i in range(len(files or []))]))


def write(top):
    for name, p, files, ordered, about, runs, names in CASES:
        d = os.path.join(top, name)
        os.makedirs(os.path.join(d, "input", "events"), exist_ok=True)
        meta = {"group": name.split("_")[0], "about": about, "ordered": ordered, "files": []}
        if runs:
            meta["runs"] = max(runs)
        for i, f in enumerate(files):
            path = "input/events/" + names[i]
            os.makedirs(os.path.dirname(os.path.join(d, path)), exist_ok=True)
            text = f if isinstance(f, (str, bytes)) else "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in f)
            with open(os.path.join(d, path), "wb") as out:
                out.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            item = {"path": path, "mtime": 1700000000 + 10 * i}
            if runs and runs[i] > 1:
                item["run"] = runs[i]
            meta["files"].append(item)
        with open(os.path.join(d, "pipeline.json"), "w", encoding="utf-8") as out:
            json.dump(p, out, indent=1, ensure_ascii=False)
            out.write("\n")
        with open(os.path.join(d, "case.json"), "w", encoding="utf-8") as out:
            json.dump(meta, out, ensure_ascii=False)
            out.write("\n")


def t(text, k=None, v=None, **more):
    r = {"ts": "2024-03-01T" + text + "Z" if len(text) < 20 and "T" not in text else text}
    if k is not None:
        r["k"] = k
    if v is not None:
        r["v"] = v
    r.update(more)
    return r


# ---------------------------------------------------------------- watermark

W10 = ("ts", "10 seconds")
TUMBLE = "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY window(ts, '10 seconds'), k"
MOVING = [[t("12:00:01", "a", 1), t("12:00:15", "a", 2)], [t("12:00:35", "b", 4), t("12:00:02", "a", 8)],
          [t("12:00:03", "a", 16), t("12:00:50", "b", 64)], [t("12:00:04", "a", 128), t("12:01:30", "b", 1024)],
          [t("12:00:37", "a", 2048), t("12:01:10", "b", 4096)]]

for m in ("append", "update", "complete"):
    case("watermark_late_" + m + "_own", TUMBLE, MOVING, mode=m, watermark=W10)
    case("watermark_no_data_batch_" + m, TUMBLE, MOVING[:2], mode=m, watermark=W10)
    case("watermark_zero_delay_" + m, TUMBLE, MOVING, mode=m, watermark=("ts", "0 seconds"))
    if m != "append":
        case("watermark_no_data_batch_global_" + m, "SELECT count(*) AS n, sum(v) AS s FROM events", MOVING[:3], mode=m, watermark=W10)
    case("watermark_by_time_itself_" + m, "SELECT ts, count(*) AS n FROM events GROUP BY ts", MOVING, mode=m, watermark=W10)
    case("watermark_null_time_" + m, TUMBLE, [[t("12:00:01", "a", 1), {"k": "n", "v": 5}], [t("12:01:00", "a", 2)], [{"k": "n", "v": 6}]],
         mode=m, watermark=W10)
    case("watermark_by_null_time_itself_" + m, "SELECT ts, k, count(*) AS n FROM events GROUP BY ts, k",
         [[t("12:00:01", "a", 1), {"k": "n", "v": 5}], [t("12:01:00", "a", 2)], [{"k": "n", "v": 6}]], mode=m, watermark=W10)
    case("watermark_restart_own_" + m, TUMBLE, MOVING, mode=m, watermark=W10, runs=[1, 1, 2, 3, 3])
    case("watermark_restart_nothing_" + m, TUMBLE, MOVING[:3], mode=m, watermark=W10, runs=[1, 1, 3])
    case("watermark_empty_file_" + m, TUMBLE, [MOVING[0], "", MOVING[1], "", MOVING[2]], mode=m, watermark=W10)
    case("watermark_conf_no_data_off_" + m, TUMBLE, MOVING[:3], mode=m, watermark=W10,
         conf={"spark.sql.streaming.noDataMicroBatches.enabled": False})
    case("watermark_sliding_" + m, "SELECT window(ts, '20 seconds', '10 seconds') AS w, count(*) AS n FROM events "
         "GROUP BY window(ts, '20 seconds', '10 seconds')", MOVING, mode=m, watermark=W10)

EDGE = [[t("12:00:20", "a", 1)], [t("12:00:30", "a", 2)], [t("12:00:09.999999", "a", 4), t("12:00:10", "a", 8), t("12:00:19.999999", "a", 16)],
        [t("12:00:10", "a", 128), t("12:00:20", "a", 512)], [t("12:00:30.000001", "a", 1)]]
case("watermark_edge_append_own", TUMBLE, EDGE, watermark=W10)
case("watermark_edge_millis_own", TUMBLE, [[t("12:00:20.0009", "a", 1)], [t("12:00:30.0019999", "a", 2)], [t("12:00:10", "a", 3)], [t("12:00:45", "a", 3)]],
     watermark=("ts", "10 seconds 1 millisecond"))
case("watermark_before_epoch_own", TUMBLE, [[t("1969-12-31T23:59:45Z", "a", 1), t("1969-12-31T23:59:55Z", "a", 2), t("1970-01-01T00:00:05Z", "a", 4)],
     [t("1970-01-01T00:01:00Z", "b", 8), t("1969-12-31T23:59:59Z", "a", 16)]], watermark=W10)
case("watermark_month_delay", TUMBLE, [[t("12:00:00", "a", 1)], [t("2024-04-15T00:00:00Z", "a", 2)], [t("2024-03-01T12:00:05Z", "a", 4)], [t("2024-06-01T00:00:00Z", "a", 2)]],
     watermark=("ts", "1 month"))
SKIP = [[t("12:00:01", "a", 1), t("12:05:00", "skip", 2)], [t("12:00:02", "a", 4), t("12:00:30", "a", 8)], [t("12:00:03", "a", 16)], [t("12:00:04", "a", 32)]]
N = "SELECT window(ts, '10 seconds') AS w, count(*) AS n, sum(v) AS s FROM events %s GROUP BY window(ts, '10 seconds')"
for n, where in {"on_time": "WHERE ts < '2024-03-01 12:04:00'", "both": "WHERE k <> 'skip' AND ts < '2024-03-01 12:04:00'",
                 "or": "WHERE k <> 'skip' OR ts < '2024-03-01 12:04:00'", "value": "WHERE v <> 2", "two": "WHERE k <> 'skip' AND v > 0",
                 "is_null": "WHERE k IS NOT NULL", "not": "WHERE NOT (k = 'skip')", "literal": "WHERE true", "in": "WHERE k IN ('a', 'b')",
                 "case": "WHERE CASE WHEN k = 'skip' THEN false ELSE true END", "rand": "WHERE k <> 'skip' AND rand() < 2"}.items():
    if n != "rand":
        case("watermark_filter_%s_own" % n, N % where, SKIP, watermark=W10)
case("watermark_filter_subquery", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT ts, k AS kk, v + 1 AS vv FROM events) "
     "WHERE kk <> 'skip' AND vv < 100 GROUP BY window(ts, '10 seconds')", SKIP, watermark=W10)
case("watermark_filter_subquery_time_alias", "SELECT window(t2, '10 seconds') AS w, count(*) AS n FROM (SELECT ts AS t2, k FROM events) "
     "WHERE k <> 'skip' GROUP BY window(t2, '10 seconds')", SKIP, watermark=W10)
case("watermark_having_key", "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k HAVING k <> 'skip'",
     SKIP, watermark=W10)
case("watermark_having_count", "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k HAVING count(*) > 1",
     SKIP, watermark=W10)
case("watermark_outer_filter_key", "SELECT * FROM (SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k) "
     "WHERE k <> 'skip' AND n > 0", SKIP, watermark=W10)
case("watermark_outer_filter_window", "SELECT * FROM (SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts, '10 seconds')) "
     "WHERE w.start < '2024-03-01 12:04:00'", SKIP, watermark=W10)
case("watermark_expression_loses", "SELECT window(ts + INTERVAL 1 SECOND, '10 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts + INTERVAL 1 SECOND, '10 seconds')",
     SKIP, mode="update", watermark=W10)
case("watermark_no_time_key_update", "SELECT k, count(*) AS n FROM events GROUP BY k", MOVING, mode="update", watermark=W10)
case("watermark_no_time_key_append", "SELECT k, count(*) AS n FROM events GROUP BY k", MOVING, watermark=W10)
case("watermark_stateless", "SELECT ts, k, v FROM events WHERE v > 1", MOVING, watermark=W10)
ARR = "ts TIMESTAMP, a ARRAY<STRING>, s STRING"
AF = [[{"ts": "2024-03-01T12:00:01Z", "a": ["x", "y"], "s": "x y"}, {"ts": "2024-03-01T12:05:00Z", "a": [], "s": ""}],
      [{"ts": "2024-03-01T12:00:02Z", "a": ["x"], "s": "x"}, {"ts": "2024-03-01T12:06:00Z"}], [{"ts": "2024-03-01T12:00:03Z", "a": ["z", None], "s": "z"}],
      [{"ts": "2024-03-01T12:00:33Z", "a": ["z"], "s": "z"}]]
G = "SELECT window(ts, '10 seconds') AS w, x, count(*) AS n FROM (SELECT ts, %s AS x FROM events) GROUP BY window(ts, '10 seconds'), x"
case("watermark_explode_array", G % "explode(a)", AF, schema=ARR, watermark=W10)
case("watermark_explode_outer_own", G % "explode_outer(a)", AF, schema=ARR, watermark=W10)
case("watermark_explode_split", G % "explode(split(s, ' '))", AF, schema=ARR, watermark=W10)
case("watermark_lateral_view", "SELECT window(ts, '10 seconds') AS w, x, count(*) AS n FROM events LATERAL VIEW explode(a) e AS x GROUP BY window(ts, '10 seconds'), x",
     AF, schema=ARR, watermark=W10)

# ---------------------------------------------------------------- windows

TS1 = [[t("12:00:04", "a", 1), t("12:00:05", "b", 2), t("12:00:14.999999", "a", 3), {"k": "null"}, t("1969-12-31T23:59:57.5Z", "old", 9)]]
for n, w in {"tumbling": "'10 seconds'", "sliding": "'10 seconds', '5 seconds'", "sliding_3": "'10 seconds', '3 seconds'", "sliding_start": "'10 seconds', '5 seconds', '2 seconds'",
             "start": "'10 seconds', '10 seconds', '3 seconds'", "week": "'1 week'", "day": "'1 day'", "hour": "'1 hour'", "millis": "'250 milliseconds'",
             "sub": "'1500 milliseconds', '500 milliseconds'", "start_negative": "'10 seconds', '10 seconds', '-3 seconds'", "words": "'1 minute 30 seconds'"}.items():
    case("window_%s_complete_own" % n, "SELECT window(ts, %s) AS w, count(*) AS n, min(k) AS lo, max(v) AS hi FROM events GROUP BY window(ts, %s) ORDER BY w" % (w, w),
         TS1, mode="complete", ordered=True)
    case("window_%s_project_own" % n, "SELECT k, window(ts, %s) AS w FROM events" % w, TS1)
case("window_fields", "SELECT window(ts, '10 seconds').start AS s, window.end AS e, k FROM events", TS1)
case("window_group_fields", "SELECT window.start, window.end, count(*) AS n FROM events GROUP BY window(ts, '10 seconds') ORDER BY window.start", TS1, mode="complete", ordered=True)
case("window_name", "SELECT window, count(1) FROM events GROUP BY window(ts, '10 seconds') ORDER BY window", TS1, mode="complete", ordered=True)
case("window_alias_group", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM events GROUP BY w ORDER BY w DESC", TS1, mode="complete", ordered=True)
case("window_order_null_key", "SELECT k, window(ts, '10 seconds') AS w, count(*) AS n FROM events GROUP BY 1, 2 ORDER BY k DESC NULLS FIRST, w", TS1, mode="complete", ordered=True)
for z in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05:30", "Australia/Lord_Howe"):
    case("window_zone_%s_own" % z.replace("/", "_").replace("+", "plus").replace(":", ""),
         "SELECT window(ts, '1 day') AS d, window(ts, '1 day').start AS s, ts, CAST(ts AS STRING) AS x FROM events",
         [[{"ts": x} for x in ("2024-03-31T00:59:59Z", "2024-03-31T01:00:00Z", "2024-10-27T00:30:00Z", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "1900-01-01 00:00:00", "1969-12-31T23:00:00Z")]], zone=z)

# ---------------------------------------------------------------- aggregates

AS = "k STRING, i INT, l BIGINT, d DOUBLE, s STRING, b BOOLEAN, t TIMESTAMP, f FLOAT, y TINYINT, dt DATE"
AR = [[{"k": "a", "i": 1, "l": 10, "d": 0.1, "s": "pear", "b": True, "t": "2024-03-01T12:00:01Z", "f": 0.5, "y": 1, "dt": "2024-03-01"},
       {"k": "a", "i": 2, "d": 0.2, "s": "apple", "b": False, "t": "2024-03-01T12:00:05Z", "f": 0.1, "y": -1},
       {"k": "b", "i": 2147483647, "l": 9223372036854775807, "d": 1e300, "s": "Zoo", "t": "1969-12-31T23:59:59.5Z"}, {"k": "c"}],
      [{"k": "a", "i": -7, "l": 5, "d": -0.6, "s": "Äpfel", "b": True, "dt": "2023-01-01"}, {"k": "b", "i": 1, "l": 1, "d": "NaN"}, {"i": 5, "d": -0.0}],
      "", [{"k": "d", "s": "😀"}, {"k": "b", "d": "Infinity", "f": "NaN"}, {"k": "a", "d": 0.0}, {"k": "a", "d": -0.0}]]
for m in ("update", "complete"):
    case("agg_min_max_" + m, "SELECT k, min(i) AS a, max(i) AS b, min(l) AS c, max(d) AS d, min(d) AS e, min(s) AS f, max(s) AS g, min(b) AS h, max(t) AS j, min(t) AS l, max(f) AS m, min(y) AS n, max(dt) AS o FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_sum_avg_" + m, "SELECT k, sum(i) AS a, sum(l) AS b, sum(d) AS c, sum(f) AS d, sum(y) AS e, avg(i) AS f, avg(l) AS g, avg(d) AS h, avg(f) AS j, avg(y) AS l FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_count_" + m, "SELECT k, count(*) AS a, count(1) AS b, count(i) AS c, count(s) AS d, count(i, l) AS e FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_global_" + m, "SELECT count(*) AS n, sum(i) AS s, avg(d) AS a, min(s) AS lo FROM events", AR, schema=AS, mode=m)
    case("agg_global_empty_first_" + m, "SELECT count(*) AS n, sum(i) AS s FROM events", ["", AR[0], ""], schema=AS, mode=m)
    case("agg_having_" + m, "SELECT k, count(*) AS n FROM events GROUP BY k HAVING count(*) > 1 AND sum(i) < 100", AR, schema=AS, mode=m)
    case("agg_having_other_" + m, "SELECT k FROM events GROUP BY k HAVING max(s) > 'b'", AR, schema=AS, mode=m)
    case("agg_expression_keys_" + m, "SELECT i % 2 AS odd, k IS NULL AS nk, count(*) AS n FROM events GROUP BY i % 2, k IS NULL", AR, schema=AS, mode=m)
    case("agg_double_key_" + m, "SELECT d, count(*) AS n FROM events GROUP BY d", AR, schema=AS, mode=m)
    case("agg_bool_key_" + m, "SELECT b, count(*) AS n, sum(i) AS s FROM events GROUP BY b", AR, schema=AS, mode=m)
    case("agg_time_key_" + m, "SELECT t, dt, y, f, l, count(*) AS n FROM events GROUP BY t, dt, y, f, l", AR, schema=AS, mode=m)
    case("agg_in_expression_" + m, "SELECT k, sum(i) + count(*) * 2 AS x, CASE WHEN count(i) > 1 THEN 'many' ELSE 'few' END AS c, concat(k, ':', CAST(count(*) AS STRING)) AS t FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_names_" + m, "SELECT k, count(*), count(1), sum(i + 1), avg(d), min(s), max(i) - 1, - sum(i), (count(i) * 2) FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_group_ordinal_" + m, "SELECT upper(k) AS u, count(*) AS n FROM events GROUP BY 1", AR, schema=AS, mode=m)
    case("agg_subquery_" + m, "SELECT kk, sum(x) AS s FROM (SELECT concat(k, '!') AS kk, i * 2 AS x FROM events WHERE i IS NOT NULL) q GROUP BY kk", AR, schema=AS, mode=m)
    case("agg_lateral_alias_" + m, "SELECT k, count(*) AS n, n + 1 AS m FROM events GROUP BY k", AR, schema=AS, mode=m)
    case("agg_no_aggregate_" + m, "SELECT k FROM events GROUP BY k", AR, schema=AS, mode=m)
for n, o in {"asc": "k", "desc": "k DESC", "nulls_last": "k NULLS LAST", "desc_nulls_first": "k DESC NULLS FIRST", "count": "count(*) DESC, k", "ordinal": "2 DESC, 1", "alias": "n, k DESC",
             "expr": "length(k), k", "double": "max(d) DESC, k", "unselected": "max(s), k"}.items():
    case("agg_order_" + n, "SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY " + o, AR, schema=AS, mode="complete", ordered=True)
case("agg_order_limit", "SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY n DESC, k LIMIT 2", AR, schema=AS, mode="complete", ordered=True)
case("agg_order_limit_offset", "SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY n DESC, k LIMIT 2 OFFSET 1", AR, schema=AS, mode="complete", ordered=True)
case("limit_append", "SELECT k, i FROM events LIMIT 3", AR, schema=AS)
case("limit_append_restart", "SELECT k, i FROM events LIMIT 6", AR, schema=AS, runs=[1, 2, 2, 3])
case("limit_update_refused", "SELECT k, i FROM events LIMIT 3", AR, schema=AS, mode="update")

# ---------------------------------------------------------------- errors

for n, q, m in [("unknown_column", "SELECT nope, k FROM events", "append"), ("unknown_function", "SELECT foo(k) FROM events", "append"), ("unknown_table", "SELECT * FROM nowhere", "append"),
                ("syntax", "SELECT k FROM events WHERE", "append"), ("syntax_from", "SELECT k FRM events", "append"), ("missing_aggregation", "SELECT k, i, count(*) FROM events GROUP BY k", "complete"),
                ("append_without_watermark", "SELECT k, count(*) FROM events GROUP BY k", "append"), ("complete_without_aggregate", "SELECT k FROM events", "complete"),
                ("sort_append", "SELECT k FROM events ORDER BY k", "append"), ("sort_update", "SELECT k, count(*) FROM events GROUP BY k ORDER BY k", "update"),
                ("type_mismatch", "SELECT k FROM events WHERE i", "append"), ("cast", "SELECT CAST(b AS TIMESTAMP), CAST(i AS DATE) FROM events", "append"), ("group_pos", "SELECT k, count(*) FROM events GROUP BY 3", "complete"),
                ("agg_in_where", "SELECT k FROM events WHERE count(*) > 1 GROUP BY k", "complete"), ("nested_agg", "SELECT sum(count(*)) FROM events GROUP BY k", "complete"),
                ("wrong_args", "SELECT split(s) FROM events", "append"), ("window_bad", "SELECT window(ts, 'x') FROM events", "append"), ("window_type", "SELECT window(k, '1 minute') FROM events", "append"),
                ("ambiguous", "SELECT k FROM (SELECT k, s AS k FROM events)", "append"), ("concat_int_array", "SELECT concat(i, array(1)) FROM events", "append"), ("order_pos", "SELECT k, count(*) FROM events GROUP BY k ORDER BY 5", "complete")]:
    case("error_%s_own" % n, q, AR[:1], schema=AS, mode=m)

# ---------------------------------------------------------------- json

JS = "i INT, l BIGINT, d DOUBLE, s STRING, b BOOLEAN, _corrupt_record STRING"


def lines(*text):
    return "".join(x + "\n" for x in text)


MALFORMED = lines('{"i":1,"l":2,"d":3.5,"s":"x","b":true}', '{"i":2,', '{"i":3}x', 'not json', '{"i":4,"s":"ok"}', '{"i":"five","s":"typed"}', '"str"', '7', 'null', '[]', '[{"i":8},{"i":9}]', '[1]', '[{"i":1},2]',
                  '', '   ', '{}', '{"i":2} {"i":3}', '{"i":4};', "{'i':5}", '{i:6}', '{"i":07}', '{"i":+7}', '{"d":.5}', '{"d":1.}', '{"i":1,}', '{"b":TRUE}', '{"d":NaN}', '{"d":Infinity}', '{"d":-Infinity}', '{"s":"a\tb"}',
                  '{"s":"\\u0041\\n\\/"}', '{"s":"\\ud83d\\ude00"}', '{"s":"\\ud83d"}', '{"s":"\\x"}', '{"i":1}}', '{"i":[1]}', '{"s":{"a": 1}}', '{"s":1.50}', '{"s":true}', '{"s":null}', '{"s":[1, 2]}', '{"i":1,"i":2}', '{"i":1,"i":null}', '{"i":1,"i":"x"}', '{"I":1}',
                  '{"i":1.0}', '{"i":1e2}', '{"i":true}', '{"i":"1"}', '{"l":9223372036854775807}', '{"l":9223372036854775808}', '{"i":2147483648}', '{"d":"1.5"}', '{"d":"NaN"}', '{"d":"Infinity"}', '{"d":"-INF"}', '{"d":1e400}', '{"d":123456789012345678901234567890}',
                  '{"b":"true"}', '{"b":1}', '// c', '{"i":1} // c', '{"other":[1,{"x":"y"}],"i":3}', '{"other":[1,{"x":"y"],"i":3}', '{"other":tru,"i":3}', '{"other":"\\q","i":3}', '{"i":3,"other":01}', '\ufeff{"i":1}')
for m in ("PERMISSIVE", "DROPMALFORMED", "FAILFAST"):
    case("json_malformed_%s_own" % m.lower(), "SELECT * FROM events", [MALFORMED], schema=JS, source={"mode": m})
    case("json_pruned_%s" % m.lower(), "SELECT s FROM events", [MALFORMED], schema=JS, source={"mode": m})
    case("json_count_%s" % m.lower(), "SELECT count(*) AS n FROM events", [MALFORMED], schema=JS, source={"mode": m}, mode="complete")
    case("json_count_i_%s" % m.lower(), "SELECT count(i) AS n, count(*) AS m FROM events", [MALFORMED], schema=JS, source={"mode": m}, mode="complete")
case("json_no_corrupt_column", "SELECT * FROM events", [MALFORMED], schema="i INT, s STRING")
case("json_corrupt_named", "SELECT * FROM events", [MALFORMED], schema="i INT, bad STRING", source={"columnNameOfCorruptRecord": "bad"})
case("json_corrupt_only_refused", "SELECT _corrupt_record FROM events", [MALFORMED], schema=JS)
case("json_invalid_utf8", "SELECT s, hex(s) AS h, _corrupt_record FROM events", [b'{"s":"a\xffb"}\n{"s":"\xc0\x80"}\n{"s":"\xe2\x82"}\n{"s":"\xc3\xa4"}\n{"s":"\xed\xa0\x80"}\n'], schema=JS)
case("json_line_ends", "SELECT * FROM events", [b'{"i":1}\r\n{"i":2}\r{"i":3}\n\n{"i":4}'], schema=JS)
case("json_bom", "SELECT * FROM events", [b'\xef\xbb\xbf{"i":1}\n\xef\xbb\xbf{"i":2}\n'], schema=JS)
case("json_nested", "SELECT * FROM events", [lines('{"a":{"x":1,"y":"q"},"l":[1,2,null],"m":{"k":1.50,"n":null}}', '{"a":{"x":"bad","y":"kept"},"l":[1,"x",3],"m":{"k":"x"}}', '{"a":null,"l":null}', '{"a":{},"l":[],"m":{}}', '{"a":[{"x":1}],"l":{"x":1},"m":[1]}', '{"a":{"x":1,"z":{"q":[1,2]}}}')],
     schema="a STRUCT<x: INT, y: STRING>, l ARRAY<INT>, m MAP<STRING, DOUBLE>, _corrupt_record STRING")
case("json_nested_fields", "SELECT a.x AS x, a.b.c AS c, l[0] AS l0, l[5] AS l5, size(l) AS z FROM events", [lines('{"a":{"x":1,"b":{"c":"deep"}},"l":[7,8]}', '{"a":{"b":{}}}', '{}', '{"l":[]}')], schema="a STRUCT<x: INT, b: STRUCT<c: STRING>>, l ARRAY<INT>")
case("json_numbers", "SELECT * FROM events", [lines('{"y":127}', '{"y":128}', '{"y":255}', '{"y":256}', '{"y":-129}', '{"h":32767}', '{"h":32768}', '{"h":-32769}', '{"f":1.1}', '{"f":16777217}', '{"f":1e39}', '{"f":"NaN"}', '{"c":7.25}', '{"c":"7.25"}', '{"c":1.005}', '{"c":123456789012}', '{"c":1e3}', '{"c":"x"}', '{"d":0.1}', '{"d":1e22}', '{"d":5e-324}')],
     schema="y TINYINT, h SMALLINT, f FLOAT, c DECIMAL(10,2), d DOUBLE, _corrupt_record STRING")
case("json_timestamp_seconds", "SELECT * FROM events", [lines('{"t":0}', '{"t":1709294400}', '{"t":-1}', '{"t":1.5}', '{"t":9223372036854775807}', '{"t":"1709294400"}', '{"t":"2024-03-01"}', '{"t":true}', '{"d":"2024-03-01"}', '{"d":19000}', '{"d":"19000"}', '{"d":"2024-03-01T10:00:00Z"}', '{"d":"2024-3-1"}', '{"d":"x"}')],
     schema="t TIMESTAMP, d DATE, _corrupt_record STRING")
case("json_timestamp_format", "SELECT * FROM events", [lines('{"t":"01/03/2024 12:30"}', '{"t":"1/3/2024 12:30"}', '{"t":"2024-03-01T12:30:00Z"}', '{"t":1709294400}', '{"d":"2024|03|01"}', '{"d":"2024-03-01"}')],
     schema="t TIMESTAMP, d DATE, _corrupt_record STRING", source={"timestampFormat": "dd/MM/yyyy HH:mm", "dateFormat": "yyyy|MM|dd"})
case("json_binary", "SELECT b, hex(b) AS h FROM events", [lines('{"b":"AQID"}', '{"b":"????"}', '{"b":5}')], schema="b BINARY")
case("json_multiline", "SELECT * FROM events", ['{\n "i": 1,\n "s": "x"\n}\n', '[{"i":1},\n{"i":2}]', '{"i":3}\n{"i":4}'], schema=JS, source={"multiLine": True})
case("json_empty_files", "SELECT i FROM events", ["", '{"i":1}\n', "\n\n", '{"i":2}'], schema=JS)
case("json_deep", "SELECT i FROM events", ['{"x":' + "[" * 999 + "]" * 999 + ',"i":1}\n{"x":' + "[" * 1001 + "]" * 1001 + ',"i":2}\n'], schema=JS)
case("json_select_star_print", "SELECT * FROM events", [lines('{"i":1,"l":2,"d":3,"s":"a\\"b\\\\c\\/\\u0001\\u007f\\u2028é😀","b":false}')], schema=JS)

# ---------------------------------------------------------------- text, seed, expressions of the spine

case("text_lines", "SELECT value, length(value) AS n FROM events", ["a b\n\n  c  \r\nd\re", "", "last"], fmt="text")
case("text_invalid", "SELECT value, hex(value) AS h FROM events", [b"a\xffb\n\xc3\n"], fmt="text")
case("text_wholetext", "SELECT value FROM events", ["a\nb\n", "c"], fmt="text", source={"wholetext": True})
case("text_count", "SELECT count(*) AS n FROM events", ["a\nb\n", "\n", ""], fmt="text", mode="complete")
case("seed_wordcount_update", "SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM events) GROUP BY word", ["apache spark\napache hadoop\n", "spark streaming\n\nspark  sql\n"], fmt="text", mode="update")
case("seed_wordcount_lateral", "SELECT word, count(*) AS n FROM events LATERAL VIEW explode(split(value, '[ ,]+')) w AS word WHERE word <> '' GROUP BY word HAVING count(*) > 1 ORDER BY n DESC, word", ["a b,a  c\nb a\n", "c,c,c"], fmt="text", mode="complete", ordered=True)
case("seed_purchases_limit", "SELECT district, window(eventTime, '1 minutes') AS window, count(*) AS count FROM events WHERE action = 'purchase' GROUP BY district, window(eventTime, '1 minutes') ORDER BY window, district LIMIT 3",
     [[{"eventTime": 1709294400 + 31 * i, "action": "purchase" if i % 3 else "view", "district": "d%d" % (i % 2)} for i in range(12)]], schema="eventTime TIMESTAMP, action STRING, district STRING", mode="complete", ordered=True)
ES = "i INT, l BIGINT, d DOUBLE, s STRING, b BOOLEAN, t TIMESTAMP"
ER = [lines('{"i":1,"l":10,"d":1.5,"s":"spark","b":true,"t":"2024-03-01T12:34:56.789Z"}', '{"i":2,"l":-20,"d":-2.5,"s":"Apache Spark","b":false,"t":"1969-12-31T23:59:59.5Z"}', '{}', '{"i":0,"l":0,"d":0.0,"s":"","b":true}',
            '{"i":-7,"l":9223372036854775807,"d":1e10,"s":"  pad  ","b":false}', '{"i":2147483647,"l":-9223372036854775808,"d":-0.0,"s":"100%_x"}', '{"i":-2147483648,"l":3,"d":1e-7,"s":"ÄÖÜ ß ñ","b":true}', '{"i":7,"l":3,"d":"NaN","s":"12","b":true}')]
for n, q in {"arithmetic": "i + l AS a, i - 1 AS b, i * 2 AS c, i / 2 AS d, i % 3 AS e, l div 2 AS f, -i AS g, i + 1.5D AS h, d * 2 AS j, l + 1 AS k, i * i AS m, i / 0 AS n, i % 0 AS o, d / 0 AS p, l % -1 AS q",
             "compare": "i = 1 AS a, i <> 1 AS b, i < l AS c, d >= 0 AS e, s = 'spark' AS f, s > 'a' AS g, b = true AS h, i <=> NULL AS j, t > '2000-01-01' AS k, i = '1' AS m, d = 'x' AS n, i BETWEEN 0 AND 5 AS o, i IN (1, 2, NULL) AS p, s IN ('spark') AS q, NOT b AS r, d = d AS u",
             "case": "CASE WHEN i > 0 THEN 'pos' WHEN i < 0 THEN 'neg' END AS a, CASE i WHEN 1 THEN 'one' ELSE s END AS c, CASE WHEN b THEN i ELSE d END AS e, if(b, i, l) AS f, coalesce(s, 'none') AS g, nullif(i, 1) AS h, nvl(d, 0) AS j",
             "concat": "concat(s, '-', i) AS a, s || '!' AS b, concat(i, l, d, b) AS c, concat() AS d, concat(s) AS e, concat(t, '') AS f, concat(NULL, s) AS g",
             "cast": "CAST(i AS STRING) AS a, CAST(d AS STRING) AS b, CAST(b AS STRING) AS c, CAST(t AS STRING) AS e, CAST(s AS INT) AS f, CAST(d AS INT) AS g, CAST(l AS INT) AS h, CAST(i AS BOOLEAN) AS j, CAST(b AS INT) AS k, CAST(t AS BIGINT) AS m, CAST(i AS TIMESTAMP) AS n, CAST(t AS DATE) AS o, CAST(d AS BIGINT) AS p, CAST(s AS DOUBLE) AS q, CAST(i AS TINYINT) AS r, CAST(d AS FLOAT) AS u",
             "names": "i + 1, -i, NOT b, i = 1, CAST(i AS STRING), CASE WHEN b THEN 1 ELSE 2 END, concat(s, 'x'), s || 'x', upper(s), i IN (1,2), i IS NULL, 1, 'a', 1.5, NULL, true, i BETWEEN 1 AND 2",
             "star": "*, i AS j", "literal": "1 AS a, 1L AS b, 1.5 AS c, 1e3 AS d, 'x' AS e, true AS f, NULL AS g, DATE '2024-03-01' AS h, TIMESTAMP '2024-03-01 12:00:00' AS j, -5 AS k, 1.5D AS m, X'41' AS n, \"dq\" AS o, 'it''s' AS p, 'a\\tb' AS q",
             "three": "i > 0 AND b AS a, i > 0 OR b AS c, NOT b AS e, b AND NULL AS f, b OR NULL AS g, NULL AND false AS h"}.items():
    case("expr_%s_own" % n, "SELECT " + q + " FROM events", ER, schema=ES)
case("expr_where_null", "SELECT i FROM events WHERE i > 0 OR NULL", ER, schema=ES)
case("expr_where_not", "SELECT i, b FROM events WHERE NOT b", ER, schema=ES)
case("explode_forms", "SELECT k, x FROM events LATERAL VIEW OUTER explode(a) t AS x", [[{"k": "p", "a": [1, None, 3]}, {"k": "q", "a": []}, {"k": "r"}]], schema="k STRING, a ARRAY<INT>")
case("explode_pos", "SELECT k, posexplode(a) FROM events", [[{"k": "p", "a": [1, None, 3]}, {"k": "q", "a": []}, {"k": "r"}]], schema="k STRING, a ARRAY<INT>")
case("explode_map", "SELECT explode(m) FROM events", [[{"m": {"a": 1, "b": None}}, {"m": {}}, {}]], schema="m MAP<STRING, INT>")

# ---------------------------------------------------------------- found by strangers

DST = [lines(*['{"t":"2024-%sZ"}' % x for x in ("03-30T01:30:00", "03-31T00:30:00", "03-31T01:30:00", "04-01T00:30:00", "09-27T00:30:00", "10-26T00:30:00", "10-27T00:30:00", "10-27T01:30:00",
                                               "10-28T01:30:00", "11-27T01:30:00")], '{}')]
case("time_interval_over_dst_berlin", "SELECT t, t + INTERVAL 1 DAY AS a, t - INTERVAL 1 DAY AS b, t + INTERVAL 24 HOURS AS c, t - INTERVAL '1 01:00:00' DAY TO SECOND AS d, t + INTERVAL 2 HOURS AS e, t - INTERVAL 90 MINUTES AS f, "
     "t + INTERVAL 1 MONTH AS g, t - INTERVAL 1 MONTH AS h, t + INTERVAL 3 WEEKS AS i, INTERVAL 1 DAY + t AS j FROM events", DST, schema="t TIMESTAMP", zone="Europe/Berlin")
case("time_interval_over_dst_ntz", "SELECT t, t + INTERVAL 1 DAY AS a, t - INTERVAL 1 MONTH AS b, t + INTERVAL 25 HOURS AS c FROM events", [lines('{"t":"2024-03-30T02:30:00"}', '{"t":"2024-10-27T02:30:00"}')],
     schema="t TIMESTAMP_NTZ", zone="Europe/Berlin")
case("expr_split_empty_match", "SELECT s, split(s, '|') AS a, split(s, 'x*') AS b, split(s, '(?=a)') AS c, split(s, '$') AS d, split(s, 'a|') AS e, split(s, '|', 2) AS f, split(s, '^') AS h, split(s, '(?<=a)') AS j, "
     "split(s, 'k*$') AS k, split(s, '|', 100) AS l FROM events", [[{"s": x} for x in ("spark", "", "a", "xaxx", "aa bb", "kk", None, "äöü", "ab\n")]], schema="s STRING")
NESTED = [lines('{"i":1,"a":[1]}')]
case("error_lateral_view_without_name", "SELECT i, col FROM events LATERAL VIEW explode(a)", NESTED, schema="i INT, a ARRAY<INT>")
case("explode_lateral_as_is_the_name", "SELECT i, z FROM events LATERAL VIEW explode(a) AS z", NESTED, schema="i INT, a ARRAY<INT>")
case("explode_lateral_name_only", "SELECT i, q.col FROM events LATERAL VIEW explode(a) q", NESTED, schema="i INT, a ARRAY<INT>")
ONE = [lines('{"i":1,"s":"xyz"}')]
case("error_where_null_literal", "SELECT i FROM events WHERE NULL", ONE, schema="i INT")
case("agg_having_null_literal", "SELECT i, count(*) AS n FROM events GROUP BY i HAVING NULL", ONE, schema="i INT", mode="update")
case("error_case_when_null_literal", "SELECT CASE WHEN i > 1 THEN 2 WHEN NULL THEN 1 ELSE 0 END AS a FROM events", ONE, schema="i INT")
case("expr_if_null_literal", "SELECT if(NULL, 1, 0) AS a, CASE NULL WHEN 1 THEN 2 ELSE 3 END AS b, CASE WHEN CAST(NULL AS BOOLEAN) THEN 1 ELSE 0 END AS c, NOT NULL AS d, if(i > 1 AND NULL, 1, 0) AS e FROM events", ONE, schema="i INT")
case("error_schema_varchar", "SELECT s FROM events", ONE, schema="s VARCHAR(2)")
case("error_schema_char_nested", "SELECT i FROM events", ONE, schema="i INT, a ARRAY<STRUCT<x: CHAR(2)>>")
case("expr_cast_varchar", "SELECT CAST(s AS VARCHAR(2)) AS a, CAST(s AS CHAR(5)) AS b FROM events", ONE, schema="s STRING")

cases_formats.add(case)
cases_grouping.add(case)
cases_language.add(case)
cases_streams.add(case, source_cases.case, source_cases.source)
cases_reading.add(case)
cases_twin.add(case)

if __name__ == "__main__":
    write(sys.argv[1])
    source_cases.write(sys.argv[1])
    print("%d cases" % (len(CASES) + len(source_cases.CASES)))
