// Keys: rows as bytes whose memcmp order is SQL's order. What hash tables, state and sort are keyed by.
//
// NULL sorts first (or last, as asked), -0.0 is 0.0, every NaN is one NaN and the greatest (Spark's
// NormalizeNaNAndZero). docs/SPEC.md has the bytes; they are part of the checkpoint's format.
#ifndef OPS_KEY_H
#define OPS_KEY_H

#include "ops/chunk.h"
#include "ops/text.h"

enum key_order {
    KEY_NULLS_FIRST = 0,
    KEY_NULLS_LAST = 1,
    KEY_DESCENDING = 2, // inverts the bytes of the value, not the place of the nulls
};

// Appends one value.
void key_append(struct text *out, const struct column *c, uint32_t row, unsigned order);
// Reads one value back (what key_append wrote with the same order) into `to`; slices are copied to `arena`.
// Returns the bytes read, or 0 if they are damaged.
size_t key_read(struct slice bytes, struct column *to, uint32_t row, unsigned order, struct arena *arena);
// 64-bit hash of a key's bytes (XXH3).
uint64_t key_hash(struct slice key);

// The same for loops over many rows, in two steps: what one value takes at most, and a writer chosen once for a type.
// A writer returns where the next value begins; it knows KEY_NULLS_LAST, not KEY_DESCENDING.
typedef char *(*key_writer)(char *to, const struct column *c, uint32_t row, unsigned order);
#define KEY_STRING_BOUND(size) (3 + 2 * (size_t)(size))
size_t key_bound(const struct column *c, uint32_t row);
key_writer key_writer_of(const struct type *type);
// Bytes of a value whose size does not depend on the row, with its mark; 0 where it does.
size_t key_fixed_size(const struct type *type);

#endif
