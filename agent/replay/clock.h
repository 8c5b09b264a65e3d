// A simulated clock over a port: time moves only where the pipeline waits, so hours of triggers cost nothing. Files
// stay the machine's; standard output is kept.
#ifndef AGENT_REPLAY_CLOCK_H
#define AGENT_REPLAY_CLOCK_H

#include "hal/port/port.h"
#include "ops/text.h"

struct replay_clock {
    struct port_class class; // the port's, but for time and print; the first member
    const struct port_class *real;
    int64_t now;              // wall clock, microseconds
    int64_t end;              // when `stop` is called; INT64_MAX: never
    void (*stop)(void *self); // wakes the one who waits
    void *self;
    struct text *printed;
};

// Takes its place between `port` and its users until replay_clock_close.
void replay_clock_open(struct replay_clock *c, struct port *port, int64_t now, struct text *printed);
void replay_clock_close(struct replay_clock *c, struct port *port);

#endif
