#!/usr/bin/env python3
"""Asks Spark for the lines of tests/agent/expressions.tsv: an expression a line in, expression, type and to_json of the
row out, or ! and the error class of what is refused. What fails only while it runs is told on stderr and left out.

    python3 tests/spark/record_expressions.py < questions > answers      # needs PySpark 4.3 and Java 17

The row that the columns i, l, d, s, b, f, ts and dt stand for is that of tests/agent/test_expressions.c.
"""
import re
import sys

from pyspark.sql import SparkSession

ROW = """SELECT 7 AS i, 70L AS l, 2.5D AS d, 'str x' AS s, true AS b, CAST(0.1 AS FLOAT) AS f,
    timestamp_micros(1709296496789012) AS ts, DATE'2024-03-01' AS dt"""
TOGETHER = 60  # expressions a query


def session():
    settings = {
        "spark.sql.ansi.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[1]").appName("expressions")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def error_class(error):
    found = re.search(r"\[([A-Z_]+(\.[A-Z_0-9]+)*)\]", str(error))
    return found.group(1) if found else type(error).__name__


def rows_of(spark, questions):
    """to_json of each expression; of one by itself where a query of many fails."""
    columns = ", ".join(f"to_json(named_struct('x', {q}))" for q in questions)
    try:
        return list(spark.sql(f"SELECT {columns} FROM ({ROW})").collect()[0])
    except Exception as error:  # noqa: BLE001: whatever Spark says is the answer
        if len(questions) == 1:
            return ["!" + error_class(error)]
        half = len(questions) // 2
        return rows_of(spark, questions[:half]) + rows_of(spark, questions[half:])


def main():
    spark = session()
    questions = list(dict.fromkeys(line.rstrip("\n") for line in sys.stdin if line.strip()))
    types = {}
    for q in questions:
        try:
            types[q] = spark.sql(f"SELECT {q} AS x FROM ({ROW})").schema[0].dataType.simpleString()
        except Exception as error:  # noqa: BLE001
            types[q] = None
            print(f"{q}\t\t!{error_class(error)}")
    asked = [q for q in questions if types[q] is not None]
    for first in range(0, len(asked), TOGETHER):
        part = asked[first : first + TOGETHER]
        for q, row in zip(part, rows_of(spark, part)):
            if row.startswith("!"):  # it ends the query; here such a row is NULL
                print(f"{q}: {row}", file=sys.stderr)
            else:
                print(f"{q}\t{types[q]}\t{row}")


if __name__ == "__main__":
    main()
