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

static void test_split_keeps_what_is_empty(void **state)
{
    (void)state;
    GIVES("[\"a\",\"b\",\"\",\"\"]", "split", str("a b  "), str(" "));
    GIVES("[\"\"]", "split", str(""), str(" "));
    GIVES("[\"a\",\"b\"]", "split", str("ab"), str(""));
    GIVES("[\"\"]", "split", str(""), str(""));
    GIVES("[\"a\",\"b,c\"]", "split", str("a,b,c"), str(","), num(2));
    GIVES("[\"a\",\"b\"]", "split", str("a.b"), str("\\."));
    GIVES("[\"one\",\"two\",\"\"]", "split", str("oneAtwoB"), str("[AB]"));
    GIVES("[\"a\",\"b\"]", "split", str("ab"), str("(?=b)"));
    GIVES("[\"a\",\"b\",\"\"]", "split", str("ab"), str("|"));
    GIVES("[\"ab\",\"\"]", "split", str("ab"), str("$"));
    GIVES("[\"\"]", "split", str(""), str("|"));
}

static void test_matches(void **state)
{
    (void)state;
    GIVES("true", "rlike", str("x12"), str("[0-9]+"));
    GIVES("\"200\"", "regexp_extract", str("100-200"), str("([0-9]+)-([0-9]+)"), num(2));
    GIVES("\"\"", "regexp_extract", str("abc"), str("(x)?b"), num(1));
    REFUSED("REGEX_GROUP_INDEX", "regexp_extract", str("a"), str("a"), num(1));
    REFUSED("PATTERN", "rlike", str("a"), str("("));
    REFUSED("PATTERN", "rlike", str("a"), str("[a-z&&[b]]"));
    REFUSED("PATTERN", "rlike", str("a"), str("[[:alpha:]]"));
    GIVES("true", "rlike", str("a"), str("\\p{Alpha}"));
    GIVES("false", "rlike", str("\xc3\xa4"), str("\\p{Alpha}")); // ASCII's only, in Java
    REFUSED("PATTERN", "rlike", str("a"), str("\\p{IsLatin}"));
    GIVES("true", "rlike", str("a"), str("\\p{Ll}"));
    REFUSED("NON_FOLDABLE_INPUT", "rlike", str("a"), column(0, TYPE_STRING));
}

static void test_a_hostile_pattern_ends(void **state)
{
    (void)state;
    GIVES("false", "rlike", call("repeat", str("a"), num(40)), str("(a+)+$b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_split_keeps_what_is_empty, open, close),
        cmocka_unit_test_setup_teardown(test_matches, open, close),
        cmocka_unit_test_setup_teardown(test_a_hostile_pattern_ends, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
