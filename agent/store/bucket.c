#include "agent/store/bucket.h"

enum { ITEM_HEAD = 8 };

enum status bucket_next(struct slice *bucket, struct slice *rest, struct slice *value)
{
    if (bucket->size == 0)
        return STATUS_END;
    if (bucket->size < ITEM_HEAD)
        return STATUS_DAMAGED;
    uint32_t left = bucket->size - ITEM_HEAD, rest_size = get_u32(bucket->data), value_size = get_u32(bucket->data + 4);
    if (rest_size > left || value_size > left - rest_size)
        return STATUS_DAMAGED;
    *rest = (struct slice){bucket->data + ITEM_HEAD, rest_size};
    *value = (struct slice){rest->data + rest_size, value_size};
    *bucket = (struct slice){value->data + value_size, left - rest_size - value_size};
    return STATUS_OK;
}

enum status bucket_find(struct slice bucket, struct slice rest, struct slice *value)
{
    struct slice seen;
    enum status status;
    while ((status = bucket_next(&bucket, &seen, value)) == STATUS_OK) {
        int order = slice_compare(seen, rest);
        if (order >= 0)
            return order == 0 ? STATUS_OK : STATUS_END;
    }
    return status;
}

void bucket_append(struct text *bucket, struct slice rest, struct slice value)
{
    char *to = text_reserve(bucket, ITEM_HEAD);
    put_u32(to, rest.size);
    put_u32(to + 4, value.size);
    bucket->size += ITEM_HEAD;
    text_slice(bucket, rest);
    text_slice(bucket, value);
}
