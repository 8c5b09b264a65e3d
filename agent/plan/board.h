// What a board's preset compiles in: the limits of a pipeline that sets none itself.
#ifndef AGENT_PLAN_BOARD_H
#define AGENT_PLAN_BOARD_H

#include <stdint.h>

// A preset defines these; what it leaves out is x86-server's.
#ifndef RUNNEL_BOARD_MEMORY
#define RUNNEL_BOARD_MEMORY (INT64_C(64) << 20) // bytes
#endif
#ifndef RUNNEL_BOARD_OUTBOX
#define RUNNEL_BOARD_OUTBOX (INT64_C(256) << 20) // bytes
#endif
#ifndef RUNNEL_BOARD_COMMIT_INTERVAL
#define RUNNEL_BOARD_COMMIT_INTERVAL 0 // microseconds
#endif
#ifndef RUNNEL_BOARD_CLOCK_WAIT
#define RUNNEL_BOARD_CLOCK_WAIT 0 // microseconds
#endif

struct board {
    int64_t memory, outbox;              // bytes
    int64_t commit_interval, clock_wait; // microseconds
};

static const struct board board_default = {
    .memory = RUNNEL_BOARD_MEMORY,
    .outbox = RUNNEL_BOARD_OUTBOX,
    .commit_interval = RUNNEL_BOARD_COMMIT_INTERVAL,
    .clock_wait = RUNNEL_BOARD_CLOCK_WAIT,
};

#endif
