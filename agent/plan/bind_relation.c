// FROM: tables, subqueries, WITH names, LATERAL VIEW.
#include "agent/plan/bind.h"
#include "agent/plan/plan.h"

// The columns of one FROM entry, from `first` on, get the names that follow its alias: t(a, b).
static enum status rename_columns(struct query *q, const struct ast_relation *r, uint32_t first)
{
    uint32_t count = q->scope.count - first;
    if (r->column_count && r->column_count != count)
        return BIND_ERROR(q->b, r, "[ASSIGNMENT_ARITY_MISMATCH] %u names for %u columns", r->column_count, count);
    for (uint32_t i = 0; i < r->column_count; i++)
        q->scope.column[first + i].name = r->columns[i];
    return STATUS_OK;
}

// `what` names a column that the source has not.
static enum status column_fault(struct binder *b, const struct pipeline_source *s, const char *class, const char *what,
                                struct slice column, struct place place)
{
    struct logical *l = b->l;
    const struct source_table *t = &l->tables[s - l->pipeline->sources];
    struct slice *names = ARENA_ARRAY(l->arena, struct slice, t->count + 1);
    const char *list = "";
    for (uint32_t i = 0; i < t->count; i++) {
        names[i] = t->column[i].field.name;
        list = arena_printf(l->arena, "%s%s`%.*s`", list, i ? ", " : "", (int)names[i].size, names[i].data);
    }
    int nearest = slice_nearest(column, names, t->count);
    const char *hint = "";
    if (nearest >= 0)
        hint = arena_printf(l->arena, "did you mean `%.*s`? ", (int)names[nearest].size, names[nearest].data);
    return pipeline_error(l->pipeline, place, b->e,
                          "[%s] %s column `%.*s` is no column of source %.*s; %sthere are: %s", class, what,
                          (int)column.size, column.data, (int)s->name.size, s->name.data, hint, list);
}

// Is `path` a field of one of its columns, such as meta.time?
static bool has_nested(const struct source_table *t, struct slice path)
{
    const char *dot = memchr(path.data, '.', path.size);
    bool found = false;
    for (uint32_t i = 0; dot && i < t->count; i++)
        found |= slice_equal_fold(t->column[i].field.name, (struct slice){path.data, (uint32_t)(dot - path.data)});
    return found;
}

