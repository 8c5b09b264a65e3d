// encode and decode: strings as bytes of a character set (stringExpressions.scala: Encode, StringDecode).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

enum charset { US_ASCII, ISO_8859_1, UTF_8, UTF_16BE, UTF_16LE, UTF_16, UTF_32, CHARSETS };

static const char *const charset_names[CHARSETS] = {"US-ASCII", "ISO-8859-1", "UTF-8", "UTF-16BE",
                                                    "UTF-16LE", "UTF-16",     "UTF-32"};

static enum charset charset_find(struct slice name)
{
    uint32_t i = 0;
    while (i < CHARSETS && !slice_equal_fold(name, slice_of(charset_names[i])))
        i++;
    return (enum charset)i;
}

static char *put_unit(char *to, uint32_t unit, unsigned bytes, bool little)
{
    for (unsigned k = 0; k < bytes; k++)
        to[little ? k : bytes - 1 - k] = (char)(unit >> (8 * k));
    return to + bytes;
}

// One character; NULL: the set has it not.
static char *put_character(char *to, uint32_t code, enum charset set)
{
    switch (set) {
    case US_ASCII:
    case ISO_8859_1:
        *to = (char)code;
        return code < (set == US_ASCII ? 0x80u : 0x100u) ? to + 1 : NULL;
    case UTF_8:
        return to + utf8_write(code, to);
    case UTF_32:
        return put_unit(to, code, 4, false);
    default:
        if (code >= 0x10000) {
            to = put_unit(to, 0xD7C0 + (code >> 10), 2, set == UTF_16LE);
            code = 0xDC00 + (code & 0x3FF);
        }
        return put_unit(to, code, 2, set == UTF_16LE);
    }
}

static bool encode_text(const struct call *c, uint32_t row, struct slice s, enum charset set)
{
    char *to = string_room(c, row, 4 * (uint64_t)s.size + 2), *begin = to;
    if (to != NULL && set == UTF_16 && s.size > 0)
        to = put_unit(to, 0xFEFF, 2, false);
    for (uint32_t k = 0, code; to != NULL && k < s.size;) {
        k += (uint32_t)utf8_read(s.data + k, s.size - k, &code);
        to = put_character(to, code, set);
    }
    if (to != NULL)
        c->out->slice[row].size = (uint32_t)(to - begin);
    return to != NULL;
}

static uint32_t read_unit(const char *from, unsigned bytes, bool little)
{
    uint32_t unit = 0;
    for (unsigned k = 0; k < bytes; k++)
        unit = unit << 8 | (unsigned char)from[little ? bytes - 1 - k : k];
    return unit;
}

// Units of UTF-16 or UTF-32 to UTF-8; NULL: malformed.
static char *read_units(char *to, struct slice s, unsigned bytes, bool little)
{
    if (s.size % bytes != 0)
        return NULL;
    for (uint32_t k = 0; k < s.size; k += bytes) {
        uint32_t code = read_unit(s.data + k, bytes, little);
        if (bytes == 2 && code >= 0xD800 && code < 0xDC00 && k + 4 <= s.size) {
            uint32_t low = read_unit(s.data + k + 2, 2, little);
            if (low < 0xDC00 || low > 0xDFFF)
                return NULL;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            k += 2;
        }
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return NULL;
        to += utf8_write(code, to);
    }
    return to;
}

static char *decode_units(char *to, struct slice s, enum charset set)
{
    unsigned bytes = set == UTF_32 ? 4 : 2;
    bool little = set == UTF_16LE;
    if ((set == UTF_16 || set == UTF_32) && s.size >= bytes) {
        little = read_unit(s.data, bytes, true) == 0xFEFF;
        if (little || read_unit(s.data, bytes, false) == 0xFEFF)
            s = slice_part(s, bytes, s.size);
    }
    return read_units(to, s, bytes, little);
}

static bool decode_text(const struct call *c, uint32_t row, struct slice s, enum charset set)
{
    if (set == UTF_8) {
        c->out->slice[row] = s;
        return utf8_valid(s.data, s.size);
    }
    char *to = string_room(c, row, 2 * (uint64_t)s.size), *begin = to;
    if (to != NULL && set > UTF_8)
        to = decode_units(to, s, set);
    for (uint32_t k = 0; to != NULL && set < UTF_8 && k < s.size; k++) {
        unsigned char b = (unsigned char)s.data[k];
        to = set == US_ASCII && b >= 0x80 ? NULL : to + utf8_write(b, to);
    }
    if (to != NULL)
        c->out->slice[row].size = (uint32_t)(to - begin);
    return to != NULL;
}

