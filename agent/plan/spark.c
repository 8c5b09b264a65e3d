#include "agent/plan/spark_parts.h"

#include <inttypes.h>

// ---- what sources and sinks share

bool spark_is_among(struct slice name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (slice_equal_fold(name, slice_of(*names)))
            return true;
    return false;
}

const char *spark_part_name(struct program *g, const struct json *parts, const struct json *part)
{
    struct text name, other;
    unsigned before = 0;
    text_init(&name, g->arena->memory);
    text_init(&other, g->arena->memory);
    python_name(&name, part->name);
    for (const struct json *p = parts->first; p != part; p = p->next) {
        text_clear(&other);
        python_name(&other, p->name);
        before += slice_equal_fold(text_view(&name), text_view(&other));
    }
    if (before > 0)
        text_printf(&name, "__%u", before + 1);
    const char *unique = arena_copy(g->arena, name.data, name.size);
    text_free(&name);
    text_free(&other);
    return unique;
}

static bool is_time(const struct option_spec *spec)
{
    return spec->kind == OPTION_DURATION || spec->kind == OPTION_AGE;
}

static void append_value(struct program *g, const struct option_spec *spec, const struct json *at)
{
    struct option_value v = {0};
    bool converted = is_time(spec) || spec->kind == OPTION_SIZE;
    if (!converted || option_parse(spec, at->text, g->arena, &v, NULL) != STATUS_OK) {
        python_value(g->out, at);
    } else if (at->written.size > 0) {
        // its text is not known before the program runs
        g->durations = g->durations || is_time(spec);
        g->sizes = g->sizes || spec->kind == OPTION_SIZE;
        text_string(g->out, is_time(spec) ? "milliseconds(" : "size(");
        python_value(g->out, at);
        text_char(g->out, ')');
    } else if (is_time(spec)) {
        text_printf(g->out, "\"%" PRId64 "ms\"", v.integer / 1000);
    } else {
        text_printf(g->out, "\"%" PRId64 "b\"", v.integer);
    }
}

void spark_option(struct program *g, const struct option_spec *spec, const struct json *at)
{
    bool place = slice_equal(slice_of(spec->name), SLICE("sourceArchiveDir"));
    text_printf(g->out, "\n            .option(\"%s\", %s", spec->name, place ? "path(" : "");
    append_value(g, spec, at);
    text_string(g->out, place ? "))" : ")");
}

// Passwords, and what may hold one.
static bool is_hidden(const struct json *m)
{
    static const char *const names[] = {"password", "token", "headers", NULL};
    struct slice shown = m->written.size > 0 ? m->written : m->text;
    if (m->secret_file.size > 0)
        return false; // its file is named, no more
    return spark_is_among(m->name, names) ||
           (slice_equal_fold(m->name, SLICE("url")) && shown.size > 0 && memchr(shown.data, '@', shown.size) != NULL);
}

void spark_option_pairs(struct program *g, const struct option_spec *table, const struct json *part,
                        const char *const *but)
{
    uint32_t count = 0;
    for (const struct json *m = part->first; m != NULL; m = m->next) {
        const struct option_spec *spec = option_find(table, m->name);
        if (spec == NULL || spark_is_among(m->name, but))
            continue;
        text_printf(g->out, "%s\"%s\": ", count++ == 0 ? "" : ", ", spec->name);
        if (m->kind == JSON_BOOLEAN)
            text_string(g->out, m->boolean ? "\"true\"" : "\"false\"");
        else
            python_value(g->out, m);
    }
}

void spark_left_out(struct program *g, const struct json *part, const char *const *named, bool in_named,
                    const char *words)
{
    bool any = false;
    for (const struct json *m = part->first; m != NULL; m = m->next) {
        if (spark_is_among(m->name, named) != in_named)
            continue;
        if (!any)
            text_printf(g->out, "    # %s\n", words);
        any = true;
        text_string(g->out, "    #   ");
        text_slice(g->out, m->name);
        text_string(g->out, " = ");
        if (is_hidden(m))
            text_string(g->out, "(not shown)");
        else
            python_comment(g->out, m);
        text_char(g->out, '\n');
    }
}

// ---- constants

static void append_conf(struct program *g)
{
    static const struct slice zone_setting = {"spark.sql.session.timeZone", 26};
    const struct json *conf = json_member(g->p->root, "conf"), *zone = json_member(g->p->root, "timeZone");
    text_string(g->out, "CONF = {\n"
                        "    \"spark.sql.ansi.enabled\": \"false\",\n"
                        "    \"spark.sql.shuffle.partitions\": \"1\",\n"
                        "    \"spark.sql.session.timeZone\": ");
    for (const struct json *m = conf == NULL ? NULL : conf->first; m != NULL && zone == NULL; m = m->next)
        if (slice_equal_fold(m->name, zone_setting))
            zone = m;
    if (zone != NULL)
        python_value(g->out, zone);
    else
        text_string(g->out, "\"UTC\"");
    text_string(g->out, ",\n");
    for (const struct json *m = conf == NULL ? NULL : conf->first; m != NULL; m = m->next) {
        if (slice_equal_fold(m->name, zone_setting))
            continue;
        text_string(g->out, "    ");
        python_string(g->out, m->name);
        text_string(g->out, ": ");
        if (m->kind == JSON_BOOLEAN)
            text_string(g->out, m->boolean ? "\"true\"" : "\"false\"");
        else
            python_value(g->out, m);
        text_string(g->out, ",\n");
    }
    text_string(g->out, "}\n");
}

