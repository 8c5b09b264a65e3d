// sum (Spark's Sum with ansi off): integers into BIGINT, which wraps; FLOAT, DOUBLE and what is cast to it into DOUBLE;
// DECIMAL: ops/agg_decimal.c; intervals: ops/agg_try_sum.c. State: 00, nothing summed; or 01 and the sum, 8 bytes
// little endian (IEEE 754 for DOUBLE).
#include "ops/agg_sum.h"
#include "ops/agg_decimal.h"
#include "ops/endian.h"

struct integer_sum {
    int64_t sum;
    uint64_t any;
};

struct real_sum {
    double sum;
    uint64_t any;
};

#define INTEGER_STEP(name, member)                                                                                     \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        const struct column *c = args[0];                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct integer_sum *s = groups[i_k];                                                                       \
            if (!is_null(c, i)) {                                                                                      \
                s->sum = (int64_t)((uint64_t)s->sum + (uint64_t)(int64_t)c->member[at(c, i)]);                         \
                s->any = 1;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

#define REAL_STEP(name, member)                                                                                        \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        const struct column *c = args[0];                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct real_sum *s = groups[i_k];                                                                          \
            if (!is_null(c, i)) {                                                                                      \
                s->sum += (double)c->member[at(c, i)];                                                                 \
                s->any = 1;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

INTEGER_STEP(sum_i8, i8)
INTEGER_STEP(sum_i16, i16)
INTEGER_STEP(sum_i32, i32)
INTEGER_STEP(sum_i64, i64)
REAL_STEP(sum_f32, f32)
REAL_STEP(sum_f64, f64)

static void integer_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct integer_sum *a = into;
    const struct integer_sum *b = from;
    a->sum = (int64_t)((uint64_t)a->sum + (uint64_t)b->sum);
    a->any |= b->any;
}

static void real_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct real_sum *a = into;
    const struct real_sum *b = from;
    a->sum += b->any ? b->sum : 0;
    a->any |= b->any;
}

static void integer_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    const struct integer_sum *s = group;
    out->null[row] = !s->any;
    out->i64[row] = s->sum;
}

static void real_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    const struct real_sum *s = group;
    out->null[row] = !s->any;
    out->f64[row] = s->sum;
}

static void save_bits(bool any, uint64_t bits, struct text *out)
{
    text_char(out, any ? 1 : 0);
    if (!any)
        return;
    store_little(text_reserve(out, 8), bits, 8);
    out->size += 8;
}

// The bytes read, or 0.
static size_t load_bits(struct slice bytes, uint64_t *any, uint64_t *bits)
{
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > 1 || (bytes.data[0] == 1 && bytes.size < 9))
        return 0;
    *any = (uint64_t)bytes.data[0];
    *bits = *any ? load_little(bytes.data + 1, 8) : 0;
    return *any ? 9 : 1;
}

static void integer_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct integer_sum *s = group;
    save_bits(s->any, (uint64_t)s->sum, out);
}

static void real_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct real_sum *s = group;
    save_bits(s->any, bits_of_double(s->sum), out);
}

static size_t integer_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct integer_sum *s = group;
    uint64_t bits = 0;
    size_t used = load_bits(bytes, &s->any, &bits);
    s->sum = (int64_t)bits;
    return used;
}

static size_t real_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct real_sum *s = group;
    uint64_t bits = 0;
    size_t used = load_bits(bytes, &s->any, &bits);
    s->sum = double_of_bits(bits);
    return used;
}

#define INTEGER_KERNELS(how)                                                                                           \
    {                                                                                                                  \
        .step = how, .merge = integer_merge, .finish = integer_finish, .save = integer_save, .load = integer_load      \
    }
#define REAL_KERNELS(how)                                                                                              \
    {                                                                                                                  \
        .step = how, .merge = real_merge, .finish = real_finish, .save = real_save, .load = real_load                  \
    }

static const struct aggregate_kernels kernels_i8 = INTEGER_KERNELS(sum_i8);
static const struct aggregate_kernels kernels_i16 = INTEGER_KERNELS(sum_i16);
static const struct aggregate_kernels kernels_i32 = INTEGER_KERNELS(sum_i32);
static const struct aggregate_kernels kernels_i64 = INTEGER_KERNELS(sum_i64);
static const struct aggregate_kernels kernels_f32 = REAL_KERNELS(sum_f32);
static const struct aggregate_kernels kernels_f64 = REAL_KERNELS(sum_f64);

static enum status sum_bind(struct aggregate_binding *b, struct error *e)
{
    static const struct aggregate_kernels *const by_type[TYPE_COUNT] = {
        [TYPE_NULL] = &kernels_f64,   [TYPE_TINYINT] = &kernels_i8, [TYPE_SMALLINT] = &kernels_i16,
        [TYPE_INT] = &kernels_i32,    [TYPE_BIGINT] = &kernels_i64, [TYPE_FLOAT] = &kernels_f32,
        [TYPE_DOUBLE] = &kernels_f64, [TYPE_STRING] = &kernels_f64, [TYPE_TIMESTAMP] = &kernels_f64,
    };
    const struct type *type = b->arg[0]->type;
    if (type->id == TYPE_DECIMAL) {
        decimal_sum_bind(b);
        return STATUS_OK;
    }
    if (type_is_interval(type)) {
        interval_sum_bind(b);
        return STATUS_OK;
    }
    b->kernels = by_type[type->id];
    if (b->kernels == NULL)
        return aggregate_mismatch(b, 0, "a number or an interval", e);
    bool real = b->kernels == &kernels_f32 || b->kernels == &kernels_f64;
    if (b->kernels == &kernels_f64)
        b->want[0] = type_simple(TYPE_DOUBLE);
    b->type = type_simple(real ? TYPE_DOUBLE : TYPE_BIGINT);
    b->nullable = true;
    b->state_size = real ? sizeof(struct real_sum) : sizeof(struct integer_sum);
    return STATUS_OK;
}

const struct aggregate aggregate_sum = {
    .name = "sum",
    .min_args = 1,
    .max_args = 1,
    .bind = sum_bind,
    .usage = "sum(expr)",
    .summary = "The sum of the values that are not NULL; NULL if there is none. A BIGINT sum wraps; an interval that "
               "does not fit is NULL.",
    .example = "SELECT sum(x) FROM VALUES (1), (NULL), (3) AS t(x)",
    .gives = "4",
};
