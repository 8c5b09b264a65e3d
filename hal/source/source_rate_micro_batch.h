// Spark's rate-micro-batch source: so many rows a batch, all with one time, that moves on by a fixed step
// (RatePerMicroBatchStream).
#ifndef HAL_SOURCE_SOURCE_RATE_MICRO_BATCH_H
#define HAL_SOURCE_SOURCE_RATE_MICRO_BATCH_H

#include "hal/source/source.h"

extern const struct source_class source_rate_micro_batch;

#endif
