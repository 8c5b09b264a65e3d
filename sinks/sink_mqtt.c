#include "sinks/sink_mqtt.h"

#include "hal/port/mqtt_item.h"
#include "hal/port/mqtt_options.h"
#include "ops/encoder.h"
#include "sinks/topic_template.h"

#include <assert.h>
#include <stdio.h>

enum {
    ARENA_BLOCK = 1024,
    QUEUE_BYTES = 1 << 20, // of records under way; one larger goes alone
    QUEUE_AHEAD = 128,     // 4 times as many records are handed over as may be under way, up to 4 times this
    IDENTITY_NAME = 7,     // "_runnel"
};

#define NO_REPEATS "value is sent as it is and MQTT 3.1.1 has no user properties: a receiver cannot tell repeats"

// What is known of a record that was sent.
struct flight {
    bool known;
    enum sink_outcome outcome;
    char reason[SINK_REASON_MAX];
};

struct sink {
    struct port *port;
    struct memory *memory;
    const struct session *session;
    const struct record_log *records;
    struct arena arena; // of the settings
    const struct mqtt_class *class;
    struct mqtt_client *client;
    struct mqtt_settings settings;
    struct slice *names;
    uint32_t name_count;
    int32_t value, key, topic, headers; // verbatim columns, or -1
    bool has_template, metadata;
    struct topic_template template;
    const char *gap_topic;
    int qos;
    bool retain;
    struct identity who;
    struct text tag, topic_text, payload, scratch;
    struct sink_counters counters, before; // before: the batch at hand
    // Records handed to send: tickets oldest..next - 1 are not reported yet. under_way counts what the client has not
    // answered, what a reset has forgotten included.
    struct flight *flight; // queue_messages of them, by ticket
    uint64_t oldest, next;
    uint32_t under_way;
    char reason[MQTT_REASON_MAX];
};

// ---------------------------------------------------------------- options

static int32_t find_field(const struct sink_setup *setup, const char *name)
{
    for (uint32_t i = 0; i < setup->field_count; i++)
        if (slice_equal_fold(setup->fields[i].name, slice_of(name)))
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
           t->element->fields[0].type->id == TYPE_STRING && t->element->fields[1].type->id == TYPE_BINARY;
}

// The columns of Spark's Kafka sink (KafkaWriter.validateQuery).
static enum status find_verbatim(struct sink *s, const struct sink_setup *setup, struct error *e)
{
    s->value = find_field(setup, "value");
    s->key = s->topic = s->headers = -1;
    if (s->value < 0)
        return STATUS_OK;
    s->key = find_field(setup, "key");
    s->topic = find_field(setup, "topic");
    s->headers = find_field(setup, "headers");
    const int32_t bytes[] = {s->value, s->key};
    for (int i = 0; i < 2; i++)
        if (bytes[i] >= 0 && !is_bytes(setup->fields[bytes[i]].type))
            return error_set(e, STATUS_CONFIG, "column %s must be STRING or BINARY; CAST it", i == 0 ? "value" : "key");
    if (s->topic >= 0 && setup->fields[s->topic].type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG, "column topic must be STRING; CAST it");
    if (s->headers >= 0 && !is_headers(setup->fields[s->headers].type))
        return error_set(e, STATUS_CONFIG, "column headers must be ARRAY<STRUCT<key: STRING, value: BINARY>>");
    if (s->settings.version != MQTT_5 && (s->key >= 0 || s->headers >= 0))
        return error_set(e, STATUS_CONFIG,
                         "column %s goes out as user properties, which MQTT 3.1.1 has not; leave it "
                         "out, or say \"version\": \"5\"",
                         s->key >= 0 ? "key" : "headers");
    return STATUS_OK;
}

