// The aggregates by themselves: step, merge, finish, and the bytes of their state.
#include "rows.h"

#include "ops/aggregate.h"

enum { STATE_MOST = 256 };

struct fixture {
    struct bench b;
    struct aggregate_call call;
    const struct type *arg_type[2];
    struct expr *arg[2];
    struct text bytes, printed;
};

static void start(struct fixture *f, const char *name, const struct type *const *types, uint32_t argc)
{
    *f = (struct fixture){.call.argc = argc};
    bench_start(&f->b, types, argc);
    text_init(&f->bytes, &f->b.memory);
    text_init(&f->printed, &f->b.memory);
    const struct type *want[2] = {NULL, NULL};
    for (uint32_t k = 0; k < argc; k++)
        f->arg[k] = expr_of(&f->b.arena, types[k]);
    struct aggregate_binding b = {
        .arena = &f->b.arena, .aggregate = aggregate_find(slice_of(name)), .arg = f->arg, .argc = argc, .want = want};
    assert_non_null(b.aggregate);
    if (b.aggregate->bind(&b, &f->b.error) != STATUS_OK)
        fail_msg("%s: %s", name, f->b.error.text);
    assert_true(b.state_size <= STATE_MOST && b.state_size % 8 == 0);
    for (uint32_t k = 0; k < argc; k++) // the binder's casts are not here: the test gives the type that is wanted
        f->arg_type[k] = f->b.type[k] = want[k] != NULL ? want[k] : types[k];
    f->call = (struct aggregate_call){.kernels = b.kernels,
                                      .state = b.state,
                                      .type = b.type,
                                      .arg_type = f->arg_type,
                                      .argc = argc,
                                      .state_size = b.state_size,
                                      .arena = &f->b.arena};
}

static void stop(struct fixture *f)
{
    text_free(&f->bytes);
    text_free(&f->printed);
    bench_end(&f->b, NULL);
}

static void step(struct fixture *f, const char *const *lines, void *group)
{
    struct chunk *chunk = bench_chunk(&f->b, lines);
    void *groups[CHUNK_ROWS];
    for (uint32_t k = 0; k < chunk->rows.count; k++)
        groups[k] = group;
    if (chunk->rows.count > 0)
        f->call.kernels->step(&f->call, (const struct column *const *)chunk->column, &chunk->rows, groups);
}

// Through the bytes and back, as the state does it; each beginning of the bytes must be refused.
static void store(struct fixture *f, const void *group, void *back)
{
    uint64_t scratch[STATE_MOST / 8] = {0};
    text_clear(&f->bytes);
    f->call.kernels->save(&f->call, group, &f->bytes);
    for (uint32_t cut = 0; cut < f->bytes.size; cut++)
        assert_int_equal(f->call.kernels->load(&f->call, (struct slice){f->bytes.data, cut}, scratch), 0);
    assert_int_equal(f->call.kernels->load(&f->call, text_view(&f->bytes), back), f->bytes.size);
}

static void check_finish(struct fixture *f, const void *group, const char *expected)
{
    struct column *out = column_new(f->call.type, 1, &f->b.chunk_arena);
    f->call.kernels->finish(&f->call, group, out, 0);
    text_clear(&f->printed);
    print_value(out, 0, &f->printed);
    assert_string_equal(text_cstring(&f->printed), expected);
}

// The rows of `lines` at once, and cut in two batches at each place with the state stored between them.
static void check(const char *name, const struct type *const *types, uint32_t argc, const char *const *lines,
                  const char *expected)
{
    struct fixture f;
    uint32_t count = 0;
    while (lines[count] != NULL)
        count++;
    start(&f, name, types, argc);
    uint64_t whole[STATE_MOST / 8] = {0};
    step(&f, lines, whole);
    check_finish(&f, whole, expected);
    for (uint32_t cut = 0; cut <= count; cut++) {
        const char *head[16] = {NULL};
        uint64_t first[STATE_MOST / 8] = {0}, loaded[STATE_MOST / 8] = {0}, second[STATE_MOST / 8] = {0};
        assert_true(count < 16);
        memcpy(head, lines, cut * sizeof *lines);
        step(&f, head, first);
        store(&f, first, loaded);
        step(&f, lines + cut, second);
        f.call.kernels->merge(&f.call, loaded, second);
        uint64_t again[STATE_MOST / 8] = {0};
        store(&f, loaded, again);
        check_finish(&f, again, expected);
    }
    stop(&f);
}

