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

#include "ops/group_key.h"
#include "ops/group_table.h"

enum {
    TOUCHED = 0xf0, // no key begins with it: a key begins with 00, 01 or 02
    ARENA_BLOCK = 64 * 1024,
    LATE_SHARE = 8,       // of memory_limit: what the keys of late groups may take
    PAGE_BYTES = 1 << 18, // of touched keys, read at a time
};

struct item {
    struct aggregate_call step, finish; // the same call; what its states point to is put in `values` or in `scratch`
    uint32_t first_arg, offset;         // offset: of its state in a group's
    int32_t filter;
};

struct aggregate_op {
    struct op op;
    struct aggregate_spec spec;
    struct batch batch;
    struct arena arena; // of this struct's arrays
    struct item *item;
    struct group_key key;
    struct group_keys keys;
    struct group_table table, late;
    uint32_t state_size;
    struct arena values;  // what the table's states point to
    struct arena scratch; // of the rows that go out, and of the states loaded for them
    void *loaded;         // a group's state, read from the store
    struct text value;    // its bytes, to be stored
    struct text resume;   // the key at which a scan goes on
    bool spilled;
    // of the chunk being pushed
    struct column **column;     // the keys
    const struct column **args; // of one aggregate
    uint8_t *is_late;
    uint32_t *index, *late_index, *filter_index;
    struct group **group;
    void **state, **filter_state;
    // of the chunk going out
    struct column **out;
    uint32_t out_rows;
};

// ---- rows into groups

