// Numbers and bytes as digits: hex, unhex, base64, unbase64, bin, conv, chr (mathExpressions.scala,
// stringExpressions.scala, NumberConverter).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/result.h"
#include "ops/utf8.h"

static const char hex_digits[] = "0123456789ABCDEF";

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c & ~0x20);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The digits of `v`, base 2^bits, at least one.
static void put_digits(const struct call *c, uint32_t row, uint64_t v, unsigned bits)
{
    char digits[64], *to = digits + sizeof digits;
    do {
        *--to = hex_digits[v & ((1u << bits) - 1)];
        v >>= bits;
    } while (v != 0);
    size_t size = (size_t)(digits + sizeof digits - to);
    memcpy(string_room(c, row, size), to, size);
}

static void hex_of_number(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            put_digits(c, i, (uint64_t)bigint_at(c->in[0], i), 4);
    }
}

static void hex_of_bytes(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *to = string_room(c, i, 2 * (uint64_t)s.size);
        for (uint32_t k = 0; to != NULL && k < s.size; k++) {
            *to++ = hex_digits[(unsigned char)s.data[k] >> 4];
            *to++ = hex_digits[(unsigned char)s.data[k] & 15];
        }
    }
}

static enum status bind_hex(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    bool number = type_is_numeric(t) || t->id == TYPE_NULL;
    b->type = type_simple(TYPE_STRING);
    b->kernel = number ? hex_of_number : hex_of_bytes;
    return binding_want(b, 0, number ? WANT_BIGINT : WANT_STRING_OR_BINARY, e);
}

// An odd digit in front is a byte by itself.
static void from_hex(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *to = string_room(c, i, (s.size + 1) / 2);
        bool wrong = false;
        for (uint32_t k = 0; k < s.size && !wrong; k++) {
            bool high = (s.size - k) % 2 == 0;
            int first = high ? hex_value(s.data[k++]) : 0, second = hex_value(s.data[k]);
            wrong = first < 0 || second < 0;
            *to++ = (char)((unsigned)first << 4 | (unsigned)second);
        }
        c->out->null[i] = wrong;
    }
}

static enum status bind_unhex(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BINARY);
    b->nullable = true;
    b->kernel = from_hex;
    return binding_want(b, 0, WANT_STRING, e);
}

static void bin_of(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            put_digits(c, i, (uint64_t)bigint_at(c->in[0], i), 1);
    }
}

static enum status bind_bin(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = bin_of;
    return binding_want(b, 0, WANT_BIGINT, e);
}

// ---- base64: RFC 2045, lines of 76 characters (spark.sql.chunkBase64String.enabled is true)

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { BASE64_LINE_BYTES = 57 };

static char *put_base64(char *to, struct slice s)
{
    const unsigned char *from = (const unsigned char *)s.data;
    for (uint32_t k = 0; k < s.size; k += 3) {
        uint32_t left = s.size - k;
        uint32_t bits = (uint32_t)from[k] << 16 | (left > 1 ? (uint32_t)from[k + 1] << 8 : 0);
        bits |= left > 2 ? from[k + 2] : 0;
        if (k > 0 && k % BASE64_LINE_BYTES == 0) {
            *to++ = '\r';
            *to++ = '\n';
        }
        *to++ = base64_digits[bits >> 18];
        *to++ = base64_digits[bits >> 12 & 63];
        *to++ = left > 1 ? base64_digits[bits >> 6 & 63] : '=';
        *to++ = left > 2 ? base64_digits[bits & 63] : '=';
    }
    return to;
}

static void to_base64(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        uint64_t breaks = s.size == 0 ? 0 : (s.size - 1) / BASE64_LINE_BYTES;
        char *to = string_room(c, i, ((uint64_t)s.size + 2) / 3 * 4 + 2 * breaks);
        if (to != NULL)
            put_base64(to, s);
    }
}

static enum status bind_base64(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = to_base64;
    return binding_want(b, 0, WANT_BINARY, e);
}

static int base64_value(char c)
{
    const char *hit = c == '\0' ? NULL : strchr(base64_digits, c);
    return hit == NULL ? -1 : (int)(hit - base64_digits);
}

// java.util.Base64.getMimeDecoder: what is no digit is passed over. false: it throws.
static bool read_base64(struct slice s, char *to, uint32_t *size)
{
    uint32_t bits = 0, digits = 0, k = 0;
    char *begin = to;
    while (k < s.size) {
        char ch = s.data[k++];
        int value = base64_value(ch);
        if (ch == '=') {
            if (digits == 0 || (digits == 2 && (k == s.size || s.data[k++] != '=')))
                return false;
            break;
        }
        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        if (++digits == 4) {
            *to++ = (char)(bits >> 16);
            *to++ = (char)(bits >> 8);
            *to++ = (char)bits;
            digits = 0;
        }
    }
    if (digits == 1)
        return false;
    if (digits >= 2)
        *to++ = (char)(digits == 2 ? bits >> 4 : bits >> 10);
    if (digits == 3)
        *to++ = (char)(bits >> 2);
    *size = (uint32_t)(to - begin);
    while (k < s.size)
        if (base64_value(s.data[k++]) >= 0)
            return false;
    return true;
}

