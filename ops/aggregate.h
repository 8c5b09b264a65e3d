// Aggregates: one table row each. Every aggregate is step, merge, finish, and the bytes of its state, so that a batch
// is aggregated first and then merged with the state (as Spark does: it shows in the last digit of a sum), windows can
// be made of panes, and partial results of many devices combined.
#ifndef OPS_AGGREGATE_H
#define OPS_AGGREGATE_H

#include "ops/expr.h"
#include "ops/text.h"

struct aggregate;

struct aggregate_binding {
    struct arena *arena;
    const struct session *session;
    const struct aggregate *aggregate;
    struct expr *const *arg;
    uint32_t argc;
    bool distinct;
    // what bind fills in
    const struct type **want; // as in struct binding
    const struct type *type;
    bool nullable;
    uint32_t state_size; // bytes of one group's state, a multiple of 8
    const struct aggregate_kernels *kernels;
    const void *state; // what bind prepared, handed to each kernel
};

// What `bound` below points to.
struct aggregate_call {
    const struct aggregate_kernels *kernels;
    const void *state;
    const struct type *type;            // of the result
    const struct type *const *arg_type; // after the casts
    uint32_t argc, state_size;
    struct arena *arena; // lives as long as the states: what a state points to (a string) is put here
};

struct aggregate_kernels {
    // `group` is zeroed memory of state_size. NULL: zeros are the empty state.
    void (*init)(const struct aggregate_call *bound, void *group);
    // Row i of `rows` goes into groups[k], k its place in `rows`. Arguments are columns; count(*) has none.
    void (*step)(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                 void *const *groups);
    // into = into + from; `from` came later. May take over what `from` points to.
    void (*merge)(const struct aggregate_call *bound, void *into, const void *from);
    void (*finish)(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row);
    // docs/SPEC.md has the bytes of each. load returns the bytes read, 0 if they are damaged.
    void (*save)(const struct aggregate_call *bound, const void *group, struct text *out);
    size_t (*load)(const struct aggregate_call *bound, struct slice bytes, void *group);
};

struct aggregate {
    const char *name;
    const char *const *alias;
    uint8_t min_args, max_args; // count(*) is bound as count with no argument
    enum status (*bind)(struct aggregate_binding *b, struct error *e);
    const char *usage, *summary, *example, *gives; // example: over VALUES rows, as SQL the reference test runs
};

const struct aggregate *aggregate_find(struct slice name);
const struct aggregate *const *aggregate_list(uint32_t *count);

// Help for bind: "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] sum: argument 1 is BOOLEAN, wanted NUMERIC"
enum status aggregate_mismatch(const struct aggregate_binding *b, uint32_t argument, const char *wanted,
                               struct error *e);

#endif
