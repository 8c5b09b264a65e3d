#include "tests/sim/sink_sim.h"

#include "ops/crc32c.h"
#include "ops/encoder.h"
#include "tests/sim/port_sim.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECEIVERS_MAX = 8, FLIGHTS = 4096, REPORTS = 8192, GAPS_MAX = 4096 };

struct seen {
    uint32_t sum;  // of its bytes
    uint32_t last; // when it came last; 0: never
};

struct told {
    uint64_t from, to, count; // intake: from and to are the batch that told
    uint32_t sum;
    bool intake;
};

struct carried {
    uint64_t seq, ticket;
    int64_t due;
    uint32_t sum;
    bool gap, intake;
    uint64_t from, to, count;
};

struct receiver_sim {
    struct port *port;
    struct memory memory;
    char name[32];
    uint64_t random;
    struct receiver_faults faults;
    struct seen *seen;
    uint64_t room, arrived, repeats, sends;
    int64_t last_send;
    uint32_t clock;
    struct told gap[GAPS_MAX];
    uint32_t gaps;
    char wrong[200];
    struct sink *sink;

    struct carried flight[FLIGHTS];
    uint32_t flight_first, flights;
    struct sink_delivery_report report[REPORTS];
    uint32_t report_first, reports;
};

struct sink {
    struct receiver_sim *receiver;
    struct memory *memory;
    const struct record_log *records;
    const struct session *session;
    struct slice *names;
    uint32_t name_count;
    struct identity who;
    uint64_t ticket, row;
    struct text value, tag;
    struct sink_counters counters;
};

static struct receiver_sim *receivers[RECEIVERS_MAX];

static uint32_t chance_of(struct receiver_sim *r) // of 1000
{
    uint64_t z = (r->random += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % 1000);
}

// ---------------------------------------------------------------- the other end

static void receive_gap(struct receiver_sim *r, const struct carried *c)
{
    for (uint32_t i = 0; i < r->gaps; i++) {
        if (r->gap[i].from == c->from && r->gap[i].to == c->to && r->gap[i].intake == c->intake) {
            if (r->gap[i].sum != c->sum)
                snprintf(r->wrong, sizeof r->wrong, "gap %" PRIu64 " came again with other bytes", c->seq);
            return;
        }
    }
    assert(r->gaps < GAPS_MAX);
    r->gap[r->gaps++] = (struct told){c->from, c->to, c->count, c->sum, c->intake};
}

static void receive(struct receiver_sim *r, const struct carried *c)
{
    if (c->gap) {
        receive_gap(r, c);
        return;
    }
    if (c->seq >= r->room) {
        uint64_t room = r->room > 0 ? r->room : 1024;
        while (room <= c->seq)
            room *= 2;
        r->seen = mem_resize(&r->memory, r->seen, r->room * sizeof *r->seen, room * sizeof *r->seen);
        memset(r->seen + r->room, 0, (room - r->room) * sizeof *r->seen);
        r->room = room;
    }
    struct seen *s = &r->seen[c->seq];
    if (s->last == 0)
        r->arrived++;
    else
        r->repeats++;
    if (s->last != 0 && s->sum != c->sum)
        snprintf(r->wrong, sizeof r->wrong, "%" PRIu64 " came again with other bytes", c->seq);
    s->sum = c->sum;
    s->last = ++r->clock;
}

static void report(struct receiver_sim *r, const struct carried *c, enum sink_outcome outcome, const char *reason)
{
    assert(r->reports < REPORTS);
    struct sink_delivery_report *to = &r->report[(r->report_first + r->reports++) % REPORTS];
    *to = (struct sink_delivery_report){.ticket = c->ticket, .outcome = outcome};
    if (outcome != SINK_ARRIVED) {
        to->retry_after = outcome == SINK_REFUSED ? 0 : r->faults.retry_after;
        snprintf(to->reason, sizeof to->reason, "%s", reason);
    }
}

static bool refuses(const struct receiver_sim *r, const struct carried *c)
{
    return r->faults.all_undecided ||
           (!c->gap && (c->seq == r->faults.refused_seq || c->seq == r->faults.undecided_seq));
}

