#!/usr/bin/env python3
"""Writes the cases of sessions, duplicates, DISTINCT, chained aggregates and refusals; record.py asks Spark for the answers.

    make_stateful.py CASES_DIR
"""
import sys

import make_cases
import source_cases
from make_cases import MOVING, TUMBLE, W10, case, t

make_cases.CASES.clear()
source_cases.CASES.clear()
several, row = source_cases.case, source_cases.t
MODES = ("append", "update", "complete")

# ---------------------------------------------------------------- session_window

S5 = "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY session_window(ts, '5 seconds'), k"
WALK = [[t("12:00:00", "a", 1), t("12:00:04", "a", 2), t("12:00:09", "a", 4), t("12:00:20", "a", 8), t("12:00:01", "b", 16), {"k": "n", "v": 5}],
        [t("12:00:14", "a", 32), t("12:00:30", "b", 64)], [t("12:00:02", "a", 128), t("12:00:24.999999", "a", 256), t("12:00:50", "b", 512)],
        [t("12:00:33", "b", 1024), t("12:01:30", "c", 2048), t("12:00:06", "b", 4096)], [t("12:01:34", "c", 1), t("12:01:10", "c", 2), t("12:05:00", "d", 3)]]
for d in ("0 seconds", "10 seconds", "40 seconds"):
    case("window_session_delay_%s_own" % d.split()[0], S5, WALK, watermark=("ts", d))
for m in MODES:
    case("window_session_%s_own" % m, S5, WALK, mode=m, watermark=W10)
    case("window_session_no_watermark_%s" % m, S5, WALK, mode=m)
    case("window_session_only_key_%s" % m, "SELECT session_window(ts, '5 seconds') AS w, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds')", WALK, mode=m, watermark=W10)
case("window_session_order", S5 + " ORDER BY w, k", WALK, mode="complete", ordered=True)
case("window_session_restart_append", S5, WALK, watermark=("ts", "15 seconds"), runs=[1, 2, 2, 3, 4])
case("window_session_restart_nothing", S5, WALK[:3], watermark=("ts", "15 seconds"), runs=[1, 1, 3])
case("window_session_empty_file", S5, [WALK[0], "", WALK[1], "", WALK[3]], watermark=W10)
case("window_session_complete_empty_file", S5, [WALK[0], "", WALK[1]], mode="complete")
case("window_session_bridge", S5, [[t("12:00:00", "a", 1), t("12:00:08", "a", 2), t("12:00:16", "a", 4)], [t("12:00:04", "a", 8)], [t("12:00:12", "a", 16)], [t("12:02:00", "b", 1)]],
     watermark=("ts", "30 seconds"))
case("window_session_inside", S5, [[t("12:00:00", "a", 1), t("12:00:04", "a", 2)], [t("12:00:02", "a", 4), t("12:00:02", "a", 4)], [t("12:02:00", "b", 1)]], watermark=("ts", "30 seconds"))
case("window_session_touch", S5, [[t("12:00:00", "a", 1)], [t("12:00:05", "a", 2)], [t("11:59:55", "a", 4)], [t("12:00:10.000001", "a", 8)], [t("12:02:00", "b", 1)]], watermark=("ts", "30 seconds"))
case("window_session_edge_late", S5, [[t("12:00:20", "a", 1)], [t("12:00:05", "a", 2), t("12:00:05.000001", "a", 4)], [t("12:00:40", "b", 8)], [t("12:00:10", "a", 16), t("12:00:15", "a", 32)], [t("12:03:00", "a", 0)]],
     watermark=W10)
case("window_session_before_1970", S5, [[t("1969-12-31T23:59:57Z", "a", 1), t("1969-12-31T23:59:59.5Z", "a", 2), t("1969-12-31T23:59:50Z", "a", 2)]], mode="complete")
case("window_session_late_bridge", S5, [[t("12:00:20", "a", 1), t("12:00:08", "a", 2)], [t("12:00:06", "a", 4), t("12:00:03", "a", 4)], [t("12:00:02", "a", 8)], [t("12:03:00", "z", 0)]], watermark=W10)
GAP = "session_window(ts, CASE WHEN k = 'a' THEN '3 seconds' WHEN k = 'b' THEN '10 seconds' WHEN k = 'z' THEN '0 seconds' WHEN k = 'm' THEN '-5 seconds' ELSE '20 seconds' END)"
DYN = [[t("12:00:00", "a", 1), t("12:00:04", "a", 2), t("12:00:02", "b", 4), t("12:00:11", "b", 8), t("12:00:01", "z", 16), t("12:00:01", "m", 32), t("12:00:01", "q", 64)],
       [t("12:00:02", "a", 128), t("12:00:21", "b", 256), t("12:00:21", "q", 512), {"k": "b"}], [t("12:05:00", "a", 1)]]
for m in ("append", "complete"):
    case("window_session_dynamic_" + m, "SELECT %s AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY %s, k" % (GAP, GAP), DYN, mode=m, watermark=W10)
PER = "session_window(ts, concat(v, ' seconds'))"
case("window_session_per_row", "SELECT %s AS w, k, count(*) AS n, collect_list(v) AS l FROM events GROUP BY %s, k" % (PER, PER),
     [[t("12:00:00", "a", 30), t("12:00:10", "a", 1), t("12:00:10", "a", 1), t("12:00:05", "a", 2), t("12:00:40", "a", 0), t("12:00:41", "a", -1), t("12:00:42", "a")], [t("12:00:29", "a", 3), t("12:00:31", "a", 3)],
      [t("12:05:00", "b", 1)]], watermark=W10)
for n, g in {"text_bad": "'x'", "zero": "'0 seconds'", "negative": "'-5 seconds'", "month": "'1 month'", "interval": "INTERVAL 5 SECONDS", "interval_long": "INTERVAL '1 00:00:05' DAY TO SECOND", "interval_month": "INTERVAL 1 MONTH",
             "number": "5", "null": "NULL", "column_int": "v", "micros": "'1500 milliseconds 1 microsecond'", "days": "'2 days'", "if": "IF(v > 3, '10 seconds', '1 second')", "bad_row": "k", "concat": "concat('5', ' seconds')",
             "mixed": "'1 minute 5 seconds'", "interval_text": "'INTERVAL 5 SECONDS'", "make": "make_dt_interval(0, 0, 0, v)"}.items():
    case("window_session_gap_" + n, "SELECT session_window(ts, %s) AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, %s), k" % (g, g), WALK[:2], mode="complete")
for n, q in {"project": "SELECT session_window(ts, '5 seconds') AS w, k FROM events", "project_dynamic": "SELECT %s AS w, k, v FROM events" % PER, "name": "SELECT session_window(ts, '5 seconds'), k FROM events",
             "where": "SELECT k FROM events WHERE session_window(ts, '5 seconds').end > '2024-03-01 12:00:10'"}.items():
    case("window_session_" + n, q, WALK[:2])
for n, q in {"fields": "SELECT session_window.start AS b, session_window.end AS e, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k",
             "alias": "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY w, k", "ordinal": "SELECT k, session_window(ts, '5 seconds') AS w, count(*) AS n FROM events GROUP BY 1, 2",
             "unselected": "SELECT k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k", "star": "SELECT session_window, k, count(*) FROM events GROUP BY session_window(ts, '5 seconds'), k",
             "two_keys": "SELECT session_window(ts, '5 seconds') AS w, k, v % 2 AS o, count(*) AS n FROM events GROUP BY k, session_window(ts, '5 seconds'), v % 2",
             "literal_key": "SELECT session_window(ts, '5 seconds') AS w, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), 'x'",
             "constant_key": "SELECT session_window(ts, '5 seconds') AS w, 1 AS one, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), one",
             "having": "SELECT session_window(ts, '5 seconds') AS w, k, sum(v) AS s FROM events GROUP BY session_window(ts, '5 seconds'), k HAVING count(*) > 1",
             "having_window": "SELECT session_window(ts, '5 seconds') AS w, k, sum(v) AS s FROM events GROUP BY session_window(ts, '5 seconds'), k HAVING session_window.end > '2024-03-01 12:00:20'",
             "no_aggregate": "SELECT session_window(ts, '5 seconds') AS w, k FROM events GROUP BY session_window(ts, '5 seconds'), k",
             "filter_clause": "SELECT session_window(ts, '5 seconds') AS w, k, count(*) FILTER (WHERE v > 2) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k",
             "time_and_session": "SELECT session_window(ts, '5 seconds') AS w, k, ts, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k, ts",
             "with_window": "SELECT session_window(ts, '5 seconds') AS w, window(ts, '10 seconds') AS x, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), window(ts, '10 seconds'), k",
             "two_gaps": "SELECT session_window(ts, '5 seconds') AS w, session_window(ts, '10 seconds') AS x, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), session_window(ts, '10 seconds'), k",
             "window_time": "SELECT window_time(w) AS t, k, n FROM (SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k)",
             "outer_window": "SELECT window(window_time(w), '1 minute') AS m, count(*) AS sessions, sum(n) AS n FROM (SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k) GROUP BY window(window_time(w), '1 minute')",
             "outer_window_of_window": "SELECT window(w, '1 minute') AS m, count(*) AS sessions FROM (SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k) GROUP BY window(w, '1 minute')",
             "where_key": "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events WHERE k <> 'b' GROUP BY session_window(ts, '5 seconds'), k",
             "outer_filter": "SELECT * FROM (SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k) WHERE n > 1 AND k = 'a'",
             "of_string": "SELECT session_window(k, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(k, '5 seconds'), k",
             "of_expression": "SELECT session_window(ts + INTERVAL 1 SECOND, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts + INTERVAL 1 SECOND, '5 seconds'), k",
             "no_args": "SELECT session_window(ts) AS w, k, count(*) AS n FROM events GROUP BY session_window(ts), k", "three_args": "SELECT session_window(ts, '5 seconds', '1 second') AS w, k, count(*) AS n FROM events GROUP BY 1, k",
             "limit": "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k LIMIT 3"}.items():
    case("window_session_" + n, q, WALK, watermark=W10)
