// Every match of a pattern: regexp_replace, regexp_extract_all, regexp_count, regexp_substr, regexp_instr
// (regexpExpressions.scala, java.util.regex.Matcher).
#include "ops/character.h"
#include "ops/kernel.h"
#include "ops/regex_call.h"
#include "ops/result.h"

struct matcher {
    struct regex *regex;
    uint32_t group; // the one that is wanted
};

// A walk over the matches as Matcher.find does it: behind an empty one, one character on.
struct walk {
    const struct matcher *matcher;
    struct slice s;
    uint32_t from; // where to look next; s.size + 1: nowhere
    struct regex_match hits[REGEX_GROUPS_MAX];
};

static bool walk_next(struct walk *w, uint32_t groups)
{
    if (w->from > w->s.size || !regex_find(w->matcher->regex, w->s, w->from, w->hits, groups))
        return false;
    uint32_t to = w->hits[0].to;
    w->from = to > w->hits[0].from ? to : to < w->s.size ? character_next(w->s, to) : w->s.size + 1;
    return true;
}

static struct slice group_text(const struct walk *w, uint32_t group)
{
    const struct regex_match *hit = &w->hits[group];
    return hit->from == UINT32_MAX ? SLICE("") : slice_part(w->s, hit->from, hit->to);
}

// ---- regexp_replace

// A text that is written twice: first counted, then put where there is room for it.
struct output {
    char *to; // NULL: counting
    uint64_t size;
};

static void output_slice(struct output *o, struct slice s)
{
    if (o->to != NULL && s.size > 0)
        memcpy(o->to + o->size, s.data, s.size);
    o->size += s.size;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// `$12` in a replacement: the longest number of a group that is there. `at` is behind the $. false: it is none.
static bool read_group(struct slice by, uint32_t *at_digit, uint32_t groups, uint32_t *group)
{
    if (*at_digit >= by.size || !is_digit(by.data[*at_digit]))
        return false;
    *group = (uint32_t)(by.data[(*at_digit)++] - '0');
    while (*at_digit < by.size && is_digit(by.data[*at_digit])) {
        uint32_t longer = *group * 10 + (uint32_t)(by.data[*at_digit] - '0');
        if (longer > groups)
            break;
        *group = longer;
        ++*at_digit;
    }
    return *group <= groups && *group < REGEX_GROUPS_MAX;
}

// Matcher.appendReplacement; false: it throws.
static bool output_replacement(struct output *o, struct slice by, const struct walk *w)
{
    for (uint32_t k = 0; k < by.size;) {
        if (by.data[k] == '$') {
            uint32_t group;
            k++;
            if (!read_group(by, &k, regex_groups(w->matcher->regex), &group))
                return false;
            output_slice(o, group_text(w, group));
            continue;
        }
        if (by.data[k] == '\\' && ++k == by.size)
            return false;
        output_slice(o, slice_part(by, k, k + 1));
        k++;
    }
    return true;
}

static bool output_replaced(struct output *o, struct walk *w, struct slice before, struct slice by)
{
    uint32_t groups = regex_groups(w->matcher->regex) + 1, done = 0;
    groups = groups < REGEX_GROUPS_MAX ? groups : REGEX_GROUPS_MAX;
    output_slice(o, before);
    w->from = 0;
    while (walk_next(w, groups)) {
        output_slice(o, slice_part(w->s, done, w->hits[0].from));
        if (!output_replacement(o, by, w))
            return false;
        done = w->hits[0].to;
    }
    output_slice(o, slice_part(w->s, done, w->s.size));
    return true;
}

// A replacement that Java refuses makes it NULL (in Spark it ends the query).
static void replace_matches(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct slice s = slice_at(c->in[0], i), by = slice_at(c->in[2], i);
        int32_t position = c->argc > 3 ? int_at(c->in[3], i) : 1;
        uint32_t skip = position > 1 ? character_offset(s, (uint32_t)position - 1) : 0;
        struct walk w = {.matcher = c->state, .s = slice_part(s, skip, s.size)};
        struct output o = {NULL, 0};
        c->out->slice[i] = s;
        if (skip > 0 && skip == s.size)
            continue;
        c->out->null[i] = !output_replaced(&o, &w, slice_part(s, 0, skip), by);
        if (c->out->null[i] || (o.to = string_room(c, i, o.size)) == NULL)
            continue;
        o.size = 0;
        output_replaced(&o, &w, slice_part(s, 0, skip), by);
    }
}

static enum status bind_matcher(struct binding *b, struct error *e)
{
    struct slice pattern;
    struct matcher *m = ARENA_NEW(b->arena, struct matcher);
    enum status status = binding_wants(b, (const enum want[]){WANT_STRING, WANT_STRING}, 2, e);
    if (status == STATUS_OK)
        status = regex_literal(b, &pattern, e);
    b->state = m;
    return status == STATUS_OK ? regex_compile(pattern, b->arena, &m->regex, e) : status;
}

static enum status bind_replace(struct binding *b, struct error *e)
{
    enum status status = bind_matcher(b, e);
    if (status == STATUS_OK)
        status = binding_want(b, 2, WANT_STRING, e);
    if (status == STATUS_OK && b->argc > 3)
        status = binding_want(b, 3, WANT_INT, e);
    if (status != STATUS_OK)
        return status;
    if (b->argc > 3 && (!is_literal(b->arg[3]) || !type_is_integral(b->arg[3]->type)))
        return binding_not_literal(b, 3, e);
    if (b->argc > 3 && b->arg[3]->literal.integer < 1)
        return error_set(e, STATUS_CONFIG,
                         "[DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE] regexp_replace: the position counts from 1");
    b->type = type_simple(TYPE_STRING);
    b->nullable = true;
    b->kernel = replace_matches;
    return STATUS_OK;
}