// The source's watermark, directly above it (Dataset.withWatermark before the view was made).
static enum status bind_source_watermark(struct binder *b, uint32_t source, struct node **node)
{
    struct logical *l = b->l;
    const struct pipeline_source *s = &l->pipeline->sources[source];
    const struct source_table *t = &l->tables[source];
    if (!s->has_watermark || s->is_static) // a table has no time
        return STATUS_OK;
    uint32_t i = 0;
    while (i < t->count && !slice_equal_fold(t->column[i].field.name, s->watermark_column))
        i++;
    if (i == t->count)
        return column_fault(b, s,
                            has_nested(t, s->watermark_column) ? "EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN"
                                                               : "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                            "the watermark's", s->watermark_column, s->watermark_place);
    if (t->column[i].field.type->id != TYPE_TIMESTAMP)
        return pipeline_error(l->pipeline, s->watermark_place, b->e,
                              "[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] the watermark's column `%.*s` must be TIMESTAMP",
                              (int)s->watermark_column.size, s->watermark_column.data);
    uint32_t column = (*node)->attributes[i];
    *node = node_new(l, NODE_WATERMARK, *node, (*node)->offset, (*node)->length);
    (*node)->column = column;
    (*node)->clock = source;
    (*node)->delay = s->watermark_delay;
    l->attributes[column].event_time = true;
    return STATUS_OK;
}

// The columns of dropDuplicates; none named: all.
static enum status dedup_keys(struct binder *b, const struct pipeline_source *s, const struct pipeline_dedup *d,
                              const struct node *source, struct node *n)
{
    struct logical *l = b->l;
    uint32_t named = d->count;
    n->items = ARENA_ARRAY(l->arena, struct assignment, named + source->attribute_count);
    for (uint32_t k = 0; k < (named ? named : source->attribute_count); k++) {
        uint32_t i = k;
        for (i = named ? 0 : k; named && i < source->attribute_count; i++)
            if (slice_equal_fold(l->attributes[source->attributes[i]].name, d->columns[k]))
                break;
        if (i == source->attribute_count)
            return column_fault(b, s, "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", "the dropDuplicates", d->columns[k],
                                d->places[k]);
        uint32_t attribute = source->attributes[i];
        if (type_has_map(l->attributes[attribute].type))
            return pipeline_error(l->pipeline, named ? d->places[k] : d->place, b->e,
                                  "[UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE] dropDuplicates of the MAP `%.*s`: "
                                  "name other columns",
                                  (int)l->attributes[attribute].name.size, l->attributes[attribute].name.data);
        n->items[n->item_count++] = (struct assignment){attribute_expr(l, attribute), attribute};
    }
    return STATUS_OK;
}

// Behind the watermark, before the view is made (Dataset.dropDuplicates).
static enum status bind_dedup(struct binder *b, const struct pipeline_source *s, const struct pipeline_dedup *d,
                              const struct node *source, struct node **node)
{
    struct logical *l = b->l;
    bool within = d == &s->dedup_within;
    if (!d->given)
        return STATUS_OK;
    if (within && !s->has_watermark)
        return pipeline_error(
            l->pipeline, d->place, b->e,
            "dropDuplicatesWithinWatermark forgets a row when the watermark has passed its time and the "
            "delay: give source %.*s a \"watermark\" (Spark: dropDuplicatesWithinWatermark is not "
            "supported on streaming DataFrames/DataSets without watermark)",
            (int)s->name.size, s->name.data);
    struct node *n = node_new(l, NODE_DEDUP, *node, (*node)->offset, (*node)->length);
    n->within = within;
    n->delay = s->watermark_delay;
    n->column = ATTRIBUTE_NONE;
    for (uint32_t i = 0; i < source->attribute_count; i++)
        if (l->attributes[source->attributes[i]].event_time)
            n->column = source->attributes[i];
    *node = n;
    return dedup_keys(b, s, d, source, n);
}

static enum status bind_source(struct query *q, const struct ast_relation *r, uint32_t source)
{
    struct logical *l = q->b->l;
    const struct pipeline_source *s = &l->pipeline->sources[source];
    const struct source_table *t = &l->tables[source];
    if (q->b->reads++ == PLAN_READS)
        return BIND_ERROR(q->b, r, "[UNSUPPORTED_FEATURE] a query names sources %d times at most", PLAN_READS);
    struct node *n = node_new(l, NODE_SOURCE, NULL, r->offset, r->length);
    n->source = source;
    n->is_static = s->is_static;
    n->attributes = ARENA_ARRAY(l->arena, uint32_t, t->count);
    n->attribute_count = t->count;
    n->wanted = ARENA_ARRAY(l->arena, bool, t->count);
    struct slice qualifier = r->alias.size ? r->alias : r->name;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct field *f = &t->column[i].field;
        n->attributes[i] = attribute_add(l, f->name, f->type, f->nullable, false);
        l->attributes[n->attributes[i]].table = qualifier;
        scope_add(q->b, &q->scope, qualifier, f->name, n->attributes[i]);
    }
    q->node = n;
    enum status status = bind_source_watermark(q->b, source, &q->node);
    if (!status)
        status = bind_dedup(q->b, s, &s->dedup, n, &q->node);
    return status ? status : bind_dedup(q->b, s, &s->dedup_within, n, &q->node);
}

static enum status bind_query(struct query *q, const struct ast_select *ast, const struct visible *ctes,
                              struct slice qualifier)
{
    struct query *inner;
    enum status s = bind_select(q->b, ast, ctes, &inner);
    if (s)
        return s;
    q->node = inner->node;
    for (uint32_t i = 0; i < inner->item_count; i++)
        scope_add(q->b, &q->scope, qualifier, inner->items[i].name, inner->items[i].attribute);
    return STATUS_OK;
}

static enum status bind_cte(struct query *q, const struct ast_relation *r, const struct visible *v)
{
    uint32_t first = q->scope.count;
    *v->used = true;
    enum status s = bind_query(q, v->cte->query, v->behind, r->alias.size ? r->alias : r->name);
    if (!s)
        q->node->cte = true;
    if (s || v->cte->column_count == 0)
        return s;
    if (v->cte->column_count != q->scope.count - first)
        return BIND_ERROR(q->b, r, "[ASSIGNMENT_ARITY_MISMATCH] %.*s has %u names for %u columns",
                          (int)v->cte->name.size, v->cte->name.data, v->cte->column_count, q->scope.count - first);
    for (uint32_t i = 0; i < v->cte->column_count; i++)
        q->scope.column[first + i].name = v->cte->columns[i];
    return STATUS_OK;
}

