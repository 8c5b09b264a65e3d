#include "tests/sim/http_sim.h"

#include "ops/text.h"
#include "tests/sim/port_sim.h"

#include <assert.h>
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>

enum { CALLS = 32, SCRIPTS = 16, TOPIC_TEXT_MAX = 256, TYPE_MAX = 96 };
enum dialect { CONFLUENT, STRIMZI, KARAPACE };

struct call {
    struct http_sim *bridge;
    bool used, ready, cancelled, scheduled;
    char topic[TOPIC_TEXT_MAX];
    struct http_answer answer;
    char *body;
};

struct script {
    int status;
    const char *body;
    int64_t retry_after;
};

struct http_sim {
    struct http_class class; // first: port->http points to it
    struct port *port;
    enum dialect dialect;
    struct http_sim_faults faults;
    struct call calls[CALLS];
    struct call *taken;
    uint64_t next_id;
    int64_t timeout;
    struct script scripts[SCRIPTS];
    uint32_t script_count;
    struct http_sim_record *records;
    uint32_t count, capacity, requests, largest, overlaps;
    bool last_gzip;
    char last_type[TYPE_MAX];
};

struct http_client {
    struct http_sim *bridge;
};

static bool chance(struct http_sim *b, uint32_t thousandths)
{
    return thousandths > 0 && sim_random(b->port) % 1000 < thousandths;
}

// ---------------------------------------------------------------- the broker

static char *copy(const char *s)
{
    return s == NULL ? NULL : strdup(s);
}

static void store(struct http_sim *b, const char *topic, const cJSON *record, bool binary)
{
    if (b->count == b->capacity) {
        b->capacity = b->capacity == 0 ? 64 : 2 * b->capacity;
        b->records = realloc(b->records, b->capacity * sizeof(*b->records));
        assert(b->records != NULL);
    }
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(record, "key");
    const cJSON *header = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(record, "headers"), 0);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(header, "value");
    b->records[b->count++] =
        (struct http_sim_record){.topic = copy(topic),
                                 .key = key == NULL ? NULL : cJSON_PrintUnformatted(key),
                                 .value = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(record, "value")),
                                 .header = copy(value == NULL ? NULL : value->valuestring),
                                 .binary = binary};
}

static cJSON *good_entry(const struct http_sim *b)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddNumberToObject(entry, "partition", 0);
    cJSON_AddNumberToObject(entry, "offset", b->count);
    if (b->dialect == CONFLUENT) {
        cJSON_AddNullToObject(entry, "error_code");
        cJSON_AddNullToObject(entry, "error");
    }
    return entry;
}

static cJSON *bad_entry(const struct http_sim *b, int confluent, int strimzi, int karapace, const char *words)
{
    static const char *const member[] = {[CONFLUENT] = "error", [STRIMZI] = "message", [KARAPACE] = "error"};
    const int codes[] = {[CONFLUENT] = confluent, [STRIMZI] = strimzi, [KARAPACE] = karapace};
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddNumberToObject(entry, "error_code", codes[b->dialect]);
    cJSON_AddStringToObject(entry, member[b->dialect], words);
    return entry;
}

// One record of a produce request: what offsets[] says of it.
static cJSON *produce_one(struct http_sim *b, const char *topic, const cJSON *record, bool binary)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(record, "value");
    size_t size = cJSON_IsString(value) ? strlen(value->valuestring) : 0;
    if (b->faults.broker_down)
        return bad_entry(b, 50003, 404, 2, "the broker is away");
    if (b->faults.record_most > 0 && size > b->faults.record_most)
        return bad_entry(b, 50002, 500, 1, "RecordTooLargeException");
    if (chance(b, b->faults.fails)) {
        if (chance(b, b->faults.lies))
            store(b, topic, record, binary);
        return bad_entry(b, 50003, 500, 2, "expired");
    }
    cJSON *entry = good_entry(b);
    store(b, topic, record, binary);
    return entry;
}

// ---------------------------------------------------------------- the bridge

static void fill(struct call *c, int status, const char *body)
{
    c->answer.failure = HTTP_ANSWERED;
    c->answer.status = status;
    c->body = strdup(body);
    snprintf(c->answer.content_type, sizeof(c->answer.content_type), "application/vnd.kafka.v2+json");
}

static const char *line_of(const struct http_request *r, const char *name)
{
    for (const char *const *line = r->headers; line != NULL && *line != NULL; line++)
        if (strncmp(*line, name, strlen(name)) == 0)
            return *line + strlen(name);
    return "";
}

static bool is_too_large(const struct http_sim *b, const cJSON *records)
{
    const cJSON *record;
    cJSON_ArrayForEach(record, records)
    {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(record, "value");
        if (b->faults.record_most > 0 && cJSON_IsString(value) && strlen(value->valuestring) > b->faults.record_most)
            return true;
    }
    return false;
}

