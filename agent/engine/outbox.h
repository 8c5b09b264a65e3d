// What is between the log and the world: for every logged sink its own cursor, window and back-off, so that one that
// is slow or dead delays no other. docs/design.md, Identity.
//
// Rows go into the log in the batch's transaction; from there they are sent, page by page, until the receiver has
// them. Each deliberate loss is a gap record, written with the commit that makes it.
#ifndef AGENT_ENGINE_OUTBOX_H
#define AGENT_ENGINE_OUTBOX_H

#include "agent/plan/pipeline.h"
#include "agent/store/store.h"
#include "sinks/sink.h"

struct outbox;

struct outbox_setup {
    struct store *store;
    struct port *port;
    const struct log *log;
    struct memory *memory;
    const struct identity *who; // batch and first_seq are those of the batch at hand
    enum output_mode mode;
    enum outbox_full full;
    int64_t limit;           // bytes of log, shared out among the logged sinks
    int64_t commit_interval; // shortest time between two commits of our own
    uint32_t sinks;          // logged sinks there will be
    // Columns of the result that name its group, for "latest"; none: nothing is superseded by group. Borrowed.
    const uint32_t *group_columns;
    uint32_t group_column_count;
    const char *const *sources; // their names, for what is lost at intake. Borrowed.
    uint32_t source_count;
};

enum status outbox_open(const struct outbox_setup *setup, struct outbox **out, struct error *e);
void outbox_close(struct outbox *box); // NULL is fine

// A place for one sink, and where its render puts records; then the sink itself, once it is open. `name` is borrowed.
enum status outbox_add(struct outbox *box, const char *name, const struct sink_class *class,
                       const struct options *options, const struct record_log **records, struct error *e);
void outbox_attach(struct outbox *box, struct sink *sink); // of the last added

// The batch's rows, before they are rendered.
void outbox_rows(struct outbox *box, const struct chunk *chunk);

// A live source could not take so many rows more. The next batch's commit tells every sink.
void outbox_lost(struct outbox *box, uint32_t source, uint64_t rows);

// Around each commit. `rows`: of the batch that is part of it, or with_batch is false. What is deliberately lost is
// taken from the log here, and told. After prepare, committed or abandoned.
enum status outbox_prepare(struct outbox *box, bool with_batch, uint64_t rows, struct error *e);
// Between prepare and the commit: a page of each sink's dead letters goes into the log again. How many; *more: others.
enum status outbox_resend(struct outbox *box, uint64_t *count, bool *more, struct error *e);
void outbox_committed(struct outbox *box);
void outbox_abandoned(struct outbox *box);

// Between batches: takes what is known of records under way, sends what has room, a page a sink at most. *next:
// monotonic time of the next look; the sinks wake the port before that if there is something to know.
enum status outbox_turn(struct outbox *box, int64_t *next, struct error *e);
// A commit is due that no batch has brought: acknowledgements to be recorded, records to be let out.
bool outbox_commit_due(struct outbox *box);
// Something would be lost to a restart, if only the knowledge of what has arrived.
bool outbox_pending(const struct outbox *box);
// The share of a sink is full and may not be cut: nothing new is to be read.
bool outbox_blocks(struct outbox *box);
// Records not yet acknowledged, of all sinks.
uint64_t outbox_waiting(const struct outbox *box);
// For a person: which sink how many records wait for, and why.
void outbox_say_waiting(const struct outbox *box);

// Of one sink since the start, in records of the log: logged = acknowledged + superseded + dropped + dead + waiting.
struct outbox_counters {
    uint64_t logged; // what waited at the start included
    uint64_t acknowledged, superseded, dropped;
    uint64_t dead; // that went to the dead letters; what is sent again from there is logged again
    uint64_t waiting;
    uint64_t repeats; // sent again
};
const struct outbox_counters *outbox_counters(const struct outbox *box, const char *name); // NULL: no such sink

#endif