static void decide(struct receiver_sim *r, const struct carried *c)
{
    const struct receiver_faults *f = &r->faults;
    uint32_t p = chance_of(r);
    if (f->down) {
        if (p < 500 && !refuses(r, c))
            receive(r, c);
        report(r, c, SINK_AGAIN, "the connection is lost");
    } else if (!c->gap && c->seq == f->refused_seq) {
        report(r, c, SINK_REFUSED, "422: too large");
    } else if (f->all_undecided || (!c->gap && c->seq == f->undecided_seq) || p < f->undecided) {
        report(r, c, SINK_UNDECIDED, "500");
    } else if (p < f->undecided + f->again) {
        report(r, c, SINK_AGAIN, "503");
    } else {
        receive(r, c);
        if (p < f->undecided + f->again + f->lost_answer)
            report(r, c, SINK_AGAIN, "no answer");
        else
            report(r, c, SINK_ARRIVED, "");
    }
}

static void tick(struct port *port, void *arg)
{
    for (uint32_t i = 0; i < RECEIVERS_MAX; i++) {
        struct receiver_sim *r = receivers[i];
        if (r == NULL || r != arg)
            continue;
        while (r->flights > 0 && r->flight[r->flight_first].due <= port->class->monotonic(port)) {
            decide(r, &r->flight[r->flight_first]);
            r->flight_first = (r->flight_first + 1) % FLIGHTS;
            r->flights--;
        }
        port->class->wake(port);
    }
}

// What is under way when nobody waits for the answer any more: it comes, or not.
static void let_go(struct receiver_sim *r)
{
    bool lost = false;
    for (; r->flights > 0; r->flights--) {
        lost = lost || chance_of(r) < 100;
        if (!lost && !refuses(r, &r->flight[r->flight_first]))
            receive(r, &r->flight[r->flight_first]);
        r->flight_first = (r->flight_first + 1) % FLIGHTS;
    }
    r->reports = 0;
}

void receiver_sim_cut(struct receiver_sim *r)
{
    for (; r->flights > 0; r->flights--) {
        if (chance_of(r) < 500 && !refuses(r, &r->flight[r->flight_first]))
            receive(r, &r->flight[r->flight_first]);
        report(r, &r->flight[r->flight_first], SINK_AGAIN, "the connection is cut");
        r->flight_first = (r->flight_first + 1) % FLIGHTS;
    }
    r->port->class->wake(r->port);
}

struct receiver_sim *receiver_sim_new(struct port *port, const char *sink, uint64_t seed)
{
    struct memory start = {0};
    struct receiver_sim *r = mem_zalloc(&start, sizeof *r);
    r->memory = start;
    r->port = port;
    r->random = seed;
    r->faults = (struct receiver_faults){
        .undecided_seq = UINT64_MAX, .refused_seq = UINT64_MAX, .window = 100, .latency = 10000};
    snprintf(r->name, sizeof r->name, "%s", sink);
    for (uint32_t i = 0; i < RECEIVERS_MAX; i++) {
        if (receivers[i] == NULL) {
            receivers[i] = r;
            return r;
        }
    }
    assert(false && "too many receivers");
    return NULL;
}

void receiver_sim_free(struct receiver_sim *r)
{
    for (uint32_t i = 0; i < RECEIVERS_MAX; i++)
        if (receivers[i] == r)
            receivers[i] = NULL;
    mem_free(&r->memory, r->seen, r->room * sizeof *r->seen);
    struct memory end = r->memory;
    mem_free(&end, r, sizeof *r);
}

struct receiver_faults *receiver_sim_faults(struct receiver_sim *r)
{
    return &r->faults;
}

uint64_t receiver_sim_sends(const struct receiver_sim *r)
{
    return r->sends;
}

int64_t receiver_sim_last_send(const struct receiver_sim *r)
{
    return r->last_send;
}

uint64_t receiver_sim_arrived(const struct receiver_sim *r)
{
    return r->arrived;
}

uint64_t receiver_sim_repeats(const struct receiver_sim *r)
{
    return r->repeats;
}

uint64_t receiver_sim_told_missing(const struct receiver_sim *r)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < r->gaps; i++)
        count += r->gap[i].intake ? 0 : r->gap[i].count;
    return count;
}

