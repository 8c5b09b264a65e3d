#include "ops/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *given(void *p, size_t bytes)
{
    if (p)
        return p;
    fprintf(stderr, "runnel: out of memory (%zu bytes wanted); the checkpoint is as the last batch left it\n", bytes);
    abort();
}

static void count(struct memory *m, size_t more, size_t less)
{
    m->calls++;
    m->used += more - less;
    if (m->used > m->peak)
        m->peak = m->used;
}

void *mem_alloc(struct memory *m, size_t bytes)
{
    count(m, bytes, 0);
    return given(malloc(bytes ? bytes : 1), bytes);
}

void *mem_zalloc(struct memory *m, size_t bytes)
{
    count(m, bytes, 0);
    return given(calloc(1, bytes ? bytes : 1), bytes);
}

void *mem_resize(struct memory *m, void *p, size_t old, size_t bytes)
{
    assert(p || old == 0);
    count(m, bytes, old);
    return given(realloc(p, bytes ? bytes : 1), bytes);
}

void mem_free(struct memory *m, void *p, size_t bytes)
{
    if (!p)
        return;
    assert(m->used >= bytes);
    m->used -= bytes;
    free(p);
}
