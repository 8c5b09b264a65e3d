// Decoders: payload bytes to rows. JSON, CSV, text; one file each, one registry (ops/decoders.c).
//
// A decoder is told which columns are wanted and finds those; what else is in the bytes is skipped (and, as in Spark, a
// wrong type in a column nobody asked for is not seen).
#ifndef OPS_DECODER_H
#define OPS_DECODER_H

#include "ops/chunk.h"
#include "ops/option.h"
#include "ops/session.h"
#include "ops/status.h"

enum decode_mode { DECODE_PERMISSIVE, DECODE_DROPMALFORMED, DECODE_FAILFAST };

struct expr;

struct decode_spec {
    const struct field *fields; // the schema's columns
    uint32_t field_count;
    // Output column of each field, or -1: not wanted. The corrupt-record column is one of the fields.
    const int32_t *output;
    uint32_t outputs;
    // What WHERE asks of the output columns as soon as they are there, as Spark's readers do; none of them is of the
    // corrupt-record column.
    const struct expr *const *filter;
    uint32_t filters;
    const struct options *options; // mode, columnNameOfCorruptRecord, timestampFormat, sep, …: the source's
    const struct session *session;
};

struct decode_counters {
    uint64_t records;  // lines or elements seen, blank ones not
    uint64_t rows;     // delivered
    uint64_t rejected; // malformed: delivered with NULLs (PERMISSIVE), or left out
    uint64_t dropped;  // DROPMALFORMED, or left out by `filter`
};

struct decoder;

struct decoder_class {
    const char *name;                  // "json", "csv", "text"
    const struct option_spec *options; // terminated by a NULL name
    enum status (*open)(const struct decode_spec *spec, struct memory *memory, struct decoder **out, struct error *e);
    void (*close)(struct decoder *d); // NULL is fine
    // A new file or stream begins (header, BOM).
    void (*restart)(struct decoder *d);
    // Decodes records from `bytes` into `out` (columns [0, outputs) of CHUNK_ROWS rows made by the caller; out->arena
    // is for unescaped strings and nested values; other strings are slices of `bytes`), from row out->rows.count on,
    // until the chunk is full or the bytes are used up. `bytes` hold whole records; `last` says that an unterminated
    // one at the end counts. *used: bytes eaten. The chunk is full when its rows.count is CHUNK_ROWS or *used <
    // bytes.size. STATUS_FAILED: FAILFAST met a bad record (its text is in the message).
    enum status (*decode)(struct decoder *d, struct slice bytes, bool last, struct chunk *out, uint32_t *used,
                          struct error *e);
    // One message (socket line, MQTT, Kafka): the bytes are the record, newlines and all. May give several rows (a JSON
    // array) or none. STATUS_AGAIN: the chunk has no room for them; nothing was written, push it on and call again.
    // (Only an empty chunk is filled by a message that has more than CHUNK_ROWS rows, again with STATUS_AGAIN.)
    enum status (*decode_one)(struct decoder *d, struct slice message, struct chunk *out, struct error *e);
    const struct decode_counters *(*counters)(const struct decoder *d);
};

extern const struct decoder_class decoder_csv, decoder_json, decoder_text;

const struct decoder_class *decoder_find(struct slice name);
const struct decoder_class *const *decoder_list(uint32_t *count);

#endif
