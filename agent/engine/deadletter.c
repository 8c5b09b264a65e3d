#include "agent/engine/deadletter.h"

#include "agent/engine/outlet.h"
#include "ops/datetime.h"
#include "ops/encoder.h"
#include "ops/endian.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LETTER_VERSION = 1,
    LETTER_HEAD = 1 + 8 + 2,
    PART_NAME_ROOM = 256,
    SINKS_MAX = 64,
    RESEND_PAGE = 1000, // letters a commit
    VALUE_SHOWN = 200,
};

static const char prefix[] = "deadletter:";

void deadletter_append(struct text *out, const struct deadletter *d)
{
    char *to = text_reserve(out, LETTER_HEAD);
    to[0] = LETTER_VERSION;
    store_little(to + 1, (uint64_t)d->at, 8);
    store_little(to + 9, d->reason.size, 2);
    out->size += LETTER_HEAD;
    text_slice(out, d->reason);
    text_slice(out, d->frame);
}

bool deadletter_open(struct slice key, struct slice value, struct deadletter *out)
{
    if (key.size != DEADLETTER_KEY || value.size < LETTER_HEAD || value.data[0] != LETTER_VERSION)
        return false;
    uint32_t reason = (uint32_t)load_little(value.data + 9, 2);
    if (value.size - LETTER_HEAD < reason)
        return false;
    *out = (struct deadletter){
        .place = {load_big(key.data, 8), (uint16_t)load_big(key.data + 8, 2)},
        .at = (int64_t)load_little(value.data + 1, 8),
        .reason = {value.data + LETTER_HEAD, reason},
        .frame = {value.data + LETTER_HEAD + reason, value.size - LETTER_HEAD - reason},
    };
    return true;
}

const struct state *deadletter_part(struct store *s, const char *sink, struct error *e)
{
    char name[PART_NAME_ROOM];
    snprintf(name, sizeof name, "%s%s", prefix, sink);
    return store_state(s, name, e);
}

struct slice deadletter_key(struct log_place place, char to[DEADLETTER_KEY])
{
    store_big(to, place.seq, 8);
    store_big(to + 8, place.turn, 2);
    return (struct slice){to, DEADLETTER_KEY};
}

// ---------------------------------------------------------------- a sink's, while it runs

void letter_add(struct outlet *o, struct log_place place, const char *reason)
{
    if (o->letter_count == o->letter_room) {
        uint32_t room = o->letter_room > 0 ? 2 * o->letter_room : 4;
        o->letters =
            mem_resize(o->setup->memory, o->letters, o->letter_room * sizeof *o->letters, room * sizeof *o->letters);
        o->letter_room = room;
    }
    struct letter *l = &o->letters[o->letter_count++];
    *l = (struct letter){.place = place, .at = o->setup->port->class->wall(o->setup->port)};
    snprintf(l->reason, sizeof l->reason, "%s", reason);
}

void letters_forget(struct outlet *o, struct log_place from)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->letter_count; i++)
        if (place_before(o->letters[i].place, from))
            o->letters[kept++] = o->letters[i];
    o->letter_count = kept;
}

struct fetching {
    struct log_place place;
    struct text *to;
    bool found;
};

static bool fetch(void *arg, struct log_place place, struct slice payload)
{
    struct fetching *f = arg;
    f->found = place.seq == f->place.seq && place.turn == f->place.turn;
    if (f->found)
        text_slice(f->to, payload);
    return false;
}

static enum status write_letter(struct outlet *o, const struct letter *l, struct error *e)
{
    struct text frame, value;
    char key[DEADLETTER_KEY];
    text_init(&frame, o->setup->memory);
    text_init(&value, o->setup->memory);
    struct fetching f = {.place = l->place, .to = &frame};
    const struct state *part = deadletter_part(o->setup->store, o->name, e);
    enum status s = part ? store_log_read(o->setup->store, o->name, l->place, fetch, &f, e) : STATUS_FAILED;
    assert(s != STATUS_OK || f.found);
    if (s == STATUS_OK) {
        struct deadletter d = {.at = l->at, .reason = slice_of(l->reason), .frame = text_view(&frame)};
        deadletter_append(&value, &d);
        s = state_put(part, deadletter_key(l->place, key), text_view(&value), e);
    }
    text_free(&frame);
    text_free(&value);
    return s;
}

