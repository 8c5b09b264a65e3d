#include "ops/number.h"
#include "ops/time_formats.h"

#include <assert.h>

// An instant taken apart once for all elements.
struct moment {
    struct civil c;
    int32_t offset;
    int64_t seconds; // UTC
    const struct zone *zone;
};

static int64_t hour_value(const struct civil *c, enum time_field field)
{
    switch (field) {
    case FIELD_AMPM:
        return c->hour / 12;
    case FIELD_CLOCK_12:
        return c->hour % 12 == 0 ? 12 : c->hour % 12;
    case FIELD_HOUR_12:
        return c->hour % 12;
    case FIELD_CLOCK_24:
        return c->hour == 0 ? 24 : c->hour;
    default:
        assert(field == FIELD_HOUR);
        return c->hour;
    }
}

static int64_t value_of(const struct moment *m, enum time_field field)
{
    const struct civil *c = &m->c;
    int64_t days = days_from_civil(c->year, (unsigned)c->month, (unsigned)c->day);
    switch (field) {
    case FIELD_ERA:
        return c->year > 0;
    case FIELD_YEAR_OF_ERA:
        return c->year > 0 ? c->year : 1 - (int64_t)c->year;
    case FIELD_YEAR:
        return c->year;
    case FIELD_QUARTER:
        return (c->month + 2) / 3;
    case FIELD_MONTH:
        return c->month;
    case FIELD_DAY:
        return c->day;
    case FIELD_DAY_OF_YEAR:
        return days - days_from_civil(c->year, 1, 1) + 1;
    case FIELD_WEEKDAY:
        return floor_remainder(days + 3, 7) + 1;
    case FIELD_ALIGNED_DAY:
        return (c->day - 1) % 7 + 1;
    case FIELD_MINUTE:
        return c->minute;
    case FIELD_SECOND:
        return c->second;
    case FIELD_NANO:
        return (int64_t)c->micro * 1000;
    case FIELD_OFFSET:
        return m->offset;
    default:
        return hour_value(c, field);
    }
}

static void print_padded(uint64_t v, uint32_t least, struct text *out)
{
    char digits[NUMBER_TEXT_MAX];
    uint32_t size = int64_print((int64_t)v, digits);
    for (uint32_t i = size; i < least; i++)
        text_char(out, '0');
    text_bytes(out, digits, size);
}

static void print_number(const struct time_element *x, int64_t v, struct text *out)
{
    if (v < 0) {
        text_char(out, '-');
    } else if (x->sign == SIGN_EXCEEDS_PAD) {
        int64_t exceeds = 1;
        for (uint32_t i = 0; i < x->least; i++)
            exceeds *= 10;
        if (v >= exceeds)
            text_char(out, '+');
    }
    print_padded((uint64_t)(v < 0 ? -v : v), x->least, out);
}

static void print_fraction(const struct time_element *x, int64_t nanos, struct text *out)
{
    for (uint32_t i = x->most; i < 9; i++)
        nanos /= 10;
    print_padded((uint64_t)nanos, x->most, out);
}

static void print_offset(const struct time_element *x, int32_t offset, struct text *out)
{
    int32_t magnitude = offset < 0 ? -offset : offset;
    int32_t hours = magnitude / 3600, minutes = magnitude / 60 % 60, seconds = magnitude % 60;
    if (!x->seconds)
        seconds = 0;
    if (hours + minutes + seconds == 0) {
        text_slice(out, x->text);
        return;
    }
    text_char(out, offset < 0 ? '-' : '+');
    print_padded((uint64_t)hours, 2, out);
    if (minutes || !x->short_minutes) {
        if (x->colon)
            text_char(out, ':');
        print_padded((uint64_t)minutes, 2, out);
    }
    if (seconds) {
        if (x->colon)
            text_char(out, ':');
        print_padded((uint64_t)seconds, 2, out);
    }
}

// "GMT+8", "GMT+08:00"
static void print_gmt_offset(const struct time_element *x, int32_t offset, struct text *out)
{
    int32_t magnitude = offset < 0 ? -offset : offset;
    int32_t minutes = magnitude / 60 % 60, seconds = magnitude % 60;
    text_string(out, "GMT");
    if (offset == 0)
        return;
    text_char(out, offset < 0 ? '-' : '+');
    print_padded((uint64_t)(magnitude / 3600), x->full ? 2 : 1, out);
    if (!x->full && minutes == 0 && seconds == 0)
        return;
    text_char(out, ':');
    print_padded((uint64_t)minutes, 2, out);
    if (seconds) {
        text_char(out, ':');
        print_padded((uint64_t)seconds, 2, out);
    }
}

static void print_element(const struct time_element *x, const struct moment *m, struct text *out)
{
    uint32_t count;
    int least;
    switch (x->kind) {
    case ELEMENT_NUMBER:
        print_number(x, value_of(m, x->field), out);
        break;
    case ELEMENT_TWO_DIGIT_YEAR: {
        int64_t v = value_of(m, x->field);
        print_padded((uint64_t)(v < 0 ? -v : v) % 100, 2, out);
        break;
    }
    case ELEMENT_FRACTION:
        print_fraction(x, value_of(m, x->field), out);
        break;
    case ELEMENT_TEXT: {
        const char *const *texts = time_field_texts(x->field, x->full, &count, &least);
        text_string(out, texts[value_of(m, x->field) - least]);
        break;
    }
    case ELEMENT_LITERAL:
        text_slice(out, x->text);
        break;
    case ELEMENT_OFFSET:
        print_offset(x, m->offset, out);
        break;
    case ELEMENT_GMT_OFFSET:
        print_gmt_offset(x, m->offset, out);
        break;
    case ELEMENT_ZONE_ID:
        text_slice(out, zone_name(m->zone));
        break;
    case ELEMENT_ZONE_NAME:
        text_slice(out, zone_abbreviation(m->zone, m->seconds));
        break;
    case ELEMENT_OPTIONAL: // what is in it is always there
        break;
    }
}

void time_format_print(const struct time_format *f, int64_t micros, const struct zone *zone, struct text *out)
{
    struct moment m = {.c = civil_at(micros, zone), .zone = zone};
    m.seconds = floor_divide(micros, MICROS_PER_SECOND);
    m.offset = zone_offset(zone, m.seconds);
    for (uint32_t i = 0; i < f->elements; i++)
        print_element(&f->element[i], &m, out);
}
