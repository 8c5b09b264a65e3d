// Lambda functions: x -> x + 1, as the higher-order functions run them.
//
// A body is bound as any expression, its parameters being columns; then it is closed: what it takes from the row
// outside becomes an argument of the call (computed once a row), and its columns are counted anew, the parameters
// first. It is compiled to a program of its own, which runs over the elements of many rows at once, column by column.
#ifndef OPS_LAMBDA_H
#define OPS_LAMBDA_H

#include "ops/expr.h"

enum { LAMBDA_PARAMETERS_MAX = 3, LAMBDAS_MAX = 2 };

struct lambda_parameter {
    const struct type *type;
    bool nullable;
};

struct lambda_parameters {
    struct lambda_parameter of[LAMBDA_PARAMETERS_MAX];
    uint32_t least, most; // how many of them a lambda may name
};

struct lambda {
    struct expr *body;       // columns: the parameters, then what is captured
    uint32_t parameters;     // that it names
    const uint32_t *capture; // which argument of the call each captured column is
    uint32_t captures;
};

// Binds the body of lambda `index` over columns of its own choice for the parameters: columns[k] is the number of
// parameter k in the body, *given how many it names (0 for a body without: transform(a, 5)).
struct lambda_source {
    enum status (*bind)(struct lambda_source *self, uint32_t index, const struct lambda_parameters *parameters,
                        struct expr **body, uint32_t *columns, uint32_t *given);
};

// As expr_call, of a higher-order function: `args` are those in front of its `lambdas`.
enum status expr_call_lambda(struct arena *a, const struct session *session, const struct function *function,
                             struct expr *const *args, uint32_t argc, struct lambda_source *source, uint32_t lambdas,
                             struct expr **out, struct error *e);
bool lambda_equal(const struct lambda *a, const struct lambda *b);

// ---- running one

struct lambda_run *lambda_compile(const struct lambda *l, const struct session *session, struct memory *memory);
void lambda_free(struct lambda_run *run, struct memory *memory);

// What a lambda is run over: up to CHUNK_ROWS elements. Parameter k of element n is row place[k][n] of of[k], or NULL
// where that is GATHER_NULL; place[k] NULL: row n.
struct lambda_elements {
    uint32_t count;
    const uint32_t *row; // of the call, an element each: what was captured is read there
    const struct column *of[LAMBDA_PARAMETERS_MAX];
    const uint32_t *place[LAMBDA_PARAMETERS_MAX];
};

// The value for each element, until the lambda is run again.
const struct column *lambda_eval(const struct call *c, uint32_t lambda, const struct lambda_elements *elements);

// Walks over the elements of argument `arg` (an ARRAY or a MAP) of all rows, CHUNK_ROWS at a time.
struct lambda_walk {
    const struct column *list;
    const struct rows *rows;
    uint32_t next, element; // row of `rows` and element in it that come next
    uint32_t count;         // now:
    uint32_t *row, *place;  // the element's row, its place in the child
    int32_t *index;         // its index in the list
    struct column position; // INT: `index`, a column
};
void lambda_walk_begin(struct lambda_walk *w, const struct call *c, uint32_t arg, const struct rows *rows);
bool lambda_walk_next(struct lambda_walk *w);

#endif
