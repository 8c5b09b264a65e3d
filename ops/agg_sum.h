// sum of intervals: what sum's bind hands on to.
#ifndef OPS_AGG_SUM_H
#define OPS_AGG_SUM_H

#include "ops/aggregate.h"

void interval_sum_bind(struct aggregate_binding *b);

#endif
