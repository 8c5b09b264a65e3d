#include "ops/cast.h"

#include "ops/casts.h"
#include "ops/function.h"

// A cast that was found: one value at a time, or the parts of a nested type.
struct cast {
    cast_value value;
    const struct cast_part *part; // of ARRAY (1), MAP (2), STRUCT (one a field)
    uint32_t parts;
};

struct cast_part {
    kernel kernel;
    const void *state;
};

static void run_values(const struct call *c, const struct rows *rows)
{
    const struct cast *cast = c->state;
    struct cast_place p = {.call = c, .in = c->in[0], .out = c->out};
    FOR_EACH_ROW (i, rows) {
        p.from = at(p.in, i);
        p.to = i;
        c->out->null[i] = p.in->null[p.from] || !cast->value(&p);
    }
}

static void run_null(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        column_set_null(c->out, i);
    }
}

static void run_copy(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        column_copy(c->out, i, c->in[0], i, type_is_nested(c->out->type) ? c->arena : NULL);
    }
}

static void run_part(const struct call *c, const struct cast_part *part, const struct column *in, struct column *out,
                     const struct rows *rows)
{
    const struct column *const args[] = {in};
    struct call inner = {
        .out = out, .in = args, .argc = 1, .state = part->state, .arena = c->arena, .session = c->session};
    part->kernel(&inner, rows);
}

// ARRAY and MAP: the spans stay, their elements are cast in place.
static void run_elements(const struct call *c, const struct rows *rows)
{
    const struct cast *cast = c->state;
    const struct column *in = c->in[0];
    struct column *out = c->out;
    uint32_t count = 0;
    FOR_EACH_ROW (i, rows) {
        uint32_t k = at(in, i);
        out->null[i] = in->null[k];
        if (in->null[k])
            continue;
        out->span[i] = in->span[k];
        if (in->mask || count == 0)
            count += in->span[k].size;
    }
    uint32_t *index = arena_alloc(c->arena, count * sizeof *index);
    uint32_t used = 0;
    FOR_EACH_ROW (j, rows) {
        uint32_t k = at(in, j);
        if (in->null[k] || (used && !in->mask))
            continue;
        for (uint32_t n = 0; n < in->span[k].size; n++)
            index[used++] = in->span[k].offset + n;
    }
    out->used = 0;
    column_reserve(out, in->used, c->arena);
    out->used = in->used;
    const struct rows elements = {index, used};
    for (uint32_t n = 0; n < cast->parts; n++)
        run_part(c, &cast->part[n], &in->child[n], &out->child[n], &elements);
}

static void run_fields(const struct call *c, const struct rows *rows)
{
    const struct cast *cast = c->state;
    const struct column *in = c->in[0];
    uint32_t *index = arena_alloc(c->arena, rows->count * sizeof *index);
    struct rows there = {index, 0};
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = 0;
        if (is_null(in, i))
            column_set_null(c->out, i);
        else
            index[there.count++] = i;
    }
    for (uint32_t n = 0; n < cast->parts; n++)
        run_part(c, &cast->part[n], &in->child[n], &c->out->child[n], &there);
}

// Whether every value of `from` is one of `to` (DecimalType.isWiderThan, Cast.canNullSafeCastToDecimal).
static bool decimal_holds(const struct type *from, const struct type *to)
{
    static const unsigned digits[] = {
        [TYPE_BOOLEAN] = 1, [TYPE_TINYINT] = 3, [TYPE_SMALLINT] = 5, [TYPE_INT] = 10, [TYPE_BIGINT] = 20};
    unsigned whole = to->precision - to->scale;
    if (from->id == TYPE_DECIMAL) {
        unsigned has = from->precision - from->scale;
        return whole > has || (whole == has && to->scale >= from->scale);
    }
    return from->id < sizeof digits / sizeof digits[0] && digits[from->id] != 0 && whole >= digits[from->id];
}

