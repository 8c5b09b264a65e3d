// Sources as PySpark: def read_NAME(spark), a streaming (or static) DataFrame.
#include "agent/plan/spark_parts.h"
#include "agent/plan/table.h"

// What Spark has of a source. Sources that are not here have no reader.
struct spark_reader {
    const char *format;
    const char *const *only;    // the options that Spark knows; NULL: all but `without`
    const char *const *without; // options that it has not
    const char *const *bars;    // with one of these options it has no reader
};

static const char *const own_keys[] = {"format",  "schema", "watermark",      "static",
                                       "payload", "path",   "dropDuplicates", "dropDuplicatesWithinWatermark",
                                       NULL};
static const char *const bounds[] = {"maxLineBytes", "idleTimeout", "maxFuture", NULL};
static const char *const kafka_only[] = {"subscribe",      "startingOffsets", "maxOffsetsPerTrigger",
                                         "failOnDataLoss", "includeHeaders",  NULL};
static const char *const socket_bars[] = {"listen", "protocol", NULL};

static const struct spark_reader readers[] = {
    {.format = "json", .without = bounds},   {.format = "csv", .without = bounds},
    {.format = "text", .without = bounds},   {.format = "socket", .without = bounds, .bars = socket_bars},
    {.format = "rate", .without = bounds},   {.format = "rate-micro-batch", .without = bounds},
    {.format = "kafka", .only = kafka_only},
};

static const struct spark_reader *reader_of(const char *format, const struct json *part)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (strcmp(readers[i].format, format) != 0)
            continue;
        for (const struct json *m = part->first; m != NULL; m = m->next)
            if (spark_is_among(m->name, readers[i].bars))
                return NULL;
        return &readers[i];
    }
    return NULL;
}

static bool spark_knows(const struct spark_reader *reader, struct slice option)
{
    if (reader->only != NULL)
        return spark_is_among(option, reader->only);
    return !spark_is_among(option, reader->without);
}

// ---- schemas

static void append_ddl(struct program *g, const struct field *fields, uint32_t count)
{
    struct text ddl;
    text_init(&ddl, g->arena->memory);
    for (uint32_t i = 0; i < count; i++) {
        text_string(&ddl, i == 0 ? "`" : ", `");
        for (uint32_t k = 0; k < fields[i].name.size; k++) {
            text_char(&ddl, fields[i].name.data[k]);
            if (fields[i].name.data[k] == '`')
                text_char(&ddl, '`');
        }
        text_string(&ddl, "` ");
        type_print_sql(fields[i].type, &ddl);
    }
    python_string(g->out, text_view(&ddl));
    text_free(&ddl);
}

static void append_schema(struct program *g, const struct json *part, const struct pipeline_source *s)
{
    const struct json *schema = json_member(part, "schema");
    if (schema != NULL)
        python_value(g->out, schema);
    else
        append_ddl(g, s->schema->fields, s->schema->field_count);
}

// ---- the reader

static void append_options(struct program *g, const struct json *part, const struct pipeline_source *s,
                           const struct spark_reader *reader)
{
    for (const struct json *m = part->first; m != NULL; m = m->next) {
        const struct option_spec *spec = option_find(s->class->options, m->name);
        if (spec == NULL && s->class->columns == NULL && s->decoder != NULL)
            spec = option_find(s->decoder->options, m->name);
        if (spec != NULL && !spark_is_among(m->name, own_keys) && spark_knows(reader, m->name))
            spark_option(g, spec, m);
    }
    if (option_find(s->class->options, SLICE("numPartitions")) != NULL && json_member(part, "numPartitions") == NULL)
        text_string(g->out, "\n            .option(\"numPartitions\", 1)");
}

static void append_reader(struct program *g, const struct json *part, const struct pipeline_source *s,
                          const struct spark_reader *reader)
{
    const struct json *place = json_member(part, "path");
    text_printf(g->out, "(spark.%s.format(\"%s\")", s->is_static ? "read" : "readStream", s->class->format);
    if (s->schema != NULL && s->class->columns == NULL) {
        text_string(g->out, "\n            .schema(");
        append_schema(g, part, s);
        text_char(g->out, ')');
    }
    append_options(g, part, s, reader);
    if (strcmp(reader->format, "kafka") == 0) {
        g->kafka = true;
        text_string(g->out, "\n            .option(\"kafka.bootstrap.servers\", KAFKA_SERVERS)");
    }
    text_string(g->out, "\n            .load(");
    if (place != NULL) {
        text_string(g->out, "path(");
        python_value(g->out, place);
        text_char(g->out, ')');
    }
    text_string(g->out, "))\n");
}

