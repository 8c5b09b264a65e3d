#!/usr/bin/env python3
"""Records what real Spark answers to cases: the oracle behind tests/spark/cases.

    record.py CASES_DIR [--only PATTERN] [--check]

A case is a directory with pipeline.json, case.json and input/ (docs/testing.md). Each is run on PySpark, local, one
shuffle partition, ansi off, JVM time zone UTC, and expected.jsonl is written beside them: {"batch": id, "row": {...}} a
line, rows as to_json prints them, and {"error": true, "contains": CLASS, "phase": ...} where Spark refuses.
With --check nothing is written: what Spark says now is compared with what was recorded.

Needs pyspark 4 (pip) and Java 17; the tests themselves need neither, they read what was recorded.
"""
import argparse
import fnmatch
import json
import os
import re
import shutil
import sys
import tempfile

os.environ["TZ"] = "UTC"

PIPELINE_ONLY = {"format", "schema", "watermark", "static", "payload", "dropDuplicates", "dropDuplicatesWithinWatermark"}


def session():
    from pyspark.sql import SparkSession
    spark = (SparkSession.builder.master("local[1]")
             .config("spark.ui.enabled", "false")
             .config("spark.sql.shuffle.partitions", "1")
             .config("spark.sql.ansi.enabled", "false")
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:TieredStopAtLevel=1")
             .config("spark.log.level", "ERROR")
             .getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    return spark


def stage(case, work, meta, run):
    for item in meta.get("files", []):
        if item.get("run", 1) != run:
            continue
        target = os.path.join(work, item["path"])
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(case, item["path"]), target)
        os.utime(target, (item["mtime"], item["mtime"]))
    for d in meta.get("dirs", []):
        os.makedirs(os.path.join(work, d), exist_ok=True)


def reader(spark, source, work):
    r = spark.read if source.get("static") else spark.readStream
    r = r.format(source["format"])
    if "schema" in source:
        r = r.schema(source["schema"])
    for k, v in source.items():
        if k in PIPELINE_ONLY:
            continue
        if k == "path":
            v = os.path.join(work, v)
            if not source.get("static"):
                os.makedirs(v, exist_ok=True)
        r = r.option(k, str(v).lower() if isinstance(v, bool) else str(v))
    df = r.load()
    if "watermark" in source:
        df = df.withWatermark(source["watermark"]["column"], source["watermark"]["delay"])
    if "dropDuplicates" in source:
        df = df.dropDuplicates(source["dropDuplicates"] or None)
    if "dropDuplicatesWithinWatermark" in source:
        df = df.dropDuplicatesWithinWatermark(source["dropDuplicatesWithinWatermark"] or None)
    return df


def run_case(spark, case):
    with open(os.path.join(case, "pipeline.json"), encoding="utf-8") as f:
        p = json.load(f)
    with open(os.path.join(case, "case.json"), encoding="utf-8") as f:
        meta = json.load(f)
    work = tempfile.mkdtemp(prefix="record-")
    out, phase = [], "analysis"
    zone = p.get("timeZone", p.get("conf", {}).get("spark.sql.session.timeZone", "UTC"))
    try:
        for run in range(1, meta.get("runs", 1) + 1):
            stage(case, work, meta, run)
            phase = "analysis"
            spark.conf.set("spark.sql.session.timeZone", zone)
            for k in ("spark.sql.streaming.noDataMicroBatches.enabled", "spark.sql.streaming.multipleWatermarkPolicy"):
                spark.conf.unset(k)
            for k, v in p.get("conf", {}).items():
                spark.conf.set(k, str(v).lower() if isinstance(v, bool) else v)
            for name, source in p["sources"].items():
                reader(spark, source, work).createOrReplaceTempView(name)
            text = p["query"]
            if isinstance(text, list):
                text = "\n".join(text)
            if isinstance(text, dict):
                with open(os.path.join(case, text["file"]), encoding="utf-8") as f:
                    text = f.read()
            df = spark.sql(text)

            def each(batch, batch_id):
                from pyspark.sql.functions import struct, to_json
                for row in batch.select(to_json(struct("*")).alias("r")).collect():
                    out.append('{"batch": %d, "row": %s}' % (batch_id, row.r))

            q = (df.writeStream.foreachBatch(each).outputMode(p.get("outputMode", "append"))
                 .option("checkpointLocation", os.path.join(work, "checkpoint")).trigger(availableNow=True).start())
            phase = "runtime"
            q.awaitTermination()
    except Exception as e:  # noqa: BLE001: whatever Spark says is the answer
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
        out.append(json.dumps({"error": True, "contains": name, "phase": phase}))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return out


def main(argv):
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("cases")
    a.add_argument("--only", default="*")
    a.add_argument("--check", action="store_true")
    a = a.parse_args(argv)
    spark = session()
    different = 0
    for name in sorted(os.listdir(a.cases)):
        case = os.path.join(a.cases, name)
        if not os.path.exists(os.path.join(case, "pipeline.json")):
            continue
        if not any(fnmatch.fnmatch(name, p if "*" in p else "*" + p + "*") for p in a.only.split(",")):
            continue
        lines = run_case(spark, case)
        path = os.path.join(case, "expected.jsonl")
        if a.check:
            with open(path, encoding="utf-8") as f:
                was = f.read().split("\n")[:-1]
            if sorted(was) != sorted(lines):
                different += 1
                print("DIFFERS %s" % name, flush=True)
            continue
        with open(path, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))
        print("%-40s %d rows%s" % (name, len(lines), "  " + lines[-1] if lines and '"error"' in lines[-1][:10] else ""),
              flush=True)
    if a.check:
        print("%d cases differ" % different)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
