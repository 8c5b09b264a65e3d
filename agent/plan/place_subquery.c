// Joins in the place of subqueries, when filters are where they stay: what WHERE asks with AND is a SEMI or ANTI join,
// what stands elsewhere a column more of each row (RewritePredicateSubquery, RewriteCorrelatedScalarSubquery).
#include "agent/plan/predicates.h"
#include "agent/plan/subquery.h"

static void *copied(struct logical *l, const void *from, size_t size)
{
    void *to = arena_zalloc(l->arena, size + 1);
    if (size)
        memcpy(to, from, size);
    return to;
}

// A subquery that stands in several filters is read for each.
static struct node *copy_tree(struct logical *l, const struct node *n)
{
    struct node *c = copied(l, n, sizeof *n);
    c->attributes = copied(l, n->attributes, n->attribute_count * sizeof *n->attributes);
    for (unsigned k = 0; k < 2 && n->kind == NODE_UNION; k++)
        c->from[k] = copied(l, n->from[k], n->attribute_count * sizeof **n->from);
    if (n->kind == NODE_SOURCE)
        c->wanted = ARENA_ARRAY(l->arena, bool, n->attribute_count);
    c->conjuncts = copied(l, n->conjuncts, n->conjunct_count * sizeof *n->conjuncts);
    c->items = copied(l, n->items, n->item_count * sizeof *n->items);
    c->parts = copied(l, n->parts, n->part_count * sizeof *n->parts);
    c->keys = copied(l, n->keys, n->key_count * sizeof *n->keys);
    c->child = n->child ? copy_tree(l, n->child) : NULL;
    c->second = n->second ? copy_tree(l, n->second) : NULL;
    return c;
}

// When: a value that is tied to the row becomes a LEFT JOIN before filters are pushed, all others a join behind that.
enum stage { STAGE_TIED, STAGE_ALL };

static void place(struct logical *l, enum stage stage, struct node **link);

// `input` with the subquery that `call` is of, tied to its rows.
static struct node *join_new(struct logical *l, struct node *input, enum ast_join kind, const struct expr *call,
                             bool null_aware)
{
    const struct subquery *sub = subquery_of(call);
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    bool *made = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    struct expr_list conjuncts = {0}, none = {0};
    uint32_t count = l->attribute_count; // before what is made inside
    for (uint32_t i = 0; i < call->argc; i++)
        by[sub->parameters[i]] = call->args[i];
    for (uint32_t i = 0; i < sub->ties.count; i++) {
        struct expr *tie = expr_replace(l, sub->ties.at[i], by);
        struct expr *pair[2] = {tie, call_named(l, "isnull", &tie, 1)};
        expr_list_add(l, &conjuncts, null_aware && i < sub->in ? call_named(l, "or", pair, 2) : tie);
    }
    struct node *n = node_new(l, NODE_JOIN, input, sub->ast->offset, sub->ast->length);
    n->second = push_down(l, copy_tree(l, sub->node), &none);
    n->join = kind;
    n->conjuncts = conjuncts.at;
    n->conjunct_count = conjuncts.count;
    place(l, STAGE_TIED, &n->second);
    place(l, STAGE_ALL, &n->second);
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, count + 2); // and what the caller adds
    node_mark_made(input, made);
    for (uint32_t i = 0; i < count; i++)
        if (made[i])
            n->attributes[n->attribute_count++] = i;
    return n;
}

static bool makes(const struct node *project, uint32_t attribute)
{
    for (uint32_t i = 0; i < project->item_count; i++)
        if (project->items[i].attribute == attribute)
            return true;
    return false;
}

// Has one of the joins right below brought that value already?
static bool is_there(const struct node *n, uint32_t attribute)
{
    for (; n->kind == NODE_FILTER || (n->kind == NODE_JOIN && n->join >= AST_SEMI); n = n->child)
        if (n->kind == NODE_JOIN && n->join == AST_SINGLE && makes(n->second, attribute))
            return true;
    return false;
}

