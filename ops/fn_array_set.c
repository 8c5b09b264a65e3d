// ARRAYs as sets, and in order: array_union, array_intersect, array_except, arrays_overlap; sort_array, array_max,
// array_min (collectionOperations.scala).
#include "ops/compare.h"
#include "ops/list.h"

// The elements of `arg` that are not in `seen` yet, or of those that `only` has (or has not).
static void append_new(const struct call *c, uint32_t i, uint32_t arg, struct list_set *seen)
{
    struct span s = list_at(c, arg, i);
    for (uint32_t k = s.offset; k < s.offset + s.size; k++)
        if (list_set_add(seen, list_child(c, arg), k))
            list_append(c, i, list_child(c, arg), k);
}

static void united(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct list_set seen;
        list_set_init(&seen, list_at(c, 0, i).size + list_at(c, 1, i).size, c->arena);
        append_new(c, i, 0, &seen);
        append_new(c, i, 1, &seen);
    }
}

static void set_of(const struct call *c, uint32_t i, uint32_t arg, struct list_set *set)
{
    struct span s = list_at(c, arg, i);
    list_set_init(set, s.size, c->arena);
    for (uint32_t k = s.offset; k < s.offset + s.size; k++)
        list_set_add(set, list_child(c, arg), k);
}

// Those of list 0 that are in list 1 (or not), each but once.
static void select_by(const struct call *c, const struct rows *rows, bool in_both)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct list_set other, seen;
        struct span s = list_at(c, 0, i);
        set_of(c, i, 1, &other);
        list_set_init(&seen, s.size, c->arena);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            if (list_set_has(&other, list_child(c, 0), k) == in_both && list_set_add(&seen, list_child(c, 0), k))
                list_append(c, i, list_child(c, 0), k);
    }
}

static void intersected(const struct call *c, const struct rows *rows)
{
    select_by(c, rows, true);
}

static void excepted(const struct call *c, const struct rows *rows)
{
    select_by(c, rows, false);
}

static bool has_null(const struct column *child, struct span s)
{
    for (uint32_t k = s.offset; k < s.offset + s.size; k++)
        if (is_null(child, k))
            return true;
    return false;
}

// Is an element in both; NULL if none is, both have some, and one of them has a NULL.
static void overlap(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct list_set other;
        struct span s = list_at(c, 0, i), t = list_at(c, 1, i);
        set_of(c, i, 1, &other);
        c->out->boolean[i] = 0;
        for (uint32_t k = s.offset; k < s.offset + s.size && !c->out->boolean[i]; k++)
            c->out->boolean[i] = !is_null(list_child(c, 0), k) && list_set_has(&other, list_child(c, 0), k);
        bool unsure = s.size > 0 && t.size > 0 && (has_null(list_child(c, 0), s) || has_null(list_child(c, 1), t));
        c->out->null[i] = !c->out->boolean[i] && unsure;
    }
}

static enum status bind_sets(struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[1]->type;
    const struct type *meet =
        x->id == TYPE_ARRAY && y->id == TYPE_ARRAY ? type_widest_number(b->arena, b->arg, 2) : NULL;
    if (meet == NULL)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES] %s takes two ARRAYs of one type, not %s and %s",
                         b->function->name, type_text(b->arena, x), type_text(b->arena, y));
    if (!type_is_orderable(meet))
        return binding_mismatch(b, 0, "an ARRAY whose elements can be compared", e);
    b->want[0] = b->want[1] = meet;
    bool nulls = b->function == &function_array_union       ? x->contains_null || y->contains_null
                 : b->function == &function_array_intersect ? x->contains_null && y->contains_null
                                                            : x->contains_null;
    b->type = type_array(b->arena, meet->element, nulls);
    b->kernel = b->function == &function_array_union       ? united
                : b->function == &function_array_intersect ? intersected
                                                           : excepted;
    if (b->function == &function_arrays_overlap) {
        b->type = type_simple(TYPE_BOOLEAN);
        b->nullable |= x->contains_null || y->contains_null;
        b->kernel = overlap;
    }
    return STATUS_OK;
}

// ---- order

struct order {
    const struct column *child;
    bool descending, nulls_first;
};

static int compare(const struct order *o, uint32_t x, uint32_t y)
{
    bool x_null = is_null(o->child, x), y_null = is_null(o->child, y);
    if (x_null || y_null)
        return x_null == y_null ? 0 : x_null == o->nulls_first ? -1 : 1;
    int by = column_compare(o->child, x, o->child, y);
    return o->descending ? -by : by;
}

// Merge sort, stable as Java's: `place` of `count` elements, `room` as many.
static void merge_sort(const struct order *o, uint32_t *place, uint32_t *room, uint32_t count)
{
    if (count < 2)
        return;
    uint32_t half = count / 2, left = 0, right = half;
    merge_sort(o, place, room, half);
    merge_sort(o, place + half, room, count - half);
    memcpy(room, place, count * sizeof *place);
    for (uint32_t k = 0; k < count; k++) {
        bool take_left = right == count || (left < half && compare(o, room[left], room[right]) <= 0);
        place[k] = room[take_left ? left++ : right++];
    }
}

