#include "ops/datetime.h"
#include "ops/number.h"

enum { STAMP_TEXT_MAX = 64 };

static char *put_two(char *to, int32_t v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
    return to + 2;
}

// Four digits at least; past 9999 with a plus, before the year 0 with a minus (java.time's EXCEEDS_PAD).
static char *put_date(char *to, const struct civil *c)
{
    if (c->year >= 0 && c->year <= 9999) {
        to = put_two(put_two(to, c->year / 100), c->year % 100);
    } else {
        int32_t magnitude = c->year < 0 ? -c->year : c->year;
        *to++ = c->year < 0 ? '-' : '+';
        for (int32_t least = 1000; magnitude < least; least /= 10)
            *to++ = '0';
        if (magnitude)
            to += int64_print(magnitude, to);
    }
    *to++ = '-';
    to = put_two(to, c->month);
    *to++ = '-';
    return put_two(to, c->day);
}

static char *put_time(char *to, const struct civil *c)
{
    to = put_two(to, c->hour);
    *to++ = ':';
    to = put_two(to, c->minute);
    *to++ = ':';
    return put_two(to, c->second);
}

static void print_civil(struct civil c, struct text *out)
{
    char *from = text_reserve(out, STAMP_TEXT_MAX);
    char *to = put_date(from, &c);
    *to++ = ' ';
    to = put_time(to, &c);
    if (c.micro) {
        *to++ = '.';
        int32_t scale = 100000;
        for (int32_t rest = c.micro; rest; rest %= scale, scale /= 10) {
            *to++ = (char)('0' + rest / scale);
            if (scale == 1)
                break;
        }
    }
    out->size += (size_t)(to - from);
}

void timestamp_print(int64_t micros, const struct zone *zone, struct text *out)
{
    print_civil(civil_at(micros, zone), out);
}

void timestamp_ntz_print(int64_t micros, struct text *out)
{
    print_civil(civil_from_micros(micros), out);
}

void date_print(int32_t days, struct text *out)
{
    struct civil c = civil_from_days(days);
    char *from = text_reserve(out, STAMP_TEXT_MAX);
    out->size += (size_t)(put_date(from, &c) - from);
}

static char *put_iso(char *to, struct civil c)
{
    to = put_date(to, &c);
    *to++ = 'T';
    to = put_time(to, &c);
    int32_t milli = c.micro / MICROS_PER_MILLI;
    *to++ = '.';
    *to++ = (char)('0' + milli / 100);
    return put_two(to, milli % 100);
}

void timestamp_print_iso(int64_t micros, const struct zone *zone, struct text *out)
{
    int32_t offset = zone_offset(zone, floor_divide(micros, MICROS_PER_SECOND));
    char *from = text_reserve(out, STAMP_TEXT_MAX);
    char *to = put_iso(from, civil_at(micros, zone));
    if (offset == 0) {
        *to++ = 'Z';
    } else {
        int32_t magnitude = offset < 0 ? -offset : offset;
        *to++ = offset < 0 ? '-' : '+';
        to = put_two(to, magnitude / 3600);
        *to++ = ':';
        to = put_two(to, magnitude / 60 % 60);
        if (magnitude % 60) {
            *to++ = ':';
            to = put_two(to, magnitude % 60);
        }
    }
    out->size += (size_t)(to - from);
}

void timestamp_ntz_print_iso(int64_t micros, struct text *out)
{
    char *from = text_reserve(out, STAMP_TEXT_MAX);
    out->size += (size_t)(put_iso(from, civil_from_micros(micros)) - from);
}
