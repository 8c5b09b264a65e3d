// avg of intervals: what avg's bind hands on to.
#ifndef OPS_AGG_INTERVAL_H
#define OPS_AGG_INTERVAL_H

#include "ops/aggregate.h"

void interval_average_bind(struct aggregate_binding *b);

#endif
