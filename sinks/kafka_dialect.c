#include "sinks/kafka_dialect.h"

#define CODES(array) .code = (array), .codes = sizeof(array) / sizeof((array)[0])

// KAFKA_RETRIABLE_ERROR_ERROR_CODE, KAFKA_ERROR_ERROR_CODE, KAFKA_AUTHENTICATION_ERROR_CODE (the bridge's own login at
// the broker) of io.confluent.kafkarest.Errors.
static const struct kafka_code confluent_codes[] = {{50003, SINK_AGAIN}, {50002, SINK_REFUSED}, {40101, SINK_AGAIN}};
// An HTTP status for each record: 404 also while the broker is down, 500 also for one that is too large.
static const struct kafka_code strimzi_codes[] = {{404, SINK_UNDECIDED}, {500, SINK_UNDECIDED}};
// 1 is also what it says of a record that its producer gave up while the broker was away.
static const struct kafka_code karapace_codes[] = {{2, SINK_AGAIN}, {1, SINK_UNDECIDED}};

enum { CONFLUENT, STRIMZI, KARAPACE, DIALECTS };

static const struct kafka_dialect dialects[DIALECTS] = {
    [CONFLUENT] = {.name = "confluent", .gzip = true, CODES(confluent_codes)},
    [STRIMZI] = {.name = "strimzi", .headers = true, CODES(strimzi_codes)},
    [KARAPACE] = {.name = "karapace", .gzip = true, CODES(karapace_codes)},
};

const char *const kafka_dialect_names[] = {"confluent", "strimzi", "karapace", NULL};

const struct kafka_dialect *kafka_dialect_find(struct slice name)
{
    for (int i = 0; i < DIALECTS; i++)
        if (slice_equal_fold(slice_of(dialects[i].name), name))
            return &dialects[i];
    return NULL;
}

static const struct kafka_code *find_code(const struct kafka_dialect *d, int code)
{
    for (uint32_t i = 0; i < d->codes; i++)
        if (d->code[i].code == code)
            return &d->code[i];
    return NULL;
}

// A good entry: Confluent's has error_code and error (null), Karapace's stands beside schema ids, Strimzi's is alone.
const struct kafka_dialect *kafka_dialect_of_shape(const struct kafka_shape *shape)
{
    if (shape->good && shape->good_has_error)
        return &dialects[CONFLUENT];
    if (shape->good)
        return &dialects[shape->schema_ids ? KARAPACE : STRIMZI];
    if (shape->has_message)
        return &dialects[STRIMZI];
    for (int i = 0; i < DIALECTS; i++)
        if (shape->code != 0 && i != STRIMZI && find_code(&dialects[i], shape->code) != NULL)
            return &dialects[i];
    return NULL;
}

// Strimzi tells its version: {"bridge_version": "0.33.0"}. The others say {}.
const struct kafka_dialect *kafka_dialect_of_root(int status, struct slice body)
{
    static const char member[] = "\"bridge_version\"";
    uint32_t size = sizeof(member) - 1;
    for (uint32_t i = 0; status == 200 && i + size <= body.size; i++)
        if (memcmp(body.data + i, member, size) == 0)
            return &dialects[STRIMZI];
    return NULL;
}

enum sink_outcome kafka_dialect_outcome(const struct kafka_dialect *d, int code)
{
    for (int i = 0; i < DIALECTS; i++) {
        const struct kafka_code *c = find_code(&dialects[i], code);
        if (c != NULL && (d == NULL || d == &dialects[i]))
            return c->outcome;
    }
    return SINK_UNDECIDED;
}
