#include "ops/hash_value.h"

#include "ops/endian.h"

#define XXH_INLINE_ALL
#include <math.h>
#include <xxhash.h>

// A value as the bytes that are hashed: whole numbers 4 or 8, the others as many as they have.
struct bytes {
    char room[16];
    const char *data;
    uint32_t size;
};

static void put_number(struct bytes *b, uint64_t v, unsigned size)
{
    store_little(b->room, v, 8);
    b->data = b->room;
    b->size = size;
}

// BigInteger.toByteArray: big endian, as few as hold it and its sign.
static void put_big(struct bytes *b, struct decimal v)
{
    store_big(b->room, (uint64_t)v.high, 8);
    store_big(b->room + 8, v.low, 8);
    uint32_t from = 0;
    char sign = v.high < 0 ? (char)-1 : 0;
    while (from < 15 && b->room[from] == sign && ((b->room[from] ^ b->room[from + 1]) & 0x80) == 0)
        from++;
    b->data = b->room + from;
    b->size = 16 - from;
}

static void put_value(struct bytes *b, const struct column *c, uint32_t k)
{
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        put_number(b, c->boolean[k], 4);
        break;
    case TYPE_TINYINT:
        put_number(b, (uint64_t)c->i8[k], 4);
        break;
    case TYPE_SMALLINT:
        put_number(b, (uint64_t)c->i16[k], 4);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        put_number(b, (uint64_t)c->i32[k], 4);
        break;
    case TYPE_FLOAT:
        put_number(b, isnan(c->f32[k]) ? 0x7fc00000 : c->f32[k] == 0 ? 0 : bits_of_float(c->f32[k]), 4);
        break;
    case TYPE_DOUBLE:
        put_number(b,
                   isnan(c->f64[k]) ? UINT64_C(0x7ff8000000000000)
                   : c->f64[k] == 0 ? 0
                                    : bits_of_double(c->f64[k]),
                   8);
        break;
    case TYPE_DECIMAL:
        if (c->type->precision <= 18)
            put_number(b, c->decimal[k].low, 8);
        else
            put_big(b, c->decimal[k]);
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        b->data = c->slice[k].data;
        b->size = c->slice[k].size;
        break;
    default:
        put_number(b, (uint64_t)c->i64[k], 8);
    }
}

static uint32_t turn(uint32_t v, unsigned by)
{
    return v << by | v >> (32 - by);
}

static uint32_t mix(uint32_t hash, uint32_t word)
{
    hash ^= turn(word * 0xcc9e2d51u, 15) * 0x1b873593u;
    return turn(hash, 13) * 5 + 0xe6546b64u;
}

// Murmur3_x86_32.hashUnsafeBytes: a byte of the tail is a word by itself, with its sign.
static uint32_t murmur3(const struct bytes *b, uint32_t hash)
{
    uint32_t i = 0;
    for (; i + 4 <= b->size; i += 4)
        hash = mix(hash, (uint32_t)load_little(b->data + i, 4));
    for (; i < b->size; i++)
        hash = mix(hash, (uint32_t)(signed char)b->data[i]);
    hash ^= b->size;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}

#define HASH_FUNCTION(name, T, one)                                                                                    \
    T name(const struct column *c, uint32_t row, T seed)                                                               \
    {                                                                                                                  \
        uint32_t k = at(c, row);                                                                                       \
        if (c->type->id == TYPE_NULL || c->null[k])                                                                    \
            return seed;                                                                                               \
        if (c->type->id == TYPE_STRUCT) {                                                                              \
            for (uint32_t i = 0; i < c->type->field_count; i++)                                                        \
                seed = name(&c->child[i], k, seed);                                                                    \
            return seed;                                                                                               \
        }                                                                                                              \
        if (c->type->id == TYPE_ARRAY) {                                                                               \
            for (uint32_t i = 0; i < c->span[k].size; i++)                                                             \
                seed = name(&c->child[0], c->span[k].offset + i, seed);                                                \
            return seed;                                                                                               \
        }                                                                                                              \
        struct bytes b;                                                                                                \
        put_value(&b, c, k);                                                                                           \
        return one;                                                                                                    \
    }

HASH_FUNCTION(hash_murmur3, uint32_t, murmur3(&b, seed))
HASH_FUNCTION(hash_xx64, uint64_t, XXH64(b.data, b.size, seed))
