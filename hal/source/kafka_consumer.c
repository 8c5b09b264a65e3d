#include "hal/source/kafka_consumer.h"

#include "hal/source/kafka_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000)

enum {
    PAGES = 16,
    PAGE_BLOCK = 64 * 1024,
    HELD_MOST = 8 << 20,       // bytes read ahead
    BYTES_FIRST = 1 << 20,     // asked for at once; more where one record is larger
    BYTES_MOST = 16 << 20,     //
    EMPTY_MOST = 3,            // answers without a record, although there are some: the next may be larger
    GAPS_MOST = 5,             // the same gap so often: it is one
    SEEKS_MOST = 6,            // times that one instance may refuse a seek
    SHORT_LIFE = 60,           // seconds; an instance gone sooner,
    LOSSES_MOST = 4,           // so many times in a row: there is something wrong
    WAIT_LIVE = 1000,          // milliseconds that the bridge waits for records; some take all of it
    WAIT_FROZEN = 500,         //
    LOOK_EVERY = 30,           // seconds between looks for new partitions
    LOOK_MISSING = 3,          // where a topic is missing
    RETRY_FIRST = 500 * 1000,  // microseconds, then twice as long each time,
    RETRY_MOST = 30000 * 1000, // up to this; jittered
    CLOSE_TIME = 1000 * 1000,
    REASON_MAX = 400,
};

enum step {
    STEP_NONE,
    STEP_PARTITIONS, // of topic `topic_at`
    STEP_OFFSETS,    // of partition `partition_at`
    STEP_CREATE,
    STEP_ASSIGN,
    STEP_SEEK,
    STEP_READ,
    STEP_DELETE,
};

struct kafka_consumer {
    struct kafka_consumer_setup setup;
    struct kafka_topics *topics;
    const struct http_class *http;
    struct http_client *client;
    struct kafka_answers answers;
    struct text url, body;
    enum step step; // what was asked for, STEP_NONE: nothing
    uint64_t request;
    // What is so.
    struct text instance; // its name; empty: none
    bool leave;           // the instance is to be taken back
    uint32_t assigned;    // partitions of the instance
    bool sought;          // it stands where we do
    uint32_t seeks;       // refused, since it was assigned
    uint32_t losses;      // of short-lived instances, in a row
    int64_t made_at;
    bool after_seek; // the next records are the first since
    uint32_t empty;  // answers without a record, in a row
    uint64_t bytes;  // to ask for at once
    // Looking for partitions and their offsets.
    bool looking, looked;
    bool missing, missing_told; // a topic is not there
    uint32_t topic_at, partition_at;
    int64_t look_at;
    bool freeze, frozen;
    // Trouble.
    int64_t retry_at, retry_after;
    char reason[REASON_MAX];
    enum status failed;
    struct error failure;
    uint64_t lost;
    // What was read.
    struct kafka_page page[PAGES];
    uint32_t first, pages;
    struct kafka_page *filling;
};

static int64_t now(const struct kafka_consumer *c)
{
    return c->setup.port->class->monotonic(c->setup.port);
}

// ---------------------------------------------------------------- pages

uint32_t kafka_consumer_pages(const struct kafka_consumer *c)
{
    return c->pages;
}

const struct kafka_page *kafka_consumer_page(const struct kafka_consumer *c, uint32_t at)
{
    return &c->page[(c->first + at) % PAGES];
}

void kafka_consumer_drop(struct kafka_consumer *c, uint32_t pages, uint32_t from)
{
    for (; pages > 0; pages--) {
        struct kafka_page *p = &c->page[c->first];
        arena_reset(&p->arena);
        p->from = p->count = 0;
        c->first = (c->first + 1) % PAGES;
        c->pages--;
    }
    if (c->pages > 0)
        c->page[c->first].from = from > c->page[c->first].from ? from : c->page[c->first].from;
}

bool kafka_consumer_full(const struct kafka_consumer *c)
{
    size_t held = 0;
    for (uint32_t i = 0; i < c->pages; i++)
        held += arena_used(&kafka_consumer_page(c, i)->arena);
    return c->pages == PAGES || held >= HELD_MOST;
}

