#include "agent/plan/bind.h"

#include "ops/key.h"
#include "ops/map_sort.h"
#include "ops/window_call.h"

#include <assert.h>

bool type_has_map(const struct type *t)
{
    if (t->id == TYPE_MAP)
        return true;
    if (t->id == TYPE_ARRAY)
        return type_has_map(t->element);
    for (uint32_t i = 0; t->id == TYPE_STRUCT && i < t->field_count; i++)
        if (type_has_map(t->fields[i].type))
            return true;
    return false;
}

// What the language has and we have not.
static enum status check_built(struct binder *b, const struct ast_select *s)
{
    if (!s->from && !s->set && b->depth == 1)
        return BIND_ERROR(b, s, "[WRITE_STREAM_NOT_ALLOWED] the query reads no stream: it has no FROM; write FROM %.*s",
                          (int)b->l->pipeline->sources[0].name.size, b->l->pipeline->sources[0].name.data);
    return STATUS_OK;
}

static enum status bind_where(struct query *q)
{
    struct ast_expr *where = q->select->where;
    if (!where)
        return STATUS_OK;
    struct context c = {.q = q, .clause = CLAUSE_WHERE};
    struct expr *condition;
    enum status s = bind_window(q, CLAUSE_WHERE, where);
    if (!s)
        s = bind_condition(&c, where, &condition);
    if (s)
        return s;
    window_apply(q);
    q->window = NULL; // the SELECT list may have its own
    struct expr_list conjuncts = {0};
    conjuncts_split(q->b->l, condition, &conjuncts);
    q->node = node_filter(q->b->l, q->node, conjuncts.at, conjuncts.count);
    return STATUS_OK;
}

// A row without a session (its gap is none, or not greater than 0) goes.
static void session_apply(struct query *q)
{
    struct logical *l = q->b->l;
    struct expr *window = attribute_expr(l, q->window_attribute), *field[2] = {NULL, NULL};
    struct expr *there = call_named(l, "isnotnull", &window, 1);
    enum status s = expr_field(l->arena, window, SLICE("end"), &field[0], NULL);
    if (!s)
        s = expr_field(l->arena, window, SLICE("start"), &field[1], NULL);
    struct expr *conjuncts[2] = {there, s ? NULL : call_named(l, ">", field, 2)};
    assert(conjuncts[0] && conjuncts[1]);
    q->node = node_filter(l, q->node, conjuncts, 2);
}

void window_apply(struct query *q)
{
    if (!q->window)
        return;
    struct logical *l = q->b->l;
    const struct window_call *call = q->window->state;
    struct expr *time = q->window->args[0];
    struct expr *there = call_named(l, "isnotnull", &time, 1);
    q->node = node_filter(l, q->node, &there, there ? 1 : 0);
    struct node *n = node_new(l, NODE_WINDOW, q->node, q->window_ast->offset, q->window_ast->length);
    n->input = call ? time : q->window;
    if (call) {
        n->size = call->size;
        n->slide = call->slide;
        n->start = call->start;
    }
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, 1);
    n->attributes[0] = q->window_attribute;
    n->attribute_count = 1;
    q->node = n;
    if (!call)
        session_apply(q);
}

enum status bind_item(struct query *q, struct item *item)
{
    if (item->expr)
        return STATUS_OK;
    if (item->busy)
        return BIND_ERROR(q->b, item->ast, "[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] `%.*s` refers to itself",
                          (int)item->name.size, item->name.data);
    item->busy = true;
    struct context c = {.q = q, .clause = CLAUSE_SELECT, .aliases = (uint32_t)(item - q->items), .item = item};
    enum status s = bind_expr(&c, item->ast, &item->expr);
    item->busy = false;
    if (!s && !item->aliased)
        item->name = automatic_name(q, q->items, (uint32_t)(item - q->items), item->ast);
    return s;
}

static enum status bind_windows(struct query *q)
{
    const struct ast_select *s = q->select;
    for (uint32_t i = 0; i < s->group_count; i++) {
        enum status status = bind_window(q, CLAUSE_GROUP, s->group[i]);
        if (status)
            return status;
    }
    for (uint32_t i = 0; i < s->item_count; i++) {
        enum status status = bind_window(q, CLAUSE_SELECT, s->items[i].expr);
        if (status)
            return status;
    }
    return STATUS_OK;
}

