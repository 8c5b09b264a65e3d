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


class Gap:
    """What the sender told: `count` of from..to will never come."""

    def __init__(self, gap, unseen):
        self.count, self.unseen, self.since = gap["count"], unseen, time.monotonic()
        self.short = None  # how many more than `count` did not come; not known yet


class Stream:
    """What is known of one (device, query, epoch)."""

    def __init__(self):
        self.begun = None  # when the first came
        self.start = self.floor = None  # from start on, everything below floor is accounted for
        self.ahead = {}  # the others: seq → when it came
        self.before = set()  # below start
        self.rows = self.repeats = self.told = self.intake = 0
        self.lost = []  # [from, to] that nobody told of
        self.gaps = []
        self.words = []  # of the gap records

    def take(self, seq):
        """True: a new row. False: a repeat."""
        self.begun = self.begun or time.monotonic()
        new = self.is_new(seq)
        self.rows += new
        self.repeats += not new
        return new

    def is_new(self, seq):
        if self.start is not None and seq < self.start:
            new = seq not in self.before
            self.before.add(seq)
            return new
        if seq in self.ahead:
            return False
        told = [g for g in self.gaps if cut(g.unseen, seq)]  # and came all the same: count is of some of the range
        for gap in told:
            gap.short = gap.short and gap.short - 1
        if not told and self.floor is not None and seq < self.floor:
            return cut(self.lost, seq)  # it was only late
        if self.floor is None or seq >= self.floor:
            self.ahead[seq] = time.monotonic()
            self.advance()
        return True

    def advance(self):
        while self.floor is not None:
            told = next((r for g in self.gaps for r in g.unseen if r[0] <= self.floor <= r[1]), None)
            if told is not None:
                self.floor = told[1] + 1
            elif self.ahead.pop(self.floor, None) is not None:
                self.floor += 1
            else:
                break

    def told_gap(self, words):
        """A gap record. Repeated, it changes nothing."""
        if words in self.words:
            return False
        self.words.append(words)
        if "source" in words:  # a loss at the intake has no numbers
            self.intake += words["count"]
            return True
        self.begun = self.begun or time.monotonic()
        self.told += words["count"]
        unseen = [[words["from"], words["to"]]]
        for seq in [s for s in self.ahead if words["from"] <= s <= words["to"]]:
            cut(unseen, seq)
        if self.floor is not None:  # what is below was seen, or is lost
            late = [[max(low, words["from"]), min(high, words["to"])] for low, high in self.lost
                    if low <= words["to"] and high >= words["from"]]
            unseen = [[max(low, self.floor), high] for low, high in unseen if high >= self.floor] + late
            for low, high in late:
                for seq in range(low, high + 1):
                    cut(self.lost, seq)
        self.gaps.append(Gap(words, unseen))
        self.advance()
        return True

    def overdue(self, grace):
        """Ranges that did not come within `grace` seconds after a later one. They are given up."""
        found, now = [], time.monotonic()
        if self.floor is None and self.begun is not None and now - self.begun >= grace:
            self.start = self.floor = min([*self.ahead, *(r[0] for g in self.gaps for r in g.unseen)])
            self.advance()
        while self.floor is not None and self.ahead and now - min(self.ahead.values()) >= grace:
            after = min([min(self.ahead), *(r[0] for g in self.gaps for r in g.unseen if r[0] > self.floor)])
            found.append([self.floor, after - 1])
            self.floor = after
            self.advance()
        self.lost += [list(r) for r in found]
        for gap in self.gaps:
            if gap.short is None and now - gap.since >= grace:
                gap.short = max(0, sum(high - low + 1 for low, high in gap.unseen) - gap.count)
        return found

    def missing(self):
        return sum(high - low + 1 for low, high in self.lost) + sum(g.short or 0 for g in self.gaps)


def cut(ranges, seq):
    """Takes seq out of the ranges it is in. False: it is in none."""
    for r in ranges:
        if r[0] <= seq <= r[1]:
            ranges.remove(r)
            ranges += [p for p in ([r[0], seq - 1], [seq + 1, r[1]]) if p[0] <= p[1]]
            return True
    return False


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
            print(f"{'/'.join(name)}: {s.rows} rows, {s.repeats} repeats dropped, {s.told} told as missing, {s.missing()} missing"
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
    sys.exit(1 if any(s.missing() for s in receiver.streams.values()) else 0)


if __name__ == "__main__":
    main()
