// percentile_approx (Spark's ApproximatePercentile). State: the number of values, 8 bytes, that of samples, 4, and for
// each sample its value (IEEE 754), gain and delta, 8 bytes each.
#include "ops/coerce.h"
#include "ops/endian.h"
#include "ops/percentile.h"
#include "ops/quantile.h"

enum { HEAD_BYTES = 12, SAMPLE_BYTES = 24 };

// ---- percentile_approx

static void approx_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                        void *const *groups)
{
    const struct percentile *p = bound->state;
    FOR_EACH_ROW (i, rows) {
        if (!is_null(args[0], i))
            quantile_add(groups[i_k], percentile_number(args[0], at(args[0], i)), p->error, bound->arena);
    }
}

static void approx_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    const struct percentile *p = bound->state;
    quantile_merge(into, from, p->error, bound->arena);
}

static void approx_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct percentile *p = bound->state;
    struct quantile q = *(const struct quantile *)group;
    double value[PERCENTAGES_MAX];
    quantile_compress(&q, p->error, bound->arena);
    for (uint32_t k = 0; q.samples > 0 && k < p->count; k++)
        value[k] = quantile_query(&q, p->at[k], p->error);
    percentile_put(bound, out, row, q.samples > 0 ? value : NULL);
}

static void approx_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct percentile *p = bound->state;
    struct quantile q = *(const struct quantile *)group;
    quantile_compress(&q, p->error, bound->arena);
    char *to = text_reserve(out, HEAD_BYTES + (size_t)SAMPLE_BYTES * q.samples);
    store_little(to, (uint64_t)q.count, 8);
    store_little(to + 8, q.samples, 4);
    to += HEAD_BYTES;
    for (uint32_t k = 0; k < q.samples; k++, to += SAMPLE_BYTES) {
        store_little(to, bits_of_double(q.sample[k].value), 8);
        store_little(to + 8, (uint64_t)q.sample[k].gain, 8);
        store_little(to + 16, (uint64_t)q.sample[k].delta, 8);
    }
    out->size += HEAD_BYTES + (size_t)SAMPLE_BYTES * q.samples;
}

static size_t approx_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct quantile *q = group;
    if (bytes.size < HEAD_BYTES)
        return 0;
    uint32_t samples = (uint32_t)load_little(bytes.data + 8, 4);
    if (samples > (bytes.size - HEAD_BYTES) / SAMPLE_BYTES)
        return 0;
    *q = (struct quantile){.samples = samples, .compressed = 1, .count = (int64_t)load_little(bytes.data, 8)};
    q->sample = ARENA_ARRAY(bound->arena, struct quantile_sample, samples + 1);
    const char *from = bytes.data + HEAD_BYTES;
    for (uint32_t k = 0; k < samples; k++, from += SAMPLE_BYTES)
        q->sample[k] = (struct quantile_sample){double_of_bits(load_little(from, 8)), (int64_t)load_little(from + 8, 8),
                                                (int64_t)load_little(from + 16, 8)};
    return HEAD_BYTES + (size_t)SAMPLE_BYTES * samples;
}

static const struct aggregate_kernels approx_kernels = {
    .step = approx_step, .merge = approx_merge, .finish = approx_finish, .save = approx_save, .load = approx_load};

static enum status approx_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    const struct type *t = b->arg[0]->type;
    double accuracy = 10000;
    enum status status = percentile_read(b, p, e);
    if (status != STATUS_OK)
        return status;
    if (b->argc > 2 && (!percentile_literal(b->arg[2], &accuracy) || !type_is_integral(b->arg[2]->type) ||
                        accuracy < 1 || accuracy > INT32_MAX))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] %s: the accuracy is a whole number from 1 on",
                         b->aggregate->name);
    if (t->id == TYPE_STRING || t->id == TYPE_NULL)
        b->want[0] = t = type_simple(TYPE_DOUBLE);
    bool time = t->id == TYPE_DATE || (t->id >= TYPE_TIMESTAMP && t->id <= TYPE_INTERVAL_DT);
    if (!type_is_numeric(t) && !time)
        return aggregate_mismatch(b, 0, "NUMERIC, a date, a timestamp or an interval", e);
    p->error = 1.0 / accuracy;
    b->type = p->list ? type_array(b->arena, t, true) : t;
    b->nullable = true;
    b->state_size = (sizeof(struct quantile) + 7u) & ~7u;
    b->state = p;
    b->kernels = &approx_kernels;
    return STATUS_OK;
}

const struct aggregate aggregate_percentile_approx = {
    .name = "percentile_approx",
    .alias = (const char *const[]){"approx_percentile", NULL},
    .min_args = 2,
    .max_args = 3,
    .bind = approx_bind,
    .usage = "percentile_approx(expr, percentage[, accuracy])",
    .summary = "About the value below which that share of the values lies, or several for an array of shares; the "
               "rank is wrong by at most 1 / accuracy.",
    .example = "SELECT percentile_approx(x, 0.5) FROM VALUES (0), (1), (2), (10) AS t(x)",
    .gives = "1",
};
