// One source of a running pipeline, and those who read it: a query may name a source more than once, and each reference
// decodes what it needs of what is read once.
#ifndef AGENT_ENGINE_INTAKE_H
#define AGENT_ENGINE_INTAKE_H

#include "agent/engine/reader.h"

struct intake;

struct intake_setup {
    const struct pipeline_source *source;
    const struct source_setup *setup; // what the source is opened with
    struct reader *const *readers;    // borrowed; NULL entries are other sources'
    uint32_t reader_count;
};

enum status intake_open(const struct intake_setup *setup, struct arena *arena, struct intake **out, struct error *e);
void intake_close(struct intake *in); // NULL is fine
// The source itself, for plan, save, committed.
const struct source_class *intake_class(const struct intake *in);
struct source *intake_source(struct intake *in);
// Reads the planned range to its end, pushing chunk by chunk.
enum status intake_run(struct intake *in, struct error *e);

#endif
