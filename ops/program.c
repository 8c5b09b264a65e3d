#include "ops/program.h"

#include "ops/cast.h"
#include "ops/function.h"
#include "ops/lambda.h"

#include <assert.h>

enum { PROGRAM_BLOCK = 4096 };

#define NO_SLOT UINT32_MAX

// A value of the program: a column of the input, a constant, or what a call gives. Values stand in the order they are
// computed: arguments before the call.
struct node {
    const struct expr *expr; // while compiling only
    const struct type *type;
    enum expr_kind kind; // a call of constants that was computed at compile time is EXPR_LITERAL
    bool constant;       // one value for all rows of a run
    uint32_t input;      // EXPR_COLUMN
    uint32_t last;       // place of the last node that reads its buffers; UINT32_MAX: a result
    uint32_t slot;       // of a call: its buffers; NO_SLOT: nested, made anew in the chunk's arena each run
    kernel kernel;
    const void *state;
    uint32_t *args, argc;
    const struct column **in;   // [argc], filled in at each run
    struct lambda_run **lambda; // of a higher-order function
    uint32_t lambdas;
    struct column own;     // of a constant or a call
    struct column *column; // what readers read: `own`, or the input's
};

// Buffers that calls share, one after the other.
struct slot {
    uint8_t *null;
    void *data;
    uint32_t width;
    uint32_t free_after; // taken until this node was run
};

struct program {
    struct memory *memory;
    struct arena arena;
    const struct session *session;
    struct node *nodes;
    uint32_t count, calls;
    struct slot *slots;
    uint32_t slot_count;
    uint32_t *results, result_count;
};

static uint32_t tree_size(const struct expr *x)
{
    uint32_t size = 1;
    for (uint32_t i = 0; x->kind == EXPR_CALL && i < x->argc; i++)
        size += tree_size(x->args[i]);
    return size;
}

static bool same_call(const struct node *n, const struct expr *x, const uint32_t *args)
{
    return n->expr->kind == EXPR_CALL && n->expr->function == x->function && n->kernel == x->kernel &&
           n->argc == x->argc && type_equal(n->type, x->type) && !(x->function->flags & FUNCTION_NONDETERMINISTIC) &&
           n->lambdas == x->lambdas && (x->argc == 0 || memcmp(n->args, args, x->argc * sizeof(*args)) == 0);
}

static bool same_lambdas(const struct expr *x, const struct expr *y)
{
    for (uint32_t k = 0; k < x->lambdas; k++)
        if (!lambda_equal(x->lambda[k], y->lambda[k]))
            return false;
    return true;
}

static bool same_node(const struct node *n, const struct expr *x, const uint32_t *args)
{
    if (n->expr->kind != x->kind)
        return false;
    return x->kind == EXPR_CALL ? same_call(n, x, args) && same_lambdas(n->expr, x) : expr_equal(n->expr, x);
}

static void run_constant(struct program *p, struct node *n)
{
    for (uint32_t i = 0; i < n->argc; i++)
        n->in[i] = p->nodes[n->args[i]].column;
    struct call call = {&n->own, n->in, n->argc, n->state, &p->arena, p->session, n->lambda};
    n->kernel(&call, &(struct rows){NULL, 1});
}

static void make_constant(struct program *p, struct node *n)
{
    column_init(&n->own, n->type, 1, &p->arena);
    n->own.mask = 0;
    n->constant = true;
    n->column = &n->own;
}

static void make_call(struct program *p, struct node *n, const struct expr *x, uint32_t *args)
{
    assert(x->kernel && "a generator or a window is the planner's to resolve");
    n->kernel = x->kernel;
    n->state = x->state;
    n->args = args;
    n->argc = x->argc;
    n->in = ARENA_ARRAY(&p->arena, const struct column *, x->argc + 1);
    n->lambda = ARENA_ARRAY(&p->arena, struct lambda_run *, x->lambdas + 1);
    for (; n->lambdas < x->lambdas; n->lambdas++)
        n->lambda[n->lambdas] = lambda_compile(x->lambda[n->lambdas], p->session, p->memory);
    bool constant = !(x->function->flags & FUNCTION_NONDETERMINISTIC);
    bool known = !(x->function->flags & FUNCTION_BATCH);
    for (uint32_t i = 0; i < x->argc; i++) {
        constant &= p->nodes[args[i]].constant;
        known &= p->nodes[args[i]].kind == EXPR_LITERAL;
    }
    n->column = &n->own;
    if (constant)
        make_constant(p, n);
    if (constant && known) {
        run_constant(p, n);
        n->kind = EXPR_LITERAL;
    } else {
        p->calls++;
    }
}

// The place of x's value, after those of its arguments.
static uint32_t compile(struct program *p, const struct expr *x)
{
    uint32_t *args = NULL;
    if (x->kind == EXPR_CALL) {
        args = ARENA_ARRAY(&p->arena, uint32_t, x->argc + 1);
        for (uint32_t i = 0; i < x->argc; i++)
            args[i] = compile(p, x->args[i]);
    }
    for (uint32_t i = 0; i < p->count; i++)
        if (same_node(&p->nodes[i], x, args))
            return i;
    struct node *n = &p->nodes[p->count];
    *n = (struct node){.expr = x, .type = x->type, .kind = x->kind, .slot = NO_SLOT};
    if (x->kind == EXPR_COLUMN) {
        n->input = x->column;
    } else if (x->kind == EXPR_LITERAL) {
        make_constant(p, n);
        if (type_is_nested(x->type))
            column_set_null(&n->own, 0);
        else
            value_store(&x->literal, &n->own, 0);
    } else {
        make_call(p, n, x, args);
    }
    return p->count++;
}

