// aggregate(array, start, (acc, x) -> acc[, acc -> value]), also called reduce (higherOrderFunctions.scala).
//
// Step k takes the k-th element of all rows that have one: the lambda runs over rows, not over one list.
#include "ops/lambdas.h"

struct folding {
    const struct call *call;
    struct column *done;    // the accumulator of the rows whose list is at its end
    uint32_t *row;          // of the others, in order
    uint32_t *from, *place; // where their accumulator is in `live`, where their next element is
    const struct column *live;
    uint32_t count;
};

// Those that go on with element `step`; what is at its end is put away.
static void go_on(struct folding *f, uint32_t step)
{
    const struct call *c = f->call;
    uint32_t kept = 0;
    for (uint32_t n = 0; n < f->count; n++) {
        uint32_t row = f->row[n], at_live = step == 0 ? row : n;
        struct span s = list_at(c, 0, row);
        if (step >= s.size) {
            column_copy(f->done, row, f->live, at_live, type_is_nested(f->done->type) ? c->arena : NULL);
            continue;
        }
        f->row[kept] = row;
        f->from[kept] = at_live;
        f->place[kept++] = s.offset + step;
    }
    f->count = kept;
}

static struct column *fold_lists(const struct call *c, const struct rows *rows)
{
    struct folding f = {.call = c, .live = c->in[1]};
    f.done = column_new(c->in[1]->type, CHUNK_ROWS, c->arena);
    f.row = arena_alloc(c->arena, CHUNK_ROWS * sizeof *f.row);
    f.from = arena_alloc(c->arena, CHUNK_ROWS * sizeof *f.row);
    f.place = arena_alloc(c->arena, CHUNK_ROWS * sizeof *f.row);
    FOR_EACH_ROW (i, rows) {
        if (is_null(c->in[0], i))
            column_set_null(f.done, i);
        else
            f.row[f.count++] = i;
    }
    for (uint32_t step = 0; f.count > 0; step++) {
        go_on(&f, step);
        struct lambda_elements elements = {f.count, f.row, {f.live, list_child(c, 0)}, {f.from, f.place}};
        if (f.count > 0)
            f.live = lambda_eval(c, 0, &elements);
    }
    return f.done;
}

static void put(const struct call *c, uint32_t row, const struct column *from, uint32_t from_row)
{
    column_copy(c->out, row, from, from_row, type_is_nested(c->out->type) ? c->arena : NULL);
}

static void aggregate(const struct call *c, const struct rows *rows)
{
    const bool *finishes = c->state;
    const struct column *folded = fold_lists(c, rows);
    if (!*finishes) {
        FOR_EACH_ROW (i, rows) {
            put(c, i, folded, i);
        }
        return;
    }
    struct lambda_elements elements = {.of = {folded}};
    uint32_t *row = arena_alloc(c->arena, CHUNK_ROWS * sizeof *row);
    FOR_EACH_ROW (j, rows) {
        if (is_null(c->in[0], j))
            column_set_null(c->out, j);
        else
            row[elements.count++] = j;
    }
    elements.row = elements.place[0] = row;
    if (elements.count == 0)
        return;
    const struct column *value = lambda_eval(c, 1, &elements);
    for (uint32_t n = 0; n < elements.count; n++)
        put(c, row[n], value, n);
}

static enum status parameters(struct binding *b, uint32_t lambda, struct lambda_parameters *out, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY", e);
    lambda_parameter(out, 0, b->arg[1]->type, true);
    if (lambda == 1)
        return STATUS_OK;
    lambda_parameter(out, 1, t->element, t->contains_null);
    out->least = 2;
    return STATUS_OK;
}

static enum status bind_aggregate(struct binding *b, struct error *e)
{
    static const bool yes = true, no = false;
    const struct expr *merged = lambda_body(b, 0), *value = lambda_body(b, b->lambdas - 1);
    if (!type_equal(merged->type, b->arg[1]->type))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] aggregate: its lambda gives %s, and the value it "
                         "starts with is %s; cast one to the other",
                         type_text(b->arena, merged->type), type_text(b->arena, b->arg[1]->type));
    b->type = value->type;
    b->nullable = b->arg[0]->nullable || b->lambdas == 1 || value->nullable;
    b->state = b->lambdas == 2 ? &yes : &no;
    b->kernel = aggregate;
    return STATUS_OK;
}

const struct function function_aggregate = {
    .name = "aggregate",
    .alias = (const char *const[]){"reduce", NULL},
    .min_args = 3,
    .max_args = 4,
    .plain_args = 2,
    .parameters = parameters,
    .bind = bind_aggregate,
    .usage = "aggregate(array, start, (acc, x) -> acc[, acc -> value])",
    .summary = "One value made of all elements, one after the other; the last lambda makes the result of it.",
    .example = "aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10)",
    .gives = "60",
};
