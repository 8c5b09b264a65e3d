// The ground everything stands on: errors, heap, arena, slices, texts, types, columns.
#include "ops/chunk.h"
#include "ops/status.h"
#include "ops/text.h"
#include "ops/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void error_keeps_words(void **unused)
{
    (void)unused;
    struct error e;
    assert_int_equal(error_set(&e, STATUS_CONFIG, "no such %s", "key"), STATUS_CONFIG);
    error_prefix(&e, "%s:%d", "p.json", 3);
    assert_string_equal(e.text, "p.json:3: no such key");
    char longer[ERROR_TEXT_MAX + 10];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    error_set(&e, STATUS_FAILED, "%s", longer);
    error_prefix(&e, "ab");
    assert_int_equal(strlen(e.text), ERROR_TEXT_MAX - 1);
    assert_memory_equal(e.text, "ab: xx", 6);
    assert_int_equal(error_set(NULL, STATUS_END, "nobody"), STATUS_END);
}

static void arena_keeps_blocks(void **unused)
{
    (void)unused;
    struct memory m = {0};
    struct arena a;
    arena_init(&a, &m, 256);
    size_t calls = 0;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++)
            memset(arena_alloc(&a, (size_t)(i * 13)), i, (size_t)(i * 13));
        memset(arena_alloc(&a, 1000), 1, 1000);
        struct arena_mark mark = arena_mark(&a);
        size_t used = arena_used(&a);
        memset(arena_alloc(&a, 700), 2, 700);
        arena_rewind(&a, mark);
        assert_int_equal(arena_used(&a), used);
        arena_reset(&a);
        assert_int_equal(arena_used(&a), 0);
        if (round == 0)
            calls = m.calls;
        assert_int_equal(m.calls, calls);
    }
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    arena_free(&a);
    assert_int_equal(m.used, 0);
}

static void nearest_name(void **unused)
{
    (void)unused;
    const struct slice names[] = {SLICE("watermark"), SLICE("schema"), SLICE("maxFilesPerTrigger")};
    assert_int_equal(slice_nearest(SLICE("watermrak"), names, 3), 0);
    assert_int_equal(slice_nearest(SLICE("maxfilespertriger"), names, 3), 2);
    assert_int_equal(slice_nearest(SLICE("sink"), names, 3), -1);
    const struct slice ties[] = {SLICE("conv"), SLICE("count"), SLICE("cos")};
    assert_int_equal(slice_nearest(SLICE("cont"), ties, 3), 1);
    assert_true(slice_equal_fold(SLICE("EventTime"), SLICE("eventtime")));
    assert_true(slice_compare(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
}

static void types_print(void **unused)
{
    (void)unused;
    struct memory m = {0};
    struct arena a;
    arena_init(&a, &m, 1024);
    const struct type *ts = type_simple(TYPE_TIMESTAMP);
    struct field fields[] = {{SLICE("start"), ts, false}, {SLICE("an end"), type_decimal(&a, 10, 2), true}};
    const struct type *t =
        type_map(&a, type_simple(TYPE_STRING), type_array(&a, type_struct(&a, fields, 2), true), true);
    struct text out;
    text_init(&out, &m);
    type_print_sql(t, &out);
    assert_string_equal(text_cstring(&out),
                        "MAP<STRING, ARRAY<STRUCT<start: TIMESTAMP NOT NULL, `an end`: DECIMAL(10,2)>>>");
    text_clear(&out);
    type_print_simple(t, &out);
    assert_string_equal(text_cstring(&out), "map<string,array<struct<start:timestamp,an end:decimal(10,2)>>>");
    assert_true(type_equal(t, t->element ? t : NULL));
    assert_false(type_equal(type_decimal(&a, 10, 2), type_decimal(&a, 10, 3)));
    text_free(&out);
    arena_free(&a);
    assert_int_equal(m.used, 0);
}

static void columns_copy(void **unused)
{
    (void)unused;
    struct memory m = {0};
    struct arena a;
    arena_init(&a, &m, 4096);
    const struct type *t = type_array(&a, type_simple(TYPE_STRING), true);
    struct column *from = column_new(t, 4, &a), *to = column_new(t, 4, &a);
    for (uint32_t row = 0; row < 3; row++) {
        uint32_t n = row * 20;
        column_reserve(from, from->used + n, &a);
        from->span[row] = (struct span){from->used, n};
        for (uint32_t k = 0; k < n; k++) {
            from->child[0].slice[from->used] = SLICE("word");
            from->child[0].null[from->used++] = k == 1;
        }
    }
    column_set_null(from, 3);
    for (uint32_t row = 0; row < 4; row++)
        column_copy(to, 3 - row, from, row, &a);
    assert_true(is_null(to, 0));
    assert_int_equal(to->span[1].size, 40);
    assert_true(to->child[0].null[to->span[1].offset + 1]);
    assert_true(slice_equal(to->child[0].slice[to->span[1].offset + 39], SLICE("word")));
    assert_ptr_not_equal(to->child[0].slice[to->span[1].offset].data, from->child[0].slice[0].data);
    arena_free(&a);
}

static void values_round(void **unused)
{
    (void)unused;
    struct memory m = {0};
    struct arena a;
    arena_init(&a, &m, 4096);
    static const enum type_id ids[] = {TYPE_TINYINT, TYPE_SMALLINT, TYPE_INT, TYPE_BIGINT, TYPE_DATE, TYPE_TIMESTAMP};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct column *c = column_new(type_simple(ids[i]), 2, &a);
        struct value v = {.type = type_simple(ids[i]), .integer = -7}, n = {.type = type_simple(ids[i]), .null = true};
        value_store(&v, c, 0);
        value_store(&n, c, 1);
        assert_int_equal(value_load(c, 0).integer, -7);
        assert_true(value_load(c, 1).null);
        c->mask = 0;
        assert_int_equal(value_load(c, 1).integer, -7);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_keeps_words), cmocka_unit_test(arena_keeps_blocks), cmocka_unit_test(nearest_name),
        cmocka_unit_test(types_print),       cmocka_unit_test(columns_copy),       cmocka_unit_test(values_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
