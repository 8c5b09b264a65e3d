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
    arena_init(&arena, &memory, 65536);
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

static const struct time_format *compile(const char *pattern)
{
    const struct time_format *f;
    struct error e;
    if (time_format_compile(slice_of(pattern), &arena, &f, &e) != STATUS_OK)
        fail_msg("%s", e.text);
    return f;
}

// Answers of Spark 4.3's date_format.
static void prints_as_date_format(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t micros;
        const char *wanted;
    } table[] = {
        {"yyyy-MM-dd HH:mm:ss.SSSSSS", 1709296496789123, "2024-03-01 12:34:56.789123"},
        {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 1709296496789123, "2024-03-01T12:34:56.789Z"},
        {"yy-M-d", 1709296496789123, "24-3-1"},
        {"y yyy yyyyyy", 1709296496789123, "2024 2024 002024"},
        {"yyyy", 253402300800000000, "+10000"},
        {"yyyy y G", -62198755200000000, "0002 2 BC"},
        {"yyyy", -62198755200000000, "-0001"},
        {"GGGG", 0, "Anno Domini"},
        {"M MM MMM MMMM", 1709296496789123, "3 03 Mar March"},
        {"Q QQ QQQ QQQQ", 1709296496789123, "1 01 Q1 1st quarter"},
        {"E EEEE", 1709296496789123, "Fri Friday"},
        {"D DDD F", 1709296496789123, "61 061 1"},
        {"h hh a K k H", 0, "12 12 AM 0 24 0"},
        {"h a", 1709296496789123, "12 PM"},
        {"S SS SSSSSSSSS", 1709296496789123, "7 78 789123000"},
        {"X XX XXX x xx xxx Z ZZZZ ZZZZZ O", 0, "Z Z Z +00 +0000 +00:00 +0000 GMT Z GMT"},
        {"VV z", 0, "UTC UTC"},
        {"'it''s' '' [yyyy]", 0, "it's ' 1970"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        text_clear(&text);
        time_format_print(compile(table[i].pattern), table[i].micros, &zone_utc, &text);
        assert_string_equal(text_cstring(&text), table[i].wanted);
    }
    text_clear(&text);
    const struct zone *berlin = test_zone_find(&zones, SLICE("Europe/Berlin"));
    time_format_print(compile("HH XXX x Z O OOOO VV z"), 1709296496789123, berlin, &text);
    assert_string_equal(text_cstring(&text), "13 +01:00 +01 +0100 GMT+1 GMT+01:00 Europe/Berlin CET");
}

