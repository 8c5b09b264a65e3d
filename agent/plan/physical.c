// The operators of a plan, made anew for a run: attributes become places in chunks.
#include "agent/plan/physical.h"

#include "ops/function.h"

#include <assert.h>

static const uint32_t PLACE_NONE = UINT32_MAX; // not in the chunk

// The columns of the chunks at some point of the tree.
struct layout {
    uint32_t *attributes;
    uint32_t count;
};

// What pushes to the operator that is made next: operators, or sources.
struct end {
    struct op **op;
    unsigned *input;
};
struct ends {
    struct end at[PLAN_READS];
    uint32_t count;
};

struct making {
    const struct logical *l;
    const struct state *(*state)(void *self, const char *part);
    void *self;
    size_t memory_limit;
    struct memory *memory;
    struct plan_run *run;
    struct arena scratch;
    struct layout layout; // of what comes out of `ends`
    struct ends ends;
    bool is_static; // what is made now works on tables only
    uint32_t aggregates, limits, sessions, dedups;
    struct error *e;
};

static uint32_t *places(struct making *m)
{
    uint32_t count = m->l->attribute_count;
    uint32_t *map = ARENA_ARRAY(&m->scratch, uint32_t, count + 1);
    memset(map, 0xff, (count + 1) * sizeof(*map));
    for (uint32_t i = 0; i < m->layout.count; i++)
        if (map[m->layout.attributes[i]] == PLACE_NONE)
            map[m->layout.attributes[i]] = i;
    return map;
}

static struct program *compile(struct making *m, struct expr *const *roots, uint32_t count)
{
    const uint32_t *map = places(m);
    const struct expr **mapped = ARENA_ARRAY(&m->scratch, const struct expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        mapped[i] = expr_remap(&m->scratch, roots[i], map);
    return program_compile(mapped, count, m->l->session, m->memory);
}

// All that is open goes into `op`.
static void connect(struct making *m, struct op *op, unsigned input)
{
    for (uint32_t i = 0; i < m->ends.count; i++) {
        *m->ends.at[i].op = op;
        *m->ends.at[i].input = input;
    }
    m->ends.count = 0;
}

static void add_operator(struct making *m, struct op *op)
{
    assert(m->run->all_count < PLAN_OPERATORS); // plan_make has counted
    m->run->is_static[m->run->all_count] = m->is_static;
    m->run->all[m->run->all_count++] = op;
}

static void chain(struct making *m, struct op *op)
{
    add_operator(m, op);
    connect(m, op, 0);
    m->ends.at[m->ends.count++] = (struct end){&op->next, &op->next_input};
}

static void append_columns(struct making *m, const uint32_t *attributes, uint32_t count)
{
    uint32_t before = m->layout.count;
    uint32_t *grown = ARENA_ARRAY(&m->scratch, uint32_t, before + count + 1);
    if (before)
        memcpy(grown, m->layout.attributes, before * sizeof(*grown));
    if (count)
        memcpy(grown + before, attributes, count * sizeof(*grown));
    m->layout = (struct layout){grown, before + count};
}

static void make_source(struct making *m, const struct node *n)
{
    uint32_t read = m->run->entry_count++;
    m->run->entry[read].made = m->run->all_count;
    m->layout = (struct layout){0};
    for (uint32_t i = 0; i < n->attribute_count; i++)
        if (n->wanted[i])
            append_columns(m, &n->attributes[i], 1);
    m->ends.at[0] = (struct end){&m->run->entry[read].op, &m->run->entry[read].input};
    m->ends.count = 1;
}

static void make_watermark(struct making *m, const struct node *n)
{
    uint32_t place = places(m)[n->column];
    assert(place != PLACE_NONE);
    const struct node *source = n;
    while (source->kind != NODE_SOURCE)
        source = source->child;
    int64_t future = m->l->pipeline->sources[source->source].max_future;
    struct op *op = watermark_new(place, n->delay, future, m->memory);
    chain(m, op);
    uint32_t k = m->run->watermark_count++;
    m->run->watermark[k].op = op;
    m->run->watermark[k].source = source->source;
    m->run->watermark[k].clock = n->clock;
}

// NULL: there are none.
static struct expr *all_of(struct making *m, struct expr *const *conjuncts, uint32_t count)
{
    struct expr *all = count ? conjuncts[0] : NULL;
    for (uint32_t i = 1; i < count; i++) {
        struct expr *pair[2] = {all, conjuncts[i]};
        const struct function *both = function_find(SLICE("and"));
        enum status s = expr_call(&m->scratch, m->l->session, both, pair, 2, &all, NULL);
        assert(s == STATUS_OK);
        (void)s;
    }
    return all;
}

static void make_filter(struct making *m, const struct node *n)
{
    struct expr *all = all_of(m, n->conjuncts, n->conjunct_count);
    chain(m, filter_new(compile(m, &all, 1), m->memory));
}

// The sessions of single rows, as one more column.
static void make_session_rows(struct making *m, const struct node *n)
{
    uint32_t count = m->layout.count;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct attribute *a = &m->l->attributes[m->layout.attributes[i]];
        roots[i] = expr_column(&m->scratch, m->layout.attributes[i], a->type, a->nullable);
    }
    roots[count] = n->input;
    chain(m, project_new(compile(m, roots, count + 1), count + 1, m->memory));
    append_columns(m, n->attributes, n->attribute_count);
}

