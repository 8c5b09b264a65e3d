// Time zones from TZif tables (RFC 8536), handed in as bytes by hal: ops reads no file and never calls localtime.
#ifndef OPS_ZONE_H
#define OPS_ZONE_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>
#include <stdint.h>

struct zone; // immutable

// Where zones come from: hal/port implements it (and caches); tests make their own.
struct zones {
    // NULL if there is none of that name. Names: IANA ("Europe/Berlin"). Lives as long as `self`.
    const struct zone *(*find)(void *self, struct slice name);
    void *self;
};

extern const struct zone zone_utc;

// Copies what it needs into `arena`. Reads versions 2 and 3, the footer's POSIX TZ rule included.
enum status zone_parse(struct slice tzif, struct slice name, struct arena *arena, const struct zone **out,
                       struct error *e);
// A fixed offset; |seconds| <= 18 h.
const struct zone *zone_fixed(int32_t seconds, struct arena *arena);
// What Java's ZoneId.of with Spark's additions takes (DateTimeUtils.getZoneId): "UTC", "Z", "+01:00", "+2", "+0130",
// "UTC+1", "GMT-3", IANA names by `zones`. NULL if it is none of these.
const struct zone *zone_lookup(struct slice name, const struct zones *zones, struct arena *arena);
struct slice zone_name(const struct zone *z);
// The same without an arena: a fixed offset's seconds, or a zone of `zones`. false: it is neither.
bool zone_resolve(struct slice name, const struct zones *zones, const struct zone **named, int32_t *seconds);
// Of those of `zones`, the one that ZoneId.getAvailableZoneIds has under that name; NULL: none.
const struct zone *zone_region(struct slice name, const struct zones *zones);
// The abbreviation in force at an instant ("CET", "UTC", "+03" where there is none), as the pattern letter z prints it.
struct slice zone_abbreviation(const struct zone *z, int64_t utc_seconds);

// Seconds east of UTC in force at an instant.
int32_t zone_offset(const struct zone *z, int64_t utc_seconds);
// Local to instant by Java's rule (ZonedDateTime.ofLocal): a local time in a gap moves later by the gap's length, an
// ambiguous one is the earlier offset's.
int64_t zone_to_utc(const struct zone *z, int64_t local_seconds);

#endif
