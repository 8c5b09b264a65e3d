// Filters on their way down; shared by predicates.c and predicates_join.c.
#ifndef AGENT_PLAN_PREDICATES_H
#define AGENT_PLAN_PREDICATES_H

#include "agent/plan/logical.h"

// `above`, conjuncts that hold over `n`, on their way down. Returns what stands in n's place.
struct node *push_down(struct logical *l, struct node *n, const struct expr_list *above);
struct node *push_join(struct logical *l, struct node *n, const struct expr_list *above);
// Spark's InferFiltersFromConstraints at joins: what both sides and the condition say together, as filters on the
// sides.
void infer_at_joins(struct logical *l, struct node *n);
// PushExtraPredicateThroughJoin: (a AND b) OR (c AND d), a and c of one side, is a OR c of it.
void extract_at_joins(struct logical *l, struct node *n);
// `x` IS NOT NULL for the columns, other than `but`, without which conjunct `x` cannot be true.
void infer_not_null(struct logical *l, struct expr *x, uint32_t but, struct expr_list *out);
// What of `filter`, right above `source`, Spark asks in its reader already; `output`: plan_read's, over whose columns
// `out` is.
void filters_for_reader(struct logical *l, const struct node *filter, const struct node *source, const int32_t *output,
                        struct expr_list *out);
// Adds it unless there is one that is the same.
void expr_list_put(struct logical *l, struct expr_list *list, struct expr *x);
// Is it NULL whenever an argument is (NullIntolerant)? A conjunct of such calls is not true for a NULL column.
bool null_intolerant(const struct expr *x);
static const uint32_t NO_ATTRIBUTE = UINT32_MAX;

#endif
