// The state port: what a stateful operator needs of a store. Declared here, implemented by agent/store (LMDB behind a
// write-back cache) and by tests (a tree in memory). Keys compare as memcmp does.
#ifndef OPS_STATE_H
#define OPS_STATE_H

#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>

enum visit { VISIT_NEXT, VISIT_REMOVE, VISIT_STOP }; // what to do with the entry just seen, and whether to go on

struct state_class {
    // *value is borrowed until the next call on this state. STATUS_END: no such key.
    enum status (*get)(void *self, struct slice key, struct slice *value, struct error *e);
    enum status (*put)(void *self, struct slice key, struct slice value, struct error *e);
    enum status (*remove)(void *self, struct slice key, struct error *e); // STATUS_END: there was none
    // In key order from the first key >= `from`, what this batch has put included. Key and value are borrowed until
    // visit returns. visit must not call the state; it says VISIT_REMOVE instead.
    enum status (*scan)(void *self, struct slice from,
                        enum visit (*visit)(void *visitor, struct slice key, struct slice value), void *visitor,
                        struct error *e);
    uint64_t (*count)(void *self); // entries now
};

struct state {
    const struct state_class *class;
    void *self;
};

static inline enum status state_get(const struct state *s, struct slice key, struct slice *value, struct error *e)
{
    return s->class->get(s->self, key, value, e);
}
static inline enum status state_put(const struct state *s, struct slice key, struct slice value, struct error *e)
{
    return s->class->put(s->self, key, value, e);
}
static inline enum status state_remove(const struct state *s, struct slice key, struct error *e)
{
    return s->class->remove(s->self, key, e);
}
static inline enum status state_scan(const struct state *s, struct slice from,
                                     enum visit (*visit)(void *visitor, struct slice key, struct slice value),
                                     void *visitor, struct error *e)
{
    return s->class->scan(s->self, from, visit, visitor, e);
}
static inline uint64_t state_count(const struct state *s)
{
    return s->class->count(s->self);
}

#endif
