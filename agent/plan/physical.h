#ifndef AGENT_PLAN_PHYSICAL_H
#define AGENT_PLAN_PHYSICAL_H

#include "agent/plan/logical.h"
#include "agent/plan/plan.h"

struct plan {
    struct logical logical;
    struct plan_read reads[PLAN_READS];
    uint32_t read_count;
    uint32_t field_count;
};

enum status physical_make(const struct logical *l, const struct state *(*state)(void *self, const char *part),
                          void *self, struct op *collector, size_t memory_limit, struct memory *memory,
                          struct plan_run *out, struct error *e);
// What a sink gets: the result's columns, or those of late rows.
const struct field *plan_sink_fields(const struct plan *p, const struct pipeline_sink *sink, uint32_t *count);
// The key of an aggregation that carries the watermark, or -1.
int32_t aggregate_time_key(const struct logical *l, const struct node *n);
bool limit_is_stateful(const struct logical *l, const struct node *n);

#endif
