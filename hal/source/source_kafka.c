#include "hal/source/source_kafka.h"

#include "hal/port/http_options.h"
#include "hal/source/kafka_consumer.h"

#include <inttypes.h>

#define SECOND INT64_C(1000000)

enum {
    NO_PROGRESS = 60, // seconds that a bounded batch waits for the bridge,
    PAUSE = 2,        // and one that catches up
    TEXTS_BLOCK = 1024,
};

// A batch takes what was read ahead. When that is not all (much is waiting, or the trigger is bounded), it reads on
// while it runs, up to the ends known at its start.
struct source {
    struct source_setup setup;
    struct source_counters counters;
    struct arena texts; // of the options
    struct kafka_start start;
    struct kafka_topics topics;
    struct kafka_consumer *consumer;
    bool frozen;
    int64_t patience;         // monotonic: a frozen source that has not learnt its ends by then fails
    uint64_t limit;           // maxOffsetsPerTrigger
    struct text saving, kept; // the instance's name in the batch at hand, in the checkpoint; empty: as it was, none
    // The batch.
    bool in_batch, streams;
    bool dropped;   // pages that it has read are gone
    int64_t *until; // streams: the ends, one a partition
    uint32_t untils;
    uint64_t left;         // records that it may still take
    uint32_t page, record; // the next to hand over
};

static int64_t now(const struct source *s)
{
    return s->setup.port->class->monotonic(s->setup.port);
}

// ---------------------------------------------------------------- start and end

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && s.data[0] == ' ')
        s.data++, s.size--;
    while (s.size > 0 && s.data[s.size - 1] == ' ')
        s.size--;
    return s;
}

// "a, b": Spark's subscribe.
static enum status read_topics(struct source *s, struct kafka_consumer_setup *setup, struct error *e)
{
    struct slice text = option_text(s->setup.options, "subscribe");
    struct slice *topics = ARENA_ARRAY(&s->texts, struct slice, text.size + 1);
    for (uint32_t from = 0, i = 0; i <= text.size; i++) {
        if (i < text.size && text.data[i] != ',')
            continue;
        struct slice topic = trimmed((struct slice){text.data + from, i - from});
        bool known = false;
        for (uint32_t k = 0; k < setup->topic_count; k++)
            known = known || slice_equal(topics[k], topic);
        if (topic.size > 0 && !known)
            topics[setup->topic_count++] = topic;
        from = i + 1;
    }
    setup->topics = topics;
    return setup->topic_count > 0 ? STATUS_OK : error_set(e, STATUS_CONFIG, "subscribe names no topic");
}

