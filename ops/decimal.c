#include "ops/decimal.h"

#include "ops/big.h"
#include "ops/number.h"

#include <assert.h>
#include <math.h>

// A quotient is cut one digit behind the last that a DECIMAL can have (Decimal.divide, DecimalType.MAX_SCALE + 1): that
// one rounds.
enum { QUOTIENT_SCALE = DECIMAL_PRECISION_MAX + 1 };

static bool is_negative(struct decimal v)
{
    return v.high < 0;
}

struct decimal decimal_negate(struct decimal v)
{
    uint64_t high = ~(uint64_t)v.high + (v.low == 0);
    return (struct decimal){0 - v.low, (int64_t)high};
}

static struct big magnitude(struct decimal v)
{
    if (is_negative(v))
        v = decimal_negate(v);
    return big_of(v.low, (uint64_t)v.high);
}

struct decimal decimal_of(int64_t v)
{
    return (struct decimal){(uint64_t)v, v < 0 ? -1 : 0};
}

int decimal_sign(struct decimal v)
{
    if (is_negative(v))
        return -1;
    return v.low != 0 || v.high != 0;
}

unsigned decimal_digits(struct decimal v)
{
    struct big m = magnitude(v);
    return big_digits(&m);
}

bool decimal_fits(struct decimal v, unsigned precision)
{
    if (v.high == 0 && precision >= 19 && v.low < UINT64_C(10000000000000000000))
        return true;
    struct big m = magnitude(v);
    return big_digits(&m) <= precision;
}

int decimal_compare(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale)
{
    if (x_scale == y_scale) {
        if (x.high != y.high)
            return x.high < y.high ? -1 : 1;
        return (x.low > y.low) - (x.low < y.low);
    }
    int sign = decimal_sign(x);
    if (sign != decimal_sign(y))
        return sign < decimal_sign(y) ? -1 : 1;
    struct big a = magnitude(x), b = magnitude(y);
    if (x_scale < y_scale)
        big_scale_up(&a, y_scale - x_scale);
    else
        big_scale_up(&b, x_scale - y_scale);
    return sign * big_compare(&a, &b);
}

// A signed magnitude of some scale to a DECIMAL.
static bool settle(struct big m, bool negative, int scale, struct decimal_size to, struct decimal *out)
{
    assert(to.precision <= DECIMAL_PRECISION_MAX);
    if (scale < to.scale) {
        if (m.size && big_digits(&m) + (unsigned)(to.scale - scale) > to.precision)
            return false;
        big_scale_up(&m, (unsigned)(to.scale - scale));
    } else {
        big_scale_down(&m, (unsigned)(scale - to.scale), BIG_HALF_UP);
    }
    if (big_digits(&m) > to.precision)
        return false;
    uint64_t high;
    big_low128(&m, &out->low, &high);
    out->high = (int64_t)high;
    if (negative)
        *out = decimal_negate(*out);
    return true;
}

bool decimal_rescale(struct decimal v, unsigned scale, struct decimal_size to, struct decimal *out)
{
    if (scale == to.scale) {
        *out = v;
        return decimal_fits(v, to.precision);
    }
    return settle(magnitude(v), is_negative(v), (int)scale, to, out);
}

int64_t decimal_to_int64(struct decimal v, unsigned scale)
{
    struct big m = magnitude(v);
    big_scale_down(&m, scale, BIG_DOWN);
    uint64_t low, high;
    big_low128(&m, &low, &high);
    return (int64_t)(is_negative(v) ? 0 - low : low);
}

double decimal_to_double(struct decimal v, unsigned scale)
{
    char text[DECIMAL_TEXT_MAX];
    double out = 0;
    bool ok = double_parse((struct slice){text, decimal_print(v, scale, text)}, &out);
    assert(ok);
    (void)ok;
    return out;
}

float decimal_to_float(struct decimal v, unsigned scale)
{
    char text[DECIMAL_TEXT_MAX];
    float out = 0;
    bool ok = float_parse((struct slice){text, decimal_print(v, scale, text)}, &out);
    assert(ok);
    (void)ok;
    return out;
}

