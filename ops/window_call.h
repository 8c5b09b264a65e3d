// What the binder leaves for the planner of window(): the `state` of a call of it.
#ifndef OPS_WINDOW_CALL_H
#define OPS_WINDOW_CALL_H

#include <stdint.h>

// Microseconds. The time is argument 0 of the call, after its casts (TimeWindow).
struct window_call {
    int64_t size, slide, start;
};

#endif
