// The checkpoint from the outside: what survives, what is refused, what is said.
#include "tests/agent/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void refuse(struct fixture *f, enum status want, const char *words)
{
    struct store *s = NULL;
    struct error e;
    assert_int_equal(store_open(&f->setup, &s, &e), want);
    assert_null(s);
    if (!strstr(e.text, words))
        fail_msg("wanted \"%s\" in: %s", words, e.text);
}

static void copy_epoch(const struct store *s, char to[EPOCH_TEXT + 1])
{
    assert_int_equal(store_epoch(s).size, EPOCH_TEXT);
    memcpy(to, store_epoch(s).data, EPOCH_TEXT);
    to[EPOCH_TEXT] = '\0';
    assert_int_equal(strspn(to, "0123456789abcdef"), EPOCH_TEXT);
}

static void test_survives_a_reopening(void **unused)
{
    (void)unused;
    struct fixture f;
    char epoch[EPOCH_TEXT + 1], again[EPOCH_TEXT + 1];
    struct text value;
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    assert_false(store_position(s).any);
    assert_int_equal(store_notice(s).size, 0);
    copy_epoch(s, epoch);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    must_put(t, "a", "1");
    must_put(t, "", "no key");
    must_put(store_state(s, "offsets:events", NULL), "a", "2");
    assert_int_equal(store_meta_put(s, "plan", SLICE("text of a plan"), NULL), STATUS_OK);
    must_commit(s, 7);
    must_put(t, "a", "lost");
    must_put(t, "b", "lost");
    store_close(s);
    s = fixture_open(&f);
    copy_epoch(s, again);
    assert_string_equal(epoch, again);
    assert_true(store_position(s).any);
    assert_int_equal(store_position(s).batch, 7);
    assert_int_equal(store_position(s).watermark, 70);
    assert_int_equal(store_position(s).next_seq, 21);
    t = store_state(s, "state:0:aggregate", NULL);
    must_be(t, "a", "1");
    must_be(t, "b", NULL);
    must_be(t, "", "no key");
    assert_int_equal(state_count(t), 2);
    must_be(store_state(s, "offsets:events", NULL), "a", "2");
    text_init(&value, &f.memory);
    assert_int_equal(store_meta_get(s, "plan", &value, NULL), STATUS_OK);
    assert_string_equal(text_cstring(&value), "text of a plan");
    assert_int_equal(store_meta_get(s, "nothing", &value, NULL), STATUS_END);
    assert_null(store_state(s, "rubbish", NULL));
    text_free(&value);
    store_close(s);
    fixture_remove(&f);
}

static void test_one_process_a_checkpoint(void **unused)
{
    (void)unused;
    struct fixture f;
    char pid[32];
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    snprintf(pid, sizeof pid, "process %d", (int)getpid());
    refuse(&f, STATUS_FAILED, pid);
    f.setup.read_only = true;
    refuse(&f, STATUS_FAILED, pid);
    store_close(s);
    fixture_remove(&f);
}

static void test_epoch_tells_generations_apart(void **unused)
{
    (void)unused;
    struct fixture f;
    char first[EPOCH_TEXT + 1], second[EPOCH_TEXT + 1], third[EPOCH_TEXT + 1], command[400];
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    copy_epoch(s, first);
    must_commit(s, 0);
    store_close(s);
    snprintf(command, sizeof command, "cp %s/data.mdb %s/x && mv %s/x %s/data.mdb", f.directory, f.parent, f.parent,
             f.directory);
    assert_int_equal(system(command), 0);
    s = fixture_open(&f);
    copy_epoch(s, second);
    assert_string_not_equal(first, second);
    assert_non_null(strstr(text_cstring(&(struct text){&f.memory, (char *)store_notice(s).data, store_notice(s).size,
                                                       store_notice(s).size + 1}),
                           "another file"));
    store_close(s);
    f.setup.build = "a later build";
    f.setup.query = "another name";
    s = fixture_open(&f);
    copy_epoch(s, third);
    assert_string_equal(second, third);
    store_close(s);
    f.setup.device = "device-2";
    s = fixture_open(&f);
    copy_epoch(s, third);
    assert_string_not_equal(second, third);
    assert_int_equal(store_position(s).batch, 0);
    store_close(s);
    fixture_remove(&f);
}