case("window_session_lists_append", "SELECT session_window(ts, '5 seconds') AS w, k, collect_list(v) AS l, first(v) AS f, last(v) AS z, min(v) AS lo, max(v) AS hi, avg(v) AS a, stddev(v) AS d, max_by(v, ts) AS m, count(DISTINCT_v) AS c FROM "
     "(SELECT *, v AS DISTINCT_v FROM events) GROUP BY session_window(ts, '5 seconds'), k",
     [[t("12:00:04", "a", 4), t("12:00:01", "a", 1), t("12:00:04", "a", 5), t("12:00:01", "a", 2), t("12:00:20", "a", 20)], [t("12:00:08", "a", 8), t("12:00:00", "a", 0), t("12:00:02", "a", 3)], [t("12:00:04", "a", 6), t("12:00:24", "a", 24), t("12:00:19", "a", 19)],
      [t("12:05:00", "b", 9)]], watermark=("ts", "60 seconds"))
case("window_session_lists_complete", "SELECT session_window(ts, '5 seconds') AS w, k, collect_list(v) AS l, first(v) AS f, last(v) AS z, collect_set(v) AS s, any_value(v) AS y FROM events GROUP BY session_window(ts, '5 seconds'), k",
     [[t("12:00:04", "a", 4), t("12:00:01", "a", 1), t("12:00:20", "a", 20)], [t("12:00:08", "a", 8), t("12:00:01", "a", 0)], [t("12:00:12", "a", 6), t("12:00:16", "a", 7)]], mode="complete")
case("window_session_ntz", "SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k", [[{"ts": "2024-03-01T12:00:00", "k": "a"}, {"ts": "2024-03-01T12:00:05", "k": "a"}]],
     schema="ts TIMESTAMP_NTZ, k STRING", mode="complete")
case("window_session_zone", S5, WALK[:2], mode="complete", zone="Asia/Kolkata")
case("window_session_double_key", "SELECT session_window(ts, '5 seconds') AS w, d, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), d",
     [[{"ts": "2024-03-01T12:00:00Z", "d": x} for x in (0.0, -0.0, "NaN", "NaN", None, None)], [{"ts": "2024-03-01T12:00:04Z", "d": x} for x in (-0.0, "NaN", None)]], schema="ts TIMESTAMP, d DOUBLE", mode="complete")

# ---------------------------------------------------------------- duplicates

DUP = [[t("12:00:01", "a", 1), t("12:00:01", "a", 2), t("12:00:15", "b", 1), {"k": "n", "v": 1}, {"k": "n", "v": 2}], [t("12:00:01", "a", 3), t("12:00:35", "b", 4), t("12:00:02", "a", 1), {"v": 5}, {"v": 6}],
       [t("12:00:01", "a", 5), t("12:00:50", "b", 1), t("12:00:50", "b", 9)], [t("12:00:04", "a", 7), t("12:01:30", "b", 1), t("12:00:50", "b", 10), {"k": "n", "v": 9}], [t("12:00:37", "a", 8), t("12:01:30", "b", 11), t("12:01:10", "b", 1)]]
for n, cols in {"key": ["k"], "key_time": ["k", "ts"], "time": ["ts"], "two": ["k", "v"], "all": [], "case": ["K"], "twice": ["k", "k"]}.items():
    for w in (True, False):
        case("dedup_%s%s" % (n, "" if w else "_no_watermark"), "SELECT k, v, ts FROM events", DUP, watermark=W10 if w else None, source={"dropDuplicates": cols})
    case("dedup_within_" + n, "SELECT k, v, ts FROM events", DUP, watermark=W10, source={"dropDuplicatesWithinWatermark": cols})
for m in ("update", "complete"):
    case("dedup_stateless_" + m, "SELECT k, v FROM events", DUP, mode=m, watermark=W10, source={"dropDuplicates": ["k"]})
for m in MODES:
    case("dedup_then_window_" + m, TUMBLE, DUP, mode=m, watermark=W10, source={"dropDuplicates": ["k", "ts"]})
    case("dedup_key_then_window_" + m, TUMBLE, DUP, mode=m, watermark=W10, source={"dropDuplicates": ["k", "v"]})
    case("dedup_within_then_window_" + m, TUMBLE, DUP, mode=m, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k", "v"]})
    case("dedup_then_count_" + m, "SELECT k, count(*) AS n FROM events GROUP BY k", DUP, mode=m, watermark=W10, source={"dropDuplicates": ["k", "ts"]})
    case("dedup_then_distinct_" + m, "SELECT DISTINCT k, ts FROM events", DUP, mode=m, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("dedup_within_no_watermark", "SELECT k, v FROM events", DUP, source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_unknown_column", "SELECT k, v FROM events", DUP, source={"dropDuplicates": ["nope"]})
case("dedup_both", "SELECT k, v, ts FROM events", DUP, watermark=W10, source={"dropDuplicates": ["k", "v"], "dropDuplicatesWithinWatermark": ["k", "ts"]})
case("dedup_restart", "SELECT k, v, ts FROM events", DUP, watermark=W10, source={"dropDuplicates": ["k", "ts"]}, runs=[1, 2, 2, 3, 4])
case("dedup_restart_no_watermark", "SELECT k, v, ts FROM events", DUP, source={"dropDuplicates": ["k"]}, runs=[1, 2, 2, 3, 4])
case("dedup_within_restart", "SELECT k, v, ts FROM events", DUP, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]}, runs=[1, 2, 2, 3, 4])
case("dedup_no_data_batch_key", "SELECT k, v, ts FROM events", DUP, watermark=W10, source={"dropDuplicates": ["k"]}, runs=[1, 1, 1, 2, 3])
EDGED = [[t("12:00:20", "a", 1)], [t("12:00:30", "a", 2)], [t("12:00:09.999999", "a", 4), t("12:00:10", "a", 8), t("12:00:10.000001", "a", 16), t("12:00:20", "a", 3)], [t("12:00:20", "a", 128), t("12:00:20.000001", "a", 512), t("12:00:30", "a", 3)],
         [t("12:00:41", "a", 1)], [t("12:00:31", "a", 5), t("12:00:41", "a", 7), t("12:00:31.001", "a", 6)]]
case("dedup_edge", "SELECT k, v, ts FROM events", EDGED, watermark=W10, source={"dropDuplicates": ["k", "ts"]})
case("dedup_within_edge", "SELECT k, v, ts FROM events", EDGED, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]})
EXPIRE = [[t("12:00:00", "a", 1), t("12:00:05", "a", 2)], [t("12:00:19.999", "b", 3), t("12:00:09", "a", 4)], [t("12:00:20", "b", 5), t("12:00:10", "a", 6)], [t("12:00:21", "a", 7)], [t("12:00:12", "a", 8), t("12:00:31", "c", 9)], [t("12:00:22", "a", 10), t("12:00:24", "b", 10)],
          [t("12:01:31", "c", 9)], [t("12:01:22", "a", 10), t("12:01:24", "b", 10)]]
