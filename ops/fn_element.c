// Reaching into ARRAY, STRUCT and MAP values (complexTypeExtractors.scala), and what they are asked for.
#include "ops/compare.h"
#include "ops/functions.h"
#include "ops/kernel.h"
#include "ops/list.h"

static void give(const struct call *c, uint32_t row, const struct column *from, uint32_t place)
{
    column_copy(c->out, row, from, place, type_is_nested(from->type) ? c->arena : NULL);
}

// The field's own column, unless the struct's NULLs must be laid over it.
static void field_of_struct(const struct call *c, const struct rows *rows)
{
    const uint32_t *field = c->state;
    const struct column *parent = c->in[0], *child = &parent->child[*field];
    struct column *out = c->out;
    if (child->mask == 0 || parent->mask == 0 || out->mask == 0) { // one of them is constant
        FOR_EACH_ROW (i, rows) {
            if (is_null(parent, i))
                column_set_null(out, i);
            else
                give(c, i, child, at(parent, i));
        }
        return;
    }
    uint8_t *null = out->null;
    *out = *child;
    out->null = null;
    FOR_EACH_ROW (i, rows) {
        null[i] = parent->null[i] | child->null[i];
    }
}

// The field of each element: the same spans over the field's column.
static void field_of_elements(const struct call *c, const struct rows *rows)
{
    const uint32_t *field = c->state;
    const struct column *in = c->in[0], *parent = &in->child[0], *child = &parent->child[*field];
    struct column *out = c->out;
    out->child[0] = *child;
    uint8_t *null = arena_zalloc(c->arena, in->used);
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct span s = in->span[at(in, i)];
        out->span[i] = s;
        for (uint32_t k = s.offset; k < s.offset + s.size; k++)
            null[k] = parent->null[at(parent, k)] | child->null[at(child, k)];
    }
    out->used = in->used;
    out->child[0].null = null;
}

static void array_item(const struct call *c, const struct rows *rows, bool from_one)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        if (is_null(in, i) || is_null(c->in[1], i)) {
            column_set_null(c->out, i);
            continue;
        }
        struct span s = in->span[at(in, i)];
        int64_t place = bigint_at(c->in[1], i);
        if (from_one)
            place = place > 0 ? place - 1 : place == 0 ? -1 : place < -(int64_t)s.size ? -1 : (int64_t)s.size + place;
        if (place < 0 || place >= s.size)
            column_set_null(c->out, i);
        else
            give(c, i, &in->child[0], s.offset + (uint32_t)place);
    }
}

static void item_from_zero(const struct call *c, const struct rows *rows)
{
    array_item(c, rows, false);
}

static void item_from_one(const struct call *c, const struct rows *rows)
{
    array_item(c, rows, true);
}

static void map_value(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0], *key = c->in[1];
    FOR_EACH_ROW (i, rows) {
        column_set_null(c->out, i);
        if (is_null(in, i) || is_null(key, i))
            continue;
        struct span s = in->span[at(in, i)];
        for (uint32_t k = s.offset; k < s.offset + s.size; k++) {
            if (column_compare(&in->child[0], k, key, i) != 0)
                continue;
            give(c, i, &in->child[1], k);
            break;
        }
    }
}

static enum status no_such_field(const struct binding *b, const struct type *t, struct slice name, struct error *e)
{
    struct slice *names = ARENA_ARRAY(b->arena, struct slice, t->field_count + 1);
    for (uint32_t i = 0; i < t->field_count; i++)
        names[i] = t->fields[i].name;
    int nearest = slice_nearest(name, names, t->field_count);
    struct slice meant = nearest < 0 ? SLICE("") : names[nearest];
    return error_set(e, STATUS_CONFIG, "[FIELD_NOT_FOUND] there is no field %.*s in %s%s%.*s%s", (int)name.size,
                     name.data, type_text(b->arena, t), nearest < 0 ? "" : "; did you mean ", (int)meant.size,
                     meant.data, nearest < 0 ? "" : "?");
}

