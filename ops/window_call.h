// What the binder leaves for the planner of window() and session_window().
#ifndef OPS_WINDOW_CALL_H
#define OPS_WINDOW_CALL_H

#include "ops/arena.h"
#include "ops/type.h"

#include <stdint.h>

// STRUCT<start, end> of times of that type.
const struct type *window_type(struct arena *a, const struct type *time);

// The `state` of a call of window(), in microseconds. The time is argument 0 of the call, after its casts (TimeWindow).
struct window_call {
    int64_t size, slide, start;
};

#endif