case("dedup_within_expire", "SELECT k, v, ts FROM events", EXPIRE, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_within_expire_zero", "SELECT k, v, ts FROM events", EXPIRE, watermark=("ts", "0 seconds"), source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_within_expire_month", "SELECT k, v, ts FROM events", EXPIRE + [[t("2024-04-02T12:00:00Z", "z", 1)], [t("2024-03-15T12:00:00Z", "a", 1)]], watermark=("ts", "1 month"), source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_within_null_time", "SELECT k, v, ts FROM events", [[t("12:00:01", "a", 1), {"k": "n", "v": 1}, {"k": "n", "v": 2}]], watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_doubles", "SELECT d, s FROM events", [[{"d": x, "s": str(x)} for x in (0.0, -0.0, "NaN", "NaN", None, None, 1.5, 1.5)], [{"d": x, "s": "again"} for x in (-0.0, "NaN", None, 1.5, 2.5)]], schema="d DOUBLE, s STRING", source={"dropDuplicates": ["d"]})
case("dedup_nested", "SELECT a, o FROM events", [[{"a": [1, 2], "o": {"x": 1}}, {"a": [1, 2], "o": {"x": 1}}, {"a": [1], "o": {"x": None}}, {"a": [1], "o": None}, {"a": [1], "o": {}}]], schema="a ARRAY<INT>, o STRUCT<x: INT>", source={"dropDuplicates": ["a", "o"]})
case("dedup_map", "SELECT m FROM events", [[{"m": {"a": 1}}, {"m": {"a": 1}}]], schema="m MAP<STRING, INT>", source={"dropDuplicates": []})
case("dedup_map_value", "SELECT m, k FROM events", [[{"k": "a", "m": {"a": 1}}, {"k": "a", "m": {"a": 2}}, {"k": "b"}]], schema="k STRING, m MAP<STRING, INT>", source={"dropDuplicates": ["k"]})
for n, where in {"key": "k <> 'a'", "value": "v > 1", "time": "ts > '2024-03-01 12:00:10'", "both": "k <> 'b' AND v > 1"}.items():
    case("dedup_filter_" + n, "SELECT k, v, ts FROM events WHERE " + where, DUP, watermark=W10, source={"dropDuplicates": ["k", "ts"]})
    case("dedup_filter_no_time_" + n, "SELECT k, v, ts FROM events WHERE " + where, DUP, watermark=W10, source={"dropDuplicates": ["k"]})
    case("dedup_within_filter_" + n, "SELECT k, v, ts FROM events WHERE " + where, DUP, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]})
case("dedup_limit", "SELECT k, v FROM events LIMIT 3", DUP, source={"dropDuplicates": ["k", "v"]})
case("dedup_unused_column", "SELECT v FROM events", DUP, watermark=W10, source={"dropDuplicates": ["k"]})
case("dedup_count_only", "SELECT count(*) AS n FROM events", DUP, watermark=W10, mode="update", source={"dropDuplicates": ["k"]})
case("dedup_explode", "SELECT k, x FROM (SELECT k, explode(array(v, v + 1)) AS x FROM events)", DUP, watermark=W10, source={"dropDuplicates": ["k"]})
case("dedup_window_project", "SELECT k, window(ts, '10 seconds') AS w FROM events", DUP, watermark=W10, source={"dropDuplicates": ["k"]})
case("dedup_session", S5, DUP, watermark=W10, source={"dropDuplicates": ["k", "v"]})

# ---------------------------------------------------------------- SELECT DISTINCT

for m in MODES:
    for w in (True, False):
        e = "" if w else "_no_watermark"
        wm = W10 if w else None
        case("distinct_key_%s%s" % (m, e), "SELECT DISTINCT k FROM events", DUP, mode=m, watermark=wm)
        case("distinct_time_%s%s" % (m, e), "SELECT DISTINCT ts, k FROM events", DUP, mode=m, watermark=wm)
    case("distinct_window_" + m, "SELECT DISTINCT window(ts, '10 seconds') AS w, k FROM events", DUP, mode=m, watermark=W10)
    case("distinct_window_sliding_" + m, "SELECT DISTINCT window(ts, '10 seconds', '5 seconds') AS w FROM events", DUP, mode=m, watermark=W10)
    case("distinct_window_field_" + m, "SELECT DISTINCT window(ts, '10 seconds').start AS b FROM events", DUP, mode=m, watermark=W10)
    case("distinct_star_" + m, "SELECT DISTINCT * FROM events", DUP, mode=m, watermark=W10)
    case("distinct_expression_" + m, "SELECT DISTINCT ts, upper(k) AS u, v % 2 AS o FROM events", DUP, mode=m, watermark=W10)
    case("distinct_after_group_" + m, "SELECT DISTINCT k, count(*) AS n FROM events GROUP BY k", DUP, mode=m, watermark=W10)
    case("distinct_after_window_" + m, "SELECT DISTINCT window(ts, '10 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), k", DUP, mode=m, watermark=W10)
    case("distinct_inside_" + m, "SELECT window(ts, '20 seconds') AS w, count(*) AS n FROM (SELECT DISTINCT ts, k FROM events) GROUP BY window(ts, '20 seconds')", DUP, mode=m, watermark=W10)
    case("distinct_inside_project_" + m, "SELECT upper(k) AS u FROM (SELECT DISTINCT ts, k FROM events) WHERE k <> 'b'", DUP, mode=m, watermark=W10)
    case("distinct_session_" + m, "SELECT DISTINCT session_window(ts, '5 seconds') AS w, k FROM events", DUP, mode=m, watermark=W10)
    case("distinct_twice_" + m, "SELECT DISTINCT k, ts FROM (SELECT DISTINCT k, ts, v FROM events)", DUP, mode=m, watermark=W10)
    if m != "complete":  # which rows LIMIT takes of them is up to the hash table
        case("distinct_limit_" + m, "SELECT DISTINCT ts, k FROM events LIMIT 2", DUP, mode=m, watermark=W10)
    case("distinct_explode_" + m, "SELECT DISTINCT ts, explode(array(v, 1)) AS x FROM events", DUP, mode=m, watermark=W10)
case("distinct_order_complete", "SELECT DISTINCT k FROM events ORDER BY k", DUP, mode="complete", ordered=True)
case("distinct_order_other", "SELECT DISTINCT k FROM events ORDER BY v", DUP, mode="complete", ordered=True)
case("distinct_group_order_complete", "SELECT DISTINCT k, count(*) AS n FROM events GROUP BY k ORDER BY n, k", DUP, mode="complete", ordered=True)
case("distinct_nulls_update", "SELECT DISTINCT k, v FROM events", [[{"k": None}, {"k": None}, {"k": "a", "v": None}, {"k": "a"}], [{"k": "a"}, {}]], mode="update")
case("distinct_doubles_update", "SELECT DISTINCT d FROM events", [[{"d": x} for x in (0.0, -0.0, "NaN", "NaN", None)], [{"d": -0.0}, {"d": 1.5}]], schema="d DOUBLE", mode="update")
case("distinct_map", "SELECT DISTINCT m FROM events", [[{"m": {"a": 1}}]], schema="m MAP<STRING, INT>", mode="update")
case("distinct_having", "SELECT DISTINCT k FROM events GROUP BY k, v HAVING count(*) > 0", DUP, mode="complete")
case("distinct_restart_append", "SELECT DISTINCT ts, k FROM events", DUP, watermark=W10, runs=[1, 2, 2, 3, 4])
case("distinct_cte", "WITH d AS (SELECT DISTINCT ts, k FROM events) SELECT k, count(*) AS n, window(ts, '20 seconds') AS w FROM d GROUP BY window(ts, '20 seconds'), k", DUP, watermark=W10)
case("distinct_count", "SELECT count(DISTINCT k) AS n FROM events", DUP, mode="complete")

# ---------------------------------------------------------------- windows of windows, two aggregates in a row