// What the character set has not, and a set that is not known, make it NULL (in Spark they end the query).
static void recode(const struct call *c, const struct rows *rows)
{
    bool encode = c->out->type->id == TYPE_BINARY;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        enum charset set = charset_find(slice_at(c->in[1], i));
        struct slice s = slice_at(c->in[0], i);
        c->out->null[i] = set == CHARSETS || !(encode ? encode_text(c, i, s, set) : decode_text(c, i, s, set));
    }
}

// decode(x, search, result, …[, default]): CASE of x <=> search.
static enum status bind_choice(struct binding *b, struct error *e)
{
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, b->argc + 1);
    uint32_t count = 0;
    for (uint32_t i = 1; i + 1 < b->argc; i += 2) {
        struct expr *pair[] = {b->arg[0], b->arg[i]};
        enum status status = expr_call(b->arena, b->session, &function_not_distinct, pair, 2, &args[count], e);
        if (status != STATUS_OK)
            return status;
        args[count + 1] = b->arg[i + 1];
        count += 2;
    }
    struct value none = {.type = type_simple(TYPE_STRING), .null = true}; // a STRING, as Spark has it
    args[count++] = b->argc % 2 == 0 ? b->arg[b->argc - 1] : expr_literal(b->arena, none);
    return expr_call(b->arena, b->session, &function_case, args, count, &b->instead, e);
}

static enum status bind_recode(struct binding *b, struct error *e)
{
    bool encode = b->function == &function_encode;
    if (b->argc > 2)
        return bind_choice(b, e);
    const struct expr *set = b->arg[1];
    if (is_literal(set) && set->type->id == TYPE_STRING && charset_find(set->literal.bytes) == CHARSETS)
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_PARAMETER_VALUE.CHARSET] %s: there is no character set %.*s; wanted US-ASCII, "
                         "ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16 or UTF-32",
                         b->function->name, (int)set->literal.bytes.size, set->literal.bytes.data);
    b->type = type_simple(encode ? TYPE_BINARY : TYPE_STRING);
    b->nullable = true;
    b->kernel = recode;
    return binding_wants(b, (const enum want[]){encode ? WANT_STRING : WANT_BINARY, WANT_STRING}, 2, e);
}

// to_binary(str[, format]): hex unless it says otherwise.
static enum status bind_to_binary(struct binding *b, struct error *e)
{
    const struct expr *format = b->argc > 1 ? b->arg[1] : NULL;
    struct slice name = format == NULL ? SLICE("hex") : format->literal.bytes;
    if (format != NULL && (!is_literal(format) || format->type->id != TYPE_STRING))
        return binding_not_literal(b, 1, e);
    const struct function *f = &function_encode;
    struct value utf_8 = {.type = type_simple(TYPE_STRING), .bytes = SLICE("UTF-8")};
    struct expr *args[] = {b->arg[0], expr_literal(b->arena, utf_8)};
    if (slice_equal_fold(name, SLICE("hex")))
        f = &function_unhex;
    else if (slice_equal_fold(name, SLICE("base64")))
        f = &function_unbase64;
    else if (!slice_equal_fold(name, SLICE("utf-8")) && !slice_equal_fold(name, SLICE("utf8")))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.INVALID_ARG_VALUE] to_binary: the format is 'hex', 'utf-8' or 'base64', "
                         "not '%.*s'",
                         (int)name.size, name.data);
    return expr_call(b->arena, b->session, f, args, f == &function_encode ? 2 : 1, &b->instead, e);
}

const struct function function_encode = {
    .name = "encode",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_recode,
    .usage = "encode(str, charset)",
    .summary = "The bytes of a string in a character set: US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE, UTF-16LE, "
               "UTF-32.",
    .example = "hex(encode('é', 'UTF-16BE'))",
    .gives = "\"00E9\"",
};
const struct function function_decode = {
    .name = "decode",
    .min_args = 2,
    .max_args = FUNCTION_ANY_ARGS,
    .bind = bind_recode,
    .usage = "decode(bytes, charset) or decode(expr, search, result, ...[, default])",
    .summary = "The string that bytes are in a character set; or the result behind the search that equals expr.",
    .example = "decode(X'537061726B', 'UTF-8')",
    .gives = "\"Spark\"",
};
const struct function function_to_binary = {
    .name = "to_binary",
    .alias = (const char *const[]){"try_to_binary", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to_binary,
    .usage = "to_binary(str[, format])",
    .summary = "The BINARY that a string says in 'hex' (unless told), 'utf-8' or 'base64'; NULL if it does not.",
    .example = "decode(to_binary('537061726B', 'hex'), 'UTF-8')",
    .gives = "\"Spark\"",
};
