#include "ops/decode_mode.h"

#include <assert.h>

// Spark's text source: one column, `value`, a line each row; CR, LF and CRLF end a line.
struct decoder {
    struct memory *memory;
    bool whole;            // wholetext: a file is one row
    bool begun;            // the first bytes of the file were seen
    bool skip_feed;        // the bytes before ended in a CR: an LF now belongs to it
    struct slice line_end; // lineSep; empty: CR, LF and CRLF
    int32_t output;        // of `value`; -1: not wanted
    struct decode_counters counters;
};

static void text_decoder_close(struct decoder *d)
{
    if (d)
        mem_free(d->memory, d, sizeof *d);
}

static enum status text_decoder_open(const struct decode_spec *spec, struct memory *memory, struct decoder **out,
                                     struct error *e)
{
    if (spec->field_count != 1 || spec->fields[0].type->id != TYPE_STRING)
        return error_set(e, STATUS_CONFIG, "text has one column, value STRING: leave the schema away");
    struct decoder *d = mem_zalloc(memory, sizeof *d);
    d->memory = memory;
    d->whole = option_boolean(spec->options, "wholetext");
    d->output = spec->output[0];
    enum status status = decode_line_end(spec->options, &d->line_end, e);
    if (status != STATUS_OK) {
        text_decoder_close(d);
        return status;
    }
    *out = d;
    return STATUS_OK;
}

static void text_decoder_restart(struct decoder *d)
{
    d->begun = d->skip_feed = false;
}

static const struct decode_counters *text_decoder_counters(const struct decoder *d)
{
    return &d->counters;
}

static void add_row(struct decoder *d, struct slice line, struct chunk *out)
{
    if (d->output >= 0) {
        struct column *c = out->column[d->output];
        c->slice[out->rows.count] = line;
        c->null[out->rows.count] = 0;
    }
    out->rows.count++;
    d->counters.records++;
    d->counters.rows++;
}

static enum status decode_whole(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used)
{
    if (last && out->rows.count < CHUNK_ROWS) {
        add_row(d, bytes, out);
        *used = bytes.size;
    }
    return STATUS_OK;
}

// The first CR or LF in [p, end), else `end`. *feed: the first LF, found before and kept while it lies ahead.
static const char *line_end(const char *p, const char *end, const char **feed)
{
    if (*feed < p) {
        *feed = memchr(p, '\n', (size_t)(end - p));
        if (!*feed)
            *feed = end;
    }
    const char *carriage_return = memchr(p, '\r', (size_t)(*feed - p));
    return carriage_return ? carriage_return : *feed;
}

static enum status decode_separated(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used)
{
    while (*used < bytes.size && out->rows.count < CHUNK_ROWS) {
        struct slice line;
        uint32_t next = decode_cut(bytes, *used, d->line_end, last, &line);
        if (next == *used)
            break;
        add_row(d, line, out);
        *used = next;
    }
    return STATUS_OK;
}

static enum status text_decoder_decode(struct decoder *d, struct slice bytes, bool last, struct chunk *out,
                                       uint32_t *used, struct error *e)
{
    (void)e;
    assert(!out->rows.index && out->rows.count <= CHUNK_ROWS);
    *used = 0;
    if (d->whole)
        return decode_whole(d, bytes, last, out, used);
    const char *p = bytes.data, *end = p + bytes.size, *feed = NULL;
    if (!d->begun && bytes.size >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        p += 3; // Hadoop's LineRecordReader takes it off
    d->begun = d->begun || bytes.size > 0;
    if (d->line_end.size) {
        *used = (uint32_t)(p - bytes.data);
        return decode_separated(d, bytes, last, out, used);
    }
    if (d->skip_feed && p < end) {
        p += *p == '\n';
        d->skip_feed = false;
    }
    while (p < end && out->rows.count < CHUNK_ROWS) {
        const char *stop = line_end(p, end, &feed);
        if (stop == end && !last)
            break;
        add_row(d, (struct slice){p, (uint32_t)(stop - p)}, out);
        d->skip_feed = stop + 1 == end && *stop == '\r';
        p = stop == end ? end : stop + 1;
        p += p < end && *stop == '\r' && *p == '\n';
    }
    *used = (uint32_t)(p - bytes.data);
    return STATUS_OK;
}

static enum status text_decoder_decode_one(struct decoder *d, struct slice message, struct chunk *out, struct error *e)
{
    (void)e;
    if (out->rows.count == CHUNK_ROWS)
        return STATUS_AGAIN;
    add_row(d, message, out);
    return STATUS_OK;
}

static const struct option_spec text_decoder_options[] = {
    {.name = "wholetext", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "a file is one row"},
    {.name = "lineSep", .kind = OPTION_STRING, .summary = "what ends a line; absent: \\n, \\r, \\r\\n"},
    DECODE_ENCODING_OPTIONS,
    {.name = NULL},
};

const struct decoder_class decoder_text = {
    .name = "text",
    .options = text_decoder_options,
    .open = text_decoder_open,
    .close = text_decoder_close,
    .restart = text_decoder_restart,
    .decode = text_decoder_decode,
    .decode_one = text_decoder_decode_one,
    .counters = text_decoder_counters,
};
