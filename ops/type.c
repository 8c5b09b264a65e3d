#include "ops/type.h"

#include <assert.h>

static const struct type simple[TYPE_COUNT] = {
    [TYPE_NULL] = {.id = TYPE_NULL},
    [TYPE_BOOLEAN] = {.id = TYPE_BOOLEAN},
    [TYPE_TINYINT] = {.id = TYPE_TINYINT},
    [TYPE_SMALLINT] = {.id = TYPE_SMALLINT},
    [TYPE_INT] = {.id = TYPE_INT},
    [TYPE_BIGINT] = {.id = TYPE_BIGINT},
    [TYPE_FLOAT] = {.id = TYPE_FLOAT},
    [TYPE_DOUBLE] = {.id = TYPE_DOUBLE},
    [TYPE_STRING] = {.id = TYPE_STRING},
    [TYPE_BINARY] = {.id = TYPE_BINARY},
    [TYPE_DATE] = {.id = TYPE_DATE},
    [TYPE_TIMESTAMP] = {.id = TYPE_TIMESTAMP},
    [TYPE_TIMESTAMP_NTZ] = {.id = TYPE_TIMESTAMP_NTZ},
    [TYPE_INTERVAL_YM] = {.id = TYPE_INTERVAL_YM, .precision = UNIT_YEAR, .scale = UNIT_MONTH},
    [TYPE_INTERVAL_DT] = {.id = TYPE_INTERVAL_DT, .precision = UNIT_DAY, .scale = UNIT_SECOND},
};

// Spark's names: sql, simpleString.
static const char *const names[TYPE_COUNT][2] = {
    [TYPE_NULL] = {"VOID", "void"},
    [TYPE_BOOLEAN] = {"BOOLEAN", "boolean"},
    [TYPE_TINYINT] = {"TINYINT", "tinyint"},
    [TYPE_SMALLINT] = {"SMALLINT", "smallint"},
    [TYPE_INT] = {"INT", "int"},
    [TYPE_BIGINT] = {"BIGINT", "bigint"},
    [TYPE_FLOAT] = {"FLOAT", "float"},
    [TYPE_DOUBLE] = {"DOUBLE", "double"},
    [TYPE_DECIMAL] = {"DECIMAL", "decimal"},
    [TYPE_STRING] = {"STRING", "string"},
    [TYPE_BINARY] = {"BINARY", "binary"},
    [TYPE_DATE] = {"DATE", "date"},
    [TYPE_TIMESTAMP] = {"TIMESTAMP", "timestamp"},
    [TYPE_TIMESTAMP_NTZ] = {"TIMESTAMP_NTZ", "timestamp_ntz"},
    [TYPE_INTERVAL_YM] = {"INTERVAL", "interval"},
    [TYPE_INTERVAL_DT] = {"INTERVAL", "interval"},
    [TYPE_ARRAY] = {"ARRAY", "array"},
    [TYPE_STRUCT] = {"STRUCT", "struct"},
    [TYPE_MAP] = {"MAP", "map"},
};

const struct type *type_simple(enum type_id id)
{
    assert(id < TYPE_COUNT && names[id][0] && (id == TYPE_NULL || simple[id].id == id));
    return &simple[id];
}

#define YEAR_MONTH(first, last)                                                                                        \
    {                                                                                                                  \
        .id = TYPE_INTERVAL_YM, .precision = first, .scale = last                                                      \
    }
#define DAY_TIME(first, last)                                                                                          \
    {                                                                                                                  \
        .id = TYPE_INTERVAL_DT, .precision = first, .scale = last                                                      \
    }

static const struct type intervals[] = {
    YEAR_MONTH(UNIT_YEAR, UNIT_YEAR),   YEAR_MONTH(UNIT_YEAR, UNIT_MONTH),  YEAR_MONTH(UNIT_MONTH, UNIT_MONTH),
    DAY_TIME(UNIT_DAY, UNIT_DAY),       DAY_TIME(UNIT_DAY, UNIT_HOUR),      DAY_TIME(UNIT_DAY, UNIT_MINUTE),
    DAY_TIME(UNIT_DAY, UNIT_SECOND),    DAY_TIME(UNIT_HOUR, UNIT_HOUR),     DAY_TIME(UNIT_HOUR, UNIT_MINUTE),
    DAY_TIME(UNIT_HOUR, UNIT_SECOND),   DAY_TIME(UNIT_MINUTE, UNIT_MINUTE), DAY_TIME(UNIT_MINUTE, UNIT_SECOND),
    DAY_TIME(UNIT_SECOND, UNIT_SECOND),
};

const struct type *type_interval(enum interval_unit first, enum interval_unit last)
{
    size_t k = 0;
    while (k < sizeof intervals / sizeof *intervals && (intervals[k].precision != first || intervals[k].scale != last))
        k++;
    assert(k < sizeof intervals / sizeof *intervals);
    return &intervals[k];
}

const struct type *type_decimal(struct arena *a, unsigned precision, unsigned scale)
{
    assert(precision >= 1 && precision <= 38 && scale <= precision);
    struct type *t = ARENA_NEW(a, struct type);
    *t = (struct type){.id = TYPE_DECIMAL, .precision = (uint8_t)precision, .scale = (uint8_t)scale};
    return t;
}

const struct type *type_array(struct arena *a, const struct type *element, bool contains_null)
{
    struct type *t = ARENA_NEW(a, struct type);
    *t = (struct type){.id = TYPE_ARRAY, .element = element, .contains_null = contains_null};
    return t;
}

const struct type *type_map(struct arena *a, const struct type *key, const struct type *value, bool contains_null)
{
    struct type *t = ARENA_NEW(a, struct type);
    *t = (struct type){.id = TYPE_MAP, .key = key, .element = value, .contains_null = contains_null};
    return t;
}