// Those that stand before the cursor: with the same commit they leave the log.
enum status letters_write(struct outlet *o, struct error *e)
{
    enum status s = STATUS_OK;
    for (uint32_t i = 0; s == STATUS_OK && i < o->letter_count; i++) {
        o->letters[i].written = place_before(o->letters[i].place, o->done);
        if (o->letters[i].written)
            s = write_letter(o, &o->letters[i], e);
    }
    return s;
}

void letters_settle(struct outlet *o)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->letter_count; i++)
        if (!o->letters[i].written)
            o->letters[kept++] = o->letters[i];
    o->letter_count = kept;
}

// ---------------------------------------------------------------- all, of a stopped checkpoint

struct names {
    char at[SINKS_MAX][PART_NAME_ROOM];
    uint32_t count;
};

static enum status note_name(void *arg, const char *name, uint64_t entries, uint64_t bytes, struct error *e)
{
    struct names *n = arg;
    (void)bytes;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0 || entries == 0)
        return STATUS_OK;
    if (n->count == SINKS_MAX)
        return error_set(e, STATUS_FAILED, "more than %d sinks have dead letters", SINKS_MAX);
    snprintf(n->at[n->count++], PART_NAME_ROOM, "%s", name + sizeof prefix - 1);
    return STATUS_OK;
}

struct listing {
    const char *sink;
    struct text *out;
    size_t most;
    uint64_t count, left_out;
};

static enum visit list_one(void *visitor, struct slice key, struct slice value)
{
    struct listing *l = visitor;
    if (l->out->size >= l->most) {
        l->left_out++;
        return VISIT_NEXT;
    }
    struct deadletter d;
    struct sink_record r;
    struct record_note note;
    struct arena arena;
    arena_init(&arena, l->out->memory, 1024);
    if (deadletter_open(key, value, &d) && record_frame_open(d.frame, &arena, &r, &note)) {
        timestamp_print(d.at, &zone_utc, l->out);
        text_printf(l->out, " UTC  %s  seq %" PRIu64 "  %.*s\n  ", l->sink, r.seq, (int)d.reason.size, d.reason.data);
        if (r.topic.size > 0)
            text_printf(l->out, "topic %.*s  ", (int)r.topic.size, r.topic.data);
        if (r.has_key) {
            text_string(l->out, "key ");
            json_append_string(l->out, r.key);
            text_string(l->out, "  ");
        }
        bool cut = r.value.size > VALUE_SHOWN;
        r.value.size = cut ? VALUE_SHOWN : r.value.size;
        json_append_string(l->out, r.value);
        text_string(l->out, cut ? " …\n" : "\n");
        l->count++;
    } else {
        text_printf(l->out, "%s: a dead letter that this version cannot read\n", l->sink);
    }
    arena_free(&arena);
    return VISIT_NEXT;
}

enum status deadletter_list(struct store *s, size_t most, struct text *out, uint64_t *count, struct error *e)
{
    struct names *n = mem_zalloc(out->memory, sizeof *n);
    uint64_t left_out = 0;
    *count = 0;
    enum status status = store_parts(s, note_name, n, e);
    for (uint32_t i = 0; status == STATUS_OK && i < n->count; i++) {
        struct listing l = {.sink = n->at[i], .out = out, .most = most};
        const struct state *part = deadletter_part(s, n->at[i], e);
        status = part ? state_scan(part, (struct slice){0}, list_one, &l, e) : STATUS_FAILED;
        *count += l.count + l.left_out;
        left_out += l.left_out;
    }
    if (left_out > 0)
        text_printf(out, "%" PRIu64 " more are not shown: stop the pipeline to see them all\n", left_out);
    text_printf(out, "%" PRIu64 " dead letters\n", *count);
    mem_free(out->memory, n, sizeof *n);
    return status;
}

