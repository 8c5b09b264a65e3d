#!/usr/bin/env python3
"""The boards' static binaries at the real thing: each under emulation of its processor, between a real mosquitto and a real
Kafka broker behind the test bridge, plaintext and TLS.

    boards.py [PRESET…]      exit 77 where java or maven is missing, or none of the binaries is built

What mosquitto_pub sends goes the whole way: by TLS into the first pipeline, from there in plaintext back to mosquitto and by
TLS to the bridge; from the bridge, in plaintext, into the second pipeline, and by TLS to mosquitto again. All of it is to a
host name that only a name server knows. Then: the places where boards keep the authorities, and what is said where they
have none.

It runs in network and mount namespaces of its own, so that the name server, /etc/resolv.conf and /etc/ssl are the test's;
where it may make none, host and authorities are given in other ways, and the places are left out.
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "bridge")]
import broker as parts  # noqa: E402
import mqtt_test as mqtt  # noqa: E402

TARGETS = {
    "rpi-zero": ["qemu-arm-static", "-cpu", "arm1176"],
    "rpi-4": ["qemu-aarch64-static"],
    "x86-server-static": [],
}
NAME = "broker.runnel.test"
COUNT = 200
PRIVATE = "RUNNEL_TEST_PRIVATE"  # set inside the namespaces


def enter_namespaces():
    if PRIVATE in os.environ or subprocess.run(["unshare", "-mn", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return PRIVATE in os.environ
    os.environ[PRIVATE] = "1"
    os.execvp("unshare", ["unshare", "-mn", sys.executable, "-B", *sys.argv])


def set_up_namespaces(directory):
    with socket.socket() as s:  # lo up
        fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
    resolv = directory / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\noptions timeout:1\n")
    subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)
    shutil.copytree("/etc/ssl", directory / "ssl", ignore=lambda _, names: [n for n in names if n != "openssl.cnf"])
    subprocess.run(["mount", "--bind", directory / "ssl", "/etc/ssl"], check=True)
    if os.path.isdir("/etc/pki"):
        subprocess.run(["mount", "-t", "tmpfs", "none", "/etc/pki"], check=True)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=answer_names, args=(server,), daemon=True).start()


def answer_names(server):
    """A name server for one name, with one IPv4 address."""
    known = b"".join(bytes([len(p)]) + p.encode() for p in NAME.split(".")) + b"\0"
    while True:
        query, peer = server.recvfrom(512)
        end = query.index(b"\0", 12) + 1
        name, kind = query[12:end], query[end:end + 2]
        found = name.lower() == known and kind == b"\0\1"
        code = 0x8180 if name.lower() == known else 0x8183
        answer = query[:2] + struct.pack(">HHHHH", code, 1, int(found), 0, 0) + query[12:end + 4]
        if found:
            answer += b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
        server.sendto(answer, peer)


class Board(mqtt.Runnel):
    """A pipeline on an emulated board."""

    def __init__(self, preset, directory, pipeline, **environment):
        super().__init__("", directory, pipeline, pipeline["name"])
        self.command = [*TARGETS[preset], str(ROOT / "build" / preset / "runnel")]
        self.environment = {**os.environ, **environment}

    def start(self):
        with open(self.err, "ab") as err:
            self.process = subprocess.Popen([*self.command, "run", self.file, "--state", self.state, "--device", "dev"],
                                            stdout=err, stderr=err, env=self.environment)


class Listener:
    """mosquitto_sub on a topic; what came, once each."""

    def __init__(self, port, topic, directory):
        self.path = os.path.join(directory, topic.replace("/", "_"))
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen(["mosquitto_sub", "-p", str(port), "-q", "1", "-t", topic, "-F", "%p"], stdout=out)

    def numbers(self):
        with open(self.path, encoding="utf-8") as f:
            return {line.split('"n":')[1].split(",")[0].rstrip("}\n") for line in f if '"n":' in line}

    def close(self):
        self.process.terminate()
        self.process.wait()


class TlsBridge(parts.Bridge):
    """Told from afar by its port: its certificate is for another name than this test's own client would ask for."""

    def answers(self):
        return mqtt.can_connect(self.port)


