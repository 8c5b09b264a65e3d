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

static void test_types_meet(void **state)
{
    (void)state;
    GIVES("true", "=", num(1), str("1"));
    GIVES("null", "=", num(1), str("x"));
    GIVES("true", "=", boolean(true), num(1));
    GIVES("true", "<", num(1), real(1.5));
    REFUSED("BINARY_OP_DIFF_TYPES", "=", num(1), call("array", num(1)));
    REFUSED("INVALID_ORDERING_TYPE", "=", call("map", num(1), num(2)), call("map", num(1), num(2)));
}

static void test_nan_is_the_greatest(void **state)
{
    (void)state;
    struct expr *nan = real((double)__builtin_nanf(""));
    GIVES("true", "=", nan, nan);
    GIVES("true", ">", nan, real((double)__builtin_inff()));
    GIVES("false", "<", nan, nan);
    GIVES("true", "<=", nan, nan);
    GIVES("true", "=", real(0.0), real(-0.0));
}

static void test_null_is_unknown(void **state)
{
    (void)state;
    GIVES("null", "=", null(), num(1));
    GIVES("false", "<=>", null(), num(1));
    GIVES("true", "<=>", null(), null());
    GIVES("true", "is distinct from", null(), num(1));
    GIVES("true", "in", num(1), num(1), null());
    GIVES("null", "in", num(2), num(1), null());
    GIVES("false", "in", num(2), num(1), num(3));
}

static void test_nested_values(void **state)
{
    (void)state;
    GIVES("true", "<", call("array", num(1)), call("array", num(1), num(2)));
    GIVES("true", "<", call("array", null()), call("array", num(2)));
    GIVES("true", "=", call("struct", num(1), str("a")), call("struct", num(1), str("a")));
}

static void test_strings_by_their_bytes(void **state)
{
    (void)state;
    GIVES("true", "<", str("B"), str("a"));
    GIVES("true", "<", str("a"), str("aa"));
    GIVES("false", "=", str("a"), str(""));
    GIVES("true", "!=", str("a"), str("b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_types_meet, open, close),
        cmocka_unit_test_setup_teardown(test_nan_is_the_greatest, open, close),
        cmocka_unit_test_setup_teardown(test_null_is_unknown, open, close),
        cmocka_unit_test_setup_teardown(test_nested_values, open, close),
        cmocka_unit_test_setup_teardown(test_strings_by_their_bytes, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