static unsigned sort_order(const struct ast_order *o)
{
    bool last = o->nulls_given ? o->nulls_last : o->descending;
    return (last ? KEY_NULLS_LAST : KEY_NULLS_FIRST) | (o->descending ? KEY_DESCENDING : 0u);
}

static enum status order_by(struct query *q, const struct ast_expr *x, const struct expr *key)
{
    if (type_has_map(key->type))
        return BIND_ERROR(q->b, x, "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] a MAP has no order");
    return STATUS_OK;
}

static enum status bind_order_key(struct query *q, struct ast_expr *x, struct expr **out)
{
    struct binder *b = q->b;
    enum status s = STATUS_OK;
    if (x->kind == AST_LITERAL && !x->value.null && x->value.type->id == TYPE_INT) {
        int64_t place = x->value.integer;
        if (place < 1 || place > q->item_count)
            return BIND_ERROR(b, x, "[ORDER_BY_POS_OUT_OF_RANGE] ORDER BY %d: the SELECT list has columns 1 to %u",
                              (int)place, q->item_count);
        *out = q->items[place - 1].expr;
    } else {
        struct context c = {.q = q, .clause = CLAUSE_ORDER, .aliases = q->item_count};
        s = bind_expr(&c, x, out);
    }
    return s ? s : order_by(q, x, *out);
}

// ORDER BY ALL, where nothing is called that.
static bool orders_by_all(const struct query *q)
{
    const struct ast_select *s = q->select;
    const struct ast_expr *x = s->order_count == 1 ? s->order[0].expr : NULL;
    if (!x || x->kind != AST_NAME || x->part_count != 1 || !slice_equal_fold(x->parts[0], SLICE("all")))
        return false;
    uint32_t attribute, taken;
    struct binder quiet = {.l = q->b->l};
    bool named = scope_find(&quiet, &q->scope, x, &attribute, &taken) == STATUS_OK;
    for (uint32_t i = 0; i < q->item_count; i++)
        named = named || slice_equal_fold(q->items[i].name, x->parts[0]);
    return !named;
}

static enum status bind_order(struct query *q, struct sort_key **out)
{
    const struct ast_select *s = q->select;
    bool all = orders_by_all(q);
    q->order_count = all ? q->item_count : s->order_count;
    struct sort_key *keys = *out = ARENA_ARRAY(q->b->l->arena, struct sort_key, q->order_count);
    for (uint32_t i = 0; i < q->order_count; i++) {
        enum status status = STATUS_OK;
        if (all)
            status = order_by(q, s->order[0].expr, keys[i].expr = q->items[i].expr);
        else
            status = bind_order_key(q, s->order[i].expr, &keys[i].expr);
        if (status)
            return status;
        keys[i].order = sort_order(&s->order[all ? 0 : i]);
    }
    return STATUS_OK;
}

static bool has_query(const struct ast_expr *x)
{
    bool has = x->subquery != NULL;
    for (uint32_t i = 0; i < x->argc && !has; i++)
        has = has_query(x->args[i]);
    return has;
}

// LIMIT and OFFSET: a constant INT, not negative.
static enum status bind_limit(struct query *q, struct ast_expr *x, int64_t *out)
{
    struct binder *b = q->b;
    struct query outputs = {.b = b, .select = q->select};
    for (uint32_t i = 0; i < q->item_count; i++)
        scope_add(b, &outputs.scope, (struct slice){0}, q->items[i].name, 0);
    struct context c = {.q = &outputs, .clause = CLAUSE_WHERE};
    struct expr *bound;
    enum status s = bind_expr(&c, x, &bound);
    if (s)
        return s;
    if (!expr_is_constant(bound) || has_query(x))
        return BIND_ERROR(b, x, "[INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE] LIMIT and OFFSET take a constant");
    if (bound->type->id != TYPE_INT && bound->type->id != TYPE_SMALLINT && bound->type->id != TYPE_TINYINT)
        return BIND_ERROR(b, x, "[INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE] LIMIT and OFFSET take an INT");
    struct value v = constant_value(b->l, bound);
    if (v.null)
        return BIND_ERROR(b, x, "[INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL] LIMIT and OFFSET take a number, this is NULL");
    if (v.integer < 0)
        return BIND_ERROR(b, x, "[INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE] LIMIT and OFFSET must not be negative");
    *out = v.integer;
    return STATUS_OK;
}

