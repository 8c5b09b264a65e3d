// Values as bytes: rows kept outside a chunk (sort, joins, aggregate buffers). Not ordered; smaller than keys.
// The same bytes on every machine: little endian, docs/SPEC.md.
#ifndef OPS_RECORD_H
#define OPS_RECORD_H

#include "ops/chunk.h"
#include "ops/text.h"

void record_append(struct text *out, const struct column *c, uint32_t row);
// Slices are borrowed from `bytes` where `arena` is NULL (types without ARRAY and MAP), else copied.
// Returns the bytes read, or 0 if they are damaged.
size_t record_read(struct slice bytes, struct column *to, uint32_t row, struct arena *arena);

#endif
