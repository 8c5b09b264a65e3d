#include "grouping.h"

// Keys are the first `keys` columns; time_key as in aggregate_spec.
static void start(struct grouping *g, const struct type *const *types, uint32_t columns, uint32_t keys,
                  int32_t time_key, uint32_t items, enum output_mode mode, size_t memory_limit)
{
    tree_state_init(&g->state, &g->tree_memory);
    struct aggregate_spec spec = {.inputs = columns_program(&g->b, "01234567"),
                                  .key_count = keys,
                                  .key_type = types,
                                  .time_key = time_key,
                                  .items = g->item,
                                  .item_count = items,
                                  .mode = mode,
                                  .state = &g->state.state,
                                  .memory_limit = memory_limit};
    (void)columns;
    g->op = aggregate_new(&spec, &g->b.memory);
    g->op->next = &g->b.collector;
}

// GROUP BY window, k over rows (window, k, v): count(*), sum(v).
static void start_windows(struct grouping *g, enum output_mode mode, size_t memory_limit)
{
    const struct type *types[] = {NULL, type_simple(TYPE_STRING), type_simple(TYPE_INT)};
    bench_start(&g->b, types, 3);
    g->b.type[0] = types[0] = window_type(&g->b);
    bind(g, 0, "count", NULL, 2);
    bind(g, 1, "sum", types[2], 2);
    start(g, types, 3, 2, 0, 2, mode, memory_limit);
}

static void test_update_emits_what_was_touched(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start_windows(&g, OUTPUT_UPDATE, SIZE_MAX);
    bench_batch(&g.b, g.op, LINES("{0,10}|a|1", "{0,10}|b|2", "{0,10}|a|NULL"), "{0,10}|a|2|1\n{0,10}|b|1|2\n");
    bench_batch(&g.b, g.op, LINES("{10,20}|a|5", "{0,10}|b|7"), "{10,20}|a|1|5\n{0,10}|b|2|9\n");
    bench_batch(&g.b, g.op, NO_LINES, "");
    bench_batch(&g.b, g.op, LINES("NULL|NULL|NULL"), "NULL|NULL|1|NULL\n");
    bench_batch(&g.b, g.op, LINES("NULL|NULL|4", "{0,10}||3"), "NULL|NULL|2|4\n{0,10}||1|3\n");
    assert_int_equal(g.state.count, 5);
    assert_int_equal(g.op->counters.in, 8);
    assert_int_equal(g.op->counters.folded, 8);
    stop(&g);
}

// The rules of watermark_edge_update: late at or before the last batch's watermark, evicted at or before this one's.
static void test_update_late_and_eviction(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start_windows(&g, OUTPUT_UPDATE, SIZE_MAX);
    watermarks(&g, 0, 0);
    bench_batch(&g.b, g.op, LINES("{20,30}|a|1"), "{20,30}|a|1|1\n");
    watermarks(&g, 0, 10);
    bench_batch(&g.b, g.op, LINES("{30,40}|a|2"), "{30,40}|a|1|2\n");
    watermarks(&g, 10, 20);
    bench_batch(&g.b, g.op, LINES("{0,10}|a|4", "{10,20}|a|8", "{10,20}|a|16", "{20,30}|a|32", "{0,10}|a|1"),
                "{10,20}|a|2|24\n{20,30}|a|2|33\n");
    assert_int_equal(g.op->counters.late, 2);
    assert_int_equal(g.op->counters.late_groups, 1);
    assert_int_equal(g.state.count, 2); // {10,20} was printed and evicted
    bench_batch(&g.b, g.op, LINES("NULL|a|4"), "NULL|a|1|4\n");
    assert_int_equal(g.state.count, 3);
    watermarks(&g, 20, 1000);
    bench_batch(&g.b, g.op, NO_LINES, "");
    assert_int_equal(g.state.count, 1); // a NULL time is never evicted
    assert_int_equal(g.op->counters.in, g.op->counters.late + g.op->counters.folded);
    stop(&g);
}

static void test_append_emits_what_is_closed(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start_windows(&g, OUTPUT_APPEND, SIZE_MAX);
    watermarks(&g, 0, 0);
    bench_batch(&g.b, g.op, LINES("{-10,0}|a|1", "{0,10}|b|1", "{0,10}|a|2", "{20,30}|a|2", "NULL|a|2"), "");
    assert_int_equal(g.op->counters.late, 1);
    watermarks(&g, 0, 20);
    // {10,20} is opened and closed by one batch; {0,10} gets one row more.
    bench_batch(&g.b, g.op, LINES("{10,20}|c|7", "{0,10}|a|5", "{20,30}|a|1"),
                "{0,10}|a|2|7\n{0,10}|b|1|1\n{10,20}|c|1|7\n");
    assert_int_equal(g.state.count, 2);
    watermarks(&g, 20, 1000);
    bench_batch(&g.b, g.op, NO_LINES, "{20,30}|a|2|3\n");
    assert_int_equal(g.state.count, 1);
    stop(&g);
}

