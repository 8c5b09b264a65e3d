// One file after the other, as blocks of whole lines (or a whole file at once), unpacked if its name ends with .gz.
#ifndef HAL_SOURCE_FILE_READER_H
#define HAL_SOURCE_FILE_READER_H

#include "hal/source/gzip.h"
#include "hal/source/lines.h"
#include "hal/source/source.h"

struct file_reader {
    struct port *port;
    struct memory *memory;
    struct lines lines;
    struct gzip *gzip; // made with the first .gz
    int handle;        // -1: no file is open
    bool packed, ended, first;
    const char *path;
    uint64_t bytes; // unpacked, of all files
};

void file_reader_init(struct file_reader *r, struct port *port, struct memory *memory, size_t line_limit, bool whole);
void file_reader_free(struct file_reader *r); // safe on zeroed memory
static inline bool file_reader_is_open(const struct file_reader *r)
{
    return r->path != NULL;
}
// `path` is borrowed until close. STATUS_END: it is not there. STATUS_FAILED: packed in a way that is not read.
enum status file_reader_open(struct file_reader *r, const char *path, struct error *e);
void file_reader_close(struct file_reader *r);
// STATUS_END: the file is used up. The block is borrowed until the next call.
enum status file_reader_next(struct file_reader *r, struct block *out, struct error *e);

#endif
