// A POSIX TZ rule ("CET-1CEST,M3.5.0,M10.5.0/3"): what a TZif file's footer says of the time after its last transition
// (RFC 8536 section 3.3, RFC 9636's extended hours). Private to ops/zone*.c.
#ifndef OPS_ZONE_RULE_H
#define OPS_ZONE_RULE_H

#include "ops/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct zone_regime {
    int32_t offset; // seconds east
    struct slice abbreviation;
};

struct zone_day {
    enum { DAY_OF_MONTH_WEEK, DAY_JULIAN, DAY_ZERO_BASED } kind;
    int32_t month, week, day; // day: of week, or of year
    int32_t seconds;          // local, may be negative or past 24 hours
};

struct zone_rule {
    struct zone_regime standard, summer;
    bool has_summer;
    struct zone_day start, end;
};

struct zone_change {
    int64_t at; // seconds UTC
    int32_t before, after;
};

// The abbreviations are borrowed from `text`.
bool zone_rule_parse(struct slice text, struct zone_rule *out);
const struct zone_regime *zone_rule_at(const struct zone_rule *r, int64_t utc_seconds);
// The changes of a year in their order; 0 or 2 of them.
uint32_t zone_rule_changes(const struct zone_rule *r, int64_t year, struct zone_change *change);

#endif
