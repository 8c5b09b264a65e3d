#include "hal/source/source_mqtt.h"

#include "hal/port/mqtt_options.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MESSAGES = 4096,       // a batch's at most
    WINDOW_DEFAULT = 20,   // as mosquitto's max_inflight_messages
    QUEUE_BYTES = 4 << 20, // of messages that wait for the engine; then the broker waits
    ARENA_BLOCK = 1024,
};

struct source {
    struct source_setup setup;
    struct source_counters counters;
    struct arena arena; // of the settings
    const struct mqtt_class *class;
    struct mqtt_client *client;
    struct mqtt_settings settings;
    const char *url;
    struct mqtt_in *taken; // MESSAGES of them
    struct message *messages;
    uint32_t count; // of the batch at hand
    bool in_batch, read;
};

static void source_close(struct source *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->setup.memory;
    if (s->client != NULL)
        s->class->close(s->client);
    mem_free(memory, s->taken, MESSAGES * sizeof(*s->taken));
    mem_free(memory, s->messages, MESSAGES * sizeof(*s->messages));
    arena_free(&s->arena);
    mem_free(memory, s, sizeof(*s));
}

static enum status read_filters(struct source *s, struct error *e)
{
    const struct option_value *topic = option_get(s->setup.options, "topic");
    const char **filters = ARENA_ARRAY(&s->arena, const char *, topic->list_size + 1);
    if (topic->list_size == 0)
        return error_set(e, STATUS_CONFIG, "topic is an empty list");
    for (uint32_t i = 0; i < topic->list_size; i++) {
        struct slice filter = topic->list[i];
        if (!mqtt_filter_valid(filter))
            return error_set(e, STATUS_CONFIG,
                             "topic \"%.*s\" is no filter: + stands for a whole level, # for all that are left",
                             (int)filter.size, filter.data);
        filters[i] = arena_copy(&s->arena, filter.data, filter.size);
    }
    s->settings.filters = filters;
    return STATUS_OK;
}

static enum status read_options(struct source *s, struct error *e)
{
    const struct options *o = s->setup.options;
    const char *id = arena_printf(&s->arena, "runnel-%s-%s-%s", s->setup.device == NULL ? "" : s->setup.device,
                                  s->setup.query == NULL ? "" : s->setup.query, s->setup.name);
    int64_t qos = option_integer(o, "qos", 1);
    if (qos == 2)
        return error_set(e, STATUS_CONFIG,
                         "qos 2 is not taken: the library keeps such messages in memory only; qos 1 loses nothing");
    enum status status = mqtt_options_read(o, s->setup.port, id, &s->arena, &s->settings, e);
    if (status == STATUS_OK)
        status = read_filters(s, e);
    const struct option_value *clean = option_get(o, "cleanSession");
    s->settings.subscribe_qos = (int)qos;
    s->settings.clean_session = clean == NULL ? qos == 0 : clean->integer != 0;
    s->settings.ignore_retained = option_boolean(o, "ignoreRetained");
    s->settings.in_flight = (uint16_t)option_integer(o, "receiveMaximum", WINDOW_DEFAULT);
    s->settings.queue_bytes = QUEUE_BYTES;
    s->url = arena_copy(&s->arena, option_text(o, "url").data, option_text(o, "url").size);
    return status;
}

static enum status source_check(const struct options *options, struct memory *memory, struct error *e)
{
    struct source s = {.setup = {.name = "", .options = options}};
    arena_init(&s.arena, memory, ARENA_BLOCK);
    enum status status = read_options(&s, e);
    arena_free(&s.arena);
    return status;
}

