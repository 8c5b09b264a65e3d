#include "ops/json_reader.h"

#include <assert.h>

void json_open(struct json_reader *r, struct slice record, struct json_level *level, struct arena *arena)
{
    *r = (struct json_reader){.level = level, .arena = arena};
    r->bytes = (struct json_bytes){record.data, record.data + record.size, 0};
    // ByteSourceJsonBootstrapper looks for a mark in four bytes or more.
    if (record.size >= 4 && memcmp(record.data, "\xEF\xBB\xBF", 3) == 0)
        r->bytes.at += 3;
    level[0] = (struct json_level){.kind = JSON_NONE};
}

static bool at_end(const struct json_reader *r)
{
    return r->bytes.at >= r->bytes.end;
}

enum { AT_END = -1, REFUSED = -2 };

// The next byte that is no white space.
static int skip_white(struct json_reader *r)
{
    while (!at_end(r)) {
        uint8_t c = (uint8_t)*r->bytes.at++;
        if (c == '/') {
            if (!(r->bytes.allow & JSON_ALLOW_COMMENTS) || !json_skip_comment(&r->bytes))
                return REFUSED;
            continue;
        }
        if (c > ' ')
            return c;
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return REFUSED;
    }
    return AT_END;
}

static int skip_colon(struct json_reader *r)
{
    return skip_white(r) == ':' ? skip_white(r) : REFUSED;
}

static bool push_level(struct json_reader *r, enum json_token kind)
{
    if (r->depth > JSON_DEPTH_MAX)
        return false;
    r->level[++r->depth] = (struct json_level){.kind = kind};
    return r->depth <= JSON_DEPTH_MAX;
}

static bool pop_level(struct json_reader *r, enum json_token kind)
{
    r->value = r->bytes.at - 1;
    if (r->level[r->depth].kind != kind)
        return false;
    r->depth--;
    r->token = kind == JSON_START_OBJECT ? JSON_END_OBJECT : JSON_END_ARRAY;
    return true;
}

static bool is_digit(const struct json_reader *r)
{
    return !at_end(r) && *r->bytes.at >= '0' && *r->bytes.at <= '9';
}

static uint32_t digits(struct json_reader *r)
{
    const char *from = r->bytes.at;
    while (is_digit(r))
        r->bytes.at++;
    return (uint32_t)(r->bytes.at - from);
}

// Digits that must be there; what stands in their place is eaten, as Jackson does.
static bool digits_needed(struct json_reader *r, uint32_t *count)
{
    *count = digits(r);
    if (*count == 0 && !at_end(r))
        r->bytes.at++;
    return *count != 0;
}

// A number from its first digit on; its sign was read.
static bool number(struct json_reader *r, enum json_token *token)
{
    struct json_bytes *b = &r->bytes;
    uint32_t whole, fraction = 0, exponent = 0;
    if (*b->at == '0') {
        b->at++;
        whole = 1;
        if (is_digit(r) && !(r->bytes.allow & JSON_ALLOW_LEADING_ZEROS))
            return false;
        while (!at_end(r) && *b->at == '0')
            b->at++;
        whole = is_digit(r) ? digits(r) : whole;
    } else {
        whole = digits(r);
    }
    *token = JSON_INTEGER;
    if (!at_end(r) && *b->at == '.') {
        b->at++;
        *token = JSON_FLOAT;
        if (!digits_needed(r, &fraction))
            return false;
    }
    if (!at_end(r) && (*b->at | 0x20) == 'e') {
        b->at++;
        *token = JSON_FLOAT;
        if (!at_end(r) && (*b->at == '-' || *b->at == '+'))
            b->at++;
        if (!digits_needed(r, &exponent))
            return false;
    }
    r->text = (struct slice){r->value, (uint32_t)(b->at - r->value)};
    // behind a number that is no member or element there is a blank, or nothing
    bool apart = r->depth > 0 || at_end(r) || memchr(" \t\r\n", *b->at, 4) != NULL;
    return apart && whole + fraction + exponent <= JSON_NUMBER_MAX;
}

// Character.isJavaIdentifierPart, for ASCII; of the others all count as letters.
static bool is_identifier(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$' || c < 9 ||
           (c >= 14 && c < 28) || c >= 0x7F;
}

// Jackson eats the word it does not know, and the character behind it.
static bool unknown_word(struct json_reader *r)
{
    while (!at_end(r) && is_identifier((uint8_t)*r->bytes.at++))
        ;
    return false;
}

// The rest of `word`, of which `known` bytes were read.
static bool word(struct json_reader *r, const char *text, size_t known)
{
    for (const char *p = text + known; *p; p++) {
        if (at_end(r) || *r->bytes.at != *p)
            return unknown_word(r);
        r->bytes.at++;
    }
    if (at_end(r))
        return true;
    uint8_t c = (uint8_t)*r->bytes.at;
    return c < '0' || c == ']' || c == '}' || !is_identifier(c) || unknown_word(r);
}

// NaN, Infinity, INF with a sign; the text is the word as Jackson keeps it.
static bool not_a_number(struct json_reader *r, const char *text, size_t known, enum json_token *token)
{
    if (!word(r, text, known) || r->bytes.allow & JSON_REFUSE_WORDS)
        return false;
    r->text = slice_of(text);
    *token = JSON_FLOAT;
    return true;
}

