// What ends a query of Spark's at its first row, told before one is read. Where it depends on the row we have NULL.
#include "agent/plan/bind.h"

#include "ops/zone.h"

static bool is_zero(struct binder *b, const struct value *v)
{
    (void)b;
    return v->integer == 0;
}

static bool is_negative(struct binder *b, const struct value *v)
{
    (void)b;
    return v->integer < 0;
}

static bool is_no_zone(struct binder *b, const struct value *v)
{
    struct arena scratch;
    struct memory memory = {0};
    arena_init(&scratch, &memory, 4096);
    bool known = zone_lookup(v->bytes, b->l->session->zones, &scratch) != NULL;
    arena_free(&scratch);
    return !known;
}

// A constant argument that cannot work.
static const struct {
    const char *function;
    uint32_t argument;
    enum type_id first; // of the first argument; TYPE_COUNT: any
    bool (*bad)(struct binder *b, const struct value *v);
    const char *words;
} arguments[] = {
    {"element_at", 1, TYPE_ARRAY, is_zero,
     "[INVALID_INDEX_OF_ZERO] element_at: the first element is 1, the last is -1"},
    {"slice", 1, TYPE_COUNT, is_zero, "[INVALID_PARAMETER_VALUE.START] slice: the first element is 1, the last is -1"},
    {"slice", 2, TYPE_COUNT, is_negative, "[INVALID_PARAMETER_VALUE.LENGTH] slice: the length must not be negative"},
    {"array_insert", 1, TYPE_COUNT, is_zero,
     "[INVALID_INDEX_OF_ZERO] array_insert: the first place is 1, the last is -1"},
    {"from_utc_timestamp", 1, TYPE_COUNT, is_no_zone,
     "[INVALID_TIMEZONE] from_utc_timestamp: there is no such time zone; write one such as 'Europe/Berlin' or "
     "'+02:00'"},
    {"to_utc_timestamp", 1, TYPE_COUNT, is_no_zone,
     "[INVALID_TIMEZONE] to_utc_timestamp: there is no such time zone; write one such as 'Europe/Berlin' or '+02:00'"},
};

// Functions of constants that give nothing.
static const struct {
    const char *function, *words;
} wholes[] = {
    {"map", "[DUPLICATED_MAP_KEY] map: a key is there twice, or is NULL"},
    {"map_from_arrays", "[DUPLICATED_MAP_KEY] map_from_arrays: a key is there twice, is NULL, or lacks its value"},
    {"map_from_entries", "[DUPLICATED_MAP_KEY] map_from_entries: a key is there twice, or is NULL"},
    {"map_concat", "[DUPLICATED_MAP_KEY] map_concat: a key is there twice"},
    {"str_to_map", "[DUPLICATED_MAP_KEY] str_to_map: a key is there twice"},
    {"sequence", "[INVALID_PARAMETER_VALUE] sequence: the step is 0, or leads away from the end"},
};

static bool all_there(struct binder *b, const struct expr *x)
{
    for (uint32_t i = 0; i < x->argc; i++)
        if (!expr_is_constant(x->args[i]) || constant_value(b->l, x->args[i]).null)
            return false;
    return true;
}

// NULL as a key of map(…), which is so whatever the row.
static bool has_null_key(const struct expr *x)
{
    for (uint32_t i = 0; i < x->argc; i += 2)
        if (x->args[i]->kind == EXPR_LITERAL && x->args[i]->literal.null)
            return true;
    return false;
}

enum status bind_fails(struct binder *b, const struct ast_expr *place, const struct expr *x)
{
    if (x->kind != EXPR_CALL)
        return STATUS_OK;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        uint32_t k = arguments[i].argument;
        if (!expr_is_call(x, arguments[i].function) || k >= x->argc || !expr_is_constant(x->args[k]) ||
            (arguments[i].first != TYPE_COUNT && x->args[0]->type->id != arguments[i].first))
            continue;
        struct value v = constant_value(b->l, x->args[k]);
        if (!v.null && arguments[i].bad(b, &v))
            return BIND_ERROR(b, place, "%s", arguments[i].words);
    }
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        if (!expr_is_call(x, wholes[i].function))
            continue;
        bool map = strcmp(wholes[i].function, "map") == 0;
        if ((map && has_null_key(x)) || (!map && all_there(b, x) && constant_value(b->l, x).null) ||
            (map && expr_is_constant(x) && x->argc > 0 && constant_value(b->l, x).null))
            return BIND_ERROR(b, place, "%s", wholes[i].words);
    }
    return STATUS_OK;
}
