#!/usr/bin/env python3
"""Console output byte for byte, and printSchema: what runnel prints against what Spark printed.

    check_console.py RUNNEL_BINARY [NAME…]

tests/spark/console has the cases, each with what Spark's console wrote to standard output (expected.txt; make.py and
record.py made them); tests/spark/schema.json has queries with what printSchema() says of each, and of the queries of
tests/spark/cases.
"""
import difflib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CONSOLE = os.path.join(HERE, "console")
DEADLINE = 60


def stage(name, work):
    case = os.path.join(CONSOLE, name)
    with open(os.path.join(case, "case.json"), encoding="utf-8") as f:
        files = json.load(f)["files"]
    shutil.copy(os.path.join(case, "pipeline.json"), work)
    for item in files:
        target = os.path.join(work, item["path"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(case, item["path"]), target)
        os.utime(target, (item["mtime"], item["mtime"]))
    return bool(files)


def until(process, wanted):
    """Reads until as much as `wanted` has come, then asks the process to stop."""
    out = b""
    while len(out) < len(wanted):
        more = os.read(process.stdout.fileno(), len(wanted) - len(out))
        if not more:
            break
        out += more
    process.send_signal(signal.SIGTERM)
    return out + process.communicate(timeout=DEADLINE)[0]


def printed(runnel, name, wanted):
    work = tempfile.mkdtemp(prefix="console-")
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        ends = stage(name, work)
        environment = dict(os.environ, PORT=str(listener.getsockname()[1]), TZ="America/New_York")
        command = [runnel, "run", os.path.join(work, "pipeline.json"), "--state", os.path.join(work, "state")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        out, err = process.communicate(timeout=DEADLINE) if ends else (until(process, wanted), b"")
        return out, process.returncode, err
    finally:
        listener.close()
        shutil.rmtree(work, ignore_errors=True)


def show_difference(name, wanted, got):
    print("DIFFERS %s" % name)
    for line in list(difflib.unified_diff(wanted.splitlines(), got.splitlines(), "Spark", "runnel", lineterm=""))[:20]:
        print("    " + line)


def check_console(runnel, names):
    wrong = count = 0
    for name in sorted(os.listdir(CONSOLE)):
        path = os.path.join(CONSOLE, name, "expected.txt")
        if not os.path.exists(path) or (names and name not in names):
            continue
        with open(path, "rb") as f:
            wanted = f.read()
        count += 1
        out, code, err = printed(runnel, name, wanted)
        if code != 0 or out != wanted:
            wrong += 1
            show_difference("console/%s (exit %d) %s" % (name, code, err.decode(errors="replace")),
                            wanted.decode(errors="replace"), out.decode(errors="replace"))
    print("console: %d of %d byte for byte" % (count - wrong, count))
    return wrong


def schema_of(runnel, path):
    """The tree, or None where the pipeline is refused."""
    r = subprocess.run([runnel, "check", path], capture_output=True, timeout=DEADLINE)
    if r.returncode != 0:
        return None, r.stderr.decode()
    lines = r.stdout.decode().split("\n")
    return "\n".join(l for l in lines if re.match(r"root$| \|", l)) + "\n", ""


# What check must refuse in append mode it may not in another: the schema does not depend on it.
def any_mode(runnel, pipeline, path):
    for mode in ("append", "complete", "update"):
        with open(path, "w", encoding="utf-8") as f:
            json.dump(dict(pipeline, outputMode=mode), f)
        tree, why = schema_of(runnel, path)
        if tree:
            return tree, why
    return None, why


def check_schemas(runnel):
    with open(os.path.join(HERE, "schema.json"), encoding="utf-8") as f:
        known = json.load(f)
    wrong = count = refused = 0
    with tempfile.TemporaryDirectory(prefix="schema-") as work:
        path = os.path.join(work, "schema.json")
        todo = []
        for q in known["queries"]:
            source = {"format": "json", "path": "in", "schema": known["schema"]}
            if "watermark" in q:
                source["watermark"] = q["watermark"]
            todo.append((q["query"], {"sources": {"t": source}, "query": q["query"]}, q.get("tree")))
        for name, tree in known["cases"].items():
            path_of_case = os.path.join(HERE, "cases", name, "pipeline.json")
            if not os.path.exists(path_of_case):
                continue  # recorded ahead of the language: its case comes with the feature
            with open(path_of_case, encoding="utf-8") as f:
                todo.append((name, json.load(f), tree))
        for name, pipeline, wanted in todo:
            pipeline = dict(pipeline, sinks={"out": {"format": "console"}})
            tree, why = any_mode(runnel, pipeline, path)
            if not wanted:
                continue
            if tree is None:
                refused += 1  # a part of the language that is not built
                if os.environ.get("VERBOSE"):
                    print("refused: %s\n    %s" % (name, why.strip().replace("\n", "\n    ")))
                continue
            count += 1
            if tree != wanted:
                wrong += 1
                show_difference("schema of " + name, wanted, tree)
    print("schema: %d of %d as printSchema; %d refused" % (count - wrong, count, refused))
    return wrong + (count == 0)


def main(argv):
    if not argv:
        print(__doc__)
        return 2
    runnel = os.path.abspath(argv[0])
    wrong = check_console(runnel, argv[1:])
    if not argv[1:]:
        wrong += check_schemas(runnel)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
