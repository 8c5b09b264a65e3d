#include "sinks/kafka_window.h"

#include "sinks/kafka_body.h"

#include <assert.h>
#include <stdio.h>

enum { COMPACT_LEAST = 64 * 1024 };

void kafka_window_init(struct kafka_window *w, uint32_t capacity, struct memory *memory)
{
    *w = (struct kafka_window){.memory = memory, .capacity = capacity};
    w->held = mem_zalloc(memory, capacity * sizeof(*w->held));
    text_init(&w->bytes, memory);
    text_init(&w->reasons, memory);
}

void kafka_window_free(struct kafka_window *w)
{
    if (w->held == NULL)
        return;
    mem_free(w->memory, w->held, w->capacity * sizeof(*w->held));
    text_free(&w->bytes);
    text_free(&w->reasons);
}

uint32_t kafka_window_count(const struct kafka_window *w)
{
    return (uint32_t)(w->next - w->oldest);
}

struct kafka_held *kafka_window_at(struct kafka_window *w, uint64_t ticket)
{
    assert(ticket >= w->oldest && ticket < w->next);
    return &w->held[ticket % w->capacity];
}

void kafka_window_add(struct kafka_window *w, const struct sink_record *record)
{
    assert(kafka_window_count(w) < w->capacity);
    struct kafka_held *h = &w->held[w->next++ % w->capacity];
    size_t start = w->bytes.size;
    *h = (struct kafka_held){.at = w->bytes_from + start, .binary = kafka_record_is_binary(record)};
    text_slice(&w->bytes, record->topic);
    h->topic = record->topic.size;
    kafka_record_append(&w->bytes, record);
    h->main = (uint32_t)(w->bytes.size - start) - h->topic;
    kafka_headers_append(&w->bytes, record);
    h->headers = (uint32_t)(w->bytes.size - start) - h->topic - h->main;
}

static struct slice part(const struct kafka_window *w, const struct kafka_held *h, uint32_t skip, uint32_t size)
{
    return (struct slice){w->bytes.data + (size_t)(h->at - w->bytes_from) + skip, size};
}

struct slice kafka_window_topic(const struct kafka_window *w, const struct kafka_held *h)
{
    return part(w, h, 0, h->topic);
}

struct slice kafka_window_main(const struct kafka_window *w, const struct kafka_held *h)
{
    return part(w, h, h->topic, h->main);
}

struct slice kafka_window_headers(const struct kafka_window *w, const struct kafka_held *h)
{
    return part(w, h, h->topic + h->main, h->headers);
}

// Many records of one answer have one reason: it is kept once.
static void keep_reason(struct kafka_window *w, struct kafka_held *h, const char *reason)
{
    uint32_t size = (uint32_t)strlen(reason);
    bool same = w->reasons.size >= size && memcmp(w->reasons.data + w->reasons.size - size, reason, size) == 0;
    if (!same)
        text_bytes(&w->reasons, reason, size);
    h->reason = (uint32_t)w->reasons.size - size;
    h->reason_size = size;
}

void kafka_window_settle(struct kafka_window *w, uint64_t ticket, enum sink_outcome outcome, const char *reason,
                         int64_t retry_after)
{
    struct kafka_held *h = kafka_window_at(w, ticket);
    h->state = KAFKA_SETTLED;
    h->outcome = outcome;
    h->retry_after = retry_after;
    if (outcome != SINK_ARRIVED && reason[0] != '\0')
        keep_reason(w, h, reason);
}

static void compact(struct kafka_window *w)
{
    if (w->oldest == w->next) {
        w->bytes_from += w->bytes.size;
        text_clear(&w->bytes);
        text_clear(&w->reasons);
        return;
    }
    size_t done = (size_t)(kafka_window_at(w, w->oldest)->at - w->bytes_from);
    if (done < COMPACT_LEAST || done < w->bytes.size / 2)
        return;
    memmove(w->bytes.data, w->bytes.data + done, w->bytes.size - done);
    w->bytes.size -= done;
    w->bytes_from += done;
}

void kafka_window_report(struct kafka_window *w, struct sink_delivery_report *out)
{
    const struct kafka_held *h = kafka_window_at(w, w->oldest);
    assert(h->state == KAFKA_SETTLED);
    *out = (struct sink_delivery_report){.ticket = w->oldest, .outcome = h->outcome, .retry_after = h->retry_after};
    if (h->reason_size > 0)
        snprintf(out->reason, sizeof(out->reason), "%.*s", (int)h->reason_size, w->reasons.data + h->reason);
    w->oldest++;
    compact(w);
}

void kafka_window_clear(struct kafka_window *w)
{
    w->oldest = w->next;
    compact(w);
}
