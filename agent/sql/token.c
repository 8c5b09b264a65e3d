#include "agent/sql/token.h"

enum { TEXT_MAX = 1 << 20 };

struct scanner {
    const struct sql_source *source;
    const char *text;
    uint32_t size, at;
    uint32_t types; // ARRAY, MAP and STRUCT without their >
    struct error *error;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Letters beyond ASCII are scanned as part of a word, so that the message can show the whole word.
static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static char peek(const struct scanner *s, uint32_t ahead)
{
    return s->size - s->at > ahead ? s->text[s->at + ahead] : '\0';
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

// The blanks of the grammar's WS beyond ASCII: U+00A0, U+1680, U+2000..200A, U+2028, U+202F, U+205F, U+3000.
static uint32_t wide_blank(const struct scanner *s)
{
    unsigned char a = (unsigned char)peek(s, 0), b = (unsigned char)peek(s, 1), c = (unsigned char)peek(s, 2);
    if (a == 0xC2 && b == 0xA0)
        return 2;
    if (a == 0xE1 && b == 0x9A && c == 0x80)
        return 3;
    if (a == 0xE2 && b == 0x80 && ((c >= 0x80 && c <= 0x8A) || c == 0xA8 || c == 0xAF))
        return 3;
    if ((a == 0xE2 && b == 0x81 && c == 0x9F) || (a == 0xE3 && b == 0x80 && c == 0x80))
        return 3;
    return 0;
}

static enum status skip_comment(struct scanner *s)
{
    uint32_t begin = s->at;
    uint32_t depth = 0;
    while (s->at < s->size) {
        if (peek(s, 0) == '/' && peek(s, 1) == '*') {
            depth++;
            s->at += 2;
        } else if (peek(s, 0) == '*' && peek(s, 1) == '/') {
            s->at += 2;
            if (--depth == 0)
                return STATUS_OK;
        } else {
            s->at++;
        }
    }
    return sql_error(s->source, begin, 2, s->error,
                     "[UNCLOSED_BRACKETED_COMMENT] this comment has no end; close it with */");
}

static enum status skip_blanks(struct scanner *s)
{
    while (s->at < s->size) {
        char c = peek(s, 0);
        uint32_t wide;
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            s->at++;
        } else if (c == '-' && peek(s, 1) == '-') {
            // "\" at the end of the line carries the comment on to the next
            while (s->at < s->size && peek(s, 0) != '\n' && peek(s, 0) != '\r')
                s->at += peek(s, 0) == '\\' && peek(s, 1) == '\n' ? 2 : 1;
        } else if (c == '/' && peek(s, 1) == '*') {
            enum status status = skip_comment(s);
            if (status != STATUS_OK)
                return status;
        } else if ((wide = wide_blank(s)) != 0) {
            s->at += wide;
        } else {
            break;
        }
    }
    return STATUS_OK;
}

// A string or a quoted name: to the closing quote; a doubled quote is one quote, a backslash (not in raw strings and
// names) takes the next character with it.
static enum status scan_quoted(struct scanner *s, bool raw, const char *what)
{
    uint32_t begin = s->at;
    char quote = peek(s, 0);
    s->at++;
    while (s->at < s->size) {
        char c = peek(s, 0);
        if (c == '\\' && !raw) {
            s->at += s->size - s->at > 1 ? 2 : 1;
        } else if (c == quote && peek(s, 1) == quote && s->size - s->at > 1) {
            s->at += 2;
        } else if (c == quote) {
            s->at++;
            return STATUS_OK;
        } else {
            s->at++;
        }
    }
    return sql_error(s->source, begin, 1, s->error, "[PARSE_SYNTAX_ERROR] the %s that begins here has no closing %c",
                     what, quote);
}

static uint32_t count_digits(const struct scanner *s, uint32_t ahead)
{
    uint32_t n = 0;
    while (is_digit(peek(s, ahead + n)))
        n++;
    return n;
}

// "E", sign, digits: their length, or 0.
static uint32_t count_exponent(const struct scanner *s, uint32_t ahead)
{
    if (upper(peek(s, ahead)) != 'E')
        return 0;
    uint32_t sign = peek(s, ahead + 1) == '+' || peek(s, ahead + 1) == '-' ? 1 : 0;
    uint32_t digits = count_digits(s, ahead + 1 + sign);
    return digits == 0 ? 0 : 1 + sign + digits;
}

// What a number's suffix makes of it; *length grows by the suffix. A number with a point must not run into a letter
// (isValidDecimal); without one it is then a word: `1a` is a name.
static enum token_kind number_kind(const struct scanner *s, bool point, bool exponent, uint32_t *length)
{
    static const struct {
        char first, second;
        enum token_kind kind;
        bool integer_only;
    } suffixes[] = {
        {'B', 'D', TOKEN_BIGDECIMAL, false}, {'D', 0, TOKEN_DOUBLE, false},  {'F', 0, TOKEN_FLOAT, false},
        {'L', 0, TOKEN_BIGINT, true},        {'S', 0, TOKEN_SMALLINT, true}, {'Y', 0, TOKEN_TINYINT, true},
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        uint32_t n = suffixes[i].second == 0 ? 1 : 2;
        if (upper(peek(s, *length)) != suffixes[i].first || (n == 2 && upper(peek(s, *length + 1)) != 'D'))
            continue;
        if (is_word(peek(s, *length + n)) || (suffixes[i].integer_only && (point || exponent)))
            continue;
        *length += n;
        return suffixes[i].kind;
    }
    if (is_word(peek(s, *length)))
        return TOKEN_WORD;
    return exponent ? TOKEN_EXPONENT : point ? TOKEN_DECIMAL : TOKEN_INTEGER;
}

// Also words that begin with a digit.
static enum token_kind scan_number(struct scanner *s)
{
    uint32_t whole = count_digits(s, 0);
    uint32_t length = whole;
    if (peek(s, length) == '.') {
        length += 1 + count_digits(s, length + 1);
        uint32_t exponent = count_exponent(s, length);
        length += exponent;
        enum token_kind kind = number_kind(s, true, exponent > 0, &length);
        if (kind != TOKEN_WORD) {
            s->at += length;
            return kind;
        }
        length = whole; // "1.a": a 1, and then ".a"
        if (whole == 0) {
            s->at++;
            return TOKEN_SYMBOL;
        }
    }
    uint32_t exponent = count_exponent(s, length);
    length += exponent;
    enum token_kind kind = number_kind(s, false, exponent > 0, &length);
    if (kind == TOKEN_WORD) {
        length = whole;
        while (is_word(peek(s, length)))
            length++;
    }
    s->at += length;
    return kind;
}

static uint32_t symbol_length(const struct scanner *s)
{
    static const char *const symbols[] = {"<=>", ">>>", "==", "<>", "!=", "<=", ">=", "!<", "!>", "<<",
                                          ">>",  "||",  "|>", "::", "->", "=>", "=",  "<",  ">",  "+",
                                          "-",   "*",   "/",  "%",  "~",  "&",  "|",  "^",  "!",  "(",
                                          ")",   "[",   "]",  ",",  ".",  ":",  ";",  "?"};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        uint32_t n = (uint32_t)strlen(symbols[i]);
        if (s->size - s->at >= n && memcmp(s->text + s->at, symbols[i], n) == 0)
            return symbols[i][0] == '>' && symbols[i][n - 1] == '>' && s->types > 0 ? 1 : n;
    }
    return 0;
}

