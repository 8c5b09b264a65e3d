// Whole pipelines on the simulated machine: triggers, batches and their ids, watermarks, restarts.
#include "agent/engine/counts.h"
#include "agent/engine/trigger.h"
#include "tests/agent/engine_bench.h"

static int set_up(void **state)
{
    (void)state;
    bench_open();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bench_close();
    return 0;
}

#define FILES(MORE) "'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'k STRING, v INT'" MORE "}}"
#define TIMES(MORE)                                                                                                    \
    "'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'at TIMESTAMP, k STRING', 'watermark': "             \
    "{'column': 'at', 'delay': '10 seconds'}" MORE "}}"
#define PRINT "'sinks': {'out': {'format': 'json', 'path': '-'}}"

static void put(const char *name, const char *text)
{
    static int64_t order;
    char path[64];
    snprintf(path, sizeof path, "/in/%s", name);
    sim_put_text(bench.port, path, text, SIM_WALL_START + ++order);
}

static void put_at(int64_t seconds, const char *name, const char *text)
{
    const char **file = ARENA_ARRAY(&bench.arena, const char *, 2);
    file[0] = arena_printf(&bench.arena, "/in/%s", name);
    file[1] = text;
    sim_at(bench.port, now_in(seconds), put_later, file);
}

static void put_many(int from, int count)
{
    for (int i = from; i < from + count; i++)
        put(arena_printf(&bench.arena, "%03d.json", i),
            arena_printf(&bench.arena, "{\"k\":\"k%d\",\"v\":%d}\n", i % 3, i));
}

static int64_t started(uint32_t batch)
{
    return (bench.done[batch].started - SIM_WALL_START) / SECOND;
}

// ---- triggers

static void test_trigger_delay(void **state)
{
    static const struct {
        enum trigger kind;
        int64_t interval, spacing, wall;
        bool ran;
        int64_t delay;
    } cases[] = {
        {TRIGGER_DEFAULT, 0, 0, 17, true, 0},
        {TRIGGER_DEFAULT, 0, 50, 17, true, 50},
        {TRIGGER_DEFAULT, 0, 50, 17, false, 0}, // nothing was due: what comes next is taken at once
        {TRIGGER_PROCESSING_TIME, 0, 0, 17, true, 0},
        {TRIGGER_PROCESSING_TIME, 80, 0, 170, true, 70},
        {TRIGGER_PROCESSING_TIME, 80, 0, 170, false, 70},
        {TRIGGER_PROCESSING_TIME, 80, 0, 160, true, 80},
        {TRIGGER_PROCESSING_TIME, 80, 0, -10, true, 10},
        {TRIGGER_PROCESSING_TIME, 80, 0, -80, true, 80},
        {TRIGGER_PROCESSING_TIME, 20, 50, 60, true, 60}, // to the first multiple that is late enough
        {TRIGGER_PROCESSING_TIME, 20, 50, 70, true, 50},
        {TRIGGER_PROCESSING_TIME, 20, 50, 60, false, 20},
        {TRIGGER_PROCESSING_TIME, 20, 40, 60, true, 40},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trigger_rule r = {cases[i].kind, cases[i].interval, cases[i].spacing};
        int64_t got = trigger_delay(&r, cases[i].wall, cases[i].ran);
        if (got != cases[i].delay)
            fail_msg("case %zu: %d instead of %d", i, (int)got, (int)cases[i].delay);
    }
}

static void test_processing_time(void **state)
{
    (void)state;
    bench_pipeline("{" FILES("") ", 'query': 'SELECT k FROM t', 'trigger': {'processingTime': '8 seconds'}, " PRINT
                                 "}");
    sim_step_wall(bench.port, 3 * SECOND);
    put("a", "{\"k\":\"a\"}\n");
    put_at(1, "b", "{\"k\":\"b\"}\n");  // at 4: taken at 8
    put_at(2, "c", "{\"k\":\"c\"}\n");  // too
    put_at(5, "d", "{\"k\":\"d\"}\n");  // at the trigger itself
    put_at(28, "e", "{\"k\":\"e\"}\n"); // at 31: taken at 32, nothing between
    bench_go(60);
    static const int64_t at[] = {3, 8, 32};
    assert_int_equal(bench.batches, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bench.done[i].batch, i);
        assert_int_equal(bench.done[i].started - SIM_WALL_START, at[i] * SECOND);
    }
    assert_int_equal(bench.done[1].rows_in, 3);
    assert_int_equal(bench_said("falling behind"), 0);
}

