#include "ops/csv_plan.h"
#include "ops/utf8.h"

enum { SHOWN_RECORD_MAX = 500 };

static const char *const handlings[] = {"STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER",
                                        "SKIP_VALUE",        "RAISE_ERROR",           NULL};

const struct option_spec csv_read_options[] = {
    DECODE_MODE_OPTIONS,
    CSV_COMMON_OPTIONS,
    PAYLOAD_TIME_OPTIONS,
    DECODE_ENCODING_OPTIONS,
    {.name = "header", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "the first line of a file is no row"},
    {.name = "enforceSchema",
     .kind = OPTION_BOOLEAN,
     .fallback = "true",
     .summary = "false: the header's names must be the schema's"},
    {.name = "multiLine",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "values in quotes may hold line ends"},
    {.name = "lineSep", .kind = OPTION_STRING, .summary = "what ends a record; absent: \\n, \\r, \\r\\n"},
    {.name = "emptyValue", .kind = OPTION_STRING, .summary = "what \"\" is read as; absent: an empty text"},
    {.name = "ignoreLeadingWhiteSpace",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "blanks before a value are left out"},
    {.name = "ignoreTrailingWhiteSpace",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "blanks behind a value are left out"},
    {.name = "nanValue", .kind = OPTION_STRING, .fallback = "NaN", .summary = "what is no number"},
    {.name = "positiveInf", .kind = OPTION_STRING, .fallback = "Inf", .summary = "infinity"},
    {.name = "negativeInf", .kind = OPTION_STRING, .fallback = "-Inf", .summary = "negative infinity"},
    {.name = "maxColumns",
     .kind = OPTION_INTEGER,
     .fallback = "20480",
     .least = 1,
     .most = 1 << 24,
     .summary = "a record of more columns ends the pipeline"},
    {.name = "maxCharsPerColumn",
     .kind = OPTION_INTEGER,
     .fallback = "-1",
     .least = -1,
     .most = 1 << 28,
     .summary = "a longer value ends the pipeline; -1: any"},
    {.name = "unescapedQuoteHandling",
     .kind = OPTION_CHOICE,
     .fallback = "STOP_AT_DELIMITER",
     .choices = handlings,
     .summary = "what becomes of a quote within a value in quotes"},
    {.name = "columnPruning",
     .kind = OPTION_BOOLEAN,
     .summary = "columns that the query does not use are not looked at; absent: unless multiLine"},
    {.name = "preferDate", .kind = OPTION_BOOLEAN, .fallback = "true", .summary = "as in Spark"},
    {.name = "locale", .kind = OPTION_CHOICE, .choices = decode_locales, .summary = "en-US, the only one"},
    DECODE_GUESSING("inferSchema"),
    DECODE_GUESSING("samplingRatio"),
    {.name = NULL},
};

static enum status add_column(struct csv_plan *p, const struct decode_spec *spec, uint32_t i, struct error *e)
{
    bool corrupt;
    enum status status = decode_is_corrupt(spec->options, &spec->fields[i], &corrupt, e);
    if (status != STATUS_OK)
        return status;
    if (corrupt) {
        p->corrupt_output = spec->output[i];
        return STATUS_OK;
    }
    uint32_t k = p->columns++;
    p->field[k] = i;
    p->output[k] = spec->output[i];
    p->wanted[k] = spec->output[i] >= 0;
    p->wanted_columns += p->wanted[k];
    p->last = p->wanted[k] ? k + 1 : p->last;
    return csv_column_make(&p->column[k], spec->fields[i].type, &p->values, spec->fields[i].name, e);
}

enum status csv_plan_make(struct csv_plan *p, const struct decode_spec *spec, bool pruning, struct arena *arena,
                          struct error *e)
{
    *p = (struct csv_plan){.mode = decode_mode_read(spec->options), .fields = spec->fields, .corrupt_output = -1};
    p->column = ARENA_ARRAY(arena, struct csv_column, spec->field_count);
    p->field = ARENA_ARRAY(arena, uint32_t, spec->field_count);
    p->output = ARENA_ARRAY(arena, int32_t, spec->field_count);
    p->wanted = ARENA_ARRAY(arena, bool, spec->field_count);
    enum status status = csv_format_read(&p->format, spec->options, false, arena, e);
    if (status == STATUS_OK)
        status = csv_values_read(&p->values, spec->options, spec->session, arena, e);
    for (uint32_t i = 0; status == STATUS_OK && i < spec->field_count; i++)
        status = add_column(p, spec, i, e);
    p->empty_is_null = slice_equal(p->format.empty_value, p->format.null_value);
    p->pruned = pruning && p->wanted_columns < p->columns;
    return status;
}

