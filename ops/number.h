// Numbers to text and back, as Java does it (Double.toString's shortest digits, not libc's locale).
#ifndef OPS_NUMBER_H
#define OPS_NUMBER_H

#include "ops/slice.h"
#include "ops/text.h"

#include <stdbool.h>
#include <stdint.h>

// The most bytes that any of the prints below writes.
enum { NUMBER_TEXT_MAX = 48 };

// Each writes to `to` (NUMBER_TEXT_MAX bytes) and returns the length; no NUL.
uint32_t int64_print(int64_t v, char *to);
// Java's form of the shortest digits that read back as v: 0.1, 1.0E10, 4.9E-324, NaN, Infinity.
uint32_t double_print(double v, char *to);
uint32_t float_print(float v, char *to);

// JSON's number grammar or a plain decimal text (digits, point, exponent, sign), whole slice; correctly rounded.
// false: not a number. No trimming, no "NaN".
bool double_parse(struct slice s, double *out);
// Rounded once, from the decimal text (not through double).
bool float_parse(struct slice s, float *out);
// Optional sign and digits, whole slice; false: not an integer, or out of range.
bool int64_parse(struct slice s, int64_t *out);

// As Java's own parsers read them. String.trim: blanks and control characters.
struct slice slice_trim_java(struct slice s);
// Double.parseDouble, Float.parseFloat: trimmed; a suffix (1.5d, 2f), hexadecimal (0x1.8p1), NaN, Infinity.
bool double_parse_java(struct slice s, double *out);
bool float_parse_java(struct slice s, float *out);
// Long.parseLong: digits of any script of Unicode's first plane.
bool int64_parse_java(struct slice s, int64_t *out);

#endif
