// One value by itself: a literal of a query, a bound of a range.
#ifndef OPS_VALUE_H
#define OPS_VALUE_H

#include "ops/chunk.h"
#include "ops/type.h"

struct value {
    const struct type *type;
    bool null;
    union {
        bool boolean;
        int64_t integer; // TINYINT..BIGINT, DATE, TIMESTAMP, TIMESTAMP_NTZ, INTERVAL_YM, INTERVAL_DT
        double real;     // FLOAT, DOUBLE
        struct decimal decimal;
        struct slice bytes; // STRING, BINARY; whoever made the value says who owns them
    };
};

// Writes the value at `row`. Not for ARRAY, STRUCT, MAP.
void value_store(const struct value *v, struct column *c, uint32_t row);
// Reads row `row`. Slices are borrowed from the column. Not for ARRAY, STRUCT, MAP.
struct value value_load(const struct column *c, uint32_t row);

#endif
