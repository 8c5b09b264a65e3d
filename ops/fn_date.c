// Parts of a DATE, and dates from dates (datetimeExpressions.scala).
#include "ops/datetime.h"
#include "ops/kernel.h"
#include "ops/temporal.h"

static int32_t quarter(struct civil day)
{
    return (day.month - 1) / 3 + 1;
}

static int32_t day_of_week(int32_t days) // 1970-01-01 was a Thursday; Sunday is 1
{
    return (int32_t)floor_remainder((int64_t)days + 4, 7) + 1;
}

static int32_t weekday(int32_t days) // Monday is 0
{
    return (int32_t)floor_remainder((int64_t)days + 3, 7);
}

static int32_t day_of_year(int32_t days)
{
    return (int32_t)(days - days_from_civil(civil_from_days(days).year, 1, 1)) + 1;
}

// ISO 8601: the week belongs to the year of its Thursday.
static int32_t week_of_year(int32_t days)
{
    int64_t thursday = (int64_t)days - weekday(days) + 3;
    int64_t first = days_from_civil(civil_from_days(thursday).year, 1, 1);
    return (int32_t)((thursday - first) / 7) + 1;
}

static int32_t last_day(int32_t days)
{
    struct civil day = civil_from_days(days);
    int64_t next =
        day.month == 12 ? days_from_civil(day.year + 1, 1, 1) : days_from_civil(day.year, (unsigned)day.month + 1, 1);
    return (int32_t)(next - 1);
}

UNARY_KERNEL(year_of, int32_t, i32, int32_t, i32, civil_from_days(x).year)
UNARY_KERNEL(quarter_of, int32_t, i32, int32_t, i32, quarter(civil_from_days(x)))
UNARY_KERNEL(month_of, int32_t, i32, int32_t, i32, civil_from_days(x).month)
UNARY_KERNEL(day_of, int32_t, i32, int32_t, i32, civil_from_days(x).day)
UNARY_KERNEL(day_of_week_of, int32_t, i32, int32_t, i32, day_of_week(x))
UNARY_KERNEL(weekday_of, int32_t, i32, int32_t, i32, weekday(x))
UNARY_KERNEL(day_of_year_of, int32_t, i32, int32_t, i32, day_of_year(x))
UNARY_KERNEL(week_of_year_of, int32_t, i32, int32_t, i32, week_of_year(x))
UNARY_KERNEL(last_day_of, int32_t, i32, int32_t, i32, last_day(x))

static enum status bind_part(struct binding *b, struct error *e)
{
    static const struct {
        const struct function *function;
        kernel kernel;
    } parts[] = {
        {&function_year, year_of},
        {&function_quarter, quarter_of},
        {&function_month, month_of},
        {&function_day, day_of},
        {&function_dayofweek, day_of_week_of},
        {&function_weekday, weekday_of},
        {&function_dayofyear, day_of_year_of},
        {&function_weekofyear, week_of_year_of},
        {&function_last_day, last_day_of},
    };
    uint32_t which = 0;
    while (parts[which].function != b->function)
        which++;
    b->kernel = parts[which].kernel;
    b->type = type_simple(b->function == &function_last_day ? TYPE_DATE : TYPE_INT);
    return binding_want(b, 0, WANT_DATE, e);
}

BINARY_KERNEL(days_later, int32_t, i32, int32_t, i32, (uint32_t)x + (uint32_t)y)
BINARY_KERNEL(days_earlier, int32_t, i32, int32_t, i32, (uint32_t)x - (uint32_t)y)
BINARY_KERNEL(days_apart, int32_t, i32, int32_t, i32, (uint32_t)x - (uint32_t)y)

static void months_later(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !date_add_months(int_at(c->in[0], i), int_at(c->in[1], i), &c->out->i32[i]);
    }
}

