#include "ops/option_map.h"

static enum status refuse(const struct binding *b, struct error *e)
{
    return error_set(e, STATUS_CONFIG,
                     "[INVALID_OPTIONS.NON_MAP_FUNCTION] %s: the options are map('name', 'value', …) of literals",
                     b->function->name);
}

static bool is_text(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && x->type->id == TYPE_STRING && !x->literal.null;
}

static enum status read_one(const struct binding *b, const struct option_spec *table, struct slice name,
                            struct slice text, struct option_value *out, struct error *e)
{
    const struct option_spec *spec = option_find(table, name);
    if (!spec)
        return error_set(e, STATUS_CONFIG, "%s: there is no option \"%.*s\"", b->function->name, (int)name.size,
                         name.data);
    *out = (struct option_value){.given = true};
    enum status status = option_parse(spec, text, b->arena, out, e);
    if (status != STATUS_OK || !slice_equal(slice_of(spec->name), SLICE("mode")) ||
        slice_equal_fold(out->text, SLICE("PERMISSIVE")))
        return status;
    return error_set(e, STATUS_CONFIG, "[PARSE_MODE_UNSUPPORTED] %s: the mode is %.*s; there is only PERMISSIVE here",
                     b->function->name, (int)out->text.size, out->text.data);
}

enum status option_map_read(const struct binding *b, uint32_t index, const struct option_spec *table,
                            struct options *out, struct error *e)
{
    *out = (struct options){.count = 0};
    if (index >= b->argc)
        return STATUS_OK;
    const struct expr *map = b->arg[index];
    if (map->kind != EXPR_CALL || strcmp(map->function->name, "map") != 0)
        return refuse(b, e);
    for (uint32_t i = 0; i < map->argc || map->argc == 0; i++)
        if (map->argc == 0 || map->args[i]->type->id != TYPE_STRING)
            return error_set(e, STATUS_CONFIG,
                             "[INVALID_OPTIONS.NON_STRING_TYPE] %s: names and values of options are texts",
                             b->function->name);
    struct option_value *value = ARENA_ARRAY(b->arena, struct option_value, map->argc / 2);
    for (uint32_t i = 0; i + 1 < map->argc; i += 2) {
        if (!is_text(map->args[i]) || !is_text(map->args[i + 1]))
            return refuse(b, e);
        enum status status =
            read_one(b, table, map->args[i]->literal.bytes, map->args[i + 1]->literal.bytes, &value[out->count++], e);
        if (status != STATUS_OK)
            return status;
    }
    out->value = value;
    return STATUS_OK;
}
