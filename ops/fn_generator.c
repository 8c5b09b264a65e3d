// explode and its kin: checked here, done by the planner's generate operator (generators.scala).
#include "ops/json_member.h"
#include "ops/kernel.h"

// The type is the element's for an ARRAY; STRUCT<key, value> for a MAP; with positions STRUCT<pos, …>: the columns that
// the generator makes, by Spark's names.
static enum status bind_generator(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY && t->id != TYPE_MAP)
        return binding_mismatch(b, 0, "ARRAY or MAP", e);
    bool position = b->function == &function_posexplode || b->function == &function_posexplode_outer;
    bool outer = b->function == &function_explode_outer || b->function == &function_posexplode_outer;
    struct field fields[3];
    uint32_t count = 0;
    if (position)
        fields[count++] = (struct field){SLICE("pos"), type_simple(TYPE_INT), outer};
    if (t->id == TYPE_MAP)
        fields[count++] = (struct field){SLICE("key"), t->key, outer};
    struct slice name = t->id == TYPE_MAP ? SLICE("value") : SLICE("col");
    fields[count++] = (struct field){name, t->element, outer || t->contains_null};
    b->type = count == 1 ? t->element : type_struct(b->arena, fields, count);
    b->nullable = outer || t->contains_null;
    return STATUS_OK;
}

// ---- inline: the type is the element's

static enum status bind_inline(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY || t->element->id != TYPE_STRUCT)
        return binding_mismatch(b, 0, "ARRAY of STRUCT", e);
    b->type = t->element;
    b->nullable = true;
    return STATUS_OK;
}

// inline(array(…)) of `rows` structs.
static enum status inline_structs(struct binding *b, struct expr **rows, uint32_t count, struct error *e)
{
    struct expr *array = NULL;
    enum status status = expr_call(b->arena, b->session, &function_array, rows, count, &array, e);
    return status == STATUS_OK ? expr_call(b->arena, b->session, &function_inline, &array, 1, &b->instead, e) : status;
}

static struct expr *name_literal(struct arena *a, const char *prefix, uint32_t k)
{
    return expr_literal(
        a, (struct value){.type = type_simple(TYPE_STRING), .bytes = slice_of(arena_printf(a, "%s%u", prefix, k))});
}

// ---- stack(n, v1, v2 …): the values in n rows

// Value `k` of the column it falls into has that column's type; what is missing is NULL.
static const struct type *stack_type(const struct binding *b, uint32_t column, uint32_t columns)
{
    const struct type *t = type_simple(TYPE_NULL);
    for (uint32_t k = 1 + column; k < b->argc; k += columns) {
        if (t->id == TYPE_NULL)
            t = b->arg[k]->type;
        else if (b->arg[k]->type->id != TYPE_NULL && !type_equal(t, b->arg[k]->type))
            return NULL;
    }
    return t;
}

static enum status stack_row(struct binding *b, uint32_t row, uint32_t columns, struct expr **out, struct error *e)
{
    struct expr **pair = ARENA_ARRAY(b->arena, struct expr *, 2 * columns);
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t k = 1 + row * columns + c;
        const struct type *t = stack_type(b, c, columns);
        if (t == NULL)
            return error_set(
                e, STATUS_CONFIG,
                "[DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES] stack: the values of column %u have different "
                "types; cast them",
                c);
        pair[2 * c] = name_literal(b->arena, "col", c);
        pair[2 * c + 1] = k < b->argc ? b->arg[k] : expr_literal(b->arena, (struct value){.type = t, .null = true});
        enum status status = expr_cast(b->arena, b->session, pair[2 * c + 1], t, &pair[2 * c + 1], e);
        if (status != STATUS_OK)
            return status;
    }
    return expr_call(b->arena, b->session, &function_named_struct, pair, 2 * columns, out, e);
}

