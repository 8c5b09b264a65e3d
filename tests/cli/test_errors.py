"""Messages: FILE:LINE:COLUMN, the line and a caret, cause and cure."""
import json
import unittest

from cli import EVENTS, Case


class Json(Case):
    def wrong(self, text):
        self.write("p.json", text)
        return self.refused(78, "check", "p.json")

    def test_place_line_caret(self):
        for text, want in (
                ('{\n  "name": "p",\n}\n', 'p.json:3:1: this is not JSON: expected a name in "quotes" behind the comma (if there is '
                                           'no more, take the comma out)\n  }\n  ^\n'),
                ('{\n  "name": "p"\n  "query": 1\n}\n', 'p.json:3:3: this is not JSON: expected \',\' or \'}\'\n    "query": 1\n    ^\n'),
                ("{'name': 1}", "p.json:1:2: this is not JSON: expected a name in \"quotes\", or }\n  {'name': 1}\n   ^\n"),
                ('{"ä": 1, "b": tru}', 'p.json:1:15: this is not JSON: expected a value: a string in "quotes", a number, true, '
                                       'false, null, [ or {\n  {"ä": 1, "b": tru}\n                ^\n'),
                ('{"name": "p', 'p.json:1:10: this is not JSON: expected a closing " of the string that begins here\n  {"name": "p\n'
                                '           ^\n'),
                ('{} x', "p.json:1:4: this is not JSON: expected nothing more: the value ends before this\n  {} x\n     ^\n"),
                ("", 'p.json:1:1: this is not JSON: expected a value: a string in "quotes", a number, true, false, null, [ or {\n'),
                ("[1]", "p.json:1:1: a pipeline is an array; wanted is an object\n  [1]\n  ^\n")):
            with self.subTest(text):
                self.assertTrue(self.wrong(text).startswith(want), (self.wrong(text), want))

    def test_comments_keep_places(self):
        err = self.wrong('// one\n{ /* two\n three */ "nam": "p" }\n')
        self.assertEqual(err, 'p.json:3:11: unknown key "nam" of a pipeline; did you mean "name"?\n   three */ "nam": "p" }\n'
                              '            ^~~~~\n')
        self.assertIn("p.json:2:1: this comment has no end", self.wrong("{}\n/* x"))

    def test_comments(self):
        self.write("p.json", '// a pipeline\n{ "name": "p", /* its "source" */ "sources": {"t": {"format": "rate"}},\n'
                             '"query": "SELECT \'//\' AS a, \'/* */\' AS b FROM t", // not a comment there\n'
                             '"sinks": {"o": {"format": "console"}} }\n')
        self.assertIn("a: string", self.ok("check", "p.json"))

    def test_duplicate_keys(self):
        self.assertIn('p.json:2:2: "name" is given twice; keep one\n   "name": "b"}\n   ^~~~~~\n', self.wrong('{"name": "a",\n "name": "b"}'))
        self.pipeline(sources={"t": {"format": "json", "path": "in", "PATH": "out", "schema": EVENTS}})
        self.assertIn("is given twice (in another case)", self.refused(78, "check", "p.json"))

    def test_a_directory_is_no_file(self):
        import os
        os.makedirs(self.path("d"))
        self.assertIn("d: Is a directory", self.refused(2, "check", "d"))


