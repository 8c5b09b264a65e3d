#include "sinks/sink_kafka.h"

#include "sinks/kafka_answer.h"
#include "sinks/kafka_body.h"
#include "tests/sim/http_sim.h"
#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SECOND = 1000 * 1000, ROWS = 64, MAX_SENT = 4000 };

// ---------------------------------------------------------------- a sink with its log, and a model bridge

struct logged {
    struct sink_record record;
    struct slice headers[8];
};

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct http_sim *bridge;
    struct options_sim options;
    struct session session;
    struct field fields[4];
    struct column *columns[4];
    struct chunk chunk;
    struct sink *sink;
    struct record_log log;
    struct logged logged[ROWS];
    uint32_t logged_count;
    char said[512];
};

static struct slice keep(struct bench *b, struct slice s)
{
    return (struct slice){arena_copy(&b->arena, s.data, s.size), s.size};
}

static enum status append(void *self, const struct sink_record *r, struct error *e)
{
    struct bench *b = self;
    (void)e;
    assert_true(b->logged_count < ROWS);
    struct logged *l = &b->logged[b->logged_count++];
    l->record = *r;
    l->record.topic = keep(b, r->topic);
    l->record.key = keep(b, r->key);
    l->record.value = keep(b, r->value);
    l->record.header = l->headers;
    for (uint32_t i = 0; i < 2 * r->header_count; i++)
        l->headers[i] = keep(b, r->header[i]);
    return STATUS_OK;
}

static void say(void *self, enum log_level level, const char *text)
{
    struct bench *b = self;
    (void)level;
    snprintf(b->said, sizeof(b->said), "%s", text);
}

static const struct log *log_of(struct bench *b)
{
    static struct log log;
    log = (struct log){.write = say, .self = b};
    return &log;
}

// Columns k, n; with `verbatim`: value, key, topic.
static void bench_init(struct bench *b, const char *dialect, bool verbatim)
{
    static const char *const rows[] = {"k", "n"}, *const verbatims[] = {"value", "key", "topic"};
    *b = (struct bench){.port = sim_open(7)};
    b->bridge = http_sim_new(b->port, dialect);
    arena_init(&b->arena, &b->memory, 4096);
    b->chunk = (struct chunk){.column = b->columns, .columns = verbatim ? 3 : 2, .arena = &b->arena};
    for (uint32_t i = 0; i < b->chunk.columns; i++) {
        const char *name = verbatim ? verbatims[i] : rows[i];
        enum type_id type = !verbatim && i == 1 ? TYPE_BIGINT : TYPE_STRING;
        b->fields[i] = (struct field){.name = slice_of(name), .type = type_simple(type), .nullable = true};
        b->columns[i] = column_new(b->fields[i].type, ROWS, &b->arena);
    }
    b->session.zone = &zone_utc;
    b->log = (struct record_log){append, b};
}

static enum status bench_open(struct bench *b, struct error *e)
{
    struct sink_setup setup = {.name = "out",
                               .options = &b->options.options,
                               .port = b->port,
                               .memory = &b->memory,
                               .records = &b->log,
                               .device = "pi",
                               .query = "q",
                               .session = &b->session,
                               .fields = b->fields,
                               .field_count = b->chunk.columns,
                               .log = log_of(b)};
    return sink_kafka.open(&setup, &b->sink, e);
}

static void bench_close(struct bench *b)
{
    sink_kafka.close(b->sink);
    http_sim_free(b->bridge);
    sim_close(b->port);
    arena_free(&b->arena);
    assert_int_equal(b->memory.used, 0);
}

#define FILL(b, ...)                                                                                                   \
    options_sim_fill(&(b)->options, sink_kafka.options, "/", "url", "http://localhost:8082", "timeout", "30000000",    \
                     __VA_ARGS__, NULL)

static void open_with(struct bench *b, const char *dialect, const char *max)
{
    struct error e;
    FILL(b, "topic", "t", "maxRecords", max, dialect == NULL ? NULL : "dialect", dialect);
    assert_int_equal(bench_open(b, &e), STATUS_OK);
}

// ---------------------------------------------------------------- sending

static struct sink_record record_of(char *space, size_t size, const char *topic, uint32_t i)
{
    snprintf(space, size, "\"%u\"", (unsigned)i);
    return (struct sink_record){.seq = i, .topic = slice_of(topic), .value = slice_of(space)};
}

