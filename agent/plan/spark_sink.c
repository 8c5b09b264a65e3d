// Sinks as PySpark: def write_NAME(result, writer), the stream's writer with its format or its foreachBatch.
#include "agent/plan/spark_parts.h"

static const char *const sink_keys[] = {"format", "path", "metadata", "partitionBy", NULL};

static bool has_column(const struct program *g, const char *name)
{
    for (uint32_t i = 0; i < g->field_count; i++)
        if (slice_equal_fold(g->fields[i].name, slice_of(name)))
            return true;
    return false;
}

static bool wants_metadata(const struct program *g, const struct pipeline_sink *s)
{
    bool network = s->class->delivery(&s->options) == SINK_LOGGED;
    if (network && has_column(g, "value"))
        return false;
    return option_integer(&s->options, "metadata", network) != 0;
}

static void begin_batch(struct program *g, const char *name)
{
    text_printf(g->out, "    def batch_%s(batch, batch_id):\n", name);
}

static void end_batch(struct program *g, const char *name)
{
    text_printf(g->out, "    return writer.foreachBatch(batch_%s)\n", name);
}

// lines(batch, batch_id, …): the rows as JSON.
static void append_lines(struct program *g, bool metadata)
{
    g->prints_rows = true;
    g->tags_rows = g->tags_rows || metadata;
    text_printf(g->out, "lines(batch, batch_id, %s)", metadata ? "True" : "False");
}

static void append_partition_by(struct program *g, const struct json *part)
{
    const struct json *columns = json_member(part, "partitionBy");
    if (columns == NULL)
        return;
    text_string(g->out, ".partitionBy(");
    if (columns->kind != JSON_ARRAY)
        python_value(g->out, columns);
    for (const struct json *c = columns->kind == JSON_ARRAY ? columns->first : NULL; c != NULL; c = c->next) {
        text_string(g->out, c == columns->first ? "" : ", ");
        python_value(g->out, c);
    }
    text_char(g->out, ')');
}

static void append_options(struct program *g, const struct json *part, const struct pipeline_sink *s)
{
    for (const struct json *m = part->first; m != NULL; m = m->next) {
        const struct option_spec *spec = option_find(s->class->options, m->name);
        if (spec != NULL && !spark_is_among(m->name, sink_keys))
            spark_option(g, spec, m);
    }
}

// ---- formats

static void write_console(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    (void)name;
    const struct json *rows = json_member(part, "numRows"), *truncate = json_member(part, "truncate");
    text_string(g->out, "    writer = writer.format(\"console\")");
    if (rows != NULL) {
        text_string(g->out, ".option(\"numRows\", ");
        python_value(g->out, rows);
        text_char(g->out, ')');
    }
    bool whole = truncate != NULL && option_integer(&s->options, "truncate", 1) == 0;
    text_string(g->out, whole ? ".option(\"truncate\", False)\n" : "\n");
    text_string(g->out, "    return writer\n");
}

static void write_memory(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    (void)part, (void)s, (void)name;
    text_string(g->out, "    return writer.format(\"memory\")  # SELECT * FROM the query's name\n");
}

// The rows as lines of CSV, in a column `value`.
static void append_csv_lines(struct program *g, const struct json *part, const struct pipeline_sink *s)
{
    g->prints_rows = true;
    text_string(g->out, "batch.coalesce(1).select(F.to_csv(F.struct(\"*\"), {");
    spark_option_pairs(g, s->class->options, part, sink_keys);
    text_string(g->out, "}).alias(\"value\"))");
}

static void write_standard_output(struct program *g, const struct json *part, const struct pipeline_sink *s,
                                  const char *name)
{
    begin_batch(g, name);
    text_string(g->out, "        for row in ");
    if (strcmp(s->class->format, "csv") == 0)
        append_csv_lines(g, part, s);
    else if (strcmp(s->class->format, "text") == 0)
        text_string(g->out, "batch.coalesce(1).toDF(\"value\").na.fill(\"\")");
    else
        append_lines(g, wants_metadata(g, s));
    text_string(g->out, ".collect():\n"
                        "            sys.stdout.write(row.value + \"\\n\")\n"
                        "        sys.stdout.flush()\n\n");
    end_batch(g, name);
}

