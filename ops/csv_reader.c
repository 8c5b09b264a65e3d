#include "ops/csv_reader.h"

#include <assert.h>

enum {
    DEPTH_MAX = 500, // of escapes within unescaped quotes; Java's stack ends too
    DEFAULT_COMMENT = '#',
};

void csv_reader_init(struct csv_reader *r, const struct csv_format *format, struct csv_token *token, uint32_t columns,
                     const bool *wanted, struct memory *memory)
{
    *r = (struct csv_reader){.format = format, .token = token, .schema_columns = columns, .wanted = wanted};
    r->line_end = format->line_end[0] && !format->line_end[1] ? format->line_end[0] : '\n';
    r->newline[0] = r->line_end;
    r->normalize_quoted = true;
    r->separator = !format->one ? '\0' : format->separator.size == 1 ? format->separator.data[0] : CSV_SEPARATOR;
    text_init(&r->values, memory);
    text_init(&r->white, memory);
}

void csv_reader_free(struct csv_reader *r)
{
    text_free(&r->values);
    text_free(&r->white);
}

void csv_reader_restart(struct csv_reader *r)
{
    r->selecting = false;
    r->ch = r->prev = '\0';
    r->match = 0;
    r->normalize = true;
    r->deaf = false;
}

static bool is_blank(char c)
{
    return (uint8_t)c <= ' ';
}

static bool fail(struct csv_reader *r)
{
    r->broken = true;
    return false;
}

// ---------------------------------------------------------------- CharInputReader

// false: the input has ended (or the parser gave up): EOFException, through all that is open.
static bool next(struct csv_reader *r)
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

static bool at_line_end(const struct csv_reader *r, const char *p)
{
    return *p == r->newline[0] && (!r->newline[1] || (p + 1 < r->end && p[1] == r->newline[1]));
}

// The end of the unquoted value at `ch`, if a separator or a line end stands behind it.
static const char *plain_end(const struct csv_reader *r)
{
    for (const char *p = r->at - 1; p < r->end; p++)
        if (*p == r->separator || at_line_end(r, p))
            return p;
    return NULL;
}

// getQuotedString, skipQuotedString: the closing quote, if the value is as it should be.
static const char *quoted_end(const struct csv_reader *r, bool skipping)
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
        } else if (r->normalize && at_line_end(r, p)) {
            return NULL;
        }
    }
    return NULL;
}

// ---------------------------------------------------------------- ParserOutput and its appender

static bool is_wanted(const struct csv_reader *r)
{
    return !r->deaf && (!r->selecting || (r->column < r->schema_columns && r->wanted[r->column]));
}

static uint32_t value_size(const struct csv_reader *r)
{
    return (uint32_t)r->values.size - r->value_from;
}

// Is there no room for one more character (of UTF-16)?
static bool is_full(const struct csv_reader *r)
{
    uint32_t most = r->format->length_max, size = value_size(r), units = 0;
    if (size < most)
        return false;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)r->values.data[r->value_from + i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0 && c < 0xF8;
    }
    return units >= most;
}

static bool append(struct csv_reader *r, char c)
{
    if (!is_wanted(r))
        return true;
    if (is_full(r))
        return fail(r);
    text_char(&r->values, c);
    return true;
}

static bool append_until(struct csv_reader *r, char stop1, char stop2, char stop3)
{
    char first = r->ch;
    while (r->ch != stop1 && r->ch != stop2 && r->ch != stop3) {
        if (!append(r, r->ch))
            return false;
        if (!next(r)) {
            r->ch = first; // nothing was returned
            return false;
        }
    }
    return true;
}

static bool prepend(struct csv_reader *r, char c)
{
    if (!is_wanted(r))
        return true;
    if (is_full(r))
        return fail(r);
    text_char(&r->values, c);
    char *from = r->values.data + r->value_from;
    memmove(from + 1, from, value_size(r) - 1);
    *from = c;
    return true;
}

