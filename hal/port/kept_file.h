// A small file whose bytes are kept and read anew when it has changed: certificates, keys, tokens, that somebody renews
// while we run. Blocks: not for the engine's thread.
#ifndef HAL_PORT_KEPT_FILE_H
#define HAL_PORT_KEPT_FILE_H

#include "ops/status.h"
#include "ops/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { KEPT_FILE_MAX = 1 << 20 };

struct kept_file {
    const char *path; // borrowed; NULL: no file
    struct text bytes;
    // What it was when it was read.
    int64_t modified, size;
    uint64_t inode;
    bool there;
};

void kept_file_init(struct kept_file *f, const char *path, struct memory *memory);
void kept_file_free(struct kept_file *f); // safe on zeroed memory
// Brings `bytes` up to date. Without a path: nothing to do.
enum status kept_file_read(struct kept_file *f, struct error *e);
// The bytes without the newline at their end: a secret.
struct slice kept_file_line(const struct kept_file *f);

#endif
