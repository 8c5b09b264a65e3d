#!/usr/bin/env python3
"""Writes the cases of tests/spark/console: make.py, then record.py, which asks Spark what it prints."""
import json
import os
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))

TYPES = ("i INT, l BIGINT, f FLOAT, d DOUBLE, s STRING, b BOOLEAN, day DATE, t TIMESTAMP, dec DECIMAL(10,2), a ARRAY<STRING>, "
         "m MAP<STRING,INT>, st STRUCT<x:INT,y:STRUCT<z:STRING,w:ARRAY<DOUBLE>>>, bin BINARY")
ROWS = [
    {"i": 1, "l": -9223372036854775808, "f": 1.5, "d": 1e10, "s": "plain", "b": True, "day": "2024-03-01",
     "t": "2024-03-01T12:34:56.789Z", "dec": 3.3, "a": ["x", None, "y z"], "m": {"k": 1, "n": None},
     "st": {"x": 7, "y": {"z": "deep", "w": [1.0, None]}}, "bin": "AQID"},
    {},
    {"i": -5, "d": 0.0001, "s": "a value of more than twenty characters", "a": [], "m": {}, "st": {}, "b": False,
     "t": "1969-12-31T23:59:59.5Z", "day": "1582-10-15", "dec": -0.01},
    {"s": "exactly twenty chars", "d": "NaN", "f": "-Infinity", "t": "2024-03-01 12:00:00", "l": 0, "bin": ""},
    {"s": "", "d": 123456789.125, "st": {"y": {}}, "a": [None]},
]
TEXTS = ["full-width 東京都渋谷区", "ｆｕｌｌｗｉｄｔｈ", "한국어 텍스트", "emoji 😀😀 and more 😀😀😀😀", "abcdefghijklmnop😀😀😀", "é e\u0301 combining",
         "tab\there", "line\nbreak\rreturn", "bell\u0007 back\b form\f vt\u000b", "nul\u0000byte", "¡inverted! ½", "（paren）。、", "ｶﾀｶﾅ", "x" * 60,
         "東京都渋谷区神南一丁目二番三号メゾン百十一"]
PURCHASES = [{"t": 1709294400 + 20 * i, "k": ["north", "south", None][i % 3], "v": i} for i in range(12)]


def lines(rows):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)


def case(name, schema, files, query, options=None, mode="append", source=None, **top):
    where = os.path.join(HERE, name)
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(os.path.join(where, "input"))
    manifest = []
    for i, text in enumerate(files):
        path = "input/f%02d.json" % i
        with open(os.path.join(where, path), "w", encoding="utf-8", newline="") as f:
            f.write(text)
        manifest.append({"path": path, "mtime": 1709290000 + 60 * i})
    if files:
        source = dict({"format": "json", "path": "input", "schema": schema, "maxFilesPerTrigger": 1}, **(source or {}))
    pipeline = dict({"name": "console", "sources": {"t": source}, "query": query, "outputMode": mode}, **top)
    if files:
        pipeline["trigger"] = {"availableNow": True}
    pipeline["sinks"] = {"screen": dict({"format": "console"}, **(options or {}))}
    with open(os.path.join(where, "pipeline.json"), "w", encoding="utf-8") as f:
        json.dump(pipeline, f, indent=2, ensure_ascii=False)
        f.write("\n")
    with open(os.path.join(where, "case.json"), "w", encoding="utf-8") as f:
        json.dump({"files": manifest}, f)
        f.write("\n")


def main():
    every = "SELECT * FROM t"
    for name, options in (("default", {}), ("whole", {"truncate": False}), ("ten", {"truncate": 10}), ("three", {"truncate": 3}),
                          ("one", {"truncate": 1}), ("two_rows", {"numRows": 2}), ("one_row", {"numRows": 1, "truncate": False}),
                          ("no_row", {"numRows": 0})):
        case("types_" + name, TYPES, [lines(ROWS)], every, options)
        case("texts_" + name, "s STRING", [lines([{"s": s} for s in TEXTS])], "SELECT s, length(s) AS n FROM t", options)
    case("exactly_twenty", "n INT", [lines([{"n": i} for i in range(20)])], every)
    case("twenty_one", "n INT", [lines([{"n": i} for i in range(21)])], every)
    case("names", "n INT", [lines([{"n": 1}])],
         "SELECT n AS `a name of more than twenty characters`, n AS `東京`, n AS `x`, n + 1, CAST(n AS STRING) AS `tab\there` FROM t")
    case("names_cut", "n INT", [lines([{"n": 1}])], "SELECT n AS `a name of more than twenty characters`, n AS `東京` FROM t",
         {"truncate": 5})
    case("empty_file", "n INT, s STRING", ["", lines([{"n": 1}]), ""], every)
    case("empty_filter", "n INT, s STRING", [lines([{"n": 1}]), lines([{"n": 3}])], "SELECT * FROM t WHERE n > 2")
    purchases = [lines(PURCHASES[:5]), lines(PURCHASES[5:9]), lines(PURCHASES[9:])]
    counts = "SELECT k, window(t, '1 minute') AS window, count(*) AS count, avg(v) AS mean FROM t GROUP BY k, window(t, '1 minute')"
    schema = "t TIMESTAMP, k STRING, v INT"
    case("purchases_complete", schema, purchases, counts + " ORDER BY window, k", {"truncate": False}, "complete")
    case("purchases_cut", schema, purchases, counts + " ORDER BY window, k", {}, "complete")
    case("purchases_update", schema, [lines([r]) for r in PURCHASES[:4]], counts, {"truncate": False}, "update")
    case("purchases_append", schema, [lines([dict(r, k="east")]) for r in PURCHASES[:10]], counts, {"truncate": False}, "append",
         {"watermark": {"column": "t", "delay": "10 seconds"}})
    case("purchases_tokyo", schema, purchases, counts + " ORDER BY window, k", {"truncate": False}, "complete", timeZone="Asia/Tokyo")
    case("global", "n INT", [lines([{"n": 4}]), "", lines([{"n": 5}])], "SELECT count(*), sum(n), max(n) FROM t", {}, "update")
    case("first_rate", None, [], every, {"truncate": False}, "update", {"format": "rate", "rowsPerSecond": 1},
         trigger={"processingTime": "1 hour"})
    case("first_socket", None, [], "SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM t) GROUP BY word",
         {}, "complete", {"format": "socket", "host": "localhost", "port": "${PORT}"}, trigger={"processingTime": "1 hour"})


if __name__ == "__main__":
    main()