static bool put_token(struct csv_reader *r, enum csv_kind kind, uint32_t from, uint32_t size)
{
    if (r->column >= r->format->columns_max)
        return fail(r);
    if (r->column < r->schema_columns)
        r->token[r->column] = (struct csv_token){kind, from, size};
    r->column++;
    r->deaf = false;
    return true;
}

static bool empty_parsed(struct csv_reader *r)
{
    return put_token(r, CSV_NOTHING, 0, 0);
}

// A value that stands in the input as it is.
static bool put_text(struct csv_reader *r, const char *from, const char *to)
{
    assert(value_size(r) == 0);
    uint32_t size = (uint32_t)(to - from), at = r->value_from;
    text_bytes(&r->values, from, size);
    r->value_from += size;
    return put_token(r, CSV_VALUE, at, size);
}

static bool value_parsed(struct csv_reader *r)
{
    if (!is_wanted(r))
        return put_token(r, CSV_NOTHING, 0, 0);
    uint32_t size = value_size(r), from = r->value_from;
    while (r->trim && size > 0 && is_blank(r->values.data[from + size - 1]))
        size--;
    r->values.size = from + size;
    r->value_from = (uint32_t)r->values.size;
    return put_token(r, size ? CSV_VALUE : CSV_EMPTY, from, size);
}

// ---------------------------------------------------------------- CsvParser: quotes

static bool parse_escaped(struct csv_reader *r);

// The rest of the value is not looked at; it is nothing.
static bool skip_value(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    char first = r->ch;
    r->values.size = r->value_from;
    r->deaf = true;
    while (r->ch != r->line_end && !(f->one && r->ch == r->separator)) {
        if (!f->one)
            r->match = f->separator.data[r->match] == r->ch ? r->match + 1 : 0;
        if (!f->one && r->match == f->separator.size)
            return fail(r); // where CsvParser looks behind its separator's end
        if (!next(r)) {
            r->ch = f->one ? first : r->ch;
            return false;
        }
    }
    return true;
}

static bool unescaped_in_value(struct csv_reader *r)
{
    switch (r->format->unescaped) {
    case CSV_SKIP_VALUE:
        return skip_value(r);
    case CSV_RAISE_ERROR:
        return fail(r);
    default:
        if (!append(r, r->format->quote))
            return false;
        r->prev = r->ch;
        return parse_escaped(r);
    }
}

static bool process_escape(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    if (r->ch == f->escape && r->prev == f->escape_escape && f->escape_escape != '\0') {
        if (!append(r, f->escape))
            return false;
        r->ch = '\0';
    } else if (r->prev == f->escape) {
        if (r->ch != f->quote)
            return append(r, r->prev);
        if (!append(r, f->quote))
            return false;
        r->ch = '\0';
    } else if (r->ch == f->quote && r->prev == f->quote) {
        return append(r, f->quote);
    } else if (r->prev == f->quote) {
        return unescaped_in_value(r);
    }
    return true;
}

static bool escaped_steps(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    while (r->ch != r->separator && r->ch != r->line_end) {
        if (r->ch == f->quote || r->ch == f->escape) {
            if (!process_escape(r))
                return false;
        } else if (r->prev == f->quote) {
            return unescaped_in_value(r);
        } else if (!append(r, r->ch)) {
            return false;
        }
        r->prev = r->ch;
        if (!next(r))
            return false;
    }
    return true;
}

// parseValueProcessingEscape
static bool parse_escaped(struct csv_reader *r)
{
    if (r->depth == DEPTH_MAX)
        return fail(r);
    r->depth++;
    bool good = escaped_steps(r);
    r->depth--;
    return good;
}

