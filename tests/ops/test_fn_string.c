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

static void test_put_together(void **state)
{
    (void)state;
    GIVES("\"a1\"", "concat", str("a"), num(1));
    GIVES("null", "concat", str("a"), null());
    GIVES("\"\"", "concat");
    GIVES("[1,2]", "concat", call("array", num(1)), call("array", num(2)));
    GIVES("\"a-b\"", "concat_ws", str("-"), str("a"), null(), call("array", str("b"), null()));
    GIVES("\"xyxab\"", "lpad", str("ab"), num(5), str("xy"));
    GIVES("\"a\"", "rpad", str("ab"), num(1), str("xy"));
    GIVES("\"\"", "repeat", str("ab"), num(-1));
    GIVES("null", "repeat", str("ab"), num(INT32_MAX));
    GIVES("\"a--b\"", "replace", str("aXb"), str("X"), str("--"));
    GIVES("\"ßäh\"", "reverse", str("häß"));
}

static void test_parts_count_characters(void **state)
{
    (void)state;
    GIVES("\"äß\"", "substring", str("häß"), num(2));
    GIVES("\"h\"", "substring", str("häß"), num(0), num(1));
    GIVES("\"ä\"", "substring", str("häß"), num(-2), num(1));
    GIVES("\"\"", "substring", str("häß"), num(-5), num(2));
    GIVES("\"h\"", "substring", str("häß"), num(-5), num(3));
    GIVES("\"\"", "left", str("häß"), num(-1));
    GIVES("\"äß\"", "right", str("häß"), num(2));
    GIVES("\"b.c\"", "substring_index", str("a.b.c"), str("."), num(-2));
    GIVES("\"a.b.c\"", "substring_index", str("a.b.c"), str("."), num(5));
    GIVES("\"a \"", "ltrim", str("  a "));
    GIVES("\"a\"", "trim", str("xy"), str("xyax"));
    GIVES("\"a\"", "btrim", str("xyax"), str("xy"));
}

static void test_questions(void **state)
{
    (void)state;
    GIVES("3", "length", str("häß"));
    GIVES("5", "octet_length", str("häß"));
    GIVES("2", "instr", str("häß"), str("ä"));
    GIVES("4", "locate", str("b"), str("abcb"), num(3));
    GIVES("0", "locate", str("b"), str("abcb"), num(0));
    GIVES("true", "startswith", str("abc"), str(""));
    GIVES("false", "endswith", str("c"), str("abc"));
    GIVES("true", "contains", str("abc"), str("b"));
    GIVES("228", "ascii", str("ä"));
    REFUSED("UNEXPECTED_INPUT_TYPE", "length", call("array", num(1)));
}

static void test_case_of_all_letters(void **state)
{
    (void)state;
    GIVES("\"STRASSE\"", "upper", str("straße"));
    GIVES("\"ας σ\"", "lower", str("ΑΣ Σ"));
    GIVES("\"Ab-cd Ssa\"", "initcap", str("aB-CD ßA"));
    GIVES("\"ÿŸāĀ\"", "concat", call("lower", str("ŸŸ")) ? call("concat", str("ÿ"), call("upper", str("ÿ"))) : null(),
          call("concat", call("lower", str("Ā")), call("upper", str("ā"))));
}

static void test_patterns(void **state)
{
    (void)state;
    GIVES("true", "like", str("a_c"), str("a\\_c"));
    GIVES("false", "like", str("abc"), str("a\\_c"));
    GIVES("true", "like", str("häß"), str("h_%"));
    GIVES("true", "ilike", str("ABC"), str("%b%"));
    GIVES("true", "like", str("aXbXc"), str("a%X%c"));
    REFUSED("INVALID_FORMAT", "like", str("a"), str("a\\b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_together, open, close),
        cmocka_unit_test_setup_teardown(test_parts_count_characters, open, close),
        cmocka_unit_test_setup_teardown(test_questions, open, close),
        cmocka_unit_test_setup_teardown(test_case_of_all_letters, open, close),
        cmocka_unit_test_setup_teardown(test_patterns, open, close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
