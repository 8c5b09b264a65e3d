#include "ops/coerce.h"

// DecimalType.forType: digits that hold every value of an integral type.
static unsigned integral_digits(enum type_id id)
{
    switch (id) {
    case TYPE_TINYINT:
        return 3;
    case TYPE_SMALLINT:
        return 5;
    case TYPE_INT:
        return 10;
    default:
        return 20;
    }
}

const struct type *type_decimal_for(struct arena *a, const struct expr *x)
{
    if (x->type->id == TYPE_DECIMAL)
        return x->type;
    unsigned digits = integral_digits(x->type->id);
    if (is_literal(x) && !x->folded && x->type->id != TYPE_TINYINT) {
        digits = 1;
        for (int64_t v = x->literal.integer / 10; v != 0; v /= 10)
            digits++;
    }
    return type_decimal(a, digits, 0);
}

// DecimalPrecision.widerDecimalType: of more than 38 digits those behind the point go first.
static const struct type *wider_decimal(struct arena *a, const struct type *x, const struct type *y)
{
    unsigned scale = x->scale > y->scale ? x->scale : y->scale;
    unsigned left = (unsigned)(x->precision - x->scale), right = (unsigned)(y->precision - y->scale);
    unsigned precision = (left > right ? left : right) + scale;
    if (precision > 38) {
        scale = precision - 38 < scale ? scale - (precision - 38) : 0;
        precision = 38;
    }
    return type_decimal(a, precision, scale);
}

static const struct type *wider_number(struct arena *a, const struct type *x, const struct type *y)
{
    if (x->id != TYPE_DECIMAL && y->id != TYPE_DECIMAL)
        return x->id > y->id ? x : y;
    if (x->id == TYPE_FLOAT || x->id == TYPE_DOUBLE || y->id == TYPE_FLOAT || y->id == TYPE_DOUBLE)
        return type_simple(TYPE_DOUBLE);
    const struct type *left = x->id == TYPE_DECIMAL ? x : type_decimal(a, integral_digits(x->id), 0);
    const struct type *right = y->id == TYPE_DECIMAL ? y : type_decimal(a, integral_digits(y->id), 0);
    return wider_decimal(a, left, right);
}

static bool is_datetime(const struct type *t)
{
    return t->id == TYPE_DATE || t->id == TYPE_TIMESTAMP || t->id == TYPE_TIMESTAMP_NTZ;
}

static const struct type *meet(struct arena *a, const struct type *x, const struct type *y, bool strings);

static const struct type *wider_struct(struct arena *a, const struct type *x, const struct type *y, bool strings)
{
    if (x->field_count != y->field_count)
        return NULL;
    struct field *fields = ARENA_ARRAY(a, struct field, x->field_count + 1);
    for (uint32_t i = 0; i < x->field_count; i++) {
        fields[i].name = x->fields[i].name;
        fields[i].nullable = x->fields[i].nullable || y->fields[i].nullable;
        fields[i].type = meet(a, x->fields[i].type, y->fields[i].type, strings);
        if (!fields[i].type || !slice_equal_fold(x->fields[i].name, y->fields[i].name))
            return NULL;
    }
    return type_struct(a, fields, x->field_count);
}

static const struct type *wider_nested(struct arena *a, const struct type *x, const struct type *y, bool strings)
{
    if (x->id != y->id)
        return NULL;
    if (x->id == TYPE_STRUCT)
        return wider_struct(a, x, y, strings);
    const struct type *element = meet(a, x->element, y->element, strings);
    const struct type *key = x->id == TYPE_MAP ? meet(a, x->key, y->key, strings) : NULL;
    if (!element || (x->id == TYPE_MAP && !key))
        return NULL;
    bool null = x->contains_null || y->contains_null;
    return x->id == TYPE_MAP ? type_map(a, key, element, null) : type_array(a, element, null);
}

