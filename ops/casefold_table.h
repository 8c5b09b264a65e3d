// The tables behind ops/casefold.h, by code point, ascending.
#ifndef OPS_CASEFOLD_TABLE_H
#define OPS_CASEFOLD_TABLE_H

#include <stdint.h>

// Every stride-th code point from first to last moves by distance. Ranges of stride 2 may overlap the next one.
struct case_range {
    uint32_t first, last, stride;
    int32_t distance;
};
struct case_special {
    uint32_t point;
    const char *text; // UTF-8
};

extern const struct case_range case_upper[], case_lower[];
extern const uint32_t case_upper_count, case_lower_count;
extern const struct case_special case_upper_special[], case_lower_special[], case_title_special[];
extern const uint32_t case_upper_special_count, case_lower_special_count, case_title_special_count;

#endif
