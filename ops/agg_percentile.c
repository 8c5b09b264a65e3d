// percentile_approx (Spark's ApproximatePercentile), percentile and median (Percentile). State of percentile_approx:
// the number of values, 8 bytes, that of samples, 4, and for each sample its value (IEEE 754), gain and delta, 8 bytes
// each; of the others the number of values, 8 bytes, and the values.
#include "ops/aggregate.h"
#include "ops/coerce.h"
#include "ops/decimal.h"
#include "ops/endian.h"
#include "ops/functions.h"
#include "ops/quantile.h"

#include <math.h>
#include <stdlib.h>

enum { WANTED_MAX = 100, HEAD_BYTES = 12, SAMPLE_BYTES = 24 };

struct percentile {
    double at[WANTED_MAX], error;
    uint32_t count;
    bool list; // the percentages are an ARRAY, and so is the result
    const struct type *of;
};

static double number_at(const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_TINYINT:
        return c->i8[row];
    case TYPE_SMALLINT:
        return c->i16[row];
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        return c->i32[row];
    case TYPE_FLOAT:
        return (double)c->f32[row];
    case TYPE_DOUBLE:
        return c->f64[row];
    case TYPE_DECIMAL:
        return decimal_to_double(c->decimal[row], c->type->scale);
    default:
        return (double)c->i64[row];
    }
}

static void put_number(struct column *c, uint32_t row, double v)
{
    c->null[row] = 0;
    switch (c->type->id) {
    case TYPE_TINYINT:
        c->i8[row] = (int8_t)v;
        break;
    case TYPE_SMALLINT:
        c->i16[row] = (int16_t)v;
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        c->i32[row] = (int32_t)v;
        break;
    case TYPE_FLOAT:
        c->f32[row] = (float)v;
        break;
    case TYPE_DOUBLE:
        c->f64[row] = v;
        break;
    case TYPE_DECIMAL:
        c->null[row] =
            !decimal_from_double(v, (struct decimal_size){c->type->precision, c->type->scale}, &c->decimal[row]);
        break;
    default:
        c->i64[row] = v >= 9223372036854775808.0 ? INT64_MAX : (int64_t)v; // the greatest is no DOUBLE
    }
}

static void put_result(const struct aggregate_call *bound, struct column *out, uint32_t row, const double *value)
{
    const struct percentile *p = bound->state;
    out->null[row] = value == NULL;
    if (value == NULL)
        return;
    if (!p->list) {
        put_number(out, row, value[0]);
        return;
    }
    uint32_t first = out->used;
    column_reserve(out, first + p->count, bound->arena);
    out->used += p->count;
    out->span[row] = (struct span){first, p->count};
    for (uint32_t k = 0; k < p->count; k++)
        put_number(&out->child[0], first + k, value[k]);
}

// ---- percentile_approx

static void approx_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                        void *const *groups)
{
    const struct percentile *p = bound->state;
    FOR_EACH_ROW (i, rows) {
        if (!is_null(args[0], i))
            quantile_add(groups[i_k], number_at(args[0], at(args[0], i)), p->error, bound->arena);
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
    double value[WANTED_MAX];
    quantile_compress(&q, p->error, bound->arena);
    for (uint32_t k = 0; q.samples > 0 && k < p->count; k++)
        value[k] = quantile_query(&q, p->at[k], p->error);
    put_result(bound, out, row, q.samples > 0 ? value : NULL);
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

// ---- percentile, median: all values are kept

struct values {
    double *value;
    uint64_t count, room;
};

static void values_room(const struct aggregate_call *bound, struct values *s, uint64_t more)
{
    if (s->count + more <= s->room)
        return;
    uint64_t room = s->room > 0 ? 2 * s->room : 16;
    while (room < s->count + more)
        room *= 2;
    double *value = ARENA_ARRAY(bound->arena, double, room);
    if (s->count > 0)
        memcpy(value, s->value, (size_t)s->count * sizeof *value);
    s->value = value;
    s->room = room;
}

static void exact_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct values *s = groups[i_k];
        if (is_null(args[0], i))
            continue;
        values_room(bound, s, 1);
        s->value[s->count++] = number_at(args[0], at(args[0], i));
    }
}

static void exact_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct values *a = into;
    const struct values *b = from;
    if (b->count == 0)
        return;
    values_room(bound, a, b->count);
    memcpy(a->value + a->count, b->value, (size_t)b->count * sizeof *a->value);
    a->count += b->count;
}

static int compare_values(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

static void exact_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct percentile *p = bound->state;
    const struct values *s = group;
    double result[WANTED_MAX], *sorted = ARENA_ARRAY(bound->arena, double, s->count + 1);
    if (s->count > 0)
        memcpy(sorted, s->value, (size_t)s->count * sizeof *sorted);
    qsort(sorted, (size_t)s->count, sizeof *sorted, compare_values);
    for (uint32_t k = 0; s->count > 0 && k < p->count; k++) {
        double place = (double)(s->count - 1) * p->at[k];
        uint64_t lower = (uint64_t)floor(place), higher = (uint64_t)ceil(place);
        double low = sorted[lower], high = sorted[higher];
        result[k] = lower == higher || low == high ? low : low + (place - (double)lower) * (high - low);
    }
    put_result(bound, out, row, s->count > 0 ? result : NULL);
}

