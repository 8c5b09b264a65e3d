// ORDER BY (Spark's SortExec, TakeOrderedAndProjectExec): the whole batch is kept, each row as its key (ops/key.h) and
// its columns as a record (ops/record.h), and goes out in order at the close. With a limit only the best rows are kept,
// in a heap whose root is the worst of them.
#include "ops/operators.h"

#include "ops/endian.h"
#include "ops/key.h"
#include "ops/record.h"

#include <stdlib.h>

enum { ARENA_BLOCK = 64 * 1024, ROWS_LEAST = 256, ROOM_LEAST = 64 };

struct sort_row {
    uint64_t prefix; // the key's first bytes, as a number that orders like them
    uint64_t place;  // in order of arrival: makes the sort stable
    char *bytes;     // the key, then the record
    uint32_t key_size, record_size, capacity;
};

struct sort {
    struct op op;
    struct sort_spec spec;
    struct arena arena;   // of this struct's arrays
    struct arena rows;    // of the rows' bytes
    struct arena scratch; // of the rows that go out
    struct sort_row *row;
    size_t count, capacity;
    uint64_t arrived;
    struct text key, record; // of the row at hand
    bool *has_list;          // of a column: its values hold elements, which need an arena
    struct column **out;
};

static int compare(const void *left, const void *right)
{
    const struct sort_row *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    int order = slice_compare((struct slice){a->bytes, a->key_size}, (struct slice){b->bytes, b->key_size});
    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static void swap(struct sort_row *a, struct sort_row *b)
{
    struct sort_row kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_up(struct sort *s, size_t k)
{
    for (; k > 0 && compare(&s->row[k], &s->row[(k - 1) / 2]) > 0; k = (k - 1) / 2)
        swap(&s->row[k], &s->row[(k - 1) / 2]);
}

static void sift_down(struct sort *s, size_t k)
{
    for (size_t child; (child = 2 * k + 1) < s->count; k = child) {
        if (child + 1 < s->count && compare(&s->row[child + 1], &s->row[child]) > 0)
            child++;
        if (compare(&s->row[child], &s->row[k]) <= 0)
            return;
        swap(&s->row[k], &s->row[child]);
    }
}

// Puts the bytes of the row at hand into `to`, in its buffer if there is room.
static void row_set(struct sort *s, struct sort_row *to, const struct chunk *chunk, uint32_t i)
{
    text_clear(&s->record);
    for (uint32_t k = 0; k < s->spec.columns; k++)
        record_append(&s->record, chunk->column[k], i);
    size_t size = s->key.size + s->record.size;
    if (size > to->capacity) {
        // Only with a limit is a buffer used again; only then is it worth rounding up.
        size_t capacity = s->spec.limit < 0 ? size : ROOM_LEAST;
        while (capacity < size)
            capacity *= 2;
        to->bytes = arena_alloc(&s->rows, capacity);
        to->capacity = (uint32_t)capacity;
    }
    memcpy(to->bytes, s->key.data, s->key.size);
    memcpy(to->bytes + s->key.size, s->record.data, s->record.size);
    to->key_size = (uint32_t)s->key.size;
    to->record_size = (uint32_t)s->record.size;
}

static void set_key(struct sort *s, uint32_t i, struct sort_row *probe)
{
    text_clear(&s->key);
    for (uint32_t k = 0; k < s->spec.key_count; k++)
        key_append(&s->key, program_result(s->spec.keys, k), i, s->spec.order[k]);
    char prefix[8] = {0};
    memcpy(prefix, s->key.data, s->key.size < sizeof prefix ? s->key.size : sizeof prefix);
    *probe = (struct sort_row){.prefix = load_big(prefix, sizeof prefix),
                               .place = s->arrived++,
                               .bytes = s->key.data,
                               .key_size = (uint32_t)s->key.size};
}

static struct sort_row *row_new(struct sort *s)
{
    if (s->count == s->capacity) {
        size_t capacity = s->capacity > 0 ? s->capacity * 2 : ROWS_LEAST;
        s->row = mem_resize(s->op.memory, s->row, s->capacity * sizeof *s->row, capacity * sizeof *s->row);
        s->capacity = capacity;
    }
    struct sort_row *to = &s->row[s->count++];
    *to = (struct sort_row){.prefix = 0};
    return to;
}

static void sort_add(struct sort *s, const struct chunk *chunk, uint32_t i)
{
    bool limited = s->spec.limit >= 0;
    bool full = limited && s->count >= (uint64_t)s->spec.limit;
    struct sort_row probe;
    set_key(s, i, &probe);
    if (full && (s->count == 0 || compare(&probe, &s->row[0]) > 0))
        return;
    struct sort_row *to = full ? &s->row[0] : row_new(s);
    to->prefix = probe.prefix;
    to->place = probe.place;
    row_set(s, to, chunk, i);
    if (full)
        sift_down(s, 0);
    else if (limited)
        sift_up(s, s->count - 1);
}

static enum status sort_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input, (void)e;
    struct sort *s = (struct sort *)op;
    assert(chunk->columns == s->spec.columns);
    program_run(s->spec.keys, chunk, &chunk->rows);
    FOR_EACH_ROW (i, &chunk->rows) {
        sort_add(s, chunk, i);
    }
    op->counters.folded += chunk->rows.count;
    return STATUS_OK;
}

static void read_row(struct sort *s, const struct sort_row *row, uint32_t to)
{
    struct slice bytes = {row->bytes + row->key_size, row->record_size};
    for (uint32_t k = 0; k < s->spec.columns; k++) {
        size_t used = record_read(bytes, s->out[k], to, s->has_list[k] ? &s->scratch : NULL);
        assert(used > 0); // these bytes never left our memory
        bytes.data += used;
        bytes.size -= (uint32_t)used;
    }
}

static void forget(struct sort *s)
{
    s->count = 0;
    s->arrived = 0;
    arena_reset(&s->rows);
    arena_reset(&s->scratch);
}

static enum status sort_open(struct op *op, const struct batch *batch, struct error *e)
{
    (void)batch, (void)e;
    forget((struct sort *)op);
    return STATUS_OK;
}

static enum status sort_close(struct op *op, struct error *e)
{
    struct sort *s = (struct sort *)op;
    enum status status = STATUS_OK;
    if (s->count > 1)
        qsort(s->row, s->count, sizeof *s->row, compare);
    for (size_t begin = 0; begin < s->count && status == STATUS_OK; begin += CHUNK_ROWS) {
        size_t left = s->count - begin;
        uint32_t rows = left < CHUNK_ROWS ? (uint32_t)left : CHUNK_ROWS;
        arena_reset(&s->scratch);
        for (uint32_t k = 0; k < s->spec.columns; k++)
            s->out[k] = column_new(s->spec.column_type[k], rows, &s->scratch);
        for (uint32_t k = 0; k < rows; k++)
            read_row(s, &s->row[begin + k], k);
        struct chunk out = {
            .column = s->out, .columns = s->spec.columns, .rows = {.count = rows}, .arena = &s->scratch};
        status = op_emit(op, &out, e);
    }
    forget(s);
    return status;
}

static void sort_destroy(struct op *op)
{
    struct sort *s = (struct sort *)op;
    program_free(s->spec.keys);
    text_free(&s->key);
    text_free(&s->record);
    mem_free(op->memory, s->row, s->capacity * sizeof *s->row);
    arena_free(&s->rows);
    arena_free(&s->scratch);
    arena_free(&s->arena);
    mem_free(op->memory, s, sizeof *s);
}

static const struct op_class sort_class = {
    .name = "sort", .open = sort_open, .push = sort_push, .close = sort_close, .destroy = sort_destroy};

static bool has_list(const struct type *t)
{
    for (uint32_t k = 0; t->id == TYPE_STRUCT && k < t->field_count; k++)
        if (has_list(t->fields[k].type))
            return true;
    return t->id == TYPE_ARRAY || t->id == TYPE_MAP;
}

struct op *sort_new(const struct sort_spec *spec, struct memory *memory)
{
    struct sort *s = mem_zalloc(memory, sizeof *s);
    s->op = (struct op){.class = &sort_class, .memory = memory};
    s->spec = *spec;
    arena_init(&s->arena, memory, 4096);
    arena_init(&s->rows, memory, ARENA_BLOCK);
    arena_init(&s->scratch, memory, ARENA_BLOCK);
    text_init(&s->key, memory);
    text_init(&s->record, memory);
    unsigned *order = ARENA_ARRAY(&s->arena, unsigned, spec->key_count);
    const struct type **type = ARENA_ARRAY(&s->arena, const struct type *, spec->columns);
    s->has_list = ARENA_ARRAY(&s->arena, bool, spec->columns);
    s->out = ARENA_ARRAY(&s->arena, struct column *, spec->columns);
    for (uint32_t k = 0; k < spec->key_count; k++)
        order[k] = spec->order[k];
    for (uint32_t k = 0; k < spec->columns; k++) {
        type[k] = spec->column_type[k];
        s->has_list[k] = has_list(type[k]);
    }
    s->spec.order = order;
    s->spec.column_type = type;
    return &s->op;
}
