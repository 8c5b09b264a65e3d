// approx_count_distinct (Spark's HyperLogLogPlusPlus). State: the registers, a byte each, 2^p of them: 512, unless
// another precision was asked for.
#include "ops/aggregate.h"
#include "ops/cardinality.h"
#include "ops/decimal.h"
#include "ops/hash_value.h"

static unsigned precision_of(const struct aggregate_call *bound)
{
    return *(const unsigned *)bound->state;
}

static void distinct_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                          void *const *groups)
{
    const struct column *c = args[0];
    unsigned p = precision_of(bound);
    FOR_EACH_ROW (i, rows) {
        if (!is_null(c, i) && c->type->id != TYPE_NULL)
            cardinality_add(groups[i_k], p, hash_xx64(c, i, HASH_SEED));
    }
}

static void distinct_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    uint8_t *a = into;
    const uint8_t *b = from;
    for (uint32_t i = 0; i < UINT32_C(1) << precision_of(bound); i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
}

static void distinct_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    out->null[row] = 0;
    out->i64[row] = cardinality_estimate(group, precision_of(bound));
}

static void distinct_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    text_bytes(out, group, (size_t)1 << precision_of(bound));
}

static size_t distinct_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    uint32_t size = UINT32_C(1) << precision_of(bound);
    if (bytes.size < size)
        return 0;
    for (uint32_t i = 0; i < size; i++)
        if ((unsigned char)bytes.data[i] > 64)
            return 0;
    memcpy(group, bytes.data, size);
    return size;
}

static const struct aggregate_kernels distinct_kernels = {.step = distinct_step,
                                                          .merge = distinct_merge,
                                                          .finish = distinct_finish,
                                                          .save = distinct_save,
                                                          .load = distinct_load};

static enum status distinct_bind(struct aggregate_binding *b, struct error *e)
{
    double deviation = 0.05;
    if (b->argc > 1) {
        const struct expr *x = b->arg[1];
        if (x->kind != EXPR_LITERAL || x->literal.null || (x->type->id != TYPE_DOUBLE && x->type->id != TYPE_DECIMAL))
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] approx_count_distinct: argument 2, the relative "
                             "standard deviation, must be a literal like 0.05");
        deviation =
            x->type->id == TYPE_DOUBLE ? x->literal.real : decimal_to_double(x->literal.decimal, x->type->scale);
    }
    unsigned *p = ARENA_NEW(b->arena, unsigned);
    *p = cardinality_precision(deviation);
    if (*p == 0)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] approx_count_distinct: the relative standard "
                         "deviation must be between 0.0022 and 0.39");
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = false;
    b->state_size = UINT32_C(1) << *p;
    b->state = p;
    b->kernels = &distinct_kernels;
    return STATUS_OK;
}

const struct aggregate aggregate_approx_count_distinct = {
    .name = "approx_count_distinct",
    .min_args = 1,
    .max_args = 2,
    .bind = distinct_bind,
    .usage = "approx_count_distinct(expr[, deviation])",
    .summary = "About how many different values there are (HyperLogLog++); the relative standard deviation is 0.05 "
               "unless told.",
    .example = "SELECT approx_count_distinct(x) FROM VALUES (1), (1), (2), (2), (3) AS t(x)",
    .gives = "3",
};
