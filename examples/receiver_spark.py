"""The same as receiver.py, as a Spark job: rows without repeats, and what is missing, by the identity that runnel sends.

    spark-submit --packages org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1 examples/receiver_spark.py BOOTSTRAP TOPIC [--once]

(the version is that of your Spark). Two queries: the rows, each once; and for each stream (device, query, epoch) how many rows
came, how many were told as given up, and how many are missing without a word. Repeats come within minutes of each other, after
a cut or a restart, so an hour of seen identities is kept; the counts are of distinct numbers as far as that hour reaches.
tests/whole/receiver_spark.py runs this on a real broker.
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
    # A row is known by its seq; a gap record has none, and is known by all that it says.
    once = (identified(messages).where("who IS NOT NULL")
            .selectExpr("value", "timestamp", "who.device", "who.query", "who.epoch", "who.seq", "who.gap",
                        "coalesce(CAST(who.seq AS STRING), to_json(who.gap)) AS id")
            .withWatermark("timestamp", "1 hour")
            .dropDuplicatesWithinWatermark(["device", "query", "epoch", "id"]))
    rows = once.where("seq IS NOT NULL").select("value")
    account = (once.groupBy("device", "query", "epoch")
               .agg(F.count("seq").alias("rows"), F.min(F.expr("coalesce(seq, gap.`from`)")).alias("first"),
                    F.max(F.expr("coalesce(seq, gap.`to`)")).alias("last"),
                    F.coalesce(F.sum(F.expr("IF(gap.source IS NULL, gap.count, 0)")), F.lit(0)).alias("told"),
                    F.coalesce(F.sum(F.expr("IF(gap.source IS NULL, 0, gap.count)")), F.lit(0)).alias("intake"))
               .withColumn("missing", F.expr("last - first + 1 - rows - told")))
    trigger = {"availableNow": True} if "--once" in sys.argv else {"processingTime": "8 seconds"}
    rows.writeStream.format("console").option("truncate", False).option("numRows", 1000).trigger(**trigger).start()
    account.writeStream.format("console").option("truncate", False).outputMode("complete").trigger(**trigger).start()
    for query in spark.streams.active:
        query.awaitTermination()


if __name__ == "__main__":
    main()
