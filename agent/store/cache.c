#include "agent/store/cache.h"

#include <assert.h>
#include <string.h>

enum {
    GRADE_OWN = CACHE_GRADES - 1, // the page's one slot is as large as it has to be
    BUCKETS_LEAST = 256,
    SLOT_ALIGN = 16,
    TAKEN_PER_PAGE = 1024,
    NO_GRADE = CACHE_GRADES,
};

struct cache_page {
    struct cache_page *next, *previous; // among the grade's pages with a free slot
    struct entry *free;
    size_t slot_size;
    uint32_t index; // in cache.pages
    uint32_t slots, used, dirty;
    uint32_t grade;
};

enum { PAGE_HEAD = (sizeof(struct cache_page) + SLOT_ALIGN - 1) / SLOT_ALIGN * SLOT_ALIGN };

// The larger ones fill a page with 16320 bytes of slots without a rest.
static const uint16_t SLOT_SIZES[GRADE_OWN] = {64,  80,  96,  112, 128, 160,  192,  224, 256,
                                               320, 384, 512, 640, 816, 1088, 1632, 4080};

void cache_init(struct cache *c, struct memory *memory, size_t limit)
{
    *c = (struct cache){.memory = memory, .limit = limit < CACHE_LIMIT_LEAST ? CACHE_LIMIT_LEAST : limit};
    c->bucket_count = BUCKETS_LEAST;
    c->buckets = mem_zalloc(memory, c->bucket_count * sizeof(struct entry *));
    c->bytes = c->bucket_count * sizeof(struct entry *);
}

static size_t page_bytes(const struct cache_page *p)
{
    return p->grade == GRADE_OWN ? PAGE_HEAD + p->slot_size : CACHE_PAGE;
}

void cache_free(struct cache *c)
{
    if (!c->memory)
        return;
    for (uint32_t i = 0; i < c->pages.count; i++)
        mem_free(c->memory, c->pages.at[i], page_bytes(c->pages.at[i]));
    mem_free(c->memory, c->pages.at, c->pages.room * sizeof(struct cache_page *));
    mem_free(c->memory, c->buckets, c->bucket_count * sizeof(struct entry *));
    memset(c, 0, sizeof *c);
}

// Austin Appleby's MurmurHash3 (32-bit, public domain) in shape: 32-bit steps suit every board.
static uint32_t hash_key(unsigned part, struct slice key)
{
    uint32_t h = part * 0x9E3779B1u + 1, word;
    const char *at = key.data;
    uint32_t left = key.size;
    for (; left >= 4; left -= 4, at += 4) {
        memcpy(&word, at, 4);
        word *= 0xCC9E2D51u;
        word = word << 15 | word >> 17;
        h ^= word * 0x1B873593u;
        h = (h << 13 | h >> 19) * 5 + 0xE6546B64u;
    }
    word = 0;
    if (left > 0)
        memcpy(&word, at, left);
    h ^= word * 0xCC9E2D51u ^ key.size;
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return h ^ h >> 16;
}

static void resize_buckets(struct cache *c, uint32_t count)
{
    struct entry **fresh = mem_zalloc(c->memory, count * sizeof *fresh);
    for (uint32_t i = 0; i < c->bucket_count; i++) {
        for (struct entry *e = c->buckets[i], *next; e; e = next) {
            next = e->next;
            e->next = fresh[e->hash & (count - 1)];
            fresh[e->hash & (count - 1)] = e;
        }
    }
    mem_free(c->memory, c->buckets, c->bucket_count * sizeof *fresh);
    c->bytes = c->bytes - c->bucket_count * sizeof *fresh + count * sizeof *fresh;
    c->buckets = fresh;
    c->bucket_count = count;
}

static struct entry *slot_at(struct cache_page *p, uint32_t slot)
{
    return (struct entry *)(void *)((char *)p + PAGE_HEAD + slot * p->slot_size);
}

static void open_page(struct cache *c, struct cache_page *p)
{
    struct cache_grade *grade = &c->grades[p->grade];
    p->previous = NULL;
    p->next = grade->open;
    if (p->next)
        p->next->previous = p;
    grade->open = p;
}

static void shut_page(struct cache *c, struct cache_page *p)
{
    if (p->next)
        p->next->previous = p->previous;
    if (p->previous)
        p->previous->next = p->next;
    else
        c->grades[p->grade].open = p->next;
    p->next = p->previous = NULL;
}

static void lay_out(struct cache *c, struct cache_page *p, uint32_t grade, size_t slot_size)
{
    p->grade = grade;
    p->slot_size = slot_size;
    p->slots = grade == GRADE_OWN ? 1 : (uint32_t)((CACHE_PAGE - PAGE_HEAD) / slot_size);
    p->used = p->dirty = 0;
    p->free = NULL;
    for (uint32_t i = p->slots; i-- > 0;) {
        struct entry *e = slot_at(p, i);
        e->flags = 0;
        e->page = p;
        e->next = p->free;
        p->free = e;
    }
    open_page(c, p);
}

