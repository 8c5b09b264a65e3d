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
    struct sink *sink;
};

static void bench_open(struct bench *b, uint64_t seed)
{
    *b = (struct bench){0};
    b->port = sim_open(seed);
    b->state = state_sim_new(&b->memory);
    arena_init(&b->arena, &b->memory, 4096);
    b->fields[0] = (struct field){.name = SLICE("k"), .type = type_simple(TYPE_STRING), .nullable = true};
    b->fields[1] = (struct field){.name = SLICE("n"), .type = type_simple(TYPE_BIGINT), .nullable = true};
    for (int i = 0; i < 2; i++)
        b->columns[i] = column_new(b->fields[i].type, CHUNK_ROWS, &b->arena);
    b->chunk = (struct chunk){.column = b->columns, .columns = 2, .arena = &b->arena};
    b->session.zone = &zone_utc;
    options_sim_fill(&b->options, sink_json.options, "/base", "path", "out", NULL);
}

static void bench_close(struct bench *b)
{
    sink_json.close(b->sink);
    assert_int_equal(sim_open_handles(b->port), 0);
    state_sim_free(b->state);
    arena_free(&b->arena);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
}

static int setup(void **state)
{
    static struct bench bench;
    bench_open(&bench, 11);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    bench_close(*state);
    return 0;
}

static enum status open_sink(struct bench *b, struct error *e)
{
    struct sink_setup s = {.name = "out",
                           .options = &b->options.options,
                           .port = b->port,
                           .memory = &b->memory,
                           .state = state_sim_state(b->state),
                           .session = &b->session,
                           .fields = b->fields,
                           .field_count = 2};
    enum status status = sink_json.open(&s, &b->sink, e);
    return status == STATUS_OK ? sink_json.recover(b->sink, e) : status;
}

// Rows n, n + 1, … of key "a", every second key NULL.
static void fill(struct bench *b, int64_t n, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        b->columns[0]->null[i] = i % 2;
        b->columns[0]->slice[i] = SLICE("a");
        b->columns[1]->null[i] = 0;
        b->columns[1]->i64[i] = n + i;
    }
    b->chunk.rows = (struct rows){NULL, count};
}

static enum status write_batch(struct bench *b, int64_t id, int64_t n, uint32_t count, struct error *e)
{
    struct batch batch = {.id = id};
    struct identity who = {SLICE("dev"), SLICE("q"), SLICE("00ff"), id, 100, false};
    enum status status = sink_json.begin(b->sink, &batch, &who, e);
    if (status == STATUS_OK && count > 0) {
        fill(b, n, count);
        status = sink_json.render(b->sink, &b->chunk, e);
    }
    return status == STATUS_OK ? sink_json.prepare(b->sink, e) : status;
}

static void expect_file(struct bench *b, const char *path, const char *text)
{
    struct slice content;
    if (!sim_file(b->port, path, &content))
        fail_msg("%s is not there", path);
    if (!slice_equal(content, slice_of(text)))
        fail_msg("%s: %.*s", path, (int)content.size, content.data);
}

static void test_files(void **state)
{
    struct bench *b = *state;
    struct error e;
    struct slice content;
    assert_int_equal(sink_json.delivery(&b->options.options), SINK_FILES);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    assert_int_equal(write_batch(b, 0, 1, 2, &e), STATUS_OK);
    assert_false(sim_file(b->port, "/base/out/part-00000000.json", &content)); // not before the commit
    assert_int_equal(sim_file_count(b->port, "/base/out"), 1);                 // the temporary
    state_sim_commit(b->state);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_OK);
    expect_file(b, "/base/out/part-00000000.json", "{\"k\":\"a\",\"n\":1}\n{\"n\":2}\n");
    assert_int_equal(state_count(state_sim_state(b->state)), 1); // the note

    assert_int_equal(write_batch(b, 1, 0, 0, &e), STATUS_OK); // no rows, no file
    state_sim_commit(b->state);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_OK);
    assert_int_equal(sim_file_count(b->port, "/base/out"), 1);
    assert_int_equal(state_count(state_sim_state(b->state)), 0);
    assert_int_equal(sink_json.counters(b->sink)->rows, 2);
}

static void test_metadata(void **state)
{
    struct bench *b = *state;
    struct error e;
    options_sim_fill(&b->options, sink_json.options, "/base", "path", "/o", "metadata", "true", NULL);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    assert_int_equal(write_batch(b, 12, 1, 2, &e), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_OK);
    expect_file(b, "/o/part-00000012.json",
                "{\"k\":\"a\",\"n\":1,\"_runnel\":{\"device\":\"dev\",\"query\":\"q\",\"epoch\":\"00ff\",\"batch\":12,"
                "\"row\":0,\"seq\":100}}\n"
                "{\"n\":2,\"_runnel\":{\"device\":\"dev\",\"query\":\"q\",\"epoch\":\"00ff\",\"batch\":12,"
                "\"row\":1,\"seq\":101}}\n");
}

