// A query's text, all the way: parsed, bound, planned, explained, and run on three rows.
#include "tests/fuzz/fuzz.h"

#include "agent/plan/plan.h"
#include "ops/decoder.h"
#include "tests/sim/state_sim.h"

enum { PARTS = 128, SOURCES = 3, TABLE = 2, MEMORY_LIMIT = 1 << 20 };

static const char schema_text[] =
    "i INT, l BIGINT, si SMALLINT, ti TINYINT, f FLOAT, d DOUBLE, dec DECIMAL(12,3), s STRING, b BOOLEAN, bin BINARY, "
    "dt DATE, "
    "ts TIMESTAMP, n TIMESTAMP_NTZ, a ARRAY<INT>, sa ARRAY<STRING>, st STRUCT<x: INT, y: STRING>, m MAP<STRING, INT>, "
    "o ARRAY<STRUCT<k: STRING, v: DOUBLE>>";

static const char rows_text[] =
    "{\"i\":7,\"l\":-70,\"si\":300,\"ti\":-128,\"f\":0.1,\"d\":2.5,\"dec\":12.345,\"s\":\"a b "
    "c\",\"b\":true,\"bin\":\"YWI=\","
    "\"dt\":\"2024-02-29\",\"ts\":\"2024-03-01T12:34:56.789Z\",\"n\":\"2024-03-01T12:00:00\",\"a\":[3,1,null],\"sa\":["
    "\"x\",\"\"],"
    "\"st\":{\"x\":1,\"y\":\"z\"},\"m\":{\"k\":1,\"j\":null},\"o\":[{\"k\":\"p\",\"v\":1e300},null]}\n"
    "{}\n"
    "{\"i\":-2147483648,\"l\":9223372036854775807,\"si\":-32768,\"ti\":127,\"f\":\"NaN\",\"d\":-0.0,\"dec\":-999999999."
    "999,"
    "\"s\":\"\xc3\xa4\xf0\x9f\x98\x80%_\\\\\",\"b\":false,\"bin\":\"\",\"dt\":\"0001-01-01\",\"ts\":\"9999-12-31T23:59:"
    "59Z\","
    "\"n\":\"1900-01-01T00:00:00\",\"a\":[],\"sa\":[],\"st\":{},\"m\":{},\"o\":[]}\n";

struct query {
    struct fuzz f;
    struct plan *plan;
    struct plan_run run;
    struct op collector;
    struct pipeline_source source[SOURCES];
    struct pipeline pipeline;
    struct source_class class;
    struct {
        const char *part;
        struct state_sim *state;
    } parts[PARTS];
    struct text out;
};

static enum status collect(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)op, (void)input, (void)chunk, (void)e;
    return STATUS_OK;
}

static const struct op_class collector_class = {.name = "collector", .push = collect};

static const struct type *no_columns(const struct options *options, struct arena *arena)
{
    (void)options, (void)arena;
    return NULL;
}

static const struct state *give_state(void *self, const char *part)
{
    struct query *q = self;
    for (int i = 0; i < PARTS; i++) {
        if (q->parts[i].part == NULL) {
            q->parts[i].part = arena_printf(&q->f.arena, "%s", part);
            q->parts[i].state = state_sim_new(&q->f.memory);
        }
        if (strcmp(q->parts[i].part, part) == 0)
            return state_sim_state(q->parts[i].state);
    }
    abort();
}

static void decode(struct query *q, const struct plan_read *read, struct chunk *chunk)
{
    const struct type *schema = q->source[read->source].schema;
    struct options options = {0};
    struct decoder *d = NULL;
    uint32_t used;
    struct decode_spec spec = {.fields = schema->fields,
                               .field_count = schema->field_count,
                               .output = read->output,
                               .outputs = read->outputs,
                               .options = &options,
                               .session = &q->f.session};
    FUZZ_CHECK(decoder_json.open(&spec, &q->f.memory, &d, &q->f.error) == STATUS_OK);
    *chunk = (struct chunk){.columns = read->outputs, .arena = &q->f.arena};
    chunk->column = ARENA_ARRAY(&q->f.arena, struct column *, read->outputs + 1);
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (read->output[i] >= 0)
            chunk->column[read->output[i]] = column_new(schema->fields[i].type, CHUNK_ROWS, &q->f.arena);
    FUZZ_CHECK(decoder_json.decode(d, SLICE(rows_text), true, chunk, &used, &q->f.error) == STATUS_OK);
    decoder_json.close(d);
}

