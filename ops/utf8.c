#include "ops/utf8.h"

size_t utf8_sequence(const char *bytes, size_t room)
{
    const uint8_t *s = (const uint8_t *)bytes;
    uint8_t first = s[0], least = 0x80, most = 0xBF;
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                    : (first & 0xF0) == 0xE0         ? 3
                    : first >= 0xF0 && first <= 0xF4 ? 4
                                                     : 0;
    if (length == 0 || length > room)
        return 0;
    if (first == 0xE0)
        least = 0xA0;
    else if (first == 0xED)
        most = 0x9F;
    else if (first == 0xF0)
        least = 0x90;
    else if (first == 0xF4)
        most = 0x8F;
    if (s[1] < least || s[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

// Bytes at the begin that are ASCII, or a little less.
static size_t ascii_prefix(const char *bytes, size_t count)
{
    size_t i = 0;
    for (uint64_t word; count - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return i;
}

bool utf8_valid(const char *bytes, size_t count)
{
    for (size_t i = ascii_prefix(bytes, count); i < count;) {
        size_t length = utf8_sequence(bytes + i, count - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

static bool continues(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

// How much of a malformed sequence one replacement stands for (JDK's String.decodeUTF8).
static size_t malformed(const uint8_t *s, size_t room)
{
    if ((s[0] & 0xF0) == 0xE0) {
        if (room >= 2 && ((s[0] == 0xE0 && (s[1] & 0xE0) == 0x80) || !continues(s[1])))
            return 1;
        if (room < 3)
            return room;
        return continues(s[2]) ? 3 : 2; // a surrogate: all three
    }
    if ((s[0] & 0xF8) == 0xF0) {
        if (s[0] > 0xF4 || (room >= 2 && ((s[0] == 0xF0 && (s[1] < 0x90 || s[1] > 0xBF)) ||
                                          (s[0] == 0xF4 && (s[1] & 0xF0) != 0x80) || !continues(s[1]))))
            return 1;
        if (room >= 3 && !continues(s[2]))
            return 2;
        return room < 3 ? room : 3;
    }
    return 1;
}

size_t utf8_read(const char *bytes, size_t room, uint32_t *code)
{
    const uint8_t *s = (const uint8_t *)bytes;
    size_t length = utf8_sequence(bytes, room);
    if (length == 0) {
        *code = UTF8_REPLACEMENT;
        return malformed(s, room);
    }
    *code = length == 1 ? s[0] : s[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++)
        *code = *code << 6 | (s[i] & 0x3FU);
    return length;
}

size_t utf8_write(uint32_t code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

struct slice utf8_repair(struct slice s, struct arena *arena)
{
    if (utf8_valid(s.data, s.size))
        return s;
    enum { WORST = 3 }; // a byte becomes U+FFFD
    char *to = arena_alloc(arena, (size_t)s.size * WORST);
    uint32_t size = 0, code;
    for (uint32_t i = 0; i < s.size;) {
        i += (uint32_t)utf8_read(s.data + i, s.size - i, &code);
        size += (uint32_t)utf8_write(code, to + size);
    }
    return (struct slice){to, size};
}
