#include "ops/number_pattern.h"

enum { ROOM = 128 };

// ---- reading a pattern

static enum status bad(struct slice text, const char *class, const char *why, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[INVALID_FORMAT.%s] '%.*s' is no number format: %s", class,
                     (int)(text.size < 80 ? text.size : 80), text.data, why);
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

// The token at *k; false: there is none of that letter.
static bool read_token(struct slice text, uint32_t *k, uint8_t *kind)
{
    char next = *k + 1 < text.size ? upper(text.data[*k + 1]) : '\0';
    switch (upper(text.data[(*k)++])) {
    case '9':
        *kind = PATTERN_DIGIT_ANY;
        return true;
    case '0':
        *kind = PATTERN_DIGIT_ZERO;
        return true;
    case ',':
    case 'G':
        *kind = PATTERN_GROUP;
        return true;
    case '.':
    case 'D':
        *kind = PATTERN_POINT;
        return true;
    case '$':
        *kind = PATTERN_DOLLAR;
        return true;
    case 'S':
        *kind = PATTERN_SIGN;
        return true;
    case 'M':
        *kind = PATTERN_MINUS;
        return next == 'I' && ++*k;
    case 'P':
        *kind = PATTERN_BRACKETS;
        return next == 'R' && ++*k;
    default:
        return false;
    }
}

static bool is_digit_token(uint8_t kind)
{
    return kind == PATTERN_DIGIT_ANY || kind == PATTERN_DIGIT_ZERO;
}

// [MI | S] [$] digits [. digits] [$] [PR | MI | S], each at most once.
static const char *misplaced(const struct number_pattern *p)
{
    uint32_t k = 0, dollars = 0, signs = 0, brackets = 0;
    while (k < p->count &&
           (p->token[k] == PATTERN_SIGN || p->token[k] == PATTERN_MINUS || p->token[k] == PATTERN_DOLLAR))
        k++;
    uint32_t first = k;
    while (k < p->count &&
           (is_digit_token(p->token[k]) || p->token[k] == PATTERN_GROUP || p->token[k] == PATTERN_POINT))
        k++;
    for (uint32_t i = k; i < p->count; i++)
        if (is_digit_token(p->token[i]) || p->token[i] == PATTERN_GROUP || p->token[i] == PATTERN_POINT)
            return "the digits stand together";
        else if (p->token[i] == PATTERN_DOLLAR)
            return "$ stands in front of the digits";
    for (uint32_t i = 0; i < p->count; i++) {
        dollars += p->token[i] == PATTERN_DOLLAR;
        signs += p->token[i] == PATTERN_SIGN || p->token[i] == PATTERN_MINUS;
        brackets += p->token[i] == PATTERN_BRACKETS;
        if (p->token[i] == PATTERN_BRACKETS && i + 1 < p->count)
            return "PR stands at the end";
        if (i > 0 && i < first && p->token[i] != PATTERN_DOLLAR)
            return "the sign stands in front of $";
    }
    if (dollars > 1 || signs > 1 || brackets > 1)
        return "there is at most one $, one PR, and one of S and MI";
    return NULL;
}

// A comma has digits on both sides, and stands before the point.
static const char *bad_groups(const struct number_pattern *p)
{
    uint32_t points = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        points += p->token[i] == PATTERN_POINT;
        if (p->token[i] != PATTERN_GROUP)
            continue;
        bool between = i > 0 && is_digit_token(p->token[i - 1]) && i + 1 < p->count && is_digit_token(p->token[i + 1]);
        if (points > 0 || !between)
            return "a comma stands between digits, before the point";
    }
    return points > 1 ? "there is at most one point" : NULL;
}

enum status number_pattern_read(struct slice text, struct number_pattern *p, struct error *e)
{
    *p = (struct number_pattern){.count = 0};
    bool behind = false;
    if (text.size == 0)
        return bad(text, "EMPTY", "it is empty", e);
    for (uint32_t k = 0; k < text.size;) {
        uint8_t kind;
        if (p->count == PATTERN_TOKENS_MAX)
            return bad(text, "WRONG_NUM_TOKEN", "it is too long", e);
        if (!read_token(text, &k, &kind))
            return bad(text, "UNEXPECTED_TOKEN", "wanted are 9, 0, comma, point, $, S, MI, PR", e);
        behind = behind || kind == PATTERN_POINT;
        if (is_digit_token(kind))
            ++*(behind ? &p->fraction : &p->whole);
        p->brackets = p->brackets || kind == PATTERN_BRACKETS;
        p->token[p->count++] = kind;
    }
    const char *why = misplaced(p);
    if (why == NULL)
        why = bad_groups(p);
    if (why != NULL)
        return bad(text, "UNEXPECTED_TOKEN", why, e);
    if (p->whole + p->fraction == 0)
        return bad(text, "WRONG_NUM_DIGIT", "it has no digit", e);
    return p->whole + p->fraction > PATTERN_DIGITS_MAX ? bad(text, "WRONG_NUM_DIGIT", "it has too many digits", e)
                                                       : STATUS_OK;
}

