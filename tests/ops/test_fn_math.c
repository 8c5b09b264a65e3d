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

static void test_rounding(void **state)
{
    (void)state;
    GIVES("1.01", "round", real(1.005), num(2));
    GIVES("3.0", "round", real(2.5));
    GIVES("2.0", "bround", real(2.5));
    GIVES("-3.0", "round", real(-2.5));
    GIVES("130", "round", num(125), num(-1));
    GIVES("120", "bround", num(125), num(-1));
    GIVES("0", "round", num(4), num(-10));
    GIVES("1.0E300", "round", real(1e300), num(2));
    GIVES("-1", "floor", real(-0.5));
    GIVES("9223372036854775807", "ceil", real(1e30));
    REFUSED("NON_FOLDABLE_INPUT", "round", real(1), column(0, TYPE_INT));
}

static void test_edges(void **state)
{
    (void)state;
    GIVES("null", "ln", num(0));
    GIVES("\"NaN\"", "sqrt", num(-1));
    GIVES("2", "pmod", num(-7), num(3));
    GIVES("null", "pmod", num(1), num(0));
    GIVES("-2147483648", "abs", num(INT32_MIN));
    GIVES("\"NaN\"", "pow", num(1), real((double)__builtin_nanf("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rounding, open, close),
        cmocka_unit_test_setup_teardown(test_edges, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
