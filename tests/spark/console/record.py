#!/usr/bin/env python3
"""Records what real Spark prints: expected.txt of each case beside this file, and ../schema.json.

    record.py [NAME…]

expected.txt is what the console sink writes to standard output, byte for byte. Spark's console takes no number for
`truncate` (runnel's does, as show() does): there, the batch is shown with show(numRows, truncate). ../schema.json has what
printSchema() says of the queries in it and of the cases in ../cases.

Needs pyspark 4 (pip) and Java 17.
"""
import contextlib
import io
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
os.environ["LC_ALL"] = "C.UTF-8"
import record  # noqa: E402


class Server:
    """Takes a peer and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.peers = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            self.peers.append(self.listener.accept()[0])


def query_of(p):
    return "\n".join(p["query"]) if isinstance(p["query"], list) else p["query"]


def writer(df, p, checkpoint):
    sink = p["sinks"]["screen"]
    q = df.writeStream.outputMode(p["outputMode"]).option("checkpointLocation", checkpoint)
    if isinstance(sink.get("truncate"), int) and not isinstance(sink["truncate"], bool):
        def show(batch, batch_id):
            line = "-" * 43 + "\n"
            sys.stdout.write(line + "Batch: %d\n" % batch_id + line)
            batch.show(sink.get("numRows", 20), sink["truncate"])
            sys.stdout.flush()
        return q.foreachBatch(show)
    for k in ("truncate", "numRows"):
        if k in sink:
            q = q.option(k, str(sink[k]).lower())
    return q.format("console")


def run(spark, name, printed):
    case = os.path.join(HERE, name)
    with open(os.path.join(case, "pipeline.json"), encoding="utf-8") as f:
        text = f.read()
    server = Server() if "${PORT}" in text else None
    p = json.loads(text.replace("${PORT}", str(server.port) if server else ""))
    with open(os.path.join(case, "case.json"), encoding="utf-8") as f:
        meta = json.load(f)
    spark.conf.set("spark.sql.session.timeZone", p.get("timeZone", "UTC"))
    work = tempfile.mkdtemp(prefix="record-")
    record.stage(case, work, meta, 1)
    for table, source in p["sources"].items():
        record.reader(spark, source, work).createOrReplaceTempView(table)
    begin = os.fstat(printed.fileno()).st_size
    q = writer(spark.sql(query_of(p)), p, os.path.join(work, "checkpoint"))
    if meta["files"]:
        q.trigger(availableNow=True).start().awaitTermination()
    else:
        q = q.trigger(processingTime="1 hour").start()
        while not q.lastProgress:
            time.sleep(0.1)
        time.sleep(0.5)
        q.stop()
    with open(printed.name, "rb") as f:
        f.seek(begin)
        out = f.read()
    with open(os.path.join(case, "expected.txt"), "wb") as f:
        f.write(out)
    shutil.rmtree(work, ignore_errors=True)
    print("%-28s %d bytes" % (name, len(out)), file=sys.stderr)


def tree(df):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        df.printSchema()
    return text.getvalue().rstrip("\n") + "\n"


def record_schemas(spark):
    path = os.path.join(HERE, "..", "schema.json")
    with open(path, encoding="utf-8") as f:
        known = json.load(f)
    work = tempfile.mkdtemp(prefix="record-")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    for q in known["queries"]:
        source = {"format": "json", "path": "input", "schema": known["schema"]}
        if q.get("watermark"):
            source["watermark"] = q["watermark"]
        record.reader(spark, source, work).createOrReplaceTempView("t")
        try:
            q["tree"] = tree(spark.sql(q["query"]))
            q.pop("error", None)
        except Exception as e:  # noqa: BLE001
            q["error"] = str(e).split("\n")[0]
            q.pop("tree", None)
    known["cases"] = {}
    cases = os.path.join(HERE, "..", "cases")
    for name in sorted(os.listdir(cases)):
        if not os.path.exists(os.path.join(cases, name, "pipeline.json")):
            continue
        with open(os.path.join(cases, name, "pipeline.json"), encoding="utf-8") as f:
            p = json.load(f)
        try:
            for table, source in p["sources"].items():
                record.reader(spark, source, work).createOrReplaceTempView(table)
            known["cases"][name] = tree(spark.sql(query_of(p)))
        except Exception:  # noqa: BLE001: refused cases have no schema
            pass
    with open(path, "w", encoding="utf-8") as f:
        json.dump(known, f, indent=1, ensure_ascii=False)
        f.write("\n")
    print("%d queries, %d cases" % (len(known["queries"]), len(known["cases"])), file=sys.stderr)


def main(names):
    printed = tempfile.NamedTemporaryFile(prefix="printed-")
    os.dup2(os.open(printed.name, os.O_WRONLY | os.O_APPEND), 1)  # the JVM inherits it
    os.chdir(tempfile.gettempdir())
    spark = record.session()
    for name in sorted(os.listdir(HERE)):
        if os.path.exists(os.path.join(HERE, name, "pipeline.json")) and (not names or name in names):
            run(spark, name, printed)
    if not names or "schema" in names:
        record_schemas(spark)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
