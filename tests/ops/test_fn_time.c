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

static void test_parts(void **state)
{
    (void)state;
    struct expr *t = whole(TYPE_TIMESTAMP, INT64_C(1709296496789012));
    GIVES("2024", "year", t);
    GIVES("6", "dayofweek", t);
    GIVES("12", "hour", t);
    GIVES("56.789012", "extract", str("seconds"), t);
    GIVES("53", "weekofyear", str("2021-01-03"));
    GIVES("\"2024-02-26\"", "trunc", t, str("week"));
    GIVES("\"2024-03-01T12:00:00.000Z\"", "date_trunc", str("HOUR"), t);
    GIVES("null", "trunc", t, str("hour"));
    REFUSED("INVALID_EXTRACT_FIELD", "extract", str("x"), t);
}

static void test_seconds_since_1970(void **state)
{
    (void)state;
    struct expr *before = whole(TYPE_TIMESTAMP, -500000);
    GIVES("-1", "unix_seconds", before);
    GIVES("0", "unix_timestamp", before);
    GIVES("\"1969-12-31T23:59:58.500Z\"", "timestamp_seconds", real(-1.5));
    GIVES("null", "timestamp_seconds", whole(TYPE_BIGINT, INT64_MAX));
}

static void test_texts(void **state)
{
    (void)state;
    GIVES("\"2024 60\"", "date_format", str("2024-02-29"), str("yyyy D"));
    GIVES("\"2009-07-30\"", "to_date", str("30/07/2009"), str("dd/MM/yyyy"));
    GIVES("null", "to_timestamp", str("x"));
    GIVES("1460073600", "unix_timestamp", str("2016-04-08"), str("yyyy-MM-dd"));
    GIVES("\"1970-01-01 00:00:00\"", "from_unixtime", num(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, open, close),
        cmocka_unit_test_setup_teardown(test_seconds_since_1970, open, close),
        cmocka_unit_test_setup_teardown(test_texts, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
