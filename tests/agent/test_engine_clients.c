// Whole pipelines from a model broker or files to a model broker and a model bridge, on simulated time: hours of bad
// weather from a seed, the power cut at any step, then a quiet phase that must drain. Every row is accounted for at
// both ends.
//
//   RUNNEL_SEEDS=1000   that many seeds
//   RUNNEL_SEED=77      this one alone: it goes as it went
#include "ops/crc32c.h"
#include "tests/agent/engine_bench.h"
#include "tests/sim/http_sim.h"
#include "tests/sim/mqtt_sim.h"

#include <inttypes.h>
#include <signal.h>

#ifdef __SANITIZE_ADDRESS__
enum { SEEDS = 3 };
#else
enum { SEEDS = 8 };
#endif

enum { HOURS = 1, MESSAGES = 600, ROWS_MOST = 16 * MESSAGES, GAPS_MOST = 4096 };

static uint32_t seed;
static uint64_t dice;
static struct http_sim *bridge;
static const char *const dialects[] = {"confluent", "strimzi", "karapace"};

static void say_seed(int number)
{
    (void)number;
    char words[80];
    int size = snprintf(words, sizeof words, "\nseed %u: RUNNEL_SEED=%u does it again\n", seed, seed);
    (void)!write(STDERR_FILENO, words, (size_t)size);
    signal(SIGABRT, SIG_DFL);
}

#define FAIL(...)                                                                                                      \
    do {                                                                                                               \
        say_seed(0);                                                                                                   \
        fail_msg(__VA_ARGS__);                                                                                         \
    } while (0)

static uint32_t roll(uint32_t sides) // splitmix64; not the machine's, whose dice are its own
{
    uint64_t z = (dice += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % sides);
}

// ---------------------------------------------------------------- the account

struct account {
    const char *name;
    uint32_t sum[ROWS_MOST], last[ROWS_MOST]; // of each sequence: of its bytes; when it came last, from 1
    uint32_t told[ROWS_MOST];                 // gaps that tell of it
    struct {
        uint64_t from, to, count;
    } gap[GAPS_MOST];
    uint32_t gaps, clock;
    uint64_t rows; // behind the last sequence seen
    bool has[MESSAGES];
};

static uint64_t number_behind(struct slice json, const char *name)
{
    const char *at = memmem(json.data, json.size, name, strlen(name));
    return at ? strtoull(at + strlen(name), NULL, 10) : UINT64_MAX;
}

static void take_gap(struct account *a, uint64_t from, uint64_t to, uint64_t count)
{
    for (uint32_t i = 0; i < a->gaps; i++)
        if (a->gap[i].from == from && a->gap[i].to == to)
            return; // again
    if (a->gaps == GAPS_MOST || to >= ROWS_MOST || count != to - from + 1)
        FAIL("%s: a gap from %" PRIu64 " to %" PRIu64 " of %" PRIu64, a->name, from, to, count);
    a->gap[a->gaps].from = from;
    a->gap[a->gaps].to = to;
    a->gap[a->gaps++].count = count;
    for (uint64_t i = from; i <= to; i++)
        a->told[i]++;
    a->rows = to >= a->rows ? to + 1 : a->rows;
}

static void take(struct account *a, struct slice value)
{
    if (memmem(value.data, value.size, "\"gap\":", 6)) {
        take_gap(a, number_behind(value, "\"from\":"), number_behind(value, "\"to\":"),
                 number_behind(value, "\"count\":"));
        return;
    }
    uint64_t seq = number_behind(value, "\"seq\":"), v = number_behind(value, "\"v\":");
    uint32_t sum = crc32c(0, value.data, value.size);
    if (seq >= ROWS_MOST || v >= MESSAGES)
        FAIL("%s: what is this: %.*s", a->name, (int)value.size, value.data);
    if (a->last[seq] != 0 && a->sum[seq] != sum)
        FAIL("%s: %" PRIu64 " came again with other bytes", a->name, seq);
    a->sum[seq] = sum;
    a->last[seq] = ++a->clock;
    a->has[v] = true;
    a->rows = seq >= a->rows ? seq + 1 : a->rows;
}

