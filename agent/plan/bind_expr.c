#include "agent/plan/bind.h"

#include "ops/coerce.h"

#include <assert.h>

enum status bind_place(struct binder *b, const struct ast_expr *x)
{
    const char *words = arena_printf(b->l->arena, "%s", b->e ? b->e->text : "");
    return BIND_ERROR(b, x, "%s", words);
}

// The item that a name means, among those that can be seen; the same expression twice is one.
static enum status find_item(const struct context *c, const struct ast_expr *x, struct item **out)
{
    struct query *q = c->q;
    bool lateral = c->clause == CLAUSE_SELECT;
    uint32_t found = 0;
    *out = NULL;
    for (uint32_t i = 0; i < c->aliases; i++) {
        struct item *item = &q->items[i];
        if ((lateral && !item->aliased) || !slice_equal_fold(item->name, x->parts[0]))
            continue;
        if (*out && (c->clause == CLAUSE_GROUP || (!lateral && item->expr && expr_same(item->expr, (*out)->expr))))
            continue;
        found++;
        *out = item;
    }
    if (found > 1 && lateral)
        return BIND_ERROR(q->b, x, "[AMBIGUOUS_LATERAL_COLUMN_ALIAS] the alias `%.*s` was given to %u columns",
                          (int)x->parts[0].size, x->parts[0].data, found);
    if (found > 1)
        return BIND_ERROR(q->b, x, "[AMBIGUOUS_REFERENCE] `%.*s` is ambiguous: the SELECT list has it %u times",
                          (int)x->parts[0].size, x->parts[0].data, found);
    return found ? STATUS_OK : STATUS_END;
}

// A name that is an alias of the SELECT list: SELECT (lateral), GROUP BY, HAVING, ORDER BY.
static enum status bind_alias(const struct context *c, const struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q;
    struct item *item;
    enum status s = find_item(c, x, &item);
    if (s)
        return s;
    if (c->clause == CLAUSE_GROUP && item->generated)
        return STATUS_END; // it is made after the grouping
    s = bind_item(q, item);
    if (s)
        return s;
    if (c->clause == CLAUSE_GROUP && item->lateral)
        return BIND_ERROR(q->b, x,
                          "[UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY] `%.*s` is made of another "
                          "alias of the SELECT list; write its expression out",
                          (int)x->parts[0].size, x->parts[0].data);
    if (c->clause == CLAUSE_SELECT && c->aggregate)
        return BIND_ERROR(q->b, x,
                          "[UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC] `%.*s` is an alias of "
                          "the same SELECT; an aggregate takes columns of FROM",
                          (int)x->parts[0].size, x->parts[0].data);
    if (c->aggregate && (item->expr->kind != EXPR_COLUMN || mentions_aggregate(q, item->expr)))
        return BIND_ERROR(q->b, x,
                          "[MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_APPEAR_IN_OPERATION] `%.*s` means the column "
                          "of the result here, which an aggregate cannot take; give the alias another name",
                          (int)x->parts[0].size, x->parts[0].data);
    if (!expr_is_deterministic(item->expr))
        return BIND_ERROR(q->b, x,
                          "[UNSUPPORTED_FEATURE] `%.*s` is not deterministic: name it in a subquery, and use "
                          "that column",
                          (int)x->parts[0].size, x->parts[0].data);
    if (c->item)
        c->item->lateral = true;
    *out = c->clause == CLAUSE_SELECT ? subquery_alias(q->b->l, item->expr) : item->expr;
    return STATUS_OK;
}

// What can be seen in HAVING and ORDER BY, for "did you mean": the outputs.
static enum status unresolved(const struct context *c, const struct ast_expr *x)
{
    struct scope all = {0};
    if (c->clause == CLAUSE_HAVING || c->clause == CLAUSE_ORDER) {
        for (uint32_t i = 0; i < c->q->item_count; i++)
            scope_add(c->q->b, &all, (struct slice){0}, c->q->items[i].name, i);
        return scope_unresolved(c->q->b, &all, x);
    }
    const struct ast_select *s = c->q->select;
    for (uint32_t i = 0; c->clause == CLAUSE_WHERE && x->part_count == 1 && i < s->item_count; i++)
        if (slice_equal_fold(s->items[i].alias, x->parts[0]))
            return BIND_ERROR(
                c->q->b, x,
                "[UNRESOLVED_COLUMN.WITH_SUGGESTION] `%.*s` is made by the SELECT list, which comes after "
                "WHERE: write its expression out, or put WHERE around a subquery",
                (int)x->parts[0].size, x->parts[0].data);
    return scope_unresolved(c->q->b, &c->q->scope, x);
}

