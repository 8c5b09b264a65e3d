#include "ops/cast.h"
#include "ops/datetime.h"
#include "ops/decimal.h"
#include "tests/ops/zones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct memory memory;
static struct arena arena;
static struct test_zones zones;
static struct text text;
static struct session session;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, &memory, 65536);
    test_zones_init(&zones, &arena);
    text_init(&text, &memory);
    session = (struct session){.zone = &zone_utc, .zones = &zones.zones};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    text_free(&text);
    return memory.used != 0;
}

static struct column *cast(const struct column *in, const struct type *to, uint32_t count)
{
    const void *bound;
    kernel k = cast_find(in->type, to, &session, &arena, &bound);
    assert_non_null(k);
    struct column *out = column_new(to, CHUNK_ROWS, &arena);
    const struct column *const args[] = {in};
    struct call call = {.out = out, .in = args, .argc = 1, .state = bound, .arena = &arena, .session = &session};
    k(&call, &(struct rows){NULL, count});
    return out;
}

static struct column *strings(const char *const *values, uint32_t count)
{
    struct column *c = column_new(type_simple(TYPE_STRING), CHUNK_ROWS, &arena);
    for (uint32_t i = 0; i < count; i++) {
        c->null[i] = values[i] == NULL;
        if (values[i])
            c->slice[i] = slice_of(values[i]);
    }
    return c;
}

static void expect(const struct column *c, uint32_t row, const char *wanted)
{
    text_clear(&text);
    value_print(c, row, &session, false, &text);
    assert_string_equal(text_cstring(&text), wanted);
}

static const struct type *of(enum type_id id)
{
    return id == TYPE_DECIMAL ? type_decimal(&arena, 10, 2) : type_simple(id);
}

// A text cast to one type, to a second, and to STRING; what Spark 4.3 answers.
static void chains_of_casts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum type_id first, second;
        const char *wanted;
    } table[] = {
        {" 1.9 ", TYPE_INT, TYPE_INT, "1"},
        {".", TYPE_INT, TYPE_INT, "0"},
        {"+", TYPE_INT, TYPE_INT, "null"},
        {"1e3", TYPE_INT, TYPE_INT, "null"},
        {"128", TYPE_TINYINT, TYPE_INT, "null"},
        {"-129", TYPE_INT, TYPE_TINYINT, "127"},
        {"2147483648", TYPE_BIGINT, TYPE_INT, "-2147483648"},
        {"1e10", TYPE_DOUBLE, TYPE_INT, "2147483647"},
        {"1e10", TYPE_DOUBLE, TYPE_SMALLINT, "-1"},
        {"NaN", TYPE_DOUBLE, TYPE_BIGINT, "0"},
        {"-inf", TYPE_DOUBLE, TYPE_BIGINT, "-9223372036854775808"},
        {"+nan", TYPE_DOUBLE, TYPE_DOUBLE, "null"},
        {"+NaN", TYPE_DOUBLE, TYPE_DOUBLE, "NaN"},
        {"1.5f", TYPE_DOUBLE, TYPE_DOUBLE, "1.5"},
        {"0x1.8p1", TYPE_DOUBLE, TYPE_FLOAT, "3.0"},
        {"0x10", TYPE_DOUBLE, TYPE_DOUBLE, "null"},
        {"1.005", TYPE_DECIMAL, TYPE_DECIMAL, "1.01"},
        {"123456789", TYPE_DECIMAL, TYPE_DECIMAL, "null"},
        {"300.99", TYPE_DECIMAL, TYPE_TINYINT, "44"},
        {"0.1", TYPE_FLOAT, TYPE_DOUBLE, "0.10000000149011612"},
        {"YES", TYPE_BOOLEAN, TYPE_INT, "1"},
        {"n", TYPE_BOOLEAN, TYPE_DOUBLE, "0.0"},
        {"on", TYPE_BOOLEAN, TYPE_INT, "null"},
        {"true", TYPE_BOOLEAN, TYPE_TIMESTAMP, "1970-01-01 00:00:00.000001"},
        {"3", TYPE_INT, TYPE_TIMESTAMP, "1970-01-01 00:00:03"},
        {"-1.5", TYPE_DOUBLE, TYPE_TIMESTAMP, "1969-12-31 23:59:58.5"},
        {"-1.25", TYPE_DECIMAL, TYPE_TIMESTAMP, "1969-12-31 23:59:58.75"},
        {"NaN", TYPE_DOUBLE, TYPE_TIMESTAMP, "null"},
        {"1969-12-31 23:59:59.5", TYPE_TIMESTAMP, TYPE_BIGINT, "-1"},
        {"1969-12-31 23:59:59.5", TYPE_TIMESTAMP, TYPE_DOUBLE, "-0.5"},
        {"2050-01-01", TYPE_TIMESTAMP, TYPE_INT, "null"},
        {"1970-01-01 00:00:01.005", TYPE_TIMESTAMP, TYPE_DECIMAL, "1.01"},
        {"2024-03-01 23:00:00", TYPE_TIMESTAMP, TYPE_DATE, "2024-03-01"},
        {"2024-03-01", TYPE_DATE, TYPE_INT, "null"},
        {"2024-03-01", TYPE_DATE, TYPE_TIMESTAMP, "2024-03-01 00:00:00"},
        {"2024-03-01 01:02:03+02:00", TYPE_TIMESTAMP_NTZ, TYPE_TIMESTAMP, "2024-03-01 01:02:03"},
        {"258", TYPE_SMALLINT, TYPE_BINARY, "\x01\x02"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct column *c = cast(strings(&table[i].text, 1), of(table[i].first), 1);
        c = cast(cast(c, of(table[i].second), 1), type_simple(TYPE_STRING), 1);
        expect(c, 0, table[i].wanted);
    }
}

