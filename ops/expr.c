#include "ops/expr.h"

#include "ops/cast.h"
#include "ops/coerce.h"
#include "ops/datetime.h"
#include "ops/functions.h"
#include "ops/lambda.h"
#include "ops/number.h"

#include <assert.h>
#include <stdio.h>

struct expr *expr_column(struct arena *a, uint32_t column, const struct type *type, bool nullable)
{
    struct expr *x = ARENA_NEW(a, struct expr);
    *x = (struct expr){.kind = EXPR_COLUMN, .type = type, .nullable = nullable, .column = column};
    return x;
}

struct expr *expr_literal(struct arena *a, struct value v)
{
    assert(!type_is_nested(v.type) || v.null);
    struct expr *x = ARENA_NEW(a, struct expr);
    *x = (struct expr){.kind = EXPR_LITERAL, .type = v.type, .nullable = v.null, .literal = v};
    return x;
}

// The value of a call whose arguments are all literals: computed here, once. NULL where it cannot be (the value is
// nested, changes by batch, or the call makes rows).
static struct expr *fold(struct arena *a, const struct session *session, const struct expr *x)
{
    unsigned keeps = FUNCTION_NONDETERMINISTIC | FUNCTION_GENERATOR | FUNCTION_WINDOW | FUNCTION_BATCH;
    if (!x->kernel || (x->function->flags & keeps) || type_is_nested(x->type) || x->argc == 0)
        return NULL;
    const struct column **in = ARENA_ARRAY(a, const struct column *, x->argc);
    for (uint32_t i = 0; i < x->argc; i++) {
        const struct expr *arg = x->args[i];
        if (arg->kind != EXPR_LITERAL || type_is_nested(arg->type))
            return NULL;
        struct column *c = column_new(arg->type, 1, a);
        c->mask = 0;
        value_store(&arg->literal, c, 0);
        in[i] = c;
    }
    struct column *out = column_new(x->type, 1, a);
    out->mask = 0;
    struct call call = {out, in, x->argc, x->state, a, session, NULL};
    x->kernel(&call, &(struct rows){NULL, 1});
    struct expr *literal = expr_literal(a, value_load(out, 0));
    literal->nullable |= x->nullable; // a schema says what the call said
    literal->folded = true;
    return literal;
}

static enum status check_count(const struct function *function, uint32_t argc, struct error *e)
{
    if (argc >= function->min_args && (function->max_args == FUNCTION_ANY_ARGS || argc <= function->max_args))
        return STATUS_OK;
    char wanted[48];
    if (function->max_args == FUNCTION_ANY_ARGS)
        snprintf(wanted, sizeof(wanted), "at least %u", function->min_args);
    else if (function->min_args == function->max_args)
        snprintf(wanted, sizeof(wanted), "%u", function->min_args);
    else
        snprintf(wanted, sizeof(wanted), "%u to %u", function->min_args, function->max_args);
    bool one = strcmp(wanted, "1") == 0 || strcmp(wanted, "at least 1") == 0;
    return error_set(e, STATUS_CONFIG, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] %s takes %s argument%s, not %u: %s",
                     function->name, wanted, one ? "" : "s", argc, function->usage);
}

enum status expr_call(struct arena *a, const struct session *session, const struct function *function,
                      struct expr *const *args, uint32_t argc, struct expr **out, struct error *e)
{
    enum status status = check_count(function, argc, e);
    if (status != STATUS_OK)
        return status;
    struct binding b = {.arena = a, .session = session, .function = function, .arg = args, .argc = argc};
    b.want = ARENA_ARRAY(a, const struct type *, argc + 1);
    for (uint32_t i = 0; i < argc; i++)
        b.nullable |= args[i]->nullable;
    status = function->bind(&b, e);
    if (status != STATUS_OK)
        return status;
    if (b.instead) {
        *out = b.instead;
        return STATUS_OK;
    }
    struct expr *x = ARENA_NEW(a, struct expr);
    *x = (struct expr){.kind = EXPR_CALL, .type = b.type, .nullable = b.nullable, .function = function};
    x->kernel = b.kernel;
    x->state = b.state;
    x->argc = argc;
    x->args = ARENA_ARRAY(a, struct expr *, argc + 1);
    for (uint32_t i = 0; i < argc; i++) {
        x->args[i] = args[i];
        if (!b.want[i])
            continue;
        status = expr_cast(a, session, args[i], b.want[i], &x->args[i], e);
        if (status != STATUS_OK)
            return status;
    }
    struct expr *folded = fold(a, session, x);
    *out = folded ? folded : x;
    return STATUS_OK;
}

// The words for times, which a literal may be: 'now', 'today' … (SpecialDatetimeValues). NULL: it is none.
static struct expr *special_time(struct arena *a, const struct session *session, const struct expr *x,
                                 const struct type *to)
{
    static const struct {
        const char *word;
        int32_t days;
    } words[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};
    bool local = to->id == TYPE_TIMESTAMP_NTZ, time = local || to->id == TYPE_TIMESTAMP;
    struct expr *day = NULL, *out = NULL;
    struct slice text =
        is_literal(x) && x->type->id == TYPE_STRING ? slice_trim_java(x->literal.bytes) : (struct slice){0};
    if (!time && to->id != TYPE_DATE)
        return NULL;
    if (slice_equal_fold(text, SLICE("epoch")))
        return expr_literal(a, (struct value){.type = to});
    if (slice_equal_fold(text, SLICE("now")) && time)
        expr_call(a, session, local ? &function_localtimestamp : &function_current_timestamp, NULL, 0, &out, NULL);
    bool today = slice_equal_fold(text, SLICE("now")) && !time;
    for (size_t i = 0; out == NULL && i < sizeof words / sizeof *words; i++) {
        struct value days = {.type = type_simple(TYPE_INT), .integer = words[i].days};
        if (!slice_equal_fold(text, slice_of(words[i].word)) && !(today && i == 0))
            continue;
        expr_call(a, session, &function_current_date, NULL, 0, &day, NULL);
        struct expr *args[] = {day, expr_literal(a, days)};
        expr_call(a, session, &function_date_add, args, 2, &day, NULL);
        expr_cast(a, session, day, to, &out, NULL);
    }
    return out;
}

