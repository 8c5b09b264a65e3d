"""runnel sql, check and explain."""
import json
import os
import unittest

from cli import EVENTS, Case, Server


class Sql(Case):
    def test_json(self):
        self.rows({"s": "a", "i": 1}, {"s": "b", "i": 2})
        for url in ("json:in", "json:./in", "json://" + self.path("in"), "json:" + self.path("in"), "json:in/*.json?latestFirst=true"):
            with self.subTest(url):
                out = self.ok("sql", "SELECT s FROM events WHERE i > 1", "--from", url, "--schema", "s STRING, i INT", "--to", "json:-",
                              "--available-now")
                self.assertEqual(out, '{"s":"b"}\n')

    def test_text_to_the_console(self):
        self.write("in/a.txt", "x y\nz\n")
        out = self.ok("sql", "SELECT word, count(*) AS n FROM (SELECT explode(split(value, ' ')) AS word FROM t) GROUP BY word ORDER BY word",
                      "--from", "text:in", "--mode", "complete", "--available-now")
        self.assertEqual(out, "-" * 43 + "\nBatch: 0\n" + "-" * 43 + "\n+----+---+\n|word|  n|\n+----+---+\n|   x|  1|\n|   y|  1|\n"
                                                                  "|   z|  1|\n+----+---+\n\n")

    def test_rate(self):
        out = self.ok("sql", "SELECT value % 2 AS v FROM r", "--from", "rate-micro-batch?rowsPerBatch=3", "--to",
                      "console?truncate=false&numRows=2", "--available-now")
        self.assertIn("|v  |\n+---+\n|0  |\n|1  |\n+---+\nonly showing top 2 rows", out)

    def test_socket(self):
        server = Server(self)
        p = self.start("sql", "SELECT upper(value) AS v FROM lines", "--from", "socket://localhost:%d" % server.port, "--to", "json:-")
        peer = server.accept()
        peer.sendall(b"one\ntwo\n")
        p.until("TWO")
        code, out, err = p.stop()
        self.assertEqual((code, out), (0, '{"v":"ONE"}\n{"v":"TWO"}\n'), err)

    def test_watermark_and_trigger(self):
        self.rows({"t": "2024-03-01T12:00:00Z"}, mtime=1700000000)
        self.rows({"t": "2024-03-01T12:05:00Z"}, name="in/b.json", mtime=1700000001)
        out = self.ok("sql", "SELECT window(t, '1 minute').start AS w, count(*) AS n FROM e GROUP BY window(t, '1 minute')", "--from",
                      "json:in?maxFilesPerTrigger=1", "--schema", "t TIMESTAMP", "--watermark", "t, 10 seconds", "--mode", "append", "--to",
                      "json:-", "--available-now")
        self.assertEqual(out, '{"w":"2024-03-01T12:00:00.000Z","n":1}\n')

    def test_to_a_directory_with_state(self):
        self.rows({"s": "a"})
        arguments = ("sql", "SELECT s FROM t", "--from", "json:in", "--schema", "s STRING", "--to", "json:out", "--state", "st",
                     "--available-now")
        self.ok(*arguments)
        self.ok(*arguments)
        self.assertEqual(os.listdir(self.path("out")), ["part-00000000.json"])

    def test_remembers_nothing_and_leaves_nothing(self):
        self.rows({"s": "a"})
        self.env["TMPDIR"] = self.path("scratch")
        os.mkdir(self.path("scratch"))
        for _ in range(2):
            self.assertEqual(self.ok("sql", "SELECT s FROM t", "--from", "json:in", "--schema", "s STRING", "--to", "json:-",
                                     "--available-now"), '{"s":"a"}\n')
        self.assertEqual(os.listdir(self.path("scratch")), [])

    def test_quotes_in_everything(self):
        self.rows({'a"b': 'x\\"y'}, name='in "q"/a.json')
        out = self.ok("sql", 'SELECT `a"b` AS `c"\\d` FROM `t"u`', "--from", 'json:in "q"', "--schema", '`a"b` STRING', "--to", "json:-",
                      "--available-now")
        self.assertEqual(json.loads(out), {'c"\\d': 'x\\"y'})

    def test_mistakes(self):
        for arguments, code, words in (
                (("SELECT nix FROM t", "--from", "rate"), 78, "1:8: [UNRESOLVED_COLUMN.WITH_SUGGESTION]"),
                (("SELECT * FROM t", "--from", "ratte"), 78, 'did you mean "rate"?'),
                (("SELECT * FROM t", "--from", "rate", "--to", "consol"), 78, 'did you mean "console"?'),
                (("SELECT * FROM t", "--from", "rate?rowsPerSecnd=3"), 78, 'did you mean "rowsPerSecond"?'),
                (("SELECT * FROM t", "--from", "socket://localhost"), 78, 'a socket source needs "port"'),
                (("SELECT * FROM t", "--from", "json:in"), 78, "[UNABLE_TO_INFER_SCHEMA]"),
                (("SELECT * FROM t", "--from", "json:in", "--schema", "a STRNG"), 78, "Did you mean STRING?"),
                (("SELECT * FROM t", "--from", "rate", "--mode", "all"), 78, "append, update or complete"),
                (("SELECT * FROM t", "--from", "rate", "--trigger", "soon"), 78, "processingTime"),
                (("SELECT * FROM t", "--from", "rate", "--watermark", "timestamp"), 78, "delay"),
                (("SELECT * FROM t",), 2, "--from")):
            with self.subTest(arguments):
                self.assertIn(words, self.refused(code, "sql", *arguments))