static void send_numbers(struct bench *b, const char *topic, uint32_t from, uint32_t count)
{
    struct error e;
    char space[16];
    for (uint32_t i = from; i < from + count; i++) {
        struct sink_record r = record_of(space, sizeof(space), topic, i);
        assert_int_equal(sink_kafka.send(b->sink, &r, 1, &e), STATUS_OK);
    }
}

// The next report, within `limit` of simulated time.
static bool await(struct bench *b, struct sink_delivery_report *r, int64_t limit)
{
    int64_t until = b->port->class->monotonic(b->port) + limit;
    struct error e;
    while (!sink_kafka.poll(b->sink, r)) {
        if (b->port->class->monotonic(b->port) >= until)
            return false;
        assert_int_not_equal(b->port->class->wait(b->port, until, &e), STATUS_FAILED);
    }
    return true;
}

// One letter a report: + arrived, ~ again, ? undecided, ! refused.
static const char *outcomes(struct bench *b, char *to, size_t size)
{
    static const char letters[] = {
        [SINK_ARRIVED] = '+', [SINK_AGAIN] = '~', [SINK_UNDECIDED] = '?', [SINK_REFUSED] = '!'};
    struct sink_delivery_report r;
    size_t n = 0;
    while (n + 1 < size && await(b, &r, 60 * SECOND)) {
        to[n++] = letters[r.outcome];
        if (r.outcome != SINK_ARRIVED)
            snprintf(b->said, sizeof(b->said), "%s", r.reason);
        if (r.outcome == SINK_AGAIN)
            break;
    }
    to[n] = '\0';
    return to;
}

static const char *value_at(struct bench *b, uint32_t i)
{
    return http_sim_at(b->bridge, i)->value;
}

static const char *const dialects[] = {"confluent", "strimzi", "karapace"};

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

// ---------------------------------------------------------------- refusals of the whole, and no answer

static void test_no_answer(void **state)
{
    (void)state;
    struct bench b;
    struct sink_delivery_report r;
    bench_init(&b, "confluent", false);
    open_with(&b, "confluent", "500");
    http_sim_faults(b.bridge)->refused = true;
    send_numbers(&b, "t", 0, 3);
    assert_true(await(&b, &r, SECOND));
    assert_int_equal(r.outcome, SINK_AGAIN);
    assert_int_equal(r.ticket, 0);
    assert_string_equal(r.reason, "it cannot be reached");
    const char *reason = NULL;
    assert_int_equal(sink_kafka.room(b.sink, &reason), 0);
    assert_string_equal(reason, "it cannot be reached");
    sink_kafka.reset(b.sink);
    http_sim_faults(b.bridge)->refused = false;
    http_sim_faults(b.bridge)->lost_answer = 1000;
    assert_true(sink_kafka.room(b.sink, &reason) > 0);
    send_numbers(&b, "t", 0, 3);
    assert_true(await(&b, &r, 60 * SECOND));
    assert_int_equal(r.outcome, SINK_AGAIN); // written, and nobody knows
    assert_int_equal(r.ticket, 3);
    assert_true(http_sim_count(b.bridge) >= 1);
    bench_close(&b);
}

static void test_retry_after(void **state)
{
    (void)state;
    static const int statuses[] = {429, 503};
    for (int i = 0; i < 2; i++) {
        struct bench b;
        struct sink_delivery_report r;
        bench_init(&b, "strimzi", false);
        open_with(&b, "strimzi", "500");
        http_sim_answer_next(b.bridge, statuses[i], "{\"message\":\"slow down\"}", 7 * SECOND);
        send_numbers(&b, "t", 0, 1);
        assert_true(await(&b, &r, SECOND));
        assert_int_equal(r.outcome, SINK_AGAIN);
        assert_int_equal(r.retry_after, 7 * SECOND);
        assert_non_null(strstr(r.reason, "slow down"));
        bench_close(&b);
    }
}