IN = "(SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events GROUP BY window(ts, '10 seconds'), k)"
for m in MODES:
    for n, q in {"window_time": "SELECT window(window_time(w), '30 seconds') AS x, sum(n) AS n, max(s) AS s FROM %s GROUP BY window(window_time(w), '30 seconds')" % IN,
                 "of_window": "SELECT window(w, '30 seconds') AS x, sum(n) AS n FROM %s GROUP BY window(w, '30 seconds')" % IN,
                 "of_window_sliding": "SELECT window(w, '30 seconds', '10 seconds') AS x, sum(n) AS n FROM %s GROUP BY window(w, '30 seconds', '10 seconds')" % IN,
                 "of_end": "SELECT window(w.end, '30 seconds') AS x, sum(n) AS n FROM %s GROUP BY window(w.end, '30 seconds')" % IN,
                 "same_window": "SELECT w, count(*) AS keys, sum(n) AS n FROM %s GROUP BY w" % IN,
                 "same_window_key": "SELECT w, k, max(n) AS n FROM %s GROUP BY w, k" % IN,
                 "global": "SELECT count(*) AS rows, sum(n) AS n FROM %s" % IN,
                 "other_key": "SELECT k, sum(n) AS n FROM %s GROUP BY k" % IN,
                 "time_key": "SELECT t, sum(n) AS n FROM (SELECT window_time(w) AS t, n FROM %s) GROUP BY t" % IN,
                 "three": "SELECT window(x, '1 minute') AS y, sum(n) AS n FROM (SELECT window(w, '30 seconds') AS x, sum(n) AS n FROM %s GROUP BY window(w, '30 seconds')) GROUP BY window(x, '1 minute')" % IN,
                 "filter": "SELECT window(w, '30 seconds') AS x, sum(n) AS n FROM %s WHERE k <> 'b' AND n > 0 GROUP BY window(w, '30 seconds')" % IN,
                 "having": "SELECT w, sum(n) AS n FROM %s GROUP BY w HAVING sum(n) > 1" % IN}.items():
        case("window_nested_%s_%s" % (n, m), q, MOVING, mode=m, watermark=W10)
    for n, q in {"window": "WITH c AS %s SELECT window(w, '30 seconds') AS x, sum(n) AS n FROM c GROUP BY window(w, '30 seconds')" % IN, "same": "WITH c AS %s SELECT w, count(*) AS c, sum(n) AS n FROM c GROUP BY w" % IN,
                 "key": "WITH c AS %s SELECT k, count(*) AS c, sum(n) AS n FROM c GROUP BY k" % IN, "global": "WITH c AS %s SELECT count(*) AS c, sum(n) AS n FROM c" % IN,
                 "distinct": "WITH c AS %s SELECT DISTINCT k FROM c" % IN, "plain": "WITH c AS (SELECT k, v FROM events WHERE v > 1) SELECT k, count(*) AS n FROM c GROUP BY k",
                 "nested": "WITH c AS (SELECT k, count(*) AS n FROM events GROUP BY k), d AS (SELECT n, count(*) AS m FROM c GROUP BY n) SELECT max(m) AS x FROM d",
                 "keys": "WITH c AS (SELECT k, count(*) AS n FROM events GROUP BY k) SELECT n, count(*) AS m FROM c GROUP BY n",
                 "subquery": "SELECT * FROM (WITH c AS (SELECT k, count(*) AS n FROM events GROUP BY k) SELECT n, count(*) AS m FROM c GROUP BY n)"}.items():
        case("agg_cte_%s_%s" % (n, m), q, MOVING, mode=m, watermark=W10)
    case("window_having_" + m, TUMBLE + " HAVING count(*) > 1", MOVING, mode=m, watermark=W10)
    case("window_having_window_" + m, TUMBLE + " HAVING window.end > '2024-03-01 12:00:20'", MOVING, mode=m, watermark=W10)
    case("window_by_time_" + m, "SELECT ts, k, sum(v) AS s FROM events GROUP BY ts, k", MOVING, mode=m, watermark=W10)
    case("window_by_time_and_window_" + m, "SELECT window(ts, '10 seconds') AS w, ts, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), ts", MOVING, mode=m, watermark=W10)
    case("window_by_trunc_" + m, "SELECT date_trunc('MINUTE', ts) AS m, count(*) AS n FROM events GROUP BY date_trunc('MINUTE', ts)", MOVING, mode=m, watermark=W10)
    case("window_by_start_" + m, "SELECT window(ts, '10 seconds').start AS b, count(*) AS n FROM events GROUP BY window(ts, '10 seconds').start", MOVING, mode=m, watermark=W10)
    case("window_by_start_of_sub_" + m, "SELECT w.start AS b, count(*) AS n FROM (SELECT window(ts, '10 seconds') AS w, k FROM events) GROUP BY w.start", MOVING, mode=m, watermark=W10)
    case("window_by_sub_" + m, "SELECT w, count(*) AS n FROM (SELECT window(ts, '10 seconds') AS w, k FROM events) GROUP BY w", MOVING, mode=m, watermark=W10)
    case("window_time_in_group_" + m, "SELECT window(ts, '10 seconds') AS w, window_time(window) AS t, count(*) AS n FROM events GROUP BY window(ts, '10 seconds')", MOVING, mode=m, watermark=W10)
    case("window_time_group_by_" + m, "SELECT window_time(window(ts, '10 seconds')) AS t, count(*) AS n FROM events GROUP BY window_time(window(ts, '10 seconds'))", MOVING, mode=m, watermark=W10)
    case("window_time_of_sub_" + m, "SELECT t, count(*) AS n FROM (SELECT window_time(w) AS t FROM (SELECT window(ts, '10 seconds') AS w FROM events)) GROUP BY t", MOVING, mode=m, watermark=W10)
    case("window_sliding_start_" + m, "SELECT window(ts, '20 seconds', '10 seconds', '3 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts, '20 seconds', '10 seconds', '3 seconds')", MOVING, mode=m, watermark=W10)
    case("window_sliding_uneven_" + m, "SELECT window(ts, '25 seconds', '10 seconds', '-3 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts, '25 seconds', '10 seconds', '-3 seconds')", MOVING, mode=m, watermark=W10)
    if m != "complete":
        case("limit_aggregate_" + m, TUMBLE + " LIMIT 2", MOVING, mode=m, watermark=W10)
    case("limit_zero_" + m, "SELECT k FROM events LIMIT 0", MOVING, mode=m)
    case("limit_inside_" + m, "SELECT k, count(*) AS n FROM (SELECT k FROM events LIMIT 3) GROUP BY k", MOVING, mode=m)
    case("limit_inside_window_" + m, "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM (SELECT * FROM events LIMIT 5) GROUP BY window(ts, '10 seconds')", MOVING, mode=m, watermark=W10)
    case("agg_two_windows_" + m, "SELECT window(ts, '10 seconds') AS a, window(ts, '20 seconds') AS b, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), window(ts, '20 seconds')", MOVING, mode=m, watermark=W10)
    case("agg_grouping_sets_" + m, "SELECT k, v, count(*) AS n FROM events GROUP BY ROLLUP(k, v)", MOVING, mode=m)
case("limit_aggregate_restart", TUMBLE + " LIMIT 2", MOVING, watermark=W10, runs=[1, 1, 2, 3, 3])
case("limit_distinct_restart", "SELECT DISTINCT ts FROM events LIMIT 3", MOVING, watermark=W10, runs=[1, 1, 2, 3, 3])
case("limit_expression", "SELECT k FROM events LIMIT 1 + 1", MOVING)
case("limit_all", "SELECT k FROM events LIMIT ALL", MOVING)
case("limit_twice", "SELECT * FROM (SELECT k, v FROM events LIMIT 5) LIMIT 3", MOVING, runs=[1, 1, 2, 3, 3])
for n, q in {"window_time_of_window": "SELECT window_time(window(ts, '10 seconds')) AS t, k FROM events", "window_time_sub": "SELECT window_time(w) AS t, k FROM (SELECT window(ts, '10 seconds') AS w, k FROM events)",
             "window_twice": "SELECT window(ts, '10 seconds') AS w, window(ts, '10 seconds').end AS e, k FROM events", "two_windows": "SELECT window(ts, '10 seconds') AS w, window(ts, '1 minute') AS x, k FROM events",
             "where": "SELECT k FROM events WHERE window(ts, '10 seconds').start > '2024-03-01 12:00:05'", "of_window_project": "SELECT window(w, '1 minute') AS x, k FROM (SELECT window(ts, '10 seconds') AS w, k FROM events)",
             "of_window_same": "SELECT window(window(ts, '10 seconds'), '1 minute') AS x, k FROM events", "in_expression": "SELECT date_format(window(ts, '10 seconds').start, 'HH:mm:ss') AS x, k FROM events",
             "case": "SELECT WINDOW(ts, '10 Seconds') AS x, k FROM events", "interval_argument": "SELECT window(ts, INTERVAL 10 SECONDS) AS w, k FROM events", "number_argument": "SELECT window(ts, 10000000) AS w, k FROM events",
             "start_only": "SELECT window(ts, '10 seconds', '10 seconds', '11 seconds') AS w, k FROM events", "slide_greater": "SELECT window(ts, '10 seconds', '20 seconds') AS w, k FROM events",
             "slide_zero": "SELECT window(ts, '10 seconds', '0 seconds') AS w, k FROM events", "size_negative": "SELECT window(ts, '-10 seconds') AS w, k FROM events", "month": "SELECT window(ts, '1 month') AS w, k FROM events",
             "column_duration": "SELECT window(ts, k) AS w, k FROM events", "null_duration": "SELECT window(ts, NULL) AS w, k FROM events", "five_arguments": "SELECT window(ts, '1 second', '1 second', '0 seconds', '1 second') AS w FROM events",
             "of_int": "SELECT window(v, '10 seconds') AS w FROM events", "of_date": "SELECT window(CAST(ts AS DATE), '1 hour') AS w, k FROM events", "of_literal": "SELECT window(TIMESTAMP '2024-03-01 12:00:01', '10 seconds') AS w, k FROM events",
             "of_string_literal": "SELECT window('2024-03-01 12:00:01', '10 seconds') AS w, k FROM events", "window_time_bad": "SELECT window_time(ts) AS w FROM events", "window_time_struct": "SELECT window_time(struct(ts AS start, ts AS end)) AS w FROM events",
             "window_time_two": "SELECT window_time(w, w) AS t FROM (SELECT window(ts, '10 seconds') AS w FROM events)"}.items():
    case("window_project_" + n, q, MOVING[:2], watermark=W10)

