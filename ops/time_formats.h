// A compiled date pattern: what java.time.format.DateTimeFormatterBuilder makes of it. Private to ops/time_format*.c.
#ifndef OPS_TIME_FORMATS_H
#define OPS_TIME_FORMATS_H

#include "ops/datetime.h"

enum time_field {
    FIELD_ERA,
    FIELD_YEAR_OF_ERA,
    FIELD_YEAR,
    FIELD_QUARTER,
    FIELD_MONTH,
    FIELD_DAY,
    FIELD_DAY_OF_YEAR,
    FIELD_WEEKDAY,     // from Monday as 1
    FIELD_ALIGNED_DAY, // F: day within weeks that begin with the month
    FIELD_AMPM,
    FIELD_CLOCK_12, // h: 1 to 12
    FIELD_HOUR_12,  // K: 0 to 11
    FIELD_CLOCK_24, // k: 1 to 24
    FIELD_HOUR,     // H
    FIELD_MINUTE,
    FIELD_SECOND,
    FIELD_NANO,
    FIELD_OFFSET, // seconds east
    FIELD_COUNT
};

enum time_element_kind {
    ELEMENT_NUMBER,
    ELEMENT_TWO_DIGIT_YEAR, // 2000 to 2099
    ELEMENT_FRACTION,
    ELEMENT_TEXT,
    ELEMENT_LITERAL,
    ELEMENT_OFFSET,
    ELEMENT_GMT_OFFSET, // "GMT+8"
    ELEMENT_ZONE_ID,
    ELEMENT_ZONE_NAME,
    ELEMENT_OPTIONAL, // what follows, up to `end`
};

enum sign_style { SIGN_NORMAL, SIGN_NOT_NEGATIVE, SIGN_EXCEEDS_PAD };

enum { FIXED_WIDTH = -1 };

struct time_element {
    enum time_element_kind kind;
    enum time_field field;
    enum sign_style sign;
    uint8_t least, most; // digits
    // Digits that directly following numbers will need, or FIXED_WIDTH (NumberPrinterParser.subsequentWidth).
    int16_t following;
    bool full;                 // TEXT, GMT_OFFSET: the long style
    struct slice text;         // LITERAL; OFFSET: what stands for zero
    bool colon, short_minutes; // OFFSET: +hh:mm; minutes only where there are some
    bool seconds;              // OFFSET: seconds where there are some
    uint32_t end;              // OPTIONAL: the element behind the section
};

struct time_format {
    const struct time_element *element;
    uint32_t elements;
    struct slice pattern;
    char print_only; // the first letter of the pattern that only prints, or 0
};

// The texts of a field in English (Locale.US), from the field's least value on; *least is that value.
const char *const *time_field_texts(enum time_field field, bool full, uint32_t *count, int *least);

#endif
