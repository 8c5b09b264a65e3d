#include "sinks/sink_file.h"

#include "hal/port/path.h"
#include "ops/csv_write.h"
#include "ops/decode_mode.h"
#include "ops/encoder.h"
#include "sinks/part_file.h"
#include "sinks/partition_path.h"

enum {
    HELD_SIZE = 1 << 20, // what of a batch is held back from standard output, in case it is given up
    PLAN_BLOCK = 4096,
};

struct file_format;

struct sink {
    const struct file_format *format;
    struct port *port;
    struct memory *memory;
    struct arena arena; // what open makes
    const struct session *session;
    uint32_t field_count;
    struct partition_path partitions;
    struct slice *names;    // of the columns that stay in the rows
    struct column **column; // of a chunk
    bool standard_output, metadata;
    struct part_file file;           // of a directory
    struct text rows;                // rendered for standard output, not yet written
    struct text tag, place, scratch; // of one row: its identity, its partition
    struct csv_writer csv;           // csv
    bool header, header_said;        // csv; standard output has had it
    struct slice line_end;           // text
    struct identity who;
    struct sink_counters counters, before; // before: the batch at hand
};

struct file_format {
    const char *extension;
    enum status (*open)(struct sink *s, const struct options *o, struct error *e); // NULL: nothing to read
    void (*begin)(struct sink *s, struct text *out); // of a file; NULL: nothing stands there
    // One row, its line end too; `view` has the columns that stay.
    void (*append)(struct sink *s, struct text *out, const struct chunk *view, uint32_t row);
};

static bool is_standard_output(const struct options *o)
{
    return slice_equal(option_text(o, "path"), SLICE("-"));
}

static enum sink_delivery file_delivery(const struct options *o)
{
    return is_standard_output(o) ? SINK_DIRECT : SINK_FILES;
}

// ---------------------------------------------------------------- opening

static void file_close(struct sink *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    if (!s->standard_output)
        part_file_close(&s->file);
    partition_path_free(&s->partitions, s->field_count, memory);
    text_free(&s->rows);
    text_free(&s->tag);
    text_free(&s->place);
    text_free(&s->scratch);
    arena_free(&s->arena);
    mem_free(memory, s, sizeof(*s));
}

static enum status open_directory(struct sink *s, const struct sink_setup *setup, struct error *e)
{
    struct text path;
    text_init(&path, setup->memory);
    path_resolve(&path, setup->options->directory, option_text(setup->options, "path"));
    enum status status = part_file_open(&s->file, setup->port, setup->state, setup->log, setup->memory,
                                        text_view(&path), setup->name, s->format->extension, s->partitions.count, e);
    text_free(&path);
    return status;
}

static enum status open_file(const struct file_format *format, const struct sink_setup *setup, struct sink **out,
                             struct error *e)
{
    struct sink *s = mem_zalloc(setup->memory, sizeof(*s));
    s->format = format;
    s->port = setup->port;
    s->memory = setup->memory;
    s->session = setup->session;
    s->field_count = setup->field_count;
    s->standard_output = is_standard_output(setup->options);
    s->metadata = option_boolean(setup->options, "metadata");
    arena_init(&s->arena, setup->memory, PLAN_BLOCK);
    text_init(&s->rows, setup->memory);
    text_init(&s->tag, setup->memory);
    text_init(&s->place, setup->memory);
    text_init(&s->scratch, setup->memory);
    enum status status =
        partition_path_make(&s->partitions, setup->options, setup->fields, setup->field_count, setup->memory, e);
    s->names = ARENA_ARRAY(&s->arena, struct slice, s->partitions.rest_count);
    s->column = ARENA_ARRAY(&s->arena, struct column *, s->partitions.rest_count);
    for (uint32_t i = 0; i < s->partitions.rest_count; i++)
        s->names[i] = setup->fields[s->partitions.rest[i]].name;
    if (status == STATUS_OK && format->open != NULL)
        status = format->open(s, setup->options, e);
    if (status == STATUS_OK && !s->standard_output)
        status = open_directory(s, setup, e);
    if (status != STATUS_OK) {
        file_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static enum status file_recover(struct sink *s, struct error *e)
{
    return s->standard_output ? STATUS_OK : part_file_recover(&s->file, e);
}

// ---------------------------------------------------------------- a batch

static enum status file_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)e;
    s->who = *who;
    s->before = s->counters;
    text_clear(&s->rows);
    if (!s->standard_output)
        part_file_begin(&s->file, batch->id);
    return STATUS_OK;
}

static enum status print_rows(struct sink *s, struct error *e)
{
    if (s->rows.size == 0)
        return STATUS_OK;
    enum status status = s->port->class->print(s->port, s->rows.data, s->rows.size, e);
    text_clear(&s->rows);
    return status;
}

