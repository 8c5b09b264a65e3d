// One logged sink's way out: what the files of the outbox share, and nobody else sees.
#ifndef AGENT_ENGINE_OUTLET_H
#define AGENT_ENGINE_OUTLET_H

#include "agent/engine/outbox.h"
#include "sinks/record_frame.h"

enum {
    PAGE_RECORDS = 256,
    PAGE_BYTES = 256 * 1024, // of frames; a single larger record is a page of its own
    FLIGHT_MAX = 2048,       // records under way at once
    LEASE_LEAST = 64,
    LEASE_MOST = 8192,
    LETTERS_MAX = 256, // refusals held for the next commit
    TRIES_DEFAULT = 10,
};

enum flight_state { FLIGHT_SENT, FLIGHT_ARRIVED, FLIGHT_REFUSED, FLIGHT_UNDECIDED };

struct flight {
    struct log_place place;
    uint64_t seq; // the record's own: one sent again has another place
    enum flight_state state;
};

// A record whose refusal did not say whether it is for good.
struct suspect {
    struct log_place place;
    uint32_t tries;    // those that count
    uint64_t accepted; // of the sink when it was refused first
};

// A refusal for good, until the commit that writes it down.
struct letter {
    struct log_place place;
    int64_t at; // wall clock
    bool written;
    char reason[SINK_REASON_MAX];
};

// A table of the groups of one batch: what "latest" supersedes by.
struct groups;

// What a source could not take, as this sink tells of it.
struct intake_loss {
    uint64_t due; // rows not told yet
    struct told {
        struct log_place place; // of the newest gap record; turn 0: none
        uint64_t count;
    } last, next; // next: with the commit at hand
};

struct outlet {
    struct outbox *box;
    const struct outbox_setup *setup;
    const char *name;
    const struct sink_class *class;
    struct sink *sink;
    struct record_log records;
    struct text frame; // scratch
    uint32_t max_tries;

    // Places, each the first that is not …
    struct log_place done;   // done with: arrived, or in the dead letters
    struct log_place stored; // … recorded so by the last commit
    struct log_place next;   // read from the log
    struct log_place tried;  // handed to the sink, as far as is known: a former process may have had up to its lease
    struct log_place lease;  // to be sent before a commit says so
    uint32_t lease_size;
    uint64_t stale; // records of the log that are done with and not yet removed

    // Rendering.
    uint64_t new_records, gone; // of the commit at hand: added; taken out
    struct outbox_counters change, counters;
    struct record_note note;                  // of the gap record that is being rendered
    struct log_place gap_place;               // and where it goes
    struct intake_loss *loss;                 // of each source
    struct log_place next_lease, next_stored; // with the commit at hand

    // The page: records read, not yet sent.
    struct arena arena;
    struct sink_record *page;
    struct log_place *page_place;
    uint32_t page_count, page_sent;
    bool empty; // the log has no more

    // Under way, a ring.
    struct flight *flight;
    uint32_t flight_first, flight_count;
    uint64_t ticket;  // of the first in the ring
    uint32_t unknown; // in state FLIGHT_SENT
    struct suspect *suspects;
    uint32_t suspect_count, suspect_room;
    struct letter *letters;
    uint32_t letter_count, letter_room;
    uint64_t accepted;

    // Failing.
    bool rewind;          // from the first in the ring on, all again
    int64_t settle_until; // an undecided one waits for the others' answers till then; 0: none does
    uint32_t probes;      // sent past it, to know whether the receiver takes anything
    uint32_t failures;    // since anything arrived
    int64_t retry_at;     // monotonic; 0: now
    int64_t retry_after;  // asked for by the receiver
    uint64_t random;
    bool said_failing;
    char reason[SINK_REASON_MAX];

    int64_t pending_since; // monotonic: acknowledgements wait for a commit; 0: none
};

static inline bool place_before(struct log_place a, struct log_place b)
{
    return a.seq != b.seq ? a.seq < b.seq : a.turn < b.turn;
}
static inline struct log_place place_after(struct log_place p)
{
    return p.turn == UINT16_MAX ? (struct log_place){p.seq + 1, 0} : (struct log_place){p.seq, (uint16_t)(p.turn + 1)};
}

// delivery.c: the page, the window, what becomes of what was sent.
void delivery_init(struct outlet *o);
void delivery_free(struct outlet *o); // safe on zeroed memory
enum status delivery_turn(struct outlet *o, int64_t now, int64_t *next, struct error *e);
void delivery_forget_page(struct outlet *o); // the log has changed under it
bool delivery_wants_lease(struct outlet *o, int64_t now);

// gap.c: deliberate losses, in the transaction of the commit at hand.
enum status gap_supersede(struct outlet *o, struct error *e); // complete mode
enum status gap_supersede_groups(struct outlet *o, const struct groups *g, struct error *e);
enum status gap_drop_oldest(struct outlet *o, uint64_t share, struct error *e);
// `next_seq`: behind the rows of the batch at hand.
enum status gap_intake(struct outlet *o, uint32_t source, uint64_t next_seq, struct error *e);
void gap_intake_settle(struct outlet *o, bool committed);

// deadletter.c
void letter_add(struct outlet *o, struct log_place place, const char *reason);
void letters_forget(struct outlet *o, struct log_place from); // they will be sent again
enum status letters_write(struct outlet *o, struct error *e);
void letters_settle(struct outlet *o); // after the commit
// A page of the dead letters into the log, with the commit at hand; *more: there are others.
enum status letters_resend(struct outlet *o, bool *more, struct error *e);

#endif
