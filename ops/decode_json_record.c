#include "ops/json_copy.h"
#include "ops/json_record.h"

#include <assert.h>

// The members' columns are given as a list (a row's) or lie one after the other (a struct's).
struct object {
    const struct json_names *names;
    const struct json_shape *shape;
    struct column **list;
    struct column *array;
    struct decode_filter *filter; // of a row
};

static struct column *member_column(const struct object *o, uint32_t i)
{
    return o->list ? o->list[i] : &o->array[i];
}

static enum json_result worse(enum json_result a, enum json_result b)
{
    return a > b ? a : b;
}

// A struct that is already there must stay if this one, under the same name, turns out bad.
static enum json_result second_struct(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                                      struct arena *arena)
{
    struct column *aside = column_new(s->type, 1, arena);
    column_set_null(aside, 0);
    enum json_result result = json_value(r, s, aside, 0, arena);
    if (result != JSON_BAD)
        column_copy(c, row, aside, 0, arena);
    return result;
}

// What becomes of a row, one of whose members has come and is `member`.
static enum json_result asked(const struct object *o, uint32_t column, uint32_t row, enum json_result member,
                              struct arena *arena)
{
    switch (decode_filter_came(o->filter, o->list, arena, column, row)) {
    case FILTER_LEFT_OUT:
        return JSON_LEFT_OUT;
    case FILTER_TWICE:
        return JSON_PARTIAL;
    case FILTER_GO:
        break;
    }
    return member;
}

// JacksonParser.convertObject: a bad member is left out and the rest read on, unless the text itself ends it.
static enum json_result object(struct json_reader *r, const struct object *o, uint32_t row, struct arena *arena)
{
    enum json_result result = JSON_GOOD;
    for (uint32_t i = 0; i < o->names->count; i++)
        column_set_null(member_column(o, i), row);
    for (;;) {
        if (!json_next(r))
            return JSON_BAD;
        if (r->token == JSON_END_OBJECT || r->token == JSON_NONE)
            return result;
        struct slice name = json_name(r);
        int32_t found = name.data ? json_names_find(o->names, name) : -1;
        if (found < 0) {
            // A name is passed over with the next token, its value's children are not.
            if (!json_skip_children(r))
                return JSON_BAD;
            continue;
        }
        const struct json_shape *s = &o->shape[found];
        struct column *c = member_column(o, (uint32_t)found);
        enum json_result member = s->type->id == TYPE_STRUCT && !c->null[row] ? second_struct(r, s, c, row, arena)
                                                                              : json_value(r, s, c, row, arena);
        if (member == JSON_BAD && !json_skip_children(r))
            return JSON_BAD;
        if (o->filter && member != JSON_BAD)
            member = asked(o, (uint32_t)found, row, member, arena);
        if (member == JSON_LEFT_OUT)
            return JSON_LEFT_OUT;
        result = worse(result, member == JSON_BAD ? JSON_PARTIAL : member);
    }
}

enum json_result json_object(struct json_reader *r, const struct json_members *m, uint32_t row, struct arena *arena)
{
    if (m->filter)
        decode_filter_begin(m->filter);
    struct object o = {.names = &m->names, .shape = m->shape, .list = m->column, .filter = m->filter};
    return object(r, &o, row, arena);
}

static enum json_result struct_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                                     struct arena *arena)
{
    if (r->token != JSON_START_OBJECT)
        return JSON_BAD;
    struct object o = {.names = &s->names, .shape = s->child, .array = c->child};
    enum json_result result = object(r, &o, row, arena);
    if (result == JSON_BAD)
        column_set_null(c, row);
    else
        c->null[row] = 0;
    return result;
}

// A new, NULL row in each child of an ARRAY or MAP.
static uint32_t add_child(struct column *c, uint32_t children, struct arena *arena)
{
    uint32_t row = c->used;
    column_reserve(c, row + 1, arena);
    c->used = row + 1;
    for (uint32_t i = 0; i < children; i++)
        column_set_null(&c->child[i], row);
    return row;
}

static enum json_result put_span(struct column *c, uint32_t row, uint32_t first, enum json_result result)
{
    if (result == JSON_BAD) {
        c->used = first;
        return JSON_BAD;
    }
    c->span[row] = (struct span){first, c->used - first};
    c->null[row] = 0;
    return result;
}

// JacksonParser.convertArray: a bad element makes the whole array bad.
static enum json_result array_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                                    struct arena *arena)
{
    enum json_result result = r->token == JSON_START_ARRAY ? JSON_GOOD : JSON_BAD;
    uint32_t first = c->used;
    while (result != JSON_BAD) {
        if (!json_next(r))
            result = JSON_BAD;
        else if (r->token == JSON_END_ARRAY || r->token == JSON_NONE)
            break;
        else
            result = worse(result, json_value(r, s->child, c->child, add_child(c, 1, arena), arena));
    }
    return put_span(c, row, first, result);
}

