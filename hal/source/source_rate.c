#include "hal/source/source_rate.h"

#include "hal/source/offsets.h"

#include <inttypes.h>
#include <math.h>

enum { MILLIS = 1000, SECOND = 1000000 }; // microseconds

static const struct slice offset_key = {"rate", 4};

struct source {
    struct source_setup setup;
    struct source_counters counters;
    int64_t rows_per_second, ramp_up, partitions; // ramp_up: seconds
    int64_t max_seconds;
    int64_t created; // milliseconds since 1970, kept in the checkpoint
    int64_t last;    // the clock's latest reading: it may step back, we do not
    bool fresh;      // it is not known yet
    bool any;        // a batch was committed on this checkpoint
    bool frozen;
    int64_t committed, planned; // seconds since `created`
    bool in_batch;
    struct rate_range range;
};

const struct type *rate_columns(const struct options *options, struct arena *arena)
{
    (void)options;
    struct field fields[] = {
        {.name = SLICE("timestamp"), .type = type_simple(TYPE_TIMESTAMP), .nullable = true},
        {.name = SLICE("value"), .type = type_simple(TYPE_BIGINT), .nullable = true},
    };
    return type_struct(arena, fields, 2);
}

// java.lang.Math.round
static int64_t round_half_up(double x)
{
    double whole = floor(x);
    return (int64_t)(x - whole >= 0.5 ? whole + 1 : whole);
}

bool rate_fill(struct rate_range *r, struct chunk *rows)
{
    struct column *time = rows->column[0], *value = rows->column[1];
    uint32_t count = 0;
    while (count < CHUNK_ROWS && r->partition < r->partitions) {
        int64_t relative = r->partition + r->partitions * r->taken;
        if (relative >= r->end - r->start) {
            r->partition++;
            r->taken = 0;
            continue;
        }
        r->taken++;
        if (time != NULL) {
            time->null[count] = 0;
            time->i64[count] = (r->start_millis + round_half_up((double)relative * r->millis_per_value)) * MILLIS;
        }
        if (value != NULL) {
            value->null[count] = 0;
            value->i64[count] = r->start + relative;
        }
        count++;
    }
    rows->rows = (struct rows){NULL, count};
    return count > 0;
}

// RateStreamProvider.valueAtSecond: the speed grows by the same step each second of the ramp.
static int64_t value_at(const struct source *s, int64_t seconds)
{
    int64_t step = s->rows_per_second / (s->ramp_up + 1);
    if (seconds > s->ramp_up)
        return value_at(s, s->ramp_up) + (seconds - s->ramp_up) * s->rows_per_second;
    return seconds % 2 == 1 ? (seconds + 1) / 2 * step * seconds : seconds / 2 * step * (seconds + 1);
}

static void rate_close(struct source *s)
{
    if (s != NULL)
        mem_free(s->setup.memory, s, sizeof(*s));
}

