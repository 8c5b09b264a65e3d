#include "sinks/sink_kafka.h"

#include "hal/port/http_options.h"
#include "ops/encoder.h"
#include "sinks/kafka_body.h"
#include "sinks/kafka_sender.h"

#include <float.h>
#include <stdio.h>

enum { ARENA_BLOCK = 1024, HEADERS_MAX = 64, IDENTITY_PREFIX = sizeof("\"_runnel\":") - 1 };

// The columns of Spark's Kafka sink (KafkaWriter); -1: there is none. Used where there is a value only.
struct columns {
    int32_t value, key, topic, headers;
};

struct sink {
    struct memory *memory;
    const struct session *session;
    const struct record_log *records;
    struct arena arena; // of the settings
    struct kafka_settings settings;
    struct kafka_sender *sender;
    struct columns columns;
    struct slice *names;
    struct slice topic; // empty: the column's
    bool metadata, binary;
    struct identity who;
    struct text tag, row, value, key, last_topic; // last_topic: of the last row, for gap records
    struct sink_counters counters, before;        // before: the batch at hand
};

// ---------------------------------------------------------------- options

static int32_t find_field(const struct field *fields, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (slice_equal_fold(fields[i].name, slice_of(name)))
            return (int32_t)i;
    return -1;
}

static bool is_bytes(const struct type *t)
{
    return t->id == TYPE_STRING || t->id == TYPE_BINARY;
}

static bool is_headers(const struct type *t)
{
    return t->id == TYPE_ARRAY && t->element->id == TYPE_STRUCT && t->element->field_count == 2 &&
           t->element->fields[0].type->id == TYPE_STRING && is_bytes(t->element->fields[1].type);
}

static struct columns find_columns(const struct field *fields, uint32_t count)
{
    struct columns c = {-1, -1, -1, -1};
    c.value = find_field(fields, count, "value");
    if (c.value < 0)
        return c;
    c.key = find_field(fields, count, "key");
    c.topic = find_field(fields, count, "topic");
    c.headers = find_field(fields, count, "headers");
    return c;
}

static const struct kafka_dialect *dialect_of(const struct options *o)
{
    return kafka_dialect_find(option_text(o, "dialect"));
}

// KafkaWriter.validateQuery
static enum status check_columns(const struct options *o, const struct field *fields, uint32_t count, struct error *e)
{
    struct columns c = find_columns(fields, count);
    struct slice topic = option_text(o, "topic");
    if (c.value >= 0 && !is_bytes(fields[c.value].type))
        return error_set(e, STATUS_CONFIG, "column value must be STRING or BINARY; CAST it");
    if (c.key >= 0 && !is_bytes(fields[c.key].type))
        return error_set(e, STATUS_CONFIG, "column key must be STRING or BINARY; CAST it");
    if (c.topic >= 0 && fields[c.topic].type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG, "column topic must be STRING; CAST it");
    if (c.headers >= 0 && !is_headers(fields[c.headers].type))
        return error_set(e, STATUS_CONFIG, "column headers must be ARRAY<STRUCT<key: STRING, value: BINARY>>");
    const struct kafka_dialect *d = dialect_of(o);
    if (c.headers >= 0 && d != NULL && !d->headers)
        return error_set(e, STATUS_CONFIG, "column headers cannot be sent: records of the %s dialect have none",
                         d->name);
    if (topic.size == 0 && c.topic < 0)
        return error_set(e, STATUS_CONFIG, "it needs a \"topic\", or columns value and topic");
    if (topic.size > 0 && !kafka_topic_valid(topic))
        return error_set(e, STATUS_CONFIG, "topic \"%.*s\" is no name that Kafka takes: up to 249 of a-z A-Z 0-9 . _ -",
                         (int)topic.size, topic.data);
    return STATUS_OK;
}

static enum status read_options(const struct options *o, const struct field *fields, uint32_t count,
                                struct arena *arena, struct kafka_settings *out, struct error *e)
{
    enum status status = http_options_read(o, arena, &out->http, &out->base, e);
    if (status != STATUS_OK)
        return status;
    out->dialect = dialect_of(o);
    out->max_records = (uint32_t)option_integer(o, "maxRecords", 500);
    out->gzip = slice_equal_fold(option_text(o, "compression"), SLICE("gzip"));
    return check_columns(o, fields, count, e);
}

