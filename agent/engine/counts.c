#include "agent/engine/counts.h"

void counts_keep(struct counts *c, const struct counts_nodes *n)
{
    for (uint32_t i = 0; i < n->run->all_count; i++)
        c->op[i] = n->run->all[i]->counters;
    c->root = n->root->counters;
    for (uint32_t i = 0; i < n->readers; i++)
        c->reader[i] = reader_counters(n->reader[i]);
}

void counts_take_back(const struct counts *c, const struct counts_nodes *n)
{
    for (uint32_t i = 0; i < n->run->all_count; i++)
        n->run->all[i]->counters = c->op[i];
    n->root->counters = c->root;
    for (uint32_t i = 0; i < n->readers; i++)
        reader_take_back(n->reader[i], &c->reader[i]);
}

static uint64_t given_to(const struct counts_nodes *n, const struct op *op)
{
    uint64_t given = 0;
    for (uint32_t i = 0; i < n->run->all_count; i++)
        if (n->run->all[i]->next == op)
            given += n->run->all[i]->counters.out;
    for (uint32_t i = 0; i < n->run->all_count; i++)
        if (n->run->all[i]->late == op)
            given += n->run->all[i]->counters.late;
    for (uint32_t i = 0; i < n->readers; i++)
        if (reader_entry(n->reader[i]) == op)
            given += reader_counters(n->reader[i]).delivered;
    return given;
}

static bool operator_holds(const struct counts_nodes *n, const struct op *op)
{
    const struct op_counters *c = &op->counters;
    return c->in == c->passed + c->filtered + c->late + c->folded && c->in == given_to(n, op);
}

bool counts_hold(const struct counts_nodes *n)
{
    for (uint32_t i = 0; i < n->readers; i++) {
        struct reader_counters c = reader_counters(n->reader[i]);
        if (c.read != c.left_out + c.dropped + c.delivered)
            return false;
    }
    for (uint32_t i = 0; i < n->run->all_count; i++)
        if (!operator_holds(n, n->run->all[i]))
            return false;
    return operator_holds(n, n->root);
}
