#!/usr/bin/env python3
"""Asks Spark for the lines of tests/agent/columns.tsv: an expression a line in; expression, the name and the type that
the column SELECT makes of it has (no AS), or ! and the error class of what is refused, out.

    python3 tests/spark/record_columns.py < questions > answers      # needs PySpark 4.3 and Java 17

The columns are those of tests/agent/test_columns.c.
"""
import sys

from record_expressions import error_class, session

SCHEMA = """i INT, l BIGINT, si SMALLINT, ti TINYINT, f FLOAT, d DOUBLE, dc DECIMAL(10,2), dw DECIMAL(38,10), s STRING,
    n STRING, b BOOLEAN, bin BINARY, dt DATE, ts TIMESTAMP, ntz TIMESTAMP_NTZ, a ARRAY<INT>, sa ARRAY<STRING>,
    m MAP<STRING, INT>, st STRUCT<x: INT, y: STRING>, ast ARRAY<STRUCT<x: INT, y: STRING>>, ni INT, aa ARRAY<ARRAY<INT>>,
    j STRING, ms MAP<STRING, STRUCT<x: INT, y: STRING>>"""


def main():
    spark = session()
    spark.createDataFrame([], SCHEMA).createOrReplaceTempView("t")
    for question in dict.fromkeys(line.rstrip("\n") for line in sys.stdin if line.strip()):
        try:
            field = spark.sql(f"SELECT {question} FROM t").schema[0]
            print(f"{question}\t{field.name}\t{field.dataType.simpleString()}")
        except Exception as error:  # noqa: BLE001: whatever Spark says is the answer
            print(f"{question}\t\t!{error_class(error)}")


if __name__ == "__main__":
    main()
