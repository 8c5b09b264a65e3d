// round, bround, floor, ceil (RoundBase, Floor, Ceil): rounding is done on the decimal text of a DOUBLE, as BigDecimal
// does, so that 1.005 becomes 1.01.
#include "ops/decimal.h"
#include "ops/kernel.h"
#include "ops/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct rounding {
    int32_t digits;
    enum decimal_rounding how;
};

// Writes the digits of v's shortest decimal text as a whole number, and how many of them stand behind the point.
static void read_digits(double v, struct slice *digits, int *behind, char *to)
{
    char text[NUMBER_TEXT_MAX];
    uint32_t size = double_print(v, text), count = 0;
    bool point = false;
    *behind = 0;
    for (uint32_t i = 0; i < size; i++) {
        if (text[i] == 'E') {
            text[size < NUMBER_TEXT_MAX ? size : NUMBER_TEXT_MAX - 1] = '\0';
            *behind -= (int)strtol(text + i + 1, NULL, 10);
            break;
        }
        if (text[i] == '.')
            point = true;
        else if (text[i] != '-') {
            to[count++] = text[i];
            *behind += point;
        }
    }
    *digits = (struct slice){to, count};
}

// Is the rest behind the first `keep` digits (of a text that ends `cut` digits later) to be rounded away from zero?
static bool rounds_up(struct slice digits, int keep, bool even)
{
    if (keep < 0 || keep >= (int)digits.size)
        return false;
    bool more = false;
    for (uint32_t i = (uint32_t)keep + 1; i < digits.size; i++)
        more |= digits.data[i] != '0';
    char next = digits.data[keep];
    if (next != '5' || more || !even)
        return next >= '5';
    return keep > 0 && (digits.data[keep - 1] - '0') % 2 == 1;
}

static double round_real(double v, const struct rounding *r)
{
    if (!isfinite(v) || v == 0)
        return v;
    char buffer[NUMBER_TEXT_MAX + 1], text[2 * NUMBER_TEXT_MAX];
    struct slice digits;
    int behind;
    read_digits(v, &digits, &behind, buffer + 1);
    if (behind <= r->digits)
        return v;
    int keep = (int)digits.size - (behind - r->digits);
    bool up = rounds_up(digits, keep, r->how == DECIMAL_HALF_EVEN);
    // the kept digits, with a 0 before them for the carry
    buffer[0] = '0';
    int length = keep < 0 ? 1 : keep + 1;
    for (int i = length - 1; up && i >= 0; i--) {
        up = buffer[i] == '9';
        buffer[i] = up ? '0' : (char)(buffer[i] + 1);
    }
    int size = snprintf(text, sizeof(text), "%s%.*sE%d", v < 0 ? "-" : "", length, buffer, -r->digits);
    double out = 0;
    double_parse((struct slice){text, (uint32_t)size}, &out);
    return out == 0 ? 0.0 : out; // BigDecimal has no negative zero
}

static void round_f64(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->f64[i] = round_real(double_at(c->in[0], i), c->state);
    }
}

static void round_f32(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->f32[i] = (float)round_real((double)c->in[0]->f32[at(c->in[0], i)], c->state);
    }
}

// To tens, hundreds …: digits < 0. The result is cut to the type's width, as Java's narrowing does.
static int64_t round_integer(int64_t v, const struct rounding *r)
{
    if (r->digits >= 0)
        return v;
    if (r->digits < -18)
        return r->digits == -19 && (v >= 5000000000000000000 || v <= -5000000000000000000)
                   ? (int64_t)(v > 0 ? 10000000000000000000u : 0 - 10000000000000000000u)
                   : 0;
    int64_t unit = 1;
    for (int32_t i = 0; i > r->digits; i--)
        unit *= 10;
    int64_t rest = v % unit, whole = v - rest, half = unit / 2, size = rest < 0 ? -rest : rest;
    bool odd = (whole / unit) % 2 != 0;
    bool up = size > half || (size == half && (r->how == DECIMAL_HALF_UP || odd));
    return up ? (int64_t)((uint64_t)whole + (uint64_t)(v < 0 ? -unit : unit)) : whole;
}

#define ROUND_KERNEL(name, T, from)                                                                                    \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (!row_is_null(c, i))                                                                                    \
                c->out->from[i] = (T)round_integer(c->in[0]->from[at(c->in[0], i)], c->state);                         \
        }                                                                                                              \
    }
ROUND_KERNEL(round_i8, int8_t, i8)
ROUND_KERNEL(round_i16, int16_t, i16)
ROUND_KERNEL(round_i32, int32_t, i32)
ROUND_KERNEL(round_i64, int64_t, i64)

static void round_decimal(const struct call *c, const struct rows *rows)
{
    const struct rounding *r = c->state;
    const struct column *in = c->in[0];
    struct decimal_size to = {c->out->type->precision, c->out->type->scale};
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] =
                !decimal_round(in->decimal[at(in, i)], in->type->scale, r->digits, r->how, to, &c->out->decimal[i]);
    }
}

// RoundBase.dataType, Floor.dataType: the digits that are left, one more before the point for the carry.
static const struct type *rounded_decimal(struct arena *a, const struct type *t, int32_t digits, bool carry)
{
    int integral = t->precision - t->scale + (carry ? 1 : 0);
    int precision = digits < 0 ? (integral > -digits + 1 ? integral : -digits + 1)
                               : integral + (digits < t->scale ? digits : t->scale);
    int scale = digits < 0 ? 0 : digits < t->scale ? digits : t->scale;
    return type_decimal(a, (unsigned)(precision > 38 ? 38 : precision), (unsigned)scale);
}

