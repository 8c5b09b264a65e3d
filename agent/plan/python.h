// Python text: literals of what a pipeline file says. Private to agent/plan.
#ifndef AGENT_PLAN_PYTHON_H
#define AGENT_PLAN_PYTHON_H

#include "agent/plan/json_file.h"
#include "ops/text.h"

// "…" with Python's escapes.
void python_string(struct text *out, struct slice s);
// The same over several lines as they are: """\…""".
void python_block(struct text *out, struct slice s);
// As it was written: ${VAR} becomes variable("VAR"), between literals (with `block`, over several lines).
void python_written(struct text *out, struct slice written, bool block);
// A string, number or boolean of the file as an expression; a secret is secret("NAME"), never what it says.
void python_value(struct text *out, const struct json *at);
// What stands in the file, on one line, for a comment; a secret by its file only.
void python_comment(struct text *out, const struct json *at);
// Letters, digits and _: `s` with the rest replaced, for the end of a name.
void python_name(struct text *out, struct slice s);
// Does a string in the tree hold ${VAR} (or `secret`: {"secretFile": …})?
bool python_mentions(const struct json *at, bool secret);

#endif
