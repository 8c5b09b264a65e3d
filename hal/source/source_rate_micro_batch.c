#include "hal/source/source_rate_micro_batch.h"

#include "hal/source/offsets.h"
#include "hal/source/source_rate.h"

#include <inttypes.h>

static const struct slice offset_key = {"rate-micro-batch", 16};

struct position {
    int64_t value, millis;
};

struct source {
    struct source_setup setup;
    struct source_counters counters;
    int64_t rows_per_batch, advance, partitions;
    bool frozen;    // one batch, and no more
    bool last_done; // that one
    bool in_batch;
    struct position committed, planned;
    struct rate_range range;
};

static void micro_close(struct source *s)
{
    if (s != NULL)
        mem_free(s->setup.memory, s, sizeof(*s));
}

static enum status micro_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    s->rows_per_batch = option_integer(setup->options, "rowsPerBatch", 1);
    s->advance = option_integer(setup->options, "advanceMillisPerBatch", 1000);
    s->partitions = option_integer(setup->options, "numPartitions", 1);
    int64_t kept[2] = {0, option_integer(setup->options, "startTimestamp", 0)};
    enum status status = offsets_load(setup->state, offset_key, kept, 2, e);
    if (status != STATUS_OK && status != STATUS_END) {
        micro_close(s);
        return status;
    }
    s->committed = (struct position){kept[0], kept[1]};
    *out = s;
    return STATUS_OK;
}

static enum status micro_freeze(struct source *s, struct error *e)
{
    (void)e;
    s->frozen = true;
    return STATUS_OK;
}

static enum status micro_plan(struct source *s, int64_t *next, struct error *e)
{
    (void)e;
    *next = INT64_MAX;
    s->in_batch = !(s->frozen && s->last_done) && s->committed.value < INT64_MAX;
    if (!s->in_batch)
        return STATUS_END;
    const struct position *from = &s->committed;
    s->planned.value = from->value > INT64_MAX - s->rows_per_batch ? INT64_MAX : from->value + s->rows_per_batch;
    s->planned.millis = from->millis > INT64_MAX - s->advance ? INT64_MAX : from->millis + s->advance;
    s->range = (struct rate_range){
        .start = from->value,
        .end = s->planned.value,
        .start_millis = from->millis,
        .partitions = s->partitions,
    };
    return STATUS_OK;
}

static enum status micro_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)e;
    if (!s->in_batch || !rate_fill(&s->range, rows))
        return STATUS_END;
    s->counters.records += rows->rows.count;
    *out = (struct block){.kind = BLOCK_ROWS, .origin = "rate-micro-batch"};
    return STATUS_OK;
}

static enum status micro_save(struct source *s, struct error *e)
{
    if (!s->in_batch)
        return STATUS_OK;
    int64_t kept[2] = {s->planned.value, s->planned.millis};
    return offsets_save(s->setup.state, offset_key, kept, 2, e);
}

static enum status micro_committed(struct source *s, struct error *e)
{
    (void)e;
    if (s->in_batch) {
        s->committed = s->planned;
        s->last_done = true;
    }
    s->in_batch = false;
    return STATUS_OK;
}

static const struct source_counters *micro_counters(const struct source *s)
{
    return &s->counters;
}

static void micro_describe(const struct source *s, struct text *out)
{
    text_printf(out, "at value %" PRId64, s->committed.value);
}

static const struct option_spec micro_options[] = {
    {.name = "rowsPerBatch",
     .kind = OPTION_INTEGER,
     .required = true,
     .least = 1,
     .most = INT64_MAX,
     .summary = "Rows a batch"},
    {.name = "startTimestamp",
     .kind = OPTION_INTEGER,
     .fallback = "0",
     .least = 0,
     .most = INT64_MAX / 1000,
     .summary = "Time of the first batch's rows, milliseconds since 1970"},
    {.name = "advanceMillisPerBatch",
     .kind = OPTION_INTEGER,
     .fallback = "1000",
     .least = 0,
     .most = INT32_MAX,
     .summary = "Milliseconds from a batch's time to the next one's"},
    {.name = "numPartitions",
     .kind = OPTION_INTEGER,
     .fallback = "1",
     .least = 1,
     .most = 4096,
     .summary = "The rows of a batch come in the order in which so many readers would give them"},
    {.name = NULL},
};

const struct source_class source_rate_micro_batch = {
    .format = "rate-micro-batch",
    .options = micro_options,
    .columns = rate_columns,
    .open = micro_open,
    .close = micro_close,
    .freeze = micro_freeze,
    .plan = micro_plan,
    .read = micro_read,
    .save = micro_save,
    .committed = micro_committed,
    .counters = micro_counters,
    .describe = micro_describe,
};
