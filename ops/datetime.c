#include "ops/datetime.h"

int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    // Years begin in March here, so that the leap day is the last of its year; eras of 400 years are all alike.
    year -= month <= 2;
    int64_t era = floor_divide(year, 400);
    int64_t of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

struct civil civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    uint32_t of_era = (uint32_t)(days - era * 146097);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t day_of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * day_of_year + 2) / 153; // from March
    struct civil c = {0};
    c.day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    c.month = (int32_t)(month < 10 ? month + 3 : month - 9);
    c.year = (int32_t)(era * 400 + year + (month >= 10));
    return c;
}

struct civil civil_at(int64_t micros, const struct zone *zone)
{
    // By seconds: at the ends of the range the local time in micros would overflow.
    int64_t seconds = floor_divide(micros, MICROS_PER_SECOND);
    seconds += zone_offset(zone, seconds);
    struct civil c = civil_from_days(floor_divide(seconds, SECONDS_PER_DAY));
    int32_t of_day = (int32_t)floor_remainder(seconds, SECONDS_PER_DAY);
    c.hour = of_day / 3600;
    c.minute = of_day / 60 % 60;
    c.second = of_day % 60;
    c.micro = (int32_t)floor_remainder(micros, MICROS_PER_SECOND);
    return c;
}

struct civil civil_from_micros(int64_t local_micros)
{
    return civil_at(local_micros, &zone_utc);
}

bool civil_is_date(int64_t year, unsigned month, unsigned day)
{
    static const uint8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= (unsigned)(length[month - 1] + (leap && month == 2));
}

int64_t micros_to_local(int64_t micros, const struct zone *zone)
{
    int64_t offset = (int64_t)zone_offset(zone, floor_divide(micros, MICROS_PER_SECOND)) * MICROS_PER_SECOND;
    int64_t local;
    // At the very ends of the range the local time is out of it: the instant itself is near enough.
    return __builtin_add_overflow(micros, offset, &local) ? micros : local;
}

// seconds and micros of a second to micros; false on overflow.
static bool join_micros(int64_t seconds, int32_t micro, int64_t *micros)
{
    if (seconds < 0 && micro > 0) { // so that the least value does not overflow on the way
        seconds++;
        micro -= MICROS_PER_SECOND;
    }
    return !__builtin_mul_overflow(seconds, (int64_t)MICROS_PER_SECOND, micros) &&
           !__builtin_add_overflow(*micros, (int64_t)micro, micros);
}

bool micros_from_local(int64_t local_micros, const struct zone *zone, int64_t *micros)
{
    int64_t seconds = floor_divide(local_micros, MICROS_PER_SECOND);
    int32_t micro = (int32_t)floor_remainder(local_micros, MICROS_PER_SECOND);
    return join_micros(zone_to_utc(zone, seconds), micro, micros);
}

// -- text to time --

enum segment { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION, ZONE, SEGMENTS };

