// The bytes of a record's value (docs/SPEC.md): 00 for NULL, else 01 and
//
//   BOOLEAN, integers, DATE, TIMESTAMP, intervals: little endian, 1, 2, 4, 8 bytes as the type
//   FLOAT, DOUBLE: IEEE 754 little endian, NaN and -0.0 as they are
//   DECIMAL    16 bytes little endian
//   STRING, BINARY: the size (LEB128), the bytes
//   STRUCT     its fields as values
//   ARRAY      the number of elements (LEB128), the elements as values
//   MAP        the number of entries (LEB128), key and value of each
#include "ops/record.h"

#include "ops/endian.h"

enum { VALUE_NULL = 0, VALUE_THERE = 1, SIZE_BYTES_MAX = 5 };

static void append_size(struct text *out, uint32_t v)
{
    char *to = text_reserve(out, SIZE_BYTES_MAX);
    unsigned used = 0;
    for (; v >= 0x80; v >>= 7)
        to[used++] = (char)(unsigned char)(v | 0x80);
    to[used++] = (char)v;
    out->size += used;
}

static void append_fixed(struct text *out, uint64_t v, unsigned bytes)
{
    store_little(text_reserve(out, bytes), v, bytes);
    out->size += bytes;
}

static void append_list(struct text *out, const struct column *c, uint32_t row)
{
    struct span s = c->span[row];
    append_size(out, s.size);
    for (uint32_t k = 0; k < s.size; k++) {
        record_append(out, &c->child[0], s.offset + k);
        if (c->type->id == TYPE_MAP)
            record_append(out, &c->child[1], s.offset + k);
    }
}

static void append_body(struct text *out, const struct column *c, uint32_t row)
{
    switch (c->type->id) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
        append_fixed(out, c->boolean[row], 1);
        break;
    case TYPE_SMALLINT:
        append_fixed(out, (uint64_t)c->i16[row], 2);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        append_fixed(out, (uint64_t)c->i32[row], 4);
        break;
    case TYPE_FLOAT:
        append_fixed(out, bits_of_float(c->f32[row]), 4);
        break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
        append_fixed(out, (uint64_t)c->i64[row], 8);
        break;
    case TYPE_DOUBLE:
        append_fixed(out, bits_of_double(c->f64[row]), 8);
        break;
    case TYPE_DECIMAL:
        append_fixed(out, c->decimal[row].low, 8);
        append_fixed(out, (uint64_t)c->decimal[row].high, 8);
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        append_size(out, c->slice[row].size);
        text_slice(out, c->slice[row]);
        break;
    case TYPE_STRUCT:
        for (uint32_t k = 0; k < c->type->field_count; k++)
            record_append(out, &c->child[k], row);
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
        append_list(out, c, row);
        break;
    case TYPE_NULL:
    case TYPE_COUNT:
        break;
    }
}

void record_append(struct text *out, const struct column *c, uint32_t row)
{
    bool null = c->type->id == TYPE_NULL || is_null(c, row);
    text_char(out, null ? VALUE_NULL : VALUE_THERE);
    if (!null)
        append_body(out, c, at(c, row));
}

struct record_reader {
    const char *data;
    size_t left;
    bool failed;
    struct arena *arena;
};

static uint64_t take(struct record_reader *r, unsigned bytes)
{
    if (r->left < bytes) {
        r->failed = true;
        return 0;
    }
    uint64_t v = load_little(r->data, bytes);
    r->data += bytes;
    r->left -= bytes;
    return v;
}

// A size or a number of values, none of which is smaller than a byte: more than is left is damage.
static uint32_t take_size(struct record_reader *r)
{
    uint64_t v = 0;
    for (unsigned k = 0; k < SIZE_BYTES_MAX; k++) {
        uint64_t byte = take(r, 1);
        v |= (byte & 0x7f) << (7 * k);
        if (byte < 0x80)
            break;
    }
    if (v > r->left)
        r->failed = true;
    return r->failed ? 0 : (uint32_t)v;
}

static struct slice take_slice(struct record_reader *r)
{
    uint32_t size = take_size(r);
    const char *data = r->arena != NULL ? arena_copy(r->arena, r->data, size) : r->data;
    r->data += size;
    r->left -= size;
    return (struct slice){data, size};
}

static void read_value(struct record_reader *r, struct column *to, uint32_t row);

static void read_list(struct record_reader *r, struct column *to, uint32_t row)
{
    assert(r->arena != NULL);
    uint32_t count = take_size(r);
    struct span s = {to->used, count};
    column_reserve(to, to->used + count, r->arena);
    to->used += count;
    to->span[row] = s;
    for (uint32_t k = 0; k < count && !r->failed; k++) {
        read_value(r, &to->child[0], s.offset + k);
        if (to->type->id != TYPE_MAP)
            continue;
        r->failed |= !r->failed && is_null(&to->child[0], s.offset + k); // no map has such a key
        read_value(r, &to->child[1], s.offset + k);
    }
}

static void read_body(struct record_reader *r, struct column *to, uint32_t row)
{
    switch (to->type->id) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
        to->boolean[row] = (uint8_t)take(r, 1);
        break;
    case TYPE_SMALLINT:
        to->i16[row] = (int16_t)take(r, 2);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        to->i32[row] = (int32_t)take(r, 4);
        break;
    case TYPE_FLOAT:
        to->f32[row] = float_of_bits((uint32_t)take(r, 4));
        break;
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
    case TYPE_INTERVAL_DT:
        to->i64[row] = (int64_t)take(r, 8);
        break;
    case TYPE_DOUBLE:
        to->f64[row] = double_of_bits(take(r, 8));
        break;
    case TYPE_DECIMAL:
        to->decimal[row].low = take(r, 8);
        to->decimal[row].high = (int64_t)take(r, 8);
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        to->slice[row] = take_slice(r);
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

static void read_value(struct record_reader *r, struct column *to, uint32_t row)
{
    uint64_t there = take(r, 1);
    if (r->failed || there > VALUE_THERE) {
        r->failed = true;
    } else if (there == VALUE_THERE) {
        to->null[row] = 0;
        read_body(r, to, row);
    } else {
        column_set_null(to, row);
    }
}

size_t record_read(struct slice bytes, struct column *to, uint32_t row, struct arena *arena)
{
    struct record_reader r = {.data = bytes.data, .left = bytes.size, .arena = arena};
    read_value(&r, to, row);
    return r.failed ? 0 : bytes.size - r.left;
}
