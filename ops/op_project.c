// SELECT (Spark's ProjectExec).
#include "ops/operators.h"

struct project {
    struct op op;
    struct program *program;
    uint32_t count;
    struct column *column[];
};

static enum status project_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct project *p = (struct project *)op;
    program_run(p->program, chunk, &chunk->rows);
    for (uint32_t k = 0; k < p->count; k++)
        p->column[k] = program_result(p->program, k);
    op->counters.passed += chunk->rows.count;
    struct chunk out = {.column = p->column, .columns = p->count, .rows = chunk->rows, .arena = chunk->arena};
    return op_emit(op, &out, e);
}

static void project_destroy(struct op *op)
{
    struct project *p = (struct project *)op;
    program_free(p->program);
    mem_free(op->memory, p, sizeof *p + p->count * sizeof p->column[0]);
}

static const struct op_class project_class = {.name = "project", .push = project_push, .destroy = project_destroy};

struct op *project_new(struct program *columns, uint32_t count, struct memory *memory)
{
    struct project *p = mem_zalloc(memory, sizeof *p + count * sizeof p->column[0]);
    p->op = (struct op){.class = &project_class, .memory = memory};
    p->program = columns;
    p->count = count;
    return &p->op;
}