uint64_t receiver_sim_lost(const struct receiver_sim *r)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < r->gaps; i++)
        count += r->gap[i].intake ? r->gap[i].count : 0;
    return count;
}

bool receiver_sim_has(const struct receiver_sim *r, uint64_t seq)
{
    return seq < r->room && r->seen[seq].last != 0;
}

static uint32_t gaps_over(const struct receiver_sim *r, uint64_t seq)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->gaps; i++)
        count += !r->gap[i].intake && seq >= r->gap[i].from && seq <= r->gap[i].to;
    return count;
}

const char *receiver_sim_check(struct receiver_sim *r, uint64_t rows, uint64_t excused)
{
    uint32_t last = 0;
    for (uint64_t seq = 0; seq < rows && r->wrong[0] == '\0'; seq++) {
        uint32_t came = seq < r->room ? r->seen[seq].last : 0, told = gaps_over(r, seq);
        if (came == 0 && told == 0 && excused > 0)
            excused--;
        else if ((came != 0) + told != 1)
            snprintf(r->wrong, sizeof r->wrong, "%s: %" PRIu64 " came%s, and %" PRIu32 " gaps tell of it", r->name, seq,
                     came ? "" : " never", told);
        else if (came != 0 && came < last)
            snprintf(r->wrong, sizeof r->wrong, "%s: %" PRIu64 " came out of order", r->name, seq);
        last = came != 0 ? came : last;
    }
    for (uint32_t i = 0; i < r->gaps && r->wrong[0] == '\0'; i++)
        if (!r->gap[i].intake && r->gap[i].count != r->gap[i].to - r->gap[i].from + 1)
            snprintf(r->wrong, sizeof r->wrong, "%s: the gap from %" PRIu64 " to %" PRIu64 " tells of %" PRIu64,
                     r->name, r->gap[i].from, r->gap[i].to, r->gap[i].count);
    return r->wrong[0] ? r->wrong : NULL;
}

const char *receiver_sim_check_counts(struct receiver_sim *r, uint64_t rows)
{
    if (r->wrong[0] == '\0' && r->arrived + receiver_sim_told_missing(r) != rows)
        snprintf(r->wrong, sizeof r->wrong, "%s: %" PRIu64 " came, %" PRIu64 " were told missing, of %" PRIu64, r->name,
                 r->arrived, receiver_sim_told_missing(r), rows);
    return r->wrong[0] ? r->wrong : NULL;
}

// ---------------------------------------------------------------- the sink

static enum sink_delivery sim_delivery(const struct options *o)
{
    (void)o;
    return SINK_LOGGED;
}

static enum status sim_open_sink(const struct sink_setup *setup, struct sink **out, struct error *e)
{
    for (uint32_t i = 0; i < RECEIVERS_MAX; i++) {
        struct receiver_sim *r = receivers[i];
        if (r == NULL || strcmp(r->name, setup->name) != 0)
            continue;
        struct sink *s = mem_zalloc(setup->memory, sizeof *s);
        s->receiver = r;
        s->memory = setup->memory;
        s->records = setup->records;
        s->session = setup->session;
        s->name_count = setup->field_count;
        s->names = mem_alloc(s->memory, (s->name_count + 1) * sizeof *s->names);
        for (uint32_t k = 0; k < s->name_count; k++)
            s->names[k] = setup->fields[k].name;
        text_init(&s->value, s->memory);
        text_init(&s->tag, s->memory);
        r->sink = s;
        *out = s;
        return STATUS_OK;
    }
    return error_set(e, STATUS_CONFIG, "no receiver for %s", setup->name);
}

static void sim_close_sink(struct sink *s)
{
    if (s == NULL)
        return;
    let_go(s->receiver);
    s->receiver->sink = NULL;
    text_free(&s->value);
    text_free(&s->tag);
    mem_free(s->memory, s->names, (s->name_count + 1) * sizeof *s->names);
    mem_free(s->memory, s, sizeof *s);
}

static enum status sim_begin(struct sink *s, const struct batch *batch, const struct identity *who, struct error *e)
{
    (void)batch;
    (void)e;
    s->who = *who;
    s->row = 0;
    return STATUS_OK;
}

