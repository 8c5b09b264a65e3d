#include "agent/engine/outbox.h"

#include "agent/engine/groups.h"
#include "agent/engine/outlet.h"
#include "ops/endian.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SECOND = 1000 * 1000,
    OWN_COMMIT = 15 * SECOND,    // acknowledgements wait so long at least for a batch's commit to take them along
    BLOCKED_COMMIT = 1 * SECOND, // while nothing new can come
    PLACE_BYTES = 10,
};

struct outbox {
    struct outbox_setup setup;
    struct outlet *outlets;
    uint32_t count;
    struct groups groups;      // of the batch at hand
    const struct state *lease; // sink → place
};

// ---------------------------------------------------------------- rendering

static enum status append(void *self, const struct sink_record *record, struct error *e)
{
    struct outlet *o = self;
    struct outbox *box = o->box;
    struct log_place place = {record->seq, 0};
    struct record_note note = {0};
    if (record->gap) {
        assert(o->gap_place.turn > 0); // one gap record a gap
        note = o->note;
        place = o->gap_place;
        o->gap_place.turn = 0;
    } else {
        uint64_t row = record->seq - o->setup->who->first_seq;
        note.has_group = box->setup.full == OUTBOX_LATEST && row < box->groups.count;
        if (note.has_group)
            memcpy(note.group, box->groups.row[row], sizeof note.group);
    }
    text_clear(&o->frame);
    record_frame_append(&o->frame, record, &note);
    o->new_records++;
    o->change.logged++;
    return store_log_append(o->setup->store, o->name, place, text_view(&o->frame), e);
}

void outbox_rows(struct outbox *box, const struct chunk *chunk)
{
    if (box->count > 0)
        groups_add(&box->groups, chunk);
}

void outbox_lost(struct outbox *box, uint32_t source, uint64_t rows)
{
    for (uint32_t i = 0; i < box->count; i++)
        box->outlets[i].loss[source].due += rows;
}

// ---------------------------------------------------------------- start and end

enum status outbox_open(const struct outbox_setup *setup, struct outbox **out, struct error *e)
{
    struct outbox *o = mem_zalloc(setup->memory, sizeof *o);
    o->setup = *setup;
    o->outlets = mem_zalloc(setup->memory, setup->sinks * sizeof *o->outlets);
    bool by_group = setup->full == OUTBOX_LATEST && setup->mode == OUTPUT_UPDATE;
    groups_init(&o->groups, setup->group_columns, by_group ? setup->group_column_count : 0, setup->memory);
    if (setup->sinks > 0 && !(o->lease = store_state(setup->store, "cursors:lease", e))) {
        outbox_close(o);
        return STATUS_FAILED;
    }
    *out = o;
    return STATUS_OK;
}

void outbox_close(struct outbox *box)
{
    if (!box)
        return;
    for (uint32_t i = 0; i < box->count; i++) {
        delivery_free(&box->outlets[i]);
        text_free(&box->outlets[i].frame);
        mem_free(box->setup.memory, box->outlets[i].loss, box->setup.source_count * sizeof *box->outlets[i].loss);
    }
    struct memory *m = box->setup.memory;
    groups_free(&box->groups);
    mem_free(m, box->outlets, box->setup.sinks * sizeof *box->outlets);
    mem_free(m, box, sizeof *box);
}

struct counting {
    struct log_place upto;
    uint64_t count;
};

static bool count_one(void *arg, struct log_place place, struct slice payload)
{
    struct counting *c = arg;
    (void)payload;
    if (!place_before(place, c->upto))
        return false;
    c->count++;
    return true;
}

// Where a former process stopped: what may have reached the receiver counts as tried.
static enum status resume(struct outlet *o, struct error *e)
{
    struct store *store = o->setup->store;
    struct log_place cursor;
    struct slice value;
    uint64_t records, bytes;
    enum status s = store_log_cursor(store, o->name, &cursor, e);
    if (s == STATUS_OK)
        o->done = place_after(cursor);
    if (s == STATUS_OK || s == STATUS_END)
        s = state_get(o->box->lease, slice_of(o->name), &value, e);
    if (s == STATUS_OK && value.size == PLACE_BYTES)
        o->lease = (struct log_place){load_big(value.data, 8), (uint16_t)load_big(value.data + 8, 2)};
    if (s != STATUS_OK && s != STATUS_END)
        return s;
    o->stored = o->next = o->done;
    o->tried = place_before(o->lease, o->done) ? o->done : o->lease;
    struct counting c = {.upto = o->done};
    s = store_log_read(store, o->name, (struct log_place){0}, count_one, &c, e);
    if (s == STATUS_OK)
        s = store_log_size(store, o->name, &records, &bytes, e);
    if (s == STATUS_OK) {
        o->stale = c.count;
        o->counters.logged = o->counters.waiting = records - c.count;
    }
    return s;
}