static void test_too_large_is_halved(void **state)
{
    (void)state;
    struct bench b;
    char got[128];
    bench_init(&b, "strimzi", false);
    open_with(&b, "strimzi", "500");
    http_sim_faults(b.bridge)->body_most = 90; // a few records
    send_numbers(&b, "t", 0, 100);
    outcomes(&b, got, sizeof(got));
    assert_int_equal(strspn(got, "+"), 100);
    assert_int_equal(http_sim_count(b.bridge), 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(strtol(value_at(&b, i) + 1, NULL, 10), i);
    bench_close(&b);
}

static void test_alone_too_large(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {100, 5000}; // one of 100 bytes is not too large, whatever the bridge says
    static char large[5001];
    memset(large, '7', sizeof(large));
    for (int i = 0; i < 2; i++) {
        struct bench b;
        struct error e;
        char got[8];
        bench_init(&b, "strimzi", false);
        open_with(&b, "strimzi", "500");
        http_sim_faults(b.bridge)->body_most = 60;
        struct sink_record r[3] = {{.topic = SLICE("t"), .value = SLICE("1")},
                                   {.topic = SLICE("t"), .value = {large, sizes[i]}},
                                   {.topic = SLICE("t"), .value = SLICE("3")}};
        assert_int_equal(sink_kafka.send(b.sink, r, 3, &e), STATUS_OK);
        assert_string_equal(outcomes(&b, got, sizeof(got)), i == 0 ? "+?+" : "+!+");
        assert_non_null(strstr(b.said, "413"));
        bench_close(&b);
    }
}

// One record makes the bridge refuse the whole request: it is found, the others arrive.
static void test_poison(void **state)
{
    (void)state;
    struct bench b;
    char got[64];
    bench_init(&b, "confluent", false);
    open_with(&b, "confluent", "500");
    http_sim_faults(b.bridge)->poison = "\"13\"";
    send_numbers(&b, "t", 0, 30);
    assert_string_equal(outcomes(&b, got, sizeof(got)), "+++++++++++++?++++++++++++++++");
    assert_int_equal(http_sim_count(b.bridge), 29);
    bench_close(&b);
}

static void test_gzip(void **state)
{
    (void)state;
    for (int takes = 0; takes < 2; takes++) {
        struct bench b;
        struct error e;
        char got[8];
        bench_init(&b, "karapace", false);
        FILL(&b, "topic", "t", "maxRecords", "500", "compression", "gzip", "dialect", "karapace");
        assert_int_equal(bench_open(&b, &e), STATUS_OK);
        http_sim_faults(b.bridge)->takes_no_gzip = takes == 0;
        send_numbers(&b, "t", 0, 1);
        assert_string_equal(outcomes(&b, got, sizeof(got)), "+");
        assert_int_equal(http_sim_last_gzip(b.bridge), takes);
        assert_int_equal(http_sim_requests(b.bridge), takes == 1 ? 1 : 2);
        send_numbers(&b, "t", 1, 1);
        assert_string_equal(outcomes(&b, got, sizeof(got)), "+");
        assert_int_equal(http_sim_requests(b.bridge), takes == 1 ? 2 : 3); // remembered
        bench_close(&b);
    }
}

// ---------------------------------------------------------------- batches, order, topics

static void test_batch_grows_and_shrinks(void **state)
{
    (void)state;
    struct bench b;
    struct sink_delivery_report r;
    const char *reason;
    bench_init(&b, "strimzi", false);
    open_with(&b, "strimzi", "200");
    http_sim_faults(b.bridge)->per_record = 100;
    uint32_t sent = 0;
    while (sent < 3000) {
        uint32_t room = sink_kafka.room(b.sink, &reason);
        send_numbers(&b, "t", sent, room);
        sent += room;
        while (sink_kafka.poll(b.sink, &r))
            assert_int_equal(r.outcome, SINK_ARRIVED);
        b.port->class->wait(b.port, b.port->class->monotonic(b.port) + SECOND, NULL);
    }
    assert_int_equal(http_sim_largest(b.bridge), 200);
    http_sim_faults(b.bridge)->latency = 3 * SECOND;
    uint32_t before = http_sim_requests(b.bridge), records = http_sim_count(b.bridge);
    while (http_sim_requests(b.bridge) < before + 8) {
        send_numbers(&b, "t", sent, sink_kafka.room(b.sink, &reason));
        while (sink_kafka.poll(b.sink, &r))
            continue;
        b.port->class->wait(b.port, b.port->class->monotonic(b.port) + SECOND, NULL);
    }
    assert_true(http_sim_count(b.bridge) - records < 8 * 100);
    assert_int_equal(http_sim_overlaps(b.bridge), 0);
    bench_close(&b);
}

static void test_topics_side_by_side(void **state)
{
    (void)state;
    struct bench b;
    char got[64];
    bench_init(&b, "karapace", true);
    struct error e;
    FILL(&b, "maxRecords", "500", "dialect", "karapace");
    assert_int_equal(bench_open(&b, &e), STATUS_OK);
    http_sim_faults(b.bridge)->strict_topics = true;
    for (uint32_t i = 0; i < 10; i++)
        send_numbers(&b, i % 5 == 2 ? "missing" : i % 2 ? "odd" : "even", i, 1);
    assert_string_equal(outcomes(&b, got, sizeof(got)), "++?++++?++");
    assert_int_equal(http_sim_overlaps(b.bridge), 0);
    assert_true(http_sim_requests(b.bridge) <= 6);
    bench_close(&b);
}

// What the outbox does, in small: from the first that did not arrive on all again. Whatever the bridge does, in the end
// everything has arrived, and the last arrivals of a topic are in order.
static void run_faults(uint64_t seed, const char *dialect)
{
    struct bench b;
    struct error e;
    const char *reason;
    enum { RECORDS = 600 };
    static const char *const topics[] = {"a", "b"};
    bench_init(&b, dialect, true);
    FILL(&b, "maxRecords", "50");
    assert_int_equal(bench_open(&b, &e), STATUS_OK);
    for (uint64_t i = 0; i < seed; i++)
        sim_random(b.port);
    *http_sim_faults(b.bridge) = (struct http_sim_faults){.lost_answer = 60,
                                                          .busy = 60,
                                                          .fails = 6,
                                                          .lies = 500,
                                                          .latency = 5000,
                                                          .per_record = 50,
                                                          .retry_after = SECOND};
    uint32_t done = 0, next = 0;
    uint64_t first_ticket = 0, done_ticket = 0;
    for (uint32_t turns = 0; done < RECORDS; turns++) {
        assert_true(turns < 200000);
        if (turns == 100000)
            *http_sim_faults(b.bridge) = (struct http_sim_faults){.latency = 5000};
        uint32_t room = sink_kafka.room(b.sink, &reason);
        for (; room > 0 && next < RECORDS; room--, next++)
            send_numbers(&b, topics[next % 3 == 0], next, 1);
        struct sink_delivery_report r;
        bool again = false;
        while (!again && sink_kafka.poll(b.sink, &r)) {
            assert_int_equal(r.ticket, done_ticket);
            done_ticket++;
            again = r.outcome != SINK_ARRIVED;
            done += !again;
        }
        if (again) {
            sink_kafka.reset(b.sink);
            done_ticket = first_ticket + next;
            first_ticket = done_ticket - done;
            next = done;
        }
        b.port->class->wait(b.port, b.port->class->monotonic(b.port) + SECOND, &e);
    }
    static uint32_t last[RECORDS];
    memset(last, 0, sizeof(last));
    for (uint32_t i = 0; i < http_sim_count(b.bridge); i++)
        last[strtol(value_at(&b, i) + 1, NULL, 10)] = i + 1;
    uint32_t before[2] = {0, 0};
    for (uint32_t i = 0; i < RECORDS; i++) {
        assert_true(last[i] > before[i % 3 == 0]);
        before[i % 3 == 0] = last[i];
    }
    bench_close(&b);
}

static void test_faults(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++)
        run_faults(seed, dialects[seed % 3]);
}

static void test_silent_root(void **state)
{
    (void)state;
    struct bench b;
    struct sink_delivery_report r;
    bench_init(&b, "strimzi", false);
    open_with(&b, NULL, "500");
    http_sim_faults(b.bridge)->silent = true;
    send_numbers(&b, "t", 0, 2);
    assert_true(await(&b, &r, 40 * SECOND));
    assert_int_equal(r.outcome, SINK_AGAIN);
    assert_int_equal(http_sim_requests(b.bridge), 0); // nothing was sent to whom we do not know
    sink_kafka.reset(b.sink);
    http_sim_faults(b.bridge)->silent = false;
    send_numbers(&b, "t", 0, 2);
    assert_true(await(&b, &r, 40 * SECOND));
    assert_int_equal(r.outcome, SINK_ARRIVED);
    bench_close(&b);
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
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_too_large_is_halved),
        cmocka_unit_test(test_alone_too_large),
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_batch_grows_and_shrinks),
        cmocka_unit_test(test_topics_side_by_side),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_silent_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
