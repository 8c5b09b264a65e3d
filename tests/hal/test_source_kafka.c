#include "hal/source/source_kafka.h"

#include "hal/port/http.h"
#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/state_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// A bridge in a few lines: two partitions of one topic, one instance, answers at once.
enum { PARTITIONS = 2, QUEUE = 4 };

struct partition {
    int64_t begin, end, position; // what it holds; where the instance stands
    int64_t hole;                 // this offset has no record; -1: none
};

struct http_client { // one for each test
    struct port *port;
    struct partition partition[PARTITIONS];
    int partitions; // 0: no such topic
    bool instance, assigned, timestamps;
    bool gone;             // nothing arrives
    int instances;         // made so far
    int read_at_once;      // records
    int refuse_seeks;      // of each new instance, so many
    int seeks_refused;     // still to come
    int forget;            // records that a read passes over behind those that it gives, once
    const char *refuse_at; // the next request with this in its url is refused
    int refuse_with;       // a status; 0: no answer
    uint64_t ids;
    struct http_answer answer;
    bool answered;
    int64_t ready_at; // an empty answer takes its time
    struct text body;
    char requests[4096]; // what was asked, a line each
};

static struct http_client fake;

static enum status fake_open(const struct http_settings *settings, struct port *port, const struct log *log,
                             struct memory *memory, struct http_client **out, struct error *e)
{
    (void)settings, (void)log, (void)memory, (void)e;
    fake.port = port;
    *out = &fake;
    return STATUS_OK;
}

static void fake_close(struct http_client *c)
{
    (void)c;
}

static void give_records(struct http_client *c)
{
    int left = c->read_at_once;
    text_char(&c->body, '[');
    for (int i = 0; i < c->partitions; i++) {
        struct partition *p = &c->partition[i];
        p->position = p->position < p->begin || p->position > p->end ? p->begin : p->position;
        for (; p->position < p->end && left > 0; p->position++) {
            if (p->position == p->hole)
                continue;
            left--;
            text_printf(&c->body, "%s{\"topic\":\"t\",\"key\":null,\"value\":\"%c%c==\",\"partition\":%d,\"offset\":%d",
                        c->body.size > 1 ? "," : "", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i], "AQgw"[p->position % 4], i,
                        (int)p -> position);
            if (c->timestamps)
                text_printf(&c->body, ",\"timestamp\":1700000000123,\"headers\":[{\"key\":\"h\",\"value\":\"YQ==\"}]");
            text_char(&c->body, '}');
        }
        if (left == 0) {
            p->position += c->forget;
            c->forget = 0;
        }
    }
    text_char(&c->body, ']');
}

static void give_offsets(struct http_client *c, const char *url)
{
    const struct partition *p = &c->partition[atoi(strstr(url, "/partitions/") + 12)];
    text_printf(&c->body, "{\"beginning_offset\":%d,\"end_offset\":%d}", (int)p->begin, (int)p->end);
}

static void take_positions(struct http_client *c, const char *body)
{
    for (const char *at = body; (at = strstr(at, "\"partition\":")) != NULL; at++)
        c->partition[atoi(at + 12)].position = atoi(strstr(at, "\"offset\":") + 9);
}

static int serve(struct http_client *c, const struct http_request *r, const char *body)
{
    if (strstr(r->url, "/offsets") != NULL) {
        give_offsets(c, r->url);
    } else if (strstr(r->url, "/topics/") != NULL) {
        if (c->partitions == 0)
            return 404;
        text_printf(&c->body, "[{\"partition\":0,\"leader\":1,\"replicas\":[]}%s]",
                    c->partitions > 1 ? ",{\"partition\":1}" : "");
    } else if (strstr(r->url, "/instances/") == NULL) {
        assert_false(c->instance); // it was taken back before
        c->instance = true;
        c->instances++;
        c->assigned = false;
        c->seeks_refused = c->refuse_seeks;
        text_printf(&c->body, "{\"instance_id\":\"i%d\",\"base_uri\":\"nowhere\"}", c->instances);
    } else if (!c->instance || atoi(strstr(r->url, "/instances/i") + 12) != c->instances) {
        return 404;
    } else if (strstr(r->url, "/records") != NULL) {
        if (!c->assigned)
            return 500;
        give_records(c);
    } else {
        c->assigned = c->assigned || strstr(r->url, "/assignments") != NULL;
        if (strstr(r->url, "/positions") != NULL && c->seeks_refused-- > 0)
            return 409;
        if (strstr(r->url, "/positions") != NULL)
            take_positions(c, body);
        if (strcmp(r->method, "DELETE") == 0)
            c->instance = false;
        return 204;
    }
    return 200;
}

