#include "ops/time_formats.h"

#include <assert.h>

// What the text has said so far.
struct parsed {
    uint32_t given; // bit a field
    int64_t value[FIELD_COUNT];
    const struct zone *zone; // a named one; NULL: none, or an offset
};

struct input {
    struct slice s;
    const struct zones *zones;
};

enum { NO_FIT = -1 };

static bool has(const struct parsed *p, enum time_field field)
{
    return p->given >> field & 1;
}

static int64_t get(const struct parsed *p, enum time_field field, int64_t absent)
{
    return has(p, field) ? p->value[field] : absent;
}

// A field said twice must say the same.
static int64_t set(struct parsed *p, enum time_field field, int64_t v, int64_t end)
{
    if (has(p, field) && p->value[field] != v)
        return NO_FIT;
    p->given |= UINT32_C(1) << field;
    p->value[field] = v;
    return end;
}

static bool is_digit_at(const struct input *in, int64_t at)
{
    return at < in->s.size && in->s.data[at] >= '0' && in->s.data[at] <= '9';
}

static bool takes_sign(const struct time_element *x, char sign)
{
    return x->sign == SIGN_EXCEEDS_PAD || (x->sign == SIGN_NORMAL && sign == '-');
}

// NumberPrinterParser.parse, strict: digits are counted first, then those that the following numbers need given back.
static int64_t read_number(const struct time_element *x, const struct input *in, int64_t at, struct parsed *p)
{
    if (at >= in->s.size)
        return NO_FIT;
    char sign = in->s.data[at];
    bool has_sign = sign == '+' || sign == '-';
    if (has_sign && !takes_sign(x, sign))
        return NO_FIT;
    at += has_sign;
    int64_t following = x->following > 0 ? x->following : 0;
    int64_t digits = 0;
    while (digits < x->most + following && is_digit_at(in, at + digits))
        digits++;
    if (digits < x->least)
        return NO_FIT;
    if (following)
        digits = digits - following > x->least ? digits - following : x->least;
    if (digits > 18)
        return NO_FIT; // no field has such values
    int64_t v = 0;
    for (int64_t i = 0; i < digits; i++)
        v = v * 10 + (in->s.data[at + i] - '0');
    if (has_sign && sign == '-') {
        if (v == 0)
            return NO_FIT;
        v = -v;
    } else if (x->sign == SIGN_EXCEEDS_PAD && has_sign != (digits > x->least)) {
        return NO_FIT;
    }
    if (x->kind == ELEMENT_TWO_DIGIT_YEAR)
        v += 2000;
    return set(p, x->field, v, at + digits);
}

static int64_t read_fraction(const struct time_element *x, const struct input *in, int64_t at, struct parsed *p)
{
    int64_t v = 0;
    int digits = 0;
    for (; digits < x->most && is_digit_at(in, at); digits++, at++)
        v = v * 10 + (in->s.data[at] - '0');
    if (digits < x->least)
        return NO_FIT;
    for (int i = digits; i < 9; i++)
        v *= 10;
    return set(p, x->field, v, at);
}

static bool matches(const struct input *in, int64_t at, struct slice text)
{
    return (int64_t)in->s.size - at >= text.size && slice_equal_fold((struct slice){in->s.data + at, text.size}, text);
}

// The longest text that fits; none is the beginning of another but "May".
static int64_t read_text(const struct time_element *x, const struct input *in, int64_t at, struct parsed *p)
{
    uint32_t count;
    int least;
    const char *const *texts = time_field_texts(x->field, x->full, &count, &least);
    for (uint32_t i = 0; i < count; i++)
        if (matches(in, at, slice_of(texts[i])))
            return set(p, x->field, (int64_t)i + least, at + (int64_t)strlen(texts[i]));
    return NO_FIT;
}

static bool two_digits(const struct input *in, int64_t *at, int32_t *v)
{
    if (!is_digit_at(in, *at) || !is_digit_at(in, *at + 1))
        return false;
    *v = (in->s.data[*at] - '0') * 10 + (in->s.data[*at + 1] - '0');
    *at += 2;
    return *v <= 59;
}

// One more pair of digits, behind a colon where the pattern has one; at stays where there is none.
static bool next_pair(const struct time_element *x, const struct input *in, int64_t *at, int32_t *v)
{
    int64_t next = *at;
    if (x->colon && (next >= in->s.size || in->s.data[next++] != ':'))
        return false;
    if (!two_digits(in, &next, v))
        return false;
    *at = next;
    return true;
}

static int64_t read_offset(const struct time_element *x, const struct input *in, int64_t at, struct parsed *p)
{
    if (matches(in, at, x->text))
        return set(p, FIELD_OFFSET, 0, at + x->text.size);
    if (at >= in->s.size || (in->s.data[at] != '+' && in->s.data[at] != '-'))
        return NO_FIT;
    bool negative = in->s.data[at++] == '-';
    int32_t hours, minutes = 0, seconds = 0;
    if (!two_digits(in, &at, &hours))
        return NO_FIT;
    if (!next_pair(x, in, &at, &minutes)) {
        minutes = 0;
        if (!x->short_minutes)
            return NO_FIT;
    }
    if (x->seconds && !next_pair(x, in, &at, &seconds))
        seconds = 0;
    int64_t total = hours * 3600 + minutes * 60 + seconds;
    return set(p, FIELD_OFFSET, negative ? -total : total, at);
}

