// The operators of joins: what goes through, and the table that it meets.
#include "agent/plan/making.h"

struct joining {
    struct join_spec spec;
    struct layout layout[2];   // of what goes through, of the table
    struct expr **keys[2];     // of each
    struct expr_list residual; // what is asked of pairs
};

// `x = y OR (x = y) IS NULL`, alone, is the one key of NOT IN (ExtractSingleColumnNullAwareAntiJoin).
static const struct expr *null_aware_key(const struct node *n)
{
    const struct expr *x = n->conjunct_count == 1 ? n->conjuncts[0] : NULL;
    bool asks = n->join == AST_ANTI || n->join == AST_MARK;
    if (!x || !asks || !expr_is_call(x, "or") || !expr_is_call(x->args[0], "=") || !expr_is_call(x->args[1], "isnull"))
        return NULL;
    return expr_equal(x->args[0], x->args[1]->args[0]) ? x->args[0] : NULL;
}

// Conjuncts into keys and the rest.
static void split_conjuncts(struct making *m, const struct node *n, struct joining *j)
{
    struct logical scratch = {.arena = &m->scratch};
    bool *has[2];
    for (unsigned k = 0; k < 2; k++) {
        has[k] = ARENA_ARRAY(&m->scratch, bool, m->l->attribute_count);
        for (uint32_t i = 0; i < j->layout[k].count; i++)
            has[k][j->layout[k].attributes[i]] = true;
        j->keys[k] = ARENA_ARRAY(&m->scratch, struct expr *, n->conjunct_count + 1);
    }
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, n->conjunct_count + 1);
    bool *null_safe = ARENA_ARRAY(m->l->arena, bool, n->conjunct_count + 1);
    const struct expr *not_in = null_aware_key(n);
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        struct expr *sides[2];
        const struct expr *x = not_in ? not_in : n->conjuncts[i];
        if (!conjunct_is_key(m->l, x, has[0], has[1], sides)) {
            expr_list_add(&scratch, &j->residual, n->conjuncts[i]);
            continue;
        }
        uint32_t k = j->spec.key_count++;
        j->keys[0][k] = sides[0];
        j->keys[1][k] = sides[1];
        types[k] = sides[0]->type;
        null_safe[k] = expr_is_call(x, "<=>");
        j->spec.null_aware = not_in != NULL;
    }
    j->spec.key_type = types;
    j->spec.null_safe = null_safe;
}

// Which columns of a side go into the pairs: those the join hands on, or, if it hands on no pairs, those of the
// residual.
static uint32_t *pair_columns(struct making *m, const struct node *n, struct joining *j, unsigned side, uint32_t *count)
{
    bool pairs = j->spec.kind == JOIN_INNER || j->spec.kind == JOIN_OUTER || j->spec.kind == JOIN_FULL ||
                 (j->spec.kind == JOIN_SINGLE && side == 1);
    bool *wanted = ARENA_ARRAY(&m->scratch, bool, m->l->attribute_count);
    for (uint32_t i = 0; pairs && i < n->attribute_count; i++)
        wanted[n->attributes[i]] = true;
    for (uint32_t i = 0; i < j->residual.count; i++)
        expr_mark(j->residual.at[i], wanted);
    const struct layout *from = &j->layout[side];
    uint32_t *places = ARENA_ARRAY(m->l->arena, uint32_t, from->count + 1);
    *count = 0;
    for (uint32_t i = 0; i < from->count; i++)
        if (wanted[from->attributes[i]]) {
            making_columns(m, &from->attributes[i], 1);
            places[(*count)++] = i;
        }
    return places;
}

static const struct type **pair_types(struct making *m, const struct layout *from, const uint32_t *places,
                                      uint32_t count)
{
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        types[i] = m->l->attributes[from->attributes[places[i]]].type;
    return types;
}

// What comes out: pairs, or the rows that go through with more columns or without.
static void join_layout(struct making *m, const struct node *n, const struct joining *j)
{
    if (j->spec.kind == JOIN_INNER || j->spec.kind == JOIN_OUTER || j->spec.kind == JOIN_FULL)
        return;
    m->layout = j->layout[0];
    if (j->spec.kind == JOIN_MARK)
        making_columns(m, &n->column, 1);
    for (uint32_t i = 0; j->spec.kind == JOIN_SINGLE && i < j->spec.rights; i++)
        making_columns(m, &j->layout[1].attributes[j->spec.right[i]], 1);
}

static const char *table_name(const struct making *m, const struct node *table)
{
    while (table->child)
        table = table->child;
    if (table->kind == NODE_VALUES)
        return "VALUES";
    struct slice name = m->l->pipeline->sources[table->source].name;
    return arena_printf(m->l->arena, "%.*s", (int)name.size, name.data);
}

static struct op *new_join(struct making *m, const struct node *n, struct joining *j, const struct node *table)
{
    static const enum join_kind kinds[] = {
        [AST_INNER] = JOIN_INNER, [AST_CROSS] = JOIN_INNER, [AST_LEFT] = JOIN_OUTER,
        [AST_RIGHT] = JOIN_OUTER, [AST_SEMI] = JOIN_SEMI,   [AST_ANTI] = JOIN_ANTI,
        [AST_FULL] = JOIN_FULL,   [AST_MARK] = JOIN_MARK,   [AST_SINGLE] = JOIN_SINGLE};
    j->spec.kind = kinds[n->join];
    j->spec.table = table_name(m, table);
    j->spec.memory_limit = m->memory_limit;
    split_conjuncts(m, n, j);
    for (unsigned k = 0; k < 2; k++) {
        m->layout = j->layout[k];
        j->spec.keys[k] = j->spec.key_count ? making_compile(m, j->keys[k], j->spec.key_count) : NULL;
    }
    m->layout = (struct layout){0};
    j->spec.left = pair_columns(m, n, j, 0, &j->spec.lefts);
    j->spec.right = pair_columns(m, n, j, 1, &j->spec.rights);
    j->spec.left_type = pair_types(m, &j->layout[0], j->spec.left, j->spec.lefts);
    j->spec.right_type = pair_types(m, &j->layout[1], j->spec.right, j->spec.rights);
    struct expr *residual = making_all(m, j->residual.at, j->residual.count);
    j->spec.condition = residual ? making_compile(m, &residual, 1) : NULL;
    join_layout(m, n, j);
    return join_new(&j->spec, m->memory);
}

enum status making_join(struct making *m, const struct node *n)
{
    struct joining j = {.residual = {0}};
    unsigned table = join_table_input(n);
    enum status s = making_node(m, node_input(n, table), n);
    struct ends ends = m->ends;
    j.layout[1] = m->layout;
    if (!s)
        s = making_node(m, node_input(n, !table), n);
    if (s)
        return s;
    j.layout[0] = m->layout;
    m->is_static = !node_streams(n);
    struct op *op = new_join(m, n, &j, node_input(n, table));
    making_chain(m, op);
    struct ends out = m->ends;
    m->ends = ends;
    making_connect(m, op, 1);
    m->ends = out;
    return STATUS_OK;
}
