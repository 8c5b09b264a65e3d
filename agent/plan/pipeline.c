// The pipeline file's top level, and what its parts share.
#include "agent/plan/pipeline.h"

#include "agent/plan/board.h"
#include "agent/plan/pipeline_reader.h"
#include "agent/sql/caret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 16 << 20, NAME_SIZE_MAX = 64 };

// ---- messages

struct place place_of(const struct reader *r, const struct json *at)
{
    uint32_t line;
    if (at == NULL || at->origin != NULL)
        return (struct place){0};
    uint32_t start = caret_line_start(r->source.text, at->at, &line);
    struct slice before = {r->source.text.data + start, at->at - start};
    return (struct place){line + 1, caret_characters(before) + 1};
}

static enum status refuse_at(struct reader *r, const struct json *at, uint32_t offset, uint32_t length,
                             const char *format, va_list args)
{
    char words[ERROR_TEXT_MAX / 2];
    vsnprintf(words, sizeof words, format, args);
    if (at->origin != NULL)
        return error_set(r->error, STATUS_CONFIG, "%s: %s", at->origin, words);
    return json_error_at(&r->source, offset, length, r->error, "%s", words);
}

enum status refuse(struct reader *r, const struct json *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    // of an object or an array the first character will do
    refuse_at(r, at, at->at, at->kind >= JSON_ARRAY ? 1 : at->size, format, args);
    va_end(args);
    return STATUS_CONFIG;
}

enum status refuse_name(struct reader *r, const struct json *member, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    refuse_at(r, member, member->name_at, member->name.size + 2, format, args);
    va_end(args);
    return STATUS_CONFIG;
}

enum status refuse_again(struct reader *r, const struct json *at)
{
    char words[ERROR_TEXT_MAX / 2];
    snprintf(words, sizeof words, "%.*s", ERROR_TEXT_MAX / 2 - 1, r->error == NULL ? "" : r->error->text);
    return refuse(r, at, "%s", words);
}

enum status pipeline_error(const struct pipeline *p, struct place place, struct error *e, const char *format, ...)
{
    char words[ERROR_TEXT_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    const char *file = p->file == NULL ? "" : p->file;
    if (place.line == 0)
        return error_set(e, STATUS_CONFIG, "%s%s%s", file, p->file == NULL ? "" : ": ", words);
    struct json_text source = {p->file, p->text};
    uint32_t at = 0, line = 1, column = 1;
    for (; at < p->text.size && line < place.line; at++)
        line += p->text.data[at] == '\n';
    for (; at < p->text.size && p->text.data[at] != '\n' && column < place.column; at++)
        column += at + 1 < p->text.size && ((unsigned char)p->text.data[at + 1] & 0xC0) != 0x80;
    return json_error_at(&source, at, 1, e, "%s", words);
}

const char *suggest(struct reader *r, struct slice wanted, const struct slice *names, uint32_t count)
{
    int near = slice_nearest(wanted, names, count);
    if (near >= 0)
        return arena_printf(r->arena, "; did you mean \"%.*s\"?", (int)names[near].size, names[near].data);
    const char *list = "; there are ";
    for (uint32_t i = 0; i < count; i++)
        list = arena_printf(r->arena, "%s%s%.*s", list, i == 0 ? "" : ", ", (int)names[i].size, names[i].data);
    return count == 0 ? "" : list;
}

enum status want_kind(struct reader *r, const struct json *at, enum json_kind kind, const char *name)
{
    if (at->kind == kind)
        return STATUS_OK;
    return refuse(r, at, "%s is %s; wanted is %s", name, json_kind_name(at->kind), json_kind_name(kind));
}

// ---- keys

static enum status unknown_key(struct reader *r, const struct json *member, const struct key *keys,
                               const struct option_spec *const tables[2], const char *what)
{
    struct slice names[128];
    uint32_t count = 0;
    for (const struct key *k = keys; k->name != NULL; k++)
        if (!k->later && count < 128)
            names[count++] = slice_of(k->name);
    for (int t = 0; t < 2; t++)
        for (const struct option_spec *o = tables[t]; o != NULL && o->name != NULL; o++)
            if (count < 128)
                names[count++] = slice_of(o->name);
    enum status status = refuse_name(r, member, "unknown key \"%.*s\" of %s%s", (int)member->name.size,
                                     member->name.data, what, suggest(r, member->name, names, count));
    if (member->origin == NULL)
        return status;
    if (r->error != NULL)
        r->error->status = STATUS_USAGE;
    return STATUS_USAGE;
}

enum status check_keys(struct reader *r, const struct json *object, const struct key *keys,
                       const struct option_spec *const tables[2], const char *what)
{
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        const struct key *k = keys;
        while (k->name != NULL && !slice_equal(slice_of(k->name), member->name))
            k++;
        if (k->name != NULL && k->later)
            return refuse_name(r, member, "\"%s\" is not built yet; take it out", k->name);
        if (k->name == NULL && option_find(tables[0], member->name) == NULL &&
            option_find(tables[1], member->name) == NULL)
            return unknown_key(r, member, keys, tables, what);
    }
    return STATUS_OK;
}

