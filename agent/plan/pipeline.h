// The pipeline file, read and checked: docs/pipeline.md. Places are kept for messages.
#ifndef AGENT_PLAN_PIPELINE_H
#define AGENT_PLAN_PIPELINE_H

#include "agent/sql/parse.h"
#include "hal/source/source.h"
#include "ops/batch.h"
#include "ops/decoder.h"
#include "ops/option.h"
#include "sinks/sink.h"

struct place {
    uint32_t line, column;
};

// dropDuplicates, dropDuplicatesWithinWatermark.
struct pipeline_dedup {
    bool given;
    struct slice *columns; // none: all
    struct place *places;
    uint32_t count;
    struct place place;
};

struct pipeline_source {
    struct slice name;
    struct place place;
    const struct source_class *class;
    const struct decoder_class *decoder; // NULL: the source's columns only
    struct options options;              // the source's and the decoder's together
    const struct type *schema;           // STRUCT; NULL where the source has fixed columns
    bool is_static;
    bool has_watermark;
    struct slice watermark_column;
    struct place watermark_place;
    int64_t watermark_delay; // microseconds
    int64_t idle_timeout;    // silent for so long, it does not hold the watermark; INT64_MAX: never
    int64_t max_future;      // rows farther ahead of the clock do not move the watermark; INT64_MAX: all do
    struct pipeline_dedup dedup, dedup_within;
};

struct pipeline_sink {
    struct slice name;
    struct place place;
    const struct sink_class *class;
    struct options options;
};

enum trigger { TRIGGER_DEFAULT, TRIGGER_PROCESSING_TIME, TRIGGER_AVAILABLE_NOW, TRIGGER_ONCE };
enum outbox_full { OUTBOX_BLOCK, OUTBOX_DROP_OLDEST, OUTBOX_LATEST };

struct json;

struct pipeline {
    const char *file;        // as given; NULL for `runnel sql`
    struct slice text;       // of the file, for the line in a message
    const struct json *root; // the file as a tree (agent/plan/json_file.h), for what is said of it as it was written
    const char *directory;   // relative paths start here
    struct slice name;
    struct pipeline_source *sources;
    uint32_t source_count;
    struct pipeline_sink *sinks;
    uint32_t sink_count;
    const struct pipeline_sink *late_sink; // the one that gets the late rows, and no others; NULL: none
    struct sql_source query;
    enum output_mode mode;
    bool mode_given;
    enum trigger trigger;
    int64_t trigger_interval; // microseconds
    struct slice checkpoint;  // checkpointLocation, made absolute; size 0: absent
    struct slice time_zone;   // "UTC" if absent
    struct place time_zone_place;
    bool no_data_batches;    // spark.sql.streaming.noDataMicroBatches.enabled
    bool greatest_watermark; // spark.sql.streaming.multipleWatermarkPolicy is max
    struct {
        int64_t memory, outbox, commit_interval, clock_wait; // bytes, bytes, microseconds, microseconds
        bool commit_interval_given;
        enum outbox_full outbox_full;
    } limits;
};

// One `--set path=value`, applied to the tree before it is checked.
struct pipeline_set {
    const char *path, *value;
};

// Reads, expands ${VAR} and secretFile, checks every key. All memory is of `arena`.
// STATUS_USAGE: no such file, or a --set path that is none; STATUS_CONFIG: "FILE:LINE:COLUMN: …".
enum status pipeline_read(const char *file, const struct pipeline_set *sets, uint32_t set_count, struct arena *arena,
                          struct pipeline **out, struct error *e);
// The same for a text that is no file (`runnel sql` makes one).
enum status pipeline_parse(struct slice text, const char *file, const char *directory, const struct pipeline_set *sets,
                           uint32_t set_count, struct arena *arena, struct pipeline **out, struct error *e);
enum status pipeline_error(const struct pipeline *p, struct place place, struct error *e, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
