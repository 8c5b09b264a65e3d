#include "hal/source/source_file.h"

#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"
#include "tests/sim/state_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

struct bench {
    struct memory memory;
    struct port *port;
    struct state_sim *state;
    struct options_sim options;
    struct source *source;
    struct text log, rows;
    struct log logger;
    bool fresh, multi_line, is_static;
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
    bench = (struct bench){.fresh = true};
    bench.port = sim_open(42);
    bench.state = state_sim_new(&bench.memory);
    text_init(&bench.log, &bench.memory);
    text_init(&bench.rows, &bench.memory);
    bench.logger = (struct log){write_log, &bench};
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    source_json.close(b->source);
    assert_int_equal(sim_open_handles(b->port), 0);
    state_sim_free(b->state);
    text_free(&b->log);
    text_free(&b->rows);
    sim_close(b->port);
    assert_int_equal(b->memory.used, 0);
    return 0;
}

static enum status open_source(struct bench *b, struct error *e)
{
    struct source_setup setup = {
        .name = "events",
        .options = &b->options.options,
        .port = b->port,
        .memory = &b->memory,
        .state = state_sim_state(b->state),
        .fresh = b->fresh,
        .multi_line = b->multi_line,
        .is_static = b->is_static,
        .log = &b->logger,
    };
    return source_json.open(&setup, &b->source, e);
}

static void reopen(struct bench *b)
{
    struct error e;
    source_json.close(b->source);
    b->source = NULL;
    b->fresh = false;
    assert_int_equal(open_source(b, &e), STATUS_OK);
}

#define OPTIONS(b, ...) options_sim_fill(&(b)->options, source_json.options, "/base", __VA_ARGS__, NULL)

// One batch without its end: what was read is in b->rows. false: there was none.
static bool read_batch(struct bench *b)
{
    struct error e = {0};
    struct block block;
    int64_t next;
    text_clear(&b->rows);
    enum status status = source_json.plan(b->source, &next, &e);
    if (status == STATUS_END)
        return false;
    if (status != STATUS_OK)
        fail_msg("%s", e.text);
    while ((status = source_json.read(b->source, NULL, &block, &e)) == STATUS_OK)
        text_slice(&b->rows, block.bytes);
    if (status != STATUS_END)
        fail_msg("%s", e.text);
    assert_int_equal(source_json.save(b->source, &e), STATUS_OK);
    return true;
}

static void end_batch(struct bench *b)
{
    struct error e;
    state_sim_commit(b->state);
    assert_int_equal(source_json.committed(b->source, &e), STATUS_OK);
}

// Runs a batch and says what it had; "-" if there was none.
static const char *batch(struct bench *b)
{
    if (!read_batch(b))
        return "-";
    end_batch(b);
    return text_cstring(&b->rows);
}

static int64_t seconds(int64_t s)
{
    return SIM_WALL_START + s * 1000000;
}

static void put(struct bench *b, const char *path, const char *text, int64_t second)
{
    sim_put_text(b->port, path, text, seconds(second));
}

// Lets time go by until the source wants to look again.
static void wait_for_look(struct bench *b)
{
    struct error e;
    b->port->class->wait(b->port, b->port->class->monotonic(b->port) + 5000000, &e);
}

static void test_order_and_limit(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/base/in/c.json", "c\n", 1);
    put(b, "/base/in/a.json", "a\n", 3);
    put(b, "/base/in/b.json", "b\n", 2);
    put(b, "/base/in/z.json", "z\n", 2);
    put(b, "/base/in/_hidden.json", "no\n", 1);
    put(b, "/base/in/.hidden.json", "no\n", 1);
    put(b, "/base/in/x._COPYING_", "no\n", 1);
    put(b, "/base/in/sub/deep.json", "no\n", 1);
    OPTIONS(b, "path", "in", "maxFilesPerTrigger", "3");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "c\nb\nz\n");
    assert_string_equal(batch(b), "a\n");
    assert_string_equal(batch(b), "-");
}

static void test_latest_first(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    put(b, "/in/3", "3\n", 3);
    OPTIONS(b, "path", "/in", "latestFirst", "true", "maxFilesPerTrigger", "1");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "3\n");
    put(b, "/in/4", "4\n", 4);
    wait_for_look(b);
    assert_string_equal(batch(b), "4\n");
    assert_string_equal(batch(b), "2\n");
    assert_string_equal(batch(b), "1\n");
}

