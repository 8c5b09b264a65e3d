#include "ops/csv_plan.h"
#include "ops/csv_scan.h"
#include "ops/utf8.h"

#include <assert.h>

// Spark's CSV source. A line whose quotes are as they should be is read in one pass over its bytes, only the wanted
// columns are converted; every other goes the way of csv_reader.h.
struct decoder {
    struct memory *memory;
    struct arena plan_arena;
    struct csv_plan plan;
    bool multi_line, header, enforce;
    bool quick;             // is the format one for the short way
    char separator;         // of the short way
    uint8_t quoted[256];    // what may end a quoted value, or make it unusual
    struct column **column; // of each schema column, the chunk's; NULL: not wanted
    struct csv_reader reader;
    struct decode_filter *filter; // over `column`, of FAILFAST only: else what it leaves out WHERE does too
    bool begun, header_due;
    bool message;        // a message is read, not a file: what is broken is one bad row of it, as it would come again
    uint32_t message_at; // of a message, some of whose rows were delivered
    struct arena whole;  // multiLine: the file as the reader wants it
    struct slice bytes;  // of it
    bool whole_open;
    struct decode_counters counters;
};

enum { PLAN_BLOCK = 16 * 1024, MESSAGE_PAD = 16 };

// ---------------------------------------------------------------- opening

static void csv_decoder_close(struct decoder *d)
{
    if (!d)
        return;
    csv_reader_free(&d->reader);
    decode_filter_free(d->filter);
    arena_free(&d->whole);
    arena_free(&d->plan_arena);
    mem_free(d->memory, d, sizeof *d);
}

static enum status check_options(const struct decoder *d, struct error *e)
{
    const struct csv_format *f = &d->plan.format;
    if (d->multi_line && f->unescaped == CSV_BACK_TO_DELIMITER)
        return error_set(e, STATUS_CONFIG, "unescapedQuoteHandling BACK_TO_DELIMITER is not there with multiLine");
    return STATUS_OK;
}

static void open_quick(struct decoder *d)
{
    const struct csv_format *f = &d->plan.format;
    d->separator = f->separator.data[0];
    d->quick = !d->multi_line && f->one && f->separator.size == 1 && d->separator != f->quote &&
               d->separator != f->escape && d->separator != '\n' && d->separator != '\r' &&
               f->length_max == UINT32_MAX && f->unescaped != CSV_RAISE_ERROR && f->quote != '\n' && f->quote != '\r';
    d->quoted[(uint8_t)f->quote] = d->quoted[(uint8_t)f->escape] = d->quoted[(uint8_t)f->escape_escape] = 1;
    d->quoted['\n'] = d->quoted['\r'] = 1;
}

static void open_filter(struct decoder *d, const struct decode_spec *spec)
{
    if (d->plan.mode != DECODE_FAILFAST)
        return;
    uint32_t *place = ARENA_ARRAY(&d->plan_arena, uint32_t, spec->outputs);
    for (uint32_t i = 0; i < d->plan.columns; i++)
        if (d->plan.output[i] >= 0)
            place[d->plan.output[i]] = i;
    d->filter = decode_filter_new(spec->filter, spec->filters, place, d->plan.columns, spec->session, d->memory);
}

static enum status csv_decoder_open(const struct decode_spec *spec, struct memory *memory, struct decoder **out,
                                    struct error *e)
{
    struct decoder *d = mem_zalloc(memory, sizeof *d);
    d->memory = memory;
    arena_init(&d->plan_arena, memory, PLAN_BLOCK);
    arena_init(&d->whole, memory, PLAN_BLOCK);
    d->multi_line = option_boolean(spec->options, "multiLine");
    d->header = option_boolean(spec->options, "header");
    const struct option_value *enforce = option_get(spec->options, "enforceSchema");
    d->enforce = !enforce || enforce->integer;
    const struct option_value *pruning = option_get(spec->options, "columnPruning");
    enum status status =
        csv_plan_make(&d->plan, spec, pruning ? pruning->integer != 0 : !d->multi_line, &d->plan_arena, e);
    if (status == STATUS_OK)
        status = check_options(d, e);
    if (status != STATUS_OK) {
        csv_decoder_close(d);
        return status;
    }
    const struct csv_plan *p = &d->plan;
    d->column = ARENA_ARRAY(&d->plan_arena, struct column *, p->columns);
    struct csv_token *token = ARENA_ARRAY(&d->plan_arena, struct csv_token, p->columns);
    csv_reader_init(&d->reader, &p->format, token, p->columns, p->pruned ? p->wanted : NULL, memory);
    open_quick(d);
    open_filter(d, spec);
    *out = d;
    return STATUS_OK;
}

