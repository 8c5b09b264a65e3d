// The two meta pages of an LMDB file, seen from the outside, without mapping it: is it one, of this machine, and which
// of the two can be read. LMDB itself opens nothing unless both can.
#ifndef AGENT_STORE_METAPAGE_H
#define AGENT_STORE_METAPAGE_H

#include "ops/status.h"

enum env_kind {
    ENV_ABSENT,
    ENV_EMPTY,   // of no bytes: a start that died before its first write, or all that was there is gone
    ENV_OURS,    // an LMDB file of this machine's word size and byte order
    ENV_FOREIGN, // of another's
    ENV_RUINED,  // none: neither meta page is one
};

enum env_kind env_probe(const char *directory);

// Whether the two meta pages agree with themselves, each other and the length of the file. LMDB believes them: it maps
// what they say, and a page that is not there ends the process that reads it. STATUS_AGAIN: the file is shorter than
// its pages, which can be (the last ones may be free and never written): only a walk tells. STATUS_DAMAGED: no commit
// leaves them so.
enum status metapage_judge(const char *directory, struct error *e);
// The one of the last commit but one; -1: they do not tell.
int metapage_older(const char *directory);

// Copies data.mdb from one directory into the other, where meta page `winner` (0 or 1) then stands in both places: the
// one that is whole, or the commit before the last. STATUS_END: that page is none.
enum status metapage_mend(const char *from, const char *to, int winner, struct error *e);

#endif
