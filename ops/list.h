// What the functions of ARRAYs and MAPs share: walking an argument's elements, sets of elements, asking for types.
#ifndef OPS_LIST_H
#define OPS_LIST_H

#include "ops/kernel.h"
#include "ops/result.h"

// The elements of argument `arg` at a row: rows [offset, offset + size) of list_child.
static inline struct span list_at(const struct call *c, uint32_t arg, uint32_t row)
{
    return c->in[arg]->span[at(c->in[arg], row)];
}
static inline const struct column *list_child(const struct call *c, uint32_t arg)
{
    return &c->in[arg]->child[0];
}
// The next element of the row's result is row `from` of `in`.
static inline void list_append(const struct call *c, uint32_t row, const struct column *in, uint32_t from)
{
    list_put(c, 0, list_add(c, row), in, from);
}
static inline void list_append_null(const struct call *c, uint32_t row)
{
    column_set_null(&c->out->child[0], list_add(c, row));
}

// A set of elements of columns of one type, found by their hash; NULL is an element too. What is put in stays where it
// is: the set holds places.
struct list_set {
    struct list_entry *entry;
    uint32_t mask; // of the entries, a power of two less one
};
// Room for `most` elements, in `arena`.
void list_set_init(struct list_set *set, uint32_t most, struct arena *arena);
bool list_set_has(const struct list_set *set, const struct column *c, uint32_t row);
uint32_t list_set_place(const struct list_set *set, const struct column *c, uint32_t row); // its row; UINT32_MAX
bool list_set_add(struct list_set *set, const struct column *c, uint32_t row);             // false: it was there

// Asks for argument `index` as an ARRAY (a NULL is one of VOID); *t is its type.
enum status binding_array(struct binding *b, uint32_t index, const struct type **t, struct error *e);
// [DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES]: argument `index` is nothing that argument 0's elements are.
enum status binding_foreign_element(const struct binding *b, uint32_t index, struct error *e);
// Asks for ARRAY 0 and value `index` in the type that both meet in; *t is the ARRAY's type then.
enum status binding_element(struct binding *b, uint32_t index, const struct type **t, struct error *e);

// sort_array and array_sort by the elements' own order.
enum status array_bind_sort(struct binding *b, struct error *e);
// Of a MAP as the row's result: are all its keys there, and each but once?
bool map_keys_are_good(const struct call *c, uint32_t row);
// Can values of that type be keys? [DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE]
enum status map_key_check(const struct binding *b, const struct type *key, struct error *e);

#endif
