// One source of a running pipeline: what it brings, decoded into chunks and pushed into the plan.
#ifndef AGENT_ENGINE_INTAKE_H
#define AGENT_ENGINE_INTAKE_H

#include "agent/plan/plan.h"

struct intake;

struct intake_setup {
    const struct pipeline_source *source;
    const struct source_setup *setup; // what the source is opened with
    const int32_t *output;            // plan_source_output
    uint32_t outputs;
    const struct session *session;
    struct op *entry; // where its chunks go
    unsigned entry_input;
};

// Since the start, without the batches that were given up. read = left_out + dropped + delivered.
struct intake_counters {
    uint64_t read, delivered;
    uint64_t left_out; // longer than maxLineBytes
    uint64_t dropped;  // DROPMALFORMED
    uint64_t rejected; // left out, or malformed and delivered with NULLs
};

enum status intake_open(const struct intake_setup *setup, struct arena *arena, struct intake **out, struct error *e);
void intake_close(struct intake *in); // NULL is fine
// The source itself, for plan, save, committed.
const struct source_class *intake_class(const struct intake *in);
struct source *intake_source(struct intake *in);
// Reads the planned range to its end, pushing chunk by chunk.
enum status intake_run(struct intake *in, struct error *e);
struct intake_counters intake_counters(const struct intake *in);
void intake_take_back(struct intake *in, const struct intake_counters *to); // what came since has not been

#endif
