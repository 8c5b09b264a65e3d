// explode, posexplode, inline, their outer forms, LATERAL VIEW (Spark's GenerateExec): a row for each element of a
// list, in the order of the rows and of each row's elements.
#include "ops/gather.h"
#include "ops/operators.h"

struct generate {
    struct op op;
    struct generate_spec spec;
    struct arena arena;       // of the columns below
    struct gathered gathered; // input's columns; nothing in it before the first chunk
    struct column position;
    struct column *element; // `elements` of them: what a row gets of its element
    uint32_t elements;
    uint32_t from[CHUNK_ROWS];  // of each output row: the input row …
    uint32_t child[CHUNK_ROWS]; // … and the element, or GATHER_NULL
    uint32_t used;
};

// Column `k` of an element: its key, its value, itself, or its field.
static const struct column *element_source(const struct generate *g, const struct column *list, uint32_t k)
{
    return g->spec.spread ? &list->child[0].child[k] : &list->child[k];
}

static const struct type *element_type(const struct generate *g, uint32_t k)
{
    const struct type *list = g->spec.list_type;
    if (g->spec.spread)
        return list->element->fields[k].type;
    return list->id == TYPE_MAP && k == 0 ? list->key : list->element;
}

static void generate_prepare(struct generate *g, const struct chunk *chunk)
{
    const struct type *list = g->spec.list_type;
    uint32_t more = 0;
    g->elements = g->spec.spread ? list->element->field_count : list->id == TYPE_MAP ? 2 : 1;
    g->element = ARENA_ARRAY(&g->arena, struct column, g->elements);
    gathered_init(&g->gathered, chunk, g->elements + 1, &g->arena);
    struct column **column = g->gathered.column + chunk->columns;
    if (g->spec.position) {
        column_init(&g->position, type_simple(TYPE_INT), CHUNK_ROWS, &g->arena);
        column[more++] = &g->position;
    }
    for (uint32_t k = 0; k < g->elements; k++) {
        column_init(&g->element[k], element_type(g, k), CHUNK_ROWS, &g->arena);
        column[more++] = &g->element[k];
    }
}

// Pushes on the output rows collected so far. What comes after us may use the chunk's arena; it is given back, so that
// long lists do not fill it.
static enum status generate_flush(struct generate *g, struct chunk *in, const struct column *list, struct error *e)
{
    if (g->used == 0)
        return STATUS_OK;
    gathered_fill(&g->gathered, in, g->from, g->used);
    for (uint32_t k = 0; k < g->elements; k++)
        column_gather(&g->element[k], element_source(g, list, k), g->child, g->used);
    for (uint32_t k = 0; g->spec.position && k < g->used; k++) {
        g->position.null[k] = g->child[k] == GATHER_NULL;
        if (g->child[k] != GATHER_NULL)
            g->position.i32[k] = (int32_t)(g->child[k] - list->span[at(list, g->from[k])].offset);
    }
    struct chunk out = {.column = g->gathered.column,
                        .columns = in->columns + (g->spec.position ? 1 : 0) + g->elements,
                        .rows = {.count = g->used},
                        .arena = in->arena};
    g->used = 0;
    struct arena_mark mark = arena_mark(in->arena);
    enum status s = op_emit(&g->op, &out, e);
    arena_rewind(in->arena, mark);
    return s;
}

static enum status generate_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct generate *g = (struct generate *)op;
    if (g->gathered.column == NULL)
        generate_prepare(g, chunk);
    program_run(g->spec.list, chunk, &chunk->rows);
    const struct column *list = program_result(g->spec.list, 0);
    FOR_EACH_ROW (i, &chunk->rows) {
        struct span s = is_null(list, i) ? (struct span){0, 0} : list->span[at(list, i)];
        bool outer = s.size == 0 && g->spec.outer;
        *(s.size > 0 || outer ? &op->counters.passed : &op->counters.filtered) += 1;
        for (uint32_t k = 0; k < s.size + outer; k++) {
            g->from[g->used] = i;
            g->child[g->used] = outer ? GATHER_NULL : s.offset + k;
            if (++g->used < CHUNK_ROWS)
                continue;
            enum status status = generate_flush(g, chunk, list, e);
            if (status != STATUS_OK)
                return status;
        }
    }
    return generate_flush(g, chunk, list, e);
}

static void generate_destroy(struct op *op)
{
    struct generate *g = (struct generate *)op;
    program_free(g->spec.list);
    arena_free(&g->arena);
    mem_free(op->memory, g, sizeof *g);
}

static const struct op_class generate_class = {.name = "generate", .push = generate_push, .destroy = generate_destroy};

struct op *generate_new(const struct generate_spec *spec, struct memory *memory)
{
    struct generate *g = mem_zalloc(memory, sizeof *g);
    g->op = (struct op){.class = &generate_class, .memory = memory};
    g->spec = *spec;
    arena_init(&g->arena, memory, 64 * 1024);
    return &g->op;
}
