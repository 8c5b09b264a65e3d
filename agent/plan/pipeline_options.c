// An object of the pipeline file as the options of a source, a decoder, a sink: each as its table wants it.
#include "agent/plan/pipeline_reader.h"

// The member of that option, whatever its case; twice is an error.
static enum status find_member(struct reader *r, const struct json *object, const char *name, const struct json **out)
{
    struct slice wanted = slice_of(name);
    *out = NULL;
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        if (!slice_equal_fold(member->name, wanted))
            continue;
        if (*out != NULL)
            return refuse_name(r, member, "\"%.*s\" is given twice (in another case); keep one", (int)member->name.size,
                               member->name.data);
        *out = member;
    }
    return STATUS_OK;
}

static enum status read_list(struct reader *r, const struct json *array, struct option_value *v)
{
    struct slice *list = ARENA_ARRAY(r->arena, struct slice, json_count(array) + 1);
    v->list = list;
    for (const struct json *item = array->first; item != NULL; item = item->next) {
        enum status status = want_kind(r, item, JSON_STRING, v->spec->name);
        if (status != STATUS_OK)
            return status;
        list[v->list_size++] = item->text;
    }
    return STATUS_OK;
}

static enum status read_object(struct reader *r, const struct json *object, struct option_value *v)
{
    struct slice *list = ARENA_ARRAY(r->arena, struct slice, 2 * json_count(object) + 1);
    v->list = list;
    for (const struct json *item = object->first; item != NULL; item = item->next) {
        if (item->kind == JSON_NULL || item->kind >= JSON_ARRAY)
            return refuse(r, item, "%.*s of %s is %s; wanted is a text, a number, true or false", (int)item->name.size,
                          item->name.data, v->spec->name, json_kind_name(item->kind));
        list[v->list_size++] = item->name;
        list[v->list_size++] = item->text;
    }
    return STATUS_OK;
}

static enum status read_value(struct reader *r, const struct json *at, struct option_value *v)
{
    struct place place = place_of(r, at);
    v->given = true;
    v->line = place.line;
    v->column = place.column;
    v->file = at->secret_file;
    if (at->kind == JSON_ARRAY && v->spec->kind == OPTION_LIST)
        return read_list(r, at, v);
    if (at->kind == JSON_OBJECT && v->spec->kind == OPTION_OBJECT)
        return read_object(r, at, v);
    if (at->kind >= JSON_ARRAY)
        return refuse(r, at, "%s is %s; wanted is one value, a string for example", v->spec->name,
                      json_kind_name(at->kind));
    if (at->kind == JSON_NULL)
        return refuse(r, at, "%s is %s; leave it out, or give it a value", v->spec->name, json_kind_name(at->kind));
    if (option_parse(v->spec, at->text, r->arena, v, r->error) != STATUS_OK)
        return refuse_again(r, at);
    return STATUS_OK;
}

static enum status read_option(struct reader *r, const struct json *object, const struct option_spec *spec,
                               struct options *out, const char *what)
{
    struct option_value *v = (struct option_value *)&out->value[out->count];
    const struct json *at;
    enum status status = find_member(r, object, spec->name, &at);
    if (status != STATUS_OK)
        return status;
    v->spec = spec;
    if (at != NULL) {
        out->count++;
        return read_value(r, at, v);
    }
    if (spec->required)
        return refuse(r, object, "%s needs \"%s\": %s", what, spec->name, spec->summary == NULL ? "" : spec->summary);
    if (spec->fallback != NULL) {
        out->count++;
        return option_parse(spec, slice_of(spec->fallback), r->arena, v, r->error);
    }
    return STATUS_OK;
}

enum status read_options(struct reader *r, const struct json *object, const struct option_spec *const tables[2],
                         struct options *out, const char *what)
{
    uint32_t count = 1;
    for (int t = 0; t < 2; t++)
        for (const struct option_spec *o = tables[t]; o != NULL && o->name != NULL; o++)
            count++;
    *out = (struct options){.value = ARENA_ARRAY(r->arena, struct option_value, count),
                            .directory = slice_of(r->directory == NULL ? "." : r->directory)};
    for (int t = 0; t < 2; t++) {
        for (const struct option_spec *o = tables[t]; o != NULL && o->name != NULL; o++) {
            if (t == 1 && option_find(tables[0], slice_of(o->name)) != NULL)
                continue; // source and decoder may share one
            enum status status = read_option(r, object, o, out, what);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}