class World:
    def __init__(self, directory, private, stack):
        self.directory, self.private = directory, private
        self.host = NAME if private else "localhost"
        self.certs = str(directory / "certs")
        mqtt.make_certificates(self.certs, self.host)
        self.ca = self.certs + "/ca.pem"
        self.tls_port = mqtt.free_port()
        self.mosquitto = mqtt.Broker(str(directory), "allow_anonymous true\nlistener %d 127.0.0.1\n%s" % (
            self.tls_port, mqtt.tls_listener(self.certs, "server")))
        self.mosquitto.start()
        stack.callback(self.mosquitto.close)
        broker = stack.enter_context(parts.Broker(directory / "kafka"))
        self.plain = stack.enter_context(parts.Bridge(broker, "strimzi"))
        self.tls = stack.enter_context(TlsBridge(broker, "strimzi", directory / "tls", options=[
            "--cert", self.certs + "/server.pem", "--key", self.certs + "/server.key"]))

    def mqtts(self, **more):
        return {"format": "mqtt", "url": "mqtts://%s:%d" % (self.host, self.tls_port), **more}


def pipelines(world, preset, directory):
    topic = "readings-" + preset
    inward = Board(preset, directory, {
        "name": "inward",
        "sources": {"e": world.mqtts(topic=preset + "/in", payload="json", schema="n INT")},
        "query": "SELECT n FROM e",
        "sinks": {"back": {"format": "mqtt", "url": "mqtt://%s:%d" % (world.host, world.mosquitto.port), "topic": preset + "/back"},
                  "on": {"format": "kafka", "url": "https://%s:%d" % (world.host, world.tls.port), "topic": topic}},
    }, SSL_CERT_FILE=world.ca)
    outward = Board(preset, directory, {
        "name": "outward",
        "sources": {"k": {"format": "kafka", "url": "http://%s:%d" % (world.host, world.plain.port), "subscribe": topic,
                          "startingOffsets": "earliest", "payload": "json", "schema": "n INT"}},
        "query": "SELECT n FROM k",
        "sinks": {"out": world.mqtts(topic=preset + "/out", ca=world.ca)},
    })
    return inward, outward


def whole_way(world, preset, directory):
    inward, outward = pipelines(world, preset, directory)
    listeners = [Listener(world.mosquitto.port, preset + "/" + end, directory) for end in ("back", "out")]
    inward.start()
    outward.start()
    inward.says("connected to", 30)
    lines = "".join('{"n":%d}\n' % n for n in range(COUNT))
    subprocess.run(["mosquitto_pub", "-p", str(world.mosquitto.port), "-q", "1", "-t", preset + "/in", "-l"], input=lines,
                   text=True, check=True)
    for listener in listeners:
        if not mqtt.wait_for("%s: %d rows at %s" % (preset, COUNT, listener.path), lambda l=listener: len(l.numbers()) == COUNT, 90):
            print(inward.said()[-2000:], outward.said()[-2000:])
        listener.close()
    inward.stop()
    outward.stop()


def connects(world, preset, directory, name, words, **environment):
    board = Board(preset, directory, {"name": name, "sources": {"e": world.mqtts(topic="none")}, "query": "SELECT topic FROM e",
                                      "sinks": {"screen": {"format": "console"}}}, **environment)
    board.start()
    board.says(words, 30)
    board.stop()


def authorities(world, preset, directory):
    connects(world, preset, directory, "missing", "SSL_CERT_FILE is /nowhere: No such file", SSL_CERT_FILE="/nowhere")
    if not world.private:
        return "SSL_CERT_FILE"
    digest = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", world.ca], check=True, capture_output=True, text=True)
    places = {"debian": "certs/ca-certificates.crt", "alpine": "cert.pem", "openwrt": "certs/%s.0" % digest.stdout.strip()}
    connects(world, preset, directory, "bare", "no authorities are trusted here: there is no /etc/ssl/certs/ca-certificates.crt")
    for system, place in places.items():
        os.makedirs("/etc/ssl/certs", exist_ok=True)
        shutil.copy(world.ca, "/etc/ssl/" + place)
        connects(world, preset, directory, system, "connected to")
        os.remove("/etc/ssl/" + place)
    return ", ".join(places)


def main():
    presets = [p for p in sys.argv[1:] or TARGETS if (ROOT / "build" / p / "runnel").exists()]
    if not presets or not parts.prepared():
        print("boards.py: build rpi-zero, rpi-4 or x86-server-static first; tests/bridge/prepare")
        return 77
    private = enter_namespaces()
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="runnel-boards.") as directory, contextlib.ExitStack() as stack:
        if private:
            set_up_namespaces(pathlib.Path(directory))
        world = World(pathlib.Path(directory), private, stack)
        for preset in presets:
            began = time.monotonic()
            place = os.path.join(directory, preset)
            os.makedirs(place)
            whole_way(world, preset, place)
            found = authorities(world, preset, place)
            print("%s: %d rows, four ways, to %s; authorities: %s; %.0f s" % (preset, COUNT, world.host, found, time.monotonic() - began),
                  flush=True)
    return 1 if mqtt.FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
