// sum and avg of DECIMAL (Spark's Sum, Average with ansi off): added in DECIMAL(p + 10, s); a sum that does not fit is
// NULL and stays it. State: 00, nothing added; 01 and the sum, 16 bytes little endian; 02, it did not fit. avg puts the
// count behind it, 8 bytes little endian.
#include "ops/agg_decimal.h"

#include "ops/decimal.h"
#include "ops/endian.h"

enum sum_state { SUM_EMPTY, SUM_THERE, SUM_OVERFLOW };

enum { SUM_DIGITS_MORE = 10, AVERAGE_DIGITS_MORE = 4 };

struct decimal_sum {
    struct decimal sum;
    int64_t count; // of values; avg
    uint64_t state;
};

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned sum_precision(const struct type *argument)
{
    return least(argument->precision + SUM_DIGITS_MORE, DECIMAL_PRECISION_MAX);
}

// Equal scales: the unscaled values are added. Neither has more than 38 digits, so 128 bits do not overflow.
static void sum_add(struct decimal_sum *s, struct decimal v, unsigned precision)
{
    if (s->state == SUM_OVERFLOW)
        return;
    uint64_t low = s->sum.low + v.low;
    s->sum.high = (int64_t)((uint64_t)s->sum.high + (uint64_t)v.high + (low < v.low));
    s->sum.low = low;
    s->state = decimal_fits(s->sum, precision) ? SUM_THERE : SUM_OVERFLOW;
}

static void decimal_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                         void *const *groups)
{
    const struct column *c = args[0];
    unsigned precision = sum_precision(bound->arg_type[0]);
    FOR_EACH_ROW (i, rows) {
        struct decimal_sum *s = groups[i_k];
        if (is_null(c, i))
            continue;
        sum_add(s, c->decimal[at(c, i)], precision);
        s->count++;
    }
}

static void decimal_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct decimal_sum *a = into;
    const struct decimal_sum *b = from;
    a->count += b->count;
    if (b->state == SUM_THERE)
        sum_add(a, b->sum, sum_precision(bound->arg_type[0]));
    else if (b->state == SUM_OVERFLOW)
        a->state = SUM_OVERFLOW;
}

static void sum_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    (void)bound;
    const struct decimal_sum *s = group;
    out->null[row] = s->state != SUM_THERE;
    out->decimal[row] = s->sum;
}

static void average_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct decimal_sum *s = group;
    struct decimal_size to = {bound->type->precision, bound->type->scale};
    out->null[row] = s->state != SUM_THERE || !decimal_divide(s->sum, bound->arg_type[0]->scale, decimal_of(s->count),
                                                              0, to, &out->decimal[row]);
}

static void sum_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    (void)bound;
    const struct decimal_sum *s = group;
    text_char(out, (char)s->state);
    if (s->state != SUM_THERE)
        return;
    char *to = text_reserve(out, 16);
    store_little(to, s->sum.low, 8);
    store_little(to + 8, (uint64_t)s->sum.high, 8);
    out->size += 16;
}

static size_t sum_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    (void)bound;
    struct decimal_sum *s = group;
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > SUM_OVERFLOW)
        return 0;
    s->state = (uint64_t)bytes.data[0];
    if (s->state != SUM_THERE)
        return 1;
    if (bytes.size < 17)
        return 0;
    s->sum.low = load_little(bytes.data + 1, 8);
    s->sum.high = (int64_t)load_little(bytes.data + 9, 8);
    return 17;
}

static void average_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    sum_save(bound, group, out);
    store_little(text_reserve(out, 8), (uint64_t)((const struct decimal_sum *)group)->count, 8);
    out->size += 8;
}

static size_t average_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    size_t used = sum_load(bound, bytes, group);
    if (used == 0 || bytes.size - used < 8)
        return 0;
    ((struct decimal_sum *)group)->count = (int64_t)load_little(bytes.data + used, 8);
    return used + 8;
}

static const struct aggregate_kernels sum_kernels = {
    .step = decimal_step, .merge = decimal_merge, .finish = sum_finish, .save = sum_save, .load = sum_load};
static const struct aggregate_kernels average_kernels = {
    .step = decimal_step, .merge = decimal_merge, .finish = average_finish, .save = average_save, .load = average_load};

void decimal_sum_bind(struct aggregate_binding *b)
{
    const struct type *type = b->arg[0]->type;
    b->type = type_decimal(b->arena, sum_precision(type), type->scale);
    b->nullable = true;
    b->state_size = sizeof(struct decimal_sum);
    b->kernels = &sum_kernels;
}

void decimal_average_bind(struct aggregate_binding *b)
{
    const struct type *type = b->arg[0]->type;
    b->type = type_decimal(b->arena, least(type->precision + AVERAGE_DIGITS_MORE, DECIMAL_PRECISION_MAX),
                           least(type->scale + AVERAGE_DIGITS_MORE, DECIMAL_PRECISION_MAX));
    b->nullable = true;
    b->state_size = sizeof(struct decimal_sum);
    b->kernels = &average_kernels;
}