static enum status kafka_check(const struct options *options, const struct field *fields, uint32_t field_count,
                               struct memory *memory, struct error *e)
{
    struct arena arena;
    struct kafka_settings settings;
    if (!RUNNEL_KAFKA)
        return error_set(e, STATUS_CONFIG, "this build has no Kafka (RUNNEL_KAFKA)");
    arena_init(&arena, memory, ARENA_BLOCK);
    enum status status = read_options(options, fields, field_count, &arena, &settings, e);
    arena_free(&arena);
    return status;
}

static bool wants_metadata(const struct options *o)
{
    const struct option_value *metadata = option_get(o, "metadata");
    return metadata == NULL || metadata->integer != 0;
}

static bool is_binary(const struct options *o)
{
    return slice_equal_fold(option_text(o, "valueFormat"), SLICE("binary"));
}

// Beyond what a DOUBLE holds exactly.
static bool has_long_decimal(const struct type *t)
{
    if (t->id == TYPE_DECIMAL)
        return t->precision > DBL_DIG && t->scale > 0;
    bool found = (t->element != NULL && has_long_decimal(t->element)) || (t->key != NULL && has_long_decimal(t->key));
    for (uint32_t i = 0; i < t->field_count && !found; i++)
        found = has_long_decimal(t->fields[i].type);
    return found;
}

static void kafka_warn(const struct options *options, const struct field *fields, uint32_t field_count,
                       struct text *out)
{
    struct columns c = find_columns(fields, field_count);
    const struct kafka_dialect *d = dialect_of(options);
    if (c.value >= 0 && !wants_metadata(options))
        text_string(out, "\"metadata\" is false: a receiver cannot tell repeats\n");
    else if (c.value >= 0 && d == NULL)
        text_string(out, "value is sent as it is: a receiver can tell repeats only by the records' headers, which the "
                         "strimzi dialect has, and confluent and karapace have not\n");
    else if (c.value >= 0 && !d->headers)
        text_printf(out,
                    "value is sent as it is, and records of the %s dialect have no headers: a receiver cannot tell "
                    "repeats\n",
                    d->name);
    if (c.headers >= 0 && d == NULL)
        text_string(out, "column headers is sent only if the bridge turns out to speak the strimzi dialect\n");
    bool bytes = (c.value >= 0 && fields[c.value].type->id == TYPE_BINARY) ||
                 (c.key >= 0 && fields[c.key].type->id == TYPE_BINARY);
    if (bytes && !is_binary(options))
        text_string(out, "value or key is BINARY and goes out as a JSON string: what is not UTF-8 is lost; say "
                         "\"valueFormat\": \"binary\"\n");
    for (uint32_t i = 0; i < field_count && c.value < 0 && !is_binary(options); i++)
        if (has_long_decimal(fields[i].type))
            text_printf(out,
                        "column %.*s is a DECIMAL of more than %d digits, and bridges read JSON numbers as DOUBLE: say "
                        "\"valueFormat\": \"binary\", or CAST it AS STRING\n",
                        (int)fields[i].name.size, fields[i].name.data, DBL_DIG);
}

// ---------------------------------------------------------------- start and end

static void kafka_close(struct sink *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    kafka_sender_close(s->sender);
    struct text *texts[] = {&s->tag, &s->row, &s->value, &s->key, &s->last_topic};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        text_free(texts[i]);
    arena_free(&s->arena);
    mem_free(memory, s, sizeof(*s));
}

static void say_warnings(const struct sink_setup *setup)
{
    struct text words;
    text_init(&words, setup->memory);
    kafka_warn(setup->options, setup->fields, setup->field_count, &words);
    for (size_t at = 0, end; at < words.size; at = end + 1) {
        end = at;
        while (words.data[end] != '\n')
            end++;
        log_say(setup->log, LOG_LEVEL_WARNING, "sink %s: %.*s", setup->name, (int)(end - at), words.data + at);
    }
    text_free(&words);
}

static void keep_setup(struct sink *s, const struct sink_setup *setup)
{
    struct slice topic = option_text(setup->options, "topic");
    s->columns = find_columns(setup->fields, setup->field_count);
    s->names = ARENA_ARRAY(&s->arena, struct slice, setup->field_count + 1);
    for (uint32_t i = 0; i < setup->field_count; i++)
        s->names[i] = setup->fields[i].name;
    s->topic = (struct slice){arena_copy(&s->arena, topic.data, topic.size), topic.size};
    s->metadata = wants_metadata(setup->options);
    s->binary = is_binary(setup->options);
}

