#include "ops/expiry.h"

#include "ops/chunk.h"
#include "ops/endian.h"

enum {
    ENTRY = 1,
    ORDER = 2,
    TIME_BYTES = 8,
    PAGE_BYTES = 1 << 18, // of keys that end, read at a time
};

void expiry_init(struct expiry *x, const struct state *state, bool ordered, struct memory *memory)
{
    *x = (struct expiry){.state = state, .ordered = ordered};
    text_init(&x->key, memory);
    text_init(&x->page, memory);
    text_init(&x->at, memory);
}

void expiry_free(struct expiry *x)
{
    text_free(&x->key);
    text_free(&x->page);
    text_free(&x->at);
}

static struct slice entry_key(struct expiry *x, struct slice key)
{
    text_clear(&x->key);
    text_char(&x->key, ENTRY);
    text_slice(&x->key, key);
    return text_view(&x->key);
}

// Times order as their bytes do: big endian, sign bit inverted.
static struct slice order_key(struct expiry *x, struct slice key, int64_t time)
{
    char bytes[TIME_BYTES];
    store_big(bytes, (uint64_t)time ^ UINT64_C(1) << 63, sizeof bytes);
    text_clear(&x->at);
    text_char(&x->at, ORDER);
    text_bytes(&x->at, bytes, sizeof bytes);
    text_slice(&x->at, key);
    return text_view(&x->at);
}

enum status expiry_get(struct expiry *x, struct slice key, struct slice *value, struct error *e)
{
    return state_get(x->state, entry_key(x, key), value, e);
}

enum status expiry_put(struct expiry *x, struct slice key, int64_t time, struct slice value, struct error *e)
{
    enum status s = state_put(x->state, entry_key(x, key), value, e);
    return s == STATUS_OK && x->ordered ? state_put(x->state, order_key(x, key, time), (struct slice){"", 0}, e) : s;
}

enum status expiry_remove(struct expiry *x, struct slice key, int64_t time, struct error *e)
{
    enum status s = state_remove(x->state, entry_key(x, key), e);
    if (s == STATUS_OK && x->ordered)
        s = state_remove(x->state, order_key(x, key, time), e);
    return s == STATUS_END
               ? error_set(e, STATUS_DAMAGED, "state of the operator: an entry has no place in the order of their ends")
               : s;
}

struct entry_visitor {
    enum visit (*visit)(void *visitor, struct slice key, struct slice value);
    void *visitor;
};

static enum visit entry_visit(void *visitor, struct slice key, struct slice value)
{
    const struct entry_visitor *v = visitor;
    if (key.size == 0 || key.data[0] != ENTRY)
        return VISIT_STOP;
    return v->visit(v->visitor, (struct slice){key.data + 1, key.size - 1}, value);
}

enum status expiry_scan(struct expiry *x, struct slice from,
                        enum visit (*visit)(void *visitor, struct slice key, struct slice value), void *visitor,
                        struct error *e)
{
    struct entry_visitor v = {visit, visitor};
    return state_scan(x->state, entry_key(x, from), entry_visit, &v, e);
}

struct ending {
    struct expiry *x;
    int64_t time;
};

static enum visit end_visit(void *visitor, struct slice key, struct slice value)
{
    (void)value;
    const struct ending *n = visitor;
    struct expiry *x = n->x;
    if (x->page_count == CHUNK_ROWS || x->page.size > PAGE_BYTES || key.size < 1 + TIME_BYTES || key.data[0] != ORDER)
        return VISIT_STOP;
    int64_t time = (int64_t)(load_big(key.data + 1, TIME_BYTES) ^ UINT64_C(1) << 63);
    if (time > n->time)
        return VISIT_STOP;
    uint32_t size = key.size - 1 - TIME_BYTES;
    text_bytes(&x->page, &size, sizeof size);
    text_bytes(&x->page, key.data + 1 + TIME_BYTES, size);
    x->page_count++;
    return VISIT_REMOVE;
}

enum status expiry_end(struct expiry *x, int64_t time,
                       enum status (*take)(void *self, struct slice key, struct slice value, struct error *e),
                       void *self, struct error *e)
{
    static const char first[] = {ORDER};
    struct ending n = {x, time};
    enum status s;
    do {
        x->page_count = 0;
        text_clear(&x->page);
        s = state_scan(x->state, (struct slice){first, sizeof first}, end_visit, &n, e);
        const char *from = x->page.data;
        for (uint32_t k = 0; s == STATUS_OK && k < x->page_count; k++) {
            struct slice key, value;
            memcpy(&key.size, from, sizeof key.size);
            key.data = from + sizeof key.size;
            from = key.data + key.size;
            s = expiry_get(x, key, &value, e);
            if (s == STATUS_END)
                return error_set(e, STATUS_DAMAGED,
                                 "state of the operator: the order of ends names an entry that is not there");
            if (s == STATUS_OK)
                s = take(self, key, value, e);
            if (s == STATUS_OK)
                s = state_remove(x->state, entry_key(x, key), e);
        }
    } while (s == STATUS_OK && x->page_count > 0);
    return s;
}
