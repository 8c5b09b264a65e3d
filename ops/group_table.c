// Open addressing, linear probing, at most three quarters full. A slot keeps 32 bits of the hash beside its group, so
// that a probe that does not fit seldom touches the group.
#include "ops/group_table.h"

struct group_slot {
    struct group *group; // NULL: free
    uint32_t tag;
};

enum { SLOTS_LEAST = 256, ARENA_BLOCK = 64 * 1024 };

void group_table_init(struct group_table *t, uint32_t state_size, struct memory *memory)
{
    *t = (struct group_table){.memory = memory, .state_size = state_size, .capacity = SLOTS_LEAST};
    arena_init(&t->arena, memory, ARENA_BLOCK);
    t->slot = mem_zalloc(memory, SLOTS_LEAST * sizeof *t->slot);
}

void group_table_free(struct group_table *t)
{
    arena_free(&t->arena);
    if (t->slot != NULL)
        mem_free(t->memory, t->slot, t->capacity * sizeof *t->slot);
    *t = (struct group_table){0};
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

// The slot of a group that is there. When some are cleared already, free slots do not end the search.
static struct group_slot *slot_of(struct group_table *t, const struct group *g)
{
    uint32_t place = (uint32_t)g->hash & (t->capacity - 1);
    while (t->slot[place].group != g)
        place = (place + 1) & (t->capacity - 1);
    return &t->slot[place];
}

void group_table_clear(struct group_table *t)
{
    // A table that was large once is not swept for a few groups.
    if (t->count < t->capacity / 16)
        for (const struct group *g = t->first; g != NULL; g = g->next)
            slot_of(t, g)->group = NULL;
    else
        memset(t->slot, 0, t->capacity * sizeof *t->slot);
    arena_reset(&t->arena);
    t->count = 0;
    t->bytes = 0;
    t->first = t->last = NULL;
}

static void grow(struct group_table *t)
{
    size_t old = t->capacity;
    mem_free(t->memory, t->slot, old * sizeof *t->slot);
    t->capacity *= 2;
    t->slot = mem_zalloc(t->memory, t->capacity * sizeof *t->slot);
    for (struct group *g = t->first; g != NULL; g = g->next) {
        uint32_t place = (uint32_t)g->hash & (t->capacity - 1);
        while (t->slot[place].group != NULL)
            place = (place + 1) & (t->capacity - 1);
        t->slot[place] = (struct group_slot){g, tag_of(g->hash)};
    }
}

static struct group *add(struct group_table *t, struct slice key, uint64_t hash)
{
    size_t size = sizeof(struct group) + t->state_size + key.size;
    struct group *g = arena_alloc(&t->arena, size);
    *g = (struct group){.hash = hash, .key_size = key.size, .state_size = t->state_size};
    memset(group_state(g), 0, t->state_size);
    memcpy((char *)group_state(g) + t->state_size, key.data, key.size);
    *(t->last != NULL ? &t->last->next : &t->first) = g;
    t->last = g;
    t->count++;
    t->bytes += size;
    return g;
}

// The slot that has the key's group, or is free for it.
static uint32_t place_of(const struct group_table *t, struct slice key, uint64_t hash)
{
    uint32_t mask = t->capacity - 1, tag = tag_of(hash), place = (uint32_t)hash & mask;
    const struct group *g;
    while ((g = t->slot[place].group) != NULL && !(t->slot[place].tag == tag && slice_equal(group_bytes(g), key)))
        place = (place + 1) & mask;
    return place;
}

void group_table_find(struct group_table *t, const struct slice *key, const uint64_t *hash, uint32_t count,
                      struct group **group)
{
    for (uint32_t k = 0; k < count; k++) {
        if (t->count >= t->capacity / 4 * 3)
            grow(t);
        struct group_slot *slot = &t->slot[place_of(t, key[k], hash[k])];
        if (slot->group == NULL)
            *slot = (struct group_slot){add(t, key[k], hash[k]), tag_of(hash[k])};
        group[k] = slot->group;
    }
}

struct group *group_table_look(const struct group_table *t, struct slice key, uint64_t hash)
{
    return t->slot[place_of(t, key, hash)].group;
}

size_t group_table_bytes(const struct group_table *t)
{
    // By the groups, not the slots: those stay after a large batch, and would count against each small one.
    return t->bytes + 2 * (size_t)t->count * sizeof *t->slot;
}
