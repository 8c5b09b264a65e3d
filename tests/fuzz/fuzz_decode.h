// A decoder at work: the first byte chooses the mode, multiLine, and whether the rest is a file or a message.
#ifndef TESTS_FUZZ_FUZZ_DECODE_H
#define TESTS_FUZZ_FUZZ_DECODE_H

#include "tests/fuzz/fuzz.h"

#include "ops/decoder.h"
#include "ops/encoder.h"

#include "agent/sql/parse.h"

enum { FUZZ_OPTIONS = 8 };

struct decoding {
    struct fuzz f;
    const struct decoder_class *class;
    const struct type *schema;
    struct option_value value[FUZZ_OPTIONS];
    struct options options;
    struct decoder *decoder;
    struct arena rows;
    struct text text;
};

static void set_option(struct decoding *d, const char *name, const char *text)
{
    const struct option_spec *spec = d->class->options;
    while (strcmp(spec->name, name) != 0)
        spec++;
    d->value[d->options.count++] = (struct option_value){
        .spec = spec, .given = true, .text = slice_of(text), .integer = strcmp(text, "true") == 0};
    d->options.value = d->value;
}

static void make_chunk(struct decoding *d, struct chunk *chunk)
{
    arena_reset(&d->rows);
    *chunk = (struct chunk){.columns = d->schema->field_count, .arena = &d->rows};
    chunk->column = ARENA_ARRAY(&d->rows, struct column *, chunk->columns);
    for (uint32_t i = 0; i < chunk->columns; i++)
        chunk->column[i] = column_new(d->schema->fields[i].type, CHUNK_ROWS, &d->rows);
}

// Every value is looked at: printed.
static void show(struct decoding *d, const struct chunk *chunk)
{
    struct slice names[32];
    for (uint32_t i = 0; i < chunk->columns; i++)
        names[i] = d->schema->fields[i].name;
    FOR_EACH_ROW (row, &chunk->rows)
        json_append_row(&d->text, names, chunk, row, (struct slice){NULL, 0}, &d->f.session);
    text_clear(&d->text);
}

static void decode_file(struct decoding *d)
{
    for (uint32_t at = 0, used = 1; at < d->f.input.size && used > 0; at += used) {
        struct chunk chunk;
        make_chunk(d, &chunk);
        struct slice rest = {d->f.input.data + at, d->f.input.size - at};
        enum status status = d->class->decode(d->decoder, rest, true, &chunk, &used, &d->f.error);
        FUZZ_CHECK(used <= rest.size && chunk.rows.count <= CHUNK_ROWS);
        show(d, &chunk);
        if (status != STATUS_OK)
            return;
        FUZZ_CHECK(used > 0); // it gets on
    }
}

static void decode_message(struct decoding *d)
{
    enum status status = STATUS_AGAIN;
    for (int i = 0; i < 4 && status == STATUS_AGAIN; i++) {
        struct chunk chunk;
        make_chunk(d, &chunk);
        status = d->class->decode_one(d->decoder, d->f.input, &chunk, &d->f.error);
        show(d, &chunk);
    }
}

static void decoding_begin(struct decoding *d, const struct decoder_class *class, const uint8_t *data, size_t size)
{
    *d = (struct decoding){.class = class};
    fuzz_begin(&d->f, data, size);
    arena_init(&d->rows, &d->f.memory, 1 << 20);
    text_init(&d->text, &d->f.memory);
}

// Bits of `choice`: 1 and 2 the mode, 4 multiLine, 8 a message.
static void decoding_run(struct decoding *d, const char *schema, uint8_t choice)
{
    static const char *const modes[] = {"PERMISSIVE", "PERMISSIVE", "DROPMALFORMED", "FAILFAST"};
    struct sql_source ddl = {.text = slice_of(schema)};
    FUZZ_CHECK(sql_parse_schema(&ddl, &d->f.arena, &d->schema, &d->f.error) == STATUS_OK);
    int32_t output[32];
    for (uint32_t i = 0; i < d->schema->field_count; i++)
        output[i] = (int32_t)i;
    set_option(d, "mode", modes[choice % 4]);
    if ((choice & 4) != 0)
        set_option(d, "multiLine", "true");
    struct decode_spec spec = {.fields = d->schema->fields,
                               .field_count = d->schema->field_count,
                               .output = output,
                               .outputs = d->schema->field_count,
                               .options = &d->options,
                               .session = &d->f.session};
    enum status status = d->class->open(&spec, &d->f.memory, &d->decoder, &d->f.error);
    FUZZ_CHECK(status == STATUS_OK || status == STATUS_CONFIG); // some options do not go together
    if (status != STATUS_OK)
        return;
    d->class->restart(d->decoder);
    if ((choice & 8) != 0)
        decode_message(d);
    else
        decode_file(d);
}

static void decoding_end(struct decoding *d)
{
    d->class->close(d->decoder);
    text_free(&d->text);
    arena_free(&d->rows);
    fuzz_end(&d->f);
}

#endif
