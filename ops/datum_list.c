#include "ops/datum_list.h"

#include "ops/endian.h"
#include "ops/hash_value.h"
#include "ops/key.h"

enum { ITEMS_LEAST = 4 };

void datum_list_add(struct datum_list *l, struct datum d, struct arena *arena)
{
    if (l->count == l->capacity) {
        uint32_t capacity = l->capacity > 0 ? 2 * l->capacity : ITEMS_LEAST;
        struct datum *item = ARENA_ARRAY(arena, struct datum, capacity);
        if (l->count > 0)
            memcpy(item, l->item, l->count * sizeof *item);
        l->item = item;
        l->capacity = capacity;
    }
    l->item[l->count++] = d;
}

// NaN is one value and -0.0 is 0.0, as in their order.
static uint64_t datum_hash(const struct type *t, const struct datum *d)
{
    bool bytes = t->id == TYPE_STRING || t->id == TYPE_BINARY || type_is_nested(t);
    if (bytes)
        return key_hash((struct slice){d->data, d->size});
    uint64_t bits[2] = {d->bits[0], t->id == TYPE_DECIMAL ? d->bits[1] : 0};
    if (t->id == TYPE_DOUBLE) {
        double v = double_of_bits(bits[0]);
        bits[0] = v == v && v != 0 ? bits[0] : v == 0 ? 0 : 1;
    } else if (t->id == TYPE_FLOAT) {
        float v = float_of_bits((uint32_t)bits[0]);
        bits[0] = v == v && v != 0 ? (uint32_t)bits[0] : v == 0 ? 0 : 1;
    }
    return key_hash((struct slice){(const char *)bits, sizeof bits});
}

static uint32_t *find_slot(const struct datum_list *l, const struct datum *d, const struct type *type)
{
    uint32_t k = (uint32_t)datum_hash(type, d) & (l->slots - 1);
    while (l->slot[k] != 0 && datum_compare(type, &l->item[l->slot[k] - 1], d) != 0)
        k = (k + 1) & (l->slots - 1);
    return &l->slot[k];
}

static void grow_slots(struct datum_list *l, const struct type *type, struct arena *arena)
{
    l->slots = l->slots > 0 ? 2 * l->slots : 2 * ITEMS_LEAST;
    l->slot = ARENA_ARRAY(arena, uint32_t, l->slots);
    for (uint32_t i = 0; i < l->count; i++)
        *find_slot(l, &l->item[i], type) = i + 1;
}

uint32_t datum_list_place(struct datum_list *l, struct datum d, const struct type *type, struct arena *arena)
{
    if (2 * l->count >= l->slots)
        grow_slots(l, type, arena);
    uint32_t *slot = find_slot(l, &d, type);
    if (*slot == 0) {
        datum_list_add(l, d, arena);
        *slot = l->count;
    }
    return *slot - 1;
}

static int32_t hash_of_64(uint64_t v)
{
    return (int32_t)(uint32_t)(v ^ v >> 32);
}

int32_t java_hash(const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        return c->boolean[row] ? 1231 : 1237;
    case TYPE_TINYINT:
        return c->i8[row];
    case TYPE_SMALLINT:
        return c->i16[row];
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        return c->i32[row];
    case TYPE_FLOAT:
        return (int32_t)(c->f32[row] == c->f32[row] ? bits_of_float(c->f32[row]) : 0x7fc00000u);
    case TYPE_DOUBLE:
        return hash_of_64(c->f64[row] == c->f64[row] ? bits_of_double(c->f64[row]) : UINT64_C(0x7ff8000000000000));
    case TYPE_STRING:
        return (int32_t)hash_murmur3(c, row, HASH_SEED);
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
        return hash_of_64((uint64_t)c->i64[row]);
    default:
        return 0;
    }
}
