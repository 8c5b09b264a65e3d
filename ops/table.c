#include "ops/cast.h"
#include "ops/encoder.h"
#include "ops/utf8.h"

#include <assert.h>

// Dataset.showString and Utils.stringHalfWidth of Spark 4.

enum { COLUMN_LEAST = 3 };

struct cell {
    size_t begin, size; // in the table's text
    uint32_t width;     // in terminal cells
};

struct table {
    struct memory *memory;
    const struct session *session;
    uint32_t columns, num_rows, truncate;
    uint32_t rows; // shown
    bool more;     // there were others
    struct text text;
    struct text value; // one value on its way
    struct cell *cell; // [1 + num_rows] lines of `columns`: the names, then the rows
    uint32_t lines;    // there is room for
    uint32_t *width;   // of each column, while it is printed
};

// Utils.fullWidthRegex: the characters that take two cells.
static bool is_full_width(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                {0xFE10, 0xFE19}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i].first && code <= wide[i].last)
            return true;
    return false;
}

// A character in UTF-16 units, as String.length counts.
static uint32_t units_of(uint32_t code)
{
    return code >= 0x10000 ? 2 : 1;
}

// SchemaUtils.escapeMetaCharacters; and what is no UTF-8 becomes U+FFFD, as in a Java String.
static void append_escaped(struct text *to, struct slice s)
{
    static const char meta[] = "\n\r\t\f\b\v\a", letter[] = "nrtfbva";
    for (uint32_t i = 0; i < s.size;) {
        uint32_t code;
        i += (uint32_t)utf8_read(s.data + i, s.size - i, &code);
        const char *found = code > 0 && code < 0x20 ? strchr(meta, (int)code) : NULL;
        if (found) {
            text_char(to, '\\');
            text_char(to, letter[found - meta]);
        } else {
            to->size += utf8_write(code, text_reserve(to, UTF8_MAX));
        }
    }
}

static struct cell measure(const struct text *t, size_t begin)
{
    struct cell c = {.begin = begin, .size = t->size - begin};
    for (size_t i = begin; i < t->size;) {
        uint32_t code;
        i += utf8_read(t->data + i, t->size - i, &code);
        c.width += units_of(code) + is_full_width(code);
    }
    return c;
}

// Cuts to `truncate` UTF-16 units; with room for it the last three are dots. Half of a surrogate pair is printed as
// '?'.
static void truncate_cell(struct text *t, size_t begin, uint32_t truncate)
{
    uint32_t units = 0, keep = truncate < 4 ? truncate : truncate - 3;
    size_t cut = begin;
    bool half = false, found = false;
    for (size_t i = begin; i < t->size;) {
        uint32_t code;
        size_t length = utf8_read(t->data + i, t->size - i, &code);
        if (!found && units + units_of(code) > keep) {
            found = true;
            half = units < keep;
            cut = i;
        }
        units += units_of(code);
        i += length;
    }
    if (units <= truncate)
        return;
    t->size = cut;
    if (half)
        text_char(t, '?');
    if (truncate >= 4)
        text_string(t, "...");
}

struct table *table_new(const struct slice *names, uint32_t columns, uint32_t num_rows, uint32_t truncate,
                        const struct session *session, struct memory *memory)
{
    struct table *t = mem_zalloc(memory, sizeof *t);
    *t = (struct table){.memory = memory, .session = session, .columns = columns, .num_rows = num_rows};
    t->truncate = truncate;
    text_init(&t->text, memory);
    text_init(&t->value, memory);
    t->lines = 1;
    t->cell = mem_zalloc(memory, sizeof *t->cell * columns);
    t->width = mem_zalloc(memory, sizeof *t->width * columns);
    for (uint32_t i = 0; i < columns; i++) {
        size_t begin = t->text.size;
        append_escaped(&t->text, names[i]); // never cut
        t->cell[i] = measure(&t->text, begin);
    }
    return t;
}

void table_clear(struct table *t)
{
    t->rows = 0;
    t->more = false;
    struct cell last = {0};
    if (t->columns)
        last = t->cell[t->columns - 1];
    t->text.size = last.begin + last.size;
}

static void add_row(struct table *t, const struct chunk *chunk, uint32_t row)
{
    if (t->rows + 1 == t->lines) {
        uint32_t lines = t->lines * 2;
        t->cell = mem_resize(t->memory, t->cell, sizeof *t->cell * t->columns * t->lines,
                             sizeof *t->cell * t->columns * lines);
        t->lines = lines;
    }
    struct cell *cell = t->cell + (size_t)(++t->rows) * t->columns;
    for (uint32_t i = 0; i < t->columns; i++) {
        size_t begin = t->text.size;
        text_clear(&t->value);
        value_print(chunk->column[i], row, t->session, true, &t->value);
        append_escaped(&t->text, text_view(&t->value));
        if (t->truncate > 0)
            truncate_cell(&t->text, begin, t->truncate);
        cell[i] = measure(&t->text, begin);
    }
}

void table_add(struct table *t, const struct chunk *chunk)
{
    assert(chunk->columns == t->columns);
    FOR_EACH_ROW (i, &chunk->rows) {
        if (t->rows == t->num_rows) {
            t->more = true;
            return;
        }
        add_row(t, chunk, i);
    }
}

static uint32_t column_width(const struct table *t, uint32_t column)
{
    uint32_t width = COLUMN_LEAST;
    for (uint32_t line = 0; line <= t->rows; line++) {
        uint32_t w = t->cell[(size_t)line * t->columns + column].width;
        width = w > width ? w : width;
    }
    return width;
}

static void append_repeated(struct text *out, char c, uint32_t count)
{
    memset(text_reserve(out, count), c, count);
    out->size += count;
}

static void print_rule(const uint32_t *width, uint32_t columns, struct text *out)
{
    text_char(out, '+');
    for (uint32_t i = 0; i < columns; i++) {
        if (i)
            text_char(out, '+');
        append_repeated(out, '-', width[i]);
    }
    text_string(out, "+\n");
}

static void print_line(const struct table *t, uint32_t line, const uint32_t *width, struct text *out)
{
    text_char(out, '|');
    for (uint32_t i = 0; i < t->columns; i++) {
        struct cell c = t->cell[(size_t)line * t->columns + i];
        if (i)
            text_char(out, '|');
        if (t->truncate > 0)
            append_repeated(out, ' ', width[i] - c.width);
        text_bytes(out, t->text.data + c.begin, c.size);
        if (t->truncate == 0)
            append_repeated(out, ' ', width[i] - c.width);
    }
    text_string(out, "|\n");
}

void table_print(const struct table *t, struct text *out)
{
    uint32_t *width = t->width;
    for (uint32_t i = 0; i < t->columns; i++)
        width[i] = column_width(t, i);
    print_rule(width, t->columns, out);
    print_line(t, 0, width, out);
    print_rule(width, t->columns, out);
    for (uint32_t line = 1; line <= t->rows; line++)
        print_line(t, line, width, out);
    print_rule(width, t->columns, out);
    if (t->more)
        text_printf(out, "only showing top %u %s", t->num_rows, t->num_rows == 1 ? "row" : "rows");
}

void table_free(struct table *t)
{
    if (!t)
        return;
    mem_free(t->memory, t->cell, sizeof *t->cell * t->columns * t->lines);
    mem_free(t->memory, t->width, sizeof *t->width * t->columns);
    text_free(&t->text);
    text_free(&t->value);
    mem_free(t->memory, t, sizeof *t);
}
