// avg of intervals: YEAR TO MONTH and DAY TO SECOND whatever their units, rounded half up. State: the sum and the
// count, 8 bytes each, little endian.
#include "ops/agg_interval.h"

#include "ops/endian.h"

struct average {
    int64_t sum;
    int64_t count;
};

#define STEP(name, member)                                                                                             \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        (void)bound;                                                                                                   \
        const struct column *c = args[0];                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            struct average *s = groups[i_k];                                                                           \
            if (!is_null(c, i)) {                                                                                      \
                s->sum = (int64_t)((uint64_t)s->sum + (uint64_t)(int64_t)c->member[at(c, i)]);                         \
                s->count++;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

STEP(step_months, i32)
STEP(step_micros, i64)

static void merge(const struct aggregate_call *bound, void *into, const void *from)
{
    (void)bound;
    struct average *a = into;
    const struct average *b = from;
    a->sum = (int64_t)((uint64_t)a->sum + (uint64_t)b->sum);
    a->count += b->count;
}

static void finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct average *s = group;
    out->null[row] = s->count == 0;
    if (s->count == 0)
        return;
    int64_t mean = s->sum / s->count, rest = s->sum % s->count;
    rest = rest < 0 ? -rest : rest;
    if (rest >= s->count - rest)
        mean += s->sum < 0 ? -1 : 1;
    if (bound->type->id == TYPE_INTERVAL_YM)
        out->i32[row] = (int32_t)mean;
    else
        out->i64[row] = mean;
}

static void save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct average *s = group;
    char *to = text_reserve(out, 16);
    store_little(to, (uint64_t)s->sum, 8);
    store_little(to + 8, (uint64_t)s->count, 8);
    out->size += 16;
}

static size_t load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct average *s = group;
    if (bytes.size < 16)
        return 0;
    s->sum = (int64_t)load_little(bytes.data, 8);
    s->count = (int64_t)load_little(bytes.data + 8, 8);
    return s->count < 0 ? 0 : 16;
}

void interval_average_bind(struct aggregate_binding *b)
{
    static const struct aggregate_kernels months = {
        .step = step_months, .merge = merge, .finish = finish, .save = save, .load = load};
    static const struct aggregate_kernels micros = {
        .step = step_micros, .merge = merge, .finish = finish, .save = save, .load = load};
    b->type = type_simple(b->arg[0]->type->id);
    b->kernels = b->type->id == TYPE_INTERVAL_YM ? &months : &micros;
    b->nullable = true;
    b->state_size = sizeof(struct average);
}
