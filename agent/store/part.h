// Parts: the named tables of a checkpoint, each a state port. "state:0:aggregate" has a database of its own; small ones
// ("offsets:events", "sink:out") share one, behind a prefix, because every database costs each commit a page.
#ifndef AGENT_STORE_PART_H
#define AGENT_STORE_PART_H

#include "agent/store/cache.h"
#include "agent/store/dirty.h"
#include "agent/store/env.h"
#include "ops/state.h"
#include "ops/text.h"

enum { PART_NAME_MAX = ENV_NAME_MAX, PARTS_MAX = UINT16_MAX };

// What the parts of one checkpoint have in common.
struct parts {
    struct memory *memory;
    struct env *env;
    struct cache cache;
    struct part **at;
    uint32_t count, room;
    uint32_t next_id;        // of entries in the cache
    struct text key, bucket; // scratch
    uint64_t hits, misses, bytes_put;
    bool damaged; // a record was not what we wrote
};

struct part {
    struct state state; // what is handed out
    struct parts *parts;
    struct dirty dirty;
    unsigned id, database;
    uint64_t entries, bytes; // of keys and values, as they are now
    uint64_t committed_entries, committed_bytes;
    uint32_t room;   // bytes set aside for a value not yet known
    bool emptied;    // dropped since the last commit: what is committed does not count
    bool write_once; // keys never repeat, and are read once at most (a log): not looked up, not kept
    uint32_t prefix_size;
    char prefix[PART_NAME_MAX + 2];
    char name[PART_NAME_MAX + 1];
};

void parts_init(struct parts *p, struct memory *memory, struct env *env, size_t cache_limit);
void parts_free(struct parts *p); // safe on zeroed memory

// The database that holds a part of this name, and the prefix of its keys there. False: no such kind.
bool part_place(const char *name, char database[ENV_NAME_MAX + 1], char prefix[PART_NAME_MAX + 2],
                uint32_t *prefix_size);
// The same for the same name; NULL with a message. Its counts are zero until part_count says otherwise.
struct part *part_open(struct parts *all, const char *name, bool *made, struct error *e);
void part_count(struct part *p, uint64_t entries, uint64_t bytes);
void part_drop(struct part *p);
bool part_changed(const struct part *p);
// Into the open write transaction, in key order. May be called again after an abort.
enum status part_write(struct part *p, struct error *e);
// After the commit, or instead of it: nothing is dirty any more.
void part_settle(struct part *p, bool committed);

// For keys of this part as LMDB has them.
struct slice part_full_key(struct part *p, struct slice key);                     // borrowed until the next call
enum status part_damaged(struct part *p, struct slice full_key, struct error *e); // says so, returns STATUS_DAMAGED

#endif
