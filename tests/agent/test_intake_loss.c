// What a live source could not take is told to every logged sink, once, whatever else happens.
#include "tests/agent/engine_bench.h"
#include "tests/sim/sink_sim.h"
#include "tests/sim/source_sim.h"

enum { SINKS = 2 };

static struct receiver_sim *receiver[SINKS];

static int set_up(void **state)
{
    (void)state;
    bench_open();
    receiver[0] = receiver_sim_new(bench.port, "one", 1);
    receiver[1] = receiver_sim_new(bench.port, "two", 2);
    sender_sim = (struct sender_sim){.room = 100};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bench_end();
    for (int i = 0; i < SINKS; i++)
        receiver_sim_free(receiver[i]);
    bench_close();
    return 0;
}

static void pipeline(const char *rest)
{
    bench_pipeline(arena_printf(&bench.arena,
                                "{'sources': {'t': {'format': 'socket', 'host': 'h', 'port': 1}}, "
                                "'sinks': {'one': {'format': 'console'}, 'two': {'format': 'console'}}, %s}",
                                rest));
    bench.pipeline->sources[0].class = &source_sim;
    for (int i = 0; i < SINKS; i++)
        bench.pipeline->sinks[i].class = &sink_sim;
}

static void send_rows(struct port *p, void *arg)
{
    sender_sim_send(p, (uint32_t)(uintptr_t)arg);
}

static void send_at(int64_t when, uint32_t rows)
{
    sim_at(bench.port, when, send_rows, (void *)(uintptr_t)rows);
}

static void bring_up(struct port *p, void *arg)
{
    (void)arg;
    for (int i = 0; i < SINKS; i++)
        receiver_sim_faults(receiver[i])->down = false;
    p->class->wake(p);
}

// Each row has arrived at each receiver, or was told missing by number, or was lost before it had one.
static void must_account(uint64_t told_lost)
{
    for (int i = 0; i < SINKS; i++) {
        const char *wrong = receiver_sim_check(receiver[i], sender_sim.next, 0);
        if (wrong)
            fail_msg("%s\n%s", wrong, text_cstring(&bench.logged));
        assert_int_equal(receiver_sim_lost(receiver[i]), told_lost);
        assert_int_equal(receiver_sim_arrived(receiver[i]) + receiver_sim_told_missing(receiver[i]) +
                             receiver_sim_lost(receiver[i]),
                         sender_sim.sent - (sender_sim.lost - told_lost));
    }
    assert_int_equal(sender_sim.waiting, 0);
}

static void test_a_burst(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT value FROM t', 'trigger': {'processingTime': '1 second'}");
    for (int i = 0; i < 5; i++)
        send_at(now_in(2 * i) + SECOND / 2, 50 + 50 * (uint32_t)i); // from the third on it is too much
    bench_start();
    bench_run(60);
    assert_int_equal(sender_sim.lost, 50 + 100 + 150);
    must_account(300);
    assert_int_equal(bench_said("source t: 50 rows came faster than they could be taken"), 1);
    bench_end();
    bench_go(60);
    must_account(300);
}

// While nothing is read the losses grow; an outage's are told in one record.
static void test_blocked(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT value FROM t', 'limits': {'outbox': '16KB'}, 'trigger': {'processingTime': '1 second'}");
    receiver_sim_faults(receiver[1])->down = true;
    for (int i = 0; i < 200; i++)
        send_at(now_in(i), 20);
    sim_at(bench.port, now_in(210), bring_up, NULL);
    bench_start();
    bench_run(400);
    assert_true(sender_sim.lost > 2000);
    must_account(sender_sim.lost);
}