static enum status apply_limit(struct query *q)
{
    const struct ast_select *ast = q->select;
    if (!ast->limit && !ast->offset_rows)
        return STATUS_OK;
    const struct ast_expr *place = ast->limit ? ast->limit : ast->offset_rows;
    struct node *n = node_new(q->b->l, NODE_LIMIT, q->node, place->offset, place->length);
    enum status s = ast->limit ? bind_limit(q, ast->limit, &n->limit) : STATUS_OK;
    if (!s && ast->offset_rows)
        s = bind_limit(q, ast->offset_rows, &n->skip);
    q->node = n;
    return s;
}

// Maps are equal whatever the order of their entries.
static void keys_normalise(struct query *q, struct node *n)
{
    struct logical *l = q->b->l;
    n->items = ARENA_ARRAY(l->arena, struct assignment, q->key_count + 1);
    for (uint32_t i = 0; i < q->key_count; i++) {
        struct expr *x = q->keys[i].expr;
        enum status s = STATUS_OK;
        if (type_has_map(x->type))
            s = expr_call(l->arena, l->session, &function_map_sort, &q->keys[i].expr, 1, &x, NULL);
        assert(s == STATUS_OK);
        (void)s;
        n->items[i] = (struct assignment){x, q->keys[i].attribute};
    }
}

static void apply_aggregate(struct query *q)
{
    if (!q->grouped)
        return;
    struct node *n = node_new(q->b->l, NODE_AGGREGATE, q->node, q->select->offset, q->select->length);
    n->item_count = q->key_count;
    n->parts = q->parts;
    n->part_count = q->part_count;
    keys_normalise(q, n);
    for (uint32_t i = 0; i < q->key_count; i++)
        q->b->l->attributes[q->keys[i].attribute].nullable = true; // as a streaming aggregation's columns are in Spark
    if (q->sets)
        sets_apply(q, n);
    q->node = n;
}

static enum status apply_having(struct query *q, struct expr *having)
{
    if (!having)
        return STATUS_OK;
    struct expr_list conjuncts = {0};
    enum status s = group_lift(q, CLAUSE_HAVING, q->select->having, having, &having);
    if (s)
        return s;
    conjuncts_split(q->b->l, having, &conjuncts);
    q->node = node_filter(q->b->l, q->node, conjuncts.at, conjuncts.count);
    return STATUS_OK;
}

static enum status apply_generators(struct query *q)
{
    for (uint32_t i = 0; i < q->generator_count; i++) {
        struct node *n = q->generators[i];
        const struct ast_expr place = {.offset = n->offset, .length = n->length};
        enum status s = q->grouped ? group_lift(q, CLAUSE_SELECT, &place, n->input, &n->input) : STATUS_OK;
        if (s)
            return s;
        n->child = q->node;
        q->node = n;
    }
    return STATUS_OK;
}

static enum status apply_order(struct query *q, struct sort_key *keys)
{
    const struct ast_select *ast = q->select;
    if (ast->order_count == 0)
        return STATUS_OK;
    const struct ast_expr *first = ast->order[0].expr;
    struct node *n = node_new(q->b->l, NODE_SORT, q->node, first->offset, first->length);
    n->keys = keys;
    n->key_count = q->order_count;
    for (uint32_t i = 0; q->grouped && i < n->key_count; i++) {
        const struct ast_expr *place = ast->order[i < ast->order_count ? i : 0].expr;
        enum status s = group_lift(q, CLAUSE_ORDER, place, keys[i].expr, &keys[i].expr);
        if (s)
            return s;
    }
    q->node = n;
    return STATUS_OK;
}

