// A consumer instance of Kafka's REST API v2: finds the partitions, makes an instance, assigns and seeks by our own
// offsets, reads ahead into pages, and begins anew whatever is lost. It never blocks and never commits: where we stand
// is in the checkpoint.
#ifndef HAL_SOURCE_KAFKA_CONSUMER_H
#define HAL_SOURCE_KAFKA_CONSUMER_H

#include "hal/port/http.h"
#include "hal/source/kafka_topics.h"
#include "hal/source/source.h"

struct kafka_consumer_setup {
    const char *name; // of the source
    const char *url;  // of the bridge, without a / at its end
    const char *group;
    struct slice left_behind;   // an instance of an earlier run, to be taken back; empty: none is known
    const struct slice *topics; // wanted
    uint32_t topic_count;
    const struct kafka_start *start; // for partitions that no checkpoint knows
    bool fresh; // no batch was ever committed: `start` holds, else new partitions begin at their first
    bool fail_on_data_loss, headers, needs_timestamp;
    struct http_settings http;
    struct port *port;
    struct memory *memory;
    const struct log *log;
};

// What one answer brought.
struct kafka_page {
    struct arena arena; // keys, values, headers
    struct message *messages;
    uint32_t from, count, capacity; // messages [from, count) are not yet in a batch that was committed
};

struct kafka_consumer;

// Everything of the setup is borrowed. `topics` holds what the checkpoint knew.
enum status kafka_consumer_open(const struct kafka_consumer_setup *setup, struct kafka_topics *topics,
                                struct kafka_consumer **out, struct error *e);
// Takes the instance back from the bridge (a second at most). NULL is fine.
void kafka_consumer_close(struct kafka_consumer *c);

// From now on nothing counts that is not there when the bridge is asked next.
void kafka_consumer_freeze(struct kafka_consumer *c);
// Takes answers, asks for more. Not OK: what no later try can mend (lost records, no time stamps). *next: when to call
// again, unless the reactor wakes.
enum status kafka_consumer_turn(struct kafka_consumer *c, int64_t *next, struct error *e);
// The ends are known (all of the partitions' `stop` are set, if frozen).
bool kafka_consumer_knows(const struct kafka_consumer *c);
// Why nothing comes; empty: nothing is wrong.
const char *kafka_consumer_reason(const struct kafka_consumer *c);
// The bridge's name for the instance; empty: there is none. Kept in the checkpoint, so that a crash does not leave it.
struct slice kafka_consumer_instance(const struct kafka_consumer *c);
uint64_t kafka_consumer_lost(const struct kafka_consumer *c); // records that were gone before we came

// Pages in the order of reading.
uint32_t kafka_consumer_pages(const struct kafka_consumer *c);
const struct kafka_page *kafka_consumer_page(const struct kafka_consumer *c, uint32_t at);
// The first `pages` are done with, and of the next what stands before message `from`.
void kafka_consumer_drop(struct kafka_consumer *c, uint32_t pages, uint32_t from);
bool kafka_consumer_full(const struct kafka_consumer *c); // it reads no more until pages are dropped
// Forgets all pages and reads again from where each partition was `saved`.
void kafka_consumer_rewind(struct kafka_consumer *c);

#endif
