// What the parts of the pipeline file's reader share. Private to agent/plan.
#ifndef AGENT_PLAN_PIPELINE_READER_H
#define AGENT_PLAN_PIPELINE_READER_H

#include "agent/plan/json_file.h"
#include "agent/plan/pipeline.h"

struct reader {
    struct json_text source;
    const char *directory; // relative paths start here
    struct arena *arena;
    struct error *error;
    struct pipeline *out;
};

// A key that may stand in an object. Those that are `later` are known, and refused by name.
struct key {
    const char *name;
    bool later;
};

// Messages, at a value or at a member's name; "--set path=value: …" for what came from there.
enum status refuse(struct reader *r, const struct json *at, const char *format, ...) PRINTF_LIKE(3, 4);
enum status refuse_name(struct reader *r, const struct json *member, const char *format, ...) PRINTF_LIKE(3, 4);
// Puts the place of `at` before the message that is in r->error.
enum status refuse_again(struct reader *r, const struct json *at);
struct place place_of(const struct reader *r, const struct json *at);

// Every member is one of `keys` (a NULL name ends them) or of the tables; `what` is "a source".
enum status check_keys(struct reader *r, const struct json *object, const struct key *keys,
                       const struct option_spec *const tables[2], const char *what);
enum status want_kind(struct reader *r, const struct json *at, enum json_kind kind, const char *name);
// "; did you mean x?" or "; there are x, y, z" in r->arena.
const char *suggest(struct reader *r, struct slice wanted, const struct slice *names, uint32_t count);

// Parts (one file each).
enum status reader_expand(struct reader *r, struct json *at); // ${VAR}, {"secretFile": …}
enum status reader_set(struct reader *r, struct json *root, const struct pipeline_set *set);
enum status read_options(struct reader *r, const struct json *object, const struct option_spec *const tables[2],
                         struct options *out, const char *what);
enum status read_query(struct reader *r, const struct json *query);
enum status read_sources(struct reader *r, const struct json *sources);
enum status read_sinks(struct reader *r, const struct json *sinks);
enum status read_late_rows(struct reader *r, const struct json *name);
// The SQL text in one string of the file, with its places.
struct sql_source sql_source_of(struct reader *r, const struct json *string);
// A whole file of at most `most` bytes; relative paths start at the pipeline's directory.
enum status read_text_file(struct reader *r, const struct json *at, struct slice path, size_t most, struct slice *out);
struct slice absolute_path(struct reader *r, struct slice path);

#endif
