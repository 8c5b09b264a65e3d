// Rows as JSON, CSV or text: a directory of finished files, or standard output (path `-`).
#ifndef SINKS_SINK_FILE_H
#define SINKS_SINK_FILE_H

#include "sinks/sink.h"

extern const struct sink_class sink_csv, sink_json, sink_text;

#endif
