// What the Kafka sink's tests have in common: a sink before a model bridge, records sent, and what became of them.
#ifndef TESTS_SINKS_KAFKA_BENCH_H
#define TESTS_SINKS_KAFKA_BENCH_H

#include "sinks/sink_kafka.h"

#include "sinks/kafka_answer.h"
#include "sinks/kafka_body.h"
#include "tests/sim/http_sim.h"
#include "tests/sim/options_sim.h"
#include "tests/sim/port_sim.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const dialects[] = {"confluent", "strimzi", "karapace"};

enum { SECOND = 1000 * 1000, ROWS = 64, MAX_SENT = 4000 };

// ---------------------------------------------------------------- a sink with its log, and a model bridge

struct logged {
    struct sink_record record;
    struct slice headers[8];
};

struct bench {
    struct memory memory;
    struct arena arena;
    struct port *port;
    struct http_sim *bridge;
    struct options_sim options;
    struct session session;
    struct field fields[4];
    struct column *columns[4];
    struct chunk chunk;
    struct sink *sink;
    struct record_log log;
    struct logged logged[ROWS];
    uint32_t logged_count;
    char said[512];
};

static inline struct slice keep(struct bench *b, struct slice s)
{
    return (struct slice){arena_copy(&b->arena, s.data, s.size), s.size};
}

static inline enum status append(void *self, const struct sink_record *r, struct error *e)
{
    struct bench *b = self;
    (void)e;
    assert_true(b->logged_count < ROWS);
    struct logged *l = &b->logged[b->logged_count++];
    l->record = *r;
    l->record.topic = keep(b, r->topic);
    l->record.key = keep(b, r->key);
    l->record.value = keep(b, r->value);
    l->record.header = l->headers;
    for (uint32_t i = 0; i < 2 * r->header_count; i++)
        l->headers[i] = keep(b, r->header[i]);
    return STATUS_OK;
}

static inline void say(void *self, enum log_level level, const char *text)
{
    struct bench *b = self;
    (void)level;
    snprintf(b->said, sizeof(b->said), "%s", text);
}

static inline const struct log *log_of(struct bench *b)
{
    static struct log log;
    log = (struct log){.write = say, .self = b};
    return &log;
}

// Columns k, n; with `verbatim`: value, key, topic.
static inline void bench_init(struct bench *b, const char *dialect, bool verbatim)
{
    static const char *const rows[] = {"k", "n"}, *const verbatims[] = {"value", "key", "topic"};
    *b = (struct bench){.port = sim_open(7)};
    b->bridge = http_sim_new(b->port, dialect);
    arena_init(&b->arena, &b->memory, 4096);
    b->chunk = (struct chunk){.column = b->columns, .columns = verbatim ? 3 : 2, .arena = &b->arena};
    for (uint32_t i = 0; i < b->chunk.columns; i++) {
        const char *name = verbatim ? verbatims[i] : rows[i];
        enum type_id type = !verbatim && i == 1 ? TYPE_BIGINT : TYPE_STRING;
        b->fields[i] = (struct field){.name = slice_of(name), .type = type_simple(type), .nullable = true};
        b->columns[i] = column_new(b->fields[i].type, ROWS, &b->arena);
    }
    b->session.zone = &zone_utc;
    b->log = (struct record_log){append, b};
}

static inline enum status bench_open(struct bench *b, struct error *e)
{
    struct sink_setup setup = {.name = "out",
                               .options = &b->options.options,
                               .port = b->port,
                               .memory = &b->memory,
                               .records = &b->log,
                               .device = "pi",
                               .query = "q",
                               .session = &b->session,
                               .fields = b->fields,
                               .field_count = b->chunk.columns,
                               .log = log_of(b)};
    return sink_kafka.open(&setup, &b->sink, e);
}

static inline void bench_close(struct bench *b)
{
    sink_kafka.close(b->sink);
    http_sim_free(b->bridge);
    sim_close(b->port);
    arena_free(&b->arena);
    assert_int_equal(b->memory.used, 0);
}

#define FILL(b, ...)                                                                                                   \
    options_sim_fill(&(b)->options, sink_kafka.options, "/", "url", "http://localhost:8082", "timeout", "30000000",    \
                     __VA_ARGS__, NULL)

static inline void open_with(struct bench *b, const char *dialect, const char *max)
{
    struct error e;
    FILL(b, "topic", "t", "maxRecords", max, dialect == NULL ? NULL : "dialect", dialect);
    assert_int_equal(bench_open(b, &e), STATUS_OK);
}

// ---------------------------------------------------------------- sending

static inline struct sink_record record_of(char *space, size_t size, const char *topic, uint32_t i)
{
    snprintf(space, size, "\"%u\"", (unsigned)i);
    return (struct sink_record){.seq = i, .topic = slice_of(topic), .value = slice_of(space)};
}

static inline void send_numbers(struct bench *b, const char *topic, uint32_t from, uint32_t count)
{
    struct error e;
    char space[16];
    for (uint32_t i = from; i < from + count; i++) {
        struct sink_record r = record_of(space, sizeof(space), topic, i);
        assert_int_equal(sink_kafka.send(b->sink, &r, 1, &e), STATUS_OK);
    }
}

// The next report, within `limit` of simulated time.
static inline bool await(struct bench *b, struct sink_delivery_report *r, int64_t limit)
{
    int64_t until = b->port->class->monotonic(b->port) + limit;
    struct error e;
    while (!sink_kafka.poll(b->sink, r)) {
        if (b->port->class->monotonic(b->port) >= until)
            return false;
        assert_int_not_equal(b->port->class->wait(b->port, until, &e), STATUS_FAILED);
    }
    return true;
}

// One letter a report: + arrived, ~ again, ? undecided, ! refused.
static inline const char *outcomes(struct bench *b, char *to, size_t size)
{
    static const char letters[] = {
        [SINK_ARRIVED] = '+', [SINK_AGAIN] = '~', [SINK_UNDECIDED] = '?', [SINK_REFUSED] = '!'};
    struct sink_delivery_report r;
    size_t n = 0;
    while (n + 1 < size && await(b, &r, 60 * SECOND)) {
        to[n++] = letters[r.outcome];
        if (r.outcome != SINK_ARRIVED)
            snprintf(b->said, sizeof(b->said), "%s", r.reason);
        if (r.outcome == SINK_AGAIN)
            break;
    }
    to[n] = '\0';
    return to;
}

static inline const char *value_at(struct bench *b, uint32_t i)
{
    return http_sim_at(b->bridge, i)->value;
}

#endif
