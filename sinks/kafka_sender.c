#include "sinks/kafka_sender.h"

#include "sinks/kafka_answer.h"
#include "sinks/kafka_body.h"
#include "sinks/kafka_window.h"

#include <assert.h>
#include <stdio.h>

enum {
    MILLISECOND = 1000,
    FLIGHTS = 4,               // topics at once
    BATCH_FIRST = 16,          // records of the first requests
    QUICK = 500 * MILLISECOND, // an answer after which a full request's successor is twice as large
    SLOW = 2000 * MILLISECOND, // and half as large
    BYTES_MOST = 512 * 1024,   // a request; one record may be larger
    TOO_LARGE_LEAST = 4096,
    BYTES_LEAST = 1024,             // below it a 413 is about something else
    PATIENCE_FIRST = 4,             // records that may be answered 500 in a row, each alone, before the rest waits
    WINDOW_BYTES = 2 * 1024 * 1024, // of records held; it may be passed by the last
    ANSWER_MOST = 8 * 1024 * 1024,  // a bridge's answer
    RECORD_FRAME = 2,               // the brace and the comma
};

// A request's records, and how far they are settled. It is sent in pieces where the whole was refused.
struct flight {
    bool busy;
    uint64_t request; // 0: the piece could not be handed over yet
    struct text topic;
    bool binary, gzipped;
    uint64_t *ticket;         // max_records of them
    uint32_t count, from, to; // the piece under way is from..to - 1
};

struct kafka_sender {
    struct port *port;
    const struct log *log;
    struct memory *memory;
    struct kafka_settings settings;
    const struct http_class *http;
    struct http_client *client;
    const struct kafka_dialect *dialect;
    bool asked;      // who the bridge is: GET / is over, whatever it said
    uint64_t asking; // the request
    bool gzip_refused;
    uint32_t batch;
    size_t byte_limit;
    uint32_t alone, patience; // answered 500 alone, in a row; how many may be
    struct kafka_window window;
    uint64_t unsent; // no ticket before it waits
    struct flight flights[FLIGHTS];
    // Something did not arrive: nothing more is sent until the reset.
    bool stopped;
    int64_t retry_after;
    char reason[SINK_REASON_MAX];
    struct text body, url;
};

// ---------------------------------------------------------------- start and end

void kafka_sender_close(struct kafka_sender *s)
{
    if (s == NULL)
        return;
    struct memory *memory = s->memory;
    if (s->client != NULL)
        s->http->close(s->client);
    for (int i = 0; i < FLIGHTS; i++) {
        mem_free(memory, s->flights[i].ticket, s->settings.max_records * sizeof(uint64_t));
        text_free(&s->flights[i].topic);
    }
    kafka_window_free(&s->window);
    text_free(&s->body);
    text_free(&s->url);
    mem_free(memory, s, sizeof(*s));
}

