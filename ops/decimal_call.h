// Arithmetic operators where the operands meet in DECIMAL.
#ifndef OPS_DECIMAL_CALL_H
#define OPS_DECIMAL_CALL_H

#include "ops/function.h"

// Binds + - * / % div pmod: each operand keeps its own precision and scale (a number without is cast), the result's
// follow from the operator (Add.resultDecimalType and so on).
enum status decimal_bind(struct binding *b);
// As scala.math.BigDecimal does it, to 34 digits, half to even; false: what comes of it does not fit (Spark ends
// there).
bool decimal_negated(struct decimal v, const struct type *type, struct decimal *out);
void decimal_negation(const struct call *c, const struct rows *rows);

#endif
