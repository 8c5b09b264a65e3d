// The operators of a plan while they are made (agent/plan/physical.c): from the leaves up, each connected to what
// pushes to it. Private to agent/plan/physical*.c.
#ifndef AGENT_PLAN_MAKING_H
#define AGENT_PLAN_MAKING_H

#include "agent/plan/physical.h"

// The columns of the chunks at some point of the tree.
struct layout {
    uint32_t *attributes;
    uint32_t count;
};

// What pushes to the operator that is made next: operators, or sources.
struct end {
    struct op **op;
    unsigned *input;
};
struct ends {
    struct end at[PLAN_READS];
    uint32_t count;
};

struct making {
    const struct logical *l;
    const struct state *(*state)(void *self, const char *part);
    void *self;
    size_t memory_limit;
    struct memory *memory;
    struct plan_run *run;
    struct arena scratch;
    struct layout layout; // of what comes out of `ends`
    struct ends ends;
    bool is_static; // what is made now works on tables only
    uint32_t aggregates, limits, sessions, dedups;
    struct error *e;
};

// The roots over the columns that are laid out now.
struct program *making_compile(struct making *m, struct expr *const *roots, uint32_t count);
// The conjuncts as one; NULL: there are none.
struct expr *making_all(struct making *m, struct expr *const *conjuncts, uint32_t count);
void making_columns(struct making *m, const uint32_t *attributes, uint32_t count); // behind those that are laid out
void making_chain(struct making *m, struct op *op);                                // op becomes the one open end
void making_connect(struct making *m, struct op *op, unsigned input);              // all that is open goes into op
// What comes out of `n`; `above` is what stands on it, or NULL.
enum status making_node(struct making *m, const struct node *n, const struct node *above);
enum status making_join(struct making *m, const struct node *n);

#endif
