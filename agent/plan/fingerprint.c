// What the state depends on, as a text: when it is equal, the state of an earlier run fits.
#include "agent/plan/physical.h"

#include <inttypes.h>

static const char *const modes[] = {"append", "update", "complete"};

static void typed_print(const struct logical *l, const struct expr *x, struct text *out)
{
    text_char(out, ' ');
    expr_print(l, x, out);
    text_string(out, ": ");
    type_print_sql(x->type, out);
}

static void aggregate_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_printf(out, "aggregate %s", modes[l->pipeline->mode]);
    int32_t time = aggregate_time_key(l, n);
    if (time >= 0)
        text_printf(out, ", until watermark of key %" PRId32, time);
    text_char(out, '\n');
    for (uint32_t i = 0; i < n->item_count; i++) {
        text_string(out, "  key");
        typed_print(l, n->items[i].expr, out);
        text_char(out, '\n');
    }
    for (uint32_t i = 0; i < n->part_count; i++) {
        const struct aggregate_part *p = &n->parts[i];
        text_printf(out, "  %s(", p->aggregate->name);
        for (uint32_t k = 0; k < p->argc; k++)
            typed_print(l, p->args[k], out);
        text_string(out, " )");
        if (p->filter) {
            text_string(out, " where");
            typed_print(l, p->filter, out);
        }
        text_string(out, ": ");
        type_print_sql(p->call->type, out);
        text_char(out, '\n');
    }
}

static void expand_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "sets");
    for (uint32_t k = 0; k < n->set_count; k++)
        text_printf(out, " %" PRIx64, n->sets[k]);
    text_string(out, " of");
    for (uint32_t i = 0; i < n->item_count; i++)
        typed_print(l, n->items[i].expr, out);
    text_char(out, '\n');
}

static void dedup_print(const struct logical *l, const struct node *n, struct text *out)
{
    text_string(out, "dedup");
    if (n->within)
        text_printf(out, " within watermark, %" PRId64, n->delay);
    for (uint32_t i = 0; i < n->item_count; i++) {
        text_string(out, n->items[i].attribute == n->column ? " event time" : " key");
        typed_print(l, n->items[i].expr, out);
    }
    text_char(out, '\n');
}

static void node_print(const struct logical *l, const struct node *n, struct text *out)
{
    if (!node_streams(n)) // a table is read anew
        return;
    if (n->child)
        node_print(l, n->child, out);
    if (n->second)
        node_print(l, n->second, out);
    if (n->kind == NODE_SOURCE && node_count(l->root, NODE_SOURCE) > 1) // else it makes no difference
        text_printf(out, "source %.*s\n", (int)l->pipeline->sources[n->source].name.size,
                    l->pipeline->sources[n->source].name.data);
    if (n->kind == NODE_UNION)
        text_string(out, "union\n");
    if (n->kind == NODE_EXPAND)
        expand_print(l, n, out);
    if (n->kind == NODE_AGGREGATE)
        aggregate_print(l, n, out);
    if (n->kind == NODE_DEDUP)
        dedup_print(l, n, out);
    if (n->kind == NODE_WINDOW) {
        text_printf(out, "window %" PRId64 " %" PRId64 " %" PRId64 " of", n->size, n->slide, n->start);
        typed_print(l, n->input, out);
        text_char(out, '\n');
    }
    if (n->kind == NODE_LIMIT && limit_is_stateful(l, n))
        text_string(out, "limit\n");
}

void plan_fingerprint(const struct plan *p, struct text *out)
{
    if (plan_is_stateful(p))
        node_print(&p->logical, p->logical.root, out);
}
