#include "tests/sim/mqtt_sim.h"

#include "ops/text.h"
#include "tests/sim/port_sim_impl.h"

#include <assert.h>
#include <stdio.h>

enum {
    LATENCY = 1000,         // microseconds
    ANSWER_TIME = 30000000, // as the real client's
    RETRY_MOST = 60,        // seconds
    SESSIONS = 8,
    FILTERS = 8,
    TOPIC_ROOM = 128,
};

struct letter {
    struct text bytes; // topic, payload, property
    uint32_t topic, payload;
    int qos;
    bool retain;
};

struct letters {
    struct letter *at;
    uint32_t count, capacity;
};

struct session {
    char id[TOPIC_ROOM];
    char filter[FILTERS][TOPIC_ROOM];
    uint32_t filters;
    int qos;
    bool durable;
    struct mqtt_client *client; // NULL: it is away
    struct letters waiting;     // the first `sent` are with the client, of these the first `taken` with its engine
    uint32_t sent, taken;
};

struct out {
    struct letter letter;
    uint64_t token;
    int64_t due;
    int64_t deadline;
    bool arrived, refused;
};

struct answer {
    uint64_t token;
    enum status status;
    char reason[MQTT_REASON_MAX];
};

struct mqtt_client {
    struct mqtt_client *next;
    struct mqtt_sim *broker;
    struct session *session;
    struct mqtt_state state;
    uint32_t window, queue, failures;
    int64_t retry_at;
    struct out *out; // queue of them
    uint32_t out_count;
    struct answer *answer; // queue of them
    uint32_t answer_count;
};

struct mqtt_sim {
    struct memory memory;
    struct port *port;
    bool down, frozen;
    char reason[MQTT_REASON_MAX];
    int64_t latency;
    struct mqtt_sim_faults faults;
    struct letters received, ghosts; // ghosts: sent to a frozen broker on connections that are no more
    struct session sessions[SESSIONS];
    uint32_t session_count;
    struct mqtt_client *clients;
};

static struct mqtt_sim *broker_of(struct port *p)
{
    return sim_of(p)->mqtt;
}

static int64_t now(const struct mqtt_sim *b)
{
    return b->port->class->monotonic(b->port);
}

static bool chance(struct mqtt_sim *b, uint32_t per_mille)
{
    return per_mille > 0 && sim_random(b->port) % 1000 < per_mille;
}

// ---- letters

static struct letter letter_make(struct mqtt_sim *b, struct slice topic, struct slice payload, struct slice property)
{
    struct letter l = {.topic = topic.size, .payload = payload.size};
    text_init(&l.bytes, &b->memory);
    text_slice(&l.bytes, topic);
    text_slice(&l.bytes, payload);
    text_slice(&l.bytes, property);
    text_cstring(&l.bytes);
    return l;
}

static struct mqtt_sim_letter letter_view(const struct letter *l)
{
    const char *p = l->bytes.data;
    return (struct mqtt_sim_letter){
        .topic = {p, l->topic},
        .payload = {p + l->topic, l->payload},
        .property = {p + l->topic + l->payload, (uint32_t)l->bytes.size - l->topic - l->payload},
        .qos = l->qos,
        .retain = l->retain};
}

static void letters_push(struct mqtt_sim *b, struct letters *list, struct letter l)
{
    if (list->count == list->capacity) {
        uint32_t more = list->capacity == 0 ? 16 : list->capacity * 2;
        list->at = mem_resize(&b->memory, list->at, list->capacity * sizeof(*list->at), more * sizeof(*list->at));
        list->capacity = more;
    }
    list->at[list->count++] = l;
}

static void letters_drop(struct letters *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        text_free(&list->at[i].bytes);
    if (list->count > count)
        memmove(list->at, list->at + count, (list->count - count) * sizeof(*list->at));
    list->count -= count;
}

static void letters_free(struct mqtt_sim *b, struct letters *list)
{
    letters_drop(list, list->count);
    mem_free(&b->memory, list->at, list->capacity * sizeof(*list->at));
}

// ---- connections

static void step(struct port *port, void *arg);

static void later(struct mqtt_sim *b, int64_t when)
{
    sim_at(b->port, when, step, b);
}

static void answer(struct mqtt_client *c, uint64_t token, enum status status, const char *reason)
{
    assert(c->answer_count < c->queue);
    struct answer *a = &c->answer[c->answer_count++];
    *a = (struct answer){.token = token, .status = status};
    snprintf(a->reason, sizeof(a->reason), "%s", reason);
    c->broker->port->class->wake(c->broker->port);
}

