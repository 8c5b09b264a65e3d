#include "ops/cast.h"
#include "ops/datetime.h"
#include "ops/encoder.h"
#include "ops/number.h"
#include "ops/utf8.h"

#include <math.h>

// What Jackson writes for an ASCII character: 0: itself; 'u': \u00XX; else a backslash and this.
static char escape_of(uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return c < 0x20 ? 'u' : 0;
    }
}

static void append_escape(struct text *out, uint8_t c, char escape)
{
    text_char(out, '\\');
    text_char(out, escape);
    if (escape == 'u') {
        static const char hex[] = "0123456789ABCDEF";
        text_bytes(out, (const char[]){'0', '0', hex[c >> 4], hex[c & 15]}, 4);
    }
}

void json_append_string(struct text *out, struct slice s)
{
    text_char(out, '"');
    const char *p = s.data, *end = p + s.size, *from = p; // from: what is not written yet
    while (p < end) {
        char escape = escape_of((uint8_t)*p);
        size_t length = utf8_sequence(p, (size_t)(end - p));
        if (!escape && length) {
            p += length;
            continue;
        }
        text_bytes(out, from, (size_t)(p - from));
        if (escape) {
            append_escape(out, (uint8_t)*p++, escape);
        } else {
            uint32_t code;
            p += utf8_read(p, (size_t)(end - p), &code);
            text_string(out, "\xEF\xBF\xBD");
        }
        from = p;
    }
    text_bytes(out, from, (size_t)(p - from));
    text_char(out, '"');
}

static void append_base64(struct text *out, struct slice s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *bytes = (const uint8_t *)s.data;
    text_char(out, '"');
    for (uint32_t i = 0; i < s.size; i += 3) {
        uint32_t left = s.size - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        text_bytes(out,
                   (const char[]){digit[group >> 18], digit[group >> 12 & 63], left > 1 ? digit[group >> 6 & 63] : '=',
                                  left > 2 ? digit[group & 63] : '='},
                   4);
    }
    text_char(out, '"');
}

static void append_integer(struct text *out, int64_t v)
{
    char *to = text_reserve(out, NUMBER_TEXT_MAX);
    out->size += int64_print(v, to);
}

// NaN and Infinity are strings (JsonGenerator.Feature.QUOTE_NON_NUMERIC_NUMBERS).
static void append_real(struct text *out, const struct column *c, uint32_t row)
{
    bool single = c->type->id == TYPE_FLOAT;
    bool finite = single ? isfinite(c->f32[row]) : isfinite(c->f64[row]);
    if (!finite)
        text_char(out, '"');
    char *to = text_reserve(out, NUMBER_TEXT_MAX);
    out->size += single ? float_print(c->f32[row], to) : double_print(c->f64[row], to);
    if (!finite)
        text_char(out, '"');
}

static void append_quoted(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    text_char(out, '"');
    if (c->type->id == TYPE_DATE || c->type->id == TYPE_TIMESTAMP || c->type->id == TYPE_TIMESTAMP_NTZ)
        payload_time_print(&style->time, c, row, out);
    else
        value_print(c, row, style->time.session, false, out); // intervals
    text_char(out, '"');
}

static void append_array(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    struct span s = c->span[row];
    text_char(out, '[');
    for (uint32_t i = 0; i < s.size; i++) {
        if (i)
            text_char(out, ',');
        json_append_styled(out, &c->child[0], s.offset + i, style);
    }
    text_char(out, ']');
}

static void append_member(struct text *out, struct slice name, bool *first)
{
    if (!*first)
        text_char(out, ',');
    *first = false;
    json_append_string(out, name);
    text_char(out, ':');
}

static void append_struct(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    bool first = true;
    text_char(out, '{');
    for (uint32_t i = 0; i < c->type->field_count; i++) {
        if (is_null(&c->child[i], row) && !style->keep_nulls)
            continue;
        append_member(out, c->type->fields[i].name, &first);
        json_append_styled(out, &c->child[i], row, style);
    }
    text_char(out, '}');
}

// A map's key is the value's Java toString: dates and timestamps come as their numbers.
static void append_key(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    enum type_id id = c->type->id;
    if (id == TYPE_STRING) {
        json_append_string(out, c->slice[row]);
        return;
    }
    text_char(out, '"');
    if (id == TYPE_DATE || id == TYPE_INTERVAL_YM)
        append_integer(out, c->i32[row]);
    else if (id == TYPE_TIMESTAMP || id == TYPE_TIMESTAMP_NTZ || id == TYPE_INTERVAL_DT)
        append_integer(out, c->i64[row]);
    else
        value_print(c, row, style->time.session, false, out);
    text_char(out, '"');
}

static void append_map(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    struct span s = c->span[row];
    text_char(out, '{');
    for (uint32_t i = 0; i < s.size; i++) {
        if (i)
            text_char(out, ',');
        append_key(out, &c->child[0], s.offset + i, style);
        text_char(out, ':');
        json_append_styled(out, &c->child[1], s.offset + i, style);
    }
    text_char(out, '}');
}

void json_append_styled(struct text *out, const struct column *c, uint32_t row, const struct json_style *style)
{
    row = at(c, row);
    if (c->null[row]) {
        text_string(out, "null");
        return;
    }
    switch (c->type->id) {
    case TYPE_NULL:
        text_string(out, "null");
        break;
    case TYPE_BOOLEAN:
        text_string(out, c->boolean[row] ? "true" : "false");
        break;
    case TYPE_TINYINT:
        append_integer(out, c->i8[row]);
        break;
    case TYPE_SMALLINT:
        append_integer(out, c->i16[row]);
        break;
    case TYPE_INT:
        append_integer(out, c->i32[row]);
        break;
    case TYPE_BIGINT:
        append_integer(out, c->i64[row]);
        break;
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
        append_real(out, c, row);
        break;
    case TYPE_DECIMAL:
        value_print(c, row, style->time.session, false, out);
        break;
    case TYPE_STRING:
        json_append_string(out, c->slice[row]);
        break;
    case TYPE_BINARY:
        append_base64(out, c->slice[row]);
        break;
    case TYPE_ARRAY:
        append_array(out, c, row, style);
        break;
    case TYPE_STRUCT:
        append_struct(out, c, row, style);
        break;
    case TYPE_MAP:
        append_map(out, c, row, style);
        break;
    default:
        append_quoted(out, c, row, style);
    }
}

void json_append_value(struct text *out, const struct column *c, uint32_t row, const struct session *session)
{
    const struct json_style style = {.time = {.session = session}};
    json_append_styled(out, c, row, &style);
}

void json_append_row(struct text *out, const struct slice *names, const struct chunk *chunk, uint32_t row,
                     struct slice extra, const struct session *session)
{
    const struct json_style style = {.time = {.session = session}};
    bool first = true;
    text_char(out, '{');
    for (uint32_t i = 0; i < chunk->columns; i++) {
        if (is_null(chunk->column[i], row))
            continue;
        append_member(out, names[i], &first);
        json_append_styled(out, chunk->column[i], row, &style);
    }
    if (extra.size) {
        if (!first)
            text_char(out, ',');
        text_slice(out, extra);
    }
    text_char(out, '}');
}
