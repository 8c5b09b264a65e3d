// Options of a function: map('name', 'value', …) of literals, read as a pipeline file's are.
#ifndef OPS_OPTION_MAP_H
#define OPS_OPTION_MAP_H

#include "ops/decode_mode.h"
#include "ops/function.h"

// Argument `index`, which may be absent. The only mode is PERMISSIVE: a function cannot end a query.
enum status option_map_read(const struct binding *b, uint32_t index, const struct option_spec *table,
                            struct options *out, struct error *e);

#endif
