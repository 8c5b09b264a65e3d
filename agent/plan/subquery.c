#include "agent/plan/subquery.h"

const struct subquery *subquery_of(const struct expr *x)
{
    return x->kind == EXPR_CALL && (x->function->flags & FUNCTION_SUBQUERY) ? x->state : NULL;
}

bool expr_has_subquery(const struct expr *x)
{
    bool has = subquery_of(x) != NULL;
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc && !has; i++)
        has = expr_has_subquery(x->args[i]);
    return has;
}

void subquery_mark(const struct expr *x, bool *seen)
{
    if (subquery_of(x))
        expr_mark(x, seen);
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc; i++)
        subquery_mark(x->args[i], seen);
}

struct expr *subquery_alias(struct logical *l, struct expr *x)
{
    const struct subquery *sub = subquery_of(expr_is_call(x, "not") ? x->args[0] : x);
    struct value v = {.type = type_simple(TYPE_BOOLEAN), .boolean = true};
    struct expr *args[3] = {x, expr_literal(l->arena, v), NULL};
    if (!sub || sub->kind == SUBQUERY_SCALAR)
        return x;
    v.boolean = false;
    args[2] = expr_literal(l->arena, v);
    return call_named(l, "if", args, 3);
}

// ---- untying: conjuncts that mention the row go up to the top (PullupCorrelatedPredicates, DecorrelateInnerQuery)

struct untying {
    struct logical *l;
    struct subquery *sub;
    const bool *parameters;
    struct error *e;
};

static bool is_tie(const struct untying *u, const struct expr *x)
{
    bool *seen = ARENA_ARRAY(u->l->arena, bool, u->l->attribute_count), found = false;
    expr_mark(x, seen);
    for (uint32_t i = 0; i < u->l->attribute_count; i++)
        found = found || (seen[i] && u->parameters[i]);
    return found;
}

static enum status refuse(const struct untying *u, const char *what)
{
    return error_set(
        u->e, STATUS_CONFIG,
        "[UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED] columns of "
        "the query around it can stand in the WHERE of a query in an expression, not %s",
        what);
}

// What `tie` needs of the query, among `items`.
static void hand_on(struct untying *u, struct assignment **items, uint32_t *count, const struct expr *tie)
{
    struct logical *l = u->l;
    bool *seen = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    expr_mark(tie, seen);
    for (uint32_t i = 0; i < *count; i++)
        seen[(*items)[i].attribute] = false;
    struct assignment *all = ARENA_ARRAY(l->arena, struct assignment, *count + l->attribute_count);
    if (*count)
        memcpy(all, *items, *count * sizeof *all);
    for (uint32_t i = 0; i < l->attribute_count; i++)
        if (seen[i] && !u->parameters[i])
            all[(*count)++] = (struct assignment){attribute_expr(l, i), i};
    *items = all;
}

// A tie above a grouping: the column that it compares must be a key, or become one.
static enum status tie_to_key(struct untying *u, struct node *n, const struct expr *tie)
{
    bool *mine = ARENA_ARRAY(u->l->arena, bool, u->l->attribute_count);
    node_mark_made(n->child, mine);
    struct expr *sides[2];
    if (mentions_only(u->l, tie, u->parameters))
        return STATUS_OK;
    if (!conjunct_is_key(u->l, tie, mine, u->parameters, sides) || sides[0]->kind != EXPR_COLUMN)
        return refuse(u, "in anything but equalities with its own columns where it is grouped");
    hand_on(u, &n->items, &n->item_count, tie);
    return STATUS_OK;
}

