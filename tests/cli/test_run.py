"""A pipeline while it runs: signals, results and logs, files that come, go, grow and cannot be read."""
import gzip
import json
import os
import signal
import time
import unittest

from cli import EVENTS, Case, Server

HOUR = {"processingTime": "1 hour"}


class Signals(Case):
    """SIGTERM and SIGINT finish the batch, commit, and exit 0."""

    def stops(self, number, wait, **changes):
        self.rows({"s": "a"})
        self.pipeline(checkpointLocation="ck", **changes)
        p = self.start("run", "p.json", "--log-level", "warning")
        p.until(wait)
        code, out, err = p.stop(number)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("stopped      cleanly", self.ok("state", "ck"))
        self.assertIn("sound", self.ok("state", "ck", "check"))
        return out

    def test_while_waiting_for_files(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.assertEqual(self.stops(number, '{"s":"a"}'), '{"s":"a"}\n')
                import shutil
                shutil.rmtree(self.path("ck"))

    def test_while_waiting_for_a_trigger(self):
        self.assertEqual(self.stops(signal.SIGTERM, '{"s":"a"}', trigger=HOUR), '{"s":"a"}\n')

    def test_one_wish_in_two_signals(self):
        """As timeout(1) sends them."""
        self.rows({"s": "a"})
        self.pipeline(trigger=HOUR)
        for i in range(10):
            p = self.start("run", "p.json", "--state", "ck%d" % i)
            p.until('{"s":"a"}')
            p.child.send_signal(signal.SIGTERM)
            time.sleep(0.0005)
            p.child.send_signal(signal.SIGTERM)
            self.assertEqual(p.end()[0], 0)

    def test_while_a_socket_is_silent(self):
        server = Server(self)
        self.stops(signal.SIGTERM, "Batch: 0", sources={"t": {"format": "socket", "host": "localhost", "port": server.port}},
                   sinks={"o": {"format": "console"}})

    def test_while_a_socket_pours(self):
        server = Server(self)
        self.pipeline(sources={"t": {"format": "socket", "host": "localhost", "port": server.port}}, checkpointLocation="ck",
                      query="SELECT count(*) AS n FROM t", outputMode="complete")
        p = self.start("run", "p.json")
        peer = server.accept()
        peer.setblocking(False)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            try:
                peer.send(b"line\n" * 1000)
            except BlockingIOError:
                pass
            p.pump(0)
        code, out, err = p.stop()
        self.assertEqual(code, 0, err)
        counts = [json.loads(line)["n"] for line in out.splitlines()]
        self.assertEqual(counts, sorted(counts))
        self.assertIn("stopped      cleanly", self.ok("state", "ck"))

    def test_nobody_answers(self):
        import socket
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        self.pipeline(sources={"t": {"format": "socket", "host": "localhost", "port": port}}, checkpointLocation="ck")
        self.assertRegex(self.refused(1, "run", "p.json"), "localhost:%d: Connection refused; the server must be there first" % port)

    def test_what_was_given_out_is_committed(self):
        self.rows(*({"s": "x", "i": i} for i in range(2000)), name="in/a.json")
        self.pipeline(sources={"t": {"format": "rate", "rowsPerSecond": 5000}}, checkpointLocation="ck",
                      query="SELECT value FROM t", sinks={"o": {"format": "json", "path": "out"}})
        p = self.start("run", "p.json")
        end = time.monotonic() + 20
        while not os.path.isdir(self.path("out")) or len(os.listdir(self.path("out"))) < 2:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        self.assertEqual(p.stop()[0], 0)
        values = []
        for name in sorted(os.listdir(self.path("out"))):
            self.assertRegex(name, r"^part-\d{8}\.json$")
            values += [json.loads(line)["value"] for line in self.read("out/" + name).splitlines()]
        self.assertEqual(sorted(values), list(range(len(values))))


class Streams(Case):
    """Results on standard output, all else on standard error."""

    def test_standard_output_is_clean(self):
        self.write("in/a.json", '{"s":"a"}\nnot json\n{"s":"b","i":"no"}\n' + '{"s":"%s"}\n' % ("x" * 3000))
        os.makedirs(self.path("in"), exist_ok=True)
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": EVENTS, "maxLineBytes": "2KB"}})
        code, out, err = self.run_cli("run", "p.json", "--available-now", "--state", "state", "--log-level", "debug")
        self.assertEqual(code, 0, err)
        for line in out.splitlines():
            json.loads(line)
        self.assertRegex(err, r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ p: warning: source t: .*a\.json: 1 record\(s\) over 2048 bytes")

    def test_levels(self):
        self.rows({"s": "x" * 3000})
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": EVENTS, "maxLineBytes": "2KB"}})
        for level, said in (("error", False), ("warning", True), ("info", True), ("debug", True), (None, True)):
            with self.subTest(level):
                more = ("--log-level", level) if level else ()
                code, out, err = self.run_cli("run", "p.json", "--available-now", "--state", "state-%s" % level, *more)
                self.assertEqual((code, out), (0, ""))
                self.assertEqual("over 2048 bytes" in err, said, err)

    def test_the_log_is_rate_limited(self):
        for i in range(60):
            self.write("in/%02d.json" % i, '{"s":"%s"}\n' % ("x" * 3000), 1700000000 + i)
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": EVENTS, "maxLineBytes": "2KB"}})
        code, _, err = self.run_cli("run", "p.json", "--available-now", "--state", "state")
        self.assertEqual(code, 0)
        said = err.count("over 2048 bytes")
        self.assertTrue(10 <= said <= 40, err)  # 20 in 10 seconds, and a window may turn
        self.assertRegex(err, r"[0-9]+ lines of the log were left out")

    def test_a_reader_that_leaves(self):
        self.rows(*({"s": "x" * 100, "i": i} for i in range(20000)))
        for sink in ({"format": "json", "path": "-"}, {"format": "console", "numRows": 20000}):
            with self.subTest(sink):
                self.pipeline(sinks={"o": sink})
                reader, writer = os.pipe()
                p = self.start("run", "p.json", "--available-now", "--state", "state-" + sink["format"], stdout=writer)
                os.close(writer)
                os.read(reader, 100)
                os.close(reader)
                code, _, err = p.end()
                self.assertEqual(code, 1, err)
                self.assertIn("standard output: nobody reads it any more", err)
                self.assertEqual(err.count("\n"), 1, err)

    def test_a_closed_standard_output(self):
        """Its number must not become the checkpoint's."""
        self.rows({"s": "x"})
        self.pipeline(checkpointLocation="ck")
        import subprocess
        from cli import RUNNEL
        for arguments in (("run", "p.json", "--available-now"), ("check", "p.json"), ("version",), ("help",)):
            with self.subTest(arguments):
                r = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", RUNNEL, *arguments], cwd=self.at, env=self.env, timeout=30,
                                   stderr=subprocess.PIPE)
                self.assertEqual(r.returncode, 1)
                self.assertIn(b"standard output: Bad file descriptor", r.stderr)
        self.assertIn("sound", self.ok("state", "ck", "check"))

    def test_words_that_did_not_come_through(self):
        for arguments in (("version",), ("help",), ("run", "--help")):
            with open("/dev/full", "wb") as full:
                code, _, err = self.start(*arguments, stdout=full).end()
            self.assertEqual((code, err), (1, "runnel: standard output: No space left on device\n"))

    def test_no_standard_output(self):
        self.rows({"s": "x"})
        self.pipeline()
        with open("/dev/full", "wb") as full:
            p = self.start("run", "p.json", "--available-now", "--state", "state", stdout=full)
            try:
                p.until("standard output", "err")
            finally:
                code, _, err = p.stop()
        self.assertIn(code, (0, 1), err)


class Files(Case):
    def test_an_unreadable_file(self):
        self.rows({"s": "a"})
        self.rows({"s": "b"}, name="in/b.json")
        os.chmod(self.path("in", "a.json"), 0)
        self.pipeline()
        cause = "Permission denied"
        if os.access(self.path("in", "a.json"), os.R_OK):  # root reads everything but this
            os.remove(self.path("in", "a.json"))
            os.symlink("/proc/self/mem", self.path("in", "a.json"))
            cause = "Input/output error"
        code, out, err = self.run_cli("run", "p.json", "--available-now", "--state", "state")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("a.json: " + cause, err)

    def test_a_directory_named_as_a_file(self):
        os.makedirs(self.path("in", "d.json"))
        self.rows({"s": "a"})
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"a"}\n')

    def test_an_empty_directory(self):
        os.makedirs(self.path("in"))
        self.pipeline()
        self.assertEqual(self.now(), "")
        self.pipeline(sinks={"o": {"format": "console"}})
        self.assertEqual(self.now(), "")

    def test_a_directory_that_is_not_there(self):
        self.pipeline(checkpointLocation="ck")
        self.assertIn("[PATH_NOT_FOUND]", self.refused(1, "run", "p.json", "--available-now"))
        p = self.start("run", "p.json")
        p.until("waiting for it", "err")
        self.rows({"s": "a"})
        p.until('{"s":"a"}')
        self.assertEqual(p.stop()[0], 0)

    def test_a_vanished_directory(self):
        self.rows({"s": "a"}, mtime=1700000000)
        self.pipeline(checkpointLocation="ck")
        p = self.start("run", "p.json")
        p.until('{"s":"a"}')
        os.rename(self.path("in"), self.path("away"))
        p.until("waiting for it", "err")
        os.rename(self.path("away"), self.path("in"))
        p.until("is there again", "err")
        self.rows({"s": "b"}, name="in/b.json")
        p.until('{"s":"b"}')
        code, out, err = p.stop()
        self.assertEqual((code, out), (0, '{"s":"a"}\n{"s":"b"}\n'))
        self.assertEqual(err.count("waiting for it"), 1, err)

    def test_moved_in_is_seen_at_once(self):
        os.makedirs(self.path("in"))
        self.pipeline(checkpointLocation="ck")
        p = self.start("run", "p.json")
        for i in range(3):
            self.rows({"i": i}, name="in/%d.json" % i)
            began = time.monotonic()
            p.until('{"i":%d}' % i)
            if i:
                self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(p.stop()[0], 0)

    def test_csv_into_partitions(self):
        self.write("in/a.csv", 'k,n\n"a,b",1\n,2\na/b,x\n"a,b",4\n')
        self.pipeline(sources={"t": {"format": "csv", "path": "in", "schema": "k STRING, n INT", "header": True}},
                      sinks={"o": {"format": "csv", "path": "out", "partitionBy": "k", "header": True},
                             "p": {"format": "text", "path": "names", "partitionBy": ["n"]}})
        self.now()
        self.assertEqual(self.read("out/k=a,b/part-00000000.csv"), "n\n1\n4\n")
        self.assertEqual(self.read("out/k=a%2Fb/part-00000000.csv"), "n\n")
        self.assertEqual(self.read("out/k=__HIVE_DEFAULT_PARTITION__/part-00000000.csv"), "n\n2\n")
        self.assertEqual(self.read("names/n=__HIVE_DEFAULT_PARTITION__/part-00000000.txt"), "a/b\n")

    def test_messages_of_csv(self):
        server = Server(self)
        self.pipeline(sources={"t": {"format": "socket", "host": "localhost", "port": server.port, "payload": "csv", "sep": ";",
                                     "schema": "value INT, s STRING, _corrupt_record STRING"}})
        p = self.start("run", "p.json")
        server.accept().sendall(b'1;"a;b"\nx;c\n\n3\n')
        p.until('{"value":3,"_corrupt_record":"3"}')
        code, out, err = p.stop()
        self.assertEqual(code, 0, err)
        self.assertEqual(out, '{"value":1,"s":"a;b"}\n{"s":"c","_corrupt_record":"x;c"}\n{"value":3,"_corrupt_record":"3"}\n')

    def test_gzip(self):
        self.write("in/a.json.gz", gzip.compress(b'{"s":"a"}\n{"s":"b"}\n') + gzip.compress(b'{"s":"c"}\n'))
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"a"}\n{"s":"b"}\n{"s":"c"}\n')

    def test_damaged_gzip(self):
        self.write("in/a.json.gz", gzip.compress(b'{"s":"a"}\n' * 1000)[:-20])
        self.rows({"s": "b"}, name="in/b.json")
        self.pipeline()
        code, out, err = self.run_cli("run", "p.json", "--available-now", "--state", "state")
        self.assertIn("a.json.gz", err)
        self.assertIn(code, (0, 1))

    def test_hidden_names_are_left_alone(self):
        for name in (".a.json", "_b.json"):
            os.makedirs(self.path("in"), exist_ok=True)
            with open(self.path("in", name), "w", encoding="utf-8") as f:
                f.write('{"s":"no"}\n')
        self.rows({"s": "yes"})
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"yes"}\n')

    def test_a_file_that_grows_is_read_once(self):
        """As in Spark: a file is a unit; what is to be read is moved in whole."""
        self.rows({"s": "a"}, mtime=1700000000)
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"a"}\n')
        with open(self.path("in", "a.json"), "a", encoding="utf-8") as f:
            f.write('{"s":"b"}\n')
        os.utime(self.path("in", "a.json"), (1700000000, 1700000000))
        self.assertEqual(self.now(), "")

    def test_the_last_line_counts_without_newline(self):
        self.write("in/a.json", '{"s":"a"}\n{"s":"b"}')
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"a"}\n{"s":"b"}\n')

    def test_patterns_and_one_file(self):
        for i, name in enumerate(("a.json", "b.txt", "sub/c.json")):
            self.rows({"s": name}, name="in/" + name, mtime=1700000000 + i)
        for path, more, want in (("in/*.json", {}, ["a.json"]), ("in/a.json", {}, ["a.json"]),
                                 ("in", {"pathGlobFilter": "*.txt"}, ["b.txt"]),
                                 ("in", {"recursiveFileLookup": True, "pathGlobFilter": "*.json"}, ["a.json", "sub/c.json"])):
            with self.subTest(path):
                self.pipeline(sources={"t": dict({"format": "json", "path": path, "schema": "s STRING"}, **more)})
                out = self.ok("run", "p.json", "--available-now", "--state", "s" + str(len(os.listdir(self.at))))
                self.assertEqual(sorted(json.loads(line)["s"] for line in out.splitlines()), want)

    def test_clean_source(self):
        for clean, left in (("delete", []), ("archive", ["kept"])):
            self.rows({"s": "a"}, mtime=1700000000)
            self.pipeline(name=clean, sources={"t": {"format": "json", "path": "in", "schema": "s STRING", "cleanSource": clean,
                                                     "sourceArchiveDir": self.path("kept")}})
            self.assertEqual(self.now(), '{"s":"a"}\n')
            self.now()
            self.assertFalse(os.path.exists(self.path("in", "a.json")))
            self.assertEqual([d for d in os.listdir(self.at) if d == "kept"], left)

    def test_a_sink_that_cannot_be_written(self):
        self.rows({"s": "a"})
        self.write("out", "a file where a directory should be")
        self.pipeline(sinks={"o": {"format": "json", "path": "out"}})
        code, out, err = self.run_cli("run", "p.json", "--available-now", "--state", "state")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("out", err)


