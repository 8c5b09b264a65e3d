// GROUP BY and the aggregates of a SELECT.
#include "agent/plan/bind.h"

// Where an aggregate may not stand.
static bool ignores_nulls(const struct aggregate *a)
{
    return strcmp(a->name, "first") == 0 || strcmp(a->name, "last") == 0 || strcmp(a->name, "any_value") == 0;
}

static enum status check_aggregate(const struct context *c, const struct ast_expr *x, const struct aggregate *a)
{
    struct binder *b = c->q->b;
    if (c->filter)
        return BIND_ERROR(
            b, x, "[INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE] FILTER sees single rows, %s is an aggregate", a->name);
    if (c->aggregate)
        return BIND_ERROR(b, x,
                          "[NESTED_AGGREGATE_FUNCTION] %s stands inside another aggregate; put the inner one into a "
                          "subquery",
                          a->name);
    if (c->clause == CLAUSE_WHERE)
        return BIND_ERROR(
            b, x, "[INVALID_WHERE_CONDITION] %s is an aggregate: WHERE sees single rows, HAVING sees groups", a->name);
    if (c->clause == CLAUSE_GROUP)
        return BIND_ERROR(b, x, "[GROUP_BY_AGGREGATE] %s is an aggregate, one cannot group by it", a->name);
    if (c->clause == CLAUSE_ON)
        return BIND_ERROR(b, x, "[UNSUPPORTED_EXPR_FOR_OPERATOR] %s is an aggregate, ON sees single rows", a->name);
    if (c->clause == CLAUSE_WATERMARK)
        return BIND_ERROR(b, x, "[UNSUPPORTED_EXPR_FOR_OPERATOR] %s is an aggregate, WATERMARK sees single rows",
                          a->name);
    if (c->clause == CLAUSE_LATERAL)
        return BIND_ERROR(b, x, "[UNSUPPORTED_EXPR_FOR_OPERATOR] %s is an aggregate, LATERAL VIEW sees single rows",
                          a->name);
    if (x->distinct)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_FEATURE] %s(DISTINCT …) is not there for streams (Spark: Distinct "
                          "aggregations are not supported on streaming DataFrames/Datasets); use "
                          "approx_count_distinct",
                          a->name);
    if (x->star && strcmp(a->name, "count") != 0)
        return BIND_ERROR(b, x, "[INVALID_USAGE_OF_STAR_OR_REGEX] only count takes *");
    uint32_t argc = x->star ? 0 : x->argc;
    uint32_t least = a->min_args ? a->min_args : 1; // none but count(*) does without
    if (x->ignore_nulls && !ignores_nulls(a))
        return BIND_ERROR(b, x,
                          "[INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX] %s takes no IGNORE NULLS: first, last "
                          "and any_value do, the others leave NULLs out anyway",
                          a->name);
    if (strcmp(a->name, "count") == 0 && !x->star && argc == 0)
        return BIND_ERROR(b, x, "[WRONG_NUM_ARGS.WITH_SUGGESTION] count() counts nothing; count(*) counts the rows");
    if (!x->star && (argc < least || (a->max_args != FUNCTION_ANY_ARGS && argc > a->max_args)))
        return BIND_ERROR(b, x, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] %s takes another number of arguments than %u: %s",
                          a->name, argc, a->usage);
    return STATUS_OK;
}

static struct aggregate_part *same_part(struct query *q, const struct aggregate_part *p)
{
    for (uint32_t i = 0; i < q->part_count; i++) {
        struct aggregate_part *other = &q->parts[i];
        bool same = other->aggregate == p->aggregate && other->argc == p->argc && !other->filter == !p->filter &&
                    (!p->filter || expr_same(other->filter, p->filter));
        for (uint32_t k = 0; k < p->argc && same; k++)
            same = expr_same(other->args[k], p->args[k]);
        if (same)
            return other;
    }
    return NULL;
}

