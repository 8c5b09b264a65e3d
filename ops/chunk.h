// A chunk: up to CHUNK_ROWS rows, column by column. Operators see chunks and nothing larger.
//
// A column is read through at(): a constant column has one value at index 0 and mask 0, so no kernel needs to know.
// STRING and BINARY values are slices of the source's buffer or of the chunk's arena: borrowed until that arena is
// reset, which is before the next chunk. What must live longer is copied.
#ifndef OPS_CHUNK_H
#define OPS_CHUNK_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/type.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

enum { CHUNK_ROWS = 4096 };

// The elements of one ARRAY or MAP value: child rows [offset, offset + size).
struct span {
    uint32_t offset, size;
};

// A DECIMAL's unscaled value, two's complement, 128 bits (no __int128: 32-bit boards have none).
struct decimal {
    uint64_t low;
    int64_t high;
};

struct column {
    const struct type *type;
    uint32_t mask;     // UINT32_MAX, or 0: one value for all rows
    uint32_t capacity; // rows that `null` and the data have room for
    uint8_t *null;     // 1: the row is NULL, its data is unspecified; never NULL itself
    union {
        void *data;
        uint8_t *boolean; // 0 or 1
        int8_t *i8;
        int16_t *i16;
        int32_t *i32; // INT, DATE, INTERVAL_YM
        int64_t *i64; // BIGINT, TIMESTAMP, TIMESTAMP_NTZ, INTERVAL_DT
        float *f32;
        double *f64;
        struct decimal *decimal;
        struct slice *slice; // STRING, BINARY
        struct span *span;   // ARRAY, MAP
    };
    struct column *child; // ARRAY: the elements; MAP: keys, values; STRUCT: one a field, rows as the parent's
    uint32_t used;        // ARRAY, MAP: child rows in use
};

static inline uint32_t at(const struct column *c, uint32_t row)
{
    return row & c->mask;
}
static inline bool is_null(const struct column *c, uint32_t row)
{
    return c->null[row & c->mask] != 0;
}

// Which rows of a chunk: all of 0..count-1 when index is NULL, else index[0..count-1], ascending.
struct rows {
    const uint32_t *index;
    uint32_t count;
};

// for each row number `i` in `struct rows *r`
#define FOR_EACH_ROW(i, r)                                                                                             \
    for (uint32_t i##_k = 0, i = 0; i##_k < (r)->count && ((i = (r)->index ? (r)->index[i##_k] : i##_k), true); i##_k++)

struct chunk {
    struct column **column; // `columns` of them
    uint32_t columns;
    struct rows rows;    // the rows that are there: what a filter left of 0..capacity-1
    struct arena *arena; // where what this chunk needs is put; reset by whoever filled the chunk, before the next
};

// Makes a column of `capacity` rows, nested children too (those of ARRAY and MAP start empty and grow).
// All rows are not NULL; data is unspecified.
void column_init(struct column *c, const struct type *type, uint32_t capacity, struct arena *arena);
struct column *column_new(const struct type *type, uint32_t capacity, struct arena *arena);
// Room for `rows` rows in an ARRAY's or MAP's children; copies what is there when it must grow.
void column_reserve(struct column *c, uint32_t rows, struct arena *arena);
// Copies one value, nested ones whole. Slices are copied into `arena` if it is not NULL, else borrowed.
// (`arena` is also where a nested target grows: for types with ARRAY or MAP it must not be NULL.)
void column_copy(struct column *to, uint32_t to_row, const struct column *from, uint32_t from_row, struct arena *arena);
void column_set_null(struct column *c, uint32_t row);

#endif