// The type two operands meet in; `strings`: with TypeCoercion.stringPromotion.
static const struct type *meet(struct arena *a, const struct type *x, const struct type *y, bool strings)
{
    if (type_is_nested(x) && type_is_nested(y))
        return wider_nested(a, x, y, strings);
    if (type_equal(x, y) || y->id == TYPE_NULL)
        return x;
    if (x->id == TYPE_NULL)
        return y;
    if (type_is_numeric(x) && type_is_numeric(y))
        return wider_number(a, x, y);
    if (type_is_interval(x) && x->id == y->id)
        return type_interval(x->precision < y->precision ? x->precision : y->precision,
                             x->scale > y->scale ? x->scale : y->scale);
    if (is_datetime(x) && is_datetime(y)) {
        if (x->id != TYPE_DATE && y->id != TYPE_DATE)
            return type_simple(TYPE_TIMESTAMP);
        return x->id == TYPE_DATE ? y : x;
    }
    const struct type *other = x->id == TYPE_STRING ? y : x;
    bool one_string = x->id == TYPE_STRING || y->id == TYPE_STRING;
    if (strings && one_string && !type_is_nested(other) && other->id != TYPE_BINARY && other->id != TYPE_BOOLEAN)
        return type_simple(TYPE_STRING);
    return NULL;
}

const struct type *type_wider(struct arena *a, const struct type *x, const struct type *y)
{
    return meet(a, x, y, true);
}

static bool has_string(const struct type *t)
{
    return t->id == TYPE_STRING || (t->id == TYPE_ARRAY && has_string(t->element));
}

static const struct type *widest(struct arena *a, struct expr *const *args, uint32_t argc, bool strings)
{
    const struct type *t = type_simple(TYPE_NULL);
    // Strings first (TypeCoercion.findWiderCommonType): promotion to STRING is not associative.
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < argc && t; i++)
            if (has_string(args[i]->type) == (pass == 0))
                t = meet(a, t, args[i]->type, strings);
    return t;
}

const struct type *type_widest(struct arena *a, struct expr *const *args, uint32_t argc)
{
    return widest(a, args, argc, true);
}

const struct type *type_widest_number(struct arena *a, struct expr *const *args, uint32_t argc)
{
    return widest(a, args, argc, false);
}

// What STRING becomes when compared with `other`; NULL: no rule.
static const struct type *string_meets(const struct type *other)
{
    if (type_is_nested(other) || type_is_interval(other))
        return NULL;
    if (other->id == TYPE_DECIMAL)
        return type_simple(TYPE_DOUBLE);
    return other->id == TYPE_NULL ? type_simple(TYPE_STRING) : other;
}

const struct type *type_comparable(struct arena *a, const struct expr *x, const struct expr *y)
{
    if (x->type->id == TYPE_STRING && y->type->id == TYPE_STRING)
        return x->type;
    if (x->type->id == TYPE_STRING)
        return string_meets(y->type);
    if (y->type->id == TYPE_STRING)
        return string_meets(x->type);
    bool decimals = (x->type->id == TYPE_DECIMAL && type_is_integral(y->type)) ||
                    (y->type->id == TYPE_DECIMAL && type_is_integral(x->type));
    if (decimals)
        return wider_decimal(a, type_decimal_for(a, x), type_decimal_for(a, y));
    const struct type *t = meet(a, x->type, y->type, false);
    return !t && type_equal_unnamed(x->type, y->type) ? x->type : t;
}

bool type_is_orderable(const struct type *t)
{
    if (t->id == TYPE_MAP)
        return false;
    if (t->id == TYPE_ARRAY)
        return type_is_orderable(t->element);
    for (uint32_t i = 0; t->id == TYPE_STRUCT && i < t->field_count; i++)
        if (!type_is_orderable(t->fields[i].type))
            return false;
    return true;
}

// One row a class of expected input: the type others are cast to, and what is taken as it is.
static const struct {
    const char *words;
    enum type_id to;
} wants[] = {
    [WANT_BOOLEAN] = {"BOOLEAN", TYPE_BOOLEAN},
    [WANT_INT] = {"INT", TYPE_INT},
    [WANT_BIGINT] = {"BIGINT", TYPE_BIGINT},
    [WANT_DOUBLE] = {"DOUBLE", TYPE_DOUBLE},
    [WANT_STRING] = {"STRING", TYPE_STRING},
    [WANT_BINARY] = {"BINARY", TYPE_BINARY},
    [WANT_DATE] = {"DATE", TYPE_DATE},
    [WANT_TIMESTAMP] = {"TIMESTAMP", TYPE_TIMESTAMP},
    [WANT_NUMERIC] = {"NUMERIC", TYPE_DOUBLE},
    [WANT_INTEGRAL] = {"INTEGRAL", TYPE_INT},
    [WANT_STRING_OR_BINARY] = {"STRING or BINARY", TYPE_STRING},
    [WANT_TEXT] = {"STRING", TYPE_STRING},
};

