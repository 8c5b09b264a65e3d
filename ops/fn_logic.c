// AND, OR, NOT and the tests of a truth value, in three-valued logic; IS [NOT] NULL.
#include "ops/kernel.h"

// Two truth values at a row: their bytes and whether they are NULL; a value is looked at only where it is not.
// `decided` is the value that settles the answer by itself.
#define LOGIC_KERNEL(name, decided)                                                                                    \
    static inline void name##_row(uint8_t *restrict null, uint8_t *restrict value, uint32_t i, uint8_t xn, uint8_t x,  \
                                  uint8_t yn, uint8_t y)                                                               \
    {                                                                                                                  \
        uint8_t settled = (uint8_t)(((xn == 0) & (x == (decided))) | ((yn == 0) & (y == (decided))));                  \
        null[i] = (uint8_t)((xn | yn) & (settled ^ 1));                                                                \
        value[i] = (decided) ? settled : (uint8_t)(settled ^ 1);                                                       \
    }                                                                                                                  \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        const struct column *a = c->in[0], *b = c->in[1];                                                              \
        const uint8_t *restrict xn = a->null, *restrict x = a->boolean;                                                \
        const uint8_t *restrict yn = b->null, *restrict y = b->boolean;                                                \
        uint8_t *restrict null = c->out->null, *restrict value = c->out->boolean;                                      \
        const uint32_t count = rows->count;                                                                            \
        if (rows->index == NULL && a->mask != 0 && b->mask != 0) {                                                     \
            for (uint32_t i = 0; i < count; i++)                                                                       \
                name##_row(null, value, i, xn[i], x[i], yn[i], y[i]);                                                  \
            return;                                                                                                    \
        }                                                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            uint32_t j = at(a, i), k = at(b, i);                                                                       \
            name##_row(null, value, i, xn[j], x[j], yn[k], y[k]);                                                      \
        }                                                                                                              \
    }

LOGIC_KERNEL(both, 0)
LOGIC_KERNEL(either, 1)

UNARY_KERNEL(negation, uint8_t, boolean, uint8_t, boolean, !x)

// A test whose answer is never NULL: `expression` of the value x, which counts only where `null` is 0.
#define TEST_KERNEL(name, expression)                                                                                  \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        const struct column *a = c->in[0];                                                                             \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            uint8_t null = a->null[at(a, i)];                                                                          \
            uint8_t x = null ? 0 : a->boolean[at(a, i)];                                                               \
            c->out->boolean[i] = (uint8_t)(expression);                                                                \
            c->out->null[i] = 0;                                                                                       \
        }                                                                                                              \
    }
TEST_KERNEL(is_true, x)
TEST_KERNEL(is_not_true, !x)
TEST_KERNEL(is_false, !null & !x)
TEST_KERNEL(is_not_false, null | x)

static void test_null(const struct call *c, const struct rows *rows, uint8_t negated)
{
    const struct column *a = c->in[0];
    bool always = a->type->id == TYPE_NULL;
    FOR_EACH_ROW (i, rows) {
        c->out->boolean[i] = (uint8_t)((always ? 1 : a->null[at(a, i)]) ^ negated);
        c->out->null[i] = 0;
    }
}

static void is_absent(const struct call *c, const struct rows *rows)
{
    test_null(c, rows, 0);
}

static void is_present(const struct call *c, const struct rows *rows)
{
    test_null(c, rows, 1);
}

static enum status bind_operator(struct binding *b, kernel k, struct error *e)
{
    for (uint32_t i = 0; i < b->argc; i++) {
        enum type_id id = b->arg[i]->type->id;
        if (id != TYPE_BOOLEAN && id != TYPE_NULL && b->argc == 2)
            return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.%s] %s: operand %u is %s, wanted BOOLEAN",
                             type_equal(b->arg[0]->type, b->arg[1]->type) ? "BINARY_OP_WRONG_TYPE"
                                                                          : "BINARY_OP_DIFF_TYPES",
                             b->function->name, i + 1, type_text(b->arena, b->arg[i]->type));
        enum status status = binding_want(b, i, WANT_BOOLEAN, e);
        if (status != STATUS_OK)
            return status;
    }
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = k;
    return STATUS_OK;
}

