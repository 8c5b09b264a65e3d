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

static enum status take_table(struct join *j, struct chunk *chunk, struct error *e)
{
    struct rows rows = write_keys(j, 1, chunk);
    struct column **columns = ARENA_ARRAY(chunk->arena, struct column *, j->spec.rights);
    for (uint32_t k = 0; k < j->spec.rights; k++)
        columns[k] = chunk->column[j->spec.right[k]];
    join_table_add(&j->table, columns, &rows, j->keys.key, j->keys.hash);
    j->op.counters.folded += chunk->rows.count;
    if (join_table_bytes(&j->table) <= j->spec.memory_limit)
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
    bool pairs_go_out = j->spec.kind == JOIN_INNER || j->spec.kind == JOIN_OUTER;
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

// Each row with all it meets by the keys. Without a condition those are the pairs, and a row that meets none is known
// at once.
static enum status pair_rows(struct join *j, struct chunk *in, const struct rows *keyed, struct error *e)
{
    bool outer = j->spec.kind == JOIN_OUTER && !j->spec.condition;
    bool exists = !j->spec.condition && (j->spec.kind == JOIN_SEMI || j->spec.kind == JOIN_ANTI);
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
    if (j->spec.kind != JOIN_OUTER || !j->spec.condition)
        return STATUS_OK;
    enum status s = STATUS_OK;
    FOR_EACH_ROW (i, &in->rows) {
        if (s == STATUS_OK && !j->met[i])
            s = add_pair(j, in, i, GATHER_NULL, false, e);
    }
    return s == STATUS_OK ? flush(j, in, false, e) : s;
}

static enum status pass_rows(struct join *j, struct chunk *in, struct error *e)
{
    uint32_t count = 0;
    FOR_EACH_ROW (i, &in->rows) {
        j->index[count] = i;
        count += j->met[i] == (j->spec.kind == JOIN_SEMI);
    }
    struct chunk out = *in;
    out.rows = (struct rows){j->index, count};
    return op_emit(&j->op, &out, e);
}

static void count_rows(struct join *j, const struct rows *rows)
{
    uint32_t met = 0;
    FOR_EACH_ROW (i, rows) {
        met += j->met[i];
    }
    uint32_t passed = j->spec.kind == JOIN_OUTER ? rows->count : j->spec.kind == JOIN_ANTI ? rows->count - met : met;
    j->op.counters.passed += passed;
    j->op.counters.filtered += rows->count - passed;
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
    for (uint32_t k = 0; k < j->spec.lefts; k++)
        j->picked[k] = chunk->column[j->spec.left[k]];
    enum status s = pair_rows(j, chunk, &keyed, e);
    if (s == STATUS_OK)
        s = pair_unmet(j, chunk, e);
    count_rows(j, &chunk->rows);
    bool passes = j->spec.kind == JOIN_SEMI || j->spec.kind == JOIN_ANTI;
    return s == STATUS_OK && passes ? pass_rows(j, chunk, e) : s;
}

static void join_destroy(struct op *op)
{
    struct join *j = (struct join *)op;
    program_free(j->spec.keys[0]);
    program_free(j->spec.keys[1]);
    program_free(j->spec.condition);
    join_table_free(&j->table);
    group_keys_free(&j->keys);
    arena_free(&j->arena);
    mem_free(op->memory, j, sizeof *j);
}

static const struct op_class join_class = {.name = "join", .push = join_push, .destroy = join_destroy};

struct op *join_new(const struct join_spec *spec, struct memory *memory)
{
    struct join *j = mem_zalloc(memory, sizeof *j);
    j->op = (struct op){.class = &join_class, .memory = memory};
    j->spec = *spec;
    arena_init(&j->arena, memory, 64 * 1024);
    join_table_init(&j->table, spec->right_type, spec->rights, spec->key_count > 0, memory);
    group_key_init(&j->key, spec->key_type, spec->key_count, -1, &j->arena);
    group_keys_init(&j->keys, memory, &j->arena);
    j->key_column = ARENA_ARRAY(&j->arena, struct column *, spec->key_count);
    j->picked = ARENA_ARRAY(&j->arena, struct column *, spec->lefts);
    j->right = ARENA_ARRAY(&j->arena, struct column, spec->rights);
    for (uint32_t k = 0; k < spec->rights; k++)
        column_init(&j->right[k], spec->right_type[k], CHUNK_ROWS, &j->arena);
    return &j->op;
}
