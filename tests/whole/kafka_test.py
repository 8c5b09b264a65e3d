#!/usr/bin/env python3
"""runnel between a real Kafka broker's topics, through the test bridge: what goes in comes out, exactly, whatever happens.

    kafka_test.py RUNNEL [--long] [--only NAME]      exit 77 where java or maven is missing

Numbered lines are produced while runnel forwards them, and while it is killed, the broker is killed, the bridge is
frozen, answers are lost. A consumer of its own then accounts for every line: there once or more, each time with the
same identity and the same bytes; no identity twice for different lines; no number missing.
"""
import argparse
import collections
import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "bridge"))
import broker as parts  # noqa: E402
import mqtt_test  # noqa: E402

DIALECTS = ("strimzi", "confluent", "karapace")
PATIENCE = 120  # seconds until everything must have come


class Pipeline:
    """A runnel run, started again as often as it takes."""
    running = set()

    def __init__(self, runnel, directory, spec):
        self.runnel, self.directory = runnel, pathlib.Path(directory)
        self.file = self.directory / (spec["name"] + ".json")
        self.file.write_text(json.dumps(spec))
        self.log = self.directory / (spec["name"] + ".err")
        self.process = None

    def command(self, *more):
        return [self.runnel, "run", str(self.file), "--state", str(self.directory / "state"), *more]

    def start(self, *more):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(*more), stdout=subprocess.DEVNULL, stderr=log)
        self.running.add(self.process)

    def kill(self):
        assert self.process.poll() is None, "runnel ended by itself:\n" + self.said()
        self.process.kill()
        self.process.wait()

    def stop(self):
        assert self.process.poll() is None, "runnel ended by itself:\n" + self.said()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"exit {code}:\n" + self.said()

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]


class Load:
    """Numbered lines into a topic, so many a second, until it is stopped."""

    def __init__(self, bootstrap, topic, rate):
        from confluent_kafka import Producer
        self.producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 120000, "linger.ms": 5,
                                  "enable.idempotence": True, "log_level": 0, "reconnect.backoff.max.ms": 500})
        self.topic, self.rate, self.lines = topic, rate, []
        self.going = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.going:
            for _ in range(self.rate // 20):
                self.one(f"line {len(self.lines)}")
            self.producer.poll(0)
            time.sleep(0.05)

    def one(self, line):
        self.producer.produce(self.topic, line, key=line[-1])
        self.lines.append(line)

    def stop(self):
        self.going = False
        self.thread.join()
        left = self.producer.flush(60)
        assert left == 0, f"the load could not be produced: {left} left"


class Reader:
    """Every message of a topic, from its beginning, read from the broker itself."""

    def __init__(self, bootstrap, topic):
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False,
                                  "auto.offset.reset": "earliest", "log_level": 0, "reconnect.backoff.max.ms": 500})
        count = len(self.consumer.list_topics(topic, timeout=20).topics[topic].partitions)
        self.consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(count)])
        self.messages = []

    def read(self, timeout=0.3):
        for message in self.consumer.consume(1000, timeout):
            if message.error() is None:
                headers = dict(message.headers() or [])
                self.messages.append((message.key(), message.value(), headers.get("_runnel")))

    def read_until(self, enough, what):
        deadline = time.monotonic() + PATIENCE
        while not enough() and time.monotonic() < deadline:
            self.read()
        assert enough(), f"not in {PATIENCE} s: {what()}"
        quiet = time.monotonic() + 1
        while time.monotonic() < quiet:
            self.read()

    def close(self):
        self.consumer.close()


class World:
    """A broker for all scenarios, and what they make on it."""

    def __init__(self, runnel, directory, long):
        self.runnel, self.directory, self.long = runnel, pathlib.Path(directory), long
        self.broker = parts.Broker(self.directory / "kafka")
        self.broker.start()

    def create(self, *topics, partitions=1):
        from confluent_kafka.admin import AdminClient, NewTopic
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap, "log_level": 0})
        for future in admin.create_topics([NewTopic(t, partitions, 1) for t in topics]).values():
            future.result()

    def bridge(self, dialect, *options):
        return parts.Bridge(self.broker, dialect, directory=self.directory, options=[*options, "--delivery-timeout", "3"])

    def produce(self, topic, lines):
        from confluent_kafka import Producer
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "log_level": 0})
        for line in lines:
            producer.produce(topic, line, key=line[-1:])
        assert producer.flush(20) == 0


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not in {PATIENCE} s: {what()}"
        time.sleep(0.1)


