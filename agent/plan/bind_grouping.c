// ROLLUP, CUBE, GROUPING SETS (ResolveGroupingAnalytics): the sets of keys, and what grouping() and grouping_id() say
// of the set that a row of the result is of.
#include "agent/plan/bind.h"

enum { KEYS_MAX = 63, SETS_MAX = 4096 };

// Sets of keys, a bit a key.
struct sets {
    uint64_t *at;
    uint32_t count;
};

struct expansion {
    struct query *q;
    const uint32_t *key; // of each expression of GROUP BY: its key
    bool too_many;
};

static struct sets sets_new(struct expansion *x, uint64_t count)
{
    x->too_many = x->too_many || count > SETS_MAX;
    uint32_t kept = x->too_many ? 0 : (uint32_t)count;
    return (struct sets){ARENA_ARRAY(x->q->b->l->arena, uint64_t, kept + 1), kept};
}

// One set: of a key, or of several in parentheses.
static uint64_t set_of(const struct expansion *x, const struct ast_grouping *g)
{
    const struct ast_select *ast = x->q->select;
    uint64_t set = 0;
    for (uint32_t i = 0; g->kind == GROUPING_KEY && i < ast->group_count; i++)
        if (ast->group[i] == g->key)
            set = UINT64_C(1) << x->key[i];
    for (uint32_t i = 0; i < g->count; i++)
        set |= set_of(x, &g->parts[i]);
    return set;
}

static struct sets expand(struct expansion *x, const struct ast_grouping *g);

static struct sets expand_cube(struct expansion *x, const struct ast_grouping *g)
{
    struct sets s = sets_new(x, g->count < 32 ? UINT64_C(1) << g->count : UINT64_MAX);
    for (uint32_t i = 0; i < s.count; i++)
        for (uint32_t k = 0; k < g->count; k++)
            s.at[i] |= i >> k & 1 ? set_of(x, &g->parts[k]) : 0;
    return s;
}

static struct sets expand_rollup(struct expansion *x, const struct ast_grouping *g)
{
    struct sets s = sets_new(x, (uint64_t)g->count + 1);
    for (uint32_t i = 0; i < s.count; i++)
        for (uint32_t k = 0; k < i; k++)
            s.at[i] |= set_of(x, &g->parts[k]);
    return s;
}

static struct sets expand_sets(struct expansion *x, const struct ast_grouping *g)
{
    struct sets all = {0};
    for (uint32_t i = 0; i < g->count && !x->too_many; i++) {
        struct sets one = expand(x, &g->parts[i]);
        struct sets more = sets_new(x, (uint64_t)all.count + one.count);
        for (uint32_t k = 0; k < more.count; k++)
            more.at[k] = k < all.count ? all.at[k] : one.at[k - all.count];
        all = more;
    }
    return all;
}

static struct sets expand(struct expansion *x, const struct ast_grouping *g)
{
    if (g->kind == GROUPING_CUBE)
        return expand_cube(x, g);
    if (g->kind == GROUPING_ROLLUP)
        return expand_rollup(x, g);
    if (g->kind == GROUPING_SETS)
        return expand_sets(x, g);
    struct sets one = sets_new(x, 1);
    if (one.count)
        one.at[0] = set_of(x, g);
    return one;
}

// a, ROLLUP (b), CUBE (c): each set of one with each of the others.
static struct sets multiply(struct expansion *x, struct sets a, struct sets b)
{
    struct sets s = sets_new(x, (uint64_t)a.count * b.count);
    for (uint32_t i = 0; i < s.count; i++)
        s.at[i] = a.at[i / b.count] | b.at[i % b.count];
    return s;
}

static bool has_twice(const struct sets *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (s->at[i] == s->at[k])
                return true;
    return false;
}

enum status bind_sets(struct query *q, const uint32_t *key)
{
    struct logical *l = q->b->l;
    const struct ast_select *ast = q->select;
    struct expansion x = {.q = q, .key = key};
    if (q->key_count > KEYS_MAX)
        return BIND_ERROR(q->b, ast->group[0], "[GROUPING_SIZE_LIMIT_EXCEEDED] more than %d keys in grouping sets",
                          KEYS_MAX);
    struct sets all = sets_new(&x, 1);
    for (uint32_t i = 0; i < ast->grouping_count; i++)
        all = multiply(&x, all, expand(&x, &ast->grouping[i]));
    if (x.too_many)
        return BIND_ERROR(q->b, ast, "[UNSUPPORTED_FEATURE] GROUP BY makes more than %d grouping sets", SETS_MAX);
    q->sets = all.at;
    q->set_count = all.count;
    if (has_twice(&all))
        q->set_place = attribute_add(l, SLICE("grouping set"), type_simple(TYPE_INT), false, false);
    for (uint32_t i = 0; i < q->key_count; i++) {
        struct expr *of = q->keys[i].expr;
        const struct attribute was = l->attributes[q->keys[i].attribute];
        q->keys[i].attribute = attribute_add(l, was.name, of->type, true, was.event_time);
        l->attributes[q->keys[i].attribute].window = was.window;
    }
    return STATUS_OK;
}

