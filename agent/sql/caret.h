// The line of a text that a message is about, and a caret beneath it: for SQL and for the pipeline file.
#ifndef AGENT_SQL_CARET_H
#define AGENT_SQL_CARET_H

#include "ops/slice.h"

#include <stddef.h>

// Where the line of `offset` begins; *line counts from 0.
uint32_t caret_line_start(struct slice text, uint32_t offset, uint32_t *line);
// Characters (not bytes) of a piece of UTF-8.
uint32_t caret_characters(struct slice text);
// "  <the line>\n  <blanks>^~~" into `to`, NUL-terminated; a long line is cut around the caret.
void caret_print(struct slice text, uint32_t offset, uint32_t length, char *to, size_t room);

#endif
