#include "ops/datetime.h"
#include "tests/ops/zones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct memory memory;
static struct arena arena;
static struct test_zones zones;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, &memory, 4096);
    test_zones_init(&zones, &arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return memory.used != 0;
}

static int64_t at_second(int year, unsigned month, unsigned day, int hour, int minute)
{
    return days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60;
}

static const struct zone *named(const char *name)
{
    const struct zone *z = test_zone_find(&zones, slice_of(name));
    assert_non_null(z);
    return z;
}

static void rules_hold_for_ever(void **state)
{
    (void)state;
    const struct zone *berlin = named("Europe/Berlin");
    assert_int_equal(zone_offset(berlin, at_second(2024, 3, 31, 0, 59)), 3600);
    assert_int_equal(zone_offset(berlin, at_second(2024, 3, 31, 1, 0)), 7200);
    assert_int_equal(zone_offset(berlin, at_second(2024, 10, 27, 0, 59)), 7200);
    assert_int_equal(zone_offset(berlin, at_second(2024, 10, 27, 1, 0)), 3600);
    assert_int_equal(zone_offset(berlin, at_second(2450, 7, 1, 0, 0)), 7200);
    assert_true(slice_equal(zone_abbreviation(berlin, at_second(2024, 7, 1, 0, 0)), SLICE("CEST")));
    const struct zone *howe = named("Australia/Lord_Howe"); // summer around the new year, half an hour
    assert_int_equal(zone_offset(howe, at_second(2024, 1, 1, 0, 0)), 11 * 3600);
    assert_int_equal(zone_offset(howe, at_second(2024, 7, 1, 0, 0)), 10 * 3600 + 1800);
    const struct zone *dublin = named("Europe/Dublin"); // its "summer" is winter
    assert_int_equal(zone_offset(dublin, at_second(2024, 1, 1, 0, 0)), 0);
    assert_int_equal(zone_offset(dublin, at_second(2024, 7, 1, 0, 0)), 3600);
    const struct zone *nuuk = named("America/Nuuk"); // changes at a negative hour
    assert_int_equal(zone_offset(nuuk, at_second(2024, 3, 31, 0, 59)), -7200);
    assert_int_equal(zone_offset(nuuk, at_second(2024, 3, 31, 1, 0)), -3600);
}

static void local_times_in_gaps_and_overlaps(void **state)
{
    (void)state;
    const struct zone *berlin = named("Europe/Berlin");
    assert_true(zone_to_utc(berlin, at_second(2024, 3, 31, 1, 59)) == at_second(2024, 3, 31, 0, 59));
    assert_true(zone_to_utc(berlin, at_second(2024, 3, 31, 2, 30)) == at_second(2024, 3, 31, 1, 30)); // gap: 3:30
    assert_true(zone_to_utc(berlin, at_second(2024, 3, 31, 3, 0)) == at_second(2024, 3, 31, 1, 0));
    assert_true(zone_to_utc(berlin, at_second(2024, 10, 27, 2, 30)) == at_second(2024, 10, 27, 0, 30)); // the first
    assert_true(zone_to_utc(berlin, at_second(2024, 10, 27, 3, 0)) == at_second(2024, 10, 27, 2, 0));
    for (int64_t utc = at_second(2023, 12, 1, 0, 0); utc < at_second(2025, 2, 1, 0, 0); utc += 1799) {
        int32_t offset = zone_offset(berlin, utc);
        int64_t back = zone_to_utc(berlin, utc + offset);
        assert_true(back == utc || (back == utc - 3600 && zone_offset(berlin, back) == offset + 3600));
    }
}

static void names_as_java_takes_them(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id; // NULL: refused
        int32_t seconds;
    } table[] = {
        {"UTC", "UTC", 0},
        {"Z", "Z", 0},
        {"GMT", "GMT", 0},
        {"UT", "UT", 0},
        {"+2", "+02:00", 7200},
        {"-02", "-02:00", -7200},
        {"+0230", "+02:30", 9000},
        {"+02:30", "+02:30", 9000},
        {"+2:30", "+02:30", 9000},
        {"+02:3", "+02:03", 7380},
        {"+023015", "+02:30:15", 9015},
        {"+18:00", "+18:00", 64800},
        {"+18:01", NULL, 0},
        {"+19", NULL, 0},
        {"+02:60", NULL, 0},
        {"UTC+3", "UTC+03:00", 10800},
        {"GMT-03:30", "GMT-03:30", -12600},
        {"UT+00:00", "UT", 0},
        {"EST", "-05:00", -18000},
        {"z", NULL, 0},
        {"", NULL, 0},
        {"utc", NULL, 0},
        {"UTC0", NULL, 0},
        {"+", NULL, 0},
        {"+2x", NULL, 0},
        {"Nowhere/City", NULL, 0},
        {"../etc/passwd", NULL, 0},
        {"posix/Europe/Berlin", NULL, 0},
        {"Europe/Berlin ", NULL, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct zone *z = zone_lookup(slice_of(table[i].name), &zones.zones, &arena);
        if ((z != NULL) != (table[i].id != NULL))
            fail_msg("'%s'", table[i].name);
        if (!z)
            continue;
        assert_int_equal(zone_offset(z, 0), table[i].seconds);
        assert_int_equal(zone_name(z).size, strlen(table[i].id));
        assert_memory_equal(zone_name(z).data, table[i].id, strlen(table[i].id));
        const struct zone *region;
        int32_t seconds;
        assert_true(zone_resolve(slice_of(table[i].name), &zones.zones, &region, &seconds));
        assert_true(region == NULL && seconds == table[i].seconds);
    }
    assert_non_null(zone_lookup(SLICE("Europe/Berlin"), &zones.zones, &arena));
    const struct zone *pacific = zone_lookup(SLICE("PST"), &zones.zones, &arena);
    assert_non_null(pacific);
    assert_int_equal(zone_offset(pacific, at_second(2024, 7, 1, 0, 0)), -7 * 3600);
}

static void damaged_tables_are_refused(void **state)
{
    (void)state;
    struct error e;
    const struct zone *z;
    struct slice good = test_tzif("CET-1CEST,M3.5.0,M10.5.0/3", &arena);
    for (uint32_t size = 0; size < good.size; size++)
        assert_int_equal(zone_parse((struct slice){good.data, size}, SLICE("x"), &arena, &z, &e), STATUS_DAMAGED);
    static const char *const wrong[] = {"C",
                                        "CET",
                                        "CET-1CEST",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,M13.5.0,M1.1.1",
                                        "CET-1CEST,M3.5.0,M10.5.0/3x",
                                        "<CET-1",
                                        "CET-999",
                                        "CET-1CEST,366,1",
                                        "1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (zone_parse(test_tzif(wrong[i], &arena), SLICE("x"), &arena, &z, &e) != STATUS_DAMAGED)
            fail_msg("'%s'", wrong[i]);
    assert_int_equal(zone_parse(test_tzif("<-03>3", &arena), SLICE("x"), &arena, &z, &e), STATUS_OK);
    assert_int_equal(zone_offset(z, 0), -10800);
    assert_int_equal(zone_parse(test_tzif("EST5EDT,J60,300/4:30", &arena), SLICE("x"), &arena, &z, &e), STATUS_OK);
    assert_int_equal(zone_offset(z, at_second(2024, 3, 1, 6, 59)), -18000);
    assert_int_equal(zone_offset(z, at_second(2024, 3, 1, 7, 0)), -14400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_for_ever),
        cmocka_unit_test(local_times_in_gaps_and_overlaps),
        cmocka_unit_test(names_as_java_takes_them),
        cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
