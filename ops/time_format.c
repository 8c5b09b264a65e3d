#include "ops/time_formats.h"

#include <assert.h>

enum { ELEMENTS_MAX = 256, OPTIONAL_DEPTH = 16 };

const char *const *time_field_texts(enum time_field field, bool full, uint32_t *count, int *least)
{
    static const char *const era[2][2] = {{"BC", "AD"}, {"Before Christ", "Anno Domini"}};
    static const char *const ampm[2] = {"AM", "PM"};
    static const char *const quarter[2][4] = {{"Q1", "Q2", "Q3", "Q4"},
                                              {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"}};
    static const char *const month[2][12] = {
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
        {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"}};
    static const char *const weekday[2][7] = {
        {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}};
    *least = field == FIELD_ERA || field == FIELD_AMPM ? 0 : 1;
    switch (field) {
    case FIELD_ERA:
        *count = 2;
        return era[full];
    case FIELD_AMPM:
        *count = 2;
        return ampm;
    case FIELD_QUARTER:
        *count = 4;
        return quarter[full];
    case FIELD_MONTH:
        *count = 12;
        return month[full];
    default:
        assert(field == FIELD_WEEKDAY);
        *count = 7;
        return weekday[full];
    }
}

struct builder {
    struct slice pattern;
    struct arena *arena;
    struct time_element *element;
    uint32_t elements;
    int number; // the element that directly following numbers take digits from; -1: none
    uint32_t open[OPTIONAL_DEPTH];
    uint32_t depth;
    bool has_era;
    char print_only;
    struct error *e;
};

// Would java.text.SimpleDateFormat, which Spark 2 used, take the pattern: that decides between two error classes.
static bool legacy_takes(struct slice p)
{
    bool in_quotes = false;
    uint32_t zones = 0; // X in a row
    for (uint32_t i = 0; i < p.size; i++) {
        char c = p.data[i];
        if (c == '\'')
            in_quotes = !in_quotes;
        bool letter = !in_quotes && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
        zones = letter && c == 'X' ? zones + 1 : 0;
        if (zones > 3 || (letter && !strchr("GyYMLwWDdFEuaHkKhmsSzZX", c)))
            return false;
    }
    return !in_quotes;
}

// `class`: Spark's for a pattern that was never one.
static enum status refuse_as(struct builder *b, const char *class, const char *why, char letter)
{
    if (legacy_takes(b->pattern))
        class = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION";
    return error_set(b->e, STATUS_CONFIG, "[%s] date pattern '%.*s': %s '%c'; see Spark's \"Datetime Patterns\"", class,
                     (int)b->pattern.size, b->pattern.data, why, letter);
}

static enum status refuse_letter(struct builder *b, const char *why, char letter)
{
    return refuse_as(b, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", why, letter);
}

static enum status refuse_length(struct builder *b, char letter)
{
    return refuse_as(b, "INVALID_DATETIME_PATTERN.LENGTH", "too many letters", letter);
}

static enum status append(struct builder *b, struct time_element x)
{
    if (b->elements == ELEMENTS_MAX)
        return error_set(b->e, STATUS_CONFIG, "date pattern '%.40s…': longer than %d parts", b->pattern.data,
                         ELEMENTS_MAX);
    b->element[b->elements++] = x;
    b->number = -1;
    return STATUS_OK;
}

// Numbers that touch: those of fixed width take their digits from the end of the first one's.
static enum status append_number(struct builder *b, struct time_element x)
{
    int base = b->number;
    bool fixed = x.least == x.most && x.sign == SIGN_NOT_NEGATIVE;
    if (base >= 0 && fixed) {
        b->element[base].following = (int16_t)(b->element[base].following + x.most);
        x.following = FIXED_WIDTH;
    } else if (base >= 0) {
        b->element[base].following = FIXED_WIDTH;
    }
    enum status status = append(b, x);
    b->number = base >= 0 && fixed ? base : (int)b->elements - 1;
    return status;
}

static enum status number(struct builder *b, enum time_field field, uint32_t least, uint32_t most, enum sign_style sign)
{
    return append_number(
        b, (struct time_element){
               .kind = ELEMENT_NUMBER, .field = field, .least = (uint8_t)least, .most = (uint8_t)most, .sign = sign});
}

static enum status text(struct builder *b, enum time_field field, bool full)
{
    return append(b, (struct time_element){.kind = ELEMENT_TEXT, .field = field, .full = full});
}

static enum status year(struct builder *b, uint32_t count)
{
    enum time_field field = b->has_era ? FIELD_YEAR_OF_ERA : FIELD_YEAR;
    if (count >= 7)
        return refuse_length(b, 'y');
    if (count == 2)
        return append_number(
            b, (struct time_element){
                   .kind = ELEMENT_TWO_DIGIT_YEAR, .field = field, .least = 2, .most = 2, .sign = SIGN_NOT_NEGATIVE});
    return number(b, field, count, 19, count < 4 ? SIGN_NORMAL : SIGN_EXCEEDS_PAD);
}

// One letter: the number; two: two digits; then texts.
static enum status number_or_text(struct builder *b, enum time_field field, char letter, uint32_t count)
{
    if (count >= 5)
        return refuse_length(b, letter);
    if (count == 1)
        return number(b, field, 1, 19, SIGN_NORMAL);
    if (count == 2)
        return number(b, field, 2, 2, SIGN_NOT_NEGATIVE);
    return text(b, field, count == 4);
}

static enum status small_number(struct builder *b, enum time_field field, char letter, uint32_t count)
{
    if (count > 2)
        return refuse_letter(b, "too many letters", letter);
    return count == 1 ? number(b, field, 1, 19, SIGN_NORMAL) : number(b, field, 2, 2, SIGN_NOT_NEGATIVE);
}

static enum status only_text(struct builder *b, enum time_field field, char letter, uint32_t count)
{
    if (count >= 5)
        return refuse_length(b, letter);
    return text(b, field, count == 4);
}

static enum status offset(struct builder *b, char letter, uint32_t count)
{
    struct time_element x = {.kind = ELEMENT_OFFSET, .text = SLICE("Z")};
    if (letter == 'O' || (letter == 'Z' && count == 4)) {
        if (count != 1 && count != 4)
            return refuse_letter(b, "one or four letters are wanted of", letter);
        x.kind = ELEMENT_GMT_OFFSET;
        x.full = count == 4;
        return append(b, x);
    }
    if (count > 5)
        return refuse_letter(b, "too many letters", letter);
    if (letter == 'Z') {
        x.colon = x.seconds = count == 5;
        if (count < 4)
            x.text = SLICE("+0000");
        return append(b, x);
    }
    x.short_minutes = count == 1;
    x.colon = count == 3 || count == 5;
    x.seconds = count >= 4;
    if (letter == 'x')
        x.text = count == 1 ? SLICE("+00") : count % 2 == 0 ? SLICE("+0000") : SLICE("+00:00");
    return append(b, x);
}

static enum status zone(struct builder *b, char letter, uint32_t count)
{
    if (letter == 'V') {
        if (count != 2)
            return refuse_letter(b, "two letters are wanted of", letter);
        return append(b, (struct time_element){.kind = ELEMENT_ZONE_ID});
    }
    if (count > 3) // Java has the full names of zones; we do not
        return error_set(b->e, STATUS_CONFIG, "date pattern '%.*s': full names of time zones (zzzz) are not known here",
                         (int)b->pattern.size, b->pattern.data);
    b->print_only = letter;
    return append(b, (struct time_element){.kind = ELEMENT_ZONE_NAME});
}

static enum status fraction(struct builder *b, uint32_t count)
{
    if (count > 9)
        return refuse_letter(b, "too many letters", 'S');
    struct time_element x = {
        .kind = ELEMENT_FRACTION, .field = FIELD_NANO, .least = 1, .most = (uint8_t)count, .sign = SIGN_NOT_NEGATIVE};
    return count == 1 ? append_number(b, x) : append(b, x);
}

static enum status day_part(struct builder *b, char letter, uint32_t count)
{
    switch (letter) {
    case 'D':
        if (count > 3)
            return refuse_letter(b, "too many letters", letter);
        return count == 1 ? number(b, FIELD_DAY_OF_YEAR, 1, 19, SIGN_NORMAL)
                          : number(b, FIELD_DAY_OF_YEAR, count, 3, SIGN_NOT_NEGATIVE);
    case 'F':
        b->print_only = letter;
        if (count > 1)
            return refuse_letter(b, "too many letters", letter);
        return number(b, FIELD_ALIGNED_DAY, 1, 19, SIGN_NORMAL);
    case 'E':
        b->print_only = letter;
        return only_text(b, FIELD_WEEKDAY, letter, count);
    case 'a':
        if (count > 1)
            return refuse_letter(b, "too many letters", letter);
        return text(b, FIELD_AMPM, false);
    default:
        assert(letter == 'd');
        return small_number(b, FIELD_DAY, letter, count);
    }
}

static enum status letters(struct builder *b, char letter, uint32_t count)
{
    switch (letter) {
    case 'G':
        return only_text(b, FIELD_ERA, letter, count);
    case 'y':
        return year(b, count);
    case 'Q':
    case 'q':
        b->print_only = letter;
        return number_or_text(b, FIELD_QUARTER, letter, count);
    case 'M':
    case 'L':
        return number_or_text(b, FIELD_MONTH, letter, count);
    case 'd':
    case 'D':
    case 'F':
    case 'E':
    case 'a':
        return day_part(b, letter, count);
    case 'h':
        return small_number(b, FIELD_CLOCK_12, letter, count);
    case 'K':
        return small_number(b, FIELD_HOUR_12, letter, count);
    case 'k':
        return small_number(b, FIELD_CLOCK_24, letter, count);
    case 'H':
        return small_number(b, FIELD_HOUR, letter, count);
    case 'm':
        return small_number(b, FIELD_MINUTE, letter, count);
    case 's':
        return small_number(b, FIELD_SECOND, letter, count);
    case 'S':
        return fraction(b, count);
    case 'X':
    case 'x':
    case 'Z':
    case 'O':
        return offset(b, letter, count);
    case 'z':
    case 'V':
        return zone(b, letter, count);
    default:
        break;
    }
    if (strchr("YWwuec", letter))
        return refuse_as(b, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
                         "Spark refuses week-based letters such as", letter);
    if (strchr("ABnNp", letter))
        return refuse_as(b, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "Spark refuses the letter", letter);
    return refuse_letter(b, "unknown letter", letter);
}

// From the quote at *at to behind its closing one; '' is a quote.
static enum status quoted(struct builder *b, uint32_t *at)
{
    struct slice p = b->pattern;
    char *to = arena_alloc(b->arena, p.size);
    uint32_t size = 0, i = *at + 1;
    for (; i < p.size; i++) {
        if (p.data[i] == '\'' && (i + 1 == p.size || p.data[i + 1] != '\''))
            break;
        i += p.data[i] == '\'';
        to[size++] = p.data[i];
    }
    if (i >= p.size)
        return refuse_letter(b, "no closing quote for the text that begins with",
                             *at + 1 < p.size ? p.data[*at + 1] : '\'');
    bool empty = i == *at + 1;
    if (empty)
        to[size++] = '\'';
    *at = i + 1;
    return append(b, (struct time_element){.kind = ELEMENT_LITERAL, .text = {to, size}});
}

static enum status one_part(struct builder *b, uint32_t *at)
{
    struct slice p = b->pattern;
    char c = p.data[*at];
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
        uint32_t from = *at;
        while (*at < p.size && p.data[*at] == c)
            ++*at;
        return letters(b, c, *at - from);
    }
    if (c == '\'')
        return quoted(b, at);
    ++*at;
    if (c == '[') {
        if (b->depth == OPTIONAL_DEPTH)
            return refuse_letter(b, "too many optional parts in one another:", c);
        enum status status = append(b, (struct time_element){.kind = ELEMENT_OPTIONAL});
        if (status == STATUS_OK)
            b->open[b->depth++] = b->elements - 1;
        return status;
    }
    if (c == ']') {
        if (b->depth == 0)
            return refuse_letter(b, "closed but never opened:", c);
        b->element[b->open[--b->depth]].end = b->elements;
        b->number = -1;
        return STATUS_OK;
    }
    if (c == '{' || c == '}' || c == '#')
        return refuse_letter(b, "reserved by Java:", c);
    return append(b, (struct time_element){.kind = ELEMENT_LITERAL, .text = {p.data + *at - 1, 1}});
}

// With an era among the letters y counts from it, else y is the year with its sign.
static bool names_era(struct slice pattern)
{
    bool in_quotes = false;
    for (uint32_t i = 0; i < pattern.size; i++) {
        if (pattern.data[i] == '\'')
            in_quotes = !in_quotes;
        else if (pattern.data[i] == 'G' && !in_quotes)
            return true;
    }
    return false;
}

enum status time_format_compile(struct slice pattern, struct arena *arena, const struct time_format **out,
                                struct error *e)
{
    struct time_format *f = ARENA_NEW(arena, struct time_format);
    pattern.data = arena_copy(arena, pattern.data, pattern.size);
    struct builder b = {.pattern = pattern,
                        .arena = arena,
                        .element = ARENA_ARRAY(arena, struct time_element, ELEMENTS_MAX),
                        .number = -1,
                        .has_era = names_era(pattern),
                        .e = e};
    enum status status = STATUS_OK;
    for (uint32_t at = 0; status == STATUS_OK && at < pattern.size;)
        status = one_part(&b, &at);
    while (b.depth)
        b.element[b.open[--b.depth]].end = b.elements;
    *f = (struct time_format){b.element, b.elements, pattern, b.print_only};
    *out = f;
    return status;
}

enum status time_format_check_parse(const struct time_format *f, struct error *e)
{
    if (!f->print_only)
        return STATUS_OK;
    struct builder b = {.pattern = f->pattern, .e = e};
    return refuse_as(&b, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "it is for printing only, because of",
                     f->print_only);
}
