// A part's entries that differ from what is committed, sorted when somebody needs them in key order.
#ifndef AGENT_STORE_DIRTY_H
#define AGENT_STORE_DIRTY_H

#include "agent/store/cache.h"

struct dirty {
    struct entry **at;
    uint32_t count, room;
    uint32_t sorted; // so many from the front are in key order
};

void dirty_add(struct dirty *d, struct cache *c, struct entry *e); // marks it, too; adding twice is fine
void dirty_sort(struct dirty *d);
// The first of the sorted whose key is >= `key`.
uint32_t dirty_from(const struct dirty *d, struct slice key);
void dirty_clear(struct dirty *d, struct cache *c); // gives back what an exceptional batch left
void dirty_free(struct dirty *d, struct cache *c);  // safe on zeroed memory

#endif
