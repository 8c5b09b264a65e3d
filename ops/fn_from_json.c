// from_json: a JSON text as a STRUCT, ARRAY or MAP (JsonToStructs over JacksonParser). FAILFAST, which ends the query
// in Spark, is PERMISSIVE here.
#include "ops/decode_mode.h"
#include "ops/json_record.h"
#include "ops/kernel.h"
#include "ops/result.h"

struct from_json {
    struct json_shape shape;
    struct json_formats formats;
    unsigned allow;
    // STRUCT: its fields but the one for corrupt records
    struct json_members members;
    uint32_t *field;
    int32_t corrupt; // -1: there is none
};

// ---- one text

struct parsing {
    const struct from_json *j;
    const struct call *call;
    struct json_level *level;
    struct column **column; // of the members
    struct json_reader reader;
};

static void parse_struct(struct parsing *p, uint32_t row)
{
    struct column *out = p->call->out;
    enum json_result result =
        p->reader.token == JSON_START_OBJECT ? json_object(&p->reader, &p->j->members, row, p->call->arena) : JSON_BAD;
    for (uint32_t k = 0; result == JSON_BAD && k < p->j->members.names.count; k++)
        column_set_null(p->column[k], row);
    if (p->j->corrupt < 0)
        return;
    struct column *corrupt = &out->child[p->j->corrupt];
    corrupt->null[row] = result == JSON_GOOD;
    corrupt->slice[row] = slice_at(p->call->in[0], row);
}

// An object where an ARRAY of STRUCTs is wanted is its one element.
static bool parse_list(struct parsing *p, uint32_t row)
{
    struct column *out = p->call->out;
    const struct json_shape *s = &p->j->shape;
    if (p->reader.token == JSON_START_OBJECT && s->type->id == TYPE_ARRAY && s->type->element->id == TYPE_STRUCT) {
        list_begin(p->call, row);
        uint32_t place = list_add(p->call, row);
        return json_value(&p->reader, s->child, &out->child[0], place, p->call->arena) != JSON_BAD;
    }
    return json_value(&p->reader, s, out, row, p->call->arena) != JSON_BAD;
}

static void parse_text(struct parsing *p, uint32_t row)
{
    const struct call *c = p->call;
    json_open(&p->reader, slice_at(c->in[0], row), p->level, c->arena);
    p->reader.bytes.allow = p->j->allow;
    bool read = json_next(&p->reader);
    if (read && p->reader.token == JSON_NONE) // nothing but blanks
        column_set_null(c->out, row);
    else if (p->j->shape.type->id == TYPE_STRUCT)
        parse_struct(p, row);
    else
        c->out->null[row] = !read || p->reader.token == JSON_NULL || !parse_list(p, row);
}

static void from_json(const struct call *c, const struct rows *rows)
{
    const struct from_json *j = c->state;
    struct from_json own = *j; // with the columns of this run
    struct parsing p = {.j = &own, .call = c};
    p.level = ARENA_ARRAY(c->arena, struct json_level, JSON_DEPTH_MAX + 2);
    p.column = ARENA_ARRAY(c->arena, struct column *, j->members.names.count + 1);
    for (uint32_t k = 0; k < j->members.names.count; k++)
        p.column[k] = &c->out->child[j->field[k]];
    own.members.column = p.column;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            column_set_null(c->out, i);
        else
            parse_text(&p, i);
    }
}

// ---- binding

static enum status read_option(struct binding *b, const struct expr *name, const struct expr *value,
                               struct option_value *all, uint32_t *count, struct error *e)
{
    if (!is_literal(name) || !is_literal(value) || name->type->id != TYPE_STRING || value->type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG, "[INVALID_OPTIONS.NON_STRING_TYPE] %s: options are a map of STRING literals",
                         b->function->name);
    const struct option_spec *spec = option_find(json_read_options, name->literal.bytes);
    if (spec == NULL)
        return error_set(e, STATUS_CONFIG, "[UNSUPPORTED_FEATURE] %s: there is no option %.*s", b->function->name,
                         (int)name->literal.bytes.size, name->literal.bytes.data);
    enum status status = option_parse(spec, value->literal.bytes, b->arena, &all[*count], e);
    all[*count].spec = spec;
    all[(*count)++].given = true;
    return status;
}

