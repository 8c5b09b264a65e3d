// + - * / % div, unary + and -: Spark's arithmetic.scala with ansi off. Integers wrap, a zero divisor gives NULL.
#include "ops/decimal_call.h"
#include "ops/kernel.h"
#include "ops/temporal.h"

#include <math.h>

enum operation { ADD, SUBTRACT, MULTIPLY, REMAINDER, OPERATIONS };

// Signed overflow is undefined in C and wraps in Java: the work is done unsigned, in the width that C promotes to.
#define WRAPPING_KERNELS(name, op)                                                                                     \
    BINARY_KERNEL(name##_i8, int8_t, i8, int8_t, i8, (uint32_t)x op(uint32_t) y)                                       \
    BINARY_KERNEL(name##_i16, int16_t, i16, int16_t, i16, (uint32_t)x op(uint32_t) y)                                  \
    BINARY_KERNEL(name##_i32, int32_t, i32, int32_t, i32, (uint32_t)x op(uint32_t) y)                                  \
    BINARY_KERNEL(name##_i64, int64_t, i64, int64_t, i64, (uint64_t)x op(uint64_t) y)                                  \
    BINARY_KERNEL(name##_f32, float, f32, float, f32, x op y)                                                          \
    BINARY_KERNEL(name##_f64, double, f64, double, f64, x op y)

WRAPPING_KERNELS(add, +)
WRAPPING_KERNELS(subtract, -)
WRAPPING_KERNELS(multiply, *)

// Rows whose divisor (argument 1) is zero are NULL.
#define NULL_BY_ZERO(T, from)                                                                                          \
    const struct column *divisor = c->in[1];                                                                           \
    const T *zero = divisor->from;                                                                                     \
    FOR_EACH_ROW (i, rows) {                                                                                           \
        c->out->null[i] |= zero[at(divisor, i)] == 0;                                                                  \
    }

#define DIVIDING_KERNEL(name, T, from, expression)                                                                     \
    BINARY_KERNEL(name##_any, T, from, T, from, expression)                                                            \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        name##_any(c, rows);                                                                                           \
        NULL_BY_ZERO(T, from)                                                                                          \
    }

// -1 apart: the quotient of the least integer by it does not fit.
DIVIDING_KERNEL(remainder_i8, int8_t, i8, y == 0 || y == -1 ? 0 : x % y)
DIVIDING_KERNEL(remainder_i16, int16_t, i16, y == 0 || y == -1 ? 0 : x % y)
DIVIDING_KERNEL(remainder_i32, int32_t, i32, y == 0 || y == -1 ? 0 : x % y)
DIVIDING_KERNEL(remainder_i64, int64_t, i64, y == 0 || y == -1 ? 0 : x % y)
DIVIDING_KERNEL(remainder_f32, float, f32, fmodf(x, y))
DIVIDING_KERNEL(remainder_f64, double, f64, fmod(x, y))
DIVIDING_KERNEL(divide_f64, double, f64, y == 0 ? 0 : x / y)
DIVIDING_KERNEL(divide_i64, int64_t, i64, y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y)

UNARY_KERNEL(negate_i8, int8_t, i8, int8_t, i8, 0 - (uint32_t)x)
UNARY_KERNEL(negate_i16, int16_t, i16, int16_t, i16, 0 - (uint32_t)x)
UNARY_KERNEL(negate_i32, int32_t, i32, int32_t, i32, 0 - (uint32_t)x)
UNARY_KERNEL(negate_i64, int64_t, i64, int64_t, i64, 0 - (uint64_t)x)
UNARY_KERNEL(negate_f32, float, f32, float, f32, -x)
UNARY_KERNEL(negate_f64, double, f64, double, f64, -x)

#define BY_TYPE(name)                                                                                                  \
    {                                                                                                                  \
        [TYPE_TINYINT] = name##_i8, [TYPE_SMALLINT] = name##_i16, [TYPE_INT] = name##_i32, [TYPE_BIGINT] = name##_i64, \
        [TYPE_FLOAT] = name##_f32, [TYPE_DOUBLE] = name##_f64                                                          \
    }

static const kernel binary_kernels[OPERATIONS][TYPE_COUNT] = {
    [ADD] = BY_TYPE(add),
    [SUBTRACT] = BY_TYPE(subtract),
    [MULTIPLY] = BY_TYPE(multiply),
    [REMAINDER] = BY_TYPE(remainder),
};
static const kernel negate_kernels[TYPE_COUNT] = {
    [TYPE_TINYINT] = negate_i8,        [TYPE_SMALLINT] = negate_i16,    [TYPE_INT] = negate_i32,
    [TYPE_BIGINT] = negate_i64,        [TYPE_FLOAT] = negate_f32,       [TYPE_DOUBLE] = negate_f64,
    [TYPE_DECIMAL] = decimal_negation, [TYPE_INTERVAL_YM] = negate_i32, [TYPE_INTERVAL_DT] = negate_i64,
};

// A STRING operand is a DOUBLE (StringPromotion), NULL is of the other's type.
static const struct type *operand_type(const struct binding *b, uint32_t index)
{
    const struct type *t = b->arg[index]->type;
    return t->id == TYPE_STRING ? type_simple(TYPE_DOUBLE) : t;
}

// The type two numbers meet in, asked for as casts; NULL with the message if they are no numbers.
static const struct type *meet_as_numbers(struct binding *b, struct error *e)
{
    const struct type *x = operand_type(b, 0), *y = operand_type(b, 1);
    const struct type *t = type_wider(b->arena, x, y);
    if (t && t->id == TYPE_NULL)
        t = type_simple(TYPE_DOUBLE);
    if (!t) {
        binding_differ(b, b->arg[0]->type, b->arg[1]->type, e);
        return NULL;
    }
    if (!type_is_numeric(t)) {
        error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE] %s takes numbers, not %s",
                  b->function->name, type_text(b->arena, t));
        return NULL;
    }
    if (t->id != TYPE_DECIMAL)
        b->want[0] = b->want[1] = t;
    b->nullable |= b->arg[0]->type->id == TYPE_STRING || b->arg[1]->type->id == TYPE_STRING;
    return t;
}

static bool is_temporal(const struct expr *x)
{
    return x->type->id >= TYPE_DATE && x->type->id <= TYPE_INTERVAL_DT;
}

static enum status bind_number(struct binding *b, enum operation operation, struct error *e)
{
    const struct type *t = meet_as_numbers(b, e);
    if (!t)
        return STATUS_CONFIG;
    if (t->id == TYPE_DECIMAL)
        return decimal_bind(b);
    b->nullable |= operation == REMAINDER;
    b->type = t;
    b->kernel = binary_kernels[operation][t->id];
    return STATUS_OK;
}

static enum status bind_unary(struct binding *b, struct error *e)
{
    enum type_id id = b->arg[0]->type->id;
    bool interval = id == TYPE_INTERVAL_YM || id == TYPE_INTERVAL_DT;
    enum status status = interval ? STATUS_OK : binding_want(b, 0, WANT_NUMERIC, e);
    b->type = binding_type(b, 0);
    return status;
}

static enum status bind_negative(struct binding *b, struct error *e)
{
    enum status status = bind_unary(b, e);
    b->kernel = negate_kernels[b->type->id];
    return status;
}

static enum status bind_positive(struct binding *b, struct error *e)
{
    enum status status = bind_unary(b, e);
    return status == STATUS_OK ? expr_cast(b->arena, b->session, b->arg[0], b->type, &b->instead, e) : status;
}

static enum status bind_plus(struct binding *b, struct error *e)
{
    bool temporal = is_temporal(b->arg[0]) || is_temporal(b->arg[1]);
    return temporal ? temporal_bind_add(b, e) : bind_number(b, ADD, e);
}

static enum status bind_minus(struct binding *b, struct error *e)
{
    bool temporal = is_temporal(b->arg[0]) || is_temporal(b->arg[1]);
    return temporal ? temporal_bind_subtract(b, e) : bind_number(b, SUBTRACT, e);
}

static enum status bind_times(struct binding *b, struct error *e)
{
    if (type_is_interval(b->arg[0]->type) || type_is_interval(b->arg[1]->type))
        return interval_bind_scale(b, e);
    return bind_number(b, MULTIPLY, e);
}

static enum status bind_remainder(struct binding *b, struct error *e)
{
    return bind_number(b, REMAINDER, e);
}

static enum status bind_divide(struct binding *b, struct error *e)
{
    if (type_is_interval(b->arg[0]->type))
        return interval_bind_scale(b, e);
    const struct type *t = meet_as_numbers(b, e);
    if (!t)
        return STATUS_CONFIG;
    if (t->id == TYPE_DECIMAL && b->arg[0]->type->id != TYPE_NULL)
        return decimal_bind(b);
    b->nullable = true;
    b->type = b->want[0] = b->want[1] = type_simple(TYPE_DOUBLE);
    b->kernel = divide_f64;
    return STATUS_OK;
}

static enum status bind_div(struct binding *b, struct error *e)
{
    if (type_is_interval(b->arg[0]->type) || type_is_interval(b->arg[1]->type))
        return interval_bind_quotient(b, e);
    const struct type *t = meet_as_numbers(b, e);
    if (!t)
        return STATUS_CONFIG;
    if (t->id == TYPE_DECIMAL)
        return decimal_bind(b);
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    bool null = x->id == TYPE_NULL && y->id == TYPE_NULL;
    if (!type_is_integral(t) && !null)
        return type_equal(x, y)
                   ? error_set(e, STATUS_CONFIG,
                               "[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE] div takes INTEGRAL or DECIMAL, not %s",
                               type_text(b->arena, x))
                   : binding_differ(b, x, y, e);
    b->nullable = true;
    b->type = b->want[0] = b->want[1] = type_simple(TYPE_BIGINT);
    b->kernel = divide_i64;
    return STATUS_OK;
}

const struct function function_add = {
    .name = "+",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_plus,
    .usage = "a + b",
    .summary = "The sum; integers wrap, a STRING counts as DOUBLE. Also DATE + days and TIMESTAMP + INTERVAL.",
    .example = "1 + 2",
    .gives = "3",
};
const struct function function_subtract = {
    .name = "-",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_minus,
    .usage = "a - b",
    .summary = "The difference; of two DATEs or TIMESTAMPs an INTERVAL.",
    .example = "1 - 2",
    .gives = "-1",
};
const struct function function_multiply = {
    .name = "*",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_times,
    .usage = "a * b",
    .summary = "The product; integers wrap.",
    .example = "3 * 4",
    .gives = "12",
};
const struct function function_divide = {
    .name = "/",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_divide,
    .usage = "a / b",
    .summary = "The quotient as DOUBLE (or DECIMAL); NULL where b is 0.",
    .example = "3 / 2",
    .gives = "1.5",
};
const struct function function_remainder = {
    .name = "%",
    .alias = (const char *const[]){"mod", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_remainder,
    .usage = "a % b",
    .summary = "The remainder, with the sign of a; NULL where b is 0.",
    .example = "-7 % 3",
    .gives = "-1",
};
const struct function function_div = {
    .name = "div",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_div,
    .usage = "a div b",
    .summary = "The quotient without its fraction, BIGINT; NULL where b is 0.",
    .example = "7 div 2",
    .gives = "3",
};
const struct function function_negative = {
    .name = "negative",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_negative,
    .usage = "- a",
    .summary = "The number or INTERVAL with the other sign; the least integer stays as it is.",
    .example = "negative(1)",
    .gives = "-1",
};
const struct function function_positive = {
    .name = "positive",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_positive,
    .usage = "+ a",
    .summary = "The number itself; a STRING becomes DOUBLE.",
    .example = "positive('1')",
    .gives = "1.0",
};
