#include "ops/lambda.h"

#include "ops/function.h"
#include "ops/gather.h"
#include "ops/program.h"

// ---- closing a body

struct closing {
    struct arena *arena;
    const uint32_t *columns; // the parameters' numbers in the body as it was bound
    uint32_t parameters;
    struct expr **args; // of the call: the plain ones, then what is captured
    uint32_t argc;
    uint32_t *capture, captures;
};

static uint32_t parameter_of(const struct closing *c, uint32_t column)
{
    uint32_t k = 0;
    while (k < c->parameters && c->columns[k] != column)
        k++;
    return k;
}

struct search {
    const struct closing *closing;
    bool found;
};

static void search_parameter(void *self, uint32_t column)
{
    struct search *s = self;
    s->found = s->found || parameter_of(s->closing, column) < s->closing->parameters;
}

static bool has_parameter(const struct closing *c, const struct expr *x)
{
    struct search s = {c, false};
    expr_columns(x, search_parameter, &s);
    return s.found;
}

static struct expr *capture(struct closing *c, struct expr *x)
{
    uint32_t k = 0;
    while (k < c->captures && !expr_equal(c->args[c->capture[k]], x))
        k++;
    if (k == c->captures) {
        c->args[c->argc] = x;
        c->capture[c->captures++] = c->argc++;
    }
    return expr_column(c->arena, c->parameters + k, x->type, x->nullable);
}

// What has no parameter in it is computed outside, once a row.
static struct expr *closed(struct closing *c, struct expr *x)
{
    if (x->kind == EXPR_LITERAL)
        return x;
    if (x->kind == EXPR_COLUMN) {
        uint32_t k = parameter_of(c, x->column);
        return k < c->parameters ? expr_column(c->arena, k, x->type, x->nullable) : capture(c, x);
    }
    if (!has_parameter(c, x) && expr_is_deterministic(x))
        return capture(c, x);
    struct expr *y = ARENA_NEW(c->arena, struct expr);
    *y = *x;
    y->args = ARENA_ARRAY(c->arena, struct expr *, x->argc + 1);
    for (uint32_t i = 0; i < x->argc; i++)
        y->args[i] = closed(c, x->args[i]);
    return y;
}

static uint32_t tree_size(const struct expr *x)
{
    uint32_t size = 1;
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc; i++)
        size += tree_size(x->args[i]);
    return size;
}

static struct lambda *lambda_close(struct closing *c, struct expr *body)
{
    struct expr **args = ARENA_ARRAY(c->arena, struct expr *, c->argc + tree_size(body));
    for (uint32_t i = 0; i < c->argc; i++)
        args[i] = c->args[i];
    c->args = args;
    c->capture = ARENA_ARRAY(c->arena, uint32_t, tree_size(body));
    c->captures = 0;
    struct lambda *l = ARENA_NEW(c->arena, struct lambda);
    l->body = closed(c, body);
    l->parameters = c->parameters;
    l->capture = c->capture;
    l->captures = c->captures;
    return l;
}

// ---- binding a call

static enum status wrong_count(const struct function *f, uint32_t argc, uint32_t lambdas, struct error *e)
{
    return error_set(e, STATUS_CONFIG, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] %s does not take %u argument%s: %s",
                     f->name, argc + lambdas, argc + lambdas == 1 ? "" : "s", f->usage);
}

// Casts what bind asked for in front of the lambdas, and puts the call together.
static enum status finish_call(struct binding *b, struct closing *c, struct expr **out, struct error *e)
{
    struct expr *x = ARENA_NEW(b->arena, struct expr);
    *x = (struct expr){.kind = EXPR_CALL, .type = b->type, .nullable = b->nullable, .function = b->function};
    x->kernel = b->kernel;
    x->state = b->state;
    x->args = c->args;
    x->argc = c->argc;
    x->lambda = b->lambda;
    x->lambdas = b->lambdas;
    *out = x;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < b->argc && status == STATUS_OK; i++)
        if (b->want[i] != NULL)
            status = expr_cast(b->arena, b->session, x->args[i], b->want[i], &x->args[i], e);
    return status;
}

enum status expr_call_lambda(struct arena *a, const struct session *session, const struct function *function,
                             struct expr *const *args, uint32_t argc, struct lambda_source *source, uint32_t lambdas,
                             struct expr **out, struct error *e)
{
    if (argc != function->plain_args || argc + lambdas < function->min_args || argc + lambdas > function->max_args)
        return wrong_count(function, argc, lambdas, e);
    struct lambda **lambda = ARENA_ARRAY(a, struct lambda *, lambdas + 1);
    struct binding b = {.arena = a, .session = session, .function = function, .arg = args, .argc = argc};
    b.want = ARENA_ARRAY(a, const struct type *, argc + 1);
    b.lambda = lambda;
    b.lambdas = lambdas;
    for (uint32_t i = 0; i < argc; i++)
        b.nullable |= args[i]->nullable;
    uint32_t columns[LAMBDA_PARAMETERS_MAX];
    struct closing closing = {.arena = a, .columns = columns, .argc = argc};
    closing.args = ARENA_ARRAY(a, struct expr *, argc + 1);
    for (uint32_t i = 0; i < argc; i++)
        closing.args[i] = args[i];
    for (uint32_t k = 0; k < lambdas; k++) {
        struct lambda_parameters parameters = {.least = 1};
        struct expr *body = NULL;
        enum status status = function->parameters(&b, k, &parameters, e);
        if (status == STATUS_OK)
            status = source->bind(source, k, &parameters, &body, columns, &closing.parameters);
        if (status != STATUS_OK)
            return status;
        lambda[k] = lambda_close(&closing, body);
    }
    enum status status = function->bind(&b, e);
    return status == STATUS_OK ? finish_call(&b, &closing, out, e) : status;
}

