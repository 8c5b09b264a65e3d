#include "sinks/sink_mqtt.h"

#include "tests/sim/mqtt_sim.h"
#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FIELDS = 4, RECORDS = 512, SECOND = 1000000 };

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct options_sim options;
    struct session session;
    struct field fields[FIELDS];
    uint32_t field_count;
    struct column *columns[FIELDS];
    struct chunk chunk;
    struct record_log log;
    struct sink_record records[RECORDS]; // the log
    uint32_t record_count;
    uint64_t arrived, refused; // what the sink has told
    struct sink *sink;
};

static struct slice keep(struct bench *b, struct slice s)
{
    return (struct slice){arena_copy(&b->arena, s.data, s.size), s.size};
}

static enum status append(void *self, const struct sink_record *record, struct error *e)
{
    struct bench *b = self;
    (void)e;
    struct sink_record *to = &b->records[b->record_count++];
    *to = *record;
    to->topic = keep(b, record->topic);
    to->value = keep(b, record->value);
    struct slice *header = ARENA_ARRAY(&b->arena, struct slice, 2 * record->header_count + 1);
    for (uint32_t i = 0; i < 2 * record->header_count; i++)
        header[i] = keep(b, record->header[i]);
    to->header = header;
    return STATUS_OK;
}

static void add_field(struct bench *b, struct slice name, enum type_id type)
{
    b->fields[b->field_count] = (struct field){.name = name, .type = type_simple(type), .nullable = true};
    b->columns[b->field_count] = column_new(b->fields[b->field_count].type, CHUNK_ROWS, &b->arena);
    b->chunk.columns = ++b->field_count;
}

static void bench_open(struct bench *b, uint64_t seed)
{
    *b = (struct bench){0};
    b->port = sim_open(seed);
    mqtt_sim_attach(b->port);
    arena_init(&b->arena, &b->memory, 4096);
    b->session.zone = &zone_utc;
    b->chunk = (struct chunk){.column = b->columns, .arena = &b->arena};
    b->log = (struct record_log){append, b};
    options_sim_fill(&b->options, sink_mqtt.options, "/", "url", "mqtt://broker", "keepalive", "60 seconds", "topic",
                     "site/{k}/n", "qos", "1", "version", "5", "maxInflight", "4", NULL);
}

static void bench_close(struct bench *b)
{
    sink_mqtt.close(b->sink);
    mqtt_sim_detach(b->port);
    arena_free(&b->arena);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
}

static int setup(void **state)
{
    static struct bench bench;
    bench_open(&bench, 11);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    bench_close(*state);
    return 0;
}

static enum status open_sink(struct bench *b, struct error *e)
{
    if (b->field_count == 0) {
        add_field(b, SLICE("k"), TYPE_STRING);
        add_field(b, SLICE("n"), TYPE_BIGINT);
    }
    struct sink_setup s = {.name = "out",
                           .options = &b->options.options,
                           .port = b->port,
                           .memory = &b->memory,
                           .records = &b->log,
                           .device = "dev",
                           .query = "q",
                           .session = &b->session,
                           .fields = b->fields,
                           .field_count = b->field_count};
    return sink_mqtt.open(&s, &b->sink, e);
}

static void begin(struct bench *b, uint64_t first_seq)
{
    struct batch batch = {.id = 3};
    struct identity who = {SLICE("dev"), SLICE("q"), SLICE("00ff"), 3, first_seq, false};
    struct error e;
    assert_int_equal(sink_mqtt.begin(b->sink, &batch, &who, &e), STATUS_OK);
}

static void render(struct bench *b, uint32_t rows)
{
    struct error e;
    b->chunk.rows = (struct rows){NULL, rows};
    assert_int_equal(sink_mqtt.render(b->sink, &b->chunk, &e), STATUS_OK);
}

// Rows "a", n.
static void render_rows(struct bench *b, uint32_t count)
{
    begin(b, 0);
    for (uint32_t i = 0; i < count; i++) {
        b->columns[0]->null[i] = b->columns[1]->null[i] = 0;
        b->columns[0]->slice[i] = SLICE("a");
        b->columns[1]->i64[i] = i;
    }
    render(b, count);
}

