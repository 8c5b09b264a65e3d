#include "ops/json_quick.h"
#include "ops/json_scan.h"
#include "ops/utf8.h"

// Deeper values take the long way.
enum { QUICK_DEPTH_MAX = 60 };

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// What may follow a value. Everything else takes the long way, even if it should be good.
static bool ends_value(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t';
}

// The closing quote of a string that has more than plain bytes in it; `p` is somewhere inside. NULL: none on this line.
static const char *closing_quote(const char *p, const char *end)
{
    for (;;) {
        p = scan_plain(p, end);
        if (*p == '"')
            return p;
        if ((uint8_t)*p < 0x20)
            return NULL;
        p += *p == '\\' && (uint8_t)p[1] >= 0x20 ? 2 : 1;
    }
}

// From behind the opening quote to behind the closing one.
static const char *quick_string(struct json_quick *q, const char *p, struct slice *text)
{
    const char *close = scan_plain(p, q->end);
    if (*close == '"') {
        *text = (struct slice){p, (uint32_t)(close - p)};
        return close + 1;
    }
    close = closing_quote(close, q->end);
    if (!close)
        return NULL;
    struct json_bytes b = {p, close + 1, q->allow};
    return json_string(&b, '"', q->arena, text) ? b.at : NULL;
}

static const char *skip_string(const struct json_quick *q, const char *p)
{
    const char *close = scan_plain(p, q->end);
    if (*close == '"')
        return close + 1;
    close = closing_quote(close, q->end);
    struct json_bytes b = {p, close ? close + 1 : p, q->allow};
    return close && json_skip_string(&b) ? b.at : NULL;
}

// At least one digit.
static const char *skip_digits(const char *p)
{
    if (!is_digit(*p))
        return NULL;
    while (is_digit(*p))
        p++;
    return p;
}

static const char *quick_number(const char *p, enum json_token *token, struct slice *text)
{
    const char *from = p;
    p += *p == '-';
    if (*p == '0' && is_digit(p[1]))
        return NULL;
    *token = JSON_INTEGER;
    p = skip_digits(p);
    if (p && *p == '.') {
        *token = JSON_FLOAT;
        p = skip_digits(p + 1);
    }
    if (p && (*p == 'e' || *p == 'E')) {
        *token = JSON_FLOAT;
        p += p[1] == '-' || p[1] == '+' ? 2 : 1;
        p = skip_digits(p);
    }
    if (!p || !ends_value(*p) || p - from > JSON_NUMBER_MAX)
        return NULL;
    *text = (struct slice){from, (uint32_t)(p - from)};
    return p;
}

static const char *quick_word(const char *p, const char *word, size_t size)
{
    // A newline before the word's end stops the comparison.
    return strncmp(p, word, size) == 0 && ends_value(p[size]) ? p + size : NULL;
}

// A value without children, whole.
static const char *quick_scalar(struct json_quick *q, const char *p, enum json_token *token, struct slice *text)
{
    switch (*p) {
    case '"':
        *token = JSON_STRING;
        return quick_string(q, p + 1, text);
    case 't':
        *token = JSON_TRUE;
        return quick_word(p, "true", 4);
    case 'f':
        *token = JSON_FALSE;
        return quick_word(p, "false", 5);
    case 'n':
        *token = JSON_NULL;
        return quick_word(p, "null", 4);
    default:
        return quick_number(p, token, text);
    }
}

static const char *skip_scalar(const struct json_quick *q, const char *p)
{
    enum json_token token;
    struct slice text;
    if (*p == '"')
        return skip_string(q, p + 1);
    switch (*p) {
    case 't':
        return quick_word(p, "true", 4);
    case 'f':
        return quick_word(p, "false", 5);
    case 'n':
        return quick_word(p, "null", 4);
    default:
        return quick_number(p, &token, &text);
    }
}

// A member's name and its colon, when nobody looks at the name.
static const char *skip_name(const struct json_quick *q, const char *p)
{
    if (*p != '"')
        return NULL;
    const char *close = scan_plain(p + 1, q->end);
    while ((uint8_t)*close >= 0x80)
        close = scan_plain(close + 1, q->end);
    if (*close != '"' || !utf8_valid(p + 1, (size_t)(close - p - 1)))
        return NULL;
    p = skip_blanks(close + 1);
    return *p == ':' ? skip_blanks(p + 1) : NULL;
}

