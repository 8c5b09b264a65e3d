// A day without a receiver: 100 rows a second in, 10 out, on simulated time; and outages that are longer than the log
// holds.
#include "agent/engine/inside.h"
#include "tests/agent/engine_bench.h"
#include "tests/sim/sink_sim.h"

enum { HOUR = 3600, SINKS = 2, MEMORY_GROWTH = 2048 /* KB */ };

#define RATE "'sources': {'t': {'format': 'rate', 'rowsPerSecond': 100}}, 'trigger': {'processingTime': '10 seconds'}, "

static struct receiver_sim *receiver[SINKS];

static int set_up(void **state)
{
    (void)state;
    bench_open();
    receiver[0] = receiver_sim_new(bench.port, "one", 1);
    receiver[1] = receiver_sim_new(bench.port, "two", 2);
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

static void pipeline(const char *sinks, const char *rest)
{
    bench_pipeline(arena_printf(&bench.arena, "{" RATE "'sinks': {%s}, %s}", sinks, rest));
    for (uint32_t i = 0; i < bench.pipeline->sink_count; i++)
        bench.pipeline->sinks[i].class = &sink_sim;
}

static void all_down(bool down)
{
    for (int i = 0; i < SINKS; i++)
        receiver_sim_faults(receiver[i])->down = down;
    bench.port->class->wake(bench.port);
}

static void must_account(int i, uint64_t rows)
{
    const char *wrong = receiver_sim_check(receiver[i], rows, 0);
    if (wrong)
        fail_msg("%s", wrong);
}

// Anonymous memory of this process, KB.
static long anonymous(void)
{
    char line[256];
    long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kilobytes = strtol(line + 8, NULL, 10);
    if (f)
        fclose(f);
    return kilobytes;
}

struct watching {
    size_t memory;
    uint64_t log;
    bool blocked;
} most;

// At each batch: what is held, of memory and of log.
static void watch(struct bench *b)
{
    uint64_t records, bytes;
    most.memory = b->memory.used > most.memory ? b->memory.used : most.memory;
    most.blocked = most.blocked || b->engine->blocked;
    if (store_log_size(b->engine->store, "one", &records, &bytes, NULL) == STATUS_OK && bytes > most.log)
        most.log = bytes;
}

static void test_a_day(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    int64_t hours = 2;
#else
    int64_t hours = 24; // 864,000 records
#endif
    uint64_t rows = (uint64_t)hours * HOUR * 10;
    pipeline("'one': {'format': 'console'}", "'query': 'SELECT timestamp, value, value / 10 AS tenth, ~north gate, "
                                             "lower bridge~ AS place FROM t WHERE value % 10 = 0', "
                                             "'limits': {'memory': '8MB', 'outbox': '256MB'}");
    most = (struct watching){0};
    bench.before_commit = watch;
    bench_start();
    bench_run(60);
    bench_end();
    all_down(true);
    bench_start();
    bench_run(600);
    long begin = anonymous();
    bench_end();
    bench_start(); // killed in the middle of it, too: nothing but the log knows
    bench_run(hours * HOUR - 660);
    long end = anonymous();
    print_message("%d records, log %d MB, our memory %d KB, anonymous memory %ld KB, then %ld KB\n", (int)rows,
                  (int)(most.log >> 20), (int)(most.memory >> 10), begin, end);
    assert_false(most.blocked);
    assert_true(most.memory < (size_t)bench.pipeline->limits.memory);
    assert_true(most.log < (uint64_t)bench.pipeline->limits.outbox && most.log / rows > 180);
#ifndef __SANITIZE_ADDRESS__
    assert_true(end - begin < MEMORY_GROWTH);
#endif
    bench_end();
    receiver_sim_faults(receiver[0])->window = 1000;
    all_down(false);
    bench_start();
    int64_t began = now_in(0);
    for (int i = 0; outbox_waiting(bench.engine->outbox) > 0 || i == 0; i++) {
        bench.engine->stop = 0;
        bench_run(10);
        assert_true(now_in(0) - began < 300 * (int64_t)SECOND); // three thousand a second, and more
    }
    bench.engine->stop = 0;
    bench_run(30);
    rows = (uint64_t)bench.engine->position.next_seq;
    assert_true(rows >= (uint64_t)hours * HOUR * 10 - 200);
    bench_end();
    must_account(0, rows); // in order, too
    assert_int_equal(receiver_sim_arrived(receiver[0]), rows);
    assert_int_equal(receiver_sim_told_missing(receiver[0]), 0);
    assert_true(most.memory < (size_t)bench.pipeline->limits.memory);
}

static void end_outage(struct port *p, void *arg)
{
    (void)p, (void)arg;
    all_down(false);
}

// An hour where the log holds some minutes, the process killed and started anew in it: at one sink, the other takes all
// it gets.
static void outage(const char *query, const char *full, bool counts_only)
{
    pipeline("'one': {'format': 'console'}, 'two': {'format': 'console'}",
             arena_printf(&bench.arena, "%s, 'limits': {'outbox': '256KB', 'outboxFull': '%s'}", query, full));
    bench_start();
    bench_run(60);
    bench_end();
    receiver_sim_faults(receiver[1])->down = true;
    for (int i = 0; i < 3; i++) {
        bench_start();
        bench.commit_crash = COMMIT_CRASH_AFTER;
        bench.commit_crash_at = 100;
        sim_at(bench.port, now_in(1200), stop_engine, NULL);
        enum status s = engine_run(bench.engine, &bench.error);
        assert_true(s == STATUS_OK || s == STATUS_FAILED);
        bench.commit_crash = COMMIT_REAL;
        bench_end();
        sim_boot(bench.port);
    }
    sim_at(bench.port, now_in(1), end_outage, NULL);
    bench_start();
    bench_run(1200);
    bench.engine->stop = 0;
    bench_run(120);
    uint64_t rows = bench.engine->position.next_seq;
    for (int i = 0; i < SINKS; i++) {
        const char *wrong = receiver_sim_check_counts(receiver[i], rows);
        if (wrong)
            fail_msg("%s", wrong);
        if (!counts_only)
            must_account(i, rows);
    }
    bench_end();
}

static void test_block(void **state)
{
    (void)state;
    outage("'query': 'SELECT value FROM t WHERE value % 10 = 0'", "block", false);
    for (int i = 0; i < SINKS; i++)
        assert_int_equal(receiver_sim_told_missing(receiver[i]), 0);
    assert_true(bench_said("the outbox is full") > 0);
}

static void test_drop_oldest(void **state)
{
    (void)state;
    outage("'query': 'SELECT value FROM t WHERE value % 10 = 0'", "dropOldest", false);
    assert_int_equal(receiver_sim_told_missing(receiver[0]), 0); // a dead sink costs a healthy one nothing
    assert_true(receiver_sim_told_missing(receiver[1]) > 20000);
    assert_int_equal(bench_said("the outbox is full"), 0);
}

static void test_latest(void **state)
{
    (void)state;
    outage("'query': 'SELECT value % 40 AS k, count(*) AS n FROM t GROUP BY value % 40', 'outputMode': 'update'",
           "latest", true);
    assert_true(receiver_sim_told_missing(receiver[1]) > 8000);
    assert_int_equal(bench_said("the outbox is full"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_day),
        TEST(test_block),
        TEST(test_drop_oldest),
        TEST(test_latest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