bool cast_may_lose(const struct type *from, const struct type *to)
{
    if (from->id == TYPE_NULL || type_equal(from, to)) // in an empty list
        return false;
    bool fraction = from->id == TYPE_FLOAT || from->id == TYPE_DOUBLE || from->id == TYPE_DECIMAL;
    if (from->id == TYPE_STRING)
        return to->id != TYPE_BINARY;
    if (to->id == TYPE_STRING)
        return false;
    if (from->id == TYPE_TIMESTAMP && to->id >= TYPE_TINYINT && to->id <= TYPE_INT)
        return true;
    if ((from->id == TYPE_FLOAT || from->id == TYPE_DOUBLE) && to->id == TYPE_TIMESTAMP)
        return true;
    if (to->id == TYPE_DATE)
        return from->id != TYPE_TIMESTAMP;
    if (from->id == TYPE_DATE)
        return to->id != TYPE_TIMESTAMP;
    if (to->id == TYPE_DECIMAL)
        return !decimal_holds(from, to);
    return fraction && type_is_integral(to);
}

static bool part_find(const struct type *from, const struct type *to, bool from_null, bool to_null,
                      const struct session *session, struct arena *arena, struct cast_part *part)
{
    if ((from_null || cast_may_lose(from, to)) && !to_null)
        return false;
    part->kernel = cast_find(from, to, session, arena, &part->state);
    return part->kernel != NULL;
}

static kernel nested_find(const struct type *from, const struct type *to, const struct session *session,
                          struct arena *arena, const void **state)
{
    if (from->id != to->id || (from->id == TYPE_STRUCT && from->field_count != to->field_count))
        return NULL;
    struct cast *cast = ARENA_NEW(arena, struct cast);
    cast->parts = from->id == TYPE_STRUCT ? from->field_count : from->id == TYPE_MAP ? 2 : 1;
    struct cast_part *part = ARENA_ARRAY(arena, struct cast_part, cast->parts);
    cast->part = part;
    bool ok = true;
    if (from->id == TYPE_STRUCT) {
        for (uint32_t i = 0; ok && i < from->field_count; i++)
            ok = part_find(from->fields[i].type, to->fields[i].type, from->fields[i].nullable, to->fields[i].nullable,
                           session, arena, &part[i]);
    } else {
        if (from->id == TYPE_MAP) // a key cannot become NULL
            ok = part_find(from->key, to->key, false, false, session, arena, part++);
        ok = ok && part_find(from->element, to->element, from->contains_null, to->contains_null, session, arena, part);
    }
    *state = cast;
    if (!ok)
        return NULL;
    return from->id == TYPE_STRUCT ? run_fields : run_elements;
}

static cast_value value_find(const struct type *from, const struct type *to)
{
    if (to->id == TYPE_STRING)
        return cast_to_string;
    if (type_is_interval(from))
        return cast_from_interval(from, to);
    if (type_is_interval(to))
        return cast_to_interval(from);
    switch (from->id) {
    case TYPE_STRING:
        return cast_from_string(to);
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
        return cast_from_time(from, to);
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return cast_from_number(from, to);
    default:
        return NULL;
    }
}

kernel cast_find(const struct type *from, const struct type *to, const struct session *session, struct arena *arena,
                 const void **state)
{
    *state = NULL;
    if (from->id == TYPE_NULL)
        return run_null;
    if (type_equal(from, to))
        return run_copy;
    kernel plain = cast_number_kernel(from->id, to->id);
    if (plain)
        return plain;
    if (type_is_nested(from) && to->id != TYPE_STRING)
        return nested_find(from, to, session, arena, state);
    cast_value value = value_find(from, to);
    if (!value)
        return NULL;
    struct cast *cast = ARENA_NEW(arena, struct cast);
    cast->value = value;
    *state = cast;
    return run_values;
}

static enum status cast_bind(struct binding *b, struct error *e)
{
    (void)b;
    return error_set(e, STATUS_CONFIG, "[PARSE_SYNTAX_ERROR] cast needs a type: write CAST(value AS type)");
}

const struct function function_cast = {
    .name = "cast",
    .min_args = 1,
    .max_args = 1,
    .bind = cast_bind,
    .usage = "CAST(expr AS type)",
    .summary = "The value as another type; NULL where it does not fit.",
    .example = "CAST('10' AS INT)",
    .gives = "10",
};