static bool text_is(struct slice s, const char *text)
{
    if (slice_equal(s, slice_of(text)))
        return true;
    print_error("is %.*s\n", (int)s.size, s.data);
    return false;
}

static void test_render(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(sink_mqtt.delivery(&b->options.options), SINK_LOGGED);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    begin(b, 100);
    static const char *const keys[] = {"north", "a/b",         "+",    "#x",   "",         "100%",
                                       "\xff",  "caf\xc3\xa9", "$SYS", "a\tb", "\xc2\x80", "\xef\xb7\x90"};
    static const char *const topics[] = {
        "site/north/n",  "site/a%2Fb/n",    "site/%2B/n",         "site/%23x/n", "site/__HIVE_DEFAULT_PARTITION__/n",
        "site/100%25/n", "site/%FF/n",      "site/caf\xc3\xa9/n", "site/$SYS/n", "site/a%09b/n",
        "site/%C2%80/n", "site/%EF%B7%90/n"};
    enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
    for (uint32_t i = 0; i < KEYS; i++) {
        b->columns[0]->null[i] = b->columns[1]->null[i] = 0;
        b->columns[0]->slice[i] = slice_of(keys[i]);
        b->columns[1]->i64[i] = i;
    }
    b->columns[0]->null[KEYS] = b->columns[1]->null[KEYS] = 1;
    render(b, KEYS + 1);
    for (uint32_t i = 0; i < KEYS; i++)
        assert_true(text_is(b->records[i].topic, topics[i]));
    assert_true(text_is(b->records[KEYS].topic, "site/__HIVE_DEFAULT_PARTITION__/n"));
    assert_true(text_is(b->records[1].value, "{\"k\":\"a/b\",\"n\":1,\"_runnel\":{\"device\":\"dev\",\"query\":\"q\","
                                             "\"epoch\":\"00ff\",\"batch\":3,\"row\":1,\"seq\":101}}"));
    assert_int_equal(b->records[1].seq, 101);
    assert_int_equal(b->records[1].header_count, 1);
    assert_true(text_is(b->records[1].header[0], "_runnel"));
    assert_true(text_is(b->records[1].header[1], "{\"device\":\"dev\",\"query\":\"q\",\"epoch\":\"00ff\",\"batch\":3,"
                                                 "\"row\":1,\"seq\":101}"));
    assert_int_equal(sink_mqtt.counters(b->sink)->rows, KEYS + 1);
    sink_mqtt.abandon(b->sink);
    assert_int_equal(sink_mqtt.counters(b->sink)->rows, 0);
    assert_int_equal(sink_mqtt.render_gap(b->sink, 7, SLICE("{\"gap\":1}"), &e), STATUS_OK);
    assert_true(b->records[KEYS + 1].gap);
    assert_true(text_is(b->records[KEYS + 1].topic, "runnel/dev/q/gap"));
}

static void test_verbatim(void **state)
{
    struct bench *b = *state;
    struct error e;
    add_field(b, SLICE("key"), TYPE_STRING);
    add_field(b, SLICE("value"), TYPE_BINARY);
    add_field(b, SLICE("topic"), TYPE_STRING);
    options_sim_fill(&b->options, sink_mqtt.options, "/", "url", "mqtt://broker", "keepalive", "60", "qos", "1",
                     "version", "5", NULL);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    begin(b, 5);
    for (uint32_t i = 0; i < 2; i++) {
        b->columns[0]->null[i] = b->columns[1]->null[i] = (uint8_t)i;
        b->columns[0]->slice[i] = SLICE("k");
        b->columns[1]->slice[i] = SLICE("\x01raw");
        b->columns[2]->null[i] = 0;
        b->columns[2]->slice[i] = SLICE("t/x");
    }
    render(b, 2);
    assert_true(text_is(b->records[0].value, "\x01raw"));
    assert_true(text_is(b->records[0].topic, "t/x"));
    assert_int_equal(b->records[0].header_count, 2);
    assert_true(text_is(b->records[0].header[2], "key"));
    assert_int_equal(b->records[1].value.size, 0); // NULL: as Kafka's tombstone
    assert_int_equal(b->records[1].header_count, 1);
}

