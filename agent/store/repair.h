// A damaged checkpoint is set aside, its bytes unchanged, and what can be read of it is brought into a new one.
#ifndef AGENT_STORE_REPAIR_H
#define AGENT_STORE_REPAIR_H

#include "agent/store/lock.h"
#include "ops/text.h"

// `why` is what was found. The lock moves to the new directory. Says what was set aside, kept and lost.
enum status repair(const char *directory, const char *why, struct lock *lock, struct memory *memory, struct text *said,
                   struct error *e);
// Redoes what a crash between two renames left.
enum status repair_finish(const char *directory, struct error *e);
// The files of a checkpoint, and its directory if nothing else is in it.
void repair_remove(const char *directory);

#endif
