// Messages about SQL: place, words, line and caret; typical mistakes and what is said of them.
#include "agent/sql/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct memory memory;

static void test_text_place(void **state)
{
    struct error e;
    struct sql_source source = {.text = SLICE("SELECT a\nFROM t WHERE x")};
    (void)state;
    assert_int_equal(sql_error(&source, 14, 2, &e, "no %s", "good"), STATUS_CONFIG);
    assert_string_equal(e.text, "2:6: no good\n  FROM t WHERE x\n       ^~");
    source.file = "q.sql";
    sql_error(&source, 0, 1, &e, "x");
    assert_string_equal(e.text, "q.sql:1:1: x\n  SELECT a\n  ^");
    sql_error(&source, 900, 1, &e, "beyond");
    assert_string_equal(e.text, "q.sql:2:15: beyond\n  FROM t WHERE x\n                ^");
}

// Each line of the query is a string of the pipeline file; one has an escape of six columns.
static void test_file_place(void **state)
{
    struct error e;
    static const uint8_t widths[] = {1, 1, 2, 6, 0, 1, 1};
    const struct sql_line lines[] = {{7, 6, NULL}, {8, 10, widths}};
    struct sql_source source = {.file = "p.json",
                                .text = SLICE("ab\xC3\xA9"
                                              "cd\nxy\"\xC3\xA9zz"),
                                .lines = lines};
    (void)state;
    sql_error(&source, 5, 1, &e, "m");
    assert_string_equal(e.text, "p.json:7:10: m\n  ab\xC3\xA9"
                                "cd\n      ^");
    sql_error(&source, 12, 1, &e, "m");
    assert_string_equal(e.text, "p.json:8:20: m\n  xy\"\xC3\xA9zz\n      ^");
}

static void test_long_line(void **state)
{
    struct error e;
    char text[4000];
    (void)state;
    memset(text, 'x', sizeof text);
    text[2000] = 'Y';
    struct sql_source source = {.text = {text, sizeof text}};
    sql_error(&source, 2000, 3000, &e, "m");
    assert_true(strlen(e.text) < 400);
    assert_memory_equal(e.text, "1:2001: m\n  ...x", 16);
    const char *caret = strchr(e.text, '^'), *shown = strchr(e.text, 'Y');
    assert_int_equal(caret - strrchr(e.text, '\n'), shown - strchr(e.text, '\n'));
}

