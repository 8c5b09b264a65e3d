// from_csv, to_csv (CsvToStructs, StructsToCsv).
#include "ops/csv_plan.h"
#include "ops/csv_write.h"
#include "ops/encoder.h"
#include "ops/kernel.h"
#include "ops/option_map.h"
#include "ops/result.h"

enum { TEXT_SLACK = 64 };

// A text that cannot grow beyond what is given: it lies in the call's arena.
static struct text bounded_text(const struct call *c, size_t capacity)
{
    return (struct text){.memory = c->arena->memory, .data = arena_alloc(c->arena, capacity), .capacity = capacity};
}

// ---- from_csv

static void put_row(const struct call *c, const struct csv_plan *p, struct csv_reader *r, struct column **column,
                    uint32_t row)
{
    struct slice text = slice_at(c->in[0], row);
    // A quote and an escape may be added for each byte, and a quote before a value.
    size_t most = 4 * (size_t)text.size + TEXT_SLACK;
    r->values = bounded_text(c, most);
    r->white = bounded_text(c, most);
    csv_reader_restart(r);
    enum csv_end end = csv_read_line(r, csv_prepare(p, text, c->arena));
    assert(r->values.capacity == most && r->white.capacity == most);
    bool good = end == CSV_RECORD && csv_put_record(p, r, NULL, column, row, c->arena) == CSV_ROW_GOOD;
    if (end != CSV_RECORD)
        csv_put_nothing(p, column, row);
    c->out->null[row] = 0;
    if (p->corrupt_output < 0)
        return;
    struct column *corrupt = &c->out->child[p->corrupt_output];
    corrupt->null[row] = good || text.size == 0;
    corrupt->slice[row] = csv_strip_line_end(text);
}

static void from_csv(const struct call *c, const struct rows *rows)
{
    const struct csv_plan *p = c->state;
    struct column **column = ARENA_ARRAY(c->arena, struct column *, p->columns);
    for (uint32_t i = 0; i < p->columns; i++)
        column[i] = &c->out->child[p->field[i]];
    struct csv_reader reader;
    struct csv_token *token = ARENA_ARRAY(c->arena, struct csv_token, p->columns);
    csv_reader_init(&reader, &p->format, token, p->columns, NULL, c->arena->memory);
    FOR_EACH_ROW (i, rows) {
        column_set_null(c->out, i);
        if (!is_null(c->in[0], i))
            put_row(c, p, &reader, column, i);
    }
}

static enum status bind_from_csv(struct binding *b, struct error *e)
{
    const struct type *t = b->arg[1]->type;
    if (t->id != TYPE_STRUCT)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] from_csv: the schema is %s; wanted is STRUCT",
                         type_text(b->arena, t));
    struct options options;
    enum status status = option_map_read(b, 2, csv_read_options, &options, e);
    if (status != STATUS_OK)
        return status;
    int32_t *output = ARENA_ARRAY(b->arena, int32_t, t->field_count);
    for (uint32_t i = 0; i < t->field_count; i++)
        output[i] = (int32_t)i;
    struct decode_spec spec = {.fields = t->fields,
                               .field_count = t->field_count,
                               .output = output,
                               .outputs = t->field_count,
                               .session = b->session};
    struct csv_plan *p = ARENA_NEW(b->arena, struct csv_plan);
    struct options *kept = ARENA_NEW(b->arena, struct options);
    *kept = options;
    spec.options = kept;
    status = csv_plan_make(p, &spec, false, b->arena, e);
    b->type = t;
    b->nullable = true;
    b->state = p;
    b->kernel = from_csv;
    return status == STATUS_OK ? binding_want(b, 0, WANT_STRING, e) : status;
}

// ---- to_csv

struct to_csv {
    struct csv_writer writer;
    uint64_t a_field; // bytes that its options may make of one field, whatever is in it
};

// At most so many bytes. Each byte of a value may get an escape.
static uint64_t row_bound(const struct to_csv *t, const struct column *c, uint32_t row)
{
    uint64_t bound = TEXT_SLACK;
    for (uint32_t i = 0; i < c->type->field_count; i++)
        bound += t->a_field + 2 * json_bound(&c->child[i], row);
    return bound;
}

static void to_csv(const struct call *c, const struct rows *rows)
{
    const struct to_csv *t = c->state;
    const struct column *in = c->in[0];
    uint32_t fields = in->type->field_count;
    struct column **column = ARENA_ARRAY(c->arena, struct column *, fields);
    for (uint32_t i = 0; i < fields; i++)
        column[i] = &in->child[i];
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        uint32_t k = at(in, i);
        uint64_t bound = row_bound(t, in, k);
        if (bound > STRING_MAX) {
            c->out->null[i] = 1;
            continue;
        }
        struct text text = bounded_text(c, (size_t)bound), scratch = bounded_text(c, (size_t)bound);
        c->out->null[i] = !csv_append_row(&t->writer, &text, column, fields, k, &scratch);
        assert(text.capacity == bound && scratch.capacity == bound && "row_bound was too small");
        c->out->slice[i] = text_view(&text);
    }
}

static const struct option_spec to_csv_options[] = {CSV_COMMON_OPTIONS, CSV_WRITE_OPTIONS, {.name = NULL}};

static enum status bind_to_csv(struct binding *b, struct error *e)
{
    enum { PATTERN_LETTER = 32 }; // the longest text that a letter of a pattern makes
    const struct type *t = b->arg[0]->type;
    if (t->id != TYPE_STRUCT)
        return binding_mismatch(b, 0, "STRUCT", e);
    for (uint32_t i = 0; i < t->field_count; i++)
        if (!csv_writes(t->fields[i].type))
            return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE] to_csv: `%.*s` is %s",
                             (int)t->fields[i].name.size, t->fields[i].name.data,
                             type_text(b->arena, t->fields[i].type));
    struct to_csv *state = ARENA_NEW(b->arena, struct to_csv);
    struct options options;
    enum status status = option_map_read(b, 1, to_csv_options, &options, e);
    if (status == STATUS_OK)
        status = csv_writer_read(&state->writer, &options, b->session, b->arena, e);
    if (status != STATUS_OK)
        return status;
    const struct csv_format *f = &state->writer.format;
    uint32_t patterns = option_text(&options, "timestampFormat").size + option_text(&options, "dateFormat").size +
                        option_text(&options, "timestampNTZFormat").size;
    state->a_field = (uint64_t)TEXT_SLACK + f->separator.size + 2 * (uint64_t)f->null_value.size +
                     2 * (uint64_t)f->empty_value.size + 2 * (uint64_t)PATTERN_LETTER * patterns;
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->state = state;
    b->kernel = to_csv;
    return STATUS_OK;
}

const struct function function_from_csv = {
    .name = "from_csv",
    .min_args = 2,
    .max_args = 3,
    .flags = FUNCTION_SCHEMA,
    .bind = bind_from_csv,
    .usage = "from_csv(csv, schema[, options])",
    .summary = "A line of CSV as the STRUCT that the schema, a DDL text, says; what does not fit is NULL.",
    .example = "from_csv('1;x', 'a INT, b STRING', map('sep', ';'))",
    .gives = "{\"a\":1,\"b\":\"x\"}",
};
const struct function function_to_csv = {
    .name = "to_csv",
    .min_args = 1,
    .max_args = 2,
    .bind = bind_to_csv,
    .usage = "to_csv(struct[, options])",
    .summary = "A STRUCT as a line of CSV.",
    .example = "to_csv(named_struct('a', 1, 'b', 'x,y'))",
    .gives = "\"1,\\\"x,y\\\"\"",
};
