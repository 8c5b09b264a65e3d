// avg (Spark's Average): adds in DOUBLE, counts in BIGINT; DECIMAL: ops/agg_decimal.c. State: the sum (IEEE 754) and
// the count, 8 bytes each, little endian.
#include "ops/agg_decimal.h"
#include "ops/agg_interval.h"
#include "ops/endian.h"

extern const struct aggregate aggregate_regr_avgx, aggregate_regr_avgy;

struct average {
    double sum;
    int64_t count;
};

#define AVERAGE_STEP(name, member)                                                                                     \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        const struct column *c = args[0];                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct average *s = groups[i_k];                                                                           \
            if (!is_null(c, i)) {                                                                                      \
                s->sum += (double)c->member[at(c, i)];                                                                 \
                s->count++;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

AVERAGE_STEP(average_i8, i8)
AVERAGE_STEP(average_i16, i16)
AVERAGE_STEP(average_i32, i32)
AVERAGE_STEP(average_i64, i64)
AVERAGE_STEP(average_f32, f32)
AVERAGE_STEP(average_f64, f64)

// regr_avgx, regr_avgy: the second (the first) of the pairs of which neither is NULL.
#define PAIR_STEP(name, which)                                                                                         \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct average *s = groups[i_k];                                                                           \
            if (!is_null(args[0], i) && !is_null(args[1], i)) {                                                        \
                s->sum += args[which]->f64[at(args[which], i)];                                                        \
                s->count++;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

PAIR_STEP(average_y, 0)
PAIR_STEP(average_x, 1)

static void average_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct average *a = into;
    const struct average *b = from;
    a->sum += b->sum;
    a->count += b->count;
}

static void average_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    const struct average *s = group;
    out->null[row] = s->count == 0;
    if (s->count != 0)
        out->f64[row] = s->sum / (double)s->count;
}

static void average_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct average *s = group;
    char *to = text_reserve(out, 16);
    store_little(to, bits_of_double(s->sum), 8);
    store_little(to + 8, (uint64_t)s->count, 8);
    out->size += 16;
}

static size_t average_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct average *s = group;
    if (bytes.size < 16)
        return 0;
    s->sum = double_of_bits(load_little(bytes.data, 8));
    s->count = (int64_t)load_little(bytes.data + 8, 8);
    return 16;
}

#define AVERAGE_KERNELS(how)                                                                                           \
    {                                                                                                                  \
        .step = how, .merge = average_merge, .finish = average_finish, .save = average_save, .load = average_load      \
    }

static const struct aggregate_kernels kernels_i8 = AVERAGE_KERNELS(average_i8);
static const struct aggregate_kernels kernels_i16 = AVERAGE_KERNELS(average_i16);
static const struct aggregate_kernels kernels_i32 = AVERAGE_KERNELS(average_i32);
static const struct aggregate_kernels kernels_i64 = AVERAGE_KERNELS(average_i64);
static const struct aggregate_kernels kernels_f32 = AVERAGE_KERNELS(average_f32);
static const struct aggregate_kernels kernels_f64 = AVERAGE_KERNELS(average_f64);

static enum status average_bind(struct aggregate_binding *b, struct error *e)
{
    static const struct aggregate_kernels *const by_type[TYPE_COUNT] = {
        [TYPE_NULL] = &kernels_f64,   [TYPE_TINYINT] = &kernels_i8, [TYPE_SMALLINT] = &kernels_i16,
        [TYPE_INT] = &kernels_i32,    [TYPE_BIGINT] = &kernels_i64, [TYPE_FLOAT] = &kernels_f32,
        [TYPE_DOUBLE] = &kernels_f64, [TYPE_STRING] = &kernels_f64, [TYPE_TIMESTAMP] = &kernels_f64,
    };
    if (b->arg[0]->type->id == TYPE_DECIMAL) {
        decimal_average_bind(b);
        return STATUS_OK;
    }
    if (type_is_interval(b->arg[0]->type)) {
        interval_average_bind(b);
        return STATUS_OK;
    }
    b->kernels = by_type[b->arg[0]->type->id];
    if (b->kernels == NULL)
        return aggregate_mismatch(b, 0, "a number or an interval", e);
    if (b->kernels == &kernels_f64)
        b->want[0] = type_simple(TYPE_DOUBLE);
    b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->state_size = sizeof(struct average);
    return STATUS_OK;
}

const struct aggregate aggregate_avg = {
    .name = "avg",
    .alias = (const char *const[]){"mean", "try_avg", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = average_bind,
    .usage = "avg(expr)",
    .summary = "The mean of the values that are not NULL; NULL if there is none.",
    .example = "SELECT avg(x) FROM VALUES (1), (NULL), (2) AS t(x)",
    .gives = "1.5",
};

static enum status pair_bind(struct aggregate_binding *b, struct error *e)
{
    static const struct aggregate_kernels x = AVERAGE_KERNELS(average_x), y = AVERAGE_KERNELS(average_y);
    for (uint32_t k = 0; k < 2; k++) {
        const struct type *type = b->arg[k]->type;
        if (!type_is_numeric(type) && type->id != TYPE_STRING && type->id != TYPE_NULL)
            return aggregate_mismatch(b, k, "a number", e);
        b->want[k] = type_simple(TYPE_DOUBLE);
    }
    b->kernels = b->aggregate == &aggregate_regr_avgx ? &x : &y;
    b->type = type_simple(TYPE_DOUBLE);
    b->nullable = true;
    b->state_size = sizeof(struct average);
    return STATUS_OK;
}

const struct aggregate aggregate_regr_avgx = {
    .name = "regr_avgx",
    .min_args = 2,
    .max_args = 2,
    .bind = pair_bind,
    .usage = "regr_avgx(y, x)",
    .summary = "The mean of x of the pairs of which neither is NULL.",
    .example = "SELECT regr_avgx(x, y) FROM VALUES (1, 2), (2, NULL), (3, 6) AS t(x, y)",
    .gives = "4.0",
};
const struct aggregate aggregate_regr_avgy = {
    .name = "regr_avgy",
    .min_args = 2,
    .max_args = 2,
    .bind = pair_bind,
    .usage = "regr_avgy(y, x)",
    .summary = "The mean of y of the pairs of which neither is NULL.",
    .example = "SELECT regr_avgy(x, y) FROM VALUES (1, 2), (2, NULL), (3, 6) AS t(x, y)",
    .gives = "2.0",
};