static enum status rate_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    s->rows_per_second = option_integer(setup->options, "rowsPerSecond", 1);
    s->ramp_up = option_integer(setup->options, "rampUpTime", 0) / SECOND;
    s->partitions = option_integer(setup->options, "numPartitions", 1);
    s->max_seconds = INT64_MAX / s->rows_per_second;
    int64_t kept[2];
    enum status status = offsets_load(setup->state, offset_key, kept, 2, e);
    if (status == STATUS_OK) {
        s->created = kept[0];
        s->committed = kept[1];
        s->any = true;
    } else if (status == STATUS_END) {
        s->fresh = true;
        status = STATUS_OK;
    }
    if (status == STATUS_OK && s->ramp_up > s->max_seconds)
        status = error_set(e, STATUS_CONFIG,
                           "source %s: rampUpTime is over %" PRId64 " seconds, too long for %" PRId64 " rows a second",
                           setup->name, s->max_seconds, s->rows_per_second);
    if (status != STATUS_OK) {
        rate_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

// It begins with the first look, not before: then the clock is trusted.
static int64_t seconds_now(struct source *s)
{
    int64_t now = s->setup.port->class->wall(s->setup.port) / MILLIS;
    if (s->fresh)
        s->created = now;
    s->fresh = false;
    if (s->last < s->created)
        s->last = s->created;
    if (now > s->last)
        s->last = now;
    int64_t seconds = (s->last - s->created) / MILLIS;
    return seconds > s->committed ? seconds : s->committed;
}

static enum status rate_freeze(struct source *s, struct error *e)
{
    (void)e;
    s->planned = seconds_now(s);
    s->frozen = true;
    return STATUS_OK;
}

// The monotonic time at which the wall clock begins the second after `seconds`.
static int64_t when_next(const struct source *s, int64_t seconds)
{
    struct port *port = s->setup.port;
    int64_t left = (s->created + (seconds + 1) * MILLIS) * MILLIS - port->class->wall(port);
    return port->class->monotonic(port) + (left > 0 ? left : 0);
}

static enum status rate_plan(struct source *s, int64_t *next, struct error *e)
{
    if (!s->frozen)
        s->planned = seconds_now(s);
    *next = s->frozen ? INT64_MAX : when_next(s, s->planned);
    s->in_batch = false;
    // As in Spark, the very first batch has no rows, but is one.
    if (s->planned == s->committed && s->any)
        return STATUS_END;
    if (s->planned > s->max_seconds)
        return error_set(e, STATUS_FAILED, "source %s: after %" PRId64 " seconds its numbers are used up",
                         s->setup.name, s->max_seconds);
    s->in_batch = true;
    s->range = (struct rate_range){
        .start = value_at(s, s->committed),
        .end = value_at(s, s->planned),
        .start_millis = s->created + s->committed * MILLIS,
        .partitions = s->partitions,
    };
    if (s->range.end > s->range.start)
        s->range.millis_per_value =
            (double)((s->planned - s->committed) * MILLIS) / (double)(s->range.end - s->range.start);
    return STATUS_OK;
}

static enum status rate_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)e;
    if (!s->in_batch || !rate_fill(&s->range, rows))
        return STATUS_END;
    s->counters.records += rows->rows.count;
    *out = (struct block){.kind = BLOCK_ROWS, .origin = "rate"};
    return STATUS_OK;
}

static enum status rate_save(struct source *s, struct error *e)
{
    if (!s->in_batch)
        return STATUS_OK;
    int64_t kept[2] = {s->created, s->planned};
    return offsets_save(s->setup.state, offset_key, kept, 2, e);
}

static enum status rate_committed(struct source *s, struct error *e)
{
    (void)e;
    if (s->in_batch) {
        s->committed = s->planned;
        s->any = true;
    }
    s->in_batch = false;
    return STATUS_OK;
}

static const struct source_counters *rate_counters(const struct source *s)
{
    return &s->counters;
}

static void rate_describe(const struct source *s, struct text *out)
{
    text_printf(out, "at second %" PRId64 ", value %" PRId64, s->committed, value_at(s, s->committed));
}

static const struct option_spec rate_options[] = {
    {.name = "rowsPerSecond",
     .kind = OPTION_INTEGER,
     .fallback = "1",
     .least = 1,
     .most = INT64_MAX,
     .summary = "Rows a second"},
    {.name = "rampUpTime",
     .kind = OPTION_DURATION,
     .fallback = "0 seconds",
     .summary = "How long until the full speed is reached; whole seconds"},
    {.name = "numPartitions",
     .kind = OPTION_INTEGER,
     .fallback = "1",
     .least = 1,
     .most = 4096,
     .summary = "The rows of a batch come in the order in which so many readers would give them"},
    {.name = NULL},
};

const struct source_class source_rate = {
    .format = "rate",
    .clock = CLOCK_ROWS,
    .options = rate_options,
    .columns = rate_columns,
    .open = rate_open,
    .close = rate_close,
    .freeze = rate_freeze,
    .plan = rate_plan,
    .read = rate_read,
    .save = rate_save,
    .committed = rate_committed,
    .counters = rate_counters,
    .describe = rate_describe,
};
