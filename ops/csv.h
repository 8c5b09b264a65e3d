// CSV as Spark has it: univocity-parsers 2.9 with the settings of Spark's CSVOptions. What the decoder, the sink,
// from_csv and to_csv share. Private to them.
#ifndef OPS_CSV_H
#define OPS_CSV_H

#include "ops/arena.h"
#include "ops/option.h"
#include "ops/slice.h"
#include "ops/status.h"
#include "ops/text.h"

#include <stdbool.h>

enum csv_unescaped {
    CSV_STOP_AT_DELIMITER,
    CSV_STOP_AT_CLOSING_QUOTE,
    CSV_BACK_TO_DELIMITER,
    CSV_SKIP_VALUE,
    CSV_RAISE_ERROR,
};

struct csv_format {
    struct slice separator; // its bytes
    bool one;               // the separator is one character (of UTF-16)
    char quote, escape;
    char escape_escape; // what stands before an escape that means itself; 0: nothing
    char comment;
    bool has_comment;
    bool trim_leading, trim_trailing;
    struct slice null_value, empty_value;
    enum csv_unescaped unescaped;
    uint32_t columns_max, length_max; // length_max: characters of a value; UINT32_MAX: any
    char line_end[2];                 // given with lineSep; line_end[0] 0: not given
    // Writing.
    bool quote_all, escape_quotes;
};

// Reads what csv_format needs, by Spark's names, from options of csv_read_options or csv_write_options. Slices are
// borrowed from the options or lie in `arena`.
enum status csv_format_read(struct csv_format *f, const struct options *o, bool writing, struct arena *arena,
                            struct error *e);

// Rows for the option tables of whatever reads CSV, and of whatever writes it.
#define CSV_COMMON_OPTIONS                                                                                             \
    {.name = "sep", .kind = OPTION_STRING, .summary = "what stands between two values; \\t is a tab"},                 \
        {.name = "delimiter", .kind = OPTION_STRING, .summary = "the same as sep"},                                    \
        {.name = "quote",                                                                                              \
         .kind = OPTION_STRING,                                                                                        \
         .fallback = "\"",                                                                                             \
         .summary = "what encloses a value that holds a separator; empty: nothing does"},                              \
        {.name = "escape",                                                                                             \
         .kind = OPTION_STRING,                                                                                        \
         .fallback = "\\",                                                                                             \
         .summary = "what stands before a quote within quotes"},                                                       \
        {.name = "charToEscapeQuoteEscaping",                                                                          \
         .kind = OPTION_STRING,                                                                                        \
         .summary = "what stands before an escape that means itself; absent: the escape"},                             \
        {.name = "comment", .kind = OPTION_STRING, .summary = "lines that begin with it are no rows"},                 \
    {                                                                                                                  \
        .name = "nullValue", .kind = OPTION_STRING, .fallback = "", .summary = "what stands for NULL"                  \
    }

#endif