static void take_long(struct bench *b)
{
    int64_t until = now_in(20);
    while (b->port->class->wait(b->port, until, NULL) != STATUS_END)
        continue;
    b->before_commit = NULL;
}

static void test_falling_behind(void **state)
{
    (void)state;
    bench_pipeline("{" FILES(", 'maxFilesPerTrigger': 1") ", 'query': 'SELECT k FROM t', "
                                                          "'trigger': {'processingTime': '8 seconds'}, " PRINT "}");
    put_many(0, 3);
    bench.before_commit = take_long;
    bench_go(60);
    static const int64_t at[] = {0, 20, 24}; // at once, then on a multiple again
    assert_int_equal(bench.batches, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench.done[i].started - SIM_WALL_START, at[i] * SECOND);
    assert_int_equal(bench_said("batch 0 took 20000 ms"), 1);
    assert_int_equal(bench_said("falling behind"), 1);
}

static void test_default_trigger(void **state)
{
    (void)state;
    bench_pipeline("{" FILES(", 'maxFilesPerTrigger': 2") ", 'query': 'SELECT k FROM t', " PRINT "}");
    put_many(0, 3);
    put_at(7, "b", "{\"k\":\"b\"}\n");
    bench_go(60);
    static const int64_t at[] = {0, 0, 7}; // as soon as the last one is done; as soon as a file is there
    assert_int_equal(bench.batches, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench.done[i].started - SIM_WALL_START, at[i] * SECOND);
    assert_string_equal(bench_printed(), "{\"k\":\"k0\"}\n{\"k\":\"k1\"}\n{\"k\":\"k2\"}\n{\"k\":\"b\"}\n");
}

static void step_wall(struct port *p, void *arg)
{
    sim_step_wall(p, *(int64_t *)arg);
}

static void test_wall_clock_steps(void **state)
{
    (void)state;
    static int64_t back = -INT64_C(31536003) * SECOND, forward = INT64_C(63072001) * SECOND; // a year; two
    bench_pipeline("{" FILES("") ", 'query': 'SELECT k FROM t', 'trigger': {'processingTime': '8 seconds'}, " PRINT
                                 "}");
    put("a", "{\"k\":\"a\"}\n");
    sim_at(bench.port, now_in(4), step_wall, &back);
    put_at(5, "b", "{\"k\":\"b\"}\n");
    sim_at(bench.port, now_in(20), step_wall, &forward);
    put_at(21, "c", "{\"k\":\"c\"}\n");
    bench_go(40);
    assert_int_equal(bench.batches, 3);
    assert_string_equal(bench_printed(), "{\"k\":\"a\"}\n{\"k\":\"b\"}\n{\"k\":\"c\"}\n");
    assert_int_equal(started(1), 8 - 31536003);
    assert_int_equal(started(2), 27 + 31535998); // the wait that was on is not stretched by the step
}

static void test_available_now(void **state)
{
    (void)state;
    bench_pipeline("{" FILES(", 'maxFilesPerTrigger': 2") ", 'query': 'SELECT v FROM t', "
                                                          "'trigger': {'availableNow': true}, " PRINT "}");
    put_many(0, 5);
    bench_start();
    put_many(5, 1); // after the start: not of this run
    bench_run(0);
    bench_end();
    assert_int_equal(bench.batches, 3);
    assert_string_equal(bench_printed(), "{\"v\":0}\n{\"v\":1}\n{\"v\":2}\n{\"v\":3}\n{\"v\":4}\n");
    assert_int_equal(bench.done[0].behind, 5);
    bench_go(0);
    assert_int_equal(bench.batches, 4);
    assert_int_equal(bench.done[3].batch, 3);
    bench_go(0);
    assert_int_equal(bench.batches, 4);
}

