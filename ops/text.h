// A text that grows: the one buffer that all printing goes through.
#ifndef OPS_TEXT_H
#define OPS_TEXT_H

#include "ops/memory.h"
#include "ops/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct text {
    struct memory *memory; // whose heap; set by text_init
    char *data;
    size_t size, capacity;
};

void text_init(struct text *t, struct memory *memory);
void text_clear(struct text *t); // keeps the capacity
void text_free(struct text *t);  // safe on zeroed memory
// Room for `more` bytes behind `size`; returns where they begin. The caller adds to `size` what it wrote.
char *text_reserve(struct text *t, size_t more);
void text_bytes(struct text *t, const void *bytes, size_t count);
void text_slice(struct text *t, struct slice s);
void text_string(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
// NUL-terminated view, without counting the NUL.
const char *text_cstring(struct text *t);
static inline struct slice text_view(const struct text *t)
{
    return (struct slice){t->data, (uint32_t)t->size};
}

#endif
