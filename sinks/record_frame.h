// A record as bytes, for the log: frozen with the batch's commit, the same for ever. docs/SPEC.md, The log.
#ifndef SINKS_RECORD_FRAME_H
#define SINKS_RECORD_FRAME_H

#include "ops/arena.h"
#include "ops/text.h"
#include "sinks/sink.h"

enum gap_reason {
    GAP_FULL = 1,
    GAP_SUPERSEDED = 2,
    GAP_INTAKE = 3, // lost before it had a sequence: record.seq and `to` are of the last row before it was told
};

// What the log knows of a record beside it.
struct record_note {
    // A gap record: it tells of `count` records that are missing among record.seq..to.
    uint64_t to, count;
    enum gap_reason reason;
    // A row that a newer one of the same group supersedes (outboxFull "latest"): the hash of its group's key.
    bool has_group;
    uint64_t group[2];
};

void record_frame_append(struct text *out, const struct sink_record *record, const struct record_note *note);
// Slices point into `frame`; the array of headers is of `arena`. With arena NULL, headers, key and value are left out.
// false: these are no bytes of ours.
bool record_frame_open(struct slice frame, struct arena *arena, struct sink_record *record, struct record_note *note);

#endif