static void check(const struct account *a, bool exactly_once, bool may_drop)
{
    uint32_t last = 0;
    for (uint64_t seq = 0; seq < a->rows; seq++) {
        if ((a->last[seq] != 0) + a->told[seq] != 1)
            FAIL("%s: %" PRIu64 " came%s, and %u gaps tell of it", a->name, seq, a->last[seq] ? "" : " never",
                 a->told[seq]);
        if (a->last[seq] != 0 && a->last[seq] < last)
            FAIL("%s: %" PRIu64 " came out of order", a->name, seq);
        last = a->last[seq] ? a->last[seq] : last;
    }
    if (exactly_once ? a->rows != MESSAGES : a->rows < MESSAGES)
        FAIL("%s: %" PRIu64 " rows of %d messages", a->name, a->rows, MESSAGES);
    for (uint32_t v = 0; v < MESSAGES && !may_drop; v++)
        if (!a->has[v])
            FAIL("%s: message %u never came out", a->name, v);
    if (!may_drop && a->gaps > 0)
        FAIL("%s: %u gaps", a->name, a->gaps);
}

// ---------------------------------------------------------------- weather

static void weather(struct port *p, void *arg)
{
    (void)arg;
    struct mqtt_sim_faults m = {
        .cut_before = roll(3) ? 0 : roll(60), .cut_after = roll(3) ? 0 : roll(60), .refused = roll(5) ? 0 : roll(30)};
    mqtt_sim_freeze(p, false);
    mqtt_sim_down(p, roll(4) == 0 ? "the broker is away" : NULL);
    if (roll(5) == 0)
        mqtt_sim_freeze(p, true);
    mqtt_sim_set_faults(p, &m);
    mqtt_sim_latency(p, 500 + roll(400000));
    *http_sim_faults(bridge) = (struct http_sim_faults){.refused = roll(5) == 0,
                                                        .silent = roll(7) == 0,
                                                        .broker_down = roll(6) == 0,
                                                        .lost_answer = roll(3) ? 0 : roll(200),
                                                        .busy = roll(4) ? 0 : roll(300),
                                                        .fails = roll(3) ? 0 : roll(40),
                                                        .lies = roll(1001),
                                                        .latency = 500 + roll(2000000),
                                                        .per_record = roll(2000),
                                                        .retry_after = roll(2) ? 0 : roll(90) * (int64_t)SECOND,
                                                        .body_most = roll(4) ? 0 : 1500 + roll(20000)};
    p->class->wake(p);
}

static void fair_weather(struct port *p)
{
    struct mqtt_sim_faults none = {0};
    mqtt_sim_freeze(p, false);
    mqtt_sim_down(p, NULL);
    mqtt_sim_set_faults(p, &none);
    mqtt_sim_latency(p, 1000);
    *http_sim_faults(bridge) = (struct http_sim_faults){.latency = 10000};
}

static void say_message(struct port *p, void *arg)
{
    char text[64], path[32];
    int v = (int)(intptr_t)arg;
    snprintf(text, sizeof text, "{\"v\":%d}\n", v);
    snprintf(path, sizeof path, "/in/%04d", v);
    if (seed % 2)
        mqtt_sim_say(p, "in/a", text, 1);
    else
        sim_put_text(p, path, text, SIM_WALL_START + v);
}

// What was meant for a run that is over has no effect on the next.
static intptr_t run;

static void power_cut(struct port *p, void *arg)
{
    if ((intptr_t)arg == run)
        sim_crash(p);
}

static void end_run(struct port *p, void *arg)
{
    if ((intptr_t)arg == run)
        stop_engine(p, NULL);
}

// ---------------------------------------------------------------- a run

static void begin(void)
{
    static const char *const full[] = {"'outbox': '256MB'", "'outbox': '24KB', 'outboxFull': 'block'",
                                       "'outbox': '12KB', 'outboxFull': 'dropOldest'"};
    static const char *const triggers[] = {"", ", 'trigger': {'processingTime': '2 seconds'}"};
    bench_open();
    sim_close(bench.port);
    bench.port = sim_open(seed);
    dice = seed * UINT64_C(0x9E3779B97F4A7C15);
    mqtt_sim_attach(bench.port);
    bridge = http_sim_new(bench.port, dialects[roll(3)]);
    const char *source = seed % 2 ? "{'format': 'mqtt', 'url': 'mqtt://in', 'topic': 'in/#', 'payload': 'json'"
                                  : "{'format': 'json', 'path': '/in'";
    bench_pipeline(arena_printf(
        &bench.arena,
        "{'name': 'p', 'sources': {'t': %s, 'schema': 'v INT'}}, 'query': 'SELECT v FROM t', 'limits': {%s}%s, "
        "'sinks': {'m': {'format': 'mqtt', 'url': 'mqtt://out', 'topic': 'out', 'maxInflight': %u}, "
        "'k': {'format': 'kafka', 'url': 'http://localhost', 'topic': 'out', 'maxRecords': %u}}}",
        source, full[seed % 3], triggers[roll(2)], 1 + roll(40), 1 + roll(200)));
}

