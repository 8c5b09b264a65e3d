"""What devices send: random columns, values and lines, most of them good, some late, some twice, some malformed."""
import datetime
import json

COLUMNS = [  # name, type, how often it is there
    ("ts", "timestamp", 1.0), ("k", "string", 1.0), ("i", "int", 0.9), ("l", "bigint", 0.6), ("d", "double", 0.7), ("s", "string", 0.7), ("b", "boolean", 0.5), ("c", "decimal(10,2)", 0.5), ("c2", "decimal(38,10)", 0.2),
    ("f", "float", 0.25), ("y", "tinyint", 0.2), ("h", "smallint", 0.2), ("dt", "date", 0.4), ("ntz", "timestamp_ntz", 0.15), ("j", "string", 0.25), ("bin", "binary", 0.15), ("a", "array<int>", 0.4), ("sa", "array<string>", 0.25),
    ("m", "map<string,int>", 0.25), ("st", "struct<x:int,y:string>", 0.3), ("n", "struct<p:struct<q:double,r:array<string>>,z:boolean>", 0.15), ("es", "array<struct<u:int,v:string>>", 0.2), ("ma", "map<string,array<int>>", 0.12),
    ("aa", "array<array<int>>", 0.12),
]
NESTED = {"a", "sa", "m", "st", "n", "es", "ma", "aa", "bin"}  # not in CSV

LEAVES = {  # what a nested column gives, by type
    "st": [("int", "st.x"), ("string", "st.y")],
    "n": [("double", "n.p.q"), ("array<string>", "n.p.r"), ("boolean", "n.z"), ("string", "n.p.r[0]")],
    "es": [("array<int>", "es.u"), ("array<string>", "es.v"), ("int", "es[0].u"), ("string", "element_at(es, -1).v")],
    "ma": [("array<int>", "ma['a']"), ("array<string>", "map_keys(ma)")],
    "aa": [("array<int>", "aa[0]"), ("array<int>", "flatten(aa)")],
    "j": [("int", "from_json(j, 'a INT, b STRING').a"), ("string", "from_json(j, 'a STRING').a"), ("double", "from_json(j, 'x DOUBLE').x"), ("array<int>", "from_json(j, 'ARRAY<INT>')"), ("map<string,int>", "from_json(j, 'MAP<STRING, INT>')")],
}

TEXTS = ["", " ", "a", "b", "ab", "Abc", "abc", "Hello World", "x1 y22 z", "a,b,,c", "12", "-7", " 42 ", "3.5", "1e3", "NaN", "true", "2024-03-01", "2024-02-30", "2024-03-01 12:34:56", "2024-03-31T02:30:00", "äöü", "ß", "😀", "日本", "x\ty",
         "it's", "100%_x", "\"q\"", "back\\slash", "{\"a\":{\"b\":1},\"x\":[1,2]}", "[1,2,3]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a1b22", "\u0000", "é\u0301", "ΑΣ", "İ", "9223372036854775808", "0x1F", "1970-01-01", "+5", ".5"]
