// Whole pipelines with logged sinks: what reaches the receiver through outages, full logs and restarts.
#include "tests/agent/engine_bench.h"
#include "tests/sim/sink_sim.h"

static struct receiver_sim *receiver;

static int set_up(void **state)
{
    (void)state;
    bench_open();
    receiver = receiver_sim_new(bench.port, "one", 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bench_end();
    receiver_sim_free(receiver);
    bench_close();
    return 0;
}

#define SOURCE                                                                                                         \
    "'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'k STRING, v INT', 'maxFilesPerTrigger': 1}}"

static void pipeline(const char *rest)
{
    bench_pipeline(arena_printf(&bench.arena, "{" SOURCE ", 'sinks': {'one': {'format': 'console'}}, %s}", rest));
    bench.pipeline->sinks[0].class = &sink_sim;
}

// Files of `rows` rows each, every one with a key of its own of `keys`.
static void put_files(int from, int count, int rows, int keys)
{
    struct text text;
    text_init(&text, &bench.memory);
    for (int i = from; i < from + count; i++) {
        char path[32];
        text_clear(&text);
        for (int k = 0; k < rows; k++)
            text_printf(&text, "{\"k\":\"k%d\",\"v\":%d}\n", (i * rows + k) % keys, i * rows + k);
        snprintf(path, sizeof path, "/in/%04d", i);
        sim_put_text(bench.port, path, text_cstring(&text), SIM_WALL_START + i);
    }
    text_free(&text);
}

static void must_account(uint64_t rows)
{
    const char *wrong = receiver_sim_check(receiver, rows, 0);
    if (wrong)
        fail_msg("%s\n%s", wrong, text_cstring(&bench.logged));
}

static void bring_up(struct port *p, void *arg)
{
    (void)arg;
    receiver_sim_faults(receiver)->down = false;
    receiver_sim_faults(receiver)->again = 0;
    p->class->wake(p);
}

static void test_bounded_run_waits_for_its_records(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, v FROM t', 'trigger': {'availableNow': true}");
    put_files(0, 10, 20, 7);
    receiver_sim_faults(receiver)->down = true;
    sim_at(bench.port, now_in(3600), bring_up, NULL);
    bench_go(0);
    must_account(200);
    assert_int_equal(receiver_sim_arrived(receiver), 200);
    assert_true(now_in(0) >= 3600 * (int64_t)SECOND);
    assert_true(bench_said("waiting for 200 records to be acknowledged") >= 10);
    assert_true(bench.done[9].outbox == 200);
    uint64_t sends = receiver_sim_sends(receiver);
    bench_go(0); // nothing is left to be sent
    assert_int_equal(receiver_sim_sends(receiver), sends);
}

static void test_stop_leaves_the_rest_to_the_next_start(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, v FROM t', 'trigger': {'processingTime': '1 second'}");
    put_files(0, 10, 20, 7);
    receiver_sim_faults(receiver)->down = true;
    bench_go(60);
    assert_int_equal(receiver_sim_arrived(receiver), 0);
    receiver_sim_faults(receiver)->down = false;
    bench_go(10);
    must_account(200);
    assert_int_equal(receiver_sim_arrived(receiver), 200);
}

static void test_full_outbox_stops_the_intake(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, v FROM t', 'limits': {'outbox': '16KB'}");
    put_files(0, 50, 20, 7);
    receiver_sim_faults(receiver)->down = true;
    bench_start();
    bench_run(600);
    assert_true(bench.batches > 2 && bench.batches < 10);
    assert_int_equal(bench_said("the outbox is full"), 1);
    bench_end();
    bench_start();
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_run(600);
    bench_end();
    assert_int_equal(bench.batches, 50);
    must_account(1000);
    assert_int_equal(receiver_sim_told_missing(receiver), 0);
    assert_true(bench_said("has room again") >= 1);
}

static void test_drop_oldest(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, v FROM t', 'limits': {'outbox': '16KB', 'outboxFull': 'dropOldest'}");
    put_files(0, 50, 20, 7);
    receiver_sim_faults(receiver)->down = true;
    bench_start();
    bench_run(60);
    assert_int_equal(bench.batches, 50);
    bench_end();
    bench_start();
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_run(120);
    bench_end();
    must_account(1000);
    assert_true(receiver_sim_told_missing(receiver) > 800);
}

// In update mode "latest" keeps the newest row of each group.
static void test_latest_by_group(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT count(*) AS n, k FROM t GROUP BY k', 'outputMode': 'update', "
             "'limits': {'outbox': '64KB', 'outboxFull': 'latest'}");
    put_files(0, 60, 10, 30); // a batch touches 10 of 30 groups
    receiver_sim_faults(receiver)->down = true;
    bench_start();
    bench_run(60);
    assert_int_equal(bench.batches, 60);
    assert_true(bench.done[59].outbox <= 31); // the newest of each, and a gap record that tells of the others
    bench_end();
    bench_start();
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_run(120);
    bench_end();
    const char *wrong = receiver_sim_check_counts(receiver, 600);
    if (wrong)
        fail_msg("%s", wrong);
    assert_int_equal(receiver_sim_arrived(receiver), 30);
    for (uint64_t seq = 570; seq < 600; seq++)
        assert_true(receiver_sim_has(receiver, seq));
}

