"""Takes parts away from a pipeline that differs, as long as it differs."""
import copy

TRIES_MAX = 60


def parts(p):
    """Smaller pipelines, the boldest first; each is a change to a copy."""
    for name in ("where", "having", "limit", "over", "top_where", "watermark"):
        if getattr(p, name) is not None and not (name == "watermark" and p.stateful and p.mode == "append"):
            yield lambda q, name=name: setattr(q, name, None)
    for name, least in (("order", []), ("conf", {}), ("options", {}), ("runs", dict.fromkeys(p.runs, 1))):
        if getattr(p, name) != least:
            yield lambda q, name=name, least=least: setattr(q, name, copy.copy(least))
    if p.relation != "events" and p.related != "lines":
        yield plain
    for alias in p.filters:
        yield lambda q, alias=alias: q.filters.pop(alias)
    for name in ("items", "keys", "tops"):
        many = getattr(p, name, [])
        if len(many) > 1:
            for i in range(len(many)):
                yield lambda q, name=name, i=i: setattr(q, name, [getattr(q, name)[i]])
        for i in range(len(many)):
            if len(many) > 1:
                yield lambda q, name=name, i=i: getattr(q, name).pop(i)
    for i in range(len(p.files)):
        if len(p.files) > 1:
            yield lambda q, i=i: q.files.pop(i)
    for i, rows in enumerate(p.files):
        if len(rows) > 1:
            yield lambda q, i=i: q.files.__setitem__(i, q.files[i][:len(q.files[i]) // 2])
            yield lambda q, i=i: q.files.__setitem__(i, q.files[i][len(q.files[i]) // 2:])
        for k in range(len(rows)):
            if len(rows) > 1:
                yield lambda q, i=i, k=k: q.files[i].pop(k)
    for name in ("items", "keys", "tops"):
        for i, (e, _) in enumerate(getattr(p, name, [])):
            for change in smaller(e):
                yield lambda q, name=name, i=i, change=change: replace_item(q, name, i, change)
    for name in ("where", "top_where"):
        if getattr(p, name) is not None:
            for change in smaller(getattr(p, name)):
                yield lambda q, name=name, change=change: setattr(q, name, change)
    if p.zone != "UTC":
        yield lambda q: setattr(q, "zone", "UTC")
    for n in range(len(p.columns) if len(p.columns) > 1 else 0):
        yield lambda q, n=n: q.columns.pop(n)


def plain(q):
    """The source itself in place of what is made of it."""
    q.relation, q.prefix, q.extra = "events", "", {}


def replace_item(q, name, i, change):
    many = getattr(q, name)
    many[i] = (change, many[i][1])


def smaller(e):
    """An argument of the same type in place of `e`, or one of its arguments made smaller."""
    for a in e.args:
        if a.type == e.type or e.type not in ("aggregate", "generator", "window") and not a.type.startswith("@"):
            yield a
    for i, a in enumerate(e.args):
        for change in smaller(a):
            if change.type == a.type:
                copied = copy.copy(e)
                copied.args = list(e.args)
                copied.args[i] = change
                yield copied


def reduced(pipeline, differs, words):
    tries = 0
    again = True
    while again and tries < TRIES_MAX:
        again = False
        for change in parts(pipeline):
            smaller_one = copy.deepcopy(pipeline)
            change(smaller_one)
            tries += 1
            d = differs(smaller_one)
            # a refusal of one side only is another matter than wrong rows
            if d and ("runs" in d.split("\n")[0]) == ("runs" in words.split("\n")[0]):
                pipeline, words, again = smaller_one, d, True
                break
            if tries >= TRIES_MAX:
                break
    return pipeline, words
