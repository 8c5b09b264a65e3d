#include "expr_help.h"

enum { ROWS = 1000 };

static int open(void **state)
{
    (void)state;
    help_open();
    return 0;
}

static int close(void **state)
{
    (void)state;
    help_close();
    return 0;
}

// Columns: a INT (i, NULL each tenth), b INT (i % 3), s STRING ("even", "odd").
static struct chunk *make_chunk(struct arena *arena)
{
    struct chunk *chunk = ARENA_NEW(arena, struct chunk);
    chunk->arena = arena;
    chunk->columns = 3;
    chunk->rows.count = ROWS;
    chunk->column = ARENA_ARRAY(arena, struct column *, 3);
    chunk->column[0] = column_new(type_simple(TYPE_INT), CHUNK_ROWS, arena);
    chunk->column[1] = column_new(type_simple(TYPE_INT), CHUNK_ROWS, arena);
    chunk->column[2] = column_new(type_simple(TYPE_STRING), CHUNK_ROWS, arena);
    for (uint32_t i = 0; i < ROWS; i++) {
        chunk->column[0]->i32[i] = (int32_t)i;
        chunk->column[0]->null[i] = i % 10 == 9;
        chunk->column[1]->i32[i] = (int32_t)(i % 3);
        chunk->column[2]->slice[i] = i % 2 ? SLICE("odd") : SLICE("even");
    }
    return chunk;
}

static struct expr *a(void)
{
    return column(0, TYPE_INT);
}
static struct expr *b(void)
{
    return column(1, TYPE_INT);
}

static void test_equal_parts_are_computed_once(void **state)
{
    (void)state;
    const struct expr *roots[] = {call("*", call("+", a(), b()), call("+", a(), b())),
                                  call("-", call("+", a(), b()), num(1))};
    struct program *p = program_compile(roots, 2, &help.session, &help.memory);
    assert_int_equal(program_length(p), 3); // one +, one *, one -
    struct chunk *chunk = make_chunk(&help.arena);
    program_run(p, chunk, &chunk->rows);
    const struct column *product = program_result(p, 0), *less = program_result(p, 1);
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(is_null(product, i), i % 10 == 9);
        if (i % 10 == 9)
            continue;
        int32_t sum = (int32_t)(i + i % 3);
        assert_int_equal(product->i32[i], sum * sum);
        assert_int_equal(less->i32[i], sum - 1);
    }
    program_free(p);
}

static void test_constants_are_folded(void **state)
{
    (void)state;
    struct expr *x = call("+", call("*", num(6), num(7)), num(0));
    assert_int_equal(x->kind, EXPR_LITERAL);
    assert_int_equal(x->literal.integer, 42);
    const struct expr *list = call("array", num(1), num(2));
    struct program *p = program_compile(&list, 1, &help.session, &help.memory);
    assert_int_equal(program_length(p), 0);
    assert_int_equal(program_result(p, 0)->mask, 0);
    program_free(p);
}

static void test_now_is_of_the_batch(void **state)
{
    (void)state;
    const struct expr *x = call("unix_micros", call("current_timestamp"));
    struct program *p = program_compile(&x, 1, &help.session, &help.memory);
    struct chunk *chunk = make_chunk(&help.arena);
    for (int64_t now = 5; now < 7; now++) {
        help.session.now = now;
        program_run(p, chunk, &chunk->rows);
        assert_int_equal(program_result(p, 0)->mask, 0);
        assert_int_equal(program_result(p, 0)->i64[0], now);
    }
    program_free(p);
}

static void test_column_is_itself(void **state)
{
    (void)state;
    const struct expr *x = a();
    struct program *p = program_compile(&x, 1, &help.session, &help.memory);
    struct chunk *chunk = make_chunk(&help.arena);
    program_run(p, chunk, &chunk->rows);
    assert_ptr_equal(program_result(p, 0), chunk->column[0]);
    program_free(p);
}