static void test_once(void **state)
{
    (void)state;
    bench_pipeline(
        "{" FILES(", 'maxFilesPerTrigger': 2") ", 'query': 'SELECT v FROM t', 'trigger': {'once': true}, " PRINT "}");
    put_many(0, 5);
    bench_go(0);
    assert_int_equal(bench.batches, 1);
    assert_int_equal(bench.done[0].rows_in, 5);
    bench_go(0);
    assert_int_equal(bench.batches, 1);
}

static void test_live_source_has_no_end(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 9}}, 'query': 'SELECT value FROM t', "
                   "'trigger': {'availableNow': true}, " PRINT "}");
    assert_int_equal(bench_try_start(), STATUS_CONFIG);
    assert_non_null(strstr(bench.error.text, "socket has no end, so it cannot run with availableNow"));
}

// ---- commitInterval

#define SOCKET(MORE)                                                                                                   \
    "{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 9}}, 'query': 'SELECT value FROM t', " MORE PRINT "}"

static void feed(struct port *p, void *line)
{
    sim_feed(p, "h", "9", line, strlen(line));
}

static void feed_each_second(int64_t from, int64_t to)
{
    static char line[] = "x\n";
    for (int64_t i = from; i <= to; i++)
        sim_at(bench.port, now_in(i), feed, line);
}

static void test_commit_interval(void **state)
{
    (void)state;
    bench_pipeline(SOCKET("'limits': {'commitInterval': '5 seconds'}, "));
    sim_listen(bench.port, "h", "9", true);
    bench_start();
    feed_each_second(1, 12);
    feed_each_second(40, 40);
    bench_run(60);
    static const int64_t at[] = {0, 5, 10, 15, 40}; // after a silence it is taken at once
    static const uint64_t rows[] = {0, 5, 5, 2, 1};
    assert_int_equal(bench.batches, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(started(i), at[i]);
        assert_int_equal(bench.done[i].rows_in, rows[i]);
    }
}

static void test_commit_interval_of_the_board(void **state)
{
    (void)state;
    bench_pipeline(SOCKET("'trigger': {'processingTime': '2 seconds'}, "));
    bench.pipeline->limits.commit_interval = 5 * SECOND; // not given: it yields to the explicit trigger
    sim_listen(bench.port, "h", "9", true);
    bench_start();
    feed_each_second(1, 12);
    bench_run(13);
    assert_int_equal(bench.batches, 7);
    assert_int_equal(started(6), 12);
    bench.pipeline->limits.commit_interval_given = true;
    bench_end();
    bench.batches = 0;
    bench_start();
    feed_each_second(1, 12);
    bench_run(30);
    assert_true(bench.batches >= 2);
    for (uint32_t i = 1; i < bench.batches; i++) {
        assert_true(started(i) - started(i - 1) >= 5);
        assert_int_equal(started(i) % 2, 0);
    }
}

static void test_commit_interval_is_for_live_sources(void **state)
{
    (void)state;
    bench_pipeline("{" FILES(", 'maxFilesPerTrigger': 1") ", 'query': 'SELECT k FROM t', "
                                                          "'limits': {'commitInterval': '5 seconds'}, " PRINT "}");
    put_many(0, 3);
    bench_go(1);
    assert_int_equal(bench.batches, 3);
}

// ---- batches without data, watermarks, restarts

#define COUNT_WINDOWS                                                                                                  \
    "'query': 'SELECT window(at, ~10 seconds~).start AS s, count(*) AS n FROM t GROUP BY window(at, ~10 seconds~)', "
#define AT(SECONDS) "{\"at\":" #SECONDS ",\"k\":\"x\"}\n"