static enum status read_topic(struct sink *s, const struct sink_setup *setup, struct error *e)
{
    const struct option_value *topic = option_get(setup->options, "topic");
    s->has_template = topic != NULL;
    if (topic == NULL && s->topic < 0)
        return error_set(e, STATUS_CONFIG, "it needs a \"topic\", such as site/{district}/counts");
    const char *gap = setup->device == NULL ? "" : setup->device, *query = setup->query == NULL ? "" : setup->query;
    struct slice given = option_text(setup->options, "gapTopic");
    s->gap_topic = given.size > 0 ? arena_copy(&s->arena, given.data, given.size)
                                  : arena_printf(&s->arena, "runnel/%s/%s/gap", gap, query);
    if (!mqtt_topic_valid(slice_of(s->gap_topic)))
        return error_set(e, STATUS_CONFIG, "gapTopic \"%s\" cannot be sent to: no + or #", s->gap_topic);
    if (topic == NULL)
        return STATUS_OK;
    const char *text = arena_copy(&s->arena, topic->text.data, topic->text.size);
    return topic_template_parse(slice_of(text), setup->fields, setup->field_count, &s->arena, &s->template, e);
}

static enum status read_messages(struct sink *s, const struct options *o, struct error *e)
{
    struct mqtt_settings *m = &s->settings;
    enum status status =
        mqtt_options_message(o, "will", &s->arena, &m->will_topic, &m->will_payload, &m->will_qos, &m->will_retain, e);
    if (status == STATUS_OK)
        status = mqtt_options_message(o, "birth", &s->arena, &m->birth_topic, &m->birth_payload, &m->birth_qos,
                                      &m->birth_retain, e);
    return status;
}

// The client has some at hand behind those under way, so that it need not wait for us after each answer.
static uint16_t queue_of(uint16_t in_flight)
{
    uint32_t queue = 4U * (in_flight < QUEUE_AHEAD ? in_flight : QUEUE_AHEAD);
    return (uint16_t)(queue > in_flight ? queue : in_flight);
}

static enum status read_options(struct sink *s, const struct sink_setup *setup, struct error *e)
{
    const struct options *o = setup->options;
    const char *id = arena_printf(&s->arena, "runnel-%s-%s-%s", setup->device == NULL ? "" : setup->device,
                                  setup->query == NULL ? "" : setup->query, setup->name);
    enum status status = mqtt_options_read(o, setup->port, id, &s->arena, &s->settings, e);
    if (status == STATUS_OK)
        status = read_messages(s, o, e);
    if (status != STATUS_OK)
        return status;
    s->qos = (int)option_integer(o, "qos", 1);
    s->retain = option_boolean(o, "retain");
    s->settings.clean_session = true; // the log remembers, not the broker
    s->settings.in_flight = (uint16_t)option_integer(o, "maxInflight", 20);
    s->settings.queue_messages = queue_of(s->settings.in_flight);
    s->settings.queue_bytes = QUEUE_BYTES;
    status = find_verbatim(s, setup, e);
    if (status == STATUS_OK)
        status = read_topic(s, setup, e);
    const struct option_value *metadata = option_get(o, "metadata");
    s->metadata = metadata == NULL || metadata->integer != 0;
    if (status == STATUS_OK && s->value >= 0 && s->settings.version != MQTT_5)
        log_say(setup->log, LOG_LEVEL_WARNING, "sink %s: " NO_REPEATS, setup->name);
    return status;
}

// ---------------------------------------------------------------- start and end

static void sink_close(struct sink *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    if (s->client != NULL)
        s->class->close(s->client);
    text_free(&s->tag);
    text_free(&s->topic_text);
    text_free(&s->payload);
    text_free(&s->scratch);
    arena_free(&s->arena);
    mem_free(memory, s, sizeof(*s));
}

