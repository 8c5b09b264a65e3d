// The engine's own, shared by engine.c (batches) and start.c (opening, closing).
#ifndef AGENT_ENGINE_INSIDE_H
#define AGENT_ENGINE_INSIDE_H

#include "agent/engine/collector.h"
#include "agent/engine/control.h"
#include "agent/engine/counts.h"
#include "agent/engine/engine.h"
#include "agent/engine/intake.h"
#include "agent/engine/trigger.h"
#include "agent/plan/session.h"
#include "ops/datetime.h"

#include <signal.h>

enum {
    STATES_MAX = 16,
    FULL_PAUSE = 10 * MICROS_PER_SECOND,    // between tries when there is no room
    FULL_PATIENCE = 60 * MICROS_PER_SECOND, // of a run that is to end by itself
};

struct clock_trust {
    bool trusted;  // from then on for good
    int64_t since; // monotonic: the first look
    int64_t floor; // wall clock: it cannot be earlier
    unsigned said;
};

struct engine {
    struct engine_setup setup;
    struct memory *memory;
    struct arena arena; // of all that a start makes
    struct text scratch;
    unsigned heals; // damaged checkpoints set aside since it was opened
    volatile sig_atomic_t stop;
    struct control *control; // NULL: nobody can ask
    struct clock_trust clock;
    // From here on a start begins with zeros.
    struct session session;
    struct plan *plan;
    struct store *store;
    struct plan_run run;
    struct reader *reader[PLAN_READS]; // for each of plan_reads
    uint32_t readers;
    struct intake **intake;           // for each source, NULL where the query does not use it, or it is a table
    struct collector collector, late; // of the result, of late rows
    struct outbox *outbox;
    struct trigger_rule trigger;
    struct store_position position;
    int64_t *heard; // for each source: monotonic time at which it last gave an event time, or of the start
    int64_t *asked; // for each clock of the plan: the greatest watermark it asked for since the start, or INT64_MIN
    const struct state *states[STATES_MAX]; // the operators'
    uint32_t state_count;
    struct counts counts;          // when the batch began
    struct engine_progress before; // what was counted up to the last commit
    uint64_t *lost;                // by each source, as far as the outbox knows
    bool fingerprint_due;          // the checkpoint has none yet
    bool no_data_due;              // the watermark moved in the last batch of this run
    bool committed;                // a batch was committed, its finish is still to be done
    bool full;                     // there was no room at the last try
    int64_t full_since;            // monotonic
    bool asking;                   // a frozen source does not know yet what there is
    bool blocked;                  // the outbox is full: nothing new is read
    bool timed;                    // rows have the time of this machine's clock
    bool untimed;                  // and it is not trusted yet: nothing new is read
    bool frozen;                   // a bounded run knows where it ends
};

// deliver.c. None of them while a batch is prepared and not committed: its records are in the log already.
// One turn of the outbox. *next: monotonic time of the next.
enum status deliver(struct engine *g, int64_t *next, struct error *e);
// early: asked whenever something has happened; true ends it. NULL: never.
enum status deliver_until(struct engine *g, int64_t until, bool (*early)(const struct engine *g), struct error *e);
enum status deliver_all(struct engine *g, struct error *e); // or until somebody stops us
enum status deliver_commit(struct engine *g, struct error *e);
enum status deliver_resend(struct engine *g, uint64_t *count, struct error *e); // all dead letters, into the log again
bool deliver_blocked(struct engine *g);

// clock.c
bool clock_needed(const struct engine *g);
enum status clock_look(struct engine *g, int64_t *next, struct error *e); // STATUS_AGAIN: not trusted yet

// start.c
enum status freeze_sources(struct engine *g, struct error *e);
// After a failure: whether the checkpoint is what failed, and may be set aside once more.
bool engine_may_heal(const struct engine *g);
// Closes everything, has the checkpoint set aside and what can be read of it recovered, and opens everything again. `e`
// is what was met, and what fails now.
enum status engine_heal(struct engine *g, struct error *e);

#endif
