// Queries in expressions: they see the columns of the query around them.
#include "agent/plan/bind.h"

#include "ops/coerce.h"

// ---- the columns of the query around

static struct expr *parameter_of(struct binder *b, struct around *a, struct expr *x, struct slice name)
{
    for (uint32_t i = 0; i < a->columns.count; i++)
        if (expr_equal(a->columns.at[i], x))
            return a->parameters.at[i];
    struct expr *parameter = attribute_expr(b->l, attribute_add(b->l, name, x->type, x->nullable, false));
    expr_list_add(b->l, &a->columns, x);
    expr_list_add(b->l, &a->parameters, parameter);
    return parameter;
}

enum status bind_around(const struct context *c, const struct ast_expr *x, uint32_t *taken, struct expr **out)
{
    struct binder *b = c->q->b;
    struct around *a = b->around;
    uint32_t attribute;
    enum status s = a ? scope_find(b, &a->context->q->scope, x, &attribute, taken) : STATUS_END;
    if (!s)
        *out = parameter_of(b, a, attribute_expr(b->l, attribute), b->l->attributes[attribute].name);
    if (s != STATUS_END || !a || a->context->clause != CLAUSE_HAVING)
        return s;
    for (uint32_t i = 0; i < a->context->aliases; i++) { // HAVING sees the SELECT list
        const struct item *item = &a->context->q->items[i];
        if (!item->expr || !slice_equal_fold(item->name, x->parts[0]))
            continue;
        *taken = 1;
        *out = parameter_of(b, a, item->expr, item->name);
        return STATUS_OK;
    }
    return STATUS_END;
}

// ---- calls

static enum status check_place(const struct context *c, const struct ast_expr *x)
{
    struct binder *b = c->q->b;
    if (c->clause == CLAUSE_ORDER)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY] a query cannot "
                          "stand in ORDER BY; name it in the SELECT list, and sort by that");
    if (c->lambda)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION] a query cannot stand in a "
                          "lambda; take its value outside");
    return STATUS_OK;
}

static enum status bind_inner(const struct context *c, const struct ast_select *ast, struct around *around,
                              struct query **out)
{
    struct binder *b = c->q->b;
    struct around *outer = b->around;
    *around = (struct around){.context = c};
    b->around = around;
    enum status s = bind_select(b, ast, c->q->ctes, out);
    b->around = outer;
    if (!s && node_streams((*out)->node))
        return BIND_ERROR(b, ast,
                          "[INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY] a query in an expression reads tables "
                          "(\"static\": true); this one reads a stream");
    return s ? s : modes_check_table(b->l, (*out)->node, b->e);
}

static struct subquery *subquery_new(struct logical *l, enum subquery_kind kind, const struct ast_select *ast)
{
    static const char *const names[] = {
        [SUBQUERY_EXISTS] = "exists", [SUBQUERY_IN] = "in", [SUBQUERY_SCALAR] = "scalar"};
    struct subquery *sub = ARENA_NEW(l->arena, struct subquery);
    sub->function = (struct function){.name = names[kind], .flags = FUNCTION_SUBQUERY};
    sub->kind = kind;
    sub->ast = ast;
    sub->result = sub->there = ATTRIBUTE_NONE;
    return sub;
}

// Ties `sub` to the columns that it saw, behind the `count` values in front of IN.
static enum status tie(struct binder *b, struct subquery *sub, const struct around *around, struct expr ***args,
                       uint32_t *count)
{
    struct logical *l = b->l;
    uint32_t columns = around->columns.count;
    struct expr **all = ARENA_ARRAY(l->arena, struct expr *, *count + columns + 1);
    uint32_t *parameters = ARENA_ARRAY(l->arena, uint32_t, *count + columns + 1);
    bool *is_parameter = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    for (uint32_t i = 0; i < *count; i++) {
        all[i] = (*args)[i];
        parameters[i] = sub->parameters[i];
    }
    for (uint32_t i = 0; i < columns; i++) {
        all[*count + i] = around->columns.at[i];
        parameters[*count + i] = around->parameters.at[i]->column;
        is_parameter[parameters[*count + i]] = true;
    }
    *args = all;
    *count += columns;
    sub->parameters = parameters;
    struct error why;
    if (columns && subquery_untie(l, sub, is_parameter, &why))
        return BIND_ERROR(b, sub->ast, "%s", why.text);
    return STATUS_OK;
}

