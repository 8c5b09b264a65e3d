// = != < <= > >= <=>, IS [NOT] DISTINCT FROM, IN: predicates.scala. NaN equals NaN and is the greatest, -0.0 equals 0.0
// (SQLOrderingUtil); strings by their bytes; nested values element by element.
#include "ops/compare.h"

#include "ops/decimal.h"
#include "ops/kernel.h"

enum comparison { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, COMPARISONS };

#define INTEGER_KERNELS(suffix, T, from)                                                                               \
    BINARY_KERNEL(equal_##suffix, T, from, uint8_t, boolean, x == y)                                                   \
    BINARY_KERNEL(not_equal_##suffix, T, from, uint8_t, boolean, x != y)                                               \
    BINARY_KERNEL(less_##suffix, T, from, uint8_t, boolean, x < y)                                                     \
    BINARY_KERNEL(less_equal_##suffix, T, from, uint8_t, boolean, x <= y)                                              \
    BINARY_KERNEL(greater_##suffix, T, from, uint8_t, boolean, x > y)                                                  \
    BINARY_KERNEL(greater_equal_##suffix, T, from, uint8_t, boolean, x >= y)

#define REAL_KERNELS(suffix, T, from)                                                                                  \
    BINARY_KERNEL(equal_##suffix, T, from, uint8_t, boolean, (x == y) | ((x != x) & (y != y)))                         \
    BINARY_KERNEL(not_equal_##suffix, T, from, uint8_t, boolean, (x != y) & !((x != x) & (y != y)))                    \
    BINARY_KERNEL(less_##suffix, T, from, uint8_t, boolean, (x < y) | ((y != y) & (x == x)))                           \
    BINARY_KERNEL(less_equal_##suffix, T, from, uint8_t, boolean, (x <= y) | (y != y))                                 \
    BINARY_KERNEL(greater_##suffix, T, from, uint8_t, boolean, (x > y) | ((x != x) & (y == y)))                        \
    BINARY_KERNEL(greater_equal_##suffix, T, from, uint8_t, boolean, (x >= y) | (x != x))

INTEGER_KERNELS(u8, uint8_t, boolean)
INTEGER_KERNELS(i8, int8_t, i8)
INTEGER_KERNELS(i16, int16_t, i16)
INTEGER_KERNELS(i32, int32_t, i32)
INTEGER_KERNELS(i64, int64_t, i64)
REAL_KERNELS(f32, float, f32)
REAL_KERNELS(f64, double, f64)

// Of types without a loop of their own.
#define ORDER_KERNEL(name, expression)                                                                                 \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (row_is_null(c, i))                                                                                     \
                continue;                                                                                              \
            int order = column_compare(c->in[0], i, c->in[1], i);                                                      \
            c->out->boolean[i] = (expression);                                                                         \
        }                                                                                                              \
    }
ORDER_KERNEL(equal_any, order == 0)
ORDER_KERNEL(not_equal_any, order != 0)
ORDER_KERNEL(less_any, order < 0)
ORDER_KERNEL(less_equal_any, order <= 0)
ORDER_KERNEL(greater_any, order > 0)
ORDER_KERNEL(greater_equal_any, order >= 0)

// A column of strings against one string: the length first, which settles most.
static void match_constant(const struct call *c, const struct rows *rows, const struct column *column,
                           struct slice wanted, bool negated)
{
    uint8_t *out = c->out->boolean;
    FOR_EACH_ROW (i, rows) {
        uint8_t null = column->null[i];
        c->out->null[i] = null;
        struct slice s = column->slice[i];
        bool equal = !null && s.size == wanted.size && memcmp(s.data, wanted.data, wanted.size) == 0;
        out[i] = equal != negated;
    }
}

static void match_slices(const struct call *c, const struct rows *rows, bool negated)
{
    const struct column *a = c->in[0], *b = c->in[1];
    if (a->mask != 0 && b->mask == 0 && !b->null[0] && b->slice[0].size > 0) {
        match_constant(c, rows, a, b->slice[0], negated);
        return;
    }
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = slice_equal(slice_at(a, i), slice_at(b, i)) != negated;
    }
}

static void equal_slice(const struct call *c, const struct rows *rows)
{
    match_slices(c, rows, false);
}

static void not_equal_slice(const struct call *c, const struct rows *rows)
{
    match_slices(c, rows, true);
}

#define BY_TYPE(name, slice)                                                                                           \
    {                                                                                                                  \
        [TYPE_NULL] = name##_any, [TYPE_BOOLEAN] = name##_u8, [TYPE_TINYINT] = name##_i8,                              \
        [TYPE_SMALLINT] = name##_i16, [TYPE_INT] = name##_i32, [TYPE_BIGINT] = name##_i64, [TYPE_FLOAT] = name##_f32,  \
        [TYPE_DOUBLE] = name##_f64, [TYPE_DECIMAL] = name##_any, [TYPE_STRING] = slice, [TYPE_BINARY] = slice,         \
        [TYPE_DATE] = name##_i32, [TYPE_TIMESTAMP] = name##_i64, [TYPE_TIMESTAMP_NTZ] = name##_i64,                    \
        [TYPE_INTERVAL_YM] = name##_i32, [TYPE_INTERVAL_DT] = name##_i64, [TYPE_ARRAY] = name##_any,                   \
        [TYPE_STRUCT] = name##_any                                                                                     \
    }

static const kernel kernels[COMPARISONS][TYPE_COUNT] = {
    [EQUAL] = BY_TYPE(equal, equal_slice),     [NOT_EQUAL] = BY_TYPE(not_equal, not_equal_slice),
    [LESS] = BY_TYPE(less, less_any),          [LESS_EQUAL] = BY_TYPE(less_equal, less_equal_any),
    [GREATER] = BY_TYPE(greater, greater_any), [GREATER_EQUAL] = BY_TYPE(greater_equal, greater_equal_any),
};

static void not_distinct(const struct call *c, const struct rows *rows)
{
    const struct column *a = c->in[0], *b = c->in[1];
    kernels[EQUAL][a->type->id](c, rows);
    FOR_EACH_ROW (i, rows) {
        if (c->out->null[i])
            c->out->boolean[i] = is_null(a, i) && is_null(b, i);
        c->out->null[i] = 0;
    }
}

static void distinct(const struct call *c, const struct rows *rows)
{
    not_distinct(c, rows);
    FOR_EACH_ROW (i, rows) {
        c->out->boolean[i] = !c->out->boolean[i];
    }
}

// Equal to any of arguments 1…: TRUE if one is, else NULL if it or one of them is NULL, else FALSE.
static void in_list(const struct call *c, const struct rows *rows)
{
    struct column *one = column_new(c->out->type, c->out->capacity, c->arena);
    struct column *out = c->out;
    FOR_EACH_ROW (i, rows) {
        out->null[i] = 0;
        out->boolean[i] = 0;
    }
    for (uint32_t k = 1; k < c->argc; k++) {
        const struct column *in[2] = {c->in[0], c->in[k]};
        struct call compare = {one, in, 2, NULL, c->arena, c->session, NULL};
        kernels[EQUAL][in[0]->type->id](&compare, rows);
        FOR_EACH_ROW (i, rows) {
            out->null[i] |= one->null[i];
            out->boolean[i] |= (uint8_t)(one->boolean[i] & !one->null[i]);
        }
    }
    FOR_EACH_ROW (i, rows) {
        out->null[i] &= !out->boolean[i];
    }
}

static enum status check_orderable(const struct binding *b, const struct type *t, struct error *e)
{
    if (type_is_orderable(t))
        return STATUS_OK;
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] %s does not support %s values",
                     b->function->name, type_text(b->arena, t));
}

// A BOOLEAN is equal to a number as 1 or 0 is (BooleanEquality).
static const struct type *boolean_meets(const struct binding *b)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    if (x->id == TYPE_BOOLEAN && type_is_numeric(y))
        return y;
    return y->id == TYPE_BOOLEAN && type_is_numeric(x) ? x : NULL;
}

// Whether one side is a BOOLEAN and the other a literal 1 or 0 (`*truth`), which ask whether it is true or false.
static bool is_truth(const struct binding *b, uint32_t *boolean, bool *truth)
{
    *boolean = b->arg[1]->type->id == TYPE_BOOLEAN;
    const struct expr *x = b->arg[!*boolean];
    if (b->arg[*boolean]->type->id != TYPE_BOOLEAN || !is_literal(x) || x->folded || !type_is_numeric(x->type))
        return false;
    struct value v = x->literal;
    double number = type_is_integral(v.type)     ? (double)v.integer
                    : v.type->id == TYPE_DECIMAL ? decimal_to_double(v.decimal, v.type->scale)
                                                 : v.real;
    *truth = number == 1;
    return number == 1 || number == 0;
}

// b = 1 is b, b = 0 is NOT b; with <=> it is so where b is not NULL (BooleanEquality).
static enum status bind_truth(struct binding *b, uint32_t boolean, bool truth, struct error *e)
{
    struct expr *x = b->arg[boolean], *sides[2];
    enum status s = STATUS_OK;
    sides[1] = x;
    if (!truth)
        s = expr_call(b->arena, b->session, &function_not, &x, 1, &sides[1], e);
    b->instead = sides[1];
    if (s == STATUS_OK && b->function == &function_not_distinct) {
        s = expr_call(b->arena, b->session, &function_is_not_null, &x, 1, &sides[0], e);
        if (s == STATUS_OK)
            s = expr_call(b->arena, b->session, &function_and, sides, 2, &b->instead, e);
    }
    return s;
}

static enum status bind_operands(struct binding *b, bool equality, struct error *e)
{
    const struct type *t = equality ? boolean_meets(b) : NULL;
    if (!t)
        t = type_comparable(b->arena, b->arg[0], b->arg[1]);
    if (!t)
        return binding_differ(b, b->arg[0]->type, b->arg[1]->type, e);
    b->want[0] = b->want[1] = t;
    b->nullable |= !type_equal(b->arg[0]->type, t) || !type_equal(b->arg[1]->type, t);
    b->type = type_simple(TYPE_BOOLEAN);
    return check_orderable(b, t, e);
}

static enum status bind_comparison(struct binding *b, struct error *e)
{
    static const struct function *const order[COMPARISONS] = {
        [EQUAL] = &function_equal,     [NOT_EQUAL] = &function_not_equal,
        [LESS] = &function_less,       [LESS_EQUAL] = &function_less_equal,
        [GREATER] = &function_greater, [GREATER_EQUAL] = &function_greater_equal,
    };
    uint32_t which = 0;
    while (order[which] != b->function)
        which++;
    uint32_t boolean;
    bool truth;
    if (which == EQUAL && is_truth(b, &boolean, &truth))
        return bind_truth(b, boolean, truth, e);
    enum status status = bind_operands(b, which <= NOT_EQUAL, e);
    if (status == STATUS_OK)
        b->kernel = kernels[which][b->want[0]->id];
    return status;
}

static enum status bind_not_distinct(struct binding *b, struct error *e)
{
    uint32_t boolean;
    bool truth;
    if (b->function == &function_not_distinct && is_truth(b, &boolean, &truth))
        return bind_truth(b, boolean, truth, e);
    enum status status = bind_operands(b, true, e);
    b->nullable = false;
    b->kernel = not_distinct;
    return status;
}

static enum status bind_distinct(struct binding *b, struct error *e)
{
    enum status status = bind_not_distinct(b, e);
    b->kernel = distinct;
    return status;
}

static enum status bind_in(struct binding *b, struct error *e)
{
    const struct type *t = binding_common(b, 0);
    bool alike = !t;
    for (uint32_t i = 1; alike && i < b->argc; i++)
        alike = type_equal_unnamed(b->arg[0]->type, b->arg[i]->type);
    if (!t && !alike)
        return binding_no_common(b, e);
    if (alike)
        t = b->arg[0]->type;
    for (uint32_t i = 0; i < b->argc; i++)
        b->nullable |= b->arg[i]->type->id == TYPE_STRING && t->id != TYPE_STRING; // a bad cast is NULL
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = in_list;
    return check_orderable(b, t, e);
}

const struct function function_equal = {
    .name = "=",
    .alias = (const char *const[]){"==", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a = b",
    .summary = "Are they equal? NULL if either is NULL.",
    .example = "2 = 1",
    .gives = "false",
};
const struct function function_not_equal = {
    .name = "!=",
    .alias = (const char *const[]){"<>", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a != b",
    .summary = "Are they different? NULL if either is NULL.",
    .example = "2 != 1",
    .gives = "true",
};
const struct function function_less = {
    .name = "<",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a < b",
    .summary = "Is a less than b?",
    .example = "1 < 2",
    .gives = "true",
};
const struct function function_less_equal = {
    .name = "<=",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a <= b",
    .summary = "Is a less than or equal to b?",
    .example = "'a' <= 'B'",
    .gives = "false",
};
const struct function function_greater = {
    .name = ">",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a > b",
    .summary = "Is a greater than b?",
    .example = "'2' > 10",
    .gives = "false",
};
const struct function function_greater_equal = {
    .name = ">=",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_comparison,
    .usage = "a >= b",
    .summary = "Is a greater than or equal to b?",
    .example = "2 >= 2",
    .gives = "true",
};
const struct function function_not_distinct = {
    .name = "<=>",
    .alias = (const char *const[]){"is not distinct from", "equal_null", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_not_distinct,
    .usage = "a <=> b",
    .summary = "Are they equal, NULL being equal to NULL? Never NULL.",
    .example = "NULL <=> NULL",
    .gives = "true",
};
const struct function function_distinct = {
    .name = "is distinct from",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_distinct,
    .usage = "a IS DISTINCT FROM b",
    .summary = "Are they different, NULL being equal to NULL? Never NULL.",
    .example = "NULL IS DISTINCT FROM 1",
    .gives = "true",
};
const struct function function_in = {
    .name = "in",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_in,
    .usage = "a IN (b, ...)",
    .summary = "Is it equal to one of the values? NULL if it is to none and a NULL is among them.",
    .example = "1 IN (1, 2)",
    .gives = "true",
};
