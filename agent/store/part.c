#include "agent/store/part.h"

#include "agent/store/bucket.h"
#include "agent/store/frame.h"
#include "agent/store/walk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SHOWN = 40 };

void parts_init(struct parts *p, struct memory *memory, struct env *env, size_t cache_limit)
{
    *p = (struct parts){.memory = memory, .env = env};
    cache_init(&p->cache, memory, cache_limit);
    text_init(&p->key, memory);
    text_init(&p->bucket, memory);
}

void parts_free(struct parts *p)
{
    if (!p->memory)
        return;
    for (uint32_t i = 0; i < p->count; i++) {
        dirty_free(&p->at[i]->dirty, &p->cache);
        mem_free(p->memory, p->at[i], sizeof *p->at[i]);
    }
    mem_free(p->memory, p->at, p->room * sizeof *p->at);
    text_free(&p->key);
    text_free(&p->bucket);
    cache_free(&p->cache);
    memset(p, 0, sizeof *p);
}

struct slice part_full_key(struct part *p, struct slice key)
{
    struct text *scratch = &p->parts->key;
    text_clear(scratch);
    text_bytes(scratch, p->prefix, p->prefix_size);
    text_slice(scratch, key);
    return text_view(scratch);
}

enum status part_damaged(struct part *p, struct slice full_key, struct error *e)
{
    char shown[2 * NAME_SHOWN + 1] = "";
    for (uint32_t i = 0; i < full_key.size && i < NAME_SHOWN; i++)
        snprintf(shown + (size_t)2 * i, 3, "%02x", (unsigned char)full_key.data[i]);
    p->parts->damaged = true;
    return error_set(e, STATUS_DAMAGED, "the checkpoint's record %s%s in %s is damaged (its CRC32C differs)", shown,
                     full_key.size > NAME_SHOWN ? "…" : "", env_database_name(p->parts->env, p->database));
}

// What is committed under a key, cache or not. Inside a read. STATUS_END: nothing.
static enum status read_committed(struct part *p, struct slice key, struct slice *value, struct error *e)
{
    if (p->emptied)
        return STATUS_END;
    struct slice full = part_full_key(p, key), record, payload, at = bucket_key(full);
    enum status status = env_get(p->parts->env, p->database, at, &record, e);
    if (status == STATUS_DAMAGED)
        p->parts->damaged = true;
    if (status != STATUS_OK)
        return status;
    if (!frame_open(at, record, &payload))
        return part_damaged(p, at, e);
    if (full.size < BUCKET_AT) {
        *value = payload;
        return STATUS_OK;
    }
    status = bucket_find(payload, (struct slice){full.data + BUCKET_AT, full.size - BUCKET_AT}, value);
    return status == STATUS_DAMAGED ? part_damaged(p, at, e) : status;
}

// The entry of a key: from the cache, or brought into it. Without ENTRY_PRESENT there is no such key. The value itself
// is only brought along if it is wanted.
static enum status load(struct part *p, struct slice key, bool wanted, struct entry **out, struct error *e)
{
    struct parts *all = p->parts;
    *out = cache_find(&all->cache, p->id, key);
    if (*out) {
        all->hits++;
        (*out)->flags |= wanted ? ENTRY_REFERENCED : 0; // the put behind a get is no second look
        return STATUS_OK;
    }
    all->misses++;
    struct slice value = {0};
    enum status status = env_read_begin(all->env, e);
    if (status != STATUS_OK)
        return status;
    status = read_committed(p, key, &value, e);
    if (status == STATUS_OK || status == STATUS_END) {
        uint32_t room = status == STATUS_OK ? value.size : p->room;
        *out = cache_insert(&all->cache, p->id, key, room);
        if (status == STATUS_OK) {
            (*out)->base_size = value.size;
            // A value that the caller is about to overwrite is not copied; until then the entry claims nothing false:
            // it becomes dirty before anybody else can see it.
            if (wanted)
                *out = cache_set_value(&all->cache, *out, value);
            else
                (*out)->flags |= ENTRY_PRESENT, (*out)->value_size = value.size;
        }
        status = STATUS_OK;
    }
    env_read_end(all->env);
    return status;
}

static enum status part_get(void *self, struct slice key, struct slice *value, struct error *e)
{
    struct part *p = self;
    struct entry *entry;
    p->parts->cache.pinned = NULL;
    enum status status = load(p, key, true, &entry, e);
    if (status != STATUS_OK)
        return status;
    if (!(entry->flags & ENTRY_PRESENT))
        return STATUS_END;
    p->parts->cache.pinned = entry;
    *value = entry_value(entry);
    return STATUS_OK;
}