static void test_bytes_limit(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/1", "11111\n", 1);
    put(b, "/in/2", "2\n", 2);
    put(b, "/in/3", "3\n", 3);
    put(b, "/in/4", "4\n", 4);
    OPTIONS(b, "path", "/in", "maxBytesPerTrigger", "4");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "11111\n"); // one file at least
    assert_string_equal(batch(b), "2\n3\n");
    assert_string_equal(batch(b), "4\n");
    OPTIONS(b, "path", "/in", "maxBytesPerTrigger", "4", "maxFilesPerTrigger", "1");
    source_json.close(b->source);
    b->source = NULL;
    assert_int_equal(open_source(b, &e), STATUS_CONFIG);
}

static void test_moved_in_is_seen_at_once(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    put(b, "/in/1", "1\n", 1);
    OPTIONS(b, "path", "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n");
    assert_int_equal(source_json.plan(b->source, &next, &e), STATUS_END);
    int64_t began = b->port->class->monotonic(b->port);
    assert_true(next > began);
    put(b, "/in/2", "2\n", 2);
    assert_int_equal(b->port->class->wait(b->port, next, &e), STATUS_OK);
    assert_int_equal(b->port->class->monotonic(b->port), began);
    assert_string_equal(batch(b), "2\n");
}

static void test_restart(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "1");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n");
    reopen(b);
    assert_string_equal(batch(b), "2\n");
    reopen(b);
    assert_string_equal(batch(b), "-");
    put(b, "/in/3", "3\n", 1); // as old as the first, but new
    reopen(b);
    assert_string_equal(batch(b), "3\n");
}

static void test_batch_given_up(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "1");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_true(read_batch(b));
    assert_string_equal(text_cstring(&b->rows), "1\n");
    state_sim_rollback(b->state); // a full disk
    assert_string_equal(batch(b), "1\n");
    assert_true(read_batch(b));
    state_sim_rollback(b->state); // a crash
    reopen(b);
    assert_string_equal(batch(b), "2\n");
    assert_string_equal(batch(b), "-");
}

static void test_max_file_age(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/old", "old\n", 1);
    put(b, "/in/new", "new\n", 100);
    OPTIONS(b, "path", "/in", "maxFileAge", "10000000");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "old\nnew\n"); // the first batch takes all: no newest file was seen
    put(b, "/in/late", "late\n", 89);
    put(b, "/in/fits", "fits\n", 90);
    wait_for_look(b);
    assert_string_equal(batch(b), "fits\n");
    reopen(b);
    assert_string_equal(batch(b), "-"); // and what was forgotten is not new either
}

static void test_patterns(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/d/x1/a.json", "1\n", 1);
    put(b, "/d/x2/a.json", "2\n", 2);
    put(b, "/d/x2/b.csv", "no\n", 3);
    put(b, "/d/y/a.json", "no\n", 4);
    OPTIONS(b, "path", "/d/x*/*.json");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n2\n");
    put(b, "/d/x3/n.json", "3\n", 5);
    wait_for_look(b);
    assert_string_equal(batch(b), "3\n");
}

static void test_recursive_and_filter(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/d/a.json", "1\n", 1);
    put(b, "/d/s/t/b.json", "2\n", 2);
    put(b, "/d/s/c.csv", "no\n", 3);
    put(b, "/d/_tmp/c.json", "no\n", 4);
    OPTIONS(b, "path", "/d", "recursiveFileLookup", "true", "pathGlobFilter", "*.{json,text}");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n2\n");
}

static void test_partitions_are_told(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/d/a.json", "1\n", 1);
    put(b, "/d/k=1/b.json", "no\n", 2);
    put(b, "/d/k=2/b.json", "no\n", 2);
    put(b, "/d/plain/b.json", "no\n", 2);
    OPTIONS(b, "path", "/d");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n");
    const char *said = strstr(text_cstring(&b->log), "is left alone");
    assert_non_null(said);
    assert_null(strstr(said + 1, "is left alone"));
}

static void test_one_file(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/d/a.json", "1\nlast", 1);
    put(b, "/d/b.json", "no", 1);
    OPTIONS(b, "path", "/d/a.json");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\nlast");
    assert_string_equal(batch(b), "-");
}

