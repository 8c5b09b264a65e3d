#include "rows.h"

#include "ops/key.h"

static struct op *sort(struct bench *b, const char *keys, const unsigned *order, int64_t limit)
{
    struct sort_spec spec = {.keys = columns_program(b, keys),
                             .order = order,
                             .key_count = (uint32_t)strlen(keys),
                             .column_type = b->type,
                             .columns = b->columns,
                             .limit = limit};
    struct op *op = sort_new(&spec, &b->memory);
    op->next = &b->collector;
    return op;
}

static void start(struct bench *b)
{
    const struct type *types[] = {type_simple(TYPE_INT), type_simple(TYPE_STRING), NULL};
    bench_start(b, types, 3);
    b->type[2] = type_array(&b->arena, type_simple(TYPE_INT), true);
}

static void test_orders(void **state)
{
    (void)state;
    static const struct {
        unsigned order;
        const char *expected;
    } cases[] = {
        {0, "NULL|d|[]\n1|b|[1,2]\n1|c|NULL\n2|a|[3]\n"},
        {KEY_NULLS_LAST, "1|b|[1,2]\n1|c|NULL\n2|a|[3]\nNULL|d|[]\n"},
        {KEY_DESCENDING, "NULL|d|[]\n2|a|[3]\n1|b|[1,2]\n1|c|NULL\n"},
        {KEY_DESCENDING | KEY_NULLS_LAST, "2|a|[3]\n1|b|[1,2]\n1|c|NULL\nNULL|d|[]\n"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct bench b;
        start(&b);
        struct op *op = sort(&b, "0", &cases[k].order, -1);
        for (int run = 0; run < 2; run++) {
            bench_open(&b, op);
            bench_push(&b, op, LINES("2|a|[3]", "1|b|[1,2]"));
            bench_push(&b, op, LINES("1|c|NULL", "NULL|d|[]"));
            bench_expect(&b, "");
            bench_close(&b, op, cases[k].expected);
        }
        bench_batch(&b, op, NO_LINES, "");
        assert_int_equal(op->counters.folded, 8);
        bench_end(&b, op);
    }
}

static void test_two_keys(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    const unsigned order[] = {KEY_DESCENDING, 0};
    struct op *op = sort(&b, "10", order, -1);
    bench_batch(&b, op, LINES("2|a|[]", "1|aa|[]", "1|a|[]", "3||[]", "0|NULL|[]"),
                "0|NULL|[]\n1|aa|[]\n1|a|[]\n2|a|[]\n3||[]\n");
    bench_end(&b, op);
}

// The best of many, with equal keys: as the first `limit` of a stable sort, in bounded memory.
static void test_limit(void **state)
{
    (void)state;
    for (int64_t limit = 0; limit < 8; limit += limit < 3 ? 1 : 4) {
        struct bench b;
        start(&b);
        const unsigned order[] = {0};
        struct op *op = sort(&b, "0", order, limit);
        char expected[256] = "";
        for (int64_t k = 0; k < limit; k++)
            snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%d|%d|[]\n", (int)(k / 2),
                     (int)(5000 - 2 * (k / 2) - 1 + k % 2));
        bench_open(&b, op);
        size_t used = 0;
        for (int chunk = 0; chunk < 50; chunk++) {
            char line[100][32];
            const char *lines[101] = {NULL};
            for (int k = 0; k < 100; k++) { // ever better ones: 2499, 2499, 2498, …
                int n = chunk * 100 + k;
                snprintf(line[k], sizeof line[k], "%d|%d|[]", (4999 - n) / 2, n + 1);
                lines[k] = line[k];
            }
            bench_push(&b, op, lines);
            if (chunk == 10)
                used = b.memory.used;
        }
        assert_int_equal(b.memory.used, used);
        bench_close(&b, op, expected);
        bench_end(&b, op);
    }
}

static void test_more_than_a_chunk(void **state)
{
    (void)state;
    struct bench b;
    start(&b);
    const unsigned order[] = {KEY_DESCENDING};
    struct op *op = sort(&b, "0", order, -1);
    size_t calls = 0;
    for (int run = 0; run < 3; run++) {
        calls = b.memory.calls;
        bench_open(&b, op);
        for (int chunk = 0; chunk < 6; chunk++) {
            char line[2000][32];
            const char *lines[2001] = {NULL};
            for (int k = 0; k < 2000; k++) {
                snprintf(line[k], sizeof line[k], "%d|x|[1]", (k * 7919 + chunk) % 12000);
                lines[k] = line[k];
            }
            bench_push(&b, op, lines);
        }
        assert_int_equal(op_close(op, &b.error), STATUS_OK);
        const char *s = text_cstring(&b.out);
        long last = 12000;
        for (uint32_t k = 0; k < 12000; k++) {
            long v = strtol(s, NULL, 10);
            assert_true(v <= last);
            last = v;
            s = strchr(s, '\n') + 1;
        }
        assert_int_equal(*s, '\0');
        text_clear(&b.out);
    }
    assert_int_equal(b.memory.calls, calls);
    bench_end(&b, op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_two_keys),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_more_than_a_chunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
