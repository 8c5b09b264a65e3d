#include "agent/replay/recorded.h"

#include "agent/plan/json_file.h"
#include "agent/replay/parts.h"
#include "hal/source/offsets.h"
#include "ops/datetime.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS_MAX = 1000000000, ARENA_BLOCK = 16 * 1024 };

// ---- reading

struct reading {
    int64_t start, last; // the line's time is the one before, if it says none
    const struct zones *zones;
    struct arena *arena;
    const char *file;
    uint32_t line;
    struct error *e;
};

static enum status wrong(const struct reading *r, const struct json *at, const char *wanted)
{
    return error_set(r->e, STATUS_CONFIG, "%s:%u: \"%.*s\" of a recorded message is %s; wanted is %s", r->file, r->line,
                     (int)at->name.size, at->name.data, json_kind_name(at->kind), wanted);
}

static bool read_seconds(const struct json *at, int64_t *micros)
{
    char digits[32] = "";
    if (at->kind != JSON_NUMBER || at->text.size >= sizeof digits)
        return false;
    memcpy(digits, at->text.data, at->text.size);
    double seconds = strtod(digits, NULL);
    if (!(seconds >= 0 && seconds <= SECONDS_MAX))
        return false;
    *micros = (int64_t)(seconds * MICROS_PER_SECOND + 0.5);
    return true;
}

static enum status read_time(struct reading *r, const struct json *at, int64_t *out)
{
    int64_t micros;
    if (at->kind == JSON_STRING && timestamp_parse(at->text, &zone_utc, r->zones, out))
        return STATUS_OK;
    if (!read_seconds(at, &micros))
        return wrong(r, at, "seconds since the start, or a time such as \"2024-03-01T12:00:00Z\"");
    *out = r->start + micros;
    return STATUS_OK;
}

static enum status read_integer(struct reading *r, const struct json *at, int64_t least, int64_t most, int64_t *out)
{
    char digits[32] = "", *end = digits;
    if (at->kind == JSON_NUMBER && at->text.size < sizeof digits) {
        memcpy(digits, at->text.data, at->text.size);
        *out = strtoll(digits, &end, 10);
    }
    return end != digits && *end == '\0' && *out >= least && *out <= most ? STATUS_OK : wrong(r, at, "an integer");
}

static enum status read_headers(struct reading *r, const struct json *at, struct message *m)
{
    if (at->kind != JSON_OBJECT)
        return wrong(r, at, "an object of names and strings");
    struct slice *header = ARENA_ARRAY(r->arena, struct slice, 2 * json_count(at) + 1);
    for (const struct json *h = at->first; h != NULL; h = h->next) {
        if (h->kind != JSON_STRING)
            return wrong(r, h, "a string");
        header[2 * m->header_count] = h->name;
        header[2 * m->header_count++ + 1] = h->text;
    }
    m->header = header;
    return STATUS_OK;
}

// A string is what it means, anything else its text: {"value": {"a": 1}} is a message {"a": 1}.
static struct slice text_of(const struct json *at, struct slice line)
{
    if (at->kind == JSON_STRING)
        return at->text.data ? at->text : SLICE("");
    return at->kind == JSON_NULL ? (struct slice){0} : (struct slice){line.data + at->at, at->size};
}

