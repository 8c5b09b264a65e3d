// A pipeline file, and the plan of what it says.
#include "tests/fuzz/fuzz.h"

#include "agent/plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;
    struct pipeline *pipeline;
    struct plan *plan;
    fuzz_begin(&f, data, size);
    if (pipeline_parse(f.input, "p.json", "/nowhere", NULL, 0, &f.arena, &pipeline, &f.error) == STATUS_OK)
        (void)plan_make(pipeline, &f.session, &f.arena, &plan, &f.error);
    else
        FUZZ_CHECK(f.error.text[0] != '\0');
    fuzz_end(&f);
    return 0;
}