static void append_row(struct sink *s, struct text *out, const struct chunk *view, uint32_t row)
{
    if (s->metadata) {
        text_clear(&s->tag);
        identity_append(&s->tag, &s->who, s->counters.rows - s->before.rows, !s->standard_output);
    }
    size_t before = out->size;
    s->format->append(s, out, view, row);
    s->counters.rows++;
    s->counters.bytes += out->size - before;
}

static enum status to_directory(struct sink *s, const struct chunk *chunk, const struct chunk *view, uint32_t row,
                                struct error *e)
{
    struct text *out;
    bool fresh;
    if (s->partitions.count > 0)
        partition_path_print(&s->partitions, chunk, row, s->session, &s->place, &s->scratch);
    enum status status = part_file_rows(&s->file, text_view(&s->place), &out, &fresh, e);
    if (status != STATUS_OK)
        return status;
    size_t before = out->size;
    if (fresh && s->format->begin != NULL)
        s->format->begin(s, out);
    append_row(s, out, view, row);
    return part_file_added(&s->file, out, before, e);
}

static enum status to_standard_output(struct sink *s, const struct chunk *view, uint32_t row, struct error *e)
{
    if (!s->header_said && s->format->begin != NULL)
        s->format->begin(s, &s->rows);
    s->header_said = true;
    append_row(s, &s->rows, view, row);
    return s->rows.size < HELD_SIZE ? STATUS_OK : print_rows(s, e);
}

static enum status file_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    for (uint32_t i = 0; i < s->partitions.rest_count; i++)
        s->column[i] = chunk->column[s->partitions.rest[i]];
    struct chunk view = *chunk;
    view.column = s->column;
    view.columns = s->partitions.rest_count;
    FOR_EACH_ROW (i, &chunk->rows) {
        enum status status =
            s->standard_output ? to_standard_output(s, &view, i, e) : to_directory(s, chunk, &view, i, e);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status file_prepare(struct sink *s, struct error *e)
{
    return s->standard_output ? print_rows(s, e) : part_file_prepare(&s->file, e);
}

static enum status file_finish(struct sink *s, struct error *e)
{
    enum status status = s->standard_output ? STATUS_OK : part_file_finish(&s->file, e);
    if (status == STATUS_OK)
        s->counters.batches++;
    return status;
}

static void file_abandon(struct sink *s)
{
    text_clear(&s->rows);
    s->counters = s->before;
    if (!s->standard_output)
        part_file_abandon(&s->file);
}

static const struct sink_counters *file_counters(const struct sink *s)
{
    return &s->counters;
}

// ---------------------------------------------------------------- json

static void json_append(struct sink *s, struct text *out, const struct chunk *view, uint32_t row)
{
    json_append_row(out, s->names, view, row, text_view(&s->tag), s->session);
    text_char(out, '\n');
}

static const struct file_format json_format = {.extension = "json", .append = json_append};

static enum status json_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    return open_file(&json_format, setup, out, e);
}

// ---------------------------------------------------------------- csv

static enum status csv_read(struct sink *s, const struct options *o, struct error *e)
{
    s->header = option_boolean(o, "header");
    return csv_writer_read(&s->csv, o, s->session, &s->arena, e);
}

static void csv_begin(struct sink *s, struct text *out)
{
    if (!s->header)
        return;
    for (uint32_t i = 0; i < s->partitions.rest_count; i++) {
        if (i > 0)
            text_slice(out, s->csv.format.separator);
        csv_append_text(&s->csv, out, i, s->names[i], false);
    }
    csv_append_line_end(&s->csv, out);
}

static void csv_append(struct sink *s, struct text *out, const struct chunk *view, uint32_t row)
{
    if (csv_append_row(&s->csv, out, view->column, view->columns, row, &s->scratch))
        csv_append_line_end(&s->csv, out);
}

static const struct file_format csv_format = {
    .extension = "csv", .open = csv_read, .begin = csv_begin, .append = csv_append};

static enum status csv_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    return open_file(&csv_format, setup, out, e);
}

// ---------------------------------------------------------------- text

static enum status text_read(struct sink *s, const struct options *o, struct error *e)
{
    enum status status = decode_line_end(o, &s->line_end, e);
    if (s->line_end.size == 0)
        s->line_end = SLICE("\n");
    return status;
}

// A NULL is an empty line, as in Spark.
static void text_append(struct sink *s, struct text *out, const struct chunk *view, uint32_t row)
{
    const struct column *c = view->column[0];
    if (!is_null(c, row))
        text_slice(out, c->slice[at(c, row)]);
    text_slice(out, s->line_end);
}