static void make_window(struct making *m, const struct node *n)
{
    if (window_is_session(n)) {
        make_session_rows(m, n);
        return;
    }
    struct window_spec spec = {.time = compile(m, &n->input, 1),
                               .time_type = n->input->type,
                               .size = n->size,
                               .slide = n->slide,
                               .start = n->start};
    chain(m, window_new(&spec, m->memory));
    append_columns(m, n->attributes, n->attribute_count);
}

static void make_generate(struct making *m, const struct node *n)
{
    struct generate_spec spec = {.list = compile(m, &n->input, 1),
                                 .list_type = n->input->type,
                                 .position = n->position,
                                 .outer = n->outer,
                                 .spread = n->spread};
    chain(m, generate_new(&spec, m->memory));
    append_columns(m, n->attributes, n->attribute_count);
}

int32_t aggregate_time_key(const struct logical *l, const struct node *n)
{
    for (uint32_t i = 0; i < n->item_count; i++)
        if (l->attributes[n->items[i].attribute].event_time)
            return (int32_t)i;
    return -1;
}

static void aggregate_inputs(struct making *m, const struct node *n, struct expr_list *inputs,
                             struct aggregate_item *items)
{
    struct logical scratch = {.arena = &m->scratch};
    for (uint32_t i = 0; i < n->item_count; i++)
        expr_list_add(&scratch, inputs, n->items[i].expr);
    for (uint32_t i = 0; i < n->part_count; i++) {
        const struct aggregate_part *p = &n->parts[i];
        items[i] = (struct aggregate_item){.call = p->call, .first_arg = inputs->count, .filter = -1};
        for (uint32_t k = 0; k < p->argc; k++)
            expr_list_add(&scratch, inputs, p->args[k]);
        if (p->filter) {
            items[i].filter = (int32_t)inputs->count;
            expr_list_add(&scratch, inputs, p->filter);
        }
    }
}

static enum status find_state(struct making *m, const char *kind, uint32_t number, const struct state **out)
{
    const char *part = number ? arena_printf(&m->scratch, "%s%u", kind, number + 1) : kind;
    *out = m->state(m->self, part);
    return *out ? STATUS_OK : error_set(m->e, STATUS_FAILED, "the checkpoint gives no state for %s", part);
}

