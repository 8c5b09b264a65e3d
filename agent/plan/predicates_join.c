// Conjuncts and joins (PushPredicateThroughJoin, EliminateOuterJoin, InferFiltersFromConstraints,
// PushExtraPredicateThroughJoin): which of them hold for one side alone, and go down there.
#include "agent/plan/predicates.h"
#include "agent/plan/subquery.h"

struct sides {
    bool *made[2]; // attributes of `child`, of `second`
};

static struct sides sides_of(struct logical *l, const struct node *n)
{
    struct sides s;
    for (unsigned k = 0; k < 2; k++) {
        s.made[k] = ARENA_ARRAY(l->arena, bool, l->attribute_count);
        node_mark_made(node_input(n, k), s.made[k]);
    }
    return s;
}

static bool is_inner(const struct node *n)
{
    return n->join == AST_INNER || n->join == AST_CROSS;
}

static bool drops_right(const struct node *n)
{
    return n->join == AST_SEMI || n->join == AST_ANTI;
}

// May a condition of the join be asked of one of its sides before?
static bool condition_goes(const struct node *n, unsigned side)
{
    if (is_inner(n) || n->join == AST_SEMI)
        return true;
    return side == 0 ? n->join == AST_RIGHT : n->join == AST_LEFT || n->join == AST_ANTI;
}

// May what holds above the join be asked of one of its sides before?
static bool filter_goes(const struct node *n, unsigned side)
{
    if (is_inner(n))
        return true;
    return side == 0 ? n->join == AST_LEFT || drops_right(n) : n->join == AST_RIGHT;
}

// ---- outer joins whose NULLs nobody keeps

// Is it not true where all of the side's columns are NULL?
static bool refuses_nulls(struct logical *l, const struct expr *x, const bool *side)
{
    if (!expr_is_deterministic(x) || expr_mark(x, NULL) == 0 || !mentions_only(l, x, side) || expr_has_subquery(x))
        return false;
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    for (uint32_t i = 0; i < l->attribute_count; i++)
        if (side[i])
            by[i] = expr_literal(l->arena, (struct value){.type = l->attributes[i].type, .null = true});
    struct value v = constant_value(l, expr_replace(l, x, by));
    return v.null || !v.boolean;
}

static void eliminate_outer(struct logical *l, struct node *n, const struct expr_list *above, const struct sides *s)
{
    if (n->join != AST_LEFT && n->join != AST_RIGHT)
        return;
    const bool *optional = s->made[n->join == AST_LEFT];
    bool refused = false;
    for (uint32_t i = 0; i < above->count; i++) {
        struct expr_list there = {0};
        if (!expr_is_deterministic(above->at[i]))
            continue;
        infer_not_null(l, above->at[i], NO_ATTRIBUTE, &there);
        refused = refused || refuses_nulls(l, above->at[i], optional);
        for (uint32_t k = 0; k < there.count; k++)
            refused = refused || mentions_only(l, there.at[k], optional);
    }
    if (refused)
        n->join = AST_INNER;
}

// ---- pushing

struct node *push_join(struct logical *l, struct node *n, const struct expr_list *above)
{
    struct sides s = sides_of(l, n);
    struct expr_list below[2] = {{0}, {0}}, stay = {0}, condition = {0};
    eliminate_outer(l, n, above, &s);
    for (uint32_t i = 0; i < above->count; i++) {
        struct expr *x = above->at[i];
        bool deterministic = expr_is_deterministic(x);
        if (deterministic && filter_goes(n, 0) && mentions_only(l, x, s.made[0]))
            expr_list_put(l, &below[0], x);
        else if (deterministic && filter_goes(n, 1) && mentions_only(l, x, s.made[1]))
            expr_list_put(l, &below[1], x);
        else
            expr_list_put(l, deterministic && is_inner(n) && !expr_has_subquery(x) ? &condition : &stay, x);
    }
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        struct expr *x = n->conjuncts[i];
        bool deterministic = expr_is_deterministic(x);
        if (deterministic && condition_goes(n, 0) && mentions_only(l, x, s.made[0]))
            expr_list_put(l, &below[0], x);
        else if (deterministic && condition_goes(n, 1) && mentions_only(l, x, s.made[1]))
            expr_list_put(l, &below[1], x);
        else
            expr_list_put(l, &condition, x);
    }
    n->conjuncts = condition.at;
    n->conjunct_count = condition.count;
    n->child = push_down(l, n->child, &below[0]);
    n->second = push_down(l, n->second, &below[1]);
    return node_filter(l, n, stay.at, stay.count);
}

