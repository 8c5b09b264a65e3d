// Comparing values of columns, as SQL's < and = do.
#ifndef OPS_COMPARE_H
#define OPS_COMPARE_H

#include "ops/chunk.h"

// Less than, equal to, greater than 0. Both of one type (not MAP) and not NULL; NULLs inside nested values are the
// least. NaN equals NaN and is the greatest, -0.0 equals 0.0.
int column_compare(const struct column *a, uint32_t i, const struct column *b, uint32_t k);

#endif
