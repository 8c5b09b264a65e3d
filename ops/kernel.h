// What the kernels of fn_*.c share: reading arguments, setting results, loops the compiler can vectorise.
#ifndef OPS_KERNEL_H
#define OPS_KERNEL_H

#include "ops/coerce.h"
#include "ops/function.h"
#include "ops/functions.h"

// Is any argument NULL at this row? Marks the result NULL then, else not NULL: the head of most kernels' loop.
static inline bool row_is_null(const struct call *c, uint32_t row)
{
    uint8_t null = 0;
    for (uint32_t k = 0; k < c->argc; k++) {
        null |= c->in[k]->null[row & c->in[k]->mask];
    }
    c->out->null[row] = null;
    return null != 0;
}

static inline struct slice slice_at(const struct column *c, uint32_t row)
{
    return c->slice[at(c, row)];
}
static inline int32_t int_at(const struct column *c, uint32_t row)
{
    return c->i32[at(c, row)];
}
static inline int64_t bigint_at(const struct column *c, uint32_t row)
{
    return c->i64[at(c, row)];
}
static inline double double_at(const struct column *c, uint32_t row)
{
    return c->f64[at(c, row)];
}

// The result's NULLs are those of argument 0 …
static inline void nulls_of_one(const struct call *c, const struct rows *rows)
{
    const struct column *a = c->in[0];
    if (rows->index == NULL && a->mask != 0) {
        memcpy(c->out->null, a->null, rows->count);
        return;
    }
    FOR_EACH_ROW (i, rows) {
        c->out->null[i] = a->null[at(a, i)];
    }
}

// … or of arguments 0 and 1.
static inline void nulls_of_two(const struct call *c, const struct rows *rows)
{
    const struct column *a = c->in[0], *b = c->in[1];
    uint8_t *restrict out = c->out->null;
    if (rows->index == NULL && a->mask != 0 && b->mask != 0) {
        const uint8_t *restrict x = a->null, *restrict y = b->null;
        const uint32_t count = rows->count;
        for (uint32_t i = 0; i < count; i++) {
            out[i] = x[i] | y[i];
        }
        return;
    }
    FOR_EACH_ROW (i, rows) {
        out[i] = a->null[at(a, i)] | b->null[at(b, i)];
    }
}

// A kernel of two operands of one type: `expression` of x and y into `to` of the result. The dense shapes (column with
// column, column with constant) are loops of their own, which compilers vectorise.
#define BINARY_KERNEL(name, T, from, R, to, expression)                                                                \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        const struct column *a = c->in[0], *b = c->in[1];                                                              \
        const T *restrict left = a->from, *restrict right = b->from;                                                   \
        const uint32_t count = rows->count;                                                                            \
        R *restrict out = c->out->to;                                                                                  \
        nulls_of_two(c, rows);                                                                                         \
        if (rows->index == NULL && a->mask != 0 && b->mask != 0) {                                                     \
            for (uint32_t i = 0; i < count; i++) {                                                                     \
                T x = left[i], y = right[i];                                                                           \
                out[i] = (R)(expression);                                                                              \
            }                                                                                                          \
        } else if (rows->index == NULL && a->mask != 0) {                                                              \
            T y = right[0];                                                                                            \
            for (uint32_t i = 0; i < count; i++) {                                                                     \
                T x = left[i];                                                                                         \
                out[i] = (R)(expression);                                                                              \
            }                                                                                                          \
        } else {                                                                                                       \
            FOR_EACH_ROW (i, rows) {                                                                                   \
                T x = left[at(a, i)], y = right[at(b, i)];                                                             \
                out[i] = (R)(expression);                                                                              \
            }                                                                                                          \
        }                                                                                                              \
    }

// A kernel of one operand: `expression` of x; NULL where it is NULL.
#define UNARY_KERNEL(name, T, from, R, to, expression)                                                                 \
    static void name(const struct call *c, const struct rows *rows)                                                    \
    {                                                                                                                  \
        const struct column *a = c->in[0];                                                                             \
        const T *in = a->from;                                                                                         \
        R *restrict out = c->out->to;                                                                                  \
        nulls_of_one(c, rows);                                                                                         \
        FOR_EACH_ROW (i, rows) {                                                                                       \
            T x = in[at(a, i)];                                                                                        \
            out[i] = (R)(expression);                                                                                  \
        }                                                                                                              \
    }

#endif
