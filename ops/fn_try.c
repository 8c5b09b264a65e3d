// try_add, try_subtract, try_multiply, try_divide, try_mod, and TRY_CAST: NULL where a whole number does not fit
// (TryEval.scala); all else is as without try, for with ansi off nothing fails.
#include "ops/decimal.h"
#include "ops/kernel.h"

static bool fits(int64_t v, enum type_id id)
{
    switch (id) {
    case TYPE_TINYINT:
        return v >= INT8_MIN && v <= INT8_MAX;
    case TYPE_SMALLINT:
        return v >= INT16_MIN && v <= INT16_MAX;
    case TYPE_INT:
        return v >= INT32_MIN && v <= INT32_MAX;
    default:
        return true;
    }
}

static void put_whole(struct column *c, uint32_t row, int64_t v)
{
    switch (c->type->id) {
    case TYPE_TINYINT:
        c->i8[row] = (int8_t)v;
        break;
    case TYPE_SMALLINT:
        c->i16[row] = (int16_t)v;
        break;
    case TYPE_INT:
        c->i32[row] = (int32_t)v;
        break;
    default:
        c->i64[row] = v;
    }
}

#define TRY_KERNEL(name, overflows)                                                                                    \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            int64_t v = 0;                                                                                             \
            if (row_is_null(c, i))                                                                                     \
                continue;                                                                                              \
            c->out->null[i] = overflows(bigint_at(c->in[0], i), bigint_at(c->in[1], i), &v);                           \
            c->out->null[i] |= !fits(v, c->out->type->id);                                                             \
            put_whole(c->out, i, v);                                                                                   \
        }                                                                                                              \
    }
TRY_KERNEL(try_add, __builtin_add_overflow)
TRY_KERNEL(try_subtract, __builtin_sub_overflow)
TRY_KERNEL(try_multiply, __builtin_mul_overflow)

static enum status bind_try(struct binding *b, struct error *e)
{
    static const struct {
        const struct function *function, *plain;
        kernel kernel;
    } tries[] = {{&function_try_add, &function_add, try_add},
                 {&function_try_subtract, &function_subtract, try_subtract},
                 {&function_try_multiply, &function_multiply, try_multiply},
                 {&function_try_divide, &function_divide, NULL},
                 {&function_try_mod, &function_remainder, NULL}};
    uint32_t k = 0;
    while (tries[k].function != b->function)
        k++;
    const struct type *t = type_widest_number(b->arena, b->arg, 2);
    if (tries[k].kernel == NULL || t == NULL || !type_is_integral(t))
        return expr_call(b->arena, b->session, tries[k].plain, b->arg, 2, &b->instead, e);
    b->want[0] = b->want[1] = type_simple(TYPE_BIGINT);
    b->type = t;
    b->nullable = true;
    b->kernel = tries[k].kernel;
    return STATUS_OK;
}

// ---- TRY_CAST

static enum status compare(struct arena *a, const struct session *session, const struct function *f, struct expr *x,
                           struct value bound, struct expr **out, struct error *e)
{
    return expr_call(a, session, f, (struct expr *[]){x, expr_literal(a, bound)}, 2, out, e);
}

// A bound of the whole numbers of a type, one beyond it, in a type that meets x without loss.
static struct value bound_of(struct arena *a, const struct type *x, const struct type *to, bool upper)
{
    static const int64_t greatest[TYPE_COUNT] = {
        [TYPE_TINYINT] = INT8_MAX, [TYPE_SMALLINT] = INT16_MAX, [TYPE_INT] = INT32_MAX, [TYPE_BIGINT] = INT64_MAX};
    int64_t most = greatest[to->id], least = -most - 1;
    if (to->id == TYPE_TIMESTAMP) // seconds
        return (struct value){.type = type_simple(TYPE_DOUBLE),
                              .real = upper ? 9223372036854.775807 : -9223372036854.775808};
    if (x->id == TYPE_FLOAT || x->id == TYPE_DOUBLE)
        return (struct value){.type = type_simple(TYPE_DOUBLE), .real = upper ? (double)most + 1 : (double)least - 1};
    struct decimal v = {upper ? (uint64_t)most + 1 : (uint64_t)least - 1, upper ? 0 : -1};
    return (struct value){.type = type_decimal(a, 20, 0), .decimal = v};
}

// What TRY_CAST does not take, though CAST does (Cast.canTryCast).
static bool refuses(const struct type *from, const struct type *to)
{
    return (from->id == TYPE_DATE && to->id == TYPE_BOOLEAN) ||
           (from->id == TYPE_TIMESTAMP && to->id == TYPE_BOOLEAN) ||
           (from->id == TYPE_BOOLEAN && to->id == TYPE_TIMESTAMP);
}