// What an earlier run has not taken back.
static enum status load_instance(struct source *s, struct slice *out, struct error *e)
{
    enum status status = state_get(s->setup.state, KAFKA_INSTANCE, out, e);
    if (status == STATUS_OK)
        *out = (struct slice){arena_copy(&s->texts, out->data, out->size), out->size};
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status read_settings(struct source *s, struct kafka_consumer_setup *setup, struct error *e)
{
    const struct options *o = s->setup.options;
    enum status status = http_options_read(o, &s->texts, &setup->http, &setup->url, e);
    if (status == STATUS_OK)
        status = read_topics(s, setup, e);
    if (status == STATUS_OK)
        status = kafka_start_parse(option_text(o, "startingOffsets"), s->setup.memory, &s->start, e);
    return status;
}

static enum status open_consumer(struct source *s, struct error *e)
{
    const struct options *o = s->setup.options;
    struct slice group = option_text(o, "group");
    struct kafka_consumer_setup setup = {
        .name = s->setup.name,
        .group = group.size > 0 ? arena_copy(&s->texts, group.data, group.size)
                                : arena_printf(&s->texts, "runnel-%s", s->setup.name),
        .start = &s->start,
        .fresh = s->setup.fresh,
        .fail_on_data_loss = option_boolean(o, "failOnDataLoss"),
        .headers = option_boolean(o, "includeHeaders"),
        .needs_timestamp = s->setup.needs_timestamp,
        .port = s->setup.port,
        .memory = s->setup.memory,
        .log = s->setup.log,
    };
    enum status status = read_settings(s, &setup, e);
    if (status == STATUS_OK)
        status = kafka_topics_load(&s->topics, s->setup.state, e);
    if (status == STATUS_OK)
        status = load_instance(s, &setup.left_behind, e);
    return status == STATUS_OK ? kafka_consumer_open(&setup, &s->topics, &s->consumer, e) : status;
}

static void kafka_close(struct source *s)
{
    if (s == NULL)
        return;
    kafka_consumer_close(s->consumer);
    kafka_topics_free(&s->topics);
    kafka_start_free(&s->start);
    mem_free(s->setup.memory, s->until, s->untils * sizeof(*s->until));
    text_free(&s->saving);
    text_free(&s->kept);
    arena_free(&s->texts);
    mem_free(s->setup.memory, s, sizeof(*s));
}

static enum status kafka_check(const struct options *options, struct memory *memory, struct error *e)
{
    struct source s = {.setup = {.options = options, .memory = memory}};
    struct kafka_consumer_setup setup = {0};
    arena_init(&s.texts, memory, TEXTS_BLOCK);
    kafka_topics_init(&s.start.of, memory);
    enum status status = read_settings(&s, &setup, e);
    kafka_start_free(&s.start);
    arena_free(&s.texts);
    return status;
}

static enum status kafka_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    if (setup->port->http == NULL)
        return error_set(e, STATUS_CONFIG, "source %s: this build has no HTTP client, which kafka needs", setup->name);
    struct source *s = mem_zalloc(setup->memory, sizeof(*s));
    s->setup = *setup;
    arena_init(&s->texts, setup->memory, TEXTS_BLOCK);
    text_init(&s->saving, setup->memory);
    text_init(&s->kept, setup->memory);
    kafka_topics_init(&s->topics, setup->memory);
    kafka_topics_init(&s->start.of, setup->memory);
    int64_t most = option_integer(setup->options, "maxOffsetsPerTrigger", 0);
    s->limit = most > 0 && !setup->once ? (uint64_t)most : UINT64_MAX;
    enum status status = open_consumer(s, e);
    if (status != STATUS_OK) {
        if (status == STATUS_CONFIG)
            error_prefix(e, "source %s", setup->name);
        kafka_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static enum status kafka_freeze(struct source *s, struct error *e)
{
    (void)e;
    s->frozen = true;
    s->patience = now(s) + NO_PROGRESS * SECOND;
    kafka_consumer_freeze(s->consumer);
    return STATUS_OK;
}

// ---------------------------------------------------------------- a batch

static int64_t kafka_tend(struct source *s)
{
    int64_t next;
    kafka_consumer_turn(s->consumer, &next, NULL); // what went wrong is told by plan
    return next;
}

static uint64_t read_ahead(const struct source *s)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < kafka_consumer_pages(s->consumer); i++)
        count += kafka_consumer_page(s->consumer, i)->count - kafka_consumer_page(s->consumer, i)->from;
    return count;
}

static void count_waiting(struct source *s)
{
    uint64_t waiting = 0;
    for (uint32_t i = 0; i < s->topics.count; i++) {
        const struct kafka_partition *p = &s->topics.partition[i];
        int64_t end = p->end < p->stop ? p->end : p->stop;
        end = end > p->next ? end : p->next;
        waiting += p->saved >= 0 && end > p->saved ? (uint64_t)(end - p->saved) : 0;
    }
    s->counters.waiting = waiting;
    s->counters.lost = kafka_consumer_lost(s->consumer);
}

// Some partition has records below its end of this batch that were not read yet.
static bool more_to_read(const struct source *s)
{
    for (uint32_t i = 0; i < s->topics.count && i < s->untils; i++)
        if (s->topics.partition[i].next < s->until[i])
            return true;
    return false;
}

static void set_ends(struct source *s)
{
    if (s->untils < s->topics.count) {
        s->until =
            mem_resize(s->setup.memory, s->until, s->untils * sizeof(*s->until), s->topics.count * sizeof(*s->until));
        s->untils = s->topics.count;
    }
    for (uint32_t i = 0; i < s->topics.count; i++) {
        const struct kafka_partition *p = &s->topics.partition[i];
        s->until[i] = p->end < p->stop ? p->end : p->stop;
    }
}

