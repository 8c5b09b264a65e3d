"""Typical mistakes in SQL and pipeline files, each with the whole message: place, cause and cure (mistakes/*.txt).

An entry is `== name`, the query or the pipeline, `--`, and what `runnel check` says. A query is in the file q.sql, at the
pipeline below; the lines before it may say `mode: complete`. With MISTAKES=write the messages are written anew: read each
as who made the mistake.
"""
import json
import os
import unittest

from cli import Case

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mistakes")
SOURCE = {"format": "json", "path": "in", "schema": "eventTime TIMESTAMP, device STRING, value DOUBLE, count INT, tags ARRAY<STRING>, "
                                                    "at STRUCT<x: DOUBLE, y: DOUBLE>, ok BOOLEAN",
          "watermark": {"column": "eventTime", "delay": "10 minutes"}}


def entries(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        for block in ("\n" + f.read()).split("\n== ")[1:]:
            title, rest = block.split("\n", 1)
            text, _, message = rest.partition("\n--\n")
            yield title, text, message.rstrip("\n") + "\n"


class Mistakes(Case):
    def check(self, name, text):
        mode = "append"
        if name == "pipeline.txt":
            self.write("p.json", text + "\n")
        else:
            if text.startswith("mode: "):
                first, text = text.split("\n", 1)
                mode = first[len("mode: "):]
            self.write("q.sql", text + "\n")
            self.write("p.json", json.dumps({"sources": {"events": SOURCE, "lines": {"format": "text", "path": "in"}}, "query": {"file": "q.sql"},
                                             "outputMode": mode, "sinks": {"out": {"format": "console"}}}))
        return self.refused(78, "check", "p.json")

    def run_file(self, name):
        done = []
        for title, text, message in entries(name):
            with self.subTest(title):
                got = self.check(name, text)
                done.append("== %s\n%s\n--\n%s" % (title, text, got))
                if not os.environ.get("MISTAKES"):
                    self.assertEqual(got, message)
                self.assertRegex(got, r"^(p\.json|q\.sql):\d+:\d+: ")
        if os.environ.get("MISTAKES") == "write":
            with open(os.path.join(HERE, name), "w", encoding="utf-8") as f:
                f.write("\n".join(done))
        return len(done)

    def test_sql(self):
        self.assertGreater(self.run_file("sql.txt"), 60)

    def test_pipeline(self):
        self.assertGreater(self.run_file("pipeline.txt"), 25)


if __name__ == "__main__":
    unittest.main()
