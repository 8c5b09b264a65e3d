// filter, project, watermark and limit: the operators that keep rows as they are.
#include "rows.h"
#include "tree_state.h"

static void start(struct bench *b)
{
    const struct type *types[] = {type_simple(TYPE_BOOLEAN), type_simple(TYPE_INT), type_simple(TYPE_TIMESTAMP)};
    bench_start(b, types, 3);
}

static void test_filter_and_project(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *filter = filter_new(columns_program(&b, "0"), &b.memory);
    struct op *project = project_new(columns_program(&b, "21"), 2, &b.memory);
    filter->next = project;
    project->next = &b.collector;
    bench_batch(&b, filter, LINES("true|1|1", "false|2|2", "NULL|3|3", "true|NULL|4"), "1|1\n4|NULL\n");
    assert_int_equal(filter->counters.passed, 2);
    assert_int_equal(filter->counters.filtered, 2);
    assert_int_equal(project->counters.in, 2);
    bench_batch(&b, filter, LINES("false|1|1"), "");
    assert_int_equal(b.chunks, 1); // an empty chunk is not pushed on
    struct chunk *chunk = bench_chunk(&b, LINES("true|1|1", "true|2|2", "true|3|3"));
    const uint32_t index[] = {0, 2};
    chunk->rows = (struct rows){index, 2};
    bench_open(&b, filter);
    assert_int_equal(op_push(filter, 0, chunk, &b.error), STATUS_OK);
    bench_close(&b, filter, "1|1\n3|3\n");
    bench_end(&b, filter);
}

static void test_constant_condition(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *filter = filter_new(columns_program(&b, "0"), &b.memory);
    filter->next = &b.collector;
    struct chunk *chunk = bench_chunk(&b, LINES("true|1|1", "false|2|2"));
    chunk->column[0]->mask = 0;
    assert_int_equal(op_push(filter, 0, chunk, &b.error), STATUS_OK);
    bench_expect(&b, "true|1|1\ntrue|2|2\n");
    bench_end(&b, filter);
}

static void test_watermark(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = watermark_new(2, 2500999, INT64_MAX, &b.memory); // 2.5 s: parts of a millisecond do not count
    op->next = &b.collector;
    bench_batch(&b, op, NO_LINES, "");
    assert_true(watermark_proposal(op) == INT64_MIN);
    bench_batch(&b, op, LINES("true|1|NULL"), "true|1|NULL\n");
    assert_true(watermark_proposal(op) == INT64_MIN);
    bench_batch(&b, op, LINES("true|1|7.001999", "NULL|2|NULL", "NULL|3|6"),
                "true|1|7.001999\nNULL|2|NULL\nNULL|3|6\n");
    assert_int_equal(watermark_proposal(op), 4501000);
    bench_batch(&b, op, LINES("true|1|-0.0005"), "true|1|-0.0005\n"); // each batch has its own; floored before 1970
    assert_int_equal(watermark_proposal(op), -2501000);
    assert_int_equal(op->counters.passed, 5);
    bench_end(&b, op);
}

static void test_watermark_and_the_clock(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = watermark_new(2, 0, 5000000, &b.memory);
    op->next = &b.collector;
    b.batch.now = 100000000;
    bench_batch(&b, op, LINES("true|1|105", "true|2|105.001", "true|3|4000"),
                "true|1|105\ntrue|2|105.001\ntrue|3|4000\n");
    assert_int_equal(watermark_proposal(op), 105000000);
    bench_batch(&b, op, LINES("true|1|105.001"), "true|1|105.001\n");
    assert_true(watermark_proposal(op) == INT64_MIN);
    b.batch.now += 1000;
    bench_batch(&b, op, LINES("true|1|105.001"), "true|1|105.001\n");
    assert_int_equal(watermark_proposal(op), 105001000);
    bench_end(&b, op);
}

static void test_limit(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    struct op *op = limit_new(2, 1, NULL, &b.memory);
    op->next = &b.collector;
    for (int run = 0; run < 2; run++) {
        bench_open(&b, op);
        bench_push(&b, op, LINES("true|1|1", "true|2|1"));
        bench_push(&b, op, LINES("true|3|1", "true|4|1"));
        bench_push(&b, op, LINES("true|5|1"));
        bench_close(&b, op, "true|2|1\ntrue|3|1\n");
    }
    assert_int_equal(op->counters.in, op->counters.passed + op->counters.folded);
    op_destroy(op);
    op = limit_new(0, 0, NULL, &b.memory);
    op->next = &b.collector;
    bench_batch(&b, op, LINES("true|1|1"), "");
    op_destroy(op);
    op = limit_new(INT64_MAX, 1, NULL, &b.memory);
    op->next = &b.collector;
    bench_batch(&b, op, LINES("true|1|1", "true|2|1"), "true|2|1\n");
    bench_end(&b, op);
}

// In append mode the count lives as long as the query, restarts included.
static void test_limit_with_state(void **state)
{
    (void)state;
    struct bench b;
    struct tree_state tree;
    start(&b);
    tree_state_init(&tree, &b.memory);
    struct op *op = limit_new(3, 0, &tree.state, &b.memory);
    op->next = &b.collector;
    bench_batch(&b, op, LINES("true|1|1", "true|2|1"), "true|1|1\ntrue|2|1\n");
    op_destroy(op);
    op = limit_new(3, 0, &tree.state, &b.memory);
    op->next = &b.collector;
    bench_batch(&b, op, LINES("true|3|1", "true|4|1"), "true|3|1\n");
    uint64_t puts = tree.puts;
    bench_batch(&b, op, LINES("true|5|1"), "");
    assert_int_equal(tree.puts, puts); // nothing changed, nothing is written
    op_destroy(op);
    tree_state_free(&tree);
    bench_end(&b, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_and_project),
        cmocka_unit_test(test_constant_condition),
        cmocka_unit_test(test_watermark),
        cmocka_unit_test(test_watermark_and_the_clock),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_limit_with_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
