// What the parts of `runnel spark` share. Private to agent/plan.
#ifndef AGENT_PLAN_SPARK_PARTS_H
#define AGENT_PLAN_SPARK_PARTS_H

#include "agent/plan/json_file.h"
#include "agent/plan/python.h"
#include "agent/plan/spark.h"

struct program {
    const struct pipeline *p;
    const struct plan *plan;
    struct arena *arena;
    struct text *out;
    const struct field *fields; // of the result
    uint32_t field_count;
    // which helpers the program needs
    bool reads_messages, tags_rows, prints_rows, kafka, types, durations, sizes;
};

// The end of a function's name for part `i` of `parts`: its name, made unique.
const char *spark_part_name(struct program *g, const struct json *parts, const struct json *part);
// `.option("name", value)` as Spark wants it, on a line of its own.
void spark_option(struct program *g, const struct option_spec *spec, const struct json *at);
// `"name": "value", …`: the members of `part` that are options of `table` and not among `but`.
void spark_option_pairs(struct program *g, const struct option_spec *table, const struct json *part,
                        const char *const *but);
// A comment of `words`, and a line for each member of `part` that is (`in_named`) or is not among `named`.
void spark_left_out(struct program *g, const struct json *part, const char *const *named, bool in_named,
                    const char *words);
bool spark_is_among(struct slice name, const char *const *names);

void spark_sources(struct program *g); // def read_NAME(spark) for each, and SOURCES
void spark_sinks(struct program *g);   // def write_NAME(result, writer) for each, and SINKS
void spark_helpers(struct program *g);
void spark_main(struct program *g);

#endif