static struct expr *place_scalar(struct logical *l, const struct expr *call, struct node **input)
{
    const struct subquery *sub = subquery_of(call);
    struct expr *value = attribute_expr(l, sub->result);
    if (call->argc > 0 || !is_there(*input, sub->result)) {
        *input = join_new(l, *input, sub->one ? AST_LEFT : AST_SINGLE, call, false);
        (*input)->attributes[(*input)->attribute_count++] = sub->result;
        if (sub->of_none)
            (*input)->attributes[(*input)->attribute_count++] = sub->there;
    }
    if (!sub->of_none)
        return value;
    struct expr *there = attribute_expr(l, sub->there);
    struct expr *args[3] = {call_named(l, "isnotnull", &there, 1), value, sub->of_none};
    return call_named(l, "if", args, 3);
}

static struct expr *place_mark(struct logical *l, const struct expr *call, struct node **input, bool null_aware)
{
    const struct subquery *sub = subquery_of(call);
    struct slice text = {l->pipeline->query.text.data + sub->ast->offset, sub->ast->length};
    const char *name = arena_printf(l->arena, "%s (%.*s)", sub->function.name, (int)text.size, text.data);
    *input = join_new(l, *input, AST_MARK, call, null_aware);
    (*input)->column = attribute_add(l, slice_of(name), type_simple(TYPE_BOOLEAN), false, false);
    (*input)->attributes[(*input)->attribute_count++] = (*input)->column;
    return attribute_expr(l, (*input)->column);
}

// NOT goes down to what it denies, x = false is NOT x (BooleanSimplification): it decides what NULL does to IN.
static struct expr *simplified(struct logical *l, struct expr *x)
{
    for (unsigned k = 0; expr_is_call(x, "=") && k < 2; k++) {
        const struct expr *literal = x->args[k];
        if (literal->kind == EXPR_LITERAL && literal->type->id == TYPE_BOOLEAN && !literal->literal.null)
            return literal->literal.boolean ? x->args[!k] : call_named(l, "not", &x->args[!k], 1);
    }
    if (!expr_is_call(x, "not"))
        return x;
    struct expr *denied = simplified(l, x->args[0]);
    bool both = expr_is_call(denied, "and");
    if (expr_is_call(denied, "not"))
        return denied->args[0];
    if (!both && !expr_is_call(denied, "or"))
        return call_named(l, "not", &denied, 1);
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, denied->argc);
    for (uint32_t i = 0; i < denied->argc; i++)
        args[i] = call_named(l, "not", &denied->args[i], 1);
    return call_named(l, both ? "or" : "and", args, denied->argc);
}

// `x` over *input, which gets what x's subqueries give as columns.
static struct expr *place_in(struct logical *l, enum stage stage, struct expr *x, struct node **input)
{
    if (!expr_has_subquery(x))
        return x;
    x = stage == STAGE_ALL ? simplified(l, x) : x;
    struct expr *copy = copied(l, x, sizeof *x);
    bool not_in = stage == STAGE_ALL && expr_is_call(x, "not") && subquery_of(x->args[0]) &&
                  subquery_of(x->args[0])->kind == SUBQUERY_IN;
    copy->args = ARENA_ARRAY(l->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++)
        copy->args[i] = not_in ? x->args[i] : place_in(l, stage, x->args[i], input);
    if (not_in) {
        struct expr *call = copied(l, x->args[0], sizeof *x);
        call->args = ARENA_ARRAY(l->arena, struct expr *, call->argc + 1);
        for (uint32_t i = 0; i < call->argc; i++)
            call->args[i] = place_in(l, stage, x->args[0]->args[i], input);
        copy->args[0] = place_mark(l, call, input, true);
        return copy;
    }
    const struct subquery *sub = subquery_of(x);
    if (!sub || (stage == STAGE_TIED && (sub->kind != SUBQUERY_SCALAR || x->argc == 0)))
        return copy;
    return sub->kind == SUBQUERY_SCALAR ? place_scalar(l, copy, input) : place_mark(l, copy, input, false);
}

