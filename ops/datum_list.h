// Datums in order of arrival, all of them or each but once: the state of collect_list, collect_set and mode.
#ifndef OPS_DATUM_LIST_H
#define OPS_DATUM_LIST_H

#include "ops/datum.h"

// Zeroed memory is the empty list. What it needs lies in the arena given to each call.
struct datum_list {
    struct datum *item;
    uint32_t count, capacity;
    uint32_t *slot; // where each is but once: hash to place + 1; 0: free
    uint32_t slots; // a power of two
};

void datum_list_add(struct datum_list *l, struct datum d, struct arena *arena);
// The place of the datum, which is added if it is not there. A list is made by this or by datum_list_add, not by both.
uint32_t datum_list_place(struct datum_list *l, struct datum d, const struct type *type, struct arena *arena);

// hashCode of the value as Spark keeps it in a JVM (Integer, Long, Double, UTF8String …): what the order of Scala's
// hash tables comes from. 0 for types whose order there is not kept here. Not NULL.
int32_t java_hash(const struct column *c, uint32_t row);

#endif