// '12:34' is a time of the day on which it is asked.
static bool depends_on_today(const struct expr *x, const struct type *to, const struct session *session)
{
    int64_t micros;
    return x->type->id == TYPE_STRING && to->id == TYPE_TIMESTAMP && is_literal(x) &&
           !timestamp_parse(x->literal.bytes, session->zone, session->zones, &micros) &&
           timestamp_parse_at(x->literal.bytes, session->zone, session->zones, 0, &micros);
}

enum status expr_cast(struct arena *a, const struct session *session, struct expr *x, const struct type *to,
                      struct expr **out, struct error *e)
{
    if (type_equal(x->type, to)) {
        *out = x;
        if (x->kind == EXPR_LITERAL && !x->folded) { // CAST(7 AS INT) is what 7 is, but no literal
            *out = expr_literal(a, x->literal);
            (*out)->folded = true;
        }
        return STATUS_OK;
    }
    if (is_null_literal(x)) {
        *out = expr_literal(a, (struct value){.type = to, .null = true});
        return STATUS_OK;
    }
    *out = special_time(a, session, x, to);
    if (*out)
        return STATUS_OK;
    const void *state = NULL;
    kernel k = cast_find(x->type, to, session, a, &state);
    if (!k)
        return error_set(e, STATUS_CONFIG, "[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] cannot cast \"%s\" to \"%s\"",
                         type_text(a, x->type), type_text(a, to));
    struct expr *cast = ARENA_NEW(a, struct expr);
    *cast = (struct expr){.kind = EXPR_CALL, .type = to, .function = &function_cast, .kernel = k, .state = state};
    cast->nullable = x->nullable || cast_may_lose(x->type, to);
    cast->args = ARENA_ARRAY(a, struct expr *, 1);
    cast->args[0] = x;
    cast->argc = 1;
    struct expr *folded = depends_on_today(x, to, session) ? NULL : fold(a, session, cast);
    *out = folded ? folded : cast;
    return STATUS_OK;
}

bool expr_is_deterministic(const struct expr *x)
{
    if (x->kind != EXPR_CALL)
        return true;
    if (x->function->flags & FUNCTION_NONDETERMINISTIC)
        return false;
    for (uint32_t i = 0; i < x->argc; i++)
        if (!expr_is_deterministic(x->args[i]))
            return false;
    for (uint32_t k = 0; k < x->lambdas; k++)
        if (!expr_is_deterministic(x->lambda[k]->body))
            return false;
    return true;
}

static bool literal_equal(const struct value *a, const struct value *b)
{
    if (a->null || b->null)
        return a->null == b->null;
    switch (a->type->id) {
    case TYPE_BOOLEAN:
        return a->boolean == b->boolean;
    case TYPE_FLOAT:
    case TYPE_DOUBLE: // by bits: 0.0 and -0.0 print differently
        return memcmp(&a->real, &b->real, sizeof(a->real)) == 0;
    case TYPE_DECIMAL:
        return a->decimal.low == b->decimal.low && a->decimal.high == b->decimal.high;
    case TYPE_STRING:
    case TYPE_BINARY:
        return slice_equal(a->bytes, b->bytes);
    default:
        return a->integer == b->integer;
    }
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
    if (a->kind != b->kind || !type_equal(a->type, b->type))
        return false;
    if (a->kind == EXPR_COLUMN)
        return a->column == b->column;
    if (a->kind == EXPR_LITERAL)
        return literal_equal(&a->literal, &b->literal);
    // What bind left in `state` follows from the function and its arguments; two draws of a random number differ.
    if (a->function != b->function || a->argc != b->argc || a->lambdas != b->lambdas ||
        (a->function->flags & FUNCTION_NONDETERMINISTIC))
        return false;
    for (uint32_t k = 0; k < a->lambdas; k++)
        if (!lambda_equal(a->lambda[k], b->lambda[k]))
            return false;
    for (uint32_t i = 0; i < a->argc; i++)
        if (!expr_equal(a->args[i], b->args[i]))
            return false;
    return true;
}

void expr_columns(const struct expr *x, void (*visit)(void *self, uint32_t column), void *self)
{
    if (x->kind == EXPR_COLUMN)
        visit(self, x->column);
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc; i++)
        expr_columns(x->args[i], visit, self);
}

// A copy in which a column is renumbered by `map`, or replaced by a copy from `by` (one of the two, or neither).
static struct expr *copy(struct arena *a, const struct expr *x, const uint32_t *map, struct expr *const *by)
{
    if (x->kind == EXPR_COLUMN && by)
        return copy(a, by[x->column], NULL, NULL);
    struct expr *y = ARENA_NEW(a, struct expr);
    *y = *x;
    if (x->kind == EXPR_COLUMN && map)
        y->column = map[x->column];
    if (x->kind != EXPR_CALL)
        return y;
    y->args = ARENA_ARRAY(a, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++)
        y->args[i] = copy(a, x->args[i], map, by);
    return y;
}

struct expr *expr_remap(struct arena *a, const struct expr *x, const uint32_t *map)
{
    return copy(a, x, map, NULL);
}

struct expr *expr_substitute(struct arena *a, const struct expr *x, struct expr *const *by)
{
    return copy(a, x, NULL, by);
}
