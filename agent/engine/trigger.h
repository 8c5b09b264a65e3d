// When the next batch may begin (Spark's ProcessingTimeExecutor, MultiBatchExecutor, SingleBatchExecutor). Pure: clock
// readings are handed in.
#ifndef AGENT_ENGINE_TRIGGER_H
#define AGENT_ENGINE_TRIGGER_H

#include "agent/plan/pipeline.h"

struct trigger_rule {
    enum trigger kind;
    int64_t interval; // processingTime, microseconds
    int64_t spacing;  // the shortest time between the starts of two batches: limits.commitInterval; 0: none
};

// The rule of a pipeline. `live`: a source of it cannot be asked again, so that spacing batches is ours to choose.
struct trigger_rule trigger_rule_make(const struct pipeline *p, bool available_now, bool live);
// True: ends when there is nothing left.
bool trigger_is_bounded(const struct trigger_rule *r);
// Microseconds from a look (at `wall`, by the wall clock) to the next; `ran`: it led to a batch. 0: as soon as there is
// something. Spark lays triggers on whole multiples of the interval since 1970.
int64_t trigger_delay(const struct trigger_rule *r, int64_t wall, bool ran);

#endif
