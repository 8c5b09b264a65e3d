// Plans at work: JSON lines in, batch by batch, rows as to_json prints them out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops/encoder.h"
#include "tests/agent/plan_bench.h"
#include "tests/sim/state_sim.h"

enum { PARTS = 4 };

struct bench_run {
    struct plan_bench plan;
    struct plan_run run;
    struct op collector;
    struct arena chunk_arena;
    struct text out;
    struct slice names[8];
    struct {
        const char *part;
        struct state_sim *state;
    } parts[PARTS];
    int64_t watermark, late, batches;
};

static struct bench_run bench;

static enum status collect(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)op;
    (void)input;
    (void)e;
    FOR_EACH_ROW (row, &chunk->rows) {
        json_append_row(&bench.out, bench.names, chunk, row, (struct slice){0}, &bench.plan.session);
        text_char(&bench.out, ' ');
    }
    return STATUS_OK;
}

static const struct op_class collector_class = {.name = "collector", .push = collect};

static const struct state *give_state(void *self, const char *part)
{
    (void)self;
    for (int i = 0; i < PARTS; i++) {
        if (!bench.parts[i].part) {
            bench.parts[i].part = arena_printf(&bench.plan.arena, "%s", part);
            bench.parts[i].state = state_sim_new(&bench.plan.memory);
        }
        if (strcmp(bench.parts[i].part, part) == 0)
            return state_sim_state(bench.parts[i].state);
    }
    return NULL;
}

static void start(enum output_mode mode, const char *columns, const char *watermark, const char *query)
{
    bench = (struct bench_run){.collector.class = &collector_class};
    bench_open(&bench.plan, columns, watermark);
    text_init(&bench.out, &bench.plan.memory);
    arena_init(&bench.chunk_arena, &bench.plan.memory, 65536);
    if (bench_plan(&bench.plan, mode, query))
        fail_msg("%s\n%s", query, bench.plan.error.text);
    uint32_t count;
    const struct field *f = plan_fields(bench.plan.plan, &count);
    assert_true(count <= 8);
    for (uint32_t i = 0; i < count; i++)
        bench.names[i] = f[i].name;
    enum status s = plan_start(bench.plan.plan, give_state, NULL, &bench.collector, 1 << 20, &bench.plan.memory,
                               &bench.run, &bench.plan.error);
    if (s)
        fail_msg("%s", bench.plan.error.text);
}

static void decode(struct slice lines, struct chunk *chunk)
{
    const struct type *schema = bench.plan.source.schema;
    uint32_t reads;
    const struct plan_read *read = plan_reads(bench.plan.plan, &reads);
    const int32_t *output = read->output;
    uint32_t outputs = read->outputs;
    struct options options = {0};
    struct decode_spec spec = {.fields = schema->fields,
                               .field_count = schema->field_count,
                               .output = output,
                               .outputs = outputs,
                               .options = &options,
                               .session = &bench.plan.session};
    struct decoder *d = NULL;
    const struct decoder_class *json = decoder_find(SLICE("json"));
    assert_non_null(json);
    assert_int_equal(json->open(&spec, &bench.plan.memory, &d, &bench.plan.error), STATUS_OK);
    chunk->columns = outputs;
    chunk->arena = &bench.chunk_arena;
    chunk->column = ARENA_ARRAY(&bench.chunk_arena, struct column *, outputs + 1);
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (output[i] >= 0)
            chunk->column[output[i]] = column_new(schema->fields[i].type, CHUNK_ROWS, &bench.chunk_arena);
    uint32_t used;
    assert_int_equal(json->decode(d, lines, true, chunk, &used, &bench.plan.error), STATUS_OK);
    json->close(d);
}

// One batch; what came out of it. The watermark moves as the engine moves it.
static const char *batch(const char *lines)
{
    struct batch b = {.id = bench.batches++,
                      .watermark_late = bench.late,
                      .watermark_evict = bench.watermark,
                      .has_watermark = bench.plan.source.has_watermark};
    struct chunk chunk = {0};
    text_clear(&bench.out);
    arena_reset(&bench.chunk_arena);
    struct error *e = &bench.plan.error;
    assert_int_equal(plan_open_batch(&bench.run, &bench.collector, &b, e), STATUS_OK);
    decode(slice_of(lines), &chunk);
    if (chunk.rows.count)
        assert_int_equal(op_push(bench.run.entry[0].op, bench.run.entry[0].input, &chunk, e), STATUS_OK);
    assert_int_equal(plan_close_batch(&bench.run, &bench.collector, e), STATUS_OK);
    bench.late = bench.watermark;
    int64_t proposal = bench.run.watermark_count ? watermark_proposal(bench.run.watermark[0].op) : INT64_MIN;
    if (proposal > bench.watermark)
        bench.watermark = proposal;
    return text_cstring(&bench.out);
}

static void stop(void)
{
    plan_stop(&bench.run);
    for (int i = 0; i < PARTS; i++)
        state_sim_free(bench.parts[i].state);
    arena_free(&bench.chunk_arena);
    text_free(&bench.out);
    bench_close(&bench.plan);
}

static void test_word_count(void **state)
{
    (void)state;
    start(OUTPUT_COMPLETE, "value STRING", NULL,
          "SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM t) "
          "GROUP BY word ORDER BY count DESC, word LIMIT 2");
    assert_string_equal(batch("{\"value\":\"b a b\"}\n"), "{\"word\":\"b\",\"count\":2} {\"word\":\"a\",\"count\":1} ");
    assert_string_equal(batch("{\"value\":\"c a\"}\n{\"value\":\"a\"}\n"),
                        "{\"word\":\"a\",\"count\":3} {\"word\":\"b\",\"count\":2} ");
    stop();
}

