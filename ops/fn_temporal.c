#include "ops/temporal.h"

#include "ops/datetime.h"
#include "ops/kernel.h"

#define MICROS_PER_DAY ((int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND)

static unsigned month_length(int64_t year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool date_add_months(int32_t days, int64_t months, int32_t *out)
{
    struct civil day = civil_from_days(days);
    int64_t total = (int64_t)day.year * 12 + (day.month - 1) + months;
    int64_t year = floor_divide(total, 12);
    unsigned month = (unsigned)(total - year * 12) + 1;
    unsigned last = month_length(year, month);
    int64_t sum = days_from_civil(year, month, (unsigned)day.day < last ? (unsigned)day.day : last);
    *out = (int32_t)sum;
    return sum >= INT32_MIN && sum <= INT32_MAX;
}

// A local time made from the instant `from`: where the clocks go back it keeps from's offset (ZonedDateTime.ofLocal).
static bool keep_offset(int64_t local, int64_t from, const struct zone *zone, int64_t *micros)
{
    int64_t kept, offset = micros_to_local(from, zone) - from;
    if (__builtin_sub_overflow(local, offset, &kept) || micros_to_local(kept, zone) != local)
        return micros_from_local(local, zone, micros);
    *micros = kept;
    return true;
}

bool timestamp_add_months(int64_t *micros, int64_t months, const struct zone *zone)
{
    int64_t local = zone ? micros_to_local(*micros, zone) : *micros;
    int64_t days = floor_divide(local, MICROS_PER_DAY), shifted;
    int32_t sum;
    if (!date_add_months((int32_t)days, months, &sum) ||
        __builtin_mul_overflow((int64_t)sum, MICROS_PER_DAY, &shifted) ||
        __builtin_add_overflow(shifted, local - days * MICROS_PER_DAY, &shifted))
        return false;
    if (zone)
        return keep_offset(shifted, *micros, zone, micros);
    *micros = shifted;
    return true;
}

// Whole days by the calendar of the zone, what is left by the clock (DateTimeUtils.timestampAddDayTime).
static bool timestamp_add_day_time(int64_t *micros, int64_t by, const struct zone *zone)
{
    int64_t days = by / MICROS_PER_DAY * MICROS_PER_DAY, local;
    if (days != 0 && (__builtin_add_overflow(micros_to_local(*micros, zone), days, &local) ||
                      !keep_offset(local, *micros, zone, micros)))
        return false;
    return !__builtin_add_overflow(*micros, by - days, micros);
}

bool timestamp_add_interval(int64_t *micros, const struct interval *by, const struct zone *zone)
{
    int64_t days = by->days * MICROS_PER_DAY, local;
    if (by->months != 0 && !timestamp_add_months(micros, by->months, zone))
        return false;
    if (days != 0 && zone == NULL && __builtin_add_overflow(*micros, days, micros))
        return false;
    if (days != 0 && zone != NULL &&
        (__builtin_add_overflow(micros_to_local(*micros, zone), days, &local) ||
         !keep_offset(local, *micros, zone, micros)))
        return false;
    return !__builtin_add_overflow(*micros, by->micros, micros);
}

BINARY_KERNEL(add_micros, int64_t, i64, int64_t, i64, (uint64_t)x + (uint64_t)y)
BINARY_KERNEL(subtract_micros, int64_t, i64, int64_t, i64, (uint64_t)x - (uint64_t)y)
BINARY_KERNEL(add_days, int32_t, i32, int32_t, i32, (uint32_t)x + (uint32_t)y)
BINARY_KERNEL(subtract_days, int32_t, i32, int32_t, i32, (uint32_t)x - (uint32_t)y)
BINARY_KERNEL(days_between, int32_t, i32, int64_t, i64, (uint64_t)((int64_t)x - y) * (uint64_t)MICROS_PER_DAY)

// Of two intervals; NULL where the sum does not fit (in Spark it ends the query).
#define CHECKED_KERNEL(name, from, builtin)                                                                            \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            const struct column *a = c->in[0], *b = c->in[1];                                                          \
            if (!row_is_null(c, i))                                                                                    \
                c->out->null[i] = builtin(a->from[at(a, i)], b->from[at(b, i)], &c->out->from[i]);                     \
        }                                                                                                              \
    }

CHECKED_KERNEL(add_months_checked, i32, __builtin_add_overflow)
CHECKED_KERNEL(add_micros_checked, i64, __builtin_add_overflow)
CHECKED_KERNEL(subtract_months_checked, i32, __builtin_sub_overflow)
CHECKED_KERNEL(subtract_micros_checked, i64, __builtin_sub_overflow)