static enum status sim_render(struct sink *s, const struct chunk *chunk, struct error *e)
{
    FOR_EACH_ROW (i, &chunk->rows) {
        text_clear(&s->value);
        text_clear(&s->tag);
        identity_append(&s->tag, &s->who, s->row, true);
        json_append_row(&s->value, s->names, chunk, i, text_view(&s->tag), s->session);
        struct sink_record r = {.seq = s->who.first_seq + s->row, .value = text_view(&s->value)};
        enum status status = s->records->append(s->records->self, &r, e);
        if (status != STATUS_OK)
            return status;
        s->row++;
    }
    return STATUS_OK;
}

static enum status sim_render_gap(struct sink *s, uint64_t from, struct slice gap, struct error *e)
{
    struct sink_record r = {.seq = from, .gap = true, .topic = SLICE("gaps"), .value = gap};
    return s->records->append(s->records->self, &r, e);
}

static enum status sim_nothing(struct sink *s, struct error *e)
{
    (void)s;
    (void)e;
    return STATUS_OK;
}

static void sim_abandon(struct sink *s)
{
    s->row = 0;
}

static const struct sink_counters *sim_counters(const struct sink *s)
{
    return &s->counters;
}

static uint32_t sim_room(struct sink *s, const char **reason)
{
    struct receiver_sim *r = s->receiver;
    *reason = r->faults.down ? "there is no connection" : "the window is full";
    return r->faults.down || r->flights >= r->faults.window ? 0 : r->faults.window - r->flights;
}

static uint64_t number_behind(struct slice json, const char *name)
{
    char text[1024];
    snprintf(text, sizeof text, "%.*s", (int)json.size, json.data);
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : UINT64_MAX;
}

static uint32_t sum_of(const struct sink_record *record)
{
    uint32_t sum = crc32c(0, record->topic.data, record->topic.size);
    sum = crc32c(sum, record->key.data, record->key.size);
    for (uint32_t i = 0; i < 2 * record->header_count; i++)
        sum = crc32c(sum, record->header[i].data, record->header[i].size);
    return crc32c(sum, record->value.data, record->value.size);
}

static enum status sim_send(struct sink *s, const struct sink_record *records, uint32_t count, struct error *e)
{
    (void)e;
    struct receiver_sim *r = s->receiver;
    int64_t now = r->port->class->monotonic(r->port);
    assert(r->flights + count <= r->faults.window);
    for (uint32_t i = 0; i < count; i++) {
        struct carried c = {
            .seq = records[i].seq, .ticket = s->ticket++, .due = now + r->faults.latency, .gap = records[i].gap};
        c.sum = sum_of(&records[i]);
        if (c.gap) {
            c.count = number_behind(records[i].value, "\"count\":");
            c.from = number_behind(records[i].value, "\"from\":");
            c.to = number_behind(records[i].value, "\"to\":");
            c.intake = c.from == UINT64_MAX;
            if (c.intake)
                c.from = c.to = number_behind(records[i].value, "\"batch\":");
            assert(c.intake || c.from == c.seq);
        }
        r->flight[(r->flight_first + r->flights++) % FLIGHTS] = c;
    }
    r->sends++;
    r->last_send = now;
    sim_at(r->port, now + r->faults.latency, tick, r);
    return STATUS_OK;
}

static bool sim_poll(struct sink *s, struct sink_delivery_report *out)
{
    struct receiver_sim *r = s->receiver;
    if (r->reports == 0)
        return false;
    *out = r->report[r->report_first];
    r->report_first = (r->report_first + 1) % REPORTS;
    r->reports--;
    return true;
}

static void sim_reset(struct sink *s)
{
    let_go(s->receiver);
}

const struct sink_class sink_sim = {
    .format = "simulated",
    .delivery = sim_delivery,
    .open = sim_open_sink,
    .close = sim_close_sink,
    .begin = sim_begin,
    .render = sim_render,
    .prepare = sim_nothing,
    .finish = sim_nothing,
    .abandon = sim_abandon,
    .counters = sim_counters,
    .room = sim_room,
    .send = sim_send,
    .poll = sim_poll,
    .reset = sim_reset,
    .render_gap = sim_render_gap,
};