static void finish(void)
{
    bench_end();
    http_sim_free(bridge);
    mqtt_sim_detach(bench.port);
    bench_close();
}

// Until it is stopped, or the power fails: by itself in a wait, or at a commit.
static void run_once(int64_t until)
{
    while (bench_try_start() != STATUS_OK)
        sim_boot(bench.port); // it failed while we started
    sim_at(bench.port, until, end_run, (void *)run);
    enum status s = engine_run(bench.engine, &bench.error);
    bool off = bench.port->class->print(bench.port, "", 0, NULL) != STATUS_OK;
    if (s != STATUS_OK && !off)
        FAIL("%s\n%s", bench.error.text, text_cstring(&bench.logged));
    bench.commit_crash = COMMIT_REAL;
    bench_end();
    sim_boot(bench.port);
    run++;
}

static void storm(void)
{
    int64_t end = now_in(HOURS * 3600);
    bench_start(); // the broker knows us from here on
    bench_end();
    for (int v = 0; v < MESSAGES; v++)
        sim_at(bench.port, now_in(1) + (int64_t)roll(HOURS * 3500) * SECOND + roll(SECOND), say_message,
               (void *)(intptr_t)v);
    for (int64_t at = now_in(2); at < end; at += (int64_t)(5 + roll(240)) * SECOND + roll(SECOND))
        sim_at(bench.port, at, weather, NULL);
    while (now_in(0) < end) {
        int64_t until = now_in(1 + roll(600));
        if (roll(2)) {
            sim_at(bench.port, now_in(0) + roll((uint32_t)(until - now_in(0))), power_cut, (void *)run);
        } else {
            bench.commit_crash = roll(2) ? COMMIT_CRASH_BEFORE : COMMIT_CRASH_AFTER;
            bench.commit_crash_at = 1 + roll(40);
        }
        run_once(until);
    }
}

static struct account at_broker, at_bridge;

// How it went, but for the epoch, which is new each time.
static uint32_t digest(void)
{
    int64_t end = now_in(0);
    uint32_t sum = crc32c(0, &end, sizeof end);
    sum = crc32c(sum, at_broker.last, sizeof at_broker.last);
    sum = crc32c(sum, at_bridge.last, sizeof at_bridge.last);
    uint32_t requests = http_sim_requests(bridge);
    return crc32c(sum, &requests, sizeof requests);
}

static uint32_t run_seed(void)
{
    begin();
    storm();
    fair_weather(bench.port);
    run_once(now_in(3600));
    at_broker = (struct account){.name = "mqtt"};
    at_bridge = (struct account){.name = "kafka"};
    for (uint32_t i = 0; i < mqtt_sim_count(bench.port); i++)
        take(&at_broker, mqtt_sim_letter(bench.port, i).payload);
    for (uint32_t i = 0; i < http_sim_count(bridge); i++)
        take(&at_bridge, slice_of(http_sim_at(bridge, i)->value));
    if (bench_said("goes to the dead letters") > 0)
        FAIL("there are dead letters\n%s", text_cstring(&bench.logged));
    check(&at_broker, seed % 2 == 0, seed % 3 == 2);
    check(&at_bridge, seed % 2 == 0, seed % 3 == 2);
    uint32_t how = digest();
    finish();
    return how;
}

static void test_seeds(void **state)
{
    (void)state;
    const char *one = getenv("RUNNEL_SEED"), *more = getenv("RUNNEL_SEEDS");
    uint32_t first = one ? (uint32_t)atoi(one) : 1, last = one ? first : more ? (uint32_t)atoi(more) : SEEDS;
    signal(SIGABRT, say_seed);
    for (seed = first; seed <= last; seed++)
        run_seed();
    signal(SIGABRT, SIG_DFL);
}

static void test_a_seed_goes_as_it_went(void **state)
{
    (void)state;
    seed = 3;
    uint32_t once = run_seed();
    assert_int_equal(run_seed(), once);
    seed = 4;
    assert_int_not_equal(run_seed(), once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_a_seed_goes_as_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