static const struct {
    const char *sql, *place, *words;
} mistakes[] = {
    {"SELEC a FROM t", "1:1:", "Did you mean SELECT"},
    {"SELECT a FORM t", "1:15:", "Did you mean FROM instead of 'FORM'?"},
    {"SELECT a FROM t WHER b = 1", "1:22:", "Did you mean WHERE"},
    {"SELECT a FROM t GROUPBY a", "1:25:", "Did you mean GROUP BY"},
    {"SELECT a FROM t WHERE b ORDER a", "1:25:", "ORDER BY and an expression"},
    {"SELECT a FROM t WHERE b = 1 AND", "1:29:", "an expression behind it"},
    {"SELECT a FROM t ORDER BY a WHERE b", "1:28:", "in the order FROM, WHERE"},
    {"SELECT a,, b FROM t", "1:10:", "unexpected ','; expected an expression"},
    {"SELECT a, FROM t", "1:11:", "[TRAILING_COMMA_IN_SELECT]"},
    {"SELECT (a FROM t", "1:11:", "')' to close the parenthesis"},
    {"SELECT a) FROM t", "1:9:", "unexpected ')'"},
    {"SELECT f(a, FROM t", "1:18:", "')' behind the arguments"},
    {"SELECT a FROM t JOIN", "1:21:", "the text ends here; expected a table"},
    {"SELECT a FROM t LEFT OUTER u", "1:17:", "expected JOIN"},
    {"SELECT a FROM t JOIN u ON", "1:26:", "expected an expression"},
    {"SELECT a BETWEEN 1 FROM t", "1:20:", "AND and the upper bound"},
    {"SELECT CASE WHEN a THEN b FROM t", "1:27:", "END"},
    {"SELECT a IN () FROM t", "1:14:", "[INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE]"},
    {"SELECT a IS 3 FROM t", "1:13:", "unexpected '3'"},
    {"SELECT 'abc FROM t", "1:8:", "no closing '"},
    {"SELECT `abc FROM t", "1:8:", "no closing `"},
    {"SELECT a /* b FROM t", "1:10:", "[UNCLOSED_BRACKETED_COMMENT]"},
    {"SELECT a # b FROM t", "1:10:", "'#' begins nothing"},
    {"SELECT a as 'b' FROM t", "1:13:", "in back quotes"},
    {"SELECT \xC3\xA4 FROM t", "1:8:", "[INVALID_IDENTIFIER]"},
    {"SELECT a-b x-y FROM t", "1:12:", "[INVALID_IDENTIFIER]"},
    {"SELECT CAST(a AS STRIN) FROM t", "1:18:", "[UNSUPPORTED_DATATYPE] STRIN is no type. Did you mean STRING?"},
    {"SELECT CAST(a) FROM t", "1:14:", "expected AS and a type"},
    {"SELECT CAST(a AS DECIMAL(40)) FROM t", "1:18:", "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION]"},
    {"SELECT CAST(a AS DECIMAL(2,3)) FROM t", "1:18:", "[DECIMAL_SCALE_EXCEEDS_PRECISION]"},
    {"SELECT CAST(a AS VARCHAR) FROM t", "1:18:", "[DATATYPE_MISSING_SIZE]"},
    {"SELECT 128Y", "1:8:", "[INVALID_NUMERIC_LITERAL_RANGE]"},
    {"SELECT 1e400", "1:8:", "[INVALID_NUMERIC_LITERAL_RANGE]"},
    {"SELECT 999999999999999999999999999999999999999", "1:8:", "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION]"},
    {"SELECT DATE 'x'", "1:8:", "[INVALID_TYPED_LITERAL]"},
    {"SELECT X'1G'", "1:8:", "[INVALID_TYPED_LITERAL]"},
    {"SELECT foo 'x'", "1:8:", "[UNSUPPORTED_TYPED_LITERAL]"},
    {"SELECT INTERVAL 'x'", "1:8:", "[INVALID_TYPED_LITERAL]"},
    {"SELECT INTERVAL 1 fortnight", "1:19:", "expected a unit"},
    {"SELECT INTERVAL 1 MONTH 1 DAY", "1:8:", "do not mix"},
    {"SELECT INTERVAL '1' HOUR TO DAY", "1:8:", "UNSUPPORTED_FROM_TO_EXPRESSION"},
    {"SELECT INTERVAL '1 25' DAY TO HOUR", "1:8:", "UNMATCHED_FORMAT_STRING"},
    {"SELECT a LIKE 'x' ESCAPE 'ab'", "1:26:", "[INVALID_ESC]"},
    {"SELECT f(a => 1)", "1:10:", "[NAMED_PARAMETERS_NOT_SUPPORTED]"},
    {"SELECT :a", "1:8:", "[UNBOUND_SQL_PARAMETER]"},
    {"", "1:1:", "[PARSE_EMPTY_STATEMENT]"},
    {"SELECT 1; SELECT 2", "1:11:", "unexpected 'SELECT'"},
    {"INSERT INTO t VALUES (1)", "1:1:", "expected SELECT"},
    {"SELECT a FROM t NATURAL u", "1:25:", "expected JOIN"},
    {"SELECT a FROM t TABLESAMPLE (1 ROWS)", "1:17:", "TABLESAMPLE"},
    {"SELECT a FROM range(3)", "1:15:", "a function as a table"},
    {"SELECT a FROM t PIVOT (sum(a) FOR b IN (1))", "1:17:", "PIVOT"},
    {"SELECT a FROM t SORT BY a", "1:17:", "SORT BY"},
    {"SELECT 1 INTERSECT ALL SELECT 2", "1:10:", "INTERSECT ALL"},
    {"SELECT * EXCEPT () FROM t", "1:18:", "expected a column"},
    {"SELECT mode() WITHIN GROUP (ORDER BY a)", "1:15:", "WITHIN GROUP"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct arena arena;
        struct error e = {0};
        struct ast_select *select;
        struct sql_source source = {.text = slice_of(mistakes[i].sql)};
        arena_init(&arena, &memory, 4096);
        assert_int_equal(sql_parse(&source, &arena, &select, &e), STATUS_CONFIG);
        assert_null(select);
        if (strncmp(e.text, mistakes[i].place, strlen(mistakes[i].place)) != 0 ||
            strstr(e.text, mistakes[i].words) == NULL || strstr(e.text, "\n  ") == NULL || strchr(e.text, '^') == NULL)
            fail_msg("%s\ngave %s\nwanted %s %s", mistakes[i].sql, e.text, mistakes[i].place, mistakes[i].words);
        arena_free(&arena);
    }
}

static void test_schema_mistakes(void **state)
{
    static const struct {
        const char *ddl, *place, *words;
    } schemas[] = {
        {"a INT, b", "1:9:", "expected a type"},
        {"a INT,", "1:7:", "expected a column"},
        {"", "1:1:", "[PARSE_EMPTY_STATEMENT]"},
        {"a: INT", "1:2:", "unexpected ':'; expected a type"},
        {"a VARCHAR(3)", "1:3:", "[UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING]"},
        {"a INT b STRING", "1:7:", "expected ','"},
        {"a TIMESTMP", "1:3:", "Did you mean TIMESTAMP?"},
        {"a INT, A STRING", "1:8:", "[COLUMN_ALREADY_EXISTS]"},
        {"a ARRAY", "1:3:", "[INCOMPLETE_TYPE_DEFINITION.ARRAY]"},
        {"a MAP<STRING>", "1:13:", "the type of the values"},
        {"a STRUCT<b: INT", "1:16:", "expected '>'"},
        {"a INT(3)", "1:3:", "takes no length"},
        {"a INT COMMENT x", "1:15:", "a string behind COMMENT"},
        {"a INTERVAL", "1:3:", "INTERVAL without units"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct arena arena;
        struct error e = {0};
        const struct type *type;
        struct sql_source source = {.text = slice_of(schemas[i].ddl)};
        arena_init(&arena, &memory, 4096);
        assert_int_equal(sql_parse_schema(&source, &arena, &type, &e), STATUS_CONFIG);
        if (strncmp(e.text, schemas[i].place, strlen(schemas[i].place)) != 0 ||
            strstr(e.text, schemas[i].words) == NULL)
            fail_msg("%s\ngave %s\nwanted %s %s", schemas[i].ddl, e.text, schemas[i].place, schemas[i].words);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_place), cmocka_unit_test(test_file_place),      cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_mistakes),   cmocka_unit_test(test_schema_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