static void test_no_data_batch(void **state)
{
    static const struct {
        const char *mode, *conf;
        uint32_t batches;
        const char *printed;
    } cases[] = {
        {"append", "", 2, "{\"s\":\"1970-01-01T00:01:40.000Z\",\"n\":2}\n"},
        {"update", "", 2,
         "{\"s\":\"1970-01-01T00:01:40.000Z\",\"n\":2}\n{\"s\":\"1970-01-01T00:02:10.000Z\",\"n\":1}\n"},
        {"complete", "", 1,
         "{\"s\":\"1970-01-01T00:01:40.000Z\",\"n\":2}\n{\"s\":\"1970-01-01T00:02:10.000Z\",\"n\":1}\n"},
        {"append", "'conf': {'spark.sql.streaming.noDataMicroBatches.enabled': 'false'}, ", 1, ""},
    };
    (void)state;
    bench_close();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_open();
        bench_pipeline(arena_printf(&bench.arena,
                                    "{" TIMES("") ", " COUNT_WINDOWS "'outputMode': '%s', %s"
                                                  "'trigger': {'availableNow': true}, " PRINT "}",
                                    cases[i].mode, cases[i].conf));
        put("a", AT(100) AT(101) AT(130));
        bench_go(0);
        assert_int_equal(bench.batches, cases[i].batches);
        assert_string_equal(bench_printed(), cases[i].printed);
        for (uint32_t k = 0; k < bench.batches; k++)
            assert_int_equal(bench.done[k].batch, k);
        bench_go(0); // nothing new: no batch, with or without data
        assert_int_equal(bench.batches, cases[i].batches);
        bench_close();
    }
    bench_open();
}

static void test_no_data_batch_at_the_next_trigger(void **state)
{
    (void)state;
    bench_pipeline("{" TIMES("") ", " COUNT_WINDOWS "'trigger': {'processingTime': '8 seconds'}, " PRINT "}");
    put("a", AT(100) AT(130));
    bench_go(60);
    assert_int_equal(bench.batches, 2);
    assert_int_equal(started(1), 8);
    assert_int_equal(bench.done[1].rows_in, 0);
    assert_int_equal(bench.done[1].rows_out, 1);
    assert_int_equal(bench.done[1].watermark, 120 * SECOND);
    assert_int_equal(bench.done[0].state_rows, 2);
    assert_int_equal(bench.done[1].state_rows, 1);
}

static void test_no_data_batch_not_after_a_restart(void **state)
{
    (void)state;
    bench_pipeline("{" TIMES("") ", " COUNT_WINDOWS "'trigger': {'once': true}, " PRINT "}");
    put("a", AT(100) AT(130));
    bench_go(0);
    assert_int_equal(bench.batches, 1);
    bench_pipeline("{" TIMES("") ", " COUNT_WINDOWS "'trigger': {'availableNow': true}, " PRINT "}");
    bench_go(0);
    assert_int_equal(bench.batches, 1);
    assert_string_equal(bench_printed(), "");
}

static void test_watermark_over_restart(void **state)
{
    (void)state;
    bench_pipeline("{" TIMES("") ", " COUNT_WINDOWS "'trigger': {'availableNow': true}, " PRINT "}");
    put("a", AT(100) AT(130)); // watermark 120
    bench_go(0);
    put("b", AT(105) AT(125) AT(125)); // 105 is late: its window ended at 110
    bench_go(0);
    assert_int_equal(bench.batches, 3); // the watermark did not move: no batch without data
    assert_int_equal(bench.done[2].batch, 2);
    assert_int_equal(bench.done[2].watermark, 120 * SECOND);
    assert_int_equal(bench.done[2].late, 1);
    assert_int_equal(bench.done[2].rows_in, 3);
    put("c", AT(200));
    bench_go(0);
    assert_string_equal(bench_printed(), "{\"s\":\"1970-01-01T00:01:40.000Z\",\"n\":1}\n"
                                         "{\"s\":\"1970-01-01T00:02:00.000Z\",\"n\":2}\n"
                                         "{\"s\":\"1970-01-01T00:02:10.000Z\",\"n\":1}\n");
    assert_int_equal(bench.done[3].watermark, 120 * SECOND);
    assert_int_equal(bench.done[4].watermark, 190 * SECOND);
}

struct snapshot {
    struct timespec written;
    uint32_t changes, batches;
};

static void take_snapshot(struct port *p, void *arg)
{
    struct stat s;
    char path[128];
    snprintf(path, sizeof path, "%s/data.mdb", bench.checkpoint);
    assert_int_equal(stat(path, &s), 0);
    *(struct snapshot *)arg =
        (struct snapshot){.written = s.st_mtim, .changes = sim_changes(p), .batches = bench.batches};
}

