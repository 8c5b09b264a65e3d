#include "ops/csv_parse.h"

enum { DEFAULT_COMMENT = '#' };

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

// ---------------------------------------------------------------- CsvParser: a record

// Behind a quoted value that was taken whole. *over: the record is.
static bool step_behind_quoted(struct csv_reader *r, bool *over)
{
    *over = !csv_next(r);
    if (*over || r->ch != r->separator)
        return true;
    *over = !csv_next(r);
    return *over || r->ch == r->line_end ? csv_empty_parsed(r) : true;
}

// *done: the value was taken the quick way.
static bool quoted_at_once(struct csv_reader *r, bool *done, bool *over)
{
    bool wanted = csv_is_wanted(r);
    r->normalize = r->normalize_quoted;
    *done = false;
    if (r->at == r->end || (wanted && csv_value_size(r) > 0))
        return true;
    const char *from = r->at, *end = csv_quoted_end(r, !wanted);
    if (!end || (wanted && (size_t)(end - from) > r->format->length_max))
        return true;
    r->at = end + 1;
    *done = true;
    bool good = !wanted       ? csv_put_token(r, CSV_NOTHING, 0, 0)
                : end == from ? csv_put_token(r, CSV_EMPTY, 0, 0)
                              : csv_put_text(r, from, end);
    if (wanted)
        r->normalize = true;
    return good && step_behind_quoted(r, over);
}

static bool parse_plain(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    bool wanted = csv_is_wanted(r);
    const char *from = r->at - 1,
               *end = r->at < r->end && (!wanted || csv_value_size(r) == 0) ? csv_plain_end(r) : NULL;
    if (end && (!wanted || (size_t)(end - from) <= f->length_max)) {
        r->at = end;
        csv_next(r);
        while (f->trim_trailing && end > from && csv_is_blank(end[-1]))
            end--;
        if (!wanted || end == from)
            return csv_put_token(r, CSV_NOTHING, 0, 0);
        return csv_put_text(r, from, end);
    }
    if (wanted)
        r->trim = f->trim_trailing;
    return csv_append_until(r, r->separator, r->line_end, r->line_end) && csv_value_parsed(r);
}

static bool skip_white(struct csv_reader *r)
{
    char first = r->ch;
    while (csv_is_blank(r->ch) && r->ch != r->separator && r->ch != r->line_end && r->ch != r->format->quote) {
        if (!csv_next(r)) {
            r->ch = first;
            return false;
        }
    }
    return true;
}

static bool parse_in_quotes(struct csv_reader *r)
{
    r->trim = false;
    if (!csv_parse_quoted(r))
        return false;
    r->normalize = true;
    bool split =
        r->unescaped && r->format->unescaped == CSV_BACK_TO_DELIMITER && csv_is_wanted(r) && csv_value_size(r) == 0;
    return split || csv_value_parsed(r);
}

// One value and the separator behind it.
static bool parse_field(struct csv_reader *r, bool *over)
{
    const struct csv_format *f = r->format;
    if (r->ch == r->separator || r->ch == r->line_end) {
        if (!csv_empty_parsed(r))
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
            if (!parse_in_quotes(r))
                return false;
        } else if (!parse_plain(r)) {
            return false;
        }
    }
    if (r->ch == r->line_end)
        return true;
    return csv_next(r) && (r->ch != r->line_end || csv_empty_parsed(r));
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
    while (csv_is_blank(r->ch) && r->match < f->separator.size && r->ch != r->line_end && r->ch != f->quote) {
        if (!csv_next(r))
            return false;
        if (f->separator.data[r->match] != r->ch)
            continue;
        int matched = csv_match_separator(r, false);
        if (matched < 0 || (matched > 0 && (!csv_empty_parsed(r) || !csv_next(r))))
            return false;
    }
    return csv_save_matching(r);
}

static bool parse_field_multi(struct csv_reader *r)
{
    const struct csv_format *f = r->format;
    int matched = r->ch == r->line_end ? 1 : csv_match_separator(r, false);
    if (matched < 0)
        return false;
    if (matched > 0) {
        if (!csv_empty_parsed(r))
            return false;
    } else {
        r->unescaped = false;
        r->prev = '\0';
        if (r->ch == f->quote && csv_is_wanted(r) && csv_value_size(r) == 0) {
            r->normalize = r->normalize_quoted;
            if (!parse_in_quotes(r))
                return false;
        } else {
            if (!csv_until_separator(r))
                return false;
            while (f->trim_trailing && csv_is_wanted(r) && csv_value_size(r) > 0 &&
                   csv_is_blank(r->values.data[r->values.size - 1]))
                r->values.size--;
            if (!csv_value_parsed(r))
                return false;
        }
    }
    if (r->ch == r->line_end)
        return true;
    return csv_next(r) && (r->ch != r->line_end || csv_empty_parsed(r));
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
            csv_append(r, f->quote);
    }
    char comment = f->has_comment ? f->comment : DEFAULT_COMMENT;
    bool out = r->prev != '\0' && r->ch != r->separator && r->ch != r->line_end && r->ch != comment;
    r->ch = r->prev = '\0';
    if (r->match > 0) {
        csv_save_matching(r);
        return true;
    }
    return out;
}

static void handle_end(struct csv_reader *r)
{
    bool consume = consume_at_end(r), something = r->at > r->record;
    bool wanted = csv_is_wanted(r), text = wanted && csv_value_size(r) > 0;
    if (r->broken)
        return;
    if (r->column != 0 || consume) {
        if (text || consume)
            csv_value_parsed(r);
        else if (something)
            csv_empty_parsed(r);
    } else if (text || something) {
        if (wanted && !text)
            csv_empty_parsed(r);
        else
            csv_value_parsed(r);
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
    while (r->at < r->end && !csv_at_line_end(r, r->at))
        r->at++;
    if (r->at < r->end)
        r->at += r->newline[1] ? 2 : 1;
}

// One turn of parseNext. *ended: there is nothing behind it.
static enum csv_end read_record(struct csv_reader *r, bool *ended)
{
    begin_record(r);
    *ended = r->at == r->end; // univocity has stopped: a value's end that was at the input's is not there again
    if (*ended)
        return CSV_NONE;
    *ended = !csv_next(r);
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

void csv_reader_begin(struct csv_reader *r, struct slice bytes)
{
    r->at = bytes.data;
    r->end = bytes.data + bytes.size;
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

// Spark gives CsvParser lines one by one; what looks like a line end within one is none.
enum csv_end csv_read_line(struct csv_reader *r, struct slice line)
{
    r->newline[0] = r->line_end = CSV_NO_LINE_END;
    r->newline[1] = '\0';
    csv_reader_begin(r, line);
    return csv_read_next(r);
}
