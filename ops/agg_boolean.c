// bool_and and bool_or (Spark's BoolAnd, BoolOr: Min and Max of a BOOLEAN). State: a byte, 00 nothing seen, 01 false,
// 02 true.
#include "ops/aggregate.h"

enum { NOTHING, FALSE_SEEN, TRUE_SEEN };

static void and_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    uint64_t *a = into;
    uint64_t b = *(const uint64_t *)from;
    if (b != NOTHING && (*a == NOTHING || b < *a))
        *a = b;
}

static void or_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    uint64_t *a = into;
    uint64_t b = *(const uint64_t *)from;
    *a = b > *a ? b : *a;
}

static void boolean_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                         void *const *groups)
{
    const struct column *c = args[0];
    FOR_EACH_ROW (i, rows) {
        uint64_t seen = is_null(c, i) ? NOTHING : c->boolean[at(c, i)] ? TRUE_SEEN : FALSE_SEEN;
        bound->kernels->merge(bound, groups[i_k], &seen);
    }
}

static void boolean_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    uint64_t seen = *(const uint64_t *)group;
    out->null[row] = seen == NOTHING;
    out->boolean[row] = seen == TRUE_SEEN;
}

static void boolean_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    text_char(out, (char)*(const uint64_t *)group);
}

static size_t boolean_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > TRUE_SEEN)
        return 0;
    *(uint64_t *)group = (uint64_t)bytes.data[0];
    return 1;
}

static const struct aggregate_kernels and_kernels = {
    .step = boolean_step, .merge = and_merge, .finish = boolean_finish, .save = boolean_save, .load = boolean_load};
static const struct aggregate_kernels or_kernels = {
    .step = boolean_step, .merge = or_merge, .finish = boolean_finish, .save = boolean_save, .load = boolean_load};

static enum status boolean_bind(struct aggregate_binding *b, const struct aggregate_kernels *kernels, struct error *e)
{
    if (b->arg[0]->type->id != TYPE_BOOLEAN && b->arg[0]->type->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "BOOLEAN", e);
    b->want[0] = type_simple(TYPE_BOOLEAN);
    b->type = type_simple(TYPE_BOOLEAN);
    b->nullable = true;
    b->state_size = sizeof(uint64_t);
    b->kernels = kernels;
    return STATUS_OK;
}

static enum status bool_and_bind(struct aggregate_binding *b, struct error *e)
{
    return boolean_bind(b, &and_kernels, e);
}

static enum status bool_or_bind(struct aggregate_binding *b, struct error *e)
{
    return boolean_bind(b, &or_kernels, e);
}

const struct aggregate aggregate_bool_and = {
    .name = "bool_and",
    .alias = (const char *const[]){"every", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bool_and_bind,
    .usage = "bool_and(condition)",
    .summary = "Whether all values that are not NULL are true; NULL if there is none.",
    .example = "SELECT bool_and(x) FROM VALUES (true), (NULL), (false) AS t(x)",
    .gives = "false",
};

const struct aggregate aggregate_bool_or = {
    .name = "bool_or",
    .alias = (const char *const[]){"some", "any", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bool_or_bind,
    .usage = "bool_or(condition)",
    .summary = "Whether a value is true; NULL if all are NULL.",
    .example = "SELECT bool_or(x) FROM VALUES (true), (NULL), (false) AS t(x)",
    .gives = "true",
};