bool decimal_from_int64(int64_t v, struct decimal_size to, struct decimal *out)
{
    return decimal_rescale(decimal_of(v), 0, to, out);
}

// A whole double from 2^53 to 2^63 has digits that say nothing. Java 17 (jdk.internal.math.FloatingDecimal) writes them
// all but the last few, where the shortest text would end in zeros; it shows in a DECIMAL.
static bool from_whole_double(double v, struct decimal_size to, struct decimal *out)
{
    int exponent;
    frexp(v, &exponent);
    uint64_t whole = (uint64_t)fabs(v), unit = 1;
    unsigned left_out = 0;
    for (uint64_t power = 10; exponent - 55 > 0 && power <= UINT64_C(1) << (exponent - 55); power *= 10) {
        unit = power;
        left_out++;
    }
    struct big m = big_of(left_out ? (whole + unit / 2) / unit : whole, 0);
    return settle(m, v < 0, -(int)left_out, to, out);
}

bool decimal_from_double(double v, struct decimal_size to, struct decimal *out)
{
    char text[NUMBER_TEXT_MAX];
    if (isnan(v) || isinf(v))
        return false;
    if (fabs(v) >= 0x1p53 && fabs(v) < 0x1p63)
        return from_whole_double(v, to, out);
    return decimal_parse((struct slice){text, double_print(v, text)}, to, out);
}

// -- text --

// A number's text taken apart. Digits past what can decide any DECIMAL's last one are counted, not read.
struct number {
    struct big digits;
    bool negative;
    uint32_t significant; // digits read, without leading zeros
    int64_t scale;        // of `digits`
};

// POWER_MAX: java.math.BigInteger has no 10^n beyond.
enum { READ_DIGITS = 120, EXPONENT_DIGITS = 10, POWER_MAX = 646456992 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_exponent(const char *at, const char *end, int64_t *out)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    while (at < end - 1 && *at == '0')
        at++;
    if (end - at > EXPONENT_DIGITS)
        return false;
    int64_t v = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        v = v * 10 + (*at - '0');
    }
    if (v > INT32_MAX) // BigDecimal keeps its scale in an int
        return false;
    *out = negative ? -v : v;
    return true;
}

static bool read_number(struct slice s, struct number *n)
{
    const char *at = s.data, *end = s.data + s.size;
    *n = (struct number){0};
    if (at < end && (*at == '-' || *at == '+'))
        n->negative = *at++ == '-';
    bool any = false, point = false;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        any = true;
        if (n->significant == 0 && *at == '0') {
            n->scale += point;
        } else if (n->significant < READ_DIGITS) {
            big_push_digit(&n->digits, (uint32_t)(*at - '0'));
            n->significant++;
            n->scale += point;
        } else {
            n->scale -= !point;
        }
    }
    int64_t exponent = 0;
    if (!any)
        return false;
    if (at < end && ((*at != 'e' && *at != 'E') || !read_exponent(at + 1, end, &exponent)))
        return false;
    n->scale -= exponent;
    return true;
}

bool decimal_is_text(struct slice s)
{
    struct number n;
    return read_number(s, &n);
}

bool decimal_parse(struct slice s, struct decimal_size to, struct decimal *out)
{
    struct number n;
    if (!read_number(s, &n))
        return false;
    if (n.digits.size == 0) {
        *out = decimal_of(0);
        return true;
    }
    if ((int64_t)n.significant - n.scale > DECIMAL_PRECISION_MAX) // digits before the point
        return false;
    if (n.scale - (int64_t)to.scale > POWER_MAX)
        return false;
    if (n.scale > (int64_t)n.significant + DECIMAL_PRECISION_MAX) { // far below the last digit
        *out = decimal_of(0);
        return true;
    }
    return settle(n.digits, n.negative, (int)n.scale, to, out);
}

int64_t decimal_to_micros(struct decimal v, unsigned scale)
{
    enum { PRODUCT_DIGITS = 34 }; // MathContext.DECIMAL128
    struct big m = magnitude(v);
    unsigned digits = big_digits(&m), cut = digits > PRODUCT_DIGITS ? digits - PRODUCT_DIGITS : 0;
    uint64_t low, high;
    big_scale_down(&m, cut, BIG_HALF_EVEN);
    big_scale_up(&m, cut + 6);
    big_scale_down(&m, scale, BIG_DOWN);
    big_low128(&m, &low, &high);
    return (int64_t)(is_negative(v) ? 0 - low : low);
}

