#include "ops/regex_java.h"

#include <stdio.h>
#include <string.h>

enum {
    OUT_MAX = 64 * 1024, // bytes of the translation: PCRE2 takes no program that is longer
    GROUPS_DEEP = 250,   // PCRE2's own limit
    SHOWN_MAX = 400,     // bytes of a pattern in a message
};

enum { FLAG_CASE = 1, FLAG_DOT_ALL = 2, FLAG_MULTILINE = 4, FLAG_COMMENTS = 8 };

#define LINE_ENDS  "\\n\\r\\x{85}\\x{2028}\\x{2029}"
#define LAST_LINE  "(?=\\z|(?:\\r\\n|(?<!\\r)\\n|[\\r\\x{85}\\x{2028}\\x{2029}])\\z)"
#define LINE_BEGIN "(?!\\z)(?:\\A|(?<=[\\n\\x{85}\\x{2028}\\x{2029}])|(?<=\\r)(?!\\n))"
#define LINE_END   "(?=\\z|(?<!\\r)\\n|[\\r\\x{85}\\x{2028}\\x{2029}])"
// Pattern.Bound: letters, digits, _, and the marks (two at most are looked at) upon a letter or digit.
#define BASE         "[\\p{L}\\p{Nd}]"
#define WORD         "[\\p{L}\\p{Nd}_]"
#define WORD_BEFORE  WORD "|" BASE "\\p{Mn}|" BASE "\\p{Mn}\\p{Mn}"
#define WORD_BEHIND  WORD "|(?<=" BASE ")\\p{Mn}|(?<=" BASE "\\p{Mn})\\p{Mn}"
#define BOUNDARY     "(?:(?<=" WORD_BEFORE ")(?!" WORD_BEHIND ")|(?<!" WORD_BEFORE ")(?=" WORD_BEHIND "))"
#define NOT_BOUNDARY "(?:(?<=" WORD_BEFORE ")(?=" WORD_BEHIND ")|(?<!" WORD_BEFORE ")(?!" WORD_BEHIND "))"

struct reader {
    struct slice pattern;
    uint32_t at;
    char *out;
    uint32_t used;
    const char *wrong; // what cannot be translated; the first one sticks
    uint32_t groups;   // capturing groups that have begun
    uint8_t flags;
    uint8_t outer[GROUPS_DEEP]; // the flags around each open group
    uint32_t depth;
    bool atom; // is there something that a quantifier could repeat?
};

static void refuse(struct reader *r, const char *what)
{
    if (!r->wrong)
        r->wrong = what;
}

static int peek(const struct reader *r, uint32_t ahead)
{
    return r->at + ahead < r->pattern.size ? (unsigned char)r->pattern.data[r->at + ahead] : -1;
}

static bool accept(struct reader *r, const char *text)
{
    size_t size = strlen(text);
    if (r->at + size > r->pattern.size || memcmp(r->pattern.data + r->at, text, size) != 0)
        return false;
    r->at += (uint32_t)size;
    return true;
}

static void put(struct reader *r, const char *bytes, size_t size)
{
    if (r->used + size > OUT_MAX) {
        refuse(r, "a pattern as long as this");
        return;
    }
    memcpy(r->out + r->used, bytes, size);
    r->used += (uint32_t)size;
}

static void put_text(struct reader *r, const char *text)
{
    put(r, text, strlen(text));
}

static bool is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return is_lower(c) || is_upper(c);
}

static void put_code(struct reader *r, uint32_t c)
{
    char text[16];
    if (is_letter((int)c) || is_digit((int)c))
        snprintf(text, sizeof text, "%c", (char)c);
    else
        snprintf(text, sizeof text, "\\x{%x}", (unsigned)c);
    put_text(r, text);
}

// A character that stands for itself, and for its other case where the flags say so.
static void put_character(struct reader *r, uint32_t c)
{
    bool fold = (r->flags & FLAG_CASE) && c < 0x80 && is_letter((int)c);
    if (fold)
        put_text(r, "[");
    put_code(r, c);
    if (fold) {
        put_code(r, c ^ 0x20);
        put_text(r, "]");
    }
    r->atom = true;
}

static void put_range(struct reader *r, uint32_t from, uint32_t to)
{
    if (from > to)
        return;
    put_code(r, from);
    put_text(r, "-");
    put_code(r, to);
}

