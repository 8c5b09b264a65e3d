#!/usr/bin/env python3
"""MQTT against a real mosquitto, started here on free loopback ports with TLS and password files made here.

    mqtt_test.py RUNNEL [--events N] [--kills N] [--seed S] [--keep] [--only NAME]

sink      rows go out at qos 1 while the broker is killed, restarted and frozen, and runnel is killed: an independent
          receiver has every _runnel seq from 0 on, repeats are byte for byte the same
source    messages come in at qos 1 while runnel is killed: each is in the files at least once
tls       what is accepted, and the words for what is not
takeover  two with one client id: said, and backed off

Between runnel and the broker stands a gate, which opens when the receiver is there: what a killed broker had promised
to hand on would else be lost behind it, and that is not what is tested here.
"""
import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

FAULTS = []


def fault(text):
    print("FAULT:", text)
    FAULTS.append(text)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    fault("%s: not within %d s" % (what, seconds))
    return False


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Broker:
    def __init__(self, directory, extra="", name="broker"):
        self.port = free_port()
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory)
        self.conf = os.path.join(self.directory, "mosquitto.conf")
        with open(self.conf, "w") as f:
            f.write("user root\npersistence true\npersistence_location %s/\nmax_queued_messages 0\n"
                    "max_inflight_messages 0\nlistener %d 127.0.0.1\n" % (self.directory, self.port))
            f.write(extra or "allow_anonymous true\n")
        self.process = None

    def start(self):
        log = open(os.path.join(self.directory, "log"), "ab")
        self.process = subprocess.Popen(["mosquitto", "-c", self.conf], stdout=log, stderr=log)
        log.close()
        wait_for("mosquitto", lambda: can_connect(self.port), 10)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        if how == signal.SIGKILL or how == signal.SIGTERM:
            self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


class Gate:
    """A forwarder that can be shut."""

    def __init__(self, to):
        self.to, self.port, self.open = to, free_port(), True
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))
        self.socket.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            a, _ = self.socket.accept()
            try:
                if not self.open:
                    raise OSError
                b = socket.create_connection(("127.0.0.1", self.to), 5)
            except OSError:
                a.close()
                continue
            b.settimeout(None)
            for x, y in ((a, b), (b, a)):
                threading.Thread(target=self.copy, args=(x, y), daemon=True).start()

    @staticmethod
    def copy(a, b):
        try:
            while True:
                data = a.recv(65536)
                if not data:
                    break
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Receiver:
    """mosquitto_sub into a file; made anew whenever the broker was."""

    def __init__(self, directory, port, topic):
        self.path, self.port, self.topic, self.process = os.path.join(directory, "received"), port, topic, None
        self.probes = 0

    def start(self):
        out = open(self.path, "ab")
        self.process = subprocess.Popen(["mosquitto_sub", "-p", str(self.port), "-V", "5", "-q", "0", "-t", self.topic,
                                         "-t", "probe", "-F", "%p"], stdout=out, stderr=subprocess.DEVNULL)
        out.close()
        self.probes += 1
        probe = "probe %d" % self.probes

        def seen():
            subprocess.run(["mosquitto_pub", "-p", str(self.port), "-t", "probe", "-m", probe],
                           stderr=subprocess.DEVNULL)
            return probe in self.lines(True)
        return wait_for("the receiver", seen, 20)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def lines(self, probes=False):
        with open(self.path, encoding="utf-8") as f:
            return [l for l in f.read().split("\n")[:-1] if probes or not l.startswith("probe ")]


class Runnel:
    def __init__(self, binary, directory, pipeline, name="p"):
        self.binary, self.directory, self.process = binary, directory, None
        self.file = os.path.join(directory, name + ".json")
        self.err = os.path.join(directory, name + ".err")
        self.state = os.path.join(directory, name + ".state")
        with open(self.file, "w") as f:
            json.dump(pipeline, f)

    def start(self):
        err = open(self.err, "ab")
        self.process = subprocess.Popen([self.binary, "run", self.file, "--state", self.state, "--device", "dev"],
                                        stdout=err, stderr=err)
        err.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            code = "no end within 30 s"
        if code != 0:
            fault("runnel ended with %s" % code)

    def said(self):
        with open(self.err, encoding="utf-8", errors="replace") as f:
            return f.read()

    def says(self, words, seconds=20):
        if not wait_for("words “%s”" % words, lambda: words in self.said(), seconds):
            print(self.said()[-2000:])


