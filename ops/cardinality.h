// How many different values there are, by HyperLogLog++ as Spark has it (HyperLogLogPlusPlusHelper): 2^p registers, a
// byte each here.
#ifndef OPS_CARDINALITY_H
#define OPS_CARDINALITY_H

#include <stdbool.h>
#include <stdint.h>

enum { CARDINALITY_LEAST = 4, CARDINALITY_MOST = 18 }; // p

// For a relative standard deviation; 0: none of the above has it.
unsigned cardinality_precision(double deviation);
void cardinality_add(uint8_t *registers, unsigned p, uint64_t hash);
int64_t cardinality_estimate(const uint8_t *registers, unsigned p);

// Raw estimates, ascending, and the bias at each; of precision CARDINALITY_LEAST first.
struct cardinality_points {
    const double *raw, *bias;
    uint32_t count;
};
extern const struct cardinality_points cardinality_points[];

#endif