uint32_t decimal_print_plain(struct decimal v, unsigned scale, char *to)
{
    char digits[DECIMAL_TEXT_MAX];
    struct big m = magnitude(v);
    uint32_t count = big_print(&m, digits);
    char *at = to;
    if (is_negative(v))
        *at++ = '-';
    uint32_t whole = count > scale ? count - scale : 0;
    if (whole == 0)
        *at++ = '0';
    memcpy(at, digits, whole);
    at += whole;
    if (scale) {
        *at++ = '.';
        for (uint32_t i = count; i < scale; i++)
            *at++ = '0';
        memcpy(at, digits + whole, count - whole);
        at += count - whole;
    }
    return (uint32_t)(at - to);
}

uint32_t decimal_print(struct decimal v, unsigned scale, char *to)
{
    char digits[DECIMAL_TEXT_MAX];
    struct big m = magnitude(v);
    uint32_t count = big_print(&m, digits);
    int64_t exponent = (int64_t)count - 1 - scale; // of the first digit
    if (scale == 0 || exponent >= -6)
        return decimal_print_plain(v, scale, to);
    char *at = to;
    if (is_negative(v))
        *at++ = '-';
    *at++ = digits[0];
    if (count > 1) {
        *at++ = '.';
        memcpy(at, digits + 1, count - 1);
        at += count - 1;
    }
    *at++ = 'E';
    at += int64_print(exponent, at);
    return (uint32_t)(at - to);
}

// -- arithmetic --

bool decimal_add(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                 struct decimal *out)
{
    struct big a = magnitude(x), b = magnitude(y);
    unsigned scale = x_scale > y_scale ? x_scale : y_scale;
    big_scale_up(&a, scale - x_scale);
    big_scale_up(&b, scale - y_scale);
    bool negative = is_negative(x);
    if (is_negative(x) == is_negative(y)) {
        big_add(&a, &b);
    } else if (big_compare(&a, &b) >= 0) {
        big_subtract(&a, &b);
    } else {
        big_subtract(&b, &a);
        a = b;
        negative = !negative;
    }
    return settle(a, negative, (int)scale, to, out);
}

bool decimal_subtract(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                      struct decimal *out)
{
    return decimal_add(x, x_scale, decimal_negate(y), y_scale, to, out);
}

bool decimal_multiply(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                      struct decimal *out)
{
    struct big a = magnitude(x), b = magnitude(y), product;
    big_multiply(&a, &b, &product);
    return settle(product, is_negative(x) != is_negative(y), (int)(x_scale + y_scale), to, out);
}

bool decimal_divide(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                    struct decimal *out)
{
    struct big a = magnitude(x), b = magnitude(y), quotient, rest;
    if (b.size == 0)
        return false;
    // x / y * 10^QUOTIENT_SCALE, in whole numbers.
    big_scale_up(&a, QUOTIENT_SCALE + y_scale);
    big_scale_up(&b, x_scale);
    big_divide(&a, &b, &quotient, &rest);
    return settle(quotient, is_negative(x) != is_negative(y), QUOTIENT_SCALE, to, out);
}

static unsigned align(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct big *a,
                      struct big *b)
{
    unsigned scale = x_scale > y_scale ? x_scale : y_scale;
    *a = magnitude(x);
    *b = magnitude(y);
    big_scale_up(a, scale - x_scale);
    big_scale_up(b, scale - y_scale);
    return scale;
}

bool decimal_remainder(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                       struct decimal *out)
{
    struct big a, b, quotient, rest;
    unsigned scale = align(x, x_scale, y, y_scale, &a, &b);
    if (b.size == 0)
        return false;
    big_divide(&a, &b, &quotient, &rest);
    return settle(rest, is_negative(x), (int)scale, to, out);
}