def put_files(directory, files, rows):
    os.makedirs(directory)
    for i in range(files):
        path = os.path.join(directory, "f%05d.json" % i)
        with open(path + ".tmp", "w") as f:
            for r in range(rows):
                f.write('{"id":%d,"k":"k%d"}\n' % (i * rows + r, r % 3))
        os.rename(path + ".tmp", path)
        os.utime(path, (1700000000 + i, 1700000000 + i))


def check_sequence(lines, rows):
    """Every seq once at least, repeats the same, the first of each in order, every row there."""
    seen, next_seq, repeats = {}, 0, 0
    for line in lines:
        seq = json.loads(line)["_runnel"]["seq"]
        if seq in seen:
            repeats += 1
            if seen[seq] != line:
                fault("seq %d came twice and is not the same:\n  %s\n  %s" % (seq, seen[seq], line))
            continue
        if seq != next_seq:
            fault("seq %d where %d was due" % (seq, next_seq))
        seen[seq] = line
        next_seq = seq + 1
    ids = {json.loads(l)["id"] for l in seen.values()}
    if len(seen) != rows or len(ids) != rows:
        fault("%d rows, %d sequence numbers and %d ids arrived" % (rows, len(seen), len(ids)))
    return repeats


def test_sink(a, directory):
    files, rows = 100 + 40 * (a.events + a.kills), 5
    put_files(os.path.join(directory, "in"), files, rows)
    broker = Broker(directory)
    broker.start()
    gate = Gate(broker.port)
    receiver = Receiver(directory, broker.port, "site/#")
    receiver.start()
    runnel = Runnel(a.binary, directory, {
        "name": "out",
        "sources": {"e": {"format": "json", "path": "in", "schema": "id BIGINT, k STRING", "maxFilesPerTrigger": 1}},
        "query": "SELECT id, k FROM e",
        "sinks": {"m": {"format": "mqtt", "url": "mqtt://127.0.0.1:%d" % gate.port, "topic": "site/{k}/rows",
                        "keepalive": 5, "version": a.random.choice(["5", "3.1.1"])}},
    })
    runnel.start()
    events = ["kill"] * a.kills + [a.random.choice(["broker killed", "broker restarted", "broker frozen"])
                                   for _ in range(a.events)]
    a.random.shuffle(events)
    for event in events:
        time.sleep(a.random.uniform(0.05, 0.6))
        if event == "kill":
            runnel.kill()
            runnel.start()
        elif event == "broker frozen":
            broker.end(signal.SIGSTOP)
            time.sleep(a.random.uniform(0.2, 3))
            broker.end(signal.SIGCONT)
        else:
            gate.open = False
            broker.end(signal.SIGKILL if event == "broker killed" else signal.SIGTERM)
            receiver.end()
            broker.start()
            receiver.start()
            gate.open = True
    total = files * rows
    wait_for("all rows", lambda: len({json.loads(l)["id"] for l in receiver.lines()}) >= total, 300)
    time.sleep(0.5)
    runnel.stop()
    receiver.end()
    broker.close()
    repeats = check_sequence(receiver.lines(), total)
    print("sink: %d rows, %d repeats, through %d events" % (total, repeats, len(events)))


def test_source(a, directory):
    count = 500 + 300 * a.kills
    broker = Broker(directory)
    with open(broker.conf, "a") as f:
        f.write("max_inflight_messages 20\n")
    broker.start()
    runnel = Runnel(a.binary, directory, {
        "name": "in",
        "sources": {"e": {"format": "mqtt", "url": "localhost:%d" % broker.port, "topic": "in/+", "qos": 1,
                          "payload": "json", "schema": "n INT", "version": a.random.choice(["5", "3.1.1"])}},
        "query": "SELECT topic, n FROM e",
        "sinks": {"files": {"format": "json", "path": "out"}},
    })
    runnel.start()
    runnel.says("connected to")
    publisher = subprocess.Popen(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "in/x", "-l"],
                                 stdin=subprocess.PIPE, text=True)

    def publish():
        for n in range(count):
            publisher.stdin.write('{"n":%d}\n' % n)
            if n % 50 == 49:
                publisher.stdin.flush()
                time.sleep(0.02)
        publisher.stdin.close()
    thread = threading.Thread(target=publish)
    thread.start()
    for _ in range(a.kills):
        time.sleep(a.random.uniform(0.02, 0.4))
        runnel.kill()
        runnel.start()
    thread.join()
    publisher.wait()
    out = os.path.join(directory, "out")

    def rows():
        found = []
        for name in sorted(os.listdir(out)) if os.path.isdir(out) else []:
            if not name.startswith("."):
                with open(os.path.join(out, name)) as f:
                    found += [json.loads(l)["n"] for l in f]
        return found
    wait_for("all messages", lambda: len(set(rows())) == count, 120)
    runnel.stop()
    broker.close()
    got = rows()
    print("source: %d messages, %d repeats, through %d kills" % (count, len(got) - len(set(got)), a.kills))
    if set(got) != set(range(count)):
        fault("source: %d of %d messages" % (len(set(got)), count))


