// array_sort, by its elements' own order or by a lambda's: (left, right) -> below 0, 0, above 0 (ArraySort).
//
// With a lambda all lists of a chunk are sorted together, from runs of one element up: of all pairs of runs that are
// being merged, the lambda compares the two elements in front, at once.
#include "ops/lambdas.h"

struct merge {
    uint32_t row;
    uint32_t left, left_end, right, right_end; // in `from`
    uint32_t out;                              // in `to`
};

struct sorting {
    const struct call *call;
    uint32_t *from, *to;  // places of the elements, list behind list
    struct merge *merges; // up to CHUNK_ROWS
    uint32_t count;
    struct lambda_elements elements;
    uint32_t *row, *place[2]; // of the elements
    uint8_t *failed;          // rows whose lambda gave NULL
};

static void finish_merge(struct sorting *s, const struct merge *m)
{
    uint32_t out = m->out;
    for (uint32_t k = m->left; k < m->left_end; k++)
        s->to[out++] = s->from[k];
    for (uint32_t k = m->right; k < m->right_end; k++)
        s->to[out++] = s->from[k];
}

// One element of each merge goes out.
static void step(struct sorting *s)
{
    uint32_t kept = 0;
    for (uint32_t n = 0; n < s->count; n++) {
        s->row[n] = s->merges[n].row;
        s->place[0][n] = s->from[s->merges[n].left];
        s->place[1][n] = s->from[s->merges[n].right];
    }
    s->elements.count = s->count;
    const struct column *order = lambda_eval(s->call, 0, &s->elements);
    for (uint32_t n = 0; n < s->count; n++) {
        struct merge m = s->merges[n];
        s->failed[m.row] |= is_null(order, n);
        bool left = !is_null(order, n) && order->i32[at(order, n)] <= 0;
        s->to[m.out++] = s->from[left ? m.left++ : m.right++];
        if (m.left < m.left_end && m.right < m.right_end)
            s->merges[kept++] = m;
        else
            finish_merge(s, &m);
    }
    s->count = kept;
}

static void merge_all(struct sorting *s)
{
    while (s->count > 0)
        step(s);
}

// Runs of `width` become runs of twice that.
static void merge_runs(struct sorting *s, const struct rows *rows, uint32_t width)
{
    uint32_t begin = 0;
    FOR_EACH_ROW (i, rows) {
        uint32_t size = s->call->out->span[i].size, end = begin + size;
        for (uint32_t left = begin; left < end; left += 2 * width) {
            uint32_t middle = end - left > width ? left + width : end;
            uint32_t right_end = end - middle > width ? middle + width : end;
            struct merge m = {i, left, middle, middle, right_end, left};
            if (middle == end) {
                finish_merge(s, &m);
                continue;
            }
            s->merges[s->count++] = m;
            if (s->count == CHUNK_ROWS)
                merge_all(s);
        }
        begin = end;
    }
    merge_all(s);
    uint32_t *merged = s->to;
    s->to = s->from;
    s->from = merged;
}

static void sort_by(const struct call *c, const struct rows *rows)
{
    struct sorting s = {.call = c};
    uint32_t longest = 0, total = 0;
    lambda_spans(c, rows);
    s.from = arena_alloc(c->arena, c->out->used * sizeof *s.from);
    s.to = arena_alloc(c->arena, c->out->used * sizeof *s.to);
    s.merges = arena_alloc(c->arena, CHUNK_ROWS * sizeof *s.merges);
    s.row = arena_alloc(c->arena, CHUNK_ROWS * sizeof *s.row);
    for (uint32_t k = 0; k < 2; k++)
        s.place[k] = arena_alloc(c->arena, CHUNK_ROWS * sizeof *s.row);
    s.failed = arena_zalloc(c->arena, CHUNK_ROWS);
    s.elements = (struct lambda_elements){0, s.row, {list_child(c, 0), list_child(c, 0)}, {s.place[0], s.place[1]}};
    FOR_EACH_ROW (i, rows) {
        uint32_t size = c->out->span[i].size;
        for (uint32_t k = 0; k < size; k++)
            s.from[total++] = list_at(c, 0, i).offset + k;
        longest = size > longest ? size : longest;
    }
    for (uint32_t width = 1; width < longest; width *= 2)
        merge_runs(&s, rows, width);
    for (uint32_t k = 0; k < total; k++)
        list_put(c, 0, k, list_child(c, 0), s.from[k]);
    FOR_EACH_ROW (j, rows) {
        c->out->null[j] |= s.failed[j];
    }
}

static enum status parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out, struct error *e)
{
    (void)lambda;
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY", e);
    for (uint32_t k = 0; k < 2; k++)
        lambda_parameter(out, k, t->element, t->contains_null);
    out->least = 2;
    return STATUS_OK;
}

static enum status bind_sort_by(struct binding *b, struct error *e)
{
    if (b->lambdas == 0)
        return array_bind_sort(b, e);
    if (lambda_body(b, 0)->type->id != TYPE_INT)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE] array_sort: its lambda gives %s, wanted is INT",
                         type_text(b->arena, lambda_body(b, 0)->type));
    b->type = b->arg[0]->type;
    b->nullable |= lambda_body(b, 0)->nullable;
    b->kernel = sort_by;
    return STATUS_OK;
}

const struct function function_array_sort = {
    .name = "array_sort",
    .min_args = 1,
    .max_args = 2,
    .plain_args = 1,
    .parameters = parameters,
    .bind = bind_sort_by,
    .usage = "array_sort(array[, (left, right) -> order])",
    .summary = "The elements in order, NULLs last; or in the order of a lambda, which gives an INT below 0, 0 or above "
               "0. NULL where it gives NULL.",
    .example = "array_sort(array(3, 1, 2), (x, y) -> y - x)",
    .gives = "[3,2,1]",
};
