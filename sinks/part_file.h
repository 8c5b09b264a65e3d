// A directory that gets one finished file a batch, exactly once: the file is written under a temporary name, synced and
// noted as pending in the batch's transaction, renamed after the commit; a crash in between is made good at start.
//
// The note (docs/SPEC.md): key "pending", value = the file's final name, without its directory. Temporary names are
// ".NAME.tmp": readers that skip dots never see half a file.
#ifndef SINKS_PART_FILE_H
#define SINKS_PART_FILE_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/state.h"
#include "ops/text.h"

struct part_file {
    struct port *port;
    const struct state *state;
    const struct log *log;
    const char *sink;      // its name, for messages
    const char *extension; // "json"
    struct text directory;
    struct text name;          // of this batch's file, "part-00000012.json"
    struct text temporary, at; // whole paths; `at` is built on for others
    int handle;                // -1: nothing was written yet
    bool written;              // the temporary is there
    bool noted;                // a note is in the checkpoint, or on its way into it
    bool clearing;             // this batch's transaction removes the note
    bool ready;                // synced and noted: to be renamed
};

// Makes the directory. `path` is resolved already. Slices, state and log are borrowed.
enum status part_file_open(struct part_file *p, struct port *port, const struct state *state, const struct log *log,
                           struct memory *memory, struct slice path, const char *sink, const char *extension,
                           struct error *e);
void part_file_close(struct part_file *p); // safe on zeroed memory
enum status part_file_recover(struct part_file *p, struct error *e);
void part_file_begin(struct part_file *p, int64_t batch);
// After a failure the caller abandons.
enum status part_file_write(struct part_file *p, struct slice bytes, struct error *e);
enum status part_file_prepare(struct part_file *p, struct error *e);
enum status part_file_finish(struct part_file *p, struct error *e); // may be called again after a failure
void part_file_abandon(struct part_file *p);

#endif