static enum status read_member(struct reading *r, const struct json *at, struct slice line, struct message *m)
{
    int64_t n = 0;
    enum status s = STATUS_OK;
    if (slice_equal(at->name, SLICE("at"))) {
        s = read_time(r, at, &r->last);
    } else if (slice_equal(at->name, SLICE("value"))) {
        m->value = text_of(at, line);
    } else if (slice_equal(at->name, SLICE("key"))) {
        m->key = text_of(at, line);
    } else if (slice_equal(at->name, SLICE("topic"))) {
        m->topic = text_of(at, line);
    } else if (slice_equal(at->name, SLICE("timestamp"))) {
        s = read_time(r, at, &m->timestamp);
    } else if (slice_equal(at->name, SLICE("headers"))) {
        s = read_headers(r, at, m);
    } else if (slice_equal(at->name, SLICE("offset"))) {
        s = read_integer(r, at, 0, INT64_MAX, &m->offset);
    } else if (slice_equal(at->name, SLICE("partition"))) {
        s = read_integer(r, at, 0, INT32_MAX, &n);
        m->partition = (int32_t)n;
    } else if (slice_equal(at->name, SLICE("qos"))) {
        s = read_integer(r, at, 0, 2, &n);
        m->qos = (uint8_t)n;
    } else if (slice_equal(at->name, SLICE("retain"))) {
        m->retain = at->boolean;
        s = at->kind == JSON_BOOLEAN ? STATUS_OK : wrong(r, at, "true or false");
    } else {
        s = error_set(r->e, STATUS_CONFIG,
                      "%s:%u: a recorded message has no \"%.*s\"; there are at, value, key, topic, partition, offset, "
                      "timestamp, qos, retain, headers",
                      r->file, r->line, (int)at->name.size, at->name.data);
    }
    return s;
}

static enum status read_line(struct reading *r, struct slice line, struct message *m)
{
    struct json *root;
    struct json_text text = {NULL, line};
    struct error why = {0};
    *m = (struct message){.value = line, .timestamp = INT64_MIN};
    if (line.size > 0 && line.data[0] == '{') {
        m->value = (struct slice){0};
        enum status s = json_read(&text, r->arena, &root, &why);
        if (s != STATUS_OK)
            return error_set(r->e, STATUS_CONFIG, "%s:%u: %.1500s", r->file, r->line, why.text);
        for (const struct json *at = root->first; at != NULL && s == STATUS_OK; at = at->next)
            s = read_member(r, at, line, m);
        if (s != STATUS_OK)
            return s;
    }
    if (m->timestamp == INT64_MIN)
        m->timestamp = r->last;
    return STATUS_OK;
}

static struct slice next_line(struct slice *rest)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    struct slice line = {rest->data, end ? (uint32_t)(end - rest->data) : rest->size};
    uint32_t used = end ? line.size + 1 : line.size;
    *rest = (struct slice){rest->data + used, rest->size - used};
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

enum status recording_read(const char *file, int64_t start, const struct zones *zones, struct arena *arena,
                           struct recording *out, struct error *e)
{
    struct slice text;
    enum status s = replay_read_file(file, arena, &text, e);
    if (s != STATUS_OK)
        return s;
    struct reading r = {.start = start, .last = start, .zones = zones, .arena = arena, .file = file, .e = e};
    uint32_t lines = 0;
    for (struct slice rest = text; rest.size > 0; lines++)
        next_line(&rest);
    *out = (struct recording){.messages = ARENA_ARRAY(arena, struct message, lines + 1),
                              .at = ARENA_ARRAY(arena, int64_t, lines + 1)};
    while (text.size > 0) {
        struct slice line = next_line(&text);
        int64_t before = r.last;
        r.line++;
        s = read_line(&r, line, &out->messages[out->count]);
        if (s != STATUS_OK)
            return s;
        if (r.last < before)
            return error_set(e, STATUS_CONFIG,
                             "%s:%u: this message is older than the one before; the oldest come first", file, r.line);
        out->at[out->count++] = r.last;
    }
    return STATUS_OK;
}

// ---- the source

struct source {
    struct source_setup setup;
    struct arena arena;
    struct recording recording;
    int64_t begin, end; // of the planned batch; `begin` is what was committed
    int64_t handed;     // of the planned batch
    int64_t most;       // a batch
    bool frozen;        // all there is counts as there
    bool first;         // the batch without rows that a socket begins with
    struct source_counters counters;
};

// What takes the source's place needs to know, as options of its own.
static const struct option_spec recording_spec = {.name = "recording", .kind = OPTION_STRING}; // its file
static const struct option_spec start_spec = {.name = "recordingStart", .kind = OPTION_INTEGER};
static const struct option_spec first_spec = {.name = "recordingBatchZero", .kind = OPTION_BOOLEAN};

