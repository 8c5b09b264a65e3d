#include "agent/engine/reader.h"

#include <assert.h>

enum { CHUNK_ARENA_BLOCK = 64 * 1024 };

// The columns of messages, by the names that Spark gives them.
enum message_column {
    MESSAGE_VALUE,
    MESSAGE_KEY,
    MESSAGE_TOPIC,
    MESSAGE_PARTITION,
    MESSAGE_OFFSET,
    MESSAGE_TIMESTAMP,
    MESSAGE_TIMESTAMP_TYPE,
    MESSAGE_HEADERS,
    MESSAGE_QOS,
    MESSAGE_RETAIN,
    MESSAGE_COLUMNS
};

static const struct slice message_names[MESSAGE_COLUMNS] = {
    [MESSAGE_VALUE] = {"value", 5},
    [MESSAGE_KEY] = {"key", 3},
    [MESSAGE_TOPIC] = {"topic", 5},
    [MESSAGE_PARTITION] = {"partition", 9},
    [MESSAGE_OFFSET] = {"offset", 6},
    [MESSAGE_TIMESTAMP] = {"timestamp", 9},
    [MESSAGE_QOS] = {"qos", 3},
    [MESSAGE_RETAIN] = {"retain", 6},
    [MESSAGE_TIMESTAMP_TYPE] = {"timestampType", 13},
    [MESSAGE_HEADERS] = {"headers", 7},
};

struct reader {
    struct memory *memory;
    const struct decoder_class *decoding; // NULL: the source's own columns only
    struct decoder *decoder;
    struct op *entry;
    unsigned entry_input;
    struct arena arena;  // the chunk's
    struct chunk chunk;  // the columns that are wanted, by plan_read
    struct chunk decode; // those of them that are decoded
    struct chunk own;    // one for each column of the source's own, NULL where it is not wanted
    struct column *message[MESSAGE_COLUMNS];
    uint64_t delivered, plain; // rows pushed; of them, rows that no decoder made
    uint64_t left_out;
    struct reader_counters lost; // of batches that were given up
};

static void make_columns(struct reader *r, const struct source_table *table, const int32_t *output, uint32_t outputs,
                         struct arena *arena, int32_t *decode_output)
{
    r->chunk.column = ARENA_ARRAY(arena, struct column *, outputs);
    r->chunk.columns = outputs;
    r->decode.column = ARENA_ARRAY(arena, struct column *, outputs);
    r->own.columns = table->own ? table->own->field_count : 0;
    r->own.column = ARENA_ARRAY(arena, struct column *, r->own.columns);
    for (uint32_t i = 0; i < table->count; i++) {
        if (output[i] < 0)
            continue;
        const struct table_column *t = &table->column[i];
        struct column *c = column_new(t->field.type, CHUNK_ROWS, arena);
        r->chunk.column[output[i]] = c;
        if (t->decoded) {
            decode_output[t->index] = (int32_t)r->decode.columns;
            r->decode.column[r->decode.columns++] = c;
            continue;
        }
        r->own.column[t->index] = c;
        for (unsigned m = 0; m < MESSAGE_COLUMNS; m++)
            if (slice_equal_fold(t->field.name, message_names[m]))
                r->message[m] = c;
    }
    r->chunk.arena = r->decode.arena = r->own.arena = &r->arena;
}

static enum status open_decoder(struct reader *r, const struct reader_setup *setup, const int32_t *decode_output,
                                struct error *e)
{
    r->decoding = setup->source->decoder;
    if (!r->decoding)
        return STATUS_OK;
    const struct type *schema = setup->source->schema;
    struct decode_spec spec = {
        .fields = schema->fields,
        .field_count = schema->field_count,
        .output = decode_output,
        .outputs = r->decode.columns,
        .filter = setup->read->filter,
        .filters = setup->read->filters,
        .options = &setup->source->options,
        .session = setup->session,
    };
    return r->decoding->open(&spec, r->memory, &r->decoder, e);
}