static void test_standard_output(void **state)
{
    struct bench *b = *state;
    struct error e;
    options_sim_fill(&b->options, sink_json.options, "/base", "path", "-", "metadata", "true", NULL);
    assert_int_equal(sink_json.delivery(&b->options.options), SINK_DIRECT);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    struct batch batch = {.id = 3};
    struct identity who = {SLICE("dev"), SLICE("q"), SLICE("00ff"), 3, 100, false};
    assert_int_equal(sink_json.begin(b->sink, &batch, &who, &e), STATUS_OK);
    fill(b, 5, 1);
    assert_int_equal(sink_json.render(b->sink, &b->chunk, &e), STATUS_OK);
    assert_int_equal(sim_printed(b->port).size, 0);
    sink_json.abandon(b->sink);
    assert_int_equal(write_batch(b, 3, 5, 1, &e), STATUS_OK);
    assert_true(slice_equal(sim_printed(b->port),
                            SLICE("{\"k\":\"a\",\"n\":5,\"_runnel\":{\"device\":\"dev\",\"query\":\"q\",\"epoch\":"
                                  "\"00ff\",\"batch\":3,\"row\":0}}\n")));
}

static void test_full_disk(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    sim_disk_room(b->port, 10);
    assert_int_equal(write_batch(b, 0, 1, 4, &e), STATUS_FULL);
    sink_json.abandon(b->sink);
    state_sim_rollback(b->state);
    assert_int_equal(sim_file_count(b->port, "/base/out"), 0);
    sim_disk_room(b->port, -1);
    assert_int_equal(write_batch(b, 0, 1, 1, &e), STATUS_OK);
    state_sim_commit(b->state);
    sim_fail(b->port, "rename", 1, STATUS_FULL);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_FULL);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_OK);
    expect_file(b, "/base/out/part-00000000.json", "{\"k\":\"a\",\"n\":1}\n");
}

static void test_large_batch(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    struct batch batch = {.id = 0};
    struct identity who = {0};
    assert_int_equal(sink_json.begin(b->sink, &batch, &who, &e), STATUS_OK);
    for (int i = 0; i < 20; i++) {
        fill(b, i, CHUNK_ROWS);
        assert_int_equal(sink_json.render(b->sink, &b->chunk, &e), STATUS_OK);
    }
    assert_true(b->memory.used < 1 << 20); // the rows went to the file meanwhile
    assert_int_equal(sink_json.prepare(b->sink, &e), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(sink_json.finish(b->sink, &e), STATUS_OK);
    struct slice content;
    assert_true(sim_file(b->port, "/base/out/part-00000000.json", &content));
    uint32_t lines = 0;
    for (uint32_t i = 0; i < content.size; i++)
        lines += content.data[i] == '\n';
    assert_int_equal(lines, 20 * CHUNK_ROWS);
}

static uint32_t rows_of(int64_t batch)
{
    return batch % 3 != 2; // every third has none, and so no file
}

// The directory has exactly what the committed batches made.
static void expect_batches(struct bench *b, int64_t committed)
{
    uint32_t files = 0;
    for (int64_t i = 0; i <= committed; i++) {
        char path[64], text[64];
        snprintf(path, sizeof(path), "/base/out/part-%08d.json", (int)i);
        snprintf(text, sizeof(text), "{\"k\":\"a\",\"n\":%d}\n", (int)i);
        if (rows_of(i) > 0)
            expect_file(b, path, text);
        files += rows_of(i);
    }
    assert_int_equal(sim_file_count(b->port, "/base/out"), files);
}

static void restart(struct bench *b)
{
    struct error e;
    state_sim_rollback(b->state);
    sink_json.close(b->sink);
    b->sink = NULL;
    sim_boot(b->port);
    if (open_sink(b, &e) != STATUS_OK)
        fail_msg("%s", e.text);
}

// The power fails at each call that changes a file, one after the other.
static void test_crash_at_each_step(void **state)
{
    (void)state;
    for (uint32_t step = 1; step < 60; step++) {
        struct bench b;
        struct error e;
        bench_open(&b, step);
        int64_t committed = -1, restarts = 0;
        sim_crash_after(b.port, step);
        while (committed < 6) {
            enum status status = b.sink == NULL ? open_sink(&b, &e) : STATUS_OK;
            int64_t next = committed + 1;
            if (status == STATUS_OK)
                status = write_batch(&b, next, next, rows_of(next), &e);
            if (status == STATUS_OK) {
                state_sim_commit(b.state);
                committed++;
                status = sink_json.finish(b.sink, &e);
            }
            if (status == STATUS_OK)
                continue;
            assert_true(++restarts < 3);
            restart(&b);
            expect_batches(&b, committed);
        }
        sim_crash(b.port);
        restart(&b);
        expect_batches(&b, committed);
        bench_close(&b);
    }
}

static void test_crash_around_the_commit(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    assert_int_equal(write_batch(b, 0, 0, 1, &e), STATUS_OK);
    sim_crash(b->port); // before it
    restart(b);
    expect_batches(b, -1);
    assert_int_equal(write_batch(b, 0, 0, 1, &e), STATUS_OK);
    state_sim_commit(b->state);
    sim_crash(b->port); // behind it
    restart(b);
    expect_batches(b, 0);
    assert_int_equal(write_batch(b, 1, 1, 1, &e), STATUS_OK);
    state_sim_commit(b->state);
    sink_json.abandon(b->sink); // it seemed to fail, but had happened
    restart(b);
    expect_batches(b, 1);
    // The rename is durable before the note goes with the next commit.
    assert_int_equal(write_batch(b, 2, 0, 0, &e), STATUS_OK);
    state_sim_commit(b->state);
    sim_crash(b->port);
    restart(b);
    expect_batches(b, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_files),
        TEST(test_metadata),
        TEST(test_standard_output),
        TEST(test_full_disk),
        TEST(test_large_batch),
        cmocka_unit_test(test_crash_at_each_step),
        TEST(test_crash_around_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
