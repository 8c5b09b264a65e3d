#include "agent/engine/intake.h"

#include "agent/plan/table.h"

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

struct intake {
    const struct source_class *class;
    struct memory *memory;
    struct source *source;
    const struct decoder_class *decoding; // NULL: the source's own columns only
    struct decoder *decoder;
    struct op *entry;
    unsigned entry_input;
    struct arena arena;  // the chunk's
    struct chunk chunk;  // the columns that the query wants, by plan_source_output
    struct chunk decode; // those of them that are decoded
    struct chunk own;    // one for each column of the source's own, NULL where it is not wanted
    struct column *message[MESSAGE_COLUMNS];
    uint64_t delivered, plain;   // rows pushed; of them, rows that no decoder made
    struct intake_counters lost; // of batches that were given up
};

static void make_columns(struct intake *in, const struct source_table *table, const int32_t *output, uint32_t outputs,
                         struct arena *arena, int32_t *decode_output)
{
    in->chunk.column = ARENA_ARRAY(arena, struct column *, outputs);
    in->chunk.columns = outputs;
    in->decode.column = ARENA_ARRAY(arena, struct column *, outputs);
    in->own.columns = table->own ? table->own->field_count : 0;
    in->own.column = ARENA_ARRAY(arena, struct column *, in->own.columns);
    for (uint32_t i = 0; i < table->count; i++) {
        if (output[i] < 0)
            continue;
        const struct table_column *t = &table->column[i];
        struct column *c = column_new(t->field.type, CHUNK_ROWS, arena);
        in->chunk.column[output[i]] = c;
        if (t->decoded) {
            decode_output[t->index] = (int32_t)in->decode.columns;
            in->decode.column[in->decode.columns++] = c;
            continue;
        }
        in->own.column[t->index] = c;
        for (unsigned m = 0; m < MESSAGE_COLUMNS; m++)
            if (slice_equal_fold(t->field.name, message_names[m]))
                in->message[m] = c;
    }
    in->chunk.arena = in->decode.arena = in->own.arena = &in->arena;
}

static enum status open_decoder(struct intake *in, const struct intake_setup *setup, const int32_t *decode_output,
                                struct error *e)
{
    in->decoding = setup->source->decoder;
    if (!in->decoding)
        return STATUS_OK;
    const struct type *schema = setup->source->schema;
    struct decode_spec spec = {
        .fields = schema->fields,
        .field_count = schema->field_count,
        .output = decode_output,
        .outputs = in->decode.columns,
        .options = &setup->source->options,
        .session = setup->session,
    };
    return in->decoding->open(&spec, in->memory, &in->decoder, e);
}

enum status intake_open(const struct intake_setup *setup, struct arena *arena, struct intake **out, struct error *e)
{
    struct intake *in = ARENA_NEW(arena, struct intake);
    *in = (struct intake){
        .class = setup->source->class,
        .memory = setup->setup->memory,
        .entry = setup->entry,
        .entry_input = setup->entry_input,
    };
    arena_init(&in->arena, in->memory, CHUNK_ARENA_BLOCK);
    struct source_table table = source_table_make(setup->source, arena);
    const struct type *schema = setup->source->schema;
    uint32_t fields = schema ? schema->field_count : 0;
    int32_t *decode_output = ARENA_ARRAY(arena, int32_t, fields);
    for (uint32_t i = 0; i < fields; i++)
        decode_output[i] = -1;
    make_columns(in, &table, setup->output, setup->outputs, arena, decode_output);
    enum status s = open_decoder(in, setup, decode_output, e);
    if (s == STATUS_OK)
        s = in->class->open(setup->setup, &in->source, e);
    if (s != STATUS_OK) {
        intake_close(in);
        return s;
    }
    *out = in;
    return STATUS_OK;
}

void intake_close(struct intake *in)
{
    if (!in)
        return;
    in->class->close(in->source);
    in->source = NULL;
    if (in->decoding)
        in->decoding->close(in->decoder);
    in->decoder = NULL;
    arena_free(&in->arena);
}

const struct source_class *intake_class(const struct intake *in)
{
    return in->class;
}

struct source *intake_source(struct intake *in)
{
    return in->source;
}

// An empty chunk. Nested columns keep their elements in the chunk's arena, so they are made anew.
static void begin_chunk(struct intake *in)
{
    arena_reset(&in->arena);
    in->chunk.rows = in->decode.rows = in->own.rows = (struct rows){NULL, 0};
    for (uint32_t i = 0; i < in->chunk.columns; i++)
        if (type_is_nested(in->chunk.column[i]->type))
            column_init(in->chunk.column[i], in->chunk.column[i]->type, CHUNK_ROWS, &in->arena);
}