// Leaves in `rows` those that are not late, and counts the late ones. Late is an event time at or before the watermark
// of the batch before; complete mode knows no late row.
static void drop_late(struct aggregate_op *a, struct rows *rows, struct rows *late)
{
    *late = (struct rows){a->late_index, 0};
    if (!a->batch.has_watermark || a->key.time_type == NULL || a->spec.mode == OUTPUT_COMPLETE)
        return;
    if (group_late_rows(a->column[a->spec.time_key], rows, a->batch.watermark_late, a->is_late) == 0)
        return;
    uint32_t kept = 0;
    FOR_EACH_ROW (i, rows) {
        if (a->is_late[i_k])
            a->late_index[late->count++] = i;
        else
            a->index[kept++] = i;
    }
    *rows = (struct rows){a->index, kept};
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

static void init_states(struct aggregate_op *a, struct group *g)
{
    for (; g != NULL; g = g->next)
        for (uint32_t k = 0; k < a->spec.item_count; k++)
            if (a->item[k].step.kernels->init != NULL)
                a->item[k].step.kernels->init(&a->item[k].step, (char *)group_state(g) + a->item[k].offset);
}

static void find_groups(struct aggregate_op *a, const struct rows *rows)
{
    struct group *last = a->table.last;
    group_keys_write(&a->key, a->column, rows, &a->keys);
    group_table_find(&a->table, a->keys.key, a->keys.hash, rows->count, a->group);
    init_states(a, last != NULL ? last->next : a->table.first);
}

// FILTER (WHERE): the rows, and their groups, for which the condition is true.
static struct rows filter_rows(struct aggregate_op *a, const struct column *condition, const struct rows *rows)
{
    uint32_t kept = 0;
    FOR_EACH_ROW (i, rows) {
        a->filter_index[kept] = i;
        a->filter_state[kept] = a->state[i_k];
        kept += !is_null(condition, i) && condition->boolean[at(condition, i)];
    }
    return (struct rows){a->filter_index, kept};
}

static void step_items(struct aggregate_op *a, const struct rows *rows)
{
    uint32_t offset = 0;
    for (uint32_t k = 0; k < rows->count; k++)
        a->state[k] = group_state(a->group[k]);
    for (uint32_t n = 0; n < a->spec.item_count; n++) {
        const struct item *item = &a->item[n];
        for (uint32_t k = 0; item->offset > offset && k < rows->count; k++)
            a->state[k] = (char *)a->state[k] + (item->offset - offset);
        offset = item->offset;
        for (uint32_t k = 0; k < item->step.argc; k++)
            a->args[k] = program_result(a->spec.inputs, item->first_arg + k);
        if (item->filter < 0) {
            item->step.kernels->step(&item->step, a->args, rows, a->state);
        } else {
            struct rows kept = filter_rows(a, program_result(a->spec.inputs, (uint32_t)item->filter), rows);
            item->step.kernels->step(&item->step, a->args, &kept, a->filter_state);
        }
    }
}

// ---- groups and the state

static enum status damaged(struct error *e)
{
    return error_set(e, STATUS_DAMAGED,
                     "state of the aggregate: an entry's bytes are not what was written; "
                     "`runnel state CHECKPOINT check` reads all of them");
}

// Reads an entry's value into `loaded`.
static bool load_states(struct aggregate_op *a, struct slice bytes)
{
    memset(a->loaded, 0, a->state_size);
    for (uint32_t k = 0; k < a->spec.item_count; k++) {
        const struct aggregate_call *call = &a->item[k].finish;
        size_t used = call->kernels->load(call, bytes, (char *)a->loaded + a->item[k].offset);
        if (used == 0 || used > bytes.size)
            return false;
        bytes.data += used;
        bytes.size -= (uint32_t)used;
    }
    return bytes.size == 0;
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
    if (s == STATUS_OK && !load_states(a, bytes))
        return damaged(e);
    text_clear(&a->value);
    for (uint32_t k = 0; k < a->spec.item_count; k++) {
        const struct aggregate_call *call = &a->item[k].finish;
        char *from = (char *)group_state(g) + a->item[k].offset;
        if (s == STATUS_OK)
            call->kernels->merge(call, (char *)a->loaded + a->item[k].offset, from);
        call->kernels->save(call, s == STATUS_OK ? (char *)a->loaded + a->item[k].offset : from, &a->value);
    }
    if (s == STATUS_OK)
        *state = a->loaded;
    return state_put(a->spec.state, group_bytes(g), text_view(&a->value), e);
}

// ---- rows out

// A new output chunk; its columns are made anew because nested ones grow in the scratch arena.
static void out_begin(struct aggregate_op *a)
{
    arena_reset(&a->scratch);
    for (uint32_t k = 0; k < a->spec.key_count; k++)
        a->out[k] = column_new(a->spec.key_type[k], CHUNK_ROWS, &a->scratch);
    for (uint32_t k = 0; k < a->spec.item_count; k++)
        a->out[a->spec.key_count + k] = column_new(a->item[k].step.type, CHUNK_ROWS, &a->scratch);
    a->out_rows = 0;
}

static enum status out_flush(struct aggregate_op *a, struct error *e)
{
    if (a->out_rows == 0)
        return STATUS_OK;
    struct chunk out = {.column = a->out,
                        .columns = a->spec.key_count + a->spec.item_count,
                        .rows = {.count = a->out_rows},
                        .arena = &a->scratch};
    enum status s = op_emit(&a->op, &out, e);
    out_begin(a);
    return s;
}

// The caller sees to it that there is room. What `state` points to must live until the flush.
static bool out_add(struct aggregate_op *a, struct slice key, const void *state)
{
    assert(a->out_rows < CHUNK_ROWS);
    if (!group_key_read(&a->key, key, a->out, a->out_rows, &a->scratch))
        return false;
    for (uint32_t k = 0; k < a->spec.item_count; k++) {
        const struct aggregate_call *call = &a->item[k].finish;
        call->kernels->finish(call, (const char *)state + a->item[k].offset, a->out[a->spec.key_count + k],
                              a->out_rows);
    }
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
    arena_reset(&a->values);
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
    if (v->emit && (!load_states(a, value) || !out_add(a, key, a->loaded))) {
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
        if (s == STATUS_END || !load_states(a, value) || !out_add(a, key, a->loaded))
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
    struct rows rows = chunk->rows, late;
    program_run(a->spec.inputs, chunk, &chunk->rows);
    for (uint32_t k = 0; k < a->spec.key_count; k++)
        a->column[k] = program_result(a->spec.inputs, k);
    drop_late(a, &rows, &late);
    count_late(a, &late);
    find_groups(a, &rows);
    step_items(a, &rows);
    op->counters.folded += rows.count;
    if (group_table_bytes(&a->table) + arena_used(&a->values) <= a->spec.memory_limit || a->table.count == 0)
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
    arena_free(&a->values);
    arena_free(&a->scratch);
    arena_free(&a->arena);
    mem_free(op->memory, a, sizeof *a);
}

static const struct op_class aggregate_class = {.name = "aggregate",
                                                .open = aggregate_open,
                                                .push = aggregate_push,
                                                .close = aggregate_close,
                                                .destroy = aggregate_destroy};

static void make_items(struct aggregate_op *a, const struct aggregate_item *from)
{
    uint32_t most_args = 0;
    a->item = ARENA_ARRAY(&a->arena, struct item, a->spec.item_count);
    for (uint32_t k = 0; k < a->spec.item_count; k++) {
        struct item *item = &a->item[k];
        assert(from[k].call->state_size % 8 == 0);
        *item = (struct item){.step = *from[k].call,
                              .finish = *from[k].call,
                              .first_arg = from[k].first_arg,
                              .filter = from[k].filter,
                              .offset = a->state_size};
        item->step.arena = &a->values;
        item->finish.arena = &a->scratch;
        a->state_size += item->step.state_size;
        most_args = item->step.argc > most_args ? item->step.argc : most_args;
    }
    a->args = ARENA_ARRAY(&a->arena, const struct column *, most_args);
    a->loaded = arena_zalloc(&a->arena, a->state_size);
}

struct op *aggregate_new(const struct aggregate_spec *spec, struct memory *memory)
{
    struct aggregate_op *a = mem_zalloc(memory, sizeof *a);
    a->op = (struct op){.class = &aggregate_class, .memory = memory};
    a->spec = *spec;
    arena_init(&a->arena, memory, ARENA_BLOCK);
    arena_init(&a->values, memory, ARENA_BLOCK);
    arena_init(&a->scratch, memory, ARENA_BLOCK);
    text_init(&a->value, memory);
    text_init(&a->resume, memory);
    const struct type **type = ARENA_ARRAY(&a->arena, const struct type *, spec->key_count);
    if (spec->key_count > 0)
        memcpy(type, spec->key_type, spec->key_count * sizeof *type);
    a->spec.key_type = type;
    a->spec.items = NULL; // copied to `item`
    make_items(a, spec->items);
    group_key_init(&a->key, type, spec->key_count, spec->time_key, &a->arena);
    group_keys_init(&a->keys, memory, &a->arena);
    group_table_init(&a->table, a->state_size, memory);
    group_table_init(&a->late, 0, memory);
    a->column = ARENA_ARRAY(&a->arena, struct column *, spec->key_count);
    a->is_late = ARENA_ARRAY(&a->arena, uint8_t, CHUNK_ROWS);
    a->index = ARENA_ARRAY(&a->arena, uint32_t, CHUNK_ROWS);
    a->late_index = ARENA_ARRAY(&a->arena, uint32_t, CHUNK_ROWS);
    a->filter_index = ARENA_ARRAY(&a->arena, uint32_t, CHUNK_ROWS);
    a->group = ARENA_ARRAY(&a->arena, struct group *, CHUNK_ROWS);
    a->state = ARENA_ARRAY(&a->arena, void *, CHUNK_ROWS);
    a->filter_state = ARENA_ARRAY(&a->arena, void *, CHUNK_ROWS);
    a->out = ARENA_ARRAY(&a->arena, struct column *, spec->key_count + spec->item_count);
    return &a->op;
}
