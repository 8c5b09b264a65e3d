// SQL to trees: printed as text, so that a row of a table is a test.
#include "agent/sql/parse.h"
#include "agent/sql/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct memory memory;

static void print_select(const struct ast_select *s, struct text *out);

static void print_expr(const struct ast_expr *x, struct text *out)
{
    ast_print(x, NULL, out);
}

static void print_list(const struct slice *names, uint32_t count, struct text *out)
{
    for (uint32_t i = 0; i < count; i++)
        text_printf(out, "%s%.*s", i == 0 ? "(" : ",", (int)names[i].size, names[i].data);
    text_string(out, count > 0 ? ")" : "");
}

static void print_relation(const struct ast_relation *r, struct text *out)
{
    static const char *const joins[] = {"inner", "cross", "left", "right", "full", "semi", "anti"};
    if (r->kind == AST_TABLE) {
        text_slice(out, r->name);
    } else if (r->kind == AST_DERIVED) {
        text_char(out, '<');
        print_select(r->query, out);
        text_char(out, '>');
    } else if (r->kind == AST_JOIN) {
        text_printf(out, "%s[", joins[r->join]);
        print_relation(r->left, out);
        text_char(out, ' ');
        print_relation(r->right, out);
        if (r->on != NULL) {
            text_string(out, " on ");
            print_expr(r->on, out);
        }
        print_list(r->using, r->using_count, out);
        text_char(out, ']');
    } else {
        text_string(out, r->outer ? "outer view[" : "view[");
        if (r->left != NULL)
            print_relation(r->left, out);
        text_char(out, ' ');
        print_expr(r->generator, out);
        text_char(out, ']');
    }
    if (r->alias.size > 0)
        text_printf(out, " as %.*s", (int)r->alias.size, r->alias.data);
    print_list(r->columns, r->column_count, out);
}

static void print_items(const struct ast_select *s, struct text *out)
{
    text_string(out, s->distinct ? "distinct " : "");
    for (uint32_t i = 0; i < s->item_count; i++) {
        text_string(out, i > 0 ? ", " : "");
        print_expr(s->items[i].expr, out);
        if (s->items[i].alias.size > 0)
            text_printf(out, " as %.*s", (int)s->items[i].alias.size, s->items[i].alias.data);
        print_list(s->items[i].aliases, s->items[i].alias_count, out);
    }
}

static void print_clause(const char *name, const struct ast_expr *x, struct text *out)
{
    if (x == NULL)
        return;
    text_printf(out, " %s ", name);
    print_expr(x, out);
}

static void print_select(const struct ast_select *s, struct text *out)
{
    static const char *const sets[] = {"", "union all", "union", "except", "intersect"};
    for (uint32_t i = 0; i < s->cte_count; i++) {
        text_printf(out, "with %.*s", (int)s->ctes[i].name.size, s->ctes[i].name.data);
        print_list(s->ctes[i].columns, s->ctes[i].column_count, out);
        text_string(out, " {");
        print_select(s->ctes[i].query, out);
        text_string(out, "} ");
    }
    if (s->set != AST_NONE) {
        text_printf(out, "%s{", sets[s->set]);
        print_select(s->left, out);
        text_string(out, " | ");
        print_select(s->right, out);
        text_char(out, '}');
    }
    print_items(s, out);
    if (s->from != NULL) {
        text_string(out, " from ");
        print_relation(s->from, out);
    }
    print_clause("where", s->where, out);
    text_string(out, s->group_all ? " group all" : s->grouping_count ? " group sets" : "");
    for (uint32_t i = 0; i < s->group_count; i++)
        print_clause(i == 0 ? "group" : ",", s->group[i], out);
    print_clause("having", s->having, out);
    for (uint32_t i = 0; i < s->order_count; i++) {
        print_clause(i == 0 ? "order" : ",", s->order[i].expr, out);
        text_string(out, s->order[i].descending ? " desc" : "");
        text_string(out, !s->order[i].nulls_given ? "" : s->order[i].nulls_last ? " last" : " first");
    }
    print_clause("limit", s->limit, out);
    print_clause("offset", s->offset_rows, out);
}

