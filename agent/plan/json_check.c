// RFC 8259, as a yes or a place and what was wanted there: cJSON only says that it failed.
#include "agent/plan/json_file.h"

enum { JSON_DEPTH_MAX = 200 };

struct checker {
    const char *text;
    uint32_t size, at;
    const char *expected; // NULL: all is well
};

static char peek(const struct checker *c)
{
    return c->at < c->size ? c->text[c->at] : '\0';
}

static void skip_blanks(struct checker *c)
{
    while (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\n' || peek(c) == '\r')
        c->at++;
}

static bool want(struct checker *c, const char *expected)
{
    if (c->expected == NULL)
        c->expected = expected;
    return false;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool check_escape(struct checker *c)
{
    c->at++;
    if (peek(c) == '\0' || strchr("\"\\/bfnrtu", peek(c)) == NULL)
        return want(c, "an escape: \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits");
    if (peek(c) == 'u') {
        for (uint32_t i = 1; i <= 4; i++)
            if (c->at + i >= c->size || !is_hex(c->text[c->at + i]))
                return want(c, "four hexadecimal digits behind \\u");
        if (memcmp(c->text + c->at + 1, "0000", 4) == 0)
            return want(c, "a character other than \\u0000");
        c->at += 4;
    }
    c->at++;
    return true;
}

static bool check_string(struct checker *c, const char *what)
{
    if (peek(c) != '"')
        return want(c, what);
    uint32_t begin = c->at++;
    while (c->at < c->size && c->text[c->at] != '"') {
        if ((unsigned char)c->text[c->at] < ' ') {
            c->at = c->text[c->at] == '\n' || c->text[c->at] == '\r' ? begin : c->at;
            return want(c, c->at == begin ? "a closing \" on the line where this string begins"
                                          : "no control character inside a string (write \\t, \\n, \\u00..)");
        }
        if (c->text[c->at] != '\\')
            c->at++;
        else if (!check_escape(c))
            return false;
    }
    if (c->at == c->size) {
        c->at = begin;
        return want(c, "a closing \" of the string that begins here");
    }
    c->at++;
    return true;
}

static uint32_t skip_digits(struct checker *c)
{
    uint32_t from = c->at;
    while (peek(c) >= '0' && peek(c) <= '9')
        c->at++;
    return c->at - from;
}

static bool check_number(struct checker *c)
{
    c->at += peek(c) == '-';
    bool zero = peek(c) == '0';
    uint32_t digits = skip_digits(c);
    if (digits == 0 || (zero && digits > 1))
        return want(c, "a number without zeros in front");
    if (peek(c) == '.') {
        c->at++;
        if (skip_digits(c) == 0)
            return want(c, "a digit behind the point");
    }
    if (peek(c) == 'e' || peek(c) == 'E') {
        c->at++;
        c->at += peek(c) == '+' || peek(c) == '-';
        if (skip_digits(c) == 0)
            return want(c, "a digit in the exponent");
    }
    return true;
}

static bool check_word(struct checker *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (c->size - c->at >= n && memcmp(c->text + c->at, words[i], n) == 0) {
            c->at += (uint32_t)n;
            return true;
        }
    }
    return want(c, "a value: a string in \"quotes\", a number, true, false, null, [ or {");
}

static bool check_value(struct checker *c, uint32_t depth);

static bool check_member(struct checker *c, uint32_t depth, bool first)
{
    if (!check_string(c, first ? "a name in \"quotes\", or }"
                               : "a name in \"quotes\" behind the comma (if there is no more, take the comma out)"))
        return false;
    skip_blanks(c);
    if (peek(c) != ':')
        return want(c, "':' behind the name");
    c->at++;
    return check_value(c, depth);
}

static bool check_members(struct checker *c, uint32_t depth, char close)
{
    c->at++;
    skip_blanks(c);
    if (peek(c) == close) {
        c->at++;
        return true;
    }
    for (bool first = true;; first = false) {
        if (close == '}' ? !check_member(c, depth, first) : !check_value(c, depth))
            return false;
        skip_blanks(c);
        if (peek(c) == close) {
            c->at++;
            return true;
        }
        if (peek(c) != ',')
            return want(c, close == '}' ? "',' or '}'" : "',' or ']'");
        c->at++;
        skip_blanks(c);
    }
}

static bool check_value(struct checker *c, uint32_t depth)
{
    skip_blanks(c);
    if (depth > JSON_DEPTH_MAX)
        return want(c, "less nesting: 200 levels are read");
    switch (peek(c)) {
    case '{':
        return check_members(c, depth + 1, '}');
    case '[':
        return check_members(c, depth + 1, ']');
    case '"':
        return check_string(c, "a string");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return check_number(c);
    default:
        return check_word(c);
    }
}

bool json_check(struct slice text, uint32_t *at, const char **expected)
{
    struct checker c = {.text = text.data, .size = text.size};
    if (check_value(&c, 0)) {
        skip_blanks(&c);
        if (c.at < c.size)
            want(&c, "nothing more: the value ends before this");
    }
    *at = c.at;
    *expected = c.expected;
    return c.expected == NULL;
}