static void csv_decoder_restart(struct decoder *d)
{
    d->begun = d->whole_open = false;
    d->header_due = d->header;
    d->message_at = 0;
    csv_reader_restart(&d->reader);
}

static const struct decode_counters *csv_decoder_counters(const struct decoder *d)
{
    return &d->counters;
}

// ---------------------------------------------------------------- a record

static void use_chunk(struct decoder *d, struct chunk *out)
{
    assert(!out->rows.index && out->rows.count <= CHUNK_ROWS);
    for (uint32_t i = 0; i < d->plan.last; i++)
        d->column[i] = d->plan.output[i] < 0 ? NULL : out->column[d->plan.output[i]];
}

// The row behind the chunk's is filled: what becomes of it. `record`: its text.
static enum status deliver(struct decoder *d, struct slice record, bool good, struct chunk *out, struct error *e)
{
    d->counters.records++;
    if (!good && d->plan.mode == DECODE_FAILFAST)
        return decode_fail(record, e);
    if (!good && d->plan.mode == DECODE_DROPMALFORMED) {
        d->counters.dropped++;
        return STATUS_OK;
    }
    if (d->plan.corrupt_output >= 0) {
        struct column *c = out->column[d->plan.corrupt_output];
        c->null[out->rows.count] = good;
        if (!good)
            c->slice[out->rows.count] = utf8_repair(csv_strip_line_end(record), out->arena);
    }
    out->rows.count++;
    d->counters.rows++;
    d->counters.rejected += !good;
    return STATUS_OK;
}

// What csv_reader found.
static enum status deliver_tokens(struct decoder *d, enum csv_end end, struct slice record, struct chunk *out,
                                  struct error *e)
{
    if (end == CSV_BROKEN && !d->message)
        return csv_broken(record, e);
    if (end == CSV_BROKEN)
        csv_reader_restart(&d->reader);
    enum csv_row row = CSV_ROW_BAD;
    if (end == CSV_RECORD)
        row = csv_put_record(&d->plan, &d->reader, d->filter, d->column, out->rows.count, out->arena);
    else
        csv_put_nothing(&d->plan, d->column, out->rows.count);
    if (row == CSV_ROW_LEFT_OUT) {
        d->counters.records++;
        d->counters.dropped++;
        return STATUS_OK;
    }
    return deliver(d, record, row == CSV_ROW_GOOD, out, e);
}

static enum status long_way(struct decoder *d, struct slice line, struct chunk *out, struct error *e)
{
    if (d->plan.pruned && d->plan.wanted_columns == 0)
        return deliver(d, line, true, out, e); // nothing is looked at
    enum csv_end end = csv_read_line(&d->reader, csv_prepare(&d->plan, line, out->arena));
    return deliver_tokens(d, end, line, out, e);
}

// ---------------------------------------------------------------- the short way

static bool is_blank(char c)
{
    return (uint8_t)c <= ' ';
}

// A value in quotes from its opening one on; NULL: an unusual one.
static const char *quick_quoted(const struct decoder *d, const char *p, struct slice *text)
{
    const struct csv_format *f = &d->plan.format;
    const char *from = ++p;
    while (!d->quoted[(uint8_t)*p])
        p++;
    *text = (struct slice){from, (uint32_t)(p - from)};
    if (*p != f->quote || (p == from && (f->escape == f->quote || f->escape == '\0')))
        return NULL;
    p++;
    return *p == d->separator || *p == '\n' || *p == '\r' ? p : NULL;
}

// Without the blanks at its end; false: it is nothing but them.
static bool quick_trim(struct slice *text)
{
    while (text->size && is_blank(text->data[text->size - 1]))
        text->size--;
    return text->size != 0;
}

