// Functions: one table row each, one file a family, one registry (ops/functions.c).
//
// Operators of SQL are functions too, named as the SQL operator in lower case ("+", "=", "<=>", "and", "not", "case",
// "is null", "like", "between" is made of two). A function says at bind time which argument types it wants (the binder
// puts the casts there: Spark's implicit coercion, org.apache.spark.sql.catalyst.analysis.TypeCoercion), what type it
// gives, and which kernel does it.
#ifndef OPS_FUNCTION_H
#define OPS_FUNCTION_H

#include "ops/expr.h"

enum { FUNCTION_ANY_ARGS = 255 };

struct lambda_parameters;

struct binding {
    struct arena *arena;           // the plan's: types, state
    const struct session *session; // zone and zones; no batch yet
    const struct function *function;
    struct expr *const *arg; // typed; literals can be read
    uint32_t argc;
    struct lambda *const *lambda; // of a higher-order function: bound, behind the arguments
    uint32_t lambdas;
    // what bind fills in
    const struct type **want; // [argc], NULL: as it is; else cast to this type
    const struct type *type;
    bool nullable; // set to "any argument is nullable" before bind is called
    kernel kernel;
    const void *state;
    struct expr *instead; // what the call is rewritten to (RuntimeReplaceable: nvl, nullif); the rest is then ignored
};

enum function_flag {
    FUNCTION_NONDETERMINISTIC = 1, // never moved, never folded
    FUNCTION_GENERATOR = 2,        // explode: rows, not a value; the planner makes an operator of it
    FUNCTION_WINDOW = 4,           // window, session_window: likewise
    FUNCTION_BATCH = 8,            // current_timestamp: one value a batch, so not folded before it
    FUNCTION_SCHEMA = 32,          // argument 1 is a schema's text; bind sees a NULL of its type
    FUNCTION_SUBQUERY = 64,        // a query over tables, without a kernel: the planner makes a join of it
    FUNCTION_BORROWS = 16,         // its kernel may point out's data or children at an input's (casts may, always)
};

struct function {
    const char *name;         // lower case
    const char *const *alias; // other names, NULL-terminated; NULL if none
    uint8_t min_args, max_args;
    unsigned flags;
    // A higher-order function: the arguments in front of its lambdas, and what it calls a lambda with (ops/lambda.h).
    // `b` has the arguments in front only. NULL: it is none.
    uint8_t plain_args;
    enum status (*parameters)(struct binding *b, uint32_t lambda, struct lambda_parameters *out, struct error *e);
    // The number of arguments was checked. STATUS_CONFIG with Spark's error class in brackets and our words.
    enum status (*bind)(struct binding *b, struct error *e);
    const char *usage;   // "split(str, regex[, limit])"
    const char *summary; // one sentence for the reference page
    const char *example; // "split('a b', ' ')" …
    const char *gives;   // … and what it gives, as to_json prints it: `["a","b"]`; a test runs it
};

// By name or alias, case folded; NULL if there is none.
const struct function *function_find(struct slice name);
// All of them, in the registry's order, for the reference page and "did you mean".
const struct function *const *function_list(uint32_t *count);

// Helps for bind.
// The type two operands meet in (TypeCoercion.findWiderTypeForTwo with ansi off); NULL if there is none.
const struct type *type_wider(struct arena *a, const struct type *x, const struct type *y);
// The common type of all arguments (CASE, coalesce, array, IN, greatest).
const struct type *type_widest(struct arena *a, struct expr *const *args, uint32_t argc);
// "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] upper: argument 1 is ARRAY<INT>, wanted STRING"
enum status binding_mismatch(const struct binding *b, uint32_t argument, const char *wanted, struct error *e);

#endif
