#ifndef SINKS_SINK_KAFKA_H
#define SINKS_SINK_KAFKA_H

#include "sinks/sink.h"

extern const struct sink_class sink_kafka;

#endif
