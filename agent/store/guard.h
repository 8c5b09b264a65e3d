// Work in a child: a damaged page can kill its reader, and a walk can take longer than a start may.
#ifndef AGENT_STORE_GUARD_H
#define AGENT_STORE_GUARD_H

#include "ops/status.h"
#include "ops/text.h"

// Runs `work` in a forked child, which ends with it. What it appends to `said`, its status and its error come back.
// `close_in_child`: a lock's file, which must not outlive us in the child; -1: none.
// STATUS_AGAIN: not done after `seconds` (0: no limit), and ended. STATUS_DAMAGED: what it answered, or it died.
enum status guard_run(enum status (*work)(void *arg, struct text *said, struct error *e), void *arg, int seconds,
                      int close_in_child, struct text *said, struct error *e);

// For the children of others here: ends with its parent, dies of what kills it (no handler of the parent's goes on in
// its place), and keeps what LMDB or a sanitizer would say to itself.
void guard_in_child(void);

#endif
