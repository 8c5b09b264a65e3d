// A datum: one value of any type kept outside a chunk, in the state of an aggregate (min, first, max_by).
//
// It is set again and again: bytes that a value needs are put in an arena, in a buffer that is used again while it is
// large enough, so that a long batch does not grow without limit. Zeroed memory is NULL.
#ifndef OPS_DATUM_H
#define OPS_DATUM_H

#include "ops/chunk.h"
#include "ops/text.h"

struct datum {
    union {
        uint64_t bits[2]; // types of a fixed width, as in their column
        struct {
            char *data; // STRING, BINARY; nested types as keys (ops/key.h)
            uint32_t size, capacity;
        };
    };
    uint64_t there; // 0: NULL
};

void datum_set(struct datum *d, const struct column *c, uint32_t row, struct arena *arena);
// Does the type have an order: a MAP, and what has one inside, does not.
bool datum_is_ordered(const struct type *type);
// By SQL's order (NaN the greatest, -0.0 equal to 0.0): < 0, 0, > 0. Neither is NULL.
int datum_compare(const struct type *type, const struct datum *a, const struct datum *b);
// The same for a row; `arena` is for scratch, given back.
int datum_compare_row(const struct datum *d, const struct column *c, uint32_t row, struct arena *arena);
// Slices are borrowed from the datum; nested values are put in `arena`.
void datum_get(const struct datum *d, struct column *out, uint32_t row, struct arena *arena);
// 00 for NULL; else 01 and: types of a fixed width 8 bytes little endian (DECIMAL 16), sign or zero extended; the
// others their size, 4 bytes little endian, and the bytes.
void datum_save(const struct type *type, const struct datum *d, struct text *out);
size_t datum_load(const struct type *type, struct slice bytes, struct datum *d, struct arena *arena); // 0: damaged

#endif