class Triggers(Case):
    def test_live_sources_have_no_end(self):
        self.pipeline(sources={"t": {"format": "socket", "host": "localhost", "port": 9}})
        self.assertIn("has no end", self.refused(78, "run", "p.json", "--available-now", "--state", "state"))

    def test_once_is_one_batch(self):
        for i in range(3):
            self.rows({"i": i}, name="in/%d.json" % i, mtime=1700000000 + i)
        self.pipeline(trigger={"once": True}, sources={"t": {"format": "json", "path": "in", "schema": "i INT",
                                                            "maxFilesPerTrigger": 1}}, checkpointLocation="ck")
        self.assertEqual(self.ok("run", "p.json"), '{"i":0}\n{"i":1}\n{"i":2}\n')
        self.assertRegex(self.ok("state", "ck"), r"(?m)^batch        0$")

    def test_a_changed_query_does_not_begin_afresh_in_silence(self):
        self.rows({"s": "a", "i": 1})
        self.pipeline(query="SELECT s, count(*) AS n FROM t GROUP BY s", outputMode="complete")
        self.assertEqual(self.now(), '{"s":"a","n":1}\n')
        self.pipeline(query="SELECT i, count(*) AS n FROM t GROUP BY i", outputMode="complete")
        err = self.refused(78, "run", "p.json", "--available-now", "--state", "state")
        self.assertIn("was made by another query", err)
        self.assertIn("then:", err)


