// percentile and median (Spark's Percentile): all values are kept. State: the number of values, 8 bytes, and the values
// (IEEE 754); with a frequency behind each value its own, 8 bytes.
#include "ops/coerce.h"
#include "ops/endian.h"
#include "ops/percentile.h"

#include <math.h>
#include <stdlib.h>

struct kept {
    double value;
    int64_t times;
};

struct values {
    struct kept *at;
    uint64_t count, room;
};

static uint32_t kept_bytes(const struct aggregate_call *bound)
{
    return bound->argc > 2 ? 16 : 8;
}

static void values_room(const struct aggregate_call *bound, struct values *s, uint64_t more)
{
    if (s->count + more <= s->room)
        return;
    uint64_t room = s->room > 0 ? 2 * s->room : 16;
    while (room < s->count + more)
        room *= 2;
    struct kept *at = ARENA_ARRAY(bound->arena, struct kept, room);
    if (s->count > 0)
        memcpy(at, s->at, (size_t)s->count * sizeof *at);
    s->at = at;
    s->room = room;
}

// A value whose frequency is NULL or not above 0 is none (below 0 it ends the query in Spark).
static void exact_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                       void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct values *s = groups[i_k];
        bool counted = bound->argc > 2;
        if (is_null(args[0], i) || (counted && is_null(args[2], i)))
            continue;
        int64_t times = counted ? args[2]->i64[at(args[2], i)] : 1;
        if (times <= 0)
            continue;
        values_room(bound, s, 1);
        s->at[s->count++] = (struct kept){percentile_number(args[0], at(args[0], i)), times};
    }
}

static void exact_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct values *a = into;
    const struct values *b = from;
    if (b->count == 0)
        return;
    values_room(bound, a, b->count);
    memcpy(a->at + a->count, b->at, (size_t)b->count * sizeof *a->at);
    a->count += b->count;
}

static int compare_kept(const void *x, const void *y)
{
    double a = ((const struct kept *)x)->value, b = ((const struct kept *)y)->value;
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

// The value at a place from 0, each counted as often as it is there. `until`: how many there are up to each.
static double value_at(const struct kept *sorted, const int64_t *until, uint64_t count, int64_t place)
{
    uint64_t low = 0, high = count - 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (until[middle] > place)
            high = middle;
        else
            low = middle + 1;
    }
    return sorted[low].value;
}

static void exact_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct percentile *p = bound->state;
    const struct values *s = group;
    double result[PERCENTAGES_MAX];
    if (s->count == 0) {
        percentile_put(bound, out, row, NULL);
        return;
    }
    struct kept *sorted = ARENA_ARRAY(bound->arena, struct kept, s->count);
    int64_t *until = ARENA_ARRAY(bound->arena, int64_t, s->count), sum = 0;
    memcpy(sorted, s->at, (size_t)s->count * sizeof *sorted);
    qsort(sorted, (size_t)s->count, sizeof *sorted, compare_kept);
    for (uint64_t k = 0; k < s->count; k++) {
        if (__builtin_add_overflow(sum, sorted[k].times, &sum))
            sum = INT64_MAX;
        until[k] = sum;
    }
    for (uint32_t k = 0; k < p->count; k++) {
        double place = (double)(sum - 1) * p->at[k], lower = floor(place), higher = ceil(place);
        double low = value_at(sorted, until, s->count, (int64_t)lower);
        double high = value_at(sorted, until, s->count, (int64_t)higher);
        result[k] = lower == higher || low == high ? low : low + (place - lower) * (high - low);
    }
    percentile_put(bound, out, row, result);
}

static void exact_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct values *s = group;
    const uint32_t each = kept_bytes(bound);
    char *to = text_reserve(out, 8 + each * (size_t)s->count);
    store_little(to, s->count, 8);
    to += 8;
    for (uint64_t k = 0; k < s->count; k++, to += each) {
        store_little(to, bits_of_double(s->at[k].value), 8);
        if (each == 16)
            store_little(to + 8, (uint64_t)s->at[k].times, 8);
    }
    out->size += 8 + each * (size_t)s->count;
}

static size_t exact_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct values *s = group;
    const uint32_t each = kept_bytes(bound);
    uint64_t count = bytes.size < 8 ? UINT64_MAX : load_little(bytes.data, 8);
    if (count == UINT64_MAX || count > (bytes.size - 8) / each)
        return 0;
    *s = (struct values){0};
    values_room(bound, s, count);
    const char *from = bytes.data + 8;
    for (s->count = 0; s->count < count; s->count++, from += each)
        s->at[s->count] =
            (struct kept){double_of_bits(load_little(from, 8)), each == 16 ? (int64_t)load_little(from + 8, 8) : 1};
    return 8 + each * (size_t)count;
}

static const struct aggregate_kernels exact_kernels = {
    .step = exact_step, .merge = exact_merge, .finish = exact_finish, .save = exact_save, .load = exact_load};

static enum status bind_exact(struct aggregate_binding *b, struct percentile *p, struct error *e)
{
    const struct type *t = b->arg[0]->type, *result = type_simple(TYPE_DOUBLE);
    if (type_is_interval(t))
        result = type_simple(t->id);
    else if (!type_is_numeric(t) && t->id != TYPE_STRING && t->id != TYPE_NULL)
        return aggregate_mismatch(b, 0, "NUMERIC or an interval", e);
    b->want[0] = result;
    b->type = p->list ? type_array(b->arena, result, true) : result;
    b->nullable = true;
    b->state_size = (sizeof(struct values) + 7u) & ~7u;
    b->state = p;
    b->kernels = &exact_kernels;
    return STATUS_OK;
}

static enum status percentile_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    enum status status = percentile_read(b, p, e);
    if (status == STATUS_OK && b->argc > 2) {
        const struct type *times = b->arg[2]->type;
        if (!type_is_integral(times) && times->id != TYPE_NULL)
            return aggregate_mismatch(b, 2, "INTEGRAL", e);
        b->want[2] = type_simple(TYPE_BIGINT);
    }
    return status == STATUS_OK ? bind_exact(b, p, e) : status;
}

static enum status median_bind(struct aggregate_binding *b, struct error *e)
{
    struct percentile *p = ARENA_NEW(b->arena, struct percentile);
    *p = (struct percentile){.at = {0.5}, .count = 1};
    return bind_exact(b, p, e);
}

const struct aggregate aggregate_percentile = {
    .name = "percentile",
    .min_args = 2,
    .max_args = 3,
    .bind = percentile_bind,
    .usage = "percentile(expr, percentage[, frequency])",
    .summary = "The exact percentile, between two values where it lies between them; all values are kept, each counted "
               "as often as its frequency says.",
    .example = "SELECT percentile(x, 0.3) FROM VALUES (0), (10) AS t(x)",
    .gives = "3.0",
};
const struct aggregate aggregate_median = {
    .name = "median",
    .min_args = 1,
    .max_args = 1,
    .bind = median_bind,
    .usage = "median(expr)",
    .summary = "The value in the middle; all values are kept.",
    .example = "SELECT median(x) FROM VALUES (0), (10) AS t(x)",
    .gives = "5.0",
};
