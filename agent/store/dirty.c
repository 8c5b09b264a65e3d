#include "agent/store/dirty.h"

#include <assert.h>

enum { ROOM_LEAST = 64, ROOM_KEPT = 4096, SMALL = 12 };

static void set_room(struct dirty *d, struct cache *c, uint32_t room)
{
    d->at = mem_resize(c->memory, d->at, d->room * sizeof *d->at, room * sizeof *d->at);
    c->bytes = c->bytes - d->room * sizeof *d->at + room * sizeof *d->at;
    d->room = room;
}

void dirty_add(struct dirty *d, struct cache *c, struct entry *e)
{
    if (e->flags & ENTRY_DIRTY)
        return;
    if (d->count == d->room)
        set_room(d, c, d->room > 0 ? d->room * 2 : ROOM_LEAST);
    cache_mark(c, e, true);
    e->dirty_at = d->count;
    d->at[d->count++] = e;
}

static void swap(struct entry **a, struct entry **b)
{
    struct entry *kept = *a;
    *a = *b;
    *b = kept;
}

static int compare(const struct entry *a, const struct entry *b)
{
    return slice_compare(entry_key(a), entry_key(b));
}

static void sort_small(struct entry **at, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t k = i; k > 0 && compare(at[k - 1], at[k]) > 0; k--)
            swap(&at[k - 1], &at[k]);
    }
}

// Quicksort that calls no heap (the C library's may). Pivots by chance: keys come from outside, nobody shall be able to
// order them badly on purpose. No two keys are equal.
static void sort_range(struct entry **at, uint32_t count, uint32_t *chance)
{
    while (count > SMALL) {
        *chance = *chance * 1664525u + 1013904223u;
        swap(&at[0], &at[(*chance >> 8) % count]);
        uint32_t low = 0, high = count;
        for (;;) {
            while (++low < count && compare(at[low], at[0]) < 0)
                ;
            while (compare(at[--high], at[0]) > 0)
                ;
            if (low >= high)
                break;
            swap(&at[low], &at[high]);
        }
        swap(&at[0], &at[high]);
        uint32_t left = high, right = count - high - 1;
        if (left < right) {
            sort_range(at, left, chance);
            at += high + 1;
            count = right;
        } else {
            sort_range(at + high + 1, right, chance);
            count = left;
        }
    }
    sort_small(at, count);
}

void dirty_sort(struct dirty *d)
{
    if (d->sorted == d->count)
        return;
    uint32_t chance = (uint32_t)(uintptr_t)d->at[0] ^ d->count;
    sort_range(d->at, d->count, &chance);
    for (uint32_t i = 0; i < d->count; i++)
        d->at[i]->dirty_at = i;
    d->sorted = d->count;
}

uint32_t dirty_from(const struct dirty *d, struct slice key)
{
    assert(d->sorted == d->count);
    uint32_t low = 0, high = d->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(entry_key(d->at[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void dirty_clear(struct dirty *d, struct cache *c)
{
    if (d->room > ROOM_KEPT && d->count < d->room / 8)
        set_room(d, c, d->room / 2);
    d->count = d->sorted = 0;
}

void dirty_free(struct dirty *d, struct cache *c)
{
    if (d->at)
        c->bytes -= d->room * sizeof *d->at;
    mem_free(c->memory, d->at, d->room * sizeof *d->at);
    *d = (struct dirty){0};
}
