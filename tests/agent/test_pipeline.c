// The pipeline file: what is read, and what is said of mistakes.
#include "agent/plan/board.h"
#include "agent/plan/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct memory memory;
static struct arena arena;
static struct error error;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, &memory, 4096);
    error.text[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return (int)memory.used;
}

static enum status parse(const char *text, const struct pipeline_set *sets, uint32_t count, struct pipeline **out)
{
    return pipeline_parse(slice_of(text), "p.json", "/dir", sets, count, &arena, out, &error);
}

static bool same(struct slice s, const char *text)
{
    return slice_equal(s, slice_of(text));
}

#define SOURCES                                                                                                        \
    "\"sources\": {\"events\": {\"format\": \"json\", \"path\": \"in\", \"schema\": \"a INT, t TIMESTAMP\"}}"
#define SINKS "\"sinks\": {\"out\": {\"format\": \"console\"}}"
#define QUERY "\"query\": \"SELECT a FROM events\""

static void test_full(void **state)
{
    static const char text[] =
        "// what it does\n"
        "{\n"
        "  \"sinks\": { \"screen\": { \"format\": \"console\", \"truncate\": false, \"numRows\": 5 } },\n"
        "  /* two\n     lines */ \"name\": \"a-b_1\",\n"
        "  \"query\": [\n"
        "    \"SELECT a\",\n"
        "    \"FROM \\\"x\\u00e9\\\" WHERE a\"\n"
        "  ],\n"
        "  \"outputMode\": \"Complete\",\n"
        "  \"trigger\": { \"processingTime\": \"8 seconds\" },\n"
        "  \"checkpointLocation\": \"state/x\",\n"
        "  \"timeZone\": \"Europe/Berlin\",\n"
        "  \"limits\": { \"memory\": \"32MB\", \"commitInterval\": \"5 seconds\", \"outboxFull\": \"latest\" },\n"
        "  \"conf\": { \"spark.sql.streaming.noDataMicroBatches.enabled\": \"false\" },\n"
        "  \"sources\": { \"events\": {\n"
        "    \"format\": \"json\", \"PATH\": \"in\", \"maxfilespertrigger\": 3,\n"
        "    \"schema\": \"a INT, t TIMESTAMP\",\n"
        "    \"watermark\": { \"column\": \"t\", \"delay\": \"1 month\" } } }\n"
        "}\n";
    struct pipeline *p;
    (void)state;
    if (parse(text, NULL, 0, &p) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_true(same(p->name, "a-b_1"));
    assert_int_equal(p->mode, OUTPUT_COMPLETE);
    assert_true(p->mode_given);
    assert_int_equal(p->trigger, TRIGGER_PROCESSING_TIME);
    assert_int_equal(p->trigger_interval, 8000000);
    assert_true(same(p->checkpoint, "/dir/state/x"));
    assert_true(same(p->time_zone, "Europe/Berlin"));
    assert_int_equal(p->time_zone_place.line, 13);
    assert_false(p->no_data_batches);
    assert_int_equal(p->limits.memory, 32 << 20);
    assert_int_equal(p->limits.outbox, board_default.outbox);
    assert_int_equal(p->limits.commit_interval, 5000000);
    assert_true(p->limits.commit_interval_given);
    assert_int_equal(p->limits.outbox_full, OUTBOX_LATEST);
    assert_int_equal(p->source_count, 1);
    const struct pipeline_source *s = &p->sources[0];
    assert_true(same(s->name, "events"));
    assert_int_equal(s->place.line, 16);
    assert_int_equal(s->schema->field_count, 2);
    assert_int_equal(option_integer(&s->options, "maxFilesPerTrigger", 0), 3);
    assert_true(same(option_text(&s->options, "path"), "in"));
    assert_true(same(option_text(&s->options, "mode"), "PERMISSIVE"));
    assert_true(same(s->options.directory, "/dir"));
    assert_true(s->has_watermark && same(s->watermark_column, "t"));
    assert_true(s->watermark_delay == INT64_C(31) * 86400 * 1000000);
    assert_int_equal(option_integer(&p->sinks[0].options, "truncate", -1), 0);
    assert_int_equal(option_integer(&p->sinks[0].options, "numRows", -1), 5);
    assert_true(same(p->query.text, "SELECT a\nFROM \"x\xC3\xA9\" WHERE a"));
    sql_error(&p->query, 26, 1, &error, "here"); // the last a, behind two escapes
    assert_memory_equal(error.text, "p.json:8:29: here\n", 18);
}

static void test_defaults(void **state)
{
    struct pipeline *p;
    (void)state;
    assert_int_equal(parse("{" SOURCES "," QUERY "," SINKS "}", NULL, 0, &p), STATUS_OK);
    assert_true(same(p->name, "p"));
    assert_int_equal(p->mode, OUTPUT_APPEND);
    assert_false(p->mode_given);
    assert_int_equal(p->trigger, TRIGGER_DEFAULT);
    assert_int_equal(p->checkpoint.size, 0);
    assert_true(same(p->time_zone, "UTC"));
    assert_true(p->no_data_batches);
    assert_int_equal(p->limits.memory, board_default.memory);
    assert_false(p->limits.commit_interval_given);
    assert_int_equal(option_integer(&p->sinks[0].options, "truncate", -1), 20);
    assert_false(p->sources[0].has_watermark || p->sources[0].is_static);
}

static const struct {
    const char *text, *place, *words;
} mistakes[] = {
    {"", "p.json:1:1:", "expected a value"},
    {"{\"a\" 1}", "p.json:1:6:", "expected ':'"},
    {"{\"a\": 1\n \"b\": 2}", "p.json:2:2:", "expected ',' or '}'"},
    {"{\"a\": 1,}", "p.json:1:9:", "a name in \"quotes\" behind the comma"},
    {"{\"a\": \"x\n\"}", "p.json:1:7:", "a closing \""},
    {"{\"a\": tru}", "p.json:1:7:", "expected a value"},
    {"{\"a\": 01}", "p.json:1:9:", "zeros in front"},
    {"{\"a\": \"\\x\"}", "p.json:1:9:", "an escape"},
    {"{\"a\": [1 2]}", "p.json:1:10:", "',' or ']'"},
    {"{} x", "p.json:1:4:", "nothing more"},
    {"{ /* x", "p.json:1:3:", "no end"},
    {"[]", "p.json:1:1:", "a pipeline is an array; wanted is an object"},
    {"{\"name\": \"a\", \"name\": \"b\"}", "p.json:1:15:", "\"name\" is given twice"},
    {"{\"querry\": \"x\"}", "p.json:1:2:", "unknown key \"querry\" of a pipeline; did you mean \"query\"?"},
    {"{\"lateRows\": \"x\"}", "p.json:1:1:", "the pipeline has no \"sources\""},
    {"{\"name\": \"a b\"}", "p.json:1:10:", "1 to 64 letters"},
    {"{\"outputMode\": \"apend\"}", "p.json:1:16:", "append, update or complete"},
    {"{\"trigger\": {\"continuous\": \"1 second\"}}", "p.json:1:14:", "\"continuous\" is not built yet"},
    {"{\"trigger\": {\"availableNow\": true, \"once\": true}}", "p.json:1:13:", "a trigger is one of"},
    {"{\"trigger\": {\"once\": false}}", "p.json:1:22:", "is true, or is left out"},
    {"{\"trigger\": {\"processingTime\": 5}}", "p.json:1:32:", "\"10 seconds\""},
    {"{\"limits\": {\"memory\": \"lots\"}}", "p.json:1:23:", "memory is 'lots'; wanted is a size"},
    {"{\"limits\": {\"memry\": \"1MB\"}}", "p.json:1:13:", "did you mean \"memory\"?"},
    {"{\"conf\": {\"spark.sql.ansi.enabled\": true}}", "p.json:1:11:", "unknown key"},
    {"{" QUERY "," SINKS "}", "p.json:1:1:", "no \"sources\""},
    {"{" SOURCES "," SINKS "}", "p.json:1:1:", "no \"query\""},
    {"{\"sources\": {}," QUERY "," SINKS "}", "p.json:1:13:", "nothing in \"sources\""},
    {"{\"sources\": {\"e\": {}}," QUERY "," SINKS "}", "p.json:1:19:", "a source has no \"format\""},
    {"{\"sources\": {\"e\": {\"format\": \"jsn\"}}," QUERY "," SINKS "}", "p.json:1:30:", "did you mean \"json\"?"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"schema\": \"a INT\"}}," QUERY "," SINKS "}",
     "p.json:1:19:", "a json source needs \"path\""},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\"}}," QUERY "," SINKS "}",
     "p.json:1:19:", "has no \"schema\""},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\", \"schema\": \"a INT, b STRIG\"}}," QUERY "," SINKS
     "}",
     "p.json:1:71:", "Did you mean STRING?"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"pth\": \"x\", \"schema\": \"a INT\"}}," QUERY "," SINKS "}",
     "p.json:1:38:", "unknown key \"pth\" of a json source; did you mean \"path\"?"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\", \"Path\": \"y\", \"schema\": \"a INT\"}}," QUERY
     "," SINKS "}",
     "p.json:1:51:", "given twice (in another case)"},
    {"{\"sources\": {\"e\": {\"format\": \"text\", \"path\": \"x\", \"idleTimeout\": \"1 minute\"}}," QUERY "," SINKS
     "}",
     "p.json:1:51:", "idleTimeout is about the watermark, and the source has none"},
    {"{\"sources\": {\"e\": {\"format\": \"text\", \"path\": \"x\", \"dropDuplicates\": \"a\"}}," QUERY "," SINKS "}",
     "p.json:1:69:", "dropDuplicates is a string; wanted is an array of columns"},
    {"{\"sources\": {\"e\": {\"format\": \"text\", \"path\": \"x\", \"dropDuplicates\": [1]}}," QUERY "," SINKS "}",
     "p.json:1:70:", "a column is a number"},
    {"{\"sources\": {\"e\": {\"format\": \"text\", \"path\": \"x\", \"static\": true, \"dropDuplicates\": []}}," QUERY
     "," SINKS "}",
     "p.json:1:67:", "dropDuplicates is for streams; this source is static"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\", \"schema\": \"a INT\", \"payload\": "
     "\"json\"}}," QUERY "," SINKS "}",
     "p.json:1:81:", "payload is for sources that carry messages"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\", \"schema\": \"a INT\", \"watermark\": {\"column\": "
     "\"a\", "
     "\"delay\": \"-1 second\"}}}," QUERY "," SINKS "}",
     "p.json:1:108:", "negative"},
    {"{\"sources\": {\"e\": {\"format\": \"json\", \"path\": \"x\", \"schema\": \"a INT\", \"watermark\": {\"column\": "
     "\"a\", "
     "\"delay\": \"10\"}}}," QUERY "," SINKS "}",
     "p.json:1:108:", "[CANNOT_PARSE_INTERVAL]"},
    {"{" SOURCES ", \"query\": 5, " SINKS "}", "p.json:1:100:", "query is a number; wanted is a string"},
    {"{" SOURCES ", \"query\": {\"fil\": \"q\"}, " SINKS "}", "p.json:1:101:", "did you mean \"file\"?"},
    {"{" SOURCES ", \"query\": {\"file\": \"none.sql\"}, " SINKS "}",
     "p.json:1:109:", "none.sql: there is no such file"},
    {"{" SOURCES "," QUERY ", \"sinks\": {\"s\": {\"format\": \"consol\"}}}",
     "p.json:1:149:", "did you mean \"console\"?"},
    {"{" SOURCES "," QUERY ", \"sinks\": {\"s\": {\"format\": \"console\", \"truncate\": \"maybe\"}}}",
     "p.json:1:172:", "truncate is 'maybe'"},
    {"{\"name\": \"${RUNNEL_TEST_NONE}\"}", "p.json:1:10:", "the environment has no RUNNEL_TEST_NONE"},
    {"{\"name\": \"${RUNNEL_TEST_NONE:?set it, please}\"}", "p.json:1:10:", "RUNNEL_TEST_NONE: set it, please"},
    {"{\"name\": \"${A B}\"}", "p.json:1:10:", "is none of ${NAME}"},
    {"{\"name\": \"${A\"}", "p.json:1:10:", "\"${\" without \"}\""},
    {"{\"name\": {\"secretFile\": \"none\"}}", "p.json:1:25:", "none: there is no such file"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct pipeline *p;
        error.text[0] = '\0';
        enum status status = parse(mistakes[i].text, NULL, 0, &p);
        size_t n = strlen(mistakes[i].place);
        if (status != STATUS_CONFIG || error.status != STATUS_CONFIG || p != NULL ||
            strncmp(error.text, mistakes[i].place, n) != 0 || strstr(error.text, mistakes[i].words) == NULL)
            fail_msg("%s\ngave (%d) %s\nwanted %s %s", mistakes[i].text, (int)status, error.text, mistakes[i].place,
                     mistakes[i].words);
    }
}