class Keys(Case):
    def message(self, **changes):
        self.pipeline(**changes)
        return self.refused(78, "check", "p.json")

    def source(self, **more):
        return self.message(sources={"t": dict({"format": "json", "path": "in", "schema": EVENTS}, **more)})

    def test_typical_mistakes(self):
        source, top = self.source, self.message
        json_file = {"format": "json", "path": "in"}
        for make, change, words in (
                (top, {"qurey": "x"}, 'unknown key "qurey" of a pipeline; did you mean "query"?'),
                (top, {"outputmode": "append"}, 'did you mean "outputMode"?'),
                (top, {"outputMode": "complet"}, 'outputMode is "complet"; wanted is append, update or complete'),
                (top, {"name": "my pipeline"}, "a name is 1 to 64 letters, digits, _ and -"),
                (top, {"trigger": "10 seconds"}, 'a trigger is one of {"processingTime": "10 seconds"}'),
                (top, {"trigger": {"processingTime": "10"}}, 'a text such as "10 seconds"'),
                (top, {"trigger": {"continuous": "1 second"}}, '"continuous" is not built yet'),
                (top, {"trigger": {"availableNow": False}}, '"availableNow" is true, or is left out'),
                (top, {"sinks": [{"format": "console"}]}, "sinks is an array; wanted is an object of names"),
                (top, {"sinks": {}}, 'there is nothing in "sinks"'),
                (top, {"sinks": {"o": "console"}}, "a sink is a string; wanted is an object such as"),
                (top, {"sinks": {"o": {"format": "consol"}}}, 'did you mean "console"?'),
                (top, {"sinks": {"o": {"format": "json"}}}, 'a json sink needs "path"'),
                (top, {"sinks": None}, 'the pipeline has no "sinks"'),
                (top, {"limits": {"memory": "much"}}, "memory is 'much'; wanted is a size such as \"32MB\""),
                (top, {"limits": {"memory": "4095KB"}}, "memory is '4095KB'; wanted is 4MB or more"),
                (top, {"limits": {"memroy": "1MB"}}, 'did you mean "memory"?'),
                (top, {"conf": {"spark.sql.ansi.enabled": "true"}}, 'unknown key "spark.sql.ansi.enabled" of conf'),
                (top, {"timeZone": "Europe/Berln"}, 'no time zone is named "Europe/Berln"'),
                (top, {"sources": {"t": {"format": "jsn", "path": "in"}}}, '[DATA_SOURCE_NOT_FOUND] there is no source format "jsn"'),
                (top, {"sources": {"t": {"path": "in"}}}, 'a source has no "format"'),
                (top, {"sources": {"t": json_file}}, '[UNABLE_TO_INFER_SCHEMA] the source has no "schema"'),
                (top, {"sources": {"t": {"format": "socket", "host": "h"}}}, 'a socket source needs "port"'),
                (source, {"maxFilesPerTriger": 1}, 'did you mean "maxFilesPerTrigger"?'),
                (source, {"maxFilesPerTrigger": 0}, "maxFilesPerTrigger is 0; wanted is 1 to"),
                (source, {"latestFirst": "yes"}, "latestFirst is 'yes'; wanted is true or false"),
                (source, {"schema": "s STRNG"}, "[UNSUPPORTED_DATATYPE] STRNG is no type. Did you mean STRING?"),
                (source, {"schema": "s STRING i INT"}, "expected ',' and the next column"),
                (source, {"schema": "s STRING, s INT"}, "[COLUMN_ALREADY_EXISTS]"),
                (source, {"watermark": "10 minutes"}, "watermark is a string; wanted is an object such as"),
                (source, {"watermark": {"column": "ts"}}, "delay is missing"),
                (source, {"watermark": {"column": "ts", "delay": "10"}}, "[CANNOT_PARSE_INTERVAL] '10' is no delay"),
                (source, {"watermark": {"column": "tz", "delay": "1 day"}}, "did you mean `ts`?"),
                (source, {"watermark": {"column": "s", "delay": "1 day"}}, "must be TIMESTAMP"),
                (source, {"dropDuplicates": ["d"]}, "[UNRESOLVED_COLUMN_AMONG_FIELD_NAMES] the dropDuplicates column `d`"),
                (source, {"dropDuplicatesWithinWatermark": ["s"]}, 'give source t a "watermark"'),
                (source, {"idleTimeout": "1 minute"}, "idleTimeout is about the watermark, and the source has none"),
                (source, {"watermark": {"column": "ts", "delay": "1 day"}, "maxFuture": "soon"}, "'soon' is no time for maxFuture")):
            with self.subTest(change):
                err = make(**change)
                self.assertIn(words, err)
                self.assertRegex(err, r"^p\.json:\d+:\d+: ")
                self.assertRegex(err, r"\n *\^~*\n$")


