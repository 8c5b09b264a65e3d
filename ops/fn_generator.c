// explode and its kin: checked here, done by the planner's generate operator (generators.scala).
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
