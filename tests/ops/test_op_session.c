#include "grouping.h"

// GROUP BY k, session over rows (k, session of its own, v): count(*), sum(v).
static void start(struct grouping *g, enum output_mode mode, size_t memory_limit, const char *second)
{
    const struct type *types[] = {type_simple(TYPE_STRING), NULL, type_simple(TYPE_INT)};
    bench_start(&g->b, types, 3);
    g->b.type[1] = types[1] = window_type(&g->b);
    bind(g, 0, "count", NULL, 2);
    bind(g, 1, second, types[2], 2);
    tree_state_init(&g->state, &g->tree_memory);
    struct session_spec spec = {.inputs = columns_program(&g->b, "012"),
                                .key_count = 2,
                                .key_type = types,
                                .session_key = 1,
                                .timed = mode == OUTPUT_APPEND,
                                .items = g->item,
                                .item_count = 2,
                                .mode = mode,
                                .state = &g->state.state,
                                .memory_limit = memory_limit};
    g->op = session_new(&spec, &g->b.memory);
    g->op->next = &g->b.collector;
}

static void test_sessions_of_a_batch(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_COMPLETE, SIZE_MAX, "sum");
    bench_batch(&g.b, g.op, LINES("a|{4,9}|2", "a|{0,5}|1", "b|{3,8}|8", "a|{9,14}|4", "a|{15,20}|16", "NULL|{0,5}|32"),
                "NULL|{0,5}|1|32\na|{0,14}|3|7\na|{15,20}|1|16\nb|{3,8}|1|8\n");
    assert_int_equal(g.op->counters.folded, 6);
    assert_int_equal(g.state.count, 4);
    stop(&g);
}

static void test_a_row_bridges_two_of_the_state(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_COMPLETE, SIZE_MAX, "sum");
    bench_batch(&g.b, g.op, LINES("a|{0,5}|1", "a|{8,13}|2", "a|{16,21}|4"),
                "a|{0,5}|1|1\na|{8,13}|1|2\na|{16,21}|1|4\n");
    bench_batch(&g.b, g.op, LINES("a|{4,9}|8"), "a|{0,13}|3|11\na|{16,21}|1|4\n");
    bench_batch(&g.b, g.op, LINES("a|{13,14}|16"), "a|{0,14}|4|27\na|{16,21}|1|4\n");
    bench_batch(&g.b, g.op, LINES("a|{1,100}|32"), "a|{0,100}|6|63\n");
    bench_batch(&g.b, g.op, LINES("a|{2,3}|64"), "a|{0,100}|7|127\n");
    assert_int_equal(g.state.count, 1);
    stop(&g);
}

// What touches is one; a session long over is not read.
static void test_touching_and_apart(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_COMPLETE, SIZE_MAX, "sum");
    bench_batch(&g.b, g.op, LINES("a|{0,5}|1", "a|{5.000001,6}|2"), "a|{0,5}|1|1\na|{5.000001,6}|1|2\n");
    bench_batch(&g.b, g.op, LINES("a|{-5,0}|4", "a|{6,7}|8"), "a|{-5,5}|2|5\na|{5.000001,7}|2|10\n");
    bench_batch(&g.b, g.op, LINES("a|{50,51}|16", "a|{20,21}|32"),
                "a|{-5,5}|2|5\na|{5.000001,7}|2|10\na|{20,21}|1|32\na|{50,51}|1|16\n");
    stop(&g);
}

static void test_append_late_and_eviction(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_APPEND, SIZE_MAX, "sum");
    watermarks(&g, 0, 0);
    bench_batch(&g.b, g.op, LINES("a|{0,5}|1", "b|{2,7}|2", "b|{-5,0}|2"), "");
    assert_int_equal(g.op->counters.late, 1);
    assert_int_equal(g.op->counters.late_groups, 1);
    assert_int_equal(g.state.count, 4); // an entry and its place in the order, twice
    watermarks(&g, 0, 5);
    bench_batch(&g.b, g.op, LINES("a|{8,13}|4"), "a|{0,5}|1|1\n");
    watermarks(&g, 5, 6);
    bench_batch(&g.b, g.op, LINES("a|{0,5}|1", "b|{6,11}|8", "a|{3,8}|16"), ""); // the last one joins {8,13}
    assert_int_equal(g.op->counters.late, 2);
    watermarks(&g, 6, 1000);
    bench_batch(&g.b, g.op, NO_LINES, "b|{2,11}|2|10\na|{3,13}|2|20\n");
    assert_int_equal(g.state.count, 0);
    stop(&g);
}

// Lists are in the order of the starts, the state's before the batch's where they start together.
static void test_the_order_within_a_session(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_COMPLETE, SIZE_MAX, "collect_list");
    bench_batch(&g.b, g.op, LINES("a|{4,9}|4", "a|{1,6}|1", "a|{4,9}|5", "a|{1,6}|2"), "a|{1,9}|4|[1,2,4,5]\n");
    bench_batch(&g.b, g.op, LINES("a|{8,13}|8", "a|{0,5}|0", "a|{1,6}|3"), "a|{0,13}|7|[0,1,2,4,5,3,8]\n");
    stop(&g);
}

// ---- against a model: every row of a group, put together anew

enum { MODEL_ROWS = 400, MODEL_KEYS = 3 };