enum status outbox_add(struct outbox *box, const char *name, const struct sink_class *class,
                       const struct options *options, const struct record_log **records, struct error *e)
{
    assert(box->count < box->setup.sinks);
    assert(class->room && class->send && class->poll);
    struct outlet *o = &box->outlets[box->count++];
    o->box = box;
    o->setup = &box->setup;
    o->name = name;
    o->class = class;
    o->records = (struct record_log){append, o};
    o->max_tries = (uint32_t)option_integer(options, "maxTries", TRIES_DEFAULT);
    o->lease_size = LEASE_LEAST;
    o->random = (uint64_t)box->setup.port->class->wall(box->setup.port) * 31 + box->count;
    for (const char *at = name; *at; at++)
        o->random = o->random * 31 + (unsigned char)*at;
    o->loss = mem_zalloc(box->setup.memory, box->setup.source_count * sizeof *o->loss);
    text_init(&o->frame, box->setup.memory);
    delivery_init(o);
    *records = &o->records;
    return resume(o, e);
}

void outbox_attach(struct outbox *box, struct sink *sink)
{
    box->outlets[box->count - 1].sink = sink;
}

// ---------------------------------------------------------------- commits

static uint64_t share_of(const struct outbox *o)
{
    return (uint64_t)o->setup.limit / o->setup.sinks;
}

static int64_t now_of(const struct outbox *o)
{
    return o->setup.port->class->monotonic(o->setup.port);
}

// What is deliberately lost, with the batch, and what was lost before it.
static enum status cut(struct outbox *box, struct outlet *o, uint64_t rows, struct error *e)
{
    enum status s = STATUS_OK;
    if (box->setup.mode == OUTPUT_COMPLETE)
        s = gap_supersede(o, e);
    else if (box->groups.count > 0)
        s = gap_supersede_groups(o, &box->groups, e);
    if (s == STATUS_OK && box->setup.full == OUTBOX_DROP_OLDEST)
        s = gap_drop_oldest(o, share_of(box), e);
    for (uint32_t i = 0; s == STATUS_OK && i < box->setup.source_count; i++)
        s = gap_intake(o, i, box->setup.who->first_seq + rows, e);
    return s;
}

// Lets so many more records out as the receiver is likely to take before the next commit; none while it takes none, so
// that an outage leaves little that counts as tried.
static enum status extend_lease(struct outlet *o, struct error *e)
{
    const char *reason = NULL;
    char bytes[PLACE_BYTES];
    o->next_lease = o->lease;
    bool takes = o->retry_at == 0 && o->settle_until == 0 && o->class->room(o->sink, &reason) > 0;
    if (!takes)
        return STATUS_OK;
    struct log_place from = o->page_sent < o->page_count ? o->page_place[o->page_sent] : o->next;
    struct log_place to = {from.seq + o->lease_size, 0};
    // Moved by half at least, so that a trickle of rows is not a record written each time.
    if (o->lease.seq >= from.seq + o->lease_size / 2)
        return STATUS_OK;
    o->next_lease = to;
    store_big(bytes, to.seq, 8);
    store_big(bytes + 8, to.turn, 2);
    return state_put(o->box->lease, slice_of(o->name), (struct slice){bytes, sizeof bytes}, e);
}

static struct log_place place_before_this(struct log_place p)
{
    return p.turn > 0 ? (struct log_place){p.seq, (uint16_t)(p.turn - 1)} : (struct log_place){p.seq - 1, UINT16_MAX};
}

static enum status settle_deliveries(struct outlet *o, struct error *e)
{
    enum status s = letters_write(o, e);
    o->next_stored = o->done;
    if (s == STATUS_OK && (place_before(o->stored, o->done) || o->stale > 0))
        s = store_log_acknowledge(o->setup->store, o->name, place_before_this(o->done), e);
    return s == STATUS_OK ? extend_lease(o, e) : s;
}

enum status outbox_prepare(struct outbox *box, bool with_batch, uint64_t rows, struct error *e)
{
    enum status s = STATUS_OK;
    assert(!with_batch || box->groups.column_count == 0 || box->groups.count == rows);
    if (with_batch && box->groups.count > 0)
        groups_index(&box->groups);
    for (uint32_t i = 0; s == STATUS_OK && i < box->count; i++) {
        struct outlet *o = &box->outlets[i];
        if (with_batch)
            s = cut(box, o, rows, e);
        if (s == STATUS_OK)
            s = settle_deliveries(o, e);
    }
    return s;
}

enum status outbox_resend(struct outbox *box, uint64_t *count, bool *more, struct error *e)
{
    enum status s = STATUS_OK;
    *count = 0;
    *more = false;
    for (uint32_t i = 0; s == STATUS_OK && i < box->count; i++) {
        s = letters_resend(&box->outlets[i], more, e);
        *count += box->outlets[i].new_records;
    }
    return s;
}

static void check_counts(const struct outbox_counters *c)
{
    assert(c->logged == c->acknowledged + c->superseded + c->dropped + c->dead + c->waiting);
    (void)c;
}

static void forget_change(struct outlet *o)
{
    o->change = (struct outbox_counters){0};
    o->new_records = o->gone = 0;
    o->note = (struct record_note){0};
}

