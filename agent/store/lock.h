// The lock on a checkpoint's directory, and the few lines in its file: who holds it, and how the last one left.
#ifndef AGENT_STORE_LOCK_H
#define AGENT_STORE_LOCK_H

#include "ops/status.h"

#include <stdbool.h>

enum { LOCK_PATH_ROOM = 4096, LOCK_ADDRESS_ROOM = 128 };

struct lock {
    int file;        // -1: none
    bool clean;      // the last holder stopped cleanly, or there was none
    unsigned starts; // deaths in a row before the first commit, in this boot
    bool held;       // a batch was committed once, so the checkpoint is never empty again
    char path[LOCK_PATH_ROOM];
};

#define LOCK_NONE ((struct lock){.file = -1})

// For a writer. The file is made if absent and says from now on, over a power cut too, that somebody is at work.
enum status lock_take(struct lock *l, const char *directory, struct error *e);
// For a reader: beside other readers, never beside a writer. A directory without a lock file, or one that must not be
// opened, is a copy: fine.
enum status lock_share(struct lock *l, const char *directory, struct error *e);
// Where the holder can be asked (its control socket), for others to read.
void lock_say_address(struct lock *l, const char *address);
// Whether a writer holds it now; then who, and its address (empty: it has none).
bool lock_held(const char *directory, int *pid, char address[LOCK_ADDRESS_ROOM]);
// The start is behind us: a later death is not one at start.
void lock_settled(struct lock *l);
void lock_release(struct lock *l, bool clean); // safe on LOCK_NONE

#endif
