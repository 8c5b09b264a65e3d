// WHERE and HAVING (Spark's FilterExec).
#include "ops/operators.h"

struct filter {
    struct op op;
    struct program *condition;
    uint32_t index[CHUNK_ROWS];
};

static enum status filter_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct filter *f = (struct filter *)op;
    program_run(f->condition, chunk, &chunk->rows);
    const struct column *keep = program_result(f->condition, 0);
    uint32_t count = 0;
    FOR_EACH_ROW (i, &chunk->rows) {
        f->index[count] = i;
        count += !is_null(keep, i) && keep->boolean[at(keep, i)];
    }
    op->counters.passed += count;
    op->counters.filtered += chunk->rows.count - count;
    struct chunk out = *chunk;
    if (count < chunk->rows.count)
        out.rows = (struct rows){f->index, count};
    return op_emit(op, &out, e);
}

static void filter_destroy(struct op *op)
{
    struct filter *f = (struct filter *)op;
    program_free(f->condition);
    mem_free(op->memory, f, sizeof *f);
}

static const struct op_class filter_class = {.name = "filter", .push = filter_push, .destroy = filter_destroy};

struct op *filter_new(struct program *condition, struct memory *memory)
{
    struct filter *f = mem_zalloc(memory, sizeof *f);
    f->op = (struct op){.class = &filter_class, .memory = memory};
    f->condition = condition;
    return &f->op;
}
