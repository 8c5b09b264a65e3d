// Sessions being merged: the pieces of a batch, in the order of their starts, with those that the state has.
#include "ops/session_store.h"

#include "ops/endian.h"

// Times order as their bytes do.
static void time_write(char *to, int64_t time)
{
    store_big(to, (uint64_t)time ^ UINT64_C(1) << 63, SESSION_TIME_BYTES);
}

static int64_t time_read(const char *from)
{
    return (int64_t)(load_big(from, SESSION_TIME_BYTES) ^ UINT64_C(1) << 63);
}

void session_piece_write(char *to, int64_t start, int64_t end)
{
    time_write(to, start);
    time_write(to + SESSION_TIME_BYTES, end);
}

bool session_entry_read(struct slice key, struct slice value, struct session_entry *out)
{
    if (key.size < SESSION_TIME_BYTES || value.size < SESSION_TIME_BYTES)
        return false;
    *out = (struct session_entry){
        .group = {key.data, key.size - SESSION_TIME_BYTES},
        .start = (int64_t)load_little(value.data, SESSION_TIME_BYTES),
        .end = time_read(key.data + key.size - SESSION_TIME_BYTES),
        .states = {value.data + SESSION_TIME_BYTES, value.size - SESSION_TIME_BYTES},
    };
    return true;
}

void session_store_init(struct session_store *s, const struct state *state, bool ends, struct group_items *items,
                        struct memory *memory, struct arena *arena)
{
    expiry_init(&s->expiry, state, ends, memory);
    s->items = items;
    for (size_t k = 0; k < 2; k++)
        s->loaded[k] = arena_zalloc(arena, items->state_size);
    text_init(&s->found, memory);
    text_init(&s->entry, memory);
    text_init(&s->value, memory);
}

void session_store_free(struct session_store *s)
{
    expiry_free(&s->expiry);
    text_free(&s->found);
    text_free(&s->entry);
    text_free(&s->value);
}

enum status session_damaged(struct error *e)
{
    return error_set(e, STATUS_DAMAGED,
                     "state of the sessions: an entry's bytes are not what was written; "
                     "`runnel state CHECKPOINT check` reads all of them");
}

// A session being put together, or one of the state.
struct session_part {
    int64_t start, end;
    void *state;
    bool there;  // there is one
    bool stored; // it is in the state as it is
};

// What the merging of one group goes through.
struct merging {
    struct session_store *s;
    struct slice key;            // of the group
    struct group *const *piece;  // in order
    uint32_t count, next;        // of the pieces; the next one
    struct session_part current; // being put together
    struct session_part found;   // the next one of the state
    int64_t behind;              // the state's sessions that end before it have been seen
    bool exhausted;              // there is none at or after `behind`
};

static struct slice entry_key(struct session_store *s, struct slice key, int64_t end)
{
    text_clear(&s->entry);
    text_slice(&s->entry, key);
    time_write(text_reserve(&s->entry, SESSION_TIME_BYTES), end);
    s->entry.size += SESSION_TIME_BYTES;
    return text_view(&s->entry);
}

struct finding {
    struct session_store *s;
    uint32_t key_size; // 0: nothing there
};

static enum visit find_visit(void *visitor, struct slice key, struct slice value)
{
    struct finding *f = visitor;
    f->key_size = key.size;
    text_slice(&f->s->found, key);
    text_slice(&f->s->found, value);
    return VISIT_STOP;
}