static enum status kafka_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    struct sink *s = mem_zalloc(setup->memory, sizeof(*s));
    s->memory = setup->memory;
    s->session = setup->session;
    s->records = setup->records;
    arena_init(&s->arena, setup->memory, ARENA_BLOCK);
    struct text *texts[] = {&s->tag, &s->row, &s->value, &s->key, &s->last_topic};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        text_init(texts[i], setup->memory);
    keep_setup(s, setup);
    enum status status = read_options(setup->options, setup->fields, setup->field_count, &s->arena, &s->settings, e);
    if (status == STATUS_OK)
        status = kafka_sender_open(&s->settings, setup->port, setup->log, setup->memory, &s->sender, e);
    if (status != STATUS_OK) {
        error_prefix(e, "sink %s", setup->name);
        kafka_close(s);
        return status;
    }
    say_warnings(setup);
    *out = s;
    return STATUS_OK;
}

// ---------------------------------------------------------------- render

static enum status kafka_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)batch, (void)e;
    s->who = *who;
    s->before = s->counters;
    return STATUS_OK;
}

static bool is_there(const struct chunk *chunk, int32_t column, uint32_t row)
{
    return column >= 0 && !is_null(chunk->column[column], row);
}

static struct slice cell(const struct chunk *chunk, int32_t column, uint32_t row)
{
    const struct column *c = chunk->column[column];
    return c->slice[at(c, row)];
}

// `_runnel` first: the identity of a verbatim value; then the row's own.
static uint32_t put_headers(const struct sink *s, const struct chunk *chunk, uint32_t row, struct slice *out)
{
    uint32_t count = 0;
    if (s->metadata) {
        out[count++] = SLICE("_runnel");
        out[count++] = (struct slice){s->tag.data + IDENTITY_PREFIX, (uint32_t)s->tag.size - IDENTITY_PREFIX};
    }
    if (!is_there(chunk, s->columns.headers, row))
        return count / 2;
    const struct column *list = chunk->column[s->columns.headers];
    const struct span *span = &list->span[at(list, row)];
    const struct column *name = list->child->child, *value = list->child->child + 1;
    for (uint32_t i = span->offset; i < span->offset + span->size && count < 2 * HEADERS_MAX; i++) {
        if (is_null(list->child, i) || is_null(name, i))
            continue;
        out[count++] = name->slice[at(name, i)];
        out[count++] = is_null(value, i) ? (struct slice){"", 0} : value->slice[at(value, i)];
    }
    return count / 2;
}

static void put_value(struct sink *s, const struct chunk *chunk, uint32_t row, struct sink_record *record)
{
    text_clear(&s->value);
    if (s->columns.value < 0) {
        text_clear(&s->row);
        json_append_row(&s->row, s->names, chunk, row, text_view(&s->tag), s->session);
        kafka_piece_json(&s->value, text_view(&s->row), s->binary);
    } else if (is_there(chunk, s->columns.value, row)) {
        kafka_piece_bytes(&s->value, cell(chunk, s->columns.value, row), s->binary);
    } else {
        text_slice(&s->value, KAFKA_PIECE_NULL);
    }
    record->value = text_view(&s->value);
}

// As in Spark, the option wins over the column.
static void put_topic(struct sink *s, const struct chunk *chunk, uint32_t row, struct sink_record *record)
{
    if (s->topic.size > 0) {
        record->topic = s->topic;
        return;
    }
    bool there = is_there(chunk, s->columns.topic, row);
    record->topic = there ? cell(chunk, s->columns.topic, row) : (struct slice){"", 0};
    if (!kafka_topic_valid(record->topic))
        return;
    text_clear(&s->last_topic);
    text_slice(&s->last_topic, record->topic);
}

static enum status render_row(struct sink *s, const struct chunk *chunk, uint32_t i, struct error *e)
{
    struct slice headers[2 * HEADERS_MAX + 2];
    uint64_t row = s->counters.rows - s->before.rows;
    struct sink_record record = {.seq = s->who.first_seq + row, .header = headers};
    text_clear(&s->tag);
    if (s->metadata)
        identity_append(&s->tag, &s->who, row, true);
    put_topic(s, chunk, i, &record);
    put_value(s, chunk, i, &record);
    if (s->columns.value >= 0)
        record.header_count = put_headers(s, chunk, i, headers);
    if (is_there(chunk, s->columns.key, i)) {
        text_clear(&s->key);
        kafka_piece_bytes(&s->key, cell(chunk, s->columns.key, i), s->binary);
        record.key = text_view(&s->key);
        record.has_key = true;
    }
    s->counters.rows++;
    s->counters.bytes += record.value.size;
    return s->records->append(s->records->self, &record, e);
}

