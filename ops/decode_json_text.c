#include "ops/json_text.h"
#include "ops/utf8.h"

#include <string.h>

// Text on its way from UTF-16 units, as Java holds it, to UTF-8. Never longer than the JSON it comes from.
struct units {
    char *data;
    uint32_t size;
    uint32_t high; // a high surrogate that waits for its low one; 0: none
};

static void put_code(struct units *u, uint32_t c)
{
    u->size += (uint32_t)utf8_write(c, u->data + u->size);
}

// A surrogate alone becomes '?', as String.getBytes has it.
static void put_unit(struct units *u, uint32_t unit)
{
    bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (u->high) {
        uint32_t high = u->high;
        u->high = 0;
        if (low) {
            put_code(u, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            return;
        }
        u->data[u->size++] = '?';
    }
    if (unit >= 0xD800 && unit <= 0xDBFF)
        u->high = unit;
    else
        put_code(u, low ? '?' : unit);
}

static void put_end(struct units *u)
{
    if (u->high)
        u->data[u->size++] = '?';
    u->high = 0;
}

static bool take(struct json_bytes *b, uint32_t *byte)
{
    if (b->at >= b->end)
        return false;
    *byte = (uint8_t)*b->at++;
    return true;
}

static bool take_rest(struct json_bytes *b, uint32_t *code)
{
    uint32_t c;
    if (!take(b, &c) || (c & 0xC0) != 0x80)
        return false;
    *code = *code << 6 | (c & 0x3F);
    return true;
}

// The code of a sequence whose first byte (0x80 or more) was read. Overlong ones are taken, as by Jackson; a 4-byte
// code is given less 0x10000 and may be "negative". *length: 2, 3, 4.
static bool take_utf8(struct json_bytes *b, uint32_t first, bool surrogates, uint32_t *code, unsigned *length)
{
    *length = (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : (first & 0xF8) == 0xF0 ? 4 : 0;
    if (*length == 0)
        return false;
    *code = first & (0x7FU >> *length);
    for (unsigned i = 1; i < *length; i++)
        if (!take_rest(b, code))
            return false;
    if (*length == 3 && !surrogates && *code >= 0xD800 && *code <= 0xDFFF)
        return false;
    if (*length == 4)
        *code -= 0x10000;
    return true;
}

static void put_sequence(struct units *u, uint32_t code, unsigned length)
{
    if (length < 4) {
        put_unit(u, code);
        return;
    }
    // Java's (char)(0xD800 | c >> 10) with an arithmetic shift, which shows for overlong sequences only.
    put_unit(u, (0xD800 | (uint32_t)((int32_t)code >> 10)) & 0xFFFF);
    put_unit(u, 0xDC00 | (code & 0x3FF));
}

static int hex_digit(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a') + 10 : -1;
}

// What stands behind a backslash, as a UTF-16 unit.
static bool take_escape(struct json_bytes *b, uint32_t *unit)
{
    // The last is allowed where single quotes are.
    static const char name[] = "btnfr\"/\\'", value[] = "\b\t\n\f\r\"/\\'";
    uint32_t c;
    if (!take(b, &c))
        return false;
    if (c != 'u') {
        const char *found = c ? strchr(name, (int)c) : NULL;
        if (found && c == '\'' && b->allow & JSON_REFUSE_SINGLE_QUOTES)
            found = NULL;
        if (!found) {
            // Jackson reads the whole character, if only to name it in its message.
            unsigned length;
            *unit = c;
            return (c < 0x80 || take_utf8(b, c, true, unit, &length)) && b->allow & JSON_ALLOW_ANY_ESCAPE;
        }
        *unit = (uint8_t)value[found - name];
        return true;
    }
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        if (!take(b, &c))
            return false;
        int digit = hex_digit(c);
        if (digit < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

// Passes what needs no change; stops at the quote, a backslash, a control character, bad UTF-8 or the end.
static const char *plain(const char *p, const char *end, char quote)
{
    while (p < end) {
        uint8_t c = (uint8_t)*p;
        if (c == (uint8_t)quote || c == '\\' || c < 0x20)
            break;
        size_t length = utf8_sequence(p, (size_t)(end - p));
        if (length == 0)
            break;
        p += length;
    }
    return p;
}

// A buffer of at most `count` bytes, whose unused end is given back by keep().
struct lease {
    struct arena *arena;
    struct arena_mark mark;
    char *data;
};

static struct lease lease(struct arena *arena, size_t count)
{
    struct lease l = {arena, arena_mark(arena), NULL};
    l.data = arena_alloc(arena, count);
    return l;
}

static struct slice keep(struct lease l, uint32_t size)
{
    arena_rewind(l.arena, l.mark);
    char *to = arena_alloc(l.arena, (size_t)size + 1);
    if (to != l.data)
        memmove(to, l.data, size);
    return (struct slice){to, size};
}

// The rest of a string, from where it does not stand as it should, behind what is already in `u`.
static bool rewrite(struct json_bytes *b, char quote, struct units *u)
{
    for (;;) {
        uint32_t c, code;
        unsigned length;
        if (!take(b, &c))
            return false;
        if (c == (uint8_t)quote) {
            put_end(u);
            return true;
        }
        if (c == '\\') {
            if (!take_escape(b, &code))
                return false;
            put_unit(u, code);
        } else if (c < 0x20 && (quote != '"' || !(b->allow & JSON_ALLOW_CONTROL_CHARS))) {
            return false; // Jackson's _handleApos takes none, whatever is allowed
        } else if (c < 0x80) {
            put_unit(u, c);
        } else {
            if (!take_utf8(b, c, false, &code, &length))
                return false;
            put_sequence(u, code, length);
        }
    }
}

bool json_string(struct json_bytes *b, char quote, struct arena *arena, struct slice *text)
{
    const char *from = b->at, *p = plain(from, b->end, quote);
    uint32_t size = (uint32_t)(p - from);
    if (p < b->end && *p == quote) {
        b->at = p + 1;
        *text = (struct slice){from, size};
        return true;
    }
    struct lease l = lease(arena, (size_t)(b->end - from) + 1);
    struct units u = {.data = l.data, .size = size};
    memcpy(u.data, from, size);
    b->at = p;
    bool good = rewrite(b, quote, &u);
    *text = keep(l, good ? u.size : 0);
    return good;
}

bool json_skip_string(struct json_bytes *b)
{
    for (;;) {
        b->at = plain(b->at, b->end, '"');
        uint32_t c, code;
        unsigned length;
        if (!take(b, &c))
            return false;
        if (c == '"')
            return true;
        if (c < 0x20 && !(b->allow & JSON_ALLOW_CONTROL_CHARS))
            return false;
        if (c == '\\' ? !take_escape(b, &code) : c >= 0x80 && !take_utf8(b, c, true, &code, &length))
            return false;
    }
}

// One escaped character of a name; unlike in a string, surrogates must be paired.
static bool name_escape(struct json_bytes *b, struct units *u)
{
    uint32_t unit, low;
    if (!take_escape(b, &unit))
        return false;
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (b->at >= b->end || *b->at != '\\')
            return false;
        b->at++;
        if (!take_escape(b, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    put_code(u, unit);
    return true;
}

// Jackson first takes a name's bytes to its closing quote, then looks at their UTF-8.
static bool name_text(struct slice raw, struct arena *arena, struct slice *text)
{
    if (raw.size > JSON_NAME_MAX)
        return false;
    *text = raw;
    if (utf8_valid(raw.data, raw.size))
        return true;
    struct json_bytes b = {raw.data, raw.data + raw.size, 0};
    struct units u = {.data = arena_alloc(arena, raw.size + 1)};
    uint32_t c, code;
    unsigned length;
    while (take(&b, &c)) {
        if (c < 0x80) {
            put_unit(&u, c);
            continue;
        }
        if (!take_utf8(&b, c, false, &code, &length))
            return false;
        put_sequence(&u, code, length);
    }
    put_end(&u);
    *text = (struct slice){u.data, u.size};
    return true;
}

bool json_member_name(struct json_bytes *b, char quote, struct arena *arena, struct slice *text)
{
    const char *from = b->at, *p = from;
    while (p < b->end && *p != quote && *p != '\\' && (uint8_t)*p >= 0x20)
        p++;
    if (p < b->end && *p == quote) {
        b->at = p + 1;
        return name_text((struct slice){from, (uint32_t)(p - from)}, arena, text);
    }
    struct lease l = lease(arena, (size_t)(b->end - from) + 1);
    struct units u = {.data = l.data, .size = (uint32_t)(p - from)};
    memcpy(u.data, from, u.size);
    b->at = p;
    for (;;) {
        uint32_t c;
        bool control = b->at < b->end && (uint8_t)*b->at < 0x20 && !(b->allow & JSON_ALLOW_CONTROL_CHARS);
        if (!take(b, &c) || control || (c == '\\' && !name_escape(b, &u))) {
            keep(l, 0);
            return false;
        }
        if (c == (uint8_t)quote)
            return name_text(keep(l, u.size), arena, text);
        if (c != '\\')
            u.data[u.size++] = (char)c;
    }
}

// Character.isJavaIdentifierPart of a byte as if it were Latin-1, and what JavaScript has beside; Jackson's
// CharTypes.getInputCodeUtf8JsNames.
static bool in_bare_name(uint8_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == 0x7F ||
               (c > ' ' && strchr("_$@#*-+", c));
    return c < 0xA0 || (c >= 0xA2 && c <= 0xA5) || c == 0xAA || c == 0xAD || c == 0xB5 || c == 0xBA ||
           (c >= 0xC0 && c != 0xD7 && c != 0xF7);
}

bool json_bare_name(struct json_bytes *b, struct arena *arena, struct slice *text)
{
    const char *from = b->at;
    while (b->at < b->end && in_bare_name((uint8_t)*b->at))
        b->at++;
    struct slice raw = {from, (uint32_t)(b->at - from)};
    return raw.size > 0 && b->at < b->end && name_text(raw, arena, text);
}

// One character of a comment. false: there is none, or none that may be.
static bool take_in_comment(struct json_bytes *b, uint32_t *c)
{
    uint32_t code;
    unsigned length;
    if (!take(b, c))
        return false;
    return *c >= 0x80 ? take_utf8(b, *c, true, &code, &length) : *c >= 0x20 || strchr("\t\n\r", (int)*c);
}

bool json_skip_comment(struct json_bytes *b)
{
    uint32_t c, before = 0;
    if (!take(b, &c) || (c != '/' && c != '*'))
        return false;
    bool line = c == '/';
    while (b->at < b->end) {
        if (!take_in_comment(b, &c))
            return false;
        if (line ? c == '\n' || c == '\r' : c == '/' && before == '*')
            return true;
        before = c;
    }
    return line;
}

// The value of a base64 character; -2: padding; -1: none.
static int base64_value(uint32_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (int)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (int)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (int)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : c == '=' ? -2 : -1;
}

// Character `place` (0..3) of a group: 0..63 or -2 (padding, from the third on); -1: Jackson refuses. An escape stands
// for its character.
static int base64_take(struct json_bytes *b, uint32_t c, int place)
{
    int value = base64_value(c);
    if (value == -1 && c == '\\') {
        if (!take_escape(b, &c))
            return -1;
        value = base64_value(c);
    }
    return value == -2 && place < 2 ? -1 : value;
}

// One group. *count: its bytes.
static bool base64_group(struct json_bytes *b, uint32_t c, uint8_t out[3], uint32_t *count)
{
    uint32_t bits = 0;
    int value = 0;
    int place = 0;
    for (;; place++) {
        value = base64_take(b, c, place);
        if (value < 0)
            break;
        bits = bits << 6 | (uint32_t)value;
        if (place == 3)
            break;
        if (!take(b, &c))
            return false;
    }
    if (value == -1) {
        // A quote where padding should be: Jackson steps back before it.
        if (c == '"' && place >= 2)
            b->at--;
        return false;
    }
    if (value == -2 && place == 2 && (!take(b, &c) || base64_take(b, c, 3) != -2))
        return false;
    *count = value == -2 ? (uint32_t)place - 1 : 3;
    bits <<= value == -2 ? 6 * (4 - place) : 0;
    out[0] = (uint8_t)(bits >> 16);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
    return true;
}

// The first character of a group that is not white space, escaped or not; '"': the end was there instead.
static bool base64_first(struct json_bytes *b, uint32_t *c)
{
    for (;;) {
        if (!take(b, c))
            return false;
        if (*c == '\\') {
            if (!take_escape(b, c))
                return false;
            if (*c > ' ')
                return base64_value(*c) >= 0;
        } else if (*c > ' ') {
            return true;
        }
    }
}

bool json_base64(struct json_bytes *b, struct arena *arena, struct slice *out)
{
    struct lease l = lease(arena, (size_t)(b->end - b->at) + 3);
    uint32_t size = 0, c, count;
    for (;;) {
        uint8_t group[3];
        bool good = base64_first(b, &c);
        if (good && c == '"')
            break;
        if (!good || !base64_group(b, c, group, &count)) {
            keep(l, 0);
            return false;
        }
        memcpy(l.data + size, group, count);
        size += count;
    }
    *out = keep(l, size);
    return true;
}