# ---------------------------------------------------------------- what Spark refuses, or fails at

RS = "ts TIMESTAMP, k STRING, v INT, d DOUBLE, a ARRAY<INT>, m MAP<STRING, INT>, o STRUCT<x: INT, y: STRING>, b BOOLEAN, dt DATE"
RR = [[{"ts": "2024-03-01T12:00:01Z", "k": "a", "v": 1, "d": 1.5, "a": [1, 2], "m": {"p": 1}, "o": {"x": 1, "y": "z"}, "b": True, "dt": "2024-03-01"}, {"k": "b", "v": 0, "a": []}]]
for n, (q, m) in {
    "row_number": ("SELECT k, row_number() OVER (PARTITION BY k ORDER BY ts) AS n FROM events", "append"), "sum_over": ("SELECT k, sum(v) OVER (PARTITION BY k) AS n FROM events", "append"),
    "offset": ("SELECT k FROM events OFFSET 2", "append"), "limit_offset": ("SELECT k FROM events LIMIT 2 OFFSET 2", "append"), "limit_negative": ("SELECT k FROM events LIMIT -1", "append"), "limit_column": ("SELECT k FROM events LIMIT v", "append"),
    "limit_text": ("SELECT k FROM events LIMIT 'a'", "append"), "limit_null": ("SELECT k FROM events LIMIT NULL", "append"), "monotonic": ("SELECT monotonically_increasing_id() AS i FROM events", "append"),
    "tablesample": ("SELECT k FROM events TABLESAMPLE (10 PERCENT)", "append"), "sort_by": ("SELECT k FROM events SORT BY k", "append"), "cluster_by": ("SELECT k FROM events CLUSTER BY k", "append"),
    "scalar_subquery": ("SELECT k, (SELECT max(v) FROM events) AS m FROM events", "append"), "in_subquery": ("SELECT k FROM events WHERE k IN (SELECT k FROM events)", "append"), "exists": ("SELECT k FROM events WHERE EXISTS (SELECT 1 FROM events e WHERE e.k = events.k)", "append"),
    "except": ("SELECT k FROM events EXCEPT SELECT k FROM events", "append"), "intersect": ("SELECT k FROM events INTERSECT SELECT k FROM events", "append"), "count_distinct_update": ("SELECT k, count(DISTINCT v) AS n FROM events GROUP BY k", "update"),
    "sum_distinct": ("SELECT sum(DISTINCT v) AS n FROM events", "complete"),
    "grouping_id": ("SELECT grouping_id(), count(*) FROM events GROUP BY k", "complete"), "grouping": ("SELECT grouping(k), count(*) FROM events GROUP BY k", "complete"),
    "pivot": ("SELECT * FROM events PIVOT (sum(v) FOR k IN ('a', 'b'))", "complete"), "values_only": ("SELECT 1 AS one", "append"), "values_table": ("SELECT * FROM VALUES (1) AS t(x)", "append"), "range": ("SELECT * FROM range(3)", "append"),
    "create": ("CREATE TABLE x (a INT)", "append"), "drop": ("DROP TABLE events", "append"), "two_statements": ("SELECT k FROM events; SELECT v FROM events", "append"),
    "empty": ("", "append"), "comment_only": ("-- nothing", "append"), "order_append_aggregate": ("SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM events GROUP BY window(ts, '10 seconds') ORDER BY w", "append"),
    "order_update_aggregate": ("SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY n", "update"), "order_inside": ("SELECT k, count(*) AS n FROM (SELECT * FROM events ORDER BY ts) GROUP BY k", "complete"),
    "order_in_complete_sub": ("SELECT k FROM (SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY n) ", "complete"), "complete_no_aggregate": ("SELECT k FROM events WHERE v > 1", "complete"), "having_without_group": ("SELECT k FROM events HAVING v > 0", "append"),
    "having_alone": ("SELECT count(*) AS n FROM events HAVING count(*) > 0", "complete"), "where_alias": ("SELECT v + 1 AS x FROM events WHERE x > 1", "append"), "where_aggregate": ("SELECT k FROM events WHERE sum(v) > 1", "complete"),
    "group_alias_aggregate": ("SELECT k, sum(v) AS s FROM events GROUP BY s", "complete"), "group_ordinal_aggregate": ("SELECT k, sum(v) AS s FROM events GROUP BY 2", "complete"), "group_ordinal_zero": ("SELECT k, sum(v) AS s FROM events GROUP BY 0", "complete"),
    "order_ordinal": ("SELECT k, sum(v) AS s FROM events GROUP BY k ORDER BY 3", "complete"), "group_star": ("SELECT *, count(*) FROM events GROUP BY k", "complete"), "group_explode": ("SELECT explode(a), count(*) FROM events GROUP BY explode(a)", "complete"),
    "order_map": ("SELECT m FROM events ORDER BY m", "complete"), "unknown_qualified": ("SELECT e.k FROM events", "append"), "unknown_field": ("SELECT o.z FROM events", "append"),
    "field_of_int": ("SELECT v.x FROM events", "append"), "index_of_int": ("SELECT v[0] FROM events", "append"), "index_text": ("SELECT a['x'] FROM events", "append"), "map_key_type": ("SELECT m[1] FROM events", "append"),
    "unknown_function_near": ("SELECT uper(k) FROM events", "append"), "args_many": ("SELECT upper(k, k) FROM events", "append"), "args_none": ("SELECT upper() FROM events", "append"), "args_type": ("SELECT year(a) FROM events", "append"),
    "add_text": ("SELECT a + 1 FROM events", "append"), "compare_array": ("SELECT a = 1 FROM events", "append"), "compare_struct": ("SELECT o = 'x' FROM events", "append"), "and_int": ("SELECT v AND b FROM events", "append"), "not_int": ("SELECT NOT v FROM events", "append"),
    "where_int": ("SELECT k FROM events WHERE v + 1", "append"), "where_text": ("SELECT k FROM events WHERE k", "append"), "case_types": ("SELECT CASE WHEN b THEN v ELSE a END FROM events", "append"), "coalesce_types": ("SELECT coalesce(v, a) FROM events", "append"),
    "in_types": ("SELECT v IN (a) FROM events", "append"), "between_types": ("SELECT a BETWEEN 1 AND 2 FROM events", "append"), "cast_array": ("SELECT CAST(a AS INT) FROM events", "append"), "cast_unknown": ("SELECT CAST(v AS FOO) FROM events", "append"),
    "cast_date_int": ("SELECT CAST(dt AS INT) FROM events", "append"), "cast_bool_date": ("SELECT CAST(b AS DATE) FROM events", "append"), "literal_date": ("SELECT DATE 'x' FROM events", "append"), "literal_timestamp": ("SELECT TIMESTAMP '2024-13-01' FROM events", "append"),
    "literal_interval": ("SELECT INTERVAL 'x' DAY FROM events", "append"), "literal_int": ("SELECT 99999999999999999999999999999999999999999L FROM events", "append"), "literal_decimal": ("SELECT 1234567890123456789012345678901234567890.5 FROM events", "append"),
    "literal_tinyint": ("SELECT 300Y FROM events", "append"), "explode_int": ("SELECT explode(v) FROM events", "append"), "explode_nested": ("SELECT explode(explode(a)) FROM events", "append"), "explode_where": ("SELECT k FROM events WHERE explode(a) > 1", "append"),
    "explode_two": ("SELECT explode(a), explode(a) FROM events", "append"), "explode_in_expression": ("SELECT explode(a) + 1 FROM events", "append"), "ambiguous_self": ("SELECT k FROM events, events", "append"), "ambiguous_sub": ("SELECT k FROM (SELECT k, v AS k FROM events)", "append"),
    "duplicate_alias_use": ("SELECT x FROM (SELECT k AS x, v AS x FROM events)", "append"), "agg_nested": ("SELECT max(sum(v)) FROM events", "complete"), "agg_filter_type": ("SELECT count(*) FILTER (WHERE v) FROM events", "complete"),
    "agg_in_group": ("SELECT count(*) FROM events GROUP BY sum(v)", "complete"), "agg_args": ("SELECT sum(v, v) FROM events", "complete"), "agg_sum_text": ("SELECT sum(a) FROM events", "complete"), "agg_max_map": ("SELECT max(m) FROM events", "complete"),
    "missing_group": ("SELECT k, count(*) FROM events", "complete"), "missing_group_expression": ("SELECT v + 1, count(*) FROM events GROUP BY v + 2", "complete"), "missing_having": ("SELECT k, count(*) FROM events GROUP BY k HAVING v > 1", "complete"),
    "append_no_watermark_window": ("SELECT window(ts, '10 seconds') AS w, count(*) FROM events GROUP BY window(ts, '10 seconds')", "append"), "append_global": ("SELECT count(*) FROM events", "append"),
    "star_in_where": ("SELECT k FROM events WHERE *", "append"), "star_in_function": ("SELECT upper(*) FROM events", "append"), "from_twice": ("SELECT k FROM events FROM events", "append"), "select_nothing": ("SELECT FROM events", "append"),
    "comma_end": ("SELECT k, FROM events", "append"), "comma_missing": ("SELECT k v b FROM events", "append"), "paren": ("SELECT (k FROM events", "append"), "paren_extra": ("SELECT k) FROM events", "append"), "quote": ("SELECT 'k FROM events", "append"),
    "backquote": ("SELECT `k FROM events", "append"), "double_equals": ("SELECT k FROM events WHERE v == 1", "append"), "not_equals": ("SELECT k FROM events WHERE v =! 1", "append"), "operator_end": ("SELECT v + FROM events", "append"), "case_open": ("SELECT CASE WHEN b THEN 1 FROM events", "append"),
    "group_nothing": ("SELECT k FROM events GROUP BY", "complete"), "order_nothing": ("SELECT k, count(*) FROM events GROUP BY k ORDER BY", "complete"), "join_no_on": ("SELECT * FROM events JOIN", "append"), "where_twice": ("SELECT k FROM events WHERE v > 0 WHERE v < 2", "append"),
    "clause_order": ("SELECT k FROM events GROUP BY k WHERE v > 1", "complete"), "reserved_alias": ("SELECT k AS FROM events", "append"), "unknown_clause": ("SELECT k FROM events HAVIN v", "append"), "subquery_no_alias_paren": ("SELECT k FROM (SELECT k FROM events", "append"),
    "cte_unused_error": ("WITH c AS (SELECT nope FROM events) SELECT k FROM events", "append"), "cte_twice": ("WITH c AS (SELECT k FROM events), c AS (SELECT v FROM events) SELECT k FROM c", "append"), "cte_columns": ("WITH c(x, y) AS (SELECT k FROM events) SELECT x FROM c", "append"),
    "table_columns": ("SELECT x FROM (SELECT k FROM events) AS t(x, y)", "append"), "unresolved_table_near": ("SELECT k FROM event", "append"), "raise_error": ("SELECT raise_error('stop') FROM events", "append"), "assert_true": ("SELECT assert_true(v > 0) FROM events", "append"),
    "assert_true_words": ("SELECT assert_true(v > 0, 'positive') FROM events", "append"), "raise_error_case": ("SELECT CASE WHEN v > 0 THEN k ELSE raise_error(concat('bad ', k)) END AS x FROM events", "append"), "element_at_zero": ("SELECT element_at(a, 0) FROM events", "append"),
    "map_duplicate": ("SELECT map('a', 1, 'a', 2) FROM events", "append"), "map_null_key": ("SELECT map(k, 1, NULL, 2) FROM events", "append"), "map_from_arrays": ("SELECT map_from_arrays(array(1, 1), array(2, 3)) FROM events", "append"),
    "map_from_arrays_sizes": ("SELECT map_from_arrays(array(1, 2), array(2)) FROM events", "append"), "str_to_map_duplicate": ("SELECT str_to_map('a:1,a:2') FROM events", "append"),
    "format_bad": ("SELECT date_format(ts, 'QQQQQQ') FROM events", "append"), "format_week": ("SELECT date_format(ts, 'YYYY') FROM events", "append"), "regex_bad": ("SELECT k RLIKE '(' FROM events", "append"),
    "regex_bad_column": ("SELECT k RLIKE concat(k, '(') FROM events", "append"), "like_escape": ("SELECT k LIKE 'a\\\\' FROM events", "append"), "like_escape_bad": ("SELECT k LIKE '%x' ESCAPE 'ab' FROM events", "append"),
    "from_json_column": ("SELECT from_json(k, k) FROM events", "append"), "from_json_mode": ("SELECT from_json('{', 'a INT', map('mode', 'FAILFAST')) FROM events", "append"), "to_number": ("SELECT to_number(k, '999') FROM events", "append"), "zone_bad": ("SELECT from_utc_timestamp(ts, 'Mars/X') FROM events", "append"),
    "sequence_zero": ("SELECT sequence(1, 5, 0) FROM events", "append"), "sequence_wrong": ("SELECT sequence(5, 1, 1) FROM events", "append"), "slice_zero": ("SELECT slice(a, 0, 1) FROM events", "append"), "slice_negative": ("SELECT slice(a, 1, -1) FROM events", "append"), "array_insert_zero": ("SELECT array_insert(a, 0, 9) FROM events", "append"),
    "percentile_bad": ("SELECT percentile_approx(d, 2.0) FROM events", "complete"), "percentile_accuracy": ("SELECT percentile_approx(d, 0.5, 0) FROM events", "complete"), "approx_error": ("SELECT approx_count_distinct(v, 0.9) FROM events", "complete"), "conv_base": ("SELECT conv('1', 10, 99) FROM events", "append"),
    "unhex_bad": ("SELECT unhex('zz') FROM events", "append"), "decode_charset": ("SELECT decode(encode(k, 'utf-8'), 'foo') FROM events", "append"), "make_date_bad": ("SELECT make_date(2024, 13, 1) FROM events", "append"), "to_timestamp_bad": ("SELECT to_timestamp('x', 'yyyy') FROM events", "append"),
    "div_zero": ("SELECT v div 0 AS a, mod(v, 0) AS b, 1 / v AS c FROM events", "append"), "stack_bad": ("SELECT stack(2, 1, 'x', 'y', 2) FROM events", "append"), "lateral_alias_where": ("SELECT v + 1 AS x, x + 1 AS y FROM events WHERE y > 1", "append"),
}.items():
    case("error_%s" % n, q, RR, schema=RS, mode=m)
