// Rows as text, for tests of operators: "1|a|NULL" into a chunk, and what comes out back to text, a line a row.
// TIMESTAMP is written in seconds ("1.5"), ARRAY as [1,2], STRUCT as
// {1,2}, DECIMAL as its two halves (0:7). Included by one file of a test program.
#ifndef TESTS_OPS_ROWS_H
#define TESTS_OPS_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops/operators.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_COLUMNS = 8 };

// Everything a test of an operator needs.
struct bench {
    struct memory memory;
    struct arena arena, chunk_arena;
    const struct type *type[ROWS_COLUMNS];
    uint32_t columns;
    struct chunk chunk;
    struct column *column[ROWS_COLUMNS];
    struct op collector; // the last operator
    struct text out;     // what reached it
    uint64_t chunks;
    struct batch batch;
    struct error error;
};

// A program that computes nothing: its results are columns of the input. It keeps these tests apart from the compiler
// of expressions.
struct program {
    struct memory *memory;
    const struct chunk *in;
    uint32_t column[ROWS_COLUMNS];
};

void program_run(struct program *p, const struct chunk *in, const struct rows *rows)
{
    (void)rows;
    p->in = in;
}

struct column *program_result(const struct program *p, uint32_t k)
{
    return p->in->column[p->column[k]];
}

void program_free(struct program *p)
{
    if (p != NULL)
        mem_free(p->memory, p, sizeof *p);
}

// `columns`: one digit a result.
static inline struct program *columns_program(struct bench *b, const char *columns)
{
    struct program *p = mem_zalloc(&b->memory, sizeof *p);
    p->memory = &b->memory;
    for (uint32_t k = 0; columns[k] != '\0'; k++)
        p->column[k] = (uint32_t)(columns[k] - '0');
    return p;
}

static inline void print_value(const struct column *c, uint32_t row, struct text *out)
{
    if (c->type->id == TYPE_NULL || is_null(c, row)) {
        text_string(out, "NULL");
        return;
    }
    uint32_t i = at(c, row);
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        text_string(out, c->boolean[i] ? "true" : "false");
        break;
    case TYPE_TINYINT:
        text_printf(out, "%d", c->i8[i]);
        break;
    case TYPE_SMALLINT:
        text_printf(out, "%d", c->i16[i]);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        text_printf(out, "%" PRId32, c->i32[i]);
        break;
    case TYPE_BIGINT:
    case TYPE_INTERVAL_DT:
        text_printf(out, "%" PRId64, c->i64[i]);
        break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
        text_printf(out, "%.15g", (double)c->i64[i] / 1e6);
        break;
    case TYPE_FLOAT:
        text_printf(out, "%.9g", (double)c->f32[i]);
        break;
    case TYPE_DOUBLE:
        text_printf(out, "%.17g", c->f64[i]);
        break;
    case TYPE_DECIMAL:
        text_printf(out, "%" PRId64 ":%" PRIu64, c->decimal[i].high, c->decimal[i].low);
        break;
    case TYPE_STRING:
    case TYPE_BINARY:
        text_slice(out, c->slice[i]);
        break;
    case TYPE_STRUCT:
        for (uint32_t k = 0; k < c->type->field_count; k++) {
            text_char(out, k == 0 ? '{' : ',');
            print_value(&c->child[k], i, out);
        }
        text_char(out, '}');
        break;
    case TYPE_ARRAY:
    case TYPE_MAP:
        text_char(out, '[');
        for (uint32_t k = 0; k < c->span[i].size; k++) {
            text_string(out, k > 0 ? "," : "");
            print_value(&c->child[0], c->span[i].offset + k, out);
            if (c->type->id == TYPE_MAP) {
                text_char(out, ':');
                print_value(&c->child[1], c->span[i].offset + k, out);
            }
        }
        text_char(out, ']');
        break;
    default:
        fail_msg("type %d", (int)c->type->id);
    }
}