enum status reader_open(const struct reader_setup *setup, struct arena *arena, struct reader **out, struct error *e)
{
    struct reader *r = ARENA_NEW(arena, struct reader);
    *r = (struct reader){.memory = setup->memory, .entry = setup->entry, .entry_input = setup->entry_input};
    arena_init(&r->arena, r->memory, CHUNK_ARENA_BLOCK);
    struct source_table table = source_table_make(setup->source, arena);
    const struct type *schema = setup->source->schema;
    uint32_t fields = schema ? schema->field_count : 0;
    int32_t *decode_output = ARENA_ARRAY(arena, int32_t, fields);
    for (uint32_t i = 0; i < fields; i++)
        decode_output[i] = -1;
    make_columns(r, &table, setup->read->output, setup->read->outputs, arena, decode_output);
    enum status s = open_decoder(r, setup, decode_output, e);
    if (s != STATUS_OK) {
        reader_close(r);
        return s;
    }
    *out = r;
    return STATUS_OK;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    if (r->decoding)
        r->decoding->close(r->decoder);
    r->decoder = NULL;
    arena_free(&r->arena);
}

struct chunk *reader_own(struct reader *r)
{
    return &r->own;
}

// An empty chunk. Nested columns keep their elements in the chunk's arena, so they are made anew.
static void begin_chunk(struct reader *r)
{
    arena_reset(&r->arena);
    r->chunk.rows = r->decode.rows = r->own.rows = (struct rows){NULL, 0};
    for (uint32_t i = 0; i < r->chunk.columns; i++)
        if (type_is_nested(r->chunk.column[i]->type))
            column_init(r->chunk.column[i], r->chunk.column[i]->type, CHUNK_ROWS, &r->arena);
}

void reader_begin(struct reader *r)
{
    begin_chunk(r);
    if (r->decoder && r->decoding->restart)
        r->decoding->restart(r->decoder); // the last batch may have been given up in the middle of a record
}

static enum status push_chunk(struct reader *r, struct error *e)
{
    if (r->chunk.rows.count == 0)
        return STATUS_OK;
    r->delivered += r->chunk.rows.count;
    enum status s = op_push(r->entry, r->entry_input, &r->chunk, e);
    begin_chunk(r);
    return s;
}

