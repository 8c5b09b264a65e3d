// A recorded case: a directory with input/, expected.jsonl and, if the defaults do not do, case.json
// (docs/testing-pipelines.md).
#ifndef AGENT_REPLAY_CASE_H
#define AGENT_REPLAY_CASE_H

#include "ops/arena.h"
#include "ops/slice.h"
#include "ops/status.h"
#include "ops/zone.h"

struct case_file {
    const char *path; // below the case's directory
    int64_t modified; // microseconds
    uint32_t run;     // before which it appears, from 1
};

struct case_row {
    int64_t batch; // -1: not said
    struct slice row;
};

struct test_case {
    const char *directory;
    bool ordered;
    bool one_file_a_batch; // there is no list of files: each is a batch of its own
    uint32_t runs;
    int64_t start;    // the clock's, microseconds
    int64_t duration; // how long a run goes on; -1: as long as there is something to read
    struct case_file *files;
    uint32_t file_count;
    const char **dirs;
    uint32_t dir_count;
    struct case_row *rows; // expected.jsonl
    uint32_t row_count;
    bool whole;         // rows without batches: they are compared as a whole
    struct slice error; // what the error must contain; data NULL: there must be none
};

// STATUS_USAGE: no such directory; STATUS_CONFIG: what it says is wrong. `update`: expected.jsonl is not read.
enum status case_read(const char *directory, bool update, const struct zones *zones, struct arena *arena,
                      struct test_case *out, struct error *e);
// Copies the files of that run to below `work`, with their modification times.
enum status case_stage(const struct test_case *c, uint32_t run, const char *work, struct error *e);
enum status case_write_expected(const struct test_case *c, const struct case_row *rows, uint32_t count,
                                const char *error, struct error *e);

#endif
