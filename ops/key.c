// The bytes of a key (docs/SPEC.md): one mark, then the value.
//
//   mark       01 a value; NULL is 00 (nulls first) or 02 (nulls last), and nothing follows
//   BOOLEAN    00 or 01
//   integers, DATE, TIMESTAMP, intervals: big endian, sign bit inverted; 1, 2, 4, 8 bytes as the type
//   FLOAT, DOUBLE: IEEE 754 big endian; all bits inverted below zero, else the sign bit
//   DECIMAL    16 bytes big endian, sign bit inverted (the scale is the type's)
//   STRING, BINARY: the bytes, 00 as 00 FF, and 00 00 at the end
//   STRUCT     its fields as keys, nulls first
//   ARRAY      01 and the element as a key, nulls first, for each; 00 at the end
//   MAP        as an ARRAY of key and value
//
// Descending, every byte behind the mark is inverted.
#include "ops/key.h"

#include "ops/endian.h"

#define XXH_INLINE_ALL
#include <math.h>
#include <xxhash.h>

enum { MARK_NULL_FIRST = 0, MARK_VALUE = 1, MARK_NULL_LAST = 2 };

static const uint64_t SIGN64 = UINT64_C(1) << 63;
static const uint32_t SIGN32 = UINT32_C(1) << 31;

uint64_t key_hash(struct slice key)
{
    return XXH3_64bits(key.data, key.size);
}

// Writes the mark; false: NULL, nothing follows.
static inline bool put_mark(char **to, const struct column *c, uint32_t row, unsigned order)
{
    bool null = is_null(c, row);
    *(*to)++ = !null ? MARK_VALUE : (order & KEY_NULLS_LAST) != 0 ? MARK_NULL_LAST : MARK_NULL_FIRST;
    return !null;
}

static char *write_null(char *to, const struct column *c, uint32_t row, unsigned order)
{
    (void)c, (void)row;
    *to = (order & KEY_NULLS_LAST) != 0 ? MARK_NULL_LAST : MARK_NULL_FIRST;
    return to + 1;
}

static char *write_boolean(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (put_mark(&to, c, row, order))
        *to++ = (char)c->boolean[at(c, row)];
    return to;
}

static char *write_i8(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (put_mark(&to, c, row, order))
        *to++ = (char)(unsigned char)((unsigned)c->i8[at(c, row)] ^ 0x80u);
    return to;
}

static char *write_i16(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    store_big(to, (uint64_t)c->i16[at(c, row)] ^ 0x8000u, 2);
    return to + 2;
}

static char *write_i32(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    store_big(to, (uint32_t)c->i32[at(c, row)] ^ SIGN32, 4);
    return to + 4;
}

static char *write_i64(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    store_big(to, (uint64_t)c->i64[at(c, row)] ^ SIGN64, 8);
    return to + 8;
}

static char *write_f32(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    float v = c->f32[at(c, row)];
    uint32_t bits = isnan(v) ? 0x7fc00000u : v == 0 ? 0 : bits_of_float(v);
    store_big(to, (bits & SIGN32) != 0 ? ~bits : bits | SIGN32, 4);
    return to + 4;
}

static char *write_f64(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    double v = c->f64[at(c, row)];
    uint64_t bits = isnan(v) ? UINT64_C(0x7ff8000000000000) : v == 0 ? 0 : bits_of_double(v);
    store_big(to, (bits & SIGN64) != 0 ? ~bits : bits | SIGN64, 8);
    return to + 8;
}

static char *write_decimal(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    struct decimal v = c->decimal[at(c, row)];
    store_big(to, (uint64_t)v.high ^ SIGN64, 8);
    store_big(to + 8, v.low, 8);
    return to + 16;
}

static char *put_bytes(char *to, const char *from, size_t left)
{
    while (left > 0) {
        const char *zero = memchr(from, 0, left);
        size_t plain = zero == NULL ? left : (size_t)(zero - from);
        memcpy(to, from, plain);
        to += plain;
        if (zero == NULL)
            break;
        *to++ = 0;
        *to++ = (char)0xff;
        from = zero + 1;
        left -= plain + 1;
    }
    return to;
}

// Whether one of the 8 bytes is 00.
static inline bool has_zero(uint64_t v)
{
    return ((v - UINT64_C(0x0101010101010101)) & ~v & UINT64_C(0x8080808080808080)) != 0;
}

// The same for what most keys are: 8 to 24 bytes without a 00, moved in words that may overlap. NULL: it is not that.
static inline char *put_short(char *to, const char *from, size_t size)
{
    uint64_t first, middle, last;
    if (size < 8 || size > 24)
        return NULL;
    memcpy(&first, from, 8);
    memcpy(&middle, from + (size >= 16 ? 8 : 0), 8);
    memcpy(&last, from + size - 8, 8);
    if (has_zero(first) || has_zero(middle) || has_zero(last))
        return NULL;
    memcpy(to, &first, 8);
    memcpy(to + (size >= 16 ? 8 : 0), &middle, 8);
    memcpy(to + size - 8, &last, 8);
    return to + size;
}

