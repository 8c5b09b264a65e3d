#include "agent/replay/scan.h"

#include "ops/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBER_MAX = 64, DEPTH_MAX = 1100 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct slice *s)
{
    while (s->size > 0 && is_blank(s->data[0]))
        *s = (struct slice){s->data + 1, s->size - 1};
}

static bool take(struct slice *s, char c)
{
    skip_blanks(s);
    if (s->size == 0 || s->data[0] != c)
        return false;
    *s = (struct slice){s->data + 1, s->size - 1};
    return true;
}

// Bytes of a string with its quotes; 0: none.
static uint32_t string_size(struct slice s)
{
    if (s.size == 0 || s.data[0] != '"')
        return 0;
    for (uint32_t i = 1; i < s.size; i++) {
        if (s.data[i] == '"')
            return i + 1;
        i += s.data[i] == '\\';
    }
    return 0;
}

static bool ends_word(char c)
{
    return is_blank(c) || c == ',' || c == ':' || c == '}' || c == ']' || c == '{' || c == '[' || c == '"';
}

// Bytes of a string, a number or a word.
static uint32_t scalar_size(struct slice s)
{
    uint32_t size = string_size(s);
    while (size == 0 && s.size > 0 && s.data[0] != '"' && size < s.size && !ends_word(s.data[size])) {
        uint32_t word = 1;
        while (word < s.size && !ends_word(s.data[word]))
            word++;
        size = word;
    }
    return size;
}

// Bytes of a value: brackets are counted, not paired.
static uint32_t value_size(struct slice s)
{
    if (s.size == 0 || (s.data[0] != '{' && s.data[0] != '['))
        return scalar_size(s);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        if (c == '"') {
            uint32_t size = string_size((struct slice){s.data + i, s.size - i});
            if (size == 0)
                return 0;
            i += size - 1;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (depth == 0)
            return i + 1;
        if (depth > DEPTH_MAX)
            return 0;
    }
    return 0;
}

bool scan_member(struct slice *at, struct slice *name, struct slice *value)
{
    struct slice s = *at;
    if (!take(&s, '{') && !take(&s, ','))
        goto none;
    skip_blanks(&s);
    uint32_t size = string_size(s);
    if (size == 0)
        goto none;
    *name = (struct slice){s.data + 1, size - 2};
    s = (struct slice){s.data + size, s.size - size};
    if (!take(&s, ':'))
        goto none;
    skip_blanks(&s);
    size = value_size(s);
    if (size == 0)
        goto none;
    *value = (struct slice){s.data, size};
    *at = (struct slice){s.data + size, s.size - size};
    return true;
none:
    s = *at;
    take(&s, '{');
    bool closed = take(&s, '}');
    skip_blanks(&s);
    *at = (struct slice){closed && s.size == 0 ? NULL : at->data, at->size};
    return false;
}

bool scan_is_object(struct slice text)
{
    struct slice name, value;
    skip_blanks(&text);
    if (text.size == 0 || text.data[0] != '{')
        return false;
    while (scan_member(&text, &name, &value))
        ;
    return text.data == NULL;
}

// ---- numbers

// Bytes of a number with a fraction or an exponent at the start of `s`; 0: none.
static uint32_t real_size(struct slice s)
{
    uint32_t i = s.size > 0 && s.data[0] == '-', digits = 0;
    for (; i < s.size && s.data[i] >= '0' && s.data[i] <= '9'; digits++)
        i++;
    if (digits == 0 || i + 1 >= s.size || s.data[i] != '.' || s.data[i + 1] < '0' || s.data[i + 1] > '9')
        return 0;
    for (i++; i < s.size && s.data[i] >= '0' && s.data[i] <= '9';)
        i++;
    if (i + 1 < s.size && s.data[i] == 'E') {
        uint32_t e = i + 1 + (s.data[i + 1] == '-');
        if (e < s.size && s.data[e] >= '0' && s.data[e] <= '9')
            for (i = e; i < s.size && s.data[i] >= '0' && s.data[i] <= '9';)
                i++;
    }
    return i;
}