// The first session of the group in the state that ends at or after `from`.
static enum status find_session(struct merging *m, int64_t from, struct error *e)
{
    struct session_store *s = m->s;
    struct finding f = {.s = s};
    text_clear(&s->found);
    m->found = (struct session_part){0};
    enum status status = expiry_scan(&s->expiry, entry_key(s, m->key, from), find_visit, &f, e);
    if (status != STATUS_OK)
        return status;
    const char *data = s->found.data;
    m->exhausted = f.key_size != m->key.size + SESSION_TIME_BYTES || memcmp(data, m->key.data, m->key.size) != 0;
    if (m->exhausted)
        return STATUS_OK;
    struct session_entry entry;
    struct slice value = {data + f.key_size, (uint32_t)s->found.size - f.key_size};
    if (!session_entry_read((struct slice){data, f.key_size}, value, &entry))
        return session_damaged(e);
    void *into = m->current.state == s->loaded[0] ? s->loaded[1] : s->loaded[0];
    m->found =
        (struct session_part){.start = entry.start, .end = entry.end, .state = into, .there = true, .stored = true};
    return group_items_load(s->items, entry.states, into) ? STATUS_OK : session_damaged(e);
}

// Writes what has been put together, unless it is there.
static enum status put_session(struct merging *m, struct error *e)
{
    struct session_store *s = m->s;
    const struct session_part *c = &m->current;
    if (!c->there || c->stored)
        return STATUS_OK;
    char start[SESSION_TIME_BYTES];
    text_clear(&s->value);
    store_little(start, (uint64_t)c->start, sizeof start);
    text_bytes(&s->value, start, sizeof start);
    group_items_save(s->items, c->state, &s->value);
    return expiry_put(&s->expiry, entry_key(s, m->key, c->end), c->end, text_view(&s->value), e);
}

static enum status remove_stored(struct merging *m, const struct session_part *p, struct error *e)
{
    return p->stored ? expiry_remove(&m->s->expiry, entry_key(m->s, m->key, p->end), p->end, e) : STATUS_OK;
}

// `p` starts at or after the current session does: it is put behind it, or it is the next one.
static enum status add_part(struct merging *m, const struct session_part *p, struct error *e)
{
    struct session_part *c = &m->current;
    enum status s = STATUS_OK;
    if (!c->there || p->start > c->end) {
        s = put_session(m, e);
        *c = *p;
        return s;
    }
    s = remove_stored(m, c, e);
    if (s == STATUS_OK)
        s = remove_stored(m, p, e);
    group_items_merge(m->s->items, c->state, p->state);
    c->end = p->end > c->end ? p->end : c->end;
    c->stored = false;
    return s;
}

static struct session_part piece_part(struct group *g, uint32_t key_size)
{
    const char *times = group_bytes(g).data + key_size;
    return (struct session_part){.start = time_read(times),
                                 .end = time_read(times + SESSION_TIME_BYTES),
                                 .state = group_state(g),
                                 .there = true};
}

// Where the state's next session can matter: one that was put together may reach all behind it, else only the next
// piece can.
static int64_t look_from(const struct merging *m, const struct session_part *piece)
{
    bool grown = m->current.there && !m->current.stored;
    return piece->there && !grown && piece->start > m->behind ? piece->start : m->behind;
}

static enum status merge_group(struct merging *m, struct error *e)
{
    for (;;) {
        struct session_part piece = {0};
        enum status s = STATUS_OK;
        if (m->next < m->count)
            piece = piece_part(m->piece[m->next], m->key.size);
        if (!piece.there && (!m->current.there || m->current.stored))
            return STATUS_OK; // nothing more can change
        if (!m->found.there && !m->exhausted)
            s = find_session(m, look_from(m, &piece), e);
        if (s != STATUS_OK)
            return s;
        bool near = m->found.there && (piece.there ? m->found.start <= piece.start : m->found.start <= m->current.end);
        if (!near && !piece.there)
            return put_session(m, e);
        if (near) {
            m->behind = m->found.end + 1;
            s = add_part(m, &m->found, e);
            m->found.there = false;
        } else {
            m->next++;
            s = add_part(m, &piece, e);
        }
        if (s != STATUS_OK)
            return s;
    }
}

enum status session_store_merge(struct session_store *s, struct slice key, struct group *const *pieces, uint32_t count,
                                struct error *e)
{
    struct merging m = {.s = s, .key = key, .piece = pieces, .count = count, .behind = INT64_MIN};
    return merge_group(&m, e);
}
