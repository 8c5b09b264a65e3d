// ARRAYs with elements added, left out and looked for (collectionOperations.scala).
#include "ops/compare.h"
#include "ops/list.h"

static void distinct_elements(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        struct list_set seen;
        list_set_init(&seen, s.size, c->arena);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            if (list_set_add(&seen, list_child(c, 0), k))
                list_append(c, i, list_child(c, 0), k);
    }
}

static enum status bind_distinct(struct binding *b, struct error *e)
{
    enum status status = binding_array(b, 0, &b->type, e);
    b->kernel = distinct_elements;
    if (status == STATUS_OK && !type_is_orderable(b->type))
        return binding_mismatch(b, 0, "an ARRAY whose elements can be compared", e);
    return status;
}

static void compact(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            if (!is_null(list_child(c, 0), k))
                list_append(c, i, list_child(c, 0), k);
    }
}

static enum status bind_compact(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_array(b, 0, &t, e);
    if (status == STATUS_OK)
        b->type = type_array(b->arena, t->element, false);
    b->kernel = compact;
    return status;
}

// From 1; 0 if it is not there.
static void position(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        c->out->i64[i] = 0;
        for (uint32_t k = 0; k < s.size && c->out->i64[i] == 0; k++)
            if (!is_null(list_child(c, 0), s.offset + k) &&
                column_compare(list_child(c, 0), s.offset + k, c->in[1], i) == 0)
                c->out->i64[i] = (int64_t)k + 1;
    }
}

static void without(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            if (is_null(list_child(c, 0), k) || column_compare(list_child(c, 0), k, c->in[1], i) != 0)
                list_append(c, i, list_child(c, 0), k);
    }
}

static enum status bind_search(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_element(b, 1, &t, e);
    if (status != STATUS_OK)
        return status;
    if (!type_is_orderable(t))
        return binding_mismatch(b, 0, "an ARRAY whose elements can be compared", e);
    bool where = b->function == &function_array_position;
    b->type = where ? type_simple(TYPE_BIGINT) : t;
    b->kernel = where ? position : without;
    return STATUS_OK;
}

static void add_at_end(const struct call *c, const struct rows *rows, bool front)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        c->out->null[i] = is_null(c->in[0], i);
        if (c->out->null[i])
            continue;
        struct span s = list_at(c, 0, i);
        if (front)
            list_append(c, i, c->in[1], i);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            list_append(c, i, list_child(c, 0), k);
        if (!front)
            list_append(c, i, c->in[1], i);
    }
}

static void append_value(const struct call *c, const struct rows *rows)
{
    add_at_end(c, rows, false);
}

static void prepend_value(const struct call *c, const struct rows *rows)
{
    add_at_end(c, rows, true);
}

static enum status bind_end(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_element(b, 1, &t, e);
    if (status != STATUS_OK)
        return status;
    b->type = type_array(b->arena, t->element, t->contains_null || b->arg[1]->nullable);
    b->nullable = b->arg[0]->nullable;
    b->kernel = b->function == &function_array_append ? append_value : prepend_value;
    return STATUS_OK;
}

// From 1, or from the end, behind whose last element -1 puts it; what lies between is filled with NULLs. Place 0 is
// NULL (in Spark it ends the query).
static void insert_row(const struct call *c, uint32_t i, int64_t place)
{
    struct span s = list_at(c, 0, i);
    int64_t behind = place > 0 ? place - 1 : (int64_t)s.size + place + 1; // elements in front of the new one
    int64_t gap = place > 0 ? behind - s.size : -behind;
    if (place == 0 || gap > LIST_MAX) {
        c->out->null[i] = 1;
        return;
    }
    if (behind < 0) {
        list_append(c, i, c->in[2], i);
        for (; gap > 0; gap--)
            list_append_null(c, i);
        behind = -1;
    }
    for (uint32_t k = 0; k < s.size; k++) {
        if (k == behind)
            list_append(c, i, c->in[2], i);
        list_append(c, i, list_child(c, 0), s.offset + k);
    }
    for (; place > 0 && gap > 0; gap--)
        list_append_null(c, i);
    if (behind >= s.size)
        list_append(c, i, c->in[2], i);
}

static void insert(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        c->out->null[i] = is_null(c->in[0], i) || is_null(c->in[1], i);
        if (!c->out->null[i])
            insert_row(c, i, int_at(c->in[1], i));
    }
}

static enum status bind_insert(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_element(b, 2, &t, e);
    if (status != STATUS_OK)
        return status;
    enum type_id place = b->arg[1]->type->id;
    if (place < TYPE_TINYINT || place > TYPE_INT)
        return binding_mismatch(b, 1, "INT", e);
    b->type = type_array(b->arena, t->element, true);
    b->nullable = true;
    b->kernel = insert;
    return binding_want(b, 1, WANT_INT, e);
}

static void repeat_value(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        int32_t count = int_at(c->in[1], i);
        c->out->null[i] = is_null(c->in[1], i) || count > LIST_MAX;
        for (int32_t k = 0; !c->out->null[i] && k < count; k++)
            list_append(c, i, c->in[0], i);
    }
}

