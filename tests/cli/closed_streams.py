#!/usr/bin/env python3
"""A caller may close standard streams: then no file of ours may take their numbers, or rows land in the checkpoint.

    closed_streams.py RUNNEL
"""
import itertools
import json
import os
import subprocess
import sys
import tempfile

ROWS = 20000


def run(binary, closed):
    with tempfile.TemporaryDirectory(prefix="runnel-closed-") as work:
        os.mkdir(os.path.join(work, "in"))
        with open(os.path.join(work, "in", "a.json"), "w") as f:
            f.write('{"k":"a"}\n' * ROWS)
        with open(os.path.join(work, "p.json"), "w") as f:
            json.dump({"sources": {"e": {"format": "json", "path": "in", "schema": "k STRING"}}, "query": "SELECT k FROM e",
                       "sinks": {"o": {"format": "json", "path": "-"}, "kept": {"format": "json", "path": "out"}}}, f)
        command = [binary, "run", "p.json", "--available-now", "--state", "state"]
        shut = lambda: [os.close(fd) for fd in closed]
        p = subprocess.run(command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=30, preexec_fn=shut)
        check = subprocess.run([binary, "state", "state/p", "check"], cwd=work, capture_output=True, text=True, timeout=30)
        kept = sum(1 for n in os.listdir(os.path.join(work, "out")) for _ in open(os.path.join(work, "out", n)))
        if p.returncode or check.returncode or kept != ROWS:
            return "closed %s: exit %d, %d rows, check: %s" % (closed, p.returncode, kept, check.stdout + check.stderr)
    return None


def main():
    binary = os.path.abspath(sys.argv[1])
    wrong = [run(binary, c) for n in (1, 2, 3) for c in itertools.combinations((0, 1, 2), n)]
    wrong = [w for w in wrong if w]
    print("\n".join(wrong) or "standard streams closed in each combination: all rows, a sound checkpoint")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
