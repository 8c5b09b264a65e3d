// What the aggregates of percentiles share. Private to ops/agg_percentile*.c, percentile.c.
#ifndef OPS_PERCENTILE_H
#define OPS_PERCENTILE_H

#include "ops/aggregate.h"

enum { PERCENTAGES_MAX = 100 };

struct percentile {
    double at[PERCENTAGES_MAX], error;
    uint32_t count;
    bool list; // the percentages are an ARRAY, and so is the result
};

// The percentages of argument 1: a literal, or an array(…) of them.
enum status percentile_read(const struct aggregate_binding *b, struct percentile *p, struct error *e);
bool percentile_literal(const struct expr *x, double *out);
double percentile_number(const struct column *c, uint32_t row);
// `value` for each percentage; NULL: there is none.
void percentile_put(const struct aggregate_call *bound, struct column *out, uint32_t row, const double *value);

#endif
