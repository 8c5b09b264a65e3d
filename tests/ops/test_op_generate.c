#include "rows.h"

static struct op *generate(struct bench *b, bool position, bool outer)
{
    struct generate_spec spec = {
        .list = columns_program(b, "1"), .list_type = b->type[1], .position = position, .outer = outer};
    struct op *op = generate_new(&spec, &b->memory);
    op->next = &b->collector;
    return op;
}

static void start(struct bench *b, bool map)
{
    const struct type *types[] = {type_simple(TYPE_INT), NULL};
    bench_start(b, types, 2);
    b->type[1] = map ? type_map(&b->arena, type_simple(TYPE_STRING), type_simple(TYPE_INT), true)
                     : type_array(&b->arena, type_simple(TYPE_STRING), true);
}

static void test_explode(void **state)
{
    (void)state;
    struct bench b;
    start(&b, false);
    struct op *op = generate(&b, false, false);
    bench_batch(&b, op, LINES("1|[a,NULL]", "2|[]", "3|NULL", "4|[b]"), "1|[a,NULL]|a\n1|[a,NULL]|NULL\n4|[b]|b\n");
    assert_int_equal(op->counters.passed, 2);
    assert_int_equal(op->counters.filtered, 2);
    assert_int_equal(op->counters.out, 3);
    bench_batch(&b, op, LINES("5|[c]"), "5|[c]|c\n");
    bench_end(&b, op);
}

static void test_posexplode_outer(void **state)
{
    (void)state;
    struct bench b;
    start(&b, false);
    struct op *op = generate(&b, true, true);
    bench_batch(&b, op, LINES("1|[a,NULL]", "2|[]", "3|NULL"),
                "1|[a,NULL]|0|a\n1|[a,NULL]|1|NULL\n2|[]|NULL|NULL\n3|NULL|NULL|NULL\n");
    assert_int_equal(op->counters.filtered, 0);
    bench_end(&b, op);
}

static void test_map(void **state)
{
    (void)state;
    struct bench b;
    start(&b, true);
    struct op *op = generate(&b, true, false);
    bench_batch(&b, op, LINES("1|[a:1,b:NULL]", "2|[]"), "1|[a:1,b:NULL]|0|a|1\n1|[a:1,b:NULL]|1|b|NULL\n");
    bench_end(&b, op);
}

// Lists longer than a chunk.
static void test_long_lists(void **state)
{
    (void)state;
    struct bench b;
    start(&b, false);
    struct op *op = generate(&b, false, false);
    op->next = project_new(columns_program(&b, "02"), 2, &b.memory); // printing the lists too would take long
    op->next->next = &b.collector;
    struct chunk *chunk = bench_chunk(&b, LINES("1|[a]", "2|[b]"));
    struct column *list = chunk->column[1];
    enum { ELEMENTS = 3 * CHUNK_ROWS };
    column_reserve(list, ELEMENTS, chunk->arena);
    for (uint32_t k = 0; k < ELEMENTS; k++)
        list->child[0].slice[k] = SLICE("x");
    list->used = ELEMENTS;
    list->span[0] = (struct span){0, ELEMENTS - 1};
    list->span[1] = (struct span){ELEMENTS - 1, 1};
    bench_open(&b, op);
    assert_int_equal(op_push(op, 0, chunk, &b.error), STATUS_OK);
    assert_int_equal(op->counters.out, ELEMENTS);
    assert_int_equal(b.chunks, 3);
    assert_string_equal(text_cstring(&b.out) + b.out.size - 8, "1|x\n2|x\n");
    bench_end(&b, op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explode),
        cmocka_unit_test(test_posexplode_outer),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_long_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