static void add_part(struct query *q, const struct aggregate_part *p)
{
    if (q->part_count == q->part_capacity) {
        uint32_t capacity = q->part_capacity ? 2 * q->part_capacity : 8;
        struct aggregate_part *grown = ARENA_ARRAY(q->b->l->arena, struct aggregate_part, capacity);
        if (q->part_count)
            memcpy(grown, q->parts, q->part_count * sizeof(*grown));
        q->parts = grown;
        q->part_capacity = capacity;
    }
    q->parts[q->part_count++] = *p;
}

// Lets the aggregate bind, and casts its arguments as it asks.
static enum status make_call(struct binder *b, const struct ast_expr *x, struct aggregate_part *p)
{
    struct arena *a = b->l->arena;
    struct aggregate_binding bound = {.arena = a,
                                      .session = b->l->session,
                                      .aggregate = p->aggregate,
                                      .arg = p->args,
                                      .argc = p->argc,
                                      .nullable = true,
                                      .want = ARENA_ARRAY(a, const struct type *, p->argc + 1)};
    enum status s = p->aggregate->bind(&bound, b->e);
    const struct type **types = ARENA_ARRAY(a, const struct type *, p->argc + 1);
    for (uint32_t i = 0; !s && i < p->argc; i++) {
        if (bound.want[i])
            s = expr_cast(a, b->l->session, p->args[i], bound.want[i], &p->args[i], b->e);
        types[i] = p->args[i]->type;
    }
    if (s)
        return bind_place(b, x);
    struct aggregate_call *call = ARENA_NEW(a, struct aggregate_call);
    *call = (struct aggregate_call){.kernels = bound.kernels,
                                    .state = bound.state,
                                    .type = bound.type,
                                    .arg_type = types,
                                    .argc = p->argc,
                                    .state_size = bound.state_size};
    p->call = call;
    return STATUS_OK;
}

static enum status bind_filter(const struct context *c, const struct ast_expr *x, struct expr **out)
{
    enum status s = bind_expr(c, x->filter, out);
    if (!s && (*out)->type->id != TYPE_BOOLEAN)
        return BIND_ERROR(c->q->b, x->filter,
                          "[INVALID_AGGREGATE_FILTER.NOT_BOOLEAN] FILTER wants a BOOLEAN condition");
    return s;
}

// name(x, y), or x alone.
static struct slice printed(const struct logical *l, const char *name, struct expr *const *x, uint32_t count)
{
    struct memory memory = {0};
    struct text t;
    text_init(&t, &memory);
    if (name)
        text_printf(&t, "%s(%s", name, count ? "" : "1");
    for (uint32_t i = 0; i < count; i++) {
        text_string(&t, i ? ", " : "");
        expr_show(l, x[i], false, &t);
    }
    text_string(&t, name ? ")" : "");
    struct slice kept = {arena_copy(l->arena, t.data, t.size), (uint32_t)t.size};
    text_free(&t);
    return kept;
}

enum status bind_aggregate(const struct context *c, struct ast_expr *x, const struct aggregate *a, struct expr **out)
{
    struct query *q = c->q;
    struct binder *b = q->b;
    enum status s = check_aggregate(c, x, a);
    if (s)
        return s;
    struct context inner = *c;
    inner.aggregate = x;
    struct aggregate_part p = {.aggregate = a, .argc = x->star ? 0 : x->argc};
    p.args = ARENA_ARRAY(b->l->arena, struct expr *, p.argc + 1);
    for (uint32_t i = 0; !s && i < p.argc; i++)
        s = bind_expr(&inner, x->args[i], &p.args[i]);
    inner.filter = true;
    if (!s && x->filter)
        s = bind_filter(&inner, x, &p.filter);
    if (!s)
        s = make_call(b, x, &p);
    if (s)
        return s;
    const struct aggregate_part *known = same_part(q, &p);
    if (!known) {
        // a streaming aggregation's columns are nullable, count's too, as in Spark
        p.attribute = attribute_add(b->l, printed(b->l, a->name, p.args, p.argc), p.call->type, true, false);
        add_part(q, &p);
        known = &p;
    }
    q->grouped = true;
    *out = attribute_expr(b->l, known->attribute);
    return STATUS_OK;
}

