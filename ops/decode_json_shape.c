#include "ops/json_shape.h"

enum { FEW_NAMES = 8 };

static uint32_t hash_name(struct slice name)
{
    uint32_t h = 2166136261U; // FNV-1a
    for (uint32_t i = 0; i < name.size; i++)
        h = (h ^ (uint8_t)name.data[i]) * 16777619U;
    return h;
}

void json_names_make(struct json_names *n, const struct slice *names, uint32_t count, struct arena *arena)
{
    *n = (struct json_names){.name = names, .count = count};
    if (count <= FEW_NAMES)
        return;
    uint32_t size = 32;
    while (size < count * 2)
        size *= 2;
    n->mask = size - 1;
    n->place = ARENA_ARRAY(arena, uint32_t, size);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t h = hash_name(names[i]) & n->mask;
        while (n->place[h])
            h = (h + 1) & n->mask;
        n->place[h] = i + 1;
    }
}

int32_t json_names_find(const struct json_names *n, struct slice name)
{
    if (!n->mask) {
        for (uint32_t i = 0; i < n->count; i++)
            if (slice_equal(n->name[i], name))
                return (int32_t)i;
        return -1;
    }
    for (uint32_t h = hash_name(name) & n->mask; n->place[h]; h = (h + 1) & n->mask)
        if (slice_equal(n->name[n->place[h] - 1], name))
            return (int32_t)n->place[h] - 1;
    return -1;
}

static enum status refuse(const struct type *type, struct slice where, struct error *e)
{
    struct memory memory = {0};
    struct text name;
    text_init(&name, &memory);
    type_print_sql(type, &name);
    error_set(e, STATUS_CONFIG, "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] column %.*s: json is not read into %s",
              (int)where.size, where.data, text_cstring(&name));
    text_free(&name);
    return STATUS_CONFIG;
}

static enum status make_struct(struct json_shape *s, const struct json_formats *formats, struct slice where,
                               struct arena *arena, struct error *e)
{
    uint32_t count = s->type->field_count;
    struct slice *names = ARENA_ARRAY(arena, struct slice, count);
    s->child = ARENA_ARRAY(arena, struct json_shape, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = s->type->fields[i].name;
        enum status status = json_shape_make(&s->child[i], s->type->fields[i].type, formats, where, arena, e);
        if (status != STATUS_OK)
            return status;
    }
    json_names_make(&s->names, names, count, arena);
    return STATUS_OK;
}

enum status json_shape_make(struct json_shape *s, const struct type *type, const struct json_formats *formats,
                            struct slice where, struct arena *arena, struct error *e)
{
    *s = (struct json_shape){.type = type, .formats = formats, .scalar = json_scalar_of(type->id)};
    switch (type->id) {
    case TYPE_STRUCT:
        return make_struct(s, formats, where, arena, e);
    case TYPE_MAP:
        if (type->key->id != TYPE_STRING)
            return error_set(e, STATUS_CONFIG,
                             "[INVALID_JSON_SCHEMA_MAP_TYPE] column %.*s: the keys of a MAP read from JSON are STRING",
                             (int)where.size, where.data);
        // fall through
    case TYPE_ARRAY:
        s->child = ARENA_NEW(arena, struct json_shape);
        return json_shape_make(s->child, type->element, formats, where, arena, e);
    case TYPE_STRING:
    case TYPE_BINARY:
    case TYPE_NULL:
        return STATUS_OK;
    default:
        return s->scalar ? STATUS_OK : refuse(type, where, e);
    }
}
