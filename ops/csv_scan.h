// Looking at several bytes of CSV at once. Private to the CSV decoder.
#ifndef OPS_CSV_SCAN_H
#define OPS_CSV_SCAN_H

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The first separator, \n or \r at or behind `p`. There is a \n before `end`.
static inline const char *csv_scan(const char *p, const char *end, char separator)
{
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8(separator), feed = _mm_set1_epi8('\n'), carriage = _mm_set1_epi8('\r');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop =
            _mm_or_si128(_mm_cmpeq_epi8(v, wanted), _mm_or_si128(_mm_cmpeq_epi8(v, feed), _mm_cmpeq_epi8(v, carriage)));
        unsigned found = (unsigned)_mm_movemask_epi8(stop);
        if (found)
            return p + __builtin_ctz(found);
    }
#else
    (void)end;
#endif
    while (*p != separator && *p != '\n' && *p != '\r')
        p++;
    return p;
}

static inline const char *csv_line_end(const char *p, const char *end)
{
    return csv_scan(p, end, '\n');
}

#endif
