#include "ops/operator.h"

enum status op_open(struct op *op, const struct batch *batch, struct error *e)
{
    return op->class->open != NULL ? op->class->open(op, batch, e) : STATUS_OK;
}

enum status op_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    if (chunk->rows.count == 0)
        return STATUS_OK;
    op->counters.in += chunk->rows.count;
    return op->class->push(op, input, chunk, e);
}

enum status op_emit(struct op *op, struct chunk *chunk, struct error *e)
{
    op->counters.out += chunk->rows.count;
    return op_push(op->next, op->next_input, chunk, e);
}

enum status op_emit_late(struct op *op, const struct chunk *chunk, const struct rows *late, struct error *e)
{
    if (op->late == NULL)
        return STATUS_OK;
    struct chunk out = *chunk;
    out.rows = *late;
    return op_push(op->late, 0, &out, e);
}

enum status op_close(struct op *op, struct error *e)
{
    return op->class->close != NULL ? op->class->close(op, e) : STATUS_OK;
}

void op_destroy(struct op *op)
{
    while (op != NULL) {
        struct op *next = op->next;
        if (op->class->destroy != NULL)
            op->class->destroy(op);
        op = next;
    }
}