enum status kafka_sender_open(const struct kafka_settings *settings, struct port *port, const struct log *log,
                              struct memory *memory, struct kafka_sender **out, struct error *e)
{
    if (port->http == NULL)
        return error_set(e, STATUS_CONFIG, "this build has no Kafka (RUNNEL_KAFKA)");
    struct kafka_sender *s = mem_zalloc(memory, sizeof(*s));
    s->port = port;
    s->log = log;
    s->memory = memory;
    s->settings = *settings;
    s->settings.http.connections = FLIGHTS;
    s->settings.http.response_limit = ANSWER_MOST;
    s->http = port->http;
    s->dialect = settings->dialect;
    s->batch = settings->max_records < BATCH_FIRST ? settings->max_records : BATCH_FIRST;
    s->byte_limit = BYTES_MOST;
    s->patience = PATIENCE_FIRST;
    for (int i = 0; i < FLIGHTS; i++) {
        s->flights[i].ticket = mem_alloc(memory, settings->max_records * sizeof(uint64_t));
        text_init(&s->flights[i].topic, memory);
    }
    kafka_window_init(&s->window, 2 * settings->max_records, memory);
    text_init(&s->body, memory);
    text_init(&s->url, memory);
    enum status status = s->http->open(&s->settings.http, port, log, memory, &s->client, e);
    if (status != STATUS_OK) {
        kafka_sender_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

const struct kafka_dialect *kafka_sender_dialect(const struct kafka_sender *s)
{
    return s->dialect;
}

uint32_t kafka_sender_batch(const struct kafka_sender *s)
{
    return s->batch;
}

// ---------------------------------------------------------------- who the bridge is

static void found(struct kafka_sender *s, const struct kafka_dialect *d)
{
    if (d == NULL || d == s->dialect)
        return;
    s->dialect = d;
    log_say(s->log, LOG_LEVEL_INFO, "%s: the bridge speaks as %s does%s", s->settings.base, d->name,
            d->headers ? "" : ": its records have no headers");
}

static void stop(struct kafka_sender *s, const char *reason, int64_t retry_after)
{
    s->stopped = true;
    s->retry_after = retry_after > s->retry_after ? retry_after : s->retry_after;
    snprintf(s->reason, sizeof(s->reason), "%.*s", SINK_REASON_MAX - 1, reason);
}

static void ask(struct kafka_sender *s)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    struct error e;
    text_clear(&s->url);
    text_printf(&s->url, "%s/", s->settings.base);
    struct http_request request = {.method = "GET", .url = text_cstring(&s->url), .headers = headers};
    enum status status = s->http->request(s->client, &request, &s->asking, &e);
    if (status != STATUS_OK && status != STATUS_AGAIN)
        stop(s, e.text, 0);
}

static bool is_overloaded(int status)
{
    return status == 429 || (status >= 502 && status <= 504);
}

static void take_root(struct kafka_sender *s, const struct http_answer *a)
{
    char words[SINK_REASON_MAX];
    s->asking = 0;
    if (a->failure != HTTP_ANSWERED) {
        stop(s, a->reason, 0);
    } else if (is_overloaded(a->status)) {
        kafka_answer_words(a->status, a->body, words, sizeof(words));
        stop(s, words, a->retry_after);
    } else {
        s->asked = true; // what it does not say its first answer will show
        found(s, kafka_dialect_of_root(a->status, a->body));
    }
}

// ---------------------------------------------------------------- requests

static size_t size_of(const struct kafka_held *h)
{
    return (size_t)h->main + h->headers + RECORD_FRAME;
}

static void put_body(struct kafka_sender *s, const struct flight *f)
{
    bool headers = s->dialect != NULL && s->dialect->headers;
    text_clear(&s->body);
    text_string(&s->body, "{\"records\":[");
    for (uint32_t i = f->from; i < f->to; i++) {
        const struct kafka_held *h = kafka_window_at(&s->window, f->ticket[i]);
        if (i > f->from)
            text_char(&s->body, ',');
        text_slice(&s->body, kafka_window_main(&s->window, h));
        if (headers)
            text_slice(&s->body, kafka_window_headers(&s->window, h));
        text_char(&s->body, '}');
    }
    text_string(&s->body, "]}");
}

// Those of the flight from `from` on wait again.
static void end_flight(struct kafka_sender *s, struct flight *f)
{
    for (uint32_t i = f->from; i < f->count; i++) {
        struct kafka_held *h = kafka_window_at(&s->window, f->ticket[i]);
        h->state = h->state == KAFKA_SENT ? KAFKA_WAITING : h->state;
        s->unsent = f->ticket[i] < s->unsent ? f->ticket[i] : s->unsent;
    }
    f->busy = false;
    f->request = 0;
}

// The first of the piece did not arrive, or nobody knows: it and all behind it are to be sent again.
static void fail_flight(struct kafka_sender *s, struct flight *f, const char *reason, int64_t retry_after)
{
    kafka_window_settle(&s->window, f->ticket[f->from], SINK_AGAIN, reason, retry_after);
    f->from++;
    stop(s, reason, retry_after);
    end_flight(s, f);
}

// No charset: Strimzi takes its content types to the letter.
static void send_piece(struct kafka_sender *s, struct flight *f)
{
    static const char *const json[] = {"Content-Type: application/vnd.kafka.json.v2+json",
                                       "Accept: application/vnd.kafka.v2+json", NULL};
    static const char *const binary[] = {"Content-Type: application/vnd.kafka.binary.v2+json",
                                         "Accept: application/vnd.kafka.v2+json", NULL};
    struct error e;
    put_body(s, f);
    text_clear(&s->url);
    text_printf(&s->url, "%s/topics/%.*s", s->settings.base, (int)f->topic.size, f->topic.data);
    f->gzipped = s->settings.gzip && !s->gzip_refused && (s->dialect == NULL || s->dialect->gzip);
    struct http_request request = {.method = "POST",
                                   .url = text_cstring(&s->url),
                                   .headers = f->binary ? binary : json,
                                   .body = text_view(&s->body),
                                   .gzip = f->gzipped};
    f->request = 0;
    enum status status = s->http->request(s->client, &request, &f->request, &e);
    if (status != STATUS_OK && status != STATUS_AGAIN)
        fail_flight(s, f, e.text, 0);
}

// The next piece, of at most `most` records; the flight is over when there is none.
static void next_piece(struct kafka_sender *s, struct flight *f, uint32_t most)
{
    if (f->from == f->count || s->stopped) {
        end_flight(s, f);
        return;
    }
    uint32_t left = f->count - f->from;
    f->to = f->from + (most < left ? most : left);
    send_piece(s, f);
}

static bool is_busy(const struct kafka_sender *s, struct slice topic)
{
    for (int i = 0; i < FLIGHTS; i++)
        if (s->flights[i].busy && slice_equal(text_view(&s->flights[i].topic), topic))
            return true;
    return false;
}

// Fills a flight with the records that wait for the first topic without one. false: there is none.
static bool load(struct kafka_sender *s, struct flight *f)
{
    size_t bytes = 0;
    uint32_t most = s->dialect == NULL ? 1 : s->batch; // one record shows who it is
    f->count = f->from = f->to = 0;
    uint64_t ticket = s->unsent > s->window.oldest ? s->unsent : s->window.oldest;
    for (bool front = true; ticket < s->window.next && f->count < most; ticket++) {
        struct kafka_held *h = kafka_window_at(&s->window, ticket);
        if (front && h->state != KAFKA_WAITING)
            s->unsent = ticket + 1;
        front = front && h->state != KAFKA_WAITING;
        struct slice topic = kafka_window_topic(&s->window, h);
        if (h->state != KAFKA_WAITING || (f->count == 0 && is_busy(s, topic)))
            continue;
        if (f->count > 0 && !slice_equal(topic, text_view(&f->topic)))
            continue;
        bytes += size_of(h);
        if (f->count > 0 && (bytes > s->byte_limit || h->binary != f->binary))
            break;
        if (f->count == 0) {
            text_clear(&f->topic);
            text_slice(&f->topic, topic);
            f->binary = h->binary;
        }
        f->ticket[f->count++] = ticket;
        h->state = KAFKA_SENT;
    }
    return f->count > 0;
}

// ---------------------------------------------------------------- answers

struct telling {
    struct kafka_sender *sender;
    struct flight *flight;
    int64_t retry_after;
};

static void take_entry(void *arg, uint32_t index, enum sink_outcome outcome, const char *reason)
{
    struct telling *t = arg;
    struct flight *f = t->flight;
    kafka_window_settle(&t->sender->window, f->ticket[f->from + index], outcome, reason, t->retry_after);
    if (outcome == SINK_AGAIN)
        stop(t->sender, reason, t->retry_after);
    if (outcome == SINK_ARRIVED) {
        t->sender->alone = 0;
        t->sender->patience = PATIENCE_FIRST;
    }
}

// Requests grow while answers are quick and shrink when they are slow.
static void fit_batch(struct kafka_sender *s, const struct flight *f, int64_t took)
{
    uint32_t sent = f->to - f->from;
    if (took > SLOW)
        s->batch = s->batch > 1 ? s->batch / 2 : 1;
    else if (took < QUICK && sent >= s->batch)
        s->batch = s->batch > s->settings.max_records / 2 ? s->settings.max_records : 2 * s->batch;
}

// The piece was refused as a whole, and any of its records may be the reason: it is sent in halves, down to one.
static bool halve(struct kafka_sender *s, struct flight *f)
{
    uint32_t size = f->to - f->from;
    if (size == 1)
        return false;
    next_piece(s, f, size / 2);
    return true;
}

static void settle_piece(struct kafka_sender *s, struct flight *f, enum sink_outcome outcome, const char *reason,
                         int64_t retry_after)
{
    uint32_t size = f->to - f->from;
    for (; f->from < f->to; f->from++)
        kafka_window_settle(&s->window, f->ticket[f->from], outcome, reason, retry_after);
    next_piece(s, f, 2 * size);
}

// One record, refused alone. Where that is all the bridge has to say (500), the rest is not tried one by one now; the
// next time twice as many are, so that as many bad ones in a row do not stop it for good.
static void take_alone(struct kafka_sender *s, struct flight *f, const struct http_answer *a, const char *reason)
{
    if (a->status < 500 || ++s->alone < s->patience) {
        settle_piece(s, f, SINK_UNDECIDED, reason, a->retry_after);
        return;
    }
    s->alone = 0;
    s->patience *= s->patience < s->settings.max_records ? 2 : 1;
    kafka_window_settle(&s->window, f->ticket[f->from++], SINK_UNDECIDED, reason, a->retry_after);
    stop(s, reason, a->retry_after);
    end_flight(s, f);
}

static void take_too_large(struct kafka_sender *s, struct flight *f, const char *reason)
{
    size_t bytes = 0;
    for (uint32_t i = f->from; i < f->to; i++)
        bytes += size_of(kafka_window_at(&s->window, f->ticket[i]));
    if (f->to - f->from > 1 && bytes / 2 < s->byte_limit)
        s->byte_limit = bytes / 2 < BYTES_LEAST ? BYTES_LEAST : bytes / 2;
    // A small record alone is not too large, whatever the bridge says.
    if (!halve(s, f))
        settle_piece(s, f, bytes < TOO_LARGE_LEAST ? SINK_UNDECIDED : SINK_REFUSED, reason, 0);
}

// A status without offsets[].
static void take_whole(struct kafka_sender *s, struct flight *f, const struct http_answer *a)
{
    char reason[SINK_REASON_MAX];
    kafka_answer_words(a->status, a->body, reason, sizeof(reason));
    bool once_more = false;
    if ((a->status == 400 || a->status == 415) && f->gzipped)
        once_more = s->gzip_refused = true;
    // A dialect that was only guessed from an answer: who refuses headers is not Strimzi.
    if (a->status == 422 && s->settings.dialect == NULL && s->dialect != NULL && s->dialect->headers) {
        found(s, kafka_dialect_find(SLICE("karapace")));
        once_more = true;
    }
    if (once_more)
        send_piece(s, f);
    else if (a->status < 400 || a->status == 401 || a->status == 407 || a->status == 408 || is_overloaded(a->status))
        fail_flight(s, f, reason, a->retry_after);
    else if (a->status == 413)
        take_too_large(s, f, reason);
    else if (a->status == 403 || a->status == 404) // about the topic
        settle_piece(s, f, SINK_UNDECIDED, reason, a->retry_after);
    else if (!halve(s, f))
        take_alone(s, f, a, reason);
}

static void take_answer(struct kafka_sender *s, struct flight *f, const struct http_answer *a)
{
    struct telling t = {.sender = s, .flight = f, .retry_after = a->retry_after};
    struct kafka_shape shape;
    f->request = 0;
    if (a->failure != HTTP_ANSWERED) {
        if (a->failure == HTTP_NO_ANSWER)
            fit_batch(s, f, SLOW + 1);
        fail_flight(s, f, a->reason, 0);
        return;
    }
    if (!kafka_answer_read(a->body, f->to - f->from, s->dialect, take_entry, &t, &shape)) {
        take_whole(s, f, a);
        return;
    }
    if (s->dialect == NULL)
        found(s, kafka_dialect_of_shape(&shape));
    uint32_t size = f->to - f->from;
    fit_batch(s, f, a->took);
    f->from = f->to;
    next_piece(s, f, 2 * size);
}

// ---------------------------------------------------------------- the second face

static uint32_t under_way(const struct kafka_sender *s)
{
    uint32_t count = s->asking != 0;
    for (int i = 0; i < FLIGHTS; i++)
        count += s->flights[i].busy;
    return count;
}

static void take_answers(struct kafka_sender *s)
{
    struct http_answer a;
    while (s->http->answer(s->client, &a)) {
        if (a.id == s->asking)
            take_root(s, &a);
        for (int i = 0; i < FLIGHTS; i++)
            if (s->flights[i].busy && s->flights[i].request == a.id) {
                take_answer(s, &s->flights[i], &a);
                break;
            }
    }
}

// Takes the answers that are there and sends what can be sent.
static void turn(struct kafka_sender *s)
{
    take_answers(s);
    for (int i = 0; i < FLIGHTS; i++)
        if (s->flights[i].busy && s->flights[i].request == 0)
            next_piece(s, &s->flights[i], s->flights[i].to - s->flights[i].from);
    bool waits = s->unsent < s->window.next && !s->stopped;
    if (waits && s->dialect == NULL && !s->asked) {
        if (s->asking == 0)
            ask(s);
        return;
    }
    for (int i = 0; i < FLIGHTS && !s->stopped; i++) {
        struct flight *f = &s->flights[i];
        if (f->busy)
            continue;
        if ((s->dialect == NULL && under_way(s) > 0) || !load(s, f))
            break;
        f->busy = true;
        next_piece(s, f, f->count);
    }
}

uint32_t kafka_sender_room(struct kafka_sender *s, const char **reason)
{
    turn(s);
    if (s->stopped) {
        *reason = s->reason;
        return 0;
    }
    uint32_t used = kafka_window_count(&s->window);
    bool full = s->window.bytes.size >= WINDOW_BYTES || used >= s->window.capacity;
    *reason = full ? "waiting for the bridge to answer" : "";
    return full ? 0 : s->window.capacity - used;
}

enum status kafka_sender_send(struct kafka_sender *s, const struct sink_record *records, uint32_t count,
                              struct error *e)
{
    (void)e;
    assert(count <= s->window.capacity - kafka_window_count(&s->window));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t ticket = s->window.next;
        kafka_window_add(&s->window, &records[i]);
        if (kafka_topic_valid(records[i].topic))
            continue;
        kafka_window_settle(&s->window, ticket, SINK_REFUSED,
                            records[i].topic.size == 0 ? "its topic is NULL; give a \"topic\" to the sink"
                                                       : "its topic is no name that Kafka takes",
                            0);
        s->port->class->wake(s->port); // there is something to poll
    }
    turn(s);
    return STATUS_OK;
}

