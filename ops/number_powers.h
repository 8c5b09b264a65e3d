// Powers of ten as 128-bit binary fractions, for printing and reading doubles. Private to ops/number*.c.
#ifndef OPS_NUMBER_POWERS_H
#define OPS_NUMBER_POWERS_H

#include <stdint.h>

enum { POWER_LEAST = -342, POWER_MOST = 324 };

// 10^k is (high:low) * 2^(floor(log2(10^k)) - 127), cut below; the top bit of high is set.
struct power {
    uint64_t high, low;
};

extern const struct power power_of_ten[POWER_MOST - POWER_LEAST + 1];

struct wide {
    uint64_t high, low;
};

// The whole product, by halves: 32-bit boards have no 128-bit integer.
static inline struct wide wide_multiply(uint64_t x, uint64_t y)
{
    uint64_t x0 = x & 0xFFFFFFFF, x1 = x >> 32, y0 = y & 0xFFFFFFFF, y1 = y >> 32;
    uint64_t p00 = x0 * y0, p01 = x0 * y1, p10 = x1 * y0;
    uint64_t middle = (p00 >> 32) + (p01 & 0xFFFFFFFF) + (p10 & 0xFFFFFFFF);
    return (struct wide){x1 * y1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32), (middle << 32) | (p00 & 0xFFFFFFFF)};
}

// floor(log2(10^k)) and floor(log10(2^e)); exact for every exponent of a double. Shifts of negative numbers are
// arithmetic in every compiler we build with.
static inline int floor_log2_pow10(int k)
{
    return (int)((k * INT64_C(913124641741)) >> 38);
}
static inline int floor_log10_pow2(int e)
{
    return (int)((e * INT64_C(661971961083)) >> 41);
}

#endif
