// GROUP BY (Spark's HashAggregateExec, StateStoreRestoreExec and StateStoreSaveExec in one): rows are aggregated over
// the batch, in order of arrival; at its close each group's state is loaded, the batch's put behind it, and saved.
//
// The state has one entry a group: the key's bytes (ops/group_key.h) and the states of the aggregates, one behind the
// other, as each saves them.
//
// A batch with more groups than memory_limit holds is merged into the state early, and goes on. In update mode the
// groups that were touched are then remembered in the state too, which is where there is room: an entry whose key is
// TOUCHED and the group's key. They are gone when the batch is closed.
#include "ops/operators.h"

#include "ops/group_items.h"
#include "ops/group_key.h"
#include "ops/group_table.h"

enum {
    TOUCHED = 0xf0, // no key begins with it: a key begins with 00, 01 or 02
    ARENA_BLOCK = 64 * 1024,
    LATE_SHARE = 8,       // of memory_limit: what the keys of late groups may take
    PAGE_BYTES = 1 << 18, // of touched keys, read at a time
};

struct aggregate_op {
    struct op op;
    struct aggregate_spec spec;
    struct batch batch;
    struct arena arena; // of this struct's arrays
    struct group_items items;
    struct group_key key;
    struct group_keys keys;
    struct group_table table, late;
    void *loaded;       // a group's state, read from the store
    struct text value;  // its bytes, to be stored
    struct text resume; // the key at which a scan goes on
    bool spilled;
    // of the chunk being pushed
    struct column **column; // the keys
    struct group_late late_rows;
    struct group **group;
    // of the chunk going out
    struct column **out;
    uint32_t out_rows;
};

// ---- rows into groups

// Leaves in `rows` those that are not late: complete mode knows no late row.
static struct rows drop_late(struct aggregate_op *a, struct rows *rows)
{
    if (!a->batch.has_watermark || a->key.time_type == NULL || a->spec.mode == OUTPUT_COMPLETE)
        return (struct rows){0};
    return group_late_part(&a->late_rows, a->column[a->spec.time_key], a->batch.watermark_late, rows);
}

// Late groups are counted as Spark counts them, after a batch's aggregation, so their keys are kept, but no more than
// a share of the memory: past that a group may count twice.
static void count_late(struct aggregate_op *a, const struct rows *late)
{
    if (late->count == 0)
        return;
    group_keys_write(&a->key, a->column, late, &a->keys);
    group_table_find(&a->late, a->keys.key, a->keys.hash, late->count, a->group);
    a->op.counters.late += late->count;
    if (group_table_bytes(&a->late) > a->spec.memory_limit / LATE_SHARE) {
        a->op.counters.late_groups += a->late.count;
        group_table_clear(&a->late);
    }
}

static void find_groups(struct aggregate_op *a, const struct rows *rows)
{
    struct group *last = a->table.last;
    group_keys_write(&a->key, a->column, rows, &a->keys);
    group_table_find(&a->table, a->keys.key, a->keys.hash, rows->count, a->group);
    group_items_begin(&a->items, last != NULL ? last->next : a->table.first);
}

// ---- groups and the state

static enum status damaged(struct error *e)
{
    return error_set(e, STATUS_DAMAGED,
                     "state of the aggregate: an entry's bytes are not what was written; "
                     "`runnel state CHECKPOINT check` reads all of them");
}

// Puts a group of the batch behind what the state has of it. *state: the sum.
static enum status merge_group(struct aggregate_op *a, struct group *g, void **state, struct error *e)
{
    struct slice bytes;
    *state = group_state(g);
    if (a->spec.state == NULL)
        return STATUS_OK;
    enum status s = state_get(a->spec.state, group_bytes(g), &bytes, e);
    if (s != STATUS_OK && s != STATUS_END)
        return s;
    text_clear(&a->value);
    if (s == STATUS_OK) {
        if (!group_items_load(&a->items, bytes, a->loaded))
            return damaged(e);
        group_items_merge(&a->items, a->loaded, *state);
        *state = a->loaded;
    }
    group_items_save(&a->items, *state, &a->value);
    return state_put(a->spec.state, group_bytes(g), text_view(&a->value), e);
}

