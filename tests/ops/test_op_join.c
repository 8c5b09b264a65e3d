// JOIN with a table. Both sides have the columns k STRING, v INT, ok BOOLEAN.
#include "rows.h"

#include "ops/join_table.h"

struct joined {
    struct bench b;
    struct op *op;
};

static const struct type *string, *integer, *boolean;
static const uint32_t left[] = {0, 1}, right[] = {1, 2};

// Pairs are k, v of the stream and v, ok of the table. `keys`: columns, a '!' behind them: compared with <=>.
// `condition`: NULL, or "3", which is ok.
static void start(struct joined *j, enum join_kind kind, const char *keys, const char *condition)
{
    string = type_simple(TYPE_STRING);
    integer = type_simple(TYPE_INT);
    boolean = type_simple(TYPE_BOOLEAN);
    const struct type *types[] = {string, integer, boolean};
    bench_start(&j->b, types, 3);
    const struct type **key_type = ARENA_ARRAY(&j->b.arena, const struct type *, 3);
    bool *null_safe = ARENA_ARRAY(&j->b.arena, bool, 3);
    const struct type **right_type = ARENA_ARRAY(&j->b.arena, const struct type *, 2);
    struct join_spec spec = {.kind = kind, .table = "t", .key_type = key_type, .null_safe = null_safe};
    for (; keys[spec.key_count] != '\0' && keys[spec.key_count] != '!'; spec.key_count++) {
        key_type[spec.key_count] = types[keys[spec.key_count] - '0'];
        null_safe[spec.key_count] = strchr(keys, '!') != NULL;
    }
    for (unsigned k = 0; k < 2; k++)
        spec.keys[k] = spec.key_count ? columns_program(&j->b, keys) : NULL;
    spec.condition = condition ? columns_program(&j->b, condition) : NULL;
    spec.left = left;
    spec.right = right;
    spec.lefts = spec.rights = 2;
    right_type[0] = integer;
    right_type[1] = boolean;
    spec.right_type = right_type;
    spec.memory_limit = 1 << 20;
    j->op = join_new(&spec, &j->b.memory);
    j->op->next = &j->b.collector;
}

static void table(struct joined *j, const char *const *lines)
{
    assert_int_equal(op_push(j->op, 1, bench_chunk(&j->b, lines), &j->b.error), STATUS_OK);
}

#define TABLE LINES("a|1|true", "b|2|false", "b|3|true", "NULL|4|true", "c|NULL|NULL")

static void stop(struct joined *j)
{
    const struct op_counters *c = &j->op->counters;
    assert_int_equal(c->in, c->passed + c->filtered + c->folded);
    bench_end(&j->b, j->op);
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        enum join_kind kind;
        const char *condition, *out;
    } cases[] = {
        {JOIN_INNER, NULL, "b|7|3|true\nb|7|2|false\na|8|1|true\nc|9|NULL|NULL\n"},
        {JOIN_OUTER, NULL, "b|7|3|true\nb|7|2|false\nz|6|NULL|NULL\nNULL|5|NULL|NULL\na|8|1|true\nc|9|NULL|NULL\n"},
        {JOIN_SEMI, NULL, "b|7|true\na|8|true\nc|9|true\n"},
        {JOIN_ANTI, NULL, "z|6|true\nNULL|5|true\n"},
        {JOIN_INNER, "3", "b|7|3|true\na|8|1|true\n"},
        {JOIN_OUTER, "3", "b|7|3|true\na|8|1|true\nz|6|NULL|NULL\nNULL|5|NULL|NULL\nc|9|NULL|NULL\n"},
        {JOIN_SEMI, "3", "b|7|true\na|8|true\n"},
        {JOIN_ANTI, "3", "z|6|true\nNULL|5|true\nc|9|true\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct joined j;
        start(&j, cases[i].kind, "0", cases[i].condition);
        table(&j, TABLE);
        bench_batch(&j.b, j.op, LINES("b|7|true", "z|6|true", "NULL|5|true", "a|8|true", "c|9|true"), cases[i].out);
        stop(&j);
    }
}