static void exact_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct values *s = group;
    char *to = text_reserve(out, 8 + 8 * (size_t)s->count);
    store_little(to, s->count, 8);
    for (uint64_t k = 0; k < s->count; k++)
        store_little(to + 8 + 8 * k, bits_of_double(s->value[k]), 8);
    out->size += 8 + 8 * (size_t)s->count;
}

static size_t exact_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct values *s = group;
    uint64_t count = bytes.size < 8 ? UINT64_MAX : load_little(bytes.data, 8);
    if (count == UINT64_MAX || count > (bytes.size - 8) / 8)
        return 0;
    *s = (struct values){0};
    values_room(bound, s, count);
    for (s->count = 0; s->count < count; s->count++)
        s->value[s->count] = double_of_bits(load_little(bytes.data + 8 + 8 * s->count, 8));
    return 8 + 8 * (size_t)count;
}

static const struct aggregate_kernels exact_kernels = {
    .step = exact_step, .merge = exact_merge, .finish = exact_finish, .save = exact_save, .load = exact_load};

// ---- binding

static bool literal_number(const struct expr *x, double *out)
{
    if (!is_literal(x))
        return false;
    if (x->type->id == TYPE_DECIMAL)
        *out = decimal_to_double(x->literal.decimal, x->type->scale);
    else if (x->type->id == TYPE_DOUBLE || x->type->id == TYPE_FLOAT)
        *out = x->literal.real;
    else if (type_is_integral(x->type))
        *out = (double)x->literal.integer;
    else
        return false;
    return true;
}

static enum status read_percentages(const struct aggregate_binding *b, const struct expr *x, struct percentile *p,
                                    struct error *e)
{
    p->list = x->kind == EXPR_CALL && x->function == &function_array;
    p->count = p->list ? x->argc : 1;
    bool good = p->count > 0 && p->count <= WANTED_MAX;
    for (uint32_t k = 0; good && k < p->count; k++)
        good = literal_number(p->list ? x->args[k] : x, &p->at[k]);
    if (!good)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] %s: the percentage is a literal from 0 to 1, or an "
                         "array(…) of at most %d of them",
                         b->aggregate->name, WANTED_MAX);
    for (uint32_t k = 0; k < p->count; k++)
        if (!(p->at[k] >= 0 && p->at[k] <= 1))
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] %s: the percentage is between 0 and 1, not %g",
                             b->aggregate->name, p->at[k]);
    return STATUS_OK;
}

static enum status approx_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    const struct type *t = b->arg[0]->type;
    double accuracy = 10000;
    enum status status = read_percentages(b, b->arg[1], p, e);
    if (status != STATUS_OK)
        return status;
    if (b->argc > 2 && (!literal_number(b->arg[2], &accuracy) || !type_is_integral(b->arg[2]->type) || accuracy < 1 ||
                        accuracy > INT32_MAX))
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

static enum status bind_exact(struct aggregate_binding *b, struct percentile *p, struct error *e)
{
    const struct type *t = b->arg[0]->type, *real = type_simple(TYPE_DOUBLE);
    if (!type_is_numeric(t) && t->id != TYPE_STRING && t->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "NUMERIC", e);
    b->want[0] = real;
    b->type = p->list ? type_array(b->arena, real, true) : real;
    b->nullable = true;
    b->state_size = (sizeof(struct values) + 7u) & ~7u;
    b->state = p;
    b->kernels = &exact_kernels;
    return STATUS_OK;
}

static enum status percentile_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    enum status status = read_percentages(b, b->arg[1], p, e);
    return status == STATUS_OK ? bind_exact(b, p, e) : status;
}

static enum status median_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    *p = (struct percentile){.at = {0.5}, .count = 1};
    return bind_exact(b, p, e);
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
const struct aggregate aggregate_percentile = {
    .name = "percentile",
    .min_args = 2,
    .max_args = 2,
    .bind = percentile_bind,
    .usage = "percentile(expr, percentage)",
    .summary = "The exact percentile, between two values where it lies between them; all values are kept.",
    .example = "SELECT percentile(x, 0.3) FROM VALUES (0), (10) AS t(x)",
    .gives = "3.0",
};
const struct aggregate aggregate_median = {
    .name = "median",
    .min_args = 1,
    .max_args = 1,
    .bind = median_bind,
    .usage = "median(expr)",
    .summary = "The value in the middle; all values are kept.",
    .example = "SELECT median(x) FROM VALUES (0), (10) AS t(x)",
    .gives = "5.0",
};
