// Whole pipelines on a simulated machine that fails: full disks, bad input, the power cut at every step, changed files.
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

#define SOURCE(MORE)                                                                                                   \
    "'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'at TIMESTAMP, k STRING, v INT'" MORE "}}"
#define SUMS                                                                                                           \
    "{'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'at TIMESTAMP, k STRING, v INT', "                  \
    "'maxFilesPerTrigger': 1, 'watermark': {'column': 'at', 'delay': '5 seconds'}}}, "                                 \
    "'query': 'SELECT unix_timestamp(window(at, ~10 seconds~).start) AS w, k, count(*) AS n, sum(v) AS s FROM t "      \
    "GROUP BY window(at, ~10 seconds~), k', 'trigger': {'availableNow': true}, "                                       \
    "'sinks': {'out': {'format': 'json', 'path': '/out', 'metadata': true}}}"

enum { SUM_FILES = 4 };

// Files whose windows are all closed by the last one.
static void put_sums(void)
{
    for (int i = 0; i < SUM_FILES; i++) {
        struct text lines;
        text_init(&lines, &bench.memory);
        for (int k = 0; k < 6; k++)
            text_printf(&lines, "{\"at\":%d,\"k\":\"k%d\",\"v\":%d}\n", 1000 + i * 10 + k, k % 2, i * 10 + k);
        if (i == SUM_FILES - 1)
            text_string(&lines, "{\"at\":9000}\n");
        char path[32];
        snprintf(path, sizeof path, "/in/%d.json", i);
        sim_put_text(bench.port, path, text_cstring(&lines), SIM_WALL_START + i);
        text_free(&lines);
    }
}

// After a restart there is no batch without data, as in Spark: the last windows go out with the next row.
static void put_one_more(void)
{
    sim_put_text(bench.port, "/in/9.json", "{\"at\":9001}\n", SIM_WALL_START + SUM_FILES);
}

// Each window's row once, with its sum; sequence numbers from 0 without a gap; each file whole.
static void check_sums(const char *when)
{
    const char *at = bench_files("/out", false);
    int seen[SUM_FILES][2] = {{0}}, rows = 0;
    for (; *at; at = strchr(at, '\n') + 1, rows++) {
        int w, k, n, s;
        unsigned long long seq;
        if (sscanf(at, "{\"w\":%d,\"k\":\"k%d\",\"n\":%d,\"s\":%d,", &w, &k, &n, &s) != 4 ||
            sscanf(strstr(at, "\"seq\":"), "\"seq\":%llu}}\n", &seq) != 1)
            fail_msg("%s: half a row: %s", when, at);
        int i = (w - 1000) / 10;
        if (i < 0 || i >= SUM_FILES || seen[i][k]++ || n != 3 || s != i * 30 + (k ? 9 : 6) || seq != (unsigned)rows)
            fail_msg("%s: wrong, twice or out of turn: %.60s", when, at);
    }
    if (rows != 2 * SUM_FILES)
        fail_msg("%s: %d rows\n%s", when, rows, text_cstring(&bench.logged));
}

static void check_nothing_left_over(const char *when)
{
    uint32_t finished = 0;
    for (int i = 0; i < BENCH_BATCHES; i++) {
        char path[64];
        struct slice bytes;
        snprintf(path, sizeof path, "/out/part-%08d.json", i);
        finished += sim_file(bench.port, path, &bytes);
    }
    if (sim_file_count(bench.port, "/out") != finished)
        fail_msg("%s: an unfinished file is left over", when);
}

// ---- a full disk

static void make_room(struct port *p, void *arg)
{
    (void)arg;
    sim_disk_room(p, -1);
}

static void test_full_disk(void **state)
{
    (void)state;
    bench_pipeline(SUMS);
    put_sums();
    sim_disk_room(bench.port, 20); // half a row
    sim_at(bench.port, now_in(35), make_room, NULL);
    bench_go(0);
    check_sums("no room for a row");
    check_nothing_left_over("no room for a row");
    assert_int_equal(bench_said("waiting for room, nothing is lost"), 1);
    assert_int_equal(bench_said("there is room again"), 1);
}

