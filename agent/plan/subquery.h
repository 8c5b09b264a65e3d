// Queries over tables that stand in expressions: EXISTS (…), x IN (…), (SELECT max(y) FROM t).
//
// The binder makes a call of each: of a function of its own, whose arguments are what it takes of the row (the values
// in front of IN, columns of the query around it). So a subquery goes with its expression wherever that is pushed, as
// in Catalyst. When all is where it stays, subqueries_place makes joins of them (RewritePredicateSubquery,
// RewriteCorrelatedScalarSubquery).
#ifndef AGENT_PLAN_SUBQUERY_H
#define AGENT_PLAN_SUBQUERY_H

#include "agent/plan/logical.h"
#include "ops/function.h"

enum subquery_kind { SUBQUERY_EXISTS, SUBQUERY_IN, SUBQUERY_SCALAR };

struct subquery {
    struct function function; // its own, so that calls of different subqueries differ
    enum subquery_kind kind;
    const struct ast_select *ast;
    struct node *node;     // of tables only, without what ties it to the row
    uint32_t *parameters;  // attributes that stand for the call's arguments in the conjuncts
    struct expr_list ties; // the conjuncts: of IN the equalities of its values, each `in` of them; then the others
    uint32_t in;
    bool one;        // SCALAR: an aggregation without GROUP BY, so that a row meets one row at most
    uint32_t result; // SCALAR: the attribute of its value
    // SCALAR of an aggregation without GROUP BY that is tied to the row: where nothing meets the row there is a value
    // all the same, that of no rows; `there` is then NULL
    uint32_t there;
    struct expr *of_none;
};

// The subquery that `x` is a call of; NULL: it is none.
const struct subquery *subquery_of(const struct expr *x);
bool expr_has_subquery(const struct expr *x);
// Marks what the subqueries in `x` take of the row.
void subquery_mark(const struct expr *x, bool *seen);
// What an alias of `x` is in the same SELECT list: where `x` is IN or EXISTS, its value, of which NOT is just that.
struct expr *subquery_alias(struct logical *l, struct expr *x);
// Takes the conjuncts that mention `parameters` out of the filters of sub->node, into sub->ties: what they need of it
// is handed on to its top. STATUS_CONFIG with the words where that cannot be.
enum status subquery_untie(struct logical *l, struct subquery *sub, const bool *parameters, struct error *e);
// Puts joins in the place of subqueries: before filters are pushed, of the values that are tied to the row; behind
// that, of all.
void subqueries_tie(struct logical *l);
void subqueries_place(struct logical *l);

#endif
