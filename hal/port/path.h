// File paths as options give them.
#ifndef HAL_PORT_PATH_H
#define HAL_PORT_PATH_H

#include "ops/slice.h"
#include "ops/text.h"

// Appends `path`, laid under `directory` unless it is absolute; `file:` in front is taken off (Spark's URIs), and
// "./", "//" and a slash at the end too, so that one file has one name however it was written. ".." stays.
void path_resolve(struct text *out, struct slice directory, struct slice path);
// The part before the last slash: "/" for "/x", "." for "x".
struct slice path_parent(struct slice path);
// The part behind it.
struct slice path_name(struct slice path);

#endif
