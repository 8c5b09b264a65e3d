// Zones for tests of ops: Berlin and New York, from their rules alone (as slim TZif files are), and no others.
#ifndef TESTS_OPS_ZONES_H
#define TESTS_OPS_ZONES_H

#include "ops/zone.h"

#include <string.h>

struct test_zones {
    struct arena *arena;
    struct zones zones;
};

// A TZif file of version 2 with one type, no transition, and the footer.
static inline struct slice test_tzif(const char *footer, struct arena *arena)
{
    static const char header[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4";
    static const char type[] = "\0\0\0\0\0\0LMT"; // offset 0, not summer, name at 0, and its NUL
    size_t part = 44 + 6 + 4, footer_size = strlen(footer);
    char *bytes = arena_zalloc(arena, 2 * part + footer_size + 2);
    for (int i = 0; i < 2; i++) {
        memcpy(bytes + (size_t)i * part, header, 44);
        memcpy(bytes + (size_t)i * part + 44, type, 10);
    }
    bytes[2 * part] = '\n';
    memcpy(bytes + 2 * part + 1, footer, footer_size);
    bytes[2 * part + 1 + footer_size] = '\n';
    return (struct slice){bytes, (uint32_t)(2 * part + footer_size + 2)};
}

static inline const struct zone *test_zone_find(void *self, struct slice name)
{
    static const char *const known[][2] = {
        {"Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"},
        {"America/New_York", "EST5EDT,M3.2.0,M11.1.0"},
        {"America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"},
        {"Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"},
        {"Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1"},
        {"America/Nuuk", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"},
    };
    struct test_zones *z = self;
    const struct zone *zone = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal(name, slice_of(known[i][0])))
            (void)zone_parse(test_tzif(known[i][1], z->arena), name, z->arena, &zone, NULL);
    return zone;
}

static inline void test_zones_init(struct test_zones *z, struct arena *arena)
{
    z->arena = arena;
    z->zones = (struct zones){test_zone_find, z};
}

#endif