static void test_idle_writes_nothing(void **state)
{
    (void)state;
    static struct snapshot before, after;
    bench_pipeline("{" TIMES("") ", " COUNT_WINDOWS "'trigger': {'processingTime': '1 seconds'}, " PRINT "}");
    put("a", AT(100) AT(130));
    sim_at(bench.port, now_in(10), take_snapshot, &before);
    sim_at(bench.port, now_in(3600), take_snapshot, &after);
    bench_go(3601);
    assert_int_equal(before.batches, 2);
    assert_memory_equal(&before, &after, sizeof before);
    take_snapshot(bench.port, &after); // nor does the end
    assert_memory_equal(&before.written, &after.written, sizeof before.written);
}

static void stop_in_commit(struct bench *b)
{
    engine_stop(b->engine);
    b->before_commit = NULL;
}

static void test_stop(void **state)
{
    (void)state;
    bench_pipeline("{" FILES(", 'maxFilesPerTrigger': 1") ", 'query': 'SELECT v FROM t', " PRINT "}");
    put_many(0, 3);
    bench.before_commit = stop_in_commit;
    bench_go(0); // ends by the stop, in the middle of batch 0
    assert_int_equal(bench.batches, 1);
    assert_string_equal(bench_printed(), "{\"v\":0}\n");
    bench_go(5);
    assert_int_equal(bench.batches, 3);
    assert_int_equal(bench.done[1].batch, 1);
    assert_string_equal(bench_printed(), "{\"v\":0}\n{\"v\":1}\n{\"v\":2}\n");
}

// ---- sources

static void remove_input(struct port *p, void *arg)
{
    (void)arg;
    sim_remove(p, "/in");
}

static void test_source_vanishes(void **state)
{
    (void)state;
    bench_pipeline("{" FILES("") ", 'query': 'SELECT k FROM t', " PRINT "}");
    put("a", "{\"k\":\"a\"}\n");
    sim_at(bench.port, now_in(5), remove_input, NULL);
    put_at(60, "b", "{\"k\":\"b\"}\n");
    bench_go(120);
    assert_string_equal(bench_printed(), "{\"k\":\"a\"}\n{\"k\":\"b\"}\n");
    assert_int_equal(bench_said("waiting for it"), 1);
    assert_int_equal(bench_said("is there again"), 1);
}

static void test_message_of_many_rows(void **state)
{
    (void)state;
    bench_pipeline(
        "{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 9, 'payload': 'json', 'schema': 'v INT'}}, "
        "'query': 'SELECT count(*) AS n, sum(v) AS s, max(value) AS m FROM t WHERE v >= 0', "
        "'outputMode': 'complete', " PRINT "}");
    sim_listen(bench.port, "h", "9", true);
    bench_start();
    struct text line;
    text_init(&line, &bench.memory);
    text_string(&line, "[{\"v\":0}");
    for (int i = 1; i < 3 * CHUNK_ROWS; i++)
        text_printf(&line, ",{\"v\":%d}", i);
    text_string(&line, "]\n{\"v\":5}\n");
    sim_at(bench.port, now_in(1), feed, arena_copy(&bench.arena, line.data, line.size));
    text_free(&line);
    bench_run(5);
    uint64_t rows = 0;
    for (uint32_t i = 0; i < bench.batches; i++)
        rows += bench.done[i].rows_in;
    assert_int_equal(rows, 3 * CHUNK_ROWS + 1);
    assert_non_null(strstr(bench_printed(), "{\"n\":12289,\"s\":75491333,\"m\":\"{\\\"v\\\":5}\"}\n"));
}

static void test_rejected_lines_are_counted(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 9, 'maxLineBytes': '8'}}, "
                   "'query': 'SELECT value FROM t', " PRINT "}");
    sim_listen(bench.port, "h", "9", true);
    bench_start();
    sim_at(bench.port, now_in(1), feed, "short\nmuch too long\nlast\n");
    bench_run(5);
    uint64_t rows = 0, rejected = 0;
    for (uint32_t i = 0; i < bench.batches; i++) {
        rows += bench.done[i].rows_in;
        rejected += bench.done[i].rejected;
    }
    assert_int_equal(rows, 2);
    assert_int_equal(rejected, 1);
}

// ---- memory

