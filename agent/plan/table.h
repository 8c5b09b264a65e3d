// A source as the query sees it: its columns, the source's own and those of the payload's schema beside them. A schema
// column hides an own column of the same name.
#ifndef AGENT_PLAN_TABLE_H
#define AGENT_PLAN_TABLE_H

#include "agent/plan/pipeline.h"

struct table_column {
    struct field field;
    bool decoded;   // by the decoder, else the source's own
    uint32_t index; // among the schema's fields, or the source's columns
};

struct source_table {
    const struct table_column *column; // plan_source_output has one entry for each
    uint32_t count;
    const struct type *own; // STRUCT of the source's own columns; NULL where the schema gives all
};

struct source_table source_table_make(const struct pipeline_source *source, struct arena *arena);

#endif