def account(reader, lines):
    """Every line is there, with one identity; every identity has one line; the numbers have no gap."""
    by_seq, by_line, repeats = {}, collections.defaultdict(set), 0
    epochs = set()
    for _key, value, _header in reader.messages:
        row = json.loads(value)
        who = row["_runnel"]
        assert "gap" not in who, f"a gap was told: {who}"
        epochs.add(who["epoch"])
        repeats += who["seq"] in by_seq
        assert by_seq.setdefault(who["seq"], value) == value, f"seq {who['seq']} has two forms"
        by_line[row["line"]].add(who["seq"])
    assert len(epochs) == 1, f"epochs: {epochs}"
    missing = [line for line in lines if line not in by_line]
    assert not missing, f"{len(missing)} lines are missing, such as {missing[:5]}"
    twice = {line: seqs for line, seqs in by_line.items() if len(seqs) > 1}
    assert not twice, f"{len(twice)} lines were counted twice, such as {list(twice.items())[:3]}"
    assert len(by_line) == len(lines), "there are lines that nobody sent"
    first, last = min(by_seq), max(by_seq)
    assert last - first + 1 == len(by_seq), f"numbers {first} to {last}, {len(by_seq)} of them"
    return repeats


def forwarding(world, bridge, source, target, **sink):
    return Pipeline(world.runnel, world.directory, {
        "name": target,
        "sources": {"src": {"format": "kafka", "url": bridge.url, "subscribe": source, "startingOffsets": "earliest",
                            "timeout": "2 seconds", **{k: v for k, v in sink.items() if k in ("token", "ca")}}},
        "query": "SELECT CAST(value AS STRING) AS line FROM src",
        "trigger": {"processingTime": "100 milliseconds"},
        "sinks": {"out": {"format": "kafka", "url": bridge.url, "topic": target, "timeout": "2 seconds", **sink}}})


def storm(world, name, dialect, events, rate=400, tls=(), **sink):
    """Forwards a load through `events`, functions of (bridge, pipeline) that are called in turn; then accounts."""
    source, target = f"{name}-in", f"{name}-out"
    world.create(source, partitions=2)
    world.create(target)
    with world.bridge(dialect, *tls) as bridge:
        pipeline = forwarding(world, bridge, source, target, **sink)
        load = Load(world.broker.bootstrap, source, rate)
        reader = Reader(world.broker.bootstrap, target)
        pipeline.start()
        try:
            for event in events:
                event(bridge, pipeline)
                reader.read(0.05)
        finally:
            load.stop()
        lines = set(load.lines)
        came = lambda: len({json.loads(v)["line"] for _k, v, _h in reader.messages})  # noqa: E731
        reader.read_until(lambda: len(reader.messages) >= len(lines) and came() >= len(lines),
                          lambda: f"{came()} of {len(lines)} lines\n{pipeline.said()}\n{bridge.control()}\n{bridge.said()}\n"
                                  f"{world.broker.said()}")
        pipeline.stop()
        reader.read(0.5)
        repeats = account(reader, load.lines)
        reader.close()
        struck, instances = (bridge.control()[k] for k in ("struck", "instances"))
        # A run that is killed before the commit that names its instance leaves it.
        assert instances <= 2 + len(events) // 2, f"{instances} consumer instances were left behind"
    return f"{len(lines)} lines, {repeats} repeats told by their identity{', ' + str(struck) if struck else ''}"


# ---------------------------------------------------------------- scenarios

def read_dialects(world):
    """The source alone, on each dialect: availableNow takes all there is, once; with a limit in several batches."""
    world.create("read", partitions=3)
    world.produce("read", [f"word {i}" for i in range(5000)])
    for dialect in DIALECTS:
        with world.bridge(dialect) as bridge:
            spec = {"name": "read-" + dialect,
                    "sources": {"src": {"format": "kafka", "url": bridge.url, "subscribe": "read",
                                        "startingOffsets": "earliest", "maxOffsetsPerTrigger": 2000}},
                    "query": "SELECT CAST(value AS STRING) AS line, topic, partition, offset, timestamp IS NULL AS bare FROM src",
                    "trigger": {"availableNow": True}, "sinks": {"out": {"format": "json", "path": "-"}}}
            pipeline = Pipeline(world.runnel, world.directory, spec)
            for expected in (5000, 0):
                done = subprocess.run(pipeline.command(), capture_output=True, text=True, timeout=60)
                assert done.returncode == 0, done.stderr
                rows = [json.loads(line) for line in done.stdout.splitlines()]
                assert len({r["line"] for r in rows}) == len(rows) == expected, f"{dialect}: {len(rows)}"
                assert all(r["bare"] == (dialect == "confluent") for r in rows)
            assert bridge.control()["instances"] == 0, "an instance was left behind"
    return "5,000 records, three dialects, nothing left behind"


