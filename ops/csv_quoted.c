#include "ops/csv_parse.h"

enum { DEPTH_MAX = 500 }; // of escapes within unescaped quotes; Java's stack ends too

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
            return csv_fail(r); // where CsvParser looks behind its separator's end
        if (!csv_next(r)) {
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
        return csv_fail(r);
    default:
        if (!csv_append(r, r->format->quote))
            return false;
        r->prev = r->ch;
        return parse_escaped(r);
    }
}

static bool process_escape(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    if (r->ch == f->escape && r->prev == f->escape_escape && f->escape_escape != '\0') {
        if (!csv_append(r, f->escape))
            return false;
        r->ch = '\0';
    } else if (r->prev == f->escape) {
        if (r->ch != f->quote)
            return csv_append(r, r->prev);
        if (!csv_append(r, f->quote))
            return false;
        r->ch = '\0';
    } else if (r->ch == f->quote && r->prev == f->quote) {
        return csv_append(r, f->quote);
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
        } else if (!csv_append(r, r->ch)) {
            return false;
        }
        r->prev = r->ch;
        if (!csv_next(r))
            return false;
    }
    return true;
}

// parseValueProcessingEscape
static bool parse_escaped(struct csv_reader *r)
{
    if (r->depth == DEPTH_MAX)
        return csv_fail(r);
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
        if (!csv_is_wanted(r) || r->values.size == r->value_from)
            return true;
        const char *from = r->values.data + r->value_from, *end = r->values.data + r->values.size, *found = NULL;
        for (const char *p = from; p < end && !found; p++)
            if (f->one ? *p == r->separator : (size_t)(end - p) >= length && memcmp(p, f->separator.data, length) == 0)
                found = p;
        if (!found)
            return true;
        uint32_t size = (uint32_t)(found - from), at = r->value_from;
        if (!csv_put_token(r, CSV_VALUE, at, size))
            return false;
        // The next column's appender is the same one, if it has one.
        if (!csv_is_wanted(r))
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
        return csv_fail(r);
    case CSV_BACK_TO_DELIMITER:
        if (!split_value(r) || !csv_append(r, r->ch))
            return false;
        r->prev = '\0';
        return true;
    default:
        if (!csv_append(r, f->quote) || !csv_append(r, r->ch))
            return false;
        r->prev = r->ch;
        return true;
    }
}

// What is left of a separator of several characters that was begun only.
bool csv_save_matching(struct csv_reader *r)
{
    bool good = true;
    for (uint32_t i = 0; good && r->match < r->format->separator.size && i < r->match; i++)
        good = csv_append(r, r->format->separator.data[i]);
    r->match = 0;
    return good;
}

// 1: a separator of several characters ended at `ch`. 0: it did not; what was begun is put back (unless behind a
// quote). -1: the input ended.
int csv_match_separator(struct csv_reader *r, bool behind_quote)
{
    struct slice s = r->format->separator;
    while (r->ch == s.data[r->match]) {
        if (++r->match == s.size)
            break;
        if (!csv_next(r))
            return -1;
    }
    if (r->match == s.size) {
        r->match = 0;
        return 1;
    }
    return behind_quote || r->match == 0 || csv_save_matching(r) ? 0 : -1;
}

bool csv_until_separator(struct csv_reader *r)
{
    struct slice s = r->format->separator;
    while (r->match < s.size && r->ch != r->line_end) {
        if (s.data[r->match] == r->ch) {
            if (++r->match == s.size)
                break;
        } else if (r->match > 0) {
            if (!csv_save_matching(r))
                return false;
            continue;
        } else if (!csv_append(r, r->ch)) {
            return false;
        }
        if (!csv_next(r))
            return false;
    }
    return csv_save_matching(r);
}

// The rest of a value that turned out not to be quoted: up to the separator, the quote in front.
static bool until_delimiter(struct csv_reader *r, bool one)
{
    const struct csv_format *f = r->format;
    if (f->unescaped == CSV_SKIP_VALUE)
        return skip_value(r);
    if (!csv_prepend(r, f->quote) || !csv_next(r))
        return false;
    r->trim = f->trim_trailing;
    return one ? csv_append_until(r, r->separator, r->line_end, r->line_end) : csv_until_separator(r);
}

enum quoted { QUOTED_END, QUOTED_AGAIN, QUOTED_STOP, QUOTED_BEHIND };

// QUOTED_BEHIND: no separator of several characters is here.
static enum quoted at_separator(struct csv_reader *r, bool one, bool behind_quote)
{
    int matched = one ? 0 : csv_match_separator(r, behind_quote);
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
    if (r->prev == f->escape && f->escape != '\0' && !csv_append(r, f->escape))
        return QUOTED_STOP;
    if (!csv_append_until(r, f->quote, f->escape, f->escape_escape))
        return QUOTED_STOP;
    r->prev = r->ch;
    return csv_next(r) ? QUOTED_BEHIND : QUOTED_STOP;
}

// Up to behind the closing quote (QUOTED_BEHIND); QUOTED_END: the value is over, its end was met.
static enum quoted quoted_content(struct csv_reader *r, bool one)
{
    const struct csv_format *f = r->format;
    for (;;) {
        enum quoted at = QUOTED_BEHIND;
        bool closed = r->prev == f->quote;
        if (closed && (csv_is_blank(r->ch) || r->ch == r->line_end || (one && r->ch == r->separator)))
            return QUOTED_BEHIND;
        if (closed)
            at = at_separator(r, one, false);
        if (at == QUOTED_BEHIND && r->ch != f->quote && r->ch != f->escape) {
            at = quoted_text(r);
        } else if (at == QUOTED_BEHIND) {
            if (!process_escape(r))
                return QUOTED_STOP;
            r->prev = r->ch;
            if (!csv_next(r))
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
    if (r->ch == r->line_end || (one && r->ch == r->separator) || !csv_is_blank(r->ch))
        return QUOTED_END;
    enum quoted at = at_separator(r, one, true);
    text_clear(&r->white);
    while (at == QUOTED_BEHIND) {
        text_char(&r->white, r->ch);
        if (!csv_next(r))
            return QUOTED_STOP;
        if (r->ch == r->line_end || (one && r->ch == r->separator))
            return QUOTED_END;
        at = at_separator(r, one, true);
        if (!csv_is_blank(r->ch))
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
            csv_fail(r);
        return one ? QUOTED_STOP : QUOTED_END;
    }
    at = at_separator(r, one, true);
    if (at != QUOTED_BEHIND)
        return at;
    bool good = csv_append(r, f->quote);
    for (size_t i = 0; good && i < r->white.size; i++)
        good = csv_append(r, r->white.data[i]);
    if (good && (f->unescaped != CSV_STOP_AT_CLOSING_QUOTE || (r->ch != f->quote && r->ch != f->escape)))
        good = csv_append(r, r->ch);
    r->prev = r->ch;
    return good ? QUOTED_AGAIN : QUOTED_STOP;
}

// parseQuotedValue, from the opening quote to the separator or line end behind the value.
bool csv_parse_quoted(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    bool to_delimiter = f->unescaped != CSV_STOP_AT_CLOSING_QUOTE && f->unescaped != CSV_RAISE_ERROR;
    bool one = f->one;
    for (;;) {
        if (r->prev != '\0' && to_delimiter)
            return until_delimiter(r, one);
        if (!csv_next(r))
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
