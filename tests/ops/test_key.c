#include "rows.h"

#include "ops/key.h"

struct fixture {
    struct bench b;
    struct text key, other, printed;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    bench_start(&f->b, NULL, 0);
    text_init(&f->key, &f->b.memory);
    text_init(&f->other, &f->b.memory);
    text_init(&f->printed, &f->b.memory);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    text_free(&f->key);
    text_free(&f->other);
    text_free(&f->printed);
    bench_end(&f->b, NULL);
    free(f);
    return 0;
}

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

// `lines` are values of one type in ascending order (NULL first), all different. Checks the order of their keys in
// each direction, and that they read back.
static void check_order(struct fixture *f, const struct type *type, const char *const *lines)
{
    f->b.type[0] = type;
    f->b.columns = 1;
    struct chunk *chunk = bench_chunk(&f->b, lines);
    struct column *c = chunk->column[0];
    struct column *back = column_new(type, 1, &f->b.chunk_arena);
    for (uint32_t x = 0; x < chunk->rows.count; x++) {
        for (uint32_t y = 0; y < chunk->rows.count; y++) {
            for (unsigned order = 0; order < 4; order++) {
                text_clear(&f->key);
                text_clear(&f->other);
                key_append(&f->key, c, x, order);
                key_append(&f->other, c, y, order);
                int expected = sign((int)x - (int)y);
                bool has_null = is_null(c, x) || is_null(c, y);
                if (has_null && (order & KEY_NULLS_LAST) != 0)
                    expected = -expected;
                if (!has_null && (order & KEY_DESCENDING) != 0)
                    expected = -expected;
                if (sign(slice_compare(text_view(&f->key), text_view(&f->other))) != expected)
                    fail_msg("%s and %s in order %u", lines[x], lines[y], order);
                assert_true(f->key.size <= key_bound(c, x));
            }
        }
        for (unsigned order = 0; order < 4; order++) {
            text_clear(&f->key);
            key_append(&f->key, c, x, order);
            back->used = 0;
            assert_int_equal(key_read(text_view(&f->key), back, 0, order, &f->b.chunk_arena), f->key.size);
            text_clear(&f->printed);
            print_value(back, 0, &f->printed);
            assert_string_equal(text_cstring(&f->printed), lines[x]);
            for (uint32_t cut = 0; cut < f->key.size; cut++) {
                struct slice part = {f->key.data, cut};
                back->used = 0;
                assert_int_equal(key_read(part, back, 0, order, &f->b.chunk_arena), 0);
            }
        }
    }
}

static void test_numbers(void **state)
{
    struct fixture *f = *state;
    check_order(f, type_simple(TYPE_BOOLEAN), LINES("NULL", "false", "true"));
    check_order(f, type_simple(TYPE_TINYINT), LINES("NULL", "-128", "-1", "0", "1", "127"));
    check_order(f, type_simple(TYPE_SMALLINT), LINES("NULL", "-32768", "-1", "0", "1", "32767"));
    check_order(f, type_simple(TYPE_INT), LINES("NULL", "-2147483648", "-256", "0", "255", "256", "2147483647"));
    check_order(f, type_simple(TYPE_DATE), LINES("NULL", "-1", "0", "19000"));
    check_order(f, type_simple(TYPE_BIGINT),
                LINES("NULL", "-9223372036854775808", "-1", "0", "4294967296", "9223372036854775807"));
    check_order(f, type_simple(TYPE_TIMESTAMP), LINES("NULL", "-1.5", "0", "1.000001"));
    check_order(f, type_simple(TYPE_FLOAT), LINES("NULL", "-inf", "-1.5", "-1.40129846e-45", "0", "1", "inf", "nan"));
    check_order(f, type_simple(TYPE_DOUBLE), LINES("NULL", "-inf", "-1024", "-0.5", "0", "0.5", "2", "inf", "nan"));
    check_order(f, type_decimal(&f->b.arena, 38, 2), LINES("NULL", "-1:18446744073709551615", "0:0", "0:1"));
}

static void test_strings(void **state)
{
    struct fixture *f = *state;
    check_order(f, type_simple(TYPE_STRING), LINES("NULL", "", "\x01", "a", "a\x01", "aa", "b", "\xc3\xa4"));
    check_order(f, type_simple(TYPE_BINARY), LINES("NULL", "", "a", "\xff", "\xff\xff"));
}

