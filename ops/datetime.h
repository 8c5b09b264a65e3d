// Dates and times: proleptic Gregorian, as java.time and Spark's DateTimeUtils / SparkDateTimeUtils have them.
#ifndef OPS_DATETIME_H
#define OPS_DATETIME_H

#include "ops/slice.h"
#include "ops/status.h"
#include "ops/text.h"
#include "ops/type.h"
#include "ops/zone.h"

#include <stdbool.h>
#include <stdint.h>

enum { MICROS_PER_MILLI = 1000, MICROS_PER_SECOND = 1000000, SECONDS_PER_DAY = 86400 };

// Rounds down, also below zero; `by` > 0.
static inline int64_t floor_divide(int64_t x, int64_t by)
{
    return x / by - (x % by < 0);
}
static inline int64_t floor_remainder(int64_t x, int64_t by)
{
    return x % by + (x % by < 0 ? by : 0);
}

struct civil {
    int32_t year, month, day, hour, minute, second, micro; // month and day from 1
};

int64_t days_from_civil(int64_t year, unsigned month, unsigned day); // since 1970-01-01
struct civil civil_from_days(int64_t days);                          // time parts 0
bool civil_is_date(int64_t year, unsigned month, unsigned day);      // is there such a day
struct civil civil_from_micros(int64_t local_micros);                // floors before 1970
struct civil civil_at(int64_t micros, const struct zone *zone);      // the local time at an instant
// Micros of local time at an instant, and back by zone_to_utc's rule; false on overflow.
int64_t micros_to_local(int64_t micros, const struct zone *zone);
bool micros_from_local(int64_t local_micros, const struct zone *zone, int64_t *micros);

// Text to TIMESTAMP as CAST does it (SparkDateTimeUtils.stringToTimestamp): trimmed; "2024", "2024-3-1 1:2:3.5+02:00",
// "2024-03-01T12 Europe/Berlin", "T12:34", … A text without a zone is in `zone`. false: NULL.
// A time without a date ("T12:34", "12:34:56") is on the day of `now`, in its zone: timestamp_parse knows no now and
// answers false for it; whoever has a session calls timestamp_parse_at.
bool timestamp_parse(struct slice s, const struct zone *zone, const struct zones *zones, int64_t *micros);
bool timestamp_parse_at(struct slice s, const struct zone *zone, const struct zones *zones, int64_t now,
                        int64_t *micros);
// Text to TIMESTAMP_NTZ (stringToTimestampWithoutTimeZone): CAST leaves a zone in the text out of account
// (allow_zone), the JSON and CSV sources refuse it. A time without a date is refused.
bool timestamp_ntz_parse(struct slice s, const struct zones *zones, bool allow_zone, int64_t *micros);
// Text to DATE as CAST does it (stringToDate).
bool date_parse(struct slice s, int32_t *days);

// As CAST(… AS STRING): "2024-03-01 12:34:56.789" (fraction without trailing zeros), "2024-03-01".
void timestamp_print(int64_t micros, const struct zone *zone, struct text *out);
void timestamp_ntz_print(int64_t micros, struct text *out);
void date_print(int32_t days, struct text *out);
// As to_json: "2024-03-01T12:34:56.789Z", milliseconds cut, offset with seconds for old local times, years past 9999 as
// +10000.
void timestamp_print_iso(int64_t micros, const struct zone *zone, struct text *out);
void timestamp_ntz_print_iso(int64_t micros, struct text *out);

// Java's DateTimeFormatter patterns as Spark uses them (DateTimeFormatterHelper), compiled once.
struct time_format;
// STATUS_CONFIG: a letter or a repetition Spark 4 refuses
// ([INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION], …).
enum status time_format_compile(struct slice pattern, struct arena *arena, const struct time_format **out,
                                struct error *e);
// Whether text can be read with it: E, F, q, Q (as Spark) and z are for printing only. STATUS_CONFIG: not, with words.
enum status time_format_check_parse(const struct time_format *f, struct error *e);
// Strict widths, as the JSON and CSV sources' timestampFormat and dateFormat; parts that the pattern lacks are those of
// 1970-01-01 00:00. false: does not fit.
bool time_format_parse(const struct time_format *f, struct slice s, const struct zone *zone, const struct zones *zones,
                       int64_t *micros);
// The local time that the text says: for DATE, and for TIMESTAMP_NTZ, whose texts may name no zone.
bool time_format_parse_local(const struct time_format *f, struct slice s, const struct zones *zones, bool allow_zone,
                             int64_t *local_micros);
void time_format_print(const struct time_format *f, int64_t micros, const struct zone *zone, struct text *out);

// Spark's interval text as an option takes it (IntervalUtils.stringToInterval): "10 minutes", "1 minute 30 seconds",
// "INTERVAL 2 HOURS", "1.5 seconds", any case, singular and plural.
struct interval {
    int32_t months, days;
    int64_t micros;
};
bool interval_parse(struct slice s, struct interval *out);
// Intervals with units of their own, their value in months or microseconds (ops/interval_text.c).
const char *interval_unit_name(enum interval_unit unit);
int64_t interval_unit_size(enum interval_unit unit); // in months, or in microseconds
void interval_print(int64_t v, enum interval_unit first, enum interval_unit last, struct text *out);
// "1 02:03" as DAY TO MINUTE, with a sign; interval_read takes "INTERVAL '1 02:03' DAY TO MINUTE" too.
bool interval_read_value(struct slice s, enum interval_unit first, enum interval_unit last, int64_t *v);
bool interval_read(struct slice s, enum interval_unit first, enum interval_unit last, int64_t *v);
// With a month as 31 days, as a watermark's delay counts it; false on overflow.
bool interval_micros(const struct interval *i, int64_t *micros);

#endif
