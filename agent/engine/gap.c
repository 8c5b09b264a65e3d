// Deliberate losses. What is taken from the log is told by a gap record at the place behind the last one lost; one that
// was never tried is taken up by the next that continues it, so that a long outage leaves one, not thousands.
#include "agent/engine/groups.h"
#include "agent/engine/outlet.h"

#include "ops/encoder.h"

#include <inttypes.h>

enum { GAP_RECORD_BYTES = 512 }; // what telling of a loss may take itself

struct loss {
    struct outlet *outlet;
    enum gap_reason reason;
    uint64_t before;             // rows from this seq on stay
    const struct groups *groups; // NULL: every row goes
    uint64_t wanted, freed;      // bytes; wanted UINT64_MAX: as many as there are
    bool any, damaged;
    uint64_t from, to, count;
    uint64_t rows, gaps; // taken out
};

static enum visit lose(struct loss *l, uint64_t from, uint64_t to, uint64_t count, uint32_t bytes)
{
    l->from = l->any && l->from < from ? l->from : from;
    l->to = l->any && l->to > to ? l->to : to;
    l->count += count;
    l->any = true;
    l->freed += bytes;
    return VISIT_REMOVE;
}

static enum visit lose_one(void *arg, struct log_place place, struct slice payload)
{
    struct loss *l = arg;
    struct sink_record record;
    struct record_note note;
    if (place.seq >= l->before)
        return VISIT_STOP;
    if (!record_frame_open(payload, NULL, &record, &note)) {
        l->damaged = true;
        return VISIT_STOP;
    }
    if (record.gap) {
        if (note.reason != l->reason)
            return VISIT_NEXT;
        l->gaps++;
        return lose(l, record.seq, note.to, note.count, payload.size);
    }
    if (l->freed >= l->wanted)
        return VISIT_STOP;
    if (place.turn != 0 || (l->groups && !(note.has_group && groups_have(l->groups, note.group))))
        return VISIT_NEXT; // a dead letter that is sent again was asked for by a person: it stays
    l->rows++;
    return lose(l, record.seq, record.seq, 1, payload.size);
}

static const char *reason_word(enum gap_reason r)
{
    return r == GAP_SUPERSEDED ? "superseded" : "full";
}

// `words`: of the gap, as JSON members. The record goes to `place`.
static enum status tell(struct outlet *o, uint64_t from, struct record_note note, struct log_place place,
                        const struct text *words, struct error *e)
{
    const struct identity *who = o->setup->who;
    struct text json;
    text_init(&json, o->setup->memory);
    text_string(&json, "{\"_runnel\":{\"device\":");
    json_append_string(&json, who->device);
    text_string(&json, ",\"query\":");
    json_append_string(&json, who->query);
    text_string(&json, ",\"epoch\":");
    json_append_string(&json, who->epoch);
    text_string(&json, ",\"gap\":{");
    text_slice(&json, text_view(words));
    text_string(&json, "}}}");
    o->note = note;
    o->gap_place = place;
    enum status s = o->class->render_gap(o->sink, from, text_view(&json), e);
    o->note = (struct record_note){0};
    text_free(&json);
    return s;
}

static enum status tell_loss(struct outlet *o, const struct loss *l, struct error *e)
{
    if (!o->class->render_gap)
        return STATUS_OK;
    struct text words;
    text_init(&words, o->setup->memory);
    text_printf(&words, "\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"count\":%" PRIu64 ",\"reason\":\"%s\"", l->from,
                l->to, l->count, reason_word(l->reason));
    struct record_note note = {.to = l->to, .count = l->count, .reason = l->reason};
    enum status s = tell(o, l->from, note, (struct log_place){l->to, 1}, &words, e);
    text_free(&words);
    return s;
}

static enum status take_out(struct loss *l, struct error *e)
{
    struct outlet *o = l->outlet;
    enum status s = store_log_edit(o->setup->store, o->name, o->tried, lose_one, l, e);
    if (s == STATUS_OK && l->damaged)
        s = error_set(e, STATUS_DAMAGED, "sink \"%s\": a record of its log is none of ours", o->name);
    if (s != STATUS_OK || !l->any)
        return s;
    o->gone += l->rows + l->gaps;
    o->change.logged -= l->gaps; // taken up by the new one
    if (l->reason == GAP_SUPERSEDED)
        o->change.superseded += l->rows;
    else
        o->change.dropped += l->rows;
    return tell_loss(o, l, e);
}

