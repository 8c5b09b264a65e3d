// The aggregates of a GROUP BY: the states of one group lie one behind the other, in memory and, each as it saves
// itself, in the checkpoint.
//
// What a state points to is put in `values` while a batch's rows are stepped into it, and in `scratch` when it is
// loaded, merged or finished: the owner says when each of the two is emptied.
#ifndef OPS_GROUP_ITEMS_H
#define OPS_GROUP_ITEMS_H

#include "ops/group_table.h"
#include "ops/operators.h"

struct group_item;

struct group_items {
    struct group_item *item;
    uint32_t count, state_size; // state_size: bytes of a group's states
    struct arena values, scratch;
    // of the chunk being stepped
    const struct column **args; // of one aggregate
    uint32_t *filter_index;
    void **state, **filter_state;
};

// The items are copied; `arena` holds this struct's arrays.
void group_items_init(struct group_items *g, const struct aggregate_item *items, uint32_t count, struct memory *memory,
                      struct arena *arena);
void group_items_free(struct group_items *g);
// Empty states for `first` and the groups listed behind it, whose memory is zeroed.
void group_items_begin(struct group_items *g, struct group *first);
// The k-th row of `rows` goes into group[k]; arguments and filters are results of `inputs`.
void group_items_step(struct group_items *g, const struct program *inputs, const struct rows *rows,
                      struct group *const *group);
// `into` becomes what group_items_save wrote. false: damaged.
bool group_items_load(struct group_items *g, struct slice bytes, void *into);
void group_items_merge(struct group_items *g, void *into, const void *from); // `from` came later
void group_items_save(const struct group_items *g, const void *states, struct text *out);
// One result column an aggregate.
void group_items_finish(struct group_items *g, const void *states, struct column *const *out, uint32_t row);
const struct type *group_items_type(const struct group_items *g, uint32_t k);

#endif
