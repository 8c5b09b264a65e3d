// The second face of the kafka sink: records under way to the bridge. A window of records; of it requests are made, one
// at a time for each topic, so that a topic's records arrive in order; what the answers say is reported in the order of
// tickets. Nothing here waits or knows the time: every request has a deadline, and its answer wakes the port.
#ifndef SINKS_KAFKA_SENDER_H
#define SINKS_KAFKA_SENDER_H

#include "hal/port/http.h"
#include "sinks/kafka_dialect.h"

struct kafka_settings {
    struct http_settings http;           // connections and response_limit are ours
    const char *base;                    // url, without a slash at its end
    const struct kafka_dialect *dialect; // NULL: to be found out
    uint32_t max_records;                // a request
    bool gzip;                           // wanted; not used where the bridge does not take it
};

struct kafka_sender;

// What the settings point to is borrowed until it is closed.
enum status kafka_sender_open(const struct kafka_settings *settings, struct port *port, const struct log *log,
                              struct memory *memory, struct kafka_sender **out, struct error *e);
void kafka_sender_close(struct kafka_sender *s); // NULL is fine

// sinks/sink.h, the second face.
uint32_t kafka_sender_room(struct kafka_sender *s, const char **reason);
enum status kafka_sender_send(struct kafka_sender *s, const struct sink_record *records, uint32_t count,
                              struct error *e);
bool kafka_sender_poll(struct kafka_sender *s, struct sink_delivery_report *report);
void kafka_sender_reset(struct kafka_sender *s);

// For tests and for a person. NULL: not known yet.
const struct kafka_dialect *kafka_sender_dialect(const struct kafka_sender *s);
uint32_t kafka_sender_batch(const struct kafka_sender *s); // records a request, at the moment

#endif
