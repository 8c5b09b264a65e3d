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

static void test_three_values(void **state)
{
    (void)state;
    struct expr *values[] = {boolean(false), boolean(true), NULL};
    const char *const both[3][3] = {{"false", "false", "false"}, {"false", "true", "null"}, {"false", "null", "null"}};
    const char *const either[3][3] = {{"false", "true", "null"}, {"true", "true", "true"}, {"null", "true", "null"}};
    values[2] = null();
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t k = 0; k < 3; k++) {
            GIVES(both[i][k], "and", values[i], values[k]);
            GIVES(either[i][k], "or", values[i], values[k]);
        }
    }
    GIVES("null", "not", null());
    GIVES("false", "not", boolean(true));
    REFUSED("BINARY_OP_DIFF_TYPES", "and", num(1), boolean(true));
    REFUSED("BINARY_OP_WRONG_TYPE", "or", num(1), num(0));
}

static void test_tests_are_never_null(void **state)
{
    (void)state;
    GIVES("false", "is true", null());
    GIVES("true", "is not true", null());
    GIVES("false", "is false", null());
    GIVES("true", "is not false", null());
    GIVES("true", "is unknown", null());
    GIVES("true", "is null", null());
    GIVES("true", "is not null", num(1));
}

static void test_conditions_choose(void **state)
{
    (void)state;
    GIVES("\"b\"", "case", boolean(false), str("a"), str("b"));
    REFUSED("UNEXPECTED_INPUT_TYPE", "case", null(), str("a"));
    GIVES("1.0", "if", boolean(true), num(1), real(2));
    GIVES("2", "coalesce", null(), num(2), num(3));
    GIVES("null", "nullif", num(2), num(2));
    GIVES("2", "nullif", num(2), str("3"));
    GIVES("1", "nvl2", str("x"), num(1), num(2));
    GIVES("3", "greatest", num(1), null(), num(3));
    GIVES("null", "least", null(), null());
    GIVES("[1,2]", "if", boolean(true), call("array", num(1), num(2)), null());
    REFUSED("DATA_DIFF_TYPES", "coalesce", num(1), call("array", num(1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_three_values, open, close),
        cmocka_unit_test_setup_teardown(test_tests_are_never_null, open, close),
        cmocka_unit_test_setup_teardown(test_conditions_choose, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
