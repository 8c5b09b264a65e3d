// The records handed to send and not yet reported, oldest first, each with what is known of it. Private to the kafka
// sink's sender.
#ifndef SINKS_KAFKA_WINDOW_H
#define SINKS_KAFKA_WINDOW_H

#include "ops/text.h"
#include "sinks/sink.h"

enum kafka_state { KAFKA_WAITING, KAFKA_SENT, KAFKA_SETTLED };

struct kafka_held {
    enum kafka_state state;
    enum sink_outcome outcome; // KAFKA_SETTLED
    bool binary;
    uint64_t at; // of its bytes, counted from the first ever: topic, main (no closing brace), headers
    uint32_t topic, main, headers;
    uint32_t reason, reason_size; // in `reasons`
    int64_t retry_after;
};

struct kafka_window {
    struct memory *memory;
    struct kafka_held *held; // ring
    uint32_t capacity;
    uint64_t oldest, next; // tickets
    struct text bytes;
    uint64_t bytes_from; // which byte bytes.data[0] is
    struct text reasons;
};

void kafka_window_init(struct kafka_window *w, uint32_t capacity, struct memory *memory);
void kafka_window_free(struct kafka_window *w);
uint32_t kafka_window_count(const struct kafka_window *w);
void kafka_window_add(struct kafka_window *w, const struct sink_record *record); // there must be room
struct kafka_held *kafka_window_at(struct kafka_window *w, uint64_t ticket);
struct slice kafka_window_topic(const struct kafka_window *w, const struct kafka_held *h);
struct slice kafka_window_main(const struct kafka_window *w, const struct kafka_held *h);
struct slice kafka_window_headers(const struct kafka_window *w, const struct kafka_held *h);
void kafka_window_settle(struct kafka_window *w, uint64_t ticket, enum sink_outcome outcome, const char *reason,
                         int64_t retry_after);
// The oldest, which is settled: reports it and forgets it.
void kafka_window_report(struct kafka_window *w, struct sink_delivery_report *out);
void kafka_window_clear(struct kafka_window *w); // tickets go on

#endif