// ---- rows out

// A new output chunk; its columns are made anew because nested ones grow in the scratch arena.
static void out_begin(struct aggregate_op *a)
{
    struct arena *scratch = &a->items.scratch;
    arena_reset(scratch);
    for (uint32_t k = 0; k < a->spec.key_count; k++)
        a->out[k] = column_new(a->spec.key_type[k], CHUNK_ROWS, scratch);
    for (uint32_t k = 0; k < a->items.count; k++)
        a->out[a->spec.key_count + k] = column_new(group_items_type(&a->items, k), CHUNK_ROWS, scratch);
    a->out_rows = 0;
}

static enum status out_flush(struct aggregate_op *a, struct error *e)
{
    if (a->out_rows == 0)
        return STATUS_OK;
    struct chunk out = {.column = a->out,
                        .columns = a->spec.key_count + a->items.count,
                        .rows = {.count = a->out_rows},
                        .arena = &a->items.scratch};
    enum status s = op_emit(&a->op, &out, e);
    out_begin(a);
    return s;
}

// The caller sees to it that there is room. What `state` points to must live until the flush.
static bool out_add(struct aggregate_op *a, struct slice key, const void *state)
{
    assert(a->out_rows < CHUNK_ROWS);
    if (!group_key_read(&a->key, key, a->out, a->out_rows, &a->items.scratch))
        return false;
    group_items_finish(&a->items, state, a->out + a->spec.key_count, a->out_rows);
    a->out_rows++;
    return true;
}

// ---- a batch's groups into the state

static enum status mark_touched(struct aggregate_op *a, struct slice key, struct error *e)
{
    text_clear(&a->value);
    text_char(&a->value, (char)TOUCHED);
    text_slice(&a->value, key);
    return state_put(a->spec.state, text_view(&a->value), (struct slice){"", 0}, e);
}

// Merges all groups of the table and empties it. Emits each where `emit`; marks each as touched where `mark`.
static enum status merge_table(struct aggregate_op *a, bool emit, bool mark, struct error *e)
{
    uint32_t loaded = 0;
    for (struct group *g = a->table.first; g != NULL; g = g->next) {
        void *state;
        enum status s = merge_group(a, g, &state, e);
        if (s == STATUS_OK && mark)
            s = mark_touched(a, group_bytes(g), e);
        if (s == STATUS_OK && emit && !out_add(a, group_bytes(g), state))
            s = damaged(e);
        // Loaded states fill the scratch arena; it is emptied once a chunk's worth of them.
        if (s == STATUS_OK && ++loaded == CHUNK_ROWS) {
            loaded = 0;
            if (emit)
                s = out_flush(a, e);
            else
                out_begin(a);
        }
        if (s != STATUS_OK)
            return s;
    }
    enum status s = emit ? out_flush(a, e) : STATUS_OK; // its rows borrow from the table
    group_table_clear(&a->table);
    arena_reset(&a->items.values);
    return s;
}

// ---- the state's groups out

struct state_scan {
    struct aggregate_op *a;
    bool evict, emit;   // evict: those closed by this batch's watermark, else all
    bool full, damaged; // why it stopped
};

static enum visit scan_visit(void *visitor, struct slice key, struct slice value)
{
    struct state_scan *v = visitor;
    struct aggregate_op *a = v->a;
    int64_t time;
    if (v->evict && (!group_key_time(&a->key, key, &time) || time > a->batch.watermark_evict))
        return VISIT_STOP;
    if (v->emit && a->out_rows == CHUNK_ROWS) {
        v->full = true;
        text_clear(&a->resume);
        text_slice(&a->resume, key);
        return VISIT_STOP;
    }
    if (v->emit && (!group_items_load(&a->items, value, a->loaded) || !out_add(a, key, a->loaded))) {
        v->damaged = true;
        return VISIT_STOP;
    }
    return v->evict ? VISIT_REMOVE : VISIT_NEXT;
}

