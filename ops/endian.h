// Numbers as bytes, the same on every machine: big endian where bytes must order, little endian elsewhere.
#ifndef OPS_ENDIAN_H
#define OPS_ENDIAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ENDIAN_IS_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

// Of a number's 8 bytes the low `bytes`, which is a constant where speed matters: then this is a swap and a move.
static inline void store_big(char *to, uint64_t v, unsigned bytes)
{
    v <<= 64 - 8 * bytes;
    if (ENDIAN_IS_LITTLE)
        v = __builtin_bswap64(v);
    memcpy(to, &v, bytes);
}
static inline uint64_t load_big(const char *from, unsigned bytes)
{
    uint64_t v = 0;
    memcpy(&v, from, bytes);
    if (ENDIAN_IS_LITTLE)
        v = __builtin_bswap64(v);
    return v >> (64 - 8 * bytes);
}
static inline void store_little(char *to, uint64_t v, unsigned bytes)
{
    if (!ENDIAN_IS_LITTLE)
        v = __builtin_bswap64(v);
    memcpy(to, &v, bytes);
}
static inline uint64_t load_little(const char *from, unsigned bytes)
{
    uint64_t v = 0;
    memcpy(&v, from, bytes);
    return ENDIAN_IS_LITTLE ? v : __builtin_bswap64(v);
}

static inline uint64_t bits_of_double(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}
static inline double double_of_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}
static inline uint32_t bits_of_float(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}
static inline float float_of_bits(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

#endif
