#ifndef HAL_PORT_MQTT_MOSQUITTO_H
#define HAL_PORT_MQTT_MOSQUITTO_H

#include "hal/port/mqtt.h"

extern const struct mqtt_class mqtt_mosquitto; // libmosquitto

#endif