static enum status sink_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    struct sink *s = mem_zalloc(setup->memory, sizeof(*s));
    s->port = setup->port;
    s->memory = setup->memory;
    s->session = setup->session;
    s->records = setup->records;
    s->class = setup->port->mqtt;
    arena_init(&s->arena, setup->memory, ARENA_BLOCK);
    text_init(&s->tag, setup->memory);
    text_init(&s->topic_text, setup->memory);
    text_init(&s->payload, setup->memory);
    text_init(&s->scratch, setup->memory);
    s->name_count = setup->field_count;
    s->names = ARENA_ARRAY(&s->arena, struct slice, s->name_count + 1);
    for (uint32_t i = 0; i < s->name_count; i++)
        s->names[i] = setup->fields[i].name;
    enum status status = read_options(s, setup, e);
    if (status == STATUS_OK) {
        s->flight = ARENA_ARRAY(&s->arena, struct flight, s->settings.queue_messages);
        status = s->class->open(&s->settings, setup->port, setup->log, setup->memory, &s->client, e);
    } else {
        error_prefix(e, "sink %s", setup->name);
    }
    if (status != STATUS_OK) {
        sink_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

// ---------------------------------------------------------------- render

static enum status sink_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)batch, (void)e;
    s->who = *who;
    s->before = s->counters;
    return STATUS_OK;
}

// The identity is in the payload as `"_runnel":{…}`, and in the user property of that name without it.
static struct slice tag_object(const struct sink *s)
{
    uint32_t name = IDENTITY_NAME + 3;
    return (struct slice){s->tag.data + name, (uint32_t)s->tag.size - name};
}

static struct slice cell(const struct chunk *chunk, int32_t column, uint32_t row)
{
    const struct column *c = chunk->column[column];
    return is_null(c, row) ? (struct slice){"", 0} : c->slice[at(c, row)];
}

static uint32_t put_properties(const struct sink *s, const struct chunk *chunk, uint32_t row, struct slice *out)
{
    uint32_t count = 0;
    if (s->settings.version != MQTT_5)
        return 0;
    if (s->metadata) {
        out[2 * count] = SLICE("_runnel");
        out[2 * count++ + 1] = tag_object(s);
    }
    if (s->key >= 0 && !is_null(chunk->column[s->key], row)) {
        out[2 * count] = SLICE("key");
        out[2 * count++ + 1] = cell(chunk, s->key, row);
    }
    if (s->headers < 0 || is_null(chunk->column[s->headers], row))
        return count;
    const struct column *list = chunk->column[s->headers];
    const struct span *span = &list->span[at(list, row)];
    const struct column *name = list->child->child, *value = list->child->child + 1;
    for (uint32_t i = span->offset; i < span->offset + span->size && count < MQTT_PROPERTIES_MAX; i++) {
        if (is_null(list->child, i) || is_null(name, i))
            continue;
        out[2 * count] = name->slice[at(name, i)];
        out[2 * count++ + 1] = is_null(value, i) ? (struct slice){"", 0} : value->slice[at(value, i)];
    }
    return count;
}

// As in Spark's Kafka sink, the option wins over the column.
static void put_topic(struct sink *s, const struct chunk *chunk, uint32_t row)
{
    text_clear(&s->topic_text);
    if (s->has_template)
        topic_template_print(&s->template, chunk, row, s->session, &s->scratch, &s->topic_text);
    else
        text_slice(&s->topic_text, cell(chunk, s->topic, row));
}

static enum status sink_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    struct slice properties[2 * MQTT_PROPERTIES_MAX];
    FOR_EACH_ROW (i, &chunk->rows) {
        uint64_t row = s->counters.rows - s->before.rows;
        text_clear(&s->tag);
        if (s->metadata)
            identity_append(&s->tag, &s->who, row, true);
        put_topic(s, chunk, i);
        struct sink_record record = {.seq = s->who.first_seq + row, .topic = text_view(&s->topic_text)};
        if (s->value >= 0) {
            record.value = cell(chunk, s->value, i);
        } else {
            text_clear(&s->payload);
            json_append_row(&s->payload, s->names, chunk, i, text_view(&s->tag), s->session);
            record.value = text_view(&s->payload);
        }
        record.header_count = put_properties(s, chunk, i, properties);
        record.header = properties;
        enum status status = s->records->append(s->records->self, &record, e);
        if (status != STATUS_OK)
            return status;
        s->counters.rows++;
        s->counters.bytes += record.value.size;
    }
    return STATUS_OK;
}

