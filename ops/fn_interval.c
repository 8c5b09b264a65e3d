// Intervals multiplied, divided and made of numbers (intervalExpressions.scala). What overflows, and what is divided by
// zero, is NULL (in Spark it ends the query).
#include "ops/datetime.h"
#include "ops/decimal.h"
#include "ops/kernel.h"
#include "ops/temporal.h"

#include <math.h>

static int64_t interval_of(const struct column *c, uint32_t row)
{
    return c->type->id == TYPE_INTERVAL_YM ? c->i32[at(c, row)] : c->i64[at(c, row)];
}

// The row's result; NULL where it does not fit.
static void put(const struct call *c, uint32_t i, int64_t v, bool fits)
{
    if (c->out->type->id == TYPE_INTERVAL_DT) {
        c->out->i64[i] = v;
    } else {
        c->out->i32[i] = (int32_t)v;
        fits = fits && c->out->i32[i] == v;
    }
    c->out->null[i] = !fits;
}

static bool whole(struct decimal d, int64_t *v)
{
    *v = (int64_t)d.low;
    return d.high == (*v < 0 ? -1 : 0);
}

// Half up, away from zero (DoubleMath.roundToLong).
static bool rounded(double x, int64_t *v)
{
    double r = round(x);
    if (!(r >= -9223372036854775808.0 && r < 9223372036854775808.0))
        return false;
    *v = (int64_t)r;
    return true;
}

static const struct decimal_size whole_size = {DECIMAL_PRECISION_MAX, 0};

static bool multiply_one(const struct column *n, uint32_t i, int64_t v, int64_t *out)
{
    struct decimal d;
    switch (n->type->id) {
    case TYPE_BIGINT:
        return !__builtin_mul_overflow(v, n->i64[at(n, i)], out);
    case TYPE_DECIMAL:
        return decimal_multiply(decimal_of(v), 0, n->decimal[at(n, i)], n->type->scale, whole_size, &d) &&
               whole(d, out);
    default:
        return rounded((double)v * n->f64[at(n, i)], out);
    }
}

static bool divide_one(const struct column *n, uint32_t i, int64_t v, int64_t *out)
{
    struct decimal d;
    switch (n->type->id) {
    case TYPE_BIGINT:
        return decimal_divide(decimal_of(v), 0, decimal_of(n->i64[at(n, i)]), 0, whole_size, &d) && whole(d, out);
    case TYPE_DECIMAL:
        return decimal_divide(decimal_of(v), 0, n->decimal[at(n, i)], n->type->scale, whole_size, &d) && whole(d, out);
    default:
        return n->f64[at(n, i)] != 0 && rounded((double)v / n->f64[at(n, i)], out);
    }
}

static void multiply(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        int64_t v = 0;
        if (row_is_null(c, i))
            continue;
        bool fits = multiply_one(c->in[1], i, interval_of(c->in[0], i), &v);
        put(c, i, v, fits);
    }
}

static void divide(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        int64_t v = 0;
        if (row_is_null(c, i))
            continue;
        bool fits = divide_one(c->in[1], i, interval_of(c->in[0], i), &v);
        put(c, i, v, fits);
    }
}

// How often one interval goes into another.
static void quotient(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t x = interval_of(c->in[0], i), y = interval_of(c->in[1], i);
        c->out->null[i] = y == 0;
        c->out->i64[i] = y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
    }
}

enum status interval_bind_scale(struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *n = b->arg[1]->type;
    bool product = b->function == &function_multiply;
    if (product && !type_is_interval(x)) {
        struct expr *turned[] = {b->arg[1], b->arg[0]};
        return expr_call(b->arena, b->session, b->function, turned, 2, &b->instead, e);
    }
    if (!type_is_interval(x) || !(type_is_numeric(n) || n->id == TYPE_STRING || n->id == TYPE_NULL))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] %s: an INTERVAL and a number are wanted, these are "
                         "%s and %s",
                         b->function->name, type_text(b->arena, x), type_text(b->arena, n));
    bool real = n->id == TYPE_FLOAT || n->id == TYPE_DOUBLE || n->id == TYPE_STRING || n->id == TYPE_NULL;
    if (n->id != TYPE_DECIMAL)
        b->want[1] = type_simple(real ? TYPE_DOUBLE : TYPE_BIGINT);
    b->type = type_simple(x->id); // YEAR TO MONTH, DAY TO SECOND
    b->nullable = true;
    b->kernel = product ? multiply : divide;
    return STATUS_OK;
}

enum status interval_bind_quotient(struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    const struct type *t = type_wider(b->arena, x, y);
    if (t == NULL || !type_is_interval(t))
        return binding_differ(b, x, y, e);
    b->want[0] = b->want[1] = t;
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = true;
    b->kernel = quotient;
    return STATUS_OK;
}

