#include "grouping.h"

// Rows (k, ts, v).
static void start(struct grouping *g, uint32_t keys, int32_t time_key, bool timed, bool within)
{
    const struct type *types[] = {type_simple(TYPE_STRING), type_simple(TYPE_TIMESTAMP), type_simple(TYPE_INT)};
    bench_start(&g->b, types, 3);
    tree_state_init(&g->state, &g->tree_memory);
    struct dedup_spec spec = {.inputs = columns_program(&g->b, "012"),
                              .key_count = keys,
                              .key_type = types,
                              .time = timed ? 1 : -1,
                              .time_key = time_key,
                              .within = within,
                              .delay = 10 * SECOND,
                              .state = &g->state.state};
    g->op = dedup_new(&spec, &g->b.memory);
    g->op->next = &g->b.collector;
}

static void test_the_first_of_each_key(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, 1, -1, false, false);
    bench_batch(&g.b, g.op, LINES("a|1|1", "b|1|2", "a|2|3", "NULL|1|4", "NULL|1|5"), "a|1|1\nb|1|2\nNULL|1|4\n");
    bench_batch(&g.b, g.op, LINES("a|1|1", "NULL|1|5"), "");
    bench_batch(&g.b, g.op, LINES("|1|1", "b|1|5", "c|1|5"), "|1|1\nc|1|5\n");
    assert_int_equal(g.state.count, 5);
    assert_int_equal(g.op->counters.in, 10);
    assert_int_equal(g.op->counters.passed, 5);
    assert_int_equal(g.op->counters.folded, 5);
    stop(&g);
}

static void test_the_watermark_forgets_keys_with_the_time(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, 2, 1, true, false);
    watermarks(&g, 0, 0);
    bench_batch(&g.b, g.op, LINES("a|5|1", "a|6|2", "a|5|3", "a|0|4", "a|NULL|5"), "a|5|1\na|6|2\na|NULL|5\n");
    assert_int_equal(g.op->counters.late, 1);
    assert_int_equal(g.state.count, 3);
    watermarks(&g, 0, 5);
    bench_batch(&g.b, g.op, LINES("a|5|1", "b|5|2"), "b|5|2\n");
    assert_int_equal(g.state.count, 2); // those of 5 are gone
    watermarks(&g, 5, 1000);
    bench_batch(&g.b, g.op, LINES("a|5|1", "a|6|1", "a|NULL|1"), "");
    assert_int_equal(g.op->counters.late, 2);
    assert_int_equal(g.state.count, 1); // a NULL time stays
    stop(&g);
}

static void test_late_rows_go_whatever_the_keys(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, 1, -1, true, false);
    watermarks(&g, 10, 20);
    bench_batch(&g.b, g.op, LINES("a|10|1", "a|11|2", "b|9|2", "b|NULL|3"), "a|11|2\nb|NULL|3\n");
    assert_int_equal(g.op->counters.late, 2);
    assert_int_equal(g.op->counters.late_groups, 2);
    assert_int_equal(g.state.count, 2);
    stop(&g);
}

static void test_within_the_watermark(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, 1, -1, true, true);
    watermarks(&g, 0, 0);
    bench_batch(&g.b, g.op, LINES("a|5|1", "a|6|2", "b|7|3"), "a|5|1\nb|7|3\n");
    watermarks(&g, 0, 14);
    bench_batch(&g.b, g.op, LINES("a|16|4"), "");
    assert_int_equal(g.state.count, 4);
    watermarks(&g, 14, 15);
    bench_batch(&g.b, g.op, LINES("a|17|5", "a|14|5"), ""); // still there in this batch
    assert_int_equal(g.state.count, 2);
    assert_int_equal(g.op->counters.late, 1);
    watermarks(&g, 15, 16);
    bench_batch(&g.b, g.op, LINES("a|18|6", "b|18|7"), "a|18|6\n");
    watermarks(&g, 16, 28);
    bench_batch(&g.b, g.op, NO_LINES, "");
    assert_int_equal(g.state.count, 0);
    stop(&g);
}

static void test_no_heap_call_in_steady_state(void **unused)
{
    (void)unused;
    for (int within = 0; within < 2; within++) {
        struct grouping g = {.tree_memory = {0}};
        start(&g, within ? 1 : 2, within ? -1 : 1, true, within);
        size_t calls = 0;
        for (int batch = 0; batch < 10; batch++) {
            watermarks(&g, 100 * (batch - 1), 100 * batch);
            bench_open(&g.b, g.op);
            bench_push(&g.b, g.op, LINES("late|-1000|1", "a|950|1", "bc|1005|NULL", "a|950|1"));
            assert_int_equal(op_close(g.op, &g.b.error), STATUS_OK);
            text_clear(&g.b.out);
            if (batch == 2)
                calls = g.b.memory.calls;
        }
        assert_int_equal(g.b.memory.calls, calls);
        stop(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_of_each_key),
        cmocka_unit_test(test_the_watermark_forgets_keys_with_the_time),
        cmocka_unit_test(test_late_rows_go_whatever_the_keys),
        cmocka_unit_test(test_within_the_watermark),
        cmocka_unit_test(test_no_heap_call_in_steady_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
