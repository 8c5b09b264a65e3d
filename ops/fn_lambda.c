// Higher-order functions of ARRAYs: transform, filter, exists, forall, zip_with (higherOrderFunctions.scala).
#include "ops/lambdas.h"

#include "ops/gather.h"

enum status lambda_condition(struct binding *b, struct error *e)
{
    struct expr **body = &b->lambda[0]->body;
    if ((*body)->type->id == TYPE_BOOLEAN)
        return STATUS_OK;
    if ((*body)->type->id == TYPE_NULL)
        return expr_cast(b->arena, b->session, *body, type_simple(TYPE_BOOLEAN), body, e);
    return error_set(
        e, STATUS_CONFIG,
        "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] %s: its lambda gives %s, wanted is a condition (BOOLEAN)",
        b->function->name, type_text(b->arena, (*body)->type));
}

void lambda_spans(const struct call *c, const struct rows *rows)
{
    uint32_t used = c->out->used;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        c->out->span[i] = (struct span){used, c->out->null[i] ? 0 : list_at(c, 0, i).size};
        used += c->out->span[i].size;
    }
    column_reserve(c->out, used, c->arena);
    c->out->used = used;
}

void lambda_store(const struct call *c, uint32_t child, uint32_t first, const struct column *from, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++)
        list_put(c, child, first + n, from, n);
}

static struct lambda_elements elements_of(const struct lambda_walk *w)
{
    struct lambda_elements e = {.count = w->count, .row = w->row};
    e.of[0] = &w->list->child[0];
    e.place[0] = w->place;
    e.of[1] = &w->position;
    return e;
}

// ---- transform

static void transform(const struct call *c, const struct rows *rows)
{
    struct lambda_walk w;
    uint32_t done = c->out->used;
    lambda_spans(c, rows);
    lambda_walk_begin(&w, c, 0, rows);
    while (lambda_walk_next(&w)) {
        struct lambda_elements elements = elements_of(&w);
        lambda_store(c, 0, done, lambda_eval(c, 0, &elements), w.count);
        done += w.count;
    }
}

// An element, and its index.
static enum status element_parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out,
                                      struct error *e)
{
    (void)lambda;
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY", e);
    lambda_parameter(out, 0, t->element, t->contains_null);
    if (b->function == &function_transform || b->function == &function_filter)
        lambda_parameter(out, 1, type_simple(TYPE_INT), false);
    return STATUS_OK;
}

static enum status bind_transform(struct binding *b, struct error *e)
{
    (void)e;
    b->type = type_array(b->arena, lambda_body(b, 0)->type, lambda_body(b, 0)->nullable);
    b->kernel = transform;
    return STATUS_OK;
}

// ---- filter

static void filter(const struct call *c, const struct rows *rows)
{
    struct lambda_walk w;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        c->out->span[i] = (struct span){0};
    }
    lambda_walk_begin(&w, c, 0, rows);
    while (lambda_walk_next(&w)) {
        struct lambda_elements elements = elements_of(&w);
        const struct column *keep = lambda_eval(c, 0, &elements);
        for (uint32_t n = 0; n < w.count; n++) {
            if (is_null(keep, n) || !keep->boolean[at(keep, n)])
                continue;
            if (c->out->span[w.row[n]].size == 0)
                c->out->span[w.row[n]].offset = c->out->used;
            list_append(c, w.row[n], &w.list->child[0], w.place[n]);
        }
    }
}

static enum status bind_filter(struct binding *b, struct error *e)
{
    b->type = b->arg[0]->type;
    b->kernel = filter;
    return lambda_condition(b, e);
}

// ---- exists, forall: is there an element whose condition is `decides`? NULL if none is, and one is unknown

static void search(const struct call *c, const struct rows *rows)
{
    const bool *decides = c->state;
    struct lambda_walk w;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        c->out->boolean[i] = !*decides;
    }
    lambda_walk_begin(&w, c, 0, rows);
    while (lambda_walk_next(&w)) {
        struct lambda_elements elements = elements_of(&w);
        const struct column *found = lambda_eval(c, 0, &elements);
        for (uint32_t n = 0; n < w.count; n++) {
            if (is_null(found, n))
                c->out->null[w.row[n]] = 1;
            else if (found->boolean[at(found, n)] == *decides)
                c->out->boolean[w.row[n]] = *decides;
        }
    }
    FOR_EACH_ROW (k, rows) {
        c->out->null[k] = c->out->null[k] && c->out->boolean[k] != *decides;
    }
}

