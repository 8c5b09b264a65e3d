// Directories of files that are moved in: Spark's FileStreamSource. One source under three names; what the bytes mean
// is the decoder's to know.
#ifndef HAL_SOURCE_SOURCE_FILE_H
#define HAL_SOURCE_SOURCE_FILE_H

#include "hal/source/source.h"

extern const struct source_class source_json, source_csv, source_text;

#endif
