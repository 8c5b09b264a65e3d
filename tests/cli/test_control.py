"""The control socket: where it is, who may use it, and dead letters of a running pipeline, which a bridge refuses and then takes."""
import http.server
import json
import os
import socket
import stat
import threading
import time
import unittest

from cli import Case, DEADLINE


class Bridge(http.server.ThreadingHTTPServer):
    """A REST bridge, as Confluent's, that refuses for good what has a certain word in it."""

    def __init__(self):
        self.refuses, self.seen = "bad", []
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def waits_for(self, count):
        end = time.monotonic() + DEADLINE
        while len(self.seen) < count:
            if time.monotonic() > end:
                raise AssertionError("the bridge has %r" % self.seen)
            time.sleep(0.02)


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.kafka.v2+json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.reply({})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        entries = []
        for record in body["records"]:
            refused = self.server.refuses and self.server.refuses in json.dumps(record)
            if not refused:
                self.server.seen.append(record["value"]["s"])
            entries.append({"partition": None, "offset": None, "error_code": 50002, "error": "too large"} if refused
                           else {"partition": 0, "offset": len(self.server.seen), "error_code": None, "error": None})
        self.reply({"offsets": entries, "key_schema_id": None, "value_schema_id": None})

    def log_message(self, *_):
        pass


class Control(Case):
    def setUp(self):
        super().setUp()
        self.env.pop("RUNTIME_DIRECTORY", None)
        self.env.pop("XDG_RUNTIME_DIR", None)
        self.rows({"s": "a", "i": 1})

    def begin(self, *arguments, env=None):
        p = self.start("run", "p.json", *arguments, env=env)
        p.until('{"s":"a"')
        return p

    def test_where_it_is(self):
        os.makedirs(self.path("run"))
        for arguments, env, where in (
                ((), {}, ".local/state/runnel"), (("--state", "state"), {}, "state"),
                ((), {"STATE_DIRECTORY": self.path("sd")}, "sd"), ((), {"XDG_RUNTIME_DIR": self.path("x")}, "x/runnel"),
                (("--state", "state"), {"XDG_RUNTIME_DIR": self.path("x"), "RUNTIME_DIRECTORY": self.path("run")}, "run")):
            with self.subTest(where):
                self.pipeline(checkpointLocation="ck-" + where.replace("/", "-"))
                self.rows({"s": "a", "i": 1}, name="in/%s.json" % where.replace("/", "-"))
                p = self.begin(*arguments, env=env)
                path = self.path(where, "p.sock")
                mode = os.stat(path).st_mode
                self.assertTrue(stat.S_ISSOCK(mode))
                self.assertEqual(stat.S_IMODE(mode), 0o600)
                self.assertEqual(p.stop()[0], 0)
                self.assertFalse(os.path.exists(path))

    def test_a_dead_ones_is_replaced(self):
        self.pipeline(checkpointLocation="ck")
        p = self.begin()
        p.child.kill()
        p.end()
        path = self.path(".local/state/runnel/p.sock")
        self.assertTrue(os.path.exists(path))
        self.rows({"s": "a", "i": 2}, name="in/b.json")
        p = self.begin()
        self.assertIn("0 dead letters", self.ok("state", "ck", "deadletter", "list"))
        self.assertEqual(p.stop()[0], 0)

    def test_two_of_one_name(self):
        self.pipeline(checkpointLocation="ck")
        first = self.begin()
        self.pipeline(checkpointLocation="ck2")
        second = self.begin()
        second.until("cannot be asked while it runs", "err")
        self.assertIn("another process listens there", second.text["err"].decode())
        self.assertIn("0 dead letters", self.ok("state", "ck", "deadletter", "list"))
        self.assertIn("ck2 is in use by process %d" % second.child.pid, self.refused(1, "state", "ck2", "deadletter", "resend"))
        self.assertEqual(second.stop()[0], 0)
        self.assertIn("0 dead letters", self.ok("state", "ck", "deadletter", "list"))
        first.stop()

    def test_no_place_for_it(self):
        self.pipeline(checkpointLocation="ck")
        for name, words in (("x" * 120, "a socket's may have 107"), ("file", "no directory")):
            with self.subTest(name):
                self.write("file", "")
                self.rows({"s": "a", "i": 1}, name="in/%s.json" % name[:4])
                p = self.begin(env={"RUNTIME_DIRECTORY": self.path(name)})
                p.until("cannot be asked while it runs", "err")
                self.assertRegex(p.text["err"].decode(), words)
                self.assertEqual(p.stop()[0], 0)

    def test_noise(self):
        self.pipeline(checkpointLocation="ck")
        p = self.begin()
        for noise in (b"\n", b"\0" * 100, b"{" * 60000 + b"\n", b"[" * 200000):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(DEADLINE)
                s.connect(self.path(".local/state/runnel/p.sock"))
                try:
                    s.sendall(noise)
                    s.shutdown(socket.SHUT_WR)
                    s.recv(1000)
                except (BrokenPipeError, ConnectionResetError):
                    pass
        self.assertIn("0 dead letters", self.ok("state", "ck", "deadletter", "list"))
        self.assertEqual(p.stop()[0], 0)


class DeadLetters(Case):
    def setUp(self):
        super().setUp()
        self.bridge = Bridge()
        self.addCleanup(self.bridge.server_close)
        self.addCleanup(self.bridge.shutdown)
        self.pipeline(query="SELECT s FROM t", checkpointLocation="ck", sinks={"out": {
            "format": "kafka", "url": "http://127.0.0.1:%d" % self.bridge.server_port, "topic": "t", "dialect": "confluent"}})

    def test_sent_again_while_it_runs(self):
        self.rows({"s": "a"}, {"s": "bad"}, {"s": "c"})
        p = self.start("run", "p.json")
        p.until("goes to the dead letters", "err")
        listed = self.ok("state", "ck", "deadletter", "list")
        self.assertRegex(listed, r"out  seq 1  .*too large\n.*topic t")
        self.assertIn("1 dead letters\n", listed)
        again = "1 dead letters are in the log again, and are sent now\n"
        self.assertEqual(self.ok("state", "ck", "deadletter", "resend"), again)
        p.until("goes to the dead letters", "err", count=2)  # refused again
        self.bridge.refuses = None
        self.assertEqual(self.ok("state", "ck", "deadletter", "resend"), again)
        self.bridge.waits_for(3)
        self.rows({"s": "d"}, name="in/b.json")
        self.bridge.waits_for(4)
        self.assertEqual(self.bridge.seen, ["a", "c", "bad", "d"])
        self.assertEqual(self.ok("state", "ck", "deadletter", "list"), "0 dead letters\n")
        self.assertEqual(p.stop()[0], 0)
        self.assertEqual(self.ok("state", "ck", "deadletter", "list"), "0 dead letters\n")

    def test_sent_again_by_the_next_start(self):
        self.rows({"s": "bad"}, {"s": "c"})
        code, _, err = self.run_cli("run", "p.json", "--available-now")
        self.assertEqual(code, 0, err)
        self.bridge.refuses = None
        self.assertIn("1 dead letters\n", self.ok("state", "ck", "deadletter", "list"), err)
        self.assertIn("the next start sends them", self.ok("state", "ck", "deadletter", "resend"))
        code, _, err = self.run_cli("run", "p.json", "--available-now")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.bridge.seen, ["c", "bad"], err)


if __name__ == "__main__":
    unittest.main()