static struct expr *call_of(struct logical *l, const struct subquery *sub, struct expr **args, uint32_t count,
                            const struct type *type, bool nullable)
{
    struct expr *x = ARENA_NEW(l->arena, struct expr);
    *x = (struct expr){.kind = EXPR_CALL, .type = type, .nullable = nullable, .function = &sub->function};
    x->state = sub;
    x->args = args;
    x->argc = count;
    return x;
}

// The same subquery written twice in one query is one, so that GROUP BY finds what SELECT has.
static struct expr *known(const struct query *q, enum subquery_kind kind, const struct ast_select *ast,
                          struct expr *const *values, uint32_t count)
{
    const char *text = q->b->l->pipeline->query.text.data;
    for (uint32_t i = 0; i < q->subqueries.count; i++) {
        struct expr *x = q->subqueries.at[i];
        const struct subquery *sub = subquery_of(x);
        bool same = sub->kind == kind && sub->in == count &&
                    slice_equal((struct slice){text + sub->ast->offset, sub->ast->length},
                                (struct slice){text + ast->offset, ast->length});
        for (uint32_t k = 0; same && k < count; k++)
            same = expr_equal(x->args[k], values[k]);
        if (same)
            return x;
    }
    return NULL;
}

// ---- EXISTS

static enum status bind_exists(const struct context *c, const struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q, *inner;
    struct around around;
    struct expr **args = NULL;
    uint32_t count = 0;
    if ((*out = known(q, SUBQUERY_EXISTS, x->subquery, NULL, 0)))
        return STATUS_OK;
    struct subquery *sub = subquery_new(q->b->l, SUBQUERY_EXISTS, x->subquery);
    enum status s = bind_inner(c, x->subquery, &around, &inner);
    if (s)
        return s;
    sub->node = inner->node;
    s = tie(q->b, sub, &around, &args, &count);
    if (s)
        return s;
    *out = call_of(q->b->l, sub, args, count, type_simple(TYPE_BOOLEAN), false);
    expr_list_add(q->b->l, &q->subqueries, *out);
    return STATUS_OK;
}

// ---- IN

// (a, b) IN (…) is of two values.
static enum status bind_front(const struct context *c, struct ast_expr *x, struct expr ***out, uint32_t *count)
{
    struct ast_expr *value = x->args[0], **values = &value;
    uint32_t step = 1, first = 0;
    *count = 1;
    if (value->fields) {
        bool named = slice_equal(value->name, SLICE("named_struct"));
        step = named ? 2 : 1;
        first = named ? 1 : 0;
        values = value->args;
        *count = value->argc / step;
    }
    *out = ARENA_ARRAY(c->q->b->l->arena, struct expr *, *count + 1);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < *count; i++)
        s = bind_expr(c, values[first + i * step], &(*out)[i]);
    return s;
}

// One equality a value, each of a parameter that stands for it.
static enum status tie_values(struct binder *b, const struct ast_expr *x, struct subquery *sub,
                              const struct query *inner, struct expr **values, uint32_t count)
{
    struct logical *l = b->l;
    sub->in = count;
    sub->parameters = ARENA_ARRAY(l->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct expr *pair[2] = {NULL, attribute_expr(l, inner->items[i].attribute)}, *equal;
        if (values[i]->type->id == TYPE_NULL &&
            expr_cast(l->arena, l->session, values[i], pair[1]->type, &values[i], b->e))
            return bind_place(b, x);
        sub->parameters[i] = attribute_add(l, SLICE("value"), values[i]->type, values[i]->nullable, false);
        pair[0] = attribute_expr(l, sub->parameters[i]);
        struct error why;
        if (expr_call(l->arena, l->session, function_find(SLICE("=")), pair, 2, &equal, &why))
            return BIND_ERROR(b, x,
                              "[DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH] column %u of the query is %s, "
                              "what stands in front of IN is %s: cast one of them",
                              i + 1, type_text(l->arena, pair[1]->type), type_text(l->arena, pair[0]->type));
        expr_list_add(l, &sub->ties, equal);
    }
    return STATUS_OK;
}

