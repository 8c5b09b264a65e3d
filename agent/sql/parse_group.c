// aggregationClause of SqlBaseParser.g4: keys, ROLLUP, CUBE, GROUPING SETS.
#include "agent/sql/parser.h"

static void parse_key(struct parser *p, struct list *group, struct ast_grouping *out)
{
    *out = (struct ast_grouping){.kind = GROUPING_KEY, .key = parse_expression(p)};
    list_add_expr(p, group, out->key);
}

static bool begins_sets(const struct parser *p)
{
    return (at_words(p, "GROUPING", "SETS") && ahead_symbol(p, 2, "(")) ||
           ((at_word(p, "ROLLUP") || at_word(p, "CUBE")) && ahead_symbol(p, 1, "("));
}

static void parse_sets(struct parser *p, struct list *group, struct ast_grouping *out);

// (a, b), (), or one expression; (a + b) * c is that, too.
static void parse_set(struct parser *p, struct list *group, struct ast_grouping *out)
{
    uint32_t behind = at_symbol(p, "(") ? behind_parenthesis(p, 0) : 0;
    if (behind == 0 || !(ahead_symbol(p, behind, ",") || ahead_symbol(p, behind, ")"))) {
        parse_key(p, group, out);
        return;
    }
    struct list parts = {0};
    take(p);
    while (p->status == STATUS_OK && !at_symbol(p, ")")) {
        parse_key(p, group, list_add(p, &parts, sizeof(struct ast_grouping)));
        if (!accept_symbol(p, ","))
            break;
    }
    expect_symbol(p, ")", "behind the keys of a set");
    *out = (struct ast_grouping){.kind = GROUPING_SET, .parts = parts.data, .count = parts.count};
}

// ROLLUP (…), CUBE (…), GROUPING SETS (…), these within each other.
static void parse_sets(struct parser *p, struct list *group, struct ast_grouping *out)
{
    struct list parts = {0};
    bool sets = at_word(p, "GROUPING");
    out->kind = sets ? GROUPING_SETS : at_word(p, "CUBE") ? GROUPING_CUBE : GROUPING_ROLLUP;
    take(p);
    if (sets)
        take(p);
    take(p);
    do {
        struct ast_grouping one = {0};
        if (parser_enter(p) && sets && begins_sets(p))
            parse_sets(p, group, &one);
        else
            parse_set(p, group, &one);
        p->depth--;
        *(struct ast_grouping *)list_add(p, &parts, sizeof one) = one;
    } while (accept_symbol(p, ","));
    expect_symbol(p, ")", "behind the grouping sets");
    out->parts = parts.data;
    out->count = parts.count;
}

// GROUP BY a, b WITH ROLLUP; GROUP BY a, b GROUPING SETS (…) (Hive's).
static bool parse_behind(struct parser *p, struct list *group, struct list *grouping)
{
    struct ast_grouping all = {.parts = grouping->data, .count = grouping->count};
    if (accept_words(p, "WITH", "ROLLUP"))
        all.kind = GROUPING_ROLLUP;
    else if (accept_words(p, "WITH", "CUBE"))
        all.kind = GROUPING_CUBE;
    else if (at_word(p, "GROUPING") && begins_sets(p))
        parse_sets(p, group, &all);
    else
        return false;
    *grouping = (struct list){0};
    *(struct ast_grouping *)list_add(p, grouping, sizeof all) = all;
    return true;
}

void parse_group(struct parser *p, struct ast_select *s)
{
    struct list group = {0}, grouping = {0};
    bool sets = false;
    if (at_word(p, "ALL") && !ahead_symbol(p, 1, ".") && !ahead_symbol(p, 1, "(") && !ahead_symbol(p, 1, ",")) {
        take(p);
        s->group_all = true;
        return;
    }
    do {
        struct ast_grouping one = {0};
        if (begins_sets(p)) {
            parse_sets(p, &group, &one);
            sets = true;
        } else {
            parse_key(p, &group, &one);
        }
        *(struct ast_grouping *)list_add(p, &grouping, sizeof one) = one;
    } while (accept_symbol(p, ","));
    if (!sets)
        sets = parse_behind(p, &group, &grouping);
    s->group = (struct ast_expr **)group.data;
    s->group_count = group.count;
    s->grouping = sets ? grouping.data : NULL;
    s->grouping_count = sets ? grouping.count : 0;
}
