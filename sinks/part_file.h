// A directory that gets one finished file a batch (or one in each partition's directory), exactly once: files are
// written under temporary names, synced and noted as pending in the batch's transaction, renamed after the commit; a
// crash in between is made good at start.
//
// The note (docs/SPEC.md): key "pending", value = the files' final names below the directory, a newline between them.
// Temporary names are ".NAME.tmp": readers that skip dots never see half a file.
#ifndef SINKS_PART_FILE_H
#define SINKS_PART_FILE_H

#include "hal/port/log.h"
#include "hal/port/port.h"
#include "ops/state.h"
#include "ops/text.h"

enum { PARTS_MAX = 10000 }; // of one batch

struct part; // one file of the batch

struct part_file {
    struct port *port;
    struct memory *memory;
    const struct state *state;
    const struct log *log;
    const char *sink;      // its name, for messages
    const char *extension; // "json"
    uint32_t depth;        // of the partitions' directories; 0: there are none
    struct text directory;
    struct text name;          // of this batch's files, "part-00000012.json"
    struct text temporary, at; // whole paths
    struct text note;
    struct part *part; // `count` of them are the batch's; what the others allocated is used again
    uint32_t count, capacity;
    uint32_t *slot; // hash of a directory to its part + 1
    uint32_t slots;
    uint32_t open; // handles
    size_t held;   // bytes that are not yet written
    bool noted;    // a note is in the checkpoint, or on its way into it
    bool clearing; // this batch's transaction removes the note
    bool ready;    // synced and noted: to be renamed
};

// Makes the directory. `path` is resolved already. Slices, state and log are borrowed.
enum status part_file_open(struct part_file *p, struct port *port, const struct state *state, const struct log *log,
                           struct memory *memory, struct slice path, const char *sink, const char *extension,
                           uint32_t depth, struct error *e);
void part_file_close(struct part_file *p); // safe on zeroed memory
enum status part_file_recover(struct part_file *p, struct error *e);
void part_file_begin(struct part_file *p, int64_t batch);
// The file in that directory below ours ("a=1/b=x"; empty: our own): where its rows go. *fresh: it has none yet.
// STATUS_FAILED: there are PARTS_MAX of them already.
enum status part_file_rows(struct part_file *p, struct slice directory, struct text **rows, bool *fresh,
                           struct error *e);
// After rows were added: writes what is too much to be held. After a failure the caller abandons.
enum status part_file_added(struct part_file *p, struct text *rows, size_t before, struct error *e);
enum status part_file_prepare(struct part_file *p, struct error *e);
enum status part_file_finish(struct part_file *p, struct error *e); // may be called again after a failure
void part_file_abandon(struct part_file *p);

#endif
