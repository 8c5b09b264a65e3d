// The steps of csv_reader: its input, the value at hand, quotes. Private to ops/csv_*.c. Each step that reads answers
// false where CsvParser throws its EOFException (or gives up: then `broken` is set), which ends all that is open.
#ifndef OPS_CSV_PARSE_H
#define OPS_CSV_PARSE_H

#include "ops/csv_reader.h"

static inline bool csv_is_blank(char c)
{
    return (uint8_t)c <= ' ';
}

static inline bool csv_fail(struct csv_reader *r)
{
    r->broken = true;
    return false;
}

static inline bool csv_is_wanted(const struct csv_reader *r)
{
    return !r->deaf && (!r->selecting || (r->column < r->schema_columns && r->wanted[r->column]));
}

static inline uint32_t csv_value_size(const struct csv_reader *r)
{
    return (uint32_t)r->values.size - r->value_from;
}

// CharInputReader
bool csv_next(struct csv_reader *r);
bool csv_at_line_end(const struct csv_reader *r, const char *p);
// The end of the unquoted value at `ch`, if a separator or a line end stands behind it.
const char *csv_plain_end(const struct csv_reader *r);
// getQuotedString, skipQuotedString: the closing quote, if the value is as it should be.
const char *csv_quoted_end(const struct csv_reader *r, bool skipping);

// ParserOutput and its appender
bool csv_append(struct csv_reader *r, char c);
bool csv_append_until(struct csv_reader *r, char stop1, char stop2, char stop3);
bool csv_prepend(struct csv_reader *r, char c);
bool csv_put_token(struct csv_reader *r, enum csv_kind kind, uint32_t from, uint32_t size);
bool csv_put_text(struct csv_reader *r, const char *from, const char *to); // a value as it stands in the input
bool csv_empty_parsed(struct csv_reader *r);
bool csv_value_parsed(struct csv_reader *r);

// Separators of several characters. What was begun only is put back.
bool csv_save_matching(struct csv_reader *r);
// 1: one ended at `ch`. 0: none did; what was begun is put back (unless behind a quote). -1: the input ended.
int csv_match_separator(struct csv_reader *r, bool behind_quote);
bool csv_until_separator(struct csv_reader *r);

// parseQuotedValue, from the opening quote to the separator or line end behind the value.
bool csv_parse_quoted(struct csv_reader *r);

#endif
