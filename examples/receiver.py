#!/usr/bin/env python3
"""A receiver that knows what it got: drops repeats and reports what is missing, by the identity that runnel sends.

    receiver.py kafka BOOTSTRAP TOPIC…           needs confluent-kafka
    receiver.py mqtt HOST[:PORT] FILTER…         needs paho-mqtt
        --until-idle S     ends when nothing came for so long
        --grace S          a number that is late for so long is missing (5)

Each row goes to standard output once, as it came. What is missing, and what the sender says is missing, goes to standard
error. The identity is the member "_runnel" of a JSON value; where the pipeline wrote the value itself, it is the Kafka
header or MQTT user property of that name. (device, query, epoch) is a stream; seq counts its rows without a gap. docs/delivery.md
says what that is worth.
"""
import argparse
import json
import sys
import time


class Stream:
    """What is known of one (device, query, epoch)."""

    def __init__(self):
        self.floor = None  # everything below is accounted for, from the first that was seen
        self.ahead = {}  # seq above it → when it came; None: told as missing
        self.rows = self.repeats = self.told = self.intake = 0
        self.lost = []  # [from, to] that nobody told of
        self.gaps = []  # as the sender told

    def take(self, seq):
        """True: a new row. False: a repeat."""
        if self.floor is None:
            self.floor = seq
        if seq < self.floor or seq in self.ahead:
            late = [r for r in self.lost if r[0] <= seq <= r[1]]
            for low, high in late:  # it was only late
                self.lost.remove([low, high])
                self.lost += [r for r in ([low, seq - 1], [seq + 1, high]) if r[0] <= r[1]]
            self.repeats += not late
            self.rows += bool(late)
            return bool(late)
        self.rows += 1
        self.ahead[seq] = time.monotonic()
        self.advance()
        return True

    def advance(self):
        while self.floor in self.ahead:
            del self.ahead[self.floor]
            self.floor += 1

    def told_gap(self, gap):
        """The sender says that `count` of from..to will never come. Repeated gap records change nothing."""
        if gap in self.gaps:
            return False
        self.gaps.append(gap)
        if "source" in gap:  # a loss at the intake has no numbers
            self.intake += gap["count"]
            return True
        self.told += gap["count"]
        if self.floor is None:
            self.floor = gap["from"]
        for seq in range(max(gap["from"], self.floor), gap["to"] + 1):
            self.ahead.setdefault(seq, None)
        self.advance()
        return True

    def overdue(self, grace):
        """Ranges that did not come within `grace` seconds after a later one. They are given up."""
        found = []
        while self.ahead:
            first = min(self.ahead)
            came = min((t for t in self.ahead.values() if t is not None), default=None)
            if came is None or time.monotonic() - came < grace:
                break
            found.append([self.floor, first - 1])
            self.floor = first
            self.advance()
        self.lost += found
        return found


class Receiver:
    def __init__(self):
        self.streams = {}
        self.foreign = 0  # messages without an identity

    def identity(self, value, header):
        """(identity, row) of a message; identity None: it has none."""
        try:
            row = json.loads(value)
        except ValueError:
            row = None
        own = row.get("_runnel") if isinstance(row, dict) else None
        return own or (json.loads(header) if header else None)

    def take(self, value, header=None):
        """True: a row that was not seen before."""
        who = self.identity(value, header)
        if who is None:
            self.foreign += 1
            return True
        stream = self.streams.setdefault((who["device"], who["query"], who["epoch"]), Stream())
        if "gap" in who:
            if stream.told_gap(who["gap"]):
                print("told as missing:", json.dumps(who), file=sys.stderr)
            return False
        return stream.take(who["seq"])

    def check(self, grace):
        for name, stream in self.streams.items():
            for low, high in stream.overdue(grace):
                print(f"MISSING {'/'.join(name)}: {low} to {high}, and nobody said so", file=sys.stderr)

    def report(self):
        for name, s in self.streams.items():
            lost = sum(high - low + 1 for low, high in s.lost)
            print(f"{'/'.join(name)}: {s.rows} rows, {s.repeats} repeats dropped, {s.told} told as missing, {lost} missing"
                  + (f"; {s.intake} lost at the intake" if s.intake else ""), file=sys.stderr)
        if self.foreign:
            print(f"{self.foreign} messages without an identity", file=sys.stderr)


def from_kafka(arguments, on_message):
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": arguments.peer, "group.id": "receiver", "enable.auto.commit": False,
                         "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 1000})
    consumer.subscribe(arguments.topics)
    try:
        while True:
            messages = consumer.consume(1000, timeout=0.5)
            for message in messages:
                if message.error() is None:
                    header = next((v for k, v in message.headers() or [] if k == "_runnel"), None)
                    on_message(message.value() or b"", header)
            yield bool(messages)
    finally:
        consumer.close()


def from_mqtt(arguments, on_message):
    import queue

    import paho.mqtt.client as mqtt
    host, _, port = arguments.peer.partition(":")
    waiting = queue.Queue()
    make = {"protocol": mqtt.MQTTv5}
    if hasattr(mqtt, "CallbackAPIVersion"):
        make["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION2
    client = mqtt.Client(**make)
    client.on_connect = lambda *_: [client.subscribe(t, qos=1) for t in arguments.topics]
    client.on_message = lambda _client, _data, message: waiting.put(message)
    client.connect(host, int(port or 1883))
    client.loop_start()
    try:
        while True:
            try:
                message = waiting.get(timeout=0.5)
            except queue.Empty:
                yield False
                continue
            properties = dict(getattr(message.properties, "UserProperty", []))
            on_message(message.payload, properties.get("_runnel"))
            yield True
    finally:
        client.loop_stop()


def main():
    parser = argparse.ArgumentParser(description="Drops repeats, reports gaps.")
    parser.add_argument("kind", choices=("kafka", "mqtt"))
    parser.add_argument("peer")
    parser.add_argument("topics", nargs="+")
    parser.add_argument("--until-idle", type=float, default=0)
    parser.add_argument("--grace", type=float, default=5)
    arguments = parser.parse_args()
    receiver, last = Receiver(), time.monotonic()

    def on_message(value, header):
        if receiver.take(value, header):
            print(value.decode(errors="replace"), flush=True)

    try:
        for any_came in (from_kafka if arguments.kind == "kafka" else from_mqtt)(arguments, on_message):
            last = time.monotonic() if any_came else last
            receiver.check(arguments.grace)
            if arguments.until_idle and time.monotonic() - last > arguments.until_idle:
                break
    except KeyboardInterrupt:
        pass
    receiver.check(0)
    receiver.report()
    sys.exit(1 if any(s.lost for s in receiver.streams.values()) else 0)


if __name__ == "__main__":
    main()
