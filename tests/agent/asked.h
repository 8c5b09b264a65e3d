// Parsing and binding one expression over columns that the test names.
#ifndef TESTS_AGENT_ASKED_H
#define TESTS_AGENT_ASKED_H

#include "agent/sql/parse.h"
#include "ops/function.h"

enum { LITERALS = 64 };

struct asked_column {
    const char *name;
    enum type_id type;
};

struct asked {
    const struct asked_column *column;
    uint32_t columns;
    // Binds what is no function (an aggregate); false: it is one. NULL: there is nothing else.
    bool (*other)(struct asked *a, const struct ast_expr *x, struct expr **out, enum status *status);
    struct memory memory;
    struct arena arena;
    struct session session;
    struct error error;
    bool as_columns; // literals become columns behind the others
    struct value literals[LITERALS];
    uint32_t literal_count;
};

static enum status bind(struct asked *a, const struct ast_expr *x, struct expr **out);

static enum status bind_name(struct asked *a, const struct ast_expr *x, struct expr **out)
{
    for (uint32_t i = 0; x->part_count == 1 && i < a->columns; i++) {
        if (slice_equal_fold(x->parts[0], slice_of(a->column[i].name))) {
            *out = expr_column(&a->arena, i, type_simple(a->column[i].type), true);
            return STATUS_OK;
        }
    }
    return STATUS_CONFIG;
}

static enum status bind_literal(struct asked *a, const struct ast_expr *x, struct expr **out)
{
    if (!a->as_columns || a->literal_count == LITERALS) {
        *out = expr_literal(&a->arena, x->value);
        return STATUS_OK;
    }
    a->literals[a->literal_count] = x->value;
    *out = expr_column(&a->arena, a->columns + a->literal_count++, x->value.type, true);
    return STATUS_OK;
}

static enum status bind_call(struct asked *a, const struct ast_expr *x, struct expr **out)
{
    enum status status = STATUS_OK;
    if (a->other && a->other(a, x, out, &status))
        return status;
    const struct function *f = function_find(x->name);
    if (!f)
        return error_set(&a->error, STATUS_CONFIG, "no function %.*s", (int)x->name.size, x->name.data);
    struct expr **args = ARENA_ARRAY(&a->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        status = bind(a, x->args[i], &args[i]);
        if (status != STATUS_OK)
            return status;
    }
    return expr_call(&a->arena, &a->session, f, args, x->argc, out, &a->error);
}

static enum status bind(struct asked *a, const struct ast_expr *x, struct expr **out)
{
    struct expr *inner = NULL;
    enum status status;
    switch (x->kind) {
    case AST_LITERAL:
    case AST_INTERVAL:
        return bind_literal(a, x, out);
    case AST_NAME:
        return bind_name(a, x, out);
    case AST_CALL:
        return bind_call(a, x, out);
    case AST_CAST:
        status = bind(a, x->args[0], &inner);
        if (status == STATUS_OK && x->lenient)
            return expr_try_cast(&a->arena, &a->session, inner, x->type, out, &a->error);
        return status == STATUS_OK ? expr_cast(&a->arena, &a->session, inner, x->type, out, &a->error) : status;
    default:
        return STATUS_CONFIG;
    }
}

#endif
