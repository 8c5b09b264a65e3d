// The MQTT client's I/O thread: one connection after the other, each with a mosquitto object of its own.
//
// libmosquitto 2.0 is told that threads are ours (mosquitto_threaded_set), so that it only ever writes in
// mosquitto_loop_write: it queues the answer to a message as it reads it, and we hold that queue back until the message
// is safe. Publishing without a connection would queue in its memory, behind our back: we publish while connected only,
// and what was not answered when a connection ends is unknown.
#include "hal/port/mqtt_client.h"
#include "hal/port/tls_roots.h"
#include "hal/port/tls_words.h"

#include <assert.h>
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

enum {
    CONNECT_TIME = 20, // seconds for TCP, TLS and the broker's word together
    ANSWER_TIME = 30,  // seconds without one answer to what was published: the connection is no good
    RETRY_MOST = 60,   // seconds; each wait is somewhere from 0 to twice the one before, at most this (full jitter)
    SHORT_LIFE = 30,   // seconds; a connection closed sooner by the peer, STRIKES times in a row: our id is taken
    STRIKES = 3,
    CALM = 600,       // seconds a connection lives before a take-over is forgotten
    TELL_AFTER = 20,  // milliseconds without a further answer: the engine is told of those there are
    POLL_MOST = 1000, // milliseconds: the library's clockwork wants to be called about once a second
    READS = 64,       // packets a turn
    FAREWELL = 800,   // milliseconds
};

struct session {
    struct mqtt_client *c;
    struct mosquitto *m;
    bool tcp;      // the socket is connected
    bool up;       // the broker said yes
    bool present;  // and knew our session
    bool lost;     // over
    bool closed;   // by the peer, without a word
    bool replaced; // by another client with our id
    bool useful;   // something was answered or received
    bool first;    // of this client
    int64_t deadline, up_at, progress_at, held_since;
    char reason[MQTT_REASON_MAX];
};

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void wake_engine(struct session *s)
{
    s->c->port->class->wake(s->c->port);
}

// The first reason is the one that tells.
static void lose(struct session *s, const char *why)
{
    s->lost = true;
    if (s->reason[0] == '\0')
        snprintf(s->reason, sizeof(s->reason), "%.*s", MQTT_REASON_MAX - 1, why);
}

static const char *refusal_words(int code)
{
    switch (code) {
    case CONNACK_REFUSED_BAD_USERNAME_PASSWORD:
    case MQTT_RC_BAD_USERNAME_OR_PASSWORD:
        return "bad user name or password";
    case CONNACK_REFUSED_NOT_AUTHORIZED:
    case MQTT_RC_NOT_AUTHORIZED:
        return "not authorised: the broker does not take this user name, password, certificate or client id";
    case CONNACK_REFUSED_PROTOCOL_VERSION:
    case MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION:
        return "the broker does not speak this MQTT version; try another \"version\"";
    case CONNACK_REFUSED_IDENTIFIER_REJECTED:
    case MQTT_RC_CLIENTID_NOT_VALID:
        return "the broker refuses the client id";
    case CONNACK_REFUSED_SERVER_UNAVAILABLE:
        return "the broker is not available";
    default:
        return mosquitto_reason_string(code);
    }
}

static const char *loss_words(int rc)
{
    switch (rc) {
    case MOSQ_ERR_CONN_LOST:
        return "the broker closed the connection";
    case MOSQ_ERR_KEEPALIVE:
        return "the broker does not answer any more (keepalive)";
    case MOSQ_ERR_ERRNO:
        return strerror(errno);
    default:
        return rc >= MQTT_RC_UNSPECIFIED ? mosquitto_reason_string(rc) : mosquitto_strerror(rc);
    }
}

// ---------------------------------------------------------------- what the library says

