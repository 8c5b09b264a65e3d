// Higher-order functions of MAPs: map_filter, transform_keys, transform_values, map_zip_with
// (higherOrderFunctions.scala). A NULL or a repeated key makes a map NULL (in Spark it ends the query).
#include "ops/lambdas.h"

#include "ops/gather.h"

static struct lambda_elements entries_of(const struct lambda_walk *w)
{
    struct lambda_elements e = {.count = w->count, .row = w->row};
    for (uint32_t k = 0; k < 2; k++) {
        e.of[k] = &w->list->child[k];
        e.place[k] = w->place;
    }
    return e;
}

static enum status entry_parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out, struct error *e)
{
    (void)lambda;
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_MAP)
        return binding_mismatch(b, 0, "MAP", e);
    lambda_parameter(out, 0, t->key, false);
    lambda_parameter(out, 1, t->element, t->contains_null);
    out->least = 2;
    return STATUS_OK;
}

static void map_filter(const struct call *c, const struct rows *rows)
{
    struct lambda_walk w;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i);
        c->out->span[i] = (struct span){0};
    }
    lambda_walk_begin(&w, c, 0, rows);
    while (lambda_walk_next(&w)) {
        struct lambda_elements elements = entries_of(&w);
        const struct column *keep = lambda_eval(c, 0, &elements);
        for (uint32_t n = 0; n < w.count; n++) {
            if (is_null(keep, n) || !keep->boolean[at(keep, n)])
                continue;
            if (c->out->span[w.row[n]].size == 0)
                c->out->span[w.row[n]].offset = c->out->used;
            uint32_t place = list_add(c, w.row[n]);
            for (uint32_t k = 0; k < 2; k++)
                list_put(c, k, place, &w.list->child[k], w.place[n]);
        }
    }
}

static enum status bind_map_filter(struct binding *b, struct error *e)
{
    b->type = b->arg[0]->type;
    b->kernel = map_filter;
    return lambda_condition(b, e);
}

// The part (0: keys, 1: values) anew, the other as it is.
static void transform_part(const struct call *c, const struct rows *rows, uint32_t part)
{
    struct lambda_walk w;
    uint32_t done = c->out->used;
    lambda_spans(c, rows);
    lambda_walk_begin(&w, c, 0, rows);
    while (lambda_walk_next(&w)) {
        struct lambda_elements elements = entries_of(&w);
        lambda_store(c, part, done, lambda_eval(c, 0, &elements), w.count);
        for (uint32_t n = 0; n < w.count; n++)
            list_put(c, 1 - part, done + n, &w.list->child[1 - part], w.place[n]);
        done += w.count;
    }
}

static void transform_values(const struct call *c, const struct rows *rows)
{
    transform_part(c, rows, 1);
}

static void transform_keys(const struct call *c, const struct rows *rows)
{
    transform_part(c, rows, 0);
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = c->out->null[i] || !map_keys_are_good(c, i);
    }
}

static enum status bind_transform_part(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type, *made = lambda_body(b, 0)->type;
    if (b->function == &function_transform_values) {
        b->type = type_map(b->arena, t->key, made, lambda_body(b, 0)->nullable);
        b->kernel = transform_values;
        return STATUS_OK;
    }
    b->type = type_map(b->arena, made, t->element, t->contains_null);
    b->nullable = true;
    b->kernel = transform_keys;
    return map_key_check(b, made, e);
}

// ---- map_zip_with: the keys of both maps, first map's first, each with the place of its value in both

struct pairs {
    uint32_t count;
    uint32_t *row, *place[2];
};

static void add_pair(const struct call *c, struct pairs *p, uint32_t row, const struct column *keys, uint32_t key,
                     uint32_t left, uint32_t right)
{
    list_put(c, 0, list_add(c, row), keys, key);
    p->row[p->count] = row;
    p->place[0][p->count] = left;
    p->place[1][p->count++] = right;
}

static void pair_keys(const struct call *c, uint32_t i, struct pairs *p)
{
    struct span one = list_at(c, 0, i), other = list_at(c, 1, i);
    struct list_set left, right;
    list_set_init(&left, one.size, c->arena);
    list_set_init(&right, other.size, c->arena);
    for (uint32_t k = other.offset; k < other.offset + other.size; k++)
        list_set_add(&right, list_child(c, 1), k);
    for (uint32_t k = one.offset; k < one.offset + one.size; k++) {
        list_set_add(&left, list_child(c, 0), k);
        add_pair(c, p, i, list_child(c, 0), k, k, list_set_place(&right, list_child(c, 0), k));
    }
    for (uint32_t k = other.offset; k < other.offset + other.size; k++)
        if (!list_set_has(&left, list_child(c, 1), k))
            add_pair(c, p, i, list_child(c, 1), k, GATHER_NULL, k);
}

