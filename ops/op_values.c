// VALUES: rows that the query itself has (Spark's LocalTableScanExec). Pushed when it is closed: what comes behind it
// is open then.
#include "ops/operators.h"

struct values {
    struct op op;
    struct values_spec spec;
    struct arena arena;
};

static enum status values_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    return op_emit(op, chunk, e); // a leaf: nothing comes
}

static enum status values_close(struct op *op, struct error *e)
{
    struct values *v = (struct values *)op;
    enum status s = STATUS_OK;
    struct chunk one = {.rows = {NULL, 1}, .arena = &v->arena};
    program_run(v->spec.values, &one, &one.rows);
    for (uint32_t row = 0; s == STATUS_OK && row < v->spec.rows; row++) {
        struct chunk out = {.columns = v->spec.columns, .rows = {NULL, 1}, .arena = &v->arena};
        out.column = ARENA_ARRAY(&v->arena, struct column *, v->spec.columns);
        for (uint32_t k = 0; k < v->spec.columns; k++)
            out.column[k] = program_result(v->spec.values, row * v->spec.columns + k);
        s = op_emit(op, &out, e);
    }
    arena_reset(&v->arena);
    return s;
}

static void values_destroy(struct op *op)
{
    struct values *v = (struct values *)op;
    program_free(v->spec.values);
    arena_free(&v->arena);
    mem_free(op->memory, v, sizeof *v);
}

static const struct op_class values_class = {
    .name = "values", .push = values_push, .close = values_close, .destroy = values_destroy};

struct op *values_new(const struct values_spec *spec, struct memory *memory)
{
    struct values *v = mem_zalloc(memory, sizeof *v);
    v->op = (struct op){.class = &values_class, .memory = memory};
    v->spec = *spec;
    arena_init(&v->arena, memory, 4096);
    return &v->op;
}
