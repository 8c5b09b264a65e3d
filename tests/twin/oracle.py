#!/usr/bin/env python3
"""Real Spark, asked by the programs that `runnel spark` prints: many in one JVM, a session each.

    oracle.py < requests > answers

A request is a line {"id": n, "directory": path, "runs": n, "compiled": boolean}: the program is `program.py` there, what each run after the
first adds to its files is below `later`; not `compiled`, Spark interprets its expressions, which takes two thirds of the time. Its answer is a line {"id": n, "rows": [[batch, row text], ...],
"error": null or {"contains": class, "phase": "analysis" | "runtime", "message": text}}. A few are asked at once; answers come as
they are ready. Needs pyspark 4 and Java 17.
"""
import concurrent.futures
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from generate import bring  # noqa: E402

AT_ONCE = 8

os.environ["TZ"] = "UTC"


def plain_files(directory):
    """PlainFileSystem.java, compiled."""
    import pyspark
    jars = os.path.join(os.path.dirname(pyspark.__file__), "jars", "*")
    subprocess.run(["javac", "-cp", jars, "-d", directory, os.path.join(HERE, "PlainFileSystem.java")], check=True)
    return directory


def session(classes):
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master("local[2]")
             .config("spark.sql.shuffle.partitions", "1")
             .config("spark.sql.adaptive.enabled", "false")
             .config("spark.ui.enabled", "false")
             # what costs time and changes no row: classes compiled anew, a process for the mode of each checkpoint file, checksums
             .config("spark.sql.codegen.cache.maxEntries", "3000")
             .config("spark.sql.codegen.aggregate.map.twolevel.enabled", "false")
             .config("spark.driver.extraClassPath", plain_files(classes))
             .config("spark.hadoop.fs.file.impl", "PlainFileSystem")
             .config("spark.sql.streaming.checkpointFileManagerClass", "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager")
             .config("spark.sql.streaming.checkpoint.fileChecksum.enabled", "false")
             .config("spark.sql.streaming.stateStore.maintenanceInterval", "1h")
             .config("spark.cleaner.periodicGC.interval", "600min")
             .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
             .config("spark.log.level", "ERROR")
             .getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    return spark


def error_of(e, phase):
    """Spark's error class, of a query that ended that of the cause; and the whole of what it says of causes."""
    name = None
    for get in ("getCondition", "getErrorClass"):
        try:
            name = name or getattr(e, get)()
        except Exception:  # noqa: BLE001
            pass
    if phase == "runtime":
        inner = [n for n in re.findall(r"\[([A-Z][A-Z0-9_.]+)\]", str(e)) if n not in ("STREAM_FAILED", "FOREACH_BATCH_USER_FUNCTION_ERROR")]
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


def session_of(spark, compiled):
    fresh = spark.newSession()
    if not compiled:
        fresh.conf.set("spark.sql.codegen.wholeStage", "false")
        fresh.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    return fresh


def ask(spark, directory, runs, compiled):
    with open(os.path.join(directory, "program.py"), encoding="utf-8") as f:
        text = f.read()
    space = {"__name__": "twin"}
    out, phase, error = io.StringIO(), "analysis", None
    try:
        exec(compile(text, "program.py", "exec"), space)
        space["sys"] = types.SimpleNamespace(stdout=out, exit=sys.exit)  # what it prints is its own
        for run in range(1, runs + 1):
            bring(directory, run)
            phase = "analysis"
            queries = space["start"](session_of(spark, compiled), os.path.join(directory, "state"), True)
            phase = "runtime"
            for q in queries:
                q.awaitTermination()
    except Exception as e:  # noqa: BLE001: whatever Spark says is the answer
        error = error_of(e, phase)
    return {"rows": rows_of(out.getvalue()), "error": error}


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Java prints is no answer
    classes = tempfile.TemporaryDirectory()
    spark, lock = session(classes.name), threading.Lock()

    def answer(request):
        line = json.dumps(dict(ask(spark, request["directory"], request["runs"], request["compiled"]), id=request["id"]), ensure_ascii=False)
        with lock:
            answers.write(line + "\n")
            answers.flush()

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for line in sys.stdin:
            pool.submit(answer, json.loads(line))


if __name__ == "__main__":
    main()
