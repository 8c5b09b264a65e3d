// The groups of one batch's rows, as hashes: what a newer result supersedes an older one by (outboxFull "latest").
#ifndef AGENT_ENGINE_GROUPS_H
#define AGENT_ENGINE_GROUPS_H

#include "ops/chunk.h"
#include "ops/text.h"

struct groups {
    struct memory *memory;
    const uint32_t *columns; // of the result, that name the group; borrowed
    uint32_t column_count;   // 0: rows have no group
    struct text key;
    uint64_t (*row)[2]; // in the order of the batch's rows
    uint32_t count, room;
    uint32_t *slot; // an open table of row numbers + 1, for groups_have
    uint32_t slots;
};

void groups_init(struct groups *g, const uint32_t *columns, uint32_t count, struct memory *memory);
void groups_free(struct groups *g); // safe on zeroed memory
void groups_clear(struct groups *g);
void groups_add(struct groups *g, const struct chunk *chunk); // its rows, in order
void groups_index(struct groups *g);                          // before groups_have
bool groups_have(const struct groups *g, const uint64_t hash[2]);

#endif
