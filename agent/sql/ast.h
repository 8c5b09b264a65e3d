// What the parser makes of a text: the query as it was written, nothing resolved. All of it lives in one arena; names
// are slices of the text or of the arena. Each node knows where it stands, for messages.
#ifndef AGENT_SQL_AST_H
#define AGENT_SQL_AST_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/type.h"
#include "ops/value.h"

#include <stdbool.h>
#include <stdint.h>

struct ast_select;

enum ast_kind {
    AST_LITERAL,  // value
    AST_NAME,     // parts: a, t.a, t.a.b
    AST_STAR,     // *, t.*: parts; EXCEPT (…): args
    AST_CALL,     // name(args); operators too: "+", "and", "case", "between" …
    AST_CAST,     // CAST(args[0] AS type), TRY_CAST: `lenient`
    AST_LAMBDA,   // x -> …, (x, y) -> …: parts are the parameters, args[0] the body
    AST_SUBQUERY, // (SELECT …) as a value; EXISTS and IN are calls that have `subquery`
    AST_INTERVAL, // value: its type has the units it was written in
};

// A tree is never higher than this (balanced AND and OR chains; a message else), so that walkers may recurse.
enum { AST_HEIGHT_MAX = 2000, AST_NODES_MAX = 1000000 };

struct ast_expr {
    enum ast_kind kind;
    uint32_t offset, length; // in the SQL text
    struct value value;
    struct slice name; // AST_CALL: as written; operators in lower case
    struct slice *parts;
    uint32_t part_count;
    struct ast_expr **args;
    uint32_t argc;
    const struct type *type;     // AST_CAST
    struct ast_select *subquery; // AST_SUBQUERY; AST_CALL: "exists" of it, "in" of args[0] and it
    struct ast_expr *filter;     // AST_CALL: FILTER (WHERE …)
    bool distinct;               // AST_CALL: count(DISTINCT x)
    bool star;                   // AST_CALL: count(*)
    bool lenient;                // AST_CAST: TRY_CAST
    bool fields;                 // AST_CALL: (a, b), struct(a, b), which IN (query) takes as so many values
    bool over;                   // AST_CALL with OVER (…): refused by the binder
    bool ignore_nulls;           // AST_CALL with IGNORE NULLS: its last argument is TRUE
    const struct type *bound;    // what the binder found it to be; NULL: not bound
    // How it was written, for the name Spark gives it (agent/sql/print.h) and for the binder:
    bool symbol;  // AST_CALL: `- x`, not negative(x); struct(x AS a) that became "named_struct". AST_CAST: int(x).
                  // AST_NAME: a field that st.* stands for. AST_LITERAL: the name of a struct's field, written with AS
    bool between; // AST_CALL "and" of ">=" and "<=" that was x BETWEEN a AND b
    bool typed;   // AST_CAST: TIMESTAMP '…', `value` once it is bound; NULL is an error: [INVALID_TYPED_LITERAL]
    const char *each;    // AST_CALL that was x LIKE ANY ('a', 'b'): "likeany", "notlikeall" …
    uint32_t parameters; // a value where a function takes a lambda of so many parameters (the binder's word)
    uint32_t height;     // of the tree beneath, 1 for a leaf
    uint32_t nodes;      // in it, each as often as a walker meets it: CASE x WHEN …, BETWEEN share their x
};

struct ast_item {
    struct ast_expr *expr;
    struct slice alias;    // size 0: none
    struct slice *aliases; // AS (a, b) of a generator
    uint32_t alias_count;
};

enum ast_relation_kind { AST_TABLE, AST_DERIVED, AST_VALUES, AST_JOIN, AST_LATERAL };
enum ast_join {
    AST_INNER,
    AST_CROSS,
    AST_LEFT,
    AST_RIGHT,
    AST_FULL,
    AST_SEMI,
    AST_ANTI,
    // what subqueries become, not written: all left rows, with one column more (does it meet a row?); LEFT whose rows
    // meet one at most
    AST_MARK,
    AST_SINGLE,
};

// WATERMARK time [AS name] DELAY OF INTERVAL …
struct ast_watermark {
    uint32_t offset, length;
    uint32_t number; // of the query's, from 0
    struct ast_expr *time;
    struct slice name; // size 0: none
    int64_t delay;     // microseconds
};

struct ast_relation {
    enum ast_relation_kind kind;
    uint32_t offset, length;
    struct slice name, alias; // AST_TABLE, AST_DERIVED, AST_VALUES, AST_LATERAL
    struct slice *columns;    // t(a, b), LATERAL VIEW … AS a, b
    uint32_t column_count;
    struct ast_select *query; // AST_DERIVED
    struct ast_expr **rows;   // AST_VALUES: each (a, b) or a
    uint32_t row_count;
    struct ast_relation *left, *right; // AST_JOIN; AST_LATERAL: left, NULL without a FROM
    enum ast_join join;
    struct ast_expr *on;
    struct slice *using; // USING (a, b)
    uint32_t using_count;
    bool natural;
    struct ast_expr *generator;      // AST_LATERAL
    bool outer;                      // LATERAL VIEW OUTER
    bool stream;                     // AST_TABLE: STREAM t
    struct ast_watermark *watermark; // of any kind; NULL: none
};

struct ast_order {
    struct ast_expr *expr;
    bool descending, nulls_given, nulls_last;
};

// GROUP BY a, ROLLUP (b, (c, d)), GROUPING SETS ((a), CUBE (b), ())
enum ast_grouping_kind { GROUPING_KEY, GROUPING_SET, GROUPING_ROLLUP, GROUPING_CUBE, GROUPING_SETS };

struct ast_grouping {
    enum ast_grouping_kind kind;
    struct ast_expr *key;       // GROUPING_KEY: one of ast_select's `group`
    struct ast_grouping *parts; // the others
    uint32_t count;
};

struct ast_cte {
    struct slice name;
    struct slice *columns;
    uint32_t column_count;
    struct ast_select *query;
};

enum ast_set { AST_NONE, AST_UNION_ALL, AST_UNION, AST_EXCEPT, AST_INTERSECT };

struct ast_select {
    uint32_t offset, length;
    struct ast_cte *ctes;
    uint32_t cte_count;
    // a set operation has left and right, and then only order and limit
    enum ast_set set;
    struct ast_select *left, *right;
    bool distinct;
    struct ast_item *items;
    uint32_t item_count;
    struct ast_relation *from; // NULL: no FROM
    struct ast_expr *where, *having;
    struct ast_expr **group; // all that the grouping sets mention
    uint32_t group_count;
    bool group_all;                // GROUP BY ALL
    struct ast_grouping *grouping; // ROLLUP, CUBE, GROUPING SETS, and what stands beside them; none: plain keys
    uint32_t grouping_count;
    struct ast_order *order;
    uint32_t order_count;
    struct ast_expr *limit, *offset_rows; // LIMIT ALL is NULL
};

#endif
