// Reads what can be read of a damaged environment, record by record, in children that may die of it.
#ifndef AGENT_STORE_SALVAGE_H
#define AGENT_STORE_SALVAGE_H

#include "ops/memory.h"
#include "ops/slice.h"
#include "ops/status.h"

struct salvage {
    const char *directory; // of the damaged one; nothing is written there
    int close_in_child;    // the lock's file
    struct memory *memory;
    // A record whose frame is sound (raw, with its frame), each once. Borrowed until it returns.
    enum status (*record)(void *arg, const char *database, struct slice key, struct slice record, struct error *e);
    // The database before was read; `lost`: something of it was not. "": the names of the databases. May be NULL.
    void (*done)(void *arg, const char *database, bool lost);
    void *arg;
    uint64_t bad;    // records whose frame was not
    uint64_t broken; // places where reading had to stop
};

enum status salvage_run(struct salvage *s, struct error *e);

#endif
