// Spark's console sink: each batch as a table, byte for byte (ConsoleWrite, Dataset.show).
#ifndef SINKS_SINK_CONSOLE_H
#define SINKS_SINK_CONSOLE_H

#include "sinks/sink.h"

extern const struct sink_class sink_console;

#endif