// Steady batches on the same keys: no call of the heap, get, put, scan and commit included.
static enum visit look(void *visitor, struct slice key, struct slice value)
{
    (void)key, (void)value;
    ++*(unsigned *)visitor;
    return VISIT_NEXT;
}

static void test_steady_batches_call_the_heap_never(void **unused)
{
    (void)unused;
    struct fixture f;
    size_t calls = 0;
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    const struct state *offsets = store_state(s, "offsets:events", NULL);
    for (int64_t batch = 0; batch < 12; batch++) {
        if (batch == 4)
            calls = f.memory.calls;
        for (unsigned i = 0; i < 500; i++) {
            char key[32], value[64];
            struct slice got;
            snprintf(key, sizeof key, "key %u", i);
            snprintf(value, sizeof value, "value %u", (unsigned)batch);
            (void)state_get(t, slice_of(key), &got, NULL);
            must_put(t, key, value);
        }
        must_put(offsets, "offset", "1234");
        unsigned seen = 0;
        assert_int_equal(state_scan(t, SLICE(""), look, &seen, NULL), STATUS_OK);
        assert_int_equal(seen, 500);
        must_commit(s, batch);
    }
    assert_int_equal(f.memory.calls, calls);
    store_close(s);
    fixture_remove(&f);
}

static void test_more_state_than_cache(void **unused)
{
    (void)unused;
    enum { KEYS = 200000, A_BATCH = 2000 };
    struct fixture f;
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    size_t before = f.memory.used, most = 0;
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    for (unsigned i = 0; i < KEYS; i++) {
        char key[40], value[40];
        struct slice got;
        snprintf(key, sizeof key, "%08x/%u", i * 2654435761u, i);
        snprintf(value, sizeof value, "value of %u", i);
        assert_int_equal(state_get(t, slice_of(key), &got, NULL), STATUS_END);
        must_put(t, key, value);
        if (i % A_BATCH == A_BATCH - 1)
            must_commit(s, i / A_BATCH);
        most = f.memory.used > most ? f.memory.used : most;
    }
    assert_int_equal(state_count(t), KEYS);
    for (unsigned i = 0; i < KEYS; i += 97) {
        char key[40], value[40];
        snprintf(key, sizeof key, "%08x/%u", i * 2654435761u, i);
        snprintf(value, sizeof value, "value of %u", i);
        must_be(t, key, value);
    }
    unsigned seen = 0;
    assert_int_equal(state_scan(t, SLICE(""), look, &seen, NULL), STATUS_OK);
    assert_int_equal(seen, KEYS);
    most = f.memory.peak > most ? f.memory.peak : most;
    assert_in_range(most - before, 0, f.setup.cache_limit + (256 << 10));
    store_close(s);
    fixture_remove(&f);
}

// One batch may go over the limit; what is left of it after the commit may not.
static void test_a_large_batch_gives_its_memory_back(void **unused)
{
    (void)unused;
    struct fixture f;
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    for (unsigned i = 0; i < 100000; i++) {
        char key[40];
        snprintf(key, sizeof key, "key %u", i);
        must_put(t, key, "some value of no great length");
    }
    assert_true(store_counters(s)->cache_bytes > 2 * f.setup.cache_limit);
    must_commit(s, 0);
    assert_in_range(store_counters(s)->cache_bytes, 1, f.setup.cache_limit + (1 << 20));
    must_commit(s, 1);
    must_be(t, "key 77777", "some value of no great length");
    store_close(s);
    fixture_remove(&f);
}

