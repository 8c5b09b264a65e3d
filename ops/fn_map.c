// MAPs: their keys, values and entries, and MAPs from lists and texts (collectionOperations.scala,
// complexTypeCreator.scala). A NULL or a repeated key makes a map NULL (in Spark it ends the query).
#include "ops/character.h"
#include "ops/compare.h"
#include "ops/list.h"
#include "ops/regex.h"

// The part's own column over the map's spans: nothing is copied. state: which part.
static void map_part(const struct call *c, const struct rows *rows)
{
    const uint32_t *part = c->state;
    const struct column *in = c->in[0];
    c->out->child[0] = in->child[*part];
    c->out->used = in->used;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->span[i] = in->span[at(in, i)];
    }
}

static void map_entries(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    struct column *entry = &c->out->child[0];
    entry->null = arena_zalloc(c->arena, in->used + 1);
    entry->capacity = in->used;
    entry->child[0] = in->child[0];
    entry->child[1] = in->child[1];
    c->out->used = in->used;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->span[i] = in->span[at(in, i)];
    }
}

// Asks for argument `index` as a MAP (a NULL is one of VOID).
static enum status want_map(struct binding *b, uint32_t index, const struct type **t, struct error *e)
{
    *t = b->arg[index]->type;
    if ((*t)->id == TYPE_MAP)
        return STATUS_OK;
    if ((*t)->id != TYPE_NULL)
        return binding_mismatch(b, index, "MAP", e);
    b->want[index] = *t = type_map(b->arena, *t, *t, true);
    return STATUS_OK;
}

static enum status bind_map_part(struct binding *b, struct error *e)
{
    static const uint32_t parts[] = {0, 1};
    const struct type *t;
    enum status status = want_map(b, 0, &t, e);
    if (status != STATUS_OK)
        return status;
    bool keys = b->function == &function_map_keys;
    b->type = keys ? type_array(b->arena, t->key, true) : type_array(b->arena, t->element, t->contains_null);
    b->state = &parts[keys ? 0 : 1];
    b->kernel = map_part;
    if (b->function == &function_map_entries) {
        struct field fields[] = {{SLICE("key"), t->key, false}, {SLICE("value"), t->element, t->contains_null}};
        b->type = type_array(b->arena, type_struct(b->arena, fields, 2), false);
        b->kernel = map_entries;
    }
    return STATUS_OK;
}

// ---- maps from lists

static void put_entry(const struct call *c, uint32_t i, const struct column *keys, uint32_t key,
                      const struct column *values, uint32_t value)
{
    uint32_t place = list_add(c, i);
    list_put(c, 0, place, keys, key);
    list_put(c, 1, place, values, value);
}

bool map_keys_are_good(const struct call *c, uint32_t i)
{
    struct list_set seen;
    struct span s = c->out->span[i];
    list_set_init(&seen, s.size, c->arena);
    for (uint32_t k = s.offset; k < s.offset + s.size; k++)
        if (is_null(&c->out->child[0], k) || !list_set_add(&seen, &c->out->child[0], k))
            return false;
    return true;
}

static void map_from_arrays(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span keys = list_at(c, 0, i), values = list_at(c, 1, i);
        for (uint32_t k = 0; keys.size == values.size && k < keys.size; k++)
            put_entry(c, i, list_child(c, 0), keys.offset + k, list_child(c, 1), values.offset + k);
        c->out->null[i] = keys.size != values.size || !map_keys_are_good(c, i);
    }
}

enum status map_key_check(const struct binding *b, const struct type *key, struct error *e)
{
    if (type_is_orderable(key))
        return STATUS_OK;
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE] %s: a key cannot be %s",
                     b->function->name, type_text(b->arena, key));
}

static enum status bind_map_from_arrays(struct binding *b, struct error *e)
{
    const struct type *keys, *values;
    enum status status = binding_array(b, 0, &keys, e);
    if (status == STATUS_OK)
        status = binding_array(b, 1, &values, e);
    if (status != STATUS_OK)
        return status;
    b->type = type_map(b->arena, keys->element, values->element, values->contains_null);
    b->nullable = true;
    b->kernel = map_from_arrays;
    return map_key_check(b, keys->element, e);
}