// ---- what is known to hold

static void mark_output(const struct node *n, bool *out)
{
    for (; n; n = n->child) {
        for (uint32_t i = 0; n->kind != NODE_JOIN && i < n->attribute_count; i++)
            out[n->attributes[i]] = true;
        for (uint32_t i = 0; i < n->item_count; i++)
            out[n->items[i].attribute] = true;
        for (uint32_t i = 0; i < n->part_count; i++)
            out[n->parts[i].attribute] = true;
        if (n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE || n->kind == NODE_UNION)
            return;
        if (n->kind == NODE_JOIN && !drops_right(n))
            mark_output(n->second, out);
    }
}

// `x` with `to` wherever it has `from`.
static struct expr *swap(struct logical *l, struct expr *x, const struct expr *from, struct expr *to)
{
    if (expr_same(x, from))
        return to;
    if (x->kind != EXPR_CALL)
        return x;
    struct expr *copy = ARENA_NEW(l->arena, struct expr);
    *copy = *x;
    copy->args = ARENA_ARRAY(l->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++)
        copy->args[i] = swap(l, x->args[i], from, to);
    return copy;
}

static bool is_cast_column(const struct expr *x)
{
    return expr_is_call(x, "cast") && x->args[0]->kind == EXPR_COLUMN;
}

// From a = b and what else is said of a follows the same of b (inferAdditionalConstraints).
static void infer_equal(struct logical *l, struct expr_list *known)
{
    uint32_t count = known->count;
    for (uint32_t i = 0; i < count; i++) {
        const struct expr *x = known->at[i];
        for (unsigned k = 0; expr_is_call(x, "=") && k < 2; k++) {
            struct expr *from = x->args[k], *to = x->args[!k];
            if (from->kind != EXPR_COLUMN || (to->kind != EXPR_COLUMN && !is_cast_column(to)))
                continue;
            for (uint32_t c = 0; c < count; c++)
                if (c != i && !expr_is_call(known->at[c], "is not null") && expr_mentions(known->at[c], from->column))
                    expr_list_put(l, known, swap(l, known->at[c], from, to));
        }
    }
}

static void infer_there(struct logical *l, struct expr_list *known)
{
    uint32_t count = known->count;
    for (uint32_t i = 0; i < count; i++)
        if (expr_is_deterministic(known->at[i]))
            infer_not_null(l, known->at[i], NO_ATTRIBUTE, known);
}

static void add_all(struct logical *l, const struct node *n, struct expr_list *out);

// An alias is its expression by another name.
static void add_aliases(struct logical *l, const struct node *n, struct expr_list *out)
{
    for (uint32_t i = 0; i < n->item_count; i++) {
        struct expr *x = n->items[i].expr;
        if (!expr_is_deterministic(x) || x->kind == EXPR_LITERAL ||
            (x->kind == EXPR_COLUMN && x->column == n->items[i].attribute))
            continue;
        for (uint32_t k = 0, count = out->count; k < count; k++)
            expr_list_put(l, out, swap(l, out->at[k], x, attribute_expr(l, n->items[i].attribute)));
    }
}

// The conjuncts that hold of n's rows (Catalyst's constraints), those that follow from others included.
static void constraints(struct logical *l, const struct node *n, struct expr_list *out)
{
    struct expr_list known = {0};
    bool *output = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    mark_output(n, output);
    add_all(l, n, &known);
    infer_equal(l, &known);
    infer_there(l, &known);
    for (uint32_t i = 0; i < known.count; i++)
        if (expr_mark(known.at[i], NULL) && mentions_only(l, known.at[i], output))
            expr_list_put(l, out, known.at[i]);
}

