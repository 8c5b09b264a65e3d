#include "ops/datetime.h"

struct reader {
    const char *at, *end;
};

// One "value unit" of an interval's text.
struct term {
    int64_t value;
    int32_t micros;    // the fraction, with the value's sign
    bool has_fraction; // there was a point
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// Character.isWhitespace, of a byte
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

static bool is_blank(char c) // UTF8String.isWhitespaceOrISOControl
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_spaces(struct reader *r)
{
    while (r->at < r->end && is_space(*r->at))
        r->at++;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (lower(r->at[i]) != word[i])
            return false;
    r->at += size;
    return true;
}

// The digits behind the point: at most nine, cut to microseconds.
static bool read_fraction(struct reader *r, bool need_digit, int32_t *micros)
{
    int32_t scale = 100000000, nanos = 0;
    const char *from = r->at;
    for (; r->at < r->end && is_digit(*r->at); r->at++, scale /= 10) {
        if (scale == 0)
            return false;
        nanos += (*r->at - '0') * scale;
    }
    *micros = nanos / 1000;
    return r->at > from || !need_digit;
}

static bool read_value(struct reader *r, struct term *t)
{
    *t = (struct term){0};
    bool negative = *r->at == '-';
    bool has_sign = negative || *r->at == '+';
    if (has_sign) {
        r->at++;
        skip_spaces(r);
    } else if (*r->at != '.' && !is_digit(*r->at)) {
        return false;
    }
    const char *from = r->at;
    for (; r->at < r->end && is_digit(*r->at); r->at++)
        if (__builtin_mul_overflow(t->value, INT64_C(10), &t->value) ||
            __builtin_add_overflow(t->value, (int64_t)(*r->at - '0'), &t->value))
            return false;
    bool has_digits = r->at > from;
    if (r->at < r->end && *r->at == '.') {
        t->has_fraction = true;
        r->at++;
        // ". second" is refused, "1. second" and "-. second" are not.
        if (!read_fraction(r, !has_digits && !has_sign, &t->micros))
            return false;
    } else if (!has_digits) {
        return false;
    }
    if (negative) {
        t->value = -t->value;
        t->micros = -t->micros;
    }
    if (r->at == r->end || !is_space(*r->at))
        return false;
    skip_spaces(r);
    return r->at < r->end;
}

static bool add_small(int32_t *sum, int64_t value, int64_t times)
{
    int64_t v;
    if (__builtin_mul_overflow(value, times, &v) || __builtin_add_overflow(v, (int64_t)*sum, &v) || v < INT32_MIN ||
        v > INT32_MAX)
        return false;
    *sum = (int32_t)v;
    return true;
}

static bool add_micros(int64_t *sum, int64_t value, int64_t times)
{
    int64_t v;
    return !__builtin_mul_overflow(value, times, &v) && !__builtin_add_overflow(*sum, v, sum);
}

static bool add_unit(struct reader *r, const struct term *t, struct interval *out)
{
    const int64_t second = MICROS_PER_SECOND;
    if (t->has_fraction && lower(*r->at) != 's')
        return false;
    if (take_word(r, "year"))
        return add_small(&out->months, t->value, 12);
    if (take_word(r, "month"))
        return add_small(&out->months, t->value, 1);
    if (take_word(r, "week"))
        return add_small(&out->days, t->value, 7);
    if (take_word(r, "day"))
        return add_small(&out->days, t->value, 1);
    if (take_word(r, "hour"))
        return add_micros(&out->micros, t->value, 3600 * second);
    if (take_word(r, "minute"))
        return add_micros(&out->micros, t->value, 60 * second);
    if (take_word(r, "second"))
        return add_micros(&out->micros, t->value, second) && add_micros(&out->micros, t->micros, 1);
    if (take_word(r, "millisecond"))
        return add_micros(&out->micros, t->value, MICROS_PER_MILLI);
    return take_word(r, "microsecond") && add_micros(&out->micros, t->value, 1);
}

bool interval_parse(struct slice s, struct interval *out)
{
    struct reader r = {s.data, s.data + s.size};
    while (r.at < r.end && is_blank(*r.at))
        r.at++;
    while (r.end > r.at && is_blank(r.end[-1]))
        r.end--;
    if (r.at == r.end)
        return false;
    *out = (struct interval){0};
    if (take_word(&r, "interval") && (r.at == r.end || !is_space(*r.at)))
        return false;
    skip_spaces(&r);
    while (r.at < r.end) {
        struct term t;
        if (!read_value(&r, &t) || !add_unit(&r, &t, out))
            return false;
        if (r.at < r.end && lower(*r.at) == 's')
            r.at++;
        if (r.at < r.end && !is_space(*r.at))
            return false;
        skip_spaces(&r);
    }
    return true;
}

bool interval_micros(const struct interval *i, int64_t *micros)
{
    const int64_t day = (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND;
    *micros = i->micros;
    return add_micros(micros, i->days, day) && add_micros(micros, i->months, 31 * day);
}