static enum status source_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    s->class = setup->port->mqtt;
    arena_init(&s->arena, setup->memory, ARENA_BLOCK);
    s->taken = mem_alloc(setup->memory, MESSAGES * sizeof(*s->taken));
    s->messages = mem_alloc(setup->memory, MESSAGES * sizeof(*s->messages));
    enum status status = read_options(s, e);
    if (status == STATUS_OK)
        status = s->class->open(&s->settings, setup->port, setup->log, setup->memory, &s->client, e);
    else
        error_prefix(e, "source %s", setup->name);
    if (status != STATUS_OK) {
        source_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static enum status source_plan(struct source *s, int64_t *next, struct error *e)
{
    (void)e;
    *next = INT64_MAX; // the client wakes the port
    if (s->in_batch)   // it was given up
        s->class->give_back(s->client);
    s->class->state(s->client); // says what is new
    struct port *port = s->setup.port;
    int64_t wall = port->class->wall(port) - port->class->monotonic(port); // it may have been set since they came
    s->count = s->class->take(s->client, s->taken, MESSAGES);
    for (uint32_t i = 0; i < s->count; i++)
        s->messages[i] = (struct message){.value = s->taken[i].payload,
                                          .topic = s->taken[i].topic,
                                          .timestamp = wall + s->taken[i].received,
                                          .qos = (uint8_t)s->taken[i].qos,
                                          .retain = s->taken[i].retain};
    s->in_batch = s->count > 0;
    s->read = false;
    return s->in_batch ? STATUS_OK : STATUS_END;
}

static enum status source_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows, (void)e;
    if (!s->in_batch || s->read)
        return STATUS_END;
    s->read = true;
    *out = (struct block){.kind = BLOCK_MESSAGES, .messages = s->messages, .message_count = s->count, .origin = s->url};
    return STATUS_OK;
}

static bool source_urgent(struct source *s)
{
    return !s->in_batch && s->class->state(s->client).pressing;
}

static enum status source_save(struct source *s, struct error *e)
{
    (void)s, (void)e; // the broker knows where we are
    return STATUS_OK;
}

static enum status source_committed(struct source *s, struct error *e)
{
    (void)e;
    if (!s->in_batch)
        return STATUS_OK;
    s->counters.records += s->count;
    for (uint32_t i = 0; i < s->count; i++)
        s->counters.bytes += s->taken[i].payload.size;
    s->in_batch = false;
    s->count = 0;
    s->class->acknowledge(s->client);
    return STATUS_OK;
}

static const struct type *source_columns(const struct options *options, struct arena *arena)
{
    (void)options;
    struct field fields[] = {
        {.name = SLICE("value"), .type = type_simple(TYPE_BINARY), .nullable = true},
        {.name = SLICE("topic"), .type = type_simple(TYPE_STRING), .nullable = true},
        {.name = SLICE("qos"), .type = type_simple(TYPE_INT), .nullable = true},
        {.name = SLICE("retain"), .type = type_simple(TYPE_BOOLEAN), .nullable = true},
        {.name = SLICE("timestamp"), .type = type_simple(TYPE_TIMESTAMP), .nullable = true},
    };
    return type_struct(arena, fields, sizeof(fields) / sizeof(fields[0]));
}

static const struct source_counters *source_get_counters(const struct source *s)
{
    return &s->counters;
}

static void source_describe(const struct source *s, struct text *out)
{
    struct mqtt_state state = s->class->state(s->client);
    text_printf(out, "%s %s, %" PRIu64 " messages so far", state.connected ? "subscribed at" : "not connected to",
                s->url, s->counters.records);
    if (!state.connected && state.reason[0] != '\0')
        text_printf(out, " (%s)", state.reason);
    if (state.pressing)
        text_string(out,
                    "; the broker's window is full and waits for a commit: a greater receiveMaximum gives it room");
}

static const struct option_spec source_options[] = {
    MQTT_OPTIONS,
    {.name = "topic",
     .kind = OPTION_LIST,
     .required = true,
     .summary = "Filters: one, or a list; + stands for a level, # for all that are left"},
    {.name = "qos",
     .kind = OPTION_INTEGER,
     .fallback = "1",
     .least = 0,
     .most = 2,
     .summary = "1: at least once, acknowledged after the commit; 0: what arrives while we are there"},
    {.name = "cleanSession",
     .kind = OPTION_BOOLEAN,
     .summary = "true: the broker forgets us when we leave (default at qos 0)"},
    {.name = "ignoreRetained",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "Leave out what was retained before we came"},
    {.name = "receiveMaximum",
     .kind = OPTION_INTEGER,
     .fallback = "20",
     .least = 1,
     .most = 65535,
     .summary = "How many messages the broker sends before it waits for our commit"},
    {.name = NULL},
};

const struct source_class source_mqtt = {
    .format = "mqtt",
    .options = source_options,
    .live = true,
    .clock = CLOCK_TIMESTAMP,
    .decodes = true,
    .columns = source_columns,
    .check = source_check,
    .open = source_open,
    .close = source_close,
    .plan = source_plan,
    .read = source_read,
    .urgent = source_urgent,
    .save = source_save,
    .committed = source_committed,
    .counters = source_get_counters,
    .describe = source_describe,
};
