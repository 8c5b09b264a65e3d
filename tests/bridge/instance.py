"""Consumer instances of the test bridge: as each of the three real bridges has them, where they differ.

What was read from their sources: Karapace assigns without an offset and seeks through librdkafka, which refuses to
until the assignment holds; it waits for as many records as would fill the answer, and what it has taken from the broker
beyond that is gone. Strimzi takes up to 500 records as soon as there are some, and refuses the whole (they are gone, too) where they are
longer than was asked for. Confluent keeps what does not fit for the next answer, and gives nothing at all where
already the first does not.
"""
import collections
import json
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

POLL_RECORDS = 500  # max.poll.records of the Java client


class Unassigned(Exception):
    """A seek where there is nothing assigned."""


class TooMuch(Exception):
    """What came together is longer than was asked for, and is lost."""


class Instance:
    def __init__(self, bootstrap, group, name, settings):
        self.lock = threading.Lock()
        self.format = settings.get("format", "binary")
        self.used = time.monotonic()
        self.assigned, self.positions = [], {}
        self.start = OFFSET_BEGINNING if settings.get("auto.offset.reset") == "earliest" else OFFSET_END
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "client.id": name, "enable.auto.commit": False,
            "auto.offset.reset": settings.get("auto.offset.reset", "latest"), "fetch.wait.max.ms": 100,
            "enable.partition.eof": False, "log_level": 0, "topic.metadata.refresh.interval.ms": 2000,
            "reconnect.backoff.max.ms": 500})

    def close(self):
        self.consumer.close()

    def seek(self, wanted):
        """Positions of assigned partitions; the others go on."""
        if not set(self.assigned).issuperset(wanted):
            raise Unassigned(f"No current assignment for partition {next(iter(set(wanted) - set(self.assigned)))}")
        self.positions.update(wanted)
        self.consumer.assign([TopicPartition(t, p, self.positions.get((t, p), self.start)) for t, p in self.assigned])

    def assign(self, partitions):
        self.assigned = partitions
        self.positions = {tp: o for tp, o in self.positions.items() if tp in partitions}
        self.seek({})

    def take(self, count, timeout):
        taken = self.consumer.consume(num_messages=count, timeout=timeout)
        for message in taken:
            if message.error() is not None:
                raise KafkaException(message.error())
            self.positions[message.topic(), message.partition()] = message.offset() + 1
        return taken

    def take_some(self, count, timeout):
        """Waits for the first; then what is there."""
        first, deadline = [], time.monotonic() + timeout
        while not first and (wait := deadline - time.monotonic()) > 0:
            first = self.take(1, min(wait, 0.1))
        return first + self.take(count - 1, 0.02) if first and count > 1 else first


def size_of(message):
    return len(message.key() or b"") + len(message.value() or b"")


class Strimzi(Instance):
    def read(self, timeout, limit, render):
        answer = [render(m) for m in self.take_some(POLL_RECORDS, timeout)]
        if len(json.dumps(answer)) > limit:
            raise TooMuch
        return answer


class Confluent(Instance):
    """Keeps what does not fit."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.kept = collections.deque()

    def seek(self, wanted):
        super().seek(wanted)
        self.kept.clear()

    def assign(self, partitions):
        for message in reversed(self.kept):
            self.positions[message.topic(), message.partition()] = message.offset()
        self.kept.clear()
        super().assign(partitions)

    def read(self, timeout, limit, render):
        if not self.kept:
            self.kept.extend(self.take_some(POLL_RECORDS, timeout))
        answer, size = [], 0
        while self.kept and size + size_of(self.kept[0]) < limit:
            size += size_of(self.kept[0])
            answer.append(render(self.kept.popleft()))
        return answer


class Karapace(Instance):
    def seek(self, wanted):
        for (topic, partition), offset in wanted.items():
            try:
                self.consumer.seek(TopicPartition(topic, partition, offset))
            except KafkaException as e:
                if e.args[0].code() not in (KafkaError._STATE, KafkaError._UNKNOWN_PARTITION):
                    raise
                raise Unassigned(f"Partition {topic} {partition} is unassigned") from None

    def assign(self, partitions):
        self.assigned = partitions
        self.consumer.assign([TopicPartition(t, p) for t, p in partitions])

    def read(self, timeout, limit, render):
        answer, size, deadline = [], 0, time.monotonic() + timeout
        while size < limit and (left := deadline - time.monotonic()) > 0:
            if answer:
                taken = self.take(max(1, int((limit - size) * len(answer) / max(size, 1)) + 1), min(0.2, max(0.05, left / 5)))
                if not taken:
                    break
            else:
                taken = self.take(max(1, limit // 1024), max(0.1, left * 0.95))
            for message in taken:
                size += size_of(message)
                answer.append(render(message))
                if size >= limit:
                    break
        return answer


CLASSES = {"confluent": Confluent, "strimzi": Strimzi, "karapace": Karapace}
