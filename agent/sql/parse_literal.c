// constant of SqlBaseParser.g4: numbers, strings, DATE '…' and its like, NULL, TRUE, FALSE.
#include "agent/sql/parser.h"

#include "ops/datetime.h"
#include "ops/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

enum { DECIMAL_DIGITS_MAX = 38 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// ---- decimals

// d * 10 + digit, in 32-bit limbs: 32-bit boards have nothing wider than 64.
static void decimal_push(struct decimal *d, unsigned digit)
{
    uint64_t low = (d->low & UINT32_MAX) * 10 + digit;
    uint64_t middle = (d->low >> 32) * 10 + (low >> 32);
    uint64_t high = (uint64_t)d->high * 10 + (middle >> 32);
    d->low = (middle << 32) | (low & UINT32_MAX);
    d->high = (int64_t)high;
}

static void decimal_negate(struct decimal *d)
{
    d->low = ~d->low + 1;
    d->high = (int64_t)(~(uint64_t)d->high + (d->low == 0 ? 1 : 0));
}

// "12.50e-3": digits without the point, scale as BigDecimal has it, made 0 where it is negative.
static struct ast_expr *decimal_literal(struct parser *p, struct slice text, bool negative, const struct token *begin)
{
    struct decimal d = {0};
    int64_t scale = 0, exponent = 0, digits = 0;
    bool point = false, exponent_negative = false;
    uint32_t i = 0;
    for (; i < text.size && (is_digit(text.data[i]) || text.data[i] == '.'); i++) {
        if (text.data[i] == '.') {
            point = true;
            continue;
        }
        scale += point;
        if (digits == 0 && text.data[i] == '0')
            continue;
        if (++digits <= DECIMAL_DIGITS_MAX)
            decimal_push(&d, (unsigned)(text.data[i] - '0'));
    }
    if (i < text.size) {
        exponent_negative = text.data[++i] == '-';
        i += text.data[i] == '-' || text.data[i] == '+';
        for (; i < text.size && exponent < 100000; i++)
            exponent = exponent * 10 + (text.data[i] - '0');
    }
    scale += exponent_negative ? exponent : -exponent;
    for (; scale < 0 && digits > 0 && digits <= DECIMAL_DIGITS_MAX; scale++)
        if (++digits <= DECIMAL_DIGITS_MAX)
            decimal_push(&d, 0);
    scale = scale < 0 ? 0 : scale;
    int64_t precision = digits == 0 ? 1 : digits;
    precision = precision < scale ? scale : precision;
    if (precision > DECIMAL_DIGITS_MAX)
        return fail_token(p, begin,
                          "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] this number needs %d digits or more; a "
                          "DECIMAL has at most %d (write 1e3 or 1.5D for a DOUBLE)",
                          (int)(precision > 1000 ? 1000 : precision), DECIMAL_DIGITS_MAX);
    if (negative)
        decimal_negate(&d);
    struct ast_expr *x = expr_new(p, AST_LITERAL, begin);
    if (x != NULL) {
        x->value.type = type_decimal(p->arena, (unsigned)precision, (unsigned)scale);
        x->value.decimal = d;
    }
    return x;
}

// ---- the other numbers

static struct ast_expr *out_of_range(struct parser *p, const struct token *begin, const char *type)
{
    return fail_token(p, begin, "[INVALID_NUMERIC_LITERAL_RANGE] this number does not fit a %s", type);
}

static struct ast_expr *real_literal(struct parser *p, struct slice text, bool negative, bool is_float,
                                     const struct token *begin)
{
    double v = 0;
    float f = 0;
    // "5." and ".5" are numbers to SQL; a 0 before and behind makes them numbers to JSON
    char *padded = arena_alloc(p->arena, text.size + 2);
    uint32_t n = 0;
    padded[n++] = '0';
    for (uint32_t i = 0; i < text.size; i++) {
        padded[n++] = text.data[i];
        if (text.data[i] == '.' && (i + 1 == text.size || !is_digit(text.data[i + 1])))
            padded[n++] = '0';
    }
    uint32_t skip = 0;
    while (skip + 1 < n && padded[skip] == '0' && is_digit(padded[skip + 1]))
        skip++;
    struct slice number = {padded + skip, n - skip};
    bool read = double_parse(number, &v) && (!is_float || (v <= (double)FLT_MAX && float_parse(number, &f)));
    if (is_float)
        v = (double)f;
    if (!read || !isfinite(v))
        return out_of_range(p, begin, is_float ? "FLOAT" : "DOUBLE");
    struct ast_expr *x = expr_new(p, AST_LITERAL, begin);
    if (x != NULL) {
        x->value.type = type_simple(is_float ? TYPE_FLOAT : TYPE_DOUBLE);
        x->value.real = negative ? -v : v;
    }
    return x;
}

static struct ast_expr *integer_literal(struct parser *p, struct slice text, bool negative, enum token_kind kind,
                                        const struct token *begin)
{
    static const struct {
        enum token_kind kind;
        enum type_id type;
        const char *name;
        int64_t most;
    } kinds[] = {{TOKEN_TINYINT, TYPE_TINYINT, "TINYINT", INT8_MAX},
                 {TOKEN_SMALLINT, TYPE_SMALLINT, "SMALLINT", INT16_MAX},
                 {TOKEN_INTEGER, TYPE_INT, "INT", INT32_MAX},
                 {TOKEN_INTEGER, TYPE_BIGINT, "BIGINT", INT64_MAX},
                 {TOKEN_BIGINT, TYPE_BIGINT, "BIGINT", INT64_MAX}};
    uint64_t v = 0;
    bool fits = true;
    const char *name = "";
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(text.data[i] - '0');
        fits = fits && v <= (UINT64_MAX - digit) / 10;
        v = v * 10 + digit;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind != kind)
            continue;
        name = kinds[i].name;
        if (fits && v <= (uint64_t)kinds[i].most + (negative ? 1 : 0))
            return expr_value(p, kinds[i].type, negative ? (int64_t)(~v + 1) : (int64_t)v, begin);
    }
    return kind == TOKEN_INTEGER ? decimal_literal(p, text, negative, begin) : out_of_range(p, begin, name);
}

