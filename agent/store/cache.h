// The write-back cache in front of LMDB: entries of all parts of one checkpoint in one bounded memory.
//
// Entries live in pages of equal slots (one page size, many slot sizes); a value too large for them has a page of its
// own. At the limit, clean entries go by the clock, then whole clean pages change hands; dirty ones stay until they
// are committed, so only a batch that changes more than the limit holds can go over it, until cache_trim.
// Pages are kept and reused: a batch that touches what the last one touched calls the heap never.
#ifndef AGENT_STORE_CACHE_H
#define AGENT_STORE_CACHE_H

#include "ops/memory.h"
#include "ops/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CACHE_PAGE = 16384,
    CACHE_LIMIT_LEAST = 8 * CACHE_PAGE,
    CACHE_GRADES = 18,
};

enum entry_flag {
    ENTRY_USED = 1,
    ENTRY_DIRTY = 2,
    ENTRY_PRESENT = 4,    // there is a value; without it: known to be absent, or removed
    ENTRY_REFERENCED = 8, // looked at again since the clock passed: set by who looks, so that once seen is not twice
};

#define ENTRY_NO_BASE UINT32_MAX

struct cache_page;

// Followed by key and value.
struct entry {
    struct entry *next; // of the same hash bucket; of the free slots
    struct cache_page *page;
    uint32_t hash;
    uint32_t key_size, value_size;
    uint32_t base_size; // bytes of the committed value, or ENTRY_NO_BASE
    uint32_t dirty_at;  // its place in its part's list of dirty entries
    uint16_t part;
    uint8_t flags;
};

struct cache_page_list {
    struct cache_page **at;
    uint32_t count, room;
};

struct cache_clock {
    uint32_t page, slot;
};

struct cache_grade {
    struct cache_page *open; // pages with a free slot
    struct cache_clock clock;
    uint32_t clean; // entries that could go
    uint32_t taken; // slots asked for at the limit
};

struct cache {
    struct memory *memory;
    size_t limit, bytes; // bytes: all that it has from the heap
    struct entry **buckets;
    uint32_t bucket_count, count;
    struct cache_page_list pages;
    struct cache_grade grades[CACHE_GRADES];
    uint32_t page_clock;
    struct entry *pinned; // whose value the caller may still look at
};

void cache_init(struct cache *c, struct memory *memory, size_t limit);
void cache_free(struct cache *c); // safe on zeroed memory

// NULL: not here (it may be in LMDB).
struct entry *cache_find(struct cache *c, unsigned part, struct slice key);
// A clean entry without a value and with base ENTRY_NO_BASE; `room` bytes are set aside for its value. The key is not
// there yet.
struct entry *cache_insert(struct cache *c, unsigned part, struct slice key, uint32_t room);
// Copies the value in; it may be one of the pinned entry's. The entry may move: use what is returned from here on.
struct entry *cache_set_value(struct cache *c, struct entry *e, struct slice value);
void cache_remove(struct cache *c, struct entry *e);
void cache_mark(struct cache *c, struct entry *e, bool dirty);
// Back under the limit, as far as clean entries allow. After a commit or a rollback: always.
void cache_trim(struct cache *c);

static inline struct slice entry_key(const struct entry *e)
{
    return (struct slice){(const char *)(e + 1), e->key_size};
}

static inline struct slice entry_value(const struct entry *e)
{
    return (struct slice){(const char *)(e + 1) + e->key_size, e->value_size};
}

#endif
