#include "expr_help.h"

#include "ops/window_call.h"

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

static void test_durations_are_read(void **state)
{
    (void)state;
    struct expr *t = column(0, TYPE_TIMESTAMP);
    const struct window_call *w = call("window", t, str("10 minutes"), str("5 minutes"), str("-1 second"))->state;
    assert_int_equal(w->size, INT64_C(600000000));
    assert_int_equal(w->slide, INT64_C(300000000));
    assert_int_equal(w->start, -1000000);
    w = call("window", t, str("1 week"))->state;
    assert_int_equal(w->slide, w->size);
    const struct type *type = call("window", t, str("1 week"))->type;
    assert_int_equal(type->field_count, 2);
    assert_int_equal(type->fields[1].type->id, TYPE_TIMESTAMP);
}

static void test_refusals(void **state)
{
    (void)state;
    struct expr *t = column(0, TYPE_TIMESTAMP);
    REFUSED("greater than a month", "window", t, str("1 month"));
    REFUSED("CANNOT_PARSE_INTERVAL", "window", t, str("ten minutes"));
    REFUSED("VALUE_OUT_OF_RANGE", "window", t, str("0 seconds"));
    REFUSED("PARAMETER_CONSTRAINT_VIOLATION", "window", t, str("1 second"), str("2 seconds"));
    REFUSED("PARAMETER_CONSTRAINT_VIOLATION", "window", t, str("2 seconds"), str("1 second"), str("1 second"));
    REFUSED("UNEXPECTED_INPUT_TYPE", "window", num(1), str("1 second"));
    REFUSED("WRONG_NUM_ARGS", "window", t);
}

static void test_window_time(void **state)
{
    (void)state;
    struct expr *w =
        call("named_struct", str("start"), whole(TYPE_TIMESTAMP, 0), str("end"), whole(TYPE_TIMESTAMP, 1000000));
    GIVES("\"1970-01-01T00:00:00.999Z\"", "window_time", w);
    REFUSED("UNEXPECTED_INPUT_TYPE", "window_time", num(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_durations_are_read, open, close),
        cmocka_unit_test_setup_teardown(test_refusals, open, close),
        cmocka_unit_test_setup_teardown(test_window_time, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
