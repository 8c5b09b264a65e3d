#include "ops/decimal.h"
#include "ops/number.h"
#include "ops/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { HEX_COPY = 256 };

struct slice slice_trim_java(struct slice s)
{
    while (s.size && (unsigned char)*s.data <= ' ') {
        s.data++;
        s.size--;
    }
    while (s.size && (unsigned char)s.data[s.size - 1] <= ' ')
        s.size--;
    return s;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Java's HexFloatingPointLiteral without its suffix, checked and copied for libc; "0x1.8p1".
static bool copy_hex(struct slice s, char *to, uint32_t room)
{
    uint32_t i = s.size && (*s.data == '-' || *s.data == '+'), digits = 0;
    if (s.size >= room || s.size < i + 2 || s.data[i] != '0' || (s.data[i + 1] | 0x20) != 'x')
        return false;
    bool point = false;
    for (i += 2; i < s.size && (is_hex(s.data[i]) || (s.data[i] == '.' && !point)); i++) {
        point |= s.data[i] == '.';
        digits += s.data[i] != '.';
    }
    if (digits == 0 || i == s.size || (s.data[i] | 0x20) != 'p')
        return false;
    i++;
    i += i < s.size && (s.data[i] == '-' || s.data[i] == '+');
    if (i == s.size)
        return false;
    for (; i < s.size; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    memcpy(to, s.data, s.size);
    to[s.size] = '\0';
    return true;
}

// "NaN" and "Infinity", with a sign or without; exactly so.
static bool word_value(struct slice s, double *out)
{
    bool sign = s.size && (*s.data == '-' || *s.data == '+');
    struct slice name = {s.data + sign, s.size - sign};
    if (slice_equal(name, SLICE("NaN")))
        *out = (double)NAN;
    else if (slice_equal(name, SLICE("Infinity")))
        *out = *s.data == '-' ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

static struct slice without_suffix(struct slice s)
{
    if (s.size > 1 && strchr("fFdD", s.data[s.size - 1]))
        s.size--;
    return s;
}

bool double_parse_java(struct slice s, double *out)
{
    char copy[HEX_COPY];
    s = slice_trim_java(s);
    struct slice bare = without_suffix(s);
    if (double_parse(bare, out))
        return true;
    if (!copy_hex(bare, copy, HEX_COPY))
        return word_value(s, out);
    *out = strtod(copy, NULL);
    return true;
}

bool float_parse_java(struct slice s, float *out)
{
    char copy[HEX_COPY];
    double word;
    s = slice_trim_java(s);
    struct slice bare = without_suffix(s);
    if (float_parse(bare, out))
        return true;
    if (copy_hex(bare, copy, HEX_COPY)) {
        *out = strtof(copy, NULL);
        return true;
    }
    if (!word_value(s, &word))
        return false;
    *out = (float)word;
    return true;
}

// The character that is ten digits' zero, of those in Unicode's first plane (Character.isDigit, JDK 17).
static bool digit_value(uint32_t code, char *digit)
{
    static const uint16_t zero[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
                                    0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
                                    0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
                                    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};
    for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) {
        if (code >= zero[i] && code < zero[i] + 10U) {
            *digit = (char)('0' + (code - zero[i]));
            return true;
        }
    }
    return false;
}

// With the digits of all scripts as those of ASCII; false: there is something else that is not ASCII, or no room.
static bool ascii_digits(struct slice s, char *to, uint32_t room, struct slice *out)
{
    uint32_t size = 0;
    for (uint32_t i = 0; i < s.size; size++) {
        uint32_t code;
        if (size == room)
            return false;
        i += (uint32_t)utf8_read(s.data + i, s.size - i, &code);
        to[size] = (char)code;
        if (code >= 0x80 && !digit_value(code, &to[size]))
            return false;
    }
    *out = (struct slice){to, size};
    return true;
}

bool int64_parse_java(struct slice s, int64_t *out)
{
    char copy[HEX_COPY];
    struct slice ascii;
    return int64_parse(s, out) || (ascii_digits(s, copy, sizeof copy, &ascii) && int64_parse(ascii, out));
}

bool decimal_parse_digits(struct slice s, struct decimal_size to, struct decimal *out)
{
    char copy[HEX_COPY];
    struct slice ascii;
    return decimal_parse(s, to, out) || (ascii_digits(s, copy, sizeof copy, &ascii) && decimal_parse(ascii, to, out));
}

bool decimal_parse_java(struct slice s, struct decimal_size to, struct decimal *out)
{
    char clean[HEX_COPY];
    uint32_t size = 0;
    if (memchr(s.data, ',', s.size)) {
        for (uint32_t i = 0; i < s.size; i++) {
            if (s.data[i] == ',')
                continue;
            if (size == sizeof clean)
                return false;
            clean[size++] = s.data[i];
        }
        s = (struct slice){clean, size};
    }
    return decimal_parse_digits(s, to, out);
}
