#include "agent/plan/table.h"

static bool hidden(struct slice name, const struct type *schema)
{
    for (uint32_t i = 0; schema && i < schema->field_count; i++)
        if (slice_equal_fold(name, schema->fields[i].name))
            return true;
    return false;
}

struct source_table source_table_make(const struct pipeline_source *source, struct arena *arena)
{
    const struct type *own = source->class->columns ? source->class->columns(&source->options, arena) : NULL;
    const struct type *schema = source->schema;
    uint32_t most = (own ? own->field_count : 0) + (schema ? schema->field_count : 0), count = 0;
    struct table_column *column = ARENA_ARRAY(arena, struct table_column, most);
    for (uint32_t i = 0; own && i < own->field_count; i++)
        if (!hidden(own->fields[i].name, schema))
            column[count++] = (struct table_column){own->fields[i], false, i};
    for (uint32_t i = 0; schema && i < schema->field_count; i++)
        column[count++] = (struct table_column){schema->fields[i], true, i};
    return (struct source_table){.column = column, .count = count, .own = own};
}
