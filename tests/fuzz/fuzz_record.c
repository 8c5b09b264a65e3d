// Bytes of the checkpoint below their checksums: keys, rows, aggregates' states, the log's records, long keys' buckets.
// A checksum can be right over bytes that are wrong: an older writer's, or a flip before they were sealed.
#include "tests/fuzz/fuzz.h"

#include "agent/sql/parse.h"
#include "agent/store/bucket.h"
#include "agent/store/frame.h"
#include "ops/aggregate.h"
#include "ops/encoder.h"
#include "ops/key.h"
#include "ops/record.h"
#include "sinks/record_frame.h"

static const char schema_text[] =
    "b BOOLEAN, ti TINYINT, i INT, l BIGINT, f FLOAT, d DOUBLE, dec DECIMAL(38,3), s STRING, bin BINARY, ts TIMESTAMP, "
    "a ARRAY<STRING>, "
    "st STRUCT<x: INT, y: ARRAY<STRING>>, m MAP<STRING, INT>, o ARRAY<STRUCT<k: STRING, v: MAP<INT, STRING>>>";

static void show(struct fuzz *f, struct column *c)
{
    struct chunk row = {.column = &c, .columns = 1, .rows = {NULL, 1}, .arena = &f->arena};
    struct slice name = SLICE("x");
    struct text out;
    text_init(&out, &f->memory);
    json_append_row(&out, &name, &row, 0, (struct slice){NULL, 0}, &f->session);
    text_free(&out);
}

static void read_value(struct fuzz *f, const struct type *type, bool key, unsigned order)
{
    struct column *c = column_new(type, 1, &f->arena);
    size_t used = key ? key_read(f->input, c, 0, order, &f->arena) : record_read(f->input, c, 0, &f->arena);
    FUZZ_CHECK(used <= f->input.size);
    if (used > 0)
        show(f, c);
}

static void read_aggregate(struct fuzz *f, uint8_t which, const struct type *type)
{
    uint32_t count;
    const struct aggregate *a = aggregate_list(&count)[which % (aggregate_list(&count), count)];
    const struct type *want[4] = {0}, *arg_type[4];
    struct expr *args[4];
    struct aggregate_binding b = {
        .arena = &f->arena, .session = &f->session, .aggregate = a, .arg = args, .argc = a->min_args, .want = want};
    FUZZ_CHECK(b.argc <= 4);
    for (uint32_t i = 0; i < b.argc; i++)
        args[i] = expr_column(&f->arena, i, type, true);
    if (a->bind(&b, &f->error) != STATUS_OK)
        return;
    for (uint32_t i = 0; i < b.argc; i++)
        arg_type[i] = want[i] != NULL ? want[i] : type;
    struct aggregate_call call = {b.kernels, b.state, b.type, arg_type, b.argc, b.state_size, &f->arena};
    void *state = arena_zalloc(&f->arena, b.state_size), *into = arena_zalloc(&f->arena, b.state_size);
    if (b.kernels->init != NULL) {
        b.kernels->init(&call, state);
        b.kernels->init(&call, into);
    }
    size_t used = b.kernels->load(&call, f->input, state);
    FUZZ_CHECK(used <= f->input.size);
    if (used == 0)
        return;
    struct column *c = column_new(b.type, 1, &f->arena);
    b.kernels->merge(&call, into, state);
    b.kernels->finish(&call, into, c, 0);
    show(f, c);
}

static void read_log(struct fuzz *f)
{
    struct sink_record record;
    struct record_note note;
    struct slice rest, value, payload, bucket = f->input;
    (void)record_frame_open(f->input, NULL, &record, &note);
    (void)record_frame_open(f->input, &f->arena, &record, &note);
    while (bucket_next(&bucket, &rest, &value) == STATUS_OK)
        FUZZ_CHECK(value.data + value.size <= f->input.data + f->input.size);
    (void)frame_open(SLICE("key"), f->input, &payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    const struct type *schema;
    fuzz_begin(&f, data, size);
    uint8_t what = fuzz_byte(&f), which = fuzz_byte(&f);
    struct sql_source ddl = {.text = SLICE(schema_text)};
    FUZZ_CHECK(sql_parse_schema(&ddl, &f.arena, &schema, &f.error) == STATUS_OK);
    const struct type *type = schema->fields[which % schema->field_count].type;
    switch (what % 4) {
    case 0:
        read_value(&f, type, true, which / 32u);
        break;
    case 1:
        read_value(&f, type, false, 0);
        break;
    case 2:
        type = schema->fields[fuzz_byte(&f) % schema->field_count].type;
        read_aggregate(&f, which, type);
        break;
    default:
        read_log(&f);
    }
    fuzz_end(&f);
    return 0;
}
