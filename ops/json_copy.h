// A JSON value written anew as Jackson's generator writes what it reads (copyCurrentStructure).
#ifndef OPS_JSON_COPY_H
#define OPS_JSON_COPY_H

#include "ops/json_reader.h"
#include "ops/text.h"

// Bytes that are enough for a value of `size` bytes: "9e6" becomes 9000000.0, a quote between single ones \".
static inline uint64_t json_copy_bound(uint64_t size)
{
    return 4 * size + 128;
}
// The value at the reader's token, with what is in it, behind `out`. false: the text is bad.
bool json_copy(struct json_reader *r, struct text *out);

#endif
