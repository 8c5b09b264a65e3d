// to_json (StructsToJson).
#include "ops/encoder.h"
#include "ops/kernel.h"
#include "ops/option_map.h"
#include "ops/result.h"

enum { SCALAR_MAX = 64 };

uint64_t json_bound(const struct column *c, uint32_t row)
{
    uint32_t k = at(c, row);
    uint64_t bound = SCALAR_MAX;
    if (c->null[k])
        return bound;
    switch (c->type->id) {
    case TYPE_STRING:
    case TYPE_BINARY:
        return bound + 6 * (uint64_t)c->slice[k].size;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < c->type->field_count; i++)
            bound += 4 + 6 * (uint64_t)c->type->fields[i].name.size + json_bound(&c->child[i], k);
        return bound;
    case TYPE_ARRAY:
    case TYPE_MAP:
        for (uint32_t i = 0; i < c->span[k].size; i++) {
            bound += 4 + json_bound(&c->child[0], c->span[k].offset + i);
            if (c->type->id == TYPE_MAP)
                bound += json_bound(&c->child[1], c->span[k].offset + i);
        }
        return bound;
    default:
        return bound;
    }
}

struct to_json {
    struct json_style style;
    uint32_t pattern; // the longest text that a pattern of a time makes
};

// A pattern may make more of a time than SCALAR_MAX bytes, and NULL fields have names.
static uint64_t styled_bound(const struct to_json *t, const struct column *c, uint32_t row)
{
    uint32_t k = at(c, row);
    uint64_t bound = SCALAR_MAX + t->pattern;
    if (c->null[k])
        return bound;
    if (c->type->id == TYPE_STRUCT) {
        for (uint32_t i = 0; i < c->type->field_count; i++)
            bound += 4 + 6 * (uint64_t)c->type->fields[i].name.size + styled_bound(t, &c->child[i], k);
        return bound;
    }
    if (c->type->id != TYPE_ARRAY && c->type->id != TYPE_MAP)
        return bound + json_bound(c, k);
    for (uint32_t i = 0; i < c->span[k].size; i++) {
        bound += 4 + styled_bound(t, &c->child[0], c->span[k].offset + i);
        if (c->type->id == TYPE_MAP)
            bound += styled_bound(t, &c->child[1], c->span[k].offset + i);
    }
    return bound;
}

static void to_json_styled(const struct call *c, const struct rows *rows)
{
    struct to_json t = *(const struct to_json *)c->state;
    t.style.time.session = c->session;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint64_t bound = styled_bound(&t, c->in[0], i);
        char *to = string_room(c, i, bound);
        if (to == NULL)
            continue;
        struct text text = {.memory = c->arena->memory, .data = to, .capacity = (size_t)bound};
        json_append_styled(&text, c->in[0], i, &t.style);
        assert(text.data == to && "styled_bound was too small");
        c->out->slice[i].size = (uint32_t)text.size;
    }
}

static const struct option_spec to_json_options[] = {
    {.name = "ignoreNullFields", .kind = OPTION_BOOLEAN, .fallback = "true", .summary = "NULL fields are left out"},
    {.name = "timestampFormat", .kind = OPTION_STRING, .summary = "pattern of TIMESTAMP; absent: ISO 8601"},
    {.name = "timestampNTZFormat", .kind = OPTION_STRING, .summary = "pattern of TIMESTAMP_NTZ; absent: ISO 8601"},
    {.name = "dateFormat", .kind = OPTION_STRING, .summary = "pattern of DATE; absent: yyyy-MM-dd"},
    {.name = "timeZone", .kind = OPTION_STRING, .summary = "zone of TIMESTAMP; absent: the session's"},
    {.name = NULL}};

static enum status read_style(struct binding *b, struct error *e)
{
    enum { PATTERN_LETTER = 32 }; // the longest text that a letter of a pattern makes
    struct to_json *t = ARENA_NEW(b->arena, struct to_json);
    struct options options;
    enum status status = option_map_read(b, 1, to_json_options, &options, e);
    if (status == STATUS_OK)
        status = payload_time_write(&t->style.time, &options, b->session, b->arena, e);
    if (status != STATUS_OK)
        return status;
    t->style.keep_nulls = !option_integer(&options, "ignoreNullFields", true);
    t->pattern =
        PATTERN_LETTER * (option_text(&options, "timestampFormat").size + option_text(&options, "dateFormat").size +
                          option_text(&options, "timestampNTZFormat").size);
    b->want[1] = NULL;
    b->state = t;
    b->kernel = to_json_styled;
    return STATUS_OK;
}

static void to_json(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint64_t bound = json_bound(c->in[0], i);
        char *to = string_room(c, i, bound);
        if (to == NULL)
            continue;
        struct text text = {.memory = c->arena->memory, .data = to, .capacity = (size_t)bound};
        json_append_value(&text, c->in[0], i, c->session);
        assert(text.data == to && "json_bound was too small");
        c->out->slice[i].size = (uint32_t)text.size;
    }
}

static enum status bind_to_json(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    b->type = type_simple(TYPE_STRING);
    b->kernel = to_json;
    if (t->id == TYPE_NULL) {
        b->want[0] = type_struct(b->arena, NULL, 0);
        return STATUS_OK;
    }
    if (!type_is_nested(t))
        return error_set(
            e, STATUS_CONFIG,
            "[DATATYPE_MISMATCH.INVALID_JSON_SCHEMA] to_json: argument 1 is %s, wanted STRUCT, ARRAY or MAP",
            type_text(b->arena, t));
    return b->argc > 1 ? read_style(b, e) : STATUS_OK;
}

const struct function function_to_json = {
    .name = "to_json",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to_json,
    .usage = "to_json(expr[, options])",
    .summary = "A STRUCT, ARRAY or MAP as JSON; fields that are NULL are left out.",
    .example = "to_json(named_struct('a', 1, 'b', NULL))",
    .gives = "\"{\\\"a\\\":1}\"",
};
