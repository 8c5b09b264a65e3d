// Parsing and binding one expression over columns that the test names.
#ifndef TESTS_AGENT_ASKED_H
#define TESTS_AGENT_ASKED_H

#include "agent/sql/parse.h"
#include "ops/function.h"
#include "ops/lambda.h"

enum { LITERALS = 64, PARAMETERS = 64, PARAMETERS_FIRST = 1000 };

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
    // parameters of lambdas: those in scope, the nearest last
    struct asked_parameter {
        struct slice name;
        struct lambda_parameter of;
        uint32_t column;
    } parameter[PARAMETERS];
    uint32_t parameters, made;
};

static enum status bind(struct asked *a, const struct ast_expr *x, struct expr **out);

static enum status bind_parameter(struct asked *a, const struct ast_expr *x, const struct asked_parameter *p,
                                  struct expr **out)
{
    enum status status = STATUS_OK;
    *out = expr_column(&a->arena, p->column, p->of.type, p->of.nullable);
    for (uint32_t i = 1; i < x->part_count && status == STATUS_OK; i++)
        status = expr_field(&a->arena, *out, x->parts[i], out, &a->error);
    return status;
}

static enum status bind_name(struct asked *a, const struct ast_expr *x, struct expr **out)
{
    for (uint32_t i = a->parameters; i-- > 0;)
        if (slice_equal_fold(x->parts[0], a->parameter[i].name))
            return bind_parameter(a, x, &a->parameter[i], out);
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

struct asked_body {
    struct lambda_source source;
    struct asked *asked;
    const struct ast_expr *call;
    uint32_t plain;
};

static enum status bind_body(struct lambda_source *self, uint32_t index, const struct lambda_parameters *p,
                             struct expr **body, uint32_t *columns, uint32_t *given)
{
    const struct asked_body *s = (const struct asked_body *)(const void *)self;
    const struct ast_expr *x = s->call->args[s->plain + index];
    struct asked *a = s->asked;
    *given = 0;
    if (x->kind != AST_LAMBDA)
        return bind(a, x, body);
    if (x->part_count < p->least || x->part_count > p->most || a->parameters + x->part_count > PARAMETERS)
        return STATUS_CONFIG;
    for (; *given < x->part_count; ++*given) {
        for (uint32_t k = 0; k < *given; k++)
            if (slice_equal_fold(x->parts[k], x->parts[*given]))
                return STATUS_CONFIG;
        columns[*given] = PARAMETERS_FIRST + a->made++;
        a->parameter[a->parameters++] = (struct asked_parameter){x->parts[*given], p->of[*given], columns[*given]};
    }
    enum status status = bind(a, x->args[0], body);
    a->parameters -= x->part_count;
    return status;
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
    bool higher = f->parameters && x->argc > f->plain_args;
    uint32_t plain = higher ? f->plain_args : x->argc;
    for (uint32_t i = 0; i < plain; i++) {
        status = bind(a, x->args[i], &args[i]);
        if (status != STATUS_OK)
            return status;
    }
    if (f->flags & FUNCTION_SCHEMA && plain > 1) {
        struct sql_source text = {.text = args[1]->literal.bytes};
        struct value null = {.null = true};
        status = sql_parse_type(&text, &a->arena, &null.type, &a->error);
        if (status != STATUS_OK)
            return status;
        args[1] = expr_literal(&a->arena, null);
    }
    struct asked_body body = {{bind_body}, a, x, plain};
    if (higher)
        return expr_call_lambda(&a->arena, &a->session, f, args, plain, &body.source, x->argc - plain, out, &a->error);
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
