// + and - where an operand is a DATE, a TIMESTAMP or an INTERVAL (BinaryArithmeticWithDatetimeResolver).
#ifndef OPS_TEMPORAL_H
#define OPS_TEMPORAL_H

#include "ops/function.h"
#include "ops/zone.h"

enum status temporal_bind_add(struct binding *b, struct error *e);
enum status temporal_bind_subtract(struct binding *b, struct error *e);
// * and / of an INTERVAL and a number, in either order for *; div of two INTERVALs.
enum status interval_bind_scale(struct binding *b, struct error *e);
enum status interval_bind_quotient(struct binding *b, struct error *e);
// extract(field FROM interval): the part that `part` gives of a TIMESTAMP.
enum status interval_bind_part(struct binding *b, const struct function *part, struct error *e);

// Calendar months later; the day is cut to the month's last (LocalDate.plusMonths).
bool date_add_months(int32_t days, int64_t months, int32_t *out); // false: there is no such DATE
// The same on the local clock; without a zone on the value's own. false: out of range.
bool timestamp_add_months(int64_t *micros, int64_t months, const struct zone *zone);
// Months, then days by the calendar, the rest by the clock (DateTimeUtils.timestampAddInterval).
struct interval;
bool timestamp_add_interval(int64_t *micros, const struct interval *by, const struct zone *zone);

#endif
