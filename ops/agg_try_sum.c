// Sums that are NULL where they do not fit: try_sum of whole numbers, and sum of intervals (which ends Spark's query).
// State: 00, nothing summed; 01 and the sum, 8 bytes little endian; 02, it did not fit. try_sum of all else is sum.
#include "ops/agg_sum.h"
#include "ops/endian.h"

enum fill { EMPTY, SUMMED, OVERFLOWN };

struct sum {
    int64_t sum;
    uint64_t fill;
};

// Months are kept in 32 bits, all else in 64.
static void add(struct sum *s, int64_t v, const struct type *type)
{
    if (s->fill == OVERFLOWN)
        return;
    bool over = __builtin_add_overflow(s->sum, v, &s->sum) ||
                (type->id == TYPE_INTERVAL_YM && (s->sum < INT32_MIN || s->sum > INT32_MAX));
    s->fill = over ? OVERFLOWN : SUMMED;
}

#define STEP(name, member)                                                                                             \
    static void name(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,    \
                     void *const *groups)                                                                              \
    {                                                                                                                  \
        const struct column *c = args[0];                                                                              \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            if (!is_null(c, i))                                                                                        \
                add(groups[i_k], c->member[at(c, i)], bound->type);                                                    \
        }                                                                                                              \
    }

STEP(step_months, i32)
STEP(step, i64)

static void merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct sum *a = into;
    const struct sum *b = from;
    if (b->fill == SUMMED)
        add(a, b->sum, bound->type);
    else if (b->fill == OVERFLOWN)
        a->fill = OVERFLOWN;
}

static void finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct sum *s = group;
    out->null[row] = s->fill != SUMMED;
    if (bound->type->id == TYPE_INTERVAL_YM)
        out->i32[row] = (int32_t)s->sum;
    else
        out->i64[row] = s->sum;
}

static void save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct sum *s = group;
    text_char(out, (char)s->fill);
    if (s->fill != SUMMED)
        return;
    store_little(text_reserve(out, 8), (uint64_t)s->sum, 8);
    out->size += 8;
}

static size_t load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct sum *s = group;
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > OVERFLOWN || (bytes.data[0] == SUMMED && bytes.size < 9))
        return 0;
    s->fill = (uint64_t)bytes.data[0];
    s->sum = s->fill == SUMMED ? (int64_t)load_little(bytes.data + 1, 8) : 0;
    return s->fill == SUMMED ? 9 : 1;
}

static void bind_as(struct aggregate_binding *b, const struct type *type)
{
    static const struct aggregate_kernels months = {
        .step = step_months, .merge = merge, .finish = finish, .save = save, .load = load};
    static const struct aggregate_kernels others = {
        .step = step, .merge = merge, .finish = finish, .save = save, .load = load};
    b->want[0] = b->type = type;
    b->kernels = type->id == TYPE_INTERVAL_YM ? &months : &others;
    b->nullable = true;
    b->state_size = sizeof(struct sum);
}

void interval_sum_bind(struct aggregate_binding *b)
{
    bind_as(b, b->arg[0]->type);
}

static enum status try_sum_bind(struct aggregate_binding *b, struct error *e)
{
    if (!type_is_integral(b->arg[0]->type))
        return aggregate_find(SLICE("sum"))->bind(b, e);
    bind_as(b, type_simple(TYPE_BIGINT));
    return STATUS_OK;
}

const struct aggregate aggregate_try_sum = {
    .name = "try_sum",
    .min_args = 1,
    .max_args = 1,
    .bind = try_sum_bind,
    .usage = "try_sum(expr)",
    .summary = "The sum of the values that are not NULL; NULL if there is none, or if it does not fit.",
    .example = "SELECT try_sum(x) FROM VALUES (1), (NULL), (3) AS t(x)",
    .gives = "4",
};
