// Spark's rate source: rows with a time and a number that counts up, so many a second (RateStreamProvider,
// RateStreamMicroBatchStream).
#ifndef HAL_SOURCE_SOURCE_RATE_H
#define HAL_SOURCE_SOURCE_RATE_H

#include "hal/source/source.h"

extern const struct source_class source_rate;

// timestamp TIMESTAMP, value BIGINT: of both rate sources.
const struct type *rate_columns(const struct options *options, struct arena *arena);
// The next rows of a range that `partitions` readers go through one after the other, each taking every partitions-th
// value: Spark's order of rows.
struct rate_range {
    int64_t start, end;      // values
    int64_t start_millis;    // time of the first
    double millis_per_value; // 0: all have the time of the first
    int64_t partitions, partition, taken;
};
// Fills the chunk; false: the range is used up.
bool rate_fill(struct rate_range *r, struct chunk *rows);

#endif
