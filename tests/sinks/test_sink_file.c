// csv and text as Spark writes them, and files in partitions: what is there after crashes. test_sink_json.c has the
// rest.
#include "sinks/part_file.h"
#include "sinks/sink_file.h"

#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/state_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct state_sim *state;
    struct options_sim options;
    struct session session;
    struct field fields[2];
    struct column *columns[2];
    struct chunk chunk;
    const struct sink_class *class;
    struct sink *sink;
};

static void bench_open(struct bench *b, const struct sink_class *class, enum type_id second)
{
    *b = (struct bench){.class = class};
    b->port = sim_open(5);
    b->state = state_sim_new(&b->memory);
    arena_init(&b->arena, &b->memory, 4096);
    b->fields[0] = (struct field){.name = SLICE("k"), .type = type_simple(TYPE_STRING), .nullable = true};
    b->fields[1] = (struct field){.name = SLICE("n"), .type = type_simple(second), .nullable = true};
    for (int i = 0; i < 2; i++)
        b->columns[i] = column_new(b->fields[i].type, CHUNK_ROWS, &b->arena);
    b->chunk = (struct chunk){.column = b->columns, .columns = 2, .arena = &b->arena};
    b->session.zone = &zone_utc;
}

static void bench_close(struct bench *b)
{
    b->class->close(b->sink);
    assert_int_equal(sim_open_handles(b->port), 0);
    state_sim_free(b->state);
    arena_free(&b->arena);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
}

static enum status open_sink(struct bench *b, uint32_t fields, struct error *e)
{
    struct sink_setup s = {.name = "out",
                           .options = &b->options.options,
                           .port = b->port,
                           .memory = &b->memory,
                           .state = state_sim_state(b->state),
                           .session = &b->session,
                           .fields = b->fields,
                           .field_count = fields};
    enum status status = b->class->check(s.options, s.fields, fields, &b->memory, e);
    if (status == STATUS_OK)
        status = b->class->open(&s, &b->sink, e);
    return status == STATUS_OK ? b->class->recover(b->sink, e) : status;
}

static void fill(struct bench *b, uint32_t row, const char *key, const char *value, int64_t number)
{
    b->columns[0]->null[row] = key == NULL;
    b->columns[0]->slice[row] = key ? slice_of(key) : SLICE("");
    if (b->fields[1].type->id == TYPE_STRING) {
        b->columns[1]->null[row] = value == NULL;
        b->columns[1]->slice[row] = value ? slice_of(value) : SLICE("");
    } else {
        b->columns[1]->null[row] = 0;
        b->columns[1]->i64[row] = number;
    }
    b->chunk.rows.count = row + 1;
}

static enum status batch_until_commit(struct bench *b, int64_t id, struct error *e)
{
    struct batch batch = {.id = id};
    struct identity who = {.batch = id};
    enum status status = b->class->begin(b->sink, &batch, &who, e);
    if (status == STATUS_OK)
        status = b->class->render(b->sink, &b->chunk, e);
    return status == STATUS_OK ? b->class->prepare(b->sink, e) : status;
}

static void batch(struct bench *b, int64_t id)
{
    struct error e;
    assert_int_equal(batch_until_commit(b, id, &e), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(b->class->finish(b->sink, &e), STATUS_OK);
}

static void assert_file(struct bench *b, const char *path, const char *wanted)
{
    struct slice content;
    assert_int_equal(sim_file(b->port, path, &content), wanted != NULL);
    if (wanted != NULL)
        assert_true(slice_equal(content, slice_of(wanted)));
}

static void csv_is_written_as_spark_does(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    bench_open(&b, &sink_csv, TYPE_BIGINT);
    options_sim_fill(&b.options, sink_csv.options, "/", "path", "/o", "header", "true", NULL);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_OK);
    fill(&b, 0, "a,b", NULL, 1);
    fill(&b, 1, "say \"x\"", NULL, 2);
    fill(&b, 2, "", NULL, 3);
    fill(&b, 3, NULL, NULL, 4);
    fill(&b, 4, " blank ", NULL, 5);
    batch(&b, 0);
    assert_file(&b, "/o/part-00000000.csv", "k,n\n\"a,b\",1\n\"say \\\"x\\\"\",2\n\"\",3\n,4\nblank,5\n");
    bench_close(&b);
}

