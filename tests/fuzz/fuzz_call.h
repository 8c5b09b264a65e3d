// A function called on literals, by name: bound, and run.
#ifndef TESTS_FUZZ_FUZZ_CALL_H
#define TESTS_FUZZ_FUZZ_CALL_H

#include "tests/fuzz/fuzz.h"

#include "ops/encoder.h"
#include "ops/function.h"
#include "ops/program.h"

static inline void fuzz_call(struct fuzz *f, const char *name, const struct slice *argument, uint32_t count)
{
    struct expr *args[4], *x;
    struct chunk chunk = {.rows = {NULL, 1}, .arena = &f->arena};
    for (uint32_t i = 0; i < count; i++)
        args[i] = expr_literal(&f->arena, (struct value){.type = type_simple(TYPE_STRING), .bytes = argument[i]});
    if (expr_call(&f->arena, &f->session, function_find(slice_of(name)), args, count, &x, &f->error) != STATUS_OK)
        return;
    const struct expr *root = x;
    struct program *p = program_compile(&root, 1, &f->session, &f->memory);
    program_run(p, &chunk, &chunk.rows);
    struct column *result = program_result(p, 0);
    struct chunk row = {.column = &result, .columns = 1, .rows = {NULL, 1}, .arena = &f->arena};
    struct slice column = SLICE("x");
    struct text out;
    text_init(&out, &f->memory);
    json_append_row(&out, &column, &row, 0, (struct slice){NULL, 0}, &f->session);
    text_free(&out);
    program_free(p);
}

#endif