static enum status untie_aggregate(struct untying *u, struct node *n, uint32_t first)
{
    struct expr_list *ties = &u->sub->ties;
    bool only_keys = n->part_count == 0 && n->item_count > 0 && u->sub->kind != SUBQUERY_SCALAR;
    enum status s = STATUS_OK;
    if (n->item_count == 0 && ties->count > first && u->sub->kind != SUBQUERY_SCALAR)
        return refuse(u, "under an aggregate without GROUP BY: that gives a row for each of them");
    for (uint32_t i = first; !s && i < ties->count; i++) {
        if (only_keys)
            hand_on(u, &n->items, &n->item_count, ties->at[i]);
        else
            s = tie_to_key(u, n, ties->at[i]);
    }
    return s;
}

static enum status untie_filter(struct untying *u, struct node *n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        if (!is_tie(u, n->conjuncts[i])) {
            n->conjuncts[kept++] = n->conjuncts[i];
            continue;
        }
        if (expr_has_subquery(n->conjuncts[i]))
            return refuse(u, "in a query inside it");
        expr_list_add(u->l, &u->sub->ties, n->conjuncts[i]);
    }
    n->conjunct_count = kept;
    return STATUS_OK;
}

static bool uses_row(const struct untying *u, const struct node *n)
{
    bool uses = n->input && is_tie(u, n->input);
    for (uint32_t i = 0; i < n->item_count; i++)
        uses = uses || is_tie(u, n->items[i].expr);
    for (uint32_t i = 0; i < n->part_count; i++) {
        for (uint32_t k = 0; k < n->parts[i].argc; k++)
            uses = uses || is_tie(u, n->parts[i].args[k]);
        uses = uses || (n->parts[i].filter && is_tie(u, n->parts[i].filter));
    }
    for (uint32_t i = 0; i < n->key_count; i++)
        uses = uses || is_tie(u, n->keys[i].expr);
    for (uint32_t i = 0; n->kind != NODE_FILTER && i < n->conjunct_count; i++)
        uses = uses || is_tie(u, n->conjuncts[i]);
    return uses;
}

static enum status untie(struct untying *u, struct node **link);

static enum status untie_join(struct untying *u, struct node *n)
{
    uint32_t first = u->sub->ties.count;
    enum status s = untie(u, &n->child);
    if (!s && u->sub->ties.count > first && n->join != AST_INNER && n->join != AST_CROSS && n->join != AST_LEFT)
        return refuse(u, "below such a join");
    uint32_t middle = u->sub->ties.count;
    if (!s)
        s = untie(u, &n->second);
    if (!s && u->sub->ties.count > middle && n->join != AST_INNER && n->join != AST_CROSS)
        return refuse(u, "below such a join");
    if ((n->join == AST_INNER || n->join == AST_CROSS) && !s)
        s = untie_filter(u, n);
    bool *seen = ARENA_ARRAY(u->l->arena, bool, u->l->attribute_count);
    for (uint32_t i = first; i < u->sub->ties.count; i++)
        expr_mark(u->sub->ties.at[i], seen);
    for (uint32_t i = 0; i < n->attribute_count; i++)
        seen[n->attributes[i]] = false;
    uint32_t *all = ARENA_ARRAY(u->l->arena, uint32_t, n->attribute_count + u->l->attribute_count);
    memcpy(all, n->attributes, n->attribute_count * sizeof *all);
    for (uint32_t i = 0; i < u->l->attribute_count; i++)
        if (seen[i] && !u->parameters[i])
            all[n->attribute_count++] = i;
    n->attributes = all;
    return s;
}

