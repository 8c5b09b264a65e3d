// A bound expression: names resolved, types known, casts explicit. Made by agent/plan in the plan's arena; compiled to
// a program (ops/program.h) to be run.
#ifndef OPS_EXPR_H
#define OPS_EXPR_H

#include "ops/chunk.h"
#include "ops/session.h"
#include "ops/status.h"
#include "ops/value.h"

struct function;
struct lambda;     // ops/lambda.h
struct lambda_run; // one that is compiled, with its buffers

// One call of a kernel, as the kernel sees it.
struct call {
    struct column *out; // CHUNK_ROWS rows; nulls and data unspecified. The kernel sets both for every row of `rows`.
                        // A kernel of a function that says FUNCTION_BORROWS may point out's data (and children) at
                        // an input's instead: they live as long.
    const struct column *const *in;
    uint32_t argc;
    const void *state;                // what bind prepared; NULL if nothing
    struct arena *arena;              // the chunk's: for strings, spans' elements, scratch
    const struct session *session;    // now and batch id are those of the batch
    struct lambda_run *const *lambda; // of a higher-order function: its lambdas, to be run by lambda_eval
};

// Evaluates the call for the given rows. Cannot fail: with ansi off what does not work is NULL.
typedef void (*kernel)(const struct call *c, const struct rows *rows);

enum expr_kind { EXPR_COLUMN, EXPR_LITERAL, EXPR_CALL };

struct expr {
    enum expr_kind kind;
    const struct type *type;
    bool nullable;
    uint32_t column;      // EXPR_COLUMN: its place in the input chunk
    struct value literal; // EXPR_LITERAL
    bool folded;          // EXPR_LITERAL: a call that was computed; the query has no such literal
    // EXPR_CALL
    const struct function *function;
    kernel kernel;
    const void *state;
    struct expr **args;
    uint32_t argc;
    struct lambda *const *lambda; // of a higher-order function: `lambdas` of them; what they use of the row is in args
    uint32_t lambdas;
};

struct expr *expr_column(struct arena *a, uint32_t column, const struct type *type, bool nullable);
struct expr *expr_literal(struct arena *a, struct value v);
// Calls `function` on typed arguments: lets it bind, puts the casts it asks for around the arguments.
// STATUS_CONFIG with the words if the arguments do not fit.
enum status expr_call(struct arena *a, const struct session *session, const struct function *function,
                      struct expr *const *args, uint32_t argc, struct expr **out, struct error *e);
// Field `name` of a STRUCT, or value of a MAP, or that field of each element of an ARRAY of STRUCT (ExtractValue).
// STATUS_CONFIG with [FIELD_NOT_FOUND], [INVALID_EXTRACT_BASE_FIELD_TYPE].
enum status expr_field(struct arena *a, struct expr *x, struct slice name, struct expr **out, struct error *e);
// `x` itself if it is of that type; else a cast (ops/cast.h). STATUS_CONFIG where Spark refuses the pair
// (DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION).
enum status expr_cast(struct arena *a, const struct session *session, struct expr *x, const struct type *to,
                      struct expr **out, struct error *e);
// TRY_CAST: as expr_cast, but NULL where a whole number does not fit.
enum status expr_try_cast(struct arena *a, const struct session *session, struct expr *x, const struct type *to,
                          struct expr **out, struct error *e);
bool expr_is_deterministic(const struct expr *x);
bool expr_equal(const struct expr *a, const struct expr *b);
// Calls visit on each column reference.
void expr_columns(const struct expr *x, void (*visit)(void *self, uint32_t column), void *self);
// A deep copy in which column c has become map[c].
struct expr *expr_remap(struct arena *a, const struct expr *x, const uint32_t *map);
// A deep copy in which column c has become a copy of by[c].
struct expr *expr_substitute(struct arena *a, const struct expr *x, struct expr *const *by);

#endif