static enum status bind_name(const struct context *c, const struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    bool outputs_first = c->clause == CLAUSE_ORDER || (c->clause == CLAUSE_HAVING && !c->aggregate);
    bool outputs_last = c->clause == CLAUSE_SELECT || (c->clause == CLAUSE_GROUP && x->part_count == 1);
    uint32_t taken = 1, attribute;
    // t.a is a column of t before it is a field of an output that is called t
    struct binder quiet = {.l = b->l};
    bool qualified =
        x->part_count > 1 && scope_find(&quiet, &c->q->scope, x, &attribute, &taken) == STATUS_OK && taken > 1;
    taken = 1;
    enum status s = bind_parameter(c, x, out);
    if (s == STATUS_END && outputs_first && !qualified)
        s = bind_alias(c, x, out);
    if (s == STATUS_END) {
        s = scope_find(b, &c->q->scope, x, &attribute, &taken);
        if (!s)
            *out = attribute_expr(b->l, attribute);
    }
    if (s == STATUS_END && outputs_last) {
        taken = 1;
        s = bind_alias(c, x, out);
    }
    if (s == STATUS_END)
        s = bind_around(c, x, &taken, out);
    if (s == STATUS_END)
        return unresolved(c, x);
    for (uint32_t i = taken; !s && i < x->part_count; i++) {
        s = expr_field(b->l->arena, *out, x->parts[i], out, b->e);
        if (s)
            return bind_place(b, x);
    }
    return s;
}

enum status bind_condition(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    enum status s = bind_expr(c, x, out);
    if (s || (*out)->type->id == TYPE_BOOLEAN)
        return s;
    bool casts = c->clause == CLAUSE_HAVING && !c->filter; // AstBuilder.withHavingClause
    if (casts || ((*out)->type->id == TYPE_NULL && c->clause != CLAUSE_WHERE)) {
        s = expr_cast(b->l->arena, b->l->session, *out, type_simple(TYPE_BOOLEAN), out, b->e);
        return s ? bind_place(b, x) : STATUS_OK;
    }
    struct text name;
    struct memory memory = {0};
    text_init(&name, &memory);
    type_print_sql((*out)->type, &name);
    s = BIND_ERROR(b, x, "[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] a condition must be BOOLEAN, this is %s",
                   text_cstring(&name));
    text_free(&name);
    return s;
}

// TIMESTAMP '2024-03-01 12:34:56': a CAST whose text must be good.
static enum status bind_typed(struct binder *b, struct ast_expr *x, struct expr **out)
{
    if ((*out)->kind != EXPR_LITERAL)
        return BIND_ERROR(b, x,
                          "[INVALID_TYPED_LITERAL] that is another time each day, and a literal is one for ever; write "
                          "CAST('…' AS %s)",
                          type_text(b->l->arena, (*out)->type));
    struct value v = constant_value(b->l, *out);
    if (v.null)
        return BIND_ERROR(b, x, "[INVALID_TYPED_LITERAL] the text is no %s", type_text(b->l->arena, (*out)->type));
    x->value = v;
    *out = expr_literal(b->l->arena, v);
    return STATUS_OK;
}

static enum status bind_kind(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct binder *b = c->q->b;
    enum status s;
    switch (x->kind) {
    case AST_LITERAL:
    case AST_INTERVAL:
        *out = expr_literal(b->l->arena, x->value);
        return STATUS_OK;
    case AST_NAME:
        return bind_name(c, x, out);
    case AST_CALL:
        return bind_call(c, x, out);
    case AST_CAST:
        s = bind_expr(c, x->args[0], out);
        if (s)
            return s;
        s = (x->lenient ? expr_try_cast : expr_cast)(b->l->arena, b->l->session, *out, x->type, out, b->e);
        if (s)
            return bind_place(b, x);
        return x->typed ? bind_typed(b, x, out) : STATUS_OK;
    case AST_STAR:
        return BIND_ERROR(
            b, x, "[INVALID_USAGE_OF_STAR_OR_REGEX] * stands only in a SELECT list and as an argument of a function");
    case AST_LAMBDA:
        return BIND_ERROR(b, x,
                          "[INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION] a lambda stands as an argument of "
                          "a function that calls it: transform, filter, aggregate …");
    case AST_SUBQUERY:
        return bind_scalar(c, x, out);
    }
    assert(false); // each kind is above
    return STATUS_CONFIG;
}

enum status bind_expr(const struct context *c, struct ast_expr *x, struct expr **out)
{
    enum status s = bind_kind(c, x, out);
    if (!s)
        x->bound = (*out)->type;
    return s;
}
