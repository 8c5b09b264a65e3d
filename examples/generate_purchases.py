#!/usr/bin/env python3
"""Makes e-mall-{i}.json files of purchases and moves them into a directory, one after the other.

    generate_purchases.py DIR [--files 40] [--rows 200] [--interval 0.25] [--seed 1]

Each line is {"eventTime": <epoch seconds>, "action": "login"|"view"|"purchase"|"logout", "district": ...}. A file is
written beside the directory and moved in whole, so a reader never sees half of one. At the end the exact counts of
purchases by district and minute stand in DIR.expected.json.
"""
import argparse
import collections
import json
import os
import random
import time

DISTRICTS = ["fatih", "kadikoy", "besiktas", "sisli", "uskudar", "beyoglu"]
ACTIONS = ["login", "view", "purchase", "logout"]
START = 1709294400  # 2024-03-01T12:00:00Z


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("directory")
    a.add_argument("--files", type=int, default=40)
    a.add_argument("--rows", type=int, default=200)
    a.add_argument("--interval", type=float, default=0.25, help="seconds between two files")
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    rng = random.Random(a.seed)
    staging = a.directory.rstrip("/") + ".staging"
    os.makedirs(a.directory, exist_ok=True)
    os.makedirs(staging, exist_ok=True)
    counts = collections.Counter()
    for i in range(a.files):
        name = "e-mall-%d.json" % i
        with open(os.path.join(staging, name), "w", encoding="utf-8") as f:
            for _ in range(a.rows):
                row = {"eventTime": START + i * 7 + rng.randrange(120), "action": rng.choice(ACTIONS),
                       "district": rng.choice(DISTRICTS)}
                if row["action"] == "purchase":
                    counts[row["district"], row["eventTime"] // 60 * 60] += 1
                f.write(json.dumps(row) + "\n")
        os.rename(os.path.join(staging, name), os.path.join(a.directory, name))
        time.sleep(a.interval)
    os.rmdir(staging)
    with open(a.directory.rstrip("/") + ".expected.json", "w", encoding="utf-8") as f:
        json.dump([[d, t, n] for (d, t), n in sorted(counts.items())], f)


if __name__ == "__main__":
    main()
