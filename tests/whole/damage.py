#!/usr/bin/env python3
"""Damages a stopped checkpoint in many ways, and runs the pipeline again: it heals in that run.

    damage.py RUNNEL [--seed 1] [--rounds 1] [--keep] [--only NAME]

A pipeline counts groups over files (update mode, one file a batch), is stopped, and its checkpoint is damaged: cut off at
several lengths, pages zeroed or overwritten, bits flipped in each kind of page, lock files missing or garbage. New files
come in, then it runs to its end twice. The second run
  - ends with 0, and says "set aside" where bytes that count were lost, and nothing where none were;
  - leaves the damaged copy beside it, its bytes unchanged;
  - gives no count above the truth, and exact counts where it did not say that state is lost.
The third run says nothing and changes nothing. --rounds: more seeds.

With `late` in its name a case damages the file while the pipeline runs and lies still, so that a running process meets it:
a death by signal may come before the healing then, and is started again as a supervisor would.
"""
import argparse
import collections
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

BATCHES, GROUPS, ROWS, PAGE = 40, 400, 60, 4096
META, BRANCH, LEAF = 0x08, 0x01, 0x02


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what))


class World:
    def __init__(self, binary, work, seed):
        self.binary, self.work = binary, work
        self.rng, self.began = random.Random(seed), int(time.time())
        self.truth, self.files = collections.Counter(), 0
        for d in ("in", "out"):
            os.makedirs(os.path.join(work, d))
        self.pipeline = os.path.join(work, "pipeline.json")
        self.checkpoint = os.path.join(work, "state", "damage")
        self.data = os.path.join(self.checkpoint, "data.mdb")
        with open(self.pipeline, "w") as f:
            json.dump({
                "name": "damage",
                "sources": {"events": {"format": "json", "path": "in", "schema": "k STRING", "maxFilesPerTrigger": 1}},
                "query": "SELECT k, count(*) AS n FROM events GROUP BY k",
                "outputMode": "update",
                "sinks": {"out": {"format": "json", "path": "out"}}}, f)

    def add_file(self, old=False):
        hidden = os.path.join(self.work, "in", ".new")
        with open(hidden, "w") as f:
            for _ in range(ROWS):
                key = "group-%04d-%s" % (self.rng.randrange(GROUPS), "x" * 60)
                self.truth[key] += 1
                f.write('{"k":"%s"}\n' % key)
        if old: # in order, well before the first run
            os.utime(hidden, (self.began - 1000 + self.files, self.began - 1000 + self.files))
        os.rename(hidden, os.path.join(self.work, "in", "events-%06d.json" % self.files))
        self.files += 1

    def command(self, *more):
        return [self.binary, "run", self.pipeline, "--state", os.path.join(self.work, "state"), "--log-level", "warning", *more]

    def run(self):
        r = subprocess.run(self.command("--available-now"), capture_output=True, timeout=120)
        err = r.stderr.decode(errors="replace")
        expect("Sanitizer" not in err, err)
        return r.returncode, err

    def result(self):
        """The last count that was given out for each group."""
        last = {}
        for name in sorted(os.listdir(os.path.join(self.work, "out"))):
            with open(os.path.join(self.work, "out", name)) as f:
                for line in f:
                    row = json.loads(line)
                    last[row["k"]] = row["n"]
        return last

    def aside(self):
        found = []
        for n in range(1, 9):
            if os.path.isdir(self.checkpoint + ".damaged-%d" % n):
                found.append(self.checkpoint + ".damaged-%d" % n)
        return found


