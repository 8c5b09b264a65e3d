#include "ops/number.h"

#include "ops/number_powers.h"

#include <assert.h>
#include <math.h>

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                                  "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                                  "8081828384858687888990919293949596979899";

static uint32_t digit_count(uint64_t v)
{
    uint32_t count = 1;
    for (; v >= 10000; v /= 10000)
        count += 4;
    return count + (v >= 10) + (v >= 100) + (v >= 1000);
}

// Exactly `count` digits, with leading zeros.
static void write_digits(uint64_t v, char *to, uint32_t count)
{
    while (count >= 2) {
        count -= 2;
        memcpy(to + count, digit_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (count)
        *to = (char)('0' + v % 10);
}

uint32_t int64_print(int64_t v, char *to)
{
    uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    uint32_t sign = v < 0;
    uint32_t count = digit_count(magnitude);
    if (sign)
        *to = '-';
    write_digits(magnitude, to + sign, count);
    return sign + count;
}

// digits * 10^exponent
struct shortest {
    uint64_t digits;
    int exponent;
};

struct float_format {
    uint64_t least_normal; // significand of the least normal number
    int least_exponent;
};

static const struct float_format format_double = {UINT64_C(1) << 52, -1074};
static const struct float_format format_float = {UINT64_C(1) << 23, -149};

// v * 10^-k rounded to odd: enough to compare with the ends of the rounding interval.
static uint64_t scale_to_odd(uint64_t high, uint64_t low, uint64_t v)
{
    const uint64_t mask = UINT64_MAX >> 1;
    uint64_t x = wide_multiply(low, v).high;
    struct wide y = wide_multiply(high, v);
    uint64_t z = (y.low >> 1) + x;
    uint64_t whole = y.high + (z >> 63);
    return whole | (((z & mask) + mask) >> 63);
}

// The shortest decimal that reads back as c * 2^q, the closest of them (Raffaello Giulietti, "The Schubfach way to
// render doubles": what Java 19 and later print). c * 2^q * 10^shift is meant with shift given back in the exponent.
static struct shortest shortest_decimal(int q, uint64_t c, int shift, const struct float_format *f)
{
    bool regular = c != f->least_normal || q == f->least_exponent;
    // Of the ends of the interval: between neighbours of unequal distance the lower one is nearer.
    int k = regular ? floor_log10_pow2(q) : (int)((q * INT64_C(661971961083) - INT64_C(274743187321)) >> 41);
    int h = q + floor_log2_pow10(-k) + 2;
    const struct power *p = &power_of_ten[-k - POWER_LEAST];
    // 126 bits of the power, rounded up, in two halves of 63.
    uint64_t low = ((p->high << 62 | p->low >> 2) & (UINT64_MAX >> 1)) + 1;
    uint64_t high = (p->high >> 1) + (low >> 63);
    low &= UINT64_MAX >> 1;

    uint64_t odd = c & 1, four = c << 2;
    uint64_t v = scale_to_odd(high, low, four << h);
    uint64_t least = scale_to_odd(high, low, (four - (regular ? 2 : 1)) << h) + odd;
    uint64_t most = scale_to_odd(high, low, (four + 2) << h) - odd;

    uint64_t s = v >> 2;
    if (s >= 100) {
        uint64_t down = s / 10 * 10, up = down + 10;
        bool down_in = least <= down << 2, up_in = up << 2 <= most;
        if (down_in != up_in)
            return (struct shortest){down_in ? down : up, k + shift};
    }
    bool s_in = least <= s << 2, next_in = (s + 1) << 2 <= most;
    bool take_s = s_in;
    if (s_in == next_in) {
        uint64_t middle = (s << 1 | 1) << 1;
        take_s = v < middle || (v == middle && (s & 1) == 0);
    }
    return (struct shortest){take_s ? s : s + 1, k + shift};
}

// Double.toString's layout: plain from 1e-3 to below 1e7, else one digit, a point, the others and E.
static uint32_t layout(struct shortest d, char *to)
{
    while (d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    uint32_t count = digit_count(d.digits);
    int point = (int)count + d.exponent; // digits before the point
    char *at = to;
    if (point > -3 && point <= 0) {
        memcpy(at, "0.00", 4);
        at += 2 - point;
        write_digits(d.digits, at, count);
        return (uint32_t)(at - to) + count;
    }
    if (point > 0 && point <= 7) {
        char digits[20];
        write_digits(d.digits, digits, count);
        for (int i = 0; i < point; i++)
            *at++ = i < (int)count ? digits[i] : '0';
        *at++ = '.';
        if ((int)count <= point)
            *at++ = '0';
        for (uint32_t i = (uint32_t)point; i < count; i++)
            *at++ = digits[i];
        return (uint32_t)(at - to);
    }
    write_digits(d.digits, at + 1, count);
    at[0] = at[1];
    at[1] = '.';
    at += count + 1;
    if (count == 1)
        *at++ = '0';
    *at++ = 'E';
    return (uint32_t)(at - to) + int64_print(point - 1, at);
}

static uint32_t write_text(char *to, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    memcpy(to, text, size);
    return size;
}

static uint32_t special_print(bool negative, bool nan, bool infinite, char *to)
{
    if (nan)
        return write_text(to, "NaN");
    if (infinite)
        return write_text(to, negative ? "-Infinity" : "Infinity");
    return write_text(to, negative ? "-0.0" : "0.0");
}

uint32_t double_print(double v, char *to)
{
    if (isnan(v) || isinf(v) || v == 0)
        return special_print(signbit(v), isnan(v), isinf(v), to);
    uint32_t sign = 0;
    if (v < 0) {
        *to = '-';
        sign = 1;
        v = -v;
    }
    if (v < 1e15) { // whole numbers need no search
        uint64_t whole = (uint64_t)v;
        if ((double)whole == v)
            return sign + layout((struct shortest){whole, 0}, to + sign);
    }
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52);
    struct shortest d;
    if (exponent)
        d = shortest_decimal(exponent - 1075, fraction | UINT64_C(1) << 52, 0, &format_double);
    else if (fraction < 3) // two digits where one would do: 4.9E-324
        d = shortest_decimal(-1074, fraction * 10, -1, &format_double);
    else
        d = shortest_decimal(-1074, fraction, 0, &format_double);
    return sign + layout(d, to + sign);
}

uint32_t float_print(float v, char *to)
{
    if (isnan(v) || isinf(v) || v == 0)
        return special_print(signbit(v), isnan(v), isinf(v), to);
    uint32_t sign = 0;
    if (v < 0) {
        *to = '-';
        sign = 1;
        v = -v;
    }
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint32_t fraction = bits & ((UINT32_C(1) << 23) - 1);
    int exponent = (int)(bits >> 23);
    struct shortest d;
    if (exponent)
        d = shortest_decimal(exponent - 150, fraction | UINT32_C(1) << 23, 0, &format_float);
    else if (fraction < 8)
        d = shortest_decimal(-149, (uint64_t)fraction * 10, -1, &format_float);
    else
        d = shortest_decimal(-149, fraction, 0, &format_float);
    return sign + layout(d, to + sign);
}
