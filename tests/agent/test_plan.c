#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/agent/plan_bench.h"

static const char *const columns = "ts TIMESTAMP, k STRING, v INT, d DOUBLE, a ARRAY<INT>, b BOOLEAN, "
                                   "s STRUCT<x: INT, Y: STRING>, m MAP<STRING, INT>, ts2 TIMESTAMP, "
                                   "_corrupt_record STRING";

static struct plan_bench bench;

static int set_up(void **state)
{
    (void)state;
    bench_open(&bench, columns, "ts");
    return bench.source.schema ? 0 : -1;
}

static int set_up_without_watermark(void **state)
{
    (void)state;
    bench_open(&bench, columns, NULL);
    return bench.source.schema ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

static void planned(enum output_mode mode, const char *query)
{
    if (bench_plan(&bench, mode, query))
        fail_msg("%s\n%s", query, bench.error.text);
    text_clear(&bench.text);
}

// "k: string, count(1): bigint"
static const char *schema(enum output_mode mode, const char *query)
{
    planned(mode, query);
    uint32_t count;
    const struct field *f = plan_fields(bench.plan, &count);
    for (uint32_t i = 0; i < count; i++) {
        text_printf(&bench.text, "%s%.*s: ", i ? ", " : "", (int)f[i].name.size, f[i].name.data);
        type_print_simple(f[i].type, &bench.text);
    }
    return text_cstring(&bench.text);
}

static const char *explained(enum output_mode mode, const char *query)
{
    planned(mode, query);
    plan_explain(bench.plan, &bench.text);
    return text_cstring(&bench.text);
}

static void test_names_and_types(void **state)
{
    (void)state;
    static const struct {
        enum output_mode mode;
        const char *query, *schema;
    } cases[] = {
        {OUTPUT_APPEND, "SELECT K, T.k, t.K AS z, s.x, S.y, t.s.x FROM t",
         "K: string, k: string, z: string, x: int, y: string, x: int"},
        {OUTPUT_APPEND, "SELECT v AS x, x + 1 AS y, y * 2 FROM t",
         "x: int, y: int, (lateralAliasReference(y) * 2): int"},
        {OUTPUT_APPEND, "SELECT v AS k, k || 'a' FROM t", "k: int, concat(k, a): string"},
        {OUTPUT_APPEND, "SELECT s.*, q.k FROM (SELECT s, k FROM t) q", "x: int, Y: string, k: string"},
        {OUTPUT_APPEND, "SELECT k FROM (SELECT k, k FROM t)", "k: string"},
        {OUTPUT_APPEND, "WITH q(z) AS (SELECT k FROM t), r AS (SELECT z FROM q) SELECT r.z FROM r", "z: string"},
        {OUTPUT_APPEND, "SELECT window.start, window(ts, '10 seconds') FROM t",
         "start: timestamp, window: struct<start:timestamp,end:timestamp>"},
        {OUTPUT_APPEND, "SELECT posexplode(a) AS (p, q), explode(m), explode(a) AS e, e + 1 FROM t",
         "p: int, q: int, key: string, value: int, e: int, (e + 1): int"},
        {OUTPUT_APPEND, "SELECT x.* FROM t LATERAL VIEW explode(m) x AS kk, vv", "kk: string, vv: int"},
        {OUTPUT_COMPLETE, "SELECT k AS kk, count(*) + 1, sum(t.v) FROM t GROUP BY kk",
         "kk: string, (count(1) + 1): bigint, sum(v): bigint"},
        {OUTPUT_COMPLETE, "SELECT v + 1, count(*) n FROM t GROUP BY 1 + v HAVING n > 1 ORDER BY n DESC, max(d)",
         "(v + 1): int, n: bigint"},
        {OUTPUT_COMPLETE, "SELECT concat(k, ':', CAST(count(*) AS STRING)) AS value FROM t GROUP BY k",
         "value: string"},
        {OUTPUT_COMPLETE, "SELECT window(ts, '10 seconds') AS w, w.start, count(*) FROM t GROUP BY 1",
         "w: struct<start:timestamp,end:timestamp>, start: timestamp, count(1): bigint"},
        {OUTPUT_COMPLETE, "SELECT s.x, count(*) FROM t GROUP BY s", "x: int, count(1): bigint"},
        {OUTPUT_COMPLETE, "SELECT upper(k) u, v, max(d) FROM t GROUP BY ALL", "u: string, v: int, max(d): double"},
        {OUTPUT_COMPLETE, "SELECT 1 FROM t HAVING count(*) > 1", "1: int"},
        {OUTPUT_UPDATE, "SELECT DISTINCT k FROM t", "k: string"},
        {OUTPUT_UPDATE, "SELECT k AS x, v AS y FROM t UNION SELECT v, d FROM t", "x: string, y: double"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(schema(cases[i].mode, cases[i].query), cases[i].schema);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        enum output_mode mode;
        const char *query, *place, *words; // words must be in the message
    } cases[] = {
        {OUTPUT_APPEND, "SELECT vv FROM t",
         "1:8:", "[UNRESOLVED_COLUMN.WITH_SUGGESTION] there is no column `vv`; did you mean `v`?"},
        {OUTPUT_APPEND, "SELECT k\nFROM tt", "2:6:", "[TABLE_OR_VIEW_NOT_FOUND]"},
        {OUTPUT_APPEND, "SELECT coutn(*) FROM t",
         "1:8:", "[UNRESOLVED_ROUTINE] there is no function `coutn`; did you mean `count`?"},
        {OUTPUT_APPEND, "SELECT s.z FROM t", "1:8:", "[FIELD_NOT_FOUND]"},
        {OUTPUT_APPEND, "SELECT k FROM (SELECT k, upper(k) AS k FROM t)", "1:8:", "[AMBIGUOUS_REFERENCE]"},
        {OUTPUT_APPEND, "SELECT v AS x, d AS x, x + 1 FROM t", "1:24:", "[AMBIGUOUS_LATERAL_COLUMN_ALIAS]"},
        {OUTPUT_APPEND, "SELECT v AS x FROM t WHERE x > 1", "1:28:", "[UNRESOLVED_COLUMN.WITH_SUGGESTION]"},
        {OUTPUT_APPEND, "SELECT * FROM t WHERE v", "1:23:", "[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN]"},
        {OUTPUT_APPEND, "SELECT k FROM t WHERE count(*) > 1", "1:23:", "[INVALID_WHERE_CONDITION]"},
        {OUTPUT_APPEND, "SELECT explode(a) + 1 FROM t", "1:8:", "[UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS]"},
        {OUTPUT_APPEND, "SELECT k FROM t WHERE explode(a) > 1", "1:23:", "[UNSUPPORTED_GENERATOR.OUTSIDE_SELECT]"},
        {OUTPUT_APPEND, "SELECT explode(m) AS p FROM t", "1:8:", "[UDTF_ALIAS_NUMBER_MISMATCH]"},
        {OUTPUT_APPEND, "SELECT * FROM t LATERAL VIEW upper(k) x", "1:30:", "[UNSUPPORTED_GENERATOR.NOT_GENERATOR]"},
        {OUTPUT_COMPLETE, "SELECT k, v FROM t GROUP BY k", "1:11:", "[MISSING_AGGREGATION] `v`"},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t", "1:8:", "[MISSING_GROUP_BY]"},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t GROUP BY 3", "1:36:", "[GROUP_BY_POS_OUT_OF_RANGE]"},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t GROUP BY 2", "1:36:", "[GROUP_BY_POS_AGGREGATE]"},
        {OUTPUT_COMPLETE, "SELECT count(*) FROM t GROUP BY count(*)", "1:33:", "[GROUP_BY_AGGREGATE]"},
        {OUTPUT_COMPLETE, "SELECT sum(sum(v)) FROM t", "1:12:", "[NESTED_AGGREGATE_FUNCTION]"},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t GROUP BY k HAVING d > 3",
         "1:45:", "[UNRESOLVED_COLUMN.WITH_SUGGESTION]"},
        {OUTPUT_COMPLETE, "SELECT k, sum(v) AS v FROM t GROUP BY k ORDER BY sum(v)", "1:54:", "[MISSING_ATTRIBUTES."},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t GROUP BY k ORDER BY 3", "1:47:", "[ORDER_BY_POS_OUT_OF_RANGE]"},
        {OUTPUT_COMPLETE, "SELECT k, count(DISTINCT v) FROM t GROUP BY k",
         "1:11:", "Distinct aggregations are not supported"},
        {OUTPUT_COMPLETE, "SELECT window(ts, '20 seconds').start FROM t GROUP BY window(ts, '10 seconds')",
         "1:8:", "Multiple time/session window expressions"},
        {OUTPUT_COMPLETE, "SELECT k, count(*) FROM t GROUP BY k LIMIT -1",
         "1:44:", "[INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE]"},
        {OUTPUT_COMPLETE, "SELECT k FROM t", "1:1:", "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION]"},
        {OUTPUT_APPEND, "SELECT k, count(*) FROM t GROUP BY k",
         "1:1:", "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION]"},
        {OUTPUT_APPEND, "SELECT window(ts2, '1 minute'), count(*) FROM t GROUP BY 1",
         "1:1:", "[STREAMING_OUTPUT_MODE."},
        {OUTPUT_APPEND, "SELECT k FROM t ORDER BY k", "1:26:", "Sorting is not supported"},
        {OUTPUT_UPDATE, "SELECT k FROM t LIMIT 3", "1:23:", "Limits are not supported"},
        {OUTPUT_APPEND, "SELECT k FROM t LIMIT 3 OFFSET 2", "1:23:", "Offset is not supported"},
        {OUTPUT_UPDATE, "SELECT count(n) FROM (SELECT k, count(*) n FROM t GROUP BY k)", "1:1:", "Detected pattern"},
        {OUTPUT_APPEND, "SELECT row_number() OVER (ORDER BY k) FROM t",
         "1:8:", "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING]"},
        {OUTPUT_APPEND, "SELECT k FROM t WHERE k IN (SELECT k FROM t)",
         "1:29:", "[INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY]"},
        {OUTPUT_APPEND, "SELECT a.k FROM t a JOIN t b ON a.k = b.k",
         "1:17:", "[UNSUPPORTED_FEATURE] joins of two streams are not supported yet"},
        {OUTPUT_APPEND, "SELECT k FROM t EXCEPT SELECT k FROM t", "1:1:", "EXCEPT is not there for streams"},
        {OUTPUT_APPEND, "SELECT k FROM t UNION ALL SELECT k, v FROM t", "1:27:", "[NUM_COLUMNS_MISMATCH]"},
        {OUTPUT_APPEND, "SELECT k, v FROM t UNION ALL SELECT v, a FROM t",
         "1:30:", "[INCOMPATIBLE_COLUMN_TYPE] column 2 of UNION is ARRAY<INT> here and INT before"},
        {OUTPUT_APPEND,
         "WITH a AS (SELECT k FROM t UNION ALL SELECT k FROM t), b AS (SELECT k FROM a UNION ALL SELECT k FROM a), "
         "c AS (SELECT k FROM b UNION ALL SELECT k FROM b), d AS (SELECT k FROM c UNION ALL SELECT k FROM c) "
         "SELECT k FROM d UNION ALL SELECT k FROM d UNION ALL SELECT k FROM t",
         "1:271:", "a query names sources 32 times at most"},
        {OUTPUT_APPEND, "SELECT 1", "1:1:", "[WRITE_STREAM_NOT_ALLOWED]"},
        {OUTPUT_APPEND, "SELECT i LATERAL VIEW explode(array(1)) x AS i", "1:10:", "[WRITE_STREAM_NOT_ALLOWED]"},
        {OUTPUT_APPEND, "SELECT _corrupt_record FROM t",
         "1:29:", "[UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN]"},
        {OUTPUT_APPEND, "SELECT TIMESTAMP 'x' FROM t", "1:8:", "[INVALID_TYPED_LITERAL]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum status s = bench_plan(&bench, cases[i].mode, cases[i].query);
        if (s != STATUS_CONFIG || strncmp(bench.error.text, cases[i].place, strlen(cases[i].place)) != 0 ||
            !strstr(bench.error.text, cases[i].words) || !strchr(bench.error.text, '^'))
            fail_msg("%s\nwanted %s %s\ngot %s", cases[i].query, cases[i].place, cases[i].words, bench.error.text);
    }
}

// What runs below the watermark, what above it: as Spark's optimised plan has it.
static void test_filters_and_the_watermark(void **state)
{
    (void)state;
    static const struct {
        enum output_mode mode;
        const char *query, *plan; // plan: what must follow in the explanation
    } cases[] = {
        {OUTPUT_COMPLETE, "SELECT count(*) FROM t WHERE k = 'x' AND ts > ts2",
         "filter     (k = 'x') AND ts2 IS NOT NULL\nwatermark  greatest ts less 10 seconds\nfilter     (ts > ts2)\n"},
        {OUTPUT_COMPLETE, "SELECT count(*) FROM t WHERE k = 'x' OR ts > ts2",
         "columns\nwatermark  greatest ts less 10 seconds\nfilter     ((k = 'x') OR (ts > ts2))\n"},
        {OUTPUT_APPEND,
         "SELECT window(ts, '10 seconds') w, k, count(*) FROM t GROUP BY 1, 2 HAVING k = 'a' AND count(*) > 1",
         "filter     (k = 'a')\nwatermark  greatest ts less 10 seconds\nfilter     ts IS NOT NULL\n"
         "window     10 seconds of ts\naggregate  count(1) by window, k\n"},
        {OUTPUT_APPEND,
         "SELECT * FROM (SELECT ts, upper(k) kk, count(*) n FROM t GROUP BY ts, upper(k)) WHERE kk = 'a' AND n > 1",
         "filter     (upper(k) = 'a')\nwatermark  greatest ts less 10 seconds\naggregate  count(1) by ts, upper(k)\n"},
        {OUTPUT_UPDATE,
         "SELECT window(ts2, '1 minute') w, count(*) FROM t GROUP BY 1 HAVING w.start > TIMESTAMP '2020-01-01'",
         "filter     ts2 IS NOT NULL\nwindow     1 minute of ts2\nfilter     (window.start > "
         "TIMESTAMP '2020-01-01 00:00:00Z')\nwatermark  greatest ts less 10 seconds\n"},
        {OUTPUT_UPDATE, "SELECT window(ts2, '10 seconds', '5 seconds') w, count(*) FROM t GROUP BY 1",
         "filter     ts2 IS NOT NULL\nwatermark  greatest ts less 10 seconds\nwindow     10 seconds of ts2"},
        {OUTPUT_COMPLETE, "SELECT count(*) FROM t WHERE (k = 'x' AND v > 1) OR (k = 'x' AND ts > ts2)",
         "filter     (k = 'x')\nwatermark  greatest ts less 10 seconds\nfilter     ((v > 1) OR (ts > ts2))\n"},
        {OUTPUT_COMPLETE, "SELECT count(*) FROM t WHERE ts = ts2 AND ts > TIMESTAMP '2020-01-01'",
         "filter     ts2 IS NOT NULL AND (ts2 > TIMESTAMP '2020-01-01 00:00:00Z')\nwatermark "},
        {OUTPUT_APPEND,
         "SELECT x FROM (SELECT ts AS x, k FROM t UNION ALL SELECT ts2, k FROM t) "
         "WHERE k = 'a' AND x > TIMESTAMP '2020-01-01'",
         "input 1\n  source     t (json): reads ts TIMESTAMP, k STRING, ts2 TIMESTAMP; skips 7 of 10 columns\n"
         "  filter     (k = 'a')\n  watermark  greatest ts less 10 seconds\n"
         "  filter     (ts > TIMESTAMP '2020-01-01 00:00:00Z')\n  project    ts AS x\ninput 2\n"
         "  source     t (json): reads ts TIMESTAMP, k STRING, ts2 TIMESTAMP; skips 7 of 10 columns\n"
         "  filter     (k = 'a') AND (ts2 > TIMESTAMP '2020-01-01 00:00:00Z')\n"
         "  watermark  greatest ts less 10 seconds\n  project    ts2\nunion      the rows of all 2, as x\n"},
        {OUTPUT_APPEND, "SELECT explode(a) e FROM t", "a IS NOT NULL\nwatermark "},
        {OUTPUT_APPEND, "SELECT explode(split(k, ' ')) e FROM t",
         "columns\nwatermark  greatest ts less 10 seconds\nexplode"},
        {OUTPUT_APPEND, "SELECT explode_outer(a) e FROM t",
         "columns\nwatermark  greatest ts less 10 seconds\nexplode_outer"},
        {OUTPUT_APPEND, "SELECT e FROM t LATERAL VIEW explode(a) q AS e WHERE e > 1 AND k = 'a'",
         "a IS NOT NULL\nwatermark  greatest ts less 10 seconds\nexplode    a AS e\nfilter     (e > 1)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = explained(cases[i].mode, cases[i].query);
        if (!strstr(text, cases[i].plan))
            fail_msg("%s\nwanted\n%s\ngot\n%s", cases[i].query, cases[i].plan, text);
    }
}

static void test_columns_wanted(void **state)
{
    (void)state;
    planned(OUTPUT_COMPLETE,
            "SELECT n, k FROM (SELECT k, v, s, count(*) AS n, max(d) FROM t GROUP BY k, v, s) WHERE n > 1");
    uint32_t count;
    const struct plan_read *read = plan_reads(bench.plan, &count);
    static const int32_t wanted[] = {0, 1, 2, -1, -1, -1, 3, -1, -1, -1}; // ts is the watermark's
    assert_int_equal(count, 1);
    assert_int_equal(read->outputs, 4);
    assert_memory_equal(read->output, wanted, sizeof wanted);
    assert_true(plan_source_used(bench.plan, 0));
    assert_true(plan_is_stateful(bench.plan));
    assert_false(plan_wants_no_data_batch(bench.plan));
    planned(OUTPUT_UPDATE, "SELECT count(*) FROM t");
    assert_true(plan_wants_no_data_batch(bench.plan));
    planned(OUTPUT_APPEND, "SELECT k FROM t");
    assert_false(plan_is_stateful(bench.plan));
    planned(OUTPUT_APPEND, "SELECT k FROM t LIMIT 3");
    assert_true(plan_is_stateful(bench.plan));
    assert_false(plan_wants_no_data_batch(bench.plan));
}

static void test_fingerprint(void **state)
{
    (void)state;
    static const char *const same[] = {
        "SELECT k, count(*) AS n FROM t GROUP BY k",
        "SELECT upper(kk), c FROM (SELECT k AS kk, count(*) c FROM t WHERE v > 3 GROUP BY kk) WHERE c > 1",
    };
    static const char *const other[] = {
        "SELECT k, sum(v) AS n FROM t GROUP BY k",
        "SELECT v, count(*) AS n FROM t GROUP BY v",
        "SELECT k, count(*) AS n FROM t GROUP BY k, v",
        "SELECT k, count(*) AS n FROM t GROUP BY k, window(ts, '1 minute')",
    };
    planned(OUTPUT_UPDATE, same[0]);
    plan_fingerprint(bench.plan, &bench.text);
    char *first = arena_copy(&bench.arena, text_cstring(&bench.text), bench.text.size);
    assert_string_not_equal(first, "");
    planned(OUTPUT_UPDATE, same[1]);
    plan_fingerprint(bench.plan, &bench.text);
    assert_string_equal(text_cstring(&bench.text), first);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        planned(OUTPUT_UPDATE, other[i]);
        plan_fingerprint(bench.plan, &bench.text);
        assert_string_not_equal(text_cstring(&bench.text), first);
    }
}

static void test_schema_print(void **state)
{
    (void)state;
    planned(OUTPUT_APPEND, "SELECT window(ts, '1 minute'), a, m, CAST(v AS DECIMAL(5, 2)) AS c FROM t");
    plan_schema_print(bench.plan, &bench.text);
    assert_string_equal(text_cstring(&bench.text), "root\n"
                                                   " |-- window: struct (nullable = false)\n"
                                                   " |    |-- start: timestamp (nullable = true)\n"
                                                   " |    |-- end: timestamp (nullable = true)\n"
                                                   " |-- a: array (nullable = true)\n"
                                                   " |    |-- element: integer (containsNull = true)\n"
                                                   " |-- m: map (nullable = true)\n"
                                                   " |    |-- key: string\n"
                                                   " |    |-- value: integer (valueContainsNull = true)\n"
                                                   " |-- c: decimal(5,2) (nullable = true)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names_and_types, set_up_without_watermark, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up_without_watermark, tear_down),
        cmocka_unit_test_setup_teardown(test_filters_and_the_watermark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_columns_wanted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fingerprint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_schema_print, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
