// What the functions with a regular expression share. Private to ops/fn_regex*.c.
#ifndef OPS_REGEX_CALL_H
#define OPS_REGEX_CALL_H

#include "ops/function.h"
#include "ops/regex.h"

enum { REGEX_GROUPS_MAX = 100 };

// The pattern, argument 1, which must be a literal; a NULL one is empty.
enum status regex_literal(struct binding *b, struct slice *pattern, struct error *e);

#endif
