// Aggregates and what Spark 4.3 answered for them (aggregates.tsv: the text, the type, to_json of the row, or "!" and
// the error class) over 3,000 rows made by a rule: in one step, and in two merged by way of the bytes of their states.
#include "asked.h"

#include "ops/aggregate.h"
#include "ops/cast.h"
#include "ops/encoder.h"
#include "ops/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COLUMNS = 6, LINE_MAX_BYTES = 1 << 16, ROWS = 3000, ARGS_MAX = 4 };

static const struct asked_column columns[COLUMNS] = {
    {"r", TYPE_BIGINT}, {"i", TYPE_INT},    {"d", TYPE_DOUBLE},
    {"s", TYPE_STRING}, {"l", TYPE_BIGINT}, {"b", TYPE_BOOLEAN},
};

struct question {
    struct asked asked;
    struct aggregate_binding found; // kernels NULL: none yet
    struct expr *arg[ARGS_MAX];
    const struct type *want[ARGS_MAX];
};

static bool bind_aggregate(struct asked *a, const struct ast_expr *x, struct expr **out, enum status *status)
{
    struct question *q = (struct question *)(void *)a;
    const struct aggregate *f = aggregate_find(x->name);
    if (f == NULL)
        return false;
    assert_true(q->found.kernels == NULL && x->argc <= ARGS_MAX);
    q->found = (struct aggregate_binding){.arena = &a->arena, .session = &a->session, .aggregate = f, .argc = x->argc};
    q->found.arg = q->arg;
    q->found.want = q->want;
    for (uint32_t k = 0; k < x->argc && *status == STATUS_OK; k++)
        *status = bind(a, x->args[k], &q->arg[k]);
    if (*status == STATUS_OK && (x->argc < f->min_args || x->argc > f->max_args))
        *status = STATUS_CONFIG;
    if (*status == STATUS_OK)
        *status = f->bind(&q->found, &a->error);
    for (uint32_t k = 0; k < x->argc && *status == STATUS_OK; k++)
        if (q->want[k] != NULL)
            *status = expr_cast(&a->arena, &a->session, q->arg[k], q->want[k], &q->arg[k], &a->error);
    if (*status == STATUS_OK)
        *out = expr_column(&a->arena, 0, q->found.type, true);
    return true;
}

// The rows of tests/spark/record_aggregates.py.
static struct chunk *make_rows(struct arena *arena)
{
    struct chunk *chunk = ARENA_NEW(arena, struct chunk);
    *chunk = (struct chunk){.columns = COLUMNS, .rows.count = ROWS, .arena = arena};
    chunk->column = ARENA_ARRAY(arena, struct column *, COLUMNS);
    for (uint32_t c = 0; c < COLUMNS; c++)
        chunk->column[c] = column_new(type_simple(columns[c].type), CHUNK_ROWS, arena);
    struct column *const *column = chunk->column;
    for (uint32_t r = 0; r < ROWS; r++) {
        int32_t i = (int32_t)(r * 7919 % 1009) - 300;
        column[0]->i64[r] = r;
        column[1]->i32[r] = i;
        column[2]->f64[r] = (double)i / 7;
        column[1]->null[r] = column[2]->null[r] = r % 11 == 0;
        column[3]->slice[r] = slice_of(arena_printf(arena, "s%u", r * 31 % 257));
        column[3]->null[r] = r % 13 == 0;
        column[4]->i64[r] = (int64_t)r * r * 1000003;
        column[5]->boolean[r] = r % 3 == 0;
        column[5]->null[r] = r % 5 == 0;
    }
    return chunk;
}

// Rows [from, to) into a state.
static void step(const struct aggregate_call *call, const struct program *p, uint32_t from, uint32_t to, void *state)
{
    const struct column *args[ARGS_MAX] = {NULL};
    void **groups = ARENA_ARRAY(call->arena, void *, to - from);
    uint32_t *index = ARENA_ARRAY(call->arena, uint32_t, to - from);
    for (uint32_t k = 0; k < call->argc; k++)
        args[k] = program_result(p, k);
    for (uint32_t k = 0; k < to - from; k++) {
        groups[k] = state;
        index[k] = from + k;
    }
    call->kernels->step(call, args, &(struct rows){index, to - from}, groups);
}

static void *empty_state(const struct aggregate_call *call)
{
    void *state = arena_zalloc(call->arena, call->state_size);
    if (call->kernels->init)
        call->kernels->init(call, state);
    return state;
}

