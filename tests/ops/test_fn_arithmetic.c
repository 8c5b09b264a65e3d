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

static void test_integers_wrap(void **state)
{
    (void)state;
    GIVES("-2147483648", "+", num(2147483647), num(1));
    GIVES("-9223372036854775808", "-", whole(TYPE_BIGINT, INT64_MAX), whole(TYPE_BIGINT, -1));
    GIVES("-2", "*", whole(TYPE_TINYINT, 127), whole(TYPE_TINYINT, 2));
    GIVES("-2147483648", "negative", num(INT32_MIN));
    assert_int_equal(call("+", num(1), whole(TYPE_BIGINT, 1))->type->id, TYPE_BIGINT);
}

static void test_a_zero_divisor_is_null(void **state)
{
    (void)state;
    GIVES("null", "/", num(1), num(0));
    GIVES("null", "/", real(1), real(0));
    GIVES("null", "%", num(1), num(0));
    GIVES("null", "div", num(1), num(0));
    GIVES("2.5", "/", num(5), num(2));
    GIVES("-1", "%", num(-7), num(3));
    GIVES("-3", "div", num(-7), num(2));
    GIVES("-9223372036854775808", "div", whole(TYPE_BIGINT, INT64_MIN), num(-1));
    GIVES("0", "%", whole(TYPE_BIGINT, INT64_MIN), num(-1));
}

static void test_strings_are_doubles(void **state)
{
    (void)state;
    GIVES("6.0", "+", str("5"), num(1));
    GIVES("null", "+", str("x"), num(1));
    GIVES("-5.0", "negative", str("5"));
    REFUSED("BINARY_OP_DIFF_TYPES", "+", boolean(true), num(1));
    REFUSED("WRONG_NUM_ARGS", "+", num(1));
}

static void test_dates_and_intervals(void **state)
{
    (void)state;
    GIVES("\"2024-03-02\"", "+", whole(TYPE_DATE, 19783), num(1));
    GIVES("\"2024-02-29\"", "+", whole(TYPE_DATE, 19753), whole(TYPE_INTERVAL_YM, 1));
    GIVES("\"1970-01-01T00:00:01.000Z\"", "+", whole(TYPE_INTERVAL_DT, 1000000), whole(TYPE_TIMESTAMP, 0));
    GIVES("\"1969-12-01T00:00:00.000Z\"", "-", whole(TYPE_TIMESTAMP, 0), whole(TYPE_INTERVAL_YM, 1));
    GIVES("\"INTERVAL '1 00:00:00' DAY TO SECOND\"", "-", whole(TYPE_TIMESTAMP, INT64_C(86400000000)),
          whole(TYPE_TIMESTAMP, 0));
    REFUSED("UNEXPECTED_INPUT_TYPE", "+", whole(TYPE_DATE, 0), boolean(true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_integers_wrap, open, close),
        cmocka_unit_test_setup_teardown(test_a_zero_divisor_is_null, open, close),
        cmocka_unit_test_setup_teardown(test_strings_are_doubles, open, close),
        cmocka_unit_test_setup_teardown(test_dates_and_intervals, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
