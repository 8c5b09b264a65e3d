// What files a path stands for: a directory's, those that a pattern matches, or one file. Spark's rules
// (InMemoryFileIndex, HadoopFSUtils.shouldFilterOutPathName): names that begin with _ or . and unfinished copies are
// not read; without recursiveFileLookup only files directly in the directories named.
#ifndef HAL_SOURCE_LISTING_H
#define HAL_SOURCE_LISTING_H

#include "hal/port/port.h"
#include "ops/text.h"

struct listing {
    struct port *port;
    struct text path;         // resolved; a pattern, or not
    bool pattern;             // path has pattern characters
    bool recursive;           // recursiveFileLookup
    struct slice name_filter; // pathGlobFilter; size 0: all
    // What a scan calls. Slices and strings are borrowed until it returns.
    bool (*file)(void *self, struct slice path, const struct port_stat *s); // false: stop
    void (*directory)(void *self, const char *path); // before its files are listed; NULL: not wanted
    void (*partition)(void *self, const char *path); // a directory `k=v`, which is not gone into; NULL: not wanted
    void *self;
    // of the scan going on
    struct text at;
    unsigned depth;
    bool stopped;
};

// Checks the patterns. `path` and `name_filter` must live as long as the listing.
enum status listing_open(struct listing *l, struct port *port, struct memory *memory, struct slice directory,
                         struct slice path, struct error *e);
void listing_close(struct listing *l); // safe on zeroed memory
// STATUS_END: what the path names (or, a pattern, the directory above it) is not there.
enum status listing_scan(struct listing *l, struct error *e);

#endif