struct stamp {
    int32_t part[SEGMENTS];
    int32_t sign; // of the year
    bool signed_year, just_time;
    struct slice zone; // empty: none
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// UTF8String.isWhitespaceOrISOControl
static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

static bool length_fits(int segment, int digits)
{
    switch (segment) {
    case YEAR:
        return digits >= 4 && digits <= 6;
    case FRACTION:
        return true;
    case ZONE:
        return digits <= 2;
    default:
        return digits > 0 && digits <= 2;
    }
}

// The segment that follows when `c`, which is no digit, stands behind segment `at`; -1: it may not stand there.
static int next_segment(const struct stamp *t, int at, char c)
{
    switch (at) {
    case YEAR:
        if (c == ':' && !t->signed_year)
            return MINUTE; // it was an hour
        return c == '-' ? MONTH : -1;
    case MONTH:
        return c == '-' ? DAY : -1;
    case DAY:
        return c == ' ' || c == 'T' ? HOUR : -1;
    case HOUR:
    case MINUTE:
        return c == ':' ? at + 1 : -1;
    case SECOND:
        return c == '.' ? FRACTION : ZONE;
    default:
        return ZONE;
    }
}

// SparkDateTimeUtils.parseTimestampString: the segments, not yet checked for their ranges.
static bool split_stamp(struct slice s, struct stamp *t)
{
    const char *at = s.data, *end = s.data + s.size;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    if (at == end)
        return false;
    *t = (struct stamp){.part = {1, 1, 1}, .sign = 1};
    int segment = YEAR, digits = 0;
    int32_t v = 0;
    if (*at == '-' || *at == '+') {
        t->signed_year = true;
        t->sign = *at++ == '-' ? -1 : 1;
    }
    for (; at < end; at++) {
        if (is_digit(*at)) {
            if (digits < 6)
                v = v * 10 + (*at - '0');
            digits++;
            continue;
        }
        if (at == s.data && *at == 'T') { // only as the very first byte
            t->just_time = true;
            segment = HOUR;
            continue;
        }
        int next = next_segment(t, segment, *at);
        if (next == MINUTE && segment == YEAR) {
            t->just_time = true;
            segment = HOUR;
        }
        if (next < 0 || !length_fits(segment, digits))
            return false;
        for (; segment == FRACTION && digits < 6; digits++)
            v *= 10;
        t->part[segment] = v;
        segment = next;
        v = digits = 0;
        if (next == ZONE) {
            t->zone = (struct slice){at, (uint32_t)(end - at)};
            break;
        }
    }
    if (!length_fits(segment, digits))
        return false;
    for (; segment == FRACTION && digits < 6; digits++)
        v *= 10;
    t->part[segment] = v;
    return true;
}

static bool time_fits(const struct stamp *t)
{
    return t->part[HOUR] < 24 && t->part[MINUTE] < 60 && t->part[SECOND] < 60;
}

static int64_t second_of_day(const struct stamp *t)
{
    return t->part[HOUR] * 3600 + t->part[MINUTE] * 60 + t->part[SECOND];
}

static struct slice trim_blanks(struct slice s) // String.trim
{
    while (s.size && (unsigned char)s.data[0] <= ' ') {
        s.data++;
        s.size--;
    }
    while (s.size && (unsigned char)s.data[s.size - 1] <= ' ')
        s.size--;
    return s;
}

static bool stamp_to_micros(const struct stamp *t, const struct zone *zone, const struct zones *zones,
                            const int64_t *now, int64_t *micros)
{
    int32_t seconds = 0;
    if (t->zone.size && !zone_resolve(trim_blanks(t->zone), zones, &zone, &seconds))
        return false;
    int64_t day;
    if (!time_fits(t))
        return false;
    if (t->just_time) {
        if (!now)
            return false;
        int64_t utc = floor_divide(*now, MICROS_PER_SECOND);
        day = floor_divide(utc + (zone ? zone_offset(zone, utc) : seconds), SECONDS_PER_DAY);
    } else {
        int64_t year = (int64_t)t->sign * t->part[YEAR];
        if (!civil_is_date(year, (unsigned)t->part[MONTH], (unsigned)t->part[DAY]))
            return false;
        day = days_from_civil(year, (unsigned)t->part[MONTH], (unsigned)t->part[DAY]);
    }
    int64_t local = day * SECONDS_PER_DAY + second_of_day(t);
    return join_micros(zone ? zone_to_utc(zone, local) : local - seconds, t->part[FRACTION], micros);
}

static inline bool two_digits(const char *at, uint32_t *v)
{
    uint32_t high = (uint32_t)(unsigned char)at[0] - '0', low = (uint32_t)(unsigned char)at[1] - '0';
    *v = high * 10 + low;
    return high <= 9 && low <= 9;
}

// What nearly every text is: yyyy-MM-dd?HH:mm:ss, a fraction, and Z, an offset or nothing. false: look closer.
static bool parse_usual(struct slice s, const struct zone *zone, int64_t *micros)
{
    const char *p = s.data;
    uint32_t century, year, month, day, hour, minute, second;
    if (s.size < 19 || p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':')
        return false;
    if (!two_digits(p, &century) || !two_digits(p + 2, &year) || !two_digits(p + 5, &month) ||
        !two_digits(p + 8, &day) || !two_digits(p + 11, &hour) || !two_digits(p + 14, &minute) ||
        !two_digits(p + 17, &second))
        return false;
    year += century * 100;
    if (hour > 23 || minute > 59 || second > 59 || !civil_is_date(year, month, day))
        return false;
    const char *at = p + 19, *end = p + s.size;
    int32_t micro = 0;
    if (at < end && *at == '.') {
        int digits = 0;
        for (at++; at < end && is_digit(*at); at++, digits++)
            if (digits < 6)
                micro = micro * 10 + (*at - '0');
        for (; digits < 6; digits++)
            micro *= 10;
    }
    int64_t seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    uint32_t east_hours, east_minutes;
    if (at == end) {
        seconds = zone_to_utc(zone, seconds);
    } else if (end - at == 6 && (*at == '+' || *at == '-') && at[3] == ':' && two_digits(at + 1, &east_hours) &&
               two_digits(at + 4, &east_minutes) && east_hours < 18 && east_minutes < 60) {
        int64_t east = east_hours * 3600 + east_minutes * 60;
        seconds -= *at == '-' ? -east : east;
    } else if (end - at != 1 || *at != 'Z') {
        return false;
    }
    *micros = seconds * MICROS_PER_SECOND + micro;
    return true;
}

bool timestamp_parse(struct slice s, const struct zone *zone, const struct zones *zones, int64_t *micros)
{
    struct stamp t;
    return parse_usual(s, zone, micros) || (split_stamp(s, &t) && stamp_to_micros(&t, zone, zones, NULL, micros));
}

bool timestamp_parse_at(struct slice s, const struct zone *zone, const struct zones *zones, int64_t now,
                        int64_t *micros)
{
    struct stamp t;
    return parse_usual(s, zone, micros) || (split_stamp(s, &t) && stamp_to_micros(&t, zone, zones, &now, micros));
}

bool timestamp_ntz_parse(struct slice s, const struct zones *zones, bool allow_zone, int64_t *micros)
{
    struct stamp t;
    if (!split_stamp(s, &t) || t.just_time)
        return false;
    const struct zone *named;
    int32_t seconds;
    if (t.zone.size && (!allow_zone || !zone_resolve(trim_blanks(t.zone), zones, &named, &seconds)))
        return false;
    t.zone.size = 0;
    return stamp_to_micros(&t, &zone_utc, NULL, NULL, micros);
}

bool date_parse(struct slice s, int32_t *days)
{
    const char *at = s.data, *end = s.data + s.size;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    if (at == end)
        return false;
    int64_t sign = *at == '-' ? -1 : 1;
    if (*at == '-' || *at == '+')
        at++;
    int64_t part[3] = {1, 1, 1}, v = 0;
    int segment = 0, digits = 0;
    for (; at <= end; at++) {
        bool last = at == end || *at == ' ' || *at == 'T';
        if (!last && is_digit(*at)) {
            if (++digits <= 7)
                v = v * 10 + (*at - '0');
            continue;
        }
        if (!last && (*at != '-' || segment == 2))
            return false;
        if (segment == 0 ? digits < 4 || digits > 7 : digits < 1 || digits > 2)
            return false;
        part[segment] = v;
        if (last)
            break;
        v = digits = 0;
        segment++;
    }
    if ((segment < 2 && at < end) || !civil_is_date(sign * part[0], (unsigned)part[1], (unsigned)part[2]))
        return false;
    int64_t day = days_from_civil(sign * part[0], (unsigned)part[1], (unsigned)part[2]);
    if (day < INT32_MIN || day > INT32_MAX)
        return false;
    *days = (int32_t)day;
    return true;
}
