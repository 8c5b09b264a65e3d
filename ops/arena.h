// An arena: memory given piece by piece and taken back all at once.
//
// Blocks are kept over a reset, so an arena in steady state calls the heap never. Zeroed memory is a valid, empty
// arena once arena_init has named its heap.
#ifndef OPS_ARENA_H
#define OPS_ARENA_H

#include "ops/memory.h"

#include <stddef.h>

struct arena_block;

struct arena {
    struct memory *memory;
    struct arena_block *first;   // blocks in the order they are filled
    struct arena_block *current; // the one being filled; NULL before the first allocation
    size_t block_size;
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

void arena_init(struct arena *a, struct memory *memory, size_t block_size);
// Never NULL, aligned to 16; a piece larger than a block gets a block of its own.
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_zalloc(struct arena *a, size_t bytes);
// A copy with a NUL behind it (not counted in `bytes`).
char *arena_copy(struct arena *a, const void *bytes, size_t count);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Everything given since the arena was empty (or since the mark) is gone; the blocks stay.
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a);
// Gives the blocks back. Safe on a zeroed arena.
void arena_free(struct arena *a);

#define ARENA_NEW(a, type)      ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (size_t)(n)))

#endif
