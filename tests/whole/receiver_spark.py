#!/usr/bin/env python3
"""examples/receiver_spark.py, run by Spark on a topic of a real broker: rows, repeats, gap records, a row that is lost.

    receiver_spark.py [PYTHON]      a Python that has PySpark; /tmp/spark/bin/python if not said. Exit 77 where there is none

Spark's connector comes from Maven, in the version CONNECTOR: the newest that is published for Spark 4.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bridge"))
import broker as parts  # noqa: E402

CONNECTOR = ["org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0", "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.2.0",
             "org.apache.kafka:kafka-clients:3.9.2", "org.apache.commons:commons-pool2:2.13.1"]


def connector():
    """The jars, fetched once into build/spark-kafka."""
    place = ROOT / "build/spark-kafka"
    jars = [place / ("-".join(c.split(":")[1:]) + ".jar") for c in CONNECTOR]
    for coordinates, jar in zip(CONNECTOR, jars):
        if not jar.exists():
            subprocess.run(["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
                            f"-Dartifact={coordinates}", f"-DoutputDirectory={place}"], check=True)
    return ",".join(map(str, jars))


def produce(bootstrap):
    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient, NewTopic
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic("results", 2, 1)])["results"].result()
    producer = Producer({"bootstrap.servers": bootstrap})

    def who(query, **more):
        return {"device": "pi", "query": query, "epoch": "e1", **more}

    def send(who, **row):
        producer.produce("results", json.dumps({**row, "_runnel": who}))
    for seq in [*range(10), 3, 4, 9, *range(13, 20)]:  # 10, 11 given up and told; 12 lost; 20 to 22 told, behind the last
        send(who("counts", batch=0, row=seq, seq=seq), n=seq)
    for gap in ({"from": 10, "to": 11, "count": 2, "reason": "full"}, {"from": 20, "to": 22, "count": 3, "reason": "full"},
                {"source": "lines", "batch": 7, "count": 4, "reason": "overrun"}):
        send(who("counts", gap=gap))
        send(who("counts", gap=gap))
    for seq in (0, 1, 2, 1, 3, 4):
        producer.produce("results", f"w{seq}:1", headers={"_runnel": json.dumps(who("words", batch=0, row=seq, seq=seq))})
    assert producer.flush(20) == 0


def main():
    python = sys.argv[1] if len(sys.argv) > 1 else "/tmp/spark/bin/python"
    if not os.access(python, os.X_OK) or subprocess.run([python, "-c", "import pyspark"]).returncode != 0:
        print(f"skipped: {python} has no PySpark")
        return 77
    if not parts.prepared():
        return 77
    if sys.prefix == sys.base_prefix:  # Kafka's client is in the test's own environment
        os.execv(parts.PYTHON, [str(parts.PYTHON), "-B", *sys.argv])
    submit = f"--master local[1] --driver-memory 600m --conf spark.ui.enabled=false --jars {connector()} pyspark-shell"
    with tempfile.TemporaryDirectory(prefix="runnel-spark.") as directory, parts.Broker(directory) as broker:
        produce(broker.bootstrap)
        done = subprocess.run([python, ROOT / "examples/receiver_spark.py", broker.bootstrap, "results", "--once"],
                              env={**os.environ, "PYSPARK_SUBMIT_ARGS": submit}, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stderr[-5000:]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in done.stdout.splitlines() if line.startswith("|")]
    rows = sorted(c[0] for c in cells if len(c) == 1 and c[0] != "value")
    numbers = sorted(int(re.search(r'"n": (\d+)', r)[1]) for r in rows if r.startswith("{"))
    assert numbers == [*range(10), *range(13, 20)], numbers
    assert [r for r in rows if not r.startswith("{")] == [f"w{i}:1" for i in range(5)], rows
    account = {c[1]: c for c in cells if len(c) > 3}  # the last that was printed
    assert account["query"] == ["device", "query", "epoch", "rows", "first", "last", "told", "intake", "missing"], account
    assert account["counts"] == ["pi", "counts", "e1", "17", "0", "22", "5", "4", "1"], account
    assert account["words"] == ["pi", "words", "e1", "5", "0", "4", "0", "0", "0"], account
    print("22 rows once, 5 told as given up, 4 lost at the intake, 1 missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
