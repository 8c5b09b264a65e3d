#include "ops/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *t, struct memory *memory)
{
    *t = (struct text){.memory = memory};
}

void text_clear(struct text *t)
{
    t->size = 0;
}

void text_free(struct text *t)
{
    mem_free(t->memory, t->data, t->capacity);
    *t = (struct text){.memory = t->memory};
}

char *text_reserve(struct text *t, size_t more)
{
    size_t wanted = t->size + more;
    assert(wanted >= more && wanted <= UINT32_MAX);
    if (wanted > t->capacity) {
        size_t capacity = t->capacity ? t->capacity : 64;
        while (capacity < wanted)
            capacity *= 2;
        t->data = mem_resize(t->memory, t->data, t->capacity, capacity);
        t->capacity = capacity;
    }
    return t->data + t->size;
}

void text_bytes(struct text *t, const void *bytes, size_t count)
{
    if (count == 0)
        return;
    memcpy(text_reserve(t, count), bytes, count);
    t->size += count;
}

void text_slice(struct text *t, struct slice s)
{
    text_bytes(t, s.data, s.size);
}

void text_string(struct text *t, const char *s)
{
    text_bytes(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
    *text_reserve(t, 1) = c;
    t->size++;
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = t->capacity - t->size;
    int size = vsnprintf(room ? t->data + t->size : NULL, room, format, args);
    va_end(args);
    assert(size >= 0);
    if ((size_t)size >= room)
        vsnprintf(text_reserve(t, (size_t)size + 1), (size_t)size + 1, format, again);
    va_end(again);
    t->size += (size_t)size;
}

const char *text_cstring(struct text *t)
{
    *text_reserve(t, 1) = '\0';
    return t->data;
}
