#include "ops/list.h"

#include "ops/compare.h"
#include "ops/hash_value.h"

struct list_entry {
    const struct column *column; // NULL: free
    uint32_t row, hash;
};

void list_set_init(struct list_set *set, uint32_t most, struct arena *arena)
{
    uint32_t count = 8;
    while (count < 2 * most)
        count *= 2;
    set->entry = ARENA_ARRAY(arena, struct list_entry, count);
    set->mask = count - 1;
}

static bool same(const struct list_entry *entry, const struct column *c, uint32_t row)
{
    bool null = is_null(c, row), other = is_null(entry->column, entry->row);
    return null || other ? null && other : column_compare(entry->column, entry->row, c, row) == 0;
}

// The entry of the element, or the free one where it would be.
static struct list_entry *find(const struct list_set *set, const struct column *c, uint32_t row, uint32_t *hash)
{
    uint64_t wide = hash_xx64(c, row, HASH_SEED);
    *hash = (uint32_t)(wide ^ wide >> 32);
    uint32_t place = *hash & set->mask;
    while (set->entry[place].column != NULL && (set->entry[place].hash != *hash || !same(&set->entry[place], c, row)))
        place = (place + 1) & set->mask;
    return &set->entry[place];
}

bool list_set_has(const struct list_set *set, const struct column *c, uint32_t row)
{
    uint32_t hash;
    return find(set, c, row, &hash)->column != NULL;
}

uint32_t list_set_place(const struct list_set *set, const struct column *c, uint32_t row)
{
    uint32_t hash;
    const struct list_entry *entry = find(set, c, row, &hash);
    return entry->column != NULL ? entry->row : UINT32_MAX;
}

bool list_set_add(struct list_set *set, const struct column *c, uint32_t row)
{
    uint32_t hash;
    struct list_entry *entry = find(set, c, row, &hash);
    if (entry->column != NULL)
        return false;
    *entry = (struct list_entry){c, row, hash};
    return true;
}

enum status binding_array(struct binding *b, uint32_t index, const struct type **t, struct error *e)
{
    *t = b->arg[index]->type;
    if ((*t)->id == TYPE_ARRAY)
        return STATUS_OK;
    if ((*t)->id != TYPE_NULL)
        return binding_mismatch(b, index, "ARRAY", e);
    b->want[index] = *t = type_array(b->arena, *t, true);
    return STATUS_OK;
}

// TypeCoercion.findTightestCommonType: one of the two, and a DECIMAL only with what it holds.
static const struct type *tightest(struct arena *a, const struct type *x, const struct type *y)
{
    struct expr one = {.type = x}, other = {.type = y};
    const struct type *meet = type_widest_number(a, (struct expr *[]){&one, &other}, 2);
    bool decimal = x->id == TYPE_DECIMAL || y->id == TYPE_DECIMAL;
    if (meet == NULL || type_is_nested(meet))
        return meet;
    bool is_one = type_equal(meet, x) || type_equal(meet, y);
    return is_one && (!decimal || meet->id == TYPE_DECIMAL) ? meet : NULL;
}

enum status binding_foreign_element(const struct binding *b, uint32_t index, struct error *e)
{
    return error_set(
        e, STATUS_CONFIG, "[DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES] %s: the value is %s and the elements are %s",
        b->function->name, type_text(b->arena, b->arg[index]->type), type_text(b->arena, b->arg[0]->type->element));
}

enum status binding_element(struct binding *b, uint32_t index, const struct type **t, struct error *e)
{
    const struct type *list = b->arg[0]->type, *value = b->arg[index]->type;
    if (list->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY", e);
    const struct type *meet = tightest(b->arena, list->element, value);
    if (meet == NULL)
        return binding_foreign_element(b, index, e);
    *t = list;
    if (!type_equal(meet, list->element))
        b->want[0] = *t = type_array(b->arena, meet, list->contains_null);
    b->want[index] = meet;
    return STATUS_OK;
}