// ---- looking

static void extract_all(const struct call *c, const struct rows *rows)
{
    const struct matcher *m = c->state;
    FOR_EACH_ROW (i, rows) {
        list_begin(c, i);
        if (row_is_null(c, i))
            continue;
        struct walk w = {.matcher = m, .s = slice_at(c->in[0], i)};
        while (walk_next(&w, m->group + 1)) {
            uint32_t place = list_add(c, i);
            c->out->child[0].null[place] = 0;
            c->out->child[0].slice[place] = group_text(&w, m->group);
        }
    }
}

static enum status bind_extract_all(struct binding *b, struct error *e)
{
    enum status status = bind_matcher(b, e);
    if (status != STATUS_OK)
        return status;
    if (b->argc > 2 && (!is_literal(b->arg[2]) || !type_is_integral(b->arg[2]->type)))
        return binding_not_literal(b, 2, e);
    struct matcher *m = ARENA_NEW(b->arena, struct matcher);
    *m = *(const struct matcher *)b->state;
    int64_t group = b->argc > 2 ? b->arg[2]->literal.integer : 1;
    uint32_t groups = regex_groups(m->regex);
    if (group < 0 || group > groups || group >= REGEX_GROUPS_MAX)
        return error_set(e, STATUS_CONFIG,
                         "[INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX] regexp_extract_all: group %d is not there: the "
                         "pattern has %u",
                         (int)group, groups);
    m->group = (uint32_t)group;
    b->state = m;
    b->type = type_array(b->arena, type_simple(TYPE_STRING), true);
    b->kernel = extract_all;
    return STATUS_OK;
}

static void count_matches(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct walk w = {.matcher = c->state, .s = slice_at(c->in[0], i)};
        c->out->i32[i] = 0;
        while (walk_next(&w, 1))
            c->out->i32[i]++;
    }
}

// The place of the first match, in characters from 1; 0: there is none.
static void first_place(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct walk w = {.matcher = c->state, .s = slice_at(c->in[0], i)};
        bool found = walk_next(&w, 1);
        c->out->i32[i] = found ? (int32_t)characters_in(slice_part(w.s, 0, w.hits[0].from)) + 1 : 0;
    }
}

// The first match; NULL if there is none, or an empty one.
static void first_match(const struct call *c, const struct rows *rows)
{
    FOR_EACH_ROW (i, rows) {
        if (row_is_null(c, i))
            continue;
        struct walk w = {.matcher = c->state, .s = slice_at(c->in[0], i)};
        bool found = walk_next(&w, 1) && w.hits[0].to > w.hits[0].from;
        c->out->null[i] = !found;
        if (found)
            c->out->slice[i] = group_text(&w, 0);
    }
}

static enum status bind_look(struct binding *b, struct error *e)
{
    bool text = b->function == &function_regexp_substr;
    b->type = type_simple(text ? TYPE_STRING : TYPE_INT);
    b->nullable |= text;
    b->kernel = text ? first_match : b->function == &function_regexp_count ? count_matches : first_place;
    if (b->argc > 2 && binding_want(b, 2, WANT_INT, e) != STATUS_OK)
        return STATUS_CONFIG;
    return bind_matcher(b, e);
}

const struct function function_regexp_replace = {
    .name = "regexp_replace",
    .min_args = 3,
    .max_args = 4,
    .bind = bind_replace,
    .usage = "regexp_replace(str, regex, by[, pos])",
    .summary =
        "Every match from the character pos on replaced; in by, $1 stands for a group and \\ takes a character as "
        "it is.",
    .example = "regexp_replace('100-200', '([0-9]+)-([0-9]+)', '$2-$1')",
    .gives = "\"200-100\"",
};
const struct function function_regexp_extract_all = {
    .name = "regexp_extract_all",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_extract_all,
    .usage = "regexp_extract_all(str, regex[, group])",
    .summary = "What the group (1; 0 is the whole) of every match took.",
    .example = "regexp_extract_all('100-200, 300-400', '([0-9]+)-([0-9]+)', 1)",
    .gives = "[\"100\",\"300\"]",
};
const struct function function_regexp_count = {
    .name = "regexp_count",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_look,
    .usage = "regexp_count(str, regex)",
    .summary = "How often the pattern matches.",
    .example = "regexp_count('Steven and Stephen', 'Ste(v|ph)en')",
    .gives = "2",
};
const struct function function_regexp_substr = {
    .name = "regexp_substr",
    .min_args = 2,
    .max_args = 2,
    .bind = bind_look,
    .usage = "regexp_substr(str, regex)",
    .summary = "What the pattern's first match took; NULL if there is none.",
    .example = "regexp_substr('Steven and Stephen', 'Ste(v|ph)en')",
    .gives = "\"Steven\"",
};
const struct function function_regexp_instr = {
    .name = "regexp_instr",
    .min_args = 2,
    .max_args = 3,
    .bind = bind_look,
    .usage = "regexp_instr(str, regex)",
    .summary = "The place of the pattern's first match, from 1; 0 if there is none.",
    .example = "regexp_instr('user@spark.apache.org', '@[^.]*')",
    .gives = "5",
};
