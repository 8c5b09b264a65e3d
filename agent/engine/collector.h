// The root of the operators: what reaches it is the batch's result, and goes to every sink.
#ifndef AGENT_ENGINE_COLLECTOR_H
#define AGENT_ENGINE_COLLECTOR_H

#include "agent/engine/outbox.h"
#include "ops/operator.h"
#include "sinks/sink.h"

enum { ENGINE_SINKS_MAX = 16 };

struct collector {
    struct op op;
    const struct sink_class *class[ENGINE_SINKS_MAX];
    struct sink *sink[ENGINE_SINKS_MAX];
    bool direct[ENGINE_SINKS_MAX]; // SINK_DIRECT: what it has printed cannot be taken back
    unsigned count;
    struct identity who;   // of the batch to come; batch and first_seq are set by the engine
    uint64_t rows;         // of this batch
    struct outbox *outbox; // set by the engine; NULL: of late rows
};

void collector_init(struct collector *c, struct memory *memory);
// Before the commit, the direct sinks or the others. Those that print come last: when another one has no room, nothing
// of the batch has been seen.
enum status collector_prepare(struct collector *c, bool direct, struct error *e);
enum status collector_finish(struct collector *c, struct error *e); // after it
void collector_abandon(struct collector *c);
void collector_close(struct collector *c); // safe on zeroed memory

#endif
