// A value with the entries of its MAPs in the order of their keys, so that equal ones have equal bytes: what grouping
// by a MAP groups by (InsertMapSortInGroupingExpressions). Not a function of SQL.
#include "ops/kernel.h"
#include "ops/key.h"

#include <stdlib.h>

struct entry {
    struct slice key; // its bytes
    uint32_t row;     // among the children
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return slice_compare(x->key, y->key);
}

static void sort_value(struct column *c, uint32_t row, struct arena *arena);

static void sort_entries(struct column *map, struct span s, struct arena *arena)
{
    struct entry *entries = ARENA_ARRAY(arena, struct entry, s.size);
    key_writer write = key_writer_of(map->child[0].type);
    for (uint32_t i = 0; i < s.size; i++) {
        char *key = arena_alloc(arena, key_bound(&map->child[0], s.offset + i));
        char *end = write(key, &map->child[0], s.offset + i, KEY_NULLS_FIRST);
        entries[i] = (struct entry){{key, (uint32_t)(end - key)}, s.offset + i};
    }
    qsort(entries, s.size, sizeof *entries, compare_entries);
    for (uint32_t k = 0; k < 2; k++) {
        struct column *sorted = column_new(map->child[k].type, s.size, arena);
        for (uint32_t i = 0; i < s.size; i++)
            column_copy(sorted, i, &map->child[k], entries[i].row, arena);
        for (uint32_t i = 0; i < s.size; i++)
            column_copy(&map->child[k], s.offset + i, sorted, i, arena);
    }
}

// What Spark's MapSort makes of a NULL among values of fixed width.
static void zero_nulls(struct column *values, struct span s)
{
    size_t width = type_width(values->type);
    bool fixed = !type_is_nested(values->type) && values->type->id != TYPE_DECIMAL && values->type->id != TYPE_STRING &&
                 values->type->id != TYPE_BINARY && values->type->id != TYPE_NULL;
    for (uint32_t i = s.offset; fixed && i < s.offset + s.size; i++) {
        if (!values->null[i])
            continue;
        values->null[i] = 0;
        memset((char *)values->data + i * width, 0, width);
    }
}

static void sort_value(struct column *c, uint32_t row, struct arena *arena)
{
    if (c->null[row])
        return;
    for (uint32_t k = 0; c->type->id == TYPE_STRUCT && k < c->type->field_count; k++)
        sort_value(&c->child[k], row, arena);
    if (c->type->id != TYPE_ARRAY && c->type->id != TYPE_MAP)
        return;
    struct span s = c->span[row];
    for (uint32_t i = 0; i < s.size; i++)
        for (uint32_t k = 0; k < (c->type->id == TYPE_MAP ? 2u : 1u); k++)
            sort_value(&c->child[k], s.offset + i, arena);
    if (c->type->id != TYPE_MAP)
        return;
    zero_nulls(&c->child[1], s);
    sort_entries(c, s, arena);
}

static void map_sort(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        column_copy(c->out, i, c->in[0], i, c->arena);
        sort_value(c->out, i, c->arena);
    }
}

static enum status bind_map_sort(struct binding *b, struct error *e)
{
    (void)e;
    b->type = b->arg[0]->type;
    b->kernel = map_sort;
    return STATUS_OK;
}

const struct function function_map_sort = {
    .name = "map_sort",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_map_sort,
};
