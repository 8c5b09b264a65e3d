// JOIN: ON, USING, NATURAL, and the comma.
#include "agent/plan/bind.h"

// The columns of both sides in the scope: [first, middle) and [middle, end).
struct halves {
    uint32_t first, middle, end;
    uint32_t pairs; // columns of USING
};

// A column of USING on one side; of several the first, as in Spark.
static bool find_using(const struct query *q, struct slice name, uint32_t from, uint32_t to, uint32_t *place)
{
    for (*place = from; *place < to; ++*place) {
        const struct scope_column *c = &q->scope.column[*place];
        if (!c->hidden && slice_equal_fold(c->name, name))
            return true;
    }
    return false;
}

static enum status no_column(struct query *q, const struct ast_relation *r, struct slice name, uint32_t from,
                             uint32_t to, const char *side)
{
    const char *list = "";
    for (uint32_t i = from; i < to; i++)
        list = arena_printf(q->b->l->arena, "%s%s`%.*s`", list, i > from ? ", " : "", (int)q->scope.column[i].name.size,
                            q->scope.column[i].name.data);
    return BIND_ERROR(q->b, r,
                      "[UNRESOLVED_USING_COLUMN_FOR_JOIN] there is no column `%.*s` on the %s side; there are: %s",
                      (int)name.size, name.data, side, list);
}

// left = right, cast so that they meet.
static enum status equal(struct query *q, const struct ast_relation *r, uint32_t left, uint32_t right,
                         struct expr **out)
{
    struct logical *l = q->b->l;
    struct expr *pair[2] = {attribute_expr(l, left), attribute_expr(l, right)};
    const struct ast_expr place = {.offset = r->offset, .length = r->length};
    if (expr_call(l->arena, l->session, function_find(SLICE("=")), pair, 2, out, q->b->e))
        return bind_place(q->b, &place);
    return STATUS_OK;
}

// The columns as `*` shows them: those of USING, the rest of the left side, of the right side. The other side's column
// of each is seen with its qualifier only, and first by `t.*`; of a FULL JOIN both, as the column is neither.
static void arrange(struct query *q, const struct ast_relation *r, const struct halves *h, uint32_t (*pair)[2],
                    uint32_t pairs)
{
    struct scope_column *old = ARENA_ARRAY(q->b->l->arena, struct scope_column, h->end - h->first);
    bool *taken = ARENA_ARRAY(q->b->l->arena, bool, h->end);
    bool shows_right = r->join == AST_RIGHT, full = r->join == AST_FULL;
    memcpy(old, q->scope.column + h->first, (h->end - h->first) * sizeof *old);
    q->scope.count = h->first;
    for (uint32_t i = 0; i < pairs; i++) {
        const struct scope_column *c = &old[pair[i][shows_right] - h->first];
        scope_add(q->b, &q->scope, full ? (struct slice){0} : c->qualifier, c->name, c->attribute);
        taken[pair[i][0]] = taken[pair[i][1]] = true;
    }
    for (uint32_t i = 0; i < pairs * 2; i++) {
        bool right = i >= pairs;
        const struct scope_column *c = &old[pair[i % pairs][right] - h->first];
        if (!full && right == shows_right)
            continue;
        scope_add(q->b, &q->scope, c->qualifier, c->name, c->attribute);
        q->scope.column[q->scope.count - 1].hidden = true;
    }
    for (uint32_t i = h->first; i < h->end; i++)
        if (!taken[i]) {
            const struct scope_column c = old[i - h->first];
            scope_add(q->b, &q->scope, c.qualifier, c.name, c.attribute);
            q->scope.column[q->scope.count - 1].hidden = c.hidden;
        }
}

// The names that both sides have, in the left one's order.
static void natural_names(struct query *q, const struct halves *h, struct slice *names, uint32_t *count)
{
    *count = 0;
    for (uint32_t i = h->first; i < h->middle; i++) {
        const struct scope_column *c = &q->scope.column[i];
        bool both = false;
        for (uint32_t k = h->middle; k < h->end && !c->hidden; k++)
            both = both || (!q->scope.column[k].hidden && slice_equal_fold(q->scope.column[k].name, c->name));
        if (both)
            names[(*count)++] = c->name;
    }
}

static enum status bind_using(struct query *q, const struct ast_relation *r, struct halves *h,
                              struct expr_list *conjuncts)
{
    struct logical *l = q->b->l;
    const struct slice *names = r->using;
    uint32_t count = r->using_count;
    if (r->natural) {
        struct slice *common = ARENA_ARRAY(l->arena, struct slice, h->middle + 1);
        natural_names(q, h, common, &count);
        names = common;
    }
    uint32_t(*pair)[2] = arena_zalloc(l->arena, (count + 1) * sizeof *pair);
    enum status s = STATUS_OK;
    for (uint32_t i = 0; !s && i < count; i++) {
        struct expr *x;
        if (!find_using(q, names[i], h->first, h->middle, &pair[i][0]))
            return no_column(q, r, names[i], h->first, h->middle, "left");
        if (!find_using(q, names[i], h->middle, h->end, &pair[i][1]))
            return no_column(q, r, names[i], h->middle, h->end, "right");
        s = equal(q, r, q->scope.column[pair[i][0]].attribute, q->scope.column[pair[i][1]].attribute, &x);
        if (!s)
            expr_list_add(l, conjuncts, x);
    }
    h->pairs = count;
    if (!s)
        arrange(q, r, h, pair, count);
    return s;
}

