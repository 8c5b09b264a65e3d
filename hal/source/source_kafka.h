// Kafka through its REST bridge (API v2: Confluent's, Strimzi's, Karapace). The offsets are ours, saved in the batch's
// transaction: exactly once into state. Options and columns are those of Spark's KafkaSourceProvider.
#ifndef HAL_SOURCE_SOURCE_KAFKA_H
#define HAL_SOURCE_SOURCE_KAFKA_H

#include "hal/source/source.h"

extern const struct source_class source_kafka;

#endif
