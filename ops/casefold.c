#include "ops/casefold.h"

#include "ops/casefold_table.h"
#include "ops/character.h"

// The most bytes that one code point becomes is 6 (U+0390 as three of two bytes), from 2.
enum { GROWTH = 3, SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2 };

// The code point at `from`; UINT32_MAX: no valid UTF-8 there.
static uint32_t read_point(struct slice s, uint32_t from, uint32_t *width)
{
    const unsigned char *b = (const unsigned char *)s.data + from;
    *width = character_width(s.data[from]);
    if (*width == 1)
        return b[0] < 0x80 ? b[0] : UINT32_MAX;
    if (*width > s.size - from) {
        *width = 1;
        return UINT32_MAX;
    }
    uint32_t point = b[0] & (0x7Fu >> *width);
    for (uint32_t i = 1; i < *width; i++) {
        if ((b[i] & 0xC0) != 0x80) {
            *width = 1;
            return UINT32_MAX;
        }
        point = point << 6 | (b[i] & 0x3Fu);
    }
    return point;
}

static char *write_point(char *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xC0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *to++ = (char)(0xE0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3F));
        *to++ = (char)(0x80 | (point & 0x3F));
    } else {
        *to++ = (char)(0xF0 | point >> 18);
        *to++ = (char)(0x80 | (point >> 12 & 0x3F));
        *to++ = (char)(0x80 | (point >> 6 & 0x3F));
        *to++ = (char)(0x80 | (point & 0x3F));
    }
    return to;
}

static uint32_t moved(uint32_t point, const struct case_range *ranges, uint32_t count)
{
    uint32_t low = 0, high = count;
    while (low < high) { // the first range that begins after the point
        uint32_t middle = (low + high) / 2;
        if (ranges[middle].first <= point)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t i = low; i-- > 0 && low - i <= 2;) { // a range of stride 2 may reach past the next one's first
        const struct case_range *r = &ranges[i];
        if (point <= r->last && (point - r->first) % r->stride == 0)
            return (uint32_t)((int64_t)point + r->distance);
    }
    return point;
}

static const char *special(uint32_t point, const struct case_special *list, uint32_t count)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (list[middle].point == point)
            return list[middle].text;
        if (list[middle].point < point)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static char *write_text(char *to, const char *text)
{
    size_t size = strlen(text);
    memcpy(to, text, size);
    return to + size;
}

static char *write_upper(char *to, uint32_t point)
{
    if (point < 0x80)
        return write_point(to, point >= 'a' && point <= 'z' ? point - 32 : point);
    const char *text = special(point, case_upper_special, case_upper_special_count);
    return text ? write_text(to, text) : write_point(to, moved(point, case_upper, case_upper_count));
}

static char *write_title(char *to, uint32_t point)
{
    const char *text = point < 0x80 ? NULL : special(point, case_title_special, case_title_special_count);
    return text ? write_text(to, text) : write_upper(to, point);
}

static char *write_lower(char *to, uint32_t point)
{
    if (point < 0x80)
        return write_point(to, point >= 'A' && point <= 'Z' ? point + 32 : point);
    const char *text = special(point, case_lower_special, case_lower_special_count);
    return text ? write_text(to, text) : write_point(to, moved(point, case_lower, case_lower_count));
}

static bool is_cased(uint32_t point)
{
    if (point == UINT32_MAX)
        return false;
    if (point < 0x80)
        return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
    return moved(point, case_upper, case_upper_count) != point || moved(point, case_lower, case_lower_count) != point ||
           special(point, case_upper_special, case_upper_special_count);
}

// What the search for a letter beside a sigma passes over (Unicode's Case_Ignorable, its common part).
static bool is_passed_over(uint32_t point)
{
    return point == '\'' || point == '.' || point == ':' || point == '^' || point == '`' || point == 0xA8 ||
           point == 0xAD || point == 0xAF || point == 0xB4 || point == 0xB7 || point == 0xB8 || point == 0x2018 ||
           point == 0x2019 || point == 0x2024 || point == 0x2027 || (point >= 0x2B0 && point <= 0x36F) ||
           (point >= 0x483 && point <= 0x489) || (point >= 0x200B && point <= 0x200F);
}

// Is the sigma at [from, to) the last letter of a word: a letter before it, none after it?
static bool ends_word(struct slice s, uint32_t from, uint32_t to)
{
    uint32_t width, before = UINT32_MAX;
    for (uint32_t i = 0; i < from; i += width) {
        uint32_t point = read_point(s, i, &width);
        if (point == UINT32_MAX || !is_passed_over(point))
            before = point;
    }
    for (; to < s.size; to += width) {
        uint32_t point = read_point(s, to, &width);
        if (point == UINT32_MAX || !is_passed_over(point))
            return is_cased(before) && !is_cased(point);
    }
    return is_cased(before);
}

static struct slice ascii_case(struct slice s, char first, struct arena *arena)
{
    uint32_t i = 0;
    while (i < s.size && (unsigned char)(s.data[i] - first) >= 26)
        i++;
    if (i == s.size)
        return s;
    char *to = arena_alloc(arena, s.size);
    for (i = 0; i < s.size; i++) {
        char c = s.data[i];
        to[i] = (char)((unsigned char)(c - first) < 26 ? c ^ 0x20 : c);
    }
    return (struct slice){to, s.size};
}

enum target { UPPER, LOWER, INITCAP };

static struct slice convert(struct slice s, enum target target, struct arena *arena)
{
    char *start = arena_alloc(arena, (size_t)s.size * GROWTH), *to = start;
    bool first = true; // of a word
    for (uint32_t i = 0, width; i < s.size; i += width) {
        uint32_t point = read_point(s, i, &width);
        if (point == UINT32_MAX)
            *to++ = s.data[i];
        else if (target == UPPER)
            to = write_upper(to, point);
        else if (target == INITCAP && first)
            to = write_title(to, point);
        else if (point == SIGMA)
            to = write_point(to, ends_word(s, i, i + width) ? FINAL_SIGMA : SIGMA + 0x20);
        else
            to = write_lower(to, point);
        first = point == ' ';
    }
    return (struct slice){start, (uint32_t)(to - start)};
}

struct slice text_upper(struct slice s, struct arena *arena)
{
    return text_is_ascii(s) ? ascii_case(s, 'a', arena) : convert(s, UPPER, arena);
}

struct slice text_lower(struct slice s, struct arena *arena)
{
    return text_is_ascii(s) ? ascii_case(s, 'A', arena) : convert(s, LOWER, arena);
}

struct slice text_initcap(struct slice s, struct arena *arena)
{
    return convert(s, INITCAP, arena);
}
