// TIMESTAMPs: their clock, the seconds since 1970, texts and patterns, and now (datetimeExpressions.scala).
#include "ops/datetime.h"
#include "ops/decimal.h"
#include "ops/kernel.h"
#include "ops/temporal.h"

static int32_t clock_part(const struct call *c, uint32_t i, int64_t unit, int64_t wrap)
{
    int64_t local = micros_to_local(bigint_at(c->in[0], i), c->session->zone);
    return (int32_t)floor_remainder(floor_divide(local, unit), wrap);
}

#define CLOCK_KERNEL(name, unit, wrap)                                                                                 \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (!row_is_null(c, i))                                                                                    \
                c->out->i32[i] = clock_part(c, i, unit, wrap);                                                         \
        }                                                                                                              \
    }
CLOCK_KERNEL(hour_of, INT64_C(3600000000), 24)
CLOCK_KERNEL(minute_of, 60000000, 60)
CLOCK_KERNEL(second_of, MICROS_PER_SECOND, 60)

static enum status bind_clock(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = b->function == &function_hour ? hour_of : b->function == &function_minute ? minute_of : second_of;
    return binding_want(b, 0, WANT_TIMESTAMP, e);
}

// EXTRACT (SECOND FROM t) has the fraction: DECIMAL(8, 6).
static void exact_second(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t local = micros_to_local(bigint_at(c->in[0], i), c->session->zone);
        c->out->decimal[i] = decimal_of(floor_remainder(local, 60 * (int64_t)MICROS_PER_SECOND));
    }
}

static enum status bind_exact_second(struct binding *b, struct error *e)
{
    b->type = type_decimal(b->arena, 8, 6);
    b->kernel = exact_second;
    return binding_want(b, 0, WANT_TIMESTAMP, e);
}

static const struct function exact_second_function = {
    .name = "second with its fraction",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_exact_second,
};

// Monday is 1.
UNARY_KERNEL(weekday_iso, int32_t, i32, int32_t, i32, floor_remainder((int64_t)x + 3, 7) + 1)
// The year of the week's Thursday.
UNARY_KERNEL(year_of_week, int32_t, i32, int32_t, i32,
             civil_from_days((int64_t)x - floor_remainder((int64_t)x + 3, 7) + 3).year)

static enum status bind_week_part(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = strcmp(b->function->name, "weekday of ISO 8601") == 0 ? weekday_iso : year_of_week;
    return binding_want(b, 0, WANT_DATE, e);
}

static const struct function weekday_iso_function = {
    .name = "weekday of ISO 8601",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_week_part,
};
static const struct function year_of_week_function = {
    .name = "year of ISO 8601",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_week_part,
};

// extract(field, source): the function of that part (DatePart.parseExtractField).
static enum status bind_extract(struct binding *b, struct error *e)
{
    static const struct {
        const char *names; // each with a blank before and behind
        const struct function *function;
    } fields[] = {
        {" YEAR Y YEARS YR YRS ", &function_year},
        {" QUARTER QTR ", &function_quarter},
        {" MONTH MON MONS MONTHS ", &function_month},
        {" WEEK W WEEKS ", &function_weekofyear},
        {" DAY D DAYS ", &function_day},
        {" DAYOFWEEK DOW ", &function_dayofweek},
        {" DAYOFWEEK_ISO DOW_ISO ", &weekday_iso_function},
        {" YEAROFWEEK ", &year_of_week_function},
        {" DOY ", &function_dayofyear},
        {" HOUR H HOURS HR HRS ", &function_hour},
        {" MINUTE M MIN MINS MINUTES ", &function_minute},
        {" SECOND S SEC SECONDS SECS ", &exact_second_function},
    };
    if (!is_literal(b->arg[0]) || b->arg[0]->type->id != TYPE_STRING)
        return binding_not_literal(b, 0, e);
    struct slice field = b->arg[0]->literal.bytes;
    for (uint32_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        const char *name = fields[i].names + 1;
        for (const char *end; (end = strchr(name, ' ')); name = end + 1)
            if (slice_equal_fold(field, (struct slice){name, (uint32_t)(end - name)}) &&
                type_is_interval(b->arg[1]->type))
                return interval_bind_part(b, fields[i].function, e);
            else if (slice_equal_fold(field, (struct slice){name, (uint32_t)(end - name)}))
                return expr_call(b->arena, b->session, fields[i].function, b->arg + 1, 1, &b->instead, e);
    }
    return error_set(e, STATUS_CONFIG,
                     "[INVALID_EXTRACT_FIELD] extract: there is no field %.*s; wanted YEAR, QUARTER, MONTH, WEEK, DAY, "
                     "DAYOFWEEK, DOY, HOUR, MINUTE or SECOND",
                     (int)field.size, field.data);
}

