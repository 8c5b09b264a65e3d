// Rows that were expected beside rows that came, batch by batch, and the difference in words.
#ifndef AGENT_REPLAY_COMPARE_H
#define AGENT_REPLAY_COMPARE_H

#include "agent/replay/case.h"
#include "ops/text.h"

struct compare_counts {
    uint32_t same, missing, extra;
};

// The rows of a batch (or all, where the case says no batches) are compared in order where the case is `ordered`, else
// as a multiset. `floats`: the result has a FLOAT. What differs is written to `out`.
struct compare_counts compare_rows(const struct test_case *c, const struct case_row *came, uint32_t count, bool floats,
                                   struct arena *arena, struct text *out);

#endif
