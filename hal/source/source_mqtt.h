// MQTT: a subscription. At qos 1 the broker hears that a message is safe after the batch's commit, and not before.
#ifndef HAL_SOURCE_SOURCE_MQTT_H
#define HAL_SOURCE_SOURCE_MQTT_H

#include "hal/source/source.h"

extern const struct source_class source_mqtt;

#endif