// One value of a line, from `p` to the separator or line end behind it; NULL: the long way.
static inline const char *quick_value(const struct decoder *d, const char *p, const char *end, struct slice *text,
                                      bool *quoted)
{
    const struct csv_format *f = &d->plan.format;
    const char *from = p;
    if (f->trim_leading)
        while (is_blank(*p) && *p != d->separator && *p != '\n' && *p != '\r' && *p != f->quote)
            p++;
    *quoted = *p == f->quote;
    if (*quoted)
        return quick_quoted(d, p, text);
    const char *stop = csv_scan(p, end, d->separator);
    *text = (struct slice){p, (uint32_t)(stop - p)};
    if ((f->trim_trailing && text->size && !quick_trim(text)) || (text->size == 0 && p > from))
        return NULL;
    return stop;
}

// A value of a wanted column. false: it does not fit.
static inline bool quick_put(const struct decoder *d, uint32_t column, struct slice text, bool quoted, uint32_t row,
                             struct arena *arena)
{
    const struct csv_plan *p = &d->plan;
    struct column *c = d->column[column];
    c->null[row] = 1;
    if (text.size == 0) {
        if (!quoted || p->empty_is_null)
            return true;
        text = p->format.empty_value;
    } else if (text.size == p->format.null_value.size && slice_equal(text, p->format.null_value)) {
        return true;
    }
    bool fits = p->column[column].put(&p->column[column], text, c, row, arena);
    c->null[row] = !fits;
    return fits;
}

// The line at `p`, which ends with a newline before `end`, into row `row`. Where its line end stands, or NULL: it has
// to go the long way.
static const char *short_way(struct decoder *d, const char *p, const char *end, struct chunk *out, bool *good)
{
    const struct csv_plan *plan = &d->plan;
    uint32_t column = 0, row = out->rows.count;
    bool quoted = false;
    *good = true;
    for (;; column++) {
        struct slice text;
        if (plan->pruned && column == plan->last) {
            const char *stop = csv_line_end(p, end);
            return (size_t)(stop - p) + column < plan->format.columns_max ? stop : NULL; // else they are counted
        }
        p = quick_value(d, p, end, &text, &quoted);
        if (!p)
            return NULL;
        if (column < plan->last && d->column[column])
            *good &= quick_put(d, column, text, quoted, row, out->arena);
        if (*p != d->separator)
            break;
        p++;
    }
    if (column >= plan->format.columns_max)
        return NULL;
    *good &= plan->pruned || column + 1 == plan->columns;
    for (column++; column < plan->last; column++)
        if (d->column[column])
            d->column[column]->null[row] = 1;
    d->reader.prev = d->reader.ch = quoted ? plan->format.quote : '\0'; // as CsvParser would be left
    return p;
}

// ---------------------------------------------------------------- lines

// Lines of blanks, and comments.
static bool is_no_row(const struct decoder *d, struct slice line)
{
    const struct csv_format *f = &d->plan.format;
    if (f->has_comment && line.size && line.data[0] == f->comment)
        return true;
    for (uint32_t i = 0; i < line.size; i++)
        if (!is_blank(line.data[i]))
            return false;
    return true;
}

static enum status refuse_header(struct slice wanted, struct slice found, struct error *e)
{
    return error_set(e, STATUS_FAILED,
                     "[_LEGACY_ERROR_TEMP_3241] CSV header does not conform to the schema. Expected: %.*s but found: "
                     "%.*s",
                     (int)wanted.size, wanted.data, (int)found.size, found.data);
}

// The names in the header's tokens against the schema's.
static enum status check_header(const struct decoder *d, struct error *e)
{
    const struct csv_plan *p = &d->plan;
    if (!p->pruned && d->reader.column != p->columns)
        return error_set(e, STATUS_FAILED,
                         "[_LEGACY_ERROR_TEMP_3241] Number of column in CSV header is not equal to number of fields in "
                         "the schema: Header length: %u, schema size: %u",
                         d->reader.column, p->columns);
    for (uint32_t i = 0; i < p->columns; i++) {
        struct slice name = p->fields[p->field[i]].name;
        if (p->pruned && !p->wanted[i])
            continue;
        const struct csv_token *t = &d->reader.token[i];
        bool there = i < d->reader.column && t->kind == CSV_VALUE;
        struct slice found = there ? (struct slice){d->reader.values.data + t->from, t->size} : SLICE("");
        if (!slice_equal_fold(found, name))
            return refuse_header(name, found, e);
    }
    return STATUS_OK;
}

