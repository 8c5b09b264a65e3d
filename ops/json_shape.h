// How the values of one type are read from JSON: made once from a schema's types. Private to the JSON decoder.
#ifndef OPS_JSON_SHAPE_H
#define OPS_JSON_SHAPE_H

#include "ops/chunk.h"
#include "ops/json_reader.h"
#include "ops/payload_time.h"
#include "ops/status.h"

struct json_shape;

// A number, a string's text, true or false into row `row`. false: the value does not fit the type, nothing was written.
typedef bool (*json_scalar)(const struct json_shape *s, enum json_token token, struct slice text, struct column *c,
                            uint32_t row);

// Names of members, each with its place.
struct json_names {
    const struct slice *name;
    uint32_t count;
    uint32_t mask;   // of `place`; 0: few names, looked through one by one
    uint32_t *place; // hash to place + 1; 0: free
};

struct json_formats {
    struct payload_time time;
    bool normal;   // what is no string goes into a STRING as Jackson's generator writes it, not as it stands
    bool no_words; // "NaN", "Infinity" are no numbers (JSON_REFUSE_WORDS)
};

extern const struct option_spec json_read_options[];

// *allow: for json_bytes.allow.
enum status json_formats_read(struct json_formats *f, unsigned *allow, const struct options *o,
                              const struct session *session, struct arena *arena, struct error *e);

struct json_shape {
    const struct type *type;
    json_scalar scalar; // NULL: STRING, BINARY, nested types, VOID
    const struct json_formats *formats;
    struct json_shape *child; // ARRAY: element; MAP: value; STRUCT: fields
    struct json_names names;  // STRUCT
};

// STATUS_CONFIG: a type that JSON is not read into, named with `where`.
enum status json_shape_make(struct json_shape *s, const struct type *type, const struct json_formats *formats,
                            struct slice where, struct arena *arena, struct error *e);
void json_names_make(struct json_names *n, const struct slice *names, uint32_t count, struct arena *arena);
// -1: there is no such name. Exact, case and all.
int32_t json_names_find(const struct json_names *n, struct slice name);

// The scalar of a type, NULL if it has none.
json_scalar json_scalar_of(enum type_id id);

#endif