static void aggregate_layout(struct making *m, const struct node *n)
{
    m->layout = (struct layout){0};
    for (uint32_t i = 0; i < n->item_count; i++)
        append_columns(m, &n->items[i].attribute, 1);
    for (uint32_t i = 0; i < n->part_count; i++)
        append_columns(m, &n->parts[i].attribute, 1);
}

static struct op *session_of(const struct making *m, const struct node *n, const struct aggregate_spec *a)
{
    uint32_t key = (uint32_t)aggregate_session_key(m->l, n);
    struct session_spec spec = {.inputs = a->inputs,
                                .key_count = a->key_count,
                                .key_type = a->key_type,
                                .session_key = key,
                                .timed = m->l->attributes[n->items[key].attribute].event_time,
                                .items = a->items,
                                .item_count = a->item_count,
                                .mode = a->mode,
                                .state = a->state,
                                .memory_limit = a->memory_limit};
    return session_new(&spec, m->memory);
}

// The rows that `op`, made of `n` on what is laid out now, drops as late.
static void attach_late(struct making *m, const struct node *n, struct op *op)
{
    const struct node *source = m->l->late_source;
    if (n != m->l->late)
        return;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, source->attribute_count + 1);
    for (uint32_t i = 0; i < source->attribute_count; i++) {
        const struct attribute *a = &m->l->attributes[source->attributes[i]];
        roots[i] = expr_column(&m->scratch, source->attributes[i], a->type, a->nullable);
    }
    struct program *columns = compile(m, roots, source->attribute_count);
    op->late = m->run->late = project_new(columns, source->attribute_count, m->memory);
    add_operator(m, op->late);
}

static enum status make_aggregate(struct making *m, const struct node *n)
{
    const struct state *state = NULL;
    bool session = aggregate_session_key(m->l, n) >= 0;
    enum status s = STATUS_OK;
    if (!m->is_static)
        s = session ? find_state(m, "session", m->sessions++, &state)
                    : find_state(m, "aggregate", m->aggregates++, &state);
    if (s)
        return s;
    struct expr_list inputs = {0};
    // what a spec points to stays as long as the plan
    struct aggregate_item *items = ARENA_ARRAY(m->l->arena, struct aggregate_item, n->part_count + 1);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, n->item_count + 1);
    aggregate_inputs(m, n, &inputs, items);
    for (uint32_t i = 0; i < n->item_count; i++)
        types[i] = n->items[i].expr->type;
    struct aggregate_spec spec = {.inputs = compile(m, inputs.at, inputs.count),
                                  .key_count = n->item_count,
                                  .key_type = types,
                                  .time_key = aggregate_time_key(m->l, n),
                                  .items = items,
                                  .item_count = n->part_count,
                                  .mode = m->is_static ? OUTPUT_UPDATE : m->l->pipeline->mode,
                                  .state = state,
                                  .memory_limit = m->memory_limit};
    struct op *op = session ? session_of(m, n, &spec) : aggregate_new(&spec, m->memory);
    attach_late(m, n, op);
    chain(m, op);
    aggregate_layout(m, n);
    return STATUS_OK;
}

static enum status make_dedup(struct making *m, const struct node *n)
{
    const struct state *state;
    enum status s = find_state(m, "dedup", m->dedups++, &state);
    if (s)
        return s;
    struct logical scratch = {.arena = &m->scratch};
    struct expr_list inputs = {0};
    const struct type **types = ARENA_ARRAY(&m->scratch, const struct type *, n->item_count);
    struct dedup_spec spec = {.key_count = n->item_count,
                              .key_type = types,
                              .time = -1,
                              .time_key = -1,
                              .within = n->within,
                              .delay = n->delay,
                              .state = state};
    for (uint32_t i = 0; i < n->item_count; i++) {
        expr_list_add(&scratch, &inputs, n->items[i].expr);
        types[i] = n->items[i].expr->type;
        if (n->items[i].attribute == n->column)
            spec.time = spec.time_key = (int32_t)i;
    }
    if (n->late && spec.time < 0) {
        const struct attribute *a = &m->l->attributes[n->column];
        spec.time = (int32_t)inputs.count;
        expr_list_add(&scratch, &inputs, expr_column(&m->scratch, n->column, a->type, a->nullable));
    }
    spec.inputs = compile(m, inputs.at, inputs.count);
    struct op *op = dedup_new(&spec, m->memory);
    attach_late(m, n, op);
    chain(m, op);
    return STATUS_OK;
}

