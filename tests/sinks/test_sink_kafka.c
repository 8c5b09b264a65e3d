#include "tests/sinks/kafka_bench.h"

// ---------------------------------------------------------------- rendering

static void render(struct bench *b, uint32_t rows)
{
    struct error e;
    struct batch batch = {.id = 3};
    struct identity who = {
        .device = SLICE("pi"), .query = SLICE("q"), .epoch = SLICE("e"), .batch = 3, .first_seq = 40};
    b->chunk.rows = (struct rows){NULL, rows};
    assert_int_equal(sink_kafka.begin(b->sink, &batch, &who, &e), STATUS_OK);
    assert_int_equal(sink_kafka.render(b->sink, &b->chunk, &e), STATUS_OK);
    assert_int_equal(sink_kafka.prepare(b->sink, &e), STATUS_OK);
    assert_int_equal(sink_kafka.finish(b->sink, &e), STATUS_OK);
}

static void send_logged(struct bench *b)
{
    struct error e;
    char got[ROWS + 1];
    for (uint32_t i = 0; i < b->logged_count; i++)
        assert_int_equal(sink_kafka.send(b->sink, &b->logged[i].record, 1, &e), STATUS_OK);
    outcomes(b, got, sizeof(got));
}

static void test_row_is_the_value(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, "karapace", false);
    open_with(&b, "karapace", "500");
    b.columns[0]->slice[0] = SLICE("a\"b");
    b.columns[1]->i64[0] = 5;
    b.columns[0]->null[1] = 1;
    b.columns[1]->i64[1] = 6;
    render(&b, 2);
    assert_int_equal(b.logged[1].record.seq, 41);
    send_logged(&b);
    assert_int_equal(http_sim_count(b.bridge), 2);
    assert_string_equal(value_at(&b, 0), "{\"k\":\"a\\\"b\",\"n\":5,\"_runnel\":{\"device\":\"pi\",\"query\":\"q\","
                                         "\"epoch\":\"e\",\"batch\":3,\"row\":0,\"seq\":40}}");
    assert_null(http_sim_at(b.bridge, 0)->key);
    assert_string_equal(http_sim_at(b.bridge, 0)->topic, "t");
    assert_string_equal(http_sim_last_type(b.bridge), "application/vnd.kafka.json.v2+json");
    bench_close(&b);
}

static void fill_verbatim(struct bench *b)
{
    b->columns[0]->slice[0] = SLICE("ab:3");
    b->columns[1]->slice[0] = SLICE("ab");
    b->columns[2]->slice[0] = SLICE("mine");
    b->columns[0]->null[1] = 1;
    b->columns[1]->null[1] = 1;
    b->columns[2]->slice[1] = SLICE("mine");
}

static void test_verbatim(void **state)
{
    (void)state;
    for (int d = 0; d < 3; d++) {
        struct bench b;
        struct error e;
        bench_init(&b, dialects[d], true);
        FILL(&b, "maxRecords", "500");
        assert_int_equal(bench_open(&b, &e), STATUS_OK);
        fill_verbatim(&b);
        render(&b, 2);
        send_logged(&b);
        assert_int_equal(http_sim_count(b.bridge), 2);
        const struct http_sim_record *r = http_sim_at(b.bridge, 0);
        assert_string_equal(r->value, "\"ab:3\"");
        assert_string_equal(r->key, "\"ab\"");
        assert_string_equal(r->topic, "mine");
        assert_string_equal(value_at(&b, 1), "null");
        assert_null(http_sim_at(b.bridge, 1)->key);
        if (d == 1) // {"device":"pi","query":"q","epoch":"e","batch":3,"row":0,"seq":40}
            assert_string_equal(r->header, "eyJkZXZpY2UiOiJwaSIsInF1ZXJ5IjoicSIsImVwb2NoIjoiZSIsImJhdGNoIjozLCJyb3ciOj"
                                           "AsInNlcSI6NDB9");
        else
            assert_null(r->header);
        bench_close(&b);
    }
}

static void test_binary(void **state)
{
    (void)state;
    struct bench b;
    struct error e;
    bench_init(&b, "confluent", true);
    FILL(&b, "topic", "wins", "maxRecords", "500", "valueFormat", "binary", "dialect", "confluent");
    assert_int_equal(bench_open(&b, &e), STATUS_OK);
    fill_verbatim(&b);
    render(&b, 2);
    assert_int_equal(sink_kafka.render_gap(b.sink, 9, SLICE("{\"_runnel\":{}}"), &e), STATUS_OK);
    send_logged(&b);
    assert_string_equal(value_at(&b, 0), "\"YWI6Mw==\"");
    assert_string_equal(http_sim_at(b.bridge, 0)->key, "\"YWI=\"");
    assert_string_equal(http_sim_at(b.bridge, 0)->topic, "wins");
    assert_true(http_sim_at(b.bridge, 0)->binary);
    // A null has no format: it may go with either.
    assert_string_equal(value_at(&b, 1), "null");
    assert_string_equal(value_at(&b, 2), "\"eyJfcnVubmVsIjp7fX0=\"");
    bench_close(&b);
}

