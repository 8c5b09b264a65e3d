// Gathering: the rows of a column in another order, some repeated, some left out.
#ifndef OPS_GATHER_H
#define OPS_GATHER_H

#include "ops/chunk.h"

#define GATHER_NULL UINT32_MAX // as an index: a NULL

// to[k] = from[index[k]], k below count. `to` is a column of from's type with room for count rows. What a value points
// to (slices' bytes, elements of arrays and maps) is borrowed from `from`: it lives as long.
void column_gather(struct column *to, const struct column *from, const uint32_t *index, uint32_t count);

// The columns an operator repeats rows into: made at the first chunk, used again for each.
struct gathered {
    struct column *own;     // `columns` of them
    struct column **column; // for a chunk: &own[k], or the input's where it is constant
    uint32_t columns;
};

// Room for the input's columns and `more` behind them, which the caller sets in `column`.
void gathered_init(struct gathered *g, const struct chunk *in, uint32_t more, struct arena *arena);
void gathered_fill(struct gathered *g, const struct chunk *in, const uint32_t *index, uint32_t count);

#endif