// For a connection's beginning only: with somebody listening the library prints a line for every packet.
static void on_log(struct mosquitto *m, void *arg, int level, const char *text)
{
    struct session *s = arg;
    if (level != MOSQ_LOG_ERR || s->reason[0] != '\0')
        return;
    const SSL *ssl = mosquitto_ssl_get(m);
    long verify = ssl == NULL ? X509_V_OK : SSL_get_verify_result(ssl);
    if (strstr(text, "host name verification failed") != NULL)
        verify = X509_V_ERR_HOSTNAME_MISMATCH;
    struct tls_clock clock = tls_clock_now();
    if (verify != X509_V_OK && tls_words(verify, &clock, s->reason, sizeof(s->reason)))
        return;
    if (strncmp(text, "OpenSSL Error", 13) != 0) {
        snprintf(s->reason, sizeof(s->reason), "%s", text);
    } else {
        const char *colon = strrchr(text, ':');
        snprintf(s->reason, sizeof(s->reason), "TLS: %s", colon == NULL ? text : colon + 1);
    }
}

static void subscribe(struct session *s)
{
    const struct mqtt_settings *set = &s->c->settings;
    int count = 0;
    while (set->filters != NULL && set->filters[count] != NULL)
        count++;
    // 3.1.1 sends retained messages again with each subscription: once a process is enough.
    if (count == 0 || (s->present && !s->first && set->version == MQTT_3_1_1))
        return;
    int retained = set->ignore_retained ? MQTT_SUB_OPT_SEND_RETAIN_NEVER : MQTT_SUB_OPT_SEND_RETAIN_NEW;
    int rc = mosquitto_subscribe_multiple(s->m, NULL, count, (char *const *)(uintptr_t)set->filters, set->subscribe_qos,
                                          set->version == MQTT_5 ? retained : 0, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        lose(s, mosquitto_strerror(rc));
}

static void announce(struct session *s)
{
    const struct mqtt_settings *set = &s->c->settings;
    if (set->birth_topic != NULL)
        mosquitto_publish(s->m, NULL, set->birth_topic, (int)set->birth_payload.size, set->birth_payload.data,
                          set->birth_qos, set->birth_retain);
}

static void on_connect(struct mosquitto *m, void *arg, int code, int flags, const mosquitto_property *properties)
{
    struct session *s = arg;
    struct mqtt_client *c = s->c;
    (void)properties;
    mosquitto_log_callback_set(m, NULL);
    if (code != 0) {
        lose(s, refusal_words(code));
        return;
    }
    s->up = true;
    s->present = (flags & 1) != 0;
    s->up_at = s->progress_at = now();
    pthread_mutex_lock(&c->lock);
    c->state.connected = true;
    c->state.connects++;
    c->changes++;
    c->answers_waiting = false;
    if (s->present) // the broker sends again what nobody answered; what is already with the engine comes twice
        mqtt_items_free(&c->arrived, &c->pool);
    pthread_mutex_unlock(&c->lock);
    subscribe(s);
    announce(s);
    wake_engine(s);
}

static void on_subscribe(struct mosquitto *m, void *arg, int mid, int count, const int *granted,
                         const mosquitto_property *properties)
{
    struct session *s = arg;
    const struct mqtt_settings *set = &s->c->settings;
    (void)m, (void)mid, (void)properties;
    for (int i = 0; i < count; i++) {
        const char *why = granted[i] >= MQTT_RC_UNSPECIFIED ? mosquitto_reason_string(granted[i])
                          : granted[i] < set->subscribe_qos ? "it grants a lower qos than asked for"
                                                            : NULL;
        if (why == NULL)
            continue;
        char text[MQTT_REASON_MAX];
        snprintf(text, sizeof(text), "the broker does not take the subscription to %.100s: %s", set->filters[i], why);
        lose(s, text);
    }
}

static void lose_early(struct session *s)
{
    lose(s, s->c->settings.tls.on ? "the peer closed the connection in the TLS handshake; does it speak TLS there?"
                                  : "the peer closed the connection before it said yes; does it want TLS there?");
}

static void on_disconnect(struct mosquitto *m, void *arg, int rc, const mosquitto_property *properties)
{
    struct session *s = arg;
    (void)m, (void)properties;
    s->replaced = rc == MQTT_RC_SESSION_TAKEN_OVER;
    s->closed = rc == MOSQ_ERR_CONN_LOST;
    if (s->closed && !s->up)
        lose_early(s);
    lose(s, loss_words(rc));
}

static void on_message(struct mosquitto *m, void *arg, const struct mosquitto_message *message,
                       const mosquitto_property *properties)
{
    struct session *s = arg;
    struct mqtt_client *c = s->c;
    (void)m, (void)properties;
    s->useful = true;
    pthread_mutex_lock(&c->lock);
    if (message->qos > 0 && !c->answers_waiting) {
        c->answers_waiting = true;
        s->held_since = now();
    }
    bool first = c->arrived.count == 0, wanted = !(message->retain && c->settings.ignore_retained);
    if (wanted) {
        struct mqtt_out content = {.topic = slice_of(message->topic),
                                   .payload = {message->payload, (uint32_t)message->payloadlen},
                                   .qos = message->qos,
                                   .retain = message->retain};
        struct mqtt_item *item = mqtt_item_new(&c->pool);
        mqtt_item_fill(item, &content);
        item->received = now();
        mqtt_items_push(&c->arrived, item);
    }
    pthread_mutex_unlock(&c->lock);
    if (first && wanted)
        wake_engine(s);
}

static enum status refusal_status(int code)
{
    switch (code) {
    case MQTT_RC_TOPIC_NAME_INVALID:
    case MQTT_RC_PACKET_TOO_LARGE:
    case MQTT_RC_PAYLOAD_FORMAT_INVALID:
    case MQTT_RC_RETAIN_NOT_SUPPORTED:
    case MQTT_RC_QOS_NOT_SUPPORTED:
        return STATUS_CONFIG;
    case MQTT_RC_QUOTA_EXCEEDED:
    case MQTT_RC_PACKET_ID_IN_USE:
        return STATUS_AGAIN;
    default:
        return STATUS_FAILED;
    }
}

static void settle(struct mqtt_client *c, struct mqtt_item *item, enum status status, const char *why)
{
    item->status = status;
    item->reason[0] = '\0';
    if (why[0] != '\0')
        snprintf(item->reason, sizeof(item->reason), "%s", why);
    mqtt_items_push(&c->settled, item);
}

static void on_publish(struct mosquitto *m, void *arg, int mid, int code, const mosquitto_property *properties)
{
    struct session *s = arg;
    struct mqtt_client *c = s->c;
    (void)m, (void)properties;
    s->progress_at = now();
    pthread_mutex_lock(&c->lock);
    struct mqtt_item *item = mqtt_items_take(&c->flying, mid);
    if (item != NULL && code >= MQTT_RC_UNSPECIFIED)
        settle(c, item, refusal_status(code), mosquitto_reason_string(code));
    else if (item != NULL)
        settle(c, item, STATUS_OK, "");
    s->useful |= item != NULL && item->status == STATUS_OK;
    // The engine is woken for a part of the queue, not for each; what is left of a part when nothing comes any more is
    // told by turn.
    bool news = item != NULL && (c->flying.count == 0 || c->settled.count == (c->settings.queue_messages + 3U) / 4);
    pthread_mutex_unlock(&c->lock);
    if (news)
        wake_engine(s);
}

// ---------------------------------------------------------------- a connection's beginning

// A key with a password cannot be asked for: there is nobody to ask.
static int no_password(char *to, int size, int writing, void *arg)
{
    (void)to, (void)size, (void)writing, (void)arg;
    return 0;
}

static bool readable(struct session *s, const char *option, const char *path)
{
    if (path == NULL || access(path, R_OK) == 0)
        return true;
    char text[MQTT_REASON_MAX];
    snprintf(text, sizeof(text), "%s %s: %s", option, path, strerror(errno));
    lose(s, text);
    return false;
}

// The library verifies the chain and the host's name, and takes TLS 1.2 or newer, unless told otherwise. The files are
// read here, with each connection: renewed certificates need no restart.
static bool set_tls(struct session *s)
{
    const struct mqtt_tls *tls = &s->c->settings.tls;
    if (!tls->on)
        return true;
    if (!readable(s, "ca", tls->ca) || !readable(s, "cert", tls->cert) || !readable(s, "key", tls->key))
        return false;
    struct tls_roots roots = {0};
    struct error e;
    if (tls->ca == NULL && tls_roots_find("", &roots, &e) != STATUS_OK) {
        lose(s, e.text);
        return false;
    }
    const char *file = tls->ca != NULL ? tls->ca : roots.file[0] != '\0' ? roots.file : NULL;
    int rc = mosquitto_tls_set(s->m, file, roots.directory[0] != '\0' ? roots.directory : NULL, tls->cert, tls->key,
                               no_password);
    if (rc != MOSQ_ERR_SUCCESS) {
        lose(s, mosquitto_strerror(rc));
        return false;
    }
    return true;
}

static int set_login(struct session *s)
{
    const struct mqtt_settings *set = &s->c->settings;
    struct kept_file *file = &s->c->password;
    struct error e;
    if (set->username == NULL)
        return MOSQ_ERR_SUCCESS;
    if (file->path == NULL)
        return mosquitto_username_pw_set(s->m, set->username, set->password);
    if (kept_file_read(file, &e) != STATUS_OK) {
        lose(s, e.text);
        return MOSQ_ERR_AUTH;
    }
    struct text password;
    text_init(&password, &s->c->memory);
    text_slice(&password, kept_file_line(file));
    int rc = mosquitto_username_pw_set(s->m, set->username, text_cstring(&password));
    text_free(&password);
    return rc;
}

static bool set_up(struct session *s)
{
    const struct mqtt_settings *set = &s->c->settings;
    struct mosquitto *m = s->m;
    mosquitto_threaded_set(m, true);
    mosquitto_log_callback_set(m, on_log);
    mosquitto_connect_v5_callback_set(m, on_connect);
    mosquitto_disconnect_v5_callback_set(m, on_disconnect);
    mosquitto_subscribe_v5_callback_set(m, on_subscribe);
    mosquitto_message_v5_callback_set(m, on_message);
    mosquitto_publish_v5_callback_set(m, on_publish);
    int rc = mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION,
                                  set->version == MQTT_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, set->in_flight);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, set->in_flight);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = set_login(s);
    if (rc == MOSQ_ERR_SUCCESS && set->will_topic != NULL)
        rc = mosquitto_will_set(m, set->will_topic, (int)set->will_payload.size, set->will_payload.data, set->will_qos,
                                set->will_retain);
    if (rc != MOSQ_ERR_SUCCESS) {
        lose(s, mosquitto_strerror(rc));
        return false;
    }
    return set_tls(s);
}