#define CHECK(name, id, lines, expected)                                                                               \
    check((name), (const struct type *const[]){type_simple(id)}, 1, (lines), (expected))

static void test_count(void **state)
{
    (void)state;
    CHECK("count", TYPE_INT, LINES("1", "NULL", "3"), "2");
    CHECK("COUNT", TYPE_STRING, NO_LINES, "0");
    const struct type *two[] = {type_simple(TYPE_INT), type_simple(TYPE_STRING)};
    check("count", two, 2, LINES("1|a", "2|NULL", "NULL|b", "5|c"), "2");
    CHECK("count_if", TYPE_BOOLEAN, LINES("true", "NULL", "false", "true"), "2");
    CHECK("count_if", TYPE_BOOLEAN, NO_LINES, "0");
}

static void test_sum(void **state)
{
    (void)state;
    CHECK("sum", TYPE_TINYINT, LINES("127", "127"), "254");
    CHECK("sum", TYPE_SMALLINT, LINES("32767", "NULL", "1"), "32768");
    CHECK("sum", TYPE_INT, LINES("2147483647", "2147483647"), "4294967294");
    CHECK("sum", TYPE_BIGINT, LINES("9223372036854775807", "1"), "-9223372036854775808");
    CHECK("sum", TYPE_BIGINT, LINES("NULL"), "NULL");
    CHECK("sum", TYPE_FLOAT, LINES("1.5", "NULL", "2.25"), "3.75");
    CHECK("sum", TYPE_DOUBLE, LINES("-0"), "0");
    CHECK("sum", TYPE_DOUBLE, LINES("1", "nan"), "nan");
    CHECK("sum", TYPE_DOUBLE, NO_LINES, "NULL");
    CHECK("sum", TYPE_STRING, NO_LINES, "NULL"); // as DOUBLE
    CHECK("sum", TYPE_INTERVAL_YM, LINES("5", "7"), "12");
    CHECK("sum", TYPE_INTERVAL_YM, LINES("2147483647", "1"), "NULL"); // it does not fit
    CHECK("try_sum", TYPE_INTERVAL_DT, LINES("-9223372036854775808", "-1", "NULL"), "NULL");
}

static void test_average(void **state)
{
    (void)state;
    CHECK("avg", TYPE_INT, LINES("1", "NULL", "2"), "1.5");
    CHECK("mean", TYPE_BIGINT, LINES("9223372036854775807", "1"), "4.6116860184273879e+18");
    CHECK("avg", TYPE_DOUBLE, LINES("NULL"), "NULL");
    CHECK("avg", TYPE_FLOAT, LINES("1.5"), "1.5");
    CHECK("avg", TYPE_INTERVAL_YM, LINES("5", "NULL", "8"), "7");
    CHECK("avg", TYPE_INTERVAL_YM, LINES("2147483647", "1"), "NULL");
    CHECK("try_avg", TYPE_INTERVAL_DT, LINES("9223372036854775807", "1"), "NULL");
}

// A count below none is damage.
static void test_damaged_average(void **state)
{
    (void)state;
    static const enum type_id ids[] = {TYPE_DOUBLE, TYPE_INTERVAL_DT};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct fixture f;
        uint64_t group[STATE_MOST / 8] = {0};
        char bytes[16] = {0};
        start(&f, "avg", (const struct type *const[]){type_simple(ids[i])}, 1);
        bytes[15] = (char)0x80;
        assert_int_equal(f.call.kernels->load(&f.call, (struct slice){bytes, sizeof bytes}, group), 0);
        stop(&f);
    }
}