static void make_sort(struct making *m, const struct node *n, int64_t limit)
{
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->key_count);
    unsigned *order = ARENA_ARRAY(m->l->arena, unsigned, n->key_count);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, m->layout.count + 1);
    for (uint32_t i = 0; i < n->key_count; i++) {
        roots[i] = n->keys[i].expr;
        order[i] = n->keys[i].order;
    }
    for (uint32_t i = 0; i < m->layout.count; i++)
        types[i] = m->l->attributes[m->layout.attributes[i]].type;
    struct sort_spec spec = {.keys = compile(m, roots, n->key_count),
                             .order = order,
                             .key_count = n->key_count,
                             .column_type = types,
                             .columns = m->layout.count,
                             .limit = limit};
    chain(m, sort_new(&spec, m->memory));
}

// Over the life of the query, unless each batch is a whole result (SparkStrategies: StreamingGlobalLimit).
bool limit_is_stateful(const struct logical *l, const struct node *n)
{
    return node_streams(n) && (l->pipeline->mode == OUTPUT_APPEND || node_count(n->child, NODE_AGGREGATE) == 0);
}

static enum status make_limit(struct making *m, const struct node *n)
{
    bool stateful = limit_is_stateful(m->l, n);
    const struct state *state = NULL;
    enum status s = stateful ? find_state(m, "limit", m->limits++, &state) : STATUS_OK;
    if (!s && !(n->child->kind == NODE_SORT && !stateful && n->skip == 0)) // else the sort keeps to it
        chain(m, limit_new(n->limit, n->skip, state, m->memory));
    return s;
}

static void make_columns(struct making *m, struct expr *const *roots, const uint32_t *attributes, uint32_t count)
{
    const uint32_t *map = places(m);
    bool identity = count == m->layout.count;
    for (uint32_t i = 0; i < count; i++)
        identity = identity && roots[i]->kind == EXPR_COLUMN && map[roots[i]->column] == i;
    if (!identity)
        chain(m, project_new(compile(m, roots, count), count, m->memory));
    m->layout = (struct layout){0};
    append_columns(m, attributes, count);
}

static void make_project(struct making *m, const struct node *n)
{
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->item_count + 1);
    uint32_t *attributes = ARENA_ARRAY(&m->scratch, uint32_t, n->item_count + 1);
    for (uint32_t i = 0; i < n->item_count; i++) {
        roots[i] = n->items[i].expr;
        attributes[i] = n->items[i].attribute;
    }
    make_columns(m, roots, attributes, n->item_count);
}

static int64_t sort_limit(const struct logical *l, const struct node *above)
{
    bool limited = above && above->kind == NODE_LIMIT && above->limit >= 0 && !limit_is_stateful(l, above);
    return limited && above->limit <= INT64_MAX - above->skip ? above->limit + above->skip : -1;
}

static enum status make(struct making *m, const struct node *n, const struct node *above);

// One of its inputs, its columns those of the union in their order.
static enum status make_branch(struct making *m, const struct node *n, uint32_t which)
{
    enum status s = make(m, which ? n->second : n->child, n);
    if (s)
        return s;
    struct expr **roots = ARENA_ARRAY(&m->scratch, struct expr *, n->attribute_count + 1);
    for (uint32_t i = 0; i < n->attribute_count; i++) {
        const struct attribute *a = &m->l->attributes[n->from[which][i]];
        roots[i] = expr_column(&m->scratch, n->from[which][i], a->type, a->nullable);
    }
    make_columns(m, roots, n->attributes, n->attribute_count);
    return STATUS_OK;
}

