"""What bench/run measures of forwarding: rows/s and CPU a row to mosquitto at qos 1 and to Kafka through the test bridge, beside
mosquitto_pub and kcat (librdkafka) sending the same lines in the same run; and memory while the receiver is away.

runnel reads the rows from files, keeps them in its log and counts them sent when the receiver has answered; the peers read
lines and keep nothing. So the ratios say what durability and the identity of each row cost.
"""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tests", d) for d in ("whole", "bridge")]
FILE_ROWS = 10000
CREATE = """import sys
from confluent_kafka.admin import AdminClient, NewTopic
admin = AdminClient({"bootstrap.servers": sys.argv[1]})
admin.create_topics([NewTopic("bench", 1, 1)])["bench"].result()
"""


class Work:
    """A directory of input, and pipelines that read it."""

    def __init__(self, binary, rows):
        self.binary, self.rows = binary, rows
        self.directory = tempfile.mkdtemp(prefix="runnel-bench-")
        os.makedirs(self.path("data"))
        self.lines = self.path("lines")
        with open(self.lines, "w") as lines:
            for start in range(0, rows, FILE_ROWS):
                text = "".join('{"id":%d,"district":"district%02d","count":%d}\n' % (i, i % 24, i * 7 % 1000)
                               for i in range(start, min(rows, start + FILE_ROWS)))
                with open(self.path("data", "e%05d.json" % (start // FILE_ROWS)), "w") as f:
                    f.write(text)
                lines.write(text)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def command(self, sink, *more):
        with open(self.path("pipeline.json"), "w") as f:
            json.dump({"name": "forward",
                       "sources": {"e": {"format": "json", "path": self.path("data"), "maxFilesPerTrigger": 1,
                                         "schema": "id BIGINT, district STRING, count INT"}},
                       "query": "SELECT id, district, count FROM e", "sinks": {"out": sink}}, f)
        shutil.rmtree(self.path("state"), ignore_errors=True)
        return [self.binary, "run", self.path("pipeline.json"), "--state", self.path("state"), "--log-level", "warning", *more]

    def close(self):
        shutil.rmtree(self.directory)


def timed(command, stdin=None):
    """(seconds, CPU seconds) of a command that ends by itself."""
    began = time.monotonic()
    with open(stdin or os.devnull) as lines, open(os.devnull, "w") as null:
        p = subprocess.Popen(command, stdin=lines, stdout=null)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = status
    if status:
        sys.exit("bench: %s failed" % command[0])
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def beside(name, peer_name, rows, pairs, ours, theirs):
    """Pair by pair, so that a noisy machine slows both."""
    speed, cost, mine = [], [], []
    for k in range(pairs + 1):
        a, b = ours(), theirs()
        if k:
            speed.append(b[0] / a[0])
            cost.append(a[1] / b[1])
            mine.append(a)
    seconds, cpu = (statistics.median(m[i] for m in mine) for i in (0, 1))
    print("%-13s %.0f rows/s, %.1f µs of CPU a row: %.2f and %.2f times %s's (%d rows, least %.2f, most %.2f of %d pairs)" % (
        name, rows / seconds, cpu * 1e6 / rows, statistics.median(speed), statistics.median(cost), peer_name, rows,
        min(cost), max(cost), pairs), flush=True)
    return statistics.median(speed), statistics.median(cost)


def measure_mqtt(binary, rows, pairs):
    import mqtt_test
    work = Work(binary, rows)
    broker = mqtt_test.Broker(work.directory)
    broker.start()
    try:
        port = str(broker.port)
        sink = {"format": "mqtt", "url": "mqtt://127.0.0.1:" + port, "topic": "bench", "metadata": False}
        return beside("mqtt", "mosquitto_pub", rows, pairs,
                      lambda: timed(work.command(sink, "--available-now")),
                      lambda: timed(["mosquitto_pub", "-p", port, "-q", "1", "-t", "bench", "-l"], work.lines))
    finally:
        broker.close()
        work.close()


def measure_kafka(binary, rows, pairs):
    import broker as parts
    if not parts.prepared():
        sys.exit("bench: tests/bridge/prepare failed")
    work = Work(binary, rows)
    try:
        with parts.Broker(work.path("kafka")) as broker, parts.Bridge(broker, "strimzi") as bridge:
            subprocess.run([str(parts.PYTHON), "-c", CREATE, broker.bootstrap], check=True)
            sink = {"format": "kafka", "url": bridge.url, "topic": "bench", "metadata": False, "maxRecords": 1000}
            return beside("kafka", "kcat", rows, pairs,
                          lambda: timed(work.command(sink, "--available-now")),
                          lambda: timed(["kcat", "-P", "-b", broker.bootstrap, "-t", "bench", "-X", "acks=all", "-l", work.lines]))
    finally:
        work.close()


def anonymous(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"RssAnon:\s+(\d+) kB", f.read()).group(1)) / 1024


def measure_outage(binary, rows):
    """(most, growth): anonymous megabytes while rows go into the log and nobody takes them."""
    import mqtt_test
    work = Work(binary, rows)
    log = work.path("state", "forward", "data.mdb")
    try:
        p = subprocess.Popen(work.command({"format": "mqtt", "url": "mqtt://127.0.0.1:%d" % mqtt_test.free_port(),
                                           "topic": "bench"}), stderr=subprocess.DEVNULL)
        seen, size, still = [], 0, 0
        while still < 100:  # two seconds in which nothing was written
            time.sleep(0.02)
            now = os.stat(log).st_mtime_ns if os.path.exists(log) else 0
            still = still + 1 if now == size and now else 0
            size = now
            seen.append(anonymous(p.pid))
        p.send_signal(signal.SIGTERM)
        if p.wait():
            sys.exit("bench: runnel failed")
        third = len(seen) // 3
        most, growth = max(seen), max(seen[third:]) - max(seen[:third])
        print("outage        %.2f MB anonymous while %d rows went into the log, %.2f MB more than in the first third" % (most, rows, growth),
              flush=True)
        return most, growth
    finally:
        work.close()