static void test_full_at_each_step(void **state)
{
    static const char *const calls[] = {"write", "sync", "sync_directory", "rename"};
    (void)state;
    bench_close();
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
        for (uint32_t nth = 1; nth <= 4; nth++) {
            char when[64];
            snprintf(when, sizeof when, "%s %u", calls[c], nth);
            bench_open();
            bench_pipeline(SUMS);
            put_sums();
            bench_start();
            sim_fail(bench.port, calls[c], nth, STATUS_FULL);
            sim_fail(bench.port, calls[c], nth + 1, STATUS_FULL);
            bench_run(0);
            check_sums(when);
            check_nothing_left_over(when);
            for (uint32_t i = 0; i < bench.batches; i++)
                assert_int_equal(bench.done[i].batch, i);
            bench_close();
        }
    bench_open();
}

#define TWO_SINKS                                                                                                      \
    "'sinks': {'screen': {'format': 'console'}, 'lines': {'format': 'json', 'path': '-'}, "                            \
    "'files': {'format': 'json', 'path': '/out'}}"
#define BATCH(N, ROW)                                                                                                  \
    "-------------------------------------------\nBatch: " N "\n-------------------------------------------\n+---+\n"  \
    "|  k|\n+---+\n|  " ROW "|\n+---+\n\n{\"k\":\"" ROW "\"}\n"

static void put_two(void)
{
    sim_put_text(bench.port, "/in/1", "{\"k\":\"a\"}\n", SIM_WALL_START);
    sim_put_text(bench.port, "/in/2", "{\"k\":\"b\"}\n", SIM_WALL_START + 1);
}

static const char two_sinks[] =
    "{" SOURCE(", 'maxFilesPerTrigger': 1") ", 'query': 'SELECT k FROM t', "
                                            "'trigger': {'availableNow': true}, " TWO_SINKS "}";

static void test_sinks_side_by_side(void **state)
{
    (void)state;
    bench_pipeline(two_sinks);
    put_two();
    bench_go(0);
    assert_string_equal(bench_printed(), BATCH("0", "a") BATCH("1", "b"));
    assert_string_equal(bench_files("/out", true), "0:\n{\"k\":\"a\"}\n1:\n{\"k\":\"b\"}\n");
}

// What is printed cannot be taken back: it is printed when all else is ready, and once.
static void test_printed_once_on_a_full_disk(void **state)
{
    (void)state;
    bench_pipeline(two_sinks);
    put_two();
    bench_start();
    sim_fail(bench.port, "sync", 1, STATUS_FULL);
    sim_fail(bench.port, "rename", 2, STATUS_FULL);
    bench.full_commits = 3;
    bench_run(0);
    assert_string_equal(bench_printed(), BATCH("0", "a") BATCH("1", "b"));
    assert_string_equal(bench_files("/out", true), "0:\n{\"k\":\"a\"}\n1:\n{\"k\":\"b\"}\n");
    assert_int_equal(bench.batches, 2);
    assert_int_equal(bench.done[0].rows_in, 1);
}

// Who asked for the end is not kept waiting for ever; the same with the other trigger goes on waiting.
static void test_a_bounded_run_gives_up(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        tear_down(state);
        set_up(state);
        bench_pipeline(two_sinks);
        put_two();
        bench_start();
        int64_t began = now_in(0);
        if (how == 0)
            sim_disk_room(bench.port, 0); // of the sink's files
        else
            bench.full_commits = 1000; // of the checkpoint
        assert_int_equal(engine_run(bench.engine, &bench.error), STATUS_FULL);
        assert_non_null(strstr(bench.error.text, "no room for 60 seconds, so this run ends"));
        assert_non_null(strstr(bench.error.text, "goes on here: ")); // once, and then why
        assert_null(strstr(strstr(bench.error.text, "goes on here: ") + 1, "goes on here"));
        assert_non_null(strstr(bench.error.text, "full"));
        assert_true(now_in(0) - began >= 60 * (int64_t)SECOND && now_in(0) - began < 90 * (int64_t)SECOND);
        bench_end();
        sim_disk_room(bench.port, -1);
        bench.full_commits = 0;
        bench_go(0);
        assert_string_equal(bench_files("/out", true), "0:\n{\"k\":\"a\"}\n1:\n{\"k\":\"b\"}\n");
    }
}

