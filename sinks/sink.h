// A sink takes rows out. It has two faces: render, pure, before the commit; and what happens after it.
//
// SINK_DIRECT  (console, memory, standard output) prints straight from the batch, before the commit: debug, no log.
// SINK_FILES   writes a temporary file in render, syncs it in prepare and notes its name as pending in the batch's
//              transaction; finish renames it after the commit; the note is cleared with the next. recover redoes what
//              a crash left: exactly once.
// SINK_LOGGED  (network) renders records into the pipeline's log, in the transaction; they are sent from the log
// afterwards.
#ifndef SINKS_SINK_H
#define SINKS_SINK_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/batch.h"
#include "ops/chunk.h"
#include "ops/memory.h"
#include "ops/option.h"
#include "ops/session.h"
#include "ops/state.h"
#include "ops/status.h"

enum sink_delivery { SINK_DIRECT, SINK_FILES, SINK_LOGGED };

// Who a row is: docs/SPEC.md, Identity. seq of row r of the batch is first_seq + r.
struct identity {
    struct slice device, query, epoch;
    int64_t batch;
    uint64_t first_seq;
};

struct sink_setup {
    const char *name;
    const struct options *options;
    struct port *port;
    struct memory *memory;
    const struct state *state;     // the sink's own corner of the checkpoint (pending renames); not for SINK_DIRECT
    const struct session *session; // zone
    const struct field *fields;    // of the result
    uint32_t field_count;
    enum output_mode mode;
    const struct log *log; // may be NULL
};

struct sink_counters {
    uint64_t rows, bytes, batches;
};

struct sink;

struct sink_class {
    const char *format;
    const struct option_spec *options; // terminated by a NULL name
    // May depend on the options: `json` with path `-` is SINK_DIRECT.
    enum sink_delivery (*delivery)(const struct options *options);
    enum status (*open)(const struct sink_setup *setup, struct sink **out, struct error *e);
    void (*close)(struct sink *s);                           // NULL is fine
    enum status (*recover)(struct sink *s, struct error *e); // at start, before the first batch; NULL: nothing to do
    enum status (*begin)(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e);
    enum status (*render)(struct sink *s, const struct chunk *chunk, struct error *e); // rows in order; borrowed
    enum status (*prepare)(struct sink *s, struct error *e); // all rows are there; before the commit
    enum status (*finish)(struct sink *s, struct error *e);  // after the commit
    void (*abandon)(struct sink *s); // instead of prepare/finish: the batch failed; prints nothing of it
    const struct sink_counters *(*counters)(const struct sink *s);
};

const struct sink_class *sink_find(struct slice format);
const struct sink_class *const *sink_list(uint32_t *count);

// `"_runnel":{"device":…,"query":…,"epoch":…,"batch":N,"row":R[,"seq":S]}` for row `row` of the batch.
void identity_append(struct text *out, const struct identity *who, uint64_t row, bool with_seq);

#endif
