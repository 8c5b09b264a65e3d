// Sources and sinks of the pipeline file.
#include "agent/plan/pipeline_reader.h"

#include "ops/datetime.h"

enum { PARTS_MAX = 16 };

static const struct key source_keys[] = {{"format", false},
                                         {"schema", false},
                                         {"watermark", false},
                                         {"static", false},
                                         {"payload", false},
                                         {"dropDuplicates", false},
                                         {"dropDuplicatesWithinWatermark", false},
                                         {"idleTimeout", false},
                                         {"maxFuture", false},
                                         {NULL, false}};
static const struct key sink_keys[] = {{"format", false}, {NULL, false}};

// The object of a source or a sink, and its format.
static enum status read_format(struct reader *r, const struct json *part, const char *what, const struct json **format)
{
    if (part->kind != JSON_OBJECT)
        return refuse(r, part, "%s is %s; wanted is an object such as {\"format\": \"json\", \"path\": \"…\"}", what,
                      json_kind_name(part->kind));
    *format = json_member(part, "format");
    if (*format == NULL)
        return refuse(r, part, "%s has no \"format\"", what);
    return want_kind(r, *format, JSON_STRING, "format");
}

// ---- watermark, schema, payload

static enum status read_watermark(struct reader *r, const struct json *watermark, struct pipeline_source *out)
{
    static const struct key keys[] = {{"column", false}, {"delay", false}, {NULL, false}};
    static const struct option_spec *const none[2] = {NULL, NULL};
    struct interval delay;
    if (watermark == NULL)
        return STATUS_OK;
    if (watermark->kind != JSON_OBJECT)
        return refuse(
            r, watermark,
            "watermark is %s; wanted is an object such as {\"column\": \"eventTime\", \"delay\": \"10 minutes\"}",
            json_kind_name(watermark->kind));
    enum status status = check_keys(r, watermark, keys, none, "a watermark");
    if (status != STATUS_OK)
        return status;
    for (const struct key *k = keys; k->name != NULL; k++) {
        const struct json *member = json_member(watermark, k->name);
        if (member == NULL)
            return refuse(r, watermark, "a watermark has a \"column\" and a \"delay\"; %s is missing", k->name);
        status = want_kind(r, member, JSON_STRING, k->name);
        if (status != STATUS_OK)
            return status;
    }
    const struct json *column = json_member(watermark, "column"), *text = json_member(watermark, "delay");
    if (!interval_parse(text->text, &delay) || !interval_micros(&delay, &out->watermark_delay))
        return refuse(
            r, text, "[CANNOT_PARSE_INTERVAL] '%.*s' is no delay; wanted is a number and a unit such as \"10 minutes\"",
            (int)text->text.size, text->text.data);
    if (out->watermark_delay < 0)
        return refuse(r, text, "delay threshold (%.*s) should not be negative", (int)text->text.size, text->text.data);
    out->has_watermark = true;
    out->watermark_column = column->text;
    out->watermark_place = place_of(r, column);
    return STATUS_OK;
}

static enum status read_dedup(struct reader *r, const struct json *list, struct pipeline_dedup *out)
{
    if (list == NULL)
        return STATUS_OK;
    if (list->kind != JSON_ARRAY)
        return refuse(r, list,
                      "%.*s is %s; wanted is an array of columns, such as [\"deviceId\", \"eventTime\"], or [] for all",
                      (int)list->name.size, list->name.data, json_kind_name(list->kind));
    out->given = true;
    out->place = place_of(r, list);
    out->columns = ARENA_ARRAY(r->arena, struct slice, json_count(list));
    out->places = ARENA_ARRAY(r->arena, struct place, json_count(list));
    for (const struct json *column = list->first; column != NULL; column = column->next) {
        enum status status = want_kind(r, column, JSON_STRING, "a column");
        if (status != STATUS_OK)
            return status;
        out->places[out->count] = place_of(r, column);
        out->columns[out->count++] = column->text;
    }
    return STATUS_OK;
}