static void test_decimal(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena a;
    arena_init(&a, &memory, 1024);
    const struct type *small[] = {type_decimal(&a, 3, 2)}, *wide[] = {type_decimal(&a, 38, 0)};
    check("sum", small, 1, LINES("0:125", "NULL", "-1:18446744073709551615", "0:125"), "0:249");
    check("sum", small, 1, LINES("NULL"), "NULL");
    check("avg", small, 1, LINES("0:125", "0:126", "NULL"), "0:1255000"); // DECIMAL(7,6)
    check("avg", small, 1, LINES("0:100", "0:100", "0:1"), "0:670000");
    check("avg", small, 1, NO_LINES, "NULL");
    const char *nines = "5421010862427522170:687399551400673279"; // 10^38 - 1
    check("sum", wide, 1, LINES(nines), nines);
    check("sum", wide, 1, LINES(nines, "0:1"), "NULL");
    check("sum", wide, 1, LINES(nines, "0:1", "0:2", "NULL"), "NULL"); // it stays NULL
    struct fixture f;
    start(&f, "sum", small, 1);
    assert_int_equal(f.call.type->precision, 13);
    assert_int_equal(f.call.type->scale, 2);
    stop(&f);
    start(&f, "avg", wide, 1);
    assert_int_equal(f.call.type->precision, 38);
    assert_int_equal(f.call.type->scale, 4);
    stop(&f);
    arena_free(&a);
}

