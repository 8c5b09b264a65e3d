// Texts as UTF-8, as a quoted word, as base 32: make_valid_utf8, validate_utf8, quote, to_base32, from_base32
// (stringExpressions.scala). What ends the query in Spark is NULL here.
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

static void make_valid(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        c->out->slice[i] = s;
        if (utf8_valid(s.data, s.size))
            continue;
        char *begin = string_room(c, i, 3 * (uint64_t)s.size), *to = begin;
        for (uint32_t k = 0; to != NULL && k < s.size;) {
            uint32_t code;
            k += (uint32_t)utf8_read(s.data + k, s.size - k, &code);
            to += utf8_write(code, to);
        }
        if (to != NULL)
            c->out->slice[i].size = (uint32_t)(to - begin);
    }
}

static void validate(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        c->out->slice[i] = slice_at(c->in[0], i);
        c->out->null[i] = !utf8_valid(c->out->slice[i].data, c->out->slice[i].size);
    }
}

static void quote(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *begin = string_room(c, i, 2 * (uint64_t)s.size + 2), *to = begin;
        if (to == NULL)
            continue;
        *to++ = '\'';
        for (uint32_t k = 0; k < s.size; k++) {
            if (s.data[k] == '\'')
                *to++ = '\\';
            *to++ = s.data[k];
        }
        *to++ = '\'';
        c->out->slice[i].size = (uint32_t)(to - begin);
    }
}

static enum status bind_text(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = b->nullable || b->function == &function_validate_utf8;
    b->kernel = b->function == &function_quote             ? quote
                : b->function == &function_make_valid_utf8 ? make_valid
                                                           : validate;
    return binding_want(b, 0, WANT_STRING, e);
}

// ---- base 32 (RFC 4648)

enum { GROUP_BYTES = 5, GROUP_DIGITS = 8 };

static void to_base32(const struct call *c, const struct rows *rows)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        uint64_t size = (s.size + GROUP_BYTES - 1) / GROUP_BYTES * (uint64_t)GROUP_DIGITS;
        char *to = string_room(c, i, size);
        for (uint32_t k = 0; to != NULL && k < s.size; k += GROUP_BYTES) {
            uint64_t bits = 0;
            uint32_t bytes = s.size - k < GROUP_BYTES ? s.size - k : GROUP_BYTES;
            for (uint32_t n = 0; n < GROUP_BYTES; n++)
                bits = bits << 8 | (n < bytes ? (unsigned char)s.data[k + n] : 0);
            for (uint32_t n = 0; n < GROUP_DIGITS; n++)
                *to++ = n * GROUP_BYTES < bytes * 8 ? digits[bits >> (35 - 5 * n) & 31] : '=';
        }
    }
}

static int base32_value(char c)
{
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

static void from_base32(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *begin = string_room(c, i, (uint64_t)s.size + 1), *to = begin;
        uint32_t bits = 0, count = 0, digits = 0;
        for (uint32_t k = 0; k < s.size && s.data[k] != '='; k++) {
            int value = base32_value(s.data[k]);
            if (value < 0) // passed over
                continue;
            bits = bits << 5 | (unsigned)value;
            count += 5;
            digits++;
            if (count < 8)
                continue;
            count -= 8;
            *to++ = (char)(bits >> count & 255);
        }
        if (digits % GROUP_DIGITS == 1) // a lonely digit, as the library that Spark uses has it
            *to++ = (char)(bits >> 2 & 255);
        c->out->slice[i].size = (uint32_t)(to - begin);
    }
}

static enum status bind_base32(struct binding *b, struct error *e)
{
    bool to = b->function == &function_to_base32;
    b->type = type_simple(to ? TYPE_STRING : TYPE_BINARY);
    b->nullable = true;
    b->kernel = to ? to_base32 : from_base32;
    if (!to)
        return binding_want(b, 0, WANT_STRING, e);
    return binding_want(b, 0, WANT_BINARY, e);
}

#define TEXT_FUNCTION(id, names, binder, how, words, shown, result)                                                    \
    const struct function function_##id = {.name = #id,                                                                \
                                           .alias = names,                                                             \
                                           .min_args = 1,                                                              \
                                           .max_args = 1,                                                              \
                                           .bind = binder,                                                             \
                                           .usage = how,                                                               \
                                           .summary = words,                                                           \
                                           .example = shown,                                                           \
                                           .gives = result};

static const char *const try_validate[] = {"try_validate_utf8", NULL};

TEXT_FUNCTION(make_valid_utf8, NULL, bind_text, "make_valid_utf8(str)",
              "The text with U+FFFD in place of what is no UTF-8.", "make_valid_utf8('abc')", "\"abc\"")
TEXT_FUNCTION(validate_utf8, try_validate, bind_text, "validate_utf8(str)",
              "The text; NULL where it is not valid UTF-8.", "validate_utf8('abc')", "\"abc\"")
TEXT_FUNCTION(quote, NULL, bind_text, "quote(str)", "The text between single quotes, with those in it escaped.",
              "quote('it''s')", "\"'it\\\\'s'\"")
TEXT_FUNCTION(to_base32, NULL, bind_base32, "to_base32(bytes)", "The bytes in base 32.", "to_base32('abc')",
              "\"MFRGG===\"")
TEXT_FUNCTION(from_base32, NULL, bind_base32, "from_base32(str)", "The bytes of a base 32 text; NULL where it is none.",
              "from_base32('MFRGG===')", "\"YWJj\"")
