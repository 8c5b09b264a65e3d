#include "ops/encoder.h"
#include "sinks/sink.h"

#include <inttypes.h>

static void member(struct text *out, const char *name, struct slice value)
{
    text_string(out, name);
    json_append_string(out, value);
}

void identity_append(struct text *out, const struct identity *who, uint64_t row, bool with_seq)
{
    member(out, "\"_runnel\":{\"device\":", who->device);
    member(out, ",\"query\":", who->query);
    member(out, ",\"epoch\":", who->epoch);
    text_printf(out, ",\"batch\":%" PRId64 ",\"row\":%" PRIu64, who->batch, row);
    if (with_seq && !who->unnumbered)
        text_printf(out, ",\"seq\":%" PRIu64, who->first_seq + row);
    text_char(out, '}');
}