static const struct file_format text_format = {.extension = "txt", .open = text_read, .append = text_append};

static enum status text_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    return open_file(&text_format, setup, out, e);
}

// ---------------------------------------------------------------- what open would refuse

enum accept { ACCEPT_ALL, ACCEPT_CSV, ACCEPT_TEXT };

static enum status check_columns(const struct partition_path *p, const struct field *fields, enum accept accept,
                                 struct error *e)
{
    if (accept == ACCEPT_TEXT && p->rest_count != 1)
        return error_set(e, STATUS_CONFIG,
                         "text has one column, a STRING; the result has %u%s (Spark: Text data source supports only a "
                         "single column)",
                         p->rest_count, p->count > 0 ? " beside those of partitionBy" : "");
    for (uint32_t i = 0; i < p->rest_count; i++) {
        const struct field *f = &fields[p->rest[i]];
        if (accept == ACCEPT_TEXT ? f->type->id == TYPE_STRING : accept == ACCEPT_ALL || csv_writes(f->type))
            continue;
        return error_set(e, STATUS_CONFIG, "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] column %.*s cannot be written as %s",
                         (int)f->name.size, f->name.data, accept == ACCEPT_TEXT ? "text: it is no STRING" : "csv");
    }
    return STATUS_OK;
}

static enum status check(const struct options *o, const struct field *fields, uint32_t field_count, enum accept accept,
                         struct memory *memory, struct error *e)
{
    struct partition_path p = {.count = 0};
    enum status status = partition_path_make(&p, o, fields, field_count, memory, e);
    if (status == STATUS_OK && p.count > 0 && is_standard_output(o))
        status = error_set(e, STATUS_CONFIG, "partitionBy makes directories; the path - is standard output");
    if (status == STATUS_OK)
        status = check_columns(&p, fields, accept, e);
    partition_path_free(&p, field_count, memory);
    return status;
}

static enum status json_check(const struct options *o, const struct field *fields, uint32_t field_count,
                              struct memory *memory, struct error *e)
{
    return check(o, fields, field_count, ACCEPT_ALL, memory, e);
}

static enum status csv_check(const struct options *o, const struct field *fields, uint32_t field_count,
                             struct memory *memory, struct error *e)
{
    enum status status = check(o, fields, field_count, ACCEPT_CSV, memory, e);
    struct arena arena;
    struct csv_format format;
    arena_init(&arena, memory, PLAN_BLOCK);
    if (status == STATUS_OK)
        status = csv_format_read(&format, o, true, &arena, e);
    arena_free(&arena);
    return status;
}

static enum status text_check(const struct options *o, const struct field *fields, uint32_t field_count,
                              struct memory *memory, struct error *e)
{
    return check(o, fields, field_count, ACCEPT_TEXT, memory, e);
}

// ---------------------------------------------------------------- the sinks

#define PLACE_OPTIONS                                                                                                  \
    {.name = "path",                                                                                                   \
     .kind = OPTION_STRING,                                                                                            \
     .required = true,                                                                                                 \
     .summary = "A directory that gets one finished file a batch, or - for standard output"},                          \
    {                                                                                                                  \
        .name = "partitionBy", .kind = OPTION_LIST,                                                                    \
        .summary = "Columns that name a row's directory below it, column=value, instead of standing in the row"        \
    }

static const struct option_spec json_options[] = {
    PLACE_OPTIONS,
    {.name = "metadata",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "Each row says who it is: \"_runnel\": {device, query, epoch, batch, row, seq}"},
    {.name = NULL},
};

static const struct option_spec csv_options[] = {
    PLACE_OPTIONS,
    CSV_COMMON_OPTIONS,
    CSV_WRITE_OPTIONS,
    {.name = "header", .kind = OPTION_BOOLEAN, .fallback = "false", .summary = "each file begins with the names"},
    DECODE_ENCODING_OPTIONS,
    {.name = NULL},
};

static const struct option_spec text_options[] = {
    PLACE_OPTIONS,
    {.name = "lineSep", .kind = OPTION_STRING, .summary = "what ends a line; absent: \\n"},
    DECODE_ENCODING_OPTIONS,
    {.name = NULL},
};

#define FILE_SINK(name)                                                                                                \
    {                                                                                                                  \
        .format = #name, .options = name##_options, .delivery = file_delivery, .check = name##_check,                  \
        .open = name##_open, .close = file_close, .recover = file_recover, .begin = file_begin, .render = file_render, \
        .prepare = file_prepare, .finish = file_finish, .abandon = file_abandon, .counters = file_counters,            \
    }

const struct sink_class sink_csv = FILE_SINK(csv);
const struct sink_class sink_json = FILE_SINK(json);
const struct sink_class sink_text = FILE_SINK(text);
