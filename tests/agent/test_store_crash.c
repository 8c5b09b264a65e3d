// What a killed process, a bad card or a strange file leave behind, and what the next start makes of it.
#include "tests/agent/store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { KILLS = 50, KEYS = 400, CHANGES = 12 };

// What batch n does to the state, for the child that commits it and for the model.
struct change {
    unsigned key;
    bool removed;
    unsigned value;
};

static struct change change_of(int64_t batch, unsigned i)
{
    uint32_t seed = (uint32_t)batch * 7919 + i * 104729 + 1;
    (void)chance(&seed);
    (void)chance(&seed);
    struct change c = {.key = chance(&seed) % KEYS};
    c.removed = chance(&seed) % 4 == 0;
    c.value = chance(&seed);
    return c;
}

static void key_text(unsigned key, char to[32])
{
    snprintf(to, 32, "key %04u", key);
}

static void apply(const struct state *t, int64_t batch)
{
    for (unsigned i = 0; i < CHANGES; i++) {
        struct change c = change_of(batch, i);
        char key[32], value[32];
        key_text(c.key, key);
        snprintf(value, sizeof value, "%u", c.value);
        if (c.removed)
            (void)state_remove(t, slice_of(key), NULL);
        else
            must_put(t, key, value);
    }
}

static void commit_until_killed(struct fixture *f)
{
    struct store *s = fixture_open(f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    struct store_position p = store_position(s);
    for (int64_t batch = p.any ? p.batch + 1 : 0;; batch++) {
        apply(t, batch);
        must_commit(s, batch);
    }
}

// The state is that of the batch the checkpoint names: no batch half there, none forgotten that was confirmed.
static void must_equal_model(struct store *s, int64_t batch)
{
    static bool present[KEYS];
    static unsigned values[KEYS];
    memset(present, 0, sizeof present);
    for (int64_t b = 0; b <= batch; b++) {
        for (unsigned i = 0; i < CHANGES; i++) {
            struct change c = change_of(b, i);
            present[c.key] = !c.removed;
            values[c.key] = c.value;
        }
    }
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    uint64_t count = 0;
    for (unsigned k = 0; k < KEYS; k++) {
        char key[32], value[32];
        key_text(k, key);
        snprintf(value, sizeof value, "%u", values[k]);
        must_be(t, key, present[k] ? value : NULL);
        count += present[k];
    }
    assert_int_equal(state_count(t), count);
}

static void test_killed_at_any_moment(void **unused)
{
    (void)unused;
    struct fixture f;
    uint32_t seed = 4711;
    int64_t last = -1;
    long patience = 1; // grows on a machine that is too busy to commit before it is killed
    fixture_make(&f);
    for (int i = 0; i < KILLS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            commit_until_killed(&f);
        struct timespec t = {.tv_nsec = (long)(chance(&seed) % 60 + 10) * 1000000 * patience};
        nanosleep(&t, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        struct store *s = fixture_open(&f);
        if (store_notice(s).size > 0)
            fail_msg("kill %d: %.*s", i, (int)store_notice(s).size, store_notice(s).data);
        struct store_position p = store_position(s);
        int64_t batch = p.any ? p.batch : -1;
        assert_true(batch >= last);
        must_equal_model(s, batch);
        if (batch == last && patience < 8)
            patience *= 2;
        last = batch;
        store_close(s);
    }
    assert_true(last > KILLS / 2);
    fixture_remove(&f);
}

// A child of the killed process may have its lock for a moment longer.
static void test_killed_while_it_forked(void **unused)
{
    (void)unused;
    struct fixture f;
    int ends[2];
    char byte;
    fixture_make(&f);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        fixture_open(&f);
        if (fork() != 0 && write(ends[1], "x", 1) == 1)
            pause();
        nanosleep(&(struct timespec){.tv_nsec = 300 * 1000 * 1000}, NULL);
        _exit(0);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    store_close(fixture_open(&f));
    close(ends[0]);
    close(ends[1]);
    fixture_remove(&f);
}

static void make_checkpoint(struct fixture *f, unsigned keys)
{
    struct store *s = fixture_open(f);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    for (unsigned k = 0; k < keys; k++) {
        char key[32], value[64];
        key_text(k, key);
        snprintf(value, sizeof value, "a value of some length for key %u", k);
        must_put(t, key, value);
    }
    must_put(store_state(s, "offsets:events", NULL), "events", "offset 42");
    assert_int_equal(store_log_append(s, "broker", (struct log_place){5, 0}, SLICE("row 5"), NULL), STATUS_OK);
    must_commit(s, 9);
    store_close(s);
}

static void in_file(const struct fixture *f, const char *name, char to[160])
{
    snprintf(to, 160, "%s/%s", f->directory, name);
}

// As if the last process had been killed.
static void unclean(const struct fixture *f)
{
    char path[160];
    in_file(f, "runnel.lock", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("pid 1\nstate running\nstarts 0\nboot x\n", file);
    fclose(file);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    char *bytes = malloc(*size);
    rewind(file);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void must_say(const struct store *s, const char *words)
{
    char text[4096];
    snprintf(text, sizeof text, "%.*s", (int)store_notice(s).size, store_notice(s).data);
    if (!strstr(text, words))
        fail_msg("wanted \"%s\" in: %s", words, text);
}

static void must_be_aside(const struct fixture *f, int n, const char *bytes, size_t size)
{
    char path[200];
    size_t got = 0;
    snprintf(path, sizeof path, "%s.damaged-%d/data.mdb", f->directory, n);
    char *aside = read_file(path, &got);
    assert_non_null(aside);
    assert_int_equal(got, size);
    assert_memory_equal(aside, bytes, size);
    free(aside);
}

// One bit of one value: everything else is kept.
static void test_one_bad_record(void **unused)
{
    (void)unused;
    struct fixture f;
    char path[160], old_epoch[EPOCH_TEXT];
    size_t size;
    struct error e;
    struct text page;
    fixture_make(&f);
    make_checkpoint(&f, 1000);
    in_file(&f, "data.mdb", path);
    char *bytes = read_file(path, &size);
    char *at = memmem(bytes, size, "for key 500", 11);
    assert_non_null(at);
    at[2] ^= 4;
    write_file(path, bytes, size);
    f.setup.read_only = true;
    struct store *s = fixture_open(&f);
    memcpy(old_epoch, store_epoch(s).data, EPOCH_TEXT);
    text_init(&page, &f.memory);
    assert_int_equal(store_check(s, &page, &e), STATUS_DAMAGED);
    assert_non_null(strstr(text_cstring(&page), "CRC32C"));
    text_free(&page);
    store_close(s);
    f.setup.read_only = false;
    unclean(&f);
    s = fixture_open(&f);
    must_say(s, "set aside");
    must_say(s, "state:0:aggregate: 999 of 1000 entries kept");
    assert_memory_not_equal(store_epoch(s).data, old_epoch, EPOCH_TEXT);
    must_be_aside(&f, 1, bytes, size);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    assert_int_equal(state_count(t), 999);
    must_be(t, "key 0499", "a value of some length for key 499");
    must_be(t, "key 0500", NULL);
    must_be(store_state(s, "offsets:events", NULL), "events", "offset 42");
    assert_int_equal(store_position(s).batch, 9);
    must_put(t, "key 0500", "again");
    must_commit(s, 10);
    store_close(s);
    s = fixture_open(&f);
    assert_int_equal(store_notice(s).size, 0);
    store_close(s);
    free(bytes);
    fixture_remove(&f);
}

// A record that goes bad under a running process is met when it is read; the next start deals with it.
static void test_damage_met_while_running(void **unused)
{
    (void)unused;
    struct fixture f;
    char path[160];
    size_t size;
    struct error e;
    struct slice value;
    fixture_make(&f);
    make_checkpoint(&f, 1000);
    in_file(&f, "data.mdb", path);
    char *bytes = read_file(path, &size);
    char *at = memmem(bytes, size, "for key 500", 11);
    at[2] ^= 4;
    struct store *s = fixture_open(&f);
    write_file(path, bytes, size);
    const struct state *t = store_state(s, "state:0:aggregate", NULL);
    assert_int_equal(state_get(t, SLICE("key 0499"), &value, &e), STATUS_OK);
    assert_int_equal(state_get(t, SLICE("key 0500"), &value, &e), STATUS_DAMAGED);
    assert_non_null(strstr(e.text, "CRC32C"));
    store_close(s);
    s = fixture_open(&f);
    must_say(s, "set aside");
    store_close(s);
    free(bytes);
    fixture_remove(&f);
}

// Whole pages of anything: no start may die, hang, or say nothing.
static void test_ruined_pages(void **unused)
{
    (void)unused;
    struct fixture f;
    char path[160];
    size_t size;
    uint32_t seed = 99;
    unsigned whole = 0;
    fixture_make(&f);
    for (int round = 0; round < 24; round++) {
        char command[200];
        snprintf(command, sizeof command, "rm -rf %s*", f.directory);
        assert_int_equal(system(command), 0);
        make_checkpoint(&f, 1000);
        in_file(&f, "data.mdb", path);
        char *bytes = read_file(path, &size);
        size_t page = (size_t)round % (size / 4096);
        for (size_t i = 0; i < 4096; i++)
            bytes[page * 4096 + i] = (char)(round % 2 ? chance(&seed) : 0xFF);
        write_file(path, bytes, size);
        unclean(&f);
        struct store *s = fixture_open(&f);
        if (store_notice(s).size > 0) {
            must_say(s, "set aside");
            must_be_aside(&f, 1, bytes, size);
        }
        const struct state *t = store_state(s, "state:0:aggregate", NULL);
        if (page < 2) { // one of the two meta pages: the other leads to everything, or to the commit before
            assert_true(state_count(t) == 1000 || !store_position(s).any);
            whole += state_count(t) == 1000;
        }
        must_put(t, "goes on", "yes");
        must_commit(s, 100);
        struct error e;
        struct text words;
        text_init(&words, &f.memory);
        if (store_check(s, &words, &e) != STATUS_OK)
            fail_msg("round %d: %s", round, e.text);
        text_free(&words);
        store_close(s);
        free(bytes);
    }
    assert_true(whole > 0);
    fixture_remove(&f);
}

static void test_no_lmdb_file(void **unused)
{
    (void)unused;
    struct fixture f;
    char path[160], junk[9000];
    fixture_make(&f);
    make_checkpoint(&f, 10);
    memset(junk, 'x', sizeof junk);
    in_file(&f, "data.mdb", path);
    assert_int_equal(truncate(path, sizeof junk), 0);
    write_file(path, junk, sizeof junk);
    struct store *s = fixture_open(&f);
    must_say(s, "set aside");
    must_be_aside(&f, 1, junk, sizeof junk);
    assert_false(store_position(s).any);
    store_close(s);
    fixture_remove(&f);
}

static void test_a_directory_with_other_things_stays(void **unused)
{
    (void)unused;
    struct fixture f;
    struct store *s = NULL;
    struct error e;
    char path[160], junk[9000];
    fixture_make(&f);
    make_checkpoint(&f, 10);
    memset(junk, 'x', sizeof junk);
    in_file(&f, "data.mdb", path);
    write_file(path, junk, sizeof junk);
    in_file(&f, "letters", path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(store_open(&f.setup, &s, &e), STATUS_DAMAGED);
    assert_non_null(strstr(e.text, "letters"));
    assert_int_equal(access(path, F_OK), 0);
    fixture_remove(&f);
}

static void test_another_word_size_is_refused(void **unused)
{
    (void)unused;
    struct fixture f;
    struct store *s = NULL;
    struct error e;
    char path[160];
    size_t size;
    fixture_make(&f);
    make_checkpoint(&f, 10);
    in_file(&f, "data.mdb", path);
    char *bytes = read_file(path, &size);
    unsigned own = sizeof(size_t) == 8 ? 16 : 12, other = 28 - own;
    for (size_t page = 0; page <= 4096; page += 4096)
        memmove(bytes + page + other, bytes + page + own, 4);
    for (size_t page = 0; page <= 4096; page += 4096)
        memset(bytes + page + own, 0x11, other < own ? 4 : 0);
    write_file(path, bytes, size);
    assert_int_equal(store_open(&f.setup, &s, &e), STATUS_CONFIG);
    assert_non_null(strstr(e.text, "word size"));
    free(bytes);
    fixture_remove(&f);
}

// A crash between the two renames: the checkpoint is there under its half-way name.
static void test_repair_cut_short(void **unused)
{
    (void)unused;
    struct fixture f;
    char half_way[160];
    fixture_make(&f);
    make_checkpoint(&f, 10);
    snprintf(half_way, sizeof half_way, "%s.recovered", f.directory);
    assert_int_equal(rename(f.directory, half_way), 0);
    struct store *s = fixture_open(&f);
    assert_int_equal(store_position(s).batch, 9);
    must_be(store_state(s, "offsets:events", NULL), "events", "offset 42");
    store_close(s);
    fixture_remove(&f);
}

// A process that is killed again and again before its first commit: its checkpoint is whole, and keeps its epoch.
static void test_deaths_at_start(void **unused)
{
    (void)unused;
    struct fixture f;
    char epoch[64];
    fixture_make(&f);
    make_checkpoint(&f, 100);
    struct store *s = fixture_open(&f);
    snprintf(epoch, sizeof epoch, "%.*s", (int)store_epoch(s).size, store_epoch(s).data);
    store_close(s);
    for (int i = 0; i < 10; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            s = fixture_open(&f);
            _exit(store_notice(s).size > 0);
        }
        int how;
        waitpid(pid, &how, 0);
        assert_int_equal(how, 0);
    }
    s = fixture_open(&f);
    assert_int_equal(store_notice(s).size, 0);
    assert_int_equal(store_epoch(s).size, strlen(epoch));
    assert_memory_equal(store_epoch(s).data, epoch, strlen(epoch));
    assert_int_equal(state_count(store_state(s, "state:0:aggregate", NULL)), 100);
    assert_int_equal(store_position(s).batch, 9);
    must_commit(s, 10);
    store_close(s);
    fixture_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_any_moment),
        cmocka_unit_test(test_killed_while_it_forked),
        cmocka_unit_test(test_one_bad_record),
        cmocka_unit_test(test_damage_met_while_running),
        cmocka_unit_test(test_ruined_pages),
        cmocka_unit_test(test_no_lmdb_file),
        cmocka_unit_test(test_a_directory_with_other_things_stays),
        cmocka_unit_test(test_another_word_size_is_refused),
        cmocka_unit_test(test_repair_cut_short),
        cmocka_unit_test(test_deaths_at_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