// ---- since 1970

static void to_seconds(const struct call *c, const struct rows *rows)
{
    const int64_t *unit = c->state;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i64[i] = floor_divide(bigint_at(c->in[0], i), *unit);
    }
}

static const int64_t micros_of[] = {MICROS_PER_SECOND, MICROS_PER_MILLI, 1};

static enum status bind_since(struct binding *b, struct error *e)
{
    b->state = b->function == &function_unix_seconds  ? &micros_of[0]
               : b->function == &function_unix_millis ? &micros_of[1]
                                                      : &micros_of[2];
    b->type = type_simple(TYPE_BIGINT);
    b->kernel = to_seconds;
    enum type_id id = b->arg[0]->type->id;
    if (id != TYPE_TIMESTAMP && id != TYPE_TIMESTAMP_NTZ && id != TYPE_NULL)
        return binding_mismatch(b, 0, "TIMESTAMP", e);
    return binding_want(b, 0, WANT_TIMESTAMP, e);
}

static void from_units(const struct call *c, const struct rows *rows)
{
    const int64_t *unit = c->state;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = __builtin_mul_overflow(bigint_at(c->in[0], i), *unit, &c->out->i64[i]);
    }
}

static void from_real_seconds(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        double micros = double_at(c->in[0], i) * MICROS_PER_SECOND;
        c->out->null[i] = micros - micros != 0; // NaN, infinite
        if (c->out->null[i])
            continue;
        bool low = micros <= -9223372036854775808.0, high = micros >= 9223372036854775808.0;
        c->out->i64[i] = low ? INT64_MIN : high ? INT64_MAX : (int64_t)micros;
    }
}

// timestamp_seconds takes fractions, the other two only integers.
static enum status bind_from_units(struct binding *b, struct error *e)
{
    bool seconds = b->function == &function_timestamp_seconds;
    b->state = seconds ? &micros_of[0] : b->function == &function_timestamp_millis ? &micros_of[1] : &micros_of[2];
    b->type = type_simple(TYPE_TIMESTAMP);
    const struct type *t = b->arg[0]->type;
    b->nullable |= t->id == TYPE_FLOAT || t->id == TYPE_DOUBLE;
    if (seconds && (t->id == TYPE_FLOAT || t->id == TYPE_DOUBLE || t->id == TYPE_DECIMAL)) {
        b->want[0] = type_simple(TYPE_DOUBLE);
        b->kernel = from_real_seconds;
        return STATUS_OK;
    }
    if (!type_is_integral(t) && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, seconds ? "NUMERIC" : "INTEGRAL", e);
    b->want[0] = type_simple(TYPE_BIGINT);
    b->kernel = from_units;
    return STATUS_OK;
}

// ---- now

static void now(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->i64[i] = c->session->now;
    }
}

static void today(const struct call *c, const struct rows *rows)
{
    int64_t local = micros_to_local(c->session->now, c->session->zone);
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->i32[i] = (int32_t)floor_divide(local, SECONDS_PER_DAY * (int64_t)MICROS_PER_SECOND);
    }
}

static void local_now(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->i64[i] = micros_to_local(c->session->now, c->session->zone);
    }
}

static enum status bind_now(struct binding *b, struct error *e)
{
    (void)e;
    bool date = b->function == &function_current_date, local = b->function == &function_localtimestamp;
    b->type = type_simple(date ? TYPE_DATE : local ? TYPE_TIMESTAMP_NTZ : TYPE_TIMESTAMP);
    b->kernel = date ? today : local ? local_now : now;
    return STATUS_OK;
}

