#!/usr/bin/env python3
"""The network between runnel and the world goes away, in every way it does, in two namespaces made here.

    net_test.py RUNNEL [--long] [--seed S]      exit 77 where namespaces cannot be made

In the one, runnel forwards from topic to topic, over Kafka (through the test bridge) and over MQTT. In the other are the
broker, the bridge, mosquitto, a name server, the load, and receivers of their own. Between the two:

    drop       nothing gets through, and nobody says so
    reset      every connection is reset, and new ones are refused
    half_open  the peer forgets its connections while nothing gets through, and comes back without a word
    deaf       what runnel sends arrives, and no answer comes back
    link       the interface goes down
    no_names   the name server is silent, or knows nothing, and the connections are gone

Afterwards each line that went into a topic is accounted for at the other end: kafka_test.account, mqtt_test.check_sequence.
"""
import argparse
import asyncio
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import kafka_test as kafka  # noqa: E402
import mqtt_test as mqtt  # noqa: E402

NET, WORLD, EDGE = "10.123.45", "10.123.45.1", "10.123.45.2"
NAMES = ("bridge.test", "broker.test")


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **options)


class Names:
    """A name server that knows our two names, in this namespace."""

    def __init__(self):
        self.known, self.silent = True, False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((WORLD, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, peer = self.socket.recvfrom(512)
            if not self.silent:
                self.socket.sendto(self.answer(question), peer)

    def answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind, asked = question[at + 1:at + 3], question[12:at + 5]
        known = self.known and ".".join(labels).lower() in NAMES
        found = known and kind == b"\0\1"
        head = question[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, int(found), 0, 0)
        record = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 1, 4) + socket.inet_aton(WORLD) if found else b""
        return head + asked + record


async def gate(*routes):
    """Forwards from WORLD:port to 127.0.0.1:port. Killed, it resets what it had, and forgets it."""
    async def copy(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader, writer, port):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))
    for port in routes:
        await asyncio.start_server(lambda r, w, p=port: serve(r, w, p), WORLD, port)
    await asyncio.Event().wait()