static void begin_again(struct source *s)
{
    if (s->dropped)
        kafka_consumer_rewind(s->consumer);
    for (uint32_t i = 0; i < s->topics.count; i++)
        s->topics.partition[i].taken = s->topics.partition[i].saved;
    s->in_batch = s->dropped = false;
    s->page = s->record = 0;
}

static enum status kafka_plan(struct source *s, int64_t *next, struct error *e)
{
    begin_again(s);
    enum status status = kafka_consumer_turn(s->consumer, next, e);
    count_waiting(s);
    if (status != STATUS_OK)
        return status;
    if (s->frozen && !kafka_consumer_knows(s->consumer)) {
        if (now(s) < s->patience)
            return STATUS_AGAIN;
        const char *reason = kafka_consumer_reason(s->consumer);
        return error_set(e, STATUS_FAILED, "source %s: %s", s->setup.name,
                         reason[0] != '\0' ? reason : "the bridge does not answer");
    }
    set_ends(s);
    uint64_t ahead = read_ahead(s);
    bool more = more_to_read(s);
    if (ahead == 0 && !(s->frozen && more))
        return STATUS_END;
    s->streams = more && (s->frozen || kafka_consumer_full(s->consumer));
    s->left = s->streams || ahead > s->limit ? s->limit : ahead;
    s->in_batch = true;
    return STATUS_OK;
}

// Waits for records of a batch that reads on. STATUS_END: there are no more, or not soon.
static enum status wait_for_more(struct source *s, struct error *e)
{
    int64_t deadline = now(s) + (s->frozen ? NO_PROGRESS : PAUSE) * SECOND;
    s->dropped = s->dropped || s->page > 0;
    kafka_consumer_drop(s->consumer, s->page, 0);
    s->page = 0;
    while (more_to_read(s)) {
        int64_t next;
        enum status status = kafka_consumer_turn(s->consumer, &next, e);
        if (status != STATUS_OK)
            return status;
        if (kafka_consumer_pages(s->consumer) > 0)
            return STATUS_OK;
        if (now(s) >= deadline && !s->frozen)
            return STATUS_END;
        if (now(s) >= deadline)
            return error_set(e, STATUS_FAILED, "source %s: no records for %d seconds: %s", s->setup.name, NO_PROGRESS,
                             kafka_consumer_reason(s->consumer));
        status = s->setup.port->class->wait(s->setup.port, next < deadline ? next : deadline, e);
        if (status != STATUS_OK && status != STATUS_END)
            return status;
    }
    return STATUS_END;
}

static enum status kafka_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows;
    if (!s->in_batch || s->left == 0)
        return STATUS_END;
    if (s->page == kafka_consumer_pages(s->consumer)) {
        enum status status = s->streams ? wait_for_more(s, e) : STATUS_END;
        if (status != STATUS_OK)
            return status;
    }
    const struct kafka_page *page = kafka_consumer_page(s->consumer, s->page);
    s->record = s->record > page->from ? s->record : page->from;
    uint32_t count = page->count - s->record;
    count = count < s->left ? count : (uint32_t)s->left;
    const struct message *messages = page->messages + s->record;
    for (uint32_t i = 0; i < count; i++) {
        kafka_topics_find(&s->topics, messages[i].topic, messages[i].partition)->taken = messages[i].offset + 1;
        s->counters.bytes += messages[i].value.size + messages[i].key.size;
    }
    s->left -= count;
    s->record += count;
    s->counters.records += count;
    if (s->record == page->count) {
        s->record = 0;
        s->page++;
    }
    *out =
        (struct block){.kind = BLOCK_MESSAGES, .messages = messages, .message_count = count, .origin = s->setup.name};
    return STATUS_OK;
}

static enum status kafka_save(struct source *s, struct error *e)
{
    struct slice instance = kafka_consumer_instance(s->consumer);
    text_clear(&s->saving);
    if (instance.size > 0 && !slice_equal(instance, text_view(&s->kept))) {
        text_slice(&s->saving, instance);
        enum status status = state_put(s->setup.state, KAFKA_INSTANCE, instance, e);
        if (status != STATUS_OK)
            return status;
    }
    return kafka_topics_save(&s->topics, s->setup.state, e);
}

