// Filters on their way down (PushPredicateThroughNonJoin, InferFiltersFromGenerate, InferFiltersFromConstraints).
//
// It matters for more than speed: a row that is filtered below the watermark does not move it. Spark pushes conjuncts
// that do not mention the event time below the watermark, from wherever in the plan they can get there.
#include "agent/plan/predicates.h"

#include "ops/function.h"

// Parts `above` into what goes below `n` and what stays.
struct parting {
    struct expr_list below, stay;
};

static bool assignments_deterministic(const struct assignment *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!expr_is_deterministic(items[i].expr))
            return false;
    return true;
}

// What each attribute made by `items` stands for; NULL for the others.
static struct expr **meanings(struct logical *l, const struct assignment *items, uint32_t count)
{
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    for (uint32_t i = 0; i < count; i++)
        if (!(items[i].expr->kind == EXPR_COLUMN && items[i].expr->column == items[i].attribute))
            by[items[i].attribute] = items[i].expr;
    return by;
}

static void part_project(struct logical *l, const struct node *n, const struct expr_list *above, struct parting *p)
{
    if (!assignments_deterministic(n->items, n->item_count)) {
        p->stay = *above;
        return;
    }
    struct expr **by = meanings(l, n->items, n->item_count);
    for (uint32_t i = 0; i < above->count; i++)
        expr_list_add(l, &p->below, expr_replace(l, above->at[i], by));
}

static void part_aggregate(struct logical *l, const struct node *n, const struct expr_list *above, struct parting *p)
{
    bool *keys = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    for (uint32_t i = 0; i < n->item_count; i++)
        keys[n->items[i].attribute] = true;
    bool movable = n->item_count > 0 && assignments_deterministic(n->items, n->item_count);
    for (uint32_t i = 0; movable && i < n->part_count; i++)
        for (uint32_t k = 0; k < n->parts[i].argc; k++)
            movable = movable && expr_is_deterministic(n->parts[i].args[k]);
    struct expr **by = meanings(l, n->items, n->item_count);
    for (uint32_t i = 0; i < above->count; i++) {
        struct expr *x = above->at[i];
        if (movable && expr_is_deterministic(x) && expr_mark(x, NULL) && mentions_only(l, x, keys))
            expr_list_add(l, &p->below, expr_replace(l, x, by));
        else
            expr_list_add(l, &p->stay, x);
    }
}

// Those that do not mention what `n` makes (or, of a watermark, its column) go below.
static void part_mentions(struct logical *l, const uint32_t *made, uint32_t count, const struct expr_list *above,
                          struct parting *p)
{
    for (uint32_t i = 0; i < above->count; i++) {
        struct expr *x = above->at[i];
        bool goes = expr_is_deterministic(x) && !expr_mentions_any(x, made, count);
        expr_list_add(l, goes ? &p->below : &p->stay, x);
    }
}

bool null_intolerant(const struct expr *x)
{
    static const char *const names[] = {"=",        "<",        ">",           "<=",         ">=",       "not",
                                        "+",        "-",        "*",           "/",          "%",        "div",
                                        "cast",     "like",     "rlike",       "&",          "|",        "^",
                                        "~",        "[]",       "upper",       "lower",      "length",   "abs",
                                        "negative", "trim",     "substring",   "date_trunc", "hour",     "minute",
                                        "second",   "year",     "month",       "day",        "quarter",  "date_add",
                                        "date_sub", "datediff", "date_format", "startswith", "endswith", "contains"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (expr_is_call(x, names[i]))
            return true;
    return false;
}

void expr_list_put(struct logical *l, struct expr_list *list, struct expr *x)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (expr_same(list->at[i], x))
            return;
    expr_list_add(l, list, x);
}

static void scan_intolerant(struct logical *l, struct expr *x, uint32_t but, struct expr_list *out)
{
    bool column = x->kind == EXPR_COLUMN || (expr_is_call(x, ".") && x->args[0]->kind == EXPR_COLUMN);
    if (column && x->nullable && (but == NO_ATTRIBUTE || !expr_mentions(x, but))) {
        struct expr *there = call_named(l, "isnotnull", &x, 1);
        if (there)
            expr_list_put(l, out, there);
    }
    if (x->kind == EXPR_CALL && null_intolerant(x))
        for (uint32_t i = 0; i < x->argc; i++)
            scan_intolerant(l, x->args[i], but, out);
}

void infer_not_null(struct logical *l, struct expr *x, uint32_t but, struct expr_list *out)
{
    scan_intolerant(l, expr_is_call(x, "is not null") ? x->args[0] : x, but, out);
}

// From time = x and a conjunct about time follows the same about x.
static void infer_from_equality(struct logical *l, const struct expr_list *stay, uint32_t time, struct expr_list *out)
{
    for (uint32_t i = 0; i < stay->count; i++) {
        const struct expr *same = stay->at[i];
        if (!expr_is_call(same, "=") || same->args[0]->kind != EXPR_COLUMN || same->args[1]->kind != EXPR_COLUMN)
            continue;
        struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
        by[time] = same->args[same->args[0]->column == time];
        for (uint32_t k = 0; k < stay->count && by[time]->column != time; k++)
            if (k != i && expr_is_deterministic(stay->at[k]))
                expr_list_add(l, out, expr_replace(l, stay->at[k], by));
    }
}

