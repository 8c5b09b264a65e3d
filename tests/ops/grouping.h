// What the tests of the grouping operators share: aggregates bound to columns, and a state in memory. Included by one
// file of a test program, after rows.h and tree_state.h.
#ifndef TESTS_OPS_GROUPING_H
#define TESTS_OPS_GROUPING_H

#include "rows.h"
#include "tree_state.h"

#include "ops/aggregate.h"

enum { SECOND = 1000000 };

struct grouping {
    struct bench b;
    struct memory tree_memory; // apart, so that the operator's calls can be counted
    struct tree_state state;
    struct aggregate_call call[4];
    struct aggregate_item item[4];
    struct op *op;
};

static inline const struct type *window_type(struct bench *b)
{
    const struct field fields[] = {{SLICE("start"), type_simple(TYPE_TIMESTAMP), true},
                                   {SLICE("end"), type_simple(TYPE_TIMESTAMP), true}};
    return type_struct(&b->arena, fields, 2);
}

static inline void bind(struct grouping *g, uint32_t n, const char *name, const struct type *type, uint32_t first_arg)
{
    struct expr *arg = expr_of(&g->b.arena, type);
    const struct type *want = NULL;
    struct aggregate_binding binding = {.arena = &g->b.arena,
                                        .aggregate = aggregate_find(slice_of(name)),
                                        .arg = &arg,
                                        .argc = type != NULL ? 1 : 0,
                                        .want = &want};
    assert_non_null(binding.aggregate);
    assert_int_equal(binding.aggregate->bind(&binding, &g->b.error), STATUS_OK);
    const struct type **types = ARENA_ARRAY(&g->b.arena, const struct type *, 1);
    types[0] = type;
    g->call[n] = (struct aggregate_call){.kernels = binding.kernels,
                                         .state = binding.state,
                                         .type = binding.type,
                                         .arg_type = types,
                                         .argc = binding.argc,
                                         .state_size = binding.state_size};
    g->item[n] = (struct aggregate_item){&g->call[n], first_arg, -1};
}

static inline void stop(struct grouping *g)
{
    op_destroy(g->op);
    tree_state_free(&g->state);
    assert_int_equal(g->tree_memory.used, 0);
    bench_end(&g->b, NULL);
}

static inline void watermarks(struct grouping *g, int64_t late, int64_t evict)
{
    g->b.batch.has_watermark = true;
    g->b.batch.watermark_late = late * SECOND;
    g->b.batch.watermark_evict = evict * SECOND;
}

#endif
