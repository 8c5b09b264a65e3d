// Reckoning with dates and timestamps: months_between, next_day, timestampadd, timestampdiff, dayname, monthname,
// unix_date (datetimeExpressions.scala, DateTimeUtils).
#include "ops/datetime.h"
#include "ops/kernel.h"
#include "ops/temporal.h"

#include <math.h>

static const int64_t MICROS_PER_DAY = INT64_C(86400000000);

static int32_t day_of(int64_t local_micros)
{
    return (int32_t)floor_divide(local_micros, MICROS_PER_DAY);
}

static bool is_last_day(struct civil day)
{
    return !civil_is_date(day.year, (unsigned)day.month, (unsigned)day.day + 1);
}

// DateTimeUtils.monthsBetween: whole months where the days are the same or both the last, else with a 31st for a day.
static double months_apart(int64_t x, int64_t y)
{
    struct civil a = civil_from_days(day_of(x)), b = civil_from_days(day_of(y));
    double months = (double)((a.year * 12 + a.month) - (b.year * 12 + b.month));
    if (a.day == b.day || (is_last_day(a) && is_last_day(b)))
        return months;
    int64_t seconds = (int64_t)(a.day - b.day) * SECONDS_PER_DAY +
                      floor_remainder(x, MICROS_PER_DAY) / MICROS_PER_SECOND -
                      floor_remainder(y, MICROS_PER_DAY) / MICROS_PER_SECOND;
    return months + (double)seconds / (31.0 * SECONDS_PER_DAY);
}

static void months_between(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        double months = months_apart(micros_to_local(bigint_at(c->in[0], i), c->session->zone),
                                     micros_to_local(bigint_at(c->in[1], i), c->session->zone));
        bool whole = c->argc < 3 || c->in[2]->boolean[at(c->in[2], i)];
        c->out->f64[i] = whole ? floor(months * 1e8 + 0.5) / 1e8 : months;
    }
}

static enum status bind_months_between(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DOUBLE);
    b->kernel = months_between;
    return binding_wants(b, (const enum want[]){WANT_TIMESTAMP, WANT_TIMESTAMP, WANT_BOOLEAN}, 3, e);
}

// Days behind a Thursday, 1970-01-01; -1: no name of a day.
static int32_t weekday_number(struct slice name)
{
    static const char *const names[] = {"THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY"};
    for (int32_t k = 0; k < 7; k++) {
        bool whole = slice_equal_fold(name, slice_of(names[k]));
        bool cut = (name.size == 2 || name.size == 3) && slice_equal_fold(name, (struct slice){names[k], name.size});
        if (whole || cut)
            return k;
    }
    return -1;
}

static void next_day(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t day = int_at(c->in[0], i), wanted = weekday_number(slice_at(c->in[1], i));
        c->out->null[i] = wanted < 0;
        c->out->i32[i] = (int32_t)(day + 1 + floor_remainder((int64_t)wanted - 1 - day, 7));
    }
}

static enum status bind_next_day(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DATE);
    b->nullable = true;
    b->kernel = next_day;
    return binding_wants(b, (const enum want[]){WANT_DATE, WANT_STRING}, 2, e);
}

// ---- units

enum unit_kind { UNIT_MONTHS, UNIT_DAYS, UNIT_MICROS };

static const struct unit {
    const char *name;
    enum unit_kind kind;
    int64_t count;
} units[] = {
    {"YEAR", UNIT_MONTHS, 12},
    {"QUARTER", UNIT_MONTHS, 3},
    {"MONTH", UNIT_MONTHS, 1},
    {"WEEK", UNIT_DAYS, 7},
    {"DAY", UNIT_DAYS, 1},
    {"DAYOFYEAR", UNIT_DAYS, 1},
    {"HOUR", UNIT_MICROS, INT64_C(3600000000)},
    {"MINUTE", UNIT_MICROS, 60000000},
    {"SECOND", UNIT_MICROS, 1000000},
    {"MILLISECOND", UNIT_MICROS, 1000},
    {"MICROSECOND", UNIT_MICROS, 1},
};

static enum status find_unit(struct binding *b, struct error *e)
{
    if (!is_literal(b->arg[0]) || b->arg[0]->type->id != TYPE_STRING)
        return binding_not_literal(b, 0, e);
    struct slice name = b->arg[0]->literal.bytes;
    for (uint32_t k = 0; k < sizeof units / sizeof *units; k++)
        if (slice_equal_fold(name, slice_of(units[k].name)))
            b->state = &units[k];
    if (b->state != NULL)
        return STATUS_OK;
    return error_set(e, STATUS_CONFIG,
                     "[INVALID_PARAMETER_VALUE.DATETIME_UNIT] %s: there is no unit %.*s; wanted YEAR, QUARTER, MONTH, "
                     "WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND",
                     b->function->name, (int)name.size, name.data);
}

// Days and months on the local calendar, what is less on the clock; false: out of range.
static bool add_units(int64_t *micros, int64_t count, const struct unit *unit, const struct zone *zone)
{
    if (__builtin_mul_overflow(count, unit->count, &count))
        return false;
    if (unit->kind == UNIT_MICROS)
        return !__builtin_add_overflow(*micros, count, micros);
    if (unit->kind == UNIT_MONTHS)
        return count >= INT32_MIN && count <= INT32_MAX && timestamp_add_months(micros, count, zone);
    int64_t local = zone != NULL ? micros_to_local(*micros, zone) : *micros;
    if (__builtin_mul_overflow(count, MICROS_PER_DAY, &count) || __builtin_add_overflow(local, count, &local))
        return false;
    *micros = local;
    return zone == NULL || micros_from_local(local, zone, micros);
}

