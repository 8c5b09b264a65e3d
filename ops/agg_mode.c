// mode (Spark's Mode): the value that is there most often. Of several the first in the order of Spark's OpenHashMap,
// or with true as second argument the least. State: the number of different values, 4 bytes, and for each its datum
// (ops/datum.h) and how often it was there, 8 bytes.
#include "ops/aggregate.h"
#include "ops/coerce.h"
#include "ops/datum_list.h"
#include "ops/endian.h"

struct mode {
    struct datum_list list;
    uint64_t *times; // of each item; list.capacity of them
    uint64_t room;
};

enum { COUNT_BYTES = 4, TIMES_BYTES = 8, TABLE_LEAST = 64, ROUNDS = 3 };

static const bool any = false, least = true; // what bind leaves in `state`

static void add_times(const struct aggregate_call *bound, struct mode *s, struct datum d, uint64_t times)
{
    uint32_t place = datum_list_place(&s->list, d, bound->arg_type[0], bound->arena);
    if (s->list.capacity > s->room) {
        uint64_t *grown = ARENA_ARRAY(bound->arena, uint64_t, s->list.capacity);
        if (s->room > 0)
            memcpy(grown, s->times, (size_t)s->room * sizeof *grown);
        s->times = grown;
        s->room = s->list.capacity;
    }
    s->times[place] += times;
}

static void mode_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                      void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct mode *s = groups[i_k];
        struct datum d = {.there = 0};
        if (is_null(args[0], i) || args[0]->type->id == TYPE_NULL)
            continue;
        struct arena_mark mark = arena_mark(bound->arena);
        uint32_t count = s->list.count, slots = s->list.slots;
        datum_set(&d, args[0], i, bound->arena);
        add_times(bound, s, d, 1);
        if (s->list.count == count && s->list.slots == slots)
            arena_rewind(bound->arena, mark); // it was there: its bytes are not needed
    }
}

static void mode_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    const struct mode *b = from;
    for (uint32_t i = 0; i < b->list.count; i++)
        add_times(bound, into, b->list.item[i], b->times[i]);
}

// Guava's murmur3_32 of one int, seed 0: how OpenHashSet spreads a hashCode.
static uint32_t spread(int32_t hash)
{
    uint32_t k = (uint32_t)hash * 0xcc9e2d51u;
    k = (k << 15 | k >> 17) * 0x1b873593u;
    uint32_t h = (k << 13 | k >> 19) * 5 + 0xe6546b64u;
    h ^= 4;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

static void put(uint32_t *table, uint32_t mask, const uint32_t *hash, uint32_t item)
{
    uint32_t place = hash[item] & mask;
    for (uint32_t step = 1; table[place] != 0; step++)
        place = (place + step) & mask;
    table[place] = item + 1;
}

// Items in the order in which an OpenHashMap that they were put into one by one has them: `order` before and after.
static void reorder(const struct aggregate_call *bound, const uint32_t *hash, uint32_t *order, uint32_t count)
{
    uint32_t capacity = TABLE_LEAST, *table = ARENA_ARRAY(bound->arena, uint32_t, capacity);
    for (uint32_t i = 0; i < count; i++) {
        put(table, capacity - 1, hash, order[i]);
        if (i + 1 <= (uint32_t)(0.7 * capacity))
            continue;
        uint32_t *larger = ARENA_ARRAY(bound->arena, uint32_t, 2 * (size_t)capacity);
        for (uint32_t k = 0; k < capacity; k++)
            if (table[k] != 0)
                put(larger, 2 * capacity - 1, hash, table[k] - 1);
        table = larger;
        capacity *= 2;
    }
    for (uint32_t k = 0, i = 0; k < capacity; k++)
        if (table[k] != 0)
            order[i++] = table[k] - 1;
}

static uint32_t most_often(const struct aggregate_call *bound, const struct mode *s, struct column *out, uint32_t row)
{
    uint32_t count = s->list.count, best = UINT32_MAX;
    uint32_t *hash = ARENA_ARRAY(bound->arena, uint32_t, count), *order = ARENA_ARRAY(bound->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        datum_get(&s->list.item[i], out, row, bound->arena);
        hash[i] = spread(java_hash(out, row));
        order[i] = i;
    }
    for (unsigned round = 0; round < ROUNDS; round++) // filled, kept and read again, merged
        reorder(bound, hash, order, count);
    for (uint32_t k = 0; k < count; k++)
        if (best == UINT32_MAX || s->times[order[k]] > s->times[best])
            best = order[k];
    return best;
}

static void mode_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct mode *s = group;
    if (s->list.count == 0) {
        column_set_null(out, row);
        return;
    }
    uint32_t best = 0;
    if (!*(const bool *)bound->state && !type_is_nested(out->type))
        best = most_often(bound, s, out, row);
    for (uint32_t i = 1; i < s->list.count && *(const bool *)bound->state; i++)
        if (s->times[i] > s->times[best] ||
            (s->times[i] == s->times[best] &&
             datum_compare(bound->arg_type[0], &s->list.item[i], &s->list.item[best]) < 0))
            best = i;
    datum_get(&s->list.item[best], out, row, bound->arena);
}

static void mode_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct mode *s = group;
    store_little(text_reserve(out, COUNT_BYTES), s->list.count, COUNT_BYTES);
    out->size += COUNT_BYTES;
    for (uint32_t i = 0; i < s->list.count; i++) {
        datum_save(bound->arg_type[0], &s->list.item[i], out);
        store_little(text_reserve(out, TIMES_BYTES), s->times[i], TIMES_BYTES);
        out->size += TIMES_BYTES;
    }
}

static size_t mode_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    if (bytes.size < COUNT_BYTES)
        return 0;
    uint32_t count = (uint32_t)load_little(bytes.data, COUNT_BYTES), used = COUNT_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        struct datum d = {.there = 0};
        struct slice rest = {bytes.data + used, bytes.size - used};
        size_t taken = datum_load(bound->arg_type[0], rest, &d, bound->arena);
        if (taken == 0 || !d.there || rest.size - taken < TIMES_BYTES)
            return 0;
        add_times(bound, group, d, load_little(rest.data + taken, TIMES_BYTES));
        used += (uint32_t)taken + TIMES_BYTES;
    }
    return used;
}

static const struct aggregate_kernels mode_kernels = {
    .step = mode_step, .merge = mode_merge, .finish = mode_finish, .save = mode_save, .load = mode_load};

static enum status mode_bind(struct aggregate_binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (!datum_is_ordered(t))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE] mode: the value has a MAP in it, of which none "
                         "equals another");
    if (b->argc > 1 && (!is_literal(b->arg[1]) || b->arg[1]->type->id != TYPE_BOOLEAN))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] mode: argument 2 says whether the least of several is "
                         "taken: write true or false");
    b->type = t;
    b->nullable = true;
    b->state_size = (sizeof(struct mode) + 7u) & ~7u;
    b->state = b->argc > 1 && b->arg[1]->literal.boolean ? &least : &any;
    b->kernels = &mode_kernels;
    return STATUS_OK;
}

const struct aggregate aggregate_mode = {
    .name = "mode",
    .min_args = 1,
    .max_args = 2,
    .bind = mode_bind,
    .usage = "mode(expr[, deterministic])",
    .summary = "The value that is there most often; of several any, or the least where deterministic is true.",
    .example = "SELECT mode(x) FROM VALUES (0), (10), (10) AS t(x)",
    .gives = "10",
};