static enum status bind_in(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q, *inner;
    struct around around;
    struct expr **values;
    uint32_t count;
    enum status s = bind_front(c, x, &values, &count);
    if (s)
        return s;
    if ((*out = known(q, SUBQUERY_IN, x->subquery, values, count)))
        return STATUS_OK;
    struct subquery *sub = subquery_new(q->b->l, SUBQUERY_IN, x->subquery);
    s = bind_inner(c, x->subquery, &around, &inner);
    if (s)
        return s;
    if (inner->item_count != count)
        return BIND_ERROR(q->b, x,
                          "[DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH] the query has %u columns, in front of IN "
                          "there are %u",
                          inner->item_count, count);
    bool nullable = false;
    for (uint32_t i = 0; i < count; i++)
        nullable = nullable || values[i]->nullable || q->b->l->attributes[inner->items[i].attribute].nullable;
    sub->node = inner->node;
    s = tie_values(q->b, x, sub, inner, values, count);
    if (!s)
        s = tie(q->b, sub, &around, &values, &count);
    if (s)
        return s;
    *out = call_of(q->b->l, sub, values, count, type_simple(TYPE_BOOLEAN), nullable);
    expr_list_add(q->b->l, &q->subqueries, *out);
    return STATUS_OK;
}

// ---- scalars

// (SELECT v + 1) is v + 1.
static struct expr *value_of_row(struct logical *l, const struct query *inner, const struct around *around)
{
    const struct node *n = inner->node;
    if (n->kind != NODE_PROJECT || n->child->kind != NODE_VALUES || n->child->attribute_count)
        return NULL;
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    for (uint32_t i = 0; i < around->columns.count; i++)
        by[around->parameters.at[i]->column] = around->columns.at[i];
    struct expr *x = expr_replace(l, inner->items[0].expr, by);
    x->nullable = true;
    return x;
}

enum status bind_scalar(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q, *inner;
    struct around around;
    struct expr **args = NULL;
    uint32_t count = 0;
    enum status s = check_place(c, x);
    if (s || (*out = known(q, SUBQUERY_SCALAR, x->subquery, NULL, 0)))
        return s;
    struct subquery *sub = subquery_new(q->b->l, SUBQUERY_SCALAR, x->subquery);
    s = bind_inner(c, x->subquery, &around, &inner);
    if (s)
        return s;
    if (inner->item_count != 1)
        return BIND_ERROR(q->b, x,
                          "[INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN] a query "
                          "that stands for a value has one column, this one has %u",
                          inner->item_count);
    *out = value_of_row(q->b->l, inner, &around);
    if (*out)
        return STATUS_OK;
    sub->node = inner->node;
    sub->result = inner->items[0].attribute;
    q->b->l->attributes[sub->result].nullable = true;
    s = tie(q->b, sub, &around, &args, &count);
    if (s)
        return s;
    *out = call_of(q->b->l, sub, args, count, q->b->l->attributes[sub->result].type, true);
    expr_list_add(q->b->l, &q->subqueries, *out);
    return STATUS_OK;
}

enum status bind_subquery(const struct context *c, struct ast_expr *x, struct expr **out)
{
    enum status s = check_place(c, x);
    if (s)
        return s;
    return slice_equal(x->name, SLICE("in")) ? bind_in(c, x, out) : bind_exists(c, x, out);
}
