// count and count_if. State: the count, 8 bytes little endian.
#include "ops/aggregate.h"
#include "ops/endian.h"

static void count_rows(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    (void)bound, (void)args;
    for (uint32_t k = 0; k < rows->count; k++)
        ++*(int64_t *)groups[k];
}

static void count_values(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                         void *const *groups)
{
    for (uint32_t k = 0; k < rows->count; k++) {
        uint32_t row = rows->index != NULL ? rows->index[k] : k;
        bool null = false;
        for (uint32_t a = 0; a < bound->argc; a++)
            null |= is_null(args[a], row);
        *(int64_t *)groups[k] += !null;
    }
}

static void count_true(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    (void)bound;
    const struct column *c = args[0];
    FOR_EACH_ROW (i, rows) {
        *(int64_t *)groups[i_k] += !is_null(c, i) && c->boolean[at(c, i)];
    }
}

static void count_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    *(int64_t *)into += *(const int64_t *)from;
}

static void count_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    out->null[row] = 0;
    out->i64[row] = *(const int64_t *)group;
}

static void count_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    store_little(text_reserve(out, 8), (uint64_t) * (const int64_t *)group, 8);
    out->size += 8;
}

static size_t count_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    if (bytes.size < 8)
        return 0;
    *(int64_t *)group = (int64_t)load_little(bytes.data, 8);
    return 8;
}

#define COUNT_KERNELS(counted)                                                                                         \
    {                                                                                                                  \
        .step = counted, .merge = count_merge, .finish = count_finish, .save = count_save, .load = count_load          \
    }

static const struct aggregate_kernels rows_kernels = COUNT_KERNELS(count_rows);
static const struct aggregate_kernels values_kernels = COUNT_KERNELS(count_values);
static const struct aggregate_kernels true_kernels = COUNT_KERNELS(count_true);

static enum status count_bind(struct aggregate_binding *b, struct error *e)
{
    (void)e;
    bool nullable = false;
    for (uint32_t a = 0; a < b->argc; a++)
        nullable |= b->arg[a]->nullable || b->arg[a]->type->id == TYPE_NULL;
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = false;
    b->state_size = sizeof(int64_t);
    b->kernels = nullable ? &values_kernels : &rows_kernels;
    return STATUS_OK;
}

static enum status count_if_bind(struct aggregate_binding *b, struct error *e)
{
    if (b->arg[0]->type->id != TYPE_BOOLEAN && b->arg[0]->type->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "BOOLEAN", e);
    b->want[0] = type_simple(TYPE_BOOLEAN);
    b->type = type_simple(TYPE_BIGINT);
    b->nullable = false;
    b->state_size = sizeof(int64_t);
    b->kernels = &true_kernels;
    return STATUS_OK;
}

const struct aggregate aggregate_count = {
    .name = "count",
    .min_args = 0,
    .max_args = UINT8_MAX,
    .bind = count_bind,
    .usage = "count(*), count(expr[, expr...])",
    .summary = "The number of rows, or of rows for which no expression is NULL.",
    .example = "SELECT count(x) FROM VALUES (1), (NULL), (3) AS t(x)",
    .gives = "2",
};

const struct aggregate aggregate_count_if = {
    .name = "count_if",
    .min_args = 1,
    .max_args = 1,
    .bind = count_if_bind,
    .usage = "count_if(condition)",
    .summary = "The number of rows for which the condition is true.",
    .example = "SELECT count_if(x > 1) FROM VALUES (1), (NULL), (3) AS t(x)",
    .gives = "1",
};
