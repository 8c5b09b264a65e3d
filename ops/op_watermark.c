// EventTimeWatermark: the greatest event time of a batch (Spark's EventTimeWatermarkExec, EventTimeStatsAccum).
#include "ops/operators.h"

#include "ops/datetime.h"

struct watermark {
    struct op op;
    uint32_t column;
    int64_t delay, future;
    int64_t latest;   // a time after it does not count
    int64_t greatest; // of this batch; INT64_MIN: none yet
};

static enum status watermark_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)e;
    struct watermark *w = (struct watermark *)op;
    w->greatest = INT64_MIN;
    w->latest = batch->now > INT64_MAX - w->future ? INT64_MAX : batch->now + w->future;
    return STATUS_OK;
}

static enum status watermark_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct watermark *w = (struct watermark *)op;
    const struct column *time = chunk->column[w->column];
    int64_t greatest = w->greatest, latest = w->latest;
    FOR_EACH_ROW (i, &chunk->rows) {
        if (!is_null(time, i) && time->i64[at(time, i)] > greatest && time->i64[at(time, i)] <= latest)
            greatest = time->i64[at(time, i)];
    }
    w->greatest = greatest;
    op->counters.passed += chunk->rows.count;
    return op_emit(op, chunk, e);
}

static void watermark_destroy(struct op *op)
{
    mem_free(op->memory, op, sizeof(struct watermark));
}

static const struct op_class watermark_class = {
    .name = "watermark", .open = watermark_open, .push = watermark_push, .destroy = watermark_destroy};

struct op *watermark_new(uint32_t column, int64_t delay, int64_t future, struct memory *memory)
{
    struct watermark *w = mem_zalloc(memory, sizeof *w);
    w->op = (struct op){.class = &watermark_class, .memory = memory};
    w->column = column;
    w->delay = delay - delay % MICROS_PER_MILLI;
    w->future = future;
    w->latest = INT64_MAX;
    w->greatest = INT64_MIN;
    return &w->op;
}

int64_t watermark_proposal(const struct op *op)
{
    assert(op->class == &watermark_class);
    const struct watermark *w = (const struct watermark *)op;
    if (w->greatest == INT64_MIN)
        return INT64_MIN;
    int64_t cut = w->greatest % MICROS_PER_MILLI;
    cut += cut < 0 ? MICROS_PER_MILLI : 0; // down to the whole millisecond, before 1970 too
    int64_t least = INT64_MIN + 1;
    return w->greatest < least + cut + w->delay ? least : w->greatest - cut - w->delay;
}
