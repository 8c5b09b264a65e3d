// The purchases pipeline over many batches in one process: once it is warm, our own code asks the heap for nothing, for
// a chunk, and for a batch. Two counts must agree: struct memory's, and that of every malloc, calloc and realloc that
// is called from our objects (--wrap), without the simulated machine's. LMDB and the C library are counted by neither.
#include "tests/agent/engine_bench.h"
#include "tests/sim/port_sim_impl.h"

enum { BATCHES = 40, WARM = 20, FILES_A_BATCH = 2, LINES = 10000 };

static size_t heap_calls;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
    heap_calls++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    heap_calls++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    heap_calls++;
    return __real_realloc(p, size);
}

static struct {
    size_t ours, real, simulated;
} samples[BATCHES];

static uint32_t commits;

static void sample(struct bench *b)
{
    assert_true(commits < BATCHES);
    samples[commits].ours = b->memory.calls;
    samples[commits].real = heap_calls;
    samples[commits++].simulated = sim_of(b->port)->memory.calls;
}

// The same events again and again, an hour of them, so that the number of groups stays.
static void put_purchases(void)
{
    static const char *const actions[] = {"purchase", "purchase", "viewpage", "loginnow"};
    struct text lines;
    text_init(&lines, &bench.memory);
    for (int i = 0; i < LINES; i++)
        text_printf(&lines, "{\"eventTime\":%d,\"action\":\"%s\",\"district\":\"district%02u\"}\n",
                    1709294400 + i * 3600 / LINES, actions[sim_random(bench.port) % 4],
                    (unsigned)(sim_random(bench.port) % 24));
    for (int i = 0; i < BATCHES * FILES_A_BATCH; i++) {
        char path[64];
        snprintf(path, sizeof path, "/testdata/e-mall-%d.json", i);
        sim_put_file(bench.port, path, lines.data, lines.size, SIM_WALL_START + i);
    }
    text_free(&lines);
}

static void run(const char *pipeline)
{
    bench_open();
    commits = 0;
    bench_pipeline(pipeline);
    put_purchases();
    bench.before_commit = sample;
    bench_go(0);
    assert_int_equal(commits, BATCHES);
    assert_int_equal(bench.done[BATCHES - 1].rows_in, FILES_A_BATCH * LINES);
    bench_close();
    for (uint32_t i = WARM; i < BATCHES; i++) {
        size_t ours = samples[i].ours - samples[i - 1].ours;
        size_t real = samples[i].real - samples[i - 1].real - (samples[i].simulated - samples[i - 1].simulated);
        if (ours != 0 || real != 0)
            fail_msg("batch %u: %zu heap calls through struct memory, %zu in all", i, ours, real);
    }
}

#define PURCHASES(MORE, MODE, SINK)                                                                                    \
    "{'sources': {'events': {'format': 'json', 'path': '/testdata', 'maxFilesPerTrigger': 2, "                         \
    "'schema': 'eventTime TIMESTAMP, action STRING, district STRING'" MORE "}}, "                                      \
    "'query': 'SELECT district, window(eventTime, ~1 minutes~) AS window, count(*) AS count FROM events "              \
    "WHERE action = ~purchase~ GROUP BY district, window(eventTime, ~1 minutes~)" MODE "', "                           \
    "'trigger': {'availableNow': true}, 'sinks': {'out': " SINK "}}"

static void test_complete_console(void **state)
{
    (void)state;
    run(PURCHASES("", " ORDER BY window', 'outputMode': 'complete", "{'format': 'console', 'truncate': false}"));
}

static void test_update_files(void **state)
{
    (void)state;
    run(PURCHASES("", "', 'outputMode': 'update", "{'format': 'json', 'path': '/out', 'metadata': true}"));
}

static void test_append_with_watermark(void **state)
{
    (void)state;
    run(PURCHASES(", 'watermark': {'column': 'eventTime', 'delay': '2 hours'}", "",
                  "{'format': 'json', 'path': '/out'}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete_console),
        cmocka_unit_test(test_update_files),
        cmocka_unit_test(test_append_with_watermark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
