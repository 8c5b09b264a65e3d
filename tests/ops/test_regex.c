// What java.util.regex of Java 17 gives; PCRE2 alone gives something else for each of these.
#include "ops/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct memory heap;
static struct arena arena;

static int open(void **state)
{
    (void)state;
    arena_init(&arena, &heap, 16 * 1024);
    return 0;
}

static int close(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

// The places of all matches, as "from-to from-to": bytes.
static const char *matches(const char *pattern, const char *text)
{
    struct regex *regex;
    struct error e = {0};
    struct regex_match m;
    char *all = arena_zalloc(&arena, 200);
    struct slice s = slice_of(text);
    if (regex_compile(slice_of(pattern), &arena, &regex, &e) != STATUS_OK)
        fail_msg("%s", e.text);
    for (uint32_t at = 0; at <= s.size && regex_find(regex, s, at, &m, 1) && strlen(all) < 150;) {
        snprintf(all + strlen(all), 40, "%s%u-%u", *all ? " " : "", m.from, m.to);
        for (at = m.to == m.from ? m.to + 1 : m.to; at < s.size && ((unsigned char)text[at] & 0xC0) == 0x80;)
            at++;
    }
    return all;
}

static const struct {
    const char *pattern, *text, *matches;
} table[] = {
    // lines end with \n, \r\n, \r, NEL, LS, PS; not with VT and FF
    {".", "\v\f\n\r", "0-1 1-2"},
    {".", "\xC2\x85\xE2\x80\xA8\xE2\x80\xA9", ""},
    {"(?s).", "\n\xC2\x85", "0-1 1-3"},
    {"a$", "a\v", ""},
    {"a$", "a\r\n", "0-1"},
    {"$", "a\r\n", "1-1 3-3"},
    {"a\\Z", "a\xE2\x80\xA8", "0-1"},
    {"(?m)^", "a\f\rb\n", "0-0 3-3"},
    {"(?m)$", "a\vb\xC2\x85", "3-3 5-5"},
    // without (?u) only ASCII has two cases
    {"(?i)k", "kK\xE2\x84\xAA", "0-1 1-2"},
    {"(?i)\xC3\xA9", "\xC3\x89\xC3\xA9", "2-4"},
    {"(?i)[a-c]|[^0-z\xC3\xA9]", "B\xC3\xA9", "0-1"},
    {"(?i)[\xC3\xA0-\xC3\xBE]", "\xC3\x89", ""},
    {"a(?i)b|c(?-i)d", "AB aB Cd CD", "3-5 6-8"},
    // \b is of Unicode, \w of ASCII
    {"\\b", "\xC3\xA9!", "0-0 2-2"},
    {"\\w",
     "\xC3\xA9"
     "e",
     "2-3"},
    {"\\b", "e\xCC\x81!", "0-0 3-3"},
    {"\\B",
     "\xC3\xA9"
     "e",
     "2-2"},
    // escapes and classes
    {"\\x{41}", "AAx", "0-1 1-2"},
    {"\\0101", "A", "0-1"},
    {"\\ca", "!\x01", "0-1"},
    {"(a)\\11", "aa1", "0-3"},
    {"\\uD83D\\uDE00", "\xF0\x9F\x98\x80", "0-4"},
    {"\\p{Alpha}", "\xC3\xA9z", "2-3"},
    {"[^\\P{Lower}]", "\xC3\xA9z", "2-3"},
    {"\\S+?\\v", "a\xE2\x80\xA8\xC2\x85", "0-4"},
    {"\\R\\n", "\r\n", "0-2"},
    {"(?x)a b # c\n+", "abbb", "0-4"},
    {"[]^-]\\Q[.\\E", "-[.", "0-3"},
};

static void test_as_java_reads_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *got = matches(table[i].pattern, table[i].text);
        if (strcmp(got, table[i].matches) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", table[i].pattern, got, table[i].matches);
    }
}

// PCRE2 has a meaning for each of these, Java none or another.
static void test_the_rest_is_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "[[:alpha:]]", "[a[b]]",      "[a&&b]",     "(?u)a",   "(?U)\\w", "(?#c)",   "(?P<n>a)",    "(?|a|b)",
        "(a)(?1)",     "\\G",         "\\K",        "\\X",     "\\N",     "\\Ra\\E", "\\R+",        "{1}",
        "a{,2}",       "a**",         "a{2}{3}",    "[\\b]",   "[a-\\d]", "\\b{g}",  "\\1(a)",      "(?i)(a)\\1",
        "(*UTF)a",     "(?i)\\p{Lu}", "\\p{Latin}", "\\p{^L}", "\\pé",    "\\uD83D", "\\x{110000}", "(a",
        "a)",          "[a",          "a\\",        "(?",      "(?<",     "(?<1>a)", "(?i",         "\\p{",
        "\\k<n>",      "\\Q\xFF",     "\\0",        "\\c",     "\\p",     "\\P",     "[0\\c",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct regex *regex;
        struct error e = {0};
        struct slice exact = slice_of(patterns[i]); // so that a sanitizer sees what is read behind it
        exact.data = memcpy(malloc(exact.size), exact.data, exact.size);
        if (regex_compile(exact, &arena, &regex, &e) != STATUS_CONFIG)
            fail_msg("%s was taken", patterns[i]);
        free((char *)(uintptr_t)exact.data);
        if (strstr(e.text, "[INVALID_PARAMETER_VALUE.PATTERN]") != e.text)
            fail_msg("%s: %s", patterns[i], e.text);
    }
}

// A long pattern is refused where its translation would not fit.
static void test_a_long_pattern_is_refused(void **state)
{
    (void)state;
    char *pattern = arena_zalloc(&arena, 8000);
    for (int i = 0; i < 3000; i++)
        pattern[i] = '$';
    struct regex *regex;
    struct error e = {0};
    assert_int_equal(regex_compile(slice_of(pattern), &arena, &regex, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "as long as this"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_as_java_reads_it, open, close),
        cmocka_unit_test_setup_teardown(test_the_rest_is_refused, open, close),
        cmocka_unit_test_setup_teardown(test_a_long_pattern_is_refused, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