// A text with a point is no whole number for TRY_CAST, as it is for CAST.
static enum status unless_point(struct arena *a, const struct session *session, struct expr *x, struct expr *cast,
                                struct expr **out, struct error *e)
{
    struct value v = {.type = type_simple(TYPE_STRING), .bytes = SLICE(".")};
    struct expr *null = expr_literal(a, (struct value){.type = cast->type, .null = true}), *point = NULL;
    enum status status =
        expr_call(a, session, &function_contains, (struct expr *[]){x, expr_literal(a, v)}, 2, &point, e);
    return status == STATUS_OK ? expr_call(a, session, &function_if, (struct expr *[]){point, null, cast}, 3, out, e)
                               : status;
}

// As TRY_CAST prints a DECIMAL: without exponent.
static struct slice plain_slice(struct arena *a, struct decimal v, unsigned scale)
{
    char text[DECIMAL_TEXT_MAX];
    uint32_t size = decimal_print_plain(v, scale, text);
    return (struct slice){arena_copy(a, text, size), size};
}

static void plain_text(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->slice[i] = plain_slice(c->arena, in->decimal[at(in, i)], in->type->scale);
    }
}

enum status expr_try_cast(struct arena *a, const struct session *session, struct expr *x, const struct type *to,
                          struct expr **out, struct error *e)
{
    struct expr *cast = NULL, *low = NULL, *high = NULL, *both = NULL;
    bool days = (x->type->id == TYPE_DATE && type_is_numeric(to)) || (to->id == TYPE_DATE && type_is_numeric(x->type));
    if (days)
        return error_set(
            e, STATUS_CONFIG, "[DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION] cannot TRY_CAST \"%s\" to \"%s\"; take %s",
            type_text(a, x->type), type_text(a, to), to->id == TYPE_DATE ? "date_from_unix_date" : "unix_date");
    if (refuses(x->type, to))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] cannot TRY_CAST \"%s\" to \"%s\"",
                         type_text(a, x->type), type_text(a, to));
    enum status status = expr_cast(a, session, x, to, &cast, e);
    bool plain = status == STATUS_OK && x->type->id == TYPE_DECIMAL && to->id == TYPE_STRING;
    if (plain && cast->kind == EXPR_CALL)
        cast->kernel = plain_text;
    else if (plain && !cast->literal.null)
        cast->literal.bytes = plain_slice(a, x->literal.decimal, x->type->scale);
    if (status == STATUS_OK && x->type->id == TYPE_STRING && type_is_integral(to))
        return unless_point(a, session, x, cast, out, e);
    bool real = x->type->id == TYPE_FLOAT || x->type->id == TYPE_DOUBLE, instant = real && to->id == TYPE_TIMESTAMP;
    bool shrinks =
        type_is_numeric(x->type) && (instant || (type_is_integral(to) && x->type->id > to->id)) && !is_null_literal(x);
    *out = cast;
    if (status != STATUS_OK || !shrinks)
        return status;
    // a DOUBLE of exactly 2^63 is cut to the greatest BIGINT, as Spark has it
    bool edge = instant || (real && to->id == TYPE_BIGINT);
    status = compare(a, session, edge ? &function_greater_equal : &function_greater, x, bound_of(a, x->type, to, false),
                     &low, e);
    if (status == STATUS_OK)
        status = compare(a, session, edge ? &function_less_equal : &function_less, x, bound_of(a, x->type, to, true),
                         &high, e);
    if (status == STATUS_OK)
        status = expr_call(a, session, &function_and, (struct expr *[]){low, high}, 2, &both, e);
    struct expr *null = expr_literal(a, (struct value){.type = to, .null = true});
    return status == STATUS_OK ? expr_call(a, session, &function_if, (struct expr *[]){both, cast, null}, 3, out, e)
                               : status;
}

#define TRY_FUNCTION(id, words, shown, result)                                                                         \
    const struct function function_##id = {.name = #id,                                                                \
                                           .min_args = 2,                                                              \
                                           .max_args = 2,                                                              \
                                           .bind = bind_try,                                                           \
                                           .usage = #id "(a, b)",                                                      \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

TRY_FUNCTION(try_add, "a + b, NULL where it does not fit.", "try_add(2147483647, 1) IS NULL", "true")
TRY_FUNCTION(try_subtract, "a - b, NULL where it does not fit.", "try_subtract(2, 1)", "1")
TRY_FUNCTION(try_multiply, "a * b, NULL where it does not fit.", "try_multiply(2, 3)", "6")
TRY_FUNCTION(try_divide, "a / b, NULL where b is 0.", "try_divide(3, 2)", "1.5")
TRY_FUNCTION(try_mod, "a % b, NULL where b is 0.", "try_mod(3, 2)", "1")
