// `runnel test`: a pipeline on a recorded case, under a simulated clock. Its sources read the case's input, its sinks
// are one that is compared with what was expected.
#ifndef AGENT_REPLAY_REPLAY_H
#define AGENT_REPLAY_REPLAY_H

#include "agent/plan/pipeline.h"

struct replay_setup {
    struct pipeline *pipeline; // is changed; NULL: `refused`
    const struct error *refused;
    const char *directory; // of the case
    bool update;           // write what comes to expected.jsonl, compare nothing
    struct port *port;
    struct arena *arena;
    struct memory *memory;
    const struct log *log;
};

// What is to be said is added to `out`. STATUS_FAILED: another result than expected.
enum status replay_run(const struct replay_setup *setup, struct text *out, struct error *e);

#endif