static void test_option_wins_over_topic_column(void **state)
{
    struct bench *b = *state;
    struct error e;
    add_field(b, SLICE("value"), TYPE_BINARY);
    add_field(b, SLICE("topic"), TYPE_STRING);
    options_sim_fill(&b->options, sink_mqtt.options, "/", "url", "mqtt://broker", "keepalive", "60", "qos", "1",
                     "version", "5", "topic", "site/{topic}", NULL);
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    begin(b, 5);
    b->columns[0]->null[0] = b->columns[1]->null[0] = 0;
    b->columns[0]->slice[0] = SLICE("v");
    b->columns[1]->slice[0] = SLICE("x");
    render(b, 1);
    assert_true(text_is(b->records[0].topic, "site/x"));
}

// What an outbox does: from the first record that is not done on, as many as there is room for; from the log again
// where one did not arrive.
static void deliver(struct bench *b, int64_t micros)
{
    struct error e;
    int64_t until = b->port->class->monotonic(b->port) + micros;
    uint64_t sent = 0, next = 0, due = 0; // records; tickets given, and the one to be told of next
    do {
        const char *reason = NULL;
        struct sink_delivery_report report;
        while (sink_mqtt.poll(b->sink, &report)) {
            assert_int_equal(report.ticket, due++);
            b->arrived += report.outcome == SINK_ARRIVED;
            b->refused += report.outcome == SINK_REFUSED;
            if (report.outcome == SINK_ARRIVED || report.outcome == SINK_REFUSED)
                continue;
            assert_true(report.reason[0] != '\0');
            sink_mqtt.reset(b->sink);
            sent = b->arrived + b->refused;
            due = next;
        }
        uint32_t room = sink_mqtt.room(b->sink, &reason);
        uint32_t count = b->record_count - sent < room ? (uint32_t)(b->record_count - sent) : room;
        assert_int_equal(sink_mqtt.send(b->sink, b->records + sent, count, &e), STATUS_OK);
        sent += count;
        next += count;
    } while (b->arrived + b->refused < b->record_count && b->port->class->wait(b->port, until, &e) == STATUS_OK);
}

static void test_send(void **state)
{
    struct bench *b = *state;
    struct error e;
    const char *reason;
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    assert_int_equal(sink_mqtt.room(b->sink, &reason), 0);
    assert_string_equal(reason, "connecting");
    render_rows(b, 10);
    deliver(b, 10 * SECOND);
    assert_int_equal(b->arrived, 10);
    assert_int_equal(mqtt_sim_count(b->port), 10);
    for (uint32_t i = 0; i < 10; i++) {
        struct mqtt_sim_letter l = mqtt_sim_letter(b->port, i);
        assert_true(slice_equal(l.payload, b->records[i].value));
        assert_true(slice_equal(l.property, b->records[i].header[1]));
        assert_int_equal(l.qos, 1);
    }
}

static void test_bad_topic_is_refused(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    render_rows(b, 3);
    b->records[1].topic = SLICE("a/+");
    deliver(b, 10 * SECOND);
    assert_int_equal(b->arrived, 2);
    assert_int_equal(b->refused, 1);
}

// A broker may hang up on a user property or a topic with a control character in it (mosquitto does, each time it
// comes).
static void test_what_a_broker_hangs_up_on_is_refused(void **state)
{
    struct bench *b = *state;
    struct error e;
    static const char *const bad[] = {"a\tb", "\x7f", "\xc2\x80", "\xef\xb7\x90", "\xef\xbf\xbf", "\xff"};
    enum { BAD = sizeof(bad) / sizeof(bad[0]) };
    struct slice pair[BAD][2];
    assert_int_equal(open_sink(b, &e), STATUS_OK);
    render_rows(b, 2 * BAD + 1);
    for (uint32_t i = 0; i < BAD; i++) {
        b->records[i].topic = slice_of(bad[i]);
        pair[i][0] = SLICE("key");
        pair[i][1] = slice_of(bad[i]);
        b->records[BAD + i].header = pair[i];
    }
    deliver(b, 10 * SECOND);
    assert_int_equal(b->refused, 2 * BAD);
    assert_int_equal(b->arrived, 1);
}

