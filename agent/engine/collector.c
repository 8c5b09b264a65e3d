#include "agent/engine/collector.h"

static enum status collector_op_open(struct op *op, const struct batch *batch, struct error *e)
{
    struct collector *c = (struct collector *)op;
    c->rows = 0;
    c->who.batch = batch->id;
    for (unsigned i = 0; i < c->count; i++) {
        enum status s = c->class[i]->begin(c->sink[i], batch, &c->who, e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static enum status collector_op_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct collector *c = (struct collector *)op;
    if (c->outbox)
        outbox_rows(c->outbox, chunk);
    for (unsigned i = 0; i < c->count; i++) {
        enum status s = c->class[i]->render(c->sink[i], chunk, e);
        if (s != STATUS_OK)
            return s;
    }
    c->rows += chunk->rows.count;
    op->counters.folded += chunk->rows.count;
    return STATUS_OK;
}

enum status collector_prepare(struct collector *c, bool direct, struct error *e)
{
    for (unsigned i = 0; i < c->count; i++) {
        enum status s = c->direct[i] == direct ? c->class[i]->prepare(c->sink[i], e) : STATUS_OK;
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

enum status collector_finish(struct collector *c, struct error *e)
{
    for (unsigned i = 0; i < c->count; i++) {
        enum status s = c->class[i]->finish(c->sink[i], e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

void collector_abandon(struct collector *c)
{
    for (unsigned i = 0; i < c->count; i++)
        c->class[i]->abandon(c->sink[i]);
}

void collector_close(struct collector *c)
{
    for (unsigned i = 0; i < c->count; i++)
        c->class[i]->close(c->sink[i]);
    c->count = 0;
}

static const struct op_class collector_class = {
    .name = "sinks",
    .open = collector_op_open,
    .push = collector_op_push,
};

void collector_init(struct collector *c, struct memory *memory)
{
    *c = (struct collector){.op = {.class = &collector_class, .memory = memory}};
}