bool shows_event_time(const struct query *q, const struct ast_expr *ast, const struct expr *x)
{
    const struct logical *l = q->b->l;
    // CAST(ts AS TIMESTAMP) is ts to us at once; Spark's check of append mode looks at it before it is
    bool cast = x->kind == EXPR_COLUMN && x->type->id == TYPE_TIMESTAMP &&
                (ast->kind == AST_CAST || (ast->kind == AST_CALL && !is_generator(ast)));
    return carries_event_time(l, x) && !(cast && l->pipeline->mode == OUTPUT_APPEND);
}

// Returns which key it is.
static uint32_t add_key(struct query *q, const struct ast_expr *ast, struct expr *x)
{
    struct logical *l = q->b->l;
    for (uint32_t i = 0; i < q->key_count; i++)
        if (expr_same(q->keys[i].expr, x))
            return i;
    uint32_t attribute = x->column;
    bool event_time = shows_event_time(q, ast, x);
    if (x->kind != EXPR_COLUMN || event_time != l->attributes[attribute].event_time)
        attribute = attribute_add(l, printed(l, NULL, &x, 1), x->type, x->nullable, event_time);
    q->keys[q->key_count] = (struct assignment){x, attribute};
    return q->key_count++;
}

bool mentions_aggregate(const struct query *q, const struct expr *x)
{
    for (uint32_t i = 0; i < q->part_count; i++)
        if (expr_mentions(x, q->parts[i].attribute))
            return true;
    return false;
}

static bool is_integer(const struct ast_expr *x)
{
    return x->kind == AST_LITERAL && !x->value.null && x->value.type->id == TYPE_INT;
}

// GROUP BY 2.
static enum status bind_ordinal(struct query *q, const struct ast_expr *x, const struct ast_expr **of,
                                struct expr **out)
{
    struct binder *b = q->b;
    int64_t place = x->value.integer;
    if (place < 1 || place > q->item_count)
        return BIND_ERROR(b, x, "[GROUP_BY_POS_OUT_OF_RANGE] GROUP BY %d: the SELECT list has columns 1 to %u",
                          (int)place, q->item_count);
    struct item *item = &q->items[place - 1];
    enum status s = bind_item(q, item);
    if (s)
        return s;
    if (item->lateral)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY] column %d is made of another alias "
                          "of the SELECT list; write its expression out",
                          (int)place);
    if (item->generated)
        return BIND_ERROR(b, x,
                          "[UNSUPPORTED_GENERATOR.OUTSIDE_SELECT] column %d is made by a generator, after the "
                          "grouping; make it in a subquery",
                          (int)place);
    if (mentions_aggregate(q, item->expr))
        return BIND_ERROR(b, x, "[GROUP_BY_POS_AGGREGATE] GROUP BY %d: that column is an aggregate", (int)place);
    *of = item->ast;
    *out = item->expr;
    return STATUS_OK;
}

// GROUP BY ALL: each column of the SELECT list without an aggregate.
static enum status bind_group_all(struct query *q)
{
    for (uint32_t i = 0; i < q->item_count; i++) {
        enum status s = bind_item(q, &q->items[i]);
        if (s)
            return s;
        if (!mentions_aggregate(q, q->items[i].expr))
            add_key(q, q->items[i].ast, q->items[i].expr);
        if (q->items[i].lateral)
            return BIND_ERROR(q->b, q->items[i].ast,
                              "[UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY] GROUP BY ALL "
                              "with an alias of the same SELECT list; write its expression out");
    }
    return STATUS_OK;
}

static enum status check_key(struct query *q, const struct ast_expr *x, const struct expr *key)
{
    if (mentions_aggregate(q, key))
        return BIND_ERROR(q->b, x, "[GROUP_BY_AGGREGATE] one cannot group by an aggregate");
    return STATUS_OK;
}