// BACK_TO_DELIMITER: what was taken for a quoted value is split after all.
static bool split_value(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    uint32_t length = f->one ? 1 : f->separator.size;
    for (;;) {
        const char *from = r->values.data + r->value_from, *end = r->values.data + r->values.size, *found = NULL;
        if (!is_wanted(r))
            return true;
        for (const char *p = from; p < end && !found; p++)
            if (f->one ? *p == r->separator : (size_t)(end - p) >= length && memcmp(p, f->separator.data, length) == 0)
                found = p;
        if (!found)
            return true;
        uint32_t size = (uint32_t)(found - from), at = r->value_from;
        if (!put_token(r, CSV_VALUE, at, size))
            return false;
        // The next column's appender is the same one, if it has one.
        if (!is_wanted(r))
            return true;
        r->value_from += size + length;
    }
}

// An unescaped quote within a quoted value. *again: parse_quoted goes on from its begin; else the value is over.
static bool unescaped_in_quotes(struct csv_reader *r, bool *again)
{
    const struct csv_format *f = r->format;
    r->unescaped = true;
    *again = true;
    switch (f->unescaped) {
    case CSV_SKIP_VALUE:
        *again = false;
        return skip_value(r);
    case CSV_RAISE_ERROR:
        return fail(r);
    case CSV_BACK_TO_DELIMITER:
        if (!split_value(r) || !append(r, r->ch))
            return false;
        r->prev = '\0';
        return true;
    default:
        if (!append(r, f->quote) || !append(r, r->ch))
            return false;
        r->prev = r->ch;
        return true;
    }
}

// What is left of a separator of several characters that was begun only.
static bool save_matching(struct csv_reader *r)
{
    bool good = true;
    for (uint32_t i = 0; good && r->match < r->format->separator.size && i < r->match; i++)
        good = append(r, r->format->separator.data[i]);
    r->match = 0;
    return good;
}

// 1: a separator of several characters ended at `ch`. 0: it did not; what was begun is put back (unless behind a
// quote). -1: the input ended.
static int match_separator(struct csv_reader *r, bool behind_quote)
{
    struct slice s = r->format->separator;
    while (r->ch == s.data[r->match]) {
        if (++r->match == s.size)
            break;
        if (!next(r))
            return -1;
    }
    if (r->match == s.size) {
        r->match = 0;
        return 1;
    }
    return behind_quote || r->match == 0 || save_matching(r) ? 0 : -1;
}

static bool until_separator(struct csv_reader *r)
{
    struct slice s = r->format->separator;
    while (r->match < s.size && r->ch != r->line_end) {
        if (s.data[r->match] == r->ch) {
            if (++r->match == s.size)
                break;
        } else if (r->match > 0) {
            if (!save_matching(r))
                return false;
            continue;
        } else if (!append(r, r->ch)) {
            return false;
        }
        if (!next(r))
            return false;
    }
    return save_matching(r);
}

// The rest of a value that turned out not to be quoted: up to the separator, the quote in front.
static bool until_delimiter(struct csv_reader *r, bool one)
{
    const struct csv_format *f = r->format;
    if (f->unescaped == CSV_SKIP_VALUE)
        return skip_value(r);
    if (!prepend(r, f->quote) || !next(r))
        return false;
    r->trim = f->trim_trailing;
    return one ? append_until(r, r->separator, r->line_end, r->line_end) : until_separator(r);
}

enum quoted { QUOTED_END, QUOTED_AGAIN, QUOTED_STOP, QUOTED_BEHIND };

// QUOTED_BEHIND: no separator of several characters is here.
static enum quoted at_separator(struct csv_reader *r, bool one, bool behind_quote)
{
    int matched = one ? 0 : match_separator(r, behind_quote);
    return matched > 0 ? QUOTED_END : matched < 0 ? QUOTED_STOP : QUOTED_BEHIND;
}

// What is no quote and no escape, up to one.
static enum quoted quoted_text(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    bool again;
    if (r->prev == f->quote) {
        if (!unescaped_in_quotes(r, &again))
            return QUOTED_STOP;
        return again ? QUOTED_AGAIN : QUOTED_END;
    }
    if (r->prev == f->escape && f->escape != '\0' && !append(r, f->escape))
        return QUOTED_STOP;
    if (!append_until(r, f->quote, f->escape, f->escape_escape))
        return QUOTED_STOP;
    r->prev = r->ch;
    return next(r) ? QUOTED_BEHIND : QUOTED_STOP;
}

