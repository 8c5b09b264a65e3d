#include "tests/sim/state_sim.h"

#include <stdlib.h>
#include <string.h>

struct item {
    struct slice key, value; // of the heap
};

struct list {
    struct item *items; // in key order
    uint32_t count, capacity;
};

struct state_sim {
    struct state state;
    struct memory *memory;
    struct list now, committed;
};

static struct slice copy(struct memory *m, struct slice s)
{
    char *data = mem_alloc(m, s.size + 1);
    if (s.size > 0)
        memcpy(data, s.data, s.size);
    return (struct slice){data, s.size};
}

static void drop(struct memory *m, struct slice s)
{
    mem_free(m, (char *)(uintptr_t)s.data, s.size + 1);
}

static uint32_t lower_bound(const struct list *l, struct slice key)
{
    uint32_t low = 0, high = l->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(l->items[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct item *find(struct list *l, struct slice key)
{
    uint32_t i = lower_bound(l, key);
    return i < l->count && slice_equal(l->items[i].key, key) ? &l->items[i] : NULL;
}

static void insert(struct memory *m, struct list *l, struct slice key, struct slice value)
{
    if (l->count == l->capacity) {
        uint32_t more = l->capacity == 0 ? 16 : l->capacity * 2;
        l->items = mem_resize(m, l->items, l->capacity * sizeof(*l->items), more * sizeof(*l->items));
        l->capacity = more;
    }
    uint32_t i = lower_bound(l, key);
    memmove(&l->items[i + 1], &l->items[i], (l->count - i) * sizeof(*l->items));
    l->items[i] = (struct item){copy(m, key), copy(m, value)};
    l->count++;
}

static void erase(struct memory *m, struct list *l, uint32_t i)
{
    drop(m, l->items[i].key);
    drop(m, l->items[i].value);
    l->count--;
    memmove(&l->items[i], &l->items[i + 1], (l->count - i) * sizeof(*l->items));
}

static void list_copy(struct memory *m, struct list *to, const struct list *from)
{
    while (to->count > 0)
        erase(m, to, to->count - 1);
    for (uint32_t i = 0; i < from->count; i++)
        insert(m, to, from->items[i].key, from->items[i].value);
}

static void list_free(struct memory *m, struct list *l)
{
    while (l->count > 0)
        erase(m, l, l->count - 1);
    mem_free(m, l->items, l->capacity * sizeof(*l->items));
}

static enum status get(void *self, struct slice key, struct slice *value, struct error *e)
{
    struct item *x = find(&((struct state_sim *)self)->now, key);
    if (x == NULL)
        return error_set(e, STATUS_END, "no such key");
    *value = x->value;
    return STATUS_OK;
}

static enum status put(void *self, struct slice key, struct slice value, struct error *e)
{
    (void)e;
    struct state_sim *s = self;
    struct item *x = find(&s->now, key);
    if (x == NULL) {
        insert(s->memory, &s->now, key, value);
        return STATUS_OK;
    }
    struct slice old = x->value;
    x->value = copy(s->memory, value);
    drop(s->memory, old);
    return STATUS_OK;
}

static enum status remove_key(void *self, struct slice key, struct error *e)
{
    struct state_sim *s = self;
    struct item *x = find(&s->now, key);
    if (x == NULL)
        return error_set(e, STATUS_END, "no such key");
    erase(s->memory, &s->now, (uint32_t)(x - s->now.items));
    return STATUS_OK;
}

static enum status scan(void *self, struct slice from,
                        enum visit (*visit)(void *visitor, struct slice key, struct slice value), void *visitor,
                        struct error *e)
{
    (void)e;
    struct state_sim *s = self;
    for (uint32_t i = lower_bound(&s->now, from); i < s->now.count;) {
        enum visit answer = visit(visitor, s->now.items[i].key, s->now.items[i].value);
        if (answer == VISIT_STOP)
            break;
        if (answer == VISIT_REMOVE)
            erase(s->memory, &s->now, i);
        else
            i++;
    }
    return STATUS_OK;
}

static uint64_t count(void *self)
{
    return ((struct state_sim *)self)->now.count;
}

static const struct state_class state_sim_class = {
    .get = get, .put = put, .remove = remove_key, .scan = scan, .count = count};

struct state_sim *state_sim_new(struct memory *memory)
{
    struct state_sim *s = mem_zalloc(memory, sizeof(*s));
    s->memory = memory;
    s->state = (struct state){&state_sim_class, s};
    return s;
}

void state_sim_free(struct state_sim *s)
{
    if (s == NULL)
        return;
    list_free(s->memory, &s->now);
    list_free(s->memory, &s->committed);
    mem_free(s->memory, s, sizeof(*s));
}

const struct state *state_sim_state(struct state_sim *s)
{
    return &s->state;
}

void state_sim_commit(struct state_sim *s)
{
    list_copy(s->memory, &s->committed, &s->now);
}

void state_sim_rollback(struct state_sim *s)
{
    list_copy(s->memory, &s->now, &s->committed);
}
