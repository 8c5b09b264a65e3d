#!/usr/bin/env python3
"""More groups than memory holds: a million of them, spread over a thousand batches, with limits.memory 16MB.

    million.py RUNNEL [--long] [--no-bound] [--groups 100000] [--batches 100] [--seed 1] [--keep]

Each batch is one file: new keys from all over the key space, and half as many again that were seen before, so that most
of what a batch touches has to be read from the store and is written back to a page of its own. The result, in update mode,
must be exact in every batch: the count of each group so far, and no group that was not touched. While it runs, its anonymous memory
(RssAnon) is read over and over, and may not pass the bound.

The bound is the limit itself: what the process has besides the state (program, decoder, LMDB's dirty pages of a batch of
this size) is part of it. --long is the million; the short form has the same batches, fewer of them.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

LIMIT = "16MB"
BOUND = 16 << 20


def write_input(work, groups, batches, rng):
    """The files, and per batch how often each of its keys comes."""
    order = list(range(groups))
    rng.shuffle(order)
    each = groups // batches
    os.makedirs(os.path.join(work, "in"))
    batch_keys = []
    for b in range(batches):
        keys = order[b * each:(b + 1) * each]
        keys += [order[rng.randrange((b + 1) * each)] for _ in range(each // 2)]
        path = os.path.join(work, "in", "e-%06d.json" % b)
        with open(path, "w") as f:
            f.write("".join('{"k":"sensor-%07d","v":%d}\n' % (k, k % 1000) for k in keys))
        os.utime(path, (1700000000 + b, 1700000000 + b))
        batch_keys.append(keys)
    with open(os.path.join(work, "pipeline.json"), "w") as f:
        json.dump({
            "name": "million",
            "sources": {"events": {"format": "json", "path": "in", "schema": "k STRING, v BIGINT", "maxFilesPerTrigger": 1}},
            "query": "SELECT k, count(*) AS n, sum(v) AS s FROM events GROUP BY k",
            "outputMode": "update",
            "trigger": {"availableNow": True},
            "limits": {"memory": LIMIT},
            "sinks": {"out": {"format": "json", "path": "out"}}}, f)
    return batch_keys


def anonymous(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Watch(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.ended = pid, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.005):
            self.most = max(self.most, anonymous(self.pid))


def examine(work, batch_keys):
    """Each batch's rows against the counts so far."""
    count = {}
    for b, keys in enumerate(batch_keys):
        for k in keys:
            count[k] = count.get(k, 0) + 1
        want = {"sensor-%07d" % k: (count[k], count[k] * (k % 1000)) for k in keys}
        with open(os.path.join(work, "out", "part-%08d.json" % b)) as f:
            rows = [json.loads(line) for line in f]
        if {r["k"]: (r["n"], r["s"]) for r in rows} != want or len(rows) != len(want):
            return "batch %d: %d rows, %d wanted, or wrong ones" % (b, len(rows), len(want))
    if len(os.listdir(os.path.join(work, "out"))) != len(batch_keys):
        return "files that belong to no batch"
    return None


def run(binary, work, batch_keys, bound):
    command = [binary, "run", os.path.join(work, "pipeline.json"), "--state", os.path.join(work, "state"),
               "--log-level", "warning"]
    began = time.time()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = Watch(p.pid)
    watch.start()
    err = p.communicate()[1].decode(errors="replace")
    watch.ended.set()
    watch.join()
    took = time.time() - began
    if p.returncode:
        return "it ended with %d: %s" % (p.returncode, err[-500:])
    print("million: %d groups over %d batches in %.1f s; most anonymous memory %.1f MB, bound %.1f MB; %.0f MB of state"
          % (len(set().union(*batch_keys)), len(batch_keys), took, watch.most / 2**20, BOUND / 2**20,
             os.path.getsize(os.path.join(work, "state", "million", "data.mdb")) / 2**20))
    if bound and watch.most > BOUND:
        return "more memory than the bound"
    return examine(work, batch_keys)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("binary")
    a.add_argument("--long", action="store_true", help="1,000,000 groups over 1,000 batches")
    a.add_argument("--no-bound", action="store_true", help="a sanitizer's own memory is in the way: only the rows are checked")
    a.add_argument("--groups", type=int, default=100000)
    a.add_argument("--batches", type=int, default=100)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--keep", action="store_true", help="keep the directory when it fails")
    a = a.parse_args()
    if a.long:
        a.groups, a.batches = 1000000, 1000
    work = tempfile.mkdtemp(prefix="runnel-million-")
    batch_keys = write_input(work, a.groups, a.batches, random.Random(a.seed))
    fault = run(os.path.abspath(a.binary), work, batch_keys, not a.no_bound)
    if fault:
        print("million: %s%s" % (fault, "\nkept in " + work if a.keep else ""))
    if not (fault and a.keep):
        shutil.rmtree(work, ignore_errors=True)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
