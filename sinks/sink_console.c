#include "sinks/sink_console.h"

#include "ops/encoder.h"

#include <inttypes.h>

enum { ROWS_DEFAULT = 20, TRUNCATE_DEFAULT = 20 };

struct sink {
    struct port *port;
    struct memory *memory;
    struct slice *names;
    uint32_t name_count;
    struct table *table;
    struct text text;
    int64_t batch;
    struct sink_counters counters, before; // before: the batch at hand
};

static enum sink_delivery console_delivery(const struct options *o)
{
    (void)o;
    return SINK_DIRECT;
}

static void console_close(struct sink *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    table_free(s->table);
    text_free(&s->text);
    mem_free(memory, s->names, s->name_count * sizeof(*s->names));
    mem_free(memory, s, sizeof(*s));
}

static enum status console_open(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    (void)e;
    struct sink *s = mem_zalloc(setup->memory, sizeof(*s));
    s->port = setup->port;
    s->memory = setup->memory;
    s->name_count = setup->field_count;
    s->names = mem_alloc(setup->memory, s->name_count * sizeof(*s->names));
    for (uint32_t i = 0; i < s->name_count; i++)
        s->names[i] = setup->fields[i].name;
    text_init(&s->text, setup->memory);
    uint32_t rows = (uint32_t)option_integer(setup->options, "numRows", ROWS_DEFAULT);
    uint32_t truncate = (uint32_t)option_integer(setup->options, "truncate", TRUNCATE_DEFAULT);
    s->table = table_new(s->names, s->name_count, rows, truncate, setup->session, setup->memory);
    *out = s;
    return STATUS_OK;
}

static enum status console_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)who, (void)e;
    s->batch = batch->id;
    s->before = s->counters;
    table_clear(s->table);
    return STATUS_OK;
}

static enum status console_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    (void)e;
    table_add(s->table, chunk);
    s->counters.rows += chunk->rows.count;
    return STATUS_OK;
}

static enum status console_prepare(struct sink *s, struct error *e)
{
    static const char line[] = "-------------------------------------------\n";
    text_clear(&s->text);
    text_printf(&s->text, "%sBatch: %" PRId64 "\n%s", line, s->batch, line);
    table_print(s->table, &s->text);
    text_char(&s->text, '\n');
    s->counters.bytes += s->text.size;
    return s->port->class->print(s->port, s->text.data, s->text.size, e);
}

static enum status console_finish(struct sink *s, struct error *e)
{
    (void)e;
    s->counters.batches++;
    return STATUS_OK;
}

static void console_abandon(struct sink *s)
{
    s->counters = s->before;
    table_clear(s->table);
}

static const struct sink_counters *console_counters(const struct sink *s)
{
    return &s->counters;
}

static const struct option_spec console_options[] = {
    {.name = "numRows",
     .kind = OPTION_INTEGER,
     .fallback = "20",
     .least = 0,
     .most = 1000000,
     .summary = "Rows shown of a batch"},
    {.name = "truncate",
     .kind = OPTION_TRUNCATE,
     .fallback = "true",
     .summary = "true: values cut at 20 characters; false: whole; or a number of characters"},
    {.name = NULL},
};

const struct sink_class sink_console = {
    .format = "console",
    .options = console_options,
    .delivery = console_delivery,
    .open = console_open,
    .close = console_close,
    .begin = console_begin,
    .render = console_render,
    .prepare = console_prepare,
    .finish = console_finish,
    .abandon = console_abandon,
    .counters = console_counters,
};
