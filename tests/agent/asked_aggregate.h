// Asking an aggregate for its answer over some rows.
#ifndef TESTS_AGENT_ASKED_AGGREGATE_H
#define TESTS_AGENT_ASKED_AGGREGATE_H

#include "asked.h"

#include "ops/aggregate.h"
#include "ops/cast.h"
#include "ops/encoder.h"
#include "ops/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ARGS_MOST = 4 };

struct question {
    struct asked asked;
    struct aggregate_binding found; // kernels NULL: none yet
    struct expr *arg[ARGS_MOST];
    const struct type *want[ARGS_MOST];
};

static bool bind_aggregate(struct asked *a, const struct ast_expr *x, struct expr **out, enum status *status)
{
    struct question *q = (struct question *)(void *)a;
    const struct aggregate *f = aggregate_find(x->name);
    if (f == NULL)
        return false;
    assert_true(q->found.kernels == NULL && x->argc <= ARGS_MOST);
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

// Rows [from, to) into a state.
static void step(const struct aggregate_call *call, const struct program *p, uint32_t from, uint32_t to, void *state)
{
    const struct column *args[ARGS_MOST] = {NULL};
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
// The rows are `rows`; in parts: in two, merged by way of the bytes of their states.
static const char *answer(struct question *q, const char *text, struct chunk *rows, bool in_parts)
{
    uint32_t count = rows->rows.count;
    struct arena *arena = &q->asked.arena;
    const char *sql = arena_printf(arena, "SELECT %s", text);
    struct sql_source source = {.text = slice_of(sql)};
    struct ast_select *select = NULL;
    struct expr *root = NULL;
    if (sql_parse(&source, arena, &select, &q->asked.error) != STATUS_OK ||
        bind(&q->asked, select->items[0].expr, &root) != STATUS_OK)
        return NULL;
    const struct aggregate_binding *b = &q->found;
    const struct type **types = ARENA_ARRAY(arena, const struct type *, ARGS_MOST);
    for (uint32_t k = 0; k < b->argc; k++)
        types[k] = q->arg[k]->type;
    struct aggregate_call call = {b->kernels, b->state, b->type, types, b->argc, b->state_size, arena};
    struct program *p =
        program_compile((const struct expr *const *)q->arg, b->argc, &q->asked.session, &q->asked.memory);
    program_run(p, rows, &rows->rows);
    void *state = empty_state(&call), *part = empty_state(&call);
    step(&call, p, 0, in_parts ? count / 3 : count, part);
    call.kernels->merge(&call, state, in_parts ? stored(&call, part) : part);
    if (in_parts) {
        state = stored(&call, state);
        part = empty_state(&call);
        step(&call, p, count / 3, count, part);
        call.kernels->merge(&call, state, part);
    }
    struct column *result = column_new(b->type, CHUNK_ROWS, arena);
    call.kernels->finish(&call, state, result, 0);
    const char *shown = print(q, result, root);
    program_free(p);
    return shown;
}

#endif
