// The registry of sources: a new one is its file and one line here.
#include "hal/source/source.h"
#include "hal/source/source_file.h"
#include "hal/source/source_kafka.h"
#include "hal/source/source_mqtt.h"
#include "hal/source/source_rate.h"
#include "hal/source/source_rate_micro_batch.h"
#include "hal/source/source_socket.h"

// One a line, in the order of their names.
static const struct source_class *const sources[] = {
    &source_csv,              //
    &source_json,             //
    &source_kafka,            //
    &source_mqtt,             //
    &source_rate,             //
    &source_rate_micro_batch, //
    &source_socket,           //
    &source_text,
};

enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

const struct source_class *source_find(struct slice format)
{
    for (uint32_t i = 0; i < SOURCES; i++)
        if (slice_equal_fold(slice_of(sources[i]->format), format))
            return sources[i];
    return NULL;
}

const struct source_class *const *source_list(uint32_t *count)
{
    *count = SOURCES;
    return sources;
}