static void csv_leaves_out_a_row_of_nothing(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    bench_open(&b, &sink_csv, TYPE_BIGINT);
    options_sim_fill(&b.options, sink_csv.options, "/", "path", "/o", NULL);
    assert_int_equal(open_sink(&b, 1, &e), STATUS_OK);
    fill(&b, 0, NULL, NULL, 0);
    batch(&b, 0);
    assert_file(&b, "/o/part-00000000.csv", NULL);
    fill(&b, 1, "x", NULL, 0);
    batch(&b, 1);
    assert_file(&b, "/o/part-00000001.csv", "x\n");
    bench_close(&b);
}

static void text_is_one_column(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    bench_open(&b, &sink_text, TYPE_STRING);
    options_sim_fill(&b.options, sink_text.options, "/", "path", "/o", NULL);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_CONFIG);
    options_sim_fill(&b.options, sink_text.options, "/", "path", "/o", "partitionBy", "n", NULL);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_OK);
    fill(&b, 0, "one\ttwo", "x", 0);
    fill(&b, 1, NULL, "x", 0);
    batch(&b, 0);
    assert_file(&b, "/o/n=x/part-00000000.txt", "one\ttwo\n\n");
    bench_close(&b);
}

static void open_partitions(struct bench *b)
{
    struct error e;
    bench_open(b, &sink_json, TYPE_BIGINT);
    options_sim_fill(&b->options, sink_json.options, "/", "path", "/o", "partitionBy", "k", NULL);
    assert_int_equal(open_sink(b, 2, &e), STATUS_OK);
}

static void partitions_have_directories(void **unused)
{
    (void)unused;
    struct bench b;
    open_partitions(&b);
    fill(&b, 0, "a", NULL, 1);
    fill(&b, 1, "b/c: 100%", NULL, 2);
    fill(&b, 2, NULL, NULL, 3);
    fill(&b, 3, "", NULL, 4);
    fill(&b, 4, "a", NULL, 5);
    batch(&b, 7);
    assert_file(&b, "/o/k=a/part-00000007.json", "{\"n\":1}\n{\"n\":5}\n");
    assert_file(&b, "/o/k=b%2Fc%3A 100%25/part-00000007.json", "{\"n\":2}\n");
    assert_file(&b, "/o/k=__HIVE_DEFAULT_PARTITION__/part-00000007.json", "{\"n\":3}\n{\"n\":4}\n");
    b.chunk.rows.count = 1;
    batch(&b, 8);
    assert_file(&b, "/o/k=a/part-00000008.json", "{\"n\":1}\n");
    assert_file(&b, "/o/k=__HIVE_DEFAULT_PARTITION__/part-00000008.json", NULL);
    bench_close(&b);
}

static void more_partitions_than_open_files(void **unused)
{
    (void)unused;
    enum { MANY = 500 };
    struct bench b;
    open_partitions(&b);
    static char key[2 * MANY][8];
    for (uint32_t i = 0; i < 2 * MANY; i++) {
        snprintf(key[i], sizeof key[i], "%u", i % MANY);
        fill(&b, i, key[i], NULL, i);
    }
    batch(&b, 0);
    assert_file(&b, "/o/k=499/part-00000000.json", "{\"n\":499}\n{\"n\":999}\n");
    assert_file(&b, "/o/k=0/part-00000000.json", "{\"n\":0}\n{\"n\":500}\n");
    bench_close(&b);
}

// The process dies after the commit, before a file has its name; the next one makes it good.
static void a_crash_after_the_commit(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    open_partitions(&b);
    fill(&b, 0, "a", NULL, 1);
    fill(&b, 1, "b", NULL, 2);
    assert_int_equal(batch_until_commit(&b, 0, &e), STATUS_OK);
    state_sim_commit(b.state);
    assert_file(&b, "/o/k=a/part-00000000.json", NULL);
    sim_crash(b.port);
    b.class->close(b.sink);
    b.sink = NULL;
    sim_boot(b.port);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_OK);
    assert_file(&b, "/o/k=a/part-00000000.json", "{\"n\":1}\n");
    assert_file(&b, "/o/k=b/part-00000000.json", "{\"n\":2}\n");
    bench_close(&b);
}

// It dies before the commit: nothing of the batch is left.
static void a_crash_before_the_commit(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    open_partitions(&b);
    fill(&b, 0, "a", NULL, 1);
    assert_int_equal(batch_until_commit(&b, 0, &e), STATUS_OK);
    state_sim_rollback(b.state);
    sim_crash(b.port);
    b.class->close(b.sink);
    b.sink = NULL;
    sim_boot(b.port);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_OK);
    assert_file(&b, "/o/k=a/part-00000000.json", NULL);
    assert_file(&b, "/o/k=a/.part-00000000.json.tmp", NULL);
    bench_close(&b);
}

