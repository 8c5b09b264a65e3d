#include "ops/datetime.h"
#include "tests/ops/zones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct memory memory;
static struct arena arena;
static struct test_zones zones;
static struct text text;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, &memory, 4096);
    test_zones_init(&zones, &arena);
    text_init(&text, &memory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    text_free(&text);
    return memory.used != 0;
}

// What Spark 4.3 answers to CAST(… AS TIMESTAMP), TIMESTAMP_NTZ and DATE in UTC; NULL where it does. Today is
// 1970-01-02.
static const struct {
    const char *text, *timestamp, *ntz, *date;
} casts[] = {
    {"2024", "2024-01-01 00:00:00", "2024-01-01 00:00:00", "2024-01-01"},
    {"2024-", NULL, NULL, NULL},
    {"2024-3", "2024-03-01 00:00:00", "2024-03-01 00:00:00", "2024-03-01"},
    {"2024-03-1", "2024-03-01 00:00:00", "2024-03-01 00:00:00", "2024-03-01"},
    {"+2024-03-01", "2024-03-01 00:00:00", "2024-03-01 00:00:00", "2024-03-01"},
    {"-2024-03-01", "-2024-03-01 00:00:00", "-2024-03-01 00:00:00", "-2024-03-01"},
    {"002024-03-01", "2024-03-01 00:00:00", "2024-03-01 00:00:00", "2024-03-01"},
    {"12024-03-01", "+12024-03-01 00:00:00", "+12024-03-01 00:00:00", "+12024-03-01"},
    {"+292278-01-01", "+292278-01-01 00:00:00", "+292278-01-01 00:00:00", "+292278-01-01"},
    {"294247-01-10 04:00:54.775807Z", "+294247-01-10 04:00:54.775807", "+294247-01-10 04:00:54.775807",
     "+294247-01-10"},
    {"294247-01-10 04:00:54.775808Z", NULL, NULL, "+294247-01-10"},
    {"-290308-12-21 19:59:05.224192Z", "-290308-12-21 19:59:05.224192", "-290308-12-21 19:59:05.224192",
     "-290308-12-21"},
    {"-290308-12-21 19:59:05.224191Z", NULL, NULL, "-290308-12-21"},
    {"999999-01-01", NULL, NULL, "+999999-01-01"},
    {"9999999-01-01", NULL, NULL, NULL},
    {"5881580-07-11", NULL, NULL, "+5881580-07-11"},
    {"5881580-07-12", NULL, NULL, NULL},
    {"-5877641-06-23", NULL, NULL, "-5877641-06-23"},
    {"-5877641-06-22", NULL, NULL, NULL},
    {"0000-01-01", "0000-01-01 00:00:00", "0000-01-01 00:00:00", "0000-01-01"},
    {"-0001-12-31", "-0001-12-31 00:00:00", "-0001-12-31 00:00:00", "-0001-12-31"},
    {"2024-02-29", "2024-02-29 00:00:00", "2024-02-29 00:00:00", "2024-02-29"},
    {"2023-02-29", NULL, NULL, NULL},
    {"2024-02-30", NULL, NULL, NULL},
    {"2024-13-01", NULL, NULL, NULL},
    {"2024-00-01", NULL, NULL, NULL},
    {"2024-01-00", NULL, NULL, NULL},
    {"2024-1-1 1:2:3", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01T1", "2024-01-01 01:00:00", "2024-01-01 01:00:00", "2024-01-01"},
    {"2024-01-01T01:", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02", "2024-01-01 01:02:00", "2024-01-01 01:02:00", "2024-01-01"},
    {"2024-01-01 01:02Z", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03.", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03.Z", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03.1", "2024-01-01 01:02:03.1", "2024-01-01 01:02:03.1", "2024-01-01"},
    {"2024-01-01 01:02:03.123456789", "2024-01-01 01:02:03.123456", "2024-01-01 01:02:03.123456", "2024-01-01"},
    {"2024-01-01 01:02:03.5+02:00", "2023-12-31 23:02:03.5", "2024-01-01 01:02:03.5", "2024-01-01"},
    {"2024-01-01 01:02:03+2", "2023-12-31 23:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+2:30", "2023-12-31 22:32:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+02:3", "2023-12-31 22:59:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+0230", "2023-12-31 22:32:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+18:00", "2023-12-31 07:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+18:01", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03-18:00", "2024-01-01 19:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+023015", "2023-12-31 22:31:48", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03+02:30:15", "2023-12-31 22:31:48", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 +02:00", "2023-12-31 23:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 UTC", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03UTC", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 UTC+3", "2023-12-31 22:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 UT-03:30", "2024-01-01 04:32:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 GMT+03:3", "2023-12-31 21:59:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 UTC0", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03 utc", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03z", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03 Z ", "2024-01-01 01:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-07-01 01:02:03 PST", "2024-07-01 08:02:03", "2024-07-01 01:02:03", "2024-07-01"},
    {"2024-01-01 01:02:03 EST", "2024-01-01 06:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 Europe/Berlin", "2024-01-01 00:02:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03 europe/berlin", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03[Europe/Berlin]", NULL, NULL, "2024-01-01"},
    {"2024-03-31 02:30:00 Europe/Berlin", "2024-03-31 01:30:00", "2024-03-31 02:30:00", "2024-03-31"},
    {"2024-10-27 02:30:00 Europe/Berlin", "2024-10-27 00:30:00", "2024-10-27 02:30:00", "2024-10-27"},
    {"2050-03-27 02:30:00 Europe/Berlin", "2050-03-27 01:30:00", "2050-03-27 02:30:00", "2050-03-27"},
    {"2050-10-30 02:30:00 Europe/Berlin", "2050-10-30 00:30:00", "2050-10-30 02:30:00", "2050-10-30"},
    {"2024-01-01 01:02:60", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:60:00", NULL, NULL, "2024-01-01"},
    {"2024-01-01  01:02:03", NULL, NULL, "2024-01-01"},
    {"2024-01-01T01:02:03T", NULL, NULL, "2024-01-01"},
    {"2024-01-01t01:02:03", NULL, NULL, NULL},
    {"2024/01/01", NULL, NULL, NULL},
    {"2024-01-01x", NULL, NULL, NULL},
    {"2024-01-01 x", NULL, NULL, "2024-01-01"},
    {"2024-01-01Tx", NULL, NULL, "2024-01-01"},
    {"2024-01-01T", NULL, NULL, "2024-01-01"},
    {"2024-01-01 ", "2024-01-01 00:00:00", "2024-01-01 00:00:00", "2024-01-01"},
    {"20240101", NULL, NULL, NULL},
    {"1709296496", NULL, NULL, NULL},
    {"2024-1-1T", NULL, NULL, "2024-01-01"},
    {"2024-01-01 01:02:03-5:30", "2024-01-01 06:32:03", "2024-01-01 01:02:03", "2024-01-01"},
    {"2024-01-01 01:02:03.1.2", NULL, NULL, "2024-01-01"},
    {"1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1969-12-31"},
    {"0001-01-01 00:00:00", "0001-01-01 00:00:00", "0001-01-01 00:00:00", "0001-01-01"},
    {"1582-10-10", "1582-10-10 00:00:00", "1582-10-10 00:00:00", "1582-10-10"},
    {"12:34:56", "1970-01-02 12:34:56", NULL, NULL},
    {"T12:34", "1970-01-02 12:34:00", NULL, NULL},
    {"24:00:00", NULL, NULL, NULL},
    {" T12:34", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};

static void expect(bool ok, const char *wanted, const char *from)
{
    if (ok != (wanted != NULL))
        fail_msg("'%s': %s, wanted %s", from, ok ? text_cstring(&text) : "NULL", wanted ? wanted : "NULL");
    if (ok)
        assert_string_equal(text_cstring(&text), wanted);
    text_clear(&text);
}

static void reads_as_cast(void **state)
{
    (void)state;
    const int64_t now = (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND + 1;
    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++) {
        struct slice s = slice_of(casts[i].text);
        int64_t micros;
        int32_t days;
        bool ok = timestamp_parse_at(s, &zone_utc, &zones.zones, now, &micros);
        if (ok)
            timestamp_print(micros, &zone_utc, &text);
        expect(ok, casts[i].timestamp, casts[i].text);
        ok = timestamp_ntz_parse(s, &zones.zones, true, &micros);
        if (ok)
            timestamp_ntz_print(micros, &text);
        expect(ok, casts[i].ntz, casts[i].text);
        ok = date_parse(s, &days);
        if (ok)
            date_print(days, &text);
        expect(ok, casts[i].date, casts[i].text);
    }
    int64_t micros;
    assert_false(timestamp_parse(SLICE("12:34:56"), &zone_utc, &zones.zones, &micros));
    assert_false(timestamp_ntz_parse(SLICE("2024-01-01 00:00:00Z"), &zones.zones, false, &micros));
}

static void days_and_dates_agree(void **state)
{
    (void)state;
    int64_t day = days_from_civil(-400, 1, 1);
    for (int year = -400; year <= 2400; year++)
        for (unsigned month = 1; month <= 12; month++)
            for (unsigned d = 1; civil_is_date(year, month, d); d++, day++) {
                struct civil c = civil_from_days(day);
                if (days_from_civil(year, month, d) != day || c.year != year || c.month != (int)month ||
                    c.day != (int)d)
                    fail_msg("%d-%u-%u", year, month, d);
            }
    assert_true(days_from_civil(1970, 1, 1) == 0);
    assert_true(day == days_from_civil(2401, 1, 1));
    struct civil c = civil_from_micros(-1);
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.second, 59);
    assert_int_equal(c.micro, 999999);
}

static void prints_iso_in_a_zone(void **state)
{
    (void)state;
    const struct zone *berlin = test_zone_find(&zones, SLICE("Europe/Berlin"));
    const struct {
        int64_t micros;
        const struct zone *zone;
        const char *wanted;
    } table[] = {
        {1709296496789123, &zone_utc, "2024-03-01T12:34:56.789Z"},
        {-1, &zone_utc, "1969-12-31T23:59:59.999Z"},
        {253402300800000000, &zone_utc, "+10000-01-01T00:00:00.000Z"},
        {-62198755200000000, &zone_utc, "-0001-01-01T00:00:00.000Z"},
        {1709296496789123, berlin, "2024-03-01T13:34:56.789+01:00"},
        {1719835200000000, berlin, "2024-07-01T14:00:00.000+02:00"},
        {0, zone_fixed(-17762, &arena), "1969-12-31T19:03:58.000-04:56:02"},
        {INT64_MAX, zone_fixed(3600, &arena), "+294247-01-10T05:00:54.775+01:00"},
        {INT64_MIN, zone_fixed(-3600, &arena), "-290308-12-21T18:59:05.224-01:00"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        timestamp_print_iso(table[i].micros, table[i].zone, &text);
        expect(true, table[i].wanted, "");
    }
    timestamp_ntz_print_iso(1709296496789123, &text);
    expect(true, "2024-03-01T12:34:56.789", "");
}

static void local_times_of_the_session(void **state)
{
    (void)state;
    const struct zone *berlin = test_zone_find(&zones, SLICE("Europe/Berlin"));
    int64_t micros;
    assert_true(timestamp_parse(SLICE("2024-03-31 02:30:00"), berlin, &zones.zones, &micros)); // in the gap
    timestamp_print(micros, berlin, &text);
    expect(true, "2024-03-31 03:30:00", "");
    assert_true(timestamp_parse(SLICE("2024-10-27T02:30:00.25"), berlin, &zones.zones, &micros)); // the first of two
    timestamp_print(micros, &zone_utc, &text);
    expect(true, "2024-10-27 00:30:00.25", "");
}

static void reads_intervals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        struct interval wanted;
    } table[] = {
        {"10 minutes", true, {0, 0, 600000000}},
        {"1 minute 30 seconds", true, {0, 0, 90000000}},
        {"INTERVAL 2 HOURS", true, {0, 0, 7200000000}},
        {" interval\t1 Year 2 months 3 weeks -1 day ", true, {14, 20, 0}},
        {"1.5 seconds", true, {0, 0, 1500000}},
        {"-1.000001999 second", true, {0, 0, -1000001}},
        {".5 seconds", true, {0, 0, 500000}},
        {"1. second", true, {0, 0, 1000000}},
        {"- 5 milliseconds", true, {0, 0, -5000}},
        {"50 microseconds", true, {0, 0, 50}},
        {"0 days", true, {0, 0, 0}},
        {"", false, {0}},
        {"interval", false, {0}},
        {"interval1 day", false, {0}},
        {"10", false, {0}},
        {"minutes", false, {0}},
        {"1.5 days", false, {0}},
        {". second", false, {0}},
        {"1.0000000001 seconds", false, {0}},
        {"10 min", false, {0}},
        {"10minutes", false, {0}},
        {"1 dayss", false, {0}},
        {"1 day,", false, {0}},
        {"99999999999999999999 days", false, {0}},
        {"3000000000 days", false, {0}},
        {"9223372036854775807 seconds", false, {0}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct interval v;
        bool ok = interval_parse(slice_of(table[i].text), &v);
        if (ok != table[i].ok)
            fail_msg("'%s'", table[i].text);
        if (ok) {
            assert_int_equal(v.months, table[i].wanted.months);
            assert_int_equal(v.days, table[i].wanted.days);
            assert_true(v.micros == table[i].wanted.micros);
        }
    }
    int64_t micros;
    assert_true(interval_micros(&(struct interval){1, 1, 1}, &micros));
    assert_true(micros == 32 * (int64_t)SECONDS_PER_DAY * MICROS_PER_SECOND + 1);
    assert_false(interval_micros(&(struct interval){INT32_MAX, 0, 0}, &micros));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_cast),        cmocka_unit_test(days_and_dates_agree),
        cmocka_unit_test(prints_iso_in_a_zone), cmocka_unit_test(local_times_of_the_session),
        cmocka_unit_test(reads_intervals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