static enum status bind_stack(struct binding *b, struct error *e)
{
    enum { ROWS_MAX = 1000 };
    if (!is_literal(b->arg[0]))
        return binding_not_literal(b, 0, e);
    int64_t rows = b->arg[0]->type->id == TYPE_INT ? b->arg[0]->literal.integer : 0;
    if (rows < 1 || rows > ROWS_MAX)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] stack: argument 1 is the number of rows, 1 to %d",
                         ROWS_MAX);
    uint32_t columns = (b->argc - 1 + (uint32_t)rows - 1) / (uint32_t)rows;
    struct expr **row = ARENA_ARRAY(b->arena, struct expr *, (size_t)rows);
    for (uint32_t r = 0; r < rows; r++) {
        enum status status = stack_row(b, r, columns, &row[r], e);
        if (status != STATUS_OK)
            return status;
    }
    return inline_structs(b, row, (uint32_t)rows, e);
}

// ---- json_tuple(json, name …): a row of what the object has under these names

static enum status bind_json_tuple(struct binding *b, struct error *e)
{
    struct expr **pair = ARENA_ARRAY(b->arena, struct expr *, 2 * b->argc), *row = NULL;
    for (uint32_t k = 1; k < b->argc; k++) {
        struct expr *args[] = {b->arg[0], b->arg[k]};
        pair[2 * k - 2] = name_literal(b->arena, "c", k - 1);
        enum status status = expr_call(b->arena, b->session, &function_json_member, args, 2, &pair[2 * k - 1], e);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = expr_call(b->arena, b->session, &function_named_struct, pair, 2 * (b->argc - 1), &row, e);
    return status == STATUS_OK ? inline_structs(b, &row, 1, e) : status;
}

const struct function function_explode = {
    .name = "explode",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_generator,
    .usage = "explode(list)",
    .summary = "One row an element of an ARRAY (col), one row an entry of a MAP (key, value).",
    .example = "explode(array(10))",
    .gives = "10",
};
const struct function function_explode_outer = {
    .name = "explode_outer",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_generator,
    .usage = "explode_outer(list)",
    .summary = "As explode, with one row of NULLs for a list that is empty or NULL.",
    .example = "explode_outer(array(10))",
    .gives = "10",
};
const struct function function_posexplode = {
    .name = "posexplode",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_generator,
    .usage = "posexplode(list)",
    .summary = "As explode, with the place of each element from 0 as column pos.",
    .example = "posexplode(array(10))",
    .gives = "{\"pos\":0,\"col\":10}",
};
const struct function function_posexplode_outer = {
    .name = "posexplode_outer",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_generator,
    .usage = "posexplode_outer(list)",
    .summary = "As posexplode, with one row of NULLs for a list that is empty or NULL.",
    .example = "posexplode_outer(array(10))",
    .gives = "{\"pos\":0,\"col\":10}",
};
const struct function function_inline = {
    .name = "inline",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_inline,
    .usage = "inline(structs)",
    .summary = "One row an element of an ARRAY of STRUCT, its fields as columns.",
    .example = "inline(array(struct(1, 'a')))",
    .gives = "{\"col1\":1,\"col2\":\"a\"}",
};
const struct function function_inline_outer = {
    .name = "inline_outer",
    .min_args = 1,
    .max_args = 1,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_inline,
    .usage = "inline_outer(structs)",
    .summary = "As inline, with one row of NULLs for an ARRAY that is empty or NULL.",
    .example = "inline_outer(array(struct(1, 'a')))",
    .gives = "{\"col1\":1,\"col2\":\"a\"}",
};
const struct function function_stack = {
    .name = "stack",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_stack,
    .usage = "stack(n, value, …)",
    .summary = "The values in n rows, one after the other; what is missing in the last is NULL.",
    .example = "stack(2, 1, 2, 3)",
    .gives = "{\"col0\":1,\"col1\":2}",
};
const struct function function_json_tuple = {
    .name = "json_tuple",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .flags = FUNCTION_GENERATOR,
    .bind = bind_json_tuple,
    .usage = "json_tuple(json, name, …)",
    .summary = "A row of what a JSON object has under the names, as STRINGs.",
    .example = "json_tuple('{\"a\":1,\"b\":\"x\"}', 'a', 'b')",
    .gives = "{\"c0\":\"1\",\"c1\":\"x\"}",
};
