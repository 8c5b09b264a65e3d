// JOIN of a stream with a table (Spark's BroadcastHashJoinExec, BroadcastNestedLoopJoinExec): the table is held in
// memory by its keys, a row of the stream finds its own.
#include "ops/gather.h"
#include "ops/group_key.h"
#include "ops/join_table.h"
#include "ops/operators.h"

struct join {
    struct op op;
    struct join_spec spec;
    struct arena arena; // of this struct's arrays and columns
    struct join_table table;
    struct group_key key;
    struct group_keys keys;
    struct column **key_column;
    // the rows that go out: pairs of a row of the chunk and one of the table, or GATHER_NULL
    struct column **picked; // of the chunk: `lefts`
    struct gathered gathered;
    struct column *right;
    struct column mark; // MARK: `met`
    bool null_key;      // the table has one
    // FULL: which of the table's rows meet one; those with a NULL key, which meet none
    uint8_t *table_met;
    struct join_table rest;
    uint32_t from[CHUNK_ROWS], row[CHUNK_ROWS];
    uint32_t used;
    // of the chunk
    uint32_t first[CHUNK_ROWS]; // of the table, for the k-th row
    uint32_t index[CHUNK_ROWS];
    uint8_t met[CHUNK_ROWS]; // for each row of it: one of the table's rows meets it
};

// Which of the rows have no NULL among the keys that must not be NULL.
static struct rows with_keys(struct join *j, const struct rows *rows)
{
    uint32_t count = 0;
    FOR_EACH_ROW (i, rows) {
        bool null = false;
        for (uint32_t k = 0; k < j->spec.key_count; k++)
            null |= !j->spec.null_safe[k] && is_null(j->key_column[k], i);
        j->index[count] = i;
        count += !null;
    }
    return (struct rows){j->index, count};
}

// The keys of `input`'s chunk: of the rows that are returned.
static struct rows write_keys(struct join *j, unsigned input, struct chunk *chunk)
{
    if (j->spec.key_count > 0)
        program_run(j->spec.keys[input], chunk, &chunk->rows);
    for (uint32_t k = 0; k < j->spec.key_count; k++)
        j->key_column[k] = program_result(j->spec.keys[input], k);
    struct rows rows = with_keys(j, &chunk->rows);
    group_keys_write(&j->key, j->key_column, &rows, &j->keys);
    return rows;
}

// ---- the table

static enum status too_many(const struct join *j, struct error *e)
{
    return error_set(
        e, STATUS_FAILED,
        "[SCALAR_SUBQUERY_TOO_MANY_ROWS] a query that stands for one value gave more than one row of table "
        "%s: take max(…), first(…) or LIMIT 1",
        j->spec.table);
}

static bool keeps_rows(const struct join *j)
{
    return j->spec.kind == JOIN_OUTER || j->spec.kind == JOIN_FULL;
}

// The rows of the table without a key, beside those that have one.
static void take_rest(struct join *j, struct chunk *chunk, struct column *const *columns, const struct rows *keyed)
{
    uint32_t *index = ARENA_ARRAY(chunk->arena, uint32_t, chunk->rows.count), count = 0, k = 0;
    FOR_EACH_ROW (i, &chunk->rows) {
        bool has_key = k < keyed->count && (keyed->index ? keyed->index[k] : k) == i;
        index[count] = i;
        count += !has_key;
        k += has_key;
    }
    struct slice *keys = ARENA_ARRAY(chunk->arena, struct slice, count);
    for (uint32_t n = 0; n < count; n++)
        keys[n] = SLICE("");
    uint64_t *hashes = ARENA_ARRAY(chunk->arena, uint64_t, count);
    join_table_add(&j->rest, columns, &(struct rows){index, count}, keys, hashes);
}

static enum status take_table(struct join *j, struct chunk *chunk, struct error *e)
{
    struct rows rows = write_keys(j, 1, chunk);
    struct column **columns = ARENA_ARRAY(chunk->arena, struct column *, j->spec.rights);
    for (uint32_t k = 0; k < j->spec.rights; k++)
        columns[k] = chunk->column[j->spec.right[k]];
    join_table_add(&j->table, columns, &rows, j->keys.key, j->keys.hash);
    if (j->spec.kind == JOIN_FULL)
        take_rest(j, chunk, columns, &rows);
    j->null_key = j->null_key || rows.count < chunk->rows.count;
    j->op.counters.folded += chunk->rows.count;
    if (j->spec.kind == JOIN_SINGLE && j->spec.key_count == 0 && j->table.count > 1)
        return too_many(j, e);
    if (join_table_bytes(&j->table) + join_table_bytes(&j->rest) <= j->spec.memory_limit)
        return STATUS_OK;
    return error_set(
        e, STATUS_FAILED,
        "table %s takes more than the %zu MB there are for it; raise limits.memory, or join a subquery that "
        "takes fewer of its rows",
        j->spec.table, j->spec.memory_limit >> 20);
}