static enum status bind_struct_field(struct binding *b, const struct type *t, struct slice name, struct error *e)
{
    uint32_t *place = ARENA_NEW(b->arena, uint32_t), found = 0;
    for (uint32_t i = 0; i < t->field_count; i++) {
        if (!slice_equal_fold(t->fields[i].name, name))
            continue;
        *place = i;
        found++;
    }
    if (found == 0)
        return no_such_field(b, t, name, e);
    if (found > 1)
        return error_set(e, STATUS_CONFIG, "[AMBIGUOUS_REFERENCE_TO_FIELDS] the field %.*s is there %u times in %s",
                         (int)name.size, name.data, found, type_text(b->arena, t));
    const struct field *field = &t->fields[*place];
    b->state = place;
    b->type = field->type;
    if (b->arg[0]->type->id == TYPE_ARRAY) {
        bool null = b->arg[0]->type->contains_null || field->nullable;
        b->type = type_array(b->arena, field->type, null);
        b->kernel = field_of_elements;
        return STATUS_OK;
    }
    b->nullable = b->arg[0]->nullable || field->nullable;
    b->kernel = field_of_struct;
    return STATUS_OK;
}

// element_at meets the key with the keys; the others cast it to their type (GetMapValue).
static enum status bind_map_value(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type, *key = b->arg[1]->type;
    const struct type *meet = type_wider(b->arena, t->key, key);
    bool strict = b->function == &function_element_at;
    if (!meet || (strict && (t->key->id == TYPE_STRING) != (meet->id == TYPE_STRING)) ||
        (strict && t->key->id == TYPE_STRING && key->id != TYPE_STRING && key->id != TYPE_NULL))
        return binding_mismatch(b, 1, type_text(b->arena, t->key), e);
    if (strict && !type_equal(meet, t->key))
        b->want[0] = type_map(b->arena, meet, t->element, t->contains_null);
    b->want[1] = strict ? meet : t->key;
    b->type = t->element;
    b->nullable = true;
    b->kernel = map_value;
    return STATUS_OK;
}

static struct expr *null_literal(struct arena *a)
{
    return expr_literal(a, (struct value){.type = type_simple(TYPE_NULL), .null = true});
}

static enum status bind_field(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    const struct expr *name = b->arg[1];
    if (t->id == TYPE_NULL) {
        b->instead = null_literal(b->arena);
        return STATUS_OK;
    }
    bool named = is_literal(name) && name->type->id == TYPE_STRING;
    if (t->id != TYPE_STRUCT && t->id != TYPE_MAP && t->id != TYPE_ARRAY)
        return error_set(
            e, STATUS_CONFIG,
            "[INVALID_EXTRACT_BASE_FIELD_TYPE] cannot take %.*s of a value of type %s: only STRUCT, MAP and "
            "ARRAY have parts",
            named ? (int)name->literal.bytes.size : 6, named ? name->literal.bytes.data : "a part",
            type_text(b->arena, t));
    if (!named)
        return binding_not_literal(b, 1, e);
    if (t->id == TYPE_STRUCT)
        return bind_struct_field(b, t, name->literal.bytes, e);
    if (t->id == TYPE_ARRAY && t->element->id == TYPE_STRUCT)
        return bind_struct_field(b, t->element, name->literal.bytes, e);
    if (t->id == TYPE_MAP)
        return bind_map_value(b, e);
    return error_set(e, STATUS_CONFIG,
                     "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] cannot take %.*s of %s: its elements are no STRUCT; a "
                     "place in it is a whole number",
                     (int)name->literal.bytes.size, name->literal.bytes.data, type_text(b->arena, t));
}

// GetArrayItem.computeNullabilityFromArray: known where both the array and the place are written out.
static bool item_is_nullable(const struct expr *array, const struct expr *index, bool from_one)
{
    if (array->kind != EXPR_CALL || array->function != &function_array || !is_literal(index) || index->literal.null)
        return true;
    int64_t at = index->literal.integer;
    if (from_one)
        at = at < 0 ? at + array->argc : at - 1;
    return at < 0 || at >= array->argc || array->args[at]->nullable;
}

static enum status bind_item(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    bool one = b->function == &function_element_at;
    if (t->id == TYPE_MAP)
        return bind_map_value(b, e);
    if (t->id != TYPE_ARRAY)
        return one ? binding_mismatch(b, 0, "ARRAY or MAP", e) : bind_field(b, e);
    if (!one && t->element->id == TYPE_STRUCT && b->arg[1]->type->id == TYPE_STRING)
        return bind_field(b, e);
    enum type_id index = b->arg[1]->type->id;
    if (one && (index < TYPE_TINYINT || index > TYPE_INT))
        return binding_mismatch(b, 1, "INT", e);
    if (!type_is_integral(b->arg[1]->type) && index != TYPE_NULL)
        return binding_mismatch(b, 1, "INTEGRAL", e);
    b->want[1] = type_simple(TYPE_BIGINT);
    b->type = t->element;
    b->nullable = item_is_nullable(b->arg[0], b->arg[1], one);
    b->kernel = one ? item_from_one : item_from_zero;
    return STATUS_OK;
}

