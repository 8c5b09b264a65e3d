// regr_*: of the pairs (y, x) that are not NULL, the line that fits them best (linearRegression.scala). Spark puts them
// together of its corr, covar_pop and var_pop, each with a formula of its own, and so it is here, to the last digit.
// State: count, means of y and x; co-moments from y and from x; squared distances of y and x as corr has them, and as
// var_pop; each a DOUBLE (IEEE 754), 8 bytes little endian.
#include "ops/aggregate.h"
#include "ops/endian.h"

#include <math.h>

extern const struct aggregate aggregate_regr_count, aggregate_regr_r2, aggregate_regr_slope, aggregate_regr_intercept,
    aggregate_regr_sxx, aggregate_regr_syy, aggregate_regr_sxy;

enum { VALUES = 9 };

enum part { COUNT, Y_MEAN, X_MEAN, CO_Y, CO_X, Y_M2, X_M2, Y_VARIANCE, X_VARIANCE };

struct line {
    double v[VALUES];
};

enum statistic { REGR_COUNT, REGR_R2, REGR_SLOPE, REGR_INTERCEPT, REGR_SXX, REGR_SYY, REGR_SXY };

static void line_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                      void *const *groups)
{
    (void)bound;
    FOR_EACH_ROW (i, rows) {
        double *v = ((struct line *)groups[i_k])->v;
        if (is_null(args[0], i) || is_null(args[1], i))
            continue;
        double y = args[0]->f64[at(args[0], i)], x = args[1]->f64[at(args[1], i)];
        double dy = y - v[Y_MEAN], dx = x - v[X_MEAN];
        v[COUNT] += 1;
        double y_part = dy / v[COUNT], x_part = dx / v[COUNT];
        v[Y_MEAN] += y_part;
        v[X_MEAN] += x_part;
        v[CO_Y] += dy * (x - v[X_MEAN]);
        v[CO_X] += dx * (y - v[Y_MEAN]);
        v[Y_M2] += dy * (y - v[Y_MEAN]);
        v[X_M2] += dx * (x - v[X_MEAN]);
        v[Y_VARIANCE] += dy * (dy - y_part);
        v[X_VARIANCE] += dx * (dx - x_part);
    }
}

static void line_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    double *a = ((struct line *)into)->v;
    const double *b = ((const struct line *)from)->v;
    double n = a[COUNT] + b[COUNT], dy = b[Y_MEAN] - a[Y_MEAN], dx = b[X_MEAN] - a[X_MEAN];
    double y_part = n == 0 ? 0 : dy / n, x_part = n == 0 ? 0 : dx / n;
    a[CO_Y] = a[CO_Y] + b[CO_Y] + dy * x_part * a[COUNT] * b[COUNT];
    a[CO_X] = a[CO_X] + b[CO_X] + dx * y_part * a[COUNT] * b[COUNT];
    a[Y_M2] = a[Y_M2] + b[Y_M2] + dy * y_part * a[COUNT] * b[COUNT];
    a[X_M2] = a[X_M2] + b[X_M2] + dx * x_part * a[COUNT] * b[COUNT];
    a[Y_VARIANCE] = a[Y_VARIANCE] + b[Y_VARIANCE] + dy * y_part * a[COUNT] * b[COUNT];
    a[X_VARIANCE] = a[X_VARIANCE] + b[X_VARIANCE] + dx * x_part * a[COUNT] * b[COUNT];
    a[Y_MEAN] += y_part * b[COUNT];
    a[X_MEAN] += x_part * b[COUNT];
    a[COUNT] = n;
}

// Whether there is one; what Spark divides by zero is NULL.
static bool statistic_of(const double *v, enum statistic what, double *out)
{
    double slope = v[CO_X] / v[X_VARIANCE], corr = v[CO_Y] / sqrt(v[Y_M2] * v[X_M2]);
    switch (what) {
    case REGR_R2:
        *out = v[Y_M2] == 0 ? 1 : corr * corr;
        return v[COUNT] > 0 && v[X_M2] != 0;
    case REGR_SLOPE:
        *out = slope;
        return v[COUNT] > 0 && v[X_VARIANCE] != 0;
    case REGR_INTERCEPT:
        *out = v[Y_MEAN] - slope * v[X_MEAN];
        return v[COUNT] > 0 && v[X_VARIANCE] != 0;
    case REGR_SXX:
        *out = v[X_VARIANCE];
        return v[COUNT] > 0;
    case REGR_SYY:
        *out = v[Y_VARIANCE];
        return v[COUNT] > 0;
    default:
        *out = v[CO_Y];
        return v[COUNT] > 0;
    }
}

