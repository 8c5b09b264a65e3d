#include "ops/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// ln 2 in two parts: the high one has zeros at its end, so that products with small integers are exact.
static const double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static uint32_t high_word(double x)
{
    return (uint32_t)(bits_of(x) >> 32);
}

// e_exp.c: x = k ln 2 + r, |r| <= ln 2 / 2; exp(r) by a rational function of the odd part of r's series.
double strict_exp(double x)
{
    static const double p1 = 1.66666666666666019037e-01, p2 = -2.77777777770155933842e-03,
                        p3 = 6.61375632143793436117e-05, p4 = -1.65339022054652515390e-06,
                        p5 = 4.13813679705723846039e-08;
    uint32_t size = high_word(x) & 0x7FFFFFFF;
    double high = 0, low = 0;
    int k = 0;
    if (x != x || x > 7.09782712893383973096e+02 || x < -7.45133219101941108420e+02)
        return x != x ? x : x > 0 ? (double)INFINITY : 0;
    if (size > 0x3FD62E42) {
        double sign = x < 0 ? -1 : 1;
        k = size < 0x3FF0A2B2 ? (int)sign : (int)(1.44269504088896338700 * x + 0.5 * sign);
        high = x - k * ln2_high;
        low = k * ln2_low;
        x = high - low;
    } else if (size < 0x3E300000) {
        return 1 + x;
    }
    double t = x * x;
    double c = x - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
    if (k == 0)
        return 1 - ((x * c) / (c - 2) - x);
    double y = 1 - ((low - (x * c) / (2 - c)) - high);
    if (k >= -1021)
        return k == 1024 ? y * 2 * 0x1p1023 : from_bits(bits_of(y) + ((uint64_t)(int64_t)k << 52));
    return from_bits(bits_of(y) + ((uint64_t)(int64_t)(k + 1000) << 52)) * 0x1p-1000;
}

// e_log.c: x = 2^k (1 + f), sqrt(2)/2 < 1 + f < sqrt(2); log(1 + f) = f - s (f - R) with s = f / (2 + f).
double strict_log(double x)
{
    static const double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01, l3 = 2.857142874366239149e-01,
                        l4 = 2.222219843214978396e-01, l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                        l7 = 1.479819860511658591e-01;
    int k = 0;
    if (x == 0)
        return -(double)INFINITY;
    if (x < 0 || x != x || isinf(x))
        return x < 0 ? (double)NAN : x;
    if (high_word(x) < 0x00100000) {
        k = -54;
        x *= 0x1p54;
    }
    int32_t word = (int32_t)high_word(x);
    k += (word >> 20) - 1023;
    word &= 0xFFFFF;
    int32_t i = (word + 0x95F64) & 0x100000;
    x = from_bits((bits_of(x) & 0xFFFFFFFF) | (uint64_t)(uint32_t)(word | (i ^ 0x3FF00000)) << 32);
    k += i >> 20;
    double f = x - 1, scale = k;
    if ((0xFFFFF & (2 + word)) < 3) { // |f| < 2^-20
        if (f == 0)
            return k == 0 ? 0 : scale * ln2_high + scale * ln2_low;
        double r = f * f * (0.5 - 0.33333333333333333 * f);
        return k == 0 ? f - r : scale * ln2_high - ((r - scale * ln2_low) - f);
    }
    double s = f / (2 + f), z = s * s, w = z * z;
    double r = z * (l1 + w * (l3 + w * (l5 + w * l7))) + w * (l2 + w * (l4 + w * l6));
    if (((word - 0x6147A) | (0x6B851 - word)) > 0) {
        double half = 0.5 * f * f;
        return k == 0 ? f - (half - s * (half + r))
                      : scale * ln2_high - ((half - (s * (half + r) + scale * ln2_low)) - f);
    }
    return k == 0 ? f - s * (f - r) : scale * ln2_high - ((s * (f - r) - scale * ln2_low) - f);
}

// s_cbrt.c: a guess by the exponent, made good to 23 bits, then one step of Newton's.
double strict_cbrt(double x)
{
    uint64_t sign = bits_of(x) & UINT64_C(0x8000000000000000);
    if (x == 0 || x != x || isinf(x))
        return x;
    x = fabs(x);
    uint32_t guess = high_word(x) < 0x00100000 ? high_word(x * 0x1p54) / 3 + 696219795 : high_word(x) / 3 + 715094163;
    double t = from_bits((uint64_t)guess << 32);
    double r = t * t / x;
    double s = 5.42857142857142815906e-01 + r * t;
    t *= 3.57142857142857150787e-01 +
         1.60714285714285720630e+00 / (s + 1.41428571428571436819e+00 + -7.05306122448979611050e-01 / s);
    t = from_bits(((bits_of(t) >> 32) + 1) << 32);
    s = t * t;
    r = x / s;
    r = (r - t) / (t + t + r);
    return from_bits(bits_of(t + t * r) | sign);
}

static const double largest_log = 7.09782712893383973096e+02; // exp of it is the greatest double

double strict_sinh(double x)
{
    double size = fabs(x), half = x < 0 ? -0.5 : 0.5;
    if (x != x || isinf(x) || size < 0x1p-28)
        return x;
    if (size < 22) {
        double t = expm1(size);
        return size < 1 ? half * (2 * t - t * t / (t + 1)) : half * (t + t / (t + 1));
    }
    if (size < largest_log)
        return half * strict_exp(size);
    double w = strict_exp(0.5 * size);
    return half * w * w;
}

double strict_cosh(double x)
{
    double size = fabs(x);
    if (x != x || isinf(x))
        return size;
    if (size < 0.34657359027997264) { // ln 2 / 2
        double t = expm1(size), w = 1 + t;
        return size < 0x1p-55 ? w : 1 + (t * t) / (w + w);
    }
    if (size < 22) {
        double t = strict_exp(size);
        return 0.5 * t + 0.5 / t;
    }
    if (size < largest_log)
        return 0.5 * strict_exp(size);
    double w = strict_exp(0.5 * size);
    return 0.5 * w * w;
}