// A STRING counts as days only where it is a literal that is a number.
static enum status check_days(struct binding *b, struct error *e)
{
    const struct expr *days = b->arg[1];
    enum type_id by = days->type->id;
    if (by == TYPE_BIGINT || by == TYPE_FLOAT || by == TYPE_DOUBLE || by == TYPE_DECIMAL ||
        (by == TYPE_STRING && days->kind != EXPR_LITERAL))
        return binding_mismatch(b, 1, "INT, SMALLINT or TINYINT", e);
    if (by != TYPE_STRING || days->literal.null)
        return STATUS_OK;
    struct expr *number;
    enum status s = expr_cast(b->arena, b->session, b->arg[1], type_simple(TYPE_INT), &number, e);
    if (s == STATUS_OK && is_null_literal(number))
        return error_set(e, STATUS_CONFIG, "[SECOND_FUNCTION_ARGUMENT_NOT_INTEGER] %s: '%.*s' is no number of days",
                         b->function->name, (int)days->literal.bytes.size, days->literal.bytes.data);
    return s;
}

static enum status bind_shift(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DATE);
    b->kernel = b->function == &function_add_months ? months_later
                : b->function == &function_date_add ? days_later
                                                    : days_earlier;
    enum status s = b->function == &function_add_months ? STATUS_OK : check_days(b, e);
    return s != STATUS_OK ? s : binding_wants(b, (const enum want[]){WANT_DATE, WANT_INT}, 2, e);
}

static enum status bind_datediff(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_INT);
    b->kernel = days_apart;
    return binding_wants(b, (const enum want[]){WANT_DATE, WANT_DATE}, 2, e);
}

static void from_parts(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t year = int_at(c->in[0], i), month = int_at(c->in[1], i), day = int_at(c->in[2], i);
        bool there = month > 0 && day > 0 && civil_is_date(year, (unsigned)month, (unsigned)day);
        int64_t days = there ? days_from_civil(year, (unsigned)month, (unsigned)day) : INT64_MAX;
        c->out->null[i] = days < INT32_MIN || days > INT32_MAX;
        if (!c->out->null[i])
            c->out->i32[i] = (int32_t)days;
    }
}

static enum status bind_make_date(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DATE);
    b->nullable = true;
    b->kernel = from_parts;
    return binding_wants(b, (const enum want[]){WANT_INT, WANT_INT, WANT_INT}, 3, e);
}

// trunc(date, unit): an unknown unit is NULL, and so are those of time (DateTimeUtils.parseTruncLevel).
static bool truncate_date(int32_t days, struct slice unit, int32_t *out)
{
    struct civil day = civil_from_days(days);
    static const char *const years[] = {"year", "yyyy", "yy"}, *const months[] = {"month", "mm", "mon"};
    for (uint32_t i = 0; i < 3; i++) {
        if (slice_equal_fold(unit, slice_of(years[i]))) {
            *out = (int32_t)days_from_civil(day.year, 1, 1);
            return true;
        }
        if (slice_equal_fold(unit, slice_of(months[i]))) {
            *out = (int32_t)days_from_civil(day.year, (unsigned)day.month, 1);
            return true;
        }
    }
    if (slice_equal_fold(unit, SLICE("week"))) {
        *out = days - weekday(days);
        return true;
    }
    *out = (int32_t)days_from_civil(day.year, (unsigned)(quarter(day) - 1) * 3 + 1, 1);
    return slice_equal_fold(unit, SLICE("quarter"));
}

static void truncate(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !truncate_date(int_at(c->in[0], i), slice_at(c->in[1], i), &c->out->i32[i]);
    }
}

static enum status bind_trunc(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DATE);
    b->nullable = true;
    b->kernel = truncate;
    return binding_wants(b, (const enum want[]){WANT_DATE, WANT_STRING}, 2, e);
}

// date_trunc(unit, timestamp): days and above on the local calendar, hours and below on the local clock.
static bool truncate_timestamp(int64_t micros, struct slice unit, const struct zone *zone, int64_t *out)
{
    static const struct {
        const char *name;
        int64_t micros;
    } units[] = {
        {"microsecond", 1},   {"millisecond", 1000},         {"second", 1000000},
        {"minute", 60000000}, {"hour", INT64_C(3600000000)},
    };
    int64_t local = micros_to_local(micros, zone);
    for (uint32_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (slice_equal_fold(unit, slice_of(units[i].name))) {
            *out = micros - floor_remainder(local, units[i].micros);
            return true;
        }
    }
    int32_t days = (int32_t)floor_divide(local, SECONDS_PER_DAY * (int64_t)MICROS_PER_SECOND);
    bool day = slice_equal_fold(unit, SLICE("day")) || slice_equal_fold(unit, SLICE("dd"));
    if (!day && !truncate_date(days, unit, &days))
        return false;
    return micros_from_local(days * (SECONDS_PER_DAY * (int64_t)MICROS_PER_SECOND), zone, out);
}

