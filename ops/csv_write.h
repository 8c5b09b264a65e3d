// Rows as lines of CSV, as Spark's UnivocityGenerator and univocity's CsvWriter write them: for the csv sink and
// to_csv.
#ifndef OPS_CSV_WRITE_H
#define OPS_CSV_WRITE_H

#include "ops/chunk.h"
#include "ops/csv.h"
#include "ops/payload_time.h"

struct csv_writer {
    struct csv_format format;
    struct payload_time time;
    char comment;  // a first value that begins with it stands in quotes
    char line_end; // what a line end within a value is written for: univocity's normalized newline
};

enum status csv_writer_read(struct csv_writer *w, const struct options *o, const struct session *session,
                            struct arena *arena, struct error *e);
bool csv_writes(const struct type *type); // nested values are not written
// The row without its line end. false: nothing was written (one column, nothing in it), then Spark leaves the line out.
// `scratch` is cleared.
bool csv_append_row(const struct csv_writer *w, struct text *out, struct column *const *column, uint32_t columns,
                    uint32_t row, struct text *scratch);
// One value: of a header, for one.
void csv_append_text(const struct csv_writer *w, struct text *out, uint32_t column, struct slice s, bool null);
void csv_append_line_end(const struct csv_writer *w, struct text *out);

// Rows for the option tables of what writes CSV, behind CSV_COMMON_OPTIONS.
#define CSV_WRITE_OPTIONS                                                                                              \
    {.name = "emptyValue", .kind = OPTION_STRING, .fallback = "\"\"", .summary = "what an empty text is written as"},  \
        {.name = "quoteAll", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "quotes around every value"},     \
        {.name = "escapeQuotes",                                                                                       \
         .kind = OPTION_BOOLEAN,                                                                                       \
         .fallback = "true",                                                                                           \
         .summary = "quotes around values that hold a quote"},                                                         \
        {.name = "ignoreLeadingWhiteSpace",                                                                            \
         .kind = OPTION_BOOLEAN,                                                                                       \
         .fallback = "true",                                                                                           \
         .summary = "blanks before a value are left out"},                                                             \
        {.name = "ignoreTrailingWhiteSpace",                                                                           \
         .kind = OPTION_BOOLEAN,                                                                                       \
         .fallback = "true",                                                                                           \
         .summary = "blanks behind a value are left out"},                                                             \
        {.name = "lineSep", .kind = OPTION_STRING, .summary = "what ends a line; absent: \\n"},                        \
        {.name = "timestampFormat", .kind = OPTION_STRING, .summary = "pattern of TIMESTAMP; absent: as in JSON"},     \
        {.name = "timestampNTZFormat",                                                                                 \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "pattern of TIMESTAMP_NTZ; absent: as in JSON"},                                                   \
        {.name = "dateFormat", .kind = OPTION_STRING, .summary = "pattern of DATE; absent: yyyy-MM-dd"},               \
    {                                                                                                                  \
        .name = "timeZone", .kind = OPTION_STRING, .summary = "zone of TIMESTAMP; absent: the session's"               \
    }

#endif
