// What constants decide is decided before the query runs (NullPropagation, BooleanSimplification,
// SimplifyConditionals). It shows: a column that only stood beside such a constant is not read, so what is malformed in
// it is not seen.
#include "agent/plan/predicates.h"

#include "ops/coerce.h"

static bool is_true(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && x->type->id == TYPE_BOOLEAN && !x->literal.null && x->literal.boolean;
}

static bool is_false_or_null(const struct expr *x)
{
    return x->kind == EXPR_LITERAL && (x->literal.null || (x->type->id == TYPE_BOOLEAN && !x->literal.boolean));
}

static struct expr *null_of(struct logical *l, const struct type *type)
{
    return expr_literal(l->arena, (struct value){.type = type, .null = true});
}

static bool all_give(struct expr *const *branches, uint32_t count, const struct expr *otherwise)
{
    bool all = true;
    for (uint32_t i = 0; i < count && all; i += 2) {
        const struct expr *value = branches[i + 1];
        all = expr_is_deterministic(branches[i]) && (otherwise ? expr_same(value, otherwise) : is_null_literal(value));
    }
    return all;
}

// `case` and `if`: conditions at even places, each with its value behind it; at last what else there is, if anything.
// A branch that cannot be taken goes, and what stands behind one that must be taken.
static struct expr *decided_case(struct logical *l, struct expr *x)
{
    struct expr *otherwise = x->argc % 2 ? x->args[x->argc - 1] : NULL;
    struct expr **kept = ARENA_ARRAY(l->arena, struct expr *, x->argc + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < x->argc; i += 2) {
        if (is_false_or_null(x->args[i]))
            continue;
        if (is_true(x->args[i])) {
            otherwise = x->args[i + 1];
            break;
        }
        kept[count++] = x->args[i];
        kept[count++] = x->args[i + 1];
    }
    if (all_give(kept, count, otherwise))
        return otherwise ? otherwise : null_of(l, x->type);
    if (otherwise)
        kept[count++] = otherwise;
    if (count == x->argc)
        return x;
    struct expr *fewer = ARENA_NEW(l->arena, struct expr);
    *fewer = *x;
    fewer->args = kept;
    fewer->argc = count;
    return fewer;
}

static struct expr *decided_logic(struct expr *x, bool either)
{
    for (uint32_t i = 0; i < x->argc; i++)
        if (either ? is_true(x->args[i]) : is_false_or_null(x->args[i]) && !is_null_literal(x->args[i]))
            return x->args[i];
    return x;
}

static struct expr *decided_coalesce(struct expr *x)
{
    uint32_t at = 0;
    while (at + 1 < x->argc && is_null_literal(x->args[at]))
        at++;
    return x->args[at]->kind == EXPR_LITERAL ? x->args[at] : x;
}

static struct expr *simplified(struct logical *l, struct expr *x)
{
    if (x->kind != EXPR_CALL)
        return x;
    bool null = false;
    for (uint32_t i = 0; i < x->argc; i++) {
        x->args[i] = simplified(l, x->args[i]);
        null = null || is_null_literal(x->args[i]);
    }
    if ((null && null_intolerant(x)) || (expr_is_call(x, "in") && is_null_literal(x->args[0])))
        return null_of(l, x->type);
    if (expr_is_call(x, "case") || expr_is_call(x, "if"))
        return decided_case(l, x);
    if (expr_is_call(x, "and") || expr_is_call(x, "or"))
        return decided_logic(x, expr_is_call(x, "or"));
    return expr_is_call(x, "coalesce") ? decided_coalesce(x) : x;
}

// Those of a regression's aggregates that Spark makes of a simpler one look at a pair only where neither is NULL.
static void simplify_part(struct logical *l, struct aggregate_part *p)
{
    static const char *const pairs[] = {"regr_avgx", "regr_avgy", "regr_sxx", "regr_syy"};
    bool null = false, pair = false;
    for (uint32_t i = 0; i < p->argc; i++) {
        p->args[i] = simplified(l, p->args[i]);
        null = null || is_null_literal(p->args[i]);
    }
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
        pair = pair || strcmp(p->aggregate->name, pairs[k]) == 0;
    for (uint32_t i = 0; null && pair && i < p->argc; i++)
        p->args[i] = null_of(l, p->args[i]->type);
    if (p->filter)
        p->filter = simplified(l, p->filter);
}

static void simplify(struct logical *l, struct node *n)
{
    for (; n; n = n->child) {
        for (uint32_t i = 0; i < n->conjunct_count; i++)
            n->conjuncts[i] = simplified(l, n->conjuncts[i]);
        for (uint32_t i = 0; i < n->item_count; i++)
            n->items[i].expr = simplified(l, n->items[i].expr);
        for (uint32_t i = 0; i < n->part_count; i++)
            simplify_part(l, &n->parts[i]);
        for (uint32_t i = 0; i < n->key_count; i++)
            n->keys[i].expr = simplified(l, n->keys[i].expr);
        if (n->kind == NODE_GENERATE)
            n->input = simplified(l, n->input);
        simplify(l, n->second);
    }
}

void expressions_simplify(struct logical *l)
{
    simplify(l, l->root);
}
