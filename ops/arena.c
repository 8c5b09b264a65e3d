#include "ops/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Under AddressSanitizer what is not given out cannot be touched, and a gap stands behind each piece.
#if defined(__has_feature)
#define HIDES __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HIDES 1
#else
#define HIDES 0
#endif
#if HIDES
#include <sanitizer/asan_interface.h>
#define HIDE(p, size) ASAN_POISON_MEMORY_REGION((p), (size))
#define SHOW(p, size) ASAN_UNPOISON_MEMORY_REGION((p), (size))
enum { ALIGN = 16, GAP = 16 };
#else
#define HIDE(p, size) ((void)(p), (void)(size))
#define SHOW(p, size) ((void)(p), (void)(size))
enum { ALIGN = 16, GAP = 0 };
#endif

struct arena_block {
    struct arena_block *next;
    size_t size, used; // of the bytes behind the header
};

enum { HEADER = (sizeof(struct arena_block) + ALIGN - 1) / ALIGN * ALIGN };

static char *block_bytes(struct arena_block *b)
{
    return (char *)b + HEADER;
}

void arena_init(struct arena *a, struct memory *memory, size_t block_size)
{
    *a = (struct arena){.memory = memory, .block_size = block_size};
}

// The next block that has room, made if there is none. A kept block that is too small is passed over, not lost: the
// reset starts at the first again.
static struct arena_block *block_for(struct arena *a, size_t bytes)
{
    struct arena_block **link = a->current ? &a->current->next : &a->first;
    for (; *link; link = &(*link)->next) {
        (*link)->used = 0;
        if ((*link)->size >= bytes)
            return *link;
    }
    size_t size = bytes > a->block_size ? bytes : a->block_size;
    struct arena_block *b = mem_alloc(a->memory, HEADER + size);
    *b = (struct arena_block){.size = size};
    HIDE(block_bytes(b), size);
    *link = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t taken = (bytes + ALIGN - 1) / ALIGN * ALIGN + GAP;
    struct arena_block *b = a->current;
    if (!b || b->size - b->used < taken) {
        b = block_for(a, taken);
        a->current = b;
    }
    void *p = block_bytes(b) + b->used;
    SHOW(p, bytes);
    b->used += taken;
    return p;
}

void *arena_zalloc(struct arena *a, size_t bytes)
{
    return memset(arena_alloc(a, bytes), 0, bytes);
}

char *arena_copy(struct arena *a, const void *bytes, size_t count)
{
    char *to = arena_alloc(a, count + 1);
    if (count)
        memcpy(to, bytes, count);
    to[count] = '\0';
    return to;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(size >= 0);
    char *to = arena_alloc(a, (size_t)size + 1);
    va_start(args, format);
    vsnprintf(to, (size_t)size + 1, format, args);
    va_end(args);
    return to;
}

// What was given out since the mark.
static void hide_since(struct arena *a, struct arena_mark mark)
{
    if (GAP == 0 || !a->current)
        return;
    struct arena_block *b = mark.block ? mark.block : a->first;
    for (size_t used = mark.used; b; b = b->next, used = 0) {
        HIDE(block_bytes(b) + used, b->used - used);
        if (b == a->current)
            return;
    }
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->current, a->current ? a->current->used : 0};
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    hide_since(a, mark);
    a->current = mark.block;
    if (mark.block)
        mark.block->used = mark.used;
}

void arena_reset(struct arena *a)
{
    hide_since(a, (struct arena_mark){0});
    a->current = NULL;
}

size_t arena_used(const struct arena *a)
{
    size_t used = 0;
    if (a->current)
        for (const struct arena_block *b = a->first;; b = b->next) {
            used += b->used;
            if (b == a->current)
                break;
        }
    return used;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->first, *next; b; b = next) {
        next = b->next;
        mem_free(a->memory, b, HEADER + b->size);
    }
    a->first = a->current = NULL;
}