static void test_only_given_rows(void **state)
{
    (void)state;
    uint32_t index[] = {3, 500, 998};
    struct rows rows = {index, 3};
    const struct expr *roots[] = {call("concat", column(2, TYPE_STRING), str("!")),
                                  call("=", column(2, TYPE_STRING), str("odd")),
                                  call("case", call("<", a(), num(10)), str("low"), str("high"))};
    struct program *p = program_compile(roots, 3, &help.session, &help.memory);
    struct chunk *chunk = make_chunk(&help.arena);
    program_run(p, chunk, &rows);
    for (uint32_t k = 0; k < 3; k++) {
        uint32_t i = index[k];
        assert_true(slice_equal(program_result(p, 0)->slice[i], i % 2 ? SLICE("odd!") : SLICE("even!")));
        assert_int_equal(program_result(p, 1)->boolean[i], i % 2);
        assert_true(slice_equal(program_result(p, 2)->slice[i], i < 10 ? SLICE("low") : SLICE("high")));
    }
    program_free(p);
}

// A struct borrows its fields: their buffers must outlive what comes between.
static void test_borrowed_buffers_are_kept(void **state)
{
    (void)state;
    struct expr *sum = call("+", a(), b()), *field;
    struct expr *pair = call("named_struct", str("x"), sum, str("y"), num(1));
    struct expr *noise = call("*", call("-", a(), num(1)), call("-", b(), num(2)));
    assert_int_equal(expr_field(&help.arena, pair, SLICE("X"), &field, &help.error), STATUS_OK);
    const struct expr *roots[] = {pair, noise, call("+", field, noise)};
    struct program *p = program_compile(roots, 3, &help.session, &help.memory);
    struct chunk *chunk = make_chunk(&help.arena);
    program_run(p, chunk, &chunk->rows);
    const struct column *x = &program_result(p, 0)->child[0];
    for (uint32_t i = 0; i < ROWS; i++) {
        if (i % 10 == 9)
            continue;
        int32_t s = (int32_t)(i + i % 3), n = ((int32_t)i - 1) * ((int32_t)(i % 3) - 2);
        assert_int_equal(x->i32[i], s);
        assert_int_equal(program_result(p, 1)->i32[i], n);
        assert_int_equal(program_result(p, 2)->i32[i], s + n);
    }
    program_free(p);
}

static void test_no_heap_call_in_steady_state(void **state)
{
    (void)state;
    struct arena rows_arena;
    arena_init(&rows_arena, &help.memory, 1 << 16);
    const struct expr *roots[] = {call("split", call("concat", column(2, TYPE_STRING), str(" x y")), str(" ")),
                                  call("and", call(">", a(), num(5)), call("=", column(2, TYPE_STRING), str("odd"))),
                                  call("named_struct", str("x"), call("/", a(), b()))};
    struct program *p = program_compile(roots, 3, &help.session, &help.memory);
    size_t calls = 0;
    for (uint32_t run = 0; run < 5; run++) {
        arena_reset(&rows_arena);
        struct chunk *chunk = make_chunk(&rows_arena);
        program_run(p, chunk, &chunk->rows);
        if (run >= 2)
            assert_int_equal(help.memory.calls, calls);
        calls = help.memory.calls;
    }
    program_free(p);
    arena_free(&rows_arena);
}

static void test_equality_and_substitution(void **state)
{
    (void)state;
    assert_true(expr_equal(call("+", a(), num(1)), call("+", a(), num(1))));
    assert_false(expr_equal(call("+", a(), num(1)), call("+", a(), num(2))));
    assert_false(expr_equal(call("+", a(), num(1)), call("-", a(), num(1))));
    assert_false(expr_equal(real(0.0), real(-0.0)));
    uint32_t map[] = {1, 0};
    assert_true(expr_equal(expr_remap(&help.arena, call("-", a(), b()), map), call("-", b(), a())));
    struct expr *by[] = {num(5), b()};
    assert_true(expr_equal(expr_substitute(&help.arena, call("-", a(), b()), by), call("-", num(5), b())));
    assert_true(expr_is_deterministic(call("-", a(), b())));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_equal_parts_are_computed_once, open, close),
        cmocka_unit_test_setup_teardown(test_constants_are_folded, open, close),
        cmocka_unit_test_setup_teardown(test_now_is_of_the_batch, open, close),
        cmocka_unit_test_setup_teardown(test_column_is_itself, open, close),
        cmocka_unit_test_setup_teardown(test_only_given_rows, open, close),
        cmocka_unit_test_setup_teardown(test_borrowed_buffers_are_kept, open, close),
        cmocka_unit_test_setup_teardown(test_no_heap_call_in_steady_state, open, close),
        cmocka_unit_test_setup_teardown(test_equality_and_substitution, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