const struct function function_hour = {
    .name = "hour",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_clock,
    .usage = "hour(timestamp)",
    .summary = "The hour of the day, in the session's time zone.",
    .example = "hour('2009-07-30 12:58:59')",
    .gives = "12",
};
const struct function function_minute = {
    .name = "minute",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_clock,
    .usage = "minute(timestamp)",
    .summary = "The minute of the hour.",
    .example = "minute('2009-07-30 12:58:59')",
    .gives = "58",
};
const struct function function_second = {
    .name = "second",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_clock,
    .usage = "second(timestamp)",
    .summary = "The second of the minute, without its fraction.",
    .example = "second('2009-07-30 12:58:59')",
    .gives = "59",
};
const struct function function_extract = {
    .name = "extract",
    .alias = (const char *const[]){"date_part", "datepart", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_extract,
    .usage = "extract(field FROM source)",
    .summary = "A part of a date or time; SECOND with its fraction.",
    .example = "extract(SECOND FROM TIMESTAMP '2019-10-01 00:00:01.000001')",
    .gives = "1.000001",
};
const struct function function_unix_seconds = {
    .name = "unix_seconds",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_since,
    .usage = "unix_seconds(timestamp)",
    .summary = "Whole seconds since 1970-01-01 UTC.",
    .example = "unix_seconds(TIMESTAMP '1970-01-01 00:00:01Z')",
    .gives = "1",
};
const struct function function_unix_millis = {
    .name = "unix_millis",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_since,
    .usage = "unix_millis(timestamp)",
    .summary = "Whole milliseconds since 1970-01-01 UTC.",
    .example = "unix_millis(TIMESTAMP '1970-01-01 00:00:01Z')",
    .gives = "1000",
};
const struct function function_unix_micros = {
    .name = "unix_micros",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_since,
    .usage = "unix_micros(timestamp)",
    .summary = "Microseconds since 1970-01-01 UTC.",
    .example = "unix_micros(TIMESTAMP '1970-01-01 00:00:01Z')",
    .gives = "1000000",
};
const struct function function_timestamp_seconds = {
    .name = "timestamp_seconds",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_from_units,
    .usage = "timestamp_seconds(seconds)",
    .summary = "The TIMESTAMP so many seconds, and fractions of them, after 1970-01-01 UTC.",
    .example = "timestamp_seconds(1230219000.123)",
    .gives = "\"2008-12-25T15:30:00.123Z\"",
};
const struct function function_timestamp_millis = {
    .name = "timestamp_millis",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_from_units,
    .usage = "timestamp_millis(milliseconds)",
    .summary = "The TIMESTAMP so many milliseconds after 1970-01-01 UTC.",
    .example = "timestamp_millis(1230219000123)",
    .gives = "\"2008-12-25T15:30:00.123Z\"",
};
const struct function function_timestamp_micros = {
    .name = "timestamp_micros",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_from_units,
    .usage = "timestamp_micros(microseconds)",
    .summary = "The TIMESTAMP so many microseconds after 1970-01-01 UTC.",
    .example = "timestamp_micros(1230219000123123)",
    .gives = "\"2008-12-25T15:30:00.123Z\"",
};
const struct function function_current_timestamp = {
    .name = "current_timestamp",
    .alias = (const char *const[]){"now", NULL},
    .flags = FUNCTION_BATCH,
    .bind = bind_now,
    .usage = "current_timestamp()",
    .summary = "When the batch began, the same for all its rows.",
    .example = "current_timestamp() = now()",
    .gives = "true",
};
const struct function function_localtimestamp = {
    .name = "localtimestamp",
    .flags = FUNCTION_BATCH,
    .bind = bind_now,
    .usage = "localtimestamp()",
    .summary = "What the clock of the session's time zone showed when the batch began.",
    .example = "localtimestamp() = CAST(now() AS TIMESTAMP_NTZ)",
    .gives = "true",
};
const struct function function_current_date = {
    .name = "current_date",
    .alias = (const char *const[]){"curdate", NULL},
    .flags = FUNCTION_BATCH,
    .bind = bind_now,
    .usage = "current_date()",
    .summary = "The date, in the session's time zone, when the batch began.",
    .example = "current_date() = curdate()",
    .gives = "true",
};
