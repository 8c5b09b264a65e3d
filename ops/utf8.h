// UTF-8 as Unicode has it and as Java reads it.
#ifndef OPS_UTF8_H
#define OPS_UTF8_H

#include "ops/arena.h"
#include "ops/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xFFFD, UTF8_MAX = 4 };

// Bytes of the one well-formed sequence at `bytes` (no surrogates, nothing overlong); 0: none. room > 0.
size_t utf8_sequence(const char *bytes, size_t room);
bool utf8_valid(const char *bytes, size_t count);
// The next character as `new String(bytes, UTF_8)` has it: what is malformed becomes UTF8_REPLACEMENT, with Java's
// idea of how many bytes one replacement stands for. Returns the bytes read; room > 0.
size_t utf8_read(const char *bytes, size_t room, uint32_t *code);
// The same for a whole text: itself where it is well-formed, else a copy in `arena`.
struct slice utf8_repair(struct slice s, struct arena *arena);
// Writes at most UTF8_MAX bytes; returns how many.
size_t utf8_write(uint32_t code, char *to);

#endif