static enum status part_put(void *self, struct slice key, struct slice value, struct error *e)
{
    struct part *p = self;
    struct cache *cache = &p->parts->cache;
    struct entry *entry;
    p->room = value.size;
    if (p->write_once) {
        entry = cache_find(cache, p->id, key);
        if (!entry)
            entry = cache_insert(cache, p->id, key, value.size);
    } else {
        enum status status = load(p, key, false, &entry, e);
        if (status != STATUS_OK)
            return status;
    }
    if (entry->flags & ENTRY_PRESENT) {
        p->bytes -= entry->value_size;
    } else {
        p->entries++;
        p->bytes += entry->key_size;
    }
    p->bytes += value.size;
    p->parts->bytes_put += (uint64_t)key.size + value.size;
    bool was_dirty = (entry->flags & ENTRY_DIRTY) != 0;
    entry = cache_set_value(cache, entry, value);
    if (was_dirty)
        p->dirty.at[entry->dirty_at] = entry; // it may have moved
    else
        dirty_add(&p->dirty, cache, entry);
    cache->pinned = NULL;
    return STATUS_OK;
}

static void bury(struct part *p, struct entry *entry)
{
    assert(entry->flags & ENTRY_PRESENT);
    p->entries--;
    p->bytes -= (uint64_t)entry->key_size + entry->value_size;
    entry->flags &= (uint8_t)~ENTRY_PRESENT;
    entry->value_size = 0;
    dirty_add(&p->dirty, &p->parts->cache, entry);
}

static enum status part_remove(void *self, struct slice key, struct error *e)
{
    struct part *p = self;
    struct entry *entry;
    enum status status = load(p, key, false, &entry, e);
    p->parts->cache.pinned = NULL;
    if (status != STATUS_OK)
        return status;
    if (!(entry->flags & ENTRY_PRESENT))
        return STATUS_END;
    bury(p, entry);
    return STATUS_OK;
}

// A committed entry that the scan's visitor wants gone.
static void bury_committed(struct part *p, struct slice key, uint32_t value_size)
{
    struct cache *cache = &p->parts->cache;
    struct entry *entry = cache_find(cache, p->id, key);
    if (!entry) {
        entry = cache_insert(cache, p->id, key, 0);
        entry->base_size = entry->value_size = value_size;
        entry->flags |= ENTRY_PRESENT;
    }
    bury(p, entry);
}

struct scan {
    enum visit (*visit)(void *visitor, struct slice key, struct slice value);
    void *visitor;
    struct walk walk;
    uint32_t at, count; // among the dirty entries; those the scan itself adds come behind `count`
    bool stop;
};

// A dirty entry stands before, or in the place of, the committed one.
static void visit_dirty(struct part *p, struct scan *s)
{
    struct entry *entry = p->dirty.at[s->at++];
    if (!(entry->flags & ENTRY_PRESENT))
        return;
    enum visit answer = s->visit(s->visitor, entry_key(entry), entry_value(entry));
    if (answer == VISIT_REMOVE)
        bury(p, entry);
    s->stop = answer == VISIT_STOP;
}

static enum status scan_step(struct part *p, struct scan *s, struct error *e)
{
    if (s->at < s->count) {
        int order = s->walk.valid ? slice_compare(entry_key(p->dirty.at[s->at]), s->walk.key) : -1;
        if (order <= 0) {
            visit_dirty(p, s);
            return order == 0 ? walk_next(&s->walk, e) : STATUS_OK;
        }
    }
    enum visit answer = s->visit(s->visitor, s->walk.key, s->walk.value);
    if (answer == VISIT_REMOVE)
        bury_committed(p, s->walk.key, s->walk.value.size);
    s->stop = answer == VISIT_STOP;
    return s->stop ? STATUS_OK : walk_next(&s->walk, e);
}

static enum status part_scan(void *self, struct slice from,
                             enum visit (*visit)(void *visitor, struct slice key, struct slice value), void *visitor,
                             struct error *e)
{
    struct part *p = self;
    dirty_sort(&p->dirty);
    struct scan s = {.visit = visit, .visitor = visitor, .at = dirty_from(&p->dirty, from), .count = p->dirty.count};
    enum status status = env_read_begin(p->parts->env, e);
    if (status != STATUS_OK)
        return status;
    status = walk_open(&s.walk, p, from, e);
    while (status == STATUS_OK && !s.stop && (s.walk.valid || s.at < s.count))
        status = scan_step(p, &s, e);
    walk_close(&s.walk);
    env_read_end(p->parts->env);
    return status;
}

