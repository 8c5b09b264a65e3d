// from_json (JsonToStructs). The schema is the type of argument 1: a typed NULL that the binder made of its text.
#include "ops/json_record.h"
#include "ops/kernel.h"
#include "ops/option_map.h"

struct from_json {
    struct json_formats formats;
    unsigned allow;
    struct json_shape root;
    // A STRUCT's members, the one for corrupt records left out.
    struct json_names names;
    struct json_shape *shape;
    uint32_t *field;
    int32_t corrupt; // its place among the fields; -1: there is none
};

// The members' columns, as json_object wants them.
static struct json_members members_of(const struct call *c, const struct from_json *f)
{
    struct column **column = ARENA_ARRAY(c->arena, struct column *, f->names.count);
    for (uint32_t i = 0; i < f->names.count; i++)
        column[i] = &c->out->child[f->field[i]];
    return (struct json_members){.names = f->names, .shape = f->shape, .column = column};
}

static void put_struct(const struct call *c, const struct from_json *f, const struct json_members *m,
                       struct json_reader *r, struct slice text, uint32_t row)
{
    enum json_result result = r->token == JSON_START_OBJECT ? json_object(r, m, row, c->arena) : JSON_BAD;
    c->out->null[row] = 0;
    if (result == JSON_BAD)
        for (uint32_t i = 0; i < f->names.count; i++)
            column_set_null(m->column[i], row);
    if (f->corrupt < 0)
        return;
    struct column *corrupt = &c->out->child[f->corrupt];
    corrupt->null[row] = result == JSON_GOOD;
    corrupt->slice[row] = text;
}

// An object where an array of them is wanted is the only one.
static enum json_result put_alone(const struct call *c, const struct from_json *f, struct json_reader *r, uint32_t row)
{
    uint32_t first = c->out->used;
    column_reserve(c->out, first + 1, c->arena);
    c->out->used = first + 1;
    column_set_null(c->out->child, first);
    enum json_result result = json_value(r, f->root.child, c->out->child, first, c->arena);
    if (result == JSON_BAD) {
        c->out->used = first;
        return result;
    }
    c->out->span[row] = (struct span){first, 1};
    c->out->null[row] = 0;
    return result;
}

static void put_other(const struct call *c, const struct from_json *f, struct json_reader *r, uint32_t row)
{
    const struct type *t = f->root.type;
    bool alone = t->id == TYPE_ARRAY && t->element->id == TYPE_STRUCT && r->token == JSON_START_OBJECT;
    enum json_result result = alone ? put_alone(c, f, r, row) : json_value(r, &f->root, c->out, row, c->arena);
    if (result == JSON_BAD)
        c->out->null[row] = 1;
}

static void from_json(const struct call *c, const struct rows *rows)
{
    const struct from_json *f = c->state;
    struct json_level *level = ARENA_ARRAY(c->arena, struct json_level, JSON_DEPTH_MAX + 2);
    bool record = f->root.type->id == TYPE_STRUCT;
    struct json_members members = record ? members_of(c, f) : (struct json_members){.column = NULL};
    FOR_EACH_ROW (i, rows) {
        struct slice text = slice_at(c->in[0], i);
        column_set_null(c->out, i);
        if (is_null(c->in[0], i))
            continue;
        struct json_reader r;
        json_open(&r, text, level, c->arena);
        r.bytes.allow = f->allow;
        bool good = json_next(&r);
        if (good && r.token == JSON_NONE)
            continue; // nothing but blanks
        if (record && !good)
            r.token = JSON_NONE;
        if (record)
            put_struct(c, f, &members, &r, text, i);
        else if (good)
            put_other(c, f, &r, i);
    }
}

static enum status bind_record(struct binding *b, struct from_json *f, const struct options *o, struct error *e)
{
    const struct type *t = b->type;
    struct slice *names = ARENA_ARRAY(b->arena, struct slice, t->field_count);
    f->shape = ARENA_ARRAY(b->arena, struct json_shape, t->field_count);
    f->field = ARENA_ARRAY(b->arena, uint32_t, t->field_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->field_count; i++) {
        bool corrupt;
        const struct field *field = &t->fields[i];
        enum status status = decode_is_corrupt(o, field, &corrupt, e);
        if (status == STATUS_OK && corrupt)
            f->corrupt = (int32_t)i;
        if (status == STATUS_OK && !corrupt) {
            f->field[count] = i;
            names[count] = field->name;
            status = json_shape_make(&f->shape[count++], field->type, &f->formats, field->name, b->arena, e);
        }
        if (status != STATUS_OK)
            return status;
    }
    json_names_make(&f->names, names, count, b->arena);
    return STATUS_OK;
}

static enum status bind_from_json(struct binding *b, struct error *e)
{
    struct from_json *f = ARENA_NEW(b->arena, struct from_json);
    struct options options;
    const struct type *t = b->arg[1]->type;
    f->corrupt = -1;
    if (t->id != TYPE_STRUCT && t->id != TYPE_ARRAY && t->id != TYPE_MAP)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.INVALID_JSON_SCHEMA] from_json: the schema is %s; wanted is STRUCT, ARRAY "
                         "or MAP",
                         type_text(b->arena, t));
    if (b->arg[0]->type->id != TYPE_STRING && b->arg[0]->type->id != TYPE_NULL)
        return binding_mismatch(b, 0, "STRING", e);
    enum status status = option_map_read(b, 2, json_read_options, &options, e);
    if (status == STATUS_OK)
        status = json_formats_read(&f->formats, &f->allow, &options, b->session, b->arena, e);
    f->formats.normal = true;
    b->type = t;
    b->nullable = true;
    b->state = f;
    b->kernel = from_json;
    if (status == STATUS_OK && t->id == TYPE_STRUCT) {
        f->root.type = t;
        status = bind_record(b, f, &options, e);
    } else if (status == STATUS_OK) {
        status = json_shape_make(&f->root, t, &f->formats, SLICE("value"), b->arena, e);
    }
    return status == STATUS_OK ? binding_want(b, 0, WANT_STRING, e) : status;
}

const struct function function_from_json = {
    .name = "from_json",
    .min_args = 2,
    .max_args = 3,
    .flags = FUNCTION_SCHEMA,
    .bind = bind_from_json,
    .usage = "from_json(json, schema[, options])",
    .summary = "A JSON text as the value that the schema, a DDL text, says; what does not fit is NULL.",
    .example = "from_json('{\"a\":1,\"b\":[\"x\"]}', 'a INT, b ARRAY<STRING>')",
    .gives = "{\"a\":1,\"b\":[\"x\"]}",
};
