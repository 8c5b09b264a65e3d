// Times to text and back by Java's patterns: date_format, to_date, to_timestamp, unix_timestamp, from_unixtime.
#include "ops/datetime.h"
#include "ops/kernel.h"

enum { BYTES_PER_LETTER = 48, BYTES_AT_LEAST = 64 }; // the most that a letter of a pattern prints as: a zone's name

// What bind made of the pattern.
struct pattern {
    const struct time_format *format;
    size_t room; // bytes that any text by it fits in
};

static struct slice print(const struct call *c, int64_t micros)
{
    const struct pattern *p = c->state;
    struct text text = {.memory = c->arena->memory, .data = arena_alloc(c->arena, p->room), .capacity = p->room};
    time_format_print(p->format, micros, c->session->zone, &text);
    assert(text.capacity == p->room && "a pattern's letter is longer than BYTES_PER_LETTER");
    return text_view(&text);
}

static void print_timestamp(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = print(c, bigint_at(c->in[0], i));
    }
}

// Seconds that are too many wrap, as in Spark.
static void print_seconds(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = print(c, (int64_t)((uint64_t)bigint_at(c->in[0], i) * MICROS_PER_SECOND));
    }
}

static bool parse(const struct call *c, uint32_t i, int64_t *micros)
{
    const struct pattern *p = c->state;
    return time_format_parse(p->format, slice_at(c->in[0], i), c->session->zone, c->session->zones, micros);
}

static void parse_timestamp(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !parse(c, i, &c->out->i64[i]);
    }
}

static void parse_date(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        int64_t micros = 0;
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = !parse(c, i, &micros);
        int64_t local = micros_to_local(micros, c->session->zone);
        c->out->i32[i] = (int32_t)floor_divide(local, SECONDS_PER_DAY * (int64_t)MICROS_PER_SECOND);
    }
}

// A clock without zone.
static void parse_local(const struct call *c, const struct rows *rows)
{
    const struct pattern *p = c->state;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] =
                !time_format_parse(p->format, slice_at(c->in[0], i), &zone_utc, c->session->zones, &c->out->i64[i]);
    }
}

static void parse_seconds(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        int64_t micros = 0;
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = !parse(c, i, &micros);
        c->out->i64[i] = micros / MICROS_PER_SECOND;
    }
}

// unix_timestamp cuts toward zero, where CAST floors.
static void timestamp_seconds(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i64[i] = bigint_at(c->in[0], i) / MICROS_PER_SECOND;
    }
}

static void batch_seconds(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->i64[i] = c->session->now / MICROS_PER_SECOND;
    }
}

static enum status read_pattern(struct binding *b, uint32_t index, struct error *e)
{
    struct slice text = SLICE("yyyy-MM-dd HH:mm:ss");
    struct pattern *p = ARENA_NEW(b->arena, struct pattern);
    if (b->argc > index && is_null_literal(b->arg[index])) {
        b->want[index] = type_simple(TYPE_STRING);
    } else if (b->argc > index) {
        if (!is_literal(b->arg[index]) || b->arg[index]->type->id != TYPE_STRING)
            return binding_not_literal(b, index, e);
        text = b->arg[index]->literal.bytes;
    }
    p->room = (size_t)text.size * BYTES_PER_LETTER + BYTES_AT_LEAST;
    b->state = p;
    b->nullable = true;
    return time_format_compile(text, b->arena, &p->format, e);
}

static enum status bind_date_format(struct binding *b, struct error *e)
{
    enum status status = binding_want(b, 0, WANT_TIMESTAMP, e);
    b->type = type_simple(TYPE_STRING);
    b->kernel = print_timestamp;
    bool nullable = b->nullable;
    if (status == STATUS_OK)
        status = read_pattern(b, 1, e);
    b->nullable = nullable;
    return status;
}

static enum status bind_from_unixtime(struct binding *b, struct error *e)
{
    enum status status = binding_want(b, 0, WANT_BIGINT, e);
    b->type = type_simple(TYPE_STRING);
    b->kernel = print_seconds;
    return status == STATUS_OK ? read_pattern(b, 1, e) : status;
}