static enum status untie(struct untying *u, struct node **link)
{
    struct node *n = *link;
    struct expr_list *ties = &u->sub->ties;
    uint32_t first = ties->count;
    if (n->kind == NODE_JOIN) {
        enum status s = untie_join(u, n);
        return s || !uses_row(u, n) ? s : refuse(u, "in ON of an outer join");
    }
    enum status s = n->child ? untie(u, &n->child) : STATUS_OK;
    if (!s && n->second)
        s = untie(u, &n->second);
    if (!s && n->kind == NODE_FILTER)
        s = untie_filter(u, n);
    if (!s && uses_row(u, n))
        return refuse(u, "elsewhere");
    if (s || ties->count == first)
        return s;
    if (n->kind == NODE_UNION)
        return refuse(u, "inside a UNION");
    if (n->kind == NODE_FILTER && n->child->kind == NODE_VALUES && n->child->attribute_count == 0)
        return refuse(u, "without FROM");
    if (n->kind == NODE_AGGREGATE)
        return untie_aggregate(u, n, first);
    if (n->kind == NODE_PROJECT)
        for (uint32_t i = first; i < ties->count; i++)
            hand_on(u, &n->items, &n->item_count, ties->at[i]);
    if (n->kind == NODE_LIMIT && u->sub->kind == SUBQUERY_EXISTS && n->limit > 0 && n->skip == 0)
        *link = n->child; // one is enough
    else if (n->kind == NODE_LIMIT && n->limit != 0)
        return refuse(u, "below LIMIT");
    return STATUS_OK;
}

// ---- an aggregate of no rows

static struct expr *value_of_none(struct logical *l, const struct aggregate_part *p)
{
    static const char *const counts[] = {"count", "count_if", "approx_count_distinct", "regr_count"};
    static const char *const lists[] = {"collect_list", "collect_set", "array_agg"};
    struct value v = {.type = p->call->type, .null = true};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(p->aggregate->name, counts[i]) == 0)
            v = (struct value){.type = p->call->type};
    struct expr *none = expr_literal(l->arena, v);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(p->aggregate->name, lists[i]) == 0)
            expr_cast(l->arena, l->session, call_named(l, "array", NULL, 0), p->call->type, &none, NULL);
    return none;
}

// (SELECT count(*) FROM t WHERE t.k = row.k) is 0, not NULL, where nothing meets the row.
static enum status count_none(struct untying *u, struct node *top)
{
    struct logical *l = u->l;
    struct node *n = top->child;
    if (n->kind != NODE_AGGREGATE)
        return refuse(u, "of an aggregate without GROUP BY that has HAVING, ORDER BY or LIMIT");
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    for (uint32_t i = 0; i < n->part_count; i++)
        by[n->parts[i].attribute] = value_of_none(l, &n->parts[i]);
    u->sub->one = true;
    struct expr *of_none = expr_replace(l, top->items[0].expr, by);
    if (expr_is_constant(of_none) && constant_value(l, of_none).null)
        return STATUS_OK;
    u->sub->of_none = of_none;
    u->sub->there = attribute_add(l, SLICE("there"), type_simple(TYPE_BOOLEAN), true, false);
    struct value yes = {.type = type_simple(TYPE_BOOLEAN), .boolean = true};
    struct assignment *items = ARENA_ARRAY(l->arena, struct assignment, top->item_count + 1);
    memcpy(items, top->items, top->item_count * sizeof *items);
    items[top->item_count++] = (struct assignment){expr_literal(l->arena, yes), u->sub->there};
    top->items = items;
    return STATUS_OK;
}

static bool is_global(const struct node *n)
{
    for (; n && !n->second; n = n->child)
        if (n->kind == NODE_AGGREGATE)
            return n->item_count == 0;
    return false;
}

enum status subquery_untie(struct logical *l, struct subquery *sub, const bool *parameters, struct error *e)
{
    struct untying u = {l, sub, parameters, e};
    bool global = sub->kind == SUBQUERY_SCALAR && is_global(sub->node);
    enum status s = untie(&u, &sub->node);
    for (uint32_t i = sub->in; !s && sub->kind == SUBQUERY_SCALAR && !global && i < sub->ties.count; i++) {
        struct expr *sides[2];
        bool *mine = ARENA_ARRAY(l->arena, bool, l->attribute_count);
        node_mark_made(sub->node, mine);
        if (!conjunct_is_key(l, sub->ties.at[i], mine, u.parameters, sides))
            s = refuse(&u, "in anything but equalities with its own columns where it stands for a value");
    }
    return !s && global ? count_none(&u, sub->node) : s;
}
