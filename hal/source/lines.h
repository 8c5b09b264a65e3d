// Whole lines cut out of a stream of bytes, in one buffer that is used again and grows up to the longest line allowed.
// \n, \r and \r\n end a line, or what lines_separate said. A longer line is left out whole and counted.
#ifndef HAL_SOURCE_LINES_H
#define HAL_SOURCE_LINES_H

#include "ops/memory.h"
#include "ops/slice.h"

#include <stddef.h>

enum { LINES_BUFFER = 65536 };

struct lines {
    struct memory *memory;
    char *data;
    size_t capacity, limit; // limit: bytes of a line, its end not counted
    size_t begin, end;      // bytes not yet taken
    struct slice separator; // ends a line; empty: \n, \r, \r\n
    bool whole;             // no lines: all bytes up to the end are one piece
    bool skipping;          // inside a line that is too long
    bool skip_newline;      // it ended with \r: a \n that follows belongs to it
    uint64_t oversized;     // lines left out
};

void lines_init(struct lines *l, struct memory *memory, size_t limit, bool whole);
void lines_separate(struct lines *l, struct slice separator); // borrowed; at once behind lines_init
void lines_free(struct lines *l);                             // safe on zeroed memory
void lines_restart(struct lines *l);                          // a new stream
// Where more bytes go, never without room. What was taken before is no longer valid.
char *lines_room(struct lines *l, size_t *room);
void lines_added(struct lines *l, size_t count);
bool lines_full(const struct lines *l);
// All whole lines that are there; false: there is none yet.
bool lines_take(struct lines *l, struct slice *out);
// The stream has ended: what is left, a last line without its end. May be empty.
struct slice lines_rest(struct lines *l);

#endif