static bool has_headers(const cJSON *records)
{
    const cJSON *record;
    cJSON_ArrayForEach(record, records)
    {
        if (cJSON_GetObjectItemCaseSensitive(record, "headers") != NULL)
            return true;
    }
    return false;
}

static bool topic_exists(const struct http_sim *b, const char *topic)
{
    return b->dialect != KARAPACE || !b->faults.strict_topics || strncmp(topic, "missing", 7) != 0;
}

static void produce_all(struct http_sim *b, struct call *c, const cJSON *records, bool binary)
{
    cJSON *answer = cJSON_CreateObject(), *offsets = cJSON_AddArrayToObject(answer, "offsets");
    const cJSON *record;
    bool failed = false;
    cJSON_ArrayForEach(record, records)
    {
        cJSON *entry = produce_one(b, c->topic, record, binary);
        failed |= cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(entry, "error_code"));
        cJSON_AddItemToArray(offsets, entry);
    }
    if (b->dialect != STRIMZI) {
        cJSON_AddNullToObject(answer, "key_schema_id");
        cJSON_AddNullToObject(answer, "value_schema_id");
    }
    char *text = cJSON_PrintUnformatted(answer);
    fill(c, failed && b->dialect == KARAPACE ? 422 : 200, text);
    free(text);
    cJSON_Delete(answer);
}

static void produce(struct http_sim *b, struct call *c, const struct http_request *r)
{
    cJSON *root = cJSON_ParseWithLength(r->body.data, r->body.size);
    const cJSON *records = cJSON_GetObjectItemCaseSensitive(root, "records");
    assert(cJSON_IsArray(records));
    uint32_t size = (uint32_t)cJSON_GetArraySize(records);
    b->largest = size > b->largest ? size : b->largest;
    c->answer.took = b->faults.latency + size * b->faults.per_record;
    bool binary = strstr(b->last_type, "binary") != NULL;
    char *whole = cJSON_PrintUnformatted(records);
    if (b->faults.poison != NULL && strstr(whole, b->faults.poison) != NULL)
        fill(c, 400, "{\"error_code\":400,\"message\":\"Validation error\"}");
    else if (strstr(b->last_type, "charset") != NULL || (r->gzip && (b->dialect == STRIMZI || b->faults.takes_no_gzip)))
        fill(c, 400, "{\"error_code\":400,\"message\":\"Failed to decode\"}");
    else if (has_headers(records) && b->dialect != STRIMZI)
        fill(c, 422, "{\"error_code\":422,\"message\":\"Unrecognized field: headers\"}");
    else if ((b->faults.body_most > 0 && r->body.size > b->faults.body_most) ||
             (b->dialect == KARAPACE && is_too_large(b, records)))
        fill(c, 413, "{\"error_code\":413,\"message\":\"Request Entity Too Large\"}");
    else if (!topic_exists(b, c->topic))
        fill(c, 404, "{\"error_code\":40401,\"message\":\"Topic not found.\"}");
    else
        produce_all(b, c, records, binary);
    free(whole);
    cJSON_Delete(root);
}

// The peer goes quiet: what is heard of it is the deadline.
static void go_silent(struct http_sim *b, struct call *c)
{
    c->answer.failure = HTTP_NO_ANSWER;
    c->answer.took = b->timeout;
    snprintf(c->answer.reason, sizeof(c->answer.reason), "no answer in time");
}

static void act(struct http_sim *b, struct call *c, const struct http_request *r)
{
    bool root = strcmp(r->method, "GET") == 0;
    c->answer.took = b->faults.latency;
    if (b->faults.refused) {
        c->answer.failure = HTTP_NOT_SENT;
        snprintf(c->answer.reason, sizeof(c->answer.reason), "it cannot be reached");
    } else if (b->faults.silent || (!root && b->faults.broker_down && b->dialect == KARAPACE)) {
        go_silent(b, c);
    } else if (b->script_count > 0 && !root) {
        fill(c, b->scripts[0].status, b->scripts[0].body);
        c->answer.retry_after = b->scripts[0].retry_after;
        memmove(b->scripts, b->scripts + 1, --b->script_count * sizeof(b->scripts[0]));
    } else if (root) {
        fill(c, b->faults.no_root ? 404 : 200, b->dialect == STRIMZI ? "{\"bridge_version\":\"0.33.0\"}" : "{}");
    } else if (chance(b, b->faults.busy)) {
        fill(c, 503, "");
        c->answer.retry_after = b->faults.retry_after;
    } else {
        produce(b, c, r);
        if (chance(b, b->faults.lost_answer))
            go_silent(b, c);
    }
}

// ---------------------------------------------------------------- the client

static void deliver(struct port *p, void *arg)
{
    struct call *c = arg;
    c->scheduled = false;
    if (c->cancelled) {
        free(c->body);
        *c = (struct call){0};
        return;
    }
    c->ready = true;
    p->class->wake(p);
}