// Any value, well-formed or NULL.
static const char *skip_value(const struct json_quick *q, const char *p)
{
    uint64_t objects = 0; // bit d: the value at depth d is an object
    unsigned depth = 0;
    for (;;) {
        bool opened = *p == '{' || *p == '[';
        if (opened) {
            if (++depth > QUICK_DEPTH_MAX)
                return NULL;
            objects = *p == '{' ? objects | UINT64_C(1) << depth : objects & ~(UINT64_C(1) << depth);
            p = skip_blanks(p + 1);
        } else {
            p = skip_scalar(q, p);
            if (!p)
                return NULL;
        }
        bool object = objects >> depth & 1;
        while (depth > 0) {
            if (!opened)
                p = skip_blanks(p);
            if (*p != (object ? '}' : ']'))
                break;
            p++;
            opened = false;
            depth--;
            object = objects >> depth & 1;
        }
        if (depth == 0)
            return p;
        if (!opened) {
            if (*p != ',')
                return NULL;
            p = skip_blanks(p + 1);
        }
        if (object && !(p = skip_name(q, p)))
            return NULL;
    }
}

// An integer that Java's long holds without looking twice.
static inline const char *quick_integer(const struct json_quick *q, const char *p, int64_t *value)
{
    bool negative = *p == '-';
    p += negative;
    const char *from = p;
    uint64_t v = 0;
    if (*p == '0' && is_digit(p[1]))
        return NULL;
    if (q->end - p >= 8 && scan_digits8(p, &v))
        p += 8;
    while (is_digit(*p))
        v = v * 10 + (uint64_t)(*p++ - '0');
    if (p == from || p - from > 18 || !ends_value(*p))
        return NULL;
    *value = negative ? -(int64_t)v : (int64_t)v;
    return p;
}

static const char *put_null(const char *p, struct column *c, uint32_t row)
{
    column_set_null(c, row);
    return p;
}

// A STRING takes what is no string as it stands, in a file.
static const char *quick_text(struct json_quick *q, const char *p, struct column *c, uint32_t row)
{
    const char *from = p;
    if (*p == '"') {
        p = quick_string(q, p + 1, &c->slice[row]);
    } else if (*p == 'n') {
        p = quick_word(p, "null", 4);
        return p ? put_null(p, c, row) : NULL;
    } else {
        p = skip_value(q, p);
        if (p)
            c->slice[row] = (struct slice){from, (uint32_t)(p - from)};
    }
    c->null[row] = 0;
    return p;
}

// BINARY, ARRAY, STRUCT, MAP: found to be well-formed first, then read as the long way does.
static const char *quick_tree(struct json_quick *q, const char *p, const struct json_shape *s, struct column *c,
                              uint32_t row)
{
    const char *after = skip_value(q, p);
    if (!after || !ends_value(*after))
        return NULL;
    struct json_reader r;
    json_open(&r, (struct slice){p, (uint32_t)(after - p)}, q->level, q->arena);
    r.bytes.allow = q->allow;
    if (!c->null[row] || !json_next(&r) || json_value(&r, s, c, row, q->arena) != JSON_GOOD)
        return NULL;
    return after;
}

static const char *quick_other(struct json_quick *q, const char *p, const struct json_shape *s, struct column *c,
                               uint32_t row)
{
    enum json_token token;
    struct slice text = {p, 0};
    p = quick_scalar(q, p, &token, &text);
    if (!p)
        return NULL;
    if (token == JSON_NULL)
        return put_null(p, c, row);
    if ((token == JSON_STRING && text.size == 0) || !s->scalar(s, token, text, c, row))
        return NULL;
    c->null[row] = 0;
    return p;
}

