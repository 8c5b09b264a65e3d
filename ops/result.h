// Making results of variable size: strings and lists, with the limits that keep one row from a small board's memory.
#ifndef OPS_RESULT_H
#define OPS_RESULT_H

#include "ops/expr.h"

// What is longer is NULL.
enum { STRING_MAX = 64 << 20, LIST_MAX = 4 << 20 };

// The row's result is `size` bytes, to be written to what this returns; NULL: too long, and the row is NULL.
static inline char *string_room(const struct call *c, uint32_t row, uint64_t size)
{
    if (size > STRING_MAX) {
        c->out->null[row] = 1;
        return NULL;
    }
    char *to = arena_alloc(c->arena, (size_t)size);
    c->out->slice[row] = (struct slice){to, (uint32_t)size};
    return to;
}

// The row's list is empty and grows by list_add; lists are made one after the other.
static inline void list_begin(const struct call *c, uint32_t row)
{
    c->out->null[row] = 0;
    c->out->span[row] = (struct span){c->out->used, 0};
}

// One more element (entry of a MAP): its place in the children, whose values the caller sets.
static inline uint32_t list_add(const struct call *c, uint32_t row)
{
    column_reserve(c->out, c->out->used + 1, c->arena);
    c->out->span[row].size++;
    return c->out->used++;
}

// A value of an input into a child: strings are borrowed, what lies in lists is copied.
static inline void list_put(const struct call *c, uint32_t child, uint32_t place, const struct column *from,
                            uint32_t row)
{
    column_copy(&c->out->child[child], place, from, row, type_is_nested(from->type) ? c->arena : NULL);
}

// The row's list is given up: it is NULL, or it begins anew.
static inline void list_drop(const struct call *c, uint32_t row)
{
    c->out->used = c->out->span[row].offset;
    c->out->span[row].size = 0;
}

#endif
