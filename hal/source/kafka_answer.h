// What Kafka's REST API v2 answers, read: partitions, offsets, an instance's name, records, and the words of an error.
#ifndef HAL_SOURCE_KAFKA_ANSWER_H
#define HAL_SOURCE_KAFKA_ANSWER_H

#include "hal/source/source.h"
#include "ops/json_reader.h"

struct kafka_answers { // what reading needs; kept from answer to answer
    struct memory *memory;
    struct arena scratch;
    struct json_level *level;
};

void kafka_answers_init(struct kafka_answers *a, struct memory *memory);
void kafka_answers_free(struct kafka_answers *a); // safe on zeroed memory

// [{"partition": 0, …}, …]. false: this is no such answer.
bool kafka_answer_partitions(struct kafka_answers *a, struct slice body, void (*found)(void *arg, int32_t number),
                             void *arg);
// {"beginning_offset": 0, "end_offset": 50}
bool kafka_answer_offsets(struct kafka_answers *a, struct slice body, int64_t *begin, int64_t *end);
// The text member `name` of an object ("instance_id", "message"), borrowed until the next answer is read.
bool kafka_answer_text(struct kafka_answers *a, struct slice body, struct slice name, struct slice *out);

// One record of an answer. topic is borrowed for the call; key, value and headers are decoded into `keep`.
typedef void (*kafka_record)(void *arg, const struct message *record);

// [{"topic", "key", "value", "partition", "offset"[, "timestamp"][, "headers"]}, …], key and value in base64.
// `headers`: whether they are wanted.
bool kafka_answer_records(struct kafka_answers *a, struct slice body, struct arena *keep, bool headers,
                          kafka_record found, void *arg);

#endif