static void test_sets(void **state)
{
    static const char text[] = "{" SOURCES "," QUERY "," SINKS ", \"trigger\": {\"once\": true}}";
    const struct pipeline_set sets[] = {
        {"sinks.out.truncate", "false"},
        {"sinks.out.numRows", "3"},
        {"trigger", "{\"availableNow\": true}"},
        {"limits.memory", "16MB"},
        {"conf.spark.sql.session.timeZone", "Asia/Tokyo"},
        {"query", "SELECT 1"},
        {"sources.events.PATH", "other"},
        {"name", "renamed"},
    };
    struct pipeline *p;
    (void)state;
    if (parse(text, sets, sizeof sets / sizeof sets[0], &p) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(option_integer(&p->sinks[0].options, "truncate", -1), 0);
    assert_int_equal(option_integer(&p->sinks[0].options, "numRows", -1), 3);
    assert_int_equal(p->trigger, TRIGGER_AVAILABLE_NOW);
    assert_int_equal(p->limits.memory, 16 << 20);
    assert_true(same(p->time_zone, "Asia/Tokyo"));
    assert_true(same(p->query.text, "SELECT 1"));
    assert_true(same(option_text(&p->sources[0].options, "path"), "other"));
    assert_true(same(p->name, "renamed"));
}

static void test_wrong_sets(void **state)
{
    static const struct {
        struct pipeline_set set;
        enum status status;
        const char *words;
    } wrong[] = {
        {{"nope", "1"}, STATUS_USAGE, "--set nope=1: unknown key"},
        {{"sinks.none.truncate", "1"}, STATUS_USAGE, "--set sinks.none.truncate=1: there is no such path"},
        {{"sinks.out.trunkate", "1"}, STATUS_USAGE, "did you mean \"truncate\"?"},
        {{"limits.none", "1"}, STATUS_USAGE, "unknown key"},
        {{"name.x", "1"}, STATUS_USAGE, "--set name.x=1"},
        {{"", "1"}, STATUS_USAGE, "wanted is a path"},
        {{"sinks.out.truncate", "maybe"}, STATUS_CONFIG, "--set sinks.out.truncate=maybe: truncate is 'maybe'"},
        {{"query", "5"}, STATUS_CONFIG, "--set query=5: query is a number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct pipeline *p;
        enum status status = parse("{" SOURCES "," QUERY "," SINKS "}", &wrong[i].set, 1, &p);
        if (status != wrong[i].status || error.status != wrong[i].status || strstr(error.text, wrong[i].words) == NULL)
            fail_msg("%s=%s gave (%d) %s", wrong[i].set.path, wrong[i].set.value, (int)status, error.text);
    }
}

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_files(void **state)
{
    char directory[] = "/tmp/runnel-pipeline-XXXXXX", path[256];
    static const char *const names[] = {"fine.json", "q.sql", "secret"};
    struct pipeline *p;
    (void)state;
    assert_non_null(mkdtemp(directory));
    write_file(directory, "q.sql", "SELECT a\nFROM events\n");
    write_file(directory, "secret", "hidden\n");
    write_file(directory, "fine.json",
               "{" SINKS
               ", \"query\": {\"file\": \"q.sql\"}, \"sources\": {\"events\": {\"format\": \"json\", \"path\": "
               "{\"secretFile\": \"secret\"}, \"schema\": \"${RUNNEL_TEST_SCHEMA}, c ${NONE:-INT}, d x\"}}}");
    setenv("RUNNEL_TEST_SCHEMA", "a INT, b STRING", 1);
    snprintf(path, sizeof path, "%s/fine.json", directory);
    assert_int_equal(pipeline_read(path, NULL, 0, &arena, &p, &error), STATUS_CONFIG);
    if (strstr(error.text, "fine.json:1:198: [UNSUPPORTED_DATATYPE] x is no type") == NULL)
        fail_msg("%s", error.text);
    const struct pipeline_set set = {"sources.events.schema", "${RUNNEL_TEST_SCHEMA}, c ${NONE:-INT}"};
    if (pipeline_read(path, &set, 1, &arena, &p, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_true(same(p->name, "fine"));
    assert_string_equal(p->directory, directory);
    assert_true(same(p->query.text, "SELECT a\nFROM events\n"));
    assert_true(same(option_text(&p->sources[0].options, "path"), "hidden"));
    assert_int_equal(p->sources[0].schema->field_count, 3);
    sql_error(&p->query, 14, 1, &error, "here");
    assert_memory_equal(error.text, "q.sql:2:6: here", 15);
    pipeline_error(p, p->sources[0].place, &error, "there");
    assert_non_null(strstr(error.text, "fine.json:1:"));
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
    assert_int_equal(pipeline_read("/none/such.json", NULL, 0, &arena, &p, &error), STATUS_USAGE);
    assert_string_equal(error.text, "/none/such.json: there is no such file");
}

// Cut anywhere, and with any byte changed, a good file is read or refused.
static void test_damaged(void **state)
{
    static const char good[] =
        "// x\n{" SOURCES "," QUERY "," SINKS ", \"limits\": {\"memory\": \"1MB\"}, \"conf\": {}, "
        "\"trigger\": {\"once\": true}, \"name\": \"n\\u00e9\\ud83d\\ude00\"}";
    static const char bytes[] = "\"{}[],:\\x/* \n$";
    (void)state;
    for (size_t at = 0; at + 1 < sizeof good; at++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            struct pipeline *p;
            size_t size = k == 0 ? at : sizeof good - 1;
            char *text = malloc(size + 1); // exact, so that a sanitizer sees a byte too far
            memcpy(text, good, size);
            if (k > 0)
                text[at] = bytes[k - 1];
            enum status status =
                pipeline_parse((struct slice){text, (uint32_t)size}, "p.json", "/dir", NULL, 0, &arena, &p, &error);
            assert_true(status == STATUS_OK || status == STATUS_CONFIG);
            free(text);
            arena_reset(&arena);
        }
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_full),       TEST(test_defaults), TEST(test_mistakes), TEST(test_sets),
        TEST(test_wrong_sets), TEST(test_files),    TEST(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