static double read_real(struct slice s)
{
    char text[NUMBER_MAX];
    uint32_t size = s.size < NUMBER_MAX - 1 ? s.size : NUMBER_MAX - 1;
    memcpy(text, s.data, size);
    text[size] = '\0';
    return strtod(text, NULL);
}

static bool same_real(struct slice a, struct slice b, bool floats)
{
    if (a.size >= NUMBER_MAX || b.size >= NUMBER_MAX)
        return slice_equal(a, b);
    double x = read_real(a), y = read_real(b);
    if (x == y)
        return signbit(x) == signbit(y);
    return nextafter(x, y) == y || (floats && (float)x == (float)y);
}

// ---- strings: character by character, real numbers in them as numbers

// The next character of a string's inside; false: the end.
static bool next_character(struct slice *s, uint32_t *code)
{
    if (s->size == 0)
        return false;
    uint32_t size = (uint32_t)utf8_read(s->data, s->size, code);
    if (*code == '\\' && s->size > 1) {
        static const char escapes[] = "nrtbf", meant[] = "\n\r\t\b\f";
        const char *e = strchr(escapes, s->data[1]);
        char digits[5] = "";
        size = 2;
        *code = e != NULL ? (uint32_t)meant[e - escapes] : (uint32_t)(unsigned char)s->data[1];
        if (s->data[1] == 'u' && s->size >= 6) {
            memcpy(digits, s->data + 2, 4);
            *code = (uint32_t)strtoul(digits, NULL, 16);
            size = 6;
        }
        bool high = *code >= 0xD800 && *code < 0xDC00 && s->size >= 12 && s->data[6] == '\\' && s->data[7] == 'u';
        if (size == 6 && high) {
            memcpy(digits, s->data + 8, 4);
            *code = 0x10000 + ((*code - 0xD800) << 10) + ((uint32_t)strtoul(digits, NULL, 16) - 0xDC00);
            size = 12;
        }
    }
    *s = (struct slice){s->data + size, s->size - size};
    return true;
}

static bool same_string(struct slice a, struct slice b, bool floats)
{
    bool in_number = false; // behind a digit: the rest of a number is no number of its own
    for (;;) {
        uint32_t x = 0, y = 0, n = in_number ? 0 : real_size(a), m = in_number ? 0 : real_size(b);
        if (n > 0 && m > 0) {
            if (!same_real((struct slice){a.data, n}, (struct slice){b.data, m}, floats))
                return false;
            a = (struct slice){a.data + n, a.size - n};
            b = (struct slice){b.data + m, b.size - m};
            continue;
        }
        bool more = next_character(&a, &x);
        if (next_character(&b, &y) != more || x != y)
            return false;
        if (!more)
            return true;
        in_number = (x >= '0' && x <= '9') || x == '.';
    }
}

bool scan_same(struct slice a, struct slice b, bool floats)
{
    for (;;) {
        skip_blanks(&a);
        skip_blanks(&b);
        if (a.size == 0 || b.size == 0)
            return a.size == b.size;
        uint32_t n = scalar_size(a), m = scalar_size(b);
        if (n == 0 || m == 0) { // punctuation
            if (n != m || a.data[0] != b.data[0])
                return false;
            n = m = 1;
        } else {
            struct slice x = {a.data, n}, y = {b.data, m};
            bool strings = x.data[0] == '"' && y.data[0] == '"';
            bool reals = real_size(x) == n && real_size(y) == m;
            if (strings ? !same_string((struct slice){x.data + 1, n - 2}, (struct slice){y.data + 1, m - 2}, floats)
                : reals ? !same_real(x, y, floats)
                        : !slice_equal(x, y))
                return false;
        }
        a = (struct slice){a.data + n, a.size - n};
        b = (struct slice){b.data + m, b.size - m};
    }
}
