// What the tests of functions share: trees built in a line, run over a small chunk, answers as to_json prints them.
#ifndef TESTS_OPS_EXPR_HELP_H
#define TESTS_OPS_EXPR_HELP_H

#include "ops/encoder.h"
#include "ops/function.h"
#include "ops/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct help {
    struct memory memory;
    struct arena arena;
    struct session session;
    struct error error; // of the last call that failed
};

static struct help help;

static inline void help_open(void)
{
    help = (struct help){.session.zone = &zone_utc};
    arena_init(&help.arena, &help.memory, 1 << 16);
}

static inline void help_close(void)
{
    arena_free(&help.arena);
    assert_int_equal(help.memory.used, 0);
}

static inline struct expr *whole(enum type_id id, int64_t v)
{
    return expr_literal(&help.arena, (struct value){.type = type_simple(id), .integer = v});
}
static inline struct expr *num(int64_t v)
{
    return whole(TYPE_INT, v);
}
static inline struct expr *real(double v)
{
    return expr_literal(&help.arena, (struct value){.type = type_simple(TYPE_DOUBLE), .real = v});
}
static inline struct expr *str(const char *s)
{
    return expr_literal(&help.arena, (struct value){.type = type_simple(TYPE_STRING), .bytes = slice_of(s)});
}
static inline struct expr *boolean(bool v)
{
    return expr_literal(&help.arena, (struct value){.type = type_simple(TYPE_BOOLEAN), .boolean = v});
}
static inline struct expr *null(void)
{
    return expr_literal(&help.arena, (struct value){.type = type_simple(TYPE_NULL), .null = true});
}
static inline struct expr *column(uint32_t place, enum type_id id)
{
    return expr_column(&help.arena, place, type_simple(id), true);
}

// A call of the function by name; NULL, with help.error, if it does not bind. Arguments end with a NULL.
static inline struct expr *call_(const char *name, ...)
{
    struct expr *args[16], *out = NULL;
    uint32_t argc = 0;
    va_list list;
    va_start(list, name);
    for (struct expr *x; (x = va_arg(list, struct expr *)) != NULL;)
        args[argc++] = x;
    va_end(list);
    const struct function *f = function_find(slice_of(name));
    assert_non_null(f);
    if (expr_call(&help.arena, &help.session, f, args, argc, &out, &help.error) != STATUS_OK)
        return NULL;
    return out;
}
#define call(...) call_(__VA_ARGS__, (struct expr *)NULL)

// The value at `row` of what x gives over the chunk, as JSON; "null" where it is NULL.
static inline const char *value_at(const struct expr *x, const struct chunk *chunk, uint32_t row)
{
    struct program *p = program_compile(&x, 1, &help.session, &help.memory);
    program_run(p, chunk, &chunk->rows);
    struct text text;
    text_init(&text, &help.memory);
    const struct column *c = program_result(p, 0);
    if (is_null(c, row))
        text_string(&text, "null");
    else
        json_append_value(&text, c, row, &help.session);
    const char *copy = arena_copy(&help.arena, text.data, text.size);
    text_free(&text);
    program_free(p);
    return copy;
}

static inline const char *value(const struct expr *x)
{
    assert_non_null(x);
    struct chunk chunk = {.rows = {NULL, 1}, .arena = &help.arena};
    return value_at(x, &chunk, 0);
}

#define GIVES(expected, ...) assert_string_equal(value(call(__VA_ARGS__)), expected)
#define REFUSED(class, ...)                                                                                            \
    do {                                                                                                               \
        assert_null(call(__VA_ARGS__));                                                                                \
        assert_non_null(strstr(help.error.text, class));                                                               \
    } while (0)

#endif