static enum status sink_render_gap(struct sink *s, uint64_t from, struct slice gap, struct error *e)
{
    struct sink_record record = {.seq = from, .gap = true, .topic = slice_of(s->gap_topic), .value = gap};
    return s->records->append(s->records->self, &record, e);
}

static enum status sink_prepare(struct sink *s, struct error *e)
{
    (void)s, (void)e;
    return STATUS_OK;
}

static enum status sink_finish(struct sink *s, struct error *e)
{
    (void)e;
    s->counters.batches++;
    return STATUS_OK;
}

static void sink_abandon(struct sink *s)
{
    s->counters = s->before;
}

// ---------------------------------------------------------------- after the commit

static struct flight *flight_of(struct sink *s, uint64_t ticket)
{
    return &s->flight[ticket % s->settings.queue_messages];
}

static void know(struct sink *s, uint64_t ticket, enum sink_outcome outcome, const char *reason)
{
    struct flight *f = flight_of(s, ticket);
    f->known = true;
    f->outcome = outcome;
    if (reason[0] != '\0')
        snprintf(f->reason, sizeof(f->reason), "%s", reason);
}

// What the client has heard since.
static void gather(struct sink *s)
{
    uint64_t token;
    enum status status;
    char reason[MQTT_REASON_MAX];
    while (s->class->settled(s->client, &token, &status, reason)) {
        assert(s->under_way > 0);
        s->under_way--;
        if (token < s->oldest) // of before a reset
            continue;
        enum sink_outcome outcome = status == STATUS_OK       ? SINK_ARRIVED
                                    : status == STATUS_AGAIN  ? SINK_AGAIN
                                    : status == STATUS_CONFIG ? SINK_REFUSED
                                                              : SINK_UNDECIDED;
        know(s, token, outcome, reason);
    }
}

static uint32_t sink_room(struct sink *s, const char **reason)
{
    struct mqtt_state state = s->class->state(s->client);
    gather(s);
    uint32_t open = (uint32_t)(s->next - s->oldest), used = open > s->under_way ? open : s->under_way;
    if (!state.connected)
        snprintf(s->reason, sizeof(s->reason), "%s", state.reason[0] == '\0' ? "connecting" : state.reason);
    else if (used >= s->settings.queue_messages)
        snprintf(s->reason, sizeof(s->reason), "waiting for the broker to answer for %u records", (unsigned)used);
    else
        s->reason[0] = '\0';
    *reason = s->reason;
    return state.connected ? s->settings.queue_messages - used : 0;
}

static bool properties_valid(const struct sink_record *r)
{
    for (uint32_t i = 0; i < 2 * r->header_count; i++)
        if (!mqtt_text_valid(r->header[i]))
            return false;
    return r->header_count <= MQTT_PROPERTIES_MAX;
}

static enum status sink_send(struct sink *s, const struct sink_record *records, uint32_t count, struct error *e)
{
    bool cut = false; // once one could not be handed over none behind it is: the order stays
    for (uint32_t i = 0; i < count; i++) {
        const struct sink_record *r = &records[i];
        uint64_t ticket = s->next++;
        assert(s->next - s->oldest <= s->settings.queue_messages);
        *flight_of(s, ticket) = (struct flight){0};
        struct mqtt_out message = {.topic = r->topic,
                                   .payload = r->value,
                                   .qos = s->qos,
                                   .retain = s->retain && !r->gap,
                                   .property = r->header,
                                   .property_count = r->header_count};
        enum status status = cut                           ? STATUS_AGAIN
                             : !mqtt_topic_valid(r->topic) ? STATUS_CONFIG
                             : !properties_valid(r)        ? STATUS_USAGE
                                                           : s->class->publish(s->client, &message, ticket, e);
        if (status == STATUS_OK)
            s->under_way++;
        else if (status == STATUS_CONFIG)
            know(s, ticket, SINK_REFUSED,
                 "its topic is empty, too long, not UTF-8, or has +, # or a control character in it");
        else if (status == STATUS_USAGE)
            know(s, ticket, SINK_REFUSED,
                 "its key or a header is no user property: not UTF-8, too long, or with a control character");
        else
            know(s, ticket, SINK_AGAIN, "the connection was lost");
        cut |= status == STATUS_AGAIN;
        if (status != STATUS_OK)
            s->port->class->wake(s->port); // there is something to poll
    }
    return STATUS_OK;
}

