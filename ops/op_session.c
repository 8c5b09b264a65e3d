// GROUP BY with a session_window (Spark's SessionWindowStateStoreRestoreExec, MergingSessionsExec and
// SessionWindowStateStoreSaveExec in one): the rows of a batch are aggregated by group and session of their own, [t, t
// + gap); at its close those of a group are taken in the order of their starts, with the state's among them, and what
// overlaps or touches becomes one session.
//
// The sessions of a group that are in the state neither overlap nor touch, so their ends are in the order of their
// starts: an entry's key is the group's and the end (ops/expiry.h), its value the start and the states of the
// aggregates. What a row can join begins at the first entry that ends at or after the row's start: a group of many
// sessions is not read whole.
#include "ops/operators.h"

#include "ops/endian.h"
#include "ops/expiry.h"
#include "ops/group_items.h"
#include "ops/group_key.h"

#include <stdlib.h>

enum {
    TIME_BYTES = 8,
    PIECE_BYTES = 2 * TIME_BYTES, // start and end, behind the group's key in a piece's
    SESSION_START = 0,            // the fields of the key
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
    struct expiry expiry;
    void *loaded[2];   // states read from the store
    struct text found; // an entry read from the store: its key and its value
    struct text entry, value;
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

// Times order as their bytes do.
static void time_write(char *to, int64_t time)
{
    store_big(to, (uint64_t)time ^ UINT64_C(1) << 63, TIME_BYTES);
}

static int64_t time_read(const char *from)
{
    return (int64_t)(load_big(from, TIME_BYTES) ^ UINT64_C(1) << 63);
}

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
        bound += s->keys.key[k].size + PIECE_BYTES;
    char *to = text_reserve(&s->bytes, bound);
    FOR_EACH_ROW (i, rows) {
        struct slice key = s->keys.key[i_k];
        uint32_t at_row = at(session, i);
        s->piece[i_k] = (struct slice){to, key.size + PIECE_BYTES};
        memcpy(to, key.data, key.size);
        time_write(to + key.size, start->i64[at(start, at_row)]);
        time_write(to + key.size + TIME_BYTES, end->i64[at(end, at_row)]);
        to += key.size + PIECE_BYTES;
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

// ---- pieces and the state

static enum status damaged(struct error *e)
{
    return error_set(e, STATUS_DAMAGED,
                     "state of the sessions: an entry's bytes are not what was written; "
                     "`runnel state CHECKPOINT check` reads all of them");
}

// A session being put together, or one of the state.
struct session_part {
    int64_t start, end;
    void *state;
    bool there;  // there is one
    bool stored; // it is in the state as it is
};

// What the merging of one group goes through.
struct merging {
    struct session_op *s;
    struct slice key;            // of the group
    struct group *const *piece;  // in order
    uint32_t count, next;        // of the pieces; the next one
    struct session_part current; // being put together
    struct session_part found;   // the next one of the state
    int64_t behind;              // the state's sessions that end before it have been seen
    bool exhausted;              // there is none at or after `behind`
};

static struct slice entry_key(struct session_op *s, struct slice key, int64_t end)
{
    text_clear(&s->entry);
    text_slice(&s->entry, key);
    time_write(text_reserve(&s->entry, TIME_BYTES), end);
    s->entry.size += TIME_BYTES;
    return text_view(&s->entry);
}

struct finding {
    struct session_op *s;
    uint32_t key_size; // 0: nothing there
};

static enum visit find_visit(void *visitor, struct slice key, struct slice value)
{
    struct finding *f = visitor;
    f->key_size = key.size;
    text_slice(&f->s->found, key);
    text_slice(&f->s->found, value);
    return VISIT_STOP;
}

// The first session of the group in the state that ends at or after `from`.
static enum status find_session(struct merging *m, int64_t from, struct error *e)
{
    struct session_op *s = m->s;
    struct finding f = {.s = s};
    text_clear(&s->found);
    m->found = (struct session_part){0};
    enum status status = expiry_scan(&s->expiry, entry_key(s, m->key, from), find_visit, &f, e);
    if (status != STATUS_OK)
        return status;
    const char *data = s->found.data;
    m->exhausted = f.key_size != m->key.size + TIME_BYTES || memcmp(data, m->key.data, m->key.size) != 0;
    if (m->exhausted)
        return STATUS_OK;
    struct slice value = {data + f.key_size, (uint32_t)s->found.size - f.key_size};
    void *into = m->current.state == s->loaded[0] ? s->loaded[1] : s->loaded[0];
    m->found =
        (struct session_part){.end = time_read(data + m->key.size), .state = into, .there = true, .stored = true};
    if (value.size < TIME_BYTES)
        return damaged(e);
    m->found.start = (int64_t)load_little(value.data, TIME_BYTES);
    value = (struct slice){value.data + TIME_BYTES, value.size - TIME_BYTES};
    return group_items_load(&s->items, value, into) ? STATUS_OK : damaged(e);
}

// Writes what has been put together, unless it is there.
static enum status put_session(struct merging *m, struct error *e)
{
    struct session_op *s = m->s;
    const struct session_part *c = &m->current;
    if (!c->there || c->stored)
        return STATUS_OK;
    char start[TIME_BYTES];
    text_clear(&s->value);
    store_little(start, (uint64_t)c->start, sizeof start);
    text_bytes(&s->value, start, sizeof start);
    group_items_save(&s->items, c->state, &s->value);
    return expiry_put(&s->expiry, entry_key(s, m->key, c->end), c->end, text_view(&s->value), e);
}

static enum status remove_stored(struct merging *m, const struct session_part *p, struct error *e)
{
    return p->stored ? expiry_remove(&m->s->expiry, entry_key(m->s, m->key, p->end), p->end, e) : STATUS_OK;
}

// `p` starts at or after the current session does: it is put behind it, or it is the next one.
static enum status add_part(struct merging *m, const struct session_part *p, struct error *e)
{
    struct session_part *c = &m->current;
    enum status s = STATUS_OK;
    if (!c->there || p->start > c->end) {
        s = put_session(m, e);
        *c = *p;
        return s;
    }
    s = remove_stored(m, c, e);
    if (s == STATUS_OK)
        s = remove_stored(m, p, e);
    group_items_merge(&m->s->items, c->state, p->state);
    c->end = p->end > c->end ? p->end : c->end;
    c->stored = false;
    return s;
}

static struct session_part piece_part(struct group *g, uint32_t key_size)
{
    const char *times = group_bytes(g).data + key_size;
    return (struct session_part){
        .start = time_read(times), .end = time_read(times + TIME_BYTES), .state = group_state(g), .there = true};
}

// Where the state's next session can matter: one that was put together may reach all behind it, else only the next
// piece can.
static int64_t look_from(const struct merging *m, const struct session_part *piece)
{
    bool grown = m->current.there && !m->current.stored;
    return piece->there && !grown && piece->start > m->behind ? piece->start : m->behind;
}

static enum status merge_group(struct merging *m, struct error *e)
{
    for (;;) {
        struct session_part piece = {0};
        enum status s = STATUS_OK;
        if (m->next < m->count)
            piece = piece_part(m->piece[m->next], m->key.size);
        if (!piece.there && (!m->current.there || m->current.stored))
            return STATUS_OK; // nothing more can change
        if (!m->found.there && !m->exhausted)
            s = find_session(m, look_from(m, &piece), e);
        if (s != STATUS_OK)
            return s;
        bool near = m->found.there && (piece.there ? m->found.start <= piece.start : m->found.start <= m->current.end);
        if (!near && !piece.there)
            return put_session(m, e);
        if (near) {
            m->behind = m->found.end + 1;
            s = add_part(m, &m->found, e);
            m->found.there = false;
        } else {
            m->next++;
            s = add_part(m, &piece, e);
        }
        if (s != STATUS_OK)
            return s;
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
    return (struct slice){bytes.data, bytes.size - PIECE_BYTES};
}

// Merges all pieces into the state and empties the table.
static enum status merge_table(struct session_op *s, struct error *e)
{
    enum status status = STATUS_OK;
    uint32_t since = 0; // the scratch arena was emptied
    sort_pieces(s);
    for (uint32_t begin = 0, end; begin < s->table.count && status == STATUS_OK; begin = end) {
        struct merging m = {
            .s = s, .key = group_part(s->sorted[begin]), .piece = s->sorted + begin, .behind = INT64_MIN};
        for (end = begin; end < s->table.count && slice_equal(group_part(s->sorted[end]), m.key);)
            end++;
        m.count = end - begin;
        since += m.count;
        if (since > CHUNK_ROWS) {
            arena_reset(&s->items.scratch);
            since = 0;
        }
        status = merge_group(&m, e);
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
    if (key.size < TIME_BYTES || value.size < TIME_BYTES)
        return false;
    session->null[row] = session->child[SESSION_START].null[row] = session->child[SESSION_END].null[row] = 0;
    session->child[SESSION_START].i64[row] = (int64_t)load_little(value.data, TIME_BYTES);
    session->child[SESSION_END].i64[row] = time_read(key.data + key.size - TIME_BYTES);
    key.size -= TIME_BYTES;
    value = (struct slice){value.data + TIME_BYTES, value.size - TIME_BYTES};
    if (!group_key_read(&s->key, key, s->out_other, row, &s->items.scratch) ||
        !group_items_load(&s->items, value, s->loaded[0]))
        return false;
    group_items_finish(&s->items, s->loaded[0], s->out + s->spec.key_count, row);
    s->out_rows++;
    return true;
}

static enum status emit_ended(void *self, struct slice key, struct slice value, struct error *e)
{
    struct session_op *s = self;
    if (!out_add(s, key, value))
        return damaged(e);
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
        status = expiry_scan(&s->expiry, text_view(&s->resume), all_visit, s, e);
        if (status == STATUS_OK && s->damaged)
            status = damaged(e);
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
        status = expiry_end(&s->expiry, s->batch.watermark_evict, emit_ended, s, e);
    return status == STATUS_OK ? out_flush(s, e) : status;
}

static void session_destroy(struct op *op)
{
    struct session_op *s = (struct session_op *)op;
    struct text *const texts[] = {&s->found, &s->entry, &s->value, &s->bytes, &s->resume};
    program_free(s->spec.inputs);
    group_table_free(&s->table);
    group_table_free(&s->late);
    group_keys_free(&s->keys);
    group_items_free(&s->items);
    expiry_free(&s->expiry);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        text_free(texts[k]);
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
    struct text *const texts[] = {&s->found, &s->entry, &s->value, &s->bytes, &s->resume};
    s->op = (struct op){.class = &session_class, .memory = memory};
    s->spec = *spec;
    s->spec.items = NULL; // copied to `items`
    arena_init(&s->arena, memory, ARENA_BLOCK);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        text_init(texts[k], memory);
    make_keys(s, spec);
    group_items_init(&s->items, spec->items, spec->item_count, memory, &s->arena);
    group_table_init(&s->table, s->items.state_size, memory);
    group_table_init(&s->late, 0, memory);
    expiry_init(&s->expiry, spec->state, spec->mode == OUTPUT_APPEND, memory);
    s->loaded[0] = arena_zalloc(&s->arena, s->items.state_size);
    s->loaded[1] = arena_zalloc(&s->arena, s->items.state_size);
    s->other = ARENA_ARRAY(&s->arena, struct column *, spec->key_count);
    s->piece = ARENA_ARRAY(&s->arena, struct slice, CHUNK_ROWS);
    s->hash = ARENA_ARRAY(&s->arena, uint64_t, CHUNK_ROWS);
    group_late_init(&s->late_rows, &s->arena);
    s->group = ARENA_ARRAY(&s->arena, struct group *, CHUNK_ROWS);
    s->out = ARENA_ARRAY(&s->arena, struct column *, spec->key_count + spec->item_count);
    s->out_other = ARENA_ARRAY(&s->arena, struct column *, spec->key_count);
    return &s->op;
}
