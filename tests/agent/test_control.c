// Questions to a running pipeline, through the simulated machine's control socket.
#include "tests/agent/engine_bench.h"
#include "tests/sim/sink_sim.h"

#define SOCKET "/run/p.sock"

static struct receiver_sim *receiver;

static int set_up(void **state)
{
    (void)state;
    bench_open();
    bench.control = SOCKET;
    receiver = receiver_sim_new(bench.port, "one", 1);
    bench_pipeline("{'sources': {'t': {'format': 'json', 'path': '/in', 'schema': 'v INT', 'maxFilesPerTrigger': 1}}, "
                   "'sinks': {'one': {'format': 'console'}}, 'query': 'SELECT v FROM t'}");
    bench.pipeline->sinks[0].class = &sink_sim;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bench_end();
    receiver_sim_free(receiver);
    bench_close();
    return 0;
}

static void put_rows(int from, int count)
{
    struct text text;
    char path[32];
    text_init(&text, &bench.memory);
    for (int i = from; i < from + count; i++)
        text_printf(&text, "{\"v\":%d}\n", i);
    snprintf(path, sizeof path, "/in/%04d", from);
    sim_put_text(bench.port, path, text_cstring(&text), SIM_WALL_START + from);
    text_free(&text);
}

struct asking {
    const char *name, *question;
};

static void call(struct port *p, void *arg)
{
    const struct asking *c = arg;
    sim_come(p, SOCKET, c->name);
    sim_feed(p, SOCKET, c->name, c->question, strlen(c->question));
}

static void must_hear(const char *name, const char *words)
{
    struct slice heard = sim_heard(bench.port, SOCKET, name);
    const char *text = arena_copy(&bench.arena, heard.data ? heard.data : "", heard.size);
    if (!strstr(text, words))
        fail_msg("%s heard: %s", name, text);
    if (sim_connected(bench.port, SOCKET, name))
        fail_msg("%s is still connected", name);
}

static void test_dead_letters_of_a_running_pipeline(void **state)
{
    (void)state;
    static struct asking list = {"list", "{\"ask\":\"deadletter.list\"}\n"},
                         again = {"again", "{\"ask\": \"deadletter.resend\"}\n"},
                         empty = {"empty", "{\"ask\":\"deadletter.list\"}\n"};
    receiver_sim_faults(receiver)->refused_seq = 7;
    put_rows(0, 20);
    bench_start();
    assert_true(sim_served(bench.port, SOCKET));
    sim_at(bench.port, now_in(40), call, &list);
    bench_run(60);
    must_hear("list", "one  seq 7  422: too large");
    must_hear("list", "1 dead letters");
    receiver_sim_faults(receiver)->refused_seq = UINT64_MAX;
    sim_at(bench.port, now_in(1), call, &again);
    sim_at(bench.port, now_in(20), call, &empty);
    put_rows(100, 5);
    bench_end();
    bench_start(); // stop is for ever
    bench_run(60);
    must_hear("again", "1 dead letters are in the log again");
    must_hear("empty", "\"0 dead letters");
    assert_int_equal(receiver_sim_arrived(receiver), 25);
    assert_true(receiver_sim_has(receiver, 7));
    bench_end();
    assert_false(sim_served(bench.port, SOCKET));
}

static void put_more(struct port *p, void *arg)
{
    (void)p;
    put_rows(100 + 10 * atoi(((const struct asking *)arg)->name + 1), 3);
}

// A letter is sent again though the refusal is not written down yet, and rows that come meanwhile are not passed over.
static void test_resend_at_once(void **state)
{
    (void)state;
    static struct asking calls[50];
    receiver_sim_faults(receiver)->refused_seq = 7;
    put_rows(0, 20);
    bench_start();
    for (int i = 0; i < 50; i++) {
        char *name = arena_printf(&bench.arena, "c%d", i);
        calls[i] = (struct asking){name, "{\"ask\":\"deadletter.resend\"}\n"};
        sim_at(bench.port, now_in(0) + i * (int64_t)SECOND / 3, call, &calls[i]);
        sim_at(bench.port, now_in(0) + i * (int64_t)SECOND / 3 + 1000 * (i % 3), put_more, &calls[i]);
    }
    bench_run(20);
    for (int i = 0; i < 50; i++)
        must_hear(calls[i].name, "dead letters are in the log again");
    bench_end();
    receiver_sim_faults(receiver)->refused_seq = UINT64_MAX;
    bench_start();
    sim_at(bench.port, now_in(5), call, &calls[0]);
    bench_run(60);
    bench_end();
    assert_int_equal(receiver_sim_arrived(receiver), 170);
    assert_null(receiver_sim_check_counts(receiver, 170));
}

static void hang_up(struct port *p, void *arg)
{
    sim_hang_up(p, SOCKET, ((const struct asking *)arg)->name);
}

static void test_bad_callers(void **state)
{
    (void)state;
    static struct asking what = {"what", "{\"ask\":\"what\"}\n"}, nothing = {"nothing", "{}\n"},
                         noise = {"noise", "]\n"}, number = {"number", "{\"ask\":7}\n"}, left = {"left", ""},
                         half = {"half", "{\"ask\":\"deadletter.list\"}"};
    char *huge = arena_alloc(&bench.arena, 100001);
    memset(huge, ' ', 100000);
    huge[100000] = '\0';
    struct asking long_one = {"long", huge};
    put_rows(0, 3);
    bench_start();
    struct asking *all[] = {&what, &nothing, &noise, &number, &left, &half, &long_one};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sim_at(bench.port, now_in(1 + 10 * (int64_t)i), call, all[i]);
    sim_at(bench.port, now_in(42), hang_up, &left);
    sim_at(bench.port, now_in(52), hang_up, &half);
    bench_run(100);
    must_hear("what", "{\"error\":\"no such question: what\"}\n");
    must_hear("nothing", "no such question: there is no member");
    must_hear("noise", "no such question");
    must_hear("number", "no such question");
    must_hear("left", "");
    assert_int_equal(sim_heard(bench.port, SOCKET, "left").size, 0);
    must_hear("half", "");
    must_hear("long", "");
    assert_int_equal(sim_heard(bench.port, SOCKET, "long").size, 0);
    assert_int_equal(receiver_sim_arrived(receiver), 3);
}

// Who says nothing does not keep others out for ever.
static void test_silent_callers(void **state)
{
    (void)state;
    static struct asking silent[6] = {{"s0", "{"},        {"s1", "{"}, {"s2", ""},
                                      {"s3", "{\"ask\""}, {"s4", "{"}, {"s5", ""}},
                         good = {"good", "{\"ask\":\"deadletter.list\"}\n"};
    put_rows(0, 3);
    bench_start();
    for (int i = 0; i < 6; i++)
        sim_at(bench.port, now_in(1) + i, call, &silent[i]);
    sim_at(bench.port, now_in(8), call, &good);
    bench_run(20);
    for (int i = 0; i < 6; i++)
        must_hear(silent[i].name, i < 4 ? "" : "too many ask at once");
    must_hear("good", "0 dead letters");
}

static void test_no_socket_to_be_had(void **state)
{
    (void)state;
    sim_fail(bench.port, "serve", 1, STATUS_FAILED);
    put_rows(0, 3);
    bench_start();
    bench_run(20);
    assert_int_equal(bench_said("warning: it cannot be asked while it runs: serve: a fault on order"), 1);
    assert_int_equal(receiver_sim_arrived(receiver), 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_dead_letters_of_a_running_pipeline),
        TEST(test_resend_at_once),
        TEST(test_bad_callers),
        TEST(test_silent_callers),
        TEST(test_no_socket_to_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
