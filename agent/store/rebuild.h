// A new checkpoint of what can be read of a damaged one.
#ifndef AGENT_STORE_REBUILD_H
#define AGENT_STORE_REBUILD_H

#include "ops/memory.h"
#include "ops/status.h"
#include "ops/text.h"

// From one directory, where nothing is written, into another, which is made. From the last commit, if all of it can be
// read; else from the one before, if all of that can; else what can be read of the last. Says what was kept and lost.
// `lock`: a lock's file, which must not outlive us in the children; -1: none.
enum status rebuild(const char *from, const char *to, int lock, struct memory *memory, struct text *said,
                    struct error *e);

#endif
