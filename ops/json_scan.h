// Looking at several bytes at once. Private to the JSON decoder.
#ifndef OPS_JSON_SCAN_H
#define OPS_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SCAN_WORDS 1
#else
#define SCAN_WORDS 0
#endif

#define SCAN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t scan_load(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// The first byte that is a quote, a backslash, a control character or not ASCII. There is one before `end`.
static inline const char *scan_plain(const char *p, const char *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(' ');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
                                    _mm_cmplt_epi8(v, blank)); // signed: 0x80 and above are less too
        unsigned found = (unsigned)_mm_movemask_epi8(stop);
        if (found)
            return p + __builtin_ctz(found);
    }
#elif SCAN_WORDS
    for (; end - p >= 8; p += 8) {
        uint64_t v = scan_load(p), quote = v ^ SCAN_EACH('"'), backslash = v ^ SCAN_EACH('\\');
        // A byte behind a true find may be found falsely, so only the lowest counts.
        uint64_t stop = ((quote - SCAN_EACH(1)) & ~quote) | ((backslash - SCAN_EACH(1)) & ~backslash) |
                        ((v - SCAN_EACH(0x20)) & ~v) | v;
        stop &= SCAN_EACH(0x80);
        if (stop)
            return p + (__builtin_ctzll(stop) >> 3);
    }
#endif
    while (*p >= 0x20 && *p != '"' && *p != '\\' && (uint8_t)*p < 0x80)
        p++;
    return p;
}

// Eight digits at once. false: they are not all digits.
static inline bool scan_digits8(const char *p, uint64_t *value)
{
#if SCAN_WORDS
    uint64_t v = scan_load(p);
    if ((v & SCAN_EACH(0xF0)) != SCAN_EACH(0x30) || ((v + SCAN_EACH(6)) & SCAN_EACH(0xF0)) != SCAN_EACH(0x30))
        return false;
    v = (v & SCAN_EACH(0x0F)) * 2561 >> 8;
    v = (v & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    *value = (v & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
    return true;
#else
    (void)p, (void)value;
    return false;
#endif
}

#endif