static const struct {
    const char *sql, *tree;
} cases[] = {
    {"SELECT a, b AS c, d e FROM t", "a, b as c, d as e from t"},
    {"select distinct a from t;", "distinct a from t"},
    {"SELECT ALL a FROM t", "a from t"},
    {"SELECT k FROM", "k as FROM"},
    {"SELECT FROM v", "FROM as v"},
    {"SELECT i AS FROM v", "i as AS from v"},
    {"SELECT i FROM v WHERE", "i from v as WHERE"},
    {"SELECT i FROM v ORDER LIMIT 1", "i from v as ORDER limit 1"},
    {"SELECT i from FROM v", "i as from from v"},
    {"SELECT i AS order, l AS group FROM v ORDER BY order", "i as order, l as group from v order order"},
    {"SELECT order FROM (SELECT 1 order) group", "order from <1 as order> as group"},
    {"SELECT like like like FROM v", "like LIKE like from v"},
    {"SELECT left FROM v", "left from v"},
    {"SELECT t.*, * FROM t", "*, * from t"},
    {"SELECT 1", "1"},
    {"SELECT a -- to the end\n, b /* in /* the */ middle */ FROM t", "a, b from t"},
    {"SELECT /*+ BROADCAST(t) */ a FROM t", "a from t"},
    {"SELECT `a b`.`c``d` FROM `t`", "a b.c`d from t"},
    {"SELECT explode(m) AS (k, v) FROM t", "explode(m)(k,v) from t"},
    {"SELECT a FROM t AS x, u", "a from inner[t as x u]"},
    {"SELECT a FROM t x JOIN u ON x.a = u.a", "a from inner[t as x u on (x.a = u.a)]"},
    {"SELECT a FROM t LEFT OUTER JOIN u USING (a, b)", "a from left[t u(a,b)]"},
    {"SELECT a FROM t RIGHT JOIN u ON true FULL JOIN w ON false", "a from full[right[t u on true] w on false]"},
    {"SELECT a FROM t SEMI JOIN u ON true LEFT ANTI JOIN w ON true", "a from anti[semi[t u on true] w on true]"},
    {"SELECT a FROM t CROSS JOIN u", "a from cross[t u]"},
    {"SELECT a FROM (t JOIN u ON true) JOIN w ON true", "a from inner[inner[t u on true] w on true]"},
    {"SELECT a FROM (SELECT b FROM u) t(x)", "a from <b from u> as t(x)"},
    {"SELECT z FROM t LATERAL VIEW explode(a) x AS z", "z from view[t explode(a)] as x(z)"},
    {"SELECT z FROM t LATERAL VIEW OUTER explode(a) x z, y", "z from outer view[t explode(a)] as x(z,y)"},
    {"SELECT z FROM t LATERAL VIEW explode(a) AS z WHERE z > 1", "z from view[t explode(a)](z) where (z > 1)"},
    {"SELECT z FROM t LATERAL VIEW explode(a) x AS z LATERAL VIEW explode(z) y AS w",
     "z from view[view[t explode(a)] as x(z) explode(z)] as y(w)"},
    {"SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY a LIMIT 1", "union all{a from t | b from u} order a limit 1"},
    {"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4", "except{union{1 | intersect{2 | 3}} | 4}"},
    {"SELECT 1 MINUS SELECT 2", "except{1 | 2}"},
    {"(SELECT 1 LIMIT 1) UNION ALL (SELECT 2)", "union all{* from <1 limit 1> | 2}"},
    {"WITH c AS (SELECT 1 a), d(x) AS (SELECT a FROM c) SELECT x FROM d",
     "with c {1 as a} with d(x) {a from c} x from d"},
    {"SELECT a, count(*) FROM t WHERE b GROUP BY a, 2 HAVING count(*) > 1", "a, count(1) from t where b group a , 2 "
                                                                            "having (count(1) > 1)"},
    {"SELECT a FROM t GROUP BY ALL", "a from t group all"},
    {"SELECT a FROM t GROUP BY a WITH ROLLUP", "a from t group sets group a"},
    {"SELECT a FROM t GROUP BY CUBE(a, b)", "a from t group sets group a , b"},
    {"SELECT a FROM t GROUP BY GROUPING SETS ((a), ())", "a from t group sets group a"},
    {"SELECT a FROM t ORDER BY a DESC NULLS LAST, b ASC NULLS FIRST, c", "a from t order a desc last , b first , c"},
    {"SELECT a FROM t LIMIT ALL OFFSET 3", "a from t offset 3"},
    {"FROM t SELECT a WHERE b", "a from t where b"},
    {"SELECT a AND b OR NOT c AND d", "((a AND b) OR ((NOT c) AND d))"},
    {"SELECT a + b * c - d", "((a + (b * c)) - d)"},
    {"SELECT a | b ^ c & d << 1 + 2", "(a | (b ^ (c & (d << (1 + 2)))))"},
    {"SELECT -a * -1 + - 2", "(((- a) * -1) + -2)"},
    {"SELECT a = b IS NULL", "((a = b) IS NULL)"},
    {"SELECT a BETWEEN 1 AND 2 AND b", "(between(a, 1, 2) AND b)"},
    {"SELECT a NOT IN (1, 2) OR a NOT LIKE 'x' ESCAPE '/'", "((NOT (a IN (1, 2))) OR (NOT a LIKE x ESCAPE '/'))"},
    {"SELECT x -> x + 1, (x, y) -> x", "lambdafunction((namedlambdavariable() + 1), namedlambdavariable()), "
                                       "lambdafunction(namedlambdavariable(), namedlambdavariable(), "
                                       "namedlambdavariable())"},
    {"SELECT a::int::string[0].b", "CAST(CAST(a AS INT) AS STRING)[0].b"},
    {"SELECT CASE a WHEN 1 THEN 2 ELSE 3 END", "CASE WHEN (a = 1) THEN 2 ELSE 3 END"},
    {"SELECT (SELECT 1), EXISTS (SELECT 2), a IN (SELECT 3)", "scalarsubquery(), exists(), (a IN (listquery()))"},
    {"SELECT interval + 1, date - 1 FROM t", "(interval + 1), (date - 1) from t"},
    {"SELECT INTERVAL '1:2' HOUR TO MINUTE, INTERVAL -1 DAY", "INTERVAL '01:02' HOUR TO MINUTE, INTERVAL '-1' DAY"},
};

