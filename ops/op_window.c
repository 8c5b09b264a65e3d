// window(): the windows a time is in (Spark's TimeWindowing). A tumbling one adds a column; a sliding one repeats the
// row once a window, the latest start first.
#include "ops/gather.h"
#include "ops/operators.h"

struct window {
    struct op op;
    struct window_spec spec;
    uint32_t overlap; // windows a time is in at most
    struct arena arena;
    struct gathered gathered; // sliding: the input's columns; nothing in it before the first chunk
    struct column **column;   // tumbling: the input's columns and the window
    struct column window;
    const struct type *type;
    uint32_t index[CHUNK_ROWS];
    uint32_t used;
};

// Java's arithmetic: it wraps.
static int64_t add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static int64_t subtract(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t last_start(const struct window_spec *w, int64_t time)
{
    int64_t remainder = subtract(time, w->start) % w->slide;
    int64_t start = subtract(time, remainder);
    return remainder < 0 ? subtract(start, w->slide) : start;
}

static void window_put(struct window *w, uint32_t row, int64_t start)
{
    w->window.null[row] = 0;
    w->window.child[0].i64[row] = start;
    w->window.child[1].i64[row] = add(start, w->spec.size);
}

static enum status tumble(struct window *w, struct chunk *chunk, const struct column *time, struct error *e)
{
    uint32_t count = 0;
    FOR_EACH_ROW (i, &chunk->rows) {
        w->index[count] = i;
        if (is_null(time, i))
            continue;
        window_put(w, i, last_start(&w->spec, time->i64[at(time, i)]));
        count++;
    }
    w->op.counters.passed += count;
    w->op.counters.filtered += chunk->rows.count - count;
    memcpy(w->column, chunk->column, chunk->columns * sizeof(struct column *));
    w->column[chunk->columns] = &w->window;
    struct chunk out = {.column = w->column, .columns = chunk->columns + 1, .rows = chunk->rows, .arena = chunk->arena};
    if (count < chunk->rows.count)
        out.rows = (struct rows){w->index, count};
    return op_emit(&w->op, &out, e);
}

static enum status slide_flush(struct window *w, struct chunk *in, struct error *e)
{
    if (w->used == 0)
        return STATUS_OK;
    gathered_fill(&w->gathered, in, w->index, w->used);
    struct chunk out = {
        .column = w->gathered.column, .columns = in->columns + 1, .rows = {.count = w->used}, .arena = in->arena};
    w->used = 0;
    struct arena_mark mark = arena_mark(in->arena);
    enum status s = op_emit(&w->op, &out, e);
    arena_rewind(in->arena, mark);
    return s;
}

static enum status slide(struct window *w, struct chunk *chunk, const struct column *time, struct error *e)
{
    FOR_EACH_ROW (i, &chunk->rows) {
        if (is_null(time, i)) {
            w->op.counters.filtered++;
            continue;
        }
        int64_t t = time->i64[at(time, i)];
        int64_t start = last_start(&w->spec, t);
        w->op.counters.passed++;
        for (uint32_t k = 0; k < w->overlap; k++, start = subtract(start, w->spec.slide)) {
            if (t < start || t >= add(start, w->spec.size))
                continue; // the size is no multiple of the slide, or the arithmetic wrapped
            w->index[w->used] = i;
            window_put(w, w->used, start);
            if (++w->used < CHUNK_ROWS)
                continue;
            enum status s = slide_flush(w, chunk, e);
            if (s != STATUS_OK)
                return s;
        }
    }
    return slide_flush(w, chunk, e);
}

static enum status window_push(struct op *op, unsigned input, struct chunk *chunk, struct error *e)
{
    (void)input;
    struct window *w = (struct window *)op;
    bool tumbling = w->spec.size == w->spec.slide;
    if (w->column == NULL) {
        column_init(&w->window, w->type, CHUNK_ROWS, &w->arena);
        w->column = ARENA_ARRAY(&w->arena, struct column *, chunk->columns + 1);
        if (!tumbling) {
            gathered_init(&w->gathered, chunk, 1, &w->arena);
            w->gathered.column[chunk->columns] = &w->window;
        }
    }
    program_run(w->spec.time, chunk, &chunk->rows);
    const struct column *time = program_result(w->spec.time, 0);
    return tumbling ? tumble(w, chunk, time, e) : slide(w, chunk, time, e);
}

static void window_destroy(struct op *op)
{
    struct window *w = (struct window *)op;
    program_free(w->spec.time);
    arena_free(&w->arena);
    mem_free(op->memory, w, sizeof *w);
}

static const struct op_class window_class = {.name = "window", .push = window_push, .destroy = window_destroy};

struct op *window_new(const struct window_spec *spec, struct memory *memory)
{
    assert(spec->slide > 0 && spec->size >= spec->slide);
    struct window *w = mem_zalloc(memory, sizeof *w);
    w->op = (struct op){.class = &window_class, .memory = memory};
    w->spec = *spec;
    w->overlap = (uint32_t)((spec->size - 1) / spec->slide + 1);
    arena_init(&w->arena, memory, 64 * 1024);
    const struct field fields[] = {{SLICE("start"), spec->time_type, true}, {SLICE("end"), spec->time_type, true}};
    w->type = type_struct(&w->arena, fields, 2);
    return &w->op;
}
