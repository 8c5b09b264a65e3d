// try_to_number, to_char (numberFormatExpressions.scala, stringExpressions.scala ToCharacterBuilder).
#include "ops/kernel.h"
#include "ops/number_pattern.h"
#include "ops/result.h"

static enum status read_pattern(struct binding *b, struct error *e)
{
    if (b->arg[1]->kind != EXPR_LITERAL)
        return binding_not_literal(b, 1, e);
    struct number_pattern *p = ARENA_NEW(b->arena, struct number_pattern);
    b->state = p;
    if (b->arg[1]->type->id != TYPE_STRING || b->arg[1]->literal.null)
        return binding_mismatch(b, 1, "a number format such as '999.99'", e);
    return number_pattern_read(b->arg[1]->literal.bytes, p, e);
}

static void to_number(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->null[i] = !number_pattern_parse(c->state, slice_at(c->in[0], i), &c->out->decimal[i]);
    }
}

static enum status bind_to_number(struct binding *b, struct error *e)
{
    enum status status = read_pattern(b, e);
    if (status != STATUS_OK)
        return status;
    const struct number_pattern *p = b->state;
    b->type = type_decimal(b->arena, (unsigned)(p->whole + p->fraction), p->fraction);
    b->nullable = true;
    b->kernel = to_number;
    return binding_want(b, 0, WANT_STRING, e);
}

static void to_char(const struct call *c, const struct rows *rows)
{
    const struct column *in = c->in[0];
    FOR_EACH_ROW (i, rows) {
        char text[PATTERN_TOKENS_MAX + 8];
        if (row_is_null(c, i))
            continue;
        uint32_t size = number_pattern_print(c->state, in->decimal[at(in, i)], in->type->scale, text);
        memcpy(string_room(c, i, size), text, size);
    }
}

// A number by its pattern; a time as date_format; BINARY as base64, hex or UTF-8.
static enum status bind_to_char(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (t->id == TYPE_DATE || t->id == TYPE_TIMESTAMP || t->id == TYPE_TIMESTAMP_NTZ)
        return expr_call(b->arena, b->session, &function_date_format, b->arg, 2, &b->instead, e);
    if (t->id == TYPE_BINARY) {
        if (!is_literal(b->arg[1]) || b->arg[1]->type->id != TYPE_STRING)
            return binding_not_literal(b, 1, e);
        struct slice format = b->arg[1]->literal.bytes;
        if (slice_equal_fold(format, SLICE("base64")))
            return expr_call(b->arena, b->session, &function_base64, b->arg, 1, &b->instead, e);
        if (slice_equal_fold(format, SLICE("hex")))
            return expr_call(b->arena, b->session, &function_hex, b->arg, 1, &b->instead, e);
        if (slice_equal_fold(format, SLICE("utf-8")))
            return expr_call(b->arena, b->session, &function_decode, b->arg, 2, &b->instead, e);
        return error_set(
            e, STATUS_CONFIG,
            "[INVALID_PARAMETER_VALUE.BINARY_FORMAT] to_char: of a BINARY the format is 'base64', 'hex' or "
            "'utf-8'");
    }
    enum status status = read_pattern(b, e);
    if (status != STATUS_OK)
        return status;
    const struct number_pattern *p = b->state;
    if (t->id != TYPE_DECIMAL && !type_is_numeric(t) && t->id != TYPE_STRING && t->id != TYPE_NULL)
        return binding_mismatch(b, 0, "a number, a time or BINARY", e);
    if (t->id != TYPE_DECIMAL)
        b->want[0] = t->id == TYPE_TINYINT || t->id == TYPE_SMALLINT || t->id == TYPE_INT || t->id == TYPE_BIGINT
                         ? type_decimal_for(b->arena, b->arg[0])
                         : type_decimal(b->arena, (unsigned)(p->whole + p->fraction), p->fraction);
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = to_char;
    return STATUS_OK;
}

// to_number ends the query where a text does not have the form: there is only this one.
const struct function function_try_to_number = {
    .name = "try_to_number",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_to_number,
    .usage = "try_to_number(str, format)",
    .summary =
        "The DECIMAL of a text of that format: 9 and 0 are digits, then comma, point, $, S, MI and PR; NULL where "
        "it does not have it.",
    .example = "try_to_number('$78.12', '$99.99')",
    .gives = "78.12",
};
const struct function function_to_char = {
    .name = "to_char",
    .alias = (const char *const[]){"to_varchar", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_to_char,
    .usage = "to_char(expr, format)",
    .summary =
        "A number as a text of the format (as try_to_number's; # where it does not fit); a time as date_format; BINARY "
        "as 'base64', 'hex' or 'utf-8'.",
    .example = "to_char(-12454.8, '99G999D9S')",
    .gives = "\"12,454.8-\"",
};
