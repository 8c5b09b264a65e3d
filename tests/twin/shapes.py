"""What a query makes of its rows: a function a shape, which sets items, keys, mode, watermark and what stands around them."""
from expressions import AGGREGATES, Expr, Maker

STATEFUL = {"window", "group", "session", "total", "distinct", "two", "dedup"}
KEY_TYPES = ["string", "int", "bigint", "double", "boolean", "date", "decimal(10,2)", "timestamp"]


def depth(r):
    return r.choice([1, 1, 2, 2, 3])


# ---- rows

def project(p, r):
    for _ in range(r.choice([3, 5, 8, 10])):
        p.add(p.maker.any(depth(r)))
    if r.random() < 0.3:
        n, t = r.choice([c for c in p.columns if p.has(c[0])])
        p.add(Expr(t, n), n)
    if r.random() < 0.15:
        p.add(Expr("window", "window(ts, '10 seconds')"), "w")
    p.make_where(r, 0.4)
    if r.random() < 0.15 and p.format != "text":
        p.watermark = p.delay(r)
    if r.random() < 0.08:
        p.limit = r.choice([1, 3, 5])
    elif r.random() < 0.1:
        p.mode = "update"


def dedup(p, r):
    names = [n for n, t in p.columns if n in ("i", "d", "s", "b", "dt", "c")] or ["ts"]
    columns = ["k"] + r.sample(names, 1) if r.random() < 0.7 else ["k"]
    if r.random() < 0.75:
        p.watermark = p.delay(r)
    if p.watermark and r.random() < 0.45:
        p.options["dropDuplicatesWithinWatermark"] = columns
    else:
        p.options["dropDuplicates"] = columns + (["ts"] if p.watermark and "ts" not in columns and r.random() < 0.5 else [])
    for _ in range(r.choice([1, 3])):
        p.add(p.maker.any(1))
    p.add(Expr("string", "k"), "k")
    p.add(Expr("timestamp", "ts"), "ts")
    p.make_where(r, 0.25)
    p.mode = r.choice(["append", "append", "update"])


def generate(p, r):
    f, t = r.choice([("explode({})", "array<int>"), ("explode({})", "array<string>"), ("posexplode({})", "array<int>"), ("explode({})", "map<string,int>"), ("explode_outer({})", "array<int>"), ("posexplode_outer({})", "array<string>"), ("inline({})", "array<struct>"), ("explode({})", "array<struct>"),
                     ("explode({}) AS x", "array<int>"), ("posexplode({}) AS (p, x)", "array<string>"), ("explode({}) AS (mk, mv)", "map<string,int>"), ("stack(2, {}, 1, 'b')", "stack"), ("json_tuple({}, 'a', 'x')", "string"), ("inline(array(struct({} AS p, 2 AS q)))", "string")])
    p.items.append((Expr("string", "k"), None))
    arguments = [p.maker.make("int", 1), p.maker.make("string", 1)] if t == "stack" else [p.maker.make(t, depth(r))]
    p.items.append((Expr("generator", "stack(2, {}, {}, 1, 'b')" if t == "stack" else f, arguments), None))
    if r.random() < 0.4:
        p.add(p.maker.any(1))
    p.make_where(r, 0.3)


def top(p, r):
    """A query of a query, the inner one's names used."""
    for i in range(r.choice([2, 3, 4])):
        p.items.append((p.maker.make(r.choice(["int", "string", "double", "boolean", "timestamp", "array<int>", "struct"]), depth(r)), "q%d" % i))
    p.make_where(r, 0.3)
    inner = {}
    for e, a in p.items:
        inner.setdefault(e.type, []).append(a)
        if e.type == "struct":
            inner.setdefault("int", []).append(a + ".x")
            inner.setdefault("string", []).append(a + ".y")
    outer = Maker(r, inner)
    kept = lambda: r.choice(["int", "string", "double", "boolean", "timestamp"])
    p.tops = [(outer.make(kept(), 2), "z%d" % i if p.named else None) for i in range(r.choice([1, 2, 3]))] + [(Expr(e.type, a), a) for e, a in p.items[:1]]
    if r.random() < 0.4:
        p.top_where = Expr("boolean", r.choice(["q0 IS NOT NULL", "(q0 IS NULL OR {})", "({} IS NOT TRUE)"]), [outer.make("boolean", 1)])