static void append_query(struct program *g)
{
    const struct json *query = json_member(g->p->root, "query");
    text_string(g->out, "QUERY = (");
    if (query->kind == JSON_STRING && query->written.size > 0) {
        python_written(g->out, query->written, true);
    } else if (query->kind == JSON_ARRAY && python_mentions(query, false)) {
        struct text whole;
        text_init(&whole, g->arena->memory);
        for (const struct json *line = query->first; line != NULL; line = line->next) {
            text_slice(&whole, line->written.size > 0 ? line->written : line->text);
            text_string(&whole, line->next == NULL ? "" : "\n");
        }
        python_written(g->out, text_view(&whole), true);
        text_free(&whole);
    } else {
        python_block(g->out, g->p->query.text);
    }
    text_string(g->out, ")\n");
}

static void append_trigger(struct program *g)
{
    static const char *const names[] = {
        [TRIGGER_DEFAULT] = NULL,
        [TRIGGER_PROCESSING_TIME] = "processingTime",
        [TRIGGER_AVAILABLE_NOW] = "availableNow",
        [TRIGGER_ONCE] = "once",
    };
    const struct json *trigger = json_member(g->p->root, "trigger");
    text_string(g->out, "TRIGGER = {");
    if (names[g->p->trigger] != NULL) {
        text_printf(g->out, "\"%s\": ", names[g->p->trigger]);
        python_value(g->out, trigger->first);
    }
    text_string(g->out, "}\n");
}

static void append_head(struct program *g)
{
    struct text *out = g->out;
    const char *slash = g->p->file == NULL ? NULL : strrchr(g->p->file, '/');
    text_printf(out, "#!/usr/bin/env python3\n\"\"\"The pipeline %.*s as a PySpark program.\n\n", (int)g->p->name.size,
                g->p->name.data);
    text_string(out, "    python3 PROGRAM [--available-now] [--state DIR]\n\n"
                     "Needs PySpark 4 and Java 17. Places to be filled in are marked FILL IN.\n\"\"\"\n");
    text_string(out, "# Written by: runnel spark ");
    python_string(out, slice_of(slash == NULL ? g->p->file : slash + 1));
    text_string(out, "\nimport argparse\n");
    if (g->tags_rows)
        text_string(out, "import json\n");
    text_string(out, "import os\n");
    if (g->reads_messages)
        text_string(out, "import re\n");
    if (g->tags_rows)
        text_string(out, "import socket\n");
    text_string(out, "import sys\n\n");
    if (g->kafka)
        text_string(out, "import pyspark\n");
    bool functions = g->reads_messages || g->prints_rows;
    text_printf(out, "from pyspark.sql import SparkSession%s\n", functions ? ", functions as F" : "");
    if (g->types || g->reads_messages)
        text_string(out, "from pyspark.sql.types import StructType\n");
    text_string(out, "\nNAME = ");
    python_string(out, g->p->name);
    text_string(out, "\nDIRECTORY = ");
    python_string(out, slice_of(g->p->directory));
    text_string(out, "  # of the pipeline file\n");
    if (g->tags_rows)
        text_string(out, "DEVICE = os.environ.get(\"RUNNEL_DEVICE\") or socket.gethostname()\n");
    if (g->kafka)
        text_string(
            out,
            "# ---- FILL IN: the brokers. The url of the pipeline file is a REST bridge, which Spark does not use.\n"
            "KAFKA_SERVERS = os.environ.get(\"KAFKA_BOOTSTRAP_SERVERS\", \"localhost:9092\")\n");
}

static void append_constants(struct program *g)
{
    static const char *const modes[] = {"append", "update", "complete"};
    const struct json *checkpoint = json_member(g->p->root, "checkpointLocation");
    text_printf(g->out, "\n\nOUTPUT_MODE = \"%s\"\n", modes[g->p->mode]);
    append_trigger(g);
    text_string(g->out, "CHECKPOINT = ");
    if (checkpoint != NULL) {
        text_string(g->out, "path(");
        python_value(g->out, checkpoint);
        text_string(g->out, ")\n");
    } else {
        text_string(g->out, "None\n");
    }
    append_conf(g);
    text_string(g->out, "PACKAGES = {");
    if (g->kafka)
        text_string(g->out,
                    "\"spark.jars.packages\": \"org.apache.spark:spark-sql-kafka-0-10_2.13:\" + pyspark.__version__");
    text_string(g->out, "}\n");
    append_query(g);
}

void spark_program(const struct pipeline *p, const struct plan *plan, struct arena *arena, struct text *out)
{
    struct text parts; // written first: they say which helpers there must be
    struct program g = {.p = p, .plan = plan, .arena = arena, .out = &parts};
    g.fields = plan_fields(plan, &g.field_count);
    text_init(&parts, arena->memory);
    spark_sources(&g);
    spark_sinks(&g);
    g.out = out;
    append_head(&g);
    spark_helpers(&g);
    append_constants(&g);
    text_slice(out, text_view(&parts));
    spark_main(&g);
    text_free(&parts);
}
