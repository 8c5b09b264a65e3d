// GROUP BY with a session_window (Spark's SessionWindowStateStoreRestoreExec, MergingSessionsExec and
// SessionWindowStateStoreSaveExec in one): the rows of a batch are aggregated by group and session of their own, [t, t
// + gap); at its close those of a group are taken in the order of their starts, with the state's among them, and what
// overlaps or touches becomes one session.
#include "ops/operators.h"

#include "ops/group_key.h"
#include "ops/session_store.h"

#include <stdlib.h>

enum {
    SESSION_START = 0, // the fields of the key
    SESSION_END = 1,
    ARENA_BLOCK = 64 * 1024,
    LATE_SHARE = 8, // of memory_limit: what the keys of late pieces may take
};

struct session_op {
    struct op op;
    struct session_spec spec;
    struct batch batch;
    struct arena arena;
    struct group_items items;
    struct group_key key; // of the group: the keys but the session
    struct group_keys keys;
    struct group_table table, late; // by group, start and end: a piece
    struct session_store store;
    struct group **sorted; // the pieces of a batch
    uint32_t sorted_room;
    // of the chunk being pushed
    struct column **other; // the keys but the session
    struct text bytes;
    struct slice *piece;
    uint64_t *hash;
    struct group_late late_rows;
    struct group **group;
    // of the chunk going out
    struct column **out, **out_other;
    uint32_t out_rows;
    struct text resume;
    bool full, damaged; // why a scan stopped
};

// ---- rows into pieces

static const struct column *session_of(const struct session_op *s)
{
    return program_result(s->spec.inputs, s->spec.session_key);
}

// Leaves in `rows` those that are not late: whose own session ends after the watermark of the batch before.
static struct rows drop_late(struct session_op *s, struct rows *rows)
{
    if (!s->batch.has_watermark || !s->spec.timed)
        return (struct rows){0};
    return group_late_part(&s->late_rows, session_of(s), s->batch.watermark_late, rows);
}

static void write_pieces(struct session_op *s, const struct rows *rows)
{
    const struct column *session = session_of(s);
    const struct column *start = &session->child[SESSION_START], *end = &session->child[SESSION_END];
    group_keys_write(&s->key, s->other, rows, &s->keys);
    text_clear(&s->bytes);
    size_t bound = 0;
    for (uint32_t k = 0; k < rows->count; k++)
        bound += s->keys.key[k].size + SESSION_PIECE_BYTES;
    char *to = text_reserve(&s->bytes, bound);
    FOR_EACH_ROW (i, rows) {
        struct slice key = s->keys.key[i_k];
        uint32_t at_row = at(session, i);
        s->piece[i_k] = (struct slice){to, key.size + SESSION_PIECE_BYTES};
        memcpy(to, key.data, key.size);
        session_piece_write(to + key.size, start->i64[at(start, at_row)], end->i64[at(end, at_row)]);
        to += key.size + SESSION_PIECE_BYTES;
        s->hash[i_k] = key_hash(s->piece[i_k]);
    }
}

// As Spark counts late rows: after a batch's aggregation (see op_aggregate.c).
static void count_late(struct session_op *s, const struct rows *late)
{
    if (late->count == 0)
        return;
    write_pieces(s, late);
    group_table_find(&s->late, s->piece, s->hash, late->count, s->group);
    s->op.counters.late += late->count;
    if (group_table_bytes(&s->late) > s->spec.memory_limit / LATE_SHARE) {
        s->op.counters.late_groups += s->late.count;
        group_table_clear(&s->late);
    }
}

static int compare(const void *left, const void *right)
{
    struct group *const *a = left, *const *b = right;
    return slice_compare(group_bytes(*a), group_bytes(*b));
}

// The pieces in the order of group, start, end.
static void sort_pieces(struct session_op *s)
{
    uint32_t count = 0;
    if (s->table.count > s->sorted_room) {
        uint32_t room = s->table.count + s->table.count / 2;
        s->sorted =
            mem_resize(s->op.memory, s->sorted, s->sorted_room * sizeof(struct group *), room * sizeof(struct group *));
        s->sorted_room = room;
    }
    for (struct group *g = s->table.first; g != NULL; g = g->next)
        s->sorted[count++] = g;
    if (count > 1)
        qsort(s->sorted, count, sizeof(struct group *), compare);
}

