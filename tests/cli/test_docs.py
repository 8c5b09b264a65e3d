"""docs/pipeline.md names every key and option that there is, and none that there is not."""
import os
import re
import unittest

from cli import EVENTS, Case

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = {"format": "json", "path": "in", "schema": EVENTS}
SOURCES = {"json": FILES, "csv": dict(FILES, format="csv"), "text": {"format": "text", "path": "in"}, "socket": {"format": "socket", "host": "h", "port": 1},
           "kafka": {"format": "kafka", "url": "localhost", "subscribe": "t"},
           "mqtt": {"format": "mqtt", "url": "localhost", "topic": "t"}, "rate": {"format": "rate"}, "rate-micro-batch": {"format": "rate-micro-batch", "rowsPerBatch": 1}}
SINKS = {"console": {"format": "console"}, "json": {"format": "json", "path": "-"}, "csv": {"format": "csv", "path": "-"}, "text": {"format": "text", "path": "-"},
         "kafka": {"format": "kafka", "url": "localhost", "topic": "t"},
         "mqtt": {"format": "mqtt", "url": "localhost", "topic": "t"}}


class Documented(Case):
    def names(self, **changes):
        """What the message about a key like no other lists."""
        self.pipeline(**changes)
        err = self.refused(78, "check", "p.json")
        return re.search(r'unknown key "@+" of [^;]*; there are (.*)', err).group(1).split(", ")

    def test_options(self):
        with open(os.path.join(HERE, "..", "..", "docs", "pipeline.md"), encoding="utf-8") as f:
            known = set(re.findall(r"`([^`]+)`", re.sub(r"(?s)```.*?```", "", f.read())))
        alien = {"@@@@@@@@@@@@@@@@@@@@@@@@": 1}
        asked = [({}, alien)] + [({}, {k: alien}) for k in ("limits", "conf", "trigger")]
        asked += [({}, {"sources": {"t": dict(s, **alien)}}) for s in SOURCES.values()]
        asked += [({}, {"sinks": {"t": dict(s, **alien)}}) for s in SINKS.values()]
        seen = set()
        for _, changes in asked:
            seen |= set(self.names(**changes))
        self.assertGreater(len(seen), 40)
        names = {n for words in known for n in re.findall(r"[A-Za-z][A-Za-z.]*[A-Za-z]", words)}
        self.assertEqual({n for n in seen if n not in names} - {"static"}, set())

    def test_formats(self):
        for kind, formats in (("sources", SOURCES), ("sinks", SINKS)):
            self.pipeline(**{kind: {"t": {"format": "@@@@@@@@@@@@@@@@@@@@@@@@"}}})
            there = re.search(r"there are (.*)", self.refused(78, "check", "p.json")).group(1)
            self.assertEqual(set(there.split(", ")), set(formats), "a new %s format: docs/pipeline.md wants a section" % kind)


if __name__ == "__main__":
    unittest.main()