// JacksonParser.convertMap: a bad value makes the map bad, but the map is read to its end.
static enum json_result map_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                                  struct arena *arena)
{
    if (r->token != JSON_START_OBJECT)
        return JSON_BAD;
    uint32_t first = c->used;
    enum json_result result = JSON_GOOD;
    for (;;) {
        if (!json_next(r))
            return put_span(c, row, first, JSON_BAD);
        if (r->token == JSON_END_OBJECT || r->token == JSON_NONE)
            return put_span(c, row, first, result);
        uint32_t entry = add_child(c, 2, arena);
        struct slice name = json_name(r);
        c->child[0].slice[entry] = name;
        c->child[0].null[entry] = name.data == NULL;
        enum json_result value = json_value(r, s->child, &c->child[1], entry, arena);
        if (value == JSON_BAD && !json_skip_children(r))
            return put_span(c, row, first, JSON_BAD);
        result = worse(result, value);
    }
}

static enum json_result put_slice(struct column *c, uint32_t row, struct slice s)
{
    c->slice[row] = s;
    c->null[row] = 0;
    return JSON_GOOD;
}

// from_json: written anew.
static enum json_result normal_text(struct json_reader *r, struct column *c, uint32_t row, struct arena *arena)
{
    size_t bound = (size_t)json_copy_bound((size_t)(r->bytes.end - r->value));
    struct arena_mark mark = arena_mark(arena);
    struct text text = {.memory = arena->memory, .data = arena_alloc(arena, bound), .capacity = bound};
    bool good = json_copy_value(r, &text);
    assert(text.capacity == bound && "json_copy_bound was too small");
    char *made = text.data;
    arena_rewind(arena, mark);
    char *to = arena_alloc(arena, text.size + 1);
    if (to != made)
        memmove(to, made, text.size);
    return good ? put_slice(c, row, (struct slice){to, (uint32_t)text.size}) : JSON_BAD;
}

// A STRING takes any value; what is no string as it stands in the record.
static enum json_result string_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                                     struct arena *arena)
{
    if (r->token == JSON_STRING)
        return json_finish(r) ? put_slice(c, row, r->text) : JSON_BAD;
    if (s->formats->normal)
        return normal_text(r, c, row, arena);
    const char *from = r->value;
    if (!json_skip_children(r))
        return JSON_BAD;
    return put_slice(c, row, (struct slice){from, (uint32_t)(r->bytes.at - from)});
}

static enum json_result binary_value(struct json_reader *r, struct column *c, uint32_t row, struct arena *arena)
{
    if (r->token != JSON_STRING)
        return JSON_BAD;
    struct slice bytes;
    if (r->incomplete) {
        if (!json_base64(&r->bytes, arena, &bytes))
            return JSON_BAD; // still only begun: the next token passes over its rest
        r->incomplete = false;
        return put_slice(c, row, bytes);
    }
    // A string in single quotes is all there; give it the end that json_base64 looks for.
    char *copy = arena_copy(arena, r->text.data, r->text.size);
    copy[r->text.size] = '"';
    struct json_bytes b = {copy, copy + r->text.size + 1, r->bytes.allow};
    return json_base64(&b, arena, &bytes) ? put_slice(c, row, bytes) : JSON_BAD;
}

static enum json_result scalar_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row)
{
    if (!s->scalar(s, r->token, r->text, c, row))
        return JSON_BAD;
    c->null[row] = 0;
    return JSON_GOOD;
}

enum json_result json_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                            struct arena *arena)
{
    while (r->token == JSON_NAME)
        if (!json_next(r))
            return JSON_BAD;
    if (r->token == JSON_NONE || r->token == JSON_NULL || s->type->id == TYPE_NULL) {
        column_set_null(c, row);
        return JSON_GOOD;
    }
    if (s->type->id == TYPE_STRING)
        return string_value(r, s, c, row, arena);
    if (s->type->id == TYPE_BINARY)
        return binary_value(r, c, row, arena);
    // Spark asks for a string's length before it says that it is in the wrong place.
    if (r->token == JSON_STRING && (!json_finish(r) || r->text.size == 0))
        return JSON_BAD;
    switch (s->type->id) {
    case TYPE_ARRAY:
        return array_value(r, s, c, row, arena);
    case TYPE_STRUCT:
        return struct_value(r, s, c, row, arena);
    case TYPE_MAP:
        return map_value(r, s, c, row, arena);
    default:
        return scalar_value(r, s, c, row);
    }
}