static enum status bind_search(struct binding *b, struct error *e)
{
    static const bool yes = true, no = false;
    b->type = type_simple(TYPE_BOOLEAN);
    b->state = b->function == &function_exists ? &yes : &no;
    b->nullable |= lambda_body(b, 0)->nullable;
    b->kernel = search;
    return lambda_condition(b, e);
}

// ---- zip_with

static uint32_t longer(const struct call *c, uint32_t i)
{
    uint32_t one = list_at(c, 0, i).size, other = list_at(c, 1, i).size;
    return one > other ? one : other;
}

static void zip_with(const struct call *c, const struct rows *rows)
{
    uint32_t *row = arena_alloc(c->arena, CHUNK_ROWS * sizeof *row), *place[2];
    for (uint32_t k = 0; k < 2; k++)
        place[k] = arena_alloc(c->arena, CHUNK_ROWS * sizeof *row);
    struct lambda_elements elements = {0, row, {list_child(c, 0), list_child(c, 1)}, {place[0], place[1]}};
    uint32_t done = 0;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i) || is_null(c->in[1], i);
        c->out->span[i] = (struct span){c->out->used, c->out->null[i] ? 0 : longer(c, i)};
        c->out->used += c->out->span[i].size;
    }
    uint32_t used = c->out->used;
    c->out->used = 0;
    column_reserve(c->out, used, c->arena);
    c->out->used = used;
    FOR_EACH_ROW (j, rows) {
        for (uint32_t n = 0; n < c->out->span[j].size; n++) {
            for (uint32_t k = 0; k < 2; k++)
                place[k][elements.count] = n < list_at(c, k, j).size ? list_at(c, k, j).offset + n : GATHER_NULL;
            row[elements.count++] = j;
            if (elements.count == CHUNK_ROWS || done + elements.count == used) {
                lambda_store(c, 0, done, lambda_eval(c, 0, &elements), elements.count);
                done += elements.count;
                elements.count = 0;
            }
        }
    }
}

static enum status zip_parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out, struct error *e)
{
    (void)lambda;
    for (uint32_t k = 0; k < 2; k++) {
        if (b->arg[k]->type->id != TYPE_ARRAY)
            return binding_mismatch(b, k, "ARRAY", e);
        lambda_parameter(out, k, b->arg[k]->type->element, true);
    }
    out->least = 2;
    return STATUS_OK;
}

static enum status bind_zip(struct binding *b, struct error *e)
{
    (void)e;
    b->type = type_array(b->arena, lambda_body(b, 0)->type, lambda_body(b, 0)->nullable);
    b->kernel = zip_with;
    return STATUS_OK;
}

LAMBDA_FUNCTION(transform, 1, element_parameters, bind_transform, "transform(array, x -> value)",
                "The value for each element; (x, i) -> value has its index too, from 0.",
                "transform(array(1, 2, 3), (x, i) -> x * 10 + i)", "[10,21,32]")
LAMBDA_FUNCTION(filter, 1, element_parameters, bind_filter, "filter(array, x -> condition)",
                "The elements for which the condition is true; (x, i) -> condition has the index too, from 0.",
                "filter(array(1, 2, 3), x -> x % 2 = 1)", "[1,3]")
LAMBDA_FUNCTION(exists, 1, element_parameters, bind_search, "exists(array, x -> condition)",
                "Is the condition true for one element; NULL if it is true for none and unknown for one.",
                "exists(array(1, 2, 3), x -> x = 2)", "true")
LAMBDA_FUNCTION(forall, 1, element_parameters, bind_search, "forall(array, x -> condition)",
                "Is the condition true for all elements; NULL if it is false for none and unknown for one.",
                "forall(array(1, 2, 3), x -> x < 3)", "false")
LAMBDA_FUNCTION(zip_with, 2, zip_parameters, bind_zip, "zip_with(left, right, (x, y) -> value)",
                "The value for each pair of elements; the shorter list goes on with NULLs.",
                "zip_with(array(1, 2), array('a', 'b'), (x, y) -> concat(y, x))", "[\"a1\",\"b2\"]")
