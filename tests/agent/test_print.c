// The names that Spark 4.3 gave these expressions: spark.sql("SELECT … FROM v").columns.
#include "agent/sql/parse.h"
#include "agent/sql/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *expression, *name;
} cases[] = {
    {"i+1", "(i + 1)"},
    {"i+1*2", "(i + (1 * 2))"},
    {"(i+1)*2", "((i + 1) * 2)"},
    {"-i", "(- i)"},
    {"-1", "-1"},
    {"- 1", "-1"},
    {"-1L", "-1"},
    {"-i+1", "((- i) + 1)"},
    {"+i", "(+ i)"},
    {"+1", "(+ 1)"},
    {"~i", "~i"},
    {"not b", "(NOT b)"},
    {"!b", "(NOT b)"},
    {"i = 1", "(i = 1)"},
    {"i == 1", "(i = 1)"},
    {"i <=> 1", "(i <=> 1)"},
    {"i <> 1", "(NOT (i = 1))"},
    {"i != 1", "(NOT (i = 1))"},
    {"i < 1", "(i < 1)"},
    {"i <= 1", "(i <= 1)"},
    {"i > 1", "(i > 1)"},
    {"i >= 1", "(i >= 1)"},
    {"b and b or b", "((b AND b) OR b)"},
    {"i between 1 and 2", "between(i, 1, 2)"},
    {"i not between 1 and 2", "(NOT between(i, 1, 2))"},
    {"i in (1,2)", "(i IN (1, 2))"},
    {"i not in (1,2)", "(NOT (i IN (1, 2)))"},
    {"i in (1)", "(i IN (1))"},
    {"s like 'a%'", "s LIKE a%"},
    {"s not like 'a%'", "(NOT s LIKE a%)"},
    {"s like 'a%' escape '/'", "s LIKE a% ESCAPE '/'"},
    {"s ilike 'a'", "ilike(s, a)"},
    {"s rlike 'a'", "RLIKE(s, a)"},
    {"s regexp 'a'", "RLIKE(s, a)"},
    {"s is null", "(s IS NULL)"},
    {"s is not null", "(s IS NOT NULL)"},
    {"b is true", "(b <=> true)"},
    {"b is not true", "(NOT (b <=> true))"},
    {"b is false", "(b <=> false)"},
    {"b is not false", "(NOT (b <=> false))"},
    {"b is unknown", "(b IS NULL)"},
    {"b is not unknown", "(b IS NOT NULL)"},
    {"i is distinct from 1", "(NOT (i <=> 1))"},
    {"i is not distinct from 1", "(i <=> 1)"},
    {"i | 1", "(i | 1)"},
    {"i & 1", "(i & 1)"},
    {"i ^ 1", "(i ^ 1)"},
    {"i << 1", "(i << 1)"},
    {"i >> 1", "(i >> 1)"},
    {"i >>> 1", "(i >>> 1)"},
    {"s || x", "concat(s, x)"},
    {"s || 'x' || x", "concat(concat(s, x), x)"},
    {"i / 2", "(i / 2)"},
    {"i % 2", "(i % 2)"},
    {"i div 2", "(i div 2)"},
    {"case when i=1 then 'a' else 'b' end", "CASE WHEN (i = 1) THEN a ELSE b END"},
    {"case when i=1 then 'a' end", "CASE WHEN (i = 1) THEN a END"},
    {"case i when 1 then 'a' when 2 then 'b' else 'c' end", "CASE WHEN (i = 1) THEN a WHEN (i = 2) THEN b ELSE c END"},
    {"cast(i as string)", "i"},
    {"try_cast(s as int)", "s"},
    {"i::string", "i"},
    {"cast(1 as decimal(10,2))", "CAST(1 AS DECIMAL(10,2))"},
    {"a[0]", "a[0]"},
    {"a[0] + 1", "(a[0] + 1)"},
    {"mp['k']", "mp[k]"},
    {"st.c", "c"},
    {"st.d.e", "e"},
    {"v.i", "i"},
    {"v.st.d.e", "e"},
    {"st", "st"},
    {"count(*)", "count(1)"},
    {"count(1)", "count(1)"},
    {"sum(i + 1)", "sum((i + 1))"},
    {"sum(distinct i)", "sum(DISTINCT i)"},
    {"date '2024-01-01'", "DATE '2024-01-01'"},
    {"timestamp '2024-01-01 00:00:00'", "TIMESTAMP '2024-01-01 00:00:00'"},
    {"timestamp '2024-01-01 00:00:00.5'", "TIMESTAMP '2024-01-01 00:00:00.5'"},
    {"timestamp_ntz '2024-01-01 01:00:00'", "TIMESTAMP_NTZ '2024-01-01 01:00:00'"},
    {"timestamp_ltz '2024-01-01 01:00:00'", "TIMESTAMP '2024-01-01 01:00:00'"},
    {"X'1F'", "X'1F'"},
    {"interval 1 day", "INTERVAL '1' DAY"},
    {"interval '1' day", "INTERVAL '1' DAY"},
    {"interval '1 day 2 hours'", "INTERVAL '1 02' DAY TO HOUR"},
    {"interval 1 day 2 hours", "INTERVAL '1 02' DAY TO HOUR"},
    {"interval '1:2' hour to minute", "INTERVAL '01:02' HOUR TO MINUTE"},
    {"interval 1 month", "INTERVAL '1' MONTH"},
    {"interval '1-2' year to month", "INTERVAL '1-2' YEAR TO MONTH"},
    {"interval 10 seconds", "INTERVAL '10' SECOND"},
    {"interval 1.5 seconds", "INTERVAL '01.5' SECOND"},
    {"interval '-1' day", "INTERVAL '-1' DAY"},
    {"- interval 1 day", "(- INTERVAL '1' DAY)"},
    {"interval -1 day", "INTERVAL '-1' DAY"},
    {"interval 1 week", "INTERVAL '7' DAY"},
    {"interval 2 weeks 1 day", "INTERVAL '15' DAY"},
    {"interval 500 milliseconds", "INTERVAL '00.5' SECOND"},
    {"interval 500 microseconds", "INTERVAL '00.0005' SECOND"},
    {"t + interval 1 day", "t + INTERVAL '1' DAY"},
    {"t - interval 10 minutes", "t - INTERVAL '10' MINUTE"},
    {"'str'", "str"},
    {"\"str\"", "str"},
    {"'it''s'", "it's"},
    {"'it\\'s'", "it's"},
    {"'a' 'b'", "ab"},
    {"null", "NULL"},
    {"true", "true"},
    {"false", "false"},
    {"1.5", "1.5"},
    {"1.50", "1.50"},
    {"1.5BD", "1.5"},
    {"1.5D", "1.5"},
    {"1e3", "1000.0"},
    {"1e3D", "1000.0"},
    {"1.5F", "1.5"},
    {"1F", "1.0"},
    {"1L", "1"},
    {"1S", "1"},
    {"1Y", "1"},
    {"1BD", "1"},
    {".5", "0.5"},
    {"5.", "5"},
    {"123456789012", "123456789012"},
    {"12345678901234567890", "12345678901234567890"},
    {"extract(year from t)", "extract(year FROM t)"},
    {"extract(hour from t)", "extract(hour FROM t)"},
    {"date_part('year', t)", "date_part(year, t)"},
    {"substring(s from 1 for 2)", "substring(s, 1, 2)"},
    {"substring(s from 1)", "substring(s, 1, 2147483647)"},
    {"substr(s, 1)", "substr(s, 1, 2147483647)"},
    {"trim(both 'x' from s)", "TRIM(BOTH x FROM s)"},
    {"trim(leading 'x' from s)", "TRIM(LEADING x FROM s)"},
    {"ltrim(s)", "ltrim(s)"},
    {"position('a' in s)", "locate(a, s, 1)"},
    {"position('a', s)", "position(a, s, 1)"},
    {"overlay(s placing 'x' from 1)", "overlay(s, x, 1, -1)"},
    {"overlay(s placing 'x' from 1 for 2)", "overlay(s, x, 1, 2)"},
    {"if(b, 1, 2)", "(IF(b, 1, 2))"},
    {"ifnull(i, 1)", "ifnull(i, 1)"},
    {"nvl(i, 1)", "nvl(i, 1)"},
    {"nvl2(i, 1, 2)", "nvl2(i, 1, 2)"},
    {"nullif(i, 1)", "nullif(i, 1)"},
    {"coalesce(i, 1)", "coalesce(i, 1)"},
    {"UPPER(s)", "upper(s)"},
    {"Upper(s)", "upper(s)"},
    {"concat(s, x)", "concat(s, x)"},
    {"transform(a, x -> x + 1)", "transform(a, lambdafunction((namedlambdavariable() + 1), namedlambdavariable()))"},
    {"transform(a, (x, i) -> x + i)", "transform(a, lambdafunction((namedlambdavariable() + namedlambdavariable()), "
                                      "namedlambdavariable(), namedlambdavariable()))"},
    {"filter(a, x -> x > 1 and x is not null)", "filter(a, lambdafunction(((namedlambdavariable() > 1) AND "
                                                "(namedlambdavariable() IS NOT NULL)), namedlambdavariable()))"},
    {"current_timestamp", "current_timestamp()"},
    {"current_timestamp()", "current_timestamp()"},
    {"current_date", "current_date()"},
    {"now()", "now()"},
    {"struct(i, s)", "struct(i, s)"},
    {"struct(i as q, s)", "struct(i AS q, s)"},
    {"named_struct('a', i)", "named_struct(a, i)"},
    {"array(i, 2)", "array(i, 2)"},
    {"map('a', i)", "map(a, i)"},
    {"split(s, ' ')", "split(s,  , -1)"},
    {"date_format(t, 'yyyy')", "date_format(t, yyyy)"},
    {"window(t, '1 minute')", "window"},
    {"window(t, '1 minute', '30 seconds')", "window"},
    {"session_window(t, '1 minute')", "session_window"},
    {"to_json(st)", "to_json(st)"},
    {"from_json(s, 'a INT')", "from_json(s)"},
    {"lower(`s`)", "lower(s)"},
    {"`i`", "i"},
    {"`i` + `l`", "(i + l)"},
    {"exists(a, x -> x = 1)", "exists(a, lambdafunction((namedlambdavariable() = 1), namedlambdavariable()))"},
    {"(i)", "i"},
    {"exists (select 1)", "exists()"},
    {"abs(-1)", "abs(-1)"},
    {"i - -1", "(i - -1)"},
    {"- (i)", "(- i)"},
    {"-(i+1)", "(- (i + 1))"},
    {"-1.5", "-1.5"},
    {"-1.5D", "-1.5"},
    {"-1e3", "-1000.0"},
    {"-(1)", "(- 1)"},
    {"percentile_approx(i, 0.5)", "percentile_approx(i, 0.5, 10000)"},
    {"approx_count_distinct(i)", "approx_count_distinct(i)"},
    {"first(i)", "first(i)"},
    {"first(i, true)", "first(i)"},
    {"any_value(i)", "any_value(i)"},
    {"last(i) respect nulls", "last(i)"},
    {"first_value(i)", "first_value(i)"},
    {"count_if(i > 0)", "count_if((i > 0))"},
    {"stddev(i)", "stddev(i)"},
    {"std(i)", "std(i)"},
    {"stddev_samp(i)", "stddev_samp(i)"},
    {"variance(i)", "variance(i)"},
    {"var_samp(i)", "var_samp(i)"},
    {"mean(i)", "mean(i)"},
    {"avg(i)", "avg(i)"},
    {"some(b)", "some(b)"},
    {"every(b)", "every(b)"},
    {"bool_and(b)", "bool_and(b)"},
    {"collect_list(i)", "collect_list(i)"},
    {"array_agg(i)", "collect_list(i)"},
    {"max_by(i, l)", "max_by(i, l)"},
    {"approx_percentile(i, 0.5)", "approx_percentile(i, 0.5, 10000)"},
    {"mode(i)", "mode(i)"},
    {"listagg(s)", "listagg(s, NULL)"},
    {"date_add(dt, 1)", "date_add(dt, 1)"},
    {"dateadd(dt, 1)", "date_add(dt, 1)"},
    {"dateadd(day, 1, t)", "timestampadd(day, 1, t)"},
    {"timestampadd(day, 1, t)", "timestampadd(day, 1, t)"},
    {"timestampdiff(day, t, t)", "timestampdiff(day, t, t)"},
    {"datediff(day, t, t)", "timestampdiff(day, t, t)"},
    {"datediff(dt, dt)", "datediff(dt, dt)"},
    {"char_length(s)", "char_length(s)"},
    {"length(s)", "length(s)"},
    {"len(s)", "len(s)"},
    {"power(i, 2)", "POWER(i, 2)"},
    {"pow(i, 2)", "pow(i, 2)"},
    {"ceil(d)", "CEIL(d)"},
    {"ceiling(d)", "ceiling(d)"},
    {"floor(d)", "FLOOR(d)"},
    {"ln(d)", "ln(d)"},
    {"log(d)", "LOG(E(), d)"},
    {"log(2, d)", "LOG(2, d)"},
    {"sign(d)", "sign(d)"},
    {"signum(d)", "SIGNUM(d)"},
    {"year(t)", "year(t)"},
    {"month(t)", "month(t)"},
    {"day(t)", "day(t)"},
    {"dayofmonth(t)", "dayofmonth(t)"},
    {"to_date(s)", "to_date(s)"},
    {"to_date(s, 'yyyy')", "to_date(s, yyyy)"},
    {"to_timestamp(s)", "to_timestamp(s)"},
    {"to_timestamp(s, 'yyyy')", "to_timestamp(s, yyyy)"},
    {"unix_timestamp(t)", "unix_timestamp(t, yyyy-MM-dd HH:mm:ss)"},
    {"unix_timestamp()", "unix_timestamp(current_timestamp(), yyyy-MM-dd HH:mm:ss)"},
    {"from_unixtime(l)", "from_unixtime(l, yyyy-MM-dd HH:mm:ss)"},
    {"date_trunc('hour', t)", "date_trunc(hour, t)"},
    {"trunc(dt, 'MM')", "trunc(dt, MM)"},
    {"int(s)", "s"},
    {"string(i)", "i"},
    {"double(s)", "s"},
    {"date(s)", "s"},
    {"timestamp(s)", "s"},
    {"decimal(i)", "i"},
    {"boolean(s)", "s"},
    {"bigint(i)", "i"},
    {"binary(s)", "s"},
    {"tinyint(i)", "i"},
    {"float(s)", "s"},
    {"size(a)", "size(a)"},
    {"cardinality(a)", "cardinality(a)"},
    {"element_at(a, 1)", "element_at(a, 1)"},
    {"get_json_object(s, '$.a')", "get_json_object(s, $.a)"},
    {"regexp_replace(s, 'a', 'b')", "regexp_replace(s, a, b, 1)"},
    {"regexp_extract(s, 'a', 0)", "regexp_extract(s, a, 0)"},
    {"regexp_like(s, 'a')", "REGEXP_LIKE(s, a)"},
    {"char(65)", "char(65)"},
    {"chr(65)", "chr(65)"},
    {"left(s, 1)", "left(s, 1)"},
    {"right(s, 1)", "right(s, 1)"},
    {"lcase(s)", "lcase(s)"},
    {"ucase(s)", "ucase(s)"},
    {"isnull(s)", "(s IS NULL)"},
    {"isnotnull(s)", "(s IS NOT NULL)"},
};

