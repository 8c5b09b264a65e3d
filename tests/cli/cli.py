"""What the tests of the command line share: a directory of one's own, and the binary run in it as a user would."""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

RUNNEL = os.path.abspath(os.environ.get("RUNNEL", "build/debug/runnel"))
DEADLINE = 30
EVENTS = "ts TIMESTAMP, s STRING, i INT"


class Process:
    """A running runnel, read as it goes; nothing is waited for without a deadline."""

    def __init__(self, command, cwd, env, **pipes):
        self.child = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                      stdout=pipes.get("stdout", subprocess.PIPE),
                                      stderr=pipes.get("stderr", subprocess.PIPE))
        self.text = {"out": b"", "err": b""}

    def pump(self, seconds):
        streams = {s.fileno(): name for name, s in (("out", self.child.stdout), ("err", self.child.stderr)) if s}
        ready = select.select(list(streams), [], [], seconds)[0]
        for fd in ready:
            self.text[streams[fd]] += os.read(fd, 65536)
        return ready

    def until(self, words, where="out", count=1):
        end = time.monotonic() + DEADLINE
        while self.text[where].decode(errors="replace").count(words) < count:
            if time.monotonic() > end or (not self.pump(0.05) and self.child.poll() is not None):
                raise AssertionError("no %r on std%s in time; out %r err %r" % (words, where, *self.text.values()))
        return self.text[where].decode()

    def stop(self, number=signal.SIGTERM):
        """Its exit code, standard output and error."""
        self.child.send_signal(number)
        return self.end()

    def end(self):
        out, err = self.child.communicate(timeout=DEADLINE)
        self.text["out"] += out or b""
        self.text["err"] += err or b""
        return self.child.returncode, self.text["out"].decode(), self.text["err"].decode()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.at = tempfile.mkdtemp(prefix="runnel-cli-")
        self.addCleanup(shutil.rmtree, self.at, ignore_errors=True)
        self.children = []
        self.addCleanup(self.end_children)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("RUNNEL")}
        self.env["HOME"] = self.at
        self.env.pop("STATE_DIRECTORY", None)

    def end_children(self):
        for p in self.children:
            if p.child.poll() is None:
                p.child.kill()
                p.end()
            for stream in (p.child.stdout, p.child.stderr):
                if stream:
                    stream.close()

    def path(self, *names):
        return os.path.join(self.at, *names)

    def write(self, name, text, mtime=None):
        """The file comes into being at once, as a move does."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        hidden = os.path.join(os.path.dirname(self.path(name)), "." + os.path.basename(name))
        with open(hidden, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        if mtime:
            os.utime(hidden, (mtime, mtime))
        os.rename(hidden, self.path(name))
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def rows(self, *values, name="in/a.json", mtime=None):
        self.write(name, "".join(json.dumps(v) + "\n" for v in values), mtime)

    def pipeline(self, file="p.json", **changes):
        """A pipeline that prints its source's rows as JSON; None takes a key out."""
        p = {"name": "p", "sources": {"t": {"format": "json", "path": "in", "schema": EVENTS}}, "query": "SELECT * FROM t",
             "sinks": {"out": {"format": "json", "path": "-"}}}
        p.update(changes)
        return self.write(file, json.dumps({k: v for k, v in p.items() if v is not None}, indent=2, ensure_ascii=False))

    def run_cli(self, *arguments, env=None):
        r = subprocess.run([RUNNEL, *arguments], cwd=self.at, env=dict(self.env, **(env or {})), capture_output=True,
                           stdin=subprocess.DEVNULL, timeout=DEADLINE)
        return r.returncode, r.stdout.decode(), r.stderr.decode()

    def start(self, *arguments, env=None, **pipes):
        p = Process([RUNNEL, *arguments], self.at, dict(self.env, **(env or {})), **pipes)
        self.children.append(p)
        return p

    def ok(self, *arguments, env=None):
        code, out, err = self.run_cli(*arguments, env=env)
        self.assertEqual((code, err), (0, ""), out)
        return out

    def refused(self, code, *arguments, env=None):
        """Standard error of a call that must end with `code` and print nothing on standard output."""
        got, out, err = self.run_cli(*arguments, env=env)
        self.assertEqual((got, out), (code, ""), err)
        self.assertNotIn("Sanitizer", err)
        return err

    def now(self, *more, file="p.json", env=None):
        return self.ok("run", file, "--available-now", "--state", "state", *more, env=env)


class Server:
    """One side of a socket source: takes peers, says what it is told."""

    def __init__(self, test):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE)
        self.port = self.listener.getsockname()[1]
        test.addCleanup(self.listener.close)
        self.test = test

    def accept(self):
        peer = self.listener.accept()[0]
        self.test.addCleanup(peer.close)
        return peer
