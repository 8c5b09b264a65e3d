#include "ops/decode_filter.h"
#include "ops/program.h"

struct conjunct {
    bool *reads;    // of each column
    uint32_t count; // columns that it reads
    uint32_t last;  // the last of them
    uint32_t left;  // of the record: those that have not come
};

struct decode_filter {
    struct memory *memory;
    struct arena arena;
    struct program *program; // a result for each conjunct
    struct conjunct *conjunct;
    uint32_t conjuncts, columns;
};

enum { FILTER_BLOCK = 1024 };

static void mark(void *self, uint32_t column)
{
    struct conjunct *c = self;
    c->count += !c->reads[column];
    c->reads[column] = true;
    c->last = column > c->last ? column : c->last;
}

struct decode_filter *decode_filter_new(const struct expr *const *conjuncts, uint32_t count, const uint32_t *place,
                                        uint32_t columns, const struct session *session, struct memory *memory)
{
    if (count == 0)
        return NULL;
    struct decode_filter *f = mem_zalloc(memory, sizeof *f);
    *f = (struct decode_filter){.memory = memory, .conjuncts = count, .columns = columns};
    arena_init(&f->arena, memory, FILTER_BLOCK);
    f->conjunct = ARENA_ARRAY(&f->arena, struct conjunct, count);
    const struct expr **placed = ARENA_ARRAY(&f->arena, const struct expr *, count);
    for (uint32_t i = 0; i < count; i++) {
        placed[i] = expr_remap(&f->arena, conjuncts[i], place);
        f->conjunct[i].reads = ARENA_ARRAY(&f->arena, bool, columns);
        expr_columns(placed[i], mark, &f->conjunct[i]);
    }
    f->program = program_compile(placed, count, session, memory);
    return f;
}

void decode_filter_free(struct decode_filter *f)
{
    if (!f)
        return;
    program_free(f->program);
    arena_free(&f->arena);
    mem_free(f->memory, f, sizeof *f);
}

bool decode_filter_reads(const struct decode_filter *f, uint32_t column)
{
    for (uint32_t i = 0; f && i < f->conjuncts; i++)
        if (f->conjunct[i].reads[column])
            return true;
    return false;
}

void decode_filter_begin(struct decode_filter *f)
{
    for (uint32_t i = 0; i < f->conjuncts; i++)
        f->conjunct[i].left = f->conjunct[i].count;
}

static bool is_true(struct decode_filter *f, uint32_t conjunct, struct column **columns, struct arena *arena,
                    uint32_t row)
{
    struct chunk chunk = {.column = columns, .columns = f->columns, .arena = arena};
    struct rows one = {&row, 1};
    program_run(f->program, &chunk, &one);
    const struct column *c = program_result(f->program, conjunct);
    return !is_null(c, row) && c->boolean[at(c, row)];
}

enum filter_answer decode_filter_came(struct decode_filter *f, struct column **columns, struct arena *arena,
                                      uint32_t column, uint32_t row)
{
    for (uint32_t i = 0; i < f->conjuncts; i++) {
        struct conjunct *c = &f->conjunct[i];
        if (!c->reads[column])
            continue;
        if (c->left == 0)
            return FILTER_TWICE;
        if (--c->left == 0 && !is_true(f, i, columns, arena, row))
            return FILTER_LEFT_OUT;
    }
    return FILTER_GO;
}

bool decode_filter_passes(struct decode_filter *f, struct column **columns, struct arena *arena, uint32_t column,
                          uint32_t row)
{
    for (uint32_t i = 0; i < f->conjuncts; i++)
        if (f->conjunct[i].last == column && !is_true(f, i, columns, arena, row))
            return false;
    return true;
}