// Spark counts the types that are open, by their words alone: behind array(…) its >> is two >, as in ARRAY<ARRAY<INT>>.
static void count_types(struct scanner *s, const struct token *t)
{
    static const char *const words[] = {"ARRAY", "MAP", "STRUCT"};
    struct slice text = {s->text + t->offset, t->length};
    for (size_t i = 0; t->kind == TOKEN_WORD && i < sizeof words / sizeof words[0]; i++)
        s->types += slice_equal_fold(text, slice_of(words[i]));
    if (t->kind == TOKEN_SYMBOL && slice_equal(text, SLICE(">")) && s->types > 0)
        s->types--;
}

static enum status scan(struct scanner *s, struct token *t)
{
    enum status status = STATUS_OK;
    char c = peek(s, 0);
    t->offset = s->at;
    if (s->at == s->size) {
        t->kind = TOKEN_END;
    } else if (c == '\'' || c == '"') {
        t->kind = TOKEN_STRING;
        status = scan_quoted(s, false, "string");
    } else if (c == '`') {
        t->kind = TOKEN_QUOTED;
        status = scan_quoted(s, true, "quoted name");
    } else if (upper(c) == 'R' && (peek(s, 1) == '\'' || peek(s, 1) == '"')) {
        t->kind = TOKEN_STRING;
        s->at++;
        // no escapes at all in here, not even a doubled quote: r'a''b' is two strings, side by side
        const char *end = memchr(s->text + s->at + 1, peek(s, 0), s->size - s->at - 1);
        if (end == NULL)
            status = scan_quoted(s, true, "string");
        else
            s->at = (uint32_t)(end - s->text) + 1;
    } else if (is_digit(c) || (c == '.' && is_digit(peek(s, 1)))) {
        t->kind = scan_number(s);
    } else if (is_word(c)) {
        t->kind = TOKEN_WORD;
        while (is_word(peek(s, 0)) && wide_blank(s) == 0)
            s->at++;
    } else {
        uint32_t n = symbol_length(s);
        t->kind = TOKEN_SYMBOL;
        if (n == 0)
            return sql_error(s->source, s->at, 1, s->error, "[PARSE_SYNTAX_ERROR] %s begins nothing that SQL knows",
                             c > ' ' && c < 0x7F ? (char[]){'\'', c, '\'', 0} : "this byte");
        s->at += n;
    }
    t->length = s->at - t->offset;
    return status;
}