enum status gap_supersede(struct outlet *o, struct error *e)
{
    struct loss l = {.outlet = o, .reason = GAP_SUPERSEDED, .before = o->setup->who->first_seq, .wanted = UINT64_MAX};
    return take_out(&l, e);
}

enum status gap_supersede_groups(struct outlet *o, const struct groups *g, struct error *e)
{
    struct loss l = {
        .outlet = o, .reason = GAP_SUPERSEDED, .before = o->setup->who->first_seq, .groups = g, .wanted = UINT64_MAX};
    return take_out(&l, e);
}

enum status gap_drop_oldest(struct outlet *o, uint64_t share, struct error *e)
{
    uint64_t records, bytes;
    enum status s = store_log_size(o->setup->store, o->name, &records, &bytes, e);
    if (s == STATUS_OK && records > 0) // those that this commit removes anyway do not count
        bytes -= (uint64_t)((double)bytes * (double)o->stale / (double)records);
    if (s != STATUS_OK || bytes <= share)
        return s;
    struct loss l = {.outlet = o, .reason = GAP_FULL, .before = UINT64_MAX, .wanted = bytes - share + GAP_RECORD_BYTES};
    return take_out(&l, e);
}

// ---------------------------------------------------------------- before the log

struct taking {
    struct log_place place;
    bool taken;
};

static enum visit take_it(void *arg, struct log_place place, struct slice payload)
{
    struct taking *t = arg;
    (void)payload;
    if (t->taken)
        return VISIT_STOP;
    t->taken = place.seq == t->place.seq && place.turn == t->place.turn;
    return t->taken ? VISIT_REMOVE : VISIT_STOP;
}

// The batch makes the record of its own: two losses of the same size are told apart by it.
static enum status tell_intake(struct outlet *o, const char *source, struct told told, struct error *e)
{
    struct text words;
    text_init(&words, o->setup->memory);
    text_string(&words, "\"source\":");
    json_append_string(&words, slice_of(source));
    text_printf(&words, ",\"batch\":%" PRId64 ",\"count\":%" PRIu64 ",\"reason\":\"overrun\"", o->setup->who->batch,
                told.count);
    struct record_note note = {.to = told.place.seq, .count = told.count, .reason = GAP_INTAKE};
    enum status s = tell(o, told.place.seq, note, told.place, &words, e);
    text_free(&words);
    return s;
}

enum status gap_intake(struct outlet *o, uint32_t source, uint64_t next_seq, struct error *e)
{
    struct intake_loss *l = &o->loss[source];
    struct store *store = o->setup->store;
    // No row yet, or too many records behind the last one: told when there are more rows.
    if (l->due == 0 || l->next.count > 0 || next_seq == 0 || !o->class->render_gap)
        return STATUS_OK;
    struct told next = {.count = l->due};
    enum status s = store_log_end(store, o->name, next_seq, &next.place, e);
    if (s != STATUS_OK)
        return s == STATUS_FULL ? STATUS_OK : s;
    struct taking t = {.place = l->last.place};
    if (l->last.place.turn > 0 && !place_before(l->last.place, o->tried))
        s = store_log_edit(store, o->name, l->last.place, take_it, &t, e);
    if (t.taken) {
        next.count += l->last.count;
        o->gone++;
        o->change.logged--;
    }
    if (s == STATUS_OK)
        s = tell_intake(o, o->setup->sources[source], next, e);
    l->next = next;
    return s;
}

void gap_intake_settle(struct outlet *o, bool committed)
{
    for (uint32_t i = 0; i < o->setup->source_count; i++) {
        struct intake_loss *l = &o->loss[i];
        if (committed && l->next.count > 0) {
            l->due = 0;
            l->last = l->next;
        }
        l->next = (struct told){0};
    }
}
