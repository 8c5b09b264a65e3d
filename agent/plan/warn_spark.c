// Where this plan answers otherwise than Spark: the constructs of docs/spark-differences.md, each with what to do.
#include "agent/plan/warn.h"

#include "ops/decode_mode.h"
#include "ops/function.h"

enum { ANY_ARGUMENT = -1 };

// Functions that end Spark's query at some value of a row, where we give NULL. Constants were judged before.
static const struct {
    const char *name;
    int argument; // whose value it is
    const char *value;
} ending[] = {
    {"map", ANY_ARGUMENT, "a key that is NULL or there twice"},
    {"map_from_arrays", ANY_ARGUMENT, "a key that is NULL or there twice"},
    {"map_from_entries", ANY_ARGUMENT, "a key that is NULL or there twice"},
    {"map_concat", ANY_ARGUMENT, "a key that is there twice"},
    {"str_to_map", ANY_ARGUMENT, "a key that is there twice"},
    {"transform_keys", ANY_ARGUMENT, "a key that is NULL or there twice"},
    {"element_at", 1, "index 0"},
    {"slice", 1, "a start of 0"},
    {"array_insert", 1, "position 0"},
    {"sequence", ANY_ARGUMENT, "a step that leads away from the end"},
    {"from_utc_timestamp", 1, "an unknown zone"},
    {"to_utc_timestamp", 1, "an unknown zone"},
    {"convert_timezone", ANY_ARGUMENT, "an unknown zone"},
    {"encode", ANY_ARGUMENT, "a character that the charset has not"},
    {"decode", ANY_ARGUMENT, "a byte that the charset has not"},
};
enum { ENDING_COUNT = sizeof ending / sizeof *ending };

struct warning {
    struct text *out;
    bool told[ENDING_COUNT];
};

static bool depends_on_row(const struct expr *x, int argument)
{
    for (uint32_t i = 0; i < x->argc; i++)
        if ((argument == ANY_ARGUMENT || (uint32_t)argument == i) && x->args[i]->kind != EXPR_LITERAL)
            return true;
    return false;
}

static void warn_expr(struct warning *w, const struct expr *x)
{
    if (x == NULL || x->kind != EXPR_CALL)
        return;
    for (uint32_t i = 0; i < x->argc; i++)
        warn_expr(w, x->args[i]);
    for (uint32_t k = 0; k < ENDING_COUNT; k++) {
        if (w->told[k] || strcmp(x->function->name, ending[k].name) != 0 || !depends_on_row(x, ending[k].argument))
            continue;
        w->told[k] = true;
        text_printf(w->out, "warning: %s: %s ends Spark's query; here it gives NULL\n", ending[k].name,
                    ending[k].value);
    }
}

static void warn_exprs(struct warning *w, const struct node *n)
{
    for (uint32_t i = 0; i < n->conjunct_count; i++)
        warn_expr(w, n->conjuncts[i]);
    warn_expr(w, n->input);
    for (uint32_t i = 0; i < n->item_count; i++)
        warn_expr(w, n->items[i].expr);
    for (uint32_t i = 0; i < n->part_count; i++) {
        for (uint32_t k = 0; k < n->parts[i].argc; k++)
            warn_expr(w, n->parts[i].args[k]);
        warn_expr(w, n->parts[i].filter);
    }
    for (uint32_t i = 0; i < n->key_count; i++)
        warn_expr(w, n->keys[i].expr);
}

static uint32_t named(const struct node *n, uint32_t source)
{
    if (n == NULL)
        return 0;
    return (n->kind == NODE_SOURCE && n->source == source) + named(n->child, source) + named(n->second, source);
}

static void warn_source(const struct pipeline_source *s, struct text *out)
{
    const struct option_value *mode = option_get(&s->options, "mode");
    if (mode && s->decoder && option_find(s->decoder->options, SLICE("mode")) && !decode_mode_known(mode->text))
        text_printf(out, "warning: source %.*s: there is no mode \"%.*s\": as in Spark it is PERMISSIVE\n",
                    (int)s->name.size, s->name.data, (int)mode->text.size, mode->text.data);
    if (s->decoder == &decoder_csv && s->class->columns != NULL && option_boolean(&s->options, "multiLine"))
        text_printf(out,
                    "warning: source %.*s: each record of a message is a row; with multiLine Spark's from_csv reads "
                    "the first\n",
                    (int)s->name.size, s->name.data);
}

static void warn_nodes(const struct node *n, struct warning *w)
{
    warn_exprs(w, n);
    if (n->child)
        warn_nodes(n->child, w);
    if (n->second)
        warn_nodes(n->second, w);
}

static void warn_reads(const struct logical *l, struct text *out)
{
    for (uint32_t i = 0; i < l->pipeline->source_count; i++) {
        const struct pipeline_source *s = &l->pipeline->sources[i];
        uint32_t count = named(l->root, i);
        warn_source(s, out);
        if (count > 0 && s->is_static)
            text_printf(out,
                        "warning: source %.*s: a static source is read once, at the start; Spark reads its files in "
                        "each batch\n",
                        (int)s->name.size, s->name.data);
        else if (count > 1)
            text_printf(
                out,
                "warning: source %.*s: named %s, it is read once; Spark reads it each time anew, and of a socket each "
                "gets a part\n",
                (int)s->name.size, s->name.data, count == 2 ? "twice" : "several times");
    }
}

void warn_spark(const struct logical *l, struct text *out)
{
    struct warning w = {.out = out};
    warn_nodes(l->root, &w);
    warn_reads(l, out);
}
