// What cannot stream: Spark's UnsupportedOperationChecker, in our words with its error classes.
#include "agent/plan/logical.h"

#define NODE_ERROR(l, n, e, ...) sql_error(&(l)->pipeline->query, (n)->offset, (n)->length, e, __VA_ARGS__)

static const char *mode_name(enum output_mode mode)
{
    static const char *const names[] = {"append", "update", "complete"};
    return names[mode];
}

static bool has_event_time_key(const struct logical *l, const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (n->items[i].expr->kind == EXPR_COLUMN && l->attributes[n->items[i].expr->column].event_time)
            return true;
    return false;
}

static enum status check_aggregate(const struct logical *l, const struct node *n, struct error *e)
{
    enum output_mode mode = l->pipeline->mode;
    if (mode == OUTPUT_APPEND && !has_event_time_key(l, n))
        return NODE_ERROR(l, n, e,
                          "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] in append mode a group goes out when the "
                          "watermark has passed it: give the source a watermark and group by its column or by a "
                          "window of it, or choose outputMode update or complete");
    if (node_count(n->child, NODE_AGGREGATE) && mode != OUTPUT_APPEND)
        return NODE_ERROR(l, n, e,
                          "two aggregations in a row are there in append mode only (Spark: Detected pattern of "
                          "possible 'correctness' issue due to global watermark), this is %s",
                          mode_name(mode));
    return STATUS_OK;
}

static enum status check_sort(const struct logical *l, const struct node *n, struct error *e)
{
    if (l->pipeline->mode == OUTPUT_COMPLETE && node_count(n->child, NODE_AGGREGATE))
        return STATUS_OK;
    return NODE_ERROR(l, n, e,
                      "ORDER BY needs an aggregation below it and outputMode complete (Spark: Sorting is not "
                      "supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset "
                      "in Complete output mode)");
}

static enum status check_limit(const struct logical *l, const struct node *n, struct error *e)
{
    if (n->skip || n->limit < 0)
        return NODE_ERROR(l, n, e,
                          "OFFSET is not there for streams (Spark: Offset is not supported on streaming "
                          "DataFrames/Datasets)");
    if (l->pipeline->mode == OUTPUT_UPDATE)
        return NODE_ERROR(l, n, e,
                          "LIMIT cannot be in update mode (Spark: Limits are not supported on streaming "
                          "DataFrames/Datasets in Update output mode)");
    return STATUS_OK;
}

static enum status check_union(const struct logical *l, const struct node *n, struct error *e)
{
    if (node_streams(n->child) == node_streams(n->second))
        return STATUS_OK;
    return NODE_ERROR(l, n, e,
                      "UNION of a stream and a table is not there (Spark: Union between streaming and batch "
                      "DataFrames/Datasets is not supported)");
}

// Joins that keep rows of a table which no row of the stream meets would wait for the stream's end.
static enum status check_join(const struct logical *l, const struct node *n, struct error *e)
{
    bool left = node_streams(n->child), right = node_streams(n->second);
    static const char *const names[] = {
        [AST_LEFT] = "LEFT JOIN",      [AST_RIGHT] = "RIGHT JOIN",    [AST_FULL] = "FULL JOIN",
        [AST_SEMI] = "LEFT SEMI JOIN", [AST_ANTI] = "LEFT ANTI JOIN", [AST_INNER] = "JOIN",
        [AST_CROSS] = "CROSS JOIN",
    };
    if (left && right)
        return NODE_ERROR(l, n, e, "[UNSUPPORTED_FEATURE] joins of two streams are not supported yet");
    if (n->join == AST_FULL && !left && !right)
        return NODE_ERROR(l, n, e, "[UNSUPPORTED_FEATURE] FULL JOIN of two tables is not supported yet");
    bool keeps_table = n->join == AST_FULL ||
                       (right && n->join != AST_INNER && n->join != AST_CROSS && n->join != AST_RIGHT) ||
                       (left && n->join == AST_RIGHT);
    if ((left || right) && keeps_table)
        return NODE_ERROR(
            l, n, e,
            "%s keeps rows of the table, which is not there with a stream (Spark: %s join with a streaming "
            "DataFrame/Dataset on the %s and a static DataFrame/Dataset on the %s is not supported); the "
            "stream must be on the side whose rows stay",
            names[n->join], names[n->join], left ? "left" : "right", left ? "right" : "left");
    return STATUS_OK;
}

static enum status check_node(const struct logical *l, const struct node *n, struct error *e)
{
    switch (n->kind) {
    case NODE_JOIN:
        return check_join(l, n, e);
    case NODE_UNION:
        return check_union(l, n, e);
    case NODE_AGGREGATE:
        return check_aggregate(l, n, e);
    case NODE_SORT:
        return check_sort(l, n, e);
    case NODE_LIMIT:
        return check_limit(l, n, e);
    default:
        return STATUS_OK;
    }
}

// Tables may be whatever a query can be: only their joins are looked at.
static enum status check_nodes(const struct logical *l, const struct node *n, struct error *e)
{
    enum status s = STATUS_OK;
    for (; n && !s; n = n->child) {
        if (node_streams(n) || n->kind == NODE_JOIN)
            s = check_node(l, n, e);
        if (!s && n->second)
            s = check_nodes(l, n->second, e);
    }
    return s;
}

enum status modes_check(const struct logical *l, struct error *e)
{
    enum status s = check_nodes(l, l->root, e);
    if (!s && l->pipeline->mode == OUTPUT_COMPLETE && node_count(l->root, NODE_AGGREGATE) == 0)
        s = NODE_ERROR(l, l->root, e,
                       "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] outputMode complete prints a whole "
                       "aggregation each time, and the query has none; choose append");
    return s;
}