static void add_page(struct cache *c, uint32_t grade, size_t slot_size)
{
    struct cache_page_list *list = &c->pages;
    if (list->count == list->room) {
        uint32_t room = list->room > 0 ? list->room * 2 : 64;
        list->at = mem_resize(c->memory, list->at, list->room * sizeof *list->at, room * sizeof *list->at);
        c->bytes += (room - list->room) * sizeof *list->at;
        list->room = room;
    }
    size_t bytes = grade == GRADE_OWN ? PAGE_HEAD + slot_size : CACHE_PAGE;
    struct cache_page *p = mem_alloc(c->memory, bytes);
    c->bytes += bytes;
    p->index = list->count;
    list->at[list->count++] = p;
    lay_out(c, p, grade, slot_size);
}

// An empty page, back to the heap.
static void drop_page(struct cache *c, struct cache_page *p)
{
    assert(p->used == 0);
    shut_page(c, p);
    c->pages.at[p->index] = c->pages.at[--c->pages.count];
    c->pages.at[p->index]->index = p->index;
    c->bytes -= page_bytes(p);
    mem_free(c->memory, p, page_bytes(p));
}

static void unlink_entry(struct cache *c, struct entry *e)
{
    struct entry **at = &c->buckets[e->hash & (c->bucket_count - 1)];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    c->count--;
}

static void free_slot(struct cache *c, struct entry *e)
{
    struct cache_page *p = e->page;
    if (e->flags & ENTRY_DIRTY)
        p->dirty--;
    else
        c->grades[p->grade].clean--;
    if (c->pinned == e)
        c->pinned = NULL;
    e->flags = 0;
    e->next = p->free;
    if (!p->free)
        open_page(c, p);
    p->free = e;
    p->used--;
}

// Without giving an own page back: for a page that is about to go anyway.
static void evict(struct cache *c, struct entry *e)
{
    unlink_entry(c, e);
    free_slot(c, e);
}

void cache_remove(struct cache *c, struct entry *e)
{
    struct cache_page *p = e->page;
    evict(c, e);
    if (p->grade == GRADE_OWN)
        drop_page(c, p);
}

// The clock of one grade: two rounds, the first of which takes the references away.
static bool sweep_grade(struct cache *c, uint32_t grade)
{
    struct cache_clock *hand = &c->grades[grade].clock;
    if (c->grades[grade].clean == 0)
        return false;
    for (uint32_t seen = 0; seen <= 2 * c->pages.count; hand->page++, hand->slot = 0, seen++) {
        if (hand->page >= c->pages.count)
            hand->page = 0;
        struct cache_page *p = c->pages.at[hand->page];
        if (p->grade != grade || p->dirty == p->used)
            continue;
        for (; hand->slot < p->slots; hand->slot++) {
            struct entry *e = slot_at(p, hand->slot);
            if (!(e->flags & ENTRY_USED) || e->flags & ENTRY_DIRTY || e == c->pinned)
                continue;
            if (!(e->flags & ENTRY_REFERENCED)) {
                evict(c, e);
                return true;
            }
            e->flags &= (uint8_t)~ENTRY_REFERENCED;
        }
    }
    return false;
}

// The next page, of another grade than `except`, without a dirty or pinned entry, emptied; NULL: there is none.
static struct cache_page *empty_a_page(struct cache *c, uint32_t except)
{
    for (uint32_t seen = 0; seen < c->pages.count; seen++) {
        c->page_clock = c->page_clock + 1 < c->pages.count ? c->page_clock + 1 : 0;
        struct cache_page *p = c->pages.at[c->page_clock];
        if (p->grade == except || p->dirty > 0 || (c->pinned && c->pinned->page == p))
            continue;
        for (uint32_t i = 0; i < p->slots; i++) {
            struct entry *e = slot_at(p, i);
            if (e->flags & ENTRY_USED)
                evict(c, e);
        }
        return p;
    }
    return NULL;
}

// Makes a slot of this grade free: within the limit if anything clean is left to go, else above it.
static void make_room(struct cache *c, uint32_t grade)
{
    if (c->bytes + CACHE_PAGE > c->limit) {
        // Now and then a page changes grade, or a grade that came late would stay with the little it has.
        bool turn = ++c->grades[grade].taken % TAKEN_PER_PAGE == 0;
        if (!turn && sweep_grade(c, grade))
            return;
        for (struct cache_page *p; (p = empty_a_page(c, grade)) != NULL;) {
            if (p->grade != GRADE_OWN) {
                shut_page(c, p);
                lay_out(c, p, grade, SLOT_SIZES[grade]);
                return;
            }
            drop_page(c, p);
            if (c->bytes + CACHE_PAGE <= c->limit)
                break;
        }
        if (c->bytes + CACHE_PAGE > c->limit && turn && sweep_grade(c, grade))
            return;
    }
    add_page(c, grade, SLOT_SIZES[grade]);
}

