// Operators: what can be done to rows. A plan is a tree of them with the sources at its leaves; a chunk is pushed from
// a leaf towards the root and each operator pushes what it makes on to `next`.
//
// The engine opens a batch at each operator, pushes its chunks, closes it at each from the leaves on: close is where an
// operator emits what it held back (an aggregate, a sort), before `next` is closed. State is written through the state
// port between open and the engine's commit, which comes after the root's close; an operator never sees a commit fail:
// the process ends.
#ifndef OPS_OPERATOR_H
#define OPS_OPERATOR_H

#include "ops/batch.h"
#include "ops/chunk.h"
#include "ops/memory.h"
#include "ops/status.h"

struct op;

struct op_class {
    const char *name;
    enum status (*open)(struct op *op, const struct batch *batch, struct error *e); // NULL: nothing to do
    // The chunk, its columns and its slices are borrowed until push returns. `input` numbers the children of a join.
    enum status (*push)(struct op *op, unsigned input, struct chunk *chunk, struct error *e);
    enum status (*close)(struct op *op, struct error *e); // NULL: nothing held back
    void (*destroy)(struct op *op);                       // also after a failed make; NULL: nothing of its own
};

// Rows seen, for metrics and `runnel why`: in = passed + filtered + late + folded, checked at each commit.
// passed: went on as they were; filtered: a condition or a NULL window time; late: older than the watermark allows;
// folded: became part of a group, a sort, a limit's rest. `out` counts the rows pushed on.
struct op_counters {
    uint64_t in, passed, filtered, late, folded, out;
    uint64_t late_groups; // groups that the late rows of each batch make: Spark's numRowsDroppedByWatermark
};

// The head of every operator's own struct.
struct op {
    const struct op_class *class;
    struct op *next; // NULL at the root only: the engine's collector is the last
    unsigned next_input;
    struct memory *memory;
    struct op_counters counters;
    struct op *late; // where the rows go that it drops as late; NULL: nowhere
};

enum status op_open(struct op *op, const struct batch *batch, struct error *e);
enum status op_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e);
enum status op_emit(struct op *op, struct chunk *chunk, struct error *e); // op's result to op->next
// The rows of its input that it drops as late to op->late.
enum status op_emit_late(struct op *op, const struct chunk *chunk, const struct rows *late, struct error *e);
enum status op_close(struct op *op, struct error *e);
void op_destroy(struct op *op); // and all after it; NULL is fine

#endif
