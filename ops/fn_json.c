// get_json_object, json_array_length, json_object_keys (jsonExpressions.scala, GetJsonObjectEvaluator).
#include "ops/encoder.h"
#include "ops/json_copy.h"
#include "ops/json_member.h"
#include "ops/kernel.h"
#include "ops/result.h"

// ---- get_json_object: a path

enum { PATH_MAX_STEPS = 64 };

enum step_kind { STEP_NAME, STEP_INDEX, STEP_ALL };

struct step {
    enum step_kind kind;
    struct slice name;
    int64_t index;
};

struct path {
    struct step step[PATH_MAX_STEPS];
    uint32_t steps;
    bool good; // else nothing matches
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct slice s, uint32_t *k)
{
    while (*k < s.size && is_blank(s.data[*k]))
        ++*k;
}

// `[…]` from behind the bracket.
static bool read_subscript(struct slice s, uint32_t *k, struct step *step)
{
    skip_blanks(s, k);
    if (*k < s.size && s.data[*k] == '\'') {
        uint32_t from = ++*k;
        while (*k < s.size && s.data[*k] != '\'' && s.data[*k] != '?')
            ++*k;
        *step = (struct step){.kind = STEP_NAME, .name = {s.data + from, *k - from}};
        if (step->name.size == 0 || *k >= s.size || s.data[(*k)++] != '\'')
            return false;
    } else if (*k < s.size && s.data[*k] == '*') {
        *step = (struct step){.kind = STEP_ALL};
        ++*k;
    } else {
        uint32_t from = *k;
        *step = (struct step){.kind = STEP_INDEX};
        for (; *k < s.size && s.data[*k] >= '0' && s.data[*k] <= '9' && step->index < INT32_MAX; ++*k)
            step->index = step->index * 10 + (s.data[*k] - '0');
        if (*k == from)
            return false;
    }
    skip_blanks(s, k);
    return *k < s.size && s.data[(*k)++] == ']';
}

// JsonPathParser; a wildcard for a name matches nothing.
static void path_parse(struct slice s, struct path *p)
{
    uint32_t k = 0;
    p->steps = 0;
    skip_blanks(s, &k);
    p->good = k < s.size && s.data[k++] == '$';
    for (skip_blanks(s, &k); p->good && k < s.size; skip_blanks(s, &k)) {
        struct step *step = &p->step[p->steps++];
        p->good = p->steps < PATH_MAX_STEPS;
        if (s.data[k] == '[') {
            k++;
            p->good &= read_subscript(s, &k, step);
        } else if (s.data[k++] == '.') {
            skip_blanks(s, &k);
            uint32_t from = k;
            while (k < s.size && s.data[k] != '.' && s.data[k] != '[')
                k++;
            *step = (struct step){.kind = STEP_NAME, .name = {s.data + from, k - from}};
            p->good &= step->name.size > 0 && !slice_equal(step->name, SLICE("*"));
        } else {
            p->good = false;
        }
    }
}

// ---- get_json_object: what is found, written as Jackson's generator does it

enum style { STYLE_RAW, STYLE_QUOTED, STYLE_FLATTEN };

// Where values go: within an array they have commas between.
struct place {
    bool array;
    uint32_t count;
};

struct finder {
    struct json_reader reader;
    struct text out;
    bool failed; // where Jackson throws
};

static bool next(struct finder *f)
{
    if (!f->failed)
        f->failed = !json_next(&f->reader);
    return !f->failed;
}

static void begin_value(struct finder *f, struct place *at_place)
{
    if (at_place->array && at_place->count++ > 0)
        text_char(&f->out, ',');
}

// The value at the token, with what is in it.
static void copy_value(struct finder *f)
{
    if (!f->failed)
        f->failed = !json_copy_value(&f->reader, &f->out);
}

static bool skip(struct finder *f)
{
    f->failed |= !f->failed && !json_skip_children(&f->reader);
    return false;
}

static bool find(struct finder *f, struct place *to, enum style style, const struct step *step, uint32_t steps);

static bool find_at_end(struct finder *f, struct place *to, enum style style)
{
    if (f->reader.token == JSON_STRING && style == STYLE_RAW) {
        f->failed |= !json_finish(&f->reader);
        if (!f->failed)
            text_slice(&f->out, f->reader.text);
        return true;
    }
    if (f->reader.token == JSON_START_ARRAY && style == STYLE_FLATTEN) {
        bool dirty = false;
        while (next(f) && f->reader.token != JSON_END_ARRAY)
            dirty |= find(f, to, style, NULL, 0);
        return dirty;
    }
    begin_value(f, to);
    copy_value(f);
    return true;
}