# ---- aggregates

def window_of(r):
    size = r.choice([5, 10, 10, 20, 60, 3600, 86400])
    text = "window(ts, '%d seconds'" % size
    if r.random() < 0.35 and size <= 60:
        slide = r.choice([x for x in (1, 5, 10, 20) if x <= size and size // x <= 6] or [size])
        text += ", '%d seconds'" % slide
        if r.random() < 0.4:
            text += ", '%d seconds'" % r.choice([x for x in (0, 1, 2, 3) if x < slide] or [0])
    elif r.random() < 0.1:
        text = "window(ts, '%s'" % r.choice(["1 minute", "1 hour", "1 day", "1 week", "90 seconds", "1 minute 30 seconds", "500 milliseconds"])
    return Expr("window", text + ")")


def add_keys(p, r, least, named):
    for _ in range(r.choice([least, 1, 1, 2])):
        e = Expr("string", "k") if r.random() < 0.6 else p.maker.make(r.choice(KEY_TYPES), r.choice([0, 1, 1]))
        if e.text not in [x.text for x, _ in p.keys] and any(n in e.text for names in p.maker.columns.values() for n in names) and not e.text.startswith("CAST(NULL"):
            p.keys.append((e, "g%d" % len(p.keys) if named else None))


def aggregate(p, r):
    _, template, kinds = p.maker.weighted(AGGREGATES)
    return Expr("aggregate", template, [p.maker.argument(k, r.choice([0, 0, 1, 2]), None) for k in kinds])


def add_aggregates(p, r):
    for _ in range(r.choice([1, 2, 3, 5])):
        e = aggregate(p, r)
        alias = "a%d" % len(p.items) if p.named or r.random() < 0.5 else None
        if all(e.text != x.text for x, _ in p.items):
            p.items.append((e, alias))
            if alias and r.random() < 0.2 and e.template.endswith(")") and e.template.count("(") == 1:
                p.filters[alias] = p.condition(r)
    if r.random() < 0.2:
        texts = ["count(*) > 1", "count(*) >= 1", "count(*) % 2 = 1", "min(k) < 'b'", "count(k) >= 1", "max(ts) IS NOT NULL", "count(*) > 0 AND min(k) IS NOT NULL"]
        if p.has("i"):
            texts += ["sum(i) > 0 OR count(*) < 3", "max(i) IS NOT NULL"]
        p.having = Expr("boolean", r.choice(texts))
    for e, a in p.keys[:1]:
        if e.type == "string" and r.random() < 0.2:
            p.items.append((Expr("string", r.choice(["upper(%s)", "concat(%s, '!')", "length(%s)"]) % e.text), "ofkey"))
        elif e.type == "window" and r.random() < 0.25 and not e.text.startswith("session"):
            p.items.append((Expr("timestamp", r.choice(["{}.start", "{}.end"]), [e]), "edge" if p.named else None))
    p.make_where(r, 0.35)
    groupings = ["expr"] * 6 + (["ordinal"] if p.keys else []) + (["alias"] if all(a and e.type != "window" for e, a in p.keys) else []) + ["all"]
    p.group_by = r.choice(groupings) if p.keys and not any(a == "ofkey" for _, a in p.items) else "expr"


def add_order(p, r):
    """Complete mode may be sorted; the keys at last, so that there is but one order."""
    if p.mode != "complete" or r.random() < 0.6 or not p.keys:
        return
    terms = [str(i + 1) if a is None or r.random() < 0.2 else a for i, (_, a) in enumerate(p.keys)]
    r.shuffle(terms)
    first = [a for e, a in p.items if a and e.template.startswith(("count(", "sum(", "avg(", "count_if(")) and "," not in e.template]
    if first and r.random() < 0.5:
        terms.insert(0, r.choice(first))
    p.order = [t + r.choice(["", "", " DESC", " ASC", " NULLS LAST", " DESC NULLS FIRST"]) for t in terms]
    if r.random() < 0.3:
        p.limit = r.choice([1, 2, 5])


def add_over(p, r):
    """A query around the aggregate: what it filters is not the aggregate's."""
    if p.order or r.random() > 0.15 or not p.items or not all(a for _, a in p.keys + p.items):
        return
    _, alias = r.choice(p.items)
    terms = r.choice(["*", "*, %s IS NULL AS e0" % alias, "%s" % alias, "CAST(%s AS STRING) AS text, *" % alias])
    p.over = "SELECT " + terms + "\nFROM ({})" + r.choice(["", " AS t", "\nWHERE %s IS NOT NULL" % alias])
    if p.keys and p.keys[0][0].text.startswith("window(") and r.random() < 0.6:
        p.over = p.over.replace("SELECT ", "SELECT window_time(w) AS at, w.start AS begun, ", 1)


def window(p, r):
    p.mode = r.choice(["append", "append", "update", "complete"])
    if p.mode == "append" and r.random() < 0.98 or r.random() < 0.8:
        p.watermark = p.delay(r)
    p.keys.append((window_of(r), "w" if p.named or r.random() < 0.5 else None))
    if r.random() < 0.6:
        add_keys(p, r, 0, p.named)
    add_aggregates(p, r)
    add_order(p, r)
    add_over(p, r)
    if p.watermark and r.random() < 0.06:
        p.options[r.choice(["dropDuplicates", "dropDuplicatesWithinWatermark"])] = ["k", "ts"]


def session(p, r):
    p.mode = r.choice(["append", "append", "append", "complete"])
    if p.mode == "append" or r.random() < 0.5:
        p.watermark = p.delay(r)
    gap = "'%d seconds'" % r.choice([1, 3, 5, 10, 30])
    if r.random() < 0.2:
        gap = r.choice(["CASE WHEN k = 'a' THEN '3 seconds' ELSE '10 seconds' END", "if(k IS NULL, '1 second', '8 seconds')"])
    p.keys.append((Expr("window", "session_window(ts, %s)" % gap), "w" if p.named else None))
    add_keys(p, r, 1, p.named)
    if len(p.keys) == 1:
        p.keys.append((Expr("string", "k"), "k"))
    add_aggregates(p, r)
    add_order(p, r)


def group(p, r):
    p.mode = r.choice(["update", "complete"])
    if r.random() < 0.4 and p.format != "text":
        p.watermark = p.delay(r)
    if p.watermark and r.random() < 0.4:
        p.keys.append((Expr("timestamp", "ts"), "t"))
        p.mode = r.choice(["append", "update"])
    add_keys(p, r, 1, p.named)
    if not p.keys:
        p.keys.append((Expr("string", "k"), "k"))
    add_aggregates(p, r)
    add_order(p, r)
    add_over(p, r)


def total(p, r):
    p.mode = r.choice(["update", "complete"])
    if r.random() < 0.3 and p.format != "text":
        p.watermark = p.delay(r)
    add_aggregates(p, r)


def distinct(p, r):
    p.mode = r.choice(["update", "complete", "update"])
    for i in range(r.choice([1, 2])):
        p.items.append((p.maker.make(r.choice(["string", "int", "double", "boolean", "array<int>", "struct"]), 1), "c%d" % i))
    if r.random() < 0.3 and p.format != "text":
        p.watermark, p.mode = p.delay(r), r.choice(["append", "update"])
        p.items.append((Expr("timestamp", "ts"), "t"))
    p.make_where(r, 0.3)


def two(p, r):
    """An aggregate of windows of windows: append only."""
    p.watermark = p.delay(r)
    p.keys.append((Expr("window", r.choice(["window(ts, '10 seconds')", "window(ts, '5 seconds')", "window(ts, '10 seconds', '5 seconds')"])), "w"))
    add_keys(p, r, 0, True)
    p.items.append((aggregate(p, r), "a0"))
    p.items.append((Expr("aggregate", "count(*)"), "n0"))
    p.make_where(r, 0.3)
    key = r.choice(["", ", g1"]) if len(p.keys) > 1 else ""
    size = r.choice(["30 seconds", "20 seconds", "1 minute"])
    time = r.choice(["window_time(w)", "w"])
    p.over = "SELECT window(%s, '%s') AS w2%s, count(*) AS n, sum(n0) AS m, count(a0) AS c\nFROM ({})\n%sGROUP BY window(%s, '%s')%s" % (time, size, key, r.choice(["", "", "WHERE n0 > 1\n"]), time, size, key)


SHAPES = {"project": project, "dedup": dedup, "generate": generate, "top": top, "window": window, "session": session, "group": group, "total": total, "distinct": distinct, "two": two}
