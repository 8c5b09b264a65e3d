// What the files of the store share, and nobody else sees.
#ifndef AGENT_STORE_INSIDE_H
#define AGENT_STORE_INSIDE_H

#include "agent/store/lock.h"
#include "agent/store/meta.h"
#include "agent/store/part.h"
#include "agent/store/store.h"

enum { STORE_PATH_ROOM = 4096 };

struct log {
    char sink[PART_NAME_MAX + 1];
    struct part *part;
    struct log_place acknowledged;
    bool any;     // something was acknowledged
    bool pending; // and the last commit does not know, or has not removed it all
    bool trimmed; // the commit that is being made removes it all
};

struct store {
    struct memory *memory;
    struct lock lock;
    struct env *env;
    struct parts parts;
    struct meta meta;
    struct store_position position;
    struct store_counters counters;
    struct text notice;
    struct log *logs;
    uint32_t log_count;
    bool read_only;
    bool settled; // this process has committed
    bool broken;  // a commit failed for good
    char directory[STORE_PATH_ROOM];
};

struct part *store_part(struct store *s, const char *name, struct error *e);
// Puts cursors and takes acknowledged records away, before a commit; and after it.
enum status logs_prepare(struct store *s, struct error *e);
void logs_settle(struct store *s);

#endif