// Every record there, repeats with the same bytes, the first of each in order.
static void check_arrived(struct bench *b, uint64_t seed)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < mqtt_sim_count(b->port); i++) {
        struct mqtt_sim_letter l = mqtt_sim_letter(b->port, i);
        const char *at = strstr(l.property.data, "\"seq\":");
        uint64_t seq = at == NULL ? UINT64_MAX : strtoull(at + 6, NULL, 10);
        if (seq > next || !slice_equal(l.payload, b->records[seq].value))
            fail_msg("seed %d: letter %u is seq %d, %d was due", (int)seed, (unsigned)i, (int)seq, (int)next);
        next += seq == next;
    }
    if (next != b->record_count || b->arrived != b->record_count)
        fail_msg("seed %d: %d of %u arrived", (int)seed, (int)next, (unsigned)b->record_count);
}

static void freeze(struct port *p, void *arg)
{
    mqtt_sim_freeze(p, arg != NULL);
}

static void down(struct port *p, void *arg)
{
    mqtt_sim_down(p, arg);
}

static void test_faults(void **state)
{
    (void)state;
    static struct bench bench;
    static char refused[] = "Connection refused";
    uint64_t repeats = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct bench *b = &bench;
        struct error e;
        bench_open(b, seed);
        struct mqtt_sim_faults faults = {.cut_before = 20, .cut_after = 20};
        mqtt_sim_set_faults(b->port, &faults);
        assert_int_equal(open_sink(b, &e), STATUS_OK);
        render_rows(b, 200);
        int64_t t = b->port->class->monotonic(b->port);
        sim_at(b->port, t + 30000, down, refused);
        sim_at(b->port, t + 20 * SECOND, down, NULL);
        sim_at(b->port, t + 25 * SECOND, freeze, b);
        sim_at(b->port, t + 100 * SECOND, freeze, NULL);
        deliver(b, INT64_C(3600) * SECOND);
        check_arrived(b, seed);
        repeats += mqtt_sim_count(b->port) - b->record_count;
        bench_close(b);
    }
    assert_true(repeats > 100); // the faults do happen
}

static void expect_refused(struct bench *b, const char *name, const char *value, const char *why)
{
    struct error e = {0};
    const char *topic = strcmp(name, "topic") == 0 ? value : "t";
    options_sim_fill(&b->options, sink_mqtt.options, "/", "url", "mqtt://broker", "keepalive", "60 seconds", "topic",
                     topic, strcmp(name, "topic") == 0 ? "qos" : name, strcmp(name, "topic") == 0 ? "1" : value, NULL);
    enum status status = open_sink(b, &e);
    if (status != STATUS_CONFIG || strstr(e.text, why) == NULL || strncmp(e.text, "sink out: ", 10) != 0)
        fail_msg("%s %s: %s", name, value, e.text);
}

static void test_refusals(void **state)
{
    struct bench *b = *state;
    expect_refused(b, "topic", "a/{kk}", "did you mean \"k\"");
    expect_refused(b, "topic", "a/{k", "without its }");
    expect_refused(b, "topic", "a/k}", "each { with its }");
    expect_refused(b, "topic", "a/+", "no + or #");
    expect_refused(b, "topic", "", "empty");
    expect_refused(b, "gapTopic", "a/#", "gapTopic");
    expect_refused(b, "password", "x", "username");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_render),
        TEST(test_verbatim),
        TEST(test_send),
        TEST(test_option_wins_over_topic_column),
        TEST(test_bad_topic_is_refused),
        TEST(test_what_a_broker_hangs_up_on_is_refused),
        cmocka_unit_test(test_faults),
        TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
