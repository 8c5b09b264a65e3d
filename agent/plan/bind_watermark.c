// WATERMARK time [AS name] DELAY OF …, behind what stands in FROM: Dataset.withWatermark in SQL.
#include "agent/plan/bind.h"

// A time that is not a column as it is becomes one, in front of the others.
static uint32_t add_time(struct query *q, const struct ast_watermark *w, uint32_t first, struct expr *time)
{
    struct logical *l = q->b->l;
    uint32_t count = q->scope.count - first;
    struct node *n = node_new(l, NODE_PROJECT, q->node, w->offset, w->length);
    n->items = ARENA_ARRAY(l->arena, struct assignment, count + 1);
    struct slice name = w->name.size ? w->name : w->time->parts[w->time->part_count - 1]; // of a field
    uint32_t attribute = attribute_add(l, name, time->type, time->nullable, false);
    n->items[n->item_count++] = (struct assignment){time, attribute};
    for (uint32_t i = first; i < q->scope.count; i++) {
        uint32_t a = q->scope.column[i].attribute;
        n->items[n->item_count++] = (struct assignment){attribute_expr(l, a), a};
    }
    scope_add(q->b, &q->scope, (struct slice){0}, name, attribute);
    struct scope_column *column = q->scope.column + first, added = column[count];
    memmove(column + 1, column, count * sizeof *column);
    column[0] = added;
    q->node = n;
    return attribute;
}

// The time of the clause, over the columns from `first` on.
static enum status bind_time(struct query *q, const struct ast_watermark *w, uint32_t first, struct expr **time)
{
    struct scope all = q->scope;
    struct context c = {.q = q, .clause = CLAUSE_WATERMARK};
    q->scope = (struct scope){.column = all.column + first, .count = all.count - first};
    enum status s = bind_expr(&c, w->time, time);
    q->scope = all;
    if (s)
        return s;
    if (w->name.size == 0 && w->time->kind != AST_NAME)
        return BIND_ERROR(q->b, w->time,
                          "[REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE] a time that is no column needs a name: "
                          "WATERMARK … AS name DELAY OF …");
    if ((*time)->type->id != TYPE_TIMESTAMP)
        return BIND_ERROR(q->b, w->time,
                          "[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] the time of WATERMARK must be TIMESTAMP");
    return STATUS_OK;
}

enum status bind_watermark(struct query *q, const struct ast_watermark *w, uint32_t first)
{
    struct logical *l = q->b->l;
    struct expr *time;
    enum status s = bind_time(q, w, first, &time);
    if (s)
        return s;
    if (node_count(q->node, NODE_WATERMARK))
        return BIND_ERROR(q->b, w,
                          "[UNSUPPORTED_FEATURE] a WATERMARK behind another one: what is in front has its watermark "
                          "already, here or in \"sources\"; take one of them out");
    uint32_t column = (uint32_t)time->column;
    if (w->name.size || time->kind != EXPR_COLUMN)
        column = add_time(q, w, first, time);
    if (!node_streams(q->node)) // a table has no time
        return STATUS_OK;
    q->node = node_new(l, NODE_WATERMARK, q->node, w->offset, w->length);
    q->node->column = column;
    q->node->delay = w->delay;
    q->node->clock = l->pipeline->source_count + w->number;
    l->clocks = q->node->clock >= l->clocks ? q->node->clock + 1 : l->clocks;
    l->attributes[column].event_time = true;
    return STATUS_OK;
}
