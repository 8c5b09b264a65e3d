#include "ops/number.h"

#include "ops/number_powers.h"

#include <stdlib.h>

enum {
    EXACT_DIGITS = 19,    // that fit a uint64_t
    COPY_DIGITS = 800,    // more than the 767 that can decide a double's rounding
    EXPONENT_FAR = 100000 // past any digits that a slice could hold to bring it back: zero or infinite
};

// A decimal text taken apart: the digits of `s` from `first`, a point among them perhaps, times 10^exponent.
struct decimal_text {
    bool negative;
    uint64_t mantissa; // its first EXACT_DIGITS digits
    uint32_t digits;   // significant ones: without leading zeros
    int64_t exponent;  // of the mantissa's last digit
    const char *first, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The exponent behind an E. Held at a bound: it only has to stay far.
static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    int64_t v = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (v < INT32_MAX)
            v = v * 10 + (*at - '0');
    }
    *exponent += negative ? -v : v;
    return true;
}

static bool take_apart(struct slice s, struct decimal_text *d)
{
    const char *at = s.data, *end = s.data + s.size;
    *d = (struct decimal_text){0};
    if (at < end && (*at == '-' || *at == '+'))
        d->negative = *at++ == '-';
    d->first = at;
    bool any = false, point = false;
    for (; at < end; at++) {
        if (is_digit(*at)) {
            any = true;
            if (d->digits || *at != '0') {
                if (d->digits < EXACT_DIGITS)
                    d->mantissa = d->mantissa * 10 + (uint64_t)(*at - '0');
                else
                    d->exponent++;
                d->digits++;
            }
            d->exponent -= point;
        } else if (*at == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    d->end = at;
    if (!any)
        return false;
    if (at == end)
        return true;
    return (*at == 'e' || *at == 'E') && read_exponent(at + 1, end, &d->exponent);
}

// mantissa * 10^exponent by one or two multiplications with a 128-bit power (Daniel Lemire, "Number parsing at a
// gigabyte per second"). false: too near the middle of two doubles, or subnormal, or too big.
static bool by_power(uint64_t mantissa, int exponent, double *out)
{
    if (exponent < POWER_LEAST || exponent > 308)
        return false;
    uint32_t shift = (uint32_t)__builtin_clzll(mantissa);
    mantissa <<= shift;
    const struct power *p = &power_of_ten[exponent - POWER_LEAST];
    struct wide x = wide_multiply(mantissa, p->high);
    if ((x.high & 0x1FF) == 0x1FF && x.low + mantissa < mantissa) {
        struct wide y = wide_multiply(mantissa, p->low);
        struct wide merged = {x.high, x.low + y.high};
        merged.high += merged.low < x.low;
        if ((merged.high & 0x1FF) == 0x1FF && merged.low == UINT64_MAX && y.low + mantissa < mantissa)
            return false;
        x = merged;
    }
    uint32_t top = (uint32_t)(x.high >> 63);
    uint64_t bits = x.high >> (top + 9);
    int binary = floor_log2_pow10(exponent) + 1023 + 64 - (int)shift - (int)(1 ^ top);
    if (x.low == 0 && (x.high & 0x1FF) == 0 && (bits & 3) == 1)
        return false;
    bits = (bits + (bits & 1)) >> 1;
    if (bits >> 53) {
        bits >>= 1;
        binary++;
    }
    if (binary <= 0 || binary >= 0x7FF)
        return false;
    bits = (bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t)binary << 52;
    memcpy(out, &bits, sizeof bits);
    return true;
}

// A copy that libc can read: at most COPY_DIGITS digits, a last 1 standing for all the others.
static void normalise(const struct decimal_text *d, char *to)
{
    uint32_t copied = 0;
    bool more = false;
    for (const char *at = d->first; at < d->end; at++) {
        if (*at == '.' || (copied == 0 && *at == '0'))
            continue;
        if (copied < COPY_DIGITS)
            to[copied++] = *at;
        else
            more |= *at != '0';
    }
    int64_t exponent = d->exponent + (d->digits > EXACT_DIGITS ? EXACT_DIGITS : d->digits) - (int64_t)copied;
    if (more) {
        to[copied++] = '1';
        exponent--;
    }
    if (exponent > EXPONENT_FAR)
        exponent = EXPONENT_FAR;
    if (exponent < -EXPONENT_FAR)
        exponent = -EXPONENT_FAR;
    to[copied++] = 'e';
    copied += int64_print(exponent, to + copied);
    to[copied] = '\0';
}

enum { COPY_MAX = COPY_DIGITS + NUMBER_TEXT_MAX };

bool double_parse(struct slice s, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal_text d;
    if (!take_apart(s, &d))
        return false;
    double v = 0;
    if (d.digits == 0) {
        v = 0;
    } else if (d.mantissa <= UINT64_C(1) << 53 && d.digits <= EXACT_DIGITS && d.exponent >= -22 && d.exponent <= 22) {
        v = (double)d.mantissa; // both operands are exact: one rounding
        v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    } else if (d.digits > EXACT_DIGITS || d.exponent < POWER_LEAST || d.exponent > 308 ||
               !by_power(d.mantissa, (int)d.exponent, &v)) {
        char copy[COPY_MAX];
        normalise(&d, copy);
        v = strtod(copy, NULL);
    }
    *out = d.negative ? -v : v;
    return true;
}

bool float_parse(struct slice s, float *out)
{
    double wide;
    if (!double_parse(s, &wide))
        return false;
    // Rounding twice is only wrong where the double is the middle of two floats, or where floats get coarser.
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    bool middle = (bits & 0x1FFFFFFF) == 0x10000000;
    double magnitude = wide < 0 ? -wide : wide;
    if (!middle && (magnitude >= 0x1p-125 || magnitude == 0) && magnitude < 0x1.fffffcp127) {
        *out = (float)wide;
        return true;
    }
    struct decimal_text d;
    take_apart(s, &d);
    char copy[COPY_MAX];
    normalise(&d, copy);
    float v = strtof(copy, NULL);
    *out = d.negative ? -v : v;
    return true;
}

bool int64_parse(struct slice s, int64_t *out)
{
    const char *at = s.data, *end = s.data + s.size;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    uint64_t v = 0;
    if (end - at <= 18) { // no overflow to look for
        for (; at < end; at++) {
            if (!is_digit(*at))
                return false;
            v = v * 10 + (uint64_t)(*at - '0');
        }
        *out = negative ? -(int64_t)v : (int64_t)v;
        return true;
    }
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (v > (most - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}
