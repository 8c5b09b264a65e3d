// How the rows of one schema are read from CSV: made once, then only read. Private to the CSV decoder and from_csv.
#ifndef OPS_CSV_PLAN_H
#define OPS_CSV_PLAN_H

#include "ops/csv_reader.h"
#include "ops/csv_value.h"
#include "ops/decode_filter.h"
#include "ops/decode_mode.h"

struct csv_plan {
    enum decode_mode mode;
    struct csv_format format;
    struct csv_values values;
    const struct field *fields;
    uint32_t columns;              // of the schema, the one for corrupt records left out
    struct csv_column *column;     // of each
    uint32_t *field;               // of each, its place in the schema
    int32_t *output;               // of each, -1: not wanted
    bool *wanted;                  // of each
    uint32_t wanted_columns, last; // last: behind the last wanted one
    int32_t corrupt_output;        // -1: there is none, or it is not wanted
    bool pruned;                   // columns that are not wanted are not looked at, nor how many there are
    bool empty_is_null;
};

extern const struct option_spec csv_read_options[];

// `pruning`: column pruning as spark.sql.csv.parser.columnPruning has it.
enum status csv_plan_make(struct csv_plan *p, const struct decode_spec *spec, bool pruning, struct arena *arena,
                          struct error *e);
enum csv_row {
    CSV_ROW_GOOD,
    CSV_ROW_BAD,      // malformed; what fits is there
    CSV_ROW_LEFT_OUT, // by the filter
};
// The tokens of a record into row `row` of `column` (by schema column; NULL where it is not wanted). Texts are copied
// into `arena`. `filter`: over `column`; NULL: none.
enum csv_row csv_put_record(const struct csv_plan *p, const struct csv_reader *r, struct decode_filter *filter,
                            struct column **column, uint32_t row, struct arena *arena);
void csv_put_nothing(const struct csv_plan *p, struct column *const *column, uint32_t row);
// A record's text as the column for corrupt ones has it: without its line end.
struct slice csv_strip_line_end(struct slice record);
// `line` as csv_reader wants it: well-formed, the separator one byte.
struct slice csv_prepare(const struct csv_plan *p, struct slice line, struct arena *arena);
// The other way: `text` with the separator as it was.
struct slice csv_restore(const struct csv_plan *p, struct slice text, struct arena *arena);
enum status csv_broken(struct slice record, struct error *e);

#endif