static enum status client_open(const struct http_settings *settings, struct port *port, const struct log *log,
                               struct memory *memory, struct http_client **out, struct error *e)
{
    (void)log, (void)memory, (void)e;
    struct http_sim *b = (struct http_sim *)(uintptr_t)port->http;
    b->timeout = settings->timeout;
    *out = malloc(sizeof(**out));
    assert(*out != NULL);
    (*out)->bridge = b;
    return STATUS_OK;
}

static void client_cancel(struct http_client *client, uint64_t id)
{
    for (int i = 0; i < CALLS; i++) {
        struct call *c = &client->bridge->calls[i];
        if (!c->used || c->answer.id != id || c == client->bridge->taken)
            continue;
        c->cancelled = true;
        if (!c->scheduled) {
            free(c->body);
            *c = (struct call){0};
        }
    }
}

static void client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    client->bridge->taken = NULL;
    for (int i = 0; i < CALLS; i++)
        if (client->bridge->calls[i].used)
            client_cancel(client, client->bridge->calls[i].answer.id);
    free(client);
}

static enum status client_request(struct http_client *client, const struct http_request *request, uint64_t *id,
                                  struct error *e)
{
    struct http_sim *b = client->bridge;
    struct call *c = b->calls;
    while (c < b->calls + CALLS && c->used)
        c++;
    if (c == b->calls + CALLS)
        return error_set(e, STATUS_AGAIN, "too many requests");
    *c = (struct call){.bridge = b, .used = true, .scheduled = true, .answer.id = ++b->next_id};
    const char *topic = strstr(request->url, "/topics/");
    snprintf(c->topic, sizeof(c->topic), "%s", topic == NULL ? "" : topic + 8);
    for (int i = 0; topic != NULL && i < CALLS; i++) {
        const struct call *other = &b->calls[i];
        b->overlaps +=
            other != c && other->used && !other->ready && !other->cancelled && !strcmp(other->topic, c->topic);
    }
    if (topic != NULL) {
        b->requests++;
        b->last_gzip = request->gzip;
        snprintf(b->last_type, sizeof(b->last_type), "%s", line_of(request, "Content-Type: "));
    }
    *id = c->answer.id;
    act(b, c, request);
    sim_at(b->port, b->port->class->monotonic(b->port) + c->answer.took, deliver, c);
    return STATUS_OK;
}

static bool client_answer(struct http_client *client, struct http_answer *out)
{
    struct http_sim *b = client->bridge;
    if (b->taken != NULL) {
        free(b->taken->body);
        *b->taken = (struct call){0};
        b->taken = NULL;
    }
    for (int i = 0; i < CALLS; i++) {
        struct call *c = &b->calls[i];
        if (!c->ready)
            continue;
        *out = c->answer;
        out->body = c->body == NULL || c->answer.failure != HTTP_ANSWERED ? (struct slice){0} : slice_of(c->body);
        b->taken = c;
        c->ready = false;
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- the test's side

struct http_sim *http_sim_new(struct port *port, const char *dialect)
{
    struct http_sim *b = calloc(1, sizeof(*b));
    assert(b != NULL);
    b->class = (struct http_class){.open = client_open,
                                   .close = client_close,
                                   .request = client_request,
                                   .answer = client_answer,
                                   .cancel = client_cancel};
    b->port = port;
    b->dialect = strcmp(dialect, "strimzi") == 0 ? STRIMZI : strcmp(dialect, "karapace") == 0 ? KARAPACE : CONFLUENT;
    b->faults.latency = 10000;
    port->http = &b->class;
    return b;
}

void http_sim_free(struct http_sim *b)
{
    b->port->http = NULL;
    for (uint32_t i = 0; i < b->count; i++) {
        const char *texts[] = {b->records[i].topic, b->records[i].key, b->records[i].value, b->records[i].header};
        for (int t = 0; t < 4; t++)
            free((void *)(uintptr_t)texts[t]);
    }
    for (int i = 0; i < CALLS; i++)
        free(b->calls[i].body);
    free(b->records);
    free(b);
}

struct http_sim_faults *http_sim_faults(struct http_sim *b)
{
    return &b->faults;
}

void http_sim_answer_next(struct http_sim *b, int status, const char *body, int64_t retry_after)
{
    assert(b->script_count < SCRIPTS);
    b->scripts[b->script_count++] = (struct script){status, body, retry_after};
}

uint32_t http_sim_count(const struct http_sim *b)
{
    return b->count;
}

const struct http_sim_record *http_sim_at(const struct http_sim *b, uint32_t i)
{
    assert(i < b->count);
    return &b->records[i];
}

uint32_t http_sim_requests(const struct http_sim *b)
{
    return b->requests;
}

uint32_t http_sim_largest(const struct http_sim *b)
{
    return b->largest;
}

bool http_sim_last_gzip(const struct http_sim *b)
{
    return b->last_gzip;
}

const char *http_sim_last_type(const struct http_sim *b)
{
    return b->last_type;
}

uint32_t http_sim_overlaps(const struct http_sim *b)
{
    return b->overlaps;
}