// Behind a sign where no digit follows.
static bool signed_word(struct json_reader *r, bool negative, enum json_token *token)
{
    if (at_end(r))
        return false;
    if (*r->bytes.at++ != 'I' || at_end(r))
        return false;
    switch (*r->bytes.at++) {
    case 'N':
        return not_a_number(r, negative ? "-INF" : "+INF", 3, token);
    case 'n':
        return not_a_number(r, negative ? "-Infinity" : "+Infinity", 3, token);
    default:
        return false;
    }
}

// The value whose first byte `c` was read. Strings in double quotes are only begun.
static bool begin_value(struct json_reader *r, int c, enum json_token *token)
{
    r->value = r->bytes.at - 1;
    switch (c) {
    case '"':
        r->incomplete = true;
        *token = JSON_STRING;
        return true;
    case '\'':
        *token = JSON_STRING;
        return !(r->bytes.allow & JSON_REFUSE_SINGLE_QUOTES) && json_string(&r->bytes, '\'', r->arena, &r->text);
    case '{':
        *token = JSON_START_OBJECT;
        return true;
    case '[':
        *token = JSON_START_ARRAY;
        return true;
    case 't':
        *token = JSON_TRUE;
        return word(r, "true", 1);
    case 'f':
        *token = JSON_FALSE;
        return word(r, "false", 1);
    case 'n':
        *token = JSON_NULL;
        return word(r, "null", 1);
    case 'N':
        return not_a_number(r, "NaN", 1, token);
    case 'I':
        return not_a_number(r, "Infinity", 1, token);
    case '+':
        return signed_word(r, false, token);
    case '-':
        return is_digit(r) ? number(r, token) : signed_word(r, true, token);
    default:
        if (c >= '0' && c <= '9') {
            r->bytes.at--;
            return number(r, token);
        }
        return c >= 0 && is_identifier((uint8_t)c) ? unknown_word(r) : false;
    }
}

static bool begin_level(struct json_reader *r, enum json_token token)
{
    return (token != JSON_START_OBJECT && token != JSON_START_ARRAY) || push_level(r, token);
}

// The value that came with the name.
static bool after_name(struct json_reader *r)
{
    enum json_token token = r->next;
    r->next = JSON_NONE;
    if (!begin_level(r, token))
        return false;
    r->token = token;
    return true;
}

static bool next_name(struct json_reader *r, int c)
{
    struct slice name;
    if (c == '"' || (c == '\'' && !(r->bytes.allow & JSON_REFUSE_SINGLE_QUOTES))) {
        if (!json_member_name(&r->bytes, (char)c, r->arena, &name))
            return false;
    } else {
        r->bytes.at--;
        if (c < 0 || !(r->bytes.allow & JSON_ALLOW_UNQUOTED_NAMES) || !json_bare_name(&r->bytes, r->arena, &name))
            return false;
    }
    r->level[r->depth].name = name;
    r->token = JSON_NAME;
    c = skip_colon(r);
    if (c < 0)
        return false;
    enum json_token token;
    if (!begin_value(r, c, &token))
        return false;
    r->next = token;
    return true;
}

bool json_next(struct json_reader *r)
{
    if (r->token == JSON_NAME)
        return after_name(r);
    if (r->incomplete) {
        r->incomplete = false;
        if (!json_skip_string(&r->bytes))
            return false;
    }
    struct json_level *level = &r->level[r->depth];
    int c = skip_white(r);
    if (c < 0) {
        if (c == REFUSED || level->kind != JSON_NONE)
            return false;
        r->token = JSON_NONE;
        return true;
    }
    if (c == ']')
        return pop_level(r, JSON_START_ARRAY);
    if (c == '}')
        return pop_level(r, JSON_START_OBJECT);
    if (level->entries++ > 0 && level->kind != JSON_NONE) {
        if (c != ',')
            return false;
        c = skip_white(r);
        if (c < 0)
            return false;
    }
    if (level->kind == JSON_START_OBJECT)
        return next_name(r, c);
    enum json_token token;
    if (!begin_value(r, c, &token))
        return false;
    if (!begin_level(r, token))
        return false;
    r->token = token;
    return true;
}

bool json_finish(struct json_reader *r)
{
    if (!r->incomplete)
        return true;
    r->incomplete = false;
    return json_string(&r->bytes, '"', r->arena, &r->text);
}

bool json_skip_children(struct json_reader *r)
{
    if (r->token != JSON_START_OBJECT && r->token != JSON_START_ARRAY)
        return true;
    for (uint32_t open = 1; open > 0;) {
        if (!json_next(r))
            return false;
        if (r->token == JSON_NONE)
            return r->level[r->depth].kind == JSON_NONE;
        if (r->token == JSON_START_OBJECT || r->token == JSON_START_ARRAY)
            open++;
        else if (r->token == JSON_END_OBJECT || r->token == JSON_END_ARRAY)
            open--;
    }
    return true;
}

struct slice json_name(const struct json_reader *r)
{
    bool start = r->token == JSON_START_OBJECT || r->token == JSON_START_ARRAY;
    return r->level[start && r->depth > 0 ? r->depth - 1 : r->depth].name;
}
