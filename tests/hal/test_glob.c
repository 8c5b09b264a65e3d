#include "hal/source/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_match(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"*.json", "a.json", true},
        {"*.json", "a.jsonl", false},
        {"*", "", false},
        {"**", "x", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"a?c",
         "a\xc3\xa9"
         "c",
         true}, // one character, two bytes
        {"[abc]x", "bx", true},
        {"[abc]x", "dx", false},
        {"[a-c]", "b", true},
        {"[^a-c]", "b", false},
        {"[^a-c]", "z", true},
        {"{ab,cd}*", "cde", true},
        {"{ab,cd}*", "ace", false},
        {"{a,{b,c}d}e", "cde", true},
        {"{a,{b,c}d}e", "ce", false},
        {"x{,y}z", "xz", true},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"a*b*c", "a__b_bc", true},
        {"a*b*c", "a__b_b", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool got = glob_match(slice_of(cases[i].pattern), slice_of(cases[i].name));
        if (got != cases[i].matches)
            fail_msg("%s on %s: %d", cases[i].pattern, cases[i].name, got);
    }
}

static void test_check(void **state)
{
    (void)state;
    struct error e;
    assert_int_equal(glob_check(SLICE("a{b,c}[d]*"), &e), STATUS_OK);
    assert_int_equal(glob_check(SLICE("a{b,c"), &e), STATUS_CONFIG);
    assert_int_equal(glob_check(SLICE("a[b"), &e), STATUS_CONFIG);
    assert_int_equal(glob_check(SLICE("{a/b,c}"), &e), STATUS_CONFIG);
    assert_int_equal(glob_check(SLICE("{a,[}]"), &e), STATUS_CONFIG);
    assert_true(glob_is_pattern(SLICE("/a/*.json")));
    assert_false(glob_is_pattern(SLICE("/a/b.json")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
