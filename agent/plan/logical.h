// The logical plan: what a bound query asks for, as a tree of nodes from the root down to its sources.
//
// Columns are attributes: each has one number in the whole plan, from the node that makes it to the root, and
// EXPR_COLUMN's `column` is that number until agent/plan/physical.c turns it into a place in a chunk. So a node can be
// moved without renumbering what is above it (as Catalyst's exprId does).
#ifndef AGENT_PLAN_LOGICAL_H
#define AGENT_PLAN_LOGICAL_H

#include "agent/plan/pipeline.h"
#include "agent/plan/table.h"
#include "ops/aggregate.h"
#include "ops/expr.h"
#include "ops/session.h"

enum window_kind { WINDOW_NONE, WINDOW_TIME, WINDOW_SESSION };

struct attribute {
    struct slice name;  // for people
    struct slice table; // the same: of a source's column, as the query calls the source
    const struct type *type;
    bool nullable;
    bool event_time;         // carries the watermark (EventTimeWatermark.delayKey in Spark's metadata)
    enum window_kind window; // what Spark's metadata says too (TimeWindow.marker, SessionWindow.marker)
};

enum node_kind {
    NODE_SOURCE,
    NODE_VALUES,
    NODE_UNION,
    NODE_JOIN,
    NODE_WATERMARK,
    NODE_DEDUP,
    NODE_FILTER,
    NODE_WINDOW,
    NODE_GENERATE,
    NODE_EXPAND,
    NODE_AGGREGATE,
    NODE_SORT,
    NODE_LIMIT,
    NODE_PROJECT,
};

#define ATTRIBUTE_NONE UINT32_MAX

struct assignment {
    struct expr *expr;
    uint32_t attribute;
};

struct aggregate_part {
    const struct aggregate *aggregate;
    const struct aggregate_call *call;
    struct expr **args; // cast as the aggregate wants them
    uint32_t argc;
    struct expr *filter; // NULL: none
    uint32_t attribute;
};

struct sort_key {
    struct expr *expr;
    unsigned order; // ops/key.h
};

struct node {
    enum node_kind kind;
    uint32_t offset, length; // its clause in the SQL text
    struct node *child;      // NULL: NODE_SOURCE, NODE_VALUES
    struct node *second;     // UNION, JOIN: the other input; NULL: all others

    uint32_t *attributes; // SOURCE, VALUES: one for each column of its table; WINDOW: 1; GENERATE, UNION: its columns;
                          // JOIN: those of both sides that it hands on; EXPAND: the set's id, and its place or not
    uint32_t attribute_count;
    uint32_t *from[2]; // UNION: its columns in `child`, in `second`

    uint32_t source; // SOURCE
    bool is_static;  // SOURCE: a table
    bool *wanted;    // SOURCE: columns that are asked for, set by columns_prune

    struct expr **values; // VALUES: row by row
    uint32_t rows;

    enum ast_join join; // JOIN; NATURAL and USING have become conjuncts

    uint32_t column; // WATERMARK; DEDUP: the event time, or ATTRIBUTE_NONE; JOIN, AST_MARK: what it adds
    int64_t delay;   // … and its delay
    uint32_t clock;  // WATERMARK: what it moves; those of one number are one (its place in l->clocks)
    bool within;     // DEDUP: dropDuplicatesWithinWatermark
    bool late;       // DEDUP: its late rows go, set by columns_prune

    struct expr **conjuncts; // FILTER, JOIN: all must be true
    uint32_t conjunct_count;

    struct expr *input; // WINDOW: the time, or the whole session_window(); GENERATE: the ARRAY or MAP
    int64_t size, slide, start;
    const struct function *generator;
    bool position, outer, spread; // ops/operators.h

    bool cte; // PROJECT: of a WITH query; Spark's checks do not look behind it

    uint64_t *sets; // EXPAND: grouping sets, bit k: key k is in it
    uint32_t set_count;

    struct assignment *items; // PROJECT: its columns, in order; AGGREGATE, DEDUP, EXPAND: the keys
    uint32_t item_count;
    struct aggregate_part *parts; // AGGREGATE
    uint32_t part_count;
    bool distinct; // AGGREGATE: of SELECT DISTINCT or UNION

    struct sort_key *keys; // SORT
    uint32_t key_count;

    int64_t limit, skip; // LIMIT; limit -1: OFFSET alone
};

struct logical {
    struct arena *arena;
    const struct session *session;
    const struct pipeline *pipeline;
    struct source_table *tables; // one a source of the pipeline
    struct attribute *attributes;
    uint32_t attribute_count, attribute_capacity;
    struct node *root; // a NODE_PROJECT
    uint32_t clocks;   // a number greater than each WATERMARK's
    // lateRows: the node that drops them, which gets all columns of its source for that; NULL: no row is ever late
    const struct node *late, *late_source;
    const struct field *fields; // of the result
};