static enum status fake_request(struct http_client *c, const struct http_request *r, uint64_t *id, struct error *e)
{
    (void)e;
    char body[1024];
    snprintf(body, sizeof(body), "%.*s", (int)r->body.size, r->body.data ? r->body.data : "");
    size_t used = strlen(c->requests);
    const char *path = strchr(r->url + 8, '/');
    if (used < sizeof(c->requests) - 200)
        snprintf(c->requests + used, sizeof(c->requests) - used, "%s %s\n", r->method, path);
    text_clear(&c->body);
    if (c->gone)
        return STATUS_AGAIN;
    *id = ++c->ids;
    c->answer = (struct http_answer){.id = *id};
    if (c->refuse_at != NULL && strstr(r->url, c->refuse_at) != NULL) {
        c->answer.failure = c->refuse_with == 0 ? HTTP_NO_ANSWER : HTTP_ANSWERED;
        c->answer.status = c->refuse_with;
        snprintf(c->answer.reason, sizeof(c->answer.reason), "no answer in 30 s");
        text_string(&c->body, "{\"error_code\":1,\"message\":\"refused\"}");
        c->refuse_at = NULL;
        if (c->refuse_with == 0) // it has read, and nobody knows
            serve(c, r, body);
    } else {
        c->answer.status = serve(c, r, body);
    }
    c->answer.body = text_view(&c->body);
    c->answered = true;
    c->ready_at = c->port->class->monotonic(c->port) + (c->body.size == 2 ? 3000000 : 0);
    return STATUS_OK;
}

static bool fake_answer(struct http_client *c, struct http_answer *out)
{
    if (!c->answered || c->port->class->monotonic(c->port) < c->ready_at)
        return false;
    c->answered = false;
    *out = c->answer;
    return true;
}

static void fake_cancel(struct http_client *c, uint64_t id)
{
    (void)id;
    c->answered = false;
}

static const struct http_class fake_http = {
    .open = fake_open, .close = fake_close, .request = fake_request, .answer = fake_answer, .cancel = fake_cancel};

// ---------------------------------------------------------------- the bench

struct bench {
    struct memory memory;
    struct port *port;
    struct state_sim *state;
    struct options_sim options;
    struct source *source;
    struct source_setup source_setup;
    struct text rows, log;
    struct log logger;
    struct error error;
    enum status status;
};

static void write_log(void *self, enum log_level level, const char *text)
{
    (void)level;
    struct bench *b = self;
    text_string(&b->log, text);
    text_char(&b->log, '\n');
}

static int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){0};
    bench.port = sim_open(7);
    bench.port->http = &fake_http;
    bench.state = state_sim_new(&bench.memory);
    text_init(&bench.rows, &bench.memory);
    text_init(&bench.log, &bench.memory);
    bench.logger = (struct log){write_log, &bench};
    fake = (struct http_client){.partitions = 2, .read_at_once = 100, .timestamps = true};
    text_init(&fake.body, &bench.memory);
    for (int i = 0; i < PARTITIONS; i++)
        fake.partition[i] = (struct partition){.hole = -1};
    options_sim_fill(&bench.options, source_kafka.options, "/", "url", "http://127.0.0.1:8082/", "subscribe", "t",
                     "startingOffsets", "earliest", "failOnDataLoss", "true", NULL);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    source_kafka.close(b->source);
    text_free(&fake.body);
    state_sim_free(b->state);
    text_free(&b->rows);
    text_free(&b->log);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
    return 0;
}

static void open_source(struct bench *b, bool fresh)
{
    b->source_setup.name = "lines";
    b->source_setup.options = &b->options.options;
    b->source_setup.port = b->port;
    b->source_setup.memory = &b->memory;
    b->source_setup.state = state_sim_state(b->state);
    b->source_setup.fresh = fresh;
    b->source_setup.log = &b->logger;
    b->status = source_kafka.open(&b->source_setup, &b->source, &b->error);
}