static void lose(struct mqtt_client *c, const char *reason)
{
    struct mqtt_sim *b = c->broker;
    // Of what lies before a frozen broker, so many from the first on are already in its hands.
    uint64_t ghosts = b->frozen ? sim_random(b->port) % (c->out_count + 1) : 0;
    for (uint32_t i = 0; i < c->out_count; i++) {
        struct out *o = &c->out[i];
        answer(c, o->token, STATUS_AGAIN, reason);
        if (i < ghosts && !o->arrived)
            letters_push(b, &b->ghosts, o->letter);
        else
            text_free(&o->letter.bytes);
    }
    c->out_count = 0;
    c->state.connected = c->state.pressing = false;
    snprintf(c->state.reason, sizeof(c->state.reason), "%s", reason);
    if (c->session != NULL) {
        c->session->sent = c->session->taken = 0;
        c->session->client = NULL;
    }
    uint64_t most = c->failures < 6 ? UINT64_C(1) << c->failures : RETRY_MOST;
    c->failures++;
    c->retry_at = now(b) + (int64_t)(sim_random(b->port) % (most * 1000000)) + 1;
    later(b, c->retry_at);
    b->port->class->wake(b->port);
}

static void deliver(struct session *s)
{
    struct mqtt_client *c = s->client;
    if (c == NULL || c->broker->frozen)
        return;
    while (s->sent < s->waiting.count && s->sent < c->window) {
        s->sent++;
        c->broker->port->class->wake(c->broker->port);
    }
    c->state.pressing = s->sent >= c->window;
}

static void come_up(struct mqtt_client *c)
{
    struct mqtt_sim *b = c->broker;
    if (b->down || b->frozen) {
        lose(c, b->down ? b->reason : "connected, and no answer in time");
        return;
    }
    c->state.connected = true;
    c->state.connects++;
    if (c->session != NULL) {
        if (c->session->client != NULL)
            lose(c->session->client, "another client uses the client id");
        c->session->client = c;
        deliver(c->session);
    }
    b->port->class->wake(b->port);
}

// ---- what happens by itself

// false: the connection is gone, and with it all that was on its way.
static bool move(struct mqtt_client *c, struct out *o)
{
    struct mqtt_sim *b = c->broker;
    if (b->frozen)
        return true;
    if (!o->arrived) {
        if (chance(b, b->faults.cut_before)) {
            lose(c, "the connection broke");
            return false;
        }
        o->arrived = true;
        o->refused = chance(b, b->faults.refused);
        if (!o->refused) {
            struct mqtt_sim_letter v = letter_view(&o->letter);
            struct letter copy = letter_make(b, v.topic, v.payload, v.property);
            copy.qos = v.qos;
            copy.retain = v.retain;
            letters_push(b, &b->received, copy);
        }
        if (chance(b, b->faults.cut_after)) {
            lose(c, "the connection broke");
            return false;
        }
        o->due += b->latency;
        later(b, o->due);
    }
    return true;
}

static void step_client(struct mqtt_client *c)
{
    struct mqtt_sim *b = c->broker;
    if (!c->state.connected && now(b) >= c->retry_at)
        come_up(c);
    for (uint32_t i = 0; i < c->out_count; i++)
        if (c->out[i].due <= now(b) && !move(c, &c->out[i]))
            return;
    while (c->out_count > 0 && c->out[0].arrived && c->out[0].due <= now(b)) {
        struct out first = c->out[0];
        memmove(c->out, c->out + 1, --c->out_count * sizeof(*c->out));
        answer(c, first.token, first.refused ? STATUS_FAILED : STATUS_OK, first.refused ? "not authorised" : "");
        text_free(&first.letter.bytes);
        c->failures = 0;
    }
    if (c->out_count > 0 && c->out[0].deadline <= now(b))
        lose(c, "no answer to what was published");
}

static void step(struct port *port, void *arg)
{
    struct mqtt_sim *b = arg;
    (void)port;
    for (struct mqtt_client *c = b->clients; c != NULL; c = c->next)
        step_client(c);
}

// ---- the client port

