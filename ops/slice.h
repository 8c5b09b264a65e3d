// A slice: bytes that somebody else owns. Who, and until when, is said where the slice is handed over.
#ifndef OPS_SLICE_H
#define OPS_SLICE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *data; // not NUL-terminated; may be NULL when size is 0
    uint32_t size;
};

#define SLICE(literal) ((struct slice){(literal), (uint32_t)(sizeof(literal) - 1)})

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, (uint32_t)strlen(text)};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

// As Spark's UTF8String.compareTo: by unsigned bytes, the shorter first.
static inline int slice_compare(struct slice a, struct slice b)
{
    uint32_t least = a.size < b.size ? a.size : b.size;
    int order = least == 0 ? 0 : memcmp(a.data, b.data, least);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

// Equal but for the case of ASCII letters: how Spark compares names (spark.sql.caseSensitive=false).
bool slice_equal_fold(struct slice a, struct slice b);
// Edit distance, case folded, for "did you mean"; the nearest of `names` within a third of its length and one, or -1.
int slice_nearest(struct slice wanted, const struct slice *names, uint32_t count);

#endif