bool kafka_sender_poll(struct kafka_sender *s, struct sink_delivery_report *report)
{
    turn(s);
    if (kafka_window_count(&s->window) == 0)
        return false;
    const struct kafka_held *h = kafka_window_at(&s->window, s->window.oldest);
    bool settled = h->state == KAFKA_SETTLED;
    // What is to be sent again is told when nothing is under way any more, lest the two overtake each other.
    if ((!settled || h->outcome == SINK_AGAIN) && (!s->stopped || under_way(s) > 0))
        return false;
    if (!settled)
        kafka_window_settle(&s->window, s->window.oldest, SINK_AGAIN, s->reason, s->retry_after);
    kafka_window_report(&s->window, report);
    return true;
}

void kafka_sender_reset(struct kafka_sender *s)
{
    if (s->asking != 0)
        s->http->cancel(s->client, s->asking);
    s->asking = 0;
    for (int i = 0; i < FLIGHTS; i++) {
        if (s->flights[i].busy && s->flights[i].request != 0)
            s->http->cancel(s->client, s->flights[i].request);
        s->flights[i].busy = false;
        s->flights[i].request = 0;
    }
    kafka_window_clear(&s->window);
    s->unsent = s->window.next;
    s->stopped = false;
    s->retry_after = 0;
}