// The projection. An alias is an attribute of its own; a bare column stays the same one.
static enum status apply_project(struct query *q)
{
    struct logical *l = q->b->l;
    struct node *n = node_new(l, NODE_PROJECT, q->node, q->select->offset, q->select->length);
    n->items = ARENA_ARRAY(l->arena, struct assignment, q->item_count);
    n->item_count = q->item_count;
    for (uint32_t i = 0; i < q->item_count; i++) {
        struct item *item = &q->items[i];
        enum status s = q->grouped ? group_lift(q, CLAUSE_SELECT, item->ast, item->expr, &item->expr) : STATUS_OK;
        if (s)
            return s;
        const struct expr *x = item->expr;
        bool nullable = x->nullable || (q->grouped && q->generator_count == 0);
        enum window_kind window = window_of(l, x);
        bool event_time = shows_event_time(q, item->ast, x);
        bool same = x->kind == EXPR_COLUMN && !item->aliased && event_time == l->attributes[x->column].event_time;
        item->attribute = same ? (uint32_t)x->column : attribute_add(l, item->name, x->type, nullable, event_time);
        l->attributes[item->attribute].window = window;
        n->items[i] = (struct assignment){item->expr, item->attribute};
    }
    q->node = n;
    return STATUS_OK;
}

// SELECT DISTINCT, UNION are a grouping by all columns (ReplaceDistinctWithAggregate).
static enum status apply_distinct(struct query *q)
{
    struct logical *l = q->b->l;
    if (!q->select->distinct && q->select->set != AST_UNION)
        return STATUS_OK;
    struct node *n = node_new(l, NODE_AGGREGATE, q->node, q->select->offset, q->select->length);
    n->distinct = true;
    n->items = ARENA_ARRAY(l->arena, struct assignment, q->item_count);
    for (uint32_t i = 0; i < q->item_count; i++) {
        bool twice = false;
        for (uint32_t k = 0; k < i; k++)
            twice |= q->items[k].attribute == q->items[i].attribute;
        if (type_has_map(q->items[i].expr->type))
            return BIND_ERROR(q->b, q->items[i].ast,
                              "[UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE] SELECT DISTINCT of a MAP");
        if (!twice)
            n->items[n->item_count++] =
                (struct assignment){attribute_expr(l, q->items[i].attribute), q->items[i].attribute};
    }
    struct node *p = node_new(l, NODE_PROJECT, n, q->select->offset, q->select->length);
    p->items = ARENA_ARRAY(l->arena, struct assignment, q->item_count);
    p->item_count = q->item_count;
    for (uint32_t i = 0; i < q->item_count; i++)
        p->items[i] = (struct assignment){attribute_expr(l, q->items[i].attribute), q->items[i].attribute};
    q->node = p;
    return STATUS_OK;
}

static enum status finish_select(struct query *q, struct sort_key *keys)
{
    enum status s = apply_order(q, keys);
    if (!s)
        s = apply_limit(q);
    return s ? s : apply_project(q);
}

// LIMIT counts what is distinct.
static enum status finish_distinct(struct query *q)
{
    const struct ast_select *ast = q->select;
    if (ast->order_count)
        return BIND_ERROR(
            q->b, ast->order[0].expr,
            "ORDER BY of SELECT DISTINCT is not there for streams; GROUP BY the columns instead, in "
            "outputMode complete (Spark: Sorting is not supported on streaming DataFrames/Datasets, unless "
            "it is on aggregated DataFrame/Dataset in Complete output mode)");
    enum status s = apply_project(q);
    if (!s)
        s = apply_distinct(q);
    if (s || (!ast->limit && !ast->offset_rows))
        return s;
    s = apply_limit(q);
    return s ? s : apply_project(q);
}

// ORDER BY and LIMIT of a union see its columns.
static enum status bind_union(struct query *q, const struct visible *ctes)
{
    struct sort_key *keys = NULL;
    enum status s = bind_set(q, ctes);
    if (!s)
        s = apply_distinct(q);
    if (!s)
        s = bind_order(q, &keys);
    if (!s)
        s = apply_order(q, keys);
    if (!s)
        s = apply_limit(q);
    return s ? s : apply_project(q);
}

