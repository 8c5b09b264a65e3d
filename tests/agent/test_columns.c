// The name and the type of the column that a SELECT makes of an expression without AS, and what is refused: as
// Spark 4.3 answered (columns.tsv, tests/spark/record_columns.py), through the whole of parser, binder and planner.
#include "plan_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { LINE_MAX_BYTES = 4096 };

static const char schema[] =
    "i INT, l BIGINT, si SMALLINT, ti TINYINT, f FLOAT, d DOUBLE, dc DECIMAL(10,2), dw DECIMAL(38,10), s STRING, "
    "n STRING, b BOOLEAN, bin BINARY, dt DATE, ts TIMESTAMP, ntz TIMESTAMP_NTZ, a ARRAY<INT>, sa ARRAY<STRING>, "
    "m MAP<STRING, INT>, st STRUCT<x: INT, y: STRING>, ast ARRAY<STRUCT<x: INT, y: STRING>>, ni INT, "
    "aa ARRAY<ARRAY<INT>>, j STRING, ms MAP<STRING, STRUCT<x: INT, y: STRING>>";

// "name\ttype", or "\t!CLASS".
static const char *answer(struct plan_bench *b, const char *expression)
{
    static char sql[LINE_MAX_BYTES + 64];
    uint32_t count;
    snprintf(sql, sizeof sql, "SELECT %s FROM t", expression);
    enum status s = bench_plan(b, OUTPUT_APPEND, sql);
    if (s != STATUS_OK && strstr(b->error.text, "[STREAMING_OUTPUT_MODE") != NULL)
        s = bench_plan(b, OUTPUT_COMPLETE, sql); // an aggregate
    if (s != STATUS_OK) {
        const char *class = strchr(b->error.text, '[');
        size_t size = class == NULL ? 0 : strcspn(class + 1, "]");
        text_printf(&b->text, "\t!%.*s", (int)size, class == NULL ? "" : class + 1);
        return text_cstring(&b->text);
    }
    const struct field *f = plan_fields(b->plan, &count);
    text_slice(&b->text, f[0].name);
    text_char(&b->text, '\t');
    type_print_simple(f[0].type, &b->text);
    return text_cstring(&b->text);
}

static void test_as_spark(void **state)
{
    (void)state;
    char line[LINE_MAX_BYTES];
    uint32_t lines = 0, wrong = 0;
    FILE *file = fopen(RUNNEL_ANSWERS_DIR "/columns.tsv", "r");
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); lines++) {
        static struct plan_bench bench;
        line[strcspn(line, "\n")] = '\0';
        char *expected = strchr(line, '\t');
        assert_non_null(expected);
        *expected++ = '\0';
        bench_open(&bench, schema, NULL);
        const char *got = answer(&bench, line);
        if (strcmp(got, expected) != 0) {
            print_error("%s\n  expected %s\n  got      %s %s\n", line, expected, got, bench.error.text);
            wrong++;
        }
        bench_close(&bench);
        assert_int_equal(bench.memory.used, 0);
    }
    fclose(file);
    assert_true(lines > 500);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_spark)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
