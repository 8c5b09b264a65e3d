#!/usr/bin/env python3
"""A random pipeline from a seed: schema, input files, query, mode, watermark.

    generate.py SEED [DIRECTORY]     prints the query, or writes pipeline.json and input/
"""
import datetime
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from expressions import AGGREGATES, DECIMALS, Expr, Maker  # noqa: E402

COLUMNS = [  # name, type, how often it is there
    ("ts", "timestamp", 1.0), ("k", "string", 1.0), ("i", "int", 0.9), ("l", "bigint", 0.6), ("d", "double", 0.7), ("s", "string", 0.8), ("b", "boolean", 0.5), ("c", "decimal(10,2)", 0.5),
    ("c2", "decimal(38,10)", 0.2), ("f", "float", 0.3), ("y", "tinyint", 0.2), ("h", "smallint", 0.2), ("dt", "date", 0.4), ("ntz", "timestamp_ntz", 0.15), ("bin", "binary", 0.15), ("a", "array<int>", 0.4), ("sa", "array<string>", 0.2),
    ("m", "map<string,int>", 0.2), ("st", "struct<x:int,y:string>", 0.25),
]
TEXTS = ["", " ", "a", "b", "ab", "Abc", "a,b,,c", "12", "-7", " 42 ", "3.5", "1e3", "NaN", "true", "2024-03-01", "2024-02-30", "2024-03-01 12:34:56", "2024-03-31T02:30:00", "äöü", "ß", "😀", "日本", "x\ty", "it's", "100%_x",
         "\"q\"", "back\\slash", "{\"a\":{\"b\":1},\"x\":[1,2]}", "[1,2,3]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a1b22", "\u0000", "é\u0301", "ΑΣ", "İ", "9223372036854775808", "0x1F", "1970-01-01", "+5", ".5"]
