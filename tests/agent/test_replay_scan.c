#include "agent/replay/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool same(const char *a, const char *b, bool floats)
{
    bool there = scan_same(slice_of(a), slice_of(b), floats);
    assert_int_equal(there, scan_same(slice_of(b), slice_of(a), floats));
    return there;
}

static void test_blanks_and_escapes_do_not_count(void **unused)
{
    (void)unused;
    assert_true(same("{\"a\":[1,null]}", " { \"a\" : [ 1 , null ] } ", false));
    assert_true(same("\"\\u00e4\\/\\n\"", "\"ä/\\u000a\"", false));
    assert_true(same("\"\\ud83d\\ude00\"", "\"😀\"", false));
    assert_false(same("\"a b\"", "\"ab\"", false));
    assert_false(same("{\"a\":1}", "{\"a\":1,\"b\":2}", false));
    assert_false(same("[1,2]", "[12]", false));
    assert_false(same("[1]", "{1}", false));
    assert_false(same("\"1\"", "1", false));
    assert_false(same("null", "\"null\"", false));
    assert_false(same("", "1", false));
    assert_true(same("", " ", false));
}

static void test_numbers(void **unused)
{
    (void)unused;
    assert_true(same("8.41E21", "8.409999999999999E21", false));
    assert_false(same("8.41E21", "8.42E21", false));
    assert_false(same("0.0", "-0.0", false));
    assert_false(same("1", "1.0", false));
    assert_false(same("9007199254740993", "9007199254740992", false));
    assert_false(same("2.14748365E9", "2.1474836E9", false));
    assert_true(same("2.14748365E9", "2.1474836E9", true));
    assert_true(same("\"x 8.41E21/1.5\"", "\"x 8.409999999999999E21/1.5\"", false));
    assert_false(same("\"x 8.41E21/1.5\"", "\"x 8.41E21/1.6\"", false));
    assert_false(same("\"10.5\"", "\"1.5\"", false));
}

static void test_members(void **unused)
{
    (void)unused;
    struct slice at = SLICE(" {\"a\": {\"x\": \"}\"}, \"b\\\"\":[1, {}],\"a\":-1.5e3 } "), name, value;
    assert_true(scan_is_object(at));
    assert_true(scan_member(&at, &name, &value));
    assert_memory_equal(value.data, "{\"x\": \"}\"}", value.size);
    assert_true(scan_member(&at, &name, &value));
    assert_memory_equal(name.data, "b\\\"", name.size);
    assert_true(scan_member(&at, &name, &value));
    assert_memory_equal(value.data, "-1.5e3", value.size);
    assert_false(scan_member(&at, &name, &value));
    assert_null(at.data);
    static const char *const wrong[] = {"",         "[]",         "{",     "{\"a\"}",     "{\"a\":}",
                                        "{\"a\":1", "{\"a\":1}x", "{a:1}", "{\"a\":\"x}", "{\"a\":[1}"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(scan_is_object(slice_of(wrong[i])));
    assert_true(scan_is_object(SLICE("{}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blanks_and_escapes_do_not_count),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
