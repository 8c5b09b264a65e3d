"""runnel test: recorded input, a simulated clock, expected rows, the difference in words (docs/testing-pipelines.md)."""
import json
import os
import time
import unittest

from cli import Case

COUNT = "SELECT s, count(*) AS n FROM t GROUP BY s"


class Test(Case):
    def expected(self, *lines, case="case"):
        self.write(case + "/expected.jsonl", "".join(json.dumps(x) + "\n" for x in lines))

    def manifest(self, case="case", **keys):
        self.write(case + "/case.json", json.dumps(keys))

    def passes(self, *more):
        out = self.ok("test", "p.json", "case", *more)
        self.assertRegex(out, r"^(ok: |recorded: )")
        return out

    def differs(self, *words):
        code, out, err = self.run_cli("test", "p.json", "case")
        self.assertEqual(code, 1, out + err)
        self.assertIn("case: another result than expected", err)
        for w in words:
            self.assertIn(w, out)
        return out

    def counts(self):
        """A file a batch, by name; no case.json."""
        self.pipeline(query=COUNT, outputMode="update", sources={"t": {"format": "json", "path": "/nowhere", "schema": "s STRING", "maxFilesPerTrigger": 100}},
                      sinks={"out": {"format": "json", "path": "never_made"}})
        self.rows({"s": "a"}, {"s": "b"}, name="case/input/t/1.json")
        self.rows({"s": "a"}, name="case/input/t/2.json")

    def test_rows_by_batch(self):
        self.counts()
        self.expected({"batch": 0, "row": {"s": "b", "n": 1}}, {"batch": 0, "row": {"s": "a", "n": 1}}, {"batch": 1, "row": {"s": "a", "n": 2}})
        self.assertEqual(self.passes(), "ok: 3 rows\n")
        self.assertFalse(os.path.exists(self.path("never_made")))

    def test_rows_as_a_whole(self):
        self.counts()
        self.expected({"s": "a", "n": 2}, {"s": "b", "n": 1}, {"s": "a", "n": 1})
        self.assertEqual(self.passes(), "ok: 3 rows\n")

    def test_the_difference_is_readable(self):
        self.counts()
        self.expected({"batch": 0, "row": {"s": "b", "n": 1}}, {"batch": 0, "row": {"s": "a", "n": 7}}, {"batch": 1, "row": {"s": "a", "n": 2}}, {"batch": 3, "row": {"s": "z"}})
        out = self.differs("batch 0: 1 missing (-), 1 not expected (+)", '  - {"s": "a", "n": 7}\n  + {"s":"a","n":1}\n      n: 7 expected, 1 came',
                           'batch 3: 1 missing (-), 0 not expected (+)\n  - {"s": "z"}', "2 rows as expected, 2 missing, 1 not expected")
        self.assertNotIn("batch 1", out)

    def test_order_counts_where_it_is_said(self):
        self.counts()
        self.manifest(ordered=True)
        self.expected({"batch": 0, "row": {"s": "b", "n": 1}}, {"batch": 0, "row": {"s": "a", "n": 1}}, {"batch": 1, "row": {"s": "a", "n": 2}})
        self.differs("batch 0: 2 missing (-), 2 not expected (+)")

    def test_update_records(self):
        self.counts()
        self.assertIn("let --update record what comes now", self.refused(78, "test", "p.json", "case"))
        self.assertEqual(self.passes("--update"), "recorded: 3 rows\n")
        self.assertEqual([json.loads(x) for x in self.read("case/expected.jsonl").splitlines()][2], {"batch": 1, "row": {"s": "a", "n": 2}})
        self.passes()

    def test_numbers_and_escapes_in_any_form(self):
        self.pipeline(query="SELECT * FROM t", sources={"t": {"format": "json", "path": "in", "schema": "d DOUBLE, f FLOAT, s STRING, l BIGINT"}})
        self.rows({"d": 8.41e21, "f": 2.1474836e9, "s": "\u00e4 1.5/x\"", "l": 9007199254740993}, name="case/input/t/1.json")
        for line, good in (('{"d": 8.409999999999999E21, "f": 2.14748365E9, "s": "\\u00e4 1.5\\/x\\"" , "l":9007199254740993}', True), ('{"d":8.41E21,"f":2.1474836E9,"s":"ä 1.5/x\\"","l":9007199254740992}', False),
                           ('{"d":8.42E21,"f":2.1474836E9,"s":"ä 1.5/x\\"","l":9007199254740993}', False), ('{"d":8.41E21,"f":2.1474836E9,"s":"ä 1.6/x\\"","l":9007199254740993}', False),
                           ('{"f":2.1474836E9,"d":8.41E21,"s":"ä 1.5/x\\"","l":9007199254740993}', False)):
            with self.subTest(line=line):
                self.write("case/expected.jsonl", line + "\n")
                self.passes() if good else self.differs()

    def test_runs_on_one_checkpoint(self):
        self.counts()
        self.manifest(runs=2, files=[{"path": "input/t/2.json", "mtime": 1000, "run": 2}, {"path": "input/t/1.json", "mtime": 2000}])
        self.expected({"batch": 0, "row": {"s": "b", "n": 1}}, {"batch": 0, "row": {"s": "a", "n": 1}}, {"batch": 1, "row": {"s": "a", "n": 2}})
        self.passes()

    def test_errors_that_are_expected(self):
        self.counts()
        self.expected({"error": True, "contains": "UNRESOLVED_COLUMN"})
        self.differs("an error was expected (UNRESOLVED_COLUMN), and there was none", "0 rows as expected, 0 missing, 3 not expected")
        self.pipeline(query="SELECT x FROM t")
        self.assertEqual(self.passes(), "ok: 0 rows, and the error\n")
        self.expected({"error": True, "contains": "DIVIDE"})
        self.differs("another error was expected (DIVIDE): ", "UNRESOLVED_COLUMN")
        self.expected()
        code, out, err = self.run_cli("test", "p.json", "case")
        self.assertEqual((code, "UNRESOLVED_COLUMN" in err, "was not expected" in out), (78, True, True))

    def test_messages_come_at_their_times(self):
        self.pipeline(sources={"m": {"format": "mqtt", "url": "mqtt://nowhere", "topic": "a/#", "payload": "json", "schema": "v INT, ts TIMESTAMP", "watermark": {"column": "timestamp", "delay": "5 seconds"}}},
                      query="SELECT window(timestamp, '10 seconds') AS w, topic, sum(v) AS v FROM m GROUP BY window(timestamp, '10 seconds'), topic",
                      trigger={"processingTime": "1 hour"}, sinks={"out": {"format": "mqtt", "url": "mqtt://nowhere", "topic": "o"}})
        self.write("case/input/m.jsonl", "".join(json.dumps(x) + "\n" for x in (
            {"at": 1, "value": {"v": 1}, "topic": "a/1"}, {"at": 1.5, "value": "{\"v\": 2}", "topic": "a/1"}, {"value": {"v": 4}, "topic": "a/2"},
            {"at": 3601, "value": {"v": 8}, "topic": "a/1"}, {"at": "2024-03-01T03:30:00Z", "value": {"v": 16}, "topic": "a/1", "timestamp": "2024-03-01T00:00:02Z"})))
        began = time.monotonic()
        self.passes("--update")
        self.assertLess(time.monotonic() - began, 20)
        rows = [json.loads(x) for x in self.read("case/expected.jsonl").splitlines()]
        self.assertEqual([(r["row"]["w"]["start"][11:19], r["row"]["topic"], r["row"]["v"]) for r in rows], [("00:00:00", "a/1", 3), ("00:00:00", "a/2", 4)])
        self.passes()

    def test_late_rows_are_no_part_of_it(self):
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": "ts TIMESTAMP, s STRING", "watermark": {"column": "ts", "delay": "1 second"}}},
                      query="SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM t GROUP BY window(ts, '10 seconds')", outputMode="update", lateRows="late",
                      sinks={"out": {"format": "json", "path": "-"}, "late": {"format": "json", "path": "late"}})
        for i, at in enumerate(("00:01:00", "00:02:00", "00:00:00")):
            self.rows({"ts": "2024-03-01T%sZ" % at, "s": "x"}, name="case/input/t/%d.json" % i)
        self.passes("--update")
        self.assertEqual([(r["batch"], r["row"]["w"]["start"][14:19]) for r in map(json.loads, self.read("case/expected.jsonl").splitlines())], [(0, "01:00"), (1, "02:00")])
        self.passes()
        self.assertFalse(os.path.exists(self.path("late")))

    def test_a_socket_of_lines(self):
        self.pipeline(sources={"t": {"format": "socket", "host": "nowhere", "port": 1, "includeTimestamp": True}}, query="SELECT value AS s, timestamp FROM t")
        self.write("case/input/t.txt", "one\r\n\ntwo")
        self.manifest(start="2020-01-01T00:00:00Z")
        at = "2020-01-01T00:00:00.000Z"
        self.expected({"batch": 1, "row": {"s": "one", "timestamp": at}}, {"batch": 1, "row": {"s": "", "timestamp": at}}, {"batch": 1, "row": {"s": "two", "timestamp": at}})
        self.passes()

    def test_kafka_all_at_once(self):
        self.pipeline(sources={"t": {"format": "kafka", "url": "http://nowhere", "subscribe": "a"}}, trigger={"availableNow": True},
                      query="SELECT CAST(key AS STRING) AS key, CAST(value AS STRING) AS value, topic, partition, offset, timestamp FROM t", sinks={"out": {"format": "json", "path": "-"}})
        self.write("case/input/t.jsonl", json.dumps({"key": "k", "value": "v", "topic": "a", "partition": 1, "offset": 7, "at": 100}) + "\n" + json.dumps({"key": None, "value": None, "topic": "a", "timestamp": 1}) + "\n")
        self.expected({"batch": 0, "row": {"key": "k", "value": "v", "topic": "a", "partition": 1, "offset": 7, "timestamp": "2024-03-01T00:01:40.000Z"}},
                      {"batch": 0, "row": {"topic": "a", "partition": 0, "offset": 0, "timestamp": "2024-03-01T00:00:01.000Z"}})
        self.passes()

    def test_rate_takes_no_time(self):
        self.pipeline(sources={"t": {"format": "rate", "rowsPerSecond": 2}}, query="SELECT count(*) AS n, min(timestamp) AS a FROM t", outputMode="complete", trigger={"processingTime": "10 minutes"})
        os.makedirs(self.path("case"))
        self.assertIn('wanted is a "duration"', self.refused(78, "test", "p.json", "case", "--update"))
        self.manifest(duration="1 hour")
        began = time.monotonic()
        self.passes("--update")
        self.assertLess(time.monotonic() - began, 20)
        last = json.loads(self.read("case/expected.jsonl").splitlines()[-1])
        self.assertEqual(last["row"]["n"] % 1200, 0)
        self.assertGreater(last["row"]["n"], 5000)
        self.passes()

    def test_what_is_wrong(self):
        self.counts()
        self.expected()
        self.assertIn("wants a pipeline file and the directory of a case, got 1", self.refused(2, "test", "p.json"))
        self.assertIn("nope: there is no such directory", self.refused(2, "test", "p.json", "nope"))
        self.assertIn("nope.json: there is no such file", self.refused(2, "test", "nope.json", "case"))
        for manifest, words in (({"filez": []}, "is no key of case.json"), ({"start": "x"}, "is a time such as"), ({"files": [{"path": "../x"}]}, "below the case's directory"),
                                ({"files": [{"path": "input/none"}]}, "there is no such file"), ({"runs": 0}, "a number from 1"), ({"duration": 7}, "a text such as")):
            with self.subTest(manifest=manifest):
                self.manifest(**manifest)
                code, _, err = self.run_cli("test", "p.json", "case")
                self.assertEqual((code, words in err), (78, True), err)
        os.unlink(self.path("case/case.json"))
        self.write("case/expected.jsonl", "{\n")
        self.assertIn("expected.jsonl:1: this is no row", self.refused(78, "test", "p.json", "case"))
        self.expected()
        self.pipeline(sources={"t": {"format": "socket", "host": "x", "port": 1}}, query="SELECT value FROM t")
        self.assertIn("case/input/t.jsonl: there is no recording of the socket source t", self.refused(78, "test", "p.json", "case"))
        for line, words in (('{"at": -1}', "seconds since the start"), ('{"vlue": 1}', 'has no "vlue"'), ('{"at": 2}\n{"at": 1}', "t.jsonl:2: this message is older"), ('{"at" 1}', "t.jsonl:1: ")):
            with self.subTest(line=line):
                self.write("case/input/t.jsonl", line + "\n")
                self.assertIn(words, self.refused(78, "test", "p.json", "case"))


if __name__ == "__main__":
    unittest.main()