// A session of MQTT 5 ends with its connection unless it says otherwise. The library takes properties only with its
// blocking connect: without a host that keeps them, and goes no further.
static bool set_session(struct session *s)
{
    const struct mqtt_settings *set = &s->c->settings;
    if (set->version != MQTT_5 || set->clean_session)
        return true;
    mosquitto_property *properties = NULL;
    int rc = mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, UINT32_MAX);
    if (rc == MOSQ_ERR_SUCCESS) {
        rc = mosquitto_connect_bind_v5(s->m, NULL, set->port, set->keepalive, NULL, properties);
        rc = rc == MOSQ_ERR_INVAL ? MOSQ_ERR_SUCCESS : rc;
    }
    mosquitto_property_free_all(&properties);
    if (rc != MOSQ_ERR_SUCCESS)
        lose(s, mosquitto_strerror(rc));
    return rc == MOSQ_ERR_SUCCESS;
}

// `bind_address` chooses the family: the library tries only the first address that does not refuse at once.
static bool begin(struct session *s, const char *bind_address)
{
    const struct mqtt_settings *set = &s->c->settings;
    s->deadline = now() + CONNECT_TIME * SECOND;
    s->m = mosquitto_new(set->client_id, set->clean_session, s);
    if (s->m == NULL) {
        lose(s, "the client id is not one MQTT takes");
        return false;
    }
    if (!set_up(s) || !set_session(s))
        return false;
    errno = 0;
    int rc = mosquitto_connect_bind_async(s->m, set->host, set->port, set->keepalive, bind_address);
    if (rc == MOSQ_ERR_EAI) {
        char text[MQTT_REASON_MAX];
        snprintf(text, sizeof(text), "the name cannot be looked up (%s)", gai_strerror(errno));
        lose(s, text);
    } else if (rc != MOSQ_ERR_SUCCESS) {
        lose(s, rc == MOSQ_ERR_ERRNO && errno == 0 ? "no address can be connected to" : loss_words(rc));
    }
    return !s->lost;
}

