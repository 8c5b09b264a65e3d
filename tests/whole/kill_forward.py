#!/usr/bin/env python3
"""kill -9 of a pipeline that forwards to a real mosquitto and, through a bridge, to a real Kafka broker, under load.

    kill_forward.py RUNNEL [--kills 200] [--seed S]      exit 77 where java, maven or mosquitto is missing

Files of numbered rows are moved in while it runs; after each kill it is started again on the same checkpoint. A third sink
writes files, each row exactly once: what is in them is what the others must have sent. At the end, at a receiver of
each broker:
  - each sequence number from 0 on is there, once or more, each time with the same bytes, and belongs to the row that the
    files have under it;
  - the last arrivals of the numbers are in order; nothing was told missing.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bridge")]
import broker as parts  # noqa: E402
import mqtt_test  # noqa: E402

ROWS, PAUSE = 20, 0.05  # of a file; between two files, seconds
PATIENCE = 120


class Load(threading.Thread):
    """Files into a directory, until it is stopped."""

    def __init__(self, directory):
        super().__init__(daemon=True)
        self.directory, self.staging, self.files, self.going = directory, directory + "-staging", 0, True
        os.makedirs(directory)
        os.makedirs(self.staging)

    def run(self):
        while self.going:
            name = "f%06d.json" % self.files
            made = os.path.join(self.staging, name)
            with open(made, "w") as f:
                for row in range(ROWS):
                    f.write('{"id":%d,"k":"k%d"}\n' % (self.files * ROWS + row, row % 3))
            os.utime(made, (1700000000 + self.files, 1700000000 + self.files))
            os.rename(made, os.path.join(self.directory, name))
            self.files += 1
            time.sleep(PAUSE)

    def stop(self):
        self.going = False
        self.join()
        return self.files * ROWS


def written(directory):
    """seq → id, of the finished files; each once."""
    found = {}
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), encoding="utf-8") as f:
            for line in f:
                row = json.loads(line)
                seq = row["_runnel"]["seq"]
                assert seq not in found, f"seq {seq} is in two files"
                found[seq] = row["id"]
    return found


def account(name, lines, expected):
    """How many repeats there were."""
    last, form, repeats = {}, {}, 0
    for at, line in enumerate(lines):
        row = json.loads(line)
        assert "gap" not in row["_runnel"], f"{name}: a gap was told: {line}"
        seq = row["_runnel"]["seq"]
        repeats += seq in form
        assert form.setdefault(seq, line) == line, f"{name}: seq {seq} has two forms:\n  {form[seq]}\n  {line}"
        assert expected.get(seq) == row["id"], f"{name}: seq {seq} is row {row['id']}, in the files {expected.get(seq)}"
        last[seq] = at
    missing = [seq for seq in expected if seq not in last]
    assert not missing, f"{name}: {len(missing)} of {len(expected)} are missing, such as {missing[:5]}"
    order = [last[seq] for seq in sorted(last)]
    wrong = [i for i in range(1, len(order)) if order[i] < order[i - 1]]
    assert not wrong, f"{name}: {len(wrong)} numbers came out of order, such as {wrong[:5]}"
    return repeats


def create(bootstrap, topic):
    from confluent_kafka.admin import AdminClient, NewTopic
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    for future in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        future.result()


def numbers(lines):
    return len({json.loads(line)["_runnel"]["seq"] for line in lines})


def kill_often(runnel, load, reader, out, kills, dice):
    """How many rows there are in the end."""
    load.start()
    runnel.start()
    for i in range(kills):
        # Now and then it gets as far as a commit: six deaths in a row without one have the checkpoint made anew.
        if i % 4 == 0:
            done = len(os.listdir(out))
            mqtt_test.wait_for("a batch", lambda: len(os.listdir(out)) > done, PATIENCE)
        time.sleep(dice.choice((dice.uniform(0, 0.05), dice.uniform(0.05, 0.5))))
        assert runnel.process.poll() is None, "runnel ended by itself:\n" + runnel.said()[-2000:]
        runnel.kill()
        runnel.start()
        reader.read(0)
    return load.stop()


def run(arguments, directory, dice):
    from kafka_test import Reader
    kafka, mosquitto = parts.Broker(os.path.join(directory, "kafka")), mqtt_test.Broker(directory, name="mosquitto")
    bridge = parts.Bridge(kafka, dice.choice(("strimzi", "confluent", "karapace")), options=["--delivery-timeout", "3"])
    receiver = mqtt_test.Receiver(directory, mosquitto.port, "rows")
    load, out = Load(os.path.join(directory, "in")), os.path.join(directory, "out")
    os.makedirs(out)
    runnel = mqtt_test.Runnel(arguments.runnel, directory, {
        "name": "kills",
        "sources": {"e": {"format": "json", "path": "in", "schema": "id BIGINT, k STRING", "maxFilesPerTrigger": 4}},
        "query": "SELECT id, k FROM e",
        "sinks": {"m": {"format": "mqtt", "url": "mqtt://127.0.0.1:%d" % mosquitto.port, "topic": "rows"},
                  "k": {"format": "kafka", "url": bridge.url, "topic": "rows", "timeout": "2 seconds"},
                  "f": {"format": "json", "path": "out", "metadata": True}}})
    try:
        kafka.start()
        create(kafka.bootstrap, "rows")
        bridge.start()
        mosquitto.start()
        receiver.start()
        reader = Reader(kafka.bootstrap, "rows")
        rows = kill_often(runnel, load, reader, out, arguments.kills, dice)
        until, values = time.monotonic() + PATIENCE, []
        while (numbers(values) < rows or numbers(receiver.lines()) < rows) and time.monotonic() < until:
            reader.read(0.5)
            values = [value.decode() for _key, value, _header in reader.messages]
        runnel.stop()
        reader.read(1)
    finally:
        load.going = False
        if runnel.process and runnel.process.poll() is None:
            runnel.kill()
        receiver.end()
        mosquitto.close()
        bridge.stop()
        kafka.stop()
    expected = written(out)
    assert sorted(expected) == sorted(expected.values()) == list(range(rows)), \
        f"{len(expected)} rows in the files, {rows} were given\n{runnel.said()[-3000:]}"
    values = [value.decode() for _key, value, _header in reader.messages]
    repeats = account("mqtt", receiver.lines(), expected), account("kafka", values, expected)
    assert not mqtt_test.FAULTS, mqtt_test.FAULTS
    return "%d kills, %d rows each, repeats told by their identity: mqtt %d, kafka %d" % (arguments.kills, rows, *repeats)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runnel", type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    if not shutil.which("mosquitto") or not parts.prepared():
        return 77
    if pathlib.Path(sys.executable).resolve() != parts.PYTHON.resolve() or sys.prefix == sys.base_prefix:
        os.execv(parts.PYTHON, [str(parts.PYTHON), "-B", *sys.argv])
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="runnel-kills.") as directory:
        try:
            print("%s; %.0f s" % (run(arguments, directory, random.Random(arguments.seed)), time.monotonic() - began))
        except AssertionError as e:
            print("seed %d: FAILED: %s" % (arguments.seed, e))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