// Up to behind the closing quote (QUOTED_BEHIND); QUOTED_END: the value is over, its end was met.
static enum quoted quoted_content(struct csv_reader *r, bool one)
{
    const struct csv_format *f = r->format;
    for (;;) {
        enum quoted at = QUOTED_BEHIND;
        bool closed = r->prev == f->quote;
        if (closed && (is_blank(r->ch) || r->ch == r->line_end || (one && r->ch == r->separator)))
            return QUOTED_BEHIND;
        if (closed)
            at = at_separator(r, one, false);
        if (at == QUOTED_BEHIND && r->ch != f->quote && r->ch != f->escape) {
            at = quoted_text(r);
        } else if (at == QUOTED_BEHIND) {
            if (!process_escape(r))
                return QUOTED_STOP;
            r->prev = r->ch;
            if (!next(r))
                return QUOTED_STOP;
            if (r->unescaped && (r->ch == r->line_end || (one && r->ch == r->separator)))
                return QUOTED_END;
            if (r->unescaped)
                at = at_separator(r, one, false);
        }
        if (at != QUOTED_BEHIND)
            return at;
    }
}

// Blanks behind a closing quote, kept in `white`. QUOTED_BEHIND: there is more behind them.
static enum quoted skip_behind_quote(struct csv_reader *r, bool one)
{
    if (r->ch == r->line_end || (one && r->ch == r->separator) || !is_blank(r->ch))
        return QUOTED_END;
    enum quoted at = at_separator(r, one, true);
    text_clear(&r->white);
    while (at == QUOTED_BEHIND) {
        text_char(&r->white, r->ch);
        if (!next(r))
            return QUOTED_STOP;
        if (r->ch == r->line_end || (one && r->ch == r->separator))
            return QUOTED_END;
        at = at_separator(r, one, true);
        if (!is_blank(r->ch))
            break;
    }
    return at;
}

// More than blanks behind a quote shows that it did not close the value.
static enum quoted behind_quote(struct csv_reader *r, bool one)
{
    const struct csv_format *f = r->format;
    enum quoted at = skip_behind_quote(r, one);
    if (at != QUOTED_BEHIND)
        return at;
    if (f->unescaped == CSV_RAISE_ERROR) {
        if (one)
            fail(r);
        return one ? QUOTED_STOP : QUOTED_END;
    }
    at = at_separator(r, one, true);
    if (at != QUOTED_BEHIND)
        return at;
    bool good = append(r, f->quote);
    for (size_t i = 0; good && i < r->white.size; i++)
        good = append(r, r->white.data[i]);
    if (good && (f->unescaped != CSV_STOP_AT_CLOSING_QUOTE || (r->ch != f->quote && r->ch != f->escape)))
        good = append(r, r->ch);
    r->prev = r->ch;
    return good ? QUOTED_AGAIN : QUOTED_STOP;
}

// parseQuotedValue, from the opening quote to the separator or line end behind the value.
static bool parse_quoted(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    bool to_delimiter = f->unescaped != CSV_STOP_AT_CLOSING_QUOTE && f->unescaped != CSV_RAISE_ERROR;
    bool one = f->one;
    for (;;) {
        if (r->prev != '\0' && to_delimiter)
            return until_delimiter(r, one);
        if (!next(r))
            return false;
        enum quoted at = quoted_content(r, one);
        if (at == QUOTED_BEHIND) {
            at = behind_quote(r, one);
            one = true; // CsvParser goes on as if the separator were one character, NUL
        }
        if (at != QUOTED_AGAIN)
            return at == QUOTED_END;
    }
}

// ---------------------------------------------------------------- CsvParser: a record