static struct session *find_session(struct mqtt_sim *b, const struct mqtt_settings *set)
{
    if (set->filters == NULL)
        return NULL;
    struct session *s = NULL;
    for (uint32_t i = 0; i < b->session_count; i++)
        if (strcmp(b->sessions[i].id, set->client_id) == 0)
            s = &b->sessions[i];
    if (s == NULL) {
        assert(b->session_count < SESSIONS);
        s = &b->sessions[b->session_count++];
    }
    if (set->clean_session)
        letters_drop(&s->waiting, s->waiting.count);
    snprintf(s->id, sizeof(s->id), "%s", set->client_id);
    s->durable = !set->clean_session;
    s->qos = set->subscribe_qos;
    s->filters = 0;
    for (uint32_t i = 0; set->filters[i] != NULL && i < FILTERS; i++)
        snprintf(s->filter[s->filters++], TOPIC_ROOM, "%s", set->filters[i]);
    return s;
}

static enum status client_open(const struct mqtt_settings *settings, struct port *port, const struct log *log,
                               struct memory *memory, struct mqtt_client **out, struct error *e)
{
    (void)log, (void)memory, (void)e;
    struct mqtt_sim *b = broker_of(port);
    struct mqtt_client *c = mem_zalloc(&b->memory, sizeof(*c));
    c->broker = b;
    c->window = settings->in_flight;
    c->queue = settings->queue_messages;
    c->out = mem_zalloc(&b->memory, c->queue * sizeof(*c->out));
    c->answer = mem_zalloc(&b->memory, c->queue * sizeof(*c->answer));
    c->session = find_session(b, settings);
    c->next = b->clients;
    b->clients = c;
    c->retry_at = now(b) + b->latency;
    later(b, c->retry_at);
    *out = c;
    return STATUS_OK;
}

static void client_close(struct mqtt_client *c)
{
    if (c == NULL)
        return;
    struct mqtt_sim *b = c->broker;
    struct mqtt_client **at = &b->clients;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    // Of what was on its way, so many from the first on have got through.
    uint64_t through = c->out_count > 0 && !b->down && !b->frozen ? sim_random(b->port) % (c->out_count + 1) : 0;
    for (uint32_t i = 0; i < c->out_count; i++) {
        if (i < through && !c->out[i].arrived)
            letters_push(b, &b->received, c->out[i].letter);
        else
            text_free(&c->out[i].letter.bytes);
    }
    if (c->session != NULL && c->session->client == c) {
        c->session->sent = c->session->taken = 0;
        c->session->client = NULL;
    }
    if (c->session != NULL && !c->session->durable)
        letters_drop(&c->session->waiting, c->session->waiting.count);
    mem_free(&b->memory, c->out, c->queue * sizeof(*c->out));
    mem_free(&b->memory, c->answer, c->queue * sizeof(*c->answer));
    mem_free(&b->memory, c, sizeof(*c));
}

static struct mqtt_state client_state(struct mqtt_client *c)
{
    return c->state;
}

static enum status client_publish(struct mqtt_client *c, const struct mqtt_out *message, uint64_t token,
                                  struct error *e)
{
    struct mqtt_sim *b = c->broker;
    if (!c->state.connected || c->out_count + c->answer_count == c->queue)
        return error_set(e, STATUS_AGAIN, "mqtt: no room now");
    struct slice property = message->property_count > 0 ? message->property[1] : (struct slice){0};
    struct out o = {.letter = letter_make(b, message->topic, message->payload, property),
                    .token = token,
                    .due = now(b) + b->latency,
                    .deadline = now(b) + ANSWER_TIME};
    o.letter.qos = message->qos;
    o.letter.retain = message->retain;
    c->out[c->out_count++] = o;
    later(b, o.due);
    later(b, o.deadline);
    return STATUS_OK;
}

static bool client_settled(struct mqtt_client *c, uint64_t *token, enum status *status, char reason[MQTT_REASON_MAX])
{
    if (c->answer_count == 0)
        return false;
    *token = c->answer[0].token;
    *status = c->answer[0].status;
    memcpy(reason, c->answer[0].reason, MQTT_REASON_MAX);
    memmove(c->answer, c->answer + 1, --c->answer_count * sizeof(*c->answer));
    return true;
}

static uint32_t client_take(struct mqtt_client *c, struct mqtt_in *out, uint32_t most)
{
    struct session *s = c->session;
    uint32_t count = 0;
    if (s == NULL || s->client != c)
        return 0;
    for (; count < most && s->taken < s->sent; count++, s->taken++) {
        struct mqtt_sim_letter v = letter_view(&s->waiting.at[s->taken]);
        out[count] = (struct mqtt_in){
            .topic = v.topic, .payload = v.payload, .qos = v.qos, .retain = v.retain, .received = now(c->broker)};
    }
    return count;
}