static void test_missing_directory(void **state)
{
    struct bench *b = *state;
    struct error e;
    OPTIONS(b, "path", "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(batch(b), "-");
        wait_for_look(b);
    }
    assert_int_equal(strncmp(text_cstring(&b->log), "source events: ", 15), 0);
    assert_ptr_equal(strchr(b->log.data, '\n'), b->log.data + b->log.size - 1); // once
    put(b, "/in/1", "1\n", 1);
    wait_for_look(b);
    assert_string_equal(batch(b), "1\n");
    sim_remove(b->port, "/in");
    wait_for_look(b);
    assert_string_equal(batch(b), "-");
    put(b, "/in/2", "2\n", 2);
    wait_for_look(b);
    assert_string_equal(batch(b), "2\n");
}

static void test_freeze(void **state)
{
    struct bench *b = *state;
    struct error e;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "1");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_int_equal(source_json.freeze(b->source, &e), STATUS_OK);
    put(b, "/in/3", "3\n", 3);
    assert_string_equal(batch(b), "1\n");
    wait_for_look(b);
    assert_string_equal(batch(b), "2\n");
    assert_string_equal(batch(b), "-");

    reopen(b);
    sim_remove(b->port, "/in");
    assert_int_equal(source_json.freeze(b->source, &e), STATUS_OK); // it was there once: wait for it
    assert_string_equal(batch(b), "-");
    b->fresh = true;
    source_json.close(b->source);
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_int_equal(source_json.freeze(b->source, &e), STATUS_FAILED);
    assert_non_null(strstr(e.text, "PATH_NOT_FOUND"));
}

static void test_vanished_file(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    struct block block;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_int_equal(source_json.plan(b->source, &next, &e), STATUS_OK);
    sim_remove(b->port, "/in/1");
    assert_int_equal(source_json.read(b->source, NULL, &block, &e), STATUS_OK);
    assert_true(slice_equal(block.bytes, SLICE("2\n")));
    assert_string_equal(block.origin, "/in/2");
    assert_true(block.first && block.last);
    assert_int_equal(source_json.read(b->source, NULL, &block, &e), STATUS_END);
    assert_non_null(strstr(text_cstring(&b->log), "/in/1"));
}

static void test_clean(void **state)
{
    struct bench *b = *state;
    struct error e;
    struct slice content;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "1", "cleanSource", "archive", "sourceArchiveDir", "/old");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_true(read_batch(b));
    assert_true(sim_file(b->port, "/in/1", &content)); // not before the commit
    end_batch(b);
    assert_false(sim_file(b->port, "/in/1", &content));
    assert_true(sim_file(b->port, "/old/in/1", &content));
    source_json.close(b->source);
    b->source = NULL;
    OPTIONS(b, "path", "/in", "cleanSource", "delete");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "2\n");
    assert_int_equal(sim_file_count(b->port, "/in"), 0);
    source_json.close(b->source);
    b->source = NULL;
    OPTIONS(b, "path", "/in", "cleanSource", "archive", "sourceArchiveDir", "/in/old");
    assert_int_equal(open_source(b, &e), STATUS_CONFIG);
}

// Deflates `text` as one gzip member.
static size_t pack(const char *text, size_t size, unsigned char *to, size_t room)
{
    z_stream z = {
        .next_in = (unsigned char *)(uintptr_t)text, .avail_in = (uInt)size, .next_out = to, .avail_out = (uInt)room};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t used = room - z.avail_out;
    deflateEnd(&z);
    return used;
}

