// Conjuncts of a query's WHERE that are asked while a record is being read, as Spark pushes them into its readers
// (JsonFilters, CSVFilters): a record that one of them leaves out is read no further, so what is malformed behind
// that place is not seen. WHERE itself is asked again later; this is for records that are malformed. Private to the
// decoders.
#ifndef OPS_DECODE_FILTER_H
#define OPS_DECODE_FILTER_H

#include "ops/expr.h"

struct decode_filter;

enum filter_answer {
    FILTER_GO,
    FILTER_LEFT_OUT,
    FILTER_TWICE, // the same column came a second time, which Spark's filters do not take
};

// `conjuncts` are over columns of `columns`: expression column c is columns[place[c]]. NULL: there are none.
struct decode_filter *decode_filter_new(const struct expr *const *conjuncts, uint32_t count, const uint32_t *place,
                                        uint32_t columns, const struct session *session, struct memory *memory);
void decode_filter_free(struct decode_filter *f); // NULL is fine
bool decode_filter_reads(const struct decode_filter *f, uint32_t column);

// Columns come in any order: a conjunct is asked once all that it reads have come.
void decode_filter_begin(struct decode_filter *f);
enum filter_answer decode_filter_came(struct decode_filter *f, struct column **columns, struct arena *arena,
                                      uint32_t column, uint32_t row);
// Columns come in their order, some are missing (and NULL): a conjunct is asked when the last that it reads has come.
bool decode_filter_passes(struct decode_filter *f, struct column **columns, struct arena *arena, uint32_t column,
                          uint32_t row);

#endif
