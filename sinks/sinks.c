// The registry of sinks: a new one is its file and one line here.
#include "sinks/sink_console.h"
#include "sinks/sink_file.h"
#include "sinks/sink_kafka.h"
#include "sinks/sink_mqtt.h"

// One a line, in the order of their names.
static const struct sink_class *const sinks[] = {
    &sink_console, //
    &sink_csv,     //
    &sink_json,    //
    &sink_kafka,   //
    &sink_mqtt,    //
    &sink_text,
};

enum { SINKS = sizeof(sinks) / sizeof(sinks[0]) };

const struct sink_class *sink_find(struct slice format)
{
    for (uint32_t i = 0; i < SINKS; i++)
        if (slice_equal_fold(slice_of(sinks[i]->format), format))
            return sinks[i];
    return NULL;
}

const struct sink_class *const *sink_list(uint32_t *count)
{
    *count = SINKS;
    return sinks;
}