static void the_session_zone_counts(void **state)
{
    (void)state;
    session.zone = test_zone_find(&zones, SLICE("America/New_York"));
    const char *const values[] = {"2024-03-01 23:00:00", "2024-03-10 02:30:00"};
    struct column *c = cast(strings(values, 2), type_simple(TYPE_TIMESTAMP), 2);
    assert_true(c->i64[0] == 1709352000000000);
    expect(c, 1, "2024-03-10 03:30:00");
    expect(cast(c, type_simple(TYPE_DATE), 2), 0, "2024-03-01");
    expect(cast(c, type_simple(TYPE_TIMESTAMP_NTZ), 2), 0, "2024-03-01 23:00:00");
    session.zone = &zone_utc;
}

static void constants_nulls_and_selections(void **state)
{
    (void)state;
    const char *const one[] = {"7"};
    struct column *constant = strings(one, 1);
    constant->mask = 0;
    struct column *c = cast(constant, type_simple(TYPE_BIGINT), 3);
    assert_true(c->i64[2] == 7 && !c->null[2]);
    expect(cast(c, type_simple(TYPE_STRING), 3), 2, "7");
    const char *const some[] = {NULL, "x", "5"};
    c = cast(strings(some, 3), type_simple(TYPE_INT), 3);
    assert_true(c->null[0] && c->null[1] && !c->null[2]);
    c = cast(column_new(type_simple(TYPE_NULL), 3, &arena), type_simple(TYPE_STRING), 3);
    assert_true(c->null[0] && c->null[2]);
}

static void nested_values(void **state)
{
    (void)state;
    const struct type *string = type_simple(TYPE_STRING), *whole = type_simple(TYPE_INT);
    struct column *array = column_new(type_array(&arena, string, true), CHUNK_ROWS, &arena);
    column_reserve(array, 4, &arena);
    const char *const values[] = {"1", "x", NULL, "44"};
    array->child[0] = *strings(values, 4);
    array->used = 4;
    array->span[0] = (struct span){0, 3};
    array->null[1] = 1;
    array->span[2] = (struct span){3, 1};
    array->span[3] = (struct span){0, 0};
    struct column *c = cast(array, type_array(&arena, whole, true), 4);
    expect(c, 0, "[1, null, null]");
    expect(c, 1, "null");
    expect(c, 2, "[44]");
    expect(cast(c, string, 4), 3, "[]");
    const struct field from[] = {{SLICE("a"), string, true}, {SLICE("b"), whole, true}};
    const struct field to[] = {{SLICE("x"), whole, true}, {SLICE("y"), string, true}};
    struct column *row = column_new(type_struct(&arena, from, 2), CHUNK_ROWS, &arena);
    row->child[0] = *strings(values, 4);
    for (int i = 0; i < 4; i++)
        row->child[1].i32[i] = i;
    column_set_null(row, 3);
    c = cast(row, type_struct(&arena, to, 2), 4);
    expect(c, 0, "{1, 0}");
    expect(c, 2, "{null, 2}");
    expect(c, 3, "null");
    expect(cast(row, string, 4), 1, "{x, 1}");
    const void *bound;
    const struct type *map = type_map(&arena, string, string, true);
    assert_null(cast_find(map, type_map(&arena, whole, string, true), &session, &arena, &bound)); // keys can fail
    assert_non_null(cast_find(map, type_map(&arena, string, whole, true), &session, &arena, &bound));
    assert_null(cast_find(map, type_map(&arena, string, whole, false), &session, &arena, &bound));
}

