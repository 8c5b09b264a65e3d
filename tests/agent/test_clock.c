// Boards without a clock: what is stamped waits until the clock can be right, and then has the right time.
#include "agent/engine/inside.h"
#include "tests/agent/engine_bench.h"
#include "tests/sim/mqtt_sim.h"

#include <inttypes.h>

#define YEAR (INT64_C(365) * 86400 * SECOND)

static int set_up(void **state)
{
    (void)state;
    bench_open();
    mqtt_sim_attach(bench.port);
    sim_listen(bench.port, "h", "1", true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bench_end();
    mqtt_sim_detach(bench.port);
    bench_close();
    return 0;
}

#define SOCKET      "'format': 'socket', 'host': 'h', 'port': 1"
#define OUT         ", 'sinks': {'o': {'format': 'json', 'path': '-'}}}"
#define EACH_SECOND "'trigger': {'processingTime': '1 second'}"
#define STAMPED     "{'sources': {'t': {" SOCKET ", 'includeTimestamp': true}}, 'query': 'SELECT value, timestamp FROM t'"

// The board starts with its clock at 1970, and nobody has set it.
static void clock_of_a_board(void)
{
    sim_step_wall(bench.port, -SIM_WALL_START);
    sim_synchronised(bench.port, false);
}

static void feed(struct port *p, void *arg)
{
    sim_feed(p, "h", "1", arg, strlen(arg));
}

static void say(struct port *p, void *arg)
{
    mqtt_sim_say(p, "a", arg, 1);
}

static void set_clock(struct port *p, void *arg)
{
    (void)arg;
    sim_step_wall(p, SIM_WALL_START + 10 * YEAR);
    sim_synchronised(p, true);
}

static void must_print(const char *expected)
{
    assert_string_equal(bench_printed(), expected);
}

// Two rows came before the clock was set, ten seconds apart: so they are in the rows, however late they are read.
static void test_rows_wait_and_get_the_right_time(void **state)
{
    (void)state;
    bench_pipeline(STAMPED ", 'limits': {'clockWait': '5 minutes'}" OUT);
    clock_of_a_board();
    sim_at(bench.port, now_in(10), feed, "a\n");
    sim_at(bench.port, now_in(20), feed, "b\n");
    sim_at(bench.port, now_in(60), set_clock, NULL);
    bench_start();
    bench_run(30);
    must_print("");
    assert_int_equal(bench.batches, 0);
    assert_int_equal(bench_said("the clock is behind the year this program was made in"), 1);
    bench.engine->stop = 0;
    bench_run(60);
    assert_int_equal(bench_said("the clock is trusted now: it is synchronised"), 1);
    must_print("{\"value\":\"a\",\"timestamp\":\"2034-02-27T00:00:10.000Z\"}\n"
               "{\"value\":\"b\",\"timestamp\":\"2034-02-27T00:00:20.000Z\"}\n");
}

// A clock that may be right is believed after clockWait, one that cannot be is not.
static void test_the_wait_is_over(void **state)
{
    (void)state;
    bench_pipeline(STAMPED ", 'limits': {'clockWait': '5 minutes'}" OUT);
    sim_synchronised(bench.port, false);
    sim_at(bench.port, now_in(10), feed, "a\n");
    bench_start();
    bench_run(299);
    must_print("");
    assert_int_equal(bench_said("rows that get its time wait for that, 300 seconds at most"), 1);
    bench.engine->stop = 0;
    bench_run(10);
    must_print("{\"value\":\"a\",\"timestamp\":\"2024-03-01T00:00:10.000Z\"}\n");
    assert_int_equal(bench_said("the clock is trusted now\n"), 1);
}

static void test_earlier_than_the_last_commit(void **state)
{
    (void)state;
    bench_pipeline(STAMPED OUT);
    sim_synchronised(bench.port, false); // clockWait is 0: fine
    bench_start();
    sim_at(bench.port, now_in(1), feed, "a\n");
    bench_run(10);
    assert_int_equal(bench.batches, 2);
    bench_end();
    sim_step_wall(bench.port, -20 * (int64_t)SECOND);
    sim_at(bench.port, now_in(1), feed, "b\n");
    bench_start();
    bench_run(5);
    assert_int_equal(bench.batches, 2);
    assert_int_equal(bench_said("the clock is behind the last commit"), 1);
    bench.engine->stop = 0;
    bench_run(20); // it has passed it
    assert_int_equal(bench.batches, 3);
}

// What does not need the clock does not wait for it.
static void test_who_does_not_wait(void **state)
{
    static const char *const pipelines[] = {
        "{'sources': {'t': {" SOCKET "}}, 'query': 'SELECT value FROM t', " EACH_SECOND OUT,
        "{'sources': {'t': {" SOCKET ", 'includeTimestamp': true}}, 'query': 'SELECT value FROM t', " EACH_SECOND OUT,
        "{'sources': {'t': {'format': 'mqtt', 'url': 'mqtt://b', 'topic': '#'}}, 'query': 'SELECT topic FROM "
        "t', " EACH_SECOND OUT,
        "{'sources': {'t': {'format': 'rate-micro-batch', 'rowsPerBatch': 1}}, 'query': 'SELECT value FROM "
        "t', " EACH_SECOND OUT,
        "{'sources': {'t': {'format': 'text', 'path': '/in'}}, 'query': 'SELECT value FROM t', " EACH_SECOND OUT,
    };
    (void)state;
    for (size_t i = 0; i < sizeof pipelines / sizeof *pipelines; i++) {
        tear_down(state);
        set_up(state);
        clock_of_a_board();
        bench_pipeline(pipelines[i]);
        sim_put_text(bench.port, "/in/a", "x\n", 0);
        bench_start();
        if (i < 2)
            sim_at(bench.port, now_in(1), feed, "x\n");
        if (i == 2)
            sim_at(bench.port, now_in(1), say, "x");
        bench_run(5);
        assert_int_equal(bench_said("the clock"), 0);
        assert_true(bench.batches > 0);
    }
}

// Nor are they lost: the broker has what does not fit into its window.
static void test_mqtt(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'mqtt', 'url': 'mqtt://b', 'topic': '#', 'receiveMaximum': 2}}, "
                   "'query': 'SELECT CAST(value AS STRING) AS v, timestamp FROM t'" OUT);
    clock_of_a_board();
    for (int i = 0; i < 5; i++)
        sim_at(bench.port, now_in(10 + i), say, (char *[]){"a", "b", "c", "d", "e"}[i]);
    sim_at(bench.port, now_in(60), set_clock, NULL);
    bench_start();
    bench_run(50);
    must_print("");
    assert_int_equal(mqtt_sim_unanswered(bench.port), 5);
    bench.engine->stop = 0;
    bench_run(50);
    assert_int_equal(mqtt_sim_unanswered(bench.port), 0);
    for (const char *const *v = (const char *[]){"a", "b", "c", "d", "e", NULL}; *v; v++)
        assert_non_null(
            strstr(bench_printed(), arena_printf(&bench.arena, "\"v\":\"%s\",\"timestamp\":\"2034-02-27T", *v)));
}

