// A model MQTT broker behind the client port of the simulated machine: simulated time, sessions, and faults from the
// machine's seed. What the real client promises (hal/port/mqtt.h) it keeps.
#ifndef TESTS_SIM_MQTT_SIM_H
#define TESTS_SIM_MQTT_SIM_H

#include "hal/port/mqtt.h"

struct mqtt_sim_faults { // chances in a thousand, each message
    uint32_t cut_before; // the connection breaks, the broker never saw it
    uint32_t cut_after;  // the broker has it, its answer is lost
    uint32_t refused;    // with a reason that does not say whether for good
};

struct mqtt_sim_letter {                   // borrowed until the next message arrives
    struct slice topic, payload, property; // property: the value of the first user property, if any
    int qos;
    bool retain;
};

// Sets port->mqtt. The broker is up and answers after 1 ms.
void mqtt_sim_attach(struct port *port);
void mqtt_sim_detach(struct port *port); // before sim_close
void mqtt_sim_latency(struct port *port, int64_t micros);
void mqtt_sim_set_faults(struct port *port, const struct mqtt_sim_faults *faults);
// NULL: up. Else connections break and are refused with this reason.
void mqtt_sim_down(struct port *port, const char *reason);
// Takes nothing and answers nothing, connections stay; what was sent meanwhile may arrive when it goes on.
void mqtt_sim_freeze(struct port *port, bool on);

// What has arrived, in order, repeats too.
uint32_t mqtt_sim_count(struct port *port);
struct mqtt_sim_letter mqtt_sim_letter(struct port *port, uint32_t i);

// Publishes to whoever has subscribed; durable sessions keep it.
void mqtt_sim_say(struct port *port, const char *topic, const char *payload, int qos);
uint32_t mqtt_sim_unanswered(struct port *port); // in the sessions: not acknowledged yet

#endif