// map('mode', 'PERMISSIVE', …)
static enum status read_options(struct binding *b, struct options *out, struct error *e)
{
    const struct expr *map = b->argc > 2 ? b->arg[2] : NULL;
    if (map != NULL && (map->kind != EXPR_CALL || map->function != &function_map))
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_OPTIONS.NON_MAP_FUNCTION] %s: argument 3 is map('option', 'value', …)",
                         b->function->name);
    uint32_t argc = map != NULL ? map->argc : 0;
    struct option_value *all = ARENA_ARRAY(b->arena, struct option_value, argc / 2 + 1);
    enum status status = STATUS_OK;
    out->value = all;
    for (uint32_t i = 0; i + 1 < argc && status == STATUS_OK; i += 2)
        status = read_option(b, map->args[i], map->args[i + 1], all, &out->count, e);
    if (status == STATUS_OK && decode_mode_read(out) == DECODE_DROPMALFORMED)
        return error_set(e, STATUS_CONFIG,
                         "[PARSE_MODE_UNSUPPORTED] %s: mode is PERMISSIVE or FAILFAST, not DROPMALFORMED",
                         b->function->name);
    return status;
}

// The type with NULLs allowed everywhere: JSON may leave out anything.
static const struct type *nullable(struct arena *a, const struct type *t)
{
    if (t->id == TYPE_ARRAY)
        return type_array(a, nullable(a, t->element), true);
    if (t->id == TYPE_MAP)
        return type_map(a, nullable(a, t->key), nullable(a, t->element), true);
    if (t->id != TYPE_STRUCT)
        return t;
    struct field *fields = ARENA_ARRAY(a, struct field, t->field_count + 1);
    for (uint32_t i = 0; i < t->field_count; i++)
        fields[i] = (struct field){t->fields[i].name, nullable(a, t->fields[i].type), true};
    return type_struct(a, fields, t->field_count);
}

static enum status read_schema(struct binding *b, struct error *e)
{
    const struct expr *x = b->arg[1];
    if (!is_literal(x) || x->type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_SCHEMA.NON_STRING_LITERAL] %s: argument 2 is a schema as a literal: %s",
                         b->function->name, b->function->usage);
    assert(b->session->read_schema && "who binds gives a reader of schemas");
    const struct type *t = NULL;
    enum status status = b->session->read_schema(x->literal.bytes, b->arena, &t, e);
    if (status != STATUS_OK)
        return status;
    if (!type_is_nested(t))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.INVALID_JSON_SCHEMA] %s: the schema is a STRUCT, ARRAY or MAP, not %s",
                         b->function->name, type_text(b->arena, t));
    b->type = nullable(b->arena, t);
    return STATUS_OK;
}

static enum status make_members(struct binding *b, struct from_json *j, const struct options *o, struct error *e)
{
    uint32_t count = b->type->field_count, used = 0;
    struct slice *names = ARENA_ARRAY(b->arena, struct slice, count + 1);
    struct json_shape *shapes = ARENA_ARRAY(b->arena, struct json_shape, count + 1);
    j->field = ARENA_ARRAY(b->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        bool corrupt = false;
        enum status status = decode_is_corrupt(o, &b->type->fields[i], &corrupt, e);
        if (status != STATUS_OK)
            return status;
        if (corrupt) {
            j->corrupt = (int32_t)i;
            continue;
        }
        names[used] = b->type->fields[i].name;
        shapes[used] = j->shape.child[i];
        j->field[used++] = i;
    }
    json_names_make(&j->members.names, names, used, b->arena);
    j->members.shape = shapes;
    return STATUS_OK;
}

static enum status bind_from_json(struct binding *b, struct error *e)
{
    struct options options = {.count = 0};
    struct from_json *j = ARENA_NEW(b->arena, struct from_json);
    j->corrupt = -1;
    j->formats.rewrite = true;
    enum status status = read_schema(b, e);
    if (status == STATUS_OK)
        status = read_options(b, &options, e);
    if (status == STATUS_OK)
        status = json_formats_read(&j->formats, &j->allow, &options, b->session, b->arena, e);
    if (status == STATUS_OK)
        status = json_shape_make(&j->shape, b->type, &j->formats, SLICE("from_json"), b->arena, e);
    if (status == STATUS_OK && b->type->id == TYPE_STRUCT)
        status = make_members(b, j, &options, e);
    if (status != STATUS_OK)
        return status;
    enum type_id id = b->arg[0]->type->id;
    if (id != TYPE_STRING && id != TYPE_NULL)
        return binding_mismatch(b, 0, "STRING", e);
    b->want[0] = type_simple(TYPE_STRING);
    b->state = j;
    b->nullable = true;
    b->kernel = from_json;
    return STATUS_OK;
}

const struct function function_from_json = {
    .name = "from_json",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_from_json,
    .usage = "from_json(json, schema[, options])",
    .summary =
        "A JSON text as the STRUCT, ARRAY or MAP of a schema; what does not fit is NULL. The options are those of the "
        "json format, as a map.",
    .example = "from_json('{\"a\":1,\"b\":[0.5]}', 'a INT, b ARRAY<DOUBLE>')",
    .gives = "{\"a\":1,\"b\":[0.5]}",
};