// explode(a) of a bare column gives no row for an empty or NULL `a`: Spark says so to what is below.
static void infer_from_generator(struct logical *l, const struct node *n, struct expr_list *out)
{
    if (n->outer || n->input->kind != EXPR_COLUMN)
        return;
    struct value zero = {.type = type_simple(TYPE_INT)};
    struct expr *size[2] = {call_named(l, "size", &n->input, 1), expr_literal(l->arena, zero)};
    struct expr *more = size[0] ? call_named(l, ">", size, 2) : NULL;
    struct expr *there = call_named(l, "isnotnull", &n->input, 1);
    if (more)
        expr_list_add(l, out, more);
    if (there)
        expr_list_add(l, out, there);
}

static void part(struct logical *l, struct node *n, const struct expr_list *above, struct parting *p)
{
    switch (n->kind) {
    case NODE_PROJECT:
        part_project(l, n, above, p);
        break;
    case NODE_AGGREGATE:
        part_aggregate(l, n, above, p);
        break;
    case NODE_WATERMARK:
        part_mentions(l, &n->column, 1, above, p);
        for (uint32_t i = 0; i < p->stay.count; i++)
            if (expr_is_deterministic(p->stay.at[i]))
                infer_not_null(l, p->stay.at[i], n->column, &p->below);
        infer_from_equality(l, &p->stay, n->column, &p->below);
        break;
    case NODE_WINDOW:
    case NODE_GENERATE:
        part_mentions(l, n->attributes, n->attribute_count, above, p);
        if (n->kind == NODE_GENERATE)
            infer_from_generator(l, n, &p->below);
        break;
    case NODE_SORT:
        part_mentions(l, NULL, 0, above, p);
        break;
    default: // nothing passes a source, a limit, or what drops duplicates
        p->stay = *above;
        break;
    }
}

static struct node *push_filter(struct logical *l, struct node *n, const struct expr_list *above)
{
    struct expr_list all = {0};
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        expr_list_put(l, &all, n->conjuncts[i]);
    for (uint32_t i = 0; i < above->count; i++)
        expr_list_put(l, &all, above->at[i]);
    return push_down(l, n->child, &all);
}

// Each input gets the conjuncts in its own columns.
static struct node *push_union(struct logical *l, struct node *n, const struct expr_list *above)
{
    struct expr_list stay = {0};
    for (uint32_t k = 0; k < 2; k++) {
        struct expr_list below = {0};
        struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
        for (uint32_t i = 0; i < n->attribute_count; i++)
            by[n->attributes[i]] = attribute_expr(l, n->from[k][i]);
        for (uint32_t i = 0; i < above->count; i++) {
            if (expr_is_deterministic(above->at[i]))
                expr_list_add(l, &below, expr_replace(l, above->at[i], by));
            else if (k == 0)
                expr_list_add(l, &stay, above->at[i]);
        }
        struct node **input = k ? &n->second : &n->child;
        *input = push_down(l, *input, &below);
    }
    return node_filter(l, n, stay.at, stay.count);
}

struct node *push_down(struct logical *l, struct node *n, const struct expr_list *above)
{
    if (n->kind == NODE_FILTER)
        return push_filter(l, n, above);
    if (n->kind == NODE_UNION)
        return push_union(l, n, above);
    if (n->kind == NODE_JOIN)
        return push_join(l, n, above);
    struct parting p = {0};
    part(l, n, above, &p);
    if (n->child)
        n->child = push_down(l, n->child, &p.below);
    return node_filter(l, n, p.stay.at, p.stay.count);
}

// A tumbling window of another column than the watermark's is made below the watermark, so that a filter on it can be
// there too (for Spark such a window is a projection, and the filter goes through it).
static void lower_window(struct node **link)
{
    struct node *window = *link, *n = window->child;
    while (n->kind == NODE_FILTER)
        n = n->child;
    if (window->size != window->slide || n->kind != NODE_WATERMARK || expr_mentions(window->input, n->column))
        return;
    *link = window->child;
    window->child = n->child;
    n->child = window;
}

static void lower_windows(struct node **link)
{
    if (!*link)
        return;
    if ((*link)->kind == NODE_WINDOW)
        lower_window(link);
    lower_windows(&(*link)->child);
    lower_windows(&(*link)->second);
}

void predicates_push(struct logical *l)
{
    lower_windows(&l->root);
    struct expr_list none = {0};
    l->root = push_down(l, l->root, &none);
    infer_at_joins(l, l->root);
    l->root = push_down(l, l->root, &none);
    extract_at_joins(l, l->root);
    l->root = push_down(l, l->root, &none);
}