JSONS = ['{"a":1,"b":"x"}', '{"a":2,"x":1.5}', '{"a":"3"}', '{"a":null,"b":{"c":1}}', "[1,2,3]", "[]", '[{"a":1},{"a":2}]', '{"x":1e3,"a":7.0}', "{}", "", "{", '{"a":1}x', '{"A":1,"a":5}', "null", "12", '{"a":[1,2],"b":true}', '{"a":-1,"b":"ü\\u00e9"}']
BASES = ["2024-03-01T12:00:00"] * 5 + ["2024-03-31T00:59:40", "2024-10-27T00:59:30", "1969-12-31T23:59:30", "1970-01-01T00:00:05", "2024-12-31T23:59:40", "2038-01-19T03:14:00"]
ZONES = ["UTC", "UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]

GOOD = {  # type → values as JSON text; the nasty ones stand in NASTY
    "int": ["0", "1", "2", "3", "4", "5", "7", "10", "100", "-1", "-2"],
    "tinyint": ["0", "1", "-1", "5", "7"],
    "smallint": ["0", "1", "-1", "300", "12"],
    "bigint": ["0", "1", "-1", "2", "10", "100", "1709294400", "4294967296"],
    "double": ["0.0", "1.5", "-2.25", "0.1", "0.2", "3.0", "123456.789", "100", "2.5", "42.75", "-0.5"],
    "decimal(10,2)": ["0", "0.00", "1.25", "-1.25", "7", "-0.01", "19.99", "100.5"],
    "date": ['"2024-02-29"', '"2024-03-01"', '"1970-01-01"', '"2023-12-31"', '"2024-03-10"', '"2024-12-30"'],
    "timestamp_ntz": ['"2024-03-31T02:30:00"', '"1969-12-31T23:59:59.123"', '"2024-02-29T00:00:00"', '"2024-10-27T02:30:00.000001"'],
    "binary": ['""', '"AQID"', '"YWJj"', '"/w=="'],
    "boolean": ["true", "false"],
}
GOOD["float"] = GOOD["double"]
GOOD["decimal(38,10)"] = GOOD["decimal(10,2)"]
NASTY = {
    "int": ["2147483647", "-2147483648"],
    "tinyint": ["127", "-128"],
    "smallint": ["32767", "-32768"],
    "bigint": ["9223372036854775807", "-9223372036854775808"],
    "double": ["-0.0", "1e10", "1e-7", '"NaN"', '"Infinity"', '"-Infinity"', "1e38", "1e300", "1e-300", "1.7976931348623157e308", "4.9e-324"],
    "float": ["-0.0", "1e10", "1e-7", '"NaN"', '"Infinity"', '"-Infinity"', "1e38"],
    "decimal(10,2)": ["99999999.99", "0.005", "12345.678", "-99999999.99"],
    "decimal(38,10)": ["1234567890123456789012345678.0123456789", "-0.0000000001", "0.00000000005"],
    "date": ['"1969-12-31"', '"0001-01-01"', '"9999-12-31"', '"1582-10-04"'],
}
WRONG = ['"x"', "{}", "[]", "1.5", "true", '""', "-1", '"2024-13-45"']
MALFORMED_JSON = ["{", "not json", '{"i":1', "[]", "null", '{"k":"a"}x', "", "{}", '{"k":"a","k":"b"}', '{"K":"a"}', '[{"k":"a","i":1},{"k":"b"}]', "{'k':'a','i':3}", '{"k":"a",}']
WRONG_CSV = ["x", "", " 1", "1.5", "TRUE", "2024-13-45", "+5", "1e2", '"']


class Inputs:
    """The lines of one source. `nulls` is how often a field is not there, `dirt` how often one is wrong, `nasty` how often it
    is at the edge of its type; `local` times name no zone."""

    def __init__(self, random, columns, options, nulls, dirt, nasty, local):
        self.random, self.columns, self.options, self.nulls, self.dirt, self.nasty, self.local = random, list(columns), options, nulls, dirt, nasty, local

    def time(self, base, spread):
        r = self.random
        at = base + datetime.timedelta(seconds=r.randrange(spread), microseconds=r.choice([0, 0, 0, 500000, 999999, 1]))
        if r.random() < 0.08:
            at -= datetime.timedelta(seconds=r.choice([5, 30, 120, 3600]))  # late
        return json.dumps(at.isoformat() + ("" if self.local else r.choice(["Z", "Z", "Z", "+00:00"])))

    def value(self, name, type, base, spread, whole=False):
        """A value as JSON text; None: the field is not there."""
        r = self.random
        if not whole and name not in ("ts", "k") and r.random() < self.nulls or not whole and r.random() < 0.02:
            return r.choice([None, None, "null"])
        if type == "timestamp":
            return self.time(base, spread)
        if name == "k":
            return json.dumps(r.choice(["a", "b", "c", "a", "b", "a", "", "A"]))
        if name == "j":
            return json.dumps(r.choice(JSONS))
        if type == "string":
            return json.dumps(r.choice(TEXTS), ensure_ascii=r.random() < 0.3)
        if type in GOOD:
            return r.choice(NASTY[type] if type in NASTY and r.random() < self.nasty else GOOD[type])
        return json.dumps(self.nested(type))

    def nested(self, type):
        r = self.random
        ints = lambda: [r.choice([1, 2, 3, 5, None, -5, 2147483647]) for _ in range(r.choice([0, 1, 2, 3, 4]))]
        texts = lambda: [r.choice(["a", "b", "", None, "ä", "xyz"]) for _ in range(r.choice([0, 1, 2, 3]))]
        some = lambda pairs: {k: v for k, v in pairs if r.random() < 0.85}
        return {
            "array<int>": ints, "array<string>": texts,
            "map<string,int>": lambda: {k: r.choice([1, 2, None, -3]) for k in r.sample(["a", "b", "x", ""], r.choice([0, 1, 2, 3]))},
            "struct<x:int,y:string>": lambda: some([("x", r.choice([1, 2, 7, None])), ("y", r.choice(["p", "q", "", None]))]),
            "struct<p:struct<q:double,r:array<string>>,z:boolean>": lambda: some([("p", r.choice([None, {}, {"q": 2.5, "r": texts()}, {"q": -1, "r": texts()}])), ("z", r.choice([True, False, None]))]),
            "array<struct<u:int,v:string>>": lambda: [r.choice([None, {}, {"u": 1, "v": "p"}, {"u": 2}, {"v": "q"}, {"u": 3, "v": ""}]) for _ in range(r.choice([0, 1, 2, 3]))],
            "map<string,array<int>>": lambda: {k: r.choice([ints(), ints(), None]) for k in r.sample(["a", "b", "c"], r.choice([0, 1, 2]))},
            "array<array<int>>": lambda: [r.choice([ints(), ints(), None]) for _ in range(r.choice([0, 1, 2]))],
        }[type]()

    def json(self, base, spread, whole=False):
        r = self.random
        if not whole and r.random() < self.dirt:
            return r.choice(MALFORMED_JSON)
        fields = []
        for n, t in self.columns:
            v = self.value(n, t, base, spread, whole)
            if v is not None and not whole and n not in ("ts", "k") and r.random() < self.dirt:
                v = r.choice(WRONG)
            if v is not None:
                fields.append("%s:%s" % (json.dumps(n), v))
        return "{" + ",".join(fields) + "}"

    def csv(self, base, spread, whole=False):
        r = self.random
        fields = []
        for n, t in self.columns:
            v = self.value(n, t, base, spread, whole)
            if v is not None and not whole and n != "ts" and r.random() < self.dirt:
                v = json.dumps(r.choice(WRONG_CSV))
            v = "" if v in (None, "null") else json.loads(v) if v.startswith('"') else v
            if any(c in v for c in ",;\t|\"\n") or r.random() < 0.1:
                v = '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
            elif not whole and r.random() < self.dirt:
                v = " " + v
            fields.append(v)
        if not whole and r.random() < self.dirt:
            fields = fields[:-1] if r.random() < 0.5 else fields + ["more"]
        return self.options.get("sep", ",").join(fields)
