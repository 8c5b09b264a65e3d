#include "sinks/sink_json.h"

#include "hal/port/path.h"
#include "ops/encoder.h"
#include "sinks/part_file.h"

enum {
    WRITE_SIZE = 64 * 1024, // files are written in pieces of this
    HELD_SIZE = 1 << 20,    // what of a batch is held back from standard output, in case it is given up
};

struct sink {
    struct port *port;
    struct memory *memory;
    const struct session *session;
    struct slice *names;
    uint32_t name_count;
    bool standard_output, metadata;
    struct part_file file; // of a directory
    struct text rows;      // rendered, not yet written
    struct text tag;       // one row's identity
    struct identity who;
    struct sink_counters counters, before; // before: the batch at hand
};

static bool is_standard_output(const struct options *o)
{
    return slice_equal(option_text(o, "path"), SLICE("-"));
}

static enum sink_delivery json_delivery(const struct options *o)
{
    return is_standard_output(o) ? SINK_DIRECT : SINK_FILES;
}

static void json_close(struct sink *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    if (!s->standard_output)
        part_file_close(&s->file);
    text_free(&s->rows);
    text_free(&s->tag);
    mem_free(memory, s->names, s->name_count * sizeof(*s->names));
    mem_free(memory, s, sizeof(*s));
}

static enum status json_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    struct sink *s = mem_zalloc(setup->memory, sizeof(*s));
    s->port = setup->port;
    s->memory = setup->memory;
    s->session = setup->session;
    s->standard_output = is_standard_output(setup->options);
    s->metadata = option_boolean(setup->options, "metadata");
    s->name_count = setup->field_count;
    s->names = mem_alloc(setup->memory, s->name_count * sizeof(*s->names));
    for (uint32_t i = 0; i < s->name_count; i++)
        s->names[i] = setup->fields[i].name;
    text_init(&s->rows, setup->memory);
    text_init(&s->tag, setup->memory);
    enum status status = STATUS_OK;
    if (!s->standard_output) {
        struct text path;
        text_init(&path, setup->memory);
        path_resolve(&path, setup->options->directory, option_text(setup->options, "path"));
        status = part_file_open(&s->file, setup->port, setup->state, setup->log, setup->memory, text_view(&path),
                                setup->name, "json", e);
        text_free(&path);
    }
    if (status != STATUS_OK) {
        json_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static enum status json_recover(struct sink *s, struct error *e)
{
    return s->standard_output ? STATUS_OK : part_file_recover(&s->file, e);
}

static enum status json_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)e;
    s->who = *who;
    s->before = s->counters;
    text_clear(&s->rows);
    if (!s->standard_output)
        part_file_begin(&s->file, batch->id);
    return STATUS_OK;
}

static enum status flush(struct sink *s, struct error *e)
{
    if (s->rows.size == 0)
        return STATUS_OK;
    enum status status = s->standard_output ? s->port->class->print(s->port, s->rows.data, s->rows.size, e)
                                            : part_file_write(&s->file, text_view(&s->rows), e);
    s->counters.bytes += s->rows.size;
    text_clear(&s->rows);
    return status;
}

static enum status json_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    size_t most = s->standard_output ? HELD_SIZE : WRITE_SIZE;
    FOR_EACH_ROW (i, &chunk->rows) {
        if (s->metadata) {
            text_clear(&s->tag);
            identity_append(&s->tag, &s->who, s->counters.rows - s->before.rows, !s->standard_output);
        }
        json_append_row(&s->rows, s->names, chunk, i, text_view(&s->tag), s->session);
        text_char(&s->rows, '\n');
        s->counters.rows++;
        if (s->rows.size < most)
            continue;
        enum status status = flush(s, e);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status json_prepare(struct sink *s, struct error *e)
{
    enum status status = flush(s, e);
    return status == STATUS_OK && !s->standard_output ? part_file_prepare(&s->file, e) : status;
}

static enum status json_finish(struct sink *s, struct error *e)
{
    enum status status = s->standard_output ? STATUS_OK : part_file_finish(&s->file, e);
    if (status == STATUS_OK)
        s->counters.batches++;
    return status;
}

static void json_abandon(struct sink *s)
{
    text_clear(&s->rows);
    s->counters = s->before;
    if (!s->standard_output)
        part_file_abandon(&s->file);
}

static const struct sink_counters *json_counters(const struct sink *s)
{
    return &s->counters;
}

static const struct option_spec json_options[] = {
    {.name = "path",
     .kind = OPTION_STRING,
     .required = true,
     .summary = "A directory that gets one finished file a batch, or - for standard output"},
    {.name = "metadata",
     .kind = OPTION_BOOLEAN,
     .fallback = "false",
     .summary = "Each row says who it is: \"_runnel\": {device, query, epoch, batch, row, seq}"},
    {.name = NULL},
};

const struct sink_class sink_json = {
    .format = "json",
    .options = json_options,
    .delivery = json_delivery,
    .open = json_open,
    .close = json_close,
    .recover = json_recover,
    .begin = json_begin,
    .render = json_render,
    .prepare = json_prepare,
    .finish = json_finish,
    .abandon = json_abandon,
    .counters = json_counters,
};
