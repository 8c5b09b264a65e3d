#include "agent/engine/intake.h"

#include <assert.h>

struct intake {
    const struct source_class *class;
    struct source *source;
    struct reader **reader;
    uint32_t readers;
};

enum status intake_open(const struct intake_setup *setup, struct arena *arena, struct intake **out, struct error *e)
{
    struct intake *in = ARENA_NEW(arena, struct intake);
    in->class = setup->source->class;
    in->reader = ARENA_ARRAY(arena, struct reader *, setup->reader_count);
    for (uint32_t i = 0; i < setup->reader_count; i++)
        if (setup->readers[i])
            in->reader[in->readers++] = setup->readers[i];
    assert(in->readers > 0);
    enum status s = in->class->open(setup->setup, &in->source, e);
    if (s == STATUS_OK)
        *out = in;
    return s;
}

void intake_close(struct intake *in)
{
    if (!in)
        return;
    in->class->close(in->source);
    in->source = NULL;
}

const struct source_class *intake_class(const struct intake *in)
{
    return in->class;
}

struct source *intake_source(struct intake *in)
{
    return in->source;
}

// The first reader's columns are filled, and are everyone's.
static enum status take_rows(struct intake *in, struct error *e)
{
    struct rows rows = reader_own(in->reader[0])->rows;
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < in->readers; i++)
        s = reader_rows(in->reader[i], in->reader[0], rows, e);
    reader_begin(in->reader[0]);
    return s;
}

static enum status take_block(struct intake *in, const struct block *b, struct error *e)
{
    if (b->kind == BLOCK_ROWS)
        return take_rows(in, e);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < in->readers; i++)
        s = b->kind == BLOCK_BYTES ? reader_bytes(in->reader[i], b, e) : reader_messages(in->reader[i], b, e);
    return s;
}

enum status intake_run(struct intake *in, struct error *e)
{
    for (uint32_t i = 0; i < in->readers; i++)
        reader_begin(in->reader[i]);
    for (;;) {
        struct block b = {0};
        enum status s = in->class->read(in->source, reader_own(in->reader[0]), &b, e);
        for (uint32_t i = 0; i < in->readers; i++)
            reader_left_out(in->reader[i], in->class->counters(in->source)->oversized);
        if (s == STATUS_END)
            return STATUS_OK;
        if (s == STATUS_OK)
            s = take_block(in, &b, e);
        if (s != STATUS_OK)
            return s;
    }
}