// ---------------------------------------------------------------- a connection's life

static const char *publish_item(struct session *s, struct mqtt_item *item, int *rc)
{
    mosquitto_property *properties = NULL;
    *rc = MOSQ_ERR_SUCCESS;
    for (uint32_t i = 0; *rc == MOSQ_ERR_SUCCESS && s->c->settings.version == MQTT_5 && i < item->property_count; i++) {
        struct slice name, value;
        mqtt_item_property(item, i, &name, &value);
        *rc = mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, name.data, value.data);
    }
    if (*rc == MOSQ_ERR_SUCCESS)
        *rc = mosquitto_publish_v5(s->m, &item->mid, mqtt_item_topic(item).data, (int)item->payload,
                                   mqtt_item_payload(item).data, item->qos, item->retain, properties);
    mosquitto_property_free_all(&properties);
    return mosquitto_strerror(*rc);
}

// Hands everything that waits to the library. Nothing is written here: no callback comes, the lock may be held.
static void publish_waiting(struct session *s)
{
    struct mqtt_client *c = s->c;
    bool told = false;
    pthread_mutex_lock(&c->lock);
    while (s->up && !s->lost && c->to_send.first != NULL) {
        struct mqtt_item *item = mqtt_items_pop(&c->to_send);
        int rc;
        const char *why = publish_item(s, item, &rc);
        if (c->flying.count == 0)
            s->progress_at = now();
        switch (rc) {
        case MOSQ_ERR_SUCCESS:
            mqtt_items_push(&c->flying, item);
            break;
        case MOSQ_ERR_INVAL:
        case MOSQ_ERR_MALFORMED_UTF8:
        case MOSQ_ERR_PAYLOAD_SIZE:
        case MOSQ_ERR_OVERSIZE_PACKET:
        case MOSQ_ERR_QOS_NOT_SUPPORTED:
        case MOSQ_ERR_DUPLICATE_PROPERTY:
            settle(c, item, STATUS_CONFIG, why);
            told = true;
            break;
        default:
            mqtt_items_push(&c->flying, item);
            lose(s, why);
            break;
        }
    }
    pthread_mutex_unlock(&c->lock);
    if (told)
        wake_engine(s);
}