static void append_place(struct program *g, const struct json *part, const struct pipeline_source *s, const char *name)
{
    const struct type *own = s->class->columns == NULL ? s->schema : s->class->columns(&s->options, g->arena);
    g->types = true;
    text_printf(g->out, "\n\ndef fill_in_%s(spark):\n", name);
    text_printf(g->out,
                "    # ---- FILL IN: Spark has no reader for %s. Return a streaming DataFrame of this schema.\n",
                s->class->format);
    spark_left_out(g, part, own_keys, false, "In the pipeline file:");
    text_string(g->out, "    schema = StructType.fromDDL(");
    append_ddl(g, own->fields, own->field_count);
    text_string(g->out, ")\n    raise NotImplementedError(");
    python_string(g->out, slice_of(arena_printf(g->arena,
                                                "source %.*s: Spark has no reader for %s; fill in fill_in_%s, "
                                                "which returns a streaming DataFrame of ",
                                                (int)s->name.size, s->name.data, s->class->format, name)));
    text_string(g->out, " + schema.simpleString())\n");
}

// ---- what comes behind it

static void append_payload(struct program *g, const struct json *part, const struct pipeline_source *s, uint32_t index)
{
    struct source_table table = source_table_make(&g->p->sources[index], g->arena);
    g->reads_messages = true;
    text_string(g->out, "    rows = decoded(rows, [");
    for (uint32_t i = 0, n = 0; i < table.count; i++) {
        if (table.column[i].decoded)
            continue;
        text_string(g->out, n++ == 0 ? "" : ", ");
        python_string(g->out, table.column[i].field.name);
    }
    text_printf(g->out, "], \"%s\", ", s->decoder->name);
    append_schema(g, part, s);
    text_string(g->out, ", {");
    spark_option_pairs(g, s->decoder->options, part, bounds);
    text_string(g->out, "})\n");
}

static void append_columns(struct program *g, const struct json *part, const char *method)
{
    const struct json *columns = json_member(part, method);
    if (columns == NULL)
        return;
    text_printf(g->out, "    rows = rows.%s([", method);
    if (columns->kind == JSON_ARRAY) {
        for (const struct json *c = columns->first; c != NULL; c = c->next) {
            text_string(g->out, c == columns->first ? "" : ", ");
            python_value(g->out, c);
        }
    } else {
        python_value(g->out, columns);
    }
    text_string(g->out, "])\n");
}

static void append_source(struct program *g, const struct json *part, uint32_t index)
{
    const struct pipeline_source *s = &g->p->sources[index];
    const char *name = spark_part_name(g, json_member(g->p->root, "sources"), part);
    const struct spark_reader *reader = reader_of(s->class->format, part);
    const struct json *watermark = json_member(part, "watermark");
    if (reader == NULL)
        append_place(g, part, s, name);
    text_printf(g->out, "\n\ndef read_%s(spark):\n", name);
    if (reader != NULL && reader->without != NULL)
        spark_left_out(g, part, reader->without, true, "Left out, for Spark has no such option:");
    if (reader != NULL && strcmp(reader->format, "kafka") == 0)
        spark_left_out(g, part,
                       (const char *const[]){"format", "schema", "watermark", "payload", "dropDuplicates",
                                             "dropDuplicatesWithinWatermark", "subscribe", "startingOffsets",
                                             "maxOffsetsPerTrigger", "failOnDataLoss", "includeHeaders", NULL},
                       false,
                       "Left out, for they are of the REST bridge (FILL IN kafka.security.protocol and the like):");
    text_string(g->out, "    rows = ");
    if (reader != NULL)
        append_reader(g, part, s, reader);
    else
        text_printf(g->out, "fill_in_%s(spark)\n", name);
    if (s->decoder != NULL && s->class->columns != NULL)
        append_payload(g, part, s, index);
    if (watermark != NULL) {
        text_string(g->out, "    rows = rows.withWatermark(");
        python_value(g->out, json_member(watermark, "column"));
        text_string(g->out, ", ");
        python_value(g->out, json_member(watermark, "delay"));
        text_string(g->out, ")\n");
    }
    append_columns(g, part, "dropDuplicates");
    append_columns(g, part, "dropDuplicatesWithinWatermark");
    text_string(g->out, "    return rows\n");
}

void spark_sources(struct program *g)
{
    const struct json *sources = json_member(g->p->root, "sources");
    uint32_t index = 0;
    for (const struct json *part = sources->first; part != NULL; part = part->next)
        append_source(g, part, index++);
    text_string(g->out, "\n\nSOURCES = {\n");
    index = 0;
    for (const struct json *part = sources->first; part != NULL; part = part->next, index++) {
        text_string(g->out, plan_source_used(g->plan, index) ? "    " : "    # not in the query: ");
        python_string(g->out, part->name);
        text_printf(g->out, ": read_%s,\n", spark_part_name(g, sources, part));
    }
    text_string(g->out, "}\n");
}
