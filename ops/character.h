// Code points of UTF-8 as Spark's UTF8String counts them: by the first byte alone; a byte that begins none is one.
#ifndef OPS_CHARACTER_H
#define OPS_CHARACTER_H

#include "ops/slice.h"

// Bytes of the code point that begins with `first`.
static inline uint32_t character_width(char first)
{
    unsigned char b = (unsigned char)first;
    if (b < 0xC2)
        return 1;
    return b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 1;
}

// Byte offset of the code point after `from`, at most s.size.
static inline uint32_t character_next(struct slice s, uint32_t from)
{
    uint32_t next = from + character_width(s.data[from]);
    return next < s.size ? next : s.size;
}

static inline bool text_is_ascii(struct slice s)
{
    unsigned char all = 0;
    for (uint32_t i = 0; i < s.size; i++)
        all |= (unsigned char)s.data[i];
    return all < 0x80;
}

static inline uint32_t characters_in(struct slice s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < s.size; i = character_next(s, i))
        count++;
    return count;
}

// Byte offset of code point `count` (from 0), s.size if there are fewer.
static inline uint32_t character_offset(struct slice s, uint32_t count)
{
    uint32_t i = 0;
    while (count-- > 0 && i < s.size)
        i = character_next(s, i);
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