// Plans until there is a batch, or (STATUS_END, an error) nothing for some turns.
static enum status plan(struct bench *b)
{
    enum status s = STATUS_END;
    for (int i = 0; i < 40 && (s == STATUS_END || s == STATUS_AGAIN); i++) {
        int64_t next = 0;
        s = source_kafka.plan(b->source, &next, &b->error);
        struct error e;
        if (s == STATUS_END)
            b->port->class->wait(b->port, fake.answered ? fake.ready_at : next, &e);
    }
    return s;
}

static const char *read_all(struct bench *b)
{
    struct block block;
    text_clear(&b->rows);
    while ((b->status = source_kafka.read(b->source, NULL, &block, &b->error)) == STATUS_OK)
        for (uint32_t i = 0; i < block.message_count; i++)
            text_printf(&b->rows, "%d:%d ", block.messages[i].partition, (int)block.messages[i].offset);
    return text_cstring(&b->rows);
}

static void commit(struct bench *b)
{
    assert_int_equal(source_kafka.save(b->source, &b->error), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(source_kafka.committed(b->source, &b->error), STATUS_OK);
}

static const char *batch(struct bench *b)
{
    b->status = plan(b);
    if (b->status != STATUS_OK)
        return "-";
    read_all(b);
    commit(b);
    return text_cstring(&b->rows);
}

static void start_again(struct bench *b)
{
    source_kafka.close(b->source);
    b->source = NULL;
    state_sim_rollback(b->state);
    open_source(b, false);
}

// ---------------------------------------------------------------- tests

static void test_reads(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 3;
    fake.partition[1].end = 1;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 0:2 1:0 ");
    fake.partition[1].end = 3;
    assert_string_equal(batch(b), "1:1 1:2 ");
    static const char asked[] = "GET /topics/t/partitions\n"
                                "GET /topics/t/partitions/0/offsets\n"
                                "GET /topics/t/partitions/1/offsets\n"
                                "POST /consumers/runnel-lines\n"
                                "POST /consumers/runnel-lines/instances/i1/assignments\n"
                                "POST /consumers/runnel-lines/instances/i1/positions\n"
                                "GET /consumers/runnel-lines/instances/i1/records?timeout=1000&"
                                "max_bytes=1048576\n"
                                "GET /consumers/runnel-lines/instances/i1/records?timeout=1000&"
                                "max_bytes=1048576\n";
    fake.requests[strlen(asked)] = '\0';
    assert_string_equal(fake.requests, asked);
    source_kafka.close(b->source);
    b->source = NULL;
    assert_false(fake.instance); // taken back
}

static void test_message(void **state)
{
    struct bench *b = *state;
    struct block block;
    fake.partition[1].end = 1;
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "startingOffsets", "earliest", "includeHeaders", "true", NULL);
    open_source(b, true);
    assert_int_equal(plan(b), STATUS_OK);
    assert_int_equal(source_kafka.read(b->source, NULL, &block, &b->error), STATUS_OK);
    const struct message *m = block.messages;
    assert_int_equal(block.message_count, 1);
    assert_true(slice_equal(m->topic, SLICE("t")));
    assert_null(m->key.data);
    assert_true(slice_equal(m->value, SLICE("\x04"))); // "BA=="
    assert_int_equal(m->timestamp, INT64_C(1700000000123000));
    assert_false(m->no_timestamp);
    assert_int_equal(m->header_count, 1);
    assert_true(slice_equal(m->header[0], SLICE("h")));
    assert_true(slice_equal(m->header[1], SLICE("a")));
}

static void test_given_up_and_killed(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 3;
    open_source(b, true);
    assert_int_equal(plan(b), STATUS_OK);
    assert_string_equal(read_all(b), "0:0 0:1 0:2 ");
    assert_string_equal(batch(b), "0:0 0:1 0:2 "); // was given up, comes again
    fake.partition[0].end = 5;
    assert_int_equal(plan(b), STATUS_OK);
    assert_string_equal(read_all(b), "0:3 0:4 ");
    source_kafka.save(b->source, &b->error); // and no commit
    fake.instance = false;                   // the bridge was started anew as well
    start_again(b);
    assert_string_equal(batch(b), "0:3 0:4 ");
    start_again(b);
    fake.partition[0].end = 6;
    assert_string_equal(batch(b), "0:5 ");
}

