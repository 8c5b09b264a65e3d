// CAST between all pairs Spark allows with ansi off (org.apache.spark.sql.catalyst.expressions.Cast).
#ifndef OPS_CAST_H
#define OPS_CAST_H

#include "ops/expr.h"

// The function "cast": its target is the bound type. explicit_only pairs are refused by expr_cast's implicit callers.
extern const struct function function_cast;

// A kernel for the pair, or NULL where Spark refuses it. *state is made in `arena` (zones, precision, casts of
// children).
kernel cast_find(const struct type *from, const struct type *to, const struct session *session, struct arena *arena,
                 const void **state);
// Which pairs may give NULL for what is not NULL, as Spark declares it (Cast.forceNullable, in its order).
bool cast_may_lose(const struct type *from, const struct type *to);
// Prints a value as CAST(x AS STRING) does; NULL inside nested values as "null" (or "NULL" where `pretty`: the
// console's ToPrettyString, which also prints BINARY as [31 32]). The top-level NULL prints as "null" / "NULL" too.
void value_print(const struct column *c, uint32_t row, const struct session *session, bool pretty, struct text *out);

#endif