// What the clock of the session's zone has moved on by (SubtractTimestamps): over DST not what has passed.
static void clocks_between(const struct call *c, const struct rows *rows)
{
    const struct zone *zone = c->session->zone;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i64[i] =
                micros_to_local(bigint_at(c->in[0], i), zone) - micros_to_local(bigint_at(c->in[1], i), zone);
    }
}

static int64_t months_of(const struct call *c, uint32_t i)
{
    const bool *negative = c->state;
    int64_t months = int_at(c->in[1], i);
    return *negative ? -months : months;
}

static void date_months(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !date_add_months(int_at(c->in[0], i), months_of(c, i), &c->out->i32[i]);
    }
}

static void timestamp_months(const struct call *c, const struct rows *rows)
{
    const struct zone *zone = c->in[0]->type->id == TYPE_TIMESTAMP ? c->session->zone : NULL;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        c->out->i64[i] = bigint_at(c->in[0], i);
        c->out->null[i] = !timestamp_add_months(&c->out->i64[i], months_of(c, i), zone);
    }
}

static void timestamp_day_time(const struct call *c, const struct rows *rows)
{
    const bool *negative = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint64_t by = (uint64_t)bigint_at(c->in[1], i);
        c->out->i64[i] = bigint_at(c->in[0], i);
        c->out->null[i] =
            !timestamp_add_day_time(&c->out->i64[i], (int64_t)(*negative ? 0 - by : by), c->session->zone);
    }
}

// A DATE and an INTERVAL DAY: the DATE so many days later.
static void date_whole_days(const struct call *c, const struct rows *rows)
{
    const bool *negative = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t days = bigint_at(c->in[1], i) / MICROS_PER_DAY;
        c->out->i32[i] = (int32_t)(int_at(c->in[0], i) + (*negative ? -days : days));
    }
}

static bool is_instant(enum type_id id)
{
    return id == TYPE_TIMESTAMP || id == TYPE_TIMESTAMP_NTZ;
}

static bool is_interval(enum type_id id)
{
    return id == TYPE_INTERVAL_YM || id == TYPE_INTERVAL_DT;
}

// With the class that Spark gives the pair.
static enum status refuse(const struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    bool minus = b->function == &function_subtract, intervals = is_interval(x->id) && is_interval(y->id);
    bool text = (x->id == TYPE_STRING && is_interval(y->id)) || (y->id == TYPE_STRING && is_interval(x->id));
    bool instant = !minus && x->id != TYPE_DATE && y->id != TYPE_DATE && x->id != y->id;
    if (text || (intervals ? minus : instant))
        return binding_differ(b, x, y, e);
    bool twins = is_instant(x->id) && x->id == y->id;
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.%s] %s: the operands are %s and %s",
                     twins ? "BINARY_OP_WRONG_TYPE" : "UNEXPECTED_INPUT_TYPE", b->function->name,
                     type_text(b->arena, x), type_text(b->arena, y));
}

// Argument 0 is the time, argument 1 the interval.
static enum status bind_shift(struct binding *b, bool negative, struct error *e)
{
    static const bool signs[] = {false, true};
    enum type_id time = b->arg[0]->type->id, by = b->arg[1]->type->id;
    b->state = &signs[negative];
    b->type = b->arg[0]->type;
    if (time != TYPE_DATE && !is_instant(time))
        return refuse(b, e);
    if (by == TYPE_INTERVAL_YM) {
        b->kernel = time == TYPE_DATE ? date_months : timestamp_months;
        return STATUS_OK;
    }
    if (time == TYPE_DATE && b->arg[1]->type->scale == UNIT_DAY) {
        b->kernel = date_whole_days;
        return STATUS_OK;
    }
    if (time == TYPE_DATE)
        b->type = b->want[0] = type_simple(TYPE_TIMESTAMP);
    if (b->type->id == TYPE_TIMESTAMP)
        b->kernel = timestamp_day_time;
    else
        b->kernel = negative ? subtract_micros : add_micros;
    return STATUS_OK;
}

// Two intervals of one kind.
static enum status bind_intervals(struct binding *b, kernel months, kernel micros, struct error *e)
{
    const struct type *t = type_wider(b->arena, b->arg[0]->type, b->arg[1]->type);
    if (!t || !is_interval(t->id))
        return refuse(b, e);
    b->type = b->want[0] = b->want[1] = t;
    b->kernel = t->id == TYPE_INTERVAL_YM ? months : micros;
    return STATUS_OK;
}