for n, s in {"type": "ts TIMESTAMP, k FOO", "comma": "ts TIMESTAMP k STRING", "empty": "", "paren": "a ARRAY<INT", "decimal": "d DECIMAL(40, 2)", "decimal_scale": "d DECIMAL(5, 10)", "map": "m MAP<STRING>", "name": "1a INT", "twice": "k INT, k STRING", "twice_case": "k INT, K STRING",
             "void": "v VOID", "struct": "o STRUCT<x>", "colon": "o STRUCT<x: INT, y STRING>", "not_null": "k STRING NOT NULL", "comment": "k STRING COMMENT 'x'"}.items():
    case("error_schema_" + n, "SELECT * FROM events", [[{"k": "a"}]], schema=s)
for n, w in {"unknown": ("nope", "1 second"), "string": ("k", "1 second"), "unit": ("ts", "10 foos"), "number": ("ts", "10"), "negative": ("ts", "-1 second"), "empty": ("ts", ""), "nested": ("o.t", "1 second"), "int": ("v", "1 second")}.items():
    case("error_watermark_" + n, "SELECT k FROM events", RR, schema="ts TIMESTAMP, k STRING, v INT, o STRUCT<t: TIMESTAMP>", watermark=w)

# ---------------------------------------------------------------- sessions, duplicates and DISTINCT, together and on their way

