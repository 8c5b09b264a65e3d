// A pipeline at work: triggers, batches, commits. One thread, one port, one checkpoint.
#ifndef AGENT_ENGINE_ENGINE_H
#define AGENT_ENGINE_ENGINE_H

#include "agent/plan/plan.h"
#include "agent/store/store.h"
#include "hal/port/log.h"

struct engine;

struct engine_progress { // of the batch just done
    int64_t batch;
    uint64_t rows_in, rows_out, late, rejected;
    int64_t started, took; // wall clock, microseconds
    int64_t watermark;     // in force in this batch; INT64_MIN: the query has none
    uint64_t state_rows;
    uint64_t behind; // records or files known to be waiting
    uint64_t outbox; // records of the log that have not arrived, all sinks
};

struct engine_setup {
    const struct pipeline *pipeline;
    struct port *port;
    const struct log *log;
    const char *checkpoint; // directory
    const char *device;
    const char *control; // path of the control socket; NULL: none
    bool available_now;  // --available-now
    struct memory *memory;
    void (*progress)(void *self, const struct engine_progress *p); // after each commit; may be NULL
    void *self;
};

// Opens everything: plan, store, sources, sinks; redoes what a crash left.
enum status engine_open(const struct engine_setup *setup, struct engine **out, struct error *e);
// Runs until the trigger has no more batches, engine_stop, or a failure. STATUS_OK: the end as asked for.
enum status engine_run(struct engine *g, struct error *e);
void engine_stop(struct engine *g);  // async-signal-safe: finishes the batch, commits, returns
void engine_close(struct engine *g); // NULL is fine

#endif
