// stddev and variance (Spark's CentralMomentAgg, with its formulas to the last digit). State: count, mean and the sum
// of squared distances from it, each a DOUBLE (IEEE 754), 8 bytes little endian.
#include "ops/aggregate.h"
#include "ops/endian.h"

#include <math.h>

struct moments {
    double n, mean, m2;
};

enum moment { VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP };
static const enum moment var_samp = VAR_SAMP, var_pop = VAR_POP, stddev_samp = STDDEV_SAMP, stddev_pop = STDDEV_POP;

static void moments_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                         void *const *groups)
{
    (void)bound;
    const struct column *c = args[0];
    FOR_EACH_ROW (i, rows) {
        struct moments *s = groups[i_k];
        if (is_null(c, i))
            continue;
        double delta = c->f64[at(c, i)] - s->mean;
        s->n += 1;
        double part = delta / s->n;
        s->mean += part;
        s->m2 += delta * (delta - part);
    }
}

static void moments_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct moments *a = into;
    const struct moments *b = from;
    double n = a->n + b->n;
    double delta = b->mean - a->mean;
    double part = n == 0 ? 0 : delta / n;
    a->mean += part * b->n;
    a->m2 = a->m2 + b->m2 + delta * part * a->n * b->n;
    a->n = n;
}

static void moments_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct moments *s = group;
    enum moment what = *(const enum moment *)bound->state;
    double divisor = what == VAR_POP || what == STDDEV_POP ? s->n : s->n - 1;
    out->null[row] = s->n == 0 || divisor == 0;
    if (out->null[row])
        return;
    double variance = s->m2 / divisor;
    out->f64[row] = what == STDDEV_SAMP || what == STDDEV_POP ? sqrt(variance) : variance;
}

static void moments_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct moments *s = group;
    char *to = text_reserve(out, 24);
    store_little(to, bits_of_double(s->n), 8);
    store_little(to + 8, bits_of_double(s->mean), 8);
    store_little(to + 16, bits_of_double(s->m2), 8);
    out->size += 24;
}

static size_t moments_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct moments *s = group;
    if (bytes.size < 24)
        return 0;
    s->n = double_of_bits(load_little(bytes.data, 8));
    s->mean = double_of_bits(load_little(bytes.data + 8, 8));
    s->m2 = double_of_bits(load_little(bytes.data + 16, 8));
    return 24;
}

static const struct aggregate_kernels moments_kernels = {
    .step = moments_step, .merge = moments_merge, .finish = moments_finish, .save = moments_save, .load = moments_load};

static enum status moments_bind(struct aggregate_binding *b, const enum moment *what, struct error *e)
{
    const struct type *type = b->arg[0]->type;
    if (!type_is_numeric(type) && type->id != TYPE_STRING && type->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "DOUBLE", e);
    b->want[0] = b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->state_size = sizeof(struct moments);
    b->state = what;
    b->kernels = &moments_kernels;
    return STATUS_OK;
}

static enum status var_samp_bind(struct aggregate_binding *b, struct error *e)
{
    return moments_bind(b, &var_samp, e);
}

static enum status var_pop_bind(struct aggregate_binding *b, struct error *e)
{
    return moments_bind(b, &var_pop, e);
}

static enum status stddev_samp_bind(struct aggregate_binding *b, struct error *e)
{
    return moments_bind(b, &stddev_samp, e);
}

static enum status stddev_pop_bind(struct aggregate_binding *b, struct error *e)
{
    return moments_bind(b, &stddev_pop, e);
}

const struct aggregate aggregate_var_samp = {
    .name = "var_samp",
    .alias = (const char *const[]){"variance", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = var_samp_bind,
    .usage = "var_samp(expr)",
    .summary = "The sample variance; NULL for fewer than two values.",
    .example = "SELECT var_samp(x) FROM VALUES (1), (2), (3) AS t(x)",
    .gives = "1.0",
};

const struct aggregate aggregate_var_pop = {
    .name = "var_pop",
    .min_args = 1,
    .max_args = 1,
    .bind = var_pop_bind,
    .usage = "var_pop(expr)",
    .summary = "The variance of all values; NULL if there is none.",
    .example = "SELECT var_pop(x) FROM VALUES (1), (3) AS t(x)",
    .gives = "1.0",
};

const struct aggregate aggregate_stddev_samp = {
    .name = "stddev_samp",
    .alias = (const char *const[]){"stddev", "std", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = stddev_samp_bind,
    .usage = "stddev_samp(expr)",
    .summary = "The sample standard deviation; NULL for fewer than two values.",
    .example = "SELECT stddev_samp(x) FROM VALUES (1), (2), (3) AS t(x)",
    .gives = "1.0",
};

const struct aggregate aggregate_stddev_pop = {
    .name = "stddev_pop",
    .min_args = 1,
    .max_args = 1,
    .bind = stddev_pop_bind,
    .usage = "stddev_pop(expr)",
    .summary = "The standard deviation of all values; NULL if there is none.",
    .example = "SELECT stddev_pop(x) FROM VALUES (1), (3) AS t(x)",
    .gives = "1.0",
};