class Sql(Case):
    def message(self, query, **changes):
        self.pipeline(query=query, **changes)
        return self.refused(78, "check", "p.json")

    def place(self, query, name="p.json"):
        return self.message(query).split(": ")[0]

    def test_lines_of_an_array_have_the_files_places(self):
        self.write("p.json", '{ "sources": {"t": {"format": "rate"}}, "sinks": {"o": {"format": "console"}},\n'
                             '  "query": ["SELECT value,",\n'
                             '            "       nix",\n'
                             '    "FROM t"] }\n')
        err = self.refused(78, "check", "p.json")
        self.assertTrue(err.startswith("p.json:3:21: [UNRESOLVED_COLUMN.WITH_SUGGESTION] there is no column `nix`"), err)
        self.assertTrue(err.endswith("\n         nix\n         ^~~\n"), err)

    def test_escapes_before_the_place_are_counted(self):
        head = '{ "sources": {"t": {"format": "rate"}}, "sinks": {"o": {"format": "console"}},\n"query": ["'
        for line in (r"SELECT \"a\" AS b, \u00e9, ".replace(r", \u00e9", r", '\u00e9' AS e"), r"SELECT '\\\\' AS b, ",
                     r"SELECT 'é', '\ud83d\ude00' AS e, ", "SELECT '\U0001F600' AS e, ", r"\tSELECT "):
            with self.subTest(line):
                self.write("p.json", head + line + 'nix", "FROM t"] }')
                column = len('"query": ["') + len(line) + 1
                self.assertTrue(self.refused(78, "check", "p.json").startswith("p.json:2:%d: " % column),
                                (column, self.refused(78, "check", "p.json")))

    def test_a_single_string(self):
        self.write("p.json", '{ "sources": {"t": {"format": "rate"}}, "sinks": {"o": {"format": "console"}},\n'
                             '  "query": "SELECT nix FROM t" }')
        self.assertTrue(self.refused(78, "check", "p.json").startswith("p.json:2:20: "))

    def test_a_string_of_many_lines_has_the_texts_places(self):
        self.assertEqual(self.place("SELECT s,\n  nix\nFROM t"), "p.json:2:3")

    def test_a_query_file(self):
        self.write("sub/q.sql", "-- what\nSELECT s,\n       nix FROM t\n")
        self.pipeline("sub/p.json", query={"file": "q.sql"})
        err = self.refused(78, "check", "sub/p.json")
        self.assertTrue(err.startswith("q.sql:3:8: [UNRESOLVED_COLUMN.WITH_SUGGESTION]"), err)
        self.assertTrue(err.endswith("         nix FROM t\n         ^~~\n"), err)
        self.pipeline(query={"file": "nope.sql"})
        self.assertIn("nope.sql: there is no such file", self.refused(78, "check", "p.json"))

    def test_typical_mistakes(self):
        grouped = "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"
        for query, mode, words in (
                ("SELECT s FORM t", "append", "Did you mean FROM instead of 'FORM'?"),
                ("SELECT s, FROM t", "append", "[TRAILING_COMMA_IN_SELECT] there is a comma before FROM; take it out"),
                ("SELECT s,, i FROM t", "append", "unexpected ','; expected an expression"),
                ("SELECT s FROM t WHERE s = 'a", "append", "the string that begins here has no closing '"),
                ("SELECT `s FROM t", "append", "the quoted name that begins here has no closing `"),
                ("SELECT s FROM t WHERE (i = 1", "append", "expected ')' to close the parenthesis"),
                ("SELECT s FROM t WHERE i = 1 AND", "append", "unexpected 'AND'"),
                ("SELECT ss FROM t", "append", "there is no column `ss`; did you mean `ts`?"),
                ("SELECT s FROM event", "append", "[TABLE_OR_VIEW_NOT_FOUND] there is no source `event`; the pipeline has: `t`"),
                ("SELECT cont(*) FROM t", "update", "there is no function `cont`; did you mean `count`?"),
                ("SELECT rond(1) FROM t", "append", "there is no function `rond`; did you mean `round`?"),
                ("SELECT upper(s, i) FROM t", "append", "upper takes 1 argument, not 2: upper(str)"),
                ("SELECT 1 + * AS x FROM t", "append", "* stands only in a SELECT list and as an argument of a function"),
                ("SELECT CAST(i AS STRNG) FROM t", "append", "STRNG is no type. Did you mean STRING?"),
                ("SELECT s FROM t WHERE s", "append", "a condition must be BOOLEAN, this is STRING"),
                ("SELECT s FROM t WHERE count(*) > 1", "update", "WHERE sees single rows, HAVING sees groups"),
                ("SELECT s, count(*) FROM t GROUP BY i", "complete", "`s` is not in GROUP BY: add it there"),
                ("SELECT s, count(*) FROM t GROUP BY s", "append", grouped),
                ("SELECT s FROM t", "complete", grouped),
                ("SELECT s FROM t ORDER BY s", "append", "ORDER BY needs an aggregation below it and outputMode complete"),
                ("SELECT s FROM t LIMIT 1", "update", "LIMIT cannot be in update mode"),
                ("SELECT window(ts, '1 minut') FROM t", "append", "no interval; for example \"10 minutes\""),
                ("SELECT window(ts, '1 month') FROM t", "append", "greater than a month"),
                ("SELECT window(i, '1 minute') FROM t", "append", "argument 1 is INT, wanted TIMESTAMP"),
                ("SELECT window(ts) FROM t", "append", "window takes 2 to 4 arguments"),
                ("SELECT explode(s) FROM t", "append", "argument 1 is STRING, wanted ARRAY or MAP"),
                ("SELECT ts > now() - INTERVAL 5 MINUTS FROM t", "append", "expected a unit: YEAR"),
                ("SELECT row_number() OVER (ORDER BY ts) FROM t", "append", "group by window(time, …) instead"),
                ("SELECT s FROM t; SELECT i FROM t", "append", "unexpected 'SELECT'"),
                ("INSERT INTO t VALUES (1)", "append", "expected SELECT"),
                ("SELECT date_format(ts, 'YYYY') FROM t", "append", "'Y'"),
                ("SELECT s RLIKE '(' FROM t", "append", "a ( without its )"),
                ("", "append", "there is no query here; it begins with SELECT or WITH")):
            with self.subTest(query):
                err = self.message(query, outputMode=mode)
                self.assertIn(words, err)
                self.assertRegex(err, r"^p\.json:\d+:\d+: ")
                self.assertRegex(err, r"\n *\^~*\n$")


