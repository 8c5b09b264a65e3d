#!/usr/bin/env python3
"""Reads every include and fails on an arrow that docs/design.md's table does not have.

    includes.py [ROOT]
"""
import os
import re
import sys

# layer or room → what it may include of ours (prefixes)
MAY = {
    "ops": ["ops/"],
    "hal": ["hal/", "ops/"],
    "sinks": ["sinks/", "ops/", "hal/port/"],
    "agent/sql": ["agent/sql/", "ops/"],
    "agent/plan": ["agent/plan/", "agent/sql/", "ops/", "hal/", "sinks/"],
    "agent/store": ["agent/store/", "ops/", "hal/port/log.h"],
    "agent/engine": ["agent/engine/", "agent/plan/", "agent/sql/", "agent/store/", "ops/", "hal/", "sinks/"],
    "agent/replay": ["agent/replay/", "agent/engine/", "agent/plan/", "agent/sql/", "ops/", "hal/", "sinks/"],
    "agent/supervisor": ["agent/supervisor/", "agent/engine/", "agent/plan/", "agent/sql/", "agent/store/", "ops/", "hal/", "sinks/"],
    "agent/cli": ["agent/", "ops/", "hal/", "sinks/"],
}
# each of these is included by one file only
ONE_FILE = ["lmdb.h", "mosquitto.h", "curl/curl.h", "microhttpd.h"]
# what ops may not know of: clock, I/O, threads
NOT_IN_OPS = ["unistd.h", "fcntl.h", "pthread.h", "threads.h", "time.h", "sys/", "signal.h", "poll.h", "lmdb.h", "cJSON.h"]
# cJSON: the pipeline-file reader, the control payloads and the REST bridges' answers
CJSON_IN = ["agent/plan/", "agent/supervisor/", "agent/engine/control.", "agent/engine/questions.", "agent/cli/ask.", "sinks/kafka_", "hal/source/kafka_"]


def room(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "agent" else parts[0]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    faults, users = [], {}
    files = 0
    for layer in ("ops", "hal", "sinks", "agent"):
        for directory, _, names in os.walk(os.path.join(root, layer)):
            for name in sorted(names):
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.relpath(os.path.join(directory, name), root)
                files += 1
                with open(os.path.join(root, path), encoding="utf-8") as f:
                    text = f.read()
                for kind, target in re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, re.M):
                    if kind == '"':
                        if not any(target.startswith(p) for p in MAY[room(path)]):
                            faults.append("%s includes %s" % (path, target))
                        if not os.path.exists(os.path.join(root, target)):
                            faults.append("%s includes %s, which is not written from the root" % (path, target))
                    else:
                        if target in ONE_FILE:
                            users.setdefault(target, []).append(path)
                        if layer == "ops" and any(target.startswith(p) for p in NOT_IN_OPS):
                            faults.append("%s includes <%s>" % (path, target))
                        if target == "cJSON.h" and not any(path.startswith(p) for p in CJSON_IN):
                            faults.append("%s includes <%s>" % (path, target))
                if re.search(r"\b(localtime|gmtime|mktime)(_r)?\s*\(", text) and layer == "ops":
                    faults.append("%s reads the machine's time zone" % path)
    for header, paths in users.items():
        if len(paths) > 1:
            faults.append("<%s> is included by %s" % (header, ", ".join(paths)))
    for fault in faults:
        print(fault)
    print("%d files read, %d faults" % (files, len(faults)))
    return 1 if faults or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
