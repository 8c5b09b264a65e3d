// What a call answers: a status, and, when it failed, a message for a person.
//
// A status is for the world's mistakes (a file, a peer, a user); our own mistakes are asserts. The message says what
// was wrong, where, and what to do; it is written once, by whoever found the fault, and travels up unchanged.
#ifndef OPS_STATUS_H
#define OPS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum status {
    STATUS_OK = 0,
    STATUS_END,     // nothing more: the end of a range, a stream, a scan
    STATUS_AGAIN,   // not now; the reactor will say when
    STATUS_USAGE,   // the command line is wrong: exit 2
    STATUS_CONFIG,  // what a file says is wrong: exit 78
    STATUS_FAILED,  // the world refused while running: exit 1
    STATUS_FULL,    // no room: disk, map or a limit; what was committed is intact
    STATUS_DAMAGED, // bytes are not what we wrote
};

enum { ERROR_TEXT_MAX = 2048 };

struct error {
    enum status status;
    char text[ERROR_TEXT_MAX]; // NUL-terminated, no newline at its end; may have several lines (a caret)
};

#if defined(__GNUC__)
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
#else
#define PRINTF_LIKE(at, first)
#endif

// Writes the message (cut at ERROR_TEXT_MAX) and returns `status`, so that a function can `return error_set(...)`.
// `e` may be NULL where nobody wants the words.
enum status error_set(struct error *e, enum status status, const char *format, ...) PRINTF_LIKE(3, 4);

// Puts `prefix: ` before the message that is there.
void error_prefix(struct error *e, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
