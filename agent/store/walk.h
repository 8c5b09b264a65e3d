// A walk over what is committed of a part, key by key, long keys included. Inside one read.
#ifndef AGENT_STORE_WALK_H
#define AGENT_STORE_WALK_H

#include "agent/store/part.h"

struct walk {
    struct part *part;
    struct env_cursor cursor;
    bool valid; // key and value are something
    struct slice key, value;
    struct slice bucket; // what is left of the one we are in
    struct text long_key;
};

enum status walk_open(struct walk *w, struct part *p, struct slice from, struct error *e);
enum status walk_next(struct walk *w, struct error *e);
void walk_close(struct walk *w);

#endif