static void test_limit(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "startingOffsets", "earliest", "maxOffsetsPerTrigger", "2", NULL);
    fake.partition[0].end = 5;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    assert_string_equal(batch(b), "0:2 0:3 ");
    assert_string_equal(batch(b), "0:4 ");
}

static void test_starting_offsets(void **state)
{
    struct bench *b = *state;
    static const char *const bad[] = {"",          "newest",          "{\"t\":{\"0\":\"x\"}}", "{\"t\":{\"0\":-3}}",
                                      "{\"t\":3}", "{\"t\":{\"0\":1}"};
    fake.partition[0] = (struct partition){.begin = 1, .end = 4, .hole = -1};
    fake.partition[1] = (struct partition){.begin = 0, .end = 2, .hole = -1};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                         "startingOffsets", bad[i], NULL);
        open_source(b, true);
        assert_int_equal(b->status, STATUS_CONFIG);
        assert_non_null(strstr(b->error.text, "startingOffsets"));
    }
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "startingOffsets", "{\"t\":{\"0\":3,\"1\":-2}}", NULL);
    open_source(b, true);
    assert_string_equal(batch(b), "0:3 1:0 1:1 ");
    source_kafka.close(b->source);
    b->source = NULL;
    state_sim_free(b->state);
    b->state = state_sim_new(&b->memory);
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "startingOffsets", "latest", NULL);
    open_source(b, true);
    assert_string_equal(batch(b), "-");
    fake.partition[1].end = 3;
    assert_string_equal(batch(b), "1:2 ");
    fake.partition[0].end = 6; // a start elsewhere is not asked for again, not even where nothing was read yet
    start_again(b);
    assert_string_equal(batch(b), "0:4 0:5 ");
    source_kafka.close(b->source);
    b->source = NULL;
    state_sim_free(b->state);
    b->state = state_sim_new(&b->memory);
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "startingOffsets", "{\"t\":{\"0\":3}}", NULL);
    open_source(b, true);
    assert_int_equal(plan(b), STATUS_CONFIG);
    assert_non_null(strstr(b->error.text, "startingOffsets names some partitions and not all"));
}

static void test_lost_instance(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    fake.instance = false;
    fake.partition[0].end = 4;
    assert_string_equal(batch(b), "0:2 0:3 ");
    assert_int_equal(fake.instances, 2);
    assert_non_null(strstr(text_cstring(&b->log), "making another"));
}

// What a killed run left at the bridge is taken back by the next: the checkpoint has its name.
static void test_left_behind(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    fake.partition[0].end = 3;
    fake.gone = true; // so that nothing is taken back
    source_kafka.close(b->source);
    b->source = NULL;
    fake.gone = false;
    assert_true(fake.instance);
    open_source(b, false);
    assert_string_equal(batch(b), "0:2 ");
    assert_int_equal(fake.instances, 2);
    start_again(b);
    fake.partition[0].end = 4;
    assert_string_equal(batch(b), "0:3 ");
    assert_int_equal(fake.instances, 3);
}

// A fresh assignment takes a moment to hold, and until then Karapace refuses to seek it. One that is never held is made
// anew.
static void test_seek_refused(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    fake.refuse_seeks = 3;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    assert_int_equal(fake.instances, 1);
    assert_string_equal(text_cstring(&b->log), "");
    fake.partition[0].end = 4;
    fake.instance = false;
    fake.refuse_seeks = 6;
    assert_string_equal(batch(b), "-");
    fake.refuse_seeks = 0;
    assert_string_equal(batch(b), "0:2 0:3 ");
    assert_true(fake.instances >= 3);
    assert_non_null(strstr(text_cstring(&b->log), "409: "));
}