const struct type *type_struct(struct arena *a, const struct field *fields, uint32_t count)
{
    struct type *t = ARENA_NEW(a, struct type);
    struct field *own = ARENA_ARRAY(a, struct field, count);
    for (uint32_t i = 0; i < count; i++)
        own[i] = fields[i];
    *t = (struct type){.id = TYPE_STRUCT, .fields = own, .field_count = count};
    return t;
}

uint32_t type_width(const struct type *t)
{
    static const uint8_t widths[TYPE_COUNT] = {
        [TYPE_BOOLEAN] = 1,
        [TYPE_TINYINT] = 1,
        [TYPE_SMALLINT] = 2,
        [TYPE_INT] = 4,
        [TYPE_BIGINT] = 8,
        [TYPE_FLOAT] = 4,
        [TYPE_DOUBLE] = 8,
        [TYPE_DECIMAL] = 16,
        [TYPE_STRING] = sizeof(struct slice),
        [TYPE_BINARY] = sizeof(struct slice),
        [TYPE_DATE] = 4,
        [TYPE_TIMESTAMP] = 8,
        [TYPE_TIMESTAMP_NTZ] = 8,
        [TYPE_INTERVAL_YM] = 4,
        [TYPE_INTERVAL_DT] = 8,
        [TYPE_ARRAY] = 8,
        [TYPE_MAP] = 8,
    };
    return widths[t->id];
}

static bool equal(const struct type *a, const struct type *b, bool named)
{
    if (a == b)
        return true;
    if (a->id != b->id)
        return false;
    switch (a->id) {
    case TYPE_DECIMAL:
    case TYPE_INTERVAL_YM:
    case TYPE_INTERVAL_DT:
        return a->precision == b->precision && a->scale == b->scale;
    case TYPE_ARRAY:
        return equal(a->element, b->element, named);
    case TYPE_MAP:
        return equal(a->key, b->key, named) && equal(a->element, b->element, named);
    case TYPE_STRUCT:
        if (a->field_count != b->field_count)
            return false;
        for (uint32_t i = 0; i < a->field_count; i++)
            if ((named && !slice_equal(a->fields[i].name, b->fields[i].name)) ||
                !equal(a->fields[i].type, b->fields[i].type, named))
                return false;
        return true;
    default:
        return true;
    }
}

bool type_equal(const struct type *a, const struct type *b)
{
    return equal(a, b, true);
}

bool type_equal_unnamed(const struct type *a, const struct type *b)
{
    return equal(a, b, false);
}

static bool plain_name(struct slice s)
{
    for (uint32_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return s.size > 0 && !(s.data[0] >= '0' && s.data[0] <= '9');
}

static void print_name(struct slice name, bool sql, struct text *out)
{
    bool quoted = sql && !plain_name(name);
    if (quoted)
        text_char(out, '`');
    text_slice(out, name);
    if (quoted)
        text_char(out, '`');
}

static void print_units(const struct type *t, bool sql, struct text *out)
{
    static const char *const units[UNIT_COUNT][2] = {
        [UNIT_YEAR] = {"YEAR", "year"}, [UNIT_MONTH] = {"MONTH", "month"},    [UNIT_DAY] = {"DAY", "day"},
        [UNIT_HOUR] = {"HOUR", "hour"}, [UNIT_MINUTE] = {"MINUTE", "minute"}, [UNIT_SECOND] = {"SECOND", "second"},
    };
    text_printf(out, " %s", units[t->precision][sql ? 0 : 1]);
    if (t->scale != t->precision)
        text_printf(out, " %s %s", sql ? "TO" : "to", units[t->scale][sql ? 0 : 1]);
}

static void print(const struct type *t, bool sql, struct text *out)
{
    text_string(out, names[t->id][sql ? 0 : 1]);
    switch (t->id) {
    case TYPE_INTERVAL_YM:
    case TYPE_INTERVAL_DT:
        print_units(t, sql, out);
        break;
    case TYPE_DECIMAL:
        text_printf(out, "(%u,%u)", t->precision, t->scale);
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
        text_char(out, '<');
        if (t->id == TYPE_MAP) {
            print(t->key, sql, out);
            text_string(out, sql ? ", " : ",");
        }
        print(t->element, sql, out);
        text_char(out, '>');
        break;
    case TYPE_STRUCT:
        text_char(out, '<');
        for (uint32_t i = 0; i < t->field_count; i++) {
            if (i)
                text_string(out, sql ? ", " : ",");
            print_name(t->fields[i].name, sql, out);
            text_string(out, sql ? ": " : ":");
            print(t->fields[i].type, sql, out);
            if (sql && !t->fields[i].nullable)
                text_string(out, " NOT NULL");
        }
        text_char(out, '>');
        break;
    default:
        break;
    }
}

void type_print_sql(const struct type *t, struct text *out)
{
    print(t, true, out);
}

void type_print_simple(const struct type *t, struct text *out)
{
    print(t, false, out);
}

const struct type *type_as_nullable(struct arena *arena, const struct type *t)
{
    if (t->id == TYPE_ARRAY)
        return type_array(arena, type_as_nullable(arena, t->element), true);
    if (t->id == TYPE_MAP)
        return type_map(arena, type_as_nullable(arena, t->key), type_as_nullable(arena, t->element), true);
    if (t->id != TYPE_STRUCT)
        return t;
    struct field *fields = ARENA_ARRAY(arena, struct field, t->field_count + 1);
    for (uint32_t i = 0; i < t->field_count; i++)
        fields[i] = (struct field){t->fields[i].name, type_as_nullable(arena, t->fields[i].type), true};
    return type_struct(arena, fields, t->field_count);
}