// ON sees the two sides and no more.
static enum status bind_on(struct query *q, const struct ast_relation *r, const struct halves *h,
                           struct expr_list *conjuncts)
{
    struct scope all = q->scope;
    struct context c = {.q = q, .clause = CLAUSE_ON};
    struct expr *x;
    q->scope = (struct scope){.column = all.column + h->first, .count = h->end - h->first};
    enum status s = bind_expr(&c, r->on, &x);
    q->scope = all;
    if (s)
        return s;
    if (x->type->id != TYPE_BOOLEAN)
        return BIND_ERROR(q->b, r->on, "[JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE] ON wants a BOOLEAN condition");
    conjuncts_split(q->b->l, x, conjuncts);
    return STATUS_OK;
}

// A subquery in ON becomes a column of one side.
static enum status check_subqueries(struct query *q, const struct ast_relation *r, const struct expr_list *conjuncts,
                                    const bool *right)
{
    uint32_t count = q->b->l->attribute_count;
    for (uint32_t i = 0; i < conjuncts->count; i++) {
        bool *taken = ARENA_ARRAY(q->b->l->arena, bool, count), has[2] = {false, false};
        subquery_mark(conjuncts->at[i], taken);
        for (uint32_t k = 0; k < count; k++)
            has[right[k]] |= taken[k];
        if (has[0] && has[1])
            return BIND_ERROR(
                q->b, r->on,
                "[UNSUPPORTED_FEATURE] a query in ON that takes columns of both sides: join first, and ask "
                "in WHERE");
    }
    return STATUS_OK;
}

// What the join makes of a side's columns: SEMI and ANTI show the left ones only, an outer join's other side can be
// NULL.
static void finish_scope(struct query *q, const struct ast_relation *r, const struct halves *h, const bool *right)
{
    struct logical *l = q->b->l;
    uint32_t kept = h->first;
    for (uint32_t i = h->first; i < q->scope.count; i++) {
        const struct scope_column c = q->scope.column[i];
        bool optional = r->join == AST_FULL || r->join == (right[c.attribute] ? AST_LEFT : AST_RIGHT);
        l->attributes[c.attribute].nullable |= optional;
        if (right[c.attribute] && (r->join == AST_SEMI || r->join == AST_ANTI))
            continue;
        q->scope.column[kept++] = c;
    }
    q->scope.count = kept;
}

// A FULL JOIN's column of USING is that of the side that has the row.
static void coalesce_pairs(struct query *q, const struct ast_relation *r, const struct halves *h)
{
    struct logical *l = q->b->l;
    struct scope_column *column = q->scope.column + h->first;
    uint32_t count = q->scope.count - h->first;
    struct node *n = node_new(l, NODE_PROJECT, q->node, r->offset, r->length);
    n->items = ARENA_ARRAY(l->arena, struct assignment, count + 1);
    for (uint32_t i = h->pairs; i < count; i++)
        n->items[n->item_count++] = (struct assignment){attribute_expr(l, column[i].attribute), column[i].attribute};
    for (uint32_t i = 0; i < h->pairs; i++) {
        struct expr *sides[2] = {attribute_expr(l, column[h->pairs + i].attribute),
                                 attribute_expr(l, column[2 * h->pairs + i].attribute)};
        struct expr *x = call_named(l, "coalesce", sides, 2);
        column[i].attribute = attribute_add(l, column[i].name, x->type, x->nullable, false);
        n->items[n->item_count++] = (struct assignment){x, column[i].attribute};
    }
    q->node = n;
}

static struct node *make_join(struct query *q, const struct ast_relation *r, const struct halves *h, struct node *left)
{
    struct logical *l = q->b->l;
    struct node *n = node_new(l, NODE_JOIN, left, r->offset, r->length);
    n->second = q->node;
    n->join = r->join;
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, h->end - h->first + 1);
    for (uint32_t i = h->first; i < h->end; i++)
        n->attributes[n->attribute_count++] = q->scope.column[i].attribute;
    return n;
}

enum status bind_join(struct query *q, const struct ast_relation *r, const struct visible *ctes)
{
    struct logical *l = q->b->l;
    struct halves h = {.first = q->scope.count};
    if (r->natural && r->join == AST_CROSS)
        return BIND_ERROR(q->b, r, "[INCOMPATIBLE_JOIN_TYPES] NATURAL and CROSS exclude each other");
    if (r->natural && (r->join == AST_SEMI || r->join == AST_ANTI))
        return BIND_ERROR(q->b, r,
                          "NATURAL is not there for SEMI and ANTI JOIN (nor in Spark); write USING and the columns");
    enum status s = bind_relation(q, r->left, ctes);
    struct node *left = q->node;
    h.middle = q->scope.count;
    if (!s)
        s = bind_relation(q, r->right, ctes);
    h.end = q->scope.count;
    if (s)
        return s;
    struct node *n = make_join(q, r, &h, left);
    struct expr_list conjuncts = {0};
    if (r->on)
        s = bind_on(q, r, &h, &conjuncts);
    bool *right = ARENA_ARRAY(l->arena, bool, l->attribute_count);
    for (uint32_t i = h.middle; i < h.end; i++)
        right[q->scope.column[i].attribute] = true;
    if (!s && (r->using_count || r->natural))
        s = bind_using(q, r, &h, &conjuncts);
    if (!s && r->on)
        s = check_subqueries(q, r, &conjuncts, right);
    if (s)
        return s;
    finish_scope(q, r, &h, right);
    n->conjuncts = conjuncts.at;
    n->conjunct_count = conjuncts.count;
    q->node = n;
    if (r->join == AST_FULL && h.pairs)
        coalesce_pairs(q, r, &h);
    return STATUS_OK;
}
