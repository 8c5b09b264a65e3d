// Hashes of values as Spark has them (hash.scala, InterpretedHashFunction): what hash() and xxhash64() give, and what
// approx_count_distinct counts by. A NULL leaves the seed as it is; a nested value hashes its parts in turn.
#ifndef OPS_HASH_VALUE_H
#define OPS_HASH_VALUE_H

#include "ops/chunk.h"

enum { HASH_SEED = 42 };

uint32_t hash_murmur3(const struct column *c, uint32_t row, uint32_t seed);
uint64_t hash_xx64(const struct column *c, uint32_t row, uint64_t seed);

#endif