static const char *quick_member(struct json_quick *q, const char *p, uint32_t member, uint32_t row)
{
    const struct json_shape *s = &q->members->shape[member];
    struct column *c = q->members->column[member];
    const char *after;
    int64_t v;
    switch (s->type->id) {
    case TYPE_STRING:
        return *p != '"' && s->formats->normal ? quick_tree(q, p, s, c, row) : quick_text(q, p, c, row);
    case TYPE_TIMESTAMP:
    case TYPE_BIGINT:
    case TYPE_INT:
        after = quick_integer(q, p, &v);
        if (!after || (s->type->id == TYPE_INT && (v < INT32_MIN || v > INT32_MAX)))
            return quick_other(q, p, s, c, row);
        if (s->type->id == TYPE_INT)
            c->i32[row] = (int32_t)v;
        else
            c->i64[row] = s->type->id == TYPE_BIGINT ? v : (int64_t)((uint64_t)v * MICROS_PER_SECOND);
        c->null[row] = 0;
        return after;
    case TYPE_BINARY:
    case TYPE_ARRAY:
    case TYPE_STRUCT:
    case TYPE_MAP:
        return quick_tree(q, p, s, c, row);
    case TYPE_NULL: // what is in it Spark does not pass over
        return *p == '{' || *p == '[' ? NULL : put_null(skip_value(q, p), c, row);
    default:
        return quick_other(q, p, s, c, row);
    }
}

static void learn(struct quick_guess *g, const char *from, const char *to, int32_t member)
{
    size_t size = (size_t)(to - from);
    g->size = 0;
    g->member = member;
    if (size > QUICK_GUESS_MAX)
        return;
    memset(g->text, 0, sizeof g->text);
    memcpy(g->text, from, size);
    char mask[16] = {0};
    memset(mask, 0xFF, size < sizeof mask ? size : sizeof mask);
    memcpy(g->word, g->text, sizeof g->word);
    memcpy(g->mask, mask, sizeof g->mask);
    g->size = (uint32_t)size;
}

static inline bool guessed(const struct quick_guess *g, const char *p, const char *end)
{
    if (g->size == 0 || end - p < QUICK_GUESS_MAX)
        return false;
    if ((((scan_load(p) ^ g->word[0]) & g->mask[0]) | ((scan_load(p + 8) ^ g->word[1]) & g->mask[1])) != 0)
        return false;
    return g->size <= 16 || memcmp(p + 16, g->text + 16, g->size - 16) == 0;
}

// Is it no second one of those that come once? The guesses before `place` are what the record has had; one behind it
// may not bring the member again.
static bool comes_once(struct json_quick *q, unsigned place, int32_t member)
{
    if (member < 0 || member >= 64 || !(q->once >> member & 1))
        return true;
    for (unsigned i = 0; i < place && i < QUICK_GUESSES; i++)
        if (q->guess[i].member == member)
            return false;
    for (unsigned i = place + 1; i < QUICK_GUESSES; i++)
        if (q->guess[i].member == member)
            q->guess[i].size = 0;
    return place < QUICK_GUESSES;
}

// From behind the last value (or before the opening brace) to before the next. *member: -2: the object has ended.
static const char *between(struct json_quick *q, const char *p, unsigned place, int32_t *member)
{
    const char *from = p;
    p = skip_blanks(p);
    if (*p == '}' && place > 0) {
        *member = -2;
        return p + 1;
    }
    if (*p != (place == 0 ? '{' : ','))
        return NULL;
    p = skip_blanks(p + 1);
    if (*p == '}' && place == 0) {
        *member = -2;
        return p + 1;
    }
    const char *name = p + 1;
    p = skip_name(q, p);
    if (!p)
        return NULL;
    const char *close = p;
    while (*--close != '"')
        ;
    struct slice text = {name, (uint32_t)(close - name)};
    *member = text.size > JSON_NAME_MAX ? -1 : json_names_find(&q->members->names, text);
    if (q->once && !comes_once(q, place, *member))
        return NULL;
    if (place < QUICK_GUESSES)
        learn(&q->guess[place], from, p, *member);
    return text.size > JSON_NAME_MAX ? NULL : p;
}

const char *quick_object(struct json_quick *q, const char *p, uint32_t row)
{
    for (unsigned place = 0;; place++) {
        int32_t member;
        if (place < QUICK_GUESSES && guessed(&q->guess[place], p, q->end)) {
            member = q->guess[place].member;
            p += q->guess[place].size;
        } else if (*p == '}' && place > 0) {
            return p + 1;
        } else {
            p = between(q, p, place, &member);
            if (!p || member == -2)
                return p;
        }
        p = member < 0 ? skip_value(q, p) : quick_member(q, p, (uint32_t)member, row);
        if (!p)
            return NULL;
    }
}
