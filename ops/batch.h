// What every operator and sink knows of the batch that is going on.
#ifndef OPS_BATCH_H
#define OPS_BATCH_H

#include <stdbool.h>
#include <stdint.h>

enum output_mode { OUTPUT_APPEND, OUTPUT_UPDATE, OUTPUT_COMPLETE };

struct batch {
    int64_t id;  // Spark's batch id, from 0
    int64_t now; // wall clock at its start, microseconds
    // Spark's two watermarks of a batch, microseconds (whole milliseconds): rows are late against that of the batch
    // before, groups are closed against this batch's (IncrementalExecution: eventTimeWatermarkForLateEvents,
    // ...ForEviction).
    int64_t watermark_late;
    int64_t watermark_evict;
    bool has_watermark;
};

#endif
