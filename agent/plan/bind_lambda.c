// Calls of higher-order functions: their lambdas' parameters are attributes while the body is bound.
#include "agent/plan/bind.h"

#include "ops/lambda.h"

#include <stddef.h>

struct body_source {
    struct lambda_source source;
    const struct context *context;
    struct ast_expr *call;
    uint32_t plain;
    bool failed; // in a body: the error has its place
};

enum status bind_parameter(const struct context *c, const struct ast_expr *x, struct expr **out)
{
    for (const struct bound_lambda *l = c->lambda; l; l = l->outer)
        for (uint32_t k = 0; k < l->ast->part_count; k++)
            if (slice_equal_fold(l->ast->parts[k], x->parts[0])) {
                *out = attribute_expr(c->q->b->l, l->attribute[k]);
                return STATUS_OK;
            }
    return STATUS_END;
}

static enum status check_names(struct binder *b, const struct ast_expr *x, const struct lambda_parameters *p)
{
    if (x->part_count < p->least || x->part_count > p->most)
        return BIND_ERROR(
            b, x, "[INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH] the lambda has %u parameter%s, wanted %s %u",
            x->part_count, x->part_count == 1 ? "" : "s", p->least < p->most ? "are 1 or" : "is", p->most);
    for (uint32_t i = 1; i < x->part_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (slice_equal_fold(x->parts[i], x->parts[k]))
                return BIND_ERROR(b, x,
                                  "[INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES] the lambda has two parameters "
                                  "`%.*s`",
                                  (int)x->parts[i].size, x->parts[i].data);
    return STATUS_OK;
}

static enum status bind_named(struct body_source *source, struct ast_expr *x, const struct lambda_parameters *p,
                              struct expr **body, uint32_t *columns, uint32_t *given)
{
    struct binder *b = source->context->q->b;
    struct context inner = *source->context;
    enum status s = check_names(b, x, p);
    if (s)
        return s;
    for (; *given < x->part_count; ++*given)
        columns[*given] = attribute_add(b->l, x->parts[*given], p->of[*given].type, p->of[*given].nullable, false);
    inner.lambda = &(struct bound_lambda){x, columns, source->context->lambda};
    return bind_expr(&inner, x->args[0], body);
}

static enum status bind_body(struct lambda_source *self, uint32_t index, const struct lambda_parameters *p,
                             struct expr **body, uint32_t *columns, uint32_t *given)
{
    struct body_source *source = (struct body_source *)(void *)((char *)self - offsetof(struct body_source, source));
    struct ast_expr *x = source->call->args[source->plain + index];
    *given = 0;
    enum status s =
        x->kind == AST_LAMBDA ? bind_named(source, x, p, body, columns, given) : bind_expr(source->context, x, body);
    if (x->kind != AST_LAMBDA)
        x->parameters = p->least; // a value for all elements: transform(a, 5)
    source->failed = s != STATUS_OK;
    return s;
}

enum status bind_lambda_call(const struct context *c, struct ast_expr *x, const struct function *f, struct expr **out)
{
    struct binder *b = c->q->b;
    struct arena *a = b->l->arena;
    struct expr **args = ARENA_ARRAY(a, struct expr *, x->argc + 1);
    uint32_t lambdas = x->argc - f->plain_args;
    if (x->argc > f->max_args || lambdas > LAMBDAS_MAX)
        return BIND_ERROR(b, x, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] %s does not take %u arguments: %s", f->name,
                          x->argc, f->usage);
    for (uint32_t i = 0; i < f->plain_args; i++) {
        enum status s = bind_expr(c, x->args[i], &args[i]);
        if (s)
            return s;
    }
    struct body_source source = {{bind_body}, c, x, f->plain_args, false};
    enum status s = expr_call_lambda(a, b->l->session, f, args, f->plain_args, &source.source, lambdas, out, b->e);
    return s && !source.failed ? bind_place(b, x) : s;
}