struct ast_expr *parse_number(struct parser *p)
{
    const struct token *begin = p->token;
    bool negative = accept_symbol(p, "-");
    const struct token *t = p->token;
    struct slice text = token_text(p, t);
    static const uint8_t suffix[] = {
        [TOKEN_BIGINT] = 1, [TOKEN_SMALLINT] = 1, [TOKEN_TINYINT] = 1,
        [TOKEN_FLOAT] = 1,  [TOKEN_DOUBLE] = 1,   [TOKEN_BIGDECIMAL] = 2,
    };
    text.size -= suffix[t->kind];
    take(p);
    switch (t->kind) {
    case TOKEN_EXPONENT:
    case TOKEN_DOUBLE:
    case TOKEN_FLOAT:
        return real_literal(p, text, negative, t->kind == TOKEN_FLOAT, begin);
    case TOKEN_DECIMAL:
    case TOKEN_BIGDECIMAL:
        return decimal_literal(p, text, negative, begin);
    default:
        return integer_literal(p, text, negative, t->kind, begin);
    }
}

// ---- strings and typed literals

static struct ast_expr *parse_string(struct parser *p)
{
    const struct token *begin = p->token;
    struct slice all = token_string(p->source->text, begin, p->arena);
    for (take(p); p->token->kind == TOKEN_STRING; take(p)) {
        struct slice more = token_string(p->source->text, p->token, p->arena);
        char *both = arena_alloc(p->arena, all.size + more.size + 1u);
        if (all.size > 0)
            memcpy(both, all.data, all.size);
        if (more.size > 0)
            memcpy(both + all.size, more.data, more.size);
        all = (struct slice){both, all.size + more.size};
    }
    return expr_string(p, all, begin);
}

