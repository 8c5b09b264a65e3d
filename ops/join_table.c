#include "ops/join_table.h"

enum { ARENA_BLOCK = 64 * 1024, NEXT_LEAST = 1024 };

// The rows of one key.
struct ends {
    uint32_t first, last;
};

void join_table_init(struct join_table *t, const struct type *const *types, uint32_t columns, bool keyed,
                     struct memory *memory)
{
    *t = (struct join_table){.memory = memory, .columns = columns, .keyed = keyed};
    arena_init(&t->arena, memory, ARENA_BLOCK);
    group_table_init(&t->groups, sizeof(struct ends), memory);
    t->list = ARENA_ARRAY(&t->arena, struct column, columns);
    for (uint32_t k = 0; k < columns; k++)
        column_init(&t->list[k], type_array(&t->arena, types[k], true), 1, &t->arena);
}

void join_table_free(struct join_table *t)
{
    if (t->memory == NULL)
        return;
    group_table_free(&t->groups);
    mem_free(t->memory, t->next, t->next_capacity * sizeof *t->next);
    arena_free(&t->arena);
    *t = (struct join_table){0};
}

static void reserve(struct join_table *t, uint32_t count)
{
    for (uint32_t k = 0; k < t->columns; k++)
        column_reserve(&t->list[k], count, &t->arena);
    if (count <= t->next_capacity)
        return;
    uint32_t capacity = t->next_capacity ? t->next_capacity : NEXT_LEAST;
    while (capacity < count)
        capacity *= 2;
    t->next = mem_resize(t->memory, t->next, t->next_capacity * sizeof *t->next, capacity * sizeof *t->next);
    t->next_capacity = capacity;
}

static void chain(struct join_table *t, struct group *group, bool is_new, uint32_t row)
{
    struct ends *ends = group_state(group);
    t->next[row] = t->keyed && !is_new ? ends->first : JOIN_TABLE_END;
    if (is_new || t->keyed)
        ends->first = row;
    else
        t->next[ends->last] = row;
    ends->last = row;
}

void join_table_add(struct join_table *t, struct column *const *columns, const struct rows *rows,
                    const struct slice *key, const uint64_t *hash)
{
    reserve(t, t->count + rows->count);
    for (uint32_t k = 0; k < t->columns; k++) {
        FOR_EACH_ROW (i, rows) {
            column_copy(t->list[k].child, t->count + i_k, columns[k], i, &t->arena);
        }
        t->list[k].used = t->count + rows->count;
    }
    for (uint32_t k = 0; k < rows->count; k++) {
        uint32_t known = t->groups.count;
        struct group *g;
        group_table_find(&t->groups, &key[k], &hash[k], 1, &g);
        chain(t, g, t->groups.count > known, t->count + k);
    }
    t->count += rows->count;
}

void join_table_find(const struct join_table *t, const struct slice *key, const uint64_t *hash, uint32_t count,
                     uint32_t *row)
{
    for (uint32_t k = 0; k < count; k++) {
        struct group *g = group_table_look(&t->groups, key[k], hash[k]);
        row[k] = g ? ((const struct ends *)group_state(g))->first : JOIN_TABLE_END;
    }
}

size_t join_table_bytes(const struct join_table *t)
{
    return arena_used(&t->arena) + group_table_bytes(&t->groups) + t->next_capacity * sizeof *t->next;
}