// A NULL among the entries makes the map NULL.
static void map_from_entries(const struct call *c, const struct rows *rows)
{
    const struct column *entry = list_child(c, 0);
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct span s = list_at(c, 0, i);
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            c->out->null[i] |= entry->null[at(entry, k)];
        for (uint32_t k = s.offset; !c->out->null[i] && k < s.offset + s.size; k++)
            put_entry(c, i, &entry->child[0], k, &entry->child[1], k);
        c->out->null[i] |= !map_keys_are_good(c, i);
    }
}

static enum status bind_map_from_entries(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY || t->element->id != TYPE_STRUCT || t->element->field_count != 2)
        return binding_mismatch(b, 0, "ARRAY of STRUCTs of two fields", e);
    const struct field *fields = t->element->fields;
    b->type = type_map(b->arena, fields[0].type, fields[1].type, fields[1].nullable);
    b->nullable = true;
    b->kernel = map_from_entries;
    return map_key_check(b, fields[0].type, e);
}

static void map_concat(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        for (uint32_t n = 0; n < c->argc; n++) {
            struct span s = list_at(c, n, i);
            for (uint32_t k = s.offset; k < s.offset + s.size; k++)
                put_entry(c, i, &c->in[n]->child[0], k, &c->in[n]->child[1], k);
        }
        c->out->null[i] = !map_keys_are_good(c, i);
    }
}

static enum status bind_map_concat(struct binding *b, struct error *e)
{
    const struct type *text = type_simple(TYPE_STRING);
    b->type = b->argc == 0 ? type_map(b->arena, text, text, false) : binding_common(b, 0);
    bool maps = b->type != NULL;
    for (uint32_t i = 0; i < b->argc; i++)
        maps &= b->arg[i]->type->id == TYPE_MAP;
    if (!maps)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES] map_concat takes MAPs of one type");
    b->nullable = true;
    b->kernel = map_concat;
    return STATUS_OK;
}

static void has_key(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct span s = in->span[at(in, i)];
        c->out->boolean[i] = 0;
        for (uint32_t k = s.offset; k < s.offset + s.size && !c->out->boolean[i]; k++)
            c->out->boolean[i] = column_compare(&in->child[0], k, c->in[1], i) == 0;
    }
}

static enum status bind_map_contains_key(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type, *key = b->arg[1]->type;
    if (key->id == TYPE_NULL)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.NULL_TYPE] map_contains_key: a NULL cannot be looked for");
    struct expr one = {.type = t->id == TYPE_MAP ? t->key : t};
    const struct type *meet = type_widest_number(b->arena, (struct expr *[]){&one, b->arg[1]}, 2);
    if (t->id != TYPE_MAP || meet == NULL)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES] map_contains_key: the key is %s, the map is %s",
                         type_text(b->arena, key), type_text(b->arena, t));
    if (!type_equal(meet, t->key))
        b->want[0] = type_map(b->arena, meet, t->element, t->contains_null);
    b->want[1] = meet;
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = has_key;
    return STATUS_OK;
}

// ---- str_to_map

struct splitters {
    struct regex *pair, *key;
};

static void put_text(const struct call *c, uint32_t child, uint32_t place, struct slice s)
{
    c->out->child[child].null[place] = 0;
    c->out->child[child].slice[place] = s;
}

// One "key:value"; without a separator the value is NULL.
static void put_pair(const struct call *c, uint32_t i, struct slice s)
{
    const struct splitters *by = c->state;
    struct regex_match hit;
    uint32_t place = list_add(c, i);
    bool found = regex_find(by->key, s, 0, &hit, 1);
    for (uint32_t from = 0; found && hit.to == 0 && from < s.size;) { // an empty match at the very start is none
        from = character_next(s, from);
        found = regex_find(by->key, s, from, &hit, 1);
    }
    found &= found && hit.to > 0;
    put_text(c, 0, place, slice_part(s, 0, found ? hit.from : s.size));
    c->out->child[1].null[place] = !found;
    if (found)
        put_text(c, 1, place, slice_part(s, hit.to, s.size));
}

