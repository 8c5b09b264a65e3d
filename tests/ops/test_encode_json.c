// Rows out as to_json of Spark 4.3 writes them.
#include "ops/encoder.h"
#include "ops/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct written {
    struct memory memory;
    struct arena arena;
    struct session session;
    struct text text;
};

static int begin(void **state)
{
    static struct written w;
    w = (struct written){.session = {.zone = &zone_utc}};
    arena_init(&w.arena, &w.memory, 4096);
    text_init(&w.text, &w.memory);
    *state = &w;
    return 0;
}

static int end(void **state)
{
    struct written *w = *state;
    text_free(&w->text);
    arena_free(&w->arena);
    assert_int_equal(w->memory.used, 0);
    return 0;
}

static const char *value(struct written *w, const struct column *c)
{
    text_clear(&w->text);
    json_append_value(&w->text, c, 0, &w->session);
    return text_cstring(&w->text);
}

static struct column *one(struct written *w, enum type_id id)
{
    return column_new(type_simple(id), 1, &w->arena);
}

static void strings_are_escaped(void **state)
{
    struct written *w = *state;
    static const struct {
        const char *in, *out;
    } strings[] = {
        {"", "\"\""},
        {"/\x7F\x1F\b\"\\\n\r\t\f", "\"/\x7F\\u001F\\b\\\"\\\\\\n\\r\\t\\f\""},
        {"é日😀", "\"é日😀\""},
        {"a\x80z", "\"a\xEF\xBF\xBDz\""},
        {"\xE2\x28\xA1", "\"\xEF\xBF\xBD(\xEF\xBF\xBD\""},
        {"\xED\xA0\x80!", "\"\xEF\xBF\xBD!\""},
        {"\xF0\x9F\x98", "\"\xEF\xBF\xBD\""},
        {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        text_clear(&w->text);
        json_append_string(&w->text, slice_of(strings[i].in));
        assert_string_equal(text_cstring(&w->text), strings[i].out);
    }
}

static void numbers(void **state)
{
    struct written *w = *state;
    struct column *c = one(w, TYPE_TINYINT);
    c->i8[0] = -5;
    assert_string_equal(value(w, c), "-5");
    c = one(w, TYPE_SMALLINT);
    c->i16[0] = -300;
    assert_string_equal(value(w, c), "-300");
    c = one(w, TYPE_BIGINT);
    c->i64[0] = INT64_MIN;
    assert_string_equal(value(w, c), "-9223372036854775808");
    c = one(w, TYPE_FLOAT);
    c->f32[0] = NAN;
    assert_string_equal(value(w, c), "\"NaN\"");
    c->f32[0] = 0.5F;
    assert_string_equal(value(w, c), "0.5");
    c = one(w, TYPE_DOUBLE);
    c->f64[0] = -INFINITY;
    assert_string_equal(value(w, c), "\"-Infinity\"");
    c->f64[0] = 1e10;
    assert_string_equal(value(w, c), "1.0E10");
    c = column_new(type_decimal(&w->arena, 10, 2), 1, &w->arena);
    c->decimal[0] = (struct decimal){150, 0};
    assert_string_equal(value(w, c), "1.50");
    c = column_new(type_decimal(&w->arena, 20, 10), 1, &w->arena);
    c->decimal[0] = (struct decimal){0, 0};
    assert_string_equal(value(w, c), "0E-10");
}

static void others(void **state)
{
    struct written *w = *state;
    struct column *c = one(w, TYPE_BOOLEAN);
    c->boolean[0] = 1;
    assert_string_equal(value(w, c), "true");
    c = one(w, TYPE_DATE);
    c->i32[0] = 2932897;
    assert_string_equal(value(w, c), "\"+10000-01-01\"");
    c = one(w, TYPE_TIMESTAMP);
    c->i64[0] = INT64_C(1704067201500999);
    assert_string_equal(value(w, c), "\"2024-01-01T00:00:01.500Z\"");
    c = one(w, TYPE_TIMESTAMP_NTZ);
    c->i64[0] = INT64_C(1704067201560000);
    assert_string_equal(value(w, c), "\"2024-01-01T00:00:01.560\"");
    c = one(w, TYPE_INTERVAL_DT);
    c->i64[0] = INT64_C(93784500000);
    assert_string_equal(value(w, c), "\"INTERVAL '1 02:03:04.5' DAY TO SECOND\"");
    c = one(w, TYPE_BINARY);
    static const char *const base64[] = {"\"\"", "\"AA==\"", "\"AAE=\"", "\"AAEC\"", "\"AAECAw==\""};
    for (uint32_t i = 0; i < 5; i++) {
        c->slice[0] = (struct slice){"\0\1\2\3", i};
        assert_string_equal(value(w, c), base64[i]);
    }
}

static void maps_name_their_keys(void **state)
{
    struct written *w = *state;
    static const struct {
        enum type_id key;
        int64_t value;
        const char *out;
    } keys[] = {
        {TYPE_INT, 1, "{\"1\":null}"},
        {TYPE_DATE, 19723, "{\"19723\":null}"},
        {TYPE_TIMESTAMP, INT64_C(1704067201500000), "{\"1704067201500000\":null}"},
        {TYPE_BOOLEAN, 1, "{\"true\":null}"},
        {TYPE_INTERVAL_DT, INT64_C(86400000000), "{\"86400000000\":null}"},
    };
    const struct type *string = type_simple(TYPE_STRING);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct type *t = type_map(&w->arena, type_simple(keys[i].key), string, true);
        struct column *c = column_new(t, 1, &w->arena);
        column_reserve(c, 1, &w->arena);
        c->used = 1;
        c->span[0] = (struct span){0, 1};
        c->child[1].null[0] = 1;
        struct value key = {.type = t->key};
        if (keys[i].key == TYPE_BOOLEAN)
            key.boolean = keys[i].value;
        else
            key.integer = keys[i].value;
        value_store(&key, &c->child[0], 0);
        assert_string_equal(value(w, c), keys[i].out);
    }
}

