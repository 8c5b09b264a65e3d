#include "ops/decoder.h"

static const struct decoder_class *const decoders[] = {
    &decoder_csv,
    &decoder_json,
    &decoder_text,
};

const struct decoder_class *const *decoder_list(uint32_t *count)
{
    *count = sizeof decoders / sizeof decoders[0];
    return decoders;
}

const struct decoder_class *decoder_find(struct slice name)
{
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++)
        if (slice_equal_fold(name, slice_of(decoders[i]->name)))
            return decoders[i];
    return NULL;
}