// A limit on the file's size stands for a full disk.
static int commit_past_a_limit(struct fixture *f)
{
    struct error e;
    struct store_position p = {.any = true, .batch = 1};
    signal(SIGXFSZ, SIG_IGN);
    struct store *s = fixture_open(f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    must_put(t, "kept", "yes");
    must_commit(s, 0);
    struct rlimit unlimited, limit;
    getrlimit(RLIMIT_FSIZE, &unlimited);
    limit = (struct rlimit){.rlim_cur = 100000, .rlim_max = unlimited.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (unsigned i = 0; i < 5000; i++) {
        char key[40];
        snprintf(key, sizeof key, "key %u", i);
        must_put(t, key, "a value that takes some room in the file");
    }
    assert_int_equal(store_commit(s, &p, SLICE(""), &e), STATUS_FULL);
    assert_int_equal(store_commit(s, &p, SLICE(""), &e), STATUS_FULL);
    assert_int_equal(store_position(s).batch, 0);
    must_be(t, "key 4999", "a value that takes some room in the file");
    setrlimit(RLIMIT_FSIZE, &unlimited);
    assert_int_equal(store_commit(s, &p, SLICE(""), &e), STATUS_OK);
    store_close(s);
    s = fixture_open(f);
    t = store_state(s, "state:0:aggregate", NULL);
    assert_int_equal(state_count(t), 5001);
    must_be(t, "kept", "yes");
    must_be(t, "key 4999", "a value that takes some room in the file");
    store_close(s);
    return 0;
}

static void test_a_full_disk_loses_nothing(void **unused)
{
    (void)unused;
    struct fixture f;
    fixture_make(&f);
    commit_past_a_limit(&f);
    fixture_remove(&f);
}

static void test_a_full_map_still_takes_deletes(void **unused)
{
    (void)unused;
    struct fixture f;
    struct error e;
    struct store_position p = {.any = true};
    fixture_make(&f);
    f.setup.map_first = 64 << 10;
    f.setup.map_max = 1 << 20;
    struct store *s = fixture_open(&f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    enum status status = STATUS_OK;
    unsigned n = 0;
    while (status == STATUS_OK) {
        for (unsigned i = 0; i < 100; i++) {
            char key[40];
            snprintf(key, sizeof key, "key %06u", n++);
            must_put(t, key, "a value that takes some room in the file");
        }
        status = store_commit(s, &p, SLICE(""), &e);
    }
    assert_int_equal(status, STATUS_FULL);
    store_rollback(s);
    assert_in_range(n, 5000, 20000);
    for (unsigned i = 0; i < n / 2; i++) {
        char key[40];
        snprintf(key, sizeof key, "key %06u", i);
        assert_int_equal(state_remove(t, slice_of(key), NULL), STATUS_OK);
        if (i % 50 == 49 && store_commit(s, &p, SLICE(""), &e) != STATUS_OK)
            fail_msg("delete %u: %s", i, e.text);
    }
    assert_int_equal(store_commit(s, &p, SLICE(""), &e), STATUS_OK);
    must_put(t, "one more", "fits again");
    assert_int_equal(store_commit(s, &p, SLICE(""), &e), STATUS_OK);
    store_close(s);
    fixture_remove(&f);
}

struct heard {
    uint64_t first, last;
    unsigned count, most;
};

static bool hear(void *arg, struct log_place place, struct slice payload)
{
    struct heard *h = arg;
    char want[40];
    snprintf(want, sizeof want, "%s %u", place.turn ? "gap" : "row", (unsigned)place.seq);
    assert_int_equal(payload.size, strlen(want));
    assert_memory_equal(payload.data, want, payload.size);
    h->first = h->count == 0 ? place.seq : h->first;
    h->last = place.seq;
    return ++h->count < h->most;
}

static void append(struct store *s, const char *sink, uint64_t seq, uint16_t turn)
{
    char payload[40];
    snprintf(payload, sizeof payload, "%s %u", turn ? "gap" : "row", (unsigned)seq);
    assert_int_equal(store_log_append(s, sink, (struct log_place){seq, turn}, slice_of(payload), NULL), STATUS_OK);
}

static struct heard listen_from(struct store *s, const char *sink, uint64_t seq, unsigned most)
{
    struct heard h = {.most = most};
    assert_int_equal(store_log_read(s, sink, (struct log_place){seq, 0}, hear, &h, NULL), STATUS_OK);
    return h;
}

static void test_log_and_cursors(void **unused)
{
    (void)unused;
    struct fixture f;
    struct log_place place;
    uint64_t records, bytes;
    fixture_make(&f);
    struct store *s = fixture_open(&f);
    assert_int_equal(store_log_cursor(s, "broker", &place, NULL), STATUS_END);
    for (uint64_t seq = 0; seq < 600; seq++) {
        append(s, "broker", seq, 0);
        append(s, "web", seq, 0);
    }
    append(s, "broker", 299, 1);
    must_commit(s, 0);
    struct heard h = listen_from(s, "broker", 250, 100);
    assert_int_equal(h.first, 250);
    assert_int_equal(h.last, 348); // the gap's record stands behind row 299
    assert_int_equal(store_log_acknowledge(s, "broker", (struct log_place){299, 1}, NULL), STATUS_OK);
    assert_int_equal(store_log_acknowledge(s, "broker", (struct log_place){5, 0}, NULL), STATUS_OK); // late, no matter
    store_rollback(s);
    must_commit(s, 1);
    must_commit(s, 2);
    assert_int_equal(store_log_size(s, "broker", &records, &bytes, NULL), STATUS_OK);
    assert_int_equal(records, 300);
    assert_int_equal(store_log_size(s, "web", &records, &bytes, NULL), STATUS_OK);
    assert_int_equal(records, 600);
    store_close(s);
    s = fixture_open(&f);
    assert_int_equal(store_log_cursor(s, "broker", &place, NULL), STATUS_OK);
    assert_int_equal(place.seq, 299);
    assert_int_equal(place.turn, 1);
    h = listen_from(s, "broker", 0, 10000);
    assert_int_equal(h.first, 300);
    assert_int_equal(h.count, 300);
    store_close(s);
    fixture_remove(&f);
}

static void test_show_check_and_read_only(void **unused)
{
    (void)unused;
    struct fixture f;
    struct error e;
    struct text page;
    fixture_make(&f);
    f.setup.read_only = true;
    refuse(&f, STATUS_FAILED, "no checkpoint");
    f.setup.read_only = false;
    struct store *s = fixture_open(&f);
    must_put(store_state(s, "state:0:aggregate", NULL), "key", "value");
    struct store_position p = {
        .any = true, .batch = 3, .watermark = 1700000000123456, .committed_at = 1700000001000000};
    assert_int_equal(store_commit(s, &p, SLICE("{\"batchId\":3}"), &e), STATUS_OK);
    store_close(s);
    assert_int_equal(chmod(f.directory, 0555), 0);
    f.setup.read_only = true;
    s = fixture_open(&f);
    text_init(&page, &f.memory);
    assert_int_equal(store_show(s, &page, &e), STATUS_OK);
    static const char *const wanted[] = {
        "query-1",   "device-1", "batch        3", "2023-11-14 22:13:20.123 UTC", "cleanly", "state:0:aggregate",
        "1 entries", "8 bytes",  "{\"batchId\":3}"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!strstr(text_cstring(&page), wanted[i]))
            fail_msg("wanted \"%s\" in:\n%s", wanted[i], text_cstring(&page));
    }
    text_clear(&page);
    assert_int_equal(store_check(s, &page, &e), STATUS_OK);
    assert_non_null(strstr(text_cstring(&page), "sound"));
    must_be(store_state(s, "state:0:aggregate", NULL), "key", "value");
    text_free(&page);
    store_close(s);
    assert_int_equal(chmod(f.directory, 0755), 0);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survives_a_reopening),
        cmocka_unit_test(test_one_process_a_checkpoint),
        cmocka_unit_test(test_epoch_tells_generations_apart),
        cmocka_unit_test(test_steady_batches_call_the_heap_never),
        cmocka_unit_test(test_more_state_than_cache),
        cmocka_unit_test(test_a_large_batch_gives_its_memory_back),
        cmocka_unit_test(test_a_full_disk_loses_nothing),
        cmocka_unit_test(test_a_full_map_still_takes_deletes),
        cmocka_unit_test(test_log_and_cursors),
        cmocka_unit_test(test_show_check_and_read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