// Several bridges behind one address, or a deleted topic: it waits longer and longer, and says why.
static void test_lost_again_and_again(void **state)
{
    struct bench *b = *state;
    int64_t began = 0;
    open_source(b, true);
    for (int i = 0; i < 8; i++) {
        began = b->port->class->monotonic(b->port);
        fake.partition[0].end = i + 1;
        char expected[16];
        snprintf(expected, sizeof(expected), "0:%d ", i);
        assert_string_equal(batch(b), expected);
        fake.instance = false;
    }
    assert_non_null(strstr(text_cstring(&b->log), "vanishes again and again"));
    assert_true(b->port->class->monotonic(b->port) - began >= 10 * INT64_C(1000000));
}

// A read whose answer was lost has moved the instance on.
static void test_answer_lost(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    assert_string_equal(batch(b), "-");
    fake.partition[0].end = 4;
    fake.refuse_at = "/records";
    fake.refuse_with = 0;
    assert_string_equal(batch(b), "0:2 0:3 ");
    static const int statuses[] = {401, 404, 409, 422, 429, 500, 503};
    static const char *const places[] = {"/partitions",  "/offsets",   "/consumers",
                                         "/assignments", "/positions", "/records"};
    int64_t end = 4;
    for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        for (unsigned k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
            char expected[32];
            source_kafka.close(b->source);
            b->source = NULL;
            open_source(b, false);
            fake.refuse_at = places[k];
            fake.refuse_with = statuses[i];
            snprintf(expected, sizeof(expected), "0:%d ", (int)end);
            fake.partition[0].end = ++end;
            if (strcmp(batch(b), expected) != 0)
                fail_msg("%d at %s: %s, not %s", statuses[i], places[k], text_cstring(&b->rows), expected);
        }
}

static void test_new_partition(void **state)
{
    struct bench *b = *state;
    fake.partitions = 0;
    open_source(b, true);
    assert_string_equal(batch(b), "-");
    assert_non_null(strstr(text_cstring(&b->log), "there is no topic t yet; waiting for it"));
    fake.partitions = 1;
    fake.partition[0].end = 1;
    assert_string_equal(batch(b), "0:0 ");
    fake.partitions = 2;
    fake.partition[1].end = 2;
    assert_string_equal(batch(b), "1:0 1:1 ");
    assert_non_null(strstr(text_cstring(&b->log), "a new partition, t 1"));
}

static void test_data_loss(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    fake.partition[0] = (struct partition){.begin = 5, .end = 7, .hole = -1};
    start_again(b);
    assert_int_equal(plan(b), STATUS_FAILED);
    assert_non_null(strstr(b->error.text, "offsets 2 to 4 are gone"));
    source_kafka.close(b->source);
    b->source = NULL;
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:8082", "subscribe", "t",
                     "failOnDataLoss", "false", "startingOffsets", "earliest", NULL);
    open_source(b, false);
    assert_string_equal(batch(b), "0:5 0:6 ");
    assert_int_equal(source_kafka.counters(b->source)->lost, 3);
    fake.partition[0] = (struct partition){.begin = 0, .end = 2, .hole = -1}; // made anew
    start_again(b);
    assert_string_equal(batch(b), "0:0 0:1 ");
}

// While it runs, too: records that retention takes before they are read.
static void test_data_loss_seen_by_gap(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 2;
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 ");
    assert_string_equal(batch(b), "-");
    fake.partition[0] = (struct partition){.begin = 5, .end = 7, .position = 5, .hole = -1};
    assert_int_equal(plan(b), STATUS_FAILED);
    assert_non_null(strstr(b->error.text, "offsets 2 to 4 are gone"));
}

static void test_gaps(void **state)
{
    struct bench *b = *state;
    fake.partition[0] = (struct partition){.end = 6, .hole = 3};
    open_source(b, true);
    assert_string_equal(batch(b), "0:0 0:1 0:2 0:4 0:5 "); // a marker, or compacted: not a loss
    fake.partition[0].end = 9;
    fake.partition[0].hole = 6;
    assert_string_equal(batch(b), "0:7 0:8 ");
    assert_int_equal(source_kafka.counters(b->source)->lost, 0);
    // A bridge that drops the end of a read is asked again.
    fake.read_at_once = 2;
    fake.forget = 2;
    fake.partition[0] = (struct partition){.end = 15, .position = 9, .hole = -1};
    struct text all;
    text_init(&all, &b->memory);
    for (int i = 0; i < 20; i++)
        if (strcmp(batch(b), "-") != 0)
            text_slice(&all, text_view(&b->rows));
    assert_string_equal(text_cstring(&all), "0:9 0:10 0:11 0:12 0:13 0:14 ");
    text_free(&all);
}

