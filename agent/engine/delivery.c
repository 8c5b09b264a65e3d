#include "agent/engine/outlet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SECOND = 1000 * 1000,
    BACK_OFF_LEAST = 1 * SECOND,
    BACK_OFF_MOST = 60 * SECOND,
    SETTLE = 60 * SECOND, // that an undecided record waits for the answers of those sent behind it
    LOOK = 60 * SECOND,   // between looks at a sink that should have woken us
    PROBES = 4,           // records sent past an undecided one, to know whether the receiver takes anything
    RING = FLIGHT_MAX,
};

void delivery_init(struct outlet *o)
{
    struct memory *m = o->setup->memory;
    arena_init(&o->arena, m, PAGE_BYTES / 4);
    o->page = mem_alloc(m, PAGE_RECORDS * sizeof *o->page);
    o->page_place = mem_alloc(m, PAGE_RECORDS * sizeof *o->page_place);
    o->flight = mem_alloc(m, RING * sizeof *o->flight);
}

void delivery_free(struct outlet *o)
{
    if (!o->setup)
        return;
    struct memory *m = o->setup->memory;
    arena_free(&o->arena);
    mem_free(m, o->page, PAGE_RECORDS * sizeof *o->page);
    mem_free(m, o->page_place, PAGE_RECORDS * sizeof *o->page_place);
    mem_free(m, o->flight, RING * sizeof *o->flight);
    mem_free(m, o->suspects, o->suspect_room * sizeof *o->suspects);
    mem_free(m, o->letters, o->letter_room * sizeof *o->letters);
}

static struct flight *flight_at(struct outlet *o, uint32_t i)
{
    return &o->flight[(o->flight_first + i) % RING];
}

// ---------------------------------------------------------------- the page

struct page_reading {
    struct outlet *o;
    size_t bytes;
    bool damaged;
};

static bool read_record(void *arg, struct log_place place, struct slice payload)
{
    struct page_reading *r = arg;
    struct outlet *o = r->o;
    struct record_note note;
    if (o->page_count > 0 && (o->page_count == PAGE_RECORDS || r->bytes + payload.size > PAGE_BYTES))
        return false;
    struct slice frame = {arena_copy(&o->arena, payload.data, payload.size), payload.size};
    if (!record_frame_open(frame, &o->arena, &o->page[o->page_count], &note)) {
        r->damaged = true;
        return false;
    }
    r->bytes += payload.size;
    o->page_place[o->page_count++] = place;
    return true;
}

void delivery_forget_page(struct outlet *o)
{
    if (o->page_sent < o->page_count)
        o->next = o->page_place[o->page_sent];
    o->page_count = o->page_sent = 0;
    o->empty = false;
    arena_reset(&o->arena);
}

static enum status read_page(struct outlet *o, struct error *e)
{
    if (o->page_sent < o->page_count || o->empty)
        return STATUS_OK;
    o->page_count = o->page_sent = 0;
    arena_reset(&o->arena);
    struct page_reading r = {.o = o};
    enum status s = store_log_read(o->setup->store, o->name, o->next, read_record, &r, e);
    if (s != STATUS_OK)
        return s;
    if (r.damaged && o->page_count == 0)
        return error_set(e, STATUS_DAMAGED, "sink \"%s\": a record of its log behind seq %" PRIu64 " is none of ours",
                         o->name, o->next.seq);
    if (o->page_count > 0)
        o->next = place_after(o->page_place[o->page_count - 1]);
    o->empty = o->page_count == 0;
    return STATUS_OK;
}

// ---------------------------------------------------------------- what became of them

static void advance(struct outlet *o)
{
    while (o->flight_count > 0) {
        const struct flight *f = flight_at(o, 0);
        if (f->state != FLIGHT_ARRIVED && f->state != FLIGHT_REFUSED)
            break;
        o->done = place_after(f->place);
        o->counters.waiting--;
        o->stale++;
        if (f->state == FLIGHT_ARRIVED)
            o->counters.acknowledged++;
        else
            o->counters.dead++;
        o->flight_first = (o->flight_first + 1) % RING;
        o->flight_count--;
        o->ticket++;
        if (o->pending_since == 0)
            o->pending_since = o->setup->port->class->monotonic(o->setup->port);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->suspect_count; i++)
        if (!place_before(o->suspects[i].place, o->done))
            o->suspects[kept++] = o->suspects[i];
    o->suspect_count = kept;
}