void kafka_consumer_rewind(struct kafka_consumer *c)
{
    kafka_consumer_drop(c, c->pages, 0);
    for (uint32_t i = 0; i < c->topics->count; i++) {
        struct kafka_partition *p = &c->topics->partition[i];
        p->taken = p->next = p->saved;
    }
    c->sought = false;
}

// ---------------------------------------------------------------- trouble

static void fail(struct kafka_consumer *c, enum status status, const char *words)
{
    c->failed = status;
    error_set(&c->failure, status, "source %s: %s", c->setup.name, words);
}

// A number in [least, most] that differs from try to try.
static int64_t jittered(struct kafka_consumer *c, int64_t least, int64_t most)
{
    uint64_t x = (uint64_t)now(c) * UINT64_C(0x9E3779B97F4A7C15) ^ c->request;
    x = (x ^ (x >> 31)) * UINT64_C(0xBF58476D1CE4E5B9);
    return least + (int64_t)((x >> 16) % (uint64_t)(most - least + 1));
}

// It did not work; later again. `asked`: how long the bridge wants to be left alone, or 0.
static void retry(struct kafka_consumer *c, int64_t asked, const char *words)
{
    if (words[0] != '\0' && strcmp(words, c->reason) != 0)
        log_say(c->setup.log, LOG_LEVEL_WARNING, "source %s: %s: %s; trying again", c->setup.name, c->setup.url, words);
    snprintf(c->reason, sizeof(c->reason), "%s", words);
    int64_t wait = jittered(c, c->retry_after / 2, c->retry_after);
    c->retry_after = c->retry_after * 2 < RETRY_MOST ? c->retry_after * 2 : RETRY_MOST;
    c->retry_at = now(c) + (wait > asked ? wait : asked);
}

static void works(struct kafka_consumer *c)
{
    if (c->reason[0] != '\0' && !c->missing)
        log_say(c->setup.log, LOG_LEVEL_INFO, "source %s: reading from %s again", c->setup.name, c->setup.url);
    if (!c->missing)
        c->reason[0] = '\0';
    c->retry_after = RETRY_FIRST;
}

// ---------------------------------------------------------------- asking

