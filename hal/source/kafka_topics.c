#include "hal/source/kafka_topics.h"

#include "hal/source/offsets.h"
#include "ops/json_reader.h"

#include <stdlib.h>

enum {
    NAMES_BLOCK = 1024,
    TOPIC_MAX = 249, // Kafka's own limit
    KEY_MAX = TOPIC_MAX + 1 + 4,
    PARTITIONS_FIRST = 8,
};

void kafka_topics_init(struct kafka_topics *t, struct memory *memory)
{
    *t = (struct kafka_topics){.memory = memory};
    arena_init(&t->names, memory, NAMES_BLOCK);
}

void kafka_topics_free(struct kafka_topics *t)
{
    mem_free(t->memory, t->partition, t->capacity * sizeof(*t->partition));
    arena_free(&t->names);
    *t = (struct kafka_topics){0};
}

static bool is(const struct kafka_partition *p, struct slice topic, int32_t number)
{
    return p->number == number && slice_equal(p->topic, topic);
}

struct kafka_partition *kafka_topics_find(struct kafka_topics *t, struct slice topic, int32_t number)
{
    if (t->last < t->count && is(&t->partition[t->last], topic, number)) // records come in runs
        return &t->partition[t->last];
    for (uint32_t i = 0; i < t->count; i++)
        if (is(&t->partition[i], topic, number)) {
            t->last = i;
            return &t->partition[i];
        }
    return NULL;
}

bool kafka_topics_has(const struct kafka_topics *t, struct slice topic)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (slice_equal(t->partition[i].topic, topic))
            return true;
    return false;
}

struct kafka_partition *kafka_topics_add(struct kafka_topics *t, struct slice topic, int32_t number)
{
    if (t->count == t->capacity) {
        uint32_t capacity = t->capacity == 0 ? PARTITIONS_FIRST : t->capacity * 2;
        t->partition =
            mem_resize(t->memory, t->partition, t->capacity * sizeof(*t->partition), capacity * sizeof(*t->partition));
        t->capacity = capacity;
    }
    struct kafka_partition *p = &t->partition[t->count++];
    *p = (struct kafka_partition){
        .topic = {arena_copy(&t->names, topic.data, topic.size), topic.size},
        .number = number,
        .saved = KAFKA_UNKNOWN,
        .taken = KAFKA_UNKNOWN,
        .next = KAFKA_UNKNOWN,
        .begin = KAFKA_UNKNOWN,
        .end = KAFKA_UNKNOWN,
        .stop = INT64_MAX,
    };
    return p;
}

// ---------------------------------------------------------------- the checkpoint: topic, NUL, partition (big endian)

struct loading {
    struct kafka_topics *topics;
    bool damaged;
};

static enum visit load_one(void *visitor, struct slice key, struct slice value)
{
    struct loading *l = visitor;
    if (slice_equal(key, KAFKA_INSTANCE))
        return VISIT_NEXT;
    if (key.size < 6 || key.size > KEY_MAX || key.data[key.size - 5] != '\0' || value.size != 8) {
        l->damaged = true;
        return VISIT_STOP;
    }
    uint32_t number = 0;
    for (uint32_t i = key.size - 4; i < key.size; i++)
        number = number << 8 | (unsigned char)key.data[i];
    struct kafka_partition *p = kafka_topics_add(l->topics, (struct slice){key.data, key.size - 5}, (int32_t)number);
    p->saved = p->taken = p->next = offsets_get(value.data);
    p->kept = true;
    return VISIT_NEXT;
}

enum status kafka_topics_load(struct kafka_topics *t, const struct state *state, struct error *e)
{
    struct loading l = {.topics = t};
    enum status s = state_scan(state, (struct slice){NULL, 0}, load_one, &l, e);
    if (s == STATUS_OK && l.damaged)
        s = error_set(e, STATUS_DAMAGED, "the offsets of a kafka source are not what was written");
    return s;
}

enum status kafka_topics_save(const struct kafka_topics *t, const struct state *state, struct error *e)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct kafka_partition *p = &t->partition[i];
        if (p->taken < 0 || (p->kept && p->taken == p->saved))
            continue;
        char key[KEY_MAX], value[8];
        uint32_t size = p->topic.size;
        memcpy(key, p->topic.data, size);
        key[size++] = '\0';
        for (int shift = 24; shift >= 0; shift -= 8)
            key[size++] = (char)(unsigned char)((uint32_t)p->number >> shift);
        offsets_put(value, p->taken);
        enum status s = state_put(state, (struct slice){key, size}, (struct slice){value, sizeof(value)}, e);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- startingOffsets

static bool read_integer(struct slice text, int64_t least, int64_t most, int64_t *out)
{
    char digits[24];
    if (text.size == 0 || text.size >= sizeof(digits))
        return false;
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    char *end;
    long long value = strtoll(digits, &end, 10);
    *out = value;
    return *end == '\0' && value >= least && value <= most;
}

// Moves on to the next member of an object. false: there is none, or (*good false) it is broken.
static bool next_name(struct json_reader *r, bool *good)
{
    *good = json_next(r) && (r->token == JSON_NAME || r->token == JSON_END_OBJECT);
    return *good && r->token == JSON_NAME;
}

// The partitions of one topic, from behind its {.
static bool read_offsets(struct json_reader *r, struct slice topic, struct kafka_topics *out)
{
    bool good;
    while (next_name(r, &good)) {
        int64_t number, offset;
        if (!read_integer(json_name(r), 0, INT32_MAX, &number) || !json_next(r) || r->token != JSON_INTEGER ||
            !read_integer(r->text, KAFKA_EARLIEST, INT64_MAX, &offset))
            return false;
        kafka_topics_add(out, topic, (int32_t)number)->saved = offset;
    }
    return good;
}

static bool read_topics(struct json_reader *r, struct kafka_topics *out)
{
    bool good;
    if (!json_next(r) || r->token != JSON_START_OBJECT)
        return false;
    while (next_name(r, &good)) {
        struct slice topic = json_name(r);
        if (topic.size == 0 || topic.size > TOPIC_MAX || !json_next(r) || r->token != JSON_START_OBJECT ||
            !read_offsets(r, topic, out))
            return false;
    }
    return good;
}

enum status kafka_start_parse(struct slice text, struct memory *memory, struct kafka_start *out, struct error *e)
{
    *out = (struct kafka_start){.all = KAFKA_LATEST};
    kafka_topics_init(&out->of, memory);
    if (slice_equal_fold(text, SLICE("latest")))
        return STATUS_OK;
    if (slice_equal_fold(text, SLICE("earliest"))) {
        out->all = KAFKA_EARLIEST;
        return STATUS_OK;
    }
    size_t levels = sizeof(struct json_level) * (JSON_DEPTH_MAX + 2);
    struct json_level *level = mem_alloc(memory, levels);
    struct arena arena;
    struct json_reader r;
    arena_init(&arena, memory, NAMES_BLOCK);
    json_open(&r, text, level, &arena);
    out->named = true;
    bool good = read_topics(&r, &out->of);
    arena_free(&arena);
    mem_free(memory, level, levels);
    if (good)
        return STATUS_OK;
    kafka_start_free(out);
    return error_set(
        e, STATUS_CONFIG,
        "startingOffsets is %.*s; wanted is earliest, latest, or {\"topic\": {\"0\": offset, …}} with -2 for "
        "earliest and -1 for latest",
        (int)(text.size < 80 ? text.size : 80), text.data);
}

void kafka_start_free(struct kafka_start *s)
{
    kafka_topics_free(&s->of);
}
