// Expressions and what Spark 4.3 answered for them (expressions.tsv: the text, the type, to_json of the row, or "!" and
// the error class): parsed, bound and run here, once with their literals folded and once with them as columns.
#include "asked.h"

#include "ops/encoder.h"
#include "ops/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { COLUMNS = 8, LINE_MAX_BYTES = 4096, ROWS = 3 };

static const struct asked_column columns[COLUMNS] = {
    {"i", TYPE_INT},     {"l", TYPE_BIGINT}, {"d", TYPE_DOUBLE},     {"s", TYPE_STRING},
    {"b", TYPE_BOOLEAN}, {"f", TYPE_FLOAT},  {"ts", TYPE_TIMESTAMP}, {"dt", TYPE_DATE},
};

static struct chunk *make_chunk(struct asked *a)
{
    struct chunk *chunk = ARENA_NEW(&a->arena, struct chunk);
    chunk->columns = COLUMNS + a->literal_count;
    chunk->column = ARENA_ARRAY(&a->arena, struct column *, chunk->columns);
    chunk->rows.count = ROWS;
    chunk->arena = &a->arena;
    const struct value values[COLUMNS] = {
        {.integer = 7},
        {.integer = 70},
        {.real = 2.5},
        {.bytes = SLICE("str x")},
        {.boolean = true},
        {.real = 0.1f},
        {.integer = INT64_C(1709296496789012)},
        {.integer = 19783},
    };
    for (uint32_t c = 0; c < chunk->columns; c++) {
        struct value v = c < COLUMNS ? values[c] : a->literals[c - COLUMNS];
        if (c < COLUMNS)
            v.type = type_simple(columns[c].type);
        chunk->column[c] = column_new(v.type, CHUNK_ROWS, &a->arena);
        for (uint32_t row = 0; row < ROWS; row++)
            value_store(&v, chunk->column[c], row);
    }
    return chunk;
}

// "type\tjson", or NULL if the expression is refused (or is not one of a row).
static const char *answer(struct asked *a, const char *text)
{
    const char *sql = arena_printf(&a->arena, "SELECT %s", text);
    struct sql_source source = {.text = slice_of(sql)};
    struct ast_select *select = NULL;
    struct expr *x = NULL;
    if (sql_parse(&source, &a->arena, &select, &a->error) != STATUS_OK ||
        bind(a, select->items[0].expr, &x) != STATUS_OK)
        return NULL;
    assert_true(x->kind != EXPR_CALL || x->kernel);
    struct chunk *chunk = make_chunk(a);
    const struct expr *root = x;
    struct program *p = program_compile(&root, 1, &a->session, &a->memory);
    program_run(p, chunk, &chunk->rows);
    struct column *result = program_result(p, 0);
    struct chunk row = {.column = &result, .columns = 1, .rows = {NULL, ROWS}, .arena = &a->arena};
    struct slice name = SLICE("x");
    struct text out;
    text_init(&out, &a->memory);
    type_print_simple(x->type, &out);
    text_char(&out, '\t');
    json_append_row(&out, &name, &row, ROWS - 1, (struct slice){NULL, 0}, &a->session);
    const char *copy = arena_copy(&a->arena, out.data, out.size);
    text_free(&out);
    program_free(p);
    return copy;
}

static FILE *open_answers(void)
{
    FILE *file = fopen(RUNNEL_ANSWERS_DIR "/expressions.tsv", "r");
    assert_non_null(file);
    return file;
}

// Returns whether the line was as expected.
static bool check(struct asked *a, const char *text, const char *expected)
{
    const char *got = answer(a, text);
    if (a->as_columns && strstr(text, "('epoch' AS") != NULL)
        return true;                                 // the words for times are such as literals only
    bool refused = strncmp(expected, "\t!", 2) == 0; // no type
    if (refused && (got == NULL || a->as_columns))
        return true;
    if (a->as_columns && (!got || strncmp(got, expected, strcspn(got, "\t") + 1) != 0))
        return true; // a literal was wanted, or its value shapes the type
    if (got && strcmp(got, expected) == 0)
        return true;
    print_error("%s\n  expected %s\n  got      %s\n", text, expected, got ? got : a->error.text);
    return false;
}

static void run(bool as_columns)
{
    FILE *file = open_answers();
    char line[LINE_MAX_BYTES];
    uint32_t lines = 0, wrong = 0;
    for (; fgets(line, sizeof(line), file); lines++) {
        line[strcspn(line, "\n")] = '\0';
        char *expected = strchr(line, '\t');
        assert_non_null(expected);
        *expected++ = '\0';
        struct asked a = {.column = columns, .columns = COLUMNS, .session.zone = &zone_utc, .as_columns = as_columns};
        arena_init(&a.arena, &a.memory, 1 << 16);
        wrong += !check(&a, line, expected);
        arena_free(&a.arena);
        assert_int_equal(a.memory.used, 0);
    }
    fclose(file);
    assert_true(lines > 1000);
    assert_int_equal(wrong, 0);
}

static void test_as_spark(void **state)
{
    (void)state;
    run(false);
}

static void test_as_spark_over_columns(void **state)
{
    (void)state;
    run(true);
}

// What the reference page shows of each function is what it gives.
static void test_examples(void **state)
{
    (void)state;
    uint32_t count, wrong = 0;
    const struct function *const *all = function_list(&count);
    for (uint32_t i = 0; i < count; i++) {
        const struct function *f = all[i];
        if (f->flags & (FUNCTION_GENERATOR | FUNCTION_WINDOW | FUNCTION_BATCH))
            continue;
        struct asked a = {.column = columns, .columns = COLUMNS, .session.zone = &zone_utc};
        arena_init(&a.arena, &a.memory, 1 << 16);
        assert_true(f->usage && f->summary && f->example && f->gives && f->min_args <= f->max_args);
        const char *got = answer(&a, f->example);
        const char *expected = arena_printf(&a.arena, strcmp(f->gives, "null") == 0 ? "{}" : "{\"x\":%s}", f->gives);
        if (!got || strcmp(strchr(got, '\t') + 1, expected) != 0) {
            print_error("%s\n  expected %s\n  got      %s\n", f->example, expected, got ? got : a.error.text);
            wrong++;
        }
        arena_free(&a.arena);
    }
    assert_int_equal(wrong, 0);
}

// A chain as high as the parser lets through is bound, compiled and run.
static void test_chain(void **state)
{
    (void)state;
    struct asked a = {.column = columns, .columns = COLUMNS, .session = {.zone = &zone_utc}};
    struct text sql;
    arena_init(&a.arena, &a.memory, 1 << 16);
    text_init(&sql, &a.memory);
    text_string(&sql, "i");
    for (uint32_t k = 0; k < AST_HEIGHT_MAX - 1; k++)
        text_string(&sql, " + 1");
    assert_string_equal(answer(&a, text_cstring(&sql)), arena_printf(&a.arena, "int\t{\"x\":%d}", AST_HEIGHT_MAX + 6));
    text_string(&sql, " + 1");
    assert_null(answer(&a, text_cstring(&sql)));
    text_free(&sql);
    arena_free(&a.arena);
    assert_int_equal(a.memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_spark),
        cmocka_unit_test(test_as_spark_over_columns),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
