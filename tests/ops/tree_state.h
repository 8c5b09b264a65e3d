// The state port in memory, for tests: entries in key order. Included by one file of a test program.
#ifndef TESTS_OPS_TREE_STATE_H
#define TESTS_OPS_TREE_STATE_H

#include "ops/memory.h"
#include "ops/state.h"

struct tree_entry {
    char *key, *value;
    uint32_t key_size, value_size;
};

struct tree_state {
    struct state state; // what is handed to an operator
    struct memory *memory;
    struct tree_entry *entry;
    size_t count, capacity;
    uint64_t puts, gets;
    bool scanning;
};

static inline int tree_compare(const struct tree_entry *x, struct slice key)
{
    return slice_compare((struct slice){x->key, x->key_size}, key);
}

// The first entry at or after `key`.
static inline size_t tree_find(const struct tree_state *t, struct slice key)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tree_compare(&t->entry[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static inline bool tree_has(const struct tree_state *t, size_t place, struct slice key)
{
    return place < t->count && tree_compare(&t->entry[place], key) == 0;
}

static inline enum status tree_get(void *self, struct slice key, struct slice *value, struct error *e)
{
    (void)e;
    struct tree_state *t = self;
    assert_false(t->scanning);
    t->gets++;
    size_t place = tree_find(t, key);
    if (!tree_has(t, place, key))
        return STATUS_END;
    *value = (struct slice){t->entry[place].value, t->entry[place].value_size};
    return STATUS_OK;
}

static inline char *tree_copy(struct tree_state *t, struct slice s)
{
    char *to = mem_alloc(t->memory, s.size + 1);
    if (s.size > 0)
        memcpy(to, s.data, s.size);
    return to;
}

static inline enum status tree_put(void *self, struct slice key, struct slice value, struct error *e)
{
    (void)e;
    struct tree_state *t = self;
    assert_false(t->scanning);
    assert_true(key.size > 0);
    t->puts++;
    size_t place = tree_find(t, key);
    if (tree_has(t, place, key)) {
        char *kept = tree_copy(t, value);
        mem_free(t->memory, t->entry[place].value, t->entry[place].value_size + 1);
        t->entry[place].value = kept;
        t->entry[place].value_size = value.size;
        return STATUS_OK;
    }
    if (t->count == t->capacity) {
        size_t capacity = t->capacity > 0 ? t->capacity * 2 : 16;
        t->entry = mem_resize(t->memory, t->entry, t->capacity * sizeof *t->entry, capacity * sizeof *t->entry);
        t->capacity = capacity;
    }
    memmove(&t->entry[place + 1], &t->entry[place], (t->count - place) * sizeof *t->entry);
    t->entry[place] = (struct tree_entry){tree_copy(t, key), tree_copy(t, value), key.size, value.size};
    t->count++;
    return STATUS_OK;
}

static inline void tree_drop(struct tree_state *t, size_t place)
{
    mem_free(t->memory, t->entry[place].key, t->entry[place].key_size + 1);
    mem_free(t->memory, t->entry[place].value, t->entry[place].value_size + 1);
    t->count--;
    memmove(&t->entry[place], &t->entry[place + 1], (t->count - place) * sizeof *t->entry);
}

static inline enum status tree_remove(void *self, struct slice key, struct error *e)
{
    (void)e;
    struct tree_state *t = self;
    assert_false(t->scanning);
    size_t place = tree_find(t, key);
    if (!tree_has(t, place, key))
        return STATUS_END;
    tree_drop(t, place);
    return STATUS_OK;
}

static inline enum status tree_scan(void *self, struct slice from,
                                    enum visit (*visit)(void *visitor, struct slice key, struct slice value),
                                    void *visitor, struct error *e)
{
    (void)e;
    struct tree_state *t = self;
    size_t place = tree_find(t, from);
    assert_false(t->scanning);
    t->scanning = true;
    while (place < t->count) {
        struct tree_entry *x = &t->entry[place];
        enum visit next = visit(visitor, (struct slice){x->key, x->key_size}, (struct slice){x->value, x->value_size});
        if (next == VISIT_STOP)
            break;
        if (next == VISIT_REMOVE)
            tree_drop(t, place);
        else
            place++;
    }
    t->scanning = false;
    return STATUS_OK;
}

static inline uint64_t tree_count(void *self)
{
    return ((struct tree_state *)self)->count;
}

static const struct state_class tree_state_class = {
    .get = tree_get, .put = tree_put, .remove = tree_remove, .scan = tree_scan, .count = tree_count};

static inline void tree_state_init(struct tree_state *t, struct memory *memory)
{
    *t = (struct tree_state){.memory = memory};
    t->state = (struct state){&tree_state_class, t};
}

static inline void tree_state_free(struct tree_state *t)
{
    while (t->count > 0)
        tree_drop(t, t->count - 1);
    mem_free(t->memory, t->entry, t->capacity * sizeof *t->entry);
}

#endif
