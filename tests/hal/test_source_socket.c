#include "hal/source/source_socket.h"

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
    struct source *source;
    struct text rows, log;
    struct log logger;
    int64_t next;
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
    bench.state = state_sim_new(&bench.memory);
    text_init(&bench.rows, &bench.memory);
    text_init(&bench.log, &bench.memory);
    bench.logger = (struct log){write_log, &bench};
    options_sim_fill(&bench.options, source_socket.options, "/", "host", "localhost", "port", "9999", "maxLineBytes",
                     "100", NULL);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    source_socket.close(b->source);
    assert_int_equal(sim_open_handles(b->port), 0);
    state_sim_free(b->state);
    text_free(&b->rows);
    text_free(&b->log);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
    return 0;
}

static enum status open_source(struct bench *b, bool fresh, struct error *e)
{
    struct source_setup s = {.name = "lines",
                             .options = &b->options.options,
                             .port = b->port,
                             .memory = &b->memory,
                             .state = state_sim_state(b->state),
                             .fresh = fresh,
                             .log = &b->logger};
    return source_socket.open(&s, &b->source, e);
}

// The lines of the next batch, a | behind each; "-" without a batch.
static const char *batch(struct bench *b)
{
    struct error e;
    struct block block;
    text_clear(&b->rows);
    if (source_socket.plan(b->source, &b->next, &e) == STATUS_END)
        return "-";
    while (source_socket.read(b->source, NULL, &block, &e) == STATUS_OK)
        for (uint32_t i = 0; i < block.message_count; i++) {
            text_slice(&b->rows, block.messages[i].value);
            text_char(&b->rows, '|');
        }
    assert_int_equal(source_socket.save(b->source, &e), STATUS_OK);
    state_sim_commit(b->state);
    assert_int_equal(source_socket.committed(b->source, &e), STATUS_OK);
    return text_cstring(&b->rows);
}

static void feed(struct bench *b, const char *text)
{
    sim_feed(b->port, "localhost", "9999", text, strlen(text));
}

// Dispatches all there is to dispatch.
static void settle(struct bench *b)
{
    struct error e;
    while (b->port->class->wait(b->port, b->port->class->monotonic(b->port), &e) == STATUS_OK)
        ;
}

static void test_no_server(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, true, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "source lines"));
    assert_int_equal(b->log.size, 0); // told once
    assert_non_null(strstr(e.text, "Connection refused"));
}

static void test_lines(void **state)
{
    struct bench *b = *state;
    struct error e;
    sim_listen(b->port, "localhost", "9999", true);
    assert_int_equal(open_source(b, true, &e), STATUS_OK);
    feed(b, "early\n");
    settle(b);
    assert_string_equal(batch(b), ""); // batch 0 is empty, and at once
    assert_string_equal(batch(b), "early|");
    assert_string_equal(batch(b), "-");
    assert_int_equal(b->next, INT64_MAX);
    feed(b, "one\ntwo\r\n\nthree\rfo");
    settle(b);
    assert_string_equal(batch(b), "one|two||three|");
    feed(b, "ur\n");
    settle(b);
    assert_string_equal(batch(b), "four|");
}

static void test_peer_leaves(void **state)
{
    struct bench *b = *state;
    struct error e;
    sim_listen(b->port, "localhost", "9999", true);
    assert_int_equal(open_source(b, true, &e), STATUS_OK);
    batch(b);
    feed(b, "one\nlast");
    sim_hang_up(b->port, "localhost", "9999");
    settle(b);
    assert_string_equal(batch(b), "one|last|"); // a last line without its end counts
    assert_non_null(strstr(text_cstring(&b->log), "connecting again"));
    sim_listen(b->port, "localhost", "9999", false);
    int64_t before = b->port->class->monotonic(b->port);
    for (int i = 0; i < 5; i++) { // refused, each time later
        assert_string_equal(batch(b), "-");
        b->port->class->wait(b->port, b->next, &e);
    }
    assert_true(b->port->class->monotonic(b->port) > before + 1000000);
    sim_listen(b->port, "localhost", "9999", true);
    for (int i = 0; i < 5 && !sim_connected(b->port, "localhost", "9999"); i++) {
        assert_string_equal(batch(b), "-");
        b->port->class->wait(b->port, b->next == INT64_MAX ? 0 : b->next, &e);
    }
    feed(b, "again\n");
    settle(b);
    assert_string_equal(batch(b), "again|");
}

static void test_long_line(void **state)
{
    struct bench *b = *state;
    struct error e;
    char line[400];
    sim_listen(b->port, "localhost", "9999", true);
    assert_int_equal(open_source(b, true, &e), STATUS_OK);
    batch(b);
    memset(line, 'x', sizeof(line));
    sim_feed(b->port, "localhost", "9999", line, sizeof(line));
    feed(b, "\nshort\n");
    settle(b);
    assert_string_equal(batch(b), "short|");
    assert_int_equal(source_socket.counters(b->source)->oversized, 1);
}

static void test_slow_reader(void **state)
{
    struct bench *b = *state;
    struct error e;
    sim_listen(b->port, "localhost", "9999", true);
    assert_int_equal(open_source(b, true, &e), STATUS_OK);
    batch(b);
    enum { LINES = 200000 };
    for (int i = 0; i < LINES; i++) {
        char line[32];
        snprintf(line, sizeof(line), "%d\n", i);
        feed(b, line);
    }
    settle(b);
    assert_true(sim_unread(b->port, "localhost", "9999") > 0); // the rest waits in front of the door
    assert_true(b->memory.used < 8 << 20);
    int expected = 0;
    for (int i = 0; i < 20 && expected < LINES; i++) {
        const char *p = batch(b);
        for (; *p != '\0' && *p != '-'; p = strchr(p, '|') + 1, expected++) {
            char line[32];
            snprintf(line, sizeof(line), "%d|", expected);
            if (strncmp(p, line, strlen(line)) != 0)
                fail_msg("line %d is not in its place", expected);
        }
        settle(b);
    }
    assert_int_equal(expected, LINES);
}

static void test_restart(void **state)
{
    struct bench *b = *state;
    struct error e;
    assert_int_equal(open_source(b, false, &e), STATUS_OK); // no server: it waits
    settle(b);
    assert_string_equal(batch(b), "-");
    sim_listen(b->port, "localhost", "9999", true);
    b->port->class->wait(b->port, b->next, &e);
    assert_string_equal(batch(b), "-");
    settle(b);
    feed(b, "x\n");
    settle(b);
    assert_string_equal(batch(b), "x|"); // no empty batch
}

static void test_columns(void **state)
{
    struct bench *b = *state;
    struct arena arena;
    arena_init(&arena, &b->memory, 1024);
    const struct type *t = source_socket.columns(&b->options.options, &arena);
    assert_int_equal(t->field_count, 1);
    assert_int_equal(t->fields[0].type->id, TYPE_STRING);
    options_sim_fill(&b->options, source_socket.options, "/", "includeTimestamp", "true", NULL);
    t = source_socket.columns(&b->options.options, &arena);
    assert_int_equal(t->field_count, 2);
    assert_int_equal(t->fields[1].type->id, TYPE_TIMESTAMP);
    arena_free(&arena);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_server),   TEST(test_lines),   TEST(test_peer_leaves), TEST(test_long_line),
        TEST(test_slow_reader), TEST(test_restart), TEST(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
