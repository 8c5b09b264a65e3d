// CASE, if, coalesce and what Spark makes of them (conditionalExpressions.scala, nullExpressions.scala), greatest,
// least.
#include "ops/compare.h"
#include "ops/kernel.h"

// Value `row` of argument `k` becomes the result. Strings stay where they are; nested values are copied.
static inline void give(const struct call *c, uint32_t row, uint32_t k)
{
    const struct column *in = c->in[k];
    column_copy(c->out, row, in, row, type_is_nested(in->type) ? c->arena : NULL);
}

static inline bool holds(const struct column *condition, uint32_t row)
{
    uint32_t i = at(condition, row);
    return !condition->null[i] && condition->boolean[i];
}

// condition, value, condition, value, …[, else]
static void choose(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        uint32_t k = 0;
        while (k + 1 < c->argc && !holds(c->in[k], i))
            k += 2;
        if (k + 1 < c->argc)
            give(c, i, k + 1);
        else if (k < c->argc)
            give(c, i, k);
        else
            column_set_null(c->out, i);
    }
}

static void first_present(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        uint32_t k = 0;
        while (k + 1 < c->argc && is_null(c->in[k], i))
            k++;
        give(c, i, k);
    }
}

// The extreme of the values that are not NULL; `sign` 1: the greatest.
static void extreme(const struct call *c, const struct rows *rows, int sign)
{
    FOR_EACH_ROW (i, rows) {
        uint32_t best = c->argc;
        for (uint32_t k = 0; k < c->argc; k++) {
            if (is_null(c->in[k], i))
                continue;
            if (best == c->argc || column_compare(c->in[k], i, c->in[best], i) * sign > 0)
                best = k;
        }
        if (best < c->argc)
            give(c, i, best);
        else
            column_set_null(c->out, i);
    }
}

static void greatest(const struct call *c, const struct rows *rows)
{
    extreme(c, rows, 1);
}

static void least(const struct call *c, const struct rows *rows)
{
    extreme(c, rows, -1);
}

// Conditions of `case` at even places (but the last, `else`), values at the others; of `if`: one condition, two values.
static bool is_condition(const struct binding *b, uint32_t i)
{
    return i % 2 == 0 && i + 1 < b->argc;
}

static enum status bind_case(struct binding *b, struct error *e)
{
    struct expr **values = ARENA_ARRAY(b->arena, struct expr *, b->argc);
    uint32_t count = 0;
    b->nullable = b->argc % 2 == 0;
    for (uint32_t i = 0; i < b->argc; i++) {
        if (is_condition(b, i)) {
            bool untyped = b->arg[i]->type->id == TYPE_NULL && b->function == &function_case;
            enum status status = untyped ? binding_mismatch(b, i, "BOOLEAN", e) : binding_want(b, i, WANT_BOOLEAN, e);
            if (status != STATUS_OK)
                return status;
            continue;
        }
        values[count++] = b->arg[i];
        b->nullable |= b->arg[i]->nullable;
    }
    b->type = type_widest(b->arena, values, count);
    if (!b->type)
        return binding_no_common(b, e);
    for (uint32_t i = 0; i < b->argc; i++)
        if (!is_condition(b, i))
            b->want[i] = b->type;
    b->kernel = choose;
    return STATUS_OK;
}

static enum status bind_coalesce(struct binding *b, struct error *e)
{
    b->type = binding_common(b, 0);
    if (!b->type)
        return binding_no_common(b, e);
    b->nullable = true;
    for (uint32_t i = 0; i < b->argc; i++)
        b->nullable &= b->arg[i]->nullable;
    b->kernel = first_present;
    return STATUS_OK;
}

static enum status bind_extreme(struct binding *b, struct error *e)
{
    b->type = type_widest_number(b->arena, b->arg, b->argc);
    if (!b->type)
        return binding_no_common(b, e);
    if (!type_is_orderable(b->type))
        return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] %s does not support %s values",
                         b->function->name, type_text(b->arena, b->type));
    b->nullable = true;
    for (uint32_t i = 0; i < b->argc; i++) {
        b->want[i] = b->type;
        b->nullable &= b->arg[i]->nullable;
    }
    b->kernel = b->function == &function_greatest ? greatest : least;
    return STATUS_OK;
}