class LateRows(Case):
    """The rows that are dropped as late, whole, in a sink of their own."""
    SCHEMA = "ts TIMESTAMP, k STRING, v INT, more STRING"
    TIMES = ((1, 60), (2, 120), (3, 59), (4, 59, 170))

    def setUp(self):
        super().setUp()
        for i, seconds in enumerate(self.TIMES):
            rows = [{"ts": "2024-03-01T12:%02d:%02dZ" % divmod(s, 60), "k": "k%d" % i, "v": i, "more": "m"} for s in seconds]
            self.rows(*rows, name="in/%d.json" % i, mtime=1700000000 + i)
        self.rows({"id": "k3", "name": "three"}, name="names/a.json")

    def run_with(self, query, mode="append", late=None, name="p", **more):
        source = {"format": "json", "path": "in", "schema": self.SCHEMA, "maxFilesPerTrigger": 1,
                  "watermark": {"column": "ts", "delay": "10 seconds"}}
        self.pipeline(query=query, outputMode=mode, lateRows="late", name=name,
                      sources={"t": dict(source, **more),
                               "names": {"format": "json", "path": "names", "static": True, "schema": "id STRING, name STRING"}},
                      sinks={"out": {"format": "json", "path": "out-" + name}, "late": late or {"format": "json", "path": "-"}})
        return [json.loads(line) for line in self.now().splitlines()]

    def test_each_step_that_drops_them(self):
        late = [("12:00:03", 2), ("12:00:04", 3), ("12:00:59", 3)]
        window = "window(ts, '10 seconds')"
        for i, (query, mode, more) in enumerate((
                ("SELECT %s AS w, count(*) AS n FROM t GROUP BY %s" % (window, window), "append", {}),
                ("SELECT %s AS w, u, count(*) AS n FROM (SELECT ts, upper(k) AS u FROM t) GROUP BY %s, u" % (window, window), "update", {}),
                ("SELECT %s AS w, n.name, count(*) AS n FROM t LEFT JOIN names n ON t.k = n.id GROUP BY %s, n.name" % (window, window),
                 "append", {}),
                ("SELECT session_window(ts, '1 second') AS w, k, count(*) AS n FROM t GROUP BY session_window(ts, '1 second'), k",
                 "append", {}),
                ("SELECT ts, k FROM t", "append", {"dropDuplicates": ["ts"]}))):
            with self.subTest(query):
                rows = self.run_with(query, mode, name="q%d" % i, **more)
                self.assertEqual(sorted((r["ts"][11:19], r["v"]) for r in rows), sorted(late))
                self.assertEqual([r["more"] for r in rows], ["m"] * 3)

    def test_into_files(self):
        window = "window(ts, '10 seconds')"
        self.run_with("SELECT %s AS w, count(*) AS n FROM t GROUP BY %s" % (window, window),
                      late={"format": "json", "path": "late", "metadata": True})
        rows = [json.loads(line) for name in sorted(os.listdir(self.path("late"))) if not name.startswith(".")
                for line in self.read("late/" + name).splitlines()]
        self.assertEqual([(r["_runnel"]["batch"], r["_runnel"]["row"], "seq" in r["_runnel"]) for r in rows],
                         [(2, 0, False), (3, 0, False), (3, 1, False)])

    def test_what_is_refused(self):
        for sinks, late, words in (({"out": {"format": "console"}}, "late", 'there is no sink "late"'),
                                   ({"out": {"format": "console"}}, "out", "names the only sink"),
                                   ({"out": {"format": "console"}, "late": {"format": "kafka", "url": "http://localhost:1", "topic": "t"}},
                                    "late", "cannot go to a kafka sink yet")):
            with self.subTest(words):
                self.pipeline(sinks=sinks, lateRows=late)
                self.assertIn(words, self.refused(78, "check", "p.json"))


if __name__ == "__main__":
    unittest.main()
