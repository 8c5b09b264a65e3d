#include "ops/csv_write.h"

#include "ops/cast.h"
#include "ops/decimal.h"
#include "ops/encoder.h"

#include <assert.h>

enum { DEFAULT_COMMENT = '#' };

// ---------------------------------------------------------------- values as texts

enum status csv_writer_read(struct csv_writer *w, const struct options *o, const struct session *session,
                            struct arena *arena, struct error *e)
{
    *w = (struct csv_writer){.comment = DEFAULT_COMMENT};
    enum status status = csv_format_read(&w->format, o, true, arena, e);
    if (status == STATUS_OK)
        status = payload_time_write(&w->time, o, session, arena, e);
    if (w->format.has_comment)
        w->comment = w->format.comment;
    w->line_end = w->format.line_end[0] && !w->format.line_end[1] ? w->format.line_end[0] : '\n';
    return status;
}

bool csv_writes(const struct type *type)
{
    return !type_is_nested(type) && type->id != TYPE_NULL;
}

// UnivocityGenerator.makeConverter
static void print_value(const struct csv_writer *w, const struct column *c, uint32_t row, struct text *out)
{
    switch (c->type->id) {
    case TYPE_STRING:
        text_slice(out, c->slice[row]);
        return;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
        payload_time_print(&w->time, c, row, out);
        return;
    case TYPE_DECIMAL:
        out->size += decimal_print(c->decimal[row], c->type->scale, text_reserve(out, DECIMAL_TEXT_MAX));
        return;
    default:
        value_print(c, row, w->time.session, true, out);
    }
}

// ---------------------------------------------------------------- CsvWriter

// A value on its way into the row: bytes of `out` from `from` on, less `blanks` at their end.
struct appender {
    struct text *out;
    size_t from, blanks;
};

static bool is_blank(char c)
{
    return (uint8_t)c <= ' ';
}

static void update_blanks(struct appender *a)
{
    a->blanks = 0;
    while (a->from + a->blanks < a->out->size && is_blank(a->out->data[a->out->size - 1 - a->blanks]))
        a->blanks++;
}

static void put(const struct csv_writer *w, struct appender *a, char c)
{
    if (c == w->line_end && w->format.line_end[1])
        text_bytes(a->out, w->format.line_end, 2);
    else
        text_char(a->out, c);
}

static void put_quoted(const struct csv_writer *w, struct appender *a, struct slice s, uint32_t from)
{
    const struct csv_format *f = &w->format;
    for (uint32_t i = from; i < s.size; i++) {
        char c = s.data[i];
        if (c == f->quote)
            put(w, a, f->escape);
        else if (c == f->escape && f->escape_escape != '\0')
            put(w, a, f->escape_escape);
        put(w, a, c);
    }
    if (f->trim_trailing && s.size > from && is_blank(s.data[s.size - 1]))
        update_blanks(a);
}

static bool is_separator(const struct csv_format *f, struct slice s, uint32_t i)
{
    return s.data[i] == f->separator.data[0] && s.size - i >= f->separator.size &&
           memcmp(s.data + i, f->separator.data, f->separator.size) == 0;
}

// What makes a value stand in quotes.
static bool is_trigger(const struct csv_writer *w, char c)
{
    const struct csv_format *f = &w->format;
    return c == '\n' || c == '\r' || c == w->line_end || (f->line_end[0] && c == f->line_end[0]) ||
           (f->line_end[1] && c == f->line_end[1]) || (f->escape_quotes && c == f->quote);
}

static bool wants_quotes(const struct csv_writer *w, struct slice s, uint32_t from)
{
    for (uint32_t i = from; i < s.size; i++)
        if (is_trigger(w, s.data[i]) || is_separator(&w->format, s, i))
            return true;
    return false;
}

// CsvWriter.append: are quotes to go around it? `stands_for`: the text of NULL or of an empty value.
static bool put_value(const struct csv_writer *w, struct appender *a, uint32_t column, bool quoted, bool stands_for,
                      struct slice s)
{
    const struct csv_format *f = &w->format;
    uint32_t from = 0;
    while (f->trim_leading && from < s.size && is_blank(s.data[from]))
        from++;
    if (from < s.size && (s.data[from] == f->quote || (column == 0 && s.data[0] == w->comment)))
        quoted = true;
    if (quoted) {
        if (stands_for && s.size >= 2 && s.data[0] == f->quote && s.data[s.size - 1] == f->quote) {
            text_slice(a->out, s);
            return false;
        }
        put_quoted(w, a, s, from);
        return true;
    }
    for (uint32_t i = from; i < s.size; i++) {
        char c = s.data[i];
        bool special = c == f->quote || c == f->escape;
        if (!special && !is_trigger(w, c) && !is_separator(f, s, i))
            continue;
        text_bytes(a->out, s.data + from, i - from);
        if (!special || wants_quotes(w, s, i)) {
            put_quoted(w, a, s, i);
            return true;
        }
        text_bytes(a->out, s.data + i, s.size - i);
        if (f->trim_trailing && is_blank(s.data[s.size - 1]))
            update_blanks(a);
        return false;
    }
    if (from == s.size)
        return false;
    text_bytes(a->out, s.data + from, s.size - from);
    if (f->trim_trailing && is_blank(s.data[s.size - 1]))
        update_blanks(a);
    return false;
}

void csv_append_text(const struct csv_writer *w, struct text *out, uint32_t column, struct slice s, bool null)
{
    const struct csv_format *f = &w->format;
    struct appender a = {.out = out};
    uint32_t blanks = 0;
    while (f->trim_leading && blanks < s.size && is_blank(s.data[blanks]))
        blanks++;
    bool empty = !null && blanks == s.size;
    struct slice element = null ? f->null_value : empty ? f->empty_value : s;
    // The opening quote goes in front, and is taken away again if there is to be none.
    text_char(out, f->quote);
    a.from = out->size;
    bool quoted = put_value(w, &a, column, f->quote_all, null || empty, element);
    if (out->size - a.blanks == a.from && !null && !empty)
        put_value(w, &a, column, quoted, false, f->empty_value);
    out->size -= a.blanks;
    if (quoted) {
        text_char(out, f->quote);
        return;
    }
    memmove(out->data + a.from - 1, out->data + a.from, out->size - a.from);
    out->size--;
}

bool csv_append_row(const struct csv_writer *w, struct text *out, struct column *const *column, uint32_t columns,
                    uint32_t row, struct text *scratch)
{
    size_t from = out->size;
    for (uint32_t i = 0; i < columns; i++) {
        const struct column *c = column[i];
        uint32_t k = at(c, row);
        text_clear(scratch);
        if (!c->null[k])
            print_value(w, c, k, scratch);
        if (i > 0)
            text_slice(out, w->format.separator);
        csv_append_text(w, out, i, text_view(scratch), c->null[k]);
    }
    return out->size > from;
}

void csv_append_line_end(const struct csv_writer *w, struct text *out)
{
    if (w->format.line_end[0])
        text_bytes(out, w->format.line_end, w->format.line_end[1] ? 2 : 1);
    else
        text_char(out, '\n');
}
