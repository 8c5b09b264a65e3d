// A pattern as Java 17 reads it (java.util.regex.Pattern), written so that PCRE2 means the same. Private to
// ops/regex.c.
//
// Nothing is left to PCRE2's own reading: what ends a line, letters of either case (ASCII only, without (?u)), \b (of
// Unicode, where \w is of ASCII), \Z, \R, octal and control escapes, POSIX classes. What has no translation is refused.
#ifndef OPS_REGEX_JAVA_H
#define OPS_REGEX_JAVA_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"

// `out` lies in `arena`. STATUS_CONFIG: not Java's, or not translated; the message names what.
enum status regex_from_java(struct slice pattern, struct arena *arena, struct slice *out, struct error *e);

#endif
