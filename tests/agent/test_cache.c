// The cache alone: what it finds, what it lets go, what it never lets go, and that it keeps to its limit.
#include "agent/store/cache.h"
#include "agent/store/dirty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 512 << 10 };

static struct slice number(unsigned n, char to[32])
{
    snprintf(to, 32, "key %u", n);
    return slice_of(to);
}

static struct slice filled(unsigned n, uint32_t size, char *to)
{
    memset(to, (int)(n % 251), size);
    return (struct slice){to, size};
}

static struct entry *add(struct cache *c, unsigned part, unsigned n, uint32_t size)
{
    static char value[300000];
    char key[32];
    struct entry *e = cache_insert(c, part, number(n, key), n % 2 ? size : 0);
    assert_false(e->flags & ENTRY_PRESENT);
    return cache_set_value(c, e, filled(n, size, value));
}

static void must_hold(struct cache *c, unsigned part, unsigned n, uint32_t size)
{
    static char value[300000];
    char key[32];
    struct entry *e = cache_find(c, part, number(n, key));
    assert_non_null(e);
    assert_true(e->flags & ENTRY_PRESENT);
    assert_true(slice_equal(entry_value(e), filled(n, size, value)));
}

static uint32_t size_of(unsigned n)
{
    return n % 100 == 0 ? 20000 + n % 7000 : n % 10 == 0 ? n % 4000 : n % 90;
}

static void test_finds_by_part_and_key(void **unused)
{
    (void)unused;
    struct memory memory = {0};
    struct cache c;
    char key[32];
    cache_init(&c, &memory, LIMIT);
    for (unsigned n = 0; n < 500; n++) {
        add(&c, 1, n, 20);
        add(&c, 2, n + 1, 30);
    }
    for (unsigned n = 1; n < 500; n++) {
        must_hold(&c, 1, n, 20);
        must_hold(&c, 2, n, 30);
    }
    assert_null(cache_find(&c, 3, number(1, key)));
    assert_null(cache_find(&c, 2, number(0, key)));
    cache_remove(&c, cache_find(&c, 1, number(7, key)));
    assert_null(cache_find(&c, 1, number(7, key)));
    must_hold(&c, 2, 7, 30);
    assert_int_equal(c.bytes, memory.used);
    cache_free(&c);
    cache_free(&c);
    assert_int_equal(memory.used, 0);
}

static void test_clean_entries_keep_the_limit(void **unused)
{
    (void)unused;
    struct memory memory = {0};
    struct cache c;
    cache_init(&c, &memory, LIMIT);
    for (unsigned n = 0; n < 30000; n++) {
        add(&c, 0, n, size_of(n));
        must_hold(&c, 0, n, size_of(n));
        assert_in_range(c.bytes, 1, LIMIT + 64 * 1024);
    }
    assert_int_equal(c.bytes, memory.used);
    // The table and a page that is as large as its value come on top for a moment, never more.
    assert_in_range(memory.peak, LIMIT / 2, LIMIT + 128 * 1024);
    cache_free(&c);
    assert_int_equal(memory.used, 0);
}

static void test_dirty_entries_stay(void **unused)
{
    (void)unused;
    enum { DIRTY = 3000 };
    struct memory memory = {0};
    struct cache c;
    struct dirty d = {0};
    cache_init(&c, &memory, LIMIT);
    for (unsigned n = 0; n < DIRTY; n++)
        dirty_add(&d, &c, add(&c, 0, n, size_of(n)));
    assert_true(c.bytes > LIMIT);
    for (unsigned n = DIRTY; n < 3 * DIRTY; n++)
        add(&c, 0, n, size_of(n));
    for (unsigned n = 0; n < DIRTY; n++)
        must_hold(&c, 0, n, size_of(n));
    for (uint32_t i = 0; i < d.count; i++)
        cache_mark(&c, d.at[i], false);
    dirty_clear(&d, &c);
    cache_trim(&c);
    assert_in_range(c.bytes, 1, LIMIT);
    dirty_free(&d, &c);
    assert_int_equal(c.bytes, memory.used);
    cache_free(&c);
    assert_int_equal(memory.used, 0);
}

static void test_hot_entries_outlive_cold_ones(void **unused)
{
    (void)unused;
    enum { HOT = 1000 };
    struct memory memory = {0};
    struct cache c;
    char key[32];
    cache_init(&c, &memory, LIMIT);
    for (unsigned n = 0; n < HOT; n++)
        add(&c, 0, n, 20);
    unsigned kept = 0;
    for (unsigned n = HOT; n < 20 * HOT; n++) {
        add(&c, 0, n, 20);
        struct entry *e = cache_find(&c, 0, number(n % HOT, key));
        if (e)
            e->flags |= ENTRY_REFERENCED;
    }
    for (unsigned n = 0; n < HOT; n++)
        kept += cache_find(&c, 0, number(n, key)) != NULL;
    assert_in_range(kept, HOT / 2, HOT);
    cache_free(&c);
}

// A value may come from the entry that was looked at last, even when room has to be made for it.
static void test_pinned_entry_stays(void **unused)
{
    (void)unused;
    struct memory memory = {0};
    struct cache c;
    cache_init(&c, &memory, 1);
    for (unsigned n = 0; n < 5000; n++) {
        struct entry *from = add(&c, 0, n, 100 + n % 300);
        char key[32];
        c.pinned = from;
        struct entry *to = cache_insert(&c, 1, number(n, key), 0);
        to = cache_set_value(&c, to, entry_value(from));
        must_hold(&c, 0, n, 100 + n % 300);
        assert_true(slice_equal(entry_value(to), entry_value(from)));
    }
    cache_free(&c);
}

static void test_dirty_list_sorts(void **unused)
{
    (void)unused;
    struct memory memory = {0};
    struct cache c;
    struct dirty d = {0};
    cache_init(&c, &memory, 16 << 20);
    for (unsigned n = 0; n < 5000; n++) {
        struct entry *e = add(&c, 0, n * 2654435761u, 8);
        dirty_add(&d, &c, e);
        dirty_add(&d, &c, e);
        if (n == 11 || n == 700)
            dirty_sort(&d);
    }
    assert_int_equal(d.count, 5000);
    dirty_sort(&d);
    for (uint32_t i = 0; i < d.count; i++) {
        assert_int_equal(d.at[i]->dirty_at, i);
        assert_true(i == 0 || slice_compare(entry_key(d.at[i - 1]), entry_key(d.at[i])) < 0);
        assert_int_equal(dirty_from(&d, entry_key(d.at[i])), i);
    }
    assert_int_equal(dirty_from(&d, SLICE("")), 0);
    assert_int_equal(dirty_from(&d, SLICE("z")), d.count);
    dirty_free(&d, &c);
    cache_free(&c);
    assert_int_equal(memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_by_part_and_key), cmocka_unit_test(test_clean_entries_keep_the_limit),
        cmocka_unit_test(test_dirty_entries_stay),    cmocka_unit_test(test_hot_entries_outlive_cold_ones),
        cmocka_unit_test(test_pinned_entry_stays),    cmocka_unit_test(test_dirty_list_sorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
