// Patterns of numbers, as to_number and to_char take them: '99G999D00S', '$9.99', '999PR' (ToNumberParser).
#ifndef OPS_NUMBER_PATTERN_H
#define OPS_NUMBER_PATTERN_H

#include "ops/decimal.h"
#include "ops/status.h"

enum { PATTERN_DIGITS_MAX = 38, PATTERN_TOKENS_MAX = 96 };

enum pattern_kind {
    PATTERN_DIGIT_ANY,  // 9
    PATTERN_DIGIT_ZERO, // 0
    PATTERN_GROUP,      // , or G
    PATTERN_POINT,      // . or D
    PATTERN_DOLLAR,
    PATTERN_SIGN,     // S
    PATTERN_MINUS,    // MI
    PATTERN_BRACKETS, // PR, at the end
};

struct number_pattern {
    uint8_t token[PATTERN_TOKENS_MAX]; // enum pattern_kind
    uint8_t count;
    uint8_t whole, fraction; // digits before and behind the point
    bool brackets;
};

// STATUS_CONFIG: [DATATYPE_MISMATCH…], [INVALID_FORMAT…] with what is wrong.
enum status number_pattern_read(struct slice text, struct number_pattern *p, struct error *e);
// The number of that text, DECIMAL(whole + fraction, fraction); false: it does not have the form.
bool number_pattern_parse(const struct number_pattern *p, struct slice text, struct decimal *out);
// At most PATTERN_TOKENS_MAX + 8 bytes; returns how many.
uint32_t number_pattern_print(const struct number_pattern *p, struct decimal v, unsigned scale, char *to);

#endif