// Answers of Spark 4.3's to_timestamp in UTC; INT64_MIN: NULL.
static void reads_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        int64_t wanted;
    } table[] = {
        {"yyyy-MM-dd HH:mm:ss", "2024-03-01 12:34:56", 1709296496000000},
        {"yyyy-MM-dd HH:mm:ss", "2024-3-1 1:2:3", INT64_MIN},
        {"yyyy-M-d H:m:s", "2024-3-1 1:2:3", 1709254923000000},
        {"yyyy-M-d H:m:s", "2024-03-01 12:34:56", 1709296496000000},
        {"yyyy-MM-dd", "2024-02-30", INT64_MIN},
        {"yyyy-MM-dd", "2024-13-01", INT64_MIN},
        {"yyyy-MM-dd", "12024-03-01", INT64_MIN},
        {"yyyy-MM-dd", "+12024-03-01", 317278771200000000},
        {"yyyy-MM-dd", "2024-03-01x", INT64_MIN},
        {"yy-MM-dd", "24-03-01", 1709251200000000},
        {"yyyyMMddHHmmss", "20240301123456", 1709296496000000},
        {"yyyyMMdd", "2024031", INT64_MIN},
        {"yyyy", "2024", 1704067200000000},
        {"HH:mm:ss", "24:00:00", INT64_MIN},
        {"HH:mm:ss", "23:59:60", INT64_MIN},
        {"hh:mm a", "12:34 am", 2040000000},
        {"hh:mm a", "12:34 PM", 45240000000},
        {"hh:mm a", "13:34 PM", INT64_MIN},
        {"yyyy-DDD", "2024-060", 1709164800000000},
        {"yyyy-DDD", "2023-366", INT64_MIN},
        {"d MMM yyyy", "1 mar 2024", 1709251200000000},
        {"d MMMM yyyy", "1 march 2024", 1709251200000000},
        {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-03-01T12:34:56.5Z", 1709296496500000},
        {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-03-01t12:34:56.789+02:00", 1709289296789000},
        {"yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX", "2024-03-01T12:34:56Z", 1709296496000000},
        {"yyyy-MM-dd'T'HH:mm:ss.SSSX", "2024-03-01T12:34:56.5+01", 1709292896500000},
        {"yyyy-MM-dd HH:mm:ss VV", "2024-03-01 12:34:56 Europe/Berlin", 1709292896000000},
        {"yyyy-MM-dd HH:mm:ssO", "2024-03-01 12:34:56GMT+3", 1709285696000000},
        {"y G", "10 BC", -62451216000000000},
        {"yyyy 'at' H", "2024 at 5", 1704085200000000},
        {"yyyy", "", INT64_MIN},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t micros = INT64_MIN;
        bool ok =
            time_format_parse(compile(table[i].pattern), slice_of(table[i].text), &zone_utc, &zones.zones, &micros);
        if (ok != (table[i].wanted != INT64_MIN) || (ok && micros != table[i].wanted))
            fail_msg("%s: '%s' is %lld", table[i].pattern, table[i].text, ok ? (long long)micros : 0);
    }
    int64_t local;
    assert_true(time_format_parse_local(compile("yyyy-MM-dd HH:mmXXX"), SLICE("2024-03-01 12:34+02:00"), &zones.zones,
                                        true, &local));
    assert_true(local == 1709296440000000);
}

static void refuses_by_sparks_classes(void **state)
{
    (void)state;
    static const char *const recognition = "[INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION]";
    static const char *const suggestion = "[INVALID_DATETIME_PATTERN.WITH_SUGGESTION]";
    static const char *const illegal = "[INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER]";
    const struct {
        const char *pattern, *class;
    } table[] = {
        {"YYYY-MM-dd", recognition},
        {"e", "[INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN]"},
        {"A", illegal},
        {"n", illegal},
        {"yyyyyyy", recognition},
        {"QQQQQ", "[INVALID_DATETIME_PATTERN.LENGTH]"},
        {"ddd", recognition},
        {"SSSSSSSSSS", recognition},
        {"XXXXXX", suggestion},
        {"bb", suggestion},
        {"'abc", suggestion},
        {"]", recognition},
        {"#", recognition},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct time_format *f;
        struct error e;
        assert_int_equal(time_format_compile(slice_of(table[i].pattern), &arena, &f, &e), STATUS_CONFIG);
        if (strncmp(e.text, table[i].class, strlen(table[i].class)) != 0)
            fail_msg("%s: %s", table[i].pattern, e.text);
    }
    struct error e;
    assert_int_equal(time_format_check_parse(compile("EEE, d MMM yyyy"), &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, recognition));
    assert_int_equal(time_format_check_parse(compile("d MMM yyyy"), &e), STATUS_OK);
}

// An optional part that opens where no more parts fit.
static void has_so_many_parts(void **state)
{
    (void)state;
    char pattern[258];
    struct error e;
    const struct time_format *f;
    memset(pattern, '!', sizeof pattern);
    pattern[256] = '[';
    assert_int_equal(time_format_compile((struct slice){pattern, 256}, &arena, &f, &e), STATUS_OK);
    assert_int_equal(time_format_compile((struct slice){pattern, 257}, &arena, &f, &e), STATUS_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_as_date_format),
        cmocka_unit_test(reads_strictly),
        cmocka_unit_test(refuses_by_sparks_classes),
        cmocka_unit_test(has_so_many_parts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