struct model {
    int64_t start[MODEL_ROWS], end[MODEL_ROWS];
    int key[MODEL_ROWS], value[MODEL_ROWS];
    int count;
};

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static void model_print(const struct model *m, struct text *out)
{
    for (int key = 0; key < MODEL_KEYS; key++)
        for (int64_t from = INT64_MIN;;) {
            int64_t start = INT64_MAX, end, was;
            int count = 0, sum = 0;
            for (int i = 0; i < m->count; i++)
                if (m->key[i] == key && m->start[i] > from && m->start[i] < start)
                    start = m->start[i];
            if (start == INT64_MAX)
                break;
            end = start;
            do {
                was = end;
                count = sum = 0;
                for (int i = 0; i < m->count; i++)
                    if (m->key[i] == key && m->start[i] >= start && m->start[i] <= end) {
                        end = m->end[i] > end ? m->end[i] : end;
                        count++;
                        sum += m->value[i];
                    }
            } while (end != was);
            text_printf(out, "%c|{%d,%d}|%d|%d\n", 'a' + key, (int)start, (int)end, count, sum);
            from = end;
        }
}

static void test_as_a_model_has_it(void **unused)
{
    (void)unused;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct grouping g = {.tree_memory = {0}};
        struct model m = {.count = 0};
        uint32_t random = seed, spread = 50 + draw(&random, 800), gap = 1 + draw(&random, 12);
        // a limit of nothing: each chunk is merged at once
        start(&g, OUTPUT_COMPLETE, seed % 3 == 0 ? 0 : SIZE_MAX, "sum");
        while (m.count + 8 < MODEL_ROWS) {
            struct text expected;
            text_init(&expected, &g.b.memory);
            bench_open(&g.b, g.op);
            for (uint32_t chunks = draw(&random, 3); chunks > 0; chunks--) {
                char text[8][64];
                const char *lines[9] = {NULL};
                for (uint32_t k = 0; k < 1 + draw(&random, 8) && k < 8; k++) {
                    int i = m.count++;
                    m.key[i] = (int)draw(&random, MODEL_KEYS);
                    m.start[i] = (int64_t)draw(&random, spread);
                    m.end[i] = m.start[i] + 1 + (int64_t)draw(&random, gap);
                    m.value[i] = (int)draw(&random, 100);
                    snprintf(text[k], sizeof text[k], "%c|{%d,%d}|%d", 'a' + m.key[i], (int)m.start[i], (int)m.end[i],
                             m.value[i]);
                    lines[k] = text[k];
                }
                bench_push(&g.b, g.op, lines);
                if (m.count + 8 >= MODEL_ROWS)
                    break;
            }
            model_print(&m, &expected);
            bench_close(&g.b, g.op, text_cstring(&expected));
            text_free(&expected);
        }
        stop(&g);
    }
}

static void test_many_sessions_go_out(void **unused)
{
    (void)unused;
    enum { CHUNKS = 3, EACH = 4000 };
    for (int mode = OUTPUT_APPEND; mode <= OUTPUT_COMPLETE; mode += OUTPUT_COMPLETE - OUTPUT_APPEND) {
        struct grouping g = {.tree_memory = {0}};
        static char text[EACH][32];
        static const char *lines[EACH + 1];
        start(&g, (enum output_mode)mode, SIZE_MAX, "sum");
        watermarks(&g, -1, 1000000000);
        bench_open(&g.b, g.op);
        for (int c = 0; c < CHUNKS; c++) {
            for (int k = 0; k < EACH; k++) {
                snprintf(text[k], sizeof text[k], "a|{%d,%d}|1", 10 * (c * EACH + k), 10 * (c * EACH + k) + 5);
                lines[k] = text[k];
            }
            bench_push(&g.b, g.op, lines);
        }
        assert_int_equal(op_close(g.op, &g.b.error), STATUS_OK);
        size_t count = 0;
        for (size_t k = 0; k < g.b.out.size; k++)
            count += g.b.out.data[k] == '\n';
        assert_int_equal(count, CHUNKS * EACH);
        assert_int_equal(g.op->counters.out, CHUNKS * EACH);
        assert_int_equal(g.state.count, mode == OUTPUT_APPEND ? 0 : CHUNKS * EACH);
        text_clear(&g.b.out);
        stop(&g);
    }
}

static void test_no_heap_call_in_steady_state(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_APPEND, SIZE_MAX, "sum");
    size_t calls = 0;
    for (int batch = 0; batch < 10; batch++) {
        watermarks(&g, 100 * (batch - 1), 100 * batch);
        bench_open(&g.b, g.op);
        bench_push(&g.b, g.op, LINES("late|{-10,-5}|1", "a|{1000,1010}|1", "bc|{1005,1011}|NULL", "a|{1011,1012}|1"));
        assert_int_equal(op_close(g.op, &g.b.error), STATUS_OK);
        text_clear(&g.b.out);
        if (batch == 2)
            calls = g.b.memory.calls;
    }
    assert_int_equal(g.b.memory.calls, calls);
    stop(&g);
}

static void test_damage_is_told(void **unused)
{
    (void)unused;
    struct grouping g = {.tree_memory = {0}};
    start(&g, OUTPUT_COMPLETE, SIZE_MAX, "sum");
    bench_batch(&g.b, g.op, LINES("a|{0,10}|1"), "a|{0,10}|1|1\n");
    g.state.entry[0].value_size--;
    bench_open(&g.b, g.op);
    bench_push(&g.b, g.op, LINES("a|{0,10}|1"));
    assert_int_equal(op_close(g.op, &g.b.error), STATUS_DAMAGED);
    g.state.entry[0].value_size++;
    stop(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_of_a_batch),
        cmocka_unit_test(test_a_row_bridges_two_of_the_state),
        cmocka_unit_test(test_touching_and_apart),
        cmocka_unit_test(test_append_late_and_eviction),
        cmocka_unit_test(test_the_order_within_a_session),
        cmocka_unit_test(test_as_a_model_has_it),
        cmocka_unit_test(test_many_sessions_go_out),
        cmocka_unit_test(test_no_heap_call_in_steady_state),
        cmocka_unit_test(test_damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
