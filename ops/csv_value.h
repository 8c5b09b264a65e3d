// CSV values into columns, as Spark's UnivocityParser converts them. Private to the CSV decoder.
#ifndef OPS_CSV_VALUE_H
#define OPS_CSV_VALUE_H

#include "ops/chunk.h"
#include "ops/csv.h"
#include "ops/payload_time.h"

struct csv_column;

// A value's text into row `row`; false: it does not fit the type, nothing was written.
typedef bool (*csv_put)(const struct csv_column *v, struct slice text, struct column *c, uint32_t row,
                        struct arena *arena);

struct csv_column {
    const struct type *type;
    csv_put put;
    const struct csv_values *values;
};

struct csv_values {
    struct payload_time time;
    struct slice nan, positive, negative; // for FLOAT and DOUBLE
};

enum status csv_values_read(struct csv_values *v, const struct options *o, const struct session *session,
                            struct arena *arena, struct error *e);
// STATUS_CONFIG: a type that CSV is not read into, named with `where`.
enum status csv_column_make(struct csv_column *c, const struct type *type, const struct csv_values *values,
                            struct slice where, struct error *e);

#endif
