"""Exit codes, options, --set, where state lies, what the device is called."""
import json
import os
import unittest

from cli import Case


class ExitCodes(Case):
    def test_2_is_wrong_usage(self):
        self.pipeline()
        for arguments, words in (
                ((), "runnel run FILE"),
                (("chek", "p.json"), "no such command: chek; did you mean check?"),
                (("run",), "wants one pipeline file, got 0"),
                (("run", "p.json", "q.json"), "wants one pipeline file, got 2"),
                (("run", "nope.json"), "nope.json: there is no such file"),
                (("check", "nope.json"), "nope.json: there is no such file"),
                (("explain", "nope.json"), "nope.json: there is no such file"),
                (("run", "p.json", "--availble-now"), "did you mean --available-now?"),
                (("check", "p.json", "--state", "x"), "no such option here: --state"),
                (("run", "p.json", "-n"), "no such option here: -n"),
                (("run", "p.json", "--state"), "--state wants a value"),
                (("run", "p.json", "--state", "a", "--state", "b"), "--state is given twice"),
                (("run", "p.json", "--available-now=yes"), "takes no value"),
                (("run", "p.json", "--log-level", "loud"), "one of error, warning, info, debug"),
                (("run", "p.json", "--set", "sinks.out"), "wants path=value"),
                (("run", "p.json", "--set", "sinks.out.pth=x"), 'unknown key "pth" of a json sink; did you mean "path"?'),
                (("check", "p.json", "--set", "sinks.oat.path=x"), 'did you mean "out"?'),
                (("check", "p.json", "--set", "sorces.t.path=x"), 'did you mean "sources"?'),
                (("check", "p.json", "--set", "nix=x"), 'unknown key "nix"'),
                (("check", "p.json", "--set", "name.first=x"), "is no object"),
                (("check", "p.json", "--set", "sinks..path=x"), "wanted is a path"),
                (("sql",), "wants one query and --from"),
                (("sql", "SELECT 1"), "wants one query and --from"),
                (("state",), "wants a checkpoint directory"),
                (("state", "x", "sho"), "neither show, check nor deadletter"),
                (("state", "x", "deadletter", "foo"), "neither list nor resend"),
                (("version", "now"), "takes no argument")):
            with self.subTest(arguments=arguments):
                err = self.refused(2, *arguments)
                self.assertIn(words, err)

    def test_78_is_wrong_configuration(self):
        for name, change in (("query", {"query": "SELEC"}), ("mode", {"outputMode": "all"}), ("no sinks", {"sinks": None}),
                             ("zone", {"timeZone": "Mars/Base"})):
            with self.subTest(name):
                self.pipeline(**change)
                for command in ("run", "check", "explain"):
                    self.assertRegex(self.refused(78, command, "p.json"), r"^p\.json:")

    def test_1_is_failed(self):
        self.assertIn("is no checkpoint", self.refused(1, "state", "nowhere"))
        os.makedirs(self.path("empty"))
        self.assertIn("is no checkpoint", self.refused(1, "state", "empty", "check"))
        self.assertIn("is no checkpoint", self.refused(1, "state", self.pipeline()))

    def test_0(self):
        self.assertRegex(self.ok("version"), r"^runnel \d+\.\d+\.\d+ for \S+, (32|64)-bit, checkpoint format \d+\n$")
        self.assertEqual(self.ok("version"), self.ok("--version"))
        for help in ("help", "--help", "-h"):
            for command in ("run", "sql", "check", "explain", "state", "version"):
                self.assertIn("runnel %s" % command, self.ok(help))
        self.assertIn("runnel run FILE", self.ok("run", "--help"))
        self.assertIn("--watermark", self.ok("sql", "-h"))

    def test_a_name_that_begins_with_a_dash_stands_behind_two(self):
        self.pipeline("-p.json")
        self.assertIn("root", self.ok("check", "--", "-p.json"))