struct moving {
    struct store *store;
    const char *sink;
    struct log_place to;
    struct text frames; // size (u32), frame
    uint32_t count;
    bool full;
};

static enum visit take_one(void *visitor, struct slice key, struct slice value)
{
    struct moving *m = visitor;
    struct deadletter d;
    if (!deadletter_open(key, value, &d))
        return VISIT_NEXT;
    if (m->count == RESEND_PAGE) {
        m->full = true;
        return VISIT_STOP;
    }
    text_bytes(&m->frames, &d.frame.size, sizeof d.frame.size);
    text_slice(&m->frames, d.frame);
    m->count++;
    return VISIT_REMOVE;
}

static enum status find_end(struct moving *m, struct error *e)
{
    uint64_t next = store_position(m->store).next_seq;
    if (next == 0) // recovered without its position
        return error_set(e, STATUS_FULL, "no row has gone out yet that the dead letters could go behind");
    return store_log_end(m->store, m->sink, next, &m->to, e);
}

// From the dead letters into the log, a page; the caller commits.
static enum status move_page(struct moving *m, struct error *e)
{
    const struct state *part = deadletter_part(m->store, m->sink, e);
    text_clear(&m->frames);
    m->count = 0;
    m->full = false;
    enum status s = part ? state_scan(part, (struct slice){0}, take_one, m, e) : STATUS_FAILED;
    for (size_t at = 0; s == STATUS_OK && at < m->frames.size;) {
        struct slice frame;
        memcpy(&frame.size, m->frames.data + at, sizeof frame.size);
        frame.data = m->frames.data + at + sizeof frame.size;
        if (m->to.turn == UINT16_MAX)
            return error_set(e, STATUS_FULL,
                             "no more dead letters go behind one row: start the pipeline, then send the others again");
        s = store_log_append(m->store, m->sink, m->to, frame, e);
        m->to.turn++;
        at += sizeof frame.size + frame.size;
    }
    return s;
}

enum status letters_resend(struct outlet *o, bool *more, struct error *e)
{
    struct moving m = {.store = o->setup->store, .sink = o->name};
    const struct state *part = deadletter_part(m.store, m.sink, e);
    if (!part || state_count(part) == 0)
        return part ? STATUS_OK : STATUS_FAILED;
    text_init(&m.frames, o->setup->memory);
    enum status s = find_end(&m, e);
    assert(s != STATUS_OK || (!place_before(m.to, o->next) && !place_before(m.to, o->done)));
    if (s == STATUS_OK)
        s = move_page(&m, e);
    text_free(&m.frames);
    o->new_records += m.count;
    o->change.logged += m.count;
    *more = *more || m.full;
    return s;
}

static enum status move_and_commit(struct moving *m, struct error *e)
{
    enum status s = move_page(m, e);
    struct store_position position = store_position(m->store);
    return s == STATUS_OK ? store_commit(m->store, &position, (struct slice){0}, e) : s;
}

enum status deadletter_resend(struct store *s, uint64_t *count, struct error *e)
{
    struct memory memory = {0};
    struct names *n = mem_zalloc(&memory, sizeof *n);
    *count = 0;
    enum status status = store_parts(s, note_name, n, e);
    for (uint32_t i = 0; status == STATUS_OK && i < n->count; i++) {
        struct moving m = {.store = s, .sink = n->at[i]};
        text_init(&m.frames, &memory);
        status = find_end(&m, e);
        do {
            status = status == STATUS_OK ? move_and_commit(&m, e) : status;
            *count += status == STATUS_OK ? m.count : 0;
        } while (status == STATUS_OK && m.full);
        text_free(&m.frames);
    }
    mem_free(&memory, n, sizeof *n);
    return status;
}
