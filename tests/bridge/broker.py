"""A real Kafka broker (one node, KRaft) and the test bridge in front of it, as processes of a test.

    with Broker(directory) as broker, Bridge(broker, "strimzi") as bridge:
        ...bridge.url...

What they need is fetched by tests/bridge/prepare. Both listen on free ports of loopback, keep their port over a restart,
and can be killed, frozen and started again.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
import uuid
import base64

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build/bridge-venv/bin/python"
START_TIME = 120  # seconds


def prepared():
    """False where a developer's machine lacks what is needed (exit 77 then)."""
    return subprocess.run([ROOT / "tests/bridge/prepare"]).returncode == 0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Process:
    """Started, killed, frozen; stop() is safe in any state."""

    def __init__(self, name, directory):
        self.name = name
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.process = None

    def launch(self, command, **options):
        with open(self.directory / (self.name + ".log"), "ab") as log:
            self.process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, **options)

    def said(self):
        """The end of what it wrote."""
        return (self.directory / (self.name + ".log")).read_text(errors="replace")[-3000:]

    def wait_ready(self, ready):
        deadline = time.monotonic() + START_TIME
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{self.said()}")
            time.sleep(0.05)

    def signal(self, number):
        self.process.send_signal(number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    stop = kill

    def end(self):
        """As an operator does."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class Broker(Process):
    def __init__(self, directory, retention="", partitions=1):
        super().__init__("broker", directory)
        self.port, self.controller = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        data = self.directory / "data"
        self.properties = self.directory / "server.properties"
        self.log4j = self.directory / "log4j2.properties"
        self.java = ["java", "-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                     f"-Dlog4j2.configurationFile={self.log4j}", "-cp", f"{ROOT}/build/kafka/lib/*"]
        self.log4j.write_text("rootLogger.level=warn\nappender.c.type=Console\nappender.c.name=c\n"
                              "appender.c.layout.type=PatternLayout\nappender.c.layout.pattern=%d %p %m%n\n"
                              "rootLogger.appenderRef.c.ref=c\n")
        self.properties.write_text(f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{self.controller}
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions={partitions}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=2
log.retention.check.interval.ms=1000
{retention}
""")
        self.data = data

    def start(self):
        if not self.data.exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            done = subprocess.run(self.java + ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", self.properties],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(done.stdout + done.stderr)
        self.launch(self.java + ["kafka.Kafka", self.properties])
        self.wait_ready(self.answers)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False


class Bridge(Process):
    def __init__(self, broker, dialect="confluent", directory=None, port=None, options=()):
        super().__init__("bridge", directory or broker.directory)
        self.broker, self.dialect, self.options = broker, dialect, list(options)
        self.port = port or free_port()
        self.tls = "--cert" in self.options
        self.url = f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"

    def start(self):
        self.launch([PYTHON, ROOT / "tests/bridge/bridge.py", "--bootstrap", self.broker.bootstrap, "--port", self.port,
                     "--dialect", self.dialect] + self.options)
        self.wait_ready(self.answers)

    def answers(self):
        try:
            self.control()
            return True
        except OSError:
            return False

    def control(self, **wish):
        """Without a wish: what the bridge has seen. See bridge.py for what can be wished."""
        request = urllib.request.Request(self.url + "/control", data=json.dumps(wish).encode() if wish else None)
        unverified = ssl._create_unverified_context() if self.tls else None
        with urllib.request.urlopen(request, timeout=10, context=unverified) as answer:
            return json.load(answer)


def main():
    """broker.py DIRECTORY [DIALECT]: runs both in the foreground until it is told to end."""
    import sys
    directory = pathlib.Path(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Broker(directory) as broker, Bridge(broker, *sys.argv[2:3]) as bridge:
        (directory / "ready.tmp").write_text(f"bootstrap={broker.bootstrap}\nurl={bridge.url}\n")
        os.replace(directory / "ready.tmp", directory / "ready")
        try:
            while broker.process.poll() is None and bridge.process.poll() is None:
                time.sleep(0.2)
        except KeyboardInterrupt:
            pass
    shutil.rmtree(directory / "data", ignore_errors=True)


if __name__ == "__main__":
    main()