class Environment(Case):
    def value(self, text, env=None):
        self.rows({"s": "x"})
        self.pipeline(query="SELECT '%s' AS v FROM t" % text)
        out = self.ok("run", "p.json", "--available-now", "--set", "checkpointLocation=" + self.path("c"), env=env)
        import shutil
        shutil.rmtree(self.path("c"))
        return json.loads(out)["v"]

    def test_forms(self):
        self.assertEqual(self.value("a ${V} b", {"V": "w"}), "a w b")
        self.assertEqual(self.value("${V}", {"V": ""}), "")
        self.assertEqual(self.value("${V:-d e}"), "d e")
        self.assertEqual(self.value("${V:-}"), "")
        self.assertEqual(self.value("${V:-d}", {"V": ""}), "d")
        self.assertEqual(self.value("${V:-d}", {"V": "w"}), "w")
        self.assertEqual(self.value("${V:?m}", {"V": "w"}), "w")
        self.assertEqual(self.value("$V {V} $"), "$V {V} $")

    def test_not_set(self):
        self.pipeline(query="SELECT '${V}' FROM t")
        self.assertIn("the environment has no V; set it, or write ${V:-default}", self.refused(78, "check", "p.json"))
        self.pipeline(query="SELECT '${V:?say which}' FROM t")
        self.assertRegex(self.refused(78, "check", "p.json"), r"^p\.json:\d+:\d+: V: say which\n")
        self.pipeline(query="SELECT '${V' FROM t")
        self.assertIn('"${" without "}"', self.refused(78, "check", "p.json"))
        self.pipeline(query="SELECT '${1V}' FROM t")
        self.assertIn('"${1V}" is none of ${NAME}', self.refused(78, "check", "p.json"))

    def test_in_paths_and_numbers(self):
        self.rows({"s": "x"}, name="data/a.json")
        self.pipeline(sources={"t": {"format": "json", "path": "${D}", "schema": "s STRING", "maxFilesPerTrigger": "${N:-3}"}})
        self.assertEqual(self.now(env={"D": "data"}), '{"s":"x"}\n')

    def test_secret_file(self):
        self.rows({"s": "x"})
        self.write("secret", "SELECT s AS hidden FROM t\n")
        self.pipeline(query={"secretFile": "secret"})
        self.assertEqual(self.now(), '{"hidden":"x"}\n')
        self.write("credentials/secret", "SELECT s AS better FROM t")
        self.assertIn("better", self.ok("check", "p.json", env={"CREDENTIALS_DIRECTORY": self.path("credentials")}))
        self.pipeline(query={"secretFile": "nope"})
        self.assertRegex(self.refused(78, "check", "p.json"), r"^p\.json:\d+:\d+: nope: there is no such file")


if __name__ == "__main__":
    unittest.main()