// The first member of the name that has something; the others are passed over.
static bool find_name(struct finder *f, struct place *to, enum style style, const struct step *step, uint32_t steps)
{
    bool dirty = false;
    while (next(f) && f->reader.token != JSON_END_OBJECT) {
        bool wanted = !dirty && slice_equal(json_name(&f->reader), step->name);
        if (next(f)) {
            if (wanted && f->reader.token != JSON_NULL)
                dirty = find(f, to, style, step + 1, steps - 1);
            else
                skip(f);
        }
    }
    return dirty;
}

static bool find_index(struct finder *f, struct place *to, enum style style, const struct step *step, uint32_t steps)
{
    bool more = steps > 1 && step[1].kind == STEP_ALL, dirty = false;
    next(f);
    for (int64_t i = 0; !f->failed && f->reader.token != JSON_END_ARRAY; i++, next(f)) {
        if (i == step->index)
            dirty = find(f, to, more ? STYLE_QUOTED : style, step + 1, steps - 1);
        else
            skip(f);
    }
    return dirty;
}

// [*]: an array of what is found in the elements; outside of QUOTED a single find stands without its brackets.
static bool find_all(struct finder *f, struct place *to, enum style style, const struct step *step, uint32_t steps)
{
    bool twice = steps > 1 && step[1].kind == STEP_ALL;
    struct place inner = {.array = true}, before = *to;
    size_t old = f->out.size;
    uint32_t found = 0;
    begin_value(f, to);
    size_t from = f->out.size;
    text_char(&f->out, '[');
    enum style below = twice || style == STYLE_FLATTEN ? STYLE_FLATTEN : STYLE_QUOTED;
    while (next(f) && f->reader.token != JSON_END_ARRAY)
        found += find(f, &inner, below, step + (twice ? 2 : 1), steps - (twice ? 2 : 1));
    text_char(&f->out, ']');
    if (twice || style == STYLE_QUOTED)
        return found > 0;
    if (found == 0) {
        f->out.size = old;
        *to = before;
    } else if (found == 1) {
        f->out.size -= 2;
        memmove(f->out.data + from, f->out.data + from + 1, f->out.size - from);
    }
    return found > 0;
}

// GetJsonObjectEvaluator.evaluatePath: was something written?
static bool find(struct finder *f, struct place *to, enum style style, const struct step *step, uint32_t steps)
{
    if (f->failed)
        return false;
    if (steps == 0)
        return find_at_end(f, to, style);
    if (f->reader.token == JSON_START_OBJECT && step->kind == STEP_NAME)
        return find_name(f, to, style, step, steps);
    if (f->reader.token == JSON_START_ARRAY && step->kind == STEP_ALL)
        return find_all(f, to, style, step, steps);
    if (f->reader.token == JSON_START_ARRAY && step->kind == STEP_INDEX)
        return find_index(f, to, style, step, steps);
    return skip(f);
}

// Opens the row's text; false: it is too long to be answered.
static bool finder_open(struct finder *f, const struct call *c, uint32_t i, struct json_level *level)
{
    struct slice s = slice_at(c->in[0], i);
    uint64_t bound = json_copy_bound(s.size);
    if (bound > STRING_MAX)
        return false;
    f->failed = false;
    f->out = (struct text){.memory = c->arena->memory, .data = arena_alloc(c->arena, (size_t)bound)};
    f->out.capacity = (size_t)bound;
    json_open(&f->reader, s, level, c->arena);
    return next(f) && f->reader.token != JSON_NONE;
}

static struct json_level *levels(const struct call *c)
{
    return ARENA_ARRAY(c->arena, struct json_level, JSON_DEPTH_MAX + 2);
}

static void get_json_object(const struct call *c, const struct rows *rows)
{
    struct json_level *level = levels(c);
    const struct path *fixed = c->state;
    FOR_EACH_ROW (i, rows) {
        struct path own;
        struct finder f;
        struct place root = {.array = false};
        if (row_is_null(c, i))
            continue;
        c->out->null[i] = 1;
        if (fixed == NULL)
            path_parse(slice_at(c->in[1], i), &own);
        const struct path *p = fixed != NULL ? fixed : &own;
        if (!p->good || !finder_open(&f, c, i, level))
            continue;
        size_t room = f.out.capacity;
        c->out->null[i] = !find(&f, &root, STYLE_RAW, p->step, p->steps) || f.failed;
        assert(f.out.capacity == room && "the bound of finder_open was too small");
        (void)room;
        c->out->slice[i] = text_view(&f.out);
    }
}

