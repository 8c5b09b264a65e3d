#include "ops/payload_time.h"

enum { CLEAN_TEXT_MAX = 256 };

static enum status read_format(const struct options *o, const char *name, bool writing, struct arena *arena,
                               const struct time_format **out, struct error *e)
{
    struct slice pattern = option_text(o, name);
    enum status status = STATUS_OK;
    if (pattern.size)
        status = time_format_compile(pattern, arena, out, e);
    return status == STATUS_OK && pattern.size && !writing ? time_format_check_parse(*out, e) : status;
}

static enum status read_time(struct payload_time *t, const struct options *o, const struct session *session,
                             bool writing, struct arena *arena, struct error *e)
{
    *t = (struct payload_time){.session = session};
    enum status status = read_format(o, "timestampFormat", writing, arena, &t->timestamp, e);
    if (status == STATUS_OK)
        status = read_format(o, "dateFormat", writing, arena, &t->date, e);
    if (status == STATUS_OK)
        status = read_format(o, "timestampNTZFormat", writing, arena, &t->ntz, e);
    if (status != STATUS_OK)
        return status;
    const struct option_value *again = option_get(o, "enableDateTimeParsingFallback");
    t->timestamp_again = again ? again->integer != 0 : t->timestamp == NULL;
    t->date_again = again ? again->integer != 0 : t->date == NULL;
    struct slice zone = option_text(o, "timeZone");
    if (zone.size == 0)
        return STATUS_OK;
    t->zone = zone_lookup(zone, session->zones, arena);
    return t->zone ? STATUS_OK
                   : error_set(e, STATUS_CONFIG, "[INVALID_TIMEZONE] timeZone is \"%.*s\"; there is no such zone",
                               (int)zone.size, zone.data);
}

enum status payload_time_read(struct payload_time *t, const struct options *o, const struct session *session,
                              struct arena *arena, struct error *e)
{
    return read_time(t, o, session, false, arena, e);
}

enum status payload_time_write(struct payload_time *t, const struct options *o, const struct session *session,
                               struct arena *arena, struct error *e)
{
    return read_time(t, o, session, true, arena, e);
}

static const struct zone *zone_of(const struct payload_time *t)
{
    return t->zone ? t->zone : t->session->zone;
}

// DateTimeUtils.cleanLegacyTimestampStr: Spark's second try goes without "GMT". false: there was none.
static bool without_gmt(struct slice text, char *to, uint32_t room, struct slice *out)
{
    uint32_t size = 0;
    if (text.size > room)
        return false;
    for (uint32_t i = 0; i < text.size;) {
        if (i + 3 <= text.size && memcmp(text.data + i, "GMT", 3) == 0)
            i += 3;
        else
            to[size++] = text.data[i++];
    }
    *out = (struct slice){to, size};
    return size < text.size;
}

static bool two_digits(const char *p, unsigned *out)
{
    unsigned high = (unsigned)(uint8_t)p[0] - '0', low = (unsigned)(uint8_t)p[1] - '0';
    *out = high * 10 + low;
    return high < 10 && low < 10;
}

// "2024-03-01 12:34:56", with T too, and with Z: what nearly all texts are. false: to be looked at more closely.
static bool plain_timestamp(struct slice s, const struct zone *zone, int64_t *micros)
{
    enum { PLAIN = 19 };
    unsigned century, year, month, day, hour, minute, second;
    const char *p = s.data;
    bool utc = s.size == PLAIN + 1 && p[PLAIN] == 'Z';
    if (s.size != PLAIN && !utc)
        return false;
    if (p[4] != '-' || p[7] != '-' || (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':')
        return false;
    if (!two_digits(p, &century) || !two_digits(p + 2, &year) || !two_digits(p + 5, &month) ||
        !two_digits(p + 8, &day) || !two_digits(p + 11, &hour) || !two_digits(p + 14, &minute) ||
        !two_digits(p + 17, &second))
        return false;
    year += century * 100;
    if (hour > 23 || minute > 59 || second > 59 || !civil_is_date(year, month, day))
        return false;
    int64_t seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    *micros = seconds * MICROS_PER_SECOND;
    return utc || zone == &zone_utc || micros_from_local(*micros, zone, micros);
}

static bool cast_timestamp(const struct payload_time *t, struct slice s, int64_t *micros)
{
    const struct zone *zone = zone_of(t);
    return plain_timestamp(s, zone, micros) || timestamp_parse_at(s, zone, t->session->zones, t->session->now, micros);
}

bool payload_timestamp(const struct payload_time *t, struct slice s, int64_t *micros)
{
    char bytes[CLEAN_TEXT_MAX];
    struct slice rest;
    if (t->timestamp ? time_format_parse(t->timestamp, s, zone_of(t), t->session->zones, micros)
                     : cast_timestamp(t, s, micros))
        return true;
    if (!t->timestamp_again)
        return false;
    return (t->timestamp && cast_timestamp(t, s, micros)) ||
           (without_gmt(s, bytes, sizeof bytes, &rest) && cast_timestamp(t, rest, micros));
}

bool payload_timestamp_ntz(const struct payload_time *t, struct slice s, int64_t *micros)
{
    return t->ntz ? time_format_parse_local(t->ntz, s, t->session->zones, false, micros)
                  : timestamp_ntz_parse(s, t->session->zones, false, micros);
}

bool payload_date(const struct payload_time *t, struct slice s, int32_t *days)
{
    char bytes[CLEAN_TEXT_MAX];
    struct slice rest;
    int64_t v;
    if (t->date && time_format_parse_local(t->date, s, t->session->zones, true, &v)) {
        *days = (int32_t)floor_divide(v, (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND);
        return true;
    }
    if (t->date && !t->date_again)
        return false;
    return date_parse(s, days) || (without_gmt(s, bytes, sizeof bytes, &rest) && date_parse(rest, days));
}

void payload_time_print(const struct payload_time *t, const struct column *c, uint32_t row, struct text *out)
{
    const struct zone *zone = t->zone ? t->zone : t->session->zone;
    switch (c->type->id) {
    case TYPE_DATE:
        if (t->date)
            time_format_print(t->date, (int64_t)c->i32[row] * SECONDS_PER_DAY * MICROS_PER_SECOND, &zone_utc, out);
        else
            date_print(c->i32[row], out);
        return;
    case TYPE_TIMESTAMP:
        if (t->timestamp)
            time_format_print(t->timestamp, c->i64[row], zone, out);
        else
            timestamp_print_iso(c->i64[row], zone, out);
        return;
    default:
        if (t->ntz)
            time_format_print(t->ntz, c->i64[row], &zone_utc, out);
        else
            timestamp_ntz_print_iso(c->i64[row], out);
    }
}

bool payload_interval(struct slice s, struct column *c, uint32_t row)
{
    int64_t v;
    bool months = c->type->id == TYPE_INTERVAL_YM;
    if (!interval_read(s, (enum interval_unit)c->type->precision, (enum interval_unit)c->type->scale, &v) ||
        (months && (v < INT32_MIN || v > INT32_MAX)))
        return false;
    if (months)
        c->i32[row] = (int32_t)v;
    else
        c->i64[row] = v;
    return true;
}