static struct expr *null_literal(struct arena *a)
{
    return expr_literal(a, (struct value){.type = type_simple(TYPE_NULL), .null = true});
}

// if(a = b, NULL, a)
static enum status bind_nullif(struct binding *b, struct error *e)
{
    struct expr *equal;
    enum status status = expr_call(b->arena, b->session, &function_equal, b->arg, 2, &equal, e);
    if (status != STATUS_OK)
        return status;
    struct expr *args[] = {equal, null_literal(b->arena), b->arg[0]};
    return expr_call(b->arena, b->session, &function_if, args, 3, &b->instead, e);
}

// if(a IS NOT NULL, b, c)
static enum status bind_nvl2(struct binding *b, struct error *e)
{
    struct expr *present;
    enum status status = expr_call(b->arena, b->session, &function_is_not_null, b->arg, 1, &present, e);
    if (status != STATUS_OK)
        return status;
    struct expr *args[] = {present, b->arg[1], b->arg[2]};
    return expr_call(b->arena, b->session, &function_if, args, 3, &b->instead, e);
}

const struct function function_case = {
    .name = "case",
    .alias = (const char *const[]){"when", NULL},
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_case,
    .usage = "CASE WHEN condition THEN value ... [ELSE value] END",
    .summary = "The value of the first condition that is true, else that of ELSE, else NULL.",
    .example = "CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END",
    .gives = "\"b\"",
};
// between(x, low, high): x >= low AND x <= high.
static enum status bind_between(struct binding *b, struct error *e)
{
    struct expr *sides[2] = {NULL, NULL};
    enum status status = STATUS_OK;
    for (uint32_t k = 0; k < 2 && status == STATUS_OK; k++) {
        struct expr *args[] = {b->arg[0], b->arg[k + 1]};
        const struct function *f = k == 0 ? &function_greater_equal : &function_less_equal;
        status = expr_call(b->arena, b->session, f, args, 2, &sides[k], e);
    }
    return status == STATUS_OK ? expr_call(b->arena, b->session, &function_and, sides, 2, &b->instead, e) : status;
}

const struct function function_between = {
    .name = "between",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_between,
    .usage = "x BETWEEN low AND high",
    .summary = "Is the value neither below the one nor above the other?",
    .example = "2 BETWEEN 1 AND 3",
    .gives = "true",
};
const struct function function_if = {
    .name = "if",
    .alias = (const char *const[]){"iff", NULL},
    .min_args = 3,
    .max_args = 3,
    .bind = bind_case,
    .usage = "if(condition, a, b)",
    .summary = "a if the condition is true, else b.",
    .example = "if(1 < 2, 'a', 'b')",
    .gives = "\"a\"",
};
const struct function function_coalesce = {
    .name = "coalesce",
    .min_args = 1,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_coalesce,
    .usage = "coalesce(a, b, ...)",
    .summary = "The first value that is not NULL.",
    .example = "coalesce(NULL, 1, 2)",
    .gives = "1",
};
const struct function function_nvl = {
    .name = "nvl",
    .alias = (const char *const[]){"ifnull", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_coalesce,
    .usage = "nvl(a, b)",
    .summary = "a, or b where a is NULL.",
    .example = "nvl(NULL, 'x')",
    .gives = "\"x\"",
};
const struct function function_nvl2 = {
    .name = "nvl2",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_nvl2,
    .usage = "nvl2(a, b, c)",
    .summary = "b where a is not NULL, else c.",
    .example = "nvl2(NULL, 1, 2)",
    .gives = "2",
};
const struct function function_nullif = {
    .name = "nullif",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_nullif,
    .usage = "nullif(a, b)",
    .summary = "NULL where a = b, else a.",
    .example = "nullif(2, 2)",
    .gives = "null",
};
const struct function function_greatest = {
    .name = "greatest",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_extreme,
    .usage = "greatest(a, b, ...)",
    .summary = "The greatest of the values that are not NULL.",
    .example = "greatest(10, 9, 2, NULL)",
    .gives = "10",
};
const struct function function_least = {
    .name = "least",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_extreme,
    .usage = "least(a, b, ...)",
    .summary = "The least of the values that are not NULL.",
    .example = "least(10, 9, 2, NULL)",
    .gives = "2",
};
