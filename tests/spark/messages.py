#!/usr/bin/env python3
"""Messages (`payload`): what runnel makes of each against what the program that `runnel spark` prints makes of it in Spark.

    messages.py RUNNEL_BINARY             against the answers that are kept in messages.json
    messages.py RUNNEL_BINARY --record    asks Spark anew (a Python with PySpark)
"""
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "messages.json")
JSON = [None, "", "  ", "{}", "[]", '[{"v":1},{"v":2}]', '{"v":', "x", '{"v":1}\n{"v":2}', "null", "1", '"a"', '{"v":"x","s":"ok"}', '{"v":3} ', '{"v":3} {"v":4}',
        '[{"v":1},{"v":"x"}]', "[1]", "[null]", '{"v":1}x', '\ufeff{"v":9}', '{"v":1}\r\n', '\n\n{"v":1}', '{"s":"a\\nb"}', '{"s":"a\nb"}', '[{"v":1},{"v":',
        '[{"v":1}] [{"v":2}]', '[[{"v":1}]]', '{"v":2147483648,"s":"t"}', '{"v":1,"v":2}', '{"S":"u","V":5}', '  [ {"v": 1} , {"s": "[1, {}]"} ]',
        '[{"v":1},null]', "[{}]", '{"s":{"a": 1.50}}', '[{"s":{"a": 1.50}}]', '{"s":1.50}',
        '{"s":-0,"v":1}', '{"v": 1, "s": 1.5e3}', '{"s": true}', '[{"s":[1.0]},{"v":2}]']
CSV = [None, "", "  ", "1,a", "x,a", "1", "1,a,2", "1,a\n2,b", "\n", "1,a\n\n2,b\n", '1,"a\nb"', "#c", "#c\n1,a", "1,a\r\n2,b\r3,c", "\ufeff1,a", "v,s", "v,s\n1,a", '1,"a',
       '"1","a"', ",", '""," "', "1;a|2;b", "1;a|2;b|", "1;a|2", "1,a\nx,b\n3,c", "\t\n1,a"]
CORRUPT = "v INT, s STRING, _corrupt_record STRING"
SOURCES = [(how, options, schema, JSON if how == "json" else CSV) for how, options, schema in (
    ("json", {}, "v INT, s STRING"), ("json", {}, CORRUPT), ("json", {"mode": "DROPMALFORMED"}, "v INT, s STRING"), ("json", {"mode": "DROPMALFORMED"}, CORRUPT),
    ("json", {"columnNameOfCorruptRecord": "bad"}, "bad STRING, v INT, s STRING"), ("json", {"lineSep": "|"}, CORRUPT), ("json", {"multiLine": True}, CORRUPT),
    ("csv", {}, "v INT, s STRING"), ("csv", {}, CORRUPT), ("csv", {"mode": "DROPMALFORMED"}, "v INT, s STRING"), ("csv", {"comment": "#"}, CORRUPT),
    ("csv", {"columnNameOfCorruptRecord": "bad"}, "v INT, s STRING, bad STRING"), ("csv", {"lineSep": "|", "sep": ";"}, CORRUPT))]


def write(place, text):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "w", encoding="utf-8") as f:
        f.write(text)


def pipeline(work, how, options, schema, messages):
    """The place of a pipeline whose rows say of which message they are, and of a case with the messages."""
    columns = ", ".join(column.split()[0] for column in schema.split(", "))
    source = {"format": "mqtt", "url": "mqtt://nowhere", "topic": "#", "payload": how, "schema": schema, **options}
    write(os.path.join(work, "p.json"), json.dumps({"sources": {"m": source}, "query": "SELECT topic, %s FROM m" % columns,
                                                    "sinks": {"o": {"format": "json", "path": "-"}}}))
    write(os.path.join(work, "case/input/m.jsonl"), "".join(json.dumps({"value": m, "topic": str(i)}) + "\n" for i, m in enumerate(messages)))
    return os.path.join(work, "p.json"), os.path.join(work, "case")


def ask_runnel(binary, *source):
    with tempfile.TemporaryDirectory() as work:
        file, case = pipeline(work, *source)
        done = subprocess.run([binary, "test", file, case, "--update"], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        with open(os.path.join(case, "expected.jsonl"), encoding="utf-8") as f:
            return [json.loads(line)["row"] for line in f]


def ask_spark(spark, binary, *source):
    from pyspark.sql import functions as F
    with tempfile.TemporaryDirectory() as work:
        file, _ = pipeline(work, *source)
        text = subprocess.run([binary, "spark", file], capture_output=True, text=True, check=True).stdout
        write(os.path.join(work, "program.py"), text)
        spec = importlib.util.spec_from_file_location("program", os.path.join(work, "program.py"))
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
    messages = [(None if m is None else m.encode(), str(i), 0, False, None) for i, m in enumerate(source[3])]
    program.fill_in_m = lambda spark: spark.createDataFrame(messages, "value BINARY, topic STRING, qos INT, retain BOOLEAN, timestamp TIMESTAMP")
    program.read_m(spark).createOrReplaceTempView("m")
    return [json.loads(row[0]) for row in spark.sql(program.QUERY).select(F.to_json(F.struct("*"))).collect()]


def record(binary):
    sys.path.insert(0, HERE)
    from record import session
    spark = session()
    kept = [{"payload": s[0], "options": s[1], "schema": s[2], "messages": s[3], "rows": ask_spark(spark, binary, *s)} for s in SOURCES]
    write(KEPT, "[\n%s\n]\n" % ",\n".join(json.dumps(k) for k in kept))


def check(binary):
    with open(KEPT, encoding="utf-8") as f:
        kept = json.load(f)
    different = 0
    for k in kept:
        rows = ask_runnel(binary, k["payload"], k["options"], k["schema"], k["messages"])
        for i, message in enumerate(k["messages"]):
            want, got = ([row for row in side if row["topic"] == str(i)] for side in (k["rows"], rows))
            if want != got:
                different += 1
                print("%s %s %s, %r\n  Spark  %s\n  runnel %s" % (k["payload"], k["options"], k["schema"], message, want, got))
    print("%d messages, %d different" % (sum(len(k["messages"]) for k in kept), different))
    return different > 0 or len(kept) != len(SOURCES)


if __name__ == "__main__":
    sys.exit(record(sys.argv[1]) if sys.argv[2:] == ["--record"] else check(sys.argv[1]))
