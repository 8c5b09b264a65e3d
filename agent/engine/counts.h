// The rows counted at every node of a running pipeline, and what has to hold of them at each commit:
//   reader:   read = left out + dropped + delivered
//   operator: in = passed + filtered + late + folded = what readers and other operators gave it
// A batch that is given up has not been: what was counted of it is taken back.
#ifndef AGENT_ENGINE_COUNTS_H
#define AGENT_ENGINE_COUNTS_H

#include "agent/engine/reader.h"

// The nodes: `root` is the collector, which is not in run->all.
struct counts_nodes {
    const struct plan_run *run;
    struct op *root;
    struct reader *const *reader;
    uint32_t readers;
};

struct counts {
    struct op_counters op[PLAN_OPERATORS], root;
    struct reader_counters reader[PLAN_READS];
};

void counts_keep(struct counts *c, const struct counts_nodes *nodes);
void counts_take_back(const struct counts *c, const struct counts_nodes *nodes);
bool counts_hold(const struct counts_nodes *nodes);

#endif