enum status expr_field(struct arena *a, struct expr *x, struct slice name, struct expr **out, struct error *e)
{
    struct value v = {.type = type_simple(TYPE_STRING), .bytes = name};
    struct expr *args[] = {x, expr_literal(a, v)};
    return expr_call(a, NULL, &function_field, args, 2, out, e);
}

static void count_elements(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        c->out->i32[i] = is_null(in, i) ? -1 : (int32_t)in->span[at(in, i)].size;
    }
}

static enum status bind_size(struct binding *b, struct error *e)
{
    enum type_id id = b->arg[0]->type->id;
    if (id != TYPE_ARRAY && id != TYPE_MAP && id != TYPE_NULL)
        return binding_mismatch(b, 0, "ARRAY or MAP", e);
    b->type = type_simple(TYPE_INT);
    b->nullable = false;
    b->kernel = count_elements;
    return STATUS_OK;
}

// TRUE if there; else NULL if a NULL is among the elements.
static void contains_element(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct span s = in->span[at(in, i)];
        c->out->boolean[i] = 0;
        for (uint32_t k = s.offset; k < s.offset + s.size && !c->out->boolean[i]; k++) {
            bool null = is_null(&in->child[0], k);
            c->out->null[i] |= null;
            c->out->boolean[i] = !null && column_compare(&in->child[0], k, c->in[1], i) == 0;
        }
        c->out->null[i] &= !c->out->boolean[i];
    }
}

static enum status bind_array_contains(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_ARRAY)
        return binding_mismatch(b, 0, "ARRAY", e);
    if (b->arg[1]->type->id == TYPE_NULL)
        return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.NULL_TYPE] array_contains: a NULL cannot be looked for");
    struct expr element = {.kind = EXPR_COLUMN, .type = t->element};
    struct expr *pair[] = {&element, b->arg[1]};
    const struct type *meet = type_widest_number(b->arena, pair, 2);
    if (!meet || !type_is_orderable(meet))
        return binding_foreign_element(b, 1, e);
    if (!type_equal(meet, t->element))
        b->want[0] = type_array(b->arena, meet, t->contains_null);
    b->want[1] = meet;
    b->nullable |= t->contains_null;
    b->type = type_simple(TYPE_BOOLEAN);
    b->kernel = contains_element;
    return STATUS_OK;
}

const struct function function_field = {
    .name = ".",
    .min_args = 2,
    .max_args = 2,
    .flags = FUNCTION_BORROWS,
    .bind = bind_field,
    .usage = "struct.field",
    .summary = "A field of a STRUCT, of each element of an ARRAY of STRUCT, or the value of a MAP's key.",
    .example = "named_struct('a', 1).a",
    .gives = "1",
};
const struct function function_item = {
    .name = "[]",
    .min_args = 2,
    .max_args = 2,
    .flags = FUNCTION_BORROWS,
    .bind = bind_item,
    .usage = "list[index]",
    .summary = "An element of an ARRAY, from 0, or the value of a MAP's key; NULL if it is not there.",
    .example = "array('a', 'b')[1]",
    .gives = "\"b\"",
};
const struct function function_element_at = {
    .name = "element_at",
    .alias = (const char *const[]){"try_element_at", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_item,
    .usage = "element_at(list, index)",
    .summary = "An element of an ARRAY, from 1 or with a negative index from the end, or the value of a MAP's key.",
    .example = "element_at(array('a', 'b'), -1)",
    .gives = "\"b\"",
};
const struct function function_size = {
    .name = "size",
    .alias = (const char *const[]){"cardinality", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_size,
    .usage = "size(list)",
    .summary = "The number of elements of an ARRAY or entries of a MAP; -1 of NULL.",
    .example = "size(array(1, 2))",
    .gives = "2",
};
const struct function function_array_contains = {
    .name = "array_contains",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_array_contains,
    .usage = "array_contains(array, value)",
    .summary = "Is the value among the elements? NULL if it is not and a NULL is.",
    .example = "array_contains(array(1, 2), 2)",
    .gives = "true",
};