void outbox_committed(struct outbox *box)
{
    for (uint32_t i = 0; i < box->count; i++) {
        struct outlet *o = &box->outlets[i];
        uint64_t records = 0, bytes = 0;
        o->counters.logged += o->change.logged;
        o->counters.superseded += o->change.superseded;
        o->counters.dropped += o->change.dropped;
        o->counters.waiting += o->new_records - o->gone;
        if (o->change.superseded + o->change.dropped > 0)
            log_say(o->setup->log, o->change.dropped > 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG,
                    "sink \"%s\": %" PRIu64 " records were %s, a gap record says so", o->name,
                    o->change.superseded + o->change.dropped, o->change.dropped > 0 ? "dropped" : "superseded");
        if (o->gone > 0)
            delivery_forget_page(o);
        if (o->new_records > 0)
            o->empty = false;
        letters_settle(o);
        o->stored = o->next_stored;
        o->lease = o->next_lease;
        if (store_log_size(o->setup->store, o->name, &records, &bytes, NULL) == STATUS_OK) {
            assert(records >= o->counters.waiting);
            o->stale = records - o->counters.waiting;
        }
        o->pending_since = o->stale > 0 ? now_of(box) : 0;
        check_counts(&o->counters);
        gap_intake_settle(o, true);
        forget_change(o);
    }
    groups_clear(&box->groups);
}

void outbox_abandoned(struct outbox *box)
{
    for (uint32_t i = 0; i < box->count; i++) {
        gap_intake_settle(&box->outlets[i], false);
        forget_change(&box->outlets[i]);
    }
    groups_clear(&box->groups);
}

// ---------------------------------------------------------------- between batches

static int64_t own_commit(struct outbox *o)
{
    if (outbox_blocks(o))
        return BLOCKED_COMMIT;
    return o->setup.commit_interval > OWN_COMMIT ? o->setup.commit_interval : OWN_COMMIT;
}

enum status outbox_turn(struct outbox *box, int64_t *next, struct error *e)
{
    *next = INT64_MAX;
    int64_t now = now_of(box);
    for (uint32_t i = 0; i < box->count; i++) {
        struct outlet *o = &box->outlets[i];
        int64_t own;
        enum status s = delivery_turn(o, now, &own, e);
        if (s != STATUS_OK)
            return s;
        int64_t due = o->pending_since != 0 ? o->pending_since + own_commit(box) : INT64_MAX;
        own = due < own ? due : own;
        *next = own < *next ? own : *next;
    }
    return STATUS_OK;
}

bool outbox_commit_due(struct outbox *box)
{
    int64_t now = now_of(box);
    bool due = false;
    for (uint32_t i = 0; i < box->count; i++) {
        struct outlet *o = &box->outlets[i];
        due = due || (o->letter_count >= LETTERS_MAX && place_before(o->letters[0].place, o->done)) ||
              (o->pending_since != 0 && now >= o->pending_since + own_commit(box));
        if (delivery_wants_lease(o, now)) {
            due = true;
            o->lease_size = o->lease_size < LEASE_MOST ? 2 * o->lease_size : LEASE_MOST;
        }
    }
    return due;
}

bool outbox_pending(const struct outbox *box)
{
    for (uint32_t i = 0; i < box->count; i++)
        if (place_before(box->outlets[i].stored, box->outlets[i].done) || box->outlets[i].stale > 0)
            return true;
    return false;
}

bool outbox_blocks(struct outbox *box)
{
    // The store's own limit: what is left of it is for taking away.
    const struct store_counters *c = box->count > 0 ? store_counters(box->setup.store) : NULL;
    if (c && c->map_max > 0 && outbox_waiting(box) > 0 && c->map_used >= c->map_max / 5 * 4)
        return true;
    if (box->setup.full == OUTBOX_DROP_OLDEST)
        return false;
    for (uint32_t i = 0; i < box->count; i++) {
        uint64_t records, bytes;
        if (store_log_size(box->setup.store, box->outlets[i].name, &records, &bytes, NULL) == STATUS_OK && bytes > 0 &&
            bytes >= share_of(box))
            return true;
    }
    return false;
}

uint64_t outbox_waiting(const struct outbox *box)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < box->count; i++)
        count += box->outlets[i].counters.waiting;
    return count;
}

void outbox_say_waiting(const struct outbox *box)
{
    for (uint32_t i = 0; i < box->count; i++) {
        const struct outlet *o = &box->outlets[i];
        if (o->counters.waiting > 0)
            log_say(box->setup.log, LOG_LEVEL_INFO,
                    "sink \"%s\": waiting for %" PRIu64 " records to be acknowledged%s%s", o->name, o->counters.waiting,
                    o->reason[0] ? ": " : "", o->reason);
    }
}

const struct outbox_counters *outbox_counters(const struct outbox *box, const char *name)
{
    for (uint32_t i = 0; i < box->count; i++)
        if (strcmp(box->outlets[i].name, name) == 0)
            return &box->outlets[i].counters;
    return NULL;
}