// The rate's rows are those since its start: if that were 1970, there would be many.
static void test_rate(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'rate', 'rowsPerSecond': 1}}, 'query': 'SELECT value FROM t'" OUT);
    clock_of_a_board();
    sim_at(bench.port, now_in(60), set_clock, NULL);
    bench_start();
    bench_run(70);
    assert_true(bench.batches >= 9 && bench.batches <= 12);
    assert_non_null(strstr(bench_printed(), "{\"value\":7}"));
    assert_null(strstr(bench_printed(), "{\"value\":12}"));
}

static enum status no_sink(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    (void)setup, (void)out;
    return error_set(e, STATUS_FAILED, "there is no sink");
}

// What is not open yet is not asked what it needs.
static void test_a_start_that_fails(void **state)
{
    (void)state;
    bench_pipeline(STAMPED OUT);
    struct sink_class none = *bench.pipeline->sinks[0].class;
    none.open = no_sink;
    bench.pipeline->sinks[0].class = &none;
    assert_int_equal(bench_try_start(), STATUS_FAILED);
    assert_string_equal(bench.error.text, "there is no sink");
}

static void test_a_bounded_run_ends(void **state)
{
    (void)state;
    bench_pipeline("{'sources': {'t': {'format': 'rate', 'rowsPerSecond': 1}}, 'query': 'SELECT value FROM t', "
                   "'trigger': {'availableNow': true}, 'limits': {'clockWait': '1 minute'}" OUT);
    clock_of_a_board();
    bench_start();
    assert_int_equal(engine_run(bench.engine, &bench.error), STATUS_FAILED);
    assert_non_null(strstr(bench.error.text, "the clock is wrong and nobody sets it"));
    assert_true(now_in(0) >= 120 * (int64_t)SECOND);
    bench_end();
    set_clock(bench.port, NULL);
    bench_go(0);
    assert_int_equal(bench.batches, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_rows_wait_and_get_the_right_time),
        TEST(test_the_wait_is_over),
        TEST(test_earlier_than_the_last_commit),
        TEST(test_who_does_not_wait),
        TEST(test_mqtt),
        TEST(test_rate),
        TEST(test_a_start_that_fails),
        TEST(test_a_bounded_run_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