// No operator: both inputs go on to what is above.
static enum status make_union(struct making *m, const struct node *n)
{
    enum status s = make_branch(m, n, 0);
    struct ends first = m->ends;
    if (!s)
        s = make_branch(m, n, 1);
    for (uint32_t i = 0; !s && i < first.count; i++)
        m->ends.at[m->ends.count++] = first.at[i];
    return s;
}

// ---- joins

struct joining {
    struct join_spec spec;
    struct layout layout[2];   // of what goes through, of the table
    struct expr **keys[2];     // of each
    struct expr_list residual; // what is asked of pairs
};

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
    for (uint32_t i = 0; i < n->conjunct_count; i++) {
        struct expr *sides[2];
        if (!conjunct_is_key(m->l, n->conjuncts[i], has[0], has[1], sides)) {
            expr_list_add(&scratch, &j->residual, n->conjuncts[i]);
            continue;
        }
        uint32_t k = j->spec.key_count++;
        j->keys[0][k] = sides[0];
        j->keys[1][k] = sides[1];
        types[k] = sides[0]->type;
        null_safe[k] = expr_is_call(n->conjuncts[i], "<=>");
    }
    j->spec.key_type = types;
    j->spec.null_safe = null_safe;
}

// Which columns of a side go into the pairs: those the join hands on, or, if it hands on no pairs, those of the
// residual.
static uint32_t *pair_columns(struct making *m, const struct node *n, struct joining *j, unsigned side, uint32_t *count)
{
    bool pairs = j->spec.kind == JOIN_INNER || j->spec.kind == JOIN_OUTER;
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
            append_columns(m, &from->attributes[i], 1);
            places[(*count)++] = i;
        }
    return places;
}

static const char *table_name(const struct making *m, const struct node *table)
{
    while (table->child)
        table = table->child;
    struct slice name = m->l->pipeline->sources[table->source].name;
    return arena_printf(m->l->arena, "%.*s", (int)name.size, name.data);
}

static struct op *new_join(struct making *m, const struct node *n, struct joining *j, const struct node *table)
{
    static const enum join_kind kinds[] = {[AST_INNER] = JOIN_INNER, [AST_CROSS] = JOIN_INNER, [AST_LEFT] = JOIN_OUTER,
                                           [AST_RIGHT] = JOIN_OUTER, [AST_SEMI] = JOIN_SEMI,   [AST_ANTI] = JOIN_ANTI};
    j->spec.kind = kinds[n->join];
    j->spec.table = table_name(m, table);
    j->spec.memory_limit = m->memory_limit;
    split_conjuncts(m, n, j);
    for (unsigned k = 0; k < 2; k++) {
        m->layout = j->layout[k];
        j->spec.keys[k] = j->spec.key_count ? compile(m, j->keys[k], j->spec.key_count) : NULL;
    }
    m->layout = (struct layout){0};
    j->spec.left = pair_columns(m, n, j, 0, &j->spec.lefts);
    j->spec.right = pair_columns(m, n, j, 1, &j->spec.rights);
    const struct type **types = ARENA_ARRAY(m->l->arena, const struct type *, j->spec.rights + 1);
    for (uint32_t i = 0; i < j->spec.rights; i++)
        types[i] = m->l->attributes[j->layout[1].attributes[j->spec.right[i]]].type;
    j->spec.right_type = types;
    struct expr *residual = all_of(m, j->residual.at, j->residual.count);
    j->spec.condition = residual ? compile(m, &residual, 1) : NULL;
    if (j->spec.kind == JOIN_SEMI || j->spec.kind == JOIN_ANTI)
        m->layout = j->layout[0];
    return join_new(&j->spec, m->memory);
}