// Behind a quoted value that was taken whole. *over: the record is.
static bool step_behind_quoted(struct csv_reader *r, bool *over)
{
    *over = !next(r);
    if (*over || r->ch != r->separator)
        return true;
    *over = !next(r);
    return *over || r->ch == r->line_end ? empty_parsed(r) : true;
}

// *done: the value was taken the quick way.
static bool quoted_at_once(struct csv_reader *r, bool *done, bool *over)
{
    bool wanted = is_wanted(r);
    r->normalize = r->normalize_quoted;
    *done = false;
    if (r->at == r->end || (wanted && value_size(r) > 0))
        return true;
    const char *from = r->at, *end = quoted_end(r, !wanted);
    if (!end || (wanted && (size_t)(end - from) > r->format->length_max))
        return true;
    r->at = end + 1;
    *done = true;
    bool good = !wanted       ? put_token(r, CSV_NOTHING, 0, 0)
                : end == from ? put_token(r, CSV_EMPTY, 0, 0)
                              : put_text(r, from, end);
    if (wanted)
        r->normalize = true;
    return good && step_behind_quoted(r, over);
}

static bool parse_plain(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    bool wanted = is_wanted(r);
    const char *from = r->at - 1, *end = r->at < r->end && (!wanted || value_size(r) == 0) ? plain_end(r) : NULL;
    if (end && (!wanted || (size_t)(end - from) <= f->length_max)) {
        r->at = end;
        next(r);
        while (f->trim_trailing && end > from && is_blank(end[-1]))
            end--;
        if (!wanted || end == from)
            return put_token(r, CSV_NOTHING, 0, 0);
        return put_text(r, from, end);
    }
    if (wanted)
        r->trim = f->trim_trailing;
    return append_until(r, r->separator, r->line_end, r->line_end) && value_parsed(r);
}

static bool skip_white(struct csv_reader *r)
{
    char first = r->ch;
    while (is_blank(r->ch) && r->ch != r->separator && r->ch != r->line_end && r->ch != r->format->quote) {
        if (!next(r)) {
            r->ch = first;
            return false;
        }
    }
    return true;
}

// One value and the separator behind it.
static bool parse_field(struct csv_reader *r, bool *over)
{
    const struct csv_format *f = r->format;
    if (r->ch == r->separator || r->ch == r->line_end) {
        if (!empty_parsed(r))
            return false;
    } else {
        r->unescaped = false;
        r->prev = '\0';
        if (r->ch == f->quote) {
            bool done;
            if (!quoted_at_once(r, &done, over))
                return false;
            if (done)
                return true;
            r->trim = false;
            if (!parse_quoted(r))
                return false;
            r->normalize = true;
            bool split = r->unescaped && f->unescaped == CSV_BACK_TO_DELIMITER && is_wanted(r) && value_size(r) == 0;
            if (!split && !value_parsed(r))
                return false;
        } else if (!parse_plain(r)) {
            return false;
        }
    }
    if (r->ch == r->line_end)
        return true;
    return next(r) && (r->ch != r->line_end || empty_parsed(r));
}

static bool parse_single(struct csv_reader *r)
{
    bool over = false;
    if (r->format->trim_leading && !skip_white(r))
        return false;
    while (!over && r->ch != r->line_end)
        if ((r->format->trim_leading && !skip_white(r)) || !parse_field(r, &over))
            return false;
    return true;
}

static bool skip_white_multi(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    while (is_blank(r->ch) && r->match < f->separator.size && r->ch != r->line_end && r->ch != f->quote) {
        if (!next(r))
            return false;
        if (f->separator.data[r->match] != r->ch)
            continue;
        int matched = match_separator(r, false);
        if (matched < 0 || (matched > 0 && (!empty_parsed(r) || !next(r))))
            return false;
    }
    return save_matching(r);
}

