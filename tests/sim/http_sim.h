// A model bridge at the HTTP client's port: Kafka's REST API v2, produce side, in the three dialects, on simulated
// time, with a broker behind it that remembers every record. It errs on order, or by chance from the port's seed.
#ifndef TESTS_SIM_HTTP_SIM_H
#define TESTS_SIM_HTTP_SIM_H

#include "hal/port/http.h"

struct http_sim;

// What goes wrong; chances are in thousandths.
struct http_sim_faults {
    bool refused;         // no connection: HTTP_NOT_SENT
    bool silent;          // no answer: HTTP_NO_ANSWER at the deadline, nothing written
    bool broker_down;     // each dialect has its own way to say so
    bool strict_topics;   // karapace: topics are not created (404, 40401)
    bool no_root;         // GET / answers 404
    bool takes_no_gzip;   // 400, whoever it is
    uint32_t lost_answer; // written, no answer
    uint32_t busy;        // 503 with retry_after
    uint32_t fails;       // of records: refused as the dialect says what may be tried again
    uint32_t lies;        // of those: written all the same
    int64_t latency;      // microseconds; plus `per_record` for each
    int64_t per_record;
    int64_t retry_after;
    size_t body_most;   // 413 above it; 0: no limit
    size_t record_most; // a value above it is too large for the broker; 0: no limit
    const char *poison; // a body with this in it is answered 400 as a whole; NULL: none
};

// Makes itself the port's HTTP client. `dialect`: confluent, strimzi, karapace.
struct http_sim *http_sim_new(struct port *port, const char *dialect);
void http_sim_free(struct http_sim *b);
struct http_sim_faults *http_sim_faults(struct http_sim *b);
// The next request is answered like that and nothing is written. May be called several times.
void http_sim_answer_next(struct http_sim *b, int status, const char *body, int64_t retry_after);

// What the broker has, in the order of arrival. Texts are as JSON prints them (a string with its quotes).
struct http_sim_record {
    const char *topic, *key, *value; // key NULL: none
    const char *header;              // the first header's value, base64; NULL: none
    bool binary;
};
uint32_t http_sim_count(const struct http_sim *b);
const struct http_sim_record *http_sim_at(const struct http_sim *b, uint32_t i);
uint32_t http_sim_requests(const struct http_sim *b); // produce requests so far
uint32_t http_sim_largest(const struct http_sim *b);  // records in one of them, at most
bool http_sim_last_gzip(const struct http_sim *b);
const char *http_sim_last_type(const struct http_sim *b); // its Content-Type
uint32_t http_sim_overlaps(const struct http_sim *b);     // requests of a topic while another of it was under way

#endif