static struct entry *take_slot(struct cache *c, size_t bytes)
{
    uint32_t grade = 0;
    while (grade < GRADE_OWN && SLOT_SIZES[grade] < bytes)
        grade++;
    if (grade == GRADE_OWN) {
        size_t slot = 2 * (size_t)CACHE_PAGE;
        while (slot < bytes)
            slot += slot / 2 / SLOT_ALIGN * SLOT_ALIGN;
        for (struct cache_page *p; c->bytes + slot > c->limit && (p = empty_a_page(c, NO_GRADE)) != NULL;)
            drop_page(c, p);
        add_page(c, GRADE_OWN, slot);
    } else if (!c->grades[grade].open) {
        make_room(c, grade);
    }
    struct cache_page *p = c->grades[grade].open;
    struct entry *e = p->free;
    p->free = e->next;
    p->used++;
    if (!p->free)
        shut_page(c, p);
    c->grades[grade].clean++;
    return e;
}

struct entry *cache_find(struct cache *c, unsigned part, struct slice key)
{
    uint32_t hash = hash_key(part, key);
    for (struct entry *e = c->buckets[hash & (c->bucket_count - 1)]; e; e = e->next) {
        if (e->hash == hash && e->part == part && slice_equal(entry_key(e), key))
            return e;
    }
    return NULL;
}

static void link_entry(struct cache *c, struct entry *e)
{
    if (c->count >= c->bucket_count)
        resize_buckets(c, c->bucket_count * 2);
    struct entry **bucket = &c->buckets[e->hash & (c->bucket_count - 1)];
    e->next = *bucket;
    *bucket = e;
    c->count++;
}

struct entry *cache_insert(struct cache *c, unsigned part, struct slice key, uint32_t room)
{
    assert(part <= UINT16_MAX);
    struct entry *e = take_slot(c, sizeof *e + key.size + room);
    e->hash = hash_key(part, key);
    e->key_size = key.size;
    e->value_size = 0;
    e->base_size = ENTRY_NO_BASE;
    e->dirty_at = 0;
    e->part = (uint16_t)part;
    e->flags = ENTRY_USED;
    if (key.size > 0)
        memcpy(e + 1, key.data, key.size);
    link_entry(c, e);
    return e;
}

struct entry *cache_set_value(struct cache *c, struct entry *e, struct slice value)
{
    struct entry *to = e;
    if (sizeof *e + e->key_size + (size_t)value.size > e->page->slot_size) {
        // Neither the entry itself nor the one the value may be borrowed from can go while room is made.
        uint8_t kept = e->flags;
        struct cache_page *old = e->page;
        bool clean = !(kept & ENTRY_DIRTY);
        if (clean)
            cache_mark(c, e, true);
        to = take_slot(c, sizeof *e + e->key_size + (size_t)value.size);
        struct cache_page *page = to->page;
        memcpy(to, e, sizeof *e + e->key_size);
        to->page = page;
        to->flags = kept & (uint8_t)~ENTRY_DIRTY;
        if (value.size > 0)
            memcpy((char *)(to + 1) + to->key_size, value.data, value.size);
        unlink_entry(c, e);
        free_slot(c, e);
        if (old->grade == GRADE_OWN)
            drop_page(c, old);
        link_entry(c, to);
        if (!clean)
            cache_mark(c, to, true);
    } else if (value.size > 0) {
        memmove((char *)(to + 1) + to->key_size, value.data, value.size);
    }
    to->value_size = value.size;
    to->flags |= ENTRY_PRESENT;
    return to;
}

void cache_mark(struct cache *c, struct entry *e, bool dirty)
{
    if (dirty == ((e->flags & ENTRY_DIRTY) != 0))
        return;
    if (dirty) {
        e->flags |= ENTRY_DIRTY;
        e->page->dirty++;
        c->grades[e->page->grade].clean--;
    } else {
        e->flags &= (uint8_t)~ENTRY_DIRTY;
        e->page->dirty--;
        c->grades[e->page->grade].clean++;
    }
}

void cache_trim(struct cache *c)
{
    c->pinned = NULL;
    for (struct cache_page *p; c->bytes > c->limit && (p = empty_a_page(c, NO_GRADE)) != NULL;)
        drop_page(c, p);
    uint32_t count = c->bucket_count;
    while (count > BUCKETS_LEAST && count / 8 > c->count)
        count /= 2;
    if (count < c->bucket_count)
        resize_buckets(c, count);
}
