// Spark's socket source (TextSocketMicroBatchStream): a client that reads lines from a server, one row each.
#ifndef HAL_SOURCE_SOURCE_SOCKET_H
#define HAL_SOURCE_SOURCE_SOCKET_H

#include "hal/source/source.h"

extern const struct source_class source_socket;

#endif