static void pairs_that_spark_refuses(void **state)
{
    (void)state;
    static const enum type_id refused[][2] = {
        {TYPE_INT, TYPE_DATE},         {TYPE_BOOLEAN, TYPE_DATE},      {TYPE_BINARY, TYPE_INT},
        {TYPE_DOUBLE, TYPE_BINARY},    {TYPE_TIMESTAMP_NTZ, TYPE_INT}, {TYPE_INT, TYPE_TIMESTAMP_NTZ},
        {TYPE_TIMESTAMP, TYPE_BINARY}, {TYPE_BINARY, TYPE_DECIMAL},    {TYPE_BINARY, TYPE_TIMESTAMP},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const void *bound;
        assert_null(cast_find(of(refused[i][0]), of(refused[i][1]), &session, &arena, &bound));
    }
}

static void the_console_prints_prettily(void **state)
{
    (void)state;
    struct column *bytes = column_new(type_simple(TYPE_BINARY), 2, &arena);
    bytes->slice[0] = SLICE("1\xFF");
    bytes->null[1] = 1;
    struct column *small = column_new(type_decimal(&arena, 20, 10), 1, &arena);
    small->decimal[0] = decimal_of(1);
    const struct {
        const struct column *column;
        uint32_t row;
        bool pretty;
        const char *wanted;
    } table[] = {{bytes, 0, true, "[31 FF]"}, {bytes, 1, true, "NULL"},         {bytes, 1, false, "null"},
                 {bytes, 0, false, "1\xFF"},  {small, 0, true, "0.0000000001"}, {small, 0, false, "1E-10"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        text_clear(&text);
        value_print(table[i].column, table[i].row, &session, table[i].pretty, &text);
        assert_string_equal(text_cstring(&text), table[i].wanted);
    }
    struct column *month = column_new(type_simple(TYPE_INTERVAL_YM), 1, &arena);
    month->i32[0] = -14;
    expect(month, 0, "INTERVAL '-1-2' YEAR TO MONTH");
    struct column *duration = column_new(type_simple(TYPE_INTERVAL_DT), 1, &arena);
    duration->i64[0] = 5229296700000;
    expect(duration, 0, "INTERVAL '60 12:34:56.7' DAY TO SECOND");
}

// Casting a chunk to STRING takes nothing from the heap once the arena has its blocks.
static void printing_a_chunk_leaves_the_heap_alone(void **state)
{
    (void)state;
    struct arena chunk;
    arena_init(&chunk, &memory, 1 << 20);
    const struct type *string = type_simple(TYPE_STRING);
    struct column *in = column_new(type_array(&arena, type_simple(TYPE_BIGINT), true), CHUNK_ROWS, &arena);
    column_reserve(in, 2 * CHUNK_ROWS, &arena);
    in->used = 2 * CHUNK_ROWS;
    for (uint32_t i = 0; i < 2 * CHUNK_ROWS; i++)
        in->child[0].i64[i] = INT64_MIN + i;
    for (uint32_t i = 0; i < CHUNK_ROWS; i++)
        in->span[i] = (struct span){2 * i, 2};
    struct column *out = column_new(string, CHUNK_ROWS, &arena);
    const void *bound;
    kernel k = cast_find(in->type, string, &session, &arena, &bound);
    const struct column *const args[] = {in};
    struct call call = {.out = out, .in = args, .argc = 1, .state = bound, .arena = &chunk, .session = &session};
    size_t calls = 0;
    for (int round = 0; round < 3; round++) {
        arena_reset(&chunk);
        k(&call, &(struct rows){NULL, CHUNK_ROWS});
        if (round == 0)
            calls = memory.calls;
    }
    assert_int_equal(memory.calls, calls);
    assert_true(slice_equal(out->slice[0], SLICE("[-9223372036854775808, -9223372036854775807]")));
    arena_free(&chunk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_of_casts),
        cmocka_unit_test(the_session_zone_counts),
        cmocka_unit_test(constants_nulls_and_selections),
        cmocka_unit_test(nested_values),
        cmocka_unit_test(pairs_that_spark_refuses),
        cmocka_unit_test(the_console_prints_prettily),
        cmocka_unit_test(printing_a_chunk_leaves_the_heap_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
