// Unsigned whole numbers of a fixed room, for what DECIMAL arithmetic needs on the way: 160 digits. Private to
// ops/decimal.c.
#ifndef OPS_BIG_H
#define OPS_BIG_H

#include <stdbool.h>
#include <stdint.h>

enum { BIG_LIMBS = 18, BIG_DIGITS = 160 };

// limb[0] is the lowest; limb[size - 1] is not 0; 0 has size 0.
struct big {
    uint32_t size;
    uint32_t limb[BIG_LIMBS];
};

enum big_rounding { BIG_DOWN, BIG_UP, BIG_HALF_UP, BIG_HALF_EVEN };

struct big big_of(uint64_t low, uint64_t high);
void big_low128(const struct big *x, uint64_t *low, uint64_t *high); // what is above is left out
int big_compare(const struct big *x, const struct big *y);
void big_add(struct big *x, const struct big *y); // y may be x
void big_add_small(struct big *x, uint32_t v);
void big_subtract(struct big *x, const struct big *y); // x >= y
void big_multiply(const struct big *x, const struct big *y, struct big *out);
void big_divide(const struct big *x, const struct big *y, struct big *quotient, struct big *rest); // y not 0
void big_push_digit(struct big *x, uint32_t digit);                                                // x * 10 + digit
void big_scale_up(struct big *x, unsigned digits);                                                 // * 10^digits
void big_scale_down(struct big *x, unsigned digits, enum big_rounding how);                        // / 10^digits
unsigned big_digits(const struct big *x);                                                          // 1 for 0
uint32_t big_print(const struct big *x, char *to); // at most 40 digits; returns how many

#endif
