// Spark's SQL, from text to agent/sql/ast.h. Recursive descent, precedence as in SqlBaseParser.g4.
#ifndef AGENT_SQL_PARSE_H
#define AGENT_SQL_PARSE_H

#include "agent/sql/ast.h"
#include "ops/status.h"

// Where the lines of a SQL text stand in the pipeline file, so that a message names the place a person can go to.
struct sql_source {
    const char *file;             // NULL: no file; places are those of the text
    struct slice text;            // the whole SQL
    const struct sql_line *lines; // one for each line of the text, or NULL
};
struct sql_line {
    uint32_t line, column; // place of the line's first character in the file, from 1
    // columns in the file of characters after an escape differ: `widths` has, for each byte of the line, the bytes it
    // takes in the file; NULL where all are 1
    const uint8_t *widths;
};

// "FILE:LINE:COLUMN: [PARSE_SYNTAX_ERROR] …" with the line and a caret beneath.
enum status sql_error(const struct sql_source *source, uint32_t offset, uint32_t length, struct error *e,
                      const char *format, ...) PRINTF_LIKE(5, 6);

enum status sql_parse(const struct sql_source *source, struct arena *arena, struct ast_select **out, struct error *e);
// A DDL schema: "a INT, b STRUCT<c: STRING> NOT NULL COMMENT 'x'"; a STRUCT type.
enum status sql_parse_schema(const struct sql_source *source, struct arena *arena, const struct type **out,
                             struct error *e);
// The same, or a type: "ARRAY<STRUCT<a: INT>>", "MAP<STRING, INT>" (DataType.fromDDL).
enum status sql_parse_type(const struct sql_source *source, struct arena *arena, const struct type **out,
                           struct error *e);

#endif
