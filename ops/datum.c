#include "ops/datum.h"

#include "ops/endian.h"
#include "ops/key.h"

#include <math.h>

enum { CAPACITY_LEAST = 16, SIZE_BYTES = 4 };

static bool has_bytes(const struct type *t)
{
    return t->id == TYPE_STRING || t->id == TYPE_BINARY || type_is_nested(t);
}

static uint64_t fixed_bits(const struct column *c, uint32_t row)
{
    switch (type_width(c->type)) {
    case 1:
        return c->type->id == TYPE_BOOLEAN ? c->boolean[row] : (uint64_t)c->i8[row];
    case 2:
        return (uint64_t)c->i16[row];
    case 4:
        return (uint64_t)c->i32[row]; // a FLOAT's bits too: only the low half is read back
    default:
        return (uint64_t)c->i64[row];
    }
}

// Room for `size` bytes; what was there is lost if it must grow.
static char *datum_room(struct datum *d, size_t size, struct arena *arena)
{
    if (size > d->capacity || d->data == NULL) {
        size_t capacity = d->capacity > 0 ? d->capacity : CAPACITY_LEAST;
        while (capacity < size)
            capacity *= 2;
        d->data = arena_alloc(arena, capacity);
        d->capacity = (uint32_t)capacity;
    }
    return d->data;
}

void datum_set(struct datum *d, const struct column *c, uint32_t row, struct arena *arena)
{
    d->there = !is_null(c, row) && c->type->id != TYPE_NULL;
    if (!d->there)
        return;
    if (c->type->id == TYPE_STRING || c->type->id == TYPE_BINARY) {
        struct slice s = c->slice[at(c, row)];
        char *to = datum_room(d, s.size, arena);
        if (s.size > 0)
            memcpy(to, s.data, s.size);
        d->size = s.size;
    } else if (type_is_nested(c->type)) {
        char *to = datum_room(d, key_bound(c, row), arena);
        d->size = (uint32_t)(key_writer_of(c->type)(to, c, row, KEY_NULLS_FIRST) - to);
    } else if (c->type->id == TYPE_DECIMAL) {
        struct decimal v = c->decimal[at(c, row)];
        d->bits[0] = v.low;
        d->bits[1] = (uint64_t)v.high;
    } else {
        d->bits[0] = fixed_bits(c, at(c, row));
    }
}

bool datum_is_ordered(const struct type *type)
{
    if (type->id == TYPE_ARRAY)
        return datum_is_ordered(type->element);
    for (uint32_t k = 0; type->id == TYPE_STRUCT && k < type->field_count; k++)
        if (!datum_is_ordered(type->fields[k].type))
            return false;
    return type->id != TYPE_MAP;
}

static int compare_real(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

static int compare_integer(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static struct slice datum_bytes(const struct datum *d)
{
    return (struct slice){d->data, d->size};
}

int datum_compare(const struct type *type, const struct datum *a, const struct datum *b)
{
    if (has_bytes(type))
        return slice_compare(datum_bytes(a), datum_bytes(b));
    if (type->id == TYPE_DOUBLE)
        return compare_real(double_of_bits(a->bits[0]), double_of_bits(b->bits[0]));
    if (type->id == TYPE_FLOAT)
        return compare_real(float_of_bits((uint32_t)a->bits[0]), float_of_bits((uint32_t)b->bits[0]));
    if (type->id == TYPE_DECIMAL) {
        int high = compare_integer((int64_t)a->bits[1], (int64_t)b->bits[1]);
        return high != 0 ? high : (a->bits[0] > b->bits[0]) - (a->bits[0] < b->bits[0]);
    }
    return compare_integer((int64_t)a->bits[0], (int64_t)b->bits[0]);
}

int datum_compare_row(const struct datum *d, const struct column *c, uint32_t row, struct arena *arena)
{
    struct datum other = {.there = 1};
    if (c->type->id == TYPE_STRING || c->type->id == TYPE_BINARY)
        return slice_compare(datum_bytes(d), c->slice[at(c, row)]);
    struct arena_mark mark = arena_mark(arena);
    datum_set(&other, c, row, arena);
    int order = datum_compare(c->type, d, &other);
    arena_rewind(arena, mark);
    return order;
}

void datum_get(const struct datum *d, struct column *out, uint32_t row, struct arena *arena)
{
    if (!d->there) {
        column_set_null(out, row);
        return;
    }
    out->null[row] = 0;
    if (type_is_nested(out->type)) {
        size_t used = key_read(datum_bytes(d), out, row, KEY_NULLS_FIRST, arena);
        assert(used == d->size); // datum_load has seen to it
        (void)used;
    } else if (has_bytes(out->type)) {
        out->slice[row] = datum_bytes(d);
    } else if (out->type->id == TYPE_DECIMAL) {
        out->decimal[row] = (struct decimal){d->bits[0], (int64_t)d->bits[1]};
    } else {
        switch (type_width(out->type)) {
        case 1:
            out->i8[row] = (int8_t)d->bits[0];
            break;
        case 2:
            out->i16[row] = (int16_t)d->bits[0];
            break;
        case 4:
            out->i32[row] = (int32_t)d->bits[0];
            break;
        default:
            out->i64[row] = (int64_t)d->bits[0];
        }
    }
}

void datum_save(const struct type *type, const struct datum *d, struct text *out)
{
    text_char(out, d->there ? 1 : 0);
    if (!d->there)
        return;
    if (has_bytes(type)) {
        store_little(text_reserve(out, SIZE_BYTES), d->size, SIZE_BYTES);
        out->size += SIZE_BYTES;
        text_slice(out, datum_bytes(d));
        return;
    }
    for (unsigned k = 0; k < (type->id == TYPE_DECIMAL ? 2 : 1); k++) {
        store_little(text_reserve(out, 8), d->bits[k], 8);
        out->size += 8;
    }
}

// The bytes of a nested value must be what key_read takes: tried on a column that is thrown away.
static bool is_key(const struct type *type, struct slice bytes, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct column *c = column_new(type, 1, arena);
    bool good = bytes.size > 0 && key_read(bytes, c, 0, KEY_NULLS_FIRST, arena) == bytes.size;
    arena_rewind(arena, mark);
    return good;
}

size_t datum_load(const struct type *type, struct slice bytes, struct datum *d, struct arena *arena)
{
    if (bytes.size < 1 || (unsigned char)bytes.data[0] > 1)
        return 0;
    d->there = (uint64_t)bytes.data[0];
    if (!d->there)
        return 1;
    if (!has_bytes(type)) {
        unsigned words = type->id == TYPE_DECIMAL ? 2 : 1;
        if (bytes.size < 1 + 8 * words)
            return 0;
        for (unsigned k = 0; k < words; k++)
            d->bits[k] = load_little(bytes.data + 1 + 8 * k, 8);
        return 1 + 8 * words;
    }
    if (bytes.size < 1 + SIZE_BYTES)
        return 0;
    uint32_t size = (uint32_t)load_little(bytes.data + 1, SIZE_BYTES);
    if (size > bytes.size - 1 - SIZE_BYTES)
        return 0;
    const char *from = bytes.data + 1 + SIZE_BYTES;
    if (type_is_nested(type) && !is_key(type, (struct slice){from, size}, arena))
        return 0;
    char *to = datum_room(d, size, arena);
    if (size > 0)
        memcpy(to, from, size);
    d->size = size;
    return 1 + SIZE_BYTES + size;
}
