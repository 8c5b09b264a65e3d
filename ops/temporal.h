// + and - where an operand is a DATE, a TIMESTAMP or an INTERVAL (BinaryArithmeticWithDatetimeResolver).
#ifndef OPS_TEMPORAL_H
#define OPS_TEMPORAL_H

#include "ops/datetime.h"
#include "ops/function.h"

enum status temporal_bind_add(struct binding *b, struct error *e);
enum status temporal_bind_subtract(struct binding *b, struct error *e);

// Calendar months later; the day is cut to the month's last (LocalDate.plusMonths).
int32_t date_add_months(int32_t days, int64_t months);
int64_t timestamp_add_months(int64_t micros, int64_t months, const struct zone *zone);

// Wall clock of an instant, in microseconds, and back. A NULL zone: the value has none.
int64_t local_micros(int64_t micros, const struct zone *zone);
int64_t utc_micros(int64_t local, const struct zone *zone);

static inline int64_t wrap_add(int64_t x, int64_t y)
{
    return (int64_t)((uint64_t)x + (uint64_t)y);
}

#endif
