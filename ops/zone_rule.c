#include "ops/zone_rule.h"

#include "ops/datetime.h"

struct reader {
    const char *at, *end;
};

static bool more(const struct reader *r)
{
    return r->at < r->end;
}

static bool take(struct reader *r, char c)
{
    if (!more(r) || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool number(struct reader *r, int32_t least, int32_t most, int32_t *out)
{
    int32_t v = 0;
    const char *from = r->at;
    while (more(r) && *r->at >= '0' && *r->at <= '9' && v <= most)
        v = v * 10 + (*r->at++ - '0');
    *out = v;
    return r->at > from && v >= least && v <= most;
}

// "CET", or in angle brackets with digits and signs: "<-03>".
static bool abbreviation(struct reader *r, struct slice *out)
{
    bool quoted = take(r, '<');
    const char *from = r->at;
    while (more(r)) {
        char c = *r->at;
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(quoted && c != '>'))
            break;
        r->at++;
    }
    *out = (struct slice){from, (uint32_t)(r->at - from)};
    return out->size > 0 && (!quoted || take(r, '>'));
}

// [+-]h[h[h]][:mm[:ss]]
static bool clock_time(struct reader *r, int32_t *seconds)
{
    bool negative = take(r, '-');
    if (!negative)
        take(r, '+');
    int32_t h, m = 0, s = 0;
    if (!number(r, 0, 167, &h))
        return false;
    if (take(r, ':') && (!number(r, 0, 59, &m) || (take(r, ':') && !number(r, 0, 59, &s))))
        return false;
    *seconds = h * 3600 + m * 60 + s;
    if (negative)
        *seconds = -*seconds;
    return true;
}

static bool read_day(struct reader *r, struct zone_day *d)
{
    d->seconds = 2 * 3600;
    bool ok;
    if (take(r, 'M')) {
        d->kind = DAY_OF_MONTH_WEEK;
        ok = number(r, 1, 12, &d->month) && take(r, '.') && number(r, 1, 5, &d->week) && take(r, '.') &&
             number(r, 0, 6, &d->day);
    } else if (take(r, 'J')) {
        d->kind = DAY_JULIAN;
        ok = number(r, 1, 365, &d->day);
    } else {
        d->kind = DAY_ZERO_BASED;
        ok = number(r, 0, 365, &d->day);
    }
    return ok && (!take(r, '/') || clock_time(r, &d->seconds));
}

bool zone_rule_parse(struct slice text, struct zone_rule *out)
{
    struct reader r = {text.data, text.data + text.size};
    *out = (struct zone_rule){0};
    int32_t west;
    if (!abbreviation(&r, &out->standard.abbreviation) || !clock_time(&r, &west))
        return false;
    out->standard.offset = -west;
    if (!more(&r))
        return true;
    out->has_summer = true;
    if (!abbreviation(&r, &out->summer.abbreviation))
        return false;
    out->summer.offset = out->standard.offset + 3600;
    if (more(&r) && *r.at != ',') {
        if (!clock_time(&r, &west))
            return false;
        out->summer.offset = -west;
    }
    return take(&r, ',') && read_day(&r, &out->start) && take(&r, ',') && read_day(&r, &out->end) && !more(&r);
}

// The local second, as if local time were UTC, at which a day's change happens.
static int64_t local_change(const struct zone_day *d, int64_t year)
{
    int64_t day;
    if (d->kind == DAY_OF_MONTH_WEEK) {
        int64_t first = days_from_civil(year, (unsigned)d->month, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
        day = first + (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
        int64_t next =
            d->month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, (unsigned)d->month + 1, 1);
        if (day >= next)
            day -= 7;
    } else {
        day = days_from_civil(year, 1, 1) + d->day;
        if (d->kind == DAY_JULIAN && (d->day < 60 || !civil_is_date(year, 2, 29)))
            day--; // counts from 1 and never 29 February
    }
    return day * SECONDS_PER_DAY + d->seconds;
}

uint32_t zone_rule_changes(const struct zone_rule *r, int64_t year, struct zone_change *change)
{
    if (!r->has_summer)
        return 0;
    struct zone_change to_summer = {local_change(&r->start, year) - r->standard.offset, r->standard.offset,
                                    r->summer.offset};
    struct zone_change to_standard = {local_change(&r->end, year) - r->summer.offset, r->summer.offset,
                                      r->standard.offset};
    bool summer_first = to_summer.at < to_standard.at;
    change[0] = summer_first ? to_summer : to_standard;
    change[1] = summer_first ? to_standard : to_summer;
    return 2;
}

const struct zone_regime *zone_rule_at(const struct zone_rule *r, int64_t utc_seconds)
{
    struct zone_change change[2];
    int64_t local = utc_seconds + r->standard.offset;
    if (zone_rule_changes(r, civil_from_days(floor_divide(local, SECONDS_PER_DAY)).year, change) == 0)
        return &r->standard;
    int32_t offset = change[1].after;
    if (utc_seconds < change[0].at)
        offset = change[0].before;
    else if (utc_seconds < change[1].at)
        offset = change[0].after;
    return offset == r->standard.offset ? &r->standard : &r->summer;
}