static enum status bind_body(struct query *q)
{
    const struct ast_select *ast = q->select;
    struct expr *having = NULL;
    struct sort_key *keys = NULL;
    enum status s = bind_where(q);
    uint32_t columns = q->scope.count;
    if (!s)
        s = bind_windows(q);
    if (!s)
        s = bind_items(q, columns);
    if (!s)
        s = bind_group(q);
    for (uint32_t i = 0; !s && i < q->item_count; i++)
        s = bind_item(q, &q->items[i]);
    if (!s && ast->having) {
        struct context c = {.q = q, .clause = CLAUSE_HAVING, .aliases = q->item_count};
        q->grouped = true;
        s = bind_condition(&c, ast->having, &having);
    }
    if (!s)
        s = bind_order(q, &keys);
    if (s)
        return s;
    window_apply(q);
    apply_aggregate(q);
    s = apply_having(q, having);
    if (!s)
        s = apply_generators(q);
    return s ? s : ast->distinct ? finish_distinct(q) : finish_select(q, keys);
}

static const struct visible *see_ctes(struct binder *b, const struct ast_select *ast, const struct visible *behind)
{
    for (uint32_t i = 0; i < ast->cte_count; i++) {
        struct visible *v = ARENA_NEW(b->l->arena, struct visible);
        *v = (struct visible){&ast->ctes[i], ARENA_NEW(b->l->arena, bool), behind};
        behind = v;
    }
    return behind;
}

// A mistake in a WITH query is one, even if nothing names it.
static enum status bind_unused(struct binder *b, const struct visible *ctes, const struct visible *behind)
{
    enum status s = STATUS_OK;
    uint32_t reads = b->reads;
    for (const struct visible *v = ctes; !s && v != behind; v = v->behind) {
        struct query *unused;
        if (!*v->used)
            s = bind_select(b, v->cte->query, v->behind, &unused);
    }
    b->reads = reads;
    return s;
}

enum status bind_select(struct binder *b, const struct ast_select *ast, const struct visible *behind,
                        struct query **out)
{
    if (++b->depth > BIND_DEPTH_MAX)
        return BIND_ERROR(b, ast, "[UNSUPPORTED_FEATURE] subqueries nest deeper than %d levels", BIND_DEPTH_MAX);
    const struct visible *ctes = see_ctes(b, ast, behind);
    struct query *q = *out = ARENA_NEW(b->l->arena, struct query);
    q->b = b;
    q->select = ast;
    q->ctes = ctes;
    q->set_id = q->set_place = ATTRIBUTE_NONE;
    enum status s = check_built(b, ast);
    if (!s && ast->set)
        s = bind_union(q, ctes);
    else if (!s && ast->from)
        s = bind_relation(q, ast->from, ctes);
    else if (!s)
        bind_row(q);
    if (!s && !ast->set)
        s = bind_body(q);
    if (!s)
        s = bind_unused(b, ctes, behind);
    b->depth--;
    return s;
}

enum status query_bind(struct logical *l, struct error *e)
{
    struct ast_select *ast;
    struct binder b = {.l = l, .e = e};
    struct query *q;
    l->clocks = l->pipeline->source_count;
    enum status s = sql_parse(&l->pipeline->query, l->arena, &ast, e);
    if (!s)
        s = bind_select(&b, ast, NULL, &q);
    if (!s && !node_streams(q->node))
        s = BIND_ERROR(&b, ast,
                       "[WRITE_STREAM_NOT_ALLOWED] the query reads tables only (\"static\": true): it needs a stream");
    if (s)
        return s;
    l->root = q->node;
    struct field *fields = ARENA_ARRAY(l->arena, struct field, q->item_count);
    for (uint32_t i = 0; i < q->item_count; i++) {
        const struct attribute *a = &l->attributes[q->items[i].attribute];
        fields[i] = (struct field){q->items[i].name, a->type, a->nullable};
    }
    l->fields = fields;
    return STATUS_OK;
}