def pages(data, kind):
    """Numbers of the pages with this flag."""
    flags = struct.calcsize("P") + 2
    return [p for p in range(len(data) // PAGE)
            if struct.unpack_from("=H", data, p * PAGE + flags)[0] == kind]


def flip(data, rng, at, size, bits):
    for _ in range(bits):
        place = at + rng.randrange(size)
        data[place] ^= 1 << rng.randrange(8)


def cut(length):
    def damage(world, data):
        del data[length(len(data)) if callable(length) else length:]
    return damage


def flip_anywhere(bits):
    return lambda world, data: flip(data, world.rng, 0, len(data), bits)


def flip_pages(kind, bits, count=1):
    def damage(world, data):
        for page in world.rng.sample(pages(data, kind), count):
            flip(data, world.rng, page * PAGE, PAGE if kind != META else 160, bits)
    return damage


def fill_page(byte, count=1):
    def damage(world, data):
        for _ in range(count):
            page = world.rng.randrange(len(data) // PAGE)
            data[page * PAGE:(page + 1) * PAGE] = bytes([byte]) * PAGE
    return damage


def fill_pages_of(kind, count):
    def damage(world, data):
        there = pages(data, kind)
        for page in world.rng.sample(there, min(count, len(there))):
            data[page * PAGE:(page + 1) * PAGE] = bytes(PAGE)
    return damage


def sectors(world, data):
    for _ in range(6):
        at = world.rng.randrange(len(data) // 512) * 512
        data[at:at + 512] = world.rng.randbytes(512)


def offsets_only(world, data):
    """Every leaf that holds paths of files."""
    for page in pages(data, LEAF):
        if b"offsets:events" in data[page * PAGE:(page + 1) * PAGE]:
            flip(data, world.rng, page * PAGE + 64, PAGE - 64, 40)


def unlink_lock(world, data):
    os.unlink(os.path.join(world.checkpoint, "lock.mdb"))


def garbage(name, size):
    def damage(world, data):
        with open(os.path.join(world.checkpoint, name), "wb") as f:
            f.write(world.rng.randbytes(size))
    return damage


# Name, what it does, whether bytes that count are lost for sure (True), for sure not (False), or perhaps (None).
CASES = [
    ("empty", cut(0), True),
    ("cut-1", cut(1), True),
    ("cut-100", cut(100), True),
    ("cut-5000", cut(5000), True),
    ("cut-two-pages", cut(2 * PAGE), True),
    ("cut-third", cut(lambda n: n // 3), True),
    ("cut-half-odd", cut(lambda n: n // 2 + 77), True),
    ("cut-last-page", cut(lambda n: n - PAGE), None),
    ("all-zero", lambda w, d: d.__setitem__(slice(None), bytes(len(d))), True),
    ("zero-page", fill_page(0), None),
    ("ff-page", fill_page(0xFF), None),
    ("zero-ten-pages", fill_page(0, 10), None),
    ("zero-leaves", fill_pages_of(LEAF, 8), None),
    ("zero-branches", fill_pages_of(BRANCH, 8), None),
    ("flip-40", flip_anywhere(40), None),
    ("flip-400", flip_anywhere(400), None),
    ("flip-meta", flip_pages(META, 3), None),
    ("flip-both-meta", flip_pages(META, 8, 2), None),
    ("flip-meta-once", flip_pages(META, 1), None),
    ("flip-branch", flip_pages(BRANCH, 8), None),
    ("flip-branches-once", flip_pages(BRANCH, 1, 2), None),
    ("flip-leaf", flip_pages(LEAF, 8), None),
    ("flip-leaves", flip_pages(LEAF, 2, 20), None),
    ("sectors", sectors, None),
    ("offsets", offsets_only, True),
    ("no-lock.mdb", unlink_lock, False),
    ("garbage-lock.mdb", garbage("lock.mdb", 8192), False),
    ("garbage-runnel.lock", garbage("runnel.lock", 300), False),
    ("nothing", lambda world, data: None, False),
]


def prepare(world):
    for _ in range(BATCHES):
        world.add_file(old=True)
    code, err = world.run()
    expect(code == 0 and err == "", "the first run:", code, err)
    expect(world.result() == dict(world.truth), "the first run's counts are wrong")


def write_back(world, data):
    with open(world.data, "r+b") as f: # the same file: a new inode would be news of its own
        f.write(data)
        f.truncate(len(data))


def check_result(world, err, exact):
    result = world.result()
    above = {k: (n, world.truth[k]) for k, n in result.items() if n > world.truth[k]}
    expect(not above, "counts above the truth", list(above.items())[:3], err)
    if exact:
        expect(result == dict(world.truth), "the counts are not exact:",
               [(k, result.get(k), n) for k, n in world.truth.items() if result.get(k) != n][:3], err)


def after(world, damaged, must):
    """The second and third run."""
    for _ in range(3):
        world.add_file()
    code, err = world.run()
    expect(code == 0, "exit", code, err)
    said, aside = "set aside" in err, world.aside()
    expect(said == bool(aside), "said and done differ:", aside, err)
    expect(must is None or said == must, "words where none are due, or none:", err or "silence")
    if aside:
        with open(os.path.join(aside[0], "data.mdb"), "rb") as f:
            expect(f.read() == damaged, "the copy set aside is not what was damaged")
    else:
        expect(err == "", "words though nothing was lost:", err)
    # Where only offsets are lost, what was read is told by the times of the files; where all is lost, all is read again.
    inexact = "state:aggregate" in err or "how many is not known" in err
    check_result(world, err, not said or "nothing else is lost" in err or not inexact)
    before = world.result()
    code, again = world.run()
    expect(code == 0 and again == "", "the third run:", code, again)
    expect(world.result() == before and len(world.aside()) == len(aside), "the third run changed something")
    world.add_file()
    code, again = world.run()
    expect(code == 0 and again == "", "the fourth run:", code, again)
    r = subprocess.run([world.binary, "state", world.checkpoint, "check"], capture_output=True, timeout=60)
    expect(r.returncode == 0, "the new checkpoint is not whole:", r.stdout, r.stderr)
    return err


def stopped(world, damage, must):
    with open(world.data, "rb") as f:
        data = bytearray(f.read())
    whole = bytes(data)
    damage(world, data)
    if bytes(data) != whole:
        write_back(world, data)
    return after(world, bytes(data), must)


def late(world, damage, seconds=30):
    """The file goes bad under a running pipeline: what it meets later it heals in the same run."""
    p = subprocess.Popen(world.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deaths = 0
    try:
        world.add_file()
        wait_for(world, p, seconds)
        with open(world.data, "rb") as f:
            data = bytearray(f.read())
        damage(world, data)
        with open(world.data, "r+b") as f:
            f.write(data)
        said = b""
        for _ in range(6):
            world.add_file()
            if not wait_for(world, p, seconds):
                said += p.communicate()[1]
                expect(p.returncode < 0, "it ended with", p.returncode, said.decode(errors="replace"))
                deaths += 1
                p = subprocess.Popen(world.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                expect(wait_for(world, p, seconds), "it does not come up again:", p.communicate()[1])
        p.send_signal(signal.SIGTERM)
        said += p.communicate(timeout=seconds)[1]
        err = said.decode(errors="replace")
        expect(p.returncode == 0 and "Sanitizer" not in err, "exit", p.returncode, err)
    finally:
        if p.poll() is None:
            p.kill()
            p.communicate()
    check_result(world, err, False)
    code, again = world.run()
    expect(code == 0, "the next run:", code, again)
    check_result(world, again, False)
    code, again = world.run()
    expect(code == 0 and again == "", "the run after it:", code, again)
    return err + (" (%d deaths)" % deaths if deaths else "")


def wait_for(world, process, seconds):
    """Until the newest file's rows are out. False: the process is gone."""
    newest, end = time.time(), time.monotonic() + seconds
    names = set(os.listdir(os.path.join(world.work, "out")))
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        now = set(os.listdir(os.path.join(world.work, "out")))
        fresh = [n for n in now - names if not n.startswith(".")]
        changed = [n for n in now if not n.startswith(".")
                   and os.stat(os.path.join(world.work, "out", n)).st_mtime >= newest - 0.01]
        if fresh or changed:
            return True
        time.sleep(0.01)
    process.kill()
    raise AssertionError("nothing comes out any more: %s" % process.communicate()[1].decode(errors="replace"))


LATE = [
    ("late-leaves", flip_pages(LEAF, 4, 30)),
    ("late-zero-leaves", fill_pages_of(LEAF, 12)),
]


def one(world, snapshot, name, seed, keep, work_of):
    """In the same place each time, for the checkpoint knows files by their paths."""
    truth, files = collections.Counter(world.truth), world.files
    world.rng = random.Random("%s %d" % (name, seed))
    said = None
    try:
        said = work_of(world)
    except (AssertionError, subprocess.TimeoutExpired) as e:
        kept = "%s.%s-%d" % (world.work, name, seed)
        print("damage: %s, seed %d: %s%s" % (name, seed, e, "\nkept in " + kept if keep else ""))
        if keep:
            shutil.copytree(world.work, kept)
    world.truth, world.files = truth, files
    put_back(world, snapshot)
    return said


def put_back(world, snapshot):
    """The pipeline as it stood after the first run. (A copied checkpoint gets a new epoch: one run without words.)"""
    shutil.rmtree(world.work)
    shutil.copytree(snapshot, world.work)
    world.run()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("binary")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--rounds", type=int, default=1)
    a.add_argument("--keep", action="store_true")
    a.add_argument("--only", default="")
    a.add_argument("--verbose", action="store_true")
    a = a.parse_args()
    binary, began = os.path.abspath(a.binary), time.time()
    failed = done = told = 0
    at = tempfile.mkdtemp(prefix="runnel-damage-")
    try:
        world, snapshot = World(binary, os.path.join(at, "world"), a.seed), os.path.join(at, "snapshot")
        prepare(world)
        shutil.copytree(world.work, snapshot)
        for seed in range(a.seed, a.seed + a.rounds):
            cases = [(n, lambda w, d=d, m=m: stopped(w, d, m)) for n, d, m in CASES]
            cases += [(n, lambda w, d=d: late(w, d)) for n, d in LATE]
            for name, work_of in cases:
                if a.only not in name:
                    continue
                said = one(world, snapshot, name, seed, a.keep, work_of)
                if a.verbose:
                    print("== %s\n%s" % (name, said))
                done += 1
                failed += said is None
                told += "set aside" in (said or "")
    finally:
        if not (failed and a.keep):
            shutil.rmtree(at, ignore_errors=True)
    print("damage: %d cases, %d set aside, %d failed, %.1f s" % (done, told, failed, time.time() - began))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
