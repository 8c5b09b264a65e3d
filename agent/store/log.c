#include "agent/store/inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    PLACE_SIZE = 10,   // seq (8) and turn (2), big endian: the order of the keys
    TURN_FREE = 2,     // behind a row and the gap record that may stand at turn 1
    TRIM_MOST = 10000, // records a commit removes at most, so that it stays small after a long outage
};

static struct slice place_key(struct log_place place, char to[PLACE_SIZE])
{
    for (int i = 0; i < 8; i++)
        to[i] = (char)(place.seq >> (56 - 8 * i));
    to[8] = (char)(place.turn >> 8);
    to[9] = (char)place.turn;
    return (struct slice){to, PLACE_SIZE};
}

static bool key_place(struct slice key, struct log_place *out)
{
    const unsigned char *at = (const unsigned char *)key.data;
    if (key.size != PLACE_SIZE)
        return false;
    *out = (struct log_place){0};
    for (int i = 0; i < 8; i++)
        out->seq = out->seq << 8 | at[i];
    out->turn = (uint16_t)(at[8] << 8 | at[9]);
    return true;
}

static bool after(struct log_place a, struct log_place b)
{
    return a.seq != b.seq ? a.seq > b.seq : a.turn > b.turn;
}

static enum status read_cursor(struct store *s, struct log *l, struct error *e)
{
    struct part *cursors = store_part(s, "cursors:log", e);
    struct slice value;
    if (!cursors)
        return STATUS_FAILED;
    enum status status = state_get(&cursors->state, slice_of(l->sink), &value, e);
    if (status == STATUS_OK) // what it covers may not all have been removed
        l->any = l->pending = key_place(value, &l->acknowledged);
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status find_log(struct store *s, const char *sink, struct log **out, struct error *e)
{
    for (uint32_t i = 0; i < s->log_count; i++) {
        *out = &s->logs[i];
        if (strcmp(s->logs[i].sink, sink) == 0)
            return STATUS_OK;
    }
    struct log made = {0};
    char name[PART_NAME_MAX + 1];
    if (snprintf(name, sizeof name, "log:%s", sink) >= (int)sizeof name)
        return error_set(e, STATUS_FAILED, "the sink's name %s is too long", sink);
    snprintf(made.sink, sizeof made.sink, "%s", sink);
    made.part = store_part(s, name, e);
    if (!made.part)
        return STATUS_FAILED;
    made.part->write_once = true;
    enum status status = read_cursor(s, &made, e);
    if (status != STATUS_OK)
        return status;
    s->logs = mem_resize(s->memory, s->logs, s->log_count * sizeof made, (s->log_count + 1) * sizeof made);
    *out = &s->logs[s->log_count++];
    **out = made;
    return STATUS_OK;
}

enum status store_log_append(struct store *s, const char *sink, struct log_place place, struct slice payload,
                             struct error *e)
{
    struct log *l;
    char key[PLACE_SIZE];
    enum status status = find_log(s, sink, &l, e);
    return status == STATUS_OK ? state_put(&l->part->state, place_key(place, key), payload, e) : status;
}

struct reading {
    bool (*visit)(void *arg, struct log_place place, struct slice payload);
    void *arg;
};

static enum visit read_one(void *visitor, struct slice key, struct slice value)
{
    struct reading *r = visitor;
    struct log_place place;
    bool on = key_place(key, &place) && r->visit(r->arg, place, value);
    return on ? VISIT_NEXT : VISIT_STOP;
}

enum status store_log_read(struct store *s, const char *sink, struct log_place from,
                           bool (*visit)(void *arg, struct log_place place, struct slice payload), void *arg,
                           struct error *e)
{
    struct log *l;
    char key[PLACE_SIZE];
    struct reading r = {visit, arg};
    enum status status = find_log(s, sink, &l, e);
    return status == STATUS_OK ? state_scan(&l->part->state, place_key(from, key), read_one, &r, e) : status;
}

struct editing {
    enum visit (*visit)(void *arg, struct log_place place, struct slice payload);
    void *arg;
};

static enum visit edit_one(void *visitor, struct slice key, struct slice value)
{
    struct editing *r = visitor;
    struct log_place place;
    return key_place(key, &place) ? r->visit(r->arg, place, value) : VISIT_STOP;
}

enum status store_log_edit(struct store *s, const char *sink, struct log_place from,
                           enum visit (*visit)(void *arg, struct log_place place, struct slice payload), void *arg,
                           struct error *e)
{
    struct log *l;
    char key[PLACE_SIZE];
    struct editing r = {visit, arg};
    enum status status = find_log(s, sink, &l, e);
    return status == STATUS_OK ? state_scan(&l->part->state, place_key(from, key), edit_one, &r, e) : status;
}

enum status store_log_acknowledge(struct store *s, const char *sink, struct log_place place, struct error *e)
{
    struct log *l;
    enum status status = find_log(s, sink, &l, e);
    if (status != STATUS_OK || (l->any && !after(place, l->acknowledged)))
        return status;
    l->acknowledged = place;
    l->any = l->pending = true;
    return STATUS_OK;
}

enum status store_log_cursor(struct store *s, const char *sink, struct log_place *out, struct error *e)
{
    struct log *l;
    enum status status = find_log(s, sink, &l, e);
    if (status != STATUS_OK)
        return status;
    *out = l->acknowledged;
    return l->any ? STATUS_OK : STATUS_END;
}

static bool pass(void *arg, struct log_place place, struct slice payload)
{
    struct log_place *end = arg;
    (void)payload;
    if (!after(*end, place))
        *end = (struct log_place){place.seq, (uint16_t)(place.turn + 1)};
    return true;
}

enum status store_log_end(struct store *s, const char *sink, uint64_t next_seq, struct log_place *out, struct error *e)
{
    struct log *l;
    assert(next_seq > 0);
    enum status status = find_log(s, sink, &l, e);
    *out = (struct log_place){next_seq - 1, TURN_FREE};
    if (status == STATUS_OK && l->any && l->acknowledged.turn < UINT16_MAX)
        pass(out, l->acknowledged, (struct slice){0});
    if (status == STATUS_OK)
        status = store_log_read(s, sink, *out, pass, out, e);
    if (status == STATUS_OK && out->turn == UINT16_MAX)
        status = error_set(e, STATUS_FULL, "sink \"%s\": no more than %d records go behind one row", sink,
                           UINT16_MAX - TURN_FREE);
    return status;
}

enum status store_log_size(struct store *s, const char *sink, uint64_t *records, uint64_t *bytes, struct error *e)
{
    struct log *l;
    enum status status = find_log(s, sink, &l, e);
    if (status == STATUS_OK) {
        *records = l->part->entries;
        *bytes = l->part->bytes;
    }
    return status;
}

struct trim {
    struct log_place upto;
    uint32_t left;
};

static enum visit trim_one(void *visitor, struct slice key, struct slice value)
{
    struct trim *t = visitor;
    struct log_place place;
    (void)value;
    if (t->left == 0 || !key_place(key, &place) || after(place, t->upto))
        return VISIT_STOP;
    t->left--;
    return VISIT_REMOVE;
}

enum status logs_prepare(struct store *s, struct error *e)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < s->log_count && status == STATUS_OK; i++) {
        struct log *l = &s->logs[i];
        struct part *cursors = l->pending ? store_part(s, "cursors:log", e) : NULL;
        char key[PLACE_SIZE];
        if (!cursors)
            continue;
        struct trim t = {.upto = l->acknowledged, .left = TRIM_MOST};
        status = state_put(&cursors->state, slice_of(l->sink), place_key(l->acknowledged, key), e);
        if (status == STATUS_OK)
            status = state_scan(&l->part->state, (struct slice){0}, trim_one, &t, e);
        l->trimmed = t.left > 0;
    }
    return status;
}

void logs_settle(struct store *s)
{
    for (uint32_t i = 0; i < s->log_count; i++)
        s->logs[i].pending = s->logs[i].pending && !s->logs[i].trimmed;
}
