// Quantiles of many values in little room: Greenwald and Khanna's summary as Spark keeps it (QuantileSummaries).
#ifndef OPS_QUANTILE_H
#define OPS_QUANTILE_H

#include "ops/arena.h"

#include <stdbool.h>
#include <stdint.h>

// A value that was seen; its rank is at least the sum of the gains up to it, and at most `delta` more.
struct quantile_sample {
    double value;
    int64_t gain, delta;
};

// Zeroed memory is the summary of no value. Its arrays lie in the arena given to each call; samples are never changed
// in place, so a copy of the struct is a copy of the summary.
struct quantile {
    struct quantile_sample *sample;
    double *head;  // values that are not yet among the samples
    int64_t count; // of the values that are
    uint32_t samples, heads, head_room;
    uint32_t compressed;
};

// `error`: of a rank, relative to the number of values.
void quantile_add(struct quantile *q, double v, double error, struct arena *arena);
void quantile_compress(struct quantile *q, double error, struct arena *arena);
void quantile_merge(struct quantile *into, const struct quantile *from, double error, struct arena *arena);
// Of a compressed summary that is not empty.
double quantile_query(const struct quantile *q, double at, double error);

#endif
