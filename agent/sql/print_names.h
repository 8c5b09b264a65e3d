// Functions whose name or arguments Spark prints in another way than they were written. Private to agent/sql.
#ifndef AGENT_SQL_PRINT_NAMES_H
#define AGENT_SQL_PRINT_NAMES_H

#include "agent/sql/ast.h"
#include "ops/text.h"

struct spelling {
    const char *name;   // lower case
    uint32_t argc;      // with so many arguments; SPELLING_ANY: with any
    const char *prints; // the name printed; NULL: as it is, in lower case
    const char *extra;  // added behind the arguments: defaults that Spark fills in
    uint32_t keep;      // only so many of the arguments are printed; 0: all
};

enum { SPELLING_ANY = INT32_MAX };

// NULL: as it was written, in lower case.
const struct spelling *spelling_find(const struct ast_expr *x);

// What the binder found it to be, or what can be seen without it; NULL: nothing.
const struct type *ast_type(const struct ast_expr *x);
bool ast_has_type(const struct ast_expr *x, enum type_id id);

double literal_number(const struct value *v); // of what is no number -1
void literal_print(const struct value *v, struct text *out);

#endif