static enum status write_two(struct bench *b, int64_t id, int64_t *committed, struct error *e)
{
    fill(b, 0, "a", NULL, 2 * id);
    fill(b, 1, id % 2 ? "b" : "c", NULL, 2 * id + 1);
    enum status status = batch_until_commit(b, id, e);
    if (status != STATUS_OK)
        return status;
    state_sim_commit(b->state);
    *committed = id;
    return b->class->finish(b->sink, e);
}

static void expect_two(struct bench *b, int64_t committed)
{
    for (int64_t id = 0; id <= committed; id++) {
        char path[64], rows[64];
        snprintf(path, sizeof path, "/o/k=a/part-%08d.json", (int)id);
        snprintf(rows, sizeof rows, "{\"n\":%d}\n", (int)(2 * id));
        assert_file(b, path, rows);
        snprintf(path, sizeof path, "/o/k=%s/part-%08d.json", id % 2 ? "b" : "c", (int)id);
        snprintf(rows, sizeof rows, "{\"n\":%d}\n", (int)(2 * id + 1));
        assert_file(b, path, rows);
    }
    assert_int_equal(sim_file_count(b->port, "/o/k=a"), committed + 1);
}

// The power fails at each call that changes a file, one after the other.
static void partitions_survive_a_crash_at_each_step(void **unused)
{
    (void)unused;
    for (uint32_t step = 1; step < 120; step++) {
        struct bench b;
        struct error e;
        bench_open(&b, &sink_json, TYPE_BIGINT);
        options_sim_fill(&b.options, sink_json.options, "/", "path", "/o", "partitionBy", "k", NULL);
        int64_t committed = -1;
        sim_crash_after(b.port, step);
        for (int restarts = 0; committed < 4;) {
            enum status status = b.sink == NULL ? open_sink(&b, 2, &e) : STATUS_OK;
            if (status == STATUS_OK && write_two(&b, committed + 1, &committed, &e) == STATUS_OK)
                continue;
            assert_true(++restarts < 3);
            state_sim_rollback(b.state);
            b.class->close(b.sink);
            b.sink = NULL;
            sim_boot(b.port);
            assert_int_equal(open_sink(&b, 2, &e), STATUS_OK);
            expect_two(&b, committed);
        }
        bench_close(&b);
    }
}

static void a_batch_that_is_given_up(void **unused)
{
    (void)unused;
    struct bench b;
    struct error e;
    open_partitions(&b);
    fill(&b, 0, "a", NULL, 1);
    struct batch begun = {.id = 0};
    struct identity who = {.batch = 0};
    assert_int_equal(b.class->begin(b.sink, &begun, &who, &e), STATUS_OK);
    assert_int_equal(b.class->render(b.sink, &b.chunk, &e), STATUS_OK);
    b.class->abandon(b.sink);
    batch(&b, 0);
    assert_file(&b, "/o/k=a/part-00000000.json", "{\"n\":1}\n");
    bench_close(&b);
}

static void refuses(const struct sink_class *class, enum type_id second, const char *name, const char *value,
                    const char *path, const char *word)
{
    struct bench b;
    struct error e;
    bench_open(&b, class, second);
    options_sim_fill(&b.options, class->options, "/", "path", path, name, value, NULL);
    assert_int_equal(open_sink(&b, 2, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, word));
    bench_close(&b);
}

static void what_is_refused(void **unused)
{
    (void)unused;
    refuses(&sink_json, TYPE_BIGINT, "partitionBy", "x", "/o", "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA");
    refuses(&sink_json, TYPE_BIGINT, "partitionBy", "k", "-", "standard output");
    refuses(&sink_text, TYPE_BIGINT, "partitionBy", "k", "/o", "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
    refuses(&sink_csv, TYPE_BIGINT, "quote", "''", "/o", "quote");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_written_as_spark_does),
        cmocka_unit_test(csv_leaves_out_a_row_of_nothing),
        cmocka_unit_test(text_is_one_column),
        cmocka_unit_test(partitions_have_directories),
        cmocka_unit_test(more_partitions_than_open_files),
        cmocka_unit_test(a_crash_after_the_commit),
        cmocka_unit_test(a_crash_before_the_commit),
        cmocka_unit_test(partitions_survive_a_crash_at_each_step),
        cmocka_unit_test(a_batch_that_is_given_up),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