def word_count(world):
    """The model program, its own file, and what a consumer of its own reads."""
    world.create("wordcount-topic", partitions=2)
    world.create("wordcount-result-topic")
    words = ["".join(random.choices("abcde", k=2)) for _ in range(400)]
    with world.bridge("strimzi") as bridge:
        environment = {**os.environ, "BRIDGE": bridge.url}
        command = [world.runnel, "run", str(HERE.parents[1] / "examples/kafka_wordcount.json"), "--state",
                   str(world.directory / "wordcount"), "--set", "trigger.processingTime=500 milliseconds"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        reader = Reader(world.broker.bootstrap, "wordcount-result-topic")
        try:
            for at in range(0, len(words), 100):
                world.produce("wordcount-topic", words[at:at + 100])
                time.sleep(0.5)
            wanted = {w: f"{w}:{n}" for w, n in collections.Counter(words).items()}
            last = lambda: {k.decode(): v.decode() for k, v, _h in reader.messages if k}  # noqa: E731
            reader.read_until(lambda: last() == wanted, lambda: f"{last()}, not {wanted}")
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate()[1]
        assert process.returncode == 0, said
        reader.close()
        assert all(h is not None for _k, _v, h in reader.messages), "a record without its identity in a header"
    return f"{len(wanted)} words, the last count of each is right"


def killed(world):
    done = itertools.count(1)

    def kill(bridge, pipeline):
        time.sleep(random.uniform(0.15, 0.7))
        if next(done) % 4 == 0:  # six deaths in a row before a first commit count as damage, and this is not about that
            written = bridge.control()["written"]
            wait_for(lambda: bridge.control()["written"] > written + 100, pipeline.said)
        pipeline.kill()
        pipeline.start()
    kills = 500 if world.long else 20
    return storm(world, "killed", "confluent", [kill] * kills)


def outages(world):
    """Broker and bridge are killed, frozen, and told to end, and come back."""
    def event(what, how):
        def strike(bridge, _pipeline):
            victim = world.broker if what == "broker" else bridge
            time.sleep(random.uniform(0.3, 1))
            if how == "frozen":
                victim.freeze()
                time.sleep(random.uniform(2.5, 5))
                victim.thaw()
            else:
                victim.kill() if how == "killed" else victim.end()
                time.sleep(random.uniform(0, 1))
                victim.start()
            time.sleep(1 if what == "broker" else 0.3)
        return strike
    kinds = [(w, h) for w in ("broker", "bridge", "bridge") for h in ("killed", "frozen", "restarted")]
    done = []
    for dialect, count in ((d, 17) for d in DIALECTS) if world.long else (("strimzi", 5), ("karapace", 5)):
        random.shuffle(kinds)
        done.append(storm(world, "outages-" + dialect, dialect, [event(*kinds[i % len(kinds)]) for i in range(count)],
                          rate=200))
    return "; ".join(done)


def wishes(*wanted):
    """Events: each wish to the bridge, until it has struck."""
    def event(wish):
        def ask(bridge, pipeline):
            struck = lambda: sum(bridge.control()["struck"].values())  # noqa: E731
            until, deadline = struck() + wish.get("times", "fault" in wish), time.monotonic() + 15
            bridge.control(**wish)
            while struck() < until:
                assert time.monotonic() < deadline, f"{wish} struck nobody\n{pipeline.said()}"
                time.sleep(0.1)
            time.sleep(0.3)
        return ask
    return [event(w) for w in wanted]


FAULTS = [
    dict(fault="answer_lost", on="produce", times=2),
    dict(fault="half_answer", on="produce"),
    dict(fault="errors", on="produce", times=3, every=3),
    dict(fault="written_failed", on="produce", times=2),
    dict(fault="status", on="produce", code=429, retry_after=1),
    dict(fault="status", on="produce", code=503, retry_after=1),
    dict(fault="status", on="produce", code=413),
    dict(fault="status_written", on="produce", code=500),
    dict(fault="no_answer", on="produce", seconds=5),
    dict(fault="drop", on="any", times=4),
    dict(fault="answer_lost", on="records", times=2),
    dict(fault="status", on="records", code=500),
    dict(fault="no_answer", on="records", seconds=5),
    dict(forget=True),
]


def faults(world):
    done = []
    for dialect in DIALECTS if world.long else ("confluent",):
        done.append(storm(world, "faults-" + dialect, dialect, wishes(*FAULTS, dict(clear=True)), rate=200))
    return "; ".join(done)


def partly_written(world):
    """422 though some were written."""
    return storm(world, "partly", "karapace", wishes(*[dict(fault="errors", on="produce", times=2)] * 3), rate=200)


def token_expires(world):
    secret = world.directory / "token"
    secret.write_text("old")

    def expire(bridge, _pipeline):
        time.sleep(0.5)
        bridge.control(token="new")
        time.sleep(1)
        new = world.directory / "token.tmp"
        new.write_text("new")
        new.rename(secret)
    return storm(world, "token", "strimzi", [lambda bridge, _p: bridge.control(token="old"), expire], rate=100,
                 token={"secretFile": str(secret)})


def certificate_changes(world):
    """The bridge comes back with a certificate of an authority that is not trusted yet; then it is."""
    certs = world.directory / "certs"
    mqtt_test.make_certificates(str(certs))
    mqtt_test.openssl(str(certs), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "new.key", "-out", "new.pem",
                      "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    trusted = certs / "trusted.pem"
    trusted.write_text((certs / "ca.pem").read_text())

    def replace(bridge, pipeline):
        time.sleep(0.5)
        bridge.kill()
        bridge.options[:] = ["--cert", certs / "new.pem", "--key", certs / "new.key", *bridge.options[4:]]
        bridge.start()
        wait_for(lambda: "not trusted (give it as" in pipeline.said(), pipeline.said)
        new = certs / "trusted.tmp"
        new.write_text((certs / "new.pem").read_text())
        new.rename(trusted)
    return storm(world, "certificate", "confluent", [replace], rate=100, ca=str(trusted),
                 tls=["--cert", certs / "server.pem", "--key", certs / "server.key"])


def topic_missing(world):
    """karapace creates no topics: nothing is lost until there is one."""
    world.create("missing-in")
    world.produce("missing-in", [f"line {i}" for i in range(200)])
    with world.bridge("karapace") as bridge:
        pipeline = forwarding(world, bridge, "missing-in", "missing-out")
        pipeline.start()
        time.sleep(3)
        assert pipeline.process.poll() is None, pipeline.said()
        world.create("missing-out")
        reader = Reader(world.broker.bootstrap, "missing-out")
        reader.read_until(lambda: len(reader.messages) >= 200, lambda: f"{len(reader.messages)} of 200\n{pipeline.said()}")
        pipeline.stop()
        account(reader, [f"line {i}" for i in range(200)])
        reader.close()
    return "200 lines waited for their topic"


def receiver(world):
    """The reference receiver comes to the same account as we do, after all that the topic `killed-out` has seen."""
    done = subprocess.run([parts.PYTHON, str(HERE.parents[1] / "examples/receiver.py"), "kafka", world.broker.bootstrap,
                           "killed-out", "--until-idle", "2"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line)["line"] for line in done.stdout.splitlines()]
    assert len(lines) == len(set(lines)) > 0, "a repeat came through"
    return done.stderr.strip().split(": ")[-1]


SCENARIOS = [read_dialects, word_count, killed, receiver, outages, faults, partly_written, token_expires,
             certificate_changes, topic_missing]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runnel")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    if not parts.prepared():
        return 77
    if sys.prefix == sys.base_prefix:  # Kafka's client is in the test's own environment
        os.execv(parts.PYTHON, [str(parts.PYTHON), "-B", *sys.argv])
    failed = 0
    with tempfile.TemporaryDirectory(prefix="runnel-kafka.") as directory:
        world = World(os.path.abspath(arguments.runnel), directory, arguments.long)
        try:
            for scenario in SCENARIOS:
                if arguments.only and scenario.__name__ not in arguments.only:
                    continue
                began = time.monotonic()
                try:
                    result = scenario(world)
                except (AssertionError, subprocess.TimeoutExpired, RuntimeError) as e:
                    failed += 1
                    result = f"FAILED: {e}"
                finally:
                    for process in Pipeline.running:
                        process.kill()
                        process.wait()
                    Pipeline.running.clear()
                print(f"{scenario.__name__:16} {time.monotonic() - began:5.1f} s  {result}", flush=True)
        finally:
            world.broker.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