static enum status kafka_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    FOR_EACH_ROW (i, &chunk->rows) {
        enum status status = render_row(s, chunk, i, e);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status kafka_render_gap(struct sink *s, uint64_t from, struct slice gap, struct error *e)
{
    text_clear(&s->value);
    kafka_piece_json(&s->value, gap, s->binary);
    struct sink_record record = {.seq = from,
                                 .gap = true,
                                 .topic = s->topic.size > 0 ? s->topic : text_view(&s->last_topic),
                                 .value = text_view(&s->value)};
    return s->records->append(s->records->self, &record, e);
}

static enum status kafka_prepare(struct sink *s, struct error *e)
{
    (void)s, (void)e;
    return STATUS_OK;
}

static enum status kafka_finish(struct sink *s, struct error *e)
{
    (void)e;
    s->counters.batches++;
    return STATUS_OK;
}

static void kafka_abandon(struct sink *s)
{
    s->counters = s->before;
}

static const struct sink_counters *kafka_counters(const struct sink *s)
{
    return &s->counters;
}

// ---------------------------------------------------------------- after the commit

static uint32_t kafka_room(struct sink *s, const char **reason)
{
    return kafka_sender_room(s->sender, reason);
}

static enum status kafka_send(struct sink *s, const struct sink_record *records, uint32_t count, struct error *e)
{
    return kafka_sender_send(s->sender, records, count, e);
}

static bool kafka_poll(struct sink *s, struct sink_delivery_report *report)
{
    return kafka_sender_poll(s->sender, report);
}

static void kafka_reset(struct sink *s)
{
    kafka_sender_reset(s->sender);
}

static enum sink_delivery kafka_delivery(const struct options *options)
{
    (void)options;
    return SINK_LOGGED;
}

static const char *const compressions[] = {"none", "gzip", NULL};
static const char *const value_formats[] = {"json", "binary", NULL};

static const struct option_spec kafka_options[] = {
    HTTP_OPTIONS,
    {.name = "topic", .kind = OPTION_STRING, .summary = "Where to; wins over a topic column, as in Spark"},
    {.name = "dialect",
     .kind = OPTION_CHOICE,
     .choices = kafka_dialect_names,
     .summary = "Whose bridge it is: confluent, strimzi, karapace; found out if absent"},
    {.name = "maxRecords",
     .kind = OPTION_INTEGER,
     .fallback = "500",
     .least = 1,
     .most = 10000,
     .summary = "A request has at most so many; how many fits the answers' time"},
    {.name = "compression",
     .kind = OPTION_CHOICE,
     .choices = compressions,
     .fallback = "none",
     .summary = "gzip: of requests, where the bridge takes it"},
    {.name = "valueFormat",
     .kind = OPTION_CHOICE,
     .choices = value_formats,
     .fallback = "json",
     .summary = "json: value and key are JSON; binary: their bytes"},
    {.name = "maxTries",
     .kind = OPTION_INTEGER,
     .fallback = "10",
     .least = 1,
     .most = 1000000,
     .summary = "Refusals of a record, while others are taken, before it goes to the dead letters"},
    {.name = "metadata",
     .kind = OPTION_BOOLEAN,
     .summary = "Each record says who it is: \"_runnel\" in its JSON, or a header beside a verbatim value (default "
                "true)"},
    {.name = NULL},
};

const struct sink_class sink_kafka = {
    .format = "kafka",
    .options = kafka_options,
    .delivery = kafka_delivery,
    .check = kafka_check,
    .warn = kafka_warn,
    .open = kafka_open,
    .close = kafka_close,
    .begin = kafka_begin,
    .render = kafka_render,
    .prepare = kafka_prepare,
    .finish = kafka_finish,
    .abandon = kafka_abandon,
    .counters = kafka_counters,
    .room = kafka_room,
    .send = kafka_send,
    .poll = kafka_poll,
    .reset = kafka_reset,
    .render_gap = kafka_render_gap,
};
