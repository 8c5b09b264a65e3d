// Rows to text: to_json's objects, CSV lines, the console's table.
#ifndef OPS_ENCODER_H
#define OPS_ENCODER_H

#include "ops/chunk.h"
#include "ops/payload_time.h"
#include "ops/text.h"

// One value as Spark's to_json writes it (JacksonGenerator, spark.sql.jsonGenerator.ignoreNullFields=true): NULL fields
// of structs left out, NULL elements and map values written; TIMESTAMP in the session's zone; doubles as Java.
void json_append_value(struct text *out, const struct column *c, uint32_t row, const struct session *session);
// The same with other patterns of times, and with the NULL fields of structs as null.
struct json_style {
    struct payload_time time;
    bool keep_nulls;
};
void json_append_styled(struct text *out, const struct column *c, uint32_t row, const struct json_style *style);
// At most so many bytes are one value's: then a text of them can lie in an arena from the start.
uint64_t json_bound(const struct column *c, uint32_t row);
// The row as one object, no newline. `extra` (empty: none) is written as it is as the last member: `"_runnel":{…}`.
void json_append_row(struct text *out, const struct slice *names, const struct chunk *chunk, uint32_t row,
                     struct slice extra, const struct session *session);
// A JSON string with its quotes, as Jackson escapes it (/ is not; invalid UTF-8 becomes U+FFFD).
void json_append_string(struct text *out, struct slice s);

// The table of Dataset.showString, byte for byte: columns at least 3 wide, right-aligned where truncate > 0,
// left-aligned where it is 0; NULL as NULL; full-width characters count twice; "only showing top N rows".
struct table;
struct table *table_new(const struct slice *names, uint32_t columns, uint32_t num_rows, uint32_t truncate,
                        const struct session *session, struct memory *memory);
void table_clear(struct table *t);
void table_add(struct table *t, const struct chunk *chunk); // keeps what is shown, counts the rest
void table_print(const struct table *t, struct text *out);
void table_free(struct table *t);

#endif
