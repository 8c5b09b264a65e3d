// DECIMAL arithmetic as Spark's Decimal does it with ansi off (org.apache.spark.sql.types.Decimal over
// java.math.BigDecimal): a result that does not fit its type is `false`, that is NULL.
//
// A value is an unscaled 128-bit integer; its scale is its type's. No __int128: 32-bit boards have none.
#ifndef OPS_DECIMAL_H
#define OPS_DECIMAL_H

#include "ops/chunk.h"
#include "ops/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum { DECIMAL_PRECISION_MAX = 38, DECIMAL_TEXT_MAX = 48 };

// Precision and scale, as in DECIMAL(precision, scale).
struct decimal_size {
    uint8_t precision, scale;
};

struct decimal decimal_of(int64_t v); // scale 0
int decimal_compare(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale);
int decimal_sign(struct decimal v); // -1, 0, 1
struct decimal decimal_negate(struct decimal v);
bool decimal_fits(struct decimal v, unsigned precision); // |v| < 10^precision
unsigned decimal_digits(struct decimal v);               // of the unscaled value; 1 for 0 (BigDecimal.precision)

// To another scale, rounded half up (away from zero); false: more than size.precision digits.
bool decimal_rescale(struct decimal v, unsigned scale, struct decimal_size to, struct decimal *out);
// Cut toward zero to a whole number; of one beyond 64 bits the low ones remain (Decimal.toLong).
int64_t decimal_to_int64(struct decimal v, unsigned scale);
double decimal_to_double(struct decimal v, unsigned scale);
float decimal_to_float(struct decimal v, unsigned scale);

bool decimal_from_int64(int64_t v, struct decimal_size to, struct decimal *out);
// By way of the decimal text of the double, as BigDecimal.valueOf; NaN and infinities are false.
bool decimal_from_double(double v, struct decimal_size to, struct decimal *out);
// A number's text, whole slice: sign, digits, point, exponent. No trimming.
bool decimal_parse(struct slice s, struct decimal_size to, struct decimal *out);
// The same, with digits of any script, as java.math.BigDecimal takes them.
bool decimal_parse_digits(struct slice s, struct decimal_size to, struct decimal *out);
// As the JSON and CSV sources do (ExprUtils.getDecimalParser): commas are left out, too.
bool decimal_parse_java(struct slice s, struct decimal_size to, struct decimal *out);
// Is it a number's text at all, whatever its size.
bool decimal_is_text(struct slice s);

// Microseconds of so many seconds as Spark computes them: the product has 34 digits, of which the low 64 bits count.
int64_t decimal_to_micros(struct decimal v, unsigned scale);
// BigDecimal.toString (1.50, 0E-10, 1E-7) and toPlainString (0.0000000000); to `to` (DECIMAL_TEXT_MAX bytes),
// returns the length.
uint32_t decimal_print(struct decimal v, unsigned scale, char *to);
uint32_t decimal_print_plain(struct decimal v, unsigned scale, char *to);

// Arithmetic; `to` is the result's type, by the rules below or wider. Rounded half up. false: overflow, or division
// by zero.
bool decimal_add(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                 struct decimal *out);
bool decimal_subtract(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                      struct decimal *out);
bool decimal_multiply(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                      struct decimal *out);
bool decimal_divide(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                    struct decimal *out);
// x - y * trunc(x / y): the sign is x's. The whole quotient is decimal_quotient (div), of which the low 64
// bits remain.
bool decimal_remainder(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, struct decimal_size to,
                       struct decimal *out);
bool decimal_quotient(struct decimal x, unsigned x_scale, struct decimal y, unsigned y_scale, int64_t *out);

enum decimal_rounding { DECIMAL_HALF_UP, DECIMAL_HALF_EVEN, DECIMAL_FLOOR, DECIMAL_CEILING };
// To `digits` behind the point, or before it where negative; the result's scale is to.scale.
bool decimal_round(struct decimal v, unsigned scale, int digits, enum decimal_rounding how, struct decimal_size to,
                   struct decimal *out);

// Result types (Add, Subtract, Multiply, Divide, Remainder .resultDecimalType, with
// spark.sql.decimalOperations.allowPrecisionLoss), and the type both operands of a comparison meet in.
struct decimal_size decimal_size_add(struct decimal_size x, struct decimal_size y);
struct decimal_size decimal_size_multiply(struct decimal_size x, struct decimal_size y);
struct decimal_size decimal_size_divide(struct decimal_size x, struct decimal_size y);
struct decimal_size decimal_size_remainder(struct decimal_size x, struct decimal_size y);
struct decimal_size decimal_size_wider(struct decimal_size x, struct decimal_size y);

#endif
