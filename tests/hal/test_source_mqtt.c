#include "hal/source/source_mqtt.h"

#include "tests/sim/mqtt_sim.h"
#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/state_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct bench {
    struct memory memory;
    struct port *port;
    struct state_sim *state;
    struct options_sim options;
    struct slice filters[2];
    struct source *source;
    struct text rows;
    int64_t next;
};

static void set_options(struct bench *b, const char *name, const char *value)
{
    options_sim_fill(&b->options, source_mqtt.options, "/", "url", "mqtt://broker", "keepalive", "60 seconds", "topic",
                     "", "qos", "1", "receiveMaximum", "3", name, value, NULL);
    for (uint32_t i = 0; i < b->options.options.count; i++)
        if (strcmp(b->options.values[i].spec->name, "topic") == 0) {
            b->options.values[i].list = b->filters;
            b->options.values[i].list_size = 1;
        }
}

static int setup(void **state)
{
    static struct bench bench;
    bench = (struct bench){.filters = {SLICE("site/+/counts")}};
    bench.port = sim_open(7);
    mqtt_sim_attach(bench.port);
    bench.state = state_sim_new(&bench.memory);
    text_init(&bench.rows, &bench.memory);
    set_options(&bench, NULL, NULL);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    source_mqtt.close(b->source);
    state_sim_free(b->state);
    text_free(&b->rows);
    mqtt_sim_detach(b->port);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
    return 0;
}

static enum status open_source(struct bench *b, struct error *e)
{
    struct source_setup s = {.name = "events",
                             .device = "pi",
                             .query = "q",
                             .options = &b->options.options,
                             .port = b->port,
                             .memory = &b->memory,
                             .state = state_sim_state(b->state),
                             .fresh = true};
    return source_mqtt.open(&s, &b->source, e);
}

static void run_for(struct bench *b, int64_t micros)
{
    struct error e;
    int64_t until = b->port->class->monotonic(b->port) + micros;
    while (b->port->class->wait(b->port, until, &e) == STATUS_OK)
        ;
}

// The payloads of the next batch, a | behind each; "-" without one.
static const char *plan(struct bench *b)
{
    struct error e;
    struct block block;
    text_clear(&b->rows);
    if (source_mqtt.plan(b->source, &b->next, &e) == STATUS_END)
        return "-";
    while (source_mqtt.read(b->source, NULL, &block, &e) == STATUS_OK)
        for (uint32_t i = 0; i < block.message_count; i++) {
            text_slice(&b->rows, block.messages[i].value);
            text_char(&b->rows, '|');
        }
    return text_cstring(&b->rows);
}

static void commit(struct bench *b)
{
    struct error e;
    assert_int_equal(source_mqtt.save(b->source, &e), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(source_mqtt.committed(b->source, &e), STATUS_OK);
}

static void say(struct bench *b, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        mqtt_sim_say(b->port, "site/north/counts", text, 1);
    }
}

static void test_window(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, &e), STATUS_OK);
    run_for(b, 10000);
    assert_string_equal(plan(b), "-");
    assert_int_equal(b->next, INT64_MAX);
    mqtt_sim_say(b->port, "elsewhere", "x", 1);
    say(b, 1, 5);
    assert_true(source_mqtt.urgent(b->source)); // three are under way, the broker waits
    assert_string_equal(plan(b), "1|2|3|");
    assert_false(source_mqtt.urgent(b->source)); // it is being done
    assert_int_equal(mqtt_sim_unanswered(b->port), 5);
    commit(b);
    assert_int_equal(mqtt_sim_unanswered(b->port), 2);
    assert_false(source_mqtt.urgent(b->source));
    assert_string_equal(plan(b), "4|5|");
    commit(b);
    assert_string_equal(plan(b), "-");
    assert_int_equal(source_mqtt.counters(b->source)->records, 5);
}

static void test_batch_given_up(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, &e), STATUS_OK);
    run_for(b, 10000);
    say(b, 1, 2);
    assert_string_equal(plan(b), "1|2|");
    assert_string_equal(plan(b), "1|2|"); // it was not committed
    commit(b);
    assert_string_equal(plan(b), "-");
}

static void test_killed_before_commit(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, &e), STATUS_OK);
    run_for(b, 10000);
    say(b, 1, 2);
    assert_string_equal(plan(b), "1|2|");
    source_mqtt.close(b->source);
    say(b, 3, 3); // while nobody is there
    assert_int_equal(open_source(b, &e), STATUS_OK);
    run_for(b, 10000);
    assert_string_equal(plan(b), "1|2|3|");
    commit(b);
    assert_int_equal(mqtt_sim_unanswered(b->port), 0);
}

static void test_outage(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, &e), STATUS_OK);
    run_for(b, 10000);
    say(b, 1, 1);
    assert_string_equal(plan(b), "1|");
    mqtt_sim_down(b->port, "Connection refused");
    commit(b); // too late for the broker: it will send it once more
    assert_string_equal(plan(b), "-");
    text_clear(&b->rows);
    source_mqtt.describe(b->source, &b->rows);
    assert_non_null(strstr(text_cstring(&b->rows), "not connected to mqtt://broker"));
    assert_non_null(strstr(text_cstring(&b->rows), "(Connection refused)"));
    mqtt_sim_down(b->port, NULL);
    run_for(b, 120 * INT64_C(1000000));
    assert_string_equal(plan(b), "1|");
    commit(b);
    assert_int_equal(mqtt_sim_unanswered(b->port), 0);
}

static void expect_refused(struct bench *b, const char *name, const char *value, const char *why)
{
    struct error e = {0};
    set_options(b, name, value);
    enum status status = open_source(b, &e);
    if (status != STATUS_CONFIG || strstr(e.text, why) == NULL)
        fail_msg("%s %s: %s", name, value, e.text);
}

static void test_refusals(void **state)
{
    struct bench *b = *state;
    static const char *const filters[] = {"a+/b", "a/#/b", "", "a#", "#a"};
    struct error e = {0};
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        b->filters[0] = slice_of(filters[i]);
        assert_int_equal(open_source(b, &e), STATUS_CONFIG);
        assert_non_null(strstr(e.text, "source events: topic"));
    }
    b->filters[0] = SLICE("#");
    expect_refused(b, "password", "x", "username");
    expect_refused(b, "ca", "ca.pem", "mqtts://");
    expect_refused(b, "cert", "c.pem", "key is missing");
    options_sim_fill(&b->options, source_mqtt.options, "/", "url", "mqtt://broker", "topic", "#", "qos", "2", NULL);
    assert_int_equal(open_source(b, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "qos 2"));
    struct port bare = {.class = b->port->class};
    struct port *port = b->port;
    set_options(b, NULL, NULL);
    b->port = &bare;
    assert_int_equal(open_source(b, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "this build has no MQTT"));
    b->port = port;
}

static void test_columns(void **state)
{
    struct bench *b = *state;
    struct arena arena;
    struct text text;
    arena_init(&arena, &b->memory, 1024);
    text_init(&text, &b->memory);
    type_print_simple(source_mqtt.columns(&b->options.options, &arena), &text);
    assert_string_equal(text_cstring(&text),
                        "struct<value:binary,topic:string,qos:int,retain:boolean,timestamp:timestamp>");
    text_free(&text);
    arena_free(&arena);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_window), TEST(test_batch_given_up), TEST(test_killed_before_commit),
        TEST(test_outage), TEST(test_refusals),       TEST(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