// The first line that is neither blank nor a comment.
static enum status take_header(struct decoder *d, struct slice line, struct chunk *out, struct error *e)
{
    if (is_no_row(d, line))
        return STATUS_OK;
    d->header_due = false;
    switch (csv_read_line(&d->reader, csv_prepare(&d->plan, line, out->arena))) {
    case CSV_BROKEN:
        return csv_broken(line, e);
    case CSV_NONE:
        return STATUS_OK;
    case CSV_RECORD:
        break;
    }
    return d->enforce ? STATUS_OK : check_header(d, e);
}

static enum status take_line(struct decoder *d, struct slice line, struct chunk *out, struct error *e)
{
    if (d->header_due)
        return take_header(d, line, out, e);
    return is_no_row(d, line) ? STATUS_OK : long_way(d, line, out, e);
}

// The line's end, or `end` if there is none. *next: where the next line begins.
static const char *find_line_end(const struct decoder *d, const char *p, const char *end, const char **next)
{
    const char *given = d->plan.format.line_end;
    size_t size = given[1] ? 2 : 1;
    const char *stop = memmem(p, (size_t)(end - p), given[0] ? given : "\n", size);
    if (!stop) {
        stop = end;
        size = 0;
    }
    const char *carriage_return = given[0] ? NULL : memchr(p, '\r', (size_t)(stop - p));
    *next = carriage_return ? carriage_return + 1 : stop + size;
    return carriage_return ? carriage_return : stop;
}

static enum status decode_lines(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used,
                                struct error *e)
{
    const char *p = bytes.data + *used, *end = bytes.data + bytes.size;
    const char *sentinel = end; // behind the last newline
    while (sentinel > p && sentinel[-1] != '\n')
        sentinel--;
    const struct csv_format *f = &d->plan.format;
    bool quick = d->quick && !f->line_end[0];
    enum status status = STATUS_OK;
    while (p < end && out->rows.count < CHUNK_ROWS && status == STATUS_OK) {
        bool plain = !is_blank(*p) && !(f->has_comment && *p == f->comment), good;
        const char *stop = NULL, *next = NULL;
        if (quick && plain && !d->header_due && p < sentinel)
            stop = short_way(d, p, end, out, &good);
        if (stop && !good && d->filter)
            stop = NULL;
        if (stop) {
            status = deliver(d, (struct slice){p, (uint32_t)(stop - p)}, good, out, e);
            d->reader.selecting = d->reader.wanted != NULL;
        } else {
            stop = find_line_end(d, p, end, &next);
            if (stop == end && !last)
                break;
            status = take_line(d, (struct slice){p, (uint32_t)(stop - p)}, out, e);
        }
        p = next ? next : stop + 1;
    }
    *used = (uint32_t)(p - bytes.data);
    return status;
}

// ---------------------------------------------------------------- multiLine

// LineSeparatorDetector: the first line end that the file has.
static void detect_line_end(struct decoder *d)
{
    struct csv_reader *r = &d->reader;
    const struct csv_format *f = &d->plan.format;
    r->newline[0] = f->line_end[0] ? f->line_end[0] : '\n';
    r->newline[1] = f->line_end[1];
    r->normalize_quoted = !f->line_end[0];
    if (f->line_end[0])
        return;
    for (uint32_t i = 0; i < d->bytes.size; i++) {
        if (d->bytes.data[i] != '\n' && d->bytes.data[i] != '\r')
            continue;
        r->newline[0] = d->bytes.data[i];
        if (r->newline[0] == '\r' && i + 1 < d->bytes.size && d->bytes.data[i + 1] == '\n')
            r->newline[1] = '\n';
        return;
    }
}

static struct slice record_of(const struct decoder *d, struct arena *arena)
{
    const struct csv_reader *r = &d->reader;
    struct slice text = {r->record, (uint32_t)(r->at - r->record)};
    return csv_restore(&d->plan, csv_strip_line_end(text), arena);
}