bool decimal_quotient(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, int64_t *out)
{
    struct big a, b, quotient, rest;
    align(x, x_scale, y, y_scale, &a, &b);
    if (b.size == 0)
        return false;
    big_divide(&a, &b, &quotient, &rest);
    if (big_digits(&quotient) > DECIMAL_PRECISION_MAX)
        return false;
    uint64_t low, high;
    big_low128(&quotient, &low, &high);
    *out = (int64_t)(is_negative(x) != is_negative(y) ? 0 - low : low);
    return true;
}

bool decimal_round(struct decimal v, unsigned scale, int digits, enum decimal_rounding how, struct decimal_size to,
                   struct decimal *out)
{
    struct big m = magnitude(v);
    bool negative = is_negative(v);
    if (digits >= (int)scale)
        return settle(m, negative, (int)scale, to, out);
    unsigned by = (unsigned)((int)scale - digits);
    enum big_rounding rounding = BIG_HALF_UP;
    if (how == DECIMAL_HALF_EVEN)
        rounding = BIG_HALF_EVEN;
    else if (how != DECIMAL_HALF_UP)
        rounding = (how == DECIMAL_FLOOR) == negative ? BIG_UP : BIG_DOWN;
    if (by > BIG_DIGITS) { // far above the first digit
        m.size = m.size && rounding == BIG_UP;
        m.limb[0] = m.size;
        if (m.size)
            return false;
        by = 0;
    }
    big_scale_down(&m, by, rounding);
    if (digits < 0)
        big_scale_up(&m, (unsigned)-digits);
    return settle(m, negative, digits < 0 ? 0 : digits, to, out);
}

// -- types --

static unsigned larger(unsigned x, unsigned y)
{
    return x > y ? x : y;
}

// DecimalType.adjustPrecisionScale: where 38 digits are not enough, digits before the point come first, but six behind
// it are kept if there were so many.
static struct decimal_size adjust(unsigned precision, unsigned scale)
{
    if (precision <= DECIMAL_PRECISION_MAX)
        return (struct decimal_size){(uint8_t)precision, (uint8_t)scale};
    unsigned whole = precision - scale;
    unsigned least = scale < 6 ? scale : 6;
    unsigned left = whole < DECIMAL_PRECISION_MAX ? DECIMAL_PRECISION_MAX - whole : 0;
    return (struct decimal_size){DECIMAL_PRECISION_MAX, (uint8_t)larger(left, least)};
}

static unsigned whole_digits(struct decimal_size s)
{
    return (unsigned)s.precision - s.scale;
}

struct decimal_size decimal_size_add(struct decimal_size x, struct decimal_size y)
{
    unsigned scale = larger(x.scale, y.scale);
    return adjust(larger(whole_digits(x), whole_digits(y)) + scale + 1, scale);
}

struct decimal_size decimal_size_multiply(struct decimal_size x, struct decimal_size y)
{
    return adjust((unsigned)x.precision + y.precision + 1, (unsigned)x.scale + y.scale);
}

struct decimal_size decimal_size_divide(struct decimal_size x, struct decimal_size y)
{
    unsigned scale = larger(6, (unsigned)x.scale + y.precision + 1);
    return adjust(whole_digits(x) + y.scale + scale, scale);
}

struct decimal_size decimal_size_remainder(struct decimal_size x, struct decimal_size y)
{
    unsigned scale = larger(x.scale, y.scale);
    unsigned whole = whole_digits(x) < whole_digits(y) ? whole_digits(x) : whole_digits(y);
    return adjust(whole + scale, scale);
}

struct decimal_size decimal_size_wider(struct decimal_size x, struct decimal_size y)
{
    unsigned scale = larger(x.scale, y.scale);
    unsigned precision = larger(whole_digits(x), whole_digits(y)) + scale;
    if (precision > DECIMAL_PRECISION_MAX) { // DecimalType.boundedPreferIntegralDigits
        unsigned over = precision - DECIMAL_PRECISION_MAX;
        scale = scale > over ? scale - over : 0;
        precision = DECIMAL_PRECISION_MAX;
    }
    return (struct decimal_size){(uint8_t)precision, (uint8_t)scale};
}