static void test_gap_and_null_topic(void **state)
{
    (void)state;
    struct bench b;
    struct error e;
    char got[8];
    bench_init(&b, "strimzi", true);
    FILL(&b, "maxRecords", "500");
    assert_int_equal(bench_open(&b, &e), STATUS_OK);
    fill_verbatim(&b);
    b.columns[2]->null[1] = 1;
    render(&b, 2);
    assert_int_equal(sink_kafka.render_gap(b.sink, 40, SLICE("{\"gap\":1}"), &e), STATUS_OK);
    assert_true(b.logged[2].record.gap);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(sink_kafka.send(b.sink, &b.logged[i].record, 1, &e), STATUS_OK);
    assert_string_equal(outcomes(&b, got, sizeof(got)), "+!+");
    assert_non_null(strstr(b.said, "topic is NULL"));
    assert_string_equal(value_at(&b, 1), "{\"gap\":1}");
    assert_string_equal(http_sim_at(b.bridge, 1)->topic, "mine");
    bench_close(&b);
}

// ---------------------------------------------------------------- options

static void test_refused_options(void **state)
{
    (void)state;
    static const struct {
        const char *name[2], *text[2], *says;
    } cases[] = {
        {{"topic", NULL}, {"a b", NULL}, "no name that Kafka takes"},
        {{"topic", NULL}, {"..", NULL}, "no name that Kafka takes"},
        {{"maxRecords", NULL}, {"5", NULL}, "needs a \"topic\""},
        {{"topic", "password"}, {"t", "p"}, "without a username"},
        {{"topic", "cert"}, {"t", "c.pem"}, "go together"},
        {{"topic", "ca"}, {"t", "c.pem"}, "say https://"},
        {{"topic", "token"}, {"t", "a\nb"}, "control character"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        struct error e;
        bench_init(&b, "strimzi", false);
        FILL(&b, cases[i].name[0], cases[i].text[0], cases[i].name[1], cases[i].text[1]);
        assert_int_equal(bench_open(&b, &e), STATUS_CONFIG);
        assert_non_null(strstr(e.text, cases[i].says));
        assert_int_equal(sink_kafka.check(&b.options.options, b.fields, b.chunk.columns, &b.memory, &e), STATUS_CONFIG);
        bench_close(&b);
    }
}

static void test_secret_off_loopback(void **state)
{
    (void)state;
    struct bench b;
    struct error e;
    bench_init(&b, "strimzi", false);
    options_sim_fill(&b.options, sink_kafka.options, "/", "url", "http://bridge.example:80", "topic", "t", "token", "x",
                     "timeout", "1000000", NULL);
    assert_int_equal(sink_kafka.check(&b.options.options, b.fields, 2, &b.memory, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "plaintext"));
    options_sim_fill(&b.options, sink_kafka.options, "/", "url", "http://bridge.example:80", "topic", "t", "token", "x",
                     "timeout", "1000000", "allowPlaintext", "true", NULL);
    assert_int_equal(sink_kafka.check(&b.options.options, b.fields, 2, &b.memory, &e), STATUS_OK);
    bench_close(&b);
}

static void test_warnings(void **state)
{
    (void)state;
    static const struct {
        bool verbatim;
        const char *dialect, *says; // NULL: nothing
    } cases[] = {{false, "karapace", NULL},
                 {true, "strimzi", NULL},
                 {true, "karapace", "cannot tell repeats"},
                 {true, "confluent", "cannot tell repeats"},
                 {true, NULL, "only by the records' headers"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        bench_init(&b, "strimzi", cases[i].verbatim);
        FILL(&b, "topic", "t", cases[i].dialect == NULL ? NULL : "dialect", cases[i].dialect);
        struct text words;
        text_init(&words, &b.memory);
        sink_kafka.warn(&b.options.options, b.fields, b.chunk.columns, &words);
        if (cases[i].says == NULL)
            assert_int_equal(words.size, 0);
        else
            assert_non_null(strstr(text_cstring(&words), cases[i].says));
        text_free(&words);
        bench_close(&b);
    }
}

// Bridges read JSON numbers as DOUBLE.
static void test_warns_of_long_decimals(void **state)
{
    (void)state;
    static const struct {
        unsigned precision, scale;
        const char *format;
        bool warned;
    } cases[] = {{16, 2, "json", true}, {15, 2, "json", false}, {20, 0, "json", false}, {38, 10, "binary", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        struct arena arena;
        struct text words;
        bench_init(&b, "strimzi", false);
        arena_init(&arena, &b.memory, 256);
        text_init(&words, &b.memory);
        const struct type *decimal = type_decimal(&arena, cases[i].precision, cases[i].scale);
        struct field fields[] = {{.name = SLICE("price"), .type = type_array(&arena, decimal, true)}};
        FILL(&b, "topic", "t", "valueFormat", cases[i].format);
        sink_kafka.warn(&b.options.options, fields, 1, &words);
        assert_int_equal(strstr(text_cstring(&words), "column price is a DECIMAL") != NULL, cases[i].warned);
        text_free(&words);
        arena_free(&arena);
        bench_close(&b);
    }
}

// ---------------------------------------------------------------- the table of dialects

static void test_found_out(void **state)
{
    (void)state;
    for (int d = 0; d < 3; d++)
        for (int root = 0; root < 2; root++) {
            struct bench b;
            char got[64], words[64];
            bench_init(&b, dialects[d], false);
            open_with(&b, NULL, "500");
            http_sim_faults(b.bridge)->no_root = root == 1;
            send_numbers(&b, "t", 0, 20);
            assert_string_equal(outcomes(&b, got, sizeof(got)), "++++++++++++++++++++");
            snprintf(words, sizeof(words), "speaks as %s does", dialects[d]);
            assert_non_null(strstr(b.said, words));
            assert_int_equal(http_sim_count(b.bridge), 20);
            bench_close(&b);
        }
}

static void test_broker_down(void **state)
{
    (void)state;
    static const char expected[] = {'~', '?', '~'};
    for (int d = 0; d < 3; d++) {
        struct bench b;
        char got[8];
        bench_init(&b, dialects[d], false);
        open_with(&b, dialects[d], "500");
        http_sim_faults(b.bridge)->broker_down = true;
        send_numbers(&b, "t", 0, 1);
        int64_t began = b.port->class->monotonic(b.port);
        assert_int_equal(outcomes(&b, got, 2)[0], expected[d]);
        assert_true(b.said[0] != '\0');
        assert_true(b.port->class->monotonic(b.port) - began <= 31 * SECOND); // our own deadline, not the bridge's
        sink_kafka.reset(b.sink);
        http_sim_faults(b.bridge)->broker_down = false;
        send_numbers(&b, "t", 0, 3);
        assert_string_equal(outcomes(&b, got, sizeof(got)), "+++");
        bench_close(&b);
    }
}

static void test_record_too_large(void **state)
{
    (void)state;
    static const char *const expected[] = {"+++!+++", "+++?+++", "+++!+++"};
    static char large[5000];
    memset(large, 'x', sizeof(large));
    large[0] = large[sizeof(large) - 1] = '"';
    for (int d = 0; d < 3; d++) {
        struct bench b;
        struct error e;
        char got[16];
        bench_init(&b, dialects[d], false);
        open_with(&b, dialects[d], "500");
        http_sim_faults(b.bridge)->record_most = 4500;
        struct sink_record r[7];
        for (uint32_t i = 0; i < 7; i++)
            r[i] = (struct sink_record){
                .seq = i, .topic = SLICE("t"), .value = i == 3 ? (struct slice){large, sizeof(large)} : SLICE("\"x\"")};
        assert_int_equal(sink_kafka.send(b.sink, r, 7, &e), STATUS_OK);
        assert_string_equal(outcomes(&b, got, sizeof(got)), expected[d]);
        assert_int_equal(http_sim_count(b.bridge), 6);
        bench_close(&b);
    }
}

// Karapace answers 422 though some were written; the others 200.
static void test_one_failed(void **state)
{
    (void)state;
    static const struct {
        const char *dialect;
        int status;
        const char *body, *expected;
    } cases[] = {
        {"confluent", 200,
         "{\"offsets\":[{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null},"
         "{\"partition\":null,\"offset\":null,\"error_code\":50003,\"error\":\"x\"},"
         "{\"partition\":0,\"offset\":2,\"error_code\":null,\"error\":null}],\"key_schema_id\":null}",
         "+~"},
        {"confluent", 200,
         "{\"offsets\":[{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null},"
         "{\"partition\":null,\"offset\":null,\"error_code\":50002,\"error\":\"x\"},"
         "{\"partition\":0,\"offset\":2,\"error_code\":null,\"error\":null}]}",
         "+!+"},
        {"strimzi", 200,
         "{\"offsets\":[{\"partition\":0,\"offset\":1},{\"error_code\":500,\"message\":\"x\"},"
         "{\"partition\":0,\"offset\":2}]}",
         "+?+"},
        {"karapace", 422,
         "{\"offsets\":[{\"offset\":1,\"partition\":0},{\"error_code\":2,\"error\":\"x\"},{\"offset\":2,"
         "\"partition\":0}],\"key_schema_id\":null,\"value_schema_id\":null}",
         "+~"},
        {"karapace", 422,
         "{\"offsets\":[{\"offset\":1,\"partition\":0},{\"error_code\":1,\"error\":\"timed out waiting to publish "
         "message\"},{\"offset\":2,\"partition\":0}],\"key_schema_id\":null,\"value_schema_id\":null}",
         "+?+"},
        {"confluent", 401,
         "{\"offsets\":[{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null},"
         "{\"partition\":null,\"offset\":null,\"error_code\":40101,\"error\":\"x\"},"
         "{\"partition\":0,\"offset\":2,\"error_code\":null,\"error\":null}]}",
         "+~"},
        {"confluent", 200,
         "{\"offsets\":[{\"partition\":0,\"offset\":1},{\"error_code\":99999,\"error\":\"x\"},"
         "{\"partition\":0,\"offset\":2}]}",
         "+?+"},
        {"strimzi", 200, "{\"offsets\":[{\"partition\":0,\"offset\":1},{\"partition\":0,\"offset\":2}]}", "++~"},
        {"strimzi", 200, "{\"offsets\":[{\"partition\":0,\"offset\":1},{},{\"partition\":0,\"offset\":2}]}", "+~"},
        {"strimzi", 200, "not JSON", "~"},
        {"strimzi", 200, "", "~"},
        {"strimzi", 204, "{}", "~"},
        {"karapace", 401, "{}", "~"},
        {"karapace", 403, "{}", "???"},
        {"karapace", 404, "{\"error_code\":40401,\"message\":\"Topic not found\"}", "???"},
        {"karapace", 429, "", "~"},
        {"karapace", 503, "", "~"},
        {"karapace", 301, "", "~"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        struct error e;
        char got[8];
        bench_init(&b, cases[i].dialect, false);
        open_with(&b, cases[i].dialect, "500");
        http_sim_answer_next(b.bridge, cases[i].status, cases[i].body, 0);
        struct sink_record r[3];
        for (uint32_t k = 0; k < 3; k++)
            r[k] = (struct sink_record){.seq = k, .topic = SLICE("t"), .value = SLICE("\"v\"")};
        assert_int_equal(sink_kafka.send(b.sink, r, 3, &e), STATUS_OK);
        assert_string_equal(outcomes(&b, got, sizeof(got)), cases[i].expected);
        bench_close(&b);
    }
}

static void test_unknown_dialect_by_its_errors(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        enum sink_outcome outcome;
    } cases[] = {
        {"{\"error_code\":50003,\"error\":\"x\"}", SINK_AGAIN},
        {"{\"error_code\":50002,\"error\":\"x\"}", SINK_REFUSED},
        {"{\"error_code\":404,\"message\":\"x\"}", SINK_UNDECIDED},
        {"{\"error_code\":500,\"message\":\"x\"}", SINK_UNDECIDED},
        {"{\"error_code\":2,\"error\":\"x\"}", SINK_AGAIN},
        {"{\"error_code\":1,\"error\":\"x\"}", SINK_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench b;
        char body[128];
        struct sink_delivery_report r;
        bench_init(&b, "confluent", false);
        open_with(&b, NULL, "500");
        snprintf(body, sizeof(body), "{\"offsets\":[%s]}", cases[i].entry);
        http_sim_answer_next(b.bridge, 200, body, 0);
        send_numbers(&b, "t", 0, 1);
        assert_true(await(&b, &r, 60 * SECOND));
        assert_int_equal(r.outcome, cases[i].outcome);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_is_the_value),
        cmocka_unit_test(test_verbatim),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_gap_and_null_topic),
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_secret_off_loopback),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_warns_of_long_decimals),
        cmocka_unit_test(test_found_out),
        cmocka_unit_test(test_broker_down),
        cmocka_unit_test(test_record_too_large),
        cmocka_unit_test(test_one_failed),
        cmocka_unit_test(test_unknown_dialect_by_its_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