static void test_no_timestamps(void **state)
{
    struct bench *b = *state;
    fake.timestamps = false;
    fake.partition[0].end = 1;
    b->source_setup.needs_timestamp = true;
    open_source(b, true);
    assert_int_equal(plan(b), STATUS_CONFIG);
    assert_non_null(strstr(b->error.text, "gives no time stamps"));
    b->source_setup.needs_timestamp = false;
    start_again(b);
    assert_int_equal(plan(b), STATUS_OK);
}

static void freeze(struct bench *b)
{
    open_source(b, true);
    assert_int_equal(source_kafka.freeze(b->source, &b->error), STATUS_OK);
}

static void test_available_now(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 250;
    fake.partition[1] = (struct partition){.end = 4, .hole = 3}; // ends with a marker
    fake.read_at_once = 100;
    freeze(b);
    assert_int_equal(plan(b), STATUS_OK);
    fake.partition[0].end = 300; // comes too late
    read_all(b);
    assert_int_equal(b->status, STATUS_END);
    int count = 0;
    for (const char *p = text_cstring(&b->rows); (p = strchr(p, ' ')) != NULL; p++)
        count++;
    assert_int_equal(count, 253); // one batch, however much is read at once
    assert_null(strstr(text_cstring(&b->rows), "0:250"));
    commit(b);
    int64_t next;
    assert_int_equal(source_kafka.plan(b->source, &next, &b->error), STATUS_END);
}

static void test_available_now_given_up(void **state)
{
    struct bench *b = *state;
    fake.partition[0].end = 5;
    fake.read_at_once = 2;
    freeze(b);
    assert_int_equal(plan(b), STATUS_OK);
    assert_string_equal(read_all(b), "0:0 0:1 0:2 0:3 0:4 ");
    assert_int_equal(plan(b), STATUS_OK); // was given up, comes whole again
    assert_string_equal(read_all(b), "0:0 0:1 0:2 0:3 0:4 ");
    commit(b);
    int64_t next;
    assert_int_equal(source_kafka.plan(b->source, &next, &b->error), STATUS_END);
}

static void test_available_now_nothing(void **state)
{
    struct bench *b = *state;
    int64_t next;
    enum status s = STATUS_AGAIN;
    freeze(b);
    for (int i = 0; i < 20 && s == STATUS_AGAIN; i++)
        s = source_kafka.plan(b->source, &next, &b->error);
    assert_int_equal(s, STATUS_END);
    assert_int_equal(fake.instances, 0);
}

static void test_available_now_without_topic(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    enum status s = STATUS_AGAIN;
    fake.partitions = 0;
    freeze(b);
    for (int i = 0; i < 200 && s == STATUS_AGAIN; i++) {
        s = source_kafka.plan(b->source, &next, &b->error);
        b->port->class->wait(b->port, fake.answered ? fake.ready_at : next, &e);
    }
    assert_int_equal(s, STATUS_FAILED);
    assert_non_null(strstr(b->error.text, "there is no topic t yet"));
}

static void test_refused_options(void **state)
{
    struct bench *b = *state;
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "ftp://x", "subscribe", "t", NULL);
    open_source(b, true);
    assert_int_equal(b->status, STATUS_CONFIG);
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://127.0.0.1:1", "subscribe", " , ",
                     "startingOffsets", "latest", NULL);
    open_source(b, true);
    assert_int_equal(b->status, STATUS_CONFIG);
    assert_non_null(strstr(b->error.text, "names no topic"));
    options_sim_fill(&b->options, source_kafka.options, "/", "url", "http://example.org:1", "subscribe", "t",
                     "startingOffsets", "latest", "token", "secret", NULL);
    open_source(b, true);
    assert_int_equal(b->status, STATUS_CONFIG);
    assert_non_null(strstr(b->error.text, "a token"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_given_up_and_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_starting_offsets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_instance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seek_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_again_and_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_partition, setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_loss_seen_by_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_timestamps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_available_now, setup, teardown),
        cmocka_unit_test_setup_teardown(test_available_now_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_available_now_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_available_now_without_topic, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_options, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