def openssl(directory, *args):
    r = subprocess.run(["openssl", *args], cwd=directory, capture_output=True, text=True)
    if r.returncode != 0:
        raise RuntimeError(r.stderr)


def make_certificates(d, host="localhost"):
    os.makedirs(d)
    for ca in ("ca", "other"):
        openssl(d, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", ca + ".key", "-out", ca + ".pem",
                "-subj", "/CN=test " + ca, "-days", "2")

    def sign(name, cn, *dates):
        with open(os.path.join(d, name + ".ext"), "w") as f:
            f.write("subjectAltName=DNS:%s\n" % cn)
        openssl(d, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj",
                "/CN=" + cn)
        open(os.path.join(d, "index.txt"), "w").close()
        with open(os.path.join(d, "ca.cnf"), "w") as f:
            f.write("[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
                    "rand_serial=yes\nunique_subject=no\n[p]\ncommonName=supplied\n")
        openssl(d, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", name + ".csr",
                "-out", name + ".pem", "-extfile", name + ".ext", "-notext", *(dates or ("-days", "2")))
    sign("server", host)
    sign("client", "pi")
    sign("expired", host, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    sign("early", host, "-startdate", "20900101000000Z", "-enddate", "20910101000000Z")


def tls_listener(certs, certificate, client=False):
    text = "cafile %s/ca.pem\ncertfile %s/%s.pem\nkeyfile %s/%s.key\n" % (certs, certs, certificate, certs, certificate)
    return text + ("require_certificate true\nallow_anonymous true\n" if client else "")


def test_tls(a, directory):
    certs = os.path.join(directory, "certs")
    make_certificates(certs)
    passwords = os.path.join(directory, "passwords")
    open(passwords, "w").close()
    subprocess.run(["mosquitto_passwd", "-b", passwords, "pi", "raspberry"], check=True, capture_output=True)
    secret = os.path.join(directory, "secret")
    with open(secret, "w") as f:
        f.write("old\n")
    login = "allow_anonymous false\npassword_file %s\n" % passwords
    good = Broker(directory, tls_listener(certs, "server") + login, "good")
    expired = Broker(directory, tls_listener(certs, "expired") + login, "expired")
    early = Broker(directory, tls_listener(certs, "early") + login, "early")
    client = Broker(directory, tls_listener(certs, "server", True), "client")
    plain = Broker(directory, login, "plain")
    brokers = (good, expired, early, client, plain)
    for b in brokers:
        b.start()
    ca, user = certs + "/ca.pem", {"username": "pi", "password": "raspberry"}
    cases = [
        ("good", {"url": "mqtts://localhost:%d" % good.port, "ca": ca, **user}, "connected to"),
        ("good 3.1.1", {"url": "mqtts://localhost:%d" % good.port, "ca": ca, "version": "3.1.1", **user},
         "connected to"),
        ("unknown CA", {"url": "mqtts://localhost:%d" % good.port, "ca": certs + "/other.pem", **user}, "authority"),
        ("system's CAs", {"url": "mqtts://localhost:%d" % good.port, **user}, "authorit"),
        ("other host", {"url": "mqtts://127.0.0.1:%d" % good.port, "ca": ca, **user}, "another host name"),
        ("expired", {"url": "mqtts://localhost:%d" % expired.port, "ca": ca, **user}, "expired by this machine's clock"),
        ("early", {"url": "mqtts://localhost:%d" % early.port, "ca": ca, **user}, "not yet valid by this machine's"),
        ("bad password", {"url": "mqtts://localhost:%d" % good.port, "ca": ca, "username": "pi", "password": "x"},
         "not authorised"),
        ("no password", {"url": "mqtts://localhost:%d" % good.port, "ca": ca}, "not authorised"),
        ("client certificate", {"url": "mqtts://localhost:%d" % client.port, "ca": ca, "cert": certs + "/client.pem",
                                "key": certs + "/client.key"}, "connected to"),
        ("no client certificate", {"url": "mqtts://localhost:%d" % client.port, "ca": ca}, "TLS: "),
        ("missing CA file", {"url": "mqtts://localhost:%d" % good.port, "ca": certs + "/none.pem"}, "No such file"),
        ("plain to TLS", {"url": "mqtt://localhost:%d" % good.port}, "does it want TLS there?"),
        ("TLS to plain", {"url": "mqtts://localhost:%d" % plain.port, "ca": ca}, "TLS"),
        ("plain", {"url": "localhost:%d" % plain.port, **user}, "connected to"),
        ("nobody there", {"url": "localhost:%d" % free_port()}, "Connection refused"),
        ("no such name", {"url": "mqtt://nobody.invalid"}, "cannot be looked up"),
        ("old password", {"url": "localhost:%d" % plain.port, "username": "pi", "password": {"secretFile": secret}},
         "not authorised"),
    ]
    running = []
    for i, (name, options, words) in enumerate(cases):
        r = Runnel(a.binary, directory, {
            "name": "tls%d" % i, "sources": {"e": {"format": "mqtt", "topic": "#", **options}},
            "query": "SELECT topic FROM e", "sinks": {"screen": {"format": "console"}}}, "tls%d" % i)
        r.start()
        running.append((name, r, words))
    for name, r, words in running:
        r.says(words, 30)
    # A password that was renewed, too.
    with open(secret, "w") as f:
        f.write("raspberry\n")
    running[-1][1].says("connected to", 90)
    # A certificate that was renewed is taken with the next connection.
    shutil.copy(certs + "/ca.pem", certs + "/other.pem")
    running[2][1].says("connected to", 30)
    for name, r, words in running:
        began = time.monotonic()
        r.stop()
        if time.monotonic() - began > 3:
            fault("%s: took %.1f s to stop" % (name, time.monotonic() - began))
    for b in brokers:
        b.close()
    refused = [("mqtt://example.org", "plaintext"), ("http://localhost", "mqtts://"), ("mqtt://pi:x@localhost", "user")]
    for url, words in refused:
        r = Runnel(a.binary, directory, {
            "name": "bad", "sources": {"e": {"format": "mqtt", "topic": "#", "url": url, **user}},
            "query": "SELECT topic FROM e", "sinks": {"screen": {"format": "console"}}}, "bad")
        r.start()
        code = r.process.wait(20)
        if code != 78 or words not in r.said():
            fault("%s: exit %s, %s" % (url, code, r.said()))
    print("tls: %d cases" % (len(cases) + 1 + len(refused)))


def test_takeover(a, directory):
    broker = Broker(directory)
    broker.start()
    for version in ("5", "3.1.1"):
        two = []
        for i in range(2):
            name = "take%s_%d" % (version[0], i)
            two.append(Runnel(a.binary, directory, {
                "name": name, "sources": {"e": {"format": "mqtt", "topic": "#", "clientId": "same" + version,
                                                "version": version, "url": "localhost:%d" % broker.port}},
                "query": "SELECT topic FROM e", "sinks": {"screen": {"format": "console"}}}, name))
        for r in two:
            r.start()
            time.sleep(0.3)
        wait_for("a take-over, version " + version, lambda: any("the client id same" in r.said() for r in two), 120)
        for r in two:
            r.stop()
        connects = sum(r.said().count("connected to") for r in two)
        print("takeover: version %s: said, after %d connections" % (version, connects))
    broker.close()


TESTS = {"tls": test_tls, "takeover": test_takeover, "source": test_source, "sink": test_sink}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("binary")
    p.add_argument("--events", type=int, default=10)
    p.add_argument("--kills", type=int, default=12)
    p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    p.add_argument("--keep", action="store_true")
    p.add_argument("--only", choices=sorted(TESTS))
    a = p.parse_args()
    a.binary = os.path.abspath(a.binary)
    if not all(shutil.which(x) for x in ("mosquitto", "mosquitto_sub", "mosquitto_passwd", "openssl")):
        print("mosquitto is not there (toolchains/host tests installs it)")
        return 77
    print("seed %d" % a.seed)
    a.random = random.Random(a.seed)
    directory = tempfile.mkdtemp(prefix="runnel-mqtt-")
    for name, test in TESTS.items():
        if a.only in (None, name):
            place = os.path.join(directory, name)
            os.makedirs(place)
            test(a, place)
    if FAULTS or a.keep:
        print("kept:", directory)
    else:
        shutil.rmtree(directory)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
