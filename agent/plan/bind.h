// The binder's own shapes: one SELECT being bound, and the names it can see.
//
// A SELECT becomes, from its FROM up: WHERE, window(), aggregation, HAVING, generators, ORDER BY, LIMIT, projection.
// Everything above the aggregation is first bound over FROM's columns, with an aggregate call as a column of its own,
// and then lifted: what equals a grouping expression becomes its column, what is left over is a missing aggregation.
#ifndef AGENT_PLAN_BIND_H
#define AGENT_PLAN_BIND_H

#include "agent/plan/logical.h"
#include "agent/plan/subquery.h"
#include "ops/function.h"

enum { BIND_DEPTH_MAX = 64 }; // subqueries in subqueries

struct scope_column {
    struct slice qualifier, name; // as written
    uint32_t attribute;
    bool hidden; // the other side's column of USING: seen with its qualifier only
};

struct scope {
    struct scope_column *column;
    uint32_t count, capacity;
};

// The WITH names that can be seen, the nearest first.
struct visible {
    const struct ast_cte *cte;
    bool *used;
    const struct visible *behind; // what the query of `cte` itself can see
};

// The query around a subquery: what of its columns the subquery uses, and the attributes that stand for them there.
struct around {
    const struct context *context;
    struct expr_list columns, parameters;
};

struct binder {
    struct logical *l;
    struct error *e;
    struct around *around; // of the subquery that is being bound; NULL: none
    uint32_t depth;
    uint32_t reads; // sources named so far, each as often as it is
};

enum clause {
    CLAUSE_SELECT,
    CLAUSE_WHERE,
    CLAUSE_GROUP,
    CLAUSE_HAVING,
    CLAUSE_ORDER,
    CLAUSE_LATERAL,
    CLAUSE_ON,
    CLAUSE_WATERMARK
};

// One output of the SELECT list; `*` and generators make several.
struct item {
    struct ast_expr *ast; // its place; of a star or a generator `expr` was made with it
    struct slice name;
    bool aliased;      // the name was written with AS
    bool lateral;      // refers to an earlier item's alias
    bool generated;    // a generator's column
    bool busy;         // is being bound: a name cannot refer to itself
    struct expr *expr; // NULL: not bound yet
    uint32_t attribute;
};

struct query {
    struct binder *b;
    const struct ast_select *select;
    const struct visible *ctes;  // what its subqueries see
    struct expr_list subqueries; // calls
    struct node *node;           // what has been made so far
    struct scope scope;
    struct item *items;
    uint32_t item_count;
    // window(): one a SELECT, but it may be of another
    struct expr *inner_window;
    uint32_t inner_attribute;
    struct expr *window;
    struct ast_expr *window_ast;
    uint32_t window_attribute;
    bool grouped;
    uint64_t *sets; // ROLLUP, CUBE, GROUPING SETS; none: all keys
    uint32_t set_count;
    uint32_t set_id, set_place; // attributes: what grouping_id() gives; which set it is, where one is there twice
    struct assignment *keys;
    uint32_t key_count;
    struct aggregate_part *parts;
    uint32_t part_count, part_capacity;
    uint32_t order_count;
    struct node *generators[16]; // of the SELECT list, in order, their child not yet set
    uint32_t generator_count;
};

// The parameters of the lambdas around an expression, the nearest first: attributes that no node makes.
struct bound_lambda {
    const struct ast_expr *ast;
    const uint32_t *attribute;
    const struct bound_lambda *outer;
};

// Where an expression stands.
struct context {
    struct query *q;
    enum clause clause;
    const struct ast_expr *aggregate; // the aggregate call it is an argument of
    bool filter;                      // … or the FILTER condition of
    uint32_t aliases;                 // items whose aliases can be seen (lateral aliases; all in HAVING and ORDER BY)
    struct item *item;                // the item being bound
    const struct bound_lambda *lambda;
};

// STATUS_CONFIG with the place of an expression.
#define BIND_ERROR(b, x, ...) sql_error(&(b)->l->pipeline->query, (x)->offset, (x)->length, (b)->e, __VA_ARGS__)
// What `e` says already, with the place.
enum status bind_place(struct binder *b, const struct ast_expr *x);

void scope_add(struct binder *b, struct scope *s, struct slice qualifier, struct slice name, uint32_t attribute);
// Resolves `parts` of a name: the column, and how many parts it took. STATUS_END: no such column; STATUS_CONFIG:
// ambiguous, said.
enum status scope_find(struct binder *b, const struct scope *s, const struct ast_expr *name, uint32_t *attribute,
                       uint32_t *taken);