static enum status make_join(struct making *m, const struct node *n)
{
    struct joining j = {.residual = {0}};
    unsigned table = join_table_input(n);
    enum status s = make(m, node_input(n, table), n);
    struct ends ends = m->ends;
    j.layout[1] = m->layout;
    if (!s)
        s = make(m, node_input(n, !table), n);
    if (s)
        return s;
    j.layout[0] = m->layout;
    m->is_static = !node_streams(n);
    struct op *op = new_join(m, n, &j, node_input(n, table));
    chain(m, op);
    struct ends out = m->ends;
    m->ends = ends;
    connect(m, op, 1);
    m->ends = out;
    return STATUS_OK;
}

static enum status make(struct making *m, const struct node *n, const struct node *above)
{
    if (n->kind == NODE_UNION)
        return make_union(m, n);
    if (n->kind == NODE_JOIN)
        return make_join(m, n);
    if (n->child) {
        enum status s = make(m, n->child, n);
        if (s)
            return s;
    }
    m->is_static = !node_streams(n);
    switch (n->kind) {
    case NODE_SOURCE:
        make_source(m, n);
        break;
    case NODE_UNION:
    case NODE_JOIN:
        break;
    case NODE_WATERMARK:
        make_watermark(m, n);
        break;
    case NODE_DEDUP:
        return make_dedup(m, n);
    case NODE_FILTER:
        make_filter(m, n);
        break;
    case NODE_WINDOW:
        make_window(m, n);
        break;
    case NODE_GENERATE:
        make_generate(m, n);
        break;
    case NODE_AGGREGATE:
        return make_aggregate(m, n);
    case NODE_SORT:
        make_sort(m, n, sort_limit(m->l, above));
        break;
    case NODE_LIMIT:
        return make_limit(m, n);
    case NODE_PROJECT:
        make_project(m, n);
        break;
    }
    return STATUS_OK;
}

enum status physical_make(const struct logical *l, const struct state *(*state)(void *self, const char *part),
                          void *self, struct op *collector, size_t memory_limit, struct memory *memory,
                          struct plan_run *out, struct error *e)
{
    *out = (struct plan_run){0};
    struct making m = {
        .l = l, .state = state, .self = self, .memory_limit = memory_limit, .memory = memory, .run = out, .e = e};
    arena_init(&m.scratch, memory, 16384);
    enum status s = make(&m, l->root, NULL);
    arena_free(&m.scratch);
    if (s) {
        plan_stop(out);
        return s;
    }
    connect(&m, collector, 0);
    return STATUS_OK;
}

enum status plan_open_tables(struct plan_run *run, const struct batch *batch, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (run->is_static[i])
            s = op_open(run->all[i], batch, e);
    return s;
}

// What was made between this table and the next source has all of its input now.
enum status plan_close_table(struct plan_run *run, uint32_t read, struct error *e)
{
    uint32_t end = read + 1 < run->entry_count ? run->entry[read + 1].made : run->all_count;
    enum status s = STATUS_OK;
    for (uint32_t i = run->entry[read].made; s == STATUS_OK && i < end; i++)
        if (run->is_static[i])
            s = op_close(run->all[i], e);
    return s;
}

enum status plan_open_batch(struct plan_run *run, struct op *collector, const struct batch *batch, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (!run->is_static[i])
            s = op_open(run->all[i], batch, e);
    return s == STATUS_OK ? op_open(collector, batch, e) : s;
}

enum status plan_close_batch(struct plan_run *run, struct op *collector, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < run->all_count; i++)
        if (!run->is_static[i])
            s = op_close(run->all[i], e);
    return s == STATUS_OK ? op_close(collector, e) : s;
}

void plan_stop(struct plan_run *run)
{
    for (uint32_t i = 0; i < run->all_count; i++) {
        run->all[i]->next = NULL; // op_destroy would go on to the collector
        op_destroy(run->all[i]);
    }
    *run = (struct plan_run){0};
}