struct leave {
    bool read, write;
};

// What may be done now. While answers are held back, nothing may be written: they stand first in the queue. And what
// waits to be written is written before anything is read, so that nothing but answers is ever held back.
static struct leave leave_now(struct session *s)
{
    struct mqtt_client *c = s->c;
    const struct mqtt_settings *set = &c->settings;
    bool holding = set->filters != NULL && set->subscribe_qos > 0, wants = mosquitto_want_write(s->m);
    struct leave leave = {true, wants};
    pthread_mutex_lock(&c->lock);
    bool safe = c->taken.count == 0 && c->arrived.count == 0;
    bool full = c->arrived.bytes + c->taken.bytes >= set->queue_bytes;
    if (holding) {
        full |= c->arrived.count >= set->in_flight;
        if (!wants && safe)
            c->answers_waiting = false;
        bool hold = c->answers_waiting && !safe;
        leave.write = wants && !hold;
        leave.read = !full && c->taken.count == 0 && !leave.write;
        bool pressing = hold && (full || now() - s->held_since > (int64_t)set->keepalive * SECOND / 2);
        if (pressing && !c->state.pressing)
            wake_engine(s);
        c->state.pressing = pressing;
    } else {
        leave.read = !full;
    }
    pthread_mutex_unlock(&c->lock);
    if (!s->up)
        leave.read = true;
    return leave;
}