class Set(Case):
    def setUp(self):
        super().setUp()
        self.rows({"s": "a", "i": 1})
        self.pipeline()

    def test_forms(self):
        self.assertIn("|NULL|  a|  1|", self.now("--set", "sinks.out={\"format\":\"console\"}"))
        for i, (value, row) in enumerate((("SELECT i FROM t", '{"i":1}'), ("SELECT '3' AS x FROM t", '{"x":"3"}'))):
            out = self.ok("run", "p.json", "--available-now", "--state=s%d" % i, "--set=query=" + value)
            self.assertEqual(out, row + "\n")

    def test_adds_what_is_not_there(self):
        out = self.now("--set", "limits.memory=8MB", "--set", "sources.t.maxFilesPerTrigger=1", "--set",
                       "conf.spark.sql.session.timeZone=Asia/Tokyo", "--set",
                       "query=SELECT CAST(TIMESTAMP '2024-03-01 00:00:00Z' AS STRING) AS z FROM t")
        self.assertEqual(out, '{"z":"2024-03-01 09:00:00"}\n')

    def test_case_of_an_option(self):
        self.assertIn('"_runnel"', self.now("--set", "sinks.out.METADATA=true"))

    def test_wrong_value_is_configuration_and_names_it(self):
        err = self.refused(78, "check", "p.json", "--set", "sources.t.maxFilesPerTrigger=none")
        self.assertIn("--set sources.t.maxFilesPerTrigger=none: maxFilesPerTrigger is 'none'; wanted is a whole number", err)
        err = self.refused(78, "check", "p.json", "--set", "query=SELECT nix FROM t")
        self.assertIn("--set query=SELECT nix FROM t:1:8: [UNRESOLVED_COLUMN.WITH_SUGGESTION]", err)
        self.assertIn("\n  SELECT nix FROM t\n         ^~~\n", err)


class Places(Case):
    """Of the checkpoint."""

    def setUp(self):
        super().setUp()
        self.rows({"s": "a"})

    def where(self, *more, env=None, **changes):
        self.pipeline(trigger={"availableNow": True}, **changes)
        self.ok("run", "p.json", *more, env=env)
        return sorted(os.path.relpath(d, self.at) for d, _, files in os.walk(self.at) if "data.mdb" in files)

    def test_state_wins_over_the_file(self):
        self.assertEqual(self.where("--state", "here", env={"STATE_DIRECTORY": "x"}, checkpointLocation="there"), ["here/p"])

    def test_the_file_wins_over_the_environment(self):
        self.assertEqual(self.where(env={"STATE_DIRECTORY": self.path("x")}, checkpointLocation="there"), ["there"])

    def test_state_directory(self):
        self.assertEqual(self.where(env={"STATE_DIRECTORY": self.path("x")}), ["x/p"])

    def test_home(self):
        self.assertEqual(self.where(), [".local/state/runnel/p"])

    def test_nowhere(self):
        self.pipeline()
        env = {k: v for k, v in self.env.items() if k != "HOME"}
        self.env = env
        self.assertIn("give --state DIR", self.refused(2, "run", "p.json"))

    def test_relative_to_the_file(self):
        os.makedirs(self.path("deep", "in"))
        self.rows({"s": "b"}, name="deep/in/a.json")
        self.pipeline("deep/p.json", checkpointLocation="ck", sinks={"out": {"format": "json", "path": "out"}})
        self.ok("run", "deep/p.json", "--available-now")
        self.assertTrue(os.path.exists(self.path("deep", "ck", "data.mdb")))
        self.assertEqual(self.read("deep/out/part-00000000.json"), '{"s":"b"}\n')


class Device(Case):
    def device(self, *more, env=None):
        self.rows({"s": "a"})
        self.pipeline(sinks={"out": {"format": "json", "path": "-", "metadata": True}})
        out = self.ok("run", "p.json", "--available-now", "--state", "s%d" % len(os.listdir(self.at)), *more, env=env)
        return json.loads(out)["_runnel"]

    def test_option_environment_machine(self):
        self.assertEqual(self.device("--device", "cellar", env={"RUNNEL_DEVICE": "roof"})["device"], "cellar")
        self.assertEqual(self.device(env={"RUNNEL_DEVICE": "roof"})["device"], "roof")
        machine = ""
        if os.path.exists("/etc/machine-id"):
            with open("/etc/machine-id", encoding="ascii") as f:
                machine = f.read().strip()
        got = self.device()
        self.assertEqual(got["device"], machine or os.uname().nodename)
        self.assertEqual((got["query"], got["batch"], got["row"]), ("p", 0, 0))
        self.assertRegex(got["epoch"], "^[0-9a-f]{16}$")


if __name__ == "__main__":
    unittest.main()