// A static table is read once, whole: it has no watermark, and nothing arrives twice.
static enum status refuse_static(struct reader *r, const struct json *part, const struct pipeline_source *out)
{
    static const struct {
        const char *key, *instead;
    } streams[] = {{"dropDuplicates", ": use SELECT DISTINCT in the query"},
                   {"dropDuplicatesWithinWatermark", ": use SELECT DISTINCT in the query"},
                   {"idleTimeout", ""},
                   {"maxFuture", ""}};
    for (size_t i = 0; out->is_static && i < sizeof streams / sizeof *streams; i++)
        if (json_member(part, streams[i].key) != NULL)
            return refuse_name(r, json_member(part, streams[i].key), "%s is for streams; this source is static%s",
                               streams[i].key, streams[i].instead);
    return STATUS_OK;
}

// What is said of the watermark's clock: a time, `least` microseconds or more.
static enum status read_bound(struct reader *r, const struct json *bound, const struct pipeline_source *source,
                              int64_t least, int64_t *out)
{
    struct interval time;
    if (bound == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, bound, JSON_STRING, "a time");
    if (status != STATUS_OK)
        return status;
    if (!source->has_watermark && !source->is_static)
        return refuse_name(r, bound, "%.*s is about the watermark, and the source has none", (int)bound->name.size,
                           bound->name.data);
    if (!interval_parse(bound->text, &time) || !interval_micros(&time, out) || *out < least)
        return refuse(r, bound, "'%.*s' is no time for %.*s; wanted is a number and a unit such as \"10 minutes\"",
                      (int)bound->text.size, bound->text.data, (int)bound->name.size, bound->name.data);
    return STATUS_OK;
}

static enum status read_bounds(struct reader *r, const struct json *part, struct pipeline_source *out)
{
    out->idle_timeout = INT64_MAX;
    out->max_future = INT64_MAX;
    enum status status = read_bound(r, json_member(part, "idleTimeout"), out, 1, &out->idle_timeout);
    return status == STATUS_OK ? read_bound(r, json_member(part, "maxFuture"), out, 0, &out->max_future) : status;
}

static enum status read_static(struct reader *r, const struct json *flag, struct pipeline_source *out)
{
    if (flag == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, flag, JSON_BOOLEAN, "static");
    if (status == STATUS_OK && flag->boolean && (!out->class->decodes || out->class->columns != NULL))
        status = refuse(r, flag, "only files can be static, not %s", out->class->format);
    out->is_static = flag->boolean;
    return status;
}

static enum status unknown_decoder(struct reader *r, const struct json *payload)
{
    struct slice names[64];
    uint32_t count;
    const struct decoder_class *const *list = decoder_list(&count);
    count = count < 64 ? count : 64;
    for (uint32_t i = 0; i < count; i++)
        names[i] = slice_of(list[i]->name);
    return refuse(r, payload, "there is no payload \"%.*s\"%s", (int)payload->text.size, payload->text.data,
                  suggest(r, payload->text, names, count));
}

// The formats that can be read, or the nearest of them.
static const char *suggest_source(struct reader *r, struct slice wanted)
{
    struct slice names[64];
    uint32_t count, known = 0;
    const struct source_class *const *list = source_list(&count);
    for (uint32_t i = 0; i < count && known < 64; i++)
        if (!list[i]->decodes || list[i]->columns != NULL || decoder_find(slice_of(list[i]->format)) != NULL)
            names[known++] = slice_of(list[i]->format);
    return suggest(r, wanted, names, known);
}

// Files are decoded by their format; messages by their payload, if they have one.
static enum status find_decoder(struct reader *r, const struct json *part, struct pipeline_source *out)
{
    const struct json *payload = json_member(part, "payload");
    bool files = out->class->decodes && out->class->columns == NULL;
    if (files)
        out->decoder = decoder_find(slice_of(out->class->format));
    if (files && out->decoder == NULL)
        return refuse(r, json_member(part, "format"), "%s files are not built yet%s", out->class->format,
                      suggest_source(r, (struct slice){0}));
    if (payload == NULL)
        return STATUS_OK;
    if (files || !out->class->decodes)
        return refuse(r, payload, "payload is for sources that carry messages; %s is not one", out->class->format);
    enum status status = want_kind(r, payload, JSON_STRING, "payload");
    if (status != STATUS_OK)
        return status;
    out->decoder = decoder_find(payload->text);
    return out->decoder == NULL ? unknown_decoder(r, payload) : STATUS_OK;
}