static const kernel round_kernels[TYPE_COUNT] = {
    [TYPE_TINYINT] = round_i8, [TYPE_SMALLINT] = round_i16, [TYPE_INT] = round_i32,         [TYPE_BIGINT] = round_i64,
    [TYPE_FLOAT] = round_f32,  [TYPE_DOUBLE] = round_f64,   [TYPE_DECIMAL] = round_decimal,
};

static enum status bind_round(struct binding *b, struct error *e)
{
    enum status status = binding_want(b, 0, WANT_NUMERIC, e);
    if (status == STATUS_OK && b->argc > 1 && (!is_literal(b->arg[1]) || !type_is_integral(b->arg[1]->type)))
        status = binding_not_literal(b, 1, e);
    if (status != STATUS_OK)
        return status;
    struct rounding *r = ARENA_NEW(b->arena, struct rounding);
    int64_t digits = b->argc > 1 ? b->arg[1]->literal.integer : 0;
    r->digits = digits > 400 ? 400 : digits < -400 ? -400 : (int32_t)digits;
    r->how = b->function == &function_round ? DECIMAL_HALF_UP : DECIMAL_HALF_EVEN;
    b->type = binding_type(b, 0);
    b->kernel = round_kernels[b->type->id];
    b->state = r;
    b->nullable = true; // as Spark's RoundBase declares it
    if (b->type->id == TYPE_DECIMAL)
        b->type = rounded_decimal(b->arena, b->type, r->digits, true);
    return STATUS_OK;
}

// Saturates, as Java's (long) does.
static int64_t to_bigint(double v)
{
    if (v != v)
        return 0;
    return v >= 9223372036854775808.0 ? INT64_MAX : v <= -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}

UNARY_KERNEL(floor_f64, double, f64, int64_t, i64, to_bigint(floor(x)))
UNARY_KERNEL(ceil_f64, double, f64, int64_t, i64, to_bigint(ceil(x)))
UNARY_KERNEL(same_i64, int64_t, i64, int64_t, i64, x)

// floor(x, digits), ceil(x, digits): a DECIMAL (RoundFloor, RoundCeil).
static enum status bind_floor_to(struct binding *b, struct error *e)
{
    const struct type *t = binding_type(b, 0);
    if (!is_literal(b->arg[1]) || b->arg[1]->type->id != TYPE_INT)
        return binding_not_literal(b, 1, e);
    int64_t digits = b->arg[1]->literal.integer;
    struct rounding *r = ARENA_NEW(b->arena, struct rounding);
    r->digits = digits > 400 ? 400 : digits < -37 ? -37 : (int32_t)digits;
    r->how = b->function == &function_floor ? DECIMAL_FLOOR : DECIMAL_CEILING;
    struct expr plain = {.type = t};
    const struct type *from = b->arg[0]->type->id == TYPE_STRING ? type_decimal(b->arena, 38, 18)
                              : t->id == TYPE_FLOAT              ? type_decimal(b->arena, 14, 7)
                              : t->id == TYPE_DOUBLE             ? type_decimal(b->arena, 30, 15)
                                                                 : type_decimal_for(b->arena, &plain);
    b->want[0] = from;
    b->type = rounded_decimal(b->arena, from, r->digits, true);
    b->state = r;
    b->kernel = round_decimal;
    return STATUS_OK;
}

static enum status bind_floor(struct binding *b, struct error *e)
{
    bool floors = b->function == &function_floor;
    enum status status = binding_want(b, 0, WANT_NUMERIC, e);
    if (status != STATUS_OK)
        return status;
    const struct type *t = binding_type(b, 0);
    b->nullable = true; // as Spark declares it
    if (b->argc > 1)
        return bind_floor_to(b, e);
    if (t->id == TYPE_DECIMAL) {
        struct rounding *r = ARENA_NEW(b->arena, struct rounding);
        r->how = floors ? DECIMAL_FLOOR : DECIMAL_CEILING;
        b->state = r;
        b->type = t->scale == 0 ? t : rounded_decimal(b->arena, t, 0, true);
        b->kernel = round_decimal;
        return STATUS_OK;
    }
    b->type = type_simple(TYPE_BIGINT);
    if (type_is_integral(t)) {
        b->want[0] = b->type;
        b->kernel = same_i64;
        return STATUS_OK;
    }
    b->want[0] = type_simple(TYPE_DOUBLE);
    b->kernel = floors ? floor_f64 : ceil_f64;
    return STATUS_OK;
}

const struct function function_round = {
    .name = "round",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_round,
    .usage = "round(x[, digits])",
    .summary = "The number rounded half up to digits behind the point (0), or before it if negative.",
    .example = "round(2.5)",
    .gives = "3",
};
const struct function function_bround = {
    .name = "bround",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_round,
    .usage = "bround(x[, digits])",
    .summary = "As round, but half to even.",
    .example = "bround(2.5)",
    .gives = "2",
};
const struct function function_floor = {
    .name = "floor",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_floor,
    .usage = "floor(x[, digits])",
    .summary = "The greatest whole number that is not greater, as BIGINT (or DECIMAL); with digits behind the point a "
               "DECIMAL.",
    .example = "floor(-0.1)",
    .gives = "-1",
};
const struct function function_ceil = {
    .name = "ceil",
    .alias = (const char *const[]){"ceiling", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = bind_floor,
    .usage = "ceil(x[, digits])",
    .summary = "The least whole number that is not less, as BIGINT (or DECIMAL); with digits behind the point a "
               "DECIMAL.",
    .example = "ceil(-0.1)",
    .gives = "0",
};