static void map_zip_with(const struct call *c, const struct rows *rows)
{
    struct pairs p = {0};
    uint32_t most = 0;
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = is_null(c->in[0], i) || is_null(c->in[1], i);
        most += c->out->null[i] ? 0 : list_at(c, 0, i).size + list_at(c, 1, i).size;
    }
    p.row = arena_alloc(c->arena, most * sizeof *p.row);
    for (uint32_t k = 0; k < 2; k++)
        p.place[k] = arena_alloc(c->arena, most * sizeof *p.row);
    uint32_t *key = arena_alloc(c->arena, most * sizeof *p.row);
    for (uint32_t n = 0; n < most; n++)
        key[n] = n;
    FOR_EACH_ROW (j, rows) {
        c->out->span[j] = (struct span){c->out->used, 0};
        if (!c->out->null[j])
            pair_keys(c, j, &p);
    }
    struct lambda_elements elements = {.of = {&c->out->child[0], &c->in[0]->child[1], &c->in[1]->child[1]}};
    for (uint32_t done = 0; done < p.count; done += elements.count) {
        elements.count = p.count - done < CHUNK_ROWS ? p.count - done : CHUNK_ROWS;
        elements.row = p.row + done;
        elements.place[0] = key + done;
        elements.place[1] = p.place[0] + done;
        elements.place[2] = p.place[1] + done;
        lambda_store(c, 1, done, lambda_eval(c, 0, &elements), elements.count);
    }
}

static enum status map_zip_parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out,
                                      struct error *e)
{
    (void)lambda;
    for (uint32_t k = 0; k < 2; k++)
        if (b->arg[k]->type->id != TYPE_MAP)
            return binding_mismatch(b, k, "MAP", e);
    const struct type *left = b->arg[0]->type, *right = b->arg[1]->type;
    const struct type *key = type_wider(b->arena, left->key, right->key);
    if (key == NULL)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES] map_zip_with: the keys are %s and %s",
                         type_text(b->arena, left->key), type_text(b->arena, right->key));
    b->want[0] = type_map(b->arena, key, left->element, left->contains_null);
    b->want[1] = type_map(b->arena, key, right->element, right->contains_null);
    lambda_parameter(out, 0, key, false);
    lambda_parameter(out, 1, left->element, true);
    lambda_parameter(out, 2, right->element, true);
    out->least = 3;
    return map_key_check(b, key, e);
}

static enum status bind_map_zip(struct binding *b, struct error *e)
{
    (void)e;
    b->type = type_map(b->arena, b->want[0]->key, lambda_body(b, 0)->type, lambda_body(b, 0)->nullable);
    b->kernel = map_zip_with;
    return STATUS_OK;
}

LAMBDA_FUNCTION(map_filter, 1, entry_parameters, bind_map_filter, "map_filter(map, (k, v) -> condition)",
                "The entries for which the condition is true.", "map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1)",
                "{\"b\":2}")
LAMBDA_FUNCTION(transform_keys, 1, entry_parameters, bind_transform_part, "transform_keys(map, (k, v) -> key)",
                "The entries with keys made anew; NULL where a key is NULL or comes twice.",
                "transform_keys(map('a', 1, 'b', 2), (k, v) -> upper(k))", "{\"A\":1,\"B\":2}")
LAMBDA_FUNCTION(transform_values, 1, entry_parameters, bind_transform_part, "transform_values(map, (k, v) -> value)",
                "The entries with values made anew.", "transform_values(map('a', 1, 'b', 2), (k, v) -> v * 10)",
                "{\"a\":10,\"b\":20}")
LAMBDA_FUNCTION(map_zip_with, 2, map_zip_parameters, bind_map_zip, "map_zip_with(map1, map2, (k, v1, v2) -> value)",
                "The value for each key that one of the maps has.",
                "map_zip_with(map('a', 1), map('a', 2, 'b', 3), (k, x, y) -> coalesce(x, 0) + y)", "{\"a\":3,\"b\":3}")