static struct suspect *suspect_of(struct outlet *o, struct log_place place)
{
    for (uint32_t i = 0; i < o->suspect_count; i++)
        if (o->suspects[i].place.seq == place.seq && o->suspects[i].place.turn == place.turn)
            return &o->suspects[i];
    if (o->suspect_count == o->suspect_room) {
        uint32_t room = o->suspect_room > 0 ? 2 * o->suspect_room : 16;
        o->suspects = mem_resize(o->setup->memory, o->suspects, o->suspect_room * sizeof *o->suspects,
                                 room * sizeof *o->suspects);
        o->suspect_room = room;
    }
    o->suspects[o->suspect_count] = (struct suspect){.place = place, .accepted = UINT64_MAX};
    return &o->suspects[o->suspect_count++];
}

// It arrived, even if it has to be sent again for the sake of the order: nothing is wrong with it.
static void clear_suspect(struct outlet *o, struct log_place place)
{
    for (uint32_t i = 0; i < o->suspect_count; i++)
        if (o->suspects[i].place.seq == place.seq && o->suspects[i].place.turn == place.turn)
            o->suspects[i--] = o->suspects[--o->suspect_count];
}

static void refused(struct outlet *o, struct flight *f, const char *reason)
{
    f->state = FLIGHT_REFUSED;
    letter_add(o, f->place, reason);
    log_say(o->setup->log, LOG_LEVEL_WARNING, "sink \"%s\": record %" PRIu64 " goes to the dead letters: %s", o->name,
            f->seq, reason);
}

// A try counts only if the receiver has accepted another record since this one's first refusal: else it may be the
// receiver that is ill, not the record (docs/pipeline.md, Retries).
static void undecided(struct outlet *o, struct flight *f, const char *reason)
{
    struct suspect *s = suspect_of(o, f->place);
    if (s->accepted == UINT64_MAX)
        s->accepted = o->accepted;
    else if (o->accepted > s->accepted)
        s->tries++;
    if (s->tries >= o->max_tries) {
        char words[SINK_REASON_MAX];
        snprintf(words, sizeof words, "refused %" PRIu32 " times: %.200s", s->tries + 1, reason);
        refused(o, f, words);
        return;
    }
    f->state = FLIGHT_UNDECIDED;
    if (o->settle_until == 0)
        o->settle_until = o->setup->port->class->monotonic(o->setup->port) + SETTLE;
}

static void note_failure(struct outlet *o, const struct sink_delivery_report *r)
{
    snprintf(o->reason, sizeof o->reason, "%s", r->reason);
    if (r->retry_after > o->retry_after)
        o->retry_after = r->retry_after;
}

static void take_report(struct outlet *o, const struct sink_delivery_report *r)
{
    if (r->ticket < o->ticket || r->ticket - o->ticket >= o->flight_count)
        return; // of before the last reset
    struct flight *f = flight_at(o, (uint32_t)(r->ticket - o->ticket));
    if (f->state != FLIGHT_SENT)
        return;
    o->unknown--;
    switch (r->outcome) {
    case SINK_ARRIVED:
        f->state = FLIGHT_ARRIVED;
        clear_suspect(o, f->place);
        o->accepted++;
        o->failures = 0;
        break;
    case SINK_REFUSED:
        refused(o, f, r->reason);
        break;
    case SINK_UNDECIDED:
        note_failure(o, r);
        undecided(o, f, r->reason);
        break;
    case SINK_AGAIN:
        note_failure(o, r);
        f->state = FLIGHT_UNDECIDED;
        o->rewind = true;
        break;
    }
}