static void test_an_outage_leaves_one_record(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT value FROM t WHERE value % 10 = 0', 'trigger': {'processingTime': '1 second'}");
    send_at(now_in(0) + SECOND / 2, 10);
    for (int i = 1; i < 200; i++)
        send_at(now_in(i) + SECOND / 2, 150);
    receiver_sim_faults(receiver[0])->down = receiver_sim_faults(receiver[1])->down = true;
    bench_start();
    bench_run(230);
    assert_int_equal(sender_sim.lost, 199 * 50);
    // Each tenth of those that found room, and one record that tells of all the others; of two sinks.
    assert_int_equal(bench.done[bench.batches - 1].outbox, 2 * (1 + 199 * 10 + 1));
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_end();
    bench_start();
    sim_at(bench.port, now_in(1), bring_up, NULL);
    bench_run(120);
    for (int i = 0; i < SINKS; i++) {
        assert_int_equal(receiver_sim_arrived(receiver[i]), 1 + 199 * 10);
        assert_int_equal(receiver_sim_lost(receiver[i]), 199 * 50);
    }
}

// No row goes out at all: the loss waits for the first.
static void test_before_the_first_row(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT value FROM t WHERE value > 200', 'trigger': {'processingTime': '1 second'}");
    for (int i = 0; i < 4; i++)
        send_at(now_in(2 * i) + SECOND / 2, 150);
    bench_start();
    bench_run(60);
    for (int i = 0; i < SINKS; i++) {
        assert_int_equal(receiver_sim_arrived(receiver[i]), 199);
        assert_int_equal(receiver_sim_lost(receiver[i]), 200);
    }
}

static void test_full_disk(void **state)
{
    (void)state;
    pipeline("'query': 'SELECT value FROM t', 'trigger': {'processingTime': '1 second'}");
    for (int i = 0; i < 30; i++)
        send_at(now_in(2 * i) + SECOND / 2, 130);
    bench_start();
    bench.full_commits = 3;
    bench_run(120);
    must_account(sender_sim.lost);
}

static void test_power_cuts(void **state)
{
    (void)state;
    for (unsigned n = 1; n < 12; n++) {
        tear_down(state);
        set_up(state);
        pipeline("'query': 'SELECT value FROM t', 'trigger': {'processingTime': '1 second'}, "
                 "'limits': {'outbox': '16KB', 'outboxFull': 'dropOldest'}");
        receiver_sim_faults(receiver[0])->lost_answer = 100;
        receiver_sim_faults(receiver[1])->down = n % 3 == 0;
        for (int i = 0; i < 30; i++)
            send_at(now_in(2 * i) + SECOND / 2, 130);
        bench_start();
        bench.commit_crash = n % 4 < 2 ? COMMIT_CRASH_BEFORE : COMMIT_CRASH_AFTER;
        bench.commit_crash_at = 3 * n;
        sim_at(bench.port, now_in(100), stop_engine, NULL);
        engine_run(bench.engine, &bench.error);
        bench.commit_crash = COMMIT_REAL;
        bench_end();
        sim_boot(bench.port);
        for (int i = 0; i < 10; i++) // a new source counts from here on
            send_at(now_in(2 * i) + SECOND / 2, 130);
        sim_at(bench.port, now_in(1), bring_up, NULL);
        bench_go(300);
        for (int i = 0; i < SINKS; i++) {
            uint64_t rows = receiver_sim_arrived(receiver[i]) + receiver_sim_told_missing(receiver[i]);
            const char *wrong = receiver_sim_check(receiver[i], rows, 0);
            if (wrong)
                fail_msg("%u: %s", n, wrong);
            assert_true(rows >= sender_sim.next); // a batch that was committed as the power failed is sent once more
            // What was lost since the last commit is not known after a crash: of each burst 30 rows.
            uint64_t lost = receiver_sim_lost(receiver[i]);
            if (lost > sender_sim.lost || lost + 4 * 30 < sender_sim.lost)
                fail_msg("%u: %u told of %u", n, (unsigned)lost, (unsigned)sender_sim.lost);
        }
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_burst),
        TEST(test_blocked),
        TEST(test_an_outage_leaves_one_record),
        TEST(test_before_the_first_row),
        TEST(test_full_disk),
        TEST(test_power_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