static void add_encoded(struct text *out, struct slice s) // RFC 3986, unreserved
{
    for (uint32_t i = 0; i < s.size; i++) {
        char ch = s.data[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
                     (ch != '\0' && strchr("-._~", ch) != NULL);
        if (plain)
            text_char(out, ch);
        else
            text_printf(out, "%%%02X", (unsigned)(unsigned char)ch);
    }
}

static void add_quoted(struct text *out, struct slice s) // topics have no more than [A-Za-z0-9._-]
{
    text_char(out, '"');
    for (uint32_t i = 0; i < s.size; i++)
        if (s.data[i] != '"' && s.data[i] != '\\' && (unsigned char)s.data[i] >= ' ')
            text_char(out, s.data[i]);
    text_char(out, '"');
}

static void instance_url(struct kafka_consumer *c, const char *rest)
{
    text_string(&c->url, c->setup.url);
    text_string(&c->url, "/consumers/");
    add_encoded(&c->url, slice_of(c->setup.group));
    if (c->instance.size > 0) {
        text_string(&c->url, "/instances/");
        add_encoded(&c->url, text_view(&c->instance));
    }
    text_string(&c->url, rest);
}

static void topic_url(struct kafka_consumer *c, struct slice topic)
{
    text_string(&c->url, c->setup.url);
    text_string(&c->url, "/topics/");
    add_encoded(&c->url, topic);
    text_string(&c->url, "/partitions");
}

// {"partitions": […]} or, with offsets, {"offsets": […]}: of the partitions that are read.
static void partitions_body(struct kafka_consumer *c, bool offsets)
{
    bool first = true;
    text_string(&c->body, offsets ? "{\"offsets\":[" : "{\"partitions\":[");
    for (uint32_t i = 0; i < c->topics->count; i++) {
        const struct kafka_partition *p = &c->topics->partition[i];
        if (p->next == KAFKA_UNKNOWN) // its offsets were not to be had yet
            continue;
        text_string(&c->body, first ? "{\"topic\":" : ",{\"topic\":");
        first = false;
        add_quoted(&c->body, p->topic);
        text_printf(&c->body, ",\"partition\":%" PRId32, p->number);
        if (offsets)
            text_printf(&c->body, ",\"offset\":%" PRId64, p->next);
        text_char(&c->body, '}');
    }
    text_string(&c->body, "]}");
}

static void ask(struct kafka_consumer *c, enum step step, const char *method)
{
    static const char *const json[] = {"Accept: application/vnd.kafka.v2+json",
                                       "Content-Type: application/vnd.kafka.v2+json", NULL};
    static const char *const plain[] = {"Accept: application/vnd.kafka.v2+json", NULL};
    static const char *const binary[] = {"Accept: application/vnd.kafka.binary.v2+json", NULL};
    struct http_request r = {
        .method = method,
        .url = text_cstring(&c->url),
        .headers = step == STEP_READ  ? binary
                   : c->body.size > 0 ? json
                                      : plain,
        .body = text_view(&c->body),
    };
    struct error e = {0};
    enum status s = c->http->request(c->client, &r, &c->request, &e);
    if (s == STATUS_OK)
        c->step = step;
    else
        retry(c, 0, e.text);
}

static bool all_reached(const struct kafka_consumer *c)
{
    for (uint32_t i = 0; i < c->topics->count; i++)
        if (c->topics->partition[i].next < c->topics->partition[i].stop)
            return false;
    return true;
}

static void finish_look(struct kafka_consumer *c);

static bool ask_while_looking(struct kafka_consumer *c)
{
    if (!c->looking && now(c) >= c->look_at) {
        c->looking = true;
        c->missing = false;
        c->topic_at = c->partition_at = 0;
    }
    if (!c->looking)
        return false;
    if (c->topic_at < c->setup.topic_count) {
        topic_url(c, c->setup.topics[c->topic_at]);
        ask(c, STEP_PARTITIONS, "GET");
        return true;
    }
    if (c->partition_at < c->topics->count) {
        topic_url(c, c->topics->partition[c->partition_at].topic);
        text_printf(&c->url, "/%" PRId32 "/offsets", c->topics->partition[c->partition_at].number);
        ask(c, STEP_OFFSETS, "GET");
        return true;
    }
    finish_look(c);
    return false;
}

static void ask_for_records(struct kafka_consumer *c)
{
    instance_url(c, "/records");
    text_printf(&c->url, "?timeout=%d&max_bytes=%" PRIu64, c->frozen ? WAIT_FROZEN : WAIT_LIVE, c->bytes);
    ask(c, STEP_READ, "GET");
}

static void ask_next(struct kafka_consumer *c)
{
    text_clear(&c->url);
    text_clear(&c->body);
    if (ask_while_looking(c) || c->topics->count == 0 || c->failed != STATUS_OK)
        return;
    if (c->leave) {
        instance_url(c, "");
        ask(c, STEP_DELETE, "DELETE");
    } else if (c->instance.size == 0) {
        if (c->frozen && all_reached(c))
            return;
        instance_url(c, "");
        // What all three dialects know; they differ in the name for automatic commits, which do no harm.
        text_string(&c->body, "{\"format\":\"binary\",\"auto.offset.reset\":\"earliest\",\"fetch.min.bytes\":1}");
        ask(c, STEP_CREATE, "POST");
    } else if (c->assigned != c->topics->count) {
        instance_url(c, "/assignments");
        partitions_body(c, false);
        ask(c, STEP_ASSIGN, "POST");
    } else if (!c->sought) {
        instance_url(c, "/positions");
        partitions_body(c, true);
        ask(c, STEP_SEEK, "POST");
    } else if (!kafka_consumer_full(c) && !(c->frozen && all_reached(c))) {
        ask_for_records(c);
    }
}

// ---------------------------------------------------------------- what the broker holds

static void found_partition(void *arg, int32_t number)
{
    struct kafka_consumer *c = arg;
    struct slice topic = c->setup.topics[c->topic_at];
    if (kafka_topics_find(c->topics, topic, number) != NULL)
        return;
    struct kafka_partition *p = kafka_topics_add(c->topics, topic, number);
    if (c->frozen)
        p->stop = 0; // it came later
    if (c->looked)
        log_say(c->setup.log, LOG_LEVEL_INFO, "source %s: a new partition, %.*s %" PRId32, c->setup.name,
                (int)topic.size, topic.data, number);
}

// Where a partition begins that no checkpoint knows. KAFKA_UNKNOWN: the options do not say.
static int64_t start_of(struct kafka_consumer *c, const struct kafka_partition *p)
{
    int64_t wanted = KAFKA_EARLIEST; // what is new is read from its beginning, as in Spark
    if (c->setup.fresh && !c->looked) {
        wanted = c->setup.start->all;
        if (c->setup.start->named) {
            struct kafka_topics of = c->setup.start->of;
            const struct kafka_partition *named = kafka_topics_find(&of, p->topic, p->number);
            if (named == NULL)
                return KAFKA_UNKNOWN;
            wanted = named->saved;
        }
    }
    return wanted == KAFKA_EARLIEST ? p->begin : wanted == KAFKA_LATEST ? p->end : wanted;
}

// Records [from, to) of the partition are gone before they were read.
static void lose(struct kafka_consumer *c, struct kafka_partition *p, int64_t from, int64_t to, const char *why)
{
    char words[512];
    snprintf(words, sizeof(words), "topic %.*s, partition %" PRId32 ": offsets %" PRId64 " to %" PRId64 " are gone: %s",
             (int)p->topic.size, p->topic.data, p->number, from, to - 1, why);
    if (c->setup.fail_on_data_loss) {
        size_t used = strlen(words);
        snprintf(words + used, sizeof(words) - used,
                 ". Some data may have been missed; to go on without it set \"failOnDataLoss\": false");
        fail(c, STATUS_FAILED, words);
        return;
    }
    c->lost += (uint64_t)(to - from);
    log_say(c->setup.log, LOG_LEVEL_WARNING, "source %s: %s; going on without them", c->setup.name, words);
}

static void check_range(struct kafka_consumer *c, struct kafka_partition *p)
{
    if (p->saved == KAFKA_UNKNOWN) {
        p->saved = p->taken = p->next = start_of(c, p);
        c->assigned = 0;
        if (p->saved == KAFKA_UNKNOWN) {
            fail(c, STATUS_CONFIG,
                 "startingOffsets names some partitions and not all: use -1 for latest, -2 for earliest");
            return;
        }
    }
    if (p->next < p->begin) {
        lose(c, p, p->next, p->begin, "the broker has deleted them");
    } else if (p->next > p->end) {
        lose(c, p, p->end, p->next, "the topic ends before them; was it made anew?");
        p->next = p->begin;
    } else {
        return;
    }
    if (c->failed != STATUS_OK)
        return;
    p->next = p->next < p->begin ? p->begin : p->next;
    if (p->next > p->stop)
        p->stop = p->next;
    c->sought = false;
}

static void took_partitions(struct kafka_consumer *c, const struct http_answer *a)
{
    struct slice topic = c->setup.topics[c->topic_at];
    if (a->status == 404) {
        snprintf(c->reason, sizeof(c->reason), "there is no topic %.*s yet", (int)topic.size, topic.data);
        if (!c->missing_told)
            log_say(c->setup.log, LOG_LEVEL_WARNING, "source %s: %s: %s; waiting for it", c->setup.name, c->setup.url,
                    c->reason);
        c->missing = c->missing_told = true;
    } else if (!kafka_answer_partitions(&c->answers, a->body, found_partition, c)) {
        retry(c, 0, "what it says of a topic's partitions cannot be read: is this a Kafka REST bridge?");
        return;
    }
    c->topic_at++;
}

static void took_offsets(struct kafka_consumer *c, const struct http_answer *a)
{
    struct kafka_partition *p = &c->topics->partition[c->partition_at];
    if (a->status == 404) {
        c->missing = true;
    } else if (!kafka_answer_offsets(&c->answers, a->body, &p->begin, &p->end)) {
        retry(c, 0, "what it says of a partition's offsets cannot be read");
        return;
    } else {
        check_range(c, p);
    }
    c->partition_at++;
}

static void finish_look(struct kafka_consumer *c)
{
    c->looking = false;
    c->look_at = now(c) + (c->missing ? LOOK_MISSING : LOOK_EVERY) * SECOND;
    bool behind = false;
    for (uint32_t i = 0; i < c->topics->count; i++) {
        struct kafka_partition *p = &c->topics->partition[i];
        behind = behind || p->next < (p->end < p->stop ? p->end : p->stop);
        // The broker answers, and has no more records up to there: markers, or compacted away.
        if (c->frozen && c->empty >= EMPTY_MOST && c->bytes == BYTES_MOST && p->next < p->stop)
            p->next = p->taken = p->stop;
    }
    if (behind && c->empty >= EMPTY_MOST && c->bytes < BYTES_MOST) {
        c->bytes = BYTES_MOST; // one record may be larger than what was asked for
        c->empty = 0;
        c->sought = false;
    }
    if (c->freeze && !c->frozen && !c->missing) {
        c->frozen = true;
        for (uint32_t i = 0; i < c->topics->count; i++)
            c->topics->partition[i].stop = c->topics->partition[i].end;
    }
    c->looked = c->looked || !c->missing || c->topics->count > 0;
    c->missing_told = c->missing;
    if (!c->missing)
        works(c);
}

// ---------------------------------------------------------------- records

static void add_message(struct kafka_page *page, struct memory *memory, const struct message *m)
{
    if (page->count == page->capacity) {
        uint32_t capacity = page->capacity == 0 ? 256 : page->capacity * 2;
        page->messages = mem_resize(memory, page->messages, page->capacity * sizeof(*m), capacity * sizeof(*m));
        page->capacity = capacity;
    }
    page->messages[page->count++] = *m;
}

// The first record of this partition in an answer is not the one that was due. Some bridges drop the end of a read that
// was too large, so it is asked for again before a gap is taken for one (compaction and transaction markers leave
// some).
static bool is_gap(struct kafka_consumer *c, struct kafka_partition *p)
{
    if (c->after_seek && p->gaps > 0 && p->gaps < GAPS_MOST && p->begin <= p->next)
        return true;
    if (p->gaps >= GAPS_MOST) {
        log_say(c->setup.log, LOG_LEVEL_WARNING,
                "source %s: topic %.*s, partition %" PRId32 ": the bridge gives nothing between offset %" PRId64
                " and its next record; taken for compacted",
                c->setup.name, (int)p->topic.size, p->topic.data, p->number, p->next);
        return true;
    }
    p->gaps++;
    p->skip = true;
    c->sought = false;
    c->look_at = now(c); // deleted records are told by where the partition begins
    return false;
}

static void found_record(void *arg, const struct message *record)
{
    struct kafka_consumer *c = arg;
    struct kafka_partition *p = kafka_topics_find(c->topics, record->topic, record->partition);
    if (p == NULL || p->skip || record->offset < p->next || c->failed != STATUS_OK)
        return;
    if (!p->seen && record->offset > p->next && !is_gap(c, p))
        return;
    p->seen = true;
    p->gaps = 0;
    p->next = record->offset + 1;
    if (record->offset >= p->stop) {
        p->next = p->stop;
        return;
    }
    if (record->no_timestamp && c->setup.needs_timestamp) {
        fail(
            c, STATUS_CONFIG,
            "the bridge gives no time stamps (Confluent's REST Proxy does not), so a watermark on the column timestamp "
            "would never move; put it on a column of the payload");
        return;
    }
    struct message m = *record;
    m.topic = p->topic;
    add_message(c->filling, c->setup.memory, &m);
}

static void took_records(struct kafka_consumer *c, const struct http_answer *a)
{
    c->filling = &c->page[(c->first + c->pages) % PAGES];
    for (uint32_t i = 0; i < c->topics->count; i++)
        c->topics->partition[i].seen = c->topics->partition[i].skip = false;
    bool good = kafka_answer_records(&c->answers, a->body, &c->filling->arena, c->setup.headers, found_record, c);
    bool any = c->filling->count > 0;
    if (any)
        c->pages++; // what was whole of a broken answer counts too
    else
        arena_reset(&c->filling->arena);
    if (!good) {
        c->sought = false;
        retry(c, 0, "the records that it gave cannot be read");
        return;
    }
    works(c);
    c->after_seek = c->after_seek && !any && a->body.size < 16;
    c->empty = any ? 0 : c->empty + 1;
    if (c->empty == EMPTY_MOST && c->frozen)
        c->look_at = now(c);
    if (any && a->body.size < BYTES_FIRST)
        c->bytes = BYTES_FIRST;
}

// ---------------------------------------------------------------- answers

static void forget_instance(struct kafka_consumer *c)
{
    text_clear(&c->instance);
    c->assigned = 0;
    c->sought = c->leave = false;
}

static void took_instance(struct kafka_consumer *c, const struct http_answer *a)
{
    struct slice name;
    // base_uri is left alone: one bridge gives it relative, another with a host that only it can reach.
    if (!kafka_answer_text(&c->answers, a->body, SLICE("instance_id"), &name) || name.size == 0) {
        retry(c, 0, "it made a consumer instance without a name");
        return;
    }
    forget_instance(c);
    text_slice(&c->instance, name);
    c->made_at = now(c);
}

static void took_good(struct kafka_consumer *c, enum step step, const struct http_answer *a)
{
    switch (step) {
    case STEP_PARTITIONS:
        took_partitions(c, a);
        break;
    case STEP_OFFSETS:
        took_offsets(c, a);
        break;
    case STEP_CREATE:
        took_instance(c, a);
        break;
    case STEP_ASSIGN:
        c->assigned = c->topics->count;
        c->sought = false;
        c->seeks = 0;
        break;
    case STEP_SEEK:
        c->sought = c->after_seek = true;
        c->seeks = 0;
        break;
    case STEP_READ:
        took_records(c, a);
        break;
    case STEP_DELETE:
    case STEP_NONE:
        forget_instance(c);
        break;
    }
}

// Our instance is not there any more: expired, the bridge was started anew, a topic was deleted (Karapace answers the
// same), or this is another bridge. It is taken back first, should it be there after all.
static void lost_instance(struct kafka_consumer *c, int64_t asked, const char *words)
{
    c->losses = now(c) - c->made_at < SHORT_LIFE * SECOND ? c->losses + 1 : 1;
    c->leave = true;
    c->look_at = now(c);
    if (c->losses == 1) {
        log_say(c->setup.log, LOG_LEVEL_INFO, "source %s: the consumer instance is gone; making another",
                c->setup.name);
        return;
    }
    int64_t wait = RETRY_FIRST << (c->losses < 8 ? c->losses : 8);
    c->retry_after = wait < RETRY_MOST ? wait : RETRY_MOST;
    retry(c, asked,
          c->losses < LOSSES_MOST
              ? words
              : "our consumer instance vanishes again and again: several bridges behind one address "
                "need sticky sessions");
}

// An answer that is an error, of any step but those where 404 means a missing topic.
static void took_refusal(struct kafka_consumer *c, enum step step, const struct http_answer *a)
{
    struct slice message = {NULL, 0};
    char words[REASON_MAX];
    kafka_answer_text(&c->answers, a->body, SLICE("message"), &message);
    snprintf(words, sizeof(words), "%d: %.*s", a->status, (int)(message.size < 200 ? message.size : 200),
             message.data ? message.data : "");
    c->sought = false; // a read that failed may have moved on
    if (step == STEP_READ && (a->status == 422 || a->status == 413) && c->bytes < BYTES_MOST) {
        c->bytes *= 4; // more came together than was asked for, and is lost to the instance
        return;
    }
    if (step == STEP_DELETE) {
        forget_instance(c);
        return;
    }
    if (a->status == 404 && step > STEP_CREATE) {
        lost_instance(c, a->retry_after, words);
        return;
    }
    // A fresh assignment takes a moment to hold (Karapace), and until then it cannot be sought.
    if (a->status == 409 && step == STEP_SEEK && ++c->seeks < SEEKS_MOST)
        words[0] = '\0';
    else if (a->status == 409 || a->status == 406)
        c->leave = c->instance.size > 0;
    retry(c, a->retry_after, words);
}

static void take(struct kafka_consumer *c, const struct http_answer *a)
{
    enum step step = c->step;
    c->step = STEP_NONE;
    if (a->failure != HTTP_ANSWERED) {
        if (step == STEP_DELETE)
            forget_instance(c);
        c->sought = false;
        retry(c, 0, a->reason);
    } else if (a->status / 100 == 2 || (a->status == 404 && (step == STEP_PARTITIONS || step == STEP_OFFSETS))) {
        took_good(c, step, a);
    } else {
        took_refusal(c, step, a);
    }
}

// ---------------------------------------------------------------- the outside

enum status kafka_consumer_turn(struct kafka_consumer *c, int64_t *next, struct error *e)
{
    struct http_answer a;
    while (c->http->answer(c->client, &a))
        if (c->step != STEP_NONE && a.id == c->request)
            take(c, &a);
    if (c->step == STEP_NONE && c->failed == STATUS_OK && now(c) >= c->retry_at)
        ask_next(c);
    *next = c->step != STEP_NONE ? now(c) + SECOND : c->retry_at > now(c) ? c->retry_at : c->look_at;
    if (c->failed != STATUS_OK && e != NULL)
        *e = c->failure;
    return c->failed;
}

void kafka_consumer_freeze(struct kafka_consumer *c)
{
    c->freeze = true;
}

bool kafka_consumer_knows(const struct kafka_consumer *c)
{
    return c->frozen || (!c->freeze && c->looked);
}

const char *kafka_consumer_reason(const struct kafka_consumer *c)
{
    return c->reason;
}

struct slice kafka_consumer_instance(const struct kafka_consumer *c)
{
    return c->leave ? (struct slice){NULL, 0} : text_view(&c->instance);
}

uint64_t kafka_consumer_lost(const struct kafka_consumer *c)
{
    return c->lost;
}

enum status kafka_consumer_open(const struct kafka_consumer_setup *setup, struct kafka_topics *topics,
                                struct kafka_consumer **out, struct error *e)
{
    struct kafka_consumer *c = mem_zalloc(setup->memory, sizeof(*c));
    c->setup = *setup;
    c->topics = topics;
    c->http = setup->port->http;
    c->bytes = BYTES_FIRST;
    c->leave = setup->left_behind.size > 0;
    c->retry_after = RETRY_FIRST;
    c->look_at = c->retry_at = INT64_MIN;
    text_init(&c->url, setup->memory);
    text_init(&c->body, setup->memory);
    text_init(&c->instance, setup->memory);
    text_slice(&c->instance, setup->left_behind);
    kafka_answers_init(&c->answers, setup->memory);
    for (uint32_t i = 0; i < PAGES; i++)
        arena_init(&c->page[i].arena, setup->memory, PAGE_BLOCK);
    c->setup.http.response_limit = 2 * (size_t)BYTES_MOST;
    c->setup.http.connections = 1;
    enum status s = c->http->open(&c->setup.http, setup->port, setup->log, setup->memory, &c->client, e);
    if (s != STATUS_OK) {
        kafka_consumer_close(c);
        return s;
    }
    *out = c;
    return STATUS_OK;
}

// The bridge keeps what is not taken back until it expires, some of them for ever.
static void take_back(struct kafka_consumer *c)
{
    int64_t deadline = now(c) + CLOSE_TIME;
    struct http_answer a;
    if (c->step != STEP_NONE)
        c->http->cancel(c->client, c->request);
    text_clear(&c->url);
    text_clear(&c->body);
    instance_url(c, "");
    ask(c, STEP_DELETE, "DELETE");
    while (c->step == STEP_DELETE && now(c) < deadline) {
        c->setup.port->class->wait(c->setup.port, deadline, NULL);
        while (c->http->answer(c->client, &a))
            if (a.id == c->request)
                c->step = STEP_NONE;
    }
}

void kafka_consumer_close(struct kafka_consumer *c)
{
    if (c == NULL)
        return;
    if (c->client != NULL && c->instance.size > 0)
        take_back(c);
    if (c->client != NULL)
        c->http->close(c->client);
    for (uint32_t i = 0; i < PAGES; i++) {
        arena_free(&c->page[i].arena);
        mem_free(c->setup.memory, c->page[i].messages, c->page[i].capacity * sizeof(struct message));
    }
    kafka_answers_free(&c->answers);
    text_free(&c->url);
    text_free(&c->body);
    text_free(&c->instance);
    mem_free(c->setup.memory, c, sizeof(*c));
}
