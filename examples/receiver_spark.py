"""The same as receiver.py, as a Spark job: rows without repeats, and what is missing, by the identity that runnel sends.

    spark-submit --packages org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1 examples/receiver_spark.py BOOTSTRAP TOPIC [--once]

(the version is that of your Spark). Repeats come within minutes of each other, after a cut or a restart, so an hour of seen
identities is kept. Counts of the second query are of distinct numbers only as far as that hour reaches.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType

GAP = StructType([StructField("from", LongType()), StructField("to", LongType()), StructField("count", LongType()),
                  StructField("reason", StringType()), StructField("source", StringType()), StructField("batch", LongType())])
IDENTITY = StructType([StructField("device", StringType()), StructField("query", StringType()),
                       StructField("epoch", StringType()), StructField("batch", LongType()), StructField("row", LongType()),
                       StructField("seq", LongType()), StructField("gap", GAP)])


def identified(messages):
    """value, timestamp, who: the identity in the value, or (value written by the pipeline itself) in the header."""
    header = F.expr("CAST(filter(headers, h -> h.key = '_runnel')[0].value AS STRING)")
    text = F.col("value").cast("string")
    return messages.select(
        text.alias("value"), "timestamp",
        F.coalesce(F.from_json(F.get_json_object(text, "$._runnel"), IDENTITY), F.from_json(header, IDENTITY)).alias("who"))


def main():
    bootstrap, topic = sys.argv[1:3]
    spark = SparkSession.builder.appName("receiver").config("spark.sql.shuffle.partitions", 1).getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    messages = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", bootstrap).option("subscribe", topic)
                .option("startingOffsets", "earliest").option("includeHeaders", True).load())
    # A gap record has no seq: it is told apart by its range; a loss at a source's intake by the batch that told of it.
    once = (identified(messages).where("who IS NOT NULL")
            .selectExpr("value", "timestamp", "who.device", "who.query", "who.epoch", "who.seq", "who.gap",
                        "coalesce(who.seq, who.gap.`from`, who.gap.batch, -1) AS number", "who.seq IS NULL AS told",
                        "who.gap.source AS source")
            .withWatermark("timestamp", "1 hour")
            .dropDuplicatesWithinWatermark(["device", "query", "epoch", "number", "told", "source"]))
    rows = once.where("NOT told").select("value")
    account = (once.groupBy("device", "query", "epoch")
               .agg(F.count("seq").alias("rows"), F.min("seq").alias("first"), F.max("seq").alias("last"),
                    F.coalesce(F.sum(F.expr("IF(source IS NULL, gap.count, 0)")), F.lit(0)).alias("told"),
                    F.coalesce(F.sum(F.expr("IF(source IS NULL, 0, gap.count)")), F.lit(0)).alias("intake"))
               .withColumn("missing", F.expr("last - first + 1 - rows - told")))
    trigger = {"availableNow": True} if "--once" in sys.argv else {"processingTime": "8 seconds"}
    rows.writeStream.format("console").option("truncate", False).trigger(**trigger).start()
    account.writeStream.format("console").option("truncate", False).outputMode("complete").trigger(**trigger).start()
    for query in spark.streams.active:
        query.awaitTermination()


if __name__ == "__main__":
    main()
