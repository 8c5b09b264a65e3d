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
    bool unnumbered; // late rows: they are not in the log
};

// A record: what a row is to the outside. Rendered once, frozen in the log, sent as often as it takes.
struct sink_record {
    uint64_t seq; // of the row, or (gap) of the first record that is missing
    bool gap;     // a gap record: value tells what is missing
    bool has_key; // key may be empty, and still there
    struct slice topic, key, value;
    const struct slice *header; // name, value, name, value, …
    uint32_t header_count;      // pairs
};

// Where a logged sink's render puts its records: into the log, in the batch's transaction. The record is copied.
struct record_log {
    enum status (*append)(void *self, const struct sink_record *record, struct error *e);
    void *self;
};

// What became of records handed to send. Sequence is by `ticket`, which counts the records sent on this sink from 0.
enum sink_outcome {
    SINK_ARRIVED,   // the receiver has it
    SINK_AGAIN,     // it did not arrive and may later, or nobody knows: send from this one on again
    SINK_UNDECIDED, // refused, and the refusal does not say whether for good: a try is counted (docs/pipeline.md,
                    // Retries)
    SINK_REFUSED,   // refused for good: the dead letters have it
};

enum { SINK_REASON_MAX = 256 };

struct sink_delivery_report {
    uint64_t ticket;
    enum sink_outcome outcome;
    int64_t retry_after;          // microseconds the receiver asked for (Retry-After); 0: our own back-off
    char reason[SINK_REASON_MAX]; // in words, unless it arrived
};

struct sink_setup {
    const char *name;
    const struct options *options;
    struct port *port;
    struct memory *memory;
    const struct state *state;        // the sink's own corner of the checkpoint (pending renames); not for SINK_DIRECT
    const struct record_log *records; // SINK_LOGGED: where render puts records
    const char *device, *query;       // who we are, for client ids and default topics
    const struct session *session;    // zone
    const struct field *fields;       // of the result
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
    // For `runnel check`, before anything is opened; each may be NULL. check: what open would refuse, of the options
    // and the result's columns. warn: what a person should know (a sentence a line), though it works.
    enum status (*check)(const struct options *options, const struct field *fields, uint32_t field_count,
                         struct memory *memory, struct error *e);
    void (*warn)(const struct options *options, const struct field *fields, uint32_t field_count, struct text *out);
    enum status (*open)(const struct sink_setup *setup, struct sink **out, struct error *e);
    void (*close)(struct sink *s);                           // NULL is fine
    enum status (*recover)(struct sink *s, struct error *e); // at start, before the first batch; NULL: nothing to do
    enum status (*begin)(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e);
    enum status (*render)(struct sink *s, const struct chunk *chunk, struct error *e); // rows in order; borrowed
    enum status (*prepare)(struct sink *s, struct error *e); // all rows are there; before the commit
    enum status (*finish)(struct sink *s, struct error *e);  // after the commit
    void (*abandon)(struct sink *s); // instead of prepare/finish: the batch failed; prints nothing of it
    const struct sink_counters *(*counters)(const struct sink *s);

    // SINK_LOGGED: the second face. All of it is called by the engine's thread; none of it blocks. The sink wakes the
    // port when there is something to poll.
    // How many more records send would take now; 0 while there is no connection or the window is full. *reason: why.
    uint32_t (*room)(struct sink *s, const char **reason);
    // Takes the records (not more than there is room), in order, and begins to send them; copies what it needs. Tickets
    // go on counting. Anything but STATUS_OK: none was taken, none counted; they are sent again after a while.
    enum status (*send)(struct sink *s, const struct sink_record *records, uint32_t count, struct error *e);
    // The next thing that is known of a record, in the order of tickets. false: nothing new.
    bool (*poll)(struct sink *s, struct sink_delivery_report *report);
    // Forgets all records that are not yet reported: the engine sends from the log again. Tickets go on.
    void (*reset)(struct sink *s);
    // What a gap record says goes where the sink's records go: renders it into `records`, one record with `gap` set and
    // seq `from`. `gap` is its JSON object, whole: {"_runnel":{…,"gap":{…}}}. NULL: the sink cannot carry it.
    enum status (*render_gap)(struct sink *s, uint64_t from, struct slice gap, struct error *e);
};

const struct sink_class *sink_find(struct slice format);
const struct sink_class *const *sink_list(uint32_t *count);

// `"_runnel":{"device":…,"query":…,"epoch":…,"batch":N,"row":R[,"seq":S]}` for row `row` of the batch.
void identity_append(struct text *out, const struct identity *who, uint64_t row, bool with_seq);

#endif