static enum status unknown_table(struct query *q, const struct ast_relation *r)
{
    const struct pipeline *p = q->b->l->pipeline;
    struct slice *names = ARENA_ARRAY(q->b->l->arena, struct slice, p->source_count + 1);
    const char *list = "";
    for (uint32_t i = 0; i < p->source_count; i++) {
        names[i] = p->sources[i].name;
        list = arena_printf(q->b->l->arena, "%s%s`%.*s`", list, i ? ", " : "", (int)names[i].size, names[i].data);
    }
    int nearest = slice_nearest(r->name, names, p->source_count);
    const char *hint = "; the";
    if (nearest >= 0)
        hint =
            arena_printf(q->b->l->arena, "; did you mean `%.*s`? The", (int)names[nearest].size, names[nearest].data);
    return BIND_ERROR(q->b, r, "[TABLE_OR_VIEW_NOT_FOUND] there is no source `%.*s`%s pipeline has: %s",
                      (int)r->name.size, r->name.data, hint, list);
}

static enum status bind_table(struct query *q, const struct ast_relation *r, const struct visible *ctes)
{
    for (const struct visible *v = ctes; v; v = v->behind)
        if (slice_equal_fold(v->cte->name, r->name))
            return bind_cte(q, r, v);
    const struct pipeline *p = q->b->l->pipeline;
    for (uint32_t i = 0; i < p->source_count; i++)
        if (slice_equal_fold(p->sources[i].name, r->name)) {
            if (r->stream && p->sources[i].is_static)
                return BIND_ERROR(q->b, r, "STREAM wants a stream, and source %.*s is a table (\"static\": true)",
                                  (int)r->name.size, r->name.data);
            return bind_source(q, r, i);
        }
    return unknown_table(q, r);
}

static enum status bind_lateral(struct query *q, const struct ast_relation *r, const struct visible *ctes)
{
    if (!r->left)
        return BIND_ERROR(q->b, r, "[WRITE_STREAM_NOT_ALLOWED] the query reads no stream: it has no FROM");
    enum status s = bind_relation(q, r->left, ctes);
    if (s)
        return s;
    struct context c = {.q = q, .clause = CLAUSE_LATERAL};
    if (!is_generator(r->generator)) {
        struct expr *unused;
        s = bind_expr(&c, r->generator, &unused);
        return s ? s
                 : BIND_ERROR(q->b, r->generator,
                              "[UNSUPPORTED_GENERATOR.NOT_GENERATOR] LATERAL VIEW wants a "
                              "generator, such as explode");
    }
    struct node *n;
    s = bind_generator(&c, r->generator, r->columns, r->column_count, r->outer, &n);
    if (s)
        return s;
    n->child = q->node;
    q->node = n;
    for (uint32_t i = 0; i < n->attribute_count; i++)
        scope_add(q->b, &q->scope, r->alias.size ? r->alias : r->name, q->b->l->attributes[n->attributes[i]].name,
                  n->attributes[i]);
    return STATUS_OK;
}

// All but its WATERMARK.
static enum status bind_plain(struct query *q, const struct ast_relation *r, const struct visible *ctes)
{
    uint32_t first = q->scope.count;
    enum status s = STATUS_OK;
    switch (r->kind) {
    case AST_TABLE:
        s = bind_table(q, r, ctes);
        return s ? s : rename_columns(q, r, first);
    case AST_DERIVED:
        s = bind_query(q, r->query, ctes, r->alias);
        return s ? s : rename_columns(q, r, first);
    case AST_VALUES:
        s = bind_values(q, r);
        return s ? s : rename_columns(q, r, first);
    case AST_LATERAL:
        return bind_lateral(q, r, ctes);
    case AST_JOIN:
        return bind_join(q, r, ctes);
    }
    return STATUS_CONFIG; // each kind is above
}

enum status bind_relation(struct query *q, const struct ast_relation *r, const struct visible *ctes)
{
    uint32_t first = q->scope.count;
    enum status s = bind_plain(q, r, ctes);
    return s || !r->watermark ? s : bind_watermark(q, r->watermark, first);
}
