#include "ops/cardinality.h"

#include <math.h>

enum { NEIGHBOURS = 6 };

unsigned cardinality_precision(double deviation)
{
    double p = ceil(2.0 * log(1.106 / deviation) / log(2.0));
    return p >= CARDINALITY_LEAST && p <= CARDINALITY_MOST ? (unsigned)p : 0;
}

void cardinality_add(uint8_t *registers, unsigned p, uint64_t hash)
{
    uint64_t rest = hash << p | UINT64_C(1) << (p - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    uint8_t *at_register = &registers[hash >> (64 - p)];
    if (rank > *at_register)
        *at_register = rank;
}

static double squared(double distance)
{
    return distance * distance;
}

// The mean bias of the six measured estimates nearest to this one.
static double bias_of(double estimate, unsigned p)
{
    const struct cardinality_points *t = &cardinality_points[p - CARDINALITY_LEAST];
    uint32_t nearest = 0;
    while (nearest < t->count && t->raw[nearest] < estimate)
        nearest++;
    uint32_t low = nearest > NEIGHBOURS - 1 ? nearest - NEIGHBOURS + 1 : 0;
    uint32_t high = low + NEIGHBOURS < t->count ? low + NEIGHBOURS : t->count;
    while (high < t->count && squared(estimate - t->raw[high]) < squared(estimate - t->raw[low])) {
        low++;
        high++;
    }
    double sum = 0;
    for (uint32_t i = low; i < high; i++)
        sum += t->bias[i];
    return sum / (high - low);
}

static double alpha(unsigned p, double m)
{
    return p == 4 ? 0.673 : p == 5 ? 0.697 : p == 6 ? 0.709 : 0.7213 / (1.0 + 1.079 / m);
}

int64_t cardinality_estimate(const uint8_t *registers, unsigned p)
{
    // up to here a count of empty registers is the better estimate
    static const double thresholds[] = {10,   20,   40,    80,    220,   400,    900,   1800,
                                        3100, 6500, 15500, 20000, 50000, 120000, 350000};
    double m = (double)(UINT32_C(1) << p), inverse = 0, empty = 0;
    for (uint32_t i = 0; i < UINT32_C(1) << p; i++) {
        inverse += 1.0 / (double)(UINT64_C(1) << registers[i]);
        empty += registers[i] == 0;
    }
    double raw = alpha(p, m) * m * m / inverse;
    double corrected = raw < 5.0 * m ? raw - bias_of(raw, p) : raw;
    double estimate = corrected;
    if (empty > 0) {
        double linear = m * log(m / empty);
        if (linear <= thresholds[p - CARDINALITY_LEAST] || corrected <= 2.5 * m)
            estimate = linear;
    }
    return (int64_t)floor(estimate + 0.5);
}
