// Making ARRAY, STRUCT and MAP values (complexTypeCreator.scala).
#include "ops/compare.h"
#include "ops/kernel.h"

// Element `row` of `in` becomes the next element of `child`, of `out`'s list at `row`.
static void append(struct column *child, uint32_t place, const struct column *in, uint32_t row, struct arena *arena)
{
    column_copy(child, place, in, row, type_is_nested(in->type) ? arena : NULL);
}

static void make_array(const struct call *c, const struct rows *rows)
{
    struct column *out = c->out;
    FOR_EACH_ROW (i, rows) {
        out->null[i] = 0;
        out->span[i] = (struct span){out->used, c->argc};
        column_reserve(out, out->used + c->argc, c->arena);
        for (uint32_t k = 0; k < c->argc; k++)
            append(&out->child[0], out->used++, c->in[k], i, c->arena);
    }
}

static enum status bind_array(struct binding *b, struct error *e)
{
    const struct type *element = binding_common(b, 0);
    if (!element)
        return binding_no_common(b, e);
    b->type = type_array(b->arena, element, b->nullable);
    b->nullable = false;
    b->kernel = make_array;
    return STATUS_OK;
}

// The fields are the arguments' columns themselves. state: how many arguments stand for a field, the value last.
static void make_struct(const struct call *c, const struct rows *rows)
{
    const uint32_t *step = c->state;
    for (uint32_t k = 0; k < c->argc / *step; k++)
        c->out->child[k] = *c->in[k * *step + *step - 1];
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
    }
}

static enum status bind_struct(struct binding *b, struct error *e)
{
    static const uint32_t one = 1;
    (void)e;
    struct field *fields = ARENA_ARRAY(b->arena, struct field, b->argc + 1);
    for (uint32_t i = 0; i < b->argc; i++) {
        const char *name = arena_printf(b->arena, "col%u", i + 1);
        fields[i] = (struct field){slice_of(name), b->arg[i]->type, b->arg[i]->nullable};
    }
    b->type = type_struct(b->arena, fields, b->argc);
    b->nullable = false;
    b->state = &one;
    b->kernel = make_struct;
    return STATUS_OK;
}

static enum status bind_named_struct(struct binding *b, struct error *e)
{
    static const uint32_t two = 2;
    struct field *fields = ARENA_ARRAY(b->arena, struct field, b->argc / 2 + 1);
    if (b->argc % 2 != 0)
        return error_set(e, STATUS_CONFIG,
                         "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] named_struct takes names and values in turn, not %u "
                         "arguments",
                         b->argc);
    for (uint32_t i = 0; i < b->argc; i += 2) {
        const struct expr *name = b->arg[i], *value = b->arg[i + 1];
        if (!is_literal(name) || name->type->id != TYPE_STRING)
            return error_set(
                e, STATUS_CONFIG,
                "[DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING] named_struct: argument %u "
                "is a field's name, a text as it is: named_struct('a', 1, 'b', 2)",
                i + 1);
        fields[i / 2] = (struct field){name->literal.bytes, value->type, value->nullable};
    }
    b->type = type_struct(b->arena, fields, b->argc / 2);
    b->nullable = false;
    b->state = &two;
    b->kernel = make_struct;
    return STATUS_OK;
}

// Does key `k` of the call equal an earlier one, or is it NULL?
static bool key_is_wrong(const struct call *c, uint32_t k, uint32_t row)
{
    if (is_null(c->in[k], row))
        return true;
    for (uint32_t n = 0; n < k; n += 2)
        if (column_compare(c->in[n], row, c->in[k], row) == 0)
            return true;
    return false;
}

// A NULL or a repeated key makes the map NULL (in Spark it ends the query).
static void make_map(const struct call *c, const struct rows *rows)
{
    struct column *out = c->out;
    FOR_EACH_ROW (i, rows) {
        out->null[i] = 0;
        for (uint32_t k = 0; k < c->argc; k += 2)
            out->null[i] |= key_is_wrong(c, k, i);
        if (out->null[i])
            continue;
        column_reserve(out, out->used + c->argc / 2, c->arena);
        out->span[i] = (struct span){out->used, c->argc / 2};
        for (uint32_t k = 0; k < c->argc; k += 2, out->used++) {
            append(&out->child[0], out->used, c->in[k], i, c->arena);
            append(&out->child[1], out->used, c->in[k + 1], i, c->arena);
        }
    }
}

static enum status bind_map(struct binding *b, struct error *e)
{
    if (b->argc % 2 != 0)
        return error_set(e, STATUS_CONFIG,
                         "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] map takes keys and values in turn, not %u arguments",
                         b->argc);
    struct expr **parts = ARENA_ARRAY(b->arena, struct expr *, b->argc + 1);
    uint32_t half = b->argc / 2;
    bool nullable = false;
    for (uint32_t i = 0; i < half; i++) {
        parts[i] = b->arg[2 * i];
        parts[half + i] = b->arg[2 * i + 1];
        nullable |= parts[half + i]->nullable;
    }
    const struct type *key = type_widest(b->arena, parts, half);
    const struct type *value = type_widest(b->arena, parts + half, half);
    if (!key || !value)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.CREATE_MAP_%s_DIFF_TYPES] map: the %s are of no common "
                         "type",
                         key ? "VALUE" : "KEY", key ? "values" : "keys");
    if (!type_is_orderable(key))
        return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE] map: a key cannot be %s",
                         type_text(b->arena, key));
    for (uint32_t i = 0; i < b->argc; i++)
        b->want[i] = i % 2 == 0 ? key : value;
    b->type = type_map(b->arena, key, value, nullable);
    b->nullable = true;
    b->kernel = make_map;
    return STATUS_OK;
}

const struct function function_array = {
    .name = "array",
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_array,
    .usage = "array(a, b, ...)",
    .summary = "The values as an ARRAY, of their common type.",
    .example = "array(1, 2, NULL)",
    .gives = "[1,2,null]",
};
const struct function function_struct = {
    .name = "struct",
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .flags = FUNCTION_BORROWS,
    .bind = bind_struct,
    .usage = "struct(a, b, ...)",
    .summary = "The values as a STRUCT with the fields col1, col2, ... (a column keeps its name).",
    .example = "struct(1, 'x')",
    .gives = "{\"col1\":1,\"col2\":\"x\"}",
};
const struct function function_named_struct = {
    .name = "named_struct",
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .flags = FUNCTION_BORROWS,
    .bind = bind_named_struct,
    .usage = "named_struct(name, value, ...)",
    .summary = "A STRUCT with the given field names and values.",
    .example = "named_struct('a', 1, 'b', 'x')",
    .gives = "{\"a\":1,\"b\":\"x\"}",
};
const struct function function_map = {
    .name = "map",
    .min_args = 0,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_map,
    .usage = "map(key, value, ...)",
    .summary = "A MAP of the given keys and values.",
    .example = "map('a', 1, 'b', 2)",
    .gives = "{\"a\":1,\"b\":2}",
};