static bool sink_poll(struct sink *s, struct sink_delivery_report *report)
{
    gather(s);
    if (s->oldest == s->next || !flight_of(s, s->oldest)->known)
        return false;
    const struct flight *f = flight_of(s, s->oldest);
    *report = (struct sink_delivery_report){.ticket = s->oldest++, .outcome = f->outcome};
    memcpy(report->reason, f->reason, sizeof(report->reason));
    return true;
}

static void sink_reset(struct sink *s)
{
    s->oldest = s->next;
}

static const struct sink_counters *sink_get_counters(const struct sink *s)
{
    return &s->counters;
}

static enum sink_delivery sink_get_delivery(const struct options *options)
{
    (void)options;
    return SINK_LOGGED;
}

static const struct option_spec sink_options[] = {
    MQTT_OPTIONS,
    {.name = "topic",
     .kind = OPTION_STRING,
     .summary = "Where to: site/{district}/counts takes the column district of the result; wins over a topic column"},
    {.name = "qos",
     .kind = OPTION_INTEGER,
     .fallback = "1",
     .least = 0,
     .most = 2,
     .summary = "1, 2: until the broker has answered for it; 0: written is sent"},
    {.name = "retain", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "The broker keeps the last of a topic"},
    {.name = "will",
     .kind = OPTION_OBJECT,
     .summary = "What the broker says when we are gone: {topic, payload, qos, retain}"},
    {.name = "birth",
     .kind = OPTION_OBJECT,
     .summary = "What we say whenever we have come: {topic, payload, qos, retain}"},
    {.name = "maxInflight",
     .kind = OPTION_INTEGER,
     .fallback = "20",
     .least = 1,
     .most = 10000,
     .summary = "Records under way at once"},
    {.name = "metadata",
     .kind = OPTION_BOOLEAN,
     .summary = "Each record says who it is: \"_runnel\" in its JSON, and as a user property in MQTT 5 (default true)"},
    {.name = "gapTopic", .kind = OPTION_STRING, .summary = "Where losses are told; default runnel/DEVICE/QUERY/gap"},
    {.name = NULL},
};

static enum status sink_check(const struct options *options, const struct field *fields, uint32_t field_count,
                              struct memory *memory, struct error *e)
{
    struct sink s = {0};
    struct sink_setup setup = {.name = "", .options = options, .fields = fields, .field_count = field_count};
    arena_init(&s.arena, memory, ARENA_BLOCK);
    enum status status = read_options(&s, &setup, e);
    arena_free(&s.arena);
    return status;
}

static void sink_warn(const struct options *options, const struct field *fields, uint32_t field_count, struct text *out)
{
    struct sink_setup setup = {.fields = fields, .field_count = field_count};
    if (find_field(&setup, "value") >= 0 && slice_equal(option_text(options, "version"), SLICE("3.1.1")))
        text_string(out, NO_REPEATS "\n");
}

const struct sink_class sink_mqtt = {
    .format = "mqtt",
    .options = sink_options,
    .delivery = sink_get_delivery,
    .check = sink_check,
    .warn = sink_warn,
    .open = sink_open,
    .close = sink_close,
    .begin = sink_begin,
    .render = sink_render,
    .prepare = sink_prepare,
    .finish = sink_finish,
    .abandon = sink_abandon,
    .counters = sink_get_counters,
    .room = sink_room,
    .send = sink_send,
    .poll = sink_poll,
    .reset = sink_reset,
    .render_gap = sink_render_gap,
};
