// The heap, counted. All memory of our own comes through here, so that a test can count calls and a limit can be kept.
//
// Running out of address space is not an error to be handled a hundred times: the process says so and ends, and the
// checkpoint is as it was at the last commit (a crash costs nothing, so we crash). Budgets (`limits.memory`) are
// different: they are read from `used` where something can be done about it (a cache, a hash table, a queue).
#ifndef OPS_MEMORY_H
#define OPS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory {
    size_t used;  // bytes now
    size_t peak;  // the most there ever were
    size_t calls; // allocations and resizes so far
};

// Never NULL. Aligned for any type. Not zeroed, but for mem_zalloc.
void *mem_alloc(struct memory *m, size_t bytes);
void *mem_zalloc(struct memory *m, size_t bytes);
// `old` is the size asked for before; `p` may be NULL with `old` 0.
void *mem_resize(struct memory *m, void *p, size_t old, size_t bytes);
// `p` may be NULL. `bytes` is the size asked for.
void mem_free(struct memory *m, void *p, size_t bytes);

#endif
