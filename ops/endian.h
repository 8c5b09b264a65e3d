// Numbers as bytes, the same on every machine: big endian where bytes must order, little endian elsewhere.
#ifndef OPS_ENDIAN_H
#define OPS_ENDIAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void store_big(char *to, uint64_t v, unsigned bytes)
{
    for (unsigned k = 0; k < bytes; k++)
        to[k] = (char)(unsigned char)(v >> (8 * (bytes - 1 - k)));
}
static inline uint64_t load_big(const char *from, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned k = 0; k < bytes; k++)
        v = v << 8 | (unsigned char)from[k];
    return v;
}
static inline void store_little(char *to, uint64_t v, unsigned bytes)
{
    for (unsigned k = 0; k < bytes; k++)
        to[k] = (char)(unsigned char)(v >> (8 * k));
}
static inline uint64_t load_little(const char *from, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned k = 0; k < bytes; k++)
        v |= (uint64_t)(unsigned char)from[k] << (8 * k);
    return v;
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
