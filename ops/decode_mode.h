// What the decoders have in common: modes, and the column for corrupt records.
#ifndef OPS_DECODE_MODE_H
#define OPS_DECODE_MODE_H

#include "ops/decoder.h"

#define DECODE_MODE_OPTIONS                                                                                            \
    {.name = "mode",                                                                                                   \
     .kind = OPTION_STRING,                                                                                            \
     .fallback = "PERMISSIVE",                                                                                         \
     .summary = "what becomes of a malformed record: PERMISSIVE, DROPMALFORMED, FAILFAST"},                            \
    {                                                                                                                  \
        .name = "columnNameOfCorruptRecord", .kind = OPTION_STRING, .fallback = "_corrupt_record",                     \
        .summary = "the column of the schema that gets the text of malformed records"                                  \
    }

// Spark's options for guessing a schema, which is given here.
#define DECODE_GUESSING(option)                                                                                        \
    {                                                                                                                  \
        .name = option, .kind = OPTION_STRING, .summary = "of no effect: the schema is given"                          \
    }

// UTF-8 is the one encoding there is.
#define DECODE_ENCODING_OPTIONS                                                                                        \
    {.name = "encoding", .kind = OPTION_CHOICE, .choices = decode_encodings, .summary = "UTF-8, the only one"},        \
    {                                                                                                                  \
        .name = "charset", .kind = OPTION_CHOICE, .choices = decode_encodings, .summary = "the same as encoding"       \
    }

extern const char *const decode_encodings[], *const decode_locales[];

// A mode that there is not is PERMISSIVE, as in Spark.
enum decode_mode decode_mode_read(const struct options *o);
bool decode_mode_known(struct slice name);
// Is this field the one for corrupt records? STATUS_CONFIG: it is, and no STRING.
enum status decode_is_corrupt(const struct options *o, const struct field *f, bool *is, struct error *e);
// lineSep, whatever its length; empty where it is not given.
enum status decode_line_end(const struct options *o, struct slice *out, struct error *e);
// The record that begins at `from` and ends with `line_end`, and where the next one begins; `from`: it does not end
// (`last`: then it ends with the bytes).
uint32_t decode_cut(struct slice bytes, uint32_t from, struct slice line_end, bool last, struct slice *record);
// FAILFAST's end.
enum status decode_fail(struct slice record, struct error *e);

#endif