SUB = "(SELECT session_window(ts, '5 seconds') AS w, k, v FROM events)"
INNER = "(SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM events GROUP BY session_window(ts, '5 seconds'), k)"
for m in MODES:
    case("window_session_sub_" + m, "SELECT w, k, count(*) AS n, sum(v) AS s FROM %s GROUP BY w, k" % SUB, WALK, mode=m, watermark=W10)
    case("window_session_sub_end_" + m, "SELECT w.end AS e, k, count(*) AS n FROM %s GROUP BY w.end, k" % SUB, WALK, mode=m, watermark=W10)
    case("window_session_again_" + m, "SELECT w, k, sum(n) AS n FROM %s GROUP BY w, k" % INNER, WALK, mode=m, watermark=W10)
    case("window_session_of_session_" + m, "SELECT session_window(w, '30 seconds') AS x, k, sum(n) AS n FROM %s GROUP BY session_window(w, '30 seconds'), k" % INNER, WALK, mode=m, watermark=W10)
    case("window_session_cte_" + m, "WITH c AS %s SELECT k, count(*) AS c, sum(n) AS n FROM c GROUP BY k" % INNER, WALK, mode=m, watermark=W10)
    case("window_session_distinct_" + m, "SELECT DISTINCT w, k FROM %s" % SUB, WALK, mode=m, watermark=W10)
    case("window_session_of_window_" + m, "SELECT session_window(w, '15 seconds') AS x, k, sum(n) AS n FROM %s GROUP BY session_window(w, '15 seconds'), k" % IN, MOVING, mode=m, watermark=W10)
    case("agg_cte_order_" + m, "WITH c AS (SELECT k, count(*) AS n FROM events GROUP BY k) SELECT * FROM c ORDER BY n, k", MOVING, mode=m, ordered=True)
    case("agg_cte_order_inside_" + m, "WITH c AS (SELECT k, count(*) AS n FROM events GROUP BY k ORDER BY k) SELECT * FROM c", MOVING, mode=m)
    case("agg_cte_twice_used_" + m, "WITH c AS (SELECT k, v FROM events WHERE v > 1) SELECT k, count(*) AS n FROM (SELECT k FROM c UNION ALL SELECT k FROM c) GROUP BY k", MOVING, mode=m)
    for n, q in {"max": "SELECT k, max(k) AS x FROM c GROUP BY k", "min_filter": "SELECT min(k) FILTER (WHERE k > 'a') AS x FROM c", "count": "SELECT k, count(*) AS x FROM c GROUP BY k", "first": "SELECT k, first(k) AS x FROM c GROUP BY k",
                 "with_value": "SELECT k, max(n) AS x FROM c GROUP BY k", "distinct_value": "SELECT DISTINCT k, n FROM c", "approx": "SELECT approx_count_distinct(k) AS x FROM c", "set": "SELECT sort_array(collect_set(k)) AS x FROM c",
                 "filtered": "SELECT DISTINCT k FROM c WHERE n > 1", "key_filtered": "SELECT DISTINCT k FROM c WHERE k > 'a'", "expression": "SELECT DISTINCT upper(k) AS u FROM c"}.items():
        case("agg_redundant_%s_%s" % (n, m), "WITH c AS %s %s" % (IN, q), MOVING, mode=m, watermark=W10)
    case("agg_redundant_append_%s" % m, "SELECT DISTINCT w FROM %s" % IN, MOVING, mode=m, watermark=W10)
    case("window_in_window_%s" % m, "SELECT window(window(ts, '10 seconds'), '20 seconds') AS x, count(*) AS n FROM events GROUP BY window(window(ts, '10 seconds'), '20 seconds')", MOVING, mode=m, watermark=W10)
    case("window_in_window_sub_%s" % m, "SELECT window(w, '20 seconds') AS x, count(*) AS n FROM (SELECT window(ts, '10 seconds', '5 seconds') AS w FROM events) GROUP BY window(w, '20 seconds')", MOVING, mode=m, watermark=W10)
LATER = MOVING + [[t("12:01:50", "c", 7)]]
for n, cols in {"key": ["k"], "key_time": ["k", "ts"], "all": []}.items():
    case("dedup_ids_" + n, "SELECT k, v, ts FROM events", [[t("12:00:01", "a", 1)], [t("12:01:00", "b", 1)], [t("12:02:00", "c", 1)], [t("12:03:00", "d", 1)]], watermark=W10, source={"dropDuplicates": cols}, runs=[1, 2, 3, 4])
    case("dedup_complete_ids_" + n, "SELECT k, count(*) AS n FROM events GROUP BY k", LATER, mode="complete", watermark=W10, source={"dropDuplicates": cols}, runs=[1, 1, 2, 3, 3, 4])
    case("dedup_update_ids_" + n, "SELECT count(*) AS n FROM events", LATER, mode="update", watermark=W10, source={"dropDuplicates": cols}, runs=[1, 1, 2, 3, 3, 4])
    case("dedup_no_data_off_" + n, "SELECT k, v, ts FROM events", LATER, watermark=W10, source={"dropDuplicates": cols}, runs=[1, 1, 2, 3, 3, 4], conf={"spark.sql.streaming.noDataMicroBatches.enabled": False})
    case("dedup_no_watermark_ids_" + n, "SELECT k, v, ts FROM events", LATER, source={"dropDuplicates": cols}, runs=[1, 1, 2, 3, 3, 4])
case("dedup_within_ids", "SELECT k, v, ts FROM events", [[t("12:00:01", "a", 1)], [t("12:01:00", "b", 1)], [t("12:02:00", "a", 1)], [t("12:03:00", "b", 1)]], watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]}, runs=[1, 2, 3, 4])
case("dedup_within_complete_ids", "SELECT k, count(*) AS n FROM events GROUP BY k", LATER, mode="complete", watermark=W10, source={"dropDuplicatesWithinWatermark": ["k"]}, runs=[1, 1, 2, 3, 3, 4])
case("dedup_empty_file", "SELECT k, v FROM events", [MOVING[0], "", MOVING[1], ""], watermark=W10, source={"dropDuplicates": ["k", "ts"]})
case("dedup_ntz", "SELECT k, t FROM events", [[{"k": "a", "t": "2024-03-01T12:00:00"}, {"k": "a", "t": "2024-03-01T12:00:00"}, {"k": "b", "t": "2024-03-01T12:00:00.000001"}]], schema="k STRING, t TIMESTAMP_NTZ", source={"dropDuplicates": ["t"]})
case("dedup_types", "SELECT count(*) AS n, sum(i) AS s FROM events", [[{"i": x % 3, "b": x % 2 == 0, "dt": "2024-03-0%d" % (1 + x % 2), "dc": "%d.50" % (x % 2), "y": "AQID"} for x in range(12)]], schema="i INT, b BOOLEAN, dt DATE, dc DECIMAL(5,2), y BINARY", mode="complete",
     source={"dropDuplicates": []})