static int64_t read_gmt_offset(const struct time_element *x, const struct input *in, int64_t at, struct parsed *p)
{
    if (!matches(in, at, SLICE("GMT")))
        return NO_FIT;
    at += 3;
    if (at >= in->s.size || (in->s.data[at] != '+' && in->s.data[at] != '-'))
        return set(p, FIELD_OFFSET, 0, at);
    bool negative = in->s.data[at++] == '-';
    int32_t hours = 0, minutes = 0, seconds = 0;
    struct time_element colon = {.colon = true};
    if (x->full) {
        if (!two_digits(in, &at, &hours) || !next_pair(&colon, in, &at, &minutes))
            return NO_FIT;
    } else {
        if (!is_digit_at(in, at))
            return NO_FIT;
        hours = in->s.data[at++] - '0';
        if (is_digit_at(in, at))
            hours = hours * 10 + (in->s.data[at++] - '0');
        if (!next_pair(&colon, in, &at, &minutes))
            minutes = 0;
    }
    if (!next_pair(&colon, in, &at, &seconds))
        seconds = 0;
    int64_t total = hours * 3600 + minutes * 60 + seconds;
    return set(p, FIELD_OFFSET, negative ? -total : total, at);
}

static bool is_zone_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("/_+-:~", c));
}

// The longest name that is a region's.
static int64_t read_region(const struct input *in, int64_t at, struct parsed *p)
{
    int64_t end = at;
    while (end < in->s.size && is_zone_character(in->s.data[end]))
        end++;
    for (; end > at && in->zones; end--) {
        p->zone = zone_region((struct slice){in->s.data + at, (uint32_t)(end - at)}, in->zones);
        if (p->zone)
            return end;
    }
    return matches(in, at, SLICE("Z")) ? set(p, FIELD_OFFSET, 0, at + 1) : NO_FIT;
}

// ZoneIdPrinterParser.parse: an offset, UT, UTC or GMT with one or alone, or a region.
static int64_t read_zone(const struct input *in, int64_t at, struct parsed *p)
{
    static const struct time_element offset = {
        .kind = ELEMENT_OFFSET, .text = {"Z", 1}, .colon = true, .seconds = true};
    if (at < in->s.size && (in->s.data[at] == '+' || in->s.data[at] == '-'))
        return read_offset(&offset, in, at, p);
    bool utc = matches(in, at, SLICE("UTC")), gmt = matches(in, at, SLICE("GMT"));
    if (!utc && !gmt && !matches(in, at, SLICE("UT")))
        return read_region(in, at, p);
    at += utc || gmt ? 3 : 2;
    if (gmt && at < in->s.size && in->s.data[at] == '0')
        return set(p, FIELD_OFFSET, 0, at + 1);
    int64_t end = matches(in, at, SLICE("Z")) ? NO_FIT : read_offset(&offset, in, at, p);
    return end == NO_FIT ? set(p, FIELD_OFFSET, 0, at) : end;
}

static int64_t read_elements(const struct time_format *f, uint32_t from, uint32_t to, const struct input *in,
                             int64_t at, struct parsed *p)
{
    for (uint32_t i = from; i < to && at >= 0; i++) {
        const struct time_element *x = &f->element[i];
        switch (x->kind) {
        case ELEMENT_NUMBER:
        case ELEMENT_TWO_DIGIT_YEAR:
            at = read_number(x, in, at, p);
            break;
        case ELEMENT_FRACTION:
            at = read_fraction(x, in, at, p);
            break;
        case ELEMENT_TEXT:
            at = read_text(x, in, at, p);
            break;
        case ELEMENT_LITERAL:
            at = matches(in, at, x->text) ? at + x->text.size : NO_FIT;
            break;
        case ELEMENT_OFFSET:
            at = read_offset(x, in, at, p);
            break;
        case ELEMENT_GMT_OFFSET:
            at = read_gmt_offset(x, in, at, p);
            break;
        case ELEMENT_ZONE_ID:
            at = read_zone(in, at, p);
            break;
        case ELEMENT_ZONE_NAME:
            return NO_FIT;
        case ELEMENT_OPTIONAL: {
            struct parsed before = *p;
            int64_t end = read_elements(f, i + 1, x->end, in, at, p);
            if (end >= 0)
                at = end;
            else
                *p = before;
            i = x->end - 1;
        }
        }
    }
    return at;
}

static bool within(int64_t v, int64_t least, int64_t most)
{
    return v >= least && v <= most;
}

