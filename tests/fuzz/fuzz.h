// What the fuzz targets share: memory that must all come back, and inputs of several parts. Each target is one
// LLVMFuzzerTestOneInput; tests/fuzz/replay.c runs it on files where there is no libFuzzer.
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "ops/arena.h"
#include "ops/session.h"
#include "ops/slice.h"
#include "ops/status.h"
#include "ops/text.h"
#include "tests/ops/zones.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Not assert: it counts in every build.
#define FUZZ_CHECK(x) ((x) ? (void)0 : abort())

struct fuzz {
    struct memory memory;
    struct arena arena;
    struct test_zones zones;
    struct session session;
    struct slice input; // what no part has taken yet
    struct error error;
};

static inline void fuzz_begin(struct fuzz *f, const uint8_t *data, size_t size)
{
    *f = (struct fuzz){0};
    arena_init(&f->arena, &f->memory, 1 << 16);
    test_zones_init(&f->zones, &f->arena);
    f->session = (struct session){.zone = &zone_utc, .zones = &f->zones.zones, .now = INT64_C(1709296496789012)};
    f->input = (struct slice){(const char *)data, (uint32_t)size};
}

// All that was taken has been given back.
static inline void fuzz_end(struct fuzz *f)
{
    arena_free(&f->arena);
    FUZZ_CHECK(f->memory.used == 0);
}

static inline uint8_t fuzz_byte(struct fuzz *f)
{
    if (f->input.size == 0)
        return 0;
    f->input.size--;
    return (uint8_t)*f->input.data++;
}

// Up to the next newline, which is taken too.
static inline struct slice fuzz_line(struct fuzz *f)
{
    uint32_t size = 0;
    while (size < f->input.size && f->input.data[size] != '\n')
        size++;
    struct slice line = {f->input.data, size};
    size += size < f->input.size;
    f->input = (struct slice){f->input.data + size, f->input.size - size};
    return line;
}

#endif