// ---- the stream

static void prepare(struct join *j, const struct chunk *chunk)
{
    gathered_init(&j->gathered, chunk, j->spec.rights, &j->arena);
    for (uint32_t k = 0; k < j->spec.rights; k++)
        j->gathered.column[j->spec.lefts + k] = &j->right[k];
}

// Leaves the pairs for which the condition is true.
static void keep_true(struct join *j, struct chunk *pairs)
{
    program_run(j->spec.condition, pairs, &pairs->rows);
    const struct column *keep = program_result(j->spec.condition, 0);
    uint32_t count = 0;
    for (uint32_t k = 0; k < pairs->rows.count; k++) {
        if (is_null(keep, k) || !keep->boolean[at(keep, k)])
            continue;
        j->met[j->from[k]] = 1;
        j->index[count++] = k;
    }
    pairs->rows = (struct rows){j->index, count};
}

static void note_met(struct join *j, const struct rows *pairs)
{
    if (!j->table_met)
        j->table_met = ARENA_ARRAY(&j->arena, uint8_t, j->table.count + 1);
    FOR_EACH_ROW (k, pairs) {
        if (j->row[k] != GATHER_NULL)
            j->table_met[j->row[k]] = 1;
    }
}

// The pairs collected so far. What comes after us may use the chunk's arena; it is given back.
static enum status flush(struct join *j, struct chunk *in, bool check, struct error *e)
{
    if (j->used == 0)
        return STATUS_OK;
    struct chunk view = {.column = j->picked, .columns = j->spec.lefts};
    if (j->gathered.column == NULL)
        prepare(j, &view);
    gathered_fill(&j->gathered, &view, j->from, j->used);
    for (uint32_t k = 0; k < j->spec.rights; k++)
        column_gather(&j->right[k], join_table_column(&j->table, k), j->row, j->used);
    struct chunk out = {.column = j->gathered.column,
                        .columns = j->spec.lefts + j->spec.rights,
                        .rows = {.count = j->used},
                        .arena = in->arena};
    j->used = 0;
    struct arena_mark mark = arena_mark(in->arena);
    if (check && j->spec.condition)
        keep_true(j, &out);
    if (j->spec.kind == JOIN_FULL)
        note_met(j, &out.rows);
    bool pairs_go_out = j->spec.kind == JOIN_INNER || keeps_rows(j);
    enum status s = pairs_go_out ? op_emit(&j->op, &out, e) : STATUS_OK;
    arena_rewind(in->arena, mark);
    return s;
}

static enum status add_pair(struct join *j, struct chunk *in, uint32_t from, uint32_t row, bool check, struct error *e)
{
    j->from[j->used] = from;
    j->row[j->used++] = row;
    return j->used == CHUNK_ROWS ? flush(j, in, check, e) : STATUS_OK;
}

static bool asks_whether(const struct join *j)
{
    return j->spec.kind == JOIN_SEMI || j->spec.kind == JOIN_ANTI || j->spec.kind == JOIN_MARK;
}

// Each row with all it meets by the keys. Without a condition those are the pairs, and a row that meets none is known
// at once.
static enum status pair_rows(struct join *j, struct chunk *in, const struct rows *keyed, struct error *e)
{
    bool outer = keeps_rows(j) && !j->spec.condition;
    bool exists = !j->spec.condition && asks_whether(j);
    uint32_t k = 0;
    enum status s = STATUS_OK;
    FOR_EACH_ROW (i, &in->rows) {
        bool has_key = k < keyed->count && keyed->index[k] == i;
        uint32_t row = has_key ? j->first[k++] : JOIN_TABLE_END;
        j->met[i] = row != JOIN_TABLE_END && !j->spec.condition;
        if (row == JOIN_TABLE_END && outer)
            s = add_pair(j, in, i, GATHER_NULL, false, e);
        for (; s == STATUS_OK && !exists && row != JOIN_TABLE_END; row = j->table.next[row])
            s = add_pair(j, in, i, row, true, e);
        if (s != STATUS_OK)
            return s;
    }
    return flush(j, in, true, e);
}