static bool parse_field_multi(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    int matched = r->ch == r->line_end ? 1 : match_separator(r, false);
    if (matched < 0)
        return false;
    if (matched > 0) {
        if (!empty_parsed(r))
            return false;
    } else {
        r->unescaped = false;
        r->prev = '\0';
        if (r->ch == f->quote && is_wanted(r) && value_size(r) == 0) {
            r->normalize = r->normalize_quoted;
            r->trim = false;
            if (!parse_quoted(r))
                return false;
            r->normalize = true;
            bool split = r->unescaped && f->unescaped == CSV_BACK_TO_DELIMITER && is_wanted(r) && value_size(r) == 0;
            if (!split && !value_parsed(r))
                return false;
        } else {
            if (!until_separator(r))
                return false;
            while (f->trim_trailing && is_wanted(r) && value_size(r) > 0 &&
                   is_blank(r->values.data[r->values.size - 1]))
                r->values.size--;
            if (!value_parsed(r))
                return false;
        }
    }
    if (r->ch == r->line_end)
        return true;
    return next(r) && (r->ch != r->line_end || empty_parsed(r));
}

static bool parse_multi(struct csv_reader *r)
{
    bool trim = r->format->trim_leading;
    if (trim && !skip_white_multi(r))
        return false;
    while (r->ch != r->line_end)
        if ((trim && !skip_white_multi(r)) || !parse_field_multi(r))
            return false;
    return true;
}

// ---------------------------------------------------------------- AbstractParser

static bool consume_at_end(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    if (r->ch == f->quote) {
        if (r->prev == f->quote)
            return true;
        if (!r->unescaped)
            append(r, f->quote);
    }
    char comment = f->has_comment ? f->comment : DEFAULT_COMMENT;
    bool out = r->prev != '\0' && r->ch != r->separator && r->ch != r->line_end && r->ch != comment;
    r->ch = r->prev = '\0';
    if (r->match > 0) {
        save_matching(r);
        return true;
    }
    return out;
}

static void handle_end(struct csv_reader *r)
{
    bool consume = consume_at_end(r), something = r->at > r->record;
    bool wanted = is_wanted(r), text = wanted && value_size(r) > 0;
    if (r->broken)
        return;
    if (r->column != 0 || consume) {
        if (text || consume)
            value_parsed(r);
        else if (something)
            empty_parsed(r);
    } else if (text || something) {
        if (wanted && !text)
            empty_parsed(r);
        else
            value_parsed(r);
    }
}

static enum csv_end row_parsed(struct csv_reader *r)
{
    if (r->broken)
        return CSV_BROKEN;
    if (r->column == 0)
        return CSV_NONE;
    r->selecting = r->wanted != NULL;
    return CSV_RECORD;
}

static void begin_record(struct csv_reader *r)
{
    text_clear(&r->values);
    r->value_from = 0;
    r->column = 0;
    r->record = r->at;
}

// A comment's; `ch` stays.
static void skip_line(struct csv_reader *r)
{
    while (r->at < r->end && !at_line_end(r, r->at))
        r->at++;
    if (r->at < r->end)
        r->at += r->newline[1] ? 2 : 1;
}

// One turn of parseNext. *ended: there is nothing behind it.
static enum csv_end read_record(struct csv_reader *r, bool *ended)
{
    begin_record(r);
    *ended = !next(r);
    if (!*ended && r->format->has_comment && r->ch == r->format->comment) {
        skip_line(r);
        return CSV_NONE;
    }
    if (!*ended)
        *ended = !(r->format->one ? parse_single(r) : parse_multi(r));
    if (*ended && !r->broken)
        handle_end(r);
    return row_parsed(r);
}

enum csv_end csv_read_next(struct csv_reader *r)
{
    bool ended = false;
    enum csv_end end = CSV_NONE;
    r->broken = false;
    while (end == CSV_NONE && !ended)
        end = read_record(r, &ended);
    return end;
}

enum csv_end csv_read_line(struct csv_reader *r, struct slice line)
{
    r->at = line.data;
    r->end = line.data + line.size;
    return csv_read_next(r);
}
