#include "expr_help.h"

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

static void test_made_and_reached(void **state)
{
    (void)state;
    GIVES("[1,2,null]", "array", num(1), num(2), null());
    GIVES("{\"a\":1}", "named_struct", str("a"), num(1), str("b"), null());
    GIVES("{\"k\":1.0}", "map", str("k"), real(1));
    GIVES("null", "map", str("k"), num(1), str("k"), num(2));
    GIVES("2", "[]", call("array", num(1), num(2)), num(1));
    GIVES("null", "[]", call("array", num(1)), num(-1));
    GIVES("2", "element_at", call("array", num(1), num(2)), num(-1));
    GIVES("1", "[]", call("map", str("k"), num(1)), str("k"));
    GIVES("[1,2]", ".", call("array", call("struct", num(1)), call("struct", num(2))), str("COL1"));
    GIVES("-1", "size", null());
    GIVES("null", "array_contains", call("array", num(1), null()), num(2));
    GIVES("true", "array_contains", call("array", num(1), null()), num(1));
    REFUSED("FIELD_NOT_FOUND", ".", call("struct", num(1)), str("col2"));
    REFUSED("INVALID_EXTRACT_BASE_FIELD_TYPE", ".", num(1), str("a"));
}

static void test_generators_bind(void **state)
{
    (void)state;
    struct expr *list = call("array", num(1));
    assert_int_equal(call("explode", list)->type->id, TYPE_INT);
    assert_int_equal(call("posexplode", list)->type->field_count, 2);
    assert_int_equal(call("explode", call("map", str("k"), num(1)))->type->field_count, 2);
    REFUSED("UNEXPECTED_INPUT_TYPE", "explode", num(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made_and_reached, open, close),
        cmocka_unit_test_setup_teardown(test_generators_bind, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
