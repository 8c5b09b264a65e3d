// UTF-8 as Unicode has it and as Java reads it.
#ifndef OPS_UTF8_H
#define OPS_UTF8_H

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
// Writes at most UTF8_MAX bytes; returns how many.
size_t utf8_write(uint32_t code, char *to);

// Code points as Spark's UTF8String counts them: by the first byte alone; a byte that begins none is one.

// Bytes of the code point that begins with `first`.
static inline uint32_t utf8_width(char first)
{
    unsigned char b = (unsigned char)first;
    if (b < 0xC2)
        return 1;
    return b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 1;
}

// Byte offset of the code point after `from`, at most s.size.
static inline uint32_t utf8_next(struct slice s, uint32_t from)
{
    uint32_t next = from + utf8_width(s.data[from]);
    return next < s.size ? next : s.size;
}

static inline bool utf8_is_ascii(struct slice s)
{
    unsigned char all = 0;
    for (uint32_t i = 0; i < s.size; i++)
        all |= (unsigned char)s.data[i];
    return all < 0x80;
}

static inline uint32_t utf8_length(struct slice s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < s.size; i = utf8_next(s, i))
        count++;
    return count;
}

// Byte offset of code point `count` (from 0), s.size if there are fewer.
static inline uint32_t utf8_offset(struct slice s, uint32_t count)
{
    uint32_t i = 0;
    while (count-- > 0 && i < s.size)
        i = utf8_next(s, i);
    return i;
}

static inline struct slice slice_part(struct slice s, uint32_t from, uint32_t to)
{
    return (struct slice){from > 0 ? s.data + from : s.data, to - from}; // data may be NULL
}

// Byte offset of `part` in s at or after `from`; s.size + 1 if it is not there.
static inline uint32_t slice_find(struct slice s, struct slice part, uint32_t from)
{
    if (part.size > s.size)
        return s.size + 1;
    if (part.size == 0)
        return from;
    for (uint32_t last = s.size - part.size; from <= last; from++) {
        const char *hit = (const char *)memchr(s.data + from, part.data[0], last - from + 1);
        if (!hit)
            break;
        from = (uint32_t)(hit - s.data);
        if (memcmp(hit, part.data, part.size) == 0)
            return from;
    }
    return s.size + 1;
}

#endif