// DATE and a number of days (DateAdd, DateSub): TINYINT, SMALLINT, INT.
static enum status bind_days(struct binding *b, kernel k, struct error *e)
{
    enum type_id id = b->arg[1]->type->id;
    if (b->arg[0]->type->id != TYPE_DATE || (id != TYPE_NULL && (id < TYPE_TINYINT || id > TYPE_INT)))
        return refuse(b, e);
    b->want[1] = type_simple(TYPE_INT);
    b->type = b->arg[0]->type;
    b->kernel = k;
    return STATUS_OK;
}

// A STRING and an interval: the text is a TIMESTAMP, and the result a text again.
static enum status bind_text(struct binding *b, uint32_t text, struct error *e)
{
    struct expr *args[] = {b->arg[0], b->arg[1]}, *sum = NULL;
    enum status status = expr_cast(b->arena, b->session, args[text], type_simple(TYPE_TIMESTAMP), &args[text], e);
    if (status == STATUS_OK)
        status = expr_call(b->arena, b->session, b->function, args, 2, &sum, e);
    if (status != STATUS_OK)
        return status;
    return expr_cast(b->arena, b->session, sum, type_simple(TYPE_STRING), &b->instead, e);
}

enum status temporal_bind_add(struct binding *b, struct error *e)
{
    enum type_id x = b->arg[0]->type->id, y = b->arg[1]->type->id;
    if (is_interval(x) && is_interval(y))
        return bind_intervals(b, add_months_checked, add_micros_checked, e);
    if ((x == TYPE_INTERVAL_DT && y == TYPE_STRING) || (y == TYPE_INTERVAL_DT && x == TYPE_STRING))
        return bind_text(b, x == TYPE_STRING ? 0 : 1, e);
    if ((is_interval(x) && y == TYPE_NULL) || (is_interval(y) && x == TYPE_NULL))
        return bind_intervals(b, add_months_checked, add_micros_checked, e);
    // an interval that is NULL
    for (uint32_t k = 0; k < 2; k++) {
        const struct type *t = b->arg[k]->type;
        if (b->arg[1 - k]->type->id == TYPE_NULL && (t->id == TYPE_DATE || is_instant(t->id))) {
            struct value v = {.type = t->id == TYPE_DATE ? type_simple(TYPE_TIMESTAMP) : t, .null = true};
            b->instead = expr_literal(b->arena, v);
            return STATUS_OK;
        }
    }
    // the time comes first for the kernels
    if ((is_interval(x) && y != TYPE_STRING) || (y == TYPE_DATE && x != TYPE_DATE)) {
        struct expr *turned[] = {b->arg[1], b->arg[0]};
        return expr_call(b->arena, b->session, b->function, turned, 2, &b->instead, e);
    }
    return is_interval(y) ? bind_shift(b, false, e) : bind_days(b, add_days, e);
}

static enum status bind_difference(struct binding *b)
{
    enum type_id x = b->arg[0]->type->id, y = b->arg[1]->type->id;
    b->type = type_simple(TYPE_INTERVAL_DT);
    if (!is_instant(x) && !is_instant(y)) {
        b->want[0] = b->want[1] = type_simple(TYPE_DATE); // a STRING beside a DATE is read as one
        b->type = type_interval(UNIT_DAY, UNIT_DAY);
        b->kernel = days_between;
        b->nullable |= x == TYPE_STRING;
        return STATUS_OK;
    }
    b->want[0] = b->want[1] = is_instant(x) ? b->arg[0]->type : b->arg[1]->type;
    b->kernel = b->want[0]->id == TYPE_TIMESTAMP ? clocks_between : subtract_micros;
    return STATUS_OK;
}

enum status temporal_bind_subtract(struct binding *b, struct error *e)
{
    enum type_id x = b->arg[0]->type->id, y = b->arg[1]->type->id;
    if ((is_interval(x) && (is_interval(y) || y == TYPE_NULL)) || (is_interval(y) && x == TYPE_NULL))
        return bind_intervals(b, subtract_months_checked, subtract_micros_checked, e);
    if (is_interval(y))
        return x == TYPE_STRING && y == TYPE_INTERVAL_DT ? bind_text(b, 0, e) : bind_shift(b, true, e);
    bool left = x == TYPE_DATE || is_instant(x), right = y == TYPE_DATE || is_instant(y);
    bool dates = x == TYPE_STRING && y == TYPE_DATE;
    if ((left && right) || (left && y == TYPE_NULL) || (right && x == TYPE_NULL) || dates)
        return bind_difference(b);
    return bind_days(b, subtract_days, e);
}
