// Decodes bytes and shows the rows as JSON lines, for the decoders' tests.
#ifndef TESTS_OPS_DECODING_H
#define TESTS_OPS_DECODING_H

#include "ops/decoder.h"
#include "ops/encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { DECODING_COLUMNS = 16, DECODING_OPTIONS = 12, DECODING_FILTERS = 4 };

struct decoding {
    const struct decoder_class *class;
    struct memory memory;
    struct arena plan, arena;
    struct text text;
    struct field field[DECODING_COLUMNS];
    int32_t output[DECODING_COLUMNS];
    struct slice name[DECODING_COLUMNS]; // of the outputs
    uint32_t fields, outputs;
    struct option_value option[DECODING_OPTIONS];
    struct options options;
    const struct expr *filter[DECODING_FILTERS];
    uint32_t filters;
    struct session session;
    struct decoder *decoder;
    struct column *column[DECODING_COLUMNS];
    struct chunk chunk;
    struct error error;
};

static inline void decoding_begin(struct decoding *d, const struct decoder_class *class)
{
    *d = (struct decoding){.class = class, .session = {.zone = &zone_utc}};
    arena_init(&d->plan, &d->memory, 4096);
    arena_init(&d->arena, &d->memory, 1 << 20);
    text_init(&d->text, &d->memory);
}

static inline void decoding_field(struct decoding *d, const char *name, const struct type *type, bool wanted)
{
    d->field[d->fields] = (struct field){.name = slice_of(name), .type = type, .nullable = true};
    d->output[d->fields++] = wanted ? (int32_t)d->outputs : -1;
    if (wanted)
        d->name[d->outputs++] = slice_of(name);
}

static inline void decoding_option(struct decoding *d, const char *name, const char *text)
{
    const struct option_spec *spec = d->class->options;
    while (strcmp(spec->name, name) != 0)
        spec++;
    d->option[d->options.count++] = (struct option_value){
        .spec = spec, .given = true, .text = slice_of(text), .integer = strcmp(text, "true") == 0};
    d->options.value = d->option;
}

static inline enum status decoding_open(struct decoding *d)
{
    struct decode_spec spec = {.fields = d->field,
                               .field_count = d->fields,
                               .output = d->output,
                               .outputs = d->outputs,
                               .filter = d->filter,
                               .filters = d->filters,
                               .options = &d->options,
                               .session = &d->session};
    enum status status = d->class->open(&spec, &d->memory, &d->decoder, &d->error);
    if (status == STATUS_OK)
        d->class->restart(d->decoder);
    return status;
}

static inline void decoding_chunk(struct decoding *d)
{
    arena_reset(&d->arena);
    for (uint32_t i = 0, k = 0; i < d->fields; i++)
        if (d->output[i] >= 0)
            d->column[k++] = column_new(d->field[i].type, CHUNK_ROWS, &d->arena);
    d->chunk = (struct chunk){.column = d->column, .columns = d->outputs, .arena = &d->arena};
}

static inline void decoding_show(struct decoding *d)
{
    for (uint32_t row = 0; row < d->chunk.rows.count; row++) {
        json_append_row(&d->text, d->name, &d->chunk, row, (struct slice){NULL, 0}, &d->session);
        text_char(&d->text, '\n');
    }
}

// All rows of a file's bytes, a JSON object a line.
static inline const char *decoding_rows(struct decoding *d, const char *bytes, size_t size)
{
    text_clear(&d->text);
    d->class->restart(d->decoder);
    for (uint32_t at = 0, used;; at += used) {
        decoding_chunk(d);
        struct slice rest = {bytes + at, (uint32_t)size - at};
        enum status status = d->class->decode(d->decoder, rest, true, &d->chunk, &used, &d->error);
        decoding_show(d);
        if (status != STATUS_OK) {
            text_printf(&d->text, "ERROR %s\n", d->error.text);
            break;
        }
        if (at + used >= size)
            break;
    }
    return text_cstring(&d->text);
}

static inline const char *decoding_lines(struct decoding *d, const char *lines)
{
    return decoding_rows(d, lines, strlen(lines));
}

static inline void decoding_end(struct decoding *d)
{
    d->class->close(d->decoder);
    text_free(&d->text);
    arena_free(&d->plan);
    arena_free(&d->arena);
    assert_int_equal(d->memory.used, 0);
}

#endif
