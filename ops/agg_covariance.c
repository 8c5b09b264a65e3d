// corr and covar (Spark's PearsonCorrelation, Covariance, with their formulas to the last digit). State: count,
// mean of x, mean of y, co-moment, squared distances of x and of y, each a DOUBLE (IEEE 754), 8 bytes little endian.
#include "ops/aggregate.h"
#include "ops/endian.h"

#include <math.h>

enum { VALUES = 6 };

struct pairs {
    double n, x_mean, y_mean, co, x_m2, y_m2;
};

enum statistic { CORR, COVAR_POP, COVAR_SAMP };
static const enum statistic corr = CORR, covar_pop = COVAR_POP, covar_samp = COVAR_SAMP;

static void pairs_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    (void)bound;
    const struct column *cx = args[0], *cy = args[1];
    FOR_EACH_ROW (i, rows) {
        struct pairs *s = groups[i_k];
        if (is_null(cx, i) || is_null(cy, i))
            continue;
        double x = cx->f64[at(cx, i)], y = cy->f64[at(cy, i)];
        double dx = x - s->x_mean, dy = y - s->y_mean;
        s->n += 1;
        s->x_mean += dx / s->n;
        s->y_mean += dy / s->n;
        s->co += dx * (y - s->y_mean);
        s->x_m2 += dx * (x - s->x_mean);
        s->y_m2 += dy * (y - s->y_mean);
    }
}

static void pairs_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct pairs *a = into;
    const struct pairs *b = from;
    double n = a->n + b->n;
    double dx = b->x_mean - a->x_mean;
    double dy = b->y_mean - a->y_mean;
    double x_part = n == 0 ? 0 : dx / n, y_part = n == 0 ? 0 : dy / n;
    a->co = a->co + b->co + dx * y_part * a->n * b->n;
    a->x_m2 = a->x_m2 + b->x_m2 + dx * x_part * a->n * b->n;
    a->y_m2 = a->y_m2 + b->y_m2 + dy * y_part * a->n * b->n;
    a->x_mean += x_part * b->n;
    a->y_mean += y_part * b->n;
    a->n = n;
}

static void pairs_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct pairs *s = group;
    enum statistic what = *(const enum statistic *)bound->state;
    double apart = sqrt(s->x_m2 * s->y_m2); // of CORR; dividing by zero is NULL
    out->null[row] =
        s->n == 0 || (s->n == 1 && what != COVAR_POP) || (what == CORR && (s->x_m2 == 0 || s->y_m2 == 0 || apart == 0));
    if (out->null[row])
        return;
    switch (what) {
    case CORR:
        out->f64[row] = s->co / apart;
        break;
    case COVAR_POP:
        out->f64[row] = s->co / s->n;
        break;
    case COVAR_SAMP:
        out->f64[row] = s->co / (s->n - 1);
        break;
    }
}

static void pairs_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct pairs *s = group;
    const double values[VALUES] = {s->n, s->x_mean, s->y_mean, s->co, s->x_m2, s->y_m2};
    char *to = text_reserve(out, sizeof values);
    for (unsigned k = 0; k < VALUES; k++)
        store_little(to + 8 * k, bits_of_double(values[k]), 8);
    out->size += sizeof values;
}

static size_t pairs_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    double values[VALUES];
    if (bytes.size < sizeof values)
        return 0;
    for (unsigned k = 0; k < VALUES; k++)
        values[k] = double_of_bits(load_little(bytes.data + 8 * k, 8));
    *(struct pairs *)group = (struct pairs){.n = values[0],
                                            .x_mean = values[1],
                                            .y_mean = values[2],
                                            .co = values[3],
                                            .x_m2 = values[4],
                                            .y_m2 = values[5]};
    return sizeof values;
}

static const struct aggregate_kernels pairs_kernels = {
    .step = pairs_step, .merge = pairs_merge, .finish = pairs_finish, .save = pairs_save, .load = pairs_load};

static enum status pairs_bind(struct aggregate_binding *b, const enum statistic *what, struct error *e)
{
    for (uint32_t k = 0; k < 2; k++) {
        const struct type *type = b->arg[k]->type;
        if (!type_is_numeric(type) && type->id != TYPE_STRING && type->id != TYPE_NULL)
            return aggregate_mismatch(b, k, "DOUBLE", e);
        b->want[k] = type_simple(TYPE_DOUBLE);
    }
    b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->state_size = sizeof(struct pairs);
    b->state = what;
    b->kernels = &pairs_kernels;
    return STATUS_OK;
}

static enum status corr_bind(struct aggregate_binding *b, struct error *e)
{
    return pairs_bind(b, &corr, e);
}

static enum status covar_pop_bind(struct aggregate_binding *b, struct error *e)
{
    return pairs_bind(b, &covar_pop, e);
}

static enum status covar_samp_bind(struct aggregate_binding *b, struct error *e)
{
    return pairs_bind(b, &covar_samp, e);
}

const struct aggregate aggregate_corr = {
    .name = "corr",
    .min_args = 2,
    .max_args = 2,
    .bind = corr_bind,
    .usage = "corr(x, y)",
    .summary =
        "Pearson's coefficient of correlation; NULL for fewer than two pairs, or where x or y is always the same.",
    .example = "SELECT corr(x, y) FROM VALUES (1, 2), (2, 4), (3, 6) AS t(x, y)",
    .gives = "1.0",
};

const struct aggregate aggregate_covar_pop = {
    .name = "covar_pop",
    .min_args = 2,
    .max_args = 2,
    .bind = covar_pop_bind,
    .usage = "covar_pop(x, y)",
    .summary = "The covariance of all pairs; NULL if there is none.",
    .example = "SELECT covar_pop(x, y) FROM VALUES (1, 2), (3, 6) AS t(x, y)",
    .gives = "2.0",
};

const struct aggregate aggregate_covar_samp = {
    .name = "covar_samp",
    .min_args = 2,
    .max_args = 2,
    .bind = covar_samp_bind,
    .usage = "covar_samp(x, y)",
    .summary = "The sample covariance; NULL for fewer than two pairs.",
    .example = "SELECT covar_samp(x, y) FROM VALUES (1, 2), (3, 6) AS t(x, y)",
    .gives = "4.0",
};
