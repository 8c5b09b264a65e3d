// docs/functions.md is what the registries say: made here (--write), compared here, and each aggregate's example is run
// (those of functions: test_expressions.c).
#include "asked_aggregate.h"

#include "ops/coerce.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MOST = 4, TEXT_MOST = 1024 };

static const struct asked_column columns[] = {{"b", TYPE_BOOLEAN}};

// ---- the examples

static void begin(struct asked *a)
{
    *a = (struct asked){.column = columns, .columns = 1};
    a->session = (struct session){.zone = &zone_utc};
    arena_init(&a->arena, &a->memory, 1 << 16);
}

// The type of a function's example.
static const char *function_type(struct asked *a, const char *example)
{
    const char *sql = arena_printf(&a->arena, "SELECT %s", example);
    struct sql_source source = {.text = slice_of(sql)};
    struct ast_select *select = NULL;
    struct expr *x = NULL;
    if (sql_parse(&source, &a->arena, &select, &a->error) != STATUS_OK ||
        bind(a, select->items[0].expr, &x) != STATUS_OK)
        return NULL;
    return type_text(&a->arena, x->type);
}

// The values of `VALUES (1, 'a'), (2, 'b')` as columns x, y, …
static struct chunk *make_values(struct asked *a, const char *values, struct asked_column *column, uint32_t *count)
{
    static const char *const names[COLUMNS_MOST] = {"x", "y", "z", "w"};
    struct sql_source source = {.text = slice_of(arena_printf(&a->arena, "SELECT %s", values))};
    struct ast_select *select = NULL;
    assert_int_equal(sql_parse(&source, &a->arena, &select, &a->error), STATUS_OK);
    uint32_t rows = select->item_count;
    const struct ast_expr *first = select->items[0].expr;
    bool tuple = first->kind == AST_CALL && slice_equal(first->name, SLICE("named_struct"));
    *count = tuple ? first->argc / 2 : 1;
    struct chunk *chunk = ARENA_NEW(&a->arena, struct chunk);
    *chunk = (struct chunk){.columns = *count, .rows.count = rows, .arena = &a->arena};
    chunk->column = ARENA_ARRAY(&a->arena, struct column *, *count);
    struct expr **cell = ARENA_ARRAY(&a->arena, struct expr *, rows);
    for (uint32_t c = 0; c < *count; c++) {
        for (uint32_t r = 0; r < rows; r++) {
            const struct ast_expr *x = select->items[r].expr;
            assert_int_equal(bind(a, tuple ? x->args[2 * c + 1] : x, &cell[r]), STATUS_OK);
        }
        const struct type *t = type_widest(&a->arena, cell, rows);
        column[c] = (struct asked_column){names[c], t->id};
        chunk->column[c] = column_new(t, CHUNK_ROWS, &a->arena);
        for (uint32_t r = 0; r < rows; r++) {
            assert_int_equal(expr_cast(&a->arena, &a->session, cell[r], t, &cell[r], &a->error), STATUS_OK);
            assert_int_equal(cell[r]->kind, EXPR_LITERAL);
            value_store(&cell[r]->literal, chunk->column[c], r);
        }
    }
    return chunk;
}

// "TYPE\tvalue" of an aggregate's example: SELECT aggregate FROM VALUES … AS t(x, y).
static const char *aggregate_answer(struct question *q, const char *example)
{
    char expression[TEXT_MOST], values[TEXT_MOST];
    struct asked_column column[COLUMNS_MOST];
    const char *from = strstr(example, " FROM VALUES "), *as = strstr(example, " AS t(");
    assert_true(from != NULL && as != NULL && strncmp(example, "SELECT ", 7) == 0 && strlen(example) < TEXT_MOST);
    snprintf(expression, sizeof expression, "%.*s", (int)(from - example - 7), example + 7);
    snprintf(values, sizeof values, "%.*s", (int)(as - from - 13), from + 13);
    struct chunk *rows = make_values(&q->asked, values, column, &q->asked.columns);
    q->asked.column = column;
    q->asked.other = bind_aggregate;
    return answer(q, expression, rows, false);
}

static void test_aggregate_examples(void **state)
{
    (void)state;
    uint32_t count, wrong = 0;
    const struct aggregate *const *all = aggregate_list(&count);
    for (uint32_t i = 0; i < count; i++) {
        struct question q = {.found.kernels = NULL};
        begin(&q.asked);
        const char *got = aggregate_answer(&q, all[i]->example);
        const char *expected = arena_printf(&q.asked.arena, "{\"x\":%s}", all[i]->gives);
        if (got == NULL || strcmp(strchr(got, '\t') + 1, expected) != 0) {
            print_error("%s\n  expected %s\n  got      %s\n", all[i]->example, expected,
                        got ? got : q.asked.error.text);
            wrong++;
        }
        arena_free(&q.asked.arena);
    }
    assert_int_equal(wrong, 0);
}