void sets_apply(struct query *q, struct node *aggregate)
{
    struct logical *l = q->b->l;
    struct node *n = node_new(l, NODE_EXPAND, aggregate->child, aggregate->offset, aggregate->length);
    struct assignment *keys = ARENA_ARRAY(l->arena, struct assignment, q->key_count + 2);
    n->items = aggregate->items;
    n->item_count = q->key_count;
    n->sets = q->sets;
    n->set_count = q->set_count;
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, 2);
    n->attributes[n->attribute_count++] = q->set_id;
    if (q->set_place != ATTRIBUTE_NONE)
        n->attributes[n->attribute_count++] = q->set_place;
    for (uint32_t i = 0; i < q->key_count; i++)
        keys[i] = (struct assignment){attribute_expr(l, q->keys[i].attribute), q->keys[i].attribute};
    for (uint32_t i = 0; i < n->attribute_count; i++)
        keys[q->key_count + i] = (struct assignment){attribute_expr(l, n->attributes[i]), n->attributes[i]};
    aggregate->child = n;
    aggregate->items = keys;
    aggregate->item_count = q->key_count + n->attribute_count;
}

// ---- grouping(k), grouping_id(k, j)

static enum status find_key(const struct context *c, struct ast_expr *x, uint32_t *key)
{
    struct query *q = c->q;
    struct expr *bound;
    struct context inner = {.q = q, .clause = CLAUSE_GROUP, .aliases = 0};
    enum status s = bind_expr(&inner, x, &bound);
    for (*key = 0; !s && *key < q->key_count; ++*key)
        if (expr_same(q->keys[*key].expr, bound))
            return STATUS_OK;
    return s ? s : STATUS_END;
}

// Bit i of a set's id: the key i from the right is not in it.
static struct expr *id_bit(struct logical *l, const struct query *q, uint32_t key)
{
    struct value shift = {.type = type_simple(TYPE_INT), .integer = q->key_count - 1 - key};
    struct value one = {.type = type_simple(TYPE_BIGINT), .integer = 1};
    struct expr *args[2] = {attribute_expr(l, q->set_id), expr_literal(l->arena, shift)};
    args[0] = call_named(l, "shiftright", args, 2);
    args[1] = expr_literal(l->arena, one);
    struct expr *bit = call_named(l, "&", args, 2);
    enum status s = expr_cast(l->arena, l->session, bit, type_simple(TYPE_TINYINT), &bit, NULL);
    return s ? NULL : bit;
}

static enum status bind_id(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q;
    enum status s = STATUS_OK;
    bool same = x->argc == 0 || x->argc == q->key_count;
    for (uint32_t i = 0; same && !s && i < x->argc; i++) {
        uint32_t key;
        s = find_key(c, x->args[i], &key);
        same = s == STATUS_OK && key == i;
    }
    if (s && s != STATUS_END)
        return s;
    if (!same)
        return BIND_ERROR(q->b, x,
                          "[GROUPING_ID_COLUMN_MISMATCH] grouping_id takes all keys of GROUP BY in their order, or "
                          "none");
    *out = attribute_expr(q->b->l, q->set_id);
    return STATUS_OK;
}

enum status bind_grouping(const struct context *c, struct ast_expr *x, struct expr **out)
{
    struct query *q = c->q;
    struct binder *b = q->b;
    bool id = slice_equal_fold(x->name, SLICE("grouping_id"));
    if (!id && !slice_equal_fold(x->name, SLICE("grouping")))
        return STATUS_END;
    if (!id && x->argc != 1)
        return BIND_ERROR(b, x, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] grouping takes one key of GROUP BY");
    if (q->set_id == ATTRIBUTE_NONE || c->clause == CLAUSE_WHERE || c->clause == CLAUSE_GROUP)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_GROUPING_EXPRESSION] %s stands in SELECT, HAVING and ORDER BY of a query with "
                          "ROLLUP, CUBE or GROUPING SETS",
                          id ? "grouping_id" : "grouping");
    q->grouped = true;
    if (id)
        return bind_id(c, x, out);
    uint32_t key;
    enum status s = find_key(c, x->args[0], &key);
    if (s == STATUS_END)
        return BIND_ERROR(b, x,
                          "[GROUPING_COLUMN_MISMATCH] what grouping takes is a key of GROUP BY, as it stands there");
    if (!s)
        *out = id_bit(b->l, q, key);
    return s;
}