static void test_trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct text tree;
        struct error e;
        struct ast_select *select;
        struct sql_source source = {.text = slice_of(cases[i].sql)};
        arena_init(&arena, &memory, 4096);
        text_init(&tree, &memory);
        if (sql_parse(&source, &arena, &select, &e) != STATUS_OK)
            fail_msg("%s: %s", cases[i].sql, e.text);
        print_select(select, &tree);
        assert_string_equal(text_cstring(&tree), cases[i].tree);
        text_free(&tree);
        arena_free(&arena);
    }
}

static struct ast_expr *parse_one(const char *expression, struct arena *arena)
{
    char sql[256];
    struct error e;
    struct ast_select *select;
    snprintf(sql, sizeof sql, "SELECT %s", expression);
    struct sql_source source = {.text = {arena_copy(arena, sql, strlen(sql)), (uint32_t)strlen(sql)}};
    if (sql_parse(&source, arena, &select, &e) != STATUS_OK)
        fail_msg("%s: %s", expression, e.text);
    return select->items[0].expr;
}

static void test_literals(void **state)
{
    static const struct {
        const char *text;
        enum type_id type;
        int64_t integer; // DECIMAL: precision * 100 + scale
    } literals[] = {
        {"1", TYPE_INT, 1},
        {"-2147483648", TYPE_INT, INT32_MIN},
        {"2147483648", TYPE_BIGINT, INT64_C(2147483648)},
        {"-9223372036854775808", TYPE_BIGINT, INT64_MIN},
        {"9223372036854775808", TYPE_DECIMAL, 1900},
        {"1L", TYPE_BIGINT, 1},
        {"-128Y", TYPE_TINYINT, -128},
        {"32767s", TYPE_SMALLINT, 32767},
        {"1.50", TYPE_DECIMAL, 302},
        {".05", TYPE_DECIMAL, 202},
        {"0.0", TYPE_DECIMAL, 101},
        {"5.", TYPE_DECIMAL, 100},
        {"1e3BD", TYPE_DECIMAL, 400},
        {"1.5e-3bd", TYPE_DECIMAL, 404},
        {"99999999999999999999999999999999999999", TYPE_DECIMAL, 3800},
        {"DATE '1970-01-02'", TYPE_DATE, 1},
        {"TRUE", TYPE_BOOLEAN, 1},
        {"INTERVAL '1-2' YEAR TO MONTH", TYPE_INTERVAL_YM, 14},
        {"INTERVAL '1 day 2 hours'", TYPE_INTERVAL_DT, INT64_C(93600000000)},
        {"INTERVAL '-0:1.5' MINUTE TO SECOND", TYPE_INTERVAL_DT, -1500000},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, &memory, 4096);
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        const struct value v = parse_one(literals[i].text, &arena)->value;
        assert_int_equal(v.type->id, literals[i].type);
        int64_t got = v.type->id == TYPE_DECIMAL   ? v.type->precision * 100 + v.type->scale
                      : v.type->id == TYPE_BOOLEAN ? v.boolean
                                                   : v.integer;
        if (got != literals[i].integer)
            fail_msg("%s", literals[i].text);
    }
    arena_free(&arena);
}