// The rows that met nothing, once the condition has been asked.
static enum status pair_unmet(struct join *j, struct chunk *in, struct error *e)
{
    if (!keeps_rows(j) || !j->spec.condition)
        return STATUS_OK;
    enum status s = STATUS_OK;
    FOR_EACH_ROW (i, &in->rows) {
        if (s == STATUS_OK && !j->met[i])
            s = add_pair(j, in, i, GATHER_NULL, false, e);
    }
    return s == STATUS_OK ? flush(j, in, false, e) : s;
}

// x NOT IN (…) is not true of a NULL, nor of anything where there is a NULL among them.
static void meet_nulls(struct join *j, const struct rows *rows)
{
    bool any = j->table.count > 0 || j->null_key;
    FOR_EACH_ROW (i, rows) {
        j->met[i] |= j->null_key || (any && is_null(j->key_column[0], i));
    }
}

// The chunk with `count` columns behind its own.
static enum status emit_with(struct join *j, struct chunk *in, struct column *more, uint32_t count, struct error *e)
{
    struct chunk out = *in;
    out.column = ARENA_ARRAY(in->arena, struct column *, in->columns + count);
    for (uint32_t k = 0; k < in->columns; k++)
        out.column[k] = in->column[k];
    for (uint32_t k = 0; k < count; k++)
        out.column[out.columns++] = &more[k];
    return op_emit(&j->op, &out, e);
}

static enum status pass_rows(struct join *j, struct chunk *in, struct error *e)
{
    uint32_t count = 0;
    if (j->spec.kind == JOIN_MARK)
        return emit_with(j, in, &j->mark, 1, e);
    FOR_EACH_ROW (i, &in->rows) {
        j->index[count] = i;
        count += j->met[i] == (j->spec.kind == JOIN_SEMI);
    }
    struct chunk out = *in;
    out.rows = (struct rows){j->index, count};
    return op_emit(&j->op, &out, e);
}

// ---- SINGLE

static void make_constant(struct column *c, struct arena *arena)
{
    c->mask = 0;
    if (c->type->id != TYPE_STRUCT)
        return;
    struct column *fields = ARENA_ARRAY(arena, struct column, c->type->field_count);
    for (uint32_t k = 0; k < c->type->field_count; k++) {
        fields[k] = c->child[k];
        make_constant(&fields[k], arena);
    }
    c->child = fields;
}

// Without keys there is one row for all.
static void fix_single(struct join *j)
{
    for (uint32_t k = 0; k < j->spec.rights && j->right[k].mask != 0; k++) {
        if (j->table.count > 0)
            j->right[k] = *join_table_column(&j->table, k);
        else
            column_set_null(&j->right[k], 0);
        make_constant(&j->right[k], &j->arena);
    }
}

static enum status push_single(struct join *j, struct chunk *in, const struct rows *keyed, struct error *e)
{
    uint32_t k = 0, places = 0;
    if (j->spec.key_count == 0) {
        fix_single(j);
        return emit_with(j, in, j->right, j->spec.rights, e);
    }
    FOR_EACH_ROW (i, &in->rows) {
        bool has_key = k < keyed->count && keyed->index[k] == i;
        uint32_t row = has_key ? j->first[k++] : JOIN_TABLE_END;
        if (row != JOIN_TABLE_END && j->table.next[row] != JOIN_TABLE_END)
            return too_many(j, e);
        for (; places < i; places++)
            j->row[places] = GATHER_NULL;
        j->row[places++] = row == JOIN_TABLE_END ? GATHER_NULL : row;
    }
    for (uint32_t c = 0; c < j->spec.rights; c++)
        column_gather(&j->right[c], join_table_column(&j->table, c), j->row, places);
    return emit_with(j, in, j->right, j->spec.rights, e);
}

static void count_rows(struct join *j, const struct rows *rows)
{
    uint32_t met = 0;
    bool all = keeps_rows(j) || j->spec.kind == JOIN_MARK || j->spec.kind == JOIN_SINGLE;
    FOR_EACH_ROW (i, rows) {
        met += j->met[i];
    }
    uint32_t passed = all ? rows->count : j->spec.kind == JOIN_ANTI ? rows->count - met : met;
    j->op.counters.passed += passed;
    j->op.counters.filtered += rows->count - passed;
}

static enum status push_pairs(struct join *j, struct chunk *chunk, const struct rows *keyed, struct error *e)
{
    for (uint32_t k = 0; k < j->spec.lefts; k++)
        j->picked[k] = chunk->column[j->spec.left[k]];
    enum status s = pair_rows(j, chunk, keyed, e);
    if (s == STATUS_OK)
        s = pair_unmet(j, chunk, e);
    if (j->spec.null_aware)
        meet_nulls(j, &chunk->rows);
    return s == STATUS_OK && asks_whether(j) ? pass_rows(j, chunk, e) : s;
}

