#include "ops/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes; // -1: none
    } sizes[] = {
        {"100", 100},
        {"32MB", 32 << 20},
        {" 1 gb ", 1 << 30},
        {"512k", 512 << 10},
        {"0", 0},
        {"1B", 1},
        {"2KiB", 2048},
        {"1t", INT64_C(1) << 40},
        {"", -1},
        {"MB", -1},
        {"-1", -1},
        {"1.5MB", -1},
        {"1 apple", -1},
        {"8388608TB", -1},
        {"99999999999999999999", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int64_t bytes = -1;
        assert_int_equal(size_parse(slice_of(sizes[i].text), &bytes), sizes[i].bytes >= 0);
        if (sizes[i].bytes >= 0)
            assert_true(bytes == sizes[i].bytes);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t micros; // -1: none
    } durations[] = {
        {"10 seconds", 10000000},
        {"8 SECONDS", 8000000},
        {"50 milliseconds", 50000},
        {"1 minute 30 seconds", 90000000},
        {"interval 2 hours", INT64_C(7200000000)},
        {"0 seconds", 0},
        {"1 month", INT64_C(31) * 86400000000},
        {"-1 second", -1},
        {"10", -1},
        {"soon", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        int64_t micros = -1;
        assert_int_equal(duration_parse(slice_of(durations[i].text), &micros), durations[i].micros >= 0);
        if (durations[i].micros >= 0)
            assert_true(micros == durations[i].micros);
    }
}

static const char *const choices[] = {"append", "dropOldest", NULL};
static const struct option_spec table[] = {
    {.name = "text", .kind = OPTION_STRING},
    {.name = "count", .kind = OPTION_INTEGER, .least = 1, .most = 9},
    {.name = "free", .kind = OPTION_INTEGER},
    {.name = "flag", .kind = OPTION_BOOLEAN},
    {.name = "wait", .kind = OPTION_DURATION},
    {.name = "size", .kind = OPTION_SIZE},
    {.name = "some", .kind = OPTION_SIZE, .least = 2 << 20, .most = 1 << 30},
    {.name = "few", .kind = OPTION_SIZE, .least = 1},
    {.name = "choice", .kind = OPTION_CHOICE, .choices = choices},
    {.name = "list", .kind = OPTION_LIST},
    {.name = "truncate", .kind = OPTION_TRUNCATE},
    {.name = "headers", .kind = OPTION_OBJECT},
    {.name = NULL},
};

static void test_values(void **state)
{
    static const struct {
        const char *name, *text;
        bool good;
        int64_t integer;
        const char *says; // the text that is read, or words of the message
    } values[] = {
        {"TEXT", "", true, 0, ""},
        {"count", "9", true, 9, "9"},
        {"count", "0", false, 0, "count is 0; wanted is 1 to 9"},
        {"count", "x", false, 0, "count is 'x'; wanted is a whole number"},
        {"free", "-5", true, -5, "-5"},
        {"flag", "TRUE", true, 1, "TRUE"},
        {"flag", "false", true, 0, "false"},
        {"flag", "yes", false, 0, "true or false"},
        {"wait", "2 seconds", true, 2000000, "2 seconds"},
        {"wait", "2", false, 0, "\"10 seconds\""},
        {"size", "1k", true, 1024, "1k"},
        {"size", "much", false, 0, "\"32MB\""},
        {"size", "0", true, 0, "0"},
        {"some", "2MB", true, 2 << 20, "2MB"},
        {"some", "1GB", true, 1 << 30, "1GB"},
        {"some", "2047KB", false, 0, "some is '2047KB'; wanted is 2MB or more"},
        {"some", "1025MB", false, 0, "some is '1025MB'; wanted is 1GB or less"},
        {"few", "0", false, 0, "few is '0'; wanted is 1 or more"},
        {"choice", "DROPOLDEST", true, 0, "dropOldest"},
        {"choice", "other", false, 0, "one of append, dropOldest"},
        {"truncate", "true", true, 20, "true"},
        {"truncate", "false", true, 0, "false"},
        {"truncate", "7", true, 7, "7"},
        {"truncate", "-7", false, 0, "number of characters"},
        {"headers", "x", false, 0, "an object"},
    };
    struct memory memory = {0};
    struct arena arena;
    (void)state;
    arena_init(&arena, &memory, 1024);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct option_value v = {0};
        struct error e = {0};
        const struct option_spec *spec = option_find(table, slice_of(values[i].name));
        assert_non_null(spec);
        enum status status = option_parse(spec, slice_of(values[i].text), &arena, &v, &e);
        assert_int_equal(status, values[i].good ? STATUS_OK : STATUS_CONFIG);
        if (values[i].good) {
            assert_true(v.integer == values[i].integer);
            assert_true(slice_equal(v.text, slice_of(values[i].says)));
        } else {
            assert_non_null(strstr(e.text, values[i].says));
        }
    }
    struct option_value list = {0};
    assert_int_equal(option_parse(option_find(table, SLICE("list")), SLICE("a"), &arena, &list, NULL), STATUS_OK);
    assert_int_equal(list.list_size, 1);
    assert_true(slice_equal(list.list[0], SLICE("a")));
    assert_null(option_find(table, SLICE("none")));
    assert_null(option_find(NULL, SLICE("none")));
    arena_free(&arena);
}

static void test_lookup(void **state)
{
    const struct option_value values[] = {
        {.spec = &table[0], .text = SLICE("x")}, {.spec = &table[1], .integer = 4}, {.spec = &table[3], .integer = 1}};
    const struct options o = {.value = values, .count = 3};
    (void)state;
    assert_true(slice_equal(option_text(&o, "Text"), SLICE("x")));
    assert_int_equal(option_text(&o, "size").size, 0);
    assert_int_equal(option_integer(&o, "COUNT", 7), 4);
    assert_int_equal(option_integer(&o, "wait", 7), 7);
    assert_true(option_boolean(&o, "flag"));
    assert_false(option_boolean(&o, "other"));
    assert_null(option_get(&o, "other"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