static char *write_slice(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    struct slice s = c->slice[at(c, row)];
    char *end = put_short(to, s.data, s.size);
    to = end != NULL ? end : put_bytes(to, s.data, s.size);
    *to++ = 0;
    *to++ = 0;
    return to;
}

static char *write_struct(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    for (uint32_t k = 0; k < c->type->field_count; k++)
        to = key_writer_of(c->child[k].type)(to, &c->child[k], at(c, row), KEY_NULLS_FIRST);
    return to;
}

static bool is_i64(const struct type *t)
{
    return t->id == TYPE_BIGINT || t->id == TYPE_TIMESTAMP || t->id == TYPE_TIMESTAMP_NTZ || t->id == TYPE_INTERVAL_DT;
}

// window's STRUCT<start, end>, which most keys begin with: write_struct without its loop.
static char *write_i64_pair(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    to = write_i64(to, &c->child[0], at(c, row), KEY_NULLS_FIRST);
    return write_i64(to, &c->child[1], at(c, row), KEY_NULLS_FIRST);
}

static char *write_list(char *to, const struct column *c, uint32_t row, unsigned order)
{
    if (!put_mark(&to, c, row, order))
        return to;
    struct span s = c->span[at(c, row)];
    uint32_t children = c->type->id == TYPE_MAP ? 2 : 1;
    for (uint32_t k = 0; k < s.size; k++) {
        *to++ = 1;
        for (uint32_t j = 0; j < children; j++)
            to = key_writer_of(c->child[j].type)(to, &c->child[j], s.offset + k, KEY_NULLS_FIRST);
    }
    *to++ = 0;
    return to;
}

key_writer key_writer_of(const struct type *type)
{
    static const key_writer writer[TYPE_COUNT] = {
        [TYPE_NULL] = write_null,       [TYPE_BOOLEAN] = write_boolean,   [TYPE_TINYINT] = write_i8,
        [TYPE_SMALLINT] = write_i16,    [TYPE_INT] = write_i32,           [TYPE_BIGINT] = write_i64,
        [TYPE_FLOAT] = write_f32,       [TYPE_DOUBLE] = write_f64,        [TYPE_DECIMAL] = write_decimal,
        [TYPE_STRING] = write_slice,    [TYPE_BINARY] = write_slice,      [TYPE_DATE] = write_i32,
        [TYPE_TIMESTAMP] = write_i64,   [TYPE_TIMESTAMP_NTZ] = write_i64, [TYPE_INTERVAL_YM] = write_i32,
        [TYPE_INTERVAL_DT] = write_i64, [TYPE_ARRAY] = write_list,        [TYPE_STRUCT] = write_struct,
        [TYPE_MAP] = write_list,
    };
    if (type->id == TYPE_STRUCT && type->field_count == 2 && is_i64(type->fields[0].type) &&
        is_i64(type->fields[1].type))
        return write_i64_pair;
    return writer[type->id];
}

size_t key_fixed_size(const struct type *type)
{
    if (type->id == TYPE_STRUCT) {
        size_t sum = 1;
        for (uint32_t k = 0; k < type->field_count; k++) {
            size_t size = key_fixed_size(type->fields[k].type);
            if (size == 0)
                return 0;
            sum += size;
        }
        return sum;
    }
    bool varies = type->id == TYPE_STRING || type->id == TYPE_BINARY || type_is_nested(type);
    return varies ? 0 : 1 + type_width(type);
}

size_t key_bound(const struct column *c, uint32_t row)
{
    size_t fixed = key_fixed_size(c->type);
    if (fixed > 0 || is_null(c, row))
        return fixed > 0 ? fixed : 1;
    if (c->type->id == TYPE_STRING || c->type->id == TYPE_BINARY)
        return KEY_STRING_BOUND(c->slice[at(c, row)].size);
    size_t sum = 1;
    if (c->type->id == TYPE_STRUCT) {
        for (uint32_t k = 0; k < c->type->field_count; k++)
            sum += key_bound(&c->child[k], at(c, row));
        return sum;
    }
    struct span s = c->span[at(c, row)];
    for (uint32_t k = 0; k < s.size; k++) {
        sum += 1 + key_bound(&c->child[0], s.offset + k);
        if (c->type->id == TYPE_MAP)
            sum += key_bound(&c->child[1], s.offset + k);
    }
    return sum + 1;
}

void key_append(struct text *out, const struct column *c, uint32_t row, unsigned order)
{
    char *begin = text_reserve(out, key_bound(c, row));
    char *end = key_writer_of(c->type)(begin, c, row, order);
    if ((order & KEY_DESCENDING) != 0)
        for (char *p = begin + 1; p < end; p++)
            *p = (char)~*p;
    out->size += (size_t)(end - begin);
}

// Bytes still to be read; `flip` undoes the inversion of a descending key. Past the end `failed` stays set.
struct key_reader {
    const char *data;
    size_t left;
    unsigned char flip;
    bool failed;
    struct arena *arena;
};