// IN, EXISTS or NOT of one: a join by itself.
static const struct expr *predicate_of(const struct expr *x, bool *negated)
{
    *negated = expr_is_call(x, "not");
    const struct expr *call = *negated ? x->args[0] : x;
    const struct subquery *sub = subquery_of(call);
    return sub && sub->kind != SUBQUERY_SCALAR ? call : NULL;
}

// What is plain first.
static void place_filter(struct logical *l, enum stage stage, struct node **link)
{
    struct node *n = *link, *input = n->child;
    struct expr_list plain = {0};
    bool negated;
    for (uint32_t i = 0; stage == STAGE_TIED && i < n->conjunct_count; i++)
        n->conjuncts[i] = place_in(l, stage, n->conjuncts[i], &n->child);
    if (stage == STAGE_TIED)
        return;
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        if (expr_has_subquery(n->conjuncts[i]))
            n->conjuncts[i] = simplified(l, n->conjuncts[i]);
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        if (!predicate_of(n->conjuncts[i], &negated))
            expr_list_add(l, &plain, place_in(l, stage, n->conjuncts[i], &input));
    input = node_filter(l, input, plain.at, plain.count);
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        const struct expr *call = predicate_of(n->conjuncts[i], &negated);
        if (!call)
            continue;
        struct expr *with = copied(l, call, sizeof *call);
        with->args = ARENA_ARRAY(l->arena, struct expr *, call->argc + 1);
        for (uint32_t k = 0; k < call->argc; k++)
            with->args[k] = place_in(l, stage, call->args[k], &input);
        input = join_new(l, input, negated ? AST_ANTI : AST_SEMI, with, negated);
    }
    *link = input;
}

// A subquery in ON is asked on the side whose columns it takes; one that takes none, on that of the stream.
static void place_on(struct logical *l, enum stage stage, struct node *n)
{
    bool *right = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    uint32_t count = l->attribute_count; // what is made on the way is no reason to choose a side
    node_mark_made(n->second, right);
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        bool *taken = ARENA_ARRAY(l->arena, bool, l->attribute_count), any = false, of_right = false;
        subquery_mark(n->conjuncts[i], taken);
        for (uint32_t k = 0; k < count; k++) {
            any = any || taken[k];
            of_right = of_right || (taken[k] && right[k]);
        }
        bool second = any ? of_right : join_table_input(n) == 0;
        n->conjuncts[i] = place_in(l, stage, n->conjuncts[i], second ? &n->second : &n->child);
    }
}

static void place(struct logical *l, enum stage stage, struct node **link)
{
    struct node *n = *link;
    if (n->child)
        place(l, stage, &n->child);
    if (n->second)
        place(l, stage, &n->second);
    if (n->kind == NODE_FILTER) {
        place_filter(l, stage, link);
        return;
    }
    if (n->kind == NODE_JOIN)
        place_on(l, stage, n);
    if (n->input)
        n->input = place_in(l, stage, n->input, &n->child);
    for (uint32_t i = 0; i < n->item_count; i++)
        n->items[i].expr = place_in(l, stage, n->items[i].expr, &n->child);
    for (uint32_t i = 0; i < n->part_count; i++) {
        struct aggregate_part *p = &n->parts[i];
        p->args = copied(l, p->args, p->argc * sizeof *p->args);
        for (uint32_t k = 0; k < p->argc; k++)
            p->args[k] = place_in(l, stage, p->args[k], &n->child);
        if (p->filter)
            p->filter = place_in(l, stage, p->filter, &n->child);
    }
    for (uint32_t i = 0; i < n->key_count; i++)
        n->keys[i].expr = place_in(l, stage, n->keys[i].expr, &n->child);
}

void subqueries_tie(struct logical *l)
{
    place(l, STAGE_TIED, &l->root);
}

void subqueries_place(struct logical *l)
{
    place(l, STAGE_ALL, &l->root);
}