static void test_stop_on_a_full_disk(void **state)
{
    (void)state;
    bench_pipeline(two_sinks);
    put_two();
    bench.full_commits = 1000;
    bench_go(25); // ends in good order; the batch has not been
    assert_int_equal(bench.batches, 0);
    assert_string_equal(bench_files("/out", true), "");
    bench.full_commits = 0;
    bench_go(0);
    assert_string_equal(bench_files("/out", true), "0:\n{\"k\":\"a\"}\n1:\n{\"k\":\"b\"}\n");
    check_nothing_left_over("after the stop");
}

// ---- batches that fail

static void test_failfast(void **state)
{
    (void)state;
    bench_pipeline("{" SOURCE(
        ", 'maxFilesPerTrigger': 1, 'mode': 'FAILFAST'") ", 'query': 'SELECT k FROM t', "
                                                         "'trigger': {'availableNow': true}, " TWO_SINKS "}");
    put_two();
    sim_put_text(bench.port, "/in/2", "{\"k\":\"good\"}\n{\"k\":", SIM_WALL_START + 1);
    for (int run = 0; run < 2; run++) {
        bench_start();
        assert_int_equal(engine_run(bench.engine, &bench.error), STATUS_FAILED);
        bench_end();
        assert_non_null(strstr(bench.error.text, "/in/2"));
        assert_non_null(strstr(bench.error.text, "FAILFAST"));
    }
    assert_string_equal(bench_printed(), BATCH("0", "a"));
    assert_string_equal(bench_files("/out", true), "0:\n{\"k\":\"a\"}\n");
    sim_put_text(bench.port, "/in/2", "{\"k\":\"b\"}\n", SIM_WALL_START + 1); // put right
    bench_go(0);
    assert_string_equal(bench_printed(), BATCH("0", "a") BATCH("1", "b"));
}

static void feed(struct port *p, void *line)
{
    sim_feed(p, "h", "9", line, strlen(line));
}

static void test_socket_lines_are_kept(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 9}}, 'query': 'SELECT value FROM t', "
                   "'sinks': {'files': {'format': 'json', 'path': '/out', 'metadata': true}}}");
    sim_listen(bench.port, "h", "9", true);
    bench_start();
    sim_at(bench.port, now_in(1), feed, "one\ntwo\n");
    sim_at(bench.port, now_in(3), feed, "three\n"); // while the disk is full
    sim_disk_room(bench.port, 10);
    sim_at(bench.port, now_in(32), make_room, NULL);
    bench_run(60);
    const char *at = bench_files("/out", false);
    static const char *const words[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        char head[32], seq[32];
        snprintf(head, sizeof head, "{\"value\":\"%s\",", words[i]);
        snprintf(seq, sizeof seq, "\"seq\":%d}}\n", i);
        assert_memory_equal(at, head, strlen(head));
        at = strchr(at, '\n') + 1;
        assert_memory_equal(at - strlen(seq), seq, strlen(seq));
    }
    assert_string_equal(at, "");
}

// ---- crashes

static bool run_to_the_end(void)
{
    bool alive = bench_try_start() == STATUS_OK && engine_run(bench.engine, &bench.error) == STATUS_OK;
    bench_end();
    return alive;
}

// The power fails at the nth change, and again some changes later, until all is done.
static void test_crash_at_each_step(void **state)
{
    (void)state;
    bench_close();
    bool crashed = true;
    for (uint32_t nth = 1; crashed; nth++) {
        bench_open();
        bench_pipeline(SUMS);
        put_sums();
        crashed = false;
        uint32_t again = nth;
        for (int runs = 0; again > 0; runs++) {
            sim_crash_after(bench.port, again);
            bool alive = run_to_the_end();
            sim_crash_after(bench.port, 0);
            if (alive)
                break;
            crashed = true;
            sim_boot(bench.port);
            again = runs < 3 ? 1 + (uint32_t)(sim_random(bench.port) % 6) : 0;
        }
        put_one_more();
        bench_go(0);
        char when[32];
        snprintf(when, sizeof when, "crash at change %u", nth);
        check_sums(when);
        check_nothing_left_over(when);
        bench_close();
        assert_true(nth < 1000);
    }
    bench_open();
}