static void str_to_map(const struct call *c, const struct rows *rows)
{
    const struct splitters *by = c->state;
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        struct regex_match hit;
        uint32_t done = 0, from = 0;
        while (from <= s.size && regex_find(by->pair, s, from, &hit, 1)) {
            from = hit.to > hit.from ? hit.to : hit.to < s.size ? character_next(s, hit.to) : s.size + 1;
            if (hit.to == 0)
                continue;
            put_pair(c, i, slice_part(s, done, hit.from));
            done = hit.to;
        }
        put_pair(c, i, slice_part(s, done, s.size));
        c->out->null[i] = !map_keys_are_good(c, i);
    }
}

static enum status bind_str_to_map(struct binding *b, struct error *e)
{
    struct splitters *by = ARENA_NEW(b->arena, struct splitters);
    struct regex **regex[] = {NULL, &by->pair, &by->key};
    const struct type *text = type_simple(TYPE_STRING);
    enum status status = binding_wants(b, (const enum want[]){WANT_TEXT, WANT_TEXT, WANT_TEXT}, 3, e);
    for (uint32_t i = 1; i < 3 && status == STATUS_OK; i++) {
        struct slice pattern = i == 1 ? SLICE(",") : SLICE(":");
        if (i < b->argc && (!is_literal(b->arg[i]) || b->arg[i]->type->id != TYPE_STRING))
            return binding_not_literal(b, i, e);
        if (i < b->argc)
            pattern = b->arg[i]->literal.bytes;
        status = regex_compile(pattern, b->arena, regex[i], e);
    }
    b->type = type_map(b->arena, text, text, true);
    b->nullable = true;
    b->state = by;
    b->kernel = str_to_map;
    return status;
}

#define MAP_FUNCTION(id, least, most, flag, how, binder, words, shown, result)                                         \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = least,                                                          \
                                           .max_args = most,                                                           \
                                           .flags = flag,                                                              \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

MAP_FUNCTION(map_keys, 1, 1, FUNCTION_BORROWS, "map_keys(map)", bind_map_part, "The keys of a MAP.",
             "map_keys(map(1, 'a', 2, 'b'))", "[1,2]")
MAP_FUNCTION(map_values, 1, 1, FUNCTION_BORROWS, "map_values(map)", bind_map_part, "The values of a MAP.",
             "map_values(map(1, 'a', 2, 'b'))", "[\"a\",\"b\"]")
MAP_FUNCTION(map_entries, 1, 1, FUNCTION_BORROWS, "map_entries(map)", bind_map_part,
             "The entries of a MAP as STRUCTs of key and value.", "map_entries(map(1, 'a'))",
             "[{\"key\":1,\"value\":\"a\"}]")
MAP_FUNCTION(map_from_arrays, 2, 2, 0, "map_from_arrays(keys, values)", bind_map_from_arrays,
             "A MAP of two lists of one length.", "map_from_arrays(array('a', 'b'), array(1, 2))", "{\"a\":1,\"b\":2}")
MAP_FUNCTION(map_from_entries, 1, 1, 0, "map_from_entries(entries)", bind_map_from_entries,
             "A MAP of a list of STRUCTs of key and value.", "map_from_entries(array(struct('a', 1)))", "{\"a\":1}")
MAP_FUNCTION(map_concat, 0, FUNCTION_ANY_ARGS, 0, "map_concat(map, ...)", bind_map_concat,
             "The entries of all the MAPs.", "map_concat(map('a', 1), map('b', 2))", "{\"a\":1,\"b\":2}")
MAP_FUNCTION(map_contains_key, 2, 2, 0, "map_contains_key(map, key)", bind_map_contains_key,
             "Does the MAP have the key?", "map_contains_key(map(1, 'a'), 1)", "true")
MAP_FUNCTION(str_to_map, 1, 3, 0, "str_to_map(str[, pairs[, key]])", bind_str_to_map,
             "A MAP of a text, split by two patterns, ',' and ':' unless told.", "str_to_map('a:1,b:2')",
             "{\"a\":\"1\",\"b\":\"2\"}")