static enum status kafka_committed(struct source *s, struct error *e)
{
    (void)e;
    for (uint32_t i = 0; i < s->topics.count; i++) {
        struct kafka_partition *p = &s->topics.partition[i];
        p->kept = p->kept || p->taken >= 0;
        p->saved = p->taken;
    }
    if (s->saving.size > 0) {
        text_clear(&s->kept);
        text_slice(&s->kept, text_view(&s->saving));
        text_clear(&s->saving);
    }
    if (s->in_batch)
        kafka_consumer_drop(s->consumer, s->page, s->record);
    s->page = s->record = 0;
    s->in_batch = s->dropped = false;
    kafka_tend(s);
    count_waiting(s);
    return STATUS_OK;
}

static const struct type *kafka_columns(const struct options *options, struct arena *arena)
{
    struct field header[] = {
        {.name = SLICE("key"), .type = type_simple(TYPE_STRING), .nullable = true},
        {.name = SLICE("value"), .type = type_simple(TYPE_BINARY), .nullable = true},
    };
    struct field fields[] = {
        {.name = SLICE("key"), .type = type_simple(TYPE_BINARY), .nullable = true},
        {.name = SLICE("value"), .type = type_simple(TYPE_BINARY), .nullable = true},
        {.name = SLICE("topic"), .type = type_simple(TYPE_STRING), .nullable = true},
        {.name = SLICE("partition"), .type = type_simple(TYPE_INT), .nullable = true},
        {.name = SLICE("offset"), .type = type_simple(TYPE_BIGINT), .nullable = true},
        {.name = SLICE("timestamp"), .type = type_simple(TYPE_TIMESTAMP), .nullable = true},
        {.name = SLICE("timestampType"), .type = type_simple(TYPE_INT), .nullable = true},
        {.name = SLICE("headers"), .type = NULL, .nullable = true},
    };
    fields[7].type = type_array(arena, type_struct(arena, header, 2), true);
    return type_struct(arena, fields, option_boolean(options, "includeHeaders") ? 8 : 7);
}

static const struct source_counters *kafka_counters(const struct source *s)
{
    return &s->counters;
}

static void kafka_describe(const struct source *s, struct text *out)
{
    const char *reason = kafka_consumer_reason(s->consumer);
    text_printf(out, "%" PRIu32 " partitions, %" PRIu64 " records waiting", s->topics.count, s->counters.waiting);
    if (reason[0] != '\0')
        text_printf(out, " (%s)", reason);
}

static const struct option_spec kafka_options[] = {
    HTTP_OPTIONS,
    {.name = "subscribe", .kind = OPTION_STRING, .required = true, .summary = "The topics, a comma between them"},
    {.name = "startingOffsets",
     .kind = OPTION_STRING,
     .fallback = "latest",
     .summary = "Where a new query begins: earliest, latest, or {\"topic\": {\"0\": offset}}; -2 earliest, -1 latest"},
    {.name = "maxOffsetsPerTrigger",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = INT64_MAX,
     .summary = "Records a batch, at most"},
    {.name = "failOnDataLoss",
     .kind = OPTION_BOOLEAN,
     .fallback = "true",
     .summary = "End when the broker has deleted records that were not read; else a warning, and they are counted"},
    {.name = "includeHeaders", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "A column headers"},
    {.name = "group", .kind = OPTION_STRING, .summary = "The consumer group that names the instance; runnel-<source>"},
    {.name = NULL},
};

const struct source_class source_kafka = {
    .format = "kafka",
    .options = kafka_options,
    .decodes = true,
    .columns = kafka_columns,
    .check = kafka_check,
    .open = kafka_open,
    .close = kafka_close,
    .freeze = kafka_freeze,
    .plan = kafka_plan,
    .tend = kafka_tend,
    .read = kafka_read,
    .save = kafka_save,
    .committed = kafka_committed,
    .counters = kafka_counters,
    .describe = kafka_describe,
};
