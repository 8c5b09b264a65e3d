#include "ops/csv_parse.h"

#include <assert.h>

// ---------------------------------------------------------------- CharInputReader

// false: the input has ended (or the parser gave up): EOFException, through all that is open.
bool csv_next(struct csv_reader *r)
{
    if (r->at == r->end)
        return false;
    char c = *r->at++;
    bool line_end = c == r->newline[0] && (!r->newline[1] || (r->at < r->end && *r->at == r->newline[1]));
    if (line_end && r->normalize) {
        c = r->line_end;
        r->at += r->newline[1] != '\0';
    }
    r->ch = c;
    return true;
}

bool csv_at_line_end(const struct csv_reader *r, const char *p)
{
    return *p == r->newline[0] && (!r->newline[1] || (p + 1 < r->end && p[1] == r->newline[1]));
}

// The end of the unquoted value at `ch`, if a separator or a line end stands behind it.
const char *csv_plain_end(const struct csv_reader *r)
{
    for (const char *p = r->at - 1; p < r->end; p++)
        if (*p == r->separator || csv_at_line_end(r, p))
            return p;
    return NULL;
}

// getQuotedString, skipQuotedString: the closing quote, if the value is as it should be.
const char *csv_quoted_end(const struct csv_reader *r, bool skipping)
{
    const struct csv_format *f = r->format;
    for (const char *p = r->at; p < r->end; p++) {
        if (*p == f->quote) {
            if (p[-1] == f->escape) {
                if (skipping)
                    continue;
                return NULL;
            }
            return p + 1 < r->end && (p[1] == r->separator || p[1] == r->line_end) ? p : NULL;
        }
        if (*p == f->escape && !skipping) {
            if (p + 1 < r->end && (p[1] == f->quote || p[1] == f->escape_escape))
                return NULL;
        } else if (r->normalize && csv_at_line_end(r, p)) {
            return NULL;
        }
    }
    return NULL;
}

// ---------------------------------------------------------------- ParserOutput and its appender

// Is there no room for one more character (of UTF-16)?
static bool is_full(const struct csv_reader *r)
{
    uint32_t most = r->format->length_max, size = csv_value_size(r), units = 0;
    if (size < most)
        return false;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)r->values.data[r->value_from + i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0 && c < 0xF8;
    }
    return units >= most;
}

bool csv_append(struct csv_reader *r, char c)
{
    if (!csv_is_wanted(r))
        return true;
    if (is_full(r))
        return csv_fail(r);
    text_char(&r->values, c);
    return true;
}

bool csv_append_until(struct csv_reader *r, char stop1, char stop2, char stop3)
{
    char first = r->ch;
    while (r->ch != stop1 && r->ch != stop2 && r->ch != stop3) {
        if (!csv_append(r, r->ch))
            return false;
        if (!csv_next(r)) {
            r->ch = first; // nothing was returned
            return false;
        }
    }
    return true;
}

bool csv_prepend(struct csv_reader *r, char c)
{
    if (!csv_is_wanted(r))
        return true;
    if (is_full(r))
        return csv_fail(r);
    text_char(&r->values, c);
    char *from = r->values.data + r->value_from;
    memmove(from + 1, from, csv_value_size(r) - 1);
    *from = c;
    return true;
}

bool csv_put_token(struct csv_reader *r, enum csv_kind kind, uint32_t from, uint32_t size)
{
    if (r->column >= r->format->columns_max)
        return csv_fail(r);
    if (r->column < r->schema_columns)
        r->token[r->column] = (struct csv_token){kind, from, size};
    r->column++;
    r->deaf = false;
    return true;
}

bool csv_empty_parsed(struct csv_reader *r)
{
    return csv_put_token(r, CSV_NOTHING, 0, 0);
}

// A value that stands in the input as it is.
bool csv_put_text(struct csv_reader *r, const char *from, const char *to)
{
    assert(csv_value_size(r) == 0);
    uint32_t size = (uint32_t)(to - from), at = r->value_from;
    text_bytes(&r->values, from, size);
    r->value_from += size;
    return csv_put_token(r, CSV_VALUE, at, size);
}

bool csv_value_parsed(struct csv_reader *r)
{
    if (!csv_is_wanted(r))
        return csv_put_token(r, CSV_NOTHING, 0, 0);
    uint32_t size = csv_value_size(r), from = r->value_from;
    while (r->trim && size > 0 && csv_is_blank(r->values.data[from + size - 1]))
        size--;
    r->values.size = from + size;
    r->value_from = (uint32_t)r->values.size;
    return csv_put_token(r, size ? CSV_VALUE : CSV_EMPTY, from, size);
}
