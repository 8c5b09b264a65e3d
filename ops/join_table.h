// A table in memory, for a join: its rows, found by their keys. Those of a key are found as Spark's hashed relations
// have them, the last that came first; rows without keys in the order in which they came.
#ifndef OPS_JOIN_TABLE_H
#define OPS_JOIN_TABLE_H

#include "ops/chunk.h"
#include "ops/group_table.h"

#define JOIN_TABLE_END UINT32_MAX // behind the last row of a key

struct join_table {
    struct memory *memory;
    struct arena arena;
    struct column *list; // one a column: an ARRAY that has the rows as its elements
    uint32_t columns, count;
    bool keyed;
    uint32_t *next; // of each row: the next one with its key
    uint32_t next_capacity;
    struct group_table groups;
};

void join_table_init(struct join_table *t, const struct type *const *types, uint32_t columns, bool keyed,
                     struct memory *memory);
void join_table_free(struct join_table *t); // safe on zeroed memory
// Copies the rows; key[k] and hash[k] are those of the k-th.
void join_table_add(struct join_table *t, struct column *const *columns, const struct rows *rows,
                    const struct slice *key, const uint64_t *hash);
// row[k]: the first row with key[k], or JOIN_TABLE_END.
void join_table_find(const struct join_table *t, const struct slice *key, const uint64_t *hash, uint32_t count,
                     uint32_t *row);
static inline const struct column *join_table_column(const struct join_table *t, uint32_t k)
{
    return t->list[k].child;
}
size_t join_table_bytes(const struct join_table *t);

#endif
