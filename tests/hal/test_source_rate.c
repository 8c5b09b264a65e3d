#include "hal/source/source_rate.h"
#include "hal/source/source_rate_micro_batch.h"

#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/state_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct state_sim *state;
    struct options_sim options;
    const struct source_class *class;
    struct source *source;
    struct column *columns[2];
    struct chunk chunk;
    uint32_t rows; // of the last batch
    int64_t first_value, last_value, first_time, last_time;
    int64_t next;
};

static int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){.class = &source_rate};
    bench.port = sim_open(1);
    bench.state = state_sim_new(&bench.memory);
    arena_init(&bench.arena, &bench.memory, 4096);
    bench.columns[0] = column_new(type_simple(TYPE_TIMESTAMP), CHUNK_ROWS, &bench.arena);
    bench.columns[1] = column_new(type_simple(TYPE_BIGINT), CHUNK_ROWS, &bench.arena);
    bench.chunk = (struct chunk){.column = bench.columns, .columns = 2, .arena = &bench.arena};
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    b->class->close(b->source);
    state_sim_free(b->state);
    arena_free(&b->arena);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
    return 0;
}

static void open_source(struct bench *b, bool fresh)
{
    struct error e;
    struct source_setup s = {.name = "r",
                             .options = &b->options.options,
                             .port = b->port,
                             .memory = &b->memory,
                             .state = state_sim_state(b->state),
                             .fresh = fresh};
    b->class->close(b->source);
    assert_int_equal(b->class->open(&s, &b->source, &e), STATUS_OK);
}

static void take_chunk(struct bench *b)
{
    uint32_t n = b->chunk.rows.count;
    if (b->rows == 0) {
        b->first_time = b->columns[0]->i64[0];
        b->first_value = b->columns[1]->i64[0];
    }
    b->last_time = b->columns[0]->i64[n - 1];
    b->last_value = b->columns[1]->i64[n - 1];
    b->rows += n;
}

static bool read_batch(struct bench *b)
{
    struct error e;
    struct block block;
    b->rows = 0;
    if (b->class->plan(b->source, &b->next, &e) == STATUS_END)
        return false;
    while (b->class->read(b->source, &b->chunk, &block, &e) == STATUS_OK)
        take_chunk(b);
    assert_int_equal(b->class->save(b->source, &e), STATUS_OK);
    return true;
}

static bool batch(struct bench *b)
{
    struct error e;
    if (!read_batch(b))
        return false;
    state_sim_commit(b->state);
    assert_int_equal(b->class->committed(b->source, &e), STATUS_OK);
    return true;
}

static void pass(struct bench *b, int64_t millis)
{
    struct error e;
    b->port->class->wait(b->port, b->port->class->monotonic(b->port) + millis * 1000, &e);
}

static void test_rate(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_rate.options, "/", "rowsPerSecond", "3", NULL);
    open_source(b, true);
    assert_true(batch(b)); // Spark's first batch: empty
    assert_int_equal(b->rows, 0);
    assert_false(batch(b));
    assert_int_equal(b->next, b->port->class->monotonic(b->port) + 1000000);
    pass(b, 2500);
    assert_true(batch(b));
    assert_int_equal(b->rows, 6);
    assert_int_equal(b->first_value, 0);
    assert_int_equal(b->last_value, 5);
    assert_int_equal(b->first_time, SIM_WALL_START);
    assert_int_equal(b->last_time, SIM_WALL_START + 1667000); // round(5 * 2000 / 6)
    assert_false(batch(b));
    pass(b, 500);
    assert_true(batch(b));
    assert_int_equal(b->first_value, 6);
    assert_int_equal(b->first_time, SIM_WALL_START + 2000000);
}

static void test_rate_restart_and_clock_step(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_rate.options, "/", "rowsPerSecond", "1", NULL);
    open_source(b, true);
    assert_true(batch(b));
    pass(b, 3000);
    assert_true(read_batch(b));
    state_sim_rollback(b->state); // given up: the same values come again
    assert_true(batch(b));
    assert_int_equal(b->first_value, 0);
    assert_int_equal(b->rows, 3);
    pass(b, 10000);
    open_source(b, false);
    assert_true(batch(b));
    assert_int_equal(b->first_value, 3);
    assert_int_equal(b->rows, 10);
    sim_step_wall(b->port, -3600 * INT64_C(1000000));
    pass(b, 1000);
    assert_false(batch(b));
    open_source(b, false);
    assert_false(batch(b));
}

static void test_rate_ramp_up(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_rate.options, "/", "rowsPerSecond", "10", "rampUpTime", "4000000", NULL);
    open_source(b, true);
    assert_true(batch(b));
    static const int64_t end[] = {2, 6, 12, 20, 30, 40}; // the table in RateStreamProvider
    for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
        pass(b, 1000);
        assert_true(batch(b));
        assert_int_equal(b->last_value, end[i] - 1);
    }
}

static void test_rate_partitions(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_rate.options, "/", "rowsPerSecond", "5", "numPartitions", "2", NULL);
    open_source(b, true);
    assert_true(batch(b));
    pass(b, 1000);
    assert_true(batch(b));
    static const int64_t order[] = {0, 2, 4, 1, 3};
    assert_int_equal(b->rows, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(b->columns[1]->i64[i], order[i]);
}

static void test_rate_many_rows(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_rate.options, "/", "rowsPerSecond", "100000", NULL);
    open_source(b, true);
    assert_true(batch(b));
    pass(b, 1000);
    assert_true(batch(b));
    assert_int_equal(b->rows, 100000);
    assert_int_equal(b->last_value, 99999);
    struct error e;
    assert_int_equal(b->class->freeze(b->source, &e), STATUS_OK);
    assert_false(batch(b));
}

static void test_micro_batch(void **state)
{
    struct bench *b = *state;
    b->class = &source_rate_micro_batch;
    options_sim_fill(&b->options, b->class->options, "/", "rowsPerBatch", "20", "startTimestamp", "1704067200000",
                     "advanceMillisPerBatch", "1500", NULL);
    for (int run = 0; run < 3; run++) {
        struct error e;
        open_source(b, run == 0);
        assert_int_equal(b->class->freeze(b->source, &e), STATUS_OK);
        assert_true(batch(b));
        assert_int_equal(b->rows, 20);
        assert_int_equal(b->first_value, 20 * run);
        assert_int_equal(b->last_value, 20 * run + 19);
        assert_int_equal(b->first_time, INT64_C(1704067200000000) + run * 1500000);
        assert_int_equal(b->last_time, b->first_time);
        assert_false(batch(b)); // one a run
    }
    open_source(b, false);
    assert_true(batch(b)); // without a bound they go on
    assert_true(batch(b));
    assert_int_equal(b->first_value, 80);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rate),           TEST(test_rate_restart_and_clock_step),
        TEST(test_rate_ramp_up),   TEST(test_rate_partitions),
        TEST(test_rate_many_rows), TEST(test_micro_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
