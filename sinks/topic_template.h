// A topic with columns of the result in it: site/{district}/counts.
//
// A value stays within its level: + # / %, control characters and noncharacters in it, bytes that are no UTF-8, and a
// $ that would begin the topic, are written as %XX. NULL and the empty string are __HIVE_DEFAULT_PARTITION__, as in the
// directories of Spark's partitionBy (ExternalCatalogUtils.getPartitionPathString).
#ifndef SINKS_TOPIC_TEMPLATE_H
#define SINKS_TOPIC_TEMPLATE_H

#include "ops/arena.h"
#include "ops/chunk.h"
#include "ops/session.h"
#include "ops/status.h"
#include "ops/text.h"

struct topic_part {
    struct slice text; // literal, in front of the column
    int32_t column;    // -1: none follows
};

struct topic_template {
    struct topic_part *part;
    uint32_t count;
};

// `text` is borrowed. STATUS_CONFIG: an unknown column, a brace without its other, a topic that is none.
enum status topic_template_parse(struct slice text, const struct field *fields, uint32_t field_count,
                                 struct arena *arena, struct topic_template *out, struct error *e);
// `scratch` is overwritten.
void topic_template_print(const struct topic_template *t, const struct chunk *chunk, uint32_t row,
                          const struct session *session, struct text *scratch, struct text *out);

#endif
