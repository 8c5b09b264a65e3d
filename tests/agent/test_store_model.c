// Thousands of random calls against a sorted array that does the same: with tiny caches, tiny maps, long keys, values
// of any size, commits, rollbacks and reopenings.
#include "tests/agent/store_fixture.h"

enum { KEYS = 300, PARTS = 3, VALUE_MOST = 6000 };

static const char *const PART_NAMES[PARTS] = {"state:0:aggregate", "offsets:events", "sink:out"};

struct model_entry {
    bool present;
    uint32_t size;
    uint32_t fill; // the value's bytes follow from it
};

struct model {
    struct model_entry now[PARTS][KEYS], committed[PARTS][KEYS];
};

// Key n, in memcmp order of n: some are longer than LMDB's keys and differ only behind their first 500 bytes.
static struct slice key_of(unsigned n, char to[1024])
{
    unsigned group = n / 20, size = group % 3 == 1 ? 700 : group % 3 == 2 ? 511 - group : 3;
    if (n == 0)
        return (struct slice){to, 0};
    memset(to, 'a', 1024);
    to[0] = (char)(group + 1);
    to[size - 1] = (char)(n % 20 * 10);
    return (struct slice){to, size + (size == 700 ? n % 20 * 5 : 0)};
}

static struct slice value_of(const struct model_entry *m, char to[VALUE_MOST])
{
    for (uint32_t i = 0; i < m->size; i++)
        to[i] = (char)(m->fill + i * 7);
    return (struct slice){to, m->size};
}

struct seen {
    const struct model_entry *entries;
    uint32_t *seed;
    unsigned next, stop_after, visited;
    bool removes;
    struct model_entry *edit;
};

static enum visit see(void *visitor, struct slice key, struct slice value)
{
    struct seen *s = visitor;
    char key_room[1024], value_room[VALUE_MOST];
    while (s->next < KEYS && !s->entries[s->next].present)
        s->next++;
    assert_true(s->next < KEYS);
    assert_true(slice_equal(key, key_of(s->next, key_room)));
    assert_true(slice_equal(value, value_of(&s->entries[s->next], value_room)));
    unsigned at = s->next++;
    if (++s->visited == s->stop_after)
        return VISIT_STOP;
    if (!s->removes || chance(s->seed) % 3 != 0)
        return VISIT_NEXT;
    s->edit[at].present = false;
    return VISIT_REMOVE;
}

static void scan_some(const struct state *t, struct model_entry *entries, uint32_t *seed)
{
    char room[1024];
    unsigned from = chance(seed) % KEYS;
    struct seen s = {.entries = entries, .edit = entries, .seed = seed, .next = from};
    s.stop_after = chance(seed) % 4 == 0 ? chance(seed) % 50 + 1 : 0;
    s.removes = chance(seed) % 5 == 0;
    assert_int_equal(state_scan(t, key_of(from, room), see, &s, NULL), STATUS_OK);
    while (s.stop_after == 0 && s.next < KEYS && !entries[s.next].present)
        s.next++;
    if (s.stop_after == 0 || s.visited < s.stop_after)
        while (s.next < KEYS)
            assert_false(entries[s.next++].present);
}

static void check_count(const struct state *t, const struct model_entry *entries)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < KEYS; i++)
        count += entries[i].present;
    assert_int_equal(state_count(t), count);
}

static void change_one(const struct state *t, struct model_entry *entries, uint32_t *seed)
{
    char key_room[1024], value_room[VALUE_MOST];
    unsigned n = chance(seed) % KEYS;
    struct model_entry *m = &entries[n];
    struct slice key = key_of(n, key_room), got;
    switch (chance(seed) % 6) {
    case 0:
        assert_int_equal(state_remove(t, key, NULL), m->present ? STATUS_OK : STATUS_END);
        m->present = false;
        break;
    case 1:
    case 2:
        assert_int_equal(state_get(t, key, &got, NULL), m->present ? STATUS_OK : STATUS_END);
        if (m->present)
            assert_true(slice_equal(got, value_of(m, value_room)));
        break;
    default:
        m->present = true;
        m->fill = chance(seed);
        m->size = chance(seed) % (chance(seed) % 30 == 0 ? VALUE_MOST : 60);
        assert_int_equal(state_put(t, key, value_of(m, value_room), NULL), STATUS_OK);
    }
}