// Before the commit, nothing of the batch has been; behind it, all of it has.
static void test_crash_around_each_commit(void **state)
{
    (void)state;
    bench_close();
    bool crashed = true;
    for (uint32_t nth = 1; crashed; nth++)
        for (int after = 0; after < 2; after++) {
            bench_open();
            bench_pipeline(SUMS);
            put_sums();
            bench.commit_crash = after ? COMMIT_CRASH_AFTER : COMMIT_CRASH_BEFORE;
            bench.commit_crash_at = nth;
            crashed = !run_to_the_end();
            bench.commit_crash = COMMIT_REAL;
            sim_boot(bench.port);
            put_one_more();
            bench_go(0);
            char when[48];
            snprintf(when, sizeof when, "crash %s commit %u", after ? "behind" : "before", nth);
            check_sums(when);
            check_nothing_left_over(when);
            bench_close();
        }
    bench_open();
}

// ---- what a checkpoint belongs to

#define COUNTS(KEY, MORE)                                                                                              \
    "{" SOURCE(", 'maxFilesPerTrigger': 1" MORE) ", 'query': 'SELECT " KEY ", count(*) AS n FROM t GROUP BY " KEY      \
                                                 "', 'outputMode': 'update', 'trigger': {'availableNow': true}, "      \
                                                 "'sinks': {'out': {'format': 'json', 'path': '-'}}}"

static void refuses_another_query(void)
{
    bench_pipeline(COUNTS("v", ""));
    assert_int_equal(bench_try_start(), STATUS_CONFIG);
    assert_non_null(strstr(bench.error.text, "made by another query"));
    assert_non_null(strstr(bench.error.text, "--state"));
}

static void test_changed_query(void **state)
{
    (void)state;
    put_two();
    bench_pipeline(COUNTS("k", ""));
    bench_go(0);
    refuses_another_query();
    bench_pipeline(COUNTS("k", ""));
    sim_put_text(bench.port, "/in/3", "{\"k\":\"a\"}\n", SIM_WALL_START + 2);
    bench_go(0);
    assert_string_equal(bench_printed(), "{\"k\":\"a\",\"n\":1}\n{\"k\":\"b\",\"n\":1}\n{\"k\":\"a\",\"n\":2}\n");
}

// The batch that would have written it was given up.
static void test_fingerprint_after_a_failed_batch(void **state)
{
    (void)state;
    bench_pipeline(COUNTS("k", ", 'mode': 'FAILFAST'"));
    sim_put_text(bench.port, "/in/1", "{\"k\":", SIM_WALL_START);
    assert_false(run_to_the_end());
    sim_put_text(bench.port, "/in/1", "{\"k\":\"a\"}\n", SIM_WALL_START);
    bench_go(0);
    refuses_another_query();
}

static void test_fingerprint_after_a_full_disk(void **state)
{
    (void)state;
    bench_pipeline("{" SOURCE("") ", 'query': 'SELECT k, count(*) AS n FROM t GROUP BY k', 'outputMode': 'update', "
                                  "'trigger': {'availableNow': true}, "
                                  "'sinks': {'out': {'format': 'json', 'path': '/out'}}}");
    put_two();
    bench_start();
    sim_fail(bench.port, "sync", 1, STATUS_FULL);
    bench_run(0);
    bench_end();
    refuses_another_query();
}

static void test_notice_is_logged(void **state)
{
    (void)state;
    put_two();
    bench_pipeline(COUNTS("k", ""));
    bench_go(0);
    assert_int_equal(bench_said("new epoch"), 0);
    bench.device = "device-2";
    bench_go(0);
    assert_int_equal(bench_said("comes from another device: new epoch"), 1);
    bench_go(0);
    assert_int_equal(bench_said("new epoch"), 1);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_full_disk),
        TEST(test_full_at_each_step),
        TEST(test_sinks_side_by_side),
        TEST(test_printed_once_on_a_full_disk),
        TEST(test_a_bounded_run_gives_up),
        TEST(test_stop_on_a_full_disk),
        TEST(test_failfast),
        TEST(test_socket_lines_are_kept),
        TEST(test_crash_at_each_step),
        TEST(test_crash_around_each_commit),
        TEST(test_changed_query),
        TEST(test_fingerprint_after_a_failed_batch),
        TEST(test_fingerprint_after_a_full_disk),
        TEST(test_notice_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
