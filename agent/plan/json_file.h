// A JSON text with places: cJSON reads it, and what cJSON does not give, where each name and value stands, is found by
// walking the text beside its tree. `//` and `/* */` comments are blanks. Private to agent/plan.
#ifndef AGENT_PLAN_JSON_FILE_H
#define AGENT_PLAN_JSON_FILE_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"

#include <stdbool.h>
#include <stdint.h>

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    uint32_t at, size; // the value, in the text
    uint32_t name_at;  // its name, where it is a member
    struct slice name; // of a member; else empty
    struct slice text; // STRING: what it means; NUMBER: as written
    const uint8_t
        *widths; // STRING: columns in the file of each byte of `text` (struct sql_line); NULL: one a character
    bool boolean;
    struct json *first, *next; // members or elements; the next sibling
    struct slice secret_file;  // in full, where it was {"secretFile": …}; else empty
    struct slice written; // STRING: with its ${VAR}, or the secret's name, where `text` came from there; else empty
    const char *origin;   // "--set path=value" where it did not come from the text
};

struct json_text {
    const char *file;  // for messages; NULL: none
    struct slice text; // as it was given
};

// STATUS_CONFIG: not JSON (place, what was expected), a name twice in one object.
enum status json_read(const struct json_text *source, struct arena *arena, struct json **out, struct error *e);
// Whether the text is JSON; else *at is where it is not, and *expected what was.
bool json_check(struct slice text, uint32_t *at, const char **expected);

struct json *json_member(const struct json *object, const char *name); // exact; NULL if there is none
uint32_t json_count(const struct json *parent);
const char *json_kind_name(enum json_kind kind); // "a string"

// "FILE:LINE:COLUMN: …", the line and a caret.
enum status json_error_at(const struct json_text *source, uint32_t at, uint32_t length, struct error *e,
                          const char *format, ...) PRINTF_LIKE(5, 6);

#endif