// from-to in a class, and the part of it that is ASCII letters in the other case (Pattern.CIRange).
static void put_class_range(struct reader *r, uint32_t from, uint32_t to)
{
    put_range(r, from, to);
    if (!(r->flags & FLAG_CASE))
        return;
    static const char ends[2][2] = {{'a', 'z'}, {'A', 'Z'}};
    for (int i = 0; i < 2; i++) {
        uint32_t low = (uint32_t)ends[i][0], high = (uint32_t)ends[i][1];
        low = from > low ? from : low;
        high = to < high ? to : high;
        if (low <= high)
            put_range(r, low ^ 0x20, high ^ 0x20);
    }
}

// ---------------------------------------------------------------- characters and their escapes

// One character of UTF-8; a byte that is none is the pattern's fault.
static uint32_t take_character(struct reader *r)
{
    int first = peek(r, 0);
    uint32_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 9;
    if (more == 9 || r->at + more >= r->pattern.size) {
        refuse(r, "a byte that is no UTF-8");
        r->at++;
        return 0;
    }
    uint32_t c = more == 0 ? (uint32_t)first : (uint32_t)first & (0x3Fu >> more);
    for (uint32_t i = 1; i <= more; i++) {
        if ((peek(r, i) & 0xC0) != 0x80)
            refuse(r, "a byte that is no UTF-8");
        c = c << 6 | ((uint32_t)peek(r, i) & 0x3F);
    }
    r->at += more + 1;
    return c;
}