static struct memory memory;

static struct ast_select *parse(const char *expression, struct arena *arena)
{
    char sql[512];
    struct error e;
    struct ast_select *select;
    snprintf(sql, sizeof sql, "SELECT %s FROM v", expression);
    struct sql_source source = {.text = {arena_copy(arena, sql, strlen(sql)), (uint32_t)strlen(sql)}};
    if (sql_parse(&source, arena, &select, &e) != STATUS_OK)
        fail_msg("%s: %s", expression, e.text);
    return select;
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct text name;
        arena_init(&arena, &memory, 4096);
        text_init(&name, &memory);
        const struct ast_item *item = &parse(cases[i].expression, &arena)->items[0];
        if (item->alias.size > 0)
            text_slice(&name, item->alias);
        else
            ast_print_name(item->expr, &name);
        assert_string_equal(text_cstring(&name), cases[i].name);
        text_free(&name);
        arena_free(&arena);
    }
    assert_int_equal(memory.used, 0);
}

static uint32_t one_qualifier(void *self, const struct ast_expr *name)
{
    (void)self;
    return slice_equal_fold(name->parts[0], SLICE("v")) ? 1 : 0;
}

static bool is_alias(void *self, const struct ast_expr *name)
{
    (void)self;
    return slice_equal_fold(name->parts[0], SLICE("al"));
}

static void test_qualified(void **state)
{
    static const struct {
        const char *expression, *name;
    } qualified[] = {
        {"v.i", "i"},
        {"v.i + 1", "(i + 1)"},
        {"V.I + 1", "(I + 1)"},
        {"v.st.d.e", "e"},
        {"v.st.d + 1", "(st.d + 1)"},
        {"cast(v.i as int)", "i"},
        {"cast(v.st.c as int)", "CAST(st.c AS INT)"},
        {"al + i", "(lateralAliasReference(al) + i)"},
        {"al.p + 1", "(lateralAliasReference(p) + 1)"},
    };
    const struct ast_names names = {.qualifiers = one_qualifier, .lateral = is_alias};
    (void)state;
    for (size_t i = 0; i < sizeof qualified / sizeof qualified[0]; i++) {
        struct arena arena;
        struct text name;
        arena_init(&arena, &memory, 4096);
        text_init(&name, &memory);
        ast_print_name_as(parse(qualified[i].expression, &arena)->items[0].expr, &names, &name);
        assert_string_equal(text_cstring(&name), qualified[i].name);
        text_free(&name);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_qualified)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
