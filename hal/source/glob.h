// Hadoop's file name patterns (org.apache.hadoop.fs.GlobPattern): ? * [abc] [a-c] [^a] {one,two} and \ before any of
// them.
#ifndef HAL_SOURCE_GLOB_H
#define HAL_SOURCE_GLOB_H

#include "ops/slice.h"
#include "ops/status.h"

bool glob_is_pattern(struct slice path);
// STATUS_CONFIG: brackets that do not close, a slash inside braces.
enum status glob_check(struct slice pattern, struct error *e);
// One name, without slashes, against a checked pattern.
bool glob_match(struct slice pattern, struct slice name);

#endif