static void test_complete_mode_sends_the_newest(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, count(*) AS n FROM t GROUP BY k', 'outputMode': 'complete'");
    put_files(0, 30, 10, 5);
    receiver_sim_faults(receiver)->down = true;
    bench_start();
    bench_run(60);
    bench_end();
    bench_start();
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_run(120);
    bench_end();
    must_account(150);
    for (uint64_t seq = 145; seq < 150; seq++)
        assert_true(receiver_sim_has(receiver, seq));
    assert_int_equal(receiver_sim_arrived(receiver), 5);
    assert_int_equal(receiver_sim_told_missing(receiver), 145);
}

// The batch that waits for room is in the log, and not committed: it is not sent.
static void test_nothing_is_sent_before_its_commit(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT k, v FROM t'");
    put_files(0, 3, 20, 7);
    bench_start();
    bench.full_commits = 3;
    bench_run(25);
    assert_int_equal(receiver_sim_arrived(receiver), 0);
    bench_end();
    bench_go(60);
    must_account(60);
}

static void test_power_cuts_at_commits(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 12; n++) {
        tear_down(state);
        set_up(state);
        receiver_sim_faults(receiver)->again = 100;
        receiver_sim_faults(receiver)->lost_answer = 100;
        put_files(0, 8, 30, 7);
        pipeline("'query': 'SELECT k, v FROM t', 'trigger': {'processingTime': '2 seconds'}");
        bench_start();
        bench.commit_crash = n % 2 ? COMMIT_CRASH_BEFORE : COMMIT_CRASH_AFTER;
        bench.commit_crash_at = n;
        sim_at(bench.port, now_in(120), stop_engine, NULL);
        enum status s = engine_run(bench.engine, &bench.error);
        assert_true(s == STATUS_OK || s == STATUS_FAILED);
        bench.commit_crash = COMMIT_REAL;
        bench_end();
        sim_boot(bench.port);
        sim_at(bench.port, now_in(1), bring_up, NULL);
        bench_go(600);
        must_account(240);
        assert_int_equal(receiver_sim_arrived(receiver), 240);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_bounded_run_waits_for_its_records),
        TEST(test_stop_leaves_the_rest_to_the_next_start),
        TEST(test_full_outbox_stops_the_intake),
        TEST(test_drop_oldest),
        TEST(test_latest_by_group),
        TEST(test_complete_mode_sends_the_newest),
        TEST(test_nothing_is_sent_before_its_commit),
        TEST(test_power_cuts_at_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
