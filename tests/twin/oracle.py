#!/usr/bin/env python3
"""Real Spark, asked by the programs that `runnel spark` prints: many in one JVM, a session each.

    oracle.py < requests > answers

A request is a line {"id": n, "program": path, "state": directory}; its answer a line {"id": n, "rows": [[batch, row text], ...],
"error": null or {"contains": class, "phase": "analysis" | "runtime", "message": text}}. A few are asked at once; answers come as
they are ready. Needs pyspark 4 and Java 17.
"""
import concurrent.futures
import io
import json
import os
import re
import sys
import threading
import types

AT_ONCE = 5

os.environ["TZ"] = "UTC"


def session():
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master("local[1]")
             .config("spark.sql.shuffle.partitions", "1")
             .config("spark.sql.adaptive.enabled", "false")
             .config("spark.ui.enabled", "false")
             .config("spark.cleaner.periodicGC.interval", "600min")
             .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
             .config("spark.log.level", "ERROR")
             .getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    return spark


def error_of(e, phase):
    """Spark's error class, as tests/spark/record.py finds it."""
    name = None
    for get in ("getCondition", "getErrorClass"):
        try:
            name = name or getattr(e, get)()
        except Exception:  # noqa: BLE001
            pass
    if phase == "runtime":
        inner = re.findall(r"\[([A-Z][A-Z0-9_.]+)\]", str(e))
        name = inner[0] if inner else name
    if name is None:
        name = (re.findall(r"\[([A-Z][A-Z0-9_.]+)\]", str(e)) or [type(e).__name__])[0]
    causes = re.findall(r"(?:Caused by|^|\n|: )[ :]*((?:java|org|scala)[\w.$]+(?:Exception|Error)[^\n]*)", str(e))
    return {"contains": name, "phase": phase, "message": " / ".join(dict.fromkeys(causes)) or str(e)}


def rows_of(text):
    """[batch, row without its `_runnel`] for each line."""
    rows = []
    for line in text.split("\n"):
        if not line:
            continue
        at = line.rindex('"_runnel":{')
        tag = json.loads(line[at + len('"_runnel":'):-1])
        rows.append([tag["batch"], line[:at].rstrip(",") + "}"])
    return rows


def ask(spark, program, state):
    with open(program, encoding="utf-8") as f:
        text = f.read()
    space = {"__name__": "twin"}
    out, phase, error = io.StringIO(), "analysis", None
    fresh = spark.newSession()
    try:
        exec(compile(text, program, "exec"), space)
        space["sys"] = types.SimpleNamespace(stdout=out, exit=sys.exit)  # what it prints is its own
        queries = space["start"](fresh, state, True)
        phase = "runtime"
        for q in queries:
            q.awaitTermination()
    except Exception as e:  # noqa: BLE001: whatever Spark says is the answer
        error = error_of(e, phase)
    return {"rows": rows_of(out.getvalue()), "error": error}


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Java prints is no answer
    spark, lock = session(), threading.Lock()

    def answer(request):
        line = json.dumps(dict(ask(spark, request["program"], request["state"]), id=request["id"]), ensure_ascii=False)
        with lock:
            answers.write(line + "\n")
            answers.flush()

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for line in sys.stdin:
            pool.submit(answer, json.loads(line))


if __name__ == "__main__":
    main()