class Net:
    """The two namespaces and what stands between them. This process is in the world's."""

    def __init__(self, edge, ports):
        self.edge, self.ports = edge, ports
        self.names, self.gate = Names(), None
        self.open_gate()

    def in_edge(self, *command):
        return run("ip", "netns", "exec", self.edge, *command)

    def open_gate(self):
        self.gate = subprocess.Popen([sys.executable, "-B", __file__, "--gate", *map(str, self.ports)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                for port in self.ports:
                    socket.create_connection((WORLD, port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the gate does not open")

    def shut_gate(self):
        self.gate.kill()
        self.gate.wait()

    def rules(self, *rules):
        text = "table inet cut {\n chain i { type filter hook input priority 0;\n iif lo accept\n%s }\n" \
               " chain o { type filter hook output priority 0;\n oif lo accept\n%s }\n}\n" % (
                   "\n".join(r[1:] + "\n" for r in rules if r[0] == "<"), "\n".join(r[1:] + "\n" for r in rules if r[0] == ">"))
        run("ip", "netns", "exec", self.edge, "nft", "-f", "-", input=text)

    def mend(self):
        self.in_edge("nft", "flush", "ruleset")

    def drop(self, seconds):
        self.rules("<drop", ">drop")
        time.sleep(seconds)
        self.mend()

    def reset(self, seconds):
        self.shut_gate()
        time.sleep(seconds)
        self.open_gate()

    def half_open(self, seconds):
        self.rules("<drop", ">drop")
        self.shut_gate()
        self.open_gate()
        time.sleep(seconds / 2)
        self.mend()
        time.sleep(seconds / 2)

    def deaf(self, seconds):
        self.rules("<meta l4proto tcp drop")
        time.sleep(seconds)
        self.mend()

    def link(self, seconds):
        self.in_edge("ip", "link", "set", "dev", "out", "down")
        time.sleep(seconds)
        self.in_edge("ip", "link", "set", "dev", "out", "up")

    def no_names(self, seconds):
        self.names.silent, self.names.known = random.random() < 0.5, False
        self.shut_gate()
        self.open_gate()
        time.sleep(seconds)
        self.names.silent, self.names.known = False, True


class Kafka:
    """From topic to topic through the bridge; exactly once into the log, no loss out of it."""

    def __init__(self, a, directory, broker, dialect, prefix):
        self.prefix = prefix
        self.world = kafka.World.__new__(kafka.World)
        self.world.runnel, self.world.directory, self.world.broker = a.binary, directory, broker
        self.world.create("net-in", partitions=2)
        self.world.create("net-out")
        self.bridge = self.world.bridge(dialect)
        self.bridge.start()

    def start(self):
        url = "http://bridge.test:%d" % self.bridge.port
        self.pipeline = kafka.Pipeline(self.world.runnel, self.world.directory, {
            "name": "net-kafka",
            "sources": {"src": {"format": "kafka", "url": url, "subscribe": "net-in", "startingOffsets": "earliest",
                                "timeout": "2 seconds"}},
            "query": "SELECT CAST(value AS STRING) AS line FROM src", "trigger": {"processingTime": "100 milliseconds"},
            "sinks": {"out": {"format": "kafka", "url": url, "topic": "net-out", "timeout": "2 seconds"}}})
        command = self.pipeline.command
        self.pipeline.command = lambda *more: self.prefix + command(*more)
        self.load = kafka.Load(self.world.broker.bootstrap, "net-in", 200)
        self.reader = kafka.Reader(self.world.broker.bootstrap, "net-out")
        self.pipeline.start()

    def finish(self):
        self.load.stop()
        lines = self.load.lines
        came = lambda: len({json.loads(v)["line"] for _k, v, _h in self.reader.messages})  # noqa: E731
        self.reader.read_until(lambda: len(self.reader.messages) >= len(lines) and came() >= len(lines),
                               lambda: f"{came()} of {len(lines)} lines\n{self.pipeline.said()}")
        self.pipeline.stop()
        self.reader.read(0.5)
        repeats = kafka.account(self.reader, lines)
        said = self.pipeline.log.read_text()
        met = said.count("trying again") + said.count("sending again")
        assert met >= 3, f"the network was cut, and little was said of it:\n{said[-6000:]}"
        return "kafka: %d lines, %d repeats told by their identity" % (len(lines), repeats)

    def close(self):
        self.bridge.stop()


class Mqtt:
    """From topic to topic of one mosquitto; at least once into the log, no loss out of it."""

    def __init__(self, a, directory, prefix):
        self.prefix, self.directory = prefix, str(directory)
        self.broker = mqtt.Broker(self.directory)
        with open(self.broker.conf) as f:
            text = f.read().replace("max_inflight_messages 0", "max_inflight_messages 20")
        with open(self.broker.conf, "w") as f:
            f.write(text)
        self.broker.start()
        url = "mqtt://broker.test:%d" % self.broker.port
        self.runnel = mqtt.Runnel(a.binary, self.directory, {
            "name": "net-mqtt",
            "sources": {"src": {"format": "mqtt", "url": url, "topic": "in", "payload": "json", "schema": "id BIGINT",
                                "keepalive": 5}},
            "query": "SELECT id FROM src", "trigger": {"processingTime": "100 milliseconds"},
            "sinks": {"out": {"format": "mqtt", "url": url, "topic": "out", "keepalive": 5}}})
        start = self.runnel.start
        self.runnel.start = lambda: self.start_with(start)
        self.count = 0
        self.going = True

    def start_with(self, start):
        popen, subprocess.Popen = subprocess.Popen, lambda c, **o: popen(self.prefix + c, **o)
        try:
            start()
        finally:
            subprocess.Popen = popen

    def start(self):
        self.runnel.start()

    def begin(self):
        """Only when the session is there does the broker keep what comes."""
        self.receiver = mqtt.Receiver(self.directory, self.broker.port, "out")
        self.receiver.start()
        self.runnel.says("net-mqtt-src: connected to", 90)
        self.publisher = subprocess.Popen(["mosquitto_pub", "-p", str(self.broker.port), "-q", "1", "-t", "in", "-l"],
                                          stdin=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.publish)
        self.thread.start()

    def publish(self):
        while self.going:
            for _ in range(10):
                self.publisher.stdin.write('{"id":%d}\n' % self.count)
                self.count += 1
            self.publisher.stdin.flush()
            time.sleep(0.05)
        self.publisher.stdin.close()

    def finish(self, events):
        self.going = False
        self.thread.join()
        self.publisher.wait(60)
        got = lambda: {json.loads(l)["id"] for l in self.receiver.lines()}  # noqa: E731
        if not mqtt.wait_for("all messages", lambda: len(got()) == self.count, 120):
            print(self.runnel.said()[-3000:])
        time.sleep(0.5)
        self.runnel.stop()
        self.receiver.end()
        seen, repeats = {}, 0
        for line in self.receiver.lines():
            seq = json.loads(line)["_runnel"]["seq"]
            repeats += seq in seen
            if seen.setdefault(seq, line) != line:
                mqtt.fault("seq %d came twice and is not the same:\n  %s\n  %s" % (seq, seen[seq], line))
        if sorted(seen) != list(range(len(seen))):
            mqtt.fault("%d numbers up to %d" % (len(seen), max(seen)))
        missing = set(range(self.count)) - got()
        if missing:
            mqtt.fault("%d of %d messages are missing" % (len(missing), self.count))
        connects = self.runnel.said().count("connected to ")
        if connects < 4:
            mqtt.fault("%d connections through %d events:\n%s" % (connects, events, self.runnel.said()[-6000:]))
        twice = collections.Counter(json.loads(line)["id"] for line in seen.values())
        return "mqtt: %d messages, %d taken twice by the source, %d repeats told by their identity" % (
            self.count, sum(n - 1 for n in twice.values()), repeats)

    def close(self):
        self.broker.close()


EVENTS = [("reset", 1.5), ("drop", 4), ("half_open", 6), ("deaf", 4), ("link", 4), ("no_names", 3), ("drop", 12)]


def inside(a):
    """In the world's namespace."""
    random.seed(a.seed)
    prefix = ["ip", "netns", "exec", a.edge]
    directory = tempfile.mkdtemp(prefix="runnel-net-")
    broker = kafka.parts.Broker(os.path.join(directory, "kafka"))
    over_kafka = over_mqtt = net = None
    try:
        broker.start()
        over_kafka = Kafka(a, pathlib.Path(directory), broker, a.dialect, prefix)
        over_mqtt = Mqtt(a, directory, prefix)
        net = Net(a.edge, (over_kafka.bridge.port, over_mqtt.broker.port))
        net.names.known = False  # there is no name server when runnel starts
        over_kafka.start()
        over_mqtt.start()
        over_mqtt.runnel.says("cannot be looked up", 30)
        mqtt.wait_for("words about the name", lambda: "the name cannot be resolved" in over_kafka.pipeline.said(), 30)
        net.names.known = True
        over_mqtt.begin()
        events = EVENTS if not a.long else [random.choice(EVENTS) for _ in range(100)]
        for name, seconds in events:
            time.sleep(random.uniform(0.5, 1.5))
            getattr(net, name)(seconds * (random.uniform(0.2, 2) if a.long else 1))
        print(over_mqtt.finish(len(events)), flush=True)
        print(over_kafka.finish(), flush=True)
        print("through %d events: %s" % (len(events), dict(collections.Counter(n for n, _ in events))))
    except (AssertionError, subprocess.SubprocessError, RuntimeError) as e:
        mqtt.fault(str(e))
    finally:
        if over_mqtt is not None:
            over_mqtt.going = False
            over_mqtt.runnel.process and over_mqtt.runnel.process.poll() is None and over_mqtt.runnel.kill()
            over_mqtt.close()
        if over_kafka is not None:
            if hasattr(over_kafka, "load"):
                over_kafka.load.going = False
                over_kafka.pipeline.process.poll() is None and over_kafka.pipeline.kill()
            over_kafka.close()
        if net is not None:
            net.shut_gate()
        broker.stop()
    if mqtt.FAULTS:
        print("kept:", directory)
        return 1
    shutil.rmtree(directory)
    return 0


def make(world, edge):
    """None, or why the namespaces cannot be made."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    for program in ("ip", "nft", "mosquitto", "mosquitto_sub"):
        if not shutil.which(program):
            return "no " + program + " (toolchains/host tests installs it)"
    try:
        for name in (world, edge):
            run("ip", "netns", "add", name)
        run("ip", "-n", world, "link", "add", "in", "type", "veth", "peer", "name", "out", "netns", edge)
        for name, device, address in ((world, "in", WORLD), (edge, "out", EDGE)):
            run("ip", "-n", name, "addr", "add", address + "/24", "dev", device)
            run("ip", "-n", name, "link", "set", "dev", device, "up")
            run("ip", "-n", name, "link", "set", "dev", "lo", "up")
        run("ip", "netns", "exec", edge, "nft", "list", "ruleset")
    except (OSError, subprocess.CalledProcessError) as e:
        return "no network namespaces here: " + (getattr(e, "stderr", "") or str(e)).strip()
    place = pathlib.Path("/etc/netns") / edge
    place.mkdir(parents=True)
    (place / "resolv.conf").write_text("nameserver %s\noptions timeout:1 attempts:1\n" % WORLD)
    return None


def unmake(world, edge):
    for name in (world, edge):
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    place = pathlib.Path("/etc/netns") / edge
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.parent.rmdir()
    except OSError:
        pass  # others have something there


def main():
    if sys.argv[1:2] == ["--gate"]:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        asyncio.run(gate(*map(int, sys.argv[2:])))
    p = argparse.ArgumentParser()
    p.add_argument("binary")
    p.add_argument("--long", action="store_true")
    p.add_argument("--dialect", choices=kafka.DIALECTS, default="confluent")
    p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    p.add_argument("--edge", help=argparse.SUPPRESS)
    a = p.parse_args()
    a.binary = os.path.abspath(a.binary)
    if a.edge:
        return inside(a)
    if not kafka.parts.prepared():
        return 77
    world, edge = ("runnel-%s-%d" % (side, os.getpid()) for side in ("world", "edge"))
    why = make(world, edge)
    if why is not None:
        unmake(world, edge)
        print("skipped: " + why)
        return 77
    print("seed %d" % a.seed, flush=True)
    inner = [str(kafka.parts.PYTHON), "-B", __file__, a.binary, "--edge", edge, "--seed", str(a.seed), "--dialect", a.dialect]
    process = subprocess.Popen(["ip", "netns", "exec", world] + inner + ["--long"] * a.long)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        unmake(world, edge)


if __name__ == "__main__":
    sys.exit(main())