static void truncate_time(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] =
                !truncate_timestamp(bigint_at(c->in[1], i), slice_at(c->in[0], i), c->session->zone, &c->out->i64[i]);
    }
}

static enum status bind_date_trunc(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_TIMESTAMP);
    b->nullable = true;
    b->kernel = truncate_time;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_TIMESTAMP}, 2, e);
}

#define PART_FUNCTION(id, other, words, shown, result)                                                                 \
    const struct function function_##id = {.name = #id,                                                                \
                                           .alias = (const char *const[]){other, NULL},                                \
                                           .min_args = 1,                                                              \
                                           .max_args = 1,                                                              \
                                           .bind = bind_part,                                                          \
                                           .usage = #id "(date)",                                                      \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

PART_FUNCTION(year, NULL, "The year of a date.", "year('2016-07-30')", "2016")
PART_FUNCTION(quarter, NULL, "The quarter of the year, 1 to 4.", "quarter('2016-08-31')", "3")
PART_FUNCTION(month, NULL, "The month, 1 to 12.", "month('2016-07-30')", "7")
PART_FUNCTION(day, "dayofmonth", "The day of the month.", "day('2009-07-30')", "30")
PART_FUNCTION(dayofweek, NULL, "The day of the week, 1 (Sunday) to 7.", "dayofweek('2009-07-30')", "5")
PART_FUNCTION(weekday, NULL, "The day of the week, 0 (Monday) to 6.", "weekday('2009-07-30')", "3")
PART_FUNCTION(dayofyear, NULL, "The day of the year, from 1.", "dayofyear('2016-04-09')", "100")
PART_FUNCTION(weekofyear, NULL, "The week of the year, by ISO 8601.", "weekofyear('2008-02-20')", "8")
PART_FUNCTION(last_day, NULL, "The last day of the month.", "last_day('2009-01-12')", "\"2009-01-31\"")

const struct function function_date_add = {
    .name = "date_add",
    .alias = (const char *const[]){"dateadd", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_shift,
    .usage = "date_add(date, days)",
    .summary = "The date so many days later.",
    .example = "date_add('2016-07-30', 1)",
    .gives = "\"2016-07-31\"",
};
const struct function function_date_sub = {
    .name = "date_sub",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_shift,
    .usage = "date_sub(date, days)",
    .summary = "The date so many days earlier.",
    .example = "date_sub('2016-07-30', 1)",
    .gives = "\"2016-07-29\"",
};
const struct function function_add_months = {
    .name = "add_months",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_shift,
    .usage = "add_months(date, months)",
    .summary = "The date so many months later, its day cut to the month's last.",
    .example = "add_months('2016-08-31', 1)",
    .gives = "\"2016-09-30\"",
};
const struct function function_datediff = {
    .name = "datediff",
    .alias = (const char *const[]){"date_diff", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_datediff,
    .usage = "datediff(end, start)",
    .summary = "The days from start to end.",
    .example = "datediff('2009-07-31', '2009-07-30')",
    .gives = "1",
};
const struct function function_make_date = {
    .name = "make_date",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_make_date,
    .usage = "make_date(year, month, day)",
    .summary = "The DATE of these parts, NULL if there is no such day.",
    .example = "make_date(2013, 7, 15)",
    .gives = "\"2013-07-15\"",
};
const struct function function_trunc = {
    .name = "trunc",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_trunc,
    .usage = "trunc(date, unit)",
    .summary = "The first day of the date's year, quarter, month or week.",
    .example = "trunc('2019-08-04', 'week')",
    .gives = "\"2019-07-29\"",
};
const struct function function_date_trunc = {
    .name = "date_trunc",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_date_trunc,
    .usage = "date_trunc(unit, timestamp)",
    .summary = "The beginning of the year, quarter, month, week, day, hour, minute, second ... that the time is in.",
    .example = "date_trunc('HOUR', '2015-03-05 09:32:05.359')",
    .gives = "\"2015-03-05T09:00:00.000Z\"",
};