static void test_complete_emits_all(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start_windows(&g, OUTPUT_COMPLETE, SIZE_MAX);
    watermarks(&g, 1000, 1000);
    bench_batch(&g.b, g.op, LINES("{10,20}|b|1", "{0,10}|b|1", "{10,20}|a|2", "NULL|x|3"),
                "{0,10}|b|1|1\n{10,20}|a|1|2\n{10,20}|b|1|1\nNULL|x|1|3\n");
    bench_batch(&g.b, g.op, LINES("{0,10}|b|2"), "{0,10}|b|2|3\n{10,20}|a|1|2\n{10,20}|b|1|1\nNULL|x|1|3\n");
    bench_batch(&g.b, g.op, NO_LINES, "{0,10}|b|2|3\n{10,20}|a|1|2\n{10,20}|b|1|1\nNULL|x|1|3\n");
    assert_int_equal(g.op->counters.late, 0);
    stop(&g);
}

static void test_without_keys_there_is_a_row(void **unused)
{
    (void)unused;
    for (int complete = 0; complete < 2; complete++) {
        struct grouping g = {.tree_memory = {0}};
        const struct type *types[] = {type_simple(TYPE_INT)};
        bench_start(&g.b, types, 1);
        bind(&g, 0, "count", NULL, 0);
        bind(&g, 1, "sum", types[0], 0);
        start(&g, types, 1, 0, -1, 2, complete ? OUTPUT_COMPLETE : OUTPUT_UPDATE, SIZE_MAX);
        bench_batch(&g.b, g.op, NO_LINES, "0|NULL\n");
        bench_batch(&g.b, g.op, LINES("1", "2"), "2|3\n");
        bench_batch(&g.b, g.op, NO_LINES, "2|3\n");
        assert_int_equal(g.state.count, 1);
        stop(&g);
    }
}

static void test_grouping_by_the_time_itself(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    const struct type *types[] = {type_simple(TYPE_STRING), type_simple(TYPE_TIMESTAMP)};
    bench_start(&g.b, types, 2);
    bind(&g, 0, "count", NULL, 0);
    start(&g, types, 2, 2, 1, 1, OUTPUT_APPEND, SIZE_MAX);
    watermarks(&g, 5, 6);
    bench_batch(&g.b, g.op, LINES("a|5", "b|6", "a|5.000001", "a|6.000001", "a|NULL"), "a|5.000001|1\nb|6|1\n");
    assert_int_equal(g.op->counters.late, 1);
    assert_int_equal(g.state.count, 2);
    stop(&g);
}

// A limit of one byte merges after every chunk; what comes out is the same.
static void test_a_full_table_is_merged_early(void **unused)
{
    (void)unused;
    for (int mode = OUTPUT_APPEND; mode <= OUTPUT_COMPLETE; mode++) {
        struct grouping g = {.tree_memory = {0}};
        start_windows(&g, (enum output_mode)mode, 1);
        watermarks(&g, 0, 0);
        bench_batch(&g.b, g.op, LINES("{0,10}|old|1"), mode == OUTPUT_APPEND ? "" : "{0,10}|old|1|1\n");
        watermarks(&g, 0, 20);
        bench_open(&g.b, g.op);
        bench_push(&g.b, g.op, LINES("{10,20}|b|1", "{10,20}|a|2"));
        bench_push(&g.b, g.op, LINES("{10,20}|a|3", "{30,40}|a|4"));
        bench_push(&g.b, g.op, LINES("{10,20}|b|5"));
        bench_close(&g.b, g.op,
                    mode == OUTPUT_UPDATE   ? "{10,20}|a|2|5\n{10,20}|b|2|6\n{30,40}|a|1|4\n"
                    : mode == OUTPUT_APPEND ? "{0,10}|old|1|1\n{10,20}|a|2|5\n{10,20}|b|2|6\n"
                                            : "{0,10}|old|1|1\n{10,20}|a|2|5\n{10,20}|b|2|6\n{30,40}|a|1|4\n");
        assert_int_equal(g.state.count, mode == OUTPUT_COMPLETE ? 4 : 1);
        stop(&g);
    }
}

static uint64_t lines_of(const struct text *t)
{
    uint64_t lines = 0;
    for (size_t k = 0; k < t->size; k++)
        lines += t->data[k] == '\n';
    return lines;
}