static void line_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const double *v = ((const struct line *)group)->v;
    enum statistic what = *(const enum statistic *)bound->state;
    out->null[row] = 0;
    if (what == REGR_COUNT)
        out->i64[row] = (int64_t)v[COUNT];
    else
        out->null[row] = !statistic_of(v, what, &out->f64[row]);
}

static void line_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct line *s = group;
    char *to = text_reserve(out, sizeof s->v);
    for (unsigned k = 0; k < VALUES; k++)
        store_little(to + 8 * k, bits_of_double(s->v[k]), 8);
    out->size += sizeof s->v;
}

static const double COUNT_MAX = 9007199254740992.0; // 2^53: a DOUBLE counts no further

static size_t line_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct line *s = group;
    if (bytes.size < sizeof s->v)
        return 0;
    for (unsigned k = 0; k < VALUES; k++)
        s->v[k] = double_of_bits(load_little(bytes.data + 8 * k, 8));
    // A count of whole rows; NaN is none.
    return s->v[COUNT] >= 0 && s->v[COUNT] <= COUNT_MAX ? sizeof s->v : 0;
}

static const struct aggregate_kernels line_kernels = {
    .step = line_step, .merge = line_merge, .finish = line_finish, .save = line_save, .load = line_load};

static enum status regr_bind(struct aggregate_binding *b, struct error *e)
{
    static const struct {
        const struct aggregate *aggregate;
        enum statistic what;
    } regressions[] = {
        {&aggregate_regr_count, REGR_COUNT}, {&aggregate_regr_r2, REGR_R2},
        {&aggregate_regr_slope, REGR_SLOPE}, {&aggregate_regr_intercept, REGR_INTERCEPT},
        {&aggregate_regr_sxx, REGR_SXX},     {&aggregate_regr_syy, REGR_SYY},
        {&aggregate_regr_sxy, REGR_SXY},
    };
    size_t k = 0;
    while (regressions[k].aggregate != b->aggregate)
        k++;
    for (uint32_t n = 0; n < 2; n++) {
        const struct type *type = b->arg[n]->type;
        if (!type_is_numeric(type) && type->id != TYPE_STRING && type->id != TYPE_NULL)
            return aggregate_mismatch(b, n, "a number", e);
        b->want[n] = type_simple(TYPE_DOUBLE);
    }
    b->nullable = regressions[k].what != REGR_COUNT;
    b->type = type_simple(b->nullable ? TYPE_DOUBLE : TYPE_BIGINT);
    b->state_size = sizeof(struct line);
    b->state = &regressions[k].what;
    b->kernels = &line_kernels;
    return STATUS_OK;
}

#define REGRESSION(id, words, result)                                                                                  \
    const struct aggregate aggregate_##id = {.name = #id,                                                              \
                                             .min_args = 2,                                                            \
                                             .max_args = 2,                                                            \
                                             .bind = regr_bind,                                                        \
                                             .usage = #id "(y, x)",                                                    \
                                             .summary = words,                                                         \
                                             .example =                                                                \
                                                 "SELECT " #id "(x, y) FROM VALUES (1, 2), (2, 4), (3, 6) AS t(x, y)", \
                                             .gives = result};

REGRESSION(regr_count, "The number of pairs of which neither is NULL.", "3")
REGRESSION(regr_r2, "The coefficient of determination.", "1.0")
REGRESSION(regr_slope, "The slope of the line that fits the pairs best.", "0.5")
REGRESSION(regr_intercept, "Where that line crosses x = 0.", "0.0")
REGRESSION(regr_sxx, "The squared distances of x from its mean.", "8.0")
REGRESSION(regr_syy, "The squared distances of y from its mean.", "2.0")
REGRESSION(regr_sxy, "The products of both distances.", "4.0")
