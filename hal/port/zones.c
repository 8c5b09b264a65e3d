#include "hal/port/zones.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ZONE_NAME_MAX = 64,    // the longest of the database has 32
    ZONE_FILE_MAX = 65536, // the largest has 4 KB
    ZONE_CACHE_MAX = 1024, // the database has about 600
    ZONE_MISS_MAX = 64,    // names asked for in vain that are remembered: rows may hold any text
};

struct zone_entry {
    char name[ZONE_NAME_MAX + 1];
    const struct zone *zone; // NULL: there is none
};

struct zone_cache {
    struct memory memory;
    struct arena arena;
    const char *directory;
    struct zone_entry *entries;
    uint32_t count, capacity;
    struct zone_entry misses[ZONE_MISS_MAX];
    uint32_t miss_next;
    struct zones zones;
};

static const char *const usual[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"};

// The files that are no zones of Java's database, and names that would leave the directory, are not looked at.
static bool is_zone_name(struct slice name)
{
    if (name.size == 0 || name.size > ZONE_NAME_MAX || name.data[0] == '/' || name.data[0] == '.')
        return false;
    for (uint32_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '+' || c == '-' || c == '/';
        if (!plain)
            return false;
    }
    return name.data[0] >= 'A' && name.data[0] <= 'Z';
}

static enum status read_whole(const char *path, char *to, size_t room, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return STATUS_END;
    *size = 0;
    struct stat s;
    enum status status = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) ? STATUS_OK : STATUS_END;
    while (status == STATUS_OK && *size < room) {
        ssize_t n = read(fd, to + *size, room - *size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = STATUS_FAILED;
        if (n <= 0)
            break;
        *size += (size_t)n;
    }
    close(fd);
    return status;
}

static const struct zone *load(struct zone_cache *c, struct slice name)
{
    char *bytes = mem_alloc(&c->memory, ZONE_FILE_MAX);
    const struct zone *zone = NULL;
    uint32_t places = c->directory != NULL ? 1 : (uint32_t)(sizeof(usual) / sizeof(usual[0]));
    for (uint32_t i = 0; i < places && zone == NULL; i++) {
        char path[256];
        size_t size = 0;
        int length = snprintf(path, sizeof(path), "%s/%.*s", c->directory != NULL ? c->directory : usual[i],
                              (int)name.size, name.data);
        if (length < 0 || (size_t)length >= sizeof(path) || read_whole(path, bytes, ZONE_FILE_MAX, &size) != STATUS_OK)
            continue;
        struct error ignored;
        if (zone_parse((struct slice){bytes, (uint32_t)size}, name, &c->arena, &zone, &ignored) != STATUS_OK)
            zone = NULL;
    }
    mem_free(&c->memory, bytes, ZONE_FILE_MAX);
    return zone;
}

static bool same_name(const struct zone_entry *e, struct slice name)
{
    return strlen(e->name) == name.size && memcmp(e->name, name.data, name.size) == 0;
}

static void fill_entry(struct zone_entry *e, struct slice name, const struct zone *zone)
{
    memcpy(e->name, name.data, name.size);
    e->name[name.size] = '\0';
    e->zone = zone;
}

static const struct zone *find(void *self, struct slice name)
{
    struct zone_cache *c = self;
    if (!is_zone_name(name))
        return NULL;
    for (uint32_t i = 0; i < c->count; i++)
        if (same_name(&c->entries[i], name))
            return c->entries[i].zone;
    for (uint32_t i = 0; i < ZONE_MISS_MAX; i++)
        if (same_name(&c->misses[i], name))
            return NULL;
    const struct zone *zone = c->count < ZONE_CACHE_MAX ? load(c, name) : NULL;
    if (zone == NULL) {
        fill_entry(&c->misses[c->miss_next++ % ZONE_MISS_MAX], name, NULL);
        return NULL;
    }
    if (c->count == c->capacity) {
        uint32_t more = c->capacity == 0 ? 8 : c->capacity * 2;
        c->entries = mem_resize(&c->memory, c->entries, c->capacity * sizeof(*c->entries), more * sizeof(*c->entries));
        c->capacity = more;
    }
    fill_entry(&c->entries[c->count++], name, zone);
    return zone;
}

struct zone_cache *zone_cache_new(const char *directory)
{
    struct memory start = {0};
    struct zone_cache *c = mem_zalloc(&start, sizeof(*c));
    c->memory = start;
    c->directory = directory;
    c->zones = (struct zones){.find = find, .self = c};
    arena_init(&c->arena, &c->memory, 16384);
    return c;
}

void zone_cache_free(struct zone_cache *c)
{
    if (c == NULL)
        return;
    mem_free(&c->memory, c->entries, c->capacity * sizeof(*c->entries));
    arena_free(&c->arena);
    struct memory end = c->memory;
    mem_free(&end, c, sizeof(*c));
}

const struct zones *zone_cache_zones(struct zone_cache *c)
{
    return &c->zones;
}
