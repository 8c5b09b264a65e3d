// Strings of a JSON record: escapes and UTF-8 as Jackson reads them, as proper UTF-8 out. Private to the JSON decoder.
#ifndef OPS_JSON_TEXT_H
#define OPS_JSON_TEXT_H

#include "ops/arena.h"
#include "ops/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_NAME_MAX = 50000 }; // StreamReadConstraints.DEFAULT_MAX_NAME_LEN

// Where the grammar differs from Spark's defaults.
enum json_allow {
    JSON_ALLOW_COMMENTS = 1,
    JSON_ALLOW_UNQUOTED_NAMES = 2,
    JSON_ALLOW_LEADING_ZEROS = 4,
    JSON_ALLOW_ANY_ESCAPE = 8,
    JSON_ALLOW_CONTROL_CHARS = 16,
    JSON_REFUSE_SINGLE_QUOTES = 32,
    JSON_REFUSE_WORDS = 64, // NaN, Infinity, as strings too
};

// Bytes that are read one after the other; `at` stands where Jackson would when a call fails.
struct json_bytes {
    const char *at, *end;
    unsigned allow; // JSON_ALLOW_…, JSON_REFUSE_…
};

// A string from behind its opening quote to behind its closing one (`quote`: " or '). *text is a slice of the bytes
// where they stand as they should, else a copy in `arena`.
bool json_string(struct json_bytes *b, char quote, struct arena *arena, struct slice *text);
// Passes over a string in double quotes; a little less strict about UTF-8, as Jackson is.
bool json_skip_string(struct json_bytes *b);
// A member's name from behind its opening quote.
bool json_member_name(struct json_bytes *b, char quote, struct arena *arena, struct slice *text);
// A name without quotes from its first byte on (allowUnquotedFieldNames).
bool json_bare_name(struct json_bytes *b, struct arena *arena, struct slice *text);
// A comment from behind its first slash to behind its end (allowComments).
bool json_skip_comment(struct json_bytes *b);
// A string in double quotes that is base64 (Base64Variants.MIME_NO_LINEFEEDS): padding required, blanks and control
// characters allowed between groups of four.
bool json_base64(struct json_bytes *b, struct arena *arena, struct slice *out);

#endif