static uint64_t part_entries(void *self)
{
    return ((const struct part *)self)->entries;
}

static enum status write_record(struct part *p, struct slice key, struct slice value, struct error *e)
{
    char *room;
    enum status status = env_put(p->parts->env, p->database, key, FRAME_HEAD + value.size, &room, e);
    if (status != STATUS_OK)
        return status;
    if (value.size > 0)
        memcpy(room + FRAME_HEAD, value.data, value.size);
    frame_seal(room, key, value.size);
    return STATUS_OK;
}

static enum status write_plain(struct part *p, const struct entry *entry, struct error *e)
{
    struct slice key = part_full_key(p, entry_key(entry));
    if (entry->flags & ENTRY_PRESENT)
        return write_record(p, key, entry_value(entry), e);
    if (entry->base_size == ENTRY_NO_BASE)
        return STATUS_OK;
    enum status status = env_remove(p->parts->env, p->database, key, e);
    return status == STATUS_END ? STATUS_OK : status;
}

static struct slice rest_of(const struct part *p, const struct entry *entry)
{
    struct slice key = entry_key(entry);
    uint32_t begin = BUCKET_AT - p->prefix_size;
    return (struct slice){key.data + begin, key.size - begin};
}

static bool same_bucket(const struct part *p, const struct entry *a, const struct entry *b)
{
    uint32_t begin = BUCKET_AT - p->prefix_size;
    return b->key_size >= begin && memcmp(entry_key(a).data, entry_key(b).data, begin) == 0;
}

// The bucket as it is, with the dirty entries from `from` up to `end` in their places.
static enum status merge_bucket(struct part *p, struct slice bucket, uint32_t from, uint32_t end)
{
    struct slice rest = {0}, value = {0};
    enum status status = bucket_next(&bucket, &rest, &value);
    while (status == STATUS_OK || from < end) {
        if (status == STATUS_DAMAGED)
            return STATUS_DAMAGED;
        const struct entry *entry = from < end ? p->dirty.at[from] : NULL;
        int order = !entry ? 1 : status != STATUS_OK ? -1 : slice_compare(rest_of(p, entry), rest);
        if (order > 0)
            bucket_append(&p->parts->bucket, rest, value);
        else if (entry->flags & ENTRY_PRESENT)
            bucket_append(&p->parts->bucket, rest_of(p, entry), entry_value(entry));
        if (order >= 0)
            status = bucket_next(&bucket, &rest, &value);
        if (order <= 0)
            from++;
    }
    return status == STATUS_DAMAGED ? STATUS_DAMAGED : STATUS_OK;
}

static enum status write_bucket(struct part *p, uint32_t from, uint32_t end, struct error *e)
{
    struct slice key = bucket_key(part_full_key(p, entry_key(p->dirty.at[from]))), record, old = {0};
    enum status status = env_get(p->parts->env, p->database, key, &record, e);
    if (status == STATUS_OK && !frame_open(key, record, &old))
        return part_damaged(p, key, e);
    if (status != STATUS_OK && status != STATUS_END)
        return status;
    text_clear(&p->parts->bucket);
    if (merge_bucket(p, old, from, end) != STATUS_OK)
        return part_damaged(p, key, e);
    if (p->parts->bucket.size > 0)
        return write_record(p, key, text_view(&p->parts->bucket), e);
    status = env_remove(p->parts->env, p->database, key, e);
    return status == STATUS_END ? STATUS_OK : status;
}

enum status part_write(struct part *p, struct error *e)
{
    enum status status = STATUS_OK;
    if (p->emptied)
        status = env_empty(p->parts->env, p->database, (struct slice){p->prefix, p->prefix_size}, e);
    dirty_sort(&p->dirty);
    for (uint32_t i = 0, end; i < p->dirty.count && status == STATUS_OK; i = end) {
        const struct entry *entry = p->dirty.at[i];
        end = i + 1;
        if (p->prefix_size + (size_t)entry->key_size < BUCKET_AT) {
            status = write_plain(p, entry, e);
            continue;
        }
        while (end < p->dirty.count && same_bucket(p, entry, p->dirty.at[end]))
            end++;
        status = write_bucket(p, i, end, e);
    }
    return status;
}