static void test_purchases(void **state)
{
    (void)state;
    start(OUTPUT_COMPLETE, "eventTime TIMESTAMP, action STRING, district STRING", NULL,
          "SELECT district, window(eventTime, '1 minutes') AS window, count(*) AS count FROM t "
          "WHERE action = 'purchase' GROUP BY district, window(eventTime, '1 minutes') ORDER BY window");
    assert_string_equal(batch("{\"eventTime\":61,\"action\":\"purchase\",\"district\":\"x\"}\n"
                              "{\"eventTime\":5,\"action\":\"purchase\",\"district\":\"x\"}\n"
                              "{\"eventTime\":6,\"action\":\"view\",\"district\":\"x\"}\n"
                              "{\"eventTime\":59,\"action\":\"purchase\",\"district\":\"x\"}\n"),
                        "{\"district\":\"x\",\"window\":{\"start\":\"1970-01-01T00:00:00.000Z\","
                        "\"end\":\"1970-01-01T00:01:00.000Z\"},\"count\":2} "
                        "{\"district\":\"x\",\"window\":{\"start\":\"1970-01-01T00:01:00.000Z\","
                        "\"end\":\"1970-01-01T00:02:00.000Z\"},\"count\":1} ");
    stop();
}

static void test_append_with_a_watermark(void **state)
{
    (void)state;
    start(OUTPUT_APPEND, "ts TIMESTAMP, k STRING, v INT", "ts",
          "SELECT w.end AS e, k, sum(v) + 1 AS s FROM (SELECT window(ts, '10 seconds') AS w, upper(k) AS k, v FROM t) "
          "WHERE k <> 'SKIP' GROUP BY w, k HAVING sum(v) > 1");
    assert_string_equal(batch("{\"ts\":1,\"k\":\"a\",\"v\":2}\n{\"ts\":2,\"k\":\"b\",\"v\":1}\n"
                              "{\"ts\":99,\"k\":\"skip\",\"v\":1}\n"),
                        "");
    assert_int_equal(bench.watermark, 0); // 2 s less 10 s: the row that is skipped does not count
    assert_string_equal(batch("{\"ts\":21,\"k\":\"A\",\"v\":5}\n{\"ts\":3,\"k\":\"A\",\"v\":3}\n"), "");
    assert_int_equal(bench.watermark, 11000000);
    assert_string_equal(batch(""), "{\"e\":\"1970-01-01T00:00:10.000Z\",\"k\":\"A\",\"s\":6} ");
    assert_string_equal(batch("{\"ts\":4,\"k\":\"A\",\"v\":3}\n{\"ts\":60,\"k\":\"A\",\"v\":3}\n"), ""); // 4 is late
    assert_string_equal(batch(""), "{\"e\":\"1970-01-01T00:00:30.000Z\",\"k\":\"A\",\"s\":6} ");
    stop();
}

static void test_aggregate_of_an_aggregate(void **state)
{
    (void)state;
    start(OUTPUT_APPEND, "ts TIMESTAMP, k STRING", "ts",
          "SELECT window(w, '20 seconds').start AS s, max(n) AS n FROM "
          "(SELECT window(ts, '10 seconds') AS w, k, count(*) AS n FROM t GROUP BY 1, k) "
          "GROUP BY window(w, '20 seconds')");
    assert_string_equal(batch("{\"ts\":1,\"k\":\"a\"}\n{\"ts\":2,\"k\":\"b\"}\n{\"ts\":12,\"k\":\"b\"}\n"
                              "{\"ts\":13,\"k\":\"b\"}\n{\"ts\":31,\"k\":\"b\"}\n"),
                        "");
    assert_string_equal(batch(""), "{\"s\":\"1970-01-01T00:00:00.000Z\",\"n\":2} ");
    stop();
}

static void test_stateless(void **state)
{
    (void)state;
    start(OUTPUT_APPEND, "k STRING, v INT, a ARRAY<INT>, s STRUCT<x: INT>", NULL,
          "SELECT v AS x, x + 1 AS y, s.x AS z, e, e + 1 AS f FROM t LATERAL VIEW OUTER explode(a) q AS e "
          "WHERE v > 1 LIMIT 3");
    assert_string_equal(
        batch("{\"v\":1,\"a\":[1]}\n{\"v\":2,\"s\":{\"x\":7}}\n{\"v\":3,\"a\":[4,5]}\n"),
        "{\"x\":2,\"y\":3,\"z\":7} {\"x\":3,\"y\":4,\"e\":4,\"f\":5} {\"x\":3,\"y\":4,\"e\":5,\"f\":6} ");
    assert_string_equal(batch("{\"v\":9}\n"), ""); // the limit is over the life of the query
    stop();
}

static void test_update_and_distinct(void **state)
{
    (void)state;
    start(OUTPUT_UPDATE, "k STRING, v INT", NULL, "SELECT DISTINCT k, v + 1 AS w FROM t");
    assert_string_equal(batch("{\"k\":\"a\",\"v\":1}\n{\"k\":\"a\",\"v\":1}\n"), "{\"k\":\"a\",\"w\":2} ");
    stop();
    start(OUTPUT_UPDATE, "k STRING, v INT", NULL, "SELECT count(*) AS n, max(v) AS m FROM t");
    assert_string_equal(batch(""), "{\"n\":0} ");
    assert_string_equal(batch("{\"v\":1}\n{\"v\":5}\n"), "{\"n\":2,\"m\":5} ");
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_count),
        cmocka_unit_test(test_purchases),
        cmocka_unit_test(test_append_with_a_watermark),
        cmocka_unit_test(test_aggregate_of_an_aggregate),
        cmocka_unit_test(test_stateless),
        cmocka_unit_test(test_update_and_distinct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