static struct ast_expr *invalid_typed(struct parser *p, const char *type, struct slice text, const struct token *begin)
{
    return fail_at(p, begin->offset, (p->token - 1)->offset + (p->token - 1)->length - begin->offset,
                   "[INVALID_TYPED_LITERAL] '%.*s' is no %s", (int)(text.size < 80 ? text.size : 80), text.data, type);
}

static int hex_digit(char c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// X'1F': an odd number of digits has a 0 in front.
static struct ast_expr *binary_literal(struct parser *p, struct slice text, const struct token *begin)
{
    uint32_t odd = text.size % 2;
    char *bytes = arena_zalloc(p->arena, text.size / 2 + 1u);
    for (uint32_t i = 0; i < text.size; i++) {
        int digit = hex_digit(text.data[i]);
        if (digit < 0)
            return invalid_typed(p, "text of hexadecimal digits (X'1F')", text, begin);
        uint32_t k = (i + odd) / 2;
        bytes[k] = (char)(((unsigned char)bytes[k] << 4) | digit);
    }
    struct ast_expr *x = expr_string(p, (struct slice){bytes, text.size / 2 + odd}, begin);
    if (x != NULL)
        x->value.type = type_simple(TYPE_BINARY);
    return x;
}

static struct ast_expr *date_literal(struct parser *p, struct slice text, const struct token *begin)
{
    int32_t days;
    if (!date_parse(text, &days))
        return invalid_typed(p, "DATE, such as 2024-03-01", text, begin);
    return expr_value(p, TYPE_DATE, days, begin);
}

// A TIMESTAMP needs the session's zone: the binder has it.
static struct ast_expr *timestamp_literal(struct parser *p, enum type_id type, struct slice text,
                                          const struct token *begin)
{
    struct ast_expr *x = expr_call_n(p, "cast", begin, 1, expr_string(p, text, begin));
    if (x != NULL) {
        x->kind = AST_CAST;
        x->type = type_simple(type);
        x->typed = true;
    }
    return x;
}

static struct ast_expr *parse_typed(struct parser *p)
{
    const struct token *begin = p->token;
    struct slice word = token_text(p, begin);
    take(p);
    struct slice text = token_string(p->source->text, p->token, p->arena);
    take(p);
    if (slice_equal_fold(word, SLICE("DATE")))
        return date_literal(p, text, begin);
    if (slice_equal_fold(word, SLICE("TIMESTAMP")) || slice_equal_fold(word, SLICE("TIMESTAMP_LTZ")))
        return timestamp_literal(p, TYPE_TIMESTAMP, text, begin);
    if (slice_equal_fold(word, SLICE("TIMESTAMP_NTZ")))
        return timestamp_literal(p, TYPE_TIMESTAMP_NTZ, text, begin);
    if (slice_equal_fold(word, SLICE("X")))
        return binary_literal(p, text, begin);
    return fail_token(p, begin,
                      "[UNSUPPORTED_TYPED_LITERAL] %.*s '…' is no literal; there are DATE, TIMESTAMP, "
                      "TIMESTAMP_LTZ, TIMESTAMP_NTZ, INTERVAL and X",
                      (int)(word.size < 60 ? word.size : 60), word.data);
}

struct ast_expr *parse_literal(struct parser *p, bool *is_one)
{
    const struct token *begin = p->token;
    *is_one = true;
    if (token_is_number(begin) || at_symbol(p, "-"))
        return parse_number(p);
    if (begin->kind == TOKEN_STRING)
        return parse_string(p);
    if (begin->kind == TOKEN_WORD && !ahead_symbol(p, 1, "(")) {
        if (accept_word(p, "NULL"))
            return expr_value(p, TYPE_NULL, 0, begin);
        if (accept_word(p, "TRUE"))
            return expr_value(p, TYPE_BOOLEAN, 1, begin);
        if (accept_word(p, "FALSE"))
            return expr_value(p, TYPE_BOOLEAN, 0, begin);
        if (begins_interval(p))
            return parse_interval(p);
        if (ahead(p, 1)->kind == TOKEN_STRING)
            return parse_typed(p);
    }
    *is_one = false;
    return NULL;
}