// What the token of `kind` stands for; false: NULL.
static bool token_text(const struct csv_plan *p, const struct csv_reader *r, const struct csv_token *t,
                       struct slice *text)
{
    if (t->kind == CSV_NOTHING)
        return false;
    *text = t->kind == CSV_EMPTY ? p->format.empty_value : (struct slice){r->values.data + t->from, t->size};
    return !slice_equal(*text, p->format.null_value);
}

static struct slice keep(const struct csv_plan *p, struct slice text, struct arena *arena)
{
    struct slice separator = p->format.separator;
    uint32_t size = 0;
    char *to = arena_alloc(arena, (size_t)text.size * (separator.size > 1 && p->format.one ? separator.size : 1));
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] == CSV_SEPARATOR) {
            memcpy(to + size, separator.data, separator.size);
            size += separator.size;
        } else {
            to[size++] = text.data[i];
        }
    }
    return (struct slice){to, size};
}

struct slice csv_restore(const struct csv_plan *p, struct slice text, struct arena *arena)
{
    return p->format.one && p->format.separator.size > 1 ? keep(p, text, arena) : text;
}

// One value. false: it does not fit, or there is none where one should be.
static bool put_token(const struct csv_plan *p, const struct csv_reader *r, uint32_t i, struct column *c, uint32_t row,
                      struct arena *arena)
{
    struct slice text;
    c->null[row] = 1;
    if (i >= r->column)
        return p->pruned;
    if (!token_text(p, r, &r->token[i], &text))
        return true;
    bool fits = p->column[i].put(&p->column[i], keep(p, text, arena), c, row, arena);
    c->null[row] = !fits;
    return fits;
}

enum csv_row csv_put_record(const struct csv_plan *p, const struct csv_reader *r, struct decode_filter *filter,
                            struct column **column, uint32_t row, struct arena *arena)
{
    bool good = p->pruned || r->column == p->columns;
    if (filter)
        csv_put_nothing(p, column, row);
    for (uint32_t i = 0; i < p->last; i++) {
        if (!column[i])
            continue;
        if (!put_token(p, r, i, column[i], row, arena))
            good = false;
        else if (filter && !decode_filter_passes(filter, column, arena, i, row))
            return CSV_ROW_LEFT_OUT;
    }
    return good ? CSV_ROW_GOOD : CSV_ROW_BAD;
}

void csv_put_nothing(const struct csv_plan *p, struct column *const *column, uint32_t row)
{
    for (uint32_t i = 0; i < p->last; i++)
        if (column[i])
            column[i]->null[row] = 1;
}

struct slice csv_strip_line_end(struct slice record)
{
    bool feed = record.size && record.data[record.size - 1] == '\n';
    record.size -= feed;
    if (record.size && record.data[record.size - 1] == '\r')
        record.size--;
    return record;
}

struct slice csv_prepare(const struct csv_plan *p, struct slice line, struct arena *arena)
{
    struct slice s = p->format.separator;
    line = utf8_repair(line, arena);
    if (!p->format.one || s.size == 1)
        return line;
    char *to = arena_alloc(arena, line.size);
    uint32_t size = 0;
    for (uint32_t i = 0; i < line.size;) {
        bool separator = line.size - i >= s.size && memcmp(line.data + i, s.data, s.size) == 0;
        to[size++] = separator ? CSV_SEPARATOR : line.data[i];
        i += separator ? s.size : 1;
    }
    return (struct slice){to, size};
}

enum status csv_broken(struct slice record, struct error *e)
{
    return error_set(e, STATUS_FAILED,
                     "[MALFORMED_CSV_RECORD] Malformed CSV record: %.*s: too many columns, too long a value, or a "
                     "quote where none may be (maxColumns, maxCharsPerColumn, unescapedQuoteHandling)",
                     (int)(record.size < SHOWN_RECORD_MAX ? record.size : SHOWN_RECORD_MAX), record.data);
}