// ---- their parts: extract(field FROM interval)

static void part_int(const struct call *c, const struct rows *rows)
{
    const enum interval_unit *unit = c->state;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = (int32_t)(interval_of(c->in[1], i) / interval_unit_size(*unit));
    }
}

// What is beyond the next larger unit is left out.
static void part_tiny(const struct call *c, const struct rows *rows)
{
    static const int64_t most[] = {1, 12, 1, 24, 60, 60};
    const enum interval_unit *unit = c->state;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i8[i] = (int8_t)(interval_of(c->in[1], i) / interval_unit_size(*unit) % most[*unit]);
    }
}

static void part_second(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->decimal[i] = decimal_of(bigint_at(c->in[1], i) % interval_unit_size(UNIT_MINUTE));
    }
}

enum status interval_bind_part(struct binding *b, const struct function *part, struct error *e)
{
    static const enum interval_unit units[] = {UNIT_YEAR, UNIT_MONTH, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND};
    const struct function *const parts[] = {&function_year, &function_month,  &function_day,
                                            &function_hour, &function_minute, NULL};
    const struct type *t = b->arg[1]->type;
    uint32_t unit = UNIT_YEAR;
    while (unit < UNIT_SECOND && parts[unit] != part)
        unit++;
    if (unit < t->precision || unit > t->scale)
        return error_set(e, STATUS_CONFIG, "[INVALID_EXTRACT_FIELD] extract: %s has no %s", type_text(b->arena, t),
                         interval_unit_name((enum interval_unit)unit));
    b->state = &units[unit];
    if (unit == UNIT_SECOND) {
        b->type = type_decimal(b->arena, 8, 6);
        b->kernel = part_second;
        return STATUS_OK;
    }
    bool large = unit == UNIT_YEAR || unit == UNIT_DAY;
    b->type = type_simple(large ? TYPE_INT : TYPE_TINYINT);
    b->kernel = large ? part_int : part_tiny;
    return STATUS_OK;
}

// ---- made of numbers

static int64_t int_or_zero(const struct call *c, uint32_t k, uint32_t i)
{
    return k < c->argc ? int_at(c->in[k], i) : 0;
}

static void make_day_time(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t sum = 0, part;
        bool fits = true;
        for (uint32_t k = 0; k < 3; k++)
            fits = fits && !__builtin_mul_overflow(int_or_zero(c, k, i), interval_unit_size(UNIT_DAY + k), &part) &&
                   !__builtin_add_overflow(sum, part, &sum);
        if (fits && c->argc > 3)
            fits = whole(c->in[3]->decimal[at(c->in[3], i)], &part) && !__builtin_add_overflow(sum, part, &sum);
        put(c, i, sum, fits);
    }
}

static void make_year_month(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            put(c, i, int_or_zero(c, 0, i) * 12 + int_or_zero(c, 1, i), true);
    }
}

static enum status bind_make(struct binding *b, struct error *e)
{
    static const enum want wants[] = {WANT_INT, WANT_INT, WANT_INT};
    bool days = b->function == &function_make_dt_interval;
    enum status status = binding_wants(b, wants, 3, e);
    if (status == STATUS_OK && b->argc > 3) {
        const struct type *t = b->arg[3]->type;
        if (!type_is_numeric(t) && t->id != TYPE_STRING && t->id != TYPE_NULL)
            return binding_mismatch(b, 3, "DECIMAL(18, 6)", e);
        b->want[3] = type_decimal(b->arena, 18, 6);
    }
    b->type = type_simple(days ? TYPE_INTERVAL_DT : TYPE_INTERVAL_YM);
    b->nullable = true;
    b->kernel = days ? make_day_time : make_year_month;
    return status;
}

const struct function function_make_dt_interval = {
    .name = "make_dt_interval",
    .min_args = 0,
    .max_args = 4,
    .bind = bind_make,
    .usage = "make_dt_interval([days[, hours[, mins[, secs]]]])",
    .summary = "The INTERVAL DAY TO SECOND of these parts; what is not given is 0. NULL where it does not fit.",
    .example = "make_dt_interval(1, 12, 30, 1.5)",
    .gives = "\"INTERVAL '1 12:30:01.5' DAY TO SECOND\"",
};
const struct function function_make_ym_interval = {
    .name = "make_ym_interval",
    .min_args = 0,
    .max_args = 2,
    .bind = bind_make,
    .usage = "make_ym_interval([years[, months]])",
    .summary = "The INTERVAL YEAR TO MONTH of these parts; what is not given is 0. NULL where it does not fit.",
    .example = "make_ym_interval(1, 2)",
    .gives = "\"INTERVAL '1-2' YEAR TO MONTH\"",
};