static enum status open_whole(struct decoder *d, struct slice bytes, struct chunk *out, struct error *e)
{
    arena_reset(&d->whole);
    d->bytes = csv_prepare(&d->plan, bytes, &d->whole);
    d->whole_open = true;
    detect_line_end(d);
    csv_reader_begin(&d->reader, d->bytes);
    if (!d->header_due)
        return STATUS_OK;
    d->header_due = false;
    switch (csv_read_next(&d->reader)) {
    case CSV_BROKEN:
        return csv_broken(record_of(d, out->arena), e);
    case CSV_NONE:
        return STATUS_OK;
    case CSV_RECORD:
        break;
    }
    return d->enforce ? STATUS_OK : check_header(d, e);
}

static enum status decode_whole(struct decoder *d, struct slice bytes, struct chunk *out, uint32_t *used,
                                struct error *e)
{
    enum status status = d->whole_open ? STATUS_OK : open_whole(d, bytes, out, e);
    while (status == STATUS_OK && out->rows.count < CHUNK_ROWS) {
        enum csv_end end = csv_read_next(&d->reader);
        if (end != CSV_NONE)
            status = deliver_tokens(d, end, record_of(d, out->arena), out, e);
        if (end != CSV_RECORD) {
            d->whole_open = false;
            *used += bytes.size;
            return status;
        }
    }
    return status;
}

// ---------------------------------------------------------------- the decoder

static enum status csv_decoder_decode(struct decoder *d, struct slice bytes, bool last, struct chunk *out,
                                      uint32_t *used, struct error *e)
{
    *used = 0;
    use_chunk(d, out);
    d->message = false;
    uint32_t mark = !d->begun && bytes.size >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (d->multi_line) {
        if (!last)
            return STATUS_OK;
        struct slice rest = {bytes.data + mark, bytes.size - mark};
        enum status status = decode_whole(d, rest, out, used, e);
        *used += *used ? mark : 0;
        return status;
    }
    *used = mark;
    d->begun = d->begun || bytes.size > 0;
    return decode_lines(d, bytes, last, out, used, e);
}

static enum status message_rows(struct decoder *d, struct slice message, struct chunk *out, uint32_t *used,
                                struct error *e)
{
    *used = 0;
    if (d->multi_line)
        return decode_whole(d, message, out, used, e);
    // The short way needs a newline behind its line; where lines end otherwise it is no part of the last one.
    bool newline = !d->plan.format.line_end[0];
    struct slice rest = {message.data + d->message_at, message.size - d->message_at};
    char *copy = arena_alloc(out->arena, (size_t)rest.size + MESSAGE_PAD);
    memcpy(copy, rest.data, rest.size);
    memset(copy + rest.size, '\n', MESSAGE_PAD);
    enum status status = decode_lines(d, (struct slice){copy, rest.size + newline}, true, out, used, e);
    *used = d->message_at + (*used < rest.size ? *used : rest.size);
    return status;
}

static enum status csv_decoder_decode_one(struct decoder *d, struct slice message, struct chunk *out, struct error *e)
{
    uint32_t rows = out->rows.count, used;
    if (rows == CHUNK_ROWS)
        return STATUS_AGAIN;
    use_chunk(d, out);
    struct decode_counters before = d->counters;
    d->header_due = false;
    d->message = true;
    enum status status = message_rows(d, message, out, &used, e);
    if (status != STATUS_OK || used == message.size) {
        d->message_at = 0;
        return status;
    }
    if (rows > 0) { // they do not all fit: with the next, empty chunk again
        out->rows.count = rows;
        d->counters = before;
        d->whole_open = false;
        return STATUS_AGAIN;
    }
    d->message_at = used;
    return STATUS_AGAIN;
}

const struct decoder_class decoder_csv = {
    .name = "csv",
    .options = csv_read_options,
    .open = csv_decoder_open,
    .close = csv_decoder_close,
    .restart = csv_decoder_restart,
    .decode = csv_decoder_decode,
    .decode_one = csv_decoder_decode_one,
    .counters = csv_decoder_counters,
};