void part_settle(struct part *p, bool committed)
{
    struct cache *cache = &p->parts->cache;
    for (uint32_t i = 0; i < p->dirty.count; i++) {
        struct entry *entry = p->dirty.at[i];
        if (committed && entry->flags & ENTRY_PRESENT && !p->write_once) {
            entry->base_size = entry->value_size;
            cache_mark(cache, entry, false);
        } else {
            cache_remove(cache, entry);
        }
    }
    dirty_clear(&p->dirty, cache);
    if (committed) {
        p->committed_entries = p->entries;
        p->committed_bytes = p->bytes;
    } else {
        p->entries = p->committed_entries;
        p->bytes = p->committed_bytes;
        if (p->emptied)
            p->id = p->parts->next_id++; // what was read while it was dropped says "absent"
    }
    p->emptied = false;
}

bool part_changed(const struct part *p)
{
    return p->emptied || p->dirty.count > 0;
}

void part_count(struct part *p, uint64_t entries, uint64_t bytes)
{
    p->entries = p->committed_entries = entries;
    p->bytes = p->committed_bytes = bytes;
}

void part_drop(struct part *p)
{
    struct cache *cache = &p->parts->cache;
    for (uint32_t i = 0; i < p->dirty.count; i++)
        cache_remove(cache, p->dirty.at[i]);
    dirty_clear(&p->dirty, cache);
    p->id = p->parts->next_id++; // its clean entries are found no more, and go by the clock
    p->entries = p->bytes = 0;
    p->emptied = true;
}

static const struct state_class PART_CLASS = {
    .get = part_get,
    .put = part_put,
    .remove = part_remove,
    .scan = part_scan,
    .count = part_entries,
};

bool part_place(const char *name, char database[ENV_NAME_MAX + 1], char prefix[PART_NAME_MAX + 2],
                uint32_t *prefix_size)
{
    // The kind of a part, which is its name up to the colon, and the database its kind lives in.
    static const char *const shared[][2] = {
        {"offsets", "offsets"}, {"sink", "cursors"},          {"cursors", "cursors"},
        {"log", "log"},         {"deadletter", "deadletter"}, {"meta", "meta"},
    };
    size_t size = strlen(name), kind = strcspn(name, ":");
    if (size > PART_NAME_MAX || kind == size)
        return false;
    if (kind == 5 && memcmp(name, "state", 5) == 0) {
        memcpy(database, name, size + 1);
        prefix[0] = 'k'; // LMDB has no empty keys, GROUP BY nothing has one
        *prefix_size = 1;
        return true;
    }
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        if (strlen(shared[i][0]) != kind || memcmp(shared[i][0], name, kind) != 0)
            continue;
        snprintf(database, ENV_NAME_MAX + 1, "%s", shared[i][1]);
        memcpy(prefix, name, size + 1);
        *prefix_size = (uint32_t)size + 1; // the NUL ends it, so that no part's name is the beginning of another's
        return true;
    }
    return false;
}

struct part *part_open(struct parts *all, const char *name, bool *made, struct error *e)
{
    char database[ENV_NAME_MAX + 1], prefix[PART_NAME_MAX + 2];
    uint32_t prefix_size = 0;
    *made = false;
    for (uint32_t i = 0; i < all->count; i++) {
        if (strcmp(all->at[i]->name, name) == 0)
            return all->at[i];
    }
    bool placed = part_place(name, database, prefix, &prefix_size);
    unsigned handle = placed ? env_database(all->env, database) : ENV_DATABASES_MAX;
    if (handle == ENV_DATABASES_MAX) {
        error_set(e, STATUS_FAILED, placed ? "the checkpoint has no room for part %s" : "no such part: %s", name);
        return NULL;
    }
    if (all->count == all->room) {
        uint32_t room = all->room > 0 ? all->room * 2 : 8;
        all->at = mem_resize(all->memory, all->at, all->room * sizeof *all->at, room * sizeof *all->at);
        all->room = room;
    }
    struct part *p = mem_zalloc(all->memory, sizeof *p);
    p->state = (struct state){.class = &PART_CLASS, .self = p};
    p->parts = all;
    p->id = all->next_id++;
    p->database = handle;
    p->prefix_size = prefix_size;
    memcpy(p->prefix, prefix, prefix_size);
    memcpy(p->name, name, strlen(name) + 1);
    all->at[all->count++] = p;
    *made = true;
    return p;
}