static void test_without_keys(void **state)
{
    (void)state;
    struct joined j;
    start(&j, JOIN_OUTER, "", NULL);
    bench_batch(&j.b, j.op, LINES("x|1|true"), "x|1|NULL|NULL\n"); // an empty table
    table(&j, LINES("a|1|true", "NULL|2|false"));
    bench_batch(&j.b, j.op, LINES("x|1|true", "NULL|2|true"),
                "x|1|1|true\nx|1|2|false\nNULL|2|1|true\nNULL|2|2|false\n");
    stop(&j);
    start(&j, JOIN_SEMI, "", NULL);
    bench_batch(&j.b, j.op, LINES("x|1|true"), "");
    table(&j, LINES("a|1|true"));
    bench_batch(&j.b, j.op, LINES("x|1|true"), "x|1|true\n");
    stop(&j);
}

static void test_null_safe_key(void **state)
{
    (void)state;
    struct joined j;
    start(&j, JOIN_INNER, "0!", NULL);
    table(&j, TABLE);
    bench_batch(&j.b, j.op, LINES("NULL|5|true", "a|1|true"), "NULL|5|4|true\na|1|1|true\n");
    stop(&j);
}

// A selection of rows, a constant column, and more pairs than a chunk has room for.
static void test_many_pairs(void **state)
{
    (void)state;
    struct joined j;
    start(&j, JOIN_INNER, "0", "3");
    const char *lines[301] = {NULL};
    for (int i = 0; i < 300; i++)
        lines[i] = i % 3 ? "a|1|true" : "a|2|false";
    table(&j, lines);
    table(&j, lines); // in several chunks
    struct chunk *chunk = bench_chunk(&j.b, LINES("a|1|true", "a|2|true", "b|3|true", "a|4|true"));
    uint32_t index[] = {1, 2, 3};
    chunk->rows = (struct rows){index, 3};
    chunk->column[0]->mask = 0;
    for (int i = 0; i < 20; i++)
        assert_int_equal(op_push(j.op, 0, chunk, &j.b.error), STATUS_OK);
    uint32_t count = 0;
    for (size_t i = 0; i < j.b.out.size; i++)
        count += j.b.out.data[i] == '\n';
    assert_int_equal(count, 20 * 3 * 400);
    assert_int_equal(j.op->counters.out, count);
    assert_int_equal(j.op->counters.folded, 600);
    stop(&j);
}

static void test_memory(void **state)
{
    (void)state;
    struct joined j;
    start(&j, JOIN_INNER, "0", NULL);
    const char *lines[1001] = {NULL};
    for (int i = 0; i < 1000; i++)
        lines[i] = "a key that is not short at all so that the table grows|1|true";
    enum status s = STATUS_OK;
    for (int i = 0; s == STATUS_OK && i < 1000; i++)
        s = op_push(j.op, 1, bench_chunk(&j.b, lines), &j.b.error);
    assert_int_equal(s, STATUS_FAILED);
    assert_string_equal(j.b.error.text,
                        "table t takes more than the 1 MB there are for it; raise limits.memory, or join "
                        "a subquery that takes fewer of its rows");
    stop(&j);
}

static void test_steady(void **state)
{
    (void)state;
    struct joined j;
    start(&j, JOIN_OUTER, "0", "3");
    table(&j, TABLE);
    size_t calls = 0;
    for (int i = 0; i < 10; i++) {
        bench_push(&j.b, j.op, LINES("b|7|true", "z|6|true", "a|8|true"));
        text_clear(&j.b.out);
        calls = i == 2 ? j.b.memory.calls : calls;
    }
    assert_int_equal(j.b.memory.calls, calls);
    stop(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_without_keys), cmocka_unit_test(test_null_safe_key),
        cmocka_unit_test(test_many_pairs), cmocka_unit_test(test_memory),       cmocka_unit_test(test_steady),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