static struct slice group_part(struct group *piece)
{
    struct slice bytes = group_bytes(piece);
    return (struct slice){bytes.data, bytes.size - SESSION_PIECE_BYTES};
}

// Merges all pieces into the state and empties the table.
static enum status merge_table(struct session_op *s, struct error *e)
{
    enum status status = STATUS_OK;
    uint32_t since = 0; // the scratch arena was emptied
    sort_pieces(s);
    for (uint32_t begin = 0, end; begin < s->table.count && status == STATUS_OK; begin = end) {
        struct slice key = group_part(s->sorted[begin]);
        for (end = begin; end < s->table.count && slice_equal(group_part(s->sorted[end]), key);)
            end++;
        since += end - begin;
        if (since > CHUNK_ROWS) {
            arena_reset(&s->items.scratch);
            since = 0;
        }
        status = session_store_merge(&s->store, key, s->sorted + begin, end - begin, e);
    }
    group_table_clear(&s->table);
    arena_reset(&s->items.values);
    return status;
}

// ---- rows out

static void out_begin(struct session_op *s)
{
    struct arena *scratch = &s->items.scratch;
    arena_reset(scratch);
    for (uint32_t k = 0; k < s->spec.key_count; k++)
        s->out[k] = column_new(s->spec.key_type[k], CHUNK_ROWS, scratch);
    for (uint32_t k = 0, n = 0; k < s->spec.key_count; k++)
        if (k != s->spec.session_key)
            s->out_other[n++] = s->out[k];
    for (uint32_t k = 0; k < s->items.count; k++)
        s->out[s->spec.key_count + k] = column_new(group_items_type(&s->items, k), CHUNK_ROWS, scratch);
    s->out_rows = 0;
}

static enum status out_flush(struct session_op *s, struct error *e)
{
    if (s->out_rows == 0)
        return STATUS_OK;
    struct chunk out = {.column = s->out,
                        .columns = s->spec.key_count + s->items.count,
                        .rows = {.count = s->out_rows},
                        .arena = &s->items.scratch};
    enum status status = op_emit(&s->op, &out, e);
    out_begin(s);
    return status;
}

// An entry as a row; the caller sees to it that there is room. false: damaged.
static bool out_add(struct session_op *s, struct slice key, struct slice value)
{
    struct column *session = s->out[s->spec.session_key];
    uint32_t row = s->out_rows;
    struct session_entry entry;
    if (!session_entry_read(key, value, &entry))
        return false;
    session->null[row] = session->child[SESSION_START].null[row] = session->child[SESSION_END].null[row] = 0;
    session->child[SESSION_START].i64[row] = entry.start;
    session->child[SESSION_END].i64[row] = entry.end;
    if (!group_key_read(&s->key, entry.group, s->out_other, row, &s->items.scratch) ||
        !group_items_load(&s->items, entry.states, s->store.loaded[0]))
        return false;
    group_items_finish(&s->items, s->store.loaded[0], s->out + s->spec.key_count, row);
    s->out_rows++;
    return true;
}

static enum status emit_ended(void *self, struct slice key, struct slice value, struct error *e)
{
    struct session_op *s = self;
    if (!out_add(s, key, value))
        return session_damaged(e);
    return s->out_rows == CHUNK_ROWS ? out_flush(s, e) : STATUS_OK;
}

static enum visit all_visit(void *visitor, struct slice key, struct slice value)
{
    struct session_op *s = visitor;
    s->full = s->out_rows == CHUNK_ROWS;
    if (s->full) {
        text_clear(&s->resume);
        text_slice(&s->resume, key);
        return VISIT_STOP;
    }
    s->damaged = !out_add(s, key, value);
    return s->damaged ? VISIT_STOP : VISIT_NEXT;
}

static enum status emit_all(struct session_op *s, struct error *e)
{
    enum status status;
    text_clear(&s->resume);
    do {
        s->full = s->damaged = false;
        status = expiry_scan(&s->store.expiry, text_view(&s->resume), all_visit, s, e);
        if (status == STATUS_OK && s->damaged)
            status = session_damaged(e);
        if (status == STATUS_OK)
            status = out_flush(s, e);
    } while (status == STATUS_OK && s->full);
    return status;
}

// ---- the operator

static enum status session_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)e;
    ((struct session_op *)op)->batch = *batch;
    return STATUS_OK;
}

