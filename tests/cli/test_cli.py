#!/usr/bin/env python3
"""Runs the tests of the command line on a binary: test_cli.py RUNNEL [-v] [MODULE.Class.test…]"""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    os.environ["RUNNEL"] = os.path.abspath(sys.argv.pop(1))
    sys.path.insert(0, HERE)
    if any(not a.startswith("-") for a in sys.argv[1:]):
        unittest.main(module=None)
    else:
        unittest.main(module=None, argv=[sys.argv[0], "discover", "-s", HERE, "-p", "test_*.py"] + sys.argv[1:])
