// A walk over every record of a checkpoint, from the outside: read only, no cache.
#ifndef AGENT_STORE_CHECK_H
#define AGENT_STORE_CHECK_H

#include "agent/store/env.h"
#include "ops/text.h"

// What was counted of one part.
struct tally {
    char name[ENV_NAME_MAX + 1];
    uint64_t entries, bytes;
};

struct tallies {
    struct memory *memory;
    struct tally *at;
    uint32_t count, room;
};

void tallies_free(struct tallies *t);
struct tally *tally_of(struct tallies *t, const char *name, size_t size); // made if absent; until the next is made
// Counts one record of `database` (meta and progress have no parts: they are not counted).
// False: its frame or its bucket is damaged.
bool tally_record(struct tallies *t, const char *database, struct slice key, struct slice record);

struct check {
    const char *directory;
    struct memory *memory;
};

// For guard_run; `arg` is a struct check. Every page of every tree, every record's CRC32C, the order of keys, the free
// list, and the counts of the parts. Says what it saw; STATUS_DAMAGED: and what is wrong.
enum status check_all(void *arg, struct text *said, struct error *e);
// The same, of what `runnel state show` needs: identity, position, counts.
enum status check_head(void *arg, struct text *said, struct error *e);

#endif
