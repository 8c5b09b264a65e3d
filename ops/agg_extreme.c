// min and max (Spark's Min, Max): of values equal in order (0.0 and -0.0) the first one seen stays; NaN is the
// greatest. State: a datum (ops/datum.h).
#include "ops/aggregate.h"
#include "ops/datum.h"
#include "ops/endian.h"

#include <math.h>

static const int least = -1, greatest = 1; // what bind leaves in `state`: the sign of what is looked for

static int sign_of(const struct aggregate_call *bound)
{
    return *(const int *)bound->state;
}

static bool real_less(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

// Types that are an integer in their column: the datum's bits are that integer, its sign extended.
#define INTEGER_STEP(name, member)                                                                                     \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        const struct column *c = args[0];                                                                              \
        bool max = sign_of(bound) > 0;                                                                                 \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct datum *d = groups[i_k];                                                                             \
            if (is_null(c, i))                                                                                         \
                continue;                                                                                              \
            int64_t v = c->member[at(c, i)], best = (int64_t)d->bits[0];                                               \
            if (!d->there || (max ? v > best : v < best)) {                                                            \
                d->bits[0] = (uint64_t)v;                                                                              \
                d->there = 1;                                                                                          \
            }                                                                                                          \
        }                                                                                                              \
    }

INTEGER_STEP(extreme_boolean, boolean)
INTEGER_STEP(extreme_i8, i8)
INTEGER_STEP(extreme_i16, i16)
INTEGER_STEP(extreme_i32, i32)
INTEGER_STEP(extreme_i64, i64)

static void extreme_f64(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                        void *const *groups)
{
    const struct column *c = args[0];
    bool max = sign_of(bound) > 0;
    FOR_EACH_ROW (i, rows) {
        struct datum *d = groups[i_k];
        if (is_null(c, i))
            continue;
        double v = c->f64[at(c, i)], best = double_of_bits(d->bits[0]);
        if (!d->there || (max ? real_less(best, v) : real_less(v, best))) {
            d->bits[0] = bits_of_double(v);
            d->there = 1;
        }
    }
}

static void extreme_any(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                        void *const *groups)
{
    const struct column *c = args[0];
    int sign = sign_of(bound);
    FOR_EACH_ROW (i, rows) {
        struct datum *d = groups[i_k];
        if (!is_null(c, i) && (!d->there || datum_compare_row(d, c, i, bound->arena) * sign < 0))
            datum_set(d, c, i, bound->arena);
    }
}

static void extreme_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct datum *a = into;
    const struct datum *b = from;
    if (b->there && (!a->there || datum_compare(bound->type, a, b) * sign_of(bound) < 0))
        *a = *b;
}

static void extreme_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    datum_get(group, out, row, bound->arena);
}

static void extreme_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    datum_save(bound->type, group, out);
}

static size_t extreme_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    return datum_load(bound->type, bytes, group, bound->arena);
}

#define EXTREME_KERNELS(how)                                                                                           \
    {                                                                                                                  \
        .step = how, .merge = extreme_merge, .finish = extreme_finish, .save = extreme_save, .load = extreme_load      \
    }

static const struct aggregate_kernels kernels_boolean = EXTREME_KERNELS(extreme_boolean);
static const struct aggregate_kernels kernels_i8 = EXTREME_KERNELS(extreme_i8);
static const struct aggregate_kernels kernels_i16 = EXTREME_KERNELS(extreme_i16);
static const struct aggregate_kernels kernels_i32 = EXTREME_KERNELS(extreme_i32);
static const struct aggregate_kernels kernels_i64 = EXTREME_KERNELS(extreme_i64);
static const struct aggregate_kernels kernels_f64 = EXTREME_KERNELS(extreme_f64);
static const struct aggregate_kernels kernels_any = EXTREME_KERNELS(extreme_any);

static enum status extreme_bind(struct aggregate_binding *b, const int *sign, struct error *e)
{
    static const struct aggregate_kernels *const by_type[TYPE_COUNT] = {
        [TYPE_BOOLEAN] = &kernels_boolean, [TYPE_TINYINT] = &kernels_i8,      [TYPE_SMALLINT] = &kernels_i16,
        [TYPE_INT] = &kernels_i32,         [TYPE_BIGINT] = &kernels_i64,      [TYPE_DOUBLE] = &kernels_f64,
        [TYPE_DATE] = &kernels_i32,        [TYPE_TIMESTAMP] = &kernels_i64,   [TYPE_TIMESTAMP_NTZ] = &kernels_i64,
        [TYPE_INTERVAL_YM] = &kernels_i32, [TYPE_INTERVAL_DT] = &kernels_i64,
    };
    const struct type *type = b->arg[0]->type;
    if (!datum_is_ordered(type))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] %s: a MAP has no order, so it has no %s",
                         b->aggregate->name, b->aggregate->name);
    b->type = type;
    b->nullable = true;
    b->state_size = sizeof(struct datum);
    b->state = sign;
    b->kernels = by_type[type->id] != NULL ? by_type[type->id] : &kernels_any;
    return STATUS_OK;
}

static enum status min_bind(struct aggregate_binding *b, struct error *e)
{
    return extreme_bind(b, &least, e);
}

static enum status max_bind(struct aggregate_binding *b, struct error *e)
{
    return extreme_bind(b, &greatest, e);
}

const struct aggregate aggregate_min = {
    .name = "min",
    .min_args = 1,
    .max_args = 1,
    .bind = min_bind,
    .usage = "min(expr)",
    .summary = "The least value that is not NULL; NULL if there is none.",
    .example = "SELECT min(x) FROM VALUES (2), (NULL), (1) AS t(x)",
    .gives = "1",
};

const struct aggregate aggregate_max = {
    .name = "max",
    .min_args = 1,
    .max_args = 1,
    .bind = max_bind,
    .usage = "max(expr)",
    .summary = "The greatest value that is not NULL; NULL if there is none. NaN is greater than any number.",
    .example = "SELECT max(x) FROM VALUES (2), (NULL), (1) AS t(x)",
    .gives = "2",
};