// One value from its text; returns what is behind it.
static const char *parse_value(struct bench *b, struct column *c, uint32_t row, const char *s)
{
    size_t size = strcspn(s, c->type->id == TYPE_STRUCT || c->type->id == TYPE_ARRAY ? "|" : "|,:]}");
    if (size == 4 && memcmp(s, "NULL", 4) == 0) {
        column_set_null(c, row);
        return s + 4;
    }
    c->null[row] = 0;
    switch (c->type->id) {
    case TYPE_BOOLEAN:
        c->boolean[row] = *s == 't';
        break;
    case TYPE_TINYINT:
        c->i8[row] = (int8_t)strtol(s, NULL, 10);
        break;
    case TYPE_SMALLINT:
        c->i16[row] = (int16_t)strtol(s, NULL, 10);
        break;
    case TYPE_INT:
    case TYPE_DATE:
    case TYPE_INTERVAL_YM:
        c->i32[row] = (int32_t)strtol(s, NULL, 10);
        break;
    case TYPE_BIGINT:
    case TYPE_INTERVAL_DT:
        c->i64[row] = strtoll(s, NULL, 10);
        break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_NTZ:
        c->i64[row] = (int64_t)llround(strtod(s, NULL) * 1e6);
        break;
    case TYPE_FLOAT:
        c->f32[row] = strtof(s, NULL);
        break;
    case TYPE_DOUBLE:
        c->f64[row] = strtod(s, NULL);
        break;
    case TYPE_DECIMAL: {
        char *low;
        c->decimal[row].high = strtoll(s, &low, 10);
        assert_int_equal(*low, ':');
        c->decimal[row].low = strtoull(low + 1, &low, 10);
        return low;
    }
    case TYPE_STRING:
    case TYPE_BINARY:
        c->slice[row] = (struct slice){arena_copy(&b->chunk_arena, s, size), (uint32_t)size};
        break;
    case TYPE_STRUCT:
        for (uint32_t k = 0; k < c->type->field_count; k++)
            s = parse_value(b, &c->child[k], row, s + 1);
        return s + 1;
    case TYPE_ARRAY:
    case TYPE_MAP: {
        struct span span = {c->used, 0};
        for (s++; *s != ']'; s += *s == ',') {
            column_reserve(c, c->used + 1, &b->chunk_arena);
            uint32_t place = c->used++;
            s = parse_value(b, &c->child[0], place, s);
            if (c->type->id == TYPE_MAP)
                s = parse_value(b, &c->child[1], place, s + 1);
            span.size++;
        }
        c->span[row] = span;
        return s + 1;
    }
    default:
        fail_msg("type %d", (int)c->type->id);
    }
    return s + size;
}

static inline enum status collect(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input, (void)e;
    struct bench *b = (struct bench *)((char *)op - offsetof(struct bench, collector));
    b->chunks++;
    assert_true(chunk->rows.count <= CHUNK_ROWS);
    FOR_EACH_ROW (i, &chunk->rows) {
        for (uint32_t k = 0; k < chunk->columns; k++) {
            text_string(&b->out, k > 0 ? "|" : "");
            print_value(chunk->column[k], i, &b->out);
        }
        text_char(&b->out, '\n');
    }
    return STATUS_OK;
}

static const struct op_class collector_class = {.name = "collector", .push = collect};

static inline void bench_start(struct bench *b, const struct type *const *types, uint32_t columns)
{
    *b = (struct bench){.columns = columns};
    arena_init(&b->arena, &b->memory, 4096);
    arena_init(&b->chunk_arena, &b->memory, 4096);
    text_init(&b->out, &b->memory);
    b->collector = (struct op){.class = &collector_class, .memory = &b->memory};
    for (uint32_t k = 0; k < columns; k++)
        b->type[k] = types[k];
}

static inline void bench_end(struct bench *b, struct op *op)
{
    op_destroy(op);
    text_free(&b->out);
    arena_free(&b->arena);
    arena_free(&b->chunk_arena);
    assert_int_equal(b->memory.used, 0);
}

// A chunk of the lines of `text`, ended by NULL.
static inline struct chunk *bench_chunk(struct bench *b, const char *const *lines)
{
    arena_reset(&b->chunk_arena);
    uint32_t rows = 0;
    for (uint32_t k = 0; k < b->columns; k++)
        b->column[k] = column_new(b->type[k], CHUNK_ROWS, &b->chunk_arena);
    for (; lines[rows] != NULL; rows++) {
        const char *s = lines[rows];
        for (uint32_t k = 0; k < b->columns; k++) {
            s = parse_value(b, b->column[k], rows, s);
            assert_int_equal(*s, k + 1 < b->columns ? '|' : '\0');
            s++;
        }
    }
    b->chunk =
        (struct chunk){.column = b->column, .columns = b->columns, .rows = {.count = rows}, .arena = &b->chunk_arena};
    return &b->chunk;
}

static inline struct expr *expr_of(struct arena *a, const struct type *type)
{
    struct expr *x = ARENA_NEW(a, struct expr);
    x->kind = EXPR_COLUMN;
    x->type = type;
    x->nullable = true;
    return x;
}

#define NO_LINES   ((const char *const[]){NULL})
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline void bench_push(struct bench *b, struct op *op, const char *const *lines)
{
    enum status s = op_push(op, 0, bench_chunk(b, lines), &b->error);
    if (s != STATUS_OK)
        fail_msg("push: %s", b->error.text);
}

// What came out since the last call.
static inline void bench_expect(struct bench *b, const char *expected)
{
    assert_string_equal(text_cstring(&b->out), expected);
    text_clear(&b->out);
}

static inline void bench_open(struct bench *b, struct op *op)
{
    assert_int_equal(op_open(op, &b->batch, &b->error), STATUS_OK);
}

static inline void bench_close(struct bench *b, struct op *op, const char *expected)
{
    enum status s = op_close(op, &b->error);
    if (s != STATUS_OK)
        fail_msg("close: %s", b->error.text);
    b->batch.id++;
    bench_expect(b, expected);
}

// One batch of one chunk.
static inline void bench_batch(struct bench *b, struct op *op, const char *const *lines, const char *expected)
{
    bench_open(b, op);
    if (lines[0] != NULL)
        bench_push(b, op, lines);
    bench_close(b, op, expected);
}

#endif