static void test_nested(void **state)
{
    struct fixture *f = *state;
    struct arena *a = &f->b.arena;
    const struct field window[] = {{SLICE("start"), type_simple(TYPE_TIMESTAMP), true},
                                   {SLICE("end"), type_simple(TYPE_TIMESTAMP), true}};
    check_order(f, type_struct(a, window, 2), LINES("NULL", "{NULL,3}", "{-10,0}", "{0,10}", "{0,11}", "{5,NULL}"));
    const struct field mixed[] = {{SLICE("s"), type_simple(TYPE_STRING), true},
                                  {SLICE("i"), type_simple(TYPE_INT), true}};
    check_order(f, type_struct(a, mixed, 2), LINES("NULL", "{NULL,1}", "{,7}", "{a,NULL}", "{a,-1}", "{a,1}", "{b,0}"));
    check_order(f, type_array(a, type_simple(TYPE_STRING), true),
                LINES("NULL", "[]", "[NULL]", "[NULL,a]", "[a]", "[a,b]", "[aa]", "[b,a]"));
    check_order(f, type_map(a, type_simple(TYPE_STRING), type_simple(TYPE_INT), true),
                LINES("NULL", "[]", "[a:NULL]", "[a:1]", "[a:1,b:2]", "[b:0]"));
}

// A zero byte in a string is not its end, in either direction, whatever stands behind it.
static void test_zero_bytes(void **state)
{
    struct fixture *f = *state;
    static const struct slice values[] = {{"", 0},   {"\0", 1},   {"\0\0", 2}, {"\0\1", 2},
                                          {"\1", 1}, {"a\0b", 3}, {"a\1", 2}};
    enum { COUNT = sizeof values / sizeof values[0] };
    struct column *c = column_new(type_simple(TYPE_STRING), COUNT, &f->b.arena);
    struct column *back = column_new(type_simple(TYPE_STRING), 1, &f->b.arena);
    for (uint32_t k = 0; k < COUNT; k++)
        c->slice[k] = values[k];
    for (unsigned order = 0; order < 4; order++)
        for (uint32_t x = 0; x < COUNT; x++)
            for (uint32_t y = 0; y < COUNT; y++) {
                text_clear(&f->key);
                text_clear(&f->other);
                key_append(&f->key, c, x, order);
                key_append(&f->key, c, y, order);
                key_append(&f->other, c, y, order);
                key_append(&f->other, c, x, order);
                int expected = sign((int)x - (int)y) * ((order & KEY_DESCENDING) != 0 ? -1 : 1);
                assert_int_equal(sign(slice_compare(text_view(&f->key), text_view(&f->other))), expected);
                size_t used = key_read(text_view(&f->key), back, 0, order, &f->b.arena);
                assert_true(used > 0 && slice_equal(back->slice[0], values[x]));
                struct slice rest = {f->key.data + used, (uint32_t)(f->key.size - used)};
                assert_int_equal(key_read(rest, back, 0, order, &f->b.arena), rest.size);
                assert_true(slice_equal(back->slice[0], values[y]));
            }
}

// Spark's NormalizeNaNAndZero, and the bytes that docs/SPEC.md promises.
static void test_bytes(void **state)
{
    struct fixture *f = *state;
    struct column *c = column_new(type_simple(TYPE_DOUBLE), 3, &f->b.arena);
    c->f64[0] = -0.0;
    c->f64[1] = -NAN;
    c->f64[2] = 1;
    key_append(&f->key, c, 0, 0);
    assert_memory_equal(f->key.data, "\x01\x80\0\0\0\0\0\0\0", 9);
    text_clear(&f->key);
    key_append(&f->key, c, 1, 0);
    assert_memory_equal(f->key.data, "\x01\xff\xf8\0\0\0\0\0\0", 9);
    text_clear(&f->key);
    key_append(&f->key, c, 2, KEY_DESCENDING);
    assert_memory_equal(f->key.data, "\x01\x40\x0f\xff\xff\xff\xff\xff\xff", 9);
    struct column *i = column_new(type_simple(TYPE_INT), 1, &f->b.arena);
    i->i32[0] = -2;
    text_clear(&f->key);
    key_append(&f->key, i, 0, 0);
    assert_int_equal(f->key.size, 5);
    assert_memory_equal(f->key.data, "\x01\x7f\xff\xff\xfe", 5);
}

// What key_append never writes is not read.
static void test_damage(void **state)
{
    struct fixture *f = *state;
    const struct type *type = type_map(&f->b.arena, type_simple(TYPE_STRING), type_simple(TYPE_INT), true);
    struct column *map = column_new(type, 1, &f->b.arena);
    assert_int_equal(key_read(SLICE("\1\1\0\0\0"), map, 0, 0, &f->b.arena), 0); // a map's key that is NULL
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nested, setup, teardown),
        cmocka_unit_test_setup_teardown(test_zero_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