static void test_extremes(void **state)
{
    (void)state;
    static const struct {
        enum type_id type;
        const char *lines[5], *min, *max;
    } cases[] = {
        {TYPE_BOOLEAN, {"true", "NULL", "false"}, "false", "true"},
        {TYPE_TINYINT, {"-128", "127", "0"}, "-128", "127"},
        {TYPE_SMALLINT, {"3", "-32768"}, "-32768", "3"},
        {TYPE_INT, {"NULL", "5", "-7"}, "-7", "5"},
        {TYPE_DATE, {"1", "2"}, "1", "2"},
        {TYPE_BIGINT, {"9223372036854775807", "-9223372036854775808"}, "-9223372036854775808", "9223372036854775807"},
        {TYPE_TIMESTAMP, {"1.5", "-1.5", "NULL"}, "-1.5", "1.5"},
        {TYPE_FLOAT, {"nan", "1", "-inf", "inf"}, "-inf", "nan"},
        {TYPE_DOUBLE, {"1", "nan", "2"}, "1", "nan"},
        {TYPE_DOUBLE, {"0", "-0"}, "0", "0"}, // equal: the first stays
        {TYPE_DOUBLE, {"-0", "0"}, "-0", "-0"},
        {TYPE_STRING, {"b", "", "\xc3\xa4", "abc"}, "", "\xc3\xa4"},
        {TYPE_STRING, {"a", "a longer one than the buffer that was taken for the first", "b"}, "a", "b"},
        {TYPE_BINARY, {"\x7f", "\x80"}, "\x7f", "\x80"},
        {TYPE_INT, {"NULL", "NULL"}, "NULL", "NULL"},
        {TYPE_STRING, {NULL}, "NULL", "NULL"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        CHECK("min", cases[k].type, cases[k].lines, cases[k].min);
        CHECK("max", cases[k].type, cases[k].lines, cases[k].max);
    }
}

static void test_nested_extremes(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena a;
    arena_init(&a, &memory, 1024);
    const struct field fields[] = {{SLICE("s"), type_simple(TYPE_STRING), true},
                                   {SLICE("i"), type_simple(TYPE_INT), true}};
    const struct type *type[] = {type_struct(&a, fields, 2)}, *list[] = {type_array(&a, type_simple(TYPE_INT), true)};
    const struct type *decimal[] = {type_decimal(&a, 38, 2)};
    check("min", type, 1, LINES("{b,1}", "NULL", "{a,2}", "{a,NULL}"), "{a,NULL}");
    check("max", type, 1, LINES("{b,1}", "NULL", "{b,2}", "{a,NULL}"), "{b,2}");
    check("min", list, 1, LINES("[2]", "[1,2]", "[1]"), "[1]");
    check("max", decimal, 1, LINES("0:5", "-1:7", "1:0", "0:9"), "1:0");
    check("min", decimal, 1, LINES("0:5", "-1:7", "-1:6", "0:9"), "-1:6");
    arena_free(&a);
}

static void test_extreme_by(void **state)
{
    (void)state;
    const struct type *types[] = {type_simple(TYPE_STRING), type_simple(TYPE_INT)};
    check("max_by", types, 2, LINES("a|1", "b|1", "c|NULL", "NULL|2", "e|2"), "e");
    check("min_by", types, 2, LINES("a|1", "b|1", "c|NULL", "NULL|2", "e|2"), "b");
    check("max_by", types, 2, LINES("a|1", "NULL|2"), "NULL");
    check("min_by", types, 2, LINES("a|NULL"), "NULL");
}

static void test_first_and_last(void **state)
{
    (void)state;
    CHECK("first", TYPE_INT, LINES("NULL", "2", "3"), "NULL");
    CHECK("last", TYPE_STRING, LINES("a", "a longer string than that before it", "c"), "c");
    CHECK("last", TYPE_INT, LINES("1", "NULL"), "NULL");
    CHECK("any_value", TYPE_STRING, LINES("x", "y"), "x");
    CHECK("first_value", TYPE_STRING, NO_LINES, "NULL");
}

static void test_ignore_nulls(void **state)
{
    (void)state;
    struct fixture f;
    const struct type *types[] = {type_simple(TYPE_INT)};
    for (int last = 0; last < 2; last++) {
        start(&f, last ? "last" : "first", types, 1);
        struct expr *flag = expr_of(&f.b.arena, type_simple(TYPE_BOOLEAN));
        flag->kind = EXPR_LITERAL;
        flag->literal.boolean = true;
        struct expr *args[] = {f.arg[0], flag};
        const struct type *want[2] = {NULL, NULL};
        struct aggregate_binding b = {.arena = &f.b.arena,
                                      .aggregate = aggregate_find(last ? SLICE("last") : SLICE("first")),
                                      .arg = args,
                                      .argc = 2,
                                      .want = want};
        assert_int_equal(b.aggregate->bind(&b, &f.b.error), STATUS_OK);
        f.call.state = b.state;
        uint64_t group[STATE_MOST / 8] = {0};
        step(&f, LINES("NULL", "2", "3", "NULL"), group);
        check_finish(&f, group, last ? "3" : "2");
        flag->kind = EXPR_COLUMN;
        assert_int_equal(b.aggregate->bind(&b, &f.b.error), STATUS_CONFIG);
        stop(&f);
    }
}

static void test_booleans(void **state)
{
    (void)state;
    CHECK("bool_and", TYPE_BOOLEAN, LINES("true", "NULL", "true"), "true");
    CHECK("every", TYPE_BOOLEAN, LINES("true", "false"), "false");
    CHECK("bool_or", TYPE_BOOLEAN, LINES("false", "NULL"), "false");
    CHECK("some", TYPE_BOOLEAN, LINES("false", "true"), "true");
    CHECK("any", TYPE_BOOLEAN, LINES("NULL"), "NULL");
}

static void test_moments(void **state)
{
    (void)state;
    CHECK("variance", TYPE_DOUBLE, LINES("1", "2", "NULL", "3"), "1");
    CHECK("var_pop", TYPE_DOUBLE, LINES("1", "3"), "1");
    CHECK("stddev", TYPE_DOUBLE, LINES("2", "4", "4", "4", "5", "5", "7", "9"), "2.1380899352993952");
    CHECK("stddev_pop", TYPE_DOUBLE, LINES("7"), "0");
    CHECK("std", TYPE_DOUBLE, LINES("7"), "NULL");
    CHECK("var_pop", TYPE_DOUBLE, NO_LINES, "NULL");
    CHECK("var_samp", TYPE_DOUBLE, LINES("1", "nan"), "nan");
}

static void test_pairs(void **state)
{
    (void)state;
    const struct type *types[] = {type_simple(TYPE_DOUBLE), type_simple(TYPE_DOUBLE)};
    check("corr", types, 2, LINES("1|2", "2|5", "3|4", "4|NULL", "NULL|1"), "0.65465367070797709");
    check("covar_pop", types, 2, LINES("1|2", "2|5", "3|4", "4|NULL"), "0.66666666666666663");
    check("covar_samp", types, 2, LINES("1|2", "2|5", "3|4", "4|NULL"), "1");
    check("corr", types, 2, LINES("1|2"), "NULL");
    check("covar_pop", types, 2, LINES("1|2"), "0");
    check("covar_samp", types, 2, LINES("NULL|2"), "NULL");
}

static void test_refused_types(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct arena a;
    arena_init(&a, &memory, 1024);
    const struct type *map = type_map(&a, type_simple(TYPE_INT), type_simple(TYPE_INT), true);
    const struct {
        const char *name, *says;
        const struct type *type;
    } cases[] = {
        {"sum", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] sum: argument 1 is BOOLEAN", type_simple(TYPE_BOOLEAN)},
        {"sum", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] sum: argument 1 is DATE", type_simple(TYPE_DATE)},
        {"avg", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] avg: argument 1 is BINARY", type_simple(TYPE_BINARY)},
        {"min", "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] min", map},
        {"max", "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] max", type_array(&a, map, true)},
        {"bool_or", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] bool_or", type_simple(TYPE_INT)},
        {"count_if", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] count_if", type_simple(TYPE_STRING)},
        {"stddev", "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] stddev_samp", type_simple(TYPE_TIMESTAMP)},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct error e;
        struct expr *arg = expr_of(&a, cases[k].type);
        const struct type *want = NULL;
        struct aggregate_binding b = {
            .arena = &a, .aggregate = aggregate_find(slice_of(cases[k].name)), .arg = &arg, .argc = 1, .want = &want};
        assert_int_equal(b.aggregate->bind(&b, &e), STATUS_CONFIG);
        assert_true(strncmp(e.text, cases[k].says, strlen(cases[k].says)) == 0);
    }
    arena_free(&a);
}

// Each row of the registry is whole, and no name stands for two.
static void test_registry(void **state)
{
    (void)state;
    uint32_t count;
    const struct aggregate *const *list = aggregate_list(&count);
    for (uint32_t k = 0; k < count; k++) {
        const struct aggregate *a = list[k];
        assert_true(a->bind && a->usage && a->summary && a->example && a->gives && a->min_args <= a->max_args);
        assert_ptr_equal(aggregate_find(slice_of(a->name)), a);
        for (const char *const *alias = a->alias; alias != NULL && *alias != NULL; alias++)
            assert_ptr_equal(aggregate_find(slice_of(*alias)), a);
    }
    assert_null(aggregate_find(SLICE("no_such")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),           cmocka_unit_test(test_sum),
        cmocka_unit_test(test_average),         cmocka_unit_test(test_damaged_average),
        cmocka_unit_test(test_decimal),         cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_nested_extremes), cmocka_unit_test(test_extreme_by),
        cmocka_unit_test(test_first_and_last),  cmocka_unit_test(test_ignore_nulls),
        cmocka_unit_test(test_booleans),        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_pairs),           cmocka_unit_test(test_refused_types),
        cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