// What is no base64 is NULL (in Spark it ends the query).
static void from_base64(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        char *to = string_room(c, i, s.size / 4 * 3 + 3);
        c->out->null[i] = to == NULL || !read_base64(s, to, &c->out->slice[i].size);
    }
}

static enum status bind_unbase64(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_BINARY);
    b->nullable = true;
    b->kernel = from_base64;
    return binding_want(b, 0, WANT_STRING, e);
}

// ---- conv

static int digit_value(char c)
{
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'z' ? c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                       : 36;
    return value;
}

// The digits in front, of what does not fit UINT64_MAX (NumberConverter.encode).
static uint64_t read_digits(struct slice s, uint32_t from, uint32_t radix)
{
    uint64_t v = 0;
    for (uint32_t i = from; i < s.size; i++) {
        uint32_t digit = (uint32_t)digit_value(s.data[i]);
        if (digit >= radix)
            break;
        if (v > (UINT64_MAX - digit) / radix)
            return UINT64_MAX;
        v = v * radix + digit;
    }
    return v;
}

static void convert_digits(const struct call *c, uint32_t row, struct slice s, uint32_t from, int32_t to)
{
    bool negative = s.data[0] == '-';
    uint64_t v = read_digits(s, negative, from);
    if (negative && to > 0)
        v = (int64_t)v < 0 ? UINT64_MAX : 0 - v;
    if (to < 0 && (int64_t)v < 0) {
        v = 0 - v;
        negative = true;
    }
    uint32_t radix = to < 0 ? 0 - (uint32_t)to : (uint32_t)to;
    char digits[66], *at_digit = digits + sizeof digits;
    do {
        *--at_digit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[v % radix];
        v /= radix;
    } while (v != 0);
    if (negative && to < 0)
        *--at_digit = '-';
    size_t size = (size_t)(digits + sizeof digits - at_digit);
    memcpy(string_room(c, row, size), at_digit, size);
}

static void convert(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        while (s.size > 0 && s.data[0] == ' ')
            s = slice_part(s, 1, s.size);
        while (s.size > 0 && s.data[s.size - 1] == ' ')
            s.size--;
        int32_t from = int_at(c->in[1], i), to = int_at(c->in[2], i);
        bool there = from >= 2 && from <= 36 && ((to >= 2 && to <= 36) || (to >= -36 && to <= -2)) && s.size > 0;
        c->out->null[i] = !there;
        if (there)
            convert_digits(c, i, s, (uint32_t)from, to);
    }
}

static enum status bind_conv(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = convert;
    return binding_wants(b, (const enum want[]){WANT_STRING, WANT_INT, WANT_INT}, 3, e);
}

// ---- chr: Latin-1, '' below 0

static void character_of(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int64_t code = bigint_at(c->in[0], i);
        char bytes[UTF8_MAX];
        size_t size = code < 0 ? 0 : utf8_write((uint32_t)(code & 0xFF), bytes);
        memcpy(string_room(c, i, size), bytes, size);
    }
}

static enum status bind_chr(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->kernel = character_of;
    return binding_want(b, 0, WANT_BIGINT, e);
}

const struct function function_hex = {
    .name = "hex",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_hex,
    .usage = "hex(expr)",
    .summary = "A whole number, or the bytes of a string or a BINARY, in hexadecimal digits.",
    .example = "hex('Spark SQL')",
    .gives = "\"537061726B2053514C\"",
};
const struct function function_unhex = {
    .name = "unhex",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_unhex,
    .usage = "unhex(str)",
    .summary = "The BINARY that hexadecimal digits say; NULL if there is something else among them.",
    .example = "decode(unhex('537061726B2053514C'), 'UTF-8')",
    .gives = "\"Spark SQL\"",
};
const struct function function_bin = {
    .name = "bin",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_bin,
    .usage = "bin(n)",
    .summary = "A whole number in binary digits, of negative ones all 64.",
    .example = "bin(13)",
    .gives = "\"1101\"",
};
const struct function function_base64 = {
    .name = "base64",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_base64,
    .usage = "base64(bytes)",
    .summary = "The bytes in base64, in lines of 76 characters.",
    .example = "base64('Spark SQL')",
    .gives = "\"U3BhcmsgU1FM\"",
};
const struct function function_unbase64 = {
    .name = "unbase64",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_unbase64,
    .usage = "unbase64(str)",
    .summary = "The BINARY that base64 says; what is no digit of it is passed over.",
    .example = "decode(unbase64('U3BhcmsgU1FM'), 'UTF-8')",
    .gives = "\"Spark SQL\"",
};
const struct function function_conv = {
    .name = "conv",
    .min_args = 3,
    .max_args = 3,
    .bind = bind_conv,
    .usage = "conv(num, from_base, to_base)",
    .summary = "A number of one base in another one, 2 to 36; signed if to_base is negative.",
    .example = "conv('100', 2, 10)",
    .gives = "\"4\"",
};
const struct function function_chr = {
    .name = "chr",
    .alias = (const char *const[]){"char", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = bind_chr,
    .usage = "chr(n)",
    .summary = "The character of a code modulo 256, '' of a negative one.",
    .example = "chr(65)",
    .gives = "\"A\"",
};
