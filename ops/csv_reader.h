// CSV records as tokens, step by step as univocity's CsvParser takes them: the long way, for records that are unusual
// in any way. Private to the CSV decoder.
#ifndef OPS_CSV_READER_H
#define OPS_CSV_READER_H

#include "ops/csv.h"

enum csv_kind {
    CSV_NOTHING, // nullValue: nothing stood there
    CSV_EMPTY,   // emptyValue: empty quotes
    CSV_VALUE,
};

struct csv_token {
    enum csv_kind kind;
    uint32_t from, size; // CSV_VALUE: in csv_reader.values
};

enum csv_end {
    CSV_RECORD, // there is one; its tokens are set
    CSV_NONE,   // no more, or (a single line) nothing to be had
    CSV_BROKEN, // the parser gives up: too many columns, too long a value, RAISE_ERROR
};

struct csv_reader {
    const struct csv_format *format;
    char newline[2]; // what ends a line; [1] 0: one character
    char line_end;   // what stands for it: univocity's normalized newline
    // The bytes; well-formed UTF-8. A separator of one character that is not ASCII stands in them as CSV_SEPARATOR.
    const char *at, *end;
    const char *record; // where the last record began
    // CsvParser's own
    char ch, prev, separator;
    bool normalize, normalize_quoted; // a line end is given as `line_end`
    bool unescaped, trim, broken;
    bool deaf;      // the value at hand is left out (SKIP_VALUE)
    uint32_t match; // of a separator of several characters
    uint32_t depth;
    // ParserOutput
    const bool *wanted; // of each column of the schema; NULL: all
    uint32_t schema_columns;
    bool selecting;          // not in a file's first record
    uint32_t column;         // tokens so far
    struct csv_token *token; // schema_columns of them
    struct text values;
    uint32_t value_from; // where the value at hand begins in `values`
    struct text white;
};

// Bytes that UTF-8 does not have.
#define CSV_SEPARATOR   ((char)0xFF)
#define CSV_NO_LINE_END ((char)0xFE)

// `token` has room for `columns`.
void csv_reader_init(struct csv_reader *r, const struct csv_format *format, struct csv_token *token, uint32_t columns,
                     const bool *wanted, struct memory *memory);
void csv_reader_free(struct csv_reader *r);    // safe on zeroed memory
void csv_reader_restart(struct csv_reader *r); // a new file
// csv_read_next reads from here on.
void csv_reader_begin(struct csv_reader *r, struct slice bytes);
// One line, all of it.
enum csv_end csv_read_line(struct csv_reader *r, struct slice line);
// The next record from `at` on: blank lines and comments are passed over.
enum csv_end csv_read_next(struct csv_reader *r);

#endif
