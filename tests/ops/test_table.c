// The console's table: the texts here were printed by Dataset.showString of Spark 4.3.
#include "ops/encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct printed {
    struct memory memory;
    struct arena arena;
    struct session session;
    struct text text;
    struct chunk chunk;
    struct column *column[3];
};

static const struct slice names[] = {{"i", 1}, {"a very long column name that is cut?", 36}, {"b", 1}};

static const char *const words[] = {
    "a\nb\tc\\d",
    "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    NULL,
};

enum { ROWS = sizeof words / sizeof words[0] };

static int begin(void **state)
{
    static struct printed p;
    p = (struct printed){.session = {.zone = &zone_utc}};
    arena_init(&p.arena, &p.memory, 4096);
    text_init(&p.text, &p.memory);
    p.column[0] = column_new(type_simple(TYPE_INT), ROWS, &p.arena);
    p.column[1] = column_new(type_simple(TYPE_STRING), ROWS, &p.arena);
    p.column[2] = column_new(type_simple(TYPE_BINARY), ROWS, &p.arena);
    for (uint32_t i = 0; i < ROWS; i++) {
        p.column[0]->i32[i] = i == 1 ? 22 : (int32_t)i + 1;
        if (words[i])
            p.column[1]->slice[i] = slice_of(words[i]);
        else
            column_set_null(p.column[1], i);
        p.column[2]->slice[i] = i == 0 ? SLICE("1\xFF") : SLICE("");
    }
    p.chunk = (struct chunk){.column = p.column, .columns = 3, .rows = {NULL, ROWS}, .arena = &p.arena};
    *state = &p;
    return 0;
}

static int end(void **state)
{
    struct printed *p = *state;
    text_free(&p->text);
    arena_free(&p->arena);
    assert_int_equal(p->memory.used, 0);
    return 0;
}

static const char *print(struct printed *p, uint32_t num_rows, uint32_t truncate)
{
    struct table *t = table_new(names, 3, num_rows, truncate, &p->session, &p->memory);
    for (int i = 0; i < 2; i++) { // what is cleared leaves nothing behind
        table_clear(t);
        table_add(t, &p->chunk);
    }
    text_clear(&p->text);
    table_print(t, &p->text);
    table_free(t);
    return text_cstring(&p->text);
}

static void cells_are_cut(void **state)
{
    assert_string_equal(print(*state, 20, 20), "+---+-------------------------------------+-------+\n"
                                               "|  i| a very long column name that is cut?|      b|\n"
                                               "+---+-------------------------------------+-------+\n"
                                               "|  1|                            a\\nb\\tc\\d|[31 FF]|\n"
                                               "| 22|日本語日本語日本語日本語日本語日本...|     []|\n"
                                               "|  3|                 xxxxxxxxxxxxxxxxx...|     []|\n"
                                               "|  4|                 😀😀😀😀😀😀😀😀?...|     []|\n"
                                               "|  5|                                 NULL|     []|\n"
                                               "+---+-------------------------------------+-------+\n");
    assert_string_equal(print(*state, 20, 3), "+---+------------------------------------+---+\n"
                                              "|  i|a very long column name that is cut?|  b|\n"
                                              "+---+------------------------------------+---+\n"
                                              "|  1|                                 a\\n|[31|\n"
                                              "| 22|                              日本語| []|\n"
                                              "|  3|                                 xxx| []|\n"
                                              "|  4|                                 😀?| []|\n"
                                              "|  5|                                 NUL| []|\n"
                                              "+---+------------------------------------+---+\n");
}

static void whole_cells_stand_left(void **state)
{
    assert_string_equal(print(*state, 20, 0),
                        "+---+------------------------------------------------------------+-------+\n"
                        "|i  |a very long column name that is cut?                        |b      |\n"
                        "+---+------------------------------------------------------------+-------+\n"
                        "|1  |a\\nb\\tc\\d                                                   |[31 FF]|\n"
                        "|22 |日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語|[]     |\n"
                        "|3  |xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx          |[]     |\n"
                        "|4  |😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀                              |[]     |\n"
                        "|5  |NULL                                                        |[]     |\n"
                        "+---+------------------------------------------------------------+-------+\n");
}

static void rows_have_a_limit(void **state)
{
    assert_string_equal(print(*state, 1, 5), "+---+------------------------------------+-----+\n"
                                             "|  i|a very long column name that is cut?|    b|\n"
                                             "+---+------------------------------------+-----+\n"
                                             "|  1|                               a\\...|[3...|\n"
                                             "+---+------------------------------------+-----+\n"
                                             "only showing top 1 row");
    assert_string_equal(print(*state, 0, 20), "+---+------------------------------------+---+\n"
                                              "|  i|a very long column name that is cut?|  b|\n"
                                              "+---+------------------------------------+---+\n"
                                              "+---+------------------------------------+---+\n"
                                              "only showing top 0 rows");
    const char *text = print(*state, ROWS, 20);
    assert_null(strstr(text, "only showing"));
}

static void selected_rows_are_shown(void **state)
{
    struct printed *p = *state;
    static const uint32_t index[] = {0, 2};
    p->chunk.rows = (struct rows){index, 2};
    const char *text = print(p, 20, 4);
    assert_non_null(strstr(text, "|  1|"));
    assert_non_null(strstr(text, "|  3|"));
    assert_null(strstr(text, "| 22|"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_cut, begin, end),
        cmocka_unit_test_setup_teardown(whole_cells_stand_left, begin, end),
        cmocka_unit_test_setup_teardown(rows_have_a_limit, begin, end),
        cmocka_unit_test_setup_teardown(selected_rows_are_shown, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
