// Options of sources, sinks and decoders: declared in a table beside what they configure, read from the pipeline file
// by agent/plan, which knows their places for error messages. An option that is not in a table is refused by name.
#ifndef OPS_OPTION_H
#define OPS_OPTION_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>
#include <stdint.h>

enum option_kind {
    OPTION_STRING,
    OPTION_INTEGER,  // within [least, most]
    OPTION_BOOLEAN,  // true, false; "true", "false" too, as Spark takes text
    OPTION_DURATION, // Spark's interval text; microseconds
    OPTION_AGE,      // as OPTION_DURATION, and "7d", "15s" as Spark's maxFileAge takes it; microseconds
    OPTION_SIZE,     // "32MB", or a number of bytes
    OPTION_CHOICE,   // one of `choices`, case folded
    OPTION_LIST,     // an array of strings, or one string
    OPTION_TRUNCATE, // console: true (20), false (0), or a number
    OPTION_OBJECT,   // name → string (headers)
};

struct option_spec {
    const char *name; // matched without regard to case, as Spark's options are
    enum option_kind kind;
    bool required;
    const char *fallback; // its text; NULL: absent
    const char *const *choices;
    int64_t least, most;   // INTEGER, SIZE; both 0: any
    const char *summary;   // for the reference page
    const char *condition; // Spark's error class of a wrong value; NULL: it has none
};

struct option_value {
    const struct option_spec *spec;
    bool given;               // false: the fallback
    struct slice text;        // STRING, CHOICE (as declared)
    int64_t integer;          // INTEGER, BOOLEAN, DURATION, SIZE, TRUNCATE
    const struct slice *list; // LIST; OBJECT: name, value, name, value
    uint32_t list_size;
    uint32_t line, column; // place in the pipeline file; 0 where it came from elsewhere
    struct slice file;     // STRING: where it was read from ({"secretFile": …}), in full; it may change while we run
};

struct options {
    const struct option_value *value;
    uint32_t count;
    struct slice directory; // relative paths start here
};

// NULL when the option is absent and has no fallback.
const struct option_value *option_get(const struct options *o, const char *name);
struct slice option_text(const struct options *o, const char *name); // empty if absent
int64_t option_integer(const struct options *o, const char *name, int64_t absent);
bool option_boolean(const struct options *o, const char *name);

// Reading them.

// The row of that name in a table that a NULL name ends, or NULL. `table` may be NULL.
const struct option_spec *option_find(const struct option_spec *table, struct slice name);
// Reads one text as its spec wants it (a fallback, a value of the pipeline file, `--set`); out->text is borrowed.
// STATUS_CONFIG: "NAME is …; wanted is …", without a place.
enum status option_parse(const struct option_spec *spec, struct slice text, struct arena *arena,
                         struct option_value *out, struct error *e);
// "32MB", "1 gb", "512k", "100" (bytes): powers of 1024. false: no size, negative, or too large.
bool size_parse(struct slice s, int64_t *bytes);
// Spark's interval text; negative ones are none. A month is 31 days.
bool duration_parse(struct slice s, int64_t *micros);
// JavaUtils.timeStringAsMs: "15s", "10min", "7d"; a bare number is milliseconds.
bool age_parse(struct slice s, int64_t *micros);

#endif