// Spark's own file sink appends only. Where it cannot serve, a batch is a directory that a repeat of it overwrites.
static void write_files(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    const struct json *place = json_member(part, "path");
    bool metadata = wants_metadata(g, s);
    if (!metadata && g->p->mode == OUTPUT_APPEND) {
        text_printf(g->out, "    writer = (writer.format(\"%s\")", s->class->format);
        append_partition_by(g, part);
        append_options(g, part, s);
        text_string(g->out, ")\n    return writer.option(\"path\", path(");
        python_value(g->out, place);
        text_string(g->out, "))\n");
        return;
    }
    begin_batch(g, name);
    text_string(g->out, "        place = os.path.join(path(");
    python_value(g->out, place);
    text_string(g->out, "), \"batch=%08d\" % batch_id)\n        (");
    if (metadata)
        append_lines(g, true);
    else
        text_string(g->out, "batch");
    text_string(g->out, ".write.mode(\"overwrite\")");
    if (!metadata) {
        append_partition_by(g, part);
        append_options(g, part, s);
    }
    text_printf(g->out, ".%s(place))\n\n", metadata ? "text" : s->class->format);
    end_batch(g, name);
}

static void write_directory(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    if (slice_equal(option_text(&s->options, "path"), SLICE("-")))
        write_standard_output(g, part, s, name);
    else
        write_files(g, part, s, name);
}

static void append_kafka_options(struct program *g, const struct json *part, const char *indent)
{
    const struct json *topic = json_member(part, "topic");
    g->kafka = true;
    text_printf(g->out, "%s.option(\"kafka.bootstrap.servers\", KAFKA_SERVERS)", indent);
    if (topic != NULL) {
        text_printf(g->out, "%s.option(\"topic\", ", indent);
        python_value(g->out, topic);
        text_char(g->out, ')');
    }
    if (has_column(g, "headers"))
        text_printf(g->out, "%s.option(\"includeHeaders\", True)", indent);
}

static void write_kafka(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    static const char *const known[] = {"format", "topic", "metadata", NULL};
    spark_left_out(g, part, known, false,
                   "Left out, for they are of the REST bridge (FILL IN kafka.security.protocol and the like):");
    if (has_column(g, "value")) {
        text_string(g->out, "    return (writer.format(\"kafka\")");
        append_kafka_options(g, part, "\n            ");
        text_string(g->out, ")\n");
        return;
    }
    begin_batch(g, name);
    text_string(g->out, "        (");
    append_lines(g, wants_metadata(g, s));
    text_string(g->out, ".write.format(\"kafka\")");
    append_kafka_options(g, part, "\n            ");
    text_string(g->out, "\n            .save())\n\n");
    end_batch(g, name);
}

static void write_place(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name)
{
    static const char *const known[] = {"format", "metadata", NULL};
    begin_batch(g, name);
    text_printf(g->out, "        # ---- FILL IN: Spark has no writer for %s. `row.value` is what goes out.\n",
                s->class->format);
    text_string(g->out, "        for row in ");
    if (has_column(g, "value"))
        text_string(g->out, "batch");
    else
        append_lines(g, wants_metadata(g, s));
    text_string(g->out, ".toLocalIterator():\n            raise NotImplementedError(");
    python_string(g->out, slice_of(arena_printf(g->arena, "sink %.*s: Spark has no writer for %s; fill in batch_%s",
                                                (int)s->name.size, s->name.data, s->class->format, name)));
    text_string(g->out, ")\n\n");
    spark_left_out(g, part, known, false, "In the pipeline file:");
    end_batch(g, name);
}

static const struct {
    const char *format;
    void (*write)(struct program *g, const struct json *part, const struct pipeline_sink *s, const char *name);
} writers[] = {
    {"console", write_console}, {"memory", write_memory},  {"json", write_directory},
    {"csv", write_directory},   {"text", write_directory}, {"kafka", write_kafka},
};

static void append_sink(struct program *g, const struct json *part, const struct pipeline_sink *s)
{
    const char *name = spark_part_name(g, json_member(g->p->root, "sinks"), part);
    text_printf(g->out, "\n\ndef write_%s(result, writer):\n", name);
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        if (strcmp(writers[i].format, s->class->format) == 0) {
            writers[i].write(g, part, s, name);
            return;
        }
    }
    write_place(g, part, s, name);
}

void spark_sinks(struct program *g)
{
    const struct json *sinks = json_member(g->p->root, "sinks"), *late = json_member(g->p->root, "lateRows");
    uint32_t index = 0;
    for (const struct json *part = sinks->first; part != NULL; part = part->next)
        append_sink(g, part, &g->p->sinks[index++]);
    text_string(g->out, "\n\nSINKS = {\n");
    for (const struct json *part = sinks->first; part != NULL; part = part->next) {
        const char *name = spark_part_name(g, sinks, part);
        bool is_late = late != NULL && slice_equal(late->text, part->name);
        text_printf(g->out, "    %s\"%s\": write_%s,\n", is_late ? "# for late rows, which Spark does not give: " : "",
                    name, name);
    }
    text_string(g->out, "}\n");
}
