// sum and avg of DECIMAL: what their families' bind hands on to.
#ifndef OPS_AGG_DECIMAL_H
#define OPS_AGG_DECIMAL_H

#include "ops/aggregate.h"

void decimal_sum_bind(struct aggregate_binding *b);
void decimal_average_bind(struct aggregate_binding *b);

#endif
