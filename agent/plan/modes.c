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

static enum status check_nodes(const struct logical *l, const struct node *n, struct error *e)
{
    enum status s = STATUS_OK;
    for (; n && !s; n = n->child) {
        if (n->kind == NODE_AGGREGATE)
            s = check_aggregate(l, n, e);
        else if (n->kind == NODE_SORT)
            s = check_sort(l, n, e);
        else if (n->kind == NODE_LIMIT)
            s = check_limit(l, n, e);
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