static void test_strings(void **state)
{
    static const struct {
        const char *text, *value;
    } strings[] = {
        {"'a' 'b'", "ab"},
        {"\"it's\"", "it's"},
        {"'it''s'", "it's"},
        {"'it\\'s'", "it's"},
        {"'a\\nb\\t\\\\'", "a\nb\t\\"},
        {"r'a\\n'", "a\\n"},
        {"R\"x\"", "x"},
        {"'\\%\\_\\x'", "\\%\\_x"},
        {"'\\u00e9\\U0001F600\\uD83D\\uDE00\\uD83D'", "\xC3\xA9\xF0\x9F\x98\x80\xF0\x9F\x98\x80?"},
        {"'\\101\\Z'", "A\x1A"},
        {"X'41426'", "\x04\x14\x26"},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, &memory, 4096);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        const struct value v = parse_one(strings[i].text, &arena)->value;
        assert_true(slice_equal(v.bytes, slice_of(strings[i].value)));
    }
    arena_free(&arena);
}

static void test_nodes(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, &memory, 4096);
    const struct ast_expr *x =
        parse_one("sum(DISTINCT a) FILTER (WHERE b > 1) OVER (PARTITION BY c ORDER BY d)", &arena);
    assert_true(x->distinct && x->over && x->filter != NULL);
    assert_int_equal(x->offset, 7);
    assert_int_equal(x->argc, 1);
    x = parse_one("count(*)", &arena);
    assert_true(x->star);
    assert_int_equal(x->argc, 0);
    x = parse_one("TRY_CAST(a AS DECIMAL(5, 2))", &arena);
    assert_true(x->kind == AST_CAST && x->lenient);
    assert_int_equal(x->type->precision, 5);
    x = parse_one("TIMESTAMP '2024-01-01'", &arena);
    assert_true(x->kind == AST_CAST && x->typed);
    assert_int_equal(x->type->id, TYPE_TIMESTAMP);
    x = parse_one("first(a) IGNORE NULLS", &arena);
    assert_int_equal(x->argc, 2);
    assert_true(x->args[1]->value.boolean);
    x = parse_one("f(a).b", &arena);
    assert_true(slice_equal(x->name, SLICE(".")));
    x = parse_one("a.b.c", &arena);
    assert_int_equal(x->part_count, 3);
    // a thousand ANDs are ten levels high
    struct text many;
    text_init(&many, &memory);
    text_string(&many, "SELECT a");
    for (int i = 0; i < 1000; i++)
        text_string(&many, " AND a");
    struct sql_source source = {.text = text_view(&many)};
    struct ast_select *select;
    assert_int_equal(sql_parse(&source, &arena, &select, NULL), STATUS_OK);
    assert_in_range(select->items[0].expr->height, 10, 12);
    text_free(&many);
    arena_free(&arena);
}