static enum status bind_and(struct binding *b, struct error *e)
{
    return bind_operator(b, both, e);
}

static enum status bind_or(struct binding *b, struct error *e)
{
    return bind_operator(b, either, e);
}

static enum status bind_not(struct binding *b, struct error *e)
{
    return bind_operator(b, negation, e);
}

static enum status bind_test(struct binding *b, kernel k, struct error *e)
{
    enum status status = bind_operator(b, k, e);
    b->nullable = false;
    return status;
}

static enum status bind_is_true(struct binding *b, struct error *e)
{
    return bind_test(b, is_true, e);
}

static enum status bind_is_not_true(struct binding *b, struct error *e)
{
    return bind_test(b, is_not_true, e);
}

static enum status bind_is_false(struct binding *b, struct error *e)
{
    return bind_test(b, is_false, e);
}

static enum status bind_is_not_false(struct binding *b, struct error *e)
{
    return bind_test(b, is_not_false, e);
}

static enum status bind_is_unknown(struct binding *b, struct error *e)
{
    return bind_test(b, is_absent, e);
}

static enum status bind_is_known(struct binding *b, struct error *e)
{
    return bind_test(b, is_present, e);
}

static enum status bind_null_test(struct binding *b, struct error *e)
{
    (void)e;
    b->type = type_simple(TYPE_BOOLEAN);
    b->nullable = false;
    b->kernel = b->function == &function_is_null ? is_absent : is_present;
    return STATUS_OK;
}

const struct function function_and = {
    .name = "and",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_and,
    .usage = "a AND b",
    .summary = "Are both true? FALSE if either is FALSE, else NULL if either is NULL.",
    .example = "true AND NULL",
    .gives = "null",
};
const struct function function_or = {
    .name = "or",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_or,
    .usage = "a OR b",
    .summary = "Is either true? TRUE if either is TRUE, else NULL if either is NULL.",
    .example = "true OR NULL",
    .gives = "true",
};
const struct function function_not = {
    .name = "not",
    .alias = (const char *const[]){"!", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_not,
    .usage = "NOT a",
    .summary = "The opposite; NULL of NULL.",
    .example = "NOT true",
    .gives = "false",
};
const struct function function_is_null = {
    .name = "is null",
    .alias = (const char *const[]){"isnull", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_null_test,
    .usage = "a IS NULL",
    .summary = "Is it NULL?",
    .example = "1 IS NULL",
    .gives = "false",
};
const struct function function_is_not_null = {
    .name = "is not null",
    .alias = (const char *const[]){"isnotnull", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_null_test,
    .usage = "a IS NOT NULL",
    .summary = "Is it not NULL?",
    .example = "1 IS NOT NULL",
    .gives = "true",
};
const struct function function_is_true = {
    .name = "is true",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_true,
    .usage = "a IS TRUE",
    .summary = "Is it TRUE? Never NULL.",
    .example = "NULL IS TRUE",
    .gives = "false",
};
const struct function function_is_not_true = {
    .name = "is not true",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_not_true,
    .usage = "a IS NOT TRUE",
    .summary = "Is it FALSE or NULL? Never NULL.",
    .example = "NULL IS NOT TRUE",
    .gives = "true",
};
const struct function function_is_false = {
    .name = "is false",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_false,
    .usage = "a IS FALSE",
    .summary = "Is it FALSE? Never NULL.",
    .example = "NULL IS FALSE",
    .gives = "false",
};
const struct function function_is_not_false = {
    .name = "is not false",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_not_false,
    .usage = "a IS NOT FALSE",
    .summary = "Is it TRUE or NULL? Never NULL.",
    .example = "NULL IS NOT FALSE",
    .gives = "true",
};
const struct function function_is_unknown = {
    .name = "is unknown",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_unknown,
    .usage = "a IS UNKNOWN",
    .summary = "Is the truth value NULL?",
    .example = "true IS UNKNOWN",
    .gives = "false",
};
const struct function function_is_not_unknown = {
    .name = "is not unknown",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_is_known,
    .usage = "a IS NOT UNKNOWN",
    .summary = "Is the truth value TRUE or FALSE?",
    .example = "true IS NOT UNKNOWN",
    .gives = "true",
};