// A call's buffers must last until its last reader ran, and as long as what borrows them.
static void find_last_readers(struct program *p)
{
    for (uint32_t k = 0; k < p->result_count; k++)
        p->nodes[p->results[k]].last = UINT32_MAX;
    for (uint32_t i = p->count; i-- > 0;) {
        const struct node *n = &p->nodes[i];
        if (n->kind != EXPR_CALL)
            continue;
        const struct function *f = n->expr->function;
        bool borrows = (f->flags & FUNCTION_BORROWS) || f == &function_cast;
        uint32_t last = borrows && n->last > i ? n->last : i;
        for (uint32_t k = 0; k < n->argc; k++) {
            struct node *arg = &p->nodes[n->args[k]];
            if (arg->last < last)
                arg->last = last;
        }
    }
}

// A free slot of the width, or a new one. One that an argument's last reader (this very call) still reads is not free.
static uint32_t take_slot(struct program *p, uint32_t width, uint32_t at_node, uint32_t until)
{
    uint32_t s = 0;
    while (s < p->slot_count && (p->slots[s].width != width || p->slots[s].free_after >= at_node))
        s++;
    if (s == p->slot_count) {
        p->slot_count++;
        p->slots[s] = (struct slot){.width = width};
        p->slots[s].null = arena_zalloc(&p->arena, CHUNK_ROWS);
        p->slots[s].data = arena_zalloc(&p->arena, (size_t)CHUNK_ROWS * width);
    }
    p->slots[s].free_after = until;
    return s;
}

static void give_slots(struct program *p)
{
    p->slots = ARENA_ARRAY(&p->arena, struct slot, p->count + 1);
    for (uint32_t i = 0; i < p->count; i++) {
        struct node *n = &p->nodes[i];
        if (n->kind != EXPR_CALL || n->constant || type_is_nested(n->type))
            continue;
        // a value that nobody reads cannot be: every node is a result or an argument
        n->slot = take_slot(p, type_width(n->type), i, n->last);
    }
}

struct program *program_compile(const struct expr *const *roots, uint32_t count, const struct session *session,
                                struct memory *memory)
{
    struct program *p = mem_zalloc(memory, sizeof(*p));
    p->memory = memory;
    p->session = session;
    arena_init(&p->arena, memory, PROGRAM_BLOCK);
    uint32_t size = 0;
    for (uint32_t k = 0; k < count; k++)
        size += tree_size(roots[k]);
    p->nodes = ARENA_ARRAY(&p->arena, struct node, size + 1);
    p->results = ARENA_ARRAY(&p->arena, uint32_t, count + 1);
    p->result_count = count;
    for (uint32_t k = 0; k < count; k++)
        p->results[k] = compile(p, roots[k]);
    find_last_readers(p);
    give_slots(p);
    return p;
}

// Where a call writes to in this run.
static void reset_output(struct program *p, struct node *n, const struct rows *rows, struct arena *arena)
{
    if (n->slot == NO_SLOT) {
        uint32_t last = rows->index && rows->count ? rows->index[rows->count - 1] + 1 : rows->count;
        column_init(&n->own, n->type, last, arena);
        return;
    }
    const struct slot *s = &p->slots[n->slot];
    n->own = (struct column){.type = n->type, .mask = UINT32_MAX, .capacity = CHUNK_ROWS, .null = s->null};
    n->own.data = s->data;
}

void program_run(struct program *p, const struct chunk *in, const struct rows *rows)
{
    static const struct rows one = {NULL, 1};
    for (uint32_t i = 0; i < p->count; i++) {
        struct node *n = &p->nodes[i];
        if (n->kind == EXPR_COLUMN) {
            assert(n->input < in->columns);
            n->column = in->column[n->input];
        }
        if (n->kind != EXPR_CALL)
            continue;
        if (n->constant) {
            column_init(&n->own, n->type, 1, in->arena);
            n->own.mask = 0;
        } else {
            reset_output(p, n, rows, in->arena);
        }
        for (uint32_t k = 0; k < n->argc; k++)
            n->in[k] = p->nodes[n->args[k]].column;
        struct call call = {&n->own, n->in, n->argc, n->state, in->arena, p->session, n->lambda};
        n->kernel(&call, n->constant ? &one : rows);
    }
}

struct column *program_result(const struct program *p, uint32_t k)
{
    assert(k < p->result_count);
    return p->nodes[p->results[k]].column;
}

uint32_t program_length(const struct program *p)
{
    return p->calls;
}

void program_free(struct program *p)
{
    if (!p)
        return;
    struct memory *memory = p->memory;
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < p->nodes[i].lambdas; k++)
            lambda_free(p->nodes[i].lambda[k], memory);
    arena_free(&p->arena);
    mem_free(memory, p, sizeof(*p));
}
