// ROLLUP, CUBE, GROUPING SETS (Spark's ExpandExec): each row once for each set, NULL in the keys that are not in it.
#include "ops/operators.h"

struct expand {
    struct op op;
    struct expand_spec spec;
    struct arena arena;
    struct column *nothing; // of each key: NULL for all rows
    struct column id, place;
};

static void constant(struct column *c, const struct type *type, struct arena *arena)
{
    column_init(c, type, 1, arena);
    c->mask = 0;
}

// The rows as they are in one set: the input's columns, the keys, the set's id and, where it is asked for, its place.
static enum status push_set(struct expand *x, const struct chunk *in, uint32_t set, struct error *e)
{
    const struct expand_spec *s = &x->spec;
    struct chunk out = *in;
    struct arena_mark mark = arena_mark(in->arena);
    out.column = ARENA_ARRAY(in->arena, struct column *, in->columns + s->key_count + 2);
    for (uint32_t k = 0; k < in->columns; k++)
        out.column[k] = in->column[k];
    for (uint32_t k = 0; k < s->key_count; k++)
        out.column[out.columns++] = s->sets[set] >> k & 1 ? program_result(s->keys, k) : &x->nothing[k];
    x->id.i64[0] = s->ids[set];
    x->place.i32[0] = (int32_t)set;
    out.column[out.columns++] = &x->id;
    if (s->places)
        out.column[out.columns++] = &x->place;
    enum status status = op_emit(&x->op, &out, e);
    arena_rewind(in->arena, mark);
    return status;
}

static enum status expand_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct expand *x = (struct expand *)op;
    enum status s = STATUS_OK;
    program_run(x->spec.keys, chunk, &chunk->rows);
    op->counters.passed += chunk->rows.count;
    for (uint32_t k = 0; s == STATUS_OK && k < x->spec.set_count; k++)
        s = push_set(x, chunk, k, e);
    return s;
}

static void expand_destroy(struct op *op)
{
    struct expand *x = (struct expand *)op;
    program_free(x->spec.keys);
    arena_free(&x->arena);
    mem_free(op->memory, x, sizeof *x);
}

static const struct op_class expand_class = {.name = "expand", .push = expand_push, .destroy = expand_destroy};

struct op *expand_new(const struct expand_spec *spec, struct memory *memory)
{
    struct expand *x = mem_zalloc(memory, sizeof *x);
    x->op = (struct op){.class = &expand_class, .memory = memory};
    x->spec = *spec;
    arena_init(&x->arena, memory, 4096);
    x->nothing = ARENA_ARRAY(&x->arena, struct column, spec->key_count);
    for (uint32_t k = 0; k < spec->key_count; k++) {
        constant(&x->nothing[k], spec->key_type[k], &x->arena);
        column_set_null(&x->nothing[k], 0);
    }
    constant(&x->id, type_simple(TYPE_BIGINT), &x->arena);
    constant(&x->place, type_simple(TYPE_INT), &x->arena);
    return &x->op;
}