static uint64_t take(struct key_reader *r, unsigned bytes)
{
    if (r->left < bytes) {
        r->failed = true;
        return 0;
    }
    uint64_t v = load_big(r->data, bytes);
    r->data += bytes;
    r->left -= bytes;
    if (r->flip != 0)
        v ^= bytes == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * bytes)) - 1;
    return v;
}

static void take_slice(struct key_reader *r, struct slice *out)
{
    const char zero = (char)r->flip;
    const char *scan = r->data;
    const char *end = r->data + r->left;
    size_t zeros = 0;
    for (;;) { // to the terminator: two of what stands for 00
        scan = scan < end ? memchr(scan, zero, (size_t)(end - scan)) : NULL;
        if (scan == NULL || end - scan < 2) {
            r->failed = true;
            return;
        }
        if (scan[1] == zero)
            break;
        zeros++;
        scan += 2;
    }
    size_t size = (size_t)(scan - r->data) - zeros;
    char *to = arena_alloc(r->arena, size + 1);
    const char *from = r->data;
    for (size_t k = 0; k < size; k++) {
        to[k] = (char)((unsigned char)*from ^ r->flip);
        from += to[k] == 0 ? 2 : 1;
    }
    *out = (struct slice){to, (uint32_t)size};
    r->data = scan + 2;
    r->left = (size_t)(end - r->data);
}

static void read_value(struct key_reader *r, struct column *to, uint32_t row);

static void read_list(struct key_reader *r, struct column *to, uint32_t row)
{
    struct span s = {to->used, 0};
    while (take(r, 1) == 1 && !r->failed) {
        column_reserve(to, to->used + 1, r->arena);
        uint32_t place = to->used++;
        s.size++;
        read_value(r, &to->child[0], place);
        if (to->type->id != TYPE_MAP)
            continue;
        r->failed |= !r->failed && is_null(&to->child[0], place); // no map has such a key
        read_value(r, &to->child[1], place);
    }
    to->span[row] = s;
}

static void read_body(struct key_reader *r, struct column *to, uint32_t row)
{
    switch (to->type->id) {
    case TYPE_BOOLEAN:
        to->boolean[row] = take(r, 1) != 0;
        break;
    case TYPE_TINYINT:
        to->i8[row] = (int8_t)(take(r, 1) ^ 0x80u);
        break;
    case TYPE_SMALLINT:
        to->i16[row] = (int16_t)(take(r, 2) ^ 0x8000u);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        to->i32[row] = (int32_t)((uint32_t)take(r, 4) ^ SIGN32);
        break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
        to->i64[row] = (int64_t)(take(r, 8) ^ SIGN64);
        break;
    case TYPE_FLOAT: {
        uint32_t bits = (uint32_t)take(r, 4);
        to->f32[row] = float_of_bits((bits & SIGN32) != 0 ? bits & ~SIGN32 : ~bits);
        break;
    }
    case TYPE_DOUBLE: {
        uint64_t bits = take(r, 8);
        to->f64[row] = double_of_bits((bits & SIGN64) != 0 ? bits & ~SIGN64 : ~bits);
        break;
    }
    case TYPE_DECIMAL: {
        int64_t high = (int64_t)(take(r, 8) ^ SIGN64);
        to->decimal[row] = (struct decimal){.low = take(r, 8), .high = high};
        break;
    }
    case TYPE_STRING:
    case TYPE_BINARY:
        take_slice(r, &to->slice[row]);
        break;
    case TYPE_STRUCT:
        for (uint32_t k = 0; k < to->type->field_count; k++)
            read_value(r, &to->child[k], row);
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
        read_list(r, to, row);
        break;
    case TYPE_NULL:
    case TYPE_COUNT:
        r->failed = true; // a NULL has no value
        break;
    }
}

// A value inside another one: its mark is inverted with the rest.
static void read_value(struct key_reader *r, struct column *to, uint32_t row)
{
    uint64_t mark = take(r, 1);
    if (r->failed || mark > MARK_VALUE) {
        r->failed = true;
    } else if (mark == MARK_VALUE) {
        to->null[row] = 0;
        read_body(r, to, row);
    } else {
        column_set_null(to, row);
    }
}

size_t key_read(struct slice bytes, struct column *to, uint32_t row, unsigned order, struct arena *arena)
{
    if (bytes.size == 0)
        return 0;
    if (bytes.data[0] != MARK_VALUE) {
        column_set_null(to, row);
        return bytes.data[0] == ((order & KEY_NULLS_LAST) != 0 ? MARK_NULL_LAST : MARK_NULL_FIRST) ? 1 : 0;
    }
    struct key_reader r = {.data = bytes.data + 1,
                           .left = bytes.size - 1,
                           .flip = (order & KEY_DESCENDING) != 0 ? 0xff : 0,
                           .arena = arena};
    to->null[row] = 0;
    read_body(&r, to, row);
    return r.failed ? 0 : bytes.size - r.left;
}
