#include "rows.h"

#include "ops/datetime.h"

static struct op *window(struct bench *b, int64_t size, int64_t slide, int64_t start)
{
    struct window_spec spec = {.time = columns_program(b, "0"),
                               .time_type = type_simple(TYPE_TIMESTAMP),
                               .size = size * MICROS_PER_SECOND,
                               .slide = slide * MICROS_PER_SECOND,
                               .start = start * MICROS_PER_SECOND};
    struct op *op = window_new(&spec, &b->memory);
    op->next = &b->collector;
    return op;
}

static void start(struct bench *b)
{
    const struct type *types[] = {type_simple(TYPE_TIMESTAMP), type_simple(TYPE_STRING)};
    bench_start(b, types, 2);
}

// What Spark 4.3 answers to window(ts, size, slide, start).
static void test_tumbling(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = window(&b, 10, 10, 0);
    bench_batch(&b, op, LINES("0|a", "9.999999|b", "NULL|c", "10|d", "-0.000001|e", "-10|f", "-10.5|g"),
                "0|a|{0,10}\n9.999999|b|{0,10}\n10|d|{10,20}\n-1e-06|e|{-10,0}\n-10|f|{-10,0}\n-10.5|g|{-20,-10}\n");
    assert_int_equal(op->counters.passed, 6);
    assert_int_equal(op->counters.filtered, 1);
    op_destroy(op);
    op = window(&b, 10, 10, 3);
    bench_batch(&b, op, LINES("2|a", "3|b", "-8|c"), "2|a|{-7,3}\n3|b|{3,13}\n-8|c|{-17,-7}\n");
    op_destroy(op);
    op = window(&b, 10, 10, -3);
    bench_batch(&b, op, LINES("6|a", "7|b", "-3|c"), "6|a|{-3,7}\n7|b|{7,17}\n-3|c|{-3,7}\n");
    bench_end(&b, op);
}

static void test_sliding(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = window(&b, 10, 5, 0);
    bench_batch(&b, op, LINES("7|a", "NULL|b", "5|c"), "7|a|{5,15}\n7|a|{0,10}\n5|c|{5,15}\n5|c|{0,10}\n");
    assert_int_equal(op->counters.in, op->counters.passed + op->counters.filtered);
    assert_int_equal(op->counters.out, 4);
    op_destroy(op);
    op = window(&b, 10, 5, 2);
    bench_batch(&b, op, LINES("-0.5|a"), "-0.5|a|{-3,7}\n-0.5|a|{-8,2}\n");
    op_destroy(op);
    op = window(&b, 10, 5, -2);
    bench_batch(&b, op, LINES("-0.5|a", "8|b"), "-0.5|a|{-2,8}\n-0.5|a|{-7,3}\n8|b|{8,18}\n8|b|{3,13}\n");
    bench_end(&b, op);
}

// A slide that does not divide the size: some times are in one window fewer.
static void test_uneven_slide(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = window(&b, 10, 3, 0);
    bench_batch(&b, op, LINES("1704067205|a", "1704067207|b"),
                "1704067205|a|{1704067203,1704067213}\n1704067205|a|{1704067200,1704067210}\n"
                "1704067205|a|{1704067197,1704067207}\n"
                "1704067207|b|{1704067206,1704067216}\n1704067207|b|{1704067203,1704067213}\n"
                "1704067207|b|{1704067200,1704067210}\n");
    bench_end(&b, op);
}

// A full chunk becomes several, and the heap is asked only by the first.
static void test_many_windows(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = window(&b, 600, 1, 0);
    const char *lines[101] = {NULL};
    for (int k = 0; k < 100; k++)
        lines[k] = k % 2 == 0 ? "1000|a" : "5|b";
    size_t calls = 0;
    for (int run = 0; run < 3; run++) {
        calls = b.memory.calls;
        text_clear(&b.out);
        b.chunks = 0;
        bench_open(&b, op);
        bench_push(&b, op, lines);
        assert_int_equal(op->counters.out, (uint64_t)60000 * (uint64_t)(run + 1));
        assert_int_equal(b.chunks, (60000 + CHUNK_ROWS - 1) / CHUNK_ROWS);
    }
    assert_int_equal(b.memory.calls, calls);
    assert_true(strncmp(text_cstring(&b.out), "1000|a|{1000,1600}\n1000|a|{999,1599}\n", 37) == 0);
    bench_end(&b, op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tumbling),
        cmocka_unit_test(test_sliding),
        cmocka_unit_test(test_uneven_slide),
        cmocka_unit_test(test_many_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
