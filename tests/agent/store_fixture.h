// What the tests of the store share: a checkpoint in a temporary directory, a seeded source of chance, a model.
#ifndef TESTS_AGENT_STORE_FIXTURE_H
#define TESTS_AGENT_STORE_FIXTURE_H

#include "agent/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct memory memory;
    char parent[64], directory[96];
    struct store_setup setup;
};

static inline void fixture_make(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    snprintf(f->parent, sizeof f->parent, "/tmp/runnel-store-XXXXXX");
    assert_non_null(mkdtemp(f->parent));
    snprintf(f->directory, sizeof f->directory, "%s/checkpoint", f->parent);
    f->setup = (struct store_setup){
        .directory = f->directory,
        .device = "device-1",
        .query = "query-1",
        .build = "test",
        .cache_limit = 1 << 20,
        .memory = &f->memory,
    };
}

static inline void fixture_remove(struct fixture *f)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->parent);
    assert_int_equal(system(command), 0);
    assert_int_equal(f->memory.used, 0);
}

static inline struct store *fixture_open(struct fixture *f)
{
    struct store *s = NULL;
    struct error e;
    if (store_open(&f->setup, &s, &e) != STATUS_OK)
        fail_msg("store_open: %s", e.text);
    return s;
}

static inline void must_commit(struct store *s, int64_t batch)
{
    struct error e;
    char line[64];
    struct store_position p = {.any = true, .batch = batch, .watermark = batch * 10, .next_seq = (uint64_t)batch * 3};
    int size = snprintf(line, sizeof line, "{\"batchId\":%lld}", (long long)batch);
    if (store_commit(s, &p, (struct slice){line, (uint32_t)size}, &e) != STATUS_OK)
        fail_msg("store_commit: %s", e.text);
}

static inline uint32_t chance(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    return *seed ^= *seed << 5;
}

static inline void must_put(const struct state *t, const char *key, const char *value)
{
    assert_int_equal(state_put(t, slice_of(key), slice_of(value), NULL), STATUS_OK);
}

static inline void must_be(const struct state *t, const char *key, const char *value)
{
    struct slice got = {0};
    assert_int_equal(state_get(t, slice_of(key), &got, NULL), value ? STATUS_OK : STATUS_END);
    if (value) {
        assert_int_equal(got.size, strlen(value));
        assert_memory_equal(got.data, value, got.size);
    }
}

#endif
