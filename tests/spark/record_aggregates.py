#!/usr/bin/env python3
"""Asks Spark for the lines of tests/agent/aggregates.tsv: an aggregate a line in, aggregate, type and to_json of the row
out, or ! and the error class of what is refused.

    python3 tests/spark/record_aggregates.py < questions > answers       # needs PySpark 4.3 and Java 17

The rows are those of tests/agent/test_aggregates.c.
"""
import sys

from record_expressions import error_class, session

ROWS = """SELECT r, IF(r % 11 = 0, NULL, CAST(r * 7919 % 1009 - 300 AS INT)) AS i,
    IF(r % 11 = 0, NULL, CAST(r * 7919 % 1009 - 300 AS DOUBLE) / 7) AS d,
    IF(r % 13 = 0, NULL, concat('s', r * 31 % 257)) AS s,
    r * r * 1000003 AS l, IF(r % 5 = 0, NULL, r % 3 = 0) AS b
    FROM (SELECT id AS r FROM range(0, 3000, 1, 1))"""


def main():
    spark = session()
    for q in dict.fromkeys(line.rstrip("\n") for line in sys.stdin if line.strip()):
        try:
            asked = spark.sql(f"SELECT {q} AS x, to_json(named_struct('x', {q})) FROM ({ROWS})")
            answer = asked.collect()[0][1]
            print(f"{q}\t{asked.schema[0].dataType.simpleString()}\t{answer}")
        except Exception as error:  # noqa: BLE001: whatever Spark says is the answer
            print(f"{q}\t\t!{error_class(error)}")


if __name__ == "__main__":
    main()
