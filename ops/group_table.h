// The hash table of a batch's groups: key bytes to a block of state. Groups stay where they are and are listed in the
// order in which they came. Memory is kept from batch to batch.
#ifndef OPS_GROUP_TABLE_H
#define OPS_GROUP_TABLE_H

#include "ops/arena.h"
#include "ops/slice.h"

struct group {
    struct group *next; // the one that came after it
    uint64_t hash;
    uint32_t key_size, state_size;
    // state_size bytes of state, zeroed when the group is new, and the key's bytes follow
};

static inline void *group_state(struct group *g)
{
    return g + 1;
}
static inline struct slice group_bytes(const struct group *g)
{
    return (struct slice){(const char *)(g + 1) + g->state_size, g->key_size};
}

struct group_slot;

struct group_table {
    struct memory *memory;
    struct arena arena; // of the groups
    struct group_slot *slot;
    uint32_t capacity, count; // slots, a power of two; groups
    uint32_t state_size;
    struct group *first, *last;
    size_t bytes; // of the groups, without the slots
};

// `state_size` is a multiple of 8.
void group_table_init(struct group_table *t, uint32_t state_size, struct memory *memory);
void group_table_free(struct group_table *t); // safe on zeroed memory
void group_table_clear(struct group_table *t);
// group[k] becomes the group of key[k], made if it is not there.
void group_table_find(struct group_table *t, const struct slice *key, const uint64_t *hash, uint32_t count,
                      struct group **group);
// The group of a key, NULL: there is none.
struct group *group_table_look(const struct group_table *t, struct slice key, uint64_t hash);
// What its groups take.
size_t group_table_bytes(const struct group_table *t);

#endif
