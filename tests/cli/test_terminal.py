"""What a person at a terminal sees: one progress line, wiped before results; nothing of it where nobody sits."""
import os
import pty
import re
import select
import signal
import time
import unittest

from cli import DEADLINE, EVENTS, Case

WIPE = "\r\x1b[K"


class Progress(Case):
    def at_a_terminal(self, until, *arguments, shared):
        """Runs with standard error (and output, if shared) on a pty until all words came; what came to the pty, and to the pipe."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        p = self.start("run", "p.json", "--state", "state", *arguments, stderr=slave, **({"stdout": slave} if shared else {}))
        os.close(slave)
        seen, piped = b"", b""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and not all(w.encode() in seen + piped for w in until):
            ready = select.select([master] + ([] if shared else [p.child.stdout]), [], [], 0.05)[0]
            try:
                seen += os.read(master, 65536) if master in ready else b""
            except OSError:
                break
            if not shared and p.child.stdout in ready:
                piped += os.read(p.child.stdout.fileno(), 65536)
        p.child.send_signal(signal.SIGTERM)
        while True:
            try:
                more = os.read(master, 65536)
            except OSError:
                break
            if not more:
                break
            seen += more
        code, out, _ = p.end()
        self.assertEqual(code, 0)
        return seen.decode().replace("\r\n", "\n"), piped.decode() + out

    def test_fields(self):
        self.rows({"ts": "2024-03-01T12:00:00Z", "s": "a"}, {"ts": "2024-03-01T12:00:30Z", "s": "b"}, mtime=1700000000)
        self.rows({"ts": "2024-03-01T12:10:00Z", "s": "c"}, name="in/b.json", mtime=1700000001)
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": EVENTS, "maxFilesPerTrigger": 1,
                                     "watermark": {"column": "ts", "delay": "10 seconds"}}},
                      query="SELECT window(ts, '1 minute') AS w, count(*) AS n FROM t GROUP BY window(ts, '1 minute')")
        seen, out = self.at_a_terminal(["batch 2 "], shared=False)
        lines = [line for line in seen.split(WIPE) if line.startswith("batch ")]
        self.assertRegex(lines[0], r"^batch 0  rows 2 \(2 in all, \d+/s\)  out 0  watermark 1970-01-01 00:00:00  lag [0-9.]+ s")
        self.assertRegex(lines[1], r"^batch 1  rows 1 \(3 in all, \d+/s\)  out 0  watermark 2024-03-01 12:00:20  lag [0-9.]+ s")
        self.assertRegex(lines[2], r"^batch 2  rows 0 \(3 in all, 0/s\)  out 1  watermark 2024-03-01 12:09:50  lag [0-9.]+ s")
        self.assertEqual(out, '{"w":{"start":"2024-03-01T12:00:00.000Z","end":"2024-03-01T12:01:00.000Z"},"n":2}\n')

    def test_wiped_before_results(self):
        for i in range(3):
            self.rows({"i": i}, name="in/%d.json" % i, mtime=1700000000 + i)
        self.pipeline(sources={"t": {"format": "json", "path": "in", "schema": EVENTS, "maxFilesPerTrigger": 1}})
        seen, _ = self.at_a_terminal(["batch 2 "], shared=True)
        for i in (1, 2):
            self.assertRegex(seen, r"batch %d  [^\n]*%s\{\"i\":%d\}\n" % (i - 1, re.escape(WIPE), i))
        self.assertTrue(seen.endswith(WIPE), "the line is wiped at the end")
        shown = re.sub(r"batch \d+  [^\n\r]*" + re.escape(WIPE), "", seen)
        self.assertEqual(shown.replace(WIPE, ""), '{"i":0}\n{"i":1}\n{"i":2}\n')

    def test_not_wider_than_the_terminal(self):
        self.rows({"i": 1})
        self.pipeline()
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        import fcntl
        import struct
        import termios
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
        p = self.start("run", "p.json", "--state", "state", stderr=slave)
        os.close(slave)
        seen = b""
        while b"batch 0" not in seen:
            seen += os.read(master, 4096)
        p.child.send_signal(signal.SIGTERM)
        self.assertEqual(p.end()[0], 0)
        for line in seen.decode().split(WIPE):
            self.assertLess(len(line), 20)

    def test_none_where_nobody_sits(self):
        self.rows({"s": "a"})
        self.pipeline()
        self.assertEqual(self.now(), '{"s":"a"}\n')  # and nothing on standard error


if __name__ == "__main__":
    unittest.main()