static enum status push_chunk(struct intake *in, struct error *e)
{
    if (in->chunk.rows.count == 0)
        return STATUS_OK;
    in->delivered += in->chunk.rows.count;
    enum status s = op_push(in->entry, in->entry_input, &in->chunk, e);
    begin_chunk(in);
    return s;
}

static enum status take_bytes(struct intake *in, const struct block *b, struct error *e)
{
    if (b->first && in->decoding->restart)
        in->decoding->restart(in->decoder);
    struct slice bytes = b->bytes;
    while (bytes.size > 0) {
        uint32_t used = 0;
        enum status s = in->decoding->decode(in->decoder, bytes, b->last, &in->decode, &used, e);
        if (s != STATUS_OK) {
            error_prefix(e, "%s", b->origin);
            return s;
        }
        assert(used > 0 || in->decode.rows.count > 0);
        bytes.data += used;
        bytes.size -= used;
        in->chunk.rows = in->decode.rows;
        s = push_chunk(in, e); // the chunk borrows from the block, so none outlives it
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
static void put_message(struct intake *in, const struct message *m, uint32_t row, uint32_t count)
{
    struct column *const *c = in->message;
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
        put_headers(c[MESSAGE_HEADERS], m, row, &in->arena);
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
static enum status take_message(struct intake *in, const struct message *m, struct error *e)
{
    for (;;) {
        uint32_t row = in->decode.rows.count;
        enum status s = row == CHUNK_ROWS ? STATUS_AGAIN : STATUS_OK;
        if (s == STATUS_OK && in->decoder) {
            s = in->decoding->decode_one(in->decoder, m->value, &in->decode, e);
        } else if (s == STATUS_OK) {
            in->decode.rows.count++;
            in->plain++;
        }
        if (s != STATUS_OK && s != STATUS_AGAIN)
            return s;
        assert(s == STATUS_OK || in->decode.rows.count > 0);
        put_message(in, m, row, in->decode.rows.count - row);
        in->chunk.rows = in->decode.rows;
        if (s == STATUS_OK)
            return STATUS_OK;
        s = push_chunk(in, e);
        if (s != STATUS_OK)
            return s;
    }
}

static enum status take_messages(struct intake *in, const struct block *b, struct error *e)
{
    for (uint32_t i = 0; i < b->message_count; i++) {
        enum status s = take_message(in, &b->messages[i], e);
        if (s != STATUS_OK)
            return s;
    }
    return push_chunk(in, e);
}

static enum status take_rows(struct intake *in, struct error *e)
{
    in->chunk.rows = in->own.rows;
    in->plain += in->chunk.rows.count;
    return push_chunk(in, e);
}

enum status intake_run(struct intake *in, struct error *e)
{
    begin_chunk(in);
    if (in->decoder && in->decoding->restart)
        in->decoding->restart(in->decoder); // the last batch may have been given up in the middle of a record
    for (;;) {
        struct block b = {0};
        enum status s = in->class->read(in->source, &in->own, &b, e);
        if (s == STATUS_END)
            return STATUS_OK;
        if (s != STATUS_OK)
            return s;
        switch (b.kind) {
        case BLOCK_BYTES:
            s = take_bytes(in, &b, e);
            break;
        case BLOCK_MESSAGES:
            s = take_messages(in, &b, e);
            break;
        case BLOCK_ROWS:
            s = take_rows(in, e);
            break;
        }
        if (s != STATUS_OK)
            return s;
    }
}

// Everything, given-up batches too.
static struct intake_counters count_all(const struct intake *in)
{
    struct intake_counters c = {.read = in->plain, .delivered = in->delivered};
    c.left_out = c.rejected = in->class->counters(in->source)->oversized;
    c.read += c.left_out;
    if (in->decoder) {
        const struct decode_counters *d = in->decoding->counters(in->decoder);
        c.read += d->records;
        c.rejected += d->rejected;
        c.dropped = d->dropped;
    }
    return c;
}

static struct intake_counters subtract(struct intake_counters a, const struct intake_counters *b)
{
    a.read -= b->read;
    a.delivered -= b->delivered;
    a.left_out -= b->left_out;
    a.dropped -= b->dropped;
    a.rejected -= b->rejected;
    return a;
}

struct intake_counters intake_counters(const struct intake *in)
{
    return subtract(count_all(in), &in->lost);
}

void intake_take_back(struct intake *in, const struct intake_counters *to)
{
    in->lost = subtract(count_all(in), to);
}