static void client_acknowledge(struct mqtt_client *c)
{
    struct session *s = c->session;
    if (s == NULL || s->client != c)
        return;
    letters_drop(&s->waiting, s->taken);
    s->sent -= s->taken;
    s->taken = 0;
    c->state.pressing = false;
    deliver(s);
}

static void client_give_back(struct mqtt_client *c)
{
    if (c->session != NULL && c->session->client == c)
        c->session->taken = 0;
}

static const struct mqtt_class mqtt_sim_class = {
    .open = client_open,
    .close = client_close,
    .state = client_state,
    .publish = client_publish,
    .settled = client_settled,
    .take = client_take,
    .acknowledge = client_acknowledge,
    .give_back = client_give_back,
};

// ---- the outside world

void mqtt_sim_attach(struct port *port)
{
    struct memory start = {0};
    struct mqtt_sim *b = mem_zalloc(&start, sizeof(*b));
    b->memory = start;
    b->port = port;
    b->latency = LATENCY;
    sim_of(port)->mqtt = b;
    port->mqtt = &mqtt_sim_class;
}

void mqtt_sim_detach(struct port *port)
{
    struct mqtt_sim *b = broker_of(port);
    assert(b->clients == NULL);
    letters_free(b, &b->received);
    letters_free(b, &b->ghosts);
    for (uint32_t i = 0; i < b->session_count; i++)
        letters_free(b, &b->sessions[i].waiting);
    struct memory end = b->memory;
    mem_free(&end, b, sizeof(*b));
    assert(end.used == 0);
    sim_of(port)->mqtt = NULL;
    port->mqtt = NULL;
}

void mqtt_sim_latency(struct port *port, int64_t micros)
{
    broker_of(port)->latency = micros;
}

void mqtt_sim_set_faults(struct port *port, const struct mqtt_sim_faults *faults)
{
    broker_of(port)->faults = *faults;
}

void mqtt_sim_down(struct port *port, const char *reason)
{
    struct mqtt_sim *b = broker_of(port);
    b->down = reason != NULL;
    snprintf(b->reason, sizeof(b->reason), "%s", reason == NULL ? "" : reason);
    for (struct mqtt_client *c = b->clients; b->down && c != NULL; c = c->next)
        if (c->state.connected)
            lose(c, b->reason);
}

void mqtt_sim_freeze(struct port *port, bool on)
{
    struct mqtt_sim *b = broker_of(port);
    b->frozen = on;
    if (on)
        return;
    for (uint32_t i = 0; i < b->ghosts.count; i++)
        letters_push(b, &b->received, b->ghosts.at[i]);
    b->ghosts.count = 0;
    for (uint32_t i = 0; i < b->session_count; i++)
        deliver(&b->sessions[i]);
    later(b, now(b));
}

uint32_t mqtt_sim_count(struct port *port)
{
    return broker_of(port)->received.count;
}

struct mqtt_sim_letter mqtt_sim_letter(struct port *port, uint32_t i)
{
    assert(i < broker_of(port)->received.count);
    return letter_view(&broker_of(port)->received.at[i]);
}

static bool matches(const char *filter, const char *topic)
{
    for (;;) {
        if (strcmp(filter, "#") == 0)
            return true;
        size_t f = strcspn(filter, "/"), t = strcspn(topic, "/");
        bool any = f == 1 && filter[0] == '+';
        if (!any && (f != t || memcmp(filter, topic, f) != 0))
            return false;
        if (filter[f] == '\0' || topic[t] == '\0')
            return filter[f] == topic[t] || strcmp(filter + f, "/#") == 0;
        filter += f + 1;
        topic += t + 1;
    }
}

void mqtt_sim_say(struct port *port, const char *topic, const char *payload, int qos)
{
    struct mqtt_sim *b = broker_of(port);
    for (uint32_t i = 0; i < b->session_count; i++) {
        struct session *s = &b->sessions[i];
        bool wanted = false;
        for (uint32_t f = 0; f < s->filters; f++)
            wanted |= matches(s->filter[f], topic);
        if (!wanted || (!s->durable && s->client == NULL))
            continue;
        struct letter l = letter_make(b, slice_of(topic), slice_of(payload), (struct slice){0});
        l.qos = qos < s->qos ? qos : s->qos;
        letters_push(b, &s->waiting, l);
        deliver(s);
    }
}

uint32_t mqtt_sim_unanswered(struct port *port)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < broker_of(port)->session_count; i++)
        count += broker_of(port)->sessions[i].waiting.count;
    return count;
}