// A value that get lent may be put under another key at once.
static void copy_one(const struct state *from, struct model_entry *source, const struct state *to,
                     struct model_entry *target, uint32_t *seed)
{
    char key_room[1024];
    unsigned a = chance(seed) % KEYS, b = chance(seed) % KEYS;
    struct slice lent;
    if (state_get(from, key_of(a, key_room), &lent, NULL) != STATUS_OK)
        return;
    assert_int_equal(state_put(to, key_of(b, key_room), lent, NULL), STATUS_OK);
    target[b] = source[a];
}

static void open_parts(struct store *s, const struct state *parts[PARTS])
{
    for (int i = 0; i < PARTS; i++) {
        parts[i] = store_state(s, PART_NAMES[i], NULL);
        assert_non_null(parts[i]);
        assert_ptr_equal(parts[i], store_state(s, PART_NAMES[i], NULL));
    }
}

static void run_model(uint32_t seed, size_t cache_limit, size_t map_first, unsigned steps)
{
    struct fixture f;
    static struct model m;
    const struct state *parts[PARTS];
    int64_t batch = -1;
    fixture_make(&f);
    f.setup.cache_limit = cache_limit;
    f.setup.map_first = map_first;
    memset(&m, 0, sizeof m);
    struct store *s = fixture_open(&f);
    open_parts(s, parts);
    for (unsigned i = 0; i < steps; i++) {
        unsigned p = chance(&seed) % PARTS, what = chance(&seed) % 1000;
        if (what < 950) {
            change_one(parts[p], m.now[p], &seed);
        } else if (what < 965) {
            unsigned q = chance(&seed) % PARTS;
            copy_one(parts[p], m.now[p], parts[q], m.now[q], &seed);
        } else if (what < 980) {
            scan_some(parts[p], m.now[p], &seed);
        } else if (what < 992) {
            must_commit(s, ++batch);
            memcpy(m.committed, m.now, sizeof m.now);
        } else if (what < 996) {
            store_rollback(s);
            memcpy(m.now, m.committed, sizeof m.now);
        } else if (what < 997) {
            assert_int_equal(store_drop(s, PART_NAMES[p], NULL), STATUS_OK);
            memset(m.now[p], 0, sizeof m.now[p]);
        } else if (what < 998) {
            store_close(s);
            s = fixture_open(&f);
            open_parts(s, parts);
            assert_int_equal(store_notice(s).size, 0);
            memcpy(m.now, m.committed, sizeof m.now);
            assert_int_equal(store_position(s).any, batch >= 0);
            assert_int_equal(store_position(s).batch, batch >= 0 ? batch : 0);
        }
        if (what > 980 || i + 1 == steps)
            for (int k = 0; k < PARTS; k++)
                check_count(parts[k], m.now[k]);
    }
    must_commit(s, ++batch);
    struct text words;
    struct error e;
    text_init(&words, &f.memory);
    if (store_check(s, &words, &e) != STATUS_OK)
        fail_msg("store_check: %s\n%s", e.text, text_cstring(&words));
    text_free(&words);
    store_close(s);
    fixture_remove(&f);
}

static void test_roomy(void **unused)
{
    (void)unused;
    run_model(1, 4 << 20, 0, 10000);
}

static void test_tiny_cache(void **unused)
{
    (void)unused;
    run_model(2, 1, 0, 10000);
}

static void test_tiny_cache_and_map(void **unused)
{
    (void)unused;
    for (uint32_t seed = 3; seed < 6; seed++)
        run_model(seed, 1, 64 << 10, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roomy),
        cmocka_unit_test(test_tiny_cache),
        cmocka_unit_test(test_tiny_cache_and_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