// NULL members vanish at every level, NULL elements do not.
static void rows_are_objects(void **state)
{
    struct written *w = *state;
    const struct type *integer = type_simple(TYPE_INT);
    struct field members[] = {{SLICE("p"), integer, true}, {SLICE("q\""), integer, true}};
    struct column *s = column_new(type_struct(&w->arena, members, 2), 2, &w->arena);
    struct column *a = column_new(type_array(&w->arena, integer, true), 2, &w->arena);
    struct column *k = column_new(type_simple(TYPE_STRING), 1, &w->arena);
    k->mask = 0; // a constant
    k->slice[0] = SLICE("k");
    column_reserve(a, 2, &w->arena);
    a->used = 2;
    a->span[0] = (struct span){0, 2};
    a->child[0].null[0] = 1;
    a->child[0].i32[1] = 7;
    s->child[0].null[0] = 1;
    s->child[1].i32[0] = 9;
    s->child[0].null[1] = s->child[1].null[1] = 1;
    column_set_null(a, 1);
    struct column *columns[] = {s, a, k};
    const struct slice names[] = {SLICE("s"), SLICE("a"), SLICE("k")};
    struct chunk chunk = {.column = columns, .columns = 3, .rows = {NULL, 2}, .arena = &w->arena};
    json_append_row(&w->text, names, &chunk, 0, (struct slice){NULL, 0}, &w->session);
    assert_string_equal(text_cstring(&w->text), "{\"s\":{\"q\\\"\":9},\"a\":[null,7],\"k\":\"k\"}");
    text_clear(&w->text);
    json_append_row(&w->text, names, &chunk, 1, SLICE("\"_runnel\":{}"), &w->session);
    assert_string_equal(text_cstring(&w->text), "{\"s\":{},\"k\":\"k\",\"_runnel\":{}}");
    text_clear(&w->text);
    chunk.columns = 0;
    json_append_row(&w->text, names, &chunk, 1, SLICE("\"_runnel\":{}"), &w->session);
    assert_string_equal(text_cstring(&w->text), "{\"_runnel\":{}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strings_are_escaped, begin, end),
        cmocka_unit_test_setup_teardown(numbers, begin, end),
        cmocka_unit_test_setup_teardown(others, begin, end),
        cmocka_unit_test_setup_teardown(maps_name_their_keys, begin, end),
        cmocka_unit_test_setup_teardown(rows_are_objects, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