// ---- scalars of the top level

static bool is_name(struct slice s)
{
    for (uint32_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return s.size > 0 && s.size <= NAME_SIZE_MAX;
}

static enum status read_name(struct reader *r, const struct json *root)
{
    const struct json *name = json_member(root, "name");
    if (name != NULL) {
        enum status status = want_kind(r, name, JSON_STRING, "name");
        if (status != STATUS_OK)
            return status;
        r->out->name = name->text;
        return is_name(name->text) ? STATUS_OK
                                   : refuse(r, name, "a name is 1 to %d letters, digits, _ and -", NAME_SIZE_MAX);
    }
    if (r->source.file == NULL)
        return refuse(r, root, "the pipeline has no \"name\"");
    const char *slash = strrchr(r->source.file, '/');
    struct slice base = slice_of(slash == NULL ? r->source.file : slash + 1);
    for (uint32_t i = base.size; i-- > 1;) {
        if (base.data[i] == '.') {
            base.size = i;
            break;
        }
    }
    r->out->name = base;
    return is_name(base) ? STATUS_OK
                         : refuse(r, root,
                                  "the file's name is no name for a pipeline (1 to %d letters, digits, _ and "
                                  "-); give it a \"name\"",
                                  NAME_SIZE_MAX);
}

static enum status read_mode(struct reader *r, const struct json *mode)
{
    static const char *const names[] = {"append", "update", "complete"};
    if (mode == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, mode, JSON_STRING, "outputMode");
    if (status != STATUS_OK)
        return status;
    r->out->mode_given = true;
    for (unsigned i = 0; i < 3; i++) {
        if (slice_equal_fold(mode->text, slice_of(names[i]))) {
            r->out->mode = (enum output_mode)i;
            return STATUS_OK;
        }
    }
    return refuse(r, mode,
                  "[STREAMING_OUTPUT_MODE.INVALID] outputMode is \"%.*s\"; wanted is append, update or complete",
                  (int)mode->text.size, mode->text.data);
}

static enum status read_flag_trigger(struct reader *r, const struct json *value, enum trigger trigger)
{
    if (value->kind != JSON_BOOLEAN || !value->boolean)
        return refuse(r, value, "the trigger \"%.*s\" is true, or is left out", (int)value->name.size,
                      value->name.data);
    r->out->trigger = trigger;
    return STATUS_OK;
}

static enum status read_trigger(struct reader *r, const struct json *trigger)
{
    static const struct key keys[] = {
        {"processingTime", false}, {"availableNow", false}, {"once", false}, {"continuous", true}, {NULL, false}};
    static const struct option_spec *const none[2] = {NULL, NULL};
    if (trigger == NULL)
        return STATUS_OK;
    enum status status = trigger->kind == JSON_OBJECT ? check_keys(r, trigger, keys, none, "a trigger") : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (trigger->kind != JSON_OBJECT || json_count(trigger) != 1)
        return refuse(r, trigger,
                      "a trigger is one of {\"processingTime\": \"10 seconds\"}, {\"availableNow\": true}, "
                      "{\"once\": true}");
    const struct json *value = trigger->first;
    if (slice_equal(value->name, SLICE("availableNow")))
        return read_flag_trigger(r, value, TRIGGER_AVAILABLE_NOW);
    if (slice_equal(value->name, SLICE("once")))
        return read_flag_trigger(r, value, TRIGGER_ONCE);
    r->out->trigger = TRIGGER_PROCESSING_TIME;
    if (value->kind != JSON_STRING || !duration_parse(value->text, &r->out->trigger_interval))
        return refuse(
            r, value,
            "processingTime is a text such as \"10 seconds\": a number, and week, day, hour, minute, second or "
            "millisecond");
    return STATUS_OK;
}

static enum status read_checkpoint(struct reader *r, const struct json *checkpoint)
{
    if (checkpoint == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, checkpoint, JSON_STRING, "checkpointLocation");
    if (status == STATUS_OK && checkpoint->text.size == 0)
        status = refuse(r, checkpoint, "checkpointLocation is empty; give a directory, or leave it out");
    if (status == STATUS_OK)
        r->out->checkpoint = absolute_path(r, checkpoint->text);
    return status;
}

// ---- limits, conf, zone: tables of options

static const char *const outbox_choices[] = {"block", "dropOldest", "latest", NULL};
// The program alone needs half of it; below, each chunk is beyond the limit.
enum { MEMORY_LEAST = 4 << 20 };

static const struct option_spec limit_options[] = {
    {.name = "memory",
     .kind = OPTION_SIZE,
     .least = MEMORY_LEAST,
     .summary = "anonymous memory of the pipeline's process"},
    {.name = "outbox", .kind = OPTION_SIZE, .summary = "bytes of records that may wait to be sent"},
    {.name = "outboxFull", .kind = OPTION_CHOICE, .choices = outbox_choices, .summary = "what then"},
    {.name = "commitInterval", .kind = OPTION_DURATION, .summary = "shortest time between two batches"},
    {.name = "clockWait", .kind = OPTION_DURATION, .summary = "how long to wait for a trusted clock"},
    {.name = NULL},
};

static const char *const policy_choices[] = {"min", "max", NULL};
static const struct option_spec conf_options[] = {
    {.name = "spark.sql.session.timeZone", .kind = OPTION_STRING, .summary = "as timeZone"},
    {.name = "spark.sql.streaming.noDataMicroBatches.enabled",
     .kind = OPTION_BOOLEAN,
     .fallback = "true",
     .condition = "INVALID_CONF_VALUE.TYPE_MISMATCH"},
    {.name = "spark.sql.streaming.multipleWatermarkPolicy",
     .kind = OPTION_CHOICE,
     .choices = policy_choices,
     .condition = "INVALID_CONF_VALUE.REQUIREMENT"},
    {.name = NULL},
};

static enum status read_limits(struct reader *r, const struct json *limits)
{
    static const struct option_spec *const tables[2] = {limit_options, NULL};
    static const struct key none[] = {{NULL, false}};
    struct options o = {0};
    if (limits != NULL) {
        enum status status = want_kind(r, limits, JSON_OBJECT, "limits");
        if (status == STATUS_OK)
            status = check_keys(r, limits, none, tables, "limits");
        if (status == STATUS_OK)
            status = read_options(r, limits, tables, &o, "limits");
        if (status != STATUS_OK)
            return status;
    }
    struct pipeline *p = r->out;
    p->limits.memory = option_integer(&o, "memory", board_default.memory);
    p->limits.outbox = option_integer(&o, "outbox", board_default.outbox);
    p->limits.commit_interval = option_integer(&o, "commitInterval", board_default.commit_interval);
    p->limits.commit_interval_given = option_get(&o, "commitInterval") != NULL;
    p->limits.clock_wait = option_integer(&o, "clockWait", board_default.clock_wait);
    struct slice full = option_text(&o, "outboxFull");
    p->limits.outbox_full = slice_equal(full, SLICE("dropOldest")) ? OUTBOX_DROP_OLDEST
                            : slice_equal(full, SLICE("latest"))   ? OUTBOX_LATEST
                                                                   : OUTBOX_BLOCK;
    return STATUS_OK;
}

static enum status read_conf(struct reader *r, const struct json *conf)
{
    static const struct option_spec *const tables[2] = {conf_options, NULL};
    static const struct key none[] = {{NULL, false}};
    struct options o = {0};
    if (conf == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, conf, JSON_OBJECT, "conf");
    if (status == STATUS_OK)
        status = check_keys(r, conf, none, tables, "conf");
    if (status == STATUS_OK)
        status = read_options(r, conf, tables, &o, "conf");
    if (status != STATUS_OK)
        return status;
    const struct json *zone = json_member(conf, "spark.sql.session.timeZone");
    r->out->no_data_batches = option_boolean(&o, "spark.sql.streaming.noDataMicroBatches.enabled");
    r->out->greatest_watermark =
        slice_equal_fold(option_text(&o, "spark.sql.streaming.multipleWatermarkPolicy"), SLICE("max"));
    if (zone != NULL) {
        r->out->time_zone = option_text(&o, "spark.sql.session.timeZone");
        r->out->time_zone_place = place_of(r, zone);
    }
    return STATUS_OK;
}

static enum status read_zone(struct reader *r, const struct json *zone)
{
    if (zone == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, zone, JSON_STRING, "timeZone");
    if (status != STATUS_OK)
        return status;
    if (r->out->time_zone_place.line != 0 && !slice_equal(r->out->time_zone, zone->text))
        return refuse(r, zone, "timeZone is another than spark.sql.session.timeZone of conf; keep one");
    r->out->time_zone = zone->text;
    r->out->time_zone_place = place_of(r, zone);
    return STATUS_OK;
}

// ---- all of it

static enum status read_root(struct reader *r, const struct json *root)
{
    static const struct key keys[] = {{"name", false},       {"sources", false},  {"query", false},
                                      {"outputMode", false}, {"trigger", false},  {"checkpointLocation", false},
                                      {"sinks", false},      {"timeZone", false}, {"limits", false},
                                      {"conf", false},       {"lateRows", false}, {NULL, false}};
    static const struct option_spec *const none[2] = {NULL, NULL};
    enum status status = want_kind(r, root, JSON_OBJECT, "a pipeline");
    if (status == STATUS_OK)
        status = check_keys(r, root, keys, none, "a pipeline");
    if (status == STATUS_OK)
        status = read_name(r, root);
    if (status == STATUS_OK)
        status = read_mode(r, json_member(root, "outputMode"));
    if (status == STATUS_OK)
        status = read_trigger(r, json_member(root, "trigger"));
    if (status == STATUS_OK)
        status = read_checkpoint(r, json_member(root, "checkpointLocation"));
    if (status == STATUS_OK)
        status = read_conf(r, json_member(root, "conf"));
    if (status == STATUS_OK)
        status = read_zone(r, json_member(root, "timeZone"));
    if (status == STATUS_OK)
        status = read_limits(r, json_member(root, "limits"));
    static const char *const required[][2] = {{"sources", "{\"events\": {\"format\": \"json\", …}}"},
                                              {"query", "\"SELECT … FROM events\""},
                                              {"sinks", "{\"screen\": {\"format\": \"console\"}}"}};
    for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
        if (json_member(root, required[i][0]) == NULL)
            status = refuse(r, root, "the pipeline has no \"%s\", such as %s", required[i][0], required[i][1]);
    if (status == STATUS_OK)
        status = read_sources(r, json_member(root, "sources"));
    if (status == STATUS_OK)
        status = read_query(r, json_member(root, "query"));
    if (status == STATUS_OK)
        status = read_sinks(r, json_member(root, "sinks"));
    return status == STATUS_OK ? read_late_rows(r, json_member(root, "lateRows")) : status;
}

enum status pipeline_parse(struct slice text, const char *file, const char *directory, const struct pipeline_set *sets,
                           uint32_t set_count, struct arena *arena, struct pipeline **out, struct error *e)
{
    struct error unread;
    struct pipeline *p = ARENA_NEW(arena, struct pipeline);
    struct reader r = {.source = {file, text}, .directory = directory, .arena = arena, .out = p};
    struct json *root;
    r.error = e == NULL ? &unread : e;
    *out = NULL;
    p->file = file;
    p->text = text;
    p->directory = directory;
    p->time_zone = SLICE("UTC");
    p->no_data_batches = true;
    enum status status = json_read(&r.source, arena, &root, r.error);
    p->root = root;
    for (uint32_t i = 0; i < set_count && status == STATUS_OK; i++)
        status = reader_set(&r, root, &sets[i]);
    if (status == STATUS_OK)
        status = reader_expand(&r, root);
    if (status == STATUS_OK)
        status = read_root(&r, root);
    if (status == STATUS_OK)
        *out = p;
    return status;
}

enum status pipeline_read(const char *file, const struct pipeline_set *sets, uint32_t set_count, struct arena *arena,
                          struct pipeline **out, struct error *e)
{
    struct error unread;
    struct reader r = {.source = {.file = file}, .directory = ".", .arena = arena};
    struct slice text;
    r.error = e == NULL ? &unread : e;
    *out = NULL;
    enum status status = read_text_file(&r, NULL, slice_of(file), FILE_BYTES_MAX, &text);
    if (status != STATUS_OK)
        return status;
    const char *slash = strrchr(file, '/');
    const char *directory = slash == NULL ? "." : arena_copy(arena, file, slash == file ? 1 : (size_t)(slash - file));
    char *whole = realpath(directory, NULL);
    if (whole != NULL)
        directory = arena_copy(arena, whole, strlen(whole));
    free(whole);
    return pipeline_parse(text, arena_copy(arena, file, strlen(file)), directory, sets, set_count, arena, out, e);
}
