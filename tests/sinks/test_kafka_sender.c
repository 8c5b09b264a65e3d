#include "tests/sinks/kafka_bench.h"

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

// A bridge that answers 500 whatever it is sent is not asked for each record; a record that makes it is passed over.
static void test_broken_bridge(void **state)
{
    (void)state;
    struct bench b;
    char got[64];
    bench_init(&b, "karapace", false);
    open_with(&b, "karapace", "500");
    for (int i = 0; i < 9; i++) // 1, 15, 7, 3, 1, then by twos
        http_sim_answer_next(b.bridge, 500, "{\"code\":500,\"message\":\"Kafka node not ready\"}", 0);
    send_numbers(&b, "t", 0, 16);
    assert_string_equal(outcomes(&b, got, sizeof(got)), "??\x3f?~");
    assert_int_equal(http_sim_requests(b.bridge), 9);
    assert_int_equal(http_sim_count(b.bridge), 0);
    sink_kafka.reset(b.sink);
    for (int i = 0; i < 15; i++)
        http_sim_answer_next(b.bridge, 500, "", 0);
    send_numbers(&b, "t", 0, 16);
    assert_string_equal(outcomes(&b, got, sizeof(got)), "??\x3f????+++++++++");
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
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_too_large_is_halved),
        cmocka_unit_test(test_alone_too_large),
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_broken_bridge),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_batch_grows_and_shrinks),
        cmocka_unit_test(test_topics_side_by_side),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_silent_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