static void test_schemas(void **state)
{
    static const struct {
        const char *ddl, *simple;
    } schemas[] = {
        {"a INT", "struct<a:int>"},
        {"a STRUCT<b: INT, c : string>", "struct<a:struct<b:int,c:string>>"},
        {"select int", "struct<select:int>"},
        {"a bigint, b LONG, c short, d byte, e real, f dec(3), g numeric, h DECIMAL(10,2)",
         "struct<a:bigint,b:bigint,c:smallint,d:tinyint,e:float,f:decimal(3,0),g:decimal(10,0),h:decimal(10,2)>"},
        {"a TIMESTAMP NOT NULL COMMENT 'x', `b c` timestamp_ntz, d date, e binary, f boolean, g double",
         "struct<a:timestamp,b c:timestamp_ntz,d:date,e:binary,f:boolean,g:double>"},
        {"a ARRAY<STRUCT<b: ARRAY<INT>>>", "struct<a:array<struct<b:array<int>>>>"},
        {"a MAP<STRING, ARRAY<MAP<STRING, INT>>>, b STRUCT<>",
         "struct<a:map<string,array<map<string,int>>>,b:struct<>>"},
        {"from int, where string, timestamp TIMESTAMP", "struct<from:int,where:string,timestamp:timestamp>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct arena arena;
        struct text simple;
        struct error e;
        const struct type *type;
        struct sql_source source = {.text = slice_of(schemas[i].ddl)};
        arena_init(&arena, &memory, 4096);
        text_init(&simple, &memory);
        if (sql_parse_schema(&source, &arena, &type, &e) != STATUS_OK)
            fail_msg("%s: %s", schemas[i].ddl, e.text);
        type_print_simple(type, &simple);
        assert_string_equal(text_cstring(&simple), schemas[i].simple);
        if (i == 4)
            assert_false(type->fields[0].nullable);
        text_free(&simple);
        arena_free(&arena);
    }
}

// No bytes crash it: pieces of SQL thrown together, cut anywhere, from fixed seeds.
static void test_rubbish(void **state)
{
    static const char *const pieces[] = {"SELECT ", "FROM ",   "(",          ")",         "a",         ".",
                                         ",",       "*",       "'",          "\"",        "`",         "CASE ",
                                         "WHEN ",   "THEN ",   "END ",       "INTERVAL ", "1",         "1.5e",
                                         "DAY ",    "TO ",     "HOUR ",      "::",        "INT",       "STRUCT<",
                                         ">>",      "<",       "ARRAY",      "[",         "]",         "->",
                                         "UNION ",  "ALL ",    "JOIN ",      "ON ",       "GROUP BY ", "ORDER BY ",
                                         "LIMIT ",  "NOT ",    "IN ",        "BETWEEN ",  "AND ",      "OR ",
                                         "LIKE ",   "IS ",     "NULL ",      "\xC3\xA9",  "\xFF",      "\\",
                                         "--",      "/*",      "*/",         "\n",        "-",         "+",
                                         "OVER ",   "FILTER ", "WHERE ",     "WITH ",     "AS ",       "LATERAL VIEW ",
                                         "X'",      "trim(",   "substring(", "extract(",  "cast(",     ";"};
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char sql[512];
        size_t size = 0;
        struct error e;
        struct arena arena;
        struct ast_select *select;
        const struct type *type;
        for (uint32_t n = 1 + (uint32_t)round % 40; n > 0 && size < 480; n--) {
            seed = seed * 1664525u + 1013904223u;
            const char *piece = pieces[(seed >> 8) % (sizeof pieces / sizeof pieces[0])];
            memcpy(sql + size, piece, strlen(piece));
            size += strlen(piece);
        }
        arena_init(&arena, &memory, 4096);
        char *exact = malloc(size); // so that a sanitizer sees a byte too far
        memcpy(exact, sql, size);
        struct sql_source source = {.text = {exact, (uint32_t)size}};
        enum status status = sql_parse(&source, &arena, &select, &e);
        assert_true(status == STATUS_OK ? select != NULL : status == STATUS_CONFIG && e.text[0] != '\0');
        status = sql_parse_schema(&source, &arena, &type, &e);
        assert_true(status == STATUS_OK || status == STATUS_CONFIG);
        free(exact);
        arena_free(&arena);
    }
}

