// A pipeline made in memory, for tests of the planner: a source with columns by DDL, a watermark, a query, a mode.
// Included by one file of a test program.
#ifndef TESTS_AGENT_PLAN_BENCH_H
#define TESTS_AGENT_PLAN_BENCH_H

#include "agent/plan/plan.h"

struct plan_bench {
    struct memory memory;
    struct arena arena;
    struct session session;
    struct source_class class;
    struct pipeline_source source;
    struct pipeline pipeline;
    struct plan *plan;
    struct text text;
    struct error error;
};

static const struct type *bench_no_columns(const struct options *options, struct arena *arena)
{
    (void)options;
    (void)arena;
    return NULL;
}

static void bench_open(struct plan_bench *b, const char *columns, const char *watermark)
{
    *b = (struct plan_bench){0};
    arena_init(&b->arena, &b->memory, 65536);
    text_init(&b->text, &b->memory);
    b->session.zone = &zone_utc;
    b->class = (struct source_class){.format = "json", .columns = bench_no_columns, .decodes = true};
    b->source = (struct pipeline_source){
        .name = SLICE("t"), .class = &b->class, .idle_timeout = INT64_MAX, .max_future = INT64_MAX};
    if (watermark) {
        b->source.has_watermark = true;
        b->source.watermark_column = slice_of(watermark);
        b->source.watermark_delay = 10000000;
    }
    struct sql_source ddl = {.text = slice_of(columns)};
    if (sql_parse_schema(&ddl, &b->arena, &b->source.schema, &b->error))
        b->source.schema = NULL;
    b->pipeline = (struct pipeline){.sources = &b->source, .source_count = 1};
}

static enum status bench_plan(struct plan_bench *b, enum output_mode mode, const char *query)
{
    b->error.text[0] = '\0';
    b->pipeline.mode = mode;
    b->pipeline.query = (struct sql_source){.text = slice_of(query)};
    return plan_make(&b->pipeline, &b->session, &b->arena, &b->plan, &b->error);
}

static void bench_close(struct plan_bench *b)
{
    text_free(&b->text);
    arena_free(&b->arena);
}

#endif
