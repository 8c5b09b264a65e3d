#include "ops/group_items.h"

enum { ARENA_BLOCK = 64 * 1024 };

struct group_item {
    struct aggregate_call step, finish; // the same call; what its states point to is put in `values` or in `scratch`
    uint32_t first_arg, offset;         // offset: of its state in a group's
    int32_t filter;
};

void group_items_init(struct group_items *g, const struct aggregate_item *items, uint32_t count, struct memory *memory,
                      struct arena *arena)
{
    uint32_t most_args = 0;
    *g = (struct group_items){.count = count};
    arena_init(&g->values, memory, ARENA_BLOCK);
    arena_init(&g->scratch, memory, ARENA_BLOCK);
    g->item = ARENA_ARRAY(arena, struct group_item, count);
    for (uint32_t k = 0; k < count; k++) {
        struct group_item *item = &g->item[k];
        assert(items[k].call->state_size % 8 == 0);
        *item = (struct group_item){.step = *items[k].call,
                                    .finish = *items[k].call,
                                    .first_arg = items[k].first_arg,
                                    .filter = items[k].filter,
                                    .offset = g->state_size};
        item->step.arena = &g->values;
        item->finish.arena = &g->scratch;
        g->state_size += item->step.state_size;
        most_args = item->step.argc > most_args ? item->step.argc : most_args;
    }
    g->args = ARENA_ARRAY(arena, const struct column *, most_args);
    g->filter_index = ARENA_ARRAY(arena, uint32_t, CHUNK_ROWS);
    g->state = ARENA_ARRAY(arena, void *, CHUNK_ROWS);
    g->filter_state = ARENA_ARRAY(arena, void *, CHUNK_ROWS);
}

void group_items_free(struct group_items *g)
{
    arena_free(&g->values);
    arena_free(&g->scratch);
}

void group_items_begin(struct group_items *g, struct group *first)
{
    for (; first != NULL; first = first->next)
        for (uint32_t k = 0; k < g->count; k++)
            if (g->item[k].step.kernels->init != NULL)
                g->item[k].step.kernels->init(&g->item[k].step, (char *)group_state(first) + g->item[k].offset);
}

// FILTER (WHERE): the rows, and their groups' states, for which the condition is true.
static struct rows filter_rows(struct group_items *g, const struct column *condition, const struct rows *rows)
{
    uint32_t kept = 0;
    FOR_EACH_ROW (i, rows) {
        g->filter_index[kept] = i;
        g->filter_state[kept] = g->state[i_k];
        kept += !is_null(condition, i) && condition->boolean[at(condition, i)];
    }
    return (struct rows){g->filter_index, kept};
}

void group_items_step(struct group_items *g, const struct program *inputs, const struct rows *rows,
                      struct group *const *group)
{
    uint32_t offset = 0;
    for (uint32_t k = 0; k < rows->count; k++)
        g->state[k] = group_state(group[k]);
    for (uint32_t n = 0; n < g->count; n++) {
        const struct group_item *item = &g->item[n];
        for (uint32_t k = 0; item->offset > offset && k < rows->count; k++)
            g->state[k] = (char *)g->state[k] + (item->offset - offset);
        offset = item->offset;
        for (uint32_t k = 0; k < item->step.argc; k++)
            g->args[k] = program_result(inputs, item->first_arg + k);
        if (item->filter < 0) {
            item->step.kernels->step(&item->step, g->args, rows, g->state);
        } else {
            struct rows kept = filter_rows(g, program_result(inputs, (uint32_t)item->filter), rows);
            item->step.kernels->step(&item->step, g->args, &kept, g->filter_state);
        }
    }
}

bool group_items_load(struct group_items *g, struct slice bytes, void *into)
{
    memset(into, 0, g->state_size);
    for (uint32_t k = 0; k < g->count; k++) {
        const struct aggregate_call *call = &g->item[k].finish;
        size_t used = call->kernels->load(call, bytes, (char *)into + g->item[k].offset);
        if (used == 0 || used > bytes.size)
            return false;
        bytes.data += used;
        bytes.size -= (uint32_t)used;
    }
    return bytes.size == 0;
}

void group_items_merge(struct group_items *g, void *into, const void *from)
{
    for (uint32_t k = 0; k < g->count; k++) {
        const struct aggregate_call *call = &g->item[k].finish;
        call->kernels->merge(call, (char *)into + g->item[k].offset, (const char *)from + g->item[k].offset);
    }
}

void group_items_save(const struct group_items *g, const void *states, struct text *out)
{
    for (uint32_t k = 0; k < g->count; k++) {
        const struct aggregate_call *call = &g->item[k].finish;
        call->kernels->save(call, (const char *)states + g->item[k].offset, out);
    }
}

void group_items_finish(struct group_items *g, const void *states, struct column *const *out, uint32_t row)
{
    for (uint32_t k = 0; k < g->count; k++) {
        const struct aggregate_call *call = &g->item[k].finish;
        call->kernels->finish(call, (const char *)states + g->item[k].offset, out[k], row);
    }
}

const struct type *group_items_type(const struct group_items *g, uint32_t k)
{
    return g->item[k].step.type;
}