enum status bind_group(struct query *q)
{
    const struct ast_select *ast = q->select;
    if (ast->group_count == 0 && !ast->group_all)
        return STATUS_OK;
    q->grouped = true;
    q->keys = ARENA_ARRAY(q->b->l->arena, struct assignment, ast->group_count + q->item_count);
    if (ast->group_all)
        return bind_group_all(q);
    if (ast->grouping_count)
        q->set_id = attribute_add(q->b->l, SLICE("grouping_id()"), type_simple(TYPE_BIGINT), false, false);
    struct context c = {.q = q, .clause = CLAUSE_GROUP, .aliases = q->item_count};
    uint32_t *which = ARENA_ARRAY(q->b->l->arena, uint32_t, ast->group_count + 1);
    for (uint32_t i = 0; i < ast->group_count; i++) {
        struct ast_expr *x = ast->group[i];
        struct expr *key;
        const struct ast_expr *of = x;
        enum status s = is_integer(x) ? bind_ordinal(q, x, &of, &key) : bind_expr(&c, x, &key);
        if (!s)
            s = check_key(q, x, key);
        if (s)
            return s;
        which[i] = add_key(q, of, key);
    }
    return ast->grouping_count ? bind_sets(q, which) : STATUS_OK;
}

static bool is_made_above(const struct query *q, uint32_t attribute)
{
    if (attribute == q->set_id)
        return true;
    for (uint32_t i = 0; i < q->part_count; i++)
        if (q->parts[i].attribute == attribute)
            return true;
    for (uint32_t i = 0; i < q->generator_count; i++)
        for (uint32_t k = 0; k < q->generators[i]->attribute_count; k++)
            if (q->generators[i]->attributes[k] == attribute)
                return true;
    return false;
}

static enum status missing(struct query *q, enum clause clause, const struct ast_expr *place, uint32_t attribute)
{
    struct slice name = q->b->l->attributes[attribute].name;
    if (q->key_count == 0 && q->select->group_count == 0 && !q->select->group_all)
        return BIND_ERROR(q->b, place,
                          "[MISSING_GROUP_BY] `%.*s` stands beside an aggregate, and there is no GROUP BY: add "
                          "one, or aggregate it",
                          (int)name.size, name.data);
    if (clause == CLAUSE_HAVING || clause == CLAUSE_ORDER)
        return BIND_ERROR(
            q->b, place,
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] `%.*s` is not there after the grouping: HAVING and ORDER BY "
            "see the keys, the aggregates and the SELECT list",
            (int)name.size, name.data);
    return BIND_ERROR(q->b, place,
                      "[MISSING_AGGREGATION] `%.*s` is not in GROUP BY: add it there, aggregate it, or take "
                      "any_value(%.*s)",
                      (int)name.size, name.data, (int)name.size, name.data);
}

// window_time(window) of the window grouped by: Spark resolves it below the grouping, and then misses it.
static bool is_window_time(const struct query *q, const struct expr *x)
{
    return q->window && expr_is_call(x, "window_time") && x->args[0]->kind == EXPR_COLUMN &&
           x->args[0]->column == q->window_attribute;
}

enum status group_lift(struct query *q, enum clause clause, const struct ast_expr *place, struct expr *x,
                       struct expr **out)
{
    for (uint32_t i = 0; i < q->key_count; i++) {
        if (expr_same(x, q->keys[i].expr)) {
            *out = attribute_expr(q->b->l, q->keys[i].attribute);
            return STATUS_OK;
        }
    }
    *out = x;
    if (x->kind == EXPR_COLUMN)
        return is_made_above(q, x->column) ? STATUS_OK : missing(q, clause, place, x->column);
    if (x->kind == EXPR_LITERAL)
        return STATUS_OK;
    if (clause == CLAUSE_SELECT && subquery_of(x) && subquery_of(x)->kind == SUBQUERY_SCALAR && x->argc > 0)
        return BIND_ERROR(q->b, place,
                          "[SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION] a query that stands for a value of "
                          "each row is neither a key of GROUP BY nor in an aggregate: take first(…) of it");
    if (is_window_time(q, x))
        return BIND_ERROR(q->b, place,
                          "[MISSING_AGGREGATION] window_time of the window that is grouped by needs an outer "
                          "SELECT");
    struct expr *copy = ARENA_NEW(q->b->l->arena, struct expr);
    *copy = *x;
    copy->args = ARENA_ARRAY(q->b->l->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++) {
        enum status s = group_lift(q, clause, place, x->args[i], &copy->args[i]);
        if (s)
            return s;
    }
    *out = copy;
    return STATUS_OK;
}
