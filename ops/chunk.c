#include "ops/chunk.h"

static uint32_t child_count(const struct type *t)
{
    switch (t->id) {
    case TYPE_ARRAY:
        return 1;
    case TYPE_MAP:
        return 2;
    case TYPE_STRUCT:
        return t->field_count;
    default:
        return 0;
    }
}

static const struct type *child_type(const struct type *t, uint32_t i)
{
    if (t->id == TYPE_STRUCT)
        return t->fields[i].type;
    return t->id == TYPE_MAP && i == 0 ? t->key : t->element;
}

void column_init(struct column *c, const struct type *type, uint32_t capacity, struct arena *arena)
{
    *c = (struct column){.type = type, .mask = UINT32_MAX, .capacity = capacity};
    c->null = arena_zalloc(arena, capacity);
    c->data = arena_alloc(arena, (size_t)capacity * type_width(type));
    uint32_t children = child_count(type);
    if (children == 0)
        return;
    c->child = ARENA_ARRAY(arena, struct column, children);
    for (uint32_t i = 0; i < children; i++)
        column_init(&c->child[i], child_type(type, i), type->id == TYPE_STRUCT ? capacity : 0, arena);
}

struct column *column_new(const struct type *type, uint32_t capacity, struct arena *arena)
{
    struct column *c = ARENA_NEW(arena, struct column);
    column_init(c, type, capacity, arena);
    return c;
}

// Moves `rows` rows of a column into larger arrays.
static void grow(struct column *c, uint32_t rows, uint32_t capacity, struct arena *arena)
{
    size_t width = type_width(c->type);
    uint8_t *null = arena_zalloc(arena, capacity);
    void *data = arena_alloc(arena, capacity * width);
    if (rows) {
        memcpy(null, c->null, rows);
        if (width)
            memcpy(data, c->data, rows * width);
    }
    c->null = null;
    c->data = data;
    c->capacity = capacity;
    if (c->type->id == TYPE_STRUCT)
        for (uint32_t i = 0; i < c->type->field_count; i++)
            grow(&c->child[i], rows, capacity, arena);
}

void column_reserve(struct column *c, uint32_t rows, struct arena *arena)
{
    assert(c->type->id == TYPE_ARRAY || c->type->id == TYPE_MAP);
    if (rows <= c->child[0].capacity)
        return;
    uint32_t capacity = c->child[0].capacity ? c->child[0].capacity : 16;
    while (capacity < rows)
        capacity *= 2;
    for (uint32_t i = 0; i < child_count(c->type); i++)
        grow(&c->child[i], c->used, capacity, arena);
}

static void copy_elements(struct column *to, uint32_t to_row, const struct column *from, uint32_t from_row,
                          struct arena *arena)
{
    assert(arena);
    struct span s = from->span[from_row];
    column_reserve(to, to->used + s.size, arena);
    to->span[to_row] = (struct span){to->used, s.size};
    for (uint32_t i = 0; i < child_count(to->type); i++)
        for (uint32_t k = 0; k < s.size; k++)
            column_copy(&to->child[i], to->used + k, &from->child[i], s.offset + k, arena);
    to->used += s.size;
}

void column_copy(struct column *to, uint32_t to_row, const struct column *from, uint32_t from_row, struct arena *arena)
{
    assert(to->type->id == from->type->id && to_row < to->capacity);
    from_row = at(from, from_row);
    to->null[to_row] = from->null[from_row];
    if (from->null[from_row]) {
        column_set_null(to, to_row);
        return;
    }
    switch (to->type->id) {
    case TYPE_NULL:
        break;
    case TYPE_STRING:
    case TYPE_BINARY: {
        struct slice s = from->slice[from_row];
        to->slice[to_row] = arena ? (struct slice){arena_copy(arena, s.data, s.size), s.size} : s;
        break;
    }
    case TYPE_ARRAY:
    case TYPE_MAP:
        copy_elements(to, to_row, from, from_row, arena);
        break;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < to->type->field_count; i++)
            column_copy(&to->child[i], to_row, &from->child[i], from_row, arena);
        break;
    default: {
        size_t width = type_width(to->type);
        memcpy((char *)to->data + to_row * width, (const char *)from->data + from_row * width, width);
    }
    }
}

void column_set_null(struct column *c, uint32_t row)
{
    c->null[row] = 1;
    if (c->type->id == TYPE_STRUCT)
        for (uint32_t i = 0; i < c->type->field_count; i++)
            column_set_null(&c->child[i], row);
}
