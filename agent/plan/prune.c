// Columns nobody asks for (ColumnPruning), projections on projections (CollapseProject), groupings of groupings
// (RemoveRedundantAggregates).
#include "agent/plan/logical.h"

static bool deterministic(const struct node *project)
{
    for (uint32_t i = 0; i < project->item_count; i++)
        if (!expr_is_deterministic(project->items[i].expr))
            return false;
    return true;
}

// n's expressions over the columns of `below`'s child, where `below` makes its own by `items`; `below` is left out.
static void absorb(struct logical *l, struct node *n, const struct node *below)
{
    struct expr **by = ARENA_ARRAY(l->arena, struct expr *, l->attribute_count);
    for (uint32_t i = 0; i < below->item_count; i++)
        by[below->items[i].attribute] = below->items[i].expr;
    for (uint32_t i = 0; i < n->item_count; i++)
        n->items[i].expr = expr_replace(l, n->items[i].expr, by);
    for (uint32_t i = 0; i < n->part_count; i++) {
        struct aggregate_part *p = &n->parts[i];
        for (uint32_t k = 0; k < p->argc; k++)
            p->args[k] = expr_replace(l, p->args[k], by);
        if (p->filter)
            p->filter = expr_replace(l, p->filter, by);
    }
    n->child = below->child;
}

static void absorb_projects(struct logical *l, struct node *n)
{
    while (n->child && n->child->kind == NODE_PROJECT && deterministic(n->child))
        absorb(l, n, n->child);
}

// Does it matter how often a row is there (EliminateDistinct)?
static bool counts_rows(const struct node *n)
{
    static const char *const names[] = {"min",     "max",         "bit_and", "bit_or", "bool_and",
                                        "bool_or", "collect_set", "first",   "last",   "any_value"};
    for (uint32_t i = 0; i < n->part_count; i++) {
        bool counts = true;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            counts = counts && strcmp(n->parts[i].aggregate->name, names[k]) != 0;
        if (counts)
            return true;
    }
    return false;
}

static bool reads_only_keys(struct logical *l, const struct node *n, const struct node *of)
{
    bool *seen = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    for (uint32_t i = 0; i < n->item_count; i++)
        expr_mark(n->items[i].expr, seen);
    for (uint32_t i = 0; i < n->part_count; i++)
        for (uint32_t k = 0; k < n->parts[i].argc; k++)
            expr_mark(n->parts[i].args[k], seen);
    for (uint32_t i = 0; i < n->part_count; i++)
        if (n->parts[i].filter)
            expr_mark(n->parts[i].filter, seen);
    for (uint32_t i = 0; i < of->part_count; i++)
        if (seen[of->parts[i].attribute])
            return false;
    return true;
}

// A grouping by keys of the grouping below it alone does without that one. It shows: rows that are late for the one
// below are not for this one.
static void absorb_groupings(struct logical *l, struct node *n)
{
    while (n->child && n->child->kind == NODE_AGGREGATE && n->child->item_count > 0 && deterministic(n->child) &&
           !counts_rows(n) && reads_only_keys(l, n, n->child)) {
        absorb(l, n, n->child);
        absorb_projects(l, n);
    }
}

static void collapse(struct logical *l, struct node *n)
{
    for (; n; n = n->child) {
        if (n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE)
            absorb_projects(l, n);
        if (n->kind == NODE_AGGREGATE)
            absorb_groupings(l, n);
        collapse(l, n->second);
    }
}

static void keep_items(struct node *n, const bool *needed)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->item_count; i++)
        if (needed[n->items[i].attribute])
            n->items[kept++] = n->items[i];
    n->item_count = kept;
}

static void keep_parts(struct node *n, const bool *needed)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->part_count; i++)
        if (needed[n->parts[i].attribute])
            n->parts[kept++] = n->parts[i];
    n->part_count = kept;
}

// What `n` reads of its child, marked in `needed`.
static void mark_reads(const struct node *n, bool *needed)
{
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        expr_mark(n->conjuncts[i], needed);
    for (uint32_t i = 0; i < n->item_count; i++)
        expr_mark(n->items[i].expr, needed);
    for (uint32_t i = 0; i < n->part_count; i++) {
        for (uint32_t k = 0; k < n->parts[i].argc; k++)
            expr_mark(n->parts[i].args[k], needed);
        if (n->parts[i].filter)
            expr_mark(n->parts[i].filter, needed);
    }
    for (uint32_t i = 0; i < n->key_count; i++)
        expr_mark(n->keys[i].expr, needed);
    if (n->input)
        expr_mark(n->input, needed);
    if (n->kind == NODE_WATERMARK)
        needed[n->column] = true;
}

// Does `n` give each row of its child once, with one column more that nobody wants?
static bool is_idle(const struct node *n, const bool *needed)
{
    return n->kind == NODE_WINDOW && n->size == n->slide && !needed[n->attributes[0]];
}

