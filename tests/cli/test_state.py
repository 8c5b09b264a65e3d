"""runnel state on checkpoints in every condition, and two processes on one."""
import os
import shutil
import unittest

from cli import Case


class State(Case):
    def setUp(self):
        super().setUp()
        self.rows({"s": "a", "i": 1}, {"s": "b", "i": 2})
        self.pipeline(query="SELECT s, count(*) AS n FROM t GROUP BY s", outputMode="complete", checkpointLocation="ck")

    def begin(self):
        p = self.start("run", "p.json")
        p.until('"n":1', count=2)
        return p

    def test_stopped(self):
        self.ok("run", "p.json", "--available-now")
        shown = self.ok("state", "ck")
        self.assertEqual(shown, self.ok("state", "ck", "show"))
        for line in (r"query        p", r"epoch        [0-9a-f]{16}", r"stopped      cleanly", r"batch        0", r"next seq     2",
                     r"  state:aggregate +2 entries +\d+ bytes", r'\{"batch":0,"in":2,"out":2,"late":0,"rejected":0,"took":\d+\}'):
            self.assertRegex(shown, "(?m)^%s$" % line)
        self.assertRegex(self.ok("state", "ck", "check"), r"^\d+ records are sound\n$")

    def test_running_says_who_holds_it(self):
        p = self.begin()
        for what in ("show", "check"):
            self.assertIn("ck is in use by process %d" % p.child.pid, self.refused(1, "state", "ck", what))
        self.assertEqual(p.stop()[0], 0)

    def test_copied_while_it_runs(self):
        p = self.begin()
        os.makedirs(self.path("copy"))
        shutil.copy(self.path("ck", "data.mdb"), self.path("copy"))
        self.assertIn("query        p", self.ok("state", "copy"))
        self.assertIn("sound", self.ok("state", "copy", "check"))
        p.stop()

    def test_killed(self):
        p = self.begin()
        p.child.kill()
        p.end()
        self.assertIn("uncleanly: the next start checks it", self.ok("state", "ck"))
        code, out, err = self.run_cli("run", "p.json", "--available-now")
        self.assertEqual(code, 0, err)
        self.assertIn(out, ("", '{"s":"a","n":1}\n{"s":"b","n":1}\n'))  # printed, then committed: debug output
        self.assertIn("stopped      cleanly", self.ok("state", "ck"))

    def test_reading_changes_nothing(self):
        self.ok("run", "p.json", "--available-now")
        before = {f: os.stat(self.path("ck", f)) for f in os.listdir(self.path("ck"))}
        self.ok("state", "ck")
        self.ok("state", "ck", "check")
        after = {f: os.stat(self.path("ck", f)) for f in os.listdir(self.path("ck"))}
        self.assertEqual({f: (s.st_size, s.st_mtime_ns) for f, s in before.items() if f == "data.mdb"},
                         {f: (s.st_size, s.st_mtime_ns) for f, s in after.items() if f == "data.mdb"})

    def damage(self, change):
        self.ok("run", "p.json", "--available-now")
        path = self.path("ck", "data.mdb")
        with open(path, "rb") as f:
            data = bytearray(f.read())
        change(data)
        with open(path, "wb") as f:
            f.write(data)
        return bytes(data)

    def test_damaged(self):
        def flip(data):
            at = data.index(b'{"batch":0')
            data[at + 3] ^= 1
        was = self.damage(flip)
        err = self.run_cli("state", "ck", "check")
        self.assertEqual(err[0], 1, err)
        self.assertIn("ck is damaged", err[2])
        with open(self.path("ck", "data.mdb"), "rb") as f:
            self.assertEqual(f.read(), was)

    def test_destroyed(self):
        for name, change in (("zeros", lambda d: d.__setitem__(slice(0, len(d)), bytes(len(d)))),
                             ("short", lambda d: d.__delitem__(slice(1000, len(d)))),
                             ("noise", lambda d: d.__setitem__(slice(0, 8192), os.urandom(8192)))):
            with self.subTest(name):
                self.damage(change)
                for what in ("show", "check"):
                    code, _, err = self.run_cli("state", "ck", what)
                    self.assertEqual(code, 1, err)
                    self.assertTrue(err.strip(), "says why")
                shutil.rmtree(self.path("ck"))

    def test_set_aside(self):
        was = self.damage(lambda d: d.__setitem__(slice(0, 8192), os.urandom(8192)))
        seen = ""
        for _ in range(4):
            code, out, err = self.run_cli("run", "p.json", "--available-now")
            seen += err
            if code == 0:
                break
        self.assertEqual(code, 0, seen)
        self.assertIn("set aside", seen)
        self.assertEqual(out, '{"s":"a","n":1}\n{"s":"b","n":1}\n')
        aside = [d for d in os.listdir(self.at) if d.startswith("ck.damaged-")]
        self.assertEqual(len(aside), 1, os.listdir(self.at))
        with open(self.path(aside[0], "data.mdb"), "rb") as f:
            self.assertEqual(f.read(), was)


class Two(Case):
    def test_the_second_is_refused_and_told_the_first_ones_pid(self):
        self.rows({"s": "a"})
        self.pipeline(checkpointLocation="ck")
        first = self.start("run", "p.json")
        first.until('{"s":"a"}')
        err = self.refused(1, "run", "p.json")
        self.assertIn("ck is in use by process %d: one process a checkpoint; stop that one (kill %d), or give this pipeline another "
                      "checkpointLocation" % (first.child.pid, first.child.pid), err)
        self.rows({"s": "b"}, name="in/b.json")
        first.until('{"s":"b"}')
        self.assertEqual(first.stop()[0], 0)
        self.assertEqual(self.ok("run", "p.json", "--available-now"), "")


if __name__ == "__main__":
    unittest.main()