static void sorted_row(const struct call *c, uint32_t i, const struct order *o)
{
    struct span s = list_at(c, 0, i);
    uint32_t *place = ARENA_ARRAY(c->arena, uint32_t, 2 * (size_t)s.size + 1);
    for (uint32_t k = 0; k < s.size; k++)
        place[k] = s.offset + k;
    merge_sort(o, place, place + s.size, s.size);
    for (uint32_t k = 0; k < s.size; k++)
        list_append(c, i, o->child, place[k]);
}

// sort_array: NULLs first, last where descending. array_sort: NULLs last.
static void sorted(const struct call *c, const struct rows *rows)
{
    const bool *nulls_first = c->state;
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        bool descending = c->argc > 1 && !c->in[1]->boolean[at(c->in[1], i)];
        sorted_row(c, i, &(struct order){list_child(c, 0), descending, *nulls_first && !descending});
    }
}

static enum status not_orderable(const struct binding *b, const struct type *t, struct error *e)
{
    return error_set(e, STATUS_CONFIG,
                     "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] %s: %s has a MAP in it, which has no "
                     "order",
                     b->function->name, type_text(b->arena, t));
}

enum status array_bind_sort(struct binding *b, struct error *e)
{
    static const bool first = true, last = false;
    bool sort_array = b->function == &function_sort_array;
    if (!sort_array && b->arg[0]->type->id == TYPE_NULL)
        return binding_mismatch(b, 0, "ARRAY", e);
    enum status status = binding_array(b, 0, &b->type, e);
    if (status == STATUS_OK && b->argc > 1)
        status = b->arg[1]->kind == EXPR_LITERAL ? binding_want(b, 1, WANT_BOOLEAN, e) : binding_not_literal(b, 1, e);
    if (status == STATUS_OK && !type_is_orderable(b->type))
        return not_orderable(b, b->type, e);
    b->state = sort_array ? &first : &last;
    b->kernel = sorted;
    return status;
}

// The greatest (sign 1) or least (-1) element that is not NULL. state: the sign.
static void extreme(const struct call *c, const struct rows *rows)
{
    const int *sign = c->state;
    FOR_EACH_ROW (i, rows) {
        uint32_t best = UINT32_MAX;
        struct span s = is_null(c->in[0], i) ? (struct span){0, 0} : list_at(c, 0, i);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            if (!is_null(list_child(c, 0), k) &&
                (best == UINT32_MAX || column_compare(list_child(c, 0), k, list_child(c, 0), best) * *sign > 0))
                best = k;
        if (best == UINT32_MAX)
            column_set_null(c->out, i);
        else
            column_copy(c->out, i, list_child(c, 0), best, type_is_nested(c->out->type) ? c->arena : NULL);
    }
}

static enum status bind_extreme(struct binding *b, struct error *e)
{
    static const int greatest = 1, least = -1;
    const struct type *t;
    enum status status = binding_array(b, 0, &t, e);
    if (status != STATUS_OK)
        return status;
    if (!type_is_orderable(t))
        return not_orderable(b, t, e);
    b->type = t->element;
    b->nullable = true;
    b->state = b->function == &function_array_max ? &greatest : &least;
    b->kernel = extreme;
    return STATUS_OK;
}

#define ARRAY_FUNCTION(id, least, most, how, binder, words, shown, result)                                             \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = least,                                                          \
                                           .max_args = most,                                                           \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

ARRAY_FUNCTION(array_union, 2, 2, "array_union(a, b)", bind_sets, "The elements of both, each but once.",
               "array_union(array(1, 2, 3), array(1, 3, 5))", "[1,2,3,5]")
ARRAY_FUNCTION(array_intersect, 2, 2, "array_intersect(a, b)", bind_sets,
               "The elements that are in both, each but once.", "array_intersect(array(1, 2, 3), array(1, 3, 5))",
               "[1,3]")
ARRAY_FUNCTION(array_except, 2, 2, "array_except(a, b)", bind_sets,
               "The elements of a that are not in b, each but once.", "array_except(array(1, 2, 3), array(1, 3, 5))",
               "[2]")
ARRAY_FUNCTION(arrays_overlap, 2, 2, "arrays_overlap(a, b)", bind_sets,
               "Is an element in both? NULL if none is and one of them has a NULL.",
               "arrays_overlap(array(1, 2, 3), array(3, 4, 5))", "true")
ARRAY_FUNCTION(sort_array, 1, 2, "sort_array(array[, ascending])", array_bind_sort,
               "The elements in order; NULLs first, or last where it is descending.",
               "sort_array(array('b', NULL, 'a'), true)", "[null,\"a\",\"b\"]")
ARRAY_FUNCTION(array_max, 1, 1, "array_max(array)", bind_extreme, "The greatest element.",
               "array_max(array(1, 20, NULL))", "20")
ARRAY_FUNCTION(array_min, 1, 1, "array_min(array)", bind_extreme, "The least element.", "array_min(array(1, 20, NULL))",
               "1")
