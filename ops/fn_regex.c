// split, RLIKE, regexp_replace, regexp_extract (regexpExpressions.scala). Patterns are literals, compiled at bind.
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/regex_call.h"

struct splitter {
    struct slice plain; // the separator, when the pattern is a plain text …
    struct regex *regex;
    bool characters; // … or '': every character by itself
};

static void add_piece(const struct call *c, uint32_t row, struct slice s, uint32_t from, uint32_t to)
{
    struct column *out = c->out;
    column_reserve(out, out->used + 1, c->arena);
    out->child[0].null[out->used] = 0;
    out->child[0].slice[out->used++] = slice_part(s, from, to);
    out->span[row].size++;
}

// The next separator at or after `from`; as Java's split, an empty match at the very start is none.
static bool next_separator(const struct splitter *how, struct slice s, uint32_t from, struct regex_match *hit)
{
    if (!how->regex) {
        hit->from = slice_find(s, how->plain, from);
        hit->to = hit->from + how->plain.size;
        return hit->from <= s.size;
    }
    for (; from <= s.size; from = from < s.size ? character_next(s, from) : from + 1) {
        if (!regex_find(how->regex, s, from, hit, 1))
            return false;
        if (hit->to > 0)
            return true;
    }
    return false;
}

static void split_row(const struct call *c, uint32_t row, struct slice s, uint32_t limit)
{
    const struct splitter *how = c->state;
    uint32_t start = 0, search = 0;
    struct regex_match hit;
    while (c->out->span[row].size + 1 < limit && next_separator(how, s, search, &hit)) {
        add_piece(c, row, s, start, hit.from);
        start = hit.to;
        search = hit.to > hit.from ? hit.to : hit.to < s.size ? character_next(s, hit.to) : s.size + 1;
        if (search > s.size)
            break;
    }
    add_piece(c, row, s, start, s.size);
}

static void split_characters(const struct call *c, uint32_t row, struct slice s, uint32_t limit)
{
    uint32_t from = 0;
    while (from < s.size && c->out->span[row].size + 1 < limit) {
        uint32_t next = character_next(s, from);
        add_piece(c, row, s, from, next);
        from = next;
    }
    if (from < s.size || s.size == 0)
        add_piece(c, row, s, from, s.size);
}

static void split(const struct call *c, const struct rows *rows)
{
    const struct splitter *how = c->state;
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        int32_t wanted = c->argc > 2 ? int_at(c->in[2], i) : -1;
        uint32_t limit = wanted > 0 ? (uint32_t)wanted : UINT32_MAX;
        struct slice s = slice_at(c->in[0], i);
        c->out->span[i] = (struct span){c->out->used, 0};
        if (how->characters)
            split_characters(c, i, s, limit);
        else
            split_row(c, i, s, limit);
    }
}

enum status regex_literal(struct binding *b, struct slice *pattern, struct error *e)
{
    struct expr *text = NULL;
    *pattern = SLICE("");
    enum status status = expr_cast(b->arena, b->session, b->arg[1], type_simple(TYPE_STRING), &text, e);
    if (status == STATUS_OK && text->kind != EXPR_LITERAL)
        return binding_not_literal(b, 1, e);
    if (status == STATUS_OK && !text->literal.null)
        *pattern = text->literal.bytes;
    return status;
}

static enum status bind_split(struct binding *b, struct error *e)
{
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
    struct slice pattern;
    if (status == STATUS_OK)
        status = regex_literal(b, &pattern, e);
    if (status != STATUS_OK)
        return status;
    struct splitter *how = ARENA_NEW(b->arena, struct splitter);
    how->characters = pattern.size == 0;
    if (!how->characters && !regex_is_plain(pattern, b->arena, &how->plain))
        status = regex_compile(pattern, b->arena, &how->regex, e);
    b->type = type_array(b->arena, type_simple(TYPE_STRING), false);
    b->state = how;
    b->kernel = split;
    return status;
}

static void is_like(const struct call *c, const struct rows *rows)
{
    struct regex *const *regex = c->state;
    struct regex_match hit;
    FOR_EACH_ROW (i, rows) {
        if (!row_is_null(c, i))
            c->out->boolean[i] = regex_find(*regex, slice_at(c->in[0], i), 0, &hit, 1);
    }
}

static enum status bind_rlike(struct binding *b, struct error *e)
{
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
    struct slice pattern;
    if (status == STATUS_OK)
        status = regex_literal(b, &pattern, e);
    if (status != STATUS_OK)
        return status;
    struct regex **state = ARENA_NEW(b->arena, struct regex *);
    b->type = type_simple(TYPE_BOOLEAN);
    b->state = state;
    b->kernel = is_like;
    return regex_compile(pattern, b->arena, state, e);
}

enum { GROUPS_MAX = 100 };

struct extractor {
    struct regex *regex;
    uint32_t group;
};

static void extract(const struct call *c, const struct rows *rows)
{
    const struct extractor *how = c->state;
    struct regex_match hits[GROUPS_MAX];
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i);
        bool found = regex_find(how->regex, s, 0, hits, how->group + 1) && hits[how->group].from != UINT32_MAX;
        c->out->slice[i] = found ? slice_part(s, hits[how->group].from, hits[how->group].to) : SLICE("");
    }
}

static enum status bind_extract(struct binding *b, struct error *e)
{
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING, WANT_INT}, 3, e);
    struct slice pattern;
    if (status == STATUS_OK)
        status = regex_literal(b, &pattern, e);
    if (status == STATUS_OK && b->argc > 2 && (!is_literal(b->arg[2]) || !type_is_integral(b->arg[2]->type)))
        status = binding_not_literal(b, 2, e);
    if (status != STATUS_OK)
        return status;
    struct extractor *how = ARENA_NEW(b->arena, struct extractor);
    int64_t group = b->argc > 2 ? b->arg[2]->literal.integer : 1;
    b->type = type_simple(TYPE_STRING);
    b->state = how;
    b->kernel = extract;
    status = regex_compile(pattern, b->arena, &how->regex, e);
    if (status != STATUS_OK)
        return status;
    uint32_t groups = regex_groups(how->regex);
    if (group < 0 || group > groups || group >= GROUPS_MAX)
        return error_set(
            e, STATUS_CONFIG,
            "[INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX] regexp_extract: group %d is not there: the pattern"
            " has %u",
            (int)group, groups);
    how->group = (uint32_t)group;
    return STATUS_OK;
}

const struct function function_split = {
    .name = "split",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_split,
    .usage = "split(str, regex[, limit])",
    .summary = "The parts of the string between matches of the pattern, at most limit; '' gives the characters.",
    .example = "split('oneAtwoBthreeC', '[ABC]')",
    .gives = "[\"one\",\"two\",\"three\",\"\"]",
};
const struct function function_rlike = {
    .name = "rlike",
    .alias = (const char *const[]){"regexp", "regexp_like", NULL},
    .min_args = 2,
    .max_args = 2,
    .bind = bind_rlike,
    .usage = "str RLIKE regex",
    .summary = "Is there a match of the pattern in the string?",
    .example = "'x12' RLIKE '[0-9]+'",
    .gives = "true",
};
const struct function function_regexp_extract = {
    .name = "regexp_extract",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_extract,
    .usage = "regexp_extract(str, regex[, group])",
    .summary = "What the group (1; 0 is the whole) of the first match took, '' if there is none.",
    .example = "regexp_extract('100-200', '([0-9]+)-([0-9]+)', 2)",
    .gives = "\"200\"",
};