static bool takes_as_is(enum want want, const struct type *t)
{
    switch (want) {
    case WANT_NUMERIC:
        return type_is_numeric(t);
    case WANT_INTEGRAL:
        return type_is_integral(t);
    case WANT_STRING_OR_BINARY:
        return t->id == TYPE_STRING || t->id == TYPE_BINARY;
    default:
        return t->id == wants[want].to;
    }
}

// TypeCoercion.implicitCast
static bool takes_cast(enum want want, const struct type *t)
{
    if (t->id == TYPE_NULL)
        return true;
    switch (want) {
    case WANT_INT:
    case WANT_BIGINT:
    case WANT_DOUBLE:
        return type_is_numeric(t) || t->id == TYPE_STRING;
    case WANT_NUMERIC:
    case WANT_BINARY:
        return t->id == TYPE_STRING;
    case WANT_STRING:
    case WANT_STRING_OR_BINARY:
        return !type_is_nested(t);
    case WANT_DATE:
    case WANT_TIMESTAMP:
        return t->id == TYPE_STRING || is_datetime(t);
    default:
        return false;
    }
}

enum status binding_want(struct binding *b, uint32_t index, enum want want, struct error *e)
{
    const struct type *t = b->arg[index]->type;
    if (takes_as_is(want, t))
        return STATUS_OK;
    if (!takes_cast(want, t))
        return binding_mismatch(b, index, wants[want].words, e);
    b->want[index] = type_simple(wants[want].to);
    b->nullable |= t->id == TYPE_STRING; // a bad cast is NULL
    return STATUS_OK;
}

enum status binding_wants(struct binding *b, const enum want *want, uint32_t count, struct error *e)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < count && i < b->argc && status == STATUS_OK; i++)
        status = binding_want(b, i, want[i], e);
    return status;
}

const struct type *binding_common(struct binding *b, uint32_t first)
{
    const struct type *t = type_widest(b->arena, b->arg + first, b->argc - first);
    for (uint32_t i = first; i < b->argc; i++)
        b->want[i] = t;
    return t;
}

const struct type *binding_type(const struct binding *b, uint32_t index)
{
    return b->want[index] ? b->want[index] : b->arg[index]->type;
}

const char *type_text(struct arena *a, const struct type *t)
{
    struct text text;
    text_init(&text, a->memory);
    type_print_sql(t, &text);
    char *copy = arena_copy(a, text.data, text.size);
    text_free(&text);
    return copy;
}

enum status binding_mismatch(const struct binding *b, uint32_t argument, const char *wanted, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] %s: argument %u is %s, wanted %s",
                     b->function->name, argument + 1, type_text(b->arena, b->arg[argument]->type), wanted);
}

enum status binding_differ(const struct binding *b, const struct type *x, const struct type *y, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] %s: the operands are %s and %s",
                     b->function->name, type_text(b->arena, x), type_text(b->arena, y));
}

enum status binding_no_common(const struct binding *b, struct error *e)
{
    const struct type *x = b->arg[0]->type, *y = b->arg[b->argc - 1]->type;
    for (uint32_t i = 0; i < b->argc; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct type *one = b->arg[k]->type, *other = b->arg[i]->type;
            // conditions are BOOLEAN and meant to be
            if (one->id != TYPE_BOOLEAN && other->id != TYPE_BOOLEAN && !type_wider(b->arena, one, other)) {
                x = one;
                y = other;
            }
        }
    return error_set(e, STATUS_CONFIG,
                     "[DATATYPE_MISMATCH.DATA_DIFF_TYPES] %s: the values are of no common type: %s and %s; CAST one",
                     b->function->name, type_text(b->arena, x), type_text(b->arena, y));
}

enum status binding_not_literal(const struct binding *b, uint32_t index, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] %s: argument %u must be a literal: %s",
                     b->function->name, index + 1, b->function->usage);
}
