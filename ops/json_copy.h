// A JSON value written anew as Jackson's generator copies what its parser gives (copyCurrentStructure): without blanks,
// numbers with a point as Java prints a double, names and strings escaped as need be.
#ifndef OPS_JSON_COPY_H
#define OPS_JSON_COPY_H

#include "ops/json_reader.h"
#include "ops/text.h"

// At most so many bytes are made of `size`: "9e6" becomes 9000000.0, a quote between single ones \".
static inline uint64_t json_copy_bound(uint64_t size)
{
    return 4 * size + 128;
}
// The value at the reader's token, with what is in it. false: where Jackson throws.
bool json_copy_value(struct json_reader *r, struct text *out);

#endif