// Goes over the state in key order, a chunk at a time: what comes after us may not run inside a scan.
static enum status scan_state(struct aggregate_op *a, bool evict, bool emit, struct error *e)
{
    struct state_scan v = {.a = a, .evict = evict, .emit = emit};
    text_clear(&a->resume);
    text_char(&a->resume, 0);
    enum status s;
    do {
        v.full = false;
        s = state_scan(a->spec.state, text_view(&a->resume), scan_visit, &v, e);
        if (s == STATUS_OK && v.damaged)
            s = damaged(e);
        if (s == STATUS_OK && v.full)
            s = out_flush(a, e);
    } while (s == STATUS_OK && v.full);
    return s;
}

// Keys that were marked as touched, one behind the other, each with its size before it.
struct touched_page {
    struct text keys;
    uint32_t count;
};

static enum visit touched_visit(void *visitor, struct slice key, struct slice value)
{
    (void)value;
    struct touched_page *page = visitor;
    if (page->count == CHUNK_ROWS || page->keys.size > PAGE_BYTES)
        return VISIT_STOP;
    text_bytes(&page->keys, &key.size, sizeof key.size);
    text_slice(&page->keys, key);
    page->count++;
    return VISIT_REMOVE;
}

static enum status emit_page(struct aggregate_op *a, const struct touched_page *page, struct error *e)
{
    const char *from = page->keys.data;
    for (uint32_t k = 0; k < page->count; k++) {
        struct slice key, value;
        memcpy(&key.size, from, sizeof key.size);
        key.data = from + sizeof key.size;
        from = key.data + key.size;
        key = (struct slice){key.data + 1, key.size - 1};
        enum status s = state_get(a->spec.state, key, &value, e);
        if (s != STATUS_OK && s != STATUS_END)
            return s;
        if (s == STATUS_END || !group_items_load(&a->items, value, a->loaded) || !out_add(a, key, a->loaded))
            return damaged(e);
    }
    return out_flush(a, e);
}

static enum status emit_touched(struct aggregate_op *a, struct error *e)
{
    static const char touched[] = {(char)TOUCHED};
    struct touched_page page = {.count = 0};
    text_init(&page.keys, a->op.memory);
    enum status s;
    do {
        page.count = 0;
        text_clear(&page.keys);
        s = state_scan(a->spec.state, (struct slice){touched, sizeof touched}, touched_visit, &page, e);
        if (s == STATUS_OK)
            s = emit_page(a, &page, e);
    } while (s == STATUS_OK && page.count > 0);
    text_free(&page.keys);
    return s;
}

// ---- the operator

static enum status aggregate_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)e;
    struct aggregate_op *a = (struct aggregate_op *)op;
    a->batch = *batch;
    a->spilled = false;
    return STATUS_OK;
}

static enum status aggregate_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct aggregate_op *a = (struct aggregate_op *)op;
    struct rows rows = chunk->rows;
    program_run(a->spec.inputs, chunk, &chunk->rows);
    for (uint32_t k = 0; k < a->spec.key_count; k++)
        a->column[k] = program_result(a->spec.inputs, k);
    struct rows late = drop_late(a, &rows);
    count_late(a, &late);
    enum status s = op_emit_late(op, chunk, &late, e);
    if (s != STATUS_OK)
        return s;
    find_groups(a, &rows);
    group_items_step(&a->items, a->spec.inputs, &rows, a->group);
    op->counters.folded += rows.count;
    if (group_table_bytes(&a->table) + arena_used(&a->items.values) <= a->spec.memory_limit || a->table.count == 0)
        return STATUS_OK;
    if (a->spec.state == NULL)
        return error_set(e, STATUS_FAILED,
                         "the groups of a table take more than the %zu MB there are for them; raise limits.memory",
                         a->spec.memory_limit >> 20);
    a->spilled = true;
    out_begin(a);
    return merge_table(a, false, a->spec.mode == OUTPUT_UPDATE, e);
}

