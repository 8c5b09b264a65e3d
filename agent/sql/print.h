// The name that Spark gives an expression without an alias: `count(1)`, `sum((i + 1))`, `(- i)`
// (org.apache.spark.sql.catalyst.util.toPrettySQL and Analyzer's ResolveAliases).
#ifndef AGENT_SQL_PRINT_H
#define AGENT_SQL_PRINT_H

#include "agent/sql/ast.h"
#include "ops/text.h"
#include "ops/zone.h"

// How many of a name's first parts say its table: `v.i` is printed as `i`, but a struct's `st.c` in full. Only the
// binder knows; without it all parts are taken as columns. And whether it is an alias of the same SELECT list, which is
// printed as lateralAliasReference(it).
struct ast_names {
    uint32_t (*qualifiers)(void *self, const struct ast_expr *name);
    bool (*lateral)(void *self, const struct ast_expr *name);
    void *self;
    const struct zone *zone; // the session's, that TIMESTAMP '…' is printed in
};

// Column names are printed as the query wrote them, as Spark does. What depends on types (DATE + n is `date_add(dt,
// n)`) is right once the binder has written them into the tree; the columns of explode and other generators are its
// own.
void ast_print_name(const struct ast_expr *x, struct text *out);
void ast_print_name_as(const struct ast_expr *x, const struct ast_names *names, struct text *out);
// As it stands inside something larger: `CAST(i AS STRING)` and `st.c` are not cut to `i` and `c`.
void ast_print(const struct ast_expr *x, const struct ast_names *names, struct text *out);

#endif
