#include "rows.h"

#include "ops/record.h"

// Each value of `lines` reads back, and no beginning of its bytes does.
static void check(const struct type *type, const char *const *lines)
{
    struct bench b;
    struct text record, printed;
    bench_start(&b, &type, 1);
    text_init(&record, &b.memory);
    text_init(&printed, &b.memory);
    struct chunk *chunk = bench_chunk(&b, lines);
    struct column *back = column_new(type, 1, &b.chunk_arena);
    for (uint32_t k = 0; k < chunk->rows.count; k++) {
        text_clear(&record);
        record_append(&record, chunk->column[0], k);
        back->used = 0;
        assert_int_equal(record_read(text_view(&record), back, 0, &b.chunk_arena), record.size);
        text_clear(&printed);
        print_value(back, 0, &printed);
        assert_string_equal(text_cstring(&printed), lines[k]);
        for (uint32_t cut = 0; cut < record.size; cut++) {
            back->used = 0;
            assert_int_equal(record_read((struct slice){record.data, cut}, back, 0, &b.chunk_arena), 0);
        }
    }
    text_free(&record);
    text_free(&printed);
    bench_end(&b, NULL);
}

static void test_values(void **state)
{
    (void)state;
    check(type_simple(TYPE_BOOLEAN), LINES("NULL", "false", "true"));
    check(type_simple(TYPE_TINYINT), LINES("-128", "NULL", "127"));
    check(type_simple(TYPE_SMALLINT), LINES("-32768", "32767"));
    check(type_simple(TYPE_INT), LINES("-2147483648", "0", "2147483647"));
    check(type_simple(TYPE_BIGINT), LINES("-9223372036854775808", "NULL", "9223372036854775807"));
    check(type_simple(TYPE_TIMESTAMP), LINES("-1.5", "17"));
    check(type_simple(TYPE_FLOAT), LINES("-0", "1.5", "nan", "inf"));
    check(type_simple(TYPE_DOUBLE), LINES("-0", "1.5", "nan", "-inf"));
    check(type_simple(TYPE_STRING), LINES("", "a", "NULL",
                                          "more than one hundred and twenty seven bytes so that the size in front of "
                                          "them takes two ..............................................."));
}

static void test_nested(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena a;
    arena_init(&a, &memory, 1024);
    const struct field fields[] = {{SLICE("s"), type_simple(TYPE_STRING), true},
                                   {SLICE("i"), type_simple(TYPE_INT), true}};
    check(type_decimal(&a, 38, 2), LINES("-1:18446744073709551615", "0:7"));
    check(type_struct(&a, fields, 2), LINES("NULL", "{NULL,1}", "{a,NULL}", "{,-1}"));
    check(type_array(&a, type_simple(TYPE_STRING), true), LINES("NULL", "[]", "[NULL,a]", "[b]"));
    check(type_map(&a, type_simple(TYPE_STRING), type_simple(TYPE_DOUBLE), true), LINES("[]", "[a:1,b:NULL]"));
    arena_free(&a);
}

static void test_damage(void **state)
{
    (void)state;
    struct bench b;
    bench_start(&b, NULL, 0);
    struct column *s = column_new(type_simple(TYPE_STRING), 1, &b.arena);
    struct column *list = column_new(type_array(&b.arena, type_simple(TYPE_INT), true), 1, &b.arena);
    assert_int_equal(record_read(SLICE("\2abc"), s, 0, NULL), 0);
    assert_int_equal(record_read(SLICE("\1\x04"
                                       "abc"),
                                 s, 0, NULL),
                     0);
    assert_int_equal(record_read(SLICE("\1\xff\xff\xff\xff\xff"), s, 0, NULL), 0);
    assert_int_equal(record_read(SLICE("\1\xff\xff\xff\x7f\0\0"), list, 0, &b.arena), 0);
    assert_int_equal(record_read(SLICE("\1\x03"
                                       "abcd"),
                                 s, 0, NULL),
                     5); // the rest is the next value's
    struct column *map =
        column_new(type_map(&b.arena, type_simple(TYPE_STRING), type_simple(TYPE_INT), true), 1, &b.arena);
    assert_int_equal(record_read(SLICE("\1\1\0\0"), map, 0, &b.arena), 0); // a key that is NULL
    bench_end(&b, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
