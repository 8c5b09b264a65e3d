// A live source that cannot wait, as a datagram socket: what comes while its queue is full is lost, and counted. The
// sender outlives the source and the process.
#ifndef TESTS_SIM_SOURCE_SIM_H
#define TESTS_SIM_SOURCE_SIM_H

#include "hal/source/source.h"

struct sender_sim {
    uint32_t room;             // of the queue, rows
    uint32_t waiting;          // in it
    uint64_t sent, lost, next; // rows so far; lost of them; the number of the first in the queue
    bool empty_batches;        // there is a batch at each look though nothing has come
};

extern const struct source_class source_sim; // columns: value STRING, a number
extern struct sender_sim sender_sim;         // the one there is

void sender_sim_send(struct port *p, uint32_t rows);

#endif