static enum status close_update(struct aggregate_op *a, struct error *e)
{
    enum status s = merge_table(a, !a->spilled, a->spilled, e);
    if (s != STATUS_OK || !a->spilled)
        return s;
    out_begin(a);
    return emit_touched(a, e);
}

static enum status aggregate_close(struct op *op, struct error *e)
{
    struct aggregate_op *a = (struct aggregate_op *)op;
    bool evicts = a->batch.has_watermark && a->key.time_type != NULL && a->spec.mode != OUTPUT_COMPLETE;
    op->counters.late_groups += a->late.count;
    group_table_clear(&a->late);
    out_begin(a);
    if (a->spec.key_count == 0) // there is one row, whether rows came or not
        find_groups(a, &(struct rows){.count = 1});
    enum status s = STATUS_OK;
    switch (a->spec.mode) {
    case OUTPUT_UPDATE:
        s = close_update(a, e);
        break;
    case OUTPUT_APPEND:
        s = merge_table(a, false, false, e);
        break;
    case OUTPUT_COMPLETE:
        s = merge_table(a, false, false, e);
        if (s == STATUS_OK) {
            out_begin(a);
            s = scan_state(a, false, true, e);
        }
        break;
    }
    if (s == STATUS_OK && evicts) {
        out_begin(a);
        s = scan_state(a, true, a->spec.mode == OUTPUT_APPEND, e);
    }
    return s == STATUS_OK ? out_flush(a, e) : s;
}

static void aggregate_destroy(struct op *op)
{
    struct aggregate_op *a = (struct aggregate_op *)op;
    program_free(a->spec.inputs);
    group_table_free(&a->table);
    group_table_free(&a->late);
    group_keys_free(&a->keys);
    text_free(&a->value);
    text_free(&a->resume);
    group_items_free(&a->items);
    arena_free(&a->arena);
    mem_free(op->memory, a, sizeof *a);
}

static const struct op_class aggregate_class = {.name = "aggregate",
                                                .open = aggregate_open,
                                                .push = aggregate_push,
                                                .close = aggregate_close,
                                                .destroy = aggregate_destroy};

struct op *aggregate_new(const struct aggregate_spec *spec, struct memory *memory)
{
    struct aggregate_op *a = mem_zalloc(memory, sizeof *a);
    a->op = (struct op){.class = &aggregate_class, .memory = memory};
    a->spec = *spec;
    arena_init(&a->arena, memory, ARENA_BLOCK);
    text_init(&a->value, memory);
    text_init(&a->resume, memory);
    const struct type **type = ARENA_ARRAY(&a->arena, const struct type *, spec->key_count);
    if (spec->key_count > 0)
        memcpy(type, spec->key_type, spec->key_count * sizeof *type);
    a->spec.key_type = type;
    a->spec.items = NULL; // copied to `items`
    group_items_init(&a->items, spec->items, spec->item_count, memory, &a->arena);
    a->loaded = arena_zalloc(&a->arena, a->items.state_size);
    group_key_init(&a->key, type, spec->key_count, spec->time_key, &a->arena);
    group_keys_init(&a->keys, memory, &a->arena);
    group_table_init(&a->table, a->items.state_size, memory);
    group_table_init(&a->late, 0, memory);
    a->column = ARENA_ARRAY(&a->arena, struct column *, spec->key_count);
    group_late_init(&a->late_rows, &a->arena);
    a->group = ARENA_ARRAY(&a->arena, struct group *, CHUNK_ROWS);
    a->out = ARENA_ARRAY(&a->arena, struct column *, spec->key_count + spec->item_count);
    return &a->op;
}