static void *stored(const struct aggregate_call *call, const void *state)
{
    struct text bytes;
    void *back = arena_zalloc(call->arena, call->state_size);
    text_init(&bytes, call->arena->memory);
    call->kernels->save(call, state, &bytes);
    assert_int_equal(call->kernels->load(call, text_view(&bytes), back), bytes.size);
    if (bytes.size > 0)
        assert_int_equal(
            call->kernels->load(call, (struct slice){bytes.data, (uint32_t)bytes.size - 1}, empty_state(call)), 0);
    text_free(&bytes);
    return back;
}

static const char *print(struct question *q, struct column *result, const struct expr *root)
{
    struct chunk chunk = {.column = &result, .columns = 1, .rows = {NULL, 1}, .arena = &q->asked.arena};
    struct program *p = program_compile(&root, 1, &q->asked.session, &q->asked.memory);
    program_run(p, &chunk, &chunk.rows);
    struct column *shown = program_result(p, 0);
    chunk.column = &shown;
    struct slice name = SLICE("x");
    struct text out;
    text_init(&out, &q->asked.memory);
    type_print_simple(root->type, &out);
    text_char(&out, '\t');
    json_append_row(&out, &name, &chunk, 0, (struct slice){NULL, 0}, &q->asked.session);
    const char *copy = arena_copy(&q->asked.arena, out.data, out.size);
    text_free(&out);
    program_free(p);
    return copy;
}

// "type\tjson", or NULL if it is refused.
static const char *answer(struct question *q, const char *text, bool in_parts)
{
    struct arena *arena = &q->asked.arena;
    const char *sql = arena_printf(arena, "SELECT %s", text);
    struct sql_source source = {.text = slice_of(sql)};
    struct ast_select *select = NULL;
    struct expr *root = NULL;
    if (sql_parse(&source, arena, &select, &q->asked.error) != STATUS_OK ||
        bind(&q->asked, select->items[0].expr, &root) != STATUS_OK)
        return NULL;
    const struct aggregate_binding *b = &q->found;
    const struct type **types = ARENA_ARRAY(arena, const struct type *, ARGS_MAX);
    for (uint32_t k = 0; k < b->argc; k++)
        types[k] = q->arg[k]->type;
    struct aggregate_call call = {b->kernels, b->state, b->type, types, b->argc, b->state_size, arena};
    struct chunk *rows = make_rows(arena);
    struct program *p =
        program_compile((const struct expr *const *)q->arg, b->argc, &q->asked.session, &q->asked.memory);
    program_run(p, rows, &rows->rows);
    void *state = empty_state(&call), *part = empty_state(&call);
    step(&call, p, 0, in_parts ? ROWS / 3 : ROWS, part);
    call.kernels->merge(&call, state, in_parts ? stored(&call, part) : part);
    if (in_parts) {
        state = stored(&call, state);
        part = empty_state(&call);
        step(&call, p, ROWS / 3, ROWS, part);
        call.kernels->merge(&call, state, part);
    }
    struct column *result = column_new(b->type, CHUNK_ROWS, arena);
    call.kernels->finish(&call, state, result, 0);
    const char *shown = print(q, result, root);
    program_free(p);
    return shown;
}

static bool check(const char *text, const char *expected, bool in_parts)
{
    struct question q = {.asked = {.column = columns, .columns = COLUMNS, .session.zone = &zone_utc}};
    q.asked.other = bind_aggregate;
    arena_init(&q.asked.arena, &q.asked.memory, 1 << 16);
    const char *got = answer(&q, text, in_parts);
    bool refused = strncmp(expected, "\t!", 2) == 0;
    // the last digit of a real number depends on the batches, and so does a summary of few samples
    bool vague = in_parts && (strstr(expected, "double\t") != NULL || strstr(text, "percentile_approx(") == text);
    bool good = refused ? got == NULL : vague || (got != NULL && strcmp(got, expected) == 0);
    if (!good)
        print_error("%s%s\n  expected %.300s\n  got      %.300s\n", text, in_parts ? " in parts" : "", expected,
                    got ? got : q.asked.error.text);
    arena_free(&q.asked.arena);
    assert_int_equal(q.asked.memory.used, 0);
    return good;
}

static void test_as_spark(void **state)
{
    (void)state;
    char *line = malloc(LINE_MAX_BYTES);
    uint32_t lines = 0, wrong = 0;
    FILE *file = fopen(RUNNEL_ANSWERS_DIR "/aggregates.tsv", "r");
    assert_non_null(file);
    for (; fgets(line, LINE_MAX_BYTES, file); lines++) {
        line[strcspn(line, "\n")] = '\0';
        char *expected = strchr(line, '\t');
        assert_non_null(expected);
        *expected++ = '\0';
        wrong += !check(line, expected, false);
        wrong += !check(line, expected, true);
    }
    fclose(file);
    free(line);
    assert_true(lines > 50);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_spark)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