static enum status join_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    struct join *j = (struct join *)op;
    if (input == 1)
        return take_table(j, chunk, e);
    struct rows keyed = write_keys(j, 0, chunk);
    uint32_t *index = ARENA_ARRAY(chunk->arena, uint32_t, keyed.count); // j->index is used again below
    memcpy(index, keyed.index, keyed.count * sizeof *index);
    keyed.index = index;
    join_table_find(&j->table, j->keys.key, j->keys.hash, keyed.count, j->first);
    enum status s = j->spec.kind == JOIN_SINGLE ? push_single(j, chunk, &keyed, e) : push_pairs(j, chunk, &keyed, e);
    count_rows(j, &chunk->rows);
    return s;
}

// ---- FULL: the rows of the table that met none

static enum status emit_table(struct join *j, const struct join_table *from, struct column **columns, uint32_t count,
                              struct error *e)
{
    struct arena_mark mark = arena_mark(&j->arena);
    for (uint32_t k = 0; k < j->spec.rights; k++)
        column_gather(&j->right[k], join_table_column(from, k), j->row, count);
    struct chunk out = {
        .column = columns, .columns = j->spec.lefts + j->spec.rights, .rows = {.count = count}, .arena = &j->arena};
    enum status s = op_emit(&j->op, &out, e);
    arena_rewind(&j->arena, mark);
    return s;
}

static enum status emit_unmet(struct join *j, const struct join_table *from, const uint8_t *met,
                              struct column **columns, struct error *e)
{
    uint32_t count = 0;
    enum status s = STATUS_OK;
    for (uint32_t row = 0; s == STATUS_OK && row < from->count; row++) {
        j->row[count] = row;
        count += !met || !met[row];
        if (count < CHUNK_ROWS)
            continue;
        s = emit_table(j, from, columns, count, e);
        count = 0;
    }
    return s == STATUS_OK && count ? emit_table(j, from, columns, count, e) : s;
}

static enum status join_close(struct op *op, struct error *e)
{
    struct join *j = (struct join *)op;
    if (j->spec.kind != JOIN_FULL)
        return STATUS_OK;
    struct column **columns = ARENA_ARRAY(&j->arena, struct column *, j->spec.lefts + j->spec.rights);
    for (uint32_t k = 0; k < j->spec.lefts; k++) {
        columns[k] = column_new(j->spec.left_type[k], 1, &j->arena);
        columns[k]->mask = 0;
        column_set_null(columns[k], 0);
    }
    for (uint32_t k = 0; k < j->spec.rights; k++)
        columns[j->spec.lefts + k] = &j->right[k];
    enum status s = emit_unmet(j, &j->table, j->table_met, columns, e);
    return s == STATUS_OK ? emit_unmet(j, &j->rest, NULL, columns, e) : s;
}

static void join_destroy(struct op *op)
{
    struct join *j = (struct join *)op;
    program_free(j->spec.keys[0]);
    program_free(j->spec.keys[1]);
    program_free(j->spec.condition);
    join_table_free(&j->table);
    join_table_free(&j->rest);
    group_keys_free(&j->keys);
    arena_free(&j->arena);
    mem_free(op->memory, j, sizeof *j);
}

static const struct op_class join_class = {
    .name = "join", .push = join_push, .close = join_close, .destroy = join_destroy};

struct op *join_new(const struct join_spec *spec, struct memory *memory)
{
    struct join *j = mem_zalloc(memory, sizeof *j);
    j->op = (struct op){.class = &join_class, .memory = memory};
    j->spec = *spec;
    arena_init(&j->arena, memory, 64 * 1024);
    join_table_init(&j->table, spec->right_type, spec->rights, spec->key_count > 0, memory);
    join_table_init(&j->rest, spec->right_type, spec->rights, false, memory);
    group_key_init(&j->key, spec->key_type, spec->key_count, -1, &j->arena);
    group_keys_init(&j->keys, memory, &j->arena);
    j->key_column = ARENA_ARRAY(&j->arena, struct column *, spec->key_count);
    j->picked = ARENA_ARRAY(&j->arena, struct column *, spec->lefts);
    j->right = ARENA_ARRAY(&j->arena, struct column, spec->rights);
    for (uint32_t k = 0; k < spec->rights; k++)
        column_init(&j->right[k], spec->right_type[k], CHUNK_ROWS, &j->arena);
    column_init(&j->mark, type_simple(TYPE_BOOLEAN), CHUNK_ROWS, &j->arena);
    j->mark.boolean = j->met;
    return &j->op;
}
