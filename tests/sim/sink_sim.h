// A logged sink whose other end is a model: a receiver that outlives the sink and the process, remembers every record
// it was given, and errs on order or by chance, from a seed.
#ifndef TESTS_SIM_SINK_SIM_H
#define TESTS_SIM_SINK_SIM_H

#include "sinks/sink.h"

struct receiver_sim;

// What goes wrong, each in thousandths of the records it can befall.
struct receiver_faults {
    bool down;              // no connection: room is 0; what is under way is lost or not, nobody knows
    uint32_t again;         // it did not arrive
    uint32_t lost_answer;   // it arrived, the answer did not
    uint32_t undecided;     // refused, this time
    bool all_undecided;     // an ill receiver
    uint64_t undecided_seq; // refused always, without saying that it is for good; UINT64_MAX: none
    uint64_t refused_seq;   // refused for good; UINT64_MAX: none
    uint32_t window;        // records under way at once
    int64_t latency;        // microseconds
    int64_t retry_after;
};

extern const struct sink_class sink_sim;

// The receiver of the sink of that name; sinks opened later find it.
struct receiver_sim *receiver_sim_new(struct port *port, const char *sink, uint64_t seed);
void receiver_sim_free(struct receiver_sim *r);
struct receiver_faults *receiver_sim_faults(struct receiver_sim *r);
void receiver_sim_cut(struct receiver_sim *r); // the connection breaks: all under way is told as AGAIN
// For how often send was called, and when last.
uint64_t receiver_sim_sends(const struct receiver_sim *r);
int64_t receiver_sim_last_send(const struct receiver_sim *r);
uint64_t receiver_sim_arrived(const struct receiver_sim *r); // different rows
uint64_t receiver_sim_repeats(const struct receiver_sim *r);
uint64_t receiver_sim_told_missing(const struct receiver_sim *r); // the sum of the gaps' counts
uint64_t receiver_sim_lost(const struct receiver_sim *r);         // the same of losses at intake
bool receiver_sim_has(const struct receiver_sim *r, uint64_t seq);
// Every row of 0..rows-1 but `excused` ones has arrived or is told missing by one gap, never both; a repeat had the
// same bytes; last arrivals are in order. NULL: so it is; else what is wrong.
const char *receiver_sim_check(struct receiver_sim *r, uint64_t rows, uint64_t excused);
// The same where gaps have holes ("latest"): counts only.
const char *receiver_sim_check_counts(struct receiver_sim *r, uint64_t rows);

#endif