class CheckAndExplain(Case):
    def test_check_prints_schema_and_plan_and_touches_nothing(self):
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": "ts TIMESTAMP, s STRING, i INT",
                                     "watermark": {"column": "ts", "delay": "90 seconds"}}},
                      query="SELECT window(ts, '1 minute') AS w, s, count(*) AS n FROM t WHERE i > 1 GROUP BY window(ts, '1 minute'), s")
        out = self.ok("check", "p.json")
        plan = self.ok("explain", "p.json")
        self.assertEqual(out, """root
 |-- w: struct (nullable = true)
 |    |-- start: timestamp (nullable = true)
 |    |-- end: timestamp (nullable = true)
 |-- s: string (nullable = true)
 |-- n: long (nullable = true)
""" + plan)
        self.assertEqual(plan, """source     t (json): reads ts TIMESTAMP, s STRING, i INT
filter     (i > 1)
watermark  greatest ts less 1 minute 30 seconds
filter     ts IS NOT NULL
window     1 minute of ts
aggregate  count(1) by window, s
           state: one entry a group, kept until the watermark passes window.end
project    window AS w, s, count(1) AS n
output     append: each group once, when the watermark has passed it
""")
        self.assertEqual(os.listdir(self.at), ["p.json"])

    def test_what_is_not_read(self):
        self.pipeline(query="SELECT s FROM t")
        self.assertIn("reads s STRING; skips 2 of 3 columns", self.ok("explain", "p.json"))

    def test_needs_no_environment_but_the_variables(self):
        self.env.pop("HOME")
        self.pipeline()
        self.assertIn("root", self.ok("check", "p.json"))

    def test_explains_what_is_kept_until_when(self):
        timed = {"format": "json", "path": "in", "schema": EVENTS, "watermark": {"column": "ts", "delay": "1 minute"}}
        for source, query, words in (
                (dict(timed, dropDuplicates=["s", "ts"]), "SELECT s FROM t",
                 "distinct   the first row of each s, ts\n           state: one entry each, kept until the watermark passes its ts; late rows go\n"),
                (dict(timed, dropDuplicates=["s"]), "SELECT s FROM t", "state: one entry each, kept for ever: no watermark among the columns\n"),
                (dict(timed, dropDuplicatesWithinWatermark=["s"]), "SELECT s FROM t",
                 "state: one entry each, kept until the watermark passes its row's ts and 1 minute; late rows go\n"),
                (timed, "SELECT session_window(ts, '5 seconds') AS w, s, count(*) AS n FROM t GROUP BY 1, 2",
                 "session    of ts until nothing came for '5 seconds'\n"),
                (timed, "SELECT session_window(ts, '5 seconds') AS w, s, count(*) AS n FROM t GROUP BY 1, 2",
                 "           sessions of a group that overlap or touch become one\n"
                 "           state: one entry a session, kept until the watermark passes session_window.end\n")):
            with self.subTest(query, words=words):
                self.pipeline(sources={"t": source}, query=query)
                self.assertIn(words, self.run_cli("explain", "p.json")[1])

    def test_expressions_are_written_as_sql(self):
        sources = {"t": {"format": "json", "path": "in", "schema": EVENTS}, "n": {"format": "json", "path": "n", "schema": "s STRING, x INT", "static": True}}
        for query, words in (("SELECT e.s FROM t e JOIN n ON e.s = n.s AND x > i", "join       inner on (e.s = n.s) AND (n.x > e.i)\n"),
                             ("SELECT ts + INTERVAL 90 MINUTES AS a FROM t WHERE NOT (i > 1 AND s = 'a')", "filter     NOT ((i > 1) AND (s = 'a'))\nproject    (ts + INTERVAL '90' MINUTE) AS a\n"),
                             ("SELECT CASE WHEN i > 1 THEN 0.5 ELSE CAST(i AS DECIMAL(2,1)) END AS c FROM t", "CASE WHEN (i > 1) THEN 0.5 ELSE")):
            with self.subTest(query):
                self.pipeline(sources=sources, query=query)
                self.assertIn(words, self.run_cli("explain", "p.json")[1])

    def test_states_that_grow_for_ever(self):
        events = {"format": "json", "path": "in", "schema": EVENTS}
        timed = dict(events, watermark={"column": "ts", "delay": "1 minute"})
        window = "SELECT window(ts, '1 minute') AS w, s, count(*) AS n FROM t GROUP BY 1, 2"
        gone = "SELECT session_window(ts, '%s') AS w, s, collect_list(i) AS l FROM t GROUP BY 1, 2"
        for source, mode, query, words in (
                (events, "update", "SELECT s, count(*) AS n FROM t GROUP BY s", "each new value of `s`: none of them carries a watermark"),
                (timed, "update", "SELECT s, count(*) AS n FROM t GROUP BY s", "each new value of `s`: none of them carries a watermark"),
                (events, "update", "SELECT DISTINCT s, i FROM t", "each new value of `s` and `i`: SELECT DISTINCT keeps them for ever"),
                (timed, "complete", window, "outputMode complete keeps all groups for ever"),
                (events, "append", "SELECT s FROM t", ""), (timed, "append", window, ""), (timed, "update", window, ""),
                (events, "update", "SELECT count(*) AS n FROM t", ""), (events, "complete", "SELECT 'x' AS x, max(i) AS n FROM t GROUP BY 'x'", ""),
                (events, "update", "SELECT collect_list(i) AS l FROM t", "collect_list keeps the values of all rows"),
                (timed, "append", gone % "5 seconds", ""), (timed, "append", gone % "5 secs ago", "the gap '5 secs ago' is no interval"),
                (timed, "append", gone % "0 seconds", "the gap '0 seconds' is not greater than 0"),
                (dict(events, dropDuplicates=["s"]), "append", "SELECT s FROM t", "each new value of `s`: dropDuplicates keeps them for ever"),
                (dict(timed, dropDuplicates=["s", "ts"]), "append", "SELECT s FROM t", ""),
                (dict(timed, dropDuplicatesWithinWatermark=["s"]), "append", "SELECT s FROM t", "")):
            with self.subTest(query, mode=mode):
                self.pipeline(sources={"t": source}, query=query, outputMode=mode)
                code, _, err = self.run_cli("check", "p.json")
                self.assertEqual(code, 0, err)
                self.assertEqual(len(err.splitlines()), 1 if words else 0, err)
                self.assertIn(words, err)

    def test_warns_where_spark_answers_otherwise(self):
        events = {"format": "json", "path": "in", "schema": "s STRING, i INT, a ARRAY<INT>"}
        table = {"format": "json", "path": "names", "schema": "id STRING", "static": True}
        strict = dict(events, mode="STRICT")
        lines = {"format": "mqtt", "url": "mqtt://broker", "topic": "#", "payload": "csv", "schema": "s STRING, i INT"}
        for source, query, words in (
                (events, "SELECT map(s, i) AS m FROM t", ["map: a key that is NULL or there twice ends Spark's query"]),
                (events, "SELECT map('k', 1) AS m, element_at(a, 1) AS x, slice(a, 1, i) AS y FROM t", []),
                (events, "SELECT transform(a, x -> x) AS l, element_at(a, i) AS x, element_at(a, i + 1) AS y FROM t", ["element_at: index 0"]),
                (events, "SELECT s FROM t WHERE from_utc_timestamp('2024-01-01', s) > '2024'", ["from_utc_timestamp: an unknown zone"]),
                (dict(events, mode="failFast"), "SELECT s FROM t WHERE i > 1", []), (strict, "SELECT s FROM t", ['source t: there is no mode "STRICT"']),
                (lines, "SELECT s FROM t", []), (dict(lines, multiLine=True), "SELECT s FROM t", ["source t: each record of a message is a row"]),
                (events, "SELECT s FROM t UNION ALL SELECT s FROM t", ["source t: named twice, it is read once"]),
                (events, "SELECT s FROM t JOIN n ON s = id", ["source n: a static source is read once"])):
            with self.subTest(query):
                self.pipeline(sources={"t": source, "n": table}, query=query, outputMode="append")
                code, _, err = self.run_cli("check", "p.json")
                self.assertEqual(code, 0, err)
                self.assertEqual(len(err.splitlines()), len(words), err)
                for w in words:
                    self.assertIn("warning: " + w, err)

    def test_examples(self):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
        for name in sorted(os.listdir(here)):
            if name.endswith(".json"):
                with self.subTest(name):
                    code, out, err = self.run_cli("check", os.path.join(here, name))
                    self.assertEqual(code, 0, err)
                    self.assertTrue(out.startswith("root\n |-- "))
                    self.assertRegex(err, r"^(warning: the state grows with each new value of .*\n)?$")

    def test_warns_where_repeats_cannot_be_told(self):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
        self.env["BRIDGE_DIALECT"] = "karapace"  # whose records have no headers, and the example's value is verbatim
        code, _, err = self.run_cli("check", os.path.join(here, "kafka_wordcount.json"))
        self.assertEqual(code, 0, err)
        self.assertIn("a receiver cannot tell repeats", err)

    def test_warns_where_latest_blocks(self):
        for full, mode, warned in ("latest", "append", True), ("latest", "update", False), ("block", "append", False):
            self.pipeline(outputMode=mode, limits={"outboxFull": full})
            code, _, err = self.run_cli("check", "p.json")
            self.assertEqual((code, "outboxFull is latest" in err), (0, warned), err)

    def test_a_list_where_one_value_is_wanted(self):
        self.pipeline(sources={"t": {"format": "kafka", "url": "https://b", "subscribe": ["a"]}})
        self.assertIn("subscribe is an array; wanted is one value, a string for example", self.refused(78, "check", "p.json"))


if __name__ == "__main__":
    unittest.main()
