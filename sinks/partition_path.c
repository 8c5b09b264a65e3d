#include "sinks/partition_path.h"

#include "ops/cast.h"

static enum status find_column(const struct field *fields, uint32_t field_count, struct slice name, uint32_t *out,
                               struct error *e)
{
    for (*out = 0; *out < field_count; ++*out)
        if (slice_equal_fold(fields[*out].name, name))
            break;
    if (*out == field_count)
        return error_set(e, STATUS_CONFIG,
                         "[PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA] partitionBy: the result has no column %.*s",
                         (int)name.size, name.data);
    if (type_is_nested(fields[*out].type))
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_PARTITION_COLUMN_DATA_TYPE] partitionBy: column %.*s is an ARRAY, MAP or STRUCT",
                         (int)name.size, name.data);
    return STATUS_OK;
}

enum status partition_path_make(struct partition_path *p, const struct options *o, const struct field *fields,
                                uint32_t field_count, struct memory *memory, struct error *e)
{
    const struct option_value *by = option_get(o, "partitionBy");
    p->column = mem_zalloc(memory, field_count * sizeof(*p->column));
    p->name = mem_zalloc(memory, field_count * sizeof(*p->name));
    p->rest = mem_zalloc(memory, field_count * sizeof(*p->rest));
    for (uint32_t i = 0; by != NULL && i < by->list_size; i++) {
        uint32_t column;
        enum status status = find_column(fields, field_count, by->list[i], &column, e);
        if (status != STATUS_OK)
            return status;
        for (uint32_t k = 0; k < p->count; k++)
            if (p->column[k] == column)
                return error_set(e, STATUS_CONFIG, "[COLUMN_ALREADY_EXISTS] partitionBy has %.*s twice",
                                 (int)by->list[i].size, by->list[i].data);
        p->name[p->count] = fields[column].name;
        p->column[p->count++] = column;
    }
    if (p->count > 0 && p->count == field_count)
        return error_set(
            e, STATUS_CONFIG,
            "[ALL_PARTITION_COLUMNS_NOT_ALLOWED] partitionBy takes all columns, none is left for the rows");
    for (uint32_t i = 0; i < field_count; i++) {
        bool taken = false;
        for (uint32_t k = 0; k < p->count; k++)
            taken |= p->column[k] == i;
        if (!taken)
            p->rest[p->rest_count++] = i;
    }
    return STATUS_OK;
}

void partition_path_free(struct partition_path *p, uint32_t field_count, struct memory *memory)
{
    mem_free(memory, p->column, field_count * sizeof(*p->column));
    mem_free(memory, p->name, field_count * sizeof(*p->name));
    mem_free(memory, p->rest, field_count * sizeof(*p->rest));
}

// ExternalCatalogUtils.escapePathName: Hive's list.
static void escape(struct slice s, struct text *out)
{
    for (uint32_t i = 0; i < s.size; i++) {
        uint8_t c = (uint8_t)s.data[i];
        if (c < 0x20 || c == 0x7F || strchr("\"#%'*/:=?\\{[]^", c) != NULL)
            text_printf(out, "%%%02X", c);
        else
            text_char(out, (char)c);
    }
}

void partition_path_print(const struct partition_path *p, const struct chunk *chunk, uint32_t row,
                          const struct session *session, struct text *out, struct text *scratch)
{
    text_clear(out);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct column *c = chunk->column[p->column[i]];
        text_clear(scratch);
        if (!is_null(c, row))
            value_print(c, row, session, false, scratch);
        if (i > 0)
            text_char(out, '/');
        escape(p->name[i], out);
        text_char(out, '=');
        if (scratch->size == 0)
            text_string(out, "__HIVE_DEFAULT_PARTITION__");
        else
            escape(text_view(scratch), out);
    }
}
