#!/usr/bin/env python3
"""Pulls the plug, again and again: kill -9 at random moments of a pipeline with windows and a json directory sink.

    kill_test.py RUNNEL [--kills 300] [--seed 1] [--keep]

Files of events in time order are moved in while the pipeline runs (append mode, watermark, 10-second windows). After each
kill it is started again on the same checkpoint; nobody repairs anything. At the end:
  - each window's row is there exactly once, with the exact count and sum;
  - each record's sequence number is there exactly once, from 0 without a gap;
  - no file in the output directory is half a file, none unfinished is left over.
"""
import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

START = 1709294400
KEYS = ["north", "south", "east", "west"]


class World:
    def __init__(self, work, rng):
        self.work, self.rng, self.files = work, rng, 0
        self.count, self.total = collections.Counter(), collections.Counter()
        for d in ("in", "staging", "out"):
            os.makedirs(os.path.join(work, d))
        with open(os.path.join(work, "pipeline.json"), "w") as f:
            json.dump({
                "name": "kill",
                "sources": {"events": {"format": "json", "path": "in", "schema": "t TIMESTAMP, k STRING, v INT",
                                       "maxFilesPerTrigger": 3,
                                       "watermark": {"column": "t", "delay": "5 seconds"}}},
                "query": "SELECT window(t, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s FROM events "
                         "GROUP BY window(t, '10 seconds'), k",
                "sinks": {"out": {"format": "json", "path": "out", "metadata": True}}}, f)

    def add_file(self, last=False):
        name = "e-%06d.json" % self.files
        path = os.path.join(self.work, "staging", name)
        with open(path, "w") as f:
            if last:
                f.write('{"t":%d}\n' % (START + self.files * 4 + 100000))
            else:
                for _ in range(self.rng.randrange(1, 60)):
                    t = START + self.files * 4 + self.rng.randrange(4)
                    k, v = self.rng.choice(KEYS), self.rng.randrange(100)
                    self.count[t // 10 * 10, k] += 1
                    self.total[t // 10 * 10, k] += v
                    f.write('{"t":%d,"k":"%s","v":%d}\n' % (t, k, v))
        # Files are taken by modification time: each is given its own, in order.
        os.utime(path, (START + self.files, START + self.files))
        os.rename(path, os.path.join(self.work, "in", name))
        self.files += 1

    def command(self, binary, *more):
        return [binary, "run", os.path.join(self.work, "pipeline.json"), "--state", os.path.join(self.work, "state"),
                "--log-level", "warning", *more]


def run(world, binary, kills):
    killed = 0
    while killed < kills:
        for _ in range(world.rng.randrange(1, 5)):
            world.add_file()
        p = subprocess.Popen(world.command(binary), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # Mostly within the first batches, now and then long after.
        time.sleep(world.rng.choice([world.rng.uniform(0, 0.03), world.rng.uniform(0, 0.12)]))
        p.send_signal(signal.SIGKILL)
        err = p.communicate()[1]
        if p.returncode != -signal.SIGKILL:
            return "it ended by itself with %d: %s" % (p.returncode, err.decode(errors="replace")[-500:])
        killed += 1
    world.add_file(last=True)
    p = subprocess.run(world.command(binary, "--available-now"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120)
    if p.returncode:
        return "the last run failed with %d: %s" % (p.returncode, p.stderr.decode(errors="replace")[-500:])
    return None


def examine(world):
    rows, seqs = {}, []
    out = os.path.join(world.work, "out")
    for name in sorted(os.listdir(out)):
        if name.startswith("."):
            return "an unfinished file is left over: %s" % name
        with open(os.path.join(out, name), "rb") as f:
            data = f.read()
        if not data.endswith(b"\n"):
            return "half a file: %s" % name
        for line in data.split(b"\n")[:-1]:
            o = json.loads(line)
            start = time.strptime(o["w"]["start"][:19], "%Y-%m-%dT%H:%M:%S")
            key = (int(__import__("calendar").timegm(start)), o.get("k"))
            if key in rows:
                return "twice: %s" % (key,)
            rows[key] = (o["n"], o["s"])
            seqs.append(o["_runnel"]["seq"])
    want = {k: (n, world.total[k]) for k, n in world.count.items()}
    if rows != want:
        missing = [k for k in want if k not in rows]
        wrong = [(k, want[k], rows[k]) for k in rows if want.get(k) != rows[k]]
        return "%d windows missing (as %s), %d wrong (as %s)" % (len(missing), missing[:3], len(wrong), wrong[:3])
    if sorted(seqs) != list(range(len(seqs))):
        return "sequence numbers are not 0..%d, each once" % (len(seqs) - 1)
    return None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("binary")
    a.add_argument("--kills", type=int, default=300)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--keep", action="store_true", help="keep the directory when it fails")
    a = a.parse_args()
    work = tempfile.mkdtemp(prefix="runnel-kill-")
    world = World(work, random.Random(a.seed))
    fault = run(world, os.path.abspath(a.binary), a.kills) or examine(world)
    if fault:
        print("kill test, seed %d: %s%s" % (a.seed, fault, "\nkept in " + work if a.keep else ""))
    else:
        print("kill test: %d kills, %d files, %d windows: each exactly once" % (a.kills, world.files, len(world.count)))
    if not (fault and a.keep):
        shutil.rmtree(work, ignore_errors=True)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
