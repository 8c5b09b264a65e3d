// The sessions of each group, in the state.
//
// Those of a group neither overlap nor touch, so their ends are in the order of their starts: an entry's key is the
// group's and the end (ops/expiry.h), its value the start and the states of the aggregates. What a row can join begins
// at the first entry that ends at or after the row's start: a group of many sessions is not read whole.
#ifndef OPS_SESSION_STORE_H
#define OPS_SESSION_STORE_H

#include "ops/expiry.h"
#include "ops/group_items.h"
#include "ops/group_table.h"

enum {
    SESSION_TIME_BYTES = 8,
    SESSION_PIECE_BYTES = 2 * SESSION_TIME_BYTES, // start and end, behind the group's key in a piece's
};

struct session_store {
    struct expiry expiry;
    struct group_items *items; // borrowed
    void *loaded[2];           // states read from the store
    struct text found;         // an entry read from the store: its key and its value
    struct text entry, value;
};

// `ends`: sessions are looked for by their ends.
void session_store_init(struct session_store *s, const struct state *state, bool ends, struct group_items *items,
                        struct memory *memory, struct arena *arena);
void session_store_free(struct session_store *s); // safe on zeros

// The rows of one group with sessions of their own: what is behind the group's key in a piece's.
void session_piece_write(char *to, int64_t start, int64_t end);
// Puts the pieces of the group `key`, in the order of their keys, into the state. May take over their states.
enum status session_store_merge(struct session_store *s, struct slice key, struct group *const *pieces, uint32_t count,
                                struct error *e);

struct session_entry {
    struct slice group, states;
    int64_t start, end;
};
bool session_entry_read(struct slice key, struct slice value, struct session_entry *out); // false: damaged
enum status session_damaged(struct error *e);

#endif
