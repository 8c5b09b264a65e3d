#include "agent/engine/groups.h"

#include "ops/key.h"

enum { ROOM_LEAST = 256 };

void groups_init(struct groups *g, const uint32_t *columns, uint32_t count, struct memory *memory)
{
    *g = (struct groups){.memory = memory, .columns = columns, .column_count = count};
    text_init(&g->key, memory);
}

void groups_free(struct groups *g)
{
    if (!g->memory)
        return;
    text_free(&g->key);
    mem_free(g->memory, g->row, g->room * sizeof *g->row);
    mem_free(g->memory, g->slot, g->slots * sizeof *g->slot);
}

void groups_clear(struct groups *g)
{
    g->count = 0;
}

void groups_add(struct groups *g, const struct chunk *chunk)
{
    if (g->column_count == 0)
        return;
    FOR_EACH_ROW (i, &chunk->rows) {
        if (g->count == g->room) {
            uint32_t room = g->room > 0 ? 2 * g->room : ROOM_LEAST;
            g->row = mem_resize(g->memory, g->row, g->room * sizeof *g->row, room * sizeof *g->row);
            g->room = room;
        }
        text_clear(&g->key);
        for (uint32_t k = 0; k < g->column_count; k++)
            key_append(&g->key, chunk->column[g->columns[k]], i, KEY_NULLS_FIRST);
        g->row[g->count][0] = key_hash(text_view(&g->key));
        text_char(&g->key, 'x'); // another 64 bits: two groups that agree in one do not in the other
        g->row[g->count][1] = key_hash(text_view(&g->key));
        g->count++;
    }
}

void groups_index(struct groups *g)
{
    uint32_t slots = ROOM_LEAST;
    while (slots < 2 * g->count)
        slots *= 2;
    if (slots > g->slots) {
        g->slot = mem_resize(g->memory, g->slot, g->slots * sizeof *g->slot, slots * sizeof *g->slot);
        g->slots = slots;
    }
    memset(g->slot, 0, g->slots * sizeof *g->slot);
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t at = (uint32_t)g->row[i][0] & (g->slots - 1);
        while (g->slot[at] != 0)
            at = (at + 1) & (g->slots - 1);
        g->slot[at] = i + 1;
    }
}

bool groups_have(const struct groups *g, const uint64_t hash[2])
{
    for (uint32_t at = (uint32_t)hash[0] & (g->slots - 1); g->slot[at] != 0; at = (at + 1) & (g->slots - 1)) {
        const uint64_t *row = g->row[g->slot[at] - 1];
        if (row[0] == hash[0] && row[1] == hash[1])
            return true;
    }
    return false;
}