static void add_join(struct logical *l, const struct node *n, struct expr_list *out)
{
    if (n->join != AST_RIGHT && n->join != AST_FULL)
        constraints(l, n->child, out);
    if (is_inner(n) || n->join == AST_RIGHT)
        constraints(l, n->second, out);
    for (uint32_t i = 0; (is_inner(n) || n->join == AST_SEMI) && i < n->conjunct_count; i++)
        expr_list_put(l, out, n->conjuncts[i]);
}

static void add_all(struct logical *l, const struct node *n, struct expr_list *out)
{
    if (n->kind == NODE_SOURCE || n->kind == NODE_VALUES || n->kind == NODE_UNION)
        return;
    if (n->kind == NODE_JOIN) {
        add_join(l, n, out);
        return;
    }
    constraints(l, n->child, out);
    for (uint32_t i = 0; n->kind == NODE_FILTER && i < n->conjunct_count; i++)
        expr_list_put(l, out, n->conjuncts[i]);
    if (n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE)
        add_aliases(l, n, out);
}

static struct node *with_inferred(struct logical *l, struct node *side, const struct expr_list *known)
{
    struct expr_list has = {0}, more = {0};
    bool *output = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    mark_output(side, output);
    constraints(l, side, &has);
    uint32_t count = has.count;
    for (uint32_t i = 0; i < known->count; i++) {
        struct expr *x = known->at[i];
        if (expr_mark(x, NULL) == 0 || !mentions_only(l, x, output) || !expr_is_deterministic(x))
            continue;
        expr_list_put(l, &has, x);
        if (has.count > count)
            expr_list_add(l, &more, x);
        count = has.count;
    }
    return node_filter(l, side, more.at, more.count);
}

static void infer_join(struct logical *l, struct node *n)
{
    struct expr_list known = {0};
    constraints(l, n->child, &known);
    constraints(l, n->second, &known);
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        expr_list_put(l, &known, n->conjuncts[i]);
    infer_equal(l, &known);
    infer_there(l, &known);
    struct node *left = condition_goes(n, 0) ? with_inferred(l, n->child, &known) : n->child;
    struct node *right = condition_goes(n, 1) ? with_inferred(l, n->second, &known) : n->second;
    n->child = left;
    n->second = right;
}

void infer_at_joins(struct logical *l, struct node *n)
{
    for (; n; n = n->child) {
        if (n->kind == NODE_JOIN)
            infer_join(l, n);
        if (n->second)
            infer_at_joins(l, n->second);
    }
}

// ---- parts of a disjunction

// What `x` says of one side alone; NULL: nothing.
static struct expr *part_of(struct logical *l, struct expr *x, const bool *side)
{
    bool both = expr_is_call(x, "and"), either = expr_is_call(x, "or");
    if (!both && !either)
        return expr_mark(x, NULL) && mentions_only(l, x, side) ? x : NULL;
    struct expr *all = NULL;
    for (uint32_t i = 0; i < x->argc; i++) {
        struct expr *part = part_of(l, x->args[i], side);
        if (!part && either)
            return NULL;
        struct expr *pair[2] = {all, part};
        if (part)
            all = all ? call_named(l, both ? "and" : "or", pair, 2) : part;
    }
    return all;
}

static struct node *with_parts(struct logical *l, struct node *n, unsigned which, const struct sides *s)
{
    struct expr_list parts = {0};
    for (uint32_t i = 0; condition_goes(n, which) && i < n->conjunct_count; i++) {
        struct expr *x = n->conjuncts[i];
        if (!expr_is_deterministic(x) || mentions_only(l, x, s->made[which]) || mentions_only(l, x, s->made[!which]))
            continue;
        struct expr *part = part_of(l, x, s->made[which]);
        if (part)
            conjuncts_split(l, part, &parts);
    }
    return node_filter(l, node_input(n, which), parts.at, parts.count);
}

void extract_at_joins(struct logical *l, struct node *n)
{
    for (; n; n = n->child) {
        if (n->kind == NODE_JOIN) {
            struct sides s = sides_of(l, n);
            n->child = with_parts(l, n, 0, &s);
            n->second = with_parts(l, n, 1, &s);
        }
        if (n->second)
            extract_at_joins(l, n->second);
    }
}