// The library goes on trying where the peer left in the middle of the handshake.
static bool peer_left(struct session *s)
{
    char byte;
    if (s->up || recv(mosquitto_socket(s->m), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
        return false;
    lose_early(s);
    return true;
}

static void read_packets(struct session *s)
{
    for (int i = 0; i < READS && !s->lost; i++) {
        errno = 0;
        int rc = mosquitto_loop_read(s->m, 1);
        int number = errno;
        if (rc != MOSQ_ERR_SUCCESS || mosquitto_socket(s->m) < 0) {
            errno = number;
            lose(s, loss_words(rc == MOSQ_ERR_SUCCESS ? MOSQ_ERR_CONN_LOST : rc));
        }
        if (number == EAGAIN || number == EWOULDBLOCK || !s->up || !leave_now(s).read)
            break;
    }
}

static void write_packets(struct session *s)
{
    int rc = mosquitto_loop_write(s->m, 1);
    if (rc != MOSQ_ERR_SUCCESS)
        lose(s, loss_words(rc));
}

static bool tcp_is_up(struct session *s, short events)
{
    if (s->tcp || (events & (POLLOUT | POLLERR | POLLHUP)) == 0)
        return s->tcp;
    int number = 0;
    socklen_t size = sizeof(number);
    if (getsockopt(mosquitto_socket(s->m), SOL_SOCKET, SO_ERROR, &number, &size) != 0 || number != 0)
        lose(s, strerror(number != 0 ? number : errno));
    s->tcp = !s->lost;
    return s->tcp;
}

static void check_clocks(struct session *s)
{
    struct mqtt_client *c = s->c;
    int rc = s->up ? mosquitto_loop_misc(s->m) : MOSQ_ERR_SUCCESS;
    if (rc != MOSQ_ERR_SUCCESS)
        lose(s, loss_words(rc));
    if (!s->up && now() > s->deadline)
        lose(s, s->tcp ? "connected, and no answer in time" : "no answer in time");
    pthread_mutex_lock(&c->lock);
    bool silent = c->flying.count > 0 && now() - s->progress_at > ANSWER_TIME * SECOND;
    pthread_mutex_unlock(&c->lock);
    if (silent)
        lose(s, "no answer to what was published");
}

static void drain(int wake)
{
    uint64_t count;
    ssize_t ignored = read(wake, &count, sizeof(count));
    (void)ignored;
}

// There is something settled that the engine does not know of.
static bool untold(struct session *s)
{
    pthread_mutex_lock(&s->c->lock);
    uint32_t count = s->c->settled.count;
    pthread_mutex_unlock(&s->c->lock);
    return count > 0;
}

static void turn(struct session *s)
{
    publish_waiting(s);
    if (s->lost)
        return;
    struct leave leave = leave_now(s);
    short wanted = (short)((leave.read ? POLLIN : 0) | (leave.write || !s->tcp ? POLLOUT : 0));
    struct pollfd fds[] = {{.fd = mosquitto_socket(s->m), .events = wanted}, {.fd = s->c->wake, .events = POLLIN}};
    // A socket that is neither read nor written is left alone: its peer's leaving can wait.
    if (wanted == 0)
        fds[0].fd = -1;
    int ready = poll(fds, 2, untold(s) ? TELL_AFTER : POLL_MOST);
    if (ready < 0 && errno != EINTR)
        lose(s, strerror(errno));
    if (ready == 0 && untold(s))
        wake_engine(s);
    if (fds[1].revents != 0)
        drain(s->c->wake);
    if (!s->lost && fds[0].revents != 0 && tcp_is_up(s, fds[0].revents)) {
        bool handshake = !s->up; // there reading is what moves it
        if ((fds[0].revents & (POLLIN | POLLERR | POLLHUP)) != 0 && leave.read && !peer_left(s))
            read_packets(s);
        else if (handshake && !s->lost)
            read_packets(s);
        if (!s->lost && leave_now(s).write)
            write_packets(s);
    }
    if (!s->lost)
        check_clocks(s);
}

// Answers that may go out go out; then DISCONNECT, unless answers are held back (it would push them out) or there is a
// will to be told.
static void say_goodbye(struct session *s)
{
    int64_t until = now() + FAREWELL * 1000;
    bool held = false;
    for (bool asked = false; s->up && !s->lost && now() < until;) {
        publish_waiting(s);
        struct leave leave = leave_now(s);
        pthread_mutex_lock(&s->c->lock);
        held = s->c->answers_waiting && !leave.write;
        pthread_mutex_unlock(&s->c->lock);
        if (held)
            break;
        if (!leave.write && !asked) {
            bool will = s->c->settings.will_topic != NULL;
            if (will && s->c->settings.version != MQTT_5)
                break; // closing without a word is how 3.1.1 tells it
            mosquitto_disconnect_v5(s->m, will ? MQTT_RC_DISCONNECT_WITH_WILL_MSG : 0, NULL);
            asked = true;
        }
        struct pollfd fd = {.fd = mosquitto_socket(s->m), .events = POLLOUT};
        if (fd.fd < 0 || poll(&fd, 1, 100) < 0)
            break;
        if (fd.revents != 0)
            write_packets(s);
    }
}

// ---------------------------------------------------------------- one connection after the other

static bool stopped(struct mqtt_client *c)
{
    pthread_mutex_lock(&c->lock);
    bool stop = c->stop;
    pthread_mutex_unlock(&c->lock);
    return stop;
}

// What was not answered is unknown from now on.
static void give_up_connection(struct session *s)
{
    struct mqtt_client *c = s->c;
    pthread_mutex_lock(&c->lock);
    struct mqtt_items unknown = {0};
    mqtt_items_append(&unknown, &c->flying);
    mqtt_items_append(&unknown, &c->to_send);
    for (struct mqtt_item *item = mqtt_items_pop(&unknown); item != NULL; item = mqtt_items_pop(&unknown))
        settle(c, item, STATUS_AGAIN, s->reason);
    bool news = c->state.connected || strcmp(c->state.reason, s->reason) != 0;
    c->changes += news && s->lost;
    c->state.connected = c->state.pressing = false;
    c->state.taken_over += s->replaced;
    c->answers_waiting = false;
    snprintf(c->state.reason, sizeof(c->state.reason), "%s", s->reason);
    pthread_mutex_unlock(&c->lock);
    if (news)
        wake_engine(s);
}

struct retry {
    uint32_t failures; // in a row
    uint32_t strikes;  // short lives in a row
    bool second_family;
    bool again; // not the first connection
};

// That another client has our id MQTT 5 can say; mosquitto 2.0 just hangs up, again and again.
static void judge(struct session *s, struct retry *r)
{
    int64_t lived = s->up ? now() - s->up_at : 0;
    r->strikes = s->up && s->closed && lived < SHORT_LIFE * SECOND ? r->strikes + 1 : 0;
    const char *id = s->c->settings.client_id;
    if (s->replaced) {
        snprintf(s->reason, sizeof(s->reason), "another client uses the client id %.120s: give each its own", id);
    } else if (r->strikes >= STRIKES) {
        s->replaced = true;
        snprintf(s->reason, sizeof(s->reason),
                 "the broker hangs up again and again: another client seems to use the client id %.80s (give each its "
                 "own), or it does not take what it is sent",
                 id);
    }
    bool calm = s->replaced ? lived > CALM * SECOND : s->useful || lived > SHORT_LIFE * SECOND;
    r->failures = calm ? 0 : r->failures + 1;
    r->second_family = !s->tcp && !r->second_family;
    r->again = true;
}

static void pause_before(struct mqtt_client *c, const struct retry *r)
{
    uint32_t most = r->failures < 6 ? UINT32_C(1) << r->failures : RETRY_MOST, chance = 0;
    if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
        chance = (uint32_t)now();
    most = (most < RETRY_MOST ? most : RETRY_MOST) * 1000;
    int64_t until = now() + (int64_t)(chance % most) * 1000;
    while (!stopped(c)) {
        int64_t left = (until - now()) / 1000;
        if (left <= 0)
            return;
        struct pollfd fd = {.fd = c->wake, .events = POLLIN};
        poll(&fd, 1, (int)left);
        if (fd.revents != 0)
            drain(c->wake);
    }
}

void mqtt_client_run(struct mqtt_client *c)
{
    struct retry retry = {0};
    mosquitto_lib_init();
    while (!stopped(c)) {
        struct session s = {.c = c, .first = !retry.again};
        // The system's order of addresses first; IPv4 alone where that led nowhere.
        if (begin(&s, retry.second_family ? "0.0.0.0" : NULL))
            while (!s.lost && !stopped(c))
                turn(&s);
        if (!s.lost)
            say_goodbye(&s);
        else
            judge(&s, &retry);
        if (s.m != NULL)
            mosquitto_destroy(s.m);
        give_up_connection(&s);
        pause_before(c, &retry);
    }
}
