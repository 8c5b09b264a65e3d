// skewness and kurtosis (Spark's CentralMomentAgg of order 3 and 4, with its formulas to the last digit). State: count,
// mean, and the sums of the second, third and fourth powers of the distances, each a DOUBLE, 8 bytes little endian.
#include "ops/aggregate.h"
#include "ops/endian.h"

#include <math.h>

struct shape {
    double n, mean, m2, m3, m4;
};

enum { SHAPE_BYTES = 40 };
static const bool third = false, fourth = true; // what bind leaves in `state`

static void shape_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    (void)bound;
    const struct column *c = args[0];
    FOR_EACH_ROW (i, rows) {
        struct shape *s = groups[i_k];
        if (is_null(c, i))
            continue;
        double n = s->n + 1.0, delta = c->f64[at(c, i)] - s->mean, part = delta / n;
        double m2 = s->m2 + delta * (delta - part), delta2 = delta * delta, part2 = part * part;
        double m3 = s->m3 - 3.0 * part * m2 + delta * (delta2 - part2);
        double m4 = s->m4 - 4.0 * part * m3 - 6.0 * part2 * m2 + delta * (delta * delta2 - part * part2);
        *s = (struct shape){n, s->mean + part, m2, m3, m4};
    }
}

static void shape_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct shape *a = into;
    const struct shape *b = from;
    double n1 = a->n, n2 = b->n, n = n1 + n2, delta = b->mean - a->mean, part = n == 0 ? 0 : delta / n;
    double m4 = a->m4 + b->m4 + part * part * part * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
                6.0 * part * part * (n1 * n1 * b->m2 + n2 * n2 * a->m2) + 4.0 * part * (n1 * b->m3 - n2 * a->m3);
    double m3 = a->m3 + b->m3 + part * part * delta * n1 * n2 * (n1 - n2) + 3.0 * part * (n1 * b->m2 - n2 * a->m2);
    double m2 = a->m2 + b->m2 + delta * part * n1 * n2;
    *a = (struct shape){n, a->mean + part * n2, m2, m3, m4};
}

static void shape_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct shape *s = group;
    out->null[row] = s->n == 0 || s->m2 == 0;
    if (out->null[row])
        return;
    bool kurtosis = *(const bool *)bound->state;
    out->f64[row] = kurtosis ? s->n * s->m4 / (s->m2 * s->m2) - 3.0 : sqrt(s->n) * s->m3 / sqrt(s->m2 * s->m2 * s->m2);
}

static void shape_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct shape *s = group;
    const double parts[] = {s->n, s->mean, s->m2, s->m3, s->m4};
    char *to = text_reserve(out, SHAPE_BYTES);
    for (unsigned k = 0; k < 5; k++)
        store_little(to + 8 * k, bits_of_double(parts[k]), 8);
    out->size += SHAPE_BYTES;
}

static size_t shape_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct shape *s = group;
    double *const parts[] = {&s->n, &s->mean, &s->m2, &s->m3, &s->m4};
    if (bytes.size < SHAPE_BYTES)
        return 0;
    for (unsigned k = 0; k < 5; k++)
        *parts[k] = double_of_bits(load_little(bytes.data + 8 * k, 8));
    return SHAPE_BYTES;
}

static const struct aggregate_kernels shape_kernels = {
    .step = shape_step, .merge = shape_merge, .finish = shape_finish, .save = shape_save, .load = shape_load};

static enum status shape_bind(struct aggregate_binding *b, const bool *order, struct error *e)
{
    const struct type *type = b->arg[0]->type;
    if (!type_is_numeric(type) && type->id != TYPE_STRING && type->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "DOUBLE", e);
    b->want[0] = b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->state_size = sizeof(struct shape);
    b->state = order;
    b->kernels = &shape_kernels;
    return STATUS_OK;
}

static enum status skewness_bind(struct aggregate_binding *b, struct error *e)
{
    return shape_bind(b, &third, e);
}

static enum status kurtosis_bind(struct aggregate_binding *b, struct error *e)
{
    return shape_bind(b, &fourth, e);
}

const struct aggregate aggregate_skewness = {
    .name = "skewness",
    .min_args = 1,
    .max_args = 1,
    .bind = skewness_bind,
    .usage = "skewness(expr)",
    .summary = "How far the values lean to one side; NULL if they are all the same.",
    .example = "SELECT skewness(x) FROM VALUES (-10), (-20), (100), (1000) AS t(x)",
    .gives = "1.1135657469022011",
};
const struct aggregate aggregate_kurtosis = {
    .name = "kurtosis",
    .min_args = 1,
    .max_args = 1,
    .bind = kurtosis_bind,
    .usage = "kurtosis(expr)",
    .summary = "How heavy the ends of the distribution are, 0 for a normal one; NULL if the values are all the same.",
    .example = "SELECT kurtosis(x) FROM VALUES (1), (2), (3), (4), (5) AS t(x)",
    .gives = "-1.3",
};
