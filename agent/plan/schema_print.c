// StructType.treeString.
#include "agent/plan/physical.h"

static const char *boolean(bool b)
{
    return b ? "true" : "false";
}

static const char *type_name(const struct type *t)
{
    static const char *const names[TYPE_COUNT] = {
        [TYPE_NULL] = "void",
        [TYPE_BOOLEAN] = "boolean",
        [TYPE_TINYINT] = "byte",
        [TYPE_SMALLINT] = "short",
        [TYPE_INT] = "integer",
        [TYPE_BIGINT] = "long",
        [TYPE_FLOAT] = "float",
        [TYPE_DOUBLE] = "double",
        [TYPE_DECIMAL] = "decimal",
        [TYPE_STRING] = "string",
        [TYPE_BINARY] = "binary",
        [TYPE_DATE] = "date",
        [TYPE_TIMESTAMP] = "timestamp",
        [TYPE_TIMESTAMP_NTZ] = "timestamp_ntz",
        [TYPE_ARRAY] = "array",
        [TYPE_STRUCT] = "struct",
        [TYPE_MAP] = "map",
    };
    return names[t->id];
}

static void children_print(const struct type *t, unsigned level, struct text *out);

static void line_print(const char *name, size_t size, const struct type *t, unsigned level, struct text *out)
{
    for (unsigned i = 0; i < level; i++)
        text_string(out, " |   ");
    text_printf(out, " |-- %.*s: ", (int)size, name);
    if (type_is_interval(t))
        type_print_simple(t, out);
    else
        text_string(out, type_name(t));
    if (t->id == TYPE_DECIMAL)
        text_printf(out, "(%u,%u)", t->precision, t->scale);
}

static void fields_print(const struct field *fields, uint32_t count, unsigned level, struct text *out)
{
    for (uint32_t i = 0; i < count; i++) {
        line_print(fields[i].name.data, fields[i].name.size, fields[i].type, level, out);
        text_printf(out, " (nullable = %s)\n", boolean(fields[i].nullable));
        children_print(fields[i].type, level + 1, out);
    }
}

static void children_print(const struct type *t, unsigned level, struct text *out)
{
    if (t->id == TYPE_STRUCT)
        fields_print(t->fields, t->field_count, level, out);
    if (t->id == TYPE_MAP) {
        line_print("key", 3, t->key, level, out);
        text_char(out, '\n');
        children_print(t->key, level + 1, out);
        line_print("value", 5, t->element, level, out);
        text_printf(out, " (valueContainsNull = %s)\n", boolean(t->contains_null));
        children_print(t->element, level + 1, out);
    }
    if (t->id == TYPE_ARRAY) {
        line_print("element", 7, t->element, level, out);
        text_printf(out, " (containsNull = %s)\n", boolean(t->contains_null));
        children_print(t->element, level + 1, out);
    }
}

void plan_schema_print(const struct plan *p, struct text *out)
{
    text_string(out, "root\n");
    fields_print(p->logical.fields, p->field_count, 0, out);
}