BASES = ["2024-03-01T12:00:00", "2024-03-01T12:00:00", "2024-03-01T12:00:00", "2024-03-31T00:59:40", "2024-10-27T00:59:30", "1969-12-31T23:59:30", "1970-01-01T00:00:05", "2024-12-31T23:59:40", "2038-01-19T03:14:00"]
ZONES = ["UTC", "UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def value(r, name, type, base, spread):
    """A value as JSON text; None: the field is not there."""
    roll = r.random()
    if roll < 0.08:
        return None
    if roll < 0.11:
        return "null"
    if name == "k":
        return json.dumps(r.choice(["a", "b", "c", "a", "b", "", "A"]))
    if type == "timestamp":
        at = base + datetime.timedelta(microseconds=r.choice([1000000, 1000000, 1000, 1]) * r.randrange(1) + int(1e6) * r.randrange(spread) + r.choice([0, 0, 0, 500000, 999999, 1]))
        return json.dumps(at.isoformat() + r.choice(["Z", "Z", "Z", "+00:00"]))
    if type == "int":
        return str(r.choice([0, 1, 2, 3, 4, 5, -1, -2, 7, 10, 100, 2147483647, -2147483648]))
    if type == "tinyint":
        return str(r.choice([0, 1, -1, 127, -128, 5]))
    if type == "smallint":
        return str(r.choice([0, 1, -1, 32767, -32768, 300]))
    if type == "bigint":
        return str(r.choice([0, 1, -1, 2, 10, 1709294400, 9223372036854775807, -9223372036854775808, 4294967296]))
    if type in ("double", "float"):
        return r.choice(["0.0", "-0.0", "1.5", "-2.25", "0.1", "0.2", "3.0", "1e10", "1e-7", "123456.789", '"NaN"', '"Infinity"', '"-Infinity"', "100", "2.5", "1e38"] + (["1e300", "1e-300", "1.7976931348623157e308"] if type == "double" else []))
    if type.startswith("decimal"):
        return r.choice(["0", "0.00", "1.25", "-1.25", "99999999.99", "0.005", "12345.678", "7", "-0.01"] + (["1234567890123456789012345678.0123456789", "-0.0000000001"] if "38" in type else []))
    if type == "string":
        return json.dumps(r.choice(TEXTS), ensure_ascii=r.random() < 0.3)
    if type == "boolean":
        return r.choice(["true", "false"])
    if type == "date":
        return json.dumps(r.choice(["2024-02-29", "1970-01-01", "1969-12-31", "2023-12-31", "2024-03-10", "0001-01-01", "9999-12-31", "1582-10-04"]))
    if type == "timestamp_ntz":
        return json.dumps(r.choice(["2024-03-31T02:30:00", "1969-12-31T23:59:59.123", "2024-02-29T00:00:00", "2024-10-27T02:30:00.000001"]))
    if type == "binary":
        return json.dumps(r.choice(["", "AQID", "YWJj", "/w=="]))
    if type == "array<int>":
        return json.dumps([r.choice([1, 2, 3, None, -5, 2147483647]) for _ in range(r.choice([0, 1, 2, 3, 4]))])
    if type == "array<string>":
        return json.dumps([r.choice(["a", "b", "", None, "ä"]) for _ in range(r.choice([0, 1, 2, 3]))])
    if type == "map<string,int>":
        return json.dumps({k: r.choice([1, 2, None, -3]) for k in r.sample(["a", "b", "x", ""], r.choice([0, 1, 2, 3]))})
    if type.startswith("struct"):
        return json.dumps({k: v for k, v in (("x", r.choice([1, 2, None])), ("y", r.choice(["p", "", None]))) if r.random() < 0.85})
    raise AssertionError(type)


WRONG = ['"x"', "{}", "[]", "1.5", "true", '""', "-1", '"2024-13-45"']


class Pipeline:
    """All that is random of one pipeline, so that the reducer can take parts away."""

    def __init__(self, seed):
        self.seed = seed
        r = self.random = random.Random(seed)
        self.csv = r.random() < 0.12
        self.columns = [(n, t) for n, t, p in COLUMNS if r.random() < p and not (self.csv and t[0] in "amb" and t != "bigint" and t != "boolean" or self.csv and t.startswith("struct"))]
        self.zone = r.choice(ZONES)
        self.base = datetime.datetime.fromisoformat(r.choice(BASES))
        self.watermark = None
        self.where = self.having = None
        self.mode = "append"
        self.order = False
        self.shape = r.choices(["project", "explode", "window", "group", "two", "distinct", "global", "subquery", "session", "union", "join", "dedup"],
                               [34, 5, 28, 12, 3, 2, 3, 6, 6, 6, 8, 4])[0]
        self.items = []  # [(Expr, alias)]
        self.keys = []   # [(Expr, alias)]
        self.limit = None
        self.options = {}
        self.extra = {}  # name → (source, rows of each file)
        self.filters = {}  # alias → Expr: FILTER (WHERE …)
        self.make_files()
        by_type = {}
        for n, t in self.columns:
            by_type.setdefault(t, []).append(n)
        if ("st", "struct<x:int,y:string>") in self.columns:
            by_type.setdefault("int", []).append("st.x")
            by_type.setdefault("string", []).append("st.y")
        self.maker = Maker(r, by_type)
        getattr(self, "make_" + self.shape)()

    # ---- input

    def make_files(self):
        r = self.random
        clean = r.random() < 0.7
        self.files = []
        if self.csv:
            self.options["header"] = r.random() < 0.3
            if r.random() < 0.3:
                self.options["sep"] = self.random.choice([";", "\t", "|"])
            if r.random() < 0.2:
                self.options["nullValue"] = "NaN"
        for at in range(r.choice([1, 1, 1, 2] if self.shape in ("project", "explode", "subquery") else [1, 2, 3, 3, 4])):
            if r.random() < 0.06:
                self.files.append([])
                continue
            base = self.base + datetime.timedelta(seconds=at * r.choice([0, 7, 15, 30]))
            rows = [self.row(base, clean) for _ in range(r.choice([1, 2, 3, 5, 8]))]
            if r.random() < 0.3:
                rows.append(r.choice(rows))
            if self.files and self.files[-1] and r.random() < 0.3:
                rows.append(r.choice(self.files[-1]))  # late, and twice
            self.files.append(rows)
        if not clean and r.random() < 0.3:
            self.options["mode"] = r.choice(["PERMISSIVE", "DROPMALFORMED"])
            if r.random() < 0.6 and self.options["mode"] == "PERMISSIVE":
                self.columns.append(("_corrupt_record", "string"))

    def row(self, base, clean):
        return self.csv_row(base, clean) if self.csv else self.json_row(base, clean)

    def json_row(self, base, clean):
        r = self.random
        if not clean and r.random() < 0.04:
            return r.choice(["{", "not json", '{"i":1', "[]", "null", '{"k":"a"}x', "", "{}", '{"k":"a","k":"b"}', '{"K":"a"}'])
        fields = []
        for n, t in self.columns:
            v = value(r, n, t, base, r.choice([20, 60]))
            if v is not None and not clean and r.random() < 0.03:
                v = r.choice(WRONG)
            if v is not None:
                fields.append("%s:%s" % (json.dumps(n), v))
        return "{" + ",".join(fields) + "}"

    def csv_row(self, base, clean):
        r = self.random
        fields = []
        for n, t in self.columns:
            v = value(r, n, t, base, r.choice([20, 60]))
            if v is not None and not clean and r.random() < 0.05:
                v = json.dumps(r.choice(["x", "", " 1", "1.5", "TRUE", "2024-13-45", "+5", "1e2"]))
            v = "" if v in (None, "null") else json.loads(v) if v.startswith('"') else v
            if any(c in v for c in ",;\t|\"\n") or r.random() < 0.1:
                v = '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
            fields.append(v)
        if not clean and r.random() < 0.06:
            fields = fields[:-1] if r.random() < 0.5 else fields + ["more"]
        return self.options.get("sep", ",").join(fields)

    # ---- shapes

    def depth(self):
        return self.random.choice([1, 1, 2, 2, 3])

    def add(self, e, alias=None):
        self.items.append((e, alias or "c%d" % len(self.items)))

    def make_where(self, chance=0.4):
        if self.random.random() < chance:
            self.where = self.maker.make("boolean", self.depth())

    def make_project(self):
        r = self.random
        for _ in range(r.choice([3, 5, 8, 10])):
            self.add(self.maker.any(self.depth()))
        if r.random() < 0.3:
            n, t = r.choice(self.columns)
            self.add(Expr(t, n), n)
        self.make_where()
        if r.random() < 0.15:
            self.watermark = self.delay()

    def make_session(self):
        r = self.random
        self.mode = r.choice(["append", "append", "complete"])
        if self.mode == "append" or r.random() < 0.5:
            self.watermark = self.delay()
        self.keys.append((Expr("window", "session_window(ts, '%d seconds')" % r.choice([1, 3, 5, 10, 30])), "w"))
        self.make_keys(1)
        if len(self.keys) == 1:
            self.keys.append((Expr("string", "k"), "k"))
        self.make_aggregates()

    def make_dedup(self):
        r = self.random
        columns = ["k"] + r.sample([n for n, t in self.columns if n in ("i", "d", "s", "b", "dt", "ts", "c")], 1)
        if r.random() < 0.7:
            self.watermark = self.delay()
        if self.watermark and r.random() < 0.4:
            self.options["dropDuplicatesWithinWatermark"] = columns
        else:
            self.options["dropDuplicates"] = columns + (["ts"] if self.watermark and "ts" not in columns and r.random() < 0.5 else [])
        for _ in range(r.choice([1, 3])):
            self.add(self.maker.any(1))
        self.add(Expr("string", "k"), "k")
        self.make_where(0.3)

    def make_union(self):
        r = self.random
        self.extra["more"] = ({"format": "json", "path": "more", "schema": self.schema(), "maxFilesPerTrigger": 1}, [[self.json_row(self.base, True) for _ in range(r.choice([1, 2, 4]))] for _ in range(r.choice([1, 2, 3]))])
        if r.random() < 0.5:
            self.watermark = self.delay()
            if r.random() < 0.6:
                self.extra["more"][0]["watermark"] = {"column": "ts", "delay": self.delay()}
        kinds = [r.choice(["int", "string", "double", "boolean", "timestamp", "decimal(10,2)"]) for _ in range(r.choice([1, 2, 4]))]
        for i, kind in enumerate(kinds):
            self.add(self.maker.make(kind, r.choice([0, 1, 1, 2])), "u%d" % i)
        self.add(Expr("timestamp", "ts"), "ts")
        self.arm = [(self.maker.make(kind, r.choice([0, 1, 1])), None) for kind in kinds] + [(Expr("timestamp", "ts"), None)]
        self.make_where(0.3)
        self.over = None
        if r.random() < 0.5:
            self.mode = r.choice(["update", "complete"])
            self.over = "SELECT u0, count(*) AS n, max(ts) AS m FROM ({}) GROUP BY u0"
            if self.watermark and "watermark" in self.extra["more"][0] and r.random() < 0.6:
                self.mode = r.choice(["append", "update"])
                self.over = "SELECT window(ts, '10 seconds') AS w, count(*) AS n, min(u0) AS m FROM ({}) GROUP BY window(ts, '10 seconds')"

    def make_join(self):
        r = self.random
        names = ["%s" % json.dumps({k: v for k, v in (("id", r.choice(["a", "b", "c", "", "z", None])), ("name", r.choice(["Alpha", "Beta", None, "ä"])), ("w", r.choice([1, 2.5, -1, None]))) if v is not None}) for _ in range(r.choice([0, 1, 3, 5]))]
        self.extra["names"] = ({"format": "json", "path": "names", "static": True, "schema": "id STRING, name STRING, w DOUBLE"}, [names])
        on = r.choice(["k = id", "k = id", "k <=> id", "k = id AND w > 0", "k = id AND i < w" if ("i", "int") in self.columns else "k = id"])
        self.join = "events %s JOIN names ON %s" % (r.choice(["", "LEFT", "LEFT", "INNER"]), on)
        both = dict(self.maker.columns, string=self.maker.columns["string"] + ["name", "id"], double=self.maker.columns.get("double", []) + ["w"])
        self.maker = Maker(r, both)
        if r.random() < 0.3:
            self.make_group()
            return
        self.add(Expr("string", "name"), "name")
        for _ in range(r.choice([1, 2, 4])):
            self.add(self.maker.any(r.choice([0, 1, 2])))
        self.make_where(0.4)

    def make_explode(self):
        r = self.random
        self.add(Expr("string", "k"), "k")
        f, t = r.choice([("explode({})", "array<int>"), ("explode({})", "array<string>"), ("posexplode({})", "array<int>"), ("explode({})", "map<string,int>"), ("explode_outer({})", "array<int>"), ("posexplode_outer({})", "array<string>")])
        self.items.append((Expr("generator", f, [self.maker.make(t, self.depth())]), None))
        self.make_where()

    def delay(self):
        return self.random.choice(["0 seconds", "5 seconds", "10 seconds", "10 seconds", "30 seconds", "1 minute", "1 hour", "1 day"])

    def window(self):
        r = self.random
        size = r.choice([5, 10, 10, 20, 60, 3600, 86400])
        text = "window(ts, '%d seconds'" % size
        if r.random() < 0.35 and size <= 60:
            slide = r.choice([x for x in (1, 5, 10, 20) if x <= size and size // x <= 6] or [size])
            text += ", '%d seconds'" % slide
            if r.random() < 0.4:
                text += ", '%d seconds'" % r.choice([x for x in (0, 1, 2, 3) if x < slide] or [0])
        return Expr("window", text + ")")

    def make_keys(self, least):
        r = self.random
        for _ in range(r.choice([least, 1, 1, 2])):
            e = Expr("string", "k") if r.random() < 0.6 else self.maker.make(r.choice(["string", "int", "bigint", "double", "boolean", "date", "decimal(10,2)", "timestamp"]), r.choice([0, 1, 1]))
            if e.text not in [x.text for x, _ in self.keys] and not e.text[0].isdigit() and any(n in e.text for n, _ in self.columns):
                self.keys.append((e, "g%d" % len(self.keys)))

    def aggregate(self):
        _, template, kinds = self.maker.weighted(AGGREGATES)
        args = [self.maker.argument(k, self.random.choice([0, 0, 1, 2]), None) for k in kinds]
        return Expr("aggregate", template, args)

    def make_aggregates(self):
        r = self.random
        for _ in range(r.choice([1, 2, 3, 5])):
            alias = "a%d" % len(self.items)
            self.add(self.aggregate(), alias)
            if r.random() < 0.15:
                self.filters[alias] = self.maker.make("boolean", 1)
        if r.random() < 0.2:
            self.having = Expr("boolean", r.choice(["count(*) > 1", "count(*) % 2 = 1", "min(k) < 'b'", "count(k) >= 1"]))
        self.make_where(0.35)

    def make_window(self):
        r = self.random
        self.mode = r.choice(["append", "append", "update", "complete"])
        if self.mode == "append" or r.random() < 0.8:
            self.watermark = self.delay()
        self.keys.append((self.window(), "w"))
        if r.random() < 0.6:
            self.make_keys(0)
        self.make_aggregates()
        self.order = self.mode == "complete" and r.random() < 0.3

    def make_group(self):
        r = self.random
        self.mode = r.choice(["update", "complete"])
        if r.random() < 0.4:
            self.watermark = self.delay()
        if self.watermark and r.random() < 0.3:
            self.keys.append((Expr("timestamp", "ts"), "t"))
            self.mode = r.choice(["append", "update"])
        self.make_keys(1)
        if not self.keys:
            self.keys.append((Expr("string", "k"), "k"))
        self.make_aggregates()
        self.order = self.mode == "complete" and r.random() < 0.3
        if self.order and r.random() < 0.3:
            self.limit = r.choice([1, 2, 5])

    def make_global(self):
        r = self.random
        self.mode = r.choice(["update", "complete"])
        if r.random() < 0.3:
            self.watermark = self.delay()
        self.make_aggregates()

    def make_distinct(self):
        r = self.random
        self.mode = r.choice(["update", "complete"])
        for _ in range(r.choice([1, 2])):
            self.add(self.maker.make(r.choice(["string", "int", "double", "boolean"]), 1))
        self.make_where()

    def make_two(self):
        """An aggregate of windows of windows: append only."""
        r = self.random
        self.watermark = self.delay()
        self.keys.append((Expr("window", "window(ts, '10 seconds')"), "w"))
        self.make_keys(1)
        self.add(self.aggregate(), "a0")
        self.outer = r.choice(["SELECT window(window_time(w), '30 seconds') AS w2, count(*) AS n, max(a0) AS m FROM ({}) GROUP BY window(window_time(w), '30 seconds')",
                               "SELECT window(w, '20 seconds') AS w2, count(*) AS n FROM ({}) GROUP BY window(w, '20 seconds')"])

    def make_subquery(self):
        r = self.random
        for i in range(r.choice([2, 3, 4])):
            self.add(self.maker.make(r.choice(["int", "string", "double", "boolean", "timestamp"]), self.depth()), "q%d" % i)
        self.make_where()
        kept = r.choice(["int", "string", "double", "boolean", "timestamp"])
        inner = {}
        for e, a in self.items:
            inner.setdefault(e.type, []).append(a)
        outer = Maker(r, inner)
        self.tops = [(outer.make(kept, 2), "z%d" % i) for i in range(r.choice([1, 2, 3]))] + [(Expr(e.type, a), a) for e, a in self.items[:1]]
        self.top_where = outer.make("boolean", 1) if r.random() < 0.5 else None
        self.cte = r.random() < 0.5

    # ---- SQL

    def item(self, e, alias):
        text = e.text
        if alias in self.filters:
            text += " FILTER (WHERE %s)" % self.filters[alias].text
        return text + (" AS " + alias if alias else "")

    def core(self):
        lines = ["SELECT " + ("DISTINCT " if self.shape == "distinct" else "") + ", ".join(self.item(e, a) for e, a in self.keys + self.items), "FROM " + getattr(self, "join", "events")]
        if self.where:
            lines.append("WHERE " + self.where.text)
        if self.keys:
            lines.append("GROUP BY " + ", ".join(e.text for e, _ in self.keys))
        if self.having:
            lines.append("HAVING " + self.having.text)
        if self.order:
            lines.append("ORDER BY " + ", ".join(a for _, a in self.keys + self.items))
        if self.limit:
            lines.append("LIMIT %d" % self.limit)
        return lines

    def query(self):
        if self.shape == "two":
            return self.outer.format("\n".join(self.core())).split("\n")
        if self.shape == "subquery":
            top = "SELECT " + ", ".join(self.item(e, a) for e, a in self.tops)
            where = "\nWHERE " + self.top_where.text if self.top_where else ""
            inner = "\n".join(self.core())
            text = "WITH q AS (%s)\n%s\nFROM q%s" % (inner, top, where) if self.cte else "%s\nFROM (%s)%s" % (top, inner, where)
            return text.split("\n")
        if self.shape == "union":
            text = "\n".join(self.core() + ["UNION ALL", "SELECT " + ", ".join(e.text for e, _ in self.arm), "FROM more"])
            return (self.over.format(text) if self.over else text).split("\n")
        return self.core()

    def schema(self):
        return ", ".join("%s %s" % (n, t.upper().replace("STRUCT<X:INT,Y:STRING>", "STRUCT<x: INT, y: STRING>")) for n, t in self.columns)

    def pipeline(self):
        source = dict({"format": "csv" if self.csv else "json", "path": "input", "schema": self.schema(), "maxFilesPerTrigger": 1}, **self.options)
        if self.watermark:
            source["watermark"] = {"column": "ts", "delay": self.watermark}
        sources = dict({"events": source}, **{name: s for name, (s, _) in self.extra.items()})
        return {"name": "seed_%d" % self.seed, "sources": sources, "query": self.query(), "outputMode": self.mode, "timeZone": self.zone,
                "sinks": {"out": {"format": "json", "path": "-", "metadata": True}}}

    def inputs(self):
        """(path, text), oldest first."""
        head = [self.options.get("sep", ",").join(n for n, _ in self.columns)] if self.csv and self.options["header"] else []
        files = [("input/%02d.%s" % (i, "csv" if self.csv else "json"), head + rows) for i, rows in enumerate(self.files)]
        files += [("%s/%02d.json" % (name, i), rows) for name, (_, many) in self.extra.items() for i, rows in enumerate(many)]
        return [(path, "".join(row + "\n" for row in rows)) for path, rows in files]

    def text(self):
        return json.dumps(self.pipeline(), indent=1, ensure_ascii=False) + "\n"

    def write(self, directory):
        for name in ["input", *self.extra]:
            os.makedirs(os.path.join(directory, name), exist_ok=True)
        with open(os.path.join(directory, "pipeline.json"), "w", encoding="utf-8") as f:
            f.write(self.text())
        for i, (path, text) in enumerate(self.inputs()):
            with open(os.path.join(directory, path), "wb") as f:
                f.write(text.encode("utf-8", "surrogatepass"))
            os.utime(os.path.join(directory, path), (1700000000 + 10 * i,) * 2)


if __name__ == "__main__":
    made = Pipeline(int(sys.argv[1]))
    if len(sys.argv) > 2:
        made.write(sys.argv[2])
    else:
        print(made.text())
        for name, content in made.inputs():
            print(name, content, sep="\n")