// [UNRESOLVED_COLUMN.WITH_SUGGESTION] with the nearest name.
enum status scope_unresolved(struct binder *b, const struct scope *s, const struct ast_expr *name);
const char *name_text(struct arena *a, const struct slice *parts, uint32_t count); // `a`.`b`

enum status bind_select(struct binder *b, const struct ast_select *ast, const struct visible *behind,
                        struct query **out);
// UNION of both sides of q->select: q->node and q->items.
enum status bind_set(struct query *q, const struct visible *ctes);
enum status bind_join(struct query *q, const struct ast_relation *r, const struct visible *ctes);
enum status bind_values(struct query *q, const struct ast_relation *r);
void bind_row(struct query *q); // without FROM
// A WATERMARK clause behind what made the scope's columns from `first` on.
enum status bind_watermark(struct query *q, const struct ast_watermark *w, uint32_t first);
enum status bind_relation(struct query *q, const struct ast_relation *r, const struct visible *ctes);
enum status bind_expr(const struct context *c, struct ast_expr *x, struct expr **out);
// `x` cast to BOOLEAN if it stands in HAVING, or is a bare NULL (which WHERE does not take); else
// [DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN].
enum status bind_condition(const struct context *c, struct ast_expr *x, struct expr **out);
// What ends a query of Spark's whatever the row: STATUS_CONFIG.
enum status bind_fails(struct binder *b, const struct ast_expr *place, const struct expr *x);
enum status bind_call(const struct context *c, struct ast_expr *x, struct expr **out);
// A call of a higher-order function.
enum status bind_lambda_call(const struct context *c, struct ast_expr *x, const struct function *f, struct expr **out);
// A name that is a lambda's parameter; STATUS_END: it is none.
enum status bind_parameter(const struct context *c, const struct ast_expr *x, struct expr **out);
// x IN (query), EXISTS (query); a query as a value.
enum status bind_subquery(const struct context *c, struct ast_expr *x, struct expr **out);
enum status bind_scalar(const struct context *c, struct ast_expr *x, struct expr **out);
// A column of the query around; STATUS_END: there is none of that name.
enum status bind_around(const struct context *c, const struct ast_expr *x, uint32_t *taken, struct expr **out);
enum status bind_aggregate(const struct context *c, struct ast_expr *x, const struct aggregate *a, struct expr **out);
enum status bind_item(struct query *q, struct item *item);
// The SELECT list: stars (over the first `columns` of the scope) and generators expanded, names given; expressions are
// bound by bind_item.
enum status bind_items(struct query *q, uint32_t columns);
// The name Spark gives a column that has no alias, behind `count` others; it may be another one once `x` is bound.
struct slice automatic_name(struct query *q, const struct item *before, uint32_t count, const struct ast_expr *x);
// Whether an argument of the function `x` is a star; expand_arguments puts the names of its columns there.
bool takes_star(struct binder *b, const struct ast_expr *x);
enum status expand_arguments(struct query *q, struct ast_expr *x);
// Binds the window() there is in `x`, if any, and makes its column known.
enum status bind_window(struct query *q, enum clause clause, struct ast_expr *x);
void window_apply(struct query *q); // puts its node on q->node
enum status bind_group(struct query *q);
// The grouping sets, once the keys are bound: key[i] is that of the expression i of GROUP BY.
enum status bind_sets(struct query *q, const uint32_t *key);
// Puts what repeats the rows below the aggregation.
void sets_apply(struct query *q, struct node *aggregate);
// grouping(x), grouping_id(…); STATUS_END: it is neither.
enum status bind_grouping(const struct context *c, struct ast_expr *x, struct expr **out);
// Does `x`, written as `ast`, carry the watermark to what is above?
bool shows_event_time(const struct query *q, const struct ast_expr *ast, const struct expr *x);
// `x`, bound over FROM's columns, over the aggregation's instead.
enum status group_lift(struct query *q, enum clause clause, const struct ast_expr *place, struct expr *x,
                       struct expr **out);
bool mentions_aggregate(const struct query *q, const struct expr *x);
bool type_has_map(const struct type *t); // it has no order: no key, no ORDER BY
bool is_generator(const struct ast_expr *x);
// A generator over q's columns: a node without child. Its columns have the aliases as names, or Spark's own.
enum status bind_generator(const struct context *c, struct ast_expr *x, const struct slice *aliases,
                           uint32_t alias_count, bool outer, struct node **out);

#endif