case("dedup_long_keys", "SELECT length(k) AS n FROM events", [[{"k": "x" * n} for n in (600, 600, 601, 10, 10)], [{"k": "x" * 601}, {"k": "x" * 602}]], schema="k STRING", source={"dropDuplicates": ["k"]})
case("dedup_distinct_both", "SELECT DISTINCT k, ts FROM events", DUP, watermark=W10, source={"dropDuplicatesWithinWatermark": ["k", "v"]})
case("dedup_late_filter_key", "SELECT k, v FROM events", EDGED, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("dedup_late_filter_selected", "SELECT k, v, ts FROM events", EDGED, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("dedup_late_filter_where", "SELECT k, v FROM events WHERE ts IS NOT NULL", EDGED, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("dedup_late_filter_expression", "SELECT k, second(ts) AS s FROM events", EDGED, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("distinct_ids_append", "SELECT DISTINCT ts, k FROM events", LATER, watermark=W10, runs=[1, 2, 2, 3, 3, 4])
case("distinct_ids_update", "SELECT DISTINCT k FROM events", LATER, mode="update", watermark=W10, runs=[1, 2, 2, 3, 3, 4])
case("distinct_subquery_filter", "SELECT * FROM (SELECT DISTINCT ts, k FROM events) WHERE k = 'a'", MOVING, watermark=W10)
case("distinct_subquery_filter_time", "SELECT * FROM (SELECT DISTINCT ts, k FROM events) WHERE ts > '2024-03-01 12:00:10'", MOVING, watermark=W10)
case("distinct_window_time", "SELECT DISTINCT window_time(w) AS t FROM (SELECT window(ts, '10 seconds') AS w FROM events)", MOVING, watermark=W10)
case("distinct_literal", "SELECT DISTINCT 1 AS one, ts FROM events", MOVING, watermark=W10)
case("distinct_literal_only", "SELECT DISTINCT 1 AS one FROM events", MOVING, mode="update")
case("distinct_same_column", "SELECT DISTINCT k, k AS kk, k FROM events", MOVING, mode="update")
case("distinct_filtered", "SELECT DISTINCT k, v FROM events WHERE v > 1 AND k IS NOT NULL", MOVING, mode="update")
case("agg_literal_key", "SELECT 'x' AS x, count(*) AS n FROM events GROUP BY 'x'", MOVING, mode="update")
case("agg_literal_key_empty", "SELECT 'x' AS x, count(*) AS n FROM events GROUP BY 'x'", ["", MOVING[0]], mode="complete")
case("agg_literal_and_key", "SELECT 'x' AS x, k, count(*) AS n FROM events GROUP BY 'x', k, 1 + 1", MOVING, mode="update")
case("agg_literal_key_append", "SELECT 'x' AS x, ts, count(*) AS n FROM events GROUP BY 'x', ts", MOVING, watermark=W10)
case("window_literal_key", "SELECT window(ts, '10 seconds') AS w, 'x' AS x, count(*) AS n FROM events GROUP BY window(ts, '10 seconds'), 'x'", MOVING, watermark=W10)
FAR = [[t("12:00:01", "a", 1)], [{"ts": "9999-12-31T23:59:59Z", "k": "f", "v": 1}], [t("12:00:20", "a", 2)], [{"ts": "0001-01-01T00:00:00Z", "k": "p", "v": 1}]]
for n, q in {"window": TUMBLE, "session": S5, "distinct": "SELECT DISTINCT ts, k FROM events"}.items():
    case("watermark_far_" + n, q, FAR, watermark=W10)
    case("watermark_far_complete_" + n, q, FAR, mode="complete", watermark=W10)
for n, where in {"key": "k <> 'a'", "value": "v > 2", "time": "ts > '2024-03-01 12:00:02'", "never": "v < 0"}.items():
    case("watermark_session_filter_" + n, S5.replace("FROM events", "FROM events WHERE " + where), WALK, watermark=W10)
    case("watermark_distinct_filter_" + n, "SELECT DISTINCT ts, k FROM events WHERE " + where, WALK, watermark=W10)
case("watermark_session_having_key", S5 + " HAVING k <> 'a'", WALK, watermark=W10)
case("watermark_nested_filter_key", "SELECT w, sum(n) AS n FROM %s WHERE k <> 'b' GROUP BY w" % IN, MOVING, watermark=W10)
case("watermark_nested_having_window", "SELECT w, sum(n) AS n FROM %s GROUP BY w HAVING w.start > '2024-03-01 12:00:05'" % IN, MOVING, watermark=W10)
case("watermark_dedup_filter", "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM events WHERE k <> 'skip' GROUP BY window(ts, '10 seconds')", make_cases.SKIP, watermark=W10, source={"dropDuplicates": ["k", "v"]})
case("watermark_session_delay_month", S5, WALK + [[t("2024-04-20T00:00:00Z", "z", 1)]], watermark=("ts", "1 month"))
case("watermark_session_millis", S5, [[t("12:00:00.0005", "a", 1)], [t("12:00:15.0009", "b", 1)], [t("12:00:15.0015", "c", 1), t("12:00:00.0006", "a", 1)], [t("12:01:00", "d", 1)]], watermark=W10)
for n, q in {"user_sessions": "SELECT user, session_window(time, '10 minutes') AS session, count(*) AS clicks, min(time) AS first_seen, max(time) AS last_seen FROM events GROUP BY user, session_window(time, '10 minutes')",
             "distinct_users": "SELECT window(time, '1 hour') AS w, approx_count_distinct(user) AS users FROM events GROUP BY window(time, '1 hour')",
             "top_hours": "SELECT window_time(w) AS at, n FROM (SELECT window(time, '1 hour', '30 minutes') AS w, count(*) AS n FROM events GROUP BY window(time, '1 hour', '30 minutes')) WHERE n > 2"}.items():
    case("seed_" + n, q, [[{"time": "2024-03-01T%02d:%02d:00Z" % (8 + (i * k) // 60 % 12, (i * k) % 60), "user": "u%d" % (i % 3)} for i in range(9)] for k in (7, 11, 31)], schema="time TIMESTAMP, user STRING", watermark=("time", "15 minutes"))

# ---------------------------------------------------------------- the same of several sources

ONE = [[row("12:00:00", "a", 1), row("12:00:03", "b", 2)], [row("12:00:20", "a", 4), row("12:00:05", "a", 8)], [row("12:00:50", "b", 16), row("12:00:06", "b", 32)], [row("12:02:00", "c", 64)]]
TWO = [[row("12:00:04", "a", 100), row("12:00:40", "b", 200)], [row("12:00:41", "b", 400), row("12:00:07", "a", 800)], [row("12:01:30", "a", 1600)], [row("12:02:10", "c", 3200), row("12:00:01", "a", 6400)]]
def two(wa=W10, wb=W10, **more):
    return {"one": source_cases.source(ONE, watermark=wa, **more), "two": source_cases.source(TWO, watermark=wb, **more)}
U = "(SELECT ts, k, v FROM one UNION ALL SELECT ts, k, v FROM two)"
S5 = "session_window(ts, '5 seconds')"
for m in MODES:
    several("window_session_union_" + m, "SELECT %s AS w, k, count(*) AS n, sum(v) AS s FROM %s GROUP BY %s, k" % (S5, U, S5), two(), mode=m)
    several("distinct_union_" + m, "SELECT DISTINCT ts, k FROM %s" % U, two(), mode=m)
    several("distinct_union_itself_" + m, "SELECT ts, k FROM one UNION SELECT ts, k FROM two", two(), mode=m)
    several("dedup_union_" + m, "SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM %s GROUP BY window(ts, '10 seconds'), k" % U, two(dropDuplicates=["k", "ts"]), mode=m)
    several("dedup_union_key_" + m, "SELECT k, count(*) AS n FROM %s GROUP BY k" % U, two(dropDuplicates=["k"]), mode=m)
    several("dedup_union_within_" + m, "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM %s GROUP BY window(ts, '10 seconds')" % U, two(dropDuplicatesWithinWatermark=["k"]), mode=m)
    several("agg_union_of_groups_" + m, "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM one GROUP BY window(ts, '10 seconds') UNION ALL SELECT window(ts, '20 seconds') AS w, sum(v) AS n FROM two GROUP BY window(ts, '20 seconds')", two(), mode=m)
    several("agg_union_grouped_again_" + m, "SELECT w, sum(n) AS n FROM (SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM one GROUP BY window(ts, '10 seconds') UNION ALL SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM two GROUP BY window(ts, '10 seconds')) GROUP BY w", two(), mode=m)
    several("agg_union_one_grouped_" + m, "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM one GROUP BY window(ts, '10 seconds') UNION ALL SELECT window(ts, '10 seconds') AS w, v AS n FROM two", two(), mode=m)
    several("window_union_window_time_" + m, "SELECT window(x, '30 seconds') AS y, count(*) AS c FROM (SELECT window_time(w) AS x FROM (SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM one GROUP BY window(ts, '10 seconds')) UNION ALL SELECT ts AS x FROM two) GROUP BY window(x, '30 seconds')", two(), mode=m)
    several("agg_cte_union_" + m, "WITH c AS (SELECT k, count(*) AS n FROM one GROUP BY k) SELECT k, sum(n) AS n FROM (SELECT k, n FROM c UNION ALL SELECT k, CAST(v AS BIGINT) AS n FROM two) GROUP BY k", two(), mode=m)
    several("limit_union_" + m, "SELECT k, v FROM one UNION ALL SELECT k, v FROM two LIMIT 3", two(), mode=m)
    several("window_having_union_" + m, "SELECT window(ts, '20 seconds') AS w, count(*) AS n FROM %s GROUP BY window(ts, '20 seconds') HAVING count(*) > 2" % U, two(), mode=m)
    several("watermark_union_delays_" + m, "SELECT %s AS w, k, count(*) AS n FROM %s GROUP BY %s, k" % (S5, U, S5), two(W10, ("ts", "1 minute")), mode=m)
    several("watermark_union_one_without_session_" + m, "SELECT %s AS w, k, count(*) AS n FROM %s GROUP BY %s, k" % (S5, U, S5), two(W10, None), mode=m)
    several("watermark_union_max_dedup_" + m, "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM %s GROUP BY window(ts, '10 seconds')" % U, two(dropDuplicates=["ts", "k"]), mode=m, conf={"spark.sql.streaming.multipleWatermarkPolicy": "max"})
    several("watermark_two_sources_one_silent_" + m, "SELECT DISTINCT ts, k FROM %s" % U, {"one": source_cases.source(ONE, watermark=W10), "two": source_cases.source([], watermark=W10)}, mode=m)
for m in ("update", "complete"):
    several("distinct_union_ids_" + m, "SELECT k FROM one UNION SELECT k FROM two", {"one": source_cases.source(ONE, watermark=W10, runs=[1, 1, 2, 3]), "two": source_cases.source(TWO, watermark=W10, runs=[1, 2, 2, 3])}, mode=m)
several("dedup_union_stateless", "SELECT ts, k, v FROM %s" % U, two(dropDuplicates=["k"]))
several("dedup_union_one", "SELECT ts, k, v FROM %s" % U, {"one": source_cases.source(ONE, watermark=W10, dropDuplicates=["k"]), "two": source_cases.source(TWO)})
several("dedup_union_within_restart", "SELECT ts, k, v FROM %s" % U, {"one": source_cases.source(ONE, watermark=W10, runs=[1, 1, 2, 3], dropDuplicatesWithinWatermark=["k"]), "two": source_cases.source(TWO, watermark=W10, runs=[1, 2, 2, 3], dropDuplicatesWithinWatermark=["k"])})
several("dedup_source_twice", "SELECT k, v FROM one UNION ALL SELECT k, v + 1000 AS v FROM one", {"one": source_cases.source(ONE, watermark=W10, dropDuplicates=["k", "ts"])})
several("window_session_restart_union", "SELECT %s AS w, k, count(*) AS n FROM %s GROUP BY %s, k" % (S5, U, S5), {"one": source_cases.source(ONE, watermark=W10, runs=[1, 1, 2, 3]), "two": source_cases.source(TWO, watermark=W10, runs=[1, 2, 2, 3])})

if __name__ == "__main__":
    make_cases.write(sys.argv[1])
    source_cases.write(sys.argv[1])
    print("%d cases" % (len(make_cases.CASES) + len(source_cases.CASES)))