static enum status recorded_open(const struct source_setup *setup, struct source **out, struct error *e)
{
    struct source *s = mem_zalloc(setup->memory, sizeof *s);
    s->setup = *setup;
    arena_init(&s->arena, setup->memory, ARENA_BLOCK);
    s->most = setup->once ? INT64_MAX : option_integer(setup->options, "maxOffsetsPerTrigger", INT64_MAX);
    s->first = setup->fresh && option_boolean(setup->options, first_spec.name);
    enum status status = recording_read(option_text(setup->options, recording_spec.name).data,
                                        option_integer(setup->options, start_spec.name, 0),
                                        setup->port->class->zones(setup->port), &s->arena, &s->recording, e);
    if (status == STATUS_OK)
        status = offsets_load(setup->state, SLICE("recorded"), &s->begin, 1, e);
    *out = s;
    return status == STATUS_END ? STATUS_OK : status;
}

static void recorded_close(struct source *s)
{
    if (!s)
        return;
    struct memory *memory = s->setup.memory;
    arena_free(&s->arena);
    mem_free(memory, s, sizeof *s);
}

static enum status recorded_freeze(struct source *s, struct error *e)
{
    (void)e;
    s->frozen = true;
    return STATUS_OK;
}

static enum status recorded_plan(struct source *s, int64_t *next, struct error *e)
{
    (void)e;
    struct port *port = s->setup.port;
    int64_t now = port->class->wall(port);
    s->end = s->handed = s->begin;
    while (!s->first && s->end < s->recording.count && s->end - s->begin < s->most &&
           (s->frozen || s->recording.at[s->end] <= now))
        s->end++;
    // the simulated clock is both: wall and monotonic
    *next = s->end < s->recording.count ? s->recording.at[s->end] : INT64_MAX;
    s->counters.waiting = 0;
    return s->end > s->begin || s->first ? STATUS_OK : STATUS_END;
}

static enum status recorded_read(struct source *s, struct chunk *rows, struct block *out, struct error *e)
{
    (void)rows, (void)e;
    if (s->handed == s->end)
        return STATUS_END;
    *out = (struct block){
        .kind = BLOCK_MESSAGES,
        .origin = s->setup.name,
        .messages = s->recording.messages + s->handed,
        .message_count = (uint32_t)(s->end - s->handed),
    };
    s->handed = s->end;
    s->counters.records += out->message_count;
    for (uint32_t i = 0; i < out->message_count; i++)
        s->counters.bytes += out->messages[i].value.size;
    return STATUS_OK;
}

static enum status recorded_save(struct source *s, struct error *e)
{
    return offsets_save(s->setup.state, SLICE("recorded"), &s->end, 1, e);
}

static enum status recorded_committed(struct source *s, struct error *e)
{
    (void)e;
    s->begin = s->end;
    s->first = false;
    return STATUS_OK;
}

static const struct source_counters *recorded_counters(const struct source *s)
{
    return &s->counters;
}

static void recorded_describe(const struct source *s, struct text *out)
{
    text_printf(out, "message %" PRId64 " of %u recorded ones", s->begin, s->recording.count);
}

void recording_take_place(const char *file, int64_t start, struct pipeline_source *source, struct arena *arena)
{
    const struct source_class *was = source->class;
    struct source_class *class = ARENA_NEW(arena, struct source_class);
    *class = (struct source_class){
        .format = was->format,
        .options = was->options,
        .live = was->live,
        .decodes = was->decodes,
        .columns = was->columns,
        .open = recorded_open,
        .close = recorded_close,
        .freeze = recorded_freeze,
        .plan = recorded_plan,
        .read = recorded_read,
        .save = recorded_save,
        .committed = recorded_committed,
        .counters = recorded_counters,
        .describe = recorded_describe,
    };
    replay_add_option(&source->options, &recording_spec, slice_of(file), 0, arena);
    replay_add_option(&source->options, &start_spec, (struct slice){0}, start, arena);
    replay_add_option(&source->options, &first_spec, (struct slice){0}, strcmp(was->format, "socket") == 0, arena);
    source->class = class;
}
