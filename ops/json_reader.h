// One JSON record as tokens, exactly as Jackson's UTF8StreamJsonParser (2.21) with Spark's settings gives them: single
// quotes and NaN/Infinity allowed, nothing else. For the JSON decoder, and for answers of REST bridges.
//
// What matters is not only which text is good, but how far Jackson is when it stumbles, because Spark reads on after an
// error inside a value: a string is only begun when its token is given and read when it is asked for or passed over; a
// name brings the first look at its value with it; a failed call leaves the token where it was.
#ifndef OPS_JSON_READER_H
#define OPS_JSON_READER_H

#include "ops/arena.h"
#include "ops/json_text.h"
#include "ops/slice.h"

#include <stdbool.h>

enum json_token {
    JSON_NONE, // before the first, after the last, and after a name whose value could not be read
    JSON_NAME,
    JSON_STRING,
    JSON_INTEGER,
    JSON_FLOAT, // NaN and Infinity too
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_START_OBJECT,
    JSON_END_OBJECT,
    JSON_START_ARRAY,
    JSON_END_ARRAY,
};

// StreamReadConstraints' defaults.
enum { JSON_DEPTH_MAX = 1000, JSON_NUMBER_MAX = 1000 };

struct json_level {
    struct slice name; // of the member being read; data NULL: none yet
    uint32_t entries;
    enum json_token kind; // JSON_START_OBJECT, JSON_START_ARRAY; JSON_NONE: the record itself
};

struct json_reader {
    struct json_bytes bytes;
    const char *value; // where the current token (or the name's value) begins
    struct slice text; // of JSON_STRING (after json_finish) and of numbers
    enum json_token token, next;
    bool incomplete; // the string is only begun
    uint32_t depth;
    struct json_level *level; // [JSON_DEPTH_MAX + 2], the caller's
    struct arena *arena;      // for texts that are not as they stand in the record
};

// `level` has JSON_DEPTH_MAX + 2 entries. A byte order mark is skipped.
void json_open(struct json_reader *r, struct slice record, struct json_level *level, struct arena *arena);
// Each of these answers false where Jackson throws; the reader can be used on, as after Jackson's exception.
bool json_next(struct json_reader *r);
bool json_finish(struct json_reader *r); // reads the string that is only begun, else does nothing
bool json_skip_children(struct json_reader *r);
// data NULL: none.
struct slice json_name(const struct json_reader *r);

#endif