static const struct type *text_schema(struct arena *arena)
{
    struct field value = {SLICE("value"), type_simple(TYPE_STRING), true};
    return type_struct(arena, &value, 1);
}

static enum status read_schema(struct reader *r, const struct json *part, struct pipeline_source *out)
{
    const struct json *schema = json_member(part, "schema");
    bool wanted = out->decoder != NULL || (out->class->decodes && out->class->columns == NULL);
    if (schema == NULL) {
        if (!wanted)
            return STATUS_OK;
        if (out->decoder == NULL || !slice_equal(slice_of(out->decoder->name), SLICE("text")))
            return refuse(r, part,
                          "[UNABLE_TO_INFER_SCHEMA] the source has no \"schema\", such as \"eventTime "
                          "TIMESTAMP, action STRING\"");
        out->schema = text_schema(r->arena);
        return STATUS_OK;
    }
    if (!wanted)
        return refuse(r, schema, "%s has columns of its own; a schema goes with a \"payload\"", out->class->format);
    enum status status = want_kind(r, schema, JSON_STRING, "schema");
    if (status != STATUS_OK)
        return status;
    struct sql_source text = sql_source_of(r, schema);
    status = sql_parse_schema(&text, r->arena, &out->schema, r->error);
    if (status == STATUS_OK)
        out->schema = type_as_nullable(r->arena, out->schema);
    return status;
}

// ---- sources

static enum status unknown_source(struct reader *r, const struct json *format)
{
    return refuse(r, format, "[DATA_SOURCE_NOT_FOUND] there is no source format \"%.*s\"%s", (int)format->text.size,
                  format->text.data, suggest_source(r, format->text));
}

static enum status read_source(struct reader *r, const struct json *part, struct pipeline_source *out)
{
    const struct json *format;
    enum status status = read_format(r, part, "a source", &format);
    if (status != STATUS_OK)
        return status;
    out->name = part->name;
    out->place = place_of(r, part);
    out->class = source_find(format->text);
    if (out->class == NULL)
        return unknown_source(r, format);
    status = find_decoder(r, part, out);
    if (status != STATUS_OK)
        return status;
    const struct option_spec *const tables[2] = {out->class->options,
                                                 out->decoder == NULL ? NULL : out->decoder->options};
    const char *what = arena_printf(r->arena, "a %s source", out->class->format);
    status = check_keys(r, part, source_keys, tables, what);
    if (status == STATUS_OK)
        status = read_options(r, part, tables, &out->options, what);
    if (status == STATUS_OK)
        status = read_static(r, json_member(part, "static"), out);
    if (status == STATUS_OK)
        status = read_schema(r, part, out);
    if (status == STATUS_OK)
        status = read_watermark(r, json_member(part, "watermark"), out);
    if (status == STATUS_OK)
        status = read_bounds(r, part, out);
    if (status == STATUS_OK)
        status = read_dedup(r, json_member(part, "dropDuplicates"), &out->dedup);
    if (status == STATUS_OK)
        status = read_dedup(r, json_member(part, "dropDuplicatesWithinWatermark"), &out->dedup_within);
    return status == STATUS_OK ? refuse_static(r, part, out) : status;
}