static bool ranges_fit(const struct parsed *p)
{
    static const struct {
        enum time_field field;
        int32_t least, most;
    } range[] = {{FIELD_YEAR_OF_ERA, 1, 999999999},
                 {FIELD_YEAR, -999999999, 999999999},
                 {FIELD_MONTH, 1, 12},
                 {FIELD_DAY, 1, 31},
                 {FIELD_DAY_OF_YEAR, 1, 366},
                 {FIELD_CLOCK_12, 1, 12},
                 {FIELD_HOUR_12, 0, 11},
                 {FIELD_CLOCK_24, 1, 24},
                 {FIELD_HOUR, 0, 23},
                 {FIELD_MINUTE, 0, 59},
                 {FIELD_SECOND, 0, 59},
                 {FIELD_OFFSET, -64800, 64800}};
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (has(p, range[i].field) && !within(p->value[range[i].field], range[i].least, range[i].most))
            return false;
    return true;
}

// ResolverStyle.STRICT: every way in which the hour was said must agree.
static bool resolve_hour(const struct parsed *p, int64_t *hour)
{
    struct parsed r = {0};
    int64_t ok = 0;
    if (has(p, FIELD_HOUR))
        ok = set(&r, FIELD_HOUR, p->value[FIELD_HOUR], ok);
    if (has(p, FIELD_CLOCK_24) && ok >= 0)
        ok = set(&r, FIELD_HOUR, p->value[FIELD_CLOCK_24] % 24, ok);
    int64_t half = get(p, FIELD_AMPM, 0);
    bool has_12 = has(p, FIELD_CLOCK_12) || has(p, FIELD_HOUR_12);
    int64_t of_12 = has(p, FIELD_CLOCK_12) ? p->value[FIELD_CLOCK_12] % 12 : get(p, FIELD_HOUR_12, 0);
    if (has(p, FIELD_HOUR_12) && p->value[FIELD_HOUR_12] != of_12)
        return false;
    if (has_12 && has(p, FIELD_AMPM) && ok >= 0)
        ok = set(&r, FIELD_HOUR, half * 12 + of_12, ok);
    if (ok < 0)
        return false;
    if (has(&r, FIELD_HOUR)) {
        *hour = r.value[FIELD_HOUR];
        return (!has_12 || *hour % 12 == of_12) && (!has(p, FIELD_AMPM) || *hour / 12 == half);
    }
    *hour = has_12 ? of_12 : half * 12; // DateTimeFormatterHelper.toLocalTime
    return true;
}

static bool resolve_date(const struct parsed *p, int64_t *days)
{
    int64_t year = get(p, FIELD_YEAR, 1970);
    if (has(p, FIELD_YEAR_OF_ERA) && has(p, FIELD_ERA))
        year = p->value[FIELD_ERA] ? p->value[FIELD_YEAR_OF_ERA] : 1 - p->value[FIELD_YEAR_OF_ERA];
    if (has(p, FIELD_DAY_OF_YEAR)) {
        *days = days_from_civil(year, 1, 1) + p->value[FIELD_DAY_OF_YEAR] - 1;
        struct civil c = civil_from_days(*days);
        return c.year == year && get(p, FIELD_MONTH, c.month) == c.month && get(p, FIELD_DAY, c.day) == c.day;
    }
    unsigned month = (unsigned)get(p, FIELD_MONTH, 1), day = (unsigned)get(p, FIELD_DAY, 1);
    *days = days_from_civil(year, month, day);
    return civil_is_date(year, month, day);
}

static bool parse(const struct time_format *f, const struct input *in, struct parsed *p, int64_t *seconds)
{
    *p = (struct parsed){0};
    int64_t hour, days;
    if (f->print_only || read_elements(f, 0, f->elements, in, 0, p) != (int64_t)in->s.size || !ranges_fit(p) ||
        !resolve_hour(p, &hour) || !resolve_date(p, &days))
        return false;
    *seconds = days * SECONDS_PER_DAY + hour * 3600 + get(p, FIELD_MINUTE, 0) * 60 + get(p, FIELD_SECOND, 0);
    return true;
}

static bool join(int64_t seconds, const struct parsed *p, int64_t *micros)
{
    return !__builtin_mul_overflow(seconds, (int64_t)MICROS_PER_SECOND, micros) &&
           !__builtin_add_overflow(*micros, get(p, FIELD_NANO, 0) / 1000, micros);
}

bool time_format_parse(const struct time_format *f, struct slice s, const struct zone *zone, const struct zones *zones,
                       int64_t *micros)
{
    struct parsed p;
    int64_t seconds;
    if (!parse(f, &(struct input){s, zones}, &p, &seconds))
        return false;
    if (p.zone)
        seconds = zone_to_utc(p.zone, seconds);
    else if (has(&p, FIELD_OFFSET))
        seconds -= p.value[FIELD_OFFSET];
    else
        seconds = zone_to_utc(zone, seconds);
    return join(seconds, &p, micros);
}

bool time_format_parse_local(const struct time_format *f, struct slice s, const struct zones *zones, bool allow_zone,
                             int64_t *local_micros)
{
    struct parsed p;
    int64_t seconds;
    return parse(f, &(struct input){s, zones}, &p, &seconds) && (allow_zone || (!p.zone && !has(&p, FIELD_OFFSET))) &&
           join(seconds, &p, local_micros);
}
