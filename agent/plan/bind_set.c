// UNION ALL, UNION: the columns of both sides meet by place, under the names of the first (WidenSetOperationTypes,
// Union.output).
#include "agent/plan/bind.h"

#include "ops/coerce.h"

struct side {
    struct query *query;
    const struct ast_select *ast;
    uint32_t *columns; // attributes, one a column
};

static enum status check_kinds(struct binder *b, const struct ast_select *ast)
{
    if (ast->set == AST_EXCEPT)
        return BIND_ERROR(
            b, ast,
            "EXCEPT is not there for streams (Spark: Except on a streaming DataFrame/Dataset on the right "
            "is not supported)");
    if (ast->set == AST_INTERSECT)
        return BIND_ERROR(b, ast,
                          "INTERSECT is not there for streams (Spark: Intersect between two streaming "
                          "DataFrames/Datasets is not supported)");
    return STATUS_OK;
}

static enum status incompatible(struct binder *b, const struct side *side, uint32_t column)
{
    struct arena *a = b->l->arena;
    const struct type *x = b->l->attributes[side[0].columns[column]].type;
    const struct type *y = b->l->attributes[side[1].columns[column]].type;
    return BIND_ERROR(b, side[1].ast,
                      "[INCOMPATIBLE_COLUMN_TYPE] column %u of UNION is %s here and %s before: cast one of them",
                      column + 1, type_text(a, y), type_text(a, x));
}

// The type both columns are cast to. Structs of equal types meet whatever their fields are called.
static enum status meet(struct binder *b, const struct side *side, uint32_t column, const struct type **out)
{
    struct logical *l = b->l;
    struct expr *pair[2] = {attribute_expr(l, side[0].columns[column]), attribute_expr(l, side[1].columns[column])};
    *out = type_widest(l->arena, pair, 2);
    if (!*out && type_equal_unnamed(pair[0]->type, pair[1]->type))
        *out = pair[0]->type;
    return *out ? STATUS_OK : incompatible(b, side, column);
}

// A projection on a side that casts what must be cast; what is cast no longer carries the watermark.
static enum status cast_side(struct binder *b, struct side *side, const struct type *const *types, uint32_t count)
{
    struct logical *l = b->l;
    bool any = false;
    struct node *n = node_new(l, NODE_PROJECT, side->query->node, side->ast->offset, side->ast->length);
    n->items = ARENA_ARRAY(l->arena, struct assignment, count + 1);
    n->item_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct expr *x = attribute_expr(l, side->columns[i]);
        n->items[i] = (struct assignment){x, side->columns[i]};
        if (type_equal(x->type, types[i]))
            continue;
        enum status s = expr_cast(l->arena, l->session, x, types[i], &x, b->e);
        if (s)
            return BIND_ERROR(b, side->ast, "%s", arena_printf(l->arena, "%s", b->e ? b->e->text : ""));
        side->columns[i] = attribute_add(l, l->attributes[side->columns[i]].name, types[i], x->nullable, false);
        n->items[i] = (struct assignment){x, side->columns[i]};
        any = true;
    }
    if (any)
        side->query->node = n;
    return STATUS_OK;
}

static enum status bind_side(struct query *q, const struct ast_select *ast, const struct visible *ctes,
                             struct side *out)
{
    *out = (struct side){.ast = ast};
    enum status s = bind_select(q->b, ast, ctes, &out->query);
    if (s)
        return s;
    out->columns = ARENA_ARRAY(q->b->l->arena, uint32_t, out->query->item_count + 1);
    for (uint32_t i = 0; i < out->query->item_count; i++)
        out->columns[i] = out->query->items[i].attribute;
    return STATUS_OK;
}

// The query's columns: those of the first side, NULL where one of both can be.
static void make_union(struct query *q, const struct side *side, const struct type *const *types)
{
    struct logical *l = q->b->l;
    const struct ast_select *ast = q->select;
    uint32_t count = side[0].query->item_count;
    struct node *n = node_new(l, NODE_UNION, side[0].query->node, ast->offset, ast->length);
    n->second = side[1].query->node;
    n->from[0] = side[0].columns;
    n->from[1] = side[1].columns;
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, count + 1);
    n->attribute_count = q->item_count = count;
    struct ast_expr *place = ARENA_NEW(l->arena, struct ast_expr);
    *place = (struct ast_expr){.kind = AST_NAME, .offset = ast->offset, .length = ast->length};
    q->items = ARENA_ARRAY(l->arena, struct item, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct attribute first = l->attributes[n->from[0][i]];
        bool nullable = first.nullable || l->attributes[n->from[1][i]].nullable;
        struct slice name = side[0].query->items[i].name;
        n->attributes[i] = attribute_add(l, name, types[i], nullable, first.event_time);
        l->attributes[n->attributes[i]].window = first.window;
        q->items[i] = (struct item){
            .ast = place, .name = name, .expr = attribute_expr(l, n->attributes[i]), .attribute = n->attributes[i]};
        scope_add(q->b, &q->scope, (struct slice){0}, name, n->attributes[i]);
    }
    q->node = n;
}

enum status bind_set(struct query *q, const struct visible *ctes)
{
    const struct ast_select *ast = q->select;
    struct binder *b = q->b;
    struct side side[2];
    enum status s = check_kinds(b, ast);
    if (!s)
        s = bind_side(q, ast->left, ctes, &side[0]);
    if (!s)
        s = bind_side(q, ast->right, ctes, &side[1]);
    if (s)
        return s;
    uint32_t count = side[0].query->item_count;
    if (side[1].query->item_count != count)
        return BIND_ERROR(b, side[1].ast, "[NUM_COLUMNS_MISMATCH] UNION: %u columns here, %u before",
                          side[1].query->item_count, count);
    const struct type **types = ARENA_ARRAY(b->l->arena, const struct type *, count + 1);
    for (uint32_t i = 0; !s && i < count; i++)
        s = meet(b, side, i, &types[i]);
    for (uint32_t k = 0; !s && k < 2; k++)
        s = cast_side(b, &side[k], types, count);
    if (!s)
        make_union(q, side, types);
    return s;
}