static uint64_t random_below(struct outlet *o, uint64_t bound) // splitmix64
{
    uint64_t z = (o->random += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % bound;
}

// Full jitter: anything up to a bound that doubles with each failure in a row.
static int64_t back_off(struct outlet *o)
{
    int64_t bound = BACK_OFF_LEAST;
    for (uint32_t i = 0; i < o->failures && bound < BACK_OFF_MOST; i++)
        bound *= 2;
    bound = bound < BACK_OFF_MOST ? bound : BACK_OFF_MOST;
    o->failures++;
    return (int64_t)random_below(o, (uint64_t)bound) + 1;
}

static void pause_sink(struct outlet *o, int64_t now)
{
    int64_t own = back_off(o);
    o->retry_at = now + (o->retry_after > 0 ? o->retry_after : own);
    o->retry_after = 0;
    o->lease_size = LEASE_LEAST;
    if (!o->said_failing)
        log_say(o->setup->log, LOG_LEVEL_WARNING, "sink \"%s\": %s; sending again, nothing is lost", o->name,
                o->reason);
    o->said_failing = true;
}

// From the first that did not arrive on, all again: in order for each key, and repeats are the same bytes.
static void go_back(struct outlet *o, int64_t now)
{
    if (o->class->reset)
        o->class->reset(o->sink);
    if (o->flight_count > 0) {
        struct log_place first = flight_at(o, 0)->place;
        letters_forget(o, first);
        delivery_forget_page(o);
        o->next = first;
        o->counters.repeats += o->flight_count;
        o->ticket += o->flight_count;
        o->flight_count = 0;
    }
    o->unknown = 0;
    o->rewind = false;
    o->settle_until = 0;
    o->probes = 0;
    pause_sink(o, now);
}

static void poll_reports(struct outlet *o)
{
    struct sink_delivery_report r;
    uint64_t before = o->accepted;
    while (r = (struct sink_delivery_report){0}, o->class->poll(o->sink, &r))
        take_report(o, &r);
    advance(o);
    if (o->accepted != before && o->said_failing && o->settle_until == 0 && !o->rewind) {
        log_say(o->setup->log, LOG_LEVEL_INFO, "sink \"%s\": is taking records again; %" PRIu64 " wait", o->name,
                o->counters.waiting);
        o->said_failing = false;
    }
}

// ---------------------------------------------------------------- sending

// Whether a record may be sent past one that is undecided: only to learn whether the receiver takes anything at all.
static bool may_probe(const struct outlet *o)
{
    for (uint32_t i = 0; i < o->suspect_count; i++)
        if (o->accepted > o->suspects[i].accepted)
            return false;
    return o->unknown == 0 && o->probes < PROBES;
}

// How many of the page may go now, but for the sink's own room.
static uint32_t sendable(const struct outlet *o)
{
    uint32_t most = RING - o->flight_count, count = 0;
    while (count < most && o->page_sent + count < o->page_count &&
           place_before(o->page_place[o->page_sent + count], o->lease))
        count++;
    return count;
}

static enum status send_some(struct outlet *o, uint32_t count, int64_t now, struct error *e)
{
    const struct sink_record *from = o->page + o->page_sent;
    struct error why = {0};
    enum status s = o->class->send(o->sink, from, count, &why);
    if (s == STATUS_DAMAGED || s == STATUS_CONFIG)
        return error_set(e, s, "%s", why.text);
    if (s != STATUS_OK) { // none was taken
        snprintf(o->reason, sizeof o->reason, "%.*s", SINK_REASON_MAX - 1, why.text);
        go_back(o, now);
        return STATUS_AGAIN;
    }
    for (uint32_t i = 0; i < count; i++)
        *flight_at(o, o->flight_count + i) =
            (struct flight){.place = o->page_place[o->page_sent + i], .seq = from[i].seq};
    o->flight_count += count;
    o->unknown += count;
    o->page_sent += count;
    struct log_place behind = place_after(o->page_place[o->page_sent - 1]);
    if (place_before(o->tried, behind))
        o->tried = behind;
    return STATUS_OK;
}

// One page at most, so that a batch never waits for more.
static enum status send_page(struct outlet *o, int64_t now, int64_t *next, struct error *e)
{
    bool probing = o->settle_until != 0;
    const char *reason = NULL;
    uint32_t sent = 0, room;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && sent < PAGE_RECORDS && (!probing || may_probe(o))) {
        s = read_page(o, e);
        uint32_t count = s == STATUS_OK ? sendable(o) : 0;
        room = count > 0 ? o->class->room(o->sink, &reason) : 0;
        count = count < room ? count : room;
        count = probing && count > 1 ? 1 : count;
        if (count == 0)
            break;
        s = send_some(o, count, now, e);
        sent += count;
        o->probes += probing;
    }
    if (s == STATUS_OK && sent >= PAGE_RECORDS)
        *next = now;
    if (reason && !o->said_failing)
        snprintf(o->reason, sizeof o->reason, "%s", reason);
    return s == STATUS_AGAIN ? STATUS_OK : s;
}

bool delivery_wants_lease(struct outlet *o, int64_t now)
{
    const char *reason = NULL;
    return o->page_sent < o->page_count && !place_before(o->page_place[o->page_sent], o->lease) &&
           o->settle_until == 0 && o->retry_at <= now && o->flight_count < RING && o->class->room(o->sink, &reason) > 0;
}

enum status delivery_turn(struct outlet *o, int64_t now, int64_t *next, struct error *e)
{
    poll_reports(o);
    if (o->rewind || (o->settle_until != 0 && (now >= o->settle_until || (o->unknown == 0 && !may_probe(o)))))
        go_back(o, now);
    *next = o->counters.waiting > 0 ? now + LOOK : INT64_MAX;
    if (now < o->retry_at) {
        *next = o->retry_at;
        return STATUS_OK;
    }
    o->retry_at = 0;
    if (o->letter_count >= LETTERS_MAX)
        return STATUS_OK; // a commit is due, and takes them
    enum status s = send_page(o, now, next, e);
    if (s == STATUS_OK && o->settle_until != 0 && o->unknown == 0)
        go_back(o, now); // nothing could be sent past it
    if (o->retry_at > now)
        *next = o->retry_at;
    else if (o->settle_until != 0 && o->settle_until < *next)
        *next = o->settle_until;
    return s;
}
