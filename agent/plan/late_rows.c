// lateRows: which step drops late rows, and whose rows they are.
#include "agent/plan/physical.h"

static bool drops_late(const struct logical *l, const struct node *n)
{
    if (n->kind == NODE_DEDUP)
        return n->column != ATTRIBUTE_NONE;
    return n->kind == NODE_AGGREGATE && l->pipeline->mode != OUTPUT_COMPLETE && aggregate_time_key(l, n) >= 0;
}

// The lowest of each branch. Returns how many there are.
static uint32_t find_lowest(struct logical *l, const struct node *n)
{
    if (!n || !node_streams(n))
        return 0;
    uint32_t below = find_lowest(l, n->child) + find_lowest(l, n->second);
    if (below || !drops_late(l, n))
        return below;
    l->late = n;
    return 1;
}

enum status late_rows_find(struct logical *l, struct error *e)
{
    const struct pipeline *p = l->pipeline;
    if (!p->late_sink)
        return STATUS_OK;
    uint32_t count = find_lowest(l, l->root);
    const struct node *of = count ? l->late : l->root;
    if (count > 1 || node_count(of, NODE_SOURCE) > 1)
        return pipeline_error(
            p, p->late_sink->place, e,
            "lateRows: late rows of several sources do not go into one sink yet; take lateRows out, or "
            "make a query of each source");
    l->late_source = node_stream(of);
    return STATUS_OK;
}
