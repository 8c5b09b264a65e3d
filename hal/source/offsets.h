// A source's offsets as bytes: a few int64, little endian (docs/SPEC.md).
#ifndef HAL_SOURCE_OFFSETS_H
#define HAL_SOURCE_OFFSETS_H

#include "ops/state.h"

enum { OFFSETS_MAX = 4 };

void offsets_put(char *to, int64_t value); // 8 bytes
int64_t offsets_get(const char *from);

// STATUS_END: nothing is kept under the key. STATUS_DAMAGED: not `count` values.
enum status offsets_load(const struct state *state, struct slice key, int64_t *values, uint32_t count, struct error *e);
enum status offsets_save(const struct state *state, struct slice key, const int64_t *values, uint32_t count,
                         struct error *e);

#endif
