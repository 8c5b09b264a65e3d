// The options that MQTT sources and sinks have in common: where the broker is, who we are, how the way is secured.
#ifndef HAL_PORT_MQTT_OPTIONS_H
#define HAL_PORT_MQTT_OPTIONS_H

#include "hal/port/mqtt.h"
#include "ops/option.h"

extern const char *const mqtt_versions[];

// Rows of a table of option_spec.
#define MQTT_OPTIONS                                                                                                   \
    {.name = "url",                                                                                                    \
     .kind = OPTION_STRING,                                                                                            \
     .required = true,                                                                                                 \
     .summary = "mqtt://HOST[:PORT], or mqtts:// for TLS; without a scheme TLS, but on this machine"},                 \
        {.name = "clientId",                                                                                           \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "Default runnel-DEVICE-QUERY-NAME; two clients with one id displace each other"},                  \
        {.name = "version",                                                                                            \
         .kind = OPTION_CHOICE,                                                                                        \
         .choices = mqtt_versions,                                                                                     \
         .fallback = "5",                                                                                              \
         .summary = "Of MQTT: 5 or 3.1.1"},                                                                            \
        {.name = "username", .kind = OPTION_STRING, .summary = "For the broker"},                                      \
        {.name = "password",                                                                                           \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "For the broker; better from a secretFile, which may change"},                                     \
        {.name = "ca", .kind = OPTION_STRING, .summary = "PEM file of trusted authorities; default: the system's"},    \
        {.name = "cert", .kind = OPTION_STRING, .summary = "PEM file of our own certificate (its chain too)"},         \
        {.name = "key", .kind = OPTION_STRING, .summary = "PEM file of its private key, without a password"},          \
        {.name = "allowPlaintext",                                                                                     \
         .kind = OPTION_BOOLEAN,                                                                                       \
         .fallback = "false",                                                                                          \
         .summary = "A password may go out without TLS"},                                                              \
    {                                                                                                                  \
        .name = "keepalive", .kind = OPTION_STRING, .fallback = "60 seconds",                                          \
        .summary = "How often an idle connection is tried (a bare number: seconds; 5 seconds at least)"                \
    }

// Reads them into the settings (which borrow from the options and from `arena`). `client_id` is the default.
// STATUS_CONFIG: what is wrong; also where this build has no client (port NULL: nothing is to be opened).
enum status mqtt_options_read(const struct options *options, const struct port *port, const char *client_id,
                              struct arena *arena, struct mqtt_settings *out, struct error *e);
// An OBJECT option {topic, payload, qos, retain}. *topic stays NULL where it is absent.
enum status mqtt_options_message(const struct options *options, const char *name, struct arena *arena,
                                 const char **topic, struct slice *payload, int *qos, bool *retain, struct error *e);

// What MQTT lets a broker hang up on (MQTT 5, 1.5.4), and mosquitto does: control characters and noncharacters.
bool mqtt_character_valid(uint32_t code);
// A user property, a topic, a client id: UTF-8 of such characters, 65535 bytes at most.
bool mqtt_text_valid(struct slice text);
// May messages go there? A text, not empty, without wildcards (MQTT 5, 4.7).
bool mqtt_topic_valid(struct slice topic);
// A filter: # only as the last level, + only as a whole one (MQTT 5, 4.7.1).
bool mqtt_filter_valid(struct slice filter);

#endif
