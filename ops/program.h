// A flat program: expressions compiled to a list of kernel calls over registers, each register a column.
//
// Equal sub-expressions are computed once; a register is used again when its last reader is done. Constants are columns
// of one value. There is no tree to walk and no branch a row.
#ifndef OPS_PROGRAM_H
#define OPS_PROGRAM_H

#include "ops/expr.h"

struct program;

// `roots` are copied as far as needed; all memory comes from `memory`. Cannot fail (binding did).
struct program *program_compile(const struct expr *const *roots, uint32_t count, const struct session *session,
                                struct memory *memory);
// Runs over rows of `in`; result k is in program_result(p, k) until the next run. A result that is a bare column of the
// input is that column itself. Rows outside `rows` are unspecified.
void program_run(struct program *p, const struct chunk *in, const struct rows *rows);
struct column *program_result(const struct program *p, uint32_t k);
uint32_t program_length(const struct program *p); // calls a run, for explain and tests
void program_free(struct program *p);             // NULL is fine

#endif
