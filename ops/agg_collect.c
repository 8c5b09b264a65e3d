// collect_list and collect_set (Spark's CollectList, CollectSet): the values that are not NULL, in order of arrival; a
// set in the order in which a Scala HashSet has them, which is what Spark gives. State: their number, 4 bytes little
// endian, and a datum (ops/datum.h) each.
#include "ops/aggregate.h"
#include "ops/datum_list.h"
#include "ops/endian.h"

enum { COUNT_BYTES = 4, COLLECT_MAX = 4 << 20 }; // what would make more is left out

static const bool list = false, set = true; // what bind leaves in `state`

static bool is_set(const struct aggregate_call *bound)
{
    return *(const bool *)bound->state;
}

static void collect_step(const struct aggregate_call *bound, const struct column *const *args, const struct rows *rows,
                         void *const *groups)
{
    FOR_EACH_ROW (i, rows) {
        struct datum_list *s = groups[i_k];
        struct datum d = {.there = 0};
        if (is_null(args[0], i) || args[0]->type->id == TYPE_NULL || s->count >= COLLECT_MAX)
            continue;
        struct arena_mark mark = arena_mark(bound->arena);
        uint32_t count = s->count;
        datum_set(&d, args[0], i, bound->arena);
        if (!is_set(bound)) {
            datum_list_add(s, d, bound->arena);
            continue;
        }
        uint32_t slots = s->slots;
        datum_list_place(s, d, bound->arg_type[0], bound->arena);
        if (s->count == count && s->slots == slots)
            arena_rewind(bound->arena, mark); // it was there: its bytes are not needed
    }
}

static void collect_merge(const struct aggregate_call *bound, void *into, const void *from)
{
    struct datum_list *a = into;
    const struct datum_list *b = from;
    for (uint32_t i = 0; i < b->count && a->count < COLLECT_MAX; i++) {
        if (is_set(bound))
            datum_list_place(a, b->item[i], bound->arg_type[0], bound->arena);
        else
            datum_list_add(a, b->item[i], bound->arena);
    }
}

// ---- the order of a set

struct placed {
    uint32_t bucket;
    int32_t hash;
    uint32_t item;
};

static bool comes_before(const struct placed *a, const struct placed *b)
{
    if (a->bucket != b->bucket)
        return a->bucket < b->bucket;
    return a->hash != b->hash ? a->hash < b->hash : a->item < b->item;
}

// Heap sort: no recursion, no room.
static void sift(struct placed *p, uint32_t root, uint32_t count)
{
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && comes_before(&p[child], &p[child + 1]))
            child++;
        if (!comes_before(&p[root], &p[child]))
            return;
        struct placed swap = p[root];
        p[root] = p[child];
        p[child] = swap;
    }
}

static void sort_placed(struct placed *p, uint32_t count)
{
    for (uint32_t root = count / 2; root-- > 0;)
        sift(p, root, count);
    for (uint32_t last = count; last-- > 1;) {
        struct placed swap = p[0];
        p[0] = p[last];
        p[last] = swap;
        sift(p, 0, last);
    }
}

static void collect_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct datum_list *s = group;
    uint32_t first = out->used, table = 16;
    while (4 * (uint64_t)s->count >= 3 * (uint64_t)table)
        table *= 2;
    out->null[row] = 0;
    column_reserve(out, first + s->count, bound->arena);
    out->span[row] = (struct span){first, s->count};
    out->used += s->count;
    for (uint32_t i = 0; i < s->count; i++)
        datum_get(&s->item[i], &out->child[0], first + i, bound->arena);
    if (!is_set(bound) || s->count < 2)
        return;
    struct placed *p = ARENA_ARRAY(bound->arena, struct placed, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t plain = (uint32_t)java_hash(&out->child[0], first + i);
        int32_t hash = (int32_t)(plain ^ plain >> 16); // HashSet.improveHash
        p[i] = (struct placed){(uint32_t)hash & (table - 1), hash, i};
    }
    sort_placed(p, s->count);
    for (uint32_t i = 0; i < s->count; i++)
        datum_get(&s->item[p[i].item], &out->child[0], first + i, bound->arena);
}

static void collect_save(const struct aggregate_call *bound, const void *group, struct text *out)
{
    const struct datum_list *s = group;
    store_little(text_reserve(out, COUNT_BYTES), s->count, COUNT_BYTES);
    out->size += COUNT_BYTES;
    for (uint32_t i = 0; i < s->count; i++)
        datum_save(bound->arg_type[0], &s->item[i], out);
}

static size_t collect_load(const struct aggregate_call *bound, struct slice bytes, void *group)
{
    struct datum_list *s = group;
    if (bytes.size < COUNT_BYTES)
        return 0;
    uint32_t count = (uint32_t)load_little(bytes.data, COUNT_BYTES), used = COUNT_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        struct datum d = {.there = 0};
        struct slice rest = {bytes.data + used, bytes.size - used};
        size_t taken = datum_load(bound->arg_type[0], rest, &d, bound->arena);
        if (taken == 0 || !d.there)
            return 0;
        used += (uint32_t)taken;
        if (is_set(bound))
            datum_list_place(s, d, bound->arg_type[0], bound->arena);
        else
            datum_list_add(s, d, bound->arena);
    }
    return used;
}

