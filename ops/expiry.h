// Entries of a state that end at a time, by key and in the order in which they end.
//
// Under 01 and its key lies each entry; under 02, its time and its key, where `ordered`, nothing but this order: so
// what a watermark ends is a prefix of the second part, and need not be searched for.
#ifndef OPS_EXPIRY_H
#define OPS_EXPIRY_H

#include "ops/memory.h"
#include "ops/state.h"
#include "ops/text.h"

#include <stdint.h>

struct expiry {
    const struct state *state;
    bool ordered;        // else nothing ends, and the second part is not written
    struct text key, at; // of an entry, of its place in the order
    struct text page;    // keys of entries that end
    uint32_t page_count;
};

void expiry_init(struct expiry *x, const struct state *state, bool ordered, struct memory *memory);
void expiry_free(struct expiry *x);
enum status expiry_get(struct expiry *x, struct slice key, struct slice *value, struct error *e); // as state_get
// A new entry; where there is one of that key it must end at the same time.
enum status expiry_put(struct expiry *x, struct slice key, int64_t time, struct slice value, struct error *e);
enum status expiry_remove(struct expiry *x, struct slice key, int64_t time, struct error *e); // it must be there
// As state_scan, over the entries.
enum status expiry_scan(struct expiry *x, struct slice from,
                        enum visit (*visit)(void *visitor, struct slice key, struct slice value), void *visitor,
                        struct error *e);
// Takes out the entries that end at or before `time`, in that order: `take` gets each, then it is removed.
enum status expiry_end(struct expiry *x, int64_t time,
                       enum status (*take)(void *self, struct slice key, struct slice value, struct error *e),
                       void *self, struct error *e);

#endif