static bool load_tables(struct query *q)
{
    struct batch batch = {.has_watermark = false};
    uint32_t count;
    const struct plan_read *read = plan_reads(q->plan, &count);
    enum status status = plan_open_tables(&q->run, &batch, &q->f.error);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        struct chunk chunk;
        if (!read[i].is_static)
            continue;
        decode(q, &read[i], &chunk);
        status = op_push(q->run.entry[i].op, q->run.entry[i].input, &chunk, &q->f.error);
        if (status == STATUS_OK)
            status = plan_close_table(&q->run, i, &q->f.error);
    }
    return status == STATUS_OK;
}

// false: a refusal of the world's (a limit), after which nothing is closed.
static bool run_batch(struct query *q, int64_t id, int64_t watermark)
{
    struct batch batch = {.id = id, .watermark_late = INT64_MIN, .watermark_evict = watermark, .has_watermark = true};
    uint32_t count;
    const struct plan_read *read = plan_reads(q->plan, &count);
    q->f.session.batch_id = id;
    enum status status = plan_open_batch(&q->run, &q->collector, &batch, &q->f.error);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        struct chunk chunk;
        if (read[i].is_static)
            continue;
        decode(q, &read[i], &chunk);
        status = op_push(q->run.entry[i].op, q->run.entry[i].input, &chunk, &q->f.error);
    }
    return status == STATUS_OK && plan_close_batch(&q->run, &q->collector, &q->f.error) == STATUS_OK;
}

static void run(struct query *q)
{
    q->collector.class = &collector_class;
    if (plan_start(q->plan, give_state, q, &q->collector, MEMORY_LIMIT, &q->f.memory, &q->run, &q->f.error) ==
        STATUS_OK) {
        if (load_tables(q) && run_batch(q, 0, INT64_MIN))
            (void)run_batch(q, 1, INT64_C(1709296496789012));
        plan_stop(&q->run);
    }
    for (int i = 0; i < PARTS; i++)
        state_sim_free(q->parts[i].state);
}

static void tell(struct query *q)
{
    text_init(&q->out, &q->f.memory);
    plan_explain(q->plan, &q->out);
    plan_fingerprint(q->plan, &q->out);
    plan_warn(q->plan, &q->out);
    plan_schema_print(q->plan, &q->out);
    text_free(&q->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct query q;
    q = (struct query){0};
    fuzz_begin(&q.f, data, size);
    struct sql_source ddl = {.text = SLICE(schema_text)};
    const struct type *schema;
    FUZZ_CHECK(sql_parse_schema(&ddl, &q.f.arena, &schema, &q.f.error) == STATUS_OK);
    q.class = (struct source_class){.format = "json", .columns = no_columns, .decodes = true};
    static const char *const names[] = {"t", "u", "w"}; // two streams and a table
    for (uint32_t i = 0; i < SOURCES; i++)
        q.source[i] = (struct pipeline_source){.name = slice_of(names[i]),
                                               .is_static = i == TABLE,
                                               .class = &q.class,
                                               .schema = schema,
                                               .has_watermark = size % 2 == 0,
                                               .watermark_column = SLICE("ts"),
                                               .watermark_delay = 10000000};
    static const enum output_mode modes[] = {OUTPUT_APPEND, OUTPUT_UPDATE, OUTPUT_COMPLETE};
    q.pipeline = (struct pipeline){
        .sources = q.source, .source_count = SOURCES, .query.text = q.f.input, .mode = modes[size % 3]};
    if (plan_make(&q.pipeline, &q.f.session, &q.f.arena, &q.plan, &q.f.error) == STATUS_OK) {
        tell(&q);
        run(&q);
    }
    fuzz_end(&q.f);
    return 0;
}
