// LIMIT n OFFSET m: over a batch (Spark's GlobalLimitExec), or, with a state, over the life of the query
// (StreamingGlobalLimitExec; the state is one entry, key 01, the rows passed as 8 bytes little endian).
#include "ops/operators.h"

#include "ops/endian.h"

struct limit {
    struct op op;
    int64_t limit, offset;
    const struct state *state;
    int64_t seen, seen_before; // rows counted so far, at most offset + limit; what the state says
    uint32_t index[CHUNK_ROWS];
};

static const struct slice limit_key = {"\1", 1};

static enum status limit_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)batch;
    struct limit *l = (struct limit *)op;
    l->seen = l->seen_before = 0;
    if (l->state == NULL)
        return STATUS_OK;
    struct slice value;
    enum status s = state_get(l->state, limit_key, &value, e);
    if (s == STATUS_END)
        return STATUS_OK;
    if (s != STATUS_OK)
        return s;
    if (value.size != 8)
        return error_set(e, STATUS_DAMAGED, "state of LIMIT: %u bytes where 8 belong", (unsigned)value.size);
    l->seen = l->seen_before = (int64_t)load_little(value.data, 8);
    return STATUS_OK;
}

static enum status limit_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct limit *l = (struct limit *)op;
    int64_t end = l->limit > INT64_MAX - l->offset ? INT64_MAX : l->offset + l->limit;
    int64_t first = l->seen < l->offset ? l->offset - l->seen : 0;
    int64_t last = end - l->seen; // rows [first, last) of this chunk go on
    int64_t rows = chunk->rows.count;
    first = first < rows ? first : rows;
    last = last < first ? first : last < rows ? last : rows;
    l->seen = rows < end - l->seen ? l->seen + rows : end;
    uint32_t count = 0;
    for (int64_t k = first; k < last; k++)
        l->index[count++] = chunk->rows.index != NULL ? chunk->rows.index[k] : (uint32_t)k;
    op->counters.passed += count;
    op->counters.folded += chunk->rows.count - count;
    struct chunk out = *chunk;
    out.rows = (struct rows){l->index, count};
    return count > 0 ? op_emit(op, &out, e) : STATUS_OK;
}

static enum status limit_close(struct op *op, struct error *e)
{
    struct limit *l = (struct limit *)op;
    if (l->state == NULL || l->seen == l->seen_before)
        return STATUS_OK;
    char bytes[8];
    store_little(bytes, (uint64_t)l->seen, sizeof bytes);
    return state_put(l->state, limit_key, (struct slice){bytes, sizeof bytes}, e);
}

static void limit_destroy(struct op *op)
{
    mem_free(op->memory, op, sizeof(struct limit));
}

static const struct op_class limit_class = {
    .name = "limit", .open = limit_open, .push = limit_push, .close = limit_close, .destroy = limit_destroy};

struct op *limit_new(int64_t limit, int64_t offset, const struct state *state, struct memory *memory)
{
    assert(limit >= 0 && offset >= 0);
    struct limit *l = mem_zalloc(memory, sizeof *l);
    l->op = (struct op){.class = &limit_class, .memory = memory};
    l->limit = limit;
    l->offset = offset;
    l->state = state;
    return &l->op;
}
