// The rows counted at every node of a running pipeline, and what has to hold of them at each commit:
//   source:   read = left out + dropped + delivered
//   operator: in = passed + filtered + late + folded = what sources and other operators gave it
// A batch that is given up has not been: what was counted of it is taken back.
#ifndef AGENT_ENGINE_COUNTS_H
#define AGENT_ENGINE_COUNTS_H

#include "agent/engine/intake.h"

enum {
    COUNTS_SOURCES = sizeof((struct plan_run){0}.entry) / sizeof(struct op *),
    COUNTS_OPERATORS = sizeof((struct plan_run){0}.all) / sizeof(struct op *),
};

// The nodes: `intake` has NULL where a source is not used; `root` is the collector, which is not in run->all.
struct counts_nodes {
    const struct plan_run *run;
    struct op *root;
    struct intake *const *intake;
    uint32_t sources;
};

struct counts {
    struct op_counters op[COUNTS_OPERATORS], root;
    struct intake_counters source[COUNTS_SOURCES];
};

void counts_keep(struct counts *c, const struct counts_nodes *nodes);
void counts_take_back(const struct counts *c, const struct counts_nodes *nodes);
bool counts_hold(const struct counts_nodes *nodes);

#endif
