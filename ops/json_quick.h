// The short way for records that are as they should be: one pass over the bytes, no tokens. What is unusual in any way
// (malformed, a wrong type, single quotes, an escaped name) is left to json_record.h, which then reads the record anew.
// Private to the JSON decoder.
#ifndef OPS_JSON_QUICK_H
#define OPS_JSON_QUICK_H

#include "ops/json_record.h"

enum { QUICK_GUESSES = 64, QUICK_GUESS_MAX = 32 };

// What stood between two values of the last record (`,"action":`) and which member followed: most likely the same
// stands there in the next.
struct quick_guess {
    uint64_t word[2], mask[2]; // the first 16 bytes
    char text[QUICK_GUESS_MAX];
    uint32_t size;  // 0: nothing known
    int32_t member; // -1: one that nobody wants
};

struct json_quick {
    const struct json_members *members;
    struct json_level *level; // for nested values, JSON_DEPTH_MAX + 2
    unsigned allow;           // json_bytes.allow
    bool off;                 // no record goes this way
    uint64_t once;            // members that come once, or the record goes the long way; of the first 64
    const char *end;          // of the bytes; a newline stands somewhere before it, at or behind every record's begin
    struct arena *arena;      // the chunk's
    struct quick_guess guess[QUICK_GUESSES];
};

// The object that begins at `p`, into row `row` (all of whose members are NULL). Where it ends, or NULL: take the long
// way.
const char *quick_object(struct json_quick *q, const char *p, uint32_t row);

#endif
