// The engine's side of the MQTT client: queues, bounded by bytes and count, and a thread of its own behind them.
#include "hal/port/mqtt_client.h"

#include "hal/port/mqtt_mosquitto.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_BLOCK = 1024,
    TOPIC_MAX = 65535, // MQTT 3.1.1, 1.5.3
    GOODBYE_TIME = 1,  // seconds
};

static void tell_thread(struct mqtt_client *c)
{
    uint64_t one = 1;
    ssize_t ignored = write(c->wake, &one, sizeof(one));
    (void)ignored;
}

static char *copy(struct mqtt_client *c, const char *text)
{
    return text == NULL ? NULL : arena_copy(&c->arena, text, strlen(text));
}

static struct slice copy_slice(struct mqtt_client *c, struct slice s)
{
    return (struct slice){arena_copy(&c->arena, s.data == NULL ? "" : s.data, s.size), s.size};
}

static void copy_settings(struct mqtt_client *c, const struct mqtt_settings *from)
{
    struct mqtt_settings *to = &c->settings;
    *to = *from;
    to->host = copy(c, from->host);
    to->tls.ca = copy(c, from->tls.ca);
    to->tls.cert = copy(c, from->tls.cert);
    to->tls.key = copy(c, from->tls.key);
    to->client_id = copy(c, from->client_id);
    to->username = copy(c, from->username);
    to->password = copy(c, from->password);
    to->password_file = copy(c, from->password_file);
    kept_file_init(&c->password, to->password_file, &c->memory);
    to->will_topic = copy(c, from->will_topic);
    to->will_payload = copy_slice(c, from->will_payload);
    to->birth_topic = copy(c, from->birth_topic);
    to->birth_payload = copy_slice(c, from->birth_payload);
    uint32_t count = 0;
    while (from->filters != NULL && from->filters[count] != NULL)
        count++;
    const char **filters = ARENA_ARRAY(&c->arena, const char *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        filters[i] = copy(c, from->filters[i]);
    to->filters = count == 0 ? NULL : filters;
}

void mqtt_client_free(struct mqtt_client *c)
{
    mqtt_items_free(&c->to_send, &c->pool);
    mqtt_items_free(&c->flying, &c->pool);
    mqtt_items_free(&c->settled, &c->pool);
    mqtt_items_free(&c->taken, &c->pool);
    mqtt_items_free(&c->arrived, &c->pool);
    mqtt_pool_free(&c->pool);
    kept_file_free(&c->password);
    arena_free(&c->arena);
    if (c->wake >= 0)
        close(c->wake);
    pthread_cond_destroy(&c->left);
    pthread_mutex_destroy(&c->lock);
    struct memory end = c->memory;
    mem_free(&end, c, sizeof(*c));
    assert(end.used == 0);
}

static void *run(void *arg)
{
    struct mqtt_client *c = arg;
    mqtt_client_run(c);
    pthread_mutex_lock(&c->lock);
    bool orphan = c->orphan;
    c->ended = true;
    pthread_cond_signal(&c->left);
    pthread_mutex_unlock(&c->lock);
    if (orphan)
        mqtt_client_free(c);
    return NULL;
}

// Signals are the engine's.
static int start_thread(struct mqtt_client *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&c->thread, NULL, run, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

static enum status client_open(const struct mqtt_settings *settings, struct port *port, const struct log *log,
                               struct memory *memory, struct mqtt_client **out, struct error *e)
{
    (void)memory; // the client outlives its engine's count where its thread hangs in a name look-up
    struct memory start = {0};
    struct mqtt_client *c = mem_zalloc(&start, sizeof(*c));
    c->memory = start;
    c->port = port;
    c->log = log;
    c->pool.memory = &c->memory;
    arena_init(&c->arena, &c->memory, ARENA_BLOCK);
    copy_settings(c, settings);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&c->left, &clock);
    pthread_condattr_destroy(&clock);
    c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int number = c->wake < 0 ? errno : start_thread(c);
    if (number != 0) {
        mqtt_client_free(c);
        return error_set(e, STATUS_FAILED, "mqtt: no thread for %s: %s", settings->client_id, strerror(number));
    }
    *out = c;
    return STATUS_OK;
}

static void client_close(struct mqtt_client *c)
{
    if (c == NULL)
        return;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += GOODBYE_TIME;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    tell_thread(c);
    while (!c->ended && pthread_cond_timedwait(&c->left, &c->lock, &until) == 0)
        ;
    bool ended = c->ended;
    c->orphan = !ended; // it hangs in a name look-up, and frees everything when it comes back
    pthread_t thread = c->thread;
    pthread_mutex_unlock(&c->lock);
    if (!ended) {
        pthread_detach(thread);
        return;
    }
    pthread_join(thread, NULL);
    mqtt_client_free(c);
}

// The log is the engine's thread's: what the I/O thread met is said when somebody looks.
static void speak(struct mqtt_client *c, const struct mqtt_state *state, uint64_t changes)
{
    const struct mqtt_settings *s = &c->settings;
    if (changes == c->said)
        return;
    c->said = changes;
    if (state->connected)
        log_say(c->log, LOG_LEVEL_INFO, "mqtt %s: connected to %s:%u", s->client_id, s->host, (unsigned)s->port);
    else
        log_say(c->log, LOG_LEVEL_WARNING, "mqtt %s: %s:%u: %s; connecting again", s->client_id, s->host,
                (unsigned)s->port, state->reason);
}

static struct mqtt_state client_state(struct mqtt_client *c)
{
    pthread_mutex_lock(&c->lock);
    struct mqtt_state state = c->state;
    uint64_t changes = c->changes;
    pthread_mutex_unlock(&c->lock);
    speak(c, &state, changes);
    return state;
}

static enum status client_publish(struct mqtt_client *c, const struct mqtt_out *message, uint64_t token,
                                  struct error *e)
{
    if (message->topic.size == 0 || message->topic.size > TOPIC_MAX)
        return error_set(e, STATUS_CONFIG, "mqtt: a topic of %u bytes", (unsigned)message->topic.size);
    pthread_mutex_lock(&c->lock);
    uint32_t under_way = c->to_send.count + c->flying.count + c->settled.count;
    size_t bytes = c->to_send.bytes + c->flying.bytes + c->settled.bytes;
    bool room = c->state.connected && under_way < c->settings.queue_messages &&
                (under_way == 0 || bytes + message->payload.size <= c->settings.queue_bytes);
    if (room) {
        struct mqtt_item *item = mqtt_item_new(&c->pool);
        mqtt_item_fill(item, message);
        item->token = token;
        mqtt_items_push(&c->to_send, item);
        if (c->to_send.count == 1)
            tell_thread(c);
    }
    pthread_mutex_unlock(&c->lock);
    return room ? STATUS_OK : error_set(e, STATUS_AGAIN, "mqtt %s: no room now", c->settings.client_id);
}

static bool client_settled(struct mqtt_client *c, uint64_t *token, enum status *status, char reason[MQTT_REASON_MAX])
{
    pthread_mutex_lock(&c->lock);
    struct mqtt_item *item = mqtt_items_pop(&c->settled);
    if (item != NULL) {
        *token = item->token;
        *status = item->status;
        memcpy(reason, item->reason, MQTT_REASON_MAX);
        mqtt_item_free(&c->pool, item);
    }
    pthread_mutex_unlock(&c->lock);
    return item != NULL;
}

static uint32_t client_take(struct mqtt_client *c, struct mqtt_in *out, uint32_t most)
{
    uint32_t count = 0;
    pthread_mutex_lock(&c->lock);
    for (; count < most && c->arrived.first != NULL; count++) {
        struct mqtt_item *item = mqtt_items_pop(&c->arrived);
        mqtt_items_push(&c->taken, item);
        out[count] = (struct mqtt_in){.topic = mqtt_item_topic(item),
                                      .payload = mqtt_item_payload(item),
                                      .qos = item->qos,
                                      .retain = item->retain,
                                      .received = item->received};
    }
    pthread_mutex_unlock(&c->lock);
    return count;
}

static void client_acknowledge(struct mqtt_client *c)
{
    pthread_mutex_lock(&c->lock);
    mqtt_items_free(&c->taken, &c->pool);
    tell_thread(c);
    pthread_mutex_unlock(&c->lock);
}

static void client_give_back(struct mqtt_client *c)
{
    pthread_mutex_lock(&c->lock);
    mqtt_items_append(&c->taken, &c->arrived);
    c->arrived = c->taken;
    c->taken = (struct mqtt_items){0};
    pthread_mutex_unlock(&c->lock);
}

const struct mqtt_class mqtt_mosquitto = {
    .open = client_open,
    .close = client_close,
    .state = client_state,
    .publish = client_publish,
    .settled = client_settled,
    .take = client_take,
    .acknowledge = client_acknowledge,
    .give_back = client_give_back,
};
