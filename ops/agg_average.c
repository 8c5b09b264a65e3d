// avg (Spark's Average): adds numbers in DOUBLE, intervals in whole months or microseconds, and counts in BIGINT;
// DECIMAL: ops/agg_decimal.c. State: the sum (IEEE 754; of intervals a whole number) and the count, 8 bytes each,
// little endian. The greatest count there is says that a sum of intervals did not fit: NULL (it ends Spark's query).
#include "ops/agg_decimal.h"
#include "ops/endian.h"

extern const struct aggregate aggregate_regr_avgx, aggregate_regr_avgy;

struct average {
    union {
        double real;
        int64_t whole; // intervals
        uint64_t bits;
    } sum;
    int64_t count;
};

static inline void add_real(struct average *s, double v)
{
    s->sum.real += v;
    s->count++;
}

// Months are kept in 32 bits, microseconds in 64.
static void add_whole(struct average *s, int64_t v, int64_t count, enum type_id type)
{
    bool over = s->count == INT64_MAX || count == INT64_MAX || __builtin_add_overflow(s->sum.whole, v, &s->sum.whole) ||
                (type == TYPE_INTERVAL_YM && (s->sum.whole < INT32_MIN || s->sum.whole > INT32_MAX));
    s->count = over ? INT64_MAX : s->count + count;
}

// `add` puts row i of `c` into `s`, where `there` says that it has a value.
#define AVERAGE_STEP(name, which, there, add)                                                                          \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        const struct column *c = args[which];                                                                          \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct average *s = groups[i_k];                                                                           \
            if (there)                                                                                                 \
                add;                                                                                                   \
        }                                                                                                              \
    }
#define ADD_REAL(member)  add_real(s, (double)c->member[at(c, i)])
#define ADD_WHOLE(member) add_whole(s, c->member[at(c, i)], 1, bound->type->id)
#define BOTH              (!is_null(args[0], i) && !is_null(args[1], i))

AVERAGE_STEP(average_i8, 0, !is_null(c, i), ADD_REAL(i8))
AVERAGE_STEP(average_i16, 0, !is_null(c, i), ADD_REAL(i16))
AVERAGE_STEP(average_i32, 0, !is_null(c, i), ADD_REAL(i32))
AVERAGE_STEP(average_i64, 0, !is_null(c, i), ADD_REAL(i64))
AVERAGE_STEP(average_f32, 0, !is_null(c, i), ADD_REAL(f32))
AVERAGE_STEP(average_f64, 0, !is_null(c, i), ADD_REAL(f64))
AVERAGE_STEP(average_months, 0, !is_null(c, i), ADD_WHOLE(i32))
AVERAGE_STEP(average_micros, 0, !is_null(c, i), ADD_WHOLE(i64))
// regr_avgy, regr_avgx: the first (the second) of the pairs of which neither is NULL
AVERAGE_STEP(average_y, 0, BOTH, ADD_REAL(f64))
AVERAGE_STEP(average_x, 1, BOTH, ADD_REAL(f64))

static void real_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct average *a = into;
    const struct average *b = from;
    a->sum.real += b->sum.real;
    a->count += b->count;
}

static void whole_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    const struct average *b = from;
    add_whole(into, b->sum.whole, b->count, bound->type->id);
}

static void real_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    const struct average *s = group;
    out->null[row] = s->count == 0;
    if (s->count != 0)
        out->f64[row] = s->sum.real / (double)s->count;
}

// Rounded half up.
static void whole_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct average *s = group;
    out->null[row] = s->count == 0 || s->count == INT64_MAX;
    if (out->null[row])
        return;
    int64_t mean = s->sum.whole / s->count, rest = s->sum.whole % s->count;
    rest = rest < 0 ? -rest : rest;
    if (rest >= s->count - rest)
        mean += s->sum.whole < 0 ? -1 : 1;
    if (bound->type->id == TYPE_INTERVAL_YM)
        out->i32[row] = (int32_t)mean;
    else
        out->i64[row] = mean;
}

static void average_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct average *s = group;
    char *to = text_reserve(out, 16);
    store_little(to, s->sum.bits, 8);
    store_little(to + 8, (uint64_t)s->count, 8);
    out->size += 16;
}

static size_t average_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct average *s = group;
    if (bytes.size < 16)
        return 0;
    s->sum.bits = load_little(bytes.data, 8);
    s->count = (int64_t)load_little(bytes.data + 8, 8);
    return s->count < 0 ? 0 : 16;
}

#define AVERAGE_KERNELS(how, of)                                                                                       \
    {                                                                                                                  \
        .step = how, .merge = of##_merge, .finish = of##_finish, .save = average_save, .load = average_load            \
    }

static const struct aggregate_kernels kernels_i8 = AVERAGE_KERNELS(average_i8, real);
static const struct aggregate_kernels kernels_i16 = AVERAGE_KERNELS(average_i16, real);
static const struct aggregate_kernels kernels_i32 = AVERAGE_KERNELS(average_i32, real);
static const struct aggregate_kernels kernels_i64 = AVERAGE_KERNELS(average_i64, real);
static const struct aggregate_kernels kernels_f32 = AVERAGE_KERNELS(average_f32, real);
static const struct aggregate_kernels kernels_f64 = AVERAGE_KERNELS(average_f64, real);
static const struct aggregate_kernels kernels_months = AVERAGE_KERNELS(average_months, whole);
static const struct aggregate_kernels kernels_micros = AVERAGE_KERNELS(average_micros, whole);

static enum status average_bind(struct aggregate_binding *b, struct error *e)
{
    static const struct aggregate_kernels *const by_type[TYPE_COUNT] = {
        [TYPE_NULL] = &kernels_f64,           [TYPE_TINYINT] = &kernels_i8,
        [TYPE_SMALLINT] = &kernels_i16,       [TYPE_INT] = &kernels_i32,
        [TYPE_BIGINT] = &kernels_i64,         [TYPE_FLOAT] = &kernels_f32,
        [TYPE_DOUBLE] = &kernels_f64,         [TYPE_STRING] = &kernels_f64,
        [TYPE_TIMESTAMP] = &kernels_f64,      [TYPE_INTERVAL_YM] = &kernels_months,
        [TYPE_INTERVAL_DT] = &kernels_micros,
    };
    const struct type *type = b->arg[0]->type;
    if (type->id == TYPE_DECIMAL) {
        decimal_average_bind(b);
        return STATUS_OK;
    }
    b->kernels = by_type[type->id];
    if (b->kernels == NULL)
        return aggregate_mismatch(b, 0, "a number or an interval", e);
    if (b->kernels == &kernels_f64)
        b->want[0] = type_simple(TYPE_DOUBLE);
    // YEAR TO MONTH and DAY TO SECOND, whatever their units
    b->type = type_simple(type_is_interval(type) ? type->id : TYPE_DOUBLE);
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
    static const struct aggregate_kernels x = AVERAGE_KERNELS(average_x, real), y = AVERAGE_KERNELS(average_y, real);
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
