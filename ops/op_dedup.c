// dropDuplicates and dropDuplicatesWithinWatermark (Spark's StreamingDeduplicateExec and
// StreamingDeduplicateWithinWatermarkExec): the first row of each key goes on.
//
// dropDuplicates keeps an entry a key without value, for ever or, where the event time is among the keys, until this
// batch's watermark has reached it. Within the watermark an entry ends at the event time of its row and the delay
// (ops/expiry.h), its value is that time, 8 bytes little endian. Rows whose event time is not after the watermark of
// the batch before are late, whatever the keys.
#include "ops/operators.h"

#include "ops/endian.h"
#include "ops/expiry.h"
#include "ops/group_key.h"

struct dedup {
    struct op op;
    struct dedup_spec spec;
    struct batch batch;
    struct arena arena;
    struct group_key key;
    struct group_keys keys;
    struct expiry expiry; // within the watermark only
    struct column **column;
    struct group_late late_rows;
    uint32_t *index;
};

static enum status dedup_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)e;
    ((struct dedup *)op)->batch = *batch;
    return STATUS_OK;
}

// Leaves in `rows` those that are not late, and returns the others.
static struct rows drop_late(struct dedup *d, struct rows *rows)
{
    if (!d->batch.has_watermark || d->spec.time < 0)
        return (struct rows){0};
    const struct column *time = program_result(d->spec.inputs, (uint32_t)d->spec.time);
    struct rows late = group_late_part(&d->late_rows, time, d->batch.watermark_late, rows);
    d->op.counters.late += late.count;
    d->op.counters.late_groups += late.count;
    return late;
}

static enum status remember(struct dedup *d, struct slice key, uint32_t row, struct error *e)
{
    char bytes[8];
    if (!d->spec.within)
        return state_put(d->spec.state, key, (struct slice){"", 0}, e);
    const struct column *time = program_result(d->spec.inputs, (uint32_t)d->spec.time);
    // a NULL time counts as 1970, as UnsafeRow.getLong reads it
    int64_t start = is_null(time, row) ? 0 : time->i64[at(time, row)];
    int64_t end = (int64_t)((uint64_t)start + (uint64_t)d->spec.delay);
    store_little(bytes, (uint64_t)end, sizeof bytes);
    return expiry_put(&d->expiry, key, end, (struct slice){bytes, sizeof bytes}, e);
}

static enum status dedup_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct dedup *d = (struct dedup *)op;
    struct rows rows = chunk->rows;
    program_run(d->spec.inputs, chunk, &chunk->rows);
    for (uint32_t k = 0; k < d->spec.key_count; k++)
        d->column[k] = program_result(d->spec.inputs, k);
    struct rows late = drop_late(d, &rows);
    enum status status = op_emit_late(op, chunk, &late, e);
    if (status != STATUS_OK)
        return status;
    group_keys_write(&d->key, d->column, &rows, &d->keys);
    uint32_t kept = 0;
    FOR_EACH_ROW (i, &rows) {
        struct slice key = d->keys.key[i_k], value;
        enum status s =
            d->spec.within ? expiry_get(&d->expiry, key, &value, e) : state_get(d->spec.state, key, &value, e);
        if (s == STATUS_OK)
            continue;
        if (s == STATUS_END)
            s = remember(d, key, i, e);
        if (s != STATUS_OK)
            return s;
        d->index[kept++] = i;
    }
    op->counters.passed += kept;
    op->counters.folded += rows.count - kept;
    struct chunk out = *chunk;
    out.rows = (struct rows){d->index, kept};
    return kept > 0 ? op_emit(op, &out, e) : STATUS_OK;
}

static enum visit evict_visit(void *visitor, struct slice key, struct slice value)
{
    (void)value;
    const struct dedup *d = visitor;
    int64_t time;
    bool over = group_key_time(&d->key, key, &time) && time <= d->batch.watermark_evict;
    return over ? VISIT_REMOVE : VISIT_STOP;
}

static enum status forget(void *self, struct slice key, struct slice value, struct error *e)
{
    (void)self, (void)key, (void)value, (void)e;
    return STATUS_OK;
}

static enum status dedup_close(struct op *op, struct error *e)
{
    struct dedup *d = (struct dedup *)op;
    if (!d->batch.has_watermark)
        return STATUS_OK;
    if (d->spec.within)
        return expiry_end(&d->expiry, d->batch.watermark_evict, forget, NULL, e);
    return d->key.time_type != NULL ? state_scan(d->spec.state, (struct slice){"\0", 1}, evict_visit, d, e) : STATUS_OK;
}

static void dedup_destroy(struct op *op)
{
    struct dedup *d = (struct dedup *)op;
    program_free(d->spec.inputs);
    expiry_free(&d->expiry);
    group_keys_free(&d->keys);
    arena_free(&d->arena);
    mem_free(op->memory, d, sizeof *d);
}

static const struct op_class dedup_class = {
    .name = "dedup", .open = dedup_open, .push = dedup_push, .close = dedup_close, .destroy = dedup_destroy};

struct op *dedup_new(const struct dedup_spec *spec, struct memory *memory)
{
    assert(spec->key_count > 0 && (!spec->within || spec->time >= 0));
    struct dedup *d = mem_zalloc(memory, sizeof *d);
    d->op = (struct op){.class = &dedup_class, .memory = memory};
    d->spec = *spec;
    arena_init(&d->arena, memory, 64 * 1024);
    const struct type **type = ARENA_ARRAY(&d->arena, const struct type *, spec->key_count);
    memcpy(type, spec->key_type, spec->key_count * sizeof *type);
    d->spec.key_type = type;
    group_key_init(&d->key, type, spec->key_count, spec->within ? -1 : spec->time_key, &d->arena);
    group_keys_init(&d->keys, memory, &d->arena);
    expiry_init(&d->expiry, spec->state, true, memory);
    d->column = ARENA_ARRAY(&d->arena, struct column *, spec->key_count);
    group_late_init(&d->late_rows, &d->arena);
    d->index = ARENA_ARRAY(&d->arena, uint32_t, CHUNK_ROWS);
    return &d->op;
}