static enum status session_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct session_op *s = (struct session_op *)op;
    struct rows rows = chunk->rows;
    program_run(s->spec.inputs, chunk, &chunk->rows);
    for (uint32_t k = 0, n = 0; k < s->spec.key_count; k++)
        if (k != s->spec.session_key)
            s->other[n++] = program_result(s->spec.inputs, k);
    struct rows late = drop_late(s, &rows);
    count_late(s, &late);
    enum status status = op_emit_late(op, chunk, &late, e);
    if (status != STATUS_OK)
        return status;
    struct group *last = s->table.last;
    write_pieces(s, &rows);
    group_table_find(&s->table, s->piece, s->hash, rows.count, s->group);
    group_items_begin(&s->items, last != NULL ? last->next : s->table.first);
    group_items_step(&s->items, s->spec.inputs, &rows, s->group);
    op->counters.folded += rows.count;
    if (group_table_bytes(&s->table) + arena_used(&s->items.values) <= s->spec.memory_limit || s->table.count == 0)
        return STATUS_OK;
    return merge_table(s, e);
}

static enum status session_close(struct op *op, struct error *e)
{
    struct session_op *s = (struct session_op *)op;
    op->counters.late_groups += s->late.count;
    group_table_clear(&s->late);
    enum status status = merge_table(s, e);
    out_begin(s);
    if (status == STATUS_OK && s->spec.mode == OUTPUT_COMPLETE)
        return emit_all(s, e);
    if (status == STATUS_OK && s->batch.has_watermark)
        status = expiry_end(&s->store.expiry, s->batch.watermark_evict, emit_ended, s, e);
    return status == STATUS_OK ? out_flush(s, e) : status;
}

static void session_destroy(struct op *op)
{
    struct session_op *s = (struct session_op *)op;
    program_free(s->spec.inputs);
    group_table_free(&s->table);
    group_table_free(&s->late);
    group_keys_free(&s->keys);
    group_items_free(&s->items);
    session_store_free(&s->store);
    text_free(&s->bytes);
    text_free(&s->resume);
    mem_free(op->memory, s->sorted, s->sorted_room * sizeof(struct group *));
    arena_free(&s->arena);
    mem_free(op->memory, s, sizeof *s);
}

static const struct op_class session_class = {
    .name = "session", .open = session_open, .push = session_push, .close = session_close, .destroy = session_destroy};

static void make_keys(struct session_op *s, const struct session_spec *spec)
{
    const struct type **type = ARENA_ARRAY(&s->arena, const struct type *, spec->key_count);
    const struct type **other = ARENA_ARRAY(&s->arena, const struct type *, spec->key_count);
    uint32_t count = 0;
    for (uint32_t k = 0; k < spec->key_count; k++) {
        type[k] = spec->key_type[k];
        if (k != spec->session_key)
            other[count++] = type[k];
    }
    s->spec.key_type = type;
    group_key_init(&s->key, other, count, -1, &s->arena);
    group_keys_init(&s->keys, s->op.memory, &s->arena);
}

struct op *session_new(const struct session_spec *spec, struct memory *memory)
{
    assert(spec->mode != OUTPUT_UPDATE && spec->session_key < spec->key_count);
    struct session_op *s = mem_zalloc(memory, sizeof *s);
    s->op = (struct op){.class = &session_class, .memory = memory};
    s->spec = *spec;
    s->spec.items = NULL; // copied to `items`
    arena_init(&s->arena, memory, ARENA_BLOCK);
    text_init(&s->bytes, memory);
    text_init(&s->resume, memory);
    make_keys(s, spec);
    group_items_init(&s->items, spec->items, spec->item_count, memory, &s->arena);
    group_table_init(&s->table, s->items.state_size, memory);
    group_table_init(&s->late, 0, memory);
    session_store_init(&s->store, spec->state, spec->mode == OUTPUT_APPEND, &s->items, memory, &s->arena);
    s->other = ARENA_ARRAY(&s->arena, struct column *, spec->key_count);
    s->piece = ARENA_ARRAY(&s->arena, struct slice, CHUNK_ROWS);
    s->hash = ARENA_ARRAY(&s->arena, uint64_t, CHUNK_ROWS);
    group_late_init(&s->late_rows, &s->arena);
    s->group = ARENA_ARRAY(&s->arena, struct group *, CHUNK_ROWS);
    s->out = ARENA_ARRAY(&s->arena, struct column *, spec->key_count + spec->item_count);
    s->out_other = ARENA_ARRAY(&s->arena, struct column *, spec->key_count);
    return &s->op;
}
