// Times and dates in payloads: what the JSON and CSV decoders share of Spark's formatters and their second tries.
#ifndef OPS_PAYLOAD_TIME_H
#define OPS_PAYLOAD_TIME_H

#include "ops/chunk.h"
#include "ops/datetime.h"
#include "ops/option.h"
#include "ops/session.h"

struct payload_time {
    const struct session *session;
    const struct zone *zone;             // the option timeZone's; NULL: the session's
    const struct time_format *timestamp; // NULL: as CAST reads it
    const struct time_format *date;      // NULL: as CAST reads it
    const struct time_format *ntz;       // NULL: as CAST reads it
    bool timestamp_again, date_again;    // what a pattern does not take is read as CAST does
};

// Rows for the option tables of the decoders.
#define PAYLOAD_TIME_OPTIONS                                                                                           \
    {.name = "timestampFormat",                                                                                        \
     .kind = OPTION_STRING,                                                                                            \
     .summary = "pattern of TIMESTAMP texts; absent: as CAST reads them"},                                             \
        {.name = "timestampNTZFormat",                                                                                 \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "pattern of TIMESTAMP_NTZ texts; absent: as CAST reads them"},                                     \
        {.name = "dateFormat", .kind = OPTION_STRING, .summary = "pattern of DATE texts; absent: as CAST reads them"}, \
        {.name = "timeZone",                                                                                           \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "zone of TIMESTAMP texts that name none; absent: the session's"},                                  \
    {                                                                                                                  \
        .name = "enableDateTimeParsingFallback", .kind = OPTION_BOOLEAN,                                               \
        .summary = "whether what a pattern does not take is read as CAST does; absent: only without a pattern"         \
    }

enum status payload_time_read(struct payload_time *t, const struct options *o, const struct session *session,
                              struct arena *arena, struct error *e);
// The same for writing, where a pattern may have letters that are for printing only.
enum status payload_time_write(struct payload_time *t, const struct options *o, const struct session *session,
                               struct arena *arena, struct error *e);
// A DATE, TIMESTAMP or TIMESTAMP_NTZ that is not NULL.
void payload_time_print(const struct payload_time *t, const struct column *c, uint32_t row, struct text *out);
// false: it is no such text.
bool payload_timestamp(const struct payload_time *t, struct slice s, int64_t *micros);
bool payload_timestamp_ntz(const struct payload_time *t, struct slice s, int64_t *micros);
bool payload_date(const struct payload_time *t, struct slice s, int32_t *days);
// An interval as CAST reads it, into a column of such a type.
bool payload_interval(struct slice s, struct column *c, uint32_t row);

#endif
