#include "hal/source/glob.h"

bool glob_is_pattern(struct slice path)
{
    for (uint32_t i = 0; i < path.size; i++)
        if (strchr("{}[]*?\\", path.data[i]) != NULL && path.data[i] != '\0')
            return true;
    return false;
}

// The bracket that closes the one at `p`, or `end`.
static const char *closing(const char *p, const char *end)
{
    bool set = *p == '[';
    unsigned depth = 0;
    for (; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (set && *p == ']')
            return p;
        else if (!set && *p == '[' && closing(p, end) < end)
            p = closing(p, end);
        else if (!set && *p == '{')
            depth++;
        else if (!set && *p == '}' && --depth == 0)
            return p;
    }
    return end;
}

enum status glob_check(struct slice pattern, struct error *e)
{
    const char *end = pattern.data + pattern.size;
    for (const char *p = pattern.data; p < end; p++) {
        if (*p == '\\' && p + 1 < end) {
            p++;
        } else if (*p == '[' || *p == '{') {
            const char *close = closing(p, end);
            if (close == end)
                return error_set(e, STATUS_CONFIG, "pattern %.*s: the %c has no end", (int)pattern.size, pattern.data,
                                 *p);
            if (memchr(p, '/', (size_t)(close - p)) != NULL)
                return error_set(e, STATUS_CONFIG, "pattern %.*s: a slash between brackets is not taken",
                                 (int)pattern.size, pattern.data);
            if (*p == '[')
                p = close;
        }
    }
    return STATUS_OK;
}

// What follows when a part of the pattern (an alternative of braces) is used up.
struct rest {
    const char *at, *end;
    const struct rest *next;
};

static bool in_set(const char *p, const char *close, unsigned char c)
{
    bool negated = p < close && (*p == '^' || *p == '!');
    bool found = false;
    for (p += negated; p < close; p++) {
        if (*p == '\\' && p + 1 < close)
            p++;
        unsigned char low = (unsigned char)*p, high = low;
        if (p + 2 < close && p[1] == '-') {
            high = (unsigned char)p[2];
            p += 2;
        }
        found |= c >= low && c <= high;
    }
    return found != negated;
}

static bool match(const char *p, const char *end, const struct rest *rest, const char *s, const char *s_end);

static bool match_braces(const char *p, const char *end, const struct rest *rest, const char *s, const char *s_end)
{
    const char *close = closing(p, end);
    struct rest after = {close + 1, end, rest};
    unsigned depth = 0;
    const char *begin = p + 1;
    for (const char *q = begin; q <= close; q++) { // glob_check has seen that every bracket closes
        if (*q == '\\' && q < close) {
            q++;
        } else if (q == close || (*q == ',' && depth == 0)) {
            if (match(begin, q, &after, s, s_end))
                return true;
            begin = q + 1;
        } else if (*q == '[') {
            q = closing(q, close);
        } else if (*q == '{') {
            depth++;
        } else if (*q == '}') {
            depth--;
        }
    }
    return false;
}

static bool match(const char *p, const char *end, const struct rest *rest, const char *s, const char *s_end)
{
    for (; p < end; p++) {
        switch (*p) {
        case '*':
            for (; s <= s_end; s++)
                if (match(p + 1, end, rest, s, s_end))
                    return true;
            return false;
        case '{':
            return match_braces(p, end, rest, s, s_end);
        case '[': {
            const char *close = closing(p, end);
            if (s == s_end || !in_set(p + 1, close, (unsigned char)*s++))
                return false;
            p = close;
            break;
        }
        case '?':
            if (s == s_end)
                return false;
            for (s++; s < s_end && ((unsigned char)*s & 0xC0) == 0x80; s++) // a character, not a byte
                ;
            break;
        case '\\':
            p += p + 1 < end;
            __attribute__((fallthrough));
        default:
            if (s == s_end || *s++ != *p)
                return false;
        }
    }
    return rest != NULL ? match(rest->at, rest->end, rest->next, s, s_end) : s == s_end;
}

bool glob_match(struct slice pattern, struct slice name)
{
    if (name.size == 0)
        return pattern.size == 0;
    return match(pattern.data, pattern.data + pattern.size, NULL, name.data, name.data + name.size);
}