uint32_t attribute_add(struct logical *l, struct slice name, const struct type *type, bool nullable, bool event_time);
struct expr *attribute_expr(const struct logical *l, uint32_t attribute);
struct node *node_new(struct logical *l, enum node_kind kind, struct node *child, uint32_t offset, uint32_t length);
// `conjuncts` on `child`, or `child` itself if there are none.
struct node *node_filter(struct logical *l, struct node *child, struct expr *const *conjuncts, uint32_t count);
// How many nodes of that kind there are, without those of the tables that are joined.
uint32_t node_count(const struct node *n, enum node_kind kind);
bool node_streams(const struct node *n);              // is one of its sources no table?
const struct node *node_stream(const struct node *n); // the first of them, where there is one
// JOIN: the input that is held in memory, `child` (0) or `second` (1); the rows of the other one go through.
unsigned join_table_input(const struct node *n);
static inline struct node *node_input(const struct node *n, unsigned which)
{
    return which ? n->second : n->child;
}
// Marks in `made` the attributes that there are in the tree.
void node_mark_made(const struct node *n, bool *made);
// Is it an equality of something of one side and something of the other? sides[0]: what is made of `left`'s attributes.
bool conjunct_is_key(const struct logical *l, const struct expr *x, const bool *left, const bool *right,
                     struct expr *sides[2]);
// Does `x` read no other attributes?
bool mentions_only(const struct logical *l, const struct expr *x, const bool *allowed);
bool expr_is_constant(const struct expr *x); // no column, no draw, no subquery
// Value of a constant expression, computed as a query would; of an ARRAY, STRUCT, MAP only whether it is NULL.
struct value constant_value(const struct logical *l, const struct expr *x);

// Expressions, as a growing list in the plan's arena.
struct expr_list {
    struct expr **at;
    uint32_t count, capacity;
};
void expr_list_add(struct logical *l, struct expr_list *list, struct expr *x);
// Adds the conjuncts of `x`: a AND b is two; NOT (a OR b) is NOT a, NOT b; what both sides of an OR have in common is
// one of its own; TRUE is none.
void conjuncts_split(struct logical *l, struct expr *x, struct expr_list *out);
struct expr *conjuncts_join(struct logical *l, const struct expr_list *list);
// Calls the function of that name; it must exist and take the arguments.
struct expr *call_named(const struct logical *l, const char *name, struct expr *const *args, uint32_t argc);
bool expr_is_call(const struct expr *x, const char *name);
bool window_is_session(const struct node *n); // of a NODE_WINDOW
// The key of an aggregation that is a session, or -1.
int32_t aggregate_session_key(const struct logical *l, const struct node *n);
// Does it carry the watermark: a bare column that does, or window_time of one?
bool carries_event_time(const struct logical *l, const struct expr *x);
enum window_kind window_of(const struct logical *l, const struct expr *x); // of a bare column
bool expr_mentions(const struct expr *x, uint32_t attribute);
bool expr_mentions_any(const struct expr *x, const uint32_t *attributes, uint32_t count);
// Marks in `seen` (one entry an attribute) what `x` reads; returns how many columns it mentions.
uint32_t expr_mark(const struct expr *x, bool *seen);
// `x` with each column for which by[c] is not NULL replaced.
struct expr *expr_replace(struct logical *l, const struct expr *x, struct expr *const *by);
// Equal, operands of a commutative operator in any order (Catalyst's semanticEquals).
bool expr_same(const struct expr *x, const struct expr *y);
// Columns by name, functions as calls. For the fingerprint: the text of an expression is always the same.
void expr_print(const struct logical *l, const struct expr *x, struct text *out);
// For a person; `qualified`: columns of a source as t.k.
void expr_show(const struct logical *l, const struct expr *x, bool qualified, struct text *out);

// Binds pipeline->query: names, types, aggregates. Sets l->root and l->fields.
enum status query_bind(struct logical *l, struct error *e);
// What Spark refuses of a streaming query in this output mode (UnsupportedOperationChecker), and what we have not.
enum status modes_check(const struct logical *l, struct error *e);
// The same of the tables of a query in an expression.
enum status modes_check_table(const struct logical *l, const struct node *table, struct error *e);
// Leaves out what constants decide: NULL + x is NULL, if(true, x, y) is x. What only stood there is not read.
void expressions_simplify(struct logical *l);
// Moves filters down as Spark's optimiser does: a row that is filtered below the watermark does not move it.
void predicates_push(struct logical *l);
// lateRows: finds what drops them. STATUS_CONFIG where it cannot be said which rows those are.
enum status late_rows_find(struct logical *l, struct error *e);
// Joins adjacent projections, drops what nobody asks for, marks the columns each source must read.
void columns_prune(struct logical *l);

#endif
