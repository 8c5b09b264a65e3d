#!/usr/bin/env python3
"""Sends two random letters to wordcount-topic every 0.1 seconds, as the word count example counts them.

    kafka_letters.py BOOTSTRAP [SECONDS]        needs confluent-kafka (tests/bridge/prepare fetches it)
"""
import random
import string
import sys
import time

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": sys.argv[1], "linger.ms": 0})
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else float("inf")
began = time.monotonic()
try:
    while time.monotonic() - began < seconds:
        producer.produce("wordcount-topic", random.choice(string.ascii_lowercase) + random.choice(string.ascii_lowercase))
        producer.poll(0)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass
producer.flush(10)