static enum status bind_get_json_object(struct binding *b, struct error *e)
{
    if (is_literal(b->arg[1]) && b->arg[1]->type->id == TYPE_STRING) {
        struct path *p = ARENA_NEW(b->arena, struct path);
        path_parse(b->arg[1]->literal.bytes, p);
        b->state = p;
    }
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = get_json_object;
    return binding_wants(b, (const enum want[]){WANT_TEXT, WANT_TEXT}, 2, e);
}

// ---- what is in an array or an object

static void array_length(const struct call *c, const struct rows *rows)
{
    struct json_level *level = levels(c);
    FOR_EACH_ROW (i, rows) {
        struct finder f;
        int32_t count = 0;
        if (row_is_null(c, i))
            continue;
        bool array = finder_open(&f, c, i, level) && f.reader.token == JSON_START_ARRAY;
        for (; array && next(&f) && f.reader.token != JSON_END_ARRAY; count++)
            skip(&f);
        c->out->null[i] = !array || f.failed;
        c->out->i32[i] = count;
    }
}

static void object_keys(const struct call *c, const struct rows *rows)
{
    struct json_level *level = levels(c);
    FOR_EACH_ROW (i, rows) {
        struct finder f;
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        bool object = finder_open(&f, c, i, level) && f.reader.token == JSON_START_OBJECT;
        while (object && next(&f) && f.reader.token != JSON_END_OBJECT) {
            uint32_t place = list_add(c, i);
            c->out->child[0].null[place] = 0;
            c->out->child[0].slice[place] = json_name(&f.reader);
            if (next(&f))
                skip(&f);
        }
        c->out->null[i] = !object || f.failed;
        if (c->out->null[i])
            list_drop(c, i);
    }
}

static enum status bind_look_inside(struct binding *b, struct error *e)
{
    bool keys = b->function == &function_json_object_keys;
    b->type = keys ? type_array(b->arena, type_simple(TYPE_STRING), true) : type_simple(TYPE_INT);
    b->nullable = true;
    b->kernel = keys ? object_keys : array_length;
    return binding_want(b, 0, WANT_TEXT, e);
}

// JsonTuple: the last member of that name that is not null; NULL for the whole row where the text is bad.
static void json_member(const struct call *c, const struct rows *rows)
{
    struct json_level *level = levels(c);
    FOR_EACH_ROW (i, rows) {
        struct finder f;
        if (row_is_null(c, i))
            continue;
        struct slice name = slice_at(c->in[1], i), found = {NULL, 0};
        bool object = finder_open(&f, c, i, level) && f.reader.token == JSON_START_OBJECT;
        while (object && next(&f) && f.reader.token != JSON_END_OBJECT) {
            bool wanted = slice_equal(json_name(&f.reader), name);
            if (!next(&f))
                break;
            if (wanted && f.reader.token == JSON_STRING) {
                f.failed |= !json_finish(&f.reader);
                found = f.reader.text;
            } else if (wanted && f.reader.token != JSON_NULL) {
                size_t from = f.out.size;
                copy_value(&f);
                found = (struct slice){f.out.data + from, (uint32_t)(f.out.size - from)};
            } else {
                skip(&f);
            }
        }
        c->out->null[i] = !object || f.failed || found.data == NULL;
        c->out->slice[i] = found;
    }
}

static enum status bind_json_member(struct binding *b, struct error *e)
{
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = json_member;
    return binding_wants(b, (const enum want[]){WANT_TEXT, WANT_TEXT}, 2, e);
}

const struct function function_json_member = {.name = "json_member",
                                              .min_args = 2,
                                              .max_args = 2,
                                              .bind = bind_json_member,
                                              .usage = "json_tuple(json, name, …)"};

const struct function function_get_json_object = {
    .name = "get_json_object",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_get_json_object,
    .usage = "get_json_object(json, path)",
    .summary = "What a path like $.a.b[0] or $.a[*].b finds in a JSON text; NULL if nothing.",
    .example = "get_json_object('{\"a\":{\"b\":[1,2]}}', '$.a.b[1]')",
    .gives = "\"2\"",
};
const struct function function_json_array_length = {
    .name = "json_array_length",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_look_inside,
    .usage = "json_array_length(json)",
    .summary = "The elements of a JSON array; NULL if the text is none.",
    .example = "json_array_length('[1,2,[3]]')",
    .gives = "3",
};
const struct function function_json_object_keys = {
    .name = "json_object_keys",
    .min_args = 1,
    .max_args = 1,
    .bind = bind_look_inside,
    .usage = "json_object_keys(json)",
    .summary = "The names of a JSON object's members; NULL if the text is none.",
    .example = "json_object_keys('{\"a\":1,\"b\":2}')",
    .gives = "[\"a\",\"b\"]",
};