// Out of range is NULL (in Spark it ends the query).
static void timestamp_add(const struct call *c, const struct rows *rows)
{
    const struct zone *zone = c->out->type->id == TYPE_TIMESTAMP ? c->session->zone : NULL;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        c->out->i64[i] = bigint_at(c->in[2], i);
        c->out->null[i] = !add_units(&c->out->i64[i], bigint_at(c->in[1], i), c->state, zone);
    }
}

static enum status bind_timestampadd(struct binding *b, struct error *e)
{
    enum status status = find_unit(b, e);
    bool local = b->arg[2]->type->id == TYPE_TIMESTAMP_NTZ;
    b->type = type_simple(local ? TYPE_TIMESTAMP_NTZ : TYPE_TIMESTAMP);
    b->nullable = true;
    b->kernel = timestamp_add;
    if (status == STATUS_OK)
        status = binding_want(b, 1, WANT_BIGINT, e);
    return status == STATUS_OK && !local ? binding_want(b, 2, WANT_TIMESTAMP, e) : status;
}

// ChronoUnit.between of the local times: whole units, cut toward zero.
static int64_t units_between(int64_t from, int64_t to, const struct unit *unit)
{
    if (unit->kind != UNIT_MONTHS)
        return (to - from) / (unit->kind == UNIT_DAYS ? unit->count * MICROS_PER_DAY : unit->count);
    int64_t days = day_of(to), first = day_of(from);
    int64_t clock = floor_remainder(to, MICROS_PER_DAY), first_clock = floor_remainder(from, MICROS_PER_DAY);
    if (days > first && clock < first_clock)
        days--;
    else if (days < first && clock > first_clock)
        days++;
    struct civil a = civil_from_days(first), b = civil_from_days(days);
    int64_t months =
        (((int64_t)b.year * 12 + b.month) * 32 + b.day - (((int64_t)a.year * 12 + a.month) * 32 + a.day)) / 32;
    return months / unit->count;
}

static void timestamp_diff(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i64[i] = units_between(micros_to_local(bigint_at(c->in[1], i), c->session->zone),
                                           micros_to_local(bigint_at(c->in[2], i), c->session->zone), c->state);
    }
}

static enum status bind_timestampdiff(struct binding *b, struct error *e)
{
    enum status status = find_unit(b, e);
    b->type = type_simple(TYPE_BIGINT);
    b->kernel = timestamp_diff;
    for (uint32_t k = 1; k < 3 && status == STATUS_OK; k++)
        status = binding_want(b, k, WANT_TIMESTAMP, e);
    return status;
}

// ---- names and numbers of days

UNARY_KERNEL(same_number, int32_t, i32, int32_t, i32, x)

static enum status bind_unix_date(struct binding *b, struct error *e)
{
    enum type_id id = b->arg[0]->type->id;
    b->type = type_simple(TYPE_INT);
    b->kernel = same_number;
    if (id != TYPE_DATE && id != TYPE_NULL)
        return binding_mismatch(b, 0, "DATE", e);
    return binding_want(b, 0, WANT_DATE, e);
}

static enum status bind_date_from_unix_date(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_DATE);
    b->kernel = same_number;
    return binding_want(b, 0, WANT_INT, e);
}

static void name_of_day(const struct call *c, const struct rows *rows)
{
    static const char *const names[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = slice_of(names[floor_remainder(int_at(c->in[0], i), 7)]);
    }
}

static void name_of_month(const struct call *c, const struct rows *rows)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = slice_of(names[civil_from_days(int_at(c->in[0], i)).month - 1]);
    }
}

static enum status bind_name(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = b->function == &function_dayname ? name_of_day : name_of_month;
    return binding_want(b, 0, WANT_DATE, e);
}

#define CALENDAR(id, least, most, how, binder, words, shown, result)                                                   \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = least,                                                          \
                                           .max_args = most,                                                           \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

CALENDAR(months_between, 2, 3, "months_between(a, b[, round])", bind_months_between,
         "The months from b to a, with fractions by months of 31 days, rounded to 8 digits unless told.",
         "months_between('1997-02-28 10:30:00', '1996-10-30')", "3.94959677")
CALENDAR(next_day, 2, 2, "next_day(date, day)", bind_next_day,
         "The first date behind the given one that is such a day of the week.", "next_day('2015-01-14', 'TU')",
         "\"2015-01-20\"")
CALENDAR(timestampadd, 3, 3, "timestampadd(unit, count, timestamp)", bind_timestampadd,
         "The timestamp so many units later.", "CAST(timestampadd(HOUR, 8, '2024-02-28 12:34:56') AS STRING)",
         "\"2024-02-28 20:34:56\"")
CALENDAR(timestampdiff, 3, 3, "timestampdiff(unit, from, to)", bind_timestampdiff,
         "The whole units from one timestamp to the other.", "timestampdiff(MONTH, '2022-02-11', '2022-03-11')", "1")
CALENDAR(unix_date, 1, 1, "unix_date(date)", bind_unix_date, "The days since 1970-01-01.",
         "unix_date(DATE'1970-01-02')", "1")
CALENDAR(date_from_unix_date, 1, 1, "date_from_unix_date(days)", bind_date_from_unix_date,
         "The date so many days behind 1970-01-01.", "date_from_unix_date(1)", "\"1970-01-02\"")
CALENDAR(dayname, 1, 1, "dayname(date)", bind_name, "The day of the week in three letters.",
         "dayname(DATE'2008-02-20')", "\"Wed\"")
CALENDAR(monthname, 1, 1, "monthname(date)", bind_name, "The month in three letters.", "monthname('2008-02-20')",
         "\"Feb\"")