// ---- late rows: all columns of their source go up to where they are dropped

static void carry_items(struct logical *l, struct node *n)
{
    const struct node *source = l->late_source;
    struct assignment *items = ARENA_ARRAY(l->arena, struct assignment, n->item_count + source->attribute_count);
    if (n->item_count)
        memcpy(items, n->items, n->item_count * sizeof *items);
    n->items = items;
    for (uint32_t i = 0, count = n->item_count; i < source->attribute_count; i++) {
        bool there = false;
        for (uint32_t k = 0; k < count; k++)
            there = there || items[k].attribute == source->attributes[i];
        if (!there)
            items[n->item_count++] =
                (struct assignment){attribute_expr(l, source->attributes[i]), source->attributes[i]};
    }
}

static void carry_attributes(struct logical *l, struct node *n)
{
    const struct node *source = l->late_source;
    uint32_t *all = ARENA_ARRAY(l->arena, uint32_t, n->attribute_count + source->attribute_count);
    if (n->attribute_count)
        memcpy(all, n->attributes, n->attribute_count * sizeof *all);
    memcpy(all + n->attribute_count, source->attributes, source->attribute_count * sizeof *all);
    n->attributes = all;
    n->attribute_count += source->attribute_count; // one that is there twice is one place in the chunk
}

static void prune(struct logical *l, struct node **link, bool *needed, bool carry);

static void prune_union(struct logical *l, struct node *n, const bool *needed)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        if (!needed[n->attributes[i]])
            continue;
        n->attributes[kept] = n->attributes[i];
        n->from[0][kept] = n->from[0][i];
        n->from[1][kept++] = n->from[1][i];
    }
    n->attribute_count = kept;
    for (uint32_t k = 0; k < 2; k++) {
        bool *below = ARENA_ARRAY(l->arena, bool, l->attribute_count);
        for (uint32_t i = 0; i < kept; i++)
            below[n->from[k][i]] = true;
        prune(l, k ? &n->second : &n->child, below, false);
    }
}

// What is asked for above, and by conditions that are asked of pairs of rows; keys are not handed on.
static void prune_join(struct logical *l, struct node *n, bool *needed, bool carry)
{
    bool *made[2], *below[2];
    for (unsigned k = 0; k < 2; k++) {
        made[k] = ARENA_ARRAY(l->arena, bool, l->attribute_count);
        node_mark_made(node_input(n, k), made[k]);
    }
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        struct expr *sides[2];
        if (!conjunct_is_key(l, n->conjuncts[i], made[0], made[1], sides))
            expr_mark(n->conjuncts[i], needed);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n->attribute_count; i++)
        if (needed[n->attributes[i]])
            n->attributes[kept++] = n->attributes[i];
    n->attribute_count = kept;
    if (carry)
        carry_attributes(l, n);
    mark_reads(n, needed);
    for (unsigned k = 0; k < 2; k++) {
        below[k] = ARENA_ARRAY(l->arena, bool, l->attribute_count);
        memcpy(below[k], needed, l->attribute_count * sizeof *needed);
    }
    prune(l, &n->child, below[0], carry && node_streams(n->child));
    prune(l, &n->second, below[1], carry && node_streams(n->second));
}

static void prune(struct logical *l, struct node **link, bool *needed, bool carry)
{
    struct node *n = *link;
    while (is_idle(n, needed))
        n = *link = n->child;
    if (n->kind == NODE_SOURCE) {
        for (uint32_t i = 0; i < n->attribute_count; i++)
            n->wanted[i] = needed[n->attributes[i]];
        return;
    }
    if (n->kind == NODE_VALUES)
        return;
    if (n->kind == NODE_UNION) {
        prune_union(l, n, needed);
        return;
    }
    if (n->kind == NODE_JOIN) {
        prune_join(l, n, needed, carry);
        return;
    }
    // The event time is there for the late rows' sake where somebody above asks for it, or it is a key.
    if (n->kind == NODE_DEDUP) {
        mark_reads(n, needed);
        n->late = n->column != ATTRIBUTE_NONE && (n->within || needed[n->column]);
    }
    if (n->kind == NODE_PROJECT && n != l->root)
        keep_items(n, needed);
    if (n->kind == NODE_PROJECT && carry)
        carry_items(l, n);
    if (n->kind == NODE_AGGREGATE)
        keep_parts(n, needed);
    if (n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE)
        memset(needed, 0, l->attribute_count * sizeof(*needed));
    mark_reads(n, needed);
    carry = carry || n == l->late;
    for (uint32_t i = 0; n == l->late && i < l->late_source->attribute_count; i++)
        needed[l->late_source->attributes[i]] = true;
    prune(l, &n->child, needed, carry);
}

void columns_prune(struct logical *l)
{
    collapse(l, l->root);
    prune(l, &l->root, ARENA_ARRAY(l->arena, bool, l->attribute_count), false);
}