bool lambda_equal(const struct lambda *a, const struct lambda *b)
{
    return a->parameters == b->parameters && a->captures == b->captures &&
           (a->captures == 0 || memcmp(a->capture, b->capture, a->captures * sizeof(*a->capture)) == 0) &&
           expr_equal(a->body, b->body);
}

// ---- running

struct lambda_run {
    const struct lambda *lambda;
    struct program *program;
    struct arena arena;
    bool *used;             // the columns that the body reads …
    struct column *own;     // … put together for it
    struct column **column; // of a run
};

static void mark_used(void *self, uint32_t column)
{
    bool *used = self;
    used[column] = true;
}

static void make_column(struct lambda_run *run, const struct expr *x)
{
    if (x->kind == EXPR_COLUMN && run->own[x->column].type == NULL)
        column_init(&run->own[x->column], x->type, CHUNK_ROWS, &run->arena);
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc; i++)
        make_column(run, x->args[i]);
}

struct lambda_run *lambda_compile(const struct lambda *l, const struct session *session, struct memory *memory)
{
    struct lambda_run *run = mem_zalloc(memory, sizeof(*run));
    const struct expr *body = l->body;
    uint32_t columns = l->parameters + l->captures;
    run->lambda = l;
    arena_init(&run->arena, memory, 4096);
    run->program = program_compile(&body, 1, session, memory);
    run->used = ARENA_ARRAY(&run->arena, bool, columns + 1);
    run->own = ARENA_ARRAY(&run->arena, struct column, columns + 1);
    run->column = ARENA_ARRAY(&run->arena, struct column *, columns + 1);
    expr_columns(body, mark_used, run->used);
    make_column(run, body);
    return run;
}

void lambda_free(struct lambda_run *run, struct memory *memory)
{
    if (run == NULL)
        return;
    program_free(run->program);
    arena_free(&run->arena);
    mem_free(memory, run, sizeof(*run));
}

const struct column *lambda_eval(const struct call *c, uint32_t lambda, const struct lambda_elements *elements)
{
    struct lambda_run *run = c->lambda[lambda];
    const struct lambda *l = run->lambda;
    assert(elements->count <= CHUNK_ROWS);
    for (uint32_t k = 0; k < l->parameters + l->captures; k++) {
        bool parameter = k < l->parameters;
        const struct column *from = parameter ? elements->of[k] : c->in[l->capture[k - l->parameters]];
        const uint32_t *place = parameter ? elements->place[k] : elements->row;
        run->column[k] = (struct column *)(uintptr_t)from; // read only
        if (!run->used[k] || from->mask == 0 || place == NULL)
            continue;
        column_gather(&run->own[k], from, place, elements->count);
        run->column[k] = &run->own[k];
    }
    struct chunk chunk = {.column = run->column,
                          .columns = l->parameters + l->captures,
                          .rows = {NULL, elements->count},
                          .arena = c->arena};
    program_run(run->program, &chunk, &chunk.rows);
    return program_result(run->program, 0);
}

// ---- walking over elements

void lambda_walk_begin(struct lambda_walk *w, const struct call *c, uint32_t arg, const struct rows *rows)
{
    *w = (struct lambda_walk){.list = c->in[arg], .rows = rows};
    w->row = arena_alloc(c->arena, CHUNK_ROWS * sizeof(*w->row));
    w->place = arena_alloc(c->arena, CHUNK_ROWS * sizeof(*w->place));
    column_init(&w->position, type_simple(TYPE_INT), CHUNK_ROWS, c->arena);
    w->index = w->position.i32;
}

bool lambda_walk_next(struct lambda_walk *w)
{
    w->count = 0;
    while (w->next < w->rows->count && w->count < CHUNK_ROWS) {
        uint32_t row = w->rows->index ? w->rows->index[w->next] : w->next;
        struct span s = is_null(w->list, row) ? (struct span){0} : w->list->span[at(w->list, row)];
        for (; w->element < s.size && w->count < CHUNK_ROWS; w->element++, w->count++) {
            w->row[w->count] = row;
            w->place[w->count] = s.offset + w->element;
            w->index[w->count] = (int32_t)w->element;
        }
        if (w->element < s.size)
            break;
        w->element = 0;
        w->next++;
    }
    return w->count > 0;
}