static enum status bind_repeat(struct binding *b, struct error *e)
{
    b->type = type_array(b->arena, b->arg[0]->type, b->arg[0]->nullable);
    b->nullable = true;
    b->kernel = repeat_value;
    if (b->arg[1]->type->id != TYPE_INT && b->arg[1]->type->id != TYPE_NULL)
        return binding_mismatch(b, 1, "INT", e);
    return binding_want(b, 1, WANT_INT, e);
}

// From 1, or from the end; a place before it gives nothing. Place 0 and a negative length are NULL (in Spark they end
// the query).
static void slice_list(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        int64_t place = int_at(c->in[1], i), length = int_at(c->in[2], i);
        c->out->null[i] = place == 0 || length < 0;
        int64_t from = place > 0 ? place - 1 : (int64_t)s.size + place;
        for (int64_t k = from; !c->out->null[i] && from >= 0 && k < s.size && k < from + length; k++)
            list_append(c, i, list_child(c, 0), s.offset + (uint32_t)k);
    }
}

static enum status bind_slice(struct binding *b, struct error *e)
{
    enum status status = binding_array(b, 0, &b->type, e);
    b->nullable = true;
    b->kernel = slice_list;
    if (status == STATUS_OK)
        status = binding_want(b, 1, WANT_INT, e);
    return status == STATUS_OK ? binding_want(b, 2, WANT_INT, e) : status;
}

// A NULL among the lists makes it NULL.
static void flatten(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        const struct column *lists = list_child(c, 0);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            c->out->null[i] |= lists->null[at(lists, k)];
        for (uint32_t k = s.offset; !c->out->null[i] && k < s.offset + s.size; k++) {
            struct span inner = lists->span[at(lists, k)];
            for (uint32_t n = 0; n < inner.size; n++)
                list_append(c, i, &lists->child[0], inner.offset + n);
        }
    }
}

static enum status bind_flatten(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY || t->element->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY of ARRAY", e);
    b->type = t->element;
    b->nullable |= t->contains_null;
    b->kernel = flatten;
    return STATUS_OK;
}

static void count_or_null(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->i32[i] = (int32_t)list_at(c, 0, i).size;
    }
}

static enum status bind_array_size(struct binding *b, struct error *e)
{
    const struct type *t;
    b->type = type_simple(TYPE_INT);
    b->kernel = count_or_null;
    return binding_array(b, 0, &t, e);
}

static enum status bind_get(struct binding *b, struct error *e)
{
    const struct type *t;
    enum status status = binding_array(b, 0, &t, e);
    return status == STATUS_OK ? expr_call(b->arena, b->session, &function_item, b->arg, 2, &b->instead, e) : status;
}

#define ARRAY_FUNCTION(id, arguments, how, binder, words, shown, result)                                               \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = arguments,                                                      \
                                           .max_args = arguments,                                                      \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

ARRAY_FUNCTION(array_distinct, 1, "array_distinct(array)", bind_distinct, "The elements, each but once.",
               "array_distinct(array(1, 2, 3, NULL, 3))", "[1,2,3,null]")
ARRAY_FUNCTION(array_compact, 1, "array_compact(array)", bind_compact, "The elements that are not NULL.",
               "array_compact(array(1, NULL, 3))", "[1,3]")
ARRAY_FUNCTION(array_position, 2, "array_position(array, value)", bind_search,
               "The place of the first element equal to the value, from 1; 0 if there is none.",
               "array_position(array(3, 2, 1), 1)", "3")
ARRAY_FUNCTION(array_remove, 2, "array_remove(array, value)", bind_search, "The elements that do not equal the value.",
               "array_remove(array(1, 2, 3), 3)", "[1,2]")
ARRAY_FUNCTION(array_append, 2, "array_append(array, value)", bind_end, "The elements and the value behind them.",
               "array_append(array('b', 'd'), 'a')", "[\"b\",\"d\",\"a\"]")
ARRAY_FUNCTION(array_prepend, 2, "array_prepend(array, value)", bind_end, "The value and the elements behind it.",
               "array_prepend(array('b', 'd'), 'a')", "[\"a\",\"b\",\"d\"]")
ARRAY_FUNCTION(array_insert, 3, "array_insert(array, pos, value)", bind_insert,
               "The elements with the value at a place, from 1, or from the end where it is negative.",
               "array_insert(array(1, 2, 4), 3, 3)", "[1,2,3,4]")
ARRAY_FUNCTION(array_repeat, 2, "array_repeat(value, count)", bind_repeat, "The value so many times.",
               "array_repeat('123', 2)", "[\"123\",\"123\"]")
ARRAY_FUNCTION(slice, 3, "slice(array, start, length)", bind_slice,
               "The elements from start on, from 1, or from the end where it is negative.",
               "slice(array(1, 2, 3, 4), 2, 2)", "[2,3]")
ARRAY_FUNCTION(flatten, 1, "flatten(arrays)", bind_flatten, "The elements of all the lists, one behind the other.",
               "flatten(array(array(1, 2), array(3, 4)))", "[1,2,3,4]")
ARRAY_FUNCTION(array_size, 1, "array_size(array)", bind_array_size, "The number of elements; NULL of NULL.",
               "array_size(array(1, 2))", "2")
ARRAY_FUNCTION(get, 2, "get(array, index)", bind_get, "An element, from 0; NULL if it is not there.",
               "get(array('a', 'b'), 1)", "\"b\"")
