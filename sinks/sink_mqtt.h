// MQTT: each row a message, published from the log after the commit, until the broker has answered for it.
#ifndef SINKS_SINK_MQTT_H
#define SINKS_SINK_MQTT_H

#include "sinks/sink.h"

extern const struct sink_class sink_mqtt;

#endif
