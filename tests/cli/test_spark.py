"""runnel spark: the program is run against a stand-in for PySpark that writes down what it is asked. tests/twin runs it on Spark itself."""
import inspect
import json
import os
import sys
import types
import unittest
from unittest import mock

from cli import Case


class Told:
    """Anything of PySpark: every call is written down, lambdas given to it are called, and it answers with itself."""

    def __init__(self, calls, name=""):
        self.calls, self.name = calls, name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Told(self.calls, (self.name + "." if self.name else "") + name)

    def __call__(self, *args, **named):
        self.calls.append((self.name.rsplit(".", 1)[-1], *args, *sorted(named.items())))
        for function in filter(inspect.isfunction, args):
            if function.__name__ == "<lambda>":
                function(self)
        return self

    def __radd__(self, other):
        return other + self.name

    def __getitem__(self, name):
        return self

    def __eq__(self, other):
        return self

    __ne__ = __and__ = __eq__

    def __invert__(self):
        return self

    def __hash__(self):
        return 0


class Spark(Case):
    def program(self, *more, file="p.json"):
        return self.ok("spark", file, *more)

    def load(self, text, env=None):
        """The program's names, with what it says to PySpark going to `calls`."""
        calls = []
        modules = {n: types.ModuleType(n) for n in ("pyspark", "pyspark.sql", "pyspark.sql.types")}
        modules["pyspark"].__version__ = "4.3.0"
        modules["pyspark.sql"].SparkSession = Told(calls, "SparkSession")
        modules["pyspark.sql"].functions = Told(calls, "F")
        modules["pyspark.sql.types"].StructType = Told(calls, "StructType")
        space = {"__name__": "program"}
        with mock.patch.dict(sys.modules, modules), mock.patch.dict(os.environ, env or {}):
            exec(compile(text, "program.py", "exec"), space)  # noqa: S102
        return space, calls

    def started(self, text, env=None, **arguments):
        space, calls = self.load(text, env)
        with mock.patch.dict(os.environ, env or {}):
            space["start"](Told(calls, "spark"), **arguments)
        return space, calls

    def test_all_that_spark_has(self):
        self.pipeline(sources={"a b": {"format": "json", "path": "in/*.json", "schema": "ts TIMESTAMP, `x y` STRING", "maxFilesPerTrigger": 3,
                                       "maxFileAge": "2 days", "maxBytesPerTrigger": "2MB", "latestFirst": True, "MODE": "FAILFAST", "maxLineBytes": "4kb",
                                       "watermark": {"column": "ts", "delay": "10 minutes"}}},
                      query=["SELECT 'it''s \\\\ \"\"' AS q,", "count(*) AS n FROM `a b` -- \"\"\""], outputMode="update", trigger={"processingTime": "8 seconds"},
                      timeZone="Europe/Berlin", conf={"spark.sql.streaming.noDataMicroBatches.enabled": False}, checkpointLocation="cp",
                      sinks={"screen": {"format": "console", "truncate": False, "numRows": 5}})
        text = self.program()
        space, calls = self.started(text)
        at = os.path.realpath(self.at)
        self.assertIn(("schema", "ts TIMESTAMP, `x y` STRING"), calls)
        options = [c[1:] for c in calls if c[0] == "option"]
        for option in (("maxFilesPerTrigger", 3), ("maxFileAge", "172800000ms"), ("maxBytesPerTrigger", "2097152b"), ("latestFirst", True),
                       ("mode", "FAILFAST"), ("truncate", False), ("numRows", 5), ("checkpointLocation", at + "/cp.spark/screen")):
            self.assertIn(option, options)
        self.assertIn("#   maxLineBytes = \"4kb\"", text)
        self.assertNotIn("maxLineBytes", [o[0] for o in options])
        for call in (("load", at + "/in/*.json"), ("withWatermark", "ts", "10 minutes"), ("createOrReplaceTempView", "`a b`"), ("outputMode", "update"),
                     ("trigger", ("processingTime", "8 seconds")), ("set", "spark.sql.session.timeZone", "Europe/Berlin"),
                     ("set", "spark.sql.ansi.enabled", "false"), ("set", "spark.sql.shuffle.partitions", "1"),
                     ("set", "spark.sql.streaming.noDataMicroBatches.enabled", "false"),
                     ("sql", "SELECT 'it''s \\\\ \"\"' AS q,\ncount(*) AS n FROM `a b` -- \"\"\"")):
            self.assertIn(call, calls)
        _, calls = self.started(text, state="there", available_now=True)
        self.assertIn(("trigger", ("availableNow", True)), calls)
        self.assertIn(("option", "checkpointLocation", os.path.abspath("there/p.spark/screen")), calls)

    def test_environment_and_secrets_are_asked_when_it_runs(self):
        self.write("key", "the secret\n")
        self.pipeline(sources={"t": {"format": "kafka", "url": "https://${BRIDGE}/x", "subscribe": "${TOPIC:-a}-${N}", "password": {"secretFile": "key"},
                                     "username": "me"},
                               "u": {"format": "kafka", "url": "https://${BRIDGE}", "subscribe": "b", "token": "shown to nobody"}},
                      query="SELECT ${WHAT:?say what} FROM t", sinks={"out": {"format": "json", "path": "${OUT}"}})
        env = {"BRIDGE": "hidden-bridge", "N": "hidden-n", "WHAT": "topic", "OUT": "hidden-out"}
        text = self.ok("spark", "p.json", env=env)
        for word in ("hidden", "the secret", "shown to nobody"):
            self.assertNotIn(word, text)
        _, calls = self.started(text, dict(env, TOPIC="", N="7", WHAT="key", KAFKA_BOOTSTRAP_SERVERS="k:9092"))
        self.assertIn(("option", "subscribe", "a-7"), calls)
        self.assertIn(("option", "kafka.bootstrap.servers", "k:9092"), calls)
        self.assertIn(("sql", "SELECT key FROM t"), calls)
        with self.assertRaisesRegex(SystemExit, "WHAT: say what"):
            self.load(text, dict(env, WHAT=""))
        self.assertIn('#   password = {"secretFile": "key"}', text)

    def test_a_secret_that_spark_needs_is_read_when_it_runs(self):
        self.write("where", "in\r\n")
        self.pipeline(sources={"t": {"format": "text", "path": {"secretFile": "where"}}}, query="SELECT value FROM t")
        _, calls = self.started(self.program())
        self.assertIn(("load", os.path.join(os.path.realpath(self.at), "in")), calls)

    def test_a_source_that_spark_cannot_read_is_a_marked_place(self):
        self.pipeline(sources={"m": {"format": "mqtt", "url": "mqtts://broker", "topic": ["a/#", "b"], "payload": "json", "schema": "ts TIMESTAMP, qos STRING",
                                     "mode": "DROPMALFORMED", "watermark": {"column": "ts", "delay": "1 second"}}},
                      query="SELECT ts, topic FROM m")
        text = self.program()
        self.assertIn("FILL IN: Spark has no reader for mqtt", text)
        self.assertIn('#   topic = ["a/#", "b"]', text)
        space, calls = self.load(text)
        with self.assertRaisesRegex(NotImplementedError, "fill_in_m"):
            space["read_m"](Told(calls, "spark"))
        self.assertIn(("fromDDL", "`value` BINARY, `topic` STRING, `qos` INT, `retain` BOOLEAN, `timestamp` TIMESTAMP"), calls)
        space["fill_in_m"] = lambda spark: Told(calls, "messages")
        space["StructType"] = mock.Mock(fromDDL=lambda ddl: mock.Mock(names=["ts", "qos"]))
        del calls[:]
        space["read_m"](Told(calls, "spark"))
        self.assertIn(("select", "value", "topic", "retain", "timestamp"), [c[:5] for c in calls])  # qos is the schema's
        self.assertTrue(any(c[0] == "from_json" and c[2] == "ts TIMESTAMP, qos STRING, `_corrupt_record` STRING" for c in calls), calls)
        self.assertEqual(calls[-1], ("withWatermark", "ts", "1 second"))

    def test_sinks(self):
        self.rows({"s": "x"})
        for sink, mode, words in (
                ({"format": "json", "path": "out"}, "append", [("format", "json"), ("option", "path", os.path.realpath(self.at) + "/out")]),
                ({"format": "json", "path": "out", "metadata": True}, "append", [("foreachBatch",)]),
                ({"format": "json", "path": "out"}, "complete", [("foreachBatch",)]),
                ({"format": "json", "path": "-"}, "complete", [("foreachBatch",)]),
                ({"format": "mqtt", "url": "localhost", "topic": "x"}, "append", [("foreachBatch",)]),
                ({"format": "kafka", "url": "localhost", "topic": "x"}, "append", [("foreachBatch",)])):
            with self.subTest(sink=sink, mode=mode):
                self.pipeline(sinks={"o": sink}, outputMode=mode, query="SELECT s FROM t" if mode == "append" else "SELECT s, count(*) AS n FROM t GROUP BY s")
                _, calls = self.started(self.program())
                for w in words:
                    self.assertTrue(any(c[:len(w)] == w for c in calls), calls)
        self.pipeline(sinks={"o": {"format": "kafka", "url": "localhost", "topic": "x"}}, query="SELECT s AS value FROM t")
        _, calls = self.started(self.program())
        self.assertIn(("format", "kafka"), calls)
        self.assertIn(("option", "topic", "x"), calls)

    def test_several_sinks_and_names(self):
        self.pipeline(sinks={"a-b": {"format": "console"}, "a_b": {"format": "console"}, "class": {"format": "console"}})
        _, calls = self.started(self.program(), state="s")
        places = [c[2] for c in calls if c[:2] == ("option", "checkpointLocation")]
        self.assertEqual([os.path.basename(p) for p in places], ["a_b", "a_b__2", "class"])
        self.assertEqual([c[1] for c in calls if c[0] == "queryName"], ["p_a_b", "p_a_b__2", "p_class"])

    def test_what_is_wrong_is_refused(self):
        self.assertIn("wants one pipeline file", self.refused(2, "spark"))
        self.pipeline(query="SELECT x FROM t")
        self.assertIn("UNRESOLVED_COLUMN", self.refused(78, "spark", "p.json"))

    def test_set(self):
        self.pipeline()
        self.assertIn(json.dumps("complete"), self.program("--set", "outputMode=complete", "--set", "query=SELECT count(*) AS n FROM t"))


if __name__ == "__main__":
    unittest.main()
