"""What a query reads: the source itself, a query of it, a union of two, a join with a table, a LATERAL VIEW.

A relation sets `relation` (behind FROM) and `prefix` (WITH) of the pipeline, and which columns its maker has.
"""
import datetime
import json

from expressions import Expr, Maker

SIMPLE = ["int", "string", "double", "boolean", "decimal(10,2)", "bigint", "timestamp", "date"]


def more_columns(maker, added):
    columns = {t: list(names) for t, names in maker.columns.items()}
    for name, type in added:
        columns.setdefault(type, []).append(name)
    return columns


def plain(p, r):
    if r.random() < 0.1:
        p.relation = "events AS e"


def computed(p, r):
    """SELECT *, something AS x0 FROM events."""
    types = [r.choice(SIMPLE) for _ in range(r.choice([1, 2]))]
    items = ["%s AS x%d" % (p.maker.make(t, r.choice([1, 2])).text, i) for i, t in enumerate(types)]
    where = " WHERE " + p.condition(r).text if r.random() < 0.4 else ""
    text = "SELECT %s FROM events%s" % (", ".join(["*"] + items), where)
    p.maker.columns = more_columns(p.maker, [("x%d" % i, t) for i, t in enumerate(types)])
    return text


def derived(p, r):
    p.relation = "(%s)%s" % (computed(p, r), r.choice(["", " AS t", " t"]))


def cte(p, r):
    p.prefix = "WITH t AS (%s)%s\n" % (computed(p, r), ", u AS (SELECT * FROM t WHERE k IS NOT NULL)" if r.random() < 0.3 else "")
    p.relation = "u" if ", u AS" in p.prefix else "t"


def lines(p, r):
    """Rows of JSON in a text source."""
    p.relation = "(SELECT e.* FROM (SELECT from_json(value, '%s') AS e FROM events) WHERE e IS NOT NULL)" % p.schema()


def union(p, r):
    """Two streams, each with a watermark, or only one of them."""
    kept = [(n, t) for n, t in p.columns if n in ("ts", "k") or t in SIMPLE and n not in ("_corrupt_record", "bad") and r.random() < 0.5]
    second = [p.maker.make(t, 1).text if n not in ("ts", "k") and r.random() < 0.25 else n for n, t in kept]
    p.relation = "(SELECT %s FROM events UNION ALL SELECT %s FROM more)" % (", ".join(n for n, _ in kept), ", ".join(second))
    rows = [[p.inputs_of.json(p.base + datetime.timedelta(seconds=at * p.step), 20) for _ in range(r.choice([1, 2, 4]))] for at in range(r.choice([1, 2, 3]))]
    if p.stateful and r.random() < 0.8:
        rows.append([p.inputs_of.json(p.base + datetime.timedelta(hours=3), 5, True)])
    p.extra["more"] = ({"format": "json", "path": "more", "schema": p.schema(), "maxFilesPerTrigger": 1}, rows)
    if r.random() < 0.75:
        p.extra["more"][0]["watermark"] = {"column": "ts", "delay": p.delay(r)}
    p.maker.columns = {}
    p.maker.columns = more_columns(p.maker, kept)


def join(p, r):
    ids = ["a", "b", "c", "", "z", "A"]
    ids = r.sample(ids, r.choice([0, 2, 3, 5])) if p.stateful else [r.choice(ids + [None]) for _ in range(r.choice([0, 2, 3, 5]))]
    rows = [json.dumps({k: v for k, v in (("id", i), ("name", r.choice(["Alpha", "Beta", None, "ä"])), ("w", r.choice([1, 2.5, -1, None]))) if v is not None}, ensure_ascii=False) for i in ids]
    p.extra["names"] = ({"format": "json", "path": "names", "static": True, "schema": "id STRING, name STRING, w DOUBLE"}, [rows])
    form = r.choice(["on", "on", "on", "using", "aggregate", "semi", "cross", "right"])
    on = r.choice(["k = id", "k = id", "k <=> id", "k = id AND w > 0", "k = id AND i < w" if ("i", "int") in p.columns else "k = id", "lower(k) = id"])
    added = [("name", "string"), ("w", "double")]
    if form == "on":
        p.relation = "events %s JOIN names ON %s" % (r.choice(["", "LEFT", "LEFT", "INNER"]), on)
        added.append(("id", "string"))
    elif form == "using":
        p.relation = "events %s JOIN (SELECT id AS k, name, w FROM names) AS t USING (k)" % r.choice(["", "LEFT"])
    elif form == "aggregate":
        p.relation = "events LEFT JOIN (SELECT id, max(name) AS name, sum(w) AS w FROM names WHERE id <> 'c' GROUP BY id) AS t ON %s" % on
    elif form == "semi":
        p.relation, added = "events %s JOIN names ON %s" % (r.choice(["LEFT SEMI", "LEFT ANTI"]), on), []
    elif form == "cross":
        p.relation = "events CROSS JOIN (SELECT name, w FROM names WHERE id IN ('a', 'b') LIMIT 1) AS t"
    else:
        p.relation = "names RIGHT JOIN events ON %s" % on
    p.maker.columns = more_columns(p.maker, added)


def lateral(p, r):
    views = [("explode(split(s, ' ')) v AS x", [("x", "string")], "s"), ("explode({}) v AS x", [("x", "int")], "a"), ("posexplode({}) v AS p0, x", [("p0", "int"), ("x", "int")], "a"), ("explode(sa) v AS x", [("x", "string")], "sa"), ("explode({}) v AS mk, mv", [("mk", "string"), ("mv", "int")], "m"),
             ("inline(es) v AS u0, v0", [("u0", "int"), ("v0", "string")], "es"), ("explode(array(1, 2)) v AS x", [("x", "int")], "k"), ("stack(2, k, i, 'more', -i) v AS t0, n0", [("t0", "string"), ("n0", "int")], "i"), ("json_tuple(j, 'a', 'b') v AS ja, jb", [("ja", "string"), ("jb", "string")], "j")]
    text, added, name = r.choice([v for v in views if p.has(v[2])])
    if "{}" in text:
        type = "map<string,int>" if name == "m" else "array<int>"
        text = text.format(name if r.random() < 0.6 else p.maker.make(type, 1).text)
    p.relation = "events LATERAL VIEW %s%s" % ("OUTER " if r.random() < 0.4 else "", text)
    if r.random() < 0.2:
        p.relation += " LATERAL VIEW explode(array('one', 'two')) w AS z2"
        added = added + [("z2", "string")]
    names = [n for n, _ in added]
    columns = {t: [x for x in many if x not in names] for t, many in p.maker.columns.items()}
    p.maker = Maker(r, {t: many for t, many in columns.items() if many})
    p.maker.columns = more_columns(p.maker, added)


RELATIONS = {"plain": plain, "derived": derived, "cte": cte, "lines": lines, "union": union, "join": join, "lateral": lateral}