enum status reader_bytes(struct reader *r, const struct block *b, struct error *e)
{
    if (b->first && r->decoding->restart)
        r->decoding->restart(r->decoder);
    struct slice bytes = b->bytes;
    while (bytes.size > 0) {
        uint32_t used = 0;
        enum status s = r->decoding->decode(r->decoder, bytes, b->last, &r->decode, &used, e);
        if (s != STATUS_OK) {
            error_prefix(e, "%s", b->origin);
            return s;
        }
        assert(used > 0 || r->decode.rows.count > 0);
        bytes.data += used;
        bytes.size -= used;
        r->chunk.rows = r->decode.rows;
        s = push_chunk(r, e); // the chunk borrows from the block, so none outlives it
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static void put_slice(struct column *c, uint32_t row, struct slice s, bool null)
{
    if (!c)
        return;
    c->null[row] = null;
    c->slice[row] = s;
}

// ARRAY<STRUCT<key: STRING, value: BINARY>>; NULL without headers, as Spark gives them.
static void put_headers(struct column *c, const struct message *m, uint32_t row, struct arena *arena)
{
    if (!c)
        return;
    c->null[row] = m->header_count == 0;
    c->span[row] = (struct span){c->used, m->header_count};
    column_reserve(c, c->used + m->header_count, arena);
    for (uint32_t i = 0; i < m->header_count; i++, c->used++) {
        struct slice name = m->header[2 * i], value = m->header[2 * i + 1];
        c->child->null[c->used] = 0;
        put_slice(&c->child->child[0], c->used, name, name.data == NULL);
        put_slice(&c->child->child[1], c->used, value, value.data == NULL);
    }
}

// The source's own columns of a message, for `count` rows from `row` on.
static void put_message(struct reader *r, const struct message *m, uint32_t row, uint32_t count)
{
    struct column *const *c = r->message;
    for (uint32_t end = row + count; row < end; row++) {
        put_slice(c[MESSAGE_VALUE], row, m->value, m->value.data == NULL);
        put_slice(c[MESSAGE_KEY], row, m->key, m->key.data == NULL);
        put_slice(c[MESSAGE_TOPIC], row, m->topic, m->topic.data == NULL);
        if (c[MESSAGE_PARTITION]) {
            c[MESSAGE_PARTITION]->null[row] = 0;
            c[MESSAGE_PARTITION]->i32[row] = m->partition;
        }
        if (c[MESSAGE_OFFSET]) {
            c[MESSAGE_OFFSET]->null[row] = 0;
            c[MESSAGE_OFFSET]->i64[row] = m->offset;
        }
        if (c[MESSAGE_TIMESTAMP]) {
            c[MESSAGE_TIMESTAMP]->null[row] = m->no_timestamp;
            c[MESSAGE_TIMESTAMP]->i64[row] = m->timestamp;
        }
        if (c[MESSAGE_TIMESTAMP_TYPE]) // no bridge gives it
            c[MESSAGE_TIMESTAMP_TYPE]->null[row] = 1;
        put_headers(c[MESSAGE_HEADERS], m, row, &r->arena);
        if (c[MESSAGE_QOS]) {
            c[MESSAGE_QOS]->null[row] = 0;
            c[MESSAGE_QOS]->i32[row] = m->qos;
        }
        if (c[MESSAGE_RETAIN]) {
            c[MESSAGE_RETAIN]->null[row] = 0;
            c[MESSAGE_RETAIN]->boolean[row] = m->retain;
        }
    }
}

// One message's rows, behind those that are there. What finds no room goes on with the next chunk.
static enum status take_message(struct reader *r, const struct message *m, struct error *e)
{
    for (;;) {
        uint32_t row = r->decode.rows.count;
        enum status s = row == CHUNK_ROWS ? STATUS_AGAIN : STATUS_OK;
        if (s == STATUS_OK && r->decoder) {
            s = r->decoding->decode_one(r->decoder, m->value, &r->decode, e);
        } else if (s == STATUS_OK) {
            r->decode.rows.count++;
            r->plain++;
        }
        if (s != STATUS_OK && s != STATUS_AGAIN)
            return s;
        assert(s == STATUS_OK || r->decode.rows.count > 0);
        put_message(r, m, row, r->decode.rows.count - row);
        r->chunk.rows = r->decode.rows;
        if (s == STATUS_OK)
            return STATUS_OK;
        s = push_chunk(r, e);
        if (s != STATUS_OK)
            return s;
    }
}

enum status reader_messages(struct reader *r, const struct block *b, struct error *e)
{
    for (uint32_t i = 0; i < b->message_count; i++) {
        enum status s = take_message(r, &b->messages[i], e);
        if (s != STATUS_OK)
            return s;
    }
    return push_chunk(r, e);
}

enum status reader_rows(struct reader *r, const struct reader *from, struct rows rows, struct error *e)
{
    struct chunk chunk = from->chunk;
    chunk.rows = rows;
    r->plain += rows.count;
    r->delivered += rows.count;
    return op_push(r->entry, r->entry_input, &chunk, e);
}

void reader_left_out(struct reader *r, uint64_t records)
{
    r->left_out = records;
}

bool reader_wants_timestamp(const struct reader *r)
{
    return r->message[MESSAGE_TIMESTAMP] != NULL;
}

const struct op *reader_entry(const struct reader *r)
{
    return r->entry;
}

// Everything, given-up batches too.
static struct reader_counters count_all(const struct reader *r)
{
    struct reader_counters c = {.read = r->plain, .delivered = r->delivered};
    c.left_out = c.rejected = r->left_out;
    c.read += c.left_out;
    if (r->decoder) {
        const struct decode_counters *d = r->decoding->counters(r->decoder);
        c.read += d->records;
        c.rejected += d->rejected;
        c.dropped = d->dropped;
    }
    return c;
}

static struct reader_counters subtract(struct reader_counters a, const struct reader_counters *b)
{
    a.read -= b->read;
    a.delivered -= b->delivered;
    a.left_out -= b->left_out;
    a.dropped -= b->dropped;
    a.rejected -= b->rejected;
    return a;
}

struct reader_counters reader_counters(const struct reader *r)
{
    return subtract(count_all(r), &r->lost);
}

void reader_take_back(struct reader *r, const struct reader_counters *to)
{
    r->lost = subtract(count_all(r), to);
}