static const struct aggregate_kernels collect_kernels = {
    .step = collect_step, .merge = collect_merge, .finish = collect_finish, .save = collect_save, .load = collect_load};

static enum status collect_bind(struct aggregate_binding *b, const bool *what, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    if (*what && !datum_is_ordered(t))
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE] collect_set: the value has a MAP in it, of which "
                         "none equals another");
    b->type = type_array(b->arena, t, b->arg[0]->nullable); // as Spark says it; there is no NULL in it
    b->nullable = false;
    b->state_size = (sizeof(struct datum_list) + 7u) & ~7u;
    b->state = what;
    b->kernels = &collect_kernels;
    return STATUS_OK;
}

static enum status list_bind(struct aggregate_binding *b, struct error *e)
{
    return collect_bind(b, &list, e);
}

static enum status set_bind(struct aggregate_binding *b, struct error *e)
{
    return collect_bind(b, &set, e);
}

// ---- listagg: the texts one behind the other

enum { LISTAGG_MAX = 64 << 20 }; // what is longer is NULL

struct joined {
    bool set; // never; what is_set reads
    struct slice delimiter;
};

static void join_finish(const struct aggregate_call *bound, const void *group, struct column *out, uint32_t row)
{
    const struct datum_list *s = group;
    struct slice delimiter = ((const struct joined *)bound->state)->delimiter;
    uint64_t size = 0;
    for (uint32_t i = 0; i < s->count; i++)
        size += s->item[i].size + (i > 0 ? delimiter.size : 0);
    out->null[row] = s->count == 0 || size > LISTAGG_MAX;
    if (out->null[row])
        return;
    char *to = arena_alloc(bound->arena, (size_t)size + 1);
    out->slice[row] = (struct slice){to, (uint32_t)size};
    for (uint32_t i = 0; i < s->count; i++) {
        if (i > 0 && delimiter.size > 0)
            memcpy(to, delimiter.data, delimiter.size);
        to += i > 0 ? delimiter.size : 0;
        memcpy(to, s->item[i].data, s->item[i].size);
        to += s->item[i].size;
    }
}

static const struct aggregate_kernels join_kernels = {
    .step = collect_step, .merge = collect_merge, .finish = join_finish, .save = collect_save, .load = collect_load};

static enum status join_bind(struct aggregate_binding *b, struct error *e)
{
    const struct type *t = b->arg[0]->type;
    struct joined *j = ARENA_NEW(b->arena, struct joined);
    if (type_is_nested(t))
        return aggregate_mismatch(b, 0, "STRING or BINARY", e);
    b->type = t->id == TYPE_BINARY ? t : type_simple(TYPE_STRING);
    b->want[0] = b->type;
    if (b->argc > 1) {
        const struct expr *x = b->arg[1];
        if (x->kind != EXPR_LITERAL)
            return error_set(e, STATUS_CONFIG,
                             "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] listagg: the delimiter must be a literal");
        if (x->type->id != b->type->id && x->type->id != TYPE_NULL)
            return aggregate_mismatch(b, 1, "a delimiter of the first one's type", e);
        j->delimiter = x->literal.null ? (struct slice){0} : x->literal.bytes;
        b->want[1] = b->type;
    }
    b->nullable = true;
    b->state_size = (sizeof(struct datum_list) + 7u) & ~7u;
    b->state = j;
    b->kernels = &join_kernels;
    return STATUS_OK;
}

const struct aggregate aggregate_listagg = {
    .name = "listagg",
    .alias = (const char *const[]){"string_agg", NULL},
    .min_args = 1,
    .max_args = 2,
    .bind = join_bind,
    .usage = "listagg(expr[, delimiter])",
    .summary =
        "The texts that are not NULL one behind the other, in order of arrival, with the delimiter between; NULL if "
        "there is none.",
    .example = "SELECT listagg(x, '-') FROM VALUES ('a'), (NULL), ('b') AS t(x)",
    .gives = "\"a-b\"",
};
const struct aggregate aggregate_collect_list = {
    .name = "collect_list",
    .alias = (const char *const[]){"array_agg", NULL},
    .min_args = 1,
    .max_args = 1,
    .bind = list_bind,
    .usage = "collect_list(expr)",
    .summary = "The values that are not NULL as an ARRAY, in order of arrival.",
    .example = "SELECT collect_list(x) FROM VALUES (1), (2), (1) AS t(x)",
    .gives = "[1,2,1]",
};
const struct aggregate aggregate_collect_set = {
    .name = "collect_set",
    .min_args = 1,
    .max_args = 1,
    .bind = set_bind,
    .usage = "collect_set(expr)",
    .summary = "The values that are not NULL as an ARRAY, each but once; sort_array puts them in order.",
    .example = "SELECT collect_set(x) FROM VALUES (1), (2), (1) AS t(x)",
    .gives = "[1,2]",
};