// ---- parsing a number

struct input {
    struct slice text;
    uint32_t at;
    char digits[ROOM];
    uint32_t whole, fraction;
    bool behind;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool take(struct input *in, char c)
{
    if (in->at >= in->text.size || in->text.data[in->at] != c)
        return false;
    in->at++;
    return true;
}

// Sizes of the groups of digits that the pattern has from token `from` on, the last first; *exact: it begins with 0.
static uint32_t pattern_groups(const struct number_pattern *p, uint32_t from, uint32_t *end, uint8_t *size, bool *exact)
{
    uint32_t groups = 1;
    size[0] = 0;
    exact[0] = false;
    for (*end = from; *end < p->count && (is_digit_token(p->token[*end]) || p->token[*end] == PATTERN_GROUP); ++*end) {
        if (p->token[*end] == PATTERN_GROUP) {
            size[groups] = 0;
            exact[groups++] = false;
        } else if (size[groups - 1]++ == 0) {
            exact[groups - 1] = p->token[*end] == PATTERN_DIGIT_ZERO;
        }
    }
    return groups;
}

// Digits and commas; their groups must have the pattern's sizes, counted from the right.
static bool parse_digits(struct input *in, uint32_t groups, const uint8_t *size, const bool *exact)
{
    uint8_t found[PATTERN_TOKENS_MAX + 1] = {0};
    uint32_t count = 1;
    for (; in->at < in->text.size; in->at++) {
        char c = in->text.data[in->at];
        if (is_blank(c))
            continue;
        if (c == ',') {
            if (count++ == groups)
                return false;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        if (in->whole + in->fraction == ROOM)
            return false;
        in->digits[in->whole + in->fraction] = c;
        in->whole += !in->behind;
        in->fraction += in->behind;
        found[count - 1]++;
    }
    for (uint32_t k = 0; k < groups; k++) {
        uint32_t has = k < count ? found[count - 1 - k] : 0, may = size[groups - 1 - k];
        if (has > may || (exact[groups - 1 - k] && has != may))
            return false;
    }
    return true;
}

static bool parse_tokens(const struct number_pattern *p, struct input *in, bool *minus)
{
    uint8_t size[PATTERN_TOKENS_MAX + 1];
    bool exact[PATTERN_TOKENS_MAX + 1];
    bool opened = p->brackets && take(in, '<');
    for (uint32_t k = 0; k < p->count;) {
        switch (p->token[k]) {
        case PATTERN_POINT:
            in->behind = take(in, '.');
            break;
        case PATTERN_DOLLAR:
            if (!take(in, '$'))
                return false;
            break;
        case PATTERN_SIGN:
            if (!take(in, '+'))
                *minus = *minus != take(in, '-');
            break;
        case PATTERN_MINUS:
            *minus = *minus != take(in, '-');
            break;
        case PATTERN_BRACKETS:
            if (take(in, '>') != opened)
                return false;
            *minus = opened;
            break;
        default: {
            uint32_t end, groups = pattern_groups(p, k, &end, size, exact);
            if (!parse_digits(in, groups, size, exact))
                return false;
            k = end;
            continue;
        }
        }
        k++;
    }
    return in->at == in->text.size;
}

bool number_pattern_parse(const struct number_pattern *p, struct slice text, struct decimal *out)
{
    struct input in = {.text = text};
    char number[ROOM + 4];
    uint32_t size = 0;
    bool minus = false;
    if (!parse_tokens(p, &in, &minus) || in.whole + in.fraction == 0)
        return false;
    if (minus)
        number[size++] = '-';
    memcpy(number + size, in.digits, in.whole);
    size += in.whole;
    number[size++] = '.';
    memcpy(number + size, in.digits + in.whole, in.fraction);
    size += in.fraction;
    struct decimal_size to = {(uint8_t)(p->whole + p->fraction), p->fraction};
    return decimal_parse((struct slice){number, size}, to, out);
}

// ---- printing one

struct output {
    char *to;
    uint32_t size;
};

static void put(struct output *o, char c)
{
    o->to[o->size++] = c;
}

// In front of the blanks at the end.
static void put_before_blanks(struct output *o, char c)
{
    uint32_t k = o->size;
    put(o, c);
    for (; k > 0 && o->to[k - 1] == ' '; k--) {
        o->to[k] = ' ';
        o->to[k - 1] = c;
    }
}

// A point without digits behind it.
static void strip_point(struct output *o)
{
    if (o->size > 0 && o->to[o->size - 1] == '.')
        o->to[o->size - 1] = ' ';
}

// What stands in front of the digits moves up to the first of them.
static void put_digit(struct output *o, char c)
{
    put(o, c);
    for (uint32_t k = o->size - 1; c == ' ' && k > 0 && strchr("+-<", o->to[k - 1]); k--) {
        o->to[k] = o->to[k - 1];
        o->to[k - 1] = ' ';
    }
}

static bool has_digit(const struct output *o)
{
    for (uint32_t k = 0; k < o->size; k++)
        if (o->to[k] >= '0' && o->to[k] <= '9')
            return true;
    return false;
}

struct parts {
    char text[DECIMAL_TEXT_MAX];
    const char *digits; // of the whole part, without leading zeros
    uint32_t whole;
    const char *fraction;
    uint32_t fractions;
    bool fits;
};

static void split(const struct number_pattern *p, struct decimal v, unsigned scale, struct parts *s)
{
    uint32_t size = decimal_print_plain(decimal_sign(v) < 0 ? decimal_negate(v) : v, scale, s->text);
    uint32_t point = 0;
    while (point < size && s->text[point] != '.')
        point++;
    uint32_t zeros = 0;
    while (zeros < point && s->text[zeros] == '0')
        zeros++;
    s->digits = s->text + zeros;
    s->whole = point - zeros;
    s->fraction = s->text + point + 1;
    s->fractions = point < size ? size - point - 1 : 0;
    while (s->fractions > 0 && s->fraction[s->fractions - 1] == '0')
        s->fractions--;
    s->fits = s->whole <= p->whole && s->fractions <= p->fraction;
}

// Digit `k` of p->whole, from the left.
static char whole_digit(const struct number_pattern *p, const struct parts *s, uint32_t k, bool zero)
{
    uint32_t missing = p->whole - s->whole;
    if (k >= missing)
        return s->digits[k - missing];
    return zero ? '0' : ' ';
}

static void print_sign(struct output *o, uint8_t kind, bool minus)
{
    strip_point(o);
    if (kind == PATTERN_SIGN)
        put_before_blanks(o, minus ? '-' : '+');
    else if (minus)
        put_before_blanks(o, kind == PATTERN_MINUS ? '-' : '>');
    else
        put(o, ' ');
    if (kind == PATTERN_BRACKETS && !minus)
        put(o, ' ');
}

uint32_t number_pattern_print(const struct number_pattern *p, struct decimal v, unsigned scale, char *to)
{
    struct output o = {to, 0};
    struct parts s;
    bool minus = decimal_sign(v) < 0, zero = false, behind = false;
    uint32_t whole = 0, fraction = 0;
    split(p, v, scale, &s);
    if (p->brackets && minus)
        put(&o, '<');
    for (uint32_t k = 0; k < p->count; k++) {
        switch (p->token[k]) {
        case PATTERN_DIGIT_ANY:
        case PATTERN_DIGIT_ZERO:
            if (!behind && (k == 0 || !is_digit_token(p->token[k - 1])))
                zero = p->token[k] == PATTERN_DIGIT_ZERO;
            if (!s.fits)
                put(&o, '#');
            else if (behind)
                put(&o, fraction < s.fractions ? s.fraction[fraction] : '0');
            else
                put_digit(&o, whole_digit(p, &s, whole, zero));
            whole += !behind;
            fraction += behind;
            break;
        case PATTERN_GROUP:
            put_digit(&o, has_digit(&o) ? ',' : ' ');
            break;
        case PATTERN_POINT:
            if (o.size > 0 && o.to[o.size - 1] == ' ')
                o.to[o.size - 1] = '0';
            put(&o, '.');
            behind = true;
            break;
        case PATTERN_DOLLAR:
            put(&o, '$');
            break;
        default:
            print_sign(&o, p->token[k], minus);
        }
    }
    strip_point(&o);
    return o.size;
}
