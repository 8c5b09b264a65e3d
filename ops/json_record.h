// One JSON record into columns, rule by rule as Spark's JacksonParser does it, good or bad. Private to the JSON
// decoder.
#ifndef OPS_JSON_RECORD_H
#define OPS_JSON_RECORD_H

#include "ops/decode_filter.h"
#include "ops/json_shape.h"

enum json_result {
    JSON_GOOD,
    JSON_PARTIAL,  // something in it was bad; what could be read is there
    JSON_BAD,      // nothing was written (but for NULLs below a NULL struct)
    JSON_LEFT_OUT, // of json_object: the filter will not have it
};

// Where the members of an object go: `names` and `shape` have `count` entries.
struct json_members {
    struct json_names names;
    const struct json_shape *shape;
    struct column **column;       // the row's columns
    struct decode_filter *filter; // over them; NULL: none
};

// The value at the reader's token (or behind its name) into row `row`; rows of nested children are made in `arena`.
enum json_result json_value(struct json_reader *r, const struct json_shape *s, struct column *c, uint32_t row,
                            struct arena *arena);
// The object whose JSON_START_OBJECT is the current token. Members that are not there are NULL.
enum json_result json_object(struct json_reader *r, const struct json_members *m, uint32_t row, struct arena *arena);

#endif