static void test_gzip(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    struct block block;
    static char text[300000];
    static unsigned char packed[400000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 50 == 49 ? '\n' : (char)('a' + i * i % 23);
    size_t size = pack(text, 100000, packed, sizeof(packed));
    size += pack(text + 100000, sizeof(text) - 100000, packed + size, sizeof(packed) - size); // two members
    sim_put_file(b->port, "/in/1.json.gz", packed, size, seconds(1));
    OPTIONS(b, "path", "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_true(read_batch(b));
    assert_int_equal(b->rows.size, sizeof(text));
    assert_memory_equal(b->rows.data, text, sizeof(text));
    end_batch(b);

    sim_put_file(b->port, "/in/2.json.gz", packed, size / 2, seconds(2)); // cut off
    wait_for_look(b);
    assert_int_equal(source_json.plan(b->source, &next, &e), STATUS_OK);
    enum status status;
    while ((status = source_json.read(b->source, NULL, &block, &e)) == STATUS_OK)
        ;
    assert_int_equal(status, STATUS_FAILED);
    assert_non_null(strstr(e.text, "/in/2.json.gz"));
}

static void test_large_and_long(void **state)
{
    struct bench *b = *state;
    struct error e;
    static char text[500000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 97 == 96 ? '\n' : 'x';
    memset(text + 200000, 'y', 150000); // a line over the limit
    sim_put_file(b->port, "/in/1", text, sizeof(text), seconds(1));
    OPTIONS(b, "path", "/in", "maxLineBytes", "100000");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_true(read_batch(b));
    assert_int_equal(source_json.counters(b->source)->oversized, 1);
    assert_null(memchr(b->rows.data, 'y', b->rows.size));
    assert_true(b->rows.size > sizeof(text) - 150000 - 2 * 97);
    end_batch(b);
}

static void test_multi_line(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    struct block block;
    static char text[200000];
    memset(text, '\n', sizeof(text));
    sim_put_file(b->port, "/in/1", text, sizeof(text), seconds(1));
    b->multi_line = true;
    OPTIONS(b, "path", "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_int_equal(source_json.plan(b->source, &next, &e), STATUS_OK);
    assert_int_equal(source_json.read(b->source, NULL, &block, &e), STATUS_OK);
    assert_int_equal(block.bytes.size, sizeof(text));
    assert_true(block.first && block.last);
    assert_int_equal(source_json.read(b->source, NULL, &block, &e), STATUS_END);
}

static void test_static(void **state)
{
    struct bench *b = *state;
    struct error e;
    int64_t next;
    b->is_static = true;
    put(b, "/in/1", "1\n", 1);
    put(b, "/in/2", "2\n", 2);
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "1");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_string_equal(batch(b), "1\n2\n");
    assert_string_equal(batch(b), "-");
    assert_int_equal(state_count(state_sim_state(b->state)), 0);
    source_json.close(b->source);
    sim_remove(b->port, "/in");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    assert_int_equal(source_json.plan(b->source, &next, &e), STATUS_FAILED);
}

// More files than are kept of one listing: each is read once, in order.
static void test_many_files(void **state)
{
    struct bench *b = *state;
    struct error e;
    enum { FILES = 300 };
    for (int i = 0; i < FILES; i++) {
        char path[400], text[16];
        // long names too: keys of the checkpoint are short
        snprintf(path, sizeof(path), "/in/%0*d.json", i % 2 ? 4 : 250, i);
        snprintf(text, sizeof(text), "%d\n", i);
        put(b, path, text, (i * 7) % FILES);
    }
    OPTIONS(b, "path", "/in", "maxFilesPerTrigger", "7");
    assert_int_equal(open_source(b, &e), STATUS_OK);
    int seen[FILES] = {0}, last = -1, batches = 0;
    while (read_batch(b)) {
        for (char *p = b->rows.data; p < b->rows.data + b->rows.size; p = strchr(p, '\n') + 1) {
            int i = atoi(p);
            seen[i]++;
            assert_true((i * 7) % FILES > last);
            last = (i * 7) % FILES;
        }
        end_batch(b);
        if (++batches == 20)
            reopen(b);
    }
    for (int i = 0; i < FILES; i++)
        assert_int_equal(seen[i], 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order_and_limit),
        TEST(test_latest_first),
        TEST(test_bytes_limit),
        TEST(test_moved_in_is_seen_at_once),
        TEST(test_restart),
        TEST(test_batch_given_up),
        TEST(test_max_file_age),
        TEST(test_patterns),
        TEST(test_recursive_and_filter),
        TEST(test_partitions_are_told),
        TEST(test_one_file),
        TEST(test_missing_directory),
        TEST(test_freeze),
        TEST(test_vanished_file),
        TEST(test_clean),
        TEST(test_gzip),
        TEST(test_large_and_long),
        TEST(test_multi_line),
        TEST(test_static),
        TEST(test_many_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