static void test_over_the_limit_is_said(void **state)
{
    (void)state;
    bench_pipeline("{" FILES("") ", 'query': 'SELECT k, count(*) AS n FROM t GROUP BY k', 'outputMode': 'update', "
                                 "'limits': {'memory': '4MB'}, 'trigger': {'availableNow': true}, " PRINT "}");
    struct text lines;
    text_init(&lines, &bench.memory);
    put("few", "{\"k\":\"a\"}\n");
    bench_go(0);
    assert_int_equal(bench_said("limits.memory"), 0);
    for (int i = 0; i < 30000; i++)
        text_printf(&lines, "{\"k\":\"%d\"}\n", i * 7919 % 30011);
    put("many", text_cstring(&lines));
    text_free(&lines);
    bench_go(0);
    assert_int_equal(bench_said("batch 1 changes more at once than limits.memory (4 MB) holds"), 1);
    assert_int_equal(bench.done[1].rows_out, 30000);
}

// ---- several sources

// A source that says nothing for long enough no longer holds the watermark; no row need come for it.
static void test_idle_source(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {"
                   "'t': {'format': 'json', 'path': '/in', 'schema': 'at TIMESTAMP', 'watermark': {'column': 'at', "
                   "'delay': '0 seconds'}}, "
                   "'u': {'format': 'json', 'path': '/other', 'schema': 'at TIMESTAMP', 'watermark': {'column': 'at', "
                   "'delay': '0 seconds'}, 'idleTimeout': '20 seconds'}}, "
                   "'query': 'SELECT window(at, ~10 seconds~) AS w, count(*) AS n FROM (SELECT * FROM t UNION ALL "
                   "SELECT * FROM u) GROUP BY window(at, ~10 seconds~)', " PRINT "}");
    put("a", "{\"at\":1}\n");
    sim_put_text(bench.port, "/other/a", "{\"at\":2}\n", SIM_WALL_START);
    put_at(5, "b", "{\"at\":100}\n");
    bench_go(60);
    // both; the watermark they leave; b, and again; the watermark without the silent one; what it closes
    static const int64_t at[] = {0, 0, 5, 5, 20, 20}, watermark[] = {0, 1, 1, 2, 2, 100}, out[] = {0, 0, 0, 0, 0, 1};
    assert_int_equal(bench.batches, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(started(i), at[i]);
        assert_int_equal(bench.done[i].watermark, watermark[i] * SECOND);
        assert_int_equal(bench.done[i].rows_out, out[i]);
    }
}

// ---- counts

static void test_counts(void **state)
{
    (void)state;
    struct op root = {.counters = {.in = 5, .folded = 5}};
    struct op filter = {.next = &root, .counters = {.in = 9, .passed = 5, .filtered = 4, .out = 5}};
    struct plan_run run = {.all = {&filter}, .all_count = 1};
    struct counts_nodes all = {.run = &run, .root = &root};
    assert_false(counts_hold(&all)); // nobody gave the filter its nine
    struct op scan = {.next = &filter, .counters = {.out = 9}};
    run.all[run.all_count++] = &scan;
    assert_true(counts_hold(&all));
    struct counts kept;
    counts_keep(&kept, &all);
    filter.counters.in++; // given up in the middle
    root.counters.in = 7;
    assert_false(counts_hold(&all));
    counts_take_back(&kept, &all);
    assert_true(counts_hold(&all));
    root.counters.folded--;
    assert_false(counts_hold(&all));
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trigger_delay),
        TEST(test_processing_time),
        TEST(test_falling_behind),
        TEST(test_default_trigger),
        TEST(test_wall_clock_steps),
        TEST(test_available_now),
        TEST(test_once),
        TEST(test_live_source_has_no_end),
        TEST(test_commit_interval),
        TEST(test_commit_interval_of_the_board),
        TEST(test_commit_interval_is_for_live_sources),
        TEST(test_no_data_batch),
        TEST(test_no_data_batch_at_the_next_trigger),
        TEST(test_no_data_batch_not_after_a_restart),
        TEST(test_watermark_over_restart),
        TEST(test_idle_writes_nothing),
        TEST(test_stop),
        TEST(test_source_vanishes),
        TEST(test_message_of_many_rows),
        TEST(test_rejected_lines_are_counted),
        TEST(test_over_the_limit_is_said),
        TEST(test_idle_source),
        cmocka_unit_test(test_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