// Without a pattern a cast; so too of a time, and of a number of seconds. All else is taken as text.
static enum status bind_to(struct binding *b, struct error *e)
{
    bool date = b->function == &function_to_date, local = b->function == &function_to_timestamp_ntz;
    const struct type *t = b->arg[0]->type, *string = type_simple(TYPE_STRING);
    b->type = type_simple(date ? TYPE_DATE : local ? TYPE_TIMESTAMP_NTZ : TYPE_TIMESTAMP);
    if (type_is_nested(t) || type_is_interval(t))
        return binding_mismatch(b, 0, "STRING, DATE or TIMESTAMP", e);
    bool time = t->id == TYPE_DATE || t->id == TYPE_TIMESTAMP || t->id == TYPE_TIMESTAMP_NTZ;
    if (b->argc > 1 && (type_is_nested(b->arg[1]->type) || type_is_interval(b->arg[1]->type)))
        return binding_mismatch(b, 1, "STRING", e);
    if (time || (type_is_numeric(t) && !date && !local))
        return expr_cast(b->arena, b->session, b->arg[0], b->type, &b->instead, e);
    if (b->argc == 1) {
        struct expr *text;
        enum status status = expr_cast(b->arena, b->session, b->arg[0], string, &text, e);
        return status != STATUS_OK ? status : expr_cast(b->arena, b->session, text, b->type, &b->instead, e);
    }
    b->want[0] = string;
    b->kernel = date ? parse_date : local ? parse_local : parse_timestamp;
    return read_pattern(b, 1, e);
}

static enum status bind_unix_timestamp(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BIGINT);
    if (b->argc == 0) {
        b->kernel = batch_seconds;
        return STATUS_OK;
    }
    enum type_id id = b->arg[0]->type->id;
    if (b->argc > 1 && b->arg[1]->type->id != TYPE_STRING && b->arg[1]->type->id != TYPE_NULL)
        return binding_mismatch(b, 1, "STRING", e);
    if (id == TYPE_DATE || id == TYPE_TIMESTAMP || id == TYPE_TIMESTAMP_NTZ) {
        b->kernel = timestamp_seconds;
        b->nullable = true; // as ToTimestamp declares it
        return binding_want(b, 0, WANT_TIMESTAMP, e);
    }
    if (id != TYPE_STRING && id != TYPE_NULL)
        return binding_mismatch(b, 0, "STRING, DATE or TIMESTAMP", e);
    b->want[0] = type_simple(TYPE_STRING);
    b->kernel = parse_seconds;
    return read_pattern(b, 1, e);
}

const struct function function_date_format = {
    .name = "date_format",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_date_format,
    .usage = "date_format(timestamp, pattern)",
    .summary = "The time as text by a pattern of letters, as Java's DateTimeFormatter has them.",
    .example = "date_format('2016-04-08', 'y')",
    .gives = "\"2016\"",
};
const struct function function_from_unixtime = {
    .name = "from_unixtime",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_from_unixtime,
    .usage = "from_unixtime(seconds[, pattern])",
    .summary = "The seconds since 1970 UTC as text (yyyy-MM-dd HH:mm:ss), in the session's time zone.",
    .example = "from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')",
    .gives = "\"1970-01-01 00:00:00\"",
};
const struct function function_to_date = {
    .name = "to_date",
    .alias = (const char *const[]){"try_to_date", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to,
    .usage = "to_date(str[, pattern])",
    .summary = "The text as DATE, as CAST reads it or by a pattern; NULL if it does not fit.",
    .example = "to_date('2009-07-30 04:17:52')",
    .gives = "\"2009-07-30\"",
};
const struct function function_to_timestamp = {
    .name = "to_timestamp",
    .alias = (const char *const[]){"to_timestamp_ltz", "try_to_timestamp", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to,
    .usage = "to_timestamp(str[, pattern])",
    .summary = "The text as TIMESTAMP, as CAST reads it or by a pattern; NULL if it does not fit.",
    .example = "to_timestamp('2016-12-31', 'yyyy-MM-dd')",
    .gives = "\"2016-12-31T00:00:00.000Z\"",
};
const struct function function_to_timestamp_ntz = {
    .name = "to_timestamp_ntz",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to,
    .usage = "to_timestamp_ntz(str[, pattern])",
    .summary = "The text as TIMESTAMP_NTZ, as CAST reads it or by a pattern; NULL if it does not fit.",
    .example = "to_timestamp_ntz('2016-12-31', 'yyyy-MM-dd')",
    .gives = "\"2016-12-31T00:00:00.000\"",
};
const struct function function_unix_timestamp = {
    .name = "unix_timestamp",
    .alias = (const char *const[]){"to_unix_timestamp", NULL},
    .min_args = 0,
    .max_args = 2,
    .flags = FUNCTION_BATCH,
    .bind = bind_unix_timestamp,
    .usage = "unix_timestamp([time[, pattern]])",
    .summary = "Whole seconds since 1970 UTC of the batch's begin, or of a time or a text (yyyy-MM-dd HH:mm:ss).",
    .example = "unix_timestamp('2016-04-08', 'yyyy-MM-dd')",
    .gives = "1460073600",
};
