#!/usr/bin/env python3
"""A random pipeline from a seed: sources, files, query, mode, watermark, restarts.

    generate.py SEED [DIRECTORY]     prints it, or writes pipeline.json and the files of its first run

What a pipeline is made of draws from random numbers of its own (`part`), so that a new kind of one part leaves the others as they are.
"""
import datetime
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from expressions import Expr, Maker  # noqa: E402
from inputs import BASES, COLUMNS, LEAVES, NESTED, ZONES, Inputs  # noqa: E402
from relations import RELATIONS  # noqa: E402
from shapes import SHAPES, STATEFUL  # noqa: E402

STRUCT_NAMES = {"x", "y", "p", "q", "r", "z", "u", "v"}
FOR_TEXT = ["project", "generate", "top", "group", "total", "distinct"]


def ddl(type):
    """The type as a schema has it: field names as they are, the rest in capitals."""
    out, word = "", ""
    for c in type + " ":
        if c.isalnum():
            word += c
            continue
        out += word if word in STRUCT_NAMES else word.upper()
        out, word = out + c, ""
    return out.rstrip()


class Pipeline:
    """All that is random of one pipeline, so that the reducer can take parts away."""

    def __init__(self, seed):
        self.seed = seed
        self.watermark = self.where = self.having = self.limit = self.over = None
        self.mode, self.order, self.group_by, self.prefix = "append", [], "expr", ""
        self.items, self.keys = [], []  # [(Expr, alias or None)]
        self.tops, self.top_where = [], None
        self.filters = {}  # alias → Expr: FILTER (WHERE …)
        self.options, self.extra = {}, {}  # extra: name → (source, rows of each file)
        self.make_frame()
        self.make_columns()
        self.make_files()
        self.relation = "events"
        r = self.part("relation")
        self.maker = Maker(r, self.leaves())
        RELATIONS[self.related](self, r)
        r = self.part("query")
        self.maker = Maker(r, self.maker.columns)
        SHAPES[self.shape](self, r)
        self.make_restarts()

    def part(self, name):
        return random.Random("%d/%s" % (self.seed, name))

    def make_frame(self):
        r = self.part("frame")
        self.format = r.choices(["json", "csv", "text"], [80, 14, 6])[0]
        weights = {"project": 15, "generate": 7, "top": 7, "window": 22, "group": 13, "session": 9, "total": 4, "distinct": 4, "two": 7, "dedup": 7}
        names = FOR_TEXT if self.format == "text" else list(weights)
        self.shape = r.choices(names, [weights[n] for n in names])[0]
        self.related = "lines" if self.format == "text" else r.choices(["plain", "derived", "cte", "union", "join", "lateral"], [46, 12, 8, 12, 14, 8])[0]
        self.stateful = self.shape in STATEFUL
        self.zone = r.choice(ZONES)
        self.conf = {"spark.sql.session.timeZone": self.zone} if r.random() < 0.15 else {}
        if self.stateful and r.random() < 0.08:
            self.conf["spark.sql.streaming.noDataMicroBatches.enabled"] = False
        if self.related == "union" and r.random() < 0.3:
            self.conf["spark.sql.streaming.multipleWatermarkPolicy"] = "max"
        self.named = r.random() < 0.6  # AS for each item

    def make_columns(self):
        r = self.part("columns")
        self.columns = [(n, t) for n, t, p in COLUMNS if r.random() < p and not (self.format == "csv" and n in NESTED)]

    # ---- input

    def make_files(self):
        r = self.part("input")
        self.dirty = r.random() < 0.3
        self.base = datetime.datetime.fromisoformat(r.choice(BASES))
        self.inputs_of = Inputs(r, self.columns, self.options, r.choice([0.02, 0.08, 0.2]), 0.04 if self.dirty else 0, r.choice([0, 0.05, 0.2]), r.random() < 0.1)
        self.line_end, self.last_end = r.choice(["\n"] * 8 + ["\r\n"]), r.random() < 0.85
        self.make_options(r)
        line = self.inputs_of.csv if self.format == "csv" else self.inputs_of.json
        self.step, spread = r.choice([5, 10, 20, 60]), r.choice([5, 20, 40])
        self.files = []
        for at in range(r.choice([1, 2, 2, 3]) if self.stateful else r.choice([1, 1, 2])):
            if r.random() < 0.05:
                self.files.append([])
                continue
            rows = [line(self.base + datetime.timedelta(seconds=at * self.step), spread) for _ in range(r.choice([2, 3, 5, 8]))]
            for again in (rows, self.files[-1] if self.files else []):
                if again and r.random() < (0.8 if self.shape == "dedup" else 0.25):
                    rows.append(r.choice(again))  # twice; late, and twice
            self.files.append(rows)
        if self.stateful and r.random() < 0.8:  # what lets the watermark pass all the rest
            self.files.append([line(self.base + datetime.timedelta(hours=r.choice([2, 30, 50])), 5, True) for _ in range(r.choice([1, 2]))])

    def make_options(self, r):
        o = self.options
        if self.dirty and self.format != "text":
            if r.random() < 0.5:
                o["mode"] = r.choice(["PERMISSIVE", "DROPMALFORMED"])
            if r.random() < 0.4 and o.get("mode") != "DROPMALFORMED":
                name = r.choice(["_corrupt_record", "bad"])
                self.columns.append((name, "string"))
                if name == "bad":
                    o["columnNameOfCorruptRecord"] = name
        if self.format == "csv":
            o["header"] = r.random() < 0.3
            some = [("sep", [";", "\t", "|"]), ("nullValue", ["NaN", "-"]), ("emptyValue", ["none"]), ("ignoreLeadingWhiteSpace", [True]), ("ignoreTrailingWhiteSpace", [True]), ("comment", ["#"]), ("quote", ["'"]), ("escape", ["\""]), ("multiLine", [True])]
        elif self.format == "json":
            some = [("allowComments", [True]), ("allowSingleQuotes", [False]), ("allowUnquotedFieldNames", [True]), ("allowBackslashEscapingAnyCharacter", [True]), ("dateFormat", ["yyyy-MM-dd"]), ("timeZone", ["America/New_York"])]
        else:
            some = []
        for name, values in some:
            if r.random() < (0.2 if name in ("sep", "nullValue") else 0.04):
                o[name] = r.choice(values)

    def make_restarts(self):
        """Which run each file comes in."""
        r = self.part("restarts")
        runs, self.runs = 1, {}
        restarts = r.random() < (0.25 if self.stateful else 0.08)
        for path, _ in self.inputs():
            if restarts and not path.startswith("names/") and path.split("/")[1] != "00." + self.ending() and r.random() < 0.5:
                runs += 1
            self.runs[path] = 1 if path.startswith("names/") else min(runs, 4)
            if "/00." in path:
                self.runs[path] = 1

    # ---- what shapes and relations are made of

    def leaves(self):
        by_type = {}
        for n, t in self.columns:
            by_type.setdefault(t, []).append(n)
            for leaf_type, text in LEAVES.get(n, []):
                by_type.setdefault(leaf_type, []).append(text)
        return by_type

    def has(self, name):
        return any(name in names for names in self.maker.columns.values())

    def add(self, e, alias=None):
        """An item; `alias` is needed where something else names it."""
        if all(e.text != x.text for x, _ in self.items + self.keys):
            self.items.append((e, alias or ("c%d" % len(self.items) if self.named else None)))

    def delay(self, r):
        return r.choice(["0 seconds", "5 seconds", "10 seconds", "10 seconds", "20 seconds", "30 seconds", "1 minute", "1 hour"])

    def condition(self, r):
        """What most rows pass, or a random one that few may."""
        simple = ["k IN ('a', 'b')", "k <> 'c'", "k IS NOT NULL", "NOT (k <=> 'b')", "k >= 'a'", "coalesce(k, 'x') <> ''"]
        if not self.has("k"):
            simple = ["1 < 2"]
        for name, more in (("i", ["i >= 0", "i % 2 = 0", "i IS NOT NULL", "i < 100", "i + 1 > 1"]), ("d", ["d < 1000", "d > 0.1", "NOT isnan(d)"]), ("b", ["b", "b IS NOT FALSE", "NOT b"]), ("s", ["length(s) < 20", "s <> ''"]), ("l", ["l BETWEEN -5 AND 5000000000"]),
                           ("a", ["size(a) > 0", "a IS NOT NULL"]), ("c", ["c > 0"]), ("dt", ["dt > DATE '1970-01-01'", "year(dt) = 2024"]), ("ts", ["ts IS NOT NULL", "ts >= TIMESTAMP '%sZ'" % (self.base + datetime.timedelta(seconds=3)).isoformat()])):
            simple += more if self.has(name) else []
        texts = [r.choice(simple)]
        if r.random() < 0.3:
            texts.append(r.choice(simple))
        e = Expr("boolean", (" AND " if r.random() < 0.6 else " OR ").join(texts))
        if r.random() < 0.3:
            e = Expr("boolean", r.choice(["({} OR {})", "({} OR {})", "({} AND {})"]), [e, self.maker.make("boolean", r.choice([1, 2]))])
        return e

    def make_where(self, r, chance):
        if r.random() < chance:
            self.where = self.condition(r)

    # ---- SQL

    def item(self, e, alias):
        text = e.text
        if alias in self.filters:
            text += " FILTER (WHERE %s)" % self.filters[alias].text
        return text + (" AS " + alias if alias else "")

    def grouping(self):
        if self.group_by == "all":
            return "ALL"
        if self.group_by == "ordinal":
            return ", ".join(str(i + 1) for i in range(len(self.keys)))
        return ", ".join(a if self.group_by == "alias" and a else e.text for e, a in self.keys)

    def core(self):
        lines = ["SELECT " + ("DISTINCT " if self.shape == "distinct" else "") + ", ".join(self.item(e, a) for e, a in self.keys + self.items), "FROM " + self.relation]
        if self.where:
            lines.append("WHERE " + self.where.text)
        if self.keys:
            lines.append("GROUP BY " + self.grouping())
        if self.having:
            lines.append("HAVING " + self.having.text)
        if self.order:
            lines.append("ORDER BY " + ", ".join(self.order))
        if self.limit:
            lines.append("LIMIT %d" % self.limit)
        return lines

    def query(self):
        text = "\n".join(self.core())
        if self.tops:
            text = "SELECT %s\nFROM (%s) AS q" % (", ".join(self.item(e, a) for e, a in self.tops), text)
            text += "\nWHERE " + self.top_where.text if self.top_where else ""
        if self.over:
            text = self.over.format(text)
        return (self.prefix + text).split("\n")

    def schema(self):
        return ", ".join("%s %s" % (n, ddl(t)) for n, t in self.columns)

    def pipeline(self):
        source = dict({"format": self.format, "path": "input", "maxFilesPerTrigger": 1}, **self.options)
        if self.format != "text":
            source["schema"] = self.schema()
        if self.watermark:
            source["watermark"] = {"column": "ts", "delay": self.watermark}
        p = {"name": "seed_%d" % self.seed, "sources": dict({"events": source}, **{name: s for name, (s, _) in self.extra.items()}), "query": self.query(), "outputMode": self.mode,
             "sinks": {"out": {"format": "json", "path": "-", "metadata": True}}}
        if self.conf:
            p["conf"] = self.conf
        if "spark.sql.session.timeZone" not in self.conf:
            p["timeZone"] = self.zone
        return p

    def ending(self):
        return {"text": "txt"}.get(self.format, self.format)

    def inputs(self):
        """(path, text), oldest first."""
        head = [self.options.get("sep", ",").join(n for n, _ in self.columns)] if self.options.get("header") else []
        files = [("input/%02d.%s" % (i, self.ending()), head + rows) for i, rows in enumerate(self.files)]
        files += [("%s/%02d.json" % (name, i), rows) for name, (_, many) in self.extra.items() for i, rows in enumerate(many)]
        return [(path, self.line_end.join(rows) + (self.line_end if self.last_end and rows else "")) for path, rows in files]

    def text(self):
        return json.dumps(self.pipeline(), indent=1, ensure_ascii=False) + "\n"

    def last_run(self):
        return max(self.runs.values(), default=1)

    def write(self, directory):
        """pipeline.json and the files of the first run; those of run N are below `later/N`."""
        for name in ["input", *self.extra]:
            os.makedirs(os.path.join(directory, name), exist_ok=True)
        with open(os.path.join(directory, "pipeline.json"), "w", encoding="utf-8") as f:
            f.write(self.text())
        for i, (path, text) in enumerate(self.inputs()):
            run = self.runs.get(path, 1)
            whole = os.path.join(directory, path if run == 1 else "later/%d/%s" % (run, path))
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as f:
                f.write(text.encode("utf-8", "surrogatepass"))
            os.utime(whole, (1700000000 + 10 * i,) * 2)


def bring(directory, run):
    """The files of run N come."""
    later = os.path.join(directory, "later", str(run))
    for folder, _, names in os.walk(later):
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join(directory, os.path.relpath(folder, later), name))


if __name__ == "__main__":
    made = Pipeline(int(sys.argv[1]))
    if len(sys.argv) > 2:
        made.write(sys.argv[2])
    else:
        print(made.text())
        for name, content in made.inputs():
            print("%s in run %d" % (name, made.runs[name]), content, sep="\n")