// What nests too deep is refused, not a crash.
static void test_depth(void **state)
{
    static const char *const openers[] = {"(",        "-",     "NOT ", "CASE WHEN ", "f(",   "a[",
                                          "(SELECT ", "CAST(", "x ->", "((SELECT ",  "[a, ", "INTERVAL 1 "};
    (void)state;
    for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++) {
        struct arena arena;
        struct error e;
        struct ast_select *select;
        struct text sql;
        arena_init(&arena, &memory, 1 << 16);
        text_init(&sql, &memory);
        text_string(&sql, "SELECT ");
        for (int n = 0; n < 20000; n++)
            text_string(&sql, openers[i]);
        struct sql_source source = {.text = text_view(&sql)};
        assert_int_equal(sql_parse(&source, &arena, &select, &e), STATUS_CONFIG);
        text_clear(&sql);
        text_string(&sql, "SELECT a");
        for (int n = 0; n < 20000; n++)
            text_string(&sql, i % 3 == 0 ? " + a" : i % 3 == 1 ? "[0]" : " UNION SELECT a");
        source.text = text_view(&sql);
        assert_int_equal(sql_parse(&source, &arena, &select, &e), STATUS_CONFIG);
        assert_non_null(strstr(e.text, "[FAILED_TO_PARSE_TOO_COMPLEX]"));
        text_free(&sql);
        arena_free(&arena);
    }
}

// Sixty nested CASEs share their subjects: a walker would meet 2^60 nodes.
static void test_sharing(void **state)
{
    struct arena arena;
    struct error e;
    struct ast_select *select;
    struct text sql;
    (void)state;
    arena_init(&arena, &memory, 1 << 16);
    text_init(&sql, &memory);
    text_string(&sql, "SELECT ");
    for (int n = 0; n < 60; n++)
        text_string(&sql, "CASE ");
    text_string(&sql, "a");
    for (int n = 0; n < 60; n++)
        text_string(&sql, " WHEN 1 THEN 2 WHEN 3 THEN 4 END");
    struct sql_source source = {.text = text_view(&sql)};
    assert_int_equal(sql_parse(&source, &arena, &select, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "[FAILED_TO_PARSE_TOO_COMPLEX]"));
    text_free(&sql);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees), cmocka_unit_test(test_literals), cmocka_unit_test(test_strings),
        cmocka_unit_test(test_nodes), cmocka_unit_test(test_schemas),  cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_depth), cmocka_unit_test(test_sharing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
