// One JSON object a row: a directory of finished files, or standard output (path `-`).
#ifndef SINKS_SINK_JSON_H
#define SINKS_SINK_JSON_H

#include "sinks/sink.h"

extern const struct sink_class sink_json;

#endif