// An object of 1 to PARTS_MAX members whose names differ in more than case.
static enum status check_parts(struct reader *r, const struct json *parts, const char *what)
{
    if (parts->kind != JSON_OBJECT)
        return refuse(r, parts, "%s is %s; wanted is an object of names: {\"NAME\": {\"format\": …}, …}", what,
                      json_kind_name(parts->kind));
    if (parts->first == NULL)
        return refuse(r, parts, "there is nothing in \"%s\"; it needs one at least", what);
    if (json_count(parts) > PARTS_MAX)
        return refuse(r, parts, "more than %d %s in one pipeline", PARTS_MAX, what);
    for (const struct json *part = parts->first; part != NULL; part = part->next) {
        if (part->name.size == 0)
            return refuse_name(r, part, "an empty name");
        for (const struct json *other = parts->first; other != part; other = other->next)
            if (slice_equal_fold(other->name, part->name))
                return refuse_name(r, part, "\"%.*s\" differs from another only in case; rename it",
                                   (int)part->name.size, part->name.data);
    }
    return STATUS_OK;
}

enum status read_sources(struct reader *r, const struct json *sources)
{
    enum status status = check_parts(r, sources, "sources");
    if (status != STATUS_OK)
        return status;
    r->out->sources = ARENA_ARRAY(r->arena, struct pipeline_source, json_count(sources));
    for (const struct json *part = sources->first; part != NULL && status == STATUS_OK; part = part->next)
        status = read_source(r, part, &r->out->sources[r->out->source_count++]);
    return status;
}

// ---- sinks

static enum status unknown_sink(struct reader *r, const struct json *format)
{
    struct slice names[64];
    uint32_t count;
    const struct sink_class *const *list = sink_list(&count);
    count = count < 64 ? count : 64;
    for (uint32_t i = 0; i < count; i++)
        names[i] = slice_of(list[i]->format);
    return refuse(r, format, "[DATA_SOURCE_NOT_FOUND] there is no sink format \"%.*s\"%s", (int)format->text.size,
                  format->text.data, suggest(r, format->text, names, count));
}

static enum status read_sink(struct reader *r, const struct json *part, struct pipeline_sink *out)
{
    const struct json *format;
    enum status status = read_format(r, part, "a sink", &format);
    if (status != STATUS_OK)
        return status;
    out->name = part->name;
    out->place = place_of(r, part);
    out->class = sink_find(format->text);
    if (out->class == NULL)
        return unknown_sink(r, format);
    const struct option_spec *const tables[2] = {out->class->options, NULL};
    const char *what = arena_printf(r->arena, "a %s sink", out->class->format);
    status = check_keys(r, part, sink_keys, tables, what);
    return status == STATUS_OK ? read_options(r, part, tables, &out->options, what) : status;
}

enum status read_sinks(struct reader *r, const struct json *sinks)
{
    enum status status = check_parts(r, sinks, "sinks");
    if (status != STATUS_OK)
        return status;
    r->out->sinks = ARENA_ARRAY(r->arena, struct pipeline_sink, json_count(sinks));
    for (const struct json *part = sinks->first; part != NULL && status == STATUS_OK; part = part->next)
        status = read_sink(r, part, &r->out->sinks[r->out->sink_count++]);
    return status;
}

enum status read_late_rows(struct reader *r, const struct json *name)
{
    struct slice names[PARTS_MAX];
    if (name == NULL)
        return STATUS_OK;
    enum status status = want_kind(r, name, JSON_STRING, "lateRows");
    if (status != STATUS_OK)
        return status;
    for (uint32_t i = 0; i < r->out->sink_count; i++) {
        names[i] = r->out->sinks[i].name;
        if (slice_equal(names[i], name->text))
            r->out->late_sink = &r->out->sinks[i];
    }
    const struct pipeline_sink *sink = r->out->late_sink;
    if (sink == NULL)
        return refuse(r, name, "lateRows: there is no sink \"%.*s\"%s", (int)name->text.size, name->text.data,
                      suggest(r, name->text, names, r->out->sink_count));
    if (r->out->sink_count == 1)
        return refuse(r, name, "lateRows names the only sink: the result needs one too");
    if (sink->class->delivery(&sink->options) == SINK_LOGGED)
        return refuse(r, name, "lateRows cannot go to a %s sink yet, whose log is of the result; write them to files",
                      sink->class->format);
    return STATUS_OK;
}