// More groups than a chunk has rows, in each mode, with and without early merges; then the heap is left alone.
static void test_many_groups(void **unused)
{
    (void)unused;
    enum { CHUNKS = 5, GROUPS = CHUNKS * 2000 };
    for (int run = 0; run < 6; run++) {
        enum output_mode mode = (enum output_mode)(run % 3);
        struct grouping g = {.tree_memory = {0}};
        start_windows(&g, mode, run < 3 ? SIZE_MAX : 100000);
        watermarks(&g, 0, mode == OUTPUT_APPEND ? 100 : 0);
        for (int batch = 0; batch < 2; batch++) {
            bench_open(&g.b, g.op);
            for (int n = 0; n < CHUNKS; n++) {
                char line[2000][24];
                const char *lines[2001] = {NULL};
                for (int k = 0; k < 2000; k++) {
                    snprintf(line[k], sizeof line[k], "{90,100}|%d|%d", n * 2000 + k, k);
                    lines[k] = line[k];
                }
                bench_push(&g.b, g.op, lines);
            }
            assert_int_equal(op_close(g.op, &g.b.error), STATUS_OK);
            assert_int_equal(lines_of(&g.b.out), GROUPS);
            text_clear(&g.b.out);
            assert_int_equal(g.state.count, mode == OUTPUT_APPEND ? 0 : GROUPS);
        }
        stop(&g);
    }
}

// After the first batches the heap is asked no more, whatever the mode.
static void test_no_heap_call_in_steady_state(void **unused)
{
    (void)unused;
    for (int mode = OUTPUT_APPEND; mode <= OUTPUT_COMPLETE; mode++) {
        struct grouping g = {.tree_memory = {0}};
        start_windows(&g, (enum output_mode)mode, SIZE_MAX);
        size_t calls = 0;
        for (int batch = 0; batch < 10; batch++) {
            watermarks(&g, 100 * (batch - 1), 100 * batch);
            bench_open(&g.b, g.op);
            bench_push(&g.b, g.op, LINES("{-10,0}|late|1", "{1000,1010}|a|1", "{1000,1010}|bc|NULL"));
            bench_push(&g.b, g.op, LINES("{1000,1010}|a|1", "NULL|x|1"));
            assert_int_equal(op_close(g.op, &g.b.error), STATUS_OK);
            text_clear(&g.b.out);
            if (batch == 2)
                calls = g.b.memory.calls;
        }
        assert_int_equal(g.b.memory.calls, calls);
        stop(&g);
    }
}

static void test_damage_is_told(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start_windows(&g, OUTPUT_UPDATE, SIZE_MAX);
    bench_batch(&g.b, g.op, LINES("{0,10}|a|1"), "{0,10}|a|1|1\n");
    g.state.entry[0].value_size--;
    bench_open(&g.b, g.op);
    bench_push(&g.b, g.op, LINES("{0,10}|a|1"));
    assert_int_equal(op_close(g.op, &g.b.error), STATUS_DAMAGED);
    g.state.entry[0].value_size++;
    stop(&g);
}

static void test_filter_clause(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    const struct type *types[] = {type_simple(TYPE_STRING), type_simple(TYPE_BOOLEAN), type_simple(TYPE_INT)};
    bench_start(&g.b, types, 3);
    bind(&g, 0, "count", NULL, 0);
    bind(&g, 1, "sum", types[2], 2);
    bind(&g, 2, "count", NULL, 0);
    g.item[0].filter = g.item[1].filter = 1;
    start(&g, types, 3, 1, -1, 3, OUTPUT_UPDATE, SIZE_MAX);
    bench_batch(&g.b, g.op, LINES("a|true|1", "b|false|2", "a|NULL|4", "a|true|8"), "a|2|9|3\nb|0|NULL|1\n");
    stop(&g);
}

static void test_strings_live_as_long_as_the_state(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    const struct type *types[] = {type_simple(TYPE_STRING), type_simple(TYPE_STRING)};
    bench_start(&g.b, types, 2);
    bind(&g, 0, "min", types[1], 1);
    bind(&g, 1, "max", types[1], 1);
    start(&g, types, 2, 1, -1, 2, OUTPUT_COMPLETE, SIZE_MAX);
    bench_open(&g.b, g.op);
    bench_push(&g.b, g.op, LINES("k|middle", "j|only"));
    bench_push(&g.b, g.op, LINES("k|a", "k|zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"));
    bench_push(&g.b, g.op, LINES("k|NULL", "k|b"));
    bench_close(&g.b, g.op, "j|only|only\nk|a|zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n");
    bench_batch(&g.b, g.op, LINES("k|", "j|NULL"), "j|only|only\nk||zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n");
    stop(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_update_emits_what_was_touched),
        cmocka_unit_test(test_update_late_and_eviction),
        cmocka_unit_test(test_append_emits_what_is_closed),
        cmocka_unit_test(test_complete_emits_all),
        cmocka_unit_test(test_without_keys_there_is_a_row),
        cmocka_unit_test(test_grouping_by_the_time_itself),
        cmocka_unit_test(test_a_full_table_is_merged_early),
        cmocka_unit_test(test_many_groups),
        cmocka_unit_test(test_no_heap_call_in_steady_state),
        cmocka_unit_test(test_damage_is_told),
        cmocka_unit_test(test_filter_clause),
        cmocka_unit_test(test_strings_live_as_long_as_the_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