static int hex_value(int c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static uint32_t take_hex(struct reader *r, uint32_t digits)
{
    uint32_t c = 0;
    for (uint32_t i = 0; i < digits; i++) {
        int v = hex_value(peek(r, 0));
        if (v < 0)
            refuse(r, "\\x or \\u without its digits");
        else
            r->at++;
        c = c << 4 | (uint32_t)(v < 0 ? 0 : v);
    }
    return c;
}

// Behind \x: two digits, or any number of them in braces.
static uint32_t take_x(struct reader *r)
{
    if (!accept(r, "{"))
        return take_hex(r, 2);
    uint32_t c = 0, digits = 0;
    for (; hex_value(peek(r, 0)) >= 0 && c <= 0x10FFFF; digits++)
        c = c << 4 | take_hex(r, 1);
    if (digits == 0 || c > 0x10FFFF || !accept(r, "}"))
        refuse(r, "\\x{…} that is no character");
    return c;
}

// Behind \u: four digits; two halves of one character are one.
static uint32_t take_u(struct reader *r)
{
    uint32_t c = take_hex(r, 4);
    if (c >= 0xD800 && c < 0xDC00 && accept(r, "\\u")) {
        uint32_t low = take_hex(r, 4);
        if (low >= 0xDC00 && low < 0xE000)
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    if (c >= 0xD800 && c < 0xE000)
        refuse(r, "half a character (a surrogate)");
    return c;
}

// Behind \0: one to three octal digits, up to \0377.
static uint32_t take_octal(struct reader *r)
{
    uint32_t c = 0, digits = 0;
    for (; digits < 3 && peek(r, 0) >= '0' && peek(r, 0) <= '7' && c * 8 < 256; digits++)
        c = c * 8 + (uint32_t)(r->pattern.data[r->at++] - '0');
    if (digits == 0)
        refuse(r, "\\0 without octal digits");
    return c;
}

// A character by its escape, the backslash taken; false: `letter` is another kind of escape.
static bool take_escaped(struct reader *r, int letter, uint32_t *c)
{
    static const struct {
        char letter, code;
    } controls[] = {{'a', 7}, {'e', 27}, {'f', 12}, {'n', 10}, {'r', 13}, {'t', 9}};
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++)
        if (letter == controls[i].letter) {
            r->at++;
            *c = (uint32_t)controls[i].code;
            return true;
        }
    if (letter < 0)
        refuse(r, "a \\ at the end");
    if (letter != '0' && letter != 'x' && letter != 'u' && letter != 'c') {
        if (letter < 0 || is_letter(letter) || is_digit(letter))
            return false;
        *c = take_character(r);
        return true;
    }
    r->at++;
    if (letter == 'c' && peek(r, 0) < 0)
        refuse(r, "\\c at the end");
    *c = letter == '0' ? take_octal(r) : letter == 'x' ? take_x(r) : letter == 'u' ? take_u(r) : take_character(r) ^ 64;
    return true;
}

// ---------------------------------------------------------------- classes

static bool is_one_of(const char *const *names, struct slice name)
{
    for (; *names; names++)
        if (slice_equal(slice_of(*names), name))
            return true;
    return false;
}

static const char *const posix[] = {"Lower", "Upper", "ASCII", "Alpha", "Digit",  "Alnum", "Punct",
                                    "Graph", "Print", "Blank", "Cntrl", "XDigit", "Space", NULL};
static const char *const categories[] = {"C",  "L",  "M",  "N",  "P",  "S",  "Z",  "Cc", "Cf", "Co", "Cn", "Ll", "Lm",
                                         "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe", "Pf",
                                         "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs", NULL};
static const char *const cased[] = {"Lower", "Upper", "Lu", "Ll", "Lt", NULL};

// \p or \P, taken up to its letter: general categories, and POSIX classes, which are ASCII's.
static void property(struct reader *r, bool not, bool in_class)
{
    struct slice name = {r->pattern.data + r->at, peek(r, 0) >= 0};
    if (accept(r, "{")) {
        const char *begin = r->pattern.data + r->at;
        while (peek(r, 0) >= 0 && peek(r, 0) != '}')
            r->at++;
        name = (struct slice){begin, (uint32_t)(r->pattern.data + r->at - begin)};
        accept(r, "}");
    } else if (peek(r, 0) >= 0) {
        r->at++;
    }
    char text[40];
    if (is_one_of(posix, name)) {
        char low[8] = "";
        for (uint32_t i = 0; i < name.size; i++)
            low[i] = (char)(name.data[i] | 0x20);
        snprintf(text, sizeof text, in_class ? "[:%s%s:]" : "[[:%s%s:]]", not ? "^" : "", low);
    } else if (is_one_of(categories, name)) {
        snprintf(text, sizeof text, "\\%c{%.*s}", not ? 'P' : 'p', (int)name.size, name.data);
    } else {
        refuse(r, "a \\p{…} other than the general categories (Lu, N …) and POSIX classes (Alpha, Punct …)");
        return;
    }
    if ((r->flags & FLAG_CASE) && is_one_of(cased, name))
        refuse(r, "upper or lower case letters as a \\p{…} under (?i)");
    put_text(r, text);
    r->atom = true;
}

// \d and its like mean the same to both. Takes it if it is one.
static bool predefined(struct reader *r, int letter, bool in_class)
{
    if (letter < 0 || !strchr("dDhHsSvVwWpP", letter))
        return false;
    r->at++;
    if (letter == 'p' || letter == 'P') {
        property(r, letter == 'P', in_class);
        return true;
    }
    // As a class of one: PCRE2 takes \v and \h for parts of \s (auto-possessification), which has only ASCII's here
    char text[8];
    bool alone = !in_class && strchr("hHvV", letter);
    snprintf(text, sizeof text, alone ? "[\\%c]" : "\\%c", (char)letter);
    put_text(r, text);
    r->atom = true;
    return true;
}

// \Q…\E in a class or outside: each character for itself.
static void quoted(struct reader *r, bool in_class)
{
    while (peek(r, 0) >= 0 && !accept(r, "\\E") && !r->wrong) {
        uint32_t c = take_character(r);
        if (in_class)
            put_class_range(r, c, c);
        else
            put_character(r, c);
    }
}

// A character of a class, by itself or by its escape; false: it was more than one, and is written.
static bool class_character(struct reader *r, uint32_t *c)
{
    if (accept(r, "\\Q")) {
        quoted(r, true);
        return false;
    }
    if (accept(r, "\\")) {
        int letter = peek(r, 0);
        if (predefined(r, letter, true))
            return false;
        if (!take_escaped(r, letter, c))
            refuse(r, "this escape in a class");
        return true;
    }
    if (peek(r, 0) == '[')
        refuse(r, "a class inside a class");
    if (peek(r, 0) == '&' && peek(r, 1) == '&')
        refuse(r, "&& inside a class");
    if ((r->flags & FLAG_COMMENTS) && peek(r, 0) >= 0 && strchr(" \t\n\v\f\r#", peek(r, 0)))
        refuse(r, "blanks or # in a class under (?x)");
    *c = take_character(r);
    return true;
}

static void class_item(struct reader *r)
{
    uint32_t from, to;
    if (!class_character(r, &from))
        return;
    to = from;
    if (peek(r, 0) == '-' && peek(r, 1) != ']' && peek(r, 1) >= 0) {
        r->at++;
        if (!class_character(r, &to) || to < from)
            refuse(r, "a range in a class that ends before it begins");
    }
    put_class_range(r, from, to);
}

// Behind "[". The first ] is a character.
static void class(struct reader *r)
{
    put_text(r, accept(r, "^") ? "[^" : "[");
    bool first = true;
    for (; !r->wrong && (first || peek(r, 0) != ']'); first = false) {
        if (peek(r, 0) < 0)
            refuse(r, "a [ without its ]");
        else
            class_item(r);
    }
    r->at++;
    put_text(r, "]");
    r->atom = true;
}

// ---------------------------------------------------------------- escapes outside a class

// \1 to \9, and further digits as long as there are so many groups.
static void back_reference(struct reader *r)
{
    uint32_t group = (uint32_t)(r->pattern.data[r->at++] - '0');
    while (is_digit(peek(r, 0)) && group * 10 + (uint32_t)(peek(r, 0) - '0') <= r->groups)
        group = group * 10 + (uint32_t)(r->pattern.data[r->at++] - '0');
    if (group > r->groups)
        refuse(r, "a reference to a group that is not there yet");
    if (r->flags & FLAG_CASE)
        refuse(r, "a reference to a group under (?i)");
    char text[16];
    snprintf(text, sizeof text, "\\g{%u}", group);
    put_text(r, text);
    r->atom = true;
}

// A group's name and ">", as they are.
static void group_name(struct reader *r)
{
    uint32_t begin = r->at;
    while (is_letter(peek(r, 0)) || (r->at > begin && is_digit(peek(r, 0))))
        r->at++;
    if (r->at == begin || !accept(r, ">"))
        refuse(r, "a group's name that is not of letters and digits in < >");
    put(r, r->pattern.data + begin, r->at - begin);
}

static void named_reference(struct reader *r)
{
    if (!accept(r, "<"))
        refuse(r, "\\k without <name>");
    if (r->flags & FLAG_CASE)
        refuse(r, "a reference to a group under (?i)");
    put_text(r, "\\k<");
    group_name(r);
    r->atom = true;
}

// Places and line ends.
static bool place(struct reader *r, int letter)
{
    static const struct {
        char letter;
        const char *text;
    } places[] = {
        {'A', "\\A"},    {'z', "\\z"},        {'Z', LAST_LINE},
        {'b', BOUNDARY}, {'B', NOT_BOUNDARY}, {'R', "(?:\\r\\n|[\\n-\\r\\x{85}\\x{2028}\\x{2029}])"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (letter == places[i].letter) {
            r->at++;
            if (letter == 'b' && peek(r, 0) == '{')
                refuse(r, "\\b{g}");
            put_text(r, places[i].text);
            r->atom = false; // Java repeats \\R in a way of its own (Pattern.LineEnding)
            return true;
        }
    return false;
}

static void escape(struct reader *r)
{
    int letter = peek(r, 0);
    uint32_t c;
    if (letter == 'Q') {
        r->at++;
        quoted(r, false);
    } else if (letter >= '1' && letter <= '9') {
        back_reference(r);
    } else if (letter == 'k') {
        r->at++;
        named_reference(r);
    } else if (!predefined(r, letter, false) && !place(r, letter)) {
        if (take_escaped(r, letter, &c))
            put_character(r, c);
        else
            refuse(r, "this escape");
    }
}

// ---------------------------------------------------------------- groups and repetition

static void open_group(struct reader *r, const char *text)
{
    if (r->depth == GROUPS_DEEP) {
        refuse(r, "groups as deep as this");
        return;
    }
    r->outer[r->depth++] = r->flags;
    put_text(r, text);
    r->atom = false;
}

// Behind "(?": letters of flags, then ")" (for the rest of the group around) or ":".
static void inline_flags(struct reader *r)
{
    uint8_t flags = r->flags;
    for (bool off = false; peek(r, 0) != ')' && peek(r, 0) != ':'; r->at++) {
        int c = peek(r, 0);
        uint8_t flag = c == 'i' ? FLAG_CASE : c == 's' ? FLAG_DOT_ALL : c == 'm' ? FLAG_MULTILINE : 0;
        flag = c == 'x' ? FLAG_COMMENTS : flag;
        if (c == '-' && !off) {
            off = true;
        } else if (flag == 0) {
            refuse(r, "(?…) other than the flags i, m, s, x and (?: (?= (?! (?<= (?<! (?> (?<name>");
            return;
        }
        flags = off ? flags & (uint8_t)~flag : flags | flag;
    }
    if (accept(r, ")")) {
        r->flags = flags;
        r->atom = false;
        return;
    }
    r->at++;
    open_group(r, "(?:");
    r->flags = flags;
}

static void group(struct reader *r)
{
    static const char *const plain[] = {"?:", "?=", "?!", "?>", "?<=", "?<!"};
    char text[8];
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (accept(r, plain[i])) {
            snprintf(text, sizeof text, "(%s", plain[i]);
            open_group(r, text);
            return;
        }
    if (accept(r, "?<")) {
        r->groups++;
        open_group(r, "(?<");
        group_name(r);
    } else if (accept(r, "?")) {
        inline_flags(r);
    } else {
        r->groups++;
        open_group(r, "(");
    }
}

static void close_group(struct reader *r)
{
    if (r->depth == 0) {
        refuse(r, "a ) without its (");
        return;
    }
    r->flags = r->outer[--r->depth];
    put_text(r, ")");
    r->atom = true;
}

// {n}, {n,} or {n,m}, at its brace.
static bool braces(struct reader *r)
{
    uint32_t begin = r->at++;
    bool digits = is_digit(peek(r, 0));
    while (is_digit(peek(r, 0)))
        r->at++;
    if (accept(r, ","))
        while (is_digit(peek(r, 0)))
            r->at++;
    if (!digits || !accept(r, "}"))
        return false;
    put(r, r->pattern.data + begin, r->at - begin);
    return true;
}

static void repetition(struct reader *r)
{
    if (!r->atom)
        refuse(r, "a repetition of nothing, of a place or of \\R");
    if (peek(r, 0) != '{')
        put(r, r->pattern.data + r->at++, 1);
    else if (!braces(r))
        refuse(r, "a { that begins no repetition");
    if (peek(r, 0) == '?' || peek(r, 0) == '+')
        put(r, r->pattern.data + r->at++, 1);
    r->atom = false;
}

// ---------------------------------------------------------------- the pattern

// Blanks, and comments to the end of the line, under (?x).
static bool comment(struct reader *r)
{
    int c = peek(r, 0);
    if (!(r->flags & FLAG_COMMENTS) || c <= 0 || !strchr(" \t\n\v\f\r#", c))
        return false;
    if (c == '#')
        while (peek(r, 1) >= 0 && peek(r, 1) != '\n' && peek(r, 1) != '\r')
            r->at++;
    r->at++;
    return true;
}

static void anchor(struct reader *r, bool begin)
{
    bool lines = r->flags & FLAG_MULTILINE;
    put_text(r, begin ? (lines ? LINE_BEGIN : "^") : (lines ? LINE_END : LAST_LINE));
    r->atom = false;
}

static void element(struct reader *r)
{
    int c = peek(r, 0);
    if (c == '*' || c == '+' || c == '?' || c == '{') {
        repetition(r);
        return;
    }
    if (c < 0 || c == '\0' || !strchr("\\[()|.^$", c)) {
        put_character(r, take_character(r));
        return;
    }
    r->at++;
    if (c == '\\') {
        escape(r);
    } else if (c == '[') {
        class(r);
    } else if (c == '(') {
        group(r);
    } else if (c == ')') {
        close_group(r);
    } else if (c == '|') {
        put_text(r, "|");
        r->atom = false;
    } else if (c == '.') {
        put_text(r, r->flags & FLAG_DOT_ALL ? "(?s:.)" : "[^" LINE_ENDS "]");
        r->atom = true;
    } else {
        anchor(r, c == '^');
    }
}

enum status regex_from_java(struct slice pattern, struct arena *arena, struct slice *out, struct error *e)
{
    struct reader r = {.pattern = pattern, .out = arena_alloc(arena, OUT_MAX)};
    uint32_t before = 0;
    while (r.at < pattern.size && !r.wrong) {
        before = r.at;
        if (!comment(&r))
            element(&r);
    }
    if (r.depth > 0) {
        before = pattern.size;
        refuse(&r, "a ( without its )");
    }
    *out = (struct slice){r.out, r.used};
    if (!r.wrong)
        return STATUS_OK;
    return error_set(
        e, STATUS_CONFIG,
        "[INVALID_PARAMETER_VALUE.PATTERN] '%.*s': %s, at byte %u, is not of Java's regular expressions, or "
        "not supported here",
        (int)(pattern.size < SHOWN_MAX ? pattern.size : SHOWN_MAX), pattern.data, r.wrong, before + 1);
}