enum status token_split(const struct sql_source *source, struct arena *arena, struct token **out, uint32_t *count,
                        struct error *e)
{
    struct scanner s = {.source = source, .text = source->text.data, .size = source->text.size, .error = e};
    if (s.size > TEXT_MAX)
        return error_set(e, STATUS_CONFIG, "[PARSE_SYNTAX_ERROR] the text has %u bytes; at most %d are read", s.size,
                         TEXT_MAX);
    uint32_t capacity = 0;
    *out = NULL;
    *count = 0;
    for (;;) {
        if (*count == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            struct token *grown = ARENA_ARRAY(arena, struct token, capacity);
            if (*count > 0)
                memcpy(grown, *out, *count * sizeof **out);
            *out = grown;
        }
        struct token *t = &(*out)[*count];
        enum status status = skip_blanks(&s);
        if (status == STATUS_OK)
            status = scan(&s, t);
        if (status != STATUS_OK)
            return status;
        count_types(&s, t);
        ++*count;
        if (t->kind == TOKEN_END)
            return STATUS_OK;
    }
}

static int hex_digit(char c)
{
    c = upper(c);
    return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// `count` hexadecimal digits at p, or -1.
static int64_t hex(const char *p, const char *end, int count)
{
    int64_t v = 0;
    if (end - p < count)
        return -1;
    for (int i = 0; i < count; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

static char *put_unicode(char *to, int64_t v)
{
    // a surrogate by itself is no character; Java writes it as "?"
    if (v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
        v = '?';
    if (v < 0x80) {
        *to++ = (char)v;
        return to;
    }
    int more = v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
    static const int lead[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(lead[more] | (int)(v >> (6 * more)));
    while (more-- > 0)
        *to++ = (char)(0x80 | (int)((v >> (6 * more)) & 0x3F));
    return to;
}

// One escape, p behind its backslash: SparkParserUtils.unescapeSQLString. Moves *to; returns what follows.
static const char *unescape(const char *p, const char *end, char **to)
{
    static const char from[] = "0bnrtZ";
    static const char what[] = "\0\b\n\r\t\x1A";
    int64_t v = *p == 'u' ? hex(p + 1, end, 4) : *p == 'U' ? hex(p + 1, end, 8) : -1;
    if (v >= 0) {
        p += *p == 'u' ? 5 : 9;
        if (v >= 0xD800 && v <= 0xDBFF && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
            int64_t low = hex(p + 2, end, 4);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
                p += 6;
            }
        }
        *to = put_unicode(*to, v);
        return p;
    }
    if (end - p >= 3 && (*p == '0' || *p == '1') && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7') {
        *to = put_unicode(*to, (p[0] - '0') * 64 + (p[1] - '0') * 8 + (p[2] - '0'));
        return p + 3;
    }
    const char *known = strchr(from, *p);
    if (known != NULL && *p != '\0') {
        *(*to)++ = what[known - from];
    } else {
        if (*p == '%' || *p == '_')
            *(*to)++ = '\\'; // for LIKE to see
        *(*to)++ = *p;
    }
    return p + 1;
}

struct slice token_string(struct slice text, const struct token *t, struct arena *arena)
{
    const char *p = text.data + t->offset;
    const char *end = p + t->length - 1;
    bool raw = upper(*p) == 'R';
    p += raw ? 1 : 0;
    char quote = *p++;
    bool escapes = quote != '`';
    if (raw || (memchr(p, '\\', (size_t)(end - p)) == NULL && memchr(p, quote, (size_t)(end - p)) == NULL))
        return (struct slice){p, (uint32_t)(end - p)};
    char *out = arena_alloc(arena, t->length);
    char *to = out;
    while (p < end) {
        if (*p == '\\' && escapes && end - p > 1) {
            p = unescape(p + 1, end, &to);
        } else {
            p += *p == quote && end - p > 1 ? 1 : 0;
            *to++ = *p++;
        }
    }
    return (struct slice){out, (uint32_t)(to - out)};
}