// ---- the page

// In a cell of a table.
static void put_cell(struct text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            text_char(out, '\\');
        text_char(out, *text);
    }
}

static void put_row(struct text *out, const char *usage, const char *const *alias, const char *summary,
                    const char *example, const char *gives, const char *type)
{
    text_string(out, "| `");
    put_cell(out, usage);
    text_string(out, "`");
    for (; alias != NULL && *alias != NULL; alias++)
        text_printf(out, ", `%s`", *alias);
    text_string(out, " | ");
    put_cell(out, summary);
    text_string(out, " | `");
    put_cell(out, example);
    text_string(out, "` | `");
    put_cell(out, gives);
    text_printf(out, "` | %s |\n", type);
}

static int by_name(const void *a, const void *b)
{
    const struct function *x = *(const struct function *const *)a, *y = *(const struct function *const *)b;
    return strcmp(x->name, y->name);
}

static bool is_word(const struct function *f)
{
    return f->name[0] >= 'a' && f->name[0] <= 'z' && strchr(f->name, ' ') == NULL;
}

static void put_functions(struct text *out, bool words)
{
    uint32_t count;
    const struct function *const *all = function_list(&count);
    const struct function **sorted = malloc(count * sizeof(*sorted));
    memcpy(sorted, all, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_name);
    text_string(out, "| | | example | gives | type |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct function *f = sorted[i];
        if (is_word(f) != words)
            continue;
        struct asked a;
        begin(&a);
        const char *type = f->flags & FUNCTION_WINDOW ? "" : function_type(&a, f->example);
        put_row(out, f->usage, f->alias, f->summary, f->example, f->gives, type != NULL ? type : "");
        arena_free(&a.arena);
    }
    free(sorted);
}

static void put_aggregates(struct text *out)
{
    uint32_t count;
    const struct aggregate *const *all = aggregate_list(&count);
    text_string(out, "| | | example | gives | type |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < count; i++) {
        struct question q = {.found.kernels = NULL};
        begin(&q.asked);
        const char *got = aggregate_answer(&q, all[i]->example);
        assert_non_null(got);
        put_row(out, all[i]->usage, all[i]->alias, all[i]->summary, all[i]->example, all[i]->gives,
                type_text(&q.asked.arena, q.found.type));
        arena_free(&q.asked.arena);
    }
}

static void make_page(struct text *out)
{
    text_string(out,
                "# Functions\n\nMade from the registries (`ops/functions.h`, `ops/aggregates.c`) by "
                "`build/PRESET/tests/agent_test_functions_page --write`;\na test fails when it is not what they say, "
                "and runs the examples. What is given is shown as `to_json` prints it.\n\n"
                "A function does what Spark 4.3's of that name does with `spark.sql.ansi.enabled=false`. What would "
                "end the query there gives NULL.\n\n## Aggregates\n\n");
    put_aggregates(out);
    text_string(out, "\n## Functions\n\n");
    put_functions(out, true);
    text_string(out, "\n## Operators\n\n");
    put_functions(out, false);
}

static void test_page(void **state)
{
    (void)state;
    struct memory memory = {0};
    struct text page;
    text_init(&page, &memory);
    make_page(&page);
    FILE *file = fopen(RUNNEL_DOCS_DIR "/functions.md", "r");
    assert_non_null(file);
    char *is = calloc(1, page.size + 2);
    size_t size = fread(is, 1, page.size + 1, file);
    fclose(file);
    if (size != page.size || memcmp(is, page.data, size) != 0)
        print_error("docs/functions.md is not what the registries say: write it anew with agent_test_functions_page "
                    "--write\n");
    assert_true(size == page.size && memcmp(is, page.data, size) == 0);
    free(is);
    text_free(&page);
}

static int write_page(void)
{
    struct memory memory = {0};
    struct text page;
    text_init(&page, &memory);
    make_page(&page);
    FILE *file = fopen(RUNNEL_DOCS_DIR "/functions.md", "w");
    bool good = file != NULL && fwrite(page.data, 1, page.size, file) == page.size;
    good = file != NULL && fclose(file) == 0 && good;
    text_free(&page);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregate_examples),
        cmocka_unit_test(test_page),
    };
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_page();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
